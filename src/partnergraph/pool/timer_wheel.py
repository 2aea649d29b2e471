"""Timers for work that is nearly always done before they ring."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

EVERY = 0.01  # seconds


class Timer:
    """A call that waits for its time."""

    __slots__ = ("_args", "_call", "_due", "_rounds")

    def __init__(self, rounds: TimerWheel, due: float, call: Callable[..., None], args: tuple[object, ...]) -> None:
        self._rounds, self._due, self._args = rounds, due, args
        self._call: Callable[..., None] | None = call

    def cancel(self) -> None:
        """Take it back, if it has not been made."""
        self._rounds.waiting.pop(self, None)
        self._call = None  # which often holds what holds this

    def made(self, now: float) -> None:
        """Make it if it is due."""
        call = self._call
        if now >= self._due and call is not None:
            self.cancel()
            call(*self._args)


class TimerWheel:
    """Calls that are made up to `EVERY` seconds late.

    A request has three limits of time, and setting and stopping that many timers of the event loop takes a tenth of the
    time that a look-up has. So there is one, for as long as any call waits, and it looks at all of them.
    """

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.waiting: dict[Timer, None] = {}
        self._looking = False

    def call_later(self, seconds: float, call: Callable[..., None], *args: object) -> Timer:
        """Have a call made after some seconds."""
        made = Timer(self, self.loop.time() + seconds, call, args)
        self.waiting[made] = None
        if not self._looking:
            self._looking = True
            self.loop.call_later(EVERY, self._look)
        return made

    def _look(self) -> None:
        now = self.loop.time()
        for call in list(self.waiting):
            call.made(now)
        self._looking = bool(self.waiting)
        if self._looking:
            self.loop.call_later(EVERY, self._look)
