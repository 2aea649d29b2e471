"""Hulls around sets of nodes: tubes along a tree that joins the members, and the triangles between them that are free.

After Dinkla, van Kreveld, Speckmann and Westenberg, "Kelp Diagrams" (2012), and Meulemans et al., "KelpFusion" (2013):
unlike a convex hull it takes in no node that is not a member where there is a way around it (tubes bend as edges do).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from partnergraph.page.layout.edge_routing import BENDS, control_point, sample_curve
from partnergraph.page.layout.text_metrics import LINE_HEIGHT, text_width, wrap_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

Box = tuple[float, float, float, float]  # left, top, right, bottom
ROOM = 8.0  # pixels between a symbol and the outline
DETOUR = 4.0  # a tube over a foreign node counts as so much longer
SPREAD = 150.0  # pixels of a side of a filled triangle, at most
MOST_FILLED = 40  # members of a set whose triangles are filled
FONT = 14.0  # of the name, bold
CHARACTERS = 26  # of a line of the name


@dataclass(frozen=True)
class SetHull:
    """A hull: a path drawn with a line of `width` pixels and round joins, and the triangles in it that are filled, too.
    `tone`: a number for its colour. The `lines` of the name stand around `label_at`: the middle, and the base of the
    first line.
    """

    path: str
    triangles: str
    width: float
    tone: int
    lines: tuple[str, ...]
    label_at: tuple[int, int]
    box: Box


def set_hull(
    name: str, tone: int, members: Sequence[int], at: Array, radius: Array, boxes: Sequence[Box]
) -> tuple[SetHull, Box]:
    """The hull of some nodes among others, and the box of its name. `at`: positions of all nodes, shape (n, 2);
    `radius`: of their symbols; `boxes`: what its name should not cover.
    """
    import numpy as np

    inside = np.array(members)
    outside = np.setdiff1d(np.arange(len(at)), inside)
    half = float(radius[inside].max()) + ROOM
    clear = radius[outside] + half
    points = at[inside]
    tubes = _tree(points, at[outside], clear)
    pieces, curves, triangles = [], [points], []
    for start, end in tubes:
        piece, curve = _tube(points[start], points[end], at[outside], clear)
        pieces.append(piece)
        curves.append(curve)
    if len(points) <= MOST_FILLED:
        for corners in combinations(range(len(points)), 3):
            triangle = points[list(corners)]
            sides = np.hypot(*(triangle - np.roll(triangle, 1, axis=0)).T)
            if sides.max() <= SPREAD and _is_free(triangle, at[outside], clear):
                triangles.append("M" + "L".join(f"{x:g} {y:g}" for x, y in triangle.tolist()) + "Z")
    along = np.concatenate(curves)
    lines = tuple(wrap_text(name, CHARACTERS))
    box, label_at = _label_place(lines, points, half, boxes)
    west, north = (along.min(axis=0) - half - 2).tolist()
    east, south = (along.max(axis=0) + half + 2).tolist()
    around = min(west, box[0]), min(north, box[1]), max(east, box[2]), max(south, box[3])
    filled = "".join(triangles)
    return SetHull("".join(pieces) + filled, filled, round(2 * half, 1), tone, lines, label_at, around), box


def _tube(a: Array, b: Array, others: Array, clear: Array) -> tuple[str, Array]:
    """The way from one member to another with the least bend that meets the fewest foreign nodes: path and points."""
    import numpy as np

    from partnergraph.page.layout.overlap_removal import distance_to_segment

    ends = (float(a[0]), float(a[1])), (float(b[0]), float(b[1]))
    met: list[int] = []
    for bend in BENDS:
        curve = sample_curve(*ends, bend)
        gaps = distance_to_segment(others[None], curve[:-1, None], curve[1:, None]).min(axis=0)
        met.append(int(np.count_nonzero(gaps < clear)))
        if not met[-1]:
            break
    bend = BENDS[met.index(min(met))]
    (ax, ay), (bx, by) = ends
    if not bend:
        return f"M{ax:g} {ay:g}L{bx:g} {by:g}", sample_curve(*ends, 0.0)
    cx, cy = control_point(*ends, bend)
    return f"M{ax:g} {ay:g}Q{cx:.1f} {cy:.1f} {bx:g} {by:g}", sample_curve(*ends, bend)


def _tree(points: Array, others: Array, clear: Array) -> list[tuple[int, int]]:
    """The shortest tree over all points (Prim), where a way over a foreign node counts as longer."""
    import numpy as np

    from partnergraph.page.layout.overlap_removal import distance_to_segment

    def length(a: int, b: int) -> float:
        distance = float(np.hypot(*(points[a] - points[b])))
        if not len(others):
            return distance
        gaps = distance_to_segment(others, points[a], points[b])
        return distance * (1 + DETOUR * int(np.count_nonzero(gaps < clear)))

    nearest = {node: (length(0, node), 0) for node in range(1, len(points))}
    tree = []
    while nearest:
        node = min(nearest, key=lambda other: (nearest[other][0], other))
        tree.append((nearest.pop(node)[1], node))
        for other in nearest:
            if (way := length(node, other)) < nearest[other][0]:
                nearest[other] = way, node
    return tree


def _is_free(triangle: Array, others: Array, clear: Array) -> bool:
    """Whether no foreign node stands in a triangle or so near to it that the outline would meet its symbol."""
    import numpy as np

    from partnergraph.page.layout.overlap_removal import distance_to_segment

    if not len(others):
        return True
    turns, near = [], np.zeros(len(others), bool)
    for corner in range(3):
        a, b = triangle[corner], triangle[(corner + 1) % 3]
        near |= distance_to_segment(others, a, b) < clear
        turns.append((b[0] - a[0]) * (others[:, 1] - a[1]) - (b[1] - a[1]) * (others[:, 0] - a[0]))
    sides = np.array(turns)
    return not (near | (sides >= 0).all(axis=0) | (sides <= 0).all(axis=0)).any()


def _label_place(lines: Sequence[str], points: Array, half: float, boxes: Sequence[Box]) -> tuple[Box, tuple[int, int]]:
    """Where the name stands: over the highest member that leaves room for it, else beside or under one."""
    width = max(text_width(line, FONT, bold=True) for line in lines)
    height = len(lines) * FONT * LINE_HEIGHT
    best: tuple[float, int, Box] | None = None
    places = [
        place
        for x, y in sorted(points.tolist(), key=lambda point: (point[1], point[0]))
        for place in ((x, y - half - 4 - height), (x - half - 6 - width / 2, y - height / 2),
                      (x + half + 6 + width / 2, y - height / 2))
    ]  # fmt: skip
    for number, (middle, top) in enumerate(places):
        box = middle - width / 2, top, middle + width / 2, top + height
        covered = sum(
            max(0.0, min(box[2], other[2]) - max(box[0], other[0]))
            * max(0.0, min(box[3], other[3]) - max(box[1], other[1]))
            for other in boxes
        )
        if best is None or (covered, number) < best[:2]:
            best = covered, number, box
    assert best is not None
    box = best[2]
    return box, (round((box[0] + box[2]) / 2), round(box[1] + FONT * 0.85))
