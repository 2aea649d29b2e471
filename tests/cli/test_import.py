"""`partnergraph import`: maps of Kumu and Gephi become a sound graph folder; on error nothing is made."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from openpyxl import Workbook

from partnergraph.build import collect_findings
from tests.cli.conftest import Run

ELEMENTS = "Label,Type,Description,Tags\nAunt,University,Old,x|y\nUncle & Sons,Band,,\nAnn,Person,,\n"
CONNECTIONS = (
    "From,To,Type,Label,Direction\nAunt,Uncle & Sons,funds,,directed\nUncle & Sons,Aunt,is led by,,\n"
    "Aunt,Niece,likes,,mutual\nAunt,Ann,knows,,\nAunt,Uncle & Sons,funds,,\nAunt,Aunt,funds,,\n"
)


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / "tables" / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def links(folder: Path) -> list[tuple[str, str, str]]:
    return [(row["kind"], row["from"], row["to"]) for row in rows(folder, "relationships")]


def put(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def test_elements_and_connections_of_kumu_become_a_sound_folder(run: Run, tmp_path: Path) -> None:
    nodes, edges = put(tmp_path / "elements.csv", ELEMENTS), put(tmp_path / "connections.csv", CONNECTIONS)
    folder = tmp_path / "map"
    said = run("import", nodes, edges, "-o", folder)
    assert said.code == 0, said.err
    whose = f"Whose graph is it? Say so in {folder / 'partnergraph.toml'} (focus), for the middle of the map.\n"
    assert said.out == f"{folder}: 3 organisations, 3 relationships\n{whose}Next: partnergraph build {folder}\n"
    assert collect_findings(folder) == []
    assert [(row["id"], row["name"], row["type"]) for row in rows(folder, "organisations")] == [
        *(
            ("aunt", "Aunt", "university"),
            ("uncle-sons", "Uncle & Sons", "stakeholder"),
            ("niece", "Niece", "stakeholder"),
        )
    ]
    assert links(folder) == [
        *(("funding", "aunt", "uncle-sons"), ("leadership", "aunt", "uncle-sons"), ("association", "aunt", "niece"))
    ]
    relationships = rows(folder, "relationships")
    assert relationships[0]["evidence"] == "s2-row-2; s2-row-6"
    assert relationships[2]["note"] == "Called 'likes' in the imported file."
    told = {row["id"]: row for row in rows(folder, "evidence")}
    assert told["s2-row-2"]["says"] == "Row 2 of connections.csv links Aunt to Uncle & Sons: 'funds'."
    assert {(row["source"], row["basis"]) for row in told.values()} == {("imported-map", "stated")}


def test_what_was_left_out_or_mapped_to_less_is_said(run: Run, tmp_path: Path) -> None:
    nodes, edges = put(tmp_path / "elements.csv", ELEMENTS), put(tmp_path / "connections.csv", CONNECTIONS)
    said = run("import", nodes, edges, "-o", tmp_path / "map")
    lines = said.err.splitlines()
    assert len(lines) == 6
    assert "'Band' is no type of organisation of ours" in said.err
    assert "'Ann' is a person, and was left out" in said.err
    assert 'note: connections.csv, row 5, column "To": An edge to a person was left out.' in said.err
    assert "'likes' is no kind of relationship of ours" in said.err
    assert "'Niece' is not among the nodes; an organisation was made of it." in said.err
    assert "'Aunt' is joined to itself" in said.err
    text = "".join(path.read_text("utf-8") for path in (tmp_path / "map").rglob("*") if path.is_file())
    assert "Ann" not in text.replace("Aunt", "")


def test_a_workbook_of_kumu_gives_the_same(run: Run, tmp_path: Path) -> None:
    book = Workbook()
    book.active.title = "Elements"
    for line in csv.reader(ELEMENTS.splitlines()):
        book.active.append(line)
    sheet = book.create_sheet("Connections")
    for line in csv.reader(CONNECTIONS.splitlines()):
        sheet.append(line)
    book.save(tmp_path / "kumu.xlsx")
    assert run("import", tmp_path / "kumu.xlsx", "-o", tmp_path / "map").code == 0
    assert len(links(tmp_path / "map")) == 3
    says = rows(tmp_path / "map", "evidence")[2]["says"]
    assert says == "Row 2 of kumu.xlsx, sheet \"Connections\" links Aunt to Uncle & Sons: 'funds'."


def test_nodes_and_edges_of_gephi_are_joined_by_their_ids(run: Run, tmp_path: Path) -> None:
    nodes = put(tmp_path / "nodes.csv", "Id;Label;timeset\n1;Aunt;\n2;Uncle;\n3;Uncle;\n")
    edges = put(
        tmp_path / "edges.csv",
        "Source;Target;Type;Id;Label;Weight\n1;2;Directed;0;membership;1.0\n3;1;Undirected;1;;2.5\n",
    )
    said = run("import", nodes, edges, "-o", tmp_path / "map", "--source", "gephi")
    assert said.code == 0, said.err
    assert [row["id"] for row in rows(tmp_path / "map", "organisations")] == ["aunt", "uncle", "uncle-2"]
    assert links(tmp_path / "map") == [("membership", "aunt", "uncle"), ("association", "uncle-2", "aunt")]
    assert 'edges.csv, row 1, column "Weight": 2 values not taken over.' in said.err


def test_a_plain_list_of_edges_makes_its_own_organisations(run: Run, tmp_path: Path) -> None:
    edges = put(tmp_path / "edges.tsv", "source\ttarget\nAunt\tУниверситет\nAunt\t=1+1\n")
    assert run("import", edges, "-o", tmp_path / "map").code == 0
    assert [(row["id"], row["name"]) for row in rows(tmp_path / "map", "organisations")] == [
        *(("aunt", "Aunt"), ("body-2", "Университет"), ("1-1", "'=1+1"))
    ]
    assert collect_findings(tmp_path / "map") == []


def test_the_new_folder_can_be_built(run: Run, tmp_path: Path) -> None:
    edges = put(tmp_path / "edges.csv", "source,target,label\nAunt,Uncle,funds\n")
    run("import", edges, "-o", tmp_path / "map")
    said = run("build", tmp_path / "map", "-o", tmp_path / "build", "--no-page")
    assert said.code == 0, said.err
    assert "2 organisations" in said.out


BAD = {
    "no edges": ("Label\nAunt\n", "There is no list of edges."),
    "other headings": ("a,b\n1,2\n", "The headings are those of neither nodes nor edges."),
    "an end missing": ("From,To\nAunt,\n,Uncle\n", "2 errors in x.csv; nothing was written."),
    "nothing in it": ("", "There is no list of edges."),
    "a quotation mark never closed": ('From,To\nAunt,"Uncle\n', "The table cannot be read on"),
}


@pytest.mark.parametrize("name", BAD)
def test_on_error_nothing_is_made(name: str, run: Run, tmp_path: Path) -> None:
    text, message = BAD[name]
    said = run("import", put(tmp_path / "x.csv", text), "-o", tmp_path / "map")
    assert said.code == 1
    assert message in said.err
    assert [path.name for path in tmp_path.iterdir()] == ["x.csv"]


def test_a_folder_that_holds_something_is_not_overwritten(run: Run, tmp_path: Path) -> None:
    (tmp_path / "map").mkdir()
    kept = put(tmp_path / "map" / "kept.txt", "x")
    said = run("import", put(tmp_path / "x.csv", "From,To\nA,B\n"), "-o", tmp_path / "map")
    assert said.code == 2
    assert "not empty" in said.err
    assert [*(tmp_path / "map").iterdir()] == [kept]


def test_a_source_needs_an_id(run: Run, tmp_path: Path) -> None:
    said = run("import", put(tmp_path / "x.csv", "From,To\nA,B\n"), "-o", tmp_path / "map", "--source", "My Map")
    assert (said.code, (tmp_path / "map").exists()) == (2, False)


def test_persons_by_their_role_are_left_out_and_no_organisation_is(run: Run, tmp_path: Path) -> None:
    nodes = put(
        tmp_path / "elements.csv",
        'Label,Type\nOur Trust,charity\n"Jane Smith, trustee",\nAnn Lee,Volunteer\nOmar Khan (chair),\n'
        '"Elm Trust, director",\nMary Bell,charity\nAge Scotland,\n',
    )
    edges = put(
        tmp_path / "connections.csv",
        'From,To,Type,Start\n"Jane Smith, trustee",Our Trust,member of,2020\nJohn Dee,Our Trust,trustee,\n'
        "Age Scotland,Our Trust,trustee,\nAge Scotland,Our Trust,funds,Sept 2018\n"
        "Mary Bell,Our Trust,trustee,3rd May 2019\n"
        'Our Trust,Ann Lee,volunteer,\n"Elm Trust, director",Our Trust,funds,Spring 2018\n',
    )
    folder = tmp_path / "map"
    said = run("import", nodes, edges, "-o", folder)
    assert said.code == 0, said.err
    names = [row["name"] for row in rows(folder, "organisations")]
    assert names == ["Our Trust", "Elm Trust, director", "Mary Bell", "Age Scotland"]
    for place, name, role in (
        ('elements.csv, row 3, column "Label"', "Jane Smith, trustee", "trustee"),
        ('elements.csv, row 4, column "Label"', "Ann Lee", "Volunteer"),
        ('elements.csv, row 5, column "Label"', "Omar Khan (chair)", "chair"),
        ('connections.csv, row 3, column "From"', "John Dee", "trustee"),
    ):
        assert f"{place}: '{name}' was taken for a person, as '{role}' stands beside the name" in said.err
    dates = {(row["from"], row["kind"]): row["start"] for row in rows(folder, "relationships")}
    assert dates == {
        ("age-scotland", "association"): "",
        ("age-scotland", "funding"): "2018-09",
        ("mary-bell", "association"): "2019-05-03",
        ("elm-trust-director", "funding"): "",
    }
    assert "'Spring 2018' is not a date" in said.err
    # The settings name the body with most links behind a #; without that sign the graph has a focus.
    settings = folder / "partnergraph.toml"
    assert '\n# focus = "Our Trust"\n' in settings.read_text("utf-8")
    settings.write_text(settings.read_text("utf-8").replace("# focus = ", "focus = "), "utf-8")
    assert run("build", folder, "-o", tmp_path / "built", "--no-page").code == 0
    assert "Age Scotland" in run("query", "partners", "-g", tmp_path / "built").out
