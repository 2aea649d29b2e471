"""A sheet as it was read, before anyone asks what its rows mean: the same for CSV, .xlsx and .ods."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from partnergraph.errors import Finding, Place, letters

# A cell longer than this is a mistake (a whole file pasted into a cell), not a claim.
MAX_CELL_LENGTH = 1_000_000
# What one file may hold; beyond it, it is no table that people keep by hand.
MAX_CELLS = 2_000_000
MAX_SLOTS = 20_000_000
MAX_CHARACTERS = 100_000_000
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
_LISTED = 20


class FileRefused(Exception):
    """A file that is not read on; it becomes a finding."""

    def __init__(self, rule: str, message: str, fix: str) -> None:
        super().__init__(f"{message} {fix}")
        self.rule, self.message, self.fix = rule, message, fix


class ErrorCell(str):
    """What a cell shows that has no value to be read, and why."""

    rule: str
    message: str
    fix: str

    def __new__(cls, text: str, rule: str, message: str, fix: str) -> ErrorCell:
        cell = super().__new__(cls, text)
        cell.rule, cell.message, cell.fix = rule, message, fix
        return cell


@dataclass
class Sheet:
    """The filled rows of one sheet with their numbers, what was noticed, and whether it was read to its end.

    `name` is None for a text table, which has no sheets.
    """

    file: str
    name: str | None = None
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    complete: bool = True

    def add_finding(
        self, severity: str, rule: str, message: str, fix: str, row: int | None = None, column: int = 0
    ) -> None:
        """Note something about the sheet or a cell of it."""
        cell = f"{letters(column)}{row}" if row and column else None
        place = Place(self.file, row, None, self.name, cell)
        self.findings.append(Finding(rule, severity, message, place, None, fix))

    def unreadable(self, rule: str, message: str, fix: str, row: int | None = None) -> Sheet:
        """Note an error that keeps rows from being read."""
        self.add_finding("error", rule, message, fix, row)
        self.complete = False
        return self


class ReadLimits:
    """What has been read of a file so far; raises `FileRefused` where it becomes too much."""

    def __init__(self) -> None:
        self.cells = self.slots = self.characters = 0

    def cell(self, text: str, times: int = 1) -> None:
        """Count a filled cell."""
        self.cells += times
        self.characters += len(text) * times
        if self.cells > MAX_CELLS or self.characters > MAX_CHARACTERS:
            self._stop(f"more than {MAX_CELLS:,} filled cells or {MAX_CHARACTERS:,} characters")

    def width(self, columns: int) -> None:
        """Count a row up to its last filled column."""
        self.slots += columns
        if self.slots > MAX_SLOTS:
            self._stop(f"more than {MAX_SLOTS:,} cells between the first and the last filled one of its rows")

    @staticmethod
    def _stop(what: str) -> None:
        message = f"The file holds {what}."
        raise FileRefused("too-large", message, "Divide it, or import what it holds as RDF or as a register.")


@dataclass
class SheetGrid:
    """Cells by row and column while a sheet is being read, and what its form hides or joins."""

    count: ReadLimits
    cells: dict[int, dict[int, str]] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    hidden: bool = False

    def put(self, row: int, column: int, text: str) -> None:
        """Keep a cell that is not empty."""
        if not 1 <= row <= LAST_ROW or not 1 <= column <= LAST_COLUMN:
            message = (
                f"A cell stands in row {row}, column {column}; a sheet has {LAST_ROW:,} rows, {LAST_COLUMN:,} columns."
            )
            raise FileRefused("workbook-damaged", message, "Open the file in a spreadsheet program and save it anew.")
        if len(text) > MAX_CELL_LENGTH:
            message = f"The cell holds more than {MAX_CELL_LENGTH:,} characters."
            text = ErrorCell(text[:40] + "…", "long-cell", message, "Look for a whole file in the cell.")
        self.count.cell(text)
        self.cells.setdefault(row, {})[column] = text

    def into(self, sheet: Sheet) -> Sheet:
        """Fill the sheet with the rows in their order. Merged cells are filled downwards; what was hidden or merged is
        a finding.
        """
        self._merge(sheet)
        self._note_hidden(sheet)
        for number in sorted(self.cells):
            cells = self.cells[number]
            last = max(cells)
            self.count.width(last)
            sheet.rows.append((number, [cells.get(column, "") for column in range(1, last + 1)]))
        return sheet

    def _merge(self, sheet: Sheet) -> None:
        # Areas that lie on one another, as no program writes them, are filled once.
        numbers, filled = sorted(self.cells), dict[int, int]()
        for top, left, bottom, _ in sorted(self.merged):
            value = self.cells.get(top, {}).get(left)
            if value is None or bottom <= filled.get(left, 0):
                continue
            below = bisect_right(numbers, max(top, filled.get(left, 0))), bisect_right(numbers, bottom)
            filled[left] = bottom
            for row in numbers[slice(*below)]:
                if left not in self.cells[row]:
                    self.put(row, left, value)
        mentioned = 0
        for top, left, bottom, right in self.merged:
            if self.cells.get(top, {}).get(left) is None or (top, left) == (bottom, right):
                continue
            mentioned += 1
            if mentioned > _LISTED:
                continue
            name = f"{letters(left)}{top}:{letters(right)}{bottom}"
            message = f"The cells {name} are merged."
            if bottom > top:
                message += " Each row of them is read with the value of the first."
            if right > left:
                message += f" The value is read in column {letters(left)} only."
            sheet.add_finding("warning", "merged-cells", message, "Unmerge them, and fill each cell.", top, left)
        if mentioned > _LISTED:
            message = f"{mentioned - _LISTED} more groups of cells are merged."
            sheet.add_finding("warning", "merged-cells", message, "Unmerge them, and fill each cell.")

    def _note_hidden(self, sheet: Sheet) -> None:
        rows = [str(row) for row in sorted({*self.hidden_rows}) if row in self.cells]
        last = max((max(cells) for cells in self.cells.values()), default=0)
        columns, known = list[int](), 0
        for first, end in sorted(self.hidden_columns):
            columns += range(max(first, known + 1), min(end, last) + 1)
            known = max(known, end)
        parts = [f"row{'s' * (len(rows) > 1)} {_some(rows)}"] if rows else []
        if columns:
            parts.append(f"column{'s' * (len(columns) > 1)} {_some([letters(n) for n in columns])}")
        if self.hidden and self.cells:
            parts.insert(0, "the whole sheet")
        if parts:
            message = f"Hidden, and read all the same: {', '.join(parts)}."
            sheet.add_finding("info", "hidden", message, "Delete what should not be read.")


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(names[:_LISTED]) + more
