"""The partners of an organisation year by year: how many it surely had and can have had, what began and ended."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, TypeVar

from partnergraph.analysis.answer import AnalysisAnswer, Cell, Highlight, Sentence
from partnergraph.analysis.context import AnalysisContext, pairs_of
from partnergraph.analysis.hierarchies import distinct
from partnergraph.analysis.projections import yearly
from partnergraph.analysis.words import basis_in_words, counted, joined, names_in_words, number_in_words
from partnergraph.claims.claim_columns import END_STATED, OPEN_END, OPEN_START, START_STATED, can_have_held, open_days
from partnergraph.claims.date_window import bounds_in_words
from partnergraph.claims.property_values import date_bounds, first_code
from partnergraph.claims.relationships import RULE
from partnergraph.claims.statements import RecordReader
from partnergraph.claims.terms import concept_of
from partnergraph.errors import UsageError
from partnergraph.vocabulary import ORG, PG

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from partnergraph.analysis.projection import Projection

Value = TypeVar("Value")
COLUMNS = ("year", "surely", "at most", "begin", "end", "events")
BOUNDS_NOTE = "Surely: by the dates, as far as they are recorded. At most: also what no date rules out."
_FEW_YEARS = 400  # more are no timeline


@dataclass(frozen=True)
class _DatedEvent:
    """An event in words with its date, and the claims (IRIs) that `why` shows with it, of which some are undated."""

    year: int
    words: str
    claims: tuple[str, ...]
    undated: int

    @property
    def sentence(self) -> Sentence:
        basis = basis_in_words(len(self.claims), self.undated)
        return Sentence(f"{self.words} ({basis})." if basis else f"{self.words}.", self.claims, self.undated)


def timeline(context: AnalysisContext, organisation: str | None = None) -> AnalysisAnswer:
    """The partners of an organisation (by default the focus) from its first to its last dated claim, the stated starts
    and ends, and the events in its life. Raises `QueryError` for an unknown name, `UsageError` for none, and for the
    options of one date.
    """
    require_all_dates(context)
    own = context.organisation(organisation)
    projection = context.projection()
    title = f"Timeline of {context.label(own)}"
    events = sorted(_events(context, own), key=lambda event: (event.year, event.words))
    focus = context.position(projection, own)
    if focus is None:
        sentences = [context.absence(own), *(event.sentence for event in events)]
        rows = _event_rows(events)
        return context.answer("timeline", title, sentences, COLUMNS, rows)
    behind = pairs_of(projection, focus)
    claims = _all_of(behind)
    years = dated_years(context, claims)
    if not years:
        name = context.label(own)
        text = f"No date is recorded of what joins {name} to {counted(len(behind), 'partner')}"
        sentences = [context.sentence(text, claims), *(event.sentence for event in events)]
        rows = _event_rows(events)
        return context.answer("timeline", title, sentences, COLUMNS, rows)
    bands = yearly(
        context.columns,
        context.options.projection,
        with_inferred=context.options.with_inferred,
        first=years[0],
        last=years[1],
    ).of(own)
    sentences = [
        context.sentence(
            f"{years_in_words(first, last)}: {band_in_words(fewest, most, 'partner')}",
            held_within(context, claims, first, last),
        )
        for first, last, fewest, most in year_spans(bands)
    ]
    starts, ends = (_by_year(context, behind, flag) for flag in (START_STATED, END_STATED))
    for words, sides in (("start", starts), ("end", ends)):
        sentences += [_dated_sentence(context, projection, words, year, sides[year]) for year in sorted(sides)]
    highlighted = tuple(sorted({iri for sentence in sentences for iri in sentence.claims}))
    sentences += [event.sentence for event in events]
    rows = list(_rows(context, projection, bands, starts, ends, events))
    notes = [BOUNDS_NOTE]
    if context.is_part(claims).any():
        notes.append("Partners are here all that a counted claim joins, also as a part or a whole.")
    if years[1] - years[0] == _FEW_YEARS:
        notes.append(f"Years before {years[0]} are left out.")
    highlight = Highlight(claims=highlighted, chart_label="partners")
    return context.answer("timeline", title, sentences, COLUMNS, rows, notes=notes, highlight=highlight)


def require_all_dates(context: AnalysisContext) -> None:
    """Raise `UsageError` for the options that no timeline has."""
    if context.options.as_of or context.options.roll_up or context.options.largest is not None:
        raise UsageError("A timeline is of all dates and of all bodies: leave out the date, largest and roll-up.")


def dated_changes(context: AnalysisContext, own: str) -> list[Sentence]:
    """What is stated to begin and to end around an organisation (IRI), and the events in its life, the newest first:
    the dated sentences of `timeline`.
    """
    projection = context.projection()
    focus = context.position(projection, own)
    dated = [(str(event.year), 2, event.sentence) for event in _events(context, own)]
    behind = pairs_of(projection, focus) if focus is not None else []
    for order, (words, flag) in enumerate((("start", START_STATED), ("end", END_STATED))):
        for year, partners in _by_year(context, behind, flag).items():
            dated.append((year, order, _dated_sentence(context, projection, words, year, partners)))
    return [sentence for _, _, sentence in sorted(dated, key=lambda entry: (entry[0], entry[1], entry[2].text))][::-1]


def _event_rows(events: list[_DatedEvent]) -> list[tuple[Cell, ...]]:
    return [(event.year, None, None, None, None, event.words) for event in events]


def _all_of(behind: list[tuple[int, NDArray[np.int32]]]) -> NDArray[np.int32]:
    import numpy as np

    return distinct(np.concatenate([claims for _, claims in behind]))


def dated_years(context: AnalysisContext, claims: NDArray[np.int32]) -> tuple[int, int] | None:
    """The first and the last year that a bound of these claims (indices) names, at most 400 years apart."""
    days = context.columns.bounds[claims].ravel()
    days = days[(days != OPEN_START) & (days != OPEN_END)]
    if not len(days):
        return None
    first, last = (date.fromordinal(int(day)).year for day in (days.min(), days.max()))
    return max(first, last - _FEW_YEARS), last


def year_spans(bands: Iterable[tuple[int, Value, Value]]) -> Iterator[tuple[int, int, Value, Value]]:
    """First and last year and the two values of years that follow each other with the same values."""
    for (fewest, most), years in groupby(bands, key=lambda band: band[1:]):
        run = [year for year, _, _ in years]
        yield run[0], run[-1], fewest, most


def held_within(context: AnalysisContext, claims: NDArray[np.int32], first: int, last: int) -> NDArray[np.int32]:
    """Those of these claims (indices) that can have held at some time from one year to another."""
    window = date(first, 1, 1).toordinal(), date(last, 12, 31).toordinal()
    held: NDArray[np.int32] = claims[can_have_held(context.columns, window)[claims]]
    return held


def years_in_words(first: int, last: int) -> str:
    """A year, or a span of years.

    >>> years_in_words(2009, 2014), years_in_words(2009, 2009)
    ('2009–2014', '2009')
    """
    return str(first) if first == last else f"{first}–{last}"


def band_in_words(fewest: int, most: int, noun: str, plural: str | None = None) -> str:
    """Two bounds of a number.

    >>> band_in_words(8, 10, "partner"), band_in_words(2, 2, "partner"), band_in_words(0, 1, "partner")
    ('surely 8 partners, at most 10', '2 partners, surely so', 'at most one partner, not surely')
    """
    if not most:
        return f"no {noun} is recorded"
    if fewest == most:
        return f"{counted(fewest, noun, plural)}, surely so"
    if not fewest:
        of = "not surely" if most == 1 else "none of them surely"
        return f"at most {counted(most, noun, plural)}, {of}"
    return f"surely {counted(fewest, noun, plural)}, at most {number_in_words(most)}"


def _by_year(
    context: AnalysisContext, behind: list[tuple[int, NDArray[np.int32]]], flag: int
) -> dict[str, dict[int, list[int]]]:
    """The claims that state a start, or an end (`flag`), by its year and by the partner."""
    columns = context.columns
    places = slice(0, 2) if flag == START_STATED else slice(2, 4)
    dated: dict[str, dict[int, list[int]]] = {}
    for partner, claims in behind:
        for claim in claims.tolist():
            if columns.flags[claim] & flag:
                bounds = open_days(*columns.bounds[claim, places].tolist())
                year = (bounds[0] or bounds[1] or "")[:4]
                dated.setdefault(year, {}).setdefault(partner, []).append(claim)
    return dated


def _dated_sentence(
    context: AnalysisContext, projection: Projection, words: str, year: str, partners: dict[int, list[int]]
) -> Sentence:
    names = context.labels(projection, sorted(partners))
    claims = [claim for behind in partners.values() for claim in behind]
    verb = "begin" if words == "start" else "end"
    return context.sentence(f"Stated to {verb} in {year}: what is recorded with {names_in_words(names)}", claims)


def _rows(
    context: AnalysisContext,
    projection: Projection,
    bands: list[tuple[int, int, int]],
    starts: dict[str, dict[int, list[int]]],
    ends: dict[str, dict[int, list[int]]],
    events: list[_DatedEvent],
) -> Iterator[tuple[Cell, ...]]:
    """A row for each year of the bands and of the events."""
    known = {year: (fewest, most) for year, fewest, most in bands}
    for year in sorted({*known, *(event.year for event in events)}):
        names = ["; ".join(context.labels(projection, sorted(side.get(str(year), ())))) for side in (starts, ends)]
        happened = "; ".join(event.words for event in events if event.year == year)
        yield (year, *known.get(year, (None, None)), names[0] or None, names[1] or None, happened or None)


def _events(context: AnalysisContext, own: str) -> Iterator[_DatedEvent]:
    """The dated events in the life of a body, and the changes that it is a party of."""
    records = RecordReader(context.reader)
    seen = set()
    for predicate in (PG.about, ORG.originalOrganization, ORG.resultingOrganization):
        for event in records.subjects(predicate, own):
            values = records.values(event)
            days = date_bounds(values, "date")
            if event in seen or days is None:
                continue
            seen.add(event)
            kind = first_code(values, PG.kind) or "change"
            before, after = (
                joined([context.label(body) for body in values.get(side, ())])
                for side in (ORG.originalOrganization, ORG.resultingOrganization)
            )
            when = bounds_in_words(days) or days[0]
            if before or after:
                to = "into" if kind == "merger" else "to"
                sides = [f"of {before}" if before else "", f"{to} {after}" if after else ""]
                words = " ".join([concept_of(kind).label, *filter(None, sides)])
            else:
                words = f"{concept_of(kind).label} of {context.label(own)}"
            year = days[0] or days[1]
            if year[:4].isdecimal():
                yield _DatedEvent(int(year[:4]), f"{when}: {words}", *_claims_of_event(context, records, event))


def _claims_of_event(context: AnalysisContext, records: RecordReader, event: str) -> tuple[tuple[str, ...], int]:
    """The claims that `why` shows with an event (IRI), and how many of them state no date: the successions that it
    makes, and what the bodies that it is about cannot have had before or after it.
    """
    columns = context.columns
    bounded = {}
    for iri in records.subjects(PG.boundedBy, event):
        place = bisect_left(columns.claims, iri)
        if place < len(columns.claims) and columns.claims[place] == iri:
            bounded[iri] = not columns.flags[place] & (START_STATED | END_STATED)
    derived = records.subjects(PG.derivedFrom, event)
    successions = {iri for iri in derived if f"{RULE}succession" in records.values(iri).get(PG.derivedBy, ())}
    return tuple(sorted({*bounded, *successions})), sum(bounded.values())
