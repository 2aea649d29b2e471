"""What only one body joins: cut points, bridges, and what is separated without a body.

The blocks of a graph (parts that no single node separates) and its nodes form a tree. Numbered in preorder, what hangs
below a node is a range of numbers, so that all cut points are answered in linear time.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from partnergraph.analysis.pair_graph import PairGraph


@dataclass(frozen=True)
class Separation:
    """The component of a node without that node. Nodes are positions in the projection.

    `before`: nodes of the component, the node included; `rest`: nodes of the part that counts as the rest, which has
    the focus where `has_focus`; `pieces`: the other parts, the largest first, then by their first node;
    `only_pair`: neighbours that have no other.
    """

    node: int
    before: int
    rest: int
    has_focus: bool
    pieces: tuple[tuple[int, ...], ...]
    only_pair: tuple[int, ...]

    @property
    def separated(self) -> tuple[int, ...]:
        """The nodes of all pieces."""
        return tuple(sorted(node for piece in self.pieces for node in piece))


@dataclass(frozen=True, eq=False)
class _Preorder:
    """Nodes in preorder (`sequence`), and of each node: its place, the size of its subtree, its parent (below 0: none)
    and the block that leads to it.
    """

    sequence: NDArray[np.int64]
    before: NDArray[np.int64]
    below: NDArray[np.int64]
    parent: NDArray[np.int64]
    entry: NDArray[np.int64]

    @cached_property
    def roots(self) -> NDArray[np.int64]:
        """Where each component begins in the sequence."""
        import numpy as np

        return np.sort(self.before[self.parent < 0])


class BlockTree:
    """The blocks of an undirected graph as a tree, with `focus` at its root, or the first node of each component.

    `blocks` (int64, k): a number for the block of each pair. Removing a node leaves as the rest the part with the
    focus; where the focus is not in its component, or is that node, the largest part, of several the one with the first
    node.
    """

    def __init__(self, graph: PairGraph, blocks: NDArray[np.int64], focus: int | None = None) -> None:
        import numpy as np

        self.graph, self.focus = graph, focus
        ends = graph.pairs.astype(np.int64).ravel()
        count = int(blocks.max(initial=-1)) + 1
        keys = np.sort(ends * count + np.repeat(blocks, 2))  # sorting takes a tenth of the time of np.unique here
        keys = keys[np.diff(keys, prepend=-1) > 0]
        self._node, self._block = (keys // count, keys % count) if count else (keys, keys)
        self.block_sizes = np.bincount(blocks, minlength=count)  # pairs of each block
        self.bridge_pairs = np.flatnonzero(self.block_sizes[blocks] == 1)
        self.cut_points = np.flatnonzero(np.bincount(self._node, minlength=graph.size) > 1)

    @cached_property
    def _tree(self) -> _Preorder:
        import numpy as np

        size, count = self.graph.size, len(self.block_sizes)
        of_node = np.searchsorted(self._node, np.arange(size + 1)).tolist()
        blocks_of = self._block.tolist()
        order = np.argsort(self._block, kind="stable")
        of_block = np.searchsorted(self._block[order], np.arange(count + 1)).tolist()
        members = self._node[order].tolist()
        sequence: list[int] = []
        parent, entry, before = [-2] * size, [-1] * size, [0] * size
        roots = list(range(size - 1, -1, -1))
        if self.focus is not None:
            roots.append(self.focus)
        while roots:
            root = roots.pop()
            if parent[root] != -2:
                continue
            parent[root] = -1
            stack = [root]
            while stack:
                node = stack.pop()
                before[node] = len(sequence)
                sequence.append(node)
                for block in blocks_of[of_node[node] : of_node[node + 1]]:
                    if block != entry[node]:
                        for child in members[of_block[block] : of_block[block + 1]]:
                            if child != node:
                                parent[child], entry[child] = node, block
                                stack.append(child)
        below = [1] * size
        for node in reversed(sequence):
            if parent[node] >= 0:
                below[parent[node]] += below[node]
        columns = (np.array(values, dtype=np.int64) for values in (sequence, before, below, parent, entry))
        return _Preorder(*columns)

    def _component(self, node: int) -> tuple[int, int]:
        """Where the component of a node begins in the sequence, and its number of nodes."""
        import numpy as np

        start = int(self._tree.roots[np.searchsorted(self._tree.roots, self._tree.before[node], "right") - 1])
        return start, int(self._tree.below[self._tree.sequence[start]])

    @cached_property
    def _hanging(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Of each block: the node on top, where its other nodes and all below them begin, and how many these are."""
        import numpy as np

        child = np.flatnonzero(self._tree.parent >= 0)
        count = len(self.block_sizes)
        top, start = np.zeros(count, dtype=np.int64), np.full(count, self.graph.size, dtype=np.int64)
        top[self._tree.entry[child]] = self._tree.parent[child]
        np.minimum.at(start, self._tree.entry[child], self._tree.before[child])
        return top, start, np.bincount(self._tree.entry[child], self._tree.below[child], count).astype(np.int64)

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """How many nodes are separated without each node (int64, n); 0 where it is no cut point."""
        import numpy as np

        size = self.graph.size
        top, _, hanging = self._hanging
        largest = np.zeros(size, dtype=np.int64)
        np.maximum.at(largest, top, hanging)
        root = np.searchsorted(self._tree.roots, self._tree.before, "right") - 1
        whole = self._tree.below[self._tree.sequence[self._tree.roots]][root] if size else self._tree.below
        upper = whole - self._tree.below
        rest = np.maximum(largest, upper)
        if self.focus is not None:
            joined = (root == root[self.focus]) & (np.arange(size) != self.focus)
            rest[joined] = upper[joined]
        separated: NDArray[np.int64] = whole - 1 - rest
        return separated

    def separation(self, node: int) -> Separation:
        """What is separated without a node."""
        import numpy as np

        start, whole = self._component(node)
        top, starts, hanging = self._hanging
        before, below = int(self._tree.before[node]), int(self._tree.below[node])
        parts = [
            np.sort(self._tree.sequence[starts[block] : starts[block] + hanging[block]])
            for block in np.flatnonzero(top == node).tolist()
            if hanging[block]
        ]
        if whole > below:
            outside = [self._tree.sequence[start:before], self._tree.sequence[before + below : start + whole]]
            parts.append(np.sort(np.concatenate(outside)))
        parts.sort(key=lambda part: (-len(part), int(part[0])))
        has_focus = False
        for place, part in enumerate(parts):
            if self.focus is not None and self.focus in part:
                parts.insert(0, parts.pop(place))
                has_focus = True
        neighbours = self.graph.rows.neighbours[self.graph.rows.starts[node] : self.graph.rows.starts[node + 1]]
        return Separation(
            node=node,
            before=whole,
            rest=len(parts[0]) if parts else 0,
            has_focus=has_focus,
            pieces=tuple(tuple(part.tolist()) for part in parts[1:]),
            only_pair=tuple(neighbours[self.graph.degree[neighbours] == 1].tolist()),
        )
