"""The time in which a relationship can have held: its own dates, within the lives of its parties.

A bound that is not known is open. The rules `00-life`, `00-validity` and `07-premises` of the ontology write the same
into a graph when it is built.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from partnergraph.claims.date_window import holds_in_window
from partnergraph.claims.property_values import Days, Described, OpenDays, Values, date_bounds, first_code, first_value
from partnergraph.store import Reader
from partnergraph.vocabulary import CODE, ORG, PG

OPEN: OpenDays = (None, None)
_FIRST, _LAST = "0001-01-01", "9999-12-31"
_STORED = (PG.validFromEarliest, PG.validFromLatest, PG.validUntilEarliest, PG.validUntilLatest)
_UNRELIABLE = {CODE.disputed, CODE.superseded, CODE.retracted}


@dataclass(frozen=True, slots=True)
class LifeEvent:
    """An event (`iri`) with which something began or ended, on one of these days."""

    iri: str
    days: Days


@dataclass(frozen=True, slots=True)
class Life:
    """How something began and how it ended. Of several events, since sources disagree, any may be right."""

    began: tuple[LifeEvent, ...] = ()
    ended: tuple[LifeEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class Validity:
    """Bounds of the first and the last day of a relationship, and the IRIs of the events that moved a stated bound."""

    start: OpenDays = OPEN
    end: OpenDays = OPEN
    bounded_by: tuple[str, ...] = ()

    def holds(self, window: Days) -> str:
        """Whether it held at some time in the window: yes, no or unknown; see `holds_in_window`."""
        return holds_in_window(self.start, self.end, window)


def effective_validity(start: Days | None, end: Days | None, lives: Iterable[Life]) -> Validity:
    """The validity of a relationship with these dates of its own, between parties with these lives.

    A stated date stands as precise as it is, unless it lies outside the life of a party: who states it says that the
    parties existed then.

    >>> life = Life(ended=(LifeEvent("urn:closed", ("2021-10-01", "2021-10-01")),))
    >>> effective_validity(("2014-01-01", "2014-12-31"), None, [life])
    Validity(start=('2014-01-01', '2014-12-31'), end=(None, '2021-10-01'), bounded_by=('urn:closed',))
    """
    began = [life.began for life in lives if life.began]
    ended = [life.ended for life in lives if life.ended]
    begins, ends = start or OPEN, end or OPEN
    if began:
        earliest = max(min(event.days[0] for event in events) for events in began)
        latest = max(max(event.days[1] for event in events) for events in began)
        if start is None or earliest > start[0]:
            begins = (earliest, latest if start and earliest > start[1] else begins[1])
    if ended:
        earliest = min(min(event.days[0] for event in events) for events in ended)
        latest = min(max(event.days[1] for event in events) for events in ended)
        if end is None or latest < end[1]:
            ends = (earliest if end and latest < end[0] else ends[0], latest)
    moved = {event.iri for events in began for event in events if _moves(event.days, begins, start)}
    moved |= {event.iri for events in ended for event in events if _moves(event.days, ends, end)}
    return Validity(begins, ends, tuple(sorted(moved)))


def _moves(days: Days, bounds: OpenDays, stated: Days | None) -> bool:
    """Whether an event made one of the bounds differ from what is stated."""
    return any(day == bound != own for day, bound, own in zip(days, bounds, stated or OPEN, strict=True))


def joint_validity(premises: Iterable[Validity]) -> tuple[Validity, bool]:
    """When all premises held, and whether they surely did at one time; open where they may never have held together."""
    premises = list(premises)
    starts, ends = [premise.start for premise in premises], [premise.end for premise in premises]
    earliest, latest = max(bound or _FIRST for bound, _ in starts), max(bound or _LAST for _, bound in starts)
    first_end, last_end = min(bound or _FIRST for bound, _ in ends), min(bound or _LAST for _, bound in ends)
    together = latest <= first_end
    sure = together or len(premises) == 1
    start = (_known(earliest), _known(latest) if sure else None)
    return Validity(start, (_known(first_end) if sure else None, _known(last_end))), together


def _known(day: str) -> str | None:
    return None if day in (_FIRST, _LAST) else day


def stored_validity(values: Values) -> Validity | None:
    """What the build wrote; None where it wrote nothing: all is open, or the graph is of no build."""
    if values.keys().isdisjoint(_STORED):
        return None
    bounds = [first_value(values, predicate) for predicate in _STORED]
    if not any(bounds):
        return None
    return Validity((bounds[0], bounds[1]), (bounds[2], bounds[3]), tuple(values.get(PG.boundedBy, ())))


def read_lives(reader: Reader, relationships: Described) -> dict[str, Life]:
    """How everything that has dated events began and ended, by IRI; see the rule `00-life`.

    Events that are disputed, superseded, retracted or only inferred say nothing.
    """
    dated, reliable = _dated_events(reader)
    known_since = _known_since(dated, relationships)
    began: dict[str, list[LifeEvent]] = {}
    ended: dict[str, list[LifeEvent]] = {}
    for event, values in reliable:
        by_kind = {"start": began, "end": ended}.get(first_code(values, PG.kind) or "")
        if by_kind is not None and PG.about in values:
            for subject in values[PG.about]:
                by_kind.setdefault(subject, []).append(event)
    stated = {*began}, {*ended}
    for event, values in reliable:
        before, after = values.get(ORG.originalOrganization, []), values.get(ORG.resultingOrganization, [])
        # One that takes over another by merger, or was named earlier, existed before.
        takes_over = first_code(values, PG.kind) == "merger" and len(before) < 2
        for body in after if not takes_over else []:
            if body not in before and body not in stated[0] and known_since[body] >= event.days[0]:
                began.setdefault(body, []).append(event)
        for body in before:
            if body not in after and body not in stated[1]:
                ended.setdefault(body, []).append(event)
    return {subject: Life(tuple(began.get(subject, ())), tuple(ended.get(subject, ()))) for subject in {*began, *ended}}


DatedEvents = list[tuple[LifeEvent, Values]]


def _dated_events(reader: Reader) -> tuple[DatedEvents, DatedEvents]:
    """The events that have a date; and those of them that neither a dispute nor mere inference makes doubtful."""
    inferred = set(reader.pointing(PG.basis, CODE.inferred))
    dated = [
        (LifeEvent(iri, days), values)
        for class_iri in (PG.LifecycleEvent, PG.ChangeEvent)
        for iri, values in reader.described(class_iri).items()
        if (days := date_bounds(values, "date")) is not None
    ]
    reliable = [
        (event, values)
        for event, values in dated
        if any(item not in inferred for item in values.get(PG.evidence, ()))
        and not _UNRELIABLE.intersection(values.get(PG.standing, ()))
    ]
    return dated, reliable


def _known_since(events: DatedEvents, relationships: Described) -> dict[str, str]:
    """The first day by which an event or a dated relationship surely names something, by IRI."""
    since: dict[str, str] = {}

    def name(bodies: Iterable[str], day: str) -> None:
        for body in bodies:
            since[body] = min(since.get(body, _LAST), day)

    for event, values in events:
        for predicate in (PG.about, ORG.originalOrganization, ORG.resultingOrganization):
            name(values.get(predicate, ()), event.days[1])
    for values in relationships.values():
        for predicate in (PG.startLatest, PG.endLatest):
            if (day := first_value(values, predicate)) is not None:
                name(parties_of(values), day)
    return since


def parties_of(values: Values) -> list[str]:
    """The IRIs of all parties of a relationship, those that it goes through among them."""
    return [party for predicate in (PG["from"], PG.to, PG.via) for party in values.get(predicate, ())]
