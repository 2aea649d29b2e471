"""The command `routes`: the acceptance values, and all routes against networkx."""

from __future__ import annotations

from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partnergraph.analysis.pair_graph import PairGraph
from partnergraph.analysis.routes import LONGEST, edge_disjoint, routes, shortest_paths
from partnergraph.errors import QueryError, UsageError
from partnergraph.store import Reader
from tests.analysis.network_graphs import context_of, small_reader
from tests.analysis.projection_of import projection_of

ORG = "https://w3id.org/partnergraph/id/org/"
SCHOOL, FUNDER = "school-of-primary-community-and-social-care", "department-for-education"


def test_the_acceptance_values(reference_reader: Reader, accept: dict[str, Any]) -> None:
    answer = routes(context_of(reference_reader), ORG + SCHOOL, ORG + FUNDER)
    paths: dict[int, list[str]] = {}
    for row in answer.rows:
        cells: dict[str, Any] = dict(zip(answer.columns, row, strict=True))
        path = paths.setdefault(cells["route"], [cells["from iri"]])
        if path[-1] != cells["to iri"]:
            path.append(cells["to iri"])
    found = [[iri.removeprefix(ORG) for iri in path] for path in paths.values()]
    assert found == accept["stated/claims/routes_school_to_department_for_education"]
    assert answer.sentences[0].text == (
        "Route 1, 2 steps: School of Primary, Community and Social Care – West Midlands Social Work Teaching "
        "Partnership – Department for Education (3 claims, 2 undated)."
    )
    assert set(answer.highlight.claims) == {iri for sentence in answer.sentences for iri in sentence.claims}


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10_000), st.integers(3, 9), st.floats(0.15, 0.7), st.booleans(), st.integers(1, 12))
def test_all_routes_in_order(seed: int, size: int, density: float, directed: bool, most: int) -> None:
    graph: Any = nx.gnp_random_graph(size, density, seed=seed, directed=directed)
    paths = nx.all_simple_paths(graph, 0, size - 1, cutoff=LONGEST)
    expected = sorted(paths, key=lambda path: (len(path), path))[:most]
    assert shortest_paths(PairGraph.of(projection_of(graph)), 0, size - 1, most) == expected


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(3, 9), st.floats(0.2, 0.7))
def test_how_many_routes_have_no_pair_in_common(seed: int, size: int, density: float) -> None:
    graph = nx.gnp_random_graph(size, density, seed=seed)
    number = edge_disjoint(PairGraph.of(projection_of(graph)), 0, size - 1)
    paths = list(nx.edge_disjoint_paths(graph, 0, size - 1)) if nx.has_path(graph, 0, size - 1) else []
    assert number == len(paths)


def test_above_2000_pairs_by_scipy_the_same() -> None:
    graph = nx.gnm_random_graph(400, 2_300, seed=5)
    projection = projection_of(graph)
    assert edge_disjoint(PairGraph.of(projection), 0, 399) == nx.edge_connectivity(graph, 0, 399)


def test_no_route() -> None:
    links = [("A", "B"), ("C", "D")]
    answer = routes(context_of(small_reader(links)), "A", "D")
    assert [sentence.text for sentence in answer.sentences] == [
        "No route of up to 6 steps is recorded between A and D."
    ]
    chain = [(a, b) for a, b in zip("ABCDEFG", "BCDEFGH", strict=True)]
    assert not routes(context_of(small_reader(chain)), "A", "H").rows
    assert len(routes(context_of(small_reader(chain)), "A", "G").rows) == 6


def test_in_the_funding_projection_routes_follow_the_money() -> None:
    reader = small_reader([("A", "B", "funding"), ("B", "C", "funding")])
    assert len(routes(context_of(reader, projection="funding"), "A", "C").rows) == 2
    assert not routes(context_of(reader, projection="funding"), "C", "A").rows


def test_each_step_says_what_its_claims_say() -> None:
    dates = {0: ("2009-01-01", "2012-12-31")}
    reader = small_reader([("A", "B", "membership"), ("B", "C", "funding"), ("C", "B")], dates=dates)
    texts = [sentence.text for sentence in routes(context_of(reader), "A", "C").sentences]
    assert texts[1:] == [
        "A is a member of B, from 2009-01-01, until 2012-12-31 (one claim, dated).",
        "B funds C; C is a partner of B (2 claims, dates not stated).",
    ]


def test_a_step_of_many_claims_counts_those_that_say_the_same() -> None:
    years = [2001, 2001, 2002, 2003, 2004, 2004]
    dates = {number: (f"{year}-01-01", f"{year}-12-31") for number, year in enumerate(years)}
    reader = small_reader([("A", "B", "funding")] * 6, dates=dates)
    assert routes(context_of(reader), "A", "B").sentences[1].text == (
        "A funds B, from 2001-01-01, until 2001-12-31 (2 claims); A funds B, from 2002-01-01, until 2002-12-31; "
        "A funds B, from 2003-01-01, until 2003-12-31; 2 more claims (6 claims, all dated)."
    )


def test_wrong_names() -> None:
    context = context_of(small_reader([("A", "B")]))
    with pytest.raises(UsageError, match=r"'A' and 'A' are one body, A\. Name two\."):
        routes(context, "A", "A")
    with pytest.raises(QueryError, match="Nothing here is called 'Zebra'"):
        routes(context, "A", "Zebra")
    with pytest.raises(UsageError, match="ask for one or more"):
        routes(context, "A", "B", 0)


def test_a_group_is_no_node() -> None:
    reader = small_reader([("two trusts", "B", "membership"), ("A", "B")], groups=["two trusts"])
    texts = [sentence.text for sentence in routes(context_of(reader), "A", "two trusts").sentences]
    assert texts[0] == "two trusts is an unnamed group, which no projection has as a node."
