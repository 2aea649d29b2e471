"""The model -> one store in memory: named graphs, vocabulary, further RDF files, the merge, and the derived graphs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from partnergraph.model.ids import Ids
from partnergraph.model.record_quads import quads_of
from partnergraph.model.records import Model
from partnergraph.store import Writer
from partnergraph.vocabulary import ontology_dir, rules


def assemble(model: Model, registered: Iterable[str] = ()) -> Writer:
    """Everything the graph will hold, in memory, the default graph merged. Raises `DataError` for a broken RDF file.

    `registered` are the lines of what it takes from registers.
    """
    ids = Ids(model.config.base)
    writer = Writer.memory()
    writer.add(sorted({quad.nquads for quad in quads_of(model)}))
    writer.add(sorted(set(registered)))
    for path in (ontology_dir() / "partnergraph.ttl", ontology_dir() / "kinds.ttl"):
        writer.add_file(path, ids.graph("vocabulary"))
    for source, file in model.rdf:
        writer.add_file(Path(file), ids.graph("source", source))
    writer.merge()
    for rule in rules():
        # Rules write IRIs under the vocabulary's own base; the graph that holds them is this graph's.
        writer.construct(rule.sparql, ids.graph(rule.graph))
    return writer
