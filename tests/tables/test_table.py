"""Rows are counted as a spreadsheet program counts them, and what a table holds is not changed."""

from __future__ import annotations

import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnergraph.tables.column_types import TableSchema
from partnergraph.tables.table import Table, read_table, split_values
from partnergraph.tables.table_schemas import TABLE_SCHEMAS
from tests.conftest import ROOT

LAYOUT = TableSchema(("id", "name", "note"), ("id",))


def table(text: str | bytes) -> Table:
    return read_table("t.csv", text.encode() if isinstance(text, str) else text, LAYOUT)


def sheet_rows(text: str) -> dict[str, int]:
    """The row of each id as pandas reads the file when it keeps empty lines, as a spreadsheet program does."""
    frame = pd.read_csv(io.StringIO(text), header=None, skip_blank_lines=False, dtype=str, names=["id", "name", "note"])
    return {value: number for number, value in enumerate(frame["id"], 1) if isinstance(value, str) and value != "id"}


COUNTED = {
    "plain": "id,name,note\na,A,\nb,B,\n",
    "an empty line between": "id,name,note\na,A,\n\n\nb,B,\n",
    "a line of commas between": "id,name,note\na,A,\n,,\nb,B,\n",
    "cells with line breaks": 'id,name,note\na,"A\nof two\r\nor three lines",\nb,B,"x\n\ny"\nc,C,\n',
    "both": 'id,name,note\n\na,"A\n\nA",\n\nb,B,\n',
    "empty lines before the headings": "\n\nid,name,note\na,A,\n",
    "quoted headings over two lines": 'id,name,"no\nte"\na,A,\nb,B,\n',
    "carriage returns": "id,name,note\r\na,A,\r\n\r\nb,B,\r\n",
    "no line break at the end": "id,name,note\na,A,\nb,B,",
    "quotation marks in a cell": 'id,name,note\na,"the ""A""\nitself",\nb,B,\n',
}


@pytest.mark.parametrize("name", COUNTED)
def test_rows_have_the_numbers_that_a_spreadsheet_program_shows(name: str) -> None:
    rows = {row.get("id"): row.number for row in table(COUNTED[name]).rows}
    assert rows
    assert rows == sheet_rows(COUNTED[name])


@given(st.lists(st.lists(st.text(alphabet='ab,"\n ', max_size=4), min_size=3, max_size=3), max_size=6))
def test_rows_have_these_numbers_in_any_table(cells: list[list[str]]) -> None:
    """Written by the csv module; the first cell is made an id that tells the row."""
    import csv

    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["id", "name", "note"])
    for number, (_, name, note) in enumerate(cells):
        writer.writerow([f"r{number}", name, note])
    rows = table(text.getvalue()).rows
    assert [(row.get("id"), row.number) for row in rows] == [(f"r{n}", n + 2) for n in range(len(cells))]
    assert [(row.get("name") or "", row.get("note") or "") for row in rows] == [
        (b.strip(), c.strip()) for _, b, c in cells
    ]


def test_a_problem_is_placed_in_its_row_behind_cells_with_line_breaks_and_empty_lines() -> None:
    text = 'id,name,note\na,"A\nA",\n\n,B,\n'
    [finding] = table(text).findings
    assert str(finding.place) == 't.csv, row 4, column "id"'


@pytest.mark.parametrize(
    ("before", "row"),
    [(b"", 1), (b"id\n", 2), (b'id,name\na,"x\ny"\n\nb,', 4), (b'id,name\na,"x\ny', 2), (b"id\ra\r", 3)],
)
@pytest.mark.parametrize("wrong", [b"\x81", b"\x00"])
def test_a_wrong_byte_is_placed_in_its_row_and_not_in_its_line(before: bytes, row: int, wrong: bytes) -> None:
    found = table(before + wrong + b"\n")
    [finding] = found.findings
    assert finding.place is not None
    assert (finding.place.row, found.complete, found.rows) == (row, False, [])


def test_windows_1252_is_read_and_said_at_the_row_where_it_shows() -> None:
    found = table("id,name\na,A\nb,Café – “x”\n".encode("cp1252"))
    [finding] = found.findings
    assert (finding.rule, finding.severity, str(finding.place)) == ("encoding", "warning", "t.csv, row 3")
    assert "Windows-1252" in finding.message
    assert found.rows[1].get("name") == "Café – “x”"


