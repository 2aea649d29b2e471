"""What belongs to a build: its published generations, and what leads to the current one.

That is a link, or, where no links can be made (Windows, some network drives, synchronised folders), a text file with
one line, ``generations/<name>``. The text file comes first where both stand.
"""

from __future__ import annotations

from pathlib import Path

from partnergraph.errors import UsageError

__all__ = ["CURRENT", "MARK", "PREVIOUS", "PUBLISHED", "pointer_file", "published_generation", "refuse_published"]

# The file that makes a folder the output of builds; builds lock it.
MARK = ".partnergraph"
# The files of a generation that have a link or a copy beside it.
PUBLISHED = ("graph.trig", "index.html", "report.json")
CURRENT, PREVIOUS = "current", ".previous"
_OWN = {MARK, CURRENT, PREVIOUS, f"{CURRENT}.txt", f"{PREVIOUS}.txt", "generations", *PUBLISHED}
_MAX_POINTER = 1_000  # bytes


def pointer_file(output: Path, name: str) -> Path:
    """The text file that stands for the link `name` of an output folder."""
    return output / f"{name}.txt"


def published_generation(output: Path, name: str = CURRENT) -> Path | None:
    """The folder of the current generation of an output folder, or with `PREVIOUS` that of the one before; None when
    there is none. Raises `OSError` when it cannot be read.
    """
    pointer = pointer_file(output, name)
    try:
        with pointer.open("rb") as file:
            parts = file.read(_MAX_POINTER).decode("utf-8", "replace").strip().split("/")
    except FileNotFoundError:
        folder = output / name
        return folder.resolve() if folder.is_dir() else None
    # The file may come from others, by way of a synchronised folder: it leads nowhere else.
    if len(parts) != 2 or parts[0] != "generations" or parts[1] == ".." or Path(parts[1]).name != parts[1]:
        return None
    folder = output / "generations" / parts[1]
    return folder.resolve() if folder.is_dir() else None


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
