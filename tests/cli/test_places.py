"""Where results go: never in the place of what is read or of another result, and nothing is left out unsaid."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from partnergraph.errors import StoreError
from partnergraph.files import fill_folder, portable_names
from partnergraph.workbook.template import create_folder
from tests.cli.conftest import Run

ASK = "SELECT ?s { ?s a org:Organization }"
RELATIVE = (
    "@prefix org: <http://www.w3.org/ns/org#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
    '<#a> a org:Organization ; skos:prefLabel "Alpha" ; org:linkedTo <../b> .\n'
)


@pytest.fixture
def place(tmp_path: Path, keele: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to stand in, with a graph, a question, a list and a graph folder."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(keele / "graph.trig", "graph.trig")
    Path("ask.rq").write_text(ASK, "utf-8")
    Path("names.csv").write_text("name,country\nKeele University,GB\n", "utf-8")
    create_folder(Path("mine"), "Riverside Trust", csv_tables=True, full=True)
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "kept"),
    [
        (["query", "ask.rq", "-g", "graph.trig", "-f", "csv", "-o", "ask.rq"], "ask.rq"),
        (["query", ASK, "-g", "graph.trig", "-f", "csv", "-o", "./graph.trig"], "graph.trig"),
        (["draw", "-g", "graph.trig", "-o", "graph.trig"], "graph.trig"),
        (["diff", "graph.trig", "mine", "-f", "text", "-o", "graph.trig"], "graph.trig"),
        (["check", "graph.trig", "-o", "mine/../graph.trig"], "graph.trig"),
        (["match", "names.csv", "-g", "graph.trig", "-o", "names.csv"], "names.csv"),
    ],
)
def test_what_a_command_reads_is_not_replaced_by_what_it_writes(
    run: Run, place: Path, arguments: list[str], kept: str
) -> None:
    before = Path(kept).read_bytes()
    said = run(*arguments)
    assert said.code == 2
    assert f"{kept} is read by this command, and would be replaced. Choose another place." in said.err
    assert Path(kept).read_bytes() == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "mine", "--marked", "out.xlsx", "-o", "mine/../out.xlsx"],
        ["diff", "graph.trig", "mine", "-o", "out.html", "--draw", "out.html"],
        ["draw", "-g", "graph.trig", "-o", "out.svg", "--svg", "./out.svg"],
    ],
)
def test_two_results_do_not_go_into_one_file(run: Run, place: Path, arguments: list[str]) -> None:
    said = run(*arguments)
    assert said.code == 2
    assert "both write to" in said.err
    assert not list(place.glob("out.*"))


def test_an_option_given_twice_is_refused_unless_it_may_be_repeated(run: Run, place: Path) -> None:
    said = run("query", ASK, "-g", "graph.trig", "-o", "one.csv", "--output", "two.csv")
    assert (said.code, list(place.glob("*o*.csv"))) == (2, [])
    assert "--output is given 2 times, and only one would count. Give it once." in said.err
    assert run("query", "who-leads", "-g", "graph.trig", "-p", "partnership=NIHR SPCR", "-p", "x=1").code == 2
    assert run("build", "mine", "-q", "-q").code == 0, "a flag may be repeated"


@pytest.mark.parametrize("arguments", [["-f", "csv"], ["-g", "graph.trig", "-f", "trig"]])
def test_a_table_of_a_graph_folder_is_no_place_for_a_result(run: Run, place: Path, arguments: list[str]) -> None:
    tables = {path: path.read_bytes() for path in Path("mine").rglob("*") if path.is_file()}
    for target in ("mine/tables", "mine/tables/evidence.csv", "mine/partnergraph.toml"):
        assert run("export", "-g", "graph.trig", "-f", "csv", "-o", target).code != 0
        assert run("query", ASK, "-g", "graph.trig", "-f", "csv", "-o", target).code == 2
    assert run("read", "names.csv", "--source", "page", "-o", "mine/tables").code == 2
    assert {path: path.read_bytes() for path in Path("mine").rglob("*") if path.is_file()} == tables


@pytest.mark.parametrize("option", ["--timeout", "--size"])
@pytest.mark.parametrize("number", ["nan", "inf", "1e300", "-inf"])
def test_a_limit_is_a_number(run: Run, place: Path, option: str, number: str) -> None:
    said = run("query", ASK, "-g", "graph.trig", option, number)
    assert said.code == 2
    assert "is not in the range" in said.err


def test_a_memory_limit_beyond_all_machines_is_wrong_usage(run: Run, place: Path) -> None:
    assert run("query", ASK, "-g", "graph.trig", "--memory", "9" * 23).code == 2


def test_relative_addresses_of_a_file_do_not_say_where_it_stands(run: Run, place: Path) -> None:
    Path("my graph.ttl").write_text(RELATIVE, "utf-8")
    Path("other").mkdir()
    shutil.copy("my graph.ttl", "other/my graph.ttl")
    said = run("export", "-g", "my graph.ttl", "-f", "ntriples")
    assert "<file:///my%20graph.ttl#a>" in said.out
    assert "<file:///b>" in said.out
    assert str(place) not in said.out
    checked = run("check", "my graph.ttl", "other/my graph.ttl", "-f", "csv")
    assert "file:///2/my%20graph.ttl#a" in checked.out, "two files of one name stay apart"
    assert str(place) not in checked.out + run("query", ASK, "-g", "my graph.ttl", "--iris").out


def test_a_graph_of_others_writes_nothing_outside_of_the_folder_of_its_tables(run: Run, place: Path) -> None:
    assert run("build", "mine", "-o", "build", "-q").code == 0
    text = Path("build/graph.trig").read_text("utf-8")
    climbing = text.replace("id/source/example-newsletter", "id/source/../../../climbed")
    climbing = climbing.replace(
        "source:example-newsletter", "<https://example.org/riverside-trust/id/source/../../../climbed>"
    )
    assert climbing != text, "the test itself"
    Path("foreign.trig").write_text(climbing, "utf-8")
    said = run("export", "-g", "foreign.trig", "--tables", "deep/copy")
    assert said.code == 1
    # Files are named after ids by portable names, which cannot climb; then the id itself is refused.
    assert "The tables of this graph would not build: tables/evidence.csv, row 2" in said.err
    names = portable_names(["../../../climbed", "a/b"])
    assert not [name for name in names.values() if "/" in name or "\\" in name or name.startswith(".")], names
    with pytest.raises(StoreError, match="leads out of the folder"):
        fill_folder(place / "new", {"../climbed": b""})
    assert not list(place.parent.rglob("climbed*"))
    assert not Path("deep").exists()


@pytest.mark.parametrize("name", ["tables/organisations.csv", "documents/example-newsletter.txt", "story.toml"])
def test_a_file_of_any_size_in_a_graph_folder_is_refused_at_once(run: Run, place: Path, name: str) -> None:
    with (Path("mine") / name).open("wb") as file:
        file.truncate(60 * 2**30)  # all of it a hole
    start = time.monotonic()
    said = run("check", "mine")
    assert said.code == 1
    assert "larger than" in said.out
    assert time.monotonic() - start < 10


def test_names_of_a_graph_do_not_command_the_terminal(run: Run, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = Path("graph.trig").read_text("utf-8").replace('"Coventry University"', '"Coventry \x9b2J\x1b[2J University"')
    Path("graph.trig").write_text(text, "utf-8")
    monkeypatch.setattr("click.utils.should_strip_ansi", lambda *_: False)  # as on a terminal
    said = run("why", "coventry-university", "NIHR SPCR", "-g", "graph.trig")
    said = said if said.out else run("why", "Keele University", "WMSWTP", "-g", "graph.trig")
    asked = run("queries", "ask", "what does Coventry University fund", "-g", "graph.trig")
    for out in (said.out, asked.out):
        assert out
        assert "\x1b" not in out
        assert "\x9b" not in out
