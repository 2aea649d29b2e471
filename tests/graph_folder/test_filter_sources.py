"""`--only`: the graph as some of its sources tell it, with nothing of the others and no loose ends."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from partnergraph.build.assemble import assemble
from partnergraph.check import check
from partnergraph.errors import DataError
from partnergraph.graph_folder.filter_sources import filter_sources
from partnergraph.graph_folder.folder import read_folder
from partnergraph.model.ids import Ids
from partnergraph.model.rdf_terms import IRI
from partnergraph.model.record_quads import iri_of, quads_of
from partnergraph.model.records import Evidence, MatchDecision, Model, Record, Relationship, Source, Standing, Support
from tests.conftest import ROOT

PAGE, MINUTES = "keele-spcsc-partnerships", "covcab"
TABLES = (
    *("organisations", "names", "identifiers", "places", "groups", "undertakings"),
    *("relationships", "events", "statements", "attributes"),
)


@pytest.fixture(scope="module")
def whole() -> Model:
    return read_folder(ROOT / "data").model


@pytest.fixture(scope="module")
def ids(whole: Model) -> Ids:
    return Ids(whole.config.base)


def records(model: Model) -> list[Record]:
    return [record for table in TABLES for record in getattr(model, table)]


def named(model: Model, ids: Ids) -> set[str]:
    return {iri_of(record, ids) for record in records(model)}


def test_no_source_leaves_a_loose_end(whole: Model, ids: Ids) -> None:
    """Whatever a narrow graph points at is in it."""
    loose = []
    for source in whole.sources:
        quads = list(quads_of(filter_sources(whole, frozenset([source.id]), ids)))
        subjects = {quad.s for quad in quads}
        pointed = {quad.o for quad in quads if isinstance(quad.o, IRI) and quad.o.startswith(f"{ids.base}id/")}
        loose += [(source.id, target) for target in sorted(pointed - subjects)]
    assert len(whole.sources) > 90
    assert loose == []


@pytest.mark.parametrize(
    "only",
    [{PAGE}, {MINUTES}, {"rcgp-hq"}, {PAGE, MINUTES}, set[str]()],
    ids=lambda only: "+".join(sorted(only)) or "none",
)
def test_a_narrow_graph_has_no_findings(only: set[str], whole: Model, ids: Ids) -> None:
    assert check(assemble(filter_sources(whole, frozenset(only), ids)).reader()) == []


def test_only_evidence_of_the_sources_kept_and_of_the_editor_is_left(whole: Model, ids: Ids) -> None:
    model = filter_sources(whole, frozenset([PAGE]), ids)
    assert {source.id for source in model.sources} == {PAGE, "editor"}
    assert {row.source for row in model.evidence} <= {PAGE, "editor"}
    assert len([row for row in model.evidence if row.source == PAGE]) == 56
    left = {row.id for row in model.evidence}
    assert {s.evidence for record in records(model) for s in record.evidence} <= left
    assert [iri_of(r, ids) for t in TABLES[1:] for r in getattr(model, t) if t != "places" and not r.evidence] == []


def test_an_inference_stays_only_when_all_that_it_rests_on_stays(whole: Model, ids: Ids) -> None:
    kept = {
        only: filter_sources(whole, frozenset(only), ids) for only in ((PAGE,), (PAGE, MINUTES), ("etr2022", "etr2025"))
    }
    for only, model in kept.items():
        inferred = [row for row in model.evidence if row.basis == "inferred"]
        assert all(row.premises and set(row.premises) <= {*only, "editor"} for row in inferred)
    assert "E2" in {row.id for row in kept["etr2022", "etr2025"].evidence}
    assert "E2" not in {row.id for row in filter_sources(whole, frozenset(["etr2022"]), ids).evidence}


def test_more_sources_never_tell_less(whole: Model, ids: Ids) -> None:
    one, two = (filter_sources(whole, frozenset(only), ids) for only in ([PAGE], [PAGE, MINUTES]))
    assert named(one, ids) < named(two, ids) < named(whole, ids)
    assert {row.id for row in one.evidence} < {row.id for row in two.evidence}


def test_narrowing_twice_is_narrowing_once(whole: Model, ids: Ids) -> None:
    once = filter_sources(whole, frozenset([PAGE]), ids)
    assert filter_sources(once, frozenset([PAGE]), ids) == once


def test_the_dispute_is_gone_when_the_source_that_disputes_is_gone(whole: Model, ids: Ids) -> None:
    def disputed(*only: str) -> list[Standing]:
        model = filter_sources(whole, frozenset(only), ids)
        return [row for row in model.standings if row.standing == "disputed"]

    assert disputed(PAGE) == []
    both = disputed(PAGE, MINUTES)
    assert len(both) == 3, "who leads, and the two departments that pay through it"
    for row in both:
        assert row.contradicts
        assert row.counter_evidence
        assert set(row.counter_evidence) <= {row.id for row in whole.evidence if row.source == MINUTES}


def test_the_document_stays_with_its_source(whole: Model, ids: Ids) -> None:
    assert [d.source for d in filter_sources(whole, frozenset([PAGE]), ids).documents] == [PAGE]
    assert filter_sources(whole, frozenset([MINUTES]), ids).documents == ()


def test_a_group_points_at_no_group_that_is_gone(whole: Model, ids: Ids) -> None:
    groups = {row.id: row for row in filter_sources(whole, frozenset([MINUTES]), ids).groups}
    assert groups["wmswtp-fifteen-local-authorities"].may_overlap == ()
    both = {row.id: row for row in filter_sources(whole, frozenset([PAGE, MINUTES]), ids).groups}
    assert both["wmswtp-fifteen-local-authorities"].may_overlap == (ids.group(PAGE, "wmswtp-local-authorities"),)


def test_the_body_of_an_attribute_stays_even_when_no_evidence_for_itself_does(whole: Model, ids: Ids) -> None:
    model = filter_sources(whole, frozenset(["rcgp-hq"]), ids)
    owners = {row.organisation for row in model.attributes} | {row.organisation for row in model.names}
    owners |= {row.organisation for row in model.identifiers}
    assert "royal-college-of-general-practitioners" in owners
    assert owners <= {row.id for row in model.organisations}


def test_a_claim_is_lost_when_only_an_editors_addition_to_it_is_left(whole: Model, ids: Ids) -> None:
    """An editor may add a column to what a source says; without the source there is nothing to add to."""
    sources = (Source("page", kind="document"), Source("other", kind="document"), Source("editor", kind="editorial"))
    evidence = (
        Evidence("p", source="page", basis="stated"),
        Evidence("e", source="editor", basis="editor"),
    )
    parties: dict[str, Any] = {"kind": "funding", "from_": ids.org("a"), "to": ids.org("b")}
    added = Support("e", frozenset({"start"}))
    model = Model(
        config=whole.config,
        sources=sources,
        evidence=evidence,
        relationships=(
            Relationship("said-and-added-to", (Support("p"), added), **parties),
            Relationship("the-editors-own", (Support("e"),), **parties),
            Relationship("the-editors-own-in-parts", (added,), **parties),
        ),
    )
    assert [r.id for r in filter_sources(model, frozenset(["page"]), ids).relationships] == [
        r.id for r in model.relationships
    ]
    left = filter_sources(model, frozenset(["other"]), ids).relationships
    assert [r.id for r in left] == ["the-editors-own", "the-editors-own-in-parts"]


def test_nothing_but_the_parts_named_here_is_narrowed(whole: Model, ids: Ids) -> None:
    """A table that is added to the model must be thought of here."""
    thought_of = {
        *TABLES,
        "config",
        "sources",
        "documents",
        "evidence",
        "rdf",
        "standings",
        "positions",
        "matches",
        "story",
    }
    assert {field.name for field in fields(Model)} <= thought_of
    assert filter_sources(replace(whole, rdf=((MINUTES, "x.ttl"),)), frozenset([PAGE]), ids).rdf == ()


def test_a_decision_goes_with_its_source_and_its_body(whole: Model, ids: Ids) -> None:
    body = whole.organisations[0].id
    decided = tuple(MatchDecision("m", (), body, source, "R0A", "same", "keeper") for source in (PAGE, MINUTES))
    left = filter_sources(replace(whole, matches=decided), frozenset([PAGE]), ids)
    alive = {row.id for row in left.organisations}
    assert left.matches == tuple(row for row in decided if row.source == PAGE and body in alive)
    everything = filter_sources(replace(whole, matches=decided), frozenset(row.id for row in whole.sources), ids)
    assert everything.matches == decided


def test_reading_with_only_is_reading_and_narrowing(whole: Model, ids: Ids) -> None:
    assert read_folder(ROOT / "data", {PAGE}).model == filter_sources(whole, frozenset([PAGE]), ids)


def test_an_unknown_source_is_refused_with_the_nearest() -> None:
    with pytest.raises(DataError, match=r"'covcap' is not a source of this folder\. Did you mean 'covcab'\?"):
        read_folder(ROOT / "data", {"covcap"})
