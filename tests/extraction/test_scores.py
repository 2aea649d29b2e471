"""What is read of texts in the manner of annual reports and partnership pages, measured against their answer keys."""

from __future__ import annotations

import pytest

from tests.extraction.scoring import load_texts, read_text, score

# What was measured, less one or two answers: a change of the rules that costs more than that is seen.
FLOORS = {
    "development": {"organisations": (0.98, 0.98), "relationships": (0.97, 0.95), "dates": (0.95, 0.95)},
    "held_out": {"organisations": (0.97, 0.97), "relationships": (0.95, 0.93), "dates": (0.95, 0.88)},
    "unseen": {"organisations": (0.95, 0.88), "relationships": (0.9, 0.6), "dates": (0.9, 0.7)},
    "later": {"organisations": (0.95, 0.92), "relationships": (0.93, 0.7), "dates": (0.95, 0.75)},
}


@pytest.mark.parametrize("half", FLOORS)
def test_organisations_relationships_and_dates_are_read_as_well_as_measured(
    half: str, capsys: pytest.CaptureFixture[str]
) -> None:
    measured = score(load_texts(half))
    with capsys.disabled():
        print(f"\n{half}:", *(f"{name} {getattr(measured, name)}" for name in FLOORS[half]), sep="\n  ")
    for name, (precision, recall) in FLOORS[half].items():
        tally = getattr(measured, name)
        assert tally.precision >= precision, (name, tally.wrong)
        assert tally.recall >= recall, (name, tally.missed)


@pytest.mark.parametrize("half", FLOORS)
def test_no_text_founds_a_body_that_it_does_not_and_states_nothing_that_it_denies(half: str) -> None:
    texts = load_texts(half)
    assert len(texts) == {"later": 4, "unseen": 3}.get(half, 12)
    measured = score(texts)
    assert measured.foundings == []
    assert measured.denied == []
    # What is over is still proposed ("X used to fund us"); what is denied or planned is not.
    assert len(measured.unstated.right) <= {"development": 2, "held_out": 2, "later": 3}.get(half, 0)


def test_the_score_sees_what_is_wrong_and_what_is_missing() -> None:
    [text, *_] = load_texts("development")
    spoilt = dict(text, relationships=[["part-of", "Elm Trust", "Ash Trust"]], dates=[], organisations=["Elm Trust"])
    measured = score([spoilt])
    assert (len(measured.relationships.missed), len(measured.relationships.wrong)) == (1, 5)
    assert (len(measured.dates.wrong), measured.organisations.recall) == (2, 0)
    denied = dict(text, denied=[["North Shire County Council", "Riverside Trust"]])
    assert len(score([denied], read_text).denied) == 1
