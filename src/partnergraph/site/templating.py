"""The HTML templates of the site (`templates/`); every value is escaped."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment

    from partnergraph.store import Reader

HTML = "text/html; charset=utf-8"


def render_template(template: str, reader: Reader, **values: Any) -> bytes:
    """A template of `templates/` filled in; `about` (title, publisher, licence ... of the graph) is always there."""
    from partnergraph.network import graph_metadata

    return _templates().get_template(template).render(about=graph_metadata(reader, None, {}), **values).encode()


def set_navigation(*, desk: bool) -> None:
    """Whether pages link to the desk, which not every server has."""
    _templates().globals["desk"] = desk


@cache
def _templates() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    from partnergraph.page.view_model import web_link

    environment = Environment(
        loader=PackageLoader("partnergraph.site", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["desk"] = False
    environment.filters["web"] = web_link  # an address that may become a link, or None
    environment.filters["sentence_case"] = lambda text: text[:1].upper() + text[1:]
    return environment
