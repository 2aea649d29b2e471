"""A part of a large graph: what the network of some bodies is made of, looked up by the indexes of the graph."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from partnergraph.claims.entities import ENTITY_CLASSES
from partnergraph.store import Reader
from partnergraph.vocabulary import ADMS, DCTERMS, OA, ORG, PG, RDF
from partnergraph.vocabulary.iri import is_iri

_PARTIES = (PG["from"], PG.to, PG.via)
_CHANGED = (ORG.originalOrganization, ORG.resultingOrganization)
# What leads from a record to others that are shown with it.
_STEPS = {
    *(*_PARTIES, *_CHANGED, PG.about, PG.derivedFrom, PG.evidence, PG.counterEvidence, PG.boundedBy),
    *(ADMS.identifier, DCTERMS.source, PG.passage, OA.hasSelector),
}
_ENTITY_TYPES = {f"<{class_iri}>" for class_iri in ENTITY_CLASSES.values()}


class BlankNodeError(Exception):
    """A record has no IRI, so that no index finds it."""


def part_reader(reader: Reader, bodies: Collection[str]) -> Reader | None:
    """A reader in memory of what a graph records of some bodies (IRIs) and of the claims between them.

    Every node and edge between the bodies that `build_network` makes of the whole graph it makes of this part, with
    the same attributes and in the same order; what it makes of other bodies is not complete. None where one of the
    records is a blank node.
    """
    try:
        return Reader.nquads_lines(_Walk(reader, bodies).lines)
    except BlankNodeError:
        return None


class _Walk:
    """The statements about records, followed to what they rest on."""

    def __init__(self, reader: Reader, bodies: Collection[str]) -> None:
        self.reader, self.bodies = reader, {*bodies}
        self.lines: list[str] = []
        self.parties: set[str] = set()
        self.results: set[str] = set()  # the bodies that a change of bodies led to
        self._read: set[str] = set()
        self._undescribed: set[str] = set()
        ordered = sorted(self.bodies)
        self._follow(ordered)
        for body in ordered:
            self._follow(self._pointing((PG.nameOf, PG.attributeOf), body))
        self._follow(self._claims_between(ordered))
        # Where an undescribed body stands in the network depends on its first claim.
        for body in sorted(self._undescribed & self.bodies):
            self._follow(self._pointing(_PARTIES[:2], body))
        self._follow(self._events_of_claims())
        self._lives()

    def _lives(self) -> None:
        """The events in the lives of bodies and parties; of a body that a change led to, all claims: an earlier one
        says that it existed before.
        """
        done: set[str] = set()
        while waiting := (self.bodies | self.parties) - done:
            done |= waiting
            for body in sorted(waiting):
                self._follow(self._pointing((PG.about, *_CHANGED), body))
        for body in sorted(self.results & done):
            for claim in self._pointing(_PARTIES, body):
                self._describe(claim)

    def _claims_between(self, bodies: Iterable[str]) -> list[str]:
        claims = set()
        for body in bodies:
            for row in self.reader.rows(f"SELECT ?r ?to {{ ?r pg:from <{body}> ; pg:to ?to }}"):
                if row["to"] in self.bodies:
                    claims.add(row["r"] or "")
        return sorted(claims)

    def _events_of_claims(self) -> list[str]:
        """The events about claims: they stand with the first party of the claim."""
        rows = self.reader.rows("SELECT ?e ?from { ?e pg:about ?r . ?r pg:from ?from }")
        return sorted({row["e"] or "" for row in rows if row["from"] in self.bodies})

    def _pointing(self, predicates: Iterable[str], iri: str) -> list[str]:
        return [subject for predicate in predicates for subject in self.reader.pointing(predicate, iri)]

    def _follow(self, records: Iterable[str]) -> None:
        """Read records, and what they lead to."""
        frontier = [*records]
        while frontier:
            following = []
            for iri in frontier:
                for predicate, term in self._describe(iri):
                    if predicate not in _STEPS:
                        continue
                    if term.startswith("_:"):
                        raise BlankNodeError
                    if not term.startswith("<"):
                        continue
                    if predicate in _PARTIES:
                        self.parties.add(term[1:-1])
                    elif predicate == ORG.resultingOrganization:
                        self.results.add(term[1:-1])
                    following.append(term[1:-1])
            frontier = following

    def _describe(self, iri: str) -> list[tuple[str, str]]:
        """The predicates and terms about a record; none for one that was read before."""
        if iri in self._read:
            return []
        if not is_iri(iri):
            raise BlankNodeError
        self._read.add(iri)
        statements = self.reader.statements_about(iri)
        self.lines.extend(f"{subject} {predicate} {term} .\n" for subject, predicate, term in statements)
        pairs = [(predicate[1:-1], term) for _, predicate, term in statements]
        if not any(predicate == RDF.type and term in _ENTITY_TYPES for predicate, term in pairs):
            self._undescribed.add(iri)
        return pairs
