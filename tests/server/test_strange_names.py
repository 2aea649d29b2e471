"""A graph whose names hold control characters and whose addresses run scripts: every answer is whole, and no link."""

from __future__ import annotations

import csv
import io
import json
import re
import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

import pyoxigraph
import pytest

from tests.server.conftest import Bench, Server, _bench, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SPACE = "https://w3id.org/partnergraph/id/"
# What a name may hold: all but U+0000, which nothing lets in.
CONTROLS = "".join(map(chr, (*range(1, 0x20), 0x7F, *range(0x80, 0xA0)))) + "\u2028\u2029\u202e\ufeff\U0010ffff"
STRANGE = f"Zorblax {CONTROLS} X-Injected: 1\r\n\r\n<script>alert(1)</script>"
SCHEMES = (
    *("javascript:alert%281%29", "JAVASCRIPT:alert%282%29", "data:text/html,%3Cscript%3Ealert(3)%3C/script%3E"),
    *("vbscript:msgbox", "file:///etc/passwd", "blob:http://localhost/x", "view-source:http://localhost/", "ftp://x/y"),
)
PREFIXES = """@prefix pg: <https://w3id.org/partnergraph/ns#> . @prefix code: <https://w3id.org/partnergraph/code/> .
@prefix org: <http://www.w3.org/ns/org#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dcterms: <http://purl.org/dc/terms/> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix adms: <http://www.w3.org/ns/adms#> . @prefix dcat: <http://www.w3.org/ns/dcat#> .
"""


def _literal(text: str) -> str:
    return '"' + "".join(f"\\U{ord(one):08x}" for one in text) + '"'


def _graph() -> str:
    """A body of ours and one at each address; claims, sources, homepages and identifiers lead nowhere good."""
    lines = [
        PREFIXES,
        f"<{SPACE}org/strange> a org:Organization ; skos:prefLabel {_literal(STRANGE)} .",
        f'<https://w3id.org/partnergraph/graph/> a dcat:Catalog ; dcterms:title "Strange" ; '
        f"dcterms:license <{SCHEMES[0]}> ; dcterms:publisher {_literal(STRANGE)} .",
    ]
    for number, address in enumerate(SCHEMES):
        name = f"{SPACE}org/own-{number}"
        lines += [
            f'<{address}> a org:Organization ; skos:prefLabel "Zorblax outside {number}" ; foaf:homepage <{address}> .',
            f'<{name}> a org:Organization ; skos:prefLabel "Zorblax own {number}" ; foaf:homepage <{address}> ; '
            f"adms:identifier <{SPACE}identifier/{number}> ; pg:evidence <{SPACE}evidence/{number}> .",
            f'<{SPACE}identifier/{number}> skos:notation "{address}" ; pg:scheme code:website .',
            f"<{SPACE}source/{number}> a pg:Source ; dcterms:title {_literal(STRANGE)} ; foaf:page <{address}> .",
            f'<{SPACE}evidence/{number}> a pg:Evidence ; pg:says "so" ; dcterms:source <{SPACE}source/{number}> .',
            f"<{SPACE}rel/{number}> a pg:Relationship ; pg:from <{name}> ; pg:to <{address}> ; pg:kind code:funding ; "
            f"pg:evidence <{SPACE}evidence/{number}> .",
            f"<{SPACE}rel/strange-{number}> a pg:Relationship ; pg:from <{SPACE}org/strange> ; pg:to <{name}> ; "
            f"pg:kind code:funding ; pg:evidence <{SPACE}evidence/{number}> .",
        ]
    return "\n".join(lines)


@pytest.fixture(scope="module")
def strange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    path = tmp_path_factory.mktemp("strange") / "graph.ttl"
    path.write_text(_graph(), "utf-8")
    with serving(path, "--workers", "2") as running:
        yield running


@pytest.fixture
def opened(browser: Browser, strange: Server) -> Iterator[Bench]:
    bench = _bench(browser, strange)
    yield bench
    assert bench.dialogs == []
    assert bench.outside == []
    bench.tab.context.close()


