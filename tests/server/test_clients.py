"""The clients that people have, as they come: what each adds to a request does not keep it from its answer.

The raw requests are written down from the sources of the clients named beside them.
"""

from __future__ import annotations

import io
import json
import urllib.request
from typing import Any
from urllib.parse import quote, quote_plus, urlencode
from xml.dom.minidom import Document

import pandas as pd
import polars as pl
import pytest
import rdflib
import SPARQLWrapper as Wrapped
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import SPARQLWrapper

from partnergraph.endpoint.content_negotiation import GRAPHS, TABLES, TRUTHS, format_by_name
from tests.server.conftest import Server

ORG = "<http://www.w3.org/ns/org#Organization>"
SELECT = f"SELECT ?s {{ ?s a {ORG} }} ORDER BY ?s LIMIT 2"
GRAPH = f"CONSTRUCT WHERE {{ ?s a {ORG} }}"
FORM = "application/x-www-form-urlencoded"
NOTE = "x-partnergraph-note"
WAYS = [(Wrapped.GET, Wrapped.URLENCODED), (Wrapped.POST, Wrapped.URLENCODED), (Wrapped.POST, Wrapped.POSTDIRECTLY)]


def at(server: Server, path: str = "/sparql") -> str:
    return f"http://127.0.0.1:{server.port}{path}"


def wrapped(server: Server, query: str, format_: str, way: tuple[str, str], path: str = "/sparql") -> Any:
    wrapper = SPARQLWrapper(at(server, path))
    wrapper.setQuery(query)
    wrapper.setReturnFormat(format_)
    wrapper.setMethod(way[0])
    wrapper.setRequestMethod(way[1])
    return wrapper.query().convert()


@pytest.mark.parametrize("path", ["/sparql", "/sparql/"])
@pytest.mark.parametrize("way", WAYS, ids="-".join)
class TestSPARQLWrapper:
    """As every tutorial has it: it sends `format`, `output` and `results`."""

    def test_a_table(self, server: Server, way: tuple[str, str], path: str) -> None:
        found = wrapped(server, SELECT, Wrapped.JSON, way, path)
        names = [row["s"]["value"] for row in found["results"]["bindings"]]
        assert len(names) == 2
        document = wrapped(server, SELECT, Wrapped.XML, way, path)
        assert isinstance(document, Document)
        assert [one.firstChild.data for one in document.getElementsByTagName("uri")] == names
        assert wrapped(server, SELECT, Wrapped.CSV, way, path).decode().split() == ["s", *names]
        assert wrapped(server, SELECT, Wrapped.TSV, way, path).decode().split() == ["?s", *(f"<{n}>" for n in names)]

    def test_yes_or_no(self, server: Server, way: tuple[str, str], path: str) -> None:
        assert wrapped(server, "ASK {}", Wrapped.JSON, way, path)["boolean"] is True
        document = wrapped(server, "ASK {}", Wrapped.XML, way, path)
        assert document.getElementsByTagName("boolean")[0].firstChild.data == "true"

    @pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rdflib's own, in its JSON-LD parser
    @pytest.mark.filterwarnings("ignore::RuntimeWarning")  # its own: no Accept header says RDF to it
    def test_a_graph(self, server: Server, way: tuple[str, str], path: str) -> None:
        expected = len(server.ask(GRAPH, "application/n-triples").body.splitlines())
        assert expected > 3
        for format_ in (Wrapped.TURTLE, Wrapped.N3):
            got = wrapped(server, GRAPH, format_, way, path)
            assert len(rdflib.Graph().parse(data=got, format="turtle")) == expected
        for format_ in (Wrapped.XML, Wrapped.RDFXML, Wrapped.RDF, Wrapped.JSONLD):
            assert len(wrapped(server, GRAPH, format_, way, path)) == expected

    @pytest.mark.filterwarnings("ignore::RuntimeWarning")  # it says itself that this is unexpected
    def test_a_form_that_the_answer_does_not_have(self, server: Server, way: tuple[str, str], path: str) -> None:
        found = wrapped(server, SELECT, Wrapped.TURTLE, way, path)
        assert len(found["results"]["bindings"]) == 2
        assert len(rdflib.Graph().parse(data=wrapped(server, GRAPH, Wrapped.CSV, way, path), format="turtle")) > 3


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_rdflib_asks_a_remote_graph(server: Server, method: str) -> None:
    store = SPARQLStore(at(server), method=method)
    graph = rdflib.Graph(store)
    assert len(list(graph.query(SELECT))) == 2
    assert bool(graph.query("ASK {}")) is True
    keele = rdflib.URIRef("https://w3id.org/partnergraph/id/org/keele-university")
    assert (keele, rdflib.RDF.type, rdflib.URIRef(ORG[1:-1])) in graph
    assert str(graph.value(keele, rdflib.SKOS.prefLabel)) == "Keele University"


