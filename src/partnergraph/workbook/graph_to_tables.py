"""A built graph -> the tables, documents and settings it was made from: `partnergraph.model.record_quads` backwards.

What the specification of a column says is read back by it; what code wrote there is read back by code here.

Only the store is read. Ids are those of the IRIs. Rows stand in one order, so that the same graph gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from partnergraph.graph_folder.documents import LocationError, locate, read_document
from partnergraph.model.column_terms import date_name
from partnergraph.model.rdf_terms import Literal
from partnergraph.model.record_quads import FORMS, STATEMENT_CLASSES
from partnergraph.store import Reader
from partnergraph.tables.columns import Column
from partnergraph.tables.table_schemas import BODIES, STATABLE, TABLE_COLUMNS, TABLE_SCHEMAS
from partnergraph.vocabulary import ADMS, CODE, DCTERMS, ORG, PG, RDF, RDFS, SKOS, SKOSXL
from partnergraph.workbook.graph_statements import (
    GraphStatements,
    RecordStatements,
    between_dates,
    natural_key,
    targets_of,
    text_of,
    texts_of,
)

__all__ = ["FolderContent", "read_tables_back"]

Row = dict[str, str]
# What `pg:supportLimit` says.
_LIMIT = re.compile(r"(?P<slug>\S+)(?: \[(?P<columns>[^\]]*)\])?(?: for (?P<body>\S+))?")


@dataclass
class FolderContent:
    """Everything that a graph folder says: its settings, rows by table, texts by source, and the steps of its story."""

    config: dict[str, str] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=dict)
    documents: dict[str, str] = field(default_factory=dict)
    story: list[dict[str, str | list[str]]] = field(default_factory=list)


def read_tables_back(reader: Reader) -> FolderContent:
    """The tables of a built graph. Raises `StoreError` for a graph that was not built from a graph folder."""
    give = _TableWriter(GraphStatements(reader))
    documents = give.documents()
    rows = {table: list(getattr(give, table)()) for table in TABLE_SCHEMAS if table != "evidence"}
    rows["evidence"] = list(give.evidence(documents))
    for table, found in rows.items():
        layout = TABLE_SCHEMAS[table].columns
        keys = ("id",) if "id" in layout else layout[:3]
        whole = [{column: row.get(column, "") for column in layout} for row in found]
        rows[table] = sorted(
            whole, key=lambda row: [natural_key(row[key]) for key in keys] + [natural_key("".join(row.values()))]
        )
    return FolderContent(give.config(), {table: rows[table] for table in TABLE_SCHEMAS}, documents, give.story())


class _TableWriter:
    """One method for each table, in the words of `partnergraph.graph_folder.row_parser`."""

    def __init__(self, given: GraphStatements) -> None:
        self.given = given
        self.language = next(
            (v.lang or "en" for v in given.said[given.whole].get(DCTERMS.title, ()) if isinstance(v, Literal)), "en"
        )

    def config(self) -> dict[str, str]:
        said = self.given.said[self.given.whole]
        licences = targets_of(said, DCTERMS.license)
        licence = text_of(self.given.said[licences[0]], RDFS.label) if licences else text_of(said, DCTERMS.license)
        found = {
            "title": text_of(said, DCTERMS.title),
            "id": text_of(said, DCTERMS.identifier),
            "base": self.given.ids.base,
            "language": self.language,
            "licence": licence,
            "licence_url": licences[0] if licences else "",
            "publisher": text_of(said, DCTERMS.publisher),
            "description": text_of(said, DCTERMS.description),
            "focus": self.given.names(said.get(PG.about, ()), ("organisations",)),
        }
        return {key: value for key, value in found.items() if value}

    def documents(self) -> dict[str, str]:
        return {
            slug: text_of(said, PG.text) for _, slug, said in self.given.typed(PG.Source, "source") if PG.text in said
        }

    def story(self) -> list[dict[str, str | list[str]]]:
        steps: list[tuple[int, dict[str, str | list[str]]]] = []
        for _, _, said in self.given.typed(PG.StoryStep, "story"):
            step: dict[str, str | list[str]] = {
                "title": text_of(said, DCTERMS.title),
                "text": text_of(said, PG.narration),
            }
            focus = [self.given.name(iri, BODIES) for p in (PG.focus, PG.routeTo) for iri in targets_of(said, p)]
            step |= {key: value for key, value in (("focus", focus), ("date", text_of(said, PG.asOf))) if value}
            steps.append((int(text_of(said, PG.stepNumber)), step))
        return [step for _, step in sorted(steps, key=lambda pair: pair[0])]

    def _supported(self, said: RecordStatements, table: str, body: str = "") -> str:
        """The evidence cell, each piece with the columns that it is limited to."""
        slugs = {iri.rpartition("/")[2] for iri in targets_of(said, PG.evidence)}
        limits = [found for words in texts_of(said, PG.supportLimit) if (found := _LIMIT.fullmatch(words))]
        if any(limit["body"] for limit in limits):
            limits = [limit for limit in limits if limit["body"] == body]
            slugs &= {limit["slug"] for limit in limits}
        columns = {
            limit[
                "slug"
            ]: f" [{', '.join(c for c in TABLE_SCHEMAS[table].columns if c in limit['columns'].split(', '))}]"
            for limit in limits
            if limit["columns"] is not None
        }
        return "; ".join(f"{slug}{columns.get(slug, '')}" for slug in sorted(slugs, key=natural_key))

    def _cells(self, table: str, said: RecordStatements) -> Row:
        """The cells of the columns whose predicate the specification of the table names, and of the evidence."""
        return {
            column.name: self._supported(said, table) if column.type == "evidence" else self._cell(column, said)
            for column in TABLE_COLUMNS[table]
            if column.predicate or column.type == "evidence"
        }

    def _cell(self, column: Column, said: RecordStatements) -> str:
        predicate = column.predicate or ""
        match column.type:
            case "date":
                return _date(said, predicate)
            case "code":
                codes = [iri.removeprefix(CODE.base) for iri in targets_of(said, predicate)]
                return "; ".join(codes if column.several else codes[:1])
            case "row" | "reference":
                return self.given.names(said.get(predicate, ()), column.tables)
            case "web-address":
                return "".join(targets_of(said, predicate)[:1])
            case "flag":
                return {"true": "yes", "false": "no", "1": "yes", "0": "no"}.get(text_of(said, predicate), "")
            case _:
                return text_of(said, predicate)

    def sources(self) -> Iterator[Row]:
        for _, slug, said in self.given.typed(PG.Source, "source"):
            yield self._cells("sources", said) | {
                "id": slug,
                "accessed": text_of(said, DCTERMS.dateSubmitted) or between_dates(said, "accessed"),
                "as_of_earliest": text_of(said, PG.asOfEarliest),
                "as_of_latest": text_of(said, PG.asOfLatest),
            }

    def evidence(self, documents: dict[str, str]) -> Iterator[Row]:
        texts_of = {slug: read_document(slug, whole.encode()) for slug, whole in documents.items()}
        for _, rest, said in self.given.typed(PG.Evidence, "evidence"):
            source, _, slug = rest.partition("/")
            words, locator = text_of(said, PG.words), text_of(said, PG.locator)
            if words and not locator and source in texts_of:
                try:
                    locate(texts_of[source], words)
                except LocationError:  # they stand there several times; the sentence says where
                    locator = "".join(iri.rpartition("/")[2] for iri in targets_of(said, PG.passage))
            yield self._cells("evidence", said) | {
                "id": slug,
                "source": source,
                "words": words,
                "says": text_of(said, PG.says) or text_of(said, PG.reason),
                "locator": locator,
            }

    def organisations(self) -> Iterator[Row]:
        forms = {iri: form for form, iri in FORMS.items() if form != "organisation"}
        for _, slug, said in self.given.typed(ORG.Organization, "org"):
            found = [forms[iri] for iri in targets_of(said, RDF.type) if iri in forms]
            yield self._cells("organisations", said) | {"id": slug, "form": found[0] if found else "organisation"}

    def places(self) -> Iterator[Row]:
        for _, slug, said in self.given.typed(DCTERMS.Location, "place"):
            geonames = text_of(said, DCTERMS.identifier).removeprefix("geonames:")
            yield self._cells("places", said) | {"id": slug, "geonames": geonames}

    def undertakings(self) -> Iterator[Row]:
        for _, slug, said in self.given.typed(PG.Undertaking, "undertaking"):
            yield self._cells("undertakings", said) | {"id": slug}

    def groups(self) -> Iterator[Row]:
        for _, rest, said in self.given.typed(PG.UnnamedGroup, "group"):
            source, _, slug = rest.partition("/")
            yield self._cells("groups", said) | {"id": slug, "source": source}

    def names(self) -> Iterator[Row]:
        for _, slug, said in self.given.typed(PG.Name, "name"):
            forms = [value for value in said.get(SKOSXL.literalForm, ()) if isinstance(value, Literal)]
            language = (forms[0].lang or "") if forms else ""
            yield self._cells("names", said) | {
                "id": slug,
                "name": forms[0].text if forms else "",
                "language": "" if language.lower() == self.language.lower() else language,
            }

    def identifiers(self) -> Iterator[Row]:
        given = self.given
        for owner, slug, body in given.typed(ORG.Organization, "org"):
            for iri in targets_of(body, ADMS.identifier):
                graphs = given.graphs_of[owner, ADMS.identifier, iri]
                said = given.said[iri]
                proofs = given.within(iri, PG.evidence, graphs)
                notes = texts_of(given.within(iri, SKOS.note, graphs), SKOS.note)
                for scheme in (scheme.removeprefix(CODE.base) for scheme in targets_of(said, PG.scheme)):
                    for value in texts_of(given.within(iri, SKOS.notation, graphs), SKOS.notation):
                        if given.ids.identifier(scheme, value) == iri:
                            row = {"organisation": slug, "scheme": scheme, "value": value}
                            row["evidence"] = self._supported({**said, **proofs}, "identifiers", slug)
                            yield from ({**row, "note": note} for note in notes or [""])

    def relationships(self) -> Iterator[Row]:
        for _, slug, said in self.given.typed(PG.Relationship, "rel"):
            yield self._cells("relationships", said) | {"id": slug, "date_note": _words_about_time(said)}

    def events(self) -> Iterator[Row]:
        both = (PG.LifecycleEvent, PG.ChangeEvent)
        for _, slug, said in (found for type_ in both for found in self.given.typed(type_, "event")):
            yield self._cells("events", said) | {"id": slug}

    def statements(self) -> Iterator[Row]:
        for kind, type_ in STATEMENT_CLASSES.items():
            for _, rest, said in self.given.typed(type_, "record"):
                source, _, slug = rest.partition("/")
                yield self._cells("statements", said) | {"id": slug, "source": source, "kind": kind}

    def attributes(self) -> Iterator[Row]:
        for _, slug, said in self.given.typed(PG.Attribute, "attribute"):
            yield self._cells("attributes", said) | {"id": slug}

    def standing(self) -> Iterator[Row]:
        for subject, said in list(self.given.said.items()):
            decided = [iri.removeprefix(CODE.base) for iri in targets_of(said, PG.standing)]
            notes = texts_of(said, PG.standingNote)
            for number in range(max(len(decided), len(notes)) if decided else 0):  # two decisions are two rows
                yield {
                    "record": self.given.name(subject, STATABLE),
                    "standing": decided[number % len(decided)],
                    "contradicts": self.given.names(said.get(PG.contradicts, ()), STATABLE),
                    "counter_evidence": self.given.names(said.get(PG.counterEvidence, ()), ("evidence",)),
                    "note": notes[number % len(notes)] if notes else "",
                }

    def positions(self) -> Iterator[Row]:
        for _, _, said in self.given.typed(PG.Position, "position"):
            yield self._cells("positions", said)

    def matches(self) -> Iterator[Row]:
        for _, _, said in self.given.typed(PG.Match, "match"):
            yield self._cells("matches", said)


def _date(said: RecordStatements, predicate: str) -> str:
    """A date as stated, or the two that it lies between; as `column_terms.date_terms` writes it."""
    name = date_name(predicate)
    bounded = f"{name}Earliest" not in PG or PG[f"{name}Earliest"] in said
    return text_of(said, predicate) or (between_dates(said, name) if bounded else "")


def _words_about_time(said: RecordStatements) -> str:
    """The date_note: what is not the words of a date that lies between two."""
    own = {
        f"{date_name(column.predicate)} between {found.replace('/', ' and ')}"
        for column in TABLE_COLUMNS["relationships"]
        if column.type == "date" and column.predicate and column.predicate not in said
        if (found := _date(said, column.predicate))
    }
    return "".join([words for words in texts_of(said, PG.dateNote) if words not in own][:1])
