"""`partnergraph import` loses nothing silently: what a list holds is taken over, or a finding says what was not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from partnergraph.build import collect_findings
from partnergraph.workbook.network_columns import MAX_LENGTH
from tests.cli.conftest import Run, Said
from tests.cli.test_import import links, put, rows
from tests.tables.spreadsheets import packed, parts
from tests.tables.spreadsheets import rows as table_rows


def imported(run: Run, folder: Path, edges: str, nodes: str = "") -> Said:
    files = [put(folder / "edges.csv", edges)]
    files += [put(folder / "nodes.csv", nodes)] if nodes else []
    said = run("import", *files, "-o", folder / "map")
    if said.code == 0:
        assert collect_findings(folder / "map") == []
    else:
        assert not (folder / "map").exists()
    return said


def test_the_source_the_label_and_the_address_of_an_edge_are_taken_over(run: Run, tmp_path: Path) -> None:
    """After shared input 04: a citation beside From and To is no end of the edge."""
    edges = (
        "From,To,Type,Label,Source,Since,Until,Tags,Strength\n"
        "Riverside Trust,North Council,Funding,£20k core grant,https://example.org/minutes-2019.pdf,2019,2021-03,a|b,5\n"
    )
    said = imported(run, tmp_path, edges)
    assert said.code == 0, said.err
    [link] = rows(tmp_path / "map", "relationships")
    assert (link["kind"], link["from"], link["to"]) == ("funding", "riverside-trust", "north-council")
    assert (link["start"], link["end"]) == ("2019", "2021-03")
    assert link["note"] == "Called '£20k core grant' in the imported file. Tags: a, b."
    own, cited = rows(tmp_path / "map", "sources")
    assert (own["id"], cited["url"]) == ("imported-map", "https://example.org/minutes-2019.pdf")
    [piece] = rows(tmp_path / "map", "evidence")
    assert piece["source"] == cited["id"]
    assert "links Riverside Trust to North Council: 'Funding; £20k core grant'." in piece["says"]
    assert piece["note"].endswith("not looked up. Row 2 of edges.csv.")
    assert said.err == (
        'note: edges.csv, row 1, column "Strength": 1 value not taken over. '
        "Add what matters to the tables by hand, with its evidence.\n"
    )


def test_a_row_without_from_is_an_error_though_it_has_a_source(run: Run, tmp_path: Path) -> None:
    said = imported(run, tmp_path, "From,To,Type,Source\n,North Council,Funding,https://example.org/a.pdf\n")
    assert said.code == 1
    assert 'edges.csv, row 2, column "From": The edge has only one end. Write the other one' in said.err


@pytest.mark.parametrize(
    ("label", "link"),
    [
        ("funds us", ("funding", "a", "b")),
        ("is funded by", ("funding", "b", "a")),
        ("funded by", ("funding", "b", "a")),
        ("collaborates", ("collaboration", "a", "b")),
        ("member of", ("membership", "a", "b")),
        ("has as a member", ("membership", "b", "a")),
        ("partner", ("partnership", "a", "b")),
        ("supports", ("support", "a", "b")),
        ("is supported by", ("support", "b", "a")),
        ("runs or delivers", ("delivery", "a", "b")),
        ("includes", ("part-of", "b", "a")),
        ("likes", ("association", "a", "b")),
        ("is in the same partnership as", ("association", "a", "b")),
    ],
)
def test_a_wording_becomes_a_kind_and_keeps_its_direction(
    label: str, link: tuple[str, str, str], run: Run, tmp_path: Path
) -> None:
    said = imported(run, tmp_path, f"source,target,label\nA,B,{label}\n")
    assert said.code == 0, said.err
    assert links(tmp_path / "map") == [link]
    note = rows(tmp_path / "map", "relationships")[0]["note"]
    assert (f"Called '{label}'" in note) == (link[0] == "association")
    assert ("warning: edges.csv, row 2" in said.err) == (link[0] == "association")


def test_the_type_gives_the_kind_before_the_label_and_a_second_kind_is_said(run: Run, tmp_path: Path) -> None:
    said = imported(run, tmp_path, "From,To,Type,Label\nA,B,strong,funds\nA,C,funds,is hosted by\n")
    assert links(tmp_path / "map") == [("funding", "a", "b"), ("funding", "a", "c")]
    notes = [row["note"] for row in rows(tmp_path / "map", "relationships")]
    assert notes == ["Called 'strong' in the imported file.", "Called 'is hosted by' in the imported file."]
    assert "'funds' was taken for the kind; 'is hosted by' stands in the note." in said.err


def test_a_body_that_became_another_is_an_event_and_a_place_is_no_organisation(run: Run, tmp_path: Path) -> None:
    edges = "From,To,Label,Start\nOld,New,became,2014\nNew,Stoke,is located in,\nOther,New,successor of,2019\n"
    assert imported(run, tmp_path, edges).code == 0
    events = [(row["kind"], row["from"], row["to"], row["date"]) for row in rows(tmp_path / "map", "events")]
    assert events == [("change", "old", "new", "2014"), ("change", "new", "other", "2019")]
    assert [row["name"] for row in rows(tmp_path / "map", "places")] == ["Stoke"]
    assert links(tmp_path / "map") == [("location", "new", "stoke")]


NODES = "Id,Label,Type\n1,Aunt,Charity\n2,Uncle,Council\n3,Uncle,University\n"
WARNINGS = {
    "an end that is no node": ("From,To\n1,Ant\n", "'Ant' is not among the nodes; an organisation was made of it. Did"),
    "labels that differ in case": ("From,To\naunt ,2\n", "'aunt' and 'Aunt' differ only in case or blanks"),
    "a date that is none": ("From,To,Start\n1,2,c. 2014\n", "'c. 2014' is not a date in the form 2009"),
    "a date of another form": ("From,To,Start\n1,2,31/03/2021\n", "For 31 March 2021 write 2021-03-31."),
    "a mutual edge of a kind with a direction": (
        "From,To,Type,Direction\n1,2,funds,mutual\n",
        "but its kind, funding, has a direction",
    ),
    "a column without heading": ("From,To,\n1,2,x\n", "The column C has no heading: 1 value not taken over."),
    "a text that is cut": (f"From,To,Notes\n1,2,{'x' * (MAX_LENGTH + 1)}\n", "the first 10,000 were taken over."),
    "itself by two names": ("From,To\n1,Aunt\n", "'Aunt' is joined to itself; the row was left out."),
    "an address of e-mail": (
        "From,To,Notes\n1,2,Ask jane@example.org\n",
        "In 1 place an address of e-mail was left out",
    ),
    "a telephone": ("From,To,Notes\n1,2,Ring 01632 960 001\n", "In 1 place the number of a telephone was left out."),
    "an end that is an address of e-mail": ("From,To\n1,2\n1,jane@example.org\n", "An end of the edge is an address"),
}


@pytest.mark.parametrize("case", WARNINGS)
def test_what_is_in_doubt_is_a_finding_with_its_cell(case: str, run: Run, tmp_path: Path) -> None:
    edges, message = WARNINGS[case]
    said = imported(run, tmp_path, edges, NODES)
    assert said.code == 0, said.err
    [line] = [line for line in said.err.splitlines() if message in line]
    assert line.startswith(("warning: edges.csv, row ", "note: edges.csv, row "))
    text = "".join(path.read_text("utf-8") for path in (tmp_path / "map").rglob("*") if path.is_file())
    assert "jane" not in text + said.err
    assert "960" not in text + said.err


ERRORS = {
    "a duplicate heading": ("From,To,Type,type\n1,2,funds,x\n", "The column 'Type' stands there twice."),
    "a ragged row": ("From,To\n1,2, UK\n", "edges.csv, row 2: The row has 3 cells, but the headings are 2."),
    "a label of two nodes": (
        "From,To\n1,Uncle\n",
        "'Uncle' is the label of 2 nodes. Write the Id of one of them: 2, 3.",
    ),
    "an end before its start": ("From,To,Start,End\n1,2,2021,2019\n", "The end is before the start."),
    "a row without an end": ("From,To\n1,\n", 'edges.csv, row 2, column "To": The edge has only one end.'),
}


@pytest.mark.parametrize("case", ERRORS)
def test_what_cannot_be_read_is_an_error_and_nothing_is_half_written(case: str, run: Run, tmp_path: Path) -> None:
    edges, message = ERRORS[case]
    said = imported(run, tmp_path, edges, NODES)
    assert said.code == 1
    assert message in said.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["edges.csv", "nodes.csv"]


def test_nodes_keep_their_address_other_names_tags_and_type(run: Run, tmp_path: Path) -> None:
    nodes = (
        "Label,Type,Description,Tags,URL,Aliases,Size,E-mail\n"
        "Aunt,Band,Old,x|y,https://example.org/aunt,Auntie; A.,3,jane@example.org\nUncle,Council,,,,,4,\n"
    )
    said = imported(run, tmp_path, "From,To\nAunt,Uncle\n", nodes)
    aunt, uncle = rows(tmp_path / "map", "organisations")
    assert aunt["description"] == "Old Tags: x, y. Type in the imported file: Band."
    assert (aunt["type"], uncle["type"]) == ("stakeholder", "local-authority")
    assert [row["name"] for row in rows(tmp_path / "map", "names")] == ["Auntie", "A."]
    [site] = rows(tmp_path / "map", "identifiers")
    assert (site["scheme"], site["value"]) == ("website", "https://example.org/aunt")
    assert 'nodes.csv, row 1, column "Size": 2 values not taken over.' in said.err
    assert 'nodes.csv, row 1, column "E-mail": 1 value not taken over.' in said.err
    assert "jane" not in said.err


def test_nodes_that_differ_in_case_and_a_node_twice_are_said(run: Run, tmp_path: Path) -> None:
    said = imported(run, tmp_path, "From,To\nAunt,Uncle\n", "Label\nAunt\nAUNT\nUncle\nUncle\n")
    assert [row["name"] for row in rows(tmp_path / "map", "organisations")] == ["Aunt", "Uncle"]
    assert "nodes.csv, row 3, column \"Label\": 'AUNT' and 'Aunt' differ only in case or blanks" in said.err
    assert "nodes.csv, row 5, column \"Label\": 'Uncle' is listed twice; the first row was taken." in said.err


def test_what_is_the_same_in_many_rows_is_said_once_with_their_number(run: Run, tmp_path: Path) -> None:
    edges = "From,To,Label\n" + "".join(f"A,B{number},likes\n" for number in range(30))
    said = imported(run, tmp_path, edges)
    [line] = said.err.splitlines()
    assert line.startswith("warning: edges.csv, row 2, column \"Label\": 'likes' is no kind of relationship of ours")
    assert "The same in 29 more rows." in line


def test_an_error_value_of_a_workbook_is_a_finding_with_its_cell(run: Run, tmp_path: Path) -> None:
    sheet = table_rows(["From", "To"]) + '<row r="2"><c r="A2" t="e"><v>#REF!</v></c></row>'
    (tmp_path / "map.xlsx").write_bytes(packed(parts({"Connections": sheet})))
    said = run("import", tmp_path / "map.xlsx", "-o", tmp_path / "map")
    assert said.code == 1
    assert 'map.xlsx, sheet "Connections", row 2, column "From" (cell A2)' in said.err
    assert not (tmp_path / "map").exists()


def test_several_sources_of_a_row_are_several_pieces_of_evidence(run: Run, tmp_path: Path) -> None:
    edges = (
        "From,To,Source,URL\nA,B,https://example.org/1 https://example.org/2,\n"
        "A,C,Annual report 2021,https://example.org/3\nA,D,Minutes; of 2019,\nA,E,,not an address\n"
        "A,F,annual report 2021,https://example.org/3\n"
    )
    assert imported(run, tmp_path, edges).code == 0
    sources = [(row["title"], row["url"], row["kind"]) for row in rows(tmp_path / "map", "sources")[1:]]
    assert sources == [
        ("https://example.org/1", "https://example.org/1", "page"),
        ("https://example.org/2", "https://example.org/2", "page"),
        ("Annual report 2021", "https://example.org/3", "page"),
        ("Minutes; of 2019", "", "report"),
        ("not an address", "", "report"),
    ]
    pieces = [row["evidence"].count(";") + 1 for row in rows(tmp_path / "map", "relationships")]
    assert pieces == [2, 1, 1, 1, 1]


def test_headings_of_our_exports_mean_something_else_in_other_files(run: Run, tmp_path: Path) -> None:
    edges = "Id,From,To,Evidence,Source,Standing,Inferred\n1,A,B,Annual report p. 4,Minutes,good,yes\n"
    said = imported(run, tmp_path, edges, "Label,Count,Identifiers\nA,3,x\nB,,\n")
    assert said.code == 0, said.err
    assert [row["title"] for row in rows(tmp_path / "map", "sources")[1:]] == ["Annual report p. 4", "Minutes"]
    for file, column in (("edges", "Id"), ("edges", "Standing"), ("edges", "Inferred"), ("nodes", "Count")):
        assert f'{file}.csv, row 1, column "{column}": 1 value not taken over.' in said.err


def test_every_value_of_a_list_is_in_the_tables_or_in_the_report(run: Run, tmp_path: Path) -> None:
    """Whatever the headings are: each value stands in a table, or its column is counted as not taken over."""
    headings = (
        "From,To,Type,Label,How,Relationship,Source,Sources,Citation,Evidence,URL,Link,Website,Start,Since,End,Until,"
        "Description,Notes,Comments,Tags,Keywords,Direction,Role,Via,Page,Where,Id,Weight,Date,Count,Said by,Derived"
    ).split(",")
    cells = [f"value {number}" for number in range(len(headings))]
    said = imported(run, tmp_path, f"{','.join(headings)}\n{','.join(cells)}\n")
    assert said.code == 0, said.err
    text = "".join(path.read_text("utf-8") for path in (tmp_path / "map" / "tables").iterdir())
    lost = [
        heading
        for heading, cell in zip(headings, cells, strict=True)
        if not re.search(rf"\b{cell}\b", text)
        and f'edges.csv, row 1, column "{heading}": 1 value not taken over.' not in said.err
        and f"'{cell}'" not in said.err
    ]
    assert lost == [], said.err


def test_a_sheet_for_people_is_not_read_and_another_one_stops_the_import(run: Run, tmp_path: Path) -> None:
    edges, notes = table_rows(["From", "To"], ["A", "B"]), table_rows(["Written by us"], ["in May"])
    (tmp_path / "map.xlsx").write_bytes(packed(parts({"Read me": notes, "# Draft": notes, "Connections": edges})))
    said = run("import", tmp_path / "map.xlsx", "-o", tmp_path / "map")
    assert said.code == 0, said.err
    assert 'note: map.xlsx, sheet "# Draft", row 1: The sheet was not read' in said.err
    assert len(links(tmp_path / "map")) == 1
    (tmp_path / "map.xlsx").write_bytes(packed(parts({"Budget": notes, "Connections": edges})))
    said = run("import", tmp_path / "map.xlsx", "-o", tmp_path / "other")
    assert said.code == 1
    assert 'map.xlsx, sheet "Budget", row 1: The headings are those of neither nodes nor edges.' in said.err
    assert "Put # before the name of a sheet that is not to be read." in said.err


def test_tables_of_a_graph_folder_are_no_network_and_make_no_bodies_of_sources(run: Run, tmp_path: Path) -> None:
    assert run("init", tmp_path / "own", "--name", "Riverside Trust").code == 0
    [book] = (tmp_path / "own" / "tables").glob("*.xlsx")
    said = run("import", book, "-o", tmp_path / "map")
    assert (said.code, (tmp_path / "map").exists()) == (1, False)
    assert "This is the table sources of a graph folder, not a list of nodes or edges. Put the file into" in said.err
