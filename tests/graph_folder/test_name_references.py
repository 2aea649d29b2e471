"""A cell that takes an id takes any name that means one row alone, wherever the name stands; ids always win."""

from __future__ import annotations

import csv
import unicodedata
from dataclasses import fields
from pathlib import Path

import pytest

from partnergraph.graph_folder.cell_parser import CellParser
from partnergraph.graph_folder.folder import GraphFolder, read_folder
from partnergraph.graph_folder.name_references import NamedRow
from partnergraph.model.ids import Ids
from partnergraph.tables.table import Table, TableRow
from partnergraph.tables.table_schemas import BODIES, PARTIES, STATABLE, TABLE_COLUMNS, TABLE_SCHEMAS
from partnergraph.vocabulary import concepts
from partnergraph.workbook.writer import build_workbook

ROOT = Path(__file__).resolve().parents[2]
ROWS: dict[str, list[dict[str, str]]] = {
    "organisations": [
        {"id": "north", "name": "Alpha Trust", "type": "charity", "description": "Works in the north"},
        {"id": "south", "name": "Alpha  Trust", "type": "university"},
        {"id": "arts", "name": "The Arts & Health Society", "type": "charity"},
        {"id": "rsa", "name": "Royal Institute", "type": "charity"},
        {"id": "cafe", "name": unicodedata.normalize("NFD", "Café Über"), "type": "company"},
        {"id": "upper", "name": "BETA", "type": "company"},
        {"id": "lower", "name": "Beta", "type": "company"},
        {"id": "semi", "name": "Wood; Stone", "type": "company"},
        {"id": "colon", "name": "Centre: North", "type": "company"},
        {"id": "children", "name": "Children’s Trust", "type": "charity"},
    ],
    "names": [
        # named by a name that stands further down
        {"id": "n1", "organisation": "RI", "name": "Institute of Arts", "kind": "former", "end": "2001"},
        {"id": "n2", "organisation": "royal institute", "name": "RI", "kind": "acronym"},
        {"id": "n3", "organisation": "arts", "name": "rsa", "kind": "acronym"},
        {"id": "n4", "organisation": "arts", "name": "Shared Former Name", "kind": "former"},
        {"id": "n5", "organisation": "org:rsa", "name": "Shared former name", "kind": "alternative"},
    ],
    "undertakings": [{"id": "arts-plan", "name": "Royal  Institute", "type": "strategy"}],
    "groups": [{"id": "councils", "source": "Annual report", "name": "Nine councils", "member_type": "people"}],
    "places": [{"id": "stoke", "name": "Stoke-on-Trent", "kind": "city"}],
    "sources": [
        {"id": "ar", "title": "Annual report", "publisher": "Alpha", "url": "https://www.example.org/ar/"},
        {"id": "m1", "title": "Minutes", "publisher": "Alpha", "date": "2021-06"},
        {"id": "m2", "title": "Minutes", "publisher": "Beta", "date": "2022"},
    ],
    "relationships": [
        {"id": "r1", "kind": "location", "from": "north", "to": "stoke", "start": "1998", "end": "2017-05"},
    ],
}  # fmt: skip


@pytest.fixture
def cells() -> CellParser:
    tables = {name: Table(f"tables/{name}.csv") for name in TABLE_SCHEMAS}
    for name, rows in ROWS.items():
        tables[name].rows = [TableRow(f"tables/{name}.csv", number, row) for number, row in enumerate(rows, 2)]
    return CellParser(tables, Ids("https://example.org/"))


def row(**texts: str) -> TableRow:
    return TableRow("tables/x.csv", 7, texts)


