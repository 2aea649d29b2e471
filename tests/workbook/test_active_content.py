"""A marked copy holds nothing that asks the web, another file or a program, in any place that a workbook has."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.chart.data_source import StrRef
from openpyxl.chart.series import SeriesLabel
from openpyxl.comments import Comment
from openpyxl.formatting.rule import ColorScaleRule, DataBarRule, FormulaRule, IconSetRule
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import PatternFill
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.table import Table, TableFormula

from partnergraph.build import collect_findings
from partnergraph.workbook.active_content import external_references, is_passive_formula
from partnergraph.workbook.annotated_copy import write_annotated_copy
from partnergraph.workbook.template import create_folder
from tests.workbook.test_annotated_copy import workbook_of

CANARY = "canary.example"
REACHING = [
    f'=WEBSERVICE("https://{CANARY}")',
    f'=_xlfn.WEBSERVICE("https://{CANARY}")',
    f'=hyperlink("http://{CANARY}")',
    f'=INDIRECT("\'http:"&"//{CANARY}/x.ods\'#$S.A1")',
    '=INDIRECT(CHAR(39)&"ht"&"tp:"&CHAR(47)&CHAR(47)&"x")',
    '=INDIRECT("A1")',
    f"='http://{CANARY}/x.ods'#$Sheet1.A1",
    "='file:///etc/passwd'#$Sheet1.A1",
    "='[other.xlsx]Sheet1'!A1",
    "=[1]Sheet1!A1",
    "=[1]!name",
    "=other.xlsx!name",
    "=cmd|'/C calc'!A0",
    "=cmd|' /C calc'!'A0'",
    '=DDE("soffice";"x";"y")',
    '=CALL("kernel32","WinExec","JC","calc")',
    '=REGISTER.ID("a","b")',
    '=RTD("x",,"y")',
    f'=IMAGE("//{CANARY}/x.png")',
    f'=IMPORTXML("{CANARY}","//a")',
    f'=IMPORTDATA("{CANARY}")',
    '=FILTERXML("<a/>","//a")',
    '=CUBEVALUE("x","y")',
    '=SQL.REQUEST("x","y")',
    '=EXEC("calc")',
    '=EVALUATE("1")',
    '=CELL("filename")',
    '=INFO("directory")',
    "=unknown_function(A1)",
    "=LAMBDA(x,x)(1)",
    "=unknown_name",
    "=Elsewhere!A1",
    f'=IF(TRUE,"\\\\{CANARY}\\x",1)',
    f'=LOWER("http://{CANARY}")',
    "=" + "1+" * 5_000 + "1",
]
PASSIVE = [
    "=LOWER(A2)",
    '=IF(A2="","",VLOOKUP(A2,Organisations!$A$2:$B$9,2,FALSE))',
    "=SUM(A:A)+COUNTIF(Organisations!A$2:A$9,\"x*\")",
    '=TEXT(TODAY(),"yyyy-mm-dd")',
    '=A2&" "&B2',
    "=OFFSET(Organisations!$A$2,0,0,MAX(1,COUNTA(Organisations!$A:$A)-1),1)",
    "=SUM(kept_name)*50%",
    "={1,2;3,4}",
    "=_xlfn.TEXTJOIN(\";\",TRUE,A2:A5)",
]  # fmt: skip


@pytest.mark.parametrize("formula", REACHING)
def test_what_is_not_surely_passive_is_active(formula: str) -> None:
    assert not is_passive_formula(formula, {"kept_name"}, {"organisations"})


@pytest.mark.parametrize("formula", PASSIVE)
def test_formulas_that_compute_are_passive(formula: str) -> None:
    assert is_passive_formula(formula, {"kept_name"}, {"organisations"})
    assert is_passive_formula(formula.removeprefix("="), {"kept_name"}, {"organisations"}), (
        "as rules and names are kept"
    )


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The example that `create_folder` makes, with a workbook instead of CSV tables."""
    create_folder(tmp_path / "data", "Riverside Trust", csv_tables=True, full=True)
    workbook_of(tmp_path / "data")
    return tmp_path / "data"


