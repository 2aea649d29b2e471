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
    for another (see `_settled`).
    """

    called: NameEntry
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
    tokens: frozenset[str]
    towns: str

    def country(self, entry: Entry) -> bool | None:
        """Whether the country of a record stands in the string; None: the string names no country."""
        if not self.countries or not entry.places:
            return None
        codes = frozenset(place.country for place in entry.places if place.country)
        return not self.countries.isdisjoint(related_countries(codes))

    def town(self, entry: Entry, beside: str = "") -> bool:
        """Whether the town of a record stands in the string; `beside` a name: more often than in that name."""
        towns = [f" {' '.join(normalised_words(place.name))} " for place in entry.places if place.name]
        return any(self.towns.count(town) > f" {beside} ".count(town) for town in towns)


def _address(text: str) -> _Address:
    plain = html.unescape(html.unescape(text[:MAX_LENGTH]))
    pieces = [piece.strip(" .") for piece in _PARTS.split(plain)]
    parts = [(piece, found) for piece in pieces if piece and (found := normalised_words(piece))]
    countries: set[str] = set()
    for number, (_, found) in enumerate(parts):
        phrase = " ".join(word for word in found if not word.isdigit())
        if phrase in COUNTRIES:
            countries.add(COUNTRIES[phrase])
        elif number and phrase in STATES | {f"{state} usa" for state in STATES}:
            countries.add("US")
        else:  # at the end of the last part: "... 100080 Beijing China"
            for length in (3, 2, 1):
                tail = " ".join(found[-length:])
                if len(found) > length and tail in COUNTRIES and not {"university"} & set(found[-length - 1 : -length]):
                    countries.add(COUNTRIES[tail])
                    break
    tokens = frozenset(word for _, found in parts for word in found)
    return _Address(parts, countries, tokens, " " + " | ".join(" ".join(found) for _, found in parts) + " ")


def find_affiliations(text: str, register: RecordIndex) -> list[AffiliationMention]:
    """The records that a string names, in the order of the string; none is named twice."""
    address = _address(text)
    found: list[tuple[int, AffiliationMention]] = []
    taken: set[int] = set()
    for number, _ in enumerate(address.parts):
        if number in taken:
            continue
        # A name may hold commas: "University of California, San Diego".
        for together in (3, 2, 1):
            if number + together <= len(address.parts) and (mention := _exact(address, number, together, register)):
                found.append((number, mention))
                taken.update(range(number, number + together))
                break
    for number, (part, own) in enumerate(address.parts):
        if number not in taken and len(own) > 1 and (inner := list(_within(address, part, own, register))):
            found += [(number, mention) for mention in inner]
            taken.add(number)
    for number, (part, own) in enumerate(address.parts):
        if number not in taken and (mention := _near(address, part, own, register)):
            found.append((number, mention))
    return _chosen([mention for _, mention in sorted(found, key=lambda pair: pair[0])])


def _exact(address: _Address, number: int, together: int, register: RecordIndex) -> AffiliationMention | None:
    parts = address.parts[number : number + together]
    text = ", ".join(part for part, _ in parts)
    if together > 1 and all(word in GENERAL for word in parts[0][1]):
        return None
    key = normalise_name(" ".join(part for part, _ in parts))
    if key in COUNTRIES or (len(address.parts) > 1 and key in register.towns) or not _telling(key):
        return None
    called = register.named(key)
    if called and together == 1 and all(place.country for one in called for place in one.entry.places):
        # "University of California, 1 Cyclotron Road, Berkeley" is the University of California, Berkeley.
        for _, own in address.parts[number + 1 :]:
            if own and register.is_name(longer := f"{key} {' '.join(own)}"):
                called = register.named(longer)
    return _pick(address, text, called, whole=True)


def _telling(key: str) -> bool:
    own = key.split()
    return len(own) > 1 or len(key) > 5


def _pick(
    address: _Address, part: str, called: list[NameEntry], whole: bool, score: float = 1.0
) -> AffiliationMention | None:
    """The record that is meant of all that are called so, if anything tells them apart."""
    live = [one for one in called if one.entry.live and (one.kind != "acronym" or len(one.key.split()) > 1)]
    acronyms = [one for one in called if one.entry.live and one.kind == "acronym" and one not in live]
    live = live or [one for one in acronyms if address.town(one.entry) and address.country(one.entry)]
    fitting = [one for one in live if address.country(one.entry) is not False]
    if not fitting:
        return None
    narrowed = fitting
    for test in (
        lambda one: address.country(one.entry) is True,
        lambda one: address.town(one.entry, beside=one.key),  # "University of Newcastle" names no town
        lambda one: one.kind == "current",
    ):
        if len(narrowed) > 1:
            narrowed = [one for one in narrowed if test(one)] or narrowed
    if len({one.entry.record for one in narrowed}) > 1:
        if len(narrowed) > 3:
            return None
        score *= 0.6
    one = narrowed[0]
    own = one.key.split()
    general = all(word in GENERAL for word in own)
    # "Applied Research Laboratory, USA" is not the one laboratory of that country that is held.
    placed = address.town(one.entry) or (address.country(one.entry) is True and not general)
    reasons = [f"“{part}” is its name" if one.kind == "current" else f"“{part}” is its {_KINDS[one.kind]} “{one.name}”"]
    if score < 1 and len(narrowed) == 1:
        reasons = [f"“{part}” is written nearly as its name “{one.name}”"]
    elif not whole:
        reasons = [f"its name “{one.name}” stands in “{part}”"]
    if address.country(one.entry):
        reasons.append("the country agrees")
    if address.town(one.entry):
        reasons.append(f"place {one.entry.places[0].name} agrees")
    if len(narrowed) > 1:
        reasons.append(f"{len(narrowed)} records are called so, and nothing tells them apart")
    doubts = tuple(_doubts(one))
    settled = not doubts and _settled(address, one)
    return AffiliationMention(
        one,
        part,
        score * (1.0 if placed else 0.9),
        whole,
        len(narrowed) == 1,
        placed,
        settled,
        (*reasons, *doubts) if whole else tuple(reasons),
    )


def _settled(address: _Address, called: NameEntry) -> bool:
    """Whether the string names the country of a record or, beside its name, the town; both where it is neither a
    university nor an academy: of institutes, centres and companies there are too many that one town or country tells.
    """
    agree = [address.country(called.entry) is True, address.town(called.entry, beside=called.key)]
    return any(agree) if _teaches(called) else all(agree)


def _doubts(called: NameEntry) -> Iterator[str]:
    """Why another record may be meant, though the name is this one's."""
    for link in called.entry.links:
        if link.kind == "succession" and link.inverse:
            yield f"it took over from {link.label or link.record}, which may be meant"
        elif (
            link.kind == "part-of"
            and not link.inverse
            and f" {normalise_name(link.label or '-')} " in f" {called.key} "
        ):
            yield f"the name of {link.label}, of which it is a part, stands in its name"


