"""The graph as only some of its sources state it."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TypeVar

from partnergraph.model.ids import Ids
from partnergraph.model.record_quads import iri_of
from partnergraph.model.records import (
    Attribute,
    Evidence,
    Group,
    Identifier,
    Model,
    Name,
    NamedPlace,
    Organisation,
    Record,
    Standing,
)

R = TypeVar("R", bound=Record)


def filter_sources(model: Model, only: frozenset[str], ids: Ids) -> Model:
    """Keep what these sources say, and the editor's entries as far as they rest on them.

    Evidence of other sources goes first, and inferences that rest on another source or on none; then every claim that
    lost its last evidence, or keeps only what the editor adds to what a source said; then organisations and places that
    nothing mentions any more; then decisions about claims that are gone, or that were made on evidence that is gone.
    The story, which is about the whole, goes too.
    """
    return _SourceFilter(model, only, ids).filtered()


class _SourceFilter:
    """The ids that remain of a model when only some sources are read."""

    def __init__(self, model: Model, only: frozenset[str], ids: Ids) -> None:
        self.model, self.ids = model, ids
        editors = {source.id for source in model.sources if source.kind == "editorial"}
        self.sources = only | editors
        self.evidence = tuple(row for row in model.evidence if self._is_supported_evidence(row))
        self.evidence_ids = {row.id for row in self.evidence}
        self.editorial_ids = {row.id for row in model.evidence if row.source in editors}

    def filtered(self) -> Model:
        model, ids = self.model, self.ids
        names, identifiers = self._supported(model.names), self._supported(model.identifiers)
        groups, undertakings = self._supported(model.groups), self._supported(model.undertakings)
        relationships, events = self._supported(model.relationships), self._supported(model.events)
        statements, attributes = self._supported(model.statements), self._supported(model.attributes)
        claims: list[Record] = [*relationships, *names, *identifiers, *groups]
        claims += [*undertakings, *events, *statements, *attributes]
        mentioned = {iri for claim in claims for iri in _mentioned_iris(claim, ids)}
        organisations = tuple(self._cut(row) for row in model.organisations if self._is_mentioned(row, mentioned))
        places = tuple(self._cut(row) for row in model.places if self._is_mentioned(row, mentioned))
        remaining = {str(iri_of(record, ids)) for record in (*claims, *organisations)}
        return replace(
            model,
            sources=tuple(source for source in model.sources if source.id in self.sources),
            documents=tuple(document for document in model.documents if document.source in self.sources),
            rdf=tuple(entry for entry in model.rdf if entry[0] in self.sources),
            evidence=self.evidence,
            organisations=organisations,
            places=places,
            names=names,
            identifiers=identifiers,
            groups=tuple(_without_overlaps(group, remaining) for group in groups),
            undertakings=undertakings,
            relationships=relationships,
            events=events,
            statements=statements,
            attributes=attributes,
            standings=tuple(
                self._cut_standing(row, remaining) for row in model.standings if self._still_stands(row, remaining)
            ),
            positions=tuple(row for row in model.positions if row.body in remaining),
            matches=tuple(
                row for row in model.matches if row.source in self.sources and ids.org(row.organisation) in remaining
            ),
            story=(),
        )

    def _is_supported_evidence(self, row: Evidence) -> bool:
        if row.source not in self.sources:
            return False
        return row.basis != "inferred" or (bool(row.premises) and self.sources.issuperset(row.premises))

    def _cut(self, record: R) -> R:
        """The record with the evidence that remains."""
        return replace(record, evidence=tuple(s for s in record.evidence if s.evidence in self.evidence_ids))

    def _supported(self, records: tuple[R, ...]) -> tuple[R, ...]:
        """The claims that still have evidence of a source, and the editors' own."""
        return tuple(after for before in records if self._is_claimed(before, after := self._cut(before)))

    def _is_claimed(self, before: Record, after: Record) -> bool:
        if any(s.evidence not in self.editorial_ids or not s.columns for s in after.evidence):
            return True
        return bool(after.evidence) and all(s.evidence in self.editorial_ids for s in before.evidence)

    def _is_mentioned(self, record: Organisation | NamedPlace, mentioned: set[str]) -> bool:
        if iri_of(record, self.ids) in mentioned:
            return True
        return isinstance(record, Organisation) and any(s.evidence in self.evidence_ids for s in record.evidence)

    def _still_stands(self, row: Standing, remaining: set[str]) -> bool:
        """Whether an editor's decision is about a claim that remains, and still has something that it was made on."""
        if row.record not in remaining:
            return False
        against = not row.counter_evidence or not self.evidence_ids.isdisjoint(row.counter_evidence)
        return against and (not row.contradicts or not remaining.isdisjoint(row.contradicts))

    def _cut_standing(self, row: Standing, remaining: set[str]) -> Standing:
        return replace(
            row,
            contradicts=tuple(iri for iri in row.contradicts if iri in remaining),
            counter_evidence=tuple(slug for slug in row.counter_evidence if slug in self.evidence_ids),
        )


def _without_overlaps(group: Group, remaining: set[str]) -> Group:
    return replace(group, may_overlap=tuple(iri for iri in group.may_overlap if iri in remaining))


def _mentioned_iris(record: Record, ids: Ids) -> list[str]:
    """Every IRI in the fields of a record, and what it names by id alone."""
    iris: list[str] = []
    if isinstance(record, Name | Identifier | Attribute):
        iris.append(ids.org(record.organisation))
    if isinstance(record, Group):
        iris += [*map(ids.org, record.members), *map(ids.place, record.places)]
    for field in fields(record):
        value = getattr(record, field.name)
        texts = value if isinstance(value, tuple) else (value,)
        iris += [text for text in texts if isinstance(text, str) and "://" in text]
    return iris
