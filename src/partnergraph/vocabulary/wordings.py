"""The wordings of kinds of relationship and of types of organisation, as people write them -> the codes.

A wording is the code, the label or one of the two phrases of a concept in `ontology/kinds.ttl`, or a row of
`wordings.csv`: earlier labels and common synonyms, each with the direction that it gives a relationship.
"""

from __future__ import annotations

import csv
import re
from difflib import SequenceMatcher, get_close_matches
from functools import cache
from pathlib import Path
from typing import NamedTuple

from partnergraph.vocabulary import concepts

__all__ = [
    "KindWording",
    "PartnershipWording",
    "kind_of_wording",
    "money_phrases",
    "nearest_wording",
    "normalise_wording",
    "partnership_of_wording",
    "suggested_codes",
    "type_of_wording",
]

_FILE = Path(__file__).resolve().parent / "wordings.csv"
# What stands before the words that matter, and an object that the row itself names.
_BEFORE = re.compile(r"(?:(?:is|are|was|were|be|being|has been|have been|a|an|the|also|currently|jointly) )+")
_OBJECT = re.compile(r" (?:us|them|it|our organi[sz]ation)\Z")
# An object between the verb and what it gives: gave us a grant.
_RECIPIENT = re.compile(r"(?<=\S) (?:us|them) (?=(?:an?|grants?|funding|money|financial|financially|with)\b)")
_MAX_LENGTH = 200  # characters; a longer text is no wording
_MAX_SHORT_WORD = 3  # letters of a word that nothing is a misspelling of
_MIN_WORD_SIMILARITY = 0.8
_MIN_SIMILARITY = 0.8
# The entries of lists that most rows have.
_COMMON = {
    "org-type": ("charity", "public body", "local authority", "university", "company", "network"),
    "source-kind": ("report", "page", "minutes", "register", "document"),
}
# What is often paid for, and may be not.
_PAID = re.compile(
    r"\b(?:commission|contract|grant|money|paid|pays?\b|payment|procure|purchas|tender|award|donat)", re.I
)
# Words of the past, and verbs whose past form is no participle of a state (funded us; but: associated with). "by" after
# it makes a state of it: hosted by.
_PAST = re.compile(
    r"(?:was|were|had been) |(?:funded|financed|hosted|supported|helped|sponsored|collaborated|cooperated|partnered"
    r"|worked|led|chaired|ran|delivered|provided|paid for|supervised|regulated)\b(?! by\b)"
)
_FORMER = re.compile(
    r"(?:(?:is|are|was|were|a|an|our) )*(?:used to(?: be)?|former(?:ly)?|previously|once|no longer|stopped|ex) "
)
_OWN = re.compile(r"(?:we|our organi[sz]ation)(?: also)? ")
_SUBJECT = re.compile(r"((?:is|are|was|were) )?(?:our|they|it|also|have|has) ")
# What happened once, and did not end with the past form of its verb.
_EVENTS = ("succession", "establishment")


class KindWording(NamedTuple):
    """The kind of relationship that a wording means. With `inverse` it goes from the second party to the first."""

    code: str
    inverse: bool


class PartnershipWording(NamedTuple):
    """How a partner is connected: the kind, from the partner to the other party unless `inverse`; whether the wording
    speaks of the past (was a member of), and whether it is a change of bodies, by merging them or otherwise.
    """

    code: str
    inverse: bool
    is_past: bool = False
    is_merger: bool = False


def normalise_wording(text: str) -> str:
    """A wording without case, punctuation, auxiliary verbs, articles and a pronoun at its end.

    >>> normalise_wording("Is a member-of"), normalise_wording("funds us."), normalise_wording("is funded by")
    ('member of', 'funds', 'funded by')
    """
    words = re.sub(r"[\s_\u2010-\u2014-]+", " ", text[:_MAX_LENGTH].casefold().replace("’", "'"))
    words = re.sub(r"[.,:;!?\"“”]+", "", words).strip()
    bare = _BEFORE.match(words + " ")
    rest = words[bare.end() :] if bare else words
    return _OBJECT.sub("", _RECIPIENT.sub(" ", rest or words))


def kind_of_wording(text: str) -> KindWording | None:
    """The kind that a code, label, phrase or synonym means, None for a wording that is not known.

    >>> kind_of_wording("funds us"), kind_of_wording("is funded by"), kind_of_wording("likes")
    (KindWording(code='funding', inverse=False), KindWording(code='funding', inverse=True), None)
    """
    return None if len(text) > _MAX_LENGTH else _kinds().get(normalise_wording(text))