_KINDS = {"alternative": "other name", "former": "former name", "acronym": "short name", "as-written": "other name"}


def _within(address: _Address, part: str, own: tuple[str, ...], register: RecordIndex) -> Iterator[AffiliationMention]:
    """Names that stand among other words of a part, the longest first."""
    at, end = 0, len(own)
    while at < end:
        reach = min(register.starts.get(own[at], 0), end - at)
        for length in range(reach, 1, -1):
            span = own[at : at + length]
            key = " ".join(span)
            if not register.is_name(key) or not any(word in TYPE_WORDS or word == "center" for word in span):
                continue
            if all(word in GENERAL for word in span) or not _OTHER.isdisjoint(own[at + length : at + length + 2]):
                continue
            if mention := _pick(address, part, register.named(key), whole=False, score=0.95):
                yield mention
                at += length - 1
                break
        at += 1


def _near(address: _Address, part: str, own: tuple[str, ...], register: RecordIndex) -> AffiliationMention | None:
    from rapidfuzz import fuzz

    key = normalise_name(part)
    if len(own) < 2 or len(key) < 8 or len(own) > 12:
        return None
    if not any(word in TYPE_WORDS or word in GENERAL for word in own):
        return None
    if mention := _pick(address, part, register.same_words(key), whole=False, score=0.93):
        return mention if mention.placed or len(own) > 2 else None
    best: list[tuple[float, NameEntry]] = []
    for one in register.near(key):
        if one.kind != "acronym" and one.entry.live and address.country(one.entry) is not False:
            short = _abbreviates(own, one.key.split())
            score = 94.0 if short else fuzz.ratio(key, one.key, score_cutoff=NEAR)
            if score and (short or is_respelt(key, one.key)):
                best.append((score, one))
    if not best:
        return None
    top = max(score for score, _ in best)
    called = [one for score, one in best if score == top]
    mention = _pick(address, part, called, whole=False, score=top / 100 * 0.95)
    return mention if mention and mention.alone and (mention.placed or len(own) > 3) else None


def _abbreviates(short: tuple[str, ...], name: list[str]) -> bool:
    return len(short) == len(name) > 2 and all(
        one == other or (len(one) > 2 and other.startswith(one)) for one, other in zip(short, name, strict=True)
    )


def _chosen(found: list[AffiliationMention]) -> list[AffiliationMention]:
    chosen: dict[str, AffiliationMention] = {}
    for mention in found:
        record = mention.called.entry.record
        if record not in chosen or chosen[record].score < mention.score:
            chosen[record] = mention
    if len(chosen) == 1:
        return list(chosen.values())
    named = f"the string names {len(chosen)} records"
    return [replace(one, settled=False, reasons=(*one.reasons, named)) for one in chosen.values()]


def _teaches(called: NameEntry) -> bool:
    """Whether it is of the bodies that have institutes of their own: universities and academies."""
    named = not {"university", "academy"}.isdisjoint(called.key.split())
    return named or not {"university", "education-body"}.isdisjoint(called.entry.types)
