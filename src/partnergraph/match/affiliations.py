"""Which records an address of an author names: "Dept. of X, University of Y, Town, Country"."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from partnergraph.match.countries import COUNTRIES, STATES, related_countries
from partnergraph.match.normalise import GENERAL, TYPE_WORDS, is_respelt, normalise_name, normalised_words
from partnergraph.match.record_index import NameEntry, RecordIndex
from partnergraph.model.register_records import Entry

__all__ = ["AffiliationMention", "find_affiliations"]

MAX_LENGTH = 2_000  # characters of one string that are looked at
NEAR = 92  # of 100: how alike a part and a name must be written
_PARTS = re.compile(r"[,;\n\t()\[\]%]|#[A-Z]+#|\s[-–—/|]\s|(?<=[a-z]{6})\.\s+(?=[A-Z])|\d+[.)]\s")
# Words which, after a name, make of it the name of another body.
_OTHER = frozenset(
    [
        "hospital",
        "press",
        "foundation",
        "clinic",
        "union",
        "society",
        "club",
        "alumni",
        "museum",
        "library",
        "ltd",
        "inc",
    ]
)


@dataclass(frozen=True, slots=True)
class AffiliationMention:
    """A record that a string names: the part that names it, and how sure that is.

    `whole`: the part is the name, and nothing else. `alone`: no other record is called so, or country or place tell it
    from them. `placed`: the country or the town of the record stands in the string. `settled`: they leave hardly room
    for another (see `_is_settled`).
    """

    named: NameEntry
    part: str
    score: float
    whole: bool
    alone: bool
    placed: bool
    settled: bool
    reasons: tuple[str, ...]

    @property
    def certain(self) -> bool:
        """Whether it may be called certain: nothing but the whole name, of one record, which place and country settle,
        in a string that names no other.
        """
        return self.whole and self.alone and self.settled


@dataclass
class _Address:
    parts: list[tuple[str, tuple[str, ...]]]
    countries: set[str]
    towns: str

    def country(self, entry: Entry) -> bool | None:
        """Whether the country of a record stands in the string; None: the string names no country."""
        if not self.countries or not entry.places:
            return None
        codes = frozenset(place.country for place in entry.places if place.country)
        return not self.countries.isdisjoint(related_countries(codes))

    def town(self, entry: Entry, name: str = "") -> bool:
        """Whether the town of a record stands in the string; with a `name`, more often than in that name."""
        towns = [f" {' '.join(normalised_words(place.name))} " for place in entry.places if place.name]
        return any(self.towns.count(town) > f" {name} ".count(town) for town in towns)


def _address(text: str) -> _Address:
    plain = html.unescape(html.unescape(text[:MAX_LENGTH]))
    pieces = [piece.strip(" .") for piece in _PARTS.split(plain)]
    parts = [(piece, words) for piece in pieces if piece and (words := normalised_words(piece))]
    countries: set[str] = set()
    for number, (_, words) in enumerate(parts):
        phrase = " ".join(word for word in words if not word.isdigit())
        if phrase in COUNTRIES:
            countries.add(COUNTRIES[phrase])
        elif number and phrase in STATES | {f"{state} usa" for state in STATES}:
            countries.add("US")
        else:  # at the end of the last part: "... 100080 Beijing China"
            for length in (3, 2, 1):
                tail = " ".join(words[-length:])
                if len(words) > length and tail in COUNTRIES and not {"university"} & set(words[-length - 1 : -length]):
                    countries.add(COUNTRIES[tail])
                    break
    return _Address(parts, countries, " " + " | ".join(" ".join(words) for _, words in parts) + " ")


def find_affiliations(text: str, register: RecordIndex) -> list[AffiliationMention]:
    """The records that a string names, in the order of the string; none is named twice."""
    address = _address(text)
    mentions: list[tuple[int, AffiliationMention]] = []
    matched: set[int] = set()  # numbers of the parts that name a record
    for number, _ in enumerate(address.parts):
        if number in matched:
            continue
        # A name may hold commas: "University of California, San Diego".
        for length in (3, 2, 1):
            if number + length <= len(address.parts) and (mention := _exact(address, number, length, register)):
                mentions.append((number, mention))
                matched.update(range(number, number + length))
                break
    for number, (part, words) in enumerate(address.parts):
        if number not in matched and len(words) > 1 and (within := list(_within(address, part, words, register))):
            mentions += [(number, mention) for mention in within]
            matched.add(number)
    for number, (part, words) in enumerate(address.parts):
        if number not in matched and (mention := _respelt(address, part, words, register)):
            mentions.append((number, mention))
    return _distinct([mention for _, mention in sorted(mentions, key=lambda pair: pair[0])])


def _exact(address: _Address, number: int, length: int, register: RecordIndex) -> AffiliationMention | None:
    """The record whose whole name stands in so many parts, from one of this number on."""
    parts = address.parts[number : number + length]
    text = ", ".join(part for part, _ in parts)
    if length > 1 and all(word in GENERAL for word in parts[0][1]):
        return None
    key = normalise_name(" ".join(part for part, _ in parts))
    if key in COUNTRIES or (len(address.parts) > 1 and key in register.towns) or not _is_telling(key):
        return None
    entries = register.named(key)
    if entries and length == 1 and all(place.country for named in entries for place in named.entry.places):
        # "University of California, 1 Cyclotron Road, Berkeley" is the University of California, Berkeley.
        for _, words in address.parts[number + 1 :]:
            if words and register.is_name(longer := f"{key} {' '.join(words)}"):
                entries = register.named(longer)
    return _pick(address, text, entries, whole=True)


def _is_telling(key: str) -> bool:
    return len(key.split()) > 1 or len(key) > 5


def _pick(
    address: _Address, part: str, entries: list[NameEntry], whole: bool, score: float = 1.0
) -> AffiliationMention | None:
    """The record that is meant of all with a name, if anything tells them apart."""
    narrowed = _narrow(address, entries)
    if not narrowed:
        return None
    distinct = len({named.entry.record for named in narrowed}) == 1
    if not distinct:
        if len(narrowed) > 3:
            return None
        score *= 0.6
    named = narrowed[0]
    general = all(word in GENERAL for word in named.key.split())
    # "Applied Research Laboratory, USA" is not the one laboratory of that country that is held.
    placed = address.town(named.entry) or (address.country(named.entry) is True and not general)
    reasons = _reasons(address, part, narrowed, whole, score)
    doubts = tuple(_doubts(named))
    return AffiliationMention(
        named,
        part,
        score * (1.0 if placed else 0.9),
        whole,
        len(narrowed) == 1,
        placed,
        not doubts and _is_settled(address, named),
        (*reasons, *doubts) if whole else reasons,
    )


def _narrow(address: _Address, entries: list[NameEntry]) -> list[NameEntry]:
    """The entries that the address fits best: by country, by town, by their name of today."""
    live = [named for named in entries if named.entry.live]
    names = [named for named in live if named.kind != "acronym" or len(named.key.split()) > 1]
    names = names or [named for named in live if address.town(named.entry) and address.country(named.entry)]
    narrowed = [named for named in names if address.country(named.entry) is not False]
    for test in (
        lambda named: address.country(named.entry) is True,
        lambda named: address.town(named.entry, name=named.key),  # "University of Newcastle" names no town
        lambda named: named.kind == "current",
    ):
        if len(narrowed) > 1:
            narrowed = [named for named in narrowed if test(named)] or narrowed
    return narrowed


def _reasons(address: _Address, part: str, narrowed: list[NameEntry], whole: bool, score: float) -> tuple[str, ...]:
    named = narrowed[0]
    if score < 1 and len(narrowed) == 1:
        reasons = [f"“{part}” is written nearly as its name “{named.name}”"]
    elif not whole:
        reasons = [f"its name “{named.name}” stands in “{part}”"]
    elif named.kind == "current":
        reasons = [f"“{part}” is its name"]
    else:
        reasons = [f"“{part}” is its {_KINDS[named.kind]} “{named.name}”"]
    if address.country(named.entry):
        reasons.append("the country agrees")
    if address.town(named.entry):
        reasons.append(f"place {named.entry.places[0].name} agrees")
    if len(narrowed) > 1:
        reasons.append(f"{len(narrowed)} records are called so, and nothing tells them apart")
    return tuple(reasons)


def _is_settled(address: _Address, named: NameEntry) -> bool:
    """Whether the string names the country of a record or, besides its name, the town; both where it is neither a
    university nor an academy: of institutes, centres and companies there are too many that one town or country tells.
    """
    agree = [address.country(named.entry) is True, address.town(named.entry, name=named.key)]
    return any(agree) if _is_academic(named) else all(agree)


def _doubts(named: NameEntry) -> Iterator[str]:
    """Why another record may be meant, though the name is this one's."""
    for link in named.entry.links:
        if link.kind == "succession" and link.inverse:
            yield f"it took over from {link.label or link.record}, which may be meant"
        elif (
            link.kind == "part-of" and not link.inverse and f" {normalise_name(link.label or '-')} " in f" {named.key} "
        ):
            yield f"the name of {link.label}, of which it is a part, stands in its name"


