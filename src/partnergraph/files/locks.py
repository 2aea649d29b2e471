"""Advisory locks: of one file, and of a graph folder whose tables are to be changed.

A lock lasts as long as its file is open in the process that took it, so it never outlives a killed process (flock on
POSIX, locking of a byte range on Windows). Some network drives have no locks: there nothing keeps two commands from
changing one folder at once, and `has_locks` says so.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from partnergraph.errors import StoreError
from partnergraph.files.atomic import replace_files
from partnergraph.files.temporary import sweep, try_lock

__all__ = ["LockedFolder", "has_locks", "lock_file", "lock_folder"]

LOCK = ".partnergraph.lock"
WAIT = 10.0
_PAUSE = 0.05
_NO_LOCKS = {errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.ENOLCK}  # errors of a drive without locks


class LockedFolder:
    """A graph folder that no other command changes meanwhile; only `write` changes its tables and settings."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, files: Mapping[str, bytes], check: Callable[[], None]) -> None:
        """Replace files, by their paths in the folder, as one change; they are renamed in the order of `files`.

        `check` is called when everything is on the disk and nothing is renamed yet: it raises what stops the change.
        Raises `StoreError` when the disk refuses; then nothing is changed, or the error says what is.
        """
        replace_files(self.path, files, check)


@contextmanager
def lock_file(path: Path, wait: float = 0.0, *, remove: bool = False) -> Iterator[None]:
    """Hold the lock of a file, which is made where it is missing, and removed at the end if that is asked.

    Waits for at most `wait` seconds. Raises `BlockingIOError` when another process has it still, `OSError` when the
    file cannot be made.
    """
    until = time.monotonic() + wait
    while (handle := _locked(path)) is None:
        if time.monotonic() >= until:
            raise BlockingIOError(f"{path} is locked")
        time.sleep(_PAUSE)
    try:
        yield
    finally:
        is_left = remove and not _removed(path)
        os.close(handle)
        if is_left:  # Windows removes no file that is open; nor will it, if another process has it by now
            _removed(path)


def has_locks(path: Path) -> bool:
    """Whether the drive of a file of ours has locks. Raises `OSError` when the file cannot be opened."""
    handle = os.open(path, os.O_RDONLY)
    try:
        try_lock(handle)
    except OSError as error:
        return error.errno not in _NO_LOCKS
    finally:
        os.close(handle)
    return True


def _locked(path: Path) -> int | None:
    # (without waiting: it may be a pipe)
    flags = os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        handle = os.open(path, flags | os.O_RDWR, 0o666)
        _let_others_lock(handle)
    except PermissionError:  # the file of another person; reading is enough to lock it
        handle = os.open(path, flags & ~os.O_CREAT | os.O_RDONLY)
    try:
        # Whoever held the lock may have removed the file: then this is the lock of nothing.
        if _try_lock(handle) and os.path.samestat(os.fstat(handle), os.stat(path)):  # noqa: PTH116
            return handle
    except FileNotFoundError:
        pass
    except BaseException:
        os.close(handle)
        raise
    os.close(handle)
    return None


def _removed(path: Path) -> bool:
    try:
        path.unlink()
    except OSError:
        return False
    return True


def _try_lock(handle: int) -> bool:
    try:
        return try_lock(handle)
    except OSError as error:
        if error.errno in _NO_LOCKS:
            return True
        raise


def _let_others_lock(handle: int) -> None:
    """Whatever our umask: who may change the folder must be able to wait for us, and to go on when we were killed."""
    if hasattr(os, "fchmod"):
        with suppress(OSError):  # of another person, or a file system without modes
            os.fchmod(handle, 0o666)


@contextmanager
def lock_folder(folder: Path, wait: float = WAIT) -> Iterator[LockedFolder]:
    """Hold the lock of a graph folder, and remove what killed processes left in it.

    Raises `StoreError` when another command holds it still after `wait` seconds, or when nothing can be written there.
    """
    with ExitStack() as held:
        try:
            held.enter_context(lock_file(folder / LOCK, wait, remove=True))
            for place in (folder, *(path for path in folder.iterdir() if path.is_dir() and not path.is_symlink())):
                sweep(place)
        except BlockingIOError:
            raise StoreError(
                f"Another command has been changing {folder} for {wait:g} seconds. Nothing was written; try again "
                "when it is done."
            ) from None
        except OSError as error:
            raise StoreError(f"{folder} cannot be locked: {error.strerror}. Nothing was written.") from None
        yield LockedFolder(folder)
