"""Names in their common form, and records found by them."""

from __future__ import annotations

import pytest

from partnergraph.match.normalise import (
    acronym_of,
    body_families,
    normalise_name,
    normalised_words,
    sorted_words,
    website_host,
)
from partnergraph.match.record_index import RecordIndex
from tests.match.small import ENTRIES, entry, register


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("University of Keele", "Univ. Keele"),
        ("Universität Hamburg", "University of Hamburg"),
        ("Centre for Health Sciences", "Center for Health Science"),
        ("St. George's Hospital", "Saint Georges Hosp"),
        ("Barnardo&#39;s", "Barnardos"),
        ("Łódź University", "Lodz Univ"),
        ("Research &amp; Technology Org.", "Research and Technology Organisation"),
        ("Keele\u00a0University", "  keele   UNIVERSITY "),
        ("Acme Widgets Ltd.", "ACME WIDGETS"),
    ],
)
def test_what_writers_do_differently_is_levelled(one: str, other: str) -> None:
    assert normalise_name(one) == normalise_name(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("University of York", "New York University"),
        ("Staffordshire University", "North Staffordshire University"),
        ("Institute of Physics", "Institute of Physiology"),
        ("Limited", "Trust"),
    ],
)
def test_what_tells_bodies_apart_stays(one: str, other: str) -> None:
    assert normalise_name(one) != normalise_name(other)


def test_a_name_of_small_words_or_a_legal_form_alone_keeps_them() -> None:
    assert normalise_name("The Of") == "the of"
    assert normalise_name("Company Ltd") == "company"
    assert normalise_name("") == normalise_name("—") == ""


def test_the_parts_of_a_form() -> None:
    assert sorted_words(normalise_name("York University")) == sorted_words(normalise_name("University of York"))
    assert acronym_of(normalise_name("National Institute for Health Research")) == "nihr"
    assert body_families(normalise_name("Royal Stoke University Hospital")) == {"education", "health-service"}
    assert normalised_words("The Univ. of St. Andrews") == ("university", "st", "andrew")
    assert website_host("HTTPS://www.Keele.ac.uk:443/a?b") == "keele.ac.uk"
    assert website_host("") == ""


def test_records_are_found_by_name_words_identifier_and_website() -> None:
    known = register()
    assert len(known) == len(ENTRIES)
    assert [one.entry.record for one in known.named(normalise_name("University of Keele"))] == ["keele"]
    assert [one.entry.record for one in known.same_words(normalise_name("York University"))] == ["york-gb"]
    assert [one.record for one in known.identified("grid", "GRID.9757.C")] == ["keele"]
    assert known.identified("grid", "grid.0.0") == []
    assert [one.record for one in known.at_host("http://www.keele.ac.uk/pcsc/")] == ["keele"]
    assert known.towns["newcastle"] == {"AU"}
    assert known.starts["university"] >= 3


def test_a_country_in_brackets_is_no_part_of_a_name() -> None:
    known = RecordIndex([entry("a", "Acme (United Kingdom)"), entry("b", "Acme (Germany)")])
    assert {one.entry.record for one in known.named(normalise_name("Acme"))} == {"a", "b"}


def test_a_short_form_in_brackets_is_no_part_of_a_name_but_what_else_stands_there_is() -> None:
    known = RecordIndex([entry("a", "Acme Institute (AI)"), entry("b", "Acme Institute (Oder)")])
    assert {one.entry.record for one in known.named(normalise_name("Acme Institute"))} == {"a"}
    assert {one.entry.record for one in known.named(normalise_name("Acme Institute, Oder"))} == {"b"}


def test_names_nearly_alike_share_a_rare_word_or_a_misspelt_one() -> None:
    known = register()
    assert "stoke" in {one.entry.record for one in known.near(normalise_name("Stoke Hospital"))}
    assert "berkeley" in {
        one.entry.record for one in known.near(normalise_name("Univ of Calfornia Berkley"))
    }  # misspelt
    assert list(known.near(normalise_name("Zzyzx"))) == []


def test_a_name_that_is_given_twice_is_one_name() -> None:
    known = RecordIndex(
        [
            entry(
                "a",
                "Keele University",
                "",
                None,
                ("University of Keele", "alternative"),
                ("KEELE UNIV.", "acronym"),
            )
        ]
    )
    assert [one.name for one in known.names] == ["Keele University", "University of Keele"]
    assert [one.kind for one in known.named(normalise_name("Keele University"))] == ["current"]
