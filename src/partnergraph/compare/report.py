"""The report of a comparison: what it found, with a method for each output format."""

from __future__ import annotations

import html

from partnergraph.compare.changes import Comparison
from partnergraph.compare.report_formats import FORMATS


class Report(Comparison):
    """Everything that differs between two graphs, in words and in numbers."""

    def text(self) -> str:
        """In words, for a terminal."""
        return FORMATS["text"](self)

    def markdown(self) -> str:
        """In words, as Markdown: usable as release notes."""
        return FORMATS["markdown"](self)

    def html(self) -> str:
        """In words, as one self-contained page."""
        return FORMATS["html"](self)

    def json(self) -> str:
        """Every change as data; the structure is described in `partnergraph.compare.report_formats.as_json`."""
        return FORMATS["json"](self)

    def patch(self) -> str:
        """The exact difference as an RDF Patch: `D` what to delete, `A` what to add, sorted."""
        return FORMATS["patch"](self)

    def _repr_html_(self) -> str:
        """The page in a frame of its own."""
        page = html.escape(self.html())
        return (
            f'<iframe srcdoc="{page}" sandbox title="What changed" width="100%" height="600" loading="lazy"></iframe>'
        )
