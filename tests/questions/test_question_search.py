"""From the words of a person to the named question that is meant."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partnergraph.questions.named_questions import all_questions, bind_parameters
from partnergraph.questions.question_search import search_questions
from partnergraph.sparql.guard import examine_query
from partnergraph.store import Reader
from tests.questions.needed import ARC, SPCR

TEACHING = "West Midlands Social Work Teaching Partnership"
CLAHRC = "NIHR Collaboration for Leadership in Applied Health Research and Care West Midlands"
PHRASES: list[tuple[str, str, dict[str, str]]] = [
    ("who pays for the social work partnership", "who-pays", {"recipient": TEACHING}),
    ("Who are our partners?", "partners", {}),
    ("Which consortia do we belong to?", "memberships", {}),
    (
        "who was in the NIHR School for Primary Care Research in 2012",
        "members-at-date",
        {"consortium": SPCR, "date": "2012-06-30"},
    ),
    ("members of SPCR on 2016-01-31", "members-at-date", {"consortium": SPCR, "date": "2016-01-31"}),
    ("what happened to Public Health England?", "history", {"organisation": "Public Health England"}),
    ("which of our partners no longer exist", "changed-partners", {}),
    (
        "Which partners do Keele University and the University of Birmingham share?",
        "shared-partners",
        {"one": "Keele University", "other": "University of Birmingham"},
    ),
    ("partners of Coventry University that we lack", "missing-partners", {"other": "Coventry University"}),
    ("where does the money come from and through whom does it flow", "funding-chains", {}),
    ("who leads the teaching partnership and is it disputed", "who-leads", {"partnership": TEACHING}),
    ("do any sources contradict each other?", "disputed", {}),
    ("what is only a guess?", "inferred-only", {}),
    ("what rests on one source only", "single-source", {}),
    ("which claims are out of date", "stale", {}),
    ("which organisations have no identifier", "without-identifier", {}),
    (
        "what did NICE use to be called",
        "names",
        {"organisation": "National Institute for Health and Care Excellence"},
    ),
    ("What happened in 2018?", "events-of-year", {"year": "2018"}),
    ("how much money did we get", "money", {}),
    ("which partnerships are asleep", "sleeping-partnerships", {}),
    ("which memberships have ended", "ended-memberships", {}),
    (
        "how are Keele University and the School for Primary Care Research connected",
        "between",
        {"one": "Keele University", "other": SPCR},
    ),
    ("which councils are in the graph", "bodies-of-type", {}),
    ("list the local authorities", "bodies-of-type", {"type": "local-authority"}),
    ("who is based in Stoke", "bodies-in-place", {}),
    ("what is the teaching partnership meant to achieve", "purposes", {"partnership": TEACHING}),
    ("what have we won", "won-competitively", {}),
    ("how good is our research", "research-impact", {}),
    ("what do the cabinet minutes say", "claims-by-source", {}),
    ("which sources mention Coventry City Council", "mentions", {"organisation": "Coventry City Council"}),
    ("who is best connected", "hubs", {}),
    (
        "what changed between 2018-01-01 and 2020-12-31",
        "changed-between",
        {"after": "2018-01-01", "before": "2020-12-31"},
    ),
    ("where does it say that we are a member of CLAHRC West Midlands", "where-stated", {"consortium": CLAHRC}),
    ("how many local authorities are in the teaching partnership", "member-counts", {"partnership": TEACHING}),
    ("which funders do SPCR and ARC WM have in common", "shared-funders", {"one": SPCR, "other": ARC}),
    ("draw everything we know about funding", "links", {"kind": "funding"}),
    ("ukprn of Coventry University", "identifiers", {"organisation": "Coventry University"}),
    ("what are the oldest partnerships", "oldest-partnerships", {}),
    ("which sources matter most", "sources-by-weight", {}),
    ("who hosts what", "roles", {}),
    ("who funds the CLAHRC West Midlands", "funding", {"recipient": CLAHRC}),
]
# Not the first, but among the first three: what is meant can be read in another way too.
NEAR = [
    ("who funds us", "who-pays"),
    ("where is the evidence weak", "evidence-gaps"),
    ("how strong is the evidence", "evidence-gaps"),
    ("is any claim disputed", "disputed"),
    ("what became of the CCGs", "successions"),
    ("programmes we run", "undertakings"),
]


@pytest.mark.parametrize(("text", "name", "values"), PHRASES, ids=[text for text, _, _ in PHRASES])
def test_the_words_of_a_manager_lead_to_the_question(
    whole: Reader, text: str, name: str, values: dict[str, str]
) -> None:
    first = search_questions(text, whole)[0]
    assert first.question.name == name
    assert first.values == values


@pytest.mark.parametrize(("text", "name"), NEAR)
def test_what_can_be_read_in_two_ways_is_among_the_first_three(whole: Reader, text: str, name: str) -> None:
    assert name in [offer.question.name for offer in search_questions(text, whole, most=3)]


@pytest.mark.parametrize("question", all_questions(), ids=lambda question: question.name)
def test_every_question_is_found_by_its_own_words(question: object) -> None:
    from partnergraph.questions.named_questions import Question

    assert isinstance(question, Question)
    found = [offer.question.name for offer in search_questions(f"{question.title}: {question.question}", most=3)]
    assert question.name in found


def test_what_is_offered_can_be_run(whole: Reader) -> None:
    asked = 0
    for text, _, _ in PHRASES:
        for offer in search_questions(text, whole, most=3):
            if "=..." not in offer.command:
                words = shlex.split(offer.command)
                values = dict(
                    word.split("=", 1) for word in words[words.index(offer.question.name) + 1 :] if "=" in word
                )
                assert values == offer.values
                assert examine_query(bind_parameters(offer.question, values, whole)).form == "SELECT"
                asked += 1
    assert asked > 60


def test_a_parameter_that_is_needed_and_not_named_is_left_open_in_the_command(whole: Reader) -> None:
    assert search_questions("which claims are stale", whole)[0].command == "partnergraph query stale -p date=..."
    assert search_questions("which claims are out of date", None)[0].command.endswith("-p date=...")
    # What is today by default needs no value.
    ended = search_questions("which memberships have ended", whole)[0]
    assert ended.command == "partnergraph query ended-memberships"


def test_a_name_with_an_apostrophe_is_quoted_for_the_shell(whole: Reader) -> None:
    command = search_questions("history of Sandwell Children's Trust", whole)[0].command
    assert shlex.split(command)[-1] == "organisation=Sandwell Children's Trust"


def test_a_name_is_found_in_part_in_its_order_and_only_when_one_body_is_meant(whole: Reader) -> None:
    assert search_questions("history of Newcastle", whole)[0].values == {"organisation": "Newcastle University"}
    assert search_questions("history of the school for primary care research", whole)[0].values == {
        "organisation": SPCR
    }
    assert search_questions("history of Coventry", whole)[0].values == {}  # the university or the council
    assert search_questions("history of the Council Coventry", whole)[0].values == {}


@pytest.mark.parametrize("text", ["", "   ", "the of and", "xyzzy", "?!", "2018-13-45"])
def test_words_of_no_question_give_no_offer(whole: Reader, text: str) -> None:
    assert search_questions(text, whole) == []


def test_the_order_of_offers_does_not_depend_on_anything_but_the_words(whole: Reader) -> None:
    text = "funding partners members evidence"
    assert search_questions(text, whole, most=59) == search_questions(text, whole, most=59)
    scores = [offer.score for offer in search_questions(text, whole, most=59)]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) > 20


def test_a_text_of_known_words_has_offers() -> None:
    assert len(search_questions("funding partners members")) > 1


@settings(deadline=None, max_examples=50)
@given(st.text() | st.text().map("who are the partners {}".format))
def test_any_text_can_be_asked(text: str) -> None:
    for offer in search_questions(text):
        assert offer.score > 0
        assert shlex.split(offer.command)[:2] == ["partnergraph", "query"]
