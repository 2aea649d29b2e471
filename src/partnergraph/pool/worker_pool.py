"""The pool of query processes: a few that stand ready and one spare. Long queries step aside for quick ones."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter, OrderedDict, deque
from contextlib import suppress
from math import inf
from pathlib import Path
from typing import Any, Protocol

from partnergraph.errors import PartnerGraphError, QueryLimit, StoreError
from partnergraph.execution.store_residency import fits_in_memory
from partnergraph.pool.fair_queue import FairQueue
from partnergraph.pool.query_throttle import SlowQueries
from partnergraph.pool.timer_wheel import Timer, TimerWheel
from partnergraph.pool.worker import LONG, SLOW, ForkServer, Worker

FOLLOW = 0.25  # seconds between two looks for a new generation
RETRY = 5.0  # seconds between two attempts to open one that cannot be opened
PATIENCE = 0.02  # seconds that a query may take while others wait
UNUSUAL = 8  # times what queries take of late; a new process is worth its start only for what takes longer
MAX_USUAL = 0.0125  # seconds; whatever queries take of late, one that works for longer than `LONG` is a long one
MAX_WAIT = 2.0  # seconds that a request may wait for a process
RETRY_AFTER = 1.0  # seconds after which a client that was refused may come back
MAX_HELD_BACK = 200  # refusals that wait for that time to pass
MAX_CLIENTS = 1000  # of whom it is known when they were refused


_LOG = logging.getLogger("uvicorn.error")


class BusyError(Exception):
    """There is no process for a request: `status` 429 while all are at work, 503 while none can be started."""

    def __init__(self, message: str = "Too many queries are waiting. Try again later.", status: int = 429) -> None:
        super().__init__(message)
        self.status = status


class Waiter(Protocol):
    """Somebody who waits for a process, as an `asyncio.Future` does; a process that it is given is alive."""

    client: str  # the address of who asks

    def done(self) -> bool:
        """Whether it wants none any more."""

    def set_result(self, result: Worker, /) -> None:
        """Here it is."""

    def set_exception(self, exception: Exception, /) -> None:
        """There will be none."""


class _TaskWaiter:
    """The place of a task that waits for a process."""

    def __init__(self, client: str) -> None:
        self.client = client
        self.worker: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()

    def done(self) -> bool:
        return self.worker.done()

    def set_result(self, result: Worker, /) -> None:
        self.worker.set_result(result)

    def set_exception(self, exception: Exception, /) -> None:
        self.worker.set_exception(exception)


class WorkerPool:
    """`size` processes over the published generation, and one spare. It follows a new generation by itself.

    `locate` finds the published generation; the processes run `module` (see `ForkServer`).

    `queue` orders may wait, for `MAX_WAIT` seconds at most and with their clients in turn; one more is a `BusyError`. A
    query that takes long, or that others wait for, steps aside: another process takes its place, and it goes on with
    what the others leave of the processors but the first. `aside` of them may; one more that takes long is stopped, so
    that nobody can take every process away from everybody else. With none a long query keeps its place.
    """

    def __init__(self, locate: Any, module: str, *, size: int, queue: int, memory: int, aside: int) -> None:
        self.module = module
        self.locate, self.size, self.memory, self.most_aside = locate, size, memory, aside
        self.target: Path = locate()
        self.nursery: ForkServer | None = None
        self.idle: deque[Worker] = deque()
        self.busy: dict[Worker, float] = {}  # since when
        self.usual = 0.0  # seconds that queries have taken of late
        self.spare: Worker | None = None
        self.waiting: FairQueue[Waiter] = FairQueue(queue)
        self._failing = False  # whether the last attempt to start a process failed
        self._refused: OrderedDict[str, float] = OrderedDict()  # when a client was refused last
        self._held_back = 0
        self.tasks: set[asyncio.Task[Any]] = set()
        self.closed = False
        self._opening = asyncio.Lock()
        self._looking: asyncio.TimerHandle | None = None
        self._expiring: Timer | None = None

    @property
    def generation(self) -> str:
        """What tells this generation from any other."""
        return str(self.target)

    @property
    def quick(self) -> int:
        """How many queries are at work that do not take long, or not yet."""
        return len(self.busy) - len(self.aside)

    async def start(self) -> None:
        """Start the processes. Raises `StoreError` when the graph cannot be opened."""
        self.rounds = TimerWheel()
        self.aside = SlowQueries(self.rounds)
        started = [await self._worker() for _ in range(self.size + 1)]
        self.spare = started.pop()
        self.idle.extend(started)
        self._go(self._follow())
        self._go(self._settle())

    async def stop(self) -> None:
        """End every process."""
        self.closed = True
        if self._looking is not None:
            self._looking.cancel()
        for task in self.tasks:
            task.cancel()
        for worker in [*self.idle, *self.aside, *([self.spare] if self.spare else [])]:
            worker.kill(StoreError("The server is stopping."))
        if self.nursery is not None:
            self.nursery.end()
        for place in self.waiting.take_older(inf):
            place.set_exception(BusyError("The server is stopping.", 503))
        if self.nursery is not None:
            await self.nursery.ended()

    def enter(self, place: Waiter) -> None:
        """Give a place a process, now or as soon as there is one; after `MAX_WAIT` seconds it gets a `BusyError`.

        Raises it at once when too many wait already.
        """
        while self.idle:
            worker = self.idle.pop()  # the one asked last: most of it is still in the processor's caches
            if worker.alive:
                self._begin(worker, place)
                return
            self._replace()  # dead, and the news of it has not come yet
        if self.closed:
            raise BusyError("The server is stopping.", 503)
        rejected = self.waiting.push(place, self.rounds.loop.time())
        if rejected is place:
            raise BusyError
        if rejected is not None:
            rejected.set_exception(BusyError())
        if self._expiring is None:
            self._expiring = self.rounds.call_later(MAX_WAIT / 20, self._expire)
        if self.most_aside and self._looking is None:
            self._looking = asyncio.get_running_loop().call_later(PATIENCE, self._look)

    def _expire(self) -> None:
        """Those that have waited for too long get no process any more."""
        if any(worker.alive for worker in (*self.busy, *self.idle)):
            error = BusyError(f"No query process was free within {MAX_WAIT:g} seconds. Try again later.")
        else:
            error = BusyError("No query process can be started at the moment. Try again later.", 503)
        for place in self.waiting.take_older(self.rounds.loop.time() - MAX_WAIT):
            place.set_exception(error)
        self._expiring = self.rounds.call_later(MAX_WAIT / 20, self._expire) if self.waiting else None

    async def take(self, client: str = "") -> Worker:
        """A process that is free, as soon as there is one, for a request from an address. Raises `BusyError`."""
        place = _TaskWaiter(client)
        self.enter(place)
        try:
            worker = await place.worker
            if worker.alive:
                return worker
        except asyncio.CancelledError:
            if place.done() and not place.worker.cancelled() and not place.worker.exception():
                self.give(place.worker.result())
            raise
        del self.busy[worker]
        self._replace()  # it died on its way here
        return await self.take(client)

    async def hold_back(self, client: str) -> None:
        """Before a client is refused: wait, if it has come back earlier than it was told to after the last refusal."""
        now, last = time.monotonic(), self._refused.get(client, -RETRY_AFTER)
        if now - last < RETRY_AFTER and self._held_back < MAX_HELD_BACK:
            self._held_back += 1
            try:
                await asyncio.sleep(RETRY_AFTER)
            finally:
                self._held_back -= 1
        self._refused[client] = time.monotonic()
        self._refused.move_to_end(client)
        if len(self._refused) > MAX_CLIENTS:
            self._refused.popitem(last=False)

    def give(self, worker: Worker) -> None:
        """Bring a process back. One that is dead, busy still or of an older generation is replaced."""
        since = self.busy.pop(worker, None)
        # What was stopped says nothing of what is usual.
        if since is not None and worker.reply is None and not worker.aside and worker.alive:
            taken = self.rounds.loop.time() - since
            self.usual += ((taken if taken < MAX_USUAL else MAX_USUAL) - self.usual) / 20
        if worker.reply is not None:  # the client went away before the end
            worker.kill(QueryLimit("Nobody waited for the answer any more."))
        if worker.aside and worker in self.aside:  # its place is taken
            self.aside.remove(worker)
            worker.close()
        elif not worker.alive:
            self._replace()
        elif worker.nursery is not self.nursery:
            worker.close()
            self._replace()
        else:
            self._free(worker)
        if self.aside.workers:
            self.aside.make_way(self.quick)

    def _free(self, worker: Worker) -> None:
        if (place := self.waiting.pop()) is not None:
            self._begin(worker, place)
        else:
            self.idle.append(worker)

    def _begin(self, worker: Worker, place: Waiter) -> None:
        self.busy[worker] = self.rounds.loop.time()
        worker.client = place.client
        if self.aside.workers:
            self.aside.make_way(self.quick)
        place.set_result(worker)

    def _replace(self) -> None:
        """The spare takes the place at once; a new spare is started."""
        if self.spare is not None and self.spare.alive and self.spare.nursery is self.nursery:
            spare, self.spare = self.spare, None
            self._free(spare)
            self._go(self._start(as_spare=True))
        else:
            self._go(self._start(as_spare=False))

    def _look(self) -> None:
        """While somebody waits, the query that has taken longest steps aside, if it is not one of the quick."""
        self._looking = None
        if self.closed or not self.waiting:
            return
        spent = {worker: worker.spent for worker in self.busy if not worker.aside and worker.reply is not None}
        longest = max(spent, key=spent.__getitem__, default=None)
        patience = max(PATIENCE, UNUSUAL * self.usual)
        if longest is not None and spent[longest] > patience and len(self.aside) < self.most_aside:
            self._aside(longest)
        self._looking = asyncio.get_running_loop().call_later(PATIENCE / 2, self._look)

    def _slow(self, worker: Worker) -> None:
        """A query takes long: it steps aside, or is stopped where too many have."""
        if not self.most_aside or self.closed or not worker.alive or worker.aside or worker not in self.busy:
            return
        left = max(SLOW, UNUSUAL * self.usual) - worker.spent
        if left > 0:  # others take as long, or it has to wait for the processor
            worker.look_again(max(left, PATIENCE))
            return
        if len(self.aside) >= self.most_aside:
            # The more wait, the sooner it is stopped: what others need is a process.
            most = LONG if len(self.waiting) <= self.size else LONG / 2
            if (left := most - worker.spent) > 0:
                worker.look_again(max(left, PATIENCE))
                return
            many = f"{len(self.aside)} queries that take long are running. Try again in a moment, or ask for less."
            stopped = self._of_whom_there_are_most(worker)
            stopped.kill(QueryLimit(many, "busy"))
            if stopped is worker:
                return
        self._aside(worker)

    def _of_whom_there_are_most(self, worker: Worker) -> Worker:
        """The long query to be stopped for another one: itself, or the last one of a client that has two more."""
        clients = Counter(other.client for other in self.aside)
        client, number = clients.most_common(1)[0]
        if number < clients[worker.client] + 2:
            return worker
        return [other for other in self.aside if other.client == client][-1]

    def _aside(self, worker: Worker) -> None:
        self.aside.add(worker)
        self.aside.make_way(self.quick)
        self._replace()

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

    async def _worker(self) -> Worker:
        """A new process over the target. Raises `StoreError`."""
        async with self._opening:
            if self.nursery is None or not self.nursery.alive:
                self.nursery = await ForkServer(self.module, self.target, self.memory).start()
        return await Worker(self.nursery, self.rounds, self._lost, self._slow).start()

    async def _start(self, *, as_spare: bool) -> None:
        while not self.closed:
            try:
                worker = await self._worker()
            except PartnerGraphError as error:
                if not self._failing:
                    _LOG.error("No query process can be started: %s It is tried again until it can.", error)
                self._failing = True
                await asyncio.sleep(FOLLOW)
                continue
            self._failing = False
            if worker.nursery is not self.nursery:
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
        """Look for a newly published generation; when its processes stand ready, they take over. While it cannot be
        opened, the one before is served on.
        """
        broken, next_try = None, 0.0
        while True:
            await asyncio.sleep(FOLLOW)
            try:
                target = self.locate()
            except (PartnerGraphError, OSError):
                continue
            if target == self.target or (target == broken and self.rounds.loop.time() < next_try):
                continue
            try:
                await self._take_over(await ForkServer(self.module, target, self.memory).start(), self.target)
            except (PartnerGraphError, OSError) as error:
                if target != broken:
                    _LOG.error("A new build cannot be served, so the one before it still is: %s", error)
                broken, next_try = target, self.rounds.loop.time() + RETRY
            else:
                self._go(self._settle())

    async def _settle(self) -> None:
        """Read a store that is too large to be read before the first answer into memory, where there is enough. Its
        processes then take over from those that read it from disk.
        """
        target = self.target
        if fits_in_memory(target, self.memory):
            with suppress(PartnerGraphError, OSError):
                await self._take_over(await ForkServer(self.module, target, self.memory, whole=True).start(), target)

    async def _take_over(self, nursery: ForkServer, instead: Path) -> None:
        """Have new processes answer from now on, if what is published here is still `instead`. Raises `StoreError` when
        they cannot.
        """
        try:
            fresh = [await Worker(nursery, self.rounds, self._lost, self._slow).start() for _ in range(self.size)]
        except BaseException:
            nursery.end()
            raise
        if self.target != instead:
            for worker in fresh:
                worker.close()
            nursery.end()
            return
        old, self.target = [*self.idle, *([self.spare] if self.spare else [])], nursery.target
        before, self.nursery, self.spare = self.nursery, nursery, None
        busy = self.size - len(self.idle)
        self.idle.clear()
        for worker in fresh[busy:]:
            self._free(worker)
        # Those at work finish; each is replaced when it is given back.
        for worker in [*old, *fresh[:busy]]:
            worker.close()
        if before is not None:
            before.let_go()
        self._go(self._start(as_spare=True))

    def _go(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
