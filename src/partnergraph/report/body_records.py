"""What a graph records of one body: its names, events and claims with their evidence."""

from __future__ import annotations

from dataclasses import dataclass

from partnergraph.claims.claim_lookup import MOST, statements_around
from partnergraph.claims.entities import Entity, EntityEvent, EntityName
from partnergraph.claims.read_model import ReadModel
from partnergraph.claims.relationships import Claim
from partnergraph.store import Reader
from partnergraph.vocabulary import ADMS, ORG, PG


@dataclass(frozen=True)
class BodyRecords:
    """The records of one body (`iri`). `entity` is None where the graph names it in claims only; `claims` and `events`
    are sorted by IRI. `labels`: the names of bodies.
    """

    iri: str
    label: str
    entity: Entity | None
    names: tuple[EntityName, ...]
    events: tuple[EntityEvent, ...]
    claims: tuple[Claim, ...]
    model: ReadModel
    sentences: dict[str, Claim]

    @property
    def kind(self) -> str:
        """Organisation, group, undertaking or place; an organisation where nothing says."""
        return self.entity.kind if self.entity else "organisation"


class GraphRecords:
    """The records of every body of a graph, read once."""

    def __init__(self, reader: Reader) -> None:
        self.model = ReadModel(reader)
        self._claims: dict[str, list[Claim]] = {}
        self._events: dict[str, list[EntityEvent]] = {}
        self._all = {claim.iri: claim for claim in self.model.claims()}
        for claim in self._all.values():
            for iri in dict.fromkeys((claim.from_.iri, claim.to.iri, *(party.iri for party in claim.via))):
                self._claims.setdefault(iri, []).append(claim)
        for event in self.model.events:
            for iri in dict.fromkeys((*event.about, *event.before, *event.after)):
                self._events.setdefault(iri, []).append(event)

    @classmethod
    def around(cls, reader: Reader, iri: str) -> GraphRecords:
        """The records of one body, looked up by the indexes of the graph; of one with very many claims, of all."""
        ends = [reader.pointing(predicate, iri) for predicate in (PG["from"], PG.to, PG.via)]
        claims = sorted({claim for side in ends for claim in side})
        if len(claims) > MOST:
            return cls(reader)
        changes = [*reader.pointing(ORG.originalOrganization, iri), *reader.pointing(ORG.resultingOrganization, iri)]
        others = {
            *(claim for one in claims for claim in reader.objects(one, PG.contradicts)),
            *(body for event in changes for body in reader.objects(event, ORG.originalOrganization)),
            *(body for event in changes for body in reader.objects(event, ORG.resultingOrganization)),
        }
        records = [iri, *reader.objects(iri, ADMS.identifier), *reader.pointing(PG.nameOf, iri), *claims]
        return cls(Reader.nquads_lines(statements_around(reader, [*dict.fromkeys([*records, *sorted(others)])])))

    def of(self, iri: str) -> BodyRecords:
        """The records of a body."""
        return BodyRecords(
            iri=iri,
            label=self.model.label(iri),
            entity=self.model.entities.get(iri),
            names=tuple(self.model.names.get(iri, ())),
            events=tuple(sorted(self._events.get(iri, ()), key=lambda event: (event.earliest or "9", event.iri))),
            claims=tuple(self._claims.get(iri, ())),
            model=self.model,
            sentences=self._all,
        )
