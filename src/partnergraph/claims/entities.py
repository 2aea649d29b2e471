"""What a graph describes: organisations, groups, undertakings and places, and the records about each of them.

Unlike the rows of tables (`partnergraph.model.records`), which refer to each other by the ids of one folder and whose
cells were checked, these refer by IRI and hold what any graph may state: dates are texts, and anything may be missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from partnergraph.claims.property_values import Described, Values, first_code, first_value
from partnergraph.claims.terms import concept_of
from partnergraph.store import Reader
from partnergraph.vocabulary import ADMS, DCTERMS, FOAF, ORG, PG, SKOS, SKOSXL, WGS84
from partnergraph.vocabulary.iri import label_from_iri, last_segment

ENTITY_CLASSES = {
    "organisation": ORG.Organization,
    "group": PG.UnnamedGroup,
    "undertaking": PG.Undertaking,
    "place": DCTERMS.Location,
}
_TRUTH_VALUES = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class EntityIdentifier:
    """An identifier in a register. `evidence`: the IRIs of the evidence, here and below."""

    iri: str
    scheme: str
    value: str
    note: str | None
    evidence: tuple[str, ...]

    @property
    def label(self) -> str:
        """The name of its scheme."""
        return concept_of(self.scheme).label

    @property
    def url(self) -> str | None:
        """Where its register answers for it; None for a scheme that has no addresses."""
        if self.value.startswith(("https://", "http://")):
            return self.value
        template = concept_of(self.scheme).url_template
        compact = self.value.replace(" ", "")
        return template.replace("{value}", self.value).replace("{compact}", compact) if template else None


@dataclass(frozen=True, slots=True)
class EntityName:
    """A name, with the time in which it was used. `kind` is a code: current, former, acronym, as-written ..."""

    iri: str
    name: str
    kind: str | None
    start: str | None
    end: str | None
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EntityAttribute:
    """A plain property: status, address, founding year. `property` is a code."""

    iri: str
    property: str
    value: str | None
    start: str | None
    end: str | None
    note: str | None
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EntityEvent:
    """An event in the life of entities, or a change of some (`before`) into others (`after`). `kind` is a code.

    `about` names entities or relationships; `earliest` and `latest` are the first and the last day that the date can
    mean; `standing` is a code.
    """

    iri: str
    kind: str
    date: str | None
    earliest: str | None
    manner: str | None
    before: tuple[str, ...]
    after: tuple[str, ...]
    about: tuple[str, ...]
    note: str | None
    evidence: tuple[str, ...]
    latest: str | None = None
    standing: str = "accepted"


@dataclass(frozen=True, slots=True)
class EntityStatement:
    """A finding or a purpose."""

    iri: str
    kind: str
    label: str | None
    value: str | None
    unit: str | None
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entity:
    """An organisation, group, undertaking or place (`kind`). `types` are codes; coordinates in degrees."""

    iri: str
    kind: str
    label: str
    types: tuple[str, ...]
    description: str | None
    identifiers: tuple[EntityIdentifier, ...]
    website: str | None
    stated_count: int | None
    count_as_stated: str | None
    list_is_open: bool | None
    members: tuple[str, ...]
    members_evidence: tuple[str, ...]
    may_overlap: tuple[str, ...]
    latitude: float | None
    longitude: float | None
    evidence: tuple[str, ...]

    @property
    def family(self) -> str:
        """The family of its first type that has one (the concept that the type is narrower than), else its kind."""
        families = (concept_of(code).broader for code in self.types)
        return next((family for family in families if family), self.kind)


def read_entities(reader: Reader, kinds: Iterable[str] = tuple(ENTITY_CLASSES)) -> dict[str, Entity]:
    """Every entity of these kinds by IRI, sorted by IRI; one of several kinds is of the first."""
    identifiers = reader.described(ADMS.Identifier)
    entities: dict[str, Entity] = {}
    for kind in kinds:
        for iri, values in reader.described(ENTITY_CLASSES[kind]).items():
            if iri not in entities:
                entities[iri] = _entity(iri, kind, values, identifiers)
    return {iri: entities[iri] for iri in sorted(entities)}


def _entity(iri: str, kind: str, values: Values, identifiers: Described) -> Entity:
    types = values.get(ORG.classification) or values.get(DCTERMS.type) or values.get(PG.memberType, [])[:1]
    count = first_value(values, PG.statedCount) or ""
    return Entity(
        iri=iri,
        kind=kind,
        label=first_value(values, SKOS.prefLabel) or label_from_iri(iri),
        types=tuple(map(last_segment, types)),
        description=first_value(values, DCTERMS.description),
        identifiers=tuple(_identifier(mark, identifiers.get(mark, {})) for mark in values.get(ADMS.identifier, ())),
        website=first_value(values, FOAF.homepage),
        stated_count=int(count) if count.isdecimal() else None,
        count_as_stated=first_value(values, PG.countAsStated),
        list_is_open=_TRUTH_VALUES.get(first_value(values, PG.listIsOpen) or ""),
        members=tuple(values.get(FOAF.member, ())),
        members_evidence=_supporting(values, "members") if FOAF.member in values else (),
        may_overlap=tuple(values.get(PG.mayOverlap, ())),
        latitude=_degrees(first_value(values, WGS84.lat)),
        longitude=_degrees(first_value(values, WGS84.long)),
        evidence=_evidence(values),
    )


def _evidence(values: Values) -> tuple[str, ...]:
    return tuple(values.get(PG.evidence, ()))


def _supporting(values: Values, column: str) -> tuple[str, ...]:
    """Its evidence but for what is limited to other columns of its row."""
    limits = [text.partition(" [") for text in values.get(PG.supportLimit, ())]
    elsewhere = {id_ for id_, _, columns in limits if columns and column not in columns.rstrip("]").split(", ")}
    return tuple(iri for iri in _evidence(values) if last_segment(iri) not in elsewhere)


def _degrees(text: str | None) -> float | None:
    try:
        degrees = float(text or "")
    except ValueError:
        return None
    return degrees if -180 <= degrees <= 180 else None


def _identifier(iri: str, values: Values) -> EntityIdentifier:
    return EntityIdentifier(
        iri=iri,
        scheme=first_code(values, PG.scheme) or "",
        value=first_value(values, SKOS.notation) or "",
        note=first_value(values, SKOS.note),
        evidence=_evidence(values),
    )


def read_names(reader: Reader) -> dict[str, list[EntityName]]:
    """The names of each entity, by its IRI."""
    names: dict[str, list[EntityName]] = {}
    for iri, values in reader.described(PG.Name).items():
        name = EntityName(
            iri=iri,
            name=first_value(values, SKOSXL.literalForm) or "",
            kind=first_code(values, PG.nameKind),
            start=first_value(values, PG.start),
            end=first_value(values, PG.end),
            evidence=_evidence(values),
        )
        for entity in values.get(PG.nameOf, ()):
            names.setdefault(entity, []).append(name)
    return names


def read_attributes(reader: Reader) -> dict[str, list[EntityAttribute]]:
    """The attributes of each entity, by its IRI."""
    attributes: dict[str, list[EntityAttribute]] = {}
    for iri, values in reader.described(PG.Attribute).items():
        attribute = EntityAttribute(
            iri=iri,
            property=first_code(values, PG.property) or "",
            value=first_value(values, PG.value),
            start=first_value(values, PG.start),
            end=first_value(values, PG.end),
            note=first_value(values, SKOS.note),
            evidence=_evidence(values),
        )
        for entity in values.get(PG.attributeOf, ()):
            attributes.setdefault(entity, []).append(attribute)
    return attributes


def read_events(reader: Reader) -> list[EntityEvent]:
    """Every event, changes first, sorted by IRI."""
    return [
        EntityEvent(
            iri=iri,
            kind=first_code(values, PG.kind) or "",
            date=first_value(values, PG.date),
            earliest=first_value(values, PG.dateEarliest),
            manner=first_code(values, PG.manner),
            before=tuple(values.get(ORG.originalOrganization, ())),
            after=tuple(values.get(ORG.resultingOrganization, ())),
            about=tuple(values.get(PG.about, ())),
            note=first_value(values, SKOS.note),
            evidence=_evidence(values),
            latest=first_value(values, PG.dateLatest),
            standing=first_code(values, PG.standing) or "accepted",
        )
        for class_iri in (PG.ChangeEvent, PG.LifecycleEvent)
        for iri, values in reader.described(class_iri).items()
    ]


def read_statements(reader: Reader) -> dict[str, list[EntityStatement]]:
    """The findings and purposes about each entity, by its IRI."""
    statements: dict[str, list[EntityStatement]] = {}
    for kind, class_iri in (("finding", PG.Finding), ("purpose", PG.Purpose)):
        for iri, values in reader.described(class_iri).items():
            statement = EntityStatement(
                iri=iri,
                kind=kind,
                label=first_value(values, SKOS.prefLabel),
                value=first_value(values, PG.value),
                unit=first_value(values, PG.unit),
                evidence=_evidence(values),
            )
            for entity in values.get(PG.about, ()):
                statements.setdefault(entity, []).append(statement)
    return statements
