"""Everything that can go wrong, by whose fault it is.

::

    PartnerGraphError
    |-- DataError        the graph folder or a file in it; carries findings
    |-- QueryError       the query text; carries line and column when known
    |   |-- QueryRefused     not allowed here (SERVICE, LOAD, updates, a shape that kills engines)
    |   `-- QueryLimit       stopped at a limit (time, memory, rows); the limit is named
    |-- StoreError       the store or the disk under it
    |-- UsageError       a wrong argument (exit code 2)
    |-- MissingExtra     an optional package is not installed; says the pip line
    `-- MissingProgram   a program of the system is not there, or fails; says what to install

The command line turns each into one clean message and exit code 1 (2 for `UsageError`).
Anything else is our bug: it is one line too, exit code 70, and PARTNERGRAPH_DEBUG=1 shows the traceback.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

__all__ = [
    "DataError",
    "Finding",
    "MissingExtra",
    "MissingProgram",
    "PartnerGraphError",
    "Place",
    "QueryError",
    "QueryLimit",
    "QueryRefused",
    "StoreError",
    "UsageError",
]


def shell_quote(argument: str, *, windows: bool = os.name == "nt") -> str:
    """An argument as it stands in a command that a message proposes: quoted for the shells of the system.

    >>> shell_quote("my data", windows=False), shell_quote("my data", windows=True), shell_quote("data", windows=True)
    ("'my data'", '"my data"', 'data')
    """
    if not windows:
        return shlex.quote(argument)
    from subprocess import list2cmdline

    return list2cmdline([argument])


@dataclass(frozen=True, order=True)
class Place:
    """Where something was read: a file (relative to the graph folder), a row as a spreadsheet counts it
    (the heading is row 1), a column heading, and in a workbook the sheet. What means nothing is None.

    `cell` (C17) follows from row and column; `columns` says which column of the table each heading is. Where the row
    became rows of other tables, `headings` says which heading of its own stands for each of theirs.

    >>> str(Place("tables/relationships.csv", 17, "kind"))
    'tables/relationships.csv, row 17, column "kind"'
    >>> str(Place("partners.xlsx", 17, sheet="Relationships", columns={"kind": 3}).at("kind"))
    'partners.xlsx, sheet "Relationships", row 17, column "kind" (cell C17)'
    """

    file: str
    row: int | None = None
    column: str | None = None
    sheet: str | None = None
    cell: str | None = field(default=None, compare=False)
    columns: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)
    headings: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    def __str__(self) -> str:
        text = self.file
        if self.sheet is not None:
            text += f', sheet "{self.sheet}"'
        if self.row is not None:
            text += f", row {self.row}"
        if self.column is not None:
            text += f', column "{self.column}"'
        if self.sheet is not None and self.cell is not None:
            text += f" (cell {self.cell})"
        return text

    @property
    def short(self) -> str:
        """The cell for who has the sheet open: its address, or its row and column."""
        return self.cell or ", ".join(filter(None, (f"row {self.row}", self.column and f'column "{self.column}"')))

    def at(self, column: str | None) -> Place:
        """The cell of this row in a column."""
        column = self.headings.get(column or "", column)
        number = self.columns.get(column or "")
        cell = f"{letters(number)}{self.row}" if number and self.row else None
        return replace(self, column=column, cell=cell)


def letters(column: int) -> str:
    """What a spreadsheet program calls a column: 1 is A, 28 is AB.

    >>> letters(1), letters(28), letters(16384)
    ('A', 'AB', 'XFD')
    """
    text = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong (or worth knowing) in the data: which rule, where, which value, and the fix.

    `severity` is ``"error"``, ``"warning"`` or ``"info"`` (SHACL's Violation, Warning, Info).
    `focus` is the IRI of the record concerned, when there is one.
    """

    rule: str
    severity: str
    message: str
    place: Place | None = None
    value: str | None = None
    fix: str | None = None
    focus: str | None = None

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else (f"<{self.focus}>: " if self.focus else "")
        fix = f" {self.fix}" if self.fix else ""
        return f"{where}{self.message}{fix}"

    def as_row(self) -> dict[str, str | int | None]:
        """A flat row for tables, CSV and JSON: rule, severity, file, row, column, value, message, fix, focus, sheet,
        cell.
        """
        place = self.place
        return {
            "rule": self.rule,
            "severity": self.severity,
            "file": place.file if place else None,
            "row": place.row if place else None,
            "column": place.column if place else None,
            "value": self.value,
            "message": self.message,
            "fix": self.fix,
            "focus": self.focus,
            "sheet": place.sheet if place else None,
            "cell": place.cell if place else None,
        }


def error_count(errors: Sequence[Finding]) -> str:
    """The number of errors with its noun: "1 error", "3 errors"."""
    return f"{len(errors)} error{'s' * (len(errors) != 1)}"


class PartnerGraphError(Exception):
    """Base of all errors of this package."""

    exit_code = 1


class DataError(PartnerGraphError):
    """The data is at fault. `findings` holds every problem found, not only the first."""

    def __init__(self, message: str, findings: Sequence[Finding] = ()) -> None:
        super().__init__(message)
        self.findings = list(findings)


class QueryError(PartnerGraphError):
    """The query is at fault. `line` and `column` count from 1."""

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


class QueryRefused(QueryError):
    """The query asks for something that is not allowed here; nothing was run."""


class QueryForm(QueryError):
    """The answer has none of the forms that are asked for."""


class QueryLimit(QueryError):
    """The query was stopped at a limit; the message says how to raise it. `limit`: time, size, memory or busy (too many
    others run).
    """

    def __init__(self, message: str, limit: str = "memory") -> None:
        super().__init__(message)
        self.limit = limit


class StoreError(PartnerGraphError):
    """The store cannot be opened, read or written."""


class UsageError(PartnerGraphError):
    """A wrong argument."""

    exit_code = 2


class MissingExtra(PartnerGraphError):
    """An optional package is missing. The line that installs it is that of a folder of the source code, from which
    partnergraph is installed; a package index may have it as well.

    >>> print(MissingExtra("pandas", "pandas"))  # doctest: +NORMALIZE_WHITESPACE
    This needs pandas, which is not installed. In the folder with the source code of partnergraph:
    pip install '.[pandas]'; where it came from a package index: pip install 'partnergraph[pandas]'
    """

    def __init__(self, package: str, extra: str) -> None:
        self.package, self.extra = package, extra
        super().__init__(
            f"This needs {package}, which is not installed. In the folder with the source code of partnergraph: "
            f"pip install '.[{extra}]'; where it came from a package index: pip install 'partnergraph[{extra}]'"
        )


class MissingProgram(PartnerGraphError):
    """A program that is no part of this package is not there, or did not do its work."""
