"""The lines of the opening map: spokes, lines to what stands behind a partner, and cross links that meet no label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from partnergraph.page.layout.edge_routing import BENDS, CLEAR, control_point
from partnergraph.page.layout.text_metrics import LINE_HEIGHT, text_width
from partnergraph.page.opening_map import CrossLink, PartnerTie

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

Plain = dict[str, Any]
LABEL_GAP = 7.0  # pixels between a symbol and its label beside it
SAMPLES = 97  # points along a line
MAX_CROSS = 150  # cross links that are drawn
SHIFTS = (0.0, 0.06, -0.06, 0.12, -0.12, 0.2, -0.2, 0.28, -0.28, 0.36, -0.36)  # of bends, where a line meets a symbol


def tie_edges(inner: int, outer: int, ties: Sequence[PartnerTie], spread: float, turn: float = 0.0) -> list[Plain]:
    """The edges between a symbol and one farther from the focus, bent by `turn`, and apart where there are several."""
    edges = []
    for number, tie in enumerate(ties):
        bend = (turn + (number - (len(ties) - 1) / 2) * spread) * (1 if tie.outward else -1)
        edges.append(_edge(inner, outer, tie, round(bend, 3), 0))
    return edges


def _edge(inner: int, outer: int, tie: PartnerTie, bend: float, cross: int) -> Plain:
    start, end = (inner, outer) if tie.outward else (outer, inner)
    return {
        "from": start,
        "to": end,
        "claims": list(tie.claims),
        "kind": tie.kind,
        "inferred": int(tie.inferred),
        "disputed": int(tie.disputed),
        "bend": bend,
        "cross": cross,
    }


def label_box(node: Plain) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the label of a node of a drawing, in pixels."""
    (x, y), font, rows = node["at"], node["font"], node["rows"]
    wide = 0.0
    for row in rows:
        size = float(node["verb"]) if row["quiet"] else font
        wide = max(wide, text_width(row["text"], size, bool(node["hub"]) and not row["quiet"]))
    high = len(rows) * font * LINE_HEIGHT
    y -= node.get("lift", 0)
    gap = node["size"] + LABEL_GAP
    left = {"left": x - gap - wide, "right": x + gap}.get(node["side"], x - wide / 2)
    return left, y - high / 2, left + wide, y + high / 2


def region_box(region: Plain) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the heading of a sector, in pixels."""
    (x, y), font = region["at"], region["font"]
    wide, high = text_width(region["label"], font, True), font * 1.1
    left = x if region["align"] == "left" else x - wide
    return left, y - high / 2, left + wide, y + high / 2


def curve(a: tuple[float, float], b: tuple[float, float], bend: float) -> Array:
    """Points along a line, an array of shape (97, 2)."""
    import numpy as np

    control = np.array(control_point(a, b, bend))
    share = np.linspace(0, 1, SAMPLES)[:, None]
    points: Array = (1 - share) ** 2 * np.array(a) + 2 * share * (1 - share) * control + share**2 * np.array(b)
    return points


class Obstacles:
    """What a line of a drawing may not meet: labels, headings, and symbols that it does not join."""

    def __init__(self, drawing: Plain) -> None:
        import numpy as np

        nodes = drawing["nodes"]
        # The label of the focus lies in its symbol.
        boxes = [label_box(node) for node in nodes if node["ring"]] + [region_box(r) for r in drawing["regions"]]
        self.boxes = np.array(boxes, dtype=float).reshape(-1, 4)
        self.at = np.array([node["at"] for node in nodes], dtype=float).reshape(-1, 2)
        self.radius = np.array([node["size"] for node in nodes], dtype=float)
        left, top, width, height = drawing["extent"]
        self.low, self.high = (left, top), (left + width, top + height)
        self.index = {node["id"]: number for number, node in enumerate(nodes)}

    def point(self, identity: int) -> tuple[float, float]:
        """Where a symbol stands."""
        x, y = self.at[self.index[identity]]
        return float(x), float(y)

    def crossings(self, start: int, end: int, bend: float) -> tuple[int, int]:
        """How many labels and how many foreign symbols a line between two symbols meets; the edge of the drawing counts
        as a label."""

        points = curve(self.point(start), self.point(end), bend)
        x, y = points[:, :1], points[:, 1:]
        left, top, right, bottom = self.boxes.T
        inside = (x > left) & (x < right) & (y > top) & (y < bottom)
        gaps = ((x - self.at[:, 0]) ** 2 + (y - self.at[:, 1]) ** 2).min(axis=0)
        near = gaps < (self.radius + CLEAR) ** 2
        near[[self.index[start], self.index[end]]] = False
        outside = bool(((points < self.low) | (points > self.high)).any())
        return int(inside.any(axis=0).sum()) + outside, int(near.sum())


def clear_symbols(drawing: Plain) -> None:
    """Bend the lines that would meet a label or a symbol which they do not join (in place)."""
    obstacles = Obstacles(drawing)
    for edge in drawing["edges"]:
        bends = [round(edge["bend"] + shift, 3) for shift in SHIFTS]
        clear = (bend for bend in bends if obstacles.crossings(edge["from"], edge["to"], bend) == (0, 0))
        edge["bend"] = next(clear, bends[0])


def cross_edges(drawing: Plain, links: Sequence[CrossLink]) -> list[Plain]:
    """The claims among partners as chords, bent so that they meet no label and no symbol; one that cannot is left to
    the panel and the tables."""
    drawn = {node["id"] for node in drawing["nodes"]}
    links = [link for link in links if link.a in drawn and link.b in drawn][:MAX_CROSS]
    if not links:
        return []
    obstacles = Obstacles(drawing)
    used: dict[tuple[int, int], list[float]] = {}
    edges = []
    for link in links:
        bends = used.setdefault((link.a, link.b), [])
        turn = 1 if link.tie.outward else -1  # the sign of a bend follows the direction of the edge
        start, end = (link.a, link.b) if link.tie.outward else (link.b, link.a)
        for bend in BENDS:
            if any(abs(bend * turn - other) < 0.05 for other in bends):
                continue
            if obstacles.crossings(start, end, bend) == (0, 0):
                bends.append(bend * turn)
                edges.append(_edge(link.a, link.b, link.tie, bend, 1))
                break
    return edges
