"""A result as columns with real types: the engine's TSV is read and typed by column, never row by row in Python.

A column of one kind becomes Int64, Float64, boolean, date or date with time; one of several kinds becomes text, as do
partial dates (2014, 2014-06), whole numbers beyond 64 bits, and dates with time of which only some have a time zone.
Times with a zone become UTC. A decimal becomes Float64, which holds about 15 digits.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from partnergraph.errors import MissingExtra
from partnergraph.results.tsv import (
    FRACTIONAL_TYPES,
    INTEGER_TYPES,
    NUMBER_PATTERN,
    XSD,
    column_names,
    term_text,
)

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

MAX_BLOCK = 2**30  # bytes that are read at a time
# The kind of a cell: the first character of a number or boolean; of a quoted literal its tag, which is what stands from
# the closing quotation mark on (a language or datatype).
_NUMBER_STARTS = set("+-.0123456789")
_BOOLEAN_STARTS = {"t", "f"}
_INTEGERS = {f'"^^<{XSD}{name}>' for name in INTEGER_TYPES}
_FRACTIONS = {f'"^^<{XSD}{name}>' for name in FRACTIONAL_TYPES}
_BOOLEAN = f'"^^<{XSD}boolean>'
_DATE = f'"^^<{XSD}date>'
_DATE_TIMES = {f'"^^<{XSD}dateTime>', f'"^^<{XSD}dateTimeStamp>'}
_QUOTATION = r'^"|"(?:@[A-Za-z0-9-]+|\^\^<[^>]*>)?$'


def arrow_table(tsv: bytes, extra: str = "pandas") -> pa.Table:
    """A pyarrow Table, null where unbound. Raises `MissingExtra`, which names the extra."""
    try:
        import pyarrow as pa
        from pyarrow import csv
    except ImportError:
        raise MissingExtra("pyarrow", extra) from None
    names = column_names(tsv)
    if not names:
        return pa.table({})
    texts = csv.read_csv(
        io.BytesIO(tsv),
        csv.ReadOptions(column_names=names, skip_rows=1, block_size=min(max(len(tsv), 1), MAX_BLOCK)),
        csv.ParseOptions(delimiter="\t", quote_char=False, ignore_empty_lines=False),
        csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
    )
    return pa.table({name: _typed_column(texts.column(name)) for name in names})


def to_pandas(tsv: bytes) -> pd.DataFrame:
    """A pandas DataFrame with nullable dtypes. Raises `MissingExtra`."""
    try:
        import pandas as pd
    except ImportError as error:
        raise MissingExtra((error.name or "pandas").partition(".")[0], "pandas") from None
    table = arrow_table(tsv)
    if not column_names(tsv):
        return pd.DataFrame(index=range(tsv.count(b"\n") - 1))
    import pyarrow as pa

    types = {
        pa.int64(): pd.Int64Dtype(),
        pa.float64(): pd.Float64Dtype(),
        pa.bool_(): pd.BooleanDtype(),
        pa.string(): pd.StringDtype(),
    }
    frame: pd.DataFrame = table.to_pandas(types_mapper=types.get, date_as_object=False)
    return frame


def to_polars(tsv: bytes) -> pl.DataFrame:
    """A polars DataFrame. Raises `MissingExtra`."""
    try:
        import polars as pl
    except ImportError:
        raise MissingExtra("polars", "polars") from None
    table = arrow_table(tsv, "polars")
    return pl.from_arrow(table) if column_names(tsv) else pl.DataFrame(height=tsv.count(b"\n") - 1)


def to_parquet(tsv: bytes) -> bytes:
    """A Parquet file: the same bytes for the same answer and release of pyarrow. Raises `MissingExtra`."""
    table = arrow_table(tsv)
    from pyarrow import BufferOutputStream, parquet

    sink = BufferOutputStream()
    parquet.write_table(table, sink)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def to_arrow(tsv: bytes) -> bytes:
    """An Arrow IPC file (Feather, version 2), not compressed. Raises `MissingExtra`."""
    table = arrow_table(tsv)
    from pyarrow import BufferOutputStream, ipc

    sink = BufferOutputStream()
    with ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def _typed_column(cells: Any) -> Any:
    """Cells in SPARQL term syntax as values of the one type that they all have, else as text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    cells = pc.if_else(pc.equal(cells, ""), None, cells)
    firsts = set(pc.unique(pc.utf8_slice_codeunits(cells, 0, 1)).to_pylist()) - {None}
    kinds = firsts - {'"'}
    tag = _common_tag(cells) if firsts == {'"'} else None
    if tag:
        kinds = {tag}
    elif '"' in firsts and pc.any(pc.ends_with(cells, ">")).as_py():
        quoted = pc.if_else(pc.starts_with(cells, '"'), cells, None)
        kinds |= set(pc.unique(pc.replace_substring_regex(quoted, r'(?s)^".*"', '"')).to_pylist()) - {None}
    elif '"' in firsts:
        kinds.add('"')
    text = pa.chunked_array([_text(chunk, firsts, tag) for chunk in cells.chunks], pa.string())
    try:
        typed = _typed(text, kinds) if kinds else None
    except pa.ArrowInvalid:  # a literal that its datatype does not allow, or beyond 64 bits
        typed = None
    return text if typed is None else typed


