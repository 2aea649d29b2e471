"""The one room that writes files: whole or not at all, and nothing that stood there is lost.

A file is written beside its target under a random name, synced, and renamed (POSIX, rename: the name stands for the old
file or for the new one at every moment). It takes the mode and, where that is permitted, the owner of the file that it
replaces. A symbolic link at the target is replaced, not followed. Devices, pipes and open descriptors (/dev/stdout)
are written to directly. What a build has published is never written over.

A temporary file or folder is locked by the process that writes it. One that nobody locks was left by a process that was
killed, and is removed by the next that writes into the same folder.
"""

from __future__ import annotations

from partnergraph.files.atomic import write_file, write_files
from partnergraph.files.folders import fill_folder, new_folder
from partnergraph.files.locks import LockedFolder, has_locks, lock_file, lock_folder
from partnergraph.files.portable_names import DEVICE_NAMES, portable_names
from partnergraph.files.published import (
    CURRENT,
    MARK,
    PREVIOUS,
    PUBLISHED,
    pointer_file,
    published_generation,
    refuse_published,
)
from partnergraph.files.sync import sync_folder, sync_tree
from partnergraph.files.temporary import private_folder, replace_path, sweep_private_folders

__all__ = [
    "CURRENT",
    "DEVICE_NAMES",
    "MARK",
    "PREVIOUS",
    "PUBLISHED",
    "LockedFolder",
    "fill_folder",
    "has_locks",
    "lock_file",
    "lock_folder",
    "new_folder",
    "pointer_file",
    "portable_names",
    "private_folder",
    "published_generation",
    "refuse_published",
    "replace_path",
    "sweep_private_folders",
    "sync_folder",
    "sync_tree",
    "write_file",
    "write_files",
]