@pytest.mark.parametrize("size", [0, 700])  # it sends long ones by POST
def test_rdflib_asks_us_by_service(server: Server, size: int) -> None:
    query = f"SELECT ?s {{ SERVICE <{at(server)}> {{ ?s a {ORG} FILTER(STRLEN('{'x' * size}') < 900) }} }}"
    assert len(list(rdflib.Graph().query(query))) > 50


def test_data_frames_come_from_an_address(server: Server) -> None:
    address = f"{at(server)}?{urlencode({'query': SELECT})}"
    expected = [row["s"] for row in server.ask(SELECT).values]
    assert list(pd.read_csv(f"{address}&format=csv")["s"]) == expected
    assert list(pd.read_table(f"{address}&format=tsv")["?s"]) == [f"<{iri}>" for iri in expected]
    assert [row["s"]["value"] for row in pd.read_json(f"{address}&format=json")["results"]["bindings"]] == expected
    assert list(pd.read_parquet(f"{address}&format=parquet")["s"]) == expected

    def opened(form: str) -> io.BytesIO:
        # An address alone polars asks in ranges of bytes, which may come of two generations.
        with urllib.request.urlopen(f"{address}&output={form}") as response:
            return io.BytesIO(response.read())

    assert list(pl.read_csv(opened("csv"))["s"]) == expected
    assert list(pl.read_parquet(opened("parquet"))["s"]) == expected


