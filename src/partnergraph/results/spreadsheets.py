"""A result for spreadsheet programs: CSV whose cells are never taken for formulas, XLSX with real numbers and dates.

Names stand instead of IRIs where there are any, as in the table for the terminal.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeGuard

from partnergraph.errors import MissingExtra, QueryLimit
from partnergraph.palette import SPREADSHEET_LINK
from partnergraph.results.formats import SHEET_ROWS
from partnergraph.results.text_table import display_width
from partnergraph.results.tsv import XSD, Value, labelled_text, parse_tsv, python_value, term_text
from partnergraph.spreadsheet_safety import escape_formula, is_formula
from partnergraph.xml_text import FORBIDDEN

# Limits of Excel: "Excel specifications and limits", support.microsoft.com.
MAX_COLUMNS = 16_384
MAX_TEXT = 32_767  # UTF-16 units in a cell
MAX_LINKS = 65_530  # in a sheet
MAX_LINK_LENGTH = 2_079  # characters
MAX_COLUMN_WIDTH = 60  # characters; ours, to keep columns in sight
MAX_EXACT_INTEGER = 10**15  # larger ones lose digits in a cell
MIN_YEAR = 1900  # the first year of a sheet
_CREATED = datetime(1980, 1, 1)  # fixed: the same file for the same answer
_DATE = re.compile(rf'"(\d{{4}}-\d\d-\d\d)"\^\^<{XSD}date>')
_DATE_TIME = re.compile(rf'"(\d{{4}}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)?)"\^\^<{XSD}dateTime(?:Stamp)?>')


def to_excel_csv(tsv: bytes, labels: Mapping[str, str]) -> bytes:
    """CSV (RFC 4180) in UTF-8 with a byte order mark, every text guarded; numbers stay numbers."""
    names, rows = parse_tsv(tsv)
    output = io.StringIO(newline="")
    output.write("\ufeff")
    writer = csv.writer(output)
    writer.writerow(names)
    writer.writerows([_safe_text(cell, labels) for cell in row] for row in rows)
    return output.getvalue().encode("utf-8")


def _safe_text(cell: str, labels: Mapping[str, str]) -> str:
    text = labelled_text(cell, labels)
    return text if _is_number(python_value(cell)) else escape_formula(text)


def _is_number(value: Value) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def to_xlsx(tsv: bytes, labels: Mapping[str, str]) -> tuple[bytes, str | None]:
    """A workbook with one sheet, and a note when something did not fit. Raises `MissingExtra` and `QueryLimit`.

    A text is a text whatever it begins with, also after it is edited; an IRI of the web is a link.
    """
    try:
        import xlsxwriter
    except ImportError:
        raise MissingExtra("xlsxwriter", "excel") from None
    names, rows = parse_tsv(tsv)
    if len(names) > MAX_COLUMNS:
        message = f"A sheet holds {MAX_COLUMNS:,} columns, and this answer has {len(names):,}. Ask for fewer."
        raise QueryLimit(message, "size")
    if len(rows) > SHEET_ROWS:
        message = f"A sheet holds {SHEET_ROWS:,} rows, and this answer has {len(rows):,}. Ask for fewer: LIMIT"
        raise QueryLimit(message, "size")
    output = io.BytesIO()
    book = xlsxwriter.Workbook(output, {"in_memory": True})
    book.set_properties({"created": _CREATED})
    sheet = _ResultSheet(book)
    sheet.heading(names)
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            sheet.write(number, column, cell, labels)
    sheet.close(len(rows), len(names))
    book.close()
    return output.getvalue(), sheet.note()


class _ResultSheet:
    """A sheet that is written cell by cell."""

    def __init__(self, book: Any) -> None:
        self.sheet = book.add_worksheet("Answer")
        self.widths: dict[int, int] = {}
        self.links = self.cut = self.unlinked = 0
        self.bold = book.add_format({"bold": True, "bottom": 1})
        self.link = book.add_format({"font_color": SPREADSHEET_LINK, "underline": 1})
        self.quoted_text = book.add_format({"quote_prefix": True})
        self.quoted_link = book.add_format({"font_color": SPREADSHEET_LINK, "underline": 1, "quote_prefix": True})
        self.date = book.add_format({"num_format": "yyyy-mm-dd"})
        self.time = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self.utc_time = book.add_format({"num_format": 'yyyy-mm-dd hh:mm:ss "UTC"'})

    def heading(self, names: list[str]) -> None:
        """The names of the columns, as a frozen row."""
        for column, name in enumerate(names):
            self.sheet.write_string(0, column, name, self.bold)
            self.widths[column] = len(name) + 4  # room for the button of the filter
        self.sheet.freeze_panes(1, 0)

    def write(self, row: int, column: int, cell: str, labels: Mapping[str, str]) -> None:
        """One cell, typed by the datatype of its term."""
        if cell == "":
            return
        value = python_value(cell)
        text = term_text(cell)
        if isinstance(value, bool):
            self.sheet.write_boolean(row, column, value)
        elif _is_number(value) and (isinstance(value, float) or abs(value) < MAX_EXACT_INTEGER):
            self.sheet.write_number(row, column, value)
        elif (date := _sheet_date(cell)) is not None:
            moment, is_utc = date
            self.sheet.write_datetime(row, column, moment, self._date_format(cell, is_utc=is_utc))
            text += " UTC" if is_utc else ""
        else:
            text = self._write_text(row, column, cell, labels)
        longest = max(map(display_width, text[:1000].splitlines()), default=0)
        self.widths[column] = min(max(self.widths[column], longest + 1), MAX_COLUMN_WIDTH)

    def _date_format(self, cell: str, *, is_utc: bool) -> Any:
        if _DATE.fullmatch(cell):
            return self.date
        return self.utc_time if is_utc else self.time

    def _write_text(self, row: int, column: int, cell: str, labels: Mapping[str, str]) -> str:
        unchecked = labelled_text(cell, labels)
        text = FORBIDDEN.sub("\ufffd", unchecked)
        if len(text) * 2 > MAX_TEXT and len(text.encode("utf-16-le")) > MAX_TEXT * 2:
            text = text.encode("utf-16-le")[: (MAX_TEXT - 1) * 2].decode("utf-16-le", "ignore") + "…"
            self.cut += 1
        quoted = is_formula(unchecked)
        address = cell[1:-1] if cell.startswith(("<http://", "<https://")) else ""
        if address and (self.links == MAX_LINKS or len(address) > MAX_LINK_LENGTH):
            self.unlinked += 1
            address = ""
        if address:
            self.links += 1
            self.sheet.write_url(row, column, address, self.quoted_link if quoted else self.link, text)
        else:
            self.sheet.write_string(row, column, text, self.quoted_text if quoted else None)
        return text

    def close(self, rows: int, columns: int) -> None:
        """Set the widths of the columns and the range of the filter, which are known when every cell is written."""
        for column, width in self.widths.items():
            self.sheet.set_column(column, column, width)
        if columns:
            self.sheet.autofilter(0, 0, rows, columns - 1)

    def note(self) -> str | None:
        """What a sheet cannot hold."""
        notes = []
        if self.cut:
            notes.append(f"{self.cut} texts are cut: a cell holds {MAX_TEXT:,} characters.")
        if self.unlinked:
            notes.append(
                f"{self.unlinked} IRIs are no links: a sheet holds {MAX_LINKS:,}, each up to {MAX_LINK_LENGTH:,} long."
            )
        return " ".join(notes) or None


def _sheet_date(cell: str) -> tuple[datetime, bool] | None:
    """The date of a cell, and whether it was converted to UTC; None if it has none that a sheet can hold."""
    match = _DATE.fullmatch(cell) or _DATE_TIME.fullmatch(cell)
    try:
        moment = datetime.fromisoformat(match[1]) if match else None
        is_utc = moment is not None and moment.tzinfo is not None
        if moment is not None and is_utc:
            moment = moment.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None
    return (moment, is_utc) if moment is not None and moment.year >= MIN_YEAR else None
