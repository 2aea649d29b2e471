"""`/reconcile`: the addresses of the reconciliation service, by which OpenRefine matches names against the graph.

It speaks version 0.2 of the protocol (https://reconciliation-api.github.io/specs/0.2/). A GET without parameters gets
the manifest; `queries` and `extend` come by GET or as a form. JSONP, which would run what a server sends as a script,
is not offered: a web page asks by CORS, if its origin is one of `--cors`.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from partnergraph.endpoint.sparql_request import RefusedError
from partnergraph.reconcile.api import SUGGESTED
from partnergraph.site.view_response import request_values

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    from partnergraph.site.view_response import ViewClient

PATH = "/reconcile"
# A preview stands in a frame of the page that asks for it; it runs nothing and asks only for its own style.
FRAMED = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
_PARAMETERS = ("queries", "extend")


def routes(
    site: ViewClient, *, origins: tuple[str, ...], record: Callable[[dict[str, Any]], None] | None
) -> list[Route]:
    """The routes. `origins` may show previews in frames; `record` gets an entry for each request."""
    from starlette.routing import Route

    async def service(request: Request) -> Response:
        parameters = await _values(request)
        values = _known(parameters, _PARAMETERS)
        unknown = sorted(parameters.keys() - set(_PARAMETERS))
        if unknown and not values:
            raise RefusedError(
                400, f"There is no parameter '{unknown[0][:80]}'. The parameters: {', '.join(_PARAMETERS)}."
            )
        if len(values) > 1:
            raise RefusedError(400, "There are both 'queries' and 'extend'. Send one of them.")
        if not values and request.method == "POST":
            raise RefusedError(400, "There is nothing to answer. Send 'queries' or 'extend' in a form.")
        if not values:
            return await site.show("reconcile", {"answer": "manifest", "at": _base_url(request)})
        [answer] = values
        return await site.show("reconcile", {"answer": answer} | values)

    async def suggest(request: Request) -> Response:
        kind = request.path_params["what"]
        if kind not in SUGGESTED:
            raise RefusedError(404, f"There is nothing here. What is suggested: {', '.join(SUGGESTED)}.")
        values = _known(await _values(request), ("prefix", "cursor", "limit"))
        return await site.show("reconcile", {"answer": "suggest", "what": kind} | values)

    async def proposed(request: Request) -> Response:
        values = _known(await _values(request), ("type", "limit"))
        return await site.show("reconcile", {"answer": "properties"} | values)

    async def preview(request: Request) -> Response:
        values = _known(await _values(request), ("id",))
        return await site.show("reconcile", {"answer": "preview"} | values, policy=" ".join((FRAMED, *origins)))

    def recorded(handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def record_and_answer(request: Request) -> Response:
            start, outcome = time.perf_counter(), "failed"
            entry: dict[str, Any] = {"client": request.client.host if request.client else "", "path": request.url.path}
            try:
                response = await handler(request)
                outcome = "answered" if response.status_code == 200 else str(response.status_code)
                entry["bytes"] = len(response.body)
                return response
            except RefusedError as error:
                outcome = str(error.status)
                raise
            finally:
                if record is not None:
                    record(entry | {"outcome": outcome, "ms": round((time.perf_counter() - start) * 1000, 2)})

        return record_and_answer

    return [
        Route(PATH, recorded(service), methods=["GET", "POST"]),
        Route(f"{PATH}/suggest/{{what}}", recorded(suggest)),
        Route(f"{PATH}/properties", recorded(proposed)),
        Route(f"{PATH}/preview", recorded(preview)),
    ]


async def _values(request: Request) -> dict[str, str]:
    values = await request_values(request)
    if "callback" in values:
        raise RefusedError(400, "There is no 'callback' (JSONP). Ask for JSON; pages of other sites need --cors.")
    return values


def _known(values: dict[str, str], names: tuple[str, ...]) -> dict[str, str]:
    """The parameters that are known. What else a client adds (its language, say) changes no response."""
    return {name: values[name] for name in names if name in values}


def _base_url(request: Request) -> str:
    return f"{request.scope.get('scheme', 'http')}://{request.headers.get('host', 'localhost')}"
