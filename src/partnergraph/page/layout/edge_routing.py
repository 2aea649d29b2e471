"""Edge routing: an edge that would run through a node which it does not join is bent around it."""

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
    share = np.linspace(0, 1, SAMPLES)[:, None]
    curve: Array = (1 - share) ** 2 * np.array(a) + 2 * share * (1 - share) * control + share**2 * np.array(b)
    return curve


def crossed_nodes(points: Array, at: Array, radius: Array, ends: tuple[int, int]) -> list[int]:
    """The nodes that a sampled curve runs through, its own ends left out."""
    import numpy as np

    from partnergraph.page.layout.overlap_removal import distance_to_segment

    gaps = distance_to_segment(at[None], points[:-1, None], points[1:, None]).min(axis=0)
    near = gaps < radius + CLEAR
    near[list(ends)] = False
    return [int(node) for node in np.flatnonzero(near)]


def route_edges(at: Array, radius: Array, edges: Sequence[tuple[int, int]]) -> list[float]:
    """A bend for each edge: 0 where nothing is in the way, and no two alike between the same nodes.

    An edge leaves the picture only where it would run through a node otherwise.
    """
    import numpy as np

    if not len(at):
        return []
    low, high = (at - radius[:, None]).min(axis=0) - MARGIN, (at + radius[:, None]).max(axis=0) + MARGIN
    used_bends: dict[tuple[int, int], list[float]] = {}
    bends = []
    for a, b in edges:
        turn = 1 if a < b else -1
        used = used_bends.setdefault((min(a, b), max(a, b)), [])
        free = [bend for bend in BENDS if all(abs(bend * turn - other) > 0.11 for other in used)]
        best_bend, least = 0.0, 10**6
        for bend in free:
            points = sample_curve(tuple(at[a]), tuple(at[b]), bend)
            outside = bool(np.any((points < low) | (points > high)))
            faults = 2 * len(crossed_nodes(points, at, radius, (a, b))) + outside
            if faults < least:
                best_bend, least = bend, faults
            if not faults:
                break
        used.append(best_bend * turn)
        bends.append(best_bend)
    return bends
