"""The map as SVG: readable before any script runs, the body of the print, and a file of its own."""

from __future__ import annotations

from math import cos, hypot, pi, sin
from xml.sax.saxutils import escape, quoteattr

from partnergraph.page.diagram import TALL_FONT, Diagram, DiagramEdge, DiagramNode
from partnergraph.page.endings import Endings
from partnergraph.page.highlights import Highlights
from partnergraph.page.layout.arrangement import node_box
from partnergraph.page.layout.edge_routing import control_point
from partnergraph.page.layout.label_placement import label_rectangle
from partnergraph.page.layout.map_regions import FONT, MapRegion
from partnergraph.page.layout.text_metrics import LINE_HEIGHT
from partnergraph.page.mark_symbols import hull_names_svg, hulls_svg, ring_svg, state_svg
from partnergraph.palette import LIGHT, Look, look_of
from partnergraph.xml_text import replace_forbidden

# Where two networks are compared: colour and dashes of an edge by its change.
CHANGES = {
    "new": (LIGHT.fresh, ""),
    "changed": (LIGHT.link, ""),
    "ended": (LIGHT.past, "8 3 2 3"),
    "gone": (LIGHT.past, "8 3 2 3"),
}
MIN_SHARE = 0.55  # of the map's width that a picture of a part shows
CORNERS = {
    "diamond": (4, 0.0),
    "triangle": (3, 0.0),
    "triangleDown": (3, pi),
    "hexagon": (6, pi / 6),
    "square": (4, pi / 4),
}


def render_svg(
    diagram: Diagram,
    looks: dict[str, Look],
    title: str,
    view: str = "wide",
    inline: bool = True,
    endings: Endings | None = None,
) -> str:
    """The diagram in one view (wide, unfolded or tall), coloured by classes when inline, else by attributes; what has
    ended is pale.
    """
    endings = endings or Endings()
    nodes = [node for node in diagram.nodes if getattr(node, view) is not None]
    at = {node.number: getattr(node, view) for node in nodes}
    bounds = map_bounds(diagram, view)
    left, top, width, height = bounds
    marks = diagram.highlights or Highlights()
    hulls = marks.hulls.get(view, [])
    lost = {node.number for node in nodes if marks.state(diagram.bodies_of(node)) == "removed"}
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left} {top} {width} {height}" role="img" '
        f'aria-label={quoteattr(replace_forbidden(title))} class="map-svg" '
        "font-family=\"Arial, Helvetica, 'Liberation Sans', sans-serif\"",
        "" if inline else f' width="{width}" height="{height}"',
        f"><title>{escape(replace_forbidden(title))}</title>",
        "" if inline else f'<rect x="{left}" y="{top}" width="{width}" height="{height}" fill="{LIGHT.page}"/>',
        f'<g id="map-{view}">' if inline else "",
        hulls_svg(hulls),
        '<g class="lines" fill="none">',
        *(
            _edge(edge, bend, at, nodes, _mark_of(edge, marks, lost), endings.are_over(edge.claims))
            for edge, bend in diagram.bends[view].items()
        ),
        '</g><g class="dots">',
        *(
            _node(
                node,
                at[node.number],
                look_of(looks, node.family),
                view,
                marks.ring(diagram.bodies_of(node)),
                marks.state(diagram.bodies_of(node)),
                node.number != diagram.focus and all(n in endings.bodies for n in node.members or [node.number]),
            )
            for node in nodes
        ),
        *(_region(region) for region in diagram.regions.get(view, ())),
        hull_names_svg(hulls),
        *([] if nodes else [_empty_map(bounds, inline)]),
        "</g></g></svg>" if inline else "</g></svg>",
    ]
    return "".join(parts)


def _empty_map(bounds: tuple[int, int, int, int], inline: bool) -> str:
    """The text of a map without a symbol, half as wide as the map."""
    left, top, width, height = bounds
    return (
        f'<text fill="{"currentColor" if inline else LIGHT.text}" x="{left + width / 2:g}" y="{top + height / 2:g}" '
        f'font-size="{width / 24:g}" text-anchor="middle">No relationship to draw</text>'
    )


