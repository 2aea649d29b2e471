"""Where the graph is that a path stands for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from partnergraph.errors import StoreError
from partnergraph.files import CURRENT, PREVIOUS, pointer_file, published_generation
from partnergraph.reading import printable, read_file
from partnergraph.reading.toml import MAX_SIZE, parse_toml

MAX_REPORT_SIZE = 200_000_000  # bytes


def locate(path: Path | None = None) -> Path:
    """The store folder or RDF file that a path stands for.

    A graph folder stands for its build: `build` in it, beside it, or `./build`, whose report names the same graph; of
    several the first that was made of the files of the folder as they are now.
    Without a path: `./build`, else what was built from `./data`. Raises `StoreError` that says what to run, or what may
    not be read.
    """
    try:
        return _resolve(path if path is not None else _default_path())
    except OSError as error:
        raise StoreError(f"{error.filename or path} cannot be read: {error.strerror or error}.") from None


def locate_previous(output: Path) -> Path:
    """The store of the generation before the current one of a build folder. Raises `StoreError` when there is none."""
    try:
        before = published_generation(output, PREVIOUS)
    except OSError as error:
        raise StoreError(f"{error.filename or output} cannot be read: {error.strerror or error}.") from None
    if before is None or not (before / "store").is_dir():
        raise StoreError(f"{output} holds no generation before the current one.")
    return before / "store"


def _default_path() -> Path:
    for path in (Path("build"), Path("data")):
        if path.exists():
            return path
    raise StoreError("There is no graph here. Build one first: partnergraph build FOLDER (or name one: --graph).")


def _resolve(path: Path) -> Path:
    if not path.exists():
        build = path.parents[2] if path.parts[-3:-2] == ("generations",) else None
        if build is not None and published_generation(build) is not None:
            gone = f"There is nothing at {printable(path)}: this generation of the build is no longer kept."
            raise StoreError(f"{gone} Open the build again: {printable(build)}")
        raise StoreError(f"There is nothing at {printable(path)}.")
    if path.is_file():
        return path
    if (path / "partnergraph.toml").is_file():
        return _store_of_graph_folder(path)
    for folder in (published_generation(path), path):
        if folder is not None and (folder / "store").is_dir():
            return (folder / "store").resolve()
    if (pointer := pointer_file(path, CURRENT)).is_file():
        raise StoreError(
            f"{printable(pointer)} names a generation that is not there. Wait until the folder is synchronised, or "
            "build it again."
        )
    if (path / "CURRENT").is_file():
        return path
    kinds = "a graph folder, a build folder, a store or an RDF file"
    raise StoreError(f"{printable(path)} is not {kinds}. Build one: partnergraph build FOLDER")


def _store_of_graph_folder(folder: Path) -> Path:
    """The store of the build whose report names the graph of this folder."""
    graph = _read(folder / "partnergraph.toml", MAX_SIZE, parse_toml).get("id")
    builds: list[tuple[Path, dict[str, Any]]] = []
    for output in (folder / "build", folder.resolve().parent / "build", Path("build")):
        current = published_generation(output)
        if graph is None or current is None or not (current / "report.json").is_file():
            continue
        report = _read(current / "report.json", MAX_REPORT_SIZE, json.loads)
        if report.get("graph") == graph and current not in (build for build, _ in builds):
            builds.append((current, report))
    if not builds:
        raise StoreError(f"{printable(folder)} has not been built yet. Run: partnergraph build {printable(folder)}")
    if len({current.resolve() for current, _ in builds}) > 1:  # copies of one graph: hashing the inputs takes a moment
        builds.sort(key=lambda build: not _has_inputs(build[1].get("inputs"), folder))
    return builds[0][0] / "store"


def _has_inputs(inputs: object, folder: Path) -> bool:
    """Whether the files of a graph folder are those that a report names, with their hashes."""
    if not isinstance(inputs, dict) or not inputs:
        return False
    for name, digest in inputs.items():
        if not (folder / str(name)).is_file():
            return False
        with (folder / str(name)).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                return False
    return True


def _read(path: Path, limit: int, parse: Callable[[str], Any]) -> dict[str, Any]:
    """A TOML or JSON file; one that does not parse says nothing (its own reader says what is wrong with it)."""
    try:
        content = parse(read_file(path, limit).decode("utf-8"))
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
