"""Sources, evidence, passages and the catalogue: the quads that say who says so (PROV-O, DCAT 3, Web Annotation)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from partnergraph.model.dates import PartialDate
from partnergraph.model.ids import Ids
from partnergraph.model.rdf_terms import IRI, Literal, Quad, Term
from partnergraph.model.records import Document, Evidence, Model, Source
from partnergraph.vocabulary import CODE, DCAT, DCTERMS, FOAF, OA, PG, PROV, RDF, RDFS, SKOS, VOID, XSD, rules

# Characters of context around a quotation (Web Annotation Data Model, section 4.2.4).
CONTEXT = 20
# A locator that only names the sentence of quoted words; pg:passage says the same.
SENTENCE = re.compile(r"s(\d{1,6})")


def graph_of(source: Source, ids: Ids) -> IRI:
    """The named graph of a source; the editor's is graph/editorial."""
    return ids.graph("editorial") if source.kind == "editorial" else ids.graph("source", source.id)


def source_quads(model: Model, ids: Ids) -> Iterator[Quad]:
    """Each source in its own graph; what an editor adds to it (bounds of its date, notes) in the editorial one."""
    documents = {document.source: document for document in model.documents}
    for source in model.sources:
        subject, graph = ids.source(source.id), graph_of(source, ids)
        for predicate, value in _source(source, model.config.language):
            yield Quad(subject, IRI(predicate), value, graph)
        for name, bound in (("asOfEarliest", source.as_of_earliest), ("asOfLatest", source.as_of_latest)):
            if bound is not None:
                yield Quad(subject, IRI(PG[name]), bound.bounds[name == "asOfLatest"], ids.graph("editorial"))
        if source.note:
            note = Literal(source.note, lang=model.config.language)
            yield Quad(subject, IRI(SKOS.editorialNote), note, ids.graph("editorial"))
        if source.id in documents:
            yield from _document(documents[source.id], ids, graph, model.config.language)


def _source(source: Source, language: str) -> Iterator[tuple[str, Term]]:
    yield RDF.type, IRI(PG.Source)
    yield RDF.type, IRI(FOAF.Document)
    yield DCTERMS.title, Literal(source.title, lang=language)
    yield DCTERMS.publisher, Literal(source.publisher)
    yield PG.sourceKind, IRI(CODE[source.kind])
    yield from _day("issued", DCTERMS.issued, source.date)
    if source.url:
        yield FOAF.page, IRI(source.url)
    if source.origin:
        yield PG.origin, Literal(source.origin)
    yield from _day("accessed", DCTERMS.dateSubmitted, source.accessed)
    if source.licence:
        yield DCTERMS.accessRights, Literal(source.licence)


def _day(name: str, predicate: str, date: PartialDate | None) -> Iterator[tuple[str, Term]]:
    """A date of a source as stated; one that lies somewhere between two is said in words."""
    if date is not None and date.literal is not None:
        yield predicate, date.literal
    elif date is not None:
        yield PG.dateNote, Literal(f"{name} between {date.text.replace('/', ' and ')}")


def _document(document: Document, ids: Ids, graph: IRI, language: str) -> Iterator[Quad]:
    source = ids.source(document.source)
    yield Quad(source, IRI(PG.text), Literal(document.text), graph)
    yield Quad(source, IRI(PG.sha256), Literal(document.sha256), graph)
    yield Quad(source, IRI(DCTERMS.language), Literal(language), graph)
    for passage in document.passages:
        subject = ids.passage(document.source, passage.number)
        quote = ids.selector(document.source, passage.number, "quote")
        position = ids.selector(document.source, passage.number, "position")
        before = document.text[max(0, passage.start - CONTEXT) : passage.start]
        after = document.text[passage.end : passage.end + CONTEXT]
        for s, p, o in (
            (subject, RDF.type, IRI(PG.Passage)),
            (subject, RDF.type, IRI(OA.SpecificResource)),
            (subject, OA.hasSource, source),
            (subject, OA.hasSelector, quote),
            (subject, OA.hasSelector, position),
            (quote, RDF.type, IRI(OA.TextQuoteSelector)),
            (quote, OA.exact, Literal(passage.text)),
            (quote, OA.prefix, Literal(before)),
            (quote, OA.suffix, Literal(after)),
            (position, RDF.type, IRI(OA.TextPositionSelector)),
            (position, OA.start, Literal(str(passage.start), XSD.integer)),
            (position, OA.end, Literal(str(passage.end), XSD.integer)),
        ):
            yield Quad(s, IRI(p), o, graph)


