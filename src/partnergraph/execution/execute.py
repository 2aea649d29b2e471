"""Run one query on a reader, guarded: the same path for the worker, the library and the notebook."""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Iterable, Mapping
from typing import IO

from partnergraph.errors import QueryError, QueryLimit
from partnergraph.results import formats
from partnergraph.sparql.empty_results import explain_empty_result
from partnergraph.sparql.prepare import PreparedQuery, prepare_query
from partnergraph.store import Reader, convert_table

_LABELS = "SELECT ?iri ?label {{ VALUES ?iri {{ {} }} ?iri {} ?label }} ORDER BY ?iri ?label"
AT_ONCE = 500
MORE = "; raise --limit for more."


# How an answer without a row begins and ends; a longer one has rows.
_HEAD = 4096
SHORTEST_ROW = 3  # bytes: {}, in JSON
_EMPTY = {
    "json": rb'.*(?:"bindings":\s*\[\s*\]|"boolean":\s*false).*',
    "xml": rb".*(?:<results>\s*</results>|<results\s*/>|<boolean>false</boolean>).*",
    "rdfxml": rb".*:RDF[^>]*(?:/>|>\s*</\w+:RDF>)\s*",
    "jsonld": rb"\s*\[\s*\]\s*|\{.*\"@graph\":\s*\[\s*\]\s*\}\s*",
}


class LimitReached(Exception):
    """The row or byte limit is reached; what was written so far is whole rows."""


class LimitedWriter:
    """A writer that stops after a number of rows or bytes, and sees whether there is an answer. Rows are counted where
    a line is a row (TSV), or where quotation marks tell (CSV).
    """

    def __init__(self, output: IO[bytes], format_: str, max_rows: int | None, max_bytes: int | None) -> None:
        self.output, self.format, self.max_bytes = output, format_, max_bytes
        self.left = max_rows + 1 if max_rows is not None else None  # the heading is a line too
        self.written = 0
        self.open_quote = False
        self.head = b""
        self._last = b""  # two bytes, which may begin a character

    @property
    def empty(self) -> bool:
        """Whether what was written is an answer with no row, no statement, or the answer no."""
        if self.written != len(self.head):
            return False
        if self.format in ("csv", "tsv"):
            return self.head.count(b"\n") <= 1
        if self.format in ("turtle", "trig"):
            return all(line.startswith(b"@prefix") for line in self.head.splitlines() if line)
        return re.fullmatch(_EMPTY.get(self.format, rb"\s*"), self.head, re.DOTALL) is not None

    def write(self, data: bytes) -> int:
        """Take a piece of the result.

        Raises `QueryLimit` for too many bytes, `LimitReached` for too many rows, `QueryForm` for what XML cannot hold.
        """
        if self.format in formats.XML:
            seen = self._last + data
            formats.check_xml(seen)
            self._last = seen[-2:]
        piece = self._rows(data) if self.left is not None and self.format in ("csv", "tsv") else data
        self.written += len(piece)
        if self.max_bytes is not None and self.written > self.max_bytes:
            raise _too_large(self.max_bytes)
        if len(self.head) < _HEAD:
            self.head += piece
        self.output.write(piece)
        if len(piece) < len(data):
            raise LimitReached
        return len(data)

    def flush(self) -> None:
        """Nothing is held back here."""

    def _rows(self, data: bytes) -> bytes:
        """As much of the data as stands in the rows that are left."""
        if self.left == 0:
            return b""
        for end in re.finditer(rb'["\n]', data):
            if end[0] == b'"':
                self.open_quote = self.format == "csv" and not self.open_quote
            elif not self.open_quote:
                self.left = (self.left or 0) - 1
                if self.left == 0:
                    return data[: end.end()]
        return data


def _too_large(max_bytes: int) -> QueryLimit:
    size = max_bytes / 1_000_000
    return QueryLimit(
        f"The answer is larger than {size:g} MB. Ask for less, or raise the limit: --size {size * 6:g}", "size"
    )


# How a row ends and the next begins, and how an answer ends. A text in JSON may end so, too; then } or , comes next.
_BETWEEN = {"json": re.compile(rb'\}\}(,\{"[^},])'), "xml": re.compile(rb"</result>(<result>)")}
_MAX_SEPARATOR_LENGTH = 16
_END = {"json": b"]}}", "xml": b"</results></sparql>"}


