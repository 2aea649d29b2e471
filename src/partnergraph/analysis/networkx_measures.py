"""The measures of graphs of up to 2,000 pairs, by networkx.

Each function has its like in `sparse_measures` and gives the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from partnergraph.analysis.pair_graph import PairGraph
from partnergraph.analysis.shortest_paths import path_centralities

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def shortest_path_measures(
    graph: PairGraph, pivots: NDArray[np.int64] | None, *, harmonic: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """See `partnergraph.analysis.shortest_paths.path_centralities`, which answers here where there are pivots."""
    import networkx as nx
    import numpy as np

    if pivots is not None:
        return path_centralities(graph, pivots, harmonic=harmonic)
    network = graph.to_networkx()
    between = nx.betweenness_centrality(network, normalized=False)
    close = nx.harmonic_centrality(network) if harmonic else {}
    return _column(between, graph.size), _column(close, graph.size) if harmonic else np.zeros(graph.size)


def components(graph: PairGraph) -> NDArray[np.int64]:
    """A number for the (weak) component of each node."""
    import networkx as nx

    return _numbers(nx.connected_components(graph.undirected.to_networkx()), graph.size)


def core_numbers(graph: PairGraph) -> NDArray[np.int64]:
    """The largest k for which a node is in a k-core."""
    import networkx as nx
    import numpy as np

    return _column(nx.core_number(graph.to_networkx()), graph.size).astype(np.int64)


def blocks(graph: PairGraph) -> NDArray[np.int64]:
    """A number for the block (biconnected component) of each pair of an undirected graph."""
    import networkx as nx
    import numpy as np

    number = {
        tuple(sorted(pair)): block
        for block, pairs in enumerate(nx.biconnected_component_edges(graph.to_networkx()))
        for pair in pairs
    }
    return np.array([number[start, end] for start, end in graph.pairs.tolist()], dtype=np.int64)


def partition(graph: PairGraph, seed: int) -> NDArray[np.int64]:
    """A number for the community of each node: Louvain (Blondel et al. 2008), modularity, resolution 1."""
    import networkx as nx

    if not len(graph.pairs):
        return _numbers(({node} for node in range(graph.size)), graph.size)
    return _numbers(nx.community.louvain_communities(graph.to_networkx(), seed=seed), graph.size)


def product(graph: PairGraph, *, weighted: bool) -> Any:
    """The function that multiplies a vector by the adjacency matrix, transposed: sums over the arcs that lead in."""
    import numpy as np

    starts, neighbours, pairs = graph.rows
    ends = np.repeat(np.arange(graph.size), np.diff(starts))
    values = graph.weights[pairs] if weighted else np.ones(len(pairs))
    return lambda vector: np.bincount(neighbours, vector[ends] * values, graph.size)


def _column(values: dict[int, float], size: int) -> NDArray[np.float64]:
    import numpy as np

    return np.array([values[node] for node in range(size)], dtype=np.float64)


def _numbers(sets: Iterable[Iterable[int]], size: int) -> NDArray[np.int64]:
    import numpy as np

    numbers = np.zeros(size, dtype=np.int64)
    for number, nodes in enumerate(sets):
        numbers[list(nodes)] = number
    return numbers
