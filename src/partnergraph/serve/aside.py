"""Queries that take long, out of the way of the quick ones."""

from __future__ import annotations

from collections.abc import Iterator

from partnergraph.queries.worker import processors
from partnergraph.serve.rounds import Call, Rounds
from partnergraph.serve.workers import Worker

GRACE = 0.05  # seconds without a quick query after which the long ones go on
EVERY = 1.0  # seconds of a quick query after another, in each of which the long ones
MOMENT = 0.02  # go on for so long all the same


class Aside:
    """The processes whose queries take long.

    However nice a process is, one that always runs keeps its processor awake: the system then leaves what waits for
    another processor where it is until it looks again, some milliseconds later. So while quick queries are at work, the
    long ones that they leave no processor are held still; a moment in each second they go on nevertheless.
    """

    def __init__(self, rounds: Rounds) -> None:
        self.rounds, self.processors = rounds, len(processors())
        self.workers: dict[Worker, None] = {}  # the one that has been here longest comes first
        self.quick = 0
        self._busy = self._since = 0.0  # when a quick one was last at work; since when they are held
        self._looking: Call | None = None

    def __len__(self) -> int:
        return len(self.workers)

    def __iter__(self) -> Iterator[Worker]:
        return iter(self.workers)

    def __contains__(self, worker: Worker) -> bool:
        return worker in self.workers

    def add(self, worker: Worker, quick: int) -> None:
        """Another one takes long, while so many quick ones are at work."""
        self.workers[worker] = None
        worker.step_aside()
        self.make_way(quick)

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
            if quick:
                self._hold(now)
            if self._looking is None:
                self._looking = self.rounds.call_later(MOMENT, self._look)

    def _hold(self, now: float) -> None:
        room = max(0, self.processors - 1 - self.quick)  # the first is the server's own
        if now - self._since >= EVERY + MOMENT:
            self._since = now
        for number, worker in enumerate(self.workers):
            worker.hold(still=number >= room and now - self._since < EVERY)

    def _look(self) -> None:
        self._looking = None
        if not self.workers:
            return
        now = self.rounds.loop.time()
        if self.quick:
            self._busy = now
        if now - self._busy >= GRACE:
            self._since = 0
            for worker in self.workers:
                worker.hold(still=False)
        else:
            self._hold(now)
        self._looking = self.rounds.call_later(MOMENT, self._look)
