"""Query processes are killed at their limits and replaced; a new generation takes over; nothing is left behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from partnergraph import build
from partnergraph.pool.worker import MAX_STARVED
from partnergraph.pool.worker_pool import MAX_WAIT
from tests.conftest import ROOT
from tests.server.conftest import Server, serving

SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
FAST = "SELECT ?name { o:keele-university skos:prefLabel ?name }"


def _forked(pid: int) -> set[int]:
    return {int(pid) for pid in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}


def children(pid: int) -> set[int]:
    """The query processes of a server; those that fork them are left out."""
    return {child for nursery in _forked(pid) for child in _forked(nursery)}


def _seen(pid: int) -> list[str]:
    """The first fields of what the system says of each query process: number, state, times, niceness."""
    return [Path(f"/proc/{child}/stat").read_text()[:120] for child in sorted(children(pid))]


def test_a_query_that_runs_too_long_is_stopped_in_time_and_the_next_is_answered_at_once(server: Server) -> None:
    start = time.monotonic()
    stopped = server.ask(SLOW, timeout="1")
    assert stopped.status == 504
    assert stopped.json["detail"].startswith("Stopped after 1 seconds.")
    # A second of its own work: on a busy machine that takes longer.
    assert 1 <= time.monotonic() - start < 1 + MAX_STARVED + 4
    start = time.monotonic()
    assert server.ask(FAST + " LIMIT 91").status == 200
    assert time.monotonic() - start < 2


def test_a_query_that_needs_too_much_memory_ends_alone(keele: Path) -> None:
    with serving(keele, "--memory", "400") as server:
        big = (
            "SELECT (GROUP_CONCAT(?z) AS ?all) { ?a ?b ?c . ?d ?e ?f BIND(CONCAT(STR(?c), STR(?f)) AS ?x) "
            "BIND(CONCAT(?x, ?x, ?x, ?x, ?x, ?x) AS ?y) BIND(CONCAT(?y, ?y, ?y, ?y, ?y, ?y) AS ?z) }"
        )
        got = server.ask(big, timeout="30")
        assert got.status == 503
        assert "detail" in got.json
        assert server.ask(FAST).status == 200


def test_too_many_at_once_wait_and_then_are_told_to_come_back(keele: Path) -> None:
    with serving(keele, "--workers", "1", "--queue", "2", "--aside", "0") as server:
        with ThreadPoolExecutor(6) as threads:
            got = list(threads.map(lambda number: server.ask(f"{SLOW} LIMIT {number + 1}", timeout="1"), range(6)))
        refused = [said for said in got if said.status == 429]
        assert {said.status for said in got} == {504, 429}
        assert all(said.headers["retry-after"] == "1" for said in refused)
        reasons = Counter(said.json["detail"] for said in refused)
        assert 2 <= reasons.pop("Too many queries are waiting. Try again later.") <= 3
        # One of the two that wait is served when the first has ended; on a busy machine that is too late for both.
        late = f"No query process was free within {MAX_WAIT:g} seconds. Try again later."
        assert reasons.pop(late, 0) <= 2
        assert not reasons
        assert server.ask(FAST).status == 200


def test_a_query_that_takes_long_steps_aside_for_quick_ones(keele: Path) -> None:
    with serving(keele, "--workers", "1", "--queue", "1", "--aside", "2", "--timeout", "6") as server:
        with ThreadPoolExecutor(2) as threads:
            long = [threads.submit(server.ask, f"{SLOW} LIMIT {number + 1}") for number in range(2)]
            deadline = time.monotonic() + 5
            while len(children(server.process.pid)) < 4 and time.monotonic() < deadline:
                time.sleep(0.05)
            aside = [pid for pid in children(server.process.pid) if os.getpriority(os.PRIO_PROCESS, pid) > 0]
            assert len(aside) == 2
            everywhere = os.sched_getaffinity(0)
            for pid in aside:
                assert os.sched_getscheduler(pid) == os.SCHED_BATCH
                assert os.sched_getaffinity(pid) == (everywhere - {min(everywhere)} or everywhere)
            quick = [server.ask(f"{FAST} LIMIT {number + 1}").status for number in range(10)]
            # Beside slow queries, those that answer quick ones take the processor from them at once.
            answering = [pid for pid in children(server.process.pid) if os.getpriority(os.PRIO_PROCESS, pid) == 0]
            assert os.SCHED_OTHER in {os.sched_getscheduler(pid) for pid in answering}
            third = server.ask(f"{SLOW} LIMIT 3")
            done = [said.result().status for said in long]
        assert quick == [200] * 10
        assert third.status == 429
        assert third.headers["retry-after"] == "1"
        assert "2 queries that take long are running" in third.json["detail"]
        assert done == [504, 504]
        deadline = time.monotonic()
        while len(children(server.process.pid)) != 2 and time.monotonic() < deadline + 20:
            time.sleep(0.1)
        assert len(children(server.process.pid)) == 2
        assert not [pid for pid in children(server.process.pid) if os.getpriority(os.PRIO_PROCESS, pid) > 0]
        # One that is being born keeps out of the way until it can be asked.
        while any(os.sched_getaffinity(pid) != everywhere for pid in children(server.process.pid)):
            assert time.monotonic() < deadline + 20
            time.sleep(0.1)


def test_a_quick_query_that_waits_for_the_processor_is_not_a_long_one(keele: Path) -> None:
    """As on a crowded machine: the process is held for longer than a long query takes, and has done nothing."""
    options = ("--workers", "1", "--queue", "1", "--aside", "1", "--timeout", "20")
    with serving(keele, *options) as server, ThreadPoolExecutor(2) as threads:
        long = threads.submit(server.ask, SLOW, timeout="4")
        deadline = time.monotonic() + 20
        while not (aside := [pid for pid in children(server.process.pid) if os.getpriority(0, pid) > 0]):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        while len(ready := children(server.process.pid) - set(aside)) != 2:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        for pid in ready:
            os.kill(pid, signal.SIGSTOP)
        quick = threads.submit(server.ask, FAST)
        time.sleep(1)
        assert not quick.done()
        for pid in ready:
            os.kill(pid, signal.SIGCONT)
        assert quick.result().status == 200
        assert long.result().status == 504


def test_the_process_that_forks_the_others_is_started_again_when_it_is_killed(keele: Path) -> None:
    with serving(keele, "--workers", "2") as server:
        [nursery] = _forked(server.process.pid)
        os.kill(nursery, signal.SIGKILL)
        deadline = time.monotonic() + 20
        statuses = []
        while nursery in _forked(server.process.pid) or len(children(server.process.pid)) != 3:
            assert time.monotonic() < deadline
            statuses.append(server.ask(f"{FAST} LIMIT {time.monotonic_ns()}").status)
            time.sleep(0.1)
        assert set(statuses) <= {200, 503}
        assert server.ask(FAST).status == 200


def test_the_process_that_forks_the_others_starts_no_threads_with_the_libraries_it_imports(server: Server) -> None:
    """A fork takes along what other threads hold locked. The engine's wait for a store on disk, which none has open."""
    assert server.ask(FAST).status == 200
    [nursery] = _forked(server.process.pid)
    deadline = time.monotonic() + 30
    while "numpy" not in Path(f"/proc/{nursery}/maps").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    for _ in range(20):
        names = [file.read_text() for file in Path(f"/proc/{nursery}/task").glob("*/comm")]
        assert len([name for name in names if not name.startswith("rocksdb")]) == 1, names
        time.sleep(0.05)


