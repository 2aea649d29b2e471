"""`partnergraph query` and `queries`: where the question comes from, and in which form it is answered."""

from __future__ import annotations

import csv
import io
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from partnergraph import PartnerGraph
from partnergraph.questions.named_questions import all_questions
from tests.cli.conftest import Run
from tests.conftest import ROOT

TOOL = Path(sys.executable).parent / "partnergraph"
COUNT = "SELECT (COUNT(?r) AS ?n) { ?r a pg:Relationship }"


@pytest.fixture(scope="module")
def graph(keele: Path) -> PartnerGraph:
    """The Keele graph as a program opens it."""
    return PartnerGraph.open(keele)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_question_comes_as_text_as_a_file_by_name_or_from_standard_input(
    run: Run, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = run("query", COUNT, "--format", "csv")
    assert int(rows(asked.out)[0]["n"]) > 150
    (here / "count.rq").write_text(COUNT, "utf-8-sig")
    (here / "count.txt").write_text(COUNT, "utf-8")
    for file in ("count.rq", "count.txt"):
        assert run("query", file, "--format", "csv").out == asked.out
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(COUNT.encode())))
    assert run("query", "-", "--format", "csv").out == asked.out
    named = run("query", "relationships-by-kind", "--format", "csv")
    assert sum(int(row["relationships"]) for row in rows(named.out)) <= int(rows(asked.out)[0]["n"])