def _common_tag(cells: Any) -> str | None:
    """The tag of all the literals; None if they differ."""
    import pyarrow.compute as pc

    first = cells.drop_null()[0].as_py()
    tag: str = first[first.rindex('"') :]
    return tag if pc.all(pc.ends_with(cells, tag)).as_py() else None


def _text(cells: Any, firsts: set[str], tag: str | None) -> Any:
    """`term_text` of each cell."""
    import pyarrow as pa
    import pyarrow.compute as pc

    text = cells
    if "<" in firsts:
        iris = pc.and_(pc.starts_with(cells, "<"), pc.invert(pc.starts_with(cells, "<<")))
        sliced = pc.utf8_slice_codeunits(cells, 1, -1)
        text = sliced if firsts == {"<"} and pc.all(iris).as_py() else pc.if_else(iris, sliced, text)
    if '"' in firsts:
        quoted = pc.starts_with(cells, '"')
        if tag:
            text = pc.utf8_slice_codeunits(cells, 1, -len(tag))
        else:
            text = pc.if_else(quoted, pc.replace_substring_regex(cells, _QUOTATION, ""), text)
        escaped = pc.fill_null(pc.and_(quoted, pc.match_substring(cells, "\\")), False)
        if pc.any(escaped).as_py():
            unescaped = [term_text(cell) for cell in cells.filter(escaped).to_pylist()]
            text = pc.replace_with_mask(text, escaped, pa.array(unescaped, pa.string()))
    return text


def _typed(text: Any, kinds: set[str]) -> Any:
    """The texts as numbers, booleans or dates, if that is their kind and their form; else None."""
    import pyarrow as pa
    import pyarrow.compute as pc

    def all_match(pattern: str) -> bool:
        return bool(pc.all(pc.match_substring_regex(text, rf"^(?:{pattern})$")).as_py())

    if kinds <= _NUMBER_STARTS:  # written by the engine: no need to check their form
        integers = not pc.any(pc.match_substring_regex(text, "[.eE]")).as_py()
        return text.cast(pa.int64() if integers else pa.float64())
    if kinds <= _NUMBER_STARTS | _INTEGERS | _FRACTIONS:
        if not kinds & _FRACTIONS and all_match("-?[0-9]+"):
            return text.cast(pa.int64())
        return text.cast(pa.float64()) if all_match(NUMBER_PATTERN) else None
    if kinds <= _BOOLEAN_STARTS | {_BOOLEAN}:
        return pc.equal(text, "true") if all_match("true|false") else None
    if kinds == {_DATE}:
        return text.cast(pa.date32())
    if kinds <= _DATE_TIMES:
        zoned = all_match(r".*(?:Z|[+-]\d\d:\d\d)")
        return text.cast(pa.timestamp("us", "UTC" if zoned else None))
    return None
