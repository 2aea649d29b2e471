"""All addresses but `/sparql` as one ASGI application: the site, reconciliation, `/openapi.json`; errors as JSON."""

from __future__ import annotations

import json
from contextlib import suppress
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any

from partnergraph.endpoint.content_negotiation import best_match
from partnergraph.endpoint.http_response import PROBLEM, problem_json
from partnergraph.endpoint.sparql_request import RefusedError
from partnergraph.site.templating import HTML
from partnergraph.site.view_response import PAGE_POLICY, SECURITY_HEADERS

_PROBLEM_FORMATS = {"json": PROBLEM, "html": HTML}
MAX_PATH_LENGTH = 2_000  # characters of a path in which a name is looked for
# An error that needs nothing of the graph, so that it can be shown whatever went wrong.
_PAGE = """<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Not answered</title>
<link rel="stylesheet" href="/static/colours.css"><link rel="stylesheet" href="/static/site.css">
</head>
<body><main id="main"><h1>This could not be answered</h1><p>{detail}</p>
<p>{more}<a href="/">The first page</a>, <a href="/search">all organisations</a>.</p></main></body>
</html>
"""
_TO_DESK = '<a href="/desk">Choose another workbook</a>, '

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
    desk: bool = False,
) -> Starlette:
    """The application. Pages of `origins` may use `/reconcile`, whose requests are given to `record`, as are those of
    the desk, if there is one.
    """
    from starlette.applications import Starlette
    from starlette.exceptions import HTTPException
    from starlette.routing import Route

    from partnergraph.desk import routes as desk_routes
    from partnergraph.reconcile import routes as reconcile_routes
    from partnergraph.site import routes as site_routes

    async def problem(request: Request, error: Exception) -> Response:
        if best_match(request.headers.get("accept", ""), _PROBLEM_FORMATS) != "html":
            return _problem(error)
        if isinstance(error, HTTPException) and error.status_code == 404:
            with suppress(RefusedError):  # as when the server is busy
                page = await views.show("missing", {"path": request.url.path[:MAX_PATH_LENGTH]})
                page.headers["vary"] = "Accept"
                return page
        return _problem(error, as_page=True, more=_TO_DESK if desk and request.url.path == desk_routes.PATH else "")

    application = Starlette(
        routes=[
            *site_routes.routes(views),
            *reconcile_routes.routes(views, origins=origins, record=record),
            *(desk_routes.routes(views, record=record) if desk else ()),
            Route("/openapi.json", partial(_openapi, desk)),
        ],
        exception_handlers={RefusedError: problem, HTTPException: problem},
    )
    application.router.redirect_slashes = False  # `asgi_application.Application` removes a slash at the end
    return application


async def _openapi(desk: bool, _: Request) -> Response:
    from starlette.responses import Response

    from partnergraph.server.openapi import openapi

    body = json.dumps(openapi(desk=desk), ensure_ascii=False, indent=1).encode() + b"\n"
    headers = {"content-type": "application/json", "content-security-policy": PAGE_POLICY}
    return Response(body, headers=SECURITY_HEADERS | headers)


def _problem(error: Exception, *, as_page: bool = False, more: str = "") -> Response:
    """An error as a response: ours, or one of starlette's (404, 405); as JSON (RFC 9457) or as a page for people, with
    `more` links.
    """
    from starlette.exceptions import HTTPException
    from starlette.responses import Response

    if isinstance(error, RefusedError):
        status, detail, headers = error.status, str(error), error.headers
    else:
        assert isinstance(error, HTTPException)
        status, headers = error.status_code, dict(error.headers or {})
        detail = "There is nothing here." if status == 404 else error.detail
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    media, body = PROBLEM, problem_json(status, detail)
    if as_page:
        media, body = HTML, _PAGE.format(detail=escape(detail), more=more).encode()
    fields |= SECURITY_HEADERS | {"content-security-policy": PAGE_POLICY, "content-type": media, "vary": "Accept"}
    # Of HEAD uvicorn sends only the head, with the length of the body.
    return Response(body, status, fields)
