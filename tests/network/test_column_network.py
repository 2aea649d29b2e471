"""The network from the columns of the claims: the same as one that is read whole, whatever is done with it."""

from __future__ import annotations

import copy
import json
import operator
import pickle
from collections.abc import Callable, Mapping
from typing import Any

import networkx as nx
import pytest

from partnergraph import PartnerGraph, UsageError
from partnergraph.export.network_files import csv_files, gexf, graphml
from partnergraph.network import column_network as module
from partnergraph.network.lazy_attributes import UNREAD, LazyAttributes
from partnergraph.page import draw

OPTIONS: list[dict[str, Any]] = [{}, {"inferred": False}, {"places": True}, {"as_of": "2016"}, {"as_of": "2021-06-01"}]
KNOWN_OF_NODES = ("label", "sort", "type")
KNOWN_OF_EDGES = tuple(
    "holds kind label forward inverse symmetric valid_from valid_until standing inferred derived rule".split()
)


def ids(options: dict[str, Any]) -> str:
    """The name of a case."""
    return "-".join(f"{name}={value}" for name, value in options.items()) or "all"


@pytest.mark.parametrize("lookups", [0, 10**9], ids=["read at once", "looked up"])
@pytest.mark.parametrize("options", OPTIONS, ids=ids)
def test_nodes_edges_and_attributes_are_those_of_the_network_that_is_read_whole(
    graph: PartnerGraph, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], lookups: int
) -> None:
    monkeypatch.setattr(module, "_FEWEST_LOOKUPS", lookups)
    whole, lazy = (graph.network(**options, evidence=evidence) for evidence in (True, False))
    assert list(lazy) == list(whole)
    assert list(lazy.edges(keys=True)) == list(whole.edges(keys=True))
    assert lazy.graph == whole.graph
    assert any(isinstance(data, LazyAttributes) for _, data in lazy.nodes(data=True))
    for iri, expected in whole.nodes(data=True):
        assert lazy.nodes[iri] == expected, iri
        assert list(lazy.nodes[iri]) == list(expected)
    for start, end, key, expected in whole.edges(keys=True, data=True):
        assert lazy.edges[start, end, key] == expected, key
        assert list(lazy.edges[start, end, key]) == list(expected)


@pytest.mark.parametrize("options", OPTIONS, ids=ids)
def test_what_is_in_memory_is_given_without_reading(
    graph: PartnerGraph, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any]
) -> None:
    whole, lazy = (graph.network(**options, evidence=evidence) for evidence in (True, False))

    def fail(*_: object) -> None:
        raise AssertionError("read")

    monkeypatch.setattr(module._Records, "node", fail)
    monkeypatch.setattr(module._Records, "edge", fail)
    for iri, expected in whole.nodes(data=True):
        assert {name: lazy.nodes[iri][name] for name in KNOWN_OF_NODES} == {
            name: expected[name] for name in KNOWN_OF_NODES
        }
        assert "identifiers" in lazy.nodes[iri]
    for start, end, key, expected in whole.edges(keys=True, data=True):
        known = lazy.edges[start, end, key]
        assert {name: known[name] for name in KNOWN_OF_EDGES} == {name: expected[name] for name in KNOWN_OF_EDGES}
        assert known.get("weight", 7) == 7
        assert "evidence" in known
        assert "weight" not in known
    assert [*lazy.edges(data="kind")] == [*whole.edges(data="kind")]
    assert nx.density(lazy) == nx.density(whole)
    evidence = [data for *_, data in lazy.edges(data=True) if isinstance(data, LazyAttributes)]
    with pytest.raises(AssertionError, match="read"):
        evidence[0]["evidence"]


COPIES: dict[str, Callable[[nx.MultiDiGraph[str]], Any]] = {
    "copy": lambda network: nx.to_dict_of_dicts(network.copy()),
    "deepcopy": lambda network: nx.to_dict_of_dicts(copy.deepcopy(network)),
    "pickle": lambda network: nx.to_dict_of_dicts(pickle.loads(pickle.dumps(network))),
    "to_dict_of_dicts as JSON": lambda network: json.dumps(nx.to_dict_of_dicts(network)),
    "nodes as JSON": lambda network: json.dumps(dict(network.nodes(data=True))),
    "node_link_data": lambda network: json.dumps(nx.node_link_data(network, edges="links")),
    "undirected": lambda network: sorted(map(str, nx.MultiGraph(network).edges(data=True))),
    "reverse": lambda network: nx.to_dict_of_dicts(network.reverse()),
    "subgraph": lambda network: nx.to_dict_of_dicts(network.subgraph(sorted(network)[:20]).copy()),
    "csv": csv_files,
    "graphml": graphml,
    "gexf": gexf,
    "page": lambda network: draw(network).html,
}


@pytest.mark.parametrize("name", COPIES)
def test_copies_and_files_are_those_of_the_network_that_is_read_whole(graph: PartnerGraph, name: str) -> None:
    made = COPIES[name]
    assert made(graph.network(evidence=False)) == made(graph.network(evidence=True))


