"""Where every dot stands: a wide view, the same unfolded, and a tall one for phones. Whole pixels, always the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from partnergraph.page.diagram import (
    FULL,
    GROWTH,
    MAX_UNFOLDED,
    ON_A_PHONE,
    TALL,
    TALL_FONT,
    UNFOLDED,
    VIEWS,
    WIDE,
    Diagram,
    DiagramEdge,
    DiagramNode,
)
from partnergraph.page.layout import text_metrics
from partnergraph.page.layout.edge_routing import route_edges
from partnergraph.page.layout.incremental_layout import place_new_nodes
from partnergraph.page.layout.overlap_removal import GAP, Scene, remove_overlaps
from partnergraph.page.layout.stress_layout import connected_components, orient, stress_positions

if TYPE_CHECKING:
    import networkx as nx
    import numpy as np
    from numpy.typing import NDArray

    Network: TypeAlias = nx.MultiDiGraph[str]
    Array = NDArray[np.float64]

# How many of the bodies in a folded symbol its position is kept with.
NAMED_BY = 3
Points = dict[int, tuple[int, int]]
Pinned = dict[str, dict[str, tuple[int, int]]]


def lay_out(made: Diagram, pinned: Pinned) -> None:
    """Give every dot its positions (in place)."""
    folded = {member for dot in made.dots for member in dot.members}
    joined = {end for line in made.lines for end in (line.a, line.b)}
    wide = [dot for dot in made.dots if dot.number in joined and dot.number not in folded]
    wide_at = settle_positions(wide, made.lines, WIDE, pinned=pinned.get("wide", {}))
    for dot in wide:
        dot.wide = wide_at[dot.number]
    joined = {end for line in made.unfolded_lines for end in (line.a, line.b)}
    every = [dot for dot in made.dots if dot.number in joined and not dot.members]
    # A map that has been kept unfolded may grow by a quarter before it is too large to be unfolded.
    spread = any(point != pinned.get("wide", {}).get(key) for key, point in pinned.get("unfolded", {}).items())
    if folded and len(every) <= MAX_UNFOLDED * (5 if spread else 4) // 4:
        unfolded_at = settle_positions(
            every, made.unfolded_lines, UNFOLDED, pinned.get("unfolded", {}), _spread(made, wide_at)
        )
    else:
        unfolded_at = wide_at
    for dot in every:
        dot.unfolded = unfolded_at.get(dot.number)
    tall = _for_a_phone(made, wide)
    inside = {dot.number for dot in tall}
    lines = [line for line in made.lines if line.a in inside and line.b in inside]
    tall_at = settle_positions(tall, lines, TALL, pinned=pinned.get("tall", {}), tall=True)
    for dot in tall:
        dot.tall = tall_at[dot.number]
    for view, lines in (("wide", made.lines), ("unfolded", made.unfolded_lines), ("tall", made.lines)):
        _bend(made, view, lines)


def pinned_positions(graph: Network, made: Diagram) -> Pinned:
    """The positions that the nodes of a network bring along (`at`: view to x and y), by view and key.

    A folded symbol has the position that one of its bodies has for it; when it has come apart, one part keeps that.
    """
    found: Pinned = {view: {} for view in VIEWS}
    for dot in made.dots:
        names = [made.bodies[number] for number in dot.members] or [dot.key]
        for view in VIEWS:
            at = (_point(graph.nodes[name].get("at"), f"folded-{view}" if dot.members else view) for name in names)
            if (point := next((point for point in at if point), None)) and point not in found[view].values():
                found[view][dot.key] = point
    return found


def _point(at: object, view: str) -> tuple[int, int] | None:
    """A position, where there is one that can be drawn."""
    found = at.get(view) if isinstance(at, dict) else None
    if not isinstance(found, list | tuple) or len(found) != 2:
        return None
    whole = [int(value) for value in found if isinstance(value, int | float) and 0 <= value < 100_000]
    return (whole[0], whole[1]) if len(whole) == 2 else None


def positions_of(made: Diagram) -> Pinned:
    """Where every symbol of a drawing stands, in the form that `lay_out` takes.

    A folded symbol is named by several of its bodies, so that it is known again when one of them has left it.
    """
    found: Pinned = {view: {} for view in VIEWS}
    for dot in made.dots:
        names = [f"fold:{made.bodies[number]}" for number in dot.members[:NAMED_BY]] or [dot.key]
        for view in VIEWS:
            if (point := getattr(dot, view)) is not None:
                found[view] |= dict.fromkeys(names, point)
    return found


def _bend(made: Diagram, view: str, lines: list[DiagramEdge]) -> None:
    import numpy as np

    shown = [dot for dot in made.dots if getattr(dot, view) is not None]
    index = {dot.number: i for i, dot in enumerate(shown)}
    drawn = [line for line in lines if line.a in index and line.b in index]
    at = np.array([getattr(dot, view) for dot in shown], dtype=float).reshape(-1, 2)
    found = route_edges(at, np.array([dot.size for dot in shown]), [(index[line.a], index[line.b]) for line in drawn])
    made.bends[view] = dict(zip(drawn, found, strict=True))


def label_box(dot: DiagramNode, tall: bool = False) -> tuple[float, float, float, float]:
    """How far symbol and label reach from the dot's point: left, top, right, bottom, in pixels."""
    lines = dot.lines(tall)
    size = TALL_FONT if tall else dot.font
    half = max(max(text_metrics.text_width(line, size, dot.hub) for line in lines) / 2 + 3, dot.size + 2)
    return half, dot.size + 3, half, dot.size + 6 + len(lines) * size * text_metrics.LINE_HEIGHT


