"""A built graph -> the tables, documents and settings it was made from: `partnergraph.model.record_quads` backwards.

Only the store is read. Ids are those of the IRIs. Rows stand in one order, so that the same graph gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from partnergraph.graph_folder.documents import LocationError, locate, read_document
from partnergraph.model.rdf_terms import Literal
from partnergraph.model.record_quads import FORMS
from partnergraph.store import Reader
from partnergraph.tables.table_schemas import BODIES, PARTIES, STATABLE, TABLE_SCHEMAS
from partnergraph.vocabulary import ADMS, CODE, DCTERMS, FOAF, ORG, PG, RDF, RDFS, SKOS, SKOSXL, WGS84
from partnergraph.workbook.graph_statements import (
    GraphStatements,
    RecordStatements,
    between_dates,
    code_of,
    natural_key,
    targets_of,
    text_of,
    texts_of,
)

__all__ = ["FolderContent", "read_tables_back"]

Row = dict[str, str]
# What `pg:supportLimit` says.
_LIMIT = re.compile(r"(?P<slug>\S+)(?: \[(?P<columns>[^\]]*)\])?(?: for (?P<body>\S+))?")
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

    def _when(self, said: RecordStatements, name: str) -> str:
        return text_of(said, PG[name]) or (between_dates(said, name) if f"{PG.base}{name}Earliest" in said else "")

    def sources(self) -> Iterator[Row]:
        for _, slug, said in self.given.typed(PG.Source, "source"):
            yield {
                "id": slug,
                "title": text_of(said, DCTERMS.title),
                "publisher": text_of(said, DCTERMS.publisher),
                "kind": code_of(said, PG.sourceKind),
                "date": text_of(said, DCTERMS.issued) or between_dates(said, "issued"),
                "url": "".join(targets_of(said, FOAF.page)[:1]),
                "origin": text_of(said, PG.origin),
                "accessed": text_of(said, DCTERMS.dateSubmitted) or between_dates(said, "accessed"),
                "as_of_earliest": text_of(said, PG.asOfEarliest),
                "as_of_latest": text_of(said, PG.asOfLatest),
                "licence": text_of(said, DCTERMS.accessRights),
                "note": text_of(said, SKOS.editorialNote),
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
            yield {
                "id": slug,
                "source": source,
                "words": words,
                "says": text_of(said, PG.says) or text_of(said, PG.reason),
                "locator": locator,
                "basis": code_of(said, PG.basis),
                "confidence": code_of(said, PG.confidence),
                "strength": code_of(said, PG.strength),
                "premises": self.given.names(said.get(PG.premise, ()), ("sources",)),
                "note": text_of(said, SKOS.note),
                "not_modelled": text_of(said, PG.notModelled),
            }

    def organisations(self) -> Iterator[Row]:
        forms = {iri: form for form, iri in FORMS.items() if form != "organisation"}
        for _, slug, said in self.given.typed(ORG.Organization, "org"):
            found = [forms[iri] for iri in targets_of(said, RDF.type) if iri in forms]
            yield {
                "id": slug,
                "name": text_of(said, SKOS.prefLabel),
                "form": found[0] if found else "organisation",
                "type": "; ".join(iri.removeprefix(CODE.base) for iri in targets_of(said, ORG.classification)),
                "description": text_of(said, DCTERMS.description),
                "evidence": self._supported(said, "organisations"),
            }

    def places(self) -> Iterator[Row]:
        for _, slug, said in self.given.typed(DCTERMS.Location, "place"):
            yield {
                "id": slug,
                "name": text_of(said, SKOS.prefLabel),
                "kind": code_of(said, DCTERMS.type),
                "latitude": text_of(said, WGS84.lat),
                "longitude": text_of(said, WGS84.long),
                "geonames": text_of(said, DCTERMS.identifier).removeprefix("geonames:"),
                "note": text_of(said, SKOS.note),
                "evidence": self._supported(said, "places"),
            }

    def undertakings(self) -> Iterator[Row]:
        for _, slug, said in self.given.typed(PG.Undertaking, "undertaking"):
            yield {
                "id": slug,
                "name": text_of(said, SKOS.prefLabel),
                "type": code_of(said, DCTERMS.type),
                "count_as_stated": text_of(said, PG.countAsStated),
                "evidence": self._supported(said, "undertakings"),
            }

    def groups(self) -> Iterator[Row]:
        for _, rest, said in self.given.typed(PG.UnnamedGroup, "group"):
            source, _, slug = rest.partition("/")
            yield {
                "id": slug,
                "source": source,
                "name": text_of(said, SKOS.prefLabel),
                "member_type": code_of(said, PG.memberType),
                "count": text_of(said, PG.statedCount),
                "count_as_stated": text_of(said, PG.countAsStated),
                "open": _yes_or_no(said),
                "places": self.given.names(said.get(DCTERMS.spatial, ()), ("places",)),
                "members": self.given.names(said.get(FOAF.member, ()), ("organisations",)),
                "may_overlap": self.given.names(said.get(PG.mayOverlap, ()), ("groups",)),
                "evidence": self._supported(said, "groups"),
            }

    def names(self) -> Iterator[Row]:
        for _, slug, said in self.given.typed(PG.Name, "name"):
            forms = [value for value in said.get(SKOSXL.literalForm, ()) if isinstance(value, Literal)]
            language = (forms[0].lang or "") if forms else ""
            yield {
                "id": slug,
                "organisation": self.given.names(said.get(PG.nameOf, ()), ("organisations",)),
                "name": forms[0].text if forms else "",
                "kind": code_of(said, PG.nameKind),
                "start": self._when(said, "start"),
                "end": self._when(said, "end"),
                "language": "" if language.lower() == self.language.lower() else language,
                "evidence": self._supported(said, "names"),
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
            yield {
                "id": slug,
                "kind": code_of(said, PG.kind),
                "from": self.given.names(said.get(PG["from"], ()), PARTIES),
                "to": self.given.names(said.get(PG.to, ()), PARTIES),
                "via": self.given.names(said.get(PG.via, ()), PARTIES),
                "role": code_of(said, PG.role),
                "start": self._when(said, "start"),
                "end": self._when(said, "end"),
                "date_note": _words_about_time(said),
                "arrangement": self.given.names(said.get(PG.inArrangement, ()), ("statements",)),
                "formalised_through": self.given.names(said.get(PG.formalisedThrough, ()), PARTIES),
                "note": text_of(said, SKOS.note),
                "evidence": self._supported(said, "relationships"),
            }

    def events(self) -> Iterator[Row]:
        both = (PG.LifecycleEvent, PG.ChangeEvent)
        for _, slug, said in (found for type_ in both for found in self.given.typed(type_, "event")):
            yield {
                "id": slug,
                "kind": code_of(said, PG.kind),
                "about": self.given.names(said.get(PG.about, ()), _ABOUT),
                "from": self.given.names(said.get(ORG.originalOrganization, ()), ("organisations",)),
                "to": self.given.names(said.get(ORG.resultingOrganization, ()), ("organisations",)),
                "date": self._when(said, "date"),
                "manner": code_of(said, PG.manner),
                "renews": self.given.names(said.get(PG.renews, ()), ("events",)),
                "note": text_of(said, SKOS.note),
                "evidence": self._supported(said, "events"),
            }

    def statements(self) -> Iterator[Row]:
        kinds = {"finding": PG.Finding, "purpose": PG.Purpose, "arrangement": PG.Arrangement}
        for kind, type_ in kinds.items():
            for _, rest, said in self.given.typed(type_, "record"):
                source, _, slug = rest.partition("/")
                yield {
                    "id": slug,
                    "source": source,
                    "kind": kind,
                    "name": text_of(said, SKOS.prefLabel),
                    "about": self.given.names(said.get(PG.about, ()), _ABOUT),
                    "value": text_of(said, PG.value),
                    "unit": text_of(said, PG.unit),
                    "exercise": self.given.names(said.get(DCTERMS.source, ()), ("undertakings",)),
                    "part_of": self.given.names(said.get(DCTERMS.isPartOf, ()), ("statements",)),
                    "relates_to": self.given.names(said.get(DCTERMS.relation, ()), ("undertakings", "organisations")),
                    "count_as_stated": text_of(said, PG.countAsStated),
                    "open": _yes_or_no(said),
                    "evidence": self._supported(said, "statements"),
                }

    def attributes(self) -> Iterator[Row]:
        for _, slug, said in self.given.typed(PG.Attribute, "attribute"):
            yield {
                "id": slug,
                "organisation": self.given.names(said.get(PG.attributeOf, ()), ("organisations",)),
                "property": code_of(said, PG.property),
                "value": text_of(said, PG.value),
                "start": self._when(said, "start"),
                "end": self._when(said, "end"),
                "note": text_of(said, SKOS.note),
                "evidence": self._supported(said, "attributes"),
            }

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
            body = self.given.names(said.get(PG.positionOf, ()), BODIES)
            yield {"body": body, "view": code_of(said, PG.view), "x": text_of(said, PG.x), "y": text_of(said, PG.y)}

    def matches(self) -> Iterator[Row]:
        for _, _, said in self.given.typed(PG.Match, "match"):
            yield {
                "organisation": self.given.names(said.get(PG.matched, ()), ("organisations",)),
                "source": self.given.names(said.get(DCTERMS.source, ()), ("sources",)),
                "record": text_of(said, SKOS.notation),
                "decision": text_of(said, PG.decision),
                "date": self._when(said, "date"),
                "note": text_of(said, SKOS.note),
            }


def _yes_or_no(said: RecordStatements) -> str:
    return {"true": "yes", "false": "no", "1": "yes", "0": "no"}.get(text_of(said, PG.listIsOpen), "")


def _words_about_time(said: RecordStatements) -> str:
    """The date_note: what is not the words of a date that lies between two."""
    own = {
        f"{name} between {found.replace('/', ' and ')}"
        for name in ("start", "end")
        if PG[name] not in said and (found := between_dates(said, name)) and f"{PG.base}{name}Earliest" in said
    }
    return "".join([words for words in texts_of(said, PG.dateNote) if words not in own][:1])
