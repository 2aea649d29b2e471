"""One scale tells how well two names fit, for `match` and for the reconciliation service."""

from __future__ import annotations

import pytest

from partnergraph.match.name_similarity import SAME, name_similarity
from partnergraph.match.normalise import normalise_name
from partnergraph.match.record_index import RecordIndex
from partnergraph.match.scoring import MatchQuery, score_candidates
from partnergraph.reconcile.scoring import EXACT, name_score
from tests.match.small import entry


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("Keele Univ.", "Keele University", "same"),
        ("University of Keele", "Keele University", "reordered"),
        ("Keel Univercity", "Keele University", "respelt"),
        ("Keele University Students' Union", "Keele University", "contained"),
        ("Health Research", "Institute of Health Research", "unlike"),  # only words that stand in very many names
        ("East London Trust", "North London Trust", "unlike"),
        ("Keele", "Keele University", "unlike"),
    ],
)
def test_the_kind_of_likeness_does_not_depend_on_which_name_comes_first(text: str, name: str, kind: str) -> None:
    key, other = normalise_name(text), normalise_name(name)
    assert name_similarity(key, other) == name_similarity(other, key)
    assert name_similarity(key, other)[0] == kind


def test_a_better_kind_of_likeness_has_the_higher_score() -> None:
    texts = ["Keele University", "Keele Univ", "University of Keele", "Keele Univercity"]
    texts += ["Keele University Library", "KU", "Crewe College"]
    scores = [name_score(text, "Keele University") for text in texts]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == EXACT > scores[1] == SAME * 100
    assert len(set(scores)) == len(scores)


@pytest.mark.parametrize("text", ["University of Keele", "Keele Univercity", "Keele University Library"])
def test_match_and_reconcile_score_a_name_alike(text: str) -> None:
    register = RecordIndex([entry("keele", "Keele University")])
    [best] = score_candidates(MatchQuery("x", ((text, "current"),)), register)
    assert best.score == pytest.approx(name_score(text, "Keele University") / 100, abs=0.001)
