"""The pages beside the endpoint: each is made in a query process, and kept like an answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from partnergraph.errors import PartnerGraphError
from partnergraph.serve.endpoint import Answer, problem, refused
from partnergraph.serve.pool import BusyError, Pool
from partnergraph.serve.protocol import MOST_BODY, RefusedError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

    from partnergraph.serve.endpoint import Kept

# A page of ours: its scripts, styles and data come from here alone, and nobody frames it but ourselves.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self' blob:; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
# A page of `draw` says in itself which scripts it has, by their hashes.
FRAMED = "frame-ancestors 'self'"
SAFE = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}


class Site:
    """The pages of one server."""

    def __init__(self, pool: Pool, kept: Kept, *, timeout: float) -> None:
        self.pool, self.kept, self.timeout = pool, kept, timeout

    async def show(self, view: str, values: dict[str, Any], *, policy: str = POLICY) -> Response:
        """A view of the graph (see `partnergraph.serve.process.VIEWS`) as a response. Raises `RefusedError`."""
        from starlette.responses import Response

        key = (self.pool.generation, view, json.dumps(values, sort_keys=True))
        if (found := self.kept.get(key)) is None:
            try:
                worker = await self.pool.take()
            except BusyError:
                message = "Too many queries are waiting. Try again in a moment."
                raise RefusedError(429, message, retry_after="1") from None
            try:
                reply = worker.ask({"view": view, "values": values}, self.timeout)
                body = await reply.whole()
            except PartnerGraphError as error:
                raise refused(error, None) from None
            finally:
                self.pool.give(worker)
            found = Answer([(b"content-type", reply.format.encode())], body, status=reply.status)
            self.kept.put((worker.generation, *key[1:]), found)
        headers = SAFE | {
            "content-security-policy": policy,
            "content-type": dict(found.headers)[b"content-type"].decode(),
        }
        return Response(found.body, found.status, headers)


async def form(request: Request) -> dict[str, str]:
    """The values of a request: of its address, and of its body when it is a form. Raises `RefusedError`."""
    from urllib.parse import parse_qsl

    values = dict(request.query_params)
    if request.method == "POST":
        if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
            raise RefusedError(415, "Send a form (application/x-www-form-urlencoded).")
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > MOST_BODY:
                raise RefusedError(413, f"The request is larger than {MOST_BODY // 1000} KB.", connection="close")
        try:
            values |= dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=100))
        except ValueError:
            raise RefusedError(400, "The form is not encoded as UTF-8 (%-encoding).") from None
    return values


def site(pool: Pool, kept: Kept, *, timeout: float) -> Starlette:
    """The pages as an ASGI application, `/draw` among them."""
    from starlette.applications import Starlette
    from starlette.exceptions import HTTPException
    from starlette.responses import Response
    from starlette.routing import Route

    from partnergraph.serve import identity

    here = Site(pool, kept, timeout=timeout)

    async def drawn(request: Request) -> Response:
        values = await form(request)
        known = {"query": "sparql", "question": "question", "as-of": "as_of"}
        asked: dict[str, Any] = {name: values[given] for given, name in known.items() if given in values}
        asked["parameters"] = {name: value for name, value in values.items() if name not in known}
        if not asked.get("sparql") and not asked.get("question"):
            raise RefusedError(400, "There is nothing to draw. Send a 'query', or a 'question' with its parameters.")
        return await here.show("draw", asked, policy=FRAMED)

    def fixed(view: str) -> Callable[[Request], Awaitable[Response]]:
        async def shown(_: Request) -> Response:
            return await here.show(view, {})

        return shown

    async def questions(request: Request) -> Response:
        values = await form(request)
        name = request.path_params.get("name")
        asked = {"name": name, "parameters": values} if name else {"words": values.get("words", "")}
        return await here.show("questions", asked)

    async def openapi(_: Request) -> Response:
        from partnergraph.serve.openapi import openapi

        body = json.dumps(openapi(), ensure_ascii=False, indent=1).encode() + b"\n"
        return Response(body, headers=SAFE | {"content-type": "application/json", "content-security-policy": POLICY})

    async def labels(request: Request) -> Response:
        return await here.show("labels", {"iris": (await form(request)).get("iris", "")})

    async def static(request: Request) -> Response:
        from partnergraph.serve.files import file

        found = file(request.path_params["name"])
        if found is None:
            raise RefusedError(404, "There is nothing here.")
        content, media, tag = found
        headers = SAFE | {"content-type": media, "etag": tag, "cache-control": "no-cache"}
        if request.headers.get("if-none-match") == tag:
            return Response(b"", 304, headers)
        return Response(content, headers=headers)

    async def failed(request: Request, error: Exception) -> Response:
        if isinstance(error, RefusedError):
            status, detail, headers = error.status, str(error), error.headers
        else:
            assert isinstance(error, HTTPException)
            status, headers = error.status_code, dict(error.headers or {})
            detail = "There is nothing here." if status == 404 else error.detail
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        told |= SAFE | {"content-security-policy": POLICY, "content-type": "application/problem+json"}
        return Response(problem(status, detail) if request.method != "HEAD" else b"", status, told)

    made = Starlette(
        routes=[
            *identity.routes(here),
            Route("/", fixed("workbench")),
            Route("/draw", drawn, methods=["GET", "POST"]),
            Route("/labels", labels, methods=["POST"]),
            Route("/openapi.json", openapi),
            Route("/questions", questions),
            Route("/questions/{name}", questions),
            Route("/static/{name}", static),
            Route("/terms", fixed("terms")),
        ],
        exception_handlers={RefusedError: failed, HTTPException: failed},
    )
    made.router.redirect_slashes = False  # an address with a slash at its end is another one
    return made
