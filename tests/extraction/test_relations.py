"""Cue words, directions, years; and the School's own page against what a person made of it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partnergraph.extraction.cues import load_cues
from partnergraph.extraction.gazetteer import Gazetteer
from partnergraph.extraction.input import document_from_bytes
from partnergraph.extraction.output import to_csv, to_workbook
from partnergraph.extraction.proposals import Proposals, propose_rows
from partnergraph.graph_folder.documents import locate
from partnergraph.vocabulary import concepts
from tests.conftest import ROOT

PAGE = ROOT / "data" / "documents" / "school-partnerships.txt"
SOURCE = "keele-spcsc-partnerships"


def _read(text: str, known: Gazetteer | None = None, speaker: str | None = None) -> Proposals:
    return propose_rows(document_from_bytes("text.txt", text.encode(), "text"), known or Gazetteer(), speaker)


def _links(reading: Proposals) -> set[tuple[str, str, str]]:
    rows = reading.tables["relationships"]
    return {(row["kind"], row["from"].partition(":")[2], row["to"].partition(":")[2]) for row in rows}


def test_every_cue_has_a_kind_of_the_list() -> None:
    assert {cue.kind for cue in load_cues().values()} <= {concept.code for concept in concepts("relationship-kind")}
    assert {cue.direction for cue in load_cues().values()} == {"forward", "inverse", "implicit", "thanks", "mutual"}
    assert {cue.subject for cue in load_cues().values()} == {"before", "subject", "writer", "topic"}
    assert len(load_cues()) > 50


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("Corve Trust is funded by the Ash Foundation.", ("funding", "ash-foundation", "corve-trust")),
        ("Corve Trust, hosted by Elm University, grew.", ("hosting", "elm-university", "corve-trust")),
        ("Corve Trust is a member of the Elm Network.", ("membership", "corve-trust", "elm-network")),
        ("Corve Trust's membership of the Elm Network matters.", ("membership", "corve-trust", "elm-network")),
        ("The Elm Network is led by Corve Trust.", ("leadership", "corve-trust", "elm-network")),
        ("The Elm Unit is part of Corve Trust.", ("part-of", "elm-unit", "corve-trust")),
        ("Corve Trust works alongside the Elm Network.", ("working-alongside", "corve-trust", "elm-network")),
        ("The Elm Network brings together 9 councils.", ("membership", "9-councils", "elm-network")),
        ("The review by Corve Trust was commissioned by Elm Council.", ("funding", "elm-council", "corve-trust")),
    ],
)
def test_a_cue_between_two_names_is_a_relationship_with_its_direction(text: str, link: tuple[str, str, str]) -> None:
    assert _links(_read(text)) == {link}


def test_names_without_a_cue_and_names_of_different_sentences_are_not_joined() -> None:
    assert _links(_read("Corve Trust and Elm Council met. It is funded by many. Ash Network grew.")) == set()


def test_dates_hang_on_what_stands_before_them() -> None:
    reading = _read(
        "Corve Trust (founded in May 1998) is a member of the Elm Network (awarded in 2008, renewed in 2014)."
    )
    events = [(row["kind"], row["about"], row["date"]) for row in reading.tables["events"]]
    link = "rel:membership--corve-trust--elm-network"
    assert events == [("start", "org:corve-trust", "1998-05"), ("award", link, "2008"), ("renewal", link, "2014")]


def test_we_is_nobody_until_someone_says_who() -> None:
    text = "We are a member of the Elm Network."
    assert _links(_read(text)) == set()
    assert _links(_read(text, speaker="Corve Trust")) == {("membership", "corve-trust", "elm-network")}


def _hand() -> tuple[set[str], list[dict[str, str]], dict[str, set[str]]]:
    """What a person made of the page: its organisations, relationships, and the words of each body."""
    tables = ROOT / "data" / "tables"

    def rows(name: str) -> list[dict[str, str]]:
        with (tables / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    quoted = {row["id"] for row in rows("evidence") if row["source"] == SOURCE and row["words"]}
    names: dict[str, set[str]] = {}
    for row in rows("organisations"):
        if quoted & set(row["evidence"].replace(";", " ").split()):
            names[row["id"]] = {row["name"]}
    for row in rows("names"):
        if row["organisation"] in names:
            names[row["organisation"]].add(row["name"])
    links = [row for row in rows("relationships") if quoted & set(row["evidence"].replace(";", " ").split())]
    return set(names), links, names


def _measure(known: Gazetteer, title: str) -> tuple[int, int, int, int, int]:
    """Organisations found and false; relationships right (both parties), right between groups too, false."""
    bodies, links, names = _hand()
    reading = propose_rows(document_from_bytes(PAGE.name, PAGE.read_bytes(), "page"), known)
    found = {row["id"] for row in reading.known}
    by_name = {name.lower(): slug for slug, all_names in names.items() for name in all_names}
    alias = {row["id"]: by_name.get(row["name"].lower(), row["id"]) for row in reading.tables["organisations"]}
    found |= set(alias.values())
    right_links = {(row["kind"], row["from"], row["to"]) for row in links}
    between = {link for link in right_links if link[1] in bodies and link[2] in bodies}
    proposed = {(kind, alias.get(a, a), alias.get(b, b)) for kind, a, b in _links(reading)}
    ours = {link for link in proposed if link[1] in found and link[2] in found}
    named, false = found & bodies, found - bodies
    print(
        f"\n{title}: {len(named)} of {len(bodies)} organisations, {len(false)} false; "
        f"{len(ours & between)} of {len(between)} relationships between organisations, {len(ours - between)} false; "
        f"{len(proposed) - len(ours)} proposed with unnamed groups (by hand: {len(right_links - between)})"
    )
    return len(named), len(false), len(ours & between), len(between), len(ours - between)


def test_the_schools_page_gives_its_sixteen_organisations_cold_and_with_the_graph(
    capsys: pytest.CaptureFixture[str],
) -> None:
    warm = Gazetteer()
    warm.from_path(ROOT / "data")
    with capsys.disabled():
        cold, known = _measure(Gazetteer(), "cold"), _measure(warm, "with the graph")
    for found, false, right, between, wrong in (cold, known):
        assert found >= 15
        assert false == 0
        assert right >= between - 1
        assert wrong == 0


def test_a_claim_that_the_graph_has_says_so_and_a_conflict_is_named() -> None:
    warm = Gazetteer()
    warm.from_path(ROOT / "data")
    reading = propose_rows(document_from_bytes(PAGE.name, PAGE.read_bytes(), "page"), warm)
    [lead] = [row for row in reading.proposals if row["id"].startswith("leadership--coventry-university")]
    assert lead["already_known_as"].startswith("leadership--coventry-university--")
    assert "another lead: leadership--coventry-city-council--" in lead["conflicts"]
    other = _read("Primary Care Versus Arthritis (awarded in 2010) grew.", warm)
    assert [row["conflicts"] for row in other.proposals] == [
        "the graph says 2008: primary-care-versus-arthritis--award--2008"
    ]


def _sound(text: str, reading: Proposals) -> None:
    """All words stand in the text, once in their sentence, and offsets cut out what they say."""
    for row in reading.tables["evidence"]:
        at = locate(reading.document, row["words"], int(row["locator"][1:]))
        assert text[at.start : at.end] == row["words"]
    for row in reading.proposals:
        start, end = int(row["first_character"]) - 1, int(row["last_character"])
        assert 0 <= start < end <= len(text)
        assert text[start:end] in row["sentence"]
        assert (row["accept"], row["status"]) == ("", "proposed")
    for table, rows in reading.tables.items():
        ids = [row["id"] for row in rows]
        assert len(set(ids)) == len(ids), table
        assert all(row.get("evidence") for row in rows if table not in ("sources", "evidence"))


@pytest.mark.parametrize("warm", [False, True])
def test_the_rows_of_the_schools_page_are_sound_and_always_the_same(warm: bool) -> None:
    def once() -> Proposals:
        known = Gazetteer()
        if warm:
            known.from_path(ROOT / "data")
        return propose_rows(document_from_bytes(PAGE.name, PAGE.read_bytes(), "page"), known)

    first, second = once(), once()
    _sound(first.document.text, first)
    assert to_csv(first) == to_csv(second)
    assert to_workbook(first) == to_workbook(second)


_NAMES = [
    "University",
    "of",
    "Corve",
    "Trust",
    "and",
    "the",
    "The School",
    "we",
    "We",
    "NHS",
    "Universities",
    "Elm Council",
]
_CUES = [
    "funded by",
    "member of",
    "in 2008",
    "awarded in 2008",
    "-funded",
    "brings together",
    "acts as the lead",
    "through",
]
_MARKS = ["(", ")", "(CT)", "‘", "’", "'s", ", ", ". ", "\n", "\u200f", "\u202e", "é", "&", "a@b.org", "ẞ", "İ", "𝒳"]
_PIECES = st.sampled_from([*_NAMES, *_CUES, *_MARKS, "14 councils", "partners"])
_TEXT = st.one_of(
    st.text(max_size=200), st.lists(_PIECES, max_size=25).map(" ".join), st.lists(_PIECES, max_size=25).map("".join)
)
_CONTROLS = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127))


@settings(max_examples=250, deadline=None)
@given(_TEXT)
def test_any_text_is_read_and_every_span_is_exact(text: str) -> None:
    text = "x " + text.encode("utf-8", "ignore").decode().translate(_CONTROLS)
    reading = _read(text)
    _sound(reading.document.text, reading)
    assert to_csv(reading) == to_csv(_read(text))


def test_a_folder_of_csv_and_the_workbook_have_the_columns_of_the_graph_folder(tmp_path: Path) -> None:
    from partnergraph.extraction.output import save
    from partnergraph.tables.table_files import read_sheets
    from partnergraph.tables.table_schemas import TABLE_SCHEMAS

    reading = _read("Corve Trust is funded by the Ash Foundation.")
    save(reading, tmp_path / "proposed")
    save(reading, tmp_path / "proposed.xlsx")
    sheets = {str(s.name).lower(): s for s in read_sheets("p.xlsx", (tmp_path / "proposed.xlsx").read_bytes())}
    for table in ("sources", "evidence", "organisations", "names", "groups", "relationships", "events"):
        heading = (tmp_path / "proposed" / f"{table}.csv").read_text("utf-8").splitlines()[0]
        assert tuple(heading.split(",")) == TABLE_SCHEMAS[table].columns
        assert tuple(sheets[table].rows[0][1]) == TABLE_SCHEMAS[table].columns
    assert "proposals" in sheets
