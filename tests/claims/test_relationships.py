"""A claim with everything behind it: its words where they stand, its citation, its time, its standing, as text."""

from __future__ import annotations

import dataclasses

import pytest

from partnergraph.claims.evidence import EvidenceItem, read_evidence
from partnergraph.claims.relationships import Claim, Party, read_claims, read_labels
from partnergraph.claims.sources import SourceReference, read_sources
from partnergraph.claims.terms import concept_of, prefixed
from partnergraph.store import Reader

COVENTRY = "https://w3id.org/partnergraph/id/org/coventry-university"
PAGE = SourceReference("urn:page", "page", "A page", "A publisher", "2018-08-28", "https://example.org/page")
QUOTED = EvidenceItem("urn:q", "Q1", "quoted", PAGE, words="the words of the page")
CITED = EvidenceItem("urn:c", "C1", "cited", PAGE, says="A body pays.", locator="page 3")
INFERRED = EvidenceItem("urn:i", "I1", "inferred", PAGE, says="It follows.", strength="strong")
EDITOR = EvidenceItem("urn:e", "E1", "editor", PAGE, says="It is known.")
CLAIM = Claim("urn:r", "funding", "funds", "is funded by", "funding", False, Party("urn:a", "A"), Party("urn:b", "B"))


def test_each_form_of_evidence_reads_in_its_own_way() -> None:
    page = "A page, A publisher, 2018-08-28, https://example.org/page"
    assert str(QUOTED) == f"“the words of the page” (Q1; {page})"
    assert str(CITED) == f"According to {page}; page 3: A body pays. (C1)"
    assert str(INFERRED) == "Inferred, strong: It follows. (I1)"
    assert str(EDITOR) == "Supplied by the editor: It is known. (E1)"
    assert str(dataclasses.replace(INFERRED, strength=None)) == "Inferred: It follows. (I1)"
    assert str(SourceReference("urn:s", "s", "Only a title")) == "Only a title"


def test_a_claim_reads_as_a_sentence_with_its_time_standing_and_evidence() -> None:
    claim = dataclasses.replace(
        CLAIM,
        via=(Party("urn:v", "V"), Party("urn:w", "W")),
        role="payer",
        start="2009",
        end="2014-09",
        date_note="in two phases",
        standing="disputed",
        standing_note="B says otherwise.",
        evidence=(QUOTED, CITED),
        counter_evidence=(EDITOR,),
    )
    assert str(claim).splitlines() == [
        "A funds B as payer, through V and W",
        "  funding; from 2009 until 2014-09; in two phases",
        "  disputed: B says otherwise.",
        f"  - {QUOTED}",
        f"  - {CITED}",
        f"  - against it: {EDITOR}",
    ]
    assert str(CLAIM).splitlines() == ["A funds B", "  funding; dates not stated"]
    derived = dataclasses.replace(CLAIM, derived_by="co-membership", derived_from=("urn:1", "urn:2"))
    assert str(derived).splitlines()[-1] == "  derived by the rule co-membership from 2 claims"


def test_only_what_rests_on_inference_alone_is_inferred() -> None:
    assert dataclasses.replace(CLAIM, evidence=(INFERRED,)).inferred
    assert not dataclasses.replace(CLAIM, evidence=(INFERRED, CITED)).inferred
    assert not CLAIM.inferred


@pytest.mark.parametrize(
    ("start", "end", "first", "last", "holds"),
    [
        (("2009-01-01", "2009-12-31"), ("2014-01-01", "2014-12-31"), "2010-01-01", "2010-12-31", "yes"),
        (("2009-01-01", "2009-12-31"), ("2014-01-01", "2014-12-31"), "2009-06-30", "2009-06-30", "unknown"),
        (("2009-01-01", "2009-12-31"), ("2014-01-01", "2014-12-31"), "2008-12-31", "2008-12-31", "no"),
        (("2009-01-01", "2009-12-31"), ("2014-01-01", "2014-12-31"), "2015-01-01", "2015-01-01", "no"),
        (("2009-01-01", "2009-01-01"), None, "2020-01-01", "2020-01-01", "unknown"),
        (None, None, "2020-01-01", "2020-01-01", "unknown"),
        (None, ("2014-01-01", "2014-12-31"), "2013-01-01", "2013-01-01", "unknown"),
        (None, ("2014-01-01", "2014-12-31"), "2015-01-01", "2015-01-01", "no"),
    ],
)
def test_whether_it_held_is_told_only_as_far_as_it_is_known(
    start: tuple[str, str] | None, end: tuple[str, str] | None, first: str, last: str, holds: str
) -> None:
    assert dataclasses.replace(CLAIM, start_bounds=start, end_bounds=end).holds(first, last) == holds


def test_the_words_of_every_quotation_stand_in_their_sentence(whole: Reader) -> None:
    quoted = [piece for piece in read_evidence(whole).values() if piece.form == "quoted"]
    assert len(quoted) > 40
    for piece in quoted:
        assert piece.words is not None
        assert piece.passage is not None
        assert piece.at is not None
        assert piece.passage[piece.at : piece.at + len(piece.words)] == piece.words


def test_a_citation_has_a_publisher_and_our_own_words_and_a_quotation_has_no_more_than_its_words(whole: Reader) -> None:
    for piece in read_evidence(whole).values():
        if piece.form == "cited":
            assert piece.says
            assert piece.words is None
            assert piece.source.publisher
        elif piece.form == "quoted":
            assert piece.says is None


def test_both_sides_of_the_leadership_are_told_with_their_standing(whole: Reader) -> None:
    led = {
        claim.from_.iri: claim
        for claim in read_claims(whole)
        if claim.kind == "leadership" and "teaching" in claim.to.iri
    }
    university = led[COVENTRY]
    council = led["https://w3id.org/partnergraph/id/org/coventry-city-council"]
    assert (university.standing, council.standing) == ("disputed", "accepted")
    assert council.iri in university.contradicts
    assert {piece.form for piece in university.evidence} == {"quoted"}
    counter_evidence = {piece.id for piece in university.counter_evidence}
    assert counter_evidence == {"covcab-2", "covnews-1"}
    assert counter_evidence < {piece.id for piece in council.evidence}  # beside which the grant dates it
    assert {piece.source.id for piece in council.evidence} >= {"covcab"}


def test_derived_claims_come_only_when_asked_for_and_in_one_order(whole: Reader) -> None:
    stated, everything = read_claims(whole), read_claims(whole, derived=True)
    assert {claim.iri for claim in stated} < {claim.iri for claim in everything}
    assert all(claim.evidence for claim in stated)
    assert all(claim.derived_from for claim in everything if claim.derived_by)
    assert [claim.iri for claim in everything] == sorted(claim.iri for claim in everything)
    names = read_labels(whole)
    assert all(claim.from_.label == names[claim.from_.iri] for claim in stated)


def test_every_source_has_a_title_and_an_address_that_can_be_followed(whole: Reader) -> None:
    found = read_sources(whole)
    assert len(found) > 90
    assert all(source.title and source.id for source in found.values())
    assert all(
        (source.url or "https://").startswith("https://") or source.url.startswith("http://")
        for source in found.values()
    )


def test_a_concept_that_no_list_has_is_told_in_words_and_short_iris_have_prefixes() -> None:
    assert concept_of("funding").forward == "funds"
    assert (concept_of("no-such-code").label, concept_of("no-such-code").forward) == ("no such code", "no such code")
    assert prefixed(COVENTRY) == "o:coventry-university"
    assert prefixed("https://example.org/x") == "https://example.org/x"
