"""Label placement: each label beneath its symbol, above it or beside it, where the fewest edges run through it.

The candidates of all labels and their conflicts stand in one table; a greedy start is improved by moves of one label
and by moves of one that makes room for another (local search with four places a label, after Christensen, Marks and
Shieber, "An empirical study of algorithms for point-feature label placement", 1995).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from partnergraph.page.diagram import LABEL_GAP, TALL_FONT, DiagramNode
from partnergraph.page.layout import text_metrics
from partnergraph.page.layout.edge_routing import curve_segments, route_edges, segment_hits

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Places = NDArray[np.int64]

PLACES = ("below", "above", "right", "left")
# Costs: an edge through a label, a symbol or another label under it, a pixel outside of the canvas; and of a place, so
# that of two with the same conflicts the usual one is taken.
CROSSING, OVERLAP, OUTSIDE = 10.0, 1000.0, 60.0
PREFERENCE = (0.0, 2.0, 1.0, 1.0)
MAX_SWEEPS = 20


def label_rectangle(node: DiagramNode, place: str, tall: bool = False) -> tuple[float, float, float, float]:
    """The text of a label at a place: left, top, right and bottom side from the node's position, in pixels."""
    lines = node.label_lines(tall)
    size = TALL_FONT if tall else node.font
    width = max(text_metrics.text_width(line, size, node.hub) for line in lines)
    height = len(lines) * size * text_metrics.LINE_HEIGHT
    reach = node.size + node.gap
    if place == "right":
        return reach, -height / 2, reach + width, height / 2
    if place == "left":
        return -reach - width, -height / 2, -reach, height / 2
    top = reach if place == "below" else -reach - height
    return -width / 2, top, width / 2, top + height


def label_box(node: DiagramNode, tall: bool = False, place: str = "below") -> tuple[float, float, float, float]:
    """How far symbol and label reach from the node's position: left, top, right, bottom, in pixels."""
    left, top, right, bottom = label_rectangle(node, place, tall)
    side, reach = node.size + 2, node.size + node.gap - LABEL_GAP + 3
    return max(3 - left, side), max(1 - top, reach), max(right + 3, side), max(bottom + 1, reach)


@dataclass(frozen=True)
class LabelCandidates:
    """The places of each label: `rectangles` of the text and `boxes` around text and symbol, (n, 4 places, 4 sides).

    Rectangles are offsets from the position; boxes are distances from it to the left, top, right and bottom side.
    """

    rectangles: Array
    boxes: Array
    radius: Array

    @classmethod
    def of_nodes(cls, nodes: Sequence[DiagramNode], tall: bool) -> LabelCandidates:
        """The candidates of some nodes."""
        import numpy as np

        def table(sides: list[list[tuple[float, float, float, float]]]) -> Array:
            return np.array(sides, dtype=float).reshape(-1, len(PLACES), 4)

        return cls(
            table([[label_rectangle(node, place, tall) for place in PLACES] for node in nodes]),
            table([[label_box(node, tall, place) for place in PLACES] for node in nodes]),
            np.array([node.size for node in nodes], dtype=float),
        )

    def at(self, at: Array) -> Array:
        """The rectangles on the canvas, an array of shape (n, 4 places, 4 sides)."""
        import numpy as np

        placed: Array = self.rectangles + np.concatenate([at, at], axis=1)[:, None]
        return placed

    def chosen(self, at: Array, places: Places) -> Array:
        """The rectangle of each label at its place on the canvas, an array of shape (n, 4)."""
        import numpy as np

        rectangles: Array = self.at(at)[np.arange(len(at)), places]
        return rectangles


def place_and_route(
    at: Array, candidates: LabelCandidates, edges: Sequence[tuple[int, int]], canvas: tuple[float, float]
) -> tuple[Places, list[float]]:
    """A place for each label and a bend for each edge, at given positions: first the labels, then the edges
    around them, then the labels again."""
    import numpy as np

    bends = [0.0] * len(edges)
    places: Places = np.zeros(len(at), dtype=np.int64)
    if not len(at):
        return places, bends
    places = place_labels(at, candidates, curve_segments(at, edges, bends), canvas)
    bends = route_edges(at, candidates.radius, edges, candidates.chosen(at, places))
    return place_labels(at, candidates, curve_segments(at, edges, bends), canvas), bends


