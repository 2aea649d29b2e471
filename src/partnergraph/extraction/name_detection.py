"""Names that look like organisations: capitals, organisation words, quotation marks. General English only."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import dropwhile, pairwise, takewhile
from pathlib import Path
from typing import Any

_TOKEN = re.compile(r"[Cc]o-op(?:erative)?s?\b|\w+(?:['’]\w+)*|&")
# Between spaces: an address of e-mail or the web, or more than any name has.
_ADDRESS = re.compile(r"@\w|://|\bwww\.|\w\.\w+/|\w\.(?:ac|org|co|gov|nhs|com|net)\b")
_MAX_WORD_LENGTH = 300
_GAP = re.compile(r" |-| ?/ ?")
_SAINTS = frozenset(["St", "Ste", "Mt", "Ft"])  # abbreviations that may stand within a name, with a full stop
_QUOTED = re.compile(r"[‘'“\"]([A-Z][^‘’'“”\"\n]{3,80})[’'”\"](?!\w)")
_COMPOUND = re.compile(
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
_MAX_WORDS = 16  # of a run of capitals, roughly


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
        """Whether it is written like a name, or is a legal form (plc), which is part of one."""
        return self.text[0].isupper() or self.text in ("plc", "ltd", "llp", "cic")


@dataclass(frozen=True)
class DetectedName:
    """A name that looks like an organisation's, why, and with what confidence (medium or low).

    `short`: the abbreviation that follows in brackets.
    """

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
def _word_set(name: str) -> frozenset[str]:
    return frozenset(word_lists()[name])


@cache
def _words_before_names() -> frozenset[str]:
    return _word_set("opening") | _word_set("calendar") | _SMALL


def plain_word(word: str) -> str:
    """A word without case, apostrophes and possessive.

    >>> plain_word("Council’s"), plain_word("&")
    ('council', 'and')
    """
    low = re.sub(r"['’]s$|['’]$", "", word.casefold()).replace("'", "").replace("’", "")
    return "and" if low == "&" else low


def word_tokens(text: str, start: int, end: int) -> list[WordToken]:
    """The words of a stretch of text, without e-mail and web addresses."""
    tokens: list[WordToken] = []
    for piece in re.compile(r"\S+").finditer(text, start, end):
        if len(piece[0]) <= _MAX_WORD_LENGTH and not _ADDRESS.search(piece[0]):
            words = _TOKEN.finditer(text, piece.start(), piece.end())
            tokens += (WordToken(word[0], word.start(), word.end()) for word in words)
    return tokens


def head_word(name: str) -> str | None:
    """The organisation word of a name: its last before any of/for, otherwise its first.

    >>> head_word("Coventry University"), head_word("Department of Health"), head_word("Stoke")
    ('university', 'department', None)
    """
    words = [plain_word(word) for word in _TOKEN.findall(name)]
    preposition = next((index for index, word in enumerate(words) if word in ("of", "for")), len(words))
    candidates = (*reversed(words[:preposition]), *words[preposition:])
    return next((word for word in candidates if word in word_lists()["organisation"]), None)


_PARTY_HEADING = re.compile(r"(?:our |the )?(?:[a-z]+ ){0,2}(?:funders|partners|sponsors):?", re.IGNORECASE)
_ITEM = re.compile(
    r"(?:[-–—•*▪●○·◦‣\uf0b7] +)?(?P<name>[A-Z][\w&'’.-]*(?: (?:[A-Z&][\w&'’.-]*|of|for|the|and|in)){0,5})(?: \(.*)?"
)


def is_party_heading(text: str) -> bool:
    """Whether a line is a heading under which organisations are listed.

    >>> is_party_heading("Our main funders"), is_party_heading("Our history")
    (True, False)
    """
    return len(text) < 60 and _PARTY_HEADING.fullmatch(text) is not None


def item_name(text: str, start: int, end: int) -> DetectedName | None:
    """The name that an item of a list of organisations is, whatever its words."""
    match = _ITEM.fullmatch(text, start, end)
    if match is None or match["name"].casefold() in _word_set("not_bodies"):
        return None
    reason = "an item of a list under a heading such as 'Our funders'"
    return DetectedName(match.start("name"), match.end("name"), match["name"], reason, "low")


def detect_names(text: str, start: int, end: int) -> list[DetectedName]:
    """The names in one sentence that look like organisations, in order; none overlaps another."""
    tokens = word_tokens(text, start, end)
    lists = [match.span() for match in _PLURAL.finditer(text, start, end)]
    names = [*_quoted_names(text, start, end), *_capitalised_names(text, tokens, start)]
    names += _compound_names(text, start, end)
    names = [name for name in names if not any(name.start < last and first < name.end for first, last in lists)]
    names += _names_with_shared_word(text, start, end)
    names += _acronyms(text, tokens, names)
    separate: list[DetectedName] = []
    for name in sorted(names, key=lambda name: (name.start, -name.end)):
        if not separate or name.start >= separate[-1].end:
            separate.append(name)
    return separate


def _names_with_shared_word(text: str, start: int, end: int) -> Iterator[DetectedName]:
    """'Birmingham, Coventry and Keele Universities': each name with the word that they share."""
    for match in _PLURAL.finditer(text, start, end):
        for item in re.finditer(_NAME, match[1]):
            first = match.start(1) + item.start()
            words = item[0].split()
            while words and words[0].lower() in _word_set("opening"):
                first += len(words.pop(0)) + 1
            if words:
                name = " ".join(words)
                reason = f"shares the word '{match[2]}' with its neighbours"
                full_name = f"{name} {_SINGULAR[match[2]]}"
                yield DetectedName(first, first + len(name), full_name, reason, "medium")


def _quoted_names(text: str, start: int, end: int) -> Iterator[DetectedName]:
    for match in _QUOTED.finditer(text, start, end):
        words = _TOKEN.findall(match[1])
        plain = [plain_word(word) for word in words]
        is_name = all(word[0].isupper() or low in _SMALL for word, low in zip(words, plain, strict=True))
        if len(words) > 1 and is_name and plain[0] not in _word_set("opening") and match[1] == match[1].strip():
            confidence = "medium" if head_word(match[1]) else "low"
            yield DetectedName(match.start(1), match.end(1), match[1], "a name in quotation marks", confidence)


def _compound_names(text: str, start: int, end: int) -> Iterator[DetectedName]:
    """'ESRC-funded', 'Elm Trust-led'."""
    for match in _COMPOUND.finditer(text, start, end):
        first = match[1].split()[0].lower()
        if first not in _word_set("opening") and match[1].lower() not in _word_set("not_bodies"):
            yield DetectedName(match.start(1), match.end(1), match[1], f"stands before '-{match[2]}'", "medium")


# Runs of capitals


def _capitalised_names(text: str, tokens: list[WordToken], start: int) -> Iterator[DetectedName]:
    index = 0
    while index < len(tokens):
        if not tokens[index].capital:
            index += 1
            continue
        last = _run_end(text, tokens, index)
        yield from _name_of_run(text, tokens[index : last + 1], start, tokens[index - 1] if index else None)
        index = last + 1


def _run_end(text: str, tokens: list[WordToken], first: int) -> int:
    """The last token of the run of capitals that begins at `first`; small words belong to it when a capital follows."""
    last = first
    small_words = _SMALL | _WELSH if tokens[first].low in _word_set("welsh") else _SMALL
    while last + 1 < len(tokens) and last - first < _MAX_WORDS:
        step = next((n for n in (1, 2, 3) if last + n < len(tokens) and tokens[last + n].capital), None)
        if step is None:
            break
        between = [token.low for token in tokens[last + 1 : last + step]]
        gaps = [text[left.end : right.start] for left, right in pairwise(tokens[last : last + step + 1])]
        if all(_joins_words(gap, tokens[last].text) for gap in gaps) and small_words.issuperset(between):
            if between and not _joins_names(tokens[first : last + 1], between, tokens, last + step):
                break
            last += step
        elif _is_subject_list(tokens, first, last) and (list_end := _subject_list_end(text, tokens, last)) is not None:
            last = list_end
        else:
            break
    return last


def _joins_words(gap: str, before: str) -> bool:
    """Whether what stands between two words may stand within a name; a full stop only after an initial or 'St'."""
    if gap in (". ", "."):
        return (len(before) == 1 and before.isupper()) or (before in _SAINTS and gap == ". ")
    return bool(_GAP.fullmatch(gap))


def _is_subject_list(tokens: list[WordToken], first: int, last: int) -> bool:
    """Whether a run is 'School of Primary': the commas that follow may belong to it."""
    words = [token.low for token in tokens[first : last + 1]]
    return any(left in _word_set("subjects") and right in ("of", "for") for left, right in pairwise(words))


def _subject_list_end(text: str, tokens: list[WordToken], last: int) -> int | None:
    """The last token of '..., Community and Social Care', None if something else follows."""
    end = last
    while _capital_follows(text, tokens, end, ", "):
        end = _capitals_end(text, tokens, end + 1)
    if end == last or end + 2 >= len(tokens) or tokens[end + 1].low != "and" or not tokens[end + 2].capital:
        return None
    if text[tokens[end].end : tokens[end + 1].start] not in (" ", ", "):
        return None
    end = _capitals_end(text, tokens, end + 2)
    organisation_words = word_lists()["organisation"]
    names_body = any(token.low in organisation_words or token.text.isupper() for token in tokens[last + 1 : end + 1])
    return None if names_body else end


def _capitals_end(text: str, tokens: list[WordToken], index: int) -> int:
    """The last of the capitalised words with a space between them that begin at a token."""
    while _capital_follows(text, tokens, index, " "):
        index += 1
    return index


def _capital_follows(text: str, tokens: list[WordToken], index: int, gap: str) -> bool:
    following = index + 1
    return (
        following < len(tokens)
        and text[tokens[index].end : tokens[following].start] == gap
        and tokens[following].capital
    )


def _joins_names(left: list[WordToken], between: list[str], tokens: list[WordToken], right: int) -> bool:
    """Whether small words join what stands on both sides into one name. `right`: the index of the token after them."""
    left_words = [token.low for token in left]
    if "and" in between:
        return between == ["and"] and _and_joins(left, left_words, tokens, right)
    if not {"in", "on", "upon"}.isdisjoint(between):
        return "of" in left_words or "for" in left_words or between in (["on"], ["upon"])
    return True


def _and_joins(left: list[WordToken], left_words: list[str], tokens: list[WordToken], right: int) -> bool:
    """Whether 'and' stands within a name: not between two bodies, nor after an abbreviation."""
    organisation_words = word_lists()["organisation"]
    is_abbreviation = left[-1].text.isupper() and len(left[-1].text) > 2
    if left_words[-1] in organisation_words or is_abbreviation or {"university", "of"}.issubset(left_words):
        return False
    following = takewhile(lambda token: token.capital or token.low in ("of", "for"), tokens[right + 1 : right + 6])
    right_words = [tokens[right].low, *(token.low for token in following)]
    sides_name_bodies = all(not organisation_words.keys().isdisjoint(words) for words in (left_words, right_words))
    return not sides_name_bodies and right_words[-1] != "universities"


def _name_of_run(text: str, run: list[WordToken], start: int, before: WordToken | None) -> Iterator[DetectedName]:
    """The organisation that a run of capitals names, if any. `start`: of the sentence; `before`: the token before."""
    run = _without_person(_trimmed(run, start, before), before)
    if not run:
        return
    end = _name_end(text, run[-1])
    name, words = text[run[0].start : end], [token.low for token in run]
    is_heading = name.isupper() and len(name) > 12
    if len(run) == 1 or is_heading:
        return
    detected = _with_abbreviation(text, run[0].start, end)
    if not word_lists()["organisation"].keys().isdisjoint(words):
        if not _is_nhs_plural(words):
            yield replace(detected, reason=f"capitals with '{head_word(name)}'")
    elif words[-1] in _word_set("nations") and words[0] not in _word_set("directions"):
        yield replace(detected, reason=f"capitals that end in '{run[-1].text}'")
    elif len(run) > 2 and detected.short:
        yield replace(detected, reason="capitals with their abbreviation in brackets")


def _trimmed(run: list[WordToken], start: int, before: WordToken | None) -> list[WordToken]:
    """A run without what stands before and after a name: opening words, dates, offices ('Director of'), an adverb or
    participle at the beginning of the sentence, small words at the end.
    """
    run = list(dropwhile(lambda token: token.low in _words_before_names(), run))
    while len(run) > 2 and run[0].low in _word_set("offices") and run[1].low in ("of", "for"):
        run = run[2:]
        run = run[1:] if run[0].low == "the" else run
    begins_sentence = before is None and run and run[0].start == start
    if begins_sentence and len(run) > 2 and run[0].low.endswith(("ing", "ly")):
        run = run[1:]
    while run and not run[-1].capital:
        run = run[:-1]
    return run


def _name_end(text: str, last: WordToken) -> int:
    """Where a name ends: without the possessive of its last word, with all parts of 'Glan-yr-afon'."""
    end = last.end - (2 if re.search(r"['’]s$", last.text) else 0)
    hyphenated = re.compile(r"(?:-[^\W_]+){2,}").match(text, end)
    return hyphenated.end() if hyphenated else end


def _is_nhs_plural(words: list[str]) -> bool:
    """Whether it is 'NHS trusts', which names no body."""
    return words == ["nhs", words[-1]] and words[-1].endswith("s") and words[-1] != "hospitals"


def _without_person(run: list[WordToken], before: WordToken | None) -> list[WordToken]:
    """A run without a person's name: 'Dr Ann Lee of the Elm Trust', 'Ann Lee of Elm University'."""
    preposition = next((i for i, token in enumerate(run) if token.low in ("of", "for") and not token.capital), None)
    titled = any(token.low in _word_set("titles") for token in (before, *run[:1]) if token is not None)
    if not titled and not (preposition in (2, 3) and _is_person_of_body(run[:preposition], run[preposition:])):
        return run
    rest = run[preposition + 1 :] if preposition is not None else []
    return rest[1:] if rest and rest[0].low == "the" else rest


