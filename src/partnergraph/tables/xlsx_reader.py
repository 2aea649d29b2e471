"""The sheets of an .xlsx workbook, in one pass over each, with formulas, merged and hidden cells and dates.

openpyxl would need the workbook twice (once for formulas, once for their values) and all of it in memory.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import isfinite, nan

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

_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NOT_FORMAT = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]')
_SAVE = "Open the file in a spreadsheet program and save it anew."
NO_VALUE = ("formula-without-value", "The formula has no value that was kept.")
NO_VALUE_FIX = "Open the file in a spreadsheet program, let it calculate, and save; or write the value itself."
ERROR_FIX = "Mend the formula, or write the value itself."


def read_xlsx(file: str, packed: SafeZip) -> list[Sheet]:
    """All sheets that hold cells (charts and dialogs hold none)."""
    book = _book(packed)
    count = ReadLimits()
    shared = _strings(packed, book.strings, count) if book.strings else []
    forms = _forms(packed, book.styles) if book.styles else []
    sheets = []
    for name, state, part in book.sheets:
        grid = SheetGrid(count, hidden=state != "visible")
        _XlsxSheetReader(grid, shared, forms, book.since_1904).read(packed, part)
        sheets.append(grid.into(Sheet(file, name)))
    if sheets and any(name.lower().endswith("vbaproject.bin") for name in packed.parts):
        sheets[0].add_finding("info", "macros", "The workbook holds macros; they are neither run nor kept.", "")
    if sheets and any(name.startswith("xl/externalLinks/") for name in packed.parts):
        message = "Formulas take values from other files; what they last held is read, and no other file is opened."
        sheets[0].add_finding("info", "external-links", message, "Write the values themselves.")
    return sheets


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _attribute(attributes: Mapping[str, str], local: str) -> str:
    return next((value for name, value in attributes.items() if _local(name) == local), "")


@dataclass
class _XlsxBook:
    sheets: list[tuple[str, str, str]] = field(default_factory=list)
    since_1904: bool = False
    strings: str = ""
    styles: str = ""


def _relations(packed: SafeZip, part: str) -> dict[str, tuple[str, str]]:
    """What a part points to: id -> kind and part. Targets outside the file are left out."""
    folder, name = posixpath.split(part)
    relations: dict[str, tuple[str, str]] = {}

    def start(_: str, attributes: Mapping[str, str]) -> None:
        if attributes.get("Id") and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", ""))).lstrip("/")
            relations[attributes["Id"]] = attributes.get("Type", "").rpartition("/")[2], target

    relations_part = f"{folder}/_rels/{name}.rels".lstrip("/")
    if relations_part in packed.parts:
        packed.parse(relations_part, start)
    return relations


def _book(packed: SafeZip) -> _XlsxBook:
    top = next((part for kind, part in _relations(packed, "").values() if kind == "officeDocument"), "xl/workbook.xml")
    if top not in packed.parts:
        kind = "an OpenDocument file" if "content.xml" in packed.parts else "no workbook"
        raise FileRefused("workbook-damaged", f"There is no list of sheets in the file; it is {kind}.", _SAVE)
    relations = _relations(packed, top)
    book = _XlsxBook()

    def start(name: str, attributes: Mapping[str, str]) -> None:
        if _local(name) == "workbookPr":
            book.since_1904 = attributes.get("date1904", "") in ("1", "true")
        elif _local(name) == "sheet":
            identity = next((v for k, v in attributes.items() if k.endswith("relationships id")), "")
            kind, part = relations.get(identity, ("", ""))
            title = attributes.get("name", "")
            if kind == "worksheet" and part in packed.parts:
                book.sheets.append((title, attributes.get("state", "visible"), part))
            elif kind in ("", "worksheet"):
                raise FileRefused(
                    "workbook-damaged", f'The sheet "{title}" is listed, but it is not in the file.', _SAVE
                )

    packed.parse(top, start)
    for kind, part in relations.values():
        if kind == "sharedStrings" and part in packed.parts:
            book.strings = part
        if kind == "styles" and part in packed.parts:
            book.styles = part
    return book


def _strings(packed: SafeZip, part: str, count: ReadLimits) -> list[str]:
    strings: list[str] = []
    pieces: list[str] = []
    inside = phonetic = 0
    length = 0

    def start(name: str, _: Mapping[str, str]) -> None:
        nonlocal inside, phonetic, length
        local = _local(name)
        if local == "si":
            pieces.clear()
            length = 0
        elif local == "rPh":
            phonetic += 1
        elif local == "t":
            inside += 1

    def text(data: str) -> None:
        nonlocal length
        if inside and not phonetic and length <= MAX_CELL_LENGTH:
            pieces.append(data)
            length += len(data)

    def end(name: str) -> None:
        nonlocal inside, phonetic
        local = _local(name)
        if local == "si":
            strings.append(_unescape("".join(pieces)))
            count.cell(strings[-1])
        elif local == "rPh":
            phonetic -= 1
        elif local == "t":
            inside -= 1

    packed.parse(part, start, end, text)
    return strings


def _unescape(text: str) -> str:
    """Characters that XML cannot hold stand as _x0007_.

    >>> _unescape("a_x0009_b_x005F_x0009_")
    'a\\tb_x0009_'
    """
    return _ESCAPE.sub(lambda m: chr(int(m[1], 16)), text) if "_x" in text else text


def _forms(packed: SafeZip, part: str) -> list[str]:
    """How each style shows a number: year, month, date, percent, 0000 or nothing special."""
    custom: dict[str, str] = {}
    numbers: list[str] = []
    inside = False

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal inside
        local = _local(name)
        if local == "numFmt":
            custom[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif local == "cellXfs":
            inside = True
        elif local == "xf" and inside:
            numbers.append(attributes.get("numFmtId", "0"))

    def end(name: str) -> None:
        nonlocal inside
        inside = inside and _local(name) != "cellXfs"

    packed.parse(part, start, end)
    return [_form(number, custom.get(number)) for number in numbers]


def _form(number: str, code: str | None) -> str:
    """
    >>> _form("164", "yyyy"), _form("165", "mmm yyyy"), _form("14", None), _form("9", None), _form("166", "00000000")
    ('year', 'month', 'date', 'percent', '00000000')
    """
    if code is None:
        if number in ("9", "10"):
            return "percent"
        identity = int(number) if number.isdigit() else 0
        if identity == 17:
            return "month"
        return "date" if 14 <= identity <= 22 or 27 <= identity <= 36 or 50 <= identity <= 58 else ""
    bare = _NOT_FORMAT.sub("", code[:200].partition(";")[0]).lower()
    if re.fullmatch(r"0{2,}", bare):
        return bare
    if "%" in bare:
        return "percent"
    if "general" in bare or not re.search(r"[ymd]", bare) or re.search(r"[0#?]", bare.replace(".0", "")):
        return ""
    if "d" in bare or "h" in bare or "y" not in bare:
        return "date" if re.search(r"[yd]", bare) else ""
    return "month" if "m" in bare else "year"


class _XlsxSheetReader:
    """One sheet, from its XML into a grid."""

    def __init__(self, grid: SheetGrid, shared: list[str], forms: list[str], since_1904: bool) -> None:
        self.grid, self.shared, self.forms, self.since_1904 = grid, shared, forms, since_1904
        self.row = self.column = 0
        self.attributes: Mapping[str, str] = {}
        self.formula = self.reading = False
        self.phonetic = 0
        self.pieces: list[str] = []
        self.length = 0

    def read(self, packed: SafeZip, part: str) -> None:
        packed.parse(part, self.start, self.end, self.text)

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        local = _local(name)
        if local == "c":
            self.attributes, self.formula, self.length = attributes, False, 0
            self.pieces.clear()
            self.column += 1
            if reference := attributes.get("r"):
                self.row, self.column = _at(reference)
        elif local in ("v", "t"):
            self.reading = not self.phonetic
        elif local == "f":
            self.formula = True
        elif local == "row":
            self.row = _number(attributes.get("r", ""), self.row + 1)
            self.column = 0
            if attributes.get("hidden") in ("1", "true"):
                self.grid.hidden_rows.append(self.row)
        elif local == "rPh":
            self.phonetic += 1
        elif local == "mergeCell":
            first, _, last = attributes.get("ref", "").partition(":")
            (top, left), (bottom, right) = _at(first), _at(last or first)
            self.grid.merged.append((top, left, bottom, right))
            self.grid.count.cell("")
        elif local == "col" and attributes.get("hidden") in ("1", "true"):
            first_column = _number(attributes.get("min", ""), 1)
            self.grid.hidden_columns.append((first_column, min(_number(attributes.get("max", ""), 1), LAST_COLUMN)))

    def text(self, data: str) -> None:
        if self.reading and self.length <= MAX_CELL_LENGTH:
            self.pieces.append(data)
            self.length += len(data)

    def end(self, name: str) -> None:
        local = _local(name)
        if local in ("v", "t"):
            self.reading = False
        elif local == "rPh":
            self.phonetic -= 1
        elif local == "c" and (text := self.value()):
            self.grid.put(self.row, self.column, text)

    def value(self) -> str:
        raw, kind = "".join(self.pieces), self.attributes.get("t", "n")
        if self.formula and not raw and kind != "str":
            return ErrorCell("=", *NO_VALUE, NO_VALUE_FIX)
        if not raw:
            return ""
        if kind == "s":
            index = _number(raw, -1)
            if 0 <= index < len(self.shared):
                return self.shared[index]
            return ErrorCell(raw, "workbook-damaged", f"The cell points to text {raw[:20]}, which is not there.", _SAVE)
        if kind == "e":
            return ErrorCell(raw, "error-value", f"The cell shows the error {raw[:20]}.", ERROR_FIX)
        if kind == "b":
            return "true" if raw in ("1", "true") else "false"
        if kind == "d":
            return raw.removesuffix("T00:00:00")
        if kind in ("str", "inlineStr"):
            return _unescape(raw)
        style = _number(self.attributes.get("s", ""), 0)
        return number_text(raw, self.forms[style] if 0 <= style < len(self.forms) else "", self.since_1904)


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else otherwise


def _at(reference: str) -> tuple[int, int]:
    """Row and column of a cell's name.

    >>> _at("AB12")
    (12, 28)
    """
    match = _REFERENCE.fullmatch(reference)
    column = 0
    for letter in match[1] if match else "":
        column = column * 26 + ord(letter) - 64
    if match is None or column > LAST_COLUMN or not 1 <= int(match[2]) <= LAST_ROW:
        raise FileRefused("workbook-damaged", f"{reference[:40]!a} is not the name of a cell.", _SAVE)
    return int(match[2]), column


def number_text(raw: str, form: str, since_1904: bool = False) -> str:
    """A number as the person who wrote it sees it: no .0, dates as dates, percents as percents, leading zeros kept.

    >>> number_text("2009.0", ""), number_text("39995", "date"), number_text("39995", "year")
    ('2009', '2009-07-01', '2009')
    >>> number_text("0.9", "percent"), number_text("490500", "00000000")
    ('90%', '00490500')
    """
    try:
        value = float(raw)
    except ValueError:
        value = nan
    if not isfinite(value):
        return ErrorCell(raw[:40], "no-number", f"'{raw[:40]}' is not a number.", "Write the value itself.")
    if form in ("year", "month", "date"):
        try:
            start = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 31 if value < 60 else 30)
            day = start + timedelta(days=value)
        except (ValueError, OverflowError):
            return ErrorCell(raw, "date-value", f"The number {raw[:20]} is not a date.", "Write the date itself.")
        text = (day + timedelta(microseconds=500_000)).replace(microsecond=0).isoformat()
        return text[: {"year": 4, "month": 7}.get(form, 10)] if form != "date" or text.endswith("T00:00:00") else text
    if not value.is_integer():
        return f"{round(value * 100, 10):g}%" if form == "percent" else repr(value)
    if abs(value) >= 1e15:
        fix = "Give the column the format 'Text', and write the number again."
        return ErrorCell(raw, "long-number", "The spreadsheet program keeps only 15 digits of a number.", fix)
    if form == "percent":
        return f"{int(value) * 100}%"
    return str(int(value)).zfill(len(form)) if form.startswith("0") else str(int(value))
