"""The guard against formulas in text that a spreadsheet program may open ("CSV injection": OWASP, CWE-1236).

Every list for people goes through it: `check`, `match`, `conflicts`, `duplicates`, `excel-csv`, the network as CSV. Not
guarded by design: SPARQL results in CSV and TSV (the W3C's formats are exact) and the tables of a graph folder, which
are read again and must come back as they were.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

__all__ = ["csv_text", "escape_formula", "is_formula"]

# The same classes stand in page/templates/save.js; a test compares the two.
# Signs that begin a formula, and those that look alike.
_SIGNS = r"=+\-@＝＋－＠﹦﹢﹣﹫−"
# What a program may skip before a sign: blanks, control and invisible characters, quotation marks. Not the separators
# below, so that no stretch of text is looked at twice.
_SKIPPED = (
    r'"\x00-\x08\x0b\x0c\x0e-\x20\x7f-\xa0\xad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff'
)
# A program that expects semicolons or tabs begins a new cell after one, and every program after a line break.
_SEPARATORS = r";\t\r\n"
_FORMULA = re.compile(rf"(?:\A|(?<=[{_SEPARATORS}]))(?=[{_SKIPPED}]*[{_SIGNS}])|\A(?=[\t\r\n\0])")


def escape_formula(text: str) -> str:
    """The text with an apostrophe where a spreadsheet program would begin a formula.

    >>> escape_formula("=1+1"), escape_formula("a = b"), escape_formula("x;@SUM(1)")
    ("'=1+1", 'a = b', "x;'@SUM(1)")
    """
    return _FORMULA.sub("'", text)


def is_formula(text: str) -> bool:
    """Whether a spreadsheet program may take the text, or a part of it, for a formula.

    >>> is_formula(" =1+1"), is_formula("1-1")
    (True, False)
    """
    return _FORMULA.search(text) is not None


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Rows as CSV (RFC 4180) for spreadsheet programs: texts are guarded, numbers stay numbers, None is an empty cell.

    >>> csv_text([("a", "b"), ("=1+1", -1), (None, True)])
    "a,b\\r\\n'=1+1,-1\\r\\n,true\\r\\n"
    """
    output = io.StringIO(newline="")
    csv.writer(output).writerows([_cell(value) for value in row] for row in rows)
    return output.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, str):
        return escape_formula(value)
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
