"""Crossing refinement: a few more moves after the crossing reduction, judged by the edges as they are drawn, bent."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from random import Random
from typing import TYPE_CHECKING

from partnergraph.page.layout.crossing_reduction import TABLE, TRIES, CrossingReduction
from partnergraph.page.layout.edge_routing import CLEAR, crossed_labels, crossed_nodes, sample_curve
from partnergraph.page.layout.label_placement import place_and_route

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from partnergraph.page.layout.label_placement import Places

    Array = NDArray[np.float64]

# Costs: a label that an edge runs through, each edge through it, an overlap or an edge through a symbol, a unit of
# roundness of an edge.
CROSSED, EACH, FAULT, BEND = 3.0, 0.7, 30.0, 0.05
HOT, COLD = 1.5, 0.05  # by how much a move may be worse, at the start and at the end, in units of cost
PAIRED = 0.35  # share of the moves in which a neighbour moves as well


@dataclass(frozen=True)
class DrawnCrossings:
    """What positions cost with the labels at their places and the edges bent; `hits`: edge by label, (edges, n)."""

    cost: float
    places: Places
    hits: NDArray[np.bool_]


def drawn_crossings(search: CrossingReduction, edges: list[tuple[int, int]]) -> DrawnCrossings:
    """Place the labels and route the edges at the positions of a search, and count what is crossed."""
    import numpy as np

    at, candidates = search.at, search.candidates
    places, bends = place_and_route(at, candidates, edges, (float(search.canvas[0]), float(search.canvas[1])))
    labels = candidates.chosen(at, places)
    boxes = candidates.boxes[np.arange(len(at)), places]
    low, high = at - boxes[:, :2], at + boxes[:, 2:]
    meet = ((low[:, None] < high[None] + 1) & (low[None] < high[:, None] + 1)).all(axis=2)
    faults = (int(meet.sum()) - len(at)) // 2 + int(((low < -2) | (high > search.canvas + 2)).any())
    hits = np.zeros((len(edges), len(at)), dtype=bool)
    for number, ((a, b), bend) in enumerate(zip(edges, bends, strict=True)):
        points = sample_curve(tuple(at[a]), tuple(at[b]), bend)
        hits[number, crossed_labels(points, labels)] = True
        faults += len(crossed_nodes(points, at, candidates.radius - CLEAR, (a, b)))
    count = hits.sum(axis=0)
    cost = int((count > 0).sum()) * CROSSED + int(count.sum()) * EACH + faults * FAULT
    return DrawnCrossings(cost + sum(abs(bend) for bend in bends) * BEND, places, hits)


def refine_crossings(search: CrossingReduction, edges: list[tuple[int, int]], steps: int) -> None:
    """Move nodes of crossed labels and of the edges through them, and keep what costs less (in place).

    `edges` has each edge as it is drawn. A move that costs a little more is accepted now and then, ever less often.
    """
    random = Random(2)  # noqa: S311 -- the same moves each time
    now = drawn_crossings(search, edges)
    best, best_at = now.cost, search.at.copy()
    for step in range(steps):
        heat = HOT * (1 - step / steps) + COLD
        before = search.at.copy()
        search.set_state(before, now.places)
        node = _node_to_move(now, edges, random)
        _try_move(search, node, random)
        if len(search.neighbours[node]) and random.random() < PAIRED:
            _try_move(search, int(search.neighbours[node][random.randrange(len(search.neighbours[node]))]), random)
        after = drawn_crossings(search, edges)
        if after.cost <= now.cost or random.random() < exp((now.cost - after.cost) / heat):
            now = after
            if now.cost < best:
                best, best_at = now.cost, search.at.copy()
        else:
            search.at = before
    search.at = best_at


def _node_to_move(now: DrawnCrossings, edges: list[tuple[int, int]], random: Random) -> int:
    """Mostly a node of a crossed label or at the end of an edge through one, else any."""
    import numpy as np

    nodes = {int(label) for label in np.flatnonzero(now.hits.any(axis=0))}
    nodes |= {end for edge in np.flatnonzero(now.hits.any(axis=1)) for end in edges[edge]}
    if nodes and random.random() < 0.7:
        return sorted(nodes)[random.randrange(len(nodes))]
    return random.randrange(len(now.places))


def _try_move(search: CrossingReduction, node: int, random: Random) -> None:
    """Move a node to one of some points that is good for straight edges."""
    import numpy as np

    row = random.randrange(TABLE)
    points, places = search.points_around(node, row)[-TRIES:], search.step_places[row]
    noise = search.noise[row][:TRIES] * (1, 3, 6)[random.randrange(3)]
    best = int(np.argmin(search.costs(node, points, places) - noise))
    search.move(node, points[best], int(places[best]))