class RowsNotCountable(Exception):
    """The rows of an answer cannot be told apart by its bytes."""


class RowLimit:
    """A writer of a SELECT answer in JSON or XML, as the engine writes them, that is cut after a number of rows.

    Two rows have between them what stands nowhere else: a quotation mark within a text of JSON follows a backslash, and
    XML has no < in one. Only empty rows of JSON ({}) look as a text may; then it is an `RowsNotCountable`.
    """

    def __init__(self, format_: str, max_rows: int, max_bytes: int | None) -> None:
        self.format, self.max_rows, self.max_bytes = format_, max_rows, max_bytes
        self.size, self._few = 0, SHORTEST_ROW * max_rows  # bytes that cannot hold too many rows
        self._pieces: list[bytes] = []
        self._left = max_rows
        self._full = False
        self._last: bytes | None = None  # of what was counted: perhaps the beginning of what stands between two rows

    def __bytes__(self) -> bytes:
        return self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)

    def write(self, data: bytes) -> int:
        """Take a piece of the answer.

        Raises `LimitReached` when there are more rows, after having cut them off; `QueryLimit`, `RowsNotCountable`.
        """
        if self._full:  # the engine hands over what it had still held
            return len(data)
        self._pieces.append(data)
        self.size += len(data)
        if self.size > self._few:
            self._count(bytes(self) if self._last is None else self._last + data)
            if self.max_bytes is not None and self.size > self.max_bytes:
                raise _too_large(self.max_bytes)
        return len(data)

    def flush(self) -> None:
        """Nothing is held back here."""

    def _count(self, data: bytes) -> None:
        if self.format == "json" and b"{}" in data:
            raise RowsNotCountable
        between = _BETWEEN[self.format]
        number = len(between.findall(data))
        if number < self._left:
            self._left -= number
            end = data[-_MAX_SEPARATOR_LENGTH:]
            counted = max((found.end() for found in between.finditer(end)), default=0)
            self._last = end[counted:]
            return
        last = next(itertools.islice(between.finditer(data), self._left - 1, None))
        whole = bytes(self)[: self.size - len(data) + last.start(1)]
        self._pieces, self._full = [whole, _END[self.format]], True
        raise LimitReached


def execute(
    reader: Reader,
    sparql: str,
    format_: str,
    output: IO[bytes],
    *,
    max_rows: int | None = None,
    max_bytes: int | None = None,
    iris: bool = False,
) -> str | None:
    """Write the answer in one of `formats.FORMATS`. Returns a note when a limit cut it, else None.

    Raises `QueryError` (line, column, caret), `QueryRefused`, `QueryForm` for one that XML cannot hold, or `QueryLimit`
    for one above `max_bytes`.
    """
    prepared = prepare_query(reader, sparql)
    return execute_prepared(reader, prepared, format_, output, max_rows=max_rows, max_bytes=max_bytes, iris=iris)


