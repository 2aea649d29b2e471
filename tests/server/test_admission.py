"""Whom the server lets in: requests for a host of its own, framed in one way only, that no other site's page sent."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from partnergraph.server.admission import MAX_HOSTS, Admission
from tests.server.conftest import Server, serving

ASK = "/sparql?query=ASK%7B%7D"
DRAW = (
    "/draw?query=SELECT%20%3Ffrom%20%3Fto%20%7B%20%3Fr%20pg%3Afrom%20%3Ffrom%20%3B%20pg%3Ato%20%3Fto%20%7D%20LIMIT%202"
)
OPENREFINE = "http://127.0.0.1:3333"


def sent(server: Server, request: str) -> tuple[int, bytes]:
    """What comes back for the bytes of a request: the status, and all of it."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(request.encode("latin-1"))
        found = b""
        while b"\r\n\r\n" not in found or len(found) < found.find(b"\r\n\r\n") + 4 + _length(found):
            piece = connection.recv(65_536)
            if not piece:
                break
            found += piece
    return int(found.split()[1]), found


def _length(response: bytes) -> int:
    length = re.search(rb"content-length: (\d+)", response)
    return int(length[1]) if length else 0


@pytest.mark.parametrize("way", ["usual", "short"])
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ("Host: localhost\r\n", 200),
        ("Host: localhost:\r\n", 200),
        ("Host: LocalHost:65535\r\n", 200),
        ("Host: [::1]:80\r\n", 200),
        ("", 400),
        ("Host: localhost\r\nHost: localhost\r\n", 400),
        ("Host: localhost\r\nHost: evil.example\r\n", 400),
        ("Host: evil.example\r\nHost: localhost\r\n", 400),
        *(
            (f"Host: {host}\r\n", 400)
            for host in (
                *(
                    "localhost:abc",
                    "localhost:99999",
                    "localhost:65536",
                    "localhost:-1",
                    "localhost:+1",
                    "localhost:1:1",
                ),
                *(
                    "[::1",
                    "::1",
                    "[::1].x",
                    "[localhost]",
                    "a@localhost",
                    "localhost evil",
                    "localhost/x",
                    "localhost?x",
                ),
                *(
                    "localhost#x",
                    "localhost\tx",
                    "localh\xf6st",
                    "localhost:0x50",
                    "localhost:\xb2",
                    "localhost:000080",
                ),
            )
        ),
        *(
            (f"Host: {host}\r\n", 421)
            for host in ("", ":80", "evil.example", "localhost.", "localhost,evil.example", "%6cocalhost", "127.1")
        ),
    ],
)
def test_a_host_is_ours_and_one(server: Server, headers: str, status: int, way: str) -> None:
    request = f"GET {ASK} HTTP/1.1\r\n{headers}X-Test: {hash(headers)}\r\n\r\n"
    for _ in range(1 if way == "usual" else 3):  # the second is what the fast path may take
        assert sent(server, request)[0] == status


@pytest.mark.parametrize(
    ("target", "host", "status"),
    [
        (f"http://localhost{ASK}", "localhost", 200),
        (f"HTTP://LOCALHOST:80{ASK}", "localhost", 200),
        (f"http://localhost{ASK}", "evil.example", 200),  # RFC 9112, 3.2.2: the header is ignored
        (f"http://evil.example{ASK}", "localhost", 421),
        (f"http://evil.example:80{ASK}", "evil.example", 421),
        (f"http://a@localhost{ASK}", "localhost", 400),
        (f"http://localhost:99999{ASK}", "localhost", 400),
        (f"https://localhost{ASK}", "localhost", 400),
        (f"ftp://localhost{ASK}", "localhost", 400),
        ("http://localhost", "localhost", 400),
        ("http://", "localhost", 400),
        ("localhost:80", "localhost", 400),
        (f"//evil.example{ASK}", "localhost", 404),
        ("*", "localhost", 404),
        ("/sparql?query=http://evil.example/", "localhost", 400),  # a query that does not parse, and no other host
        ("/sparql\xfc", "localhost", 400),
    ],
)
def test_an_address_with_a_host_is_asked_for_that(server: Server, target: str, host: str, status: int) -> None:
    assert sent(server, f"GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n")[0] == status


POST = "POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sparql-query\r\n"
CHUNKS = "6\r\nASK {}\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    ("rest", "status"),
    [
        ("Content-Length: 6\r\n\r\nASK {}", 200),
        (f"Transfer-Encoding: chunked\r\n\r\n{CHUNKS}", 200),
        ("Content-Length: 6\r\nContent-Length: 6\r\n\r\nASK {}", 400),
        ("Content-Length: 6\r\nContent-Length: 5\r\n\r\nASK {}", 400),
        ("Content-Length: 6, 6\r\n\r\nASK {}", 400),
        ("Content-Length: +6\r\n\r\nASK {}", 400),
        (f"Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n{CHUNKS}", 400),
        (f"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n{CHUNKS}", 400),
        (f"Transfer-Encoding: gzip, chunked\r\n\r\n{CHUNKS}", 501),
        ("Transfer-Encoding: gzip\r\n\r\nASK {}", 400),
        (f"Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n\r\n{CHUNKS}", 400),
        ("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 6\r\n\r\nASK {}", 400),
        ("Content-Type: application/sparql-query\r\nContent-Length: 6\r\n\r\nASK {}", 400),
        ("X : y\r\nContent-Length: 6\r\n\r\nASK {}", 400),
        ("X: a\r\n b\r\nContent-Length: 6\r\n\r\nASK {}", 400),
        ("X: a\x00b\r\nContent-Length: 6\r\n\r\nASK {}", 400),
    ],
)
def test_a_request_is_read_in_one_way_or_not_at_all(server: Server, rest: str, status: int) -> None:
    got, response = sent(server, POST + rest)
    assert got == status
    if status != 200:
        assert b"connection: close" in response, "what follows may be a part of the same request"


