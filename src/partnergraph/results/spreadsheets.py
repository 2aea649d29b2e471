"""A result for spreadsheet programs: CSV whose cells are never taken for formulas, XLSX with real numbers and dates.

Names stand instead of IRIs where there are any, as in the table for the terminal.
"""

from __future__ import annotations

import csv
import io
import math
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from partnergraph.errors import MissingExtra, QueryLimit
from partnergraph.palette import SPREADSHEET_LINK
from partnergraph.results.formats import XSD, Value, parse_tsv, python_value, term_text
from partnergraph.spreadsheet_safety import escape_formula, is_formula

MAX_ROWS = 1_048_575  # of a sheet, below the heading
_COLUMNS = 16_384
_TEXT = 32_767  # UTF-16 units in a cell
_LINKS = 65_530  # that a sheet may hold
_ADDRESS = 2_079  # characters of a link
_MAX_WIDTH = 60  # of a column, in characters
_EXACT = 10**15  # whole numbers beyond lose digits in a cell
_MADE = datetime(1980, 1, 1)  # the same file for the same answer
# What XML 1.0 forbids (section 2.2).
_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DATE = re.compile(rf'"(\d{{4}}-\d\d-\d\d)"\^\^<{XSD}date>')
_TIME = re.compile(rf'"(\d{{4}}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)?)"\^\^<{XSD}dateTime(?:Stamp)?>')
_OLDEST = 1900  # the first year of a sheet


def to_excel_csv(tsv: bytes, labels: Mapping[str, str]) -> bytes:
    """CSV (RFC 4180) in UTF-8 with a byte order mark, every text guarded; numbers stay numbers."""
    names, rows = parse_tsv(tsv)
    output = io.StringIO(newline="")
    output.write("\ufeff")
    writer = csv.writer(output)
    writer.writerow(names)
    writer.writerows([_guarded(cell, labels) for cell in row] for row in rows)
    return output.getvalue().encode("utf-8")


def _guarded(cell: str, labels: Mapping[str, str]) -> str:
    text = _named(cell, labels)
    return text if _number(python_value(cell)) else escape_formula(text)


def _named(cell: str, labels: Mapping[str, str]) -> str:
    return labels.get(cell[1:-1], term_text(cell)) if cell.startswith("<") else term_text(cell)


def _number(found: Value) -> bool:
    return isinstance(found, int | float) and not isinstance(found, bool) and math.isfinite(found)


def to_xlsx(tsv: bytes, labels: Mapping[str, str]) -> tuple[bytes, str | None]:
    """A workbook with one sheet, and a note when something did not fit. Raises `MissingExtra` and `QueryLimit`.

    A text is a text whatever it begins with, also after it is edited; an IRI of the web is a link.
    """
    try:
        import xlsxwriter
    except ImportError:
        raise MissingExtra("xlsxwriter", "excel") from None
    names, rows = parse_tsv(tsv)
    if len(names) > _COLUMNS:
        message = f"A sheet holds {_COLUMNS:,} columns, and this answer has {len(names):,}. Ask for fewer."
        raise QueryLimit(message, "size")
    if len(rows) > MAX_ROWS:
        message = f"A sheet holds {MAX_ROWS:,} rows, and this answer has {len(rows):,}. Ask for fewer: LIMIT"
        raise QueryLimit(message, "size")
    output = io.BytesIO()
    book = xlsxwriter.Workbook(output, {"in_memory": True})
    book.set_properties({"created": _MADE})
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
        self.text = book.add_format({"quote_prefix": True})
        self.both = book.add_format({"font_color": SPREADSHEET_LINK, "underline": 1, "quote_prefix": True})
        self.date = book.add_format({"num_format": "yyyy-mm-dd"})
        self.time = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self.zone = book.add_format({"num_format": 'yyyy-mm-dd hh:mm:ss "UTC"'})

    def heading(self, names: list[str]) -> None:
        """The names of the columns, which stay in sight."""
        for column, name in enumerate(names):
            self.sheet.write_string(0, column, name, self.bold)
            self.widths[column] = len(name) + 4  # room for the button of the filter
        self.sheet.freeze_panes(1, 0)

    def write(self, row: int, column: int, cell: str, labels: Mapping[str, str]) -> None:
        """One cell by what its term is."""
        if cell == "":
            return
        found = python_value(cell)
        shown = term_text(cell)
        if isinstance(found, bool):
            self.sheet.write_boolean(row, column, found)
        elif _number(found) and isinstance(found, int | float) and (isinstance(found, float) or abs(found) < _EXACT):
            self.sheet.write_number(row, column, found)
        elif (day := _day(cell)) is not None:
            moment, zoned = day
            self.sheet.write_datetime(row, column, moment, self._moment(cell, zoned))
            shown += " UTC" if zoned else ""
        else:
            shown = self._write_text(row, column, cell, labels)
        longest = max(map(_width, shown[:1000].splitlines()), default=0)
        self.widths[column] = min(max(self.widths[column], longest + 1), _MAX_WIDTH)

    def _moment(self, cell: str, zoned: bool) -> Any:
        if _DATE.fullmatch(cell):
            return self.date
        return self.zone if zoned else self.time

    def _write_text(self, row: int, column: int, cell: str, labels: Mapping[str, str]) -> str:
        named = _named(cell, labels)
        text = _FORBIDDEN.sub("\ufffd", named)
        if len(text) * 2 > _TEXT and len(text.encode("utf-16-le")) > _TEXT * 2:
            text = text.encode("utf-16-le")[: (_TEXT - 1) * 2].decode("utf-16-le", "ignore") + "…"
            self.cut += 1
        armed = is_formula(named)
        address = cell[1:-1] if cell.startswith(("<http://", "<https://")) else ""
        if address and (self.links == _LINKS or len(address) > _ADDRESS):
            self.unlinked += 1
            address = ""
        if address:
            self.links += 1
            self.sheet.write_url(row, column, address, self.both if armed else self.link, text)
        else:
            self.sheet.write_string(row, column, text, self.text if armed else None)
        return text

    def close(self, rows: int, columns: int) -> None:
        """What can be said only at the end: how wide the columns are, and what the filter covers."""
        for column, width in self.widths.items():
            self.sheet.set_column(column, column, width)
        if columns:
            self.sheet.autofilter(0, 0, rows, columns - 1)

    def note(self) -> str | None:
        """What a sheet cannot hold."""
        notes = []
        if self.cut:
            notes.append(f"{self.cut} texts are cut: a cell holds {_TEXT:,} characters.")
        if self.unlinked:
            notes.append(f"{self.unlinked} IRIs are no links: a sheet holds {_LINKS:,}, each up to {_ADDRESS:,} long.")
        return " ".join(notes) or None


def _day(cell: str) -> tuple[datetime, bool] | None:
    """The date of a cell, and whether it was turned into UTC; nothing if it has none that a sheet can hold."""
    match = _DATE.fullmatch(cell) or _TIME.fullmatch(cell)
    try:
        moment = datetime.fromisoformat(match[1]) if match else None
        zoned = moment is not None and moment.tzinfo is not None
        if moment is not None and zoned:
            moment = moment.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None
    return (moment, zoned) if moment is not None and moment.year >= _OLDEST else None


def _width(text: str) -> int:
    return len(text) if text.isascii() else sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
