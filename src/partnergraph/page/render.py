"""The one place that knows pyvis: it holds the network and renders our own template, never its own.

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

from partnergraph.page.diagram import Diagram, DiagramEdge
from partnergraph.page.layout.text_metrics import printable_text
from partnergraph.palette import Look, look_of

if TYPE_CHECKING:
    from types import CodeType

    from jinja2 import BytecodeCache, Environment

TEMPLATES = Path(__file__).resolve().parent / "templates"
VENDOR = Path(__file__).resolve().parent / "vendor"


def vis_nodes(made: Diagram, looks: dict[str, Look]) -> list[dict[str, Any]]:
    """Every dot that some view shows, as vis-network takes it, with its places in the three views."""
    found = []
    for dot in made.dots:
        if dot.wide is None and dot.unfolded is None and dot.tall is None:
            continue
        node: dict[str, Any] = {
            "id": dot.number,
            "label": "\n".join(dot.lines()),
            "shape": look_of(looks, dot.family).shape,
            "size": dot.size,
            "font": dot.font,
            "family": dot.family,
            "wide": dot.wide,
            "unfolded": dot.unfolded,
            "tall": dot.tall,
        }
        if dot.hub:
            node["hub"] = 1
        if dot.tall and (short := "\n".join(dot.lines(tall=True))) != node["label"]:
            node["short"] = short
        if dot.group:
            node["dashed"] = 1
        if dot.members:
            node["members"] = list(dot.members)
            node["name"] = dot.label
        found.append(node)
    return found


def vis_edges(made: Diagram) -> list[dict[str, Any]]:
    """Every line, with its bend in each view that shows it."""
    found: dict[DiagramEdge, dict[str, Any]] = {}
    for view, bends in made.bends.items():
        for line, bend in bends.items():
            edge = found.setdefault(
                line, {"from": line.a, "to": line.b, "kind": line.kind, "claims": list(line.claims), "bend": {}}
            )
            if line.inferred:
                edge["inferred"] = 1
            if line.disputed:
                edge["disputed"] = 1
            if line.weight:
                edge["width"] = line.thick
            edge["bend"][view] = bend
    ordered = sorted(found, key=lambda line: (line.a, line.b, line.kind, line.inferred, line.disputed, line.claims))
    return [{"id": number} | found[line] for number, line in enumerate(ordered)]


def render(made: Diagram, looks: dict[str, Look], context: dict[str, Any]) -> str:
    """The page as HTML: pyvis holds dots and lines, our template shows them."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup
    from pyvis.network import Network

    environment = Environment(
        loader=FileSystemLoader(str(TEMPLATES)),
        bytecode_cache=_compiled(),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=lambda value: printable_text(value) if type(value) is str else value,
    )
    environment.filters["oneline"] = lambda text: Markup(re.sub(r"[\r\n]+", " ", str(text)))
    environment.policies["json.dumps_kwargs"] = {"sort_keys": True, "separators": (",", ":")}
    environment.globals.update(context)
    net = Network(directed=True, cdn_resources="in_line")
    net.nodes, net.edges = vis_nodes(made, looks), vis_edges(made)
    if context["large"]:
        environment.globals["packed"] = Markup(_packed(_everything(environment, net.nodes, net.edges, context)))
    net.node_ids = [node["id"] for node in net.nodes]
    net.templateEnv, net.path = environment, "page.html.j2"
    html: str = net.generate_html()
    return html


@cache
def _compiled() -> BytecodeCache:
    """The templates as they were compiled before, for as long as the process lives and they stay as they are."""
    from jinja2 import BytecodeCache
    from jinja2.bccache import Bucket

    kept: dict[tuple[str, str], CodeType | None] = {}

    class Kept(BytecodeCache):
        def load_bytecode(self, bucket: Bucket) -> None:
            bucket.code = kept.get((bucket.key, bucket.checksum))

        def dump_bytecode(self, bucket: Bucket) -> None:
            kept[bucket.key, bucket.checksum] = bucket.code

    return Kept()


@cache
def map_library(webgl: bool = False) -> tuple[str, str]:
    """The script that draws the map in a browser (with `webgl` both of them), as it was published and packed."""
    names = ("vis-network.min.js", "sigma.min.js") if webgl else ("vis-network.min.js",)
    text = "\n".join((VENDOR / name).read_bytes().decode() for name in names)
    return text, _packed(text)


def _packed(text: str) -> str:
    """A text compressed (zlib, RFC 1950), in base64: the same bytes for the same text and the same release of zlib."""
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def _everything(environment: Environment, nodes: list[Any], edges: list[Any], context: dict[str, Any]) -> str:
    """All data of a large page, its rows as text."""
    content, data = context["content"], context["data"]
    rows = environment.get_template("rows.html.j2").render().split("\n")
    count = len(content.bodies)
    keys = {"key": [body["key"] for body in content.bodies], "label": [body["label"] for body in content.bodies]}
    everything = {
        "data": data
        | {
            "bodies": data["bodies"] | keys,
            "claims": data["claims"] | {"key": [claim["key"] for claim in content.claims]},
        },
        "network": {"nodes": nodes, "edges": edges},
        "bodies": rows[:count],
        "claims": rows[count : count + len(content.claims)],
        "sentences": list(content.sentences),
    }
    return printable_text(json.dumps(everything, ensure_ascii=False, separators=(",", ":")))
