"""Layout of a diagram: a wide view, the same with its groups unfolded, and a tall one for phones.

Positions are whole pixels, and the same for the same input.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from partnergraph.page.diagram import (
    FULL,
    GROWTH,
    MAX_TALL,
    MAX_UNFOLDED,
    TALL,
    UNFOLDED,
    VIEWS,
    WIDE,
    Diagram,
    DiagramEdge,
    DiagramNode,
)
from partnergraph.page.highlights import FEWEST_IN_SET, MAX_SETS, Highlights
from partnergraph.page.layout.crossing_reduction import CrossingReduction
from partnergraph.page.layout.crossing_refinement import refine_crossings
from partnergraph.page.layout.edge_routing import CLEAR, crossed_nodes, sample_curve
from partnergraph.page.layout.incremental_layout import place_new_nodes
from partnergraph.page.layout.label_placement import PLACES, LabelCandidates, label_box, place_and_route
from partnergraph.page.layout.overlap_removal import GAP, LocalSearch, Scene, collisions, remove_overlaps
from partnergraph.page.layout.set_hulls import set_hull
from partnergraph.page.layout.stress_layout import connected_components, orient, stress_positions
from partnergraph.palette import HULLS

if TYPE_CHECKING:
    import networkx as nx
    import numpy as np
    from numpy.typing import NDArray

    Network: TypeAlias = nx.MultiDiGraph[str]
    Array = NDArray[np.float64]

# How often each node tries other points in the crossing reduction: by default none, and in a thorough
# layout; and how often what that leaves in conflict is repaired.
TRIES, THOROUGH_TRIES = 0, 800
MAX_REPAIRS = 3
REFINEMENTS = 8  # moves of each node that are judged by the edges as they are drawn
# Members of a group with which its position is saved.
MAX_SAVED_MEMBERS = 3
Points = dict[int, tuple[int, int]]
Pinned = dict[str, dict[str, tuple[int, int]]]
CANVAS = {"wide": WIDE, "unfolded": UNFOLDED, "tall": TALL}


def lay_out(diagram: Diagram, pinned: Pinned, tries: int = TRIES) -> None:
    """Set the positions of every node in every view, the places of its labels and the bends of the edges (in place)."""
    grouped = {member for node in diagram.nodes for member in node.members}
    connected = {end for edge in diagram.edges for end in (edge.a, edge.b)}
    wide_nodes = [node for node in diagram.nodes if node.number in connected and node.number not in grouped]
    wide_positions = settle_positions(wide_nodes, diagram.edges, WIDE, pinned=pinned.get("wide", {}), tries=tries)
    for node in wide_nodes:
        node.wide = wide_positions[node.number]
    connected = {end for edge in diagram.unfolded_edges for end in (edge.a, edge.b)}
    unfolded_nodes = [node for node in diagram.nodes if node.number in connected and not node.members]
    # A map that was saved unfolded may grow by a quarter before it is too large to be unfolded.
    was_unfolded = any(point != pinned.get("wide", {}).get(key) for key, point in pinned.get("unfolded", {}).items())
    if grouped and len(unfolded_nodes) <= MAX_UNFOLDED * (5 if was_unfolded else 4) // 4:
        unfolded_positions = settle_positions(
            unfolded_nodes,
            diagram.unfolded_edges,
            UNFOLDED,
            pinned.get("unfolded", {}),
            _unfolded_start(diagram, wide_positions),
            tries=tries,
        )
    else:
        unfolded_positions = wide_positions
    for node in unfolded_nodes:
        node.unfolded = unfolded_positions.get(node.number)
    tall_nodes = _tall_nodes(diagram, wide_nodes)
    inside = {node.number for node in tall_nodes}
    edges = [edge for edge in diagram.edges if edge.a in inside and edge.b in inside]
    tall_positions = settle_positions(tall_nodes, edges, TALL, pinned=pinned.get("tall", {}), tall=True, tries=tries)
    for node in tall_nodes:
        node.tall = tall_positions[node.number]
    for view, edges in (("wide", diagram.edges), ("unfolded", diagram.unfolded_edges), ("tall", diagram.edges)):
        route_view(diagram, view, edges)


def pinned_positions(graph: Network, diagram: Diagram) -> Pinned:
    """The positions in the attributes of a network's nodes (`at`: view to x and y), by view and key.

    A group has the position that is saved with one of its members; of a group that was split, one part has it.
    """
    positions: Pinned = {view: {} for view in VIEWS}
    for node in diagram.nodes:
        names = [diagram.bodies[number] for number in node.members] or [node.key]
        for view in VIEWS:
            at = (position(graph.nodes[name].get("at"), f"folded-{view}" if node.members else view) for name in names)
            if (point := next((point for point in at if point), None)) and point not in positions[view].values():
                positions[view][node.key] = point
    return positions


def position(at: object, view: str) -> tuple[int, int] | None:
    """The position for a view, if there is one that can be drawn."""
    value = at.get(view) if isinstance(at, dict) else None
    if not isinstance(value, list | tuple) or len(value) != 2:
        return None
    pixels = [int(part) for part in value if isinstance(part, int | float) and 0 <= part < 100_000]
    return (pixels[0], pixels[1]) if len(pixels) == 2 else None


def positions_of(diagram: Diagram) -> Pinned:
    """The positions of every node of a diagram, in the form that `lay_out` takes.

    That of a group is saved with several of its members, so that it is found again when one of them has left it.
    """
    positions: Pinned = {view: {} for view in VIEWS}
    for node in diagram.nodes:
        names = [f"fold:{diagram.bodies[number]}" for number in node.members[:MAX_SAVED_MEMBERS]] or [node.key]
        for view in VIEWS:
            if (point := getattr(node, view)) is not None:
                positions[view] |= dict.fromkeys(names, point)
    return positions


def route_view(diagram: Diagram, view: str, edges: list[DiagramEdge]) -> None:
    """Set the places of the labels and the bends of the edges of a view whose nodes have positions (in place)."""
    import numpy as np

    nodes = [node for node in diagram.nodes if getattr(node, view) is not None]
    index = {node.number: i for i, node in enumerate(nodes)}
    drawn = [edge for edge in edges if edge.a in index and edge.b in index]
    at = np.array([getattr(node, view) for node in nodes], dtype=float).reshape(-1, 2)
    candidates = LabelCandidates.of_nodes(nodes, view == "tall")
    canvas = _grown_canvas(CANVAS[view], candidates.boxes[:, 0])
    places, bends = place_and_route(at, candidates, [(index[edge.a], index[edge.b]) for edge in drawn], canvas)
    for node, place in zip(nodes, places.tolist(), strict=True):
        if place:
            node.place[view] = PLACES[place]
    diagram.bends[view] = dict(zip(drawn, bends, strict=True))


def node_box(node: DiagramNode, view: str) -> tuple[float, float, float, float]:
    """How far symbol and label reach from the node's position in a view: left, top, right, bottom, in pixels."""
    return label_box(node, view == "tall", node.place.get(view, "below"))


