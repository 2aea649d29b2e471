"""What people write for a kind of relationship or a type of organisation gives its code, and its direction."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from partnergraph.vocabulary import concepts, wordings
from partnergraph.vocabulary.wordings import (
    kind_of_wording,
    money_phrases,
    nearest_wording,
    normalise_wording,
    partnership_of_wording,
    suggested_codes,
    type_of_wording,
)

FILE = Path(wordings.__file__).parent / "wordings.csv"


def rows() -> list[dict[str, str]]:
    with FILE.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_every_code_label_and_phrase_of_a_kind_is_its_wording() -> None:
    checked = 0
    for concept in concepts("relationship-kind"):
        for text in (concept.code, concept.label, concept.forward, concept.inverse):
            kind = kind_of_wording(text or "")
            assert kind is not None, text
            assert kind.code == concept.code, text
            is_inverse = text == concept.inverse and concept.inverse != concept.forward
            assert kind.inverse == is_inverse, text
            checked += 1
    assert checked > 80


@pytest.mark.parametrize(
    ("text", "code", "inverse"),
    [
        ("funds us", "funding", False),
        ("Is Funded By", "funding", True),
        ("FUNDED_BY", "funding", True),
        ("we are also funded by", None, False),
        ("collaborates", "collaboration", False),
        ("member of", "membership", False),
        ("Is a member of.", "membership", False),
        ("has member", "membership", True),
        ("partner", "partnership", False),
        ("supports", "support", False),
        ("supported by", "support", True),
        ("runs or delivers", "delivery", False),
        ("provision of evidence", "evidence-provision", False),
        ("became", "succession", False),
        ("successor of", "succession", True),
        ("parent of", "part-of", True),
        ("likes", None, False),
        ("", None, False),
        ("is", None, False),
        ("x" * 1_000_000, None, False),
    ],
)
def test_a_wording_gives_kind_and_direction(text: str, code: str | None, inverse: bool) -> None:
    kind = kind_of_wording(text)
    assert (kind.code if kind else None, kind.inverse if kind else False) == (code, inverse)


def test_each_row_of_the_file_means_what_it_says_and_no_other_row_contradicts_it() -> None:
    codes = {scheme: {concept.code for concept in concepts(scheme)} for scheme in ("relationship-kind", "org-type")}
    symmetric = {concept.code for concept in concepts("relationship-kind") if concept.symmetric}
    seen: set[tuple[str, str]] = set()
    for row in rows():
        assert row["code"] in codes[row["scheme"]], row
        phrase = normalise_wording(row["phrase"])
        if row["scheme"] == "org-type":
            assert (type_of_wording(row["phrase"]), row["direction"]) == (row["code"], ""), row
        else:
            assert row["direction"] in (("",) if row["code"] in symmetric else ("", "forward", "inverse")), row
            assert kind_of_wording(row["phrase"]) == (row["code"], row["direction"] == "inverse"), row
        assert (row["scheme"], row["phrase"]) not in seen, row
        seen.add((row["scheme"], row["phrase"]))
        assert phrase, row
    assert len(seen) > 200


@pytest.mark.parametrize(
    ("text", "code", "inverse"),
    [
        ("gave us a grant", "funding", False),
        ("gives us grants", "funding", False),
        ("provides us with funding", "funding", False),
        ("supports us financially", "funding", False),
        ("we gave them a grant", "funding", True),
        ("has a grant from us", "funding", True),
        ("Part-funds us", "funding", False),
        ("is our main funder", "funding", False),
        ("is a founding member of", "membership", False),
        ("is one of our members", "membership", False),
        ("is our parent charity", "part-of", True),
        ("works together with us", "collaboration", False),
        ("uses our research", "evidence-provision", True),
        ("commissions us", None, False),
        ("provides services to us", None, False),
        ("has a contract with", None, False),
        ("refers patients to us", None, False),
        ("sits on the board of", None, False),
    ],
)
def test_what_keepers_write_is_a_kind_only_where_it_means_one(text: str, code: str | None, inverse: bool) -> None:
    wording = partnership_of_wording(text)
    assert (wording.code if wording else None, wording.inverse if wording else False) == (code, inverse)


def test_only_a_misspelling_is_suggested_and_what_may_be_paid_for_is_asked() -> None:
    misspelt = {"fundz us": "funds", "is sponsord by": "is sponsored by", "funnded by": "is funded by",
                "colaborates with": "collaborates with", "is a membr of": "is a member of"}  # fmt: skip
    assert {text: nearest_wording(text) for text in misspelt} == misspelt
    for text in ("refers patients to", "sits on the board of", "is commissioned by us", "place students with", "serves",
                 "advises us", "provides services to us", "funds to", "x" * 1000):  # fmt: skip
        assert nearest_wording(text) is None, text
    assert money_phrases("commissions us") == money_phrases("has a contract with") == ("funds", "is funded by")
    assert money_phrases("refers patients to us") is money_phrases("contract" * 100) is None
    assert suggested_codes("org-type", "chairty") == "Did you mean 'charity'?"
    for scheme, text, common in (
        ("org-type", "funder", "'charity', 'public body'"),
        ("source-kind", "contract", "'report'"),
    ):
        assert common in suggested_codes(scheme, text)
        words = suggested_codes(scheme, text).removeprefix("Often written: ").rstrip(".").replace("'", "").split(", ")
        entries = {word for concept in concepts(scheme) for word in (concept.code, concept.label)}
        assert {*words} <= entries
    assert suggested_codes("basis", "nonsense") == ""


@pytest.mark.parametrize(
    ("text", "code"),
    [("Council", "local-authority"), ("NHS Trust", "health-care-provider"), ("Charity", "charity"), ("Band", None)],
)
def test_a_wording_gives_the_type_of_an_organisation(text: str, code: str | None) -> None:
    assert type_of_wording(text) == code
