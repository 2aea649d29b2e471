"""A query result as a network: rows of a SELECT or triples of a CONSTRUCT as links; each claim keeps its evidence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from partnergraph.claims.read_model import ReadModel
from partnergraph.claims.relationships import Claim
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
    """One link of a query result. `kind` is a code, an IRI or any text; empty: whatever connects the two."""

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

    model = ReadModel(reader)
    nodes = node_attributes(model)
    claims = _ClaimsByPair(model.claims(derived=True))
    graph: Network = nx.MultiDiGraph()
    graph.graph.update(graph_metadata(model.reader, None, model.sources) | {"query": query, "story": []})
    graph.graph["title"] = title or f"An answer from: {graph.graph['title']}"
    graph.graph["description"] = None
    unlinked, descriptions = list[str](), dict[str, dict[str, Any]]()
    if form == "SELECT":
        links = _links_of_rows(answer, {label: iri for iri, label in model.labels.items()})
    elif form in ("CONSTRUCT", "DESCRIBE"):
        links, unlinked, descriptions = _links_of_triples(answer, claims, set(nodes))
    else:
        raise UsageError(f"{form} gives no links to draw; a table with the columns from and to does, or CONSTRUCT.")

    def add_node(iri: str) -> None:
        if iri not in graph:
            description = descriptions.get(iri, {})
            label = description.get("label") or model.labels.get(iri) or _local_name(iri)
            node = nodes[iri] if iri in nodes else unknown_node(label)
            graph.add_node(iri, **node | {"attributes": [*node["attributes"], *description.get("attributes", [])]})

    computed: dict[Computed, float | None] = {}
    for link in links:
        for iri in (link.from_, link.to):
            add_node(iri)
        matching = claims.matching(link)
        for claim in matching:
            if not graph.has_edge(claim.from_.iri, claim.to.iri, claim.iri):
                graph.add_edge(
                    claim.from_.iri, claim.to.iri, key=claim.iri, **edge_attributes(claim) | _annotation(claim, link)
                )
        if not matching:
            key = (link.from_, link.to, _kind_or_name(link.kind), link.label)
            computed[key] = max((w for w in (computed.get(key), link.weight) if w is not None), default=None)
    for number, ((start, end, kind, label), weight) in enumerate(sorted(computed.items(), key=lambda item: item[0])):
        graph.add_edge(start, end, key=f"computed-{number}", **_computed(kind, label, weight))
    for iri in unlinked:
        add_node(iri)
    graph.graph["sources"] = _cited_sources(graph)
    return graph


def _local_name(iri: str) -> str:
    """A name for what has none: what follows the last separator of its IRI; any other text as it is."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:\S+", iri):
        return iri
    return re.split(r"[/#:]", iri.rstrip("/#"))[-1] or iri


def _cited_sources(graph: Network) -> dict[str, Any]:
    """The sources of all evidence in the network."""
    records = [data for _, _, data in graph.edges(data=True)]
    for _, node in graph.nodes(data=True):
        records += [node, *(record for part in PARTS for record in node[part])]
    cited = {
        item["source"]
        for record in records
        for item in [*(record.get("evidence") or ()), *(record.get("counter_evidence") or ())]
    }
    return {id_: source for id_, source in graph.graph["sources"].items() if id_ in cited}


class _ClaimsByPair:
    """The claims of the graph by the pair that they connect."""

    def __init__(self, claims: Iterable[Claim]) -> None:
        self.by_iri = {claim.iri: claim for claim in claims}
        self.by_pair: dict[tuple[str, str], list[Claim]] = {}
        for claim in self.by_iri.values():
            self.by_pair.setdefault((claim.from_.iri, claim.to.iri), []).append(claim)

    def matching(self, link: QueryLink) -> list[Claim]:
        """The claims that a link stands for; derived ones only where nobody states it."""
        if link.claim in self.by_iri:
            return [self.by_iri[link.claim]]
        claims = self.by_pair.get((link.from_, link.to), [])
        reverse = self.by_pair.get((link.to, link.from_), []) if link.from_ != link.to else []
        kind = link.kind or (link.label if _kind_code(link.label) else "")
        if kind:
            code = _kind_code(kind)
            symmetric = [claim for claim in reverse if claim.symmetric]
            claims = [claim for claim in [*claims, *symmetric] if code and claim.kind == code]
        else:
            claims = [*claims, *reverse]
        return [claim for claim in claims if claim.derived_by is None] or claims


