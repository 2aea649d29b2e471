"""What a store holds of a graph folder: the statements of its graphs, without what the build adds."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

from partnergraph.errors import StoreError
from partnergraph.graph_folder.cell_parser import PREFIX
from partnergraph.model.ids import RECORD_PATHS, TABLES_OF_SOURCES, Ids
from partnergraph.model.rdf_terms import IRI, Literal, Term
from partnergraph.store import Reader, term_text
from partnergraph.vocabulary import ADMS, DCAT, PG, RDF, SKOS

# Tables whose ids are written with their prefix wherever a cell may name rows of several tables.
_PREFIXED = ("groups", "undertakings", "places")
# Predicates of identifiers, which one row for each body may state, so that it matters which graph says what.
_TOLD_APART = (ADMS.identifier, SKOS.notation, SKOS.note, PG.evidence)
RecordStatements = dict[str, dict[Term, None]]


def natural_key(text: str) -> list[tuple[int, int, str]]:
    """A key for sorting as people count.

    >>> sorted(["S10", "S9", "covcab-2"], key=natural)
    ['covcab-2', 'S9', 'S10']
    """
    parts = re.findall(r"[0-9]+|[^0-9]+", text)
    key = [(0, int(part), "") if part.isascii() and part.isdigit() else (1, 0, part.casefold()) for part in parts]
    return [*key, (2, 0, text)]


class GraphStatements:
    """The statements by subject. Raises `StoreError` for a graph that was not built from a graph folder."""

    def __init__(self, reader: Reader) -> None:
        found = reader.rows(f"SELECT DISTINCT ?c {{ GRAPH ?g {{ ?c a <{DCAT.Catalog}> }} }} ORDER BY ?c")
        catalogues = [str(row["c"]) for row in found if str(row["c"]).endswith("graph/")]
        if len(catalogues) != 1:
            raise StoreError("Only a graph that was built from a graph folder can be given back as tables.")
        self.whole = IRI(catalogues[0])
        self.ids = Ids(self.whole.removesuffix("graph/"))
        named = set(reader.named_graphs())
        own = [
            graph for name in ("entities", "editorial", "catalogue", "drawing") if (graph := self._graph(name)) in named
        ]
        self.graphs = [*own, *sorted(graph for graph in named if graph.startswith(self._graph("source/")))]
        self.said: dict[IRI, RecordStatements] = defaultdict(lambda: defaultdict(dict))
        self.of_type: dict[str, list[IRI]] = defaultdict(list)
        self.graphs_of: dict[tuple[IRI, str, Term], set[str]] = defaultdict(set)
        for graph in self.graphs:
            for subject, predicate, value in _statements(reader, graph):
                values = self.said[subject][predicate]
                if predicate == RDF.type and isinstance(value, IRI) and value not in values:
                    self.of_type[value].append(subject)
                values[value] = None
                if predicate in _TOLD_APART:
                    self.graphs_of[subject, predicate, value].add(graph)

    def _graph(self, name: str) -> str:
        return f"{self.whole}{name}"

    def typed(self, type_: str, kind: str) -> Iterator[tuple[IRI, str, RecordStatements]]:
        """The subjects of a type that stand under `id/kind/`, each with the rest of its IRI, in order."""
        start = f"{self.ids.base}id/{kind}/"
        found = [(natural_key(iri), iri) for iri in self.of_type.get(type_, []) if iri.startswith(start)]
        for _, iri in sorted(found):
            yield iri, iri.removeprefix(start), self.said[iri]

    @cached_property
    def known(self) -> dict[IRI, tuple[str, str]]:
        """Table and id of everything that a cell can name."""
        found: dict[IRI, tuple[str, str]] = {}
        by_path = {
            (f"{self.ids.base}id/{path}/", 2 if table in TABLES_OF_SOURCES else 1): table
            for table, path in RECORD_PATHS.items()
        }
        for iri in list(self.said):
            for (start, parts), table in by_path.items():
                rest = iri.removeprefix(start).split("/")
                if iri.startswith(start) and len(rest) == parts and RDF.type in self.said[iri]:
                    found[iri] = (table, rest[-1])
        return found

    @cached_property
    def _tables_with(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for table, slug in self.known.values():
            found[slug].add(table)
        return found

    def name(self, iri: IRI, tables: Sequence[str]) -> str:
        """How a cell that may name rows of these tables names a thing; an IRI that is none of them stays as it is."""
        table, slug = self.known.get(iri, ("", str(iri)))
        if table not in tables or len(tables) == 1:
            return slug
        several = len(self._tables_with[slug] & {*tables}) > 1
        return f"{PREFIX[table]}:{slug}" if several or table in _PREFIXED else slug

    def names(self, values: Iterable[Term], tables: Sequence[str]) -> str:
        """The cell that names several things."""
        return "; ".join(sorted((self.name(v, tables) for v in values if isinstance(v, IRI)), key=natural_key))

    def within(self, subject: IRI, predicate: str, graphs: set[str]) -> RecordStatements:
        """The values of one predicate that any of these graphs states."""
        values = self.said[subject].get(predicate, ())
        return {predicate: {v: None for v in values if self.graphs_of[subject, predicate, v] & graphs}}


def _statements(reader: Reader, graph: str) -> Iterator[tuple[IRI, str, Term]]:
    result: Any = reader.query(f"SELECT ?s ?p ?o {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")
    for subject, predicate, value in result:
        yield IRI(term_text(subject) or ""), str(term_text(predicate)), _term(value)


def _term(value: Any) -> Term:
    text = term_text(value) or ""
    datatype = getattr(value, "datatype", None)
    return IRI(text) if datatype is None else Literal(text, term_text(datatype), value.language)


def texts_of(said: RecordStatements, predicate: str) -> list[str]:
    """The texts of all values, sorted."""
    return sorted(value.text for value in said.get(predicate, ()) if isinstance(value, Literal))


def text_of(said: RecordStatements, predicate: str) -> str:
    """The text of the value, empty when there is none."""
    return next(iter(texts_of(said, predicate)), "")


def targets_of(said: RecordStatements, predicate: str) -> list[IRI]:
    """The IRIs that a predicate points at, sorted."""
    return sorted(value for value in said.get(predicate, ()) if isinstance(value, IRI))


def code_of(said: RecordStatements, predicate: str) -> str:
    """The code of a concept."""
    return next((iri.rpartition("/")[2] for iri in targets_of(said, predicate)), "")


def between_dates(said: RecordStatements, name: str) -> str:
    """The two dates of the words "start between 2009 and 2010", as a cell writes them; or nothing."""
    for words in texts_of(said, PG.dateNote):
        if found := re.fullmatch(rf"{name} between ([0-9-]+) and ([0-9-]+)", words):
            return f"{found[1]}/{found[2]}"
    return ""
