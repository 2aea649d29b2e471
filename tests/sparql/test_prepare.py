"""Queries that ask the same of different things are looked at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnergraph.errors import QueryError
from partnergraph.sparql.guard import examine_query
from partnergraph.sparql.prepare import prepare_query, query_shape
from partnergraph.sparql.tokenizer import tokenize
from partnergraph.store import Reader

EMPTY = Reader.nquads_lines([])
_PIECES = st.sampled_from(
    [
        *("SELECT", "ASK", "*", "{", "}", "(", ")", "?s", "?p", "pg:to", "a", "5", "_:b", "FROM", "SERVICE", "@en"),
        *('"', "'", '"' * 3, "'" * 3, "#", "\n", " ", "<", "<<", ">", "=", "<=", ";", ".", "/", "FILTER", "LIMIT"),
        *("LIMIT 5", "OFFSET 10", "LIMIT 5.5", "xLIMIT 7", "<b>", "<http://x/'>"),
        *("<http://example.org/a>", "<http://example.org/b#c>", "<urn://x/%20y>"),
    ]
)


def _kinds(text: str) -> list[tuple[str, str, str]] | str:
    try:
        return [(token.kind, token.inside, token.opens) for token in tokenize(text)]
    except QueryError as error:
        return type(error).__name__


def _verdict(text: str) -> str:
    try:
        return examine_query(text).form
    except QueryError as error:
        return type(error).__name__


@given(st.lists(_PIECES, max_size=25))
def test_what_has_the_same_shape_is_cut_into_the_same_tokens(pieces: list[str]) -> None:
    text = "".join(pieces)
    alike = query_shape(text)
    assert alike is not None
    assert _kinds(text) == _kinds(alike)
    assert _verdict(text) == _verdict(alike)


@given(st.lists(_PIECES, max_size=25))
def test_a_query_like_one_seen_before_is_judged_as_if_it_were_the_first(pieces: list[str]) -> None:
    text = " ".join(["ASK {", *pieces, "}"])
    other = text.replace("example.org/a", "example.net/other").replace("LIMIT 5", "LIMIT 77")
    found = []
    for one in (text, other, text):
        try:
            said = prepare_query(EMPTY, one).form
        except QueryError as error:
            # A graph of FROM that is not here is refused after the query was looked at.
            said = _verdict(one) if "no such graph" in str(error) else type(error).__name__
        found.append(said)
    assert found == [_verdict(text), _verdict(other), _verdict(text)]


@pytest.mark.parametrize(
    "text",
    [
        "ASK { <http://example.org/a> ?p ?o } # SERVICE <http://example.org/b>",
        'ASK { ?s ?p "SERVICE <http://example.org/b> { }" }',
    ],
)
def test_the_second_time_a_service_is_refused_too(text: str) -> None:
    assert prepare_query(EMPTY, text).plain
    for _ in range(2):
        with pytest.raises(QueryError, match="SERVICE is not allowed"):
            prepare_query(EMPTY, "ASK { <http://example.org/a> ?p ?o SERVICE <http://example.org/b> { } }")


def test_a_query_that_is_changed_for_the_engine_is_never_taken_for_another() -> None:
    ordered = "SELECT ?s {{ ?s ?p ?o }} ORDER BY ?o LIMIT {}"
    assert [prepare_query(EMPTY, ordered.format(n)).text.endswith(f"LIMIT {n}") for n in (3, 44)] == [True, True]
    assert "isNumeric" in prepare_query(EMPTY, ordered.format(5)).text
    assert prepare_query(EMPTY, "SELECT * { ?s ?p <http://example.org/a> }").text.startswith("SELECT  ?s ?p")


def test_an_escape_or_a_long_text_is_always_looked_at() -> None:
    assert query_shape('ASK { ?s ?p "\\u0041" }') is None
    assert query_shape(f"ASK {{ ?s ?p <http://example.org/{'x' * 20_000}> }}") is None


@pytest.mark.parametrize("function", ["NOW()", "rand()", "UUID()", "StrUUID()", "BNODE()"])
def test_what_is_another_each_time_is_told_from_what_lasts(function: str) -> None:
    changing = f"SELECT ?x {{ BIND({function} AS ?x) }} LIMIT 3"
    lasting = f"SELECT ?now {{ BIND('{function}' AS ?now) ?rand ?p <http://example.org/uuid> }} LIMIT 3"
    for _ in range(2):  # looked at, and known
        assert not prepare_query(EMPTY, changing).lasting
        assert prepare_query(EMPTY, lasting).lasting


def test_a_known_query_keeps_the_prefixes_that_it_means() -> None:
    reader = Reader.nquads_lines(['<http://example.org/a> <http://www.w3.org/2004/02/skos/core#prefLabel> "A" .\n'])
    for label in ("A", "B"):
        for iri in ("a", "b"):
            asked = prepare_query(reader, f"ASK {{ <http://example.org/{iri}> skos:prefLabel '{label}' }}")
            assert bool(asked.ask(reader)) is ((label, iri) == ("A", "a"))
