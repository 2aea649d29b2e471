"""How to use the SPARQL endpoint, for people: what a browser shows at `/sparql` without a query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partnergraph.results.formats import media_types
from partnergraph.site.templating import HTML, render_template
from partnergraph.site.view import RenderedView

if TYPE_CHECKING:
    from partnergraph.store import Reader

# A query that any graph answers, and that shows what a claim is made of.
EXAMPLE = """SELECT ?from ?relation ?to WHERE {
  ?claim a pg:Relationship ; pg:from/skos:prefLabel ?from ; pg:kind/skos:prefLabel ?relation ; pg:to/skos:prefLabel ?to
} LIMIT 10"""


def render(reader: Reader, values: dict[str, Any]) -> RenderedView:
    """The page; `address` in `values` is that of the endpoint as the browser wrote it."""
    formats = {name: media.partition(";")[0] for name, media in sorted(media_types("SELECT").items())}
    graphs = {name: media.partition(";")[0] for name, media in sorted(media_types("CONSTRUCT").items())}
    page = render_template(
        "endpoint_guide.html.j2", reader, address=values["address"], example=EXAMPLE, formats=formats, graphs=graphs
    )
    return RenderedView(HTML, page)
