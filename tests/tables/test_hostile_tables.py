"""Spreadsheet files that are damaged or built to harm: a finding that names the file, no crash, nothing written."""

from __future__ import annotations

import io
import resource
import struct
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from partnergraph.build import build
from partnergraph.errors import DataError, Finding
from partnergraph.graph_folder.folder import read_folder
from partnergraph.workbook.annotated_copy import write_annotated_copy
from tests.tables.spreadsheets import (
    GOOD,
    HEAD,
    MAIN,
    ODS_GOOD,
    RELATIONS,
    cell,
    ods,
    ods_cell,
    ods_rows,
    packed,
    parts,
    rows,
)

HEADINGS = rows(["id", "name", "form", "type"])
LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    + "".join(f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in zip("bcdefghij", "cdefghijk", strict=True))
    + "]>"
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def xlsx(**kind: object) -> bytes:
    return packed(parts(**kind))  # type: ignore[arg-type]


def with_part(name: str, content: bytes | str, **kind: object) -> bytes:
    return packed(parts(**kind) | {name: content})  # type: ignore[arg-type]


def second(text: str) -> str:
    """A row whose name cell is this XML."""
    return f'{HEADINGS}<row r="2">{cell("A2", "aunt")}{text}{cell("C2", "formal")}{cell("D2", "charity")}</row>'


def sheet_xml(doctype: str, name: str) -> bytes:
    inside = f'<row r="1"><c r="A1" t="inlineStr"><is><t>{name}</t></is></c></row>'
    text = f'{HEAD}{doctype}<worksheet xmlns="{MAIN}"><sheetData>{inside}</sheetData></worksheet>'
    return with_part("xl/worksheets/sheet1.xml", text)


def locked(data: bytes) -> bytes:
    """The archive with the flag of a password set on each part."""
    made = bytearray(data)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = 0
        while (start := made.find(mark, start)) >= 0:
            made[start + at] |= 1
            start += 4
    return bytes(made)


def lying() -> bytes:
    """An archive that says its sheet is small, though it is not."""
    data = bytearray(packed(parts(f'{GOOD}<row r="3">{cell("B3", "x" * 400_000)}</row>')))
    size = struct.pack(
        "<I", len(parts(f'{GOOD}<row r="3">{cell("B3", "x" * 400_000)}</row>')["xl/worksheets/sheet1.xml"])
    )
    return bytes(data).replace(size, struct.pack("<I", 1000))


def twice_in_the_archive() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, part in parts().items():
            archive.writestr(name, part)
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("xl/workbook.xml", "<x/>")
    return data.getvalue()


def other_letter_case() -> bytes:
    return packed(parts() | {"XL/Workbook.xml": "<x/>"})


def broken_stream() -> bytes:
    data = bytearray(packed(parts(GOOD * 200)))
    at = data.find(b"xl/worksheets/sheet1.xml") + 60
    data[at : at + 20] = b"\xff" * 20
    return bytes(data)


