"""Overlap removal: moves nodes until no label overlaps another and no edge runs through a foreign node."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

GAP = 5.0  # pixels between two boxes
CLEAR = 4.0  # pixels between an edge and a foreign symbol
MAX_ROUNDS = 30
CROSSING_COST = 10.0
MAX_DEGREE = 16  # of a node whose own edges are tested for crossings
# Pixels: the farthest move that is tried first, the farthest at all, and how near another node must have moved for one
# without a better position to be tried again.
NEAR, FARTHEST, SIGHT = 78.0, 600.0, 130.0


@dataclass
class Scene:
    """Nodes with the box of symbol and label around each position, and the edges between them, in pixels.

    `boxes` are the distances from the position to the left, top, right and bottom side; `radius` is the symbol's.
    `is_pinned` says which nodes have a position to keep (see `incremental_layout`).
    """

    at: Array
    boxes: Array
    radius: Array
    edges: list[tuple[int, int]]
    width: float
    height: float
    is_pinned: NDArray[np.bool_] | None = None


def collisions(scene: Scene) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Pairs of nodes whose boxes overlap; pairs of (edge, node) where an edge crosses a foreign symbol."""
    import numpy as np

    overlaps = [
        (i, int(j))
        for i in range(len(scene.at))
        for j in np.flatnonzero(_overlap(scene, scene.at[i], i, 0.0) > 0)
        if i < j
    ]
    crossings = []
    for number, (a, b) in enumerate(scene.edges):
        near = distance_to_segment(scene.at, scene.at[a], scene.at[b]) < scene.radius + 1
        near[[a, b]] = False
        crossings += [(number, int(node)) for node in np.flatnonzero(near)]
    return overlaps, crossings


def _overlap(scene: Scene, point: Array, node: int, gap: float = GAP) -> Array:
    """The area, in square pixels, in which the box of a node at a point overlaps each other box."""
    import numpy as np

    box = scene.boxes[node]
    left = np.maximum(point[0] - box[0], scene.at[:, 0] - scene.boxes[:, 0])
    right = np.minimum(point[0] + box[2], scene.at[:, 0] + scene.boxes[:, 2])
    top = np.maximum(point[1] - box[1], scene.at[:, 1] - scene.boxes[:, 1])
    bottom = np.minimum(point[1] + box[3], scene.at[:, 1] + scene.boxes[:, 3])
    area: Array = np.maximum(right - left + gap, 0) * np.maximum(bottom - top + gap, 0)
    area[node] = 0
    return area


def distance_to_segment(points: Array, a: Array, b: Array) -> Array:
    """Distance of points from the segment a-b; all three may be arrays of one shape (..., 2)."""
    import numpy as np

    # Coordinate by coordinate: sums over a last axis of two are several times slower.
    ax, ay = a[..., 0], a[..., 1]
    dx, dy = b[..., 0] - ax, b[..., 1] - ay
    px, py = points[..., 0] - ax, points[..., 1] - ay
    share = px * dx + py * dy
    share /= np.maximum(dx * dx + dy * dy, 1e-9)
    np.minimum(np.maximum(share, 0, out=share), 1, out=share)
    across, down = px - share * dx, py - share * dy
    across *= across
    down *= down
    across += down
    gaps: Array = np.sqrt(across, out=across)
    return gaps


