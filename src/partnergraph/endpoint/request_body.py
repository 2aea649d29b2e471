"""Bodies of requests, read within limits: of one, and of all that are being received together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from partnergraph.endpoint.client_address import client_address
from partnergraph.endpoint.http_response import ALLOWED_METHODS
from partnergraph.endpoint.sparql_request import MAX_BODY, RefusedError
from partnergraph.pool.memory_budget import MemoryBudget

MAX_DRAINED = 20_000_000  # bytes of a body that is too large that are read, so that the client can read the response
MAX_BODIES = 64_000_000  # bytes of all bodies that are being received
BODIES = MemoryBudget(MAX_BODIES)


async def read_body(scope: Mapping[str, Any], receive: Any, limit: int = MAX_BODY) -> bytes:
    """The body of a request, empty but for a POST. Raises `RefusedError` for another method, or for more than `limit`
    bytes.
    """
    method = scope["method"]
    if method not in ("GET", "HEAD", "POST"):
        raise RefusedError(405, "Ask with GET or POST.", allow=ALLOWED_METHODS)
    if method != "POST":
        return b""
    client = client_address(scope.get("client"))
    pieces, size, in_memory = list[bytes](), 0, 0
    try:
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise RefusedError(400, "The request ended too early.")
            piece = bytes(message.get("body", b""))
            size += len(piece)
            if size <= limit:
                if not BODIES.acquire(client, len(piece)):
                    detail = "Too much is being sent to this server at the moment. Try again later."
                    raise RefusedError(503, detail, retry_after="1", connection="close")
                pieces.append(piece)
                in_memory += len(piece)
            if size > MAX_DRAINED or not message.get("more_body"):
                break
    finally:
        BODIES.release(client, in_memory)
    if size > limit:
        raise RefusedError(413, f"The request is larger than {limit // 1000} KB.", connection="close")
    return b"".join(pieces)
