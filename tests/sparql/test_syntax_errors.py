"""A query that does not parse: the token, its line and column with a caret, and what may have been meant."""

from __future__ import annotations

import pytest

from partnergraph import PartnerGraph
from partnergraph.errors import QueryError
from partnergraph.sparql.prepare import prepare_query
from partnergraph.sparql.syntax_errors import empty_reader

# Query with the mistake between » and «, and what the message says of it.
MISTAKES = [
    ("SELECT * { »FITLER«(?x) }", "'FITLER' is not expected here. Did you mean FILTER?"),
    ("SELECT ?x { »OPTIONL« { ?x pg:kind ?y } }", "Did you mean OPTIONAL?"),
    ("SELECT ?x { ?x a org:Organization }\n»ORDR« BY ?x", "Did you mean ORDER?"),
    ("SELECT ?x { ?x pg:kind ?y FILTER(»STRLENGTH«(?y) > 1) }", "Did you mean STRLEN?"),
    ("»SELEC« * {}", "Did you mean SELECT?"),
    ("PREFIX a: <urn:a>\n\n »hello« there", "begins with neither SELECT, ASK, CONSTRUCT nor DESCRIBE"),
    ("SELECT ?x { ?x ?y »}«", "'}' is not expected here. What stands before it is unfinished"),
    ("SELECT * { BIND(1 AS ?x) BIND(2 AS ?x) »}«", "gives a value to a variable that already has one"),
    ("SELECT (COUNT(?x) »?y«) {}", "'?y' is not expected here."),
    ("SELECT ?x»,« ?y { ?x pg:kind ?y }", "',' is not expected here."),
    ("SELECT ?x { ?x pg:kind ?y } LIMIT »ten«", "'ten' is not expected here."),
    ("SELECT ?x { ?x pg:kind ?y } »}«", "'}' is not expected here."),
    ("SELECT »AVG«(?x) { ?x pg:kind ?y }", "'AVG' is not expected here."),
    ("SELECT ?x { ?x pg:kind ?y »GROUP« BY ?x }", "'GROUP' is not expected here."),
    ("SELECT ?x { ?x pg:kind ?y »UNION« ?x pg:to ?y }", "'UNION' is not expected here."),
    ("ASK { ?x pg:kind ?y . ».« }", "'.' is not expected here."),
    ('ASK { ?x pg:kind "Straße — näher" . ?y »??« }', "'?' is not expected here."),
    (
        "SELECT * {\r\n  ?s »zz«:a ?o }",
        "the prefix 'zz:' is not declared. Write PREFIX zz: <...>, or use one of: pg, code",
    ),
    ("SELECT * { ?s »skoss«:prefLabel ?o }", "Did you mean 'skos:'?"),
    ("SELECT * { ?s »fooaf«:name ?o }", "Did you mean 'foaf:'?"),
    ("SELECT * { ?s »<«http://a b> ?o }", "this IRI is not whole"),
    ("SELECT * { ?s ?p »'«its }", "a string begins here and does not end"),
    ('SELECT * { ?s ?p »"«one\ntwo" }', "a string begins here and does not end"),
    ("SELECT * »{« ?s ?p ?o ", "this '{' is not closed"),
    ("SELECT * { FILTER»(«?x ", "this '(' is not closed"),
    ("SELECT * { ?s ?p ?o } ORDER BY»«", "it ends too early"),
    ("DESCRIBE»«  # nothing", "it ends too early"),
    ("»SELECT« ?x (COUNT(?y) AS ?n) { ?x ?p ?y }", "unbound: name it in GROUP BY, or put it into an aggregate"),
    ("»SELECT« ?x ?x { ?x ?p ?y }", "Duplicated variable name in SELECT"),
    ("»SELECT« * { ?s ?p ?o } GROUP BY ?s", "SELECT * is not authorized with GROUP BY"),
    ("»SELECT« (1 AS ?s) { ?s ?p ?o }", "The SELECT overrides an existing variable"),
    ("SELECT * { ?s ?p »@« }", "'@' is not expected here."),
    ("SELECT ?a { " + "?s ?p ?o . " * 20 + "»FLITER«(?s) }", "Did you mean FILTER?"),
]


@pytest.mark.parametrize(("marked", "message"), MISTAKES, ids=[message[:40] for _, message in MISTAKES])
def test_a_mistake_is_shown_where_it_is(marked: str, message: str) -> None:
    at = marked.index("»")
    query = marked.replace("»", "").replace("«", "")
    before = query[:at].split("\n")
    with pytest.raises(QueryError) as raised:
        prepare_query(empty_reader(), query).ask(empty_reader())
    first, text, caret = str(raised.value).split("\n")
    assert message in first
    assert (raised.value.line, raised.value.column) == (len(before), len(before[-1]) + 1)
    assert first.endswith(f"(line {raised.value.line}, column {raised.value.column})")
    if at < len(query):
        assert text[caret.index("^")] == query[at]


def test_a_query_without_a_mistake_is_not_touched() -> None:
    for query in ("SELECT ?s { ?s ?p ?o }", "ASK {}", "CONSTRUCT WHERE { ?s ?p ?o }", "DESCRIBE <urn:a>"):
        assert prepare_query(empty_reader(), query).text == query


def test_the_library_shows_the_same_mistake_as_the_command_line() -> None:
    graph = PartnerGraph(empty_reader())
    with pytest.raises(QueryError, match=r"Did you mean FILTER\? \(line 2, column 3\)\n    \s*FITLER"):
        graph.query("SELECT * {\n  FITLER(?x) }")
    with pytest.raises(QueryError, match="there is no such graph here"):
        graph.query("SELECT * FROM NAMED <urn:x> { GRAPH ?g { ?s ?p ?o } }")


def test_a_mistake_in_a_long_query_is_found_quickly() -> None:
    values = " ".join(f"(<http://example.org/{i}> {i})" for i in range(1500))
    with pytest.raises(QueryError, match="'FLITER' is not expected here"):
        prepare_query(empty_reader(), f"SELECT * {{ VALUES (?a ?b) {{ {values} }} FLITER(?a) }}").ask(empty_reader())
