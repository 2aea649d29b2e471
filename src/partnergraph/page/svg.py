"""The map as SVG: readable before any script runs, the body of the print, and a file of its own."""

from __future__ import annotations

from math import cos, hypot, pi, sin
from xml.sax.saxutils import escape, quoteattr

from partnergraph.page.diagram import TALL_FONT, Diagram, DiagramEdge, DiagramNode
from partnergraph.page.layout.arrangement import label_box
from partnergraph.page.layout.edge_routing import control_point
from partnergraph.page.layout.text_metrics import LINE_HEIGHT, printable_text
from partnergraph.palette import LIGHT, Look, look_of

# Where two networks are compared: the colour and dashes of what became of a line.
CHANGES = {
    "new": (LIGHT.fresh, ""),
    "changed": (LIGHT.link, ""),
    "ended": (LIGHT.accent, "2 4"),
    "gone": (LIGHT.accent, "2 4"),
}
CLOSEST = 0.55  # share of the map's width that a picture of a part shows at least
CORNERS = {
    "diamond": (4, 0.0),
    "triangle": (3, 0.0),
    "triangleDown": (3, pi),
    "hexagon": (6, pi / 6),
    "square": (4, pi / 4),
}


def render_svg(made: Diagram, looks: dict[str, Look], title: str, view: str = "wide", inline: bool = True) -> str:
    """The drawing in one view (wide, unfolded or tall), coloured by classes when inline, else by attributes."""
    shown = [dot for dot in made.dots if getattr(dot, view) is not None]
    at = {dot.number: getattr(dot, view) for dot in shown}
    bounds = bounding_box(shown, view)
    left, top, width, height = bounds
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left} {top} {width} {height}" role="img" '
        f'aria-label={quoteattr(printable_text(title))} class="map-svg" '
        "font-family=\"Arial, Helvetica, 'Liberation Sans', sans-serif\"",
        "" if inline else f' width="{width}" height="{height}"',
        f"><title>{escape(printable_text(title))}</title>",
        "" if inline else f'<rect x="{left}" y="{top}" width="{width}" height="{height}" fill="{LIGHT.page}"/>',
        f'<g id="map-{view}">' if inline else "",
        '<g class="lines" fill="none">',
        *(_line(line, bend, at, shown) for line, bend in made.bends[view].items()),
        '</g><g class="dots">',
        *(_dot(dot, at[dot.number], look_of(looks, dot.family), view == "tall") for dot in shown),
        *([] if shown else [_nothing(bounds, inline)]),
        "</g></g></svg>" if inline else "</g></svg>",
    ]
    return "".join(parts)


def _nothing(bounds: tuple[int, int, int, int], inline: bool) -> str:
    """What stands in a map without a symbol, half as wide as the map."""
    left, top, width, height = bounds
    return (
        f'<text fill="{"currentColor" if inline else LIGHT.text}" x="{left + width / 2:g}" y="{top + height / 2:g}" '
        f'font-size="{width / 24:g}" text-anchor="middle">No relationship to draw</text>'
    )


def scene_svg(made: Diagram, bodies: list[int]) -> str:
    """The part of the wide map around some bodies, each in a ring: a picture of a step of the story, for print.

    It shows the map that stands in the page, so it costs a few bytes.
    """
    inside = {member: dot for dot in made.dots if dot.wide for member in dot.members}
    found = [dot if dot.wide else inside.get(dot.number) for dot in (made.dots[number] for number in bodies)]
    ringed = [dot for dot in found if dot is not None and dot.wide is not None]
    shown = [dot for dot in made.dots if dot.wide is not None]
    left, top, width, height = bounding_box(shown, "wide")
    if ringed:
        around = bounding_box(ringed, "wide")
        share = min(1.0, max(CLOSEST, 1.3 * around[2] / width, 1.3 * around[3] / height))
        middle = around[0] + around[2] / 2, around[1] + around[3] / 2
        part = width * share, height * share
        # The part stays on the map.
        left = round(min(max(middle[0] - part[0] / 2, left), left + width - part[0]))
        top = round(min(max(middle[1] - part[1] / 2, top), top + height - part[1]))
        width, height = round(part[0]), round(part[1])
    rings = "".join(
        f'<circle class="ring" cx="{dot.wide[0]}" cy="{dot.wide[1]}" r="{dot.size + 8:g}" fill="none"/>'
        for dot in ringed
        if dot.wide
    )
    return (
        f'<svg class="scene" viewBox="{left} {top} {width} {height}" aria-hidden="true">'
        f'<use href="#map-wide"/>{rings}</svg>'
    )


