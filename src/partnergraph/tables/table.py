"""Tables, each cell with its place. Forgiving in form (order and case of headings), strict in meaning."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from partnergraph.errors import Finding, Place, letters
from partnergraph.tables.column_types import TableSchema
from partnergraph.tables.csv_reader import read_delimited
from partnergraph.tables.personal_data import is_personal_heading
from partnergraph.tables.sheet import MAX_CELL_LENGTH, ErrorCell, Sheet
from partnergraph.tables.suggestions import nearest
from partnergraph.tables.table_schemas import PROSE_COLUMNS

__all__ = ["MAX_CELL_LENGTH", "Table", "TableRow", "read_sheet", "read_table", "split_values"]

# Half a character (a surrogate) cannot be written into any file.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_ACCIDENTS = {
    ord(c): None for c in "\u201c\u201d\u201e\u201f\u2018\u2019\u201a\u00ab\u00bb\u200b\u200c\u200d\ufeff\u00ad"
} | {
    **{ord(c): "-" for c in "\u2010\u2011\u2012\u2013\u2014\u2212"},
    **{ord(c): " " for c in "\u00a0\u2007\u2009\u202f"},
}
_MAX_COLUMNS_NAMED = 10


@dataclass(frozen=True)
class TableRow:
    """One row of a table: its cells by heading (stripped; empty cells are absent) and where it stands.

    `number` counts as a spreadsheet program does: a cell with line breaks is one row, and an empty line is a row.
    A row that is not `whole` has its cells in doubt; only its id may be used. `headings`: see `Place`.
    """

    file: str
    number: int
    cells: Mapping[str, str]
    whole: bool = True
    sheet: str | None = None
    columns: Mapping[str, int] = field(default_factory=dict)
    headings: Mapping[str, str] = field(default_factory=dict)

    def place(self, column: str | None = None) -> Place:
        """Where this row, or one cell of it, stands."""
        return Place(self.file, self.number, sheet=self.sheet, columns=self.columns, headings=self.headings).at(column)

    def get(self, column: str) -> str | None:
        """The cell's text, or None when it is empty."""
        return self.cells.get(column)


@dataclass
class Table:
    """What was read of a table. `complete` says that no row and no id is missing from `rows`."""

    file: str
    rows: list[TableRow] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    complete: bool = True
    sheet: str | None = None
    columns: dict[str, int] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What the person who edits it calls it."""
        return f'the sheet "{self.sheet}"' if self.sheet is not None else self.file.rpartition("/")[2]

    def add_error(
        self,
        rule: str,
        message: str,
        fix: str,
        row: int,
        column: str | None = None,
        value: str | None = None,
        number: int | None = None,
    ) -> None:
        """Note a problem. `number` is the column's, for one that has no heading of the table."""
        number = number or self.columns.get(column or "")
        place = Place(self.file, row, column, self.sheet, f"{letters(number)}{row}" if number else None)
        self.findings.append(Finding(rule, "error", message, place, value, fix))

    def unreadable(self, rule: str, message: str, fix: str, row: int) -> Table:
        """Note a problem that keeps rows from being read."""
        self.add_error(rule, message, fix, row)
        self.complete = False
        return self


def read_table(file: str, data: bytes, layout: TableSchema) -> Table:
    """All rows of a CSV or TSV table and everything that is wrong with its form. Never raises for bad content."""
    return read_sheet(read_delimited(file, data), layout)


def read_sheet(sheet: Sheet, layout: TableSchema) -> Table:
    """All rows of a sheet that is a table, and everything that is wrong with its form."""
    table = Table(sheet.file, findings=list(sheet.findings), complete=sheet.complete, sheet=sheet.name)
    headings: list[str] | None = None
    for number, cells in sheet.rows:
        if not any(cell.strip() for cell in cells):
            continue
        if headings is None:
            headings = _headings(table, number, cells, layout)
            if "id" in layout.required and "id" not in headings:
                break
        else:
            _row(table, number, cells, headings, layout)
    if headings is None and sheet.complete:
        fix = f"Write the headings into the first row: {', '.join(layout.columns)}."
        table.unreadable("empty-table", "The table has no headings.", fix, 1)
    if table.columns:
        table.findings[: len(sheet.findings)] = [_named(finding, table) for finding in sheet.findings]
    return table


def _named(finding: Finding, table: Table) -> Finding:
    """What was noticed before the headings were known gets the heading of its column."""
    place = finding.place
    names = {f"{letters(index)}{place.row}": name for name, index in table.columns.items()} if place else {}
    if place is None or not (name := names.get(place.cell or "")):
        return finding
    return replace(finding, place=replace(place, column=name))


def normalise_heading(cell: str) -> str:
    """A heading as the layout writes it.

    >>> normalise_heading(" Count as-Stated ")
    'count_as_stated'
    """
    return re.sub(r"[\s\u200b\ufeff_-]+", "_", cell.translate(_ACCIDENTS).strip().lower()).strip("_")


