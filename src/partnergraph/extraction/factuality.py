"""Whether a clause states a relationship, or denies it, plans it or has it behind it. The words are in words.json."""

from __future__ import annotations

import re
from functools import cache

from partnergraph.extraction.name_detection import word_lists

MAX_CLAUSE_LENGTH = 400  # characters before a cue that are looked at
MAX_PREDICATE_LENGTH = 80  # characters after the parties of a cue that are looked at
STATED, DENIED, PLANNED, ENDED, PAST = "stated", "denied", "planned", "ended", "past"


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w'’-])(?:{'|'.join(word_lists()['factuality'][name])})(?![\w-])")


@cache
def _boundaries() -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(word_lists()['factuality']['boundaries'])})(?!\w)")


def clause_start(text: str, start: int, position: int) -> int:
    """Where the clause begins in which a position stands. `start`: of the sentence."""
    start = max(start, position - MAX_CLAUSE_LENGTH)
    return max((match.start() for match in _boundaries().finditer(text, start, position)), default=start)


def is_same_clause(text: str, start: int, end: int) -> bool:
    """Whether no clause begins within a stretch of text."""
    return _boundaries().search(text, start, end) is None


def without_exempt_words(sentence: str) -> str:
    """A sentence in which blanks stand for what only looks like a denial or a plan ("would like to thank")."""
    sentence = sentence[:1].lower() + sentence[1:]
    return _pattern("exempt").sub(lambda match: " " * len(match[0]), sentence)


def factuality_before(clause: str) -> str:
    """What the words of a clause before a cue make of it.

    >>> [factuality_before(clause) for clause in ("we have", "we have declined", "we hope to", "we ended our")]
    ['stated', 'denied', 'planned', 'ended']
    """
    for status in (DENIED, PLANNED, ENDED, PAST):
        if _pattern(status).search(clause):
            return status
    return STATED


def factuality_after(text: str, position: int, end: int) -> tuple[str, int]:
    """What the verb after the parties of a cue makes of it ("funding from X was refused"), and where the verb ends.

    >>> factuality_after("funding from X was refused", 14, 26), factuality_after("funding from X is vital", 14, 23)
    (('denied', 26), ('stated', 14))
    """
    predicate = text[position : min(end, position + MAX_PREDICATE_LENGTH)]
    offset = len(predicate) - len(predicate.lstrip(" )’'\""))
    for status, name in ((DENIED, "denied_after"), (PAST, "past_after")):
        if match := _pattern(name).match(predicate, offset):
            return status, position + match.end()
    return STATED, position
