"""CSV tables, each cell with its place. Forgiving in form (BOM, order and case of headings), strict in meaning."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from partnergraph.errors import Finding, Place

# A cell longer than this is a mistake (a whole file pasted into a cell), not a claim.
LONGEST_CELL = 1_000_000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class Row:
    """One row of a table: its cells by heading (stripped; empty cells are absent) and where it stands."""

    file: str
    number: int
    cells: Mapping[str, str]

    def place(self, column: str | None = None) -> Place:
        """Where this row, or one cell of it, stands."""
        return Place(self.file, self.number, column)

    def get(self, column: str) -> str | None:
        """The cell's text, or None when it is empty."""
        return self.cells.get(column)


@dataclass(frozen=True)
class Layout:
    """The columns of a table: all that are known, and those that must be filled."""

    columns: tuple[str, ...]
    required: tuple[str, ...]


def read_table(file: str, data: bytes, layout: Layout) -> tuple[list[Row], list[Finding]]:
    """All rows of a table and everything that is wrong with its form. Never raises for bad content."""
    findings: list[Finding] = []
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        fix = "Save the table as UTF-8 (in a spreadsheet program: 'CSV UTF-8')."
        return [], [Finding("encoding", "error", "The table is not UTF-8 text.", Place(file, row), fix=fix)]
    if "\x00" in text:
        row = text[: text.index("\x00")].count("\n") + 1
        return [], [Finding("control-character", "error", "The table holds a NUL character.", Place(file, row))]
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[Row] = []
    headings: list[str] | None = None
    line = 0
    try:
        for number, cells in enumerate(reader, 1):
            line = number
            if not any(cell.strip() for cell in cells):
                continue
            if headings is None:
                headings = _headings(file, number, cells, layout, findings)
                continue
            found = _row(file, number, cells, headings, layout, findings)
            if found is not None:
                rows.append(found)
    except csv.Error as error:
        fix = "Look for a quotation mark that is not closed, or a cell with a whole file in it."
        findings.append(
            Finding("csv", "error", f"The table cannot be read on: {error}.", Place(file, line + 1), fix=fix)
        )
    if headings is None:
        findings.append(Finding("empty-table", "error", "The table has no headings.", Place(file, 1)))
    return rows, findings


def _headings(file: str, number: int, cells: list[str], layout: Layout, findings: list[Finding]) -> list[str]:
    names = [re.sub(r"[\s-]+", "_", cell.strip().lower()) for cell in cells]
    for raw, name in zip(cells, names, strict=True):
        if name and name not in layout.columns:
            near = get_close_matches(name, layout.columns, n=1)
            hint = f"Did you mean '{near[0]}'? " if near else ""
            fix = f"{hint}Columns of this table: {', '.join(layout.columns)}."
            message = f"'{raw.strip()}' is not a column of this table."
            findings.append(Finding("unknown-column", "error", message, Place(file, number, raw.strip()), raw, fix))
    for name in sorted({name for name in names if name and names.count(name) > 1}):
        message = f"The column '{name}' stands there twice."
        findings.append(Finding("duplicate-column", "error", message, Place(file, number, name), name))
    for name in layout.required:
        if name not in names:
            message = f"The column '{name}' is missing."
            findings.append(Finding("missing-column", "error", message, Place(file, number), name, "Add the column."))
    return names


def _row(
    file: str, number: int, cells: list[str], headings: list[str], layout: Layout, findings: list[Finding]
) -> Row | None:
    if len(cells) > len(headings) and any(cell.strip() for cell in cells[len(headings) :]):
        fix = "Put a cell that holds a comma between quotation marks."
        message = f"The row has {len(cells)} cells, but the table has {len(headings)} columns."
        findings.append(Finding("ragged-row", "error", message, Place(file, number), fix=fix))
        return None
    filled: dict[str, str] = {}
    for heading, cell in zip(headings, cells, strict=False):
        value = cell.strip()
        if _CONTROL.search(value):
            message = "The cell holds a control character."
            findings.append(Finding("control-character", "error", message, Place(file, number, heading), repr(value)))
            value = _CONTROL.sub("", value)
        if value and heading:
            filled[heading] = value
    row = Row(file, number, filled)
    for name in layout.required:
        if name in headings and name not in filled:
            fix = "Name the rows of evidence.csv that support this." if name == "evidence" else "Fill it in."
            rule = "no-evidence" if name == "evidence" else "missing-value"
            message = "No evidence is given." if name == "evidence" else f"The cell '{name}' is empty."
            findings.append(Finding(rule, "error", message, row.place(name), fix=fix))
    return row


def several(cell: str | None) -> Iterable[str]:
    """The values of a cell that holds several, separated by semicolons.

    >>> list(several("a; b ;c"))
    ['a', 'b', 'c']
    """
    return [part.strip() for part in (cell or "").split(";") if part.strip()]
