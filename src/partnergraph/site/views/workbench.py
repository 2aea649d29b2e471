"""The first page: what this is, the named questions and, where scripts run, the workbench for analysts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from partnergraph.results.formats import FORMATS, QUERY_FORMS, media_types
from partnergraph.site.templating import HTML, render_template
from partnergraph.site.view import RenderedView
from partnergraph.site.views.questions import offered_questions

if TYPE_CHECKING:
    from partnergraph.store import Reader

# Downloads of the workbench: first what most people want. An answer holds no named graphs, so it needs no TriG.
_FIRST = ("csv", "xlsx", "tsv")
_NOT_OFFERED = ("trig", "nquads")
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
    return RenderedView(
        HTML, render_template("workbench.html.j2", reader, groups=groups, counts=counts, downloads=_downloads())
    )


def _downloads() -> dict[str, list[tuple[str, str, str]]]:
    """For each form of a query the formats that its answer can be saved in: label, suffix, media type."""
    return {form: [*_saved(form)] for form in QUERY_FORMS}


def _saved(form: str) -> Iterator[tuple[str, str, str]]:
    for name, media in sorted(media_types(form).items(), key=lambda item: (*_FIRST, item[0]).index(item[0])):
        if name not in _NOT_OFFERED and FORMATS[name].suffixes:
            yield FORMATS[name].label, FORMATS[name].suffixes[0], media.partition(";")[0]
