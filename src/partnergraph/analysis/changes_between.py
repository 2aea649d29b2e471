"""What changed between two dates: claims that surely began or ended in that time, and those that may have."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from partnergraph.analysis.answer import AnalysisAnswer, Cell, Highlight, Sentence
from partnergraph.analysis.claim_selection import selected_claims
from partnergraph.analysis.context import AnalysisContext, claim_in_words
from partnergraph.analysis.timeline import require_all_dates
from partnergraph.analysis.words import counted, group_in_words, names_in_words, number_in_words
from partnergraph.claims.claim_columns import ENTITY_KINDS, OPEN_END, OPEN_START, open_days
from partnergraph.claims.date_window import bounds_in_words, date_window
from partnergraph.claims.terms import concept_of
from partnergraph.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

COLUMNS = ("change", "surely", "date", "from", "from iri", "kind", "to", "to iri", "claim iri")
SHOWN = 10  # claims in sentences, of each change
_GROUP = ENTITY_KINDS.index("group")
_CHANGES = (("began", slice(0, 2)), ("ended", slice(2, 4)))  # with their bounds
_WORDS = {"began": "begun", "ended": "ended"}


def changes_between(context: AnalysisContext, first: str, last: str, organisation: str | None = None) -> AnalysisAnswer:
    """The counted claims of an organisation, or of all, that began or ended from the first day of one date to the last
    day of another: surely, as the named question `changed-between` has them, or perhaps, where two bounds are known and
    not both lie inside. Raises `UsageError` for a wrong date, for a second one before the first, and for the options
    of one date; `QueryError` for an unknown name.
    """
    require_all_dates(context)
    window = date.fromisoformat(date_window(first)[0]), date.fromisoformat(date_window(last)[1])
    if window[0] > window[1]:
        raise UsageError(f"{last} is before {first}: give the earlier date first.")
    columns, options = context.columns, context.options
    claims: NDArray[np.int32] = selected_claims(columns, options.projection, options.with_inferred, None).counted
    title = f"What changed between {first} and {last}"
    own = None
    if organisation is not None:
        iri = context.organisation(organisation)
        title, own = f"{title}: {context.label(iri)}", context.entity_index.get(iri, -1)
        claims = claims[(columns.from_[claims] == own) | (columns.to[claims] == own)]
    sentences: list[Sentence] = []
    rows: list[tuple[Cell, ...]] = []
    for change, places in _CHANGES:
        early, late = columns.bounds[claims, places].T
        start, end = window[0].toordinal(), window[1].toordinal()
        surely = (early >= start) & (late <= end)
        held = (early <= end) & (late >= start) & ~surely
        # One with an open bound may have changed at almost any time: it is counted, not listed.
        unknown = held & ((early == OPEN_START) | (late == OPEN_END))
        perhaps = held & ~unknown
        for found, sure in ((claims[surely], True), (claims[perhaps], False)):
            order = sorted(found.tolist(), key=lambda claim: (*columns.bounds[claim, places].tolist(), claim))
            sentences += _sentences(context, own, change, order, sure=sure, places=places)
            rows += [_row(context, claim, change, sure=sure, places=places) for claim in order]
        if unknown.any():
            noun = "start" if change == "began" else "end"
            number = counted(int(unknown.sum()), "other claim")
            text = f"Of {number} no {noun} is known from both sides; it may lie in that time"
            sentences.append(context.sentence(text, claims[unknown]))
    marked = tuple(sorted({str(row[-1]) for row in rows}))
    notes = ["Surely: the date lies in that time. Perhaps: some of the days that the date can be lie in it, not all."]
    return context.answer("timeline", title, sentences, COLUMNS, rows, notes=notes, highlight=Highlight(claims=marked))


def _sentences(
    context: AnalysisContext, own: int | None, change: str, claims: list[int], *, sure: bool, places: slice
) -> list[Sentence]:
    """How many claims and with whom, then each of the first ones."""
    how = f"Surely {change}" if sure else f"May have {_WORDS[change]}"
    sentences = [
        context.sentence(f"{how} then: {counted(len(claims), 'claim')}{_bodies(context, own, claims)}", claims)
    ]
    for claim in claims[:SHOWN]:
        when = _when(context, claim, places)
        verb = change if sure else f"may have {_WORDS[change]}"
        sentences.append(context.sentence(f"{claim_in_words(context, claim)}; {verb} {when}", [claim]))
    if len(claims) > SHOWN:
        text = f"{number_in_words(len(claims) - SHOWN, first=True)} more: see the table"
        sentences.append(context.sentence(text, claims[SHOWN:]))
    return sentences


def _bodies(context: AnalysisContext, own: int | None, claims: list[int]) -> str:
    columns = context.columns
    ends = {int(end) for claim in claims for end in (columns.from_[claim], columns.to[claim])} - {own}
    names = [
        group_in_words(columns.labels[end]) if columns.entity_kind[end] == _GROUP else columns.labels[end]
        for end in sorted(ends)
    ]
    return f", of {names_in_words(names)}" if names else ""


def _when(context: AnalysisContext, claim: int, places: slice) -> str:
    days = open_days(*context.columns.bounds[claim, places].tolist())
    return bounds_in_words(days) or ""


def _row(context: AnalysisContext, claim: int, change: str, *, sure: bool, places: slice) -> tuple[Cell, ...]:
    columns = context.columns
    start, end = int(columns.from_[claim]), int(columns.to[claim])
    return (
        *(change, "yes" if sure else "perhaps", _when(context, claim, places)),
        *(columns.labels[start], columns.entities[start], concept_of(columns.kinds[columns.kind[claim]]).label),
        *(columns.labels[end], columns.entities[end], columns.claims[claim]),
    )