def _is_person_of_body(left: list[WordToken], right: list[WordToken]) -> bool:
    """Whether no word on the left of a preposition names a body, and one on its right does."""
    organisation_words = word_lists()["organisation"]
    left_names_body = any(token.low in organisation_words or token.text.isupper() for token in left)
    return not left_names_body and any(token.low in organisation_words for token in right)


def _with_abbreviation(text: str, start: int, end: int) -> DetectedName:
    """A name with the abbreviation that follows in brackets, and a region after the brackets."""
    name = text[start:end]
    match = re.match(r" \(([A-Z][A-Za-z&]{1,11})\)((?: [A-Z][a-z]+){0,3})", text[end : end + 60])
    if match is None or not _abbreviates(match[1], name):
        return DetectedName(start, end, name, "", "medium")
    if match[2]:
        end += match.end()
        return DetectedName(start, end, text[start:end], "", "medium")
    return DetectedName(start, end, name, "", "medium", match[1])


def _abbreviates(short: str, name: str) -> bool:
    """Whether the letters of an abbreviation stand in a name in this order; one may be missing.

    >>> _abbreviates("WTP", "Wessex Teaching Partnership"), _abbreviates("XYZ", "Wessex Teaching Partnership")
    (True, False)
    """
    low, position, missing = name.casefold(), 0, 0
    for letter in short.casefold().replace("&", ""):
        index = low.find(letter, position)
        missing += index < 0
        position = index + 1 if index >= 0 else position
    initials = {word[0].casefold() for word in _TOKEN.findall(name)}
    capitals = sum(letter.isupper() for letter in short)
    return capitals > 1 and short[0].casefold() in initials and missing <= (len(short) > 4)


def _acronyms(text: str, tokens: list[WordToken], names: list[DetectedName]) -> Iterator[DetectedName]:
    """Capitals alone (3 to 8) that stand in a list beside organisations, or after by/with."""
    ends, starts = {name.end for name in names}, {name.start for name in names}
    for index, token in enumerate(tokens):
        if not re.fullmatch(r"[A-Z]{3,8}", token.text) or token.low in _word_set("not_bodies"):
            continue
        left = re.search(r"(, |,? and |,? and the |, the )$", text[max(0, token.start - 12) : token.start])
        right = re.match(r"(, |,? and |,? and the |, the )", text[token.end : token.end + 12])
        in_list = (left and token.start - len(left[0]) in ends) or (right and token.end + len(right[0]) in starts)
        before = tokens[index - 1] if index else None
        led = before and before.low in ("by", "with", "alongside") and text[before.end : token.start] == " "
        if before and led and not in_list:
            reason = f"capitals after '{before.text}'"
        elif in_list:
            reason = "capitals in a list of organisations"
        else:
            continue
        ends.add(token.end)
        yield DetectedName(token.start, token.end, token.text, reason, "low")