# File name, how to make it, and the rule that is broken.
REFUSED: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "a zip bomb": (
        "p.xlsx", lambda: with_part("xl/media/x.bin", b"\0" * 250_000_000), "too-large",
    ),
    "a zip bomb in the sheet": ("p.xlsx", lambda: xlsx(sheets=GOOD + " " * 40_000_000), "too-large"),
    "a zip bomb in an .ods": ("p.ods", lambda: packed(ods(ods_rows(["id"]) + " " * 40_000_000)), "too-large"),
    "many parts that are large together": (
        "p.xlsx", lambda: packed(parts() | {f"x{n}.bin": b"\0" * 9_900_000 for n in range(27)}), "too-large",
    ),
    "ten thousand parts": (
        "p.xlsx", lambda: packed(parts() | {f"x/{n}.bin": b"" for n in range(10_000)}), "too-large",
    ),
    "billion laughs in a sheet": ("p.xlsx", lambda: sheet_xml(LAUGHS, "&k;"), "document-type"),
    "billion laughs in shared strings": (
        "p.xlsx",
        lambda: packed(parts(shared="<si><t>x</t></si>") | {"xl/sharedStrings.xml": f"{HEAD}{LAUGHS}<sst>&k;</sst>"}),
        "document-type",
    ),
    "billion laughs in an .ods": ("p.ods", lambda: packed(ods(ods_rows(["id"]), doctype=LAUGHS)), "document-type"),
    "billion laughs in a part that is not read": (
        "p.xlsx", lambda: with_part("xl/theme/theme1.xml", f"{HEAD}{LAUGHS}<x>&k;</x>"), "document-type",
    ),
    "billion laughs behind a long comment": (
        "p.xlsx", lambda: sheet_xml(f"<!-- {'x' * 9000} -->{LAUGHS}", "&k;"), "document-type",
    ),
    "billion laughs in UTF-16": (
        "p.xlsx",
        lambda: with_part("xl/workbook.xml", f'<?xml version="1.0" encoding="UTF-16"?>{LAUGHS}<x/>'.encode("utf-16")),
        "document-type",
    ),
    "an entity that is a file": ("p.xlsx", lambda: sheet_xml(OUTSIDE, "&a;"), "document-type"),
    "an entity that is a file, in an .ods": (
        "p.ods", lambda: packed(ods(ods_rows(["id"]), doctype=OUTSIDE)), "document-type",
    ),
    "a document type elsewhere": (
        "p.xlsx", lambda: sheet_xml('<!DOCTYPE x SYSTEM "https://example.org/x.dtd">', "id"), "document-type",
    ),
    "cut off": ("p.xlsx", lambda: xlsx()[:-300], "workbook-damaged"),
    "cut off, .ods": ("p.ods", lambda: packed(ods())[:-100], "workbook-damaged"),
    "empty": ("p.xlsx", lambda: b"", "workbook-damaged"),
    "no archive": ("p.xlsx", lambda: b"id,name\na,A\n", "workbook-damaged"),
    "a web page": ("p.xlsx", lambda: b"<html><table><tr><td>id</td></tr></table></html>", "workbook-damaged"),
    "random bytes": ("p.ods", lambda: bytes(range(256)) * 40, "workbook-damaged"),
    "an archive of something else": ("p.xlsx", lambda: packed({"a.txt": "hello"}), "workbook-damaged"),
    "an archive in the archive": ("p.xlsx", lambda: packed({"p.xlsx": xlsx()}), "workbook-damaged"),
    "locked with a password": ("p.xlsx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4000, "password"),
    "locked by the archive": ("p.xlsx", lambda: locked(xlsx()), "password"),
    "a locked .ods": (
        "p.ods",
        lambda: packed(
            ods() | {"META-INF/manifest.xml": '<m:manifest xmlns:m="urn:m"><m:encryption-data/></m:manifest>'}
        ),
        "password",
    ),
    "the old form": ("p.xls", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4000, "workbook-form"),
    "a workbook with macros": ("p.xlsm", xlsx, "workbook-form"),
    "a binary workbook": ("p.xlsb", xlsx, "workbook-form"),
    "a part outside the archive": ("p.xlsx", lambda: with_part("../../evil.txt", "x"), "workbook-damaged"),
    "a part at the root of the disk": ("p.xlsx", lambda: with_part("/etc/evil", "x"), "workbook-damaged"),
    "a part on a drive": ("p.xlsx", lambda: with_part("C:\\evil.txt", "x"), "workbook-damaged"),
    "a part twice": ("p.xlsx", twice_in_the_archive, "workbook-damaged"),
    "a part twice by letter case": ("p.xlsx", other_letter_case, "workbook-damaged"),
    "a stream that is broken": ("p.xlsx", broken_stream, "workbook-damaged"),
    "a size that is a lie": ("p.xlsx", lying, "workbook-damaged"),
    "XML that ends early": (
        "p.xlsx", lambda: with_part("xl/worksheets/sheet1.xml", f'<worksheet xmlns="{MAIN}"><sheetData>'),
        "workbook-damaged",
    ),
    "XML with a NUL": ("p.xlsx", lambda: with_part("xl/worksheets/sheet1.xml", b"<a>\0</a>"), "workbook-damaged"),
    "XML in an encoding that is none": (
        "p.xlsx", lambda: with_part("xl/workbook.xml", '<?xml version="1.0" encoding="rot13"?><a/>'),
        "workbook-damaged",
    ),
    "XML with bytes that are no UTF-8": (
        "p.xlsx", lambda: with_part("xl/worksheets/sheet1.xml", b"<a>\xe9\xff</a>"), "workbook-damaged",
    ),
    "a lone surrogate as a number": ("p.xlsx", lambda: xlsx(sheets="<row>&#xD800;</row>"), "workbook-damaged"),
    "a sheet that is listed and missing": (
        "p.xlsx", lambda: packed({k: v for k, v in parts().items() if "sheet1" not in k}), "workbook-damaged",
    ),
    "no list of sheets": (
        "p.xlsx", lambda: packed({k: v for k, v in parts().items() if "workbook" not in k}), "workbook-damaged",
    ),
    "an .ods without its content": ("p.ods", lambda: packed({"mimetype": "x"}), "workbook-damaged"),
    "a cell beyond the last column": ("p.xlsx", lambda: xlsx(sheets=second(cell("XFE2", "x"))), "workbook-damaged"),
    "a cell beyond the last row": ("p.xlsx", lambda: xlsx(sheets=second(cell("B9999999", "x"))), "workbook-damaged"),
    "a cell with no name": ("p.xlsx", lambda: xlsx(sheets=second(cell("../x", "x"))), "workbook-damaged"),
    "merged cells with no name": (
        "p.xlsx", lambda: xlsx(after='<mergeCells><mergeCell ref="A1:ZZZZ9"/></mergeCells>'), "workbook-damaged",
    ),
    "a value repeated over a whole .ods sheet": (
        "p.ods",
        lambda: packed(
            ods(
                '<table:table-row table:number-rows-repeated="1048576">'
                + ods_cell("x", 'office:value-type="string" table:number-columns-repeated="16384"')
                + "</table:table-row>"
            )
        ),
        "too-large",
    ),
    "a long text named two hundred times": (
        "p.xlsx",
        lambda: xlsx(
            sheets="".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 201)),
            shared=f"<si><t>{'lorem ipsum ' * 75_000}</t></si>",
        ),
        "too-large",
    ),
    "a table of text above the limit": ("organisations.csv", lambda: b"id,name\n" + b"," * 256_000_001, "too-large"),
}  # fmt: skip
READ_RULES: dict[str, tuple[str, Callable[[], bytes], set[str]]] = {
    "a formula that starts a program": (
        "p.xlsx",
        lambda: xlsx(sheets=second("<c r=\"B2\" t=\"str\"><f>cmd|'/C calc'!A0</f><v>=cmd|'/C calc'!A0</v></c>")),
        set(),
    ),
    "a formula that asks the web, without a value": (
        "p.xlsx", lambda: xlsx(sheets=second('<c r="B2"><f>WEBSERVICE("https://example.org")</f></c>')),
        {"formula-without-value"},
    ),
    "a formula that is a link": (
        "p.xlsx", lambda: xlsx(sheets=second('<c r="B2" t="str"><f>HYPERLINK("https://e.org")</f><v>Aunt</v></c>')),
        set(),
    ),
    "a formula in another file": (
        "p.xlsx",
        lambda: packed(
            parts(second('<c r="B2" t="str"><f>[1]x!A1</f><v>Aunt</v></c>'))
            | {"xl/externalLinks/externalLink1.xml": f'<externalLink xmlns="{MAIN}"/>'}
        ),
        {"external-links"},
    ),
    "an error for a value": (
        "p.xlsx", lambda: xlsx(sheets=second('<c r="B2" t="e"><f>1/0</f><v>#REF!</v></c>')), {"error-value"},
    ),
    "a number with a million digits": (
        "p.xlsx", lambda: xlsx(sheets=second(f'<c r="B2"><v>{"9" * 1_000_000}</v></c>')), {"no-number"},
    ),
    "a number that is infinite": ("p.xlsx", lambda: xlsx(sheets=second('<c r="B2"><v>1e999</v></c>')), {"no-number"}),
    "a number that is none": ("p.xlsx", lambda: xlsx(sheets=second('<c r="B2"><v>nan</v></c>')), {"no-number"}),
    "a text that is not there": (
        "p.xlsx", lambda: xlsx(sheets=second('<c r="B2" t="s"><v>77</v></c>')), {"workbook-damaged"},
    ),
    "a style that is not there": ("p.xlsx", lambda: xlsx(sheets=second('<c r="B2" s="999"><v>7</v></c>')), set()),
    "a style with a number beyond all": (
        "p.xlsx", lambda: xlsx(sheets=second(f'<c r="B2" s="{"9" * 5000}"><v>7</v></c>')), set(),
    ),
    "a date in the year 100000": (
        "p.xlsx",
        lambda: xlsx(
            sheets=second('<c r="B2" s="0"><v>99999999</v></c>'), styles='<cellXfs><xf numFmtId="14"/></cellXfs>'
        ),
        {"date-value"},
    ),
    "half a character": ("p.xlsx", lambda: xlsx(sheets=second(cell("B2", "a_xD800_b"))), {"control-character"}),
    "a bell in a cell": ("p.xlsx", lambda: xlsx(sheets=second(cell("B2", "a_x0007_b"))), {"control-character"}),
    "a NUL in a cell": ("p.xlsx", lambda: xlsx(sheets=second(cell("B2", "a_x0000_b"))), {"control-character"}),
    "a cell of 20 MB": ("p.xlsx", lambda: xlsx(sheets=second(cell("B2", "lorem 1 ipsum 2 " * 600_000))), {"long-cell"}),
    "a shared text of 20 MB": (
        "p.xlsx",
        lambda: packed(
            parts(second('<c r="B2" t="s"><v>0</v></c>'), shared=f"<si><t>{_noise()}</t></si>")
        ),
        {"long-cell"},
    ),
    "a dimension of 1.5 million rows": ("p.xlsx", lambda: xlsx(before='<dimension ref="A1:XFD1500000"/>'), set()),
    "a million empty rows": ("p.xlsx", lambda: xlsx(sheets=GOOD + "".join(map(_empty, range(3, 1_000_000)))), set()),
    "an .ods with a million empty rows": (
        "p.ods",
        lambda: packed(
            ods(
                ODS_GOOD
                + '<table:table-row table:number-rows-repeated="1048574"><table:table-cell '
                'table:number-columns-repeated="16384"/></table:table-row>'
            )
        ),
        set(),
    ),
    "16,384 columns": (
        "p.xlsx",
        lambda: xlsx(
            sheets='<row r="1">' + "".join(cell("", f"c{n}").replace(' r=""', "") for n in range(16_384)) + "</row>"
        ),
        {"unknown-column", "missing-column"},
    ),
    "merged over the whole sheet": (
        "p.xlsx", lambda: xlsx(after='<mergeCells><mergeCell ref="A2:XFD1048576"/></mergeCells>'), {"merged-cells"},
    ),
    "the same sheet by letter case": (
        "p.xlsx", lambda: xlsx(sheets={"Organisations": GOOD, "ORGANISATIONS": GOOD}), {"table-twice"},
    ),
    "a sheet with a hostile name": (
        "p.xlsx", lambda: xlsx(sheets={"Organisations": GOOD, "../../=cmd|x": GOOD}), {"unknown-table"},
    ),
    "a chart and no sheet": (
        "p.xlsx",
        lambda: with_part(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships><Relationship Id="rId1" Type="{RELATIONS}/chartsheet" Target="x.xml"/></Relationships>',
        ),
        {"no-tables"},
    ),
    "sheets of other things": ("p.xlsx", lambda: xlsx(sheets={"Budget": GOOD}), {"no-tables", "unknown-table"}),
    "an empty sheet": ("p.xlsx", lambda: xlsx(sheets=""), {"empty-table"}),
    "macros in an .xlsx": ("p.xlsx", lambda: with_part("xl/vbaProject.bin", b"macro"), {"macros"}),
    "elements a hundred thousand deep": (
        "p.xlsx", lambda: xlsx(sheets=GOOD + "<a>" * 100_000 + "x1y2" + "</a>" * 100_000), set(),
    ),
    "tables in tables of an .ods": (
        "p.ods", lambda: packed(ods(ODS_GOOD + "<table:table>" * 50 + "</table:table>" * 50)),
        set(),
    ),
    "a quotation mark never closed": ("organisations.csv", lambda: b'id,name,form,type\na,"A,formal\n', {"csv"}),
    "ragged rows": ("organisations.csv", lambda: b"id,name,form,type\na,A,formal,charity,x\n", {"ragged-row"}),
    "a million empty lines": (
        "organisations.csv", lambda: b"id,name,form,type\na,A,formal,charity\n" + b"\n" * 1_000_000, set(),
    ),
    "a million rows of commas": (
        "organisations.csv", lambda: b"id,name,form,type\na,A,formal,charity\n" + b",,,\n" * 1_000_000, set(),
    ),
    "a cell of 20 MB in CSV": (
        "organisations.csv", lambda: b"id,name,form,type\na," + b"x" * 20_000_000 + b",formal,charity\n", {"csv"},
    ),
    "a NUL in CSV": ("organisations.csv", lambda: b"id,name,form,type\na,A\0,formal,charity\n", {"control-character"}),
    "UTF-16 that is cut off": ("organisations.csv", lambda: "id,näme".encode("utf-16")[:-1], {"encoding"}),
    "half a character in CSV": ("organisations.csv", lambda: b"id,name\na,\xed\xa0\x80\n", {"encoding"}),
    "a formula in CSV": ("organisations.csv", lambda: b"id,name,form,type\na,=1+1,formal,charity\n", set()),
    "a workbook called .csv": ("organisations.csv", xlsx, {"workbook-form"}),
}  # fmt: skip


