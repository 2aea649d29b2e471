"""What named graphs state about a record: plain values of the merge, typed terms with the graphs that state them."""

from __future__ import annotations

import pytest

from partnergraph.claims.statements import (
    NamedGraphStatements,
    RecordReader,
    code_of,
    first_or,
    plain_value,
    targets_of,
    text_of,
    texts_of,
)
from partnergraph.model.rdf_terms import IRI, Literal
from partnergraph.store import Reader
from partnergraph.vocabulary import PG, RDF, SKOS

ELM, ASH = IRI("https://e.org/id/org/elm"), IRI("https://e.org/id/org/ash")
G1, G2 = "https://e.org/g1", "https://e.org/g2"
LINES = [
    f"<{ELM}> <{RDF.type}> <{PG.Undertaking}> <{G1}> .\n",
    f"<{ELM}> <{RDF.type}> <{PG.Undertaking}> <{G2}> .\n",
    f'<{ELM}> <{SKOS.note}> "b \\"quoted\\"\\n" <{G1}> .\n',
    f'<{ELM}> <{SKOS.note}> "a"@cy <{G2}> .\n',
    f'<{ELM}> <{SKOS.note}> "a"@cy <{G1}> .\n',
    f"<{ELM}> <{PG.to}> <{ASH}> <{G2}> .\n",
]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.nquads_lines(LINES)


def test_the_merge_has_each_value_once_as_plain_text(reader: Reader) -> None:
    records = RecordReader(reader)
    values = records.values(ELM)
    assert values[SKOS.note] == ["a", 'b "quoted"\n']
    assert values[RDF.type] == [PG.Undertaking]
    assert first_or(values, PG.to) == ASH
    assert first_or(values, PG.via, "none") == "none"
    assert records.subjects(PG.to, ASH) == [ELM]


@pytest.mark.parametrize("iri", [ASH, "", "no IRI", "https://e.org/a b"])
def test_a_record_that_is_not_there_has_no_values(reader: Reader, iri: str) -> None:
    assert RecordReader(reader).values(iri) == {}


def test_a_record_is_looked_up_by_its_alias(reader: Reader) -> None:
    records = RecordReader(reader, {"https://e.org/id/org/oak": ELM})
    assert records.values("https://e.org/id/org/oak") == records.values(ELM)


def test_named_graphs_are_read_as_typed_terms_with_the_graphs_that_state_them(reader: Reader) -> None:
    statements = NamedGraphStatements(reader, [G1, G2], [SKOS.note])
    record, welsh = statements.records[ELM], Literal("a", "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString", "cy")
    assert set(record[SKOS.note]) == {welsh, Literal('b "quoted"\n', "http://www.w3.org/2001/XMLSchema#string")}
    assert statements.by_type[PG.Undertaking] == [ELM]
    assert statements.graphs_stating[ELM, SKOS.note, welsh] == {G1, G2}
    assert set(statements.stated_in({G2}, ELM, SKOS.note)[SKOS.note]) == {welsh}
    assert statements.stated_in({"https://e.org/g3"}, ELM, SKOS.note) == {SKOS.note: {}}


def test_a_graph_that_is_not_asked_for_is_not_read(reader: Reader) -> None:
    record = NamedGraphStatements(reader, [G1]).records[ELM]
    assert PG.to not in record


def test_terms_of_a_predicate_are_given_by_their_form(reader: Reader) -> None:
    record = NamedGraphStatements(reader, [G1, G2]).records[ELM]
    assert texts_of(record, SKOS.note) == ["a", 'b "quoted"\n']
    assert text_of(record, SKOS.note) == "a"
    assert text_of(record, PG.to) == ""
    assert targets_of(record, PG.to) == [ASH]
    assert code_of(record, PG.to) == "ash"
    assert code_of(record, SKOS.note) == ""


@pytest.mark.parametrize(
    ("term", "value"),
    [('"a\\\\b"', "a\\b"), ('"\\u00e9\\U0001F600"', "é😀"), ('"tab\\t"@en', "tab\t"), ('"7"^^<https://e.org/t>', "7")],
)
def test_escapes_of_n_triples_are_read(term: str, value: str) -> None:
    assert plain_value(term) == value
