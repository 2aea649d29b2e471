"""What a graph tells, read once for comparing: its bodies, its claims, and who says so."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from partnergraph.match.normalise import normalise_name, website_host
from partnergraph.store import Reader
from partnergraph.vocabulary import ADMS, DCTERMS, FOAF, ORG, PG, SKOS, SKOSXL, Concept, concepts

__all__ = [
    "EvidenceLine",
    "GraphSnapshot",
    "OrganisationNames",
    "Period",
    "StatedRelationship",
    "are_disjoint",
    "normalise_identifier",
]

Values = dict[str, list[str]]
Period = tuple[str, str]
# Addresses that several bodies may share.
SHARED = frozenset(["website", "wikipedia"])


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One piece of evidence. `words` stand in the source; otherwise `says` is a statement about what it says."""

    id: str
    source: str
    words: str | None
    says: str | None

    def __str__(self) -> str:
        if self.words is not None:
            return f"“{self.words}” ({self.id}; {self.source})"
        return f"{self.says or self.id} ({self.id}; {self.source})"


@dataclass(frozen=True, slots=True)
class OrganisationNames:
    """A body with every name. `names` are (name, kind), the name of today first."""

    iri: str
    label: str
    names: tuple[tuple[str, str], ...]
    identifiers: tuple[tuple[str, str], ...]
    types: tuple[str, ...]
    places: frozenset[str]
    keys: tuple[str, ...]
    hosts: frozenset[str]

    @property
    def id(self) -> str:
        """The last part of its IRI."""
        return self.iri.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class StatedRelationship:
    """A stated claim between two parties. The bounds are days; "" is open or unknown."""

    iri: str
    kind: str
    from_: str
    to: str
    via: tuple[str, ...]
    role: str | None
    start: Period
    end: Period
    start_text: str | None
    end_text: str | None
    standing: str
    sentence: str
    evidence: tuple[str, ...]

    @property
    def id(self) -> str:
        """The last part of its IRI."""
        return self.iri.rsplit("/", 1)[-1]

    @property
    def counts(self) -> bool:
        """Whether it still stands."""
        return self.standing not in ("superseded", "retracted")

    def overlaps(self, other: StatedRelationship) -> bool:
        """Whether both held at one time; what is not stated is open. One that ends in the month or year in which the
        other begins is followed by it.
        """
        if (self.start, self.end) == (other.start, other.end):
            return True
        return not any(
            before.end[0] and after.start[1] and before.end[0] <= after.start[1]
            for before, after in ((self, other), (other, self))
        )


def normalise_identifier(scheme: str, value: str) -> str:
    """An identifier as it is compared.

    >>> normalise_identifier("isni", "0000 0004 0415 6205")
    '0000000404156205'
    """
    plain = value.strip().removeprefix("https://ror.org/").removeprefix("https://doi.org/10.13039/")
    if scheme == "website":
        return website_host(plain)
    return plain.rstrip("/").replace(" ", "").casefold()


def are_disjoint(one: Period, other: Period) -> bool:
    """Whether two dates, each given by its bounds, cannot be the same.

    >>> are_disjoint(("2014-01-01", "2014-12-31"), ("2014-06-01", "2014-06-30"))
    False
    """
    return bool(one[0] and other[0]) and (one[1] < other[0] or other[1] < one[0])


def date_bounds(values: Values, name: str) -> Period:
    """The days between which a date lies, or two empty texts."""
    earliest, latest = first_value(values, PG[f"{name}Earliest"]), first_value(values, PG[f"{name}Latest"])
    return earliest or latest or "", latest or earliest or ""


def first_value(values: Values, predicate: str) -> str | None:
    """The first value, if there is one."""
    found = values.get(predicate)
    return found[0] if found else None


def code_of(iri: str | None) -> str:
    """The code of a concept, or of anything the last part of its IRI."""
    return iri.rsplit("/", 1)[-1] if iri else ""


