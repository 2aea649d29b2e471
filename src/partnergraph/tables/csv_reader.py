"""CSV and TSV as a sheet. Encoding and separator are recognised; what is not UTF-8 is a finding."""

from __future__ import annotations

import codecs
import csv
import io
import re
from contextlib import suppress

from partnergraph.tables.sheet import MAX_CELL_LENGTH, MAX_SLOTS, Sheet

MAX_TEXT_SIZE = 256_000_000
_SEVERAL_BYTES = re.compile(rb"[\xc3-\xf4][\x80-\xbf]+|\xed[\xa0-\xbf][\x80-\xbf]")
_MARKS = {",": "commas", ";": "semicolons", "\t": "tabs"}
_SAVE = "Save the table as UTF-8 (in a spreadsheet program: 'CSV UTF-8')."


def read_delimited(file: str, data: bytes) -> Sheet:
    """All rows that are not empty. Never raises for bad content."""
    sheet = Sheet(file)
    if len(data) > MAX_TEXT_SIZE:
        return sheet.unreadable("too-large", f"The table is larger than {MAX_TEXT_SIZE:,} bytes.", "Divide it.")
    text = _decoded(sheet, data)
    if text is None:
        return sheet
    if "\x00" in text:
        row = row_at(text[: text.index("\x00")])
        fix = "Delete it, or save the table anew as 'CSV UTF-8'."
        return sheet.unreadable("control-character", "The table holds a NUL character.", fix, row)
    csv.field_size_limit(MAX_CELL_LENGTH)
    mark = "\t" if file.endswith(".tsv") else _separator(text)
    if text.count(mark) > MAX_SLOTS:
        return sheet.unreadable("too-large", f"The table has more than {MAX_SLOTS:,} cells.", "Divide it.")
    number = 0
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True), 1):
            if any(cell.strip() for cell in cells):
                if not sheet.rows and mark != ("\t" if file.endswith(".tsv") else ","):
                    message = f"The columns are separated by {_MARKS[mark]}, not by commas; they were read so."
                    sheet.add_finding("info", "separator", message, "Nothing needs to be done.", number)
                sheet.rows.append((number, cells))
    except csv.Error as error:
        fix = "Look for a quotation mark that is not closed, or a cell with a whole file in it."
        sheet.unreadable("csv", f"The table cannot be read on: {error}.", fix, number + 1)
    return sheet


def row_at(text: str) -> int:
    """The number of the row in which a piece of a table ends."""
    rows = 0
    with suppress(csv.Error):
        for _ in csv.reader(io.StringIO(text, newline="")):
            rows += 1
    return rows + 1 if not text or text[-1] in "\r\n" else max(rows, 1)


def _decoded(sheet: Sheet, data: bytes) -> str | None:
    wide = _wide(data)
    if wide:
        try:
            text = data.decode(wide).removeprefix("\ufeff")
        except UnicodeDecodeError:
            sheet.unreadable("encoding", f"The table looks like {wide.upper()}, but is damaged.", _SAVE)
            return None
        sheet.add_finding(
            "info", "encoding", f"The table is {wide[:6].upper()} text; it was read so.", "Nothing needs to be done."
        )
        return text
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = row_at(data[: error.start].decode("utf-8-sig"))
    if not _SEVERAL_BYTES.search(data):
        with suppress(UnicodeDecodeError):
            text = data.decode("cp1252")
            message = "The table is not UTF-8 text; it was read as Windows-1252."
            sheet.add_finding("warning", "encoding", message, f"Look at the accents from this row on. {_SAVE}", row)
            return text
    sheet.unreadable("encoding", "The table is not UTF-8 text.", _SAVE, row)
    return None


def _wide(data: bytes) -> str | None:
    """UTF-16, by its mark or by the zero in every second byte of its first words."""
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    head = data[:200]
    if len(head) >= 20:
        even, odd = head[::2].count(0), head[1::2].count(0)
        if odd > len(head) * 0.4 and not even:
            return "utf-16-le"
        if even > len(head) * 0.4 and not odd:
            return "utf-16-be"
    return None


def _separator(text: str) -> str:
    """What stands between the headings: the mark that divides the first row into most cells, a comma if in doubt."""
    head = text.lstrip()[:100_000]
    cell_counts = {}
    for mark in _MARKS:
        cell_counts[mark] = 0
        with suppress(csv.Error, StopIteration):
            cell_counts[mark] = len(next(csv.reader(io.StringIO(head, newline=""), delimiter=mark)))
    return max(cell_counts, key=lambda mark: cell_counts[mark])
