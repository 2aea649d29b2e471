"""Answers and graphs, compared as RDF says: a bag of rows, blank nodes by where they stand, numbers by value."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

import pyoxigraph as ox

_XSD = "http://www.w3.org/2001/XMLSchema#"
_RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
_INTEGERS = {
    *("integer", "nonPositiveInteger", "negativeInteger", "nonNegativeInteger", "positiveInteger"),
    *("long", "int", "short", "byte", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"),
}
Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Row = dict[str, Term]


def by_value(term: Term) -> Term:
    """The term, a number or truth value as the engine's store keeps it: one spelling for each value."""
    if not isinstance(term, ox.Literal) or not term.datatype.value.startswith(_XSD):
        return term
    kind = term.datatype.value.removeprefix(_XSD)
    try:
        if kind in _INTEGERS:
            return ox.Literal(str(int(term.value)), datatype=ox.NamedNode(f"{_XSD}integer"))
        if kind == "decimal":
            return ox.Literal(f"{Decimal(term.value).normalize():f}", datatype=term.datatype)
        if kind in ("double", "float"):
            return ox.Literal(repr(float(term.value)), datatype=term.datatype)
    except (ValueError, ArithmeticError):
        return term
    truths = {"1": "true", "0": "false"}
    return ox.Literal(truths.get(term.value, term.value), datatype=term.datatype) if kind == "boolean" else term


def same_graph(first: Iterable[ox.Triple | ox.Quad], second: Iterable[ox.Triple | ox.Quad]) -> bool:
    """Whether two graphs or datasets say the same."""
    return _canonical(_quads(first)) == _canonical(_quads(second))


def same_rows(first: Sequence[Row], second: Sequence[Row], *, ordered: bool = False, exact: bool = False) -> bool:
    """Whether two tables hold the same rows as often; `ordered`: in the same order; `exact`: spelt alike."""
    one, other = (_ordered if ordered else _bag)(first, exact), (_ordered if ordered else _bag)(second, exact)
    return _canonical(one) == _canonical(other)


def solutions(data: bytes, suffix: str) -> tuple[list[str], list[Row]] | bool:
    """The columns and rows that a file of results holds, or the yes or no; the suffix says its format."""
    if suffix == ".csv":
        return _table(data)
    formats = {".srx": ox.QueryResultsFormat.XML, ".srj": ox.QueryResultsFormat.JSON, ".tsv": ox.QueryResultsFormat.TSV}
    found = ox.parse_query_results(data, format=formats[suffix])
    if isinstance(found, ox.QueryBoolean):
        return bool(found)
    names = [variable.value for variable in found.variables]
    return names, [{name: row[name] for name in names if row[name] is not None} for row in found]


def result_set(triples: Sequence[ox.Triple]) -> tuple[list[str], list[Row]] | None:
    """The table that a graph describes in the vocabulary of result sets; None for another graph."""
    about: dict[tuple[Term, str], list[Term]] = {}
    for triple in triples:
        about.setdefault((triple.subject, triple.predicate.value), []).append(triple.object)
    heads = [subject for subject, predicate in about if predicate == f"{_RS}resultVariable"]
    if not heads:
        return None
    rows: list[Row] = []
    for solution in about.get((heads[0], f"{_RS}solution"), []):
        row: Row = {}
        for binding in about.get((solution, f"{_RS}binding"), []):
            [name], [value] = about[binding, f"{_RS}variable"], about[binding, f"{_RS}value"]
            row[name.value] = value  # type: ignore[union-attr]
        rows.append(row)
    return [name.value for name in about[heads[0], f"{_RS}resultVariable"]], rows  # type: ignore[union-attr]


def _table(data: bytes) -> tuple[list[str], list[Row]]:
    names, *lines = csv.reader(io.StringIO(data.decode("utf-8"), newline=""))
    return names, [
        {
            name: ox.BlankNode(cell.removeprefix("_:")) if cell.startswith("_:") else ox.Literal(cell)
            for name, cell in zip(names, line, strict=True)
        }
        for line in lines
    ]


def _quads(statements: Iterable[ox.Triple | ox.Quad]) -> Iterator[ox.Quad]:
    for one in statements:
        graph = one.graph_name if isinstance(one, ox.Quad) else ox.DefaultGraph()
        yield ox.Quad(one.subject, one.predicate, by_value(one.object), graph)


def _spelt(row: Row, exact: bool) -> tuple[tuple[str, Term], ...]:
    """A row to be compared: its literals by value, or as they are written."""
    return tuple(
        (name, ox.Literal(str(term)) if exact and isinstance(term, ox.Literal) else by_value(term))
        for name, term in sorted(row.items())
    )


def _bag(rows: Sequence[Row], exact: bool) -> Iterator[ox.Quad]:
    """A table as quads: a node for each row, with how often it is there."""
    for row, often in Counter(_spelt(row, exact) for row in rows).items():
        yield from _row(row, f"{often} times")


def _ordered(rows: Sequence[Row], exact: bool) -> Iterator[ox.Quad]:
    """A table as quads: a node for each row, with its place."""
    for number, row in enumerate(rows):
        yield from _row(_spelt(row, exact), f"row {number}")


def _row(row: tuple[tuple[str, Term], ...], mark: str) -> Iterator[ox.Quad]:
    node = ox.BlankNode()
    yield ox.Quad(node, ox.NamedNode("urn:mark"), ox.Literal(mark))
    for name, term in row:
        yield ox.Quad(node, ox.NamedNode(f"urn:column:{name}"), term)


def _canonical(quads: Iterable[ox.Quad]) -> set[ox.Quad]:
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return set(dataset)