def settle_positions(
    nodes: list[DiagramNode],
    edges: list[DiagramEdge],
    canvas: tuple[float, float],
    pinned: dict[str, tuple[int, int]] | None = None,
    start: Points | None = None,
    tall: bool = False,
    tries: int = TRIES,
) -> Points:
    """Positions on a canvas: pinned nodes stay and the others are placed near them; else by stress, or from a start.

    `tries`: how many times each node may look for a place with fewer edges through labels.
    """
    import numpy as np

    if not nodes:
        return {}
    index = {node.number: i for i, node in enumerate(nodes)}
    drawn = [(index[edge.a], index[edge.b]) for edge in edges if edge.a in index and edge.b in index]
    pairs = sorted({(min(a, b), max(a, b)) for a, b in drawn})
    candidates = LabelCandidates.of_nodes(nodes, tall)
    boxes, radius = candidates.boxes[:, 0], candidates.radius
    canvas = _grown_canvas(canvas, boxes)
    is_pinned = np.array([node.key in (pinned or {}) for node in nodes])
    if pinned and is_pinned.any():
        bottom = (canvas[0] / 2, canvas[1])  # for nodes without an edge
        at = np.array([pinned.get(node.key, bottom) for node in nodes], dtype=float)
        boxes = boxes.copy()
        boxes[is_pinned] = _pinned_boxes(at, candidates, drawn, canvas, is_pinned)
        scene = Scene(at, boxes, radius, pairs, canvas[0] * GROWTH, canvas[1] * GROWTH, is_pinned=is_pinned)
        place_new_nodes(scene, drawn)
        return {node.number: (int(x), int(y)) for node, (x, y) in zip(nodes, scene.at, strict=True)}
    if start:
        scale = np.array([canvas[0] / WIDE[0], canvas[1] / WIDE[1]])
        at = np.array([start[node.number] for node in nodes], dtype=float) * scale
    else:
        at = _by_stress(len(nodes), pairs, canvas)
    scene = Scene(at, boxes, radius, pairs, *canvas)
    remove_overlaps(scene)
    at = _with_fewer_crossings(scene, candidates, drawn, tries) if tries else scene.at
    return {node.number: (int(x), int(y)) for node, (x, y) in zip(nodes, at, strict=True)}


