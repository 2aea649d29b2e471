"""Relationships in words."""

from __future__ import annotations

from collections.abc import Iterable


def relationship_sentence(
    subject: str, wording: str, other: str, *, role: str | None = None, via: Iterable[str] = ()
) -> str:
    """A relationship as a sentence, without dates and evidence; every argument is a label.

    >>> relationship_sentence("A", "funds", "B", role="payer", via=["C", "D"])
    'A funds B as payer, through C and D'
    """
    through = " and ".join(via)
    return f"{subject} {wording} {other}{f' as {role}' if role else ''}{f', through {through}' if through else ''}"


def period_in_words(start: str | None, end: str | None) -> str:
    """The dates of a relationship, "" when none is stated.

    >>> period_in_words("2009", "2014-09"), period_in_words(None, "2014")
    ('from 2009 until 2014-09', 'until 2014')
    """
    return " ".join([*([f"from {start}"] if start else []), *([f"until {end}"] if end else [])])
