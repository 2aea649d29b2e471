"""Names of files that every system can hold: Windows keeps some names and characters for itself, and only Linux tells
capitals from small letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["DEVICE_NAMES", "portable_names"]

# Names that Windows keeps for devices, with any suffix.
DEVICE_NAMES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})
_PORTABLE = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9_-])?")


def portable_names(names: Iterable[str]) -> dict[str, str]:
    """A name of a file (without suffix) for each of some names: itself where every system can hold it beside the
    others, else its letters and digits, with a number where they are taken.

    >>> portable_names(["annual-report", "con", "Con", "a:b", "a b"])
    {'annual-report': 'annual-report', 'Con': 'Con-2', 'a b': 'a-b', 'a:b': 'a-b-2', 'con': 'con-3'}
    """
    unique = sorted(set(names))
    fine = {name for name in unique if _PORTABLE.fullmatch(name) and name.split(".")[0].lower() not in DEVICE_NAMES}
    result, used = dict[str, str](), set(DEVICE_NAMES)
    for name in sorted(unique, key=lambda name: (name not in fine, name)):
        stem = name if name in fine else re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:100] or "file"
        free, number = stem, 2
        while free.lower() in used:
            free, number = f"{stem}-{number}", number + 1
        used.add(free.lower())
        result[name] = free
    return result
