"""Edge routing: an edge that would run through a node which it does not join, or through a label, is bent around it."""

from __future__ import annotations

from collections.abc import Sequence
from math import atan2, cos, hypot, pi, sin
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

Point = tuple[float, float]
# Roundness of the edges that are tried, in this order.
BENDS = (0.0, 0.08, -0.08, 0.14, -0.14, 0.2, -0.2, 0.28, -0.28, 0.36, -0.36, 0.46, -0.46, 0.58, -0.58)
SAMPLES = 33  # points along an edge
CLEAR = 2.5  # pixels between an edge and a foreign symbol
MARGIN = 6.0  # pixels around the outermost symbols
INSET = 1.0  # pixels of a label's box that a line may touch: the text ends before it
# Costs: a node under an edge, a point outside of the picture, a label under the edge, and a unit of roundness.
NODE_COST, OUTSIDE_COST, LABEL_COST, BEND_COST = 400.0, 200.0, 2.0, 1.0


def control_point(a: Point, b: Point, bend: float) -> Point:
    """The control point of a bent edge: that of vis-network's curvedCW (bend > 0) and curvedCCW of roundness |bend|.

    >>> control_point((0, 0), (100, 0), 0.0)
    (50.0, 0.0)
    """
    reach = (abs(bend) * 0.5 + 0.5) * hypot(b[0] - a[0], b[1] - a[1])
    angle = atan2(a[1] - b[1], b[0] - a[0]) + bend * pi / 2
    return a[0] + reach * cos(angle), a[1] - reach * sin(angle)


def sample_curve(a: Point, b: Point, bend: float) -> Array:
    """Points along an edge, an array of shape (33, 2)."""
    import numpy as np

    control = np.array(control_point(a, b, bend))
    share = np.arange(SAMPLES)[:, None] / (SAMPLES - 1)
    curve: Array = (1 - share) ** 2 * np.array(a) + 2 * share * (1 - share) * control + share**2 * np.array(b)
    return curve


def curve_segments(at: Array, edges: Sequence[tuple[int, int]], bends: Sequence[float]) -> Array:
    """The edges as straight pieces, one for each edge or 16 for a bent one, an array of shape (pieces, 2 ends, 2)."""
    import numpy as np

    pieces = [np.empty((0, 2, 2))]
    for (a, b), bend in zip(edges, bends, strict=True):
        points = sample_curve(tuple(at[a]), tuple(at[b]), bend)[::2] if bend else at[[a, b]]
        pieces.append(np.stack([points[:-1], points[1:]], axis=1))
    return np.concatenate(pieces)


def segment_hits(segments: Array, rectangles: Array) -> NDArray[np.bool_]:
    """Whether each segment runs through each rectangle: (s, 2, 2) and (r, 4 sides) to (s, r); both may be broadcast.

    A rectangle is made smaller by `INSET` on each side.
    """
    import numpy as np

    low, high = None, None
    for axis in (0, 1):
        start = segments[..., 0, axis][..., None]
        along = segments[..., 1, axis][..., None] - start
        along = 1.0 / np.where(np.abs(along) < 1e-6, 1e-6, along)
        near = (rectangles[..., axis] + INSET - start) * along
        far = (rectangles[..., axis + 2] - INSET - start) * along
        first, last = np.minimum(near, far), np.maximum(near, far)
        low = first if low is None else np.maximum(low, first)
        high = last if high is None else np.minimum(high, last)
    assert low is not None
    assert high is not None
    hits: NDArray[np.bool_] = np.maximum(low, 0.0) < np.minimum(high, 1.0)
    return hits


def crossed_nodes(points: Array, at: Array, radius: Array, ends: Sequence[int]) -> list[int]:
    """The nodes that a sampled curve runs through, its own ends left out."""
    import numpy as np

    from partnergraph.page.layout.overlap_removal import distance_to_segment

    gaps = distance_to_segment(at[None], points[:-1, None], points[1:, None]).min(axis=0)
    near = gaps < radius + CLEAR
    near[list(ends)] = False
    return [int(node) for node in np.flatnonzero(near)]


def crossed_labels(points: Array, labels: Array) -> list[int]:
    """The labels, by number, whose rectangles (left, top, right, bottom) a sampled curve runs through."""
    import numpy as np

    hits = segment_hits(np.stack([points[:-1], points[1:]], axis=1), labels)
    return [int(label) for label in np.flatnonzero(hits.any(axis=0))]


def route_edges(at: Array, radius: Array, edges: Sequence[tuple[int, int]], labels: Array | None = None) -> list[float]:
    """A bend for each edge: 0 where nothing is in the way, and no two alike between the same nodes.

    `labels`: the rectangles of the texts, an array of shape (n, 4). An edge leaves the picture or crosses a label only
    where it would run through a node otherwise.
    """
    import numpy as np

    from partnergraph.page.layout.overlap_removal import distance_to_segment

    if not len(at):
        return []
    labels = np.empty((0, 4)) if labels is None else labels
    low, high = (at - radius[:, None]).min(axis=0) - MARGIN, (at + radius[:, None]).max(axis=0) + MARGIN
    used_bends: dict[tuple[int, int], list[float]] = {}
    bends = []
    for a, b in edges:
        turn = 1 if a < b else -1
        used = used_bends.setdefault((min(a, b), max(a, b)), [])
        free = [bend for bend in BENDS if all(abs(bend * turn - other) > 0.11 for other in used)]
        # What is too far from the edge for any bend is left out.
        middle, far = (at[a] + at[b]) / 2, hypot(*(at[b] - at[a])) * 0.75 + 30
        near = np.flatnonzero((np.abs(at - middle) < far + radius[:, None]).all(axis=1))
        near = near[(near != a) & (near != b)]
        close = labels[((labels[:, :2] < middle + far) & (labels[:, 2:] > middle - far)).all(axis=1)]
        best_bend, least = 0.0, float("inf")
        for some in (free[:1], free[1:]):
            if not some or least <= abs(some[0]) * BEND_COST:
                break
            points = np.stack([sample_curve(tuple(at[a]), tuple(at[b]), bend) for bend in some])
            starts, ends = points[:, :-1, None], points[:, 1:, None]
            cost = np.abs(some) * BEND_COST + ((points < low) | (points > high)).any(axis=(1, 2)) * OUTSIDE_COST
            gaps = distance_to_segment(at[near], starts, ends).min(axis=1)
            cost += (gaps < radius[near] + CLEAR).sum(axis=1) * NODE_COST
            hits = segment_hits(np.concatenate([starts, ends], axis=2), close)
            cost += hits.any(axis=1).sum(axis=1) * LABEL_COST
            cheapest = int(np.argmin(cost))
            if cost[cheapest] < least:
                best_bend, least = some[cheapest], float(cost[cheapest])
        used.append(best_bend * turn)
        bends.append(best_bend)
    return bends
