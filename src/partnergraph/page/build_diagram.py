"""A network as a drawing: which dots and lines there are, and where each dot stands in each view."""

from __future__ import annotations

import re
from math import inf
from typing import TYPE_CHECKING, Any, TypeAlias

from partnergraph.errors import UsageError
from partnergraph.page.diagram import CROWDED, HUB, MAX_KEPT, Diagram, DiagramEdge, DiagramNode
from partnergraph.page.layout.arrangement import lay_out, pinned_positions
from partnergraph.page.layout.node_grouping import MAX_COUNT, NodeGroup, group_nodes

if TYPE_CHECKING:
    import networkx as nx

    Network: TypeAlias = nx.MultiDiGraph[str]
    Graph: TypeAlias = nx.Graph[Any]

_NUMBER = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:four|fif|six|seven|eigh|nine)teen)\b"
)


def build_diagram(graph: Network, pinned: dict[str, dict[str, tuple[int, int]]] | None = None) -> Diagram:
    """Make the drawing of a network. `pinned`: positions to keep, view to key to point, instead of the nodes' own."""
    bodies = sorted(graph, key=lambda iri: (str(graph.nodes[iri].get("label", iri)).casefold(), iri))
    at = {iri: number for number, iri in enumerate(bodies)}
    claims = sorted(graph.edges(keys=True), key=lambda edge: (at[edge[0]], at[edge[1]], str(edge[2])))
    families = _families(graph, bodies)
    family_at = {name: number for number, name in enumerate(families)}
    made = Diagram(bodies, claims, families, focus=at.get(graph.graph.get("focus") or ""))
    neighbours: list[set[int]] = [set() for _ in bodies]
    ties: list[set[tuple[int, str]]] = [set() for _ in bodies]
    keep = {made.focus} if made.focus is not None else set()
    for a, b, key in claims:
        data = graph.edges[a, b, key]
        for one, other, way in ((at[a], at[b], ">"), (at[b], at[a], "<")):
            if one != other:
                neighbours[one].add(other)
                ties[one].add((other, f"{way}{data.get('kind', '')}"))
        if data.get("standing") == "disputed":
            keep |= {at[a], at[b]}
    of = [family_at.get(_family(graph, iri), len(families) - 1) for iri in bodies]
    nodes = [graph.nodes[iri] for iri in bodies]
    known = sum("wide" in (node.get("at") or ()) for node in nodes)
    folds = group_nodes(
        neighbours,
        ties,
        of,
        [str(node.get("type", "")) for node in nodes],
        [str(node.get("sort", "organisation")) for node in nodes],
        keep,
        {code: str(entry["label"]) for code, entry in graph.graph.get("types", {}).items()},
        max(MAX_COUNT, min(MAX_KEPT, known + known // 4)),
    )
    made.dots = _dots(graph, made, neighbours, of, folds)
    made.lines = _lines(graph, made, at, {member: dot.number for dot in made.dots for member in dot.members})
    made.unfolded_lines = _lines(graph, made, at, {})
    lay_out(made, pinned_positions(graph, made) if pinned is None else pinned)
    return made


def prepare_network(graph: Graph) -> Network:
    """A network as the page needs it, the caller's own left as it is: names are text, each edge has a key of its own.

    Any `networkx` graph will do; without directions every edge counts as going both ways. Raises `UsageError` when two
    nodes have the same name as text (1 and "1").
    """
    import networkx as nx

    made: Network = nx.MultiDiGraph(**graph.graph)
    for node, attributes in graph.nodes(data=True):
        if str(node) in made:
            raise UsageError(f"Two nodes are called {node} once they are text; rename one of them.")
        made.add_node(str(node), **attributes)
    seen: set[str] = set()
    keyed = (
        graph.edges(keys=True, data=True)
        if graph.is_multigraph()
        else ((a, b, None, d) for a, b, d in graph.edges(data=True))
    )
    for number, (a, b, key, attributes) in enumerate(keyed):
        name = key if isinstance(key, str) and key not in seen else f"edge-{number}"
        seen.add(name)
        made.add_edge(str(a), str(b), key=name, **({} if graph.is_directed() else {"symmetric": True}) | attributes)
    return made


def _family(graph: Network, iri: str) -> str:
    node = graph.nodes[iri]
    return str(node.get("family") or node.get("type") or "other")


def _families(graph: Network, bodies: list[str]) -> list[str]:
    """The families in the order of the network's own list, then by size; beyond nine the rest are "other"."""
    counts: dict[str, int] = {}
    for iri in bodies:
        name = _family(graph, iri)
        counts[name] = counts.get(name, 0) + 1
    listed = [name for name in graph.graph.get("families", {}) if name in counts]
    rest = sorted(
        (name for name in counts if name not in listed), key=lambda name: (name == "other", -counts[name], name)
    )
    found = [*listed, *rest]
    return found if len(found) <= 9 else [*[name for name in found if name != "other"][:8], "other"]


def _dots(
    graph: Network, made: Diagram, neighbours: list[set[int]], of: list[int], folds: list[NodeGroup]
) -> list[DiagramNode]:
    dots = []
    for number, iri in enumerate(made.bodies):
        node = graph.nodes[iri]
        degree = len(neighbours[number])
        hub = degree >= HUB or number == made.focus
        count = node.get("count")
        label = str(node.get("label", iri))
        if count is not None and not _NUMBER.search(label):
            label = f"{count} {label}"
        size = min(24.0, 7.0 + 2.4 * degree**0.5)
        dots.append(DiagramNode(number, iri, label, of[number], round(size, 1), hub, node.get("sort") == "group"))
    for one in folds:
        degree = len(set().union(*(neighbours[member] for member in one.members)))
        size = round(min(24.0, 11.0 + 1.2 * len(one.members) ** 0.5 + degree * 0.2), 1)
        key = f"fold:{made.bodies[one.members[0]]}"
        dots.append(DiagramNode(len(dots), key, one.label, one.family, size, False, True, one.members))
    return dots


def _lines(graph: Network, made: Diagram, at: dict[str, int], inside: dict[int, int]) -> list[DiagramEdge]:
    joined: dict[tuple[int, int, str, bool, bool], list[int]] = {}
    crowded = len(set(inside.values())) > CROWDED
    weights = [_weight(graph.edges[edge].get("weight")) for edge in made.claims]
    weighed = [weight for weight in weights if weight]
    lightest, heaviest = min(weighed, default=0.0), max(weighed, default=0.0)
    for number, (a, b, key) in enumerate(made.claims):
        one, other = (inside.get(at[end], at[end]) for end in (a, b))
        if one == other:
            continue
        data = graph.edges[a, b, key]
        if data.get("symmetric") and other < one:
            one, other = other, one
        # Between symbols that stand for many bodies one line is enough, whatever it says.
        kind = "" if max(one, other) >= len(made.bodies) and crowded else str(data.get("kind", ""))
        if crowded and not kind and other < one:
            one, other = other, one
        named = (one, other, kind, bool(data.get("inferred")), data.get("standing") == "disputed")
        joined.setdefault(named, []).append(number)
    # One line for a kind even when some of its claims are inferred: what is stated counts.
    found = []
    for (start, end, name, inferred, disputed), numbers in sorted(joined.items()):
        if inferred and (start, end, name, False, disputed) in joined:
            continue
        also = joined.get((start, end, name, True, disputed), []) if not inferred else []
        together = tuple(sorted([*numbers, *also]))
        heavy = max(weights[number] for number in together)
        share = round((heavy - lightest) / (heaviest - lightest), 2) if heavy and heaviest > lightest else 0.0
        became = {str(graph.edges[made.claims[number]].get("change") or "") for number in together}
        change = became.pop() if len(became) == 1 else "changed"
        found.append(DiagramEdge(start, end, name, inferred, disputed, together, share, change))
    return found


def _weight(weight: object) -> float:
    """A weight as a number; what is none, or not above nothing, weighs nothing."""
    return float(weight) if isinstance(weight, (int, float)) and 0 < weight < inf else 0.0
