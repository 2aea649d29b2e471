"""Forms and checksums of identifiers, on their own and in a graph."""

from __future__ import annotations

import csv

import pytest

from partnergraph.check import identifiers
from partnergraph.store import Reader
from partnergraph.vocabulary import concepts
from partnergraph.vocabulary.identifiers import SCHEMES, identifier_problem, is_isni, is_ror
from tests.conftest import ROOT

# From the registers' own records.
RORS = ["00340yn33", "01tgmhj36", "029chgv08", "03sbpja79", "018h10037", "00vbvha87", "02jkpm469"]
ISNIS = ["0000 0004 0415 6205", "000000012146438X", "0000 0001 2146 438X"]


@pytest.mark.parametrize("value", RORS)
def test_a_ror_id_is_right_with_or_without_its_address_and_wrong_with_any_digit_changed(value: str) -> None:
    assert is_ror(value)
    assert is_ror(f"https://ror.org/{value}")
    for place in range(1, 9):
        for other in "0123456789abcdefghjkmnpqrstvwxyz":
            changed = value[:place] + other + value[place + 1 :]
            assert is_ror(changed) == (changed == value), changed


@pytest.mark.parametrize(
    "value",
    [
        "",
        "00340yn3",
        "00340yn333",
        "10340yn33",
        "00340YN33",
        "http://ror.org/00340yn33",
        "00340yn33 ",
        "00340yl33",
        "٠0340yn33",
    ],
)
def test_what_is_no_ror_id(value: str) -> None:
    assert not is_ror(value)


@pytest.mark.parametrize("value", ISNIS)
def test_an_isni_is_right_and_wrong_with_any_digit_changed(value: str) -> None:
    assert is_isni(value)
    for place, old in enumerate(value):
        if old != " ":
            changed = value[:place] + ("1" if old != "1" else "2") + value[place + 1 :]
            assert not is_isni(changed), changed


@pytest.mark.parametrize("value", ["", "0000 0004 0415 620", "0000 0004 0415 620x", "X000 0004 0415 6205", "٠" * 16])
def test_what_is_no_isni(value: str) -> None:
    assert not is_isni(value)


GOOD_AND_BAD = {
    "ods": (["RRE", "Y62", "QNC", "A1234567"], ["rre", "RR", "RRE-1", ""]),
    "gss": (["E08000026", "W06000001", "S12000033"], ["E0800002", "X08000026", "e08000026", "E080000266"]),
    "ukprn": (["10007767"], ["1000776", "20007767", "100077671", "١٠٠٠٧٧٦٧"]),
    "companies-house": (["00490500", "SC123456", "R0123456"], ["490500", "0490500", "sc123456", "S1234567"]),
    "charity-ew": (["207711", "1121917", "207711-1"], ["20771", "12345678", "EW207711"]),
    "charity-sc": (["SC041156"], ["041156", "SC41156", "sc041156"]),
    "crossref-funder": (["501100005044", "https://doi.org/10.13039/501100005044"], ["5044", "10.13039/501100005044"]),
    "grid": (["grid.9757.c"], ["9757.c", "grid.9757", "grid.9757.z"]),
    "wikidata": (["Q1737734"], ["1737734", "Q0", "q1737734"]),
    "hesa": (["0121"], ["121", "01211"]),
    "local-authority-code": (["COV"], ["cov", "COVE"]),
    "website": (["https://www.keele.ac.uk/"], ["www.keele.ac.uk", "https://a b", "javascript:alert(1)", "https://x|y"]),
    "wikipedia": (["https://en.wikipedia.org/wiki/Keele_University"], ["https://en.wikipedia.com/wiki/Keele"]),
    "org-id": (["GB-LAE-COV"], ["GBLAECOV", "gb-lae-cov"]),
    "gtr": (["FC59975E-26E8-4A62-ABD8-A570DC6ABF06"], ["FC59975E", "FC59975E-26E8-4A62-ABD8-A570DC6ABF0G"]),
}


@pytest.mark.parametrize("scheme", GOOD_AND_BAD)
def test_each_scheme_knows_its_form_and_says_how_a_right_one_looks(scheme: str) -> None:
    good, bad = GOOD_AND_BAD[scheme]
    assert [value for value in good if identifier_problem(scheme, value)] == []
    for value in bad:
        wrong = identifier_problem(scheme, value)
        assert wrong is not None, value
        message, fix = wrong
        assert message == f"'{value}' is not a well-formed {scheme} identifier."
        assert fix.startswith("It should look like ")


def test_the_schemes_are_those_of_the_vocabulary() -> None:
    assert {*SCHEMES} == {concept.code for concept in concepts("identifier-scheme")}


def test_the_example_of_each_scheme_is_right() -> None:
    for scheme, (test, looks) in SCHEMES.items():
        example = looks.split(": ")[0].split(", its")[0]
        assert test(example), (scheme, example)


def test_a_scheme_without_a_known_form_is_taken_as_it_is() -> None:
    assert identifier_problem("something-else", "anything") is None


def test_every_identifier_of_the_keele_tables_is_well_formed() -> None:
    with (ROOT / "data" / "tables" / "identifiers.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) > 300
    assert [row for row in rows if identifier_problem(row["scheme"], row["value"])] == []


def test_a_wrong_identifier_is_found_in_any_graph() -> None:
    node, scheme, notation = (
        "<https://example.org/i>",
        "<https://w3id.org/partnergraph/ns#scheme>",
        "<http://www.w3.org/2004/02/skos/core#notation>",
    )
    lines = [
        f"{node} {scheme} <https://w3id.org/partnergraph/code/ror> <https://example.org/g> .\n",
        f'{node} {notation} "https://ror.org/00340yn34" <https://example.org/g> .\n',
    ]
    [(finding, column)] = identifiers.validate(Reader.nquads_lines(lines))
    assert (finding.rule, finding.severity, finding.value) == ("identifier-form", "error", "https://ror.org/00340yn34")
    assert (finding.focus, column) == ("https://example.org/i", "value")
    assert identifiers.validate(Reader.nquads_lines([lines[0], lines[1].replace("yn34", "yn33")])) == []
