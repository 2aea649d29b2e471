"""Query processes that inherit only their standard streams, as on Windows; and what systems refuse to bound."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from partnergraph.errors import QueryError, QueryLimit, StoreError
from partnergraph.execution import query_process, sandbox
from partnergraph.execution.client import SubprocessClient
from partnergraph.execution.exit_status import exit_error
from partnergraph.execution.query_process import StdioQueryProcess
from partnergraph.execution.wire import Opening, Order, encode_order

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
# A program that has a query process, says its number, asks and never gets an answer.
PROGRAM = """
import sys
from partnergraph.execution import query_process
query_process.INHERITS_PIPES = False
from partnergraph.execution.wire import encode_order
process = query_process.start_query_process("partnergraph.execution.worker_main", {})
assert isinstance(process, query_process.StdioQueryProcess)
assert process.exchange(encode_order({"targets": [sys.argv[1]], "memory": 2_000_000_000}), 60).error is None
print(process.pid, flush=True)
if sys.argv[2]:
    process.exchange(encode_order({"sparql": sys.argv[2], "formats": {"select": "tsv"}}), 600)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query_process, "INHERITS_PIPES", False)


def order(sparql: str) -> Order:
    return {"sparql": sparql, "formats": {"select": "tsv", "ask": "json", "graph": "ntriples"}, "max_rows": None}


@pytest.fixture
def process(keele: Path) -> Iterator[StdioQueryProcess]:
    process = query_process.start_query_process("partnergraph.execution.worker_main", {})
    assert isinstance(process, StdioQueryProcess)
    opening: Opening = {"targets": [str(keele)], "memory": 2_000_000_000}
    assert process.exchange(encode_order(opening), 60).error is None
    yield process
    process.end()


def test_orders_and_answers_of_any_size_pass(process: StdioQueryProcess) -> None:
    filler = "# " + "x" * 900_000
    for _ in range(2):
        response = process.exchange(encode_order(order(f"ASK {{ ?s ?p ?o }} {filler}")), 60)
        assert response.error is not None, "the guard refuses a query of that length"
        assert "characters" in str(response.error) or "long" in str(response.error)
    response = process.exchange(encode_order(order("SELECT * { ?s ?p ?o }")), 60)
    assert response.error is None
    assert len(response.data) > 1_000_000
    assert response.data.count(b"\n") > 10_000


def test_it_is_killed_at_the_time_limit(process: StdioQueryProcess) -> None:
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        process.exchange(encode_order(order(ENDLESS)), 0.5)
    assert time.monotonic() - began < 20
    assert process.wait(10) != 0
    with pytest.raises(ConnectionError):
        process.exchange(encode_order(order(COUNT)), 5)


def test_one_that_was_ended_from_outside_is_explained(process: StdioQueryProcess) -> None:
    process.kill()
    process.wait(10)
    with pytest.raises(ConnectionError):
        process.exchange(encode_order(order(COUNT)), 5)
    error = process.explain_end(1, str)
    assert isinstance(error, StoreError)
    assert "killed from outside" in str(error)


def test_what_python_writes_before_it_ends_is_in_the_explanation() -> None:
    process = StdioQueryProcess("partnergraph.execution.no_such_module", {})
    try:
        with pytest.raises(ConnectionError):
            process.exchange(encode_order(order(COUNT)), 30)
        assert "No module named partnergraph.execution.no_such_module" in str(process.explain_end(1, str))
    finally:
        process.end()


def test_the_client_stops_a_query_and_answers_the_next(keele: Path) -> None:
    client = SubprocessClient([keele], timeout=1)
    with pytest.raises(QueryLimit, match="Stopped after 1 seconds"):
        client.ask(order(ENDLESS))
    assert client.ask(order(COUNT)).data.startswith(b"?n\n")
    client._end()


@pytest.mark.skipif(sys.platform == "win32", reason="no process can be looked at by a signal of 0")
@pytest.mark.parametrize("sparql", ["", ENDLESS], ids=["at rest", "at work"])
def test_it_ends_with_the_program_however_that_ends(sparql: str, keele: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, str(keele), sparql]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout
        number = int(program.stdout.readline())
        time.sleep(0.5)
        os.kill(number, 0)
        program.kill()
    until = time.monotonic() + 20
    while _is_running(number) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _is_running(number)


def _is_running(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("error", [ValueError("current limit exceeds maximum limit"), OSError(22, "Invalid argument")])
def test_a_limit_that_the_system_refuses_is_gone_without(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    resource = pytest.importorskip("resource")
    asked = []

    def refuse(number: int, limits: tuple[int, int]) -> None:
        asked.append((number, limits))
        raise error

    monkeypatch.setattr(resource, "setrlimit", refuse)
    sandbox.limit_memory(10**9)
    sandbox._set_limit("RLIMIT_CORE", 0, 0)
    sandbox._set_limit("RLIMIT_OF_ANOTHER_SYSTEM", 0, 0)
    assert [number for number, _ in asked] == [resource.RLIMIT_DATA, resource.RLIMIT_CORE]


def test_where_there_is_no_memory_limit_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform == "linux":
        assert sandbox.memory_limit_note() is None
    for platform in ("darwin", "win32"):
        monkeypatch.setattr(sys, "platform", platform)
        assert (
            sandbox.memory_limit_note() == "There is no memory limit for queries on this system; the time limit holds."
        )


def test_exit_codes_of_windows_are_explained() -> None:
    crash = exit_error(0xC0000005, b"", 1)
    assert isinstance(crash, QueryError)
    assert "crashed (exception 0xc0000005)" in str(crash)
    ended = exit_error(1, b"", 1)
    assert isinstance(ended, StoreError)
    assert "the system does not tell why" in str(ended)
    memory = exit_error(0xC0000409, b"memory allocation of 64 bytes failed", 10**9)
    assert isinstance(memory, QueryLimit)


def test_signals_of_this_system_are_explained_still() -> None:
    assert "SIGKILL" in str(exit_error(-getattr(signal, "SIGKILL", 9), b"", 1))
