"""Columns with real types: pandas, polars, Parquet and Arrow, each read back by those who read such files."""

from __future__ import annotations

import io
import math
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import feather, parquet

from partnergraph import PartnerGraph
from partnergraph.execution.execute import execute
from partnergraph.execution.query_result import Result
from partnergraph.results.dataframes import arrow_table
from partnergraph.sparql.syntax_errors import empty_reader
from partnergraph.store import Reader

NOTHING = PartnerGraph(empty_reader())
NOON, HALF = datetime(2014, 6, 1, 12), datetime(2014, 6, 1, 12, 0, 0, 500_000)
INT, FLOAT, BOOL, TEXT = pa.int64(), pa.float64(), pa.bool_(), pa.string()
DAY, TIME, ZONED = pa.date32(), pa.timestamp("us"), pa.timestamp("us", "UTC")
PANDAS = {
    INT: "Int64",
    FLOAT: "Float64",
    BOOL: "boolean",
    TEXT: "string",
    DAY: "datetime64[ms]",
    TIME: "datetime64[us]",
    ZONED: "datetime64[us, UTC]",
}
POLARS = {
    INT: pl.Int64(),
    FLOAT: pl.Float64(),
    BOOL: pl.Boolean(),
    TEXT: pl.String(),
    DAY: pl.Date(),
    TIME: pl.Datetime("us"),
    ZONED: pl.Datetime("us", "UTC"),
}


def typed(type_: str, *texts: str) -> list[str]:
    return [f'"{text}"^^xsd:{type_}' for text in texts]


COLUMNS: dict[str, tuple[list[str], pa.DataType, list[object]]] = {
    "whole": (["1", "UNDEF", "-3"], INT, [1, None, -3]),
    "of a small kind": (typed("byte", "5") + typed("unsignedShort", "7") + ["1"], INT, [5, 7, 1]),
    "as large as 64 bits hold": ([str(2**63 - 1), str(-(2**63))], INT, [2**63 - 1, -(2**63)]),
    "beyond 64 bits": (["1", str(2**63)], TEXT, ["1", str(2**63)]),
    "decimal": (["1.50", "UNDEF", "-2.25"], FLOAT, [1.5, None, -2.25]),
    "decimal without a fraction": (["1.0", "2.5"], FLOAT, [1.0, 2.5]),
    "double": (["1e3", "2.5e-3", "UNDEF"], FLOAT, [1000.0, 0.0025, None]),
    "float": (typed("float", "1.5", "-INF", "INF"), FLOAT, [1.5, -math.inf, math.inf]),
    "whole and broken": (["1", "2.5", "1e2"], FLOAT, [1.0, 2.5, 100.0]),
    "truth": (["true", "UNDEF", *typed("boolean", "0")], BOOL, [True, None, False]),
    "day": ([*typed("date", "2014-06-01", "1899-12-31"), "UNDEF"], DAY, [date(2014, 6, 1), date(1899, 12, 31), None]),
    "time": (typed("dateTime", "2014-06-01T12:00:00", "2014-06-01T12:00:00.5"), TIME, [NOON, HALF]),
    "time in zones": (
        [*typed("dateTime", "2014-06-01T12:00:00Z", "2014-06-01T14:00:00+02:00"), "UNDEF"],
        ZONED,
        [NOON.replace(tzinfo=UTC), NOON.replace(tzinfo=UTC), None],
    ),
    "time, some with a zone": (
        typed("dateTime", "2014-06-01T12:00:00Z", "2014-06-01T12:00:00"),
        TEXT,
        ["2014-06-01T12:00:00Z", "2014-06-01T12:00:00"],
    ),
    "time finer than can be held": (
        typed("dateTime", "2014-06-01T12:00:00.1234567"),
        TEXT,
        ["2014-06-01T12:00:00.1234567"],
    ),
    "day in a zone": (typed("date", "2014-06-01Z"), TEXT, ["2014-06-01Z"]),
    "day before the year 1": (typed("date", "-0044-03-15"), TEXT, ["-0044-03-15"]),
    "no day": (typed("date", "2014-02-30"), TEXT, ["2014-02-30"]),
    "year": (typed("gYear", "2009", "2010"), TEXT, ["2009", "2010"]),
    "year, month and day": (
        typed("gYear", "2009") + typed("gYearMonth", "2009-06") + typed("date", "2009-06-30"),
        TEXT,
        ["2009", "2009-06", "2009-06-30"],
    ),
    "in languages": (['"Keele"@en', '"chat"@fr', '"a\\"b"@en-GB'], TEXT, ["Keele", "chat", 'a"b']),
    "text": (['"007"', '""', '"a\\tb\\n\\\\\\"c"', "UNDEF"], TEXT, ["007", "", 'a\tb\n\\"c', None]),
    "text that looks like a term": (
        ['"<urn:a>"', '"\\"1\\"^^<urn:x>"', '"<< x"', '"true"'],
        TEXT,
        ["<urn:a>", '"1"^^<urn:x>', "<< x", "true"],
    ),
    "of a kind of its own": (['"x"^^<urn:t>', '"a\\\\b"^^<urn:t>'], TEXT, ["x", "a\\b"]),
    "IRI": (["<urn:a>", "UNDEF", "<http://example.org/#b>"], TEXT, ["urn:a", None, "http://example.org/#b"]),
    "number and text": (["1", '"1"', "true", "<urn:a>", *typed("date", "2014-06-01")], TEXT, [*"11", "true", "urn:a"]),
    "number and truth": (["1", "true"], TEXT, ["1", "true"]),
    "no number": (typed("integer", "x", "1"), TEXT, ["x", "1"]),
    "no truth": ([*typed("boolean", "x"), "true"], TEXT, ["x", "true"]),
    "nothing": (["UNDEF", "UNDEF"], TEXT, [None, None]),
    "no row": ([], TEXT, []),
}
COLUMNS["number and text"][2].append("2014-06-01")
EACH = pytest.mark.parametrize("name", COLUMNS)


