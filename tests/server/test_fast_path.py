"""Plain queries take the fast path through the server. Nobody can tell from the answers."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import uvicorn

from partnergraph.endpoint.query_dispatch import MAX_RETRY_AGE
from partnergraph.endpoint.response_cache import MAX_CACHED_BODY
from partnergraph.server import Application, application
from partnergraph.server.fast_path import MAX_HEADS, FastPath
from partnergraph.server.http_protocol import HttpProtocol
from tests.server.conftest import Server, serving
from tests.server.test_worker_pool import SLOW, children

# It takes some tenths of a second.
SLOWER = "SELECT (COUNT(*) AS ?n) { { SELECT ?a { ?a ?b ?c } LIMIT 2000 } ?d pg:from ?e FILTER(?a != ?d) }"
JSON = "application/sparql-results+json"


class Here:
    """The server in a thread of this process: its application, the queries that took the fast path, its record."""

    def __init__(self, keele: Path) -> None:
        self.audit = io.BytesIO()
        self.app: Application = application(keele, workers=1, audit=self.audit)
        self.taken: list[bytes] = []
        assert self.app.fast_path is not None
        self.fast_path: FastPath = self.app.fast_path
        usual: Callable[..., Any] = self.fast_path.submit

        def submit(query_string: bytes, *rest: Any) -> Any:
            self.taken.append(query_string)
            return usual(query_string, *rest)

        self.fast_path.submit = submit  # type: ignore[method-assign, assignment]

    @property
    def outcomes(self) -> list[str]:
        return [json.loads(line)["outcome"] for line in self.audit.getvalue().splitlines()]


@contextmanager
def running(here: Here, **settings: Any) -> Iterator[int]:
    """The port at which it answers."""
    config = uvicorn.Config(
        here.app, http=HttpProtocol, log_level="error", access_log=False, server_header=False, **settings
    )
    server = uvicorn.Server(config)
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(30)
            assert not thread.is_alive()


@pytest.fixture
def here(keele: Path) -> Here:
    return Here(keele)


def get(query: str, *, accept: str = JSON, host: str = "localhost", more: str = "") -> bytes:
    """A request."""
    head = f"GET /sparql?query={quote(query)} HTTP/1.1\nHost: {host}\nAccept: {accept}\n{more}\n"
    return head.replace("\n", "\r\n").encode()


class Client:
    """A connection, on which one response is read after another."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.file = self.socket.makefile("rb")

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *error: object) -> None:
        self.file.close()
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def read(self) -> tuple[int, dict[str, str], bytes]:
        """The next response, but for its date."""
        status = int(self.file.readline().split()[1])
        headers = {}
        while line := self.file.readline().strip().decode():
            name, _, value = line.partition(": ")
            headers[name] = value
        assert headers.pop("date")
        if "content-length" in headers:
            return status, headers, self.file.read(int(headers["content-length"]))
        body = b""
        while size := int(self.file.readline(), 16):
            body += self.file.read(size)
            self.file.readline()
        self.file.readline()
        return status, headers, body

    def ask(self, *rest: Any, **more: Any) -> tuple[int, dict[str, str], bytes]:
        self.send(get(*rest, **more))
        return self.read()


QUERIES = {
    "a table": (200, "SELECT ?p ?o { o:keele-university ?p ?o } ORDER BY ?p ?o", JSON),
    "no row": (200, "SELECT ?p { o:nobody ?p ?o }", JSON),
    "a sum with spaces and signs": (200, 'SELECT ("é + &=#%" AS ?x) (1 + 1 AS ?y) {}', JSON),
    "yes": (200, "ASK {}", JSON),
    "an empty line at the end": (200, "SELECT ?a { VALUES ?b { 1 2 } }", "text/csv"),
    "many rows": (200, "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 9000", "text/tab-separated-values"),
    "too many rows": (200, "SELECT * { ?s ?p ?o . ?a a pg:Relationship }", JSON),
    "a graph": (200, "CONSTRUCT { ?s ?p ?o } WHERE { ?s a pg:Relationship ; ?p ?o }", "text/turtle"),
    "a hint": (200, "SELECT ?r { OPTIONAL { ?r a pg:Funding } ?r pg:from ?b } ORDER BY ?r LIMIT 5", JSON),
    "a fault": (400, "SELECT * {", JSON),
    "what is not allowed": (403, "SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }", JSON),
    "no such form": (406, "ASK {}", "image/png"),
    "too long": (504, f"{SLOW} # long", JSON),
}


