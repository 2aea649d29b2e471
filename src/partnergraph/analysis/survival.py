"""How long claims hold: the share that still hold after so many years (Kaplan & Meier 1958, J. Am. Stat. Assoc. 53,
457).

Dates are bounds, so that each claim has a shortest and a longest possible duration; there is a curve of each. A claim
without an end counts up to its last confirmation by a source (it is censored there). The curve of the true durations
need not lie between the two: where some are censored, a longer duration of one can lower the curve later on.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from partnergraph.analysis.answer import AnalysisAnswer, Cell, Highlight, Sentence
from partnergraph.analysis.context import AnalysisContext
from partnergraph.analysis.stale import last_confirmed
from partnergraph.analysis.what_if import counted_claims
from partnergraph.analysis.words import counted, number_in_words, rounded, value_in_words
from partnergraph.claims.claim_columns import END_STATED, OPEN_END, OPEN_START, START_STATED
from partnergraph.claims.date_window import date_window
from partnergraph.claims.terms import concept_of
from partnergraph.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FEWEST = 10  # claims; fewer have no curve that means anything
MILESTONES = (1, 2, 5, 10)  # years
YEAR = 365.25  # days
CURVES = ("shortest", "longest")
COLUMNS = ("durations", "days", "years", "at risk", "ended", "last confirmed", "still holding")


@dataclass(frozen=True)
class SurvivalStep:
    """A time at which some end or are censored: how many were observed up to it (`at_risk`), how many end at it and are
    censored at it, and the share that survives it.
    """

    time: int
    at_risk: int
    ended: int
    censored: int
    share: float


def survival_curve(durations: Iterable[tuple[int, bool]]) -> list[SurvivalStep]:
    """The product-limit estimate of Kaplan & Meier 1958 for durations that ended (True) or are censored (False), by
    ascending time. What is censored at a time counts as observed up to it, so after those that end at it.

    >>> [(step.time, step.at_risk, round(step.share, 3)) for step in survival_curve([(1, True), (2, False), (3, True)])]
    [(1, 3, 0.667), (2, 2, 0.667), (3, 1, 0.0)]
    """
    ends, censored = Counter[int](), Counter[int]()
    for time, ended in durations:
        (ends if ended else censored)[time] += 1
    steps, at_risk, share = [], ends.total() + censored.total(), 1.0
    for time in sorted({*ends, *censored}):
        share *= 1 - ends[time] / at_risk
        steps.append(SurvivalStep(time, at_risk, ends[time], censored[time], share))
        at_risk -= ends[time] + censored[time]
    return steps


def share_after(steps: Sequence[SurvivalStep], time: float) -> tuple[float | None, int]:
    """The share that survives a time, and how many were observed so long (`at risk`). None where nothing was observed
    so long and not all had ended before.
    """
    share, at_risk = 1.0, 0
    for step in steps:
        if step.time <= time:
            share = step.share
        if step.time >= time:
            at_risk = max(at_risk, step.at_risk)
    return (share if at_risk or share == 0 else None), at_risk


@dataclass(frozen=True, eq=False)
class _Durations:
    """The claims (indices) with a duration, and the shortest and the longest one of each in days, and whether it ended.
    Left out are the `undated`, whose start has not two bounds, and the `unconfirmed`, which have no end and are
    confirmed by no dated source after their start.
    """

    claims: list[int]
    shortest: list[tuple[int, bool]]
    longest: list[tuple[int, bool]]
    undated: list[int]
    unconfirmed: list[int]


def survival(context: AnalysisContext, kind: str | None = None) -> AnalysisAnswer:
    """How long counted claims with a known start hold: of one kind (code), or of all but `part-of`, in which no two are
    partners. Raises `UsageError` for a kind that no claim of the graph has, and for the options of one date.
    """
    options, columns = context.options, context.columns
    if options.as_of or options.roll_up or options.largest is not None:
        raise UsageError("Durations are of all dates and of all bodies: leave out the date, largest and roll-up.")
    if kind is not None and kind not in columns.kinds:
        raise UsageError(f"No claim is of the kind '{kind}'. There are: {', '.join(columns.kinds) or 'none'}.")
    found = _durations(context, _selected(context, kind))
    what = f"claims of the kind {concept_of(kind).label}" if kind else "claims"
    title = f"How long {what} hold"
    sentences = [_basis(context, found)]
    left_out = [
        (found.undated, "without a start that is known from both sides"),
        (found.unconfirmed, "without an end that no dated source confirms after their start"),
    ]
    sentences += [
        context.sentence(f"Left out: {counted(len(claims), 'claim')} {words}", claims)
        for claims, words in left_out
        if claims
    ]
    highlight = Highlight(claims=tuple(columns.claims[claim] for claim in found.claims))
    scope = _scope(context, kind)
    if len(found.claims) < FEWEST:
        text = f"A curve of fewer than {FEWEST} claims would say nothing, so that none is given."
        return context.answer(
            "survival", title, [*sentences, Sentence(text)], COLUMNS, highlight=highlight, scope=scope
        )
    curves = [survival_curve(found.shortest), survival_curve(found.longest)]
    sentences += [_milestone(context, found, curves, years) for years in MILESTONES]
    notes = [
        "Shares by Kaplan and Meier: a claim without an end counts up to its last confirmation by a source. An end "
        "counts as it is stated, even if it was planned.",
        "The shortest and the longest possible durations are two curves, and no bounds of the true one. Claims that "
        "end together, as those of members of one partnership do, count each.",
    ]
    return context.answer(
        "survival", title, sentences, COLUMNS, _rows(curves), notes=notes, highlight=highlight, scope=scope
    )


def _selected(context: AnalysisContext, kind: str | None) -> NDArray[np.int64]:
    import numpy as np

    usable = counted_claims(context.columns, context.options, kind)
    indices = np.flatnonzero(usable)
    return indices if kind else indices[~context.is_part(indices.astype(np.int32))]


def _durations(context: AnalysisContext, selected: NDArray[np.int64]) -> _Durations:
    columns, confirmed = context.columns, last_confirmed(context.reader)
    found = _Durations([], [], [], [], [])
    for claim in selected.tolist():
        flags, bounds = int(columns.flags[claim]), columns.bounds[claim].tolist()
        begins, begun, ends, over = bounds
        if not flags & START_STATED or begins == OPEN_START or begun == OPEN_END:
            found.undated.append(claim)
            continue
        known = _window(confirmed.get(columns.claims[claim]))
        if flags & END_STATED and over != OPEN_END:
            shortest, longest = (max(ends, begun), True), (max(over, begins), True)
        elif flags & END_STATED:  # it ended after a day, nobody says when
            shortest, longest = (max(ends, begun), True), (max(ends, begins), False)
        elif known is None or known[1] < begins:
            found.unconfirmed.append(claim)
            continue
        else:  # a party that is no more ends it at the latest
            shortest, longest = (max(min(known[0], over), begun), False), (max(min(known[1], over), begins), False)
        found.claims.append(claim)
        # A claim holds on its first and on its last day.
        found.shortest.append((shortest[0] - begun + 1, shortest[1]))
        found.longest.append((longest[0] - begins + 1, longest[1]))
    return found


def _window(text: str | None) -> tuple[int, int] | None:
    """First and last day of a date; None for what is none."""
    try:
        first, last = map(date.fromisoformat, date_window(text or ""))
    except UsageError:
        return None
    return first.toordinal(), last.toordinal()


def _basis(context: AnalysisContext, found: _Durations) -> Sentence:
    ended = sum(end for _, end in found.longest)
    stated = sum(end for _, end in found.shortest)
    total = len(found.claims) + len(found.undated) + len(found.unconfirmed)
    if not found.claims:
        return Sentence(f"Of {counted(total, 'counted claim')} none has a duration that is known.")
    rest = len(found.claims) - stated
    parts = [
        *([f"{number_in_words(ended)} to a stated end"] if ended else []),
        *([f"{number_in_words(stated - ended)} to an end after a stated day"] if stated > ended else []),
        *([f"{number_in_words(rest)} without an end to the last confirmation"] if rest else []),
    ]
    has = "has a duration" if len(found.claims) == 1 else "have a duration"
    text = f"Of {counted(total, 'counted claim')} {number_in_words(len(found.claims))} {has} that is known: "
    return context.sentence(text + ", ".join(parts), found.claims)


def _milestone(context: AnalysisContext, found: _Durations, curves: list[list[SurvivalStep]], years: int) -> Sentence:
    parts = []
    for name, steps in zip(CURVES, curves, strict=True):
        # After the last day of so many calendar years, with all leap days that they can have.
        share, at_risk = share_after(steps, math.ceil(years * YEAR) + 0.5)
        if share is None:
            parts.append(f"nothing is known by the {name} possible durations, as none was observed so long")
        elif not at_risk:
            parts.append(f"none held by the {name} possible durations")
        else:
            observed = f"{number_in_words(at_risk)} observed so long"
            parts.append(f"{value_in_words(round(100 * share, 1))}% held by the {name} possible durations, {observed}")
    text = f"After {counted(years, 'year')}: {'; '.join(parts)}"
    return context.sentence(text, found.claims)


def _rows(curves: list[list[SurvivalStep]]) -> list[tuple[Cell, ...]]:
    return [
        (name, step.time, rounded(step.time / YEAR), step.at_risk, step.ended, step.censored, rounded(step.share))
        for name, steps in zip(CURVES, curves, strict=True)
        for step in steps
    ]


def _scope(context: AnalysisContext, kind: str | None) -> str:
    inferred = "with inferred claims" if context.options.with_inferred else "stated claims"
    kinds = f"of the kind {concept_of(kind).label}" if kind else "of all kinds but locations, successions and parts"
    return f"Claims {kinds}, {inferred} of all dates; disputed ones left out."
