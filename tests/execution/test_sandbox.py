"""A query from outside runs in a process that nobody misses: bounded in time, memory and answer, without a network."""

from __future__ import annotations

import http.server
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from partnergraph import PartnerGraph
from partnergraph.errors import (
    DataError,
    PartnerGraphError,
    QueryError,
    QueryLimit,
    QueryRefused,
    StoreError,
    UsageError,
)
from partnergraph.execution import sandbox
from partnergraph.execution.sandbox import run
from tests.conftest import need

# Each would run for minutes and more on the Keele graph.
RUNAWAY = {
    "a product that is counted": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }",
    "a product that is sorted": "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f",
    "a product without repeats": "SELECT (COUNT(DISTINCT ?c) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "a product that is joined into a text": "SELECT (GROUP_CONCAT(?c) AS ?t) { ?a ?b ?c . ?d ?e ?f }",
    "a path that repeats": "SELECT (COUNT(*) AS ?n) { ?a (!<urn:a>|^!<urn:a>)* ?b . ?b (!<urn:a>|^!<urn:a>)* ?c }",
    "an expression for every pair": "SELECT * { ?a ?b ?c . ?d ?e ?f FILTER(CONTAINS(MD5(STR(?c)), SHA512(STR(?f)))) }",
}
DOUBLING = " ".join(f"BIND(CONCAT(?x{i},?x{i}) AS ?x{i + 1})" for i in range(40))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Keele graph in a store folder."""
    from partnergraph.build.assemble import assemble
    from partnergraph.graph_folder.folder import read_folder
    from partnergraph.store import Writer
    from tests.conftest import ROOT

    path = tmp_path_factory.mktemp("worker") / "store"
    writer = Writer.create(path)
    writer.copy(assemble(read_folder(ROOT / "data").model))
    writer.flush()
    return path


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An RDF file of one triple."""
    path = tmp_path_factory.mktemp("tiny") / "tiny.ttl"
    path.write_text('<http://a> <http://b> "001" .', "utf-8")
    return path


@pytest.fixture(scope="module")
def canary() -> Iterator[tuple[str, list[str]]]:
    """An HTTP server on this machine, and what it was asked."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"{self.command} {self.path}")
            self.send_response(200)
            self.send_header("Content-Type", "text/turtle")
            self.end_headers()
            self.wfile.write(b"<urn:fetched> <urn:from> <urn:canary> .")

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the signature is the library's
            """Nothing is printed."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", asked
    server.shutdown()
    server.server_close()


def children() -> set[int]:
    """The processes that this one has started and that still run or wait to be fetched."""
    path = Path(f"/proc/{os.getpid()}/task")
    return {int(pid) for task in path.iterdir() for pid in (task / "children").read_text().split()}


@pytest.mark.parametrize("what", RUNAWAY)
def test_a_runaway_query_is_dead_half_a_second_after_its_limit(store: Path, what: str) -> None:
    before, start = children(), time.perf_counter()
    with pytest.raises(QueryLimit, match=r"after 1 second.*--timeout 6") as raised:
        run(store, RUNAWAY[what], timeout=1)
    assert time.perf_counter() - start < 1.5
    assert children() <= before, "the worker must be gone"
    assert "1 second" in str(raised.value)


@pytest.mark.parametrize(
    "query",
    [
        'SELECT (STRLEN(?x40) AS ?n) { BIND("aaaaaaaaaaaaaaaa" AS ?x0) ' + DOUBLING + " }",
        "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f",
    ],
    ids=["doubling", "a sorted product"],
)
def test_a_query_that_needs_too_much_memory_is_stopped_with_the_limit_named(store: Path, query: str) -> None:
    before = children()
    assert run(store, "ASK { ?s ?p ?o }", memory=300_000_000).data == b"yes\n", "it is the query that needs so much"
    with pytest.raises(QueryLimit, match=r"more than 300 MB of memory.*--memory 600"):
        run(store, query, "tsv", timeout=60, memory=300_000_000)
    assert children() <= before


def test_the_smallest_memory_of_the_command_line_is_enough_for_a_question(store: Path) -> None:
    answer = run(store, "SELECT (COUNT(*) AS ?n) { ?r a pg:Relationship }", "csv", memory=sandbox.MIN_MEMORY)
    assert int(answer.data.split()[1]) > 150


def test_an_answer_that_is_too_large_is_not_given_in_part(store: Path) -> None:
    with pytest.raises(QueryLimit, match=r"larger than 1 MB.*--size 6"):
        run(store, "SELECT * { ?a ?b ?c . ?d ?e ?f }", "tsv", max_bytes=1_000_000)


