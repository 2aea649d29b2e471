"""Nobody can fill the server or occupy its connections: size, time and number of what clients send and leave unread."""

from __future__ import annotations

import json
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from partnergraph.server.connection_limits import OWN_FILES, ConnectionLimits, max_connections
from tests.server.conftest import Server, serving
from tests.server.test_fast_path import Client, Here, running

POST = b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sparql-query\r\n"
HEAD = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: localhost\r\n"


@contextmanager
def limited(keele: Path, **limits: Any) -> Iterator[int]:
    """A server with other limits, and its port."""
    here = Here(keele)
    here.app.limits = ConnectionLimits(**limits)
    with running(here) as port:
        yield port


def exchange(port: int, *pieces: bytes, wait: float = 20) -> bytes:
    """What comes back until the server says that it will send no more."""
    with socket.create_connection(("127.0.0.1", port), timeout=wait) as client:
        answer = b""
        for piece in pieces:
            client.sendall(piece)
        while data := client.recv(65_536):
            answer += data
        return answer


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def resident(server: Server) -> int:
    """Megabytes of the server's own process."""
    line = next(line for line in Path(f"/proc/{server.process.pid}/status").read_text().splitlines() if "VmRSS" in line)
    return int(line.split()[1]) // 1024


@pytest.mark.parametrize(
    ("request_head", "expected"),
    [
        (b"GET /sparql?query=" + b"a" * 65_100 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414),
        (b"GET /sparql?query=" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414),
        (b"GET /sparql?query=" + b"a" * 200_000, 414),
        (HEAD + b"X: " + b"a" * 66_000 + b"\r\n\r\n", 431),
        (HEAD + b"X: " + b"a" * 200_000, 431),
        (HEAD + b"X" * 200_000, 431),
        (HEAD + b"".join(b"X%d: 1\r\n" % n for n in range(100)) + b"\r\n", 431),
        (HEAD + b"".join(b"X%d: 1\r\n" % n for n in range(20_000)), 431),
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX\x00: 1\r\n\r\n", 400),
    ],
    ids=[
        "url",
        "long url",
        "endless url",
        "field",
        "endless field",
        "endless name",
        "fields",
        "endless fields",
        "none",
        "nul",
    ],
)
def test_a_head_that_is_too_large_is_refused_with_a_reason(server: Server, request_head: bytes, expected: int) -> None:
    answer = exchange(server.port, request_head)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert status(answer) == expected
    assert b"connection: close" in head
    assert json.loads(body)["status"] == expected
    assert server.ask("ASK {}").status == 200


def test_a_head_just_below_the_limits_is_answered(server: Server) -> None:
    query = quote("ASK {} #" + "a" * 20_000)
    fields = b"".join(b"X%d: %b\r\n" % (n, b"b" * 300) for n in range(98))
    answer = exchange(
        server.port,
        b"GET /sparql?query=%b HTTP/1.1\r\nHost: localhost\r\n%bConnection: close\r\n\r\n" % (query.encode(), fields),
    )
    assert status(answer) in (200, 400)  # the guard may find the query itself too long
    assert b"head of the request" not in answer


@pytest.mark.parametrize("endless", [b"Y: 1\r\n" * 1000, b"Z" * 6000], ids=["fields", "one field"])
def test_a_trailer_without_an_end_is_cut_off(server: Server, endless: bytes) -> None:
    start = POST + b"Transfer-Encoding: chunked\r\n\r\n6\r\nASK {}\r\n0\r\n"
    assert status(exchange(server.port, start, *[endless] * 40)) == 431


def test_a_body_in_chunks_of_one_byte_is_read(server: Server) -> None:
    head = (
        b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sparql-query\r\nConnection: close\r\n"
    )
    query = b"ASK {} #" + b"x" * 12_000
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in query)
    assert len(chunks) > ConnectionLimits.max_head / 2
    assert status(exchange(server.port, head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n")) == 200


def test_the_memory_stays_flat_whatever_is_sent(keele: Path) -> None:
    with serving(keele, "--workers", "1") as server, ExitStack() as clients:
        before, seconds = resident(server), 3
        line = b"".join(b"X%05d: 1\r\n" % n for n in range(6000))
        for start, piece in ((HEAD, line), (b"GET /sparql?query=", b"A" * 65_536), (HEAD + b"X: ", b"A" * 65_536)):
            client = clients.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=20))
            client.sendall(start)
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                client.sendall(piece)
            assert server.ask(f"ASK {{ ?s ?p {time.monotonic_ns()} }}").status == 200
        assert resident(server) - before < 50


