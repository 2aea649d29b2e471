"""The to-do list of `partnergraph stale` as a workbook, to be filled in and laid into the folder of the tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from partnergraph.errors import UsageError, letters
from partnergraph.tables.table import read_sheet
from partnergraph.tables.table_files import sheets_of, table_named
from partnergraph.tables.todo_schema import ANSWERS, FILLED, TODO, TODO_COLUMNS, TODO_SCHEMA, TODO_SHEET
from partnergraph.workbook.active_content import set_text
from partnergraph.workbook.saving import workbook_bytes

__all__ = ["build_todo_workbook", "fill_todo_sheet", "refuse_filled"]

_MADE = datetime(1980, 1, 1)  # the same file for the same list
_WIDTHS = {"in_words": 52, "to_be_done": 44, "still_holds": 17, "when_ended": 13, "source": 34, "where": 16,
           "what_it_says": 44, "note": 28, "claim": 24, "kind_and_parties": 24}  # fmt: skip
_TEXT = """\
Each row is a claim that somebody should look at: what the graph says, and why it stands here.
Find a source, and fill in the columns with dark headings: "yes" with the source, where in it and what it says; \
"ended" with when as well; or "no longer known".
A row that you leave empty changes nothing. Rows may be sorted or deleted; leave the grey columns as they are.
A source that is new needs its date beside it; one that the graph knows already does not. What you know yourself \
counts for the day of the list.
When you are done: save, put this file into the folder "tables" of your graph folder, beside your own workbook, and \
build. Keep it there: what you wrote is part of the graph from now on. Next year's list goes beside it under another \
name."""


def refuse_filled(path: Path) -> None:
    """Raise `UsageError` for a file that a new list would replace, but for a list in which nothing is filled in."""
    if not path.is_file():
        return
    sheets = [sheet for sheet in sheets_of(path, path.name) if sheet.name not in ("Read me", "Lists")]
    tables = [read_sheet(sheet, TODO_SCHEMA) for sheet in sheets if table_named(sheet.name or "") == TODO]
    is_filled = any(row.get(column) for table in tables for row in table.rows for column in FILLED)
    if is_filled or not tables or len(tables) < len(sheets):
        what = "is a to-do list with answers in it" if is_filled else "is no to-do list"
        raise UsageError(f"{path} {what}, which a new list would replace. Choose another name.")


def build_todo_workbook(rows: Sequence[Mapping[str, str]], sources: Sequence[str]) -> bytes:
    """The workbook of these rows (by column of `TODO_COLUMNS`); `sources` are the titles that the list offers."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = TODO_SHEET
    fill_todo_sheet(sheet, rows, len(sources))
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"
    _readme(book.create_sheet("Read me"))
    _list(book.create_sheet("Lists"), sources)
    book.properties.creator = "partnergraph"
    book.properties.created = book.properties.modified = _MADE
    return workbook_bytes(book, b"1980-01-01T00:00:00Z")


def fill_todo_sheet(sheet: Any, rows: Sequence[Mapping[str, str]], sources: int = 0) -> None:
    """Write the list into an empty sheet; `sources`: how many titles the sheet Lists offers."""
    _headings(sheet)
    _fill(sheet, rows)
    _choices(sheet, max(len(rows), 1) + 1, sources)
    sheet.freeze_panes = "B2"


def _headings(sheet: Any) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.sheet_properties.pageSetUpPr = PageSetupProperties()
    for number, column in enumerate(TODO_COLUMNS, 1):
        filled = column.name in FILLED
        cell = sheet.cell(1, number, column.name.replace("_", " ").capitalize())
        cell.font = Font(name="Calibri", bold=True, color="FFFFFF" if filled else "1F3A5F")
        cell.fill = PatternFill("solid", fgColor="1F3A5F" if filled else "D5DEEA")
        cell.alignment = Alignment(vertical="center", wrap_text=True)
        cell.comment = Comment(column.note, "partnergraph", height=54 + 18 * (len(column.note) // 44), width=320)
        dimension = sheet.column_dimensions[letters(number)]
        dimension.width = _WIDTHS.get(column.name, 15)
        dimension.number_format = "@"  # a date stays as it is typed
    sheet.row_dimensions[1].height = 24


def _fill(sheet: Any, rows: Sequence[Mapping[str, str]]) -> None:
    from openpyxl.styles import Alignment, PatternFill

    wrapped, grey = Alignment(vertical="top", wrap_text=True), PatternFill("solid", fgColor="F2F2F2")
    for number, row in enumerate(rows, 2):
        for index, column in enumerate(TODO_COLUMNS, 1):
            cell = sheet.cell(number, index)
            cell.number_format, cell.alignment = "@", wrapped
            if column.name not in FILLED:
                cell.fill = grey
            if value := row.get(column.name, ""):
                set_text(cell, value)
        # Programs do not make room for wrapped lines by themselves.
        lines = max(1 + len(row.get(name, "")) // width for name, width in _WIDTHS.items())
        sheet.row_dimensions[number].height = 15 * min(lines, 12)


def _choices(sheet: Any, last: int, sources: int) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    names = [column.name for column in TODO_COLUMNS]
    formulas = {"still_holds": f'"{",".join(ANSWERS)}"'}
    if sources:
        formulas["source"] = f"Lists!$A$2:$A${sources + 1}"
    for name, formula in formulas.items():
        choice = DataValidation(type="list", formula1=formula, allow_blank=True)
        choice.showErrorMessage = name == "still_holds"
        choice.errorTitle, choice.error = "still holds", "Please choose an entry of the list."
        letter = letters(names.index(name) + 1)
        choice.add(f"{letter}2:{letter}{last}")
        sheet.add_data_validation(choice)


def _readme(sheet: Any) -> None:
    from openpyxl.styles import Alignment, Font

    sheet.column_dimensions["A"].width = 110
    sheet["A1"] = "To do: claims to look at"
    sheet["A1"].font = Font(name="Calibri", bold=True, size=15, color="1F3A5F")
    for number, line in enumerate(_TEXT.splitlines(), 2):
        sheet.cell(number, 1, line).alignment = Alignment(vertical="top", wrap_text=True)
        sheet.row_dimensions[number].height = 16 * (1 + len(line) // 105)
    sheet.sheet_view.showGridLines = False


def _list(sheet: Any, sources: Sequence[str]) -> None:
    """The titles that the column *source* offers."""
    from openpyxl.styles import Font

    sheet.column_dimensions["A"].width = 60
    sheet["A1"] = "sources"
    sheet["A1"].font = Font(name="Calibri", bold=True, color="1F3A5F")
    for number, title in enumerate(sources, 2):
        set_text(sheet.cell(number, 1), title)
