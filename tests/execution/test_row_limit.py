"""Answers in JSON and XML are cut after whole rows, whatever stands in them, and are evaluated once."""

from __future__ import annotations

import io
import json
from xml.etree import ElementTree

import pytest

from partnergraph import PartnerGraph
from partnergraph.execution.execute import execute, execute_prepared
from partnergraph.execution.row_limit import MIN_ROW_LENGTH, JsonRowScanner, LimitReached, RowLimit
from partnergraph.results import formats
from partnergraph.sparql.prepare import PreparedQuery, prepare_query
from partnergraph.sparql.syntax_errors import empty_reader
from partnergraph.store import Reader
from partnergraph.store.empty_answer import is_empty_answer

# Texts that look like what stands between two rows, and a row without any value.
TRICKY = ["}},{", '"}},{"', "}},{\\", "</result><result>", "&lt;/result>", "{", "},{", "a\\", '\\"', "\n", "é😀"]


def _query(values: list[str]) -> str:
    terms = " ".join(value if value == "UNDEF" else json.dumps(value, ensure_ascii=False) for value in values)
    return f"SELECT ?n ?x {{ VALUES ?n {{ {' '.join(map(str, range(40)))} }} VALUES ?x {{ {terms} }} }}"


def _rows(data: bytes, format_: str) -> list[str | None]:
    if format_ == "json":
        return [row.get("x", {}).get("value") for row in json.loads(data)["results"]["bindings"]]
    space = "{http://www.w3.org/2005/sparql-results#}"
    rows = ElementTree.fromstring(data).iter(f"{space}result")
    return [next((b[0].text for b in row if b.get("name") == "x"), None) for row in rows]


def _answer(sparql: str, format_: str, max_rows: int) -> tuple[bytes, str | None]:
    output = io.BytesIO()
    note = execute(Reader.nquads_lines([]), sparql, format_, output, max_rows=max_rows, max_bytes=10_000_000)
    return output.getvalue(), note


