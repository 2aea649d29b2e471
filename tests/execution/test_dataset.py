"""FROM clauses choose among the graphs that are here, several are merged; and relative names have a place to start."""

from __future__ import annotations

import io

import pytest

from partnergraph.errors import QueryError, QueryRefused
from partnergraph.execution.execute import execute
from partnergraph.sparql.prepare import prepare_query
from partnergraph.store import Reader

GRAPHS = Reader.nquads_lines(
    [
        '<urn:x> <urn:p> "both" <urn:g:a> .\n',
        '<urn:x> <urn:p> "only a" <urn:g:a> .\n',
        '<urn:x> <urn:p> "both" <urn:g:b> .\n',
        '<urn:x> <urn:p> "only b" <urn:g:b> .\n',
        '<urn:x> <urn:p> "only c" <urn:g:c/d> .\n',
    ]
)


def rows(query: str, reader: Reader = GRAPHS) -> list[str]:
    output = io.BytesIO()
    execute(reader, query, "csv", output)
    return sorted(output.getvalue().decode().splitlines()[1:])


@pytest.mark.parametrize(
    ("clauses", "pattern", "found"),
    [
        ("", "?s ?p ?o", ["both", "only a", "only b", "only c"]),
        ("FROM <urn:g:a>", "?s ?p ?o", ["both", "only a"]),
        ("FROM <urn:g:a> FROM <urn:g:b>", "?s ?p ?o", ["both", "only a", "only b"]),
        ("FROM <urn:g:b> FROM <urn:g:b>", "?s ?p ?o", ["both", "only b"]),
        ("FROM <urn:g:a> FROM <urn:g:b>", "GRAPH ?g { ?s ?p ?o }", []),
        ("FROM <urn:g:a> FROM NAMED <urn:g:b>", "GRAPH ?g { ?s ?p ?o }", ["both", "only b"]),
        ("FROM <urn:g:a> FROM NAMED <urn:g:c/d> FROM <urn:g:b>", "GRAPH ?g { ?s ?p ?o }", ["only c"]),
        ("FROM <urn:g:a> FROM NAMED <urn:g:c/d> FROM <urn:g:b>", "?s ?p ?o", ["both", "only a", "only b"]),
        ("FROM NAMED <urn:g:a> FROM NAMED <urn:g:b>", "GRAPH ?g { ?s ?p ?o }", ["both", "both", "only a", "only b"]),
        ("FROM NAMED <urn:g:a>", "?s ?p ?o", []),
    ],
)
def test_the_graphs_of_from_are_merged_and_those_of_from_named_stand_apart(
    clauses: str, pattern: str, found: list[str]
) -> None:
    assert rows(f"SELECT ?o {clauses} {{ {pattern} }}") == found


@pytest.mark.parametrize(
    "query",
    [
        "PREFIX g: <urn:g:> SELECT ?o FROM g:a FROM g:b { ?s ?p ?o }",
        "PREFIX g: <urn:g:> SELECT ?o FROM g:a FROM g:c\\/d { ?s ?p ?o FILTER(?o != 'only c') }",
        "PREFIX g: <urn:other:> PREFIX g: <urn:g:> SELECT ?o FROM g:a FROM <urn:g:b> { ?s ?p ?o }",
        "BASE <urn:g:c/> SELECT ?o FROM <urn:g:a> FROM <d> { ?s ?p ?o }",
        "SELECT ?o FROM <urn:g:\\u0061> FROM <urn:g:b> { ?s ?p ?o }",
        "SELECT DISTINCT ?o FROM<urn:g:a>FROM<urn:g:b>{ ?s ?p ?o } ORDER BY ?o LIMIT 2",
    ],
)
def test_the_name_of_a_graph_is_read_as_the_engine_reads_it(query: str) -> None:
    assert {"both", "only a"} <= set(rows(query))


