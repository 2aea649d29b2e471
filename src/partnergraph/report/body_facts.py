"""Who a body is: its names, identifiers, places and life."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from partnergraph.claims.entities import EntityEvent, EntityIdentifier, EntityName
from partnergraph.claims.evidence import EvidenceItem, ordered_evidence
from partnergraph.claims.sentences import period_in_words
from partnergraph.claims.terms import concept_of
from partnergraph.report.body_records import BodyRecords
from partnergraph.report.text_fit import clipped, lines

MAX_NAMES, MAX_IDENTIFIERS, MAX_EVENTS, MAX_PLACES = 8, 12, 6, 4
MAX_TEXT = 300  # characters of a description
_NO_IDENTIFIERS = ("website", "wikipedia")  # addresses; the website stands by itself
_KINDS = {"group": "group without a name of its own", "undertaking": "undertaking", "organisation": "organisation"}


@dataclass(frozen=True)
class EventInWords:
    """An event in words, with its date and the evidence that is noted."""

    text: str
    items: tuple[EvidenceItem, ...]


@dataclass(frozen=True)
class BodyFacts:
    """`more`: of names, identifiers and events how many are left out."""

    types: tuple[str, ...]
    description: str
    website: str | None
    names: tuple[str, ...]
    identifiers: tuple[EntityIdentifier, ...]
    places: tuple[str, ...]
    events: tuple[EventInWords, ...]
    more: dict[str, int]
    has_end: bool

    @property
    def items(self) -> tuple[EvidenceItem, ...]:
        """The evidence that is noted."""
        return tuple(item for event in self.events for item in event.items)

    @property
    def height(self) -> float:
        """In print, in millimetres."""
        texts = ["; ".join(self.names), " ".join(f"{i.label} {i.value}" for i in self.identifiers)]
        rows = sum(lines(text, 95) for text in [*texts, *(event.text for event in self.events)])
        return 7 + 4.2 * (rows + lines(self.description, 100) + 2)


def body_facts(records: BodyRecords) -> BodyFacts:
    """The facts of a body."""
    entity = records.entity
    names = [_name(name) for name in records.names if name.name != records.label or name.start or name.end]
    identifiers = sorted(entity.identifiers, key=lambda one: (one.label, one.value)) if entity else []
    identifiers = [one for one in identifiers if one.scheme not in _NO_IDENTIFIERS]
    events = [event for event in records.events if _is_of(records, event)]
    places = sorted({claim.to.label for claim in records.claims if _places(records, claim.kind, claim.from_.iri)})
    shown = _selected_events(events)
    return BodyFacts(
        types=tuple(concept_of(code).label for code in entity.types) if entity and entity.types else (_kind(records),),
        description=clipped(entity.description or "", MAX_TEXT) if entity else "",
        website=entity.website if entity else None,
        names=tuple(clipped(name, 90) for name in names[:MAX_NAMES]),
        identifiers=tuple(identifiers[:MAX_IDENTIFIERS]),
        places=tuple(places[:MAX_PLACES]),
        events=tuple(_life_event(records, event) for event in shown),
        more={
            "names": max(0, len(names) - MAX_NAMES),
            "identifiers": max(0, len(identifiers) - MAX_IDENTIFIERS),
            "events": len(events) - len(shown),
        },
        has_end=any(event.kind == "end" or records.iri in event.before for event in events),
    )


def _kind(records: BodyRecords) -> str:
    return _KINDS.get(records.kind, records.kind)


def _places(records: BodyRecords, kind: str, start: str) -> bool:
    return kind == "location" and start == records.iri


def _name(name: EntityName) -> str:
    kind = concept_of(name.kind).label if name.kind else ""
    beside = ", ".join(part for part in (kind, period_in_words(name.start, name.end)) if part)
    return f"{name.name} ({beside})" if beside else name.name


def _is_of(records: BodyRecords, event: EntityEvent) -> bool:
    return records.iri in (*event.about, *event.before, *event.after)


def _selected_events(events: list[EntityEvent]) -> list[EntityEvent]:
    """The first and the last ones, in their order, where there are many."""
    half = MAX_EVENTS // 2
    return events if len(events) <= MAX_EVENTS else [*events[:half], *events[-half:]]


def _life_event(records: BodyRecords, event: EntityEvent) -> EventInWords:
    if event.kind in ("start", "end") and not event.before:
        text = "began" if event.kind == "start" else "ended"
    else:
        manner = f" ({concept_of(event.manner).label})" if event.manner else ""
        text = f"{concept_of(event.kind).label}{manner}"
        before, after = _labels(records, event.before), _labels(records, event.after)
        text += f" of {before}" if before else ""
        text += f" to {after}" if after else ""
    note = f" ({clipped(event.note, 140)})" if event.note else ""
    items = ordered_evidence(event.evidence, records.model.evidence)[:1]
    when = event.date or "date not stated"
    comma = "" if text in ("began", "ended") and event.date else ","
    return EventInWords(f"{text}{comma} {when}{note}", items)


def _labels(records: BodyRecords, iris: Iterable[str]) -> str:
    return " and ".join(clipped(records.model.label(iri), 90) for iri in iris)