def _pinned_boxes(
    at: Array,
    candidates: LabelCandidates,
    edges: list[tuple[int, int]],
    canvas: tuple[float, float],
    is_pinned: NDArray[np.bool_],
) -> Array:
    """The boxes of the pinned nodes, their labels where they stand without the others."""
    import numpy as np

    inside = np.flatnonzero(is_pinned)
    index = {node: i for i, node in enumerate(inside.tolist())}
    own = [(index[a], index[b]) for a, b in edges if a in index and b in index]
    part = LabelCandidates(candidates.rectangles[inside], candidates.boxes[inside], candidates.radius[inside])
    places, _ = place_and_route(at[inside], part, own, canvas)
    boxes: Array = part.boxes[np.arange(len(inside)), places]
    return boxes


def _with_fewer_crossings(scene: Scene, candidates: LabelCandidates, edges: list[tuple[int, int]], tries: int) -> Array:
    """Positions with fewer edges through labels than those of the scene, and with no overlap unless it has some."""
    import numpy as np

    canvas = scene.width, scene.height
    search = CrossingReduction(scene.at, candidates, scene.edges, canvas)
    search.run(tries * len(scene.at))
    refine_crossings(search, edges, REFINEMENTS * len(scene.at))
    numbers = np.arange(len(scene.at))
    moved = Scene(search.at, scene.boxes, scene.radius, scene.edges, *canvas)
    for _ in range(MAX_REPAIRS):
        places, bends = place_and_route(moved.at, candidates, edges, canvas)
        moved.boxes = candidates.boxes[numbers, places]
        if not collisions(moved)[0] and not _crosses_symbols(moved, edges, bends):
            return moved.at
        LocalSearch(moved).run()
    return scene.at


def _crosses_symbols(scene: Scene, edges: list[tuple[int, int]], bends: list[float]) -> bool:
    """Whether an edge, as it is drawn, runs through a symbol that it does not join."""
    at, radius = scene.at, scene.radius - CLEAR
    return any(
        crossed_nodes(sample_curve(tuple(at[a]), tuple(at[b]), bend), at, radius, (a, b))
        for (a, b), bend in zip(edges, bends, strict=True)
    )


def _grown_canvas(canvas: tuple[float, float], boxes: Array) -> tuple[float, float]:
    """The canvas, larger when symbols and labels would fill it (see `FULL`)."""
    covered = float(((boxes[:, 0] + boxes[:, 2] + GAP) * (boxes[:, 1] + boxes[:, 3] + GAP)).sum())
    grow = max(1.0, covered / (canvas[0] * canvas[1] * FULL)) ** 0.5
    return canvas[0] * grow, canvas[1] * grow


