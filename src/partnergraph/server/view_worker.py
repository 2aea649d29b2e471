"""The query process of the server: it answers queries, and renders the views of the site from the same graph.

A view is rendered here and not in the server, so that it has the limits of a query, and a failure takes nothing down.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from partnergraph.errors import QueryLimit
from partnergraph.execution.sandbox import MAX_BYTES
from partnergraph.execution.worker_main import FrameWriter, answer_query, main

if TYPE_CHECKING:
    from partnergraph.site.view import RenderedView
    from partnergraph.store import Reader

# The registry of views: each is the function `render` of its module (see `partnergraph.site.view.View`).
VIEWS = {
    "draw": "partnergraph.site.views.draw",
    "labels": "partnergraph.site.views.labels",
    "questions": "partnergraph.site.views.questions",
    "reconcile": "partnergraph.reconcile.api",
    "search": "partnergraph.site.views.search",
    "terms": "partnergraph.site.views.completion",
    "thing": "partnergraph.site.views.resource",
    "workbench": "partnergraph.site.views.workbench",
}


# What drawing needs takes longer to import than a page to make.
LATER = ("jinja2", "networkx", "numpy", "pyvis.network", *VIEWS.values())


def answer(reader: Reader, asked: dict[str, Any], frames: FrameWriter) -> str | None:
    """Answer a query, or make the view that an order names. Raises the errors of either."""
    if "view" not in asked:
        return answer_query(reader, asked, frames)
    shown: RenderedView = import_module(VIEWS[asked["view"]]).render(reader, asked["values"])
    if len(shown.body) > MAX_BYTES:
        size = f"The page has {len(shown.body) / 1_000_000:.0f} MB; at most {MAX_BYTES // 1_000_000} are sent."
        raise QueryLimit(f"{size} Ask for less.", "size")
    frames.send(b"H", json.dumps({"form": "view", "format": shown.media, "status": shown.status}).encode())
    frames.write(shown.body)
    frames.flush()
    return None


if __name__ == "__main__":
    sys.exit(main(answer, LATER))
