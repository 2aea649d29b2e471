"""Likely duplicates in the Keele graph, as it is and with duplicates written into a copy."""

from __future__ import annotations

import csv
import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from partnergraph.cli import cli
from partnergraph.match.duplicates import Duplicate, duplicates
from partnergraph.match.output import DUPLICATE_COLUMNS, format_duplicates
from partnergraph.store import Reader
from partnergraph.vocabulary import ORG, RDF, SKOS
from tests.match.edited import body, with_rows

NIHR, SPCR = "national-institute-for-health-and-care-research", "nihr-school-for-primary-care-research"
KEELE = "keele-university"


def rel(kind: str, from_: str, to: str, number: int, **more: str) -> dict[str, str]:
    return {"id": f"more-{number}", "kind": kind, "from": from_, "to": to, "evidence": "S1"} | more


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[Duplicate]:
    """One copy in which every sort of duplicate was written, and what looks like one and is none."""
    bodies = [
        body("warwick-again", "Warwick University"),
        body("exeter-misspelt", "University of Exter"),
        body("empire-council", "Empire Rheumatism Council", "charity"),
        body("identified", "A body of quite another name", "charity"),
        body("keele-web", "Somebody Else of the Campus", "charity"),
        body("keele-school-of-law", "Keele School of Law", "academic-school"),
        body("newcastle-college", "Newcastle College", "college"),
        body("renamed", "University of Bristoll"),
    ]
    identifiers = [
        {"organisation": "identified", "scheme": "ukprn", "value": "10007767", "evidence": "S1"},
        {"organisation": "keele-web", "scheme": "website", "value": "https://www.keele.ac.uk/other", "evidence": "S1"},
        {"organisation": "keele-school-of-law", "scheme": "website", "value": "https://www.keele.ac.uk/law",
         "evidence": "S1"},
    ]  # fmt: skip
    relationships = [
        rel("part-of", "keele-school-of-law", KEELE, 1),
        rel("collaboration", KEELE, "university-of-exeter", 2),
        rel("collaboration", "university-of-exeter", KEELE, 3, start="2020"),
        rel("funding", "wellcome-trust", KEELE, 4, start="2001", end="2003"),
        rel("funding", "wellcome-trust", KEELE, 5, start="2003", end="2005"),
        rel("membership", "warwick-again", "west-midlands-social-work-teaching-partnership", 6),
    ]
    events = [
        {"id": "bristol-renamed", "kind": "rename", "from": "renamed", "to": "university-of-bristol",
         "evidence": "S1"},
    ]  # fmt: skip
    folder = tmp_path_factory.mktemp("duplicates")
    tables = {"organisations": bodies, "identifiers": identifiers, "relationships": relationships, "events": events}
    return duplicates(with_rows(folder, **tables))


def pair(found: list[Duplicate], one: str, other: str) -> Duplicate:
    """The duplicate of two ids."""
    [hit] = [d for d in found if {d.a.rsplit("/", 1)[-1], d.b.rsplit("/", 1)[-1]} == {one, other}]
    return hit


def test_the_keele_graph_has_no_duplicate_body_and_one_claim_to_look_at(keele: Path) -> None:
    """Funding by the Department of Health: through Coventry University, as is disputed, and without saying how."""
    [claim] = duplicates(Reader.at(keele))
    funding = "funding--department-of-health--west-midlands-social-work-teaching-partnership"
    assert {iri.rpartition("/")[2] for iri in (claim.a, claim.b)} == {funding, f"{funding}--2020"}
    assert claim.merge.conflicts == ("standing: disputed and accepted",)


def test_exactly_the_bodies_that_were_doubled_are_found(found: list[Duplicate]) -> None:
    pairs = {frozenset((d.a.rsplit("/", 1)[-1], d.b.rsplit("/", 1)[-1])) for d in found if d.sort == "organisation"}
    assert pairs == {
        frozenset(("warwick-again", "university-of-warwick")),
        frozenset(("exeter-misspelt", "university-of-exeter")),
        frozenset(("empire-council", "arthritis-research-uk")),
        frozenset(("identified", KEELE)),
        frozenset(("keele-web", KEELE)),
    }