def test_a_row_limit_comes_with_a_note(store: Path) -> None:
    answer = run(store, "SELECT * { ?a ?b ?c . ?d ?e ?f }", "csv", max_rows=3)
    assert answer.data.count(b"\r\n") == 4
    assert answer.note == "Only the first 3 rows are shown; raise --limit for more."
    assert run(store, "SELECT * { ?a ?b ?c } LIMIT 3", "csv", max_rows=3).note is None


@pytest.mark.parametrize(
    ("query", "kind", "message", "place"),
    [
        ("SELECT * {\n  ?s a FITLER(?s) }", QueryError, "'FITLER' is not expected here", (2, 8)),
        ("SELECT * {\n\n ?s zz:a ?o }", QueryError, "the prefix 'zz:' is not declared", (3, 5)),
        ("SELECT * {\n SERVICE <http://127.0.0.1/> {} }", QueryRefused, "SERVICE is not allowed", (2, 2)),
        (" SELECT * FROM <file:///etc/passwd> {}", QueryRefused, "there is no such graph here", (1, 16)),
        ("CLEAR ALL", QueryRefused, "queries only read", (1, 1)),
        ("  ", QueryError, "the text is empty", None),
    ],
)
def test_an_error_in_the_worker_is_the_same_error_here(
    store: Path, query: str, kind: type[QueryError], message: str, place: tuple[int, int] | None
) -> None:
    with pytest.raises(QueryError, match=message) as raised:
        run(store, query)
    assert type(raised.value) is kind
    assert (raised.value.line, raised.value.column) == (place or (None, None))
    if place:
        text, caret = str(raised.value).split("\n")[1:]
        assert text.strip() == query.split("\n")[place[0] - 1].strip()
        assert caret.index("^") - 4 == place[1] - 1


def test_a_named_question_and_its_parameters_go_into_the_worker(store: Path) -> None:
    values = {"consortium": "NIHR SPCR", "date": "2012-06-30"}
    answer = run(store, "", "csv", question="members-at-date", parameters=values)
    assert b"University of Oxford,yes,stated" in answer.data
    with pytest.raises(UsageError, match="Did you mean 'consortium'"):
        run(store, "", question="members-at-date", parameters={"consorcium": "x"})
    with pytest.raises(UsageError, match="Nothing here is called"):
        run(store, "", question="partners", parameters={"organisation": '" } DROP ALL #'})


def test_what_is_missing_or_broken_is_said_in_one_line(tmp_path: Path, store: Path) -> None:
    import shutil

    broken = tmp_path / "broken"
    shutil.copytree(store, broken)
    for part in broken.glob("*.sst"):
        part.write_bytes(part.read_bytes()[:100])
    cases: list[tuple[Path, type[PartnerGraphError], str]] = [
        (broken, StoreError, "Build it again"),
        (tmp_path / "nothing.ttl", StoreError, "There is nothing at"),
        (tmp_path, StoreError, "is not a graph folder"),
    ]
    bad = tmp_path / "bad.ttl"
    bad.write_text("<http://a> <http://b> 1 .\n<http://a> <http://b> .", "utf-8")
    cases.append((bad, DataError, r"bad\.ttl, row 2"))
    name = tmp_path / "table.xlsx"
    name.write_bytes(b"x")
    cases.append((name, DataError, "not an RDF file name"))
    for target, kind, message in cases:
        with pytest.raises(kind, match=message) as raised:
            run(target, "ASK {}")
        assert "\n" not in str(raised.value)


