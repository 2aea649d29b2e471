"""The vocabulary for completion in the editor: prefixes, and the graph's terms with label, meaning and count."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from partnergraph.site.resource_description import PARTS, VOCABULARY, base_iri
from partnergraph.site.view import RenderedView
from partnergraph.vocabulary import PREFIXES, concepts, schemes

if TYPE_CHECKING:
    from partnergraph.store import Reader

_USED = {
    "properties": "SELECT ?term (COUNT(*) AS ?n) { ?s ?term ?o } GROUP BY ?term",
    "classes": "SELECT ?term (COUNT(*) AS ?n) { ?s a ?term } GROUP BY ?term",
}
# A term of the vocabulary is offered also where the graph does not use it yet.
_KNOWN = """SELECT DISTINCT ?term ?label ?comment ?class {
  VALUES (?type ?class) {
    (owl:Class true) (owl:ObjectProperty false) (owl:DatatypeProperty false) (owl:AnnotationProperty false)
  }
  ?term a ?type ; rdfs:label ?label OPTIONAL { ?term rdfs:comment ?comment }
} ORDER BY ?term ?label ?comment"""
_GRAPHS = """SELECT DISTINCT ?term ?label {
  { ?term a pg:SourceGraph } UNION { ?term a pg:DerivedGraph } ?term dcterms:title ?label } ORDER BY ?term LIMIT 2000"""


def render(reader: Reader, values: dict[str, Any]) -> RenderedView:  # noqa: ARG001  every view is called so
    """All of it as JSON: `prefixes`, `properties` and `classes` (the most used first), `codes` and `graphs`.

    An IRI under one of `sites` whose next part is one of `parts` has a page here.
    """
    term_info: dict[str, tuple[str, str, bool]] = {}
    for row in reader.rows(_KNOWN):
        term_info.setdefault(
            str(row["term"]), (str(row["label"]), str(row.get("comment") or ""), row["class"] in (True, "true"))
        )
    sites = list(dict.fromkeys((base_iri(reader), VOCABULARY)))
    result: dict[str, Any] = {"prefixes": dict(PREFIXES), "sites": sites, "parts": list(PARTS)}
    for kind, sparql in _USED.items():
        counts = {str(row["term"]): int(str(row["n"])) for row in reader.rows(sparql)}
        counts |= {iri: 0 for iri, (_, _, of) in term_info.items() if of == (kind == "classes") and iri not in counts}
        result[kind] = [
            {
                "iri": iri,
                "label": term_info.get(iri, ("", ""))[0],
                "about": term_info.get(iri, ("", ""))[1],
                "count": count,
            }
            for iri, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        ]
    result["codes"] = [
        {"iri": PREFIXES["code"] + concept.code, "label": concept.label, "about": concept.definition, "list": scheme}
        for scheme in schemes()
        for concept in concepts(scheme)
    ]
    result["graphs"] = [{"iri": str(row["term"]), "label": str(row["label"])} for row in reader.rows(_GRAPHS)]
    return RenderedView("application/json", json.dumps(result, ensure_ascii=False).encode())
