"""From nothing to a page and on, as a partnership manager walks it, with workbooks of several programs."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from partnergraph.store import Reader
from tests.cli.conftest import Run
from tests.conftest import ROOT

WALK = Path(__file__).parent / "walk"
SOFFICE = shutil.which("soffice")
BOOK = "partners.xlsx"
Sheets = dict[str, list[list[str]]]


def sheets(file: Path) -> Sheets:
    """What stands in the tables of a workbook."""
    book = openpyxl.load_workbook(file)
    return {s.title: [[c or "" for c in row] for row in s.iter_rows(values_only=True)] for s in book.worksheets[1:-1]}


def by_openpyxl(file: Path) -> None:
    """Opened and saved by another library."""
    book = openpyxl.load_workbook(file)
    book.save(file)


def as_excel_does(inline: bool) -> Callable[[Path], None]:
    """With Excel's habits: days as serial numbers, years as floats, rows and sheets that are empty but there."""

    def write(file: Path) -> None:
        tables = sheets(file)
        book = xlsxwriter.Workbook(file, {"constant_memory": inline})  # which writes texts into the cells themselves
        day, plain = book.add_format({"num_format": "dd/mm/yyyy"}), book.add_format({"bg_color": "#EEEEEE"})
        for name, rows in tables.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, text in enumerate(row):
                    if number and re.fullmatch(r"\d{4}-\d\d-\d\d", text):
                        sheet.write_datetime(number, column, datetime.fromisoformat(text), day)
                    elif number and re.fullmatch(r"\d{4}", text):
                        sheet.write_number(number, column, float(text))
                    else:
                        sheet.write_string(number, column, text)
            for number in range(len(rows), len(rows) + 40):
                sheet.write_blank(number, 0, None, plain)
        book.add_worksheet("Sheet1")
        book.add_worksheet("Sheet2")
        book.close()

    return write