def _headings(table: Table, number: int, cells: list[str], layout: TableSchema) -> list[str]:
    names = [normalise_heading(cell) for cell in cells]
    for index, name in enumerate(names, 1):
        table.columns.setdefault(name, index)
    unknown = [(i, cells[i].strip()[:100], name) for i, name in enumerate(names) if name and name not in layout.columns]
    _warn_of_unknown(table, number, unknown, layout)
    twice = {name for name, times in Counter(names).items() if times > 1}
    for name in sorted(twice & set(layout.columns)):
        message = f"The column '{name}' stands there twice."
        table.add_error("duplicate-column", message, "Keep one of them.", number, name, name)
    for name in layout.required:
        if name not in names:
            table.add_error("missing-column", f"The column '{name}' is missing.", "Add the column.", number, name, name)
            table.complete = table.complete and name != "id"
    return names


def _warn_of_unknown(table: Table, number: int, unknown: list[tuple[int, str, str]], layout: TableSchema) -> None:
    """One warning for the columns that are left out, and one for those of them that are about persons."""
    personal = [column for column in unknown if is_personal_heading(column[2])]
    others = [column for column in unknown if not is_personal_heading(column[2])]
    for rule, columns in (("personal-data", personal), ("unknown-column", others)):
        if not columns:
            continue
        names = [f"'{raw}'" for _, raw, _ in columns[:_MAX_COLUMNS_NAMED]]
        more = f" and {len(columns) - len(names)} more" if len(columns) > len(names) else ""
        is_one = len(columns) == 1
        subject = f"The column{'' if is_one else 's'} {', '.join(names)}{more}"
        if rule == "personal-data":
            message = f"{subject} look{'s' if is_one else ''} like data about persons, and {_was(is_one)} left out."
            fix = "Keep it elsewhere, and delete it here: a graph of partnerships holds no persons."
        else:
            noun = "a column" if is_one else "columns"
            message = f"{subject} {'is' if is_one else 'are'} not {noun} of this table, and {_was(is_one)} left out."
            known = [name for name in layout.columns if name not in table.columns]
            near = [(raw, nearest(name[:100], known)) for _, raw, name in columns[:_MAX_COLUMNS_NAMED]]
            hints = [f"'{name}'" if is_one else f"'{name}' by '{raw}'" for raw, name in near if name]
            fix = f"Did you mean {', '.join(hints)}? " if hints else "Nothing needs to be done. "
            fix += f"Columns of this table: {', '.join(layout.columns)}."
        index, raw, _ = columns[0]
        place = Place(table.file, number, raw, table.sheet, f"{letters(index + 1)}{number}")
        table.findings.append(Finding(rule, "warning", message, place, raw, fix))


def _was(is_one: bool) -> str:
    return "was" if is_one else "were"


def _row(table: Table, number: int, cells: list[str], headings: list[str], layout: TableSchema) -> None:
    filled: dict[str, str] = {}
    blamed: set[str] = set()
    for index, (heading, cell) in enumerate(zip(headings, cells, strict=False), 1):
        if heading and heading not in layout.columns:
            continue
        if isinstance(cell, ErrorCell):
            table.add_error(cell.rule, cell.message, cell.fix, number, heading or None, str(cell), index)
            blamed.add(heading)
            table.complete = table.complete and heading != "id"
            continue
        value = cell.strip()
        if heading not in (PROSE_COLUMNS if layout.prose is None else layout.prose):
            value = value if value.isascii() else value.translate(_ACCIDENTS).strip()
        if _CONTROL.search(value):
            message, fix = "The cell holds a control character.", "Delete it; it does not show on the screen."
            table.add_error("control-character", message, fix, number, heading or None, ascii(value)[1:-1][:200], index)
            value = _CONTROL.sub("", value)
        if value and heading:
            filled[heading] = value
        elif value:
            fix = "Give its column a heading of this table, or empty the cell."
            table.add_error(
                "no-heading", f"'{value[:200]}' stands under no heading.", fix, number, None, value[:200], index
            )
    beyond = [index for index, cell in enumerate(cells[len(headings) :], len(headings) + 1) if cell.strip()]
    row = TableRow(table.file, number, filled, not beyond, table.sheet, table.columns)
    table.rows.append(row)
    if beyond:
        message = f"The row has {len(cells)} cells, but the table has {len(headings)} columns."
        fix = "Put a cell that holds a comma between quotation marks."
        if table.sheet is not None:
            message = (
                f"The row goes on to column {letters(beyond[-1])}, but the headings end at {letters(len(headings))}."
            )
            fix = "Give the column a heading of this table, or empty the cell."
        table.add_error("ragged-row", message, fix, number, None, None, beyond[0])
        return
    for name in layout.required:
        if name in headings and name not in filled and name not in blamed:
            title = 'the sheet "Evidence"' if table.sheet is not None else "evidence.csv"
            fix = f"Name the rows of {title} that support this." if name == "evidence" else "Fill it in."
            fix = layout.fixes.get(name, fix)
            rule = "no-evidence" if name == "evidence" else "missing-value"
            message = "No evidence is given." if name == "evidence" else f"The cell '{name}' is empty."
            table.add_error(rule, message, fix, number, name)


def split_values(cell: str | None) -> Iterable[str]:
    """The values of a cell that holds several, separated by semicolons.

    >>> list(split_values("a; b ;c"))
    ['a', 'b', 'c']
    """
    return [part.strip() for part in (cell or "").split(";") if part.strip()]
