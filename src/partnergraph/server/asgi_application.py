"""The ASGI application of the server: it admits a request, and hands it to the endpoint or to the site."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from partnergraph.endpoint.client_address import CLIENT, client_address
from partnergraph.endpoint.content_negotiation import OFFERED, best_match
from partnergraph.endpoint.http_response import send_confirmation, send_options, send_problem
from partnergraph.endpoint.sparql_endpoint import SparqlEndpoint
from partnergraph.errors import PartnerGraphError
from partnergraph.pool.worker_pool import WorkerPool
from partnergraph.server.admission import Admission, Refusal
from partnergraph.server.audit import Audit, open_record
from partnergraph.server.connection_limits import ConnectionLimits
from partnergraph.server.fast_path import FastPath
from partnergraph.server.routes import site_application
from partnergraph.server.settings import ServerSettings
from partnergraph.site.routes import ENDPOINT_GUIDE
from partnergraph.site.view_response import ViewClient
from partnergraph.store import locate

MAX_PATH_LENGTH = 200  # characters of a path that are recorded
# The paths of the graph's own resources: a slash at the end of one belongs to its IRI.
RESOURCE_PATHS = ("/id/", "/graph/", "/code/", "/rule/")
VIEW_WORKER = "partnergraph.server.view_worker"  # the module that the query processes run; not imported here


class Application:
    """The server as an ASGI application: admission, the endpoint at `/sparql`, the site at all other paths."""

    def __init__(self, pool: WorkerPool, endpoint: SparqlEndpoint, site: Any, admission: Admission) -> None:
        self.pool, self.endpoint, self.site, self.admission = pool, endpoint, site, admission
        self.origins = admission.origins
        self.limits = ConnectionLimits()
        self.started: Callable[[], None] = lambda: None  # called when requests are answered
        self.failure: PartnerGraphError | None = None  # why they never will be
        # With CORS a response depends on the origin of its request.
        self.fast_path = None if self.origins else FastPath(endpoint, self.admits)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """ASGI: one request, or the lifespan of the server."""
        if scope["type"] == "lifespan":
            return await self._lifespan(receive, send)
        if scope["type"] != "http":
            return None
        CLIENT.set(client_address(scope.get("client")))
        path: str = scope["path"]
        if path[-1:] == "/" and path.strip("/") and not path.startswith(RESOURCE_PATHS):
            scope = scope | {"path": path[:-1], "raw_path": scope["raw_path"].removesuffix(b"/")}
        if (refusal := self.admission.refusal(scope)) is not None:
            return await self._refuse(scope, send, refusal)
        if scope["path"] == "/sparql" and not _is_for_people(scope):
            if scope["method"] == "OPTIONS":
                return await send_options(send)
            if self.origins and scope["method"] in ("GET", "HEAD"):
                send = self._with_cors(scope, send)
            return await self.endpoint(scope, receive, send)
        if scope["path"] == "/sparql":
            scope = scope | {"path": ENDPOINT_GUIDE, "raw_path": ENDPOINT_GUIDE.encode()}
        # The specification of the reconciliation service wants CORS for all of it.
        if self.origins and (scope["path"] + "/").startswith("/reconcile/"):
            send = self._with_cors(scope, send)
            if scope["method"] == "OPTIONS":
                return await send_options(send)
        await self.site(scope, receive, self._delaying_refusals(send))
        return None

    async def _refuse(self, scope: dict[str, Any], send: Any, refusal: Refusal) -> None:
        """Answer a request that is not admitted, and record it."""
        if self.endpoint.record is not None:
            client = client_address(scope.get("client"))
            path = scope["path"][:MAX_PATH_LENGTH]
            self.endpoint.record({"client": client, "path": path, "outcome": str(refusal.status)})
        if refusal.link:
            return await send_confirmation(send, scope, refusal.message)
        # After a request that can be read in two ways the next one may be a part of it.
        more = {"connection": "close"} if refusal.status in (400, 501) else {}
        return await send_problem(send, refusal.status, refusal.message, method=scope["method"], **more)

    def admits(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        """Whether a query by GET with these headers is admitted."""
        scope = {"method": "GET", "path": "/sparql", "query_string": b"query=", "http_version": "1.1"}
        return self.admission.refusal(scope | {"headers": headers}) is None

    def _delaying_refusals(self, send: Any) -> Any:
        """Hold a 429 back from a client that comes again at once, so that it does not shut out others."""

        async def delayed_send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start" and message["status"] == 429:
                await self.pool.delay_refusal(CLIENT.get())
            await send(message)

        return delayed_send

    def _with_cors(self, scope: dict[str, Any], send: Any) -> Any:
        """Let scripts of the origin of a request read the response, if it is one of `origins` (Fetch, 3.2)."""
        origin = next((value for name, value in scope["headers"] if name == b"origin"), None)

        async def send_with_cors(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                fields = [(b"vary", b"origin")]
                if origin in self.origins:
                    fields.append((b"access-control-allow-origin", origin))
                message = message | {"headers": [*message["headers"], *fields]}
            await send(message)

        return send_with_cors

    async def _lifespan(self, receive: Any, send: Any) -> None:
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


def _is_for_people(scope: dict[str, Any]) -> bool:
    """Whether a browser asks for the endpoint itself: without a query, and with HTML liked best."""
    if scope["method"] not in ("GET", "HEAD") or scope["query_string"]:
        return False
    accept = b", ".join(value for name, value in scope["headers"] if name == b"accept").decode("latin-1")
    return "text/html" in accept and best_match(accept, OFFERED) == "html"


def application(
    path: Path | None = None,
    settings: ServerSettings | None = None,
    *,
    audit: IO[bytes] | None = None,
    **changes: Any,
) -> Application:
    """The server of a graph (see `partnergraph.store.locate`) as an ASGI application.

    `changes` are fields of `ServerSettings` that differ from `settings` (by default its defaults), as in
    ``application(path, workers=8, hosts=("example.org",))``: `hosts` are all names that the server answers for. The
    record (JSON lines) goes to the path `settings.audit`, or to `audit`, a binary file without a buffer.
    Raises `StoreError` when there is no graph, `TypeError` for a setting that there is not.
    """
    settings = replace(settings or ServerSettings(), **changes)
    if audit is None and settings.audit is not None:
        audit = open_record(settings.audit)
    pool = WorkerPool(
        lambda: locate(path),
        VIEW_WORKER,
        size=settings.workers,
        queue=settings.queue,
        memory=settings.memory,
        max_slow=settings.aside,
    )
    record = Audit(audit) if audit is not None else None
    endpoint = SparqlEndpoint(pool, timeout=settings.timeout, record=record)
    views = ViewClient(pool, endpoint.cache, timeout=settings.timeout, desk=settings.desk)
    site = site_application(views, origins=settings.origins, record=record, desk=settings.desk)
    return Application(pool, endpoint, site, Admission(settings.hosts, settings.origins))
