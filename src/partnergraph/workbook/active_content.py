"""Takes active content out of a workbook that openpyxl has read: whatever asks the web, another file or a program.

It works by allow-lists. A formula stays a formula only when each of its functions is known to work on what it is given
and nothing else, and each of its operands is a cell of the workbook, a name, a number or a text. Other formulas become
their own text; other names, validations and conditional formats are deleted, and so are charts, pictures, pivot tables,
links out of the workbook and its properties.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Collection
from typing import Any

from partnergraph.spreadsheet_safety import is_formula
from partnergraph.xml_text import replace_forbidden

__all__ = ["external_references", "is_passive_formula", "remove_active_content", "set_text"]

# Functions that compute from their arguments alone. Not among them: INDIRECT (an address put together from text may lie
# in another file), HYPERLINK, CELL and INFO (they give the path of the file), and all that fetch or call.
_FUNCTIONS = frozenset(
    """
    ABS ADDRESS AND AVERAGE AVERAGEIF AVERAGEIFS CEILING CHAR CHOOSE CLEAN CODE COLUMN COLUMNS CONCAT CONCATENATE COUNT
    COUNTA COUNTBLANK COUNTIF COUNTIFS DATE DATEDIF DATEVALUE DAY DAYS EDATE EOMONTH EXACT EXP FALSE FILTER FIND FLOOR
    HLOOKUP HOUR IF IFERROR IFNA IFS INDEX INT ISBLANK ISERR ISERROR ISLOGICAL ISNA ISNONTEXT ISNUMBER ISTEXT LARGE LEFT
    LEN LN LOG LOOKUP LOWER MATCH MAX MAXIFS MEDIAN MID MIN MINIFS MINUTE MOD MONTH N NA NOT NOW OFFSET OR POWER PRODUCT
    PROPER RANK REPLACE REPT RIGHT ROUND ROUNDDOWN ROUNDUP ROW ROWS SEARCH SECOND SEQUENCE SIGN SMALL SORT SORTBY SQRT
    STDEV SUBSTITUTE SUBTOTAL SUM SUMIF SUMIFS SUMPRODUCT SWITCH T TEXT TEXTJOIN TIME TODAY TRANSPOSE TRIM TRUE TRUNC
    UNICHAR UNICODE UNIQUE UPPER VALUE VLOOKUP WEEKDAY WEEKNUM XLOOKUP XMATCH XOR YEAR
    """.split()
)
_PREFIX = re.compile(r"_xlfn\.(_xlws\.)?", re.I)
_REACHES = re.compile(r"[|]|:/|//|\\\\|\bfile:", re.I)
_CELL = r"\$?[A-Za-z]{1,3}\$?[0-9]{1,7}"
_RANGE = rf"{_CELL}(:{_CELL})?|\$?[A-Za-z]{{1,3}}:\$?[A-Za-z]{{1,3}}|\$?[0-9]{{1,7}}:\$?[0-9]{{1,7}}"
_SHEET = r"(?:'(?P<quoted>(?:[^'\[\]:*?/\\|#]|'')+)'|(?P<plain>\w+))!"
_OPERAND = re.compile(rf"(?:{_SHEET})?(?:{_RANGE}|(?P<name>[A-Za-z_][\w.]*))")
_STRING = re.compile(r'"(?:[^"]|"")*"')
_NUMBER = re.compile(r"[0-9.]+(E[+-]?[0-9]+)?", re.I)
# What a formula has besides functions and operands, as openpyxl's tokenizer calls it.
_STRUCTURE = (
    "FUNC",
    "PAREN",
    "SEP",
    "OPERATOR-PREFIX",
    "OPERATOR-INFIX",
    "OPERATOR-POSTFIX",
    "WHITE-SPACE",
    "ARRAY",
    "ARRAYROW",
)
_MAX_FORMULA = 8_192  # characters of a formula (Excel specifications and limits)
MAX_TEXT = 32_000  # characters of a cell or comment
# The parts that a workbook without active content is made of.
_PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/(app|core)\.xml|xl/(workbook|styles|sharedStrings)\.xml"
    r"|xl/_rels/workbook\.xml\.rels|xl/theme/theme1\.xml|xl/worksheets/sheet\d+\.xml"
    r"|xl/worksheets/_rels/sheet\d+\.xml\.rels|xl/comments/comment\d+\.xml|xl/(drawings/)?commentsDrawing\d+\.vml"
    r"|xl/drawings/\w+\.vml|xl/tables/table\d+\.xml"
)


def remove_active_content(book: Any) -> None:
    """Leave of an openpyxl workbook what cannot reach out of it. Sheets, values, styles and passive formulas stay."""
    from openpyxl.packaging.core import DocumentProperties
    from openpyxl.packaging.custom import CustomPropertyList

    for chart_sheet in list(book.chartsheets):
        del book[chart_sheet.title]
    book.properties = DocumentProperties(creator="partnergraph")
    book.custom_doc_props = CustomPropertyList()
    book._external_links = []
    book.loaded_theme = _passive_theme(book.loaded_theme)
    sheets = {sheet.title.casefold() for sheet in book.worksheets}
    places = [book.defined_names, *(sheet.defined_names for sheet in book.worksheets)]
    names = _passive_names(places, sheets)
    for sheet in book.worksheets:
        _clean_sheet(sheet, names, sheets)


def is_passive_formula(formula: str, names: Collection[str] = (), sheets: Collection[str] = ()) -> bool:
    """Whether a formula (with or without its =) computes from cells of its own workbook alone.

    `names` and `sheets` are the names that are passive and the sheets that there are, both in lower case.

    >>> is_passive_formula("=LOWER(A2)"), is_passive_formula('=INDIRECT("A"&2)')
    (True, False)
    """
    from openpyxl.formula.tokenizer import Token, Tokenizer, TokenizerError

    text = formula if formula.startswith("=") else f"={formula}"
    if len(text) > _MAX_FORMULA or _REACHES.search(text):
        return False
    try:
        tokens = Tokenizer(text).items
    except (TokenizerError, IndexError):
        return False
    for token in tokens:
        if token.type == Token.FUNC and token.subtype == Token.OPEN:
            if _PREFIX.sub("", token.value).rstrip("(").upper() not in _FUNCTIONS:
                return False
        elif token.type == Token.OPERAND:
            if not _is_passive_operand(token.value, token.subtype, names, sheets):
                return False
        elif token.type not in _STRUCTURE:
            return False
    return bool(tokens)


def _is_passive_operand(value: str, subtype: str, names: Collection[str], sheets: Collection[str]) -> bool:
    if subtype == "TEXT":
        return _STRING.fullmatch(value) is not None
    if subtype == "NUMBER":
        return _NUMBER.fullmatch(value) is not None
    if subtype in ("LOGICAL", "ERROR"):
        return True
    match = _OPERAND.fullmatch(value)
    if match is None:
        return False
    sheet = match["quoted"].replace("''", "'") if match["quoted"] else match["plain"]
    if sheet is not None and sheet.casefold() not in sheets:
        return False
    return match["name"] is None or match["name"].casefold() in names


def _passive_names(places: list[Any], sheets: Collection[str]) -> frozenset[str]:
    """Delete the names that are not passive, also those that rest on such a one; returns the others in lower case."""
    passive: frozenset[str] = frozenset()
    while True:  # a name may rest on names that rest on others
        more = frozenset(
            name.casefold()
            for place in places
            for name, defined in place.items()
            if all(_is_passive_name(other[name], passive, sheets) for other in places if name in other)
        )
        if more == passive:
            break
        passive = more
    for place in places:
        for name in [name for name in place if name.casefold() not in passive]:
            del place[name]
    return passive


def _is_passive_name(defined: Any, names: Collection[str], sheets: Collection[str]) -> bool:
    macro = defined.function or defined.vbProcedure or defined.xlm
    return not macro and is_passive_formula(str(defined.value or ""), names, sheets)


def _passive_theme(theme: bytes | None) -> bytes | None:
    """A theme of colours and fonts alone; the one of openpyxl where it holds more."""
    return theme if theme is None or not re.search(rb"<!|\br:(link|embed|id)\b|blip", theme) else None


def _clean_sheet(sheet: Any, names: Collection[str], sheets: Collection[str]) -> None:
    sheet._charts, sheet._images, sheet._pivots = [], [], []
    sheet.legacy_drawing = None
    for row in sheet.iter_rows():
        for cell in row:
            if type(cell).__name__ != "MergedCell":
                _clean_cell(cell, names, sheets)
    _clean_validations(sheet, names, sheets)
    _clean_formats(sheet, names, sheets)
    for name in [name for name, table in dict.items(sheet.tables) if not _is_passive_table(table)]:
        del sheet.tables[name]


def _clean_cell(cell: Any, names: Collection[str], sheets: Collection[str]) -> None:
    if cell.data_type == "f":
        formula = cell.value if isinstance(cell.value, str) else getattr(cell.value, "text", None)
        if formula is None or not is_passive_formula(formula, names, sheets):
            set_text(cell, formula or "(a data table)")
    elif isinstance(cell.value, str) and is_formula(cell.value):
        cell.quotePrefix = True
    link = cell.hyperlink
    if link is not None and (link.target or not _OPERAND.fullmatch(link.location or "")):
        cell.hyperlink = None


def _clean_validations(sheet: Any, names: Collection[str], sheets: Collection[str]) -> None:
    validations = sheet.data_validations
    validations.dataValidation = [
        rule
        for rule in validations.dataValidation
        if all(is_passive_formula(text, names, sheets) for text in (rule.formula1, rule.formula2) if text)
    ]


def _clean_formats(sheet: Any, names: Collection[str], sheets: Collection[str]) -> None:
    from openpyxl.formatting.formatting import ConditionalFormattingList

    passive = ConditionalFormattingList()
    for area in sheet.conditional_formatting:
        for rule in area.rules:
            scales = (rule.colorScale, rule.dataBar, rule.iconSet)
            limits = [str(limit.val) for scale in scales if scale for limit in scale.cfvo if limit.val is not None]
            if all(is_passive_formula(text, names, sheets) for text in (*rule.formula, *limits)):
                passive.add(str(area.sqref), rule)
    sheet.conditional_formatting = passive


def _is_passive_table(table: Any) -> bool:
    """Whether a table is a range with headings, and no query; formulas of whole columns are taken out of it."""
    if table.tableType not in (None, "worksheet") or table.connectionId is not None:
        return False
    for column in table.tableColumns:
        column.calculatedColumnFormula = column.totalsRowFormula = None
        column.queryTableFieldId = None
        if column.totalsRowFunction == "custom":
            column.totalsRowFunction = None
    return True


def set_text(cell: Any, text: str) -> None:
    """A value as text, whatever it begins with: nothing that was read becomes a formula, also when it is edited."""
    cell.value = replace_forbidden(text)[:MAX_TEXT]
    cell.data_type = "s"
    if is_formula(text):
        cell.quotePrefix = True


def external_references(data: bytes) -> list[str]:
    """The parts and relationships of a workbook that a passive one does not have, in words; none is as it should be."""
    references = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if not _PARTS.fullmatch(name):
                references.append(name)
            elif name.endswith(".rels") and b"TargetMode" in archive.read(name):
                references.append(f"{name}: a link out of the workbook")
    return references