def partnership_of_wording(text: str) -> PartnershipWording | None:
    """What a row of the sheet Partnerships says in its cell "how", None for a wording that is not known.

    >>> partnership_of_wording("was a member of"), partnership_of_wording("we fund")[:2]
    (PartnershipWording(code='membership', inverse=False, is_past=True, is_merger=False), ('funding', True))
    >>> partnership_of_wording("merged into").is_merger, partnership_of_wording("our funder")[:2]
    (True, ('funding', False))
    """
    if len(text) > _MAX_LENGTH:
        return None
    words = " ".join(re.sub(r"[\s_\u2010-\u2014-]+", " ", text.casefold().replace("’", "'")).split())
    own = _OWN.match(words)
    words = words[own.end() :] if own else words
    former = _FORMER.match(words)
    rest = words[former.end() :] if former else words
    stem = _SUBJECT.sub(r"\1", rest, count=1)
    forms = (rest, stem, stem.replace(" ", "s ", 1) if " " in stem else f"{stem}s")
    kind = next((kind for form in forms if (kind := kind_of_wording(form))), None)
    if kind is None:
        return None
    is_past = (former is not None or _PAST.match(words) is not None) and kind.code not in _EVENTS
    return PartnershipWording(kind.code, kind.inverse != bool(own), is_past, "merge" in words)


def nearest_wording(text: str) -> str | None:
    """The wording of a kind of which a text is a misspelling, word by word; the phrases of the kinds first. None where
    it is another wording: one that looks like it may mean something else.

    >>> nearest_wording("colaborates with"), nearest_wording("refers patients to us")
    ('collaborates with', None)
    """
    if len(text) > _MAX_LENGTH:
        return None
    phrases = [phrase for concept in concepts("relationship-kind") for phrase in (concept.forward, concept.inverse)]
    for wordings in ([phrase for phrase in phrases if phrase], [*_kinds()]):
        near = [wording for wording in wordings if _is_misspelt(text, wording)]
        if matches := get_close_matches(_OBJECT.sub("", text.casefold()), near, n=1, cutoff=0.6):
            return str(matches[0])
    return None


def _is_misspelt(text: str, wording: str) -> bool:
    """Whether two wordings are the same words, each written alike; short ones, which turn the meaning, the same."""
    words, others = normalise_wording(text).split(), normalise_wording(wording).split()
    return len(words) == len(others) and all(
        word == other
        or (
            min(len(word), len(other)) > _MAX_SHORT_WORD
            and word[0] == other[0]
            and SequenceMatcher(None, word, other).ratio() >= _MIN_WORD_SIMILARITY
        )
        for word, other in zip(words, others, strict=True)
    )


def money_phrases(text: str) -> tuple[str, str] | None:
    """The two phrases of funding for a wording that no kind is meant by, but which often goes with payment.

    >>> money_phrases("commissions us"), money_phrases("refers patients to us")
    (('funds', 'is funded by'), None)
    """
    if len(text) > _MAX_LENGTH or not _PAID.search(text):
        return None
    [funding] = [concept for concept in concepts("relationship-kind") if concept.code == "funding"]
    return funding.forward or "", funding.inverse or ""


def type_of_wording(text: str) -> str | None:
    """The code of the type of organisation that a code, label or synonym means.

    >>> type_of_wording("Council"), type_of_wording("local-authority"), type_of_wording("Band")
    ('local-authority', 'local-authority', None)
    """
    return None if len(text) > _MAX_LENGTH else _types().get(normalise_wording(text))


def suggested_codes(scheme: str, text: str) -> str:
    """What to write for a text that no entry of a list is called: the entry of which it is a misspelling, or those that
    are written most often; "" for a list without such.

    >>> suggested_codes("org-type", "chairty"), suggested_codes("source-kind", "contract")
    ("Did you mean 'charity'?", "Often written: 'report', 'page', 'minutes', 'register', 'document'.")
    """
    words = [word for concept in concepts(scheme) for word in (concept.label, concept.code)]
    words += [row["phrase"] for row in _rows(scheme)] if scheme == "org-type" else []
    near = get_close_matches(text.casefold()[:_MAX_LENGTH], words, n=1, cutoff=_MIN_SIMILARITY)
    if near:
        return f"Did you mean '{near[0]}'?"
    common = ", ".join(f"'{word}'" for word in _COMMON.get(scheme, ()))
    return f"Often written: {common}." if common else ""


@cache
def _kinds() -> dict[str, KindWording]:
    kinds: dict[str, KindWording] = {}
    for concept in concepts("relationship-kind"):
        for text in (concept.code, concept.label, concept.forward or ""):
            kinds.setdefault(normalise_wording(text), KindWording(concept.code, False))
        # (the two phrases of a symmetric kind are one, and so are those of alignment)
        kinds.setdefault(normalise_wording(concept.inverse or ""), KindWording(concept.code, True))
    for row in _rows("relationship-kind"):
        kinds.setdefault(normalise_wording(row["phrase"]), KindWording(row["code"], row["direction"] == "inverse"))
    kinds.pop("", None)
    return kinds


@cache
def _types() -> dict[str, str]:
    pairs = [(text, concept.code) for concept in concepts("org-type") for text in (concept.code, concept.label)]
    types: dict[str, str] = {}
    for text, code in [*pairs, *((row["phrase"], row["code"]) for row in _rows("org-type"))]:
        types.setdefault(normalise_wording(text), code)
    return types


def _rows(scheme: str) -> list[dict[str, str]]:
    with _FILE.open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.DictReader(lines) if row["scheme"] == scheme]
