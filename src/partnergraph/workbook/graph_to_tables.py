"""A built graph -> the tables, documents and settings it was made from: `partnergraph.model.record_quads` backwards.

Only the store is read. Ids are those of the IRIs. Rows stand in one order, so that the same graph gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from partnergraph.claims.statements import RecordTerms, code_of, targets_of, text_of, texts_of
from partnergraph.graph_folder.cell_parser import BODIES, PARTIES
from partnergraph.graph_folder.documents import LocationError, locate, read_document
from partnergraph.graph_folder.row_parser import ANYTHING
from partnergraph.model.rdf_terms import Literal
from partnergraph.model.record_quads import FORMS
from partnergraph.store import Reader
from partnergraph.tables.table_schemas import TABLE_SCHEMAS
from partnergraph.vocabulary import ADMS, CODE, DCTERMS, FOAF, ORG, PG, RDF, RDFS, SKOS, SKOSXL, WGS84
from partnergraph.workbook.folder_graph import FolderGraph, between_dates, natural_key

__all__ = ["FolderContent", "read_tables_back"]

Row = dict[str, str]
# The text of `pg:supportLimit`: a piece of evidence, the columns that it supports, the body it is about.
_LIMIT = re.compile(r"(?P<slug>\S+)(?: \[(?P<columns>[^\]]*)\])?(?: for (?P<body>\S+))?")
# Tables whose rows an event or a statement may be about.
_ABOUT = ("relationships", "organisations", "undertakings", "groups")


@dataclass
class FolderContent:
    """Everything that a graph folder says: its settings, rows by table, texts by source, and the steps of its story."""

    config: dict[str, str] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=dict)
    documents: dict[str, str] = field(default_factory=dict)
    story: list[dict[str, str | list[str]]] = field(default_factory=list)


def read_tables_back(reader: Reader) -> FolderContent:
    """The tables of a built graph. Raises `StoreError` for a graph that was not built from a graph folder."""
    tables = _TableReader(FolderGraph(reader))
    documents = tables.documents()
    rows: dict[str, list[Row]] = {}
    for table, schema in TABLE_SCHEMAS.items():
        table_rows = tables.evidence(documents) if table == "evidence" else getattr(tables, table)()
        key_columns = ("id",) if "id" in schema.columns else schema.columns[:3]
        complete = [{column: row.get(column, "") for column in schema.columns} for row in table_rows]
        rows[table] = sorted(complete, key=lambda row: _row_key(row, key_columns))
    return FolderContent(tables.config(), rows, documents, tables.story())


def _row_key(row: Row, key_columns: Sequence[str]) -> list[list[tuple[int, int, str]]]:
    return [*(natural_key(row[column]) for column in key_columns), natural_key("".join(row.values()))]


class _TableReader:
    """One method for each table, which yields its rows; `partnergraph.graph_folder.row_parser` reads them."""

    def __init__(self, graph: FolderGraph) -> None:
        self.graph = graph
        titles = graph.records[graph.catalogue].get(DCTERMS.title, ())
        self.language = next((title.lang or "en" for title in titles if isinstance(title, Literal)), "en")

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

    def _evidence_cell(self, record: RecordTerms, table: str, body: str = "") -> str:
        """The pieces of evidence, each with the columns that it is limited to."""
        slugs = {iri.rpartition("/")[2] for iri in targets_of(record, PG.evidence)}
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

    def _date(self, record: RecordTerms, name: str) -> str:
        if date := text_of(record, PG[name]):
            return date
        return between_dates(record, name) if f"{PG.base}{name}Earliest" in record else ""

    def sources(self) -> Iterator[Row]:
        for _, slug, record in self.graph.records_of(PG.Source, "source"):
            yield {
                "id": slug,
                "title": text_of(record, DCTERMS.title),
                "publisher": text_of(record, DCTERMS.publisher),
                "kind": code_of(record, PG.sourceKind),
                "date": text_of(record, DCTERMS.issued) or between_dates(record, "issued"),
                "url": "".join(targets_of(record, FOAF.page)[:1]),
                "origin": text_of(record, PG.origin),
                "accessed": text_of(record, DCTERMS.dateSubmitted) or between_dates(record, "accessed"),
                "as_of_earliest": text_of(record, PG.asOfEarliest),
                "as_of_latest": text_of(record, PG.asOfLatest),
                "licence": text_of(record, DCTERMS.accessRights),
                "note": text_of(record, SKOS.editorialNote),
            }

    def evidence(self, documents: dict[str, str]) -> Iterator[Row]:
        parsed = {slug: read_document(slug, text.encode()) for slug, text in documents.items()}
        for _, rest, record in self.graph.records_of(PG.Evidence, "evidence"):
            source, _, slug = rest.partition("/")
            words, locator = text_of(record, PG.words), text_of(record, PG.locator)
            if words and not locator and source in parsed:
                try:
                    locate(parsed[source], words)
                except LocationError:  # the text has them several times; the sentence says which
                    locator = "".join(iri.rpartition("/")[2] for iri in targets_of(record, PG.passage))
            yield {
                "id": slug,
                "source": source,
                "words": words,
                "says": text_of(record, PG.says) or text_of(record, PG.reason),
                "locator": locator,
                "basis": code_of(record, PG.basis),
                "confidence": code_of(record, PG.confidence),
                "strength": code_of(record, PG.strength),
                "premises": self._references(record, PG.premise, ("sources",)),
                "note": text_of(record, SKOS.note),
                "not_modelled": text_of(record, PG.notModelled),
            }

    def organisations(self) -> Iterator[Row]:
        forms = {iri: form for form, iri in FORMS.items() if form != "organisation"}
        for _, slug, record in self.graph.records_of(ORG.Organization, "org"):
            form = next((forms[iri] for iri in targets_of(record, RDF.type) if iri in forms), "organisation")
            yield {
                "id": slug,
                "name": text_of(record, SKOS.prefLabel),
                "form": form,
                "type": "; ".join(iri.removeprefix(CODE.base) for iri in targets_of(record, ORG.classification)),
                "description": text_of(record, DCTERMS.description),
                "evidence": self._evidence_cell(record, "organisations"),
            }

    def places(self) -> Iterator[Row]:
        for _, slug, record in self.graph.records_of(DCTERMS.Location, "place"):
            yield {
                "id": slug,
                "name": text_of(record, SKOS.prefLabel),
                "kind": code_of(record, DCTERMS.type),
                "latitude": text_of(record, WGS84.lat),
                "longitude": text_of(record, WGS84.long),
                "geonames": text_of(record, DCTERMS.identifier).removeprefix("geonames:"),
                "note": text_of(record, SKOS.note),
                "evidence": self._evidence_cell(record, "places"),
            }

    def undertakings(self) -> Iterator[Row]:
        for _, slug, record in self.graph.records_of(PG.Undertaking, "undertaking"):
            yield {
                "id": slug,
                "name": text_of(record, SKOS.prefLabel),
                "type": code_of(record, DCTERMS.type),
                "count_as_stated": text_of(record, PG.countAsStated),
                "evidence": self._evidence_cell(record, "undertakings"),
            }

    def groups(self) -> Iterator[Row]:
        for _, rest, record in self.graph.records_of(PG.UnnamedGroup, "group"):
            source, _, slug = rest.partition("/")
            yield {
                "id": slug,
                "source": source,
                "name": text_of(record, SKOS.prefLabel),
                "member_type": code_of(record, PG.memberType),
                "count": text_of(record, PG.statedCount),
                "count_as_stated": text_of(record, PG.countAsStated),
                "open": _yes_or_no(record),
                "places": self._references(record, DCTERMS.spatial, ("places",)),
                "members": self._references(record, FOAF.member, ("organisations",)),
                "may_overlap": self._references(record, PG.mayOverlap, ("groups",)),
                "evidence": self._evidence_cell(record, "groups"),
            }

    def names(self) -> Iterator[Row]:
        for _, slug, record in self.graph.records_of(PG.Name, "name"):
            names = [term for term in record.get(SKOSXL.literalForm, ()) if isinstance(term, Literal)]
            language = (names[0].lang or "") if names else ""
            yield {
                "id": slug,
                "organisation": self._references(record, PG.nameOf, ("organisations",)),
                "name": names[0].text if names else "",
                "kind": code_of(record, PG.nameKind),
                "start": self._date(record, "start"),
                "end": self._date(record, "end"),
                "language": "" if language.lower() == self.language.lower() else language,
                "evidence": self._evidence_cell(record, "names"),
            }

    def identifiers(self) -> Iterator[Row]:
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

    def relationships(self) -> Iterator[Row]:
        for _, slug, record in self.graph.records_of(PG.Relationship, "rel"):
            yield {
                "id": slug,
                "kind": code_of(record, PG.kind),
                "from": self._references(record, PG["from"], PARTIES),
                "to": self._references(record, PG.to, PARTIES),
                "via": self._references(record, PG.via, PARTIES),
                "role": code_of(record, PG.role),
                "start": self._date(record, "start"),
                "end": self._date(record, "end"),
                "date_note": _date_note(record),
                "arrangement": self._references(record, PG.inArrangement, ("statements",)),
                "formalised_through": self._references(record, PG.formalisedThrough, PARTIES),
                "note": text_of(record, SKOS.note),
                "evidence": self._evidence_cell(record, "relationships"),
            }

    def events(self) -> Iterator[Row]:
        classes = (PG.LifecycleEvent, PG.ChangeEvent)
        for _, slug, record in chain.from_iterable(self.graph.records_of(class_iri, "event") for class_iri in classes):
            yield {
                "id": slug,
                "kind": code_of(record, PG.kind),
                "about": self._references(record, PG.about, _ABOUT),
                "from": self._references(record, ORG.originalOrganization, ("organisations",)),
                "to": self._references(record, ORG.resultingOrganization, ("organisations",)),
                "date": self._date(record, "date"),
                "manner": code_of(record, PG.manner),
                "renews": self._references(record, PG.renews, ("events",)),
                "note": text_of(record, SKOS.note),
                "evidence": self._evidence_cell(record, "events"),
            }

    def statements(self) -> Iterator[Row]:
        classes = {"finding": PG.Finding, "purpose": PG.Purpose, "arrangement": PG.Arrangement}
        for kind, class_iri in classes.items():
            for _, rest, record in self.graph.records_of(class_iri, "record"):
                source, _, slug = rest.partition("/")
                yield {
                    "id": slug,
                    "source": source,
                    "kind": kind,
                    "name": text_of(record, SKOS.prefLabel),
                    "about": self._references(record, PG.about, _ABOUT),
                    "value": text_of(record, PG.value),
                    "unit": text_of(record, PG.unit),
                    "exercise": self._references(record, DCTERMS.source, ("undertakings",)),
                    "part_of": self._references(record, DCTERMS.isPartOf, ("statements",)),
                    "relates_to": self._references(record, DCTERMS.relation, ("undertakings", "organisations")),
                    "count_as_stated": text_of(record, PG.countAsStated),
                    "open": _yes_or_no(record),
                    "evidence": self._evidence_cell(record, "statements"),
                }

    def attributes(self) -> Iterator[Row]:
        for _, slug, record in self.graph.records_of(PG.Attribute, "attribute"):
            yield {
                "id": slug,
                "organisation": self._references(record, PG.attributeOf, ("organisations",)),
                "property": code_of(record, PG.property),
                "value": text_of(record, PG.value),
                "start": self._date(record, "start"),
                "end": self._date(record, "end"),
                "note": text_of(record, SKOS.note),
                "evidence": self._evidence_cell(record, "attributes"),
            }

    def standing(self) -> Iterator[Row]:
        for subject, record in self.graph.records.items():
            standings = [iri.removeprefix(CODE.base) for iri in targets_of(record, PG.standing)]
            notes = texts_of(record, PG.standingNote)
            for number in range(max(len(standings), len(notes)) if standings else 0):  # two decisions are two rows
                yield {
                    "record": self.graph.reference(subject, ANYTHING),
                    "standing": standings[number % len(standings)],
                    "contradicts": self._references(record, PG.contradicts, ANYTHING),
                    "counter_evidence": self._references(record, PG.counterEvidence, ("evidence",)),
                    "note": notes[number % len(notes)] if notes else "",
                }

    def positions(self) -> Iterator[Row]:
        for _, _, record in self.graph.records_of(PG.Position, "position"):
            body = self._references(record, PG.positionOf, BODIES)
            yield {
                "body": body,
                "view": code_of(record, PG.view),
                "x": text_of(record, PG.x),
                "y": text_of(record, PG.y),
            }

    def matches(self) -> Iterator[Row]:
        for _, _, record in self.graph.records_of(PG.Match, "match"):
            yield {
                "organisation": self._references(record, PG.matched, ("organisations",)),
                "source": self._references(record, DCTERMS.source, ("sources",)),
                "record": text_of(record, SKOS.notation),
                "decision": text_of(record, PG.decision),
                "date": self._date(record, "date"),
                "note": text_of(record, SKOS.note),
            }


def _yes_or_no(record: RecordTerms) -> str:
    return {"true": "yes", "false": "no", "1": "yes", "0": "no"}.get(text_of(record, PG.listIsOpen), "")


def _date_note(record: RecordTerms) -> str:
    """The date note; not one with the words of a date that lies between two, which has its own cell."""
    date_words = {
        f"{name} between {dates.replace('/', ' and ')}"
        for name in ("start", "end")
        if PG[name] not in record and f"{PG.base}{name}Earliest" in record and (dates := between_dates(record, name))
    }
    return next((note for note in texts_of(record, PG.dateNote) if note not in date_words), "")
