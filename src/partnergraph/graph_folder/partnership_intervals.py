"""Rows of the same kind and parties whose dates agree -> the dates of the one claim that they support.

Dates agree where one covers the other: 2022 covers 2022-04-01, and no date covers every date. The claim has the more
precise of each. A row that agrees with two which do not agree with each other may mean either, and stays by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

from partnergraph.model.dates import PartialDate

__all__ = ["StatedInterval", "merged_intervals"]

_MAX_INTERVALS = 60  # different ones of the same kind and parties; of more, each stays by itself


class StatedInterval(NamedTuple):
    """What a row says of when. `is_over`: it speaks of the past without an end."""

    kind: str
    from_: str
    to: str
    since: str
    until: str
    is_over: bool = False


def merged_intervals(intervals: Iterable[StatedInterval]) -> dict[StatedInterval, tuple[str, str]]:
    """Start and end of the claim that each row supports; "" for a date that none of its rows has.

    >>> dates = [("2022-04-01", "2025"), ("2022", "")]
    >>> {*merged_intervals(StatedInterval("funding", "a", "b", *pair) for pair in dates).values()}
    {('2022-04-01', '2025')}
    """
    groups: dict[tuple[str, ...], set[StatedInterval]] = defaultdict(set)
    for interval in intervals:
        groups[interval[:3]].add(interval)
    merged: dict[StatedInterval, tuple[str, str]] = {}
    for group in groups.values():
        merged |= _merged(sorted(group))
    return merged


def _merged(group: list[StatedInterval]) -> dict[StatedInterval, tuple[str, str]]:
    alone = {interval: (interval.since, interval.until) for interval in group}
    if not 1 < len(group) <= _MAX_INTERVALS:
        return alone
    agreeing: dict[StatedInterval, set[StatedInterval]] = {interval: {interval} for interval in group}
    for first, second in combinations(group, 2):
        if _agree(first, second):
            agreeing[first].add(second)
            agreeing[second].add(first)
    # Without those that agree with two which do not agree, all that agree with one agree with each other.
    clear = {
        interval
        for interval, others in agreeing.items()
        if all(second in agreeing[first] for first, second in combinations(sorted(others), 2))
    }
    for interval in clear:
        members = agreeing[interval] & clear
        alone[interval] = (_precise(m.since for m in members), _precise(m.until for m in members))
    return alone


def _agree(first: StatedInterval, second: StatedInterval) -> bool:
    if first[3:5] == second[3:5]:
        return True
    if first.is_over != second.is_over and not (first.until or second.until):
        return False  # one says that it goes on, the other that it is over
    if not (_covers(first.since, second.since) and _covers(first.until, second.until)):
        return False
    since, until = _parsed(_precise((first.since, second.since))), _parsed(_precise((first.until, second.until)))
    return since is None or until is None or until.latest >= since.earliest


def _covers(first: str, second: str) -> bool:
    """Whether one of two dates covers the other."""
    if first == second or not (first and second):
        return True
    a, b = _parsed(first), _parsed(second)
    if a is None or b is None:
        return False
    return (a.earliest <= b.earliest and b.latest <= a.latest) or (b.earliest <= a.earliest and a.latest <= b.latest)


def _precise(dates: Iterable[str]) -> str:
    """The most precise of dates that cover each other."""
    return min((text for text in dates if text), key=_width, default="")


def _width(text: str) -> tuple[int, str]:
    date = _parsed(text)
    return (date.latest - date.earliest).days if date else 0, text


@lru_cache(maxsize=10_000)
def _parsed(text: str) -> PartialDate | None:
    """A date; None for none, and for one that cannot be read."""
    try:
        return PartialDate.parse(text) if text else None
    except ValueError:
        return None
