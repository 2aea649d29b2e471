"""What the graph says of one body, property by property, as the reconciliation service compares and returns it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from partnergraph.claims.entity_lookup import EntityLookup
from partnergraph.site.resource_description import base_iri
from partnergraph.vocabulary import DCTERMS, PG, Concept, concepts
from partnergraph.vocabulary.iri import is_iri

if TYPE_CHECKING:
    from partnergraph.store import Reader

Value = dict[str, Any]
KINDS = {
    "organisation": "Any organisation",
    "group": "A group that a source counts without naming its members",
    "undertaking": "A project, programme or other undertaking",
}
_TYPE_LISTS = ("org-type", "undertaking-type")


@dataclass(frozen=True)
class EntityType:
    """A type of body that a query may be limited to."""

    id: str
    name: str
    definition: str
    broader: str | None = None

    @property
    def plain(self) -> dict[str, str]:
        """As the protocol has it."""
        return {"id": self.id, "name": self.name}


@cache
def entity_types() -> dict[str, EntityType]:
    """Every type by its id: the kinds, the families, and the types of organisations and undertakings."""
    types = [EntityType(kind, kind, definition) for kind, definition in KINDS.items()]
    types += [_type(family, "organisation") for family in concepts("org-family")]
    for scheme in _TYPE_LISTS:
        kind = "undertaking" if scheme == "undertaking-type" else "organisation"
        types += [_type(concept, concept.broader or kind) for concept in concepts(scheme)]
    return _by_id(types)


def _type(concept: Concept, broader: str) -> EntityType:
    return EntityType(concept.code, concept.label, concept.definition, broader)


class IdentifierSpace:
    """The ids of bodies in the protocol: what follows the identifier space in their IRIs, else the IRI."""

    def __init__(self, reader: Reader) -> None:
        self.start = base_iri(reader) + "id/"

    def id(self, iri: str) -> str:
        """The id of a body."""
        return iri.removeprefix(self.start)

    def iri(self, id_: str) -> str | None:
        """The IRI of an id, or None for what can be none."""
        iri = id_ if "://" in id_ else self.start + id_
        return iri if is_iri(iri) else None


class ReconciledEntity:
    """One body as the service compares, describes and returns it."""

    def __init__(self, reader: Reader, space: IdentifierSpace, iri: str) -> None:
        self.reader, self.space, self.iri = reader, space, iri
        self.entity = EntityLookup(reader, iri)

    @property
    def label(self) -> str:
        """Its name of today, else its id."""
        return self.entity.label or self.space.id(self.iri)

    @property
    def kind(self) -> str:
        """Organisation, group or undertaking."""
        return self.entity.kind if self.entity.kind in KINDS else "organisation"

    @cached_property
    def own_types(self) -> list[EntityType]:
        """Its types, the most particular first; its kind is always the last."""
        types = [entity_types()[code] for code in self.entity.types if code in entity_types()]
        return [*types, entity_types()[self.kind]]

    @cached_property
    def all_types(self) -> set[str]:
        """The ids of its types and of all that are broader."""
        ids: set[str] = set()
        for own_type in self.own_types:
            type_: EntityType | None = own_type
            while type_ is not None and type_.id not in ids:
                ids.add(type_.id)
                type_ = entity_types().get(type_.broader or "")
        return ids

    def related(self, kind: str = "") -> list[Value]:
        """The bodies that a relationship of a kind connects it with; without a kind, any that is not derived."""
        return self.bodies(self.entity.related.get(kind, []))

    def bodies(self, iris: Iterable[str]) -> list[Value]:
        """Other bodies as values, by name; what is no body (a place) is left out."""
        matches = [match for iri in iris if (match := next(self.reader.names.of(iri), None)) is not None]
        by_name = sorted({(match.label.casefold(), match.iri, match.label) for match in matches})
        return [{"id": self.space.id(iri), "name": label} for _, iri, label in by_name]

    @cached_property
    def description(self) -> str:
        """What it is, in a line."""
        types = [own_type.name for own_type in self.own_types[:-1]] or [self.kind]
        places = f" ({', '.join(self.entity.places)})" if self.entity.places else ""
        descriptions = self.entity.texts(DCTERMS.description)
        return ", ".join(types) + places + (f": {min(descriptions)}" if descriptions else "")


@dataclass(frozen=True)
class EntityProperty:
    """A property of bodies: compared with in a query, returned by an extension."""

    id: str
    name: str
    definition: str
    values: Callable[[ReconciledEntity], list[Value]]
    bodies: bool = False  # whether its values are bodies of this graph
    identifies: bool = False  # whether a value belongs to one body

    @property
    def plain(self) -> dict[str, str]:
        """As the protocol has it."""
        return {"id": self.id, "name": self.name}


def _by_id(entries: Iterable[Any]) -> dict[str, Any]:
    """Types or properties by their id; of several with one id, the first."""
    by_id: dict[str, Any] = {}
    for entry in entries:
        by_id.setdefault(entry.id, entry)
    return by_id


def _texts(values: Iterable[str]) -> list[Value]:
    return [{"str": value} for value in values]


def _names(body: ReconciledEntity, kind: str | None = None) -> list[Value]:
    """Its names but that of today, all or those of a kind."""
    return _texts(name for name, name_kind in body.entity.other_names if kind in (None, name_kind))


def _identifier(scheme: Concept) -> EntityProperty:
    return EntityProperty(
        *(scheme.code, scheme.label, scheme.definition),
        lambda body: _texts(body.entity.identifiers.get(scheme.code, [])),
        identifies=True,
    )


def _attribute(concept: Concept) -> EntityProperty:
    return EntityProperty(
        *(concept.code, concept.label, concept.definition),
        lambda body: _texts(body.entity.attributes.get(concept.code, [])),
    )


def _relationship(kind: Concept) -> EntityProperty:
    return EntityProperty(
        *(kind.code, f"{kind.label} (bodies)", kind.definition),
        lambda body: body.related(kind.code),
        bodies=True,
    )


def _event_date(id_: str, definition: str, kind: str) -> EntityProperty:
    return EntityProperty(id_, id_, definition, lambda body: _texts(body.entity.event_dates.get(kind, [])))


@cache
def entity_properties() -> dict[str, EntityProperty]:
    """Every property by its id, in the order in which they are proposed."""
    properties = [
        EntityProperty("name", "name", "The name of today", lambda body: _texts([body.label])),
        EntityProperty("other-names", "other names", "Every other name, former ones and acronyms among them", _names),
        EntityProperty("former-names", "former names", "Names that it had", lambda body: _names(body, "former")),
        EntityProperty("acronyms", "acronyms", "Its short names", lambda body: _names(body, "acronym")),
        EntityProperty(
            *("type", "type", "What type of body it is"),
            lambda body: _texts(own_type.name for own_type in body.own_types[:-1]),
        ),
        EntityProperty("kind", "kind", "Organisation, group or undertaking", lambda body: _texts([body.kind])),
        EntityProperty("place", "place", "The place where it is", lambda body: _texts(body.entity.places)),
        *map(_identifier, concepts("identifier-scheme")),
        *map(_attribute, concepts("attribute-kind")),
        _event_date("started", "When it began, as stated", "start"),
        _event_date("ended", "When it ended, as stated", "end"),
        EntityProperty(
            *("partners", "partners", "The bodies that some source connects it with"),
            lambda body: body.related(),
            bodies=True,
        ),
        EntityProperty(
            *("succeeded-by", "succeeded by", "The bodies that took its place"),
            lambda body: body.bodies(body.entity.iris(PG.succeededBy)),
            bodies=True,
        ),
        *(_relationship(kind) for kind in concepts("relationship-kind") if kind.code != "location"),
        EntityProperty("iri", "IRI", "Its whole address", lambda body: _texts([body.iri])),
        EntityProperty(
            *("description", "description", "What it is, in a line"),
            lambda body: _texts(body.entity.texts(DCTERMS.description)),
        ),
    ]
    return _by_id(properties)
