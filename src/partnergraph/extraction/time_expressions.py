"""Dates in a text, and the expressions that say since when and until when something holds."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass

from partnergraph.model.dates import month_number

# With a suffix of its groups as the only argument of format().
DATE = (
    r"(?:(?P<day{0}>\d{{1,2}})(?:st|nd|rd|th)? )?(?:(?P<month{0}>[A-Z][a-z]+)\.?,? )?"
    r"(?P<year{0}>(?:19|20)\d\d)\b(?![-/]\d)"
)
_BETWEEN = re.compile(rf"\b(?:[Ff]rom|[Bb]etween) {DATE.format(1)} (?:to|and|until|till) {DATE.format(2)}")
_SINCE = re.compile(rf"\b(?:[Ss]ince|[Ff]rom) {DATE.format('')}(?: onwards)?")
_UNTIL = re.compile(rf"\b(?:[Uu]ntil|[Uu]p to|[Tt]ill) (?:the end of )?{DATE.format('')}")
_IN = re.compile(rf"\b(?:[Ii]n|[Oo]n) {DATE.format('')}")


@dataclass(frozen=True)
class TimeExpression:
    """Where an expression stands, and the start and end that it gives; `point` is that of "in 2019"."""

    start: int
    end: int
    since: str = ""
    until: str = ""
    point: str = ""


def date_of(match: re.Match[str], suffix: str = "") -> str | None:
    """The date of a match of `DATE` as 2014, 2014-06 or 2014-06-28; None where the word before the year is no month."""
    month, year = (match[f"month{suffix}"] or "").lower(), match[f"year{suffix}"]
    if not month:
        return str(year)
    number = month_number(month)
    if not number:
        return None
    date = f"{year}-{number:02}"
    day = int(match[f"day{suffix}"] or 0)
    return f"{date}-{day:02}" if 1 <= day <= calendar.monthrange(int(year), number)[1] else date


def time_expressions(text: str, start: int, end: int) -> list[TimeExpression]:
    """The expressions of a stretch of text, in order; none overlaps another.

    >>> [(e.since, e.until, e.point) for e in time_expressions("From 2019 to May 2023. Since 2020. In 2021.", 0, 43)]
    [('2019', '2023-05', ''), ('2020', '', ''), ('', '', '2021')]
    """
    expressions: list[TimeExpression] = []
    for match in _BETWEEN.finditer(text, start, end):
        since, until = date_of(match, "1"), date_of(match, "2")
        if since and until:
            expressions.append(TimeExpression(match.start(), match.end(), since, until))
    for pattern, name in ((_SINCE, "since"), (_UNTIL, "until"), (_IN, "point")):
        for match in pattern.finditer(text, start, end):
            separate = all(match.end() <= e.start or e.end <= match.start() for e in expressions)
            if separate and (date := date_of(match)):
                expressions.append(TimeExpression(match.start(), match.end(), **{name: date}))
    return sorted(expressions, key=lambda expression: expression.start)
