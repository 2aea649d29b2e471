"""The read model: one graph as entities, claims, evidence and sources, each read when it is first used."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cached_property

from partnergraph.claims.entities import (
    Entity,
    EntityAttribute,
    EntityEvent,
    EntityName,
    EntityStatement,
    read_attributes,
    read_entities,
    read_events,
    read_names,
    read_statements,
)
from partnergraph.claims.evidence import EvidenceItem, read_evidence
from partnergraph.claims.relationships import Claim, iterate_claims, read_labels
from partnergraph.claims.sources import SourceReference, read_sources
from partnergraph.store import Reader
from partnergraph.vocabulary.iri import label_from_iri


class ReadModel:
    """A graph in the state in which `reader` is when the model is made."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader.snapshot()

    @cached_property
    def sources(self) -> dict[str, SourceReference]:
        """Every source by its IRI."""
        return read_sources(self.reader)

    @cached_property
    def evidence(self) -> dict[str, EvidenceItem]:
        """Every piece of evidence by its IRI."""
        return read_evidence(self.reader, self.sources)

    @cached_property
    def labels(self) -> dict[str, str]:
        """The name of today of everything that has one."""
        return read_labels(self.reader)

    def label(self, iri: str) -> str:
        """What a resource is called today; the last part of its IRI in words where nothing says."""
        return self.labels.get(iri) or label_from_iri(iri)

    @cached_property
    def entities(self) -> dict[str, Entity]:
        """Every organisation, group, undertaking and place by its IRI, sorted by IRI."""
        return read_entities(self.reader)

    @cached_property
    def names(self) -> dict[str, list[EntityName]]:
        """The names of each entity, by its IRI."""
        return read_names(self.reader)

    @cached_property
    def attributes(self) -> dict[str, list[EntityAttribute]]:
        """The attributes of each entity, by its IRI."""
        return read_attributes(self.reader)

    @cached_property
    def events(self) -> list[EntityEvent]:
        """Every event, changes first, sorted by IRI."""
        return read_events(self.reader)

    @cached_property
    def statements(self) -> dict[str, list[EntityStatement]]:
        """The findings and purposes about each entity, by its IRI."""
        return read_statements(self.reader)

    def claims(self, *, derived: bool | tuple[str, ...] = False) -> list[Claim]:
        """Every relationship, sorted by IRI. `derived`: also those of all rules, or of the rules named."""
        return list(self.iterate_claims(derived=derived))

    def iterate_claims(
        self, *, derived: bool | tuple[str, ...] = False, omitted: Collection[str] = frozenset()
    ) -> Iterator[Claim]:
        """The same, one at a time. `omitted`: none of those from or to one of these entities."""
        return iterate_claims(self.reader, self.evidence, self.labels, derived=derived, omitted=omitted)
