"""Long queries are held still while quick ones need the processors, and go on when they do not."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from http.client import HTTPException
from pathlib import Path

import pytest

from partnergraph.errors import QueryLimit
from partnergraph.pool.query_throttle import GRACE, PERIOD, WINDOW
from partnergraph.pool.worker import Reply, Worker
from partnergraph.pool.worker_pool import WorkerPool
from partnergraph.server.asgi_application import VIEW_WORKER
from partnergraph.store import locate
from tests.server.conftest import Server, run, serving, soon
from tests.server.test_worker_pool import FAST, SLOW, children

OPTIONS = ("--workers", "1", "--queue", "4", "--aside", "2")


@contextmanager
def _two_processors() -> Iterator[None]:
    """What is started meanwhile has two at most."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:2])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _used(pid: int) -> float:
    return time.clock_gettime(~pid << 3 | 2)


def _share(seconds: float) -> float:
    """More than one that is held has of the time, also on a crowded machine, and less than one that is not."""
    return seconds / 4 + 0.2


@contextmanager
def _flood(server: Server) -> Iterator[list[int]]:
    """One quick query after another."""
    stop, statuses = threading.Event(), list[int]()

    def ask() -> None:
        while not stop.is_set():
            statuses.append(server.ask(f"{FAST} LIMIT {len(statuses) + 1}").status)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield statuses
    finally:
        stop.set()
        thread.join()


def _aside(server: Server) -> int:
    deadline = time.monotonic() + 20
    while not (found := [pid for pid in children(server.process.pid) if os.getpriority(os.PRIO_PROCESS, pid) > 0]):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found[0]


def test_a_long_query_is_held_while_there_are_quick_ones_and_goes_on_after_them(keele: Path) -> None:
    with _two_processors(), serving(keele, *OPTIONS) as server, ThreadPoolExecutor(1) as threads:
        long = threads.submit(server.ask, SLOW, timeout="60")
        pid = _aside(server)
        with _flood(server) as statuses:
            while len(statuses) < 5:
                time.sleep(0.01)
            start, before = time.monotonic(), _used(pid)
            time.sleep(2 * PERIOD)
            assert _used(pid) - before < _share(time.monotonic() - start)
            run(soon(lambda: _used(pid) > before + WINDOW / 10))  # and yet it goes on
        assert set(statuses) == {200}
        then = _used(pid)
        run(soon(lambda: _used(pid) > then + WINDOW / 10))
        server.process.kill()
        assert isinstance(long.exception(), OSError | HTTPException)


def test_what_a_query_is_charged_is_its_own_work(keele: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Time in which it is held still does not count, up to a bound, and then it is told so."""
    monkeypatch.setattr("partnergraph.pool.worker.MAX_STARVED", 3.0)

    async def work() -> None:
        async with _pool(keele, processors=2) as pool:
            long, reply = await _long(pool, timeout=1)
            quick = await pool.acquire()
            await asyncio.sleep(2.5)
            assert not reply.done
            with pytest.raises(
                QueryLimit, match=r"^Stopped after 4 seconds, in which other work left it the processor"
            ):
                await reply.complete()
            pool.release(quick)
            pool.release(long)

    run(work())


def test_other_programs_that_need_the_processors_do_not_stop_a_query_of_some_tenths_of_a_second(keele: Path) -> None:
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    try:
        with _two_processors(), serving(keele, *OPTIONS) as server:
            count = "SELECT (COUNT(*) AS ?n) { { SELECT ?a { ?a ?b ?c } LIMIT 4000 } ?d pg:from ?e FILTER(?a != ?d) }"
            got = server.ask(count, timeout="10")
            assert (got.status, got.body[:100]) == (200, got.body[:100])
    finally:
        for program in busy:
            program.kill()
            program.wait()


def test_one_that_is_held_ends_with_a_server_that_is_killed(keele: Path) -> None:
    with serving(keele, *OPTIONS) as server, ThreadPoolExecutor(1) as threads:
        long = threads.submit(server.ask, SLOW)
        pid = _aside(server)
        os.kill(pid, signal.SIGSTOP)
        server.process.kill()
        server.process.wait(20)
        assert isinstance(long.exception(), OSError | HTTPException)
        run(soon(lambda: not Path(f"/proc/{pid}").exists()))


@pytest.mark.parametrize("processors", [2, 3, 4])
def test_only_those_are_held_that_the_quick_ones_leave_no_processor(keele: Path, processors: int) -> None:
    async def work() -> None:
        async with _pool(keele, processors) as pool:
            long = [await _long(pool) for _ in range(2)]
            # One processor for the server, one for the quick query; one long one gets the third.
            quick, on = await pool.acquire(), processors - 2
            start, used = time.monotonic(), _work_of(pool)
            await asyncio.sleep(PERIOD)
            assert [worker.suspended_since is None for worker in pool.throttle] == [number < on for number in range(2)]
            assert max(used()[on:], default=0) < _share(time.monotonic() - start)
            pool.release(quick)
            await soon(lambda: all(worker.suspended_since is None for worker in pool.throttle))
            before = used()
            await soon(lambda: min(now - then for now, then in zip(used(), before, strict=True)) > WINDOW / 10)
            assert not any(reply.done for _, reply in long)
            for worker, _ in long:
                pool.release(worker)
            assert not len(pool.throttle)

    run(work())


def test_now_and_then_one_goes_on_in_the_gaps_between_quick_ones(keele: Path) -> None:
    async def work() -> None:
        async with _pool(keele, processors=2) as pool:
            worker, _ = await _long(pool)
            seen, start, quick = [], time.monotonic(), await pool.acquire()
            while time.monotonic() < start + 2 * PERIOD or not any(seen):
                assert time.monotonic() < start + 50
                assert worker.suspended_since is not None  # a quick one is at work
                pool.release(quick)
                seen.append(worker.suspended_since is None)
                await asyncio.sleep(GRACE / 10)
                quick = await pool.acquire()
                await asyncio.sleep(GRACE / 10)
            pool.release(quick)
            assert 0 < seen.count(True) < len(seen) / 4
            pool.release(worker)

    run(work())


@asynccontextmanager
async def _pool(graph: Path, processors: int) -> AsyncIterator[WorkerPool]:
    """Three processes that answer, and two that may stand aside, as on a machine with so many processors."""
    pool = WorkerPool(lambda: locate(graph), VIEW_WORKER, size=3, queue=4, memory=2_000_000_000, max_slow=2)
    await pool.start()
    pool.throttle.processors = processors
    try:
        yield pool
    finally:
        await pool.stop()


async def _long(pool: WorkerPool, timeout: float = 60) -> tuple[Worker, Reply]:
    """A process that stands aside, and what it answers."""
    worker = await pool.acquire()
    reply = worker.ask({"sparql": SLOW, "formats": {"select": "json"}}, timeout)
    await soon(lambda: worker.slow)
    return worker, reply


def _work_of(pool: WorkerPool) -> Callable[[], list[float]]:
    """The seconds that each of those aside has worked since now."""
    before = {worker.pid: _used(worker.pid) for worker in pool.throttle}
    return lambda: [_used(pid) - then for pid, then in before.items()]
