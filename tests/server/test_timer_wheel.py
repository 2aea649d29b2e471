"""Calls that wait are made in time, once, and not at all when they are taken back."""

from __future__ import annotations

import asyncio
import gc
import time
import weakref
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

from partnergraph.pool.timer_wheel import TICK, TimerWheel


def _run(work: Callable[[], Awaitable[None]]) -> None:
    """In a thread: where pages were opened before, a loop of the browser's runs in this one."""

    async def main() -> None:
        await work()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(main())).result()


def test_calls_are_made_in_time_and_once() -> None:
    made: list[tuple[str, float]] = []

    async def wait() -> None:
        rounds, start = TimerWheel(), time.monotonic()
        for name, seconds in (("late", 0.2), ("soon", 0.03), ("never", 0.1)):
            call = rounds.call_later(seconds, lambda name: made.append((name, time.monotonic() - start)), name)
            if name == "never":
                call.cancel()
                call.cancel()
        await asyncio.sleep(0.4)
        assert not rounds.pending
        # Nothing looks any more, and it begins again.
        rounds.call_later(0, lambda: made.append(("again", 0.0)))
        await asyncio.sleep(10 * TICK)

    _run(wait)
    assert [name for name, _ in made] == ["soon", "late", "again"]
    assert made[0][1] >= 0.03 - TICK
    assert made[1][1] >= 0.2 - TICK


def test_a_call_may_take_another_back_and_ask_for_more() -> None:
    made: list[str] = []

    async def wait() -> None:
        rounds = TimerWheel()

        def first() -> None:
            made.append("first")
            second.cancel()
            rounds.call_later(0, made.append, "third")

        rounds.call_later(0, first)
        second = rounds.call_later(0, made.append, "second")
        await asyncio.sleep(10 * TICK)

    _run(wait)
    assert made == ["first", "third"]


def test_what_a_call_holds_is_free_when_it_is_taken_back() -> None:
    """Thousands of requests a second would leave as many circles to the garbage collector."""

    class Work:
        def __init__(self, rounds: TimerWheel) -> None:
            self.call = rounds.call_later(60, self.end)

        def end(self) -> None:
            raise AssertionError

    async def wait() -> None:
        work = Work(TimerWheel())
        work.call.cancel()
        seen = weakref.ref(work)
        gc.disable()
        try:
            del work
            assert seen() is None
        finally:
            gc.enable()

    _run(wait)
