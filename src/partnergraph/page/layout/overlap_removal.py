"""Moves bodies until no label lies on another and no line runs through a body that it does not join."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

GAP = 5.0
CLEAR = 4.0
ROUNDS = 30
CROSSED = 10.0
BUSY = 16
NEAR, FARTHEST, SIGHT = 78.0, 600.0, 130.0


@dataclass
class Scene:
    """Bodies with the box of symbol and label around each point, and the lines between them, in pixels.

    `boxes` are the distances from the point to the left, top, right and bottom edge; `radius` is the symbol's. `held`
    says which bodies have a place to keep (see `seat.py`).
    """

    at: Array
    boxes: Array
    radius: Array
    lines: list[tuple[int, int]]
    width: float
    height: float
    held: NDArray[np.bool_] | None = None


def collisions(scene: Scene) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Pairs of bodies whose boxes overlap; pairs of (line, body) where a line crosses a foreign symbol."""
    import numpy as np

    overlaps = [
        (i, int(j))
        for i in range(len(scene.at))
        for j in np.flatnonzero(_overlap(scene, scene.at[i], i, 0.0) > 0)
        if i < j
    ]
    crossings = []
    for number, (a, b) in enumerate(scene.lines):
        near = distance_to_segment(scene.at, scene.at[a], scene.at[b]) < scene.radius + 1
        near[[a, b]] = False
        crossings += [(number, int(node)) for node in np.flatnonzero(near)]
    return overlaps, crossings


def _overlap(scene: Scene, point: Array, node: int, gap: float = GAP) -> Array:
    """How deep the box of a body at a point overlaps each other box (area, square pixels)."""
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
    """Local search: a body in the way tries places on rings around it and takes the cheapest."""

    def __init__(self, scene: Scene) -> None:
        import numpy as np

        self.scene = scene
        self.home = scene.at.copy()
        self.ends = np.array(scene.lines, dtype=int).reshape(-1, 2)
        self.moves: list[tuple[int, Array]] = []
        self.tried: dict[int, int] = {}
        self.beside: list[list[int]] = [[] for _ in range(len(scene.at))]
        for a, b in scene.lines:
            self.beside[a].append(b)
            self.beside[b].append(a)
        turns = np.arange(12) * (2 * np.pi / 12)
        reach = [6.0, 12.0, 20.0, 30.0, 42.0, 58.0, 78.0, 104.0, 138.0, 182.0, 240.0, 310.0, 400.0, 520.0]
        rings = [
            np.stack([np.cos(turns + nth * 0.26), np.sin(turns + nth * 0.26)], axis=1) * size
            for nth, size in enumerate(reach)
        ]
        self.steps = np.concatenate(rings)
        self.reach = np.repeat(reach, len(turns))

    def hard(self, node: int, points: Array) -> Array:
        """What must not be, with a body at each of some points: overlaps and being off the canvas."""
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

    def crossed(self, node: int, points: Array) -> Array:
        """How many lines would run through the body, and how many bodies its own lines would run through."""
        import numpy as np

        scene = self.scene
        count: Array = np.zeros(len(points))
        foreign = self.ends[(self.ends != node).all(axis=1)]
        if len(foreign):
            gaps = distance_to_segment(points[:, None], scene.at[foreign[:, 0]][None], scene.at[foreign[:, 1]][None])
            count += (gaps < scene.radius[node] + CLEAR).sum(axis=1)
        if self.beside[node] and len(self.beside[node]) <= BUSY:
            ends = scene.at[self.beside[node]]
            gaps = distance_to_segment(scene.at[None, None], points[:, None, None], ends[None, :, None])
            near = gaps < scene.radius + CLEAR
            near[:, :, node] = False
            near[:, np.arange(len(ends)), self.beside[node]] = False
            count += near.sum(axis=(1, 2))
        return count

    def soft(self, node: int, points: Array) -> Array:
        """What is better avoided: lines through the label, long lines, far from home."""
        import numpy as np

        scene = self.scene
        box = scene.boxes[node]
        cost: Array = np.linalg.norm(points - self.home[node], axis=1) * 0.04
        foreign = self.ends[(self.ends != node).all(axis=1)]
        if len(foreign):
            middle = points + np.array([0.0, (box[3] + scene.radius[node]) / 2])
            through = distance_to_segment(middle[:, None], scene.at[foreign[:, 0]][None], scene.at[foreign[:, 1]][None])
            cost += (through < (box[3] - scene.radius[node]) / 2).sum(axis=1) * 3.0
        for other in self.beside[node]:
            cost += np.linalg.norm(points - scene.at[other], axis=1) * (0.04 / len(self.beside[node]))
        return cost

    def troubled(self) -> set[int]:
        """The bodies that something is wrong with: an overlap, a foreign line through them, an own line through one."""
        import numpy as np

        scene, at, boxes = self.scene, self.scene.at, self.scene.boxes
        low, high = at - boxes[:, :2], at + boxes[:, 2:]
        gaps = np.minimum(high[:, None], high[None]) - np.maximum(low[:, None], low[None]) + GAP
        meet = np.asarray((gaps > 0).all(axis=2))
        np.fill_diagonal(meet, False)
        found = set(np.flatnonzero(meet.any(axis=1)))
        found |= set(np.flatnonzero((low < 0).any(axis=1) | (high > [scene.width, scene.height]).any(axis=1)))
        if len(self.ends):
            a, b = self.ends[:, 0], self.ends[:, 1]
            near = distance_to_segment(at[None], at[a][:, None], at[b][:, None]) < scene.radius + CLEAR
            near[np.arange(len(a)), a] = near[np.arange(len(a)), b] = False
            through = near.any(axis=1)
            found |= {*np.flatnonzero(near.any(axis=0)), *a[through], *b[through]}
        return {int(node) for node in found}

    def better(self, node: int, here: float) -> Array | None:
        """The best place around a body that costs less than where it is: a near one without any fault, else any."""
        import numpy as np

        # The better connected a body is, the nearer it stays to its place: the others step aside.
        farthest = FARTHEST / (1 + len(self.beside[node]) / 4)
        found, least = None, here
        for rings in (self.reach <= NEAR, (self.reach > NEAR) & (self.reach < farthest)):
            points = np.round(self.scene.at[node] + self.steps[rings])
            cost = self.hard(node, points)
            points, cost = points[cost < least], cost[cost < least]
            if len(points):
                cost = cost + self.crossed(node, points) * CROSSED
                best = int(np.argmin(cost + self.soft(node, points)))
                if cost[best] < least:
                    found, least = points[best], cost[best]
            if not least:
                break
        return found

    def run(self) -> None:
        scene = self.scene
        for _ in range(ROUNDS):
            before = len(self.moves)
            for node in sorted(self.troubled(), key=lambda i: (len(self.beside[i]), i)):
                if self.stuck(node):
                    continue
                spot = scene.at[node][None]
                here = self.hard(node, spot)[0] + self.crossed(node, spot)[0] * CROSSED
                found = self.better(node, here) if here else None
                if found is None:
                    self.tried[node] = len(self.moves)
                else:
                    self.moves += [(node, scene.at[node].copy()), (node, found)]
                    scene.at[node] = found
            if len(self.moves) == before:
                break

    def stuck(self, node: int) -> bool:
        """Whether a body found no better place, and since then nothing near it, and nothing joined to it, has moved."""
        if node not in self.tried:
            return False
        x, y = self.scene.at[node]
        return not any(
            other in self.beside[node] or (abs(place[0] - x) < SIGHT and abs(place[1] - y) < SIGHT)
            for other, place in self.moves[self.tried[node] :]
        )


