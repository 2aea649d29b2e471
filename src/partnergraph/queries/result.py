"""The answer to a query in a program or a notebook: rows, bytes of a standard format, or a data frame."""

from __future__ import annotations

import html
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from partnergraph.errors import QueryError
from partnergraph.queries import formats
from partnergraph.queries.formats import Value, value
from partnergraph.queries.run import Prepared
from partnergraph.store import Reader

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

SHOWN = 20
Tsv = bytes  # a method of Result is called bytes


class Result:
    """An answer. The engine computes it when it is first asked for, and it is kept."""

    def __init__(self, reader: Reader, prepared: Prepared) -> None:
        self._reader, self._prepared = reader, prepared
        self.sparql, self.form = prepared.sparql, prepared.form
        # Parsing happens here, so that an error in the text is told at once; rows are computed when they are read.
        self._first: Any = prepared.ask(reader)
        self._truth = bool(self._first) if self.form == "ASK" else True
        self._tsv: Tsv | None = None

    def bytes(self, format_: str) -> bytes:
        """The answer as the W3C defines it: tsv, csv, json, xml; turtle, ntriples or jsonld for a graph."""
        result, self._first = self._first, None
        output = io.BytesIO()
        self._reader.write(self._prepared.ask(self._reader) if result is None else result, format_, output)
        return output.getvalue()

    def text(self, format_: str = "tsv") -> str:
        """The same as text."""
        return self.bytes(format_).decode("utf-8")

    def _table(self) -> Tsv:
        if self.form != "SELECT":
            raise QueryError(f"{self.form} gives no rows; use text(format).")
        if self._tsv is None:
            self._tsv = self.bytes("tsv")
        return self._tsv

    @property
    def columns(self) -> list[str]:
        """The names of the columns, in the order of the query."""
        return formats.columns(self._table())

    @property
    def rows(self) -> list[dict[str, Value]]:
        """Every row as a dict of column to value: numbers and truth values as Python's, None if unbound."""
        names, rows = formats.parse_tsv(self._table())
        return [dict(zip(names, (value(cell) for cell in row), strict=True)) for row in rows]

    def __iter__(self) -> Iterator[dict[str, Value]]:
        return iter(self.rows)

    def __len__(self) -> int:
        return self._table().count(b"\n") - 1  # the heading is a line too

    def __bool__(self) -> bool:
        return self._truth

    def why_empty(self) -> list[str]:
        """Why there is no answer, in sentences; nothing when there is one. See `partnergraph.queries.emptiness`."""
        from partnergraph.queries.emptiness import reasons

        empty = not self._truth if self.form == "ASK" else self.form == "SELECT" and len(self) == 0
        return reasons(self._reader, self._prepared) if empty else []

    def to_pandas(self) -> pd.DataFrame:
        """A pandas DataFrame with nullable dtypes (Int64, Float64, boolean, string); mixed columns are text."""
        from partnergraph.queries.frames import to_pandas

        return to_pandas(self._table())

    def to_polars(self) -> pl.DataFrame:
        """A polars DataFrame with the same types."""
        from partnergraph.queries.frames import to_polars

        return to_polars(self._table())

    def __str__(self) -> str:
        if self.form == "ASK":
            return "yes" if self else "no"
        if self.form != "SELECT":
            return self.text("turtle")
        return formats.table(self._table(), {})

    def _repr_html_(self) -> str:
        """The first rows as an HTML table, every value escaped."""
        if self.form != "SELECT":
            return f"<pre>{html.escape(str(self))}</pre>"
        lines = min(len(self), SHOWN) + 1
        names, rows = formats.parse_tsv(b"\n".join([*self._table().split(b"\n", lines)[:lines], b""]))
        head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in names)
        shown = [[formats.plain(cell) for cell in row] for row in rows]
        body = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in shown)
        more = f", the first {SHOWN} shown" if len(self) > SHOWN else ""
        caption = f"{len(self)} row{'' if len(self) == 1 else 's'}{more}"
        caption += "".join(f"<br>{html.escape(reason)}" for reason in self.why_empty())
        return f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
