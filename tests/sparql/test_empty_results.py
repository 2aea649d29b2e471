"""An empty answer says why: the term, the text or the pattern that leaves nothing, each held to the graph."""

from __future__ import annotations

import io
import time

import pytest

from partnergraph import PartnerGraph
from partnergraph.execution.execute import execute
from partnergraph.sparql.empty_results import explain_empty_result
from partnergraph.sparql.graph_patterns import graph_patterns
from partnergraph.sparql.prepare import prepare_query
from partnergraph.store import Reader

HEAD = "PREFIX ex: <https://example.org/>\n"


def why(reader: Reader, sparql: str) -> list[str]:
    return explain_empty_result(reader, prepare_query(reader, sparql), timeout=60)


@pytest.mark.parametrize(
    ("sparql", "first"),
    [
        (
            "SELECT ?x { ?x pg:membrOf ?y }",
            "pg:membrOf (line 1, column 16) occurs nowhere in this graph. Did you mean pg:memberOf?",
        ),
        (
            "SELECT ?r\n{ ?r pg:kind code:fundin }",
            "code:fundin (line 2, column 14) occurs nowhere in this graph. Did you mean code:funding?",
        ),
        (
            "SELECT ?r { ?r pg:from o:keele-univrsity }",
            "o:keele-univrsity (line 1, column 24) occurs nowhere in this graph. Did you mean o:keele-university?",
        ),
        (
            "SELECT ?r { ?r pg:from <https://w3id.org/partnergraph/id/org/keele> }",
            "<https://w3id.org/partnergraph/id/org/keele> (line 1, column 24) occurs nowhere in this graph. "
            "Did you mean <https://w3id.org/partnergraph/id/org/keele-university>?",
        ),
        (
            "SELECT ?r { ?r pg:from o:keele\\-univrsity }",
            "o:keele\\-univrsity (line 1, column 24) occurs nowhere in this graph. "
            "Did you mean <https://w3id.org/partnergraph/id/org/keele-university>?",
        ),
        (
            "BASE <https://w3id.org/partnergraph/id/org/> SELECT ?r { ?r pg:from <keele-univrsity> }",
            "<keele-univrsity> (line 1, column 69) occurs nowhere in this graph. Did you mean <keele-university>?",
        ),
        (
            "PREFIX pg: <https://w3id.org/partnergraph/code/> SELECT ?r { ?r a pg:fundin }",
            "pg:fundin (line 1, column 67) occurs nowhere in this graph. Did you mean pg:funding?",
        ),
        (HEAD + "ASK { ?r ex:knows ?x }", "ex:knows (line 2, column 10) occurs nowhere in this graph."),
        (
            'SELECT ?x { ?x skos:prefLabel "PHE" }',
            "\"PHE\" (line 1, column 31) is not a name of today. Did you mean 'Public Health England', "
            "<https://w3id.org/partnergraph/id/org/public-health-england>?",
        ),
        (
            "SELECT ?x { ?x skos:prefLabel 'Keele University' }",
            "Nothing in this graph matches ?x skos:prefLabel 'Keele University' (line 1, column 13). "
            'It is written "Keele University"@en here.',
        ),
        ('SELECT ?x { ?x ?p "zzz" }', '"zzz" (line 1, column 19) occurs nowhere in this graph.'),
        (
            "SELECT ?r { ?r pg:kind code:funding ; a skos:Concept }",
            "Without ?r pg:kind code:funding (line 1, column 13) there would be an answer.",
        ),
        (
            "SELECT ?r { ?r pg:kind code:funding FILTER(?r = 1) }",
            "Without FILTER(?r = 1) (line 1, column 37) there would be an answer.",
        ),
        (
            "SELECT ?r { ?r a skos:Concept . ?r a pg:Source . ?r a pg:Evidence }",
            "What stands before it matches something, but nothing is left with ?r a pg:Source (line 1, column 33).",
        ),
        (
            "SELECT ?k (COUNT(*) AS ?n) { ?r pg:kind ?k } GROUP BY ?k HAVING(?n > 99999)",
            "The patterns do match something: HAVING, LIMIT, OFFSET or the last VALUES leaves nothing of it.",
        ),
    ],
)
def test_the_first_reason_is_the_mistake(whole: Reader, sparql: str, first: str) -> None:
    assert why(whole, sparql)[0] == first


def test_a_pattern_said_to_be_in_the_way_is_in_the_way(whole: Reader) -> None:
    sparql = "SELECT ?r { ?r pg:kind code:funding ; pg:from o:wellcome-trust ; pg:to ?x . ?x skos:prefLabel 'NIHR'@en }"
    found = why(whole, sparql)
    assert [one for one in found if one.startswith("Nothing in this graph matches ?x skos:prefLabel 'NIHR'@en")]
    assert "No" not in {one.split()[0] for one in found}


