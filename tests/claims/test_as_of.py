"""The graph on a date: one rule of yes, no and unknown for SPARQL, `why`, the network and the page."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from partnergraph import PartnerGraph, UsageError
from partnergraph.claims.as_of import as_of
from partnergraph.claims.date_window import date_window
from partnergraph.claims.relationships import read_claims
from partnergraph.network import build_network
from partnergraph.store import Reader

DATES = ["1900", "2012-06", "2018-08-28", "2024"]
SMALL = """@prefix pg: <https://w3id.org/partnergraph/ns#> . @prefix code: <https://w3id.org/partnergraph/code/> .
@prefix o: <https://example.org/id/org/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<https://example.org/id/rel/r> a pg:Relationship ; pg:kind code:membership ; pg:from o:a ; pg:to o:b ;
  pg:start "2010"^^xsd:gYear ; pg:startEarliest "2010-01-01"^^xsd:date ; pg:startLatest "2010-12-31"^^xsd:date ;
  pg:end "2012-03"^^xsd:gYearMonth ; pg:endEarliest "2012-03-01"^^xsd:date ; pg:endLatest "2012-03-31"^^xsd:date .
"""


@pytest.fixture(scope="module")
def views(whole: Reader) -> Callable[[str], Reader]:
    """The whole graph as of a date, made once for each."""
    return cache(lambda date: as_of(whole, date))


@pytest.mark.parametrize("date", DATES)
def test_a_claim_is_in_the_view_unless_it_surely_did_not_hold_and_says_whether_it_surely_did(
    whole: Reader, views: Callable[[str], Reader], date: str
) -> None:
    view = views(date)
    expected = {claim.iri: claim.holds(*date_window(date)) for claim in read_claims(whole)}
    rows = view.rows(
        "SELECT ?r ?then { ?r a pg:Relationship ; pg:inForce ?then FILTER NOT EXISTS { ?r pg:derivedBy ?x } }"
    )
    assert {str(row["r"]): row["then"] for row in rows} == {iri: then for iri, then in expected.items() if then != "no"}
    assert "no" in expected.values()
    assert not view.ask("ASK { ?r a pg:Relationship FILTER NOT EXISTS { ?r pg:inForce ?then } }")


@pytest.mark.parametrize("date", DATES)
def test_short_properties_and_derived_links_are_those_of_what_is_left(
    views: Callable[[str], Reader], date: str
) -> None:
    view = views(date)
    loose = """ASK { ?a pg:memberOf ?b FILTER NOT EXISTS {
      ?r pg:kind code:membership ; pg:from ?a ; pg:to ?b FILTER NOT EXISTS { ?r pg:derivedBy ?rule } } }"""
    assert not view.ask(loose)
    assert not view.ask("ASK { ?d pg:derivedBy ?rule ; pg:derivedFrom ?r FILTER NOT EXISTS { ?r a ?class } }")
    assert not view.ask("ASK { ?a pg:succeededBy ?b FILTER NOT EXISTS { ?d pg:kind code:succession ; pg:from ?a } }")


def test_events_that_lie_ahead_have_not_happened(whole: Reader, views: Callable[[str], Reader]) -> None:
    asked = "SELECT ?e { ?e a pg:ChangeEvent ; pg:dateEarliest ?d FILTER(?d > '2012-12-31'^^xsd:date) }"
    assert len(whole.rows(asked)) > 3
    assert views("2012").rows(asked) == []
    assert views("2012").rows("SELECT ?e { ?e a pg:ChangeEvent }")


def test_the_network_of_a_date_is_the_network_of_its_view(whole: Reader, views: Callable[[str], Reader]) -> None:
    for date in DATES:
        direct = build_network(whole, as_of=date, derived=True)
        told = {row["r"]: row["then"] for row in views(date).rows("SELECT ?r ?then { ?r pg:inForce ?then }")}
        found = {key: data["holds"] for _, _, key, data in direct.edges(keys=True, data=True)}
        assert found
        assert {key: told[key] for key in found} == found


@pytest.mark.parametrize(
    ("date", "then"),
    [
        *(("2009", None), ("2009-12-31", None), ("2010", "yes"), ("2010-06", "unknown"), ("2011", "yes")),
        *(("2012-03", "yes"), ("2012-03-15", "unknown"), ("2012-04", None), ("2012", "yes")),
    ],
)
def test_partial_dates_keep_their_precision(tmp_path: Path, date: str, then: str | None) -> None:
    (tmp_path / "small.ttl").write_text(SMALL, "utf-8")
    rows = PartnerGraph.open(tmp_path / "small.ttl").as_of(date).query("SELECT ?then { ?r pg:inForce ?then }").rows
    assert [row["then"] for row in rows] == ([then] if then else [])


def test_a_file_without_named_graphs_has_its_dates_too(tmp_path: Path) -> None:
    (tmp_path / "small.ttl").write_text(SMALL, "utf-8")
    graph = PartnerGraph.open(tmp_path / "small.ttl")
    assert graph.as_of("2011").ask("ASK { ?r a pg:Relationship ; pg:inForce 'yes' }")
    assert not graph.as_of("2013").ask("ASK { ?r ?p ?o }")
    assert len(graph.query("SELECT * { ?r ?p ?o }")) == 10, "the graph itself stays as it was"


@pytest.mark.parametrize("wrong", ["", "14", "2014-13", "2014-6", "last year", "2014-02-30"])
def test_another_form_of_date_is_refused(whole: Reader, wrong: str) -> None:
    with pytest.raises(UsageError, match=r"is not a date. Write it as 2014, 2014-06 or 2014-06-30."):
        as_of(whole, wrong)
