"""Records -> quads. A claim goes into the graph of each source that its evidence names, with only what it says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from partnergraph.model.dates import PartialDate
from partnergraph.model.ids import Ids
from partnergraph.model.presentation_quads import presentation_quads
from partnergraph.model.provenance_quads import catalogue_quads, evidence_quads, graph_of, source_quads
from partnergraph.model.question_quads import question_quads
from partnergraph.model.rdf_terms import IRI, Literal, Quad, Term
from partnergraph.model.records import (
    Attribute,
    Event,
    Group,
    Identifier,
    Model,
    Name,
    Organisation,
    Record,
    Relationship,
    Spot,
    Statement,
    Undertaking,
)
from partnergraph.vocabulary import ADMS, CODE, DCTERMS, FOAF, ORG, PG, RDF, SKOS, SKOSXL, WGS84, XSD

FORMS = {
    "formal": ORG.FormalOrganization,
    "unit": ORG.OrganizationalUnit,
    "collaboration": ORG.OrganizationalCollaboration,
    "organisation": ORG.Organization,
}
# A pair of predicate and object, and the column it comes from ("" is the claim itself).
Said = tuple[str, str, Term]


def quads_of(model: Model) -> Iterator[Quad]:
    """All quads of the folder's named graphs: entities, source/*, editorial, catalogue, drawing, questions. Derived
    graphs are the build's.

    Repeats are possible (two rows may say the same); a store holds each once.
    """
    ids = Ids(model.config.base)
    language = model.config.language
    yield from source_quads(model, ids)
    yield from evidence_quads(model, ids)
    yield from _identity(model, ids, language)
    writer = _ClaimWriter(model, ids)
    for record in _records(model):
        yield from writer.write(record)
    yield from _limits(model, ids)
    yield from _standing(model, ids)
    yield from _matches(model, ids)
    yield from catalogue_quads(model, ids)
    yield from presentation_quads(model, ids)
    yield from question_quads(model, ids)


def _records(model: Model) -> Iterator[Record]:
    yield from model.organisations
    yield from model.names
    yield from model.identifiers
    yield from model.places
    yield from model.groups
    yield from model.undertakings
    yield from model.relationships
    yield from model.events
    yield from model.statements
    yield from model.attributes


def iri_of(record: Record, ids: Ids) -> IRI:
    """The IRI of a record."""
    match record:
        case Organisation():
            return ids.org(record.id)
        case Group():
            return ids.group(record.source, record.id)
        case Undertaking():
            return ids.undertaking(record.id)
        case Spot():
            return ids.place(record.id)
        case Relationship():
            return ids.relationship(record.id)
        case Event():
            return ids.event(record.id)
        case Statement():
            return ids.statement(record.source, record.id)
        case Name():
            return ids.name(record.id)
        case Attribute():
            return ids.attribute(record.id)
        case Identifier():
            return ids.identifier(record.scheme, record.value)
        case _:
            raise TypeError(f"{type(record).__name__} has no claim of its own")


def _code(name: str) -> IRI:
    return IRI(CODE[name])


def _text(text: str, language: str) -> Literal:
    return Literal(text, lang=language)


def _dates(column: str, name: str, value: PartialDate | None) -> Iterator[Said]:
    """The date as stated, and its bounds for queries."""
    if value is None:
        return
    if value.literal is not None:
        yield column, PG[name], value.literal
    else:
        yield column, PG.dateNote, Literal(f"{name} between {value.text.replace('/', ' and ')}")
    earliest, latest = value.bounds
    yield column, PG[f"{name}Earliest"], earliest
    yield column, PG[f"{name}Latest"], latest


def _identity(model: Model, ids: Ids, language: str) -> Iterator[Quad]:
    """Who is who: preferred names, types, descriptions, places."""
    graph = ids.graph("entities")
    for body in model.organisations:
        iri = ids.org(body.id)
        for form in dict.fromkeys((FORMS[body.form], ORG.Organization)):
            yield Quad(iri, IRI(RDF.type), IRI(form), graph)
        yield Quad(iri, IRI(SKOS.prefLabel), _text(body.name, language), graph)
        for kind in body.type:
            yield Quad(iri, IRI(ORG.classification), _code(kind), graph)
        if body.description:
            yield Quad(iri, IRI(DCTERMS.description), _text(body.description, language), graph)
    for place in model.places:
        iri = ids.place(place.id)
        yield Quad(iri, IRI(RDF.type), IRI(DCTERMS.Location), graph)
        yield Quad(iri, IRI(SKOS.prefLabel), _text(place.name, language), graph)
        if place.kind:
            yield Quad(iri, IRI(DCTERMS.type), _code(place.kind), graph)
        if place.note:
            yield Quad(iri, IRI(SKOS.note), _text(place.note, language), graph)


class _ClaimWriter:
    """Writes each record into the graphs of its sources."""

    def __init__(self, model: Model, ids: Ids) -> None:
        self.ids = ids
        self.language = model.config.language
        self.source_of = {row.id: row.source for row in model.evidence}
        self.graph_of = {row.id: graph_of(row, ids) for row in model.sources}

    def write(self, record: Record) -> Iterator[Quad]:
        subject = iri_of(record, self.ids)
        core, said = self._core(record), list(self._said(record))
        beside = list(self._beside(record, subject))
        by_source: dict[str, list[frozenset[str] | None]] = {}
        for support in record.evidence:
            source = self.source_of[support.evidence]
            by_source.setdefault(source, []).append(support.columns)
            pointer = self.ids.evidence(source, support.evidence)
            yield Quad(subject, IRI(PG.evidence), pointer, self.graph_of[source])
        for source, supported in by_source.items():
            graph = self.graph_of[source]
            whole = any(columns is None for columns in supported)
            columns = frozenset().union(*(c for c in supported if c is not None))
            for predicate, value in core:
                yield Quad(subject, IRI(predicate), value, graph)
            for column, predicate, value in said:
                if whole or column in columns:
                    yield Quad(subject, IRI(predicate), value, graph)
            for owner, predicate, value in beside:
                yield Quad(owner, IRI(predicate), value, graph)

    def _core(self, record: Record) -> list[tuple[str, Term]]:
        """What makes the record what it is; every source that supports it says that much."""
        t = self.language
        match record:
            case Organisation():
                return []  # identity is the editors'; a source only mentions the body
            case Name():
                return [
                    (RDF.type, IRI(PG.Name)),
                    (RDF.type, IRI(SKOSXL.Label)),
                    (PG.nameOf, self.ids.org(record.organisation)),
                    (SKOSXL.literalForm, _text(record.name, record.language or t)),
                    (PG.nameKind, _code(record.kind)),
                ]
            case Identifier():
                return [
                    (RDF.type, IRI(ADMS.Identifier)),
                    (SKOS.notation, Literal(record.value)),
                    (PG.scheme, _code(record.scheme)),
                ]
            case Spot():
                return []
            case Group():
                return [
                    (RDF.type, IRI(PG.UnnamedGroup)),
                    (RDF.type, IRI(FOAF.Group)),
                    (SKOS.prefLabel, _text(record.name, t)),
                    (PG.memberType, _code(record.member_type)),
                    (PG.listIsOpen, Literal("true" if record.open else "false", XSD.boolean)),
                ]
            case Undertaking():
                return [
                    (RDF.type, IRI(PG.Undertaking)),
                    (DCTERMS.type, _code(record.type)),
                    (SKOS.prefLabel, _text(record.name, t)),
                ]
            case Relationship():
                return [
                    (RDF.type, IRI(PG.Relationship)),
                    (PG.kind, _code(record.kind)),
                    (PG["from"], IRI(record.from_)),
                    (PG.to, IRI(record.to)),
                ]
            case Event():
                if record.to:
                    before = [(ORG.originalOrganization, IRI(body)) for body in record.from_]
                    after = [(ORG.resultingOrganization, IRI(body)) for body in record.to]
                    return [(RDF.type, IRI(PG.ChangeEvent)), (PG.kind, _code(record.kind)), *before, *after]
                about = [(PG.about, IRI(record.about))] if record.about else []
                return [(RDF.type, IRI(PG.LifecycleEvent)), (PG.kind, _code(record.kind)), *about]
            case Statement():
                kind = {"finding": PG.Finding, "purpose": PG.Purpose, "arrangement": PG.Arrangement}[record.kind]
                return [(RDF.type, IRI(kind)), (SKOS.prefLabel, _text(record.name, t))]
            case Attribute():
                return [
                    (RDF.type, IRI(PG.Attribute)),
                    (PG.attributeOf, self.ids.org(record.organisation)),
                    (PG.property, _code(record.property)),
                    (PG.value, Literal(record.value)),
                ]
        raise TypeError(type(record).__name__)

    def _said(self, record: Record) -> Iterator[Said]:
        """The optional columns, each with the column name that evidence may be limited to."""
        t = self.language
        match record:
            case Name():
                yield from _dates("start", "start", record.start)
                yield from _dates("end", "end", record.end)
            case Identifier() | Attribute() if record.note:
                yield "note", SKOS.note, _text(record.note, t)
            case Spot():
                for column, predicate, value in (
                    ("latitude", WGS84.lat, record.latitude),
                    ("longitude", WGS84.long, record.longitude),
                ):
                    if value:
                        yield column, predicate, Literal(value)
                if record.geonames:
                    yield "geonames", DCTERMS.identifier, Literal(f"geonames:{record.geonames}")
            case Group():
                yield from self._group(record)
            case Undertaking() if record.count_as_stated:
                yield "count_as_stated", PG.countAsStated, Literal(record.count_as_stated)
            case Relationship():
                yield from self._relationship(record)
            case Event():
                yield from _dates("date", "date", record.date)
                if record.manner:
                    yield "manner", PG.manner, _code(record.manner)
                if record.renews:
                    yield "renews", PG.renews, IRI(record.renews)
                if record.note:
                    yield "note", SKOS.note, _text(record.note, t)
                if record.to and record.about:
                    yield "about", PG.about, IRI(record.about)
            case Statement():
                yield from self._statement(record)
        if isinstance(record, Attribute):
            yield from _dates("start", "start", record.start)
            yield from _dates("end", "end", record.end)

    def _group(self, group: Group) -> Iterator[Said]:
        if group.count is not None:
            yield "count", PG.statedCount, Literal(str(group.count), XSD.integer)
        if group.count_as_stated:
            yield "count_as_stated", PG.countAsStated, Literal(group.count_as_stated)
        for place in group.places:
            yield "places", DCTERMS.spatial, self.ids.place(place)
        for member in group.members:
            yield "members", FOAF.member, self.ids.org(member)
        for other in group.may_overlap:
            yield "may_overlap", PG.mayOverlap, IRI(other)

    def _relationship(self, claim: Relationship) -> Iterator[Said]:
        for party in claim.via:
            yield "via", PG.via, IRI(party)
        if claim.role:
            yield "role", PG.role, _code(claim.role)
        yield from _dates("start", "start", claim.start)
        yield from _dates("end", "end", claim.end)
        if claim.date_note:
            yield "date_note", PG.dateNote, Literal(claim.date_note)
        if claim.arrangement:
            yield "arrangement", PG.inArrangement, IRI(claim.arrangement)
        if claim.formalised_through:
            yield "formalised_through", PG.formalisedThrough, IRI(claim.formalised_through)
        if claim.note:
            yield "note", SKOS.note, _text(claim.note, self.language)

    def _statement(self, row: Statement) -> Iterator[Said]:
        for about in row.about:
            yield "about", PG.about, IRI(about)
        if row.value is not None:
            whole = re.fullmatch(r"-?[0-9]+", row.value) is not None
            yield "value", PG.value, Literal(row.value, XSD.integer) if whole else Literal(row.value)
        if row.unit:
            yield "unit", PG.unit, Literal(row.unit)
        for column, predicate, target in (
            ("exercise", DCTERMS.source, row.exercise),
            ("part_of", DCTERMS.isPartOf, row.part_of),
            ("relates_to", DCTERMS.relation, row.relates_to),
        ):
            if target:
                yield column, predicate, IRI(target)
        if row.count_as_stated:
            yield "count_as_stated", PG.countAsStated, Literal(row.count_as_stated)
        if row.open is not None:
            yield "open", PG.listIsOpen, Literal("true" if row.open else "false", XSD.boolean)

    def _beside(self, record: Record, subject: IRI) -> Iterable[tuple[IRI, str, Term]]:
        """Triples about another subject that go along: the body's pointers to its names and identifiers."""
        if isinstance(record, Name):
            owner = self.ids.org(record.organisation)
            yield owner, SKOSXL.altLabel, subject
            yield owner, SKOS.altLabel, _text(record.name, record.language or self.language)
        elif isinstance(record, Identifier):
            owner = self.ids.org(record.organisation)
            yield owner, ADMS.identifier, subject
            if record.scheme == "website":
                yield owner, FOAF.homepage, IRI(record.value)


