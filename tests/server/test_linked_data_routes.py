"""Every address of the graph's own things is answered: found, described, and sent in the form that was asked for."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

import pytest

from partnergraph.claims.relationships import read_claims
from partnergraph.site.resource_description import base_iri, describe, iri_of_path, local_path
from partnergraph.site.views.resource import render
from partnergraph.store import Reader
from tests.server.conftest import Server

OURS = "https://w3id.org/partnergraph/"
KEELE = "/id/org/keele-university"
CLAIM = "/id/rel/membership--worcestershire-county-council--west-midlands-adcs-network"
SYNTAXES = {"turtle": "ttl", "ntriples": "nt", "jsonld": "jsonld", "rdfxml": "rdf", "trig": "trig", "nquads": "nq"}
ALL = "SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o"
A = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
LABEL = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
ORG = "<http://www.w3.org/ns/org#Organization>"


@pytest.fixture(scope="module")
def graph(keele: Path) -> Reader:
    """The Keele graph as the server's own processes hold it."""
    return Reader.at(keele).resident()


def iris(reader: Reader) -> list[str]:
    """Every IRI under our base that occurs anywhere in the graph."""
    rows = reader.rows(
        "SELECT DISTINCT ?x { { ?x ?p ?o } UNION { ?s ?x ?o } UNION { ?s ?p ?x } UNION { GRAPH ?x { ?s ?p ?o } } "
        f"FILTER(isIRI(?x) && STRSTARTS(STR(?x), '{OURS}')) }} ORDER BY ?x"
    )
    return [str(row["x"]) for row in rows]


def test_every_iri_of_the_graph_is_found_at_its_own_path(graph: Reader) -> None:
    known = iris(graph)
    assert len(known) > 2000
    for iri in known:
        path = local_path(iri, OURS)
        assert path == "/" + iri.removeprefix(OURS), iri
        document = path.partition("#")[0]
        assert iri_of_path(graph, document[1:]) == (iri if document != "/ns" else f"{OURS}ns#"), iri


def test_every_iri_of_the_graph_is_described_in_turtle(server: Server, graph: Reader) -> None:
    """One of each sort and of each part of the address space over HTTP, and one in 24 of all of them."""
    known = iris(graph)
    sorts = {re.split(r"[^/]*$", iri)[0]: iri for iri in known}
    chosen = sorted({*sorts.values(), *known[::24]})
    assert len(chosen) > 100
    documents: dict[str, bytes] = {}
    for iri in chosen:
        path = "/" + iri.removeprefix(OURS).partition("#")[0]
        if path not in documents:
            said = server.send("GET", path, headers={"Accept": "text/turtle"})
            assert (said.status, said.headers["content-type"]) == (200, "text/turtle; charset=utf-8"), iri
            documents[path] = said.body
        short = re.split(r"[/#]", iri.rstrip("/"))[-1]
        assert short.encode() in documents[path], iri


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html; charset=utf-8"),
        ("*/*", "text/html; charset=utf-8"),
        ("text/turtle", "text/turtle; charset=utf-8"),
        ("text/turtle, */*;q=0.1", "text/turtle; charset=utf-8"),
        ("text/html;q=0.5, application/ld+json", "application/ld+json"),
        ("application/rdf+xml, text/turtle;q=0.9", "application/rdf+xml"),
        ("application/n-triples", "application/n-triples"),
        ("application/n-quads", "application/n-quads"),
        ("application/trig", "application/trig"),
        ("application/json", "application/ld+json"),
        ("application/xml", "application/rdf+xml"),
        ("text/*;q=0.3, text/html;q=0.1", "text/turtle; charset=utf-8"),
        ("TEXT/TURTLE", "text/turtle; charset=utf-8"),
    ],
)
def test_the_form_is_the_one_that_was_asked_for(server: Server, accept: str, media: str) -> None:
    said = server.send("GET", CLAIM, headers={"Accept": accept})
    assert (said.status, said.headers["content-type"]) == (200, media)
    assert said.headers["vary"] == "Accept"
    chosen = said.headers["content-location"]
    assert chosen.startswith(f"{CLAIM}?format=")
    # The address of the form gives the same bytes whatever is accepted, and the other forms are named.
    assert server.send("GET", chosen, headers={"Accept": "image/png"}).body == said.body
    others = re.findall(r'<([^>]+)>; rel="alternate"; type="([^"]+)"', said.headers["link"])
    assert len(others) == len(SYNTAXES)
    assert chosen not in {address for address, _ in others}
    for address, kind in others:
        assert server.send("GET", address).headers["content-type"].partition(";")[0] == kind


