"""`create_folder`: a graph folder that builds at once, a workbook that helps whoever fills it in."""

from __future__ import annotations

import io
import re
import shutil
import tomllib
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from partnergraph.build import assemble, build, collect_findings
from partnergraph.errors import UsageError
from partnergraph.graph_folder.folder import read_folder
from partnergraph.store import Reader
from partnergraph.tables.table import normalise_heading
from partnergraph.tables.table_schemas import TABLE_SCHEMAS
from partnergraph.vocabulary import concepts
from partnergraph.vocabulary.wordings import partnership_of_wording
from partnergraph.workbook.template import create_folder
from partnergraph.workbook.writer import ORDER, build_workbook, column_notes


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new folder with a workbook of every table."""
    folder = tmp_path_factory.mktemp("init") / "my-partners"
    create_folder(folder, "Riverside Trust", full=True)
    return folder


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new folder as a keeper begins with it."""
    folder = tmp_path_factory.mktemp("short") / "my-partners"
    create_folder(folder, "Riverside Trust")
    return folder


@pytest.fixture(scope="module")
def book(made: Path) -> openpyxl.Workbook:
    """The workbook, as another program reads it."""
    return openpyxl.load_workbook(made / "tables" / "partners.xlsx")


def test_a_new_folder_has_nothing_to_complain_about(made: Path, tmp_path: Path) -> None:
    assert collect_findings(made) == []
    counts = build(made, tmp_path).counts
    assert (counts["organisations"], counts["relationships"], counts["sources"]) == (6, 6, 3)
    assert len(counts["relationships_by_kind"]) == 6
    assert counts["evidence_quoted"] >= 3
    assert counts["evidence_cited"] >= 2


def test_tables_and_workbook_say_the_same(made: Path, tmp_path: Path) -> None:
    create_folder(tmp_path / "csv", "Riverside Trust", csv_tables=True, full=True)
    assert {file.stem for file in (tmp_path / "csv" / "tables").iterdir()} == {*TABLE_SCHEMAS}
    assert read_folder(tmp_path / "csv").model == read_folder(made).model


def test_the_example_is_invented_and_has_what_a_beginner_needs(made: Path) -> None:
    model = read_folder(made).model
    assert all(body.name.startswith("Example") for body in model.organisations)
    assert [claim.id for claim in model.relationships if claim.end] == ["funding-fund-trust"]
    assert {len(claim.start.text) for claim in model.relationships if claim.start} == {4, 7, 10}
    assert any(support.columns for claim in model.relationships for support in claim.evidence)
    assert {"stated", "editor"} == {proof.basis for proof in model.evidence}


def test_the_settings_are_those_of_the_organisation(made: Path, tmp_path: Path) -> None:
    config = tomllib.loads((made / "partnergraph.toml").read_text("utf-8"))
    assert (config["title"], config["id"]) == ("Riverside Trust: partnerships", "riverside-trust")
    assert config["base"] == "https://example.org/riverside-trust/"
    name = 'The "Ünited" \\ Partners'
    create_folder(tmp_path / "other", f"  {name}\n", "https://united.example/graph#")
    config = tomllib.loads((tmp_path / "other" / "partnergraph.toml").read_text("utf-8"))
    assert (config["publisher"], config["id"]) == (name, "the-united-partners")
    assert config["base"] == "https://united.example/graph#"
    build(tmp_path / "other", tmp_path / "build")
    assert f"{config['base']}graph/editorial" in Reader.at(tmp_path / "build").named_graphs()


def test_the_same_name_gives_the_same_bytes(made: Path, tmp_path: Path) -> None:
    create_folder(tmp_path / "my-partners", "Riverside Trust", full=True)
    names = sorted(file.relative_to(made) for file in made.rglob("*") if file.is_file())
    assert len(names) == 4
    for name in names:
        assert (made / name).read_bytes() == (tmp_path / "my-partners" / name).read_bytes()


def test_the_workbook_holds_no_clock(made: Path) -> None:
    with zipfile.ZipFile(made / "tables" / "partners.xlsx") as packed:
        assert {info.date_time for info in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", packed.read("docProps/core.xml").decode())) == {
            "1980-01-01T00:00:00Z"
        }


