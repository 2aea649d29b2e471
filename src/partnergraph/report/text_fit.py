"""How much of a page a text takes: lines by its length, in millimetres of A4."""

from __future__ import annotations

from math import ceil


def clipped(text: str, most: int) -> str:
    """A text of at most so many characters, cut openly between words.

    >>> clipped("one two three", 9), clipped("one", 9)
    ('one two …', 'one')
    """
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    head = text[: most - 1]
    return f"{head[: head.rfind(' ')] if ' ' in head else head} …"


def lines(text: str, width: int) -> int:
    """The lines that a text takes where about so many characters fit on one; never less than one.

    >>> lines("", 10), lines("x" * 21, 10)
    (1, 3)
    """
    return max(1, ceil(len(text) / width))
