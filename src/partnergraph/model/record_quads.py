"""Records -> quads. A claim goes into the graph of each source that its evidence names, with only what it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from partnergraph.model.column_terms import column_terms
from partnergraph.model.ids import RECORD_PATHS, Ids
from partnergraph.model.presentation_quads import presentation_quads
from partnergraph.model.provenance_quads import catalogue_quads, evidence_quads, graph_of, source_quads
from partnergraph.model.question_quads import question_quads
from partnergraph.model.rdf_terms import IRI, Literal, Quad, Term
from partnergraph.model.records import (
    TABLE_OF_RECORD,
    Attribute,
    Event,
    Group,
    Identifier,
    Model,
    Name,
    NamedPlace,
    Organisation,
    Record,
    Relationship,
    Statement,
    Undertaking,
)
from partnergraph.vocabulary import ADMS, DCTERMS, FOAF, ORG, PG, RDF, SKOS, SKOSXL

FORMS = {
    "formal": ORG.FormalOrganization,
    "unit": ORG.OrganizationalUnit,
    "collaboration": ORG.OrganizationalCollaboration,
    "organisation": ORG.Organization,
}
STATEMENT_CLASSES = {"finding": PG.Finding, "purpose": PG.Purpose, "arrangement": PG.Arrangement}
RECORD_CLASSES: dict[type[Record], tuple[str, ...]] = {
    Name: (PG.Name, SKOSXL.Label),
    Identifier: (ADMS.Identifier,),
    Group: (PG.UnnamedGroup, FOAF.Group),
    Undertaking: (PG.Undertaking,),
    Relationship: (PG.Relationship,),
    Attribute: (PG.Attribute,),
}


def quads_of(model: Model) -> Iterator[Quad]:
    """All quads of the folder's named graphs: entities, source/*, editorial, catalogue, drawing, questions. Derived
    graphs are the build's.

    Repeats are possible (two rows may say the same); a store holds each once.
    """
    ids = Ids(model.config.base)
    yield from source_quads(model, ids)
    yield from evidence_quads(model, ids)
    yield from _entity_quads(model, ids)
    writer = _ClaimWriter(model, ids)
    for record in _records(model):
        yield from writer.write(record)
    yield from _support_limit_quads(model, ids)
    yield from _origin_quads(model, ids)
    yield from _standing_quads(model, ids)
    yield from _match_quads(model, ids)
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
    """The IRI of a record that states a claim. Raises `TypeError` for any other: sources, evidence, decisions."""
    if isinstance(record, Identifier):
        return ids.identifier(record.scheme, record.value)
    table = TABLE_OF_RECORD[type(record)]
    if table not in RECORD_PATHS or table in ("sources", "evidence"):
        raise TypeError(f"{type(record).__name__} has no claim of its own")
    return ids.row(table, record.id, getattr(record, "source", ""))


def _entity_quads(model: Model, ids: Ids) -> Iterator[Quad]:
    """Who is who, as the editors say: classes, preferred names, types, descriptions, places."""
    graph = ids.graph("entities")
    for record in (*model.organisations, *model.places):
        iri = iri_of(record, ids)
        classes = [DCTERMS.Location]
        if isinstance(record, Organisation):
            classes = list(dict.fromkeys((FORMS[record.form], ORG.Organization)))
        for class_ in classes:
            yield Quad(iri, IRI(RDF.type), IRI(class_), graph)
        for column, predicate, term in column_terms(TABLE_OF_RECORD[type(record)], record, ids, model.config.language):
            if column.editorial:
                yield Quad(iri, predicate, term, graph)


class _ClaimWriter:
    """Writes each record into the graphs of its sources."""

    def __init__(self, model: Model, ids: Ids) -> None:
        self.ids = ids
        self.language = model.config.language
        self.source_of = {row.id: row.source for row in model.evidence}
        self.graph_of = {row.id: graph_of(row, ids) for row in model.sources}

    def write(self, record: Record) -> Iterator[Quad]:
        subject = iri_of(record, self.ids)
        essential, optional = self._terms(record)
        pointers = list(self._pointers(record, subject))
        supported_columns: dict[str, list[frozenset[str] | None]] = {}
        for support in record.evidence:
            source = self.source_of[support.evidence]
            supported_columns.setdefault(source, []).append(support.columns)
            evidence = self.ids.evidence(source, support.evidence)
            yield Quad(subject, IRI(PG.evidence), evidence, self.graph_of[source])
        for source, supported in supported_columns.items():
            graph = self.graph_of[source]
            whole = any(columns is None for columns in supported)
            columns = frozenset().union(*(c for c in supported if c is not None))
            for predicate, term in essential:
                yield Quad(subject, predicate, term, graph)
            for column, predicate, term in optional:
                if whole or column in columns:
                    yield Quad(subject, predicate, term, graph)
            for owner, pointer, target in pointers:
                yield Quad(owner, IRI(pointer), target, graph)

    def _terms(self, record: Record) -> tuple[list[tuple[IRI, Term]], list[tuple[str, IRI, Term]]]:
        """What makes the record what it is, which every source that supports it says; and the terms of its optional
        columns, each with the name of the column that evidence may be limited to.
        """
        essential: list[tuple[IRI, Term]] = [(IRI(RDF.type), IRI(class_)) for class_ in _classes(record)]
        optional: list[tuple[str, IRI, Term]] = []
        if isinstance(record, Name):
            essential.append((IRI(SKOSXL.literalForm), Literal(record.name, lang=record.language or self.language)))
        elif isinstance(record, NamedPlace) and record.geonames:
            optional.append(("geonames", IRI(DCTERMS.identifier), Literal(f"geonames:{record.geonames}")))
        # What a lifecycle event is about; a change is known by the bodies before and after.
        subject_of_event = "about" if isinstance(record, Event) and not record.to else None
        for column, predicate, term in column_terms(TABLE_OF_RECORD[type(record)], record, self.ids, self.language):
            if column.editorial:
                continue
            if column.required or column.essential or column.name == subject_of_event:
                essential.append((predicate, term))
            else:
                optional.append((column.name, predicate, term))
        return essential, optional

    def _pointers(self, record: Record, subject: IRI) -> Iterable[tuple[IRI, str, Term]]:
        """Triples about another subject that go along: the organisation's pointers to its names and identifiers."""
        if isinstance(record, Name):
            owner = self.ids.org(record.organisation)
            yield owner, SKOSXL.altLabel, subject
            yield owner, SKOS.altLabel, Literal(record.name, lang=record.language or self.language)
        elif isinstance(record, Identifier):
            owner = self.ids.org(record.organisation)
            yield owner, ADMS.identifier, subject
            if record.scheme == "website":
                yield owner, FOAF.homepage, IRI(record.value)


