"""The triangles of a graph, and what rests on them: constraint, effective size, brokerage roles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from partnergraph.analysis.pair_graph import PairGraph, segments

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BLOCK = 4_000_000  # candidates that are looked at in one go
ROLES = ("coordinator", "consultant", "gatekeeper or representative", "liaison")


def triangles(graph: PairGraph) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int64]]]:
    """All triangles of an undirected graph, once each, in blocks: their nodes a, b, c and the numbers of the pairs that
    face them (bc, ac, ab); both arrays t x 3.

    Each pair is directed towards the node of higher degree (Chiba & Nishizeki 1985), so that hubs cost little.
    """
    import numpy as np

    rank = np.empty(graph.size, dtype=np.int64)
    rank[np.lexsort((np.arange(graph.size), graph.degree))] = np.arange(graph.size)
    nodes = np.argsort(rank).astype(np.int32)
    ends = np.sort(rank[graph.pairs], axis=1)
    order = np.argsort(ends[:, 0] * graph.size + ends[:, 1])
    low, high = ends[order, 0], ends[order, 1]
    keys = low * graph.size + high
    starts = np.concatenate(([0], np.cumsum(np.bincount(low, minlength=graph.size))))
    counts = np.diff(starts)[high]  # from each pair (a, b) on to all c after b
    cuts = np.flatnonzero(np.diff(np.cumsum(counts) // BLOCK)) + 1
    for part in np.split(np.arange(len(low)), cuts):
        first = np.repeat(part, counts[part])
        second = segments(starts[high[part]], counts[part])
        wanted = low[first] * graph.size + high[second]
        third = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        closed = np.flatnonzero(keys[third] == wanted)
        first, second, third = first[closed], second[closed], third[closed]
        yield (
            nodes[np.column_stack([low[first], high[first], high[second]])],
            order[np.column_stack([second, third, first])],
        )


def structural_holes(graph: PairGraph) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Constraint (Burt 1992, Structural Holes, ch. 2; all ties equally strong) and effective size n - 2t/n (Borgatti
    1997, Connections 20, 35) of each node of an undirected graph; NaN without a neighbour.
    """
    import numpy as np

    degree = graph.degree.astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = 1 / degree
        indirect = np.zeros(len(graph.pairs))
        count = np.zeros(graph.size)
        for nodes, pairs in triangles(graph):
            indirect += np.bincount(pairs.ravel(), share[nodes.ravel()], len(graph.pairs))
            count += np.bincount(nodes.ravel(), minlength=graph.size)
        ties = (1 + indirect) ** 2
        sums = np.bincount(graph.pairs.ravel(), np.repeat(ties, 2), graph.size)
        return np.where(degree > 0, sums * share**2, np.nan), degree - 2 * count / degree


def brokerage_roles(graph: PairGraph, types: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many pairs of its neighbours, not joined themselves, each node lies between, by their types (int64, n x 4,
    in the order of `ROLES`): all three of one type; its two neighbours of another; one neighbour of its own; all three
    of different types.

    After Gould & Fernandez 1989 (Sociol. Methodol. 19, 89), without directions, so that gatekeeper and representative
    are one. `types` (n): a number for each type, below 0 where none is recorded: such bodies have no role and are no
    party of one.
    """
    import numpy as np

    size, known = graph.size, max(int(types.max(initial=-1)) + 1, 1)
    roles = np.zeros((size, 4), dtype=np.int64)
    ends = np.concatenate([graph.pairs, graph.pairs[:, ::-1]]).astype(np.int64)
    ends = ends[(types[ends] >= 0).all(axis=1)]
    keys, counts = np.unique(ends[:, 0] * known + types[ends[:, 1]], return_counts=True)
    node, own = keys // known, types[keys // known] == keys % known
    same = np.bincount(node[own], counts[own], size).astype(np.int64)
    other = np.bincount(node[~own], counts[~own], size).astype(np.int64)
    alike = np.bincount(node[~own], (counts * (counts - 1) // 2)[~own], size).astype(np.int64)
    roles[:, 0], roles[:, 1], roles[:, 2] = same * (same - 1) // 2, alike, same * other
    roles[:, 3] = other * (other - 1) // 2 - alike
    for nodes, _ in triangles(graph):
        typed = nodes[(types[nodes] >= 0).all(axis=1)]
        for middle in range(3):
            left, right = typed[:, middle - 1], typed[:, middle - 2]
            role = _role(types[left], types[typed[:, middle]], types[right])
            closed = np.bincount(typed[:, middle].astype(np.int64) * 4 + role, minlength=4 * size)
            roles -= closed.reshape(size, 4)
    return roles


def _role(left: NDArray[np.int64], middle: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.int64]:
    import numpy as np

    near, far = left == middle, right == middle
    return np.select([near & far, near | far, left == right], [0, 2, 1], 3)
