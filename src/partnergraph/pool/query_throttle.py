"""The throttle of slow queries, so that quick ones are answered at once."""

from __future__ import annotations

from collections.abc import Iterator

from partnergraph.execution.sandbox import available_processors
from partnergraph.pool.timer_wheel import Timer, TimerWheel
from partnergraph.pool.worker import Worker

GRACE = 0.05  # seconds without a quick query after which the slow ones go on
PERIOD = 2.0  # seconds; in each the slow ones also go on in shorter gaps between quick ones,
WINDOW = 0.04  # during so many seconds
CHECK_INTERVAL = 0.02  # seconds between two checks


class QueryThrottle:
    """The processes whose queries are slow.

    However nice a process is, one that always runs keeps its processor awake: the system then leaves what waits for
    another processor where it is until it looks again, some milliseconds later. So while quick queries come one after
    another, the slow ones that they leave no processor are suspended; now and then they go on where there is a gap.
    """

    def __init__(self, timers: TimerWheel) -> None:
        self.timers, self.processors = timers, len(available_processors())
        self.workers: dict[Worker, None] = {}  # the one that has been here longest comes first
        self.quick = 0
        self._last_quick = 0.0  # when a quick one was last at work
        self._check_timer: Timer | None = None

    def __len__(self) -> int:
        return len(self.workers)

    def __iter__(self) -> Iterator[Worker]:
        return iter(self.workers)

    def __contains__(self, worker: Worker) -> bool:
        return worker in self.workers

    def add(self, worker: Worker) -> None:
        """Throttle another process."""
        self.workers[worker] = None
        worker.lower_priority()

    def remove(self, worker: Worker) -> None:
        """Remove a process that is of no more use."""
        del self.workers[worker]
        worker.set_suspended(suspended=False)  # it reads the end of its pipe

    def update(self, quick: int) -> None:
        """Suspend and resume them; `quick` is the number of quick queries that are at work now."""
        if self.workers:
            now = self.timers.loop.time()
            if self.quick or quick:
                self._last_quick = now
            self.quick = quick
            self._apply(now)
            if self._check_timer is None:
                self._check_timer = self.timers.call_later(CHECK_INTERVAL, self._check)

    def _apply(self, now: float) -> None:
        on = not self.quick and (now - self._last_quick >= GRACE or now % PERIOD < WINDOW)
        # One is the server's own; the next quick query is soon there.
        room = max(0, self.processors - 1 - max(1, self.quick))
        for number, worker in enumerate(self.workers):
            worker.set_suspended(suspended=not on and number >= room)

    def _check(self) -> None:
        self._check_timer = None
        if self.workers:
            self.update(self.quick)
