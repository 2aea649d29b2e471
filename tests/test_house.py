"""The house rules: data walks one way, foreign engines stay in their rooms, files stay small."""

from __future__ import annotations

import ast
import subprocess
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "partnergraph"

# Who may import whom. A room may always import itself.
ROOMS: dict[str, set[str]] = {
    "errors": set(),
    "spreadsheet_safety": set(),
    "xml_text": set(),
    "files": {"errors"},
    "reading": {"errors"},
    "vocabulary": {"errors"},
    "model": {"errors", "vocabulary"},
    # from files to the model
    "tables": {"errors", "reading"},
    "registers": {"errors", "reading", "vocabulary", "model", "tables"},
    "graph_folder": {"errors", "reading", "vocabulary", "model", "tables", "registers"},
    # the store, and what reads it
    "store": {"errors", "reading", "vocabulary"},
    "claims": {"errors", "vocabulary", "model", "store", "results"},
    "check": {"errors", "spreadsheet_safety", "vocabulary", "store"},
    "match": {
        *("errors", "reading", "spreadsheet_safety", "vocabulary", "model"),
        *("tables", "registers", "graph_folder", "store", "claims"),
    },
    "extraction": {
        *("errors", "files", "reading", "spreadsheet_safety", "xml_text", "vocabulary", "model"),
        *("tables", "registers", "graph_folder", "store", "claims", "match"),
    },
    "workbook": {
        *("errors", "files", "reading", "spreadsheet_safety", "xml_text", "vocabulary", "model"),
        *("tables", "registers", "graph_folder", "store", "claims"),
    },
    "build": {
        *("errors", "files", "vocabulary", "model", "registers", "graph_folder", "store", "check", "match"),
    },
    # asking
    "results": {"errors", "spreadsheet_safety", "xml_text", "vocabulary", "store"},
    "questions": {"errors", "vocabulary", "store", "claims"},
    "sparql": {"errors", "vocabulary", "store", "claims", "results"},
    "execution": {"errors", "files", "vocabulary", "store", "claims", "results", "questions", "sparql"},
    # showing
    "network": {"errors", "files", "spreadsheet_safety", "xml_text", "vocabulary", "store", "claims", "results"},
    "compare": {"errors", "xml_text", "vocabulary", "store", "claims"},
    "page": {"errors", "files", "xml_text"},
    # serving
    "pool": {"errors", "execution"},
    "endpoint": {"errors", "execution", "pool"},
    "site": {
        *("errors", "vocabulary", "store", "claims", "results", "questions", "sparql", "execution", "network", "page"),
        *("pool", "endpoint"),
    },
    "reconcile": {"errors", "vocabulary", "store", "claims", "results", "match", "network", "endpoint", "site"},
    "server": {"errors", "store", "execution", "pool", "endpoint", "site", "reconcile"},
}
# The doors open, call and print: they may import every room.
DOORS = {"cli", "graph", "notebook", "__init__", "__main__"}
# A foreign library and the only rooms that may know it.
FOREIGN = {
    "pyoxigraph": {"store"},
    "pyvis": {"page"},
    "pyshacl": set[str](),
    "click": {"cli"},
    "jinja2": {"page", "site", "compare"},
    "openpyxl": {"tables", "workbook"},
    "python_calamine": {"tables"},
    "rapidfuzz": {"match"},
    "starlette": {"server", "site", "reconcile"},
    "uvicorn": {"server"},
}
# What writes or renames files outside of the room "files", and why it may: a file and the calls in it.
WRITERS = {
    # The switch of generations: a folder and links, under the build's lock.
    "build/publishing.py": {"rename", "replace"},
    "cli/error_reporting.py": {"open"},  # the null device, where a standard stream was closed
    "execution/worker_main.py": {"open"},  # standard output, by its number
    "reading/__init__.py": {"open"},  # by the system's own call, to read
    "server/audit.py": {"open"},  # a record that lines are added to
    "store/host_name.py": {"open"},  # a file of a generation that is not published yet
    "store/name_index.py": {"open"},  # the same
}
FORBIDDEN_NAMES = {"utils", "util", "common", "helpers", "core", "base", "services", "manager", "misc"}
LONG_FILE = 500


def _room(path: Path) -> str:
    return path.relative_to(SOURCE).with_suffix("").parts[0]


def _imports(path: Path, source: Path = SOURCE) -> Iterator[tuple[int, str]]:
    """Every module that a file imports, also inside functions and TYPE_CHECKING blocks."""
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


FILES = sorted(SOURCE.rglob("*.py"))


def test_there_is_something_to_look_at() -> None:
    assert len(FILES) > 20


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_no_import_goes_back_up(path: Path) -> None:
    room = _room(path)
    assert room in ROOMS or room in DOORS, f"{room} is a room that the house does not have"
    wrong = []
    for line, name in _imports(path):
        parts = name.split(".")
        if parts[0] != "partnergraph" or room in DOORS:
            continue
        target = parts[1] if len(parts) > 1 else "__init__"
        if target in {"__version__"} or target == room:
            continue
        if target not in ROOMS[room]:
            wrong.append(f"{path.relative_to(ROOT)}:{line} imports {name}")
    assert not wrong, f"{room} may import only {sorted(ROOMS.get(room, set()))}: {wrong}"


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


def test_an_import_that_goes_back_up_is_seen(tmp_path: Path) -> None:
    """The walker itself: relative imports, those inside functions and those for types count."""
    planted = tmp_path / "model" / "planted.py"
    planted.parent.mkdir()
    planted.write_text(
        "import json\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from partnergraph.page import draw\n"
        "def f():\n    from partnergraph.build import build\n    from ..store import Reader\n    from . import ids\n"
    )
    found = {name: line for line, name in _imports(planted, tmp_path)}
    assert found["partnergraph.page.draw"] == 4
    assert found["partnergraph.build.build"] == 6
    assert found["partnergraph.store.Reader"] == 7
    assert found["partnergraph.model.ids"] == 8
    assert found["json"] == 1


def test_the_walker_finds_the_imports_of_the_house() -> None:
    found = {name for path in FILES for _, name in _imports(path)}
    assert {"partnergraph.store.Reader", "partnergraph.errors.StoreError"} <= found
    assert len(found) > 300


def test_no_file_is_a_drawer_for_everything() -> None:
    names = {part for path in FILES for part in path.relative_to(SOURCE).with_suffix("").parts}
    assert not names & FORBIDDEN_NAMES


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
        *("README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", ".gitignore", ".ci"),
    }
    assert {line.split("/")[0] for line in tracked.stdout.splitlines()} <= allowed
