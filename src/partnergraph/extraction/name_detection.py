"""Names that look like organisations: capitals, organisation words, quotation marks. General English only."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

_TOKEN = re.compile(r"\w+(?:['’]\w+)*|&")
# Between spaces: an address of e-mail or the web, or more than any name has.
_ADDRESS = re.compile(r"@\w|://|\bwww\.|\w\.\w+/|\w\.(?:ac|org|co|gov|nhs|com|net)\b")
_MAX_WORD_LENGTH = 300
_GAP = re.compile(r" |-| ?/ ?|\. ")
_QUOTED = re.compile(r"[‘'“\"]([A-Z][^‘’'“”\"\n]{3,80})[’'”\"](?!\w)")
_MADE = re.compile(
    r"(?<![\w-])([A-Z][\w&]{1,40}(?: [A-Z][\w&]{1,40}){0,4})-(funded|led|commissioned|hosted|sponsored|supported)\b"
)
_SINGULAR = {
    **{"Universities": "University", "Councils": "Council", "Trusts": "Trust", "Colleges": "College"},
    **{"Hospitals": "Hospital", "Schools": "School", "Academies": "Academy", "Museums": "Museum"},
}
_NAME = r"[A-Z][\w'’-]{0,40}(?: [A-Z][\w'’-]{0,40}){0,3}"
_PLURAL = re.compile(rf"\b({_NAME}(?:, {_NAME}){{0,9}},? and {_NAME}) ({'|'.join(_SINGULAR)})\b")
_SMALL = frozenset(["of", "for", "and", "the", "in", "on", "upon", "&"])
_WELSH = frozenset(["y", "yr", "i", "a", "ac", "o"])
_MAX_LENGTH = 16


@dataclass(frozen=True)
class WordToken:
    """A word and where it stands in the whole text."""

    text: str
    start: int
    end: int

    @property
    def low(self) -> str:
        """Without case, possessive and apostrophes."""
        return plain_word(self.text)

    @property
    def capital(self) -> bool:
        """Whether it is written like a name."""
        return self.text[0].isupper()


@dataclass(frozen=True)
class DetectedName:
    """What looks like an organisation, why, and how surely. `short` is the abbreviation that follows in brackets."""

    start: int
    end: int
    name: str
    reason: str
    confidence: str
    short: str | None = None


@cache
def word_lists() -> Any:
    """The word lists of this room."""
    return json.loads((Path(__file__).parent / "words.json").read_text("utf-8"))


@cache
def _listed(name: str) -> frozenset[str]:
    return frozenset(word_lists()[name])


def plain_word(word: str) -> str:
    """A word without case, apostrophes and possessive.

    >>> plain_word("Council’s"), plain_word("&")
    ('council', 'and')
    """
    low = re.sub(r"['’]s$|['’]$", "", word.casefold()).replace("'", "").replace("’", "")
    return "and" if low == "&" else low


def word_tokens(text: str, start: int, end: int) -> list[WordToken]:
    """The words of a stretch of text, without e-mail and web addresses."""
    found: list[WordToken] = []
    for piece in re.compile(r"\S+").finditer(text, start, end):
        if len(piece[0]) <= _MAX_WORD_LENGTH and not _ADDRESS.search(piece[0]):
            found += (WordToken(m[0], m.start(), m.end()) for m in _TOKEN.finditer(text, piece.start(), piece.end()))
    return found


def head_word(name: str) -> str | None:
    """The organisation word of a name: its last before any of/for, otherwise its first.

    >>> head_word("Coventry University"), head_word("Department of Health"), head_word("Stoke")
    ('university', 'department', None)
    """
    lows = [plain_word(w) for w in _TOKEN.findall(name)]
    at = next((i for i, w in enumerate(lows) if w in ("of", "for")), len(lows))
    known = word_lists()["organisation"]
    return next((w for w in reversed(lows[:at]) if w in known), next((w for w in lows[at:] if w in known), None))


def detect_names(text: str, start: int, end: int) -> list[DetectedName]:
    """The names in one sentence that look like organisations, in order; none lies in another."""
    here = word_tokens(text, start, end)
    lists = [(m.start(), m.end()) for m in _PLURAL.finditer(text, start, end)]
    found = [*_quoted(text, start, end), *_runs(text, here, start), *_made(text, start, end)]
    found = [s for s in found if not any(s.start < b and a < s.end for a, b in lists)]
    found += _shared(text, start, end)
    found += _acronyms(text, here, found)
    kept: list[DetectedName] = []
    for one in sorted(found, key=lambda s: (s.start, -s.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def _shared(text: str, start: int, end: int) -> Iterator[DetectedName]:
    """'Birmingham, Coventry and Keele Universities': each name with the word that they share."""
    for match in _PLURAL.finditer(text, start, end):
        word = _SINGULAR[match[2]]
        for one in re.finditer(_NAME, match[1]):
            first = match.start(1) + one.start()
            parts = one[0].split()
            while parts and parts[0].lower() in _listed("opening"):
                first += len(parts.pop(0)) + 1
            if parts:
                name = " ".join(parts)
                reason = f"shares the word '{match[2]}' with its neighbours"
                yield DetectedName(first, first + len(name), f"{name} {word}", reason, "medium")


def _quoted(text: str, start: int, end: int) -> Iterator[DetectedName]:
    for match in _QUOTED.finditer(text, start, end):
        parts = _TOKEN.findall(match[1])
        lows = [plain_word(p) for p in parts]
        named = all(p[0].isupper() or low in _SMALL for p, low in zip(parts, lows, strict=True))
        if len(parts) > 1 and named and lows[0] not in _listed("opening") and match[1] == match[1].strip():
            level = "medium" if head_word(match[1]) else "low"
            yield DetectedName(match.start(1), match.end(1), match[1], "a name in quotation marks", level)


def _made(text: str, start: int, end: int) -> Iterator[DetectedName]:
    for match in _MADE.finditer(text, start, end):
        first = match[1].split()[0].lower()
        if first not in _listed("opening") and match[1].lower() not in _listed("not_bodies"):
            yield DetectedName(match.start(1), match.end(1), match[1], f"stands before '-{match[2]}'", "medium")


def _runs(text: str, here: list[WordToken], start: int) -> Iterator[DetectedName]:
    at = 0
    while at < len(here):
        if not here[at].capital:
            at += 1
            continue
        last = _run(text, here, at)
        yield from _named(text, here[at : last + 1], start, here[at - 1] if at else None)
        at = last + 1


def _run(text: str, here: list[WordToken], first: int) -> int:
    """The last token of the run of capitals that begins here; small words belong to it when a capital follows."""
    last, welsh = first, here[first].low in _listed("welsh")
    while last + 1 < len(here) and last - first < _MAX_LENGTH:
        step = next((n for n in (1, 2, 3) if last + n < len(here) and here[last + n].capital), None)
        if step is None:
            break
        between = [t.low for t in here[last + 1 : last + step]]
        gaps = [
            text[a.end : b.start]
            for a, b in zip(here[last : last + step], here[last + 1 : last + step + 1], strict=True)
        ]
        small = _SMALL | _WELSH if welsh else _SMALL
        if not (all(_gap(g, here[last].text) for g in gaps) and all(b in small for b in between)):
            if not (_subjects(here, first, last) and (far := _comma(text, here, last)) is not None):
                break
            last = far
            continue
        if between and not _joins(here[first : last + 1], between, here, last + step):
            break
        last += step
    return last


def _gap(gap: str, before: str) -> bool:
    return gap == ". " and len(before) == 1 if gap == ". " else bool(_GAP.fullmatch(gap))


def _subjects(here: list[WordToken], first: int, last: int) -> bool:
    """Whether a run is 'School of Primary': the commas that follow may belong to it."""
    lows = [t.low for t in here[first : last + 1]]
    return any(a in _listed("subjects") and b in ("of", "for") for a, b in pairwise(lows))


def _comma(text: str, here: list[WordToken], last: int) -> int | None:
    """The end of '..., Community and Social Care', if that is what follows."""
    known, at = word_lists()["organisation"], last
    while at + 1 < len(here) and text[here[at].end : here[at + 1].start] == ", " and here[at + 1].capital:
        at += 1
        while at + 1 < len(here) and text[here[at].end : here[at + 1].start] == " " and here[at + 1].capital:
            at += 1
    if at == last or at + 2 >= len(here) or here[at + 1].low != "and" or not here[at + 2].capital:
        return None
    if text[here[at].end : here[at + 1].start] not in (" ", ", "):
        return None
    at += 2
    while at + 1 < len(here) and text[here[at].end : here[at + 1].start] == " " and here[at + 1].capital:
        at += 1
    return None if any(t.low in known or t.text.isupper() for t in here[last + 1 : at + 1]) else at


def _joins(left: list[WordToken], between: list[str], here: list[WordToken], right: int) -> bool:
    """Whether small words join what stands on both sides into one name."""
    known, lows = word_lists()["organisation"], [t.low for t in left]
    if "and" in between:
        if between != ["and"] or lows[-1] in known or (left[-1].text.isupper() and len(left[-1].text) > 2):
            return False
        if "university" in lows and "of" in lows:
            return False
        after = [here[right].low]
        for token in here[right + 1 : right + 6]:
            if not (token.capital or token.low in ("of", "for")):
                break
            after.append(token.low)
        return not (any(w in known for w in lows) and any(w in known for w in after)) and after[-1] != "universities"
    if "in" in between or "on" in between or "upon" in between:
        return "of" in lows or "for" in lows or between in (["on"], ["upon"])
    return True


def _named(text: str, run: list[WordToken], start: int, before: WordToken | None) -> Iterator[DetectedName]:
    opening = _listed("opening")
    while run and (run[0].low in opening or run[0].low in _listed("calendar") or run[0].low in _SMALL):
        run = run[1:]
    while len(run) > 2 and run[0].low in _listed("offices") and run[1].low in ("of", "for"):
        run = run[2:]
        run = run[1:] if run and run[0].low == "the" else run
    if run and before is None and run[0].start == start and len(run) > 2 and run[0].low.endswith(("ing", "ly")):
        run = run[1:]
    while run and not run[-1].capital:
        run = run[:-1]
    run = _without_person(run, before)
    if not run:
        return
    # the possessive of the last word is no part of the name
    stop = run[-1].end - (2 if re.search(r"['’]s$", run[-1].text) else 0)
    tail = re.compile(r"(?:-[^\W_]+){2,}").match(text, stop)  # Glan-yr-afon
    stop = tail.end() if tail else stop
    name, lows = text[run[0].start : stop], [t.low for t in run]
    if len(run) > 1 and name.isupper() and len(name) > 12:
        return  # a heading in capitals
    known = word_lists()["organisation"]
    if len(run) > 1 and any(low in known for low in lows):
        if lows == ["nhs", lows[-1]] and lows[-1].endswith("s") and lows[-1] not in ("hospitals",):
            return
        yield _bracketed(text, run[0].start, stop, name, f"capitals with '{head_word(name)}'", "medium")
    elif len(run) > 1 and lows[-1] in _listed("nations") and lows[0] not in _listed("directions"):
        yield _bracketed(text, run[0].start, stop, name, f"capitals that end in '{run[-1].text}'", "medium")
    elif len(run) > 2 and (made := _bracketed(text, run[0].start, stop, name, "", "medium")).short:
        yield DetectedName(
            made.start, made.end, made.name, "capitals with their abbreviation in brackets", "medium", made.short
        )


def _without_person(run: list[WordToken], before: WordToken | None) -> list[WordToken]:
    """A run without a person's name: 'Dr Ann Lee of the Elm Trust', 'Ann Lee of Elm University'."""
    known, titles = word_lists()["organisation"], _listed("titles")
    at = next((i for i, t in enumerate(run) if t.low in ("of", "for") and not t.capital), None)
    titled = (before is not None and before.low in titles) or any(t.low in titles for t in run[:1])
    person = at in (2, 3) and not any(t.low in known or t.text.isupper() for t in run[:at])
    if not titled and not (person and at is not None and any(t.low in known for t in run[at:])):
        return run
    rest = run[at + 1 :] if at is not None else []
    return rest[1:] if rest and rest[0].low == "the" else rest


