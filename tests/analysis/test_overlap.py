"""The command `overlap`: the acceptance values, and partners against plain sets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partnergraph.analysis.context import AnalysisContext, AnalysisOptions
from partnergraph.analysis.overlap import overlap
from partnergraph.claims.claim_columns import RETRACTED, ClaimColumns
from partnergraph.errors import UsageError
from partnergraph.store import Reader
from tests.analysis.network_graphs import context_of, small_reader

ORG = "https://w3id.org/partnergraph/id/org/"
A, B = f"{ORG}keele-university", f"{ORG}university-of-birmingham"


def sides_of(answer: Any) -> dict[str, list[str]]:
    sides: dict[str, list[str]] = {"both": [], "Keele University": [], "University of Birmingham": []}
    for row in answer.rows:
        sides[row[3]].append(row[1].removeprefix(ORG))
    return {
        "shared": sorted(sides["both"]),
        "only_first": sorted(sides["Keele University"]),
        "only_second": sorted(sides["University of Birmingham"]),
    }


@pytest.mark.parametrize("mode", ["stated", "with-inferred"])
def test_the_acceptance_values_of_claims(reference_reader: Reader, accept: dict[str, Any], mode: str) -> None:
    answer = overlap(context_of(reference_reader, with_inferred=mode == "with-inferred"), A, B)
    expected = accept[f"{mode}/claims/overlap_keele_birmingham"]
    assert sides_of(answer) == {name: expected[name] for name in ("shared", "only_first", "only_second")}
    assert answer.notes == (f"The Jaccard index of their partners is {expected['jaccard']:.3g}.",)


def test_the_acceptance_values_of_co_membership(
    reference_reader: Reader, reference_stated_columns: ClaimColumns, accept: dict[str, Any]
) -> None:
    """By the older rule, which did not look at parts and wholes; see the tests of projections."""
    columns = reference_stated_columns
    parts = columns.kind == columns.kinds.index("part-of")
    columns = replace(columns, flags=np.where(parts, columns.flags | RETRACTED, columns.flags).astype(np.uint8))
    context = AnalysisContext(reference_reader, AnalysisOptions(projection="co-membership"), columns)
    expected = accept["stated/co-membership/overlap_keele_birmingham"]
    found = sides_of(overlap(context, A, B))
    assert found == {name: expected[name] for name in ("shared", "only_first", "only_second")}


def test_the_sentence(reference_reader: Reader) -> None:
    texts = [sentence.text for sentence in overlap(context_of(reference_reader), A, B).sentences]
    assert texts[0].startswith(
        "Keele University and University of Birmingham have 2 partners in common: NIHR Applied Research Collaboration "
        "West Midlands and NIHR School for Primary Care Research (7 claims, all dated)."
    )
    assert texts[1].startswith("Keele University alone has 15, University of Birmingham alone one (25 claims")
    assert texts[2].startswith("With inferred claims: 2 in common, Keele University alone 15, University of Birmingham")


KINDS = st.sampled_from(["partnership", "part-of", "funding"])
LINKS = st.lists(st.tuples(st.sampled_from("ABCDEF"), st.sampled_from("ABCDEF"), KINDS), min_size=1, max_size=16)


@settings(max_examples=40, deadline=None)
@given(LINKS)
def test_partners_are_neighbours_but_by_part_of(links: list[tuple[str, str, str]]) -> None:
    answer = overlap(context_of(small_reader(links, alone="AB")), "A", "B")

    def partners(body: str) -> set[str]:
        both = {(a, b) for a, b, kind in links if kind != "part-of" and a != b and body in (a, b)}
        return {name for pair in both for name in pair} - {"A", "B"}

    rows = {(row[0], row[3]) for row in answer.rows}
    one, two = partners("A"), partners("B")
    expected = {(name, "both") for name in one & two}
    expected |= {(name, "A") for name in one - two} | {(name, "B") for name in two - one}
    assert rows == expected


def test_since_is_the_earliest_start_that_a_claim_states() -> None:
    dates = {0: ("2009-05-01", "2012-12-31"), 1: ("2007-01-01", "2008-12-31")}
    reader = small_reader([("A", "C"), ("C", "A", "funding"), ("B", "C")], dates=dates)
    [row] = overlap(context_of(reader), "A", "B").rows
    assert row[3:] == ("both", "funding; partnership", "2007-01-01", "partnership", None)


def test_one_body_twice() -> None:
    with pytest.raises(UsageError, match="are one body, A"):
        overlap(context_of(small_reader([("A", "B")])), "A", "A")
