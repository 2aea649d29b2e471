"""An answer about the network: sentences that name the claims they rest on, a table, and what it was computed from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from partnergraph.analysis import drawing, rendering
from partnergraph.analysis.answer_content import AnswerContent, Cell, Highlight, Sentence
from partnergraph.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from partnergraph.claims.relationships import Claim
    from partnergraph.page import Page

__all__ = ["AnalysisAnswer", "Cell", "Highlight", "Sentence"]


@dataclass(frozen=True)
class AnalysisAnswer(AnswerContent):
    """The answer of a command, in each of its forms."""

    context: drawing.DrawnGraph | None = field(default=None, repr=False, compare=False)  # what it was computed from

    def text(self, claims: Mapping[str, Claim] | None = None) -> str:
        """The sentences, notes and scope as plain text; with `claims` (by IRI) each sentence refers to the claims that
        it rests on, which follow with their evidence.
        """
        return rendering.to_text(self, claims)

    def markdown(self) -> str:
        """The same as Markdown, with the table."""
        return rendering.to_markdown(self)

    def json(self) -> str:
        """All of it as JSON."""
        return rendering.to_json(self)

    def to_pandas(self) -> pd.DataFrame:
        """The table as a data frame, None as missing. Raises `MissingExtra` without pandas."""
        return rendering.to_pandas(self)

    def draw(self, path: str | Path | None = None) -> Page:
        """The network with what the answer brings forward, as a page; written to `path` (.html or .svg) if given.

        As .svg a timeline or survival is its chart. Raises `UsageError` for an answer without its context, `DataError`
        without a body to draw.
        """
        if self.context is None:
            raise UsageError("This answer does not carry the graph that it was computed from; ask again.")
        page = drawing.draw_answer(self, self.context)
        if path is not None:
            page.save(Path(path))
        return page

    def _repr_html_(self) -> str:
        return rendering.to_html(self)
