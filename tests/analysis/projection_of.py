"""A projection of a networkx graph, for tests of measures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from partnergraph.analysis.projection import Projection, Scope
from partnergraph.claims.claim_columns import OPEN_END, OPEN_START, ClaimColumns

if TYPE_CHECKING:
    import networkx as nx
    from numpy.typing import NDArray


def projection_of(graph: nx.Graph[Any], projection: str = "claims") -> Projection:
    """Nodes in the order of the graph's, with their attribute `type`; one claim for each pair, with its `weight`."""
    numbers = {node: number for number, node in enumerate(graph)}
    pairs = {}
    for start, end, weight in graph.edges(data="weight", default=1.0):
        pair = numbers[start], numbers[end]
        if pair[0] != pair[1]:
            pairs[pair if graph.is_directed() else (min(pair), max(pair))] = weight
    order = sorted(pairs)
    return projection_of_arrays(
        len(numbers),
        np.array(order, dtype=np.int32).reshape(-1, 2),
        np.array([pairs[pair] for pair in order], dtype=np.float64),
        names=[str(node) for node in graph],
        types=[str(graph.nodes[node].get("type", "")) for node in graph],
        directed=graph.is_directed(),
        projection=projection,
    )


def projection_of_arrays(
    size: int,
    pairs: NDArray[np.int32],
    weights: NDArray[np.float64] | None = None,
    *,
    names: list[str] | None = None,
    types: list[str] | None = None,
    directed: bool = False,
    projection: str = "claims",
) -> Projection:
    """`pairs` are sorted, the smaller node first."""
    count = len(pairs)
    empty = np.zeros((0, 2), dtype=np.int32)
    columns = ClaimColumns(
        entities=[f"https://example.org/{number:08}" for number in range(size)],
        labels=names or [f"Body {number}" for number in range(size)],
        entity_kind=np.zeros(size, dtype=np.uint8),
        types=types or [""] * size,
        stated_count=np.zeros(size, dtype=np.int32),
        claims=[f"https://example.org/claim/{number:08}" for number in range(count)],
        kinds=("collaboration",),
        from_=pairs[:, 0].copy(),
        to=pairs[:, 1].copy(),
        kind=np.zeros(count, dtype=np.uint8),
        flags=np.zeros(count, dtype=np.uint8),
        bounds=np.tile(np.array([OPEN_START, OPEN_END] * 2, dtype=np.int32), (count, 1)),
        **dict.fromkeys(("via", "members", "may_overlap", "successions"), empty),
    )
    scope = Scope(projection, None, False, False, count, count, 0, 0, 0, 0, 0, 0)
    return Projection(
        columns=columns,
        scope=scope,
        nodes=np.arange(size, dtype=np.int32),
        pairs=pairs,
        weights=np.ones(count) if weights is None else weights,
        offsets=np.arange(count + 1, dtype=np.int32),
        pair_claims=np.arange(count, dtype=np.int32),
        directed=directed,
    )
