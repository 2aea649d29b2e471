"""Nobody shuts others out: endless queries, clients that come back at once, a store that is away, killed processes."""

from __future__ import annotations

import http.client
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlencode

import pytest

from partnergraph.pool.worker_pool import MAX_WAIT
from tests.server.conftest import Server, serving
from tests.server.test_worker_pool import FAST, SLOW, _forked, children

PATIENCE = 60  # seconds that a busy machine may take for what is otherwise soon there


def ask(server: Server, query: str, address: str = "127.0.0.1") -> int:
    """The status of a query that comes from an address of this machine."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=90, source_address=(address, 0))
    try:
        connection.request("GET", "/sparql?" + urlencode({"query": query}))
        response = connection.getresponse()
        response.read()
        return response.status
    finally:
        connection.close()


@contextmanager
def asking_again_and_again(server: Server, query: str, clients: int, address: str) -> Iterator[Counter[int | str]]:
    """Clients that ask at once again whatever they are answered; how often each status was the answer."""
    stop, statuses, lock = threading.Event(), Counter[int | str](), threading.Lock()

    def repeat(number: int) -> None:
        asked = 0
        while not stop.is_set():
            asked += 1
            try:
                status: int | str = ask(server, f"{query} LIMIT {number * 1_000_000 + asked}", address)
            except OSError as error:
                status = type(error).__name__
            with lock:
                statuses[status] += 1

    threads = [threading.Thread(target=repeat, args=(number,)) for number in range(1, clients + 1)]
    for thread in threads:
        thread.start()
    try:
        yield statuses
    finally:
        stop.set()
        server.process.send_signal(signal.SIGTERM)
        for thread in threads:
            thread.join()


@pytest.mark.parametrize("query", [SLOW, "SELECT ?n { ?x skos:prefLabel ?n }"], ids=["endless", "quick"])
def test_clients_that_come_back_at_once_do_not_shut_out_others(keele: Path, query: str) -> None:
    with serving(keele) as server, asking_again_and_again(server, query, 50, "127.0.0.2") as theirs:
        statuses, longest, number = Counter[int](), 0.0, 0
        end = time.monotonic() + 6
        while time.monotonic() < end or not theirs:
            number += 1
            start = time.monotonic()
            statuses[ask(server, f"{FAST} LIMIT {number}")] += 1
            longest = max(longest, time.monotonic() - start)
        assert set(statuses) == {200}
        assert longest < MAX_WAIT + 1


def test_long_queries_of_one_client_leave_room_for_one_of_another(keele: Path) -> None:
    """The one with most of those that run beside the quick ones gives up its last."""
    options = ("--aside", "2", "--timeout", "30")
    with serving(keele, *options) as server, asking_again_and_again(server, SLOW, 4, "127.0.0.2") as theirs:
        deadline = time.monotonic() + PATIENCE
        while theirs[429] < 2:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        some = "SELECT (COUNT(*) AS ?n) { { SELECT ?a { ?a ?b ?c } LIMIT 4000 } ?d pg:from ?e FILTER(?a != ?d) }"
        assert [ask(server, f"{some} LIMIT {number}") for number in (1, 2)] == [200, 200]
        assert set(theirs) <= {429}


def test_a_store_that_is_away_is_told_and_not_waited_for(keele: Path, tmp_path: Path) -> None:
    graph = tmp_path / "graph"
    shutil.copytree(keele, graph, symlinks=True)
    with serving(graph, "--timeout", "5") as server:
        assert ask(server, FAST) == 200
        graph.rename(tmp_path / "away")
        for forking in _forked(server.process.pid):
            os.kill(forking, signal.SIGKILL)
        start = time.monotonic()
        while (status := ask(server, f"ASK {{ ?s ?p {time.monotonic_ns()} }}")) == 200:
            assert time.monotonic() - start < PATIENCE
        start = time.monotonic()
        got = server.ask("ASK { ?s ?p 1 }")
        assert (status, got.status) == (503, 503)
        assert got.json["detail"] == "No query process can be started at the moment. Try again later."
        assert got.headers["retry-after"] == "1"
        assert time.monotonic() - start < MAX_WAIT + 3
        (tmp_path / "away").rename(graph)
        while ask(server, f"ASK {{ ?s ?p {time.monotonic_ns()} }}") != 200:
            assert time.monotonic() - start < PATIENCE
            time.sleep(0.1)


def test_a_server_that_cannot_start_its_processes_says_so_and_ends(keele: Path) -> None:
    def little() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (600_000_000, 600_000_000))

    command = [sys.executable, "-m", "partnergraph", "serve", "--graph", str(keele), "--port", "0"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=90, preexec_fn=little)
    assert ended.returncode == 1
    assert "Serving" not in ended.stderr
    assert ended.stderr.splitlines()[-1].startswith("Error: ")
    assert "Traceback" not in ended.stderr


def test_a_file_that_does_not_parse_is_told_at_the_start(tmp_path: Path) -> None:
    file = tmp_path / "graph.ttl"
    file.write_text("<urn:a> <urn:b> .\n")
    command = [sys.executable, "-m", "partnergraph", "serve", "--graph", str(file), "--port", "0"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=90)
    assert ended.returncode == 1
    assert "Serving" not in ended.stderr
    assert "graph.ttl, row 1: The RDF does not parse" in ended.stderr.splitlines()[-1]


def test_no_request_fails_while_processes_are_killed(keele: Path) -> None:
    with serving(keele, "--workers", "2") as server, ThreadPoolExecutor(1) as killer:
        statuses, kills, stop = list[int](), 0, threading.Event()

        def kill() -> None:
            """All processes at once, whenever a few requests were answered since the last time."""
            nonlocal kills
            last = 0
            while not stop.wait(0.01):
                if len(statuses) > last + 3:
                    last, kills = len(statuses), kills + 1
                    for pid in children(server.process.pid):
                        with suppress(ProcessLookupError):
                            os.kill(pid, signal.SIGKILL)

        killing = killer.submit(kill)
        while kills < 20:
            statuses.append(ask(server, f"{FAST} LIMIT {len(statuses) + 1}"))
        stop.set()
        killing.result()
        assert set(statuses) == {200}