def asked(name: str) -> Result:
    return NOTHING.query(f"SELECT ?x {{ VALUES ?x {{ {' '.join(COLUMNS[name][0])} }} }}")


def written(name: str, form: str) -> io.BytesIO:
    output = io.BytesIO()
    execute(empty_reader(), asked(name).sparql, form, output)
    return io.BytesIO(output.getvalue())


@EACH
def test_a_column_has_the_type_of_its_cells(name: str) -> None:
    _, kind, expected = COLUMNS[name]
    column = arrow_table(asked(name).bytes("tsv")).column("x")
    assert column.type == kind
    assert column.to_pylist() == expected


@EACH
def test_pandas_and_polars_have_it_too(name: str) -> None:
    _, kind, expected = COLUMNS[name]
    pandas = asked(name).to_pandas()["x"]
    assert str(pandas.dtype) == PANDAS[kind]
    assert [None if pd.isna(cell) else cell for cell in pandas.astype(object)] == [
        pd.Timestamp(cell) if isinstance(cell, date) else cell  # type: ignore[arg-type]
        for cell in expected
    ]
    polars = asked(name).to_polars()["x"]
    assert polars.dtype == POLARS[kind]
    assert polars.to_list() == expected


@EACH
def test_parquet_is_read_back_by_pyarrow_polars_and_pandas(name: str) -> None:
    _, kind, expected = COLUMNS[name]
    read = parquet.read_table(written(name, "parquet"))
    assert read.schema.field("x").type == kind
    assert read.column("x").to_pylist() == expected
    assert pl.read_parquet(written(name, "parquet"))["x"].to_list() == expected
    assert len(pd.read_parquet(written(name, "parquet"))) == len(expected)


@EACH
def test_arrow_is_read_back_by_pyarrow_polars_and_pandas(name: str) -> None:
    _, kind, expected = COLUMNS[name]
    read = feather.read_table(written(name, "arrow"))
    assert read.schema.field("x").type == kind
    assert read.column("x").to_pylist() == expected
    assert pl.read_ipc(written(name, "arrow"))["x"].to_list() == expected
    assert len(pd.read_feather(written(name, "arrow"))) == len(expected)


def test_a_number_that_is_none_is_not_a_gap() -> None:
    read = arrow_table(NOTHING.query('SELECT ?x { VALUES ?x { "NaN"^^xsd:double UNDEF } }').bytes("tsv"))
    first, second = read.column("x").to_pylist()
    assert math.isnan(first)
    assert second is None


def test_the_columns_keep_their_order_and_the_file_its_bytes(whole: Reader, tmp_path: Path) -> None:
    graph = PartnerGraph(whole)
    text = "SELECT ?z ?label ?a { ?z skos:prefLabel ?label ; a ?a } ORDER BY ?z ?label ?a"
    expected = graph.query(text).to_pandas()
    assert len(expected) > 300
    for form, read in (("parquet", pd.read_parquet), ("arrow", pd.read_feather)):
        data = graph.query(text).bytes(form)
        assert data == graph.query(text).bytes(form)
        found = read(io.BytesIO(data))
        assert list(found.columns) == ["z", "label", "a"]
        assert found.astype("string").equals(expected.astype("string"))


def test_the_dates_of_the_graph_are_dates_where_all_are_days(whole: Reader) -> None:
    graph = PartnerGraph(whole)
    days = graph.query("SELECT ?d { ?s ?p ?d FILTER(datatype(?d) = xsd:date) }").to_pandas()
    assert str(days["d"].dtype) == "datetime64[ms]"
    assert days["d"].dt.year.between(1000, 2100).all()
    mixed = graph.query("SELECT ?d { ?s ?p ?d FILTER(datatype(?d) IN (xsd:date, xsd:gYear)) }").to_pandas()
    assert str(mixed["d"].dtype) == "string"
    assert set(mixed["d"].str.len()) == {4, 10}


def test_an_answer_without_columns_is_a_file_without_columns() -> None:
    for query in ("SELECT * {}", "SELECT * { FILTER(false) }"):
        assert parquet.read_table(io.BytesIO(NOTHING.query(query).bytes("parquet"))).num_columns == 0
        assert feather.read_table(io.BytesIO(NOTHING.query(query).bytes("arrow"))).num_columns == 0


def test_a_text_with_a_zero_byte_or_a_line_separator_is_one_cell() -> None:
    text = "a\0b\u2028c\x85d\x0be"
    result = NOTHING.query(f'SELECT ?x ?y {{ VALUES (?x ?y) {{ ("{text}" 1) ("\\r\\n" 2) }} }}')
    for frame in (result.to_pandas(), result.to_polars()):
        assert list(frame["x"]) == [text, "\r\n"]
        assert list(frame["y"]) == [1, 2]