def test_without_an_accept_header_comes_a_page(server: Server) -> None:
    assert server.send("GET", KEELE).headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    ("method", "path", "accept", "status"),
    [
        ("GET", KEELE, "image/png", 406),
        ("GET", KEELE, "text/turtle;q=0", 406),
        ("GET", f"{KEELE}?format=pdf", "*/*", 400),
        ("GET", f"{KEELE}?format=", "text/turtle", 200),
        ("GET", "/id/org/nobody", "text/turtle", 404),
        ("GET", "/id/org/nobody", "text/html", 404),
        ("GET", "/id/", "text/turtle", 404),
        ("GET", "/id", "text/turtle", 404),
        ("GET", "/idea", "text/turtle", 404),
        ("GET", "/code/nonsense", "text/turtle", 404),
        ("GET", "/ns", "text/turtle", 200),
        ("GET", "/graph/", "text/turtle", 200),
        ("GET", "/id/org/keele-university/", "text/turtle", 404),
        ("GET", "/id/org/keele-university%3E%20%3Fp%20%3Fo%20%7D%23", "text/turtle", 404),
        ("GET", "/id/org/keele%00university", "text/html", 404),
        ("GET", "/id/org/%FF%FE", "text/html", 404),
        ("GET", "/id/" + "a/" * 2000, "text/html", 404),
        ("POST", KEELE, "text/turtle", 405),
        ("DELETE", KEELE, "text/turtle", 405),
        ("HEAD", KEELE, "text/turtle", 200),
        ("HEAD", "/id/org/nobody", "text/turtle", 404),
    ],
)
def test_a_request_that_cannot_be_met_says_so(server: Server, method: str, path: str, accept: str, status: int) -> None:
    said = server.send(method, path, headers={"Accept": accept})
    assert said.status == status
    assert said.headers["x-content-type-options"] == "nosniff"
    assert said.headers["content-security-policy"].startswith("default-src 'none'")
    if method == "HEAD":
        assert said.body == b""
    elif status == 404 and accept == "text/html" and not path.startswith("/id/a/"):
        assert b"There is nothing at this address" in said.body
    elif status >= 400 and accept != "text/html":
        assert said.json["status"] == status
    if status == 406:
        assert said.headers["vary"] == "Accept"


def test_a_page_that_is_missing_offers_the_nearest(server: Server) -> None:
    said = server.send("GET", "/id/org/public-health-englnd", headers={"Accept": "text/html"})
    assert said.status == 404
    assert b'<a href="/id/org/public-health-england">Public Health England</a>' in said.body


@pytest.mark.parametrize("path", [KEELE, CLAIM, "/code/funding", "/ns"])
def test_every_syntax_says_the_same(server: Server, path: str, tmp_path: Path) -> None:
    told = {}
    for format_, suffix in SYNTAXES.items():
        file = tmp_path / f"it.{suffix}"
        file.write_bytes(server.send("GET", f"{path}?format={format_}").body)
        told[format_] = Reader.files([file]).terms(ALL)
    assert len(told["turtle"]) > 10
    assert [name for name, triples in told.items() if triples != told["turtle"]] == []


def test_a_description_holds_every_claim_of_a_body_with_what_stands_behind_it(graph: Reader) -> None:
    everything = read_claims(graph, derived=("succession",))
    for iri in sorted({claim.from_.iri for claim in everything})[::6]:
        told = {claim.iri: claim for claim in read_claims(describe(graph, iri), derived=("succession",))}
        own = [c for c in everything if iri in {c.from_.iri, c.to.iri, *(party.iri for party in c.via)}]
        assert own
        for claim in own:
            assert told[claim.iri] == claim  # parties by name, dates, standing, words, sentence and source alike
        assert len(told) == len(own)


