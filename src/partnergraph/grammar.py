"""English grammar for sentences that are made of data: numbers, plurals, rows of names, articles."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

_NUMBERS = "no one two three four five six seven eight nine ten eleven twelve".split()
_IRREGULAR_VERBS = {"is": "are", "was": "were", "has": "have", "does": "do", "goes": "go"}
# The past of verbs, by their plural; of any other verb it is not known.
_REGULAR_VERBS = (
    "advise associate belong chair collaborate commission connect contribute coordinate deliver employ fund govern "
    "help host include join manage operate own participate partner pass provide receive regulate represent serve "
    "sponsor support train use work"
)
_PAST_VERBS = {verb: verb + ("d" if verb.endswith("e") else "ed") for verb in _REGULAR_VERBS.split()} | {
    **{"is": "was", "are": "were", "have": "had", "channel": "channelled", "do": "did", "give": "gave", "hold": "held"},
    **{
        "lead": "led",
        "make": "made",
        "oversee": "oversaw",
        "pay": "paid",
        "run": "ran",
        "set": "set",
        "supply": "supplied",
    },
    **{"take": "took", "teach": "taught"},
}
# "is a member of", "was a part, through a unit, of": a noun that goes with its subject.
_PREDICATE_NOUN = re.compile(r"^(is|was) an? (\w+)(?=,| of\b)")
# Names with one of these words before "of" or "for", or as their last word, have an article in running text.
_HEAD_NOUNS = frozenset(
    "academy agency association board bureau centre center collaboration college commission committee consortium "
    "council department directorate division faculty federation group institute institution ministry network "
    "office partnership programme project school secretariat society unit university".split()
)
_LAST_NOUNS = frozenset(
    "agency association board centre center collaboration committee commission confederation consortium federation "
    "foundation initiative institute network office partnership programme project society trust union unit".split()
)


def number_in_words(number: int, *, first: bool = False, spelt: int = 1) -> str:
    """A number within a sentence, or as its `first` word. Numbers to `spelt` are words, at most to twelve.

    >>> number_in_words(0), number_in_words(1), number_in_words(1200), number_in_words(6, first=True)
    ('no', 'one', '1,200', 'Six')
    >>> number_in_words(9, spelt=9), number_in_words(10, spelt=9)
    ('nine', '10')
    """
    if first and number < len(_NUMBERS):
        return _NUMBERS[number].capitalize()
    return _NUMBERS[number] if number <= spelt else f"{number:,}"


def counted(number: int, noun: str, plural: str | None = None, *, first: bool = False, spelt: int = 1) -> str:
    """A number of something.

    >>> counted(0, "organisation"), counted(1, "body"), counted(4, "body"), counted(4, "half", "halves")
    ('no organisation', 'one body', '4 bodies', '4 halves')
    """
    words = number_in_words(number, first=first, spelt=spelt)
    return f"{words} {noun if number < 2 else plural or plural_noun(noun)}"


def numbered(number: int, noun: str) -> str:
    """A number in digits of something, as reports of commands have it.

    >>> numbered(0, "name"), numbered(1, "name"), numbered(1200, "body")
    ('0 names', '1 name', '1200 bodies')
    """
    return f"{number} {noun if number == 1 else plural_noun(noun)}"


def plural_noun(noun: str) -> str:
    """The plural of a regular noun; its last word counts.

    >>> plural_noun("member"), plural_noun("agency"), plural_noun("local body"), plural_noun("branch")
    ('members', 'agencies', 'local bodies', 'branches')
    """
    if re.search(r"[^aeiou]y$", noun):
        return f"{noun[:-1]}ies"
    return f"{noun}es" if re.search(r"(s|x|z|ch|sh)$", noun) else f"{noun}s"


def plural_wording(wording: str) -> str:
    """The words of a relationship, which begin with a verb, for a subject of several: of "is" becomes "are", and so on.

    >>> plural_wording("is a member of"), plural_wording("funds"), plural_wording("passed its work to")
    ('are members of', 'fund', 'passed their work to')
    >>> plural_wording("has a close relationship with"), plural_wording("oversees"), plural_wording("is an agency of")
    ('have a close relationship with', 'oversee', 'are agencies of')
    """
    if match := _PREDICATE_NOUN.match(wording):
        return f"{_IRREGULAR_VERBS[match[1]]} {plural_noun(match[2])}{wording[match.end() :]}"
    verb, space, rest = wording.partition(" ")
    rest = re.sub(r"\bits\b", "their", rest)
    return f"{_plural_verb(verb)}{space}{rest}"


def _plural_verb(verb: str) -> str:
    if verb in _IRREGULAR_VERBS:
        return _IRREGULAR_VERBS[verb]
    if re.search(r"[^aeiou]ies$", verb):
        return f"{verb[:-3]}y"
    if re.search(r"(ss|sh|ch|x|zz)es$", verb):
        return verb[:-2]
    return verb[:-1] if re.search(r"[a-z]{2}(?<!s)s$", verb) else verb


def past_wording(wording: str) -> str:
    """The words of a relationship that has ended; they stay where the verb is not known, or is one of the past.

    >>> past_wording("is a member of"), past_wording("fund"), past_wording("passed its work to")
    ('was a member of', 'funded', 'passed its work to')
    """
    verb, space, rest = wording.partition(" ")
    past = _PAST_VERBS.get(verb) or _PAST_VERBS.get(_plural_verb(verb))
    return f"{past}{space}{rest}" if past else wording


def timeless_wording(wording: str) -> str:
    """The words of several relationships, of which some may have ended.

    >>> timeless_wording("is a member of"), timeless_wording("established")
    ('is or was a member of', 'established')
    """
    past = past_wording(wording)
    return wording if past == wording else f"{wording.partition(' ')[0]} or {past}"


def joined(parts: Sequence[str]) -> str:
    """Names in a row. One with a comma in it makes semicolons of the commas between them.

    >>> joined(["A", "B"]), joined(["A", "B", "C"]), joined(["A, Ltd", "B"]), joined(["A and B", "C"])
    ('A and B', 'A, B and C', 'A, Ltd; and B', 'A and B; and C')
    """
    if len(parts) < 2:
        return "".join(parts)
    if any(sign in part for part in parts for sign in (",", " and ")):
        return f"{'; '.join(parts[:-1])}; and {parts[-1]}"
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def with_article(name: str, *, first: bool = False) -> str:
    """A name within a sentence, or as its `first` word: with "the" where English gives it one.

    >>> with_article("School of Medicine"), with_article("Keele University"), with_article("The Health Foundation")
    ('the School of Medicine', 'Keele University', 'the Health Foundation')
    >>> with_article("Wellcome Trust", first=True), with_article("age uk"), with_article("Art of Sale Ltd")
    ('The Wellcome Trust', 'age uk', 'Art of Sale Ltd')
    """
    words = re.findall(r"[^\W\d_]+", name)
    lower = [word.casefold() for word in words]
    if lower[:1] == ["the"] and len(words) > 1:
        return name if first else f"the{name[3:]}"
    heads = {before for before, word in pairwise(lower) if word in ("of", "for")}
    if name[:1].isupper() and (heads & _HEAD_NOUNS or (len(words) > 1 and lower[-1] in _LAST_NOUNS)):
        return f"{'The' if first else 'the'} {name}"
    return name