def test_every_form_of_query_sees_the_merge() -> None:
    two = "FROM <urn:g:a> FROM <urn:g:b>"
    assert rows(f"SELECT (COUNT(*) AS ?n) {two} {{ ?s ?p ?o }}") == ["3"]
    output = io.BytesIO()
    execute(GRAPHS, f"ASK {two} {{ ?s ?p 'only a', 'only b' }}", "json", output)
    execute(GRAPHS, f"CONSTRUCT {two} WHERE {{ ?s ?p ?o }}", "ntriples", output)
    execute(GRAPHS, f"DESCRIBE <urn:x> {two}", "ntriples", output)
    text = output.getvalue()
    assert b'"boolean":true' in text
    assert (text.count(b'"both"'), text.count(b'"only b"'), text.count(b'"only c"')) == (2, 2, 0)


@pytest.mark.parametrize(
    ("query", "column"),
    [
        ("SELECT * FROM <urn:g:a> FROM <urn:g:z> {}", 30),
        ("SELECT * FROM <urn:g:z> {}", 15),
        ("ASK FROM NAMED <urn:g:z> {}", 16),
        ("PREFIX g: <urn:g:c/> SELECT * FROM <urn:g:a> FROM g:a {}", 51),
        ("SELECT * FROM <file:///etc/passwd> FROM <http://127.0.0.1/> {}", 15),
    ],
)
def test_a_graph_that_is_not_here_is_refused_where_it_is_named(query: str, column: int) -> None:
    with pytest.raises(QueryRefused, match="there is no such graph here, and nothing is fetched") as raised:
        prepare_query(GRAPHS, query)
    assert (raised.value.line, raised.value.column) == (1, column)


@pytest.mark.parametrize("wrong", ["FROM", "FROM {", "FROM 'urn:g:a'", "FROM x:a", "FROM <g> FROM 1", "FROM } UNION {"])
def test_a_from_that_does_not_parse_is_an_error_with_its_place(wrong: str) -> None:
    with pytest.raises(QueryError, match="does not parse") as raised:
        prepare_query(GRAPHS, f"SELECT ?s {wrong} {{ ?s ?p ?o }}").ask(GRAPHS)
    assert raised.value.line == 1


def test_the_graphs_that_a_request_chose_count_and_not_those_of_from() -> None:
    chosen = GRAPHS.dataset(["urn:g:c/d"], ["urn:g:a"])
    assert chosen.has_fixed_dataset
    assert not GRAPHS.has_fixed_dataset
    for clauses in ("FROM <urn:g:b>", "FROM <urn:g:a> FROM <urn:g:b>", "FROM <urn:g:not-here>"):
        assert rows(f"SELECT ?o {clauses} {{ ?s ?p ?o }}", chosen) == ["only c"]
        assert rows(f"SELECT ?o {clauses} {{ GRAPH ?g {{ ?s ?p ?o }} }}", chosen) == ["both", "only a"]


HERE = Reader.nquads_lines(
    [
        "<https://w3id.org/partnergraph/id/org/a> <urn:p> <urn:v:1> <https://w3id.org/partnergraph/graph/x> .\n",
        "<https://w3id.org/partnergraph/id/org/b> <urn:p> <urn:v:2> <https://w3id.org/partnergraph/graph/y> .\n",
    ]
)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?o { <id/org/a> <urn:p> ?o }",
        "BASE <id/org/> SELECT ?o { <a> <urn:p> ?o }",
        "BASE <https://w3id.org/partnergraph/ns#> SELECT ?o { <id/org/a> <urn:p> ?o }",
        "PREFIX : <id/org/> SELECT ?o { :a <urn:p> ?o }",
        "SELECT ?o FROM <graph/x> { ?s <urn:p> ?o }",
        "SELECT ?o FROM <graph/x> FROM <graph/y> { <id/org/a> <urn:p> ?o }",
    ],
)
def test_a_relative_name_starts_at_the_base_of_this_service(query: str) -> None:
    assert rows(query, HERE) == ["urn:v:1"]