def test_its_sheets_stand_in_the_order_of_a_beginner(book: openpyxl.Workbook) -> None:
    tables = [name.lower() for name in book.sheetnames[1:-1]]
    assert book.sheetnames[0] == "Read me"
    assert book.sheetnames[-1] == "Lists"
    assert tables[:5] == ["partnerships", "organisations", "relationships", "evidence", "sources"]
    assert sorted(tables) == sorted(TABLE_SCHEMAS)
    listed = [cell.value.lower() for cell in book["Read me"]["A"] if cell.value and cell.value.lower() in TABLE_SCHEMAS]
    assert tuple(listed) == ORDER


@pytest.mark.parametrize("table", TABLE_SCHEMAS)
def test_every_heading_says_what_to_write_and_stays_in_sight(table: str, book: openpyxl.Workbook) -> None:
    sheet = book[table.capitalize()]
    names = [normalise_heading(cell.value) for cell in sheet[1]]
    assert names == list(TABLE_SCHEMAS[table].columns)
    assert sheet.freeze_panes == "B2"
    required = TABLE_SCHEMAS[table].required
    for name, cell in zip(names, sheet[1], strict=True):
        assert cell.comment.text.startswith("Needed. " if name in required else "May stay empty. ")
        assert cell.comment.text.endswith(column_notes()[table][name])
        assert cell.font.b
    assert len({cell.fill.fgColor.rgb for name, cell in zip(names, sheet[1], strict=True) if name in required}) == 1


def test_every_sheet_and_every_column_has_a_note() -> None:
    import tomllib

    from partnergraph.workbook import writer as room

    raw = tomllib.loads((Path(room.__file__).parent / "readme.toml").read_text("utf-8"))
    assert {*raw} == {"readme", "short", "sheets"}
    assert {*raw["sheets"]} == {*TABLE_SCHEMAS}
    for table, layout in TABLE_SCHEMAS.items():
        assert {*column_notes()[table]} == {*layout.columns}, table
        assert all(column_notes()[table].values()), table


@pytest.mark.parametrize(
    ("sheet", "column", "scheme"),
    [
        ("Organisations", "type", "org-type"),
        ("Relationships", "kind", "relationship-kind"),
        ("Relationships", "role", "role"),
        ("Evidence", "basis", "basis"),
        ("Evidence", "confidence", "confidence"),
        ("Standing", "standing", "standing"),
        ("Identifiers", "scheme", "identifier-scheme"),
    ],
)
def test_a_cell_with_a_code_offers_the_list(sheet: str, column: str, scheme: str, book: openpyxl.Workbook) -> None:
    letter = next(cell.column_letter for cell in book[sheet][1] if cell.value == column)
    [choice] = [v for v in book[sheet].data_validations.dataValidation if f"{letter}2" in v.sqref]
    assert choice.type == "list"
    where = choice.formula1.partition("!")[2].replace("$", "")
    offered = [cell.value for [cell] in book["Lists"][where]]
    assert offered == [concept.code for concept in concepts(scheme)]
    # Several types are written with semicolons, which no list can offer: then nothing is refused.
    assert choice.showErrorMessage == (column != "type")


def test_the_parties_of_a_relationship_are_offered_by_their_ids(book: openpyxl.Workbook) -> None:
    choices = {str(v.sqref)[:2]: v for v in book["Relationships"].data_validations.dataValidation}
    assert {"C2", "D2"} <= {*choices}
    assert choices["C2"].formula1.startswith("OFFSET(Organisations!$A$2,0,0,")
    assert not choices["C2"].showErrorMessage  # a group or a place may stand there as well


def test_dates_stay_as_they_are_typed(book: openpyxl.Workbook) -> None:
    """A column of text: a spreadsheet program makes no day of August out of 2009-08."""
    sheet = book["Relationships"]
    for cell in sheet[1]:
        if cell.value in ("start", "end"):
            assert sheet.column_dimensions[cell.column_letter].number_format == "@"
            assert "2021-06-30" in cell.comment.text or "same form" in cell.comment.text


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("x", "utf-8")
    with pytest.raises(UsageError, match="is not empty"):
        create_folder(tmp_path, "Riverside Trust")
    with pytest.raises(UsageError, match="is a file"):
        create_folder(tmp_path / "mine", "Riverside Trust")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    (tmp_path / "empty").mkdir()
    create_folder(tmp_path / "empty", "Riverside Trust")
    assert (tmp_path / "empty" / "partnergraph.toml").is_file()
    create_folder(tmp_path / "a" / "new" / "place", "Riverside Trust")
    assert sorted(path.name for path in (tmp_path / "a" / "new").iterdir()) == ["place"]


