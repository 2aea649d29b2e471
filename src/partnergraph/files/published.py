"""What belongs to a build: its published generations, and the links that lead to the current one."""

from __future__ import annotations

from pathlib import Path

from partnergraph.errors import UsageError

__all__ = ["MARK", "PUBLISHED", "refuse_published"]

# The file that makes a folder the output of builds; builds lock it.
MARK = ".partnergraph"
# The files of a generation that have a link beside it.
PUBLISHED = ("graph.trig", "index.html", "report.json")
_OWN = {MARK, "current", ".previous", "generations", *PUBLISHED}


def refuse_published(path: Path) -> None:
    """Raise `UsageError` for a path in a published generation, or one of the names that a build keeps for itself.

    Links to folders on the way are followed; other files beside the published ones are nobody's concern.
    """
    folder = path.parent.resolve()
    for build in (folder, *folder.parents):
        if not (build / MARK).is_file():
            continue
        name = path.name if build == folder else folder.relative_to(build).parts[0]
        if name.lower() in _OWN:
            raise UsageError(
                f"{path} belongs to what was published in {build}, which only a build changes; nothing was written. "
                f"Choose another place, or build again: partnergraph build FOLDER --output {build}"
            )
