"""The query processes of the server, as the server sees them: forked in some milliseconds, asked, killed."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from partnergraph.errors import PartnerGraphError, QueryLimit, StoreError
from partnergraph.execution.sandbox import available_processors, set_affinity, start
from partnergraph.execution.wire import (
    DATA,
    EMPTY_END,
    END,
    ERROR,
    HEAD,
    FrameParser,
    Opening,
    Order,
    decode_error,
    decode_head,
    decode_values,
    encode_order,
)
from partnergraph.pool.spool import Spool
from partnergraph.pool.timer_wheel import Timer, TimerWheel

START = 30.0  # seconds that a process may take to open the graph
READ = 600.0  # seconds that it may take to read a large one into memory
MAX_STARVED = 50.0  # seconds that a query may have, beyond its time limit, for what others take of the processors
STOPPED = 2.0  # seconds after which a process that has not answered is told to go on, lest somebody stopped it
SLOW = 0.02  # seconds of work after which a query is a long one, and steps aside if there is room
LONG = 0.1  # seconds of work after which it is stopped if there is none
MAX_CONTROL_LENGTH = 65_536  # bytes of a message of a fork server that are read at once
ASIDE = 10  # how nice a process is then: those that answer quickly go first, and other programs leave it something


def _processor(pid: int) -> float | None:
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
    """What a process answers: its head, its body as it comes, and the end.

    `form` (select, ask, graph or view), `format`, `hint`, `status` and `changes` (whether it is another each time) are
    known once `begun` is; `note` at the end.
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
    then: Callable[[], None] | None = None  # called instead, when something came
    _news: asyncio.Future[None] | None = None

    def tell(self) -> None:
        """Wake whoever waits."""
        if self.then is not None:
            self.then()
        elif self._news is not None and not self._news.done():
            self._news.set_result(None)

    async def news(self) -> None:
        """Wait until something came."""
        self._news = self.loop.create_future()
        await self._news
        self._news = None

    async def whole(self) -> Spool:
        """The whole answer. Raises the error that ended it."""
        while not self.done:
            await self.news()
        if self.error is not None:
            self.body.close()
            raise self.error
        return self.body


def _socket_pair() -> tuple[socket.socket, socket.socket]:
    try:
        return socket.socketpair()
    except OSError as error:
        raise StoreError(f"A query process cannot be started: {error.strerror}.") from None


class ForkServer:
    """A process that has opened a graph and forks query processes from itself.

    It runs `module`, which calls `execution.worker_main.main`. `whole`: it has read a store of any size into memory
    first.
    It ends when it was let go and the last of them has ended; they end with it.
    """

    def __init__(self, module: str, target: Path, memory: int, *, whole: bool = False) -> None:
        self.module, self.target, self.memory, self.whole = module, target, memory, whole
        self.alive, self.children = False, 0
        self._draining = False
        self._lock = asyncio.Lock()
        self._loop = asyncio.get_running_loop()
        self._frames = FrameParser()

    async def start(self) -> ForkServer:
        """Wait until the graph is open. Raises `StoreError` when it cannot be."""
        self._control, theirs = _socket_pair()
        try:
            self._process = start(self.module, theirs)
        except StoreError:
            self._control.close()
            raise
        finally:
            theirs.close()
        self._control.setblocking(False)
        try:
            async with asyncio.timeout(READ if self.whole else START):
                opening: Opening = {
                    "targets": [str(self.target)],
                    "memory": self.memory,
                    "forks": True,
                    "whole": self.whole,
                }
                await self._loop.sock_sendall(self._control, encode_order(opening))
                kind, content = await self._receive_frame()
        except TimeoutError:
            self.end()
            limit = READ if self.whole else START
            raise StoreError(f"The store {self.target} was not open within {limit:g} seconds.") from None
        except OSError:
            self.end()
            raise StoreError(f"The process that opens the store {self.target} ended; why is not known.") from None
        except asyncio.CancelledError:
            self.end()
            raise
        if kind == ERROR:
            self.end()
            raise decode_error(content)
        self.alive = True
        return self

    async def born(self) -> tuple[socket.socket, int]:
        """A new query process: the pipe to it and its number. Raises `StoreError` when there is none to be had."""
        ours, theirs = _socket_pair()
        try:
            async with self._lock, asyncio.timeout(START):
                self._process.send_signal(signal.SIGCONT)  # somebody may have stopped it
                socket.send_fds(self._control, [b"F"], [theirs.fileno()])
                _, content = await self._receive_frame()
        except (TimeoutError, OSError):
            ours.close()
            self.end()
            raise StoreError("The process that starts query processes has ended, or does not answer.") from None
        except asyncio.CancelledError:
            ours.close()
            raise
        finally:
            theirs.close()
        self.children += 1
        return ours, decode_values(content)["pid"]

    def lost(self) -> None:
        """One of the processes born here has ended."""
        self.children -= 1
        if self._draining and not self.children:
            self.end()

    def let_go(self) -> None:
        """End when the last process born here has ended."""
        self._draining = True
        if not self.children:
            self.end()

    def end(self) -> None:
        """End, and with it every process born here that is still there."""
        if self.alive:
            self._process.send_signal(signal.SIGCONT)  # somebody may have stopped it
        else:  # it may be reading still
            self._process.kill()
        self.alive = False
        self._control.close()  # which it takes for its end
        self._loop.run_in_executor(None, self._process.wait)

    async def ended(self) -> None:
        """Wait until the pipes to the processes born here are closed, some milliseconds after it has ended."""
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                while self.children:
                    await asyncio.sleep(0.005)

    async def _receive_frame(self) -> tuple[bytes, bytes]:
        """The next frame, of which one comes at a time. Raises `ConnectionError` when the process has ended."""
        frames: list[tuple[bytes, bytes]] = []
        while not frames:
            if not (data := await self._loop.sock_recv(self._control, MAX_CONTROL_LENGTH)):
                raise ConnectionError
            frames = self._frames.feed(data)
        return frames[0]


