"""Measures of large graphs beside networkx, rustworkx and igraph, in one run: processor time on made-up graphs.

rustworkx and igraph (GPL) are references alone, never dependencies: `pip install rustworkx igraph`; without them their
columns stay empty. ``python -m pytest -m benchmark -n 0 -s tests/benchmarks/test_network.py`` takes some minutes.

Goals at a million pairs: PageRank, betweenness by pivots, core numbers and constraint within 1.5 times of the fastest,
components and cut points within 2.5 times.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any

import networkx as nx
import numpy as np
import pytest

from partnergraph.analysis import sparse_measures, triangles
from partnergraph.analysis.block_tree import BlockTree
from partnergraph.analysis.communities import communities
from partnergraph.analysis.measures import NetworkMeasures, measure_table
from partnergraph.analysis.pair_graph import PairGraph
from partnergraph.analysis.stability import rank_bands
from tests.analysis.test_measures import made_up
from tests.benchmarks.processor import taken

pytestmark = pytest.mark.benchmark

GOALS = {"PageRank": 1.5, "betweenness": 1.5, "core numbers": 1.5, "constraint": 1.5, "components": 2.5}
GOALS["cut points, bridges"] = 2.5
PIVOTS = 50
# networkx would take minutes for these at a million pairs, and for the last ones already at a hundred thousand.
SLOW = dict.fromkeys(
    "PageRank|betweenness|eigenvector|core numbers|cut points, bridges|communities".split("|"), 100_000
)
SLOW["constraint"] = 10_000

Calls = dict[str, Callable[[], object]]


def _ours(graph: PairGraph) -> Calls:
    projection = made_up(len(graph.pairs))

    def fresh() -> NetworkMeasures:
        return NetworkMeasures(projection, sparse_measures)

    def eigenvector() -> object:
        measures = fresh()
        measures.__dict__["component"] = np.ones(graph.size, dtype=np.int64)
        return measures.eigenvector

    return {
        "adjacency": lambda: PairGraph(graph.size, graph.pairs, graph.weights).matrix(),
        "PageRank": lambda: fresh().pagerank,
        "betweenness": lambda: sparse_measures.shortest_path_measures(graph, _pivots(graph), harmonic=False),
        "eigenvector": eigenvector,
        "core numbers": lambda: sparse_measures.core_numbers(graph),
        "components": lambda: sparse_measures.components(graph),
        "cut points, bridges": lambda: BlockTree(graph, sparse_measures.blocks(graph)),
        "separated by each": lambda: BlockTree(graph, sparse_measures.blocks(graph)).counts,
        "constraint": lambda: triangles.structural_holes(graph),
        "communities": lambda: sparse_measures.partition(graph, 0),
    }


def _pivots(graph: PairGraph) -> Any:
    return np.arange(PIVOTS, dtype=np.int64) * (graph.size // PIVOTS)


def _networkx(graph: PairGraph) -> Calls:
    network = graph.to_networkx()
    return {
        "adjacency": graph.to_networkx,
        "PageRank": lambda: nx.pagerank(network, tol=1e-12 / graph.size),
        "betweenness": lambda: nx.betweenness_centrality(network, k=PIVOTS, seed=0),
        "eigenvector": lambda: nx.eigenvector_centrality(network, max_iter=1000),
        "core numbers": lambda: nx.core_number(network),
        "components": lambda: list(nx.connected_components(network)),
        "cut points, bridges": lambda: (list(nx.articulation_points(network)), list(nx.bridges(network))),
        "constraint": lambda: nx.constraint(network),
        "communities": lambda: nx.community.louvain_communities(network, seed=0),
    }


def _rustworkx(graph: PairGraph) -> Calls:
    import rustworkx as rx

    pairs = list(map(tuple, graph.pairs.tolist()))
    directed = [*pairs, *((end, start) for start, end in pairs)]  # its PageRank knows directed graphs alone

    def build(edges: list[Any], kind: Any) -> Any:
        network = kind()
        network.add_nodes_from(range(graph.size))
        network.extend_from_edge_list(edges)
        return network

    network, arcs = build(pairs, rx.PyGraph), build(directed, rx.PyDiGraph)
    return {
        "adjacency": lambda: build(pairs, rx.PyGraph),
        "PageRank": lambda: rx.pagerank(arcs, tol=1e-12, max_iter=1000),
        "eigenvector": lambda: rx.eigenvector_centrality(network, max_iter=1000),
        "core numbers": lambda: rx.core_number(network),
        "components": lambda: rx.connected_components(network),
        "cut points, bridges": lambda: (rx.articulation_points(network), rx.bridges(network)),
    }


def _igraph(graph: PairGraph) -> Calls:
    import igraph as ig

    network = ig.Graph(n=graph.size, edges=graph.pairs)
    pivots = _pivots(graph).tolist()
    return {
        "adjacency": lambda: ig.Graph(n=graph.size, edges=graph.pairs),
        "PageRank": network.pagerank,
        "betweenness": lambda: network.betweenness(sources=pivots, targets=list(range(graph.size))),
        "eigenvector": network.eigenvector_centrality,
        "core numbers": network.coreness,
        "components": network.connected_components,
        "cut points, bridges": lambda: (network.articulation_points(), network.bridges()),
        "constraint": network.constraint,
        "communities": lambda: network.community_leiden("modularity", n_iterations=1),
    }


@pytest.mark.filterwarnings("ignore")  # of the other libraries
@pytest.mark.parametrize("pairs", [10_000, 100_000, 1_000_000])
def test_measures_beside_networkx_rustworkx_and_igraph(pairs: int) -> None:
    graph = PairGraph.of(made_up(pairs))
    others = {"networkx": _networkx(graph)}
    for name, calls in (("rustworkx", _rustworkx), ("igraph", _igraph)):
        if importlib.util.find_spec(name):
            others[name] = calls(graph)
    print(f"\n{graph.size:,} bodies, {len(graph.pairs):,} pairs; milliseconds of processor time")
    print(f"{'':22}{'ours':>10}" + "".join(f"{name:>12}" for name in others) + "   of the fastest other")
    rounds = 1 if pairs > 500_000 else 3
    for measure, call in _ours(graph).items():
        call()
        ours = taken(call, rounds)
        times = {
            name: taken(calls[measure], rounds if name != "networkx" else 1)
            for name, calls in others.items()
            if measure in calls and (name != "networkx" or pairs <= SLOW.get(measure, pairs))
        }
        cells = "".join(f"{times[name]:12.1f}" if name in times else f"{'-':>12}" for name in others)
        ratio = f"{ours / min(times.values()):8.2f}" if times else ""
        goal = f"  (goal {GOALS[measure]})" if measure in GOALS and pairs == 1_000_000 else ""
        print(f"{measure:22}{ours:10.1f}{cells}   {ratio}{goal}", flush=True)
        assert ours > 0


@pytest.mark.parametrize("pairs", [1_000, 2_000, 2_500, 10_000, 100_000])
def test_what_a_whole_answer_takes(pairs: int) -> None:
    """All measures, rank bands and communities: seconds of processor time."""
    projection = made_up(pairs)
    measures = NetworkMeasures(projection)
    table = taken(lambda: measure_table(projection, measures), 1) / 1000
    bands = taken(lambda: rank_bands(projection, measures), 1) / 1000
    sets = taken(lambda: communities(projection), 1) / 1000
    print(f"{pairs:>9,} pairs: table {table:6.2f} s, bands {bands:6.2f} s, communities {sets:6.2f} s")
    assert min(table, bands, sets) > 0
