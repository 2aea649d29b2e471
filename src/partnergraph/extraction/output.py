"""Proposals as a workbook or a folder of CSV: the tables of a graph folder, and a table in which a person decides."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from pathlib import Path
from typing import Any

from partnergraph.errors import MissingExtra
from partnergraph.extraction.proposals import COLUMNS, KNOWN, KNOWN_COLUMNS, PROPOSALS, TABLES, Cells, Proposals
from partnergraph.files import write_file, write_files
from partnergraph.tables.table_schemas import TABLE_SCHEMAS
from partnergraph.xml_text import replace_forbidden

_CREATED = datetime(1980, 1, 1)  # so that the same proposals give the same bytes
_MAX_LENGTH = 32_000  # characters of a cell
_WIDTHS = {
    "sentence": 70,
    "what": 50,
    "reason": 50,
    "words": 60,
    "already_known_as": 40,
    "conflicts": 40,
    "id": 40,
    "name": 40,
}
# What the headings of the sheets Proposals and Known say when the pointer rests on them.
NOTES = {
    "accept": "Write yes to take this row into the graph, no or nothing to leave it.",
    "table": "The sheet of this workbook in which the row stands; mend it there.",
    "id": "The id of the row in that sheet. Change both or neither.",
    "what": "What would be taken.",
    "name": "What the organisation is called.",
    "as_written": "How the text writes it here.",
    "sentence": "The sentence of the text from which it was read.",
    "locator": "The number of the sentence in the text: s3 is the third.",
    "first_character": "The place in the text where the words begin, counted in characters from 1. No date.",
    "last_character": "The place in the text where the words end, counted in characters from 1. No date.",
    "reason": "Why it was read so, or why it is not proposed.",
    "confidence": "How sure the program is: high, medium or low.",
    "already_known_as": "What the graph or register has already that may be the same.",
    "conflicts": "What the graph says otherwise.",
    "status": "Always proposed: nothing enters the graph before you say yes and run read --accept.",
}


def sheets(proposals: Proposals) -> dict[str, tuple[tuple[str, ...], list[Cells]]]:
    """Every table with its columns and rows, the proposals first."""
    sheets_: dict[str, tuple[tuple[str, ...], list[Cells]]] = {PROPOSALS: (COLUMNS, proposals.proposals)}
    sheets_[KNOWN] = (KNOWN_COLUMNS, proposals.known)
    return sheets_ | {table: (TABLE_SCHEMAS[table].columns, proposals.tables[table]) for table in TABLES}


def to_csv(proposals: Proposals) -> dict[str, bytes]:
    """A CSV file for each table, by file name. Sentences stand as they are: the tables are read again, word by word."""
    return {f"{name}.csv": table_csv(columns, rows) for name, (columns, rows) in sheets(proposals).items()}


def table_csv(columns: tuple[str, ...], rows: list[Cells]) -> bytes:
    """A table as CSV."""
    output = io.StringIO(newline="")
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return output.getvalue().encode()


def to_workbook(proposals: Proposals) -> bytes:
    """An .xlsx workbook with a sheet for each table; `accept` has a drop-down. Same proposals, same bytes."""
    try:
        import xlsxwriter
    except ImportError:
        raise MissingExtra("xlsxwriter", "excel") from None
    output = io.BytesIO()
    book = xlsxwriter.Workbook(output, {"in_memory": True, "strings_to_urls": False})
    book.set_properties({"created": _CREATED})
    bold, text = (
        book.add_format({"bold": True, "bottom": 1}),
        book.add_format({"quote_prefix": True, "text_wrap": True}),
    )
    text.set_align("top")
    for name, (columns, rows) in sheets(proposals).items():
        _write_sheet(book.add_worksheet(name.capitalize()), columns, rows, bold, text)
    book.close()
    return output.getvalue()


def _write_sheet(sheet: Any, columns: tuple[str, ...], rows: list[Cells], bold: Any, text: Any) -> None:
    for column, name in enumerate(columns):
        sheet.write_string(0, column, name, bold)
        if note := NOTES.get(name) if columns in (COLUMNS, KNOWN_COLUMNS) else None:
            sheet.write_comment(0, column, note, {"x_scale": 2, "author": "partnergraph"})
        sheet.set_column(column, column, _WIDTHS.get(name, 16))
    for number, row in enumerate(rows, 1):
        for column, name in enumerate(columns):
            cell = replace_forbidden(row.get(name, ""))
            if name in ("first_character", "last_character") and cell.isdigit():
                sheet.write_number(number, column, int(cell))
            elif cell:
                sheet.write_string(number, column, cell[:_MAX_LENGTH], text)
    sheet.freeze_panes(1, 0)
    if rows and columns[0] == "accept":
        choice = {"validate": "list", "source": ["yes", "no"], "input_title": "Accept?"}
        sheet.data_validation(1, 0, len(rows), 0, choice | {"input_message": "yes takes this row into the graph"})
        sheet.autofilter(0, 0, len(rows), len(columns) - 1)


def save(proposals: Proposals, output: Path) -> None:
    """Write the workbook, when the name ends in .xlsx, or else a folder of CSV files; whole or not at all.

    Raises `StoreError` when the place cannot be written, `UsageError` for one where a build has published.
    """
    if output.suffix.lower() == ".xlsx":
        write_file(output, to_workbook(proposals))
        return
    write_files(output, to_csv(proposals))
