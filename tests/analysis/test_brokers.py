"""The command `brokers`: the acceptance values, and every count by really removing each body."""

from __future__ import annotations

from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partnergraph.analysis.brokers import COLUMNS, brokers
from partnergraph.errors import QueryError
from partnergraph.store import Reader
from tests.analysis.network_graphs import context_of, iri_of, small_reader

Rows = dict[str, dict[str, Any]]
LINKS = st.lists(st.tuples(st.sampled_from("ABCDEFGH"), st.sampled_from("ABCDEFGH")), min_size=1, max_size=14)


def short(iri: str) -> str:
    return iri.rsplit("/", 1)[1]


def rows_of(answer: Any) -> Rows:
    assert answer.columns == COLUMNS
    return {short(row[1]): dict(zip(answer.columns, row, strict=True)) for row in answer.rows}


def test_the_acceptance_values(reference_reader: Reader, accept: dict[str, Any]) -> None:
    answer = brokers(context_of(reference_reader))
    rows = rows_of(answer)
    assert [short(iri) for iri in answer.highlight.rings] == accept["stated/claims/articulation_points"]
    assert [short(iri) for iri in answer.highlight.dashed_rings] == ["primary-care-research-consortium"]
    assert set(accept["stated/claims/articulation_points"]) <= rows.keys()
    assert {name for name, row in rows.items() if row["only through it, stated"]} == {*answer_rings(answer)}
    for name, value in accept["stated/claims/betweenness_top15_raw"][:10]:
        assert rows[name]["betweenness"] == pytest.approx(value, rel=1e-5)
    for name, value in accept["stated/claims/constraint_lowest15"]:
        if name in rows:
            assert rows[name]["constraint"] == pytest.approx(value, abs=1e-5)
    partnership = rows["west-midlands-social-work-teaching-partnership"]
    assert (partnership["only through it, stated"], partnership["only through it, with inferred"]) == (2, 8)
    bands = {row[0]: (row[2], row[3], row[4]) for row in accept["more/stated/stability_betweenness_200_rounds"]["top"]}
    for name, band in bands.items():
        row = rows[name]
        assert (row["rank, lowest"], row["rank, highest"], row["rounds in the top five"]) == band


def answer_rings(answer: Any) -> list[str]:
    return [short(iri) for iri in answer.highlight.rings]


def test_the_partnership_alone_joins_two_and_with_inferred_claims_eight(reference_reader: Reader) -> None:
    sentences = [sentence.text for sentence in brokers(context_of(reference_reader)).sentences]
    [text] = [text for text in sentences if text.startswith("Only through West Midlands Social Work")]
    assert text == (
        "Only through West Midlands Social Work Teaching Partnership are 2 others joined to School of Primary, "
        "Community and Social Care: Department for Education and Heart of Worcestershire College; with inferred "
        "claims, 8 (3 claims, 2 undated)."
    )


def test_with_inferred_claims_the_first_is_another(reference_reader: Reader, accept: dict[str, Any]) -> None:
    answer = brokers(context_of(reference_reader, with_inferred=True))
    rows = sorted(rows_of(answer).values(), key=lambda row: row["rank"] or 999)
    assert [short(row["iri"]) for row in rows[:4]] == [
        name for name, _ in accept["with-inferred/claims/betweenness_top15_raw"][:4]
    ]


@settings(max_examples=40, deadline=None)
@given(LINKS)
def test_each_count_by_really_removing(links: list[tuple[str, str]]) -> None:
    graph: nx.Graph[str] = nx.Graph((a, b) for a, b in links if a != b)
    focus = links[0][0]
    rows = rows_of(brokers(context_of(small_reader(links, focus=focus))))
    for body in graph:
        component = nx.node_connected_component(graph, body)
        rest = graph.subgraph(component - {body})
        parts = sorted(nx.connected_components(rest), key=lambda part: (-len(part), min(part)))
        home = next((part for part in parts if focus in part and body != focus), parts[0] if parts else set())
        expected = len(component) - 1 - len(home)
        assert rows.get(body, {"only through it, stated": 0})["only through it, stated"] == expected


def test_one_and_several_are_said_differently() -> None:
    links = [("A", "B"), ("B", "C"), ("A", "X"), *(("X", name) for name in ("P", "Q", "R", "S"))]
    texts = [sentence.text for sentence in brokers(context_of(small_reader(links, focus="A"))).sentences]
    assert texts[0] == "Only through X are 4 others joined to A: P, Q, R and one more (4 claims, dates not stated)."
    assert texts[1] == "Only through B is one other organisation, C, joined to A (one claim, date not stated)."


def test_without_a_focus_the_largest_rest_counts() -> None:
    links = [("A", "B"), ("B", "C"), ("C", "A"), ("C", "D")]
    answer = brokers(context_of(small_reader(links)))
    assert answer.sentences[0].text.startswith("Only through C is one other organisation, D, joined to the rest")
    assert answer.highlight.rings == (iri_of("C"),)
    assert answer.highlight.sizes == {iri_of("A"): 1, iri_of("B"): 1, iri_of("C"): 3, iri_of("D"): 1}


def test_where_nobody_alone_joins_another() -> None:
    links = [("A", "B"), ("B", "C"), ("C", "A")]
    answer = brokers(context_of(small_reader(links, focus="A")))
    assert answer.sentences[0].text.startswith("No organisation alone joins another one to A")


def test_an_unknown_name_is_an_error_with_candidates(reference_reader: Reader) -> None:
    with pytest.raises(QueryError, match="Did you mean: Keele University"):
        brokers(context_of(reference_reader), "Keele")


def test_without_inferred_claims_both_sorts_share_their_measures() -> None:
    links = [("A", "B"), ("B", "C"), ("C", "D")]
    context = context_of(small_reader(links))
    stated, inferred = map(context.measures, context.both)
    assert stated is inferred
    context = context_of(small_reader(links, inferred=[2]))
    stated, inferred = map(context.measures, context.both)
    assert (len(stated.graph.pairs), len(inferred.graph.pairs)) == (2, 3)
    assert context.measures(context.both[1]) is inferred