@pytest.fixture
def evaluated(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The queries that the engine evaluates over a graph, but for those that look for names and reasons."""
    queries: list[str] = []
    usual = PreparedQuery.ask

    def ask(self: PreparedQuery, reader: Reader) -> object:
        if reader is not empty_reader():  # where a query is only parsed
            queries.append(self.sparql)
        return usual(self, reader)

    monkeypatch.setattr(PreparedQuery, "ask", ask)
    return queries


@pytest.mark.parametrize("format_", ["json", "xml"])
@pytest.mark.parametrize("max_rows", [1, 2, 7, 8, 100, 439, 440, 441, 1000])
def test_an_answer_is_cut_after_whole_rows(format_: str, max_rows: int) -> None:
    whole, _ = _answer(_query(TRICKY), format_, 100_000)
    cut, note = _answer(_query(TRICKY), format_, max_rows)
    assert len(_rows(whole, format_)) == 440
    assert _rows(cut, format_) == _rows(whole, format_)[:max_rows]
    assert (note is None) == (max_rows >= 440)
    if max_rows < 440:
        assert note is not None
        assert note.startswith(f"Only the first {max_rows} rows are shown")
    else:
        assert cut == whole


@pytest.mark.parametrize("format_", ["json", "xml"])
@pytest.mark.parametrize("values", [["{}"], ["UNDEF", "a"], ["{},{}", "UNDEF"]])
def test_rows_that_hold_nothing_are_counted_too(format_: str, values: list[str]) -> None:
    sparql = _query(values).replace("?n ?x", "?x")
    whole, _ = _answer(sparql, format_, 100_000)
    for max_rows in (1, 3, 39):
        cut, note = _answer(sparql, format_, max_rows)
        assert note is not None
        assert _rows(cut, format_) == _rows(whole, format_)[:max_rows]


@pytest.mark.parametrize("format_", ["json", "xml"])
@pytest.mark.parametrize("length", range(1, 20))
def test_it_does_not_matter_in_which_pieces_an_answer_comes(format_: str, length: int) -> None:
    whole, _ = _answer(_query(TRICKY), format_, 100_000)
    limit = RowLimit(format_, 100, None)
    pieces = [whole[start : start + length] for start in range(0, len(whole), length)]
    with pytest.raises(LimitReached):
        sum(limit.write(piece) for piece in pieces)
    assert limit.write(b"more") == 4
    assert _rows(bytes(limit), format_) == _rows(whole, format_)[:100]


@pytest.mark.parametrize("format_", ["json", "xml"])
def test_a_large_answer_is_evaluated_once(format_: str, evaluated: list[str]) -> None:
    data, note = _answer(_query(TRICKY), format_, 100)
    assert len(data) > MIN_ROW_LENGTH * 100
    assert note is not None
    assert len(evaluated) == 1


@pytest.mark.parametrize("format_", ["table", *formats.TABLES, *formats.MADE])
@pytest.mark.parametrize(
    "values", [TRICKY, [*TRICKY, "{}"], ["UNDEF", "{}"], []], ids=["texts", "braces", "empty", "none"]
)
@pytest.mark.parametrize("max_rows", [None, 5, 100_000])
@pytest.mark.parametrize("explain", [False, True])
def test_every_format_is_made_of_one_evaluation(
    evaluated: list[str], format_: str, values: list[str], max_rows: int | None, explain: bool
) -> None:
    reader, output = Reader.nquads_lines([]), io.BytesIO()
    sparql = _query(values)
    execute_prepared(
        reader, prepare_query(reader, sparql), format_, output, max_rows=max_rows, max_bytes=10_000_000, explain=explain
    )
    assert output.getvalue()
    assert evaluated == [sparql]


@pytest.mark.parametrize("format_", ["tsv", "json", "csv", "xml", "xlsx", "parquet", "excel-csv", "arrow"])
def test_a_result_is_evaluated_once_and_asked_why_it_is_empty_without_another(
    evaluated: list[str], format_: str
) -> None:
    graph = PartnerGraph(Reader.nquads_lines(['<urn:a> <urn:b> "c" <urn:g> .']))
    result = graph.query("SELECT ?s ?x { ?s <urn:b> ?x FILTER(?x = 'd') }")
    assert evaluated == [], "it is only parsed"
    data = result.bytes(format_)
    assert len(evaluated) == 1
    assert data
    assert result.empty
    tables = len(evaluated)
    assert result.why_empty()
    assert len(evaluated) == tables


NOTHING = {
    **dict.fromkeys(("table", *formats.TABLES, *formats.MADE), "SELECT ?s ?é { ?s <urn:b> ?é FILTER(?é = 'd') }"),
    **dict.fromkeys(formats.GRAPHS, "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o FILTER(?o = 'd') }"),
}


@pytest.mark.parametrize("format_", NOTHING)
@pytest.mark.parametrize("max_rows", [None, 1, 100])
def test_an_empty_answer_is_explained_in_every_format_and_no_other(format_: str, max_rows: int | None) -> None:
    reader = Reader.nquads_lines(['<urn:a> <urn:b> "c" <urn:g> .'])

    def note(sparql: str) -> str | None:
        prepared = prepare_query(reader, sparql)
        rows = max_rows if prepared.form == "SELECT" else None
        return execute_prepared(reader, prepared, format_, io.BytesIO(), max_rows=rows, explain=True)

    assert (note(NOTHING[format_]) or "").startswith("Nothing was found.\n- ")
    assert note(NOTHING[format_].replace("'d'", "'c'")) is None
    if format_ in ("json", "xml"):
        assert (note("ASK { <urn:x> ?p ?o }") or "").startswith("Nothing was found.\n- <urn:x>")
        assert note("ASK { <urn:a> ?p ?o }") is None


@pytest.mark.parametrize("format_", formats.TABLES)
@pytest.mark.parametrize(
    ("sparql", "empty"),
    [
        ("SELECT * {}", False),  # a row without columns
        ("SELECT * { FILTER(false) }", True),
        ("SELECT ?x { VALUES ?x { UNDEF } }", False),
        ("SELECT ?x { VALUES ?x { '' } }", False),
        ("SELECT ?x { VALUES ?x { } }", True),
        ('SELECT ?x { VALUES ?x { \'"bindings":[]}}\' "<results></results>" } }', False),
    ],
)
def test_a_row_without_a_value_is_a_row(format_: str, sparql: str, empty: bool) -> None:
    reader, output = Reader.nquads_lines([]), io.BytesIO()
    prepared = prepare_query(reader, sparql)
    result = prepared.ask(reader)
    reader.write(result, format_, output)
    assert is_empty_answer(result, format_, len(output.getvalue())) is empty


@pytest.mark.parametrize("length", [1, 2, 3, 7, 64, 100_000])
def test_the_rows_of_json_are_found_whatever_stands_in_texts(length: int) -> None:
    texts = [*TRICKY, "{}", "\\", "\\\\", '\\\\"', '"{', '{"x":{', "{}" * 50]
    whole, _ = _answer(_query(["UNDEF", *texts]), "json", 100_000)
    scanner = JsonRowScanner()
    rows = [row for start in range(0, len(whole), length) for row in scanner.row_starts(whole[start : start + length])]
    count = 40 * (len(texts) + 1)
    assert [number for number, _ in rows] == list(range(1, count + 1))
    decoder = json.JSONDecoder()
    text = whole.decode("latin-1")
    ends = [decoder.raw_decode(text, start)[1] for _, start in rows]
    assert [start for _, start in rows[1:]] == [end + 1 for end in ends[:-1]]
