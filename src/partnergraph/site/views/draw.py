"""The answer to a query as the page of `partnergraph draw`."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from partnergraph.site.view import RenderedView

if TYPE_CHECKING:
    from partnergraph.store import Reader


def render(reader: Reader, values: dict[str, Any]) -> RenderedView:
    """The page of a query (`sparql`) or a named question (`question`, `parameters`), as of a date (`as_of`) if any.

    Raises `UsageError` when the answer is not one of links, `QueryRefused` for a question that reads a file, and the
    errors of a query.
    """
    from partnergraph.execution.answer import resolve_order
    from partnergraph.execution.execute import execute_prepared
    from partnergraph.network.from_query import network_from_query
    from partnergraph.page import draw
    from partnergraph.site.views.questions import allowed_question
    from partnergraph.sparql.prepare import prepare_query

    if values.get("question"):
        allowed_question(values["question"])
    reader, sparql = resolve_order(reader, values)
    prepared = prepare_query(reader, sparql)
    out = io.BytesIO()
    if prepared.form != "ASK":
        execute_prepared(reader, prepared, "tsv" if prepared.form == "SELECT" else "ntriples", out, explain=False)
    network = network_from_query(reader, out.getvalue(), prepared.form, query=prepared.sparql)
    return RenderedView("text/html; charset=utf-8", draw(network).html.encode())