def _limits(model: Model, ids: Ids) -> Iterator[Quad]:
    """What a piece of evidence is limited to, so that the tables can be given back: columns, as the cell writes them;
    and of an identifier that several bodies have, one of them.
    """
    graph = ids.graph("editorial")
    shared = Counter(iri for iri, _ in {(iri_of(row, ids), row.organisation) for row in model.identifiers})
    for record in _records(model):
        body = (
            f" for {record.organisation}" if isinstance(record, Identifier) and shared[iri_of(record, ids)] > 1 else ""
        )
        for support in record.evidence:
            if support.columns is not None or body:
                columns = f" [{', '.join(sorted(support.columns))}]" if support.columns is not None else ""
                yield Quad(
                    iri_of(record, ids), IRI(PG.supportLimit), Literal(f"{support.evidence}{columns}{body}"), graph
                )


def _standing(model: Model, ids: Ids) -> Iterator[Quad]:
    graph = ids.graph("editorial")
    sources = {row.id: row.source for row in model.evidence}
    for row in model.standings:
        subject = IRI(row.record)
        yield Quad(subject, IRI(PG.standing), _code(row.standing), graph)
        for other in row.contradicts:
            yield Quad(subject, IRI(PG.contradicts), IRI(other), graph)
            yield Quad(IRI(other), IRI(PG.contradicts), subject, graph)
        for against in row.counter_evidence:
            yield Quad(subject, IRI(PG.counterEvidence), ids.evidence(sources[against], against), graph)
        if row.note:
            yield Quad(subject, IRI(PG.standingNote), _text(row.note, model.config.language), graph)


def _matches(model: Model, ids: Ids) -> Iterator[Quad]:
    """Each decision about a record of a register, as it was made. Who made it stays in the table: a graph is published,
    and holds no persons.
    """
    graph = ids.graph("editorial")
    for row in model.matches:
        subject = ids.match(row.organisation, row.source, row.record)
        said: list[tuple[str, Term]] = [
            (RDF.type, IRI(PG.Match)),
            (PG.matched, ids.org(row.organisation)),
            (DCTERMS.source, ids.source(row.source)),
            (SKOS.notation, Literal(row.record)),
            (PG.decision, Literal(row.decision)),
        ]
        if row.note:
            said.append((SKOS.note, _text(row.note, model.config.language)))
        said += [(predicate, value) for _, predicate, value in _dates("date", "date", row.date)]
        for predicate, value in said:
            yield Quad(subject, IRI(predicate), value, graph)