@pytest.mark.parametrize(
    ("one", "other", "reason", "likely"),
    [
        ("warwick-again", "university-of-warwick", "“Warwick University”", "likely"),
        ("exeter-misspelt", "university-of-exeter", "written nearly alike", "possible"),
        ("empire-council", "arthritis-research-uk", "former name", "likely"),
        ("identified", KEELE, "UKPRN", "likely"),
        ("keele-web", KEELE, "website at keele.ac.uk", "possible"),
    ],
)
def test_a_duplicate_says_why(found: list[Duplicate], one: str, other: str, reason: str, likely: str) -> None:
    hit = pair(found, one, other)
    assert any(reason.casefold() in why.casefold() for why in hit.reasons), hit.reasons
    assert hit.likely == likely


def test_the_preview_says_what_would_stand_what_changes_and_what_is_to_be_decided(found: list[Duplicate]) -> None:
    merge = pair(found, "warwick-again", "university-of-warwick").merge
    row = dict(merge.row)
    assert merge.drop.endswith("/warwick-again"), "the one to which less refers goes"
    assert row["name"] == ("University of Warwick",)
    assert "Warwick University (alternative)" in row["other names"]
    assert any(value.startswith("ror ") for value in row["identifiers"])
    assert "S1" in row["evidence"]
    assert merge.changed == (("relationship", "more-6"),)
    assert any("2 claims would say the same" in conflict for conflict in merge.conflicts), merge.conflicts


def test_a_type_that_does_not_agree_is_to_be_decided(found: list[Duplicate]) -> None:
    assert "type: university and charity" in pair(found, "identified", KEELE).merge.conflicts


def test_a_claim_told_from_both_sides_is_one(found: list[Duplicate]) -> None:
    hit = pair(found, "more-2", "more-3")
    assert "each from its own side, and the kind is the same in both directions" in hit.reasons
    assert dict(hit.merge.row)["start"] == ("2020",)


def test_periods_that_follow_each_other_are_two_claims(found: list[Duplicate]) -> None:
    claims = {one.rsplit("/", 1)[-1] for hit in found if hit.sort == "claim" for one in (hit.a, hit.b)}
    assert claims >= {"more-2", "more-3"}
    assert not claims & {"more-4", "more-5"}


def test_every_form_tells_all_of_them(found: list[Duplicate]) -> None:
    text, table = format_duplicates(found, "text"), format_duplicates(found, "csv")
    rows = list(csv.DictReader(table.splitlines()))
    plain = json.loads(format_duplicates(found, "json"))
    assert tuple(rows[0]) == DUPLICATE_COLUMNS
    assert len(rows) == len(plain) == len(found) == text.count("If merged")
    assert plain[0]["merge"]["row"]["name"]


def test_the_command_writes_nothing_and_gives_the_same_bytes(keele: Path) -> None:
    before = sorted(keele.rglob("*"))
    runs = [CliRunner().invoke(cli, ["duplicates", "--graph", str(keele), "--format", "csv"]) for _ in range(2)]
    assert [run.exit_code for run in runs] == [0, 0]
    assert runs[0].stdout_bytes == runs[1].stdout_bytes
    assert "0 likely duplicate organisations, 1 likely duplicate claims" in runs[0].stderr
    assert sorted(keele.rglob("*")) == before


def test_many_names_are_not_compared_each_with_each() -> None:
    """Twice the names take about twice the time, though all share their last word; the two doubles are found."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    lines = []
    for number in range(6_000):
        word = "".join(letters[number // 26**place % 26] * 2 for place in range(3))
        name = f"{word} university" if number != 17 else "Zzyzzxville university"
        lines += _named(number, name)
    lines += _named(6_001, "Zzyzzxvile university")
    begun = time.perf_counter()
    found = duplicates(Reader.nquads_lines(lines))
    assert time.perf_counter() - begun < 20
    assert [(one.a_label, one.b_label) for one in found] == [("Zzyzzxville university", "Zzyzzxvile university")]


def _named(number: int, name: str) -> list[str]:
    subject, graph = f"<https://example.org/id/org/b{number:05}>", "<https://example.org/graph/source/s>"
    return [
        f"{subject} <{RDF.type}> <{ORG.Organization}> {graph} .\n",
        f'{subject} <{SKOS.prefLabel}> "{name}" {graph} .\n',
    ]
