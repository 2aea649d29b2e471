"""Run one query on a reader, guarded: the same path for the worker, the library and the notebook."""

from __future__ import annotations

import re
from typing import IO

from partnergraph.errors import QueryError, QueryLimit, QueryRefused
from partnergraph.queries import formats
from partnergraph.queries.guard import examine, pointer, tokens
from partnergraph.store import Reader
from partnergraph.vocabulary import PREFIXES

_LABELS = "SELECT ?iri ?label {{ VALUES ?iri {{ {} }} ?iri skos:prefLabel|dcterms:title ?label }} ORDER BY ?iri ?label"


class FullError(Exception):
    """The row or byte limit is reached; what was written so far is whole rows."""


class Sink:
    """A writer that stops after a number of rows or bytes. Rows can be counted where a line is a row (TSV), or where
    quotation marks tell (CSV); elsewhere only bytes are.
    """

    def __init__(self, output: IO[bytes], format_: str, max_rows: int | None, max_bytes: int | None) -> None:
        self.output, self.format, self.max_bytes = output, format_, max_bytes
        self.left = max_rows + 1 if max_rows is not None else None  # the heading is a line too
        self.written = 0
        self.open_quote = False
        self.full: str | None = None

    def write(self, data: bytes) -> int:
        """Take a piece of the result."""
        if self.max_bytes is not None and self.written + len(data) > self.max_bytes:
            self.full = f"{self.max_bytes // 1_000_000} MB"
            raise FullError
        piece = self._rows(data) if self.left is not None and self.format in ("csv", "tsv") else data
        self.output.write(piece)
        self.written += len(piece)
        if len(piece) < len(data):
            self.full = "rows"
            raise FullError
        return len(data)

    def flush(self) -> None:
        """Nothing is held back here."""

    def _rows(self, data: bytes) -> bytes:
        at = 0
        for number, piece in enumerate(re.split(rb"(\n)", data)):
            if number % 2 and not self.open_quote:
                self.left = (self.left or 0) - 1
                if self.left == 0:
                    rest = data[at + 1 :]
                    return data if not rest else data[: at + 1]
            elif number % 2 == 0 and self.left == 0 and piece:
                return b""
            if self.format == "csv" and piece.count(b'"') % 2:
                self.open_quote = not self.open_quote
            at += len(piece)
        return data


def checked(reader: Reader, sparql: str) -> None:
    """Refuse what is not allowed, and FROM a graph that is not here. Errors carry line, column and a caret."""
    try:
        examined = examine(sparql)
        if examined.from_graphs:
            _known_graphs(reader, sparql, examined.from_graphs)
    except QueryError as error:
        raise _pointed(error, sparql) from None


def _known_graphs(reader: Reader, sparql: str, graphs: tuple[str, ...]) -> None:
    found = tokens(sparql)
    declared: dict[str, str] = dict(PREFIXES)
    for before, name, iri in zip(found, found[1:], found[2:], strict=False):
        if before.word == "PREFIX":
            declared[name.text[:-1]] = iri.text[1:-1]
    here = set(reader.named_graphs())
    for text in graphs:
        prefix, _, rest = text.partition(":")
        address = text[1:-1] if text.startswith("<") else declared.get(prefix, "") + rest
        if address not in here:
            message = (
                f"FROM {text}: there is no such graph here, and nothing is fetched. See: partnergraph query graphs"
            )
            raise QueryRefused(message)


def _pointed(error: QueryError, sparql: str) -> QueryError:
    """The same error with the line of the query and a caret in its message."""
    if error.line is None or error.column is None:
        return error
    return type(error)(f"{error}{pointer(sparql, error.line, error.column)}", error.line, error.column)


def answer(
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

    Raises `QueryError` (line, column, caret), `QueryRefused`, or `QueryLimit` when nothing whole can be shown.
    """
    checked(reader, sparql)
    form = examine(sparql).form
    try:
        if format_ == "table":
            return _table(reader, sparql, form, output, max_rows, max_bytes, iris)
        sink = Sink(output, format_, max_rows, max_bytes)
        try:
            reader.answer(sparql, format_, sink)  # type: ignore[arg-type]
        except FullError:
            if sink.full != "rows":
                raise QueryLimit(f"The answer is larger than {sink.full}. Ask for less, or raise the limit.") from None
            return f"Only the first {max_rows} rows are shown; raise --limit for more."
    except QueryError as error:
        raise _pointed(error, sparql) from None
    return None


def _table(
    reader: Reader,
    sparql: str,
    form: str,
    output: IO[bytes],
    max_rows: int | None,
    max_bytes: int | None,
    iris: bool,
) -> str | None:
    import io

    if form == "ASK":
        output.write(b"yes\n" if reader.ask(sparql) else b"no\n")
        return None
    if form in ("CONSTRUCT", "DESCRIBE"):
        reader.answer(sparql, "turtle", output)
        return None
    held = io.BytesIO()
    sink = Sink(held, "tsv", max_rows, max_bytes)
    note = None
    try:
        reader.answer(sparql, "tsv", sink)  # type: ignore[arg-type]
    except FullError:
        if sink.full != "rows":
            raise QueryLimit(f"The answer is larger than {sink.full}. Ask for less, or raise the limit.") from None
        note = f"Only the first {max_rows} rows are shown; raise --limit for more."
    labels = {} if iris else _labels(reader, held.getvalue())
    output.write(formats.table(held.getvalue(), labels).encode())
    return note


def _labels(reader: Reader, tsv: bytes) -> dict[str, str]:
    _, rows = formats.parse_tsv(tsv)
    found = sorted({cell for row in rows for cell in row if cell.startswith("<")})
    labels: dict[str, str] = {}
    for start in range(0, len(found), 500):
        for row in reader.rows(_LABELS.format(" ".join(found[start : start + 500]))):
            labels.setdefault(str(row["iri"]), str(row["label"]))
    return labels
