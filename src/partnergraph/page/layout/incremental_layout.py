"""Incremental layout: nodes with a saved position keep it, and new ones are placed near their neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnergraph.page.layout.edge_routing import CLEAR, crossed_nodes, route_edges, sample_curve
from partnergraph.page.layout.overlap_removal import CROSSING_COST, LocalSearch, Scene, collisions

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

# A placed node is shifted only where there is no room otherwise, and by at most this share of the canvas.
MAX_MOVE = 0.045
# Nodes that are shifted for one another in a row.
MAX_CHAIN = 3
# Points for a new node, in pixels: the grid, the distance beyond which others are shifted for a nearer point, how deep
# an overlap may be for that, and the distance between candidates; and how many candidates are tried.
STEP, REACH, MAX_DEPTH, MIN_DISTANCE, MAX_CANDIDATES = 10.0, 350.0, 30.0, 30.0, 8
Edges = list[tuple[int, int]]


def place_new_nodes(scene: Scene, drawn_edges: Edges) -> None:
    """Place the nodes of a scene that are not pinned (in place). `drawn_edges` has each of its edges, as it is drawn.

    A pinned node stays where it is, to the pixel, unless labels would overlap or a new node finds no room.
    """
    import numpy as np

    pinned = np.ones(len(scene.at), dtype=bool) if scene.is_pinned is None else scene.is_pinned
    placed, waiting = [int(i) for i in np.flatnonzero(pinned)], [int(i) for i in np.flatnonzero(~pinned)]
    neighbours: list[set[int]] = [set() for _ in pinned]
    for a, b in scene.edges:
        neighbours[a].add(b)
        neighbours[b].add(a)
    home = scene.at.copy()
    placement = _Placement(scene, placed, drawn_edges, home)
    placement.resolve_overlaps()
    scene.at[placed] = placement.scene.at
    while waiting:
        node = max(waiting, key=lambda i: (len(neighbours[i].intersection(placed)), -i))
        waiting.remove(node)
        joined = sorted(neighbours[node].intersection(placed))
        if joined:
            scene.at[node] = home[node] = scene.at[joined].mean(axis=0)
        placed.append(node)
        placement = _Placement(scene, placed, drawn_edges, home)
        placement.place_last()
        scene.at[placed] = placement.scene.at
        home[node] = scene.at[node]


def count_crossings(at: Array, radius: Array, drawn_edges: Edges) -> int:
    """How many drawn edges run through a symbol that they do not join, after routing."""
    return sum(
        len(crossed_nodes(sample_curve(tuple(at[a]), tuple(at[b]), bend), at, radius - CLEAR, (a, b)))
        for (a, b), bend in zip(drawn_edges, route_edges(at, radius, drawn_edges), strict=True)
    )


class _Placement:
    """The nodes placed so far, the last of them perhaps new. `home` is where each should stay."""

    def __init__(self, scene: Scene, placed: list[int], drawn_edges: Edges, home: Array) -> None:
        import numpy as np

        index = {number: i for i, number in enumerate(placed)}

        def in_placement(edges: Edges) -> Edges:
            return [(index[a], index[b]) for a, b in edges if a in index and b in index]

        at, boxes, radius = scene.at[placed], scene.boxes[placed], scene.radius[placed]
        self.scene = Scene(at, boxes, radius, in_placement(scene.edges), scene.width, scene.height)
        self.drawn_edges = in_placement(drawn_edges)
        self.search = LocalSearch(self.scene)
        self.home = home[placed]
        max_move = (scene.width * MAX_MOVE, scene.height * MAX_MOVE)
        steps = np.stack(np.meshgrid(*(np.arange(-(reach // 2) * 2, reach, 2.0) for reach in max_move)), -1).reshape(
            -1, 2
        )
        self.steps = steps[np.argsort(np.linalg.norm(steps, axis=1), kind="stable")]

    def resolve_overlaps(self) -> int:
        """Shift nodes where labels overlap; returns how many pairs remain."""
        pairs = collisions(self.scene)[0]
        while pairs:
            for a, b in pairs:
                for node in sorted((a, b), key=lambda i: (len(self.search.neighbours[i]), i)):
                    if self._overlap_depths(node, self.scene.at[node][None])[0].max() > 0:
                        self._shift(node, MAX_CHAIN, {a, b})
            remaining = collisions(self.scene)[0]
            if len(remaining) >= len(pairs):
                break
            pairs = remaining
        return len(pairs)

    def _overlap_depths(self, node: int, points: Array) -> Array:
        """How deep a node at each of some points would overlap the others, in pixels; an array of (points, nodes)."""
        import numpy as np

        scene, box = self.scene, self.scene.boxes[node]
        low, high = scene.at - scene.boxes[:, :2], scene.at + scene.boxes[:, 2:]
        across = np.minimum(points[:, :1] + box[2], high[:, 0]) - np.maximum(points[:, :1] - box[0], low[:, 0])
        down = np.minimum(points[:, 1:] + box[3], high[:, 1]) - np.maximum(points[:, 1:] - box[1], low[:, 1])
        deep: Array = np.maximum(np.minimum(across, down) + 1, 0)
        deep[:, node] = 0
        return deep

    def _shift(self, node: int, chain: int, fixed: set[int]) -> bool:
        """Move a node a little to where it overlaps nothing, or only one node that can be shifted in its turn."""
        import numpy as np

        scene, box = self.scene, self.scene.boxes[node]
        points = np.round(self.home[node] + self.steps)
        inside = (points >= box[:2]).all(axis=1) & (points + box[2:] <= [scene.width, scene.height]).all(axis=1)
        points = points[inside]
        deep = self._overlap_depths(node, points)
        count = (deep > 0).sum(axis=1)
        free = points[count == 0][:100]
        if len(free):
            far = np.linalg.norm(free - self.home[node], axis=1)
            scene.at[node] = free[np.argmin(self.search.crossings(node, free) * CROSSING_COST + far * 0.3)]
            return True
        start, single = scene.at[node].copy(), np.flatnonzero(count == 1)
        if chain > 1 and len(single):
            others, deepest = deep[single].argmax(axis=1), deep[single].max(axis=1)
            for nth in np.argsort(deepest, kind="stable")[:200]:
                other = int(others[nth])
                if other in fixed:
                    continue
                fixed = fixed | {other}
                scene.at[node] = points[single[nth]]
                if self._shift(other, chain - 1, fixed | {node}):
                    return True
                scene.at[node] = start
        return False

    def place_last(self) -> None:
        """Move the last node to the best point: free, with no edge through a node, near its neighbours.

        Where there is none within reach, others are shifted for it.
        """
        import numpy as np

        scene, last = self.scene, len(self.scene.at) - 1
        before = count_crossings(
            scene.at[:-1], scene.radius[:-1], [edge for edge in self.drawn_edges if last not in edge]
        )
        start, middle = scene.at.copy(), scene.at[last].copy()
        best, least = start, (10**6, 10**6, 0.0)
        for tight in (False, True):
            for point in self._candidate_points(last, tight):
                scene.at = start.copy()
                scene.at[last] = self.home[last] = point
                remaining = self.resolve_overlaps() if tight else 0
                faults = (remaining, max(count_crossings(scene.at, scene.radius, self.drawn_edges) - before, 0))
                far = float(np.linalg.norm(scene.at[last] - middle))
                if (*faults, far) < least:
                    best, least = scene.at.copy(), (*faults, far)
                if faults == (0, 0):
                    break
            if least <= (0, 0, REACH):
                break
        scene.at = best

    def _candidate_points(self, node: int, tight: bool) -> list[Array]:
        """Points for a new node, the best first, no two close together: free ones, or with `tight` nearly free ones."""
        import numpy as np

        scene, box = self.scene, self.scene.boxes[node]
        across = np.arange(box[0], max(scene.width - box[2], box[0]) + 1, STEP)
        down = np.arange(box[1], max(scene.height - box[3], box[1]) + 1, STEP)
        points = np.round(np.stack(np.meshgrid(across, down), axis=-1).reshape(-1, 2))
        deep = self._overlap_depths(node, points)
        is_candidate = deep.max(axis=1) == 0
        if tight:
            is_candidate = ~is_candidate & ((deep > 0).sum(axis=1) <= MAX_CHAIN) & (deep.max(axis=1) < MAX_DEPTH)
        far = np.linalg.norm(points - scene.at[node], axis=1)
        order = np.flatnonzero(is_candidate)
        order = order[np.argsort(far[order] + deep[order].sum(axis=1) * 4, kind="stable")][:1000]
        points = points[order]
        cost = (
            self.search.crossings(node, points) * CROSSING_COST
            + self.search.penalties(node, points)
            + deep[order].sum(axis=1)
        )
        spread_out: list[Array] = []
        for point in points[np.argsort(cost, kind="stable")]:
            if all(np.abs(point - other).max() >= MIN_DISTANCE for other in spread_out):
                spread_out.append(point)
            if len(spread_out) == MAX_CANDIDATES:
                break
        return spread_out