def by_libreoffice(suffix: str) -> Callable[[Path], None]:
    """Opened and saved by LibreOffice: by the one that is installed, else as one once did."""

    def write(file: Path) -> None:
        made = file.with_suffix(f".{suffix}")
        if SOFFICE is None:
            file.unlink()
            shutil.copy(WALK / f"partners.{suffix}", made)
            return
        output = file.parent.parent.parent / "converted"
        profile = f"-env:UserInstallation={(output / 'profile').as_uri()}"
        command = [SOFFICE, profile, "--headless", "--convert-to", suffix, "--outdir", str(output), str(file)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        file.unlink()
        shutil.move(output / f"partners.{suffix}", made)

    return write


WRITERS = {
    "partnergraph": lambda file: None,
    "openpyxl": by_openpyxl,
    "excel, shared strings": as_excel_does(False),
    "excel, inline strings": as_excel_does(True),
    "libreoffice": by_libreoffice("xlsx"),
}


def edit(file: Path, change: Callable[[Any], None]) -> None:
    """What a person does: open, change, save."""
    book = openpyxl.load_workbook(file)
    change(book)
    book.save(file)


def put(sheet: Any, **values: str) -> None:
    """A new row below the last filled one, by the headings."""
    headings = {str(cell.value).lower(): cell.column for cell in sheet[1]}
    number = max(cell.row for row in sheet.iter_rows() for cell in row if cell.value not in (None, "")) + 1
    for name, value in values.items():
        sheet.cell(number, headings[name.rstrip("_")], value)


def found(sheet: Any, slug: str, column: str) -> Any:
    """A cell by the id of its row."""
    [number] = [cell.row for [cell] in sheet.iter_rows(max_col=1) if cell.value == slug]
    return next(sheet.cell(number, cell.column) for cell in sheet[1] if cell.value == column)


def quads(built: Path) -> set[str]:
    return set(Reader.at(built).nquads())


@pytest.fixture
def began(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> Path:
    """The folder that `init` made, and its graph in `first`."""
    monkeypatch.chdir(tmp_path)
    assert run("init", "my-partners", "--name", "Riverside Trust", "--full").code == 0
    assert run("build", "my-partners", "--output", "first", "--quiet", "--no-page") == (0, "", "")
    return tmp_path / "my-partners"


@pytest.mark.parametrize("writer", WRITERS)
def test_from_nothing_to_a_page_and_from_an_edit_to_just_that_edit(writer: str, began: Path, run: Run) -> None:
    file, here = began / "tables" / BOOK, began.parent
    WRITERS[writer](file)
    assert run("check", began).err == "0 errors, 0 warnings\n"
    assert run("build", began, "--quiet").code == 0
    assert quads(here / "build") == quads(here / "first")
    page = (here / "build" / "index.html").read_text("utf-8")
    assert "Newcomer Ltd" not in page

    def newcomer(book: Any) -> None:
        put(book["Organisations"], id="newcomer", name="Newcomer Ltd", form="formal", type="charity")
        said = {"says": "Newcomer joined the alliance in May 2024", "basis": "stated", "confidence": "high"}
        put(book["Evidence"], id="e8", source="example-annual-report", **said)
        claim = {"id": "membership-newcomer", "kind": "memberhsip", "from_": "newcomer", "to": "example-alliance"}
        put(book["Relationships"], **claim, start="2024-05", evidence="e8")

    edit(file, newcomer)
    checked = run("check", began, "--marked", "marked.xlsx")
    assert checked.code == 1
    assert "memberhsip" in checked.out
    assert "Did you mean 'membership'?" in checked.out
    marked = openpyxl.load_workbook(here / "marked.xlsx")["Relationships"]
    cell = found(marked, "membership-newcomer", "kind")
    assert cell.value == "memberhsip"
    assert cell.fill.fill_type == "solid"
    assert "membership" in cell.comment.text
    refused = run("build", began)
    assert refused.code == 1
    assert "memberhsip" in refused.err
    assert f"cell {cell.coordinate}" in refused.err
    assert (here / "build" / "index.html").read_text("utf-8") == page

    def mend(book: Any) -> None:
        found(book["Relationships"], "membership-newcomer", "kind").value = "membership"

    edit(file, mend)
    assert run("build", began, "--quiet") == (0, "", "")
    assert "Newcomer Ltd" in (here / "build" / "index.html").read_text("utf-8")

    assert run("export", "--graph", "build", "--tables", "back").code == 0
    assert run("export", "--graph", "build", "--tables", "back.xlsx").code == 0
    for table in (here / "back" / "tables").iterdir():
        table.unlink()
    shutil.move(here / "back.xlsx", here / "back" / "tables" / BOOK)
    assert run("build", "back", "--output", "again", "--quiet", "--no-page") == (0, "", "")
    assert (here / "again" / "graph.trig").read_bytes() == (here / "build" / "graph.trig").read_bytes()
    assert run("diff", "build", "again", "--exit-code").code == 0

    def end(book: Any) -> None:
        found(book["Relationships"], "membership-newcomer", "end").value = "2025-11-30"

    edit(here / "back" / "tables" / BOOK, end)
    assert run("build", "back", "--output", "again", "--quiet", "--no-page") == (0, "", "")
    told = run("diff", "build", "again", "--format", "json", "--exit-code")
    assert told.code == 1
    report = json.loads(told.out)
    assert report["quads"]["added"] == 6
    assert report["quads"]["removed"] == 0
    changes = {change["subject"] for section in report["sections"] for change in section["changes"]}
    assert changes == {"https://example.org/riverside-trust/id/rel/membership-newcomer"}
    predicates = {line.split()[1].rpartition("#")[2] for line in quads(here / "again") - quads(here / "build")}
    written, derived = {"end>", "endEarliest>", "endLatest>"}, {"validUntilEarliest>", "validUntilLatest>"}
    assert predicates == written | derived
    assert quads(here / "build") <= quads(here / "again")


def test_an_ods_that_libreoffice_saved_says_the_same(began: Path, run: Run) -> None:
    by_libreoffice("ods")(began / "tables" / BOOK)
    assert [file.name for file in (began / "tables").iterdir()] == ["partners.ods"]
    assert run("check", began).err == "0 errors, 0 warnings\n"
    assert run("build", began, "--quiet", "--no-page") == (0, "", "")
    assert quads(began.parent / "build") == quads(began.parent / "first")


@pytest.mark.parametrize("suffix", ["xlsx", "ods"])
def test_what_libreoffice_once_saved_is_still_the_workbook_of_init(suffix: str, began: Path, run: Run) -> None:
    """The files beside this test, which stand in where LibreOffice is not installed."""
    (began / "tables" / BOOK).unlink()
    shutil.copy(WALK / f"partners.{suffix}", began / "tables")
    assert run("build", began, "--quiet", "--no-page") == (0, "", "")
    assert quads(began.parent / "build") == quads(began.parent / "first")


def test_the_commands_of_the_readme_lead_from_nothing_to_a_page(here: Path, run: Run) -> None:
    """After the first commands of the README, which build the Keele graph: it stays where it is."""
    tmp_path = here
    before = (tmp_path / "build" / "current").readlink()
    section = (ROOT / "README.md").read_text("utf-8").partition("## A graph of your own")[2].partition("\n## ")[0]
    first, second = re.findall(r"```bash\n(.*?)```", section, re.DOTALL)
    made, built, opened = first.strip().splitlines()

    for line in (made, built):
        done = run(*shlex.split(line, comments=True)[1:])
        assert done.code == 0, done.err
        assert done.err == ""
    page = tmp_path / shlex.split(opened, comments=True)[-1]
    assert "Riverside Trust: partnerships" in page.read_text("utf-8")
    commands = [shlex.split(line, comments=True)[1:] for line in second.strip().splitlines()]
    for command in commands:
        assert run(*command).code == 0
    written = [command[command.index("--tables") + 1] for command in commands]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["build", "my-partners", *written])
    assert (tmp_path / "build" / "current").readlink() == before
    workbook = next(name for name in written if name.endswith(".xlsx"))
    names = [row[0] for row in openpyxl.load_workbook(tmp_path / workbook)["Partnerships"].values]
    assert "Example Alliance" in names
    assert "Keele University" not in names


def test_init_says_what_comes_next_and_refuses_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("init", "our partners", "--name", "Riverside Trust", "--csv")
    assert done.code == 0
    assert "build  partnergraph build 'our partners'" in done.out
    again = run("init", "our partners", "--name", "Riverside Trust")
    assert (again.code, again.out) == (2, "")
    assert "is not empty" in again.err
    assert run("init", "x").code == 2
    assert run("export", "--tables", "a", "--format", "csv").code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["our partners"]


def test_the_build_of_another_folder_is_not_replaced_without_being_asked(here: Path, run: Run) -> None:
    before = (here / "build" / "current").readlink(), (here / "build" / "index.html").read_bytes()
    made = run("init", "our partners", "--name", "Riverside Trust", "--csv")
    [proposed] = [line.split("build  ")[1] for line in made.out.splitlines() if "build  " in line]
    refused = run("build", "our partners")
    assert (refused.code, refused.out) == (2, "")
    assert "build holds another graph, 'Keele School of" in refused.err
    assert "(id keele)" in refused.err
    assert proposed in refused.err
    assert "--replace" in refused.err
    assert ((here / "build" / "current").readlink(), (here / "build" / "index.html").read_bytes()) == before
    assert run(*shlex.split(proposed)[1:], "--no-page", "-q").code == 0
    assert (
        run("query", "ASK { ?o skos:prefLabel ?n FILTER(STR(?n) = 'Example Fund') }", "--graph", "our partners").out
        == "yes\n"
    )


def test_another_graph_is_replaced_when_that_is_asked(began: Path, run: Run) -> None:
    (began.parent / "other").mkdir()
    (began.parent / "other" / "partnergraph.toml").write_text('id = "other"\ntitle = "Other"\n', "utf-8")
    assert run("build", "other", "--output", "first", "--no-page").code == 2
    assert run("build", "other", "--output", "first", "--no-page", "--force").code == 2
    assert run("build", "other", "--output", "first", "--no-page", "--replace").code == 0
    assert json.loads((began.parent / "first" / "report.json").read_text("utf-8"))["graph"] == "other"
    assert run("build", "other", "--output", "first", "--no-page").out.startswith("first: unchanged")
