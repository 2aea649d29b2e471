"""A date a person asks for, as the first and the last day it can mean."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

from partnergraph.errors import UsageError


def days(text: str) -> tuple[str, str]:
    """First and last day of a year, a month or a day. Raises `UsageError` for another form.

    >>> days("2014"), days("2016-02"), days("2014-06-30")
    (('2014-01-01', '2014-12-31'), ('2016-02-01', '2016-02-29'), ('2014-06-30', '2014-06-30'))
    """
    match = re.fullmatch(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?", text.strip())
    try:
        if match is None:
            raise ValueError
        year, month, day = (int(part) if part else None for part in match.groups())
        first = date(year or 0, month or 1, day or 1)
        last_month = month or 12
        last = date(first.year, last_month, day or monthrange(first.year, last_month)[1])
    except ValueError:
        raise UsageError(f"'{text}' is not a date. Write it as 2014, 2014-06 or 2014-06-30.") from None
    return first.isoformat(), last.isoformat()
