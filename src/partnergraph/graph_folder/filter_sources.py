"""The graph as only some of its sources tell it."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TypeVar, cast

from partnergraph.model.ids import Ids
from partnergraph.model.record_quads import iri_of
from partnergraph.model.records import Attribute, Group, Identifier, Model, Name, Record

R = TypeVar("R", bound=Record)


def filter_sources(model: Model, only: frozenset[str], ids: Ids) -> Model:
    """Keep what these sources say, and the editor's entries as far as they rest on them.

    Evidence of other sources goes first, and inferences that rest on another source or on none; then every claim that
    lost its last evidence, or keeps only what the editor adds to what a source said; then bodies and places nothing
    mentions any more; then decisions about claims that are gone, or that were made on evidence that is gone. The story,
    which is told about the whole, goes too.
    """
    editors = {source.id for source in model.sources if source.kind == "editorial"}
    keep = only | editors
    evidence = tuple(
        row
        for row in model.evidence
        if row.source in keep and (row.basis != "inferred" or (row.premises and set(row.premises) <= keep))
    )
    left = {row.id for row in evidence}
    own = {row.id for row in model.evidence if row.source in editors}

    def supported(rows: tuple[R, ...]) -> tuple[R, ...]:
        cut = ((row, replace(row, evidence=tuple(s for s in row.evidence if s.evidence in left))) for row in rows)
        return tuple(
            after
            for before, after in cut
            if any(s.evidence not in own or not s.columns for s in after.evidence)
            or (after.evidence and all(s.evidence in own for s in before.evidence))
        )

    relationships = supported(model.relationships)
    claims = {
        "relationships": relationships,
        **{
            name: supported(getattr(model, name))
            for name in ("names", "identifiers", "groups", "undertakings", "events", "statements", "attributes")
        },
    }
    mentioned = {iri for rows in claims.values() for row in rows for iri in _mentioned(row, ids)}
    organisations = tuple(
        replace(row, evidence=tuple(s for s in row.evidence if s.evidence in left))
        for row in model.organisations
        if ids.org(row.id) in mentioned or any(s.evidence in left for s in row.evidence)
    )
    alive = {str(iri_of(row, ids)) for rows in claims.values() for row in rows} | {ids.org(r.id) for r in organisations}
    claims["groups"] = tuple(
        replace(group, may_overlap=tuple(other for other in group.may_overlap if other in alive))
        for group in cast(tuple[Group, ...], claims["groups"])
    )
    standings = tuple(
        replace(
            row,
            contradicts=tuple(other for other in row.contradicts if other in alive),
            counter_evidence=tuple(slug for slug in row.counter_evidence if slug in left),
        )
        for row in model.standings
        if row.record in alive
        and (not row.counter_evidence or any(slug in left for slug in row.counter_evidence))
        and (not row.contradicts or any(other in alive for other in row.contradicts))
    )
    return replace(
        model,
        sources=tuple(source for source in model.sources if source.id in keep),
        documents=tuple(document for document in model.documents if document.source in keep),
        rdf=tuple(entry for entry in model.rdf if entry[0] in keep),
        evidence=evidence,
        organisations=organisations,
        places=tuple(
            replace(row, evidence=tuple(s for s in row.evidence if s.evidence in left))
            for row in model.places
            if ids.place(row.id) in mentioned
        ),
        standings=standings,
        positions=tuple(row for row in model.positions if row.body in alive),
        matches=tuple(row for row in model.matches if row.source in keep and ids.org(row.organisation) in alive),
        story=(),
        **claims,  # type: ignore[arg-type]
    )


def _mentioned(row: Record, ids: Ids) -> list[str]:
    """Every IRI in the fields of a record, and what it names by id alone."""
    found: list[str] = []
    if isinstance(row, Name | Identifier | Attribute):
        found.append(ids.org(row.organisation))
    if isinstance(row, Group):
        found += [*map(ids.org, row.members), *map(ids.place, row.places)]
    for field in fields(row):
        value = getattr(row, field.name)
        found += [v for v in (value if isinstance(value, tuple) else (value,)) if isinstance(v, str) and "://" in v]
    return found
