"""A page of the site as a response: made in a query process, and kept like an answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from partnergraph.endpoint.response_cache import CachedResponse
from partnergraph.endpoint.sparql_endpoint import complete_reply, read_body
from partnergraph.endpoint.sparql_request import FORM, RefusedError, parse_form

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.responses import Response

    from partnergraph.endpoint.response_cache import ResponseCache
    from partnergraph.pool.spool import Spool
    from partnergraph.pool.worker_pool import WorkerPool

# A page of ours: its scripts, styles and data come from here alone, and nobody frames it but ourselves.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self' blob:; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
# A page of `draw` says in itself which scripts it has, by their hashes.
FRAMED = "frame-ancestors 'self'"
SAFE = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}


class ViewClient:
    """The pages of one server."""

    def __init__(self, pool: WorkerPool, kept: ResponseCache, *, timeout: float) -> None:
        self.pool, self.kept, self.timeout = pool, kept, timeout

    async def show(self, view: str, values: dict[str, Any], *, policy: str = POLICY) -> Response:
        """A view of the graph (see `partnergraph.server.view_worker.VIEWS`) as a response. Raises `RefusedError`."""
        from starlette.responses import Response, StreamingResponse

        key = f"{view}\n{json.dumps(values, sort_keys=True)}".encode()
        headers = SAFE | {"content-security-policy": policy}
        if (found := self.kept.get(self.pool.generation, key)) is None:
            reply, generation = await complete_reply(self.pool, {"view": view, "values": values}, timeout=self.timeout)
            if not reply.body.in_memory:
                headers |= {"content-type": reply.format, "content-length": str(reply.body.size)}
                return StreamingResponse(_pieces(reply.body), reply.status, headers)
            found = CachedResponse(bytes(reply.body), reply.format, reply.status)
            self.kept.put(generation, key, found)
        return Response(found.body, found.status, headers | {"content-type": found.media})


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
