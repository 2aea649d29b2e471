"""Long queries are held still while quick ones need the processors, and go on when they do not."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path

import pytest

from partnergraph.serve.aside import EVERY, WINDOW
from partnergraph.serve.pool import Pool
from partnergraph.store import locate
from tests.serve.conftest import Server, run, serving, soon
from tests.serve.test_pool import FAST, SLOW, children

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
    return seconds / 4 + 2 * WINDOW


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
        long = threads.submit(server.ask, SLOW, timeout="30")
        pid = _aside(server)
        with _flood(server) as statuses:
            while len(statuses) < 5:
                time.sleep(0.01)
            start, before = time.monotonic(), _used(pid)
            time.sleep(2 * EVERY)
            assert _used(pid) - before < _share(time.monotonic() - start)
            run(soon(lambda: _used(pid) > before + WINDOW))  # and yet it goes on
        assert set(statuses) == {200}
        run(soon(lambda: _used(pid) > before + EVERY))
        server.process.terminate()
        assert long.result().status == 503


def test_one_that_had_no_time_because_of_quick_ones_is_told_so(keele: Path) -> None:
    with _two_processors(), serving(keele, *OPTIONS) as server, ThreadPoolExecutor(1) as threads:
        long = threads.submit(server.ask, SLOW, timeout="3")
        pid = _aside(server)
        with _flood(server):
            start = time.monotonic()
            said = long.result()
            assert time.monotonic() - start < 3.5
        assert said.status == 504
        assert said.json["detail"].startswith("Stopped after 3 seconds. For ")
        assert "of them quick queries went first; ask again when there are fewer." in said.json["detail"]
        run(soon(lambda: not Path(f"/proc/{pid}").exists()))


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
        pool = Pool(lambda: locate(keele), size=3, queue=4, memory=2_000_000_000, aside=2)
        await pool.start()
        pool.aside.processors = processors
        long = [await pool.take() for _ in range(2)]
        replies = [worker.ask({"sparql": SLOW, "formats": {"select": "json"}}, 30) for worker in long]
        await soon(lambda: all(worker.aside for worker in long))
        # One processor for the server, one for the quick query; one long one gets the third.
        quick, on = await pool.take(), processors - 2
        start, before = time.monotonic(), [_used(worker.pid) for worker in pool.aside]

        def used() -> list[float]:
            return [_used(worker.pid) - then for worker, then in zip(pool.aside, before, strict=True)]

        await asyncio.sleep(EVERY)
        await soon(lambda: min(used()[:on], default=1) > 0.1)
        assert max(used()[on:], default=0) < _share(time.monotonic() - start)
        pool.give(quick)
        await soon(lambda: min(used()) > EVERY)
        assert not any(reply.done for reply in replies)
        for worker in long:
            pool.give(worker)
        assert not len(pool.aside)
        await pool.stop()

    run(work())
