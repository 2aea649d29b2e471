"""What a column of a table is: how its cells are read, the triple that they become, what the workbook says about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from keyword import iskeyword
from typing import Literal

__all__ = ["CHOICES", "CellType", "Column", "TableSchema"]

CellType = Literal[
    "slug",  # the id of the row
    "text",  # words in the language of the graph: a literal with its language tag
    "string",  # words as they stand in a source: a plain literal
    "token",  # a plain literal without typographic quotation marks, dashes and spaces
    "web-address",
    "language",  # the code of a language
    "date",  # a `PartialDate`
    "code",  # of a concept list: `scheme`
    "choice",  # one of `CHOICES[scheme]`
    "flag",  # yes or no
    "count",  # a whole number of at least 1
    "figure",  # a whole number, or words
    "coordinate",  # degrees: latitude or longitude
    "pixels",
    "row",  # the id of a row of another table; the record holds the id
    "reference",  # the id of a row of one of several tables; the record holds its IRI
    "evidence",  # ids of evidence.csv, each perhaps with the columns that it supports
]


@dataclass(frozen=True)
class Column:
    """A column of a table. `note` says what to write into it, at the heading of the workbook.

    `predicate` is that of its triple; without one, code writes it, or nothing does. `tables` are those whose rows a
    cell may name; the workbook offers the ids of the table `offered`. An `essential` column is part of what makes the
    record what it is, so every source that supports the record says it, whatever columns its evidence is limited to; so
    are the required ones. An `editorial` column is stated by the editors and not by a source: who or what something is.
    """

    name: str
    type: CellType
    note: str
    predicate: str | None = None
    required: bool = False
    essential: bool = False
    editorial: bool = False
    several: bool = False
    scheme: str = ""
    tables: tuple[str, ...] = ()
    offered: str = ""

    @cached_property
    def field(self) -> str:
        """The field of the record: the name, with an underscore where Python reserves it."""
        return f"{self.name}_" if iskeyword(self.name) else self.name


@dataclass(frozen=True)
class TableSchema:
    """The columns of a table: all that are known, those that must be filled, and what to do where one of them is not.

    `prose`: those in which people write sentences and names, where they are not those of `PROSE_COLUMNS`.
    """

    columns: tuple[str, ...]
    required: tuple[str, ...]
    fixes: Mapping[str, str] = field(default_factory=dict)
    prose: frozenset[str] | None = None


# Own lists of words, with what each means.
CHOICES = {
    "form": {
        "formal": "A body with legal form",
        "unit": "A part of another body",
        "collaboration": "Bodies joined for a purpose",
        "organisation": "When the form is not known",
    },
    "yes-or-no": {"yes": "", "no": ""},
    "decision": {"same": "", "different": "", "unsure": ""},
}
