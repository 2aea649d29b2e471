"""How far ranks rest on single claims: bands by resampling (Borgatti, Carley & Krackhardt 2006, Soc. Networks 28, 124).

This is doubt about what is recorded, not about what is inferred.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from partnergraph.analysis.claim_selection import days_of, selected_claims
from partnergraph.analysis.measures import SMALL, NetworkMeasures, pivots, ranks
from partnergraph.analysis.pair_graph import PairGraph, segments
from partnergraph.analysis.projection import Projection
from partnergraph.analysis.shortest_paths import path_centralities

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DELETED = 0.1  # the probability of each claim
TOP = 5
LARGEST = 50_000  # pairs; beyond them there are no bands
FEWEST = 50  # pivots
WORK = 500_000_000  # edges followed in all rounds, twice as many with scipy; above it paths are followed from pivots


@dataclass(frozen=True, eq=False)
class RankBands:
    """Ranks by betweenness and how they vary, in the order of nodes: `rank` with all claims, `low` and `high` (the
    5 % and the 95 % of the rounds), `in_top` (rounds among the first five), as int64. In a round, equal ones are ranked
    by IRI.

    `agreement`: the mean of Kendall's tau-b between the ranks with all claims and those of each round; None where all
    ranks are equal. `pivots`: bodies from which paths are followed in each round; None: all.
    """

    rank: NDArray[np.int64]
    low: NDArray[np.int64]
    high: NDArray[np.int64]
    in_top: NDArray[np.int64]
    rounds: int
    pivots: int | None
    agreement: float | None

    @property
    def note(self) -> str:
        """How the bands were made, as a sentence."""
        sampled = "" if self.pivots is None else f", paths followed from {self.pivots} bodies drawn anew each time"
        tau = "" if self.agreement is None else f" Kendall's tau with the ranks by all claims is {self.agreement:.2f}."
        return (
            f"Bands: the middle nine tenths of {self.rounds} rounds in which each claim is left out with a probability "
            f"of 0.1{sampled}.{tau}"
        )


def rank_bands(
    projection: Projection, measures: NetworkMeasures | None = None, rounds: int | None = None
) -> RankBands | None:
    """Ranks by betweenness in `rounds` (200; 50 above 10,000 pairs) of leaving out claims that the
    projection counts, in the order of IRIs, by PCG64(0); each node stays.

    A pair of co-members lasts while memberships of both in one partnership do. None above 50,000 pairs.
    """
    import numpy as np

    graph = PairGraph.of(projection)
    rounds = rounds or (200 if len(graph.pairs) <= 10_000 else 50)
    if len(graph.pairs) > LARGEST:
        return None
    large = len(graph.pairs) > SMALL
    number = max(FEWEST, WORK * (1 + large) // max(1, 4 * len(graph.pairs) * rounds))
    measures = measures or NetworkMeasures(projection)
    rank = ranks(measures.betweenness)
    columns, scope = projection.columns, projection.scope
    window = None if scope.date is None else days_of(scope.date)
    counted = selected_claims(columns, scope.projection, scope.with_inferred, window).counted
    supports = _Supports(projection)
    remaining = np.ones(len(columns.claims), dtype=np.bool_)
    generator = np.random.Generator(np.random.PCG64(0))
    places = np.zeros((rounds, graph.size), dtype=np.int32)
    taus = []
    for turn in range(rounds):
        remaining[counted] = generator.random(len(counted)) >= DELETED
        rest = graph.subgraph(supports.lasting(remaining))
        starts = pivots(graph, turn + 1, number)
        matrix = rest.matrix() if large else None
        turned = ranks(path_centralities(rest, starts, matrix, harmonic=False)[0])
        places[turn, np.argsort(turned, kind="stable")] = np.arange(1, graph.size + 1)
        if (tau := kendall_tau(rank, turned)) is not None:
            taus.append(tau)
    bands = np.sort(places, axis=0)
    return RankBands(
        rank=rank,
        low=bands[int(0.05 * rounds)].astype(np.int64),
        high=bands[max(int(0.95 * rounds) - 1, 0)].astype(np.int64),
        in_top=(places <= TOP).sum(axis=0),
        rounds=rounds,
        pivots=None if number >= graph.size else number,
        agreement=float(np.mean(taus)) if taus else None,
    )


class _Supports:
    """What each pair rests on: single claims, or two memberships that can have held at one time."""

    def __init__(self, projection: Projection) -> None:
        import numpy as np

        self.count = len(projection.pairs)
        self.pair = np.repeat(np.arange(self.count), np.diff(projection.offsets))
        self.claim = self.second = projection.pair_claims
        if projection.scope.projection != "co-membership":
            return
        columns = projection.columns
        order = np.lexsort((self.claim, columns.to[self.claim], self.pair))
        pair, claim = self.pair[order], self.claim[order]
        meeting = pair * len(columns.entities) + columns.to[claim]
        following = np.searchsorted(meeting, meeting, "right") - np.arange(len(claim)) - 1
        left = np.repeat(np.arange(len(claim)), following)
        right = segments(np.arange(len(claim)) + 1, following)
        first, second, bounds = claim[left], claim[right], columns.bounds
        possible = (bounds[first, 3] >= bounds[second, 0]) & (bounds[second, 3] >= bounds[first, 0])
        possible &= columns.from_[first] != columns.from_[second]
        self.pair, self.claim, self.second = pair[left][possible], first[possible], second[possible]

    def lasting(self, remaining: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Whether each pair lasts with the claims that remain."""
        import numpy as np

        present = remaining[self.claim] & remaining[self.second]
        return np.bincount(self.pair[present], minlength=self.count) > 0


def kendall_tau(first: NDArray[np.integer], second: NDArray[np.integer]) -> float | None:
    """Kendall's tau-b of two rankings with ties (Kendall 1945), by Knight's method (1966, JASA 61, 436) in n log n
    steps; None where all ranks of one are equal.
    """
    import numpy as np

    size = len(first)
    order = np.lexsort((second, first))
    values = np.unique(second, return_inverse=True)[1][order].astype(np.int64)
    ties = [_tied(first), _tied(second), _tied(first.astype(np.int64) * (int(second.max(initial=0)) + 1) + second)]
    pairs = size * (size - 1) // 2
    if ties[0] == pairs or ties[1] == pairs:
        return None
    discordant, width = 0, 1
    places = np.arange(size)
    while width < size:  # merge sort: `values` are sorted in blocks of `width`
        block = places // (2 * width)
        order = np.lexsort((values, block))
        left = (order // width) % 2 == 0
        before = np.cumsum(left) - left  # left ones so far, in all blocks
        starts = np.minimum(np.arange(block[-1] + 2) * 2 * width, size)
        through = np.concatenate((before, [int(left.sum())]))[starts[1:]]
        discordant += int((through[block] - before)[~left].sum())
        values, width = values[order], 2 * width
    concordant_less = pairs - ties[0] - ties[1] + ties[2] - 2 * discordant
    return float(concordant_less / np.sqrt(float(pairs - ties[0]) * float(pairs - ties[1])))


def _tied(values: NDArray[np.integer]) -> int:
    import numpy as np

    counts = np.unique(values, return_counts=True)[1].astype(np.int64)
    return int((counts * (counts - 1) // 2).sum())
