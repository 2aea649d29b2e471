"""Dates as precise as the source is: a year, a month, a day, or somewhere between two of them (after EDTF)."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from partnergraph.model.rdf_terms import XSD, Literal

_FORM = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_SLASHED = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)


def month_number(word: str) -> int:
    """The number of an English month by its name or its first three or more letters, 0 for another word.

    >>> month_number("Sept"), month_number("May"), month_number("June"), month_number("Ma"), month_number("Spring")
    (9, 5, 6, 0, 0)
    """
    word = word.lower()
    return next((n for n, month in enumerate(_MONTHS, 1) if len(word) > 2 and month.startswith(word)), 0)


@dataclass(frozen=True)
class PartialDate:
    """A date at the precision stated, with the first and last day it can mean.

    >>> PartialDate.parse("2009-02").latest
    datetime.date(2009, 2, 28)
    >>> PartialDate.parse("2022-03/2025-07").earliest
    datetime.date(2022, 3, 1)
    >>> PartialDate.parse("31/03/2021")
    Traceback (most recent call last):
    ValueError: '31/03/2021' is not a date in the form 2009, 2009-08 or 2009-08-01. For 31 March 2021 write 2021-03-31.
    """

    text: str
    earliest: date
    latest: date

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Read a date. Raises `ValueError` that says the right form."""
        if text.count("/") == 1 and not _SLASHED.fullmatch(text):
            start, end = (cls.parse(part.strip()) for part in text.split("/"))
            if end.latest < start.earliest:
                raise ValueError(f"'{text}' ends before it begins.")
            return cls(f"{start.text}/{end.text}", start.earliest, end.latest)
        match = _FORM.fullmatch(text)
        problem = f"'{text}' is not a date in the form 2009, 2009-08 or 2009-08-01."
        if match is None:
            raise ValueError(problem + _hint(text))
        year, month, day = match.groups()
        try:
            first_day = date(int(year), int(month or "1"), int(day or "1"))
        except ValueError:
            raise ValueError(f"'{text}' is not a day of the calendar.") from None
        if day:
            return cls(text, first_day, first_day)
        last_month = first_day.month if month else 12
        return cls(text, first_day, date(first_day.year, last_month, monthrange(first_day.year, last_month)[1]))

    @property
    def literal(self) -> Literal | None:
        """The typed literal at the precision stated; None for a date that is only bounded."""
        datatypes = {4: "gYear", 7: "gYearMonth", 10: "date"}
        return Literal(self.text, XSD + datatypes[len(self.text)]) if len(self.text) in datatypes else None

    @property
    def bounds(self) -> tuple[Literal, Literal]:
        """First and last day as `xsd:date`: the only form that all engines compare alike."""
        return Literal(self.earliest.isoformat(), XSD + "date"), Literal(self.latest.isoformat(), XSD + "date")


def _hint(text: str) -> str:
    slashed = _SLASHED.fullmatch(text)
    if slashed is None:
        return ""
    day, month, year = (int(part) for part in slashed.groups())
    try:
        meant = date(year, month, day)
    except ValueError:
        return ""
    return f" For {meant.day} {meant:%B %Y} write {meant.isoformat()}."
