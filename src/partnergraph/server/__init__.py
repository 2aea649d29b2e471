"""A read-only SPARQL 1.1 endpoint and its site over a published graph. It cannot write or build."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Any

from partnergraph.endpoint.sparql_endpoint import (
    CLIENT,
    SparqlEndpoint,
    client_address,
    send_confirmation,
    send_options,
    send_problem,
)
from partnergraph.errors import PartnerGraphError
from partnergraph.execution.sandbox import MEMORY, TIMEOUT
from partnergraph.pool.worker_pool import WorkerPool
from partnergraph.server.admission import Admission, Refusal
from partnergraph.server.audit import Audit
from partnergraph.server.connection_limits import ConnectionLimits
from partnergraph.server.fast_path import FastPath
from partnergraph.server.routes import site_application
from partnergraph.store import locate

__all__ = ["application"]

HOSTS = ("localhost", "127.0.0.1", "[::1]")
WORKERS = 4  # with fewer, two queries that take long leave nothing to the others for a moment
QUEUE = 64
ASIDE = 4
VIEW_WORKER = "partnergraph.server.view_worker"  # the module that the query processes run; not imported here
MAX_PATH_LENGTH = 200  # characters of an address that go on record
# Addresses of the graph's own things: a slash at the end of one belongs to it.
THINGS = ("/id/", "/graph/", "/code/", "/rule/")


class Application:
    """The whole server as one ASGI application."""

    def __init__(self, pool: WorkerPool, endpoint: SparqlEndpoint, pages: Any, admission: Admission) -> None:
        self.pool, self.endpoint, self.pages, self.admission = pool, endpoint, pages, admission
        self.origins = admission.origins
        self.limits = ConnectionLimits()
        self.started: Callable[[], None] = lambda: None  # called when requests are answered
        self.failure: PartnerGraphError | None = None  # why they never will be
        # What a script may read depends on who asks.
        self.shortcut = None if self.origins else FastPath(endpoint, self.admits)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """ASGI: one request, or the life of the server."""
        if scope["type"] == "lifespan":
            return await self._live(receive, send)
        if scope["type"] != "http":
            return None
        CLIENT.set(client_address(scope.get("client")))
        path: str = scope["path"]
        if path[-1:] == "/" and path.strip("/") and not path.startswith(THINGS):
            scope = scope | {"path": path[:-1], "raw_path": scope["raw_path"].removesuffix(b"/")}
        if (refusal := self.admission.refusal(scope)) is not None:
            return await self._refuse(scope, send, refusal)
        if scope["path"] == "/sparql":
            if scope["method"] == "OPTIONS":
                return await send_options(send)
            if self.origins and scope["method"] in ("GET", "HEAD"):
                send = self._shared(scope, send)
            return await self.endpoint(scope, receive, send)
        # A client that is a page asks the reconciliation service by GET and by forms; its spec wants CORS everywhere.
        if self.origins and (scope["path"] + "/").startswith("/reconcile/"):
            send = self._shared(scope, send)
            if scope["method"] == "OPTIONS":
                return await send_options(send)
        await self.pages(scope, receive, self._paced(send))
        return None

    async def _refuse(self, scope: dict[str, Any], send: Any, refusal: Refusal) -> None:
        """Answer a request that is not let in, and put it on record."""
        if self.endpoint.record is not None:
            client = (scope.get("client") or ("",))[0]
            path = scope["path"][:MAX_PATH_LENGTH]
            self.endpoint.record({"client": client, "path": path, "outcome": str(refusal.status)})
        if refusal.link:
            return await send_confirmation(send, scope, refusal.message)
        # What follows a request that can be read in two ways may be a part of it.
        more = {"connection": "close"} if refusal.status in (400, 501) else {}
        return await send_problem(send, refusal.status, refusal.message, method=scope["method"], **more)

    def admits(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        """Whether a query by GET with these headers is let in."""
        asked = {"method": "GET", "path": "/sparql", "query_string": b"query=", "http_version": "1.1"}
        return self.admission.refusal(asked | {"headers": headers}) is None

    def _paced(self, send: Any) -> Any:
        """Hold refusals back from clients that come again at once, so that they do not shut out the others."""

        async def paced(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start" and message["status"] == 429:
                await self.pool.delay_refusal(CLIENT.get())
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
    audit: IO[bytes] | None = None,
) -> Application:
    """The server of a graph (see `partnergraph.store.locate`) as an ASGI application.

    `workers` queries run at once, `queue` wait, and `aside` that take long run beside them, each for `timeout` seconds
    and with `memory` bytes at most; `hosts` are the names it answers for; scripts of pages of `origins` may read what
    they ask by GET, and use `/reconcile`; `audit`, a file without a buffer, gets a JSON line for each request.
    Raises `StoreError` when there is no graph.
    """
    pool = WorkerPool(_located(path), VIEW_WORKER, size=workers, queue=queue, memory=memory, max_slow=aside)
    endpoint = SparqlEndpoint(pool, timeout=timeout, record=Audit(audit) if audit is not None else None)
    pages = site_application(pool, endpoint.kept, timeout=timeout, origins=origins, record=endpoint.record)
    return Application(pool, endpoint, pages, Admission(hosts, origins))


def _located(path: Path | None) -> Callable[[], Path]:
    return lambda: locate(path)