PAGES = (
    *("search", "search?q=Zorblax", "id/org/strange", "id/org/own-0", "id/org/own-2", "id/rel/0", "id/rel/strange-1"),
    *("id/source/0", "id/evidence/3", "id/identifier/1", "graph/", "id/org/zorblax", "code/funding"),
    *("reconcile/preview?id=org/strange", "reconcile/preview?id=org/own-1"),
    "draw?query=" + quote("SELECT ?from ?to { ?r pg:from ?from ; pg:to ?to }"),
)
LINKS = """[...document.querySelectorAll('[href], [src], [action], [data], [formaction]')].flatMap((one) =>
  ['href', 'src', 'action', 'data', 'formaction'].map((name) => one.getAttribute(name)).filter((value) => value))"""
OF_THE_WEB = re.compile(r"https?://|mailto:|/(?!/)|[#?]|data:image/")


def test_a_name_comes_whole_in_every_form_that_can_hold_it(strange: Server) -> None:
    query = f"SELECT ?n {{ <{SPACE}org/strange> skos:prefLabel ?n }}"
    assert strange.ask(query).values == [{"n": STRANGE}]
    [_, row] = csv.reader(io.StringIO(strange.ask(query, "text/csv").body.decode(), newline=""))
    assert row == [STRANGE]
    for form in ("tsv", "xlsx", "parquet", "arrow"):
        assert strange.ask(query, format=form).status == 200
    graph = f"CONSTRUCT {{ ?s ?p ?n }} {{ BIND(<{SPACE}org/strange> AS ?s) ?s skos:prefLabel ?n ; ?p ?n }}"
    for form in ("turtle", "nt", "jsonld", "trig", "nq"):
        got = strange.ask(graph, format=form)
        assert got.status == 200
        syntax = {"jsonld": pyoxigraph.RdfFormat.JSON_LD, "nt": pyoxigraph.RdfFormat.N_TRIPLES}.get(form)
        [quad] = pyoxigraph.parse(got.body, syntax or pyoxigraph.RdfFormat.TRIG)
        assert quad.object == pyoxigraph.Literal(STRANGE)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    labels = strange.send("POST", "/labels", urlencode({"iris": f"{SPACE}org/strange"}).encode(), form)
    assert labels.json == {f"{SPACE}org/strange": STRANGE}
    assert {one["label"] for one in strange.send("GET", "/search?q=Zorblax&format=json").json["found"]} > {STRANGE}
    batch = quote(json.dumps({"q": {"query": STRANGE}}))
    assert strange.send("GET", f"/reconcile?queries={batch}").json["q"]["result"][0]["name"] == STRANGE


def test_xml_that_nobody_could_read_is_refused(strange: Server) -> None:
    query = f"SELECT ?n {{ <{SPACE}org/strange> skos:prefLabel ?n }}"
    for explain in ("", "1"):
        got = strange.ask(query, "application/sparql-results+xml", explain=explain)
        assert got.status == 406
        assert "U+0001, which XML cannot" in got.json["detail"]
    assert strange.ask("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }", "application/rdf+xml").status == 406
    assert strange.send("GET", "/id/org/strange?format=rdfxml").status == 406
    for text in ("a\tb\u00e9\u0085\uffff"[:-1], "\U0010fffd"):
        fine = strange.ask(f'SELECT ("{text}" AS ?x) {{}}'.replace("\t", "\\t"), "application/sparql-results+xml")
        assert [one.text for one in ElementTree.fromstring(fine.body).iter() if one.tag.endswith("literal")] == [text]
    assert strange.ask('SELECT ("\uffff" AS ?x) {}', "application/sparql-results+xml").status == 406


QUERIES = [
    *(
        f'SELECT * {{ ?a a ?b OPTIONAL {{ ?a ?c ?d }} ?a pg:to "x{one}y" }}'
        for one in "\x00\x07\x1b\x7f\x85\u2028\U0001f600"
    ),
    "SELECT * { ?a a ?b OPTIONAL { ?a ?c ?d } ?a pg:to '''x\r\nX-Injected: 1\r\n\r\ny''' }",
    'ASK { ?s ?p "\\\\Uffffffff \\\\ud800 \\\\x41" }',
    f'SELECT * {{ ?s pg:membrOf "{CONTROLS[:9]}" }} # {CONTROLS[:8]}',
]


