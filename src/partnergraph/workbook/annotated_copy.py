"""A copy of the workbook that was checked, with each faulty cell coloured and commented, and a sheet of all problems.

The workbook that was checked is never changed. From CSV, TSV, .ods or several files the copy has one sheet for each
table, with values only.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from partnergraph.errors import DataError, Finding, UsageError, letters
from partnergraph.files import write_file
from partnergraph.palette import SEVERITY_FILLS, SPREADSHEET_LINK
from partnergraph.reading import read_file
from partnergraph.tables.safe_zip import MAX_FILE_SIZE, SafeZip
from partnergraph.tables.sheet import FileRefused, Sheet
from partnergraph.tables.table_files import read_sheets, sheets_of, table_files
from partnergraph.workbook.active_content import MAX_TEXT, external_references, remove_active_content, set_text
from partnergraph.workbook.saving import streaming_workbook, workbook_bytes
from partnergraph.xml_text import FORBIDDEN

__all__ = ["annotated_copy", "write_annotated_copy"]

PROBLEMS = "Problems"
HEADINGS = ("problem", "table", "cell", "level", "rule", "message", "value", "fix")
_WIDTHS = (9, 24, 9, 10, 22, 60, 30, 60)
_COLOURS = {severity: f"FF{fill[1:].upper()}" for severity, fill in SEVERITY_FILLS.items()}
_LEVELS = ("error", "warning", "info")
# Bytes of the parts of a workbook; of a larger one only values are copied, as openpyxl keeps a workbook in memory.
MAX_COPY_SIZE = 60_000_000
MAX_PROBLEMS = 100_000
_AUTHOR = "partnergraph check"
_SAVED_AT = b"2000-01-01T00:00:00Z"

Marks = Mapping[tuple[str, str | None], Mapping[str, list[Finding]]]


def write_annotated_copy(folder: Path, findings: Sequence[Finding], target: Path) -> None:
    """Write a copy of a graph folder's tables with the findings in their cells.

    Raises `UsageError` for a target among the folder's tables, and for one that is no workbook.
    """
    if target.suffix.lower() != ".xlsx":
        raise UsageError(f"{target}: the marked copy is a workbook; give it a name that ends in .xlsx.")
    if target.resolve().is_relative_to((folder / "tables").resolve()):
        message = f"{target} is among the tables of {folder}, and would be read as one."
        raise UsageError(f"{message} Write the marked copy somewhere else.")
    if not target.resolve().parent.is_dir():
        raise UsageError(f"There is no folder {target.parent} to write {target.name} into.")
    write_file(target, annotated_copy(folder, findings))


def annotated_copy(folder: Path, findings: Sequence[Finding]) -> bytes:
    """The copy as the bytes of a workbook (.xlsx)."""
    files = [path for path in table_files(folder) if path.name.isprintable()]
    marks = _marks(findings)
    book = (
        _annotated_workbook(files[0], marks, findings)
        if len(files) == 1 and files[0].suffix.lower() == ".xlsx"
        else None
    )
    data = workbook_bytes(book, _SAVED_AT) if book is not None else b""
    if not data or external_references(data):
        data = workbook_bytes(_new_workbook(files, marks, findings), _SAVED_AT)
    return data


def _marks(findings: Iterable[Finding]) -> Marks:
    """The findings of each cell of each sheet. One about a whole row is marked in its first cell."""
    marks: dict[tuple[str, str | None], dict[str, list[Finding]]] = {}
    for finding in findings:
        place = finding.place
        if place and place.row:
            cells = marks.setdefault((place.file, place.sheet), {})
            cells.setdefault(place.cell or f"A{place.row}", []).append(finding)
    return marks


def _annotated_workbook(path: Path, marks: Marks, findings: Sequence[Finding]) -> Any:
    """The workbook as openpyxl keeps it, marked; None for one that is refused, or too large to be kept in memory."""
    from openpyxl import load_workbook

    try:
        data = read_file(path, MAX_FILE_SIZE, path.name, path.parent.parent)
        if sum(part.file_size for part in SafeZip(data).parts.values()) > MAX_COPY_SIZE:
            return None
    except (DataError, FileRefused):
        return None
    file = f"tables/{path.name}"
    if any(sheet.name is None for sheet in read_sheets(file, data)):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what openpyxl does not keep (images, slicers) is no fault of the data
        try:
            book = load_workbook(io.BytesIO(data), keep_links=False)
        except Exception:  # stricter than we are about parts that hold no table; then the values alone are copied
            return None
    remove_active_content(book)
    if PROBLEMS in book.sheetnames:
        del book[PROBLEMS]
    for sheet in book.worksheets:
        for name, cell_findings in marks.get((file, sheet.title), {}).items():
            _mark(_first_of_merged(sheet, name), cell_findings)
    titles = {(file, sheet.title): sheet.title for sheet in book.worksheets}
    _write_problems(book.create_sheet(PROBLEMS, 0), findings, titles)
    book.active = 0
    for sheet in book.worksheets:
        sheet.sheet_view.tabSelected = sheet.title == PROBLEMS
    return book


def _first_of_merged(sheet: Any, name: str) -> Any:
    """A cell that can be marked: of merged ones only the first."""
    cell = sheet[name]
    if type(cell).__name__ == "MergedCell":
        for area in sheet.merged_cells.ranges:
            if name in area:
                return sheet.cell(area.min_row, area.min_col)
    return cell


def _new_workbook(files: Sequence[Path], marks: Marks, findings: Sequence[Finding]) -> Any:
    """A new workbook with one sheet for each table, written row by row."""
    book = streaming_workbook()
    problems = book.create_sheet(PROBLEMS)
    titles: dict[tuple[str, str | None], str] = {}
    tables: list[tuple[Any, Sheet]] = []
    for path in files:
        file = f"tables/{path.name}"
        for sheet in sheets_of(path, file, path.parent.parent):
            if not sheet.rows:
                continue
            title = _unused_title(sheet.name or path.stem, {*titles.values(), PROBLEMS})
            titles[file, sheet.name] = title
            tables.append((book.create_sheet(title), sheet))
    _write_problems(problems, findings, titles)
    for target, sheet in tables:
        _write_table(target, sheet, marks.get((sheet.file, sheet.name), {}))
    return book


def _unused_title(name: str, used: set[str]) -> str:
    """A name that a sheet may have, and that no other has."""
    bare = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", name).strip("' ")[:28] or "Sheet"
    number, title = 1, bare
    while title.lower() in {other.lower() for other in used}:
        number += 1
        title = f"{bare[:25]} {number}"
    return title


def _write_table(target: Any, sheet: Sheet, marks: Mapping[str, list[Finding]]) -> None:
    from openpyxl.cell import WriteOnlyCell

    marked = _marks_by_row(marks)
    rows = dict(sheet.rows)
    last = 0
    for number in sorted({*rows, *marked}):
        while last < number - 1:
            target.append([])
            last += 1
        texts = rows.get(number, [])
        findings = marked.get(number, {})
        row = []
        for column in range(1, max(len(texts), *findings, 0) + 1):
            cell = WriteOnlyCell(target)
            if column <= len(texts) and texts[column - 1]:
                set_text(cell, str(texts[column - 1]))
            if column in findings:
                _mark(cell, findings[column])
            row.append(cell if cell.value is not None or column in findings else None)
        target.append(row)
        last = number


def _marks_by_row(marks: Mapping[str, list[Finding]]) -> dict[int, dict[int, list[Finding]]]:
    """The findings by the number of the row, then of the column; those of what is no cell are left out."""
    by_row: dict[int, dict[int, list[Finding]]] = {}
    for name, findings in marks.items():
        if match := re.fullmatch(r"([A-Z]+)([0-9]+)", name):
            column = 0
            for letter in match[1]:
                column = column * 26 + ord(letter) - 64
            by_row.setdefault(int(match[2]), {})[column] = findings
    return by_row


def _write_problems(sheet: Any, findings: Sequence[Finding], titles: Mapping[tuple[str, str | None], str]) -> None:
    """The list of all problems, each with a link to its cell."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font, PatternFill

    sheet.freeze_panes = "A2"
    for column, width in enumerate(_WIDTHS, 1):
        sheet.column_dimensions[letters(column)].width = width
    headings = [WriteOnlyCell(sheet, name) for name in HEADINGS]
    for cell in headings:
        cell.font = Font(bold=True)
    sheet.append(headings)
    fills = {level: PatternFill("solid", fgColor=colour) for level, colour in _COLOURS.items()}
    blue = Font(color=f"FF{SPREADSHEET_LINK[1:]}", underline="single")
    for number, finding in enumerate(findings[:MAX_PROBLEMS], 1):
        title, cell_name = _location(finding, titles)
        texts = (title, cell_name, finding.severity, finding.rule, finding.message, finding.value, finding.fix)
        row = [WriteOnlyCell(sheet, number)]
        for text in texts:
            row.append(WriteOnlyCell(sheet))
            if text:
                set_text(row[-1], text)
        row[3].fill = fills[finding.severity]
        if cell_name and finding.place and (finding.place.file, finding.place.sheet) in titles:
            _link(row[2], f"'{title.replace(chr(39), chr(39) * 2)}'!{cell_name}", f"{letters(3)}{number + 1}")
            row[2].font = blue
        sheet.append(row)
    if len(findings) > MAX_PROBLEMS:
        sheet.append([None, None, None, None, None, f"{len(findings) - MAX_PROBLEMS} more are not listed here."])


