"""Every command: its help, its exit codes, and errors that are one clean line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from partnergraph import __version__
from partnergraph.cli import COMMANDS
from partnergraph.cli.options import write_result
from partnergraph.errors import StoreError
from tests.cli.conftest import Run
from tests.conftest import ROOT

TOOL = Path(sys.executable).parent / "partnergraph"


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_every_command_has_help_that_names_its_options(run: Run, command: str, flag: str) -> None:
    said = run(command, flag)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(f"Usage: partnergraph {command} ")
    assert "Options:" in said.out
    text = said.out.split("Options:")[0]
    assert len(text.split("\n\n")[1].strip()) > 20, "a sentence of what it does"
    for line in said.out.split("Options:\n")[1].splitlines():
        if line.strip().startswith("-") and "--help" not in line and "--force" not in line:
            assert len(line.split()) > 2 or line.rstrip().endswith("]"), f"an option without a word of help: {line}"


def test_a_command_that_ran_without_the_group_has_its_short_help(run: Run) -> None:
    from partnergraph.cli.commands.serve import serve

    assert CliRunner().invoke(serve, ["--help"]).exit_code == 0
    assert run("serve", "-h").code == 0


def test_the_help_of_the_whole_lists_every_command_with_its_sentence(run: Run) -> None:
    said = run("--help")
    assert said.code == 0
    for command, sentence in COMMANDS.items():
        assert command in said.out
        assert sentence[:40] in " ".join(said.out.split())
    bare = run()
    assert said.out in (bare.out, bare.err)


def test_the_version_is_told(run: Run) -> None:
    assert run("--version").out == f"partnergraph {__version__}\n"
    done = subprocess.run(
        [sys.executable, "-m", "partnergraph", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"partnergraph {__version__}\n"


def test_the_start_imports_nothing_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "partnergraph", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert "click" in imported, "the test itself: the list is what was imported"
    heavy = {"rdflib", "networkx", "pandas", "polars", "pyarrow", "pyvis", "pyoxigraph", "numpy", "jinja2", "pyshacl"}
    assert not imported & heavy


def test_importing_the_package_costs_nothing() -> None:
    code = "import sys, partnergraph; print(*(name for name in sys.modules if name.startswith('partnergraph')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["partnergraph"]


WRONG_USAGE = [
    (["qery"], "No such command 'qery'. Did you mean 'query'?"),
    (["xyzzy"], "No such command 'xyzzy'."),
    (
        ["query", "wholeads"],
        "There is no question 'wholeads'. Did you mean 'who-leads'? All of them: partnergraph queries",
    ),
    (["query", "nope.rq"], "nope.rq: The file cannot be opened: No such file or directory."),
    (["query", "ASK {}", "-p", "a=b"], "Parameters belong to named questions"),
    (["query", "who-leads", "-p", "partnership"], "--param partnership: write it as NAME=VALUE."),
    (["query", "who-leads", "-p", "a=1", "-p", "a=2"], "--param a is given twice."),
    (["query", "who-leads", "-p", "partnr=x"], "'who-leads' has no parameter 'partnr'. Did you mean 'partnership'?"),
    (["query", "members-at-date", "-p", "consortium=SPCR"], "needs --param date=...: the day, as 2012-06-30"),
    (["query", "ASK {}", "--format", "pdf"], "'pdf' is not one of 'table', 'csv'"),
    (["query", "ASK {}", "--limit", "0"], "0 is not in the range x>=1"),
    (["query", "ASK {}", "--timeout", "0"], "0 is not in the range"),
    (["query", "ASK {}", "--memory", "1"], "1 is not in the range"),
    (["query", "ASK {}", "--graph", "nowhere"], "Path 'nowhere' does not exist."),
    (["queries", "nope"], "There is no question 'nope'."),
    (["kinds", "--list", "nope"], "no such list: nope. All lists: partnergraph kinds --list all"),
    (["why", "Keele University"], "Missing argument 'B'."),
    (["export", "--format", "csv"], "csv is written to a folder: add --output."),
    (["export", "--format", "gexf"], "gexf is written to a file: add --output."),
    (["export", "--output", "graph.unknown"], "The name graph.unknown says no form; add --format (trig,"),
    (
        ["check", "nowhere"],
        "Path 'nowhere' does not exist. To make a graph folder: partnergraph init nowhere --name NAME",
    ),
    (["check", "nowhere.ttl"], "Path 'nowhere.ttl' does not exist.\n"),
    (
        ["build", "nowhere"],
        "Directory 'nowhere' does not exist. To make a graph folder: partnergraph init nowhere --name NAME",
    ),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG_USAGE, ids=[" ".join(case[0]) for case in WRONG_USAGE])
def test_wrong_usage_has_exit_code_2_and_says_what_is_right(
    run: Run, here: Path, arguments: list[str], message: str
) -> None:
    said = run(*arguments)
    assert said.code == 2
    assert said.out == ""
    assert message in said.err
    assert "Traceback" not in said.err


FAILED = [
    (
        ["query", "SELECT * { FITLER(?x) }"],
        "Error: The query does not parse: 'FITLER' is not expected here. Did you mean FILTER?",
    ),
    (
        ["query", "SELECT * { SERVICE <http://127.0.0.1/> {} }"],
        "Error: SERVICE is not allowed: a query asks only this graph",
    ),
    (["query", "CLEAR ALL"], "Error: CLEAR is not allowed: queries only read."),
    (["query", "SELECT * FROM <http://127.0.0.1/> {}"], "Error: FROM <http://127.0.0.1/>: there is no such graph here"),
    (["query", "ASK {}", "--format", "csv"], "Error: This query gives yes or no; its forms are json, xml."),
    (["query", "DESCRIBE <urn:a>", "--format", "csv"], "Error: This query gives a graph; its forms are turtle"),
    (["query", "SELECT * { ?s ?p ?o }", "--size", "0.01"], "Error: The answer is larger than 0.01 MB."),
    (["why", "Keele", "Coventry University"], "Error: Nothing here is called 'Keele'. Did you mean: Keele University;"),
    (
        ["query", "ASK {}", "--output", "no/such/folder.json"],
        "Error: no/such/folder.json cannot be written: No such file",
    ),
    (["query", "ASK {}", "--output", "/dev/full"], "Error: /dev/full cannot be written: No space left on device"),
    (["export", "--output", "no/such/graph.ttl"], "Error: no/such/graph.ttl cannot be written: No such file"),
    (["export", "--output", "no/such/graph.gexf"], "Error: no/such/graph.gexf cannot be written: No such file"),
    (["query", "ASK {}", "--graph", "bad.ttl"], "Error: bad.ttl, row 2: "),
    (
        ["query", "ASK {}", "--graph", "empty"],
        "Error: empty is not a graph folder, a build folder, a store or an RDF file.",
    ),
    (["check", "bad.ttl"], "Error: bad.ttl, row 2: "),
    (["export", "--graph", "bad.ttl"], "Error: bad.ttl, row 2: "),
    (["why", "a", "b", "--graph", "bad.ttl"], "Error: bad.ttl, row 2: "),
]


@pytest.mark.parametrize(("arguments", "message"), FAILED, ids=[" ".join(case[0]) for case in FAILED])
def test_what_fails_has_exit_code_1_and_one_clean_message(
    run: Run, here: Path, arguments: list[str], message: str
) -> None:
    (here / "bad.ttl").write_text("<http://a> <http://b> 1 .\n<http://a> <http://b> .", "utf-8")
    (here / "empty").mkdir()
    said = run(*arguments)
    assert said.code == 1
    assert said.out == ""
    assert said.err.startswith(message)
    assert "Traceback" not in said.err
    lines = said.err.splitlines()
    assert len(lines) == (3 if "^" in said.err else 1), "one line, and the query with a caret where it has a place"


def test_a_folder_without_a_graph_says_what_to_do(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = run("query", "graphs")
    assert (said.code, said.out) == (1, "")
    assert "Build one first: partnergraph build FOLDER" in said.err


def test_many_findings_are_told_up_to_fifty(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    folder = tmp_path / "data"
    shutil.copytree(ROOT / "data", folder)
    table = folder / "tables" / "relationships.csv"
    rows = table.read_text("utf-8").splitlines(keepends=True)
    column = rows[0].split(",").index("kind")
    broken = [
        ",".join([*row.split(",")[:column], "fundin", *row.split(",")[column + 1 :]])
        for row in rows[1:]
        if '"' not in row
    ]
    table.write_text(rows[0] + "".join(broken), "utf-8")
    monkeypatch.chdir(tmp_path)
    said = run("build", "data", "--no-page")
    assert said.code == 1
    assert "Traceback" not in said.err
    assert "Did you mean 'funding'" in said.err
    assert len(said.err.splitlines()) <= 55
    assert "more: partnergraph check lists all" in said.err
    assert not (tmp_path / "build" / "graph.trig").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["query", "SELECT * { ?s ?p ?o }", "--format", "tsv"],
        ["query", "SELECT * { ?s ?p ?o }", "--limit", "100000"],
        ["export"],
        ["queries"],
        ["kinds", "--format", "json"],
    ],
    ids=" ".join,
)
def test_a_reader_that_closes_the_pipe_gets_no_traceback(here: Path, arguments: list[str]) -> None:
    process = subprocess.Popen([TOOL, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=here)
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline()
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait() in (0, 1)
    assert err == b""


def test_a_full_disk_behind_standard_output_is_one_line(here: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([TOOL, "export"], stdout=full, stderr=subprocess.PIPE, cwd=here, check=False)
    assert done.returncode == 1
    assert done.stderr == b"Error: No space left on device.\n"


def test_a_file_is_written_as_it_is_or_an_error_says_why(tmp_path: Path) -> None:
    write_result(b"a\r\n\xc3\xa9", tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_bytes() == b"a\r\n\xc3\xa9"
    with pytest.raises(StoreError, match="cannot be written: Is a directory"):
        write_result(b"", tmp_path)


def test_the_output_does_not_depend_on_the_language_of_the_terminal(here: Path) -> None:
    asked = [TOOL, "query", "SELECT ('Größe — “x”' AS ?t) {}", "--format", "csv"]
    for language in ("C", "C.UTF-8", "POSIX"):
        environment = os.environ | {"LC_ALL": language, "LANG": language}
        done = subprocess.run(asked, capture_output=True, cwd=here, env=environment, check=True)
        assert done.stdout == "t\r\nGröße — “x”\r\n".encode()


def test_kinds_are_listed_with_their_wording_in_both_directions(run: Run) -> None:
    said = run("kinds")
    [funding] = [line for line in said.out.splitlines() if line.startswith("funding ")]
    assert funding.endswith("[funds / is funded by]")
    listed = json.loads(run("kinds", "--format", "json").out)
    assert {entry["code"]: entry["inverse"] for entry in listed}["funding"] == "is funded by"
    assert len(listed) == len(said.out.splitlines())
    names = run("kinds", "--list", "all").out.splitlines()
    assert {"relationship-kind", "basis", "standing"} <= set(names)
    for name in names:
        assert run("kinds", "--list", name).code == 0


@pytest.mark.parametrize(
    ("command", "name"),
    [
        *((command, "z.xlsx") for command in ("duplicates", "conflicts", "brokers", "check")),
        *(("query partners", name) for name in ("z.docx", "z.xslx")),
        *(("draw", name) for name in ("z.pdf", "z.png")),
    ],
)
def test_a_suffix_of_another_form_is_refused(command: str, name: str, keele: Path, tmp_path: Path, run: Run) -> None:
    """After a newcomer: text stood in files called .xlsx, a page in one called .pdf."""
    graph = [str(ROOT / "data")] if command == "check" else ["--graph", str(keele)]
    done = run(*command.split(), *graph, "--output", str(tmp_path / name))
    assert done.code == 2
    assert f"{name}" in done.err
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize(("command", "name"), [("conflicts", "z.csv"), ("duplicates", "z.json"), ("check", "z.html")])
def test_the_suffix_chooses_the_form(command: str, name: str, keele: Path, tmp_path: Path, run: Run) -> None:
    graph = [str(ROOT / "data")] if command == "check" else ["--graph", str(keele)]
    assert run(command, *graph, "--output", str(tmp_path / name)).code == 0
    beginning = {"csv": "number,sort,", "json": "[", "html": "<!doctype html>"}[name[2:]]
    assert (tmp_path / name).read_text("utf-8").lower().startswith(beginning)