def _classes(record: Record) -> tuple[str, ...]:
    """The RDF classes that each source of a record states; those of organisations and places are the editors'."""
    if isinstance(record, Event):
        return (PG.ChangeEvent if record.to else PG.LifecycleEvent,)
    if isinstance(record, Statement):
        return (STATEMENT_CLASSES[record.kind],)
    return RECORD_CLASSES.get(type(record), ())


def _support_limit_quads(model: Model, ids: Ids) -> Iterator[Quad]:
    """What a piece of evidence is limited to, so that the tables can be exported: columns, as the cell writes them;
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


def _origin_quads(model: Model, ids: Ids) -> Iterator[Quad]:
    """Which records came from rows that became several, and what such a row said in its own words: so that the tables
    can be exported as they were.
    """
    graph = ids.graph("editorial")
    subjects: list[tuple[IRI, Record]] = [(ids.source(row.id), row) for row in model.sources]
    subjects += [(ids.evidence(row.source, row.id), row) for row in model.evidence]
    subjects += [(iri_of(row, ids), row) for row in _records(model)]
    for subject, record in subjects:
        if record.from_table:
            yield Quad(subject, IRI(PG.fromTable), Literal(record.from_table), graph)
    for evidence in model.evidence:
        for text in evidence.row_cells:
            yield Quad(ids.evidence(evidence.source, evidence.id), IRI(PG.rowCell), Literal(text), graph)


def _standing_quads(model: Model, ids: Ids) -> Iterator[Quad]:
    graph = ids.graph("editorial")
    sources = {row.id: row.source for row in model.evidence}
    for row in model.standings:
        subject = IRI(row.record)
        for _, predicate, term in column_terms("standing", row, ids, model.config.language):
            yield Quad(subject, predicate, term, graph)
        for other in row.contradicts:
            yield Quad(subject, IRI(PG.contradicts), IRI(other), graph)
            yield Quad(IRI(other), IRI(PG.contradicts), subject, graph)
        for against in row.counter_evidence:
            yield Quad(subject, IRI(PG.counterEvidence), ids.evidence(sources[against], against), graph)


def _match_quads(model: Model, ids: Ids) -> Iterator[Quad]:
    """Each decision about a record of a register, as it was made. Who made it stays in the table: a graph is published,
    and holds no persons.
    """
    graph = ids.graph("editorial")
    for row in model.matches:
        subject = ids.match(row.organisation, row.source, row.record)
        yield Quad(subject, IRI(RDF.type), IRI(PG.Match), graph)
        for _, predicate, term in column_terms("matches", row, ids, model.config.language):
            yield Quad(subject, predicate, term, graph)