def _annotation(claim: Claim, link: QueryLink) -> dict[str, Any]:
    """What the query adds to a claim: its label stands in the note, unless it is the kind's own."""
    label = link.label if link.label and _kind_code(link.label) != claim.kind else ""
    notes = [claim.note, f"the query says: {label}" if label else None]
    return {"weight": link.weight, "note": "; ".join(note for note in notes if note) or None}


def _kind_code(kind: str) -> str | None:
    """The code of a kind given as its code, its label, its concept or the property that stands for it."""
    for entry in concepts("relationship-kind"):
        if kind in (entry.code, entry.label, entry.forward, CODE[entry.code], entry.shortcut):
            return entry.code
    return None


def _kind_or_name(kind: str) -> str:
    """The code of a kind, or the last part of the IRI of what is none."""
    return _kind_code(kind) or _local_name(kind)


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


def _links_of_rows(tsv: bytes, iris: dict[str, str]) -> list[QueryLink]:
    """The links of a table. A body may stand there by its IRI or by its name of today; `iris`: the IRI of each name."""
    columns, rows = parse_tsv(tsv)
    if not {"from", "to"} <= set(columns):
        has = ", ".join(f"?{name}" for name in columns) or "none"
        raise UsageError(
            f"A table to draw needs the columns ?from and ?to (?label, ?kind, ?weight too); this one has {has}. "
            "Rename them: SELECT (?a AS ?from) (?b AS ?to) ..."
        )
    links = []
    for row in rows:
        cells = dict(zip(columns, row, strict=True))
        if not cells["from"] or not cells["to"]:
            continue
        start, end = (
            text if cells[name].startswith("<") else iris.get(text, text)
            for name in ("from", "to")
            for text in [term_text(cells[name])]
        )
        weight = python_value(cells.get("weight", ""))
        links.append(
            QueryLink(
                start,
                end,
                term_text(cells.get("label", "")),
                term_text(cells.get("kind", "")),
                float(weight) if isinstance(weight, (int, float)) and not isinstance(weight, bool) else None,
                term_text(cells.get("claim", "")),
            )
        )
    return links


def _links_of_triples(
    ntriples: bytes, claims: _ClaimsByPair, known: set[str]
) -> tuple[list[QueryLink], list[str], dict[str, dict[str, Any]]]:
    """The links of a graph, its bodies that no link joins, and the label and attributes it gives to each body.

    A relationship that it describes (`pg:from`, `pg:to`) is one link; a property with an IRI as its value is another.
    Types and names describe a body and are no links.
    """
    answer = Reader.nquads_lines(line + "\n" for line in ntriples.decode().splitlines() if line)
    by_subject: dict[str, list[tuple[str, str]]] = {}
    for subject, predicate, term in answer.terms("SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o"):
        by_subject.setdefault(term_text(subject), []).append((term_text(predicate), term))
    links, descriptions = [], dict[str, dict[str, Any]]()
    for subject, values in by_subject.items():
        from_, to, kinds = ([term_text(term) for p, term in values if p == PG[name]] for name in ("from", "to", "kind"))
        if from_ and to:
            claim = subject if subject in claims.by_iri else ""
            links.append(QueryLink(from_[0], to[0], kind=kinds[0] if kinds else "", claim=claim))
            continue
        for predicate, term in values:
            if predicate in NAMES and not term.startswith("<"):
                descriptions.setdefault(subject, {}).setdefault("label", term_text(term))
            elif predicate == RDF.type:
                descriptions.setdefault(subject, {})
            elif term.startswith(("<", "_:")):
                links.append(QueryLink(subject, term_text(term), kind=predicate))
            elif subject not in known:
                attribute = {"property": _local_name(predicate), "value": term_text(term)}
                descriptions.setdefault(subject, {}).setdefault("attributes", []).append(attribute)
    return links, sorted(descriptions), descriptions
