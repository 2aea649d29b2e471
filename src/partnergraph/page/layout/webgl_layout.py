"""Layout of every body at once: as in the unfolded view, or on discs at the positions of the overview's nodes."""

from __future__ import annotations

from math import asin, cos, pi, sin, sqrt
from typing import TYPE_CHECKING

from partnergraph.page.diagram import Diagram

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

TURN = pi * (3 - sqrt(5))  # the golden angle: no two rings begin at the same place
CORNERS = 1.1  # symbols with corners reach farther than round ones
ROOM = 1.0  # pixels left free around a symbol, which whole numbers need
GAP = 14.0  # between discs
FILLED = 0.5  # share of the canvas that discs cover, before they are pushed apart
MAX_DISCS = 300  # beyond, the smallest go to one disc
STEPS, GROWTH = 200, 1.08


def webgl_positions(diagram: Diagram) -> dict[str, list[int]]:
    """`x` and `y` of every body by number, in whole pixels; none of them is negative. Always the same."""
    at = _unfolded(diagram) or _on_discs(diagram)
    points = {number: point for group in at for number, point in group.items()}
    isolated = [number for number in range(len(diagram.bodies)) if number not in points]
    if isolated:
        # What nothing is joined to, below all others.
        offsets, radius = _disc(diagram, isolated)
        xs = [x for x, _ in points.values()] or [0.0]
        x, y = (min(xs) + max(xs)) / 2, max((y for _, y in points.values()), default=0.0) + radius + 4 * GAP
        points |= {number: (x + dx, y + dy) for number, (dx, dy) in offsets.items()}
    if not points:
        return {"x": [], "y": []}
    left, top = (min(point[axis] for point in points.values()) for axis in (0, 1))
    return {
        "x": [round(points[number][0] - left) for number in range(len(diagram.bodies))],
        "y": [round(points[number][1] - top) for number in range(len(diagram.bodies))],
    }


def _unfolded(diagram: Diagram) -> list[dict[int, tuple[float, float]]]:
    """The unfolded view, when it shows all bodies that are joined to others; else nothing."""
    connected = {end for edge in diagram.unfolded_edges for end in (edge.a, edge.b)}
    positions: dict[int, tuple[float, float]] = {}
    for node in diagram.nodes[: len(diagram.bodies)]:
        if node.unfolded is not None:
            positions[node.number] = (float(node.unfolded[0]), float(node.unfolded[1]))
    return [positions] if positions and connected <= set(positions) else []


def _on_discs(diagram: Diagram) -> list[dict[int, tuple[float, float]]]:
    """Each symbol of the overview as a disc of its bodies; the discs do not overlap."""
    import numpy as np

    discs_at = [(node.wide, list(node.members) or [node.number]) for node in diagram.nodes if node.wide is not None]
    discs_at = sorted(discs_at, key=lambda disc: (-len(disc[1]), disc[1]))[:MAX_DISCS]
    if not discs_at:
        return []
    discs = [_disc(diagram, members) for _, members in discs_at]
    radius = np.array([radius for _, radius in discs])
    at = np.array([place for place, _ in discs_at], dtype=float)
    width, height = np.maximum(at.max(axis=0) - at.min(axis=0), 1.0)
    at *= max(1.0, sqrt(float((pi * (radius + GAP / 2) ** 2).sum()) / (FILLED * float(width * height))))
    _separate_discs(at, radius)
    return [
        {number: (float(x) + dx, float(y) + dy) for number, (dx, dy) in offsets.items()}
        for (x, y), (offsets, _) in zip(at, discs, strict=True)
    ]


def _disc(diagram: Diagram, members: list[int]) -> tuple[dict[int, tuple[float, float]], float]:
    """Rings around the best connected, the less connected farther out; no symbol meets another. And its radius."""
    ordered = sorted(members, key=lambda number: (-diagram.nodes[number].size, number))
    widths = [diagram.nodes[number].size * CORNERS + ROOM for number in ordered]
    offsets = {ordered[0]: (0.0, 0.0)}
    reach, edge, at, ring = 0.0, widths[0], 1, 1
    while at < len(ordered):
        # The first of a ring is its largest, so that as many fit as of that size.
        reach, edge = edge + widths[at], edge + 2 * widths[at]
        count = min(len(ordered) - at, max(1, int(pi / asin(widths[at] / reach))))
        for nth in range(count):
            turn = ring * TURN + 2 * pi * nth / count
            offsets[ordered[at + nth]] = (reach * cos(turn), reach * sin(turn))
        at, ring = at + count, ring + 1
    return offsets, edge


def _separate_discs(at: Array, radius: Array) -> None:
    """Push discs apart (in place) until none overlaps: the smaller of two gives way; else the canvas grows."""
    import numpy as np

    area = radius**2
    share = area[None, :] / (area[:, None] + area[None, :])
    min_distance = radius[:, None] + radius[None, :] + GAP
    turn = np.arange(len(at)) * TURN  # of discs at the very same place, each goes its own way
    at += 0.01 * np.column_stack([np.cos(turn), np.sin(turn)])
    while True:
        for _ in range(STEPS):
            distance = at[:, None] - at[None, :]
            length = np.hypot(distance[..., 0], distance[..., 1])
            np.fill_diagonal(length, np.inf)
            overlap = np.maximum(min_distance - length, 0.0)
            if overlap.max(initial=0.0) < 1.0:
                return
            at += (distance / length[..., None] * (overlap * share)[..., None]).sum(axis=1) * 0.9
        at *= GROWTH
