"""Evidence that came from to-do lists -> their rows; and what a claim says without them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from partnergraph.claims.statements import RecordTerms, targets_of, text_of, texts_of
from partnergraph.model.rdf_terms import IRI, Literal, Term
from partnergraph.tables.table_schemas import TABLE_COLUMNS
from partnergraph.tables.todo_schema import TODO, kind_and_parties
from partnergraph.vocabulary import PG, SKOS
from partnergraph.vocabulary.iri import last_segment
from partnergraph.workbook.folder_statements import FolderGraph, stated_date

__all__ = ["TodoExport"]

Row = dict[str, str]


class TodoExport:
    """What the filled rows of to-do lists were, of a built graph."""

    def __init__(self, graph: FolderGraph) -> None:
        self.graph = graph
        iris = (iri for iri, _, record in graph.records_of(PG.Evidence, "evidence") if _is_from_list(record))
        self._evidence = frozenset(iris)

    def rows(self) -> Iterator[Row]:
        """The filled rows of all lists."""
        for _, slug, record in self.graph.records_of(PG.Relationship, "rel") if self._evidence else ():
            for iri in targets_of(record, PG.evidence):
                if iri in self._evidence:
                    yield self._row(slug, record, self.graph.records[IRI(iri)])

    def _row(self, slug: str, record: RecordTerms, evidence: RecordTerms) -> Row:
        parties = (targets_of(record, predicate)[0] for predicate in (PG["from"], PG.to))
        row = {
            "where": text_of(evidence, PG.locator),
            "what_it_says": text_of(evidence, PG.words) or text_of(evidence, PG.says),
            "note": text_of(evidence, SKOS.note),
            "claim": slug,
            "kind_and_parties": kind_and_parties(last_segment(targets_of(record, PG.kind)[0]), *parties),
        }
        return row | dict(text.split(": ", 1) for text in texts_of(evidence, PG.rowCell) if ": " in text)

    def own(self, record: RecordTerms) -> RecordTerms:
        """A relationship as its own row says it: without the evidence of lists, without an end that they alone give,
        and its evidence without the limits that this end brought.
        """
        items = targets_of(record, PG.evidence)
        own = [iri for iri in items if iri not in self._evidence]
        if len(own) == len(items):
            return record
        limits = {text.partition(" [")[0]: text for text in texts_of(record, PG.supportLimit)}
        stated: RecordTerms = {**record, PG.evidence: {IRI(iri): None for iri in own}}
        columns = {name for iri in own for name in _columns(limits.get(last_segment(iri)))}
        if stated_date(record, PG.end) and "end" not in columns:
            for predicate in (PG.end, PG.endEarliest, PG.endLatest):
                stated.pop(predicate, None)
            stated[PG.dateNote] = _without(record, PG.dateNote, lambda text: text.startswith("end between "))
            every = _filled(stated)
            stated[PG.supportLimit] = _without(record, PG.supportLimit, lambda text: {*_columns(text)} == every)
        return stated


def _without(record: RecordTerms, predicate: str, is_wrong: Callable[[str], bool]) -> dict[Term, None]:
    terms = record.get(predicate, {})
    return {term: None for term in terms if not (isinstance(term, Literal) and is_wrong(term.text))}


def _is_from_list(record: RecordTerms) -> bool:
    return TODO in texts_of(record, PG.fromTable)


def _columns(limit: str | None) -> list[str]:
    """The columns of a `pg:supportLimit`; without one, evidence supports every column."""
    if limit is None or not limit.endswith("]"):
        return ["end"]
    return [name for name in limit.partition(" [")[2][:-1].split(", ") if name]


def _filled(record: RecordTerms) -> set[str]:
    """The optional columns of which a relationship has a value."""
    names = set[str]()
    for column in TABLE_COLUMNS["relationships"]:
        if column.required or column.predicate is None:
            continue
        is_filled = bool(record.get(column.predicate))
        if column.type == "date":
            is_filled = bool(stated_date(record, column.predicate))
        elif column.name == "date_note":
            is_filled = not all(text.startswith("start between ") for text in texts_of(record, PG.dateNote))
        names |= {column.name} if is_filled else set()
    return names
