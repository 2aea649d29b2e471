"""Why two bodies are connected, and the shortest way where no claim names both."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from partnergraph import PartnerGraph, QueryError
from partnergraph.network.connections import MAX_LENGTH, shortest_route
from tests.network.conftest import O

Made = Callable[[str], PartnerGraph]
TEACHING = "West Midlands Social Work Teaching Partnership"


def test_a_disputed_claim_shows_both_sides(graph: PartnerGraph) -> None:
    found = {claim.kind: claim for claim in graph.why("Coventry University", TEACHING)}
    led = found["leadership"]
    assert led.sentence == f"Coventry University leads {TEACHING} as lead authority"
    assert led.standing == "disputed"
    assert [(piece.id, piece.form) for piece in led.evidence] == [("S51", "quoted")]
    assert {piece.id for piece in led.counter_evidence} == {"covcab-2", "covnews-1"}
    text = str(led)
    assert "“Coventry University, who acts as the lead authority” (S51;" in text
    assert "- against it: According to Cabinet, 28 August 2018, item 36" in text
    assert "disputed: The School’s page says that Coventry University acts as the lead authority" in text
    [other] = [claim for claim in graph.why("Coventry City Council", TEACHING) if claim.kind == "leadership"]
    assert other.iri in led.contradicts
    assert led.iri in other.contradicts
    assert {piece.source.id for piece in other.evidence} >= {"covcab"}


def test_only_a_quotation_stands_in_quotation_marks(graph: PartnerGraph) -> None:
    forms = set()
    for claim in graph.claims():
        for piece in (*claim.evidence, *claim.counter_evidence):
            forms.add(piece.form)
            text = str(piece)
            assert text.startswith("“") == (piece.form == "quoted")
            assert (f"“{piece.says}”" in text) is False
            start = {"cited": "According to ", "editor": "Supplied by the editor: ", "inferred": "Inferred"}
            assert text.startswith(start.get(piece.form, "“"))
    assert forms == {"quoted", "cited", "editor", "inferred"}


def test_a_body_in_between_counts_as_named(graph: PartnerGraph) -> None:
    paid, through = graph.why("Department for Education", "Coventry University")
    assert (through.kind, through.derived_from) == ("funding-through", (paid.iri,))
    assert paid.kind == "funding"
    assert paid.sentence == f"Department for Education funds {TEACHING}, through Coventry University"
    assert [piece.id for piece in paid.evidence] == ["S47", "S50"]


def test_both_orders_and_every_name_of_a_body_give_the_same(graph: PartnerGraph) -> None:
    there = graph.why("PHE", "DHSC")
    assert there
    assert there == graph.why("Department of Health", "Public Health England")
    assert there == graph.why(O + "public-health-england", O + "department-of-health")


def test_what_is_stated_comes_before_what_is_inferred_and_derived(graph: PartnerGraph) -> None:
    found = graph.why("Keele University", "University of Oxford")
    ranks = [2 if claim.derived_by else 1 if claim.inferred else 0 for claim in found]
    assert ranks == sorted(ranks)
    assert {claim.derived_by for claim in found} == {None, "co-membership"}
    derived = next(claim for claim in found if claim.derived_by)
    assert "derived by the rule co-membership from 2 claims" in str(derived)
    assert len(derived.premises) == 2
    for premise in derived.premises:
        assert f"  - premise: {premise.sentence}; " in str(derived)


def test_an_end_of_a_party_is_given_with_its_evidence(graph: PartnerGraph) -> None:
    [claim] = graph.why("Impact Accelerator Unit", "Public Health England")
    assert (claim.end, claim.end_bounds, claim.valid_until) == (None, None, (None, "2021-10-01"))
    ended = next(event for event in claim.bounded_by if not event.begins)
    assert str(ended) == "Public Health England ended 2021-10-01"
    assert f"  cannot have held after that: {ended}" in str(claim).splitlines()
    assert ended.evidence
    assert all(f"    - {item}" in str(claim).splitlines() for item in ended.evidence)
    assert claim.status("2026-11-30") == "ended"
    assert claim.status_in_words("2026-11-30") == "ended 2021-10-01 at the latest"
    assert claim.status("2000") == "ahead"
    assert claim.status_in_words("2019").startswith("last confirmed ")


def test_a_name_that_nobody_has_is_an_error_with_the_nearest(graph: PartnerGraph) -> None:
    with pytest.raises(QueryError, match="Did you mean"):
        graph.why("Coventry Universty", TEACHING)
    with pytest.raises(QueryError, match="Nothing here is called 'qqqq'"):
        graph.why("Coventry University", "qqqq")


def test_the_route_is_the_shortest_and_every_hop_has_its_claims(graph: PartnerGraph) -> None:
    assert graph.why("Wellcome Trust", "Coventry City Council") == []
    hops = shortest_route(graph.reader, "Wellcome Trust", "Coventry City Council")
    place = O + "wellcome-trust"
    for hop in hops:
        parties = {frozenset((claim.from_.iri, claim.to.iri)) for claim in hop}
        [ends] = parties
        assert place in ends
        [place] = ends - {place}
        assert all(claim.evidence and claim.derived_by is None for claim in hop)
    assert place == O + "coventry-city-council"
    import networkx as nx

    plain = nx.Graph((claim.from_.iri, claim.to.iri) for claim in graph.claims())
    assert len(hops) == nx.shortest_path_length(plain, O + "wellcome-trust", O + "coventry-city-council")


def test_there_is_no_route_to_itself_or_to_what_nothing_is_joined_to(graph: PartnerGraph, turtle: Made) -> None:
    assert shortest_route(graph.reader, "Keele University", "Keele University") == []
    small = turtle('o:a a org:Organization ; skos:prefLabel "A" . o:b a org:Organization ; skos:prefLabel "B" .')
    assert shortest_route(small.reader, "A", "B") == []


def test_a_route_has_at_most_six_hops(turtle: Made) -> None:
    chain = "".join(
        f'o:n{n} a org:Organization ; skos:prefLabel "N{n}" . '
        f"rel:r{n} a pg:Relationship ; pg:kind code:funding ; pg:from o:n{n} ; pg:to o:n{n + 1} ; pg:evidence ev:e .\n"
        for n in range(9)
    )
    small = turtle(chain)
    assert len(shortest_route(small.reader, "N0", "N6")) == MAX_LENGTH == 6
    assert shortest_route(small.reader, "N0", "N7") == []
    assert len(shortest_route(small.reader, "N6", "N1")) == 5, "against the direction of the claims"


def test_the_same_two_bodies_give_the_same_route_in_both_directions(graph: PartnerGraph) -> None:
    there = shortest_route(graph.reader, "Wellcome Trust", "Newman University")
    back = shortest_route(graph.reader, "Newman University", "Wellcome Trust")
    assert len(there) == len(back) > 1