def _bracketed(text: str, start: int, end: int, name: str, reason: str, level: str) -> DetectedName:
    """With the abbreviation that follows in brackets, and a region after the brackets."""
    match = re.match(r" \(([A-Z][A-Za-z&]{1,11})\)((?: [A-Z][a-z]+){0,3})", text[end : end + 60])
    if match is None or not _abbreviates(match[1], name):
        return DetectedName(start, end, name, reason, level)
    end += match.end() if match[2] else 0
    return DetectedName(start, end, text[start:end], reason, level, None if match[2] else match[1])


def _abbreviates(short: str, name: str) -> bool:
    """Whether the letters of an abbreviation stand in a name in this order; one may be missing.

    >>> _abbreviates("WTP", "Wessex Teaching Partnership"), _abbreviates("XYZ", "Wessex Teaching Partnership")
    (True, False)
    """
    low, at, missing = name.casefold(), 0, 0
    for letter in short.casefold().replace("&", ""):
        where = low.find(letter, at)
        missing += where < 0
        at = where + 1 if where >= 0 else at
    initials = {w[0].casefold() for w in _TOKEN.findall(name)}
    return sum(c.isupper() for c in short) > 1 and short[0].casefold() in initials and missing <= (len(short) > 4)


def _acronyms(text: str, here: list[WordToken], found: list[DetectedName]) -> Iterator[DetectedName]:
    """Capitals alone (3 to 8) that stand in a list beside organisations, or after by/with."""
    ends, starts = {s.end for s in found}, {s.start for s in found}
    for at, token in enumerate(here):
        if not (re.fullmatch(r"[A-Z]{3,8}", token.text) and token.low not in _listed("not_bodies")):
            continue
        before = re.search(r"(, |,? and |,? and the |, the )$", text[max(0, token.start - 12) : token.start])
        after = re.match(r"(, |,? and |,? and the |, the )", text[token.end : token.end + 12])
        beside = (before and token.start - len(before[0]) in ends) or (after and token.end + len(after[0]) in starts)
        led = at > 0 and here[at - 1].low in ("by", "with", "alongside") and text[here[at - 1].end : token.start] == " "
        if beside or led:
            ends.add(token.end)
            reason = "capitals in a list of organisations" if beside else f"capitals after '{here[at - 1].text}'"
            yield DetectedName(token.start, token.end, token.text, reason, "low")
