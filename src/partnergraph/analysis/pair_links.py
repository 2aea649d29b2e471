"""Links between bodies, each by a claim or by two memberships: what the pairs of a projection are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from partnergraph.analysis.claim_selection import (
    COUNTED_KIND,
    UNRELIABLE,
    ClaimSelection,
    claims_of_kind,
    organisations,
)
from partnergraph.analysis.hierarchies import distinct, is_among, top_parents, transitive_keys
from partnergraph.claims.claim_columns import INFERRED, ClaimColumns, can_have_held
from partnergraph.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]
    Indices = NDArray[np.int32]

MOST_LINKS = 30_000_000  # between members of partnerships: about 2 GB of memory, 7 s


def merged_into(columns: ClaimColumns, selection: ClaimSelection) -> Indices:
    """The organisation that each entity is merged into, by usable claims of the time that a unit is a part of it."""
    import numpy as np

    parts = claims_of_kind(columns, "part-of") & selection.usable
    if selection.window is not None:
        parts &= can_have_held(columns, selection.window)
    claims = np.flatnonzero(parts)
    child, parent, named = columns.from_[claims], columns.to[claims], organisations(columns)
    between = named[child] & named[parent]
    return top_parents(child[between], parent[between], len(columns.entities))


@dataclass(frozen=True, eq=False)
class PairLinks:
    """What pairs are made of: k single links between two nodes (indices of entities) by a claim.

    In co-membership also by a `second` claim of the same partnership, in the order of partnerships; `together`:
    whether the two memberships surely overlap; `sizes`: of entities as partnerships. `loops`: claims whose ends are one
    node. `large`: partnerships left out.
    """

    start: Indices
    end: Indices
    claim: Indices
    loops: Indices
    large: Indices
    second: Indices | None = None
    together: Flags | None = None
    sizes: Indices | None = None

    def flags(self, held: Flags, *, sure: bool) -> Flags:
        """Of each link, whether its claims are among those that held, and with `sure` surely at one time."""
        both: Flags = held[self.claim]
        if self.second is not None:
            both = both & held[self.second]
            both = both & self.together if sure and self.together is not None else both
        return both

    def where(self, held: Flags, *, sure: bool) -> PairLinks:
        """The links whose claims are among those that held."""
        chosen = self.flags(held, sure=sure)
        return PairLinks(
            *(self.start[chosen], self.end[chosen], self.claim[chosen], self.loops, self.large),
            None if self.second is None else self.second[chosen],
            None if self.together is None else self.together[chosen],
            self.sizes,
        )


def pair_links(
    columns: ClaimColumns, name: str, selection: ClaimSelection, tops: Indices | None, largest: int | None
) -> PairLinks:
    """The links of a projection; `tops`: what each entity is merged into; see `project`."""
    import numpy as np

    claims, large = selection.counted, np.zeros(0, np.int32)
    start, end, named = columns.from_[claims], columns.to[claims], organisations(columns)
    if name == "funding":
        start, end, claims = _arcs(columns, claims, named)
    sizes = None
    if COUNTED_KIND.get(name) == "membership":
        members = start if tops is None else tops[start]
        sizes = partnership_sizes(columns, members, end, columns.stated_count[start])
        if largest is not None:
            large = np.flatnonzero(sizes > largest).astype(np.int32)
            small = sizes[end] <= largest
            claims, start, end = claims[small], start[small], end[small]
    if name == "co-membership" and sizes is not None:
        return _co_memberships(columns, claims, tops, sizes, large)
    between = named[start] & named[end]
    claims, start, end = claims[between], start[between], end[between]
    if tops is not None:
        start, end = tops[start], end if name == "two-mode" else tops[end]
    proper = start != end
    return PairLinks(start[proper], end[proper], claims[proper], claims[~proper], large)


def _arcs(columns: ClaimColumns, claims: Indices, named: Flags) -> tuple[Indices, Indices, Indices]:
    """Start, end and claim of arcs of funding: through each named third party, or straight where there is none."""
    import numpy as np

    counted = np.zeros(len(columns.claims), bool)
    counted[claims] = True
    through, third = columns.via.T
    passing = counted[through] & named[third]
    through, third = through[passing], third[passing]
    straight = counted
    straight[through] = False
    claims = np.flatnonzero(straight).astype(np.int32)
    return (
        np.concatenate([columns.from_[claims], columns.from_[through], third]),
        np.concatenate([columns.to[claims], third, columns.to[through]]),
        np.concatenate([claims, through, through]),
    )


def partnership_sizes(columns: ClaimColumns, members: Indices, partnerships: Indices, stated: Indices) -> Indices:
    """The size of each entity as a partnership (int32, m), of memberships as arrays: the larger of its named members
    and the largest count that a source states, of it or of a group that is a member (`stated`: 0 where none).
    """
    import numpy as np

    count, named = len(columns.entities), organisations(columns)
    by_name = named[members]
    keys = distinct(partnerships[by_name].astype(np.int64) * count + members[by_name])
    sizes = np.bincount(keys // count, minlength=count).astype(np.int32)
    has_members = np.zeros(count, bool)
    has_members[partnerships] = True
    sizes[has_members] = np.maximum(sizes, columns.stated_count)[has_members]
    np.maximum.at(sizes, partnerships[~by_name], stated[~by_name])
    return sizes


def _co_memberships(
    columns: ClaimColumns, claims: Indices, tops: Indices | None, sizes: Indices, large: Indices
) -> PairLinks:
    """A link for each two memberships of one partnership that the rule pairs."""
    import numpy as np

    claims = claims[organisations(columns)[columns.from_[claims]]]
    member = columns.from_ if tops is None else tops[columns.from_]
    claims = claims[np.lexsort((claims, member[claims], columns.to[claims]))]
    first, second = (claims[places] for places in _two_of_each(columns.to[claims]))
    bounds = columns.bounds
    possible = (bounds[first, 3] >= bounds[second, 0]) & (bounds[second, 3] >= bounds[first, 0])
    possible &= ~_never_co_members(columns, columns.from_[first], columns.from_[second])
    possible &= member[first] != member[second]
    first, second = first[possible], second[possible]
    return PairLinks(
        start=member[first],
        end=member[second],
        claim=first,
        loops=large[:0],
        large=large,
        second=second,
        together=(bounds[first, 1] <= bounds[second, 2]) & (bounds[second, 1] <= bounds[first, 2]),
        sizes=sizes,
    )


def _two_of_each(groups: Indices) -> tuple[Indices, Indices]:
    """The positions of every two members of a group, of positions sorted by group; the smaller left.

    Raises `UsageError` where they would not fit into memory.
    """
    import numpy as np

    count = len(groups)
    new = np.ones(count, bool)
    new[1:] = groups[1:] != groups[:-1]
    starts = np.flatnonzero(new)
    ends = np.append(starts[1:], count)[: len(starts)]
    following = np.repeat(ends, ends - starts) - np.arange(count) - 1
    if (number := int(following.sum())) > MOST_LINKS:
        raise UsageError(
            f"The largest of {len(starts)} partnerships has {int((ends - starts).max())} members; pairs of members "
            f"would be {number}, above {MOST_LINKS}. Leave large partnerships out, such as those above 30 (largest)."
        )
    left = np.repeat(np.arange(count, dtype=np.int32), following)
    offsets = (np.cumsum(following) - following - np.arange(count) - 1).astype(np.int32)
    return left, np.arange(number, dtype=np.int32) - offsets[left]


def _never_co_members(columns: ClaimColumns, first: Indices, second: Indices) -> Flags:
    """Whether two organisations are a part and its whole (by stated claims of any time) or a body and its successor,
    both over any number of steps; or a group and a member of it, or bodies that may overlap.
    """
    import numpy as np

    count = len(columns.entities)
    parts = claims_of_kind(columns, "part-of") & (columns.flags & (INFERRED | UNRELIABLE) == 0)
    direct = np.concatenate([columns.members, columns.may_overlap]).astype(np.int64)
    keys = np.concatenate(
        [
            transitive_keys(columns.from_[parts], columns.to[parts], count),
            transitive_keys(columns.successions[:, 0], columns.successions[:, 1], count),
            direct[:, 0] * count + direct[:, 1],
        ]
    )
    one, other = keys // count, keys % count
    keys = distinct(np.minimum(one, other) * count + np.maximum(one, other))
    concerned = np.zeros(count, bool)
    concerned[keys // count] = concerned[keys % count] = True
    excluded = concerned[first] & concerned[second]
    rows = np.flatnonzero(excluded)
    lower = np.minimum(first[rows], second[rows]).astype(np.int64)
    excluded[rows] = is_among(lower * count + np.maximum(first[rows], second[rows]), keys)
    return excluded
