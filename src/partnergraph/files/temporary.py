"""Temporary files and folders with random names, each locked by the process that writes it."""

from __future__ import annotations

import errno
import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

__all__ = [
    "TemporaryFile",
    "TemporaryFolder",
    "private_folder",
    "replace_path",
    "sweep",
    "sweep_private_folders",
    "take_over",
    "try_lock",
]

_ACL = "system.posix_acl_access"
_SHARING_TIME = 2.0  # seconds in which Windows may refuse a rename, because another program reads the file
_PAUSE = 0.05
_NAME = re.compile(r"\.partnergraph-[0-9a-f]{16}\.tmp")
MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108  a file system in memory (Linux: shm_overview(7)); names are random


def try_lock(handle: int) -> bool:
    """Take the exclusive lock of an open file, or say that another process has it. Closing the file frees it.

    Raises `OSError` when this file system has no locks.
    """
    try:
        if fcntl is not None:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            try:
                import msvcrt
            except ImportError:
                raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP)) from None
            os.lseek(handle, 0, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    except (BlockingIOError, PermissionError):
        return False
    return True


def replace_path(path: Path, target: Path) -> None:
    """Rename a file or folder over its target. Raises `OSError` when that is refused.

    Windows refuses it while another program has either open: a virus scanner or a synchroniser does for a moment, so
    there it is tried for some time.
    """
    until = time.monotonic() + _SHARING_TIME
    while True:
        try:
            os.replace(path, target)  # noqa: PTH105
            return
        except PermissionError:
            if os.name != "nt" or time.monotonic() >= until:
                raise
        time.sleep(_PAUSE)


class TemporaryFile:
    """A file that is on the disk, complete, under a random name beside its target."""

    def __init__(self, target: Path, data: bytes) -> None:
        """Raises `OSError` when the disk refuses; then nothing is left behind."""
        replaced = target.stat() if target.is_file() else None
        self.path, handle = _create(target.parent, 0o666 if replaced is None else 0o600)
        self._lock: int | None = None
        try:
            with os.fdopen(handle, "wb") as file:
                if fcntl is not None:  # closed last; what goes wrong in closing the other is known before the rename
                    self._lock = os.dup(handle)
                file.write(data)
                if replaced is not None:
                    take_over(handle, target, replaced)
                file.flush()
                os.fsync(handle)
        except BaseException:
            self.discard()
            raise

    def rename(self, target: Path) -> None:
        """Put it in the place of its target. Raises `OSError` when that is refused."""
        replace_path(self.path, target)

    def discard(self) -> None:
        """Remove what was not renamed."""
        with suppress(OSError):
            self.path.unlink(missing_ok=True)
        _close(self._lock)
        self._lock = None


class TemporaryFolder:
    """A folder under a random name beside its target."""

    def __init__(self, target: Path) -> None:
        """Raises `OSError` when the disk refuses."""
        while True:
            self.path, self._lock = target.parent / _random(), None
            self.path.mkdir()
            if fcntl is None:
                return
            with suppress(OSError):
                self._lock = os.open(self.path, os.O_RDONLY)
                try_lock(self._lock)
            if self.path.is_dir():  # another process may have swept it before it was locked
                return
            _close(self._lock)

    def discard(self) -> None:
        """Remove it with all that is in it, unless it was renamed."""
        shutil.rmtree(self.path, ignore_errors=True)
        _close(self._lock)
        self._lock = None


@contextmanager
def private_folder() -> Iterator[Path]:
    """A folder for this process and its user alone, in memory where the system has such a file system; gone at the end.
    Temporary files of libraries are made in it meanwhile.

    What a killed process leaves is removed by `sweep_private_folders`, which the next folder calls.
    Raises `OSError` when there is no room.
    """
    sweep_private_folders()
    folder, default = TemporaryFolder(_private_parent() / "private"), tempfile.tempdir
    try:
        folder.path.chmod(0o700)
        tempfile.tempdir = str(folder.path)
        yield folder.path
    finally:
        tempfile.tempdir = default
        folder.discard()


def sweep_private_folders() -> None:
    """Remove the private folders of processes that were killed."""
    sweep(_private_parent())


def _private_parent() -> Path:
    return MEMORY_FOLDER if os.access(MEMORY_FOLDER, os.W_OK | os.X_OK) else Path(tempfile.gettempdir())


def sweep(folder: Path) -> None:
    """Remove the temporary files and folders that killed processes left in a folder; those in use are locked."""
    if fcntl is None:
        return
    with suppress(OSError):
        for path in [Path(entry.path) for entry in os.scandir(folder) if _NAME.fullmatch(entry.name)]:
            _remove_unlocked(path)


def _remove_unlocked(path: Path) -> None:
    with suppress(OSError):
        kind = path.lstat().st_mode
        if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
            return
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        try:
            if try_lock(handle) and stat.S_ISDIR(kind):
                shutil.rmtree(path, ignore_errors=True)
            elif try_lock(handle):
                path.unlink()
        finally:
            os.close(handle)


def take_over(handle: int, path: Path, replaced: os.stat_result) -> None:
    """Give an open file the owner, access list and mode of the one that it replaces, as far as that is permitted.

    Where the group cannot be kept, the group has no rights: those were meant for another one.
    """
    if not hasattr(os, "fchown"):  # Windows
        return
    now = os.fstat(handle)
    if (now.st_uid, now.st_gid) != (replaced.st_uid, replaced.st_gid):
        for owner in (replaced.st_uid, -1):
            try:
                os.fchown(handle, owner, replaced.st_gid)
                break
            except OSError:
                continue
    has_same_group = os.fstat(handle).st_gid == replaced.st_gid
    if hasattr(os, "setxattr"):
        with suppress(OSError):
            os.setxattr(handle, _ACL, os.getxattr(path, _ACL))
    with suppress(OSError):  # a file system without modes
        os.fchmod(handle, replaced.st_mode & (0o777 if has_same_group else 0o707))


def _random() -> str:
    return f".partnergraph-{os.urandom(8).hex()}.tmp"


def _create(folder: Path, mode: int) -> tuple[Path, int]:
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    while True:
        path = folder / _random()
        handle = os.open(path, flags, mode)
        if fcntl is None:
            return path, handle
        with suppress(OSError):  # a file system without locks: nothing is swept there either
            try_lock(handle)
        if os.fstat(handle).st_nlink:  # another process may have swept it before it was locked
            return path, handle
        os.close(handle)


def _close(handle: int | None) -> None:
    if handle is not None:
        with suppress(OSError):
            os.close(handle)