class LocalSearch:
    """Local search: a node in conflict tries points on rings around it and moves to the cheapest."""

    def __init__(self, scene: Scene) -> None:
        import numpy as np

        self.scene = scene
        self.home = scene.at.copy()
        self.ends = np.array(scene.edges, dtype=int).reshape(-1, 2)
        self.moves: list[tuple[int, Array]] = []
        self.last_tried: dict[int, int] = {}
        self.neighbours: list[list[int]] = [[] for _ in range(len(scene.at))]
        for a, b in scene.edges:
            self.neighbours[a].append(b)
            self.neighbours[b].append(a)
        turns = np.arange(12) * (2 * np.pi / 12)
        reach = [6.0, 12.0, 20.0, 30.0, 42.0, 58.0, 78.0, 104.0, 138.0, 182.0, 240.0, 310.0, 400.0, 520.0]
        rings = [
            np.stack([np.cos(turns + nth * 0.26), np.sin(turns + nth * 0.26)], axis=1) * size
            for nth, size in enumerate(reach)
        ]
        self.steps = np.concatenate(rings)
        self.reach = np.repeat(reach, len(turns))

    def violations(self, node: int, points: Array) -> Array:
        """The cost of a node at each of some points for what must not be: overlaps, and leaving the canvas."""
        import numpy as np

        scene = self.scene
        at, box = scene.at, scene.boxes[node]
        others = np.arange(len(at)) != node
        left = np.maximum(points[:, :1] - box[0], (at[:, 0] - scene.boxes[:, 0])[None])
        right = np.minimum(points[:, :1] + box[2], (at[:, 0] + scene.boxes[:, 2])[None])
        top = np.maximum(points[:, 1:] - box[1], (at[:, 1] - scene.boxes[:, 1])[None])
        bottom = np.minimum(points[:, 1:] + box[3], (at[:, 1] + scene.boxes[:, 3])[None])
        areas = np.maximum(right - left + GAP, 0) * np.maximum(bottom - top + GAP, 0) * others[None]
        cost: Array = (areas > 0).sum(axis=1) * 60.0 + areas.sum(axis=1) * 0.05
        out = np.maximum(box[0] - points[:, 0], 0) + np.maximum(points[:, 0] + box[2] - scene.width, 0)
        out += np.maximum(box[1] - points[:, 1], 0) + np.maximum(points[:, 1] + box[3] - scene.height, 0)
        cost += out * 20.0
        return cost

    def crossings(self, node: int, points: Array) -> Array:
        """How many foreign edges would cross the node at each point, and how many nodes its own edges would cross."""
        import numpy as np

        scene = self.scene
        count: Array = np.zeros(len(points))
        foreign = self.ends[(self.ends != node).all(axis=1)]
        if len(foreign):
            gaps = distance_to_segment(points[:, None], scene.at[foreign[:, 0]][None], scene.at[foreign[:, 1]][None])
            count += (gaps < scene.radius[node] + CLEAR).sum(axis=1)
        if self.neighbours[node] and len(self.neighbours[node]) <= MAX_DEGREE:
            ends = scene.at[self.neighbours[node]]
            gaps = distance_to_segment(scene.at[None, None], points[:, None, None], ends[None, :, None])
            near = gaps < scene.radius + CLEAR
            near[:, :, node] = False
            near[:, np.arange(len(ends)), self.neighbours[node]] = False
            count += near.sum(axis=(1, 2))
        return count

    def penalties(self, node: int, points: Array) -> Array:
        """The cost for what is better avoided: edges through the label, long edges, a point far from the start."""
        import numpy as np

        scene = self.scene
        box = scene.boxes[node]
        cost: Array = np.linalg.norm(points - self.home[node], axis=1) * 0.04
        foreign = self.ends[(self.ends != node).all(axis=1)]
        if len(foreign):
            middle = points + np.array([0.0, (box[3] + scene.radius[node]) / 2])
            through = distance_to_segment(middle[:, None], scene.at[foreign[:, 0]][None], scene.at[foreign[:, 1]][None])
            cost += (through < (box[3] - scene.radius[node]) / 2).sum(axis=1) * 3.0
        for other in self.neighbours[node]:
            cost += np.linalg.norm(points - scene.at[other], axis=1) * (0.04 / len(self.neighbours[node]))
        return cost

    def conflicting(self) -> set[int]:
        """The nodes with a conflict: an overlap, a foreign edge through them, an own edge through another node."""
        import numpy as np

        scene, at, boxes = self.scene, self.scene.at, self.scene.boxes
        low, high = at - boxes[:, :2], at + boxes[:, 2:]
        gaps = np.minimum(high[:, None], high[None]) - np.maximum(low[:, None], low[None]) + GAP
        meet = np.asarray((gaps > 0).all(axis=2))
        np.fill_diagonal(meet, False)
        nodes = set(np.flatnonzero(meet.any(axis=1)))
        nodes |= set(np.flatnonzero((low < 0).any(axis=1) | (high > [scene.width, scene.height]).any(axis=1)))
        if len(self.ends):
            a, b = self.ends[:, 0], self.ends[:, 1]
            is_near = distance_to_segment(at[None], at[a][:, None], at[b][:, None]) < scene.radius + CLEAR
            is_near[np.arange(len(a)), a] = is_near[np.arange(len(a)), b] = False
            through = is_near.any(axis=1)
            nodes |= {*np.flatnonzero(is_near.any(axis=0)), *a[through], *b[through]}
        return {int(node) for node in nodes}

    def best_move(self, node: int, cost: float) -> Array | None:
        """The best point around a node that costs less than its own (`cost`): a near one without conflict, else any."""
        import numpy as np

        # The better connected a node is, the less it moves.
        farthest = FARTHEST / (1 + len(self.neighbours[node]) / 4)
        best_point, least = None, cost
        for rings in (self.reach <= NEAR, (self.reach > NEAR) & (self.reach < farthest)):
            points = np.round(self.scene.at[node] + self.steps[rings])
            costs = self.violations(node, points)
            points, costs = points[costs < least], costs[costs < least]
            if len(points):
                costs = costs + self.crossings(node, points) * CROSSING_COST
                cheapest = int(np.argmin(costs + self.penalties(node, points)))
                if costs[cheapest] < least:
                    best_point, least = points[cheapest], costs[cheapest]
            if not least:
                break
        return best_point

    def run(self) -> None:
        """Move nodes (in place) until none has a better point, at most `MAX_ROUNDS` times each."""
        scene = self.scene
        for _ in range(MAX_ROUNDS):
            before = len(self.moves)
            for node in sorted(self.conflicting(), key=lambda i: (len(self.neighbours[i]), i)):
                if self.is_stuck(node):
                    continue
                start = scene.at[node][None]
                cost = self.violations(node, start)[0] + self.crossings(node, start)[0] * CROSSING_COST
                point = self.best_move(node, cost) if cost else None
                if point is None:
                    self.last_tried[node] = len(self.moves)
                else:
                    self.moves += [(node, scene.at[node].copy()), (node, point)]
                    scene.at[node] = point
            if len(self.moves) == before:
                break

    def is_stuck(self, node: int) -> bool:
        """Whether a node found no better point, and since then no node near it or joined to it has moved."""
        if node not in self.last_tried:
            return False
        x, y = self.scene.at[node]
        return not any(
            other in self.neighbours[node] or (abs(point[0] - x) < SIGHT and abs(point[1] - y) < SIGHT)
            for other, point in self.moves[self.last_tried[node] :]
        )