@pytest.mark.parametrize("name", QUERIES)
def test_the_answer_is_the_same_on_either_way(keele: Path, name: str) -> None:
    status, query, accept = QUERIES[name]
    found = []
    for way in ("usual", "short"):
        here = Here(keele)
        if status == 504:
            here.app.endpoint.timeout = 1
        with running(here) as port, Client(port) as client:
            if way == "usual":
                here.fast_path.heads = _Deaf()
            assert client.ask("ASK { o:keele-university ?p ?o }", accept=accept)[0] in (200, 406)
            found.append(client.ask(query, accept=accept))
            again = client.ask(query, accept=accept)
        assert again == found[-1]
        assert len(here.taken) == (2 if way == "short" else 0)
        kept = ["answered", "kept"] if len(again[2]) <= MAX_CACHED_BODY else ["answered"] * 2
        usual = ["streamed"] * 2 if name == "a graph" and here.outcomes[1] == "streamed" else kept
        assert here.outcomes[1:] == (usual if status == 200 else [str(status)] * 2)
    assert found[0] == found[1]
    assert found[0][0] == status


class _Deaf(dict[bytes, bytes]):
    """Heads that are never learned."""

    def __setitem__(self, key: bytes, value: bytes) -> None:
        """Forget it."""


def test_what_is_not_plain_takes_the_usual_way(here: Here) -> None:
    ask = "ASK { o:keele-university a ?c }"
    with running(here) as port, Client(port) as client:
        assert client.ask(ask)[0] == 200
        assert not here.taken
        assert client.ask(ask)[0] == 200
        assert len(here.taken) == 1
        for request in (
            get(ask, more="Connection: keep-alive\n"),
            get(ask, more="Content-Length: 0\n"),
            get(ask, more="X-Other: 1\n"),
            get(ask).replace(b"GET /sparql?query=", b"GET /sparql?timeout=5&query="),
            get(ask).replace(b" HTTP/1.1", b"&timeout=5 HTTP/1.1"),
            get(ask).replace(b" HTTP/1.1", b"#here HTTP/1.1"),
            get(ask).replace(b"GET", b"HEAD").replace(b"Accept", b"accept"),
        ):
            client.send(request)
            if request.startswith(b"HEAD"):
                assert client.file.readline().startswith(b"HTTP/1.1 200 ")
                while client.file.readline().strip():
                    pass
            else:
                assert client.read()[0] == 200
        assert len(here.taken) == 1
        # Two at once, and one in two pieces.
        client.send(get(ask) + get(ask))
        assert [client.read()[0] for _ in range(2)] == [200, 200]
        assert len(here.taken) == 1
        request = get(ask)
        for piece in (request[:30], request[30:]):
            client.send(piece)
            time.sleep(0.2)
        assert client.read()[0] == 200
        assert len(here.taken) == 1
        client.send(request[:9])
        time.sleep(0.2)
        client.send(request)
        assert client.read()[0] == 400


def test_a_host_that_is_not_ours_stays_refused(here: Here) -> None:
    with running(here) as port, Client(port) as client:
        for _ in range(3):
            assert client.ask("ASK {}", host="example.org")[0] == 421
        assert not here.taken
        assert not here.fast_path.heads


def test_the_date_goes_on(here: Here) -> None:
    """The fast path writes the fields that uvicorn renews each second."""
    with running(here) as port, Client(port) as client:
        client.ask("ASK {}")
        dates = []
        for _ in range(2):
            client.send(get("ASK {}"))
            head = b"".join(iter(client.file.readline, b"\r\n"))
            client.file.read(int(re.search(rb"content-length: (\d+)", head)[1]))  # type: ignore[index]
            dates.append(re.search(rb"\r\ndate: (.*?)\r\n", head)[1])  # type: ignore[index]
            time.sleep(2.2)
        assert len(here.taken) == 2
        assert dates[0] != dates[1]


def test_many_heads_are_forgotten(here: Here) -> None:
    with running(here) as port, Client(port) as client:
        for number in range(MAX_HEADS + 5):
            assert client.ask("ASK {}", more=f"X-Number: {number}\n")[0] == 200
        assert len(here.fast_path.heads) == 5


def test_what_is_asked_before_the_answer_came_is_answered_after_it(here: Here) -> None:
    with running(here) as port, Client(port) as client:
        client.ask("ASK {}")
        client.send(get(SLOWER))
        for number in range(3):
            time.sleep(0.02)
            client.send(get(f"SELECT ({number} AS ?x) {{}}", accept="text/csv" if number == 1 else JSON))
        assert b'"n"' in client.read()[2]
        bodies = [client.read()[2] for _ in range(3)]
    assert [b'"x"' in bodies[0], bodies[1].split(), b'"x"' in bodies[2]] == [True, [b"x", b"1"], True]


