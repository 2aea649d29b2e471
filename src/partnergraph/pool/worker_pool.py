"""The pool of query processes: some that are ready, and one spare. Slow queries make room for quick ones."""

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
from partnergraph.pool.fork_server import ForkServer
from partnergraph.pool.query_throttle import QueryThrottle
from partnergraph.pool.timer_wheel import Timer, TimerWheel
from partnergraph.pool.worker import MAX_SLOW_TIME, SLOW_AFTER, Worker

FOLLOW_INTERVAL = 0.25  # seconds between two checks for a new generation
RETRY_INTERVAL = 5.0  # seconds between two attempts to open one that cannot be opened
CLOSE_INTERVAL = 0.05  # seconds between the ends of two old processes, whose memory the system frees for milliseconds
MAX_TIME_WHILE_WAITING = 0.02  # seconds that a query may take while others wait
UNUSUAL_FACTOR = 8  # times what queries take of late; a new process is worth its start only for what takes longer
MAX_USUAL = 0.0125  # seconds; whatever queries take of late, one that works for longer than `MAX_SLOW_TIME` is slow
MAX_WAIT = 2.0  # seconds that a request may wait for a process
RETRY_AFTER = 1.0  # seconds after which a client that was refused may come back
MAX_DELAYED = 200  # refusals that wait for that time to pass
MAX_CLIENTS = 1000  # of whom it is known when they were refused


_LOG = logging.getLogger("uvicorn.error")


class BusyError(Exception):
    """There is no process for a request: `status` 429 while all are at work, 503 while none can be started."""

    def __init__(self, message: str = "Too many queries are waiting. Try again later.", status: int = 429) -> None:
        super().__init__(message)
        self.status = status


class Waiter(Protocol):
    """A request that waits for a process, with methods of an `asyncio.Future`. The process that it gets is alive."""

    client: str  # the address of who asks

    def done(self) -> bool:
        """Whether it needs no process any more."""

    def set_result(self, result: Worker, /) -> None:
        """A process is free for it."""

    def set_exception(self, exception: Exception, /) -> None:
        """There will be no process for it."""


