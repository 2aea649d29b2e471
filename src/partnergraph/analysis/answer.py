"""An answer about the network: sentences that name the claims they rest on, a table, and what it was computed from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from partnergraph.analysis.context import AnalysisContext
    from partnergraph.claims.relationships import Claim
    from partnergraph.page import Page

Cell = str | int | float | None


@dataclass(frozen=True)
class Sentence:
    """A sentence and the IRIs of all claims that it rests on; `undated` of them give no date."""

    text: str
    claims: tuple[str, ...] = ()
    undated: int = 0


@dataclass(frozen=True)
class Highlight:
    """What a drawing of the answer brings forward, by IRI.

    `sizes`: a step from 1 to 3 of each body; `rings`: cut points; `dashed_rings`: cut points only with inferred claims;
    `removed` and `separated`: bodies taken out by a what-if, and those that are no longer joined then; `claims`: the
    claims of routes; `sets`: sets of bodies to draw a hull around, by their names. `step_labels`: the values of each
    step; `before` and `after`: the figures of a what-if. `chart_label`: what
    the chart of a timeline shows, as it stands beside "surely"; that of survival shows its table.
    """

    sizes: dict[str, int] | None = None
    size_label: str = ""
    step_labels: tuple[str, ...] = ()
    rings: tuple[str, ...] = ()
    dashed_rings: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    separated: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    sets: tuple[tuple[str, tuple[str, ...]], ...] = ()
    before: str = ""
    after: str = ""
    chart_label: str = ""


@dataclass(frozen=True)
class AnalysisAnswer:
    """The answer of a command. `scope`: the last sentence, which says what was counted and what was left out.

    `rows` have a cell for each of `columns`; bodies stand in them by name, with their IRI in a column of its own.
    `notes`: further sentences on method (pivots, bands, rewired graphs), after the findings.
    """

    command: str
    title: str
    sentences: tuple[Sentence, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    scope: str
    notes: tuple[str, ...] = ()
    highlight: Highlight = Highlight()
    context: AnalysisContext | None = field(default=None, repr=False, compare=False)  # what it was computed from

    def text(self, claims: Mapping[str, Claim] | None = None) -> str:
        """The sentences, notes and scope as plain text; with `claims` (by IRI) each sentence refers to the claims that
        it rests on, which follow with their evidence.
        """
        from partnergraph.analysis.rendering import to_text

        return to_text(self, claims)

    def markdown(self) -> str:
        """The same as Markdown, with the table."""
        from partnergraph.analysis.rendering import to_markdown

        return to_markdown(self)

    def json(self) -> str:
        """All of it as JSON."""
        from partnergraph.analysis.rendering import to_json

        return to_json(self)

    def to_pandas(self) -> pd.DataFrame:
        """The table as a data frame, None as missing. Raises `MissingExtra` without pandas."""
        from partnergraph.analysis.rendering import to_pandas

        return to_pandas(self)

    def draw(self, path: str | Path | None = None) -> Page:
        """The network with what the answer brings forward, as a page; written to `path` (.html or .svg) if given.

        As .svg a timeline or survival is its chart. Raises `UsageError` for an answer without its context, `DataError`
        without a body to draw.
        """
        from partnergraph.analysis.drawing import draw_answer

        page = draw_answer(self)
        if path is not None:
            page.save(Path(path))
        return page

    def _repr_html_(self) -> str:
        from partnergraph.analysis.rendering import to_html

        return to_html(self)
