"""Views as responses: rendered in a query process, and cached like answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from partnergraph.endpoint.query_dispatch import complete_reply
from partnergraph.endpoint.request_body import read_body
from partnergraph.endpoint.response_cache import CachedResponse
from partnergraph.endpoint.sparql_request import FORM, RefusedError, parse_form

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from partnergraph.endpoint.response_cache import ResponseCache
    from partnergraph.pool.spool import Spool
    from partnergraph.pool.worker import Reply
    from partnergraph.pool.worker_pool import WorkerPool

# Of a page: its scripts, styles and data come from this server alone, and only its own pages frame it.
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self' blob:; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
# Of a page of `draw`, which holds a policy of its own with the hashes of its scripts.
DRAWING_POLICY = "frame-ancestors 'self'"
SECURITY_HEADERS = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}


class ViewClient:
    """Has views rendered by the pool. `timeout` is in seconds; with `desk` pages link to the desk."""

    def __init__(self, pool: WorkerPool, cache: ResponseCache, *, timeout: float, desk: bool = False) -> None:
        self.pool, self.cache, self.timeout, self.desk = pool, cache, timeout, desk

    def order(self, view: str, values: dict[str, Any]) -> dict[str, Any]:
        """The order to a query process that renders a view."""
        return {"view": view, "values": values, "desk": self.desk}

    async def show(self, view: str, values: dict[str, Any], *, policy: str = PAGE_POLICY) -> Response:
        """A view of the graph (see `partnergraph.server.view_worker.VIEWS`) as a response. Raises `RefusedError`."""
        from starlette.responses import Response

        key = f"{view}\n{json.dumps(values, sort_keys=True)}".encode()
        headers = SECURITY_HEADERS | {"content-security-policy": policy}
        if (cached := self.cache.get(self.pool.generation, key)) is None:
            reply, generation = await complete_reply(self.pool, self.order(view, values), timeout=self.timeout)
            if not reply.body.in_memory:
                return reply_response(reply, headers)
            cached = CachedResponse(bytes(reply.body), reply.format, reply.status)
            self.cache.put(generation, key, cached)
        return Response(cached.body, cached.status, headers | {"content-type": cached.media})


def reply_response(reply: Reply, headers: Mapping[str, str]) -> Response:
    """The complete reply of a query process as a response; a large one is sent from its file."""
    from starlette.responses import Response, StreamingResponse

    fields = {**headers, "content-type": reply.format, "content-length": str(reply.body.size)}
    if reply.body.in_memory:
        return Response(bytes(reply.body), reply.status, fields)
    return StreamingResponse(_pieces(reply.body), reply.status, fields)


async def _pieces(body: Spool) -> AsyncIterator[bytes]:
    try:
        for piece in body.pieces():
            yield piece
    finally:
        body.close()


async def request_values(request: Request) -> dict[str, str]:
    """The values of a request: of its address, and of its body when it is a form. Raises `RefusedError`."""
    values = dict(parse_form(request.scope["query_string"], "the address"))
    if request.method == "POST":
        if request.headers.get("content-type", "").partition(";")[0].strip() != FORM:
            raise RefusedError(415, f"Send a form ({FORM}).")
        values |= dict(parse_form(await read_body(request.scope, request.receive), "the body"))
    return values
