"""The pages beside the endpoint, by their addresses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from partnergraph.endpoint.sparql_endpoint import problem_json
from partnergraph.endpoint.sparql_request import RefusedError
from partnergraph.site.view_response import FRAMED, POLICY, SAFE, ViewClient, request_values

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

    from partnergraph.endpoint.response_cache import ResponseCache
    from partnergraph.pool.worker_pool import WorkerPool


def site_application(
    pool: WorkerPool,
    kept: ResponseCache,
    *,
    timeout: float,
    origins: tuple[str, ...] = (),
    record: Callable[[dict[str, Any]], None] | None = None,
) -> Starlette:
    """The pages as an ASGI application, `/draw` and `/reconcile` among them."""
    from starlette.applications import Starlette
    from starlette.exceptions import HTTPException
    from starlette.responses import Response
    from starlette.routing import Route

    from partnergraph.reconcile import routes
    from partnergraph.site import linked_data_routes

    here = ViewClient(pool, kept, timeout=timeout)

    async def drawn(request: Request) -> Response:
        values = await request_values(request)
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
        values = await request_values(request)
        name = request.path_params.get("name")
        asked = {"name": name, "parameters": values} if name else {"words": values.get("words", "")}
        return await here.show("questions", asked)

    async def openapi(_: Request) -> Response:
        from partnergraph.server.openapi import openapi

        body = json.dumps(openapi(), ensure_ascii=False, indent=1).encode() + b"\n"
        return Response(body, headers=SAFE | {"content-type": "application/json", "content-security-policy": POLICY})

    async def labels(request: Request) -> Response:
        return await here.show("labels", {"iris": (await request_values(request)).get("iris", "")})

    async def static(request: Request) -> Response:
        from partnergraph.site.static_files import static_file

        found = static_file(request.path_params["name"])
        if found is None:
            raise RefusedError(404, "There is nothing here.")
        content, media, tag = found
        headers = SAFE | {"content-type": media, "etag": tag, "cache-control": "no-cache"}
        if request.headers.get("if-none-match") == tag:
            return Response(b"", 304, headers)
        return Response(content, headers=headers)

    async def failed(_: Request, error: Exception) -> Response:
        if isinstance(error, RefusedError):
            status, detail, headers = error.status, str(error), error.headers
        else:
            assert isinstance(error, HTTPException)
            status, headers = error.status_code, dict(error.headers or {})
            detail = "There is nothing here." if status == 404 else error.detail
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        told |= SAFE | {"content-security-policy": POLICY, "content-type": "application/problem+json"}
        return Response(problem_json(status, detail), status, told)  # the head says the length also where it is all

    made = Starlette(
        routes=[
            *linked_data_routes.routes(here),
            *routes.routes(here, origins=origins, record=record),
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
    made.router.redirect_slashes = False  # who asks with a slash at the end is answered at once
    return made
