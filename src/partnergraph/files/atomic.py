"""Files replaced whole or not at all: one, or several as one change."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

from partnergraph.errors import StoreError
from partnergraph.files.folders import fill_folder, make_parents, new_folder, remove_empty
from partnergraph.files.inputs import refuse_inputs
from partnergraph.files.published import refuse_published
from partnergraph.files.sync import sync_folder
from partnergraph.files.temporary import TemporaryFile, sweep

__all__ = ["replace_files", "write_file", "write_files"]

_LINKS = 40  # as many as Linux follows


def write_file(path: Path, data: bytes) -> None:
    """Write a file, whole or not at all; see `partnergraph.files` for links, modes, devices and pipes.

    Raises `StoreError` when the disk refuses (what stood there is as it was), `UsageError` for a path that belongs to
    what a build has published, or to what it reads in a graph folder.
    """
    if not _is_stream(path):
        refuse_inputs(path)
        replace_files(path.parent, {path.name: data}, error_name=path)
        return
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND), "wb") as stream:
            stream.write(data)
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}.") from None


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files, by their paths in a folder, as one change: into a new folder, or into one that is there.

    Raises `StoreError` when the disk refuses, `UsageError` for a path that belongs to what a build has published, or to
    what it reads in a graph folder.
    """
    for name in files:
        refuse_inputs(folder / name)
    if folder.exists() or folder.is_symlink():
        replace_files(folder, files)
        return
    with new_folder(folder) as staging:
        fill_folder(staging, files)


def replace_files(
    folder: Path,
    files: Mapping[str, bytes],
    check: Callable[[], None] | None = None,
    error_name: Path | None = None,
) -> None:
    """Replace files of a folder, or add them, renamed in the order of `files`.

    All are on the disk before the first is renamed; `check` is called in between, and stops everything by raising. When
    a rename fails, what was renamed before is put back. `shown` is what errors call the one file.
    """
    targets = {folder / name: data for name, data in files.items()}
    staged: dict[Path, TemporaryFile] = {}
    old: dict[Path, TemporaryFile] = {}
    new_folders: list[Path] = []
    renamed: list[Path] = []
    new = {target for target in targets if not os.path.lexists(target)}
    target = folder
    try:
        for target in targets:
            refuse_published(target)
        for target, data in targets.items():
            if target.parent != folder:
                new_folders += make_parents(target)
            if target.parent not in {other.parent for other in staged}:
                sweep(target.parent)
            _check_replaceable(target)
            staged[target] = TemporaryFile(target, data)
            if len(targets) > 1 and target.is_file():
                old[target] = TemporaryFile(target, target.read_bytes())
        if check is not None:
            check()
        for target, file in staged.items():
            file.rename(target)
            renamed.append(target)
            sync_folder(target.parent)
    except BaseException as error:
        changed = _roll_back(renamed, old, new)
        _discard(staged, old)
        remove_empty(new_folders)
        if not isinstance(error, OSError):
            raise
        raise StoreError(_message(error_name or target, error, changed)) from None
    _discard(staged, old)


def _discard(*files: Mapping[Path, TemporaryFile]) -> None:
    for file in (file for group in files for file in group.values()):
        file.discard()


def _check_replaceable(target: Path) -> None:
    """Raise for what no file may replace: a folder, a device, or a file that is protected against writing."""
    if target.is_symlink() or not target.exists():
        return
    if not (target.is_file() or target.is_dir()):
        raise StoreError(f"{target} is no ordinary file; nothing was written.")
    # A pipe that has taken the place of the file meanwhile must not be waited for.
    os.close(os.open(target, os.O_WRONLY | getattr(os, "O_NONBLOCK", 0)))


def _roll_back(renamed: list[Path], old: Mapping[Path, TemporaryFile], new: set[Path]) -> list[Path]:
    """Undo renames; returns the files that could not be put back."""
    remaining = []
    for target in reversed(renamed):
        try:
            if target in old:
                old[target].rename(target)
            elif target in new:
                target.unlink()
            else:
                remaining.append(target)
        except OSError:
            remaining.append(target)
    return remaining


def _message(target: Path, error: OSError, changed: list[Path]) -> str:
    text = f"{target} cannot be written: {error.strerror or error}."
    if changed:
        names = ", ".join(str(path) for path in changed)
        return f"{text} These are written already: {names}. Run the same command again to complete the change."
    return f"{text} {'It is as it was' if os.path.lexists(target) else 'Nothing was written'}."


def _is_stream(path: Path) -> bool:
    """Whether a path stands for a device, a pipe or an open descriptor (/dev/stdout, also by way of links)."""
    link = path
    try:
        for _ in range(_LINKS):
            folder = os.path.realpath(link.parent)
            if folder.startswith("/proc/") or folder in ("/dev", "/dev/fd"):
                return True
            if not link.is_symlink():
                break
            link = link.parent / link.readlink()
        kind = path.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(kind) or stat.S_ISDIR(kind))
