"""Projections in plain Python, straight from their definitions: what `partnergraph.analysis.projections` must equal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import combinations
from typing import Any

import networkx as nx

from partnergraph.claims.claim_columns import (
    DISPUTED,
    END_STATED,
    ENTITY_KINDS,
    INFERRED,
    OPEN_END,
    OPEN_START,
    RETRACTED,
    START_STATED,
    SUPERSEDED,
    ClaimColumns,
)
from partnergraph.claims.date_window import date_window, holds_in_window


@dataclass
class Options:
    """The options of `project`."""

    name: str
    with_inferred: bool = False
    as_of: str | None = None
    sure: bool = False
    roll_up: bool = False
    largest: int | None = None
    weighted: bool = True


class PlainProjection:
    """Nodes, pairs with weight and claims, and numbers of the scope, by loops over claims."""

    def __init__(self, columns: ClaimColumns, options: Options) -> None:
        self.columns, self.options = columns, options
        self.named = {n for n, kind in enumerate(columns.entity_kind) if ENTITY_KINDS[kind] == "organisation"}
        self.from_, self.to = columns.from_.tolist(), columns.to.tolist()
        self.pairs: dict[tuple[int, int], set[int]] = {}
        self.through: dict[tuple[int, int], set[int]] = {}
        self.loops: set[int] = set()
        self.numbers = {"disputed": 0, "superseded": 0, "inferred": 0, "not_then": 0}
        self.possible = list(self._counted())
        self.counted = [claim for claim in self.possible if not options.sure or self._held(claim) == "yes"]
        self.numbers["not_then"] += len(self.possible) - len(self.counted)
        flags = [int(columns.flags[claim]) for claim in self.counted]
        self.numbers |= {
            "counted": len(flags),
            "undated": sum(not flag & (START_STATED | END_STATED) for flag in flags),
            "with_end": sum(bool(flag & END_STATED) for flag in flags),
        }
        self.tops = self._tops()
        self.sizes = self._sizes()
        limit = options.largest or 10**9
        self.large = sorted(columns.entities[p] for p, size in self.sizes.items() if size > limit)
        self.small = {p for p, size in self.sizes.items() if size <= limit}
        {
            "claims": self._claims,
            "co-membership": self._co_membership,
            "two-mode": self._two_mode,
            "funding": self._funding,
        }[options.name]()
        self.numbers["self_loops"] = len(self.loops & set(self.counted))

    @property
    def nodes(self) -> list[int]:
        """Whatever has a pair."""
        return sorted({node for pair in self.pairs for node in pair})

    def weight(self, pair: tuple[int, int]) -> Fraction:
        """The weight of a pair."""
        if self.options.name != "co-membership" or not self.options.weighted:
            return Fraction(1)
        return sum((Fraction(1, self.sizes[p] - 1) for p in self.through[pair]), Fraction(0))

    def _kind(self, claim: int) -> str:
        return self.columns.kinds[int(self.columns.kind[claim])]

    def _held(self, claim: int) -> str:
        """Whether a claim held in the window of the date."""
        if self.options.as_of is None:
            return "unknown"
        days = [
            None if day in (OPEN_START, OPEN_END) else date.fromordinal(day).isoformat()
            for day in self.columns.bounds[claim].tolist()
        ]
        return holds_in_window((days[0], days[1]), (days[2], days[3]), date_window(self.options.as_of))

    def _counted(self) -> Iterator[int]:
        wanted = {"co-membership": "membership", "two-mode": "membership", "funding": "funding"}.get(self.options.name)
        for claim, flags in enumerate(self.columns.flags.tolist()):
            if self._kind(claim) in ("location", "succession") or (wanted and self._kind(claim) != wanted):
                continue
            if flags & (DISPUTED | SUPERSEDED | RETRACTED):
                self.numbers["disputed"] += 1
                self.numbers["superseded"] += bool(flags & (SUPERSEDED | RETRACTED))
            elif flags & INFERRED and not self.options.with_inferred:
                self.numbers["inferred"] += 1
            elif self._held(claim) == "no":
                self.numbers["not_then"] += 1
            else:
                yield claim

    def _tops(self) -> dict[int, int]:
        """The top of each entity; see `top_parents`."""
        own = {entity: entity for entity in range(len(self.columns.entities))}
        if not self.options.roll_up:
            return own
        excluded = DISPUTED | SUPERSEDED | RETRACTED | (0 if self.options.with_inferred else INFERRED)
        parts: nx.DiGraph[int] = nx.DiGraph()
        parts.add_nodes_from(own)
        for claim, flags in enumerate(self.columns.flags.tolist()):
            child, parent = self.from_[claim], self.to[claim]
            usable = self._kind(claim) == "part-of" and not flags & excluded and self._held(claim) != "no"
            if usable and {child, parent} <= self.named and child != parent:
                parts.add_edge(child, parent)
        while True:
            roots = {node for node in parts if not parts.out_degree(node)}
            tops = {node: ({node} | nx.descendants(parts, node)) & roots for node in parts}
            joint = {node for node in parts if len(tops[node]) > 1}
            if not joint:
                return {node: min(tops[node], default=node) for node in parts}
            highest = {node for node in joint if not joint & set(parts.successors(node))} or joint
            parts.remove_edges_from([edge for edge in parts.edges if edge[0] in highest])

    def _sizes(self) -> dict[int, int]:
        """The size of each partnership, of claims that can have held."""
        members: dict[int, set[int]] = {}
        stated: dict[int, list[int]] = {}
        for claim in self.possible:
            if self._kind(claim) == "membership":
                member, partnership = self.from_[claim], self.to[claim]
                members.setdefault(partnership, set())
                stated.setdefault(partnership, [int(self.columns.stated_count[partnership])])
                if member in self.named:
                    members[partnership].add(self.tops[member])
                else:
                    stated[partnership].append(int(self.columns.stated_count[member]))
        return {partnership: max(len(members[partnership]), *stated[partnership]) for partnership in members}

    def _add(self, start: int, end: int, claims: set[int], through: int | None = None) -> None:
        if start == end:
            self.loops |= claims if through is None else set()
            return
        pair = (start, end) if self.options.name == "funding" else (min(start, end), max(start, end))
        self.pairs.setdefault(pair, set()).update(claims)
        if through is not None:
            self.through.setdefault(pair, set()).add(through)

    def _claims(self) -> None:
        for claim in self.counted:
            if {self.from_[claim], self.to[claim]} <= self.named:
                self._add(self.tops[self.from_[claim]], self.tops[self.to[claim]], {claim})

    def _two_mode(self) -> None:
        for claim in self.counted:
            if {self.from_[claim], self.to[claim]} <= self.named and self.to[claim] in self.small:
                self._add(self.tops[self.from_[claim]], self.to[claim], {claim})

    def _funding(self) -> None:
        for claim in self.counted:
            third = [party for number, party in self.columns.via.tolist() if number == claim and party in self.named]
            steps = [(self.from_[claim], self.to[claim])]
            if third:
                steps = [step for party in third for step in ((steps[0][0], party), (party, steps[0][1]))]
            for start, end in steps:
                if {start, end} <= self.named:
                    self._add(self.tops[start], self.tops[end], {claim})

    def _co_membership(self) -> None:
        excluded = self._never()
        bounds = self.columns.bounds.tolist()
        for one, other in combinations(self.counted, 2):
            a, b, partnership = self.from_[one], self.from_[other], self.to[one]
            if self.to[other] != partnership or partnership not in self.small or not {a, b} <= self.named:
                continue
            (begins1, begun1, lasts1, over1), (begins2, begun2, lasts2, over2) = bounds[one], bounds[other]
            overlap = begins1 <= over2 and begins2 <= over1
            surely = begun1 <= lasts2 and begun2 <= lasts1
            together = overlap and (surely or not self.options.sure)
            if together and (a, b) not in excluded and (b, a) not in excluded:
                self._add(self.tops[a], self.tops[b], {one, other}, partnership)

    def _never(self) -> set[tuple[int, int]]:
        """The pairs of bodies that are no co-members, in one direction."""
        parts: nx.DiGraph[int] = nx.DiGraph()
        for claim, flags in enumerate(self.columns.flags.tolist()):
            if self._kind(claim) == "part-of" and not flags & (INFERRED | DISPUTED | SUPERSEDED | RETRACTED):
                parts.add_edge(self.from_[claim], self.to[claim])
        succession: nx.DiGraph[int] = nx.DiGraph(self.columns.successions.tolist())
        steps = {(a, b) for graph in (parts, succession) for a in graph for b in nx.descendants(graph, a)}
        direct: list[Any] = [*self.columns.members.tolist(), *self.columns.may_overlap.tolist()]
        return steps | {(a, b) for a, b in direct}
