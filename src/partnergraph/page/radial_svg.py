"""The opening map as SVG: readable before any script runs, in print, and as a file of its own."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape, quoteattr

from partnergraph.page.endings import Endings
from partnergraph.page.layout.edge_routing import control_point
from partnergraph.page.layout.radial_edges import LABEL_GAP
from partnergraph.page.layout.text_metrics import LINE_HEIGHT, text_width
from partnergraph.page.svg import symbol_svg
from partnergraph.palette import LIGHT, Look, look_of
from partnergraph.xml_text import replace_forbidden

Plain = dict[str, Any]
FONTS = "font-family=\"Arial, Helvetica, 'Liberation Sans', sans-serif\""


def render_radial(
    drawing: Plain,
    looks: dict[str, Look],
    title: str,
    view: str = "wide",
    inline: bool = True,
    endings: Endings | None = None,
) -> str:
    """A drawing of the opening map, coloured by classes when inline, else by attributes; what has ended is pale."""
    endings = endings or Endings()
    left, top, width, height = drawing["extent"]
    at = {node["id"]: node for node in drawing["nodes"]}
    # Cross links below all else, the spokes over them.
    edges = sorted(drawing["edges"], key=lambda edge: -edge["cross"])
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left} {top} {width} {height}" role="img" '
        f'aria-label={quoteattr(replace_forbidden(title))} class="map-svg" {FONTS}',
        "" if inline else f' width="{width}" height="{height}"',
        f"><title>{escape(replace_forbidden(title))}</title>",
        "" if inline else f'<rect x="{left}" y="{top}" width="{width}" height="{height}" fill="{LIGHT.page}"/>',
        f'<g id="map-{view}">' if inline else "",
        '<g class="lines" fill="none">',
        *(_edge(edge, at[edge["from"]], at[edge["to"]], endings) for edge in edges),
        '</g><g class="dots">',
        *(
            _node(node, look_of(looks, node["family"]), _rows(node, drawing, endings), _is_over(node, endings))
            for node in drawing["nodes"]
        ),
        *(_region(region) for region in drawing["regions"]),
        "</g></g></svg>" if inline else "</g></svg>",
    ]
    return "".join(parts)


def radial_scene_svg(drawing: Plain, bodies: list[int]) -> str:
    """The opening map with some bodies in a ring: a picture of a step of the story, for print. It refers to the map in
    the page (``#map-wide``)."""
    wanted = {*bodies}
    ringed = [node for node in drawing["nodes"] if node["id"] in wanted or wanted & {*node.get("members", ())}]
    rings = "".join(
        f'<circle class="ring" cx="{node["at"][0]}" cy="{node["at"][1]}" r="{node["size"] + 8:g}" fill="none"/>'
        for node in ringed
    )
    box = " ".join(map(str, drawing["extent"]))
    return f'<svg class="scene" viewBox="{box}" aria-hidden="true"><use href="#map-wide"/>{rings}</svg>'


def _is_over(node: Plain, endings: Endings) -> bool:
    return node["ring"] > 0 and all(body in endings.bodies for body in node.get("members") or [node["id"]])


def _rows(node: Plain, drawing: Plain, endings: Endings) -> list[Plain]:
    """The rows beside a symbol; those of a partner say when all that joins it to the focus ended, where there is room.
    The same as `rowsOf` in `templates/radial.js`.
    """
    rows: list[Plain] = node["rows"]
    quiet = [number for number, row in enumerate(rows) if row["quiet"]]
    if node["side"] == "inside" or (not quiet and (node["ring"] != 1 or node.get("members"))):
        return rows
    focus = next((other["id"] for other in drawing["nodes"] if other["ring"] == 0), None)
    ends = {node.get("parent", focus), focus}
    ties = [
        edge
        for edge in drawing["edges"]
        if not edge["cross"] and node["id"] in (edge["from"], edge["to"]) and ends & {edge["from"], edge["to"]}
    ]
    end = endings.year_in_words(claim for edge in ties for claim in edge["claims"])
    if not end:
        return rows
    left, _, width, _ = drawing["extent"]
    x = node["at"][0]
    room = (x - left if node["side"] == "left" else left + width - x) - node["size"] - LABEL_GAP - 8
    place = quiet[-1] if quiet else len(rows) - 1
    longer = f"{rows[place]['text']}, {end}"
    size = node.get("verb", 12) if quiet else node["font"]
    if text_width(longer, size, bool(node["hub"] and not quiet)) > room:
        if not quiet:
            return rows
        longer = end
    return [row | {"text": longer} if number == place else row for number, row in enumerate(rows)]


def _edge(edge: Plain, start: Plain, end: Plain, endings: Endings) -> str:
    (ax, ay), (bx, by), bend = start["at"], end["at"], edge["bend"]
    cx, cy = control_point((ax, ay), (bx, by), bend)
    names = [name for name in ("inferred", "disputed", "cross") if edge[name]]
    over = not edge["disputed"] and endings.are_over(edge["claims"])
    names += ["over"] if over else []
    colour = LIGHT.accent if edge["disputed"] else LIGHT.faded if edge["cross"] or over else LIGHT.line
    width = 1.0 if edge["cross"] or over else 2.4 if edge["disputed"] else 1.3
    dash = ' stroke-dasharray="6 4"' if edge["inferred"] else ""
    path = f"M{ax} {ay}L{bx} {by}" if not bend else f"M{ax} {ay}Q{cx:.1f} {cy:.1f} {bx} {by}"
    line = f'<path class="{" ".join(["line", *names])}" stroke="{colour}" stroke-width="{width}"'
    return f'{line} d="{path}"{dash}/>'


def _node(node: Plain, look: Look, rows: list[Plain], over: bool) -> str:
    x, y = node["at"]
    font, side = node["font"], node["side"]
    top = y - node.get("lift", 0) - len(rows) * font * LINE_HEIGHT / 2
    gap = node["size"] + LABEL_GAP
    tx, anchor = {"left": (x - gap, "end"), "right": (x + gap, "start")}.get(side, (x, "middle"))
    dash = ' stroke-dasharray="4 3"' if node["dashed"] else ""
    if side == "inside":
        symbol = f'<circle cx="{x}" cy="{y}" r="{node["size"]:g}" class="us" fill="{LIGHT.text}"/>'
        colour, name = LIGHT.page, "name us"
    else:
        symbol = symbol_svg(
            look.shape,
            x,
            y,
            node["size"],
            f'class="f{node["family"]}{" over" if over else ""}" fill="{LIGHT.rule if over else look.light}" '
            f'stroke="{LIGHT.line if over else LIGHT.outline}" stroke-width="1.8"{dash}',
        )
        colour, name = (LIGHT.muted, "name over") if over else (LIGHT.text, "name")
    spans = []
    for number, row in enumerate(rows):
        base = top + font * (0.92 + LINE_HEIGHT * number)
        look_of_row = f' font-size="{node["verb"]:g}" class="verb" fill="{LIGHT.muted}"' if row["quiet"] else ""
        weight = ' font-weight="700"' if node["hub"] and not row["quiet"] else ""
        text = escape(replace_forbidden(row["text"]))
        spans.append(f'<tspan x="{tx:g}" y="{base:.1f}"{look_of_row}{weight}>{text}</tspan>')
    return (
        f'{symbol}<text text-anchor="{anchor}" font-size="{font:g}" fill="{colour}" class="{name}">'
        f"{''.join(spans)}</text>"
    )


def _region(region: Plain) -> str:
    (x, y), font = region["at"], region["font"]
    anchor = "start" if region["align"] == "left" else "end"
    return (
        f'<text x="{x}" y="{y + font * 0.34:.1f}" text-anchor="{anchor}" font-size="{font:g}" font-weight="700" '
        f'fill="{LIGHT.muted}" class="name region">{escape(replace_forbidden(region["label"]))}</text>'
    )
