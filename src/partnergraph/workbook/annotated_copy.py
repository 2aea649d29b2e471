"""A copy of the workbook that was checked, with each faulty cell coloured and commented, and a sheet of all problems.

The workbook that was checked is never changed. From CSV, TSV, .ods or several files the copy has one sheet for each
table, with values only.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
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
from partnergraph.workbook.active_content import ILLEGAL, MAX_TEXT, external_references, remove_active_content, set_text
from partnergraph.workbook.saving import save_workbook, streaming_workbook

__all__ = ["write_marked"]

PROBLEMS = "Problems"
HEADINGS = ("problem", "table", "cell", "level", "rule", "message", "value", "fix")
_WIDTHS = (9, 24, 9, 10, 22, 60, 30, 60)
_COLOURS = {severity: f"FF{fill[1:].upper()}" for severity, fill in SEVERITY_FILLS.items()}
_LEVELS = ("error", "warning", "info")
# Above this the copy holds values only: openpyxl keeps a whole workbook in memory.
MAX_COPY_SIZE = 60_000_000
MAX_PROBLEMS = 100_000
_AUTHOR = "partnergraph check"
_STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")

Marks = Mapping[tuple[str, str | None], Mapping[str, list[Finding]]]


def write_marked(folder: Path, findings: Sequence[Finding], target: Path) -> None:
    """Write the marked copy of a graph folder's tables. Raises `UsageError` for a target among the folder's tables."""
    if target.suffix.lower() != ".xlsx":
        raise UsageError(f"{target}: the marked copy is a workbook; give it a name that ends in .xlsx.")
    if target.resolve().is_relative_to((folder / "tables").resolve()):
        message = f"{target} is among the tables of {folder}, and would be read as one."
        raise UsageError(f"{message} Write the marked copy somewhere else.")
    if not target.resolve().parent.is_dir():
        raise UsageError(f"There is no folder {target.parent} to write {target.name} into.")
    files = [path for path in table_files(folder) if path.name.isprintable()]
    marks = _marks(findings)
    book = _copied(files[0], marks, findings) if len(files) == 1 and files[0].suffix.lower() == ".xlsx" else None
    data = _settled(book) if book is not None else b""
    if not data or external_references(data):
        data = _settled(_composed(files, marks, findings))
    write_file(target, data)


def _marks(findings: Iterable[Finding]) -> Marks:
    """The findings of each cell of each sheet. One about a whole row is marked in its first cell."""
    marks: dict[tuple[str, str | None], dict[str, list[Finding]]] = {}
    for finding in findings:
        place = finding.place
        if place and place.row:
            cells = marks.setdefault((place.file, place.sheet), {})
            cells.setdefault(place.cell or f"A{place.row}", []).append(finding)
    return marks


def _copied(path: Path, marks: Marks, findings: Sequence[Finding]) -> Any:
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
        for name, found in marks.get((file, sheet.title), {}).items():
            _mark(_first_of_merged(sheet, name), found)
    titles = {(file, sheet.title): sheet.title for sheet in book.worksheets}
    _problems(book.create_sheet(PROBLEMS, 0), findings, titles)
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


def _composed(files: Sequence[Path], marks: Marks, findings: Sequence[Finding]) -> Any:
    """A new workbook with one sheet for each table, written row by row."""
    book = streaming_workbook()
    problems = book.create_sheet(PROBLEMS)
    titles: dict[tuple[str, str | None], str] = {}
    pages: list[tuple[Any, Sheet]] = []
    for path in files:
        file = f"tables/{path.name}"
        for sheet in sheets_of(path, file, path.parent.parent):
            if not sheet.rows:
                continue
            title = _title(sheet.name or path.stem, {*titles.values(), PROBLEMS})
            titles[file, sheet.name] = title
            pages.append((book.create_sheet(title), sheet))
    _problems(problems, findings, titles)
    for page, sheet in pages:
        _page(page, sheet, marks.get((sheet.file, sheet.name), {}))
    return book


def _title(name: str, taken: set[str]) -> str:
    """A name that a sheet may have, and that no other has."""
    bare = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", name).strip("' ")[:28] or "Sheet"
    number, title = 1, bare
    while title.lower() in {other.lower() for other in taken}:
        number += 1
        title = f"{bare[:25]} {number}"
    return title


def _page(page: Any, sheet: Sheet, marks: Mapping[str, list[Finding]]) -> None:
    from openpyxl.cell import WriteOnlyCell

    marked: dict[int, dict[int, list[Finding]]] = {}
    for name, found in marks.items():
        split = re.fullmatch(r"([A-Z]+)([0-9]+)", name)
        if split:
            column = 0
            for letter in split[1]:
                column = column * 26 + ord(letter) - 64
            marked.setdefault(int(split[2]), {})[column] = found
    filled = dict(sheet.rows)
    last = 0
    for number in sorted({*filled, *marked}):
        while last < number - 1:
            page.append([])
            last += 1
        cells = filled.get(number, [])
        faulty = marked.get(number, {})
        row = []
        for column in range(1, max(len(cells), *faulty, 0) + 1):
            cell = WriteOnlyCell(page)
            if column <= len(cells) and cells[column - 1]:
                set_text(cell, str(cells[column - 1]))
            if column in faulty:
                _mark(cell, faulty[column])
            row.append(cell if cell.value is not None or column in faulty else None)
        page.append(row)
        last = number


def _problems(page: Any, findings: Sequence[Finding], titles: Mapping[tuple[str, str | None], str]) -> None:
    """The list of all problems, each with a link to its cell."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font, PatternFill

    page.freeze_panes = "A2"
    for column, width in enumerate(_WIDTHS, 1):
        page.column_dimensions[letters(column)].width = width
    heading = []
    for name in HEADINGS:
        heading.append(WriteOnlyCell(page, name))
        heading[-1].font = Font(bold=True)
    page.append(heading)
    fills = {level: PatternFill("solid", fgColor=colour) for level, colour in _COLOURS.items()}
    blue = Font(color=f"FF{SPREADSHEET_LINK[1:]}", underline="single")
    for number, finding in enumerate(findings[:MAX_PROBLEMS], 1):
        place = finding.place
        title = titles.get((place.file, place.sheet), place.sheet or place.file) if place else finding.focus or ""
        cell = place and (place.cell or (f"A{place.row}" if place.row else ""))
        texts = (title, cell, finding.severity, finding.rule, finding.message, finding.value, finding.fix)
        row = [WriteOnlyCell(page, number)]
        for text in texts:
            row.append(WriteOnlyCell(page))
            if text:
                set_text(row[-1], text)
        row[3].fill = fills[finding.severity]
        if cell and place and (place.file, place.sheet) in titles:
            _link(row[2], f"'{title.replace(chr(39), chr(39) * 2)}'!{cell}", f"{letters(3)}{number + 1}")
            row[2].font = blue
        page.append(row)
    if len(findings) > MAX_PROBLEMS:
        page.append([None, None, None, None, None, f"{len(findings) - MAX_PROBLEMS} more are not listed here."])