def _noise() -> str:
    """20 MB that do not pack so well as to be refused for that."""
    return "".join(f"{n * 7919 % 1_000_003:07d}" for n in range(2_860_000))


def _empty(number: int) -> str:
    return f'<row r="{number}"/>'


def put(folder: Path, name: str, data: bytes) -> Path:
    (folder / "tables").mkdir(parents=True)
    (folder / "partnergraph.toml").write_text('id = "x"\ntitle = "X"\n', "utf-8")
    (folder / "tables" / name).write_bytes(data)
    return folder


def findings_in_time(folder: Path, seconds: float = 20) -> list[Finding]:
    """What is wrong, within the limits of time and memory that all of these files must keep."""
    start, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    findings = read_folder(folder).findings
    assert time.monotonic() - start < seconds
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss <= max(2_000_000, before)
    return findings


def test_there_are_forty_kinds_and_more() -> None:
    assert len(REFUSED) + len(READ_RULES) >= 80


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_built_to_harm_is_refused_and_named_and_nothing_is_written(name: str, tmp_path: Path) -> None:
    file, make, rule = REFUSED[name]
    folder = put(tmp_path / "data", file, make())
    findings = findings_in_time(folder)
    assert [(f.rule, f.severity) for f in findings] == [(rule, "error")], findings
    [finding] = findings
    assert finding.place is not None
    assert finding.place.file == f"tables/{file}"
    assert finding.fix
    assert len(str(finding)) < 600
    with pytest.raises(DataError, match="nothing was published"):
        build(folder, tmp_path / "build")
    assert not (tmp_path / "build" / "current").exists()
    assert {p.name for p in folder.rglob("*") if p.is_file()} == {"partnergraph.toml", file}


@pytest.mark.parametrize("name", READ_RULES)
def test_an_odd_file_is_read_as_far_as_it_can_be_and_what_is_odd_is_said(name: str, tmp_path: Path) -> None:
    file, make, rules = READ_RULES[name]
    folder = put(tmp_path / "data", file, make())
    findings = findings_in_time(folder)
    assert all(f.place and f.place.file == f"tables/{file}" for f in findings)
    assert {f.rule for f in findings} == rules, findings
    assert all(len(str(f)) < 1500 for f in findings)
    if findings:
        write_annotated_copy(folder, findings, tmp_path / "marked.xlsx")
        with zipfile.ZipFile(tmp_path / "marked.xlsx") as archive:
            inside = [archive.read(n) for n in archive.namelist() if "worksheets/sheet" in n]
        assert not any(b"<f>" in part and (b"WEBSERVICE" in part or b"|" in part) for part in inside)
