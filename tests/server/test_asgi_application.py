"""Every response is whole or the connection is broken; no error names the machine; what is remembered has a bound."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from urllib.parse import quote

import pytest

from partnergraph.endpoint import sparql_endpoint
from partnergraph.endpoint.http_response import problem_json
from partnergraph.endpoint.query_dispatch import refusal_for
from partnergraph.endpoint.response_cache import CachedResponse, ResponseCache
from partnergraph.endpoint.sparql_endpoint import RequestState, order_limits
from partnergraph.endpoint.sparql_request import MAX_HEADER_LENGTH, header_value
from partnergraph.errors import QueryLimit, StoreError
from partnergraph.execution import wire
from partnergraph.pool.worker import Reply
from partnergraph.site import static_files
from partnergraph.vocabulary import iri
from tests.server.conftest import Server, run, serving

# More bytes than an answer may have, which is known when most of them are sent.
LARGE = (
    "CONSTRUCT { ?a ?b ?x } { ?a ?b ?c . ?d ?e ?f BIND(CONCAT(STR(?c), STR(?f), STR(?c), STR(?f)) AS ?x) } LIMIT 300000"
)


def test_a_graph_that_is_too_large_is_refused_and_no_part_of_it_comes(keele: Path, tmp_path: Path) -> None:
    audit = tmp_path / "audit.jsonl"
    with serving(keele, "--workers", "1", "--timeout", "60", "--audit", str(audit)) as server:
        got = server.ask(LARGE, "application/n-triples")
        assert got.status == 422
        assert got.json["detail"].startswith("The answer is larger than 50 MB.")
        assert server.ask("ASK {}").status == 200
    assert '"422"' in audit.read_text("utf-8")


@pytest.mark.parametrize(
    "target",
    [
        *("/", "/search", "/sparql", "/sparql?query=ASK%7B%7D", "/sparql?query=SELECT", "/nothing", "/static/site.css"),
        *(
            "/static/nothing",
            "/id/org/keele-university",
            "/id/org/nobody",
            "/id/org/keele-university?format=x",
            "/terms",
        ),
        *("/reconcile", "/reconcile?x=1", "/labels", "/openapi.json", "/questions/nothing", "/draw"),
    ],
)
def test_the_head_says_the_length_of_what_get_sends(server: Server, target: str) -> None:
    got, head = server.send("GET", target), server.send("HEAD", target)
    if target == "/labels":
        assert got.status == head.status == 405
    assert (head.status, head.body) == (got.status, b"")
    assert head.headers["content-length"] == got.headers["content-length"] == str(len(got.body))
    assert "transfer-encoding" not in got.headers


def test_a_file_that_is_still_the_same_has_no_body(server: Server) -> None:
    tag = server.send("GET", "/static/site.css").headers["etag"]
    for method in ("GET", "HEAD"):
        got = server.send(method, "/static/site.css", headers={"If-None-Match": tag})
        assert (got.status, got.body) == (304, b"")
        assert "content-length" not in got.headers


@pytest.mark.parametrize(
    "name",
    ["a" * 300, "a" * 60_000, "%00", "a%00.css", "..%2Fpages.py", "%2e%2e", ".", "site.css%20", "con", "\u00fc" * 5],
)
def test_a_name_that_no_file_has_is_not_found(server: Server, name: str) -> None:
    assert server.send("GET", "/static/" + quote(name, safe="%")).status in (404, 414)
    static_files.static_file("site.css")
    before = static_files._content.cache_info().currsize
    assert static_files.static_file(name) is None
    assert static_files._content.cache_info().currsize == before, "what is not there is not remembered"


def test_an_error_of_the_store_names_no_folder() -> None:
    error = refusal_for(StoreError("The store /home/somebody/graph/build/current/store cannot be opened."), None)
    assert error.status == 503
    assert error.headers == {"retry_after": "1"}
    assert "/" not in str(error)


def test_an_error_of_a_query_names_no_folder(keele: Path) -> None:
    with serving(keele, "--workers", "1") as server:
        for query in ("SELECT", "ASK { SERVICE <http://x/> {} }", "SELECT * { ?s pg:x ?o . FILTER(REGEX(?s, '(')) }"):
            assert str(keele) not in server.ask(query).body.decode()


def test_half_a_character_in_an_error_is_escaped() -> None:
    assert json.loads(problem_json(400, "a\ud800b\u00fc"))["detail"] == "a\ud800b\u00fc"
    problem_json(400, "a\ud800b").decode("utf-8")


def test_a_header_holds_visible_signs_only() -> None:
    every = "".join(map(chr, (*range(0x3000), 0xD800, 0xDFFF, 0xFFFE, 0x1F600, 0x10FFFF)))
    for start in range(0, len(every), 400):
        value = header_value(every[start : start + 400])
        assert all(0x20 <= byte < 0x7F for byte in value)
    for size in range(MAX_HEADER_LENGTH - 20, MAX_HEADER_LENGTH + 20):
        for sign in ("\x00", "\u00fc", "\u20ac", "\U0001f600", "\\"):
            value = header_value("x" * size + sign * 3)
            assert len(value) <= MAX_HEADER_LENGTH
            # Nothing is cut in two: what is escaped can be read back.
            value.removesuffix(b"...").decode("unicode_escape")


def test_what_is_remembered_of_requests_is_short() -> None:
    for number in range(300):
        order_limits(f"text/csv;x={number}" + "x" * 10_000)
        order_limits("", (f"{number}" * 10_000,))
        wire.decode_values(json.dumps({"note": f"{number}" * 2_000}).encode())
        iri.is_iri(f"http://x/{number}" + "x" * 10_000)
    assert sparql_endpoint._limits.cache_info().currsize < 256
    assert json.loads(order_limits("text/csv" + " " * 2_000))["formats"]["select"] == "csv"
    assert wire.decode_values(b'{"note": "%b"}' % (b"x" * 2_000)) == {"note": "x" * 2_000}
    before = iri._is_iri.cache_info().currsize
    assert iri.is_iri("http://x/" + "y" * 10_000)
    assert not iri.is_iri("http://x/ " + "y" * 10_000)
    assert iri._is_iri.cache_info().currsize == before


def test_notes_count_among_what_is_kept() -> None:
    kept = ResponseCache(max_bytes=100_000)
    for number in range(200):
        kept.put(
            "g",
            b"%d" % number,
            CachedResponse(b"{}", "application/json", 200, ((b"x-partnergraph-note", b"n" * 4000),)),
        )
    assert (
        sum(len(kept.get("g", b"%d" % number).more[0][1]) for number in range(200) if kept.get("g", b"%d" % number))
        < 100_000
    )  # type: ignore[union-attr]
    while kept.entries:
        key, found = kept.entries.popitem()
        kept.size -= 1000 + len(key) + len(found[0]) + 4000
    assert kept.size == 0


def test_notes_are_said_of_what_was_asked() -> None:
    found: dict[bytes, bytes] = {}

    async def said() -> None:
        reply = Reply(asyncio.get_running_loop(), form="select", format="json", hint="a\x00b", note="one\ntwo")
        found.update(sparql_endpoint._note_headers(RequestState(formats=("turtle",), ignored=("a\r\nX: 1",)), reply))

    run(said())
    assert found[b"x-partnergraph-hint"] == rb"a\x00b"
    note = found[b"x-partnergraph-note"]
    assert note.startswith(b"Parameters that mean nothing here: a | X: 1. | There is no form 'turtle'")
    assert note.endswith(b" | one | two")
    assert refusal_for(QueryLimit("x", "time"), None).status == 504
