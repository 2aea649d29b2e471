"""Regions of the map: the strip of bodies without a relationship, and quiet names where one family prevails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import hypot
from typing import TYPE_CHECKING

from partnergraph.page.diagram import Diagram, DiagramNode
from partnergraph.page.layout.arrangement import node_box
from partnergraph.page.layout.label_placement import label_box
from partnergraph.page.layout.text_metrics import LINE_HEIGHT, text_width

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

UNLINKED = "No relationship recorded"
FONT = 13.0  # pixels, of a region's name
# A part of the map is named by a family that so many symbols within a circle and so large a share of them are of.
RADII, MIN_SYMBOLS, MIN_SHARE = (210.0, 140.0), 3, 0.5
STRIP_GAP, ROW_GAP, COLUMN_GAP = 10, 4, 22  # pixels
CHARACTERS = 40  # of a line of a label in the strip, so that most are one line
MAX_DISTANCE, STEP = 220.0, 5.0  # pixels from the middle of a region's symbols to its name
Box = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True)
class MapRegion:
    """The name of a part of the map: `at` is the left end of its base line, in whole pixels."""

    label: str
    at: tuple[int, int]

    @property
    def box(self) -> Box:
        """Left, top, right and bottom side of the text."""
        x, y = self.at
        return x, y - 0.8 * FONT, x + text_width(self.label, FONT), y + (LINE_HEIGHT - 0.8) * FONT


def add_unlinked_strip(diagram: Diagram, view: str) -> None:
    """Put the bodies without a relationship into rows along the bottom of a view that has its positions (in place).

    Each has its label at its right; the name of the strip stands at the left of the first row.
    """
    linked = [node for node in diagram.nodes if getattr(node, view) is not None]
    grouped = {member for node in diagram.nodes for member in node.members}
    joined = {end for edge in diagram.unfolded_edges for end in (edge.a, edge.b)}
    strip = [
        node for node in diagram.nodes if node.number not in grouped | joined and not joined.intersection(node.members)
    ]
    if not linked or not strip:
        return
    boxes = [_on_canvas(node, view) for node in linked]
    # From the left side of the canvas, so that the strip does not move with the outermost label.
    left, right = 0.0, max(box[2] for box in boxes)
    start = left + text_width(UNLINKED, FONT) + COLUMN_GAP
    for node in strip:
        node.characters = CHARACTERS
    rows: list[list[tuple[DiagramNode, float]]] = [[]]
    x = start
    for node in strip:
        west, _, east, _ = label_box(node, view == "tall", "right")
        if rows[-1] and x + west + east > max(right, start + west + east):
            rows.append([])
            x = start
        rows[-1].append((node, x + west))
        x += west + east + COLUMN_GAP
    y = max(box[3] for box in boxes) + STRIP_GAP
    for number, row in enumerate(rows):
        reaches = [label_box(node, view == "tall", "right") for node, _ in row]
        y += max(box[1] for box in reaches)
        for node, middle in row:
            setattr(node, view, (round(middle), round(y)))
            node.place[view] = "right"
        if not number:
            region = MapRegion(UNLINKED, (round(left), round(y + 0.35 * FONT)))
            diagram.regions.setdefault(view, []).append(region)
        y += max(box[3] for box in reaches) + ROW_GAP


def name_regions(diagram: Diagram, view: str, families: Sequence[str]) -> None:
    """Name the parts of a view where one family prevails, the clearest first, where there is room (in place).

    `families`: the label of each family, as in the legend. One names several parts where they have no body in common.
    """
    nodes = [node for node in diagram.nodes if getattr(node, view) is not None and node.family >= 0]
    parts = []
    for radius, centre in product(RADII, nodes):
        x, y = getattr(centre, view)
        inside = [node for node in nodes if hypot(getattr(node, view)[0] - x, getattr(node, view)[1] - y) <= radius]
        counts = Counter(node.family for node in inside)
        family, most = max(counts.items(), key=lambda item: (item[1], -item[0]))
        if most >= MIN_SYMBOLS and most >= MIN_SHARE * len(inside):
            members = [node for node in inside if node.family == family]
            parts.append((-most * most / len(inside), radius, centre.number, family, members))
    named: set[int] = set()
    for *_, family, members in sorted(parts, key=lambda part: part[:3]):
        if named.intersection(node.number for node in members):
            continue
        at = [getattr(node, view) for node in members]
        middle = sum(x for x, _ in at) / len(at), sum(y for _, y in at) / len(at)
        label = families[family][:1].upper() + families[family][1:]
        if region := _region_near(diagram, view, label, middle):
            named.update(node.number for node in members)
            diagram.regions.setdefault(view, []).append(region)


def _region_near(diagram: Diagram, view: str, label: str, middle: tuple[float, float]) -> MapRegion | None:
    """A region's name at the nearest point that leaves every label, symbol and line free; else no line is too much."""
    import numpy as np

    from partnergraph.page.layout.edge_routing import curve_segments, segment_hits

    nodes = [node for node in diagram.nodes if getattr(node, view) is not None]
    at = np.array([getattr(node, view) for node in nodes], dtype=float)
    index = {node.number: i for i, node in enumerate(nodes)}
    bends = diagram.bends[view]
    segments = curve_segments(at, [(index[edge.a], index[edge.b]) for edge in bends], list(bends.values()))
    boxes = np.array(
        [_on_canvas(node, view) for node in nodes] + [region.box for region in diagram.regions.get(view, [])]
    )
    low, high = boxes[: len(nodes), :2].min(axis=0), boxes[: len(nodes), 2:].max(axis=0)
    width, height = text_width(label, FONT), FONT * LINE_HEIGHT
    reach = np.arange(-MAX_DISTANCE, MAX_DISTANCE + 1, STEP)
    steps = np.stack(np.meshgrid(reach, reach), axis=-1).reshape(-1, 2)
    steps = steps[np.argsort(np.hypot(steps[:, 0], steps[:, 1]), kind="stable")]
    corner = np.round(np.array(middle) + steps - [width / 2, height / 2])
    texts = np.concatenate([corner, corner + np.array([width, height])], axis=1)
    free = ((texts[:, :2] >= low) & (texts[:, 2:] <= high)).all(axis=1)
    over = (texts[:, None, :2] < boxes[None, :, 2:] + 4) & (boxes[None, :, :2] - 4 < texts[:, None, 2:])
    texts = texts[free & ~np.asarray(over.all(axis=2)).any(axis=1)]
    if not len(texts):
        return None
    lines = segment_hits(segments, texts).sum(axis=0)
    x, y = texts[int(np.argmin(lines))][:2]
    return MapRegion(label, (int(x), round(y + 0.8 * FONT))) if lines.min() < 1 else None


def _on_canvas(node: DiagramNode, view: str) -> Box:
    """The box of a symbol and its label in a view: left, top, right, bottom."""
    (x, y), (west, north, east, south) = getattr(node, view), node_box(node, view)
    return x - west, y - north, x + east, y + south
