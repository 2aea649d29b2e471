"""CSV tables, each cell with its place. Forgiving in form (BOM, order and case of headings), strict in meaning."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from partnergraph.errors import Finding, Place

# A cell longer than this is a mistake (a whole file pasted into a cell), not a claim.
LONGEST_CELL = 1_000_000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class Row:
    """One row of a table: its cells by heading (stripped; empty cells are absent) and where it stands.

    `number` counts as a spreadsheet program does: a cell with line breaks is one row, and an empty line is a row.
    A row that is not `whole` has its cells in doubt; only its id may be used.
    """

    file: str
    number: int
    cells: Mapping[str, str]
    whole: bool = True

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


@dataclass
class Table:
    """What was read of a table. `complete` says that no row and no id is missing from `rows`."""

    file: str
    rows: list[Row] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    complete: bool = True

    def wrong(
        self, rule: str, message: str, fix: str, row: int, column: str | None = None, value: str | None = None
    ) -> None:
        """Note a problem."""
        self.findings.append(Finding(rule, "error", message, Place(self.file, row, column), value, fix))

    def unreadable(self, rule: str, message: str, fix: str, row: int) -> Table:
        """Note a problem that keeps rows from being read."""
        self.wrong(rule, message, fix, row)
        self.complete = False
        return self


def read_table(file: str, data: bytes, layout: Layout) -> Table:
    """All rows of a table and everything that is wrong with its form. Never raises for bad content."""
    table = Table(file)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = _rows_in(data[: error.start].decode("utf-8-sig"))
        fix = "Save the table as UTF-8 (in a spreadsheet program: 'CSV UTF-8')."
        return table.unreadable("encoding", "The table is not UTF-8 text.", fix, row)
    if "\x00" in text:
        row = _rows_in(text[: text.index("\x00")])
        fix = "Delete it, or save the table anew as 'CSV UTF-8'."
        return table.unreadable("control-character", "The table holds a NUL character.", fix, row)
    csv.field_size_limit(LONGEST_CELL)
    headings: list[str] | None = None
    number = 0
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), 1):
            if not any(cell.strip() for cell in cells):
                continue
            if headings is None:
                headings = _headings(table, number, cells, layout)
                if not table.complete:
                    break
            else:
                _row(table, number, cells, headings, layout)
    except csv.Error as error:
        fix = "Look for a quotation mark that is not closed, or a cell with a whole file in it."
        table.unreadable("csv", f"The table cannot be read on: {error}.", fix, number + 1)
    if headings is None and not table.findings:
        fix = f"Write the headings into the first row: {', '.join(layout.columns)}."
        table.unreadable("empty-table", "The table has no headings.", fix, 1)
    return table


def _rows_in(text: str) -> int:
    """The number of the row in which a piece of a table ends."""
    rows = sum(1 for _ in csv.reader(io.StringIO(text, newline="")))
    return rows + 1 if not text or text[-1] in "\r\n" else rows


def _headings(table: Table, number: int, cells: list[str], layout: Layout) -> list[str]:
    names = [re.sub(r"[\s-]+", "_", cell.strip().lower()) for cell in cells]
    if len(names) == 1 and (mark := next((m for m in (";", "\t") if m in cells[0]), None)):
        found = "semicolons" if mark == ";" else "tabs"
        message = f"The columns are separated by {found}, not by commas."
        table.unreadable("separator", message, "Save the table with commas between the columns.", number)
        return names
    for raw, name in zip(cells, names, strict=True):
        if name and name not in layout.columns:
            near = get_close_matches(name, layout.columns, n=1)
            hint = f"Did you mean '{near[0]}'? " if near else ""
            fix = f"{hint}Columns of this table: {', '.join(layout.columns)}."
            message = f"'{raw.strip()}' is not a column of this table."
            table.wrong("unknown-column", message, fix, number, raw.strip(), raw.strip())
    for name in sorted({name for name in names if name and names.count(name) > 1}):
        message = f"The column '{name}' stands there twice."
        table.wrong("duplicate-column", message, "Keep one of them.", number, name, name)
    for name in layout.required:
        if name not in names:
            table.wrong("missing-column", f"The column '{name}' is missing.", "Add the column.", number, name, name)
            table.complete = table.complete and name != "id"
    return names


def _row(table: Table, number: int, cells: list[str], headings: list[str], layout: Layout) -> None:
    filled: dict[str, str] = {}
    for heading, cell in zip(headings, cells, strict=False):
        value = cell.strip()
        if _CONTROL.search(value):
            message, fix = "The cell holds a control character.", "Delete it; it does not show on the screen."
            table.wrong("control-character", message, fix, number, heading or None, ascii(value)[1:-1])
            value = _CONTROL.sub("", value)
        if value and heading:
            filled[heading] = value
        elif value:
            fix = "Give its column a heading of this table, or empty the cell."
            table.wrong("no-heading", f"'{value}' stands under no heading.", fix, number, None, value)
    ragged = any(cell.strip() for cell in cells[len(headings) :])
    row = Row(table.file, number, filled, not ragged)
    table.rows.append(row)
    if ragged:
        message = f"The row has {len(cells)} cells, but the table has {len(headings)} columns."
        table.wrong("ragged-row", message, "Put a cell that holds a comma between quotation marks.", number)
        return
    for name in layout.required:
        if name in headings and name not in filled:
            fix = "Name the rows of evidence.csv that support this." if name == "evidence" else "Fill it in."
            rule = "no-evidence" if name == "evidence" else "missing-value"
            message = "No evidence is given." if name == "evidence" else f"The cell '{name}' is empty."
            table.wrong(rule, message, fix, number, name)


def several(cell: str | None) -> Iterable[str]:
    """The values of a cell that holds several, separated by semicolons.

    >>> list(several("a; b ;c"))
    ['a', 'b', 'c']
    """
    return [part.strip() for part in (cell or "").split(";") if part.strip()]
