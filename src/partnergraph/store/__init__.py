"""The one place that knows the engine (Oxigraph). Whoever holds a `Reader` cannot write.

The default graph always holds the merge of all named graphs, each triple once (RDF 1.1 Semantics, section 5.1).
The engine's own union flag repeats a triple that two graphs state, so the merge is written, not computed.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Any, cast
from typing import Literal as OneOf
from urllib.parse import quote_from_bytes

import pyoxigraph as ox

from partnergraph.errors import DataError, Finding, Place, QueryError, StoreError
from partnergraph.store.engine_errors import ENGINE_ERRORS, check_address_space, store_error, syntax_error
from partnergraph.store.forking import fix_exit_of_forks
from partnergraph.store.host_name import remove_host_name
from partnergraph.store.loading import RDF_SUFFIXES, load_bytes, load_file, stream
from partnergraph.store.location import locate
from partnergraph.vocabulary import PREFIXES

if TYPE_CHECKING:
    from partnergraph.store.name_index import NameIndex

__all__ = [
    "GRAPH_FORMATS",
    "RDF_SUFFIXES",
    "RESULT_FORMATS",
    "Reader",
    "Writer",
    "convert_table",
    "locate",
    "term_text",
]

RESULT_FORMATS = {
    "tsv": ox.QueryResultsFormat.TSV,
    "csv": ox.QueryResultsFormat.CSV,
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
}
GRAPH_FORMATS = {
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdfxml": ox.RdfFormat.RDF_XML,
    "trig": ox.RdfFormat.TRIG,
    "nquads": ox.RdfFormat.N_QUADS,
}
# Subject to predicate to plain values.
Described = dict[str, dict[str, list[str]]]
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
Result = ox.QuerySolutions | ox.QueryTriples | ox.QueryBoolean
# Of the default graph, what no named graph states: all of a file without named graphs, nothing of a build.
_ONLY_MERGED = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o FILTER NOT EXISTS { GRAPH ?g { ?s ?p ?o } } }"
BASE = "https://w3id.org/partnergraph/"  # where relative IRIs in a query start, unless it says so itself


def term_text(term: object) -> str | None:
    """The plain value of a term: an IRI's address, a literal's text; None for an unbound variable."""
    if term is None:
        return None
    return str(getattr(term, "value", term))


def convert_table(tsv: bytes, format_: str) -> bytes:
    """A table in TSV as one of the other `RESULT_FORMATS`: the same terms."""
    found = ox.parse_query_results(tsv, format=ox.QueryResultsFormat.TSV)
    return cast(bytes, found.serialize(format=RESULT_FORMATS[format_]))


def prefixes_of(sparql: str) -> dict[str, str]:
    """The prefixes that a query may mean: the engine reads every one it is given, which takes longer than a look-up."""
    if "\\" in sparql:  # a name may be written in escapes
        return dict(PREFIXES)
    return {prefix: iri for prefix, iri in PREFIXES.items() if f"{prefix}:" in sparql}


def _used_prefixes(triples: Iterable[ox.Triple]) -> dict[str, str]:
    text = "".join(str(triple) for triple in triples)
    return {prefix: iri for prefix, iri in PREFIXES.items() if f"<{iri}" in text}


def _sorted(found: Described, subjects: Iterable[str]) -> Described:
    return {
        subject: {predicate: sorted(found[subject][predicate]) for predicate in sorted(found[subject])}
        for subject in sorted(subjects)
    }


def _merge_default(store: ox.Store) -> None:
    store.update("INSERT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }")


class _Base:
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
    def chosen(self) -> bool:
        """Whether its graphs were chosen (see `Reader.dataset`), so that FROM clauses do not count."""
        return bool(self._dataset)

    def query(
        self,
        sparql: str,
        substitutions: Mapping[str, str] | None = None,
        *,
        prefixes: Mapping[str, str] | None = None,
    ) -> Result:
        """Answer a SPARQL 1.1 query with the engine's own result object.

        `substitutions` binds variables to IRIs; each must occur in the projection (an engine rule). `prefixes` are
        those that the query may mean, for who knows them already (`prefixes_of`).
        Raises `QueryError` with line and column when the text does not parse.
        """
        asked: dict[str, Any] = {"prefixes": prefixes_of(sparql) if prefixes is None else prefixes}
        if substitutions:
            asked["substitutions"] = {ox.Variable(name): ox.NamedNode(iri) for name, iri in substitutions.items()}
        with ENGINE_ERRORS:
            try:
                return self._store.query(sparql, base_iri=BASE, **asked, **self._dataset)
            except SyntaxError as error:
                raise syntax_error(error) from None

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
        found: Described = {}
        with ENGINE_ERRORS:
            for subject, predicate, value in cast(ox.QuerySolutions, result):
                about = found.setdefault(term_text(subject) or "", {})
                about.setdefault(term_text(predicate) or "", []).append(term_text(value) or "")
        return _sorted(found, found)

    def answer(self, sparql: str, format_: str, output: IO[bytes]) -> str:
        """Ask and write the answer; see `write`."""
        return self.write(self.query(sparql), format_, output)

    def write(self, result: Result, format_: str, output: IO[bytes]) -> str:
        """Write a result of `query` in one of `RESULT_FORMATS` or `GRAPH_FORMATS`, as the W3C defines them.

        Returns the form of the answer: ``"select"``, ``"ask"`` or ``"graph"``. Graphs are sorted, so that the same
        answer has the same bytes. Raises `QueryError` for a format that does not fit the form.
        """
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
        own = self.query(_ONLY_MERGED)
        with ENGINE_ERRORS:
            for triple in sorted(cast(ox.QueryTriples, own), key=str):
                yield ox.Quad(triple.subject, triple.predicate, triple.object, ox.DefaultGraph())

    def nquads(self) -> Iterator[str]:
        """Every stated quad as a line of N-Quads, sorted by text: the canonical order. What merely is the merge of
        named graphs is not repeated; a triple of the default graph alone has no fourth term.
        """
        return iter(sorted(f"{quad} .\n" for quad in self._stated()))

    def dump(self, format_: OneOf["trig", "nquads", "turtle", "ntriples", "jsonld", "rdfxml"]) -> bytes:
        """The whole graph in one RDF syntax, in canonical order: the same graph gives the same bytes.

        Syntaxes that hold no named graphs (turtle, ntriples, rdfxml) get the merged default graph.
        """
        formats = {
            "trig": ox.RdfFormat.TRIG,
            "nquads": ox.RdfFormat.N_QUADS,
            "turtle": ox.RdfFormat.TURTLE,
            "ntriples": ox.RdfFormat.N_TRIPLES,
            "jsonld": ox.RdfFormat.JSON_LD,
            "rdfxml": ox.RdfFormat.RDF_XML,
        }
        chosen = formats[format_]
        if chosen.supports_datasets:
            return cast(bytes, ox.serialize(self._stated(), format=chosen, prefixes=dict(PREFIXES)))
        with ENGINE_ERRORS:
            default = self._store.quads_for_pattern(None, None, None, ox.DefaultGraph())
            triples = sorted((q.triple for q in default), key=str)
        return cast(bytes, ox.serialize(triples, format=chosen, prefixes=dict(PREFIXES)))


class Reader(_Base):
    """A graph to ask. It has no method that writes."""

    @classmethod
    def at(cls, path: Path | None = None) -> Reader:
        """Open whatever stands at a path: a graph folder (its build), a build folder, a store, or an RDF file."""
        target = locate(path)
        return cls.files([target]) if target.is_file() else cls.open(target)

    @classmethod
    def open(cls, path: Path) -> Reader:
        """Open a published store folder read-only. Raises `StoreError` when it is not one or cannot be opened."""
        check_address_space()
        try:
            if not path.is_dir():
                raise StoreError(f"{path} is not a store folder. Build one with: partnergraph build")
            fix_exit_of_forks()
            reader = cls(ox.Store.read_only(str(path)))
        except (OSError, ValueError, RuntimeError) as error:
            raise store_error(error, path) from None
        reader.folder = path
        return reader

    def beside(self, other: Reader, graph: str) -> Reader:
        """A reader in memory over this graph, with the merge of another one as a named graph that is not merged in."""
        store, default = ox.Store(), ox.DefaultGraph()
        store.bulk_extend(iter(self._store))
        others = other.engine.quads_for_pattern(None, None, None, default)
        store.bulk_extend(ox.Quad(q.subject, q.predicate, q.object, ox.NamedNode(graph)) for q in others)
        return Reader(store)

    def dataset(self, default: Sequence[str], named: Sequence[str]) -> Reader:
        """A reader in memory whose default graph is the merge of some named graphs (each triple once), and whose named
        graphs are others (SPARQL 1.1, section 13.2). FROM clauses no longer count.
        """
        store, merged = ox.Store(), ox.DefaultGraph()
        with ENGINE_ERRORS:
            for iri in default:
                for quad in self._store.quads_for_pattern(None, None, None, ox.NamedNode(iri)):
                    store.add(ox.Quad(quad.subject, quad.predicate, quad.object, merged))
            for iri in named:
                store.bulk_extend(self._store.quads_for_pattern(None, None, None, ox.NamedNode(iri)))
        reader = Reader(store)
        reader._dataset = {"default_graph": [merged], "named_graphs": [ox.NamedNode(iri) for iri in named]}
        return reader

    def without(self, subjects: Collection[str], graphs: Collection[str]) -> Writer:
        """A copy in memory that lacks what is said of these subjects, and these named graphs; merged anew."""
        store, left_out, default = ox.Store(), {ox.NamedNode(iri) for iri in subjects}, ox.DefaultGraph()
        kept = [graph for graph in self._store.named_graphs() if term_text(graph) not in graphs]
        with ENGINE_ERRORS:
            for graph in kept:
                found = self._store.quads_for_pattern(None, None, None, graph)
                store.bulk_extend(quad for quad in found if quad.subject not in left_out)
            own = cast(ox.QueryTriples, self.query(_ONLY_MERGED))
            store.bulk_extend(
                ox.Quad(t.subject, t.predicate, t.object, default) for t in own if t.subject not in left_out
            )
        _merge_default(store)
        return Writer(store)

    def resident(self) -> Reader:
        """The same graph in memory, where look-ups cost a third of what they cost on disk: for a process that answers
        many queries. About 0.4 GB for a million quads.
        """
        store = ox.Store()
        with ENGINE_ERRORS:
            store.bulk_extend(iter(self._store))
        reader = Reader(store)
        reader.folder = self.folder
        return reader

    def snapshot(self) -> Snapshot:
        """The same graph, all its values read once: for a task that asks `described` for many classes."""
        taken = Snapshot(self._store)
        taken.folder = self.folder
        return taken

    def said_of(self, iri: str) -> list[tuple[str, ...]]:
        """What a thing says of itself, as terms in N-Triples syntax, sorted."""
        with ENGINE_ERRORS:
            found = self._store.quads_for_pattern(ox.NamedNode(iri), None, None, ox.DefaultGraph())
            return sorted(tuple(str(term) for term in quad.triple) for quad in found)

    def pointing(self, predicate: str, iri: str) -> list[str]:
        """Every subject that has a thing as a value of a predicate, sorted."""
        found = self._merged(ox.NamedNode(predicate), ox.NamedNode(iri))
        return sorted(term_text(quad.subject) or "" for quad in found)

    def values(self, predicate: str) -> dict[str, list[str]]:
        """Every subject of a predicate with its plain values."""
        found: dict[str, list[str]] = {}
        for subject, value in self.pairs(predicate):
            found.setdefault(subject, []).append(value)
        return found

    def pairs(self, predicate: str) -> Iterator[tuple[str, str]]:
        """Each subject of a predicate with one of its plain values, in any order: for any number of them."""
        for quad in self._merged(ox.NamedNode(predicate), None):
            yield term_text(quad.subject) or "", term_text(quad.object) or ""

    def _merged(self, predicate: ox.NamedNode, value: ox.NamedNode | None) -> Iterator[ox.Quad]:
        with ENGINE_ERRORS:
            yield from self._store.quads_for_pattern(None, predicate, value, ox.DefaultGraph())

    @cached_property
    def names(self) -> NameIndex:
        """The index of the names in this graph: the one that its build wrote, else one made when it is first asked."""
        from partnergraph.store.name_index import NameIndex

        return NameIndex(self)

    @classmethod
    def files(cls, paths: Iterable[Path]) -> Reader:
        """Load RDF files into memory; the default graph becomes the merge of everything in them.

        Relative IRIs begin at `file:///` and the name of the file, without the folders of this machine; a second file
        of that name has its number before it. Raises `DataError` naming file and line when one does not parse.
        """
        check_address_space()
        store = ox.Store()
        names: Counter[str] = Counter()
        for path in paths:
            names[path.name] += 1
            number = f"{names[path.name]}/" if names[path.name] > 1 else ""
            load_file(store, path, base=f"file:///{number}{quote_from_bytes(os.fsencode(path.name))}")
        _merge_default(store)
        return cls(store)

    @classmethod
    def nquads_lines(cls, lines: Iterable[str]) -> Reader:
        """A reader over quads given as N-Quads lines, in memory, merged."""
        writer = Writer.memory()
        writer.add(lines)
        writer.merge()
        return writer.reader()


class Snapshot(Reader):
    """A reader whose `described` answers from one scan of the graph; on disk a scan costs less than many look-ups.

    It holds all text of the graph in memory, so keep it for one task only.
    """

    def __init__(self, store: ox.Store) -> None:
        super().__init__(store)
        self._values: Described = {}
        self._instances: dict[str, list[str]] = {}
        with ENGINE_ERRORS:
            for quad in store.quads_for_pattern(None, None, None, ox.DefaultGraph()):
                subject, predicate = term_text(quad.subject) or "", quad.predicate.value
                value = getattr(quad.object, "value", None) or term_text(quad.object) or ""
                about = self._values.get(subject)
                if about is None:
                    about = self._values[subject] = {}
                about.setdefault(predicate, []).append(value)
                if predicate == _TYPE:
                    self._instances.setdefault(value, []).append(subject)

    def snapshot(self) -> Snapshot:
        """Itself."""
        return self

    def described(self, class_iri: str) -> Described:
        """See `Reader.described`."""
        return _sorted(self._values, self._instances.get(class_iri, []))


class Writer(_Base):
    """A store under construction: memory, or a new folder on disk that nobody reads yet."""

    @classmethod
    def memory(cls) -> Writer:
        """A store in memory."""
        check_address_space()
        return cls(ox.Store())

    @classmethod
    def create(cls, path: Path) -> Writer:
        """A new store folder. Like all that writes there, it raises `OSError` when the disk refuses."""
        check_address_space()
        path.mkdir(parents=True)
        writer = cls(ox.Store(str(path)))
        writer.folder = path
        return writer

    def add(self, lines: Iterable[str]) -> None:
        """Add quads given as N-Quads lines (see `partnergraph.model.rdf_terms`). All of them or none."""
        load_bytes(self._store, "".join(lines).encode(), ox.RdfFormat.N_QUADS, "generated quads")

    def add_file(self, path: Path, graph: str) -> None:
        """Add what an RDF file states to one named graph, all of it or nothing. Relative IRIs start at the graph's.

        Raises `DataError` for a file that does not parse, that writes into other named graphs, since a source speaks
        only for itself, or that holds blank nodes, since no claim can point at one and no two builds name it alike, or
        triples as terms (RDF 1.2).
        """
        loaded, name = ox.Store(), ox.NamedNode(graph)
        load_file(loaded, path, base=graph, graph=graph)
        for quad in loaded:
            message = fix = ""
            if quad.graph_name != name:
                message = f"It writes into the named graph {quad.graph_name}, but it is read as <{graph}>."
                fix = "Keep one file of triples for each source."
            elif isinstance(quad.subject, ox.BlankNode) or isinstance(quad.object, ox.BlankNode):
                message = f"It holds a blank node ({quad.predicate}); no claim can point at one."
                fix = "Give every node an IRI."
            elif isinstance(quad.object, ox.Triple):
                message = f"It holds a triple as a term ({quad.predicate}), which is RDF 1.2; this graph is RDF 1.1."
                fix = "Say it with a node of its own."
            if message:
                finding = Finding("rdf-content", "error", message, Place(str(path)), fix=f"{fix} Nothing was loaded.")
                raise DataError(str(finding), [finding])
        self._store.bulk_extend(iter(loaded))

    def construct(self, sparql: str, graph: str) -> int:
        """Run a CONSTRUCT over the default graph and write its triples into a named graph; returns how many."""
        result = self.query(sparql)
        if not isinstance(result, ox.QueryTriples):
            raise QueryError("a rule must be a CONSTRUCT query")
        name = ox.NamedNode(graph)
        quads = [ox.Quad(t.subject, t.predicate, t.object, name) for t in result]
        self._store.bulk_extend(quads)
        self._store.bulk_extend(ox.Quad(q.subject, q.predicate, q.object, ox.DefaultGraph()) for q in quads)
        return len(set(quads))

    def copy(self, other: Writer) -> None:
        """Take over everything another store holds, the merge included. Other threads can go on meanwhile."""
        text = other.engine.dump(format=ox.RdfFormat.N_QUADS)
        self._store.bulk_load(text, format=ox.RdfFormat.N_QUADS)

    def stream(self, lines: Iterable[str], graph: str) -> None:
        """Add any number of lines of N-Quads of one named graph, and their merge, with flat memory."""
        stream(self._store, lines, graph)

    def merge(self) -> None:
        """Write the merge of all named graphs into the default graph."""
        _merge_default(self._store)

    def flush(self) -> None:
        """Bring everything to the disk, in the order that is read fastest."""
        self._store.flush()
        self._store.optimize()

    def close(self) -> None:
        """Let go of the files at once, whoever still holds this object, and remove what names the machine from them:
        the engine's log, which no reader needs or writes, and the host in its table files.

        A store that met a full disk keeps its room there while it is open, and the engine goes on trying to mend it.
        """
        del self._store
        if self.folder is not None:
            for log in self.folder.glob("LOG*"):
                log.unlink(missing_ok=True)
            for table in self.folder.glob("*.sst"):
                remove_host_name(table)

    def reader(self) -> Reader:
        """What has been written so far, to be asked."""
        return Reader(self._store)
