"""The query process of the server: it answers queries, and makes the pages of the site from the same graph.

A page is made here and not in the server, so that it has the limits of a query, and one that fails takes nothing down.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from partnergraph.errors import QueryLimit
from partnergraph.execution.answer import answer_query
from partnergraph.execution.sandbox import MAX_BYTES
from partnergraph.execution.wire import HEAD, FrameWriter, Head
from partnergraph.execution.worker_main import main

if TYPE_CHECKING:
    from partnergraph.site.view import RenderedView
    from partnergraph.store import Reader

# The views of the site; each is the function `render` of its module (see `partnergraph.site.view.View`).
VIEWS = {
    "draw": "partnergraph.site.draw_view",
    "labels": "partnergraph.site.label_view",
    "questions": "partnergraph.site.question_view",
    "reconcile": "partnergraph.reconcile.api",
    "search": "partnergraph.site.search_view",
    "terms": "partnergraph.site.completion_view",
    "thing": "partnergraph.site.resource_view",
    "workbench": "partnergraph.site.workbench_view",
}


# What drawing needs takes longer to import than a page to make.
LATER = ("jinja2", "networkx", "numpy", "pyvis.network", *VIEWS.values())


def answer(reader: Reader, asked: Mapping[str, Any], frames: FrameWriter) -> str | None:
    """Answer a query, or make the view that an order names. Raises the errors of either."""
    if "view" not in asked:
        return answer_query(reader, asked, frames)
    shown: RenderedView = import_module(VIEWS[asked["view"]]).render(reader, asked["values"])
    if len(shown.body) > MAX_BYTES:
        size = f"The page has {len(shown.body) / 1_000_000:.0f} MB; at most {MAX_BYTES // 1_000_000} are sent."
        raise QueryLimit(f"{size} Ask for less.", "size")
    frames.send(HEAD, Head("view", shown.media, status=shown.status).encode())
    frames.write(shown.body)
    frames.flush()
    return None


if __name__ == "__main__":
    sys.exit(main(answer, LATER))
