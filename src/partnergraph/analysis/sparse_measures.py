"""The measures of large graphs: scipy's sparse matrices, and Leiden of graspologic-native.

Each function has its like in `networkx_measures` and gives the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partnergraph.analysis.pair_graph import PairGraph, segments
from partnergraph.analysis.shortest_paths import path_centralities
from partnergraph.errors import MissingExtra

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def shortest_path_measures(
    graph: PairGraph, pivots: NDArray[np.int64] | None, *, harmonic: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """See `partnergraph.analysis.shortest_paths.path_centralities`."""
    return path_centralities(graph, pivots, graph.matrix(), harmonic=harmonic)


def components(graph: PairGraph) -> NDArray[np.int64]:
    """A number for the (weak) component of each node."""
    import numpy as np

    matrix = graph.matrix()
    from scipy.sparse.csgraph import connected_components

    numbers = connected_components(matrix, directed=graph.directed, connection="weak")[1]
    return np.asarray(numbers, dtype=np.int64)


def core_numbers(graph: PairGraph) -> NDArray[np.int64]:
    """The largest k for which a node is in a k-core (Seidman 1983), by peeling (Batagelj & Zaversnik 2003)."""
    import numpy as np

    starts, neighbours, _ = graph.rows
    left, cores = graph.degree.copy(), np.zeros(graph.size, dtype=np.int64)
    alive = np.ones(graph.size, dtype=np.bool_)
    rest, core = np.arange(graph.size), 0
    while len(rest):
        core = max(core, int(left[rest].min()))
        peel = rest[left[rest] <= core]
        while len(peel):
            cores[peel], alive[peel] = core, False
            ends = neighbours[segments(starts[peel], graph.degree[peel])].astype(np.int64)
            touched, counts = np.unique(ends[alive[ends]], return_counts=True)
            left[touched] -= counts
            peel = touched[left[touched] <= core]
        rest = rest[alive[rest]]
    return cores


def blocks(graph: PairGraph) -> NDArray[np.int64]:
    """A number for the block (biconnected component) of each pair of an undirected graph.

    Tarjan & Vishkin 1985 (SIAM J. Comput. 14, 862) on a breadth-first tree: with nodes numbered in preorder, two tree
    edges are in one block where a pair outside of the tree joins their subtrees.
    """
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not len(graph.pairs):
        return np.zeros(0, dtype=np.int64)
    size = graph.size
    parent, before, below = _preorder(graph)
    first, second = graph.pairs[:, 0], graph.pairs[:, 1]
    tree = (parent[first] == second) | (parent[second] == first)
    a, b = first[~tree], second[~tree]
    low, high = before.copy(), before.copy()
    for start, end in ((a, b), (b, a)):
        np.minimum.at(low, start, before[end])
        np.maximum.at(high, start, before[end])
    _collect(low, high, parent, before)
    later = np.where(before[a] < before[b], b, a)
    earlier = a + b - later
    unrelated = before[later] >= before[earlier] + below[earlier]
    inner = np.flatnonzero((parent >= 0) & (parent[parent] >= 0))
    above = parent[inner]
    joined = (low[inner] < before[above]) | (high[inner] >= before[above] + below[above])
    rows = np.concatenate([earlier[unrelated], inner[joined]])
    columns = np.concatenate([later[unrelated], above[joined]])
    links = coo_array((np.ones(len(rows), dtype=np.int8), (rows, columns)), shape=(size, size))
    number = connected_components(links.tocsr(), directed=False)[1]
    child = np.where(before[first] < before[second], second, first)
    return np.asarray(number[child], dtype=np.int64)


def _preorder(graph: PairGraph) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """A breadth-first tree for each component: the parent of each node (below 0: none), its number in preorder, and
    how many nodes its subtree has.
    """
    import numpy as np
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order

    size, (starts, neighbours, _) = graph.size, graph.rows
    # A further node leads to the first node of each component, so that one search is enough.
    roots = np.unique(components(graph), return_index=True)[1]
    indices = np.concatenate([neighbours, roots]).astype(np.int32)
    ends = np.concatenate([starts, [len(indices)]]).astype(np.int32)
    matrix = csr_array((np.ones(len(indices)), indices, ends), shape=(size + 1, size + 1))
    order, parents = breadth_first_order(matrix, size, directed=True)
    parent = parents[:size].astype(np.int64)
    parent[roots] = -1
    above, sequence = parents.tolist(), order[1:].tolist()
    below = [1] * (size + 1)
    for node in reversed(sequence):
        below[above[node]] += below[node]
    before, place = [0] * (size + 1), [0] * (size + 1)
    for node in sequence:
        before[node] = number = place[above[node]]
        place[above[node]] = number + below[node]
        place[node] = number + 1
    return parent, np.array(before[:size]), np.array(below[:size])


def _collect(
    low: NDArray[np.int64], high: NDArray[np.int64], parent: NDArray[np.int64], before: NDArray[np.int64]
) -> None:
    """Makes of the least and the greatest number of each node those of its subtree, in place."""
    import numpy as np

    least, greatest, above = low.tolist(), high.tolist(), parent.tolist()
    for node in np.argsort(before)[::-1].tolist():
        upper = above[node]
        if upper >= 0:
            least[upper] = min(least[upper], least[node])
            greatest[upper] = max(greatest[upper], greatest[node])
    low[:], high[:] = least, greatest


def partition(graph: PairGraph, seed: int) -> NDArray[np.int64]:
    """A number for the community of each node: Leiden (Traag, Waltman & van Eck 2019), modularity, resolution 1."""
    import numpy as np

    try:
        from graspologic_native import leiden_csr
    except ImportError:
        raise MissingExtra("graspologic-native", "network") from None
    labels = np.arange(graph.size, dtype=np.int64) + graph.size  # what has no pair is a community of its own
    if not len(graph.pairs):
        return labels
    starts, neighbours, pairs = graph.rows
    _, number = leiden_csr(starts, neighbours, graph.weights[pairs], graph.size, seed=seed)
    labels[list(number)] = list(number.values())
    return labels


def product(graph: PairGraph, *, weighted: bool) -> Any:
    """The function that multiplies a vector by the adjacency matrix, transposed: sums over the arcs that lead in."""
    matrix = graph.matrix(weighted=weighted)
    if graph.directed:
        matrix = matrix.T.tocsr()
    return lambda vector: matrix @ vector
