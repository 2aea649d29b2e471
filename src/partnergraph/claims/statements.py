"""What the graphs of a store state about a record: its values by predicate, and which named graph states each value.

`RecordReader` looks records up one by one in the merge of all graphs, as plain text. `NamedGraphStatements` reads
chosen named graphs whole, as typed terms.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from partnergraph.model.rdf_terms import IRI, Literal, Term
from partnergraph.store import Reader, term_text
from partnergraph.vocabulary import RDF
from partnergraph.vocabulary.iri import is_iri, last_segment

RecordValues = dict[str, list[str]]  # plain values by predicate
RecordTerms = dict[str, dict[Term, None]]  # terms by predicate, each once, in the order of reading
_ESCAPED = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_CONTROL_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


def plain_value(term: str) -> str:
    """The plain value of a term in N-Triples syntax: the address of an IRI, the text of a literal.

    >>> plain_value('"a \\\\"b\\\\""@en'), plain_value("<https://e.org/o>")
    ('a "b"', 'https://e.org/o')
    """
    if not term.startswith('"'):
        return term[1:-1]
    body = term[1 : term.rindex('"')]
    return _ESCAPED.sub(_unescape, body) if "\\" in body else body


def _unescape(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _CONTROL_ESCAPES.get(match[3], match[3])


def group_values(pairs: Iterable[tuple[str, str]]) -> RecordValues:
    """Pairs of a predicate's IRI and a term in N-Triples syntax, as plain values by predicate."""
    values: RecordValues = {}
    for predicate, term in pairs:
        values.setdefault(predicate, []).append(plain_value(term))
    return values


def first_or(values: Mapping[str, list[str]], predicate: str, default: str = "") -> str:
    """The first plain value of a predicate."""
    return next(iter(values.get(predicate, ())), default)


class RecordReader:
    """The records of the merge of all graphs as plain values, each looked up when it is first needed."""

    def __init__(self, reader: Reader, aliases: Mapping[str, str] | None = None) -> None:
        """`aliases`: under which IRI this store has a record, by the IRI by which it is asked for."""
        self.reader, self.aliases = reader, aliases or {}
        self._records: dict[str, RecordValues] = {}

    def values(self, iri: str) -> RecordValues:
        """All values of a record, those of a predicate sorted; empty for one that the store does not have, and for what
        is no IRI.
        """
        if iri not in self._records:
            statements = self.reader.statements_about(self.aliases.get(iri, iri)) if is_iri(iri) else ()
            self._records[iri] = group_values((predicate[1:-1], term) for _, predicate, term in statements)
        return self._records[iri]

    def subjects(self, predicate: str, iri: str) -> list[str]:
        """The records that have this one as a value of a predicate, sorted."""
        return self.reader.pointing(predicate, self.aliases.get(iri, iri))


class NamedGraphStatements:
    """All statements of some named graphs, by record, as typed terms."""

    def __init__(self, reader: Reader, graphs: Iterable[str], attributed: Collection[str] = ()) -> None:
        """`attributed`: the predicates of which it is kept which graphs state a value."""
        self.records: dict[IRI, RecordTerms] = defaultdict(lambda: defaultdict(dict))
        self.by_type: dict[str, list[IRI]] = defaultdict(list)
        self.graphs_stating: dict[tuple[IRI, str, Term], set[str]] = defaultdict(set)
        for graph in graphs:
            for subject, predicate, term in _statements(reader, graph):
                terms = self.records[subject][predicate]
                if predicate == RDF.type and isinstance(term, IRI) and term not in terms:
                    self.by_type[term].append(subject)
                terms[term] = None
                if predicate in attributed:
                    self.graphs_stating[subject, predicate, term].add(graph)

    def stated_in(self, graphs: Collection[str], subject: IRI, predicate: str) -> RecordTerms:
        """The values of an attributed predicate that any of these graphs states."""
        terms = self.records[subject].get(predicate, ())
        stating = self.graphs_stating
        return {predicate: {term: None for term in terms if not stating[subject, predicate, term].isdisjoint(graphs)}}


def _statements(reader: Reader, graph: str) -> Iterator[tuple[IRI, str, Term]]:
    result: Any = reader.query(f"SELECT ?s ?p ?o {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")
    for subject, predicate, term in result:
        yield IRI(term_text(subject) or ""), str(term_text(predicate)), _typed(term)


def _typed(term: Any) -> Term:
    text = term_text(term) or ""
    datatype = getattr(term, "datatype", None)
    return IRI(text) if datatype is None else Literal(text, term_text(datatype), term.language)


def texts_of(record: RecordTerms, predicate: str) -> list[str]:
    """The texts of all literals of a predicate, sorted."""
    return sorted(term.text for term in record.get(predicate, ()) if isinstance(term, Literal))


def text_of(record: RecordTerms, predicate: str) -> str:
    """The first text of a predicate, "" when there is none."""
    return next(iter(texts_of(record, predicate)), "")


def targets_of(record: RecordTerms, predicate: str) -> list[IRI]:
    """The IRIs that a predicate points at, sorted."""
    return sorted(term for term in record.get(predicate, ()) if isinstance(term, IRI))


def code_of(record: RecordTerms, predicate: str) -> str:
    """The code of the first concept that a predicate points at, "" when there is none."""
    return next((last_segment(iri) for iri in targets_of(record, predicate)), "")
