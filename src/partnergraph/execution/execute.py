"""Run one query on a reader and write its answer: the same for every query process, the library and the notebook."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import IO

from partnergraph.errors import QueryError
from partnergraph.execution.row_limit import LimitedWriter, LimitReached, RowLimit, size_limit_error
from partnergraph.results import formats
from partnergraph.sparql.empty_results import explain_empty_result
from partnergraph.sparql.prepare import PreparedQuery, prepare_query
from partnergraph.store import Reader, Result, convert_table
from partnergraph.store.empty_answer import is_empty_answer

_LABELS = "SELECT ?iri ?label {{ VALUES ?iri {{ {} }} ?iri {} ?label }} ORDER BY ?iri ?label"
MAX_IRIS = 500  # whose labels one query asks for
RAISE_LIMIT = "; raise --limit for more."
GRAPH_NOT_CUT = "A graph has no rows: --limit does not cut it, all of it is shown."


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
    """Write the answer in one of `formats.FORMATS`. Returns a note when a limit cut it or it is empty, else None.

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
    """Write the answer to a query that is prepared; see `execute`. `explain`: say why, when it is empty."""
    result, note = prepared.ask(reader), None
    if prepared.form == "SELECT":
        size, format_, note = _write_select(reader, result, format_, output, max_rows, max_bytes, iris=iris)
        empty = explain and is_empty_answer(result, format_, size)
    elif prepared.form == "ASK" and format_ == "table":
        output.write(b"yes\n" if result else b"no\n")
        empty = not result
    else:
        writer = LimitedWriter(output, "turtle" if format_ == "table" else format_, None, max_bytes)
        reader.write(result, writer.format, writer)  # type: ignore[arg-type]
        empty = explain and is_empty_answer(result, writer.format, writer.size)
        note = GRAPH_NOT_CUT if max_rows is not None and prepared.form != "ASK" else None
    return note or (explain_empty(reader, prepared) if explain and empty else None)


def _write_select(
    reader: Reader,
    result: Result,
    format_: str,
    output: IO[bytes],
    max_rows: int | None,
    max_bytes: int | None,
    *,
    iris: bool,
) -> tuple[int, str, str | None]:
    """Write the answer to a SELECT. Returns the bytes that the engine wrote, in which format, and a note."""
    requested, advice = max_rows, RAISE_LIMIT
    if format_ == "table":
        max_rows = max_rows or formats.MAX_ROWS
    elif format_ == "xlsx":
        from partnergraph.results.spreadsheets import MAX_ROWS

        max_rows = min(max_rows or MAX_ROWS, MAX_ROWS)
        advice = advice if max_rows == requested else ": a sheet holds no more. Other formats do."
    derived, table = format_ in ("table", *formats.MADE), io.BytesIO()
    writer: LimitedWriter | RowLimit
    if max_rows is not None and format_ in ("json", "xml"):
        writer = RowLimit(format_, max_rows, max_bytes)
    else:
        writer = LimitedWriter(table if derived else output, "tsv" if derived else format_, max_rows, max_bytes)
    note, more = None, None
    try:
        reader.write(result, writer.format, writer)  # type: ignore[arg-type]
    except LimitReached:
        note = f"Only the first {max_rows} rows are shown{advice}"
    if isinstance(writer, RowLimit):
        LimitedWriter(output, format_, None, max_bytes).write(bytes(writer))
    elif derived:
        data, more = convert(reader, table.getvalue(), format_, iris=iris)
        LimitedWriter(output, format_, None, max_bytes).write(data)
    return writer.size, writer.format, "\n".join(filter(None, (note, more))) or None


def select_as_json(
    reader: Reader, sparql: str, prefixes: dict[str, str], max_rows: int, max_bytes: int
) -> tuple[bytes, str | None] | None:
    """What `execute_prepared` makes of a SELECT that goes to the engine as it is: its answer in JSON, and a note when
    it was cut. None for a text that does not parse, which is to be explained. Raises `QueryLimit`.
    """
    try:
        result = reader.query(sparql, prefixes=prefixes)
    except QueryError:
        return None
    note, rows = None, RowLimit("json", max_rows, max_bytes)
    try:
        reader.write(result, "json", rows)  # type: ignore[arg-type]
    except LimitReached:
        note = f"Only the first {max_rows} rows are shown{RAISE_LIMIT}"
    body = bytes(rows)
    if len(body) > max_bytes:
        raise size_limit_error(max_bytes)
    return body, note


def convert(reader: Reader, tsv: bytes, format_: str, *, iris: bool = False) -> tuple[bytes, str | None]:
    """A table in TSV as one in another of `formats.FORMATS`, and a note when something did not fit.

    The forms for people have names instead of IRIs, unless `iris`. Raises `MissingExtra`.
    """
    if format_ in ("parquet", "arrow"):
        from partnergraph.results import dataframes

        return (dataframes.to_parquet if format_ == "parquet" else dataframes.to_arrow)(tsv), None
    if format_ not in ("table", *formats.MADE):
        return convert_table(tsv, format_), None
    names = {} if iris else labels_in(reader, tsv)
    if format_ == "table":
        return formats.text_table(tsv, names).encode(), None
    from partnergraph.results import spreadsheets

    return spreadsheets.to_xlsx(tsv, names) if format_ == "xlsx" else (spreadsheets.to_excel_csv(tsv, names), None)


def explain_empty(reader: Reader, prepared: PreparedQuery) -> str | None:
    """Why an answer is empty, as a note."""
    reasons = explain_empty_result(reader, prepared)
    return "\n".join(["Nothing was found.", *(f"- {reason}" for reason in reasons)]) if reasons else None


def labels_in(reader: Reader, tsv: bytes) -> dict[str, str]:
    """The name of every IRI of a table that has one."""
    _, rows = formats.parse_tsv(tsv)
    return labels(reader, {cell[1:-1] for row in rows for cell in row if cell.startswith("<") and cell[1] != "<"})


def labels(reader: Reader, iris: Iterable[str], by: str = "skos:prefLabel|dcterms:title") -> dict[str, str]:
    """The names of IRIs, of those that have one; `by` some properties, as a path. Keys as `iris` are."""
    ordered, names = sorted(iris), dict[str, str]()
    for start in range(0, len(ordered), MAX_IRIS):
        values = " ".join(f"<{iri}>" for iri in ordered[start : start + MAX_IRIS])
        for row in reader.rows(_LABELS.format(values, by)):
            names.setdefault(str(row["iri"]), str(row["label"]))
    return names
