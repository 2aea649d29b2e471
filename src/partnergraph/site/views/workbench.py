"""The first page: what this is, the named questions and, where scripts run, the workbench for analysts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partnergraph.site.templating import HTML, render_template
from partnergraph.site.view import RenderedView
from partnergraph.site.views.questions import offered_questions

if TYPE_CHECKING:
    from partnergraph.store import Reader

AUDIENCES = {"manager": "For managers", "analyst": "For analysts"}
_COUNTS = """SELECT (COUNT(DISTINCT ?o) AS ?bodies) (COUNT(DISTINCT ?r) AS ?claims) {
  { ?o a org:Organization } UNION { ?r a pg:Relationship MINUS { ?r a pg:DerivedRelationship } } }"""


def render(reader: Reader, values: dict[str, Any]) -> RenderedView:  # noqa: ARG001  every view is called so
    """The page."""
    groups = {
        title: [question for question in offered_questions() if question.audience == name]
        for name, title in AUDIENCES.items()
    }
    [counts] = reader.rows(_COUNTS)
    return RenderedView(HTML, render_template("workbench.html.j2", reader, groups=groups, counts=counts))