def test_a_query_with_an_answer_has_no_reasons(whole: Reader) -> None:
    assert PartnerGraph(whole).query("SELECT ?r { ?r pg:kind code:funding }").why_empty() == []
    assert PartnerGraph(whole).query("ASK { ?r pg:kind code:funding }").why_empty() == []
    assert PartnerGraph(whole).query("ASK { ?r pg:kind code:fundng }").why_empty()
    shown = PartnerGraph(whole).query("SELECT ?r { ?r pg:membrOf ?x }")._repr_html_()
    assert "0 rows<br>pg:membrOf (line 1, column 16) occurs nowhere" in shown


@pytest.mark.parametrize("format_", ["table", "csv", "tsv", "json", "xml"])
def test_every_form_of_an_empty_table_is_explained_and_no_other(whole: Reader, format_: str) -> None:
    note = execute(whole, "SELECT ?x { ?x pg:membrOf ?y }", format_, io.BytesIO())
    assert note is not None
    assert note.startswith("Nothing was found.\n- pg:membrOf")
    assert execute(whole, "SELECT ?x { ?x pg:memberOf ?y } LIMIT 1", format_, io.BytesIO()) is None
    assert execute(whole, "SELECT ?x { VALUES ?x { UNDEF } }", format_, io.BytesIO()) is None, "one row, with nothing"


@pytest.mark.parametrize("format_", ["turtle", "ntriples", "jsonld"])
def test_every_form_of_an_empty_graph_is_explained_and_no_other(whole: Reader, format_: str) -> None:
    note = execute(whole, "CONSTRUCT { ?x pg:memberOf ?y } WHERE { ?x pg:membrOf ?y }", format_, io.BytesIO())
    assert note is not None
    assert "Did you mean pg:memberOf?" in note
    full = "CONSTRUCT { ?x pg:memberOf ?y } WHERE { ?x pg:memberOf ?y }"
    assert execute(whole, full, format_, io.BytesIO()) is None


def test_a_search_that_takes_too_long_is_left_alone_and_the_answer_stands(whole: Reader) -> None:
    sparql = (
        "SELECT * { ?x pg:kind code:funding . ?x a skos:Concept . ?a ?p ?b . ?c ?q ?d . ?e ?t ?f "
        "FILTER(CONCAT(STR(?a), STR(?c), STR(?e)) = 'q') }"
    )
    start = time.monotonic()
    found = explain_empty_result(whole, prepare_query(whole, sparql), timeout=0.3)
    assert time.monotonic() - start < 5
    assert all("line 1" in reason for reason in found)


@pytest.mark.parametrize(
    ("sparql", "expected"),
    [
        ("ASK { ?s ?p ?o }", ["?s ?p ?o"]),
        ("ASK { ?s a ?x , ?y ; ^pg:to/pg:from* 'a'@en ; . }", ["?s a ?x", "?s a ?y", "?s ^pg:to/pg:from* 'a'@en"]),
        ("ASK { ?s !(a|^a) 1 . [] pg:to -2 }", ["?s !(a|^a) 1", "[] pg:to -2"]),
        ("ASK { [ pg:to ?x ] pg:from ?y ; pg:kind ?k }", ["[ pg:to ?x ] pg:from ?y ; pg:kind ?k"]),
        ("ASK { [ pg:to ?x ] . (1 2) ?p ?o }", ["[ pg:to ?x ]", "(1 2) ?p ?o"]),
        ("ASK { ?s ?p '1'^^xsd:int , true }", ["?s ?p '1'^^xsd:int", "?s ?p true"]),
        (
            "ASK { OPTIONAL { ?a ?b ?c } { ?s ?p ?o } UNION { ?o ?p ?s } FILTER NOT EXISTS { ?s a ?s } "
            "VALUES (?a) { (1) } FILTER regex(?a, 'x') GRAPH ?g { ?s ?p ?o } BIND(1 AS ?z) MINUS { ?s a 2 } }",
            [
                *("OPTIONAL { ?a ?b ?c }", "{ ?s ?p ?o } UNION { ?o ?p ?s }", "FILTER NOT EXISTS { ?s a ?s }"),
                *("VALUES (?a) { (1) }", "FILTER regex(?a, 'x')", "GRAPH ?g { ?s ?p ?o }", "BIND(1 AS ?z)"),
                "MINUS { ?s a 2 }",
            ],
        ),
        ("CONSTRUCT { ?s ?p 1 } WHERE { ?s ?p 2 }", ["?s ?p 2"]),
        ("CONSTRUCT WHERE { ?s ?p 2 }", []),
        ("SELECT * { SELECT * { ?s ?p ?o } }", []),
        ("DESCRIBE o:keele-university", []),
    ],
)
def test_a_group_is_taken_apart_into_what_it_joins(whole: Reader, sparql: str, expected: list[str]) -> None:
    found = graph_patterns(sparql, prepare_query(whole, sparql).tokens)[1]
    if "CONSTRUCT WHERE" in sparql:
        assert [one.text for one in found] in ([], ["?s ?p 2"])
    else:
        assert [one.text for one in found] == expected
    assert all(sparql.startswith(one.text.split()[0], one.at) or one.object for one in found)
