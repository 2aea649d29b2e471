"""What `read` takes from the graph that it is given: who "we" is, and which source the text is; and what it says."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from partnergraph.cli import cli
from partnergraph.extraction.gazetteer import Gazetteer
from partnergraph.extraction.text_sources import text_source

TEXT = (
    "Our year in review. We are funded by the Harbour Foundation. In 2024 we worked with Severn Youth Alliance. "
    "Our application to the Northern Canal Society (NCS) was refused. We hope to work with the National Rivers "
    "Network. We would have closed without the help of Millbrook Baptist Church."
)


def _rows(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _read(work: Path, output: str, *arguments: str) -> str:
    done = CliRunner().invoke(cli, ["read", str(work / "text.txt"), "-o", str(work / output), *arguments])
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


@pytest.fixture
def work(tmp_path: Path) -> Path:
    (tmp_path / "text.txt").write_text(TEXT, "utf-8")
    return tmp_path


def test_we_is_the_organisation_whose_graph_it_is_unless_another_is_named(work: Path) -> None:
    mine, title = str(work / "trust"), ("--source", "Our annual review 2026")
    assert CliRunner().invoke(cli, ["init", mine, "--name", "Riverside Trust"]).exit_code == 0
    said = _read(work, "first", *title, "-g", mine)
    assert "We is read as Riverside Trust, whose graph it is; --speaker names another." in said
    links = {row["id"]: row for row in _rows(work / "first", "relationships")}
    assert set(links) == {
        "funding--harbour-foundation--riverside-trust",
        "working-alongside--riverside-trust--severn-youth-alliance",
        "support--millbrook-baptist-church--riverside-trust",
    }
    # A date beside what was seen is a note: it says neither since when nor until when.
    seen = links["working-alongside--riverside-trust--severn-youth-alliance"]
    assert (seen["start"], seen["end"], seen["date_note"]) == ("", "", "in 2024")
    assert "Riverside Trust" not in {row["name"] for row in _rows(work / "first", "organisations")}
    assert CliRunner().invoke(cli, ["build", mine, "-o", str(work / "built"), "--no-page"]).exit_code == 0
    assert "We is read as Riverside Trust" in _read(work, "second", *title, "-g", str(work / "built"))
    assert _rows(work / "second", "relationships") == _rows(work / "first", "relationships")
    named = _read(work, "third", *title, "-g", mine, "--speaker", "Elm Trust")
    assert "--speaker" not in named
    assert {"Elm Trust"} <= {row["name"] for row in _rows(work / "third", "organisations")}
    assert "6 sentences say we or our: name who speaks with --speaker." in _read(work, "fourth", *title)

    # A source is known by its id, title or address; a new one gets an id of its title.
    [source] = _rows(work / "first", "sources")
    assert (source["id"], source["title"]) == ("our-annual-review-2026", "Our annual review 2026")
    known = Gazetteer()
    known.from_path(work / "trust")
    other = Gazetteer()
    other.from_path(work / "built")
    for slug, name in known.titles.items():
        assert (text_source(name.upper(), known).id, text_source(slug, other).title) == (slug, name)
        assert text_source(name, other).id == slug
    url = next(key for key in known.sources if key.startswith("https://"))
    assert text_source(url, known).id == text_source(url, other).id == known.sources[url]
    known.ids["sources"].add("our-annual-review-2026")
    page = text_source("Our annual review 2026, https://example.org/r", known)
    assert (page.id, page.url, page.host) == ("our-annual-review-2026-2", "https://example.org/r", "example.org")


def test_what_is_only_denied_or_planned_is_listed_and_not_proposed_and_headings_say_what_they_are(work: Path) -> None:
    said = _read(work, "proposed", "--source", "review", "--speaker", "Riverside Trust")
    assert "Not proposed, as only denied or planned: 2 organisations, in the list of known ones." in said
    names = {row["name"] for row in _rows(work / "proposed", "organisations")}
    assert names == {"Riverside Trust", "Harbour Foundation", "Severn Youth Alliance", "Millbrook Baptist Church"}
    assert _rows(work / "proposed", "names") == []
    listed = {row["as_written"]: row for row in _rows(work / "proposed", "known")}
    assert set(listed) == {"NCS", "Northern Canal Society", "National Rivers Network"}
    row = listed["Northern Canal Society"]
    assert TEXT[int(row["first_character"]) - 1 : int(row["last_character"])] == "Northern Canal Society"
    assert (row["id"], "denies or plans" in row["reason"]) == ("", True)
    (work / "text.txt").write_text(f"{TEXT} Northern Canal Society is a member of the Elm Network.", "utf-8")
    _read(work, "stated.xlsx", "--source", "review", "--speaker", "Riverside Trust")
    book = openpyxl.load_workbook(work / "stated.xlsx")
    assert "Northern Canal Society" in {cell.value for cell in book["Organisations"]["B"]}
    for sheet in (book["Proposals"], book["Known"]):
        assert all(cell.comment is not None and cell.comment.text for cell in sheet[1])
        assert not {"start", "end"} & {cell.value for cell in sheet[1]}
