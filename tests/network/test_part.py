"""The network of some bodies is that part of the whole network, and no search for garbage is left switched off."""

from __future__ import annotations

import gc
import json
import random
from collections.abc import Callable, Collection
from typing import Any

import networkx as nx
import pytest

from partnergraph import PartnerGraph, UsageError
from partnergraph.analysis.drawn_bodies import DrawableBodies
from partnergraph.claims.claim_columns import claim_columns
from partnergraph.claims.relationships import read_claims
from partnergraph.network import build_network, edge_attributes
from partnergraph.network.part import part_reader

Made = Callable[[str], PartnerGraph]
OPTIONS: tuple[dict[str, Any], ...] = (
    {},
    {"derived": True, "places": True},
    {"inferred": False},
    {"as_of": "2014"},
)
# Undescribed bodies (a, q, z), claims through a body, events about a body and about a claim, a change of bodies.
SMALL = """
o:b a org:Organization ; skos:prefLabel "B" . o:c a org:Organization ; skos:prefLabel "C" .
o:d a org:Organization ; skos:prefLabel "D" .
rel:1 a pg:Relationship ; pg:kind code:funding ; pg:from o:z ; pg:to o:c ; pg:evidence ev:e .
rel:2 a pg:Relationship ; pg:kind code:funding ; pg:from o:a ; pg:to o:b ; pg:via o:d ; pg:evidence ev:e ;
  pg:start "2001" ; pg:startEarliest "2001-01-01"^^xsd:date ; pg:startLatest "2001-12-31"^^xsd:date .
rel:3 a pg:Relationship ; pg:kind code:partnership ; pg:from o:z ; pg:to o:b ; pg:evidence ev:e .
rel:4 a pg:Relationship ; pg:kind code:partnership ; pg:from o:b ; pg:to o:q ; pg:evidence ev:e .
<urn:end> a pg:LifecycleEvent ; pg:kind code:end ; pg:about o:d ; pg:evidence ev:e ;
  pg:dateEarliest "2010-01-01"^^xsd:date ; pg:dateLatest "2010-12-31"^^xsd:date .
<urn:claim-end> a pg:LifecycleEvent ; pg:kind code:end ; pg:about rel:4 ; pg:evidence ev:e ;
  pg:dateEarliest "2012-01-01"^^xsd:date ; pg:dateLatest "2012-12-31"^^xsd:date .
<urn:change> a pg:ChangeEvent ; pg:kind code:merger ; pg:evidence ev:e ;
  org:originalOrganization o:c , o:d ; org:resultingOrganization o:b ;
  pg:dateEarliest "2005-01-01"^^xsd:date ; pg:dateLatest "2005-12-31"^^xsd:date .
"""


def content(network: nx.MultiDiGraph[str]) -> str:
    """All that a network holds, in its order."""
    before = {iri: list(network.pred[iri]) for iri in network}
    nodes, edges = list(network.nodes(data=True)), list(network.edges(keys=True, data=True))
    return json.dumps([network.graph, nodes, edges, before])


def part_of_whole(graph: PartnerGraph, bodies: Collection[str], **options: Any) -> str:
    whole = build_network(graph.reader, **options)
    whole.remove_nodes_from([iri for iri in whole if iri not in bodies])
    return content(whole)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_the_network_of_some_bodies_is_that_part_of_the_whole(graph: PartnerGraph, options: dict[str, Any]) -> None:
    every = list(build_network(graph.reader, **options))
    for size in (0, 1, 12, len(every)):
        bodies = {*random.Random(size).sample(every, size)}
        network = build_network(graph.reader, bodies=bodies, **options)
        assert {*network} == bodies
        assert content(network) == part_of_whole(graph, bodies, **options)


def test_undescribed_bodies_and_events_of_parties_and_claims_are_in_a_part(turtle: Made) -> None:
    graph = turtle(SMALL)
    every = list(build_network(graph.reader))
    assert len(every) == 6
    for first in every:
        for second in every:
            bodies = {first, second}
            assert part_reader(graph.reader, bodies) is not None
            assert content(build_network(graph.reader, bodies=bodies)) == part_of_whole(graph, bodies)


def test_a_part_with_blank_nodes_is_read_from_the_whole(turtle: Made) -> None:
    graph = turtle(SMALL + 'rel:4 pg:evidence [ a pg:Evidence ; pg:says "Without an IRI." ; dcterms:source src:s ] .\n')
    bodies = {iri for iri in build_network(graph.reader) if iri.endswith(("/b", "/q"))}
    assert part_reader(graph.reader, bodies) is None
    network = build_network(graph.reader, bodies=bodies)
    assert "Without an IRI." in content(network)
    assert content(network) == part_of_whole(graph, bodies)


def test_edges_are_the_claims_in_their_order(graph: PartnerGraph) -> None:
    network = build_network(graph.reader, derived=True, places=True)
    claims = read_claims(graph.reader, derived=True)
    expected: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    expected.add_nodes_from(network)
    for claim in claims:
        expected.add_edge(claim.from_.iri, claim.to.iri, key=claim.iri, holds=None, **edge_attributes(claim))
    assert json.dumps(list(expected.edges(keys=True, data=True))) == json.dumps(
        list(network.edges(keys=True, data=True))
    )


@pytest.mark.parametrize("inferred", [False, True])
def test_bodies_to_draw_are_those_of_the_network(graph: PartnerGraph, turtle: Made, inferred: bool) -> None:
    for reader in (graph.reader, turtle(SMALL).reader):
        network = build_network(reader, inferred=inferred)
        claims = [key for _, _, key in network.edges(keys=True)]
        bodies = DrawableBodies.of_graph(reader, claim_columns(reader), inferred=inferred, claims=claims)
        assert bodies.degrees == dict(network.degree)
        for chosen in ([], claims[:3]):
            expected = DrawableBodies.of_network(network).choose((), chosen, (), 4)
            assert bodies.choose((), chosen, (), 4) == expected
            assert 0 < len(expected[0]) <= 4


def test_the_search_for_garbage_goes_on(turtle: Made) -> None:
    graph = turtle(SMALL)
    assert gc.isenabled()
    build_network(graph.reader)
    assert gc.isenabled()
    with pytest.raises(UsageError):
        build_network(graph.reader, as_of="never")
    assert gc.isenabled()
    gc.disable()
    try:
        build_network(graph.reader)
        assert not gc.isenabled()
    finally:
        gc.enable()
