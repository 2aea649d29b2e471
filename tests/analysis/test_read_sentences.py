"""What a reader found wrong in sentences, against the claims that they name."""

from __future__ import annotations

from partnergraph.analysis.answer import AnalysisAnswer
from partnergraph.analysis.brokers import brokers
from partnergraph.analysis.gaps import gaps
from partnergraph.analysis.overlap import overlap
from partnergraph.analysis.timeline import timeline
from partnergraph.analysis.what_if import what_if_ending, what_if_without
from partnergraph.store import Reader
from tests.analysis.network_graphs import context_of, small_reader

SCHOOL, KEELE = "School of Primary, Community and Social Care", "Keele University"


def _texts(answer: AnalysisAnswer) -> list[str]:
    return [sentence.text for sentence in answer.sentences]


def test_a_broker_of_another_piece_joins_nobody_to_us() -> None:
    reader = small_reader([("A", "B"), ("C", "D"), ("D", "E")], focus="A")
    [text, *_] = _texts(brokers(context_of(reader)))
    assert text.startswith("Only through D is one other organisation, E, joined to the rest (")


def test_brokers_of_our_own_piece_come_first() -> None:
    reader = small_reader([("A", "B"), ("B", "X"), ("C", "D"), ("D", "E"), ("D", "F")], focus="A")
    first, second, *_ = _texts(brokers(context_of(reader)))
    assert first.startswith("Only through B is one other organisation, X, joined to A (")
    assert second.startswith("Only through D are 2 others joined to the rest: E and F (")


def test_members_of_one_partnership_are_not_said_to_have_none(reference_reader: Reader) -> None:
    """The university and its school are members of the same school for research, and a part and its whole make no
    pair of members.
    """
    texts = _texts(gaps(context_of(reference_reader, projection="co-membership"), SCHOOL))
    [text] = [text for text in texts if text.startswith("Keele University ")]
    assert "; no counted co-membership joins it to us (" in text


def test_what_an_organisation_is_merged_into_is_taken_out_with_it(reference_reader: Reader) -> None:
    [text, *_] = _texts(what_if_without(context_of(reference_reader, roll_up=True), [KEELE], SCHOOL))
    assert "would no longer be joined to the rest" in text


def test_two_that_are_merged_have_no_partners_to_compare(reference_reader: Reader) -> None:
    assert _texts(overlap(context_of(reference_reader, roll_up=True), SCHOOL, KEELE)) == [
        f"Rolled up, {SCHOOL} and {KEELE} are both counted as {KEELE}."
    ]


def test_what_makes_no_pair_is_taken_out_of_nothing() -> None:
    reader = small_reader([("A", "B", "funding"), ("C", "D")])
    texts = _texts(what_if_without(context_of(reader, projection="funding"), ["C"]))
    assert (
        texts[0]
        == "No counted funding joins C to another organisation; one other claim names it (one claim, date not stated)."
    )
    assert not [text for text in texts if "no longer" in text or " of no " in text]


def test_at_most_one_partner_is_none_surely() -> None:
    reader = small_reader([("A", "B")], focus="A", dates={0: ("2011-06-01", "")})
    assert _texts(timeline(context_of(reader)))[0] == "2011: at most one partner, not surely (one claim, dated)."
    texts = _texts(timeline(context_of(small_reader([("A", "B")], focus="A", dates={0: ("2011", "2012")}))))
    assert not [text for text in texts if "no partner, surely" in text or "surely no " in text]


def test_unnamed_groups_are_no_recorded_members() -> None:
    links = [("F", "P", "funding"), ("A", "P", "membership"), ("two trusts", "P", "membership")]
    texts = _texts(what_if_ending(context_of(small_reader(links, groups=["two trusts"])), "F", "2019"))
    assert (
        "P has one recorded member then: A; beside these, one unnamed group: two trusts (2 claims, dates not stated)."
        in texts
    )
