"""The sheets of an .ods spreadsheet (OpenDocument), with formulas, merged and hidden cells."""

from __future__ import annotations

import re
from collections.abc import Mapping

from partnergraph.tables.safe_zip import SafeZip
from partnergraph.tables.sheet import (
    LAST_COLUMN,
    LAST_ROW,
    MAX_CELL_LENGTH,
    ErrorCell,
    FileRefused,
    ReadLimits,
    Sheet,
    SheetGrid,
)
from partnergraph.tables.xlsx_reader import ERROR_FIX, NO_VALUE, NO_VALUE_FIX, number_text

_URN = "urn:oasis:names:tc:opendocument:xmlns:"
_TABLE, _OFFICE, _TEXT, _STYLE = (f"{_URN}{name}:1.0 " for name in ("table", "office", "text", "style"))
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
# What stands in or beside cells and is not their value.
_SKIPPED = {
    f"{_OFFICE}annotation",
    f"{_TABLE}tracked-changes",
    f"{_TABLE}shapes",
    f"{_OFFICE}forms",
    f"{_TABLE}dde-links",
    f"{_URN}drawing:1.0 frame",
    f"{_URN}drawing:1.0 custom-shape",
}
_ERROR = re.compile(r"#[A-Z/0]+[!?A]|Err:[0-9]{3}|#N/A")


def read_ods(file: str, packed: SafeZip) -> list[Sheet]:
    """All sheets."""
    locked: list[str] = []
    if "META-INF/manifest.xml" in packed.parts:
        packed.parse("META-INF/manifest.xml", lambda name, _: locked.append(name) if "encryption" in name else None)
    if locked:
        raise FileRefused("password", "The file is locked with a password.", "Save it without a password.")
    if "content.xml" not in packed.parts:
        fix = "Open the file in a spreadsheet program and save it anew."
        raise FileRefused("workbook-damaged", "There are no sheets in the file; it is no spreadsheet.", fix)
    walk = _OdsSheetReader(file)
    packed.parse("content.xml", walk.start, walk.end, walk.text)
    return walk.sheets


def _count(attributes: Mapping[str, str], name: str, most: int) -> int:
    text = attributes.get(name, "1")
    return min(max(int(text), 1), most) if text.isascii() and text.isdigit() and len(text) < 10 else 1


