"""What an answer about the network brings forward on its page: bodies by size, ring and state, relationships, and sets.

Each mark on the map has its words, for the legend, the panel and the tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from partnergraph.page.layout.set_hulls import SetHull
from partnergraph.palette import hull_tones

if TYPE_CHECKING:
    import networkx as nx

    Network: TypeAlias = nx.MultiDiGraph[str]

# Radius of a symbol in pixels, without a step and by the steps 1 to 3: areas as 0.6, 1, 2.5 and 5.
RADII = (6.2, 8.0, 12.6, 17.9)
RINGS, STATES = ("solid", "dashed"), ("removed", "separated")
MAX_MARKED = 60  # marked bodies that all have a symbol of their own
MAX_SETS = 12  # hulls on a map
FEWEST_IN_SET = 3  # bodies that a hull is drawn around
# Words of the marks, where the answer has none of its own.
WORDS = {
    "size": "measure",
    "solid": "marked",
    "dashed": "marked with inferred relationships only",
    "removed": "taken out",
    "separated": "no longer joined",
    "claims": "marked relationship",
    "set": "named outline: a set of three bodies or more",
}


@dataclass
class Highlights:
    """The marks of a network, by the numbers of bodies and claims; `hulls` are per view. `labels`: see `WORDS`."""

    steps: dict[int, int] = field(default_factory=dict)
    rings: dict[int, str] = field(default_factory=dict)
    states: dict[int, str] = field(default_factory=dict)
    claims: frozenset[int] = frozenset()
    sets: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    step_labels: tuple[str, ...] = ()
    hulls: dict[str, list[SetHull]] = field(default_factory=dict)

    def label(self, mark: str) -> str:
        """The words of a mark."""
        return self.labels.get(mark) or WORDS[mark]

    def words_of(self, body: int) -> list[str]:
        """What the marks of a body mean."""
        words = [self.label(mark) for mark in (self.states.get(body), self.rings.get(body)) if mark]
        if body in self.steps:
            step = self.steps[body]
            measured = self.step_labels[step - 1] if step <= len(self.step_labels) else f"step {step} of 3"
            words.append(f"{self.label('size')}: {measured}")
        return words + [name for name, members in self.sets if body in members]

    def marked(self, ends: Sequence[tuple[int, int]]) -> set[int]:
        """The bodies that should have a symbol of their own: none, if they are too many. `ends` of each claim."""
        bodies = {*self.rings, *self.states, *(body for body, step in self.steps.items() if step > 1)}
        bodies |= {end for claim in self.claims for end in ends[claim]}
        return bodies if len(bodies) <= MAX_MARKED else {*self.states} if len(self.states) <= MAX_MARKED else set()

    def sets_of(self, body: int) -> set[tuple[int, str]]:
        """The sets of a body, in the form of ties: bodies that are drawn as one have all of them in common."""
        return {(-1 - number, name) for number, (name, members) in enumerate(self.sets) if body in members}

    def radius(self, members: Sequence[int]) -> float | None:
        """The radius of the symbol of some bodies; None where the network has no steps."""
        return RADII[max(self.steps.get(body, 0) for body in members)] if self.steps else None

    def ring(self, members: Sequence[int]) -> str:
        """The ring around the symbol of some bodies; empty for none."""
        return self.rings.get(members[0], "") if len(members) == 1 else ""

    def state(self, members: Sequence[int]) -> str:
        """The state that all of some bodies have; empty for none."""
        states = {self.states.get(body, "") for body in members}
        return states.pop() if len(states) == 1 else ""


def read_highlights(graph: Network, bodies: Sequence[str], claims: Sequence[tuple[str, str, str]]) -> Highlights | None:
    """The marks in the attributes of a network; None where it is no answer (`graph.graph["answer"]`).

    Nodes may have `emphasis` (1 to 3), `ring` ("solid", "dashed") and `state` ("removed", "separated"), edges
    `highlighted`; the answer may have `sets` (name and nodes), `labels` and `step_labels`.
    """
    answer = graph.graph.get("answer")
    if not answer:
        return None
    nodes = [graph.nodes[iri] for iri in bodies]
    number_of = {iri: number for number, iri in enumerate(bodies)}
    sets = [(name, tuple(number_of[iri] for iri in members if iri in number_of)) for name, members in answer["sets"]]
    return Highlights(
        {number: node["emphasis"] for number, node in enumerate(nodes) if node.get("emphasis") in (1, 2, 3)},
        {number: node["ring"] for number, node in enumerate(nodes) if node.get("ring") in RINGS},
        {number: node["state"] for number, node in enumerate(nodes) if node.get("state") in STATES},
        frozenset(number for number, edge in enumerate(claims) if graph.edges[edge].get("highlighted")),
        sorted(sets, key=lambda entry: -len(entry[1])),
        answer["labels"],
        tuple(answer["step_labels"]),
    )


def script_highlights(highlights: Highlights) -> dict[str, Any]:
    """What the scripts of the page draw."""
    return {
        "tones": hull_tones(),
        "rings": {str(body): ring for body, ring in highlights.rings.items()},
        "states": {str(body): state for body, state in highlights.states.items()},
        "claims": sorted(highlights.claims),
        "hulls": {
            view: [
                {
                    "path": hull.path,
                    "fill": hull.triangles,
                    "tone": hull.tone,
                    "width": hull.width,
                    "lines": hull.lines,
                    "at": hull.label_at,
                }
                for hull in hulls
            ]
            for view, hulls in highlights.hulls.items()
        },
    }


def legend(highlights: Highlights) -> list[tuple[str, str]]:
    """The marks that the map has, each with its words."""
    entries = [
        (f"step-{step}", f"{highlights.label('size')} {highlights.step_labels[step - 1]}")
        for step in sorted({*highlights.steps.values()})
        if step <= len(highlights.step_labels)
    ]
    for kind, marks in ((RINGS, highlights.rings), (STATES, highlights.states)):
        for mark in kind:
            count = [*marks.values()].count(mark)
            entries += [(mark, f"{highlights.label(mark)} ({count})")] if count else []
    if highlights.claims:
        entries.append(("claims", f"{highlights.label('claims')} ({len(highlights.claims)})"))
    drawn = len(highlights.hulls.get("wide", ()))
    large = sum(len(members) >= FEWEST_IN_SET for _, members in highlights.sets)
    if drawn:
        rest = f"; {large - drawn} more stand in the table" if large > drawn else ""
        entries.append(("set", highlights.label("set") + rest))
    return entries
