"""What readers and writers share: queries, and a graph written out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any, cast

import pyoxigraph as ox

from partnergraph.errors import QueryError
from partnergraph.store.oxigraph.engine_errors import ENGINE_ERRORS, syntax_error
from partnergraph.store.oxigraph.formats import GRAPH_FORMATS, RESULT_FORMATS, Result, term_text
from partnergraph.vocabulary import PREFIXES

# Subject to predicate to plain values.
Described = dict[str, dict[str, list[str]]]
BASE = "https://w3id.org/partnergraph/"  # where relative IRIs in a query start, unless it says so itself
# Of the default graph, what no named graph states: all of a file without named graphs, nothing of a build.
UNNAMED_TRIPLES = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o FILTER NOT EXISTS { GRAPH ?g { ?s ?p ?o } } }"


def prefixes_of(sparql: str) -> dict[str, str]:
    """The prefixes that a query may use: the engine parses every one it gets, which takes longer than a look-up."""
    if "\\" in sparql:  # a name may be written in escapes
        return dict(PREFIXES)
    return {prefix: iri for prefix, iri in PREFIXES.items() if f"{prefix}:" in sparql}


def _used_prefixes(triples: Iterable[ox.Triple]) -> dict[str, str]:
    text = "".join(str(triple) for triple in triples)
    return {prefix: iri for prefix, iri in PREFIXES.items() if f"<{iri}" in text}


def sorted_values(values: Described, subjects: Iterable[str]) -> Described:
    """The values of some subjects, all sorted. Nearly every list has one value, and is not copied."""
    return {
        subject: {
            predicate: own if len(own) == 1 else sorted(own) for predicate, own in sorted(values[subject].items())
        }
        for subject in sorted(subjects)
    }


def write_merge(store: ox.Store) -> None:
    """Write the merge of all named graphs into the default graph.

    The engine's own union flag repeats a triple that two graphs state, so the merge is written, not computed.
    """
    store.update("INSERT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }")


class StoreQueries:
    """The queries and serialisations of a store, whether it is being written or not."""

    # What a query's dataset is, if it is not what the query says: see `Reader.dataset`.
    _dataset: Mapping[str, Any] = MappingProxyType({})
    # The store folder on disk that holds just this graph, if there is one.
    folder: Path | None = None

    def __init__(self, store: ox.Store) -> None:
        self._store = store

    @property
    def engine(self) -> ox.Store:
        """The engine's own store: for code inside this room and for the benchmarks."""
        return self._store

    @property
    def has_fixed_dataset(self) -> bool:
        """Whether its graphs were fixed by `Reader.dataset`, so that FROM clauses do not count."""
        return bool(self._dataset)

    def query(
        self,
        sparql: str,
        substitutions: Mapping[str, str] | None = None,
        *,
        prefixes: dict[str, str] | None = None,
    ) -> Result:
        """Answer a SPARQL 1.1 query with the engine's own result object.

        `substitutions` binds variables to IRIs; each must occur in the projection (an engine rule). `prefixes` are
        those that the query may mean, for who knows them already (`prefixes_of`).
        Raises `QueryError` with line and column when the text does not parse.
        """
        options: dict[str, Any] = dict(self._dataset)
        if substitutions:
            options["substitutions"] = {ox.Variable(name): ox.NamedNode(iri) for name, iri in substitutions.items()}
        try:  # entering ENGINE_ERRORS takes a twentieth of the time of a look-up, so only errors enter it
            return self._store.query(
                sparql, base_iri=BASE, prefixes=prefixes_of(sparql) if prefixes is None else prefixes, **options
            )
        except SyntaxError as error:
            raise syntax_error(error) from None
        except (OSError, ValueError, RuntimeError):
            with ENGINE_ERRORS:
                raise

    def rows(self, sparql: str, substitutions: Mapping[str, str] | None = None) -> list[dict[str, str | None]]:
        """A SELECT as a list of plain rows: variable name to text, None where unbound. For small results."""
        result = self.query(sparql, substitutions)
        if not isinstance(result, ox.QuerySolutions):
            raise QueryError("rows() needs a SELECT query")
        names = [variable.value for variable in result.variables]
        with ENGINE_ERRORS:
            return [{name: term_text(solution[name]) for name in names} for solution in result]

    def terms(self, sparql: str) -> list[tuple[str, ...]]:
        """A SELECT as tuples of terms in N-Triples syntax, for code that must tell IRIs from literals."""
        result = self.query(sparql)
        if not isinstance(result, ox.QuerySolutions):
            raise QueryError("terms() needs a SELECT query")
        with ENGINE_ERRORS:
            return [tuple(str(term) for term in solution) for solution in result]

    def described(self, class_iri: str) -> Described:
        """Every instance of a class with all its values: subject to predicate to plain values, all sorted."""
        result = self.query(f"SELECT DISTINCT ?s ?p ?o {{ ?s a <{class_iri}> ; ?p ?o }}")
        values: Described = {}
        with ENGINE_ERRORS:
            for subject, predicate, value in cast(ox.QuerySolutions, result):
                own = values.setdefault(term_text(subject) or "", {})
                own.setdefault(term_text(predicate) or "", []).append(term_text(value) or "")
        return sorted_values(values, values)

    def answer(self, sparql: str, format_: str, output: IO[bytes]) -> str:
        """Run a query and write its result; see `write`."""
        return self.write(self.query(sparql), format_, output)

    def write(self, result: Result, format_: str, output: IO[bytes]) -> str:
        """Write a result of `query` in one of `RESULT_FORMATS` or `GRAPH_FORMATS`, as the W3C defines them.

        Returns the form of the answer: ``"select"``, ``"ask"`` or ``"graph"``. Graphs are sorted, so that the same
        answer has the same bytes. Raises `QueryError` for a format that does not fit the form.
        """
        if isinstance(result, ox.QuerySolutions) and format_ in RESULT_FORMATS:
            try:
                result.serialize(output, format=RESULT_FORMATS[format_])
            except (OSError, ValueError, RuntimeError):
                with ENGINE_ERRORS:
                    raise
            return "select"
        if isinstance(result, ox.QueryTriples):
            if format_ not in GRAPH_FORMATS:
                raise QueryError(f"This query gives a graph; its forms are {', '.join(GRAPH_FORMATS)}.")
            with ENGINE_ERRORS:
                triples = sorted(set(result), key=str)
            ox.serialize(triples, output, format=GRAPH_FORMATS[format_], prefixes=_used_prefixes(triples))
            return "graph"
        if format_ not in RESULT_FORMATS or (isinstance(result, ox.QueryBoolean) and format_ in ("csv", "tsv")):
            fitting = "json, xml" if isinstance(result, ox.QueryBoolean) else ", ".join(RESULT_FORMATS)
            form = "yes or no" if isinstance(result, ox.QueryBoolean) else "a table"
            raise QueryError(f"This query gives {form}; its forms are {fitting}.")
        with ENGINE_ERRORS:
            result.serialize(output, format=RESULT_FORMATS[format_])
        return "ask" if isinstance(result, ox.QueryBoolean) else "select"

    def ask(self, sparql: str) -> bool:
        """The answer to an ASK query."""
        return bool(self.query(sparql))

    def __len__(self) -> int:
        """Number of quads, the merged default graph included."""
        return len(self._store)

    def named_graphs(self) -> list[str]:
        """The IRIs of the named graphs, sorted."""
        with ENGINE_ERRORS:
            return sorted(term_text(graph) or "" for graph in self._store.named_graphs())

    def _stated(self) -> Iterator[ox.Quad]:
        """The quads as they were stated, sorted by graph and text: the named graphs', then those of the default graph
        that no named graph holds.
        """
        with ENGINE_ERRORS:
            for graph in sorted(self._store.named_graphs(), key=str):
                yield from sorted(self._store.quads_for_pattern(None, None, None, graph), key=str)
        unnamed = self.query(UNNAMED_TRIPLES)
        with ENGINE_ERRORS:
            for triple in sorted(cast(ox.QueryTriples, unnamed), key=str):
                yield ox.Quad(triple.subject, triple.predicate, triple.object, ox.DefaultGraph())

    def nquads(self) -> Iterator[str]:
        """Every stated quad as a line of N-Quads, sorted by text: the canonical order. What merely is the merge of
        named graphs is not repeated; a triple of the default graph alone has no fourth term.
        """
        return iter(sorted(f"{quad} .\n" for quad in self._stated()))

    def dump(self, format_: str) -> bytes:
        """The whole graph in one of `GRAPH_FORMATS`, in canonical order: the same graph gives the same bytes.

        Syntaxes that hold no named graphs (turtle, ntriples, rdfxml) get the merged default graph.
        """
        syntax = GRAPH_FORMATS[format_]
        if syntax.supports_datasets:
            return cast(bytes, ox.serialize(self._stated(), format=syntax, prefixes=dict(PREFIXES)))
        with ENGINE_ERRORS:
            default = self._store.quads_for_pattern(None, None, None, ox.DefaultGraph())
            triples = sorted((q.triple for q in default), key=str)
        return cast(bytes, ox.serialize(triples, format=syntax, prefixes=dict(PREFIXES)))