def _by_stress(count: int, ends: list[tuple[int, int]], canvas: tuple[float, float]) -> Array:
    """The largest part by stress over the whole canvas; smaller parts in a row along the bottom."""
    import numpy as np

    at = np.zeros((count, 2))
    parts = connected_components(count, ends)
    small = parts[1:]
    floor = canvas[1] - (90.0 if small else 0.0)
    for number, part in enumerate(parts):
        inside = {node: i for i, node in enumerate(part)}
        own = [(inside[a], inside[b]) for a, b in ends if a in inside]
        width, height = (canvas[0], floor) if number == 0 else (canvas[0] / max(len(small), 1), 90.0)
        points = orient(stress_positions(len(part), own), width / height)
        low, high = points.min(axis=0), points.max(axis=0)
        margin = np.array([70.0, 30.0]) if number == 0 else np.array([width / 4, 20.0])
        room = np.maximum(np.array([width, height]) - 2 * margin, 1.0)
        points = (points - low) / np.maximum(high - low, 1e-6) * room + margin
        if len(part) == 1 and number:
            points = np.array([[width / 2, height / 3]])
        offset = (0.0, 0.0) if number == 0 else ((number - 1) * width, floor)
        at[part] = points + np.array(offset)
    return at


def _unfolded_start(diagram: Diagram, wide: Points) -> Points:
    """Starts for the unfolded view: the members of a group in a compact block at its position."""
    start = dict(wide)
    for node in diagram.nodes:
        if not node.members or node.number not in wide:
            continue
        x, y = wide[node.number]
        columns = max(2, round(len(node.members) ** 0.5))
        for nth, member in enumerate(node.members):
            row, column = divmod(nth, columns)
            start[member] = (x + (column - columns // 2) * 60, y + row * 36 - 18 * (len(node.members) // columns))
    return start


def draw_hulls(diagram: Diagram, highlights: Highlights) -> None:
    """Draw the largest sets of three bodies or more around their symbols, in each view (in place)."""
    import numpy as np

    for view in VIEWS:
        nodes = [node for node in diagram.nodes if getattr(node, view) is not None]
        at = np.array([getattr(node, view) for node in nodes], dtype=float).reshape(-1, 2)
        radius = np.array([node.size for node in nodes])
        boxes = []
        for node, (x, y) in zip(nodes, at.tolist(), strict=True):
            west, north, east, south = node_box(node, view)
            boxes.append((x - west, y - north, x + east, y + south))
        hulls = []
        tones: dict[str, int] = {}
        for name, bodies in highlights.sets[:MAX_SETS]:
            tone = tones.setdefault(name, len(tones)) % len(HULLS)
            members = [place for place, node in enumerate(nodes) if {*diagram.bodies_of(node)} <= {*bodies}]
            count = sum(len(diagram.bodies_of(nodes[place])) for place in members)
            if count >= FEWEST_IN_SET and len(members) > 1:
                hull, label = set_hull(name, tone, members, at, radius, boxes)
                hulls.append(hull)
                boxes.append(label)
        highlights.hulls[view] = hulls


def _tall_nodes(diagram: Diagram, wide: list[DiagramNode]) -> list[DiagramNode]:
    """The nodes of the view for phones: the body in focus, its neighbours and the hubs, at most `MAX_TALL`."""
    degree = dict.fromkeys((node.number for node in wide), 0)
    focus_neighbours: set[int] = set()
    for edge in diagram.edges:
        degree[edge.a] += 1
        degree[edge.b] += 1
        if diagram.focus in (edge.a, edge.b):
            focus_neighbours |= {edge.a, edge.b}
    marks = diagram.highlights
    marked = {end for edge in diagram.edges if marks and marks.claims & {*edge.claims} for end in (edge.a, edge.b)}
    ranked = sorted(
        wide,
        key=lambda node: (
            node.number != diagram.focus,
            not (marks and marks.state(diagram.bodies_of(node))),
            not (marks and marks.ring(diagram.bodies_of(node))),
            node.number not in marked,
            not (node.hub and node.number in focus_neighbours),
            not node.hub,
            node.number not in focus_neighbours,
            -degree[node.number],
            node.number,
        ),
    )
    chosen = ranked[:MAX_TALL]
    inside = {node.number for node in chosen}
    connected = {end for edge in diagram.edges if {edge.a, edge.b} <= inside for end in (edge.a, edge.b)}
    return sorted(
        (node for node in chosen if node.number in connected or node.number == diagram.focus),
        key=lambda node: node.number,
    )
