"""A date a person asks for, as the first and the last day it can mean, and what holds then."""

from __future__ import annotations

from partnergraph.claims.property_values import Days, OpenDays
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


def holds_in_window(start: OpenDays | None, end: OpenDays | None, window: Days) -> str:
    """Whether what began and ended within these bounds held at some time in the window: ``"yes"``, ``"no"`` or
    ``"unknown"``.

    An end that is not stated is unknown, not open: it may have ended since.

    >>> start = date_window("2009")
    >>> holds_in_window(start, None, date_window("2008")), holds_in_window(start, None, date_window("2010"))
    ('no', 'unknown')
    """
    (begins, begun), (lasts, over), (first, last) = start or (None, None), end or (None, None), window
    if (begins and begins > last) or (over and over < first) or (begins and over and begins > over):
        return "no"
    return "yes" if begun and lasts and begun <= last and lasts >= first else "unknown"


def bounds_in_words(bounds: OpenDays) -> str | None:
    """The days that a date can mean as the shortest text; None for a date of which nothing is known.

    >>> [bounds_in_words(date_window(text)) for text in ("2014", "2016-02", "2014-06-30")]
    ['2014', '2016-02', '2014-06-30']
    >>> bounds_in_words(("2018-02-01", "2018-08-28")), bounds_in_words((None, "2021-10-01"))
    ('between 2018-02-01 and 2018-08-28', '2021-10-01 at the latest')
    """
    earliest, latest = bounds
    if not (earliest and latest):
        return f"{latest} at the latest" if latest else f"{earliest} at the earliest" if earliest else None
    for length in (4, 7, 10):
        if date_window(earliest[:length]) == bounds:
            return earliest[:length]
    return f"between {earliest} and {latest}"
