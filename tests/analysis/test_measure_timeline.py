"""A measure by year: each value against networkx on the claims of the year, and bounds that are bounds."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partnergraph.analysis.answer import AnalysisAnswer
from partnergraph.analysis.context import AnalysisContext, AnalysisOptions
from partnergraph.analysis.drawing import answer_network
from partnergraph.analysis.measure_timeline import BODY_MEASURES, MEASURES, NETWORK_MEASURES, measure_timeline
from partnergraph.analysis.projections import yearly
from partnergraph.claims.date_window import date_window, holds_in_window
from partnergraph.claims.entities import read_entities
from partnergraph.claims.relationships import read_claims
from partnergraph.cli.commands.timeline import MEASURES as CHOICES
from partnergraph.errors import UsageError
from partnergraph.page.step_chart import step_chart
from partnergraph.store import Reader
from tests.analysis.network_graphs import context_of, small_reader
from tests.analysis.test_sentences import check_grammar

KEELE = "https://w3id.org/partnergraph/id/org/keele-university"
TRIANGLE = [("A", "B"), ("B", "C"), ("C", "A")]
ALWAYS = ("2000-01-01", "2003-12-31")


def _texts(answer: AnalysisAnswer) -> list[str]:
    return [sentence.text for sentence in answer.sentences]


def _graph(reader: Reader, year: int, *, sure: bool) -> nx.Graph[str]:
    """The claims projection of a year, by the read model."""
    named = {entity.iri for entity in read_entities(reader).values() if entity.kind == "organisation"}
    graph: nx.Graph[str] = nx.Graph()
    for claim in read_claims(reader):
        stated = any(item.form != "inferred" for item in claim.evidence)
        ends = {claim.from_.iri, claim.to.iri}
        held = holds_in_window(claim.valid_from, claim.valid_until, date_window(f"{year}"))
        if (
            stated
            and claim.standing not in ("disputed", "superseded", "retracted")
            and claim.kind not in ("location", "succession")
            and len(ends) == 2
            and ends <= named
            and (held == "yes" or (held == "unknown" and not sure))
        ):
            graph.add_edge(*sorted(ends))
    return graph


REFERENCE: dict[str, Callable[[nx.Graph[str], str], float]] = {
    "degree": lambda graph, node: graph.degree(node),
    "reach": lambda graph, node: len(nx.node_connected_component(graph, node)) - 1,
    "core": lambda graph, node: nx.core_number(graph)[node],
    "betweenness": lambda graph, node: nx.betweenness_centrality(graph, normalized=False)[node],
    "pagerank": lambda graph, node: nx.pagerank(graph, tol=1e-12, max_iter=1000)[node],
    "constraint": lambda graph, node: nx.constraint(graph)[node],
    "effective-size": lambda graph, node: nx.effective_size(graph)[node],
    "organisations": lambda graph, _: len(graph),
    "pairs": lambda graph, _: graph.number_of_edges(),
    "largest-component": lambda graph, _: max(map(len, nx.connected_components(graph))),
    "largest-core": lambda graph, _: max(nx.core_number(graph).values()),
    "components": lambda graph, _: nx.number_connected_components(graph),
}


@pytest.mark.parametrize("measure", REFERENCE)
def test_each_value_is_that_of_networkx_on_the_claims_of_the_year(reference_reader: Reader, measure: str) -> None:
    body = KEELE if measure in BODY_MEASURES else None
    answer = measure_timeline(context_of(reference_reader), measure, body)
    values = {row[0]: row[1:] for row in answer.rows}
    assert len(values) > 50
    compared = 0
    for year in (2005, 2012, 2016, 2019, 2024):
        for place, sure in enumerate((True, False)):
            graph = _graph(reference_reader, year, sure=sure)
            if len(graph) and (body is None or body in graph):
                expected = REFERENCE[measure](graph, body or "")
                assert values[year][place] == pytest.approx(expected, rel=1e-5), (year, sure)
                compared += 1
            else:
                assert values[year][place] == MEASURES[measure].absent
    assert compared > 3


@pytest.mark.parametrize("projection", ["claims", "co-membership", "two-mode", "funding"])
def test_degrees_and_pairs_are_the_bands_of_the_projection(reference_reader: Reader, projection: str) -> None:
    context = context_of(reference_reader, projection=projection, with_inferred=True)
    bands = yearly(context.columns, projection, with_inferred=True, first=1900, last=2030)
    of_body = {year: (fewest, most) for year, fewest, most in bands.of(KEELE)}
    rows = measure_timeline(context, "degree", KEELE).rows
    if projection != "funding":  # arcs in both directions are one neighbour
        assert [of_body[int(str(row[0]))] for row in rows] == [row[1:] for row in rows]
    assert rows
    numbers = zip(bands.sure_pairs.tolist(), bands.possible_pairs.tolist(), strict=True)
    pairs = dict(zip(bands.years, numbers, strict=True))
    rows = measure_timeline(context, "pairs").rows
    assert [pairs.get(int(str(row[0])), row[1:]) for row in rows] == [row[1:] for row in rows]
    assert len(rows) > 15


DAYS = st.sampled_from(["", "2000-01-01", "2001-06-30", "2002-12-31", "2004-01-01"])
LINKS = st.lists(
    st.tuples(
        st.sampled_from("ABCDEF"),
        st.sampled_from("ABCDEF"),
        st.sampled_from(["partnership", "membership", "funding"]),
        st.tuples(DAYS, DAYS),
    ),
    min_size=1,
    max_size=14,
)


@settings(max_examples=40, deadline=None)
@given(LINKS, st.sampled_from(["claims", "co-membership", "two-mode", "funding"]))
def test_what_only_grows_has_bounds(links: list[Any], projection: str) -> None:
    dates = {number: link[3] for number, link in enumerate(links)}
    reader = small_reader([link[:3] for link in links], dates=dates, alone=["A"])
    context = context_of(reader, projection=projection)
    for measure, chosen in MEASURES.items():
        answer = measure_timeline(context, measure, "A" if measure in BODY_MEASURES else None)
        check_grammar(answer, [*context.columns.labels, "A"])
        for row in answer.rows:
            assert not chosen.bounded or row[1] <= row[2]  # type: ignore[operator]
            assert [year[0] for year in answer.rows] == sorted({year[0] for year in answer.rows})  # type: ignore[type-var]


def test_a_sentence_for_each_span_with_its_claims() -> None:
    dates = {0: ("2009-01-01", "2010-12-31"), 1: ("2010-01-01", "2010-06-30")}
    answer = measure_timeline(
        context_of(small_reader([("A", "B"), ("A", "C"), ("D", "A")], dates=dates)), "degree", "A"
    )
    assert _texts(answer) == [
        "2009: surely one neighbour, at most 2 (2 claims, one undated).",
        "2010: surely 2 neighbours, at most 3 (3 claims, one undated).",
    ]
    assert (answer.columns, answer.rows) == (("year", "surely", "at most"), ((2009, 1, 2), (2010, 2, 3)))
    assert answer.notes == ("Surely: by the dates, as far as they are recorded. At most: also what no date rules out.",)


def test_what_can_shrink_has_two_values_and_no_bounds() -> None:
    """Between A and C only B lies, surely; a claim that may hold would join them without it."""
    reader = small_reader(TRIANGLE, dates={0: ALWAYS, 1: ALWAYS, 2: ("", "2002-06-01")}, focus="B")
    answer = measure_timeline(context_of(reader), "betweenness")
    assert _texts(answer) == [
        "2000–2002: betweenness of what surely held 1, of what can have held 0 (3 claims, all dated).",
        "2003: betweenness of what surely held 1, of what can have held 1 (2 claims, all dated).",
    ]
    assert answer.columns == ("year", "of what surely held", "of what can have held")
    assert answer.notes == (
        "Betweenness can grow or shrink with one more pair: the two values are those of two graphs, what surely held "
        "and what can have held, and no bounds of what is true.",
    )


def test_many_spans_stand_in_the_table() -> None:
    links = [("A", f"B{number}") for number in range(30)]
    dates = {number: (f"{1990 + number}-01-01", "2025-12-31") for number in range(30)}
    answer = measure_timeline(context_of(small_reader(links, dates=dates)), "pairs")
    assert len(answer.rows) == 36
    assert _texts(answer)[-1] == "The years before 2000 stand in the table (10 claims, all dated)."
    assert _texts(answer)[-2].startswith("2019–2025: 30 pairs, surely so (30 claims, ")


def test_the_last_hundred_years_are_computed() -> None:
    reader = small_reader([("A", "B")], dates={0: ("1850-01-01", "2009-12-31")})
    answer = measure_timeline(context_of(reader), "pairs")
    assert answer.rows == tuple((year, 1, 1) for year in range(1910, 2010))
    assert answer.notes[-1] == "The years before 1910 are left out: the last 100 are computed."


def test_bodies_and_graphs_without_dates_or_claims() -> None:
    assert _texts(measure_timeline(context_of(small_reader([("A", "B")])), "pairs")) == [
        "No date is recorded of one counted claim (one claim, date not stated)."
    ]
    nothing = context_of(small_reader([], alone=["A"]))
    assert _texts(measure_timeline(nothing, "pairs")) == ["No claim is counted."]
    assert _texts(measure_timeline(nothing, "degree", "A")) == ["No counted claim joins A to another organisation."]


def test_questions_that_have_no_answer_are_refused() -> None:
    context = context_of(small_reader(TRIANGLE, focus="A"))
    with pytest.raises(UsageError, match=r"There is no measure 'fame' by year\. There are: degree, reach, "):
        measure_timeline(context, "fame")
    with pytest.raises(UsageError, match="'pairs' is a measure of the whole network: leave the organisation out"):
        measure_timeline(context, "pairs", "A")
    with pytest.raises(UsageError, match="A timeline is of all dates"):
        measure_timeline(AnalysisContext(context.reader, AnalysisOptions(as_of="2014")), "pairs")


def test_the_command_offers_every_measure() -> None:
    assert tuple(MEASURES) == CHOICES
    assert not BODY_MEASURES.keys() & NETWORK_MEASURES.keys()


def test_two_values_are_drawn_as_two_lines_with_gaps(reference_reader: Reader) -> None:
    context = context_of(reference_reader)
    chart = answer_network(measure_timeline(context, "pagerank", KEELE), context).graph["answer"]["chart"]
    assert (chart["noun"], chart["bounded"]) == ("PageRank", False)
    svg = step_chart([2000, 2001, 2002, 2003], [0.2, None, 0.1, 0.1], [0.05, 0.05, None, 0.3], "x", bounded=False)
    assert "X by year, 2000 to 2003: of what surely held from 0.1 to 0.2, of what can have held from 0.05 to 0.3" in svg
    assert 'class="surely"' not in svg
    assert 'class="possibly"' not in svg
    possible, sure = re.findall(r'<path class="edge" d="([^"h]+)"', svg)
    assert sure.count("M") == possible.count("M") == 2
    heights = [float(height) for height in re.findall(r" ([\d.]+)(?=[LM]|$)", sure)]
    assert len(heights) == 6
    zero = float(re.findall(r'class="axis" d="M44 ([\d.]+)H', svg)[0])
    assert zero - heights[0] == pytest.approx(2 * (zero - heights[-1]), abs=0.2)
    assert svg.count("stroke-dasharray") == 2  # the second line, and its key


def test_bounds_are_drawn_as_areas(reference_reader: Reader) -> None:
    context = context_of(reference_reader)
    answer = measure_timeline(context, "reach", KEELE)
    chart = answer_network(answer, context).graph["answer"]["chart"]
    assert chart["bounded"]
    assert [*zip(chart["years"], chart["surely"], chart["at_most"], strict=True)] == [*answer.rows]
    svg = step_chart(**chart)
    assert 'class="possibly" d="M' in svg
    assert "stroke-dasharray" not in svg


def test_a_body_is_found_by_its_name(reference_reader: Reader) -> None:
    by_name = measure_timeline(context_of(reference_reader), "core", "Keele University")
    assert by_name == measure_timeline(context_of(reference_reader), "core", KEELE)


def test_where_paths_are_many_pivots_and_the_last_years_are_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    links = [("A", f"B{number:02}") for number in range(30)] + [(f"B{n:02}", f"C{n:02}") for n in range(30)]
    dates = {number: (f"{1990 + number % 30}-01-01", "2025-12-31") for number in range(60)}
    context = context_of(small_reader(links, dates=dates))
    whole = measure_timeline(context, "betweenness", "A")
    assert not any("estimated" in note for note in whole.notes)
    monkeypatch.setattr("partnergraph.analysis.measure_timeline.EXACT", 1_000)
    monkeypatch.setattr("partnergraph.analysis.measure_timeline.PIVOTS", 5)
    monkeypatch.setattr("partnergraph.analysis.measure_timeline.WORK", 5_000)
    sampled = measure_timeline(context, "betweenness", "A")
    assert [*sampled.notes[-2:]] == [
        f"The years before {sampled.rows[0][0]} are left out: the last {len(sampled.rows)} are computed.",
        "Where pairs are many, betweenness is estimated from 5 bodies, drawn with a fixed seed.",
    ]
    assert 10 <= len(sampled.rows) < len(whole.rows)
    assert sampled.rows[-1][0] == 2025
    assert measure_timeline(context_of(context.reader), "betweenness", "A") == sampled
    # Paths from five of 61 bodies: of the order of those from all.
    true, estimated = (float(answer.rows[-1][2] or 0) for answer in (whole, sampled))
    assert true / 3 < estimated < true * 3
    monkeypatch.setattr("partnergraph.analysis.measure_timeline.WORK", 1)
    assert len(measure_timeline(context, "betweenness", "A").rows) == 10


def test_where_pairs_are_many_modularity_is_the_best_of_few_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    links = [(f"A{n % 6}", f"A{(n * n + 1) % 7}x") for n in range(30)]
    dates = {number: (f"{1990 + number}-01-01", "2025-12-31") for number in range(30)}
    context = context_of(small_reader(links, dates=dates))
    whole = measure_timeline(context, "modularity")
    monkeypatch.setattr("partnergraph.analysis.measure_timeline.ALL_SEEDS", 10)
    monkeypatch.setattr("partnergraph.analysis.measure_timeline.SEED_WORK", 10)
    few = measure_timeline(context, "modularity")
    assert few.notes[-2:] == (
        "The years before 2016 are left out: the last 10 are computed.",
        "Modularity is here the best of 3 seeds.",
    )
    for all_seeds, three in zip(whole.rows[-10:], few.rows, strict=True):
        assert all_seeds[0] == three[0]
        assert float(three[2] or 0) <= float(all_seeds[2] or 0)
