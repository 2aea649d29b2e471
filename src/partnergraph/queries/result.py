"""The answer to a query in a program or a notebook: rows, bytes of a standard format, or a data frame."""

from __future__ import annotations

import html
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from partnergraph.errors import MissingExtra, QueryError
from partnergraph.queries import formats
from partnergraph.store import Reader

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

XSD = "http://www.w3.org/2001/XMLSchema#"
WHOLE = frozenset({"integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger"})
BROKEN = frozenset({"decimal", "double", "float"})
SHOWN = 20
Value = str | int | float | bool | None


class Result:
    """An answer. The engine computes it when it is first asked for, and it is kept."""

    def __init__(self, reader: Reader, sparql: str, form: str) -> None:
        self._reader, self.sparql, self.form = reader, sparql, form
        # Parsing happens here, so that an error in the text is told at once; rows are computed when they are read.
        self._first: Any = reader.query(sparql)
        self._tsv: bytes | None = None

    def bytes(self, format_: str) -> bytes:
        """The answer as the W3C defines it: tsv, csv, json, xml; turtle, ntriples or jsonld for a graph."""
        result, self._first = self._first, None
        output = io.BytesIO()
        self._reader.write(self._reader.query(self.sparql) if result is None else result, format_, output)
        return output.getvalue()

    def text(self, format_: str = "tsv") -> str:
        """The same as text."""
        return self.bytes(format_).decode("utf-8")

    def _table(self) -> tuple[list[str], list[list[str]]]:
        if self.form != "SELECT":
            raise QueryError(f"A {self.form} query gives no rows; use text(format).")
        if self._tsv is None:
            self._tsv = self.bytes("tsv")
        return formats.parse_tsv(self._tsv)

    @property
    def columns(self) -> list[str]:
        """The names of the columns, in the order of the query."""
        return self._table()[0]

    @property
    def rows(self) -> list[dict[str, Value]]:
        """Every row as a dict of column to value: numbers and truth values as Python's, None if unbound."""
        names, rows = self._table()
        return [dict(zip(names, (value(cell) for cell in row), strict=True)) for row in rows]

    def __iter__(self) -> Iterator[dict[str, Value]]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self._table()[1])

    def __bool__(self) -> bool:
        return True if self.form != "ASK" else '"boolean":true' in self.text("json").replace(" ", "")

    def _series(self) -> dict[str, list[Value]]:
        names, rows = self._table()
        return {name: [value(row[at]) for row in rows] for at, name in enumerate(names)}

    def to_pandas(self) -> pd.DataFrame:
        """A pandas DataFrame with nullable dtypes (Int64, Float64, boolean, string)."""
        try:
            import pandas as pd
        except ImportError:
            raise MissingExtra("pandas", "pandas") from None
        frame = {name: pd.array(values, dtype=_pandas_type(values)) for name, values in self._series().items()}
        return pd.DataFrame(frame, columns=self.columns)

    def to_polars(self) -> pl.DataFrame:
        """A polars DataFrame."""
        try:
            import polars as pl
        except ImportError:
            raise MissingExtra("polars", "polars") from None
        types = {"Int64": pl.Int64, "Float64": pl.Float64, "boolean": pl.Boolean, "string": pl.String}
        return pl.DataFrame(
            [pl.Series(name, _same(v), dtype=types[_pandas_type(v)]) for name, v in self._series().items()]
        )

    def __str__(self) -> str:
        if self.form == "ASK":
            return "yes" if self else "no"
        if self.form != "SELECT":
            return self.text("turtle")
        self._table()
        return formats.table(self._tsv or b"", {})

    def _repr_html_(self) -> str:
        """The first rows as an HTML table, every value escaped."""
        if self.form != "SELECT":
            return f"<pre>{html.escape(str(self))}</pre>"
        names, rows = self._table()
        head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in names)
        shown = [[formats.plain(cell) for cell in row] for row in rows[:SHOWN]]
        body = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in shown)
        more = f", the first {SHOWN} shown" if len(rows) > SHOWN else ""
        caption = f"{len(rows)} row{'' if len(rows) == 1 else 's'}{more}"
        return f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def value(cell: str) -> Value:
    """A term of a TSV result as a Python value.

    >>> value("14"), value('"14"^^<http://www.w3.org/2001/XMLSchema#integer>'), value('"Keele"@en'), value("")
    (14, 14, 'Keele', None)
    """
    if cell == "":
        return None
    if cell[0] in "+-.0123456789":
        return int(cell) if cell.lstrip("+-").isdigit() else float(cell)
    if cell in ("true", "false"):
        return cell == "true"
    text = formats.plain(cell)
    datatype = cell.rpartition('"^^<')[2].rstrip(">") if '"^^<' in cell else ""
    name = datatype.removeprefix(XSD)
    try:
        if name in WHOLE:
            return int(text)
        if name in BROKEN:
            return float(text)
    except ValueError:
        return text
    return text in ("true", "1") if name == "boolean" else text


def _pandas_type(values: list[Value]) -> str:
    kinds = {type(item) for item in values if item is not None}
    if kinds == {int}:
        return "Int64"
    if kinds and kinds <= {int, float}:
        return "Float64"
    return "boolean" if kinds == {bool} else "string"


def _same(values: list[Value]) -> list[Value]:
    """Values of one type: mixed columns become text."""
    return values if _pandas_type(values) != "string" else [None if item is None else str(item) for item in values]
