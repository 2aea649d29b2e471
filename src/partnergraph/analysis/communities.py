"""Communities: sets of bodies joined more among themselves than outwards, always beside graphs of the same degrees."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

from partnergraph.analysis.measures import engine, ordered_numbers
from partnergraph.analysis.pair_graph import PairGraph
from partnergraph.analysis.projection import Projection

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SEEDS = 20
MANY = 200_000  # pairs; above them there are fewer seeds and rewired graphs
SWAPS = 20  # passes of rewiring, each over all pairs


@dataclass(frozen=True, eq=False)
class Communities:
    """The partition of the highest modularity of several seeds, resolution 1.

    `labels` (int64, n): the number of the set of each node, the largest set first, then by the first IRI. `together`
    (int64, n): the same for sets of nodes that are together with every seed. `seed`: the best one; `modularities`: that
    of each seed; `partitions`: how many of them differ. `random_modularities`: of graphs rewired at random, in which
    each node keeps its degree, sorted.
    """

    method: str
    labels: NDArray[np.int64]
    together: NDArray[np.int64]
    seed: int
    modularities: tuple[float, ...]
    partitions: int
    random_modularities: tuple[float, ...]

    @property
    def modularity(self) -> float:
        """That of `labels`."""
        return self.modularities[self.seed]

    @property
    def random_modularity(self) -> float:
        """The mean of the rewired graphs."""
        return sum(self.random_modularities) / max(len(self.random_modularities), 1)

    @property
    def note(self) -> str:
        """How the sets were made, as a sentence."""
        differ = "the same sets each time" if self.partitions == 1 else f"{self.partitions} different partitions"
        beside = (
            f" {len(self.random_modularities)} graphs rewired at random with the same degrees have a modularity of "
            f"{self.random_modularity:.2f}, at most {self.random_modularities[-1]:.2f}."
            if self.random_modularities
            else ""
        )
        return f"{self.method}, resolution 1, best of {len(self.modularities)} seeds: {differ}.{beside}"


def communities(projection: Projection, module: ModuleType | None = None) -> Communities:
    """The communities of a projection, directions left out: Louvain by networkx up to 2,000 pairs, above Leiden by
    graspologic-native.

    Seeds 0 to 19 (0 to 2 above 200,000 pairs), and 100 rewired graphs, fewer for larger ones: see `rewired_number`.
    Modularity by Newman & Girvan 2004; it does not resolve sets of fewer than about the square root of 2 x pairs
    (Fortunato & Barthélemy 2007). `module` computes, whatever the size: for tests. Raises `MissingExtra`.
    """
    import numpy as np

    graph = PairGraph.of(projection).undirected
    module = module or engine(graph)
    seeds = SEEDS if len(graph.pairs) <= MANY else 3
    partitions = [ordered_numbers(module.partition(graph, seed)) for seed in range(seeds)]
    values = [modularity(graph, labels) for labels in partitions]
    seed = int(np.argmax(np.round(values, 9)))
    keys = np.stack(partitions, axis=1)
    _, together = np.unique(keys, axis=0, return_inverse=True)
    random = []
    for turn in range(rewired_number(graph)):
        other = rewired(graph, turn, projection.partnerships)
        random.append(modularity(other, module.partition(other, 0)))
    return Communities(
        method="Leiden" if module.__name__.endswith("sparse_measures") else "Louvain",
        labels=partitions[seed],
        together=ordered_numbers(together.reshape(-1)),
        seed=seed,
        modularities=tuple(values),
        partitions=len({labels.tobytes() for labels in partitions}),
        random_modularities=tuple(sorted(random)),
    )


def best_modularity(projection: Projection, number: int | None = None) -> float:
    """The best modularity of the partitions that `communities` chooses from, or of the first `number` of them. Raises
    `MissingExtra`.
    """
    graph = PairGraph.of(projection).undirected
    module = engine(graph)
    seeds = number or (SEEDS if len(graph.pairs) <= MANY else 3)
    return max(modularity(graph, ordered_numbers(module.partition(graph, seed))) for seed in range(seeds))


def rewired_number(graph: PairGraph) -> int:
    """How many rewired graphs a graph is put beside: 100 up to 1,000 pairs and from 2,001 to 5,000, in between and
    above fewer, at least 5, above 200,000 pairs 3.
    """
    from partnergraph.analysis.measures import SMALL

    pairs = len(graph.pairs)
    work = 100_000 if pairs <= SMALL else 500_000  # networkx takes longer
    return max(5 if pairs <= MANY else 3, min(100, work // max(pairs, 1))) if pairs else 0


def modularity(graph: PairGraph, labels: NDArray[np.int64]) -> float:
    """The modularity of a partition of an undirected graph, with weights, resolution 1; 0 without pairs."""
    import numpy as np

    total = float(graph.weights.sum())
    if not total:
        return 0.0
    ends = labels[graph.pairs]
    inside = float(graph.weights[ends[:, 0] == ends[:, 1]].sum())
    strength = np.bincount(ends.ravel(), np.repeat(graph.weights, 2))
    return inside / total - float(((strength / (2 * total)) ** 2).sum())


def rewired(graph: PairGraph, seed: int, partnerships: NDArray[np.bool_] | None = None) -> PairGraph:
    """A random graph in which each node has as many neighbours as before: two pairs at a time swap ends, except where
    that would join a node to itself or a pair twice (Maslov & Sneppen 2002, Science 296, 910).

    Each weight goes with the first end of its pair. `partnerships`: of a two-mode graph, whether each node is one;
    pairs then stay between a member and a partnership.
    """
    import numpy as np

    generator = np.random.Generator(np.random.PCG64(seed))
    first, second = graph.pairs.astype(np.int64).T.copy()
    if partnerships is not None:
        turned = partnerships[first] & ~partnerships[second]
        first[turned], second[turned] = second[turned], first[turned]
    half = len(first) // 2
    for _ in range(SWAPS):
        if partnerships is None:
            turned = generator.random(len(first)) < 0.5
            first, second = np.where(turned, second, first), np.where(turned, first, second)
        order = generator.permutation(len(first))
        one, other = order[:half], order[half : 2 * half]
        keys = _keys(np.stack([first[one], first[other]]), np.stack([second[other], second[one]]), graph.size)
        present = np.sort(_keys(first, second, graph.size))
        values, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
        # Searching for sorted values takes a fraction of the time.
        place = np.minimum(np.searchsorted(present, values), max(len(present) - 1, 0))
        wrong = (present[place] == values) | (values // graph.size == values % graph.size) | (counts > 1)
        good = ~wrong[inverse.reshape(keys.shape)].any(axis=0)
        one, other = one[good], other[good]
        second[one], second[other] = second[other], second[one]
    keys = _keys(first, second, graph.size)
    order = np.argsort(keys)
    pairs = np.column_stack([keys // max(graph.size, 1), keys % max(graph.size, 1)])[order].astype(np.int32)
    return PairGraph(graph.size, pairs, graph.weights[order])


def _keys(first: NDArray[np.int64], second: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    import numpy as np

    return np.minimum(first, second) * size + np.maximum(first, second)
