"""A record -> the predicates and objects that its columns become, as the specification of its table says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from partnergraph.model.dates import PartialDate
from partnergraph.model.ids import Ids
from partnergraph.model.rdf_terms import IRI, Literal, Term
from partnergraph.model.records import Record
from partnergraph.tables.column_types import CellType, Column
from partnergraph.tables.table_schemas import TABLE_COLUMNS
from partnergraph.vocabulary import CODE, PG, XSD
from partnergraph.vocabulary.iri import last_segment

__all__ = ["boolean", "column_terms", "concept", "date_name", "date_terms", "integer"]


@cache
def concept(code: str) -> IRI:
    """The IRI of a code of the concept lists."""
    return IRI(CODE[code])


def integer(number: int | str) -> Literal:
    """A whole number."""
    return Literal(str(number), XSD.integer)


def boolean(value: bool) -> Literal:
    """True or false."""
    return Literal("true" if value else "false", XSD.boolean)


def _figure(text: str) -> Literal:
    return integer(text) if re.fullmatch(r"-?[0-9]+", text) else Literal(text)


# The object for a value, by the type of its column. Dates, the ids of rows and texts in the language of the graph need
# more than the value.
_TERMS: dict[CellType, Callable[[Any], Term]] = {
    "string": Literal,
    "token": Literal,
    "language": Literal,
    "choice": Literal,
    "coordinate": Literal,
    "figure": _figure,
    "count": integer,
    "pixels": integer,
    "flag": boolean,
    "code": concept,
    "web-address": IRI,
    "reference": IRI,
}
_DATE_NOTE = IRI(PG.dateNote)
_WITH_PREDICATE = {
    table: [(column, IRI(column.predicate)) for column in columns if column.predicate]
    for table, columns in TABLE_COLUMNS.items()
}


def column_terms(table: str, record: Record, ids: Ids, language: str) -> Iterator[tuple[Column, IRI, Term]]:
    """Column, predicate and object for each value of the columns that have a predicate; nothing for an empty cell."""
    for column, predicate in _WITH_PREDICATE[table]:
        value = getattr(record, column.field)
        if value is None or value == ():
            continue
        if column.type == "date":
            for date_predicate, term in date_terms(predicate, value):
                yield column, date_predicate, term
        else:
            for single in value if column.several else (value,):
                yield column, predicate, _term(column, single, ids, language)


def _term(column: Column, value: Any, ids: Ids, language: str) -> Term:
    if column.type == "text":
        return Literal(value, lang=language)
    if column.type == "row":
        return ids.row(column.tables[0], value)
    return _TERMS[column.type](value)


@cache
def date_name(predicate: str) -> str:
    """What a date is called in words: the last part of its predicate (start, issued)."""
    return last_segment(predicate.rpartition("#")[2])


def date_terms(predicate: IRI, date: PartialDate, name: str | None = None) -> Iterator[tuple[IRI, Term]]:
    """A date as stated, and its bounds for queries where the vocabulary has terms for them (pg:startEarliest).

    One that lies somewhere between two becomes a pg:dateNote, with `name` as what it is called there.
    """
    name = name or date_name(predicate)
    if date.literal is not None:
        yield predicate, date.literal
    else:
        yield _DATE_NOTE, Literal(f"{name} between {date.text.replace('/', ' and ')}")
    if (bounds := _bound_predicates(name)) is not None:
        yield from zip(bounds, date.bounds, strict=True)


@cache
def _bound_predicates(name: str) -> tuple[IRI, IRI] | None:
    return (IRI(PG[f"{name}Earliest"]), IRI(PG[f"{name}Latest"])) if f"{name}Earliest" in PG else None
