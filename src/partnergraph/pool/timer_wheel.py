"""Coarse timers, cheap to set and cancel, for time limits that are nearly always cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

TICK = 0.01  # seconds between two checks


class Timer:
    """A call that is due at a time."""

    __slots__ = ("_args", "_call", "_due", "_wheel")

    def __init__(self, wheel: TimerWheel, due: float, call: Callable[..., None], args: tuple[object, ...]) -> None:
        self._wheel, self._due, self._args = wheel, due, args
        self._call: Callable[..., None] | None = call

    def cancel(self) -> None:
        """Do not call, unless that is done."""
        self._wheel.pending.pop(self, None)
        self._call = None  # it often refers to what refers to this

    def run_if_due(self, now: float) -> None:
        """Call if it is due."""
        call = self._call
        if now >= self._due and call is not None:
            self.cancel()
            call(*self._args)


class TimerWheel:
    """Calls, each up to `TICK` seconds late.

    A request has three limits of time, and setting and stopping that many timers of the event loop takes a tenth of the
    time that a look-up has. So there is one, for as long as any call is pending, which checks all of them.
    """

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.pending: dict[Timer, None] = {}
        self._ticking = False

    def call_later(self, seconds: float, call: Callable[..., None], *args: object) -> Timer:
        """Call a function after some seconds."""
        timer = Timer(self, self.loop.time() + seconds, call, args)
        self.pending[timer] = None
        if not self._ticking:
            self._ticking = True
            self.loop.call_later(TICK, self._tick)
        return timer

    def _tick(self) -> None:
        now = self.loop.time()
        for timer in list(self.pending):
            timer.run_if_due(now)
        self._ticking = bool(self.pending)
        if self._ticking:
            self.loop.call_later(TICK, self._tick)
