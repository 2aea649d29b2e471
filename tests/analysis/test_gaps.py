"""The command `gaps`: open triads against networkx, and what peers have."""

from __future__ import annotations

from collections import Counter

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partnergraph.analysis.gaps import gaps
from partnergraph.claims.relationships import read_claims
from partnergraph.errors import UsageError
from partnergraph.store import Reader
from partnergraph.vocabulary import SKOS
from tests.analysis.network_graphs import context_of, iri_of, small_reader

KINDS = st.sampled_from(["partnership", "part-of"])
RENAMED = dict(
    zip([f"B{number:02}" for number in range(10)], ["the Z", "an A", *(f"m {n}" for n in range(8))], strict=True)
)
LINKS = st.lists(st.tuples(st.sampled_from("ABCDEFG"), st.sampled_from("ABCDEFG"), KINDS), min_size=1, max_size=16)


@settings(max_examples=60, deadline=None)
@given(LINKS)
def test_open_triads(links: list[tuple[str, str, str]]) -> None:
    """All pairs join; only those that are more than `part-of` make partners."""
    every: nx.Graph[str] = nx.Graph((a, b) for a, b, _ in links if a != b)
    partners: nx.Graph[str] = nx.Graph((a, b) for a, b, kind in links if a != b and kind != "part-of")
    answer = gaps(context_of(small_reader(links, focus="A", alone="A")))
    shared: Counter[str] = Counter()
    own = partners["A"] if partners.has_node("A") else {}
    for partner in own:
        shared.update(body for body in partners[partner] if body != "A" and body not in every["A"])
    assert {row[0]: row[4] for row in answer.rows} == dict(shared)
    assert [row[0] for row in answer.rows] == sorted(shared, key=lambda body: (-shared[body], body))


def test_the_sentence_on_the_keele_graph(reference_reader: Reader) -> None:
    answer = gaps(context_of(reference_reader))
    assert answer.sentences[0].text == (
        "National Institute for Health and Care Research is a partner of 2 of our partners (NIHR Collaboration for "
        "Leadership in Applied Health Research and Care West Midlands; and NIHR School for Primary Care Research); no "
        "counted claim joins it to us (4 claims, dates not stated)."
    )
    assert answer.rows[0][3] == "London"


def test_of_another_organisation_not_us(reference_reader: Reader) -> None:
    text = gaps(context_of(reference_reader), "Keele University").sentences[0].text
    assert "3 of the partners of Keele University (" in text
    assert "; no counted claim joins it to Keele University (" in text


def test_an_inferred_claim_is_not_passed_over() -> None:
    reader = small_reader([("A", "B"), ("B", "C"), ("A", "C")], inferred=[2], focus="A")
    text = gaps(context_of(reader)).sentences[0].text
    assert text == (
        "C is a partner of one of our partners (B); no counted claim joins it to us (one other claim names "
        "both) (3 claims, dates not stated)."
    )
    assert gaps(context_of(reader)).rows[0][-1] == 1
    assert not gaps(context_of(reader, with_inferred=True)).rows


def test_types_that_partners_of_peers_have(reference_reader: Reader) -> None:
    answer = gaps(context_of(reference_reader), "University of Warwick")
    texts = [sentence.text for sentence in answer.sentences if sentence.text.startswith("Partners of the type")]
    assert texts
    assert all("other bodies of the type university" in text for text in texts)
    places = [sentence.text for sentence in answer.sentences if sentence.text.startswith("Partners in ")]
    assert all(text.count("none is recorded for University of Warwick") for text in [*texts, *places])


def test_without_a_focus_a_name_is_needed() -> None:
    with pytest.raises(UsageError, match="does not say whose it is"):
        gaps(context_of(small_reader([("A", "B")])))


def test_nothing_to_tell() -> None:
    text = gaps(context_of(small_reader([("A", "B")], focus="A"))).sentences[0].text
    assert text == (
        "No organisation is a partner of our partners without being joined to us (one claim, date not stated)."
    )


def test_equals_stand_by_name_then_by_iri_and_the_rest_in_the_table() -> None:
    """Of ten bodies the names are in another order than the IRIs."""
    links = [("A", "P"), *(("P", f"B{number:02}") for number in range(12))]
    names = [f'<{iri_of(old)}> <{SKOS.prefLabel}> "{new}" <https://e.org/g> .\n' for old, new in RENAMED.items()]
    lines = [line for line in small_reader(links, focus="A").nquads() if "prefLabel" not in line or '"B0' not in line]
    context = context_of(Reader.nquads_lines([*lines, *names]))
    answer = gaps(context)
    labels = [str(row[0]) for row in answer.rows]
    assert labels == sorted(labels, key=str.casefold)
    assert labels[0] == "an A"
    rest = answer.sentences[10]
    assert rest.text == "Two more are partners of our partners: see the table (3 claims, dates not stated)."
    claims = {claim.iri: {claim.from_.label, claim.to.label} for claim in read_claims(context.reader)}
    behind = sorted(sorted(claims[iri]) for iri in rest.claims)
    assert behind == [
        ["A", "P"],
        *(["P", name] for name in labels[10:]),
    ]
