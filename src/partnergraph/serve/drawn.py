"""The answer to a query as the page of `partnergraph draw`."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from partnergraph.serve.view import Shown

if TYPE_CHECKING:
    from partnergraph.store import Reader


def show(reader: Reader, values: dict[str, Any]) -> Shown:
    """The page of a query (`sparql`) or a named question (`question`, `parameters`), as of a date (`as_of`) if any.

    Raises `UsageError` when the answer is not one of links, `QueryRefused` for a question that reads a file, and the
    errors of a query.
    """
    from partnergraph.network.picture import picture
    from partnergraph.page import draw
    from partnergraph.queries.prepared import prepare
    from partnergraph.queries.run import deliver
    from partnergraph.queries.worker import asked
    from partnergraph.serve.questions import allowed

    if values.get("question"):
        allowed(values["question"])
    reader, sparql = asked(reader, values)
    prepared = prepare(reader, sparql)
    out = io.BytesIO()
    if prepared.form != "ASK":
        deliver(reader, prepared, "tsv" if prepared.form == "SELECT" else "ntriples", out, explain=False)
    made = picture(reader, out.getvalue(), prepared.form, query=prepared.sparql)
    return Shown("text/html; charset=utf-8", draw(made).html.encode())
