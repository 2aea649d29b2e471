"""The record of requests (`--audit`): a line of JSON for each. A disk that is full loses lines, never a request."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

from partnergraph.errors import UsageError


def open_record(path: Path) -> IO[bytes]:
    """A file to add lines to, or the standard output for ``-``. Raises `UsageError` when it cannot be opened."""
    try:
        # Without a buffer: what could not be written must not pile up.
        return open(1 if str(path) == "-" else path, "ab", buffering=0, closefd=str(path) != "-")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageError(f"--audit {path} cannot be written: {why}. Choose another file.") from None


def _warn(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


class Audit:
    """Adds entries to a file without a buffer.

    While it cannot be written, requests are answered and counted; `warn` is told once each time that begins. The first
    line that can be written again says how many are missing: ``{"outcome": "not recorded", "requests": 3}``.
    """

    def __init__(self, file: IO[bytes], warn: Callable[[str], None] = _warn) -> None:
        self.file, self.warn = file, warn
        self.missing = 0
        self._failing = False
        self._torn = False  # the last line has no end

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
                written = self.file.write(data)
            except OSError:
                if data == b"\n" and self._torn:
                    return  # all but its end, which the next line brings
                raise
            if written:
                self._torn = data[written - 1 : written] != b"\n"
            data = data[written:]
