"""What the graph says of one body, property by property, as the reconciliation service compares and hands it out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from partnergraph.results.tsv import term_text
from partnergraph.site.resource_description import base_iri
from partnergraph.vocabulary import ADMS, CODE, DCTERMS, ORG, PG, RDF, SKOS, SKOSXL, Concept, concepts
from partnergraph.vocabulary.iri import is_iri

if TYPE_CHECKING:
    from partnergraph.store import Reader

Value = dict[str, Any]
SORTS = {
    ORG.Organization: ("organisation", "Any organisation"),
    PG.UnnamedGroup: ("group", "A group that a source counts without naming its members"),
    PG.Undertaking: ("undertaking", "A project, programme or other undertaking"),
}
_TYPES = (ORG.classification, DCTERMS.type, PG.memberType)
_TYPE_LISTS = ("org-type", "undertaking-type")


@dataclass(frozen=True)
class EntityType:
    """A sort of body that a query may be limited to."""

    id: str
    name: str
    about: str
    broader: str | None = None

    @property
    def plain(self) -> dict[str, str]:
        """As the protocol has it."""
        return {"id": self.id, "name": self.name}


@cache
def entity_types() -> dict[str, EntityType]:
    """Every type by its id: the sorts, the families, and the types of organisations and undertakings."""
    found = [EntityType(code, code, about) for code, about in SORTS.values()]
    found += [EntityType(one.code, one.label, one.definition, "organisation") for one in concepts("org-family")]
    for scheme in _TYPE_LISTS:
        sort = "undertaking" if scheme == "undertaking-type" else "organisation"
        found += [EntityType(one.code, one.label, one.definition, one.broader or sort) for one in concepts(scheme)]
    by_id: dict[str, EntityType] = {}
    for one in found:
        by_id.setdefault(one.id, one)
    return by_id


class IdentifierSpace:
    """How bodies are called in the protocol: by what follows the identifier space in their IRIs, else by the IRI."""

    def __init__(self, reader: Reader) -> None:
        self.start = base_iri(reader) + "id/"

    def id(self, iri: str) -> str:
        """The id of a body."""
        return iri.removeprefix(self.start)

    def iri(self, id_: str) -> str | None:
        """The IRI of an id, or None for what can be none."""
        found = id_ if "://" in id_ else self.start + id_
        return found if is_iri(found) else None


class EntityProperties:
    """One body. Everything is looked up when it is first asked for."""

    def __init__(self, reader: Reader, space: IdentifierSpace, iri: str) -> None:
        self.reader, self.space, self.iri = reader, space, iri
        self.said = [(p[1:-1], o) for _, p, o in reader.statements_about(iri)]

    def literals(self, predicate: str) -> list[str]:
        """The plain texts of a property."""
        return [term_text(o) for p, o in self.said if p == predicate and not o.startswith("<")]

    def things(self, predicate: str) -> list[str]:
        """The IRIs that a property leads to."""
        return [o[1:-1] for p, o in self.said if p == predicate and o.startswith("<")]

    @cached_property
    def label(self) -> str:
        """Its name of today."""
        return min(self.literals(SKOS.prefLabel), default=self.space.id(self.iri))

    @cached_property
    def sort(self) -> str:
        """Organisation, group or undertaking."""
        classes = self.things(RDF.type)
        return next((code for iri, (code, _) in SORTS.items() if iri in classes), "organisation")

    @cached_property
    def own_types(self) -> list[EntityType]:
        """Its types, the most particular first; its sort is always the last."""
        codes = [iri.removeprefix(CODE.base) for predicate in _TYPES for iri in self.things(predicate)]
        found = [entity_types()[code] for code in sorted(codes) if code in entity_types()]
        return [*found, entity_types()[self.sort]]

    @cached_property
    def all_types(self) -> set[str]:
        """The ids of its types and of all that are broader."""
        found: set[str] = set()
        for one in self.own_types:
            step: EntityType | None = one
            while step is not None and step.id not in found:
                found.add(step.id)
                step = entity_types().get(step.broader or "")
        return found

    @cached_property
    def names(self) -> list[tuple[str, str]]:
        """Its other names, each with the code of what sort of name it is ('' where nothing says)."""
        kinds = {}
        for record in self.reader.pointing(PG.nameOf, self.iri):
            said = {p[1:-1]: o for _, p, o in self.reader.statements_about(record)}
            if SKOSXL.literalForm in said and PG.nameKind in said:
                kinds[term_text(said[SKOSXL.literalForm])] = said[PG.nameKind][1:-1].removeprefix(CODE.base)
        others = sorted(set(self.literals(SKOS.altLabel)) - {self.label})
        return [(name, kinds.get(name, "")) for name in others]

    @cached_property
    def identifiers(self) -> dict[str, list[str]]:
        """Its identifiers by the code of their scheme."""
        found: dict[str, list[str]] = {}
        for iri in self.things(ADMS.identifier):
            said = [(p[1:-1], o) for _, p, o in self.reader.statements_about(iri)]
            schemes = [o[1:-1].removeprefix(CODE.base) for p, o in said if p == PG.scheme]
            values = [term_text(o) for p, o in said if p == SKOS.notation]
            for scheme in schemes[:1]:
                found.setdefault(scheme, []).extend(values)
        return found

    @cached_property
    def attributes(self) -> dict[str, list[str]]:
        """What registers say of it (status, address ...), by the code of the property."""
        found: dict[str, list[str]] = {}
        for record in self.reader.pointing(PG.attributeOf, self.iri):
            said = [(p[1:-1], o) for _, p, o in self.reader.statements_about(record)]
            code = next((o[1:-1].removeprefix(CODE.base) for p, o in said if p == PG.property), "")
            found.setdefault(code, []).extend(term_text(o) for p, o in said if p == PG.value)
        return {code: sorted(set(values)) for code, values in found.items()}

    @cached_property
    def places(self) -> list[str]:
        """The names of the places where it is."""
        return sorted({self._name(iri) for iri in self.things(PG.locatedIn)})

    @cached_property
    def dates(self) -> dict[str, list[str]]:
        """The days of its start and end, as stated."""
        found: dict[str, list[str]] = {}
        for record in self.reader.pointing(PG.about, self.iri):
            said = [(p[1:-1], o) for _, p, o in self.reader.statements_about(record)]
            if (RDF.type, f"<{PG.LifecycleEvent}>") in said:
                kind = next((o[1:-1].removeprefix(CODE.base) for p, o in said if p == PG.kind), "")
                found.setdefault(kind, []).extend(sorted(term_text(o) for p, o in said if p == PG.date))
        return found

    @cached_property
    def connected(self) -> dict[str, list[str]]:
        """The bodies it has a relationship with, by the code of its kind; those of no rule also by ''."""
        found: dict[str, set[str]] = {}
        for mine, other in ((PG["from"], PG.to), (PG.to, PG["from"])):
            for claim in self.reader.pointing(mine, self.iri):
                said = [(p[1:-1], o[1:-1]) for _, p, o in self.reader.statements_about(claim)]
                if (PG.standing, CODE.retracted) in said:
                    continue
                bodies = {o for p, o in said if p == other and ":" in o} - {self.iri}
                kinds = {o.removeprefix(CODE.base) for p, o in said if p == PG.kind}
                derived = (RDF.type, PG.DerivedRelationship) in said
                for kind in kinds if derived else kinds | {""}:
                    found.setdefault(kind, set()).update(bodies)
        return {kind: sorted(bodies) for kind, bodies in found.items()}

    def bodies(self, iris: Iterable[str]) -> list[Value]:
        """Other bodies as values, by name; what is no body (a place) is left out."""
        known = [one for iri in iris for one in [next(self.reader.names.of(iri), None)] if one is not None]
        named = sorted({(one.label.casefold(), one.iri, one.label) for one in known})
        return [{"id": self.space.id(iri), "name": label} for _, iri, label in named]

    def _name(self, iri: str) -> str:
        said = self.reader.statements_about(iri)
        return min((term_text(o) for _, p, o in said if p == f"<{SKOS.prefLabel}>"), default=iri)

    @cached_property
    def description(self) -> str:
        """What it is, in a line."""
        own = [one.name for one in self.own_types[:-1]] or [self.sort]
        where = f" ({', '.join(self.places)})" if self.places else ""
        said = self.literals(DCTERMS.description)
        return ", ".join(own) + where + (f": {min(said)}" if said else "")


@dataclass(frozen=True)
class EntityProperty:
    """Something that is asked of a body: compared with in a query, handed out in an extension."""

    id: str
    name: str
    about: str
    values: Callable[[EntityProperties], list[Value]]
    bodies: bool = False  # whether its values are bodies of this graph
    identifies: bool = False  # whether a value belongs to one body

    @property
    def plain(self) -> dict[str, str]:
        """As the protocol has it."""
        return {"id": self.id, "name": self.name}


def _texts(values: Iterable[str]) -> list[Value]:
    return [{"str": value} for value in values]


def _identifier(one: Concept) -> EntityProperty:
    return EntityProperty(
        *(one.code, one.label, one.definition),
        lambda facts: _texts(facts.identifiers.get(one.code, [])),
        identifies=True,
    )


def _attribute(one: Concept) -> EntityProperty:
    return EntityProperty(one.code, one.label, one.definition, lambda facts: _texts(facts.attributes.get(one.code, [])))


def _relationship(one: Concept) -> EntityProperty:
    return EntityProperty(
        *(one.code, f"{one.label} (bodies)", one.definition),
        lambda facts: facts.bodies(facts.connected.get(one.code, [])),
        bodies=True,
    )


def _named(*kinds: str) -> Callable[[EntityProperties], list[Value]]:
    return lambda facts: _texts(name for name, kind in facts.names if not kinds or kind in kinds)


@cache
def entity_properties() -> dict[str, EntityProperty]:
    """Every property by its id, in the order in which they are proposed."""
    found = [
        EntityProperty("name", "name", "The name of today", lambda facts: _texts([facts.label])),
        EntityProperty("other-names", "other names", "Every other name, former ones and acronyms among them", _named()),
        EntityProperty("former-names", "former names", "Names that it had", _named("former")),
        EntityProperty("acronyms", "acronyms", "Its short names", _named("acronym")),
        EntityProperty(
            "type", "type", "What type of body it is", lambda facts: _texts(t.name for t in facts.own_types[:-1])
        ),
        EntityProperty("kind", "kind", "Organisation, group or undertaking", lambda facts: _texts([facts.sort])),
        EntityProperty("place", "place", "The place where it is", lambda facts: _texts(facts.places)),
        *(_identifier(one) for one in concepts("identifier-scheme")),
        *(_attribute(one) for one in concepts("attribute-kind")),
        EntityProperty(
            "started", "started", "When it began, as stated", lambda facts: _texts(facts.dates.get("start", []))
        ),
        EntityProperty("ended", "ended", "When it ended, as stated", lambda facts: _texts(facts.dates.get("end", []))),
        EntityProperty(
            *("partners", "partners", "The bodies that some source connects it with"),
            lambda facts: facts.bodies(facts.connected.get("", [])),
            bodies=True,
        ),
        EntityProperty(
            *("succeeded-by", "succeeded by", "The bodies that took its place"),
            lambda facts: facts.bodies(facts.things(PG.succeededBy)),
            bodies=True,
        ),
        *(_relationship(one) for one in concepts("relationship-kind") if one.code != "location"),
        EntityProperty("iri", "IRI", "Its whole address", lambda facts: _texts([facts.iri])),
        EntityProperty(
            *("description", "description", "What it is, in a line"),
            lambda facts: _texts(facts.literals(DCTERMS.description)),
        ),
    ]
    by_id: dict[str, EntityProperty] = {}
    for one in found:
        by_id.setdefault(one.id, one)
    return by_id
