"""Warnings of new names in the sheet Partnerships that are nearly the name of another organisation.

Names are compared only within blocks (one normal form, one form but for a word, initials), so that the time grows with
the number of names, not with its square.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from partnergraph.errors import Finding, Place
from partnergraph.graph_folder.folder import GraphFolder
from partnergraph.match.name_similarity import name_similarity
from partnergraph.match.normalise import GENERAL, acronym_of, normalise_name, sorted_words
from partnergraph.model.ids import Ids
from partnergraph.vocabulary.name_folding import fold_name

__all__ = ["near_partner_names"]

MAX_PAIRED_BLOCK = 12  # names; of a larger block only those next to each other in the alphabet are compared
SPELLING_WINDOW = 6  # how many following names of a large block each is compared with
MAX_WORDS = 12  # of a name; longer ones are compared as a whole
# Words that people leave out of the name of a body.
_LEFT_OUT = GENERAL | set("city county borough district metropolitan town parish british charitable fund uk".split())


class _NameEntry(NamedTuple):
    """A name of an organisation: in its normal form, the id, as it is written, and whether no build has seen it yet."""

    key: str
    slug: str
    text: str
    is_new: bool


def near_partner_names(contents: GraphFolder) -> list[Finding]:
    """A warning for each name of Partnerships that is new since the last build and nearly that of another organisation;
    none for two that a row connects.
    """
    if not contents.new_partners or contents.errors:
        return []
    entries = _entries(contents)
    ids = Ids(contents.model.config.base)
    places = {slug: contents.places.get(ids.org(slug), Place("")).at("name") for _, slug, _, _ in entries}
    connected = {frozenset((row.from_, row.to)) for row in contents.model.relationships}
    for event in contents.model.events:
        connected |= {frozenset((old, new)) for old in event.from_ for new in event.to}
    partly_renamed = {finding.place for finding in contents.findings if finding.rule == "renamed-in-part"}
    findings: dict[str, Finding] = {}
    for first, second in sorted(set(_near_pairs(entries))):
        # The later of two new ones is the one to mend.
        new, other = sorted((first, second), key=lambda e: (not e.is_new, _negative_row(places[e.slug]), e.slug))
        place = places[new.slug]
        is_known = frozenset((ids.org(new.slug), ids.org(other.slug))) in connected
        if not new.is_new or is_known or place in partly_renamed or new.slug in findings:
            continue
        where = places[other.slug]
        cell = where.short if (where.file, where.sheet) == (place.file, place.sheet) else str(where)
        message = f"'{new.text}' is nearly '{other.text}' ({cell})."
        fix = "Are they one, write both the same way. Are they two, keep both: a build takes them for two."
        findings[new.slug] = Finding("near-name", "warning", message, place, new.text, fix)
    return [findings[slug] for slug in sorted(findings, key=lambda slug: (findings[slug].place or Place(""), slug))]


def _negative_row(place: Place) -> tuple[int, str]:
    return -(place.row or 0), place.column or ""


def _entries(contents: GraphFolder) -> list[_NameEntry]:
    new = contents.new_partners
    named = [(row.id, row.name, row.id in new) for row in contents.model.organisations]
    named += [(row.organisation, row.name, False) for row in contents.model.names]
    return sorted({_NameEntry(normalise_name(name), slug, name, is_new) for slug, name, is_new in named})


def _near_pairs(entries: list[_NameEntry]) -> Iterator[tuple[_NameEntry, _NameEntry]]:
    for block in _blocks(entries).values():
        if any(entry.is_new for entry in block):
            window = len(block) if len(block) <= MAX_PAIRED_BLOCK else SPELLING_WINDOW
            for number, first in enumerate(block):
                for second in block[number + 1 : number + 1 + window]:
                    if first.slug != second.slug and (first.is_new or second.is_new) and _are_near(first, second):
                        yield first, second


def _blocks(entries: list[_NameEntry]) -> dict[str, list[_NameEntry]]:
    """Names that may be one, in the order of the alphabet."""
    blocks: dict[str, dict[_NameEntry, None]] = defaultdict(dict)
    for entry in entries:
        words = entry.key.split()
        initials = {acronym_of(entry.key), acronym_of(fold_name(entry.text))} if len(words) > 2 else set[str]()
        keys = {entry.key, sorted_words(entry.key), entry.key.replace(" ", "")}
        keys |= {f"initials {letters}" for letters in {*initials, _acronym(entry.text)} if len(letters) > 2}
        if 1 < len(words) <= MAX_WORDS:
            keys |= {" ".join(words[:number] + words[number + 1 :]) for number in range(len(words))}
        elif len(words) == 1:
            keys.add(f"word {entry.key[:3]}")
        for key in sorted(keys):
            blocks[key][entry] = None
    return {key: [*block] for key, block in blocks.items() if len(block) > 1}


def _acronym(text: str) -> str:
    """The letters of a name that is an acronym."""
    letters = text.replace(".", "")
    return letters.casefold() if letters.isalpha() and letters.isupper() and 2 < len(letters) < 9 else ""


def _are_near(first: _NameEntry, second: _NameEntry) -> bool:
    """Whether two names may be one: the same but for writing, for a word that says little, or as initials."""
    a, b = first.key, second.key
    words, others = set(a.split()), set(b.split())
    differing = words ^ others
    if a == b or words == others or a.replace(" ", "") == b.replace(" ", ""):
        return True
    for acronym, name in ((first, second), (second, first)):
        if letters := _acronym(acronym.text):
            return letters in (acronym_of(name.key), acronym_of(fold_name(name.text)))
    kind, _ = name_similarity(a, b)
    if kind == "contained":
        return len(differing) == 1 and differing <= _LEFT_OUT
    # (Northfield and Southfield are two.)
    initials = [sorted(word[0] for word in side) for side in (words - others, others - words)]
    return kind == "respelt" and initials[0] == initials[1] and all(word.isalpha() for word in differing)
