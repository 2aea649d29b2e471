"""The one place that knows the engine (Oxigraph). Whoever holds a `Reader` cannot write.

The default graph always holds the merge of all named graphs, each triple once (RDF 1.1 Semantics, section 5.1).
The engine's own union flag repeats a triple that two graphs state, so the merge is written, not computed.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, cast
from typing import Literal as OneOf

import pyoxigraph as ox

from partnergraph.errors import DataError, Finding, Place, QueryError, StoreError
from partnergraph.vocabulary import PREFIXES

__all__ = ["GRAPH_FORMATS", "RDF_SUFFIXES", "RESULT_FORMATS", "Reader", "Writer", "locate", "term_text"]

RDF_SUFFIXES = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".trig": ox.RdfFormat.TRIG,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".jsonld": ox.RdfFormat.JSON_LD,
}
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
}
Result = ox.QuerySolutions | ox.QueryTriples | ox.QueryBoolean
QuadTerms = ox.Quad


def locate(path: Path | None = None) -> Path:
    """The store folder or RDF file that a path stands for.

    A graph folder stands for its build: `./build`, else `build` beside it or in it, whose report names the same graph.
    Without a path: `./build`, else what was built from `./data`. Raises `StoreError` that says what to run.
    """
    if path is None:
        path = next((p for p in (Path("build"), Path("data")) if p.exists()), None)
        if path is None:
            raise StoreError(
                "There is no graph here. Build one first: partnergraph build FOLDER (or name one: --graph)."
            )
    if not path.exists():
        raise StoreError(f"There is nothing at {path}.")
    if path.is_file():
        return path
    config = path / "partnergraph.toml"
    if config.is_file():
        wanted = tomllib.loads(config.read_text("utf-8")).get("id")
        for output in (Path("build"), path.parent / "build", path / "build"):
            report = output / "current" / "report.json"
            if report.is_file() and json.loads(report.read_text("utf-8")).get("graph") == wanted:
                return output / "current" / "store"
        raise StoreError(f"{path} has not been built yet. Run: partnergraph build {path}")
    for store in (path / "current" / "store", path / "store"):
        if store.is_dir():
            return store.resolve()
    if (path / "CURRENT").is_file():
        return path
    raise StoreError(f"{path} is not a graph folder, a build folder or a store. Build one: partnergraph build FOLDER")


def term_text(term: object) -> str | None:
    """The plain value of a term: an IRI's address, a literal's text; None for an unbound variable."""
    if term is None:
        return None
    return str(getattr(term, "value", term))


def _load_bytes(store: ox.Store, data: bytes, format_: ox.RdfFormat, file: str, base: str | None = None) -> None:
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    if format_ == ox.RdfFormat.RDF_XML and b"<!DOCTYPE" in data:
        raise DataError(f"{file}: RDF/XML with a DOCTYPE is refused, because entities can be used to exhaust memory.")
    try:
        store.bulk_load(data, format=format_, base_iri=base)
    except (SyntaxError, ValueError) as error:
        row = error.lineno if isinstance(error, SyntaxError) else None
        finding = Finding("rdf-syntax", "error", str(error), Place(file, row), fix="Mend the file; nothing was loaded.")
        raise DataError(str(finding), [finding]) from None


def _syntax_error(error: SyntaxError) -> QueryError:
    """The engine's parse error with its line and column, which it puts into the message."""
    text = error.msg or str(error)
    found = re.match(r"error at (\d+):(\d+): (.*)", text, flags=re.DOTALL)
    if found is None:
        return QueryError(f"The query does not parse: {text}")
    return QueryError(f"The query does not parse: {found[3]}", int(found[1]), int(found[2]))


def _used_prefixes(triples: Iterable[ox.Triple]) -> dict[str, str]:
    text = "".join(str(triple) for triple in triples)
    return {prefix: iri for prefix, iri in PREFIXES.items() if f"<{iri}" in text}


def _merge_default(store: ox.Store) -> None:
    default = ox.DefaultGraph()
    store.bulk_extend(
        ox.Quad(q.subject, q.predicate, q.object, default)
        for q in store.quads_for_pattern(None, None, None, None)
        if q.graph_name != default
    )


