"""A map keeps its shape: what has a place stays there, and what is new is seated beside what it is joined to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnergraph.page.layout.edge_routing import CLEAR, crossed_nodes, route_edges, sample_curve
from partnergraph.page.layout.overlap_removal import CROSSED, LocalSearch, Scene, collisions

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

# What has a place steps aside only where there is no room without, and by at most this share of the canvas.
ASIDE = 0.045
# How many bodies step aside for one another in a row.
CHAIN = 3
# Places for a new body: how close they are looked at, how far one may be before others step aside for a nearer one, and
# by how much; how far apart those are that are tried out, and how many of each sort.
STEP, REACH, SHALLOW, APART, TRIED = 10.0, 350.0, 30.0, 30.0, 8
Lines = list[tuple[int, int]]


def place_new_nodes(scene: Scene, drawn: Lines) -> None:
    """Seat the bodies of a scene that are not held (in place). `drawn` are its lines as they are drawn, one by one.

    What is held stays where it is, to the pixel, unless a label would lie on another or a new body finds no room.
    """
    import numpy as np

    held = np.ones(len(scene.at), dtype=bool) if scene.held is None else scene.held
    seated, waiting = [int(i) for i in np.flatnonzero(held)], [int(i) for i in np.flatnonzero(~held)]
    beside: list[set[int]] = [set() for _ in held]
    for a, b in scene.lines:
        beside[a].add(b)
        beside[b].add(a)
    home = scene.at.copy()
    table = _Placement(scene, seated, drawn, home)
    table.make_room()
    scene.at[seated] = table.scene.at
    while waiting:
        node = max(waiting, key=lambda i: (len(beside[i].intersection(seated)), -i))
        waiting.remove(node)
        joined = sorted(beside[node].intersection(seated))
        if joined:
            scene.at[node] = home[node] = scene.at[joined].mean(axis=0)
        seated.append(node)
        table = _Placement(scene, seated, drawn, home)
        table.place_last()
        scene.at[seated] = table.scene.at
        home[node] = scene.at[node]


def count_crossings(at: Array, radius: Array, drawn: Lines) -> int:
    """How many drawn lines run through a symbol that they do not join, after all bending."""
    return sum(
        len(crossed_nodes(sample_curve(tuple(at[a]), tuple(at[b]), bend), at, radius - CLEAR, (a, b)))
        for (a, b), bend in zip(drawn, route_edges(at, radius, drawn), strict=True)
    )


class _Placement:
    """Those that are seated so far, the last of them perhaps new. `home` is where each should stay."""

    def __init__(self, whole: Scene, seated: list[int], drawn: Lines, home: Array) -> None:
        import numpy as np

        index = {number: i for i, number in enumerate(seated)}

        def among(lines: Lines) -> Lines:
            return [(index[a], index[b]) for a, b in lines if a in index and b in index]

        at, boxes, radius = whole.at[seated], whole.boxes[seated], whole.radius[seated]
        self.scene = Scene(at, boxes, radius, among(whole.lines), whole.width, whole.height)
        self.drawn = among(drawn)
        self.mover = LocalSearch(self.scene)
        self.home = home[seated]
        most = (whole.width * ASIDE, whole.height * ASIDE)
        steps = np.stack(np.meshgrid(*(np.arange(-(reach // 2) * 2, reach, 2.0) for reach in most)), -1).reshape(-1, 2)
        self.steps = steps[np.argsort(np.linalg.norm(steps, axis=1), kind="stable")]

    def make_room(self) -> int:
        """Have bodies step aside where labels lie on one another; returns how many pairs are left."""
        pairs = collisions(self.scene)[0]
        while pairs:
            for a, b in pairs:
                for node in sorted((a, b), key=lambda i: (len(self.mover.beside[i]), i)):
                    if self._meets(node, self.scene.at[node][None])[0].max() > 0:
                        self._aside(node, CHAIN, {a, b})
            left = collisions(self.scene)[0]
            if len(left) >= len(pairs):
                break
            pairs = left
        return len(pairs)

    def _meets(self, node: int, points: Array) -> Array:
        """How deep a body at each of some points would lie on the others, in pixels; an array of (points, bodies)."""
        import numpy as np

        scene, box = self.scene, self.scene.boxes[node]
        low, high = scene.at - scene.boxes[:, :2], scene.at + scene.boxes[:, 2:]
        across = np.minimum(points[:, :1] + box[2], high[:, 0]) - np.maximum(points[:, :1] - box[0], low[:, 0])
        down = np.minimum(points[:, 1:] + box[3], high[:, 1]) - np.maximum(points[:, 1:] - box[1], low[:, 1])
        deep: Array = np.maximum(np.minimum(across, down) + 1, 0)
        deep[:, node] = 0
        return deep

    def _aside(self, node: int, chain: int, fixed: set[int]) -> bool:
        """Move a body a little to where it lies on nothing, or on one body that can step aside in its turn."""
        import numpy as np

        scene, box = self.scene, self.scene.boxes[node]
        points = np.round(self.home[node] + self.steps)
        inside = (points >= box[:2]).all(axis=1) & (points + box[2:] <= [scene.width, scene.height]).all(axis=1)
        points = points[inside]
        deep = self._meets(node, points)
        count = (deep > 0).sum(axis=1)
        free = points[count == 0][:100]
        if len(free):
            far = np.linalg.norm(free - self.home[node], axis=1)
            scene.at[node] = free[np.argmin(self.mover.crossed(node, free) * CROSSED + far * 0.3)]
            return True
        was, single = scene.at[node].copy(), np.flatnonzero(count == 1)
        if chain > 1 and len(single):
            others, deepest = deep[single].argmax(axis=1), deep[single].max(axis=1)
            for nth in np.argsort(deepest, kind="stable")[:200]:
                other = int(others[nth])
                if other in fixed:
                    continue
                fixed = fixed | {other}
                scene.at[node] = points[single[nth]]
                if self._aside(other, chain - 1, fixed | {node}):
                    return True
                scene.at[node] = was
        return False

    def place_last(self) -> None:
        """Find the last body the best place: free, with no line through a body, near to those it is joined to.

        Where there is none within reach, others step aside for it.
        """
        import numpy as np

        scene, last = self.scene, len(self.scene.at) - 1
        before = count_crossings(scene.at[:-1], scene.radius[:-1], [line for line in self.drawn if last not in line])
        known, middle = scene.at.copy(), scene.at[last].copy()
        best, least = known, (10**6, 10**6, 0.0)
        for tight in (False, True):
            for spot in self._spots(last, tight):
                scene.at = known.copy()
                scene.at[last] = self.home[last] = spot
                left = self.make_room() if tight else 0
                faults = (left, max(count_crossings(scene.at, scene.radius, self.drawn) - before, 0))
                far = float(np.linalg.norm(scene.at[last] - middle))
                if (*faults, far) < least:
                    best, least = scene.at.copy(), (*faults, far)
                if faults == (0, 0):
                    break
            if least <= (0, 0, REACH):
                break
        scene.at = best

    def _spots(self, node: int, tight: bool) -> list[Array]:
        """Places for a new body, the best first, no two of them close together: free ones, or such as are nearly."""
        import numpy as np

        scene, box = self.scene, self.scene.boxes[node]
        across = np.arange(box[0], max(scene.width - box[2], box[0]) + 1, STEP)
        down = np.arange(box[1], max(scene.height - box[3], box[1]) + 1, STEP)
        points = np.round(np.stack(np.meshgrid(across, down), axis=-1).reshape(-1, 2))
        deep = self._meets(node, points)
        chosen = deep.max(axis=1) == 0
        if tight:
            chosen = ~chosen & ((deep > 0).sum(axis=1) <= CHAIN) & (deep.max(axis=1) < SHALLOW)
        far = np.linalg.norm(points - scene.at[node], axis=1)
        order = np.flatnonzero(chosen)
        order = order[np.argsort(far[order] + deep[order].sum(axis=1) * 4, kind="stable")][:1000]
        points = points[order]
        cost = self.mover.crossed(node, points) * CROSSED + self.mover.soft(node, points) + deep[order].sum(axis=1)
        found: list[Array] = []
        for point in points[np.argsort(cost, kind="stable")]:
            if all(np.abs(point - other).max() >= APART for other in found):
                found.append(point)
            if len(found) == TRIED:
                break
        return found
