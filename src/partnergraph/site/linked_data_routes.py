"""The addresses of the graph's own resources (linked data), and the search for them.

An IRI under the graph's base, `https://.../id/org/keele-university`, is answered at the same path of the server:
`/id/org/keele-university`. What comes is chosen by the Accept header (a page, Turtle, JSON-LD, RDF/XML, N-Triples,
TriG, N-Quads) or by `?format=`; `Content-Location` names the form that was chosen, `Link` the others, `Vary: Accept`
tells caches. There is no 303 to a second address: the IRI itself lives elsewhere (at w3id.org, say), and the redirect
from there to here is the step from the thing to the document about it (Cool URIs for the Semantic Web, section 4.2);
one more would cost everybody a request and tell nobody anything. Addresses with a hash (`ns#funds`) share a document.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote

from partnergraph.endpoint.content_negotiation import GRAPHS, OFFERED, best_match, format_by_name
from partnergraph.endpoint.sparql_request import FORMATS, RefusedError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    from partnergraph.site.view_response import ViewClient


def routes(views: ViewClient) -> list[Route]:
    """The routes of all paths that an IRI of the graph can have, and of `/search`."""
    from starlette.routing import Route

    async def resource(request: Request) -> Response:
        format_ = _format_parameter(request, OFFERED) or _negotiated_format(request.headers.get("accept", ""))
        raw = request.scope.get("raw_path") or request.url.path.encode()
        path = raw.decode("ascii", "replace").partition("?")[0].lstrip("/")
        response = await views.show("resource", {"path": path, "format": format_})
        response.headers["vary"] = "Accept"
        if response.status_code == 200:
            quoted = quote(path, safe="/%:@!$&'()*+,;=-._~")  # the other characters of a path in a header
            response.headers["content-location"] = f"/{quoted}?format={format_}"
            response.headers["link"] = ", ".join(
                f'</{quoted}?format={name}>; rel="alternate"; type="{media.partition(";")[0]}"'
                for name, media in OFFERED.items()
                if name != format_
            )
        return response

    async def search(request: Request) -> Response:
        offered = {"html": OFFERED["html"], "json": "application/json"}
        format_ = _format_parameter(request, offered) or best_match(request.headers.get("accept", ""), offered)
        if format_ is None:
            raise RefusedError(406, f"The forms of this answer: {', '.join(offered.values())}.", vary="Accept")
        response = await views.show("search", {"q": request.query_params.get("q", "")[:500], "format": format_})
        response.headers["vary"] = "Accept"
        return response

    return [
        *(Route(f"/{part}/{{rest:path}}", resource) for part in ("id", "code", "graph", "rule")),
        Route("/ns", resource),
        Route("/search", search),
    ]


def _format_parameter(request: Request, offered: Mapping[str, str]) -> str | None:
    """The format that a parameter names; None without one. Raises `RefusedError` for one that is not offered."""
    values = [value for name, value in request.query_params.multi_items() if name in FORMATS and value.strip()]
    format_ = format_by_name(values, offered)
    if values and format_ is None:
        raise RefusedError(400, f"There is no format '{values[0][:80]}'. The formats: {', '.join(offered)}.")
    return format_


def _negotiated_format(accept: str) -> str:
    """The format that an Accept header prefers. Raises `RefusedError` when it accepts none."""
    format_ = best_match(accept, OFFERED) or best_match(accept, GRAPHS)
    if format_ is None:
        raise RefusedError(406, f"The forms of this answer: {', '.join(OFFERED.values())}.", vary="Accept")
    return format_
