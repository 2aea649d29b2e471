"""How well one name fits another: the one scale, from 0 to 1, of `match` and of the reconciliation service."""

from __future__ import annotations

from typing import Literal

from partnergraph.match.normalise import GENERAL, is_respelt

__all__ = ["CONTAINED", "NEAR", "REORDERED", "SAME", "SHORT_FORM", "SimilarityKind", "name_similarity"]

SAME = 0.95  # one normal form
REORDERED = 0.84  # the same words in another order
RESPELT = 0.85  # at most, for words that are written nearly alike
CONTAINED = 0.62  # one name holds all words of the other
SHORT_FORM = 0.5  # an acronym or initials: worth a look
UNLIKE = 0.5  # at most, for names that differ in more than the writing of words
NEAR = 88.0  # of 100: how alike names must be written to be one name respelt

SimilarityKind = Literal["same", "reordered", "respelt", "contained", "unlike"]


def name_similarity(key: str, other: str) -> tuple[SimilarityKind, float]:
    """How two names in their normal form (see `partnergraph.match.normalise.normalise_name`) are alike, and the score.

    >>> name_similarity("keele university", "keele university"), name_similarity("keele university", "university keele")
    (('same', 0.95), ('reordered', 0.84))
    >>> name_similarity("keel university", "keele university")[0], name_similarity("keele", "crewe")[0]
    ('respelt', 'unlike')
    >>> name_similarity("keele university", "keele university student union")
    ('contained', 0.62)
    """
    from rapidfuzz import fuzz

    if key == other:
        return "same", SAME
    in_order, sorted_ = fuzz.ratio(key, other), fuzz.token_sort_ratio(key, other)
    if sorted_ == 100:
        return "reordered", REORDERED
    alike = max(in_order, sorted_ - 2)
    if alike >= NEAR and is_respelt(key, other):
        return "respelt", alike / 100 * RESPELT
    words, others = set(key.split()), set(other.split())
    if (words < others or words > others) and len(words & others) > 1 and not (words & others) <= GENERAL:
        return "contained", CONTAINED
    return "unlike", alike / 100 * UNLIKE
