"""A result as a data frame: the engine's TSV is read and typed by column, never row by row in Python.

A column of one kind becomes Int64, Float64, boolean or text; one of several kinds becomes text. Columns that hold only
IRIs, only plain texts or only numbers are typed as a whole; others are typed by their distinct cells.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from partnergraph.errors import MissingExtra
from partnergraph.queries.formats import Value, columns, plain, value

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

WIDEST = 2**63
_TAG = r'^"|"(?:@[A-Za-z0-9-]+)?$'


def kind_of(values: Sequence[Value]) -> str:
    """The kind of a column: int, float, bool or text.

    >>> kind_of([1, None, 2.5]), kind_of([True, None]), kind_of([1, "a"]), kind_of([None])
    ('float', 'bool', 'text', 'text')
    """
    kinds = {type(item) for item in values if item is not None}
    if kinds and kinds <= {int, float}:
        if kinds != {int}:
            return "float"
        return "int" if all(-WIDEST <= item < WIDEST for item in values if isinstance(item, int)) else "text"
    return "bool" if kinds == {bool} else "text"


def _distinct(cells: Sequence[str]) -> tuple[str, list[Value]]:
    """The kind and the values of cells in SPARQL term syntax."""
    values = [value(cell) for cell in cells]
    kind = kind_of(values)
    if kind == "text":
        return kind, [plain(cell) if cell else None for cell in cells]
    return kind, [float(item) if kind == "float" and item is not None else item for item in values]


def to_pandas(tsv: bytes) -> pd.DataFrame:
    """A pandas DataFrame with nullable dtypes. Raises `MissingExtra`."""
    try:
        import pandas as pd
        import pyarrow as pa
        from pyarrow import csv
    except ImportError as error:
        raise MissingExtra((error.name or "pandas").partition(".")[0], "pandas") from None
    names = columns(tsv)
    if not names:
        return pd.DataFrame(index=range(tsv.count(b"\n") - 1))
    read = csv.read_csv(
        io.BytesIO(tsv),
        csv.ReadOptions(column_names=names, skip_rows=1, block_size=max(len(tsv), 1)),
        csv.ParseOptions(delimiter="\t", quote_char=False, ignore_empty_lines=False),
        csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
    )
    table = pa.table({name: _arrow(read.column(name)) for name in names})
    types = {
        pa.int64(): pd.Int64Dtype(),
        pa.float64(): pd.Float64Dtype(),
        pa.bool_(): pd.BooleanDtype(),
        pa.string(): pd.StringDtype(),
    }
    frame: pd.DataFrame = table.to_pandas(types_mapper=types.get)
    return frame


def _arrow(cells: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    begins = set(pc.unique(pc.utf8_slice_codeunits(cells, 0, 1)).to_pylist()) - {""}
    text = None
    if begins == {"<"} and not pc.any(pc.starts_with(cells, "<<")).as_py():
        text = pc.utf8_slice_codeunits(cells, 1, -1)
    elif begins == {'"'} and not pc.any(pc.or_(pc.ends_with(cells, ">"), pc.match_substring(cells, "\\"))).as_py():
        text = pc.replace_substring_regex(cells, _TAG, "")
    elif begins and begins <= set("+-.0123456789"):
        whole = not pc.any(pc.match_substring_regex(cells, "[.eE]")).as_py()
        try:
            return pc.if_else(pc.equal(cells, ""), None, cells).cast(pa.int64() if whole else pa.float64())
        except pa.ArrowInvalid:  # beyond 64 bits
            text = cells
    if text is not None:
        return pc.if_else(pc.equal(cells, ""), None, text)
    encoded = pc.dictionary_encode(cells).unify_dictionaries().combine_chunks()
    kind, values = _distinct(encoded.dictionary.to_pylist())
    types = {"int": pa.int64(), "float": pa.float64(), "bool": pa.bool_(), "text": pa.string()}
    return pa.array(values, types[kind]).take(encoded.indices)


def to_polars(tsv: bytes) -> pl.DataFrame:
    """A polars DataFrame. Raises `MissingExtra`."""
    try:
        import polars as pl
    except ImportError:
        raise MissingExtra("polars", "polars") from None
    names = columns(tsv)
    if not names:
        return pl.DataFrame(height=tsv.count(b"\n") - 1)
    read = pl.read_csv(tsv, separator="\t", quote_char=None, infer_schema=False)
    return pl.DataFrame([_polars(cells.alias(name)) for name, cells in zip(names, read, strict=True)])


def _polars(cells: pl.Series) -> pl.Series:
    """A column of cells, null where unbound, with its type."""
    import polars as pl

    begins = set(cells.str.slice(0, 1).drop_nulls().unique())
    if begins == {"<"} and not cells.str.starts_with("<<").any():
        return cells.str.head(-1).str.slice(1)
    if begins == {'"'} and not (cells.str.ends_with(">") | cells.str.contains("\\", literal=True)).any():
        return cells.str.replace_all(_TAG, "")
    if begins and begins <= set("+-.0123456789"):
        whole = not cells.str.contains("[.eE]").any()
        typed = cells.cast(pl.Int64 if whole else pl.Float64, strict=False)
        return typed if typed.null_count() == cells.null_count() else cells  # beyond 64 bits
    distinct = cells.unique()
    kind, values = _distinct([cell or "" for cell in distinct])
    types = {"int": pl.Int64, "float": pl.Float64, "bool": pl.Boolean, "text": pl.String}
    return cells.replace_strict(distinct, pl.Series(values, dtype=types[kind]))