def push_apart(scene: Scene, steps: int = 120) -> None:
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
        size = [np.abs(one) for one in gap]
        need = [whole - one for whole, one in zip(room, size, strict=True)]
        both = (need[0] > 0) & (need[1] > 0)
        np.fill_diagonal(both, False)
        if not both.any():
            break
        sideways = need[0] / 2 < need[1]
        crowd = np.maximum(both.sum(axis=1), 1)
        for axis, along in ((0, both & sideways), (1, both & ~sideways)):
            sign = np.where(size[axis] < 1e-6, tie, np.sign(gap[axis]))
            at[:, axis] += (np.where(along, need[axis], 0) * sign).sum(axis=1) / crowd * 0.45
        _inside(scene)


def _inside(scene: Scene) -> None:
    import numpy as np

    boxes = scene.boxes
    scene.at[:, 0] = np.clip(scene.at[:, 0], boxes[:, 0], np.maximum(scene.width - boxes[:, 2], boxes[:, 0]))
    scene.at[:, 1] = np.clip(scene.at[:, 1], boxes[:, 1], np.maximum(scene.height - boxes[:, 3], boxes[:, 1]))


def remove_overlaps(scene: Scene) -> None:
    """Move the bodies of a scene (in place) to whole pixels without collisions, near to where they were."""
    import numpy as np

    push_apart(scene)
    scene.at = np.round(scene.at)
    for _ in range(4):
        LocalSearch(scene).run()
        if not collisions(scene)[0]:
            break
        push_apart(scene, 30)
        scene.at = np.round(scene.at)
