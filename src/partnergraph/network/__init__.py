"""The graph as a network: bodies as nodes, claims as edges, evidence on every edge, dates applied."""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

from partnergraph.vocabulary import concepts

if TYPE_CHECKING:
    import networkx as nx

    from partnergraph.claims.relationships import Claim
    from partnergraph.claims.sources import SourceReference
    from partnergraph.store import Reader

    Network: TypeAlias = nx.MultiDiGraph[str]

__all__ = ["build_network"]

# What several bodies of a family are called, in a question such as "Which of our partners are ...?".
FAMILY_PLURALS = {
    "education": "universities or colleges",
    "academic-unit": "schools, institutes or units",
    "partnership-body": "consortia, partnerships or networks",
    "health-service": "NHS bodies or providers of care",
    "local-government": "councils or other local government",
    "central-government": "government or public bodies",
    "civil-society": "charities or professional bodies",
    "people-and-others": "people or others",
    "undertaking": "programmes, strategies or exercises",
}


@contextmanager
def paused_collection() -> Iterator[None]:
    """Without the search for cyclic garbage, in the whole process: a network makes none, and the search through its
    many values, again and again, takes a third of the time.
    """
    paused = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if paused:
            gc.enable()


@paused_collection()
def build_network(
    reader: Reader,
    *,
    as_of: str | None = None,
    derived: bool = False,
    inferred: bool = True,
    places: bool = False,
    bodies: Collection[str] | None = None,
) -> Network:
    """A `networkx.MultiDiGraph`: one node for each body, one edge for each claim, keyed by the claim's IRI.

    `as_of` (2014, 2014-06 or 2014-06-30) leaves out what surely did not hold then, and what rules derive from it (see
    `partnergraph.claims.as_of`); each edge says in `holds` whether it surely did (``"yes"``) or whether the dates
    stated and the lives of the parties leave it open (``"unknown"``). `start_bounds` and `end_bounds` of an edge are
    the days that the stated dates can mean, `valid_from` and `valid_until` what the parties' lives leave of them, with
    the events in `bounded_by`. `derived` adds the links that rules derive (successions, which have an event's
    evidence, are always there), `inferred` keeps those that rest on inference alone, `places` keeps locations. `bodies`
    (IRIs): only these and the claims between them; of a few bodies of a large graph, only what is recorded of them is
    read. All values are plain: text, numbers, lists and dicts; None where nothing is known. `graph.graph["story"]`
    holds the editor's story, a node's `at` its saved positions, by view, and its `start_bounds` and `end_bounds` the
    days on which it can have begun and ended. Raises `UsageError` for a date in another form.
    """
    import networkx as nx

    from partnergraph.claims.as_of import as_of as graph_as_of
    from partnergraph.claims.date_window import date_window
    from partnergraph.claims.read_model import ReadModel
    from partnergraph.claims.sources import read_sources
    from partnergraph.network.nodes import node_attributes, unknown_node
    from partnergraph.network.part import part_reader
    from partnergraph.network.presentation import positions, story

    window = date_window(as_of) if as_of is not None else None
    whole = graph_as_of(reader, as_of) if as_of is not None else reader
    part = part_reader(whole, bodies) if bodies is not None else None
    model = ReadModel(part if part is not None else whole)
    if part is None:
        whole = model.reader
    nodes = node_attributes(model)
    graph: Network = nx.MultiDiGraph()
    graph.graph.update(graph_metadata(whole, as_of, model.sources if part is None else read_sources(whole)))
    graph.graph["story"] = story(whole)
    node_positions = positions(whole)
    omitted = {iri for iri, attributes in nodes.items() if attributes["sort"] == "place" and not places}
    for iri, attributes in nodes.items():
        if iri not in omitted:
            graph.add_node(iri, **attributes | {"at": node_positions.get(iri, {})})
    for claim in model.iterate_claims(derived=derived or ("succession",), omitted=omitted):
        if claim.inferred and not inferred:
            continue
        for party in (claim.from_, claim.to):
            if party.iri not in graph:
                graph.add_node(party.iri, **unknown_node(party.label))
        graph.add_edge(
            claim.from_.iri,
            claim.to.iri,
            key=claim.iri,
            holds=claim.holds(*window) if window else None,
            **edge_attributes(claim),
        )
    if bodies is not None:
        shown = {*bodies}
        graph.remove_nodes_from([iri for iri in graph if iri not in shown])
    return graph


