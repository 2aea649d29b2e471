"""The description of an endpoint: SPARQL 1.1 Service Description, and VoID statistics of the graph behind it."""

from __future__ import annotations

from collections.abc import Iterator

from partnergraph.results.formats import FORMATS
from partnergraph.store import Reader
from partnergraph.vocabulary import DCTERMS, PREFIXES, RDF, SH, VOID

SD = "http://www.w3.org/ns/sparql-service-description#"
W3C_FORMATS = "http://www.w3.org/ns/formats/"
_COUNTS = {
    "triples": "(COUNT(*) AS ?n) { ?s ?p ?o }",
    "distinctSubjects": "(COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }",
    "properties": "(COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }",
    "classes": "(COUNT(DISTINCT ?c) AS ?n) { ?s a ?c }",
}


def service_description(reader: Reader, endpoint: str) -> Reader:
    """The description of the service at the address `endpoint`, as a graph of its own.

    The default graph is described as the union of the named ones, which is what it is here. No blank nodes: what has no
    address of its own has one under the endpoint's.
    """
    return Reader.nquads_lines(f"{line} .\n" for line in _lines(reader, endpoint))


def _lines(reader: Reader, endpoint: str) -> Iterator[str]:
    def node(name: str) -> str:
        return f"<{endpoint}#{name}>"

    def triple(subject: str, predicate: str, value: str) -> str:
        return f"{subject} <{predicate}> {value}"

    service = f"<{endpoint}>"
    yield triple(service, RDF.type, f"<{SD}Service>")
    yield triple(service, f"{SD}endpoint", service)
    yield triple(service, f"{SD}supportedLanguage", f"<{SD}SPARQL11Query>")
    yield triple(service, f"{SD}feature", f"<{SD}UnionDefaultGraph>")
    for name in filter(None, (entry.w3c_name for entry in FORMATS.values())):
        yield triple(service, f"{SD}resultFormat", f"<{W3C_FORMATS}{name}>")
    yield triple(service, f"{SD}defaultDataset", node("dataset"))
    for kind in (f"<{SD}Dataset>", f"<{VOID.Dataset}>"):
        yield triple(node("dataset"), RDF.type, kind)
    for title in reader.terms("SELECT DISTINCT ?t { ?c a dcat:Catalog ; dcterms:title ?t } ORDER BY ?t LIMIT 1"):
        yield triple(node("dataset"), DCTERMS.title, title[0])
    yield triple(node("dataset"), f"{SD}defaultGraph", node("default"))
    for kind in (f"<{SD}Graph>", f"<{VOID.Dataset}>"):
        yield triple(node("default"), RDF.type, kind)
    for name, text in _COUNTS.items():
        [[count]] = reader.terms(f"SELECT {text}")
        yield triple(node("default"), VOID.base + name, count)
    query = "SELECT ?c (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c FILTER(isIRI(?c)) } GROUP BY ?c ORDER BY ?c"
    for number, (term, count) in enumerate(reader.terms(query), 1):
        yield triple(node("default"), f"{VOID.base}classPartition", node(f"class-{number}"))
        yield triple(node(f"class-{number}"), f"{VOID.base}class", term)
        yield triple(node(f"class-{number}"), f"{VOID.base}entities", count)
    query = "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p ORDER BY ?p"
    for number, (term, count) in enumerate(reader.terms(query), 1):
        yield triple(node("default"), f"{VOID.base}propertyPartition", node(f"property-{number}"))
        yield triple(node(f"property-{number}"), f"{VOID.base}property", term)
        yield triple(node(f"property-{number}"), f"{VOID.base}triples", count)
    query = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g"
    for number, (term, count) in enumerate(reader.terms(query), 1):
        yield triple(node("dataset"), f"{SD}namedGraph", node(f"named-{number}"))
        yield triple(node(f"named-{number}"), RDF.type, f"<{SD}NamedGraph>")
        yield triple(node(f"named-{number}"), f"{SD}name", term)
        yield triple(node(f"named-{number}"), f"{SD}graph", node(f"graph-{number}"))
        yield triple(node(f"graph-{number}"), RDF.type, f"<{SD}Graph>")
        yield triple(node(f"graph-{number}"), f"{VOID.base}triples", count)
    for prefix, iri in sorted(PREFIXES.items()):
        yield triple(node("prefixes"), f"{SH.base}declare", node(f"prefix-{prefix}"))
        yield triple(node(f"prefix-{prefix}"), f"{SH.base}prefix", f'"{prefix}"')
        yield triple(
            node(f"prefix-{prefix}"), f"{SH.base}namespace", f'"{iri}"^^<http://www.w3.org/2001/XMLSchema#anyURI>'
        )