@pytest.mark.parametrize(
    ("text", "tables", "named"),
    [
        ("The Arts & Health Society", BODIES, "arts"),
        ("arts and  health society", BODIES, "arts"),
        ("CAFÉ ÜBER", BODIES, "cafe"),
        (unicodedata.normalize("NFC", "Café Über"), BODIES, "cafe"),
        ("BETA", BODIES, "upper"),  # as it is written, before any other way of writing it
        ("Beta", BODIES, "lower"),
        ("Institute of Arts", BODIES, "rsa"),
        ("rsa", BODIES, "rsa"),  # an id wins over a name
        ("RSA", BODIES, "arts"),
        ("Centre: North", BODIES, "colon"),
        ("Childrens Trust", BODIES, "children"),
        ("org:Royal Institute", BODIES, "rsa"),
        ("undertaking:royal institute", BODIES, "arts-plan"),
        ("nine councils", PARTIES, "councils"),
        ("Stoke on Trent", PARTIES, "stoke"),
        ("Nine Councils", STATABLE, "councils"),
        ("annual  REPORT", ("sources",), "ar"),
        ("http://example.org/ar", ("sources",), "ar"),
    ],
)
def test_a_name_that_means_one_row_is_as_good_as_its_id(
    text: str, tables: tuple[str, ...], named: str, cells: CellParser
) -> None:
    result = cells.named(row(to=text), "to", tables)
    assert (cells.findings, result and result.id) == ([], named)


def test_several_values_may_be_names_and_one_of_them_may_hold_a_semicolon(cells: CellParser) -> None:
    org = "https://example.org/id/org/"
    assert cells.references(row(to="BETA; Royal Institute of; arts"), "to", ("organisations",)) == (
        f"{org}upper",
        f"{org}arts",
    )
    assert [finding.value for finding in cells.findings] == ["Royal Institute of"]
    assert cells.references(row(to="wood; stone"), "to", BODIES) == (f"{org}semi",)
    assert cells.slugs(row(premises="Annual report; m1"), "premises", "sources") == ("ar", "m1")
    assert cells.reference(row(to="nine councils"), "to", PARTIES) == "https://example.org/id/group/ar/councils"


@pytest.mark.parametrize(
    ("text", "tables", "rule", "message", "fix"),
    [
        (
            "alpha trust", BODIES, "ambiguous",
            "'alpha trust' is the name of 2 rows: north (charity; Stoke-on-Trent; 1998–2017; Works in the north); "
            "south (university).", "Write north or south.",
        ),
        (
            "Royal Institute", BODIES, "ambiguous",
            "'Royal Institute' is the name of 2 rows: rsa (charity; 2001); arts-plan (strategy).",
            "Write rsa or arts-plan.",
        ),
        ("beta", BODIES, "ambiguous", "'beta' is the name of 2 rows: upper (company); lower (company).", None),
        ("SHARED former NAME", BODIES, "ambiguous", "'SHARED former NAME' is the name of 2 rows: arts", None),
        (
            "minutes", ("sources",), "ambiguous",
            "'minutes' is the name of 2 rows: m1 (Alpha; 2021-06); m2 (Beta; 2022).", "Write m1 or m2.",
        ),
        (
            "Art and Health Society", ("organisations",), "unknown-organisation",
            "'Art and Health Society' is not the id or name of any organisation.",
            "Did you mean 'The Arts & Health Society' (arts)? Add it to organisations.csv, or mend the name.",
        ),
        ("nroth", BODIES, "unknown-body", "'nroth' is not the id of any body.", "Did you mean 'north'?"),
        ("???", BODIES, "unknown-body", "'???' is not the id or name of any body.", "Add it to organisations.csv"),
        (
            "https://example.org/at", ("sources",), "unknown-source",
            "'https://example.org/at' is not the id or name of any source.", None,
        ),
    ],
)  # fmt: skip
def test_a_name_of_several_rows_lists_them_and_an_unknown_one_the_most_similar(
    text: str, tables: tuple[str, ...], rule: str, message: str, fix: str | None, cells: CellParser
) -> None:
    assert cells.named(row(to=text), "to", tables) is None
    [finding] = cells.findings
    assert (finding.rule, finding.severity, finding.value) == (rule, "error", text)
    assert finding.message.startswith(message)
    assert (finding.fix or "").startswith(fix or "")


def test_a_name_is_not_blamed_where_its_table_could_not_be_read(cells: CellParser) -> None:
    cells.incomplete.add("names")
    assert cells.named(row(to="Some Former Name"), "to", BODIES) is None
    assert cells.named(row(to="Nowhere"), "to", ("places",)) is None
    assert [finding.value for finding in cells.findings] == ["Nowhere"]
    assert cells.names.find("Institute of Arts", BODIES) == [NamedRow("organisations", "rsa")]