class _FutureWaiter:
    """A task that waits for a process."""

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

    `locate` finds the published generation; the processes run `module` (see `ForkServer`). `queue` requests may wait,
    for `MAX_WAIT` seconds at most and with their clients in turn; one more is a `BusyError`.

    A query that is slow, or that others wait for, is throttled: another process takes its place, and it goes on with
    what the others leave of the processors but the first. `max_slow` may be; one more that is slow is stopped, so that
    nobody can take every process away from everybody else. With 0 a slow query keeps its place.
    """

    def __init__(self, locate: Any, module: str, *, size: int, queue: int, memory: int, max_slow: int) -> None:
        self.locate, self.module, self.size, self.memory, self.max_slow = locate, module, size, memory, max_slow
        self.target: Path = locate()
        self.fork_server: ForkServer | None = None
        self.idle: deque[Worker] = deque()
        self.busy: dict[Worker, float] = {}  # since when
        self.usual_time = 0.0  # seconds that queries have taken of late
        self.spare: Worker | None = None
        self.waiting: FairQueue[Waiter] = FairQueue(queue)
        self._failing = False  # whether the last attempt to start a process failed
        self._refused: OrderedDict[str, float] = OrderedDict()  # at what time, by client
        self._delayed = 0
        self.tasks: set[asyncio.Task[Any]] = set()
        self.closed = False
        self._batch = True  # whether quick processes run under batch scheduling
        self._opening = asyncio.Lock()
        self._check_timer: asyncio.TimerHandle | None = None
        self._expiring: Timer | None = None

    @property
    def generation(self) -> str:
        """What tells this generation from any other."""
        return str(self.target)

    @property
    def quick(self) -> int:
        """How many queries are at work that are not slow, or not yet."""
        return len(self.busy) - len(self.throttle)

    async def start(self) -> None:
        """Start the processes. Raises `StoreError` when the graph cannot be opened."""
        self.timers = TimerWheel()
        self.throttle = QueryThrottle(self.timers)
        started = [await self._new_worker() for _ in range(self.size + 1)]
        self.spare = started.pop()
        self.idle.extend(started)
        self._spawn(self._follow_generations())
        self._spawn(self._preload())

    async def stop(self) -> None:
        """End every process."""
        self.closed = True
        if self._check_timer is not None:
            self._check_timer.cancel()
        for task in self.tasks:
            task.cancel()
        for worker in [*self.idle, *self.throttle, *([self.spare] if self.spare else [])]:
            worker.kill(StoreError("The server is stopping."))
        if self.fork_server is not None:
            self.fork_server.end()
        for waiter in self.waiting.remove_older(inf):
            waiter.set_exception(BusyError("The server is stopping.", 503))
        if self.fork_server is not None:
            await self.fork_server.wait_ended()

    def submit(self, waiter: Waiter) -> None:
        """Give a place a process, now or as soon as there is one; after `MAX_WAIT` seconds it gets a `BusyError`.

        Raises it at once when too many wait already.
        """
        while self.idle:
            worker = self.idle.pop()  # the one asked last: most of it is still in the processor's caches
            if worker.alive:
                self._assign(worker, waiter)
                return
            self._replace()  # dead, and the news of it has not come yet
        if self.closed:
            raise BusyError("The server is stopping.", 503)
        rejected = self.waiting.push(waiter, self.timers.loop.time())
        if rejected is waiter:
            raise BusyError
        if rejected is not None:
            rejected.set_exception(BusyError())
        if self._expiring is None:
            self._expiring = self.timers.call_later(MAX_WAIT / 20, self._expire)
        if self.max_slow and self._check_timer is None:
            self._check_timer = asyncio.get_running_loop().call_later(MAX_TIME_WHILE_WAITING, self._check_waiting)

    def _expire(self) -> None:
        """End the wait of requests that have waited for too long."""
        if any(worker.alive for worker in (*self.busy, *self.idle)):
            error = BusyError(f"No query process was free within {MAX_WAIT:g} seconds. Try again later.")
        else:
            error = BusyError("No query process can be started at the moment. Try again later.", 503)
        for waiter in self.waiting.remove_older(self.timers.loop.time() - MAX_WAIT):
            waiter.set_exception(error)
        self._expiring = self.timers.call_later(MAX_WAIT / 20, self._expire) if self.waiting else None

    async def acquire(self, client: str = "") -> Worker:
        """A process that is free, as soon as there is one, for a request from an address. Raises `BusyError`."""
        waiter = _FutureWaiter(client)
        self.submit(waiter)
        try:
            worker = await waiter.worker
            if worker.alive:
                return worker
        except asyncio.CancelledError:
            if waiter.done() and not waiter.worker.cancelled() and not waiter.worker.exception():
                self.release(waiter.worker.result())
            raise
        del self.busy[worker]
        self._replace()  # it died on its way here
        return await self.acquire(client)

    async def delay_refusal(self, client: str) -> None:
        """Before a client is refused: wait, if it has come back earlier than it was told to after the last refusal."""
        now, last = time.monotonic(), self._refused.get(client, -RETRY_AFTER)
        if now - last < RETRY_AFTER and self._delayed < MAX_DELAYED:
            self._delayed += 1
            try:
                await asyncio.sleep(RETRY_AFTER)
            finally:
                self._delayed -= 1
        self._refused[client] = time.monotonic()
        self._refused.move_to_end(client)
        if len(self._refused) > MAX_CLIENTS:
            self._refused.popitem(last=False)

    def release(self, worker: Worker, *, reuse: bool = True) -> None:
        """Return a process. One that is dead, busy still, of an older generation or not for reuse is replaced."""
        since = self.busy.pop(worker, None)
        # What was stopped says nothing of what is usual.
        if reuse and since is not None and worker.reply is None and not worker.slow and worker.alive:
            duration = self.timers.loop.time() - since
            self.usual_time += ((duration if duration < MAX_USUAL else MAX_USUAL) - self.usual_time) / 20
        if worker.reply is not None:  # the client went away before the end
            worker.kill(QueryLimit("Nobody waited for the answer any more."))
        if worker.slow and worker in self.throttle:  # another has its place
            self.throttle.remove(worker)
            worker.close()
            self._adapt_scheduling()
        elif not worker.alive:
            self._replace()
        elif not reuse or worker.fork_server is not self.fork_server:
            worker.close()
            self._replace()
        else:
            self._offer(worker)
        if self.throttle.workers:
            self.throttle.update(self.quick)

    def _adapt_scheduling(self) -> None:
        """While slow queries run, quick ones take the processor from them as soon as they wake up; where there are
        none, they leave it to the server, which has more to hand out.
        """
        batch = not self.throttle.workers
        if batch != self._batch:
            self._batch = batch
            quick = [worker for worker in self.busy if not worker.slow]
            for worker in [*self.idle, *quick, *([self.spare] if self.spare else [])]:
                worker.set_batch_scheduling(batch=batch)

    def _offer(self, worker: Worker) -> None:
        if not self._batch:
            worker.set_batch_scheduling(batch=False)
        if (waiter := self.waiting.pop()) is not None:
            self._assign(worker, waiter)
        else:
            self.idle.append(worker)

    def _assign(self, worker: Worker, waiter: Waiter) -> None:
        self.busy[worker] = self.timers.loop.time()
        worker.client = waiter.client
        if self.throttle.workers:
            self.throttle.update(self.quick)
        waiter.set_result(worker)

    def _replace(self) -> None:
        """Put the spare in the place of a process, and start a new spare."""
        if self.spare is not None and self.spare.alive and self.spare.fork_server is self.fork_server:
            spare, self.spare = self.spare, None
            self._offer(spare)
            self._spawn(self._start_worker(as_spare=True))
        else:
            self._spawn(self._start_worker(as_spare=False))

    def _check_waiting(self) -> None:
        """While a request waits: throttle the query that has taken longest, if it is not a quick one."""
        self._check_timer = None
        if self.closed or not self.waiting:
            return
        time_used = {worker: worker.time_used for worker in self.busy if not worker.slow and worker.reply is not None}
        longest = max(time_used, key=time_used.__getitem__, default=None)
        patience = max(MAX_TIME_WHILE_WAITING, UNUSUAL_FACTOR * self.usual_time)
        if longest is not None and time_used[longest] > patience and len(self.throttle) < self.max_slow:
            self._demote(longest)
        self._check_timer = asyncio.get_running_loop().call_later(MAX_TIME_WHILE_WAITING / 2, self._check_waiting)

    def _on_slow(self, worker: Worker) -> None:
        """Throttle a query that takes long, or stop one where too many are throttled."""
        if not self.max_slow or self.closed or not worker.alive or worker.slow or worker not in self.busy:
            return
        left = max(SLOW_AFTER, UNUSUAL_FACTOR * self.usual_time) - worker.time_used
        if left > 0:  # others take as long, or it has to wait for the processor
            worker.check_later(max(left, MAX_TIME_WHILE_WAITING))
            return
        if len(self.throttle) >= self.max_slow:
            # Sooner where many wait, as what others need is a process, or where its client has all the places.
            alone = all(other.client == worker.client for other in self.throttle)
            limit = MAX_SLOW_TIME / 2 if alone or len(self.waiting) > self.size else MAX_SLOW_TIME
            if (left := limit - worker.time_used) > 0:
                worker.check_later(max(left, MAX_TIME_WHILE_WAITING))
                return
            many = f"{len(self.throttle)} queries that take long are running."
            stopped = self._choose_to_stop(worker)
            stopped.kill(QueryLimit(f"{many} Try again in a moment, or ask for less.", "busy"))
            if stopped is worker:
                return
        self._demote(worker)

    def _choose_to_stop(self, worker: Worker) -> Worker:
        """The slow query that is stopped: that of `worker`, or the last one of a client that has two more."""
        clients = Counter(other.client for other in self.throttle)
        client, number = clients.most_common(1)[0]
        if number < clients[worker.client] + 2:
            return worker
        return [other for other in self.throttle if other.client == client][-1]

    def _demote(self, worker: Worker) -> None:
        self.throttle.add(worker)
        self._adapt_scheduling()
        self.throttle.update(self.quick)
        self._replace()

    def _on_end(self, worker: Worker) -> None:
        """Replace a process that ended while it had nothing to do."""
        if self.closed:
            return
        if worker is self.spare:
            self.spare = None
            self._spawn(self._start_worker(as_spare=True))
        elif worker in self.idle:
            self.idle.remove(worker)
            self._replace()

    async def _new_worker(self) -> Worker:
        """A new process over the target. Raises `StoreError`."""
        async with self._opening:
            if self.fork_server is None or not self.fork_server.alive:
                self.fork_server = await ForkServer(self.module, self.target, self.memory).start()
        return await self._fork_worker(self.fork_server)

    async def _fork_worker(self, fork_server: ForkServer) -> Worker:
        return await Worker(fork_server, self.timers, self._on_end, self._on_slow).start()

    async def _start_worker(self, *, as_spare: bool) -> None:
        while not self.closed:
            try:
                worker = await self._new_worker()
            except PartnerGraphError as error:
                if not self._failing:
                    _LOG.error("No query process can be started: %s It is tried again until it can.", error)
                self._failing = True
                await asyncio.sleep(FOLLOW_INTERVAL)
                continue
            self._failing = False
            if worker.fork_server is not self.fork_server:
                worker.close()
                continue
            if not as_spare:
                self.release(worker)
            elif self.spare is None:
                self.spare = worker
            else:
                worker.close()
            return

    async def _follow_generations(self) -> None:
        """Look for a newly published generation; when its processes stand ready, they take over. While it cannot be
        opened, the one before is served on.
        """
        broken, next_try = None, 0.0
        while True:
            await asyncio.sleep(FOLLOW_INTERVAL)
            try:
                target = self.locate()
            except (PartnerGraphError, OSError):
                continue
            if target == self.target or (target == broken and self.timers.loop.time() < next_try):
                continue
            try:
                await self._switch(await ForkServer(self.module, target, self.memory).start(), self.target)
            except (PartnerGraphError, OSError) as error:
                if target != broken:
                    _LOG.error("A new build cannot be served, so the one before it still is: %s", error)
                broken, next_try = target, self.timers.loop.time() + RETRY_INTERVAL
            else:
                self._spawn(self._preload())

    async def _preload(self) -> None:
        """Read a store that is too large to be read before the first answer into memory, where there is enough. Its
        processes then take over from those that read it from disk.
        """
        target = self.target
        if fits_in_memory(target, self.memory):
            with suppress(PartnerGraphError, OSError):
                await self._switch(await ForkServer(self.module, target, self.memory, whole=True).start(), target)

    async def _switch(self, fork_server: ForkServer, instead: Path) -> None:
        """Have new processes answer from now on, if what is published here is still `instead`. Raises `StoreError` when
        they cannot.
        """
        try:
            fresh = [await self._fork_worker(fork_server) for _ in range(self.size)]
        except BaseException:
            fork_server.end()
            raise
        if self.target != instead:
            for worker in fresh:
                worker.close()
            fork_server.end()
            return
        old, self.target = [*self.idle, *([self.spare] if self.spare else [])], fork_server.target
        before, self.fork_server, self.spare = self.fork_server, fork_server, None
        busy = self.size - len(self.idle)
        self.idle.clear()
        for worker in fresh[busy:]:
            self._offer(worker)
        if before is not None:
            before.drain()
        self._spawn(self._start_worker(as_spare=True))
        # Those at work finish; each is replaced when it is given back.
        ending = [*old, *fresh[:busy]]
        try:
            for worker in ending:
                worker.close()
                await asyncio.sleep(CLOSE_INTERVAL)
        finally:
            for worker in ending:
                worker.close()

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