@pytest.mark.parametrize(
    ("given", "code", "message"),
    [
        (b"", 1, "Error: There is no query: the text is empty."),
        (b"# only a comment\n", 1, "Error: There is no query: the text is empty."),
        (b"ASK {}\n\xff", 2, "Error: standard input, row 2: this is not text in UTF-8. Save it as UTF-8."),
        (b"who-leads", 1, "Error: This is not a query: it begins with neither SELECT"),
    ],
)
def test_what_is_wrong_with_standard_input_is_said(
    run: Run, here: Path, monkeypatch: pytest.MonkeyPatch, given: bytes, code: int, message: str
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
    said = run("query", "-")
    assert (said.code, said.out) == (code, "")
    assert said.err.startswith(message)


def test_without_a_question_standard_input_is_read(here: Path) -> None:
    (here / "count.rq").write_text(COUNT, "utf-8")
    command = [str(TOOL), "query", "--format", "csv"]
    with (here / "count.rq").open("rb") as file:
        redirected = subprocess.run(command, cwd=here, stdin=file, capture_output=True, check=True)
    piped = subprocess.run(command, cwd=here, input=COUNT.encode(), capture_output=True, check=True)
    named = subprocess.run([*command, "count.rq"], cwd=here, capture_output=True, check=True)
    assert redirected.stdout == piped.stdout == named.stdout != b""


def test_a_terminal_without_a_question_is_told_how_to_ask(here: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(
            [str(TOOL), "query"], cwd=here, stdin=theirs, capture_output=True, check=False, timeout=30
        )
    finally:
        os.close(ours)
        os.close(theirs)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"partnergraph query < FILE.rq" in done.stderr
    empty = subprocess.run([str(TOOL), "query"], cwd=here, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    assert (empty.returncode, empty.stdout) == (2, b"")
    assert empty.stderr.startswith(b"Error: Standard input is empty.")
    closed = subprocess.run(f"{TOOL} query <&-", cwd=here, shell=True, capture_output=True, check=False)
    assert (closed.returncode, closed.stdout) == (2, b"")
    assert b"Traceback" not in closed.stderr


def test_a_file_that_is_not_text_is_named_with_its_row(run: Run, here: Path) -> None:
    (here / "bad.rq").write_bytes(b"ASK {\n\n\xe9 }")
    said = run("query", "bad.rq")
    assert (said.code, said.err) == (2, "Error: bad.rq, row 3: this is not text in UTF-8. Save it as UTF-8.\n")
    (here / "folder.rq").mkdir()
    assert run("query", "folder.rq").err.startswith("Error: folder.rq: This is a folder, not a file.")


def test_the_graph_may_be_a_graph_folder_a_build_folder_a_store_or_an_rdf_file(
    run: Run, here: Path, graph: PartnerGraph
) -> None:
    (here / "data").symlink_to(ROOT / "data")
    expected = run("query", COUNT, "--format", "csv").out
    graph.export("turtle", here / "all.ttl")
    graph.export("rdfxml", here / "all.rdf")
    for target in ("data", "build", "build/current", "build/current/store", "build/graph.trig", "all.ttl", "all.rdf"):
        said = run("query", COUNT, "--format", "csv", "--graph", target)
        assert (said.code, said.out, said.err) == (0, expected, "")


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("a.csv", "csv"),
        ("a.tsv", "tsv"),
        ("a.srj", "json"),
        ("a.xml", "xml"),
        ("a.ttl", "turtle"),
        ("a.nt", "ntriples"),
        ("a.parquet", "parquet"),
        ("a.arrow", "arrow"),
        ("a.feather", "arrow"),
        ("a.xlsx", "xlsx"),
    ],
)
def test_the_name_of_the_file_says_the_format(run: Run, here: Path, graph: PartnerGraph, name: str, form: str) -> None:
    select = "SELECT ?o ?n { ?o a org:Organization ; skos:prefLabel ?n } ORDER BY ?n LIMIT 3"
    question = "CONSTRUCT WHERE { o:keele-university skos:prefLabel ?n }" if form in ("turtle", "ntriples") else select
    assert run("query", question, "--output", name) == (0, "", "")
    assert (here / name).read_bytes() == graph.query(question).bytes(form)
    assert run("query", question, "--output", "unknown", "--format", form).code == 0
    assert (here / "unknown").read_bytes() == (here / name).read_bytes()


def test_a_csv_for_excel_is_asked_for_by_its_format(run: Run, here: Path) -> None:
    question = 'SELECT ?o ?x { VALUES (?o ?x) { (o:keele-university "=1+1") } }'
    assert run("query", question, "--format", "excel-csv", "--output", "a.csv") == (0, "", "")
    assert (here / "a.csv").read_bytes() == b"\xef\xbb\xbfo,x\r\nKeele University,'=1+1\r\n"
    assert run("query", question, "--format", "excel-csv", "--iris").out.endswith("keele-university,'=1+1\r\n")


def test_what_is_not_text_is_not_written_to_a_terminal(
    run: Run, here: Path, graph: PartnerGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    piped = subprocess.run([TOOL, "query", COUNT, "-f", "xlsx"], capture_output=True, check=True).stdout
    assert piped == graph.query(COUNT).bytes("xlsx")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    said = run("query", COUNT, "-f", "xlsx")
    assert said.code == 2
    assert said.err == "Error: xlsx is not text for a terminal; write it to a file: --output answer.xlsx\n"


def test_a_package_that_is_missing_is_told_with_the_line_that_installs_it(here: Path) -> None:
    (here / "hidden" / "xlsxwriter").mkdir(parents=True)
    (here / "hidden" / "xlsxwriter" / "__init__.py").write_text("raise ImportError('hidden')", "utf-8")
    done = subprocess.run(
        [TOOL, "query", COUNT, "-f", "xlsx", "-o", "a.xlsx"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(here / "hidden")},
    )
    assert done.returncode == 1
    assert done.stderr == (
        "Error: This needs xlsxwriter, which is not installed. In the folder with the source code of partnergraph: "
        "pip install '.[excel]'; where it came from a package index: pip install 'partnergraph[excel]'\n"
    )
    assert not (here / "a.xlsx").exists()


def test_a_table_shows_names_or_iris(run: Run, here: Path) -> None:
    question = "SELECT ?o { VALUES ?o { o:keele-university } }"
    assert run("query", question).out.splitlines()[2] == "Keele University"
    iris = run("query", question, "--iris").out.splitlines()
    assert iris[2] == "https://w3id.org/partnergraph/id/org/keele-university"
    assert run("query", "ASK { o:keele-university a org:Organization }").out == "yes\n"


def test_a_limit_is_told_on_standard_error_and_the_answer_stays_clean(run: Run, here: Path) -> None:
    for form in ("table", "json"):
        said = run("query", "SELECT ?s { ?s a org:Organization }", "--limit", "2", "--format", form)
        assert said.code == 0
        assert said.err == "Only the first 2 rows are shown; raise --limit for more.\n"
        assert "raise --limit" not in said.out
    assert run("query", "SELECT ?s { ?s ?p ?o }").err.startswith("Only the first 1000 rows are shown")
    assert run("query", "SELECT ?s { ?s ?p ?o }", "--format", "csv").err == ""
    assert "does not cut it" in run("query", "CONSTRUCT WHERE { ?s a org:Organization }", "--limit", "1").err


def test_a_limit_in_time_names_the_option(run: Run, here: Path) -> None:
    runaway = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    said = run("query", runaway, "--timeout", "0.5")
    assert (said.code, said.out) == (1, "")
    assert said.err == "Error: Stopped after 0.5 seconds. Ask for less, or raise the limit: --timeout 3\n"


def test_the_mistake_is_shown_with_a_caret(run: Run, here: Path) -> None:
    said = run("query", "SELECT ?x {\n  ?x skoss:prefLabel ?y }")
    lines = said.err.splitlines()
    assert "the prefix 'skoss:' is not declared. Did you mean 'skos:'?" in lines[0]
    assert lines[0].endswith("(line 2, column 6)")
    assert lines[1] == "      ?x skoss:prefLabel ?y }"
    assert lines[2] == "         ^"


def test_parameters_may_hold_quotes_and_equals_signs_and_cannot_break_out(run: Run, here: Path) -> None:
    said = run("query", "who-pays", "-p", "recipient=West Midlands Social Work Teaching Partnership", "-f", "csv")
    assert {row["through"] for row in rows(said.out)} >= {"Coventry University"}
    for hostile in ('" } DROP ALL #', "a=b", 'O\'Neill "x" \\'):
        said = run("query", "who-pays", "-p", f"recipient={hostile}")
        assert (said.code, said.out) == (2, "")
        assert said.err.startswith(f"Error: Nothing here is called '{hostile}'.")


def test_two_releases_are_compared_by_a_file_beside_the_graph(run: Run, here: Path) -> None:
    said = run("query", "changes", "-p", "before=build/graph.trig", "--format", "csv")
    assert said.code == 0
    assert rows(said.out) == []
    assert run("query", "changes", "-p", "before=nowhere.trig").err.startswith(
        "Error: There is nothing at nowhere.trig"
    )


def test_the_questions_are_listed_and_each_is_shown_as_text_that_other_tools_can_run(run: Run, here: Path) -> None:
    listed = run("queries").out
    told = json.loads(run("queries", "--format", "json").out)
    assert len(told) == len(all_questions()) >= 40
    managers, analysts = listed.removeprefix("For managers\n").split("\n\nFor analysts\n")
    assert len(managers.splitlines()) + len(analysts.splitlines()) == len(told)
    for question, entry in zip(all_questions(), told, strict=True):
        assert entry["name"] == question.name
        assert entry["columns"] == list(question.columns)
        lines = (managers if question.audience == "manager" else analysts).splitlines()
        [line] = [line for line in lines if line.startswith(f"  {question.name} ")]
        assert question.question in line
        assert all(f" -p {parameter.name}=" in line for parameter in question.parameters)
        shown = run("queries", question.name)
        assert shown.code == 0
        assert shown.out.startswith(f"# {question.title}\n# {question.question}\n")
        assert question.help in shown.out
        assert f"# columns: {', '.join(question.columns)}\n" in shown.out
        assert shown.out.endswith(question.full_text)
        assert all(f"# parameter ?_{parameter.name} (" in shown.out for parameter in question.parameters)
    text = run("queries", "graphs").out
    import pyoxigraph as ox

    store = ox.Store.read_only(str((here / "build" / "current" / "store").resolve()))
    assert len(list(store.query(text))) == len(rows(run("query", "graphs", "--format", "csv").out)) > 3


def test_words_lead_to_a_question_and_the_command_that_is_offered_runs(run: Run, here: Path) -> None:
    said = run("queries", "ask", "who pays for the social work partnership?")
    lines = said.out.splitlines()
    assert (said.code, said.err) == (0, "")
    assert lines[0].startswith("who-pays ")
    assert lines[0].endswith("Who pays for a body, and through whom?")
    command = shlex.split(lines[1])
    assert command[:3] == ["partnergraph", "query", "who-pays"]
    assert "Coventry University" in run(*command[1:]).out
    told = json.loads(run("queries", "ask", "who", "pays", "for", "WMSWTP", "--format", "json").out)
    assert told[0]["name"] == "who-pays"
    assert told[0]["command"] == lines[1].strip()
    assert len(told) <= 5


def test_words_are_understood_without_a_graph_but_not_names(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = run("queries", "ask", "who leads?")
    assert said.out.startswith("who-leads ")
    assert said.err == "There is no graph here yet, so names of organisations are not recognised.\n"
    (tmp_path / "empty").mkdir()
    assert run("queries", "ask", "who leads?", "--graph", "empty").code == 1


def test_words_that_lead_nowhere_are_an_error_that_says_where_the_list_is(run: Run, here: Path) -> None:
    for words, message in (
        (["ask", "xyzzy"], "No question has any of these words. All of them: partnergraph queries"),
        (["ask"], "Ask in your own words: partnergraph queries ask"),
        (["who-leads", "who-pays"], "Give one name, or ask: partnergraph queries ask WORDS..."),
    ):
        said = run("queries", *words)
        assert (said.code, said.out) == (2, "")
        assert message in said.err


def test_the_same_question_gives_the_same_bytes_for_any_hash_seed(here: Path) -> None:
    found = set()
    for seed in ("0", "1"):
        done = subprocess.run(
            [TOOL, "query", "DESCRIBE o:keele-university"],
            capture_output=True,
            cwd=here,
            env=os.environ | {"PYTHONHASHSEED": seed},
            check=True,
        )
        found.add(done.stdout)
    assert len(found) == 1
    assert len(found.pop()) > 500


LINKS = "SELECT ?from ?to { ?from pg:leads ?to }"


def test_an_answer_is_drawn_as_a_page_or_a_map_and_says_what_is_in_it(
    run: Run, here: Path, graph: PartnerGraph
) -> None:
    said = run("query", LINKS, "--draw", "leads.html")
    assert (said.code, said.out) == (0, "")
    assert said.err.startswith("wrote leads.html: ")
    assert said.err.endswith(" relationships\n")
    page = (here / "leads.html").read_text("utf-8")
    assert "NIHR School for Primary Care Research" in page
    assert graph.draw(query=LINKS).html == page
    assert run("query", LINKS, "--draw", "again.html").code == 0
    assert (here / "again.html").read_bytes() == (here / "leads.html").read_bytes()
    assert run("query", "CONSTRUCT { ?a pg:leads ?b } WHERE { ?a pg:leads ?b }", "--draw", "leads.svg").code == 0
    assert (here / "leads.svg").read_text("utf-8").startswith("<svg ")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((LINKS, "--draw", "x.html", "--format", "csv"), 2, "--draw makes a page instead of a table"),
        (("ASK {}", "--draw", "x.html"), 2, "ASK gives no links to draw"),
        (("who-leads", "--draw", "x.html"), 2, "A table to draw needs the columns ?from and ?to"),
        (("SELECT ?from ?to { ", "--draw", "x.html"), 1, "line 1, column 18"),
        ((LINKS, "--draw", "nowhere/x.html"), 1, "nowhere/x.html cannot be written"),
        (("SELECT ?from ?to { SERVICE <http://x/> { ?from ?p ?to } }", "--draw", "x.html"), 1, "SERVICE"),
    ],
)
def test_what_cannot_be_drawn_is_said_and_nothing_is_written(
    run: Run, here: Path, arguments: tuple[str, ...], code: int, message: str
) -> None:
    said = run("query", *arguments)
    assert (said.code, said.out) == (code, "")
    assert message in said.err
    assert "Traceback" not in said.err
    assert not list(here.glob("x.html"))


def test_the_map_alone_is_written_as_svg_beside_the_page(run: Run, here: Path) -> None:
    assert run("draw", "--output", "map.html", "--svg", "map.svg").code == 0
    assert ElementTree.parse(here / "map.svg").getroot().tag == "{http://www.w3.org/2000/svg}svg"
    assert (here / "map.html").stat().st_size > 500_000
    said = run("draw", "--output", "other.html", "--svg", "map.png")
    assert (said.code, said.err.splitlines()[-1]) == (
        2,
        "Error: --svg writes a picture as SVG: call the file map.svg.",
    )
    assert not (here / "other.html").exists()


DATED = """@prefix pg: <https://w3id.org/partnergraph/ns#> . @prefix code: <https://w3id.org/partnergraph/code/> .
@prefix o: <https://w3id.org/partnergraph/id/org/> . @prefix org: <http://www.w3.org/ns/org#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
o:ministry a org:Organization ; skos:prefLabel "Ministry"@en .
o:agency a org:Organization ; skos:prefLabel "Agency"@en .
<https://w3id.org/partnergraph/id/rel/r> a pg:Relationship ; pg:kind code:oversight ; pg:from o:ministry ;
  pg:to o:agency ; pg:start "2013-04-01"^^xsd:date ; pg:startEarliest "2013-04-01"^^xsd:date ;
  pg:startLatest "2013-04-01"^^xsd:date .
"""


def test_a_date_is_asked_of_query_and_why_alike(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dated.ttl").write_text(DATED, "utf-8")
    here = ("--graph", "dated.ttl")
    assert "oversees" in run("why", "Ministry", "Agency", "--as-of", "2015", *here).out
    assert "oversees" not in run("why", "Ministry", "Agency", "--as-of", "2012-06", *here).out
    count = "SELECT (COUNT(?r) AS ?n) { ?r pg:kind code:oversight ; pg:to o:agency }"
    found = [rows(run("query", count, "-f", "csv", "--as-of", date, *here).out)[0]["n"] for date in ("2015", "2012-06")]
    assert found == ["1", "0"]
    drawn = "SELECT ?from ?to { ?r pg:kind code:oversight ; pg:from ?from ; pg:to ?to }"
    empty = run("query", drawn, "--draw", "then.html", "--as-of", "2012-06", *here)
    assert (empty.code, (tmp_path / "then.html").exists()) == (1, False)
    assert "nothing to draw" in empty.err
    run("query", drawn, "--draw", "now.html", "--as-of", "2015", *here)
    assert 'id="org-agency"' in (tmp_path / "now.html").read_text("utf-8")
    said = run("query", count, "--as-of", "soon", *here)
    assert (said.code, said.err) == (2, "Error: 'soon' is not a date. Write it as 2014, 2014-06 or 2014-06-30.\n")
