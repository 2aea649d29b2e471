"""Responses over ASGI: their header fields, cached answers, large bodies, errors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from html import escape
from typing import Any

from partnergraph.endpoint.response_cache import CachedResponse
from partnergraph.pool.spool import Spool

ALLOWED_METHODS = "GET, HEAD, POST, OPTIONS"
PROBLEM = "application/problem+json"  # RFC 9457
SECURITY_FIELDS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)


@lru_cache(64)
def header_fields(media: str) -> tuple[tuple[bytes, bytes], ...]:
    """The header fields that every response of a media type has."""
    return ((b"content-type", media.encode()), (b"vary", b"accept"), *SECURITY_FIELDS)


async def send_response(send: Any, response: CachedResponse, *, head_only: bool = False) -> None:
    """Send a response whose body is in memory."""
    fields = (*header_fields(response.media), *response.more, (b"content-length", b"%d" % len(response.body)))
    await send({"type": "http.response.start", "status": response.status, "headers": fields})
    await send({"type": "http.response.body", "body": b"" if head_only else response.body})


async def send_spooled(send: Any, response: CachedResponse, body: Spool, *, head_only: bool = False) -> None:
    """Send a body from its file, as fast as the client reads, with the head of `response`."""
    try:
        fields = (*header_fields(response.media), *response.more, (b"content-length", b"%d" % body.size))
        await send({"type": "http.response.start", "status": response.status, "headers": fields})
        if not head_only:
            for piece in body.pieces():
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    finally:
        body.close()


async def send_options(send: Any) -> None:
    """Answer OPTIONS with the methods. No CORS field is among them, so scripts of other origins can read nothing."""
    headers = [(b"allow", ALLOWED_METHODS.encode()), *SECURITY_FIELDS, (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def send_confirmation(send: Any, scope: Mapping[str, Any], message: str) -> None:
    """Refuse a request that a link of another site made, with a page whose own link repeats it."""
    address = scope["raw_path"].decode("ascii", "replace")
    if scope["query_string"]:
        address += "?" + scope["query_string"].decode("ascii", "replace")
    page = (
        '<!DOCTYPE html><html lang="en-GB"><meta charset="utf-8"><title>A link of another site</title>'
        f'<p>{message}</p><p><a href="{escape(address)}">Ask it</a></p></html>\n'
    )
    response = CachedResponse(page.encode(), "text/html; charset=utf-8", 403)
    await send_response(send, response, head_only=scope["method"] == "HEAD")


def problem_json(status: int, message: str) -> bytes:
    """An error as RFC 9457 defines it (application/problem+json)."""
    text = json.dumps({"status": status, "detail": message}, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"  # a lone surrogate is escaped in JSON as it is in Python


async def send_problem(send: Any, status: int, message: str, *, method: str = "GET", **headers: str) -> None:
    """Send an error, with more `headers` (an underscore in a name stands for a hyphen)."""
    more = tuple((name.replace("_", "-").encode(), value.encode()) for name, value in headers.items())
    response = CachedResponse(problem_json(status, message), PROBLEM, status, more)
    await send_response(send, response, head_only=method == "HEAD")
