"""Orders for query processes: to one that is free, and to another if it was killed; errors become refusals."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from partnergraph.endpoint.client_address import CLIENT
from partnergraph.endpoint.sparql_request import RefusedError
from partnergraph.errors import PartnerGraphError, QueryForm, QueryLimit, QueryRefused, StoreError
from partnergraph.pool.worker import Reply, Worker
from partnergraph.pool.worker_pool import BusyError, WorkerPool

MAX_RETRY_AGE = 1.0  # seconds of a query; if its process ended within them, another process gets it
EXTRA_ATTEMPTS = 3  # beside one for each process of the pool: they may all have been killed at once
RETRY_PAUSE = 0.03  # seconds, times the failed attempts before, in which the pool hears which others have ended


async def acquire_worker(pool: WorkerPool, client: str | None = None) -> Worker:
    """A free query process, as soon as there is one, for a client (by default that of this request). Raises
    `RefusedError` when there is none for too long.
    """
    try:
        return await pool.acquire(CLIENT.get() if client is None else client)
    except BusyError as error:
        raise busy_refusal(error) from None


async def complete_reply(
    pool: WorkerPool,
    values: Mapping[str, Any] | bytes,
    sparql: str | None = None,
    *,
    timeout: float,
    client: str | None = None,
    worker: Worker | None = None,
    reply: Reply | None = None,
) -> tuple[Reply, str]:
    """The complete reply of a query process to an order, and the generation that it read. A `worker` may be at work on
    it already, with a `reply`. Raises `RefusedError`.

    A process that is killed from outside takes down an order that another can carry out: the graph is only read.
    """
    attempts = pool.size + EXTRA_ATTEMPTS
    for attempt in range(1, attempts + 1):
        if worker is None or reply is None:
            worker = await acquire_worker(pool, client)
            reply = worker.ask(values, timeout, sparql)
        try:
            await reply.complete()
            break
        except PartnerGraphError as error:
            if reply.lost_after is None or reply.lost_after > MAX_RETRY_AGE or attempt == attempts:
                raise refusal_for(error, reply.hint) from None
            pause = (attempt - 1) * RETRY_PAUSE  # most often one was killed, and another is idle
        finally:
            pool.release(worker)
        await asyncio.sleep(pause)
        reply = None
    assert worker is not None
    assert reply is not None
    return reply, worker.generation


def busy_refusal(error: BusyError) -> RefusedError:
    """The refusal of a request that gets no query process."""
    return RefusedError(error.status, str(error), retry_after="1")


def refusal_for(error: PartnerGraphError, hint: str | None) -> RefusedError:
    """The HTTP status and text for an error of a query."""
    if isinstance(error, QueryLimit):
        text = f"{error} {hint}" if hint else str(error)
        status = {"time": 504, "size": 422, "busy": 429}.get(error.limit, 503)
        return RefusedError(status, text, **({"retry_after": "1"} if status in (429, 503) else {}))
    if isinstance(error, StoreError):
        # Its text is for the operator of the server: it names folders of the machine.
        return RefusedError(503, "The graph cannot be read at the moment. Try again in a moment.", retry_after="1")
    if isinstance(error, QueryRefused):
        return RefusedError(403, str(error))
    if isinstance(error, QueryForm):
        return RefusedError(406, str(error))
    return RefusedError(400, str(error))