def _marked(small: Path, target: Path, edit: Callable[[Workbook, Any], None]) -> bytes:
    file = small / "tables" / "partners.xlsx"
    book = load_workbook(file)
    sheet = book["Organisations"]
    sheet["A3"] = "Bad Id"
    edit(book, sheet)
    book.save(file)
    assert CANARY.encode() in _contents(file.read_bytes()), "it was there"
    findings = collect_findings(small)
    assert findings
    write_annotated_copy(small, findings, target)
    return target.read_bytes()


def _contents(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return b"\n".join(name.encode() + archive.read(name) for name in archive.namelist())


RED = PatternFill("solid", fgColor="FFFF0000")
WEB = f'WEBSERVICE("https://{CANARY}")'


def _validation(book: Workbook, sheet: Any) -> None:
    for number, kind in enumerate(("custom", "list", "whole", "decimal", "date", "textLength"), 2):
        rule = DataValidation(type=kind, formula1=WEB if number % 2 else "1", formula2=None if number % 2 else WEB)
        rule.add(f"F{number}")
        sheet.add_data_validation(rule)


def _formats(book: Workbook, sheet: Any) -> None:
    scale = {"start_type": "formula", "start_value": WEB, "end_type": "max"}
    for number, rule in enumerate(
        (
            FormulaRule(formula=[f'{WEB}=""'], fill=RED),
            ColorScaleRule(**scale, start_color="FF0000", end_color="00FF00"),
            DataBarRule(**scale, color="FF0000"),
            IconSetRule("3Arrows", "formula", ["1", WEB, "3"]),
        )
    ):
        sheet.conditional_formatting.add(f"{'BCDE'[number]}2:{'BCDE'[number]}9", rule)


def _names(book: Workbook, sheet: Any) -> None:
    book.defined_names["evil"] = DefinedName("evil", attr_text=WEB)
    book.defined_names["behind"] = DefinedName("behind", attr_text="evil")
    sheet.defined_names["evil_here"] = DefinedName("evil_here", attr_text=WEB)
    sheet.defined_names["hidden"] = DefinedName("hidden", hidden=True, attr_text=f"'http://{CANARY}/x.ods'#$S.A1")
    book.defined_names["macro"] = DefinedName("macro", function=True, attr_text=f'"{CANARY}"')
    sheet["G2"] = "=evil"
    sheet["G3"] = "=behind"


def _links(book: Workbook, sheet: Any) -> None:
    for number, target in enumerate(
        (f"https://{CANARY}/", f"file://{CANARY}/x", f"\\\\{CANARY}\\x", f"dde:{CANARY}"), 2
    ):
        sheet.cell(number, 9, "x").hyperlink = target
    sheet["I7"]._hyperlink = Hyperlink(ref="I7", location=f"'[{CANARY}.xlsx]S'!A1")


def _chart(book: Workbook, sheet: Any) -> None:
    for place in (sheet.add_chart, book.create_chartsheet("Chart").add_chart):
        chart = BarChart()
        chart.add_data(Reference(sheet, min_col=1, min_row=1, max_row=4))
        chart.series[0].tx = SeriesLabel(strRef=StrRef(f"'[{CANARY}.xlsx]S'!$A$1"))
        place(chart)


def _tables(book: Workbook, sheet: Any) -> None:
    for number, title in enumerate(("Query", "Plain")):
        other = book.create_sheet(title)
        other.append(["id", "x"])
        other.append(["a", "b"])
        table = Table(displayName=title, ref="A1:B2")
        table._initialise_columns()
        for column, name in zip(table.tableColumns, ("id", "x"), strict=True):
            column.name = name
        table.tableColumns[1].calculatedColumnFormula = TableFormula(attr_text=WEB)
        if number == 0:
            table.tableType, table.connectionId, table.comment = "queryTable", 1, CANARY
        other.add_table(table)


def _cells(book: Workbook, sheet: Any) -> None:
    sheet["H2"] = ArrayFormula("H2:H3", f"={WEB}")
    sheet["H4"] = DataTableFormula(ref="H4:H5", dt2D=True, r1="A1", r2="B1")
    sheet["I4"] = f"={WEB}"


def _properties(book: Workbook, sheet: Any) -> None:
    book.properties.creator = book.properties.lastModifiedBy = f"Jane at {CANARY}"
    book.custom_doc_props.append(StringProperty(name="from", value=CANARY))


PLACES = [_validation, _formats, _names, _links, _chart, _tables, _properties]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__.strip("_"))
def test_no_place_of_a_marked_copy_reaches_out(
    place: Callable[[Workbook, Any], None], small: Path, tmp_path: Path
) -> None:
    data = _marked(small, tmp_path / "marked.xlsx", place)
    contents = _contents(data)
    assert external_references(data) == []
    if place is _names:
        assert load_workbook(io.BytesIO(data))["Organisations"]["G3"].data_type == "s"
    assert CANARY.encode() not in contents
    assert load_workbook(io.BytesIO(data))["Organisations"]["B3"].value, "the sheet itself is there"