def test_too_many_requests_at_once_on_one_connection_end_it(server: Server) -> None:
    slow = quote("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as client:
        client.sendall(f"GET /sparql?timeout=2&query={slow} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        with suppress(ConnectionError):
            client.sendall((HEAD + b"\r\n") * 5000)
            assert client.recv(100) == b""
    assert server.ask("ASK {}").status == 200


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (b"", b""),
        (b"\r\n", b""),
        (b"GET /sparql HTTP/1.1\r\nHost: loc", b"HTTP/1.1 408 "),
        (POST + b"Content-Length: 9\r\n\r\nASK", b"HTTP/1.1 408 "),
    ],
    ids=["silent", "an empty line", "half a head", "half a body"],
)
@pytest.mark.parametrize("after_another", [False, True], ids=["first", "later"])
def test_a_request_that_does_not_arrive_in_time_ends_its_connection(
    keele: Path, start: bytes, expected: bytes, after_another: bool
) -> None:
    with limited(keele, request_time=0.6) as port, Client(port) as client:
        if after_another:
            assert client.ask("ASK {}")[0] == 200
            if not start:
                return  # uvicorn ends connections on which nothing comes after a response
        client.send(start)
        begin = time.monotonic()
        assert client.file.read().startswith(expected)
        assert 0.3 < time.monotonic() - begin < 15


def test_a_connection_that_is_used_again_and_again_is_not_ended(keele: Path) -> None:
    with limited(keele, request_time=0.6) as port, Client(port) as client:
        for number in range(8):
            assert client.ask(f"ASK {{ ?s ?p {number} }}")[0] == 200
            time.sleep(0.2)


LARGE = 8_000_000  # bytes of an answer, at least


def reader(port: int, buffer: int | None = None, address: str = "127.0.0.1") -> socket.socket:
    """A client that has asked for a large answer and has not read it; `buffer` is what the system reads for it."""
    values = " ".join(map(str, range(90)))
    query = f"SELECT ?x {{ VALUES ?a {{ {values} }} VALUES ?b {{ {values} }} BIND('{'a' * 1000}' AS ?x) }}"
    client = socket.socket()
    if buffer:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    client.settimeout(30)
    client.bind((address, 0))
    client.connect(("127.0.0.1", port))
    client.sendall(f"GET /sparql?query={quote(query)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    return client


def bytes_left(client: socket.socket) -> int:
    """How much of a large answer comes in the end."""
    size = 0
    with suppress(ConnectionError):
        while size < LARGE and (data := client.recv(1_000_000)):
            size += len(data)
    return size


def test_a_client_that_does_not_read_is_cut_off_and_one_that_reads_slowly_is_not(keele: Path) -> None:
    with limited(keele, write_time=0.9) as port, reader(port, 4096) as silent, reader(port) as slow:
        received, end = 0, time.monotonic() + 3
        while time.monotonic() < end:
            received += len(slow.recv(32_768))
            time.sleep(0.02)
        assert received < LARGE
        assert received + bytes_left(slow) >= LARGE
        assert bytes_left(silent) < LARGE


def test_all_clients_together_leave_no_more_unread_than_may_be(keele: Path) -> None:
    """Whoever has read nothing for longest is cut off first."""
    with limited(keele, max_unsent=300_000) as port, ExitStack() as stack:
        clients = []
        for _ in range(12):
            clients.append(stack.enter_context(reader(port, 4096)))
            assert clients[-1].recv(12, socket.MSG_PEEK) == b"HTTP/1.1 200"
        assert bytes_left(clients[-1]) >= LARGE
        assert sum(bytes_left(client) >= LARGE for client in clients[:-1]) <= 5


def test_when_there_are_too_many_connections_those_end_on_which_nothing_is_asked(keele: Path) -> None:
    with limited(keele, max_connections=20) as port, ExitStack() as stack:
        silent = [stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20)) for _ in range(60)]
        with Client(port) as client:
            assert client.ask("ASK {}")[0] == 200
        assert silent[0].recv(1) == b""
        open_ = []
        for client_ in silent:
            client_.settimeout(0.01)
            try:
                if client_.recv(1):
                    raise AssertionError
            except TimeoutError:
                open_.append(client_)
            except ConnectionError:
                pass
        assert 0 < len(open_) <= 20


def test_connections_on_which_something_is_answered_stay(keele: Path) -> None:
    slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    request = f"GET /sparql?timeout=3&query={quote(slow)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    with limited(keele, max_connections=2) as port, ExitStack() as stack:
        clients = [stack.enter_context(Client(port)) for _ in range(2)]
        for client in clients:
            client.send(request)
        time.sleep(0.3)
        with Client(port) as third:
            third.socket.settimeout(20)
            assert b" 503 " in third.file.readline()
        for client in clients:
            client.socket.settimeout(0.1)
            with pytest.raises(TimeoutError):
                client.socket.recv(1)


def test_the_number_of_connections_fits_the_limit_of_open_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        assert max_connections(10) == 10
        resource.setrlimit(resource.RLIMIT_NOFILE, (200, hard))
        most = max_connections(300)
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == min(600, hard)
        assert most == min(300, int((min(600, hard) - OWN_FILES) * 0.75))
        assert max_connections(300, processes=240) == min(300, int((min(600, hard) - OWN_FILES - 480) * 0.75))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