@pytest.mark.parametrize(
    ("name", "base"), [("", None), (" \n", None), ("A", "example.org"), ("A", "https://example.org/x"), ("\x07", None)]
)
def test_a_wrong_name_or_base_makes_nothing(name: str, base: str | None, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        create_folder(tmp_path / "new", name, base)
    assert not [*tmp_path.iterdir()]


def test_the_readme_of_the_folder_names_what_is_there(made: Path, tmp_path: Path) -> None:
    text = (made / "README.md").read_text("utf-8")
    assert text.startswith("# Riverside Trust: who we work with")
    assert "partnergraph build my-partners" in text
    assert "tables/partners.xlsx" in text
    assert not re.search(r"\{\w+\}", text)
    create_folder(tmp_path / "our partners", "Riverside Trust", csv_tables=True, full=True)
    text = (tmp_path / "our partners" / "README.md").read_text("utf-8")
    assert 'partnergraph check "our partners"' in text
    assert "partners.xlsx`" not in text.partition("Lost the lists")[0]


def test_rows_beyond_the_first_thousand_are_offered_lists_too() -> None:
    rows = [{"id": f"o{number}", "name": "N", "form": "unit", "type": "charity"} for number in range(1500)]
    book = openpyxl.load_workbook(io.BytesIO(build_workbook({"organisations": rows})))
    assert all(str(v.sqref).endswith("3000") for v in book["Organisations"].data_validations.dataValidation)


def test_what_the_readme_tells_to_do_leaves_only_ones_own(made: Path, tmp_path: Path) -> None:
    """The example deleted, two bodies and what one knows oneself put in its place, typed as a person types."""
    folder = tmp_path / "mine"
    shutil.copytree(made, folder)
    book = openpyxl.load_workbook(folder / "tables" / "partners.xlsx")
    for sheet in book.worksheets[1:-1]:
        sheet.delete_rows(2, sheet.max_row)
    book["Organisations"].append(["us", "We Ourselves", "formal", "charity", "", ""])
    book["Organisations"].append(["them", "The Others", "organisation", "charity; network", "", ""])
    book["Sources"].append(["own", "What we know", "We Ourselves", "editorial"])
    book["Evidence"].append(["k1", "own", "editor", "high", "", "We have worked with them since 2020"])
    book["Relationships"].append(["us-them", "collaboration", "us", "them", "k1", "", "", 2020, datetime(2024, 3, 31)])
    book.save(folder / "tables" / "partners.xlsx")
    (folder / "documents" / "example-newsletter.txt").unlink()
    lines = (folder / "partnergraph.toml").read_text("utf-8").splitlines()
    at = lines.index("[[document]]")
    assert len(lines) == at + 3  # "the three lines about it at the end"
    config = "\n".join(lines[:at]).replace('focus = "example-trust"', 'focus = "us"')
    (folder / "partnergraph.toml").write_text(config, "utf-8")
    assert collect_findings(folder) == []
    [claim] = read_folder(folder).model.relationships
    assert (claim.start and claim.start.text, claim.end and claim.end.text) == ("2020", "2024-03-31")
    assert not [
        line
        for line in assemble(read_folder(folder).model).reader().nquads()
        if "xample-" in line or "Example T" in line
    ]


def test_the_workbook_of_a_keeper_has_three_sheets_to_see_and_builds_without_a_word(
    short: Path, tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(short / "tables" / "partners.xlsx")
    visible = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
    assert visible == ["Read me", "Partnerships", "Sources"]
    assert book.sheetnames == [*visible, "Lists"]
    sheet = book["Partnerships"]
    headings = [cell.value for cell in sheet[1]]
    assert headings[:8] == ["Partner", "How", "With whom", "Since", "Until", "Source", "Where", "What it says"]
    assert all(cell.comment and len(cell.comment.text) > 20 for name in visible[1:] for cell in book[name][1])
    offers = {str(v.sqref)[0]: v for v in sheet.data_validations.dataValidation}
    wordings = [cell.value for [cell] in book["Lists"][offers["B"].formula1.partition("!")[2].replace("$", "")]]
    assert wordings[:4] == ["funds", "is funded by", "is a member of", "has as a member"]
    assert [text for text in wordings if partnership_of_wording(text) is None] == []
    assert offers["F"].formula1 == "OFFSET(Sources!$A$2,0,0,MAX(1,COUNTA(Sources!$A:$A)-1),1)"
    assert not any(offers[letter].showErrorMessage for letter in "BCFI")  # other words are taken, too
    readme = [cell.value for row in book["Read me"] for cell in row if cell.value]
    assert not [text for text in readme if "Organisations" in text or "ontology" in text]

    assert collect_findings(short) == []
    report = build(short, tmp_path / "build")
    warnings = [finding for finding in report.warnings if finding.rule != "no-locks"]  # a drive may have none
    assert (warnings, report.counts["evidence_quoted"], report.counts["events"]) == ([], 1, 1)
    model = read_folder(short).model
    focus = next(body for body in model.organisations if body.id == model.config.focus)
    assert focus.name == "Riverside Trust"
    assert {claim.kind for claim in model.relationships} == {"membership", "funding", "collaboration", "leadership"}
    assert [claim.kind for claim in model.relationships if claim.end] == ["collaboration"]
    assert [event.kind for event in model.events] == ["merger"]
    assert {body.name for body in model.organisations if not body.name.startswith("Example")} == {"Riverside Trust"}
    assert {proof.basis for proof in model.evidence} == {"stated", "editor"}
    create_folder(tmp_path / "csv", "Riverside Trust", csv_tables=True)
    assert sorted(file.name for file in (tmp_path / "csv" / "tables").iterdir()) == ["partnerships.csv", "sources.csv"]
    assert read_folder(tmp_path / "csv").model == read_folder(short).model
    text = (short / "README.md").read_text("utf-8")
    assert text.startswith("# Riverside Trust: who we work with")
    assert not re.search(r"\{\w+\}", text)
    assert "Organisations" not in text


def test_what_the_readme_of_a_keeper_tells_to_do_leaves_only_ones_own(short: Path, tmp_path: Path) -> None:
    """The example deleted, own rows in its place, typed as a person types; and what persons add beside them."""
    folder = tmp_path / "mine"
    shutil.copytree(short, folder)
    book = openpyxl.load_workbook(folder / "tables" / "partners.xlsx")
    sheet = book["Partnerships"]
    sheet.delete_rows(2, sheet.max_row)
    book["Sources"].delete_rows(2)  # the second row is to be kept
    (folder / "documents" / "example-newsletter.txt").unlink()
    sheet.append(["Beacon Fund", "funds us", None, 2021, None, "Annual report", "p. 4", "It has funded us since 2021"])
    sheet.append(["North Council", "we support", None, datetime(2020, 4, 1), None, "What we know ourselves"])
    sheet.append(["the beacon fund", "is a member of", "Funders & Friends", None, None, "annual report"])
    sheet["K1"], sheet["K2"], sheet["L1"], sheet["L2"] = "Contact", "Jane Doe", "Budget code", "X1"
    sheet["J3"] = "Ask jane.doe@example.org"
    book.save(folder / "tables" / "partners.xlsx")
    findings = collect_findings(folder)
    assert sorted((f.severity, f.rule, f.place.cell) for f in findings if f.place) == [
        ("info", "spelling", "A4"),
        ("warning", "personal-data", "J3"),
        ("warning", "personal-data", "K1"),
        ("warning", "unknown-column", "L1"),
    ]
    assert not re.search("jane|doe", repr(findings), re.I)
    model = read_folder(folder).model
    assert sorted(body.name for body in model.organisations) == [
        "Beacon Fund",
        "Funders & Friends",
        "North Council",
        "Riverside Trust",
    ]
    assert len(model.relationships) == 3
    assert "example.org" not in repr(model.evidence)
    # A source that has another title, in both sheets, is the same one.
    build(folder, tmp_path / "build")
    book["Sources"].append(["The annual report of 2024", "Riverside Trust", "report"])
    sheet["F2"], sheet["F4"] = "The annual report of 2024", "the annual  report of 2024"
    book.save(folder / "tables" / "partners.xlsx")
    again = read_folder(folder).model
    assert {row.id for row in again.sources} == {row.id for row in model.sources}
    assert "The annual report of 2024" in {row.title for row in again.sources}
    assert {row.id for row in again.evidence} == {row.id for row in model.evidence}

    sheet["B2"], sheet["F4"] = "adores us", None
    book.save(folder / "tables" / "partners.xlsx")
    errors = [finding for finding in collect_findings(folder) if finding.severity == "error"]
    cells = [(f.place.sheet, f.place.cell) for f in errors if f.place]
    assert cells == [("Partnerships", "B2"), ("Partnerships", "F4")]
    assert ".csv" not in " ".join(map(str, errors))
