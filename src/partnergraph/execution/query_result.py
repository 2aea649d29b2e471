"""The answer to a query in a program or a notebook: rows, bytes of a standard format, or a data frame."""

from __future__ import annotations

import html
import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from partnergraph.errors import QueryError, UsageError
from partnergraph.execution.client import EXCHANGE, QueryClient
from partnergraph.execution.execute import convert, labels_in
from partnergraph.execution.wire import Order
from partnergraph.files import write_file
from partnergraph.results import formats
from partnergraph.results.text_table import text_table
from partnergraph.results.tsv import Value, column_names, parse_tsv, python_value, term_text
from partnergraph.store import Reader

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

MAX_PREVIEW_ROWS = 20  # in a notebook
Tsv = bytes  # a method of Result is called bytes


class Result:
    """An answer. The engine computes it when it is first asked for, and it is kept."""

    def __init__(self, client: QueryClient, reader: Reader, order: Order) -> None:
        """`client` answers the order, `reader` knows the names."""
        self._client, self._reader, self._order = client, reader, order
        # Parsing happens here, so that an error in the text is reported at once; rows are computed when they are read.
        response = client.ask({**order, "formats": EXCHANGE, "parse_only": True})
        self.sparql, self.form = response.head.sparql, response.head.query_form
        self._boolean = bool(json.loads(response.data)["boolean"]) if self.form == "ASK" else True
        self._tsv: Tsv | None = None

    def bytes(self, format_: str) -> bytes:
        """The answer as the W3C defines it: tsv, csv, json, xml; turtle, ntriples, jsonld ... for a graph.

        A table also as parquet, arrow, xlsx or excel-csv (for spreadsheet programs); see `save`. Raises `MissingExtra`,
        `QueryLimit` when the query takes too long or too much.
        """
        if format_ in formats.DERIVED_FORMATS and self.form == "SELECT":
            data, note = convert(self._reader, self._table(), format_)
            if note:
                warnings.warn(note, stacklevel=2)
            return data
        return self._client.ask({**self._order, "formats": dict.fromkeys(EXCHANGE, format_)}).data

    def text(self, format_: str = "tsv") -> str:
        """The same as text."""
        return self.bytes(format_).decode("utf-8")

    def save(self, path: str | Path, format_: str | None = None) -> Path:
        """Write the answer, whole or not at all, to a file whose suffix says the form: .csv, .xlsx, .parquet, .ttl ...

        `format_` says it for another suffix; ``"excel-csv"`` is CSV for spreadsheet programs. Raises `UsageError` for
        an unknown suffix or a place where a build has published, `StoreError` when the file cannot be written.
        """
        target = Path(path)
        chosen = format_ or formats.SUFFIXES.get(target.suffix)
        if chosen is None:
            raise UsageError(f"{target.name}: the suffix says no form. Those that do: {', '.join(formats.SUFFIXES)}")
        write_file(target, self.bytes(chosen))
        return target

    def _table(self) -> Tsv:
        if self.form != "SELECT":
            raise QueryError(f"{self.form} gives no rows; use text(format).")
        if self._tsv is None:
            self._tsv = self.bytes("tsv")
        return self._tsv

    @property
    def columns(self) -> list[str]:
        """The names of the columns, in the order of the query."""
        return column_names(self._table())

    @property
    def rows(self) -> list[dict[str, Value]]:
        """Every row as a dict of column to value: numbers and truth values as Python's, None if unbound."""
        names, rows = parse_tsv(self._table())
        return [dict(zip(names, (python_value(cell) for cell in row), strict=True)) for row in rows]

    def __iter__(self) -> Iterator[dict[str, Value]]:
        return iter(self.rows)

    def __len__(self) -> int:
        return self._table().count(b"\n") - 1  # the heading is a line too

    def __bool__(self) -> bool:
        return self._boolean

    @property
    def empty(self) -> bool:
        """Whether the answer is no row, no statement, or no."""
        if self.form == "ASK":
            return not self._boolean
        return len(self) == 0 if self.form == "SELECT" else not self.bytes("ntriples")

    def why_empty(self) -> list[str]:
        """Why there is no answer, in sentences; nothing when there is one. See `partnergraph.sparql.empty_results`."""
        if not self.empty:
            return []
        note = self._client.ask({**self._order, "formats": EXCHANGE, "explain_only": True}).note or ""
        return [line.removeprefix("- ") for line in note.splitlines() if line.startswith("- ")]

    def to_pandas(self) -> pd.DataFrame:
        """A pandas DataFrame with nullable dtypes (Int64, Float64, boolean, string); mixed columns are text."""
        from partnergraph.results.dataframes import to_pandas

        return to_pandas(self._table())

    def to_polars(self) -> pl.DataFrame:
        """A polars DataFrame with the same types."""
        from partnergraph.results.dataframes import to_polars

        return to_polars(self._table())

    def __str__(self) -> str:
        if self.form == "ASK":
            return "yes" if self else "no"
        if self.form != "SELECT":
            return self.text("turtle")
        return text_table(self._table(), {})

    def _first_rows(self) -> Tsv:
        lines = min(len(self), MAX_PREVIEW_ROWS) + 1
        return b"\n".join([*self._table().split(b"\n", lines)[:lines], b""])

    def __repr__(self) -> str:
        """The first rows as a table, names instead of IRIs."""
        if self.form != "SELECT":
            return "\n".join([str(self), *self.why_empty()])
        first = self._first_rows()
        table = text_table(first, labels_in(self._reader, first)).rpartition("\n(")[0]
        return "\n".join(filter(None, [table, f"({self._count()})", *self.why_empty()]))

    def _count(self) -> str:
        more = f", the first {MAX_PREVIEW_ROWS} shown" if len(self) > MAX_PREVIEW_ROWS else ""
        return f"{len(self)} row{'' if len(self) == 1 else 's'}{more}"

    def _repr_html_(self) -> str:
        """The first rows as an HTML table, names instead of IRIs, every value escaped."""
        if self.form != "SELECT":
            reasons = "".join(f"<br>{html.escape(reason)}" for reason in self.why_empty())
            return f"<pre>{html.escape(str(self))}</pre>{reasons}"
        first = self._first_rows()
        names, rows = parse_tsv(first)
        labels = labels_in(self._reader, first)
        head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in names)
        cells = [[_cell_html(cell, labels) for cell in row] for row in rows]
        body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in cells)
        caption = self._count() + "".join(f"<br>{html.escape(reason)}" for reason in self.why_empty())
        return f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell_html(cell: str, labels: dict[str, str]) -> str:
    text = term_text(cell)
    if cell.startswith("<") and text in labels:
        return f'<span title="{html.escape(text)}">{html.escape(labels[text])}</span>'
    return html.escape(text)