_KINDS = {"alternative": "other name", "former": "former name", "acronym": "short name", "as-written": "other name"}


def _within(
    address: _Address, part: str, words: tuple[str, ...], register: RecordIndex
) -> Iterator[AffiliationMention]:
    """Names that stand among other words of a part, the longest first."""
    at, end = 0, len(words)
    while at < end:
        longest = min(register.starts.get(words[at], 0), end - at)
        for length in range(longest, 1, -1):
            span = words[at : at + length]
            key = " ".join(span)
            if not register.is_name(key) or not any(word in TYPE_WORDS or word == "center" for word in span):
                continue
            if all(word in GENERAL for word in span) or not _OTHER.isdisjoint(words[at + length : at + length + 2]):
                continue
            if mention := _pick(address, part, register.named(key), whole=False, score=0.95):
                yield mention
                at += length - 1
                break
        at += 1


def _respelt(address: _Address, part: str, words: tuple[str, ...], register: RecordIndex) -> AffiliationMention | None:
    """The record with a name that is the part in another order, or nearly so written."""
    key = normalise_name(part)
    if not 2 <= len(words) <= 12 or len(key) < 8:
        return None
    if not any(word in TYPE_WORDS or word in GENERAL for word in words):
        return None
    if mention := _pick(address, part, register.same_words(key), whole=False, score=0.93):
        return mention if mention.placed or len(words) > 2 else None
    scores = _spelling_scores(address, key, words, register)
    if not scores:
        return None
    best = max(score for score, _ in scores)
    entries = [named for score, named in scores if score == best]
    mention = _pick(address, part, entries, whole=False, score=best / 100 * 0.95)
    return mention if mention and mention.alone and (mention.placed or len(words) > 3) else None


