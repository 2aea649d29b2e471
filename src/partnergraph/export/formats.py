"""The registry of export formats: all that is particular to a format stands in one entry of `EXPORT_FORMATS`.

`PartnerGraph.export` and the command `export` with its help derive from it. The RDF syntaxes are those of
`results.formats`. Libraries are imported when a format is written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from partnergraph.errors import StoreError
from partnergraph.files import write_file, write_files
from partnergraph.results import formats

if TYPE_CHECKING:
    import networkx as nx

    from partnergraph.store import Reader

    Network: TypeAlias = nx.MultiDiGraph[str]

Written = tuple[list[Path], list[str]]  # the files, and a line for everything that they do not hold


class ExportSource(NamedTuple):
    """What is exported: a graph, and the same as a network, which is built when a format needs it."""

    reader: Reader
    network: Callable[[], Network]


@dataclass(frozen=True)
class ExportFormat:
    """One format of a graph. It has a `document` (one file), a `folder` (files by name) or a `writer` of its own."""

    name: str
    description: str  # a line of the command's help
    suffixes: tuple[str, ...] = ()
    document: Callable[[ExportSource], bytes] | None = None
    folder: Callable[[ExportSource], dict[str, bytes]] | None = None
    writer: Callable[[ExportSource, Path], Written] | None = None
    is_rdf: bool = False  # RDF: may be written to standard output, and by `PartnerGraph.dump`

    def write(self, source: ExportSource, path: Path) -> Written:
        """Write the files, whole or not at all.

        Raises `StoreError` when the place cannot be written, `UsageError` for one where a build has published.
        """
        if self.writer is not None:
            return self.writer(source, path)
        if self.folder is not None:
            if path.exists() and not path.is_dir():
                raise StoreError(f"{path} cannot be written: {self.name} is written to a folder.")
            files = self.folder(source)
            write_files(path, files)
            return [path / name for name in files], []
        assert self.document is not None
        write_file(path, self.document(source))
        return [path], []


def _rdf(syntax: formats.ResultFormat) -> ExportFormat:
    def document(source: ExportSource) -> bytes:
        return source.reader.dump(syntax.name)

    graphs = "the named graphs kept" if syntax.named_graphs else "the merge of all named graphs"
    suffixes = tuple(dict.fromkeys((*syntax.suffixes, f".{syntax.name}")))
    return ExportFormat(syntax.name, f"{syntax.label}: {graphs}.", suffixes, document, is_rdf=True)


def _org(source: ExportSource) -> bytes:
    from partnergraph.export.org_ontology import to_org_ontology

    return to_org_ontology(source.reader)


def _csv(source: ExportSource) -> dict[str, bytes]:
    from partnergraph.export.network_files import csv_files

    return {name: text.encode() for name, text in csv_files(source.network()).items()}


def _graphml(source: ExportSource) -> bytes:
    from partnergraph.export.network_files import graphml

    return graphml(source.network())


def _gexf(source: ExportSource) -> bytes:
    from partnergraph.export.network_files import gexf

    return gexf(source.network())


def _tables(source: ExportSource, path: Path) -> Written:
    from partnergraph.workbook.folder_writer import export_folder

    return export_folder(source.reader, path)


_SYNTAXES = [formats.FORMATS[name] for name in formats.RDF_SYNTAXES]
DEFAULT_FORMAT = "trig"
# TriG and N-Quads first, which hold the whole graph as it is.
EXPORT_FORMATS: dict[str, ExportFormat] = {
    entry.name: entry
    for entry in (
        *map(_rdf, sorted(_SYNTAXES, key=lambda syntax: syntax.name not in ("trig", "nquads"))),
        ExportFormat(
            *("org", "The W3C's Organization Ontology, as Turtle.", (".org",)),
            document=_org,
            is_rdf=True,
        ),
        ExportFormat(
            "csv",
            "nodes.csv, edges.csv and evidence.csv, in a folder; an apostrophe stands before a cell that a spreadsheet "
            "program would take for a formula.",
            (".csv",),
            folder=_csv,
        ),
        ExportFormat("graphml", "GraphML.", (".graphml",), _graphml),
        ExportFormat("gexf", "GEXF, with the time in which each edge held.", (".gexf",), _gexf),
        ExportFormat(
            "tables",
            "What the graph was built from, every id as it was: a workbook to edit (.xlsx), or a whole graph folder "
            "with its documents, which builds to the same graph.",
            writer=_tables,
        ),
    )
}
SUFFIXES = {suffix: entry.name for entry in EXPORT_FORMATS.values() for suffix in entry.suffixes}
