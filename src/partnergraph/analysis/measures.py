"""Measures of a projection, each by the same definition whatever its size.

Up to `SMALL` pairs networkx computes, above scipy and graspologic-native (the extra `network`): size alone decides.
What networkx has not, or computes by scipy where that is installed, numpy computes at any size: structural holes,
brokerage roles, PageRank, eigenvector centrality, assortativity.
Paths are counted in steps; structural holes, cores, cut points and bridges take all pairs as equal; strength, PageRank,
eigenvector centrality and communities use the weights of pairs, which are 1 but for co-membership. Of a directed
projection, paths and PageRank follow the arcs and all else leaves their direction out.
"""

from __future__ import annotations

from functools import cached_property
from types import ModuleType
from typing import TYPE_CHECKING

from partnergraph.analysis.block_tree import BlockTree, Separation
from partnergraph.analysis.pair_graph import PairGraph
from partnergraph.analysis.projection import Projection
from partnergraph.analysis.triangles import ROLES, brokerage_roles, structural_holes
from partnergraph.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Column = list[str] | list[int] | list[bool] | list[float | None] | list[int | None]

SMALL = 2_000  # pairs
EXACT = 10**8  # nodes x pairs up to which all shortest paths are followed
WORK = 25_000_000  # pivots x pairs beyond that: about 2 s
DAMPING = 0.85
DIGITS = 9  # in which values are compared, of the largest one