def test_forked_processes_do_not_share_what_is_to_be_random(server: Server) -> None:
    found = [server.ask(f"SELECT (STRUUID() AS ?u) (RAND() AS ?r) {{}} LIMIT {n + 1}").values[0] for n in range(2)]
    with ThreadPoolExecutor(4) as threads:
        asked = threads.map(
            lambda n: server.ask(f"SELECT (STRUUID() AS ?u) {{}} LIMIT {n + 9}").values[0]["u"], range(12)
        )
        uuids = [one["u"] for one in found] + list(asked)
    assert len(set(uuids)) == len(uuids)
    assert found[0]["r"] != found[1]["r"]


def test_a_client_that_goes_away_frees_its_process(server: Server) -> None:
    for number in range(3):
        with pytest.raises(TimeoutError):
            server.send(
                "GET",
                f"/sparql?timeout=60&query={SLOW.replace(' ', '+').replace('?', '%3F')}LIMIT+{number + 1}",
                wait=0.5,
            )
    deadline = time.monotonic() + 15
    while server.ask(f"{FAST} LIMIT {time.monotonic_ns()}", timeout="1").status != 200 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert server.ask(f"{FAST} LIMIT {time.monotonic_ns()}", timeout="5").status == 200
    # One that stepped aside for others ends with its query; three are left. (A process that forks no more is given up
    # after 30 s; a query that nobody had stopped would run for 60.)
    while len(children(server.process.pid)) != 3:
        assert time.monotonic() < deadline + 30, _seen(server.process.pid)
        time.sleep(0.1)


