"""Which records an address names."""

from __future__ import annotations

import pytest

from partnergraph.match.register import Register
from partnergraph.match.strings import LONGEST, mentions
from tests.match.small import entry, register


@pytest.fixture(scope="module")
def known() -> Register:
    return register()


def _named(text: str, known: Register) -> list[str]:
    return [one.called.entry.record for one in mentions(text, known)]


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
def test_an_address_names_bodies(text: str, records: list[str], known: Register) -> None:
    assert _named(text, known) == records


def test_what_is_certain_has_the_whole_name_and_place_or_country(known: Register) -> None:
    [placed] = mentions("Keele University, Newcastle-under-Lyme, UK", known)
    assert placed.certain
    assert placed.reasons == (
        "“Keele University” is its name",
        "the country agrees",
        "place Newcastle-under-Lyme agrees",
    )
    [alone] = mentions("Keele University", known)
    assert not alone.certain
    [general] = mentions("Applied Research Laboratory, USA", known)
    assert not general.certain, "the country alone does not tell one laboratory of this name from others"


@pytest.mark.parametrize("beside", ["Keele University", "Example Academy of Sciences"])
def test_an_institute_beside_a_university_or_an_academy_is_perhaps_its_part(beside: str) -> None:
    institute = entry("institute", "Institute of Rare Widgets", "York", "GB", types=("research-institute",))
    others = [entry("keele", "Keele University", "York", "GB")]
    others.append(entry("academy", "Example Academy of Sciences", "York", "GB", types=("public-body",)))
    known = Register([institute, *others])
    [alone] = mentions("Institute of Rare Widgets, York, UK", known)
    assert alone.certain
    [part, whole] = mentions(f"Institute of Rare Widgets, {beside}, York, UK", known)
    assert (part.called.entry.record, part.certain, whole.certain) == ("institute", False, True)
    assert part.reasons[-1] == f"it is named beside {beside}, perhaps as a part of it"


def test_two_of_one_name_are_told_but_neither_is_certain(known: Register) -> None:
    [one] = mentions("University of Newcastle", known)
    assert not one.certain
    assert one.score < 0.65
    assert "2 records are called so, and nothing tells them apart" in one.reasons


def test_another_country_is_another_body(known: Register) -> None:
    assert mentions("Keele University, Toronto, Canada", known) == []


def test_a_misspelt_name_is_found_as_nearly_written(known: Register) -> None:
    [one] = mentions("Royal Stoke University Hospitl, Stoke-on-Trent, UK", known)  # misspelt
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
def test_a_hostile_text_is_looked_at_as_far_as_its_limit(text: str, known: Register) -> None:
    assert mentions(text, known) == mentions(text[:LONGEST], known)
    assert len(mentions(text, known)) <= 1