class GraphSnapshot:
    """One graph, read into memory."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader.snapshot()
        self.concepts: dict[str, Concept] = {entry.code: entry for entry in concepts()}

    @cached_property
    def labels(self) -> dict[str, str]:
        """The name of today of everything that has one."""
        rows = self.reader.rows("SELECT ?iri ?label { ?iri skos:prefLabel ?label } ORDER BY ?iri DESC(?label)")
        return {str(row["iri"]): str(row["label"]) for row in rows}

    def label(self, iri: str) -> str:
        """What a thing is called."""
        return self.labels.get(iri) or code_of(iri).replace("-", " ")

    def term(self, name: str) -> str:
        """The label of a concept by its code."""
        found = self.concepts.get(name)
        return found.label if found else name.replace("-", " ")

    @cached_property
    def _sources(self) -> dict[str, str]:
        found = self.reader.described(PG.Source)
        return {iri: first_value(values, DCTERMS.title) or code_of(iri) for iri, values in found.items()}

    @cached_property
    def _evidence(self) -> dict[str, Values]:
        return self.reader.described(PG.Evidence)

    def source_of(self, proof: str) -> str:
        """The source of a piece of evidence."""
        return first_value(self._evidence.get(proof, {}), DCTERMS.source) or ""

    def proof(self, iri: str) -> EvidenceLine:
        """A piece of evidence, to be shown."""
        values = self._evidence.get(iri, {})
        source = first_value(values, DCTERMS.source) or ""
        return EvidenceLine(
            first_value(values, DCTERMS.identifier) or code_of(iri),
            self._sources.get(source) or code_of(source),
            first_value(values, PG.words),
            first_value(values, PG.says) or first_value(values, PG.reason),
        )

    def proofs(self, iris: tuple[str, ...] | list[str]) -> tuple[EvidenceLine, ...]:
        """Pieces of evidence in the order of their ids."""
        return tuple(sorted((self.proof(iri) for iri in iris), key=lambda proof: (proof.id, proof.source)))

    @cached_property
    def bodies(self) -> dict[str, OrganisationNames]:
        """Every organisation by its IRI."""
        names, identifiers = self.names, self.reader.described(ADMS.Identifier)
        places: dict[str, set[str]] = {}
        for claim in self.claims.values():
            if claim.kind == "location":
                places.setdefault(claim.from_, set()).add(claim.to)
        found = {}
        for iri, values in self.organisations.items():
            label = first_value(values, SKOS.prefLabel) or code_of(iri)
            called = dict.fromkeys([(label, "current")])
            for other in values.get(SKOSXL.altLabel, ()):
                about = names.get(other, {})
                for text in about.get(SKOSXL.literalForm, ()):
                    called[text, code_of(first_value(about, PG.nameKind)) or "alternative"] = None
            own = [
                (code_of(first_value(about, PG.scheme)), first_value(about, SKOS.notation) or "")
                for about in (identifiers.get(one, {}) for one in values.get(ADMS.identifier, ()))
                if about
            ]
            found[iri] = OrganisationNames(
                iri=iri,
                label=label,
                names=tuple(called),
                identifiers=tuple(sorted(own)),
                types=tuple(sorted(code_of(one) for one in values.get(ORG.classification, ()))),
                places=frozenset(places.get(iri, ())),
                keys=tuple(normalise_name(name) for name, _ in called),
                hosts=frozenset(website_host(value) for scheme, value in own if scheme == "website"),
            )
        return found

    @cached_property
    def organisations(self) -> dict[str, Values]:
        """Everything that is said of each organisation."""
        return self.reader.described(ORG.Organization)

    @cached_property
    def relationships(self) -> dict[str, Values]:
        """Everything that is said of each stated relationship."""
        found = self.reader.described(PG.Relationship)
        return {
            iri: values
            for iri, values in found.items()
            if PG.derivedBy not in values and PG["from"] in values and PG.to in values
        }

    @cached_property
    def claims(self) -> dict[str, StatedRelationship]:
        """Every stated relationship by its IRI."""
        return {iri: self._claim(iri, values) for iri, values in self.relationships.items()}

    @cached_property
    def names(self) -> dict[str, Values]:
        """Every further name of a body."""
        return self.reader.described(PG.Name)

    @cached_property
    def groups(self) -> dict[str, Values]:
        """Every group whose members are not all named."""
        return self.reader.described(PG.UnnamedGroup)

    @cached_property
    def undertakings(self) -> dict[str, Values]:
        """Every undertaking."""
        return self.reader.described(PG.Undertaking)

    @cached_property
    def lifecycles(self) -> dict[str, Values]:
        """Every event in the life of one thing."""
        return self.reader.described(PG.LifecycleEvent)

    @cached_property
    def change_events(self) -> dict[str, Values]:
        """Every change of bodies into others."""
        return self.reader.described(PG.ChangeEvent)

    @cached_property
    def attributes(self) -> dict[str, Values]:
        """Every attribute of a body."""
        return self.reader.described(PG.Attribute)

    @cached_property
    def places(self) -> dict[str, Values]:
        """Every place."""
        return self.reader.described(DCTERMS.Location)

    def _claim(self, iri: str, values: Values) -> StatedRelationship:
        kind, role = code_of(first_value(values, PG.kind)), first_value(values, PG.role)
        from_, to, via = values[PG["from"]][0], values[PG.to][0], tuple(values.get(PG.via, ()))
        known = self.concepts.get(kind)
        wording = (known.forward or known.label) if known else kind.replace("-", " ")
        told = f"{self.label(from_)} {wording} {self.label(to)}"
        told += f" as {self.term(code_of(role))}" if role else ""
        told += f", through {' and '.join(self.label(party) for party in via)}" if via else ""
        start, end = first_value(values, PG.start), first_value(values, PG.end)
        told += (f", from {start}" if start else "") + (f", until {end}" if end else "")
        return StatedRelationship(
            iri=iri,
            kind=kind,
            from_=from_,
            to=to,
            via=via,
            role=code_of(role) or None,
            start=date_bounds(values, "start"),
            end=date_bounds(values, "end"),
            start_text=start,
            end_text=end,
            standing=code_of(first_value(values, PG.standing)) or "accepted",
            sentence=told,
            evidence=tuple(values.get(PG.evidence, ())),
        )

    def key(self, claim: StatedRelationship) -> tuple[str, str, str]:
        """The kind and the two ends; for a symmetric kind in the order of their IRIs."""
        known = self.concepts.get(claim.kind)
        one, other = claim.from_, claim.to
        if known and known.symmetric and other < one:
            one, other = other, one
        return claim.kind, one, other

    @cached_property
    def changes(self) -> list[tuple[frozenset[str], str]]:
        """The bodies that a change event connects, and the event."""
        return [
            (frozenset(values.get(ORG.originalOrganization, []) + values.get(ORG.resultingOrganization, [])), iri)
            for iri, values in self.change_events.items()
        ]

    def pointing(self, iri: str) -> list[tuple[str, str]]:
        """Whatever refers to a thing, as (what sort of record, its IRI), without what rules derive."""
        return sorted(self._pointing.get(iri, ()))

    @cached_property
    def _pointing(self) -> dict[str, set[tuple[str, str]]]:
        sorts = {iri: sort for kind, sort in _SORTS.items() for iri in self.reader.described(kind)}
        sorts.update(dict.fromkeys(self.relationships, "relationship"))
        found: dict[str, set[tuple[str, str]]] = {}
        for row in self.reader.rows(f"SELECT DISTINCT ?s ?o {{ VALUES ?p {{ {_POINTERS} }} ?s ?p ?o }}"):
            subject, thing = str(row["s"]), str(row["o"])
            if subject in sorts and subject != thing:
                found.setdefault(thing, set()).add((sorts[subject], subject))
        return found


# Predicates of what the tables state; shortcuts that rules derive are none of them.
_POINTERS = " ".join(
    f"<{predicate}>"
    for predicate in (
        *(PG["from"], PG.to, PG.via, PG.nameOf, PG.attributeOf, PG.about, PG.matched, PG.mayOverlap, PG.renews),
        *(PG.inArrangement, PG.formalisedThrough, PG.contradicts, ORG.originalOrganization, ORG.resultingOrganization),
        *(FOAF.member, DCTERMS.source, DCTERMS.isPartOf, DCTERMS.relation),
    )
)
_SORTS = {
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
