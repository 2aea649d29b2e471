"""The tables come back from a built graph, cell by cell, and build to the same bytes again."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path

import openpyxl
import pytest

from partnergraph import PartnerGraph
from partnergraph.build import build
from partnergraph.errors import StoreError, UsageError
from partnergraph.store import Reader
from partnergraph.tables.table_schemas import TABLE_SCHEMAS
from partnergraph.workbook.folder_writer import export_folder
from partnergraph.workbook.graph_to_tables import read_tables_back
from partnergraph.workbook.template import create_folder
from tests.conftest import ROOT

SEVERAL = re.compile(r"; ")
BASE = "https://w3id.org/partnergraph/"


@pytest.fixture(scope="module")
def exported(keele: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Keele graph folder as the export gives it back."""
    folder = tmp_path_factory.mktemp("given") / "keele"
    files, notes = export_folder(Reader.at(keele), folder)
    assert notes == []
    assert sorted(files) == sorted(file for file in folder.rglob("*") if file.is_file())
    return folder


@pytest.fixture(scope="module")
def book(keele: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook of the Keele graph."""
    file = tmp_path_factory.mktemp("book") / "keele.xlsx"
    assert export_folder(Reader.at(keele), file) == ([file], [])
    return file


@pytest.fixture(scope="module")
def before(keele: Path) -> set[str]:
    """The statements of the Keele graph."""
    return quads(keele)


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def write(file: Path, found: list[dict[str, str]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, found[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(found)


def cells(row: dict[str, str], table: str) -> tuple[frozenset[str], ...]:
    """A row whose cells do not mind in which order several values stand, or whether a name has its prefix."""

    def bare(text: str) -> str:
        limited, _, columns = re.sub(r"^(group|undertaking|place):", "", text).partition(" [")
        return f"{limited} {sorted(columns.rstrip(']').split(', '))}"

    return tuple(frozenset(map(bare, SEVERAL.split(row.get(column, "")))) for column in TABLE_SCHEMAS[table].columns)


def quads(built: Path) -> set[str]:
    return set(Reader.at(built).nquads())


@pytest.mark.parametrize("table", sorted(file.stem for file in (ROOT / "data" / "tables").glob("*.csv")))
def test_every_cell_of_the_keele_tables_comes_back(table: str, exported: Path) -> None:
    before, after = rows(ROOT / "data" / "tables" / f"{table}.csv"), rows(exported / "tables" / f"{table}.csv")
    assert list(after[0]) == list(TABLE_SCHEMAS[table].columns)
    assert len(after) == len(before)
    assert {cells(row, table) for row in after} == {cells(row, table) for row in before}


def test_the_folder_of_the_keele_graph_builds_to_the_same_bytes(exported: Path, keele: Path, tmp_path: Path) -> None:
    build(exported, tmp_path)
    assert (tmp_path / "graph.trig").read_bytes() == (keele / "graph.trig").read_bytes()


def test_so_does_its_workbook(exported: Path, book: Path, keele: Path, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    shutil.copytree(exported, folder, ignore=shutil.ignore_patterns("tables"))
    (folder / "tables").mkdir()
    shutil.copy(book, folder / "tables" / "keele.xlsx")
    report = build(folder, tmp_path / "build")
    assert (tmp_path / "build" / "graph.trig").read_bytes() == (keele / "graph.trig").read_bytes()
    assert report.warnings == []


def test_what_is_exported_twice_or_from_what_was_exported_has_the_same_bytes(
    exported: Path, book: Path, keele: Path, tmp_path: Path
) -> None:
    again = tmp_path / "again"
    export_folder(Reader.at(keele / "graph.trig"), again)
    names = sorted(file.relative_to(exported) for file in exported.rglob("*") if file.is_file())
    assert names == sorted(file.relative_to(again) for file in again.rglob("*") if file.is_file())
    assert all((exported / name).read_bytes() == (again / name).read_bytes() for name in names)
    export_folder(Reader.at(keele), tmp_path / "two.xlsx")
    assert (tmp_path / "two.xlsx").read_bytes() == book.read_bytes()


EDITS = {
    "a date": (
        "relationships",
        "membership--local-primary-care-commissioners--primary-care-research-consortium",
        "end",
        "2024-03",
        set(),
        {
            *(("endEarliest", '"2024-03-01"'), ("endLatest", '"2024-03-31"'), ("end", '"2024-03"')),
            *(("validUntilEarliest", '"2024-03-01"'), ("validUntilLatest", '"2024-03-31"')),
        },
    ),
    "a limit": (
        "relationships",
        "close-relationship--school-of-primary-community-and-social-care--nhs-partners",
        "evidence",
        "S1; S3 [formalised_through, note]; S15 [date_note]",
        {("supportLimit", '"S3 [formalised_through]"')},
        {("supportLimit", '"S3 [formalised_through, note]"')},
    ),
    "a name": ("organisations", "nice", "name", "NICE", {("prefLabel", '"NICE"@en')}, {("prefLabel", '"N I C E"@en')}),
}


@pytest.mark.parametrize("edit", sorted(EDITS))
def test_an_edit_of_one_cell_changes_just_what_it_says(
    edit: str, exported: Path, before: set[str], tmp_path: Path
) -> None:
    table, slug, column, value, gone, come = EDITS[edit]
    folder = tmp_path / "folder"
    shutil.copytree(exported, folder)
    file = folder / "tables" / f"{table}.csv"
    found = rows(file)
    [row] = [row for row in found if row["id"] == slug]
    stood = row[column]
    row[column] = "N I C E" if edit == "a name" else value
    write(file, found)
    build(folder, tmp_path / "build")
    old, new = before, quads(tmp_path / "build")

    def said(lines: set[str]) -> set[tuple[str, str]]:
        pairs = set()
        for line in lines:
            subject, predicate, rest = line.split(" ", 2)
            assert subject.strip("<>").endswith(f"/{slug}")
            pairs.add(
                (
                    re.split(r"[#/]", predicate.strip("<>"))[-1],
                    re.sub(r"\^\^.*|(?<=@en) .*|(?<=\") <.*", "", rest).strip(),
                )
            )
        return pairs

    assert said(new - old) == come
    assert said(old - new) == (gone if edit != "a name" else {("prefLabel", f'"{stood}"@en')})


def test_the_example_of_init_comes_back_row_by_row(tmp_path: Path) -> None:
    create_folder(tmp_path / "made", "Riverside Trust", csv_tables=True, full=True)
    build(tmp_path / "made", tmp_path / "build")
    files, notes = export_folder(Reader.at(tmp_path / "build"), tmp_path / "back")
    assert notes == []
    assert len(files) == 7
    for table in ("organisations", "relationships", "evidence", "sources", "names"):
        before, after = (rows(tmp_path / name / "tables" / f"{table}.csv") for name in ("made", "back"))
        assert sorted(before, key=lambda row: row["id"]) == sorted(after, key=lambda row: row["id"])
    text = Path("documents") / "example-newsletter.txt"
    assert (tmp_path / "made" / text).read_bytes() == (tmp_path / "back" / text).read_bytes()
    build(tmp_path / "back", tmp_path / "again")
    assert quads(tmp_path / "build") == quads(tmp_path / "again")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small graph folder to be changed."""
    create_folder(tmp_path / "made", "Riverside Trust", csv_tables=True, full=True)
    return tmp_path / "made"


def add(folder: Path, table: str, *added: dict[str, str]) -> None:
    file = folder / "tables" / f"{table}.csv"
    write(file, [*rows(file), *({**dict.fromkeys(TABLE_SCHEMAS[table].columns, ""), **row} for row in added)])


def back(folder: Path, tmp_path: Path) -> dict[str, list[dict[str, str]]]:
    """Build, give back, build again: the same statements; and the rows."""
    build(folder, tmp_path / "build")
    export_folder(Reader.at(tmp_path / "build"), tmp_path / "back")
    build(tmp_path / "back", tmp_path / "again")
    assert quads(tmp_path / "build") == quads(tmp_path / "again")
    return read_tables_back(Reader.at(tmp_path / "build")).rows


def test_what_only_the_tables_say_is_kept_all_the_same(folder: Path, tmp_path: Path) -> None:
    """Limits that change nothing yet, dates between two, the sentence of words that stand there twice, decisions."""
    (folder / "documents" / "example-newsletter.txt").write_text(
        "We met. We met.\n\r\nWe met again, and said so.\n", "utf-8"
    )
    file = folder / "tables" / "evidence.csv"
    twice = [{**row, "words": "We met", "locator": f"s{number}"} for number, row in enumerate(rows(file)[:2], 1)]
    quoted = [{**row, "words": words} for row, words in zip(rows(file)[2:4], ("again", "said so"), strict=True)]
    quoted[1]["locator"] = "page 3"
    write(file, [*twice, *quoted, *rows(file)[4:]])
    limits = {"id": "r1", "kind": "support", "from": "example-fund", "to": "example-alliance", "start": "2019/2020-03"}
    add(folder, "relationships", limits | {"evidence": "e5 [start, note]; e6 []; e1", "date_note": "for long"})
    add(
        folder,
        "sources",
        {
            "id": "s9",
            "title": "T",
            "publisher": "P",
            "kind": "register",
            "date": "2019/2020",
            "accessed": "2021/2022-02",
        },
    )
    decided = {
        "organisation": "example-fund",
        "source": "s9",
        "record": "https://ror.org/0 ;1",
        "who": "A. B.",
        "note": "Why",
    }
    add(folder, "matches", decided | {"decision": "different", "date": "2024-05/2024-06"})
    found = back(folder, tmp_path)
    by_id = {row["id"]: row for row in found["evidence"]}
    assert [by_id[slug]["locator"] for slug in ("e1", "e2", "e3", "e4")] == ["s1", "s2", "", "page 3"]
    [row] = [row for row in found["relationships"] if row["id"] == "r1"]
    assert (row["start"], row["date_note"]) == ("2019/2020-03", "for long")
    assert row["evidence"] == "e1; e5 [start, note]; e6 []"
    [source] = [row for row in found["sources"] if row["id"] == "s9"]
    assert (source["date"], source["accessed"]) == ("2019/2020", "2021/2022-02")
    decided["who"] = ""  # a graph holds no persons
    assert found["matches"] == [decided | {"decision": "different", "date": "2024-05/2024-06"}]
    assert "A. B." not in (tmp_path / "build" / "graph.trig").read_text("utf-8")


def test_one_identifier_of_two_bodies_stays_with_the_evidence_of_each(folder: Path, tmp_path: Path) -> None:
    add(
        folder,
        "identifiers",
        {"organisation": "example-fund", "scheme": "ods", "value": "RRE", "evidence": "e1", "note": "It passed on"},
        {
            "organisation": "example-trust",
            "scheme": "ods",
            "value": "RRE",
            "evidence": "e2; e5; e7 [note]",
            "note": "It passed on",
        },
    )
    assert [list(row.values()) for row in back(folder, tmp_path)["identifiers"]] == [
        ["example-fund", "ods", "RRE", "e1", "It passed on"],
        ["example-trust", "ods", "RRE", "e2; e5; e7 [note]", "It passed on"],
    ]


def test_a_decision_of_two_rows_comes_back_as_two_rows(folder: Path, tmp_path: Path) -> None:
    record = "support-council-trust"
    add(
        folder,
        "standing",
        {"record": record, "standing": "disputed", "contradicts": "funding-fund-trust", "note": "One"},
    )
    add(folder, "standing", {"record": record, "standing": "disputed", "counter_evidence": "e1", "note": "Two"})
    found = back(folder, tmp_path)["standing"]
    assert [(row["record"], row["standing"], row["note"]) for row in found] == [
        (record, "disputed", n) for n in ("One", "Two")
    ]


def test_a_name_that_several_things_have_is_written_with_its_prefix(folder: Path, tmp_path: Path) -> None:
    add(
        folder,
        "undertakings",
        {"id": "example-fund", "name": "The Fund's programme", "type": "funding-programme", "evidence": "e5"},
    )
    file = folder / "tables" / "relationships.csv"
    write(file, [{**row, "from": row["from"].replace("example-fund", "org:example-fund")} for row in rows(file)])
    claim = {
        "id": "r1",
        "kind": "delivery",
        "from": "org:example-fund",
        "to": "undertaking:example-fund",
        "evidence": "e5",
    }
    add(folder, "relationships", claim)
    [row] = [row for row in back(folder, tmp_path)["relationships"] if row["id"] == "r1"]
    assert (row["from"], row["to"]) == ("org:example-fund", "undertaking:example-fund")


def test_what_an_rdf_file_says_comes_back_as_one_and_a_workbook_says_that_it_lacks_it(
    folder: Path, tmp_path: Path
) -> None:
    (folder / "more.ttl").write_text('<urn:a> <urn:b> "c > d"@en , <urn:e> .\n', "utf-8")
    with (folder / "partnergraph.toml").open("a", encoding="utf-8") as config:
        config.write('\n[[rdf]]\nsource = "example-annual-report"\npath = "more.ttl"\n')
    back(folder, tmp_path)
    lines = (tmp_path / "back" / "rdf" / "example-annual-report.nt").read_text("utf-8")
    assert lines == '<urn:a> <urn:b> "c > d"@en .\n<urn:a> <urn:b> <urn:e> .\n'
    _, [note] = export_folder(Reader.at(tmp_path / "build"), tmp_path / "partners.xlsx")
    assert re.match(r"2 statements of <\S+graph/source/example-annual-report> are not in the workbook", note)


@pytest.mark.parametrize("keep", ["steps = 0", "steps = 1", 'keep = "all"'])
def test_what_a_register_says_goes_into_no_table_and_is_named(keep: str, folder: Path, tmp_path: Path) -> None:
    plain = build(folder, tmp_path / "plain")
    add(folder, "sources", {"id": "ror", "title": "ROR", "publisher": "ROR", "kind": "register"})
    record = "https://ror.org/00340yn33"
    decided = {"organisation": "example-fund", "source": "ror", "record": record, "decision": "same"}
    add(folder, "matches", decided)
    (folder / "sources").mkdir()
    names = [{"lang": "en", "types": ["ror_display"], "value": "Some Other Name"}]
    related = [{"type": "related", "label": "Wellcome", "id": "https://ror.org/029chgv08"}]
    register = {"id": record, "names": names, "types": ["funder"], "status": "active", "relationships": related}
    (folder / "sources" / "ror.json").write_text(json.dumps([register]), "utf-8")
    before = {file.name: rows(file) for file in (folder / "tables").iterdir()}
    config = (folder / "partnergraph.toml").read_text("utf-8")
    told = f'\n[[register]]\nsource = "ror"\npath = "sources/ror.json"\nformat = "ror"\n{keep}\n'
    (folder / "partnergraph.toml").write_text(config + told, "utf-8")
    build(folder, tmp_path / "build")
    reader = Reader.at(tmp_path / "build")
    [row] = reader.rows('SELECT ?g { GRAPH ?g { ?n skosxl:literalForm ?name } FILTER(STR(?name) = "Some Other Name") }')
    assert str(row["g"]).endswith("/graph/register/ror")
    _, [note, who] = export_folder(reader, tmp_path / "back")
    assert who == "Who decided about matches is not in a graph: the column 'who' of matches is empty."
    assert note.startswith("The records of 'ror' are not in the tables: name the register's file again ([[register]]")
    after = {file.name: rows(file) for file in (tmp_path / "back" / "tables").iterdir()}
    assert {name: len(found) for name, found in after.items()} == {
        n: len(found) for n, found in before.items() if found
    }
    assert not (tmp_path / "back" / "rdf").exists()
    again = build(tmp_path / "back", tmp_path / "again")
    assert again.counts["organisations"] == plain.counts["organisations"]
    _, notes = export_folder(reader, tmp_path / "partners.xlsx")
    assert note in notes


AWKWARD = [
    "=1+1",
    "_x0041_ and _x000D_",
    "a\nb",
    'say "so"; no',
    "'",
    "  inner  spaces",
    "日本 🙂",
    "2009-08",
    "007",
    "1e5",
    "TRUE",
]


def test_awkward_texts_go_through_a_workbook_as_they_are(folder: Path, tmp_path: Path) -> None:
    file = folder / "tables" / "relationships.csv"
    found = [{**row, "note": text.strip()} for row, text in zip(rows(file) * 2, AWKWARD, strict=False)]
    write(file, [{**row, "id": f"r{number}"} for number, row in enumerate(found)])
    build(folder, tmp_path / "build")
    export_folder(Reader.at(tmp_path / "build"), tmp_path / "back")
    for table in (tmp_path / "back" / "tables").iterdir():
        table.unlink()
    export_folder(Reader.at(tmp_path / "build"), tmp_path / "back" / "tables" / "all.xlsx")
    report = build(tmp_path / "back", tmp_path / "again")
    assert quads(tmp_path / "build") == quads(tmp_path / "again")
    assert report.warnings == []
    sheet = openpyxl.load_workbook(tmp_path / "back" / "tables" / "all.xlsx")["Relationships"]
    assert {cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row if cell.value is not None} == {"s"}


def test_a_text_that_no_cell_can_hold_is_refused_before_anything_is_written(folder: Path, tmp_path: Path) -> None:
    file = folder / "tables" / "relationships.csv"
    first, *others = rows(file)
    write(file, [{**first, "note": "long " * 7000}, *others])
    build(folder, tmp_path / "build")
    with pytest.raises(UsageError, match=r"32,767 characters; relationships, row \d, column note"):
        export_folder(Reader.at(tmp_path / "build"), tmp_path / "partners.xlsx")
    assert not [*tmp_path.glob("*.xlsx"), *tmp_path.glob(".partners*")]
    assert export_folder(Reader.at(tmp_path / "build"), tmp_path / "back")[1] == []


def test_a_folder_that_holds_something_is_left_alone(keele: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("x", "utf-8")
    with pytest.raises(UsageError, match="is not empty, and nothing in it is overwritten"):
        export_folder(Reader.at(keele), tmp_path)
    with pytest.raises(UsageError, match="is a file"):
        export_folder(Reader.at(keele), tmp_path / "mine")
    with pytest.raises(UsageError, match=r"to a folder or to a workbook \(\.xlsx\), not to tables\.csv"):
        export_folder(Reader.at(keele), tmp_path / "tables.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_graph_that_no_folder_made_has_no_tables(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text("<urn:a> <urn:b> <urn:c> .", "utf-8")
    with pytest.raises(StoreError, match="Only a graph that was built from a graph folder"):
        export_folder(Reader.at(tmp_path / "a.ttl"), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_graph_of_which_the_tables_would_say_more_is_not_given_back(keele: Path, tmp_path: Path) -> None:
    """Somebody took a statement out of the file: the row that it belongs to cannot be written without it."""
    lines = [line for line in Reader.at(keele).nquads() if "/rel/funding-" not in line or "#kind>" not in line]
    (tmp_path / "less.nq").write_text("".join(lines), "utf-8")
    with pytest.raises(StoreError, match="The tables of this graph would"):
        export_folder(Reader.at(tmp_path / "less.nq"), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_library_gives_the_tables_as_the_command_does(keele: Path, exported: Path, tmp_path: Path) -> None:
    with_library = PartnerGraph.open(keele).export("tables", tmp_path / "keele")
    assert [file.relative_to(tmp_path / "keele") for file in with_library] == sorted(
        file.relative_to(exported) for file in exported.rglob("*") if file.is_file()
    )
