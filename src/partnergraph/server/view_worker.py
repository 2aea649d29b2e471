"""The query process of the server: it answers queries, and renders the views of the site from the same graph.

A view is rendered here and not in the server, so that it has the limits of a query, and a failure takes nothing down.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from partnergraph.errors import QueryLimit
from partnergraph.execution.answer import answer_query
from partnergraph.execution.sandbox import MAX_BYTES
from partnergraph.execution.wire import HEAD, FrameWriter, Head
from partnergraph.execution.worker_main import end_process, main
from partnergraph.site.templating import set_navigation

if TYPE_CHECKING:
    from partnergraph.site.view import RenderedView
    from partnergraph.store import Reader

# The registry of views: each is the function `render` of its module (see `partnergraph.site.view.View`).
VIEWS = {
    "analysis": "partnergraph.site.views.analysis",
    "desk": "partnergraph.desk.desk_page",
    "draw": "partnergraph.site.views.draw",
    "endpoint_guide": "partnergraph.site.views.endpoint_guide",
    "front_page": "partnergraph.site.views.front_page",
    "labels": "partnergraph.site.views.labels",
    "missing": "partnergraph.site.views.missing",
    "questions": "partnergraph.site.views.questions",
    "reconcile": "partnergraph.reconcile.api",
    "search": "partnergraph.site.views.search",
    "terms": "partnergraph.site.views.completion",
    "resource": "partnergraph.site.views.resource",
    "workbench": "partnergraph.site.views.workbench",
}


# Imported before processes are forked: what drawing needs takes longer to import than a page to render.
PRELOADED = ("jinja2", "networkx", "numpy", "pyvis.network", *VIEWS.values())


def answer(reader: Reader, order: Mapping[str, Any], frames: FrameWriter) -> str | None:
    """Answer a query, or render the view that an order names. Raises the errors of either."""
    if "view" not in order:
        return answer_query(reader, order, frames)
    set_navigation(desk=order.get("desk", False))
    view: RenderedView = import_module(VIEWS[order["view"]]).render(reader, order["values"])
    if len(view.body) > MAX_BYTES:
        size = f"The page has {len(view.body) / 1_000_000:.0f} MB; at most {MAX_BYTES // 1_000_000} are sent."
        raise QueryLimit(f"{size} Ask for less.", "size")
    frames.send(HEAD, Head("view", view.media, status=view.status).encode())
    frames.write(view.body)
    frames.flush()
    return None


if __name__ == "__main__":
    end_process(main(answer, PRELOADED))
