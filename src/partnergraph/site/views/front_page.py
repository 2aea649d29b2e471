"""The first page of the site: the page that the build published, with links to the rest of the site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partnergraph.claims.claim_columns import claim_columns
from partnergraph.site.templating import HTML, render_template
from partnergraph.site.view import RenderedView

if TYPE_CHECKING:
    from partnergraph.store import Reader

FILE = "index.html"  # of a generation
MAX_DRAWN = 5_000  # claims of a graph without a published page that is drawn when it is asked for
MAX_PUBLISHED = 20_000_000  # bytes of a published page that is sent
# Where the template of the page leaves room for links to a site; see `page.html.j2`.
MARKER = b"<!-- site -->"


def render(reader: Reader, values: dict[str, Any]) -> RenderedView:  # noqa: ARG001  every view is called so
    """The published page; else one drawn now; of a graph too large for that a short page that leads to the others."""
    page = _published(reader)
    if page is None and len(claim_columns(reader).claims) <= MAX_DRAWN:
        from partnergraph.network import build_network
        from partnergraph.page import draw

        page = draw(build_network(reader)).html.encode()
    if page is None or MARKER not in page:
        return RenderedView(HTML, page or render_template("front_page.html.j2", reader))
    return RenderedView(HTML, page.replace(MARKER, render_template("site_links.html.j2", reader).strip(), 1))


def _published(reader: Reader) -> bytes | None:
    """The page of the generation that is read; None where it has none, or one too large to send."""
    if reader.folder is None:
        return None
    try:
        with (reader.folder.parent / FILE).open("rb") as file:
            page = file.read(MAX_PUBLISHED + 1)
    except OSError:
        return None
    return page if len(page) <= MAX_PUBLISHED else None
