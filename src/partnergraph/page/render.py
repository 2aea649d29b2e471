"""The only file that knows pyvis: it holds the network and renders our own template, never its own.

pyvis's own template loads from the network, runs titles and headings as HTML and draws another picture each time; so
only four attributes and one method of it are used.
"""

from __future__ import annotations

import base64
import json
import re
import zlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from partnergraph.page.diagram import LABEL_GAP, Diagram, DiagramEdge
from partnergraph.palette import Look, look_of
from partnergraph.xml_text import replace_forbidden

if TYPE_CHECKING:
    from types import CodeType

    from jinja2 import BytecodeCache, Environment

TEMPLATES = Path(__file__).resolve().parent / "templates"
VENDOR = Path(__file__).resolve().parent / "vendor"


def vis_nodes(diagram: Diagram, looks: dict[str, Look]) -> list[dict[str, Any]]:
    """Every node that some view shows, as vis-network takes it, with its positions in the three views."""
    vis_nodes = []
    for node in diagram.nodes:
        if node.wide is None and node.unfolded is None and node.tall is None:
            continue
        vis_node: dict[str, Any] = {
            "id": node.number,
            "label": "\n".join(node.label_lines()),
            "shape": look_of(looks, node.family).shape,
            "size": node.size,
            "font": node.font,
            "family": node.family,
            "wide": node.wide,
            "unfolded": node.unfolded,
            "tall": node.tall,
        }
        if node.hub:
            vis_node["hub"] = 1
        if node.tall and (short := "\n".join(node.label_lines(tall=True))) != vis_node["label"]:
            vis_node["short"] = short
        if node.gap != LABEL_GAP:
            vis_node["gap"] = node.gap
        if node.place:
            vis_node["place"] = node.place
        if node.group:
            vis_node["dashed"] = 1
        if node.members:
            vis_node["members"] = list(node.members)
            vis_node["name"] = node.label
        vis_nodes.append(vis_node)
    return vis_nodes


def vis_edges(diagram: Diagram) -> list[dict[str, Any]]:
    """Every edge, as vis-network takes it, with its bend in each view that shows it."""
    vis_edges_by_edge: dict[DiagramEdge, dict[str, Any]] = {}
    for view, bends in diagram.bends.items():
        for edge, bend in bends.items():
            vis_edge = vis_edges_by_edge.setdefault(
                edge, {"from": edge.a, "to": edge.b, "kind": edge.kind, "claims": list(edge.claims), "bend": {}}
            )
            if edge.inferred:
                vis_edge["inferred"] = 1
            if edge.disputed:
                vis_edge["disputed"] = 1
            if edge.weight:
                vis_edge["width"] = edge.width
            vis_edge["bend"][view] = bend
    ordered = sorted(
        vis_edges_by_edge, key=lambda edge: (edge.a, edge.b, edge.kind, edge.inferred, edge.disputed, edge.claims)
    )
    return [{"id": number} | vis_edges_by_edge[edge] for number, edge in enumerate(ordered)]


def render(diagram: Diagram, looks: dict[str, Look], context: dict[str, Any]) -> str:
    """The page as HTML: pyvis holds nodes and edges, our template shows them."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup
    from pyvis.network import Network

    from partnergraph.page.print_report import days_in_words

    environment = Environment(
        loader=FileSystemLoader(str(TEMPLATES)),
        bytecode_cache=_compiled(),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=lambda value: replace_forbidden(value) if type(value) is str else value,
    )
    environment.filters["oneline"] = lambda text: Markup(re.sub(r"[\r\n]+", " ", str(text)))
    environment.filters["days"] = days_in_words
    environment.policies["json.dumps_kwargs"] = {"sort_keys": True, "separators": (",", ":")}
    environment.globals.update(context)
    net = Network(directed=True, cdn_resources="in_line")
    net.nodes, net.edges = vis_nodes(diagram, looks), vis_edges(diagram)
    if context["large"]:
        environment.globals["packed"] = Markup(packed(_page_data(environment, net.nodes, net.edges, context)))
    net.node_ids = [node["id"] for node in net.nodes]
    net.templateEnv, net.path = environment, "page.html.j2"
    html: str = net.generate_html()
    return html


@cache
def _compiled() -> BytecodeCache:
    """The templates as they were compiled before, for as long as the process lives and they stay as they are."""
    from jinja2 import BytecodeCache
    from jinja2.bccache import Bucket

    bytecode: dict[tuple[str, str], CodeType | None] = {}

    class _BytecodeInMemory(BytecodeCache):
        def load_bytecode(self, bucket: Bucket) -> None:
            bucket.code = bytecode.get((bucket.key, bucket.checksum))

        def dump_bytecode(self, bucket: Bucket) -> None:
            bytecode[bucket.key, bucket.checksum] = bucket.code

    return _BytecodeInMemory()


@cache
def map_library(webgl: bool = False) -> tuple[str, str]:
    """The script that draws the map in a browser (with `webgl` both of them), as it was published and packed."""
    names = ("vis-network.min.js", "sigma.min.js") if webgl else ("vis-network.min.js",)
    text = "\n".join((VENDOR / name).read_bytes().decode() for name in names)
    return text, packed(text)


def packed(text: str) -> str:
    """A text compressed (zlib, RFC 1950), in base64: the same bytes for the same text and the same release of zlib."""
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def _page_data(environment: Environment, nodes: list[Any], edges: list[Any], context: dict[str, Any]) -> str:
    """All data of a large page, its rows as text."""
    content, data = context["content"], context["data"]
    rows = environment.get_template("rows.html.j2").render().split("\n")
    count = len(content.bodies)
    keys = {"key": [body["key"] for body in content.bodies], "label": [body["label"] for body in content.bodies]}
    page_data = {
        "data": data
        | {
            "bodies": data["bodies"] | keys,
            "claims": data["claims"] | {"key": [claim["key"] for claim in content.claims]},
        },
        "network": {"nodes": nodes, "edges": edges, "radial": context["radial"]},
        "bodies": rows[:count],
        "claims": rows[count : count + len(content.claims)],
        "sentences": list(content.sentences),
    }
    return replace_forbidden(json.dumps(page_data, ensure_ascii=False, separators=(",", ":")))
