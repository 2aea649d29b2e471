"""Where the graph is that a path stands for."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from partnergraph.errors import StoreError


def locate(path: Path | None = None) -> Path:
    """The store folder or RDF file that a path stands for.

    A graph folder stands for its build: `./build`, else `build` beside it or in it, whose report names the same graph.
    Without a path: `./build`, else what was built from `./data`. Raises `StoreError` that says what to run, or what may
    not be read.
    """
    try:
        return _located(path)
    except OSError as error:
        raise StoreError(f"{error.filename or path} cannot be read: {error.strerror or error}.") from None


def _located(path: Path | None) -> Path:
    if path is None:
        path = next((p for p in (Path("build"), Path("data")) if p.exists()), None)
        if path is None:
            raise StoreError(
                "There is no graph here. Build one first: partnergraph build FOLDER (or name one: --graph)."
            )
    if not path.exists():
        build = path.parents[2] if path.parts[-3:-2] == ("generations",) else None
        if build is not None and (build / "current").exists():
            raise StoreError(
                f"There is nothing at {path}: this generation of the build is no longer kept. Open the build again: "
                f"{build}"
            )
        raise StoreError(f"There is nothing at {path}.")
    if path.is_file():
        return path
    config = path / "partnergraph.toml"
    if config.is_file():
        wanted = _read(config, tomllib.loads).get("id")
        for output in (Path("build"), path.resolve().parent / "build", path / "build"):
            report = output / "current" / "report.json"
            if wanted is not None and report.is_file() and _read(report, json.loads).get("graph") == wanted:
                return (output / "current" / "store").resolve()
        raise StoreError(f"{path} has not been built yet. Run: partnergraph build {path}")
    for store in (path / "current" / "store", path / "store"):
        if store.is_dir():
            return store.resolve()
    if (path / "CURRENT").is_file():
        return path
    raise StoreError(f"{path} is not a graph folder, a build folder or a store. Build one: partnergraph build FOLDER")


def _read(path: Path, parse: Callable[[str], Any]) -> dict[str, Any]:
    """A TOML or JSON file; one that does not parse says nothing (its own reader says what is wrong with it)."""
    try:
        found = parse(path.read_text("utf-8"))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
