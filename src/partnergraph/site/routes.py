"""The addresses of the site: its pages, what the workbench fetches, and its static files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partnergraph.endpoint.sparql_request import RefusedError
from partnergraph.site import linked_data_routes
from partnergraph.site.view_response import DRAWING_POLICY, PAGE_POLICY, SECURITY_HEADERS, request_values

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    from partnergraph.site.view_response import ViewClient

    Handler = Callable[[Request], Awaitable[Response]]

ENDPOINT_GUIDE = "/endpoint"
_DRAW_PARAMETERS = {"query": "sparql", "question": "question", "as-of": "as_of"}  # and those of the question


def routes(views: ViewClient) -> list[Route]:
    """The routes of all pages, those of the graph's own addresses among them."""
    from starlette.routing import Route

    async def draw(request: Request) -> Response:
        values = await request_values(request)
        order: dict[str, Any] = {key: values[name] for name, key in _DRAW_PARAMETERS.items() if name in values}
        order["parameters"] = {name: value for name, value in values.items() if name not in _DRAW_PARAMETERS}
        if not order.get("sparql") and not order.get("question"):
            raise RefusedError(400, "There is nothing to draw. Send a 'query', or a 'question' with its parameters.")
        return await views.show("draw", order, policy=DRAWING_POLICY)

    async def questions(request: Request) -> Response:
        values = await request_values(request)
        name = request.path_params.get("name")
        order = {"name": name, "parameters": values} if name else {"words": values.get("words", "")}
        return await views.show("questions", order)

    async def network(request: Request) -> Response:
        values = await request_values(request)
        order = values | {"command": request.path_params.get("command", "")}
        return await views.show("analysis", order, policy=DRAWING_POLICY if values.get("draw") else PAGE_POLICY)

    async def front_page(_: Request) -> Response:
        return await views.show("front_page", {}, policy=DRAWING_POLICY)

    async def endpoint_guide(request: Request) -> Response:
        address = f"{request.url.scheme}://{request.url.netloc}/sparql"
        response = await views.show("endpoint_guide", {"address": address})
        response.headers["vary"] = "Accept"  # at /sparql programs get its description
        return response

    async def labels(request: Request) -> Response:
        return await views.show("labels", {"iris": (await request_values(request)).get("iris", "")})

    return [
        *linked_data_routes.routes(views),
        Route("/", front_page),
        Route("/ask", _without_parameters(views, "workbench")),
        Route("/draw", draw, methods=["GET", "POST"]),
        Route(ENDPOINT_GUIDE, endpoint_guide),
        Route("/labels", labels, methods=["POST"]),
        Route("/network", network),
        Route("/network/{command}", network),
        Route("/questions", questions),
        Route("/questions/{name}", questions),
        Route("/static/{name}", _static),
        Route("/terms", _without_parameters(views, "terms")),
    ]


def _without_parameters(views: ViewClient, view: str) -> Handler:
    async def handler(_: Request) -> Response:
        return await views.show(view, {})

    return handler


async def _static(request: Request) -> Response:
    from starlette.responses import Response

    from partnergraph.site.static_files import static_file

    file = static_file(request.path_params["name"])
    if file is None:
        raise RefusedError(404, "There is nothing here.")
    content, media, tag = file
    headers = SECURITY_HEADERS | {"content-type": media, "etag": tag, "cache-control": "no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(b"", 304, headers)
    return Response(content, headers=headers)
