"""The protocol suite of the W3C against the running server; what writes is refused, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest

from tests.conftest import need
from tests.server.conftest import Said, Server, serving
from tests.w3c.suites import UPDATE, Manifest, cases

# The tests of the suite, as its manifest lists them.
NAMES = (
    *("query_post_form", "query_dataset_default_graphs_get", "query_dataset_default_graphs_post"),
    *("query_dataset_named_graphs_post", "query_dataset_named_graphs_get", "query_dataset_full"),
    *("query_multiple_dataset", "query_get", "query_content_type_select", "query_content_type_ask"),
    *("query_content_type_describe", "query_content_type_construct", "update_dataset_default_graph"),
    *("update_dataset_default_graphs", "update_dataset_named_graphs", "update_dataset_full", "update_post_form"),
    *("update_post_direct", "update_base_uri", "query_post_direct", "bad_query_method", "bad_multiple_queries"),
    *("bad_query_wrong_media_type", "bad_query_missing_form_type", "bad_query_missing_direct_type"),
    *("bad_query_non_utf8", "bad_query_syntax", "bad_update_get", "bad_multiple_updates"),
    *("bad_update_wrong_media_type", "bad_update_missing_form_type", "bad_update_non_utf8", "bad_update_syntax"),
    "bad_update_dataset_conflict",
)
DATA = "http://kasei.us/2009/09/sparql/data/data{}.rdf"
MEDIA = {
    "boolean": ("application/sparql-results+xml", "application/sparql-results+json"),
    "tabular": (
        *("application/sparql-results+xml", "application/sparql-results+json"),
        *("text/csv; charset=utf-8", "text/tab-separated-values; charset=utf-8"),
    ),
    "RDF": ("text/turtle; charset=utf-8", "application/rdf+xml", "application/n-triples"),
}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_HTTP = "http://www.w3.org/2011/http#"
_CONTENT = "http://www.w3.org/2011/content#"
_MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"


class Request(NamedTuple):
    """A request of the suite, and what must come back."""

    method: str
    target: str
    body: bytes | None
    headers: dict[str, str]
    statuses: tuple[str, ...]
    form: str | None
    yes: str | None

    @property
    def writes(self) -> bool:
        """Whether it asks for an update."""
        return b"update=" in (self.body or b"") + self.target.encode() or "update" in str(self.headers)


class Suite:
    """The requests of each test."""

    def __init__(self, folder: Path) -> None:
        manifest = self.manifest = Manifest(folder / "manifest.ttl")
        self.requests: dict[str, list[Request]] = {}
        for test in manifest.entries():
            [action] = manifest.all(test, f"{_MF}action")
            [found] = manifest.all(action, f"{_HTTP}requests")
            self.requests[test.value.rpartition("#")[2]] = [self._request(node) for node in manifest.list(found)]

    def _request(self, node: ox.NamedNode | ox.BlankNode) -> Request:
        says = self.manifest
        headers = [one for found in says.all(node, f"{_HTTP}headers") for one in says.list(found)]
        [response] = says.all(node, f"{_HTTP}resp")
        body = None
        for content in says.all(node, f"{_HTTP}body"):
            encoding = says.text(content, f"{_CONTENT}characterEncoding") or ""
            body = (says.text(content, f"{_CONTENT}chars") or "").encode(encoding)
        return Request(
            says.text(node, f"{_HTTP}methodName") or "",
            (says.text(node, f"{_HTTP}absolutePath") or "").replace("/sparql/", "/sparql", 1),
            body,
            {says.text(h, f"{_HTTP}fieldName") or "": says.text(h, f"{_HTTP}fieldValue") or "" for h in headers},
            tuple(status.value[-3:] for status in says.all(response, f"{_MF}expectedStatus")),
            says.text(response, f"{_MF}expectedFormat"),
            says.text(response, f"{_MF}expectedBoolean"),
        )


@pytest.fixture(scope="module")
def suite(shared: Path) -> Suite:
    folder = shared / "w3c" / "sparql" / "sparql11" / "protocol"
    need(folder.is_dir(), "the folder ../shared/w3c")
    return Suite(folder)


@pytest.fixture(scope="module")
def endpoint(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The graphs of the suite, served. It names data0 and does not say what is in it."""
    folder = shared / "w3c" / "sparql" / "sparql11" / "protocol"
    need(folder.is_dir(), "the folder ../shared/w3c")
    graphs = [f"GRAPH <{DATA.format(0)}> {{ <urn:s> <urn:p> <urn:o> }}"]
    graphs += [f"GRAPH <{DATA.format(n)}> {{ {(folder / f'data{n}.nt').read_text('utf-8')} }}" for n in (1, 2, 3)]
    path = tmp_path_factory.mktemp("protocol") / "graphs.trig"
    path.write_text("\n".join(graphs), "utf-8")
    with serving(path) as server:
        yield server


