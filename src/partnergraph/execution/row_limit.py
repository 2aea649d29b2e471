"""Writers that cut an answer after a number of rows or bytes, while the engine writes it: it is evaluated once."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import IO

from partnergraph.errors import QueryLimit
from partnergraph.results import formats

MIN_ROW_LENGTH = 3  # bytes: {}, in JSON
# What stands between two rows, or within a text; what surely stands between two rows (a text of JSON may end so, too,
# and then } or , comes next); how bytes end of which that is not known yet; how an answer ends.
_CANDIDATE = {"json": b"},{", "xml": b"</result><result>"}
_SEPARATOR = {"json": re.compile(rb'\}\},\{"(?![},])'), "xml": re.compile(b"</result><result>")}
_UNDECIDED = {"json": (b"},{", b'},{"'), "xml": ()}
_END = {"json": b"]}}", "xml": b"</results></sparql>"}
_JSON_TOKEN = re.compile(rb'\\.|["{}]', re.DOTALL)
_ROW_DEPTH = 2  # a row of JSON is an object in the bindings of the results of the whole


class LimitReached(Exception):
    """The row limit is reached; what was written so far is whole rows."""


class LimitedWriter:
    """A writer that stops after a number of bytes, and in TSV and CSV of rows. `size` is what was written, in bytes."""

    def __init__(self, output: IO[bytes], format_: str, max_rows: int | None, max_bytes: int | None) -> None:
        self.output, self.format, self.max_bytes = output, format_, max_bytes
        self.size = 0
        self._lines_left = (
            max_rows + 1 if max_rows is not None and format_ in ("csv", "tsv") else None
        )  # with a heading
        self._in_quotes = False
        self._last = b""  # two bytes, which may begin a character

    def write(self, data: bytes) -> int:
        """Take a piece of the result.

        Raises `QueryLimit` for too many bytes, `LimitReached` for too many rows, `QueryForm` for what XML cannot hold.
        """
        if self.format in formats.XML_FORMATS:
            unchecked = self._last + data
            formats.check_xml(unchecked)
            self._last = unchecked[-2:]
        piece = data if self._lines_left is None else self._cut(data, self._lines_left)
        self.size += len(piece)
        if self.max_bytes is not None and self.size > self.max_bytes:
            raise size_limit_error(self.max_bytes)
        self.output.write(piece)
        if len(piece) < len(data):
            raise LimitReached
        return len(data)

    def flush(self) -> None:
        """Nothing is held back here."""

    def _cut(self, data: bytes, left: int) -> bytes:
        """As much of the data as stands in the lines that are left."""
        if self.format == "tsv" and (lines := data.count(b"\n")) < left:  # no line feed stands within a row
            self._lines_left = left - lines
            return data
        for token in re.finditer(rb'["\n]', data) if left else ():
            if token[0] == b'"':
                self._in_quotes = self.format == "csv" and not self._in_quotes
            elif not self._in_quotes:
                left -= 1
                if left == 0:
                    self._lines_left = 0
                    return data[: token.end()]
        self._lines_left = left
        return data if left else b""


def size_limit_error(max_bytes: int) -> QueryLimit:
    """The error for an answer that is too large."""
    size = max_bytes / 1_000_000
    return QueryLimit(
        f"The answer is larger than {size:g} MB. Ask for less, or raise the limit: --size {size * 6:g}", "size"
    )


class RowLimit:
    """A writer of a SELECT answer in JSON or XML, as the engine writes them, that is cut after a number of rows.

    A quotation mark within a text of JSON follows a backslash, and XML has no < in one: so nearly every answer can be
    cut by what stands between two rows. Where empty rows of JSON ({}) or texts look otherwise, every sign is looked at.
    """

    def __init__(self, format_: str, max_rows: int, max_bytes: int | None) -> None:
        self.format, self.max_rows, self.max_bytes = format_, max_rows, max_bytes
        self.size = 0
        self._uncounted = MIN_ROW_LENGTH * max_rows  # bytes that cannot hold too many rows
        self._pieces: list[bytes] = []
        self._full = False
        self._candidates = 0  # at least as many as there are places between two rows
        self._last: bytes | None = None  # of what was counted: perhaps the beginning of a candidate
        self._scanner: JsonRowScanner | None = None

    def __bytes__(self) -> bytes:
        return self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)

    def write(self, data: bytes) -> int:
        """Take a piece of the answer.

        Raises `LimitReached` when there are more rows, after having cut them off, and `QueryLimit`.
        """
        if self._full:  # the engine hands over what it had still held
            return len(data)
        self._pieces.append(data)
        self.size += len(data)
        if self.size > self._uncounted:
            self._count(data)
            if self.max_bytes is not None and self.size > self.max_bytes:
                raise size_limit_error(self.max_bytes)
        return len(data)

    def flush(self) -> None:
        """Nothing is held back here."""

    def _count(self, data: bytes) -> None:
        """Count the rows of a piece, and of those before it if they were not counted. Raises `LimitReached`."""
        if self._scanner is not None:
            self._scan(self._scanner, data)
            return
        candidate = _CANDIDATE[self.format]
        data = bytes(self) if self._last is None else self._last + data
        self._candidates += data.count(candidate)
        self._last = data[1 - len(candidate) :]
        if self._candidates < self.max_rows or data.endswith(_UNDECIDED[self.format]):
            return
        whole, surplus = bytes(self), self._candidates - self.max_rows
        *_, start = itertools.islice(_occurrences_from_end(whole, candidate), surplus + 1)
        if len(_SEPARATOR[self.format].findall(whole, 0, start + len(candidate) + 2)) == self.max_rows:
            self._cut(start + candidate.index(b"," if self.format == "json" else b"<r"))
        self._scanner = JsonRowScanner()
        self._scan(self._scanner, whole)

    def _scan(self, scanner: JsonRowScanner, data: bytes) -> None:
        for number, start in scanner.row_starts(data):
            if number > self.max_rows:
                self._cut(start - 1)

    def _cut(self, length: int) -> None:
        """End the answer after so many bytes of it. Raises `LimitReached`."""
        self._pieces, self._full = [bytes(self)[:length], _END[self.format]], True
        raise LimitReached


def _occurrences_from_end(data: bytes, part: bytes) -> Iterator[int]:
    """Where a part stands in the data, the last one first."""
    end = len(data)
    while (start := data.rfind(part, 0, end)) >= 0:
        yield start
        end = start


class JsonRowScanner:
    """Finds the rows of a SELECT answer in JSON, whatever its texts are and in whatever pieces it comes."""

    def __init__(self) -> None:
        self._number = self._depth = self._size = 0
        self._in_text = False
        self._rest = b""  # a backslash whose next sign has not come yet

    def row_starts(self, data: bytes) -> Iterator[tuple[int, int]]:
        """The number of each row that begins in a piece, from 1, and at which byte of the answer."""
        start, data = self._size - len(self._rest), self._rest + data
        self._rest, self._size = b"", start + len(data)
        for token in _JSON_TOKEN.finditer(data):
            if token[0] == b'"':
                self._in_text = not self._in_text
            elif self._in_text or token[0][:1] == b"\\":
                continue
            elif token[0] == b"}":
                self._depth -= 1
            else:
                self._depth += 1
                if self._depth == _ROW_DEPTH + 1:
                    self._number += 1
                    yield self._number, start + token.start()
        if data.endswith(b"\\") and self._in_text and (len(data) - len(data.rstrip(b"\\"))) % 2:
            self._rest = b"\\"
