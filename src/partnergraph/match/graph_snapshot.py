"""A graph as duplicates and conflicts compare it: the read model, and what only comparing needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from partnergraph.claims.entities import Entity, read_entities
from partnergraph.claims.property_values import Days, Described, Values
from partnergraph.claims.read_model import ReadModel
from partnergraph.claims.relationships import Claim, described_relationships, read_claims
from partnergraph.match.normalise import normalise_name
from partnergraph.vocabulary import DCTERMS, FOAF, ORG, PG
from partnergraph.vocabulary.iri import last_segment

__all__ = ["EvidenceLine", "GraphSnapshot", "OrganisationProfile", "are_disjoint", "is_in_effect", "may_overlap"]


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """A piece of evidence as results list it. `words` stand in the source; otherwise `says` is about its content."""

    id: str
    source: str
    words: str | None
    says: str | None

    def __str__(self) -> str:
        if self.words is not None:
            return f"“{self.words}” ({self.id}; {self.source})"
        return f"{self.says or self.id} ({self.id}; {self.source})"


@dataclass(frozen=True, slots=True)
class OrganisationProfile:
    """What organisations are compared by.

    `names` are (name, kind), the name of today first; `keys` their normal forms; `identifiers` (scheme, value);
    `places` and `evidence` IRIs.
    """

    iri: str
    label: str
    names: tuple[tuple[str, str], ...]
    identifiers: tuple[tuple[str, str], ...]
    types: tuple[str, ...]
    places: frozenset[str]
    keys: tuple[str, ...]
    evidence: tuple[str, ...]


def is_in_effect(claim: Claim) -> bool:
    """Whether no editor has superseded or retracted it."""
    return claim.standing not in ("superseded", "retracted")


def may_overlap(a: Claim, b: Claim) -> bool:
    """Whether both may have held at one time; what is not stated is open. One that ends in the month or year in which
    the other begins is followed by it.
    """
    if (a.start_bounds, a.end_bounds) == (b.start_bounds, b.end_bounds):
        return True
    return not (is_followed(a.end_bounds, b.start_bounds) or is_followed(b.end_bounds, a.start_bounds))


def is_followed(end: Days | None, start: Days | None) -> bool:
    """Whether an end may lie before a start, each given by its bounds; not where one is not stated."""
    return end is not None and start is not None and end[0] <= start[1]


def are_disjoint(a: Days | None, b: Days | None) -> bool:
    """Whether two dates, each given by its bounds, cannot be the same.

    >>> are_disjoint(("2014-01-01", "2014-12-31"), ("2014-06-01", "2014-06-30"))
    False
    """
    return a is not None and b is not None and (a[1] < b[0] or b[1] < a[0])


class GraphSnapshot(ReadModel):
    """One graph, read into memory."""

    @cached_property
    def relationships(self) -> Described:
        """The values of each stated relationship, by IRI."""
        return described_relationships(self.reader)

    @cached_property
    def stated_claims(self) -> dict[str, Claim]:
        """Every stated relationship by its IRI, without its evidence; see `evidence_of`."""
        return {claim.iri: claim for claim in read_claims(self.reader, evidence={}, labels=self.labels)}

    def evidence_of(self, claim: Claim) -> list[str]:
        """The IRIs of the evidence for a stated relationship."""
        return self.relationships[claim.iri].get(PG.evidence, [])

    def evidence_line(self, iri: str) -> EvidenceLine:
        """A piece of evidence by its IRI, even of one that the graph does not describe."""
        if (item := self.evidence.get(iri)) is None:
            return EvidenceLine(last_segment(iri), "", None, None)
        source = item.source
        return EvidenceLine(item.id, source.title if source.title != source.iri else source.id, item.words, item.says)

    def evidence_lines(self, iris: Iterable[str]) -> tuple[EvidenceLine, ...]:
        """Pieces of evidence in the order of their ids."""
        return tuple(sorted(map(self.evidence_line, iris), key=lambda line: (line.id, line.source)))

    def sources_of(self, values: Values) -> set[str]:
        """The IRIs of the sources on which a record rests."""
        items = (self.evidence.get(iri) for iri in values.get(PG.evidence, ()))
        return {item.source.iri if item is not None else "" for item in items}

    @cached_property
    def organisations(self) -> dict[str, OrganisationProfile]:
        """Every organisation by its IRI."""
        places: dict[str, set[str]] = {}
        for claim in self.stated_claims.values():
            if claim.kind == "location":
                places.setdefault(claim.from_.iri, set()).add(claim.to.iri)
        organisations = read_entities(self.reader, ["organisation"])
        return {iri: self._profile(entity, places.get(iri, ())) for iri, entity in organisations.items()}

    def _profile(self, entity: Entity, places: Iterable[str]) -> OrganisationProfile:
        further = [(name.name, name.kind or "alternative") for name in self.names.get(entity.iri, ()) if name.name]
        names = tuple(dict.fromkeys([(entity.label, "current"), *further]))
        return OrganisationProfile(
            iri=entity.iri,
            label=entity.label,
            names=names,
            identifiers=tuple(sorted((identifier.scheme, identifier.value) for identifier in entity.identifiers)),
            types=tuple(sorted(entity.types)),
            places=frozenset(places),
            keys=tuple(normalise_name(name) for name, _ in names),
            evidence=entity.evidence,
        )

    @cached_property
    def changes(self) -> list[tuple[frozenset[str], str]]:
        """The organisations that a change event connects, and the event."""
        return [
            (frozenset(values.get(ORG.originalOrganization, []) + values.get(ORG.resultingOrganization, [])), iri)
            for iri, values in self.reader.described(PG.ChangeEvent).items()
        ]

    def references(self, iri: str) -> list[tuple[str, str]]:
        """Every record that refers to a resource, as (type of record, its IRI), without what rules derive."""
        return sorted(self._references.get(iri, ()))

    @cached_property
    def _references(self) -> dict[str, set[tuple[str, str]]]:
        types = {iri: type_ for class_iri, type_ in _RECORD_TYPES.items() for iri in self.reader.described(class_iri)}
        types.update(dict.fromkeys(self.relationships, "relationship"))
        references: dict[str, set[tuple[str, str]]] = {}
        for row in self.reader.rows(f"SELECT DISTINCT ?s ?o {{ VALUES ?p {{ {_REFERRING} }} ?s ?p ?o }}"):
            subject, referred = str(row["s"]), str(row["o"])
            if subject in types and subject != referred:
                references.setdefault(referred, set()).add((types[subject], subject))
        return references


# The properties by which records that tables state refer to others; shortcuts that rules derive are none of them.
_REFERRING = " ".join(
    f"<{predicate}>"
    for predicate in (
        *(PG["from"], PG.to, PG.via, PG.nameOf, PG.attributeOf, PG.about, PG.matched, PG.mayOverlap, PG.renews),
        *(PG.inArrangement, PG.formalisedThrough, PG.contradicts, ORG.originalOrganization, ORG.resultingOrganization),
        *(FOAF.member, DCTERMS.source, DCTERMS.isPartOf, DCTERMS.relation),
    )
)
_RECORD_TYPES = {
    PG.Name: "name",
    PG.UnnamedGroup: "group",
    PG.ChangeEvent: "event",
    PG.LifecycleEvent: "event",
    PG.Attribute: "attribute",
    PG.Finding: "statement",
    PG.Purpose: "statement",
    PG.Arrangement: "statement",
    PG.Match: "match",
    PG.Undertaking: "undertaking",
}
