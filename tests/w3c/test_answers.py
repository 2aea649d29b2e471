"""The comparison of answers sees what differs and nothing else."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from tests.w3c.answers import Row, by_value, result_set, same_graph, same_rows, solutions


def rows(text: str) -> list[Row]:
    """Rows of two columns in TSV without a heading."""
    found = solutions(("?a\t?b\n" + text.replace(" | ", "\n").replace(" ", "\t") + "\n").encode(), ".tsv")
    assert not isinstance(found, bool)
    return found[1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1 2 | 3 4", "3 4 | 1 2"),
        ("1 2 | 1 2 | 3 4", "1 2 | 3 4 | 1 2"),
        ("_:a _:b | _:b _:c", "_:y _:z | _:x _:y"),
        ("01 1.50 | 1e2 1", "1 1.5 | 1.0E2 +1"),
        ('"1"^^<http://www.w3.org/2001/XMLSchema#boolean> 1', "true 1"),
        ('"7"^^<http://www.w3.org/2001/XMLSchema#short> 1', "7 1"),
    ],
)
def test_what_is_the_same_is_seen_to_be(one: str, other: str) -> None:
    assert same_rows(rows(one), rows(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1 2 | 1 2 | 3 4", "1 2 | 3 4 | 3 4"),
        ("1 2", "1 2 | 1 2"),
        ("1 2", "2 1"),
        ("_:a _:b", "_:a _:a"),
        ("_:a _:b | _:b _:c", "_:a _:b | _:c _:b"),
        ("1 1.0", "1 1"),
        ('"1" 1', "1 1"),
        ('"a"@en 1', '"a" 1'),
        ('"01" 1', '"1" 1'),
    ],
)
def test_what_differs_is_seen(one: str, other: str) -> None:
    assert not same_rows(rows(one), rows(other))


def test_order_and_spelling_count_where_they_are_asked_for() -> None:
    assert same_rows(rows("1 2 | 3 4"), rows("1 2 | 03 4"), ordered=True)
    assert not same_rows(rows("1 2 | 3 4"), rows("3 4 | 1 2"), ordered=True)
    assert same_rows(rows("_:a 1.50 | 3 4"), rows("3 4 | _:b 1.50"), exact=True)
    assert not same_rows(rows("1 1.50"), rows("1 1.5"), exact=True)
    assert not same_rows(rows("1 1.50 | 1 1.50"), rows("1 1.50"), exact=True)


def test_graphs_are_compared_by_where_their_blank_nodes_stand() -> None:
    def graph(text: str) -> list[ox.Quad]:
        return list(ox.parse(text, ox.RdfFormat.TRIG))

    assert same_graph(graph("_:a <urn:p> _:b, 01 ."), graph("_:x <urn:p> 1, [] ."))
    assert not same_graph(graph("_:a <urn:p> _:b, 1 ."), graph("_:x <urn:p> 1, _:x ."))
    assert not same_graph(graph("<urn:g> { <urn:s> <urn:p> 1 }"), graph("<urn:s> <urn:p> 1 ."))


def test_tables_are_read_from_csv_and_from_graphs() -> None:
    found = solutions(b'a,b\r\n_:x,"it, ""is"""\r\n', ".csv")
    assert found == (["a", "b"], [{"a": ox.BlankNode("x"), "b": ox.Literal('it, "is"')}])
    head = "PREFIX rs: <http://www.w3.org/2001/sw/DataAccess/tests/result-set#> "
    text = f"{head} [] rs:resultVariable 'a' ; rs:solution [ rs:binding [ rs:variable 'a' ; rs:value <urn:x> ] ] ."
    triples = [quad.triple for quad in ox.parse(text, ox.RdfFormat.TURTLE)]
    assert result_set(triples) == (["a"], [{"a": ox.NamedNode("urn:x")}])
    other = ox.Triple(ox.BlankNode(), ox.NamedNode("urn:p"), ox.Literal("a"))
    assert result_set([other]) is None


def test_what_is_no_number_stays_as_it_is() -> None:
    odd = ox.Literal("x", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer"))
    assert by_value(odd) == odd
    assert by_value(ox.Literal("01")) == ox.Literal("01")
