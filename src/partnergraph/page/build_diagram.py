"""A network -> a diagram: its nodes, groups and edges, laid out in each view."""

from __future__ import annotations

import re
from math import inf
from typing import TYPE_CHECKING, Any, TypeAlias

from partnergraph.errors import UsageError
from partnergraph.page.diagram import (
    CROWDED,
    HUB,
    LABEL_GAP,
    MAX_PINNED,
    Diagram,
    DiagramEdge,
    DiagramNode,
    ring_radius,
)
from partnergraph.page.highlights import Highlights, read_highlights
from partnergraph.page.layout.arrangement import (
    THOROUGH_TRIES,
    TRIES,
    draw_hulls,
    lay_out,
    pinned_positions,
    position,
)
from partnergraph.page.layout.map_regions import add_unlinked_strip, name_regions
from partnergraph.page.layout.node_grouping import MAX_COUNT, NodeGroup, group_nodes

if TYPE_CHECKING:
    import networkx as nx

    Network: TypeAlias = nx.MultiDiGraph[str]
    Graph: TypeAlias = nx.Graph[Any]

_NUMBER = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:four|fif|six|seven|eigh|nine)teen)\b"
)


def build_diagram(
    graph: Network, pinned: dict[str, dict[str, tuple[int, int]]] | None = None, thorough: bool = False
) -> Diagram:
    """The diagram of a network. `pinned`: positions to keep, view to key to point, instead of the nodes' own.

    `thorough`: search longer (minutes for a hundred nodes) for positions with few edges through labels.
    """
    bodies = sorted(graph, key=lambda iri: (str(graph.nodes[iri].get("label", iri)).casefold(), iri))
    number_of = {iri: number for number, iri in enumerate(bodies)}
    claims = sorted(graph.edges(keys=True), key=lambda edge: (number_of[edge[0]], number_of[edge[1]], str(edge[2])))
    families = _families(graph, bodies)
    family_number = {name: number for number, name in enumerate(families)}
    diagram = Diagram(bodies, claims, families, focus=number_of.get(graph.graph.get("focus") or ""))
    diagram.highlights = read_highlights(graph, bodies, claims)
    neighbours: list[set[int]] = [set() for _ in bodies]
    ties: list[set[tuple[int, str]]] = [set() for _ in bodies]
    never_grouped = {diagram.focus} if diagram.focus is not None else set()
    if diagram.highlights:
        never_grouped |= diagram.highlights.marked([(number_of[a], number_of[b]) for a, b, _ in claims])
        for number, own_ties in enumerate(ties):
            own_ties.update(diagram.highlights.sets_of(number))
    for a, b, key in claims:
        data = graph.edges[a, b, key]
        for end, opposite, way in ((number_of[a], number_of[b], ">"), (number_of[b], number_of[a], "<")):
            if end != opposite:
                neighbours[end].add(opposite)
                ties[end].add((opposite, f"{way}{data.get('kind', '')}"))
        if data.get("standing") == "disputed":
            never_grouped |= {number_of[a], number_of[b]}
    family_numbers = [family_number.get(_family(graph, iri), len(families) - 1) for iri in bodies]
    attributes = [graph.nodes[iri] for iri in bodies]
    pinned_count = sum(position(node.get("at"), "wide") is not None for node in attributes)
    groups = group_nodes(
        neighbours,
        ties,
        family_numbers,
        [str(node.get("type", "")) for node in attributes],
        [str(node.get("sort", "organisation")) for node in attributes],
        never_grouped,
        {code: str(entry["label"]) for code, entry in graph.graph.get("types", {}).items()},
        max(MAX_COUNT, min(MAX_PINNED, pinned_count + pinned_count // 4)),
    )
    diagram.nodes = _nodes(graph, diagram, neighbours, family_numbers, groups)
    if diagram.highlights:
        _mark(diagram, diagram.highlights)
    diagram.edges = _edges(
        graph, diagram, number_of, {member: node.number for node in diagram.nodes for member in node.members}
    )
    diagram.unfolded_edges = _edges(graph, diagram, number_of, {})
    pinned = pinned_positions(graph, diagram) if pinned is None else pinned
    lay_out(diagram, pinned, THOROUGH_TRIES if thorough else TRIES)
    labels = graph.graph.get("families", {}) | graph.graph.get("types", {})
    for view in ("wide", "unfolded"):
        name_regions(diagram, view, [labels.get(name, {}).get("label") or name.replace("-", " ") for name in families])
        add_unlinked_strip(diagram, view)
    if diagram.highlights:
        draw_hulls(diagram, diagram.highlights)
    return diagram


def _mark(diagram: Diagram, highlights: Highlights) -> None:
    """Give the nodes the sizes of their steps, and room for their rings (in place)."""
    for node in diagram.nodes:
        members = diagram.bodies_of(node)
        node.size = highlights.radius(members) or node.size
        if highlights.ring(members):
            node.gap = round(LABEL_GAP + ring_radius(node.size) - node.size, 1)


def prepare_network(graph: Graph) -> Network:
    """A network as the page needs it, the caller's own left as it is: names are text, each edge has a key of its own.

    Any `networkx` graph will do; without directions every edge counts as going both ways. Raises `UsageError` when two
    nodes have the same name as text (1 and "1").
    """
    import networkx as nx

    prepared: Network = nx.MultiDiGraph(**graph.graph)
    for node, attributes in graph.nodes(data=True):
        if str(node) in prepared:
            raise UsageError(f"Two nodes are called {node} once they are text; rename one of them.")
        prepared.add_node(str(node), **attributes)
    keys: set[str] = set()
    edges = (
        graph.edges(keys=True, data=True)
        if graph.is_multigraph()
        else ((a, b, None, d) for a, b, d in graph.edges(data=True))
    )
    for number, (a, b, key, attributes) in enumerate(edges):
        name = key if isinstance(key, str) and key not in keys else f"edge-{number}"
        keys.add(name)
        prepared.add_edge(str(a), str(b), key=name, **({} if graph.is_directed() else {"symmetric": True}) | attributes)
    return prepared


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
    ordered = [*listed, *rest]
    return ordered if len(ordered) <= 9 else [*[name for name in ordered if name != "other"][:8], "other"]


def _nodes(
    graph: Network, diagram: Diagram, neighbours: list[set[int]], family_numbers: list[int], groups: list[NodeGroup]
) -> list[DiagramNode]:
    nodes = []
    for number, iri in enumerate(diagram.bodies):
        attributes = graph.nodes[iri]
        degree = len(neighbours[number])
        hub = degree >= HUB or number == diagram.focus
        count = attributes.get("count")
        label = str(attributes.get("label", iri))
        if count is not None and not _NUMBER.search(label):
            label = f"{count} {label}"
        size = min(24.0, 7.0 + 2.4 * degree**0.5)
        nodes.append(
            DiagramNode(
                number, iri, label, family_numbers[number], round(size, 1), hub, attributes.get("sort") == "group"
            )
        )
    for group in groups:
        degree = len(set().union(*(neighbours[member] for member in group.members)))
        size = round(min(24.0, 11.0 + 1.2 * len(group.members) ** 0.5 + degree * 0.2), 1)
        key = f"fold:{diagram.bodies[group.members[0]]}"
        nodes.append(DiagramNode(len(nodes), key, group.label, group.family, size, False, True, group.members))
    return nodes


def _edges(graph: Network, diagram: Diagram, number_of: dict[str, int], group_of: dict[int, int]) -> list[DiagramEdge]:
    numbers_by_edge: dict[tuple[int, int, str, bool, bool], list[int]] = {}
    is_crowded = len(set(group_of.values())) > CROWDED
    weights = [_weight(graph.edges[edge].get("weight")) for edge in diagram.claims]
    positive = [weight for weight in weights if weight]
    lightest, heaviest = min(positive, default=0.0), max(positive, default=0.0)
    for number, (a, b, key) in enumerate(diagram.claims):
        start, end = (group_of.get(number_of[end], number_of[end]) for end in (a, b))
        if start == end:
            continue
        data = graph.edges[a, b, key]
        if data.get("symmetric") and end < start:
            start, end = end, start
        # Between groups one edge is enough, whatever the kind.
        kind = "" if max(start, end) >= len(diagram.bodies) and is_crowded else str(data.get("kind", ""))
        if is_crowded and not kind and end < start:
            start, end = end, start
        edge_key = (start, end, kind, bool(data.get("inferred")), data.get("standing") == "disputed")
        numbers_by_edge.setdefault(edge_key, []).append(number)
    # One edge for a kind even when some of its claims are inferred: it counts as stated.
    edges = []
    for (start, end, kind, inferred, disputed), numbers in sorted(numbers_by_edge.items()):
        if inferred and (start, end, kind, False, disputed) in numbers_by_edge:
            continue
        inferred_numbers = numbers_by_edge.get((start, end, kind, True, disputed), []) if not inferred else []
        all_numbers = tuple(sorted([*numbers, *inferred_numbers]))
        heaviest_own = max(weights[number] for number in all_numbers)
        share = (
            round((heaviest_own - lightest) / (heaviest - lightest), 2) if heaviest_own and heaviest > lightest else 0.0
        )
        changes = {str(graph.edges[diagram.claims[number]].get("change") or "") for number in all_numbers}
        change = changes.pop() if len(changes) == 1 else "changed"
        edges.append(DiagramEdge(start, end, kind, inferred, disputed, all_numbers, share, change))
    return edges


def _weight(weight: object) -> float:
    """A weight as a number; 0 for what is no finite number above 0."""
    return float(weight) if isinstance(weight, (int, float)) and 0 < weight < inf else 0.0