@pytest.mark.parametrize("what", ["SERVICE", "SERVICE SILENT", "FROM", "FROM NAMED", "LOAD", "a JSON-LD context"])
def test_nothing_is_fetched_through_any_door(
    canary: tuple[str, list[str]], store: Path, tiny: Path, tmp_path: Path, what: str
) -> None:
    url, asked = canary
    asked.clear()
    query = {
        "SERVICE": f"SELECT * {{ SERVICE <{url}/sparql> {{ ?s ?p ?o }} }}",
        "SERVICE SILENT": f"SELECT * {{ ?a ?b ?c SERVICE SILENT <{url}/sparql> {{ ?s ?p ?o }} }}",
        "FROM": f"SELECT * FROM <{url}/a.ttl> {{ ?s ?p ?o }}",
        "FROM NAMED": f"SELECT * FROM NAMED <{url}/a.ttl> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
        "LOAD": f"LOAD <{url}/a.ttl>",
        "a JSON-LD context": "ASK { ?s ?p ?o }",
    }[what]
    target = tiny
    if what == "a JSON-LD context":
        target = tmp_path / "context.jsonld"
        target.write_text(json.dumps({"@context": f"{url}/context", "@id": "http://a", "name": "x"}), "utf-8")
    with pytest.raises((QueryRefused, DataError)):
        run(target, query)
    with pytest.raises((QueryRefused, DataError)):
        PartnerGraph.open(target).query(query)
    tool = Path(sys.executable).parent / "partnergraph"
    done = subprocess.run(
        [tool, "query", query, "-g", target], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Error: ")
    assert asked == []


def test_the_canary_can_be_reached_by_an_engine_without_a_guard(canary: tuple[str, list[str]]) -> None:
    url, asked = canary
    asked.clear()
    with pytest.raises((OSError, RuntimeError, ValueError, SyntaxError)):
        list(ox.Store().query(f"SELECT * {{ SERVICE <{url}/sparql> {{ ?s ?p ?o }} }}"))
    assert asked, "the test of the tests above"


def test_the_worker_has_no_network_even_if_something_passed_the_guard(canary: tuple[str, list[str]]) -> None:
    need(_may_unshare(), "the right to leave the network (unshare)")
    url, asked = canary
    asked.clear()
    code = (
        "import pyoxigraph as ox\n"
        "from partnergraph.execution.sandbox import confine_process\n"
        "confine_process(2_000_000_000)\n"
        f"list(ox.Store().query('SELECT * {{ SERVICE <{url}/sparql> {{ ?s ?p ?o }} }}'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert re.search("unreachable|Network|error", done.stderr)
    assert asked == []


def _may_unshare() -> bool:
    code = "import ctypes, sys; c = ctypes.CDLL(None); sys.exit(c.unshare(0x40000000) and c.unshare(0x50000000))"
    return subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_file_in_the_current_folder_does_not_stand_in_for_a_module(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('a file of the user was run')", "utf-8")
    (tmp_path / "partnergraph").mkdir()
    (tmp_path / "partnergraph" / "__init__.py").write_text("raise SystemExit('a file of the user was run')", "utf-8")
    monkeypatch.chdir(tmp_path)
    assert run(tiny, "ASK { ?s ?p '001' }").data == b"yes\n"


def test_a_worker_dies_with_its_parent(store: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom partnergraph.execution.sandbox import run\n"
        "print('ready', flush=True)\n"
        f"run(Path({str(store)!r}), {RUNAWAY['a product that is counted']!r}, timeout=60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, start_new_session=True)
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"ready\n"
    worker_pid = _wait_for_child(parent.pid)
    time.sleep(0.5)  # until it has bound itself to its parent
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    for _ in range(100):
        if not _running(worker_pid):
            break
        time.sleep(0.05)
    assert not _running(worker_pid)


def _wait_for_child(pid: int) -> int:
    for _ in range(200):
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        if found:
            return int(found[0])
        time.sleep(0.02)
    pytest.fail("no worker was started")


def _running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_an_interrupt_stops_the_query_and_its_worker(store: Path) -> None:
    tool = Path(sys.executable).parent / "partnergraph"
    query = RUNAWAY["a product that is counted"]
    process = subprocess.Popen(
        [tool, "query", query, "-g", store, "--timeout", "60"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    worker_pid = _wait_for_child(process.pid)
    time.sleep(0.5)
    os.killpg(process.pid, signal.SIGINT)  # what a terminal does
    out, err = process.communicate(timeout=5)
    assert process.returncode == 130
    assert out == ""
    assert err.strip() == "Aborted!"
    assert not _running(worker_pid)


def test_a_process_that_fails_of_our_own_fault_shows_what_happened(tiny: Path) -> None:
    with pytest.raises(RuntimeError, match="the query process failed:\nTraceback"):
        run(tiny, "ASK {}", memory="nonsense")  # type: ignore[arg-type]


def test_eight_at_once_each_get_their_own_answer(store: Path) -> None:
    found: dict[int, bytes] = {}

    def ask(number: int) -> None:
        found[number] = run(store, f"SELECT ({number} AS ?n) {{}}", "csv", timeout=30).data

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: f"n\r\n{number}\r\n".encode() for number in range(8)}


def test_the_defaults_are_those_of_the_documentation() -> None:
    assert (sandbox.TIMEOUT, sandbox.MEMORY, sandbox.MAX_BYTES) == (10, 2_000_000_000, 50_000_000)
