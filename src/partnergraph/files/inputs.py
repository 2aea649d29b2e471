"""What a person keeps in a graph folder: no result of a command may be put among it, or in its place."""

from __future__ import annotations

import os
from pathlib import Path

from partnergraph.errors import UsageError

__all__ = ["refuse_inputs"]

_SETTINGS = "partnergraph.toml"
_FILES = {_SETTINGS, "story.toml"}
_TABLES = "tables"
_FOLDERS = {"documents", "sources", "rdf"}


def refuse_inputs(path: Path) -> None:
    """Raise `UsageError` for a path among the tables of a graph folder, and for a file of it that a build reads.

    Only `LockedFolder.write` changes these. Links to folders on the way are followed.
    """
    folder = path.parent.resolve()
    for graph in (folder, *folder.parents):
        if not (graph / _SETTINGS).is_file():
            continue
        top = (path.name if graph == folder else folder.relative_to(graph).parts[0]).lower()
        stands = os.path.lexists(path)
        if (graph == folder and top in _FILES and stands) or (
            graph != folder and (top == _TABLES or (top in _FOLDERS and stands))
        ):
            raise UsageError(
                f"{path} is among what a build reads in the graph folder {graph.name}; nothing was written. "
                "Choose another place."
            )