@pytest.mark.parametrize("bad", ["Café".encode() + b"\xe9", b"\xed\xa0\x80", b"\x81"])
def test_a_mixture_of_encodings_is_refused_and_never_guessed(bad: bytes) -> None:
    found = table(b"id,name\na," + bad + b"\n")
    assert [(f.rule, f.severity) for f in found.findings] == [("encoding", "error")]
    assert (found.rows, found.complete) == ([], False)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf_16_and_utf_32_are_recognised_and_said(encoding: str) -> None:
    found = table("id,name,note\na,Café,\n".encode(encoding))
    assert [(f.rule, f.severity) for f in found.findings] in ([("encoding", "info")], [("control-character", "error")])
    if encoding != "utf-32":
        assert found.rows[0].get("name") == "Café"


@pytest.mark.parametrize(("mark", "called"), [(";", "semicolons"), ("\t", "tabs")])
def test_other_separators_are_recognised_and_said(mark: str, called: str) -> None:
    found = table('id,name,note\na,"A, B; C",x\n'.replace(",", mark).replace(f"A{mark} B", "A, B"))
    [finding] = found.findings
    assert (finding.rule, finding.severity, str(finding.place)) == ("separator", "info", "t.csv, row 1")
    assert called in finding.message
    assert dict(found.rows[0].cells) == {"id": "a", "name": "A, B; C", "note": "x"}


def test_a_tsv_table_is_read_by_tabs_without_a_word() -> None:
    found = read_table("t.tsv", b"id\tname\na\tA, B\n", LAYOUT)
    assert (found.findings, dict(found.rows[0].cells)) == ([], {"id": "a", "name": "A, B"})


def test_typographic_accidents_are_forgiven_in_ids_and_kept_in_sentences() -> None:
    layout = TableSchema(("id", "kind", "words"), ("id",))
    found = read_table("t.csv", "id,kind,words\n“nice”,a\u2011b\u00a0,“so – they” say\n".encode(), layout)
    assert found.findings == []
    assert dict(found.rows[0].cells) == {"id": "nice", "kind": "a-b", "words": "“so – they” say"}


def test_a_cell_of_a_text_table_has_a_name_as_in_a_spreadsheet_program() -> None:
    [finding] = table("note,id,name\n,a,A\nx,,B\n").findings
    assert finding.place is not None
    assert (finding.place.cell, finding.place.sheet) == ("B3", None)


def test_a_quotation_mark_that_is_not_closed_is_placed_in_the_row_where_it_opens() -> None:
    found = table('id,name\na,"x\ny"\nb,B\nc,"never\nclosed\n')
    [finding] = found.findings
    assert finding.place is not None
    assert (finding.rule, finding.place.row, found.complete) == ("csv", 4, False)
    assert [row.get("id") for row in found.rows] == ["a", "b"]


@pytest.mark.parametrize("text", ['id\na"b"\n', 'id,name\n"a" ,b\n'])
def test_a_quotation_mark_in_the_middle_of_a_cell_is_kept_or_refused_but_never_swallowed(text: str) -> None:
    found = table(text)
    assert found.findings or [row.get("id") for row in found.rows] == ['a"b"']


def test_cells_are_stripped_and_empty_ones_are_absent() -> None:
    [row] = table("id,name,note\n  a , ,\u00a0x\u00a0\n").rows
    assert dict(row.cells) == {"id": "a", "note": "x"}
    assert row.get("name") is None


def test_headings_are_forgiven_their_case_spaces_and_hyphens() -> None:
    found = read_table("t.csv", b" ID ,Count as-Stated\na,many\n", TableSchema(("id", "count_as_stated"), ("id",)))
    assert found.findings == []
    assert dict(found.rows[0].cells) == {"id": "a", "count_as_stated": "many"}


def test_a_ragged_row_keeps_its_id_and_says_that_it_is_not_whole() -> None:
    found = table("id,name,note\na,A, B,,x\nb,B,,,\n")
    assert [(row.get("id"), row.whole) for row in found.rows] == [("a", False), ("b", True)]
    assert [finding.rule for finding in found.findings] == ["ragged-row"]
    assert found.complete


def test_every_column_of_a_layout_is_described_for_the_person_who_edits() -> None:
    readme = (ROOT / "data" / "README.md").read_text("utf-8")
    lines = readme.splitlines()
    for name, layout in TABLE_SCHEMAS.items():
        if name == "evidence":
            described = readme[readme.index("## Evidence") : readme.index("## The other tables")]
        else:
            described = next((line for line in lines if line.startswith(f"| `{name}.csv`")), "")
        assert [column for column in layout.columns if f"`{column}`" not in described] == [], name


def test_several_values_are_separated_by_semicolons_and_empty_ones_left_out() -> None:
    assert list(split_values(" a;b ; ;c;")) == ["a", "b", "c"]
    assert list(split_values(None)) == []
