"""How well a record fits a body: verdicts, scores and the reasons that are given."""

from __future__ import annotations

import pytest

from partnergraph.match.record_index import RecordIndex
from partnergraph.match.scoring import VERDICTS, Candidate, MatchQuery, best_match, score_candidates
from tests.match.small import entry, register

WEBSITE = ("website", "http://keele.ac.uk")


@pytest.fixture(scope="module")
def known() -> RecordIndex:
    return register()


def _sought(name: str, *others: tuple[str, str], **more: object) -> MatchQuery:
    return MatchQuery("x", ((name, "current"), *others), **more)  # type: ignore[arg-type]


def _first(known: RecordIndex, sought: MatchQuery) -> Candidate:
    found = score_candidates(sought, known)
    assert [VERDICTS.index(one.verdict) for one in found] == sorted(VERDICTS.index(one.verdict) for one in found)
    assert all(one.reasons and 0 < one.score <= 1 for one in found)
    return found[0]


def test_an_identifier_that_both_have_and_names_that_agree_are_certain(known: RecordIndex) -> None:
    first = _first(known, _sought("Keele Univ.", identifiers=(("grid", "grid.9757.c"),)))
    assert (first.record, first.verdict) == ("keele", "certain")
    assert first.reasons[:2] == (
        "same grid grid.9757.c",
        "same name “Keele University”",
    )


def test_an_identifier_alone_is_not_believed(known: RecordIndex) -> None:
    first = _first(known, _sought("Parish Council of Madeley", identifiers=(("grid", "grid.9757.c"),)))
    assert (first.record, first.verdict) == ("keele", "possible")
    assert "the names have nothing in common" in first.reasons


def test_another_identifier_of_a_scheme_that_gives_each_body_one_speaks_against(known: RecordIndex) -> None:
    first = _first(known, _sought("Keele University", identifiers=(("grid", "grid.1.1"),), countries=frozenset(["GB"])))
    assert (first.record, first.verdict) == ("keele", "possible")
    assert "another grid: grid.9757.c" in first.reasons


@pytest.mark.parametrize(
    ("sought", "verdict", "reason"),
    [
        (_sought("Keele University", places=("Newcastle-under-Lyme",)), "certain", "place Newcastle-under-Lyme agrees"),
        (_sought("University of Keele", countries=frozenset(["GB"])), "certain", "country GB agrees"),
        (_sought("Keele University", identifiers=(WEBSITE,)), "certain", "website keele.ac.uk agrees"),
        (_sought("Keele University"), "likely", "the same name as its name “Keele University”"),
        (_sought("Keele University", countries=frozenset(["US"])), "possible", "country differs: US / GB"),
        (_sought("Keel Univercity"), "possible", "written nearly as its name “Keele University”"),
    ],
)  # fmt: skip
def test_a_name_alone_is_likely_and_what_agrees_or_differs_decides(
    known: RecordIndex, sought: MatchQuery, verdict: str, reason: str
) -> None:
    first = _first(known, sought)
    assert (first.record, first.verdict) == ("keele", verdict)
    assert reason in first.reasons


def test_two_records_of_one_name_are_told_apart_by_country_and_without_it_neither_is_likely(known: RecordIndex) -> None:
    with_country = score_candidates(_sought("University of Newcastle", countries=frozenset(["AU"])), known)
    assert (with_country[0].record, with_country[0].verdict) == ("newcastle-au", "certain")
    alone = score_candidates(_sought("University of Newcastle"), known)
    assert {one.record: one.verdict for one in alone[:2]} == {"newcastle-gb": "possible", "newcastle-au": "possible"}
    assert all("1 more record is called so" in one.reasons for one in alone[:2])


def test_an_acronym_alone_is_never_likely(known: RecordIndex) -> None:
    found = score_candidates(_sought("NIHR"), known)
    assert [(one.record, one.verdict) for one in found] == [("nihr", "possible"), ("nihr-us", "possible")]
    [first, *_] = score_candidates(_sought("NIHR", countries=frozenset(["GB"])), known)
    assert (first.record, first.verdict) == ("nihr", "possible")
    assert any("short forms alone tell little" in reason for reason in first.reasons)


def test_a_short_form_of_many_records_finds_none_of_them_by_itself() -> None:
    crowd = RecordIndex(
        [entry(f"r{number}", f"Body of sort {number}", "", None, ("NIHR", "acronym")) for number in range(4)]
    )
    assert score_candidates(_sought("NIHR"), crowd) == []


