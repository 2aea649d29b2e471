"""Published values of five networks, whichever way they are computed.

Zachary's karate club (1977, J. Anthropol. Res. 33, 452): betweenness as igraph and networkx print it; the best
modularity, 0.4198 with four sets, as Aloise et al. 2010 (Phys. Rev. E 82, 046112) prove it.
Southern women (Davis, Gardner & Gardner 1941; measures of two-mode graphs: Borgatti & Halgin 2011, as cited by
networkx's tests). Krackhardt's kite (1990, Adm. Sci. Q. 35, 342). Florentine families (Padgett & Ansell 1993, Am. J.
Sociol. 98, 1259). Borgatti's example of structural holes (by UCINET and by hand, as in networkx's tests).
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import networkx as nx
import numpy as np
import pytest
from networkx.algorithms import bipartite

from partnergraph.analysis import networkx_measures, sparse_measures
from partnergraph.analysis.communities import communities
from partnergraph.analysis.measures import NetworkMeasures, in_order
from tests.analysis.projection_of import projection_of

either_way = pytest.mark.parametrize("module", [networkx_measures, sparse_measures], ids=["networkx", "sparse"])


def _unweighted(graph: nx.Graph[Any]) -> nx.Graph[Any]:
    return nx.Graph(list(graph.edges()))


def _measures(graph: nx.Graph[Any], module: ModuleType) -> tuple[NetworkMeasures, dict[Any, int]]:
    return NetworkMeasures(projection_of(graph), module), {node: place for place, node in enumerate(graph)}


def _karate() -> nx.Graph[int]:
    """Numbered from 1, as published."""
    return nx.relabel_nodes(_unweighted(nx.karate_club_graph()), lambda node: node + 1)


@either_way
def test_karate_club(module: ModuleType) -> None:
    graph = _karate()
    measures, place = _measures(graph, module)
    assert (len(graph), len(measures.graph.pairs)) == (34, 78)
    names = list(graph)
    assert [names[position] for position in in_order(measures.betweenness)[:5]] == [1, 34, 33, 3, 32]
    assert measures.betweenness[place[1]] == pytest.approx(231.071, abs=0.001)
    assert measures.betweenness[place[34]] == pytest.approx(160.552, abs=0.001)
    assert [names[position] for position in measures.cut_points] == [1]
    assert [{names[a], names[b]} for a, b in measures.bridges.tolist()] == [{1, 12}]
    assert measures.core.max() == 4
    assert int((measures.core == 4).sum()) == 10


@either_way
def test_communities_of_the_karate_club(module: ModuleType) -> None:
    found = communities(projection_of(_karate()), module)
    assert found.modularity == pytest.approx(0.41979, abs=0.00001)
    assert found.labels.max() + 1 == 4


@either_way
def test_southern_women(module: ModuleType) -> None:
    """Two-mode measures, normalised as Borgatti & Everett 1997 define them."""
    graph = nx.davis_southern_women_graph()
    women = [node for node, kind in graph.nodes(data="bipartite") if kind == 0]
    events = [node for node, kind in graph.nodes(data="bipartite") if kind == 1]
    assert (len(women), len(events), graph.number_of_edges()) == (18, 14, 89)
    measures, place = _measures(graph, module)
    for body, degree, between in (("E8", 0.78, 0.24), ("Evelyn Jefferson", 0.57, 0.10)):
        own, others = (len(events), len(women)) if body in events else (len(women), len(events))
        assert measures.degree[place[body]] / others == pytest.approx(degree, abs=0.005)
        most = _most_between(own, others)
        assert measures.betweenness[place[body]] / most == pytest.approx(between, abs=0.005)
    closeness = bipartite.closeness_centrality(graph, women)
    assert (round(closeness["E8"], 2), round(closeness["Evelyn Jefferson"], 2)) == (0.85, 0.80)
    joint = bipartite.weighted_projected_graph(graph, women)
    assert joint["Theresa Anderson"]["Evelyn Jefferson"]["weight"] == 7
    one_mode, position = _measures(joint, module)
    assert one_mode.strength[position["Evelyn Jefferson"]] == joint.degree("Evelyn Jefferson", weight="weight") == 50


def _most_between(own: int, others: int) -> float:
    """The greatest betweenness of a node in a two-mode graph with so many nodes of its own sort and of the other."""
    s, t = divmod(own - 1, others)
    return (others**2 * (s + 1) ** 2 + others * (s + 1) * (2 * t - s - 1) - t * (2 * s - t + 3)) / 2


@either_way
def test_krackhardts_kite(module: ModuleType) -> None:
    names = "Andre Beverly Carol Diane Ed Fernando Garth Heather Ike Jane".split()
    graph = nx.relabel_nodes(nx.krackhardt_kite_graph(), dict(enumerate(names)))
    measures, place = _measures(graph, module)
    assert [names[position] for position in in_order(measures.degree.astype(np.float64))[:3]] == [
        *("Diane", "Fernando", "Garth")
    ]
    assert measures.degree[place["Diane"]] == 6
    assert measures.betweenness[place["Heather"]] == pytest.approx(14)
    assert measures.betweenness[place["Heather"]] / 36 == pytest.approx(0.389, abs=0.0005)
    assert [names[position] for position in measures.cut_points] == ["Heather", "Ike"]
    assert [(names[a], names[b]) for a, b in measures.bridges.tolist()] == [("Heather", "Ike"), ("Ike", "Jane")]
    closeness = nx.closeness_centrality(graph)
    assert round(closeness["Fernando"], 3) == round(closeness["Garth"], 3) == 0.643


@either_way
def test_florentine_families(module: ModuleType) -> None:
    graph = nx.florentine_families_graph()
    measures, place = _measures(graph, module)
    pairs = (len(graph) - 1) * (len(graph) - 2) / 2
    for family, between in (("Medici", 0.522), ("Guadagni", 0.255), ("Albizzi", 0.212)):
        assert measures.betweenness[place[family]] / pairs == pytest.approx(between, abs=0.0005)


def test_borgattis_structural_holes() -> None:
    """Each tie equally strong."""
    graph = nx.Graph(["AB", "AF", "AG", "AE", "EG", "FG", "BG", "BD", "DG", "GC"])
    measures, place = _measures(graph, networkx_measures)
    for node, constraint in (("A", 0.595), ("C", 1.0), ("G", 0.4)):
        assert measures.constraint[place[node]] == pytest.approx(constraint, abs=0.001)
    for node, size in (("G", 4.67), ("A", 2.50), ("C", 1.0)):
        assert measures.effective_size[place[node]] == pytest.approx(size, abs=0.005)
