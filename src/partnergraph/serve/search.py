"""Bodies by any of their names, as a page or as JSON; without a name, all of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from partnergraph.queries.claims import concept
from partnergraph.queries.names import find
from partnergraph.serve.described import base, local
from partnergraph.serve.rendered import HTML, render
from partnergraph.serve.view import Shown
from partnergraph.vocabulary import ORG, PG, RDF, SKOS, concepts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from partnergraph.store import Reader

MOST = 20
LISTED = 2000
SORTS = {ORG.Organization: "organisation", PG.UnnamedGroup: "group", PG.Undertaking: "undertaking"}
_TYPES = """SELECT ?s ?class ?type {{ VALUES ?s {{ {} }}
  VALUES ?class {{ org:Organization pg:UnnamedGroup pg:Undertaking }}
  ?s a ?class OPTIONAL {{ ?s org:classification|dcterms:type|pg:memberType ?type }} }} ORDER BY ?s ?class ?type"""
_NAMES = """SELECT ?s ?name ?kind {{ VALUES ?s {{ {} }}
  ?n pg:nameOf ?s ; skosxl:literalForm ?name ; pg:nameKind ?kind }} ORDER BY ?s ?name DESC(?kind)"""
Plain = dict[str, Any]


def show(reader: Reader, values: dict[str, Any]) -> Shown:
    """The bodies called `q`, as ``{"found": [...]}`` (`format` json) or a page."""
    asked = " ".join(str(values.get("q") or "").split())
    start = base(reader)
    found = [
        {"iri": one.iri, "label": one.label, "name": one.name} for one in (find(reader, asked, MOST) if asked else [])
    ]
    _sorted_out(reader, found, start)
    if values["format"] == "json":
        body = json.dumps({"found": found}, ensure_ascii=False).encode() + b"\n"
        return Shown("application/json", body)
    everything = [] if asked else _all(reader)
    listed = everything[:LISTED]
    _sorted_out(reader, listed, start)
    page = render(
        *("search.html.j2", reader),
        asked=asked,
        found=found,
        groups=list(_groups(listed)),
        number=len(found) if asked else len(everything),
        shown=len(listed),
    )
    return Shown(HTML, page)


def _all(reader: Reader) -> list[Plain]:
    """Every body, by its name of today."""
    bodies = {one for sort in SORTS for one in reader.pointing(RDF.type, sort)}
    labels = reader.values(SKOS.prefLabel)
    named = sorted((min(labels[iri]).casefold(), iri) for iri in bodies & labels.keys() if ":" in iri)
    return [{"iri": iri, "label": min(labels[iri])} for _, iri in named]


def _sorted_out(reader: Reader, found: list[Plain], start: str) -> None:
    """Say of each body what sort it is, where its page is, and what sort of name was matched."""
    sorts, kinds = dict[str, tuple[str, str]](), dict[tuple[str, str], str]()
    for at in range(0, len(found), 500):
        some = " ".join(f"<{one['iri']}>" for one in found[at : at + 500])
        for row in reader.rows(_TYPES.format(some)):
            code = str(row["type"] or "").rsplit("/", 1)[-1]
            sort = SORTS[str(row["class"])]
            family = concept(code).broader if code else None
            sorts.setdefault(str(row["s"]), (concept(code).label if code else sort, family or sort))
        if any("name" in one for one in found):
            for row in reader.rows(_NAMES.format(some)):
                kinds[str(row["s"]), str(row["name"])] = concept(str(row["kind"]).rsplit("/", 1)[-1]).label
    for one in found:
        kind, family = sorts.get(one["iri"], ("", ""))
        one |= {"kind": kind, "family": family, "link": local(one["iri"], start)}
        if "name" in one:
            one["name_kind"] = kinds.get((one["iri"], one["name"]))


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
