"""The endpoint answers as the SPARQL 1.1 Protocol says, and refuses clearly what it does not do."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
import rdflib

from partnergraph.questions.named_questions import all_questions
from partnergraph.store import Reader
from tests.server.conftest import Server, serving

SELECT = "SELECT ?name { o:keele-university skos:prefLabel ?name }"
GRAPH = "CONSTRUCT { ?a pg:funds ?b } WHERE { ?a pg:funds ?b }"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DIRECT = {"Content-Type": "application/sparql-query"}


def test_a_query_is_asked_in_three_ways_with_one_answer(server: Server) -> None:
    got = server.ask(SELECT)
    assert (got.status, got.values) == (200, [{"name": "Keele University"}])
    assert server.send("POST", "/sparql", urlencode({"query": SELECT}).encode(), FORM).body == got.body
    assert server.send("POST", "/sparql", SELECT.encode(), DIRECT).body == got.body
    assert server.send(
        "POST", "/sparql", SELECT.encode(), {"Content-Type": "application/sparql-query; charset=UTF-8"}
    ).body


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("", "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("application/json", "application/sparql-results+json"),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        ("text/html, application/xml;q=0.9, */*;q=0.1", "application/sparql-results+xml"),
        ("text/csv;q=0.2, text/tab-separated-values;q=0.3", "text/tab-separated-values; charset=utf-8"),
        ("text/turtle, text/*;q=0.1", "text/csv; charset=utf-8"),
    ],
)
def test_the_form_of_a_table_is_what_the_request_likes_best(server: Server, accept: str, media: str) -> None:
    got = server.ask(SELECT, accept)
    assert (got.status, got.headers["content-type"]) == (200, media)
    assert b"Keele University" in got.body
    if "json" in media:
        assert got.json["head"]["vars"] == ["name"]
    elif "xml" in media:
        assert ElementTree.fromstring(got.body).tag.endswith("sparql")
    elif "csv" in media:
        assert list(csv.DictReader(io.StringIO(got.body.decode()))) == [{"name": "Keele University"}]


@pytest.mark.parametrize(
    ("accept", "media", "parser"),
    [
        ("", "text/turtle; charset=utf-8", "turtle"),
        ("text/turtle", "text/turtle; charset=utf-8", "turtle"),
        ("application/n-triples", "application/n-triples", "nt"),
        ("application/ld+json", "application/ld+json", "json-ld"),
        ("application/rdf+xml", "application/rdf+xml", "xml"),
        ("application/trig", "application/trig", "turtle"),
        ("application/n-quads", "application/n-quads", "nt"),
    ],
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rdflib's own, in its JSON-LD parser
def test_a_graph_comes_in_every_syntax(server: Server, accept: str, media: str, parser: str) -> None:
    got = server.ask(GRAPH, accept)
    assert (got.status, got.headers["content-type"]) == (200, media)
    # TriG without named graphs is Turtle, N-Quads without them N-Triples.
    graph = rdflib.Graph().parse(data=got.body, format=parser)
    expected = server.ask(GRAPH, "application/n-triples").body.splitlines()
    assert len(graph) == len(expected) > 3


def test_yes_and_no(server: Server) -> None:
    assert server.ask("ASK { ?s ?p ?o }").json["boolean"] is True
    assert server.ask("ASK { ?s pg:nothing ?o }", "application/sparql-results+xml").body.count(b"false") == 1


@pytest.mark.parametrize(
    ("method", "target", "body", "headers", "status", "words"),
    [
        ("GET", "/sparql?query=SELECT", None, {}, 400, "does not parse"),
        ("GET", "/sparql?query=ASK%7B%7D&query=ASK%7B%7D", None, {}, 400, "several queries"),
        ("GET", "/sparql?query=%FF", None, {}, 400, "not encoded as UTF-8"),
        ("GET", "/sparql?query=%ZZ", None, {}, 400, "not encoded as UTF-8"),
        ("GET", "/sparql?qury=ASK%7B%7D", None, {}, 400, "There is no parameter 'qury'"),
        ("GET", "/sparql?timeout=1", None, {}, 400, "There is no query"),
        ("GET", "/sparql?query=ASK%7B%7D&timeout=61", None, {}, 400, "at most 60"),
        ("GET", "/sparql?query=ASK%7B%7D&timeout=nan", None, {}, 400, "at most 60"),
        ("GET", "/sparql?update=CLEAR+ALL", None, {}, 403, "only reads"),
        ("GET", "/sparql?query=ASK%7B%7D&default-graph-uri=http://x/", None, {}, 400, "There is no graph <http://x/>"),
        ("GET", "/sparql?query=ASK%7B%7D&as-of=soon", None, {}, 400, "'soon' is not a date"),
        ("GET", "/sparql?query=ASK%7BSERVICE%3Chttp://x/%3E%7B%7D%7D", None, {}, 403, "SERVICE is not allowed"),
        ("GET", "/nothing", None, {}, 404, "There is nothing here"),
        ("PUT", "/sparql", b"", {}, 405, "GET or POST"),
        ("DELETE", "/sparql", None, {}, 405, "GET or POST"),
        ("POST", "/sparql", b"query=ASK%7B%7D", {}, 415, "Send a query as"),
        ("POST", "/sparql", b"ASK {}", {"Content-Type": "text/plain"}, 415, "Send a query as"),
        ("POST", "/sparql", b"CLEAR ALL", {"Content-Type": "application/sparql-update"}, 403, "only reads"),
        ("POST", "/sparql", b"update=CLEAR+ALL", FORM, 403, "only reads"),
        ("POST", "/sparql", b"CLEAR ALL", DIRECT, 403, "CLEAR is not allowed"),
        ("POST", "/sparql", b"SELECT * {} ; CLEAR ALL", DIRECT, 403, "CLEAR is not allowed"),
        ("POST", "/sparql", b"", DIRECT, 400, "There is no query"),
        ("POST", "/sparql", b"x=y", FORM, 400, "There is no parameter"),
        ("POST", "/sparql?query=ASK%7B%7D", b"query=ASK%7B%7D", FORM, 400, "not in the address"),
        ("POST", "/sparql?query=ASK%7B%7D", b"ASK {}", DIRECT, 400, "holds another one"),
        ("POST", "/sparql", "ASK {}".encode("utf-16"), DIRECT, 400, "not text in UTF-8"),
        (
            "POST",
            "/sparql",
            b"ASK {}",
            DIRECT | {"Content-Type": "application/sparql-query; charset=utf-16"},
            415,
            "UTF-8",
        ),
        ("POST", "/sparql", b"ASK {}" + b" " * 70_000, DIRECT, 400, "longer than 64 KB"),
        ("POST", "/sparql", b"a" * 1_100_000, DIRECT, 413, "larger than"),
    ],
)
def test_what_is_wrong_is_said_with_the_status_it_deserves(
    server: Server, method: str, target: str, body: bytes | None, headers: dict[str, str], status: int, words: str
) -> None:
    got = server.send(method, target, body, headers)
    assert got.status == status
    assert got.headers["content-type"] == "application/problem+json"
    assert got.json["status"] == status
    assert words in got.json["detail"]
    assert "Traceback" not in got.body.decode()


@pytest.mark.parametrize(
    ("query", "accept"), [(SELECT, "image/png"), (SELECT, "text/turtle"), (GRAPH, "text/csv"), ("ASK {}", "text/csv")]
)
def test_a_form_that_nothing_offers_is_refused(server: Server, query: str, accept: str) -> None:
    assert server.ask(query, accept).status == 406


def test_an_error_in_the_query_says_line_and_column_with_a_caret(server: Server) -> None:
    detail = server.ask("SELECT ?s\n{ ?s pg:memberOf }").json["detail"]
    assert "(line 2, column 18)" in detail
    assert detail.splitlines()[-1].strip() == "^"


def test_head_says_what_get_says_without_the_body_and_options_the_methods(server: Server) -> None:
    got, head = server.ask(SELECT), server.send("HEAD", f"/sparql?{urlencode({'query': SELECT})}")
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(got.body)))
    assert server.send("OPTIONS", "/sparql").headers["allow"] == "GET, HEAD, POST, OPTIONS"


def test_a_dataset_in_the_request_is_what_is_asked_each_triple_once(server: Server) -> None:
    graphs = [
        row["g"] for row in server.ask("SELECT DISTINCT ?g { GRAPH ?g { ?s a pg:Relationship } } ORDER BY ?g").values
    ]
    assert len(graphs) > 3
    count = "SELECT (COUNT(*) AS ?n) { ?s a pg:Relationship }"
    alone = [int(server.ask(count, **{"default-graph-uri": graph}).values[0]["n"]) for graph in graphs]
    target = urlencode([("query", count), *(("default-graph-uri", graph) for graph in graphs)])
    together = int(server.send("GET", f"/sparql?{target}").values[0]["n"])
    assert together == int(server.ask(count).values[0]["n"]) < sum(alone)
    named = urlencode([("query", "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"), ("named-graph-uri", graphs[0])])
    assert server.send("GET", f"/sparql?{named}").values == [{"g": graphs[0]}]
    assert server.send("GET", f"/sparql?{named}&default-graph-uri={graphs[1]}").status == 200
    only_named = urlencode([("query", count), ("named-graph-uri", graphs[0])])
    assert server.send("GET", f"/sparql?{only_named}").values == [{"n": "0"}], "without a default graph it is empty"


def test_the_graph_is_asked_as_of_a_date_as_everywhere(server: Server, keele: Path) -> None:
    count = "SELECT (COUNT(?r) AS ?n) { ?r pg:inForce 'yes' }"
    assert server.ask(count).values == [{"n": "0"}]
    from partnergraph.claims.as_of import as_of

    [row] = as_of(Reader.at(keele), "2014").rows(count)
    assert server.ask(count, **{"as-of": "2014"}).values == [{"n": row["n"]}]


def test_an_empty_answer_is_explained_when_it_is_asked_for(server: Server) -> None:
    wrong = "SELECT ?s { ?s pg:membrOf ?o }"
    assert "x-partnergraph-note" not in server.ask(wrong).headers
    assert "Did you mean pg:memberOf?" in server.ask(wrong, explain="1").headers["x-partnergraph-note"]


def test_an_answer_of_too_many_rows_says_that_it_is_cut(server: Server) -> None:
    many = "SELECT ?a ?b { ?a a ?x . ?b a ?y }"
    for accept in ("application/sparql-results+json", "text/csv", "application/sparql-results+xml"):
        got = server.ask(many, accept)
        assert got.status == 200
        assert "Only the first 10000 rows" in got.headers["x-partnergraph-note"]
    assert len(server.ask(many).json["results"]["bindings"]) == 10_000
    got = server.ask("SELECT ?a { ?a ?p ?o }")
    assert "x-partnergraph-note" in got.headers
    few = server.ask("SELECT ?a { ?a a pg:Relationship }")
    assert "x-partnergraph-note" not in few.headers
    assert json.loads(few.body)["results"]["bindings"]


def test_every_named_question_with_no_required_parameter_is_answered(server: Server) -> None:
    asked = [q for q in all_questions() if not q.parameters]
    assert asked
    for question in asked:
        got = server.send("POST", "/sparql", question.full_text.encode(), DIRECT)
        assert got.status == 200, question.name
        assert got.json["head"]["vars"] == list(question.columns)


def test_headers_keep_a_browser_from_guessing_and_framing(server: Server) -> None:
    for got in (server.ask(SELECT), server.send("GET", "/nothing"), server.ask("nonsense")):
        assert got.headers["x-content-type-options"] == "nosniff"
        assert re.search("frame-ancestors '(none|self)'", got.headers["content-security-policy"])
        assert got.headers["referrer-policy"] == "no-referrer"
        assert "access-control-allow-origin" not in got.headers
        assert "server" not in got.headers


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example:80", "127.0.0.1.nip.io", ""])
def test_another_host_is_not_answered_for(server: Server, host: str) -> None:
    assert server.send("GET", "/sparql?query=ASK%7B%7D", headers={"Host": host}).status == 421


@pytest.mark.parametrize("host", ["localhost", "localhost:7878", "127.0.0.1:1", "[::1]:99", "LOCALHOST"])
def test_its_own_names_are_answered_for(server: Server, host: str) -> None:
    assert server.send("GET", "/sparql?query=ASK%7B%7D", headers={"Host": host}).status == 200


def test_the_service_describes_itself_and_counts_what_it_holds(server: Server) -> None:
    got = server.send("GET", "/sparql", headers={"Accept": "text/turtle"})
    assert (got.status, got.headers["content-type"]) == (200, "text/turtle; charset=utf-8")
    graph = rdflib.Graph().parse(data=got.body, format="turtle")
    sd, void = (
        rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#"),
        rdflib.Namespace("http://rdfs.org/ns/void#"),
    )
    service = rdflib.URIRef(f"http://127.0.0.1:{server.port}/sparql")
    assert (service, rdflib.RDF.type, sd.Service) in graph
    assert graph.value(service, sd.endpoint) == service
    assert not [node for triple in graph for node in triple if isinstance(node, rdflib.BNode)]
    default = graph.value(graph.value(service, sd.defaultDataset), sd.defaultGraph)
    [row] = server.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").values
    assert int(graph.value(default, void.triples)) == int(row["n"]) > 10_000
    partitions = sum(int(graph.value(part, void.triples)) for part in graph.objects(default, void.propertyPartition))
    assert partitions == int(row["n"])
    named = {str(name) for name in graph.objects(None, sd.name)}
    assert named == {row["g"] for row in server.ask("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }").values}
    assert server.send("GET", "/sparql", headers={"Accept": "image/png"}).status == 406
    assert server.send("GET", "/sparql", headers={"Accept": "application/ld+json"}).json


def test_a_slow_shape_is_hinted_at(server: Server) -> None:
    slow = "SELECT ?b { ?a a pg:Relationship OPTIONAL { ?a pg:start ?s } ?a pg:to ?b }"
    got = server.ask(slow)
    assert got.headers["x-partnergraph-hint"].startswith("?a pg:to ?b (line 1, column 62) stands after an OPTIONAL")
    fast = "SELECT ?b { ?a a pg:Relationship ; pg:to ?b OPTIONAL { ?a pg:start ?s } }"
    assert "x-partnergraph-hint" not in server.ask(fast).headers
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c OPTIONAL { ?a ?x ?y } ?d ?e ?f . ?g ?h ?i }"
    stopped = server.ask(endless, timeout="1")
    assert stopped.status == 504
    assert "stands after an OPTIONAL" in stopped.json["detail"]


def test_other_sites_may_read_an_answer_only_where_that_was_said(server: Server, keele: Path) -> None:
    ask = "/sparql?query=ASK%7B%7D"
    assert "access-control-allow-origin" not in server.send("GET", ask, headers={"Origin": "https://a.example"}).headers
    with serving(keele, "--workers", "1", "--cors", "https://a.example", "--cors", "https://b.example") as shared:
        own = f"http://127.0.0.1:{shared.port}"
        for origin, status in {"https://a.example": 200, "https://c.example": 403, "null": 200, own: 200}.items():
            for _ in range(2):  # the second answer is a kept one
                got = shared.send("GET", ask, headers={"Origin": origin})
                assert got.status == status
                told = origin if origin == "https://a.example" else None
                assert got.headers.get("access-control-allow-origin") == told
                assert "access-control-allow-credentials" not in got.headers
        form = {"Origin": "https://a.example", "Content-Type": "application/x-www-form-urlencoded"}
        posted = shared.send("POST", "/sparql", b"query=ASK%7B%7D", form)
        assert "access-control-allow-origin" not in posted.headers
        page = shared.send("GET", "/search?q=Keele", headers={"Origin": "https://a.example"})
        assert "access-control-allow-origin" not in page.headers
