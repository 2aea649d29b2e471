"""The query processes behind the server: a few that stand ready and one spare; each can be killed and replaced."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from partnergraph.errors import PartnerGraphError, QueryLimit, StoreError
from partnergraph.queries.standing import HEAD, order
from partnergraph.queries.worker import raised

FOLLOW = 0.25  # seconds between two looks for a new generation
START = 30.0  # seconds that a process may take to open the graph
HELD = 1_000_000  # bytes of an answer that wait for a slow client


class BusyError(Exception):
    """Every process is at work and the queue is full."""


@lru_cache(256)
def _word(content: bytes) -> Mapping[str, Any]:
    """What a frame says; most say what was said before."""
    found: Mapping[str, Any] = json.loads(content)
    return found


@dataclass
class Reply:
    """What a process answers: its head, pieces as they come, and the end.

    `form` (select, ask, graph or view), `format`, `hint` and `status` are known once `begun` is; `note` at the end.
    """

    loop: asyncio.AbstractEventLoop
    form: str = ""
    format: str = ""
    hint: str | None = None
    status: int = 200
    note: str | None = None
    pieces: list[bytes] = field(default_factory=list)
    size: int = 0
    done: bool = False
    error: Exception | None = None
    _news: asyncio.Future[None] | None = None

    def tell(self) -> None:
        """Wake whoever waits."""
        if self._news is not None and not self._news.done():
            self._news.set_result(None)

    async def news(self) -> None:
        """Wait until something came."""
        self._news = self.loop.create_future()
        await self._news
        self._news = None

    async def begun(self) -> None:
        """Wait for the first piece, or the end. Raises the error that ended it."""
        while not (self.pieces or self.done):
            await self.news()
        if self.error is not None:
            raise self.error

    async def whole(self) -> bytes:
        """The whole answer. Raises the error that ended it."""
        while not self.done:
            await self.news()
        if self.error is not None:
            raise self.error
        return b"".join(self.pieces)


class Worker(asyncio.Protocol):
    """One query process, and the pipe to it."""

    def __init__(self, target: Path, memory: int, lost: Callable[[Worker], None]) -> None:
        self.target, self.lost = target, lost
        self.generation = str(target)
        self.loop = asyncio.get_running_loop()
        self.ready: asyncio.Future[None] = self.loop.create_future()
        self.reply: Reply | None = None
        self.why: Exception | None = None
        self._held = bytearray()
        self._transport: asyncio.Transport | None = None
        ours, theirs = socket.socketpair()
        self.process = subprocess.Popen(
            # -P: a file in the current folder must not stand in for a module.
            [sys.executable, "-P", "-m", "partnergraph.serve.process"],
            stdin=theirs.fileno(),
            stdout=theirs.fileno(),
            stderr=subprocess.DEVNULL,
            env=os.environ | {"MALLOC_ARENA_MAX": "2"},
        )
        theirs.close()
        self._socket, self._memory = ours, memory

    async def start(self) -> Worker:
        """Wait until the graph is open. Raises `StoreError` when the process cannot open it."""
        self._socket.setblocking(False)
        await self.loop.create_connection(lambda: self, sock=self._socket)
        self._send({"targets": [str(self.target)], "memory": self._memory})
        try:
            await asyncio.wait_for(asyncio.shield(self.ready), START)
        except (TimeoutError, ConnectionError):
            self.kill(StoreError(f"The store {self.target} cannot be opened."))
            raise StoreError(f"The store {self.target} cannot be opened.") from None
        return self

    @property
    def alive(self) -> bool:
        """Whether it can take an order."""
        return self._transport is not None and not self._transport.is_closing()

    def ask(self, values: dict[str, Any], timeout: float) -> Reply:
        """Give an order; what comes is in the reply. After `timeout` seconds the process is killed."""
        self.reply = Reply(self.loop)
        limit = QueryLimit(f"Stopped after {timeout:g} seconds. Ask for less, or for a longer time: timeout=60", "time")
        self._timer = self.loop.call_later(timeout, self.kill, limit)
        self._send(values)
        return self.reply

    def kill(self, why: Exception) -> None:
        """End the process; whoever waits for an answer gets the reason."""
        self.why = self.why or why
        self.process.kill()
        if self._transport is not None:
            self._transport.abort()

    def close(self) -> None:
        """Let the process go when nobody waits for it any more: it ends with its pipe."""
        if self._transport is not None:
            self._transport.close()

    def pause(self, *, still: bool) -> None:
        """Stop reading while the client is slow, or go on."""
        if self._transport is not None and self.alive:
            with suppress(RuntimeError):
                (self._transport.pause_reading if still else self._transport.resume_reading)()

    def _send(self, values: dict[str, Any]) -> None:
        if self._transport is not None:
            self._transport.write(order(values))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: the pipe is there."""
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """asyncio: some frames, or parts of them."""
        self._held += data
        at = 0
        while len(self._held) - at >= HEAD.size:
            letter, length = HEAD.unpack_from(self._held, at)
            if len(self._held) - at - HEAD.size < length:
                break
            at += HEAD.size + length
            self._frame(letter, bytes(self._held[at - length : at]))
        del self._held[:at]

    def _frame(self, letter: bytes, content: bytes) -> None:
        reply = self.reply
        if reply is None:
            if not self.ready.done() and letter == b"N":
                self.ready.set_result(None)
            return
        if letter == b"D":
            reply.pieces.append(content)
            reply.size += len(content)
        elif letter == b"H":
            head = _word(content)
            reply.form, reply.format, reply.hint = head["form"], head["format"], head.get("hint")
            reply.status = head.get("status", 200)
        else:
            self._timer.cancel()
            self.reply = None
            word = _word(content)
            reply.note, reply.done = word.get("note"), True
            if letter == b"E":
                reply.error = raised(word)
        reply.tell()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  asyncio's own signature
        """asyncio: the process is gone, by our hand or its own."""
        if not self.ready.done():
            self.ready.set_exception(ConnectionError("the query process ended"))
            self.ready.exception()  # seen, also when nobody waits
        reply, self.reply = self.reply, None
        if reply is not None:
            self._timer.cancel()
            memory = QueryLimit(
                "The query was stopped: it needed more memory than it may, or brought the engine down. Ask for less."
            )
            reply.error, reply.done = self.why or memory, True
            reply.tell()
        self.loop.run_in_executor(None, self.process.wait)
        self.lost(self)


