"""A network as files for other tools: node and edge lists in CSV, GraphML, and GEXF with the time each edge held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from partnergraph.spreadsheet_safety import csv_text
from partnergraph.xml_text import replace_forbidden

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    import networkx as nx

    Network: TypeAlias = nx.MultiDiGraph[str]

__all__ = ["csv_files", "gexf", "graphml", "plain_network"]

Row = dict[str, Any]
NODE_COLUMNS = ("id", "label", "sort", "type", "description", "also_called", "identifiers", "website", "count")
# The first and the last day from which, and until which, it can have held; empty where open.
BOUND_COLUMNS = ("valid_from_earliest", "valid_from_latest", "valid_until_earliest", "valid_until_latest")
# `source` and `target` are what networkx, pandas and Gephi look for; `said_by` are the sources of the evidence.
EDGE_COLUMNS = (
    *(
        "id",
        "source",
        "target",
        "from_label",
        "wording",
        "to_label",
        "kind",
        "role",
        "via",
        "start",
        "end",
        "date_note",
    ),
    *("standing", "inferred", "derived", "said_by", "evidence"),
    *BOUND_COLUMNS,
    *("bounded_by", "first_seen", "last_confirmed"),
)
EVIDENCE_COLUMNS = (
    *("claim", "id", "form", "words", "says", "locator", "basis", "confidence", "strength"),
    *("source", "title", "publisher", "date", "url"),
)


def _xml_safe(value: Any) -> Any:
    return replace_forbidden(value) if isinstance(value, str) else value


def _pick(data: Row, columns: tuple[str, ...]) -> Row:
    return {column: _xml_safe(data.get(column)) for column in columns}


def _node(iri: str, data: Row) -> Row:
    names = [name["name"] for name in data.get("names", [])]
    identifiers = [f"{entry['label']}: {entry['value']}" for entry in data.get("identifiers", [])]
    also = "; ".join(dict.fromkeys(name for name in names if name != data.get("label")))
    return _pick(data | {"id": iri, "also_called": also, "identifiers": "; ".join(identifiers)}, NODE_COLUMNS)


def _edge(graph: Network, a: str, b: str, key: str, data: Row) -> Row:
    evidence = data.get("evidence", [])
    bounds = (*data.get("valid_from", (None, None)), *data.get("valid_until", (None, None)))
    more = {
        "id": key,
        "source": a,
        "target": b,
        "from_label": graph.nodes[a].get("label", a),
        "to_label": graph.nodes[b].get("label", b),
        "wording": data.get("forward"),
        "via": "; ".join(party["label"] for party in data.get("via", [])),
        "said_by": "; ".join(dict.fromkeys(item["source"] for item in evidence)),
        "evidence": " | ".join(_statement(item) for item in evidence),
        "bounded_by": "; ".join(event["text"] for event in data.get("bounded_by", [])),
    } | dict(zip(BOUND_COLUMNS, bounds, strict=True))
    return _pick(data | more, EDGE_COLUMNS)


def _statement(item: Row) -> str:
    """Only what is quoted stands in quotation marks.

    >>> _statement({"form": "inferred", "strength": "weak", "says": "It is near."})
    'inferred (weak): It is near.'
    """
    if item["form"] == "quoted":
        return f"“{item['words']}”"
    mark = {"inferred": f"inferred ({item.get('strength')}): ", "editor": "editor: "}.get(item["form"], "")
    return f"{mark}{item['says']}"


def _edges(graph: Network) -> list[tuple[str, str, str, Row]]:
    return sorted(graph.edges(keys=True, data=True), key=lambda edge: (edge[2], edge[0], edge[1]))


def csv_files(graph: Network) -> dict[str, str]:
    """nodes.csv, edges.csv (one row for each claim) and evidence.csv (one row for each claim and piece of evidence).

    RFC 4180. The lists are for spreadsheet programs, so an apostrophe stands before text that such a program would take
    for a formula (`spreadsheet_safety.escape_formula`).
    """
    sources = graph.graph.get("sources", {})
    evidence = [
        _pick(item | sources.get(item["source"], {}) | {"claim": key, "id": item["id"]}, EVIDENCE_COLUMNS)
        for _, _, key, data in _edges(graph)
        for item in data.get("evidence", [])
    ]
    return {
        "nodes.csv": _csv(NODE_COLUMNS, [_node(iri, graph.nodes[iri]) for iri in sorted(graph)]),
        "edges.csv": _csv(EDGE_COLUMNS, [_edge(graph, *edge) for edge in _edges(graph)]),
        "evidence.csv": _csv(EVIDENCE_COLUMNS, evidence),
    }


def _csv(columns: tuple[str, ...], rows: list[Row]) -> str:
    return csv_text([columns, *([row[column] for column in columns] for row in rows)])


def _stated(row: Row, *without: str) -> Row:
    """What an exchange format gets: nothing for what is not known, numbers and truth values as they are."""
    return {name: value for name, value in row.items() if value not in (None, "") and name not in without}


def plain_network(graph: Network) -> Network:
    """The same network with texts, numbers and truth values only, in canonical order, as exchange formats need it: what
    is not known is absent, and what is a list is one text. The key of an edge is its id.
    """
    import networkx as nx

    flat: Network = nx.MultiDiGraph()
    for iri in sorted(graph):
        flat.add_node(_xml_safe(iri), **_stated(_node(iri, graph.nodes[iri]), "id"))
    for a, b, key, data in _edges(graph):
        row = _edge(graph, a, b, key, data)
        flat.add_edge(_xml_safe(a), _xml_safe(b), key=_xml_safe(key), **_stated(row, "id", "source", "target"))
    return flat


def graphml(graph: Network) -> bytes:
    """GraphML (graphml.graphdrawing.org). An edge's id is the claim's IRI."""
    from networkx.readwrite.graphml import GraphMLWriter

    writer = GraphMLWriter(encoding="utf-8", prettyprint=True)
    writer.add_graph_element(plain_network(graph))
    return _document(writer.xml)


def _document(root: Element) -> bytes:
    from xml.etree import ElementTree as ET

    ET.indent(root)
    body: bytes = ET.tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + body + b"\n"


def gexf(graph: Network) -> bytes:
    """GEXF 1.2, dynamic: each edge has the spell from the first to the last day it can have held; open where unknown.

    The writer of networkx stamps its version and the day of writing into the file; both are taken out, so that equal
    input gives equal bytes.
    """
    from networkx.readwrite.gexf import GEXFWriter

    flat = plain_network(graph)
    for a, b, key, data in graph.edges(keys=True, data=True):
        (begins, _), (_, over) = data.get("valid_from", (None, None)), data.get("valid_until", (None, None))
        values = flat.edges[_xml_safe(a), _xml_safe(b), _xml_safe(key)]
        # `start` and `end` mean spells in GEXF; what the source states keeps a name of its own.
        for name in ("start", "end"):
            if name in values:
                values[f"{name}_stated"] = values.pop(name)
        values["id"] = _xml_safe(key)  # (that of GraphML is the key)
        values["label"] = _xml_safe(data.get("forward") or data.get("kind") or "")
        if begins or over:
            values["spells"] = [(begins, over)]
    flat.graph["mode"] = "dynamic"
    writer = GEXFWriter(encoding="utf-8", prettyprint=True, version="1.2draft")
    writer.add_graph(flat)
    root = writer.xml
    for element in root.iter():
        if element.tag.endswith("meta"):
            element.attrib.pop("lastmodifieddate", None)
        if element.tag.endswith("creator"):
            element.text = graph.graph.get("generator") or "partnergraph"
        if element.tag.endswith("graph"):
            element.set("timeformat", "date")
            element.set("mode", "dynamic")
            element.attrib.pop("name", None)
    return _document(root)