def _spelling_scores(
    address: _Address, key: str, words: tuple[str, ...], register: RecordIndex
) -> list[tuple[float, NameEntry]]:
    """Names that are written nearly as a part, or that it abbreviates, with how alike they are (of 100)."""
    from rapidfuzz import fuzz

    scores: list[tuple[float, NameEntry]] = []
    for named in register.near(key):
        if named.kind != "acronym" and named.entry.live and address.country(named.entry) is not False:
            abbreviated = _abbreviates(words, named.key.split())
            score = 94.0 if abbreviated else fuzz.ratio(key, named.key, score_cutoff=NEAR)
            if score and (abbreviated or is_respelt(key, named.key)):
                scores.append((score, named))
    return scores


def _abbreviates(words: tuple[str, ...], name: list[str]) -> bool:
    return len(words) == len(name) > 2 and all(
        word == other or (len(word) > 2 and other.startswith(word)) for word, other in zip(words, name, strict=True)
    )


def _distinct(mentions: list[AffiliationMention]) -> list[AffiliationMention]:
    """The best mention of each record; where several records are mentioned, none is settled."""
    best: dict[str, AffiliationMention] = {}
    for mention in mentions:
        record = mention.named.entry.record
        if record not in best or best[record].score < mention.score:
            best[record] = mention
    if len(best) == 1:
        return list(best.values())
    reason = f"the string names {len(best)} records"
    return [replace(mention, settled=False, reasons=(*mention.reasons, reason)) for mention in best.values()]


def _is_academic(named: NameEntry) -> bool:
    """Whether it is of the bodies that have institutes of their own: universities and academies."""
    by_name = not {"university", "academy"}.isdisjoint(named.key.split())
    return by_name or not {"university", "education-body"}.isdisjoint(named.entry.types)
