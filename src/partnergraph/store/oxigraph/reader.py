"""A graph to ask. Whoever holds a `Reader` cannot write."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import quote_from_bytes

import pyoxigraph as ox

from partnergraph.errors import StoreError
from partnergraph.store.location import locate
from partnergraph.store.oxigraph.engine_errors import ENGINE_ERRORS, check_address_space, store_error
from partnergraph.store.oxigraph.forking import fix_exit_of_forks
from partnergraph.store.oxigraph.formats import term_text
from partnergraph.store.oxigraph.loading import load_file
from partnergraph.store.oxigraph.queries import UNNAMED_TRIPLES, Described, StoreQueries, sorted_values, write_merge
from partnergraph.vocabulary import RDF

if TYPE_CHECKING:
    from partnergraph.store.name_index import NameIndex
    from partnergraph.store.oxigraph.writer import Writer


class Reader(StoreQueries):
    """A graph that is read. It has no method that writes."""

    @classmethod
    def at(cls, path: Path | None = None) -> Reader:
        """Open what a path stands for: a graph folder (its build), a build folder, a store, or an RDF file."""
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

    def with_second_graph(self, other: Reader, graph: str) -> Reader:
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
        """A copy in memory without the statements about these subjects and without these named graphs, merged anew."""
        from partnergraph.store.oxigraph.writer import Writer

        store, excluded, default = ox.Store(), {ox.NamedNode(iri) for iri in subjects}, ox.DefaultGraph()
        remaining = [graph for graph in self._store.named_graphs() if term_text(graph) not in graphs]
        with ENGINE_ERRORS:
            for graph in remaining:
                quads = self._store.quads_for_pattern(None, None, None, graph)
                store.bulk_extend(quad for quad in quads if quad.subject not in excluded)
            unnamed = cast(ox.QueryTriples, self.query(UNNAMED_TRIPLES))
            store.bulk_extend(
                ox.Quad(t.subject, t.predicate, t.object, default) for t in unnamed if t.subject not in excluded
            )
        write_merge(store)
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
        snapshot = Snapshot(self._store)
        snapshot.folder = self.folder
        return snapshot

    def statements_about(self, iri: str) -> list[tuple[str, ...]]:
        """The triples whose subject is this IRI, as terms in N-Triples syntax, sorted."""
        with ENGINE_ERRORS:
            quads = self._store.quads_for_pattern(ox.NamedNode(iri), None, None, ox.DefaultGraph())
            return sorted(tuple(str(term) for term in quad.triple) for quad in quads)

    def pointing(self, predicate: str, iri: str) -> list[str]:
        """Every subject that has this IRI as a value of a predicate, sorted."""
        result = self.query(f"SELECT ?s {{ ?s {ox.NamedNode(predicate)} {ox.NamedNode(iri)} }}", prefixes={})
        with ENGINE_ERRORS:
            return sorted(term_text(subject) or "" for (subject,) in cast(ox.QuerySolutions, result))

    def objects(self, iri: str, predicate: str) -> list[str]:
        """The plain values of a predicate of this IRI, sorted."""
        quads = self._store.quads_for_pattern(ox.NamedNode(iri), ox.NamedNode(predicate), None, ox.DefaultGraph())
        with ENGINE_ERRORS:
            return sorted(term_text(quad.object) or "" for quad in quads)

    def values(self, predicate: str) -> dict[str, list[str]]:
        """Every subject of a predicate with its plain values."""
        values: dict[str, list[str]] = {}
        for subject, value in self.pairs(predicate):
            values.setdefault(subject, []).append(value)
        return values

    def pairs(self, predicate: str, class_iri: str | None = None) -> Iterator[tuple[str, str]]:
        """Each subject of a predicate with one of its plain values, in any order: for any number of them. `class_iri`:
        only the instances of this class.
        """
        # On disk the engine looks up every term of a quad that it gives; a query gives no more than is asked.
        instances = f"?s a {ox.NamedNode(class_iri)} ." if class_iri else ""
        result = self.query(f"SELECT ?s ?o {{ {instances} ?s {ox.NamedNode(predicate)} ?o }}", prefixes={})
        with ENGINE_ERRORS:
            for subject, value in cast(ox.QuerySolutions, result):
                yield term_text(subject) or "", term_text(value) or ""

    @cached_property
    def names(self) -> NameIndex:
        """The index of the names in this graph: the one that its build wrote, else one made at the first use."""
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
        write_merge(store)
        return cls(store)

    @classmethod
    def nquads_lines(cls, lines: Iterable[str]) -> Reader:
        """A reader over quads given as N-Quads lines, in memory, merged."""
        from partnergraph.store.oxigraph.writer import Writer

        writer = Writer.memory()
        writer.add(lines)
        writer.merge()
        return writer.reader()


class Snapshot(Reader):
    """A reader whose `described` is answered from one scan of the graph: on disk a scan costs less than many look-ups.

    It holds all text of the graph in memory, so use it for one task only.
    """

    def __init__(self, store: ox.Store) -> None:
        super().__init__(store)
        self._values: Described = {}
        self._described: dict[str, Described] = {}
        rdf_type = str(RDF.type)
        shared: dict[str, str] = {}  # an IRI that many statements name is one text
        share = shared.setdefault
        self._instances: dict[str, list[str]] = {}
        with ENGINE_ERRORS:
            for quad in store.quads_for_pattern(None, None, None, ox.DefaultGraph()):
                subject, predicate, term = term_text(quad.subject) or "", quad.predicate.value, quad.object
                value = getattr(term, "value", None) or term_text(term) or ""
                subject, predicate = share(subject, subject), share(predicate, predicate)
                if type(term) is ox.NamedNode:
                    value = share(value, value)
                about = self._values.get(subject)
                if about is None:
                    about = self._values[subject] = {}
                about.setdefault(predicate, []).append(value)
                if predicate == rdf_type:
                    self._instances.setdefault(value, []).append(subject)

    def snapshot(self) -> Snapshot:
        """Itself."""
        return self

    def described(self, class_iri: str) -> Described:
        """See `Reader.described`; the answer is the same object each time, not to be changed."""
        if class_iri not in self._described:
            self._described[class_iri] = sorted_values(self._values, self._instances.get(class_iri, []))
            self._values |= self._described[class_iri]  # what was not sorted is no longer needed
        return self._described[class_iri]
