"""Bodies by any of their names, as a page or as JSON; without a name, all of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from partnergraph.claims.name_search import find_by_name
from partnergraph.claims.terms import concept_of
from partnergraph.results.formats import term_text
from partnergraph.site.resource_description import base_iri, local_path
from partnergraph.site.templating import HTML, render_template
from partnergraph.site.view import RenderedView
from partnergraph.vocabulary import DCTERMS, ORG, PG, RDF, SKOS, SKOSXL, concepts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from partnergraph.store import Reader

MAX_COUNT = 20
LISTED = 2000
SORTS = {ORG.Organization: "organisation", PG.UnnamedGroup: "group", PG.Undertaking: "undertaking"}
Plain = dict[str, Any]


def render(reader: Reader, values: dict[str, Any]) -> RenderedView:
    """The bodies called `q`, as ``{"found": [...]}`` (`format` json) or a page."""
    asked = " ".join(str(values.get("q") or "").split())
    start = base_iri(reader)
    found = [
        {"iri": one.iri, "label": one.label, "name": one.name}
        for one in (find_by_name(reader, asked, MAX_COUNT) if asked else [])
        if ":" in one.iri  # a blank node has no address
    ]
    _sorted_out(reader, found, start)
    if values["format"] == "json":
        body = json.dumps({"found": found}, ensure_ascii=False).encode() + b"\n"
        return RenderedView("application/json", body)
    everything = [] if asked else _all(reader)
    listed = everything[:LISTED]
    _sorted_out(reader, listed, start)
    page = render_template(
        *("search.html.j2", reader),
        asked=asked,
        found=found,
        groups=list(_groups(listed)),
        number=len(found) if asked else len(everything),
        shown=len(listed),
    )
    return RenderedView(HTML, page)


def _all(reader: Reader) -> list[Plain]:
    """Every body, by its name of today."""
    bodies = {one for sort in SORTS for one in reader.pointing(RDF.type, sort)}
    labels = reader.values(SKOS.prefLabel)
    named = sorted((min(labels[iri]).casefold(), iri) for iri in bodies & labels.keys() if ":" in iri)
    return [{"iri": iri, "label": min(labels[iri])} for _, iri in named]


def _sorted_out(reader: Reader, found: list[Plain], start: str) -> None:
    """Say of each body what sort it is, where its page is, and what sort of name was matched."""
    for one in found:
        said = [(p[1:-1], o[1:-1]) for _, p, o in reader.said_of(one["iri"])]
        sort = next((name for iri, name in SORTS.items() if (RDF.type, iri) in said), "")
        types = [o.rsplit("/", 1)[-1] for p, o in said if p in (ORG.classification, DCTERMS.type, PG.memberType)]
        known = [concept_of(code) for code in sorted(types)]
        one["kind"] = known[0].label if known else sort
        one["family"] = next((each.broader for each in known if each.broader), sort)
        one["link"] = local_path(one["iri"], start)
        if "name" in one:
            one["name_kind"] = _kind_of_name(reader, one["iri"], one["name"])


def _kind_of_name(reader: Reader, iri: str, name: str) -> str | None:
    """What sort of name one of a body's names is."""
    for record in reader.pointing(PG.nameOf, iri):
        said = {p[1:-1]: o for _, p, o in reader.said_of(record)}
        if term_text(said.get(SKOSXL.literalForm, "")) == name and PG.nameKind in said:
            return concept_of(term_text(said[PG.nameKind]).rsplit("/", 1)[-1]).label
    return None


def _groups(found: list[Plain]) -> Iterable[Plain]:
    """The bodies by family, in the order of the vocabulary."""
    labels = {entry.code: entry.label for entry in concepts("org-family")}
    families = [*labels, *sorted({one["family"] for one in found} - labels.keys())]
    for family in families:
        some = [one for one in found if one["family"] == family]
        if some:
            yield {"label": labels.get(family) or _plural(family), "found": some}


def _plural(sort: str) -> str:
    return f"{sort}s" if sort else "others"
