"""New folders, which stand under their name only once everything is in them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from partnergraph.errors import StoreError, UsageError
from partnergraph.files.published import refuse_published
from partnergraph.files.sync import sync_folder, sync_tree
from partnergraph.files.temporary import TemporaryFolder, replace_path, sweep

__all__ = ["fill_folder", "make_parents", "new_folder", "remove_empty"]


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A temporary folder to fill, which becomes `path` at the end, and is gone again if anything fails.

    An empty folder at `path` is replaced, with its mode. Raises `UsageError` for a path where anything else stands,
    `StoreError` when the disk refuses.
    """
    if path.is_symlink() or (path.exists() and not path.is_dir()):
        what = "a link" if path.is_symlink() else "a file"
        raise UsageError(f"{path} is {what}. Name a folder that is not there yet.")
    if path.is_dir() and any(path.iterdir()):
        raise UsageError(f"{path} is not empty, and nothing in it is overwritten. Name a folder that is not there yet.")
    if path.is_dir() and path.samefile(Path.cwd()):
        raise UsageError(f"{path} is the folder that you are in. Name it from the folder above.")
    refuse_published(path)
    parents: list[Path] = []
    done = False
    try:
        with _disk_errors(path):
            parents += make_parents(path)
            sweep(path.parent)
            fresh = TemporaryFolder(path)
        try:
            try:
                yield fresh.path
            except OSError as error:
                if error.filename is None or not Path(os.fsdecode(error.filename)).is_relative_to(fresh.path):
                    raise  # of another place, which was read
                raise _refused(path, error) from None
            with _disk_errors(path):
                _show(fresh.path, path)
            done = True
        finally:
            fresh.discard()
    finally:
        if not done:
            remove_empty(parents)


def fill_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files, by their paths in it, into a folder that nobody reads yet. Raises `OSError` with the path, and
    `StoreError` for a path that leads out of the folder (names may come from a graph of others); then nothing is
    written.
    """
    for name in files:
        if Path(name).anchor or ".." in Path(name).parts or "\0" in name:
            raise StoreError(f"{ascii(name)[1:-1]} leads out of the folder that is written; nothing was written.")
    for name, data in files.items():
        try:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(folder / name)) from None


def make_parents(path: Path) -> list[Path]:
    """Make the folders above a path that are missing; returns them, outermost first. Raises `OSError`."""
    missing: list[Path] = []
    for folder in path.parents:
        if folder.exists():
            break
        missing.insert(0, folder)
    for number, folder in enumerate(missing):
        try:
            folder.mkdir(exist_ok=True)
        except OSError:
            remove_empty(missing[:number])
            raise
    return missing


def remove_empty(folders: list[Path]) -> None:
    """Remove folders that were made for nothing, as far as they are empty."""
    for folder in reversed(folders):
        with suppress(OSError):
            folder.rmdir()


def _show(fresh: Path, path: Path) -> None:
    sync_tree(fresh)
    if path.is_dir():
        replaced = path.stat()
        with suppress(OSError):
            fresh.chmod(replaced.st_mode & 0o7777)
            if hasattr(os, "chown"):
                os.chown(fresh, replaced.st_uid, replaced.st_gid)
        if os.name == "nt":  # elsewhere a folder may be renamed over an empty one
            path.rmdir()
    replace_path(fresh, path)
    sync_folder(path.parent)


@contextmanager
def _disk_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _refused(path, error) from None


def _refused(path: Path, error: OSError) -> StoreError:
    return StoreError(f"{path} cannot be written: {error.strerror or error}. Nothing was made.")
