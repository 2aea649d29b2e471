"""`%sparql` and `%%sparql` in a real IPython, and once in a real kernel."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import pandas as pd
import polars as pl
import pytest
from IPython.core.displayhook import DisplayHook
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

from partnergraph import PartnerGraph
from partnergraph.build import build
from partnergraph.execution.query_result import Result
from partnergraph.page import Page
from partnergraph.questions.named_questions import all_questions
from tests.build.conftest import small_folder
from tests.conftest import ROOT
from tests.notebooks.cells import execute, shown

TEACHING = "West Midlands Social Work Teaching Partnership"
COUNT = "SELECT (COUNT(?r) AS ?n) { ?r a pg:Relationship }"
LINKS = "SELECT ?from ?to { ?from pg:leads ?to }"


class Said(NamedTuple):
    """What a cell left behind: its value, what it printed, and its error."""

    value: Any
    out: str
    err: str
    error: BaseException | None


Cell = Callable[[str], Said]


class _Hook(DisplayHook):
    """Takes the value of a cell and prints nothing, so that what is printed is the cell's own."""

    def write_output_prompt(self) -> None:
        """Nothing."""

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        """Nothing."""

    def finish_displayhook(self) -> None:
        """Nothing."""


class _Shell(InteractiveShell):
    displayhook_class = Type(_Hook)


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InteractiveShell]:
    """A shell that keeps no history and finds nobody's settings, with the extension loaded."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("VIRTUAL_ENV", raising=False)  # of whoever runs the tests; IPython would remark on it
        patch.setenv("IPYTHONDIR", str(tmp_path_factory.mktemp("ipython")))
        made = _Shell(config=Config({"HistoryManager": {"enabled": False}}))
        made.colors = "nocolor"
        made.run_line_magic("load_ext", "partnergraph")
        yield made


@pytest.fixture
def cell(
    shell: InteractiveShell,
    keele: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Cell:
    """Run a cell in a folder with a build; nothing is written there."""
    (tmp_path / "build").symlink_to(keele)
    monkeypatch.chdir(tmp_path)
    for name in list(shell.user_ns):
        if name not in shell.user_ns_hidden:
            del shell.user_ns[name]

    def run(text: str) -> Said:
        capsys.readouterr()
        done = shell.run_cell(text)
        out, err = capsys.readouterr()
        assert [path.name for path in tmp_path.iterdir()] == ["build"], "a magic writes no file"
        return Said(done.result, out, err, done.error_in_exec)

    return run


def test_the_extension_is_loaded_without_what_it_does_not_need_yet() -> None:
    code = (
        "import sys, partnergraph\n"
        "class Shell:\n"
        "    def register_magic_function(self, function, magic_kind, magic_name):\n"
        "        print(magic_kind, magic_name, function.__doc__.splitlines()[0])\n"
        "partnergraph.load_ipython_extension(Shell())\n"
        "print([name for name in ('IPython', 'pandas', 'networkx', 'pyoxigraph', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    first, last = done.stdout.splitlines()
    assert first.startswith("line_cell sparql The magics `%sparql` and `%%sparql`")
    assert last == "[]"


def test_a_cell_of_sparql_shows_a_result(cell: Cell) -> None:
    said = cell(f"%%sparql\n{COUNT}")
    assert isinstance(said.value, Result)
    assert said.value.rows[0]["n"] > 150
    assert (said.out, said.err, said.error) == ("", "", None)


def test_a_named_question_is_asked_in_a_line_with_its_parameters(cell: Cell) -> None:
    for given in (f'-p partnership="{TEACHING}"', f"--param 'partnership={TEACHING}'"):
        said = cell(f"%sparql who-leads {given}")
        assert {row["leader"] for row in said.value} == {"Coventry University", "Coventry City Council"}
    assert cell(f"%sparql -p partnership='{TEACHING}' who-leads").value.rows == said.value.rows
    assert cell(f"who = '{TEACHING}'\n%sparql who-leads -p partnership='{{who}}'").value.rows == said.value.rows


def test_the_cells_of_the_readme_run(cell: Cell) -> None:
    [block] = re.findall(
        r"<!-- run -->\n```ipython\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), flags=re.DOTALL
    )
    said = [cell(text) for text in block.split("\n\n")]
    assert [one.error for one in said] == [None, None, None]
    assert isinstance(said[2].value, Page)
    assert "leader" in cell("leaders").value.columns
    assert len(cell("links").value) > 10


def test_without_a_name_the_questions_are_listed(cell: Cell) -> None:
    listed = cell("%sparql").value
    assert [line.split()[0] for line in repr(listed).splitlines()] == [question.name for question in all_questions()]
    page = listed._repr_html_()
    assert page.count("<tr>") == len(all_questions()) + 1
    assert f"{len(all_questions())} named questions" in page


def test_an_answer_is_kept_in_a_variable(cell: Cell) -> None:
    assert isinstance(cell(f"%%sparql --store-to found\n{COUNT}").value, Result)
    frame = cell("found").value
    assert isinstance(frame, pd.DataFrame)
    assert str(frame["n"].dtype) == "Int64"
    assert isinstance(cell(f"%%sparql --store-to found -f polars\n{COUNT}").value, pl.DataFrame)
    assert isinstance(cell("found").value, pl.DataFrame)
    cell(f"%%sparql --store-to found --format result\n{COUNT}")
    assert isinstance(cell("found").value, Result)
    cell("%%sparql --store-to found\nASK { o:keele-university a org:Organization }")
    assert cell("found").value is True
    cell("%%sparql --store-to found\nCONSTRUCT WHERE { o:keele-university a ?t }")
    assert cell("found.form").value == "CONSTRUCT"
    said = cell(f"%%sparql --store-to found --format csv\n{COUNT}")
    assert said.value is None
    assert said.out.startswith("n\r\n")
    assert cell("found").value == said.out


def test_a_date_is_asked_as_everywhere(cell: Cell) -> None:
    count = "SELECT (COUNT(?r) AS ?n) { ?r pg:kind code:oversight ; pg:to o:public-health-england }"
    assert [cell(f"%%sparql --as-of {date}\n{count}").value.rows[0]["n"] for date in ("2015", "2012-06")] == [1, 0]


def test_an_answer_is_drawn_in_the_cell_and_kept_as_a_table(cell: Cell, keele: Path) -> None:
    said = cell(f"%%sparql --draw --store-to links\n{LINKS}")
    assert isinstance(said.value, Page)
    assert said.value.html == PartnerGraph.open(keele).draw(query=LINKS).html
    assert said.value._repr_html_().startswith("<iframe srcdoc=")
    assert len(repr(said.value)) < 500, "the text beside the page is short"
    assert list(cell("links").value.columns) == ["from", "to"]
    nothing = cell("%%sparql --draw\nSELECT ?from ?to { ?from pg:led ?to }")
    assert isinstance(nothing.value, Result)
    assert "pg:led" in repr(nothing.value)


def test_an_empty_answer_says_why_in_every_form(cell: Cell) -> None:
    text = "SELECT ?s { ?s a org:Organisation }"
    assert "org:Organisation (line 1, column 18) occurs nowhere" in cell(f"%%sparql\n{text}").value._repr_html_()
    for form in ("pandas", "csv", "table"):
        assert "org:Organisation (line 1, column 18) occurs nowhere" in cell(f"%%sparql -f {form}\n{text}").err
    assert "occurs nowhere" in cell("%%sparql\nASK { ?s a org:Organisation }").value._repr_html_()
    assert "occurs nowhere" in cell("%%sparql\nCONSTRUCT WHERE { ?s a org:Organisation }").value._repr_html_()


def test_the_graph_is_a_variable_a_path_or_the_build_that_is_here(cell: Cell, keele: Path) -> None:
    here = cell(f"%%sparql\n{COUNT}").value.rows
    for graph in ("build", str(keele / "graph.trig")):
        assert cell(f"%%sparql --graph {graph}\n{COUNT}").value.rows == here
    cell(f"from pathlib import Path\nplace = Path({str(keele)!r})\nimport partnergraph")
    assert cell(f"%%sparql --graph place\n{COUNT}").value.rows == here
    cell("graph = partnergraph.PartnerGraph.open(place).as_of('1900')\nother = partnergraph.PartnerGraph.open(place)")
    assert cell(f"%%sparql\n{COUNT}").value.rows[0]["n"] < here[0]["n"]
    assert cell(f"%%sparql -g other\n{COUNT}").value.rows == here


def _processes() -> list[str]:
    """The processes that this one has started and that still run."""
    return [pid for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()]


def test_a_build_stays_open_for_the_next_cell_until_another_is_published(
    cell: Cell, tmp_path_factory: pytest.TempPathFactory
) -> None:
    room = tmp_path_factory.mktemp("mine")
    small, place = small_folder(room / "small"), room / "build"
    names = "%%sparql --graph mine\nSELECT ?name { ?o a org:Organization ; skos:prefLabel ?name } ORDER BY ?name"
    cell(f"from pathlib import Path\nmine = Path({str(place)!r})")
    build(small, place)
    assert [row["name"] for row in cell(names).value] == ["Alpha", "Beta"]
    running = set(_processes())
    assert [row["name"] for row in cell(names).value] == ["Alpha", "Beta"]
    assert set(_processes()) <= running
    build(small_folder(small, "Aleph"), place)
    assert [row["name"] for row in cell(names).value] == ["Aleph", "Beta"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("%%sparql\nSELECT ?x {", "The query does not parse"),
        ("%%sparql\nSELECT ?x { ?x skoss:a ?y }", "Did you mean 'skos:'?"),
        ("%%sparql\nSELECT ?x { SERVICE <http://example.org/> { ?x ?y ?z } }", "SERVICE is not allowed"),
        ("%%sparql --as-of soon\nASK {}", "'soon' is not a date"),
        ("%%sparql --as-of\nASK {}", "Argument --as-of: expected one argument. All options: %sparql --help"),
        ("%%sparql --nothing\nASK {}", "Unrecognized arguments: --nothing"),
        ("%%sparql --format parquet\nASK {}", "invalid choice: 'parquet'"),
        ("%%sparql --format csv\nASK {}", "its forms are json, xml"),
        ("%%sparql --format csv --draw\nASK {}", "--draw makes a page instead of a table; leave out --format."),
        ("%%sparql --draw\nASK {}", "ASK gives no links to draw"),
        ("%%sparql --draw\nSELECT ?x { ?x a org:Organization }", "needs the columns ?from and ?to"),
        ("%%sparql --store-to 1x\nASK {}", "--store-to 1x: this is not a name for a variable."),
        ("%%sparql --store-to class\nASK {}", "--store-to class: this is not a name"),
        ("%%sparql who-leads\nASK {}", "A named question is asked in a line: %sparql who-leads."),
        ("%%sparql -p a=b\nASK {}", "Parameters belong to named questions"),
        ("%sparql wholeads", "Did you mean 'who-leads'?"),
        ("%sparql who-leads -p partnershp=x", "Did you mean 'partnership'?"),
        ("%sparql who-leads -p partnership", "-p partnership: write it as NAME=VALUE."),
        ("%sparql who-leads -p partnership=x -p partnership=y", "it is given twice."),
        ("%sparql who-pays -p recipient=O'Neill", "A quotation mark is open in: who-pays"),
        ("%sparql ASK {}", "%sparql takes the name of a question; SPARQL stands in a cell"),
        ("%sparql --as-of 2014", "Say which question: %sparql NAME."),
        ("%sparql who-leads --graph nowhere", "There is nothing at nowhere."),
        ("number = 1\n%sparql who-leads --graph number", "--graph number: this variable holds no graph."),
    ],
)
def test_what_is_wrong_is_one_message_without_a_traceback(cell: Cell, text: str, message: str) -> None:
    said = cell(text)
    assert said.value is None
    assert said.error is not None
    assert message in str(said.error)
    assert said.out.rstrip("\n") == f"Error: {said.error}"
    assert said.err == ""


def test_a_mistake_of_ours_keeps_its_traceback(cell: Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    cell("class Broken:\n    pass")
    monkeypatch.delattr(Result, "why_empty")
    said = cell(f"%%sparql --format csv\n{COUNT}")
    assert isinstance(said.error, AttributeError)
    assert "Traceback" in said.out


def test_the_help_is_shown_and_nothing_is_asked(cell: Cell) -> None:
    said = cell("%sparql --help")
    assert said.error is None
    assert said.out.startswith("usage: %sparql [NAME] [options]\n")
    for option in ("--store-to", "--as-of", "--draw", "--graph", "--format", "--param"):
        assert option in said.out


def test_it_works_in_a_real_kernel(keele: Path, tmp_path: Path) -> None:
    cells = {
        "load": "%load_ext partnergraph",
        "table": f"%%sparql --store-to found\n{COUNT}",
        "kept": "len(found)",
        "draw": f"%%sparql --draw\n{LINKS}",
        "wrong": "%%sparql\nSELECT ?x {",
        "named": f"%sparql who-leads -p partnership='{TEACHING}'",
    }
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(text, id=name) for name, text in cells.items()]
    notebook.cells[4].metadata = {"tags": ["raises-exception"]}
    nbformat.write(notebook, tmp_path / "magics.ipynb")
    place, home = tmp_path / "place", tmp_path / "home"
    place.mkdir()
    home.mkdir()
    (place / "build").symlink_to(keele)
    ran = execute(tmp_path / "magics.ipynb", place, home)
    assert "<caption>1 row</caption>" in shown(ran["table"], "text/html")
    assert shown(ran["table"]).splitlines()[0] == "n"
    assert shown(ran["kept"]) == "1"
    assert shown(ran["draw"], "text/html").startswith("<iframe srcdoc=")
    [wrong] = ran["wrong"].outputs
    assert wrong.output_type == "error"
    assert wrong.ename == "QueryError"
    assert wrong.traceback == [f"Error: {wrong.evalue}"]
    assert "Coventry University" in shown(ran["named"], "text/html")
    assert [path.name for path in place.iterdir()] == ["build"]
