"""A column of a table is one line of the specification and one field of the record: everything else is derived."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import fields
from typing import Any

import pytest

from partnergraph.model.records import RECORD_TYPES
from partnergraph.tables.column_types import CHOICES
from partnergraph.tables.table_schemas import TABLE_COLUMNS
from partnergraph.vocabulary import schemes
from tests.conftest import ROOT

# Made-up columns: what is written into the specification, and the fields of the record.
COLUMNS = {
    "undertakings": """
        Column("remark", "text", "What else there is to say.", SKOS.scopeNote),
        Column("reviewed", "date", "When it was last reviewed.", PG.date),
        Column("firmness", "code", "How firm it is.", PG.strength, scheme="strength"),
        Column("page", "web-address", "Its page on the web.", FOAF.page),
        Column("leads", "row", "Who leads it.", FOAF.member, several=True, tables=("organisations",),
               offered="organisations"),
""",
    "organisations": """
        Column("motto", "text", "Its motto.", SKOS.scopeNote, editorial=True),
""",
}
FIELDS = {
    "Undertaking": """
    remark: str | None = None
    reviewed: PartialDate | None = None
    firmness: str | None = None
    page: str | None = None
    leads: tuple[str, ...] = ()
""",
    "Organisation": "\n    motto: str | None = None\n",
}
CELLS = {
    "remark": "It goes on",
    "reviewed": "2021-06",
    "firmness": "strong",
    "page": "https://example.org/scheme",
    "leads": "example-fund; example-trust",
}
# Runs with the changed copy of the package: a folder with the new cells, built, exported and made into a workbook.
SCRIPT = """
import csv, io, json, sys
from pathlib import Path

import openpyxl

from partnergraph.build import build, collect_findings
from partnergraph.store import Reader
from partnergraph.workbook.folder_writer import export_folder, table_csv
from partnergraph.workbook.template import create_folder
from partnergraph.workbook.writer import build_workbook
from partnergraph.tables.table_schemas import TABLE_SCHEMAS

