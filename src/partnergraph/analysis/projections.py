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
from itertools import pairwise
from typing import TYPE_CHECKING

from partnergraph.analysis.claim_selection import (
    COUNTED_KIND,
    ClaimSelection,
    days_of,
    selected_claims,
)
from partnergraph.analysis.hierarchies import distinct
from partnergraph.analysis.pair_links import PairLinks, merged_into, pair_links
from partnergraph.analysis.projection import PROJECTIONS, Projection, Scope
from partnergraph.claims.claim_columns import (
    END_STATED,
    ENTITY_KINDS,
    OPEN_END,
    OPEN_START,
    START_STATED,
    ClaimColumns,
    can_have_held,
    surely_held,
)
from partnergraph.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Indices = NDArray[np.int32]
    Keys = NDArray[np.int64]

BLOCK = 2_000_000  # links whose claims are sorted at one time: in the caches, and in little memory


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

    Raises `UsageError` for an unknown name, a wrong date, options that do not go together, and for partnerships so
    large that the pairs of their members would not fit into memory (`pair_links.MOST_LINKS`).
    """
    _check_options(name, as_of, sure, largest)
    selection = selected_claims(columns, name, with_inferred, None if as_of is None else days_of(as_of))
    tops = merged_into(columns, selection) if roll_up else None
    links = pair_links(columns, name, selection, tops, largest)
    counted = selection.counted
    if sure and selection.window is not None:
        certain = surely_held(columns, selection.window)
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
    last date that a counted claim states. Without any date there are no years. Raises `UsageError` for an unknown name.
    """
    import numpy as np

    _check_options(name, None, False, None)
    selection = selected_claims(columns, name, with_inferred, None)
    links = pair_links(columns, name, selection, None, None)
    pairs = _Pairs.of(links, len(columns.entities), directed=name == "funding")
    scope = _scope(columns, name, selection, selection.counted, links, None)
    projection = _projection(columns, scope, links, pairs)
    years = _years(columns, selection.counted, first, last)
    shape = (len(years), len(projection.nodes))
    degrees = {sure: np.zeros(shape, np.int32) for sure in (True, False)}
    numbers = {sure: np.zeros(len(years), np.int64) for sure in (True, False)}
    for row, year in enumerate(years):
        window = calendar_date(year, 1, 1).toordinal(), calendar_date(year, 12, 31).toordinal()
        for sure, held in ((True, surely_held(columns, window)), (False, can_have_held(columns, window))):
            present = np.zeros(len(projection.pairs), bool)
            present[pairs.number[links.flags(held, sure=sure)[pairs.order]]] = True
            degrees[sure][row] = np.bincount(projection.pairs[present].ravel(), minlength=shape[1])
            numbers[sure][row] = present.sum()
    return YearBands(projection, years, degrees[True], degrees[False], numbers[True], numbers[False])


def _years(columns: ClaimColumns, counted: Indices, first: int | None, last: int | None) -> tuple[int, ...]:
    import numpy as np

    flags, bounds = columns.flags[counted], columns.bounds[counted]
    stated = (bounds[flags & START_STATED != 0, :2], bounds[flags & END_STATED != 0, 2:])
    days = np.concatenate([part.ravel() for part in stated])
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
    if largest is not None and COUNTED_KIND.get(name) != "membership":
        raise UsageError(f"The {name} projection has no partnerships whose size could be limited (largest).")
    if largest is not None and largest < 2:
        raise UsageError(f"Partnerships have pairs from 2 members on; a largest size of {largest} leaves none.")


