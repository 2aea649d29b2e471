"""The values that a graph states of one of its resources, by property, and how one of them is picked."""

from __future__ import annotations

from partnergraph.vocabulary import PG
from partnergraph.vocabulary.iri import last_segment

Values = dict[str, list[str]]  # property -> plain values, sorted; see `Reader.described`
Described = dict[str, Values]  # resource -> its values
Days = tuple[str, str]  # first and last day that a date can mean, as 2014-06-30
OpenDays = tuple[str | None, str | None]  # the same, None where it is not known

_BOUNDS = {name: (PG[f"{name}Earliest"], PG[f"{name}Latest"]) for name in ("start", "end", "date")}


def first_value(values: Values, predicate: str) -> str | None:
    """The first value of a property, None where none is stated."""
    stated = values.get(predicate)
    return stated[0] if stated else None


def first_code(values: Values, predicate: str) -> str | None:
    """The code of the first concept that a property names, None where none is stated."""
    stated = values.get(predicate)
    return last_segment(stated[0]) if stated else None


def date_bounds(values: Values, name: str) -> Days | None:
    """The first and the last day of a date (`name`: start, end or date); None where nothing is stated."""
    earliest, latest = (first_value(values, predicate) for predicate in _BOUNDS[name])
    return (earliest or latest or "", latest or earliest or "") if earliest or latest else None