def test_a_former_name_finds_its_body_and_says_so(known: RecordIndex) -> None:
    first = _first(known, _sought("University College of North Staffordshire", countries=frozenset(["GB"])))
    assert first.record == "keele"
    assert first.reasons[0] == "the same name as its former name “University College of North Staffordshire”"


def test_a_record_that_ended_is_never_likely_and_its_successor_is_told(known: RecordIndex) -> None:
    found = {one.record: one for one in score_candidates(_sought("Public Health England", places=("London",)), known)}
    assert found["phe"].verdict == "possible"
    assert "withdrawn; succeeded by UKHSA" in found["phe"].reasons
    assert found["ukhsa"].reasons == ("it took over from Public Health England (withdrawn)",)


def test_the_parent_of_a_unit_is_told_as_the_parent(known: RecordIndex) -> None:
    unit = _sought("School of Medicine", form="unit", part_of=("Keele University",))
    assert [(one.record, one.verdict) for one in score_candidates(unit, known)] == [("keele", "possible")]
    named = _first(known, _sought("Keele University School of Medicine", form="unit", part_of=("Keele University",)))
    assert named.verdict == "possible"
    assert "it is the parent" in named.reasons


def test_a_register_may_call_a_council_a_public_body() -> None:
    council = RecordIndex([entry("c", "Coventry City Council", "Coventry", "GB", types=("public-body",))])
    sought = _sought("Coventry City Council", types=("local-authority",), places=("Coventry",))
    first = _first(council, sought)
    assert first.verdict == "certain"
    assert not [reason for reason in first.reasons if "type differs" in reason]


def test_another_word_of_the_same_letters_nearly_is_another_body() -> None:
    trusts = [entry(key, f"{key} Healthcare NHS Foundation Trust") for key in ("Northamptonshire", "Hampshire")]
    known = RecordIndex(trusts)
    assert score_candidates(_sought("Nottinghamshire Healthcare NHS Foundation Trust"), known) == []
    found = score_candidates(_sought("Northhamptonshire Healthcare NHS Foundation Trust"), known)
    assert [one.record for one in found] == ["Northamptonshire"]
    assert "written nearly as its name" in found[0].reasons[0]


def test_types_of_different_families_speak_against(known: RecordIndex) -> None:
    same = _first(known, _sought("Keele University", types=("university",), places=("Newcastle-under-Lyme",)))
    other = _first(known, _sought("Keele University", types=("local-authority",), places=("Newcastle-under-Lyme",)))
    assert (same.verdict, other.verdict) == ("certain", "likely")
    assert "type differs: local-authority / university" in other.reasons


def test_nothing_that_is_alike_gives_nothing(known: RecordIndex) -> None:
    assert score_candidates(_sought("Ministry of Silly Walks"), known) == []
    assert best_match(_sought("Ministry of Silly Walks"), known) == []
    assert score_candidates(_sought("!!!"), known) == []


def test_a_row_of_addresses_gives_every_body_it_names(known: RecordIndex) -> None:
    text = "School of Medicine, Keele University, Keele, UK; University of York, York, UK"
    assert [one.record for one in best_match(_sought(text, form="address"), known)] == ["keele", "york-gb"]
    assert [one.record for one in best_match(_sought(text), known)] == ["keele", "york-gb"]
    assert best_match(_sought("Department of Nothing, Nowhere", form="address"), known) == []
    # A country of its own column leaves out what is elsewhere.
    assert best_match(_sought(text, form="address", countries=frozenset(["US"])), known) == []


def test_the_answer_does_not_depend_on_the_order_of_the_register(known: RecordIndex) -> None:
    backwards = RecordIndex(reversed(list(known.records.values())))
    for name in ("University of Newcastle", "York University", "Royal Stoke Hospital", "NIHR", "Keele"):
        assert score_candidates(_sought(name), backwards) == score_candidates(_sought(name), known)


def test_at_most_so_many_are_given() -> None:
    many = RecordIndex(entry(f"r{number}", f"Example University {number}") for number in range(40))
    assert len(score_candidates(_sought("Example University"), many)) == 5
    assert len(score_candidates(_sought("Example University"), many, limit=2)) == 2
