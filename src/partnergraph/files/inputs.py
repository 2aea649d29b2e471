"""What a person keeps in a graph folder: no result of a command may take its place."""

from __future__ import annotations

import os
from pathlib import Path

from partnergraph.errors import UsageError

__all__ = ["refuse_inputs"]

_SETTINGS = "partnergraph.toml"
_FILES = {_SETTINGS, "story.toml", "partnership-ids.csv"}
_FOLDERS = {"tables", "documents", "sources", "rdf"}


def refuse_inputs(path: Path) -> None:
    """Raise `UsageError` for a file that stands where a build reads: tables, settings, story, documents and the like.

    Only `LockedFolder.write` changes these. Links to folders on the way are followed.
    """
    folder = path.parent.resolve()
    for graph in (folder, *folder.parents):
        if not (graph / _SETTINGS).is_file():
            continue
        top = (path.name if graph == folder else folder.relative_to(graph).parts[0]).lower()
        if top in (_FILES if graph == folder else _FOLDERS) and os.path.lexists(path):
            raise UsageError(
                f"{path} is what a build reads in the graph folder {graph.name}, and is not replaced; nothing was "
                "written. Choose another place."
            )
