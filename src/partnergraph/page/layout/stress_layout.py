"""Where bodies stand before their labels are looked at: distances on the map follow distances in the network.

Stress majorization (Gansner, Koren and North, "Graph drawing by stress majorization", 2004): the energy of Kamada and
Kawai, solved by repeated linear steps. Deterministic: it starts from a circle in the order of a walk, and no product of
matrices is left to a library whose last digits depend on the number of its threads (which also wait for each other).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

STEPS = 250


def graph_distances(count: int, lines: list[tuple[int, int]]) -> Array:
    """Shortest ways; a line between two well-connected bodies is longer, so that hubs stand apart."""
    import numpy as np

    degree = np.zeros(count)
    for a, b in lines:
        degree[a] += 1
        degree[b] += 1
    far = np.full((count, count), np.inf)
    np.fill_diagonal(far, 0.0)
    for a, b in lines:
        least = min(degree[a], degree[b])
        length = 1.0 if least <= 1 else 1.5 + 0.06 * min(least, 12)
        far[a, b] = far[b, a] = min(far[a, b], length)
    for k in range(count):
        np.minimum(far, far[:, k : k + 1] + far[k : k + 1, :], out=far)
    return far


def connected_components(count: int, lines: list[tuple[int, int]]) -> list[list[int]]:
    """The connected parts, largest first, each in the order of a walk from its best-connected body."""
    beside: list[set[int]] = [set() for _ in range(count)]
    for a, b in lines:
        beside[a].add(b)
        beside[b].add(a)
    seen: set[int] = set()
    found = []
    for start in sorted(range(count), key=lambda i: (-len(beside[i]), i)):
        if start in seen:
            continue
        walk, todo = [], [start]
        seen.add(start)
        while todo:
            here = todo.pop()
            walk.append(here)
            for there in sorted(beside[here], key=lambda i: (len(beside[i]), -i)):
                if there not in seen:
                    seen.add(there)
                    todo.append(there)
        found.append(walk)
    return sorted(found, key=lambda part: (-len(part), part[0]))


def stress_positions(count: int, lines: list[tuple[int, int]], order: list[int] | None = None) -> Array:
    """Positions of a connected network, in units of one line's length, an array of shape (count, 2)."""
    import numpy as np

    if count == 1:
        return np.zeros((1, 2))
    far = graph_distances(count, lines)
    turn = np.empty(count)
    turn[order or list(range(count))] = 2 * np.pi * np.arange(count) / count
    at: Array = np.stack([np.cos(turn), np.sin(turn)], axis=1) * far.max() / 2
    with np.errstate(divide="ignore"):
        weight = np.where(far > 0, far**-2.0, 0.0)
    inverse = laplacian_inverse(np.diag(weight.sum(axis=1)) - weight)
    wanted = weight * far
    x, y = at[:, 0].copy(), at[:, 1].copy()
    for _ in range(STEPS):
        across, down = x[:, None] - x, y[:, None] - y
        gap = np.sqrt(across * across + down * down)
        ratio = np.divide(wanted, gap, out=np.zeros(gap.shape), where=gap > 1e-9)
        x, y = ((inverse * (ratio * apart).sum(axis=1)).sum(axis=1) for apart in (across, down))
    return np.stack([x, y], axis=1).round(6)  # what differs beyond decides no tie


def laplacian_inverse(laplacian: Array) -> Array:
    """The pseudo-inverse of the Laplacian of a connected network, by elimination; it has the mean of nothing."""
    mean = 1.0 / len(laplacian)
    found: Array = laplacian + mean  # so it has an inverse, which differs from the one that is looked for by the mean
    for k in range(len(found)):
        # Gauss and Jordan, in place. The matrix is positive definite: no pivot is nothing.
        pivot, row, column = found[k, k], found[k].copy(), found[:, k].copy()
        found -= column[:, None] * (row / pivot)
        found[k], found[:, k] = row / pivot, -column / pivot
        found[k, k] = 1.0 / pivot
    return found - mean


def orient(at: Array, aspect: float) -> Array:
    """The same positions with the longest extent along x (or y for a tall canvas), stretched towards the aspect."""
    import numpy as np

    at = at - at.mean(axis=0)
    if len(at) < 3:
        return at
    xx, yy, xy = (at[:, 0] ** 2).sum(), (at[:, 1] ** 2).sum(), (at[:, 0] * at[:, 1]).sum()
    angle = 0.5 * np.arctan2(2 * xy, xx - yy) + (0.0 if aspect >= 1 else np.pi / 2)
    cos, sin = np.cos(-angle), np.sin(-angle)
    at = np.stack([at[:, 0] * cos - at[:, 1] * sin, at[:, 0] * sin + at[:, 1] * cos], axis=1)
    spread = np.maximum(at.max(axis=0) - at.min(axis=0), 1e-6)
    want = spread[0] / spread[1] / aspect
    stretched: Array = at * np.array([max(1.0, (1 / want) ** 0.5), max(1.0, want**0.5)])
    return stretched
