"""The command `stale`: when sources last spoke of claims, and which claims that leaves."""

from __future__ import annotations

from pathlib import Path

import pytest

from partnergraph.analysis.stale import last_confirmed, stale
from partnergraph.claims.relationships import read_claims
from partnergraph.errors import UsageError
from partnergraph.store import Reader
from tests.analysis.network_graphs import context_of, small_reader


def test_by_scans_and_by_the_build_as_claims_say(reference_reader: Reader, keele: Path) -> None:
    for reader in (reference_reader, Reader.at(keele)):
        claims = [claim for claim in read_claims(reader) if claim.kind != "succession"]
        confirmed = last_confirmed(reader)
        assert {claim.iri: claim.last_confirmed for claim in claims} == {
            claim.iri: confirmed.get(claim.iri) for claim in claims
        }


@pytest.mark.parametrize(("months", "at"), [(24, "2026"), (60, "2026-11-23"), (120, "2020-06"), (6, "2016")])
def test_against_the_claims_themselves(reference_reader: Reader, months: int, at: str) -> None:
    answer = stale(context_of(reference_reader), months, at)
    first, last = {"2026": ("2026-01-01", "2026-12-31"), "2026-11-23": ("2026-11-23",) * 2,
                   "2020-06": ("2020-06-01", "2020-06-30"), "2016": ("2016-01-01", "2016-12-31")}[at]  # fmt: skip
    year, month = divmod(int(last[:4]) * 12 + int(last[5:7]) - 1 - months, 12)
    before = f"{year}-{month + 1:02}-{last[8:]}"
    expected = {
        claim.iri
        for claim in read_claims(reference_reader)
        if claim.kind not in ("location", "succession")
        and claim.standing == "accepted"
        and not claim.inferred
        and claim.holds(first, last) != "no"
        and not (claim.last_confirmed and (claim.last_confirmed + "-12-31"[len(claim.last_confirmed) - 4 :]) >= before)
    }
    assert {row[-1] for row in answer.rows} == expected
    assert set(answer.highlight.claims) == expected


def test_the_newest_source_is_the_date_where_none_is_given(reference_reader: Reader) -> None:
    answer = stale(context_of(reference_reader))
    assert answer.title.endswith(" 24 months before 2026-11-23, the newest date for which a source speaks")
    assert stale(context_of(reference_reader), at="2026-11-23").title.endswith(" 24 months before 2026-11-23")
    text = answer.sentences[0].text
    assert text.startswith("Of 79 claims that can hold on 2026-11-23, 35 were last confirmed before 2024-11-23 (")


def test_the_verb_agrees_with_a_group(reference_reader: Reader) -> None:
    texts = [sentence.text for sentence in stale(context_of(reference_reader)).sentences]
    assert any(
        "fifteen local authorities are members of West Midlands" in text[:1].lower() + text[1:] for text in texts
    )
    assert not any("authorities is" in text for text in texts)


def test_without_any_date() -> None:
    answer = stale(context_of(small_reader([("A", "B")])))
    assert [sentence.text for sentence in answer.sentences] == [
        "No source of a claim has a date: when claims were last confirmed is not recorded."
    ]
    answer = stale(context_of(small_reader([("A", "B")])), at="2020")
    assert (
        answer.sentences[1].text
        == "Of those that can hold then, one is confirmed by no dated source (one claim, date not stated)."
    )


def test_wrong_numbers_and_dates(reference_reader: Reader) -> None:
    with pytest.raises(UsageError, match="0 months: ask for 1 to 1,200"):
        stale(context_of(reference_reader), 0)
    with pytest.raises(UsageError, match="'then' is not a date"):
        stale(context_of(reference_reader), at="then")