def execute_prepared(
    reader: Reader,
    prepared: PreparedQuery,
    format_: str,
    output: IO[bytes],
    *,
    max_rows: int | None = None,
    max_bytes: int | None = None,
    iris: bool = False,
    explain: bool = True,
) -> str | None:
    """Write the answer to a query that is prepared; see `execute`. `explain`: say why, when there is none."""
    result = prepared.ask(reader)
    if prepared.form == "ASK" and format_ == "table":
        output.write(b"yes\n" if result else b"no\n")
        return _why_empty(reader, prepared) if explain and not result else None
    note = None
    if prepared.form in ("CONSTRUCT", "DESCRIBE"):
        format_ = "turtle" if format_ == "table" else format_
        note = None if max_rows is None else "A graph has no rows: --limit does not cut it, all of it is shown."
    if format_ == "table":
        max_rows = max_rows or formats.MAX_ROWS
    asked, full = max_rows, MORE
    if format_ == "xlsx":
        from partnergraph.results.spreadsheets import MAX_ROWS

        max_rows = min(max_rows or MAX_ROWS, MAX_ROWS)
        full = full if max_rows == asked else ": a sheet holds no more. Other formats do."
    by_line = prepared.form == "SELECT" and format_ in ("table", *formats.MADE)
    if max_rows is not None and format_ in ("json", "xml") and prepared.form == "SELECT":
        limited = RowLimit(format_, max_rows, max_bytes)
        try:
            reader.write(result, format_, limited)  # type: ignore[arg-type]
        except LimitReached:
            note = f"Only the first {max_rows} rows are shown{full}"
        except RowsNotCountable:
            by_line, result = True, prepared.ask(reader)
        if not by_line:
            whole = bytes(limited)
            if format_ == "json" and not explain and len(whole) <= (max_bytes or len(whole)):
                output.write(whole)
                return note
            sink = LimitedWriter(output, format_, None, max_bytes)
            sink.write(whole)
            return note or (_why_empty(reader, prepared) if explain and sink.empty else None)
    held = io.BytesIO()
    target = LimitedWriter(held if by_line else output, "tsv" if by_line else format_, max_rows, max_bytes)
    try:
        reader.write(result, target.format, target)  # type: ignore[arg-type]
    except LimitReached:
        note = f"Only the first {max_rows} rows are shown{full}"
    if by_line:
        shown, more = convert(reader, held.getvalue(), format_, iris=iris)
        LimitedWriter(output, format_, None, max_bytes).write(shown)
        note = "\n".join(filter(None, (note, more))) or None
    return note or (_why_empty(reader, prepared) if explain and target.empty else None)


def rows_in_json(
    reader: Reader, sparql: str, prefixes: Mapping[str, str], max_rows: int, max_bytes: int
) -> tuple[bytes, str | None] | None:
    """What `execute_prepared` makes of a SELECT that goes to the engine as it is: its answer in JSON, and a note when it was cut.

    None where there is more to do: for a text that does not parse, and for rows that cannot be counted. Raises
    `QueryLimit`.
    """
    try:
        result = reader.query(sparql, prefixes=prefixes)
    except QueryError:
        return None
    note, limited = None, RowLimit("json", max_rows, max_bytes)
    try:
        reader.write(result, "json", limited)  # type: ignore[arg-type]
    except LimitReached:
        note = f"Only the first {max_rows} rows are shown{MORE}"
    except RowsNotCountable:
        return None
    whole = bytes(limited)
    if len(whole) > max_bytes:
        raise _too_large(max_bytes)
    return whole, note


def convert(reader: Reader, tsv: bytes, format_: str, *, iris: bool = False) -> tuple[bytes, str | None]:
    """A table in TSV as one in another of `formats.FORMATS`, and a note when something did not fit.

    The forms for people have names instead of IRIs, unless `iris`. Raises `MissingExtra`.
    """
    if format_ in ("parquet", "arrow"):
        from partnergraph.results import dataframes

        return (dataframes.to_parquet if format_ == "parquet" else dataframes.to_arrow)(tsv), None
    if format_ not in ("table", *formats.MADE):
        return convert_table(tsv, format_), None
    labels = {} if iris else labels_in(reader, tsv)
    if format_ == "table":
        return formats.text_table(tsv, labels).encode(), None
    from partnergraph.results import spreadsheets

    return spreadsheets.to_xlsx(tsv, labels) if format_ == "xlsx" else (spreadsheets.to_excel_csv(tsv, labels), None)


def _why_empty(reader: Reader, prepared: PreparedQuery) -> str | None:
    found = explain_empty_result(reader, prepared)
    return "\n".join(["Nothing was found.", *(f"- {one}" for one in found)]) if found else None


def labels_in(reader: Reader, tsv: bytes) -> dict[str, str]:
    """The name of every IRI of a table that has one."""
    _, rows = formats.parse_tsv(tsv)
    return labels(reader, {cell[1:-1] for row in rows for cell in row if cell.startswith("<") and cell[1] != "<"})


def labels(reader: Reader, iris: Iterable[str], by: str = "skos:prefLabel|dcterms:title") -> dict[str, str]:
    """What IRIs are called, of those that have a name; `by` some properties, as a path. Keys as `iris` are."""
    asked, found = sorted(iris), dict[str, str]()
    for start in range(0, len(asked), AT_ONCE):
        some = " ".join(f"<{iri}>" for iri in asked[start : start + AT_ONCE])
        for row in reader.rows(_LABELS.format(some, by)):
            found.setdefault(str(row["iri"]), str(row["label"]))
    return found
