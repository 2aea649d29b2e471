"""The graphs that a build makes of a graph folder's tables: their records, and what cells call them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from partnergraph.claims.statements import NamedGraphStatements, RecordTerms, text_of, texts_of
from partnergraph.errors import StoreError
from partnergraph.graph_folder.cell_parser import PREFIX
from partnergraph.model.column_terms import date_name
from partnergraph.model.ids import RECORD_PATHS, TABLES_OF_SOURCES, Ids
from partnergraph.model.rdf_terms import IRI, Term
from partnergraph.store import Reader
from partnergraph.vocabulary import ADMS, DCAT, PG, RDF, SKOS

# The graphs of a folder besides those of its sources.
_GRAPHS = ("entities", "editorial", "catalogue", "drawing")
# Tables whose ids are written with their prefix wherever a cell may name rows of several tables.
_PREFIXED = ("groups", "undertakings", "places")
# Predicates of identifiers: several bodies may have one, each stated in a graph of its own.
_ATTRIBUTED = (ADMS.identifier, SKOS.notation, SKOS.note, PG.evidence)


def natural_key(text: str) -> list[tuple[int, int, str]]:
    """A key for sorting in natural order: numbers within text by their value.

    >>> sorted(["S10", "S9", "covcab-2"], key=natural_key)
    ['covcab-2', 'S9', 'S10']
    """
    parts = re.findall(r"[0-9]+|[^0-9]+", text)
    key = [(0, int(part), "") if part.isascii() and part.isdigit() else (1, 0, part.casefold()) for part in parts]
    return [*key, (2, 0, text)]


class FolderGraph(NamedGraphStatements):
    """The statements that came from a graph folder, without what the build derives from them.

    Raises `StoreError` for a graph that was not built from a graph folder.
    """

    def __init__(self, reader: Reader) -> None:
        rows = reader.rows(f"SELECT DISTINCT ?c {{ GRAPH ?g {{ ?c a <{DCAT.Catalog}> }} }} ORDER BY ?c")
        catalogues = [str(row["c"]) for row in rows if str(row["c"]).endswith("graph/")]
        if len(catalogues) != 1:
            raise StoreError("Only a graph that was built from a graph folder can be given back as tables.")
        self.catalogue = IRI(catalogues[0])
        self.ids = Ids(self.catalogue.removesuffix("graph/"))
        graphs = reader.named_graphs()
        own = [graph for name in _GRAPHS if (graph := f"{self.catalogue}{name}") in graphs]
        of_sources = sorted(graph for graph in graphs if graph.startswith(f"{self.catalogue}source/"))
        super().__init__(reader, [*own, *of_sources], _ATTRIBUTED)

    def records_of(self, class_iri: str, kind: str) -> Iterator[tuple[IRI, str, RecordTerms]]:
        """The records of a class that stand under `id/kind/`, each with the rest of its IRI, in natural order."""
        start = f"{self.ids.base}id/{kind}/"
        iris = [iri for iri in self.by_type.get(class_iri, []) if iri.startswith(start)]
        for iri in sorted(iris, key=natural_key):
            yield iri, iri.removeprefix(start), self.records[iri]

    @cached_property
    def _rows(self) -> dict[IRI, tuple[str, str]]:
        """Table and id of every record that a cell can name."""
        tables = {
            (f"{self.ids.base}id/{path}/", 2 if table in TABLES_OF_SOURCES else 1): table
            for table, path in RECORD_PATHS.items()
        }
        rows: dict[IRI, tuple[str, str]] = {}
        for iri, record in self.records.items():
            for (start, parts), table in tables.items():
                segments = iri.removeprefix(start).split("/")
                if iri.startswith(start) and len(segments) == parts and RDF.type in record:
                    rows[iri] = (table, segments[-1])
        return rows

    @cached_property
    def _tables_with(self) -> dict[str, set[str]]:
        """The tables that have a row of an id."""
        tables: dict[str, set[str]] = defaultdict(set)
        for table, slug in self._rows.values():
            tables[slug].add(table)
        return tables

    def reference(self, iri: IRI, tables: Sequence[str]) -> str:
        """How a cell that may name rows of these tables names a record; an IRI that is none of them stays as it is."""
        table, slug = self._rows.get(iri, ("", str(iri)))
        if table not in tables or len(tables) == 1:
            return slug
        is_ambiguous = len(self._tables_with[slug] & {*tables}) > 1
        return f"{PREFIX[table]}:{slug}" if is_ambiguous or table in _PREFIXED else slug

    def references(self, terms: Iterable[Term], tables: Sequence[str]) -> str:
        """The cell that names several records."""
        cells = (self.reference(term, tables) for term in terms if isinstance(term, IRI))
        return "; ".join(sorted(cells, key=natural_key))


def stated_date(record: RecordTerms, predicate: str) -> str:
    """A date as stated, or the two that it lies between; as `column_terms.date_terms` writes it."""
    name = date_name(predicate)
    bounded = f"{name}Earliest" not in PG or PG[f"{name}Earliest"] in record
    return text_of(record, predicate) or (between_dates(record, name) if bounded else "")


def between_dates(record: RecordTerms, name: str) -> str:
    """The two dates of the words "start between 2009 and 2010", as a cell writes them; or nothing."""
    for note in texts_of(record, PG.dateNote):
        if match := re.fullmatch(rf"{name} between ([0-9-]+) and ([0-9-]+)", note):
            return f"{match[1]}/{match[2]}"
    return ""