@pytest.mark.parametrize("number", range(len(QUERIES)))
@pytest.mark.parametrize("explain", ["", "&explain=1"])
def test_a_note_is_one_header_on_either_way(strange: Server, number: int, explain: str) -> None:
    with socket.create_connection(("127.0.0.1", strange.port), timeout=20) as connection:
        heads = []
        for query in ("ASK {}", QUERIES[number]):
            target = f"/sparql?query={quote(query, safe='')}{explain}"
            connection.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\nX-N: {number}\r\n\r\n".encode())
            got = b""
            while b"\r\n\r\n" not in got:
                piece = connection.recv(65_536)
                assert piece, "no answer at all"
                got += piece
            head, _, rest = got.partition(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head)
            assert length
            while len(rest) < int(length[1]):
                rest += connection.recv(65_536)
            assert json.loads(rest)
            heads.append(head)
    assert heads[1].startswith(b"HTTP/1.1 200 ")
    lines = heads[1].split(b"\r\n")
    assert re.fullmatch(rb"[\x20-\x7e]*", b"".join(lines))
    assert not [line for line in lines if line.lower().startswith(b"x-injected")]
    if explain:
        assert b"x-partnergraph-note: Nothing was found. | - " in heads[1]


def test_every_link_leads_to_a_page_of_the_web(strange: Server, opened: Bench) -> None:
    for page in PAGES:
        response = opened.tab.goto(opened.address + page)
        assert response
        assert response.status == (404 if page == "id/org/zorblax" else 200), page
        wrong = [link for link in opened.tab.evaluate(LINKS) if not OF_THE_WEB.match(link)]
        assert wrong == [], page
        if page.startswith(("search", "id/org/strange")):
            assert "Zorblax own 0" in opened.tab.inner_text("body")
    assert opened.tab.locator("a").count() > 0
    for path in ("search?q=Zorblax&format=json", "reconcile?queries=" + quote('{"q":{"query":"Zorblax outside 0"}}')):
        found = strange.send("GET", f"/{path}").json
        links = [value for one in _objects(found) for name, value in one.items() if name in ("link", "url", "view")]
        assert not [link for link in links if link and not OF_THE_WEB.match(link)]


def _objects(value: object) -> Iterator[dict[str, object]]:
    if isinstance(value, dict):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(one)


def test_the_workbench_shows_them_as_text(opened: Bench) -> None:
    opened.open()
    opened.run("SELECT ?n ?page { ?o skos:prefLabel ?n ; foaf:homepage ?page } ORDER BY ?n")
    assert opened.tab.locator("#view tbody tr").count() == 2 * len(SCHEMES)
    hrefs = opened.tab.evaluate("[...document.querySelectorAll('#view a')].map((one) => one.getAttribute('href'))")
    assert [link for link in hrefs if not OF_THE_WEB.match(link)] == []
    opened.run("SELECT ?from ?to { ?r pg:from ?from ; pg:to ?to }")
    opened.tab.click("#views [data-view=map]")
    frame = opened.tab.frame_locator("iframe.map")
    frame.locator("svg").first.wait_for(state="attached")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ('SELECT * { ?s ?p "\\Uffffffff" }', "(line 1, column 18)"),
        ('SELECT *\n{ ?s ?p "\\ud800" }', "(line 2, column 9)"),
        ("SELECT * { ?s ?p <http://x/\\Uffffffff> }", "(line 1, column 18)"),
        ("SELECT ?\\ud800 {}", "(line 1, column 8)"),
    ],
)
def test_half_a_character_is_a_fault_with_its_place(strange: Server, opened: Bench, query: str, said: str) -> None:
    for explain in ("", "1"):
        got = strange.ask(query, explain=explain)
        assert got.status == 400
        assert said in got.json["detail"]
    got = strange.send("GET", f"/draw?query={quote(query)}")
    assert (got.status, said in got.json["detail"]) == (400, True)
    opened.open()
    opened.run(query)
    assert said in opened.tab.inner_text("#trouble")


def test_the_workbench_reads_notes_with_what_is_no_character(opened: Bench) -> None:
    opened.open()
    opened.run('SELECT * { ?s ?p "\\\\Uffffffff \\\\ud800 \\\\x41 \u00e9 \U0001f600" }')
    notes = opened.tab.inner_text("#notes")
    assert r"\\Uffffffff \\ud800 \\x41 é 😀" in notes
