"""The ids of what rows of Partnerships become stay, whatever is renamed, sorted, inserted, mended or deleted."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from partnergraph.build import BuildReport, build
from partnergraph.graph_folder.folder import GraphFolder, read_folder
from partnergraph.graph_folder.partnership_ids import IDS
from tests.graph_folder.partnership_sheets import (
    REPORT,
    ROWS,
    keep_ids,
    problems,
    quads_of_folder,
    write_partnerships,
)

Row = tuple[Any, ...]


def claim_ids(contents: GraphFolder) -> set[tuple[str, ...]]:
    """The ids of everything, each with what it belongs to."""
    model = contents.model
    ids = {("org", row.id) for row in model.organisations} | {("source", row.id) for row in model.sources}
    claims = [*model.relationships, *model.events]
    return ids | {("claim", row.id, piece.evidence) for row in claims for piece in row.evidence}


def changed(row: Row, **cells: Any) -> Row:
    """A row with other cells."""
    columns = ("partner", "how", "with_whom", "since", "until", "source", "where", "says")
    padded = [*row, *[None] * (len(columns) - len(row))]
    return tuple(cells.get(column, cell) for column, cell in zip(columns, padded, strict=False))


def members(*names: str, source: str = REPORT) -> list[Row]:
    """Rows that differ in the partner alone."""
    return [(name, "is a member of", None, None, None, source) for name in names]


def test_a_new_name_in_all_rows_changes_the_name_and_nothing_else(tmp_path: Path) -> None:
    rows = [*ROWS, ("The Beacon Fund", "sponsors", "Northfield College", 2023, None, "https://example.org/members")]
    before = keep_ids(write_partnerships(tmp_path, rows))
    renamed = [changed(row, partner="Beacon Foundation") if row[0] == "The Beacon Fund" else row for row in rows]
    after = keep_ids(write_partnerships(tmp_path, renamed))
    assert problems(after) == [("info", "renamed", "A2")]
    message = "What was called 'The Beacon Fund' is called 'Beacon Foundation' now; it stays 'the-beacon-fund'."
    assert after.findings[0].message == message
    old, new = quads_of_folder(before), quads_of_folder(after)
    [gone], [come] = old - new, new - old
    assert gone.replace("The Beacon Fund", "Beacon Foundation") == come
    assert claim_ids(before) == claim_ids(after)
    # Said once; a row that still has the old name is the same body; and so is the old name taken back.
    assert problems(read_folder(tmp_path)) == []
    mixed = [*renamed, ("The Beacon Fund", "hosts", "Learning Network", None, None, REPORT)]
    contents = read_folder(write_partnerships(tmp_path, mixed))
    assert problems(contents) == [("info", "spelling", "A8")]
    assert contents.model.relationships[-1].from_.endswith("/the-beacon-fund")
    assert problems(keep_ids(write_partnerships(tmp_path, rows))) == [("info", "renamed", "A2")]
    assert quads_of_folder(read_folder(tmp_path)) == old


def test_a_new_name_in_some_rows_only_names_the_cells_that_have_the_old_one(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("Severn Youth Alliance", "supports us", None, 2019, None, REPORT),
        ("Alder", "is a member of", "Severn Youth Alliance", 2020, None, REPORT),
        ("Birch", "hosts", None, None, None, REPORT),
    ]
    keep_ids(write_partnerships(tmp_path, rows))
    partly = [changed(rows[0], partner="Severn Alliance"), *rows[1:]]
    contents = read_folder(write_partnerships(tmp_path, partly))
    assert problems(contents) == [("warning", "renamed-in-part", "A2")]
    assert contents.findings[0].message == (
        "'Severn Alliance' is a new name, in a row that named 'Severn Youth Alliance'. "
        "'Severn Youth Alliance' is still in C3."
    )
    assert "write it there too" in (contents.findings[0].fix or "")
    # In all rows it is a new name; another known body, our own name, or one more row is none.
    both = [partly[0], changed(rows[1], with_whom="Severn Alliance"), rows[2]]
    assert problems(read_folder(write_partnerships(tmp_path, both))) == [("info", "renamed", "A2")]
    for others in (
        [changed(rows[0], partner="Birch"), *rows[1:]],
        [*rows[:2], changed(rows[2], with_whom="Cedar")],
        [*rows, changed(rows[0], partner="Severn Alliance")],
    ):
        assert problems(read_folder(write_partnerships(tmp_path, others))) == []


def test_both_parties_the_focus_and_a_source_can_have_new_names(tmp_path: Path) -> None:
    before = keep_ids(write_partnerships(tmp_path))
    names = {
        "Northfield College": "Northfield University",
        "Learning Network": "The Learning Alliance",
        REPORT: "Report for 2024",
    }
    rows = [tuple(names.get(cell, cell) for cell in row) for row in ROWS]
    settings = (tmp_path / "partnergraph.toml").read_text("utf-8")
    (tmp_path / "partnergraph.toml").write_text(settings.replace("Riverside Trust", "Riverside Schools"), "utf-8")
    after = keep_ids(write_partnerships(tmp_path, rows))
    assert claim_ids(before) == claim_ids(after)
    assert {finding.rule for finding in after.findings} == {"renamed"}
    labels = {row.id: row.name for row in after.model.organisations}
    assert (labels["learning-network"], labels["riverside-trust"]) == ("The Learning Alliance", "Riverside Schools")
    assert {row.id: row.title for row in after.model.sources}["annual-report-2024"] == "Report for 2024"
    assert after.model.config.focus == "riverside-trust"


def test_order_insertion_and_deletion_change_no_id_and_free_none(tmp_path: Path) -> None:
    twins = [
        ("Straße Nord", "funds us", None, None, None, REPORT),
        ("Strae Nord", "funds us", None, None, None, REPORT, "p. 2"),
    ]
    years = [("Aster", "funds us", None, year, year + 1, REPORT) for year in (2019, 2015, 2010, 2015.0)]
    years[3] = (*years[3][:5], "https://example.org/zzz")
    rows: list[Row] = [*ROWS, *twins, *years]
    first = claim_ids(keep_ids(write_partnerships(tmp_path / "kept", rows)))
    for seed in range(4):
        shuffled = list(rows)
        random.Random(seed).shuffle(shuffled)
        anew = keep_ids(write_partnerships(tmp_path / f"new{seed}", shuffled))  # the first time, in any order
        assert claim_ids(anew) == first
        assert (tmp_path / f"new{seed}" / IDS).read_bytes() == (tmp_path / "kept" / IDS).read_bytes()
        kept = read_folder(write_partnerships(tmp_path / "kept", shuffled))
        assert (claim_ids(kept), kept.ids_file, kept.findings) == (first, None, [])
    inserted = [("Aaron Trust", "funds us", None, 2012, None, REPORT), *rows]
    assert claim_ids(read_folder(write_partnerships(tmp_path / "kept", inserted))) > first
    # What is deleted keeps its ids, and has them again when it comes back; nothing new gets them.
    keep_ids(
        write_partnerships(tmp_path / "kept", [row for row in rows if row[0] not in ("Straße Nord", "The Beacon Fund")])
    )
    text = (tmp_path / "kept" / IDS).read_text("utf-8")
    assert text.count("former partnership") == 2
    other = [*rows[1:], ("Straßße Nord", "hosts", None, None, None, "https://example.org/other")]
    contents = keep_ids(write_partnerships(tmp_path / "kept", [row for row in other if row[0] != "Straße Nord"]))
    assert "strae-nord-3" in {row.id for row in contents.model.organisations}
    assert claim_ids(read_folder(write_partnerships(tmp_path / "kept", rows))) == first


@pytest.mark.parametrize(
    ("cells", "same"),
    [
        ({"until": 2024}, True),
        ({"since": 2022}, True),
        ({"where": "p. 5", "says": "Other words"}, True),
        ({"source": "https://example.org/new"}, True),
        ({"since": 2022, "until": 2023, "says": "Since 2022"}, True),
        ({"since": 2025, "until": 2026, "source": "https://example.org/new", "says": "Anew"}, False),
        ({"how": "sponsors us"}, True),
        ({"how": "sponsors us", "since": 2025}, False),
        ({"how": "is our funder"}, True),
    ],
)
def test_a_mended_row_is_the_same_claim(tmp_path: Path, cells: dict[str, Any], same: bool) -> None:
    before = keep_ids(write_partnerships(tmp_path))
    after = keep_ids(write_partnerships(tmp_path, [changed(ROWS[0], **cells), *ROWS[1:]]))
    ids = [{(kind, *rest) for kind, *rest in claim_ids(contents) if kind == "claim"} for contents in (before, after)]
    assert (ids[0] == ids[1]) == same
    assert problems(after) == []
    if not same:
        assert len(ids[1] - ids[0]) == 1


def test_who_is_who_among_rows_that_differ_in_the_name_alone(tmp_path: Path) -> None:
    def names(contents: GraphFolder) -> dict[str, str]:
        return {row.id: row.name for row in contents.model.organisations if row.id != "riverside-trust"}

    def after(folder: str, old: Sequence[str], new: Sequence[str], source: str = REPORT) -> GraphFolder:
        keep_ids(write_partnerships(tmp_path / folder, members(*old)))
        return keep_ids(write_partnerships(tmp_path / folder, members(*new, source=source)))

    # One of many: the only one that is gone. Two at once: the one whose name is like it.
    one = after("one", ("Alder", "Birch", "Cedar"), ("Alder", "Xylo Group", "Cedar"))
    assert names(one)["birch"] == "Xylo Group"
    two = after(
        "two", ("North College", "South School", "Cedar"), ("North University College", "Cedar", "South Schools")
    )
    assert names(two) == {
        "north-college": "North University College",
        "south-school": "South Schools",
        "cedar": "Cedar",
    }
    # Two that are like neither are others; so is a name beside the old one, and one in other rows.
    others = after("others", ("Alder", "Birch"), ("Quince Ltd", "Zebra Group"))
    assert names(others) == {"quince-ltd": "Quince Ltd", "zebra-group": "Zebra Group"}
    assert problems(others) == [("info", "renamed-or-new", "A2"), ("info", "renamed-or-new", "A3")]
    assert "another organisation than 'Alder' or 'Birch'" in others.findings[0].message
    beside = after("beside", ("Alder",), ("Alder", "Alder Trust"))
    assert names(beside) == {"alder": "Alder", "alder-trust": "Alder Trust"}
    elsewhere = after("elsewhere", ("Alder",), ("Alder Trust",), "https://example.org/new")
    assert names(elsewhere) == {"alder-trust": "Alder Trust"}
    # A row of years ago is no old name of a new one.
    keep_ids(write_partnerships(tmp_path / "one", members("Alder", "Cedar")))
    assert (
        names(keep_ids(write_partnerships(tmp_path / "one", members("Alder", "Cedar", "Damson"))))["damson"] == "Damson"
    )


def test_thousands_of_rows_are_identified_in_one_pass(tmp_path: Path) -> None:
    from time import process_time

    rows = members(*(f"Partner {number}" for number in range(2000)))
    keep_ids(write_partnerships(tmp_path, rows))
    start = process_time()
    read_folder(tmp_path)
    unchanged = process_time() - start
    write_partnerships(tmp_path, members(*(f"Member {number}" for number in range(2000))))
    start = process_time()
    assert read_folder(tmp_path).errors == []
    assert process_time() - start < 5 * unchanged + 2


def test_a_row_that_moves_to_the_full_tables_is_the_same_body(tmp_path: Path) -> None:
    before = keep_ids(write_partnerships(tmp_path))
    sheets: dict[str, list[tuple[Any, ...]]] = {
        "Organisations": [("id", "name", "form", "type"), ("beacon", "The Beacon Fund", "formal", "charity"),
                          ("city-council", "City of Riverside Council", "formal", "local-authority")],
        "Sources": [("id", "title", "publisher", "kind"), ("report-24", REPORT, "Riverside Trust", "report")],
    }  # fmt: skip
    after = keep_ids(write_partnerships(tmp_path, sheets=sheets))
    assert problems(after) == []
    claims = [{row.id for row in contents.model.relationships} for contents in (before, after)]
    assert claims[0] == claims[1]
    assert {row.id for row in after.model.organisations} - {row.id for row in before.model.organisations} == {"beacon"}
    assert len([row for row in after.model.organisations if row.id == "city-council"]) == 1
    sheets["Evidence"] = [("id", "source", "basis", "confidence", "says"), ("e1", "report-24", "stated", "high", "So.")]
    columns = ("id", "kind", "from", "to", "evidence")
    sheets["Relationships"] = [
        columns,
        ("funding--the-beacon-fund--riverside-trust", "funding", "beacon", "city-council", "e1"),
    ]
    assert problems(read_folder(write_partnerships(tmp_path, sheets=sheets))) == [("error", "duplicate-id", "A2")]


def warnings_of(report: BuildReport) -> list[str]:
    """The rules of its warnings but for the one of a drive without locks."""
    return [finding.rule for finding in report.warnings if finding.rule != "no-locks"]


def test_a_build_writes_the_ids_first_and_builds_the_same_without_them(tmp_path: Path) -> None:
    folder = write_partnerships(tmp_path / "folder")
    first = build(folder, tmp_path / "out")
    assert (first.unchanged, warnings_of(first)) == (False, [])
    ids = (folder / IDS).read_bytes()
    assert build(folder, tmp_path / "out").unchanged
    again = build(folder, tmp_path / "again", force=True)
    assert (again.fingerprint, (folder / IDS).read_bytes()) == (first.fingerprint, ids)
    trig = (tmp_path / "out" / "graph.trig").read_bytes()
    assert (tmp_path / "again" / "graph.trig").read_bytes() == trig
    # A folder that a build cannot write into, even as root: the lock's place is taken.
    (folder / IDS).unlink()
    (folder / ".partnergraph.lock").mkdir()
    blocked = build(folder, tmp_path / "blocked")
    [finding] = [finding for finding in blocked.warnings if finding.rule != "no-locks"]
    assert finding.rule == "ids-not-written"
    assert "could not be written" in finding.message
    assert not (folder / IDS).exists()
    assert (tmp_path / "blocked" / "graph.trig").read_bytes() == trig
    os.rmdir(folder / ".partnergraph.lock")  # noqa: PTH106
    # The file of another machine, or one that is no such file.
    for text, rules in (
        ("record,id\nbanana,x\n", ["partnership-ids"]),
        ("", ["empty-table"]),
        ("\x00", ["control-character"]),
    ):
        (folder / IDS).write_text(text, "utf-8")
        contents = read_folder(folder)
        assert [(f.rule, f.place.file if f.place else "") for f in contents.errors] == [(rule, IDS) for rule in rules]
        assert all("last copy" in (finding.fix or "") for finding in contents.errors)
