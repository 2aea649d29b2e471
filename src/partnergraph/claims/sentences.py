"""Relationships in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


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


def change_parties(before: Sequence[str], after: Sequence[str]) -> tuple[list[str], list[str]]:
    """The bodies that passed their work on in a change, and those that it passed to. One that is before and after it
    goes on, and is no successor of itself.

    >>> change_parties(["A"], ["A", "B"]), change_parties(["A", "B"], ["A"])
    ((['A'], ['B']), (['B'], ['A']))
    """
    if successors := [body for body in after if body not in before]:
        return list(before), successors
    return [body for body in before if body not in after] or list(before), list(after)