class Pool:
    """`size` processes over the published generation, and one spare. It follows a new generation by itself.

    `queue` orders may wait; one more is a `BusyError`.
    """

    def __init__(self, locate: Any, *, size: int, queue: int, memory: int) -> None:
        self.locate, self.size, self.queue, self.memory = locate, size, queue, memory
        self.target: Path = locate()
        self.idle: deque[Worker] = deque()
        self.spare: Worker | None = None
        self.waiting: deque[asyncio.Future[Worker]] = deque()
        self.tasks: set[asyncio.Task[Any]] = set()
        self.closed = False

    @property
    def generation(self) -> str:
        """What tells this generation from any other."""
        return str(self.target)

    async def start(self) -> None:
        """Start the processes. Raises `StoreError` when the graph cannot be opened."""
        started = await asyncio.gather(
            *(Worker(self.target, self.memory, self._lost).start() for _ in range(self.size + 1))
        )
        self.spare = started.pop()
        self.idle.extend(started)
        self._go(self._follow())

    async def stop(self) -> None:
        """End every process."""
        self.closed = True
        for task in self.tasks:
            task.cancel()
        for worker in [*self.idle, *([self.spare] if self.spare else [])]:
            worker.kill(StoreError("The server is stopping."))
        for one in self.waiting:
            if not one.done():
                one.set_exception(BusyError())

    async def take(self) -> Worker:
        """A process that is free, as soon as there is one. Raises `BusyError` when too many wait already."""
        while self.idle:
            worker = self.idle.popleft()
            if worker.alive:
                return worker
            self._replace()  # dead, and the news of it has not come yet
        if len(self.waiting) >= self.queue:
            raise BusyError
        place: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()
        self.waiting.append(place)
        try:
            return await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and not place.exception():
                self.give(place.result())
            raise

    def give(self, worker: Worker) -> None:
        """Bring a process back. One that is dead, busy still or of an older generation is replaced."""
        if worker.reply is not None:  # the client went away before the end
            worker.kill(QueryLimit("Nobody waited for the answer any more."))
        if not worker.alive:
            self._replace()
        elif worker.target != self.target:
            worker.close()
            self._replace()
        else:
            self._free(worker)

    def _free(self, worker: Worker) -> None:
        while self.waiting:
            place = self.waiting.popleft()
            if not place.done():
                place.set_result(worker)
                return
        self.idle.append(worker)

    def _replace(self) -> None:
        """The spare takes the place at once; a new spare is started."""
        if self.spare is not None and self.spare.alive and self.spare.target == self.target:
            spare, self.spare = self.spare, None
            self._free(spare)
            self._go(self._start(as_spare=True))
        else:
            self._go(self._start(as_spare=False))

    def _lost(self, worker: Worker) -> None:
        """A process that ended while it had nothing to do is replaced too; who is asked next need not find out."""
        if self.closed:
            return
        if worker is self.spare:
            self.spare = None
            self._go(self._start(as_spare=True))
        elif worker in self.idle:
            self.idle.remove(worker)
            self._replace()

    async def _start(self, *, as_spare: bool) -> None:
        while not self.closed:
            try:
                worker = await Worker(self.target, self.memory, self._lost).start()
            except PartnerGraphError:
                await asyncio.sleep(FOLLOW)
                continue
            if worker.target != self.target:
                worker.close()
                continue
            if not as_spare:
                self.give(worker)
            elif self.spare is None:
                self.spare = worker
            else:
                worker.close()
            return

    async def _follow(self) -> None:
        """Look for a newly published generation; when its processes stand ready, they take over."""
        while True:
            await asyncio.sleep(FOLLOW)
            with suppress(PartnerGraphError, OSError):
                target = self.locate()
                if target == self.target:
                    continue
                fresh = await asyncio.gather(
                    *(Worker(target, self.memory, self._lost).start() for _ in range(self.size))
                )
                old, self.target = [*self.idle, *([self.spare] if self.spare else [])], target
                self.spare = None
                busy = self.size - len(self.idle)
                self.idle.clear()
                for worker in fresh[busy:]:
                    self._free(worker)
                # Those at work finish; each is replaced when it is given back.
                for worker in [*old, *fresh[:busy]]:
                    worker.close()
                self._go(self._start(as_spare=True))

    def _go(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


async def pieces(reply: Reply, worker: Worker) -> AsyncIterator[bytes]:
    """The pieces of an answer as they come; a slow client makes the process wait. Raises the error that ended it."""
    while True:
        taken, reply.pieces = reply.pieces, []
        if taken:
            yield b"".join(taken)
            worker.pause(still=False)
        elif reply.done:
            if reply.error is not None:
                raise reply.error
            return
        else:
            await reply.news()
            if reply.size > HELD:
                worker.pause(still=len(reply.pieces) * 65_536 > HELD)
