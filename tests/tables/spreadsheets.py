"""Spreadsheet files written by hand, for what no honest program writes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
ODF = "urn:oasis:names:tc:opendocument:xmlns"
NAMESPACES = (
    f'xmlns:office="{ODF}:office:1.0" xmlns:table="{ODF}:table:1.0" xmlns:text="{ODF}:text:1.0" '
    f'xmlns:style="{ODF}:style:1.0" '
    'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
)
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def packed(parts: Mapping[str, bytes | str], stored: bool = False) -> bytes:
    """A zip archive of these parts."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return data.getvalue()


def cell(name: str, text: str) -> str:
    """A cell whose text stands in it."""
    return f'<c r="{name}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'


def rows(*lines: list[str]) -> str:
    """Rows of text cells, from A1."""
    made = ""
    for number, line in enumerate(lines, 1):
        cells = "".join(cell(f"{chr(65 + i)}{number}", text) for i, text in enumerate(line) if text)
        made += f'<row r="{number}">{cells}</row>'
    return made


GOOD = rows(["id", "name", "form", "type"], ["aunt", "Aunt", "formal", "charity"])


def parts(
    sheets: Mapping[str, str] | str = GOOD,
    *,
    shared: str = "",
    styles: str = "",
    after: str = "",
    before: str = "",
    names: Mapping[str, str] | None = None,
) -> dict[str, bytes | str]:
    """The parts of an .xlsx workbook; `sheets` is the inside of sheetData of each, or of one called Organisations."""
    sheets = {"Organisations": sheets} if isinstance(sheets, str) else sheets
    listed = "".join(
        f'<sheet name="{escape(title)}" sheetId="{n}" r:id="rId{n}"/>' for n, title in enumerate(names or sheets, 1)
    )
    related = "".join(
        f'<Relationship Id="rId{n}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    found: dict[str, bytes | str] = {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" '
        f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{listed}</sheets></workbook>',
    }
    if shared:
        related += f'<Relationship Id="rId98" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>'
        found["xl/sharedStrings.xml"] = f'{HEAD}<sst xmlns="{MAIN}">{shared}</sst>'
    if styles:
        related += f'<Relationship Id="rId99" Type="{RELATIONS}/styles" Target="styles.xml"/>'
        found["xl/styles.xml"] = f'{HEAD}<styleSheet xmlns="{MAIN}">{styles}</styleSheet>'
    found["xl/_rels/workbook.xml.rels"] = f'{HEAD}<Relationships xmlns="{PACKAGE}">{related}</Relationships>'
    for number, inside in enumerate(sheets.values(), 1):
        found[f"xl/worksheets/sheet{number}.xml"] = (
            f'{HEAD}<worksheet xmlns="{MAIN}">{before}<sheetData>{inside}</sheetData>{after}</worksheet>'
        )
    return found


def ods_cell(text: str, attributes: str = 'office:value-type="string"') -> str:
    """A cell of an OpenDocument sheet."""
    return f"<table:table-cell {attributes}><text:p>{escape(text)}</text:p></table:table-cell>"


def ods_rows(*lines: list[str]) -> str:
    """Rows of text cells."""
    made = ("".join(ods_cell(t) if t else "<table:table-cell/>" for t in line) for line in lines)
    return "".join(f"<table:table-row>{line}</table:table-row>" for line in made)


ODS_GOOD = ods_rows(["id", "name", "form", "type"], ["aunt", "Aunt", "formal", "charity"])


def ods(sheets: Mapping[str, str] | str = ODS_GOOD, before: str = "", doctype: str = "") -> dict[str, bytes | str]:
    """The parts of an .ods spreadsheet."""
    sheets = {"Organisations": sheets} if isinstance(sheets, str) else sheets
    tables = "".join(f'<table:table table:name="{escape(n)}">{inside}</table:table>' for n, inside in sheets.items())
    return {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": f"{HEAD}{doctype}<office:document-content {NAMESPACES}>{before}<office:body><office:spreadsheet>"
        f"{tables}</office:spreadsheet></office:body></office:document-content>",
    }
