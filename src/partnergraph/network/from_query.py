"""An answer as a network: rows of a SELECT or triples of a CONSTRUCT as links; each claim keeps its evidence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from partnergraph.claims.claims import Claim, claims, evidence, labels, sources
from partnergraph.errors import UsageError
from partnergraph.network import edge_attributes, graph_metadata
from partnergraph.network.nodes import node_attributes, unknown_node
from partnergraph.results.tsv import parse_tsv, python_value, term_text
from partnergraph.store import Reader
from partnergraph.vocabulary import CODE, DCTERMS, PG, RDF, RDFS, SKOS, concepts

if TYPE_CHECKING:
    import networkx as nx

    Network: TypeAlias = nx.MultiDiGraph[str]

COLUMNS = ("from", "to", "label", "kind", "weight")
NAMES = (SKOS.prefLabel, RDFS.label, DCTERMS.title)
PARTS = ("names", "identifiers", "attributes", "events", "statements")
COMPUTED = "Computed by the query; not a claim of this graph."
Computed: TypeAlias = tuple[str, str, str, str]


@dataclass(frozen=True)
class QueryLink:
    """One link that an answer asks for. `kind` is a code, an IRI or any text; empty: whatever connects the two."""

    from_: str
    to: str
    label: str = ""
    kind: str = ""
    weight: float | None = None
    claim: str = ""


def network_from_query(
    reader: Reader, answer: bytes, form: str, *, title: str | None = None, query: str | None = None
) -> Network:
    """The answer to a query as a network for `partnergraph.page.draw`.

    `answer` is TSV for the form ``"SELECT"`` (columns `from` and `to`; `label`, `kind` and `weight` if there) and
    N-Triples for ``"CONSTRUCT"`` and ``"DESCRIBE"``. A link between two bodies that the graph connects by a claim (of
    that kind, where the row or the property names one) becomes that claim, with all its evidence; what rules derive
    counts where nobody states it. Any other link is marked as computed by the query. Raises `UsageError` when the
    answer is not one of links, and says how to write it.
    """
    import networkx as nx

    reader = reader.snapshot()
    said_by = sources(reader)
    proofs = evidence(reader, said_by)
    known, names = node_attributes(reader, proofs), labels(reader)
    here = _ClaimsByPair(claims(reader, derived=True, proofs=proofs))
    graph: Network = nx.MultiDiGraph()
    graph.graph.update(graph_metadata(reader, None, said_by) | {"query": query, "story": []})
    graph.graph["title"] = title or f"An answer from: {graph.graph['title']}"
    graph.graph["description"] = None
    loose, told = list[str](), dict[str, dict[str, Any]]()
    if form == "SELECT":
        links = _rows(answer, {name: iri for iri, name in names.items()})
    elif form in ("CONSTRUCT", "DESCRIBE"):
        links, loose, told = _triples(answer, here, set(known))
    else:
        raise UsageError(f"{form} gives no links to draw; a table with the columns from and to does, or CONSTRUCT.")

    def add(iri: str) -> None:
        if iri not in graph:
            found = told.get(iri, {})
            label = found.get("label") or names.get(iri) or _last(iri)
            entry = known[iri] if iri in known else unknown_node(label)
            graph.add_node(iri, **entry | {"attributes": [*entry["attributes"], *found.get("attributes", [])]})

    computed: dict[Computed, float | None] = {}
    for link in links:
        for iri in (link.from_, link.to):
            add(iri)
        found = here.of(link)
        for claim in found:
            if not graph.has_edge(claim.from_.iri, claim.to.iri, claim.iri):
                graph.add_edge(
                    claim.from_.iri, claim.to.iri, key=claim.iri, **edge_attributes(claim) | _said(claim, link)
                )
        if not found:
            named = (link.from_, link.to, _words(link.kind), link.label)
            computed[named] = max((w for w in (computed.get(named), link.weight) if w is not None), default=None)
    for number, ((start, end, kind, label), weight) in enumerate(sorted(computed.items(), key=lambda item: item[0])):
        graph.add_edge(start, end, key=f"computed-{number}", **_computed(kind, label, weight))
    for iri in loose:
        add(iri)
    graph.graph["sources"] = _cited(graph)
    return graph


def _last(iri: str) -> str:
    """A name for what has none: the last part of its address; any other text as it is."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:\S+", iri):
        return iri
    return re.split(r"[/#:]", iri.rstrip("/#"))[-1] or iri


def _cited(graph: Network) -> dict[str, Any]:
    """The sources that something in the network names."""
    told = [data for _, _, data in graph.edges(data=True)]
    for _, node in graph.nodes(data=True):
        told += [node, *(entry for part in PARTS for entry in node[part])]
    named = {
        piece["source"]
        for entry in told
        for piece in [*(entry.get("evidence") or ()), *(entry.get("counter_evidence") or ())]
    }
    return {name: known for name, known in graph.graph["sources"].items() if name in named}


