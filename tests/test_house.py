"""The house rules: data walks one way, foreign engines stay in their rooms, files stay small, names are the field's."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "partnergraph"

# Who may import whom. A room may always import itself.
ROOMS: dict[str, set[str]] = {
    # leaves
    "errors": set(),
    "spreadsheet_safety": set(),
    "palette": set(),
    "xml_text": set(),
    "grammar": set(),
    "files": set("errors".split()),
    "reading": set("errors".split()),
    "vocabulary": set("errors".split()),
    # from files to the model
    "tables": set("errors reading vocabulary".split()),
    "model": set("errors vocabulary tables".split()),
    "registers": set("errors reading vocabulary tables model".split()),
    "graph_folder": set("errors reading vocabulary tables model registers".split()),
    # the store, and the read model
    "store": set("errors files reading vocabulary".split()),
    "results": set("errors spreadsheet_safety palette xml_text".split()),
    "claims": set("errors grammar vocabulary model store".split()),
    # what is made of a folder or a graph
    "check": set("errors spreadsheet_safety palette vocabulary store".split()),
    "match": set(
        "errors reading spreadsheet_safety vocabulary tables model registers graph_folder store claims".split()
    ),
    "build": set("errors files vocabulary model registers graph_folder store claims check match".split()),
    "extraction": set(
        "errors files grammar reading xml_text vocabulary tables model registers graph_folder store".split()
    ),
    "workbook": set(
        "errors files reading spreadsheet_safety palette xml_text vocabulary tables model graph_folder store "
        "claims".split()
    ),
    "compare": set("errors grammar palette xml_text vocabulary store claims".split()),
    # asking
    "questions": set("errors vocabulary store claims".split()),
    "sparql": set("errors vocabulary store claims results".split()),
    "execution": set("errors files vocabulary store claims results questions sparql".split()),
    # showing
    "network": set("errors grammar vocabulary store claims results".split()),
    "analysis": set("errors grammar spreadsheet_safety vocabulary store claims results network page".split()),
    "export": set("errors files spreadsheet_safety xml_text vocabulary store results network workbook".split()),
    "page": set("errors files grammar palette xml_text".split()),
    "report": set("errors files grammar palette xml_text vocabulary store claims analysis network page".split()),
    # serving
    "pool": set("errors execution".split()),
    "endpoint": set("errors results execution pool".split()),
    "site": set(
        "errors grammar palette vocabulary store claims results questions sparql execution network analysis page pool "
        "endpoint".split()
    ),
    "reconcile": set("errors vocabulary store claims match network endpoint site".split()),
    "desk": set(
        "errors grammar files vocabulary tables graph_folder model store results check compare build workbook network "
        "page pool endpoint site".split()
    ),
    "server": set("errors store execution pool endpoint site reconcile desk".split()),
}
# The doors open, call and print: they may import every room.
DOORS = {"cli", "graph", "notebook", "__init__", "__main__"}
# A foreign library and the only rooms that may know it.
FOREIGN = {
    "pyoxigraph": {"store"},
    "pyvis": {"page"},
    "pyshacl": set[str](),
    "click": {"cli"},
    "jinja2": {"page", "site", "compare", "report"},
    "openpyxl": {"tables", "workbook"},
    "python_calamine": {"tables"},
    "rapidfuzz": {"match"},
    "starlette": {"server", "site", "reconcile", "desk"},
    "uvicorn": {"server"},
}
# What writes or renames files outside of the room "files", and why it may: a file and the calls in it.
WRITERS = {
    # The switch of generations: a folder, and links or the files in their place, under the build's lock.
    "build/publishing.py": {"open", "replace"},
    "cli/error_reporting.py": {"open"},  # the null device, where a standard stream was closed
    "execution/worker_main.py": {"open"},  # standard output, by its number
    "reading/__init__.py": {"open"},  # by the system's own call, to read
    "server/audit.py": {"open"},  # a record that lines are added to
    "store/oxigraph/host_name.py": {"open"},  # a file of a generation that is not published yet
    "store/name_index.py": {"open"},  # the same
}
# Words that say nothing as a name, or as a part of one: drawers for everything, and verbs and particles.
FORBIDDEN_MODULES = {"utils", "util", "common", "helpers", "core", "base", "services", "manager", "misc"}
FORBIDDEN_WORDS = set(
    "told asked said kept aside apart worded given decided found one shown taken made sought called begun born here "
    "there thing things spotted teller nursery listed".split()
)
# Modules of one name in two rooms: the room tells them apart. Commands are called after what they run.
SAME_NAMES = {
    "answer": {"analysis", "execution"},  # in words, about the network; of a query
    "formats": {"export", "results", "store"},  # of a graph; of an answer; what the engine writes of both
    "identifiers": {"check", "vocabulary"},  # those of a graph are checked; their forms and checksums
    "inputs": {"files", "match"},
    "output": {"extraction", "match"},
    "questions": {"site", "vocabulary"},  # a view; the files in ontology/questions
    "report": {"check", "compare"},  # of findings; of changes
    "routes": {"analysis", "desk", "reconcile", "server", "site"},  # between bodies; of requests
    "scoring": {"match", "reconcile"},
    "sentences": {"claims", "compare"},  # of a relationship; of a change
    "settings": {"graph_folder", "server"},
    "writer": {"store", "workbook"},
}
LIBRARY_METHODS = {"connection_made"}  # asyncio.BaseProtocol's
LONG_FILE = 500


def _room(path: Path) -> str:
    return path.relative_to(SOURCE).with_suffix("").parts[0]


def _imports(path: Path, source: Path = SOURCE) -> Iterator[tuple[int, str]]:
    """Every module that a file imports: inside functions and TYPE_CHECKING blocks, and by its name as a text, too."""
    package = ["partnergraph", *path.relative_to(source).with_suffix("").parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text("utf-8"), str(path))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            stem = node.module or ""
            if node.level:
                stem = ".".join([*package[: len(package) - node.level + 1], *([stem] if stem else [])])
            for alias in node.names:
                yield node.lineno, f"{stem}.{alias.name}"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _MODULE.fullmatch(node.value):
            yield node.lineno, node.value


_MODULE = re.compile(r"partnergraph(\.[a-z_]+){1,3}")


def _upward(path: Path, source: Path = SOURCE) -> list[str]:
    """The imports of a file that its room may not make."""
    room = path.relative_to(source).with_suffix("").parts[0]
    if room in DOORS:
        return []
    wrong = []
    for line, name in _imports(path, source):
        parts = name.split(".")
        target = parts[1] if len(parts) > 1 else "__init__"
        if parts[0] != "partnergraph" or target in {"__version__", "toml", "ttl", room}:  # files, too
            continue
        if target not in ROOMS[room]:
            wrong.append(f"{path.relative_to(source)}:{line} imports {name}")
    return wrong


FILES = sorted(SOURCE.rglob("*.py"))


def test_modules_of_the_analysis_import_each_other_one_way() -> None:
    """Also inside functions and `TYPE_CHECKING` blocks."""
    modules = {f"partnergraph.analysis.{path.stem}": path for path in (SOURCE / "analysis").glob("*.py")}
    assert len(modules) > 25
    needs = {
        name: {module for _, target in _imports(path) for module in (target, target.rpartition(".")[0])} - {name}
        for name, path in modules.items()
    }
    assert list(TopologicalSorter({name: needs[name] & modules.keys() for name in needs}).static_order())


def test_there_is_something_to_look_at() -> None:
    assert len(FILES) > 20


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_no_import_goes_back_up(path: Path) -> None:
    room = _room(path)
    assert room in ROOMS or room in DOORS, f"{room} is a room that the house does not have"
    wrong = _upward(path)
    assert not wrong, f"{room} may import only {sorted(ROOMS.get(room, set()))}: {wrong}"


def test_rooms_have_an_order_in_which_each_imports_only_earlier_ones() -> None:
    """So no two rooms import each other, not even by way of a third."""
    assert list(TopologicalSorter(ROOMS).static_order())
    assert {room for rooms in ROOMS.values() for room in rooms} <= ROOMS.keys()


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_foreign_libraries_stay_in_their_rooms(path: Path) -> None:
    room = _room(path)
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for line, name in _imports(path)
        if (library := name.split(".")[0]) in FOREIGN and room not in FOREIGN[library]
    ]
    assert not wrong


def _writes(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every call that writes, renames or copies a file, by the name of what is called."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name | ast.Attribute):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        owner = node.func.value if isinstance(node.func, ast.Attribute) else None
        module = owner.id if isinstance(owner, ast.Name) else ""
        # Path.open has the mode first, open and os.open after the path.
        modes = [
            *node.args[0 if owner is not None and module != "os" else 1 :],
            *(word.value for word in node.keywords),
        ]
        constants = [mode.value for mode in modes if isinstance(mode, ast.Constant) and isinstance(mode.value, str)]
        if (
            name in {"write_bytes", "write_text", "rename", "renames", "mkstemp", "NamedTemporaryFile", "fdopen"}
            or (module == "shutil" and name.startswith(("copy", "move")))
            or (name == "replace" and (module == "os" or (len(node.args) == 1 and not node.keywords and owner)))
            or (name == "open" and any(set(mode) & set("wax+") and len(mode) < 5 for mode in constants))
            or (name == "open" and module == "os" and "O_RDONLY" not in ast.unparse(node))
        ):
            yield node.lineno, name


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_only_one_room_writes_files(path: Path) -> None:
    """Elsewhere a file would be torn by a full disk, made public, or written through a link."""
    if _room(path) == "files":
        return
    allowed = WRITERS.get(path.relative_to(SOURCE).as_posix(), set())
    found = _writes(ast.parse(path.read_text("utf-8"), str(path)))
    wrong = [f"{path.relative_to(ROOT)}:{line} calls {name}" for line, name in found if name not in allowed]
    assert not wrong, f"write with partnergraph.files: {wrong}"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "p.write_text('x')",
            "p.write_bytes(b'x')",
            "open(p, 'w')",
            "open(p, mode='ab')",
            "p.open('x')",
            "p.open('r+')",
        ),
        *("os.open(p, os.O_WRONLY)", "os.replace(a, b)", "a.rename(b)", "a.replace(b)", "shutil.copyfile(a, b)"),
    ],
)
def test_a_call_that_writes_is_seen(text: str) -> None:
    assert len(list(_writes(ast.parse(text)))) == 1


@pytest.mark.parametrize(
    "text", ["open(p)", "p.open('rb')", "t.replace('a', 'b')", "replace(x, y=1)", "p.read_bytes()"]
)
def test_a_call_that_does_not_write_is_not_blamed(text: str) -> None:
    assert not list(_writes(ast.parse(text)))


@pytest.mark.parametrize(
    ("line", "target"),
    [
        ("from partnergraph.page import draw", "partnergraph.page.draw"),
        ("import partnergraph.build.publishing", "partnergraph.build.publishing"),
        ("def f():\n    from partnergraph.build import build", "partnergraph.build.build"),
        ("def f():\n    from ..store import Reader", "partnergraph.store.Reader"),
        ("if TYPE_CHECKING:\n    from partnergraph.graph import PartnerGraph", "partnergraph.graph.PartnerGraph"),
        ("class A:\n    def f(self):\n        import partnergraph.cli", "partnergraph.cli"),
        ('run("partnergraph.server.view_worker")', "partnergraph.server.view_worker"),
    ],
)
def test_a_planted_import_that_goes_back_up_fails(tmp_path: Path, line: str, target: str) -> None:
    planted = tmp_path / "model" / "planted.py"
    planted.parent.mkdir()
    planted.write_text(f"import json\nfrom partnergraph.vocabulary import PG\nfrom . import ids\n{line}\n")
    [wrong] = _upward(planted, tmp_path)
    assert wrong.endswith(f" imports {target}")


def test_the_walker_finds_the_imports_of_the_house() -> None:
    found = {name for path in FILES for _, name in _imports(path)}
    assert {"partnergraph.store.Reader", "partnergraph.errors.StoreError"} <= found
    assert len(found) > 300


def test_no_file_is_a_drawer_for_everything() -> None:
    names = {part for path in FILES for part in path.relative_to(SOURCE).with_suffix("").parts}
    assert not names & FORBIDDEN_MODULES


def _words(name: str) -> set[str]:
    """The words of a name: of `_FastPath.take_all`, fast and path, or take and all."""
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)}


def _definitions(path: Path) -> Iterator[tuple[int, ast.AST, str]]:
    yield 1, ast.Module([], []), path.stem
    for node in ast.walk(ast.parse(path.read_text("utf-8"), str(path))):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.name not in LIBRARY_METHODS:
            yield node.lineno, node, node.name


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_names_say_what_a_thing_is(path: Path) -> None:
    """See the glossary in CONTRIBUTING.md."""
    wrong = [f"{path.name}:{line} {name}" for line, _, name in _definitions(path) if _words(name) & FORBIDDEN_WORDS]
    assert not wrong, f"words that name nothing: {wrong}"


def test_a_name_that_says_nothing_is_seen(tmp_path: Path) -> None:
    planted = tmp_path / "worded.py"
    planted.write_text("class Told:\n    def _asked_for(self): ...\n\ndef foundation(): ...\ndef onepage(): ...\n")
    wrong = {name for _, _, name in _definitions(planted) if _words(name) & FORBIDDEN_WORDS}
    assert wrong == {"worded", "Told", "_asked_for"}


def test_no_class_name_stands_twice() -> None:
    places: dict[str, list[str]] = {}
    for path in FILES:
        for _, node, name in _definitions(path):
            if isinstance(node, ast.ClassDef):
                places.setdefault(name, []).append(str(path.relative_to(SOURCE)))
    assert len(places) > 150
    assert not {name: where for name, where in places.items() if len(where) > 1}


def test_a_module_name_stands_twice_only_where_the_room_tells_them_apart() -> None:
    rooms: dict[str, set[str]] = {}
    for path in FILES:
        if path.stem not in {"__init__", "__main__"} and _room(path) != "cli":
            rooms.setdefault(path.stem, set()).add(_room(path))
    assert {name: where for name, where in rooms.items() if len(where) > 1} == SAME_NAMES


def test_no_file_has_two_topics() -> None:
    long = {str(p.relative_to(ROOT)): n for p in FILES if (n := len(p.read_text("utf-8").splitlines())) > LONG_FILE}
    assert not long, f"above {LONG_FILE} lines: split them into rooms: {long}"


def test_no_room_is_left_out_of_the_tests_by_its_name() -> None:
    """A pattern of folders that pytest skips once was "build", which is also a room."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["pytest"]["ini_options"]
    folders = {path.parent.relative_to(ROOT) for top in ("src", "tests") for path in (ROOT / top).rglob("*.py")}
    names = {name for folder in folders for name in folder.parts}
    assert "build" in names
    skipped = [name for name in sorted(names) if any(fnmatch(name, pattern) for pattern in settings["norecursedirs"])]
    assert not skipped


def test_top_level_holds_only_what_the_brief_allows() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if tracked.returncode != 0:
        pytest.skip("not a git checkout")
    allowed = {
        *("pyproject.toml", "ontology", "data", "src", "notebooks", "tests"),
        *("README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", ".gitignore", ".ci", ".github", ".gitattributes"),
    }
    assert {line.split("/")[0] for line in tracked.stdout.splitlines()} <= allowed
