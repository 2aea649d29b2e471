"""What a measure is computed on: organisations and pairs of them, with the claims behind each pair, and what is left
out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from partnergraph.analysis.words import when_in_words
from partnergraph.claims.claim_columns import ClaimColumns
from partnergraph.vocabulary.iri import label_from_iri

if TYPE_CHECKING:
    import networkx as nx
    import numpy as np
    from numpy.typing import NDArray

PROJECTIONS = ("claims", "co-membership", "two-mode", "funding")


@dataclass(frozen=True)
class Scope:
    """What a projection counts and leaves out: numbers of claims, unless they say otherwise.

    `counted`: claims by the rule `01-direct` (inferred ones too if `with_inferred`) that can have held on `date`
    (locations and successions are never counted), of the kinds that the projection is made of: all, or memberships, or
    funding; `undated`: those of them that give neither start nor end; `with_end`: those that give an end.

    Left out are `disputed` claims (superseded and retracted ones too: `superseded` of them), of the others the
    `inferred`, of the rest those of another time, `not_then`: surely so, or where `sure`, perhaps. `self_loops`:
    counted claims whose two ends are one node. `groups`, `undertakings`: those of the graph, which are no nodes.
    `large`: the partnerships left out by `largest`, by IRI.
    """

    projection: str
    date: str | None
    with_inferred: bool
    rolled_up: bool
    counted: int
    undated: int
    with_end: int
    inferred: int
    disputed: int
    not_then: int
    groups: int
    undertakings: int
    self_loops: int = 0
    largest: int | None = None
    large: tuple[str, ...] = ()
    sure: bool = False
    superseded: int = 0


@dataclass(frozen=True, eq=False)
class Projection:
    """A simple graph of n nodes and k pairs.

    `nodes` (int32, n): indices of entities of `columns`, ascending, therefore in the order of IRIs. `pairs`
    (int32, k x 2): positions in `nodes`, sorted by both; the smaller first where undirected. `weights` (float64, k).
    The claims behind pair i are `pair_claims[offsets[i]:offsets[i + 1]]` (int32; indices of claims, ascending).
    `partnerships` (bool, n) is there in the two-mode projection: which nodes have members. A body that is a member of
    one partnership and has members itself is one node.
    """

    columns: ClaimColumns
    scope: Scope
    nodes: NDArray[np.int32]
    pairs: NDArray[np.int32]
    weights: NDArray[np.float64]
    offsets: NDArray[np.int32]
    pair_claims: NDArray[np.int32]
    directed: bool = False
    partnerships: NDArray[np.bool_] | None = None

    @property
    def iris(self) -> list[str]:
        """The IRI of each node."""
        return [self.columns.entities[index] for index in self.nodes]

    @property
    def labels(self) -> list[str]:
        """The name of each node."""
        return [self.columns.labels[index] for index in self.nodes]

    def claims_of(self, pair: int) -> list[str]:
        """The IRIs of the claims behind a pair."""
        return [self.columns.claims[claim] for claim in self.pair_claims[self.offsets[pair] : self.offsets[pair + 1]]]

    def to_networkx(self) -> nx.Graph[str]:
        """A `networkx.Graph` (a `DiGraph` where directed): nodes by IRI with `label`, `kind` and `type`; pairs with
        `weight` and `claims`, in canonical order. Two-mode: partnerships have the attribute `bipartite` 1, others 0.
        """
        import networkx as nx

        from partnergraph.claims.claim_columns import ENTITY_KINDS

        graph: nx.Graph[str] = nx.DiGraph() if self.directed else nx.Graph()
        columns, iris = self.columns, self.iris
        for index, iri in zip(self.nodes.tolist(), iris, strict=True):
            kind = ENTITY_KINDS[columns.entity_kind[index]]
            graph.add_node(iri, label=columns.labels[index], kind=kind, type=columns.types[index])
        if self.partnerships is not None:
            nx.set_node_attributes(
                graph, dict(zip(iris, self.partnerships.astype(int).tolist(), strict=True)), "bipartite"
            )
        for number, (start, end) in enumerate(self.pairs.tolist()):
            weight = float(self.weights[number])
            graph.add_edge(iris[start], iris[end], weight=weight, claims=self.claims_of(number))
        return graph


def scope_sentence(scope: Scope, names: Mapping[str, str] | None = None) -> str:
    """What was counted and what was left out, in one sentence; large partnerships by `names`, else by their IRIs.

    >>> scope_sentence(Scope("claims", None, False, False, 126, 71, 32, 37, 1, 0, 16, 10))
    'Claims projection, all dates together (of 126 claims 71 give no date, 32 an end); 37 inferred and 1 disputed left
    out; 16 unnamed groups not counted.'
    """
    noun = _COUNTED[scope.projection]
    parts = [f"{_subject(scope)} ({_dates(scope, noun)})"]
    when = "not surely of that time" if scope.sure else "surely of another time"
    excluded = [
        *([f"{scope.inferred:,} inferred"] if scope.inferred else []),
        *([f"{number:,} disputed"] if (number := scope.disputed - scope.superseded) else []),
        *([f"{scope.superseded:,} superseded or retracted"] if scope.superseded else []),
        *([f"{scope.not_then:,} {when}"] if scope.not_then else []),
    ]
    if excluded:
        parts.append(f"{_joined(excluded)} left out")
    if scope.self_loops:
        parts.append(f"{_number(scope.self_loops, noun)} within one body left out")
    if scope.large:
        known = names or {}
        titles = _joined([known.get(iri) or label_from_iri(iri) for iri in scope.large])
        parts.append(
            f"{_number(len(scope.large), 'partnership')} of more than {scope.largest} members left out: {titles}"
        )
    if scope.groups:
        parts.append(f"{_number(scope.groups, 'unnamed group')} not counted")
    return "; ".join(parts) + "."


_COUNTED = {"claims": "claim", "co-membership": "membership", "two-mode": "membership", "funding": "funding claim"}


def _subject(scope: Scope) -> str:
    """The projection, with the options that change what it says, and its date."""
    date = "all dates together"
    if scope.date is not None:
        date = (
            f"what surely held {when_in_words(scope.date)}"
            if scope.sure
            else f"what can have held {when_in_words(scope.date)}"
        )
    return ", ".join(
        [
            f"{scope.projection.capitalize()} projection{' with inferred claims' if scope.with_inferred else ''}",
            *(["units merged into what they are part of"] if scope.rolled_up else []),
            date,
        ]
    )


def _dates(scope: Scope, noun: str) -> str:
    """How many of the counted claims are dated."""
    if not scope.counted:
        return f"no {noun}"
    undated, counted = scope.undated, _number(scope.counted, noun)
    if undated == scope.counted > 1:
        return f"none of {counted} gives a date"
    first = f"{undated:,} {'gives' if undated == 1 else 'give'} no date" if undated else "each gives a date"
    return f"of {counted} {first}, {f'{scope.with_end:,}' if scope.with_end else 'none'} an end"


def _number(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _joined(parts: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))