def everything(server: Server) -> set[bytes]:
    """All that the server holds."""
    said = server.ask("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", "application/n-triples")
    graphs = server.ask("SELECT * { GRAPH ?g { ?s ?p ?o } }", "text/tab-separated-values")
    assert (said.status, graphs.status) == (200, 200)
    return {*said.body.splitlines(), *graphs.body.splitlines()}


def sent(server: Server, request: Request) -> Said:
    return server.send(request.method, request.target, request.body, request.headers)


def test_the_suite_is_the_one_that_is_listed_here(suite: Suite) -> None:
    assert tuple(suite.requests) == NAMES
    assert sum(request.writes for requests in suite.requests.values() for request in requests) == 13


@pytest.mark.parametrize("name", NAMES)
def test_the_protocol_is_kept_as_far_as_a_server_that_only_reads_can(endpoint: Server, suite: Suite, name: str) -> None:
    before = everything(endpoint)
    updated = False
    for request in suite.requests[name]:
        said = sent(endpoint, request)
        if request.writes:
            updated = True
            assert 400 <= said.status < 500
            assert said.headers["content-type"] == "application/problem+json"
            assert said.json["detail"]
            continue
        assert f"{said.status // 100}xx" in request.statuses, said.body
        if request.form is not None:
            assert said.headers["content-type"] in MEDIA[request.form]
        if request.yes is not None:
            # After an update that was refused the answer is no.
            assert said.json["boolean"] is (request.yes == "true" and not updated)
    assert everything(endpoint) == before


@pytest.mark.parametrize("folder", UPDATE)
def test_no_update_of_the_w3c_gets_through_in_any_form(endpoint: Server, suite: Suite, folder: str) -> None:
    before = everything(endpoint)
    for case in cases(folder):
        text = case.text
        for body, headers in (
            (text.encode(), {"Content-Type": "application/sparql-update"}),
            (urlencode({"update": text}).encode(), FORM),
            (text.encode(), {"Content-Type": "application/sparql-query"}),
            (urlencode({"query": text}).encode(), FORM),
        ):
            said = endpoint.send("POST", "/sparql", body, headers)
            assert said.status in (400, 403), f"{case.iri}: {said.status}"
            assert said.json["detail"]
    assert everything(endpoint) == before


def test_the_service_is_described_as_the_suite_asks(endpoint: Server, shared: Path) -> None:
    """The three tests of the suite: it returns RDF, names its own address, and keeps to the schema."""
    names = [case.iri.rpartition("#")[2] for case in cases("sparql/sparql11/service-description")]
    assert sorted(names) == ["conforms-to-schema", "has-endpoint-triple", "returns-rdf"]
    said = endpoint.send("GET", "/sparql", headers={"Accept": "text/turtle"})
    assert (said.status, said.headers["content-type"]) == (200, "text/turtle; charset=utf-8")
    store, sd = ox.Store(), "PREFIX sd: <http://www.w3.org/ns/sparql-service-description#> "
    address = f"http://127.0.0.1:{endpoint.port}/sparql"
    store.load(said.body, ox.RdfFormat.TURTLE, base_iri=address)
    assert bool(store.query(f"{sd} ASK {{ ?service a sd:Service ; sd:endpoint <{address}> }}"))
    # The ranges that the recommendation gives its properties (section 3.4).
    for name, kind in {
        **dict.fromkeys(("defaultDataset",), "sd:Dataset"),
        **dict.fromkeys(("defaultGraph", "graph"), "sd:Graph"),
        **dict.fromkeys(("namedGraph",), "sd:NamedGraph"),
    }.items():
        wrong = f"{sd} ASK {{ ?x sd:{name} ?y FILTER NOT EXISTS {{ ?y a {kind} }} }}"
        assert not bool(store.query(wrong)), name
    for name in ("endpoint", "feature", "supportedLanguage", "resultFormat", "inputFormat", "name"):
        assert not bool(store.query(f"{sd} ASK {{ ?x sd:{name} ?y FILTER(!isIRI(?y)) }}")), name
    known = "endpoint|feature|defaultEntailmentRegime|entailmentRegime|supportedEntailmentProfile|extensionFunction|"
    known += "extensionAggregate|languageExtension|supportedLanguage|propertyFeature|defaultDataset|availableGraphs|"
    known += "resultFormat|inputFormat|defaultGraph|namedGraph|name|graph"
    used = store.query("SELECT DISTINCT ?p { ?s ?p ?o FILTER(CONTAINS(STR(?p), 'sparql-service-description#')) }")
    assert {row["p"].value.rpartition("#")[2] for row in used} <= set(known.split("|"))  # type: ignore[union-attr]
