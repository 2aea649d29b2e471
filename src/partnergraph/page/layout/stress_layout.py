"""Stress layout, without regard to labels: distances on the map follow distances in the network.

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


def graph_distances(count: int, edges: list[tuple[int, int]]) -> Array:
    """Lengths of shortest paths; an edge between two well connected nodes is longer, so that hubs keep a distance."""
    import numpy as np

    degree = np.zeros(count)
    for a, b in edges:
        degree[a] += 1
        degree[b] += 1
    distances = np.full((count, count), np.inf)
    np.fill_diagonal(distances, 0.0)
    for a, b in edges:
        smaller_degree = min(degree[a], degree[b])
        length = 1.0 if smaller_degree <= 1 else 1.5 + 0.06 * min(smaller_degree, 12)
        distances[a, b] = distances[b, a] = min(distances[a, b], length)
    for k in range(count):
        np.minimum(distances, distances[:, k : k + 1] + distances[k : k + 1, :], out=distances)
    return distances


def connected_components(count: int, edges: list[tuple[int, int]]) -> list[list[int]]:
    """The connected components, largest first, each in depth-first order from its best connected node."""
    neighbours: list[set[int]] = [set() for _ in range(count)]
    for a, b in edges:
        neighbours[a].add(b)
        neighbours[b].add(a)
    visited: set[int] = set()
    components = []
    for start in sorted(range(count), key=lambda i: (-len(neighbours[i]), i)):
        if start in visited:
            continue
        component, stack = [], [start]
        visited.add(start)
        while stack:
            node = stack.pop()
            component.append(node)
            for neighbour in sorted(neighbours[node], key=lambda i: (len(neighbours[i]), -i)):
                if neighbour not in visited:
                    visited.add(neighbour)
                    stack.append(neighbour)
        components.append(component)
    return sorted(components, key=lambda part: (-len(part), part[0]))


def stress_positions(count: int, edges: list[tuple[int, int]], order: list[int] | None = None) -> Array:
    """Positions of a connected network, in units of one edge's length, an array of shape (count, 2)."""
    import numpy as np

    if count == 1:
        return np.zeros((1, 2))
    distances = graph_distances(count, edges)
    turn = np.empty(count)
    turn[order or list(range(count))] = 2 * np.pi * np.arange(count) / count
    at: Array = np.stack([np.cos(turn), np.sin(turn)], axis=1) * distances.max() / 2
    with np.errstate(divide="ignore"):
        weight = np.where(distances > 0, distances**-2.0, 0.0)
    inverse = laplacian_inverse(np.diag(weight.sum(axis=1)) - weight)
    weighted_distances = weight * distances
    x, y = at[:, 0].copy(), at[:, 1].copy()
    for _ in range(STEPS):
        across, down = x[:, None] - x, y[:, None] - y
        length = np.sqrt(across * across + down * down)
        ratio = np.divide(weighted_distances, length, out=np.zeros(length.shape), where=length > 1e-9)
        x, y = ((inverse * (ratio * difference).sum(axis=1)).sum(axis=1) for difference in (across, down))
    return np.stack([x, y], axis=1).round(6)  # what differs beyond decides no tie


def laplacian_inverse(laplacian: Array) -> Array:
    """The pseudo-inverse of the Laplacian of a connected network, by elimination; it has the mean of nothing."""
    mean = 1.0 / len(laplacian)
    inverse: Array = laplacian + mean  # so it has an inverse, which differs from the one that is looked for by the mean
    for k in range(len(inverse)):
        # Gauss and Jordan, in place. The matrix is positive definite: no pivot is nothing.
        pivot, row, column = inverse[k, k], inverse[k].copy(), inverse[:, k].copy()
        inverse -= column[:, None] * (row / pivot)
        inverse[k], inverse[:, k] = row / pivot, -column / pivot
        inverse[k, k] = 1.0 / pivot
    return inverse - mean


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
    excess = spread[0] / spread[1] / aspect
    stretched: Array = at * np.array([max(1.0, (1 / excess) ** 0.5), max(1.0, excess**0.5)])
    return stretched