class NetworkMeasures:
    """The measures of a projection, computed when they are first asked for; arrays in the order of its nodes.

    Raises `MissingExtra` for more than `SMALL` pairs without the extra `network`.
    """

    def __init__(
        self, projection: Projection, module: ModuleType | None = None, pivot_number: int | None = None
    ) -> None:
        """`module`: computes, whatever the size: for tests. `pivot_number`: see `pivots`."""
        self._pivot_number = pivot_number
        self.projection = projection
        self.graph = PairGraph.of(projection)
        self.module = module or engine(self.graph)

    @cached_property
    def degree(self) -> NDArray[np.int64]:
        """The number of neighbours."""
        return self.graph.undirected.degree

    @cached_property
    def strength(self) -> NDArray[np.float64]:
        """The sum of the weights of the pairs of a node."""
        import numpy as np

        graph = self.graph
        return np.bincount(graph.pairs.ravel(), np.repeat(graph.weights, 2), graph.size).astype(np.float64)

    @cached_property
    def pivots(self) -> NDArray[np.int64] | None:
        """The nodes from which paths are followed; None: all."""
        return pivots(self.graph, number=self._pivot_number)

    @cached_property
    def _paths(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        between, close = self.module.shortest_path_measures(self.graph, self.pivots, harmonic=True)
        return between, close

    @property
    def betweenness(self) -> NDArray[np.float64]:
        """The number of pairs of others that a node lies between on shortest paths, in shares (Freeman 1977, Sociometry
        40, 35).
        """
        return self._paths[0]

    @property
    def harmonic(self) -> NDArray[np.float64]:
        """The sum of 1 / steps from all others (Marchiori & Latora 2000, Physica A 285, 539)."""
        return self._paths[1]

    @cached_property
    def eigenvector(self) -> NDArray[np.float64]:
        """Eigenvector centrality (Bonacich 1972) in the largest component, of length 1; NaN for all others, and for all
        where it did not converge.
        """
        import numpy as np

        graph = self.graph.undirected
        values = np.full(graph.size, np.nan)
        inside = np.flatnonzero(self.component == 1)
        if len(inside) > 1:
            place = np.cumsum(self.component == 1) - 1
            inner = self.component[graph.pairs[:, 0]] == 1
            largest = PairGraph(len(inside), place[graph.pairs[inner]].astype(np.int32), graph.weights[inner])
            values[inside] = _leading_vector(largest, self.module)
        return values

    @cached_property
    def pagerank(self) -> NDArray[np.float64]:
        """PageRank (Page et al. 1999) with damping 0.85; a node from which nothing leads away leads to all."""
        import numpy as np

        size = self.graph.size
        if not size:
            return np.zeros(0)
        ends = self.graph.pairs[:, 0] if self.graph.directed else self.graph.pairs.ravel()
        weights = self.graph.weights if self.graph.directed else np.repeat(self.graph.weights, 2)
        out = np.bincount(ends, weights, size)
        inverse = np.divide(1, out, out=np.zeros(size), where=out > 0)
        multiply = self.module.product(self.graph, weighted=True)
        rank = np.full(size, 1 / size)
        for _ in range(1000):
            before = rank
            lost = 1 - DAMPING + DAMPING * float(before[out == 0].sum())
            rank = DAMPING * multiply(before * inverse) + lost / size
            if float(np.abs(rank - before).sum()) < 1e-13:
                break
        rank /= rank.sum()
        return rank

    @cached_property
    def core(self) -> NDArray[np.int64]:
        """The largest k for which a node is among nodes with k neighbours each among themselves (Seidman 1983)."""
        cores: NDArray[np.int64] = self.module.core_numbers(self.graph.undirected)
        return cores

    @cached_property
    def component(self) -> NDArray[np.int64]:
        """The number of the component, from 1: the largest first, then by the first IRI."""
        return ordered_numbers(self.module.components(self.graph)) + 1

    @cached_property
    def blocks(self) -> NDArray[np.int64]:
        """A number for the block (biconnected component) of each pair, directions left out."""
        blocks: NDArray[np.int64] = self.module.blocks(self.graph.undirected)
        return blocks

    def block_tree(self, focus: int | None = None) -> BlockTree:
        """Cut points, bridges, and what is separated from the focus (a position) without each node."""
        if focus is None:
            return self._tree
        return BlockTree(self.graph.undirected, self.blocks, focus)

    @cached_property
    def _tree(self) -> BlockTree:
        return BlockTree(self.graph.undirected, self.blocks)

    @cached_property
    def cut_points(self) -> NDArray[np.int64]:
        """The nodes without which their component falls into parts (Tarjan 1972, SIAM J. Comput. 1, 146)."""
        return self._tree.cut_points

    @cached_property
    def bridges(self) -> NDArray[np.int32]:
        """The pairs without which their component falls into parts (int32, b x 2)."""
        return self.graph.undirected.pairs[self._tree.bridge_pairs]

    @cached_property
    def _holes(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return structural_holes(self.graph.undirected)

    @property
    def constraint(self) -> NDArray[np.float64]:
        """How much the neighbours of a node are joined to each other (Burt 1992, Structural Holes); NaN without any."""
        return self._holes[0]

    @property
    def effective_size(self) -> NDArray[np.float64]:
        """The number of neighbours less the mean number of ties of each to the others (Borgatti 1997, Connections 20,
        35); NaN without any.
        """
        return self._holes[1]

    @cached_property
    def types(self) -> NDArray[np.int64]:
        """A number for the type of body of each node, below 0 where none is recorded."""
        import numpy as np

        names = [self.projection.columns.types[node] for node in self.projection.nodes.tolist()]
        number = {name: place for place, name in enumerate(sorted({*names} - {""}))}
        return np.array([number.get(name, -1) for name in names], dtype=np.int64)

    @cached_property
    def roles(self) -> NDArray[np.int64]:
        """Brokerage roles by type of body (int64, n x 4), see `partnergraph.analysis.triangles.brokerage_roles`."""
        return brokerage_roles(self.graph.undirected, self.types)

    @cached_property
    def assortativity(self) -> float | None:
        """How much pairs join bodies of one type, from -1 to 1 (Newman 2003, Phys. Rev. E 67, 026126); pairs with a
        body of no recorded type left out. None without pairs, or where all bodies are of one type.
        """
        import numpy as np

        ends = self.types[self.graph.undirected.pairs]
        ends = ends[(ends >= 0).all(axis=1)]
        count = int(ends.max(initial=-1)) + 1
        mixing = np.zeros((count, count))
        np.add.at(mixing, (ends[:, 0], ends[:, 1]), 0.5)
        np.add.at(mixing, (ends[:, 1], ends[:, 0]), 0.5)
        mixing /= max(len(ends), 1)
        expected = float((mixing.sum(axis=0) ** 2).sum())
        return None if not len(ends) or expected > 1 - 1e-12 else (float(np.trace(mixing)) - expected) / (1 - expected)

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what is estimated or left out."""
        import numpy as np

        notes = []
        if self.pivots is not None:
            notes.append(
                f"Betweenness and harmonic centrality are estimated from the shortest paths of {len(self.pivots):,} of "
                f"{self.graph.size:,} bodies, drawn at random with a fixed seed."
            )
        if self.graph.size > 1 and np.isnan(self.eigenvector[self.component == 1]).any():
            notes.append("Eigenvector centrality is left out: it did not converge.")
        elif (self.component > 1).any():
            notes.append("Eigenvector centrality is that of the largest component; the others have none.")
        if missing := int((self.types < 0).sum()):
            notes.append(f"No type is recorded for {missing:,} bodies: they are left out of the brokerage roles.")
        return tuple(notes)


def engine(graph: PairGraph) -> ModuleType:
    """The module that computes for a graph of this size."""
    from partnergraph.analysis import networkx_measures, sparse_measures

    return networkx_measures if len(graph.pairs) <= SMALL else sparse_measures


def pivots(graph: PairGraph, seed: int = 0, number: int | None = None) -> NDArray[np.int64] | None:
    """The nodes from which shortest paths are followed, ascending: all (None) while nodes x pairs are at most `EXACT`,
    then 400, fewer from 62,500 pairs on, 50 from 500,000 on. `number`: so many instead.
    """
    import numpy as np

    pairs = len(graph.pairs)
    if number is None:
        number = graph.size if graph.size * pairs <= EXACT else max(50, min(400, WORK // pairs))
    if number >= graph.size:
        return None
    return np.sort(np.random.Generator(np.random.PCG64(seed)).choice(graph.size, number, replace=False))


def _leading_vector(graph: PairGraph, module: ModuleType) -> NDArray[np.float64]:
    """The eigenvector of the largest eigenvalue by restarted Lanczos from a fixed start; NaN where it did not converge.

    Sums by einsum, not by BLAS, which adds up in another order on another number of processors.
    """
    import numpy as np

    steps = min(graph.size, 60 if graph.size <= 20_000 else 20)
    multiply = module.product(graph, weighted=True)
    vector = np.ones(graph.size) + graph.degree / graph.degree.max()
    for _ in range(500):
        basis = np.zeros((steps + 1, graph.size))
        basis[0] = vector / np.sqrt(np.einsum("i,i", vector, vector))
        diagonal, beside = np.zeros(steps), np.zeros(steps)
        last = steps
        for step in range(steps):
            image = multiply(basis[step])
            diagonal[step] = np.einsum("i,i", image, basis[step])
            for _ in range(2):
                image -= np.einsum("i,ij->j", np.einsum("ij,j->i", basis[: step + 1], image), basis[: step + 1])
            beside[step] = np.sqrt(np.einsum("i,i", image, image))
            if beside[step] < 1e-12 * abs(diagonal[0]) + 1e-14:
                last = step + 1
                break
            basis[step + 1] = image / beside[step]
        small = np.diag(diagonal[:last]) + np.diag(beside[: last - 1], 1) + np.diag(beside[: last - 1], -1)
        values, vectors = np.linalg.eigh(small)
        vector = np.einsum("i,ij->j", vectors[:, -1], basis[:last])
        rest = multiply(vector) - values[-1] * vector
        if np.sqrt(np.einsum("i,i", rest, rest)) < 1e-12 * values[-1]:
            leading: NDArray[np.float64] = vector * np.sign(vector.sum())
            return leading
    return np.full(graph.size, np.nan)


def ordered_numbers(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same sets with numbers from 0: the largest first, then by the first node."""
    import numpy as np

    _, first, inverse, counts = np.unique(labels, return_index=True, return_inverse=True, return_counts=True)
    number = np.empty(len(first), dtype=np.int64)
    number[np.lexsort((first, -counts))] = np.arange(len(first))
    ordered: NDArray[np.int64] = number[inverse]
    return ordered


def comparable(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values as they are compared: rounded to 9 digits of the largest one, so that sums in another order are equal."""
    import numpy as np

    largest = float(np.nanmax(np.abs(values), initial=0))
    rounded: NDArray[np.float64] = np.round(values / largest, DIGITS) if largest > 0 else values * 1.0
    return rounded


def ranks(values: NDArray[np.float64], *, ascending: bool = False) -> NDArray[np.int64]:
    """The rank of each value from 1; equal ones have the same, the next one counts all before it. 0 for NaN."""
    import numpy as np

    compared = comparable(values.astype(np.float64)) * (1 if ascending else -1)
    known = np.sort(compared[~np.isnan(compared)])
    return np.where(np.isnan(compared), 0, np.searchsorted(known, compared) + 1)


def in_order(values: NDArray[np.float64], *, ascending: bool = False) -> NDArray[np.int64]:
    """Positions by rank, equal ones by IRI; NaN left out."""
    import numpy as np

    rank = ranks(values, ascending=ascending)
    order = np.argsort(rank, kind="stable")
    return order[rank[order] > 0]


def rank_in_words(rank: int, *, joint: bool) -> str:
    """A rank as a word.

    >>> rank_in_words(7, joint=True), rank_in_words(1, joint=False), rank_in_words(12, joint=False)
    ('joint 7th', '1st', '12th')
    """
    ending = "th" if rank % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")
    return f"{'joint ' * joint}{rank}{ending}"


def separated_by(projection: Projection, node_index: int, focus_index: int | None = None) -> Separation:
    """What is no longer joined to the focus without a node, or to the largest rest; both are positions in
    `projection.nodes`. For many nodes ask one `NetworkMeasures.block_tree`. Raises `UsageError` for other positions.
    """
    size = len(projection.nodes)
    for index in (node_index, focus_index):
        if index is not None and not 0 <= index < size:
            raise UsageError(f"There is no node {index}: the projection has {size}, numbered from 0.")
    return NetworkMeasures(projection).block_tree(focus_index).separation(node_index)


RANKED = ("degree", "strength", "betweenness", "harmonic", "eigenvector", "pagerank", "constraint", "effective_size")


def measure_table(projection: Projection, measures: NetworkMeasures | None = None) -> dict[str, Column]:
    """Columns with a cell for each node, by IRI: `iri`, `name`, `type`, the measures of `NetworkMeasures`, `separated`
    (how many others are separated without it, from the largest rest), the brokerage roles, and a rank for each measure
    of `RANKED` (constraint from the lowest). None where a measure means nothing for a node.
    """
    import numpy as np

    measures = measures or NetworkMeasures(projection)
    size = len(projection.nodes)
    table: dict[str, Column] = {
        "iri": projection.iris,
        "name": projection.labels,
        "type": [projection.columns.types[node] for node in projection.nodes.tolist()],
        "degree": measures.degree.tolist(),
        "strength": _cells(measures.strength),
        "betweenness": _cells(measures.betweenness),
        "harmonic": _cells(measures.harmonic),
        "eigenvector": _cells(measures.eigenvector),
        "pagerank": _cells(measures.pagerank),
        "core": measures.core.tolist(),
        "component": measures.component.tolist(),
        "cut_point": np.isin(np.arange(size), measures.cut_points).tolist(),
        "bridges": np.bincount(measures.bridges.ravel(), minlength=size).tolist(),
        "separated": measures.block_tree().counts.tolist(),
        "constraint": _cells(measures.constraint),
        "effective_size": _cells(measures.effective_size),
    }
    for number, role in enumerate(ROLES):
        table[role.split(maxsplit=1)[0]] = measures.roles[:, number].tolist()
    for name in RANKED:
        rank = ranks(getattr(measures, name), ascending=name == "constraint")
        table[f"{name}_rank"] = [value or None for value in rank.tolist()]
    return table


def _cells(values: NDArray[np.float64]) -> list[float | None]:
    import numpy as np

    return [None if np.isnan(value) else value for value in values.tolist()]