class _OdsSheetReader:
    def __init__(self, file: str) -> None:
        self.file = file
        self.sheets: list[Sheet] = []
        self.count = ReadLimits()
        self.grid = SheetGrid(self.count)
        self.name = ""
        self.hidden_styles: set[str] = set()
        self.style = ""
        self.depth = self.skipped_depth = 0
        self.row = self.column = self.column_of_form = 0
        self.rows = 1
        self.filled: list[tuple[int, str]] = []
        self.attributes: Mapping[str, str] = {}
        self.in_cell = self.hidden_row = False
        self.pieces: list[str] = []
        self.paragraphs = self.length = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if self.skipped_depth or name in _SKIPPED:
            self.skipped_depth += 1
            return
        if name in _CELLS:
            self.attributes, self.in_cell = attributes, True
            self.pieces.clear()
            self.paragraphs = self.length = 0
        elif name == f"{_TEXT}p":
            if self.paragraphs:
                self.text("\n")
            self.paragraphs += 1
        elif name == f"{_TEXT}s":
            self.text(" " * _count(attributes, f"{_TEXT}c", 1000))
        elif name == f"{_TEXT}tab":
            self.text("\t")
        elif name == f"{_TEXT}line-break":
            self.text("\n")
        elif name.startswith((_TABLE, _STYLE)):
            self._start_of_table(name, attributes)

    def _start_of_table(self, name: str, attributes: Mapping[str, str]) -> None:
        """The beginning of a sheet, a row or a column, or the style of one."""
        if name == f"{_TABLE}table-row":
            self.rows = _count(attributes, f"{_TABLE}number-rows-repeated", LAST_ROW)
            self.hidden_row = attributes.get(f"{_TABLE}visibility", "visible") != "visible"
            self.column, self.filled = 0, []
        elif name == f"{_TABLE}table-column":
            number = _count(attributes, f"{_TABLE}number-columns-repeated", LAST_COLUMN)
            if attributes.get(f"{_TABLE}visibility", "visible") != "visible":
                self.grid.hidden_columns.append((self.column_of_form + 1, self.column_of_form + number))
            self.column_of_form += number
        elif name == f"{_TABLE}table":
            self.depth += 1
            if self.depth == 1:
                hidden = attributes.get(f"{_TABLE}style-name", "") in self.hidden_styles
                self.grid = SheetGrid(self.count, hidden=hidden)
                self.name = attributes.get(f"{_TABLE}name", "")
                self.row = self.column_of_form = 0
        elif name == f"{_STYLE}style":
            self.style = attributes.get(f"{_STYLE}name", "")
        elif name == f"{_STYLE}table-properties" and attributes.get(f"{_TABLE}display") == "false":
            self.hidden_styles.add(self.style)

    def text(self, data: str) -> None:
        if self.in_cell and not self.skipped_depth and self.paragraphs and self.length <= MAX_CELL_LENGTH:
            self.pieces.append(data)
            self.length += len(data)

    def end(self, name: str) -> None:
        if self.skipped_depth:
            self.skipped_depth -= 1
            return
        if name in _CELLS:
            self.in_cell = False
            self._cell(covered=name == _CELLS[1])
        elif name == f"{_TABLE}table-row":
            self._row()
        elif name == f"{_TABLE}table":
            self.depth -= 1
            if self.depth == 0:
                self.sheets.append(self.grid.into(Sheet(self.file, self.name)))

    def _cell(self, covered: bool) -> None:
        times = _count(self.attributes, f"{_TABLE}number-columns-repeated", LAST_COLUMN)
        text = "" if covered else self._value("".join(self.pieces))
        if text:
            self.count.cell("", times)
            self.filled += [(self.column + n, text) for n in range(1, times + 1)]
            down = _count(self.attributes, f"{_TABLE}number-rows-spanned", LAST_ROW)
            across = _count(self.attributes, f"{_TABLE}number-columns-spanned", LAST_COLUMN)
            if down > 1 or across > 1:
                row, column = self.row + 1, self.column + 1
                self.grid.merged.append((row, column, row + down - 1, column + across - 1))
        self.column += times

    def _row(self) -> None:
        if self.filled:
            self.count.cell("", self.rows * len(self.filled))
            for number in range(self.row + 1, self.row + self.rows + 1):
                if self.hidden_row:
                    self.grid.hidden_rows.append(number)
                for column, text in self.filled:
                    self.grid.put(number, column, text)
        self.row += self.rows

    def _value(self, text: str) -> str:
        get = self.attributes.get
        kind, formula = get(f"{_OFFICE}value-type", ""), get(f"{_TABLE}formula")
        foreign = next((v for k, v in self.attributes.items() if k.endswith(" value-type") and _OFFICE not in k), kind)
        if foreign == "error" or (formula and _ERROR.fullmatch(text.strip())):
            return ErrorCell(text, "error-value", f"The cell shows the error {text[:20]}.", ERROR_FIX)
        if formula and not kind:
            return ErrorCell("=", *NO_VALUE, NO_VALUE_FIX)
        if kind == "date":
            day = get(f"{_OFFICE}date-value", text).removesuffix("T00:00:00")
            # A cell whose format shows the year alone says no more than the year.
            return text if re.fullmatch(r"[0-9]{4}", text) and day.startswith(text) else day
        if kind == "boolean":
            return get(f"{_OFFICE}boolean-value", text)
        if kind in ("float", "currency", "percentage"):
            raw = get(f"{_OFFICE}value", text)
            # Leading zeros of a code are a matter of format; what is shown is what the person means.
            if re.fullmatch(r"0[0-9]+", text) and text.lstrip("0") == raw.removesuffix(".0"):
                return text
            return number_text(raw, "percent" if kind == "percentage" else "")
        return text
