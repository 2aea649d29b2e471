"""What several checks read of a graph: values by subject and predicate, and the parts of a claim."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from partnergraph.store import Reader
from partnergraph.vocabulary import CODE, DCTERMS, OA, ORG, PG, SKOS
from partnergraph.vocabulary.iri import last_segment

_NOT_A_SOURCE = {str(CODE.inferred), str(CODE.editor)}
_PARTIES = (PG["from"], PG.to, PG.via)


class GraphValues:
    """What a graph says, as plain values by subject."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._values: dict[tuple[str, str], list[str]] = {}
        self._pointing: dict[tuple[str, str], list[str]] = {}

    def all(self, predicate: str) -> dict[str, list[str]]:
        """Every subject of a predicate with its values, read anew each time."""
        return self._reader.values(predicate)

    def rows(self, sparql: str) -> list[tuple[str, ...]]:
        """The rows of a query, each a tuple of plain values."""
        return [tuple(str(value) for value in row.values()) for row in self._reader.rows(sparql)]

    def pointing(self, predicate: str, value: str) -> list[str]:
        """Every subject with this IRI as a value of a predicate, sorted."""
        return self._reader.pointing(predicate, value)

    def of(self, subject: str, predicate: str) -> list[str]:
        """The values of a predicate of one subject, sorted."""
        values = self._values.get((subject, predicate))
        if values is None:
            values = self._values[subject, predicate] = self._reader.objects(subject, predicate)
        return values

    def first(self, subject: str, predicate: str) -> str | None:
        """The first value in order; None where there is none."""
        return next(iter(self.of(subject, predicate)), None)

    def label(self, subject: str) -> str:
        """The preferred name, else the last part of the IRI."""
        return self.first(subject, SKOS.prefLabel) or last_segment(subject)

    def kind(self, subject: str) -> str:
        return last_segment(self.first(subject, PG.kind) or "")

    def parties(self, claim: str) -> list[str]:
        """The parties of a relationship, those that it goes through among them."""
        return list(dict.fromkeys(party for predicate in _PARTIES for party in self.of(claim, predicate)))

    def claims_of(self, parties: list[str]) -> list[str]:
        """All relationships of some parties, derived ones among them."""
        return sorted({claim for party in parties for way in _PARTIES for claim in self._claims(way, party)})

    def _claims(self, way: str, party: str) -> list[str]:
        claims = self._pointing.get((way, party))
        if claims is None:
            claims = self._pointing[way, party] = self.pointing(way, party)
        return claims

    def sentence(self, claim: str) -> str:
        """A relationship in words: its two parties and the wording of its kind between them."""
        wording = self.first(self.first(claim, PG.kind) or "", PG.wordingForward) or self.kind(claim)
        sides = (self.label(self.first(claim, predicate) or "") for predicate in (PG["from"], PG.to))
        return f" {wording} ".join(sides)

    def date(self, subject: str, name: str = "date") -> str:
        """A date as stated, else the two days between which it lies."""
        stated = self.first(subject, PG[name])
        return stated or f"{self.first(subject, PG[f'{name}Earliest'])}/{self.first(subject, PG[f'{name}Latest'])}"

    def is_claim(self, subject: str) -> bool:
        """Whether it is a relationship that was recorded, and that no editor decided about otherwise."""
        is_recorded = self.of(subject, PG.to) and not self.of(subject, PG.derivedBy)
        return bool(is_recorded) and subject not in self.settled

    @cached_property
    def settled(self) -> set[str]:
        """Claims that an editor looked at and accepted, or that no longer stand: nobody is warned of them."""
        settled = {str(CODE.accepted), str(CODE.superseded), str(CODE.retracted)}
        return {claim for claim, standings in self.all(PG.standing).items() if settled.intersection(standings)}

    @cached_property
    def of_registers(self) -> set[str]:
        """Relationships, events and evidence of registers."""
        rows = self._reader.rows(
            "SELECT DISTINCT ?record { GRAPH ?graph { ?record pg:kind|pg:basis ?any } "
            'FILTER(CONTAINS(STR(?graph), "/graph/register/")) }'
        )
        return {str(row["record"]) for row in rows}

    def is_only_inferred(self, claim: str) -> bool:
        bases = {basis for evidence in self.of(claim, PG.evidence) for basis in self.of(evidence, PG.basis)}
        return bases == {CODE.inferred}

    def sources(self, claim: str) -> set[str]:
        """The sources of a claim, the editors' own statements and inferences aside."""
        return {
            source
            for evidence in self.of(claim, PG.evidence)
            if not _NOT_A_SOURCE.intersection(self.of(evidence, PG.basis))
            for source in self.of(evidence, DCTERMS.source)
        }

    def statements(self, claim: str) -> Iterator[str]:
        """What the evidence of a claim says: its words, our statement of them, or the reason of an inference."""
        for evidence in self.of(claim, PG.evidence):
            for predicate in (PG.words, PG.says, PG.reason):
                yield from self.of(evidence, predicate)

    def texts(self, claim: str) -> Iterator[str]:
        """All that may tell of the dates of a claim: the statements of its evidence, the sentences and the notes, and
        the titles and dates of the sources.
        """
        yield from self.statements(claim)
        for evidence in self.of(claim, PG.evidence):
            for predicate in (PG.locator, SKOS.note):
                yield from self.of(evidence, predicate)
            for passage in self.of(evidence, PG.passage):
                for selector in self.of(passage, OA.hasSelector):
                    yield from self.of(selector, OA.exact)
            for source in self.of(evidence, DCTERMS.source):
                yield from (*self.of(source, DCTERMS.title), *self.of(source, DCTERMS.issued))

    def successors(self, body: str) -> list[str]:
        """The bodies that changes lead to from this one."""
        changes = self.pointing(ORG.originalOrganization, body)
        results = {result for change in changes for result in self.of(change, ORG.resultingOrganization)}
        return sorted(results - {body}, key=lambda result: (self.label(result), result))
