"""What an answer about the network holds: sentences that name the claims they rest on, a table, and what a drawing
brings forward.
"""

from __future__ import annotations

from dataclasses import dataclass

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
    step; `before` and `after`: the figures of a what-if. `chart_label`: what the chart of a timeline shows, as it
    stands beside "surely"; that of survival shows its table.
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
class AnswerContent:
    """The answer of a command, without its graph. `scope`: the last sentence: what was counted and what was left out.

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