@pytest.mark.parametrize("which", [slice(0, 2), slice(1, 3), slice(2, 3)], ids=["first", "last", "one"])
def test_a_process_that_dies_by_itself_is_replaced(server: Server, which: slice) -> None:
    killed = set(sorted(children(server.process.pid))[which])
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 20
    statuses = []
    while (len(found := children(server.process.pid)) != 3 or found & killed) and time.monotonic() < deadline:
        statuses.append(server.ask(f"{FAST} LIMIT {time.monotonic_ns()}").status)
        time.sleep(0.1)
    assert len(children(server.process.pid)) == 3
    # Who was being answered by a process that dies is told to come back.
    assert set(statuses) <= {200, 503}
    assert server.ask(f"{FAST} LIMIT {time.monotonic_ns()}").status == 200


def test_a_new_generation_takes_over_within_a_second_and_no_request_fails(tmp_path: Path) -> None:
    folder, output = tmp_path / "data", tmp_path / "build"
    shutil.copytree(ROOT / "data", folder)
    build.build(folder, output)
    title = "SELECT ?t { ?c a dcat:Catalog ; dcterms:title ?t }"
    with serving(output) as server:
        old = server.ask(title).values[0]["t"]
        config = folder / "partnergraph.toml"
        config.write_text(config.read_text("utf-8").replace(f'title = "{old}"', 'title = "Another title"'), "utf-8")
        seen: list[tuple[int, str]] = []
        with ThreadPoolExecutor(1) as threads:
            building = threads.submit(build.build, folder, output)
            published = 0.0
            while not published or time.monotonic() < published + 60:
                got = server.ask(f"{title} LIMIT {len(seen) + 1}")
                seen.append((got.status, got.values[0]["t"]))
                if building.done() and not published:
                    published = time.monotonic()
                if published and seen[-1][1] == "Another title":
                    break
            building.result()
        assert {status for status, _ in seen} == {200}
        assert [name for _, name in seen] == sorted((name for _, name in seen), reverse=old > "Another title")
        assert seen[-1][1] == "Another title"
        assert server.ask(title).values[0]["t"] == "Another title", "what was kept is of the old generation"


def test_it_stops_when_told_and_leaves_no_process(keele: Path, tmp_path: Path) -> None:
    audit = tmp_path / "audit.jsonl"
    with serving(keele, "--workers", "2", "--audit", str(audit)) as server:
        running = children(server.process.pid)
        assert len(running) == 3
        server.ask(FAST)
        server.ask(FAST)
        server.ask("nonsense")
    assert server.process.returncode == 0
    time.sleep(0.5)
    assert running
    assert not [pid for pid in running if Path(f"/proc/{pid}").exists()]
    lines = [json.loads(line) for line in audit.read_text("utf-8").splitlines()]
    assert [line["outcome"] for line in lines[1:]] == ["answered", "kept", "400"]
    assert all(line["client"] == "127.0.0.1" and line["ms"] >= 0 for line in lines)
    assert len({line["query"] for line in lines[1:3]}) == 1
    assert "Keele" not in audit.read_text("utf-8"), "the log holds a digest of the query, not its text"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--address", "0.0.0.0"], "0.0.0.0 can be reached from other machines. Say --allow-remote"),
        (["--graph", "nowhere"], "nowhere"),
        (["--timeout", "61"], "61"),
    ],
)
def test_what_must_not_be_served_is_not(tmp_path: Path, options: list[str], message: str) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "partnergraph", "serve", "--port", "0", *options],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert said.returncode in (1, 2)
    assert message in said.stderr
    assert "Traceback" not in said.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_server_that_is_told_to_stop_again_and_again_just_stops(keele: Path, number: signal.Signals) -> None:
    with serving(keele, "--workers", "1") as server, ThreadPoolExecutor(1) as threads:
        long = threads.submit(server.ask, SLOW, timeout="1")
        while not [worker for worker in children(server.process.pid) if os.getpriority(os.PRIO_PROCESS, worker) > 0]:
            time.sleep(0.02)
        deadline = time.monotonic() + 30
        while server.process.poll() is None:
            assert time.monotonic() < deadline
            server.process.send_signal(number)
            time.sleep(0.001)
        assert server.process.returncode == 0  # and it said nothing of an error (see `serving`)
        # The second Ctrl-C means that it need not wait for anybody.
        assert long.result().status == (503 if number == signal.SIGINT else 504)
