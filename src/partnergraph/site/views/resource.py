"""The document at the IRI of a resource of the graph: its description in a syntax of RDF, or a page."""

from __future__ import annotations

import io
import re
from typing import Any
from urllib.parse import quote, urlencode

from partnergraph.endpoint.content_negotiation import GRAPHS
from partnergraph.endpoint.http_response import problem_json
from partnergraph.execution.execute import labels
from partnergraph.results.formats import FORMATS, check_xml
from partnergraph.site.resource_description import base_iri, describe, iri_of_path, local_path
from partnergraph.site.resource_presenter import ResourcePresenter
from partnergraph.site.templating import HTML, render_template
from partnergraph.site.view import RenderedView
from partnergraph.site.views import missing
from partnergraph.site.views.labels import LABEL_PATH
from partnergraph.store import Reader
from partnergraph.vocabulary import DCTERMS, FOAF, PG, RDF, RDFS, SKOS

EVERYTHING = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
# The syntaxes that a page links to: name and label.
LINKED_FORMATS = {name: FORMATS[name].label for name in ("turtle", "jsonld", "rdfxml", "ntriples")}
TITLES = (SKOS.prefLabel, DCTERMS.title, RDFS.label)
CLAIM_LINKS = """SELECT ?from ?to ?claim {{
  ?claim a pg:Relationship ; pg:from ?from ; pg:to ?to
  FILTER(?from = <{0}> || ?to = <{0}>)
  FILTER NOT EXISTS {{ ?claim a pg:DerivedRelationship }}
}}"""
ALL_CLAIMS = """# Every claim about {1}, with what supports it
SELECT ?from ?kind ?to ?start ?end ?says ?source {{
  ?claim a pg:Relationship ; pg:from/skos:prefLabel ?from ; pg:to/skos:prefLabel ?to ; pg:kind/skos:prefLabel ?kind .
  {{ ?claim pg:from <{0}> }} UNION {{ ?claim pg:to <{0}> }} UNION {{ ?claim pg:via <{0}> }}
  FILTER NOT EXISTS {{ ?claim a pg:DerivedRelationship }}
  OPTIONAL {{ ?claim pg:start ?start }} OPTIONAL {{ ?claim pg:end ?end }}
  OPTIONAL {{ ?claim pg:evidence ?e . OPTIONAL {{ ?e pg:words|pg:says|pg:reason ?says }}
             OPTIONAL {{ ?e dcterms:source/dcterms:title ?source }} }}
}} ORDER BY ?kind ?from ?to"""
# The properties that describe a resource in a sentence, the preferred one first.
DESCRIPTIONS = (DCTERMS.description, SKOS.definition, RDFS.comment)
# Characters of a value up to which it is shown unfolded.
MAX_SHORT_TEXT = 600


def render(reader: Reader, values: dict[str, Any]) -> RenderedView:
    """The document at a path (`path`, %-encoded, without its first slash) in a `format`: html, or one of `GRAPHS`.

    Raises `QueryForm` for what XML cannot hold.
    """
    iri, format_ = iri_of_path(reader, values["path"]), values["format"]
    if iri is None:
        return _error_404(reader, values["path"], format_)
    described = describe(reader, iri)
    if format_ != "html":
        out = io.BytesIO()
        described.answer(EVERYTHING, format_, out)
        if format_ == "rdfxml":
            check_xml(out.getvalue())
        return RenderedView(GRAPHS[format_], out.getvalue())
    start = base_iri(reader)
    presenter = ResourcePresenter(reader, described, start)
    shared: dict[str, Any] = {
        "iri": iri,
        "formats": LINKED_FORMATS,
        "media": GRAPHS,
        "drawn": "/draw?" + urlencode({"query": CLAIM_LINKS.format(iri)}, quote_via=quote),
    }
    if iri in presenter.graph and presenter.graph.nodes[iri]["sort"] != "place":
        body = presenter.body(iri)
        groups = presenter.groups(iri)
        diagram = presenter.map(iri, f"Map of {body['label']} and those it is connected with")
        workbench_link = "/ask#" + urlencode(
            {"query": ALL_CLAIMS.format(iri, " ".join(body["label"].split()))}, quote_via=quote
        )
        page = render_template(
            *("organisation.html.j2", reader),
            body=body,
            headline=presenter.headline(iri),
            groups=groups,
            picture=diagram,
            asking=workbench_link,
            **shared,
        )
        return RenderedView(HTML, page)
    if iri.endswith("#"):
        return RenderedView(HTML, render_template("vocabulary.html.j2", reader, terms=_terms(described, iri), **shared))
    return RenderedView(
        HTML, render_template("resource.html.j2", reader, **shared, **_table(reader, described, iri, start, presenter))
    )