def scene_svg(diagram: Diagram, bodies: list[int]) -> str:
    """The part of the wide map around some bodies, each in a ring: a picture of a step of the story, for print.

    It refers to the map in the page (``#map-wide``), so it takes a few bytes.
    """
    inside = {member: node for node in diagram.nodes if node.wide for member in node.members}
    symbols = [node if node.wide else inside.get(node.number) for node in (diagram.nodes[number] for number in bodies)]
    ringed = [node for node in symbols if node is not None and node.wide is not None]
    nodes = [node for node in diagram.nodes if node.wide is not None]
    left, top, width, height = bounding_box(nodes, "wide")
    if ringed:
        around = bounding_box(ringed, "wide")
        share = min(1.0, max(MIN_SHARE, 1.3 * around[2] / width, 1.3 * around[3] / height))
        middle = around[0] + around[2] / 2, around[1] + around[3] / 2
        part = width * share, height * share
        # The part stays on the map.
        left = round(min(max(middle[0] - part[0] / 2, left), left + width - part[0]))
        top = round(min(max(middle[1] - part[1] / 2, top), top + height - part[1]))
        width, height = round(part[0]), round(part[1])
    rings = "".join(
        f'<circle class="ring" cx="{node.wide[0]}" cy="{node.wide[1]}" r="{node.size + 8:g}" fill="none"/>'
        for node in ringed
        if node.wide
    )
    return (
        f'<svg class="scene" viewBox="{left} {top} {width} {height}" aria-hidden="true">'
        f'<use href="#map-wide"/>{rings}</svg>'
    )


def map_bounds(diagram: Diagram, view: str) -> tuple[int, int, int, int]:
    """Left, top, width and height of a view: every symbol, label, and hull with its name."""
    left, top, width, height = bounding_box([node for node in diagram.nodes if getattr(node, view)], view)
    right, bottom = left + width, top + height
    for region in diagram.regions.get(view, ()):
        right = max(right, int(region.box[2]) + 4)
    if not diagram.highlights:
        return left, top, right - left, bottom - top
    for hull in diagram.highlights.hulls.get(view, ()):
        left, top = min(left, int(hull.box[0]) - 4), min(top, int(hull.box[1]) - 4)
        right, bottom = max(right, int(hull.box[2]) + 4), max(bottom, int(hull.box[3]) + 4)
    return left, top, right - left, bottom - top


def _region(region: MapRegion) -> str:
    """The name of a part of the map."""
    x, y = region.at
    return (
        f'<text class="region" x="{x}" y="{y}" font-size="{FONT:g}" font-style="italic" fill="{LIGHT.muted}">'
        f"{escape(replace_forbidden(region.label))}</text>"
    )


def _mark_of(edge: DiagramEdge, marks: Highlights, lost: set[int]) -> str:
    """How a line is drawn where the answer marks some: "marked", "lost" with a body that is taken out, or "quiet"."""
    if edge.a in lost or edge.b in lost:
        return "lost"
    if not marks.claims:
        return ""
    return "marked" if marks.claims & {*edge.claims} else "quiet"


def bounding_box(nodes: list[DiagramNode], view: str) -> tuple[int, int, int, int]:
    """Left, top, width and height that hold every symbol and label of a view, with a margin."""
    if not nodes:
        return 0, 0, 100, 60
    bounds = []
    for node in nodes:
        (x, y), (west, north, east, south) = getattr(node, view), node_box(node, view)
        bounds.append((x - west, y - north, x + east, y + south))
    left, top = int(min(b[0] for b in bounds)) - 8, int(min(b[1] for b in bounds)) - 8
    return left, top, int(max(b[2] for b in bounds)) + 8 - left, int(max(b[3] for b in bounds)) + 8 - top