def test_copies_hold_plain_dictionaries(graph: PartnerGraph) -> None:
    network = graph.network(evidence=False)
    for other in (network.copy(), pickle.loads(pickle.dumps(network)), copy.deepcopy(network)):
        assert {type(data) for *_, data in other.edges(data=True)} == {dict}
        assert {type(data) for _, data in other.nodes(data=True)} == {dict}


def test_a_large_graph_is_read_when_it_is_used(graph: PartnerGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    def kinds(network: nx.MultiDiGraph[str]) -> set[type]:
        return {type(data) for *_, data in network.edges(data=True)}

    fresh = PartnerGraph(graph.reader)
    assert kinds(fresh.network()) == {dict}
    monkeypatch.setattr("partnergraph.graph.MAX_READ_CLAIMS", 10)
    fresh = PartnerGraph(graph.reader)
    assert LazyAttributes in kinds(fresh.network())
    assert LazyAttributes in kinds(fresh.as_of("2016").network())
    assert kinds(fresh.network(evidence=True)) == kinds(fresh.network(derived=True)) == {dict}
    with pytest.raises(UsageError, match="evidence=False: leave out derived=True"):
        fresh.network(evidence=False, derived=True)
    then = fresh.as_of("2016").network()
    assert list(then.edges(keys=True)) == list(fresh.network(as_of="2016", evidence=True).edges(keys=True))


class _Source:
    """Three attributes, of which the second is known for even places alone."""

    names = ("a", "b", "c")

    def __init__(self) -> None:
        self.places: list[int] = []
        self.known: Mapping[str, Callable[[int], Any]] = {
            "a": lambda place: place,
            "b": lambda place: UNREAD if place % 2 else "even",
        }

    def read(self, place: int) -> dict[str, Any]:
        self.places.append(place)
        return {"a": place, "b": "odd" if place % 2 else "even", "c": [place]}


OPERATIONS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "get": lambda d: (d["a"], d["b"], d["c"], d.get("c"), d.get("x"), d.get("x", 2)),
    "in": lambda d: ("a" in d, "c" in d, "x" in d),
    "iterate": lambda d: ([*d], [*reversed(d)], len(d), [*d.keys()], [*d.values()], [*d.items()]),
    "merge": lambda d: ({**d}, d | {"a": 1}, {"a": 1, "x": 2} | d, dict(d), {} | d),
    "call": lambda d: nx.Graph(**d).graph,
    "set": lambda d: (operator.setitem(d, "a", 9), [*d.items()]),
    "set default": lambda d: (d.setdefault("a", 5), d.setdefault("x", 5), [*d.items()]),
    "delete": lambda d: (d.pop("b"), d.pop("x", 3), operator.delitem(d, "c"), [*d.items()]),
    "pop item": lambda d: (d.popitem(), [*d.items()]),
    "clear": lambda d: (operator.methodcaller("clear")(d), len(d), "a" in d, d.get("a")),
    "equal": lambda d: (d == {"a": 1, "b": "odd", "c": [1]}, d == {"a": 1}, d != {"a": 1}, d == {}),
    "text": lambda d: (repr(d), str(d), json.dumps(d), "{c}".format_map(d)),
    "copy": lambda d: (d.copy(), type(d.copy()), copy.copy(d), copy.deepcopy(d), pickle.loads(pickle.dumps(d))),
    "update another": lambda d: nx.Graph({}, **d).graph,
    "truth": bool,
}


@pytest.mark.parametrize("place", [1, 2])
@pytest.mark.parametrize("name", OPERATIONS)
def test_lazy_attributes_are_a_dictionary(name: str, place: int) -> None:
    lazy, plain = LazyAttributes(_Source(), place, "a"), _Source().read(place)
    assert OPERATIONS[name](lazy) == OPERATIONS[name](plain)
    assert lazy == plain
    assert plain == lazy
    assert LazyAttributes(_Source(), place, "a") == LazyAttributes(_Source(), place, "a")


def test_a_missing_attribute_is_a_key_error_and_reads_nothing() -> None:
    source = _Source()
    lazy = LazyAttributes(source, 2, "a")
    with pytest.raises(KeyError, match="x"):
        lazy["x"]
    assert (lazy["a"], lazy["b"], lazy.get("x"), source.places) == (2, "even", None, [])
    assert (lazy["c"], lazy["c"], source.places) == ([2], [2], [2])
    with pytest.raises(TypeError, match="unhashable"):
        hash(lazy)


def test_what_was_set_stays() -> None:
    lazy = LazyAttributes(_Source(), 1, "a")
    lazy["c"] = "own"
    lazy["weight"] = 3
    assert (lazy["b"], lazy["c"], lazy["weight"]) == ("odd", "own", 3)
    assert list(lazy) == ["a", "b", "c", "weight"]
