"""The command `what-if`: the acceptance values, and really removing and computing anew with networkx."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partnergraph.analysis.context import AnalysisContext, AnalysisOptions
from partnergraph.analysis.what_if import what_if_ending, what_if_without
from partnergraph.claims.claim_columns import RETRACTED, ClaimColumns
from partnergraph.errors import QueryError, UsageError
from partnergraph.store import Reader
from tests.analysis.network_graphs import context_of, iri_of, small_reader

ORG = "https://w3id.org/partnergraph/id/org/"
PARTNERSHIP = f"{ORG}west-midlands-social-work-teaching-partnership"
FUNDER = f"{ORG}department-for-education"


def short(iri: str) -> str:
    return iri.rsplit("/", 1)[1]


@pytest.mark.parametrize("mode", ["stated", "with-inferred"])
def test_the_acceptance_values(reference_reader: Reader, accept: dict[str, Any], mode: str) -> None:
    answer = what_if_without(context_of(reference_reader, with_inferred=mode == "with-inferred"), [PARTNERSHIP])
    expected = accept[f"{mode}/claims/without_{short(PARTNERSHIP)}"]
    assert sorted(map(short, answer.highlight.separated)) == sorted(
        body for part in expected["fall_away"] for body in part
    )
    text = answer.sentences[0].text
    assert f"{len(answer.highlight.separated)} of {expected['component_before']} organisations would no longer" in text
    assert "School of Primary, Community and Social Care: " in text
    assert answer.highlight.removed == (PARTNERSHIP,)
    [beside] = [sentence for sentence in answer.sentences if "unnamed group" in sentence.text]
    assert f"{len(expected['beside']['group'])} unnamed groups are recorded with it alone" in beside.text
    assert not any("undertaking" in sentence.text for sentence in answer.sentences)


def test_the_sentence(reference_reader: Reader) -> None:
    texts = [sentence.text for sentence in what_if_without(context_of(reference_reader), [PARTNERSHIP]).sentences]
    assert texts[0] == (
        "Without West Midlands Social Work Teaching Partnership and what is recorded with it, 2 of 63 organisations "
        "would no longer be joined to School of Primary, Community and Social Care: Department for Education and Heart "
        "of Worcestershire College (10 claims, 4 undated)."
    )
    assert texts[-1].startswith("With inferred claims, 8 of 71 organisations: Birmingham City University, ")


def test_co_membership_by_the_older_rule(
    reference_reader: Reader, reference_stated_columns: ClaimColumns, accept: dict[str, Any]
) -> None:
    columns = reference_stated_columns
    parts = columns.kind == columns.kinds.index("part-of")
    columns = replace(columns, flags=np.where(parts, columns.flags | RETRACTED, columns.flags).astype(np.uint8))
    context = AnalysisContext(reference_reader, AnalysisOptions(projection="co-membership"), columns)
    texts = [sentence.text for sentence in what_if_without(context, [PARTNERSHIP]).sentences]
    expected = accept[f"stated/co-membership/without_{short(PARTNERSHIP)}"]
    before, after, (one, two) = expected["pairs_before"], expected["pairs_after"], expected["components_after"]
    assert (
        f"Before {before} pairs of 32 organisations, in one piece; after {after} pairs of 31 organisations" in texts[1]
    )
    assert f"in 2 pieces of {one} and {two} (" in texts[1]
    assert texts[2].startswith("One organisation is left without any pair: Midlands Partnership University NHS Found")


def test_the_end_of_a_funder(reference_reader: Reader, accept: dict[str, Any]) -> None:
    answer = what_if_ending(context_of(reference_reader, with_inferred=True), FUNDER, "2026-01-01")
    expected = accept["more/with-inferred/ending_department-for-education_2026-01-01"]
    assert [short(str(row[1])) for row in answer.rows] == expected["funded"]
    assert [row[3] for row in answer.rows] == ["not known"]
    assert not expected["surely"]
    assert answer.sentences[0].text == (
        "Department for Education may be funding one body on 2026-01-01 (the dates do not say so surely): West "
        "Midlands Social Work Teaching Partnership (one claim, date not stated)."
    )
    assert answer.sentences[1].text.startswith(
        "West Midlands Social Work Teaching Partnership has one other recorded funder on 2026-01-01: Department of"
    )
    assert [short(iri) for iri in answer.highlight.separated] == expected["no_other_funder"]


def test_a_funder_that_surely_funds_and_the_members_of_the_funded() -> None:
    links = [("F", "P", "funding"), ("A", "P", "membership"), ("B", "P", "membership"), ("F", "Q", "funding")]
    links += [("G", "Q", "funding")]
    dates = {0: ("2010-01-01", "2020-12-31"), 3: ("2010-01-01", "2020-12-31"), 4: ("2010-01-01", "2012-12-31")}
    reader = small_reader(links, dates=dates)
    answer = what_if_ending(context_of(reader), "F", "2015")
    texts = [sentence.text for sentence in answer.sentences]
    assert texts == [
        "F funds 2 bodies in 2015: P and Q (2 claims, all dated).",
        "P has no other recorded funder in 2015 (one claim, dated).",
        "Q has no other recorded funder in 2015 (one claim, dated).",
        "P has 2 recorded members then: A and B (2 claims, dates not stated).",
    ]
    other = what_if_ending(context_of(reader), "F", "2011")
    assert [row[4] for row in other.rows] == [None, "G"]
    none = what_if_ending(context_of(reader), "F", "2022")
    assert [sentence.text for sentence in none.sentences] == ["No funding by F is recorded that can hold in 2022."]


def test_of_many_funded_bodies_those_without_another_funder_stand_together() -> None:
    links = [("F", f"B{number:02}", "funding") for number in range(12)]
    answer = what_if_ending(context_of(small_reader([*links, ("G", "B03", "funding")])), "F", "2015")
    assert [sentence.text for sentence in answer.sentences] == [
        "F may be funding 12 bodies in 2015 (the dates do not say so surely): B00, B01, B02 and 9 more (12 claims, "
        "dates not stated).",
        "Of these, 11 have no other recorded funder in 2015: B00, B01, B02 and 8 more (11 claims, dates not stated).",
        "B03 has one other recorded funder in 2015: G (2 claims, dates not stated).",
    ]
    assert answer.sentences[2].claims == ("https://e.org/r/0003", "https://e.org/r/0012")
    assert [row[4] for row in answer.rows] == [None, None, None, "G", *[None] * 8]
    others = [("G", f"B{number:02}", "funding") for number in range(12)]
    members = [("M", f"B{number:02}", "membership") for number in range(12)]
    texts = [s.text for s in what_if_ending(context_of(small_reader([*links, *others])), "F", "2015").sentences]
    assert len(texts) == 12
    assert texts[-1] == "Two more have other recorded funders: see the table (4 claims, dates not stated)."
    texts = [s.text for s in what_if_ending(context_of(small_reader([*links, *members])), "F", "2015").sentences]
    assert texts[1].startswith("None of these has another recorded funder in 2015: B00, B01, B02 and 9 more (12")
    assert len(texts) == 13
    assert texts[-1] == "Two more have recorded members: see the table (2 claims, dates not stated)."


LINKS = st.lists(st.tuples(st.sampled_from("ABCDEFGH"), st.sampled_from("ABCDEFGH")), min_size=1, max_size=14)


@settings(max_examples=60, deadline=None)
@given(LINKS, st.sets(st.sampled_from("ABCDEFGH"), min_size=1, max_size=3), st.booleans())
def test_by_really_removing(links: list[tuple[str, str]], removed: set[str], has_focus: bool) -> None:
    graph: nx.Graph[str] = nx.Graph((a, b) for a, b in links if a != b)
    focus = links[0][0] if has_focus and links[0][0] not in removed else None
    reader = small_reader(links, focus=focus, alone="ABCDEFGH")
    answer = what_if_without(context_of(reader), sorted(removed))
    rest = graph.subgraph(set(graph) - removed)
    parts = sorted(nx.connected_components(graph), key=lambda part: (-len(part), min(part)))
    if focus is not None and focus in graph:
        component = nx.node_connected_component(graph, focus)
        home = nx.node_connected_component(rest, focus)
    else:
        component = next((part for part in parts if part & removed), set())
        inside = [part for part in nx.connected_components(rest) if part <= component]
        home = min(inside, key=lambda part: (-len(part), min(part)), default=set())
    expected = sorted(iri_of(body) for body in component - home - removed)
    assert sorted(answer.highlight.separated) == expected
    after = {iri_of(body): degree for body, degree in rest.degree}
    for row in answer.rows:
        cells = dict(zip(answer.columns, row, strict=True))
        assert cells["pairs before"] == graph.degree(cells["body"])
        assert cells["pairs after"] == after[str(cells["iri"])]
        assert cells["joined after"] == ("no" if cells["iri"] in expected else "yes")
        assert cells["claims lost"] == sum({cells["body"]} < {a, b} and bool({a, b} & removed) for a, b in links)


def test_a_claim_through_the_removed_is_lost_as_well(reference_reader: Reader) -> None:
    """The departments fund the partnership through Coventry University."""
    answer = what_if_without(context_of(reference_reader, projection="funding"), [f"{ORG}coventry-university"])
    lost = {short(iri) for iri in answer.sentences[0].claims}
    assert "funding--department-of-health--west-midlands-social-work-teaching-partnership" in lost


def test_rolled_up_a_unit_goes_with_what_it_is_part_of(reference_reader: Reader) -> None:
    """The School is a part of Keele, so that without Keele the largest rest counts."""
    answer = what_if_without(context_of(reference_reader, roll_up=True), [f"{ORG}keele-university"])
    assert " would no longer be joined to the rest: " in answer.sentences[0].text
    assert len(answer.highlight.separated) == 10
    assert answer.notes == ("Rolled up, School of Primary, Community and Social Care is counted as Keele University.",)


def test_wrong_arguments(reference_reader: Reader) -> None:
    context = context_of(reference_reader)
    with pytest.raises(UsageError, match="Name at least one organisation to leave out: --without NAME"):
        what_if_without(context, [])
    with pytest.raises(QueryError, match="Nothing here is called 'Zebra'"):
        what_if_without(context, ["Zebra"])
    with pytest.raises(UsageError, match="'soon' is not a date"):
        what_if_ending(context, FUNDER, "soon")
