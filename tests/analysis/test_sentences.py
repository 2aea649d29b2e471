"""Every sentence of every command on several graphs: its grammar, its claims, and the same bytes each time."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from partnergraph.analysis.answer import AnalysisAnswer
from partnergraph.analysis.context import AnalysisOptions
from partnergraph.analysis.rendering import FORMATS, render
from partnergraph.claims.claim_lookup import lookup_claims
from partnergraph.claims.relationships import read_claims
from partnergraph.network.connections import explain_connection
from partnergraph.store import Reader
from tests.analysis.network_graphs import commands, context_of, small_reader

ORG = "https://w3id.org/partnergraph/id/org/"
SCHOOL, KEELE = f"{ORG}school-of-primary-community-and-social-care", f"{ORG}keele-university"
PARTNERSHIP = f"{ORG}west-midlands-social-work-teaching-partnership"
FUNDER = f"{ORG}department-for-education"
NEVER = re.compile(
    r"\b(important|influential|key|depends? on|because|would collapse|not connected|all partners|currently|current|"
    r"central|isolated|weak|strong)\b",
    re.IGNORECASE,
)
OPTIONS: list[dict[str, Any]] = [
    {},
    {"with_inferred": True},
    {"projection": "co-membership"},
    {"projection": "two-mode"},
    {"projection": "funding"},
    {"as_of": "2016"},
    {"roll_up": True},
    {"projection": "co-membership", "largest": 10},
]
COMMANDS = list(commands("A", "B"))
DATES = {0: ("2009-01-01", "2012-12-31"), 1: ("2011-06-01", "2020-01-01")}
TRIANGLE = [("A", "B"), ("B", "C"), ("C", "A")]
GRAPHS = {
    "empty": small_reader([], alone=["A", "B"]),
    "one body": small_reader([], alone=["A", "B"], focus="A"),
    "no focus": small_reader([("A", "B"), ("B", "C"), ("C", "D")]),
    "two pieces": small_reader([("A", "C"), ("C", "D"), ("B", "E"), ("E", "F")], focus="A"),
    "loop": small_reader([("A", "A"), ("A", "B"), ("B", "A", "funding")], focus="A"),
    "groups": small_reader([("two trusts", "B", "membership"), ("A", "B")], groups=["two trusts"], focus="A"),
    "inferred alone": small_reader([("A", "B"), ("B", "C")], inferred=[0, 1], focus="A"),
    "triangle of members": small_reader([(a, "P", "membership") for a in "ABC"] + [("Q", "B", "funding")], focus="A"),
    "dated": small_reader(
        TRIANGLE, dates={0: ("2009-01-01", "2012-12-31"), 1: ("2011-06-01", "2020-01-01")}, focus="A"
    ),
}


def check_grammar(answer: AnalysisAnswer, names: list[str]) -> None:
    texts = [sentence.text for sentence in answer.sentences] + [*answer.notes, answer.scope]
    assert answer.sentences
    assert answer.scope
    for text in texts:
        plain = text
        for name in sorted(names, key=len, reverse=True):
            plain = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "NAME", plain)
        assert not NEVER.search(plain), text
        assert text.endswith("."), text
        assert text[0].isupper() or text[0].isdigit() or text.startswith(tuple(names)), text
        assert "  " not in text, text
        assert not re.search(r"\b0 (?!\.)", re.sub(r"\(.*?\)", "", plain)), f"a nought is 'no': {text}"
        assert not re.search(r"\b1 (claims|organisations|others|bodies|partners|years)\b", plain), text
        assert not re.search(r"\b(one|no) (claims|organisations|partners|pairs|bodies|others)\b", plain), text
        assert not re.search(r"\bno (of|in|was|were|alone)\b|\bno[.,;:)]|\bno \(", plain), text
        assert not re.search(r"None|nan|\[\]|\{\}", plain), text
        assert not re.search(r"(\d+\.\d{7,})", plain), text
    for sentence in answer.sentences:
        assert "rank" not in sentence.text or "betweenness" in sentence.text
        if sentence.claims:
            number = len(sentence.claims)
            word = "one claim" if number == 1 else f"{number:,} claims"
            assert f"({word}, " in sentence.text
            assert list(sentence.claims) == sorted(set(sentence.claims))
            assert 0 <= sentence.undated <= number
    for row in answer.rows:
        assert len(row) == len(answer.columns)


@pytest.mark.parametrize("graph", GRAPHS)
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_answers_on_every_small_graph(graph: str, command: str) -> None:
    reader = GRAPHS[graph]
    for options in OPTIONS:
        context = context_of(reader, **options)
        answer = commands("A", "B")[command](context)
        check_grammar(answer, [*context.columns.labels, "A", "B"])
        for format_ in FORMATS:
            assert render(answer, format_).endswith("\n")


@pytest.mark.parametrize("options", OPTIONS[:6], ids=lambda options: "-".join(map(str, options.values())) or "stated")
@pytest.mark.parametrize("command", COMMANDS)
def test_every_sentence_on_the_keele_graph(reference_reader: Reader, command: str, options: dict[str, Any]) -> None:
    context = context_of(reference_reader, **options)
    other = FUNDER if command == "what-if --ending" else PARTNERSHIP
    answer = commands(KEELE, other)[command](context)
    check_grammar(answer, context.columns.labels)


@pytest.fixture(scope="module")
def why_iris(reference_reader: Reader) -> dict[str, tuple[str, str]]:
    return {claim.iri: (claim.from_.iri, claim.to.iri) for claim in read_claims(reference_reader, derived=True)}


@pytest.mark.parametrize("command", COMMANDS)
def test_the_claims_of_each_sentence_exist_and_why_gives_them(
    reference_reader: Reader, why_iris: dict[str, tuple[str, str]], command: str
) -> None:
    other = FUNDER if command == "what-if --ending" else PARTNERSHIP
    answer = commands(SCHOOL, other)[command](context_of(reference_reader, with_inferred=True))
    claims = {iri for sentence in answer.sentences for iri in sentence.claims}
    assert claims <= why_iris.keys()
    for iri in sorted(claims)[:4]:
        assert iri in {claim.iri for claim in explain_connection(reference_reader, *why_iris[iri])}


@pytest.mark.parametrize("command", COMMANDS)
def test_undated_claims_are_those_without_start_and_end(reference_reader: Reader, command: str) -> None:
    answer = commands(SCHOOL, PARTNERSHIP)[command](context_of(reference_reader))
    by_iri = {claim.iri: claim for claim in read_claims(reference_reader, derived=True)}
    for sentence in answer.sentences:
        undated = [iri for iri in sentence.claims if not (by_iri[iri].start_bounds or by_iri[iri].end_bounds)]
        assert sentence.undated == len(undated), sentence.text


def test_claims_shown_are_those_of_the_whole_graph(reference_reader: Reader) -> None:
    """What is looked up of single claims says what a scan of the graph says."""
    by_iri = {claim.iri: claim for claim in read_claims(reference_reader)}
    wanted = sorted(by_iri)[::7]
    found = lookup_claims(reference_reader, [*wanted, "https://e.org/nothing"])
    assert sorted(found) == wanted
    for iri in wanted:
        assert str(found[iri]).splitlines()[0] == str(by_iri[iri]).splitlines()[0]
        assert found[iri].evidence == by_iri[iri].evidence
        assert found[iri].dated_sentence == by_iri[iri].dated_sentence


def test_text_with_claims_numbers_them_and_shows_their_evidence(reference_reader: Reader) -> None:
    answer = commands(SCHOOL, FUNDER)["routes"](context_of(reference_reader))
    claims = lookup_claims(reference_reader, {iri for sentence in answer.sentences for iri in sentence.claims})
    text = answer.text(claims)
    assert "(3 claims, 2 undated). [1–3]" in text.replace("\n", " ")
    assert "“We are also a member of the West Midlands Social Work Teaching Partnership" in text.replace("\n", " ")
    numbers = [int(number) for number in re.findall(r"^\[(\d+)\] ", text, re.MULTILINE)]
    assert numbers == list(range(1, len(claims) + 1))


SCRIPT = """
import sys, gzip
from partnergraph.store import Reader
from partnergraph.analysis.rendering import FORMATS, render
from tests.analysis.network_graphs import commands, context_of
with gzip.open(sys.argv[1], "rt", encoding="utf-8") as lines:
    reader = Reader.nquads_lines(lines)
for options in ({}, {"with_inferred": True, "projection": "co-membership"}):
    for name, command in commands(sys.argv[2], sys.argv[3]).items():
        answer = command(context_of(reader, **options))
        for format_ in FORMATS:
            sys.stdout.write(render(answer, format_))
"""


def test_the_same_bytes_over_hash_seeds() -> None:
    here = Path(__file__).parent
    outputs = set()
    for seed in ("0", "1", "7", "23", "4242"):
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, str(here / "keele-reference.nq.gz"), SCHOOL, PARTNERSHIP],
            capture_output=True,
            check=True,
            cwd=here.parent.parent,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
        outputs.add(done.stdout)
    assert len(outputs) == 1
    assert len(outputs.pop()) > 20_000


def test_options_that_are_none_are_refused() -> None:
    from partnergraph.errors import UsageError

    with pytest.raises(UsageError, match=r"There is no projection 'x'\. There are: claims"):
        AnalysisOptions(projection="x")
    with pytest.raises(UsageError, match="'yesterday' is not a date"):
        AnalysisOptions(as_of="yesterday")
