"""The questions that the page answers too, with their expected rows; tests/page holds the page to the same rows."""

from __future__ import annotations

import pytest

from partnergraph.errors import UsageError
from partnergraph.questions.named_questions import bind_parameters, get_question
from partnergraph.store import Reader
from tests.questions.test_named_questions import SCHOOL, SPCR, TEACHING, ask

ARTHRITIS = "Primary Care Versus Arthritis"
UNIT = "Impact Accelerator Unit"
MIDLANDS = "Midlands Partnership University NHS Foundation Trust"
DAY = "2018-08-28"


def test_since_when_we_are_partners_and_of_whom_it_is_not_known(whole: Reader) -> None:
    rows = ask(whole, "since-when", date=DAY)
    assert [row[:4] for row in rows[:4]] == [
        ("2008", "Arthritis Research UK", "funding", ARTHRITIS),
        ("2008", "Keele University", "hosting", ARTHRITIS),
        ("2018", "Arthritis UK", "funding", ARTHRITIS),
        ("2018-11", "Chartered Society of Physiotherapy", "engagement", UNIT),
    ]
    assert {row[0] for row in rows[4:]} == {None}
    assert {row[1:] for row in ask(whole, "since-when")} == {
        (row[0], row[1], row[2], *row[4:]) for row in ask(whole, "partners")
    }


def test_which_public_bodies_we_work_with_and_how(whole: Reader) -> None:
    kind, through = "working alongside", UNIT
    assert [row[1:4] for row in ask(whole, "partners-of-family", family="central-government", date=DAY)] == [
        ("National Institute for Health and Care Excellence", kind, through),
        ("Public Health England", kind, through),
    ]


def test_which_universities_the_document_knows_as_members_of_the_same_partnership(seed: Reader) -> None:
    assert {row[:4] for row in ask(seed, "partners-of-family", family="education")} == {
        ("university or college", "8 universities drawn from across the region", "membership", TEACHING),
        ("university or college", "Coventry University", "membership", TEACHING),
    }


def test_a_family_of_organisations_is_one_of_the_list(whole: Reader) -> None:
    with pytest.raises(UsageError, match="'health' is not a family of organisations"):
        bind_parameters(get_question("partners-of-family"), {"family": "health"}, whole)


def test_how_a_body_is_connected_to_us(whole: Reader) -> None:
    for body in ("Coventry University", "Coventry City Council"):
        assert set(ask(whole, "way-to-us", other=body, date=DAY)) == {
            (TEACHING, "membership", "not known", "leadership", "not known"),
            (TEACHING, "membership", "not known", "membership", "not known"),
        }
    assert ask(whole, "way-to-us", other="University of Exeter", date="2022-06-30") == [
        (SPCR, "membership", "ended", "membership", "current")
    ]
    direct = [row for row in ask(whole, "way-to-us", other=TEACHING, date=DAY) if row[0] is None]
    assert direct == [(None, "membership", "not known", None, None)]
    # A body that succeeded a partner is two steps away, for what it became is a relationship.
    assert ("Keele University", "part of") in {
        row[:2] for row in ask(whole, "way-to-us", other="Keele University School of Medicine", date=DAY)
    }


def test_what_changed_since_a_day(whole: Reader) -> None:
    rows = ask(whole, "changed-since", after="2018-06-01", date="2018-12-31")
    assert [(row[0], row[1], row[2], row[4]) for row in rows] == [
        ("began", "2018-11", UNIT, "Chartered Society of Physiotherapy"),
        ("ended", "2018-11", UNIT, "Chartered Society of Physiotherapy"),
        ("became", "2018-09-19", "Arthritis Research UK", "Arthritis UK"),
        ("began", "2018-08", "Coventry City Council", TEACHING),
        ("became", "2018-06-01", "South Staffordshire and Shropshire Healthcare NHS Foundation Trust", MIDLANDS),
        ("became", "2018-06-01", "Staffordshire and Stoke on Trent Partnership NHS Trust", MIDLANDS),
    ]
    between = ask(whole, "changed-between", after="2018-06-01", before="2018-12-31")
    assert {row for row in rows if row[0] != "became"} == set(between)
    ours = ask(whole, "changed-since", after="2018-06-01", date="2020-12-31", organisation=SCHOOL)
    assert {row[1] for row in ours if row[0] == "became"} == {"2020-08"}


def test_what_had_ended_by_a_day(whole: Reader) -> None:
    rows = ask(whole, "ended", date="2013-12-31")
    assert {row[:3] for row in rows} == {
        ("2009-08", "University of Birmingham", SPCR),
        ("2009-08", "University of Bristol", SPCR),
        ("2009-08-31", "University of Cambridge", SPCR),
        ("2009-08", "University of Manchester", SPCR),
        ("2009-08", "University of Oxford", SPCR),
    }
    later = ask(whole, "ended", date="2014-12-31")
    assert {row[:3] for row in later} - {row[:3] for row in rows} == {
        ("2014-12-18", "Research Excellence Framework 2014", "Keele University"),
        ("2013", "NHS England", "West Midlands Academic Health Science Network"),
        *(
            ("2013", body, "NIHR CLAHRC for Birmingham and Black Country")
            for body in (
                "National Institute for Health and Care Research",
                "University Hospitals Birmingham NHS Foundation Trust",
                "University of Birmingham",
            )
        ),
    }
    links = ask(whole, "links", date=DAY)
    assert {row[1:4] for row in ask(whole, "ended", date=DAY)} == {row[:3] for row in links if row[5] == "ended"}
