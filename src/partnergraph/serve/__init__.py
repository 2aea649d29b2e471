"""A read-only SPARQL 1.1 endpoint and its site over a published graph. It cannot write or build."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Any

from partnergraph.errors import PartnerGraphError
from partnergraph.queries.worker import MEMORY, TIMEOUT
from partnergraph.serve.connection_limits import ConnectionLimits
from partnergraph.serve.endpoint import CLIENT, Endpoint, address_of, allow, refuse
from partnergraph.serve.pool import Pool
from partnergraph.serve.shortcut import Shortcut
from partnergraph.serve.site import site
from partnergraph.store import locate

__all__ = ["application"]

HOSTS = ("localhost", "127.0.0.1", "[::1]")
WORKERS = 4  # with fewer, two queries that take long leave nothing to the others for a moment
QUEUE = 64
ASIDE = 4
MOST_HOSTS = 100


class Application:
    """The whole server as one ASGI application."""

    def __init__(
        self, pool: Pool, endpoint: Endpoint, pages: Any, hosts: frozenset[str], origins: frozenset[bytes]
    ) -> None:
        self.pool, self.endpoint, self.pages, self.hosts, self.origins = pool, endpoint, pages, hosts, origins
        self.limits = ConnectionLimits()
        self.started: Callable[[], None] = lambda: None  # called when requests are answered
        self.failure: PartnerGraphError | None = None  # why they never will be
        self.known: set[bytes] = set()  # the Host headers seen that are among them, with their ports
        # What a script may read depends on who asks.
        self.shortcut = None if origins else Shortcut(endpoint, self.answers)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """ASGI: one request, or the life of the server."""
        if scope["type"] == "lifespan":
            return await self._live(receive, send)
        if scope["type"] != "http":
            return None
        CLIENT.set(address_of(scope.get("client")))
        if not self.answers(scope["headers"]):
            return await refuse(send, 421, "This server does not answer for that host.", method=scope["method"])
        if scope["path"] == "/sparql":
            if scope["method"] == "OPTIONS":
                return await allow(send)
            if self.origins and scope["method"] in ("GET", "HEAD"):
                send = self._shared(scope, send)
            return await self.endpoint(scope, receive, send)
        # A client that is a page asks the reconciliation service by GET and by forms; its spec wants CORS everywhere.
        if self.origins and (scope["path"] + "/").startswith("/reconcile/"):
            send = self._shared(scope, send)
            if scope["method"] == "OPTIONS":
                return await allow(send)
        await self.pages(scope, receive, self._paced(send))
        return None

    def answers(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        """Whether it answers for the host that a request asks."""
        host = next((value for name, value in headers if name == b"host"), b"")
        if host in self.known:
            return True
        name = host.decode("latin-1").lower()
        found = name.rpartition(":")[0] in self.hosts or name in self.hosts
        if found and len(self.known) < MOST_HOSTS:
            self.known.add(host)
        return found

    def _paced(self, send: Any) -> Any:
        """Hold refusals back from clients that come again at once, so that they do not shut out the others."""

        async def paced(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start" and message["status"] == 429:
                await self.pool.hold_back(CLIENT.get())
            await send(message)

        return paced

    def _shared(self, scope: dict[str, Any], send: Any) -> Any:
        """Tell the browser that scripts of the origin that asks may read the answer, if they may (Fetch, 3.2)."""
        origin = next((value for name, value in scope["headers"] if name == b"origin"), None)

        async def told(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                added = [(b"vary", b"origin")]
                if origin in self.origins:
                    added.append((b"access-control-allow-origin", origin))
                message = message | {"headers": [*message["headers"], *added]}
            await send(message)

        return told

    async def _live(self, receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                try:
                    await self.pool.start()
                except PartnerGraphError as error:
                    self.failure = error
                    await self.pool.stop()
                    await send({"type": "lifespan.startup.failed"})
                    return
                self.started()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await self.pool.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return


def application(
    path: Path | None = None,
    *,
    workers: int = WORKERS,
    queue: int = QUEUE,
    aside: int = ASIDE,
    timeout: float = TIMEOUT,
    memory: int = MEMORY,
    hosts: tuple[str, ...] = HOSTS,
    origins: tuple[str, ...] = (),
    audit: IO[str] | None = None,
) -> Application:
    """The server of a graph (see `partnergraph.store.locate`) as an ASGI application.

    `workers` queries run at once, `queue` wait, and `aside` that take long run beside them, each for `timeout` seconds
    and with `memory` bytes at most; `hosts` are the names it answers for; scripts of
    pages of `origins` may read what they ask by GET, and use `/reconcile`; `audit` gets a JSON line for each request.
    Raises `StoreError` when there is no graph.
    """

    def record(entry: dict[str, Any]) -> None:
        assert audit is not None
        audit.write(json.dumps(entry) + "\n")
        audit.flush()

    pool = Pool(_located(path), size=workers, queue=queue, memory=memory, aside=aside)
    endpoint = Endpoint(pool, timeout=timeout, record=record if audit is not None else None)
    pages = site(pool, endpoint.kept, timeout=timeout, origins=origins, record=endpoint.record)
    return Application(
        pool, endpoint, pages, frozenset(host.lower() for host in hosts), frozenset(map(str.encode, origins))
    )


def _located(path: Path | None) -> Callable[[], Path]:
    return lambda: locate(path)