Q = quote(SELECT)
# Name: method, target, body, headers, and what the answer is.
RAW: dict[str, tuple[str, str, str | None, dict[str, str], str]] = {
    "curl -G --data-urlencode": ("GET", f"/sparql?query={quote(SELECT, safe='')}", None, {"Accept": "*/*"}, "json"),
    "curl --data-urlencode": ("POST", "/sparql", f"query={Q}", {"Accept": "*/*", "Content-Type": FORM}, "json"),
    # QueryEngineHTTP and QueryExecutionHTTP
    "Jena": (
        *("GET", f"/sparql?query={quote_plus(SELECT)}", None),
        {
            "Accept": "application/sparql-results+json, application/sparql-results+xml;q=0.9, "
            "text/tab-separated-values;q=0.7, text/csv;q=0.5, application/json;q=0.2, application/xml;q=0.2, */*;q=0.1"
        },
        "json",
    ),
    "Jena rsparql --results": ("GET", f"/sparql?query={quote_plus(SELECT)}&output=tsv", None, {}, "tsv"),
    # Fuseki's own page and s-query
    "s-query": ("GET", f"/sparql?query={quote_plus(SELECT)}&output=json", None, {"Accept": "text/csv"}, "json"),
    "R SPARQL": ("GET", f"/sparql?query={Q}&", None, {"Accept": "application/sparql-results+xml"}, "xml"),
    "R SPARQL, with a format": ("GET", f"/sparql?query={Q}&format=csv", None, {}, "csv"),
    "R httr": (
        *("POST", "/sparql", f"query={quote_plus(SELECT)}&format=csv"),
        {"Accept": "application/json, text/xml, application/xml, */*", "Content-Type": FORM},
        "csv",
    ),
    "YASQE": (
        *("POST", "/sparql", f"query={Q}"),
        {
            "Accept": "application/sparql-results+json,*/*;q=0.9",
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        },
        "json",
    ),
    "sparql-kernel": (
        *("GET", f"/sparql?query={quote_plus(SELECT)}&format=json&output=json&results=json", None),
        {"Accept": "application/sparql-results+json,text/javascript,application/json"},
        "json",
    ),
    "a form of Virtuoso": (
        "GET",
        f"/sparql?default-graph-uri=&query={quote_plus(SELECT)}"
        f"&format={quote_plus('application/sparql-results+json')}&timeout=&debug=on&run=+Run+Query+",
        None,
        {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"},
        "json",
    ),
    "RDF4J": (
        *("POST", "/sparql", f"queryLn=SPARQL&query={quote_plus(SELECT)}&infer=true"),
        {"Accept": "application/sparql-results+xml;q=0.8, */*;q=0.1", "Content-Type": FORM},
        "xml",
    ),
    "Comunica": (
        *("GET", f"/sparql?query={Q}", None),
        {
            "Accept": "application/sparql-results+json;q=1.0,application/sparql-results+xml;q=0.7",
            "Origin": "null",
        },
        "json",
    ),
    "Excel, Power Query": (
        *("GET", f"/sparql?query={Q}&format=CSV", None),
        {"Accept": "text/html, application/xml"},
        "csv",
    ),
}


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("name", RAW)
def test_what_a_client_sends_is_answered(server: Server, name: str, slash: str) -> None:
    method, target, body, headers, form = RAW[name]
    target = target.replace("/sparql", "/sparql" + slash)
    got = server.send(method, target, body.encode() if body is not None else None, headers)
    assert (got.status, got.headers["content-type"]) == (200, TABLES[form]), got.body
    assert b"https://w3id.org/partnergraph/id/" in got.body


@pytest.mark.parametrize(
    ("query", "wanted", "media"),
    [
        *((SELECT, name, media) for name, media in TABLES.items()),
        *((SELECT, media, media) for media in TABLES.values()),
        *(("ASK {}", name, media) for name, media in TRUTHS.items()),
        *((GRAPH, name, media) for name, media in GRAPHS.items()),
        *((GRAPH, media, media) for media in GRAPHS.values()),
        *((SELECT, name, TABLES["json"]) for name in ("JSON", "srj", "sparql-results+json", "application/json")),
        *((SELECT, name, TABLES["xml"]) for name in ("Xml", "srx", "application/sparql-results+xml", "text/xml")),
        (SELECT, "Excel", TABLES["xlsx"]),
        (SELECT, "text/turtle, text/csv;q=0.5", TABLES["csv"]),
        *((GRAPH, name, GRAPHS["turtle"]) for name in ("ttl", "N3", "text/n3", "TEXT/TURTLE", "application/x-turtle")),
        *((GRAPH, name, GRAPHS["ntriples"]) for name in ("nt", "N-Triples")),
        *((GRAPH, name, GRAPHS["rdfxml"]) for name in ("rdf", "xml", "rdf+xml", "rdf/xml", "application/xml")),
        *((GRAPH, name, GRAPHS["jsonld"]) for name in ("json-ld", "json", "ld+json", "application/json")),
        (GRAPH, "nq", GRAPHS["nquads"]),
    ],
)
def test_a_form_is_called_by_its_name_or_media_type(server: Server, query: str, wanted: str, media: str) -> None:
    other = "text/csv" if "csv" not in media else "application/sparql-results+json"
    for parameter in ("format", "output", "results"):
        for encode in (quote, quote_plus, lambda text: text.replace(" ", "%20")):  # a plus sign comes as a space, too
            address = f"/sparql?query={quote(query)}&{parameter}={encode(wanted)}"
            got = server.send("GET", address, headers={"Accept": other})
            assert (got.status, got.headers["content-type"]) == (200, media)
            assert NOTE not in got.headers


def test_a_form_that_an_answer_does_not_have_is_said_and_the_header_decides(server: Server) -> None:
    got = server.ask(SELECT, "text/csv", format="turtle")
    assert (got.status, got.headers["content-type"]) == (200, TABLES["csv"])
    assert "There is no form 'turtle' of this answer. Its forms: json, xml, csv" in got.headers[NOTE]
    assert server.ask(SELECT, "text/csv", format="turtle").headers == got.headers, "the kept one says it, too"
    assert server.ask(SELECT, "text/csv").headers.get(NOTE) is None
    assert server.ask(SELECT, "image/png", format="turtle").status == 406
    graph = server.ask(GRAPH, "application/n-triples", output="csv")
    assert "Its forms: turtle, ntriples" in graph.headers[NOTE]
    assert server.ask(SELECT, "text/csv", format="").headers.get(NOTE) is None
    several = server.send("GET", f"/sparql?query={Q}&format=nothing&output=tsv&results=xml")
    assert several.headers["content-type"] == TABLES["tsv"]


def test_parameters_that_mean_nothing_here_are_named_and_change_nothing(server: Server) -> None:
    plain = server.ask(SELECT)
    assert NOTE not in plain.headers
    for address in (f"/sparql?query={Q}&should-sponge=soft&x%0D%0AY=%00", f"/sparql?_=1&query={Q}&%E2%82%AC=2"):
        for _ in range(2):
            got = server.send("GET", address, headers={"Accept": "application/sparql-results+json"})
            assert (got.status, got.body) == (200, plain.body)
            assert got.headers[NOTE].startswith("Parameters that mean nothing here: ")
    assert (
        "should-sponge, x | Y" in server.send("GET", f"/sparql?query={Q}&should-sponge=soft&x%0D%0AY=%00").headers[NOTE]
    )
    posted = server.send("POST", "/sparql?infer=true", SELECT.encode(), {"Content-Type": "application/sparql-query"})
    assert (posted.status, posted.body) == (200, plain.body)
    assert "infer" in posted.headers[NOTE]
    for name in ("update", "using-graph-uri", "using-named-graph-uri"):
        assert server.send("GET", f"/sparql?query={Q}&{name}=x").status == 403
    many = server.send("GET", f"/sparql?query={Q}&" + "&".join(f"x{n}{'y' * 90}=1" for n in range(90)))
    assert (many.status, many.headers[NOTE][-3:]) == (200, "...")
    assert len(many.headers[NOTE]) <= 4000


def test_a_large_graph_has_its_notes_too(server: Server) -> None:
    got = server.ask(
        "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o } ORDER BY ?s LIMIT 5000", "text/turtle", format="csv", infer="1"
    )
    assert got.status == 200
    assert "infer" in got.headers[NOTE]
    assert "'csv'" in got.headers[NOTE]


@pytest.mark.parametrize("parameter", ["format", "output", "results"])
def test_the_service_describes_itself_in_the_form_that_is_named(server: Server, parameter: str) -> None:
    for host in (f"127.0.0.1:{server.port}", f"localhost:{server.port}", f"127.0.0.1:{server.port}"):
        got = server.send("GET", f"/sparql?{parameter}=nt", headers={"Accept": "text/turtle", "Host": host})
        assert (got.status, got.headers["content-type"]) == (200, "application/n-triples")
        assert f"<http://{host}/sparql>".encode() in got.body, "the address is the one that was asked"


def test_a_slash_at_the_end_changes_nothing(server: Server) -> None:
    form = {"Content-Type": FORM}
    batch = "queries=" + quote(json.dumps({"q0": {"query": "Keele University"}}))
    for method, path, body in (
        ("GET", "/sparql/?query=ASK%7B%7D", None),
        ("POST", "/sparql/", b"query=ASK%7B%7D"),
        ("GET", "/search/?q=Keele", None),
        ("GET", f"/reconcile/?{batch}", None),
        ("POST", "/reconcile/", batch.encode()),
        ("GET", "/reconcile/", None),
        ("GET", "/reconcile/suggest/entity/?prefix=kee", None),
        ("POST", "/labels/", b"iris=http://x/"),
        ("GET", "/questions/", None),
        ("GET", "/openapi.json/", None),
        ("GET", "/ns/", None),
        ("POST", "/draw/", f"query={quote('SELECT ?from ?to { ?r pg:from ?from ; pg:to ?to } LIMIT 3')}".encode()),
    ):
        got = server.send(method, path, body, form if body else {})
        same = server.send(method, path.replace("/?", "?") if "?" in path else path[:-1], body, form if body else {})
        assert (got.status, got.body) == (200, same.body), path
    # Of a thing of the graph the slash is a part of the name.
    assert server.send("GET", "/id/org/keele-university/").status == 404
    assert server.send("GET", "/graph/").status == 200
    assert server.send("GET", "//").status == 404


@pytest.mark.parametrize(
    ("address", "media"),
    [
        ("/id/org/keele-university?format=ttl", GRAPHS["turtle"]),
        ("/id/org/keele-university?output=application/ld%2Bjson", GRAPHS["jsonld"]),
        ("/id/org/keele-university?format=HTML", "text/html; charset=utf-8"),
        ("/search?q=Keele&format=json", "application/json"),
        ("/search?q=Keele&output=application/json", "application/json"),
    ],
)
def test_pages_take_the_same_names(server: Server, address: str, media: str) -> None:
    got = server.send("GET", address, headers={"Accept": "application/rdf+xml, */*;q=0.1"})
    assert (got.status, got.headers["content-type"]) == (200, media)
    wrong = server.send("GET", address.partition("?")[0] + "?q=a&format=nothing")
    assert wrong.status == 400
    assert "There is no format 'nothing'" in wrong.json["detail"]


def test_no_name_means_two_forms() -> None:
    for offered in (TABLES, TRUTHS, GRAPHS):
        for form, media in offered.items():
            assert format_by_name([form], offered) == form
            assert format_by_name([media], offered) == form
