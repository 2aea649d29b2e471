"""The answer to a query as the page of `partnergraph draw`."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from partnergraph.site.view import Shown

if TYPE_CHECKING:
    from partnergraph.store import Reader


def show(reader: Reader, values: dict[str, Any]) -> Shown:
    """The page of a query (`sparql`) or a named question (`question`, `parameters`), as of a date (`as_of`) if any.

    Raises `UsageError` when the answer is not one of links, `QueryRefused` for a question that reads a file, and the
    errors of a query.
    """
    from partnergraph.execution.execute import deliver
    from partnergraph.execution.sandbox import asked
    from partnergraph.network.from_query import picture
    from partnergraph.page import draw
    from partnergraph.site.question_view import allowed
    from partnergraph.sparql.prepare import prepare

    if values.get("question"):
        allowed(values["question"])
    reader, sparql = asked(reader, values)
    prepared = prepare(reader, sparql)
    out = io.BytesIO()
    if prepared.form != "ASK":
        deliver(reader, prepared, "tsv" if prepared.form == "SELECT" else "ntriples", out, explain=False)
    made = picture(reader, out.getvalue(), prepared.form, query=prepared.sparql)
    return Shown("text/html; charset=utf-8", draw(made).html.encode())