def _error_404(reader: Reader, path: str, format_: str) -> RenderedView:
    if format_ != "html":
        return RenderedView(
            "application/problem+json", problem_json(404, "This graph says nothing about this address."), 404
        )
    return missing.render(reader, {"path": path})


def _terms(described: Reader, namespace: str) -> list[dict[str, str]]:
    """The terms of a namespace by their names, each with its label and meaning."""
    rows = described.rows(
        "SELECT ?s (MIN(?l) AS ?label) (MIN(?c) AS ?comment) { ?s ?p ?o OPTIONAL { ?s rdfs:label|skos:prefLabel ?l } "
        "OPTIONAL { ?s rdfs:comment|skos:definition ?c } } GROUP BY ?s ORDER BY ?s"
    )
    named = [row for row in rows if str(row["s"]).startswith(namespace)]
    return [
        {
            "name": str(row["s"]).removeprefix(namespace),
            "label": str(row["label"] or ""),
            "comment": str(row["comment"] or ""),
        }
        for row in named
    ]


def _table(reader: Reader, described: Reader, iri: str, start: str, presenter: ResourcePresenter) -> dict[str, Any]:
    """The values of the template: properties with their values, records about the resource, claims in words."""
    own, others = dict[str, list[str]](), list[tuple[str, str]]()
    for s, p, o in described.terms("SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o"):
        if s == f"<{iri}>":
            own.setdefault(p[1:-1], []).append(o)
        elif o == f"<{iri}>":
            others.append((s[1:-1], p[1:-1]))
    objects = {term[1:-1] for values in own.values() for term in values if term.startswith("<")}
    names = labels(reader, {iri, *own, *objects, *(resource for pair in others for resource in pair)}, LABEL_PATH)
    order = [RDF.type, *TITLES, DCTERMS.description, SKOS.definition, PG["from"], PG.kind, PG.to]

    def link_to(resource: str) -> dict[str, Any]:
        return {"label": names.get(resource) or _last(resource), "iri": resource, "link": local_path(resource, start)}

    rows = [
        {
            "property": link_to(name),
            "values": [link_to(term[1:-1]) if term.startswith("<") else _literal(term) for term in own[name]],
        }
        for name in sorted(own, key=lambda name: (order.index(name) if name in order else len(order), name))
    ]
    by_property = dict[str, list[dict[str, Any]]]()
    for s, p in sorted(others, key=lambda pair: (names.get(pair[0]) or pair[0], pair)):
        by_property.setdefault(p, []).append(link_to(s))
    title = names.get(iri) or presenter.sentence(iri) or _last(iri).replace("-", " ")
    kinds = [link_to(term[1:-1])["label"] for term in own.get(RDF.type, []) if term.startswith("<")]
    page = next((term[1:-1] for term in own.get(FOAF.page, []) if term.startswith("<")), None)
    return {
        "title": title,
        "kinds": kinds,
        "website": page,
        "rows": rows,
        "claims": presenter.claims,
        "others": [{"property": link_to(p), "things": by_property[p]} for p in sorted(by_property)],
        "lead": next((_literal(own[resource][0])["text"] for resource in DESCRIPTIONS if resource in own), None),
    }


def _last(iri: str) -> str:
    """The last part of an address."""
    return re.split("[/#]", iri.rstrip("/#"))[-1]


def _literal(term: str) -> dict[str, Any]:
    """A literal in N-Triples as its text, and whether that is shown folded."""
    from partnergraph.results.tsv import term_text

    text = term_text(term)
    return {"text": text, "link": None, "long": len(text) > MAX_SHORT_TEXT}
