"""All addresses but `/sparql` as one ASGI application: the site, reconciliation, `/openapi.json`; errors as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from partnergraph.endpoint.http_response import PROBLEM, problem_json
from partnergraph.endpoint.sparql_request import RefusedError
from partnergraph.site.view_response import PAGE_POLICY, SECURITY_HEADERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

    from partnergraph.site.view_response import ViewClient


def site_application(
    views: ViewClient,
    *,
    origins: tuple[str, ...] = (),
    record: Callable[[dict[str, Any]], None] | None = None,
) -> Starlette:
    """The application. Pages of `origins` may use `/reconcile`, whose requests are given to `record`."""
    from starlette.applications import Starlette
    from starlette.exceptions import HTTPException
    from starlette.routing import Route

    from partnergraph.reconcile import routes as reconcile_routes
    from partnergraph.site import routes as site_routes

    application = Starlette(
        routes=[
            *site_routes.routes(views),
            *reconcile_routes.routes(views, origins=origins, record=record),
            Route("/openapi.json", _openapi),
        ],
        exception_handlers={RefusedError: _problem, HTTPException: _problem},
    )
    application.router.redirect_slashes = False  # `asgi_application.Application` removes a slash at the end
    return application


async def _openapi(_: Request) -> Response:
    from starlette.responses import Response

    from partnergraph.server.openapi import openapi

    body = json.dumps(openapi(), ensure_ascii=False, indent=1).encode() + b"\n"
    headers = {"content-type": "application/json", "content-security-policy": PAGE_POLICY}
    return Response(body, headers=SECURITY_HEADERS | headers)


async def _problem(_: Request, error: Exception) -> Response:
    """An error as a response: ours, or one of starlette's (404, 405)."""
    from starlette.exceptions import HTTPException
    from starlette.responses import Response

    if isinstance(error, RefusedError):
        status, detail, headers = error.status, str(error), error.headers
    else:
        assert isinstance(error, HTTPException)
        status, headers = error.status_code, dict(error.headers or {})
        detail = "There is nothing here." if status == 404 else error.detail
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    fields |= SECURITY_HEADERS | {"content-security-policy": PAGE_POLICY, "content-type": PROBLEM}
    # Of HEAD uvicorn sends only the head, with the length of the body.
    return Response(problem_json(status, detail), status, fields)
