"""The page for an address at which nothing stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from partnergraph.claims.name_search import find_by_name
from partnergraph.site.resource_description import base_iri, local_path
from partnergraph.site.templating import HTML, render_template
from partnergraph.site.view import RenderedView

if TYPE_CHECKING:
    from partnergraph.store import Reader


def render(reader: Reader, values: dict[str, Any]) -> RenderedView:
    """The page for the path `path`: the bodies whose names its last part resembles, or the way to all of them."""
    words = unquote(values["path"].rstrip("/").rsplit("/", 1)[-1]).replace("-", " ")
    start = base_iri(reader)
    bodies = find_by_name(reader, words) if words.strip() else []
    near = [{"label": body.label, "link": local_path(body.iri, start)} for body in bodies]
    return RenderedView(HTML, render_template("not_found.html.j2", reader, words=words, near=near), 404)