def test_formulas_of_cells_become_their_text(small: Path, tmp_path: Path) -> None:
    data = _marked(small, tmp_path / "marked.xlsx", _cells)
    sheet = load_workbook(io.BytesIO(data))["Organisations"]
    for name in ("H2", "H4", "I4"):
        assert sheet[name].data_type == "s"
    assert sheet["I4"].value == sheet["H2"].value == f"={WEB}"
    assert sheet["I4"].quotePrefix
    assert not re.search(rb"<f[\s/>]", _contents(data))


def test_what_is_passive_stays(small: Path, tmp_path: Path) -> None:
    def edit(book: Workbook, sheet: Any) -> None:
        book.defined_names["kinds"] = DefinedName("kinds", attr_text="Organisations!$A$2:$A$9")
        for number, formula in enumerate(("kinds", '"a,b"', "Evidence!$A$2:$A$9"), 2):
            rule = DataValidation(type="list", formula1=formula)
            rule.add(f"J{number}")
            sheet.add_data_validation(rule)
        sheet.conditional_formatting.add("B2:B9", FormulaRule(formula=["LEN($B2)>3"], fill=RED))
        sheet["K2"] = "=SUM(L2:L5)"
        sheet["K3"].comment = Comment("Ask Ann.", "me")
        sheet["K4"] = CANARY
        sheet["K5"] = "there"
        sheet["K5"]._hyperlink = Hyperlink(ref="K5", location="Organisations!A1")

    was = len(load_workbook(small / "tables" / "partners.xlsx")["Organisations"].data_validations.dataValidation)
    book = load_workbook(io.BytesIO(_marked(small, tmp_path / "marked.xlsx", edit)))
    sheet = book["Organisations"]
    assert list(book.defined_names) == ["kinds"]
    assert len(sheet.data_validations.dataValidation) == was + 3
    assert [rule.formula for area in sheet.conditional_formatting for rule in area.rules] == [["LEN($B2)>3"]]
    assert (sheet["K2"].value, sheet["K3"].comment.text.strip()) == ("=SUM(L2:L5)", "Ask Ann.")
    assert sheet["K5"].hyperlink.location == "Organisations!A1"


def test_the_drop_downs_of_our_own_workbook_stay(tmp_path: Path) -> None:
    create_folder(tmp_path / "data", "Riverside Trust", full=True)
    [file] = (tmp_path / "data" / "tables").glob("*.xlsx")
    book = load_workbook(file)
    book["Organisations"]["A3"] = "Bad Id"
    book.save(file)
    write_annotated_copy(tmp_path / "data", collect_findings(tmp_path / "data"), tmp_path / "marked.xlsx")
    marked = load_workbook(tmp_path / "marked.xlsx")

    def rules(book: Workbook) -> dict[str, list[str]]:
        return {
            s.title: [f"{v.sqref} {v.formula1}" for v in s.data_validations.dataValidation] for s in book.worksheets
        }

    found = rules(marked)
    assert found.pop("Problems") == []
    assert found == rules(book)
    assert sum(map(len, found.values())) > 10