def settle_positions(
    dots: list[DiagramNode],
    lines: list[DiagramEdge],
    canvas: tuple[float, float],
    pinned: dict[str, tuple[int, int]] | None = None,
    start: Points | None = None,
    tall: bool = False,
) -> Points:
    """Positions on a canvas: what is pinned stays and the rest is seated beside it; else by stress, or from a start."""
    import numpy as np

    if not dots:
        return {}
    index = {dot.number: i for i, dot in enumerate(dots)}
    ends = sorted({(index[line.a], index[line.b]) for line in lines if line.a in index and line.b in index})
    ends = sorted({(min(a, b), max(a, b)) for a, b in ends})
    boxes = np.array([label_box(dot, tall) for dot in dots])
    canvas = _room(canvas, boxes)
    radius = np.array([dot.size for dot in dots])
    held = np.array([dot.key in (pinned or {}) for dot in dots])
    if pinned and held.any():
        floor = (canvas[0] / 2, canvas[1])  # what nothing joins to the rest goes to the bottom
        at = np.array([pinned.get(dot.key, floor) for dot in dots], dtype=float)
        scene = Scene(at, boxes, radius, ends, canvas[0] * GROWTH, canvas[1] * GROWTH, held=held)
        place_new_nodes(
            scene, [(index[line.a], index[line.b]) for line in lines if line.a in index and line.b in index]
        )
        return {dot.number: (int(x), int(y)) for dot, (x, y) in zip(dots, scene.at, strict=True)}
    if start:
        scale = np.array([canvas[0] / WIDE[0], canvas[1] / WIDE[1]])
        at = np.array([start[dot.number] for dot in dots], dtype=float) * scale
    else:
        at = _by_stress(len(dots), ends, canvas)
    scene = Scene(at, boxes, radius, ends, *canvas)
    remove_overlaps(scene)
    return {dot.number: (int(x), int(y)) for dot, (x, y) in zip(dots, scene.at, strict=True)}


def _room(canvas: tuple[float, float], boxes: Array) -> tuple[float, float]:
    """The canvas, larger when symbols and labels would fill it."""
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


def _spread(made: Diagram, wide: Points) -> Points:
    """Starts for the unfolded view: members stand in a compact block where their folded dot stood."""
    start = dict(wide)
    for dot in made.dots:
        if not dot.members or dot.number not in wide:
            continue
        x, y = wide[dot.number]
        columns = max(2, round(len(dot.members) ** 0.5))
        for nth, member in enumerate(dot.members):
            row, column = divmod(nth, columns)
            start[member] = (x + (column - columns // 2) * 60, y + row * 36 - 18 * (len(dot.members) // columns))
    return start


def _for_a_phone(made: Diagram, wide: list[DiagramNode]) -> list[DiagramNode]:
    """The body in focus, its neighbours and the hubs, as many as stay readable."""
    degree = dict.fromkeys((dot.number for dot in wide), 0)
    beside: set[int] = set()
    for line in made.lines:
        degree[line.a] += 1
        degree[line.b] += 1
        if made.focus in (line.a, line.b):
            beside |= {line.a, line.b}
    ranked = sorted(
        wide,
        key=lambda dot: (
            dot.number != made.focus,
            not (dot.hub and dot.number in beside),
            not dot.hub,
            dot.number not in beside,
            -degree[dot.number],
            dot.number,
        ),
    )
    chosen = ranked[:ON_A_PHONE]
    inside = {dot.number for dot in chosen}
    joined = {end for line in made.lines if {line.a, line.b} <= inside for end in (line.a, line.b)}
    return sorted(
        (dot for dot in chosen if dot.number in joined or dot.number == made.focus), key=lambda dot: dot.number
    )
