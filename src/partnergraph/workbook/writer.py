"""Rows -> a workbook that people fill in: one sheet for each table, a note on each heading, lists to choose from."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from partnergraph.errors import UsageError
from partnergraph.spreadsheet_safety import is_formula
from partnergraph.tables.column_types import CHOICES, Column
from partnergraph.tables.table_schemas import TABLE_COLUMNS, TABLE_SCHEMAS
from partnergraph.tables.todo_schema import TODO, TODO_SHEET
from partnergraph.vocabulary import concepts
from partnergraph.workbook.saving import workbook_bytes
from partnergraph.workbook.todo_workbook import fill_todo_sheet

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["ORDER", "SHORT_SHEETS", "build_workbook", "column_notes"]

# The sheets in the order in which a beginner needs them.
_FIRST = (
    *("partnerships", "organisations", "relationships", "evidence", "sources", "names", "identifiers", "events"),
    "groups",
)
ORDER = (*_FIRST, *(table for table in TABLE_SCHEMAS if table not in _FIRST))
SHORT_SHEETS = ("partnerships", "sources")  # what a keeper needs
_MADE = datetime(1980, 1, 1)  # the same file for the same rows
_TEXT = 32_767  # characters in a cell
_ROOM = 1_000  # rows for which a sheet offers its lists, at least
# The lists of the sheet "Lists" in their order; a list that is not here stands behind them.
_LISTS_FIRST = (
    "how",
    *("source-kind", "basis", "confidence", "strength", "org-type", "name-kind", "identifier-scheme", "place-kind"),
    *("undertaking-type", "relationship-kind", "role", "event-kind", "manner", "statement-kind", "attribute-kind"),
    *("standing", "view", "form", "yes-or-no", "decision"),
)
_WIDTHS = {"words": 60, "says": 60, "note": 36, "description": 44, "name": 30, "title": 40}
_MAX_WIDTH = 48
_NARROW = ("date", "flag", "count", "pixels", "language", "coordinate")
_HERE = Path(__file__).resolve().parent


@cache
def column_notes() -> dict[str, dict[str, str]]:
    """What to write into each column, by table; and the lines of the first sheet: under ``"readme"``, and
    under ``"short"`` where there are few sheets.
    """
    raw: dict[str, dict[str, str]] = tomllib.loads((_HERE / "readme.toml").read_text("utf-8"))
    return {
        "readme": raw["readme"],
        "short": raw["short"],
        "sheets": raw["sheets"],
        **{table: {column.name: column.note for column in columns} for table, columns in TABLE_COLUMNS.items()},
    }


def build_workbook(
    rows: Mapping[str, Sequence[Mapping[str, str]]],
    readme: Sequence[str] = (),
    sheets: Mapping[str, Sequence[str]] | None = None,
) -> bytes:
    """The workbook of these rows by table. `sheets`: the tables that are there, with their columns; without it, every
    table with all columns. Where a keeper's sheets alone are there (`SHORT_SHEETS`), their headings are words, and the
    lists are hidden. Raises `UsageError` for a text that no cell can hold.
    """
    from openpyxl import Workbook
    from openpyxl.worksheet.properties import PageSetupProperties

    book = Workbook()
    book.remove(book.worksheets[0])
    columns = {table: TABLE_COLUMNS[table] for table in ORDER}
    if sheets is not None:
        columns = {
            table: tuple(column for column in TABLE_COLUMNS[table] if column.name in names)
            for table, names in sheets.items()
        }
    is_short = columns.keys() <= {*SHORT_SHEETS}
    _readme(book.create_sheet("Read me"), readme, [*columns], "short" if is_short else "readme")
    lists = _lists(columns)
    for table in columns:
        is_labelled = table == "partnerships" or is_short
        sheet = _TableSheet(book.create_sheet(table.capitalize()), table, columns[table], lists, is_labelled)
        sheet.fill(rows.get(table, ()))
    if todo := rows.get(TODO):
        # After a keeper's own sheets, which come first.
        index = 1 + len(SHORT_SHEETS) if sheets is not None and [*columns][:2] == [*SHORT_SHEETS] else None
        fill_todo_sheet(book.create_sheet(TODO_SHEET, index), todo)
    _write_lists(book.create_sheet("Lists"))
    if is_short:
        book["Lists"].sheet_state = "hidden"
    for sheet in book.worksheets:
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.print_title_rows = "1:1"
    book.properties.creator = "partnergraph"
    book.properties.created = book.properties.modified = _MADE
    return workbook_bytes(book, b"1980-01-01T00:00:00Z")


class _TableSheet:
    """The sheet of one table."""

    def __init__(
        self,
        sheet: Worksheet,
        table: str,
        columns: tuple[Column, ...],
        lists: Mapping[str, str],
        is_labelled: bool,
    ) -> None:
        self.sheet, self.table, self.columns, self.lists = sheet, table, columns, lists
        self.is_labelled = is_labelled  # headings are words: What it says

    def fill(self, rows: Sequence[Mapping[str, str]]) -> None:
        from openpyxl.styles import Alignment

        self._headings()
        wrapped = Alignment(vertical="top", wrap_text=True)
        widths = self._widths(rows)
        for number, row in enumerate(rows, 2):
            # Programs do not make room for wrapped lines by themselves.
            lines = max((1 + len(row.get(name, "")) // width for name, width in widths.items()), default=1)
            if lines > 1:
                self.sheet.row_dimensions[number].height = 15 * min(lines, 12)
            for index, column in enumerate(self.columns, 1):
                if value := row.get(column.name, ""):
                    cell = self.sheet.cell(number, index)
                    cell.value, cell.data_type = _text(value, self.table, number, column.name), "s"
                    cell.number_format, cell.alignment = "@", wrapped
                    if is_formula(value):
                        cell.quotePrefix = True
        self._choices(max(_ROOM, 2 * len(rows)))
        self.sheet.freeze_panes = "B2"

    def _headings(self) -> None:
        from openpyxl.comments import Comment
        from openpyxl.styles import Alignment, Font, PatternFill
        from openpyxl.utils import get_column_letter

        colour = "1F3A5F" if self.table in ORDER[:4] else "5B6B7F"
        self.sheet.sheet_properties.tabColor = colour
        for number, column in enumerate(self.columns, 1):
            needed = column.required
            heading = column.name.replace("_", " ").capitalize() if self.is_labelled else column.name
            cell = self.sheet.cell(1, number, heading)
            cell.font = Font(name="Calibri", bold=True, color="FFFFFF" if needed else "1F3A5F")
            cell.fill = PatternFill("solid", fgColor="1F3A5F" if needed else "D5DEEA")
            cell.alignment = Alignment(vertical="center", wrap_text=True)
            words = f"{'Needed' if needed else 'May stay empty'}. {column.note}"
            note = Comment(words, "partnergraph")
            note.width, note.height = 320, 36 + 18 * (1 + len(words) // 44)
            cell.comment = note
            dimension = self.sheet.column_dimensions[get_column_letter(number)]
            dimension.number_format = "@"  # what is typed stays as it is typed: 2009-08 is no day of August
        self.sheet.row_dimensions[1].height = 24

    def _widths(self, rows: Sequence[Mapping[str, str]]) -> dict[str, int]:
        """How wide each column is, in characters: by what stands there, within bounds."""
        from openpyxl.utils import get_column_letter

        widths = {}
        for number, column in enumerate(self.columns, 1):
            name = column.name
            longest = max((len(row.get(name, "")) + 2 for row in rows), default=0)
            least = _WIDTHS.get(name, 13 if column.type in _NARROW else 16)
            widths[name] = min(max(longest, least, len(name) + 4), max(least, _MAX_WIDTH))
            self.sheet.column_dimensions[get_column_letter(number)].width = widths[name]
        return widths

    def _choices(self, last: int) -> None:
        from openpyxl.utils import get_column_letter
        from openpyxl.worksheet.datavalidation import DataValidation

        for number, column in enumerate(self.columns, 1):
            formula = self.lists.get(_offered(self.table, column))
            if formula is None:
                continue
            choice = DataValidation(type="list", formula1=formula, allow_blank=True)
            # What else a cell may name, or several, is taken without a word.
            choice.showErrorMessage = bool(column.scheme) and not column.several
            choice.errorTitle, choice.error = (
                column.name,
                "Please choose an entry of the list (the sheet Lists explains them).",
            )
            choice.add(f"{get_column_letter(number)}2:{get_column_letter(number)}{last}")
            self.sheet.add_data_validation(choice)


def _text(value: str, table: str, row: int, column: str) -> str:
    """The text as a workbook writes it: a carriage return, and what looks like an escape, are escaped."""
    if len(value.encode("utf-16-le")) > 2 * _TEXT:
        where = f"{table}, row {row}, column {column}"
        raise UsageError(f"A cell of a workbook holds {_TEXT:,} characters; {where} needs more. Write to a folder.")
    value = re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", value)
    return value.replace("\r", "_x000D_")


# What the cells of Partnerships offer, which take other words, too: an own list, or the cells of a column of a sheet.
_PARTNERSHIPS_OFFER = {
    "how": "how",
    "type": "org-type",
    "with_whom": "partnerships.partner",
    "source": "sources.title",
}
_KINDS_FIRST = ("funding", "membership", "collaboration", "partnership", "support", "hosting", "part-of", "leadership")
# Kinds that rules derive, or that have a place at one end.
_NO_PARTNERSHIP = (
    *("co-membership", "member-through-unit", "funding-through", "funding-channel", "location", "succession"),
    "association",
)


def _offered(table: str, column: Column) -> str:
    """The list that the cells of a column offer: a scheme, or the column of a sheet; empty where they offer none."""
    if table == "partnerships":
        return _PARTNERSHIPS_OFFER.get(column.name, "")
    return column.scheme or (f"{column.offered}.id" if column.offered else "")


def _wordings() -> dict[str, str]:
    """How a partner may be connected, as it is written: both phrases of each kind, and what becomes of bodies."""
    kinds = {concept.code: concept for concept in concepts("relationship-kind")}
    order = [*_KINDS_FIRST, *(code for code in kinds if code not in (*_KINDS_FIRST, *_NO_PARTNERSHIP))]
    phrases = [phrase for code in order for phrase in (kinds[code].forward, kinds[code].inverse) if phrase]
    return dict.fromkeys((*phrases, "is associated with", "merged into", "became"), "")


def _scheme(name: str) -> dict[str, str]:
    own = _wordings() if name == "how" else CHOICES.get(name)
    return own if own is not None else {c.code: c.definition for c in concepts(name)}


def _schemes() -> list[str]:
    used = {column.scheme for columns in TABLE_COLUMNS.values() for column in columns if column.scheme}
    return [*_LISTS_FIRST, *sorted(used - {*_LISTS_FIRST})]


def _lists(columns: Mapping[str, Sequence[Column]]) -> dict[str, str]:
    """Where the entries of each list stand, and the cells of each column of the sheets."""
    from openpyxl.utils import get_column_letter

    ranges = {}
    for number, name in enumerate(_schemes()):
        letter = get_column_letter(2 * number + 1)
        ranges[name] = f"Lists!${letter}$2:${letter}${1 + len(_scheme(name))}"
    for table in columns:
        for number, column in enumerate(columns[table], 1):
            cells, letter = table.capitalize(), get_column_letter(number)
            counted = f"MAX(1,COUNTA({cells}!${letter}:${letter})-1)"
            ranges[f"{table}.{column.name}"] = f"OFFSET({cells}!${letter}$2,0,0,{counted},1)"
    return ranges


def _write_lists(sheet: Worksheet) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    for number, name in enumerate(_schemes()):
        codes, meaning = 2 * number + 1, 2 * number + 2
        entries = _scheme(name)
        for column, heading in ((codes, name), (meaning, "meaning")):
            sheet.cell(1, column, heading).font = Font(name="Calibri", bold=True, color="1F3A5F")
        for row, (code, words) in enumerate(entries.items(), 2):
            sheet.cell(row, codes, code).alignment = Alignment(vertical="top")
            if words:
                sheet.cell(row, meaning, words).alignment = Alignment(vertical="top", wrap_text=True)
        sheet.column_dimensions[get_column_letter(codes)].width = max(map(len, (name, *entries))) + 3
        sheet.column_dimensions[get_column_letter(meaning)].width = 44 if any(entries.values()) else 10
    sheet.freeze_panes = "A2"


def _readme(sheet: Worksheet, lines: Sequence[str], tables: Sequence[str], key: str) -> None:
    from openpyxl.styles import Alignment, Font

    sheet.column_dimensions["A"].width = 22
    sheet.column_dimensions["B"].width = 92
    words = column_notes()[key]
    sheet["A1"] = words["title"]
    sheet["A1"].font = Font(name="Calibri", bold=True, size=15, color="1F3A5F")
    number = 2
    for line in (*lines, *words["text"].strip().splitlines()):
        sheet.cell(number, 1, line)
        sheet.merge_cells(start_row=number, end_row=number, start_column=1, end_column=2)
        sheet.cell(number, 1).alignment = Alignment(vertical="top", wrap_text=True)
        sheet.row_dimensions[number].height = 16 * (1 + len(line) // 112)
        number += 1
    number += 1
    for table in tables:
        sheet.cell(number, 1, table.capitalize()).font = Font(name="Calibri", bold=True, color="1F3A5F")
        sheet.cell(number, 1).hyperlink = f"#{table.capitalize()}!A1"
        sheet.cell(number, 2, column_notes()["sheets"][table]).alignment = Alignment(vertical="top", wrap_text=True)
        number += 1
    sheet.sheet_view.showGridLines = False
