"""The notebooks run from top to bottom, and are committed without outputs."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from partnergraph import PartnerGraph
from tests.conftest import ROOT
from tests.notebooks.cells import execute, frame, shown

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ASK = ROOT / "notebooks" / "01-ask-the-graph.ipynb"
AFTERNOON = ROOT / "notebooks" / "02-an-analysts-afternoon.ipynb"


@pytest.fixture(scope="module")
def ran(keele: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, NotebookNode]:
    """The notebook for analysts, run from its folder, beside a build."""
    place = tmp_path_factory.mktemp("project")
    (place / "notebooks").mkdir()
    (place / "build").symlink_to(keele)
    return execute(ASK, place / "notebooks", tmp_path_factory.mktemp("home"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_is_committed_without_outputs_and_in_its_one_form(path: Path) -> None:
    text = path.read_text("utf-8")
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert text == nbformat.writes(notebook) + "\n", "save it with nbformat.write"
    assert notebook.metadata.keys() == {"kernelspec", "language_info"}
    assert notebook.metadata.language_info.keys() == {"name"}, "the version of one machine's Python"
    for cell in notebook.cells:
        assert re.fullmatch(r"[a-z][a-z-]+", cell.id), "a cell has a readable id that stays"
        assert cell.metadata == {}
        assert cell.source.strip()
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


def test_there_are_notebooks_for_analysts() -> None:
    assert {ASK, AFTERNOON} <= set(NOTEBOOKS)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_every_code_cell_stands_below_an_explanation(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    assert cells[0].cell_type == "markdown"
    runs = [cell.cell_type for cell in cells]
    assert "code code code" not in " ".join(runs)


def test_it_runs_from_its_folder_and_says_what_it_opened(ran: dict[str, NotebookNode]) -> None:
    assert "relationships</caption>" in shown(ran["open"], "text/html")
    assert [out for out in ran["open"].outputs if out.output_type == "stream"] == []


def test_the_same_cell_opens_the_build_from_the_project_s_root(
    keele: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "build").symlink_to(keele)
    monkeypatch.chdir(tmp_path)
    [cell] = [cell for cell in nbformat.read(ASK, as_version=4).cells if cell.id == "open"]
    names: dict[str, object] = {}
    exec(cell.source, names)
    assert names["built"] == [tmp_path / "build"]
    assert isinstance(names["graph"], PartnerGraph)


def test_no_cell_warns(ran: dict[str, NotebookNode]) -> None:
    told = {cell: out.text for cell in ran for out in ran[cell].get("outputs", []) if out.get("name") == "stderr"}
    assert told == {}


def test_the_named_questions_are_listed(ran: dict[str, NotebookNode]) -> None:
    from partnergraph.questions.named_questions import all_questions

    assert list(frame(ran["questions"])["name"]) == [question.name for question in all_questions()]


def test_who_leads_shows_both_sides(ran: dict[str, NotebookNode]) -> None:
    leaders = frame(ran["who-leads"])
    assert set(leaders["leader"]) == {"Coventry University", "Coventry City Council"}
    assert "disputed" in set(leaders["dispute"])


def test_members_on_a_day_tell_known_from_unknown(ran: dict[str, NotebookNode]) -> None:
    members = frame(ran["members"])
    assert set(members["on_that_day"]) == {"yes", "unknown"}
    assert "Keele University" in set(members["member"][members["on_that_day"] == "yes"])


def test_free_sparql_gives_numbers_and_words(ran: dict[str, NotebookNode]) -> None:
    kinds = frame(ran["sparql-kinds"])
    assert kinds["kind"][0] == "membership"
    assert int(kinds["claims"][0]) == 94
    funding = frame(ran["sparql-graphs"])
    quoted = funding["words"] != "<NA>"
    assert "funded by the Department for Education" in set(funding["words"][quoted])
    assert set(funding["says"][quoted]) == {"<NA>"}, "a row is a quotation or our own line"
    units = frame(ran["shortcuts"])
    assert ("Impact Accelerator Unit", "Keele University") in set(zip(units["unit"], units["whole"], strict=True))


def test_why_prints_the_words_and_what_speaks_against_them(ran: dict[str, NotebookNode]) -> None:
    text = shown(ran["why"])
    assert "“Coventry University, who acts as the lead authority” (S51;" in text
    assert "- against it: According to Cabinet, 28 August 2018" in text


def test_the_network_has_measures(ran: dict[str, NotebookNode]) -> None:
    measures = frame(ran["network"])
    assert len(measures) == 10
    assert measures["organisation"][0] == "Keele University"
    between = [float(value) for value in measures["betweenness"]]
    assert between == sorted(between, reverse=True)
    assert 0 < between[0] <= 1
    counted, brokers = shown(ran["brokers"]).splitlines()
    assert re.fullmatch(r"\d+ organisations; connected components: \d+", counted)
    assert "Keele University" in brokers
    years = frame(ran["time"])
    assert all(int(yes) < int(unknown) for yes, unknown in zip(years["yes"], years["unknown"], strict=True))


def test_the_page_is_drawn_in_a_frame(ran: dict[str, NotebookNode]) -> None:
    page = shown(ran["draw"], "text/html")
    assert page.startswith("<iframe ")
    assert "Coventry City Council" in page


def test_the_exports_are_written_and_read_back(ran: dict[str, NotebookNode]) -> None:
    printed = "".join(out.text for out in ran["export"].outputs if out.output_type == "stream")
    assert [line.partition(":")[0] for line in printed.splitlines()] == [
        *("lists/nodes.csv", "lists/edges.csv", "lists/evidence.csv", "keele.gexf", "keele-org.ttl")
    ]
    assert set(frame(ran["export"])) == {"from_label", "wording", "to_label", "said_by"}


def test_without_a_build_it_builds_the_example_and_says_so(tmp_path: Path) -> None:
    notebook = nbformat.read(ASK, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if cell.id in ("open", "who-leads")]
    nbformat.write(notebook, tmp_path / "short.ipynb")
    place, home = tmp_path / "elsewhere", tmp_path / "home"
    place.mkdir()
    home.mkdir()
    cells = execute(tmp_path / "short.ipynb", place, home)
    printed = "".join(out.text for out in cells["open"].outputs if out.output_type == "stream")
    assert printed == "No build here yet: the Keele example was built for this session only.\n"
    assert set(frame(cells["who-leads"])["leader"]) == {"Coventry University", "Coventry City Council"}
    assert list(place.iterdir()) == [], "nothing is left behind"
