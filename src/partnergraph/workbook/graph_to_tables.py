"""A built graph -> the tables, documents and settings it was made from: `partnergraph.model.record_quads` backwards.

What the specification of a column says is read back by it; what code wrote there is read back by code here.

Only the store is read. Ids are those of the IRIs. Rows stand in one order, so that the same graph gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from partnergraph.claims.statements import RecordTerms, targets_of, text_of, texts_of
from partnergraph.graph_folder.documents import LocationError, locate, read_document
from partnergraph.model.column_terms import date_name
from partnergraph.model.rdf_terms import IRI, Literal
from partnergraph.model.record_quads import FORMS, STATEMENT_CLASSES
from partnergraph.store import Reader
from partnergraph.tables.column_types import Column
from partnergraph.tables.table_schemas import BODIES, STATABLE, TABLE_COLUMNS, TABLE_SCHEMAS
from partnergraph.tables.todo_schema import TODO, TODO_SCHEMA
from partnergraph.vocabulary import ADMS, CODE, DCTERMS, ORG, PG, RDF, RDFS, SKOS, SKOSXL
from partnergraph.vocabulary.iri import last_segment
from partnergraph.workbook.folder_statements import FolderGraph, between_dates, natural_key, stated_date
from partnergraph.workbook.partnership_export import PartnershipExport
from partnergraph.workbook.todo_export import TodoExport

__all__ = ["FolderContent", "read_settings_back", "read_tables_back"]

Row = dict[str, str]
# The text of `pg:supportLimit`: a piece of evidence, the columns that it supports, the body it is about.
_LIMIT = re.compile(r"(?P<slug>\S+)(?: \[(?P<columns>[^\]]*)\])?(?: for (?P<body>\S+))?")


@dataclass
class FolderContent:
    """Everything that a graph folder says: its settings, rows by table, texts by source, the steps of its story, and
    the ids of the rows of partnerships.
    """

    config: dict[str, str] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=dict)
    documents: dict[str, str] = field(default_factory=dict)
    story: list[dict[str, str | list[str]]] = field(default_factory=list)
    ids_file: bytes | None = None


def read_tables_back(reader: Reader) -> FolderContent:
    """The tables of a built graph. Raises `StoreError` for a graph that was not built from a graph folder."""
    tables = _TableReader(FolderGraph(reader))
    documents = tables.documents()
    rows: dict[str, list[Row]] = {}
    for table, schema in TABLE_SCHEMAS.items():
        table_rows = tables.evidence_rows(documents) if table == "evidence" else getattr(tables, f"{table}_rows")()
        key_columns = ("id",) if "id" in schema.columns else schema.columns[:3]
        complete = [{column: row.get(column, "") for column in schema.columns} for row in table_rows]
        rows[table] = sorted(complete, key=lambda row: _row_key(row, key_columns))
    rows |= tables.todo_lists()
    return FolderContent(tables.config(), rows, documents, tables.story(), tables.partnerships.ids_file())


def read_settings_back(reader: Reader) -> FolderContent:
    """The settings, documents, story, ids of partnerships and filled to-do lists of a built graph, without its tables.
    Raises `StoreError` as `read_tables_back`.
    """
    tables = _TableReader(FolderGraph(reader))
    return FolderContent(
        tables.config(), tables.todo_lists(), tables.documents(), tables.story(), tables.partnerships.ids_file()
    )


def _row_key(row: Row, key_columns: Sequence[str]) -> list[list[tuple[int, int, str]]]:
    return [*(natural_key(row[column]) for column in key_columns), natural_key("".join(row.values()))]


class _TableReader:
    """One method for each table, which yields its rows; `partnergraph.graph_folder.row_parser` reads them."""

    def __init__(self, graph: FolderGraph) -> None:
        self.graph, self.todo = graph, TodoExport(graph)
        self.partnerships = PartnershipExport(graph, self.todo)
        titles = graph.records[graph.catalogue].get(DCTERMS.title, ())
        self.language = next((title.lang or "en" for title in titles if isinstance(title, Literal)), "en")

    def todo_lists(self) -> dict[str, list[Row]]:
        """The filled rows of to-do lists, under the name of their table; empty without any."""
        rows = [{column: row.get(column, "") for column in TODO_SCHEMA.columns} for row in self.todo.rows()]
        return {TODO: sorted(rows, key=lambda row: _row_key(row, ("list_date", "claim")))} if rows else {}

    def _references(self, record: RecordTerms, predicate: str, tables: Sequence[str]) -> str:
        return self.graph.references(record.get(predicate, ()), tables)

    def config(self) -> dict[str, str]:
        record = self.graph.records[self.graph.catalogue]
        licences = targets_of(record, DCTERMS.license)
        licence = text_of(self.graph.records[licences[0]], RDFS.label) if licences else text_of(record, DCTERMS.license)
        settings = {
            "title": text_of(record, DCTERMS.title),
            "id": text_of(record, DCTERMS.identifier),
            "base": self.graph.ids.base,
            "language": self.language,
            "licence": licence,
            "licence_url": licences[0] if licences else "",
            "publisher": text_of(record, DCTERMS.publisher),
            "description": text_of(record, DCTERMS.description),
            "focus": self._references(record, PG.about, ("organisations",)),
        }
        return {key: value for key, value in settings.items() if value}

    def documents(self) -> dict[str, str]:
        sources = self.graph.records_of(PG.Source, "source")
        return {slug: text_of(record, PG.text) for _, slug, record in sources if PG.text in record}

    def story(self) -> list[dict[str, str | list[str]]]:
        steps: list[tuple[int, dict[str, str | list[str]]]] = []
        for _, _, record in self.graph.records_of(PG.StoryStep, "story"):
            step: dict[str, str | list[str]] = {
                "title": text_of(record, DCTERMS.title),
                "text": text_of(record, PG.narration),
            }
            focus = [self.graph.reference(iri, BODIES) for p in (PG.focus, PG.routeTo) for iri in targets_of(record, p)]
            step |= {key: value for key, value in (("focus", focus), ("date", text_of(record, PG.asOf))) if value}
            steps.append((int(text_of(record, PG.stepNumber)), step))
        return [step for _, step in sorted(steps, key=lambda pair: pair[0])]

    def _records(self, class_iri: str, kind: str) -> Iterator[tuple[IRI, str, RecordTerms]]:
        """The records of a class that have a row of their own, each with the rest of its IRI."""
        records = self.graph.records_of(class_iri, kind)
        return ((iri, rest, record) for iri, rest, record in records if PG.fromTable not in record)

    def _evidence_cell(self, record: RecordTerms, table: str, body: str = "") -> str:
        """The pieces of evidence, each with the columns that it is limited to."""
        slugs = {last_segment(iri) for iri in targets_of(record, PG.evidence)}
        limits = [match for text in texts_of(record, PG.supportLimit) if (match := _LIMIT.fullmatch(text))]
        if any(limit["body"] for limit in limits):
            limits = [limit for limit in limits if limit["body"] == body]
            slugs &= {limit["slug"] for limit in limits}
        columns: dict[str, str] = {}
        for limit in limits:
            if limit["columns"] is not None:
                names = limit["columns"].split(", ")
                columns[limit["slug"]] = (
                    f" [{', '.join(name for name in TABLE_SCHEMAS[table].columns if name in names)}]"
                )
        return "; ".join(f"{slug}{columns.get(slug, '')}" for slug in sorted(slugs, key=natural_key))

    def _cells(self, table: str, record: RecordTerms) -> Row:
        """The cells of the columns whose predicate the specification of the table names, and of the evidence."""
        return {
            column.name: self._evidence_cell(record, table) if column.type == "evidence" else self._cell(column, record)
            for column in TABLE_COLUMNS[table]
            if column.predicate or column.type == "evidence"
        }

    def _cell(self, column: Column, record: RecordTerms) -> str:
        predicate = column.predicate or ""
        match column.type:
            case "date":
                return stated_date(record, predicate)
            case "code":
                codes = [iri.removeprefix(CODE.base) for iri in targets_of(record, predicate)]
                return "; ".join(codes if column.several else codes[:1])
            case "row" | "reference":
                return self.graph.references(record.get(predicate, ()), column.tables)
            case "web-address":
                return "".join(targets_of(record, predicate)[:1])
            case "flag":
                return {"true": "yes", "false": "no", "1": "yes", "0": "no"}.get(text_of(record, predicate), "")
            case _:
                return text_of(record, predicate)

    def sources_rows(self) -> Iterator[Row]:
        for _, slug, record in self._records(PG.Source, "source"):
            yield self._cells("sources", record) | {
                "id": slug,
                "accessed": text_of(record, DCTERMS.dateSubmitted) or between_dates(record, "accessed"),
                "as_of_earliest": text_of(record, PG.asOfEarliest),
                "as_of_latest": text_of(record, PG.asOfLatest),
            }

    def evidence_rows(self, documents: dict[str, str]) -> Iterator[Row]:
        parsed = {slug: read_document(slug, text.encode()) for slug, text in documents.items()}
        for _, rest, record in self._records(PG.Evidence, "evidence"):
            source, _, slug = rest.partition("/")
            words, locator = text_of(record, PG.words), text_of(record, PG.locator)
            if words and not locator and source in parsed:
                try:
                    locate(parsed[source], words)
                except LocationError:  # they stand there several times; the sentence says where
                    locator = "".join(last_segment(iri) for iri in targets_of(record, PG.passage))
            yield self._cells("evidence", record) | {
                "id": slug,
                "source": source,
                "words": words,
                "says": text_of(record, PG.says) or text_of(record, PG.reason),
                "locator": locator,
            }

    def organisations_rows(self) -> Iterator[Row]:
        forms = {iri: form for form, iri in FORMS.items() if form != "organisation"}
        for _, slug, record in self._records(ORG.Organization, "org"):
            form = next((forms[iri] for iri in targets_of(record, RDF.type) if iri in forms), "organisation")
            yield self._cells("organisations", record) | {"id": slug, "form": form}

    def places_rows(self) -> Iterator[Row]:
        for _, slug, record in self.graph.records_of(DCTERMS.Location, "place"):
            geonames = text_of(record, DCTERMS.identifier).removeprefix("geonames:")
            yield self._cells("places", record) | {"id": slug, "geonames": geonames}

    def undertakings_rows(self) -> Iterator[Row]:
        for _, slug, record in self.graph.records_of(PG.Undertaking, "undertaking"):
            yield self._cells("undertakings", record) | {"id": slug}

    def groups_rows(self) -> Iterator[Row]:
        for _, rest, record in self.graph.records_of(PG.UnnamedGroup, "group"):
            source, _, slug = rest.partition("/")
            yield self._cells("groups", record) | {"id": slug, "source": source}

    def names_rows(self) -> Iterator[Row]:
        for _, slug, record in self.graph.records_of(PG.Name, "name"):
            forms = [value for value in record.get(SKOSXL.literalForm, ()) if isinstance(value, Literal)]
            language = (forms[0].lang or "") if forms else ""
            yield self._cells("names", record) | {
                "id": slug,
                "name": forms[0].text if forms else "",
                "language": "" if language.lower() == self.language.lower() else language,
            }

    def identifiers_rows(self) -> Iterator[Row]:
        graph = self.graph
        for owner, slug, body in graph.records_of(ORG.Organization, "org"):
            for iri in targets_of(body, ADMS.identifier):
                graphs = graph.graphs_stating[owner, ADMS.identifier, iri]
                record = graph.records[iri]
                evidence = graph.stated_in(graphs, iri, PG.evidence)
                notes = texts_of(graph.stated_in(graphs, iri, SKOS.note), SKOS.note)
                for scheme in (scheme.removeprefix(CODE.base) for scheme in targets_of(record, PG.scheme)):
                    for value in texts_of(graph.stated_in(graphs, iri, SKOS.notation), SKOS.notation):
                        if graph.ids.identifier(scheme, value) == iri:
                            row = {"organisation": slug, "scheme": scheme, "value": value}
                            row["evidence"] = self._evidence_cell({**record, **evidence}, "identifiers", slug)
                            yield from ({**row, "note": note} for note in notes or [""])

    def partnerships_rows(self) -> Iterator[Row]:
        yield from self.partnerships.rows()

    def relationships_rows(self) -> Iterator[Row]:
        for _, slug, relationship in self._records(PG.Relationship, "rel"):
            record = self.todo.own(relationship)
            yield self._cells("relationships", record) | {"id": slug, "date_note": _words_about_time(record)}

    def events_rows(self) -> Iterator[Row]:
        classes = (PG.LifecycleEvent, PG.ChangeEvent)
        for _, slug, record in chain.from_iterable(self._records(class_iri, "event") for class_iri in classes):
            yield self._cells("events", record) | {"id": slug}

    def statements_rows(self) -> Iterator[Row]:
        for kind, class_iri in STATEMENT_CLASSES.items():
            for _, rest, record in self.graph.records_of(class_iri, "record"):
                source, _, slug = rest.partition("/")
                yield self._cells("statements", record) | {"id": slug, "source": source, "kind": kind}

    def attributes_rows(self) -> Iterator[Row]:
        for _, slug, record in self.graph.records_of(PG.Attribute, "attribute"):
            yield self._cells("attributes", record) | {"id": slug}

    def standing_rows(self) -> Iterator[Row]:
        for subject, record in list(self.graph.records.items()):
            standings = [iri.removeprefix(CODE.base) for iri in targets_of(record, PG.standing)]
            notes = texts_of(record, PG.standingNote)
            for number in range(max(len(standings), len(notes)) if standings else 0):  # two decisions are two rows
                yield {
                    "record": self.graph.reference(subject, STATABLE),
                    "standing": standings[number % len(standings)],
                    "contradicts": self.graph.references(record.get(PG.contradicts, ()), STATABLE),
                    "counter_evidence": self.graph.references(record.get(PG.counterEvidence, ()), ("evidence",)),
                    "note": notes[number % len(notes)] if notes else "",
                }

    def positions_rows(self) -> Iterator[Row]:
        for _, _, record in self.graph.records_of(PG.Position, "position"):
            yield self._cells("positions", record)

    def matches_rows(self) -> Iterator[Row]:
        for _, _, record in self.graph.records_of(PG.Match, "match"):
            yield self._cells("matches", record)


def _words_about_time(record: RecordTerms) -> str:
    """The date_note: what is not the words of a date that lies between two."""
    own = {
        f"{date_name(column.predicate)} between {found.replace('/', ' and ')}"
        for column in TABLE_COLUMNS["relationships"]
        if column.type == "date" and column.predicate and column.predicate not in record
        if (found := stated_date(record, column.predicate))
    }
    return "".join([words for words in texts_of(record, PG.dateNote) if words not in own][:1])
