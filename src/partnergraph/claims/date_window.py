"""A date a person asks for, as the first and the last day it can mean, and what holds then."""

from __future__ import annotations

from partnergraph.claims.property_values import Days
from partnergraph.errors import UsageError
from partnergraph.model.dates import PartialDate


def date_window(text: str) -> Days:
    """First and last day of a year, a month or a day. Raises `UsageError` for another form.

    >>> date_window("2014"), date_window("2016-02"), date_window("2014-06-30")
    (('2014-01-01', '2014-12-31'), ('2016-02-01', '2016-02-29'), ('2014-06-30', '2014-06-30'))
    """
    try:
        if "/" in text:  # between two dates: no window that a person asks for
            raise ValueError
        day = PartialDate.parse(text.strip())
    except ValueError:
        raise UsageError(f"'{text}' is not a date. Write it as 2014, 2014-06 or 2014-06-30.") from None
    return day.earliest.isoformat(), day.latest.isoformat()


def holds_in_window(start: Days | None, end: Days | None, window: Days) -> str:
    """Whether what began and ended within these bounds held at some time in the window: ``"yes"``, ``"no"`` or
    ``"unknown"``.

    An end that is not stated is unknown, not open: it may have ended since.

    >>> start = date_window("2009")
    >>> holds_in_window(start, None, date_window("2008")), holds_in_window(start, None, date_window("2010"))
    ('no', 'unknown')
    """
    first, last = window
    if (start and start[0] > last) or (end and end[1] < first):
        return "no"
    return "yes" if start and end and start[1] <= last and end[0] >= first else "unknown"
