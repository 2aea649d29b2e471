"""Records that came from the table partnerships -> its rows, and the file of their ids."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from partnergraph.claims.statements import RecordTerms, targets_of, text_of, texts_of
from partnergraph.graph_folder.partnership_ids import (
    IdentifiedRow,
    PartnershipIds,
    PartnershipKey,
    digest,
    fold_name,
    ids_csv,
)
from partnergraph.graph_folder.partnerships import PARTNERSHIPS, implied_statement
from partnergraph.model.rdf_terms import IRI
from partnergraph.tables.table_schemas import PARTIES
from partnergraph.vocabulary import CODE, DCTERMS, FOAF, ORG, PG, SKOS
from partnergraph.vocabulary.iri import last_segment
from partnergraph.vocabulary.wordings import partnership_of_wording
from partnergraph.workbook.folder_statements import FolderGraph, stated_date
from partnergraph.workbook.todo_export import TodoExport

__all__ = ["PartnershipExport", "is_from_partnerships"]

Row = dict[str, str]


def is_from_partnerships(record: RecordTerms) -> bool:
    """Whether a record came from a row of the table partnerships, and from no row of its own."""
    return PARTNERSHIPS in texts_of(record, PG.fromTable)


@dataclass
class _Claim:
    """What a row says: its key, the IRIs of both parties, the records of its claim, evidence and source."""

    key: PartnershipKey
    slug: str
    parties: tuple[IRI, IRI]
    evidence: RecordTerms
    source: RecordTerms


class PartnershipExport:
    """The rows of a built graph."""

    def __init__(self, graph: FolderGraph, todo: TodoExport) -> None:
        self.graph, self.todo = graph, todo
        about = targets_of(graph.records[graph.catalogue], PG.about)
        self.focus = about[0] if about else ""

    def rows(self) -> Iterator[Row]:
        """The rows, with the cells as they were written."""
        for row, _ in self._identified:
            yield row

    def ids_file(self) -> bytes | None:
        """partnership-ids.csv; None for a graph without such rows."""
        ids = PartnershipIds(rows=[identified for _, identified in self._identified])
        for _, slug, record in self.graph.records_of(ORG.Organization, "org"):
            if is_from_partnerships(record):
                ids.names[slug] = text_of(record, SKOS.prefLabel)
        for _, slug, record in self.graph.records_of(PG.Source, "source"):
            if is_from_partnerships(record):
                texts = (text_of(record, DCTERMS.title), "".join(targets_of(record, FOAF.page)[:1]))
                ids.sources += [(slug, text) for text in texts if text]
        for row, identified in self._identified:
            self._add_other_names(ids, row, identified.key)
        return ids_csv(ids) if ids.rows else None

    def _add_other_names(self, ids: PartnershipIds, row: Row, key: PartnershipKey) -> None:
        """What a row calls its parties and source, where that is not their own name."""
        wording = partnership_of_wording(row["how"])
        references = (key.to, key.from_) if wording and wording.inverse else (key.from_, key.to)
        for column, reference in zip(("partner", "with_whom"), references, strict=True):
            prefix, _, slug = reference.partition(":")
            name = fold_name(row[column])
            if prefix == "org" and name not in ("", slug, fold_name(self._label(self.graph.ids.org(slug)))):
                ids.former[name] = slug
        ids.sources.append((key.source, row["source"]))

    def _label(self, iri: IRI) -> str:
        return text_of(self.graph.records[iri], SKOS.prefLabel)

    @cached_property
    def _identified(self) -> list[tuple[Row, IdentifiedRow]]:
        rows = []
        for claim in self._claims():
            row = self._row(claim)
            key = claim.key._replace(digest=digest(row["where"], row["what_it_says"]))
            rows.append((row, IdentifiedRow(key, claim.slug, text_of(claim.evidence, DCTERMS.identifier))))
        return rows

    def _claims(self) -> Iterator[_Claim]:
        """What each piece of evidence from such a row supports."""
        for class_iri, kind in ((PG.Relationship, "rel"), (PG.ChangeEvent, "event")):
            for _, slug, whole_record in self.graph.records_of(class_iri, kind):
                if not is_from_partnerships(whole_record):
                    continue
                record = self.todo.own(whole_record)
                predicates = (
                    (PG["from"], PG.to) if kind == "rel" else (ORG.originalOrganization, ORG.resultingOrganization)
                )
                from_, to = (IRI(targets_of(record, predicate)[0]) for predicate in predicates)
                code = targets_of(record, PG.kind)[0].removeprefix(CODE.base) if kind == "rel" else "succession"
                since, until = (stated_date(record, predicate) for predicate in (PG.start, PG.end))
                if kind == "event":
                    since = stated_date(record, PG.date)
                for iri in targets_of(record, PG.evidence):
                    evidence = self.graph.records[IRI(iri)]
                    written = _written_cells(evidence)
                    source = IRI(targets_of(evidence, DCTERMS.source)[0])
                    references = (self._reference(from_), self._reference(to))
                    dates = written.get("since", since), written.get("until", until)
                    key = PartnershipKey(code, *references, *dates, last_segment(source), "")
                    yield _Claim(key, slug, (from_, to), evidence, self.graph.records[source])

    def _reference(self, iri: IRI) -> str:
        reference = self.graph.reference(iri, PARTIES[:3])
        return reference if ":" in reference else f"org:{reference}"

    def _row(self, claim: _Claim) -> Row:
        evidence, key = claim.evidence, claim.key
        written = _written_cells(evidence)
        wording = partnership_of_wording(written.get("how", ""))
        partner, other = reversed(claim.parties) if wording and wording.inverse else claim.parties
        says = text_of(evidence, PG.says)
        row = {
            "partner": self._label(partner),
            "with_whom": "" if other == self.focus else self._label(other),
            "since": key.since,
            "until": key.until,
            "source": text_of(claim.source, DCTERMS.title),
            "where": text_of(evidence, PG.locator),
            "what_it_says": text_of(evidence, PG.words) or says * (says != implied_statement(*key[:1], *key[3:5])),
            "note": text_of(evidence, SKOS.note),
        }
        return row | written


def _written_cells(evidence: RecordTerms) -> Row:
    """The cells of a row that the graph does not say otherwise, by column."""
    return dict(text.split(": ", 1) for text in texts_of(evidence, PG.rowCell) if ": " in text)
