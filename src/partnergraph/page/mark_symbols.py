"""The marks of an answer as SVG, for the map and the legend: hulls, rings, what is taken out, what is cut off."""

from __future__ import annotations

from math import sqrt
from xml.sax.saxutils import escape

from partnergraph.page.diagram import ring_radius
from partnergraph.page.highlights import RADII
from partnergraph.page.layout.set_hulls import FONT, SetHull
from partnergraph.page.layout.text_metrics import LINE_HEIGHT
from partnergraph.palette import HULLS, LIGHT
from partnergraph.xml_text import replace_forbidden

HATCH = 0.62  # of a symbol's radius: a circle that lies in every shape
STROKES = (-0.62, 0.0, 0.62)  # of a hatching, from the middle, in radii of that circle


def ring_svg(x: float, y: float, size: float, ring: str) -> str:
    """A ring around a symbol."""
    dash = ' stroke-dasharray="5 3.5"' if ring == "dashed" else ""
    return (
        f'<circle class="mark" cx="{x:g}" cy="{y:g}" r="{ring_radius(size):g}" fill="none" stroke="{LIGHT.outline}" '
        f'stroke-width="2.2"{dash}/>'
    )


def state_svg(x: float, y: float, size: float, state: str) -> str:
    """What is drawn over the symbol of a body in a state: a cross over one that is removed, else a hatching."""
    reach = size * HATCH
    if state == "removed":
        d = reach * 0.85
        path = f"M{x - d:.1f} {y - d:.1f}L{x + d:.1f} {y + d:.1f}M{x - d:.1f} {y + d:.1f}L{x + d:.1f} {y - d:.1f}"
    else:
        path = ""
        for share in STROKES:
            # A chord at 45 degrees, so far from the middle.
            away, half = share * reach / sqrt(2), reach * sqrt(1 - share**2) / sqrt(2)
            path += f"M{x + away - half:.1f} {y + away + half:.1f}L{x + away + half:.1f} {y + away - half:.1f}"
    return f'<path class="mark" d="{path}" fill="none" stroke="{LIGHT.outline}" stroke-width="1.8"/>'


def hulls_svg(hulls: list[SetHull]) -> str:
    """Hulls behind a map, without their names."""
    parts = []
    for hull in hulls:
        look = HULLS[hull.tone]
        joins = f'd="{hull.path}" fill="none" stroke-linejoin="round" stroke-linecap="round"'
        parts.append(
            f'<path class="hull-{hull.tone}" {joins} stroke="{look.outline}" '
            f'stroke-width="{hull.width + 3:g}"/>'
            f'<path class="hull-tube-{hull.tone}" {joins} stroke="{look.fill}" stroke-width="{hull.width:g}"/>'
            + (
                f'<path class="hull-fill-{hull.tone}" d="{hull.triangles}" fill="{look.fill}"/>'
                if hull.triangles
                else ""
            )
        )
    return f'<g class="hulls">{"".join(parts)}</g>' if parts else ""


def hull_names_svg(hulls: list[SetHull]) -> str:
    """The names of hulls."""
    parts = []
    for hull in hulls:
        x, y = hull.label_at
        spans = "".join(
            f'<tspan x="{x}" y="{y + number * FONT * LINE_HEIGHT:.1f}">{escape(replace_forbidden(line))}</tspan>'
            for number, line in enumerate(hull.lines)
        )
        parts.append(
            f'<text class="hull-name hull-name-{hull.tone}" text-anchor="middle" font-size="{FONT:g}" '
            f'font-weight="700" fill="{HULLS[hull.tone].outline}">{spans}</text>'
        )
    return "".join(parts)


def mark_icon(mark: str) -> str:
    """A mark as an icon of the legend; `mark` as in `highlights.legend`."""
    if mark == "claims":
        return (
            '<svg width="34" height="12" aria-hidden="true"><path class="line marked" d="M2 6H32" fill="none" '
            'stroke-width="3.4"/></svg>'
        )
    if mark == "set":
        return (
            '<svg width="34" height="20" aria-hidden="true"><path class="hull-0" d="M11 10H23" fill="none" '
            'stroke-width="18" stroke-linecap="round"/><path class="hull-tube-0" d="M11 10H23" fill="none" '
            'stroke-width="15" stroke-linecap="round"/></svg>'
        )
    size = RADII[int(mark[-1])] if mark.startswith("step-") else 8.0
    side = 2 * round(ring_radius(size) + 2) if mark in ("solid", "dashed") else 2 * round(size + 2)
    middle = side / 2
    symbol = f'<circle class="symbol" cx="{middle:g}" cy="{middle:g}" r="{size:g}" stroke-width="1.6"/>'
    if mark in ("solid", "dashed"):
        symbol += ring_svg(middle, middle, size, mark)
    elif mark in ("removed", "separated"):
        symbol += state_svg(middle, middle, size, mark)
    return f'<svg width="{side}" height="{side}" aria-hidden="true">{symbol}</svg>'
