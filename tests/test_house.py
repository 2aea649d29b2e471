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
    "vocabulary": {"errors"},
    "reading": {"errors"},
    "model": {"errors", "vocabulary"},
    "sources": {"errors", "reading", "vocabulary", "model"},
    "store": {"errors", "reading", "vocabulary"},
    "check": {"errors", "vocabulary", "store"},
    "match": {"errors", "reading", "vocabulary", "model", "sources", "store"},
    "prose": {"errors", "reading", "vocabulary", "model", "sources", "store", "match"},
    "workbook": {"errors", "reading", "vocabulary", "model", "sources", "store"},
    "build": {"errors", "vocabulary", "model", "sources", "store", "check", "match"},
    "queries": {"errors", "vocabulary", "store"},
    "network": {"errors", "vocabulary", "store", "queries"},
    "compare": {"errors", "vocabulary", "store", "queries"},
    "page": {"errors"},
    "serve": {"errors", "vocabulary", "store", "queries", "network", "page", "match"},
}
# The doors open, call and print: they may import every room.
DOORS = {"cli", "graph", "notebook", "__init__", "__main__"}
# A foreign library and the only rooms that may know it.
FOREIGN = {
    "pyoxigraph": {"store"},
    "pyvis": {"page"},
    "pyshacl": set[str](),
    "click": {"cli"},
    "jinja2": {"page", "serve", "compare"},
    "openpyxl": {"sources", "workbook"},
    "python_calamine": {"sources"},
    "rapidfuzz": {"match"},
    "starlette": {"serve"},
    "uvicorn": {"serve"},
}
FORBIDDEN_NAMES = {"utils", "util", "common", "helpers", "core", "base", "services", "manager", "misc"}
LONG_FILE = 500


def _room(path: Path) -> str:
    return path.relative_to(SOURCE).with_suffix("").parts[0]


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    """Every module that a file imports, also inside functions and TYPE_CHECKING blocks."""
    package = ["partnergraph", *path.relative_to(SOURCE).with_suffix("").parts[:-1]]
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


def test_an_import_that_goes_back_up_is_seen(tmp_path: Path) -> None:
    """The walker itself: relative imports and imports inside functions count."""
    text = "def f():\n    from partnergraph.build import build\n    from ..store import Reader\n"
    module = ast.parse(text)
    found = [n.module for n in ast.walk(module) if isinstance(n, ast.ImportFrom)]
    assert found == ["partnergraph.build", "store"]


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
