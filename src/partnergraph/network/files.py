"""A network as files for other tools: node and edge lists in CSV, GraphML, and GEXF with the time each edge held."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import networkx as nx

    Network: TypeAlias = nx.MultiDiGraph[str]

__all__ = ["csv_files", "gexf", "graphml"]

NODE_COLUMNS = ("id", "label", "sort", "type", "description", "also_called", "identifiers", "website", "count")
EDGE_COLUMNS = (
    *("id", "from", "to", "from_label", "wording", "to_label", "kind", "role", "via", "start", "end", "date_note"),
    *("standing", "inferred", "derived", "sources", "evidence"),
)
EVIDENCE_COLUMNS = (
    *("claim", "id", "form", "words", "says", "locator", "basis", "confidence", "strength"),
    *("source", "title", "publisher", "date", "url"),
)


def _node(iri: str, data: dict[str, Any]) -> dict[str, str]:
    names = [name["name"] for name in data.get("names", [])]
    identifiers = [f"{entry['label']}: {entry['value']}" for entry in data.get("identifiers", [])]
    return _texts(
        data
        | {
            "id": iri,
            "also_called": "; ".join(dict.fromkeys(name for name in names if name != data.get("label"))),
            "identifiers": "; ".join(identifiers),
        },
        NODE_COLUMNS,
    )


def _edge(graph: Network, a: str, b: str, key: str, data: dict[str, Any]) -> dict[str, str]:
    evidence = [_statement(piece) for piece in data.get("evidence", [])]
    return _texts(
        data
        | {
            "id": key,
            "from": a,
            "to": b,
            "from_label": graph.nodes[a].get("label", a),
            "to_label": graph.nodes[b].get("label", b),
            "wording": data.get("forward"),
            "via": "; ".join(party["label"] for party in data.get("via", [])),
            "sources": "; ".join(dict.fromkeys(piece["source"] for piece in data.get("evidence", []))),
            "evidence": " | ".join(evidence),
        },
        EDGE_COLUMNS,
    )


def _statement(piece: dict[str, Any]) -> str:
    return f"“{piece['words']}”" if piece["form"] == "quoted" else str(piece["says"])


def _texts(data: dict[str, Any], columns: tuple[str, ...]) -> dict[str, str]:
    values = {column: data.get(column) for column in columns}
    return {
        column: "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
        for column, value in values.items()
    }


def csv_files(graph: Network) -> dict[str, str]:
    """nodes.csv, edges.csv (one row for each claim) and evidence.csv (one row for each claim and piece of evidence)."""
    sources = graph.graph.get("sources", {})
    evidence = [
        _texts(piece | sources.get(piece["source"], {}) | {"claim": key, "id": piece["id"]}, EVIDENCE_COLUMNS)
        for _, _, key, data in _edges(graph)
        for piece in data.get("evidence", [])
    ]
    return {
        "nodes.csv": _csv(NODE_COLUMNS, [_node(iri, graph.nodes[iri]) for iri in sorted(graph)]),
        "edges.csv": _csv(EDGE_COLUMNS, [_edge(graph, *edge) for edge in _edges(graph)]),
        "evidence.csv": _csv(EVIDENCE_COLUMNS, evidence),
    }


def _edges(graph: Network) -> list[tuple[str, str, str, dict[str, Any]]]:
    return sorted(graph.edges(keys=True, data=True), key=lambda edge: (edge[2], edge[0], edge[1]))


def _csv(columns: tuple[str, ...], rows: list[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\r\n")  # RFC 4180
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _flat(graph: Network) -> Network:
    """The same network with text values only, in canonical order, as the exchange formats need it."""
    import networkx as nx

    flat: Network = nx.MultiDiGraph()
    for iri in sorted(graph):
        flat.add_node(iri, **_node(iri, graph.nodes[iri]))
    for a, b, key, data in _edges(graph):
        flat.add_edge(a, b, key=key, **_edge(graph, a, b, key, data))
    return flat


def graphml(graph: Network) -> bytes:
    """GraphML (graphml.graphdrawing.org), every attribute as text."""
    import networkx as nx

    return ("\n".join(nx.generate_graphml(_flat(graph))) + "\n").encode()


def gexf(graph: Network) -> bytes:
    """GEXF 1.2, dynamic: each edge has the spell from the first to the last day it can have held; open where unknown.

    The writer of networkx stamps the day of writing into the file; it is taken out: equal input gives equal bytes.
    """
    from xml.etree import ElementTree as ET

    from networkx.readwrite.gexf import GEXFWriter

    flat = _flat(graph)
    for a, b, key, data in graph.edges(keys=True, data=True):
        start, end = data.get("start_bounds"), data.get("end_bounds")
        values = flat.edges[a, b, key]
        # `start` and `end` mean spells in GEXF; what the source states keeps a name of its own.
        values["start_stated"], values["end_stated"] = values.pop("start"), values.pop("end")
        values["label"] = data.get("forward") or data.get("kind") or ""
        if start or end:
            values["spells"] = [(start[0] if start else None, end[1] if end else None)]
    flat.graph["mode"] = "dynamic"
    writer = GEXFWriter(encoding="utf-8", prettyprint=True, version="1.2draft")
    writer.add_graph(flat)
    root = writer.xml
    for element in root.iter():
        if element.tag.endswith("meta"):
            element.attrib.pop("lastmodifieddate", None)
        if element.tag.endswith("graph"):
            element.set("timeformat", "date")
            element.set("mode", "dynamic")
            element.attrib.pop("name", None)
    ET.indent(root)
    body: bytes = ET.tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + body + b"\n"


def write(graph: Network, format_: str, path: Path) -> list[Path]:
    """Write ``csv`` (into a folder), ``graphml`` or ``gexf``; returns the files written."""
    if format_ == "csv":
        path.mkdir(parents=True, exist_ok=True)
        for name, text in csv_files(graph).items():
            (path / name).write_text(text, "utf-8", newline="")
        return [path / name for name in csv_files(graph)]
    path.write_bytes({"graphml": graphml, "gexf": gexf}[format_](graph))
    return [path]
