"""Which records an address names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from partnergraph.match.affiliations import MAX_LENGTH, find_affiliations
from partnergraph.match.record_index import RecordIndex
from partnergraph.model.register_records import EntryLink
from tests.match.small import entry, register


@pytest.fixture(scope="module")
def known() -> RecordIndex:
    return register()


def _named(text: str, known: RecordIndex) -> list[str]:
    return [one.named.entry.record for one in find_affiliations(text, known)]


@pytest.mark.parametrize(
    ("text", "records"),
    [
        ("School of Medicine, Keele University, Staffordshire ST5 5BG, UK", ["keele"]),
        ("Dept. of Physics, Univ. of York, York YO10 5DD, United Kingdom", ["york-gb"]),
        ("York University, Toronto, Canada", ["york-ca"]),
        ("University of Newcastle, Callaghan, Australia", ["newcastle-au"]),
        ("University of Newcastle, Newcastle upon Tyne", ["newcastle-gb"]),
        ("University of California, Berkeley, CA, USA", ["berkeley"]),
        ("University of California, 1 Cyclotron Road, Berkeley, USA", ["berkeley"]),
        ("Hong Kong Univ. of Sci. &amp; Technol., Kowloon, China", ["ust"]),
        ("Keele University and Royal Stoke University Hospital, UK", ["keele", "stoke"]),
        ("1) Keele University, UK\n2) University of York, York, UK", ["keele", "york-gb"]),
        ("NIHR, London, UK", []),
        ("NIHR", []),
        ("Public Health England, London, UK", []),
        ("Keele University Press", []),
        ("Somewhere else entirely", []),
        ("", []),
        (", ; ()", []),
    ],
)
def test_an_address_names_bodies(text: str, records: list[str], known: RecordIndex) -> None:
    assert _named(text, known) == records


def test_what_is_certain_has_the_whole_name_and_place_or_country(known: RecordIndex) -> None:
    [placed] = find_affiliations("Keele University, Newcastle-under-Lyme, UK", known)
    assert placed.certain
    assert placed.reasons == (
        "“Keele University” is its name",
        "the country agrees",
        "place Newcastle-under-Lyme agrees",
    )
    [alone] = find_affiliations("Keele University", known)
    assert not alone.certain
    [general] = find_affiliations("Applied Research Laboratory, USA", known)
    assert not general.certain, "the country alone does not tell one laboratory of this name from others"


def test_a_town_alone_tells_a_university_but_no_institute() -> None:
    institute = entry("institute", "Institute of Rare Widgets", "York", "GB", types=("research-institute",))
    known = RecordIndex([institute, entry("keele", "Keele University", "York", "GB")])
    for text, certain in [
        ("Institute of Rare Widgets, York, UK", True),
        ("Institute of Rare Widgets, York", False),
        ("Institute of Rare Widgets, UK", False),
        ("Keele University, York", True),
        ("Keele University, UK", True),
    ]:
        [one] = find_affiliations(text, known)
        assert one.certain == certain, text


def test_none_of_several_is_certain() -> None:
    institute = entry("institute", "Institute of Rare Widgets", "York", "GB", types=("research-institute",))
    known = RecordIndex([institute, entry("keele", "Keele University", "York", "GB")])
    found = find_affiliations("Institute of Rare Widgets, Keele University, York, UK", known)
    assert len(found) == 2
    for one in found:
        assert not one.certain
        assert one.reasons[-1] == "the string names 2 records"


def test_a_part_with_the_name_of_its_whole_and_a_successor_are_not_certain() -> None:
    part = EntryLink("part-of", record="keele", label="Keele University")
    after = EntryLink("succession", record="old", label="Old University", inverse=True)
    entries = [
        replace(entry("law", "Keele University School of Law", "Keele", "GB"), links=(part,)),
        replace(entry("new", "New University", "York", "GB"), links=(after,)),
        replace(entry("berry", "Berry University", "York", "GB"), links=(part,)),
    ]
    known = RecordIndex(entries)
    [law] = find_affiliations("Keele University School of Law, Keele, UK", known)
    assert not law.certain
    assert law.reasons[-1] == "the name of Keele University, of which it is a part, stands in its name"
    [new] = find_affiliations("New University, York, UK", known)
    assert not new.certain
    assert new.reasons[-1] == "it took over from Old University, which may be meant"
    [other] = find_affiliations("Berry University, York, UK", known)
    assert other.certain


def test_two_of_one_name_are_told_but_neither_is_certain(known: RecordIndex) -> None:
    [one] = find_affiliations("University of Newcastle", known)
    assert not one.certain
    assert one.score < 0.65
    assert "2 records are called so, and nothing tells them apart" in one.reasons


def test_another_country_is_another_body(known: RecordIndex) -> None:
    assert find_affiliations("Keele University, Toronto, Canada", known) == []


def test_a_misspelt_name_is_found_as_nearly_written(known: RecordIndex) -> None:
    [one] = find_affiliations("Royal Stoke University Hospitl, Stoke-on-Trent, UK", known)  # misspelt
    assert not one.certain
    assert (
        one.reasons[0]
        == "“Royal Stoke University Hospitl” is written nearly as its name “Royal Stoke University Hospital”"
    )  # misspelt


@pytest.mark.parametrize(
    "text",
    ["a" * 5_000_000, "University " * 100_000, ", " * 200_000, "&amp;" * 100_000, "University of\0Keele", "\ud800 x"],
    ids=["letters", "words", "commas", "entities", "a NUL", "half a character"],
)
def test_a_hostile_text_is_looked_at_as_far_as_its_limit(text: str, known: RecordIndex) -> None:
    assert find_affiliations(text, known) == find_affiliations(text[:MAX_LENGTH], known)
    assert len(find_affiliations(text, known)) <= 1
