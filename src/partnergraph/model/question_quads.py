"""The named questions -> quads: examples that a SPARQL editor offers (SHACL Advanced Features, SPARQL executables)."""

from __future__ import annotations

from collections.abc import Iterator

from partnergraph.model.ids import Ids
from partnergraph.model.rdf_terms import IRI, Literal, Quad, Term
from partnergraph.model.records import Model
from partnergraph.vocabulary import DCAT, DCTERMS, PREFIXES, RDF, RDFS, SH, VOID, XSD
from partnergraph.vocabulary.questions import FOCUS, Question, questions

TITLE = "Questions that can be asked of this graph, as examples for SPARQL editors"
LANGUAGE = "en"


def question_quads(model: Model, ids: Ids) -> Iterator[Quad]:
    """Each question in graph/questions, that graph in the catalogue, and the prefixes of all of them.

    A question that takes a second graph is left out: no query text alone can bring that graph along.
    """
    graph, catalogue = ids.graph("questions"), ids.graph("catalogue")
    focus = ids.org(model.config.focus) if model.config.focus else None
    for question in questions():
        if any(parameter.type == "graph" for parameter in question.parameters):
            continue
        subject = ids.question(question.name)
        terms: list[tuple[str, Term]] = [
            (RDF.type, IRI(SH.SPARQLExecutable)),
            (RDF.type, IRI(SH.SPARQLSelectExecutable)),
            (DCTERMS.identifier, Literal(question.name)),
            (RDFS.label, Literal(question.title, lang=LANGUAGE)),
            (RDFS.comment, Literal(" ".join(filter(None, (question.question, question.help))), lang=LANGUAGE)),
            (SH.prefixes, graph),
            (SH.select, Literal(executable_example(question, focus))),
        ]
        for predicate, value in terms:
            yield Quad(subject, IRI(predicate), value, graph)
    for prefix, iri in PREFIXES.items():
        subject = ids.prefix(prefix)
        yield Quad(graph, IRI(SH.declare), subject, graph)
        yield Quad(subject, IRI(SH.prefix), Literal(prefix), graph)
        yield Quad(subject, IRI(SH.namespace), Literal(iri, XSD.anyURI), graph)
    yield Quad(IRI(f"{ids.base}graph/"), IRI(DCAT.dataset), graph, catalogue)
    yield Quad(graph, IRI(RDF.type), IRI(VOID.Dataset), catalogue)
    yield Quad(graph, IRI(RDF.type), IRI(DCAT.Dataset), catalogue)
    yield Quad(graph, IRI(DCTERMS.title), Literal(TITLE, lang=LANGUAGE), catalogue)


def executable_example(question: Question, focus: IRI | None) -> str:
    """The question as text that any SPARQL tool can run: about the body whose graph it is, everything else left open.

    Comments list the parameters that stay open; a given value goes into the VALUES at the head.
    """
    if not question.parameters:
        return question.full_text
    comments = [f"# ?_{p.name}: {p.help} ({p.type})" for p in question.parameters]
    values = {p.name: focus.n3 for p in question.parameters if p.default == FOCUS and focus is not None}
    return "\n".join([*comments, question.standing_alone(question.bound(values))])
