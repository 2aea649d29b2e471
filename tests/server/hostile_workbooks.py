"""Files that somebody may send to the desk to harm it, or by mistake: each with its name and its bytes."""

from __future__ import annotations

import gzip
import io
import random
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from html import escape

import openpyxl

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = "xl/worksheets/sheet1.xml"
MARKUP = "<img src=x onerror=alert(1)><script>alert(2)</script>"
OFFICE = "urn:oasis:names:tc:opendocument:xmlns"
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
    'Target="{target}"/></Relationships>'
)
_BOOK = (
    f'<workbook xmlns="{MAIN}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="{title}" sheetId="1" r:id="r1"/></sheets></workbook>'
)
_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
LAUGHS = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{_LAUGHS}]>'
HEADINGS = "".join(
    f'<c r="{cell}1" t="inlineStr"><is><t>{text}</t></is></c>' for cell, text in (("A", "id"), ("B", "name"))
)


def packed(parts: dict[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def sheet_xml(rows: str, *, before: str = "", prolog: str = "", headings: bool = True) -> str:
    """A worksheet with the headings of organisations."""
    first = f'<row r="1">{HEADINGS}</row>' if headings else ""
    return f'{prolog}<worksheet xmlns="{MAIN}">{before}<sheetData>{first}{rows}</sheetData></worksheet>'


def xlsx(
    sheet: bytes | str,
    more: dict[str, bytes | str] | None = None,
    *,
    title: str = "Organisations",
    target: str = "worksheets/sheet1.xml",
) -> bytes:
    """A workbook of one sheet, with `more` parts of the folder xl."""
    parts: dict[str, bytes | str] = {
        "xl/workbook.xml": _BOOK.format(title=title),
        "xl/_rels/workbook.xml.rels": _RELATIONS.format(target=target),
        SHEET: sheet,
    }
    return packed(parts | {f"xl/{name}": content for name, content in (more or {}).items()})


def text_cell(cell: str, text: str) -> str:
    """A cell with its text inside."""
    return f'<c r="{cell}" t="inlineStr"><is><t>{text}</t></is></c>'


def ods(content: str) -> bytes:
    """An OpenDocument spreadsheet with the rows of one table."""
    names = " ".join(f'xmlns:{prefix}="{OFFICE}:{prefix}:1.0"' for prefix in ("office", "table", "text"))
    body = f"<office:body><office:spreadsheet>{content}</office:spreadsheet></office:body>"
    document = (
        content if content.startswith("<?xml") else f"<office:document-content {names}>{body}</office:document-content>"
    )
    return packed({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": document})


def _book(fill: Callable[[openpyxl.Workbook], None]) -> bytes:
    """A workbook as openpyxl writes it."""
    book = openpyxl.Workbook()
    book.active.title = "Organisations"
    book.active.append(["id", "name", "type"])
    fill(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _renamed_in_zip(data: bytes, old: bytes, new: bytes) -> bytes:
    assert len(old) == len(new)
    return data.replace(old, new)


def _patched_directory(data: bytes, offset: int, value: bytes) -> bytes:
    """Change a field of the last entry of the directory of an archive."""
    at = data.rindex(b"PK\x01\x02") + offset
    return data[:at] + value + data[at + len(value) :]


def _damaged(whole: bytes) -> Iterator[tuple[str, bytes]]:
    noise = random.Random(19)
    yield "empty.xlsx", b""
    yield "one-byte.xlsx", b"P"
    yield "zeros.xlsx", bytes(10_000)
    yield "random.xlsx", noise.randbytes(50_000)
    yield "half.xlsx", whole[: len(whole) // 2]
    yield "nearly-whole.xlsx", whole[:-30]
    yield "only-a-head.xlsx", whole[:100]
    yield "only-a-directory.xlsx", whole[-22:]
    yield "twice.xlsx", whole + whole
    yield "flipped-bytes.xlsx", bytes(byte ^ (255 if n % 997 == 40 else 0) for n, byte in enumerate(whole))
    yield "truncated.ods", ods("<table:table/>")[:200]
    yield "bad-sum.xlsx", _patched_directory(whole, 16, b"\xde\xad\xbe\xef")
    yield "unknown-method.xlsx", _patched_directory(whole, 10, struct.pack("<H", 99))
    yield "locked.xlsx", _patched_directory(whole, 8, struct.pack("<H", 1))
    yield "far-offset.xlsx", _patched_directory(whole, 42, b"\xff\xff\xff\x7f")


def _other_files(whole: bytes) -> Iterator[tuple[str, bytes]]:
    yield "renamed-pdf.xlsx", b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
    yield "renamed-png.xlsx", b"\x89PNG\r\n\x1a\n" + zlib.compress(bytes(1000))
    yield "renamed-html.xlsx", f"<!DOCTYPE html><title>{MARKUP}</title>".encode()
    yield "csv.xlsx", b"id,name\nkeele,Keele University\n"
    yield "json.ods", b'{"id": "keele"}'
    yield "gzip.xlsx", gzip.compress(whole)
    yield "locked-with-a-password.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)
    yield "old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)
    yield "macros.xlsm", whole
    yield "binary.xlsb", whole
    yield "report.pdf", b"%PDF-1.7\n"
    yield "program.exe", b"MZ" + bytes(500)
    yield "nothing-after-the-name", whole
    yield "pdf-and-workbook.xlsx", b"%PDF-1.7\n" + whole
    yield "page-and-workbook.xlsx", f"<html>{MARKUP}</html>".encode() + whole


def _names(whole: bytes) -> Iterator[tuple[str, bytes]]:
    yield f"{MARKUP}.xlsx", whole
    yield "../../../../etc/cron.d/evil.xlsx", whole
    yield "..\\..\\windows\\system.ini.xlsx", whole
    yield "/dev/shm/evil.xlsx", whole
    yield f"{'long' * 2000}.xlsx", whole
    yield "rtl-\u202exslx.exe.xlsx", whole
    yield "\x00\x01\x7f\udcff.xlsx".encode("utf-8", "surrogateescape").decode("latin-1"), whole
    yield ".xlsx", whole
    yield "{{ 7*7 }}${7*7}#{7*7}.xlsx", whole
    yield "con.xlsx", whole


def _archives(whole: bytes) -> Iterator[tuple[str, bytes]]:
    bomb = b"\x00" * 200_000_000
    yield "bomb.xlsx", xlsx(bomb)
    yield "bomb-of-shared-texts.xlsx", xlsx(sheet_xml(""), {"sharedStrings.xml": b" " * 150_000_000})
    yield "bomb-in-a.zip", packed({"organisations.csv": bomb})
    del bomb
    small = xlsx(sheet_xml("<row/>" * 500_000))
    yield "claims-to-be-small.xlsx", _patched_directory(small, 24, struct.pack("<I", 100))
    inner = packed({"organisations.csv": b"0" * 10_000_000})
    yield "nested.zip", packed({f"{n}.zip": inner for n in range(20)})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        out = io.BytesIO(whole)
        with zipfile.ZipFile(out, "a") as archive:
            archive.writestr("xl/workbook.xml", "<workbook/>")
    yield "a-part-twice.xlsx", out.getvalue()
    yield "many-parts.xlsx", packed({f"xl/{n}.xml": b"" for n in range(6_000)}, zipfile.ZIP_STORED)
    yield "leads-out.xlsx", _renamed_in_zip(whole, b"xl/styles.xml", b"../../sty.xml")
    yield "absolute.xlsx", _renamed_in_zip(whole, b"xl/styles.xml", b"/abs/sty.xmlx")
    yield "no-workbook-part.xlsx", packed({"[Content_Types].xml": "<Types/>", SHEET: sheet_xml("")})
    yield "no-parts.xlsx", packed({})
    yield "sheet-is-a-file-of-the-system.xlsx", xlsx(sheet_xml(""), target="../../../../../../etc/passwd")
    yield "sheet-is-elsewhere.xlsx", xlsx(sheet_xml(""), target="http://127.0.0.1:9/sheet1.xml")
    yield (
        "tables-lead-out.zip",
        packed({"../../other/organisations.csv": "id,name\nkeele,Keele\n", "/etc/names.csv": "id\n"}),
    )
    yield "many-tables.zip", packed({f"{n}/organisations.csv": "id,name\n" for n in range(3_000)})
    yield "tables-twice.zip", packed({"a/organisations.csv": "id\n", "b/organisations.csv": "id\n"})
    yield (
        "settings-and-story.zip",
        packed(
            {
                "partnergraph.toml": "id = '../secret'",
                "story.toml": "[[step]]",
                "tables/organisations.csv": "id,name\n",
            }
        ),
    )
    link = zipfile.ZipInfo("organisations.csv")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(link, "../../secret")
    yield "a-link.zip", out.getvalue()
    yield (
        "strange-text.zip",
        packed(
            {
                "organisations.csv": "id,name\nkeele,Keele\n".encode("utf-16"),
                "names.csv": b"id,name\n\x00\x00,\xff\xfe\n",
                "events.csv": b'id,note\n"' + b"x" * 2_000_000,
                "places.csv": b"\xef\xbb\xbfid,name\r\rstoke,Stoke\r",
            }
        ),
    )


def _xml(_: bytes) -> Iterator[tuple[str, bytes]]:
    yield "billion-laughs.xlsx", xlsx(sheet_xml(f"<row>{text_cell('A2', '&l9;')}</row>", prolog=LAUGHS))
    text = "x" * 50_000
    quadratic = f'<!DOCTYPE x [<!ENTITY a "{text}">]><sst xmlns="{MAIN}"><si><t>{"&a;" * 20_000}</t></si></sst>'
    yield "quadratic.xlsx", xlsx(sheet_xml('<row><c r="A2" t="s"><v>0</v></c></row>'), {"sharedStrings.xml": quadratic})
    for name, target in (
        ("file", "file:///etc/passwd"),
        ("web", "http://127.0.0.1:9/x"),
        ("self", "/proc/self/environ"),
    ):
        prolog = f'<!DOCTYPE x [<!ENTITY a SYSTEM "{target}">]>'
        yield f"entity-of-a-{name}.xlsx", xlsx(sheet_xml(f"<row>{text_cell('A2', '&a;')}</row>", prolog=prolog))
    yield "outer-type.xlsx", xlsx(sheet_xml("", prolog='<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'))
    wide = sheet_xml("", prolog='<!DOCTYPE x [<!ENTITY a "b">]>').encode("utf-16")
    yield "type-in-utf-16.xlsx", xlsx(wide)
    yield "laughs.ods", ods(f"{LAUGHS}<x>&l9;</x>")
    yield "not-xml.xlsx", xlsx("<worksheet><sheetData><row></sheetData>")
    yield "deep.xlsx", xlsx("<a>" * 200_000 + "</a>" * 200_000)
    yield "long-attribute.xlsx", xlsx(sheet_xml(f'<row r="2" x="{"y" * 5_000_000}"/>'))
    yield "unknown-encoding.xlsx", xlsx(sheet_xml("", prolog='<?xml version="1.0" encoding="x-nothing"?>'))


def _cells(_: bytes) -> Iterator[tuple[str, bytes]]:
    yield "huge-dimension.xlsx", xlsx(sheet_xml("", before='<dimension ref="A1:XFD1048576"/>'))
    yield "last-cell.xlsx", xlsx(sheet_xml(f'<row r="1048576">{text_cell("XFD1048576", "x")}</row>'))
    yield "beyond-the-last.xlsx", xlsx(sheet_xml(f'<row r="9999999">{text_cell("ZZZ9999999", "x")}</row>'))
    yield "no-cells.xlsx", xlsx(sheet_xml('<row r="2"><c r="\U0001f642"/><c r="A0"/><c r="-1"/><c/></row>'))
    rows = "".join(
        f'<row r="{n}">{text_cell(f"A{n}", f"o{n}")}{text_cell(f"B{n}", f"Body {n}")}</row>' for n in range(2, 5_000)
    )
    yield "many-rows.xlsx", xlsx(sheet_xml(rows))
    yield "empty-rows.xlsx", xlsx(sheet_xml("<row/>" * 60_000))
    yield (
        "wide-rows.xlsx",
        xlsx(sheet_xml("".join(f'<row r="{n}">{text_cell(f"XFD{n}", "x")}</row>' for n in range(2, 1_500)))),
    )
    areas = "".join(f'<mergeCell ref="A{n}:XFD1048576"/>' for n in range(1, 3_000))
    whole = sheet_xml(f'<row r="2">{text_cell("A2", "x")}</row>').replace(
        "</worksheet>", f"<mergeCells>{areas}</mergeCells></worksheet>"
    )
    yield "merged.xlsx", xlsx(whole)
    shared = f'<sst xmlns="{MAIN}"><si><t>{"x" * 900_000}</t></si></sst>'
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(2, 1_000))
    yield "one-long-text-many-times.xlsx", xlsx(sheet_xml(rows), {"sharedStrings.xml": shared})
    yield (
        "no-such-text.xlsx",
        xlsx(sheet_xml('<row><c r="A2" t="s"><v>99999999999</v></c><c r="B2" t="s"><v>-1</v></c></row>')),
    )
    odd = "".join(
        f'<c r="{cell}2"><v>{text}</v></c>'
        for cell, text in zip("ABCDE", ("1e999", "NaN", "-1e308", "9" * 5_000, "0x10"), strict=True)
    )
    yield "numbers.xlsx", xlsx(sheet_xml(f'<row r="2">{odd}</row>'))
    escaped = escape(MARKUP)
    yield (
        "markup-in-cells.xlsx",
        xlsx(sheet_xml(f'<row r="2">{text_cell("A2", escaped)}{text_cell("C2", escaped)}</row>')),
    )
    yield "markup-in-the-sheet.xlsx", xlsx(sheet_xml(""), title=escape(MARKUP))
    yield (
        "controls.xlsx",
        xlsx(
            sheet_xml(
                f'<row r="2">{text_cell("A2", "_xD800_ _x0000_ _x001B_[31m")}{text_cell("B2", "&#x202e;x")}</row>'
            )
        ),
    )
    formulas = (
        '=HYPERLINK("http://127.0.0.1:9","x")',
        "=cmd|'/C calc'!A0",
        '=WEBSERVICE("http://127.0.0.1:9")',
        "=1/0",
        "=[1]x!A1",
    )

    def fill(book: openpyxl.Workbook) -> None:
        for number, formula in enumerate(formulas):
            book.active.append([formula, f"Body {number}", MARKUP])

    yield "formulas.xlsx", _book(fill)

    def hide(book: openpyxl.Workbook) -> None:
        for number in range(200):
            book.create_sheet(f"hidden {number}").sheet_state = "veryHidden"
            book.worksheets[-1]["A1"] = "id"

    yield "hidden-sheets.xlsx", _book(hide)
    link = f'<externalLink xmlns="{MAIN}"><externalBook/></externalLink>'
    outer: dict[str, bytes | str] = {"externalLinks/externalLink1.xml": link, "vbaProject.bin": b"Attribute VB_Name"}
    yield "outer-links.xlsx", xlsx(sheet_xml(""), outer)
    repeated = "table:number-columns-repeated", "table:number-rows-repeated"
    columns, rows = (f'{name}="1000000000"' for name in repeated)
    row = f"<table:table-row {rows}><table:table-cell {columns}><text:p>x</text:p></table:table-cell></table:table-row>"
    yield "repeated.ods", ods(f'<table:table table:name="Organisations">{row}</table:table>')
    cell = '<table:table-cell><text:p><text:s text:c="2000000000"/></text:p></table:table-cell>'
    row = f"<table:table-row>{cell}</table:table-row>"
    yield "spaces.ods", ods(f'<table:table table:name="Organisations">{row}</table:table>')


def hostile_files() -> list[tuple[str, bytes]]:
    """All of them, in one order."""
    whole = _book(lambda book: book.active.append(["keele", "Keele University", "university"]))
    kinds = (_damaged, _other_files, _names, _archives, _xml, _cells)
    return [file for kind in kinds for file in kind(whole)]
