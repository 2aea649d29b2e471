"""A store too large to be read before the first answer is read into memory while it is asked."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from partnergraph.execution.store_residency import MAX_SMALL, MEMORY_FACTOR, fits_in_memory, store_size
from partnergraph.pool.worker_pool import WorkerPool
from partnergraph.server.asgi_application import VIEW_WORKER
from partnergraph.store import Reader, Writer, locate
from tests.server.conftest import run, serving, soon
from tests.server.test_worker_pool import FAST, children

COPIES = 6
pytestmark = pytest.mark.skipif(not Path("/proc/meminfo").exists(), reason="the system does not tell its memory")


@pytest.fixture(scope="module")
def large(keele: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of some copies of the Keele graph."""
    lines = list(Reader.at(locate(keele)).nquads())
    path = tmp_path_factory.mktemp("large") / "store"
    writer = Writer.create(path)
    for copy in range(COPIES):
        writer.add(line.replace("/partnergraph/id/", f"/partnergraph/id/c{copy}/") for line in lines)
    writer.merge()
    writer.add(lines)
    writer.flush()
    writer.close()
    assert store_size(path) > MAX_SMALL
    return path


def _reads(pid: int, store: Path) -> bool:
    """Whether a process has files of a store open."""
    files = Path(f"/proc/{pid}/fd")
    return any(str(file.readlink()).startswith(str(store)) for file in files.iterdir() if file.is_symlink())


def _until(holds: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_the_first_answers_come_from_disk_and_the_others_from_memory(large: Path) -> None:
    with serving(large, "--workers", "2") as server:
        first = server.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
        assert any(_reads(pid, large) for pid in children(server.process.pid))
        statuses = []

        def settled() -> bool:
            statuses.append(server.ask(f"{FAST} LIMIT {len(statuses) + 1}").status)
            processes = children(server.process.pid)
            return len(processes) == 3 and not any(_reads(pid, large) for pid in processes)

        _until(settled)
        assert set(statuses) == {200}
        again = server.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o } LIMIT 1")
        assert again.values == first.values
        assert int(first.values[0]["n"]) > 90_000
        assert server.ask("SELECT * { ?s ?p ?o . ?a ?b ?c } ORDER BY ?o", timeout="1").status == 504
        assert server.ask(FAST).status == 200


def test_the_files_of_a_large_store_do_not_name_the_machine(large: Path) -> None:
    """The engine writes two layouts: its own, and that of files which it takes over as they are."""
    versions = set()
    for table in large.glob("*.sst"):
        data = table.read_bytes()
        versions.add(data[-12])
        assert re.search(rb"host\.identity-+[^-]", data), table.name
    assert versions == {5, 7}


def test_there_must_be_room_for_it(large: Path, keele: Path) -> None:
    assert fits_in_memory(large, store_size(large) * MEMORY_FACTOR + 500_000_000)
    assert not fits_in_memory(large, 499_999_999)
    assert not fits_in_memory(locate(keele), 2_000_000_000)  # which is read at once
    assert not fits_in_memory(large / "CURRENT", 2_000_000_000)
    with serving(large, "--workers", "1", "--memory", "400") as server:
        time.sleep(4)
        assert all(_reads(pid, large) for pid in children(server.process.pid))
        assert server.ask(FAST).status == 200


def test_a_graph_published_meanwhile_is_the_one_that_is_asked(large: Path, keele: Path) -> None:
    """What was being read is thrown away."""
    published = [large]

    async def work() -> None:
        pool = WorkerPool(lambda: published[0], VIEW_WORKER, size=1, queue=4, memory=2_000_000_000, max_slow=0)
        await pool.start()
        await asyncio.sleep(0.2)
        published[0] = locate(keele)
        await soon(lambda: pool.target == published[0] and pool.spare is not None)
        fork_server = pool.fork_server
        await soon(lambda: len(pool.tasks) == 1)  # all but the one that follows
        assert pool.target == published[0]
        assert pool.fork_server is fork_server
        assert fork_server is not None
        assert not fork_server.whole
        assert b"Keele University" in await _answer(pool, FAST)
        await _stopped(pool)

    run(work())


def test_a_server_that_stops_meanwhile_leaves_nothing_behind(large: Path) -> None:
    with serving(large, "--workers", "1") as server:
        started = children(server.process.pid)
    for pid in started:
        _until(lambda pid=pid: not Path(f"/proc/{pid}").exists())  # type: ignore[misc]


def test_one_that_cannot_be_read_stays_on_disk(large: Path) -> None:
    """The process that reads it is killed, as by a system without memory."""

    async def work() -> None:
        pool = WorkerPool(lambda: large, VIEW_WORKER, size=1, queue=4, memory=2_000_000_000, max_slow=0)
        others = _nurseries()
        await pool.start()
        before = pool.fork_server
        await soon(lambda: len(_nurseries() - others) == 2)
        os.kill(max(_nurseries() - others), signal.SIGKILL)
        await soon(lambda: len(pool.tasks) == 1)
        assert pool.fork_server is before
        assert b"true" in await _answer(pool, "ASK {}")
        await _stopped(pool)

    run(work())


async def _answer(pool: WorkerPool, sparql: str) -> bytes:
    worker = await pool.acquire()
    found = await worker.ask({"sparql": sparql, "formats": {"select": "json", "ask": "json"}}, 10).complete()
    pool.release(worker)
    return bytes(found)


async def _stopped(pool: WorkerPool) -> None:
    await pool.stop()
    assert pool.fork_server is not None
    assert not pool.fork_server.children


def _nurseries() -> set[int]:
    """The processes of this one that fork query processes."""
    mine = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    pids = {int(pid) for some in mine for pid in some.read_text().split()}
    return {pid for pid in pids if b"partnergraph.server.view_worker" in Path(f"/proc/{pid}/cmdline").read_bytes()}
