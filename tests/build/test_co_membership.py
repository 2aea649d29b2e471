"""Of the 274 co-memberships that the rule once derived from the Keele graph, 35 were false or misleading: why each is
gone, or only possible.

One row for each, by its two memberships; the reasons are those of `REASONS`. Where a pair is gone, no co-membership is
derived from these memberships; where it is possible, it is derived with `pg:overlap "unknown"`.
"""

from __future__ import annotations

import pytest

from partnergraph.store import Reader

SCHOOL = "school-of-primary-community-and-social-care"
SPCR = "nihr-school-for-primary-care-research"
CLAHRC = "nihr-clahrc-west-midlands"
TEACHING = "west-midlands-social-work-teaching-partnership"

REASONS = {
    "closed": "The second began in 2021, after the School had closed in August 2020.",
    "whole": "The School was part of Keele University.",
    "group": "The group has the other as its member.",
    "undated": "Neither membership has a date: whether both were members at a time is not known.",
    "page": "The page names its group for a time before the other is known to have joined, or after it had left.",
    "services": "Whose services they are is not said; they may be the council's own.",
    "university": "The School's university is one of them; the School itself is no member of the group.",
}
GONE, POSSIBLE = ("closed", "whole", "group"), ("undated", "page", "services", "university")

# The reason, a member, the other, of which consortium, and from which year the other's membership has its id.
MISLEADING = [
    ("closed", SCHOOL, "queen-mary-university-of-london", SPCR, "2021"),
    ("closed", SCHOOL, "university-of-exeter", SPCR, "2021"),
    ("closed", SCHOOL, "university-of-oxford", SPCR, "2021"),
    ("whole", SCHOOL, "keele-university", SPCR, "2021"),  # and begun after the School had closed
    ("undated", SCHOOL, "midlands-partnership-university-nhs-foundation-trust", TEACHING, ""),
    ("whole", SCHOOL, "keele-university", SPCR, "2009"),
    ("whole", SCHOOL, "keele-university", SPCR, "2015"),
    ("whole", SCHOOL, "keele-university", CLAHRC, ""),
    ("group", "other-members-of-nihr-spcr", "newcastle-university", SPCR, "2015"),
    ("group", "other-members-of-nihr-spcr", "university-college-london", SPCR, "2009"),
    ("group", "other-members-of-nihr-spcr", "university-college-london", SPCR, "2015"),
    ("group", "other-members-of-nihr-spcr", "university-of-bristol", SPCR, "2009"),
    ("group", "other-members-of-nihr-spcr", "university-of-bristol", SPCR, "2015"),
    ("group", "other-members-of-nihr-spcr", "university-of-cambridge", SPCR, "2015"),
    ("group", "other-members-of-nihr-spcr", "university-of-manchester", SPCR, "2009"),
    ("group", "other-members-of-nihr-spcr", "university-of-manchester", SPCR, "2015"),
    ("group", "other-members-of-nihr-spcr", "university-of-nottingham", SPCR, "2009"),
    ("group", "other-members-of-nihr-spcr", "university-of-nottingham", SPCR, "2015"),
    ("group", "other-members-of-nihr-spcr", "university-of-oxford", SPCR, "2009"),
    ("group", "other-members-of-nihr-spcr", "university-of-oxford", SPCR, "2015"),
    ("group", "other-members-of-nihr-spcr", "university-of-oxford", SPCR, "2021"),
    ("group", "other-members-of-nihr-spcr", "university-of-southampton", SPCR, "2009"),
    ("group", "other-members-of-nihr-spcr", "university-of-southampton", SPCR, "2015"),
    ("page", "other-members-of-nihr-spcr", "queen-mary-university-of-london", SPCR, "2021"),
    ("page", "other-members-of-nihr-spcr", "university-of-exeter", SPCR, "2021"),
    ("page", "other-members-of-nihr-spcr", "university-of-birmingham", SPCR, "2009"),
    ("group", "wmswtp-local-authorities", "coventry-city-council", TEACHING, ""),
    ("group", "wmswtp-local-authorities", "shropshire-council", TEACHING, ""),
    ("group", "wmswtp-fifteen-local-authorities", "coventry-city-council", TEACHING, ""),
    ("group", "wmswtp-fifteen-local-authorities", "shropshire-council", TEACHING, ""),
    ("group", "wmswtp-two-nhs-trusts", "midlands-partnership-university-nhs-foundation-trust", TEACHING, ""),
    ("services", "wmswtp-childrens-and-adults-services", "coventry-city-council", TEACHING, ""),
    ("services", "wmswtp-childrens-and-adults-services", "shropshire-council", TEACHING, ""),
    ("university", "wmswtp-universities", SCHOOL, TEACHING, ""),
    ("university", "wmswtp-nine-universities", SCHOOL, TEACHING, ""),
]

