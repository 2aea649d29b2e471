"""The normal form of identifiers: all spellings of one are one, and no two identifiers become one."""

from __future__ import annotations

import pytest

from partnergraph.vocabulary import concepts
from partnergraph.vocabulary.identifiers import MAX_SPELLINGS, SCHEMES, identifier_spellings, normalise_identifier

EXAMPLES = {
    "ror": ["https://ror.org/00340yn33", "00340yn33", "https://ror.org/00340yn33/"],
    "isni": [
        "0000 0004 0415 6205",
        "0000000404156205",
        "https://isni.org/isni/0000000404156205",
        "0000-0004-0415-6205",
    ],
    "wikidata": ["Q1737734", "https://www.wikidata.org/wiki/Q1737734", "http://www.wikidata.org/entity/Q1737734"],
    "crossref-funder": ["501100005044", "https://doi.org/10.13039/501100005044"],
    "grid": ["grid.9757.c", "GRID.9757.C"],
    "gss": ["E08000026", " e08000026"],
    "website": ["https://www.keele.ac.uk", "http://www.keele.ac.uk/"],
}


@pytest.mark.parametrize("scheme", EXAMPLES)
def test_ways_of_writing_an_identifier_have_one_normal_form(scheme: str) -> None:
    assert len({normalise_identifier(scheme, value) for value in EXAMPLES[scheme]}) == 1


@pytest.mark.parametrize("scheme", EXAMPLES)
def test_each_spelling_that_is_looked_up_has_the_normal_form_of_the_value(scheme: str) -> None:
    for value in EXAMPLES[scheme]:
        spellings = identifier_spellings(scheme, value)
        assert 1 < len(spellings) <= MAX_SPELLINGS
        assert {normalise_identifier(scheme, spelling) for spelling in spellings} == {
            normalise_identifier(scheme, value)
        }


def test_different_identifiers_stay_different() -> None:
    assert normalise_identifier("ror", "00340yn33") != normalise_identifier("ror", "00340yn34")
    # The last part of an address is the identifier only if it is one.
    pages = [f"https://register.example/{number}/details" for number in (1, 2)]
    assert len({normalise_identifier("charity-ew", page) for page in pages}) == 2
    websites = ["https://www.keele.ac.uk/pcsc", "https://www.keele.ac.uk/library"]
    assert len({normalise_identifier("website", address) for address in websites}) == 2


def test_every_scheme_of_the_vocabulary_has_a_form() -> None:
    assert {scheme.code for scheme in concepts("identifier-scheme")} == set(SCHEMES)