def separate_boxes(scene: Scene, steps: int = 120) -> None:
    """Push overlapping boxes apart, each along the axis where they overlap least, and keep all inside the canvas."""
    import numpy as np

    at, boxes = scene.at, scene.boxes
    # Coordinate by coordinate, as in `distance_to_segment`.
    middles = [(boxes[:, 2 + axis] - boxes[:, axis]) / 2 for axis in (0, 1)]
    halves = [(boxes[:, 2 + axis] + boxes[:, axis]) / 2 for axis in (0, 1)]
    room = [half[:, None] + half + GAP for half in halves]
    number = np.arange(len(at))
    tie = np.sign(number[:, None] - number).astype(float)
    for _ in range(steps):
        gap = [centre[:, None] - centre for centre in (at[:, axis] + middles[axis] for axis in (0, 1))]
        size = [np.abs(distance) for distance in gap]
        need = [least - distance for least, distance in zip(room, size, strict=True)]
        both = (need[0] > 0) & (need[1] > 0)
        np.fill_diagonal(both, False)
        if not both.any():
            break
        sideways = need[0] / 2 < need[1]
        crowd = np.maximum(both.sum(axis=1), 1)
        for axis, along in ((0, both & sideways), (1, both & ~sideways)):
            sign = np.where(size[axis] < 1e-6, tie, np.sign(gap[axis]))
            at[:, axis] += (np.where(along, need[axis], 0) * sign).sum(axis=1) / crowd * 0.45
        _clip_to_canvas(scene)


def _clip_to_canvas(scene: Scene) -> None:
    import numpy as np

    boxes = scene.boxes
    scene.at[:, 0] = np.clip(scene.at[:, 0], boxes[:, 0], np.maximum(scene.width - boxes[:, 2], boxes[:, 0]))
    scene.at[:, 1] = np.clip(scene.at[:, 1], boxes[:, 1], np.maximum(scene.height - boxes[:, 3], boxes[:, 1]))


def remove_overlaps(scene: Scene) -> None:
    """Move the nodes of a scene (in place) to whole pixels without collisions, near to where they were."""
    import numpy as np

    separate_boxes(scene)
    scene.at = np.round(scene.at)
    for _ in range(4):
        LocalSearch(scene).run()
        if not collisions(scene)[0]:
            break
        separate_boxes(scene, 30)
        scene.at = np.round(scene.at)
