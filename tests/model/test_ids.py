"""IRIs: minted from the ids of rows, all under the graph's base, no two kinds of record alike."""

from __future__ import annotations

import pytest

from partnergraph.graph_folder.folder import read_folder
from partnergraph.model.ids import Ids
from partnergraph.model.record_quads import iri_of
from partnergraph.model.records import (
    Attribute,
    Event,
    Evidence,
    Group,
    Identifier,
    Name,
    NamedPlace,
    Organisation,
    Relationship,
    Statement,
    Undertaking,
)
from tests.conftest import ROOT

BASE = "https://example.org/partners/"
IDS = Ids(BASE)


def test_each_kind_of_record_has_a_room_of_its_own() -> None:
    """The same slug in every table: eleven IRIs, no two alike."""
    minted = [
        *(
            IDS.org("x"),
            IDS.group("s", "x"),
            IDS.undertaking("x"),
            IDS.place("x"),
            IDS.relationship("x"),
            IDS.event("x"),
        ),
        *(IDS.statement("s", "x"), IDS.name("x"), IDS.attribute("x"), IDS.source("x"), IDS.evidence("s", "x")),
    ]
    assert len(set(minted)) == len(minted) == 11
    assert all(iri.startswith(f"{BASE}id/") for iri in minted)


@pytest.mark.parametrize(
    ("record", "iri"),
    [
        (Organisation("keele-university"), "id/org/keele-university"),
        (Group("universities", source="covcab"), "id/group/covcab/universities"),
        (Undertaking("ref"), "id/undertaking/ref"),
        (NamedPlace("coventry"), "id/place/coventry"),
        (Relationship("membership--a--b--2009"), "id/rel/membership--a--b--2009"),
        (Event("a--start--1949"), "id/event/a--start--1949"),
        (Statement("aim", source="page"), "id/record/page/aim"),
        (Name("a--b"), "id/name/a--b"),
        (Attribute("a--address"), "id/attribute/a--address"),
        (Identifier("", scheme="ror", value="https://ror.org/00340yn33"), "id/identifier/ror-00340yn33"),
        (Identifier("", scheme="isni", value="0000 0004 0415 6205"), "id/identifier/isni-0000-0004-0415-6205"),
        (
            Identifier("", scheme="website", value="https://www.keele.ac.uk/"),
            "id/identifier/website-https-www-keele-ac-uk",
        ),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else None,
)
def test_a_record_is_named_by_its_row(record: Organisation, iri: str) -> None:
    assert iri_of(record, IDS) == BASE + iri


def test_a_record_without_a_claim_has_no_iri_here() -> None:
    with pytest.raises(TypeError, match="Evidence has no claim of its own"):
        iri_of(Evidence("e1"), IDS)


def test_groups_and_statements_of_two_sources_may_be_called_alike() -> None:
    assert IDS.group("one", "members") != IDS.group("two", "members")
    assert IDS.statement("one", "aim") != IDS.statement("two", "aim")
    assert IDS.evidence("one", "e1") != IDS.evidence("two", "e1")


def test_graphs_are_under_the_base() -> None:
    assert IDS.graph("source", "page") == f"{BASE}graph/source/page"
    assert IDS.graph("entities") == f"{BASE}graph/entities"


def test_no_two_identifiers_of_the_keele_graph_meet_in_one_iri() -> None:
    """The slug of an identifier's value drops marks, so two values could."""
    values: dict[str, set[str]] = {}
    for record in read_folder(ROOT / "data").model.identifiers:
        values.setdefault(iri_of(record, IDS), set()).add(record.value)
    assert len(values) > 300
    assert {iri: found for iri, found in values.items() if len(found) > 1} == {}