def place_labels(at: Array, candidates: LabelCandidates, segments: Array, canvas: tuple[float, float]) -> Places:
    """A place for each label, so that few of some segments run through it and none lies on another or on a symbol."""
    import numpy as np

    count = len(at)
    rectangles = candidates.at(at).reshape(-1, 4)
    crossings = segment_hits(segments, rectangles).sum(axis=0).reshape(count, len(PLACES))
    low = at[:, None] - candidates.boxes[..., :2]
    high = at[:, None] + candidates.boxes[..., 2:]
    outside = np.maximum(-low, 0).sum(axis=2) + np.maximum(high - np.array(canvas), 0).sum(axis=2)
    cost = crossings * CROSSING + outside * OUTSIDE + np.array(PREFERENCE)
    low, high = low.reshape(-1, 2), high.reshape(-1, 2)
    meet = ((low[:, None] < high[None]) & (low[None] < high[:, None])).all(axis=2)
    meets = meet.reshape(count, len(PLACES), count, len(PLACES))
    meets[np.arange(count), :, np.arange(count), :] = False
    starts: list[Places] = [np.zeros(count, dtype=np.int64), np.argmin(cost, axis=1)]
    choices = [_PlaceChoice(cost, meets, start) for start in starts]
    for choice in choices:
        choice.improve()
    return min(choices, key=lambda choice: choice.total()).places


class _PlaceChoice:
    """A place for each label, improved until neither a move nor one that makes room for another lowers the cost."""

    def __init__(self, cost: Array, meets: NDArray[np.bool_], places: Places) -> None:
        self.cost, self.meets, self.places = cost, meets, places.copy()
        self.numbers = list(range(len(cost)))
        # The labels upon each candidate.
        self.conflicts = meets[:, :, self.numbers, self.places].sum(axis=2).astype(float)

    def total(self) -> float:
        """The cost of all labels, in units of `CROSSING`."""
        own = self.cost[self.numbers, self.places] + self.conflicts[self.numbers, self.places] * OVERLAP / 2
        return float(own.sum())

    def costs(self, label: int) -> Array:
        """The cost of a label at each of its places."""
        costs: Array = self.cost[label] + self.conflicts[label] * OVERLAP
        return costs

    def move(self, label: int, place: int) -> None:
        """Move a label to a place."""
        before = int(self.places[label])
        self.conflicts += self.meets[:, :, label, place].astype(float) - self.meets[:, :, label, before]
        self.places[label] = place

    def improve(self) -> None:
        """Move labels until no move lowers the cost."""
        for _ in range(MAX_SWEEPS):
            own = self.cost[self.numbers, self.places] + self.conflicts[self.numbers, self.places] * OVERLAP
            moved = False
            for label in sorted(self.numbers, key=lambda i: (-own[i], i)):
                costs, place = self.costs(label), int(self.places[label])
                best = int(costs.argmin())
                if costs[best] < costs[place]:
                    self.move(label, best)
                    moved = True
                elif costs[place] >= CROSSING:
                    moved |= self.make_room(label)
            if not moved:
                break

    def make_room(self, label: int) -> bool:
        """Move a label to a better place where only one other is in the way that can move as well."""
        import numpy as np

        before = int(self.places[label])
        own = self.costs(label)[before]
        for place in np.argsort(self.cost[label], kind="stable").tolist():
            if self.cost[label, place] >= own or self.conflicts[label, place] != 1:
                continue
            other = int(np.flatnonzero(self.meets[label, place, self.numbers, self.places])[0])
            other_place = int(self.places[other])
            was = own + self.costs(other)[other_place] - OVERLAP * self.meets[label, before, other, other_place]
            self.move(label, place)
            best = int(self.costs(other).argmin())
            self.move(other, best)
            if self.costs(label)[place] + self.costs(other)[best] < was:
                return True
            self.move(other, other_place)
            self.move(label, before)
        return False
