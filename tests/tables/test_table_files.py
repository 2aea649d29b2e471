"""A workbook gives the same as CSV tables, forgiving in form and strict in meaning; each cell has its name."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from partnergraph.build import collect_findings
from partnergraph.errors import Finding
from partnergraph.graph_folder.folder import GraphFolder, input_hashes, read_folder
from partnergraph.tables.sheet import Sheet
from partnergraph.tables.table_files import read_sheets, table_files, table_named
from partnergraph.tables.table_schemas import TABLE_SCHEMAS
from tests.conftest import ROOT
from tests.tables.spreadsheets import GOOD, ODS_GOOD, ods, ods_cell, ods_rows, packed, parts, rows

DATA = ROOT / "data"


def grids() -> dict[str, list[list[str]]]:
    found = {}
    for path in sorted((DATA / "tables").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            found[path.stem] = list(csv.reader(lines))
    return found


def by_openpyxl(file: Path) -> None:
    book = Workbook()
    book.remove(book.active)
    for name, lines in grids().items():
        sheet = book.create_sheet(name.capitalize())
        for line in lines:
            sheet.append([cell or None for cell in line])
    book.save(file)


def by_xlsxwriter(file: Path) -> None:
    with xlsxwriter.Workbook(file) as book:
        for name, lines in grids().items():
            sheet = book.add_worksheet(name.upper())
            for number, line in enumerate(lines):
                for column, cell in enumerate(line):
                    sheet.write_string(number, column, cell)


def by_hand(file: Path) -> None:
    """An .ods: line breaks are paragraphs, several spaces an element of their own."""
    file.write_bytes(packed(ods({name: ods_rows(*lines) for name, lines in grids().items()})))


WRITERS = {"openpyxl.xlsx": by_openpyxl, "xlsxwriter.xlsx": by_xlsxwriter, "hand.ods": by_hand}


def folder_of(tmp_path: Path, write: Callable[[Path], None], name: str = "partners.xlsx") -> Path:
    """The Keele folder with one workbook instead of its tables."""
    folder = tmp_path / "data"
    shutil.copytree(DATA, folder)
    for path in (folder / "tables").glob("*.csv"):
        path.unlink()
    write(folder / "tables" / name)
    return folder


@pytest.fixture(scope="module")
def keele() -> GraphFolder:
    return read_folder(DATA)


@pytest.mark.parametrize("name", WRITERS)
def test_a_workbook_gives_the_same_graph_as_csv_tables(name: str, keele: GraphFolder, tmp_path: Path) -> None:
    folder = folder_of(tmp_path, WRITERS[name], name)
    found = read_folder(folder)
    assert found.findings == []
    assert found.model == keele.model
    assert collect_findings(folder) == []
    assert {*found.places} == {*keele.places}
    for iri, place in found.places.items():
        assert (place.file, place.row) == (f"tables/{name}", keele.places[iri].row)
        assert table_named(place.sheet or "") == Path(keele.places[iri].file).stem
    assert {*found.inputs} == {"partnergraph.toml", "story.toml", "documents/school-partnerships.txt", f"tables/{name}"}
    assert found.inputs == input_hashes(folder)


def small(tmp_path: Path, fill: Callable[[Worksheet], object], config: str = "") -> GraphFolder:
    """A folder with a workbook of one table, organisations, and another of events to hold dates."""
    (tmp_path / "tables").mkdir()
    (tmp_path / "partnergraph.toml").write_text(f'id = "x"\ntitle = "X"\n{config}', "utf-8")
    book = Workbook()
    sheet = book.active
    sheet.title = "Sources"
    sheet.append(["id", "title", "publisher", "kind", "date", "note"])
    sheet.append(["s", "Aunt", "Aunts", "article", None, None])
    fill(sheet)
    book.save(tmp_path / "tables" / "p.xlsx")
    return read_folder(tmp_path)


def said(folder: GraphFolder) -> list[tuple[str, str, str | None]]:
    return [(f.severity, f.rule, f.place.cell if f.place else None) for f in folder.findings]


def put(cell: str, value: Any, form: str | None = None) -> Callable[[Worksheet], None]:
    def fill(sheet: Worksheet) -> None:
        sheet[cell] = value
        if form:
            sheet[cell].number_format = form

    return fill


DATES: dict[str, tuple[Any, str | None, str]] = {
    "a day": (date(2009, 8, 1), None, "2009-08-01"),
    "a day shown in the British way": (date(2009, 8, 1), "dd/mm/yyyy", "2009-08-01"),
    "a day with its weekday": (datetime(2009, 8, 1), "[$-809]dddd, d mmmm yyyy;@", "2009-08-01"),
    "a day shown as its year": (date(2009, 8, 1), "yyyy", "2009"),
    "a day shown as its month": (date(2009, 8, 1), "mmm yyyy", "2009-08"),
    "a day shown as its month, short": (date(2009, 8, 1), "mmm-yy", "2009-08"),
    "a year that is a number": (2009, None, "2009"),
    "a year that is a number with a point": (2009.0, "0.00", "2009"),
    "a year as text": ("2009", None, "2009"),
    "a year as a program wrote it": ("2009.0", None, "2009"),
    "a year with a space that does not break": ("\u00a02009 ", None, "2009"),
    "a day with dashes of a typesetter": ("2009\u201308\u201301", None, "2009-08-01"),
    "a year in quotation marks": ("“2009”", None, "2009"),
}


@pytest.mark.parametrize("name", DATES)
def test_a_date_is_read_as_the_person_sees_it(name: str, tmp_path: Path) -> None:
    value, form, meant = DATES[name]
    found = small(tmp_path, put("E2", value, form))
    assert found.findings == []
    assert found.model.sources[0].date is not None
    assert found.model.sources[0].date.text == meant


def test_a_date_that_can_be_read_in_two_ways_shows_both_and_is_not_guessed(tmp_path: Path) -> None:
    found = small(tmp_path, put("E2", "03/04/2021"))
    [finding] = found.findings
    assert finding.message == "'03/04/2021' can be read in two ways: 3 April 2021 or 4 March 2021."
    assert finding.fix is not None
    assert 'dates = "dd/mm/yyyy"' in finding.fix
    assert str(finding.place) == 'tables/p.xlsx, sheet "Sources", row 2, column "date" (cell E2)'


@pytest.mark.parametrize(
    ("rule", "text", "meant"),
    [
        ("dd/mm/yyyy", "03/04/2021", "2021-04-03"),
        ("mm/dd/yyyy", "03/04/2021", "2021-03-04"),
        ("dd/mm/yyyy", "3.4.2021", "2021-04-03"),
        ("dd/mm/yyyy", "2021-04", "2021-04"),
    ],
)
def test_the_rule_of_the_folder_says_how_dates_are_meant(rule: str, text: str, meant: str, tmp_path: Path) -> None:
    found = small(tmp_path, put("E2", text), f'dates = "{rule}"\n')
    assert found.findings == []
    assert found.model.sources[0].date is not None
    assert found.model.sources[0].date.text == meant


@pytest.mark.parametrize(("rule", "text"), [("dd/mm/yyyy", "04/13/2021"), ("mm/dd/yyyy", "13/04/2021")])
def test_a_date_against_the_rule_is_an_error(rule: str, text: str, tmp_path: Path) -> None:
    assert said(small(tmp_path, put("E2", text), f'dates = "{rule}"\n')) == [("error", "date-form", "E2")]


def test_another_rule_is_an_error(tmp_path: Path) -> None:
    found = small(tmp_path, put("E2", "2021"), 'dates = "dd-mm"\n')
    [finding] = found.findings
    assert (finding.rule, finding.value) == ("config", "dd-mm")


CELLS: dict[str, tuple[Any, str | None, str]] = {
    "a number": (7, None, "7"),
    "a number with a fraction": (53.0042, None, "53.0042"),
    "a percentage": (0.9, "0%", "90%"),
    "a percentage with a fraction": (0.125, "0.0%", "12.5%"),
    "true": (True, None, "true"),
    "leading zeros by format": (490500, "00000000", "00490500"),
    "money": (1250, '"£"#,##0', "1250"),
    "text in quotation marks": ("“so”", None, "“so”"),
    "a line break": ("a\nb", None, "a\nb"),
    "text that looks like a formula": ("'=1+1", None, "'=1+1"),
}


@pytest.mark.parametrize("name", CELLS)
def test_a_value_is_read_as_the_person_sees_it(name: str, tmp_path: Path) -> None:
    value, form, meant = CELLS[name]
    found = small(tmp_path, put("F2", value, form))
    assert found.findings == []
    assert found.model.sources[0].note == meant


def test_a_number_longer_than_the_program_keeps_is_an_error(tmp_path: Path) -> None:
    found = small(tmp_path, put("F2", 12345678901234567890))
    assert said(found) == [("error", "long-number", "F2")]


def test_a_formula_without_a_value_is_an_error_and_one_with_a_value_is_read(tmp_path: Path) -> None:
    found = small(tmp_path, put("B2", '="Aunt"'))
    assert said(found) == [("error", "formula-without-value", "B2")]
    [sheet] = read_sheets("p.xlsx", packed(parts('<row r="1"><c r="A1" t="str"><f>A2</f><v>Aunt</v></c></row>')))
    assert (sheet.rows, sheet.findings) == ([(1, ["Aunt"])], [])


def test_error_values_are_errors(tmp_path: Path) -> None:
    found = small(tmp_path, put("F2", "#REF!"))
    assert said(found) == [("error", "error-value", "F2")]


def test_merged_cells_are_filled_downwards_with_a_warning(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["t", "Uncle", None, "article"])
        sheet.append(["u", "Niece", "Nieces", "article"])
        sheet.merge_cells("C2:C3")

    found = small(tmp_path, fill)
    assert said(found) == [("warning", "merged-cells", "C2")]
    assert "C2:C3" in found.findings[0].message
    assert [source.publisher for source in found.model.sources] == ["Aunts", "Aunts", "Nieces"]


def test_cells_merged_sideways_are_read_in_their_first_column(tmp_path: Path) -> None:
    found = small(tmp_path, lambda sheet: (put("E2", "2009")(sheet), sheet.merge_cells("E2:F2")))
    assert said(found) == [("warning", "merged-cells", "E2")]
    assert (found.model.sources[0].note, found.errors) == (None, [])


def test_hidden_rows_columns_and_sheets_are_read_and_said_once(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["t", "Uncle", "Uncles", "article"])
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["B"].hidden = True
        other = sheet.parent.create_sheet("Organisations")
        other.append([*TABLE_SCHEMAS["organisations"].required])
        other.append(["aunt", "Aunt", "formal", "charity"])
        other.sheet_state = "veryHidden"

    found = small(tmp_path, fill)
    assert [(f.severity, f.rule, f.place.sheet) for f in found.findings if f.place] == [
        *(("info", "hidden", "Organisations"), ("info", "hidden", "Sources"))
    ]
    assert found.findings[0].message == "Hidden, and read all the same: the whole sheet."
    assert found.findings[1].message == "Hidden, and read all the same: row 3, column B."
    assert (len(found.model.sources), len(found.model.organisations)) == (2, 1)


def test_headings_are_forgiven_their_form(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        for cell, text in zip(
            sheet[1], [" ID", "Title\u00a0", "PUBLISHER", "“Kind”", "As of-Latest", None], strict=True
        ):
            cell.value = text
        sheet["E2"] = 2020

    found = small(tmp_path, fill)
    assert found.findings == []
    assert found.model.sources[0].as_of_latest is not None


def test_unknown_columns_are_left_out_and_said_once_those_about_persons_by_themselves(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        for column, text in zip("FGHIJ", ("notte", "Budget", "Contact person", "Our ref", "E-mail"), strict=True):
            sheet[f"{column}1"] = text
            sheet[f"{column}2"] = "=1/0" if text == "Budget" else "jane.doe@example.org"

    found = small(tmp_path, fill)
    assert said(found) == [("warning", "personal-data", "H1"), ("warning", "unknown-column", "F1")]
    persons, columns = found.findings
    assert columns.message == (
        "The columns 'notte', 'Budget', 'Our ref' are not columns of this table, and were left out."
    )
    assert (columns.fix or "").startswith("Did you mean 'note' by 'notte'? Columns of this table: id, title")
    assert persons.message == (
        "The columns 'Contact person', 'E-mail' look like data about persons, and were left out."
    )
    assert "doe" not in repr(found)


def test_a_value_beyond_the_headings_is_an_error_in_its_cell(tmp_path: Path) -> None:
    found = small(tmp_path, put("H2", "x"))
    assert said(found) == [("error", "ragged-row", "H2")]
    assert found.findings[0].message == "The row goes on to column H, but the headings end at F."


@pytest.mark.parametrize(
    ("title", "table"),
    [
        ("relationships", "relationships"),
        ("Partnerships", "partnerships"),
        ("Organizations", "organisations"),
        (" ORGANISATIONS ", "organisations"),
        ("Under_takings", "undertakings"),
        ("under takings", "undertakings"),
        ("Budget", None),
        ("", None),
    ],
)
def test_a_sheet_is_called_after_its_table_in_any_spelling(title: str, table: str | None) -> None:
    assert table_named(title) == table


@pytest.mark.parametrize("title", ["Read me", "README", "Lists", "Notes", "#draft", "Problems"])
def test_sheets_for_people_are_left_alone(title: str, tmp_path: Path) -> None:
    found = small(tmp_path, lambda sheet: sheet.parent.create_sheet(title).append(["anything"]))
    assert found.findings == []


def test_a_sheet_called_like_no_table_is_an_error_with_the_nearest(tmp_path: Path) -> None:
    found = small(tmp_path, lambda sheet: sheet.parent.create_sheet("Relationship").append(["id"]))
    [finding] = found.findings
    assert (finding.rule, finding.value) == ("unknown-table", "Relationship")
    assert str(finding.place) == 'tables/p.xlsx, sheet "Relationship"'
    assert (finding.fix or "").startswith("Did you mean Relationships?")


def test_a_table_in_two_places_is_an_error_that_names_both(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, by_openpyxl)
    shutil.copy(DATA / "tables" / "names.csv", folder / "tables")
    [finding] = [f for f in read_folder(folder).findings if f.severity == "error"]
    assert finding.rule == "table-twice"
    assert str(finding.place) == 'tables/partners.xlsx, sheet "Names"'
    assert "tables/names.csv" in finding.message


@pytest.mark.parametrize("extra", ["places.csv", "z.xlsx"])
def test_headings_alone_are_no_second_table(extra: str, keele: GraphFolder, tmp_path: Path) -> None:
    folder = folder_of(tmp_path, by_openpyxl)
    if extra.endswith(".csv"):
        (folder / "tables" / extra).write_text(",".join(TABLE_SCHEMAS["places"].columns) + "\n", "utf-8")
    else:
        book = Workbook()
        book.active.title = "Places"
        book.active.append([*TABLE_SCHEMAS["places"].columns])
        book.save(folder / "tables" / extra)
    found = read_folder(folder)
    assert found.findings == []
    assert found.model == keele.model


def test_tables_may_stand_in_csv_and_a_workbook_together(keele: GraphFolder, tmp_path: Path) -> None:
    folder = folder_of(tmp_path, by_openpyxl)
    book = folder / "tables" / "partners.xlsx"
    from openpyxl import load_workbook

    held = load_workbook(book)
    del held["Names"]
    held.save(book)
    text = (DATA / "tables" / "names.csv").read_text("utf-8")
    (folder / "tables" / "names.tsv").write_text("\t".join(csv_cells(text, 0)) + "\n", "utf-8")
    with (folder / "tables" / "names.tsv").open("a", encoding="utf-8", newline="") as lines:
        csv.writer(lines, delimiter="\t").writerows(list(csv.reader(text.splitlines()))[1:])
    found = read_folder(folder)
    assert found.findings == []
    assert found.model == keele.model
    assert "tables/names.tsv" in found.inputs


def csv_cells(text: str, line: int) -> list[str]:
    return next(csv.reader([text.splitlines()[line]]))


def test_lock_files_and_other_files_are_no_tables(tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    for name in ("~$p.xlsx", ".~lock.p.ods#", ".hidden.csv", "notes.txt", "p.XLSX"):
        (tmp_path / "tables" / name).write_bytes(b"")
    assert [path.name for path in table_files(tmp_path)] == ["p.XLSX"]


def test_what_names_a_missing_row_is_sent_to_the_sheet_and_not_to_a_csv_file(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, by_openpyxl)
    from openpyxl import load_workbook

    book = load_workbook(folder / "tables" / "partners.xlsx")
    book["Identifiers"]["A2"] = "nobody-known"
    book.save(folder / "tables" / "partners.xlsx")
    [finding] = collect_findings(folder)
    assert 'Add it to the sheet "Organisations"' in (finding.fix or "")
    assert ".csv" not in (finding.fix or "")


def test_what_only_the_graph_tells_is_placed_in_its_cell(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, by_openpyxl)
    from openpyxl import load_workbook

    book = load_workbook(folder / "tables" / "partners.xlsx")
    sheet = book["Events"]
    headings = [cell.value for cell in sheet[1]]
    row = next(r for r in sheet.iter_rows() if r[0].value == "primary-care-versus-arthritis--renewal--2013")
    row[headings.index("date")].value = "2003"
    book.save(folder / "tables" / "partners.xlsx")
    [finding] = collect_findings(folder)
    assert finding.place is not None
    assert (finding.rule, finding.place.sheet, finding.place.cell) == (
        *("Lifecycle", "Events"),
        row[headings.index("date")].coordinate,
    )


def sheet_of(parts_: dict[str, bytes | str], name: str = "p.ods") -> Sheet:
    [sheet] = read_sheets(name, packed(parts_))
    return sheet


ODS_CELLS = {
    "text": (ods_cell("Aunt"), "Aunt"),
    "paragraphs": (
        '<table:table-cell office:value-type="string"><text:p>a</text:p><text:p>b</text:p></table:table-cell>',
        "a\nb",
    ),
    "spaces and a tab": (
        '<table:table-cell office:value-type="string"><text:p>a<text:s text:c="3"/>b<text:tab/>c</text:p>'
        "</table:table-cell>",
        "a   b\tc",
    ),
    "a note beside the text": (
        '<table:table-cell office:value-type="string"><office:annotation><text:p>not this</text:p></office:annotation>'
        "<text:p>this</text:p></table:table-cell>",
        "this",
    ),
    "a number": (ods_cell("2,009.00", 'office:value-type="float" office:value="2009"'), "2009"),
    "a code with its zeros": (ods_cell("00490500", 'office:value-type="float" office:value="490500"'), "00490500"),
    "a day": (ods_cell("01/08/09", 'office:value-type="date" office:date-value="2009-08-01"'), "2009-08-01"),
    "a day shown as its year": (ods_cell("2009", 'office:value-type="date" office:date-value="2009-08-01"'), "2009"),
    "a percentage": (ods_cell("90%", 'office:value-type="percentage" office:value="0.9"'), "90%"),
    "a truth": (ods_cell("TRUE", 'office:value-type="boolean" office:boolean-value="true"'), "true"),
    "a formula with its value": (
        ods_cell("Aunt", 'table:formula="of:=[.A2]" office:value-type="string"'),
        "Aunt",
    ),
}


@pytest.mark.parametrize("name", ODS_CELLS)
def test_a_cell_of_an_ods_is_read_as_the_person_sees_it(name: str) -> None:
    cell, meant = ODS_CELLS[name]
    sheet = sheet_of(ods(f"<table:table-row>{cell}</table:table-row>"))
    assert (sheet.rows, sheet.findings) == ([(1, [meant])], [])


def test_an_ods_says_what_is_hidden_merged_or_without_a_value(tmp_path: Path) -> None:
    hidden = ODS_GOOD.replace("<table:table-row>", '<table:table-row table:visibility="collapse">', 2)
    style = (
        '<office:automatic-styles><style:style style:name="ta2"><style:table-properties table:display="false"/>'
        "</style:style></office:automatic-styles>"
    )
    made = ods(hidden, before=style)
    made["content.xml"] = str(made["content.xml"]).replace(
        'table:name="Organisations">',
        'table:name="Organisations" table:style-name="ta2"><table:table-column/>'
        '<table:table-column table:visibility="collapse" table:number-columns-repeated="2"/>',
    )
    [finding] = sheet_of(made).findings
    assert finding.message == "Hidden, and read all the same: the whole sheet, rows 1, 2, columns B, C."
    merged = ods_rows(["id", "name"]) + (
        "<table:table-row>"
        + ods_cell("a", 'office:value-type="string" table:number-rows-spanned="2"')
        + "</table:table-row>"
        "<table:table-row><table:covered-table-cell/>" + ods_cell("x") + "</table:table-row>"
    )
    sheet = sheet_of(ods(merged))
    assert [(f.rule, f.place.cell) for f in sheet.findings if f.place] == [("merged-cells", "A2")]
    assert sheet.rows[2] == (3, ["a", "x"])
    faults = ods_rows(["id"]) + (
        "<table:table-row>"
        + ods_cell("", 'table:formula="of:=1"')
        + ods_cell("#REF!", 'table:formula="of:=#REF!" office:value-type="string" calcext:value-type="error"')
        + "</table:table-row>"
    )
    assert [getattr(c, "rule", "") for c in sheet_of(ods(faults)).rows[1][1]] == [
        "formula-without-value",
        "error-value",
    ]


def test_repeated_cells_and_rows_of_an_ods_have_their_places() -> None:
    inside = (
        "<table:table-row>" + ods_cell("id") + "</table:table-row>"
        '<table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>'
        '<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="2"/>'
        + ods_cell("x", 'office:value-type="string" table:number-columns-repeated="2"')
        + "</table:table-row>"
    )
    assert sheet_of(ods(inside)).rows == [(1, ["id"]), (5, ["", "", "x", "x"]), (6, ["", "", "x", "x"])]


def test_rich_text_phonetic_guides_and_shared_strings_are_read_as_shown() -> None:
    shared = "<si><r><t>Au</t></r><r><t>nt</t></r><rPh><t>no</t></rPh></si><si><t>a_x000D_b</t></si>"
    inside = '<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>'
    assert sheet_of(parts(inside, shared=shared), "p.xlsx").rows == [(1, ["Aunt", "a\rb"])]


def test_a_workbook_since_1904_has_the_right_days() -> None:
    made = parts('<row r="1"><c r="A1" s="0"><v>1</v></c></row>', styles='<cellXfs><xf numFmtId="14"/></cellXfs>')
    assert sheet_of(made, "p.xlsx").rows == [(1, ["1900-01-01"])]
    made["xl/workbook.xml"] = str(made["xl/workbook.xml"]).replace("<sheets>", '<workbookPr date1904="1"/><sheets>')
    assert sheet_of(made, "p.xlsx").rows == [(1, ["1904-01-02"])]


def test_a_folder_of_rows_that_cannot_be_read_blames_nobody_who_names_them(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, by_openpyxl)
    shutil.copy(DATA / "tables" / "names.csv", folder / "tables")
    (folder / "tables" / "partners.xlsx").write_bytes(b"PK\x03\x04")
    assert [finding.rule for finding in read_folder(folder).findings] == ["workbook-damaged"]


def test_the_first_row_that_is_filled_holds_the_headings(tmp_path: Path) -> None:
    inside = GOOD.replace('r="2"', 'r="9"').replace('r="1"', 'r="7"')
    inside = inside.replace('1" t=', '7" t=').replace('2" t=', '9" t=')
    [sheet] = read_sheets("p.xlsx", packed(parts(inside)))
    assert [number for number, _ in sheet.rows] == [7, 9]
    assert rows(["a"]).count("<c ") == 1


def test_findings_of_a_workbook_are_sorted_by_sheet_row_and_column(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["D2"] = "articel"
        sheet["E2"] = "soon"
        other = sheet.parent.create_sheet("Organisations")
        other.append(["id", "name", "form", "type"])
        other.append(["aunt", "Aunt", "legal", "charitee"])

    found = small(tmp_path, fill)
    places: list[Finding] = found.findings
    assert [(f.place.sheet, f.place.cell) for f in places if f.place] == [
        *(("Organisations", "C2"), ("Organisations", "D2"), ("Sources", "E2"), ("Sources", "D2"))
    ]
