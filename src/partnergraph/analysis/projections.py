"""Projections: the claims of a graph as simple graphs of its named organisations.

claims
    Pairs of organisations that one claim or more is between; undirected. Bodies that a claim goes through (`via`) make
    no pair.
co-membership
    Pairs of members of one partnership, as the rule `04-co-membership` has them: of memberships that can have held at
    one time, between neither a part and its whole, a group and its members, bodies that may overlap, nor a body and
    its successor. The weight of a pair is the sum of 1 / (n - 1) over the partnerships of both (Newman 2001, Phys. Rev.
    E 64, 016132), n being the larger of the named members and the largest count of members that a source states. Other
    than the rule, disputed memberships are not counted, as nowhere in the analysis.
two-mode
    Memberships between members and partnerships (Borgatti & Everett 1997, Social Networks 19, 243-269).
funding
    Arcs from funder to funded; where claims name a third party, from the funder to it and from it to the funded.

Groups, undertakings and places are no nodes, nor are organisations without a pair.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as calendar_date
from typing import TYPE_CHECKING

from partnergraph.analysis.hierarchies import distinct, is_among, top_parents, transitive_keys
from partnergraph.analysis.projection import PROJECTIONS, Projection, Scope
from partnergraph.claims.claim_columns import (
    DISPUTED,
    END_STATED,
    ENTITY_KINDS,
    INFERRED,
    RETRACTED,
    START_STATED,
    SUPERSEDED,
    ClaimColumns,
)
from partnergraph.claims.date_window import date_window
from partnergraph.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]
    Indices = NDArray[np.int32]
    Keys = NDArray[np.int64]

Window = tuple[int, int]  # first and last day of a date, as ordinals
_KINDS = {"co-membership": "membership", "two-mode": "membership", "funding": "funding"}
_NEVER = ("location", "succession")
_UNRELIABLE = DISPUTED | SUPERSEDED | RETRACTED


def project(
    columns: ClaimColumns,
    name: str,
    *,
    with_inferred: bool = False,
    as_of: str | None = None,
    sure: bool = False,
    roll_up: bool = False,
    largest: int | None = None,
    weighted: bool = True,
) -> Projection:
    """The projection of a name (`PROJECTIONS`), deterministic for the same columns and options.

    `as_of` (a year, month or day): claims that can have held in it, with `sure` those that surely did; pairs of members
    then surely at one time, and partnerships as large as they can have been. `roll_up`: units merged into the top
    organisation that counted claims make them a part of; partnerships stay as they are. `largest`: partnerships of more
    than so many members are left out. `weighted=False`: each pair of co-members weighs 1, as those of the other
    projections always do.

    Raises `UsageError` for an unknown name, a wrong date, or options that do not go together.
    """
    _check_options(name, as_of, sure, largest)
    selection = _selection(columns, name, with_inferred, _window(as_of))
    tops = _tops(columns, selection) if roll_up else None
    links = _links(columns, name, selection, tops, largest)
    counted = selection.counted
    if sure and selection.window is not None:
        certain = _surely_held(columns, selection.window)
        links, counted = links.where(certain, sure=True), counted[certain[counted]]
    pairs = _Pairs.of(links, len(columns.entities), directed=name == "funding")
    scope = _scope(columns, name, selection, counted, links, as_of, sure=sure, rolled_up=roll_up, largest=largest)
    return _projection(columns, scope, links, pairs, weighted=weighted)


@dataclass(frozen=True, eq=False)
class YearBands:
    """The pairs of a projection in each year: what surely held and what can have held in it.

    `nodes` are those of the projection of all dates. Of y years and n nodes, `sure_degrees` and `possible_degrees`
    (int32, y x n) are numbers of pairs of each node, `sure_pairs` and `possible_pairs` (int64, y) of all. The true
    number, as far as it is recorded, lies between the two.
    """

    projection: Projection
    years: tuple[int, ...]
    sure_degrees: NDArray[np.int32]
    possible_degrees: NDArray[np.int32]
    sure_pairs: NDArray[np.int64]
    possible_pairs: NDArray[np.int64]

    def of(self, iri: str) -> list[tuple[int, int, int]]:
        """Year, fewest and most pairs of a body in it; no pairs at all where it is no node."""
        import numpy as np

        columns = self.projection.columns
        known = {columns.entities[index]: place for place, index in enumerate(self.projection.nodes.tolist())}
        if iri not in known:
            return [(year, 0, 0) for year in self.years]
        both = np.stack([self.sure_degrees[:, known[iri]], self.possible_degrees[:, known[iri]]], axis=1).tolist()
        return [(year, fewest, most) for year, (fewest, most) in zip(self.years, both, strict=True)]


def yearly(
    columns: ClaimColumns,
    name: str,
    *,
    with_inferred: bool = False,
    first: int | None = None,
    last: int | None = None,
) -> YearBands:
    """The bands of a projection for each year from `first` to `last`: if they are not given, those of the first and the
    last bound of its counted claims. Without any date there are no years. Raises `UsageError` for an unknown name.
    """
    import numpy as np

    _check_options(name, None, False, None)
    selection = _selection(columns, name, with_inferred, None)
    links = _links(columns, name, selection, None, None)
    pairs = _Pairs.of(links, len(columns.entities), directed=name == "funding")
    scope = _scope(columns, name, selection, selection.counted, links, None)
    projection = _projection(columns, scope, links, pairs)
    years = _years(columns, selection.counted, first, last)
    shape = (len(years), len(projection.nodes))
    degrees = {sure: np.zeros(shape, np.int32) for sure in (True, False)}
    numbers = {sure: np.zeros(len(years), np.int64) for sure in (True, False)}
    for row, year in enumerate(years):
        window = calendar_date(year, 1, 1).toordinal(), calendar_date(year, 12, 31).toordinal()
        for sure, held in ((True, _surely_held(columns, window)), (False, _can_have_held(columns, window))):
            present = np.zeros(len(projection.pairs), bool)
            present[pairs.number[links.flags(held, sure=sure)[pairs.order]]] = True
            degrees[sure][row] = np.bincount(projection.pairs[present].ravel(), minlength=shape[1])
            numbers[sure][row] = present.sum()
    return YearBands(projection, years, degrees[True], degrees[False], numbers[True], numbers[False])


def _years(columns: ClaimColumns, counted: Indices, first: int | None, last: int | None) -> tuple[int, ...]:
    from partnergraph.claims.claim_columns import OPEN_END, OPEN_START

    days = columns.bounds[counted].ravel()
    days = days[(days != OPEN_START) & (days != OPEN_END)]
    if len(days):
        first = calendar_date.fromordinal(int(days.min())).year if first is None else first
        last = calendar_date.fromordinal(int(days.max())).year if last is None else last
    return () if first is None or last is None else tuple(range(first, last + 1))


def _check_options(name: str, as_of: str | None, sure: bool, largest: int | None) -> None:
    if name not in PROJECTIONS:
        raise UsageError(f"There is no projection '{name}'. There are: {', '.join(PROJECTIONS)}.")
    if sure and as_of is None:
        raise UsageError("What surely held is a question about a date: give one (as_of), such as 2014.")
    if largest is not None and _KINDS.get(name) != "membership":
        raise UsageError(f"The {name} projection has no partnerships whose size could be limited (largest).")
    if largest is not None and largest < 2:
        raise UsageError(f"Partnerships have pairs from 2 members on; a largest size of {largest} leaves none.")


def _window(as_of: str | None) -> Window | None:
    if as_of is None:
        return None
    first, last = map(calendar_date.fromisoformat, date_window(as_of))
    return first.toordinal(), last.toordinal()


def _can_have_held(columns: ClaimColumns, window: Window) -> Flags:
    """Of each claim, whether it is not sure that it did not hold at some time in the window; see `holds_in_window`."""
    begins, _, _, over = columns.bounds.T
    held: Flags = (begins <= window[1]) & (over >= window[0]) & (begins <= over)
    return held


def _surely_held(columns: ClaimColumns, window: Window) -> Flags:
    """Of each claim, whether it surely held at some time in the window; see `holds_in_window`."""
    _, begun, lasts, _ = columns.bounds.T
    held: Flags = _can_have_held(columns, window) & (begun <= window[1]) & (lasts >= window[0])
    return held


@dataclass(frozen=True, eq=False)
class _Selection:
    """The claims that a projection counts, as ascending indices, and the numbers of those left out."""

    counted: Indices
    usable: Flags  # of all claims, of any kind and time: whether standing and basis let them count
    window: Window | None
    with_inferred: bool
    disputed: int
    superseded: int
    inferred: int
    eligible: int  # counted ones of any time


def _selection(columns: ClaimColumns, name: str, with_inferred: bool, window: Window | None) -> _Selection:
    import numpy as np

    wanted = [kind == _KINDS.get(name, kind) and kind not in _NEVER for kind in columns.kinds]
    of_kind = np.array(wanted, bool)[columns.kind] if wanted else np.zeros(len(columns.claims), bool)
    unreliable = columns.flags & _UNRELIABLE != 0
    inferred = (columns.flags & INFERRED != 0) & ~unreliable
    usable = ~unreliable if with_inferred else ~(unreliable | inferred)
    eligible = counted = of_kind & usable
    if window is not None:
        counted = counted & _can_have_held(columns, window)
    return _Selection(
        counted=np.flatnonzero(counted).astype(np.int32),
        usable=usable,
        window=window,
        with_inferred=with_inferred,
        disputed=int(np.count_nonzero(of_kind & unreliable)),
        superseded=int(np.count_nonzero(of_kind & (columns.flags & (SUPERSEDED | RETRACTED) != 0))),
        inferred=0 if with_inferred else int(np.count_nonzero(of_kind & inferred)),
        eligible=int(np.count_nonzero(eligible)),
    )


def _scope(
    columns: ClaimColumns,
    name: str,
    selection: _Selection,
    counted: Indices,
    links: _Links,
    as_of: str | None,
    *,
    sure: bool = False,
    rolled_up: bool = False,
    largest: int | None = None,
) -> Scope:
    import numpy as np

    flags, kinds = columns.flags[counted], columns.entity_kind
    looped = np.zeros(len(columns.claims), bool)
    looped[links.loops] = True
    return Scope(
        projection=name,
        date=as_of,
        with_inferred=selection.with_inferred,
        rolled_up=rolled_up,
        counted=len(counted),
        undated=int(np.count_nonzero(flags & (START_STATED | END_STATED) == 0)),
        with_end=int(np.count_nonzero(flags & END_STATED)),
        inferred=selection.inferred,
        disputed=selection.disputed,
        not_then=selection.eligible - len(counted),
        groups=int(np.count_nonzero(kinds == ENTITY_KINDS.index("group"))),
        undertakings=int(np.count_nonzero(kinds == ENTITY_KINDS.index("undertaking"))),
        self_loops=int(np.count_nonzero(looped[counted])),
        largest=largest,
        large=tuple(columns.entities[index] for index in links.large.tolist()),
        sure=sure,
        superseded=selection.superseded,
    )


def _of_kind(columns: ClaimColumns, kind: str) -> Flags:
    import numpy as np

    return columns.kind == columns.kinds.index(kind) if kind in columns.kinds else np.zeros(len(columns.claims), bool)


def _organisations(columns: ClaimColumns) -> Flags:
    named: Flags = columns.entity_kind == ENTITY_KINDS.index("organisation")
    return named


def _tops(columns: ClaimColumns, selection: _Selection) -> Indices:
    """The organisation that each entity is merged into, by usable claims of the time that a unit is a part of it."""
    import numpy as np

    parts = _of_kind(columns, "part-of") & selection.usable
    if selection.window is not None:
        parts &= _can_have_held(columns, selection.window)
    claims = np.flatnonzero(parts)
    child, parent, named = columns.from_[claims], columns.to[claims], _organisations(columns)
    between = named[child] & named[parent]
    return top_parents(child[between], parent[between], len(columns.entities))


@dataclass(frozen=True, eq=False)
class _Links:
    """What pairs are made of: k single links between two nodes (indices of entities) by a claim.

    In co-membership also by a `second` claim, through a `partnership`, whose pairs have a `share` of weight each;
    `together`: whether the two memberships surely overlap. `loops`: claims whose ends are one node. `large`:
    partnerships left out.
    """

    start: Indices
    end: Indices
    claim: Indices
    loops: Indices
    large: Indices
    second: Indices | None = None
    partnership: Indices | None = None
    share: NDArray[np.float64] | None = None
    together: Flags | None = None

    def flags(self, held: Flags, *, sure: bool) -> Flags:
        """Of each link, whether its claims are among those that held, and with `sure` surely at one time."""
        both: Flags = held[self.claim]
        if self.second is not None:
            both = both & held[self.second]
            both = both & self.together if sure and self.together is not None else both
        return both

    def where(self, held: Flags, *, sure: bool) -> _Links:
        """The links whose claims are among those that held."""
        chosen = self.flags(held, sure=sure)
        return _Links(
            *(self.start[chosen], self.end[chosen], self.claim[chosen], self.loops, self.large),
            None if self.second is None else self.second[chosen],
            None if self.partnership is None else self.partnership[chosen],
            None if self.share is None else self.share[chosen],
            None if self.together is None else self.together[chosen],
        )


def _links(
    columns: ClaimColumns, name: str, selection: _Selection, tops: Indices | None, largest: int | None
) -> _Links:
    import numpy as np

    claims, large = selection.counted, np.zeros(0, np.int32)
    start, end, named = columns.from_[claims], columns.to[claims], _organisations(columns)
    if name == "funding":
        start, end, claims = _arcs(columns, claims, named)
    sizes = None
    if _KINDS.get(name) == "membership":
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
    return _Links(start[proper], end[proper], claims[proper], claims[~proper], large)


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

    count, named = len(columns.entities), _organisations(columns)
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
) -> _Links:
    """A link for each two memberships of one partnership that the rule pairs."""
    import numpy as np

    claims = claims[_organisations(columns)[columns.from_[claims]]]
    member = columns.from_ if tops is None else tops[columns.from_]
    claims = claims[np.lexsort((claims, member[claims], columns.to[claims]))]
    left, right = _two_of_each(columns.to[claims])
    first, second = claims[left], claims[right]
    bounds = columns.bounds
    possible = (bounds[first, 3] >= bounds[second, 0]) & (bounds[second, 3] >= bounds[first, 0])
    possible &= ~_never_co_members(columns, columns.from_[first], columns.from_[second])
    first, second = first[possible], second[possible]
    start, end = member[first], member[second]
    proper = start != end
    first, second, start, end = first[proper], second[proper], start[proper], end[proper]
    partnership = columns.to[first]
    return _Links(
        start=start,
        end=end,
        claim=first,
        loops=large[:0],
        large=large,
        second=second,
        partnership=partnership,
        share=1 / (sizes[partnership] - 1),
        together=(bounds[first, 1] <= bounds[second, 2]) & (bounds[second, 1] <= bounds[first, 2]),
    )


def _two_of_each(groups: Indices) -> tuple[Keys, Keys]:
    """The positions of every two members of a group, of positions sorted by group; the smaller left."""
    import numpy as np

    count = len(groups)
    starts = np.flatnonzero(np.concatenate([np.ones(min(count, 1), bool), groups[1:] != groups[:-1]]))
    ends = np.append(starts[1:], count)
    following = np.repeat(ends, ends - starts) - np.arange(count) - 1
    left = np.repeat(np.arange(count), following)
    offsets = np.cumsum(following) - following
    return left, np.arange(len(left)) - offsets[left] + left + 1


def _never_co_members(columns: ClaimColumns, first: Indices, second: Indices) -> Flags:
    """Whether two organisations are a part and its whole (by stated claims of any time), a group and a member of it,
    bodies that may overlap, or a body and a successor: over any number of steps.
    """
    import numpy as np

    count = len(columns.entities)
    parts = _of_kind(columns, "part-of") & (columns.flags & (INFERRED | _UNRELIABLE) == 0)
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


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Links in the order of their pairs (`order`), and the `number` of the pair of each, in that order; `start` and
    `end` of each pair as indices of entities.
    """

    order: Keys
    number: Keys
    start: Keys
    end: Keys

    @classmethod
    def of(cls, links: _Links, count: int, *, directed: bool) -> _Pairs:
        """The pairs of links between `count` entities."""
        import numpy as np

        start, end = links.start.astype(np.int64), links.end.astype(np.int64)
        keys = start * count + end if directed else np.minimum(start, end) * count + np.maximum(start, end)
        order = _stable_order(keys, count * count)
        keys = keys[order]
        new = np.ones(len(keys), bool)
        new[1:] = keys[1:] != keys[:-1]
        keys = keys[new]
        return cls(order, np.cumsum(new) - 1, keys // max(count, 1), keys % max(count, 1))


def _stable_order(keys: Keys, limit: int) -> Keys:
    """The order that sorts keys from 0 to `limit`, equal ones as they stand."""
    import numpy as np

    bits = len(keys).bit_length()
    if limit.bit_length() + bits > 62:
        return np.argsort(keys, kind="stable")
    # Sorting keys with their places is 10 times as fast as a stable argsort.
    order: Keys = np.sort((keys << bits) | np.arange(len(keys))) & ((1 << bits) - 1)
    return order


def _projection(
    columns: ClaimColumns, scope: Scope, links: _Links, pairs: _Pairs, *, weighted: bool = True
) -> Projection:
    import numpy as np

    count = len(columns.entities)
    present = np.zeros(count, bool)
    present[pairs.start] = present[pairs.end] = True
    place = np.cumsum(present) - 1
    offsets, pair_claims = _claims_of_pairs(links, pairs, len(columns.claims))
    partnerships = None
    if scope.projection == "two-mode":
        partnerships = np.zeros(count, bool)
        partnerships[links.end] = True
        partnerships = partnerships[present]
    return Projection(
        columns=columns,
        scope=scope,
        nodes=np.flatnonzero(present).astype(np.int32),
        pairs=np.stack([place[pairs.start], place[pairs.end]], axis=1).astype(np.int32),
        weights=_weights(links, pairs) if weighted else np.ones(len(pairs.start)),
        offsets=offsets,
        pair_claims=pair_claims,
        directed=scope.projection == "funding",
        partnerships=partnerships,
    )


def _weights(links: _Links, pairs: _Pairs) -> NDArray[np.float64]:
    """The sum of the shares of each pair, of each partnership one; 1 where there are no shares."""
    import numpy as np

    if links.share is None or links.partnership is None or not len(pairs.order):
        return np.ones(len(pairs.start))
    # Links come by partnership, and the order of pairs is stable, so that those of one partnership stand together.
    partnership, share = links.partnership[pairs.order], links.share[pairs.order]
    again = (pairs.number[1:] == pairs.number[:-1]) & (partnership[1:] == partnership[:-1])
    share[1:][again] = 0
    starts = np.flatnonzero(np.append(True, pairs.number[1:] != pairs.number[:-1]))
    return np.add.reduceat(share, starts)


def _claims_of_pairs(links: _Links, pairs: _Pairs, claims: int) -> tuple[Indices, Indices]:
    """The claims behind each pair, ascending and each one time, and where those of each begin."""
    import numpy as np

    number, behind = pairs.number, links.claim[pairs.order].astype(np.int64)
    keys = number * claims + behind
    if links.second is not None:
        keys = np.concatenate([keys, number * claims + links.second[pairs.order]])
    if not (keys[1:] > keys[:-1]).all():
        keys = distinct(keys)
    offsets = np.zeros(len(pairs.start) + 1, np.int32)
    offsets[1:] = np.cumsum(np.bincount(keys // max(claims, 1), minlength=len(pairs.start)))
    return offsets, (keys % max(claims, 1)).astype(np.int32)