work, cells = Path(sys.argv[1]), json.loads(sys.argv[2])
folder = work / "folder"
create_folder(folder, "Example", csv_tables=True, full=True)
file = folder / "tables" / "undertakings.csv"
columns = TABLE_SCHEMAS["undertakings"].columns
row = {"id": "scheme", "name": "The scheme", "type": "posts", "evidence": "e1", **cells}
file.write_bytes(table_csv([row | {"firmness": "Storng"}], columns))
findings = [[f.rule, f.place.column, f.fix] for f in collect_findings(folder) if f.severity == "error"]
file.write_bytes(table_csv([row], columns))
organisations = folder / "tables" / "organisations.csv"
bodies = list(csv.DictReader(io.StringIO(organisations.read_text("utf-8"))))
bodies[0]["motto"] = "Onwards"
organisations.write_bytes(table_csv(bodies, TABLE_SCHEMAS["organisations"].columns))
build(folder, work / "build")
reader = Reader.at(work / "build")
export_folder(reader, work / "back")
rows = {
    table: list(csv.DictReader(io.StringIO((work / "back" / "tables" / f"{table}.csv").read_text("utf-8"))))
    for table in ("undertakings", "organisations")
}
book = openpyxl.load_workbook(io.BytesIO(build_workbook(rows)))
notes = {cell.value: cell.comment.text for cell in book["Undertakings"][1]}
choices = {str(v.sqref)[0]: v.formula1 for v in book["Undertakings"].data_validations.dataValidation}
offered = {cell.value: choices.get(cell.column_letter) for cell in book["Undertakings"][1]}
quads = sorted(line for line in reader.nquads() if "/id/undertaking/scheme>" in line or "Onwards" in line)
print(json.dumps({"findings": findings, "rows": rows, "notes": notes, "offered": offered, "quads": quads}))
"""


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a copy of the package does whose specification and records alone were changed."""
    work = tmp_path_factory.mktemp("columns")
    package = work / "src" / "partnergraph"
    shutil.copytree(ROOT / "src" / "partnergraph", package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("ontology", "data"):
        (work / name).symlink_to(ROOT / name)
    specification, records = package / "tables" / "table_schemas.py", package / "model" / "records.py"
    text = specification.read_text("utf-8")
    for table, columns in COLUMNS.items():
        start = text.index(f'"{table}": (\n')
        end = text.index("\n    ),\n", start) + 1
        text = text[:end] + columns.lstrip("\n") + text[end:]
    specification.write_text(text, "utf-8")
    text = records.read_text("utf-8")
    for record, lines in FIELDS.items():
        end = text.index("\n\n\n", text.index(f"class {record}(Record):"))
        text = text[:end] + lines.rstrip("\n") + text[end:]
    records.write_text(text, "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(work), json.dumps(CELLS)],
        env={**os.environ, "PYTHONPATH": str(work / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_new_column_is_parsed_and_a_wrong_cell_is_a_finding(answer: dict[str, Any]) -> None:
    [[rule, column, fix]] = answer["findings"]
    assert (rule, column) == ("unknown-firmness", "firmness")
    assert fix.startswith("Did you mean 'strong'?")


def test_a_new_column_is_written_into_the_graph_of_its_source(answer: dict[str, Any]) -> None:
    quads = "\n".join(answer["quads"])
    pg = "https://w3id.org/partnergraph/ns#"
    for part in (
        '#scopeNote> "It goes on"@en',
        f'<{pg}date> "2021-06"^^',
        f'<{pg}dateEarliest> "2021-06-01"^^',
        f"<{pg}strength> <https://w3id.org/partnergraph/code/strong>",
        "/page> <https://example.org/scheme>",
        "/member> <https://example.org/example/id/org/example-fund>",
        "/member> <https://example.org/example/id/org/example-trust>",
    ):
        [line] = [line for line in quads.splitlines() if part in line]
        assert "/graph/source/" in line
    [motto] = [line for line in quads.splitlines() if '#scopeNote> "Onwards"@en' in line]
    assert motto.rstrip(" .").endswith("/graph/entities>")


def test_a_new_column_comes_back_from_the_graph(answer: dict[str, Any]) -> None:
    rows = answer["rows"]
    [row] = rows["undertakings"]
    assert {name: row[name] for name in CELLS} == CELLS
    assert [body["motto"] for body in rows["organisations"] if body["motto"]] == ["Onwards"]


def test_a_new_column_has_its_note_and_its_list_in_the_workbook(answer: dict[str, Any]) -> None:
    notes, offered = answer["notes"], answer["offered"]
    assert notes["remark"] == "May stay empty. What else there is to say."
    assert offered["firmness"].startswith("Lists!")
    assert offered["leads"].startswith("OFFSET(Organisations!")
    assert offered["remark"] is None


@pytest.mark.parametrize("table", RECORD_TYPES)
def test_every_column_has_a_field_and_what_its_type_needs(table: str) -> None:
    known = {field.name for field in fields(RECORD_TYPES[table])}
    for column in TABLE_COLUMNS[table]:
        assert column.field in known, column.name
        assert column.note, column.name
        assert bool(column.tables) == (column.type in ("row", "reference", "evidence")), column.name
        assert {*column.tables, *filter(None, [column.offered])} <= {*TABLE_COLUMNS}, column.name
        lists = {"code": schemes(), "choice": (*CHOICES,), "flag": ("yes-or-no",)}.get(column.type, ("",))
        assert column.scheme in lists, column.name


def test_the_fields_of_a_record_are_columns_of_its_table() -> None:
    """But for the place of quoted words, which is computed, the id of records whose table has none, and what a row of
    partnerships leaves in the records that it becomes.
    """
    assert {*TABLE_COLUMNS} - {*RECORD_TYPES} == {"partnerships"}
    computed = {("evidence", "start"), ("evidence", "end"), ("evidence", "passage"), ("evidence", "evidence")}
    computed |= {("evidence", "row_cells"), *((table, "from_table") for table in RECORD_TYPES)}
    for table, record in RECORD_TYPES.items():
        columns = {column.field for column in TABLE_COLUMNS[table]}
        beyond = {field.name for field in fields(record)} - columns - {"id", "evidence"}
        assert {(table, name) for name in beyond} <= computed, table
