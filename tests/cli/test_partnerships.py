"""Every command with a graph folder whose partnerships stand in one sheet: xlsx and CSV, from check to export."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from partnergraph.graph_folder.partnership_ids import IDS
from partnergraph.tables.table_schemas import TABLE_SCHEMAS
from tests.cli.conftest import Run
from tests.graph_folder.partnership_sheets import HEADINGS, REPORT, ROWS, SETTINGS, write_partnerships

REGISTER = '\n[[register]]\nsource = "ror"\npath = "sources/ror.json"\nformat = "ror"\nkeep = "mentioned"\n'


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def write_csv(path: Path, rows: list[tuple[object, ...]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([["" if cell is None else cell for cell in row] for row in rows])


def test_check_build_query_diff_stale_and_why_of_a_workbook(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    wrong = [*ROWS, ("Aster", "fundz us", None, "soon", None, REPORT), ("Birch", "funds us", None, None, None, None)]
    write_partnerships(tmp_path / "a", wrong)
    checked = run("check", "a", "--marked", "marked.xlsx")
    assert checked.code == 1
    assert 'tables/partners.xlsx, sheet "Partnerships", row 7, column "how" (cell B7): \'fundz us\'' in checked.out
    sheet = load_workbook("marked.xlsx")["Partnerships"]
    marked = {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment}
    assert marked == {"B7", "F8"}
    assert "Did you mean 'funds'?" in sheet["B7"].comment.text
    assert not (tmp_path / "a" / IDS).exists()

    for name in ("a", "b"):
        write_partnerships(tmp_path / name)
    assert run("check", "a").out == ""
    built = run("build", "a", "--output", "out", "--no-page")
    assert (built.code, "2 memberships" in built.out or "membership 2" in built.out) == (0, True)
    assert (tmp_path / "a" / IDS).is_file()
    asked = run("query", "--graph", "out", "SELECT ?n { ?r pg:kind code:funding ; pg:from/skos:prefLabel ?n }")
    assert "The Beacon Fund" in asked.out
    assert REPORT in run("why", "--graph", "out", "The Beacon Fund", "Riverside Trust").out
    stale = run("stale", "--graph", "out", "--at", "2030-01-01")
    assert stale.code == 0
    # A year later: a new name, an end, and one more, told in words and without the marks of the sheet.
    (tmp_path / "b" / IDS).write_bytes((tmp_path / "a" / IDS).read_bytes())
    renamed = ("Beacon Foundation", *ROWS[0][1:])
    ended = (*ROWS[1][:4], 2025, *ROWS[1][5:])
    new = ("Aster College", "collaborates with", None, 2025, None, "Annual report 2025")
    write_partnerships(tmp_path / "b", [renamed, ended, *ROWS[2:], new])
    told = run("diff", "a", "b")
    assert told.code == 0
    for part in ("Beacon Foundation", "2025", "Aster College"):
        assert part in told.out
    for part in ("rowCell", "fromTable", "how: ", "gone"):
        assert part not in told.out, told.out
    assert "is called 'Beacon Foundation' now" in run("build", "b", "--output", "out", "--no-page").err


def test_decisions_positions_and_accepted_proposals_keep_the_ids_that_they_name(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "csv"
    write_csv(folder / "tables" / "partnerships.csv", [HEADINGS, *ROWS])
    columns = TABLE_SCHEMAS["sources"].columns
    write_csv(folder / "tables" / "sources.csv", [columns, ("ror", "ROR", "ROR", "register")])
    identifier = ("northfield-college", "wikidata", "Q1", "membership--northfield-college--learning-network")
    write_csv(folder / "tables" / "identifiers.csv", [("organisation", "scheme", "value", "evidence"), identifier])
    (folder / "partnergraph.toml").write_text(SETTINGS + REGISTER, "utf-8")
    record = {
        "id": "https://ror.org/00340yn33",
        "names": [{"lang": "en", "types": ["ror_display"], "value": "Northfield College"}],
        "types": ["education"],
        "status": "active",
        "relationships": [],
        "external_ids": [{"type": "wikidata", "all": ["Q1"], "preferred": None}],
        "locations": [],
    }
    (folder / "sources").mkdir()
    (folder / "sources" / "ror.json").write_text(json.dumps([record]), "utf-8")
    from partnergraph.build import collect_findings

    assert collect_findings(folder) == []
    reviewed = run(
        "match", folder, "--register", "ror", "--accept", "certain", "--who", "A. Keeper", "--date", "2026-01-01"
    )
    assert reviewed.code == 0, reviewed.err
    [decision] = rows_of(folder / "tables" / "matches.csv")
    assert (decision["organisation"], decision["decision"]) == ("northfield-college", "same")
    first = (folder / IDS).read_bytes()
    # The text of a newsletter proposes rows for the full tables, whose parties are those of the sheet.
    text = tmp_path / "newsletter.txt"
    text.write_text(
        "The Beacon Fund funds Northfield College. Northfield College is a member of Quince Alliance.\n", "utf-8"
    )
    read = run("read", text, "--source", "newsletter", "--graph", folder, "--output", "proposed")
    assert read.code == 0, read.err
    proposals = rows_of(tmp_path / "proposed" / "proposals.csv")
    assert [row for row in proposals if row["table"] == "relationships"]
    write_csv(
        tmp_path / "proposed" / "proposals.csv",
        [tuple(proposals[0]), *(tuple((row | {"accept": "yes"}).values()) for row in proposals)],
    )
    accepted = run("read", text, "--accept", "proposed", "--into", folder)
    assert accepted.code == 0, accepted.err
    ids = (folder / IDS).read_bytes()
    assert (first, b"the-beacon-fund" in ids) == (ids, True)
    [funding] = [row for row in rows_of(folder / "tables" / "relationships.csv") if row["kind"] == "funding"]
    assert (funding["from"], funding["to"]) == ("org:the-beacon-fund", "org:northfield-college")
    assert run("build", folder, "--output", "out").code == 0
    kept = run("draw", "--graph", "out", "--keep", folder)
    assert kept.code == 0, kept.err
    assert "northfield-college" in {row["body"] for row in rows_of(folder / "tables" / "positions.csv")}
    # And so the rows of other tables still name it when it has another name.
    rows = [tuple("Northfield University" if cell == "Northfield College" else cell for cell in row) for row in ROWS]
    write_csv(folder / "tables" / "partnerships.csv", [HEADINGS, *rows])
    assert run("build", folder, "--output", "out", "--no-page").code == 0
    names = run(
        "query", "--graph", "out", "SELECT ?n { <https://example.org/r/id/org/northfield-college> skos:prefLabel ?n }"
    )
    assert "Northfield University" in names.out


def test_export_gives_every_row_back_in_the_form_in_which_it_came(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    sheets: dict[str, list[tuple[str, ...]]] = {
        "Organisations": [("id", "name", "form", "type"), ("beacon", "Beacon Trust", "formal", "charity")],
        "Sources": [("id", "title", "publisher", "kind"), ("minutes", "Minutes 7", "City Council", "minutes")],
        "Evidence": [("id", "source", "basis", "confidence", "says"), ("e1", "minutes", "stated", "high", "So it is.")],
        "Relationships": [
            ("id", "kind", "from", "to", "evidence"),
            ("r1", "collaboration", "beacon", "city-council", "e1"),
        ],
    }
    rows = [
        *ROWS,
        ("beacon", "funds us", "us", "2019/2020", None, "minutes", "item 3", "=1+1", "Charity; network", "So it is"),
        ("city council", "is our supporter", "Riverside Trust", None, None, "Members, https://example.org/members"),
        ("Aster", "funds us", None, None, None, "News (March).txt", "s2", "Aster funds us."),
        ("Birch", "became", "Cedar", None, "2021-05", REPORT),
    ]
    write_partnerships(tmp_path / "a", rows, sheets=sheets)
    (tmp_path / "a" / "documents" / "News (March).txt").write_text("It rains. Aster funds us.", "utf-8")
    book = load_workbook(tmp_path / "a" / "tables" / "partners.xlsx")
    book["Partnerships"]["H7"].data_type = "s"
    book.save(tmp_path / "a" / "tables" / "partners.xlsx")
    assert run("build", "a", "--output", "out1", "--no-page").code == 0
    rows[0] = ("Beacon Foundation", *rows[0][1:])  # with an id that is not that of its name
    write_partnerships(tmp_path / "a", rows, sheets=sheets)
    book["Partnerships"]["A2"] = "Beacon Foundation"
    book.save(tmp_path / "a" / "tables" / "partners.xlsx")
    assert run("build", "a", "--output", "out1", "--no-page").code == 0
    assert run("export", "--graph", "out1", "--tables", "back").code == 0
    assert run("build", "back", "--output", "out2", "--no-page").code == 0
    assert Path("out1/graph.trig").read_bytes() == Path("out2/graph.trig").read_bytes()
    expected = {tuple("" if cell is None else str(cell) for cell in (*row, *[None] * 10))[:10] for row in rows}
    assert {tuple(row.values()) for row in rows_of(Path("back/tables/partnerships.csv"))} == expected
    assert [row["id"] for row in rows_of(Path("back/tables/relationships.csv"))] == ["r1"]
    assert [row["id"] for row in rows_of(Path("back/tables/organisations.csv"))] == ["beacon"]
    assert [row["id"] for row in rows_of(Path("back/tables/evidence.csv"))] == ["e1"]
    exported = run("export", "--graph", "out1", "--tables", "back.xlsx")
    assert f"Keep the {IDS} of your graph folder with it" in exported.err
    names = ["Read me", "Partnerships", "Sources", "Organisations", "Relationships", "Evidence"]
    assert load_workbook("back.xlsx").sheetnames == [*names, "Lists"]
    assert run("export", "--graph", "out1", "--tables", "full.xlsx", "--full").code == 0
    whole = load_workbook("full.xlsx").sheetnames
    assert {*names, "Groups", "Standing"} <= {*whole}
    refused = run("export", "--graph", "out1", "--tables", "other", "--full")
    assert (refused.code, "--full is for a workbook of tables" in refused.err) == (2, True)
    sheet = load_workbook("back.xlsx")["Partnerships"]
    assert [cell.value for cell in sheet[1]] == list(HEADINGS)
    assert {tuple(str(cell.value or "") for cell in row) for row in sheet.iter_rows(2)} == expected
    (tmp_path / "c").mkdir()
    for name in ("partnergraph.toml", IDS):
        (tmp_path / "c" / name).write_bytes((tmp_path / "back" / name).read_bytes())
    (tmp_path / "back" / "documents").rename(tmp_path / "c" / "documents")
    (tmp_path / "c" / "tables").mkdir()
    (tmp_path / "back.xlsx").rename(tmp_path / "c" / "tables" / "partners.xlsx")
    assert run("build", "c", "--output", "out3", "--no-page").code == 0
    assert Path("out1/graph.trig").read_bytes() == Path("out3/graph.trig").read_bytes()
