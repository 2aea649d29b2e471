"""Queries that take long, out of the way of the quick ones."""

from __future__ import annotations

from collections.abc import Iterator

from partnergraph.execution.sandbox import available_processors
from partnergraph.pool.timer_wheel import Timer, TimerWheel
from partnergraph.pool.worker import Worker

GRACE = 0.05  # seconds without a quick query after which the long ones go on
EVERY = 2.0  # seconds; in each such span the long ones also go on in shorter gaps,
WINDOW = 0.04  # during so many of them
LOOK = 0.02  # seconds between two looks


class SlowQueries:
    """The processes whose queries take long.

    However nice a process is, one that always runs keeps its processor awake: the system then leaves what waits for
    another processor where it is until it looks again, some milliseconds later. So while quick queries come one after
    another, the long ones that they leave no processor are held still; now and then they go on where there is a gap.
    """

    def __init__(self, rounds: TimerWheel) -> None:
        self.rounds, self.processors = rounds, len(available_processors())
        self.workers: dict[Worker, None] = {}  # the one that has been here longest comes first
        self.quick = 0
        self._busy = 0.0  # when a quick one was last at work
        self._looking: Timer | None = None

    def __len__(self) -> int:
        return len(self.workers)

    def __iter__(self) -> Iterator[Worker]:
        return iter(self.workers)

    def __contains__(self, worker: Worker) -> bool:
        return worker in self.workers

    def add(self, worker: Worker) -> None:
        """Another one takes long."""
        self.workers[worker] = None
        worker.step_aside()

    def remove(self, worker: Worker) -> None:
        """One has ended."""
        del self.workers[worker]
        worker.hold(still=False)  # it reads the end of its pipe

    def make_way(self, quick: int) -> None:
        """So many quick queries are at work now."""
        if self.workers:
            now = self.rounds.loop.time()
            if self.quick or quick:
                self._busy = now
            self.quick = quick
            self._hold(now)
            if self._looking is None:
                self._looking = self.rounds.call_later(LOOK, self._look)

    def _hold(self, now: float) -> None:
        on = not self.quick and (now - self._busy >= GRACE or now % EVERY < WINDOW)
        # One is the server's own; the next quick query is soon there.
        room = max(0, self.processors - 1 - max(1, self.quick))
        for number, worker in enumerate(self.workers):
            worker.hold(still=not on and number >= room)

    def _look(self) -> None:
        self._looking = None
        if self.workers:
            self.make_way(self.quick)
