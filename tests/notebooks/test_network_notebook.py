"""The third notebook: the analysis of the Keele graph, with plots."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest
from nbformat import NotebookNode

from partnergraph import PartnerGraph
from partnergraph.analysis.answer import AnalysisAnswer
from tests.conftest import ROOT
from tests.notebooks.cells import execute, frame, shown

NOTEBOOK = ROOT / "notebooks" / "03-what-the-network-says.ipynb"
SVG = "{http://www.w3.org/2000/svg}"
TEACHING = "West Midlands Social Work Teaching Partnership"
RESEARCH = "NIHR School for Primary Care Research"
PAIR = "Keele University", "University of Birmingham"


@pytest.fixture(scope="module")
def place(keele: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project's notebooks folder, beside a build."""
    project = tmp_path_factory.mktemp("project")
    (project / "notebooks").mkdir()
    (project / "build").symlink_to(keele)
    return project / "notebooks"


@pytest.fixture(scope="module")
def ran(place: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, NotebookNode]:
    """Its cells after a run."""
    return execute(NOTEBOOK, place, tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def graph(keele: Path) -> PartnerGraph:
    return PartnerGraph.open(keele)


def sentences(cell: NotebookNode) -> list[str]:
    """The paragraphs that a cell shows; the last one is the scope."""
    paragraphs = re.findall(r"<p>(.*?)</p>", shown(cell, "text/html"), flags=re.DOTALL)
    return [unescape(re.sub(r"</?small>", "", paragraph)) for paragraph in paragraphs]


def drawing(cell: NotebookNode) -> ElementTree.Element:
    return ElementTree.fromstring(shown(cell, "text/html"))


def test_it_opens_the_build_beside_it_and_writes_nothing_there(place: Path, ran: dict[str, NotebookNode]) -> None:
    assert ran["open"].outputs == []
    assert list(place.iterdir()) == []


def test_no_cell_warns(ran: dict[str, NotebookNode]) -> None:
    assert {cell for cell in ran for out in ran[cell].get("outputs", []) if out.get("name") == "stderr"} == set()


def test_every_sentence_shown_is_the_library_s(ran: dict[str, NotebookNode], graph: PartnerGraph) -> None:
    answers: dict[str, AnalysisAnswer] = {
        "brokers": graph.brokers(),
        "routes": graph.routes("School of Primary, Community and Social Care", "Department for Education", 2),
        "overlap": graph.overlap(*PAIR),
        "overlap-members": graph.overlap(*PAIR, projection="co-membership"),
        "gaps": graph.gaps(),
        "without": graph.what_if(without=[TEACHING]),
        "ending": graph.what_if(ending="Department for Education", at="2019"),
        "time-sentences": graph.timeline(RESEARCH),
        "sets": graph.communities(),
        "sets-members": graph.communities(projection="two-mode"),
        "stale": graph.stale(24),
    }
    said = {
        name for name, cell in ran.items() if cell.cell_type == "code" and "say(" in cell.source and name != "plots"
    }
    assert said == set(answers)
    for name, answer in answers.items():
        *texts, scope = sentences(ran[name])
        assert texts, name
        assert texts == [sentence.text for sentence in answer.sentences[: len(texts)]], name
        assert scope == answer.scope


def test_every_answer_is_followed_by_what_it_may_not_mean(ran: dict[str, NotebookNode]) -> None:
    sections = "\n".join(cell.source for cell in ran.values() if cell.cell_type == "markdown").split("\n## ")[2:-2]
    assert len(sections) == 11
    assert [section.splitlines()[0] for section in sections if "**May not mean**" not in section] == []


def test_the_projections_are_counted(ran: dict[str, NotebookNode], graph: PartnerGraph) -> None:
    counted = frame(ran["counted"]).set_index("projection")
    for name, row in counted.iterrows():
        for added, columns in ((False, row.iloc[:2]), (True, row.iloc[2:])):
            network = graph.projection(str(name), with_inferred=added)
            assert [int(value) for value in columns] == [len(network), network.number_of_edges()]
    assert len(counted) == 4


def test_the_map_marks_cut_points(ran: dict[str, NotebookNode], graph: PartnerGraph) -> None:
    drawn = drawing(ran["map"])
    circles = list(drawn.iter(f"{SVG}circle"))
    rings = [circle for circle in circles if circle.get("fill") == "none"]
    assert len(rings) == len(graph.brokers().highlight.rings) > 5
    assert len(circles) - len(rings) == len(graph.projection())
    assert len({circle.get("r") for circle in circles if circle not in rings}) == 3


def test_the_what_if_is_marked_on_the_same_map(ran: dict[str, NotebookNode]) -> None:
    before, after = (list(drawing(ran[name]).iter(f"{SVG}circle")) for name in ("map", "without-map"))
    titles = {circle.findtext(f"{SVG}title"): circle for circle in after}
    assert titles[TEACHING].get("fill") == "#fff"
    lost = [name for name, circle in titles.items() if circle.get("fill") == "#a33b20"]
    assert "Department for Education" in lost
    assert len(lost) == 3
    positions = [{(c.get("cx"), c.get("cy")) for c in circles} for circles in (before, after)]
    assert positions[0] == positions[1]


def test_the_ranks_lie_in_their_bands(ran: dict[str, NotebookNode]) -> None:
    names = [text.text or "" for text in drawing(ran["bands"]).iter(f"{SVG}text")][5:]
    assert names[0] == "Keele University"
    assert len(names) > 8
    assert len(list(drawing(ran["bands"]).iter(f"{SVG}path"))) == len(names)
    assert all(name in shown(ran["sides"], "text/html") for name in names)


def test_the_years_are_drawn_from_zero(ran: dict[str, NotebookNode], graph: PartnerGraph) -> None:
    bars = [bar for bar in drawing(ran["time"]).iter(f"{SVG}rect") if bar.get("fill") != "#fff"]
    rows = graph.timeline(RESEARCH).to_pandas().dropna(subset=["surely"])
    assert len(bars) == 2 * len(rows)
    assert {round(float(bar.get("y", 0)) + float(bar.get("height", 0))) for bar in bars} == {200}


def test_why_gives_both_sides(ran: dict[str, NotebookNode]) -> None:
    assert "Department for Education funds" in shown(ran["routes-why"])


def test_the_measures_are_sorted_by_betweenness(ran: dict[str, NotebookNode]) -> None:
    values = [float(value) for value in frame(ran["measures"])["betweenness"]]
    assert len(values) == 8
    assert values == sorted(values, reverse=True)
    assert len(frame(ran["stale-table"])) == 10
