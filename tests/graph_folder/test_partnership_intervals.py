"""Rows of Partnerships of the same kind and parties: which are one claim, with which dates, and what each supports."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from partnergraph.build import build
from partnergraph.graph_folder.folder import GraphFolder, read_folder
from partnergraph.graph_folder.partnership_ids import IDS
from partnergraph.graph_folder.partnership_intervals import StatedInterval, merged_intervals
from partnergraph.store import Reader
from partnergraph.workbook.folder_writer import export_folder
from tests.graph_folder.partnership_sheets import REPORT, SETTINGS, keep_ids, problems, write_partnerships

PAGE = "https://example.org/p"


def claims_of(*dates: tuple[str, str]) -> list[tuple[str, str]]:
    """The dates of the claims that rows with these dates become."""
    return sorted({*merged_intervals(StatedInterval("funding", "a", "b", *pair) for pair in dates).values()})


def test_dates_that_cover_each_other_are_one_claim_and_others_stay_apart() -> None:
    full = ("2022-04-01", "2025-03-31")
    for other in (("2022", ""), ("2022-04", "2025"), ("", ""), ("", "2025-03"), ("2021/2022", ""), full):
        assert claims_of(full, other) == claims_of(other, full) == [full], other
    assert claims_of(("2022", ""), ("", "2024-05")) == [("2022", "2024-05")]
    assert claims_of(("2022", ""), ("2022-04", "2024"), ("2022-04-01", ""), ("", "")) == [("2022-04-01", "2024")]
    for other in (("2021", ""), ("2022-05", ""), ("2022", "2024"), ("", "2021"), ("2022-04-02", ""), ("soon", "")):
        assert claims_of(full, other) == sorted([full, other]), other
    # One after the other, and a row that may mean either.
    assert claims_of(("2015", "2016"), ("2020", "2021"), ("", "")) == [("", ""), ("2015", "2016"), ("2020", "2021")]
    assert claims_of(("", "2015"), ("2018", "")) == [("", "2015"), ("2018", "")]
    # Of very many, each is what it says.
    many = [(f"{year}", "") for year in range(1900, 1980)]
    assert claims_of(*many, ("", "")) == sorted([*many, ("", "")])


def test_what_goes_on_by_one_row_and_is_over_by_another_is_no_one_claim() -> None:
    rows = [StatedInterval("funding", "a", "b", *row) for row in (("2022", "", False), ("", "", True))]
    assert merged_intervals(rows) == {rows[0]: ("2022", ""), rows[1]: ("", "")}
    ended = StatedInterval("funding", "a", "b", "2022", "2024")
    assert {*merged_intervals([ended, rows[1]]).values()} == {("2022", "2024")}
    assert len({*merged_intervals([ended, StatedInterval("funding", "b", "a", "2022", ""), rows[0]]).values()}) == 2


def facts(contents: GraphFolder) -> list[tuple[Any, ...]]:
    """Each claim: dates, and the columns that each piece of evidence is limited to."""
    return [
        (
            [date.text if date else "" for date in (row.start, row.end)],
            row.date_note or "",
            {
                support.evidence: None if support.columns is None else sorted(support.columns)
                for support in row.evidence
            },
        )
        for row in contents.model.relationships
    ]


FIRST: tuple[Any, ...] = ("Council", "funds us", None, "2022-04-01", "2025-03-31", REPORT, "p. 3", None, None, None)
ROWS: list[tuple[Any, ...]] = [
    FIRST,
    ("Fund", "was a partner of", None, None, None, REPORT, None, None, None, None),
    ("Old Board", "merged into", "New Board", None, "2020-04-01", REPORT, None, None, None, None),
    ("Council", "funds us", None, 2022, None, PAGE, None, None, None, "so the page"),
    ("Council", "funded us", None, None, 2025, PAGE, "at the end", None, None, None),
    ("Council", "funds us", None, 2026, None, PAGE, None, None, None, None),
    ("Fund", "is a partner of", None, 2012, 2016, PAGE, None, None, None, None),
    ("Old Board", "merged into", "New Board", 2020, None, PAGE, None, None, None, None),
]


def test_a_coarser_date_is_evidence_for_the_same_claim_limited_to_what_it_says(tmp_path: Path) -> None:
    before = keep_ids(write_partnerships(tmp_path / "in", ROWS[:3]))
    claim = before.model.relationships[0]
    after = read_folder(write_partnerships(tmp_path / "in", ROWS))
    assert (problems(before), problems(after)) == ([("warning", "no-end", "E3")], [])
    slug = "funding--council--riverside-trust"
    assert claim.id == slug
    renewed, partner = f"{slug}--2026", "partnership--fund--riverside-trust"
    assert sorted(facts(after)) == [
        (["2012", "2016"], "", {partner: [], f"{partner}-2": None}),
        (["2022-04-01", "2025-03-31"], "", {slug: None, f"{slug}-2": [], f"{slug}-3": []}),
        (["2026", ""], "", {renewed: None}),
    ]
    [event] = after.model.events
    assert (event.date and event.date.text, len(event.evidence)) == ("2020-04-01", 2)
    assert [support.columns for support in event.evidence] == [None, frozenset()]
    says = {row.id: row.says for row in after.model.evidence}
    assert (says[f"{slug}-2"], says[f"{slug}-3"]) == ("Funding, until 2025.", "Funding, since 2022.")
    # The start stands in the cell that gives it, whichever row is first.
    turned = read_folder(write_partnerships(tmp_path / "turned", ROWS[::-1]))
    iri = next(iri for iri in turned.places if iri.endswith(f"/rel/{slug}"))
    assert turned.places[iri].at("start").cell == f"D{1 + len(ROWS)}"

    built = build(tmp_path / "in", tmp_path / "out")
    assert built.counts["relationships"] == 3
    reader = Reader.at(tmp_path / "out")
    starts = reader.rows(
        f'SELECT ?g WHERE {{ GRAPH ?g {{ <https://example.org/r/id/rel/{slug}> pg:start "2022-04-01"^^xsd:date }} }}'
    )
    assert [str(row["g"]).rpartition("/")[2] for row in starts] == ["annual-report-2024"]

    # And back: every row as it was written, and from them the same graph.
    export_folder(reader, tmp_path / "back")
    with (tmp_path / "back" / "tables" / "partnerships.csv").open(encoding="utf-8", newline="") as lines:
        exported = sorted(tuple(row.values())[:6] for row in csv.DictReader(lines))
    assert exported == sorted(tuple("" if cell is None else str(cell) for cell in row[:6]) for row in ROWS)
    assert (tmp_path / "back" / IDS).read_bytes() == (tmp_path / "in" / IDS).read_bytes()
    assert SETTINGS.split('"')[1] in (tmp_path / "back" / "partnergraph.toml").read_text("utf-8")
    build(tmp_path / "back", tmp_path / "out2")
    trig = [(tmp_path / out / "graph.trig").read_bytes() for out in ("out", "out2")]
    assert trig[0] == trig[1]
    # The claim stays the one it was when a row is mended so that it no longer agrees.
    rows = [*ROWS[:3], ("Council", "funds us", None, 2019, None, *ROWS[3][5:]), *ROWS[4:]]
    parted = read_folder(write_partnerships(tmp_path / "in", rows))
    dates = {row.id: row.start.text if row.start else "" for row in parted.model.relationships}
    assert (dates[slug], dates[f"{slug}--2019"]) == ("2022-04-01", "2019")
