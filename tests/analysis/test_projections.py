"""Projections: against the acceptance values of the design, and against loops in plain Python on made-up columns."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import asdict, replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partnergraph.analysis import pair_links, projections
from partnergraph.analysis.hierarchies import top_parents, transitive_keys
from partnergraph.analysis.projection import PROJECTIONS, Projection, Scope, scope_sentence
from partnergraph.analysis.projections import project, yearly
from partnergraph.claims.claim_columns import (
    DISPUTED,
    END_STATED,
    ENTITY_KINDS,
    INFERRED,
    OPEN_END,
    OPEN_START,
    RETRACTED,
    START_STATED,
    SUPERSEDED,
    ClaimColumns,
)
from partnergraph.claims.relationships import read_claims
from partnergraph.errors import UsageError
from partnergraph.store import Reader
from tests.analysis.projection_reference import Options, PlainProjection

ORG = "https://w3id.org/partnergraph/id/org/"
SCHOOL, KEELE = "school-of-primary-community-and-social-care", "keele-university"
TRUST = "midlands-partnership-university-nhs-foundation-trust"
MODES = {"stated": False, "with-inferred": True}


def short(iri: str) -> str:
    """The last part of an IRI."""
    return iri.rsplit("/", 1)[1]


def short_pairs(projection: Projection) -> set[tuple[str, str]]:
    """The pairs by the last parts of IRIs."""
    iris = [short(iri) for iri in projection.iris]
    return {(iris[start], iris[end]) for start, end in projection.pairs.tolist()}


def sizes_of_components(projection: Projection) -> list[int]:
    return sorted(map(len, nx.connected_components(projection.to_networkx())), reverse=True)


# The acceptance values. They rest on the dates that claims state; see the test of the present rule below.


def by_older_rule(columns: ClaimColumns) -> ClaimColumns:
    """Without stated parts and wholes, which the rule 04 did not look at when 191 pairs were counted."""
    parts = columns.kind == columns.kinds.index("part-of")
    return replace(columns, flags=np.where(parts, columns.flags | RETRACTED, columns.flags).astype(np.uint8))


@pytest.mark.parametrize("mode", MODES)
def test_counts_dates_and_what_is_left_out(reference_columns: ClaimColumns, accept: dict[str, Any], mode: str) -> None:
    projection = project(reference_columns, "claims", with_inferred=MODES[mode])
    scope = projection.scope
    assert scope.counted == accept[f"{mode}/claims_counted"]
    assert {"no date": scope.undated, "with an end": scope.with_end} == accept[f"{mode}/dates"]
    left_out = {"disputed, superseded, retracted": scope.disputed, "inferred": scope.inferred}
    assert left_out == accept[f"{mode}/left_out"]
    assert len(projection.pair_claims) == accept[f"{mode}/claims_between_named_organisations"]
    assert scope.groups == accept["bodies"]["group"]


@pytest.mark.parametrize("mode", MODES)
def test_nodes_pairs_and_components_of_the_claims(
    reference_columns: ClaimColumns, accept: dict[str, Any], mode: str
) -> None:
    projection = project(reference_columns, "claims", with_inferred=MODES[mode])
    assert len(projection.nodes) == accept[f"{mode}/claims/nodes"]
    assert len(projection.pairs) == accept[f"{mode}/claims/edges"]
    assert sizes_of_components(projection) == accept[f"{mode}/claims/components"]


def test_degrees(reference_columns: ClaimColumns, accept: dict[str, Any]) -> None:
    graph = project(reference_columns, "claims").to_networkx()
    degrees = sorted(((short(iri), degree) for iri, degree in graph.degree), key=lambda row: (-row[1], row[0]))
    assert [list(row) for row in degrees[:15]] == accept["stated/claims/degree_top15"]


@pytest.mark.parametrize("mode", MODES)
def test_co_membership_by_the_older_rule(
    reference_stated_columns: ClaimColumns, accept: dict[str, Any], mode: str
) -> None:
    projection = project(by_older_rule(reference_stated_columns), "co-membership", with_inferred=MODES[mode])
    assert len(projection.nodes) == accept[f"{mode}/co-membership/nodes"]
    assert len(projection.pairs) == accept[f"{mode}/co-membership/edges"]
    assert sizes_of_components(projection) == accept[f"{mode}/co-membership/components"]
    if mode == "stated":
        assert max(nx.core_number(projection.to_networkx()).values()) == accept["stated/co-membership/core_max"]


# What the rule as it is now leaves out: the School is a part of Keele; and it closed in 2020, before the other bodies
# joined the partnerships of both.
NO_LONGER = {
    "stated": {
        (KEELE, SCHOOL),
        (TRUST, SCHOOL),
        ("queen-mary-university-of-london", SCHOOL),
        (SCHOOL, "university-of-exeter"),
    },
    "with-inferred": {
        (KEELE, SCHOOL),
        ("queen-mary-university-of-london", SCHOOL),
        (SCHOOL, "university-of-exeter"),
    },
}


@pytest.mark.parametrize("mode", MODES)
def test_co_membership_by_the_present_rule(
    reference_columns: ClaimColumns, reference_stated_columns: ClaimColumns, mode: str
) -> None:
    older = project(by_older_rule(reference_stated_columns), "co-membership", with_inferred=MODES[mode])
    present = project(reference_columns, "co-membership", with_inferred=MODES[mode])
    assert short_pairs(older) - short_pairs(present) == NO_LONGER[mode]
    assert short_pairs(present) <= short_pairs(older)
    assert len(present.pairs) == {"stated": 187, "with-inferred": 385}[mode]


def test_sizes_of_partnerships(reference_columns: ClaimColumns, accept: dict[str, Any]) -> None:
    """A pair of one partnership weighs 1 / (n - 1)."""
    projection = project(reference_columns, "two-mode")
    graph = projection.to_networkx()
    named = {short(iri): len(graph[iri]) for iri, mode in graph.nodes(data="bipartite") if mode}
    expected = accept["stated/co-membership/partnerships"]
    assert named == {name: sizes["named"] for name, sizes in expected.items()}
    pairs = project(reference_columns, "co-membership").to_networkx()
    through: dict[tuple[str, str], float] = {}
    for partnership in named:
        members = sorted(graph[ORG + partnership])
        for one in members:
            for other in members:
                if one < other and pairs.has_edge(one, other):
                    share = 1 / (expected[partnership]["n"] - 1)
                    through[one, other] = through.get((one, other), 0) + share
    # Of pairs that are in two partnerships, one may have ended for a member before the other joined.
    weights = {(one, other): weight for one, other, weight in pairs.edges(data="weight")}
    assert weights.keys() == through.keys()
    assert all(weights[pair] <= through[pair] + 1e-12 for pair in weights)
    assert sum(weights[pair] == pytest.approx(through[pair]) for pair in weights) > 180


def test_overlap_of_keele_and_birmingham(reference_stated_columns: ClaimColumns, accept: dict[str, Any]) -> None:
    graph = project(by_older_rule(reference_stated_columns), "co-membership").to_networkx()
    keele, birmingham = (
        {short(iri) for iri in graph[ORG + name]} - {KEELE, "university-of-birmingham"}
        for name in (KEELE, "university-of-birmingham")
    )
    expected = accept["stated/co-membership/overlap_keele_birmingham"]
    assert sorted(keele & birmingham) == expected["shared"]
    assert sorted(keele - birmingham) == expected["only_first"]
    assert sorted(birmingham - keele) == expected["only_second"]


def test_without_the_teaching_partnership(reference_stated_columns: ClaimColumns, accept: dict[str, Any]) -> None:
    columns = by_older_rule(reference_stated_columns)
    expected = accept["stated/co-membership/without_west-midlands-social-work-teaching-partnership"]
    rest = columns.to != columns.entities.index(ORG + "west-midlands-social-work-teaching-partnership")
    flags = np.where(rest, columns.flags, columns.flags | RETRACTED).astype(np.uint8)
    before, after = project(columns, "co-membership"), project(replace(columns, flags=flags), "co-membership")
    assert [len(before.pairs), len(after.pairs)] == [expected["pairs_before"], expected["pairs_after"]]
    assert sizes_of_components(after) == expected["components_after"]
    assert (
        sorted({short(iri) for iri in before.iris} - {short(iri) for iri in after.iris})
        == (expected["without_any_co_member"])
    )


def test_funding(reference_columns: ClaimColumns, accept: dict[str, Any]) -> None:
    projection = project(reference_columns, "funding")
    expected = accept["more/stated/funding"]
    assert sorted(map(list, short_pairs(projection))) == expected["arcs"]
    graph = projection.to_networkx()
    for funder, funded in expected["downstream"].items():
        assert sorted(map(short, nx.descendants(graph, ORG + funder))) == funded


def test_partners_by_year(
    reference_columns: ClaimColumns, reference_stated_columns: ClaimColumns, accept: dict[str, Any]
) -> None:
    body = ORG + "nihr-school-for-primary-care-research"
    bands = yearly(reference_stated_columns, "claims", first=2005, last=2026).of(body)
    expected = accept["more/stated/partners_by_year_nihr-school-for-primary-care-research"]
    assert {str(year): [fewest, most] for year, fewest, most in bands} == expected
    # The body was founded in October 2006, and the School closed in 2020.
    bounded = yearly(reference_columns, "claims", first=2005, last=2026).of(body)
    changed = {year: most for (year, _, most), (_, _, stated) in zip(bounded, bands, strict=True) if most != stated}
    assert changed == {2005: 0, 2021: 12, **dict.fromkeys(range(2022, 2027), 5)}
    assert [fewest for _, fewest, _ in bounded] == [fewest for _, fewest, _ in bands]


def test_years_are_those_that_claims_state(reference_columns: ClaimColumns) -> None:
    """Not those in which their parties were founded: the part of Keele began in 1949 at the earliest."""
    years = yearly(reference_columns, "claims").years
    assert (years[0], years[-1]) == (2008, 2026)
    assert yearly(reference_columns, "claims", last=2010).years == (2008, 2009, 2010)


def test_the_sentence_of_the_scope(reference_columns: ClaimColumns) -> None:
    assert scope_sentence(project(reference_columns, "claims").scope) == (
        "Claims projection, all dates together (of 126 claims 71 give no date, 32 an end); "
        "37 inferred and 1 disputed left out; 16 unnamed groups not counted."
    )
    large = project(reference_columns, "co-membership", with_inferred=True, largest=16, as_of="2019").scope
    assert large.large == (ORG + "west-midlands-social-work-teaching-partnership",)
    assert scope_sentence(large, {large.large[0]: "the teaching partnership"}) == (
        f"Co-membership projection with inferred claims, what can have held in 2019 (of {large.counted} memberships "
        f"{large.undated} give no date, {large.with_end} an end); {large.not_then} surely of another time left out; "
        "1 partnership of more than 16 members left out: the teaching partnership; 16 unnamed groups not counted."
    )


SCOPE = Scope("claims", None, False, False, 2, 1, 1, 0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("scope", "sentence"),
    [
        (SCOPE, "Claims projection, all dates together (of 2 claims 1 gives no date, 1 an end)."),
        (
            replace(SCOPE, undated=2, with_end=0),
            "Claims projection, all dates together (none of 2 claims gives a date).",
        ),
        (replace(SCOPE, counted=0), "Claims projection, all dates together (no claim)."),
        (
            replace(SCOPE, counted=1, undated=0, with_end=0, groups=1),
            "Claims projection, all dates together (of 1 claim each gives a date, none an end); 1 unnamed group not "
            "counted.",
        ),
        (
            replace(SCOPE, date="2014", sure=True, disputed=3, superseded=2, not_then=4, inferred=5),
            "Claims projection, what surely held in 2014 (of 2 claims 1 gives no date, 1 an end); 5 inferred, "
            "1 disputed, 2 superseded or retracted and 4 not surely of that time left out.",
        ),
        (
            replace(SCOPE, projection="funding", rolled_up=True, self_loops=1),
            "Funding projection, units merged into what they are part of, all dates together (of 2 funding claims "
            "1 gives no date, 1 an end); 1 funding claim within one body left out.",
        ),
        (
            replace(SCOPE, projection="two-mode", largest=30, large=("urn:x/a-b", "urn:x/c", "urn:x/d")),
            "Two-mode projection, all dates together (of 2 memberships 1 gives no date, 1 an end); 3 partnerships of "
            "more than 30 members left out: a b, c and d.",
        ),
    ],
)
def test_sentences_are_right_in_number(scope: Scope, sentence: str) -> None:
    assert scope_sentence(scope) == sentence


# Made-up columns against the plain reference.

KINDS = ("funding", "location", "membership", "part-of", "partnership", "succession")
DAYS = [date(year, month, 1).toordinal() for year in range(2010, 2015) for month in (1, 7)]
FLAGS = [*[0] * 12, INFERRED, INFERRED, DISPUTED, SUPERSEDED, RETRACTED, INFERRED | DISPUTED]


def random_bounds(random: Random) -> list[int]:
    """Bounds of the start and the end, each known in both, in one, or in no direction."""
    row = []
    for _ in range(2):
        earliest, latest = sorted(random.choices(DAYS, k=2))
        known = random.choice([3, 3, 2, 1, 0, 0])
        row += [earliest if known & 1 else OPEN_START, latest if known & 2 else OPEN_END]
    return row


@st.composite
def made_columns(draw: st.DrawFn) -> ClaimColumns:
    """Columns whose numbers hypothesis draws, and whose values come from a generator that it seeds: values drawn one by
    one are nearly all the same ones, so that few graphs would have a pair.
    """
    entities, number = draw(st.integers(1, 8)), draw(st.integers(0, 25))
    random = Random(draw(st.integers(0, 2**32)))
    kinds = draw(st.sampled_from([KINDS, ("membership", "part-of"), ("funding", "part-of")]))

    def pairs(first: int, most: int) -> np.ndarray[Any, np.dtype[np.int32]]:
        rows = {(random.randrange(first), random.randrange(entities)) for _ in range(most if first else 0)}
        return np.array(sorted(rows), np.int32).reshape(-1, 2)

    def column(values: list[int] | range, length: int, dtype: Any) -> Any:
        return np.array(random.choices(values, k=length), dtype)

    stated = [0, START_STATED, END_STATED, START_STATED | END_STATED]
    return ClaimColumns(
        entities=[f"urn:e{place}" for place in range(entities)],
        labels=[f"Body {place}" for place in range(entities)],
        entity_kind=column([*[0] * 12, *range(len(ENTITY_KINDS))], entities, np.uint8),
        types=["university", ""] * (entities // 2) + ["trust"] * (entities % 2),
        stated_count=column([0, 0, 0, 3, 9], entities, np.int32),
        claims=[f"urn:c{place:02}" for place in range(number)],
        kinds=kinds,
        from_=column(range(entities), number, np.int32),
        to=column(range((entities + 1) // 2), number, np.int32),
        kind=column(range(len(kinds)), number, np.uint8),
        flags=column(FLAGS, number, np.uint8) | column(stated, number, np.uint8),
        bounds=np.array([random_bounds(random) for _ in range(number)], np.int32).reshape(-1, 4),
        via=pairs(number, random.randrange(12)),
        members=pairs(entities, random.randrange(2)),
        may_overlap=pairs(entities, random.randrange(2)),
        successions=pairs(entities, random.randrange(3)),
    )


@st.composite
def options(draw: st.DrawFn) -> Options:
    name = draw(st.sampled_from(PROJECTIONS))
    as_of = draw(st.sampled_from([None, "2010", "2012", "2012-07", "2013-01-01"]))
    return Options(
        name=name,
        with_inferred=draw(st.booleans()),
        as_of=as_of,
        sure=as_of is not None and draw(st.booleans()),
        roll_up=draw(st.booleans()),
        largest=draw(st.sampled_from([None, 2, 3])) if name in ("co-membership", "two-mode") else None,
        weighted=draw(st.booleans()),
    )


def assert_same(projection: Projection, plain: PlainProjection) -> None:
    nodes = projection.nodes.tolist()
    assert nodes == plain.nodes
    pairs = [(nodes[start], nodes[end]) for start, end in projection.pairs.tolist()]
    assert pairs == sorted(plain.pairs)
    for place, pair in enumerate(pairs):
        first, last = projection.offsets[place : place + 2]
        assert projection.pair_claims[first:last].tolist() == sorted(plain.pairs[pair])
        assert projection.weights[place] == pytest.approx(float(plain.weight(pair)), rel=1e-12)
    scope = asdict(projection.scope)
    assert {key: scope[key] for key in plain.numbers} == plain.numbers
    assert list(projection.scope.large) == plain.large


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(made_columns(), options(), st.sampled_from([1, 2, 5, projections.BLOCK]))
def test_projections_are_those_of_the_definitions(columns: ClaimColumns, chosen: Options, block: int) -> None:
    arguments = asdict(chosen)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(projections, "BLOCK", block)
        projection = project(columns, arguments.pop("name"), **arguments)
    assert_same(projection, PlainProjection(columns, chosen))
    dtypes = [getattr(projection, name).dtype for name in ("nodes", "pairs", "weights", "offsets", "pair_claims")]
    assert dtypes == [np.int32, np.int32, np.float64, np.int32, np.int32]
    assert projection.pairs.shape == (len(projection.weights), 2)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(made_columns(), st.sampled_from(PROJECTIONS), st.booleans())
def test_bands_are_the_sure_and_the_possible_projection_of_each_year(
    columns: ClaimColumns, name: str, with_inferred: bool
) -> None:
    bands = yearly(columns, name, with_inferred=with_inferred, first=2009, last=2015)
    assert bands.years == tuple(range(2009, 2016))
    for row, year in enumerate(bands.years):
        for sure, degrees, number in (
            (True, bands.sure_degrees[row], bands.sure_pairs[row]),
            (False, bands.possible_degrees[row], bands.possible_pairs[row]),
        ):
            projection = project(columns, name, with_inferred=with_inferred, as_of=str(year), sure=sure)
            assert number == len(projection.pairs)
            expected = dict(projection.to_networkx().degree)
            known = dict(zip(bands.projection.iris, degrees.tolist(), strict=True))
            assert {iri: degree for iri, degree in known.items() if degree} == expected
            assert [band[1 if sure else 2] for iri in columns.entities for band in bands.of(iri)[row : row + 1]] == [
                expected.get(iri, 0) for iri in columns.entities
            ]
    assert (bands.sure_degrees <= bands.possible_degrees).all()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(made_columns(), options())
def test_networkx_has_the_same_graph(columns: ClaimColumns, chosen: Options) -> None:
    arguments = asdict(chosen)
    projection = project(columns, arguments.pop("name"), **arguments)
    graph = projection.to_networkx()
    assert list(graph) == projection.iris
    assert graph.is_directed() == (chosen.name == "funding")
    assert [graph.nodes[iri]["label"] for iri in graph] == projection.labels
    assert all(data["kind"] == "organisation" for _, data in graph.nodes(data=True))
    edges = {(start, end): data for start, end, data in graph.edges(data=True)}
    iris = projection.iris
    again = [(iris.index(start), iris.index(end)) for start, end in edges]
    assert sorted(tuple(sorted(pair)) if not graph.is_directed() else pair for pair in again) == [
        tuple(pair) for pair in projection.pairs.tolist()
    ]
    for place, (start, end) in enumerate(projection.pairs.tolist()):
        data = graph.edges[iris[start], iris[end]]
        assert data == {"weight": projection.weights[place], "claims": projection.claims_of(place)}
    if chosen.name == "two-mode":
        receiving = {columns.entities[index] for index in columns.to.tolist()}
        assert {iri for iri, mode in graph.nodes(data="bipartite") if mode} <= receiving


# Small cases by hand.


def columns_of(claims: list[tuple[str, int, int]], entity_kinds: list[str], **changes: Any) -> ClaimColumns:
    """Columns of undated, stated claims (kind, from, to)."""
    kinds = tuple(sorted({kind for kind, _, _ in claims}))
    none = np.zeros((0, 2), np.int32)
    columns = ClaimColumns(
        entities=[f"urn:{place}" for place in range(len(entity_kinds))],
        labels=[str(place) for place in range(len(entity_kinds))],
        entity_kind=np.array([ENTITY_KINDS.index(kind) for kind in entity_kinds], np.uint8),
        types=[""] * len(entity_kinds),
        stated_count=np.zeros(len(entity_kinds), np.int32),
        claims=[f"urn:c{place:02}" for place in range(len(claims))],
        kinds=kinds,
        from_=np.array([start for _, start, _ in claims], np.int32),
        to=np.array([end for _, _, end in claims], np.int32),
        kind=np.array([kinds.index(kind) for kind, _, _ in claims], np.uint8),
        flags=np.zeros(len(claims), np.uint8),
        bounds=np.array([[OPEN_START, OPEN_END, OPEN_START, OPEN_END]] * len(claims), np.int32).reshape(-1, 4),
        via=none,
        members=none,
        may_overlap=none,
        successions=none,
    )
    return replace(columns, **changes)


def test_a_graph_without_claims_has_empty_projections() -> None:
    for columns in (columns_of([], []), columns_of([], ["organisation", "group"])):
        for name in PROJECTIONS:
            projection = project(columns, name, roll_up=True, as_of="2014", sure=True)
            assert (projection.nodes.shape, projection.pairs.shape, projection.offsets.tolist()) == ((0,), (0, 2), [0])
            assert not projection.to_networkx()
            assert yearly(columns, name).years == ()


def test_a_graph_with_groups_only_has_no_nodes_and_counts_them() -> None:
    claims = [("partnership", 0, 1), ("membership", 0, 2), ("membership", 1, 2), ("funding", 2, 0)]
    columns = columns_of(claims, ["group", "group", "undertaking"])
    for name in PROJECTIONS:
        projection = project(columns, name)
        assert len(projection.nodes) == 0
        assert (projection.scope.groups, projection.scope.undertakings) == (2, 1)
    assert project(columns, "claims").scope.counted == 4


def test_claims_of_a_body_with_itself_are_counted_and_make_no_pair() -> None:
    columns = columns_of([("partnership", 0, 0), ("partnership", 0, 1), ("funding", 1, 1)], ["organisation"] * 2)
    projection = project(columns, "claims")
    assert projection.pairs.tolist() == [[0, 1]]
    assert projection.scope.self_loops == 2
    assert project(columns, "funding").scope.self_loops == 1
    assert scope_sentence(projection.scope).endswith("; 2 claims within one body left out.")


def test_members_of_a_large_partnership_of_which_few_are_named_weigh_little() -> None:
    claims = [("membership", 0, 2), ("membership", 1, 2), ("membership", 3, 2)]
    counts = np.array([0, 0, 0, 15], np.int32)
    columns = columns_of(claims, [*["organisation"] * 3, "group"], stated_count=counts)
    assert project(columns, "co-membership").weights.tolist() == [pytest.approx(1 / 14)]
    assert project(columns, "co-membership", weighted=False).weights.tolist() == [1]
    assert project(columns, "co-membership", largest=14).scope.large == ("urn:2",)
    assert project(columns, "co-membership", largest=15).scope.large == ()


def test_funding_goes_through_third_parties_that_are_named() -> None:
    columns = columns_of(
        [("funding", 0, 1), ("funding", 0, 1), ("funding", 2, 1)],
        ["organisation"] * 4 + ["group"],
        via=np.array([[1, 3], [2, 4]], np.int32),
    )
    assert short_pairs_by_number(project(columns, "funding")) == {(0, 1), (0, 3), (3, 1), (2, 1)}


def short_pairs_by_number(projection: Projection) -> set[tuple[int, int]]:
    nodes = projection.nodes.tolist()
    return {(nodes[start], nodes[end]) for start, end in projection.pairs.tolist()}


def days(*texts: str) -> list[int]:
    """A row of bounds."""
    opens = (OPEN_START, OPEN_END, OPEN_START, OPEN_END)
    return [date.fromisoformat(text).toordinal() if text else day for text, day in zip(texts, opens, strict=True)]


def test_members_of_one_year_are_surely_together_only_where_their_times_surely_overlap() -> None:
    columns = columns_of([("membership", 0, 3), ("membership", 1, 3), ("membership", 2, 3)], ["organisation"] * 4)
    rows = [
        days("2014-01-01", "2014-01-31", "2014-03-01", "2014-10-31"),
        days("2014-02-01", "2014-08-31", "2014-12-01", "2014-12-31"),
        days("2013-01-01", "2013-12-31", "2015-01-01", "2015-12-31"),
    ]
    columns = replace(columns, bounds=np.array(rows, np.int32))
    possible, sure = (project(columns, "co-membership", as_of="2014", sure=sure) for sure in (False, True))
    assert short_pairs_by_number(possible) == {(0, 1), (0, 2), (1, 2)}
    assert short_pairs_by_number(sure) == {(0, 2), (1, 2)}
    assert possible.weights.tolist() == [0.5, 0.5, 0.5]
    assert sure.weights.tolist() == [0.5, 0.5]  # of partnerships as large as they can have been


def test_a_claim_that_ended_before_it_began_held_at_no_time() -> None:
    rows = np.array([days("2014-09-01", "2014-09-30", "2014-02-01", "2014-02-28")], np.int32)
    columns = columns_of([("partnership", 0, 1)], ["organisation"] * 2, bounds=rows)
    assert len(project(columns, "claims").pairs) == 1
    scope = project(columns, "claims", as_of="2014").scope
    assert (scope.counted, scope.not_then) == (0, 1)


def test_partnerships_that_are_a_part_of_another_body_stay_when_units_are_merged() -> None:
    claims = [("membership", 0, 2), ("membership", 1, 2), ("part-of", 0, 4), ("part-of", 2, 3)]
    columns = columns_of(claims, ["organisation"] * 5)
    two_mode = project(columns, "two-mode", roll_up=True)
    assert short_pairs_by_number(two_mode) == {(1, 2), (2, 4)}
    assert two_mode.partnerships is not None
    assert two_mode.partnerships.tolist() == [False, True, False]
    assert short_pairs_by_number(project(columns, "co-membership", roll_up=True)) == {(1, 4)}


def test_units_are_merged_into_their_top() -> None:
    """Also where claims name both the faculty and the university; a unit of two universities stays one of its own."""
    parts = np.array([(1, 0), (2, 1), (2, 0), (5, 0), (5, 4), (6, 5)], np.int32)
    assert top_parents(parts[:, 0], parts[:, 1], 8).tolist() == [0, 0, 0, 3, 4, 5, 5, 7]
    cycles = np.array([(0, 1), (1, 2), (2, 0), (3, 0), (4, 5), (5, 4), (5, 6)], np.int32)
    assert top_parents(cycles[:, 0], cycles[:, 1], 7).tolist() == [0, 1, 2, 3, 6, 6, 6]


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=12))
def test_steps_lead_on(pairs: list[tuple[int, int]]) -> None:
    start, end = np.array(pairs, np.int32).reshape(-1, 2).T
    closure = nx.transitive_closure(nx.DiGraph(pairs), reflexive=False)
    assert transitive_keys(start, end, 7).tolist() == sorted(a * 7 + b for a, b in closure.edges)


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("friends", {}, "There is no projection 'friends'"),
        ("claims", {"sure": True}, "give one"),
        ("claims", {"as_of": "soon"}, "'soon' is not a date"),
        ("claims", {"largest": 30}, "no partnerships"),
        ("co-membership", {"largest": 1}, "from 2 members on"),
    ],
)
def test_wrong_options_are_refused(name: str, arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        project(columns_of([], []), name, **arguments)


def test_partnerships_with_too_many_pairs_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pair_links, "MOST_LINKS", 5)
    claims = [("membership", member, 4) for member in range(4)]
    columns = columns_of([*claims, ("membership", 0, 5)], ["organisation"] * 6)
    with pytest.raises(UsageError, match=r"largest of 2 partnerships has 4 members; .* would be 6, above 5\. Leave"):
        project(columns, "co-membership")
    assert len(project(columns, "co-membership", largest=3).pairs) == 0
    assert len(project(columns, "two-mode").pairs) == 5


# The Keele graph as it is.


def test_co_membership_is_what_the_rule_wrote_into_the_graph(keele: Path, keele_columns: ClaimColumns) -> None:
    """Pairs of named organisations; the rule pairs unnamed groups with them, too."""
    memberships = keele_columns.kind == keele_columns.kinds.index("membership")
    assert not (keele_columns.flags[memberships] & DISPUTED).any()  # the rule would pair disputed ones
    kinds = dict(zip(keele_columns.entities, keele_columns.entity_kind.tolist(), strict=True))
    derived = [claim for claim in read_claims(Reader.at(keele), derived=("co-membership",)) if claim.derived_by]
    pairs = {(claim.from_.iri, claim.to.iri) for claim in derived}
    named = {pair for pair in pairs if not any(kinds[iri] for iri in pair)}
    projection = project(keele_columns, "co-membership")
    iris = projection.iris
    assert {(iris[start], iris[end]) for start, end in projection.pairs.tolist()} == named
    assert 100 < len(named) < len(pairs)


def test_bands_contain_each_other_through_the_years(keele_columns: ClaimColumns) -> None:
    bands = yearly(keele_columns, "claims", with_inferred=True)
    assert (bands.sure_pairs <= bands.possible_pairs).all()
    assert bands.sure_pairs.max() > 10
    assert all(after == before + 1 for before, after in pairwise(bands.years))


SCRIPT = """
import hashlib
from pathlib import Path
from dataclasses import fields
from tests.analysis.conftest import HERE, columns_by_read_model
from partnergraph.analysis.projections import PROJECTIONS, project
from partnergraph.store import Reader
import gzip
with gzip.open(HERE / "keele-reference.nq.gz", "rt", encoding="utf-8") as lines:
    columns = columns_by_read_model(Reader.nquads_lines(lines))
digest = hashlib.sha256()
for name in PROJECTIONS:
    projection = project(columns, name, roll_up=True, with_inferred=True)
    for field in ("nodes", "pairs", "weights", "offsets", "pair_claims"):
        digest.update(getattr(projection, field).tobytes())
    digest.update(repr((projection.scope, list(projection.to_networkx().edges(data=True)))).encode())
print(digest.hexdigest())
"""


def test_the_same_bytes_for_any_hash_seed() -> None:
    from tests.conftest import ROOT

    digests = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1
    assert len(digests.pop()) == 65
