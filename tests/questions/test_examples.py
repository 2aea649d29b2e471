"""The named questions as they stand in the graph: examples that a SPARQL editor finds, and any SPARQL tool runs."""

from __future__ import annotations

import re

import pytest
from rdflib.plugins.sparql import prepareQuery

from partnergraph.build.assemble import assemble
from partnergraph.graph_folder.folder import read_folder
from partnergraph.questions.named_questions import all_questions, bind_parameters
from partnergraph.sparql.guard import examine_query
from partnergraph.store import Reader
from partnergraph.vocabulary import PREFIXES
from tests.build.conftest import small_folder
from tests.conftest import ROOT
from tests.questions.test_named_questions import head_of

GRAPH = f"{PREFIXES['g']}questions"
QUESTION = "https://w3id.org/partnergraph/id/question/"
# What the editor of the SIB asks an endpoint for: its examples, and the prefixes that it declares.
EXAMPLES = """PREFIX sh: <http://www.w3.org/ns/shacl#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?sq ?comment ?query {
  ?sq a sh:SPARQLExecutable ; rdfs:comment ?comment ; sh:select|sh:ask|sh:construct ?query
} ORDER BY ?sq"""
DECLARED = """PREFIX sh: <http://www.w3.org/ns/shacl#>
SELECT DISTINCT ?prefix ?namespace { ?one sh:prefix ?prefix ; sh:namespace ?namespace } ORDER BY ?prefix"""
STORED = [question for question in all_questions() if not any(p.type == "graph" for p in question.parameters)]


@pytest.fixture(scope="module")
def texts(whole: Reader) -> dict[str, str]:
    return {str(row["sq"]).removeprefix(QUESTION): str(row["query"]) for row in whole.rows(EXAMPLES)}


def test_every_question_is_an_example_but_the_one_that_takes_a_second_graph(texts: dict[str, str]) -> None:
    assert sorted(texts) == sorted(question.name for question in STORED)
    assert len(texts) >= 40
    assert {question.name for question in all_questions()} - set(texts) == {"changes"}


def test_the_examples_have_a_label_a_comment_and_declared_prefixes(whole: Reader) -> None:
    rows = whole.terms(
        f"SELECT ?q ?name ?label ?comment ?prefixes {{ GRAPH <{GRAPH}> {{ ?q a sh:SPARQLSelectExecutable ; "
        "dcterms:identifier ?name ; rdfs:label ?label ; rdfs:comment ?comment ; sh:prefixes ?prefixes } } ORDER BY ?q"
    )
    assert [row[1:3] for row in rows] == [(f'"{q.name}"', f'"{q.title}"@en') for q in STORED]
    assert all(
        row[3].startswith(f'"{question.question}') and question.help in row[3]
        for row, question in zip(rows, STORED, strict=True)
    )
    assert {row[4] for row in rows} == {f"<{GRAPH}>"}
    assert {str(row["prefix"]): row["namespace"] for row in whole.rows(DECLARED)} == dict(PREFIXES)
    [(datatype,)] = whole.terms("SELECT DISTINCT ?t { ?x sh:namespace ?n BIND(DATATYPE(?n) AS ?t) }")
    assert datatype == f"<{PREFIXES['xsd']}anyURI>"


@pytest.mark.parametrize("question", STORED, ids=lambda question: question.name)
def test_an_example_runs_as_it_stands(whole: Reader, texts: dict[str, str], question: object) -> None:
    from partnergraph.questions.named_questions import Question

    assert isinstance(question, Question)
    text = texts[question.name]
    prepareQuery(text)  # another engine's parser, with no prefix but those in the text
    assert examine_query(text).form == "SELECT"
    assert head_of(text) == list(question.columns)
    assert all(f"# ?_{p.name}: {p.help} ({p.type})\n" in text for p in question.parameters)
    if all(parameter.default is not None for parameter in question.parameters):
        values = {p.name: "any" for p in question.parameters if p.default == "any"}
        open_by_default = ("any", "@focus", "@today", None)
        defaults = {p.name: p.default for p in question.parameters if p.default not in open_by_default}
        if not defaults:
            assert whole.rows(text) == whole.rows(bind_parameters(question, values, whole))


def test_the_examples_say_nothing_about_the_world(whole: Reader) -> None:
    subjects = whole.rows(f"SELECT DISTINCT ?s {{ GRAPH <{GRAPH}> {{ ?s ?p ?o }} }}")
    told = {str(row["s"]) for row in subjects}
    assert all(iri == GRAPH or iri.startswith((QUESTION, QUESTION.replace("question/", "prefix/"))) for iri in told)
    assert whole.ask(
        f"ASK {{ <{PREFIXES['g']}> dcat:dataset <{GRAPH}> . <{GRAPH}> a void:Dataset ; dcterms:title ?t }}"
    )


def test_a_graph_of_another_base_asks_about_its_own_body_or_about_all(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = small_folder(tmp_path_factory.mktemp("other") / "small")
    config = folder / "partnergraph.toml"
    config.write_text(config.read_text("utf-8").replace('id = "small"', 'id = "small"\nbase = "https://x.example/"'))
    reader = assemble(read_folder(folder).model).reader()
    [row] = reader.rows("SELECT ?q { <https://x.example/id/question/memberships> sh:select ?q }")
    assert "VALUES (?_organisation) { (<https://x.example/id/org/alpha>) }" in str(row["q"])
    assert [found["consortium"] for found in reader.rows(str(row["q"]))] == ["Beta"]
    config.write_text(config.read_text("utf-8").replace('focus = "alpha"\n', ""))
    reader = assemble(read_folder(folder).model).reader()
    [row] = reader.rows("SELECT ?q { <https://x.example/id/question/memberships> sh:select ?q }")
    assert "VALUES (?_organisation) { (UNDEF) }" in str(row["q"])
    assert [found["consortium"] for found in reader.rows(str(row["q"]))] == ["Beta"]


def test_the_files_and_the_graph_have_the_same_questions() -> None:
    files = sorted(path.stem for path in (ROOT / "ontology" / "questions").glob("*.rq"))
    assert files == [question.name for question in all_questions()]


def test_the_readme_lists_every_question_as_it_is_asked_under_its_audience() -> None:
    text = (ROOT / "src" / "partnergraph" / "questions" / "README.md").read_text("utf-8")
    managers, analysts = text.split("## For managers")[1].split("## For analysts")
    for question in all_questions():
        part = managers if question.audience == "manager" else analysts
        takes = ", ".join(f"`{p.name}`{' (needed)' if p.default is None else ''}" for p in question.parameters)
        assert f"| `{question.name}` | {question.question} | {takes} |\n" in part
    drawn = {question.name for question in all_questions() if {"from", "to"} <= set(question.columns)}
    assert len(drawn) > 10
    assert drawn <= set(re.findall(r"`([a-z-]+)`", text.split("can be drawn:")[1].split("## ")[0]))
