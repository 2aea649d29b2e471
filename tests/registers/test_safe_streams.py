"""Files of registers as streams: what is read of good ones, whatever they are packed in."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from partnergraph.errors import Finding
from partnergraph.registers.record_reader import register_date
from partnergraph.registers.safe_streams import csv_rows, json_values, open_stream, table_rows


def _rows(tmp_path: Path, content: bytes, name: str = "a.csv") -> tuple[list[tuple[int, list[str]]], list[Finding]]:
    (tmp_path / name).write_bytes(content)
    with open_stream(tmp_path / name) as source:
        return list(csv_rows(source)), source.findings


def _values(tmp_path: Path, text: str, **how: Any) -> list[Any]:
    (tmp_path / "a.json").write_text(text, "utf-8")
    with open_stream(tmp_path / "a.json") as source:
        found = list(json_values(source, **how))
    assert [number for number, _ in found] == list(range(1, len(found) + 1))
    return [value for _, value in found]


PLAIN = 'code,name\r\nA1,"North\nand South"\r\n\r\nB2,Östersund\r\n'.encode()
READ = [(1, ["code", "name"]), (2, ["A1", "North\nand South"]), (4, ["B2", "Östersund"])]


def test_rows_are_counted_as_a_spreadsheet_program_counts_them(tmp_path: Path) -> None:
    assert _rows(tmp_path, PLAIN) == (READ, [])


@pytest.mark.parametrize("form", ["bom", "lf", "cr", "gz", "gz by another name", "two gz members", "zip"])
def test_the_same_rows_come_out_of_every_form(form: str, tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("folder/data.csv", PLAIN)
    unix = PLAIN.replace(b"\r\n", b"\n")
    content = {
        "bom": b"\xef\xbb\xbf" + PLAIN,
        "lf": unix,
        "cr": PLAIN.replace(b"\r\n", b"\r"),
        "gz": gzip.compress(PLAIN),
        "gz by another name": gzip.compress(PLAIN),
        "two gz members": gzip.compress(PLAIN[:30]) + gzip.compress(PLAIN[30:]),
        "zip": packed.getvalue(),
    }[form]
    name = {"gz": "a.csv.gz", "two gz members": "a.csv.gz", "zip": "a.zip"}.get(form, "a.csv")
    assert _rows(tmp_path, content, name) == (READ, [])


def test_the_largest_data_file_of_a_zip_is_read_and_that_is_said(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("small.csv", "a,b\n")
        archive.writestr("readme.txt", "x" * 1000)
        archive.writestr("__MACOSX/large.csv", "x" * 1000)
        archive.writestr("large.csv", "c,d\ne,f\n")
    (tmp_path / "a.zip").write_bytes(packed.getvalue())
    with open_stream(tmp_path / "a.zip", "registers/a.zip") as source:
        assert [cells for _, cells in csv_rows(source)] == [["c", "d"], ["e", "f"]]
        assert source.file == "registers/a.zip/large.csv"
    (finding,) = source.findings
    assert (finding.severity, finding.value) == ("info", "large.csv")
    assert "Of the 2 data files" in finding.message


def test_windows_1252_is_recognised_and_said_with_its_row(tmp_path: Path) -> None:
    found, findings = _rows(tmp_path, "code,name\nA,North\nB,“Café” – €5\nC,Brontë\n".encode("cp1252"))
    assert found[2:] == [(3, ["B", "“Café” – €5"]), (4, ["C", "Brontë"])]
    (finding,) = findings
    assert finding.severity == "warning"
    assert str(finding.place) == "a.csv, row 3"
    assert "Windows-1252" in finding.message


def test_a_table_gives_rows_by_heading_and_says_which_are_ragged(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"\xef\xbb\xbf code ,name,\nA1, First ,\nB2\nC3,x,,too much\n")
    with open_stream(tmp_path / "a.csv") as source:
        found = list(table_rows(source, ["name", "code"]))
    assert [(row.number, dict(row.cells), row.whole) for row in found] == [
        (2, {"code": "A1", "name": "First"}, True),
        (3, {"code": "B2"}, True),
        (4, {"code": "C3", "name": "x"}, False),
    ]


ONE, TWO = {"id": "1", "of": {"x": [1, 2.5, None, True]}}, {"id": "2", "name": "Łódź \"'\\ 😀"}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([ONE, TWO]),
        json.dumps([ONE, TWO], indent=2, ensure_ascii=False),
        json.dumps(ONE) + "\n\n" + json.dumps(TWO) + "\n",
        json.dumps(ONE) + json.dumps(TWO),
        json.dumps(ONE, indent=1) + "\r\n" + json.dumps([TWO]),
    ],
    ids=["array", "array over lines", "lines", "documents without space", "documents, one an array"],
)
def test_records_come_out_of_every_shape_of_json(text: str, tmp_path: Path) -> None:
    assert _values(tmp_path, text) == [ONE, TWO]
    assert _values(tmp_path, text, lists=["grants"], keyed=True) == [ONE, TWO]


def test_an_object_by_id_gives_its_values_where_that_is_asked(tmp_path: Path) -> None:
    text = json.dumps({"one": ONE, "two": TWO})
    assert _values(tmp_path, text, keyed=True) == [ONE, TWO]
    assert _values(tmp_path, text) == [{"one": ONE, "two": TWO}]
    assert _values(tmp_path, json.dumps(ONE), keyed=True) == [ONE]


def test_the_lists_of_documents_are_opened_up(tmp_path: Path) -> None:
    text = json.dumps({"publisher": {"name": "P"}, "grants": [ONE]}) + json.dumps({"grants": [TWO]})
    assert _values(tmp_path, text, lists=["grants"]) == [ONE, TWO]
    assert len(_values(tmp_path, text)) == 2


@pytest.mark.parametrize("shape", ["keyed", "listed", "array"])
def test_long_documents_are_streamed_to_the_same_records(shape: str, tmp_path: Path) -> None:
    """Longer than what is taken at once, so that the document is walked member by member."""
    records = [{"id": str(number), "text": "é" * 900} for number in range(6000)]
    text = {
        "keyed": json.dumps({record["id"]: record for record in records}, ensure_ascii=False),
        "listed": json.dumps({"licence": ["x"], "grants": records, "end": None}, ensure_ascii=False),
        "array": json.dumps(records, ensure_ascii=False),
    }[shape]
    assert len(text) > 4_000_000
    assert _values(tmp_path, text, lists=["grants"], keyed=shape == "keyed") == records


def test_a_key_that_stands_twice_in_a_long_document_is_refused(tmp_path: Path) -> None:
    members = ",".join(f'"{number % 5000}": {{"text": "{"x" * 900}"}}' for number in range(5001))
    with pytest.raises(Exception, match="The key '0' stands there twice"):
        _values(tmp_path, "{" + members + "}", keyed=True)


def test_fractions_are_given_as_written_where_that_is_asked(tmp_path: Path) -> None:
    assert [str(value["n"]) for value in _values(tmp_path, '[{"n": 1000.10}]', exact=True)] == ["1000.10"]
    assert _values(tmp_path, '[{"n": 1000.10}]') == [{"n": 1000.1}]
    assert isinstance(_values(tmp_path, '[{"n": 0.5}]', exact=True)[0]["n"], Decimal)


def test_a_backslash_before_a_u_is_not_taken_for_half_a_character(tmp_path: Path) -> None:
    assert _values(tmp_path, r'[{"id": "\\ud800 and \\u0000 and \ud83d\ude00"}]') == [
        {"id": "\\ud800 and \\u0000 and \U0001f600"}
    ]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2020-03-17", "2020-03-17"),
        ("2020-03-17T00:00:00+00:00", "2020-03-17"),
        ("2020-03-17T00:00:00.000Z", "2020-03-17"),
        ("05/06/2014", "2014-06-05"),
        ("5/6/2014 00:00", "2014-06-05"),
        ("20131001", "2013-10-01"),
        ("2014-06", "2014-06"),
        ("2014", "2014"),
    ],
)
def test_dates_are_read_in_the_forms_of_registers(text: str, read: str) -> None:
    assert register_date(text).text == read


@pytest.mark.parametrize("text", ["31/02/2014", "20131301", "2020-03-17 or so", "soon", "06/05/14"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a"):
        register_date(text)


def test_every_register_file_beside_the_project_can_be_opened(shared: Path) -> None:
    counts = {}
    for path in sorted((shared / "registers").rglob("*")):
        if path.is_file() and (".csv" in path.name or ".json" in path.name):
            with open_stream(path) as source:
                read = (
                    csv_rows(source) if ".csv" in path.name else json_values(source, ("grants", "results"), keyed=True)
                )
                counts[path.name] = sum(1 for _ in read)
            assert source.findings == []
    expected = {
        "ror_v2_latest.jsonl.gz": 35_990,
        "ror_v1_only.jsonl.gz": 15_380,
        "covid19_grants_2020-05-07.json.gz": 1_978,
        "govuk_organisations_api_2017-01.json.gz": 1_009,
        "govuk_organisations_api_2026-04.json.gz": 1_242,
        "gtr_projects_2021-01_subset.csv.gz": 8_298,
        "epraccur_2020-01.csv.gz": 14_357,
        "funder_to_ror.csv": 20_474,
        "ons_la_orgid_to_gss.csv": 460,
    }
    assert {name: counts[name] for name in expected} == expected
