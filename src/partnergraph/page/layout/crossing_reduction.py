"""Crossing reduction: moves nodes and their labels until few edges run through a label.

Simulated annealing after Davidson and Harel, "Drawing graphs nicely using simulated annealing" (1996): a node tries
some points and label places at once, and takes the best of their costs with a noise that fades. Edges count as
straight. The noise is a fixed table, so the same network gives the same positions.
"""

from __future__ import annotations

from math import log
from random import Random
from typing import TYPE_CHECKING

from partnergraph.page.layout.edge_routing import segment_hits
from partnergraph.page.layout.label_placement import PLACES, LabelCandidates

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from partnergraph.page.layout.label_placement import Places

    Array = NDArray[np.float64]

# Costs of an overlap (and of each square pixel of it), of an edge through a symbol, of the first edge through a label
# and of each further one, of a pixel of an edge's length, and of one outside of the canvas.
OVERLAP, AREA, THROUGH, FIRST, FURTHER, LENGTH, OUTSIDE = 60.0, 0.06, 12.0, 7.0, 3.0, 0.012, 20.0
GAP = 4.0  # pixels between two boxes
CLEAR = 4.0  # pixels between an edge and the square around a foreign symbol
TRIES = 24  # points that a node tries at once
REACH = (8.0, 8.0, 20.0, 20.0, 50.0, 50.0, 120.0, 300.0)  # pixels of a try, up to half as much more
HOT, COLD = 4.0, 0.3  # the noise at the start and at the end, in units of cost
TABLE = 1009  # rows of the table of tries, a prime, so that no node always meets the same ones