def edge_attributes(claim: Claim) -> dict[str, Any]:
    """A claim as the attributes of an edge."""
    from partnergraph.network.nodes import evidence_values

    return {
        "kind": claim.kind,
        "label": claim.label,
        "forward": claim.forward,
        "inverse": claim.inverse,
        "symmetric": claim.symmetric,
        "role": claim.role,
        "via": [{"id": party.iri, "label": party.label} for party in claim.via],
        "start": claim.start,
        "end": claim.end,
        "start_bounds": claim.start_bounds,
        "end_bounds": claim.end_bounds,
        "valid_from": claim.valid_from,
        "valid_until": claim.valid_until,
        "bounded_by": [
            {
                "id": event.iri,
                "kind": event.kind,
                "party": {"id": event.party.iri, "label": event.party.label},
                "begins": event.begins,
                "date": event.date,
                "text": str(event),
                "evidence": [evidence_values(item) for item in event.evidence],
            }
            for event in claim.bounded_by
        ],
        "first_seen": claim.first_seen,
        "last_confirmed": claim.last_confirmed,
        "date_note": claim.date_note,
        "note": "; ".join(part for part in (claim.grant, claim.note) if part) or None,
        "standing": claim.standing,
        "standing_note": claim.standing_note,
        "contradicts": list(claim.contradicts),
        "inferred": claim.inferred,
        "derived": claim.derived_by is not None,
        "rule": claim.derived_by,
        "derived_from": list(claim.derived_from),
        "premises": [
            {
                "id": premise.iri,
                "sentence": premise.sentence,
                "period": premise.period,
                "standing": premise.standing,
                "inferred": premise.inferred,
            }
            for premise in claim.premises
        ],
        "overlap": claim.overlap,
        "evidence": [evidence_values(item) for item in claim.evidence],
        "counter_evidence": [evidence_values(item) for item in claim.counter_evidence],
    }


def graph_metadata(reader: Reader, as_of: str | None, sources: Mapping[str, SourceReference]) -> dict[str, Any]:
    """The attributes of the network itself: title, publisher, licence, sources, and the words for kinds and types."""
    from partnergraph import __version__
    from partnergraph.claims.terms import narrower_kinds
    from partnergraph.network.nodes import source_values

    rows = reader.rows(
        "SELECT * { ?c a dcat:Catalog . OPTIONAL { ?c dcterms:title ?title } OPTIONAL { ?c dcterms:description ?d } "
        "OPTIONAL { ?c dcterms:license ?licence } OPTIONAL { ?c dcterms:publisher ?publisher } "
        "OPTIONAL { ?c pg:about ?focus } } ORDER BY ?c LIMIT 1"
    )
    row = rows[0] if rows else {}
    partner_kinds = narrower_kinds("association")
    return {
        "title": row.get("title") or "A partnership graph",
        "description": row.get("d"),
        "licence": row.get("licence"),
        "publisher": row.get("publisher"),
        "focus": row.get("focus"),
        "as_of": as_of,
        "generator": f"partnergraph {__version__}",
        "sources": {source.id: source_values(source) for source in sources.values()},
        "kinds": {
            kind.code: {
                "label": kind.label,
                "forward": kind.forward or kind.label,
                "inverse": kind.inverse or kind.forward or kind.label,
                "symmetric": kind.symmetric,
                "partners": kind.code in partner_kinds,
            }
            for kind in concepts("relationship-kind")
        },
        "families": {
            entry.code: {"label": entry.label, "plural": FAMILY_PLURALS.get(entry.code)}
            for entry in concepts("org-family")
        }
        | {
            "undertaking": {"label": "programme, strategy or exercise", "plural": "programmes, strategies or exercises"}
        },
        "types": {entry.code: {"label": entry.label} for entry in concepts() if entry.scheme != "relationship-kind"},
    }
