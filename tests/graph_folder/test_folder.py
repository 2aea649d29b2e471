"""Reading the Keele folder: every row becomes a record, and every record knows its place."""

from __future__ import annotations

import csv
import hashlib

import pytest

from partnergraph.build.assemble import assemble
from partnergraph.graph_folder.folder import GraphFolder, input_hashes, read_folder
from partnergraph.tables.table_schemas import TABLE_SCHEMAS
from tests.conftest import ROOT

DATA = ROOT / "data"
ID = "https://w3id.org/partnergraph/id"


@pytest.fixture(scope="module")
def folder() -> GraphFolder:
    return read_folder(DATA)


def rows(table: str) -> list[dict[str, str]]:
    path = DATA / "tables" / f"{table}.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("table", [table for table in TABLE_SCHEMAS if table != "partnerships"])
def test_every_row_becomes_a_record_in_the_order_of_the_table(table: str, folder: GraphFolder) -> None:
    records = getattr(folder.model, "standings" if table == "standing" else table)
    written = rows(table)
    assert len(records) == len(written)
    if "id" in TABLE_SCHEMAS[table].columns:
        assert [record.id for record in records] == [row["id"] for row in written]


@pytest.mark.parametrize(
    ("table", "path"),
    [
        *(("organisations", "org"), ("undertakings", "undertaking"), ("places", "place"), ("relationships", "rel")),
        *(("events", "event"), ("names", "name"), ("attributes", "attribute"), ("sources", "source")),
        *(("groups", "group/{source}"), ("statements", "record/{source}"), ("evidence", "evidence/{source}")),
    ],
)
def test_every_record_knows_the_row_where_it_was_written(table: str, path: str, folder: GraphFolder) -> None:
    for number, row in enumerate(rows(table), 2):
        place = folder.places[f"{ID}/{path.format(**row)}/{row['id']}"]
        assert (place.file, place.row, place.column) == (f"tables/{table}.csv", number, None)


def test_every_place_is_that_of_a_node_of_the_graph(folder: GraphFolder) -> None:
    reader = assemble(folder.model).reader()
    subjects = {str(row["s"]) for row in reader.rows("SELECT DISTINCT ?s { ?s ?p ?o }")}
    assert {*folder.places} - subjects == set()


def test_the_inputs_are_the_files_that_were_read_with_their_digests(folder: GraphFolder) -> None:
    tables = {f"tables/{table}.csv" for table in TABLE_SCHEMAS if (DATA / "tables" / f"{table}.csv").exists()}
    assert len(tables) > 12
    expected = {"partnergraph.toml", "documents/school-partnerships.txt", *tables}
    expected |= {name for name in ("story.toml",) if (DATA / name).exists()}
    assert {*folder.inputs} == expected
    assert list(folder.inputs) == sorted(folder.inputs)
    assert folder.inputs == input_hashes(DATA)
    for name, digest in folder.inputs.items():
        assert digest == hashlib.sha256((DATA / name).read_bytes()).hexdigest()


def test_reading_twice_gives_the_same(folder: GraphFolder) -> None:
    again = read_folder(DATA)
    assert (again.model, again.findings, again.places) == (folder.model, folder.findings, folder.places)
    assert folder.errors == []
