"""Sources, evidence, passages and the catalogue: the quads that say who says so (PROV-O, DCAT 3, Web Annotation)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from partnergraph.model.column_terms import column_terms, date_terms, integer
from partnergraph.model.ids import Ids
from partnergraph.model.rdf_terms import IRI, Literal, Quad, Term
from partnergraph.model.records import Document, Evidence, GraphConfig, Model, Source
from partnergraph.vocabulary import DCAT, DCTERMS, FOAF, OA, PG, PROV, RDF, RDFS, VOID, rules

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
        for class_ in (PG.Source, FOAF.Document):
            yield Quad(subject, IRI(RDF.type), IRI(class_), graph)
        for column, predicate, term in column_terms("sources", source, ids, model.config.language):
            yield Quad(subject, predicate, term, ids.graph("editorial") if column.editorial else graph)
        if source.accessed is not None:
            for predicate, term in date_terms(IRI(DCTERMS.dateSubmitted), source.accessed, "accessed"):
                yield Quad(subject, predicate, term, graph)
        for name, bound in (("asOfEarliest", source.as_of_earliest), ("asOfLatest", source.as_of_latest)):
            if bound is not None:
                yield Quad(subject, IRI(PG[name]), bound.bounds[name == "asOfLatest"], ids.graph("editorial"))
        if source.id in documents:
            yield from _document(documents[source.id], ids, graph, model.config.language)


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
            (position, OA.start, integer(passage.start)),
            (position, OA.end, integer(passage.end)),
        ):
            yield Quad(s, IRI(p), o, graph)


def evidence_quads(model: Model, ids: Ids) -> Iterator[Quad]:
    """Each piece of evidence in the graph of its source."""
    graphs = {source.id: graph_of(source, ids) for source in model.sources}
    for row in model.evidence:
        subject = ids.evidence(row.source, row.id)
        for predicate, value in _evidence_terms(row, ids, model.config.language):
            yield Quad(subject, IRI(predicate), value, graphs[row.source])


def _evidence_terms(row: Evidence, ids: Ids, language: str) -> Iterator[tuple[str, Term]]:
    yield RDF.type, IRI(PG.Evidence)
    yield DCTERMS.identifier, Literal(row.id)
    yield from ((predicate, term) for _, predicate, term in column_terms("evidence", row, ids, language))
    if row.words is not None and row.passage is not None:
        yield PG.passage, ids.passage(row.source, row.passage)
        yield PG.words, Literal(row.words)
        yield OA.start, integer(row.start or 0)
        yield OA.end, integer(row.end or 0)
    if row.says:
        yield PG.reason if row.basis == "inferred" else PG.says, Literal(row.says, lang=language)
    if row.locator and (row.words is None or not SENTENCE.fullmatch(row.locator)):
        yield PG.locator, Literal(row.locator)


def catalogue_quads(model: Model, ids: Ids) -> Iterator[Quad]:
    """What each named graph is and where it comes from (DCAT 3, PROV-O, VoID). No clock: dates are the sources' own."""
    catalogue, graph = IRI(f"{ids.base}graph/"), ids.graph("catalogue")
    language = model.config.language
    for predicate, term in _catalogue_terms(model.config, ids):
        yield Quad(catalogue, IRI(predicate), term, graph)
    if model.config.licence_url and model.config.licence:
        yield Quad(IRI(model.config.licence_url), IRI(RDFS.label), Literal(model.config.licence), graph)
    for subject, title, terms in _datasets(model, ids):
        yield Quad(catalogue, IRI(DCAT.dataset), subject, graph)
        yield Quad(subject, IRI(RDF.type), IRI(VOID.Dataset), graph)
        yield Quad(subject, IRI(RDF.type), IRI(DCAT.Dataset), graph)
        yield Quad(subject, IRI(DCTERMS.title), Literal(title, lang=language), graph)
        for predicate, term in terms:
            yield Quad(subject, IRI(predicate), term, graph)


def _catalogue_terms(config: GraphConfig, ids: Ids) -> Iterator[tuple[str, Term]]:
    """What the settings say about the graph as a whole."""
    yield RDF.type, IRI(DCAT.Catalog)
    yield DCTERMS.title, Literal(config.title, lang=config.language)
    yield DCTERMS.identifier, Literal(config.id)
    for predicate, text in ((DCTERMS.description, config.description), (DCTERMS.publisher, config.publisher)):
        if text:
            yield predicate, Literal(text, lang=config.language)
    if config.licence_url:
        yield DCTERMS.license, IRI(config.licence_url)
    elif config.licence:
        yield DCTERMS.license, Literal(config.licence)
    if config.focus:
        yield PG.about, ids.org(config.focus)


def _datasets(model: Model, ids: Ids) -> Iterator[tuple[IRI, str, list[tuple[str, Term]]]]:
    """The named graphs: IRI, title, and what else is known of each."""
    yield ids.graph("entities"), "Who is who: identity, preferred names, types", []
    yield ids.graph("editorial"), "Editorial decisions and inferences", []
    yield ids.graph("vocabulary"), "The vocabulary and its concept lists", []
    for source in model.sources:
        if source.kind != "editorial":
            terms = list(_source_graph_terms(source, ids))
            yield ids.graph("source", source.id), f"What this source says: {source.title}", terms
    titles = {rule.graph: rule.title for rule in reversed(rules())}
    for name, title in sorted(titles.items()):
        yield ids.graph(name), f"Derived: {title}", [(RDF.type, IRI(PG.DerivedGraph))]


def _source_graph_terms(source: Source, ids: Ids) -> Iterator[tuple[str, Term]]:
    iri = ids.source(source.id)
    yield RDF.type, IRI(PG.SourceGraph)
    for predicate in (DCTERMS.source, PROV.wasDerivedFrom, PROV.hadPrimarySource):
        yield predicate, iri
    if source.url:
        yield DCAT.landingPage, IRI(source.url)
    if source.date is not None and source.date.literal is not None:
        yield DCTERMS.issued, source.date.literal
