"""Answers in JSON and XML are cut after whole rows, whatever stands in them, and are evaluated once."""

from __future__ import annotations

import io
import json
from xml.etree import ElementTree

import pytest

from partnergraph.execution import execute as execution_module
from partnergraph.execution.execute import execute
from partnergraph.execution.row_limit import MIN_ROW_LENGTH, LimitReached, RowLimit
from partnergraph.store import Reader

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
def test_a_large_answer_is_evaluated_once(format_: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    usual = execution_module.PreparedQuery.ask

    def ask(self: execution_module.PreparedQuery, reader: Reader) -> object:
        asked.append(self.sparql)
        return usual(self, reader)

    monkeypatch.setattr(execution_module.PreparedQuery, "ask", ask)
    data, note = _answer(_query(TRICKY), format_, 100)
    assert len(data) > MIN_ROW_LENGTH * 100
    assert note is not None
    assert len(asked) == 1