class _Base:
    def __init__(self, store: ox.Store) -> None:
        self._store = store

    @property
    def engine(self) -> ox.Store:
        """The engine's own store: for code inside this room and for the benchmarks."""
        return self._store

    def query(self, sparql: str, substitutions: Mapping[str, str] | None = None) -> Result:
        """Answer a SPARQL 1.1 query with the engine's own result object.

        `substitutions` binds variables to IRIs; each must occur in the projection (an engine rule).
        Raises `QueryError` with line and column when the text does not parse.
        """
        bound: dict[ox.Variable, ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple] = {
            ox.Variable(name): ox.NamedNode(iri) for name, iri in (substitutions or {}).items()
        }
        try:
            return self._store.query(sparql, prefixes=dict(PREFIXES), substitutions=bound)
        except SyntaxError as error:
            raise _syntax_error(error) from None
        except (ValueError, OSError, RuntimeError) as error:
            raise QueryError(str(error)) from None

    def rows(self, sparql: str, substitutions: Mapping[str, str] | None = None) -> list[dict[str, str | None]]:
        """A SELECT as a list of plain rows: variable name to text, None where unbound. For small results."""
        result = self.query(sparql, substitutions)
        if not isinstance(result, ox.QuerySolutions):
            raise QueryError("rows() needs a SELECT query")
        names = [variable.value for variable in result.variables]
        return [{name: term_text(solution[name]) for name in names} for solution in result]

    def terms(self, sparql: str) -> list[tuple[str, ...]]:
        """A SELECT as tuples of terms in N-Triples syntax, for code that must tell IRIs from literals."""
        result = self.query(sparql)
        if not isinstance(result, ox.QuerySolutions):
            raise QueryError("terms() needs a SELECT query")
        return [tuple(str(term) for term in solution) for solution in result]

    def described(self, class_iri: str) -> dict[str, dict[str, list[str]]]:
        """Every instance of a class with all its values: subject to predicate to plain values, all sorted."""
        result = self.query(f"SELECT DISTINCT ?s ?p ?o {{ ?s a <{class_iri}> ; ?p ?o }}")
        found: dict[str, dict[str, list[str]]] = {}
        if isinstance(result, ox.QuerySolutions):
            for subject, predicate, value in result:
                about = found.setdefault(term_text(subject) or "", {})
                about.setdefault(term_text(predicate) or "", []).append(term_text(value) or "")
        return {
            subject: {predicate: sorted(found[subject][predicate]) for predicate in sorted(found[subject])}
            for subject in sorted(found)
        }

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
            triples = sorted(set(result), key=str)
            ox.serialize(triples, output, format=GRAPH_FORMATS[format_], prefixes=_used_prefixes(triples))
            return "graph"
        if format_ not in RESULT_FORMATS or (isinstance(result, ox.QueryBoolean) and format_ in ("csv", "tsv")):
            fitting = "json, xml" if isinstance(result, ox.QueryBoolean) else ", ".join(RESULT_FORMATS)
            form = "yes or no" if isinstance(result, ox.QueryBoolean) else "a table"
            raise QueryError(f"This query gives {form}; its forms are {fitting}.")
        try:
            result.serialize(output, format=RESULT_FORMATS[format_])
        except (ValueError, RuntimeError) as error:
            raise QueryError(str(error)) from None
        return "ask" if isinstance(result, ox.QueryBoolean) else "select"

    def ask(self, sparql: str) -> bool:
        """The answer to an ASK query."""
        return bool(self.query(sparql))

    def __len__(self) -> int:
        """Number of quads, the merged default graph included."""
        return len(self._store)

    def named_graphs(self) -> list[str]:
        """The IRIs of the named graphs, sorted."""
        return sorted(term_text(graph) or "" for graph in self._store.named_graphs())

    def nquads(self) -> Iterator[str]:
        """Every quad of the named graphs as N-Quads lines, sorted by text: the canonical order."""
        quads = (q for q in self._store.quads_for_pattern(None, None, None, None) if q.graph_name != ox.DefaultGraph())
        return iter(sorted(f"{q} .\n" for q in quads))

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
        default = ox.DefaultGraph()
        everything = self._store.quads_for_pattern(None, None, None, None)
        if chosen.supports_datasets:
            quads = sorted(
                (q for q in everything if q.graph_name != default), key=lambda q: (str(q.graph_name), str(q))
            )
            return cast(bytes, ox.serialize(quads, format=chosen, prefixes=dict(PREFIXES)))
        triples = sorted((q.triple for q in everything if q.graph_name == default), key=str)
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
        """Open a published store folder read-only. Raises `StoreError` when it is not one or is damaged."""
        if not path.is_dir():
            raise StoreError(f"{path} is not a store folder. Build one with: partnergraph build")
        try:
            return cls(ox.Store.read_only(str(path)))
        except (OSError, ValueError, RuntimeError) as error:
            raise StoreError(
                f"The store {path} cannot be opened: {error}. Build it again: partnergraph build"
            ) from None

    def beside(self, other: Reader, graph: str) -> Reader:
        """A reader in memory over this graph, with the merge of another one as a named graph that is not merged in."""
        store, default = ox.Store(), ox.DefaultGraph()
        store.bulk_extend(iter(self._store))
        others = other.engine.quads_for_pattern(None, None, None, default)
        store.bulk_extend(ox.Quad(q.subject, q.predicate, q.object, ox.NamedNode(graph)) for q in others)
        return Reader(store)

    @classmethod
    def files(cls, paths: Iterable[Path]) -> Reader:
        """Load RDF files into memory; the default graph becomes the merge of everything in them.

        Raises `DataError` naming file and line when one does not parse.
        """
        store = ox.Store()
        for path in paths:
            chosen = RDF_SUFFIXES.get(path.suffix.lower())
            if chosen is None:
                known = " ".join(RDF_SUFFIXES)
                raise DataError(f"{path}: not an RDF file name this tool knows. It reads {known}.")
            try:
                data = path.read_bytes()
            except OSError as error:
                raise DataError(f"{path}: cannot be read: {error.strerror}") from None
            _load_bytes(store, data, chosen, str(path), base=path.resolve().as_uri())
        _merge_default(store)
        return cls(store)

    @classmethod
    def nquads_lines(cls, lines: Iterable[str]) -> Reader:
        """A reader over quads given as N-Quads lines, in memory, merged."""
        writer = Writer.memory()
        writer.add(lines)
        writer.merge()
        return writer.reader()


