"""A graph as numbers: what every measure is computed on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from partnergraph.analysis.projection import Projection
from partnergraph.errors import MissingExtra

if TYPE_CHECKING:
    import networkx as nx
    import numpy as np
    from numpy.typing import NDArray


class Rows(NamedTuple):
    """The neighbours of node i are `neighbours[starts[i]:starts[i + 1]]`, ascending; `pairs`: numbers of pairs."""

    starts: NDArray[np.int64]
    neighbours: NDArray[np.int32]
    pairs: NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class PairGraph:
    """A simple graph of `size` nodes: `pairs` (int32, k x 2) are sorted by both, none stands twice or joins a node to
    itself, the smaller node is the first where undirected; `weights` (float64, k).
    """

    size: int
    pairs: NDArray[np.int32]
    weights: NDArray[np.float64]
    directed: bool = False

    @classmethod
    def of(cls, projection: Projection) -> PairGraph:
        """The graph of a projection: node i is `projection.nodes[i]`."""
        return cls(len(projection.nodes), projection.pairs, projection.weights, projection.directed)

    @cached_property
    def rows(self) -> Rows:
        """The neighbours of each node; where directed, those that its arcs lead to."""
        import numpy as np

        ends, neighbours = self.pairs[:, 0], self.pairs[:, 1]
        numbers = np.arange(len(self.pairs), dtype=np.int32)
        if not self.directed:  # smaller neighbours first: then each row is ascending
            ends, neighbours = np.concatenate([neighbours, ends]), np.concatenate([ends, neighbours])
            order = np.argsort(ends, kind="stable")
            neighbours, numbers = neighbours[order], np.tile(numbers, 2)[order]
        starts = np.concatenate(([0], np.cumsum(np.bincount(ends, minlength=self.size)))).astype(np.int64)
        return Rows(starts, np.ascontiguousarray(neighbours), numbers)

    @cached_property
    def degree(self) -> NDArray[np.int64]:
        """The number of neighbours; where directed, of arcs that lead away."""
        import numpy as np

        return np.diff(self.rows.starts)

    @cached_property
    def undirected(self) -> PairGraph:
        """The same without directions: the weights of two arcs between the same nodes are added."""
        import numpy as np

        if not self.directed:
            return self
        both = np.sort(self.pairs, axis=1).astype(np.int64)
        keys, place = np.unique(both[:, 0] * self.size + both[:, 1], return_inverse=True)
        pairs = np.column_stack([keys // max(self.size, 1), keys % max(self.size, 1)]).astype(np.int32)
        return PairGraph(self.size, pairs, np.bincount(place, self.weights, len(keys)).astype(np.float64))

    def subgraph(self, chosen: NDArray[np.bool_]) -> PairGraph:
        """The same nodes with some of the pairs."""
        return PairGraph(self.size, self.pairs[chosen], self.weights[chosen], self.directed)

    def matrix(self, *, weighted: bool = False) -> Any:
        """The adjacency matrix (`scipy.sparse.csr_array`). Raises `MissingExtra` without scipy."""
        import numpy as np

        try:
            from scipy.sparse import csr_array
        except ImportError:
            raise MissingExtra("scipy", "network") from None
        starts, neighbours, pairs = self.rows
        values = self.weights[pairs] if weighted else np.ones(len(neighbours))
        index = np.int32 if len(neighbours) < 2**31 else np.int64
        return csr_array((values, neighbours.astype(index), starts.astype(index)), shape=(self.size, self.size))

    def to_networkx(self) -> nx.Graph[int]:
        """Nodes by number, ascending, and pairs with their `weight`, in order: so the same input gives the same."""
        import networkx as nx

        graph: nx.Graph[int] = nx.DiGraph() if self.directed else nx.Graph()
        graph.add_nodes_from(range(self.size))
        graph.add_weighted_edges_from(
            (start, end, weight)
            for (start, end), weight in zip(self.pairs.tolist(), self.weights.tolist(), strict=True)
        )
        return graph


def segments(starts: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The positions start, start + 1, ... of each segment, one after the other."""
    import numpy as np

    total = int(counts.sum())
    shift = starts - np.concatenate(([0], np.cumsum(counts)[:-1])) if len(counts) else starts
    return np.arange(total) + np.repeat(shift, counts)