def test_nothing_is_read_on_without_end_from_who_does_not_wait(here: Here) -> None:
    here.app.endpoint.timeout = 1
    with running(here) as port, Client(port) as client:
        client.ask("ASK {}")
        client.send(get(f"{SLOW} # 1"))
        time.sleep(0.3)
        client.socket.settimeout(1)
        sent, chunk = 0, b"GET /sparql?query=ASK%20%7B%7D HTTP/1.1\r\nHost: localhost\r\n\r\n" * 1000
        with suppress(TimeoutError):
            while sent < 100_000_000:
                sent += client.socket.send(chunk)
        assert sent < 100_000_000


def test_who_leaves_is_not_worked_for(keele: Path) -> None:
    with serving(keele, "--workers", "1", "--aside", "0") as server:
        before = children(server.process.pid)
        with Client(server.port) as client:
            client.ask("ASK {}")
            client.send(get(SLOW))
            time.sleep(0.3)
        start = time.monotonic()
        assert server.ask("ASK { ?s ?p 1 }").status == 200
        assert time.monotonic() - start < 5
        while not children(server.process.pid) - before:  # a new spare
            assert time.monotonic() < start + 20
            time.sleep(0.05)


def test_who_leaves_is_on_record(here: Here) -> None:
    with running(here) as port:
        with Client(port) as client:
            client.ask("ASK {}")
            client.send(get(SLOW))
            time.sleep(0.3)
            with Client(port) as second:  # it waits in the queue, as there is one process
                second.send(get(f"{SLOW} # 2"))
                time.sleep(0.3)
        deadline = time.monotonic() + 10
        while here.outcomes.count("gone") < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert here.outcomes == ["answered", "gone", "gone"]


def test_who_waits_is_answered_before_the_server_stops(keele: Path) -> None:
    with serving(keele, "--workers", "1") as server, Client(server.port) as client:
        client.ask("ASK {}")
        client.send(get(SLOWER))
        time.sleep(0.05)
        server.process.send_signal(signal.SIGTERM)
        assert client.read()[0] == 200
        assert client.file.read() == b""
        assert server.process.wait(20) == 0


def test_a_connection_that_is_not_used_is_closed_and_one_in_use_is_not(here: Here) -> None:
    with running(here, timeout_keep_alive=1) as port, Client(port) as client:
        for _ in range(8):
            assert client.ask("ASK {}")[0] == 200
            time.sleep(0.3)
        assert len(here.taken) == 7
        start = time.monotonic()
        assert client.file.read() == b""
        assert 0.3 < time.monotonic() - start < 5
        with Client(port) as second:
            second.ask("ASK {}")
            second.send(get(f"{SLOW} LIMIT 3"))
            time.sleep(1.5)
            assert "gone" not in here.outcomes


def test_too_many_are_told_so(here: Here) -> None:
    here.app.pool.waiting.limit = 0
    here.app.pool.max_slow = 0
    with running(here) as port, Client(port) as first, Client(port) as client:
        first.ask("ASK {}")
        first.send(get(f"{SLOW} LIMIT 4"))
        time.sleep(0.3)
        status, headers, _ = client.ask("ASK { ?s ?p 2 }")
        assert (status, headers["retry-after"]) == (429, "1")
        assert len(here.taken) == 2


def test_a_page_that_may_read_is_told_so_each_time(keele: Path) -> None:
    with serving(keele, "--cors", "http://example.org") as server, Client(server.port) as client:
        for _ in range(3):
            _, headers, _ = client.ask("ASK {}", more="Origin: http://example.org\n")
            assert headers["access-control-allow-origin"] == "http://example.org"
            assert "access-control-allow-origin" not in client.ask("ASK {}")[1]


def test_a_query_whose_process_is_killed_is_answered_by_another(server: Server) -> None:
    with Client(server.port) as client:
        client.ask("ASK {}")
        expected = client.ask(f"{SLOWER} LIMIT 2")
        client.send(get(f"{SLOWER} LIMIT 3"))
        _kill_those_at_work(server)
        assert client.read() == expected
        assert client.ask("ASK { ?s ?p 3 }")[0] == 200


def test_one_that_has_been_at_work_for_long_is_not_tried_again(server: Server) -> None:
    """It may be what brought its process down."""
    with Client(server.port) as client:
        client.ask("ASK {}")
        client.send(get("SELECT (SUM(STRLEN(STR(?o))) AS ?n) { ?s ?p ?o . ?a ?b ?c . ?d pg:from ?e }"))
        time.sleep(MAX_RETRY_AGE + 0.2)
        _kill_those_at_work(server)
        status, _, body = client.read()
        assert status == 503
        assert b"why is not known" in body
        assert client.ask("ASK { ?s ?p 4 }")[0] == 200


def _kill_those_at_work(server: Server) -> None:
    deadline = time.monotonic() + 20
    while not (busy := [pid for pid in children(server.process.pid) if _works(pid)]):
        assert time.monotonic() < deadline
    for pid in busy:
        os.kill(pid, signal.SIGKILL)


def _works(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "R"
    except OSError:
        return False
