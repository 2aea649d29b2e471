"""Stale claims: what may still hold and no source has confirmed lately."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import TYPE_CHECKING

from partnergraph.analysis.answer import AnalysisAnswer, Cell, Highlight, Sentence
from partnergraph.analysis.context import AnalysisContext, claim_in_words
from partnergraph.analysis.what_if import can_have_held, counted_claims
from partnergraph.analysis.words import counted, number_in_words, when_in_words
from partnergraph.claims.date_window import date_window
from partnergraph.claims.terms import concept_of
from partnergraph.errors import UsageError
from partnergraph.vocabulary import CODE, DCTERMS, PG

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from partnergraph.store import Reader

MONTHS = 24
NO_DATE = "No source of a claim has a date: when claims were last confirmed is not recorded."
SHOWN = 10  # claims in sentences
COLUMNS = ("from", "from iri", "kind", "to", "to iri", "last confirmed", "holds then", "claim iri")


def stale(context: AnalysisContext, months: int = MONTHS, at: str | None = None) -> AnalysisAnswer:
    """The counted claims that can hold on a date (`at`; by default the newest for which a source speaks, never that of
    today) and were last confirmed by a source more than `months` months before. Inference and editors confirm nothing.
    Raises `UsageError` for a wrong date, or for months below 1 or beyond 1,200.
    """
    import numpy as np

    if not 1 <= months <= 1200:
        raise UsageError(f"{months} months: ask for 1 to 1,200.")
    columns = context.columns
    confirmed = last_confirmed(context.reader)
    days = {text: day for text in {*confirmed.values()} if (day := _last_day(text))}
    when = at or context.options.as_of or max(days.values(), default=None)
    title = "Claims that no source has confirmed lately"
    if when is None:
        return context.answer("stale", title, [Sentence(NO_DATE)], COLUMNS, scope=_scope(context, None))
    end = date_window(when)[1]
    before = months_before(end, months)
    held = np.flatnonzero(counted_claims(columns, context.options) & can_have_held(columns, when))
    sure = can_have_held(columns, when, surely=True)
    known = {claim: days.get(confirmed.get(columns.claims[claim], ""), "") for claim in held.tolist()}
    never = [claim for claim, day in known.items() if not day]
    old = sorted((day, claim) for claim, day in known.items() if day and day < before)
    title = f"{title}, {counted(months, 'month')} before {when}"
    if when not in (at, context.options.as_of):
        title += ", the newest date for which a source speaks"
    sentences = _counts(context, held, [claim for _, claim in old], never, when, before)
    sentences += [
        context.sentence(
            f"{claim_in_words(context, claim)}; last confirmed {confirmed[columns.claims[claim]]}", [claim]
        )
        for _, claim in old[:SHOWN]
    ]
    if len(old) > SHOWN:
        text = f"{number_in_words(len(old) - SHOWN, first=True)} more: see the table"
        sentences.append(context.sentence(text, [claim for _, claim in old[SHOWN:]]))
    rows = [_row(context, claim, confirmed, sure=bool(sure[claim])) for claim in (*never, *(claim for _, claim in old))]
    marked = tuple(columns.claims[claim] for claim in sorted([*never, *(claim for _, claim in old)]))
    notes = [
        "A source speaks for its own date, else for the last day that it can speak for, else for the day on which it "
        "was read."
    ]
    return context.answer(
        "stale",
        title,
        sentences,
        COLUMNS,
        rows,
        notes=notes,
        highlight=Highlight(claims=marked),
        scope=_scope(context, when),
    )


def last_confirmed(reader: Reader) -> dict[str, str]:
    """The latest date for which a source vouches for each claim: as the build wrote it, else by scans; see
    `partnergraph.claims.relationships.Claim.last_confirmed`.
    """
    stored = dict(reader.pairs(PG.lastConfirmed))
    if stored:
        return stored
    speaks: dict[str, str] = {}
    for predicate in (DCTERMS.dateSubmitted, PG.asOfLatest, DCTERMS.issued):  # the last one counts
        dates = reader.values(predicate)
        speaks.update({source: min(values) for source, values in dates.items()})
    if not speaks:
        return {}
    silent = {item for code in (CODE.inferred, CODE.editor) for item in reader.pointing(PG.basis, code)}
    items = {
        item: speaks[min(sources)]
        for item, sources in reader.values(DCTERMS.source).items()
        if item not in silent and min(sources) in speaks
    }
    latest: dict[str, str] = {}
    for claim, item in reader.pairs(PG.evidence):
        if item in items:
            latest[claim] = max(latest.get(claim, ""), items[item])
    return latest


def _last_day(text: str) -> str | None:
    """The last day that a date can mean; None for what is none."""
    try:
        return date_window(text)[1]
    except UsageError:
        return None


def months_before(day: str, months: int) -> str:
    """The day so many months earlier, or the last one of its month; the first day of all where there is none.

    >>> months_before("2024-03-31", 1), months_before("2024-01-15", 24), months_before("0001-05-01", 9)
    ('2024-02-29', '2022-01-15', '0001-01-01')
    """
    end = date.fromisoformat(day)
    month = end.year * 12 + end.month - 1 - months
    if month < 12:
        return "0001-01-01"
    year, number = month // 12, month % 12 + 1
    return date(year, number, min(end.day, monthrange(year, number)[1])).isoformat()


def _counts(
    context: AnalysisContext, held: NDArray[np.int64], old: list[int], never: list[int], when: str, before: str
) -> list[Sentence]:
    total = f"{counted(len(held), 'claim')} that can hold {when_in_words(when)}"
    which = f"{number_in_words(len(old))} {'was' if len(old) == 1 else 'were'}" if old else "none was"
    text = f"Of {total}, {which} last confirmed before {before}"
    sentences = [context.sentence(text, old or held)]
    if never:
        verb = "is" if len(never) == 1 else "are"
        text = f"Of those that can hold then, {number_in_words(len(never))} {verb} confirmed by no dated source"
        sentences.append(context.sentence(text, never))
    return sentences


def _row(context: AnalysisContext, claim: int, confirmed: dict[str, str], *, sure: bool) -> tuple[Cell, ...]:
    columns = context.columns
    from_, to = int(columns.from_[claim]), int(columns.to[claim])
    iri = columns.claims[claim]
    return (
        *(columns.labels[from_], columns.entities[from_], concept_of(columns.kinds[columns.kind[claim]]).label),
        *(columns.labels[to], columns.entities[to], confirmed.get(iri), "yes" if sure else "not known", iri),
    )


def _scope(context: AnalysisContext, when: str | None) -> str:
    """What was looked at: claims themselves, no projection."""
    inferred = "with inferred claims" if context.options.with_inferred else "stated claims"
    date_words = f"that can hold {when_in_words(when)}" if when else "of all dates"
    return f"Claims of all kinds but locations and successions, {inferred} {date_words}; disputed ones left out."