def _edge(
    edge: DiagramEdge, bend: float, at: dict[int, tuple[int, int]], nodes: list[DiagramNode], mark: str, over: bool
) -> str:
    (ax, ay), (bx, by) = at[edge.a], at[edge.b]
    size = next(node.size for node in nodes if node.number == edge.b) + 2
    length = hypot(bx - ax, by - ay) or 1.0
    # The control point of a bent line stands beside the middle, the arrow ends at the rim of the symbol.
    cx, cy = control_point((ax, ay), (bx, by), bend)
    reach = hypot(bx - cx, by - cy) or length
    ux, uy = (bx - cx) / reach, (by - cy) / reach
    ex, ey = bx - ux * size, by - uy * size
    kinds = " ".join(name for name, on in (("inferred", edge.inferred), ("disputed", edge.disputed)) if on)
    dash = ' stroke-dasharray="6 4"' if edge.inferred else ""
    colour, width = LIGHT.accent if edge.disputed else LIGHT.line, edge.width
    if over and not edge.disputed and not edge.change:
        kinds = f"{kinds} over".strip()
        colour, width = LIGHT.faded, 1.0
    if edge.change in CHANGES:
        kinds = f"{kinds} became-{edge.change}".strip()
        colour, dashes = CHANGES[edge.change]
        dash = f' stroke-dasharray="{dashes}"' if dashes else dash
    if mark:
        kinds = f"{kinds} {mark}".strip()
        colour, width = (LIGHT.link, 3.4) if mark == "marked" else (LIGHT.faded, width)
        dash = ' stroke-dasharray="1.5 4"' if mark == "lost" else dash
    curve = f"M{ax} {ay}L{ex:.1f} {ey:.1f}" if not bend else f"M{ax} {ay}Q{cx:.1f} {cy:.1f} {ex:.1f} {ey:.1f}"
    wing = 5.0
    tips = [(ex - ux * wing * 1.5 + s * uy * wing * 0.6, ey - uy * wing * 1.5 - s * ux * wing * 0.6) for s in (1, -1)]
    head = f"M{tips[0][0]:.1f} {tips[0][1]:.1f}L{ex:.1f} {ey:.1f}L{tips[1][0]:.1f} {tips[1][1]:.1f}"
    return (
        f'<path class="line {kinds}" d="{curve}" stroke="{colour}" stroke-width="{width}"{dash}/>'
        f'<path class="line {kinds}" d="{head}" stroke="{colour}" stroke-width="{width}"/>'
    )


def symbol_svg(name: str, x: float, y: float, r: float, attributes: str) -> str:
    """A symbol of a family as an SVG element."""
    if name == "dot":
        return f'<circle cx="{x:g}" cy="{y:g}" r="{r:g}" {attributes}/>'
    if name == "star":
        turns = [(pi * i / 5 - pi / 2, r * (1.15 if i % 2 == 0 else 0.5)) for i in range(10)]
    else:
        corners, turn = CORNERS.get(name, (4, 0.0))
        grow = {"triangle": 1.2, "triangleDown": 1.2, "square": 1.25, "hexagon": 1.05, "diamond": 1.15}.get(name, 1.0)
        turns = [(2 * pi * i / corners - pi / 2 + turn, r * grow) for i in range(corners)]
    points = " ".join(f"{x + reach * cos(a):.1f},{y + reach * sin(a):.1f}" for a, reach in turns)
    return f'<polygon points="{points}" {attributes}/>'


def _node(node: DiagramNode, point: tuple[int, int], look: Look, view: str, ring: str, state: str, over: bool) -> str:
    x, y = point
    dash = ' stroke-dasharray="4 3"' if node.group else ""
    family, fill = (-1, LIGHT.page) if state else (node.family, look.light)
    is_pale = over and not state
    attributes = (
        f'class="f{family}{" over" if is_pale else ""}" fill="{LIGHT.rule if is_pale else fill}" '
        f'stroke="{LIGHT.line if is_pale else LIGHT.outline}" stroke-width="1.8"{dash}'
    )
    tall, place = view == "tall", node.place.get(view, "below")
    size = TALL_FONT if tall else node.font
    weight = ' font-weight="700"' if node.hub else ""
    left, top, right, _ = label_rectangle(node, place, tall)
    anchor, edge = {"left": ("end", right), "right": ("start", left)}.get(place, ("middle", 0.0))
    marks = (ring_svg(x, y, node.size, ring) if ring else "") + (state_svg(x, y, node.size, state) if state else "")
    spans = "".join(
        f'<tspan x="{x + edge:g}" y="{base:.1f}">{escape(replace_forbidden(line))}</tspan>'
        for base, line in (
            (y + top + size * (0.8 + LINE_HEIGHT * n), line) for n, line in enumerate(node.label_lines(tall))
        )
    )
    return (
        f"{symbol_svg(look.shape, x, y, node.size, attributes)}{marks}"
        f'<text text-anchor="{anchor}" font-size="{size:g}"{weight} fill="{LIGHT.text}" class="name">{spans}</text>'
    )
