"""Entities as the attributes of network nodes: names, identifiers, events, and what is stated about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from operator import attrgetter
from typing import Any

from partnergraph.claims.entities import Entity, EntityAttribute, EntityEvent, EntityIdentifier, EntityName
from partnergraph.claims.evidence import EvidenceItem
from partnergraph.claims.property_values import Described, first_code
from partnergraph.claims.read_model import ReadModel
from partnergraph.claims.relationships import described_relationships
from partnergraph.claims.sentences import change_parties
from partnergraph.claims.sources import SourceReference
from partnergraph.claims.terms import concept_of
from partnergraph.claims.validity import Life, read_lives
from partnergraph.vocabulary import PG

Attributes = dict[str, Any]
EVIDENCE_FIELDS = tuple(field.name for field in fields(EvidenceItem) if field.name not in ("iri", "source"))
_evidence_fields = attrgetter(*EVIDENCE_FIELDS)
SOURCE_FIELDS = tuple(field.name for field in fields(SourceReference) if field.name not in ("iri", "id"))

_LIFE = ("start_bounds", "end_bounds")


def evidence_values(item: EvidenceItem) -> Attributes:
    """A piece of evidence as plain values; its source by id (see `sources` of the network)."""
    values = dict(zip(EVIDENCE_FIELDS, _evidence_fields(item), strict=True))
    values["source"] = item.source.id
    return values


def source_values(source: SourceReference) -> Attributes:
    """A source as plain values."""
    return {name: getattr(source, name) for name in SOURCE_FIELDS}


def node_attributes(model: ReadModel) -> dict[str, Attributes]:
    """Every organisation, group, undertaking and place by IRI, sorted by IRI, with plain values only."""
    events, lives = _events(model), read_lives(model.reader, described_relationships(model.reader, derived=True))
    return {
        iri: _node(entity, model) | {"events": events.get(iri, [])} | _life_bounds(lives.get(iri, Life()))
        for iri, entity in model.entities.items()
    }


def _node(entity: Entity, model: ReadModel) -> Attributes:
    evidence = model.evidence
    identifiers = sorted(entity.identifiers, key=lambda identifier: (identifier.label, identifier.value))
    # Today's name stands in the label; among the names only when its period is known.
    names = [name for name in model.names.get(entity.iri, ()) if name.name != entity.label or name.start or name.end]
    return unknown_node(entity.label) | {
        "sort": entity.kind,
        "type": entity.types[0] if entity.types else entity.kind,
        "types": list(entity.types),
        "family": entity.family,
        "description": entity.description,
        "names": [_name(name, evidence) for name in names],
        "identifiers": [_identifier(identifier, evidence) for identifier in identifiers],
        "website": entity.website,
        "attributes": [_attribute(attribute, evidence) for attribute in model.attributes.get(entity.iri, ())],
        "count": entity.stated_count,
        "count_as_stated": entity.count_as_stated,
        "open": entity.list_is_open,
        "members": list(entity.members),
        "members_inferred": _only_inferred(entity.members_evidence, evidence),
        "may_overlap": list(entity.may_overlap),
        "latitude": entity.latitude,
        "longitude": entity.longitude,
        "statements": [
            {
                "id": statement.iri,
                "kind": statement.kind,
                "label": statement.label,
                "value": statement.value,
                "unit": statement.unit,
                "evidence": _evidence(statement.evidence, evidence),
            }
            for statement in model.statements.get(entity.iri, ())
        ],
        "evidence": _evidence(entity.evidence, evidence),
    }


def unknown_node(label: str) -> Attributes:
    """The attributes of a body of which nothing is known but its label."""
    single = ("description", "website", "count", "count_as_stated", "open", "latitude", "longitude", *_LIFE)
    lists = (
        *("types", "names", "identifiers", "attributes", "members", "may_overlap"),
        *("events", "statements", "evidence"),
    )
    known = {"label": label, "sort": "organisation", "type": "organisation", "family": "organisation"}
    return known | dict.fromkeys(single) | {name: [] for name in lists} | {"members_inferred": False, "at": {}}


def _evidence(iris: Iterable[str], evidence: Mapping[str, EvidenceItem]) -> list[Attributes]:
    return [evidence_values(evidence[iri]) for iri in iris if iri in evidence]


def _only_inferred(iris: Iterable[str], evidence: Mapping[str, EvidenceItem]) -> bool:
    return {evidence[iri].form for iri in iris if iri in evidence} == {"inferred"}


def _name(name: EntityName, evidence: Mapping[str, EvidenceItem]) -> Attributes:
    return {
        "name": name.name,
        "kind": name.kind,
        "start": name.start,
        "end": name.end,
        "evidence": _evidence(name.evidence, evidence),
    }


def _identifier(identifier: EntityIdentifier, evidence: Mapping[str, EvidenceItem]) -> Attributes:
    return {
        "scheme": identifier.scheme,
        "label": identifier.label,
        "value": identifier.value,
        "url": identifier.url,
        "note": identifier.note,
        "evidence": _evidence(identifier.evidence, evidence),
    }


def _attribute(attribute: EntityAttribute, evidence: Mapping[str, EvidenceItem]) -> Attributes:
    return {
        "property": concept_of(attribute.property).label,
        "value": attribute.value,
        "start": attribute.start,
        "end": attribute.end,
        "note": attribute.note,
        "evidence": _evidence(attribute.evidence, evidence),
    }


def _life_bounds(life: Life) -> Attributes:
    """The first and the last of the days on which an entity can have begun, and of those on which it can have ended."""
    days = [[event.days for event in events] for events in (life.began, life.ended)]
    bounds = [(min(first for first, _ in each), max(last for _, last in each)) if each else None for each in days]
    return dict(zip(_LIFE, bounds, strict=True))


def _events(model: ReadModel) -> dict[str, list[Attributes]]:
    """The events of each entity, earliest first; a change is one of the entities before it and of those after it."""
    relationships = model.reader.described(PG.Relationship)
    by_entity: dict[str, list[Attributes]] = {}
    for event in sorted(model.events, key=lambda event: (event.earliest or "9", event.iri)):
        subjects = {iri: _subject(iri, relationships, model) for iri in event.about}
        attributes = _event(event, model, {iri: label for iri, (_, label) in subjects.items()})
        for entity in dict.fromkeys([*event.before, *event.after, *(subject for subject, _ in subjects.values())]):
            by_entity.setdefault(entity, []).append(attributes)
    return by_entity


def _event(event: EntityEvent, model: ReadModel, about: Mapping[str, str]) -> Attributes:
    before, after = change_parties(event.before, event.after)
    return {
        "id": event.iri,
        "kind": concept_of(event.kind).label,
        "code": event.kind,
        "date": event.date,
        "earliest": event.earliest,
        "days": [event.earliest, event.latest] if event.earliest or event.latest else None,
        "standing": event.standing,
        "manner": concept_of(event.manner).label if event.manner else None,
        "before": [{"id": iri, "label": _entity_label(iri, model)} for iri in before],
        "after": [{"id": iri, "label": _entity_label(iri, model)} for iri in after],
        "continuing": [iri for iri in event.before if iri in event.after],
        "about": [{"id": iri, "label": label} for iri, label in about.items()],
        "note": event.note,
        "evidence": _evidence(event.evidence, model.evidence),
    }


def _entity_label(iri: str, model: ReadModel) -> str:
    return model.entities[iri].label if iri in model.entities else iri


def _subject(iri: str, relationships: Described, model: ReadModel) -> tuple[str, str]:
    """The entity that an event about this belongs to, and the label of what it is about.

    An event about a relationship belongs to the relationship's first party.
    """
    values = relationships.get(iri, {})
    if not {PG.kind, PG["from"], PG.to} <= values.keys():
        return iri, _entity_label(iri, model)
    other = model.entities.get(values[PG.to][0])
    return values[PG["from"]][
        0
    ], f"{concept_of(first_code(values, PG.kind) or '').label}: {other.label if other else ''}"