class CrossingReduction:
    """Positions and label places of nodes on a canvas, and the search for better ones (in place)."""

    def __init__(
        self, at: Array, candidates: LabelCandidates, edges: list[tuple[int, int]], canvas: tuple[float, float]
    ) -> None:
        import numpy as np

        self.at, self.candidates, self.canvas = at.copy(), candidates, np.array(canvas)
        self.places: Places = np.zeros(len(at), dtype=np.int64)
        self.edges = np.array(edges, dtype=int).reshape(-1, 2)
        self.incident = [np.flatnonzero((self.edges == node).any(axis=1)) for node in range(len(at))]
        self.foreign = [np.flatnonzero((self.edges != node).all(axis=1)) for node in range(len(at))]
        self.neighbours = [
            np.where(self.edges[own, 0] == node, self.edges[own, 1], self.edges[own, 0])
            for node, own in enumerate(self.incident)
        ]
        radius = candidates.radius[:, None] + CLEAR
        self.symbols = np.concatenate([-radius, -radius, radius, radius], axis=1)
        self._read_state()
        random = Random(0)  # noqa: S311 -- a table of noise, no secret
        tries = [[random.random() for _ in range(4 * TRIES + len(PLACES))] for _ in range(TABLE)]
        table = np.array(tries)
        angles = 2 * np.pi * table[:, :TRIES]
        reach = np.array(REACH)[(table[:, TRIES : 2 * TRIES] * len(REACH)).astype(int)]
        reach = reach * (0.5 + table[:, 2 * TRIES : 3 * TRIES])
        self.steps = np.stack([np.cos(angles) * reach, np.sin(angles) * reach], axis=2).round()
        self.step_places = (table[:, 2 * TRIES : 3 * TRIES] * 997 % len(PLACES)).astype(int)
        # The greatest of values with such a noise is drawn as by their exponentials (Gumbel).
        self.noise = np.array([[-log(-log(max(value, 1e-9))) for value in row[3 * TRIES :]] for row in tries])

    def _read_state(self) -> None:
        """Compute the rectangles, boxes and crossings of the current positions and places."""
        import numpy as np

        numbers = np.arange(len(self.at))
        both = np.concatenate([self.at, self.at], axis=1)
        self.rectangles = both + self.candidates.rectangles[numbers, self.places]
        self.boxes = both + self.candidates.boxes[numbers, self.places] * [-1, -1, 1, 1]
        # Which edge runs through which label, and how many through each.
        self.hits = segment_hits(self.at[self.edges], self.rectangles)
        self.counts = self.hits.sum(axis=0)

    def set_state(self, at: Array, places: Places) -> None:
        """Begin anew from some positions and places."""
        self.at, self.places = at.copy(), places.copy()
        self._read_state()

    def crossed(self) -> int:
        """How many labels an edge runs through."""
        return int((self.counts > 0).sum())

    def costs(self, node: int, points: Array, places: Places) -> Array:
        """The cost of a node at each of some points with its label at a place."""
        import numpy as np

        both = np.concatenate([points, points], axis=1)
        box = both + self.candidates.boxes[node, places] * [-1, -1, 1, 1]
        label = both + self.candidates.rectangles[node, places]
        across = np.minimum(box[:, 2:3], self.boxes[:, 2]) - np.maximum(box[:, :1], self.boxes[:, 0]) + GAP
        down = np.minimum(box[:, 3:], self.boxes[:, 3]) - np.maximum(box[:, 1:2], self.boxes[:, 1]) + GAP
        area = np.maximum(across, 0) * np.maximum(down, 0)
        area[:, node] = 0
        cost: Array = (area > 0).sum(axis=1) * OVERLAP + area.sum(axis=1) * AREA
        cost += (np.maximum(-box[:, :2], 0) + np.maximum(box[:, 2:] - self.canvas, 0)).sum(axis=1) * OUTSIDE
        foreign = self.at[self.edges[self.foreign[node]]]
        under = segment_hits(foreign, np.concatenate([label, both + self.symbols[node]]))
        crossings = under[:, : len(points)].sum(axis=0)
        cost += under[:, len(points) :].sum(axis=0) * THROUGH
        near = self.neighbours[node]
        if len(near):
            ends = np.broadcast_to(self.at[near], (len(points), len(near), 2))
            own = np.stack([np.broadcast_to(points[:, None], ends.shape), ends], axis=2)
            crossings = crossings + segment_hits(own, label[:, None, None])[:, :, 0].sum(axis=1)
            numbers = np.arange(len(self.at))
            symbols = np.concatenate([self.at, self.at], axis=1) + self.symbols
            through = segment_hits(own, np.concatenate([self.rectangles, symbols]))
            labels, met = through[:, :, : len(numbers)].sum(axis=1), through[:, :, len(numbers) :].copy()
            met[:, :, node] = False
            met[:, np.arange(len(near)), near] = False
            labels[:, node] = 0
            others = self.counts - self.hits[self.incident[node]].sum(axis=0)
            cost += ((labels > 0) & (others == 0)).sum(axis=1) * (FIRST - FURTHER) + labels.sum(axis=1) * FURTHER
            cost += met.sum(axis=(1, 2)) * THROUGH
            cost += np.hypot(points[:, :1] - self.at[near, 0], points[:, 1:] - self.at[near, 1]).sum(axis=1) * LENGTH
        cost += (crossings > 0) * (FIRST - FURTHER) + crossings * FURTHER
        return cost

    def run(self, steps: int, hot: float = HOT) -> None:
        """Let so many nodes try other points and places, the noise falling from `hot`."""
        import numpy as np

        count = len(self.at)
        stay = np.arange(len(PLACES))
        for step in range(steps):
            row, node = step * 7 % TABLE, (step * 31 + step // count) % count
            noise = hot * (COLD / hot) ** (step / steps)
            points = np.concatenate([np.broadcast_to(self.at[node], (len(PLACES), 2)), self.points_around(node, row)])
            places = np.concatenate([stay, self.step_places[row]])
            best = int(np.argmin(self.costs(node, points, places) - self.noise[row] * noise))
            self.move(node, points[best], int(places[best]))

    def points_around(self, node: int, row: int) -> Array:
        """The points that a node tries by a row of the table, on the canvas."""
        import numpy as np

        reach = np.ceil(self.candidates.radius[node]) + 2
        points: Array = self.at[node] + self.steps[row]
        return np.clip(points, reach, np.maximum(np.floor(self.canvas - reach), reach))

    def move(self, node: int, point: Array, place: int) -> None:
        """Put a node at a point, with its label at a place."""
        import numpy as np

        if place == self.places[node] and (point == self.at[node]).all():
            return
        self.at[node], self.places[node] = point, place
        both = np.concatenate([point, point])
        self.rectangles[node] = both + self.candidates.rectangles[node, place]
        self.boxes[node] = both + self.candidates.boxes[node, place] * [-1, -1, 1, 1]
        own = self.incident[node]
        if len(own):
            self.hits[own] = segment_hits(self.at[self.edges[own]], self.rectangles)
            self.hits[:, node] = segment_hits(self.at[self.edges], self.rectangles[node : node + 1])[:, 0]
            self.counts = self.hits.sum(axis=0)
        elif len(self.edges):
            self.hits[:, node] = segment_hits(self.at[self.edges], self.rectangles[node : node + 1])[:, 0]
            self.counts = self.hits.sum(axis=0)
