"""`timeline --between`: what surely changed as the named question has it, and what may have changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from partnergraph import PartnerGraph
from partnergraph.analysis.answer import AnalysisAnswer
from partnergraph.analysis.changes_between import changes_between
from partnergraph.claims.date_window import date_window
from partnergraph.claims.terms import concept_of
from partnergraph.errors import UsageError
from partnergraph.store import Reader
from tests.analysis.network_graphs import context_of, small_reader

KEELE = "Keele University"


def _texts(answer: AnalysisAnswer) -> list[str]:
    return [sentence.text for sentence in answer.sentences]


@pytest.mark.parametrize("organisation", [None, KEELE, "NIHR School for Primary Care Research"])
@pytest.mark.parametrize(("first", "last"), [("2018", "2020"), ("2009-04", "2016-03-31"), ("1990", "2030")])
def test_what_surely_changed_is_what_the_named_question_says(
    keele: Path, first: str, last: str, organisation: str | None
) -> None:
    """The question has disputed claims, locations and successions, too."""
    graph = PartnerGraph.open(keele)
    values = {"after": date_window(first)[0], "before": date_window(last)[1]}
    if organisation:
        values["organisation"] = organisation
    answer = graph.query("changed-between", **values)
    question = {tuple(str(row[name]) for name in ("change", "from", "kind", "to")) for row in answer}
    found = graph.timeline(organisation, between=(first, last), with_inferred=True)
    surely = {(row[0], row[3], row[5], row[6]) for row in found.rows if row[1] == "yes"}
    assert surely or organisation not in (None, KEELE)
    assert surely <= question
    counted = {
        (claim.from_.label, concept_of(claim.kind).label, claim.to.label)
        for claim in graph.claims()
        if claim.standing not in ("disputed", "superseded", "retracted")
        and claim.kind not in ("location", "succession")
    }
    assert not {row for row in question - surely if row[1:] in counted}


def test_what_surely_and_what_perhaps_began_and_ended() -> None:
    dates = {
        0: ("2018-03-01", "2019-03-01"),
        1: ("2010-01-01", ""),
        2: ("2021-01-01", "2022-01-01"),
        3: ("", ""),
    }
    reader = small_reader([("A", "B"), ("A", "C"), ("A", "D"), ("A", "E"), ("C", "D")], dates=dates)
    answer = changes_between(context_of(reader), "2018", "2020-06", "A")
    assert _texts(answer) == [
        "Surely began then: one claim, of B (one claim, dated).",
        "A is a partner of B; began 2018-03-01 (one claim, dated).",
        "May have begun then: no claim.",
        "Of one other claim no start is known from both sides; it may lie in that time (one claim, date not stated).",
        "Surely ended then: one claim, of B (one claim, dated).",
        "A is a partner of B; ended 2019-03-01 (one claim, dated).",
        "May have ended then: no claim.",
        "Of 2 other claims no end is known from both sides; it may lie in that time (2 claims, one undated).",
    ]
    assert [(row[0], row[1], row[2], row[6]) for row in answer.rows] == [
        ("began", "yes", "2018-03-01", "B"),
        ("ended", "yes", "2019-03-01", "B"),
    ]
    assert changes_between(context_of(reader), "2021", "2021").rows[0][6] == "D"


def test_a_date_that_is_one_of_several_days_may_lie_inside(reference_reader: Reader) -> None:
    """A claim from 2016 began between the first and the last day of that year: perhaps before its July."""
    whole = changes_between(context_of(reference_reader), "2015", "2016")
    half = changes_between(context_of(reference_reader), "2015", "2016-06")
    surely, fewer = ({row[-1] for row in answer.rows if row[:2] == ("began", "yes")} for answer in (whole, half))
    perhaps = {row[-1] for row in half.rows if row[:2] == ("began", "perhaps")}
    assert fewer < surely
    assert surely - fewer <= perhaps
    assert any("; may have begun 2016 (one claim, dated)." in text for text in _texts(half))


def test_many_stand_in_the_table_and_wrong_dates_are_refused() -> None:
    links = [("A", f"B{number}") for number in range(13)]
    context = context_of(small_reader(links, dates=dict.fromkeys(range(13), ("2018-01-01", "2030-01-01"))))
    answer = changes_between(context, "2018", "2018")
    assert "Three more: see the table (3 claims, all dated)." in _texts(answer)
    assert len(answer.rows) == 13
    with pytest.raises(UsageError, match="2018 is before 2019: give the earlier date first"):
        changes_between(context, "2019", "2018")
    with pytest.raises(UsageError, match="'soon' is not a date"):
        changes_between(context, "2019", "soon")
