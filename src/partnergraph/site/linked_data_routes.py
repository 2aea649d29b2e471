"""Addresses of the graph's own things, answered by the server that holds it, and the search for them.

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


def routes(site: ViewClient) -> list[Route]:
    """The routes of all addresses that the graph has, and of `/search`."""
    from starlette.routing import Route

    async def thing(request: Request) -> Response:
        format_ = _asked(request, OFFERED) or _chosen(request.headers.get("accept", ""))
        raw = request.scope.get("raw_path") or request.url.path.encode()
        path = raw.decode("ascii", "replace").partition("?")[0].lstrip("/")
        response = await site.show("thing", {"path": path, "format": format_})
        response.headers["vary"] = "Accept"
        if response.status_code == 200:
            shown = quote(path, safe="/%:@!$&'()*+,;=-._~")  # a header holds no other sign
            response.headers["content-location"] = f"/{shown}?format={format_}"
            response.headers["link"] = ", ".join(
                f'</{shown}?format={name}>; rel="alternate"; type="{media.partition(";")[0]}"'
                for name, media in OFFERED.items()
                if name != format_
            )
        return response

    async def search(request: Request) -> Response:
        offered = {"html": OFFERED["html"], "json": "application/json"}
        format_ = _asked(request, offered) or best_match(request.headers.get("accept", ""), offered)
        if format_ is None:
            raise RefusedError(406, f"The forms of this answer: {', '.join(offered.values())}.", vary="Accept")
        response = await site.show("search", {"q": request.query_params.get("q", "")[:500], "format": format_})
        response.headers["vary"] = "Accept"
        return response

    return [
        *(Route(f"/{part}/{{rest:path}}", thing) for part in ("id", "code", "graph", "rule")),
        Route("/ns", thing),
        Route("/search", search),
    ]


def _asked(request: Request, offered: Mapping[str, str]) -> str | None:
    """The form that a parameter asks for; None without one. Raises `RefusedError` for one that is not offered."""
    values = [value for name, value in request.query_params.multi_items() if name in FORMATS and value.strip()]
    found = format_by_name(values, offered)
    if values and found is None:
        raise RefusedError(400, f"There is no format '{values[0][:80]}'. The formats: {', '.join(offered)}.")
    return found


def _chosen(accept: str) -> str:
    """The form that the header likes best. Raises `RefusedError` when it likes none."""
    found = best_match(accept, OFFERED) or best_match(accept, GRAPHS)
    if found is None:
        raise RefusedError(406, f"The forms of this answer: {', '.join(OFFERED.values())}.", vary="Accept")
    return found
