"""The grammar of the sentences: how numbers, names and dates are written."""

from __future__ import annotations

import math
from collections.abc import Sequence

from partnergraph.grammar import counted, joined, number_in_words

__all__ = [
    "basis_in_words",
    "counted",
    "group_in_words",
    "joined",
    "names_in_words",
    "number_in_words",
    "rounded",
    "share_in_words",
    "value_in_words",
    "when_in_words",
]

NAMES = 3  # names that are written out; the rest is a number
_POSSESSIVES = ("our ", "my ", "their ", "its ")


def share_in_words(number: int) -> str:
    """A number that stands alone, without a noun.

    >>> share_in_words(0), share_in_words(1), share_in_words(2)
    ('none', 'one', '2')
    """
    return number_in_words(number) if number else "none"


def names_in_words(names: Sequence[str], most: int = NAMES) -> str:
    """Up to three names; of more, three and how many more.

    >>> names_in_words(["A"]), names_in_words(["A", "B", "C", "D"]), names_in_words(["A", "B", "C", "D", "E"])
    ('A', 'A, B, C and one more', 'A, B, C and 2 more')
    """
    if len(names) <= most:
        return joined(names)
    return joined([*names[:most], f"{number_in_words(len(names) - most)} more"])


def group_in_words(name: str) -> str:
    """The name of an unnamed group; in quotation marks where its words are those of a source that speaks of itself.

    >>> group_in_words("two NHS trusts"), group_in_words("our NHS partners")
    ('two NHS trusts', '“our NHS partners”')
    """
    return f"“{name}”" if name.lower().startswith(_POSSESSIVES) or " our " in name else name


def basis_in_words(claims: int, undated: int) -> str:
    """How many claims a sentence rests on and how many of them give no date; "" where it rests on none.

    >>> basis_in_words(1, 1), basis_in_words(1, 0), basis_in_words(4, 0), basis_in_words(4, 1), basis_in_words(4, 4)
    ('one claim, date not stated', 'one claim, dated', '4 claims, all dated', '4 claims, one undated', \
'4 claims, dates not stated')
    """
    if not claims:
        return ""
    if undated == claims:
        dates = "date not stated" if claims == 1 else "dates not stated"
    elif not undated:
        dates = "dated" if claims == 1 else "all dated"
    else:
        dates = f"{number_in_words(undated)} undated"
    return f"{counted(claims, 'claim')}, {dates}"


def value_in_words(value: float) -> str:
    """A value with up to six significant digits.

    >>> value_in_words(991.940476), value_in_words(0.071042), value_in_words(1234567.0)
    ('991.94', '0.071042', '1234570')
    """
    text = f"{value:.6g}"
    return f"{float(text):.0f}" if "e+" in text else text


def rounded(value: float | None) -> float | None:
    """A value as a cell of a table: six significant digits; None where there is none."""
    return None if value is None or math.isnan(value) else float(f"{value:.6g}")


def when_in_words(text: str) -> str:
    """A date with its preposition.

    >>> when_in_words("2026"), when_in_words("2026-04-01")
    ('in 2026', 'on 2026-04-01')
    """
    return f"{'on' if len(text.strip()) == 10 else 'in'} {text.strip()}"