def _by_name(cells: CellParser, text: str, tables: tuple[str, ...], turn: int) -> str:
    """One of the names of what an id names, in a way of writing it; the id, where no name means it alone."""
    [named] = cells.find(text.partition(":")[2] or text, tables)
    written = [name for name, other in cells.names.names((named.table,)) if other == named]
    ways = [str, str.upper, lambda name: unicodedata.normalize("NFD", name), lambda name: name.replace(" and ", " & ")]
    for number in range(len(written)):
        name = ways[turn % len(ways)](written[(turn + number) % len(written)]) if written else text
        if ";" not in name and cells.find(name, tables) == [named]:
            return name
    return text


def _kind_by_wording(cells: dict[str, str], turn: int) -> dict[str, str]:
    kind = next(concept for concept in concepts("relationship-kind") if concept.code == cells["kind"])
    if turn % 2 and kind.inverse and not kind.symmetric and kind.inverse != kind.forward:
        return {"kind": kind.inverse, "from": cells["to"], "to": cells["from"]}
    return {"kind": kind.forward or kind.label}


@pytest.fixture(scope="module")
def keele() -> GraphFolder:
    return read_folder(ROOT / "data")


def test_the_keele_tables_with_names_for_ids_in_a_workbook_give_the_same_model(
    keele: GraphFolder, tmp_path: Path
) -> None:
    """Every cell that names a row, and every kind; the rows of each table backwards; the settings and the story too."""
    import shutil

    tables: dict[str, list[dict[str, str]]] = {}
    parsed = {name: Table(name) for name in TABLE_SCHEMAS}
    for name in TABLE_SCHEMAS:
        file = ROOT / "data" / "tables" / f"{name}.csv"
        tables[name] = list(csv.DictReader(file.read_text("utf-8").splitlines(True))) if file.is_file() else []
        rows = ({key: text for key, text in cells.items() if text} for cells in tables[name])
        parsed[name].rows = [TableRow(name, number, row) for number, row in enumerate(rows, 2)]
    cells = CellParser(parsed, Ids("https://example.org/"))
    replaced = turn = 0
    for name, rows in tables.items():
        for values in rows:
            if name == "relationships":
                turn += 1
                values.update(_kind_by_wording(values, turn))
            for column in TABLE_COLUMNS[name]:
                if column.type not in ("row", "reference") or "evidence" in column.tables or not values[column.name]:
                    continue
                texts = values[column.name].split(";") if column.several else [values[column.name]]
                turn += 1
                names = [_by_name(cells, text.strip(), column.tables, turn * (name != "names")) for text in texts]
                replaced += sum(name != text.strip() for name, text in zip(names, texts, strict=True))
                values[column.name] = "; ".join(names)
        rows.reverse()
    assert replaced > 700
    folder = tmp_path / "by-name"
    shutil.copytree(ROOT / "data", folder, ignore=shutil.ignore_patterns("tables"))
    (folder / "tables").mkdir()
    (folder / "tables" / "partners.xlsx").write_bytes(build_workbook(tables))
    settings = (folder / "partnergraph.toml").read_text("utf-8")
    focus = next(body for body in keele.model.organisations if body.id == keele.model.config.focus)
    by_title = settings.replace(f'focus = "{focus.id}"', f'focus = "{focus.name.upper()}"')
    for source in keele.model.sources:
        text = source.url if source.url and len(cells.find(source.url, ("sources",))) == 1 else source.title
        by_title = by_title.replace(f'source = "{source.id}"', f'source = "{text}"')
    assert by_title != settings
    (folder / "partnergraph.toml").write_text(by_title, "utf-8")
    story = folder / "story.toml"
    story.write_text(story.read_text("utf-8").replace(f'"{focus.id}"', f'"{focus.name.lower()}"'), "utf-8")

    again = read_folder(folder)
    assert again.findings == keele.findings == []
    for field in fields(keele.model):
        ours, theirs = getattr(keele.model, field.name), getattr(again.model, field.name)
        if isinstance(ours, tuple) and ours and hasattr(ours[0], "id"):
            ours, theirs = sorted(map(repr, ours)), sorted(map(repr, theirs))
        assert theirs == ours, field.name
    source = keele.model.sources[0]
    narrow, narrow_again = read_folder(ROOT / "data", [source.id]).model, read_folder(folder, [source.title]).model
    assert {kept.id for kept in narrow.sources} == {kept.id for kept in narrow_again.sources}
