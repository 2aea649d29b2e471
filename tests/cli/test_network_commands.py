"""The commands that analyse the network, as they are typed: every option, every form, and errors."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from partnergraph.errors import UsageError
from partnergraph.graph import PartnerGraph
from tests.cli.conftest import Run

KEELE, SPCR = "Keele University", "NIHR School for Primary Care Research"
PARTNERSHIP = "West Midlands Social Work Teaching Partnership"
COMMANDS: dict[str, tuple[str, ...]] = {
    "summary": ("summary",),
    "brokers": ("brokers",),
    "routes": ("routes", "School of Primary, Community and Social Care", "Department for Education"),
    "overlap": ("overlap", KEELE, "University of Birmingham"),
    "gaps": ("gaps",),
    "what-if": ("what-if", "--without", PARTNERSHIP),
    "ending": ("what-if", "--ending", "Department for Education", "--at", "2020"),
    "timeline": ("timeline", SPCR),
    "measure": ("timeline", SPCR, "--measure", "betweenness"),
    "between": ("timeline", "--between", "2018", "2020"),
    "survival": ("survival",),
    "communities": ("communities",),
    "stale": ("stale", "--at", "2026"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_text_ends_with_the_scope(run: Run, here: Path, name: str) -> None:
    said = run(*COMMANDS[name])
    assert (said.code, said.err) == (0, "")
    title, *paragraphs = said.out.strip().split("\n\n")
    assert title
    assert len(paragraphs) >= 2
    assert paragraphs[-1].startswith(("Claims projection, ", "Funding projection, ", "Claims of all kinds"))


@pytest.mark.parametrize("name", COMMANDS)
def test_json_names_the_claims_of_each_sentence(run: Run, here: Path, name: str) -> None:
    answer = json.loads(run(*COMMANDS[name], "--format", "json").out)
    assert list(answer) == ["command", "title", "sentences", "notes", "scope", "columns", "rows", "highlight"]
    assert any(sentence["claims"] for sentence in answer["sentences"])
    assert all(list(row) == answer["columns"] for row in answer["rows"])


@pytest.mark.parametrize("name", COMMANDS)
def test_csv_has_a_row_for_each_of_the_answer(run: Run, here: Path, name: str) -> None:
    rows = list(csv.reader(io.StringIO(run(*COMMANDS[name], "-f", "csv").out)))
    answer = json.loads(run(*COMMANDS[name], "-f", "json").out)
    assert rows[0] == answer["columns"]
    assert len(rows) == len(answer["rows"]) + 1 > 1


@pytest.mark.parametrize("name", ["overlap", "stale", "what-if"])
def test_table_and_markdown(run: Run, here: Path, name: str) -> None:
    table = run(*COMMANDS[name], "-f", "table").out
    assert "rows)" in table or "(1 row)" in table
    assert "https://" not in table
    markdown = run(*COMMANDS[name], "-f", "markdown").out
    assert markdown.startswith("## ")
    assert "| --- |" in markdown


OPTIONS = [
    ("brokers", "--organisation", KEELE),
    ("brokers", "--with-inferred"),
    ("brokers", "--as-of", "2016"),
    ("brokers", "--projection", "co-membership", "--largest", "10"),
    ("brokers", "--roll-up"),
    ("routes", KEELE, PARTNERSHIP, "--max", "2"),
    ("routes", KEELE, PARTNERSHIP, "--projection", "two-mode", "--with-inferred", "--as-of", "2020", "--roll-up"),
    ("overlap", KEELE, PARTNERSHIP, "--projection", "funding", "--as-of", "2020-06"),
    ("gaps", "--organisation", KEELE, "--projection", "co-membership", "--largest", "20", "--with-inferred"),
    ("what-if", "--without", KEELE, "--without", PARTNERSHIP, "--organisation", SPCR),
    ("what-if", "--without", KEELE, "--projection", "co-membership", "--with-inferred", "--as-of", "2016"),
    ("what-if", "--ending", "Department for Education", "--at", "2016-03-01", "--with-inferred"),
    ("timeline",),
    ("timeline", KEELE, "--projection", "co-membership", "--with-inferred"),
    ("timeline", "--measure", "modularity", "--projection", "two-mode"),
    ("timeline", KEELE, "--between", "2009", "2016-03", "--projection", "funding"),
    ("survival", "--kind", "membership", "--with-inferred"),
    ("communities", "--projection", "co-membership", "--with-inferred"),
    ("stale", "--months", "60", "--at", "2025-06", "--with-inferred"),
    ("summary", "--organisation", KEELE, "--as-of", "2016", "--with-inferred"),
]


@pytest.mark.parametrize("arguments", OPTIONS, ids=" ".join)
def test_every_option(run: Run, here: Path, arguments: tuple[str, ...]) -> None:
    plain = run(arguments[0], *arguments[1:])
    assert (plain.code, plain.err) == (0, "")
    assert "Traceback" not in plain.out
    if "--with-inferred" in arguments:
        assert "with inferred claims" in " ".join(plain.out.split())
    if "--as-of" in arguments:
        assert "what can have held in" in " ".join(plain.out.split())
    if "--largest" in arguments:
        assert "members left out: " in " ".join(plain.out.split())
    if "--roll-up" in arguments:
        assert "units merged into what they are part of" in " ".join(plain.out.split())


def test_the_claims_of_the_sentences_follow_with_their_evidence(run: Run, here: Path) -> None:
    said = run(*COMMANDS["overlap"], "--claims").out
    assert "\nClaims\n\n[1] " in said
    assert "membership; until 2015-09" in said
    refused = run(*COMMANDS["overlap"], "--claims", "-f", "csv")
    assert (refused.code, refused.out) == (2, "")
    assert "--claims shows claims beneath the text" in refused.err


@pytest.mark.parametrize(
    ("suffix", "start"), [(".csv", "partner,iri"), (".json", "{\n"), (".md", "## "), (".txt", "P")]
)
def test_output_takes_its_form_from_its_name(run: Run, here: Path, suffix: str, start: str) -> None:
    file = here / f"out{suffix}"
    said = run(*COMMANDS["overlap"], "--output", file)
    assert (said.code, said.out, said.err) == (0, "", "")
    assert file.read_text("utf-8").startswith(start)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("brokers", "--organisation", "Keele"), "Nothing here is called 'Keele'. Did you mean: Keele University;"),
        (("routes", KEELE, "Zebra"), "Nothing here is called 'Zebra'."),
        (("routes", KEELE, KEELE), "are one body, Keele University. Name two."),
        (("what-if",), "Ask either with --without NAME"),
        (("what-if", "--without", KEELE, "--ending", KEELE), "Ask either with --without NAME"),
        (("what-if", "--ending", KEELE), "--ending and --at go together"),
        (("what-if", "--ending", KEELE, "--at", "soon"), "'soon' is not a date."),
        (("what-if", "--ending", KEELE, "--at", "2016", "--roll-up"), "leave out --largest and --roll-up"),
        (("what-if", "--ending", KEELE, "--at", "2016", "--as-of", "2016"), "leave out --organisation, --as-of"),
        (("gaps", "--as-of", "lately"), "'lately' is not a date."),
        (("stale", "--months", "0"), "0 is not in the range"),
        (("communities", "--projection", "all"), "'all' is not one of"),
    ],
)
def test_errors_say_what_and_what_next(run: Run, here: Path, arguments: tuple[str, ...], message: str) -> None:
    said = run(*arguments)
    assert said.code in (1, 2)
    assert said.out == ""
    assert message in " ".join(said.err.split())


def test_a_graph_without_focus(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "small.ttl"
    file.write_text(
        "@prefix pg: <https://w3id.org/partnergraph/ns#> . @prefix o: <https://e.org/> .\n"
        "@prefix org: <http://www.w3.org/ns/org#> . @prefix code: <https://w3id.org/partnergraph/code/> .\n"
        "o:a a org:Organization . o:b a org:Organization . o:c a org:Organization .\n"
        "o:ab a pg:Relationship ; pg:kind code:partnership ; pg:from o:a ; pg:to o:b ; pg:evidence o:e .\n"
        "o:bc a pg:Relationship ; pg:kind code:partnership ; pg:from o:b ; pg:to o:c ; pg:evidence o:e .\n",
        "utf-8",
    )
    said = run("gaps", "-g", file)
    assert said.code == 2
    assert "does not say whose it is" in said.err
    said = run("brokers", "-g", file)
    assert said.code == 0
    assert "Only through b is one other organisation, c, joined to the rest (one claim," in " ".join(said.out.split())


def test_the_library_says_the_same(run: Run, here: Path) -> None:
    graph = PartnerGraph.open(here / "build")
    assert graph.overlap(KEELE, "University of Birmingham").text() == run(*COMMANDS["overlap"]).out
    assert graph.as_of("2016").gaps().text() == run("gaps", "--as-of", "2016").out
    assert graph.what_if(without=[PARTNERSHIP]).json() == run(*COMMANDS["what-if"], "-f", "json").out
    ending = graph.what_if(ending="Department for Education", at="2020")
    assert ending.text() == run(*COMMANDS["ending"]).out
    assert graph.timeline(SPCR).markdown() == run(*COMMANDS["timeline"], "-f", "markdown").out
    assert graph.timeline(SPCR, measure="betweenness").text() == run(*COMMANDS["measure"]).out
    assert graph.timeline(between=("2018", "2020")).text() == run(*COMMANDS["between"]).out
    assert graph.survival().json() == run(*COMMANDS["survival"], "-f", "json").out
    assert graph.stale(at="2026").text() == run(*COMMANDS["stale"]).out


def test_the_library_gives_frames_graphs_and_notebook_html(here: Path) -> None:
    graph = PartnerGraph.open(here / "build")
    frame = graph.overlap(KEELE, "University of Birmingham").to_pandas()
    assert list(frame.columns)[:2] == ["partner", "iri"]
    assert len(frame) > 10
    network = graph.projection("co-membership")
    measures = graph.measures("co-membership")
    assert sorted(measures["iri"]) == sorted(network)
    assert dict(zip(measures["iri"], measures["degree"], strict=True)) == dict(network.degree)
    markup = graph.routes(KEELE, PARTNERSHIP)._repr_html_()
    assert markup.startswith("<section><h3>Routes from Keele University to ")
    assert '<th scope="col">claim</th>' in markup


@pytest.mark.parametrize("name", ["brokers", "timeline", "measure", "survival"])
def test_an_answer_is_drawn_beside_its_text(run: Run, here: Path, name: str) -> None:
    text = run(*COMMANDS[name]).out
    said = run(*COMMANDS[name], "--draw", "answer.html")
    assert (said.code, said.out) == (0, text)
    assert said.err.startswith("wrote answer.html\n")
    page = (here / "answer.html").read_text("utf-8")
    assert "<h1>" in page
    assert text.splitlines()[0] in page
    assert run(*COMMANDS[name], "--draw", "answer.svg").code == 0
    assert (here / "answer.svg").read_text("utf-8").startswith("<svg ")


def test_a_measure_is_not_between_dates(run: Run, here: Path) -> None:
    refused = run("timeline", "--measure", "degree", "--between", "2018", "2020")
    assert (refused.code, refused.out) == (2, "")
    assert "give --measure or --between" in refused.err
    with pytest.raises(UsageError, match="give measure or between"):
        PartnerGraph.open(here / "build").timeline(measure="degree", between=("2018", "2020"))