def _location(finding: Finding, titles: Mapping[tuple[str, str | None], str]) -> tuple[str, str]:
    """The sheet and the cell of a finding, the first cell of one about a row; "" for one without."""
    place = finding.place
    if not place:
        return finding.focus or "", ""
    title = titles.get((place.file, place.sheet), place.sheet or place.file)
    return title, place.cell or (f"A{place.row}" if place.row else "")


def _link(cell: Any, location: str, reference: str) -> None:
    from openpyxl.worksheet.hyperlink import Hyperlink

    # The cell's own setter would take the place for a file.
    cell._hyperlink = Hyperlink(ref=reference, location=location)


def _mark(cell: Any, findings: Sequence[Finding]) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    worst = min((finding.severity for finding in findings), key=_LEVELS.index)
    cell.fill = PatternFill("solid", fgColor=_COLOURS[worst])
    messages = [f"{f.severity}: {f.message}" + (f"\n{f.fix}" if f.fix else "") for f in findings]
    if cell.comment is not None and cell.comment.author != _AUTHOR:
        messages.append(cell.comment.text)
    text = FORBIDDEN.sub("", "\n\n".join(messages))[:MAX_TEXT]
    lines = sum(1 + len(line) // 45 for line in text.split("\n"))
    cell.comment = Comment(text, _AUTHOR, height=min(30 + 18 * lines, 400), width=320)