class Worker(asyncio.Protocol):
    """One query process, and the pipe to it. `lost` is told when it has ended, `slow` when a query takes long."""

    def __init__(
        self,
        nursery: ForkServer,
        rounds: TimerWheel,
        lost: Callable[[Worker], None],
        slow: Callable[[Worker], None],
    ) -> None:
        self.nursery, self.rounds, self.target, self.lost, self.slow = nursery, rounds, nursery.target, lost, slow
        self.generation = str(self.target)
        self.loop = asyncio.get_running_loop()
        self.ready: asyncio.Future[None] = self.loop.create_future()
        self.reply: Reply | None = None
        self.why: Exception | None = None
        self.client = ""  # the address for which it works
        self.aside = False
        self.still: float | None = None  # since when it is held still
        self._frames = FrameParser()
        self._transport: asyncio.Transport | None = None
        self._handle: int | None = None
        self._timer: Timer
        self._soon: Timer

    async def start(self) -> Worker:
        """Wait until it can be asked. Raises `StoreError` when the process cannot open the graph."""
        pipe, self.pid = await self.nursery.born()
        pipe.setblocking(False)
        try:
            # A number alone may mean another process by the time it is used.
            self._handle = os.pidfd_open(self.pid) if hasattr(os, "pidfd_open") else None
            await self.loop.create_connection(lambda: self, sock=pipe)
        except (OSError, asyncio.CancelledError) as error:
            if self._transport is not None:
                self.close()
                raise
            pipe.close()  # which ends it, if it is still there
            if self._handle is not None:
                os.close(self._handle)
            self.nursery.lost()
            if isinstance(error, asyncio.CancelledError):
                raise
            raise StoreError(f"A query process cannot be reached: {error.strerror}.") from None
        try:
            await asyncio.wait_for(asyncio.shield(self.ready), START)
        except ConnectionError:
            memory = f"It may have {self.nursery.memory // 1_000_000} MB of memory (--memory)."
            message = (
                f"The query process ended before it had opened the store {self.target}; why is not known. {memory}"
            )
            raise StoreError(message) from None
        except (TimeoutError, PartnerGraphError) as error:
            late = StoreError(f"The store {self.target} was not open within {START:g} seconds.")
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
        self._since, self._before = self.loop.time(), _processor(self.pid)
        if timeout > SLOW:
            self._timer = self._soon = self.rounds.call_later(SLOW, self._first_look, timeout)
        else:
            self._timer = self.rounds.call_later(timeout, self._late, timeout)
            self._soon = self.rounds.call_later(SLOW, self.slow, self)
        if self._transport is not None:
            self._transport.write(encode_order(order, sparql))
        return reply

    def _first_look(self, timeout: float) -> None:
        """Few queries take so long that the time limit needs a timer of its own."""
        left = self._since + min(timeout, STOPPED) - self.loop.time()
        self._timer = self.rounds.call_later(left, self._late, timeout)
        self.slow(self)

    def _late(self, timeout: float) -> None:
        passed, spent = self.loop.time() - self._since, self.spent
        left = min(timeout - spent, timeout + MAX_STARVED - passed)
        if left > 0:
            self._continue()
            self._timer = self.rounds.call_later(min(left, STOPPED), self._late, timeout)
            return
        self.hold(still=False)
        took = f"{timeout:g} seconds"
        if passed > timeout + MAX_STARVED / 2:
            took = f"{passed:.0f} seconds, in which other work left it the processor for {spent:.1f}"
        self.kill(QueryLimit(f"Stopped after {took}. Ask for less, or for a longer time: timeout=60", "time"))

    @property
    def spent(self) -> float:
        """Seconds that the query under way has taken so far: those of the processor, so that a quick query stays a
        quick one on a crowded machine; all that have passed where the system does not tell.
        """
        if self._before is None or (now := _processor(self.pid)) is None:
            return self.loop.time() - self._since
        return now - self._before

    def kill(self, why: Exception) -> None:
        """End the process; whoever waits for an answer gets the reason."""
        self.why = self.why or why
        self._signal(signal.SIGKILL)
        if self._transport is not None:
            self._transport.abort()

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            if self._handle is not None:
                signal.pidfd_send_signal(self._handle, number)
            elif self.alive:
                os.kill(self.pid, number)

    def look_again(self, seconds: float) -> None:
        """Have the query under way looked at again, whether it takes long."""
        self._soon = self.rounds.call_later(seconds, self.slow, self)

    def _continue(self) -> None:
        """Have the process go on if it was stopped, and not by us: nobody else would, and a client waits for it."""
        if self.still is None:
            self._signal(signal.SIGCONT)

    def step_aside(self) -> None:
        """Leave the processors to those that answer quickly, as far as the system allows. It cannot be taken back."""
        self.aside = True
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.pid, ASIDE)
            if hasattr(os, "SCHED_BATCH"):  # Linux: it never interrupts another process when it wakes up
                os.sched_setscheduler(self.pid, os.SCHED_BATCH, os.sched_param(0))
        set_affinity(available_processors()[1:], self.pid)

    def hold(self, *, still: bool) -> None:
        """Have the process do nothing at all until it is told to go on."""
        if still and self.still is None:
            self.still = self.loop.time()
            self._signal(signal.SIGSTOP)
        elif not still and self.still is not None:
            self.still = None
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
            self._take_frame(kind, content)
        if reply is not None and reply.done:
            reply.tell()

    def _take_frame(self, kind: bytes, content: bytes) -> None:
        reply = self.reply
        if reply is None:
            self._opened(kind, content)
        elif kind == DATA:
            self._take_piece(reply, content)
        elif kind == HEAD:
            head = decode_head(content)
            reply.form, reply.format, reply.hint = head.form, head.format, head.hint
            reply.status, reply.changes = head.status, head.changes
        else:
            self._timer.cancel()
            if self._soon is not self._timer:
                self._soon.cancel()
            self.reply = None
            reply.done = True
            if kind == ERROR:
                reply.error = decode_error(content)
            elif content != EMPTY_END:
                reply.note = decode_values(content).get("note")

    def _opened(self, kind: bytes, content: bytes) -> None:
        """The answer to the opening: the graph is open, or why it is not."""
        if self.ready.done():
            return
        if kind == END:
            self.ready.set_result(None)
        else:
            self.ready.set_exception(decode_error(content))
            self.ready.exception()  # seen, also when nobody waits

    def _take_piece(self, reply: Reply, piece: bytes) -> None:
        try:
            reply.body.write(piece)
        except OSError as error:
            # What Python says where no folder for temporary files can be written names folders of the machine.
            why = os.strerror(error.errno) if error.errno == errno.ENOENT else error.strerror
            message = f"The answer could not be held until it is read: {why}. Ask for less, or read faster."
            self.kill(QueryLimit(message, "room"))

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  asyncio's own signature
        """asyncio: the process is gone, by our hand or its own."""
        if not self.ready.done():
            self.ready.set_exception(ConnectionError("the query process ended"))
            self.ready.exception()  # seen, also when nobody waits
        reply, self.reply = self.reply, None
        if reply is not None:
            self._timer.cancel()
            self._soon.cancel()
            reply.error, reply.done = self.why or WorkerLostError(), True
            reply.lost_after = self.loop.time() - self._since if self.why is None else None
            reply.body.close()
            reply.tell()
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
        self.nursery.lost()
        self.lost(self)
