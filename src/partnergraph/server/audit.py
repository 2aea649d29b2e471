"""The record of requests (`--audit`): a line of JSON for each. With a full disk, or a pipe that nobody reads, lines are
lost, never a request.
"""

from __future__ import annotations

import errno
import json
import os
import select
import stat
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

from partnergraph.errors import UsageError


def open_record(path: Path) -> IO[bytes]:
    """A file to add lines to, or the standard output for ``-``. Raises `UsageError` when it cannot be opened."""
    try:
        # Without a buffer: what could not be written must not pile up.
        if str(path) == "-":
            return open(1, "ab", buffering=0, closefd=False)
        return open(path, "ab", buffering=0, opener=_open_without_waiting)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        if isinstance(error, OSError) and error.errno == errno.ENXIO and path.is_fifo():
            why = "no program reads this pipe"
        raise UsageError(f"--audit {path} cannot be written: {why}. Choose another file.") from None


def _open_without_waiting(path: str, flags: int) -> int:
    """Open a file; a pipe that nobody reads is an `OSError`, and not waited for."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0), 0o666)


def _may_block(file: IO[bytes]) -> bool:
    """Whether a write can wait for a reader, as one to a pipe, a socket or a terminal can."""
    try:
        return hasattr(select, "poll") and not stat.S_ISREG(os.fstat(file.fileno()).st_mode)
    except (AttributeError, OSError, ValueError):
        return False


def _warn(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


class Audit:
    """Adds entries to a file without a buffer.

    While it cannot be written, requests are answered and counted; `warn` is called once each time that begins. The
    first line that can be written again has the number of those missing:
    ``{"outcome": "not recorded", "requests": 3}``.
    """

    def __init__(self, file: IO[bytes], warn: Callable[[str], None] = _warn) -> None:
        self.file, self.warn = file, warn
        self.missing = 0
        self._failing = False
        self._torn = False  # the last line has no end
        self._poll = select.poll() if _may_block(file) else None
        if self._poll is not None:
            self._poll.register(file, select.POLLOUT)

    def __call__(self, entry: Mapping[str, Any]) -> None:
        """Add an entry."""
        try:
            if self.missing:
                self._write({"outcome": "not recorded", "requests": self.missing})
                self.missing = 0
            self._write(entry)
        except (OSError, ValueError) as error:
            self.missing += 1
            if not self._failing:
                why = error.strerror if isinstance(error, OSError) else str(error)
                self.warn(
                    f"The record of requests (--audit) cannot be written: {why}. Requests are answered all the same; "
                    "the record will say how many are missing."
                )
            self._failing = True
        else:
            self._failing = False

    def _write(self, entry: Mapping[str, Any]) -> None:
        """Write a line. Raises `OSError`; a part of it may stand there then."""
        data = (b"\n" if self._torn else b"") + json.dumps(entry).encode() + b"\n"
        while data:
            try:
                written = self._write_some(data)
            except OSError:
                if data == b"\n" and self._torn:
                    return  # all but its end, which the next line brings
                raise
            if written:
                self._torn = data[written - 1 : written] != b"\n"
            data = data[written:]

    def _write_some(self, data: bytes) -> int:
        """Write a beginning of some bytes without waiting. Raises `OSError`."""
        if self._poll is not None:
            if not self._poll.poll(0):
                raise BlockingIOError(errno.EAGAIN, "whoever should read it does not")
            data = data[: select.PIPE_BUF]  # as much as a pipe that is ready takes at once
        written = self.file.write(data)
        if written is None:  # the descriptor was set so that it never waits
            raise BlockingIOError(errno.EAGAIN, "whoever should read it does not")
        return written