class _ClaimsByPair:
    """The claims of the graph by the pair they join; the stated ones first."""

    def __init__(self, found: Iterable[Claim]) -> None:
        self.by_iri = {claim.iri: claim for claim in found}
        self.between: dict[tuple[str, str], list[Claim]] = {}
        for claim in self.by_iri.values():
            self.between.setdefault((claim.from_.iri, claim.to.iri), []).append(claim)

    def of(self, link: QueryLink) -> list[Claim]:
        """The claims that a link stands for."""
        if link.claim in self.by_iri:
            return [self.by_iri[link.claim]]
        there = self.between.get((link.from_, link.to), [])
        back = self.between.get((link.to, link.from_), []) if link.from_ != link.to else []
        kind = link.kind or (link.label if _code(link.label) else "")
        if kind:
            code = _code(kind)
            found = [
                claim for claim in [*there, *(one for one in back if one.symmetric)] if code and claim.kind == code
            ]
        else:
            found = [*there, *back]
        stated = [claim for claim in found if claim.derived_by is None]
        return stated or found


def _said(claim: Claim, link: QueryLink) -> dict[str, Any]:
    """What the answer says of a claim besides: its label stands in the note, unless it is the kind's own."""
    label = link.label if link.label and _code(link.label) != claim.kind else ""
    notes = [claim.note, f"the query says: {label}" if label else None]
    return {"weight": link.weight, "note": "; ".join(note for note in notes if note) or None}


def _code(kind: str) -> str | None:
    """The code of a kind given as its code, its label, its concept or the property that stands for it."""
    for entry in concepts("relationship-kind"):
        if kind in (entry.code, entry.label, entry.forward, CODE[entry.code], entry.shortcut):
            return entry.code
    return None


def _words(kind: str) -> str:
    """A kind of link that no claim has, in words."""
    code = _code(kind)
    return code or _last(kind)


def _computed(kind: str, label: str, weight: float | None) -> dict[str, Any]:
    words = label or kind.replace("-", " ") or "is linked by the query to"
    return {
        "kind": kind or "computed",
        "label": kind.replace("-", " ") or "computed by the query",
        "forward": words,
        "inverse": words,
        "weight": weight,
        "inferred": True,
        "computed": True,
        "note": COMPUTED,
        "evidence": [],
    }


def _rows(tsv: bytes, by_name: dict[str, str]) -> list[QueryLink]:
    """The links of a table. A body may stand there by its IRI or by its name of today."""
    columns, rows = parse_tsv(tsv)
    if not {"from", "to"} <= set(columns):
        has = ", ".join(f"?{name}" for name in columns) or "none"
        raise UsageError(
            f"A table to draw needs the columns ?from and ?to (?label, ?kind, ?weight too); this one has {has}. "
            "Rename them: SELECT (?a AS ?from) (?b AS ?to) ..."
        )
    found = []
    for row in rows:
        cells = dict(zip(columns, row, strict=True))
        if not cells["from"] or not cells["to"]:
            continue
        ends = [term_text(cells[name]) for name in ("from", "to")]
        start, end = (
            end if cells[name].startswith("<") else by_name.get(end, end)
            for name, end in zip(("from", "to"), ends, strict=True)
        )
        weight = python_value(cells.get("weight", ""))
        found.append(
            QueryLink(
                start,
                end,
                term_text(cells.get("label", "")),
                term_text(cells.get("kind", "")),
                float(weight) if isinstance(weight, (int, float)) and not isinstance(weight, bool) else None,
                term_text(cells.get("claim", "")),
            )
        )
    return found


def _triples(
    ntriples: bytes, here: _ClaimsByPair, known: set[str]
) -> tuple[list[QueryLink], list[str], dict[str, dict[str, Any]]]:
    """The links of a graph, its bodies that no link joins, and what it says of each body in words.

    A relationship that it describes (`pg:from`, `pg:to`) is one link; a property with an IRI as its value is another.
    Types and names describe a body and are no links.
    """
    found = Reader.nquads_lines(line + "\n" for line in ntriples.decode().splitlines() if line)
    by_subject: dict[str, list[tuple[str, str]]] = {}
    for subject, predicate, thing in found.terms("SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o"):
        by_subject.setdefault(term_text(subject), []).append((term_text(predicate), thing))
    links, told = [], dict[str, dict[str, Any]]()
    for subject, values in by_subject.items():
        ends = {name: [term_text(thing) for p, thing in values if p == PG[name]] for name in ("from", "to", "kind")}
        if ends["from"] and ends["to"]:
            claim = subject if subject in here.by_iri else ""
            links.append(
                QueryLink(ends["from"][0], ends["to"][0], "", ends["kind"][0] if ends["kind"] else "", None, claim)
            )
            continue
        for predicate, thing in values:
            if predicate in NAMES and not thing.startswith("<"):
                told.setdefault(subject, {}).setdefault("label", term_text(thing))
            elif predicate == RDF.type:
                told.setdefault(subject, {})
            elif thing.startswith(("<", "_:")):
                links.append(QueryLink(subject, term_text(thing), kind=predicate))
            elif subject not in known:
                attribute = {"property": _last(predicate), "value": term_text(thing)}
                told.setdefault(subject, {}).setdefault("attributes", []).append(attribute)
    return links, sorted(told), told