def fetched(site: str, mode: str = "no-cors", destination: str = "empty", **more: str) -> dict[str, str]:
    """What a browser says of where a request comes from."""
    said = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": destination}
    return said | {name.replace("_", "-"): value for name, value in more.items()}


FORM = {"Content-Type": "application/x-www-form-urlencoded"}
STARTING = (
    ("GET", ASK, None),
    ("HEAD", ASK, None),
    ("POST", "/sparql", b"query=ASK%7B%7D"),
    ("POST", "/sparql/", b"query=ASK%7B%7D"),
    ("GET", DRAW, None),
    ("POST", "/draw", DRAW.partition("?")[2].encode()),
    ("GET", "/questions", None),
    ("GET", "/questions?words=funds", None),
    ("GET", "/reconcile", None),
    ("POST", "/reconcile", b"queries=%7B%7D"),
    ("GET", "/reconcile/suggest/entity?prefix=kee", None),
    ("GET", "/reconcile/preview?id=org/keele-university", None),
    ("POST", "/labels", b"iris=http://x/"),
    ("GET", "/search?q=Keele", None),
    ("GET", "/id/org/keele-university", None),
    ("GET", "/terms", None),
    ("GET", "/", None),
)
ELSEWHERE = (
    fetched("cross-site", destination="image"),
    fetched("cross-site", destination="script"),
    fetched("cross-site", "navigate", "iframe"),
    fetched("cross-site", "navigate", "object"),
    fetched("cross-site", "navigate", "document", Sec_Purpose="prefetch"),
    fetched("cross-site", "cors", Origin="https://evil.example"),
    fetched("cross-site", "no-cors", Origin="null"),
    fetched("same-site", destination="image"),
    fetched("same-site", "cors", Origin="http://localhost:1"),
    fetched("another word"),
    {"Origin": "https://evil.example"},
    {"Origin": "http://localhost"},
)


@pytest.mark.parametrize(("method", "target", "body"), STARTING, ids=lambda one: str(one)[:30])
def test_a_page_of_another_site_starts_nothing(server: Server, method: str, target: str, body: bytes | None) -> None:
    usual = server.send(method, target, body, FORM if body else {})
    assert usual.status == 200
    for said in ELSEWHERE:
        got = server.send(method, target, body, (FORM if body else {}) | said)
        assert got.status == 403, said
        assert "access-control-allow-origin" not in got.headers
    for said in (fetched("same-origin"), fetched("none", "navigate", "document")):
        assert server.send(method, target, body, (FORM if body else {}) | said).status == 200
    if method == "POST":  # a form that another page sends to a window
        link = fetched("cross-site", "navigate", "document", Origin="https://evil.example")
        assert server.send(method, target, body, FORM | link).status == 403


def test_a_link_of_another_site_opens_a_page_and_asks_before_a_query(server: Server) -> None:
    link = fetched("cross-site", "navigate", "document")
    for page in ("/", "/id/org/keele-university", "/ns", "/search", "/search?q=Keele", "/sparql", "/reconcile"):
        assert server.send("GET", page, headers=link).status == 200, page
    for query in (ASK, f"/sparql/{ASK[7:]}", DRAW, "/questions?words=a", "/reconcile?queries=%7B%7D"):
        got = server.send("GET", query, headers=link)
        assert (got.status, got.headers["content-type"]) == (403, "text/html; charset=utf-8")
        assert got.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        address = query.replace("/sparql/", "/sparql").replace("&", "&amp;")
        assert f'<a href="{address}">Ask it</a>'.encode() in got.body
        assert int(server.send("HEAD", query, headers=link).headers["content-length"]) == len(got.body)
    wrong = server.send("GET", '/sparql?query=%22%3E&a="><script>', headers=link)
    assert b"<script" not in wrong.body


@pytest.fixture(scope="module")
def shared(keele: Path) -> Iterator[Server]:
    with serving(keele, "--workers", "1", "--cors", OPENREFINE) as running:
        yield running


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_pages_that_may_ask_do(shared: Server, site: str) -> None:
    for method, target, body in STARTING:
        said = fetched(site, "cors", Origin=OPENREFINE) | (FORM if body else {})
        assert shared.send(method, target, body, said).status == 200, target
        assert shared.send(method, target, body, said | {"Origin": f"{OPENREFINE}0"}).status == 403
    framed = fetched(site, "navigate", "iframe")
    assert shared.send("GET", "/reconcile/preview?id=org/keele-university", headers=framed).status == 200
    assert shared.send("GET", "/reconcile?queries=%7B%7D", headers=framed).status == 403
    assert shared.send("OPTIONS", "/reconcile", headers=fetched(site, "cors", Origin=OPENREFINE)).status == 200


def test_the_hosts_that_were_seen_are_few() -> None:
    admission = Admission(["localhost"], [])
    for port in range(MAX_HOSTS * 3):
        scope = {"headers": [(b"host", b"localhost:%d" % port)], "method": "GET", "path": "/", "query_string": b""}
        assert admission.refusal(scope) is None
    assert len(admission._known) == MAX_HOSTS
    assert max(map(len, admission._known)) < 20
