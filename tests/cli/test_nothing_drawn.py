"""A picture that shows less than there is says so; without a single body nothing is written and the exit code is 1."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import networkx as nx
import pytest

from partnergraph import DataError, PartnerGraph
from partnergraph.build import build
from partnergraph.page import draw
from partnergraph.tables.table_schemas import TABLE_SCHEMAS
from partnergraph.workbook.folder_writer import table_csv
from partnergraph.workbook.template import create_folder
from tests.cli.conftest import Run

PROFILE = """\
@prefix org: <http://www.w3.org/ns/org#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<http://id.example.ac.uk/> a org:FormalOrganization ; skos:prefLabel "University of Exampleton" ;
  org:hasUnit <http://id.example.ac.uk/nursing> ; org:linkedTo <http://id.hospital.example/> .
<http://id.example.ac.uk/nursing> a org:OrganizationalUnit ; skos:prefLabel "School of Nursing" .
<http://id.hospital.example/> a org:FormalOrganization ; skos:prefLabel "Exampleton Hospital"@en .
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The example of `create_folder`, with two organisations that have no relationship."""
    folder = tmp_path / "data"
    create_folder(folder, "Riverside Trust", csv_tables=True, full=True)
    file = folder / "tables" / "organisations.csv"
    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8"), newline="")))
    for name in ("Lonely Trust", "Second Lonely"):
        row = {"id": name.lower().replace(" ", "-"), "name": name, "form": "formal", "type": "charity"}
        rows.append(row | {"evidence": "e1"})
    file.write_bytes(table_csv(rows, TABLE_SCHEMAS["organisations"].columns))
    return folder


def _without_relationships(folder: Path) -> None:
    (folder / "tables" / "relationships.csv").write_bytes(table_csv([], TABLE_SCHEMAS["relationships"].columns))


def test_bodies_without_a_relationship_are_drawn_in_a_strip_of_their_own(
    folder: Path, tmp_path: Path, run: Run
) -> None:
    done = run("build", folder, "-o", tmp_path / "build")
    assert done.code == 0
    assert "note" not in done.err
    done = run("draw", "-g", tmp_path / "build", "-o", tmp_path / "map.html", "--svg", tmp_path / "map.svg")
    assert done.code == 0
    assert "note" not in done.err
    html, svg = (tmp_path / "map.html").read_text("utf-8"), (tmp_path / "map.svg").read_text("utf-8")
    counts = [int(count) for count in re.findall(r'</svg> [^<]+<span class="quiet">(\d+)</span></label>', html)]
    network = json.loads(re.findall(r'<script type="application/json" id="network">(.*?)</script>', html)[0])
    assert sum(counts) == 8 == len(network["nodes"]), "the legend counts what the map of everything shows"
    assert {node["label"] for node in network["nodes"]} >= {"Lonely Trust"}
    assert "No relationship recorded" in html
    # The picture is the opening map: what is joined with the focus.
    assert "Lonely Trust" not in svg
    assert PartnerGraph.open(tmp_path / "build").draw().note is None


def test_a_map_without_a_line_says_that_it_is_empty(folder: Path, tmp_path: Path, run: Run) -> None:
    _without_relationships(folder)
    assert run("build", folder, "-o", tmp_path / "build", "-q").code == 0
    done = run("draw", "-g", tmp_path / "build", "-o", tmp_path / "map.html", "--svg", tmp_path / "map.svg")
    assert done.code == 0
    assert "note: The map is empty: there is no relationship between two bodies." in done.err
    assert "The map is empty" in (tmp_path / "map.html").read_text("utf-8")
    assert "No relationship to draw" in (tmp_path / "map.svg").read_text("utf-8")


@pytest.mark.parametrize(
    "command",
    [
        *(("draw", "-o", "map.html"), ("draw", "-o", "map.html", "--svg", "map.svg")),
        *(("export", "-f", "gexf", "-o", "a.gexf"), ("export", "-f", "graphml", "-o", "a.graphml")),
        ("export", "-f", "csv", "-o", "lists"),
    ],
    ids=" ".join,
)
def test_a_graph_in_other_words_is_not_drawn_as_nothing(
    command: tuple[str, ...], tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("profile.ttl").write_text(PROFILE, "utf-8")
    done = run(command[0], "-g", "profile.ttl", *command[1:])
    assert done.code == 1
    assert "no claim of this ontology (pg:Relationship), but 2 org:FormalOrganization, 1 org:Organ" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["profile.ttl"]
    # What it says to do works.
    [query] = re.findall(r"'(SELECT .*?)' --draw", done.err)
    drawn = run("query", "-g", "profile.ttl", query, "--draw", "links.html")
    assert drawn.code == 0
    assert drawn.err.startswith("wrote links.html: 2 bodies, 0 relationships, 1 computed")
    checked = run("check", "profile.ttl")
    assert (checked.code, checked.err) == (0, "0 errors, 1 warning\n")
    assert "other-vocabulary" in checked.out


def test_an_answer_without_links_is_not_drawn(
    folder: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("build", folder, "-q").code == 0
    done = run("query", "SELECT ?from ?to { ?from org:hasSite ?to }", "--draw", "links.html")
    assert done.code == 1
    assert "nothing was written: the answer has no links" in done.err
    assert not (tmp_path / "links.html").exists()


def test_two_graphs_without_bodies_are_not_drawn(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.ttl").write_text(PROFILE, "utf-8")
    Path("b.ttl").write_text(PROFILE.replace("Nursing", "Law"), "utf-8")
    done = run("diff", "a.ttl", "b.ttl", "--draw", "both.html")
    assert (done.code, done.out) == (1, "")
    assert "nothing to draw" in done.err
    assert not Path("both.html").exists()
    assert run("diff", "a.ttl", "b.ttl").code == 0


def test_the_library_says_so_too(tmp_path: Path) -> None:
    (tmp_path / "profile.ttl").write_text(PROFILE, "utf-8")
    graph = PartnerGraph.open(tmp_path / "profile.ttl")
    with pytest.raises(DataError, match="nothing to draw"):
        graph.draw(tmp_path / "map.html")
    with pytest.raises(DataError, match="nothing to draw"):
        graph.export("gexf", tmp_path / "a.gexf")
    assert len(graph.network()) == 0
    empty = draw(nx.Graph())
    assert empty.note == "The map is empty: there is nothing to draw."
    assert empty.note in empty.html


def test_a_whole_map_has_no_note(tmp_path: Path, run: Run) -> None:
    create_folder(tmp_path / "data", "Riverside Trust", csv_tables=True, full=True)
    build(tmp_path / "data", tmp_path / "build")
    done = run("draw", "-g", tmp_path / "build", "-o", tmp_path / "map.html")
    assert (done.code, len(done.err.splitlines())) == (0, 1)
    assert PartnerGraph.open(tmp_path / "build").draw().note is None
