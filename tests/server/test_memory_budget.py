"""What clients share is not taken by one of them: room for bodies, for answers in files, for what is left unread."""

from __future__ import annotations

import json
import socket
import time
from contextlib import ExitStack, suppress
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

from partnergraph.endpoint.request_body import MAX_BODIES
from partnergraph.endpoint.sparql_request import MAX_BODY
from partnergraph.pool.memory_budget import MemoryBudget
from tests.server.conftest import serving
from tests.server.test_connection_limits import LARGE, POST, bytes_left, limited, reader

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def test_a_client_holds_as_much_as_is_free() -> None:
    room = MemoryBudget(100)
    assert room.acquire("a", 50)
    assert not room.acquire("a", 1), "half of it for one client alone"
    assert room.acquire("b", 25), "and half of what is left for the next one"
    assert not room.acquire("b", 1)
    room.release("a", 50)
    assert room.acquire("b", 12)
    room.release("b", 37)
    assert (room.used, room.acquire("c", 50)) == (0, True)


def test_clients_that_want_all_get_the_same() -> None:
    room, held = MemoryBudget(900), dict.fromkeys("ab", 0)
    for _ in range(1000):
        for client in held:
            held[client] += room.acquire(client, 1)
    assert set(held.values()) == {300}
    assert room.acquire("c", 150)


def test_bodies_that_one_client_does_not_finish_leave_room_for_those_of_another(keele: Path) -> None:
    head = POST + b"Content-Length: %d\r\n\r\n"
    queries = urlencode({"queries": json.dumps({"q0": {"query": "Keele"}}) + " " * 200_000}).encode()
    with serving(keele, "--workers", "1") as server, ExitStack() as stack:
        for _ in range(MAX_BODIES // MAX_BODY + 10):
            slow = stack.enter_context(socket.socket())
            slow.bind(("127.0.0.2", 0))
            slow.settimeout(20)
            slow.connect(("127.0.0.1", server.port))
            with suppress(ConnectionError):  # one that is refused
                slow.sendall(head % MAX_BODY + b"#" * (MAX_BODY - 1))
        time.sleep(0.3)
        for _ in range(3):
            assert server.send("POST", "/reconcile", queries, FORM).status == 200
            said = server.send("POST", "/sparql", b"ASK {}", {"Content-Type": "application/sparql-query"})
            assert said.status == 200


def test_who_leaves_most_unread_is_cut_off_and_not_who_reads_slowly(keele: Path) -> None:
    with limited(keele, max_unsent=300_000) as port, ExitStack() as stack:
        slow = stack.enter_context(reader(port, 4096))
        assert slow.recv(12, socket.MSG_PEEK) == b"HTTP/1.1 200"
        for _ in range(12):
            silent = stack.enter_context(reader(port, 4096, address="127.0.0.2"))
            assert silent.recv(12, socket.MSG_PEEK) == b"HTTP/1.1 200"
        assert bytes_left(slow) >= LARGE


def test_a_large_page_moves_in_pieces_and_one_that_is_too_large_is_refused(keele: Path) -> None:
    """The memory of the server does not depend on the size of a page."""
    label = f'BIND("{"y" * 50_000}" AS ?a) BIND(CONCAT({{}}STR(?from)) AS ?label)'
    with serving(keele, "--workers", "1") as server:
        status = Path(f"/proc/{server.process.pid}/status")

        def most() -> int:
            return int(status.read_text().partition("VmHWM:")[2].split()[0]) // 1000

        before = most()
        for times, expected in [(10, 200), (20, 422)]:
            query = f"SELECT ?from ?to ?label {{ ?from pg:memberOf ?to {label.format('?a, ' * times)} }} LIMIT 70"
            connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
            connection.request("POST", "/draw", urlencode({"query": query}).encode(), FORM)
            got = connection.getresponse()
            content = got.read()
            connection.close()
            assert got.status == expected, (times, content[:200])
        assert b"at most 50 are sent" in content
        assert most() - before < 25, "of some 35 MB"
