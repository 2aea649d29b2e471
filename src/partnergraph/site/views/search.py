"""Bodies by any of their names, as a page or as JSON; without a name, all of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from partnergraph.claims.name_search import find_by_name
from partnergraph.claims.terms import concept_of
from partnergraph.results.tsv import term_text
from partnergraph.site.resource_description import base_iri, local_path
from partnergraph.site.templating import HTML, render_template
from partnergraph.site.view import RenderedView
from partnergraph.vocabulary import DCTERMS, ORG, PG, RDF, SKOS, SKOSXL, concepts
from partnergraph.vocabulary.iri import last_segment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from partnergraph.store import Reader

MAX_COUNT = 20
MAX_LISTED = 2000
CLASSES = {ORG.Organization: "organisation", PG.UnnamedGroup: "group", PG.Undertaking: "undertaking"}
Plain = dict[str, Any]


def render(reader: Reader, values: dict[str, Any]) -> RenderedView:
    """The bodies called `q`, as ``{"found": [...]}`` (`format` json) or a page."""
    name = " ".join(str(values.get("q") or "").split())
    start = base_iri(reader)
    bodies = [
        {"iri": body.iri, "label": body.label, "name": body.name}
        for body in (find_by_name(reader, name, MAX_COUNT) if name else [])
        if ":" in body.iri  # a blank node has no address
    ]
    _add_kinds(reader, bodies, start)
    if values["format"] == "json":
        body = json.dumps({"found": bodies}, ensure_ascii=False).encode() + b"\n"
        return RenderedView("application/json", body)
    everything = [] if name else _all(reader)
    listed = everything[:MAX_LISTED]
    _add_kinds(reader, listed, start)
    page = render_template(
        *("search.html.j2", reader),
        asked=name,
        found=bodies,
        groups=list(_groups(listed)),
        number=len(bodies) if name else len(everything),
        shown=len(listed),
    )
    return RenderedView(HTML, page)


def _all(reader: Reader) -> list[Plain]:
    """Every body, by its name of today."""
    bodies = {body for class_iri in CLASSES for body in reader.pointing(RDF.type, class_iri)}
    labels = reader.values(SKOS.prefLabel)
    named = sorted((min(labels[iri]).casefold(), iri) for iri in bodies & labels.keys() if ":" in iri)
    return [{"iri": iri, "label": min(labels[iri])} for _, iri in named]


def _add_kinds(reader: Reader, bodies: list[Plain], start: str) -> None:
    """Add the kind of each body, the path of its page and, after a search, the kind of the name that matched."""
    for body in bodies:
        statements = [(p[1:-1], o[1:-1]) for _, p, o in reader.statements_about(body["iri"])]
        class_name = next((name for iri, name in CLASSES.items() if (RDF.type, iri) in statements), "")
        codes = [last_segment(o) for p, o in statements if p in (ORG.classification, DCTERMS.type, PG.memberType)]
        types = [concept_of(code) for code in sorted(codes)]
        body["kind"] = types[0].label if types else class_name
        body["family"] = next((each.broader for each in types if each.broader), class_name)
        body["link"] = local_path(body["iri"], start)
        if "name" in body:
            body["name_kind"] = _name_kind(reader, body["iri"], body["name"])


def _name_kind(reader: Reader, iri: str, name: str) -> str | None:
    """The label of the kind of one of a body's names."""
    for record in reader.pointing(PG.nameOf, iri):
        statements = {p[1:-1]: o for _, p, o in reader.statements_about(record)}
        if term_text(statements.get(SKOSXL.literalForm, "")) == name and PG.nameKind in statements:
            return concept_of(last_segment(term_text(statements[PG.nameKind]))).label
    return None


def _groups(bodies: list[Plain]) -> Iterable[Plain]:
    """The bodies by family, in the order of the vocabulary."""
    labels = {entry.code: entry.label for entry in concepts("org-family")}
    families = [*labels, *sorted({body["family"] for body in bodies} - labels.keys())]
    for family in families:
        some = [body for body in bodies if body["family"] == family]
        if some:
            yield {"label": labels.get(family) or _plural(family), "found": some}


def _plural(class_name: str) -> str:
    return f"{class_name}s" if class_name else "others"
