"""A query process as the server sees it: it is given orders, suspended, killed, and says when it has ended."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from partnergraph.errors import PartnerGraphError, QueryLimit, StoreError
from partnergraph.execution.sandbox import available_processors, set_affinity, use_batch_scheduling
from partnergraph.execution.wire import (
    DATA,
    EMPTY_END,
    END,
    ERROR,
    HEAD,
    FrameParser,
    Order,
    decode_error,
    decode_head,
    decode_values,
    encode_order,
)
from partnergraph.pool.fork_server import OPEN_TIMEOUT, ForkServer
from partnergraph.pool.spool import Spool
from partnergraph.pool.timer_wheel import Timer, TimerWheel

MAX_STARVED = 50.0  # seconds that a query may have, beyond its time limit, for what others take of the processors
RESUME_INTERVAL = 2.0  # seconds after which a process that has not answered gets a SIGCONT, lest somebody stopped it
SLOW_AFTER = 0.02  # seconds of work after which a query is slow, and is throttled if there is room
MAX_SLOW_TIME = 0.1  # seconds of work after which it is stopped if there is none
NICENESS = 10  # of a process with a slow query (nice(2)): quick ones go first, and other programs leave it something


def _processor_time(pid: int) -> float | None:
    """Seconds of the processor that a process has used; None where the system does not tell.

    Linux has a clock for every process; its number is made from that of the process (clock_getcpuclockid(3)).
    """
    if sys.platform != "linux":
        return None
    try:
        return time.clock_gettime(~pid << 3 | 2)
    except OSError:
        return None


class WorkerLostError(QueryLimit):
    """A query process ended while it answered, and it was not we who ended it."""

    def __init__(self) -> None:
        super().__init__(
            "The query process ended before its answer was whole; why is not known. Perhaps it needed more memory than "
            "it may. Ask for less, or try again."
        )


@dataclass(slots=True)
class Reply:
    """The answer of a process: the values of its head (see `execution.wire.Head`), its body as it comes, and the end.

    `note` and `error` are known when it is `done`; then `callback` is called, or whoever waits goes on.
    """

    loop: asyncio.AbstractEventLoop
    form: str = ""
    format: str = ""
    hint: str | None = None
    status: int = 200
    changes: bool = False
    note: str | None = None
    body: Spool = field(default_factory=Spool)
    done: bool = False
    error: Exception | None = None
    lost_after: float | None = None  # seconds, where the process ended by itself
    callback: Callable[[], None] | None = None
    _waiter: asyncio.Future[None] | None = None

    def notify(self) -> None:
        """Say that it is done."""
        if self.callback is not None:
            self.callback()
        elif self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def complete(self) -> Spool:
        """The whole body. Raises the error that ended it."""
        if not self.done:
            self._waiter = self.loop.create_future()
            await self._waiter
        if self.error is not None:
            self.body.close()
            raise self.error
        return self.body


class Worker(asyncio.Protocol):
    """A query process, and the pipe to it. `on_end` is called when it has ended, `on_slow` when a query takes long."""

    def __init__(
        self,
        fork_server: ForkServer,
        timers: TimerWheel,
        on_end: Callable[[Worker], None],
        on_slow: Callable[[Worker], None],
    ) -> None:
        self.fork_server, self.timers, self.on_end, self.on_slow = fork_server, timers, on_end, on_slow
        self.target = fork_server.target
        self.generation = str(self.target)
        self.loop = asyncio.get_running_loop()
        self.ready: asyncio.Future[None] = self.loop.create_future()
        self.reply: Reply | None = None
        self.end_reason: Exception | None = None
        self.client = ""  # the address for which it works
        self.slow = False  # whether its query takes long
        self.suspended_since: float | None = None  # when it was suspended
        self._frames = FrameParser()
        self._transport: asyncio.Transport | None = None
        self._pidfd: int | None = None
        self._limit_timer: Timer
        self._slow_timer: Timer

    async def start(self) -> Worker:
        """Wait until it can be asked. Raises `StoreError` when the process cannot open the graph."""
        pipe, self.pid = await self.fork_server.fork()
        pipe.setblocking(False)
        try:
            # A number alone may mean another process by the time it is used.
            self._pidfd = os.pidfd_open(self.pid) if hasattr(os, "pidfd_open") else None
            await self.loop.create_connection(lambda: self, sock=pipe)
        except (OSError, asyncio.CancelledError) as error:
            if self._transport is not None:
                self.close()
                raise
            pipe.close()  # which ends it, if it is still there
            if self._pidfd is not None:
                os.close(self._pidfd)
            self.fork_server.child_ended()
            if isinstance(error, asyncio.CancelledError):
                raise
            raise StoreError(f"A query process cannot be reached: {error.strerror}.") from None
        try:
            await asyncio.wait_for(asyncio.shield(self.ready), OPEN_TIMEOUT)
        except ConnectionError:
            memory = f"It may have {self.fork_server.memory // 1_000_000} MB of memory (--memory)."
            message = (
                f"The query process ended before it had opened the store {self.target}; why is not known. {memory}"
            )
            raise StoreError(message) from None
        except (TimeoutError, PartnerGraphError) as error:
            late = StoreError(f"The store {self.target} was not open within {OPEN_TIMEOUT:g} seconds.")
            reason = late if isinstance(error, TimeoutError) else error
            self.kill(reason)
            raise reason from None
        except asyncio.CancelledError:
            self.close()
            raise
        return self

    @property
    def alive(self) -> bool:
        """Whether it can take an order."""
        transport = self._transport
        return transport is not None and not transport.is_closing()

    def ask(self, order: Order | Mapping[str, Any] | bytes, timeout: float, sparql: str | None = None) -> Reply:
        """Give an order (see `execution.wire.encode_order`); what comes is in the reply. The process is killed after
        `timeout` seconds of its own work, or `MAX_STARVED` seconds after that time, however little it had.
        """
        self.reply = reply = Reply(self.loop, body=Spool(self.client))
        self._started, self._time_before = self.loop.time(), _processor_time(self.pid)
        if timeout > SLOW_AFTER:
            self._limit_timer = self._slow_timer = self.timers.call_later(SLOW_AFTER, self._check_first, timeout)
        else:
            self._limit_timer = self.timers.call_later(timeout, self._check_time_limit, timeout)
            self._slow_timer = self.timers.call_later(SLOW_AFTER, self.on_slow, self)
        if self._transport is not None:
            self._transport.write(encode_order(order, sparql))
        return reply

    def _check_first(self, timeout: float) -> None:
        """Few queries take so long that the time limit needs a timer of its own."""
        left = self._started + min(timeout, RESUME_INTERVAL) - self.loop.time()
        self._limit_timer = self.timers.call_later(left, self._check_time_limit, timeout)
        self.on_slow(self)

    def _check_time_limit(self, timeout: float) -> None:
        passed, time_used = self.loop.time() - self._started, self.time_used
        left = min(timeout - time_used, timeout + MAX_STARVED - passed)
        if left > 0:
            self._resume_if_stopped()
            self._limit_timer = self.timers.call_later(min(left, RESUME_INTERVAL), self._check_time_limit, timeout)
            return
        self.set_suspended(suspended=False)
        took = f"{timeout:g} seconds"
        if passed > timeout + MAX_STARVED / 2:
            took = f"{passed:.0f} seconds, in which other work left it the processor for {time_used:.1f}"
        self.kill(QueryLimit(f"Stopped after {took}. Ask for less, or for a longer time: timeout=60", "time"))

    @property
    def time_used(self) -> float:
        """Seconds that the query under way has taken so far: those of the processor, so that a quick query stays a
        quick one on a crowded machine; all that have passed where the system does not tell.
        """
        if self._time_before is None or (now := _processor_time(self.pid)) is None:
            return self.loop.time() - self._started
        return now - self._time_before

    def kill(self, reason: Exception) -> None:
        """End the process; whoever waits for an answer gets the reason."""
        self.end_reason = self.end_reason or reason
        self._signal(signal.SIGKILL)
        if self._transport is not None:
            self._transport.abort()

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            if self._pidfd is not None:
                signal.pidfd_send_signal(self._pidfd, number)
            elif self.alive:
                os.kill(self.pid, number)

    def check_later(self, seconds: float) -> None:
        """Have the query under way looked at again, whether it takes long."""
        self._slow_timer = self.timers.call_later(seconds, self.on_slow, self)

    def _resume_if_stopped(self) -> None:
        """Have the process go on if it was stopped, and not by us: nobody else would, and a client waits for it."""
        if self.suspended_since is None:
            self._signal(signal.SIGCONT)

    def lower_priority(self) -> None:
        """Leave the processors to those that answer quickly, as far as the system allows. It cannot be taken back."""
        self.slow = True
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.pid, NICENESS)
        self.set_batch_scheduling(batch=True)
        set_affinity(available_processors()[1:], self.pid)

    def set_batch_scheduling(self, *, batch: bool) -> None:
        """Whether the process, when it wakes up, waits for what runs on its processor (see `use_batch_scheduling`)."""
        if self.alive:
            use_batch_scheduling(self.pid, batch=batch)

    def set_suspended(self, *, suspended: bool) -> None:
        """Stop the process (SIGSTOP), or have it go on."""
        if suspended and self.suspended_since is None:
            self.suspended_since = self.loop.time()
            self._signal(signal.SIGSTOP)
        elif not suspended and self.suspended_since is not None:
            self.suspended_since = None
            self._signal(signal.SIGCONT)

    def close(self) -> None:
        """Let the process go when nobody waits for it any more: it ends with its pipe."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: the pipe is there."""
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """asyncio: some frames, or parts of them. Nearly always they are those of a whole answer."""
        reply = self.reply
        for kind, content in self._frames.feed(data):
            self._receive_frame(kind, content)
        if reply is not None and reply.done:
            reply.notify()

    def _receive_frame(self, kind: bytes, content: bytes) -> None:
        reply = self.reply
        if reply is None:
            self._receive_opening(kind, content)
        elif kind == DATA:
            self._receive_piece(reply, content)
        elif kind == HEAD:
            head = decode_head(content)
            reply.form, reply.format, reply.hint = head.form, head.format, head.hint
            reply.status, reply.changes = head.status, head.changes
        else:
            self._limit_timer.cancel()
            if self._slow_timer is not self._limit_timer:
                self._slow_timer.cancel()
            self.reply = None
            reply.done = True
            if kind == ERROR:
                reply.error = decode_error(content)
            elif content != EMPTY_END:
                reply.note = decode_values(content).get("note")

    def _receive_opening(self, kind: bytes, content: bytes) -> None:
        """The answer to the opening: the graph is open, or why it is not."""
        if self.ready.done():
            return
        if kind == END:
            self.ready.set_result(None)
        else:
            self.ready.set_exception(decode_error(content))
            self.ready.exception()  # seen, also when nobody waits

    def _receive_piece(self, reply: Reply, piece: bytes) -> None:
        try:
            reply.body.write(piece)
        except OSError as error:
            # What Python says where no folder for temporary files can be written names folders of the machine.
            reason = os.strerror(error.errno) if error.errno == errno.ENOENT else error.strerror
            message = f"The answer could not be held until it is read: {reason}. Ask for less, or read faster."
            self.kill(QueryLimit(message, "room"))

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  asyncio's own signature
        """asyncio: the process is gone, by our hand or its own."""
        if not self.ready.done():
            self.ready.set_exception(ConnectionError("the query process ended"))
            self.ready.exception()  # seen, also when nobody waits
        reply, self.reply = self.reply, None
        if reply is not None:
            self._limit_timer.cancel()
            self._slow_timer.cancel()
            reply.error, reply.done = self.end_reason or WorkerLostError(), True
            reply.lost_after = self.loop.time() - self._started if self.end_reason is None else None
            reply.body.close()
            reply.notify()
        if self._pidfd is not None:
            os.close(self._pidfd)
            self._pidfd = None
        self.fork_server.child_ended()
        self.on_end(self)
