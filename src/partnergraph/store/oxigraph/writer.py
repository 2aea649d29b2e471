"""A store that is being written: in memory, or a new folder on disk that nobody reads yet."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox

from partnergraph.errors import DataError, Finding, Place, QueryError
from partnergraph.store.oxigraph.engine_errors import check_address_space
from partnergraph.store.oxigraph.host_name import remove_host_name
from partnergraph.store.oxigraph.loading import load_bytes, load_file, stream
from partnergraph.store.oxigraph.queries import StoreQueries, write_merge
from partnergraph.store.oxigraph.reader import Reader


class Writer(StoreQueries):
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
        write_merge(self._store)

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
