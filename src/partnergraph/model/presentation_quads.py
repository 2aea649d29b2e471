"""The editors' story and the saved positions -> quads: how a graph is shown, no claims."""

from __future__ import annotations

from collections.abc import Iterator

from partnergraph.model.column_terms import column_terms, integer
from partnergraph.model.ids import Ids
from partnergraph.model.rdf_terms import IRI, Literal, Quad, Term
from partnergraph.model.records import Model
from partnergraph.vocabulary import DCAT, DCTERMS, PG, RDF, VOID

TITLE = "How the editors show this graph: their story and the positions that are kept"


def presentation_quads(model: Model, ids: Ids) -> Iterator[Quad]:
    """Story and positions in graph/drawing, and that graph in the catalogue; nothing when there are none of them."""
    graph, language = ids.graph("drawing"), model.config.language
    for step in model.story:
        subject = ids.step(step.number)
        terms: list[tuple[str, Term]] = [
            (RDF.type, IRI(PG.StoryStep)),
            (PG.stepNumber, integer(step.number)),
            (DCTERMS.title, Literal(step.title, lang=language)),
            (PG.narration, Literal(step.text, lang=language)),
            *((p, IRI(body)) for p, body in zip((PG.focus, PG.routeTo), step.focus, strict=False)),
        ]
        if step.date is not None and step.date.literal is not None:
            terms.append((PG.asOf, step.date.literal))
        for predicate, value in terms:
            yield Quad(subject, IRI(predicate), value, graph)
    for position in model.positions:
        subject = ids.position(position.view, position.body)
        yield Quad(subject, IRI(RDF.type), IRI(PG.Position), graph)
        for _, predicate, term in column_terms("positions", position, ids, language):
            yield Quad(subject, predicate, term, graph)
    if model.story or model.positions:
        catalogue = ids.graph("catalogue")
        yield Quad(IRI(f"{ids.base}graph/"), IRI(DCAT.dataset), graph, catalogue)
        yield Quad(graph, IRI(RDF.type), IRI(VOID.Dataset), catalogue)
        yield Quad(graph, IRI(RDF.type), IRI(DCAT.Dataset), catalogue)
        yield Quad(graph, IRI(DCTERMS.title), Literal(TITLE, lang=language), catalogue)