def evidence_quads(model: Model, ids: Ids) -> Iterator[Quad]:
    """Each piece of evidence in the graph of its source."""
    graphs = {source.id: graph_of(source, ids) for source in model.sources}
    for row in model.evidence:
        subject = ids.evidence(row.source, row.id)
        for predicate, value in _evidence(row, ids, model.config.language):
            yield Quad(subject, IRI(predicate), value, graphs[row.source])


def _evidence(row: Evidence, ids: Ids, language: str) -> Iterator[tuple[str, Term]]:
    yield RDF.type, IRI(PG.Evidence)
    yield DCTERMS.identifier, Literal(row.id)
    yield PG.basis, IRI(CODE[row.basis])
    yield PG.confidence, IRI(CODE[row.confidence])
    if row.words is not None and row.passage is not None:
        yield PG.passage, ids.passage(row.source, row.passage)
        yield PG.words, Literal(row.words)
        yield OA.start, Literal(str(row.start), XSD.integer)
        yield OA.end, Literal(str(row.end), XSD.integer)
    yield DCTERMS.source, ids.source(row.source)
    if row.says:
        yield PG.reason if row.basis == "inferred" else PG.says, Literal(row.says, lang=language)
    if row.locator and (row.words is None or not SENTENCE.fullmatch(row.locator)):
        yield PG.locator, Literal(row.locator)
    if row.strength:
        yield PG.strength, IRI(CODE[row.strength])
    for premise in row.premises:
        yield PG.premise, ids.source(premise)
    if row.note:
        yield SKOS.note, Literal(row.note, lang=language)
    if row.not_modelled:
        yield PG.notModelled, Literal(row.not_modelled, lang=language)


def catalogue_quads(model: Model, ids: Ids) -> Iterator[Quad]:
    """What each named graph is and where it comes from (DCAT 3, PROV-O, VoID). No clock: dates are the sources' own."""
    graph = ids.graph("catalogue")
    language = model.config.language
    whole = IRI(f"{ids.base}graph/")
    config = model.config
    yield Quad(whole, IRI(RDF.type), IRI(DCAT.Catalog), graph)
    yield Quad(whole, IRI(DCTERMS.title), Literal(config.title, lang=language), graph)
    yield Quad(whole, IRI(DCTERMS.identifier), Literal(config.id), graph)
    for predicate, text in ((DCTERMS.description, config.description), (DCTERMS.publisher, config.publisher)):
        if text:
            yield Quad(whole, IRI(predicate), Literal(text, lang=language), graph)
    if config.licence_url:
        licence = IRI(config.licence_url)
        yield Quad(whole, IRI(DCTERMS.license), licence, graph)
        if config.licence:
            yield Quad(licence, IRI(RDFS.label), Literal(config.licence), graph)
    elif config.licence:
        yield Quad(whole, IRI(DCTERMS.license), Literal(config.licence), graph)
    if config.focus:
        yield Quad(whole, IRI(PG.about), ids.org(config.focus), graph)
    described: list[tuple[IRI, str, list[tuple[str, Term]]]] = [
        (ids.graph("entities"), "Who is who: identity, preferred names, types", []),
        (ids.graph("editorial"), "Editorial decisions and inferences", []),
        (ids.graph("vocabulary"), "The vocabulary and its concept lists", []),
    ]
    for source in model.sources:
        if source.kind == "editorial":
            continue
        iri = ids.source(source.id)
        extra: list[tuple[str, Term]] = [
            (RDF.type, IRI(PG.SourceGraph)),
            (DCTERMS.source, iri),
            (PROV.wasDerivedFrom, iri),
            (PROV.hadPrimarySource, iri),
        ]
        if source.url:
            extra.append((DCAT.landingPage, IRI(source.url)))
        if source.date is not None and source.date.literal is not None:
            extra.append((DCTERMS.issued, source.date.literal))
        described.append((ids.graph("source", source.id), f"What this source says: {source.title}", extra))
    titles = {rule.graph: rule.title for rule in reversed(rules())}
    for name, title in sorted(titles.items()):
        described.append((ids.graph(name), f"Derived: {title}", [(RDF.type, IRI(PG.DerivedGraph))]))
    for subject, title, extra in described:
        yield Quad(whole, IRI(DCAT.dataset), subject, graph)
        yield Quad(subject, IRI(RDF.type), IRI(VOID.Dataset), graph)
        yield Quad(subject, IRI(RDF.type), IRI(DCAT.Dataset), graph)
        yield Quad(subject, IRI(DCTERMS.title), Literal(title, lang=language), graph)
        for predicate, value in extra:
            yield Quad(subject, IRI(predicate), value, graph)
