"""The record of requests (`--audit`): a line of JSON for each. A disk that is full loses lines, never a request."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

from partnergraph.errors import UsageError


def opened(path: Path) -> IO[bytes]:
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
        self._torn = False  # the last line has no end

    def __call__(self, entry: Mapping[str, Any]) -> None:
        """Add an entry."""
        lines = [entry]
        if self.missing:
            lines.insert(0, {"outcome": "not recorded", "requests": self.missing})
        text = "".join(json.dumps(line) + "\n" for line in lines)
        try:
            self._write((b"\n" if self._torn else b"") + text.encode())
        except (OSError, ValueError) as error:
            if not self.missing:
                why = error.strerror if isinstance(error, OSError) else str(error)
                self.warn(
                    f"The record of requests (--audit) cannot be written: {why}. Requests are answered all the same; "
                    "the record will say how many are missing."
                )
            self.missing += 1
        else:
            self.missing = 0

    def _write(self, data: bytes) -> None:
        """Write all of it. Raises `OSError`; a part of it may stand there then."""
        while data:
            written = self.file.write(data)
            if written:
                self._torn = data[written - 1 : written] != b"\n"
            data = data[written:]