def _scope(
    columns: ClaimColumns,
    name: str,
    selection: ClaimSelection,
    counted: Indices,
    links: PairLinks,
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


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Links in the order of their pairs (`order`), and the `number` of the pair of each, in that order; `start` and
    `end` of each pair as indices of entities.
    """

    order: Indices
    number: Indices
    start: Indices
    end: Indices

    @classmethod
    def of(cls, links: PairLinks, count: int, *, directed: bool) -> _Pairs:
        """The pairs of links between `count` entities."""
        import numpy as np

        keys = (links.start if directed else np.minimum(links.start, links.end)).astype(np.int64)
        keys *= count
        keys += links.end if directed else np.maximum(links.start, links.end)
        order, keys = _in_order(keys, count * count)
        new = np.ones(len(keys), bool)
        new[1:] = keys[1:] != keys[:-1]
        keys = keys[new]
        start, end = ((keys // max(count, 1)).astype(np.int32), (keys % max(count, 1)).astype(np.int32))
        return cls(order, np.cumsum(new, dtype=np.int32) - 1, start, end)


def _in_order(keys: Keys, limit: int) -> tuple[Indices, Keys]:
    """The order that sorts keys from 0 to `limit`, equal ones as they stand; and the keys in it. Overwrites `keys`."""
    import numpy as np

    bits = len(keys).bit_length()
    if limit.bit_length() + bits > 62:
        order = np.argsort(keys, kind="stable")
        return order.astype(np.int32), keys[order]
    # Sorting keys with their places is several times as fast as a stable argsort.
    keys <<= bits
    keys |= np.arange(len(keys), dtype=np.int32)
    keys.sort()
    places = (keys & ((1 << bits) - 1)).astype(np.int32)
    keys >>= bits
    return places, keys


def _projection(
    columns: ClaimColumns, scope: Scope, links: PairLinks, pairs: _Pairs, *, weighted: bool = True
) -> Projection:
    import numpy as np

    count = len(columns.entities)
    present = np.zeros(count, bool)
    present[pairs.start] = present[pairs.end] = True
    place = np.cumsum(present, dtype=np.int32) - 1
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
        pairs=np.stack([place[pairs.start], place[pairs.end]], axis=1),
        weights=_weights(columns, links, pairs) if weighted else np.ones(len(pairs.start)),
        offsets=offsets,
        pair_claims=pair_claims,
        directed=scope.projection == "funding",
        partnerships=partnerships,
    )


def _weights(columns: ClaimColumns, links: PairLinks, pairs: _Pairs) -> NDArray[np.float64]:
    """The sum of 1 / (n - 1) over the partnerships of each pair of co-members; 1 for other pairs."""
    import numpy as np

    if links.sizes is None or not len(pairs.order):
        return np.ones(len(pairs.start))
    # Links come by partnership, and the order of pairs is stable, so that those of one partnership stand together.
    partnership = columns.to[links.claim[pairs.order]]
    share = 1 / (links.sizes[partnership] - 1)
    new = np.ones(len(share), bool)
    new[1:] = pairs.number[1:] != pairs.number[:-1]
    share[1:][~new[1:] & (partnership[1:] == partnership[:-1])] = 0
    return np.add.reduceat(share, np.flatnonzero(new))


def _claims_of_pairs(links: PairLinks, pairs: _Pairs, claims: int) -> tuple[Indices, Indices]:
    """Where the claims behind each pair begin, and these, ascending and each one time."""
    import numpy as np

    numbers = np.zeros(len(pairs.start) + 1, np.int32)
    behind = [np.zeros(0, np.int32)]
    steps = pairs.number[::BLOCK]
    edges = [*np.searchsorted(pairs.number, steps).tolist(), len(pairs.order)]
    for first, last in pairwise(edges):
        if first == last:  # a pair of more links than a block
            continue
        number, order = pairs.number[first:last].astype(np.int64), pairs.order[first:last]
        keys = number * claims + links.claim[order]
        if links.second is not None:
            keys = np.concatenate([keys, number * claims + links.second[order]])
        if not (keys[1:] > keys[:-1]).all():
            keys = distinct(keys)
        numbers[number[0] + 1 : number[-1] + 2] = np.bincount(keys // claims - number[0])
        behind.append((keys % claims).astype(np.int32))
    return np.cumsum(numbers, dtype=np.int32), np.concatenate(behind)
