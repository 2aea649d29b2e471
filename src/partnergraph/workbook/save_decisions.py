"""Decisions about matches, written where the folder keeps them: tables/matches.csv, or the sheet of its workbook.

A later decision about the same record and body replaces the earlier one; deleting the row undoes it.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from partnergraph.errors import DataError, UsageError
from partnergraph.files import LockedFolder
from partnergraph.graph_folder.change_check import stop_if_changed
from partnergraph.graph_folder.folder import GraphFolder
from partnergraph.graph_folder.name_references import NameReferences
from partnergraph.model.records import MatchDecision
from partnergraph.spreadsheet_safety import is_formula
from partnergraph.tables.safe_zip import SafeZip
from partnergraph.tables.table import read_sheet
from partnergraph.tables.table_files import read_tables, sheets_of, table_files, table_named
from partnergraph.tables.table_schemas import TABLE_SCHEMAS
from partnergraph.workbook.folder_writer import table_csv
from partnergraph.workbook.saving import save_workbook

__all__ = ["save_decisions"]

_IdsOf = Callable[[tuple[str, ...]], tuple[str, ...]]
_KEY = ("organisation", "source", "record")
# Parts of a workbook that would be lost if it were written anew.
_LOST = ("xl/charts/", "xl/media/", "xl/pivot", "xl/slicer", "xl/externalLinks/", "xl/vbaProject", "xl/ctrlProps/")


def save_decisions(
    locked: LockedFolder, folder: GraphFolder, decisions: Iterable[MatchDecision]
) -> tuple[Path, GraphFolder]:
    """Write decisions; all or nothing. Returns the file, and the folder with the hashes of what stands there now.

    `folder` is the locked folder as it was read. Raises `DataError` where the table cannot be read, or where tables
    were changed since by others; `StoreError` when the disk refuses.
    """
    rows = [
        {
            "organisation": match.organisation,
            "source": match.source,
            "record": match.record,
            "decision": match.decision,
            "who": match.who or "",
            "date": match.date.text if match.date else "",
            "note": match.note or "",
        }
        for match in decisions
    ]
    ids = _ids_of(folder)
    for path in table_files(folder.path):
        for sheet in sheets_of(path, f"tables/{path.name}", folder.path):
            if table_named(sheet.name if sheet.name is not None else path.stem) != "matches":
                continue
            if path.suffix.lower() == ".xlsx":
                return _write(locked, folder, path.name, _workbook_with(path, sheet.name or "", rows, ids))
            if path.suffix.lower() == ".csv":
                return _write(locked, folder, path.name, _csv(_merged(_read(path), rows, ids)))
            message = f"{path.name} holds the table matches, and files of this form are not written."
            raise UsageError(f"{message} Delete the table there; decisions are then kept in tables/matches.csv.")
    return _write(locked, folder, "matches.csv", _csv(_merged([], rows, ids)))


def _csv(rows: list[dict[str, str]]) -> bytes:
    return table_csv(rows, TABLE_SCHEMAS["matches"].columns)


def _write(locked: LockedFolder, folder: GraphFolder, name: str, data: bytes) -> tuple[Path, GraphFolder]:
    file = f"tables/{name}"
    files = folder.new_ids | {file: data}
    locked.write(files, lambda: stop_if_changed(folder))
    inputs = {**folder.inputs, **{path: hashlib.sha256(content).hexdigest() for path, content in files.items()}}
    return folder.path / file, replace(folder, inputs=inputs, ids_file=None)


def _read(path: Path) -> list[dict[str, str]]:
    [sheet] = sheets_of(path, f"tables/{path.name}")
    table = read_sheet(sheet, TABLE_SCHEMAS["matches"])
    errors = [finding for finding in table.findings if finding.severity == "error"]
    if errors:
        raise DataError(f"{path.name} was not changed, for it has errors: {errors[0]}", errors)
    return [dict(row.cells) for row in table.rows]


def _ids_of(folder: GraphFolder) -> _IdsOf:
    """What gives the key of a row its ids, where the row names its body or source by a name."""
    known = {body.id for body in folder.model.organisations} | {source.id for source in folder.model.sources}
    names: list[NameReferences] = []  # made for the first name

    def id_of(text: str, table: str) -> str:
        if text in known:
            return text
        if not names:
            names.append(NameReferences(read_tables(folder.path, [])))
        matches = names[0].find(text, (table,))
        return matches[0].id if len(matches) == 1 else text

    return lambda key: (id_of(key[0], "organisations"), id_of(key[1], "sources"), *key[2:])


def _merged(old: list[dict[str, str]], new: list[dict[str, str]], ids_of: _IdsOf) -> list[dict[str, str]]:
    by_key = {ids_of(tuple(row.get(name, "") for name in _KEY)): row for row in [*old, *new]}
    return [by_key[key] for key in sorted(by_key)]


def _workbook_with(path: Path, title: str, rows: list[dict[str, str]], ids_of: _IdsOf) -> bytes:
    """The workbook with the rows in its sheet; every other cell, drop-down and note stays."""
    from openpyxl import load_workbook

    data = path.read_bytes()
    remedy = f"Delete the sheet {title} there; decisions are then kept in tables/matches.csv."
    lost = sorted(name for name in SafeZip(data).parts if name.startswith(_LOST))
    if lost:
        message = f"{path.name} holds pictures, charts or the like ({lost[0]}), which would be lost by writing into it."
        raise UsageError(f"{message} {remedy}")
    book = load_workbook(io.BytesIO(data))
    if formula := _formula(book):
        message = f"{path.name} holds formulas ({formula}), whose values would be lost by writing into it."
        raise UsageError(f"{message} {remedy}")
    _write_rows(book[title], rows, ids_of)
    output = io.BytesIO()
    save_workbook(book, output)
    return output.getvalue()


def _write_rows(sheet: Any, rows: list[dict[str, str]], ids_of: _IdsOf) -> None:
    """Write rows into a sheet: in place of one with the same key, else below the last."""
    top = next((number for number, row in enumerate(sheet.iter_rows(values_only=True), 1) if any(row)), 1)
    columns = _columns(sheet, top)
    numbers = {ids_of(key): number for key, number in _row_numbers(sheet, top, columns).items()}
    unused = max(numbers.values(), default=top) + 1
    for row in rows:
        number = numbers.setdefault(tuple(row[name] for name in _KEY), unused)
        unused = max(unused, number + 1)
        for name, text in row.items():
            cell = sheet.cell(number, columns[name])
            cell.value = text or None
            if text:
                cell.data_type = "s"  # never a formula, whatever it begins with
                cell.number_format = "@"
                cell.quotePrefix = is_formula(text)


def _columns(sheet: Any, top: int) -> dict[str, int]:
    """The number of each column by its heading in the row `top`; missing headings are added."""
    columns = {str(cell.value).strip().lower(): cell.column for cell in sheet[top] if cell.value}
    for name in TABLE_SCHEMAS["matches"].columns:
        if name not in columns:
            columns[name] = max(columns.values(), default=0) + 1
            sheet.cell(top, columns[name], name)
    return columns


def _row_numbers(sheet: Any, top: int, columns: dict[str, int]) -> dict[tuple[str, ...], int]:
    """The number of each row below the headings by its key."""
    numbers = {}
    for number in range(top + 1, sheet.max_row + 1):
        key = tuple(str(sheet.cell(number, columns[name]).value or "").strip() for name in _KEY)
        if any(key):
            numbers[key] = number
    return numbers


def _formula(book: Any) -> str | None:
    """The place of a formula, if any: openpyxl keeps either formulas or their values, and a build needs both."""
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    return f"{sheet.title}!{cell.coordinate}"
    return None