def bounding_box(shown: list[DiagramNode], view: str) -> tuple[int, int, int, int]:
    """Left, top, width and height that hold every symbol and label of a view, with a margin."""
    if not shown:
        return 0, 0, 100, 60
    edges = []
    for dot in shown:
        (x, y), (west, north, east, south) = getattr(dot, view), label_box(dot, view == "tall")
        edges.append((x - west, y - north, x + east, y + south))
    left, top = int(min(e[0] for e in edges)) - 8, int(min(e[1] for e in edges)) - 8
    return left, top, int(max(e[2] for e in edges)) + 8 - left, int(max(e[3] for e in edges)) + 8 - top


def _line(line: DiagramEdge, bend: float, at: dict[int, tuple[int, int]], shown: list[DiagramNode]) -> str:
    (ax, ay), (bx, by) = at[line.a], at[line.b]
    size = next(dot.size for dot in shown if dot.number == line.b) + 2
    length = hypot(bx - ax, by - ay) or 1.0
    # The control point of a bent line stands beside the middle, the arrow ends at the rim of the symbol.
    cx, cy = control_point((ax, ay), (bx, by), bend)
    reach = hypot(bx - cx, by - cy) or length
    ux, uy = (bx - cx) / reach, (by - cy) / reach
    ex, ey = bx - ux * size, by - uy * size
    kinds = " ".join(name for name, on in (("inferred", line.inferred), ("disputed", line.disputed)) if on)
    dash = ' stroke-dasharray="6 4"' if line.inferred else ""
    colour, thick = LIGHT.accent if line.disputed else LIGHT.line, line.thick
    if line.change in CHANGES:
        kinds = f"{kinds} became-{line.change}".strip()
        colour, dashes = CHANGES[line.change]
        dash = f' stroke-dasharray="{dashes}"' if dashes else dash
    course = f"M{ax} {ay}L{ex:.1f} {ey:.1f}" if not bend else f"M{ax} {ay}Q{cx:.1f} {cy:.1f} {ex:.1f} {ey:.1f}"
    wing = 5.0
    tips = [(ex - ux * wing * 1.5 + s * uy * wing * 0.6, ey - uy * wing * 1.5 - s * ux * wing * 0.6) for s in (1, -1)]
    head = f"M{tips[0][0]:.1f} {tips[0][1]:.1f}L{ex:.1f} {ey:.1f}L{tips[1][0]:.1f} {tips[1][1]:.1f}"
    return (
        f'<path class="line {kinds}" d="{course}" stroke="{colour}" stroke-width="{thick}"{dash}/>'
        f'<path class="line {kinds}" d="{head}" stroke="{colour}" stroke-width="{thick}"/>'
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


def _dot(dot: DiagramNode, point: tuple[int, int], look: Look, tall: bool) -> str:
    x, y = point
    dash = ' stroke-dasharray="4 3"' if dot.group else ""
    attributes = f'class="f{dot.family}" fill="{look.light}" stroke="{LIGHT.outline}" stroke-width="1.8"{dash}'
    size = TALL_FONT if tall else dot.font
    weight = ' font-weight="700"' if dot.hub else ""
    top = y + dot.size + 5
    spans = "".join(
        f'<tspan x="{x}" y="{top + size * (0.8 + LINE_HEIGHT * n):.1f}">{escape(printable_text(line))}</tspan>'
        for n, line in enumerate(dot.lines(tall))
    )
    return (
        f"{symbol_svg(look.shape, x, y, dot.size, attributes)}"
        f'<text text-anchor="middle" font-size="{size:g}"{weight} fill="{LIGHT.text}" class="name">{spans}</text>'
    )
