"""Shortest paths from many nodes at once, counted in steps: betweenness and harmonic centrality (Brandes 2001)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partnergraph.analysis.pair_graph import PairGraph, segments

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CELLS = 4_000_000  # nodes x sources of a batch: 32 MB for an array


class _Batch:
    """Breadth-first search from a batch of b sources: cell node * b + s belongs to a node and the source s.

    A level is expanded along the edges of its cells; where these are many, all cells are looked at, by a product with
    the matrix if there is one.
    """

    def __init__(self, graph: PairGraph, sources: NDArray[np.int64], matrix: Any) -> None:
        import numpy as np

        self.graph, self.matrix, self.width = graph, matrix, len(sources)
        self.shape = (graph.size, self.width)
        self.level = np.full(graph.size * self.width, -1, dtype=np.int32)
        self.paths = np.zeros(graph.size * self.width)
        self.levels = [np.sort(sources * self.width + np.arange(self.width))]
        self.level[self.levels[0]], self.paths[self.levels[0]] = 0, 1.0

    def _edges(self, cells: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The edges that lead away from cells: the place of the cell, and the cell that is reached."""
        import numpy as np

        starts, neighbours, _ = self.graph.rows
        nodes, source = np.divmod(cells, self.width)
        counts = self.graph.degree[nodes]
        place = np.repeat(np.arange(len(cells)), counts)
        return place, neighbours[segments(starts[nodes], counts)].astype(np.int64) * self.width + source[place]

    def _many(self, cells: NDArray[np.int64]) -> bool:
        edges = int(self.graph.degree[cells // self.width].sum())
        return edges * 12 > len(self.graph.rows.neighbours) * self.width

    def _spread(self, cells: NDArray[np.int64], values: NDArray[np.float64], *, along: bool) -> NDArray[np.float64]:
        import numpy as np

        dense = np.zeros(self.shape)
        dense.ravel()[cells] = values
        matrix = self.matrix.T if along and self.graph.directed else self.matrix
        return np.asarray(matrix @ dense).ravel()

    def search(self) -> None:
        """Finds the level of each cell that is reached, and its number of shortest paths."""
        import numpy as np

        while len(cells := self.levels[-1]):
            if self._many(cells):
                if self.matrix is not None:
                    sums = self._spread(cells, self.paths[cells], along=True)
                else:
                    place, ends = self._edges(cells)
                    sums = np.bincount(ends, self.paths[cells][place], len(self.level)).astype(np.float64)
                after = np.flatnonzero((sums > 0) & (self.level < 0))
                self.paths[after] = sums[after]
            else:
                place, ends = self._edges(cells)
                fresh = self.level[ends] < 0
                after, inverse = np.unique(ends[fresh], return_inverse=True)
                self.paths[after] = np.bincount(inverse, self.paths[cells][place[fresh]], len(after))
            self.level[after] = len(self.levels)
            self.levels.append(after)

    def dependencies(self) -> NDArray[np.float64]:
        """Of each node the share of shortest paths from the sources that it lies between, added up."""
        import numpy as np

        dependency = np.zeros(len(self.level))
        share = np.zeros(len(self.level))
        for number in range(len(self.levels) - 1, 1, -1):
            cells, before = self.levels[number], self.levels[number - 1]
            share[cells] = (1 + dependency[cells]) / self.paths[cells]
            if self.matrix is not None and self._many(before):
                sums = self._spread(cells, share[cells], along=False)[before]
            else:
                place, ends = self._edges(before)
                next_level = self.level[ends] == number
                sums = np.bincount(place[next_level], share[ends[next_level]], len(before)).astype(np.float64)
            dependency[before] = self.paths[before] * sums
        sums_of_nodes: NDArray[np.float64] = dependency.reshape(self.shape).sum(axis=1)
        return sums_of_nodes

    def closeness(self) -> NDArray[np.float64]:
        """Of each node 1 / steps from the sources, added up."""
        import numpy as np

        inverse = np.zeros(len(self.level))
        for number, cells in enumerate(self.levels[1:], 1):
            inverse[cells] = 1 / number
        sums: NDArray[np.float64] = inverse.reshape(self.shape).sum(axis=1)
        return sums


def path_centralities(
    graph: PairGraph, pivots: NDArray[np.int64] | None = None, matrix: Any = None, *, harmonic: bool = True
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Betweenness (Freeman 1977; raw, each pair of nodes once; by Brandes 2001, J. Math. Sociol. 25, 163) and harmonic
    centrality (Marchiori & Latora 2000: the sum of 1 / steps from all others) of each node.

    With `pivots` (nodes, none twice) estimated from the paths that begin there (Brandes & Pich 2007): the sums are
    scaled by (n - 1) / the number of pivots other than the node. `matrix`: the adjacency matrix, which makes large
    graphs faster. Without `harmonic` that part is 0.
    """
    import numpy as np

    size = graph.size
    between, close = np.zeros(size), np.zeros(size)
    sources = np.arange(size) if pivots is None else np.sort(pivots)
    width = max(1, CELLS // max(size, 1))
    for start in range(0, len(sources), width):
        batch = _Batch(graph, sources[start : start + width].astype(np.int64), matrix)
        batch.search()
        between += batch.dependencies()
        if harmonic:
            close += batch.closeness()
    if pivots is not None:
        others = np.full(size, float(len(sources)))
        others[sources] -= 1
        scale = np.divide(size - 1, others, out=np.zeros(size), where=others > 0)
        between, close = between * scale, close * scale
    return (between if graph.directed else between / 2), close