PREFIXES = """PREFIX pg: <https://w3id.org/partnergraph/ns#>
PREFIX code: <https://w3id.org/partnergraph/code/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX org: <https://w3id.org/partnergraph/id/org/>
"""


def _name(iri: str | None) -> str:
    return (iri or "").rpartition("/")[2]


def _membership(member: str, consortium: str, year: str = "") -> str:
    return f"membership--{member}--{consortium}" + (f"--{year}" if year else "")


@pytest.fixture(scope="module")
def co_memberships(whole: Reader) -> dict[frozenset[str], str | None]:
    """Whether the members surely overlapped ("yes", "unknown"), by the two memberships that it rests on."""
    rows = whole.rows(
        PREFIXES + "SELECT ?first ?second ?overlap { ?both pg:kind code:co-membership ; pg:overlap ?overlap ; "
        "pg:derivedFrom ?first , ?second FILTER(STR(?first) < STR(?second)) "
        "?first pg:kind code:membership . ?second pg:kind code:membership }"
    )
    return {frozenset((_name(row["first"]), _name(row["second"]))): row["overlap"] for row in rows}


@pytest.fixture(scope="module")
def memberships(whole: Reader) -> set[str]:
    return {_name(row["x"]) for row in whole.rows(PREFIXES + "SELECT ?x { ?x pg:kind code:membership }")}


def test_the_rows_are_the_35_of_the_truth_check() -> None:
    assert len(MISLEADING) == len({row[1:] for row in MISLEADING}) == 35
    assert {row[0] for row in MISLEADING} == set(REASONS) == {*GONE, *POSSIBLE}


@pytest.mark.parametrize(("reason", "member", "other", "consortium", "year"), MISLEADING)
def test_a_misleading_co_membership_is_gone_or_only_possible(
    co_memberships: dict[frozenset[str], str | None],
    memberships: set[str],
    reason: str,
    member: str,
    other: str,
    consortium: str,
    year: str,
) -> None:
    pair = frozenset((_membership(member, consortium), _membership(other, consortium, year)))
    assert pair <= memberships
    assert co_memberships.get(pair) == (None if reason in GONE else "unknown"), REASONS[reason]


def test_what_the_graph_says_is_the_reason(whole: Reader) -> None:
    """Each reason of what is gone stands in the graph itself, not only in this table."""
    has = {(_name(row["a"]), _name(row["b"])) for row in whole.rows(PREFIXES + "SELECT ?a ?b { ?a foaf:member ?b }")}
    parts = {(_name(row["a"]), _name(row["b"])) for row in whole.rows(PREFIXES + "SELECT ?a ?b { ?a pg:partOf ?b }")}
    bounds = {
        _name(row["x"]): (row["from"], row["until"])
        for row in whole.rows(
            PREFIXES + "SELECT ?x ?from ?until { ?x pg:kind code:membership "
            "OPTIONAL { ?x pg:validFromEarliest ?from } OPTIONAL { ?x pg:validUntilLatest ?until } }"
        )
    }
    for reason, member, other, consortium, year in MISLEADING:
        if reason == "closed":
            until, begun = bounds[_membership(member, consortium)][1], bounds[_membership(other, consortium, year)][0]
            assert until is not None
            assert begun is not None
            assert until < begun
        elif reason == "whole":
            assert (member, other) in parts
        elif reason == "group":
            assert (member, other) in has
