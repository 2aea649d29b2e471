"""Bring files and folders to the disk, so that they outlast a power failure (POSIX, fsync)."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

__all__ = ["sync_folder", "sync_tree"]


def sync_folder(folder: Path) -> None:
    """Sync the names in a folder. Does nothing where folders cannot be opened or synced (Windows, some networks)."""
    if os.name == "nt":
        return
    with suppress(OSError):  # some file systems cannot sync a folder; the files themselves are synced
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def sync_tree(folder: Path) -> None:
    """Sync every file and folder in a folder, and the folder. Raises `OSError` when a file cannot be synced."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb" if os.name != "nt" else "rb+") as file:
                os.fsync(file.fileno())
        elif path.is_dir():
            sync_folder(path)
    sync_folder(folder)
