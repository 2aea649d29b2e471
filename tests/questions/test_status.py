"""What the questions say about a day: the same as the library, today by default, and today is the day of asking."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from partnergraph.claims.relationships import Claim, read_claims
from partnergraph.execution.answer import resolve_order
from partnergraph.questions.named_questions import Question, all_questions, bind_parameters, get_question
from partnergraph.store import Reader
from partnergraph.vocabulary.questions import DAY_OF_ASKING, TODAY
from tests.questions.needed import NEEDED, SPCR
from tests.questions.test_named_questions import SCHOOL, TEACHING, ask

DAYS = st.dates(date(2005, 1, 1), date(2030, 12, 31))
SPEAKING_OF_A_DAY = [question for question in all_questions() if any(p.default == TODAY for p in question.parameters)]


@pytest.fixture(scope="module")
def claims(whole: Reader) -> list[Claim]:
    return [claim for claim in read_claims(whole) if claim.kind != "location"]


@settings(deadline=None, max_examples=60)
@given(day=DAYS)
@example(day=date(2021, 10, 1))  # the last day of a party
@example(day=date(2021, 10, 2))
@example(day=date(2026, 11, 30))
def test_a_question_and_the_library_agree_on_any_day(whole: Reader, claims: list[Claim], day: date) -> None:
    rows = {(*row[:4], *row[5:]) for row in ask(whole, "links", date=day.isoformat())}
    assert rows == {
        (
            claim.from_.label,
            claim.to.label,
            claim.label,
            claim.start,
            claim.status(day.isoformat()),
            claim.last_confirmed,
        )
        for claim in claims
    }


@pytest.mark.parametrize("day", ["2010-01-01", "2018-08-28", "2022-07-01", "2026-11-30"])
def test_until_is_the_end_as_stated_or_the_last_day_on_which_it_can_have_held(
    whole: Reader, claims: list[Claim], day: str
) -> None:
    until = {row[:5] for row in ask(whole, "links", date=day)}
    for claim in claims:
        last = claim.valid_until[1]
        stated = claim.end if claim.end and claim.end_bounds and claim.end_bounds[1] == last else last
        assert (claim.from_.label, claim.to.label, claim.label, claim.start, stated) in until


def test_on_the_day_of_asking_no_partner_that_has_closed_is_current(whole: Reader) -> None:
    closed = {"Public Health England", SCHOOL, "NHS Stoke on Trent CCG", "Arthritis Research UK"}
    rows = ask(whole, "links", date="2026-11-30")
    found = [row for row in rows if closed & set(row[:2])]
    assert len(found) > 10
    assert {row[5] for row in found} == {"ended"}
    partners = ask(whole, "partners", organisation="Keele University", date="2026-11-30")
    statuses = Counter((row[0], row[5]) for row in partners)
    assert statuses["Public Health England", "ended"]
    assert not statuses["Public Health England", "current"]
    assert {row[5] for row in partners} == {"ended", "not known"}
    then = ask(whole, "partners", organisation="Keele University", date="2020-06-30")
    assert {row[5] for row in then} == {"ended", "not known", "current", "ahead"}


def test_today_is_the_day_of_asking(whole: Reader) -> None:
    question = get_question("who-pays")
    assert f'"{date.today().isoformat()}"^^xsd:date' in bind_parameters(question, {"recipient": TEACHING}, whole)
    of_a_day = bind_parameters(question, {"recipient": TEACHING}, whole, today="2018-06-30")
    assert of_a_day == bind_parameters(question, {"recipient": TEACHING, "date": "2018-06-30"}, whole)
    assert DAY_OF_ASKING in question.full_text
    assert DAY_OF_ASKING not in of_a_day
    [row] = whole.rows(f"SELECT ?day {{ BIND({DAY_OF_ASKING} AS ?day) }}")
    assert row["day"] == datetime.now(UTC).date().isoformat()


def test_of_a_graph_as_of_a_date_that_date_is_today(whole: Reader) -> None:
    reader, text = resolve_order(
        whole,
        {"as_of": "2014", "question": "members-at-date", "parameters": {"consortium": SPCR, "date": "2014-06-30"}},
    )
    assert '"2014-06-30"^^xsd:date' in text
    reader, text = resolve_order(whole, {"as_of": "2014", "question": "memberships", "parameters": {}})
    assert '"2014-12-31"^^xsd:date' in text
    assert {row["status"] for row in reader.rows(text)} <= {"current", "not known"}


@pytest.mark.parametrize("question", SPEAKING_OF_A_DAY, ids=lambda question: question.name)
def test_the_same_question_gives_the_same_answer_on_the_same_day(whole: Reader, question: Question) -> None:
    values = {name: value for name, value in NEEDED.get(question.name, {}).items() if name != "date"}
    first = bind_parameters(question, values, whole, today="2019-03-01")
    assert first == bind_parameters(question, values | {"date": "2019-03-01"}, whole, today="2030-01-01")
    assert whole.rows(first) == whole.rows(first)