class Writer(_Base):
    """A store under construction: memory, or a new folder on disk that nobody reads yet."""

    @classmethod
    def memory(cls) -> Writer:
        """A store in memory."""
        return cls(ox.Store())

    @classmethod
    def create(cls, path: Path) -> Writer:
        """A new store folder. Raises `StoreError` when the disk refuses."""
        try:
            path.mkdir(parents=True)
            return cls(ox.Store(str(path)))
        except OSError as error:
            raise StoreError(f"The store {path} cannot be written: {error}") from None

    def add(self, lines: Iterable[str]) -> None:
        """Add quads given as N-Quads lines (see `partnergraph.model.terms`). All of them or none."""
        try:
            _load_bytes(self._store, "".join(lines).encode(), ox.RdfFormat.N_QUADS, "generated quads")
        except OSError as error:
            raise StoreError(f"The store cannot be written: {error}") from None

    def add_file(self, path: Path, graph: str | None = None) -> None:
        """Add an RDF file; triples without a graph go into `graph` (or the default graph)."""
        chosen = RDF_SUFFIXES.get(path.suffix.lower())
        if chosen is None:
            raise DataError(f"{path}: not an RDF file name this tool knows. It reads {' '.join(RDF_SUFFIXES)}.")
        data = path.read_bytes()
        data = data.removeprefix(b"\xef\xbb\xbf")
        if graph is None:
            _load_bytes(self._store, data, chosen, str(path), base=path.resolve().as_uri())
            return
        try:
            self._store.bulk_load(data, format=chosen, to_graph=ox.NamedNode(graph), base_iri=path.resolve().as_uri())
        except (SyntaxError, ValueError) as error:
            row = error.lineno if isinstance(error, SyntaxError) else None
            finding = Finding("rdf-syntax", "error", str(error), Place(str(path), row))
            raise DataError(str(finding), [finding]) from None

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
        """Take over everything another store holds, its merged default graph included."""
        try:
            self._store.bulk_extend(iter(other.engine))
        except OSError as error:
            raise StoreError(f"The store cannot be written: {error}") from None

    def merge(self) -> None:
        """Write the merge of all named graphs into the default graph."""
        try:
            _merge_default(self._store)
        except OSError as error:
            raise StoreError(f"The store cannot be written: {error}") from None

    def flush(self) -> None:
        """Bring everything to the disk. Raises `StoreError` when it is full."""
        try:
            self._store.flush()
            self._store.optimize()
        except OSError as error:
            raise StoreError(f"The store cannot be written: {error}") from None

    def reader(self) -> Reader:
        """What has been written so far, to be asked."""
        return Reader(self._store)