def _link(cell: Any, location: str, reference: str) -> None:
    from openpyxl.worksheet.hyperlink import Hyperlink

    # The cell's own setter would take the place for a file.
    cell._hyperlink = Hyperlink(ref=reference, location=location)


def _mark(cell: Any, findings: Sequence[Finding]) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    worst = min((finding.severity for finding in findings), key=_LEVELS.index)
    cell.fill = PatternFill("solid", fgColor=_COLOURS[worst])
    said = [f"{f.severity}: {f.message}" + (f"\n{f.fix}" if f.fix else "") for f in findings]
    if cell.comment is not None and cell.comment.author != _AUTHOR:
        said.append(cell.comment.text)
    text = ILLEGAL.sub("", "\n\n".join(said))[:MAX_TEXT]
    lines = sum(1 + len(line) // 45 for line in text.split("\n"))
    cell.comment = Comment(text, _AUTHOR, height=min(30 + 18 * lines, 400), width=320)


def _settled(book: Any) -> bytes:
    """The bytes of a workbook without the time of writing, so that the same tables give the same copy."""
    raw = io.BytesIO()
    save_workbook(book, raw)
    out = io.BytesIO()
    with zipfile.ZipFile(raw) as made, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as kept:
        for part in made.infolist():
            data = made.read(part)
            if part.filename == "docProps/core.xml":
                data = _STAMP.sub(rb"\g<1>2000-01-01T00:00:00Z", data)
            kept.writestr(zipfile.ZipInfo(part.filename, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()
