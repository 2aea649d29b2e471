"""Relations that lead on from one entity to the next: parts of parts, successors of successors."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Indices = NDArray[np.int32] | NDArray[np.int64]

Integer = TypeVar("Integer", bound="np.integer")


def top_parents(child: Indices, parent: Indices, count: int) -> NDArray[np.int32]:
    """For each of `count` entities the top of the parents that it is a part of, itself where it has none.

    A joint unit, whose parents lead to several tops, is its own top and that of its parts. What leads to no top but
    only into a cycle is its own.
    """
    import numpy as np

    own = np.arange(count, dtype=np.int32)
    proper = child != parent
    child, parent = child[proper], parent[proper]
    while True:
        lowest, highest = _reachable_tops(child, parent, count)
        joint = lowest < highest
        if not joint.any():
            return np.where(lowest == highest, lowest, own).astype(np.int32)
        below = np.zeros(count, bool)
        below[child[joint[parent]]] = True
        ends = joint & ~below if (joint & ~below).any() else joint
        remaining = ~ends[child]
        child, parent = child[remaining], parent[remaining]


def _reachable_tops(child: Indices, parent: Indices, count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The lowest and the highest index of what has no parent, among all that an entity leads to; `count` and -1 where
    it leads to a cycle alone.
    """
    import numpy as np

    has_parent = np.zeros(count, bool)
    has_parent[child] = True
    lowest = np.where(has_parent, count, np.arange(count))
    highest = np.where(has_parent, -1, np.arange(count))
    while True:
        lower, higher = lowest.copy(), highest.copy()
        np.minimum.at(lower, child, lowest[parent])
        np.maximum.at(higher, child, highest[parent])
        if np.array_equal(lower, lowest) and np.array_equal(higher, highest):
            return lowest, highest
        lowest, highest = lower, higher


def distinct(keys: NDArray[Integer]) -> NDArray[Integer]:
    """The keys in ascending order, each one time (`numpy.unique` takes 50 times as long on millions of keys)."""
    import numpy as np

    keys = np.sort(keys)
    new = np.ones(len(keys), bool)
    new[1:] = keys[1:] != keys[:-1]
    return keys[new]


def is_among(keys: NDArray[np.int64], known: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each key is among known ones, which are ascending."""
    import numpy as np

    if not len(known):
        return np.zeros(len(keys), bool)
    among: NDArray[np.bool_] = known[np.minimum(np.searchsorted(known, keys), len(known) - 1)] == keys
    return among


def transitive_keys(start: Indices, end: Indices, count: int) -> NDArray[np.int64]:
    """All (a, b) such that steps from `start` to `end` lead from a to b, as a * count + b, ascending."""
    import numpy as np

    start, end = start.astype(np.int64), end.astype(np.int64)
    order = np.argsort(start, kind="stable")
    start, end = start[order], end[order]
    known = frontier = distinct(start * count + end)
    while len(frontier):
        first, middle = frontier // count, frontier % count
        left, right = np.searchsorted(start, middle), np.searchsorted(start, middle, "right")
        steps = right - left
        places = np.arange(steps.sum()) + np.repeat(left - (np.cumsum(steps) - steps), steps)
        further = distinct(np.repeat(first, steps) * count + end[places])
        frontier = further[~is_among(further, known)]
        known = np.sort(np.concatenate([known, frontier]))
    return known
