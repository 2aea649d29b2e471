"""The read model tells what the graph states, and a lookup of one entity tells the same."""

from __future__ import annotations

import pytest

from partnergraph.claims.entities import ENTITY_CLASSES
from partnergraph.claims.entity_lookup import EntityLookup
from partnergraph.claims.read_model import ReadModel
from partnergraph.store import Reader
from partnergraph.vocabulary import PG

KEELE = "https://w3id.org/partnergraph/id/org/keele-university"


@pytest.fixture(scope="module")
def model(whole: Reader) -> ReadModel:
    return ReadModel(whole)


def test_every_entity_of_the_graph_is_in_the_model_once(model: ReadModel) -> None:
    for kind, class_iri in ENTITY_CLASSES.items():
        rows = model.reader.rows(f"SELECT DISTINCT ?x {{ ?x a <{class_iri}> }} ORDER BY ?x")
        assert [row["x"] for row in rows] == [iri for iri, entity in model.entities.items() if entity.kind == kind]
        assert rows


def test_the_records_of_an_entity_have_evidence_of_the_model(model: ReadModel) -> None:
    keele = model.entities[KEELE]
    records = [*keele.identifiers, *model.names[KEELE], *model.attributes[KEELE], *model.statements.get(KEELE, ())]
    records += [event for event in model.events if KEELE in (*event.before, *event.after, *event.about)]
    assert len(records) > 5
    assert all(iri in model.evidence for record in records for iri in record.evidence)
    assert any(record.evidence for record in records)
    assert {item.source.iri for item in model.evidence.values()} <= model.sources.keys()


def test_a_lookup_tells_of_an_entity_what_the_model_tells(model: ReadModel, whole: Reader) -> None:
    compared = 0
    for iri, entity in model.entities.items():
        lookup = EntityLookup(whole, iri)
        assert (lookup.label, lookup.kind) == (entity.label, entity.kind)
        assert lookup.types == sorted(entity.types)
        values = {(scheme, value) for scheme, texts in lookup.identifiers.items() for value in texts}
        assert values == {(identifier.scheme, identifier.value) for identifier in entity.identifiers}
        kinds = {name.name: name.kind for name in model.names.get(iri, ()) if name.name != entity.label}
        assert dict(lookup.other_names) == kinds
        stated = {(attribute.property, attribute.value) for attribute in model.attributes.get(iri, ())}
        assert {(code, value) for code, texts in lookup.attributes.items() for value in texts} == stated
        compared += len(values) + len(kinds) + len(stated)
    assert compared > 100


def test_a_lookup_knows_who_an_entity_is_connected_with(model: ReadModel, whole: Reader) -> None:
    claims = [claim for claim in model.claims() if claim.standing != "retracted"]
    ends = [(claim.from_.iri, claim.to.iri) for claim in claims]
    connected = {b if a == KEELE else a for a, b in ends if KEELE in (a, b)} - {KEELE}
    assert len(connected) > 5
    assert set(EntityLookup(whole, KEELE).related[""]) == connected
    assert EntityLookup(whole, "urn:x:nothing").related == {}


def test_claims_without_evidence_are_otherwise_the_same(model: ReadModel) -> None:
    from partnergraph.claims.relationships import read_claims

    full, bare = model.claims(derived=True), read_claims(model.reader, derived=True, evidence={})
    assert [(claim.iri, str(claim).splitlines()[:2]) for claim in full] == [
        (claim.iri, str(claim).splitlines()[:2]) for claim in bare
    ]
    assert any(claim.evidence for claim in full)
    assert not any(claim.evidence for claim in bare)
    assert len(full) > len(model.reader.rows(f"SELECT DISTINCT ?x {{ ?x a <{PG.DerivedRelationship}> }}"))