def test_the_description_of_a_source_holds_what_rests_on_it(graph: Reader) -> None:
    iri = f"{OURS}id/source/keele-spcsc-partnerships"
    told = {claim.iri for claim in read_claims(describe(graph, iri))}
    resting = {c.iri for c in read_claims(graph) if iri in {piece.source.iri for piece in c.evidence}}
    assert resting
    assert resting <= told
    assert describe(graph, iri).ask(f"ASK {{ <{iri}> pg:text ?text }}")
    assert not describe(graph, OURS + KEELE[1:]).ask("ASK { ?s pg:text ?text }")


def test_a_description_is_the_same_every_time(graph: Reader) -> None:
    other = Reader.nquads_lines(reversed(list(graph.nquads())))
    for path in (KEELE[1:], "ns", "graph/", "rule/succession"):
        for format_ in ("turtle", "html"):
            values = {"path": path, "format": format_}
            assert render(graph, values).body == render(other, values).body, (path, format_)


def made(*names: str, start: str = "https://data.example.org/g/") -> Reader:
    """A graph of another base, with bodies by the ends of their IRIs."""
    lines = [f"<{start}graph/> {A} <http://www.w3.org/ns/dcat#Catalog> .\n"]
    for name in names:
        lines += [f"<{start}{name}> {A} {ORG} .\n", f'<{start}{name}> {LABEL} "{name}" .\n']
    return Reader.nquads_lines(lines)


def test_a_graph_of_another_base_is_answered_at_its_own_paths() -> None:
    reader = made("id/org/a")
    assert base_iri(reader) == "https://data.example.org/g/"
    assert iri_of_path(reader, "id/org/a") == "https://data.example.org/g/id/org/a"
    assert iri_of_path(reader, "id/org/b") is None
    assert base_iri(Reader.nquads_lines([])) == OURS
    assert local_path("https://data.example.org/g/id/org/a", base_iri(reader)) == "/id/org/a"
    assert local_path(f"{OURS}code/funding", base_iri(reader)) == "/code/funding"
    assert b"/id/org/a" in render(reader, {"path": "id/org/a", "format": "html"}).body


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("id/org/café", "id/org/caf%C3%A9"),
        ("id/org/caf%C3%A9", "id/org/caf%C3%A9"),
        ("id/org/a%20b", "id/org/a%20b"),
        ("id/org/a%2Fb", "id/org/a%2Fb"),
        ("id/org/a(b)'c", "id/org/a%28b%29%27c"),
        ("id/org/a..b/", "id/org/a..b/"),
        ("id/org/北京", quote("id/org/北京")),
    ],
)
def test_the_address_of_an_iri_with_other_characters_leads_to_it(name: str, path: str) -> None:
    reader = made(name)
    iri = f"https://data.example.org/g/{name}"
    assert iri_of_path(reader, path) == iri
    back = local_path(iri, base_iri(reader))
    assert back is not None
    assert iri_of_path(reader, back[1:]) == iri


@pytest.mark.parametrize(
    "iri", ["https://example.org/x", "urn:x", f"{OURS}elsewhere", f"{OURS}id?x", "javascript:alert(1)", OURS, ""]
)
def test_what_is_not_ours_has_no_path(iri: str) -> None:
    assert local_path(iri, "https://data.example.org/g/") is None


def test_a_kind_that_much_is_about_is_told_with_a_part_of_it(monkeypatch: pytest.MonkeyPatch, graph: Reader) -> None:
    whole = len(read_claims(describe(graph, f"{OURS}code/membership")))
    assert whole > 50
    monkeypatch.setattr("partnergraph.site.resource_description.MAX_RECORDS", 20)
    assert len(read_claims(describe(graph, f"{OURS}code/membership"))) == 20
