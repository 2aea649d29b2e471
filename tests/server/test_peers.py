"""Other servers with the same data give the same answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from partnergraph import PartnerGraph
from partnergraph.store import locate
from partnergraph.vocabulary import PREFIXES
from tests.server.conftest import Server
from tests.server.peers import Peer, oxigraph, virtuoso

QUERIES = {
    "look-up": "SELECT ?p ?o { o:keele-university ?p ?o }",
    "join": "SELECT ?name { ?r pg:from o:keele-university ; pg:to/skos:prefLabel ?name }",
    "count": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "groups": "SELECT ?kind (COUNT(?r) AS ?n) { ?r pg:kind ?kind } GROUP BY ?kind",
    "evidence": "SELECT ?r ?title { ?r pg:evidence ?e . ?e dcterms:source/dcterms:title ?title }",
    "optional": "SELECT ?o ?alt { ?o a org:Organization OPTIONAL { ?o skos:altLabel ?alt } }",
    "nothing but": "SELECT ?o { ?o a org:Organization FILTER NOT EXISTS { ?r pg:from ?o } }",
    "one or the other": "SELECT DISTINCT ?x { { ?x pg:kind code:funding } UNION { ?x pg:kind code:successor } }",
    "further and further": "SELECT DISTINCT ?c { code:funding (skos:broader|skos:inScheme)* ?c }",
    "values": "SELECT ?o ?n { VALUES ?o { o:keele-university o:wellcome-trust } ?o skos:prefLabel ?n }",
    "text": "SELECT ?o { ?o skos:prefLabel ?n FILTER CONTAINS(LCASE(STR(?n)), 'health') }",
    "yes": "ASK { o:keele-university a org:Organization }",
    "no": "ASK { o:keele-university a skos:Concept }",
}
_DECLARED = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())


@pytest.fixture(scope="module", params=["oxigraph", "Virtuoso"])
def peer(request: pytest.FixtureRequest, keele: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    """Each of the others, with what our default graph holds."""
    if request.param == "oxigraph":
        with oxigraph(locate(keele)) as running:
            yield running
    else:
        everything = PartnerGraph.open(keele).dump("ntriples")
        with virtuoso(everything, tmp_path_factory.mktemp("virtuoso") / "folder") as running:
            yield running


def _rows(answer: bytes) -> object:
    """An answer in JSON without what the standard leaves open: order, and how a string's type is written."""
    told = json.loads(answer)
    if "boolean" in told:
        return bool(told["boolean"])
    return sorted(
        tuple(sorted((name, term["value"], term.get("xml:lang", "").lower()) for name, term in row.items()))
        for row in told["results"]["bindings"]
    )


@pytest.mark.parametrize("name", QUERIES)
def test_the_answers_are_the_same(server: Server, peer: Peer, name: str) -> None:
    ours, theirs = _rows(server.ask(QUERIES[name]).body), _rows(peer.ask(_DECLARED + QUERIES[name]))
    assert ours == theirs
    assert ours or name == "no"
