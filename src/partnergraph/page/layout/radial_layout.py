"""Radial layout of the opening map: the focus in the middle, its partners in rows on an ellipse around it.

Symbols stand on the ellipse, labels outside it in one column a side, and every row has a height of its own. So a line
from the middle, which stays inside the ellipse, meets no label. Positions are whole pixels around the focus at 0, 0,
the same for the same input.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import atan2, ceil, pi, sqrt
from typing import TYPE_CHECKING, Any, TypeAlias

from partnergraph.page.diagram import Diagram
from partnergraph.page.layout.arrangement import position
from partnergraph.page.layout.radial_edges import LABEL_GAP, clear_symbols, cross_edges, tie_edges
from partnergraph.page.layout.radial_rows import (
    CANVASES,
    Column,
    RadialCanvas,
    RadialRow,
    RowLabel,
    TypeSizes,
    arrange_columns,
    focus_circle,
    partner_row,
    row_label,
    satellite_width,
)
from partnergraph.page.layout.text_metrics import LINE_HEIGHT
from partnergraph.page.opening_map import OpeningNeighbourhood, Partner, Satellite, Sector, fewer_satellites

if TYPE_CHECKING:
    import networkx as nx

    Network: TypeAlias = nx.MultiDiGraph[str]

Plain = dict[str, Any]
Saved = Mapping[str, tuple[int, int]]
Sides = Mapping[str, tuple[int, int]]  # of partners by key: the side (0: right, 1: left) and the height
# Sizes of type that are tried, in pixels; the verbs are smaller.
FONTS = (18.0, 17.0, 16.0, 15.0, 14.0, 13.0, 12.5)
MARGIN = 10.0  # pixels around the drawing
COLUMN_GAP = 28.0  # between the longest label and the satellites outward of it
INDENT = 20.0  # of the satellites below their partner's label
MAX_GAP = 72.0  # between two rows
SPREAD = 0.09  # between the bends of several lines to one partner
# The views under which positions are saved, by canvas.
SAVED_VIEWS = {"wide": "radial-wide", "tall": "radial-tall"}


def _detailed_plan(neighbourhood: OpeningNeighbourhood, canvas: RadialCanvas, sides: Sides) -> _Plan:
    """The plan with the most detail for which the type is large enough.

    The detail depends on the network alone: `sides` are those of another canvas, never saved ones.
    """
    plan = None
    for detail, least in canvas.levels:
        if min(detail.partners, len(neighbourhood.direct)) >= canvas.symbols:
            continue
        sectors = fewer_satellites(neighbourhood.sectors(detail), canvas.symbols - 1, detail.hubs)
        if sum(len(sector.partners) for sector in sectors) >= canvas.symbols:
            continue
        columns = arrange_columns(sectors, canvas, TypeSizes(least), sides)
        plan = _Plan(neighbourhood, canvas, sectors, columns, TypeSizes(least))
        if plan.fits:
            return plan.with_largest_type() or plan
    assert plan is not None
    return plan


def _plan_at_positions(fresh: _Plan, sides: Sides) -> _Plan:
    """What a fresh plan draws, each partner on its saved side and in its saved order; the fresh plan itself where the
    type would become too small."""
    columns = arrange_columns(fresh.sectors, fresh.canvas, fresh.least, sides)
    plan = _Plan(fresh.neighbourhood, fresh.canvas, fresh.sectors, columns, fresh.least)
    return plan if not fresh.fits else plan.with_largest_type() or fresh


def opening_drawings(graph: Network, diagram: Diagram, shape: Callable[[int], str]) -> dict[str, Plain] | None:
    """The opening map on each of `CANVASES`; None for a network without a focus or without a partner of it, and for one
    that is an answer or a comparison. `shape`: the symbol of a family.

    The saved positions of a network are in the attributes of its nodes (`at`, by the views of `SAVED_VIEWS`).
    """
    if diagram.focus is None or graph.graph.get("answer") or graph.graph.get("compared"):
        return None
    if not any(diagram.bodies[diagram.focus] in (a, b) and a != b for a, b, _ in diagram.claims):
        return None
    saved: dict[str, dict[str, tuple[int, int]]] = {}
    for name, view in SAVED_VIEWS.items():
        points = ((body, position(graph.nodes[body].get("at"), view)) for body in diagram.bodies)
        saved[name] = {body: point for body, point in points if point}
    plans: dict[str, _Plan] = {}
    neighbourhood = OpeningNeighbourhood(graph, diagram)
    wide: Sides = {}  # of the wide drawing without saved positions
    for name, canvas in CANVASES.items():
        # A canvas whose positions are not saved takes those of the wide one.
        fresh = _detailed_plan(neighbourhood, canvas, {} if name in saved else wide)
        sides = _sides(saved[name], neighbourhood) if name in saved else plans["wide"].sides
        plans[name] = _plan_at_positions(fresh, sides) if sides else fresh
        wide = wide or fresh.sides
    return {name: plan.drawing(shape) for name, plan in plans.items()}


def radial_positions(drawings: Mapping[str, Plain], diagram: Diagram) -> dict[str, dict[str, tuple[int, int]]]:
    """Where the focus and its partners stand, in pixels from the left and the top: view to body to point."""
    return {view: _positions(drawings[name], diagram) for name, view in SAVED_VIEWS.items()}


def _positions(drawing: Plain, diagram: Diagram) -> dict[str, tuple[int, int]]:
    left, top, _, _ = drawing["extent"]
    return {
        diagram.bodies[node["id"]]: (node["at"][0] - left, node["at"][1] - top)
        for node in drawing["nodes"]
        if node["ring"] < 2 and node["id"] >= 0
    }


def _sides(saved: Saved, neighbourhood: OpeningNeighbourhood) -> Sides:
    """The saved side (0: right, 1: left) and height of each partner; empty without a position of the focus."""
    middle = saved.get(neighbourhood.focus_key)
    return {key: (int(x < middle[0]), y) for key, (x, y) in saved.items()} if middle else {}


class _Plan:
    """An attempt: columns of rows at one size of type."""

    def __init__(
        self,
        neighbourhood: OpeningNeighbourhood,
        canvas: RadialCanvas,
        content: list[Sector],
        arranged: list[Column],
        sizes: TypeSizes,
    ) -> None:
        self.neighbourhood, self.canvas, self.sectors, self.arranged = neighbourhood, canvas, content, arranged
        self.sizes = self.least = sizes
        self.focus_label, self.focus_radius, self.focus_font = focus_circle(
            neighbourhood.focus_label, sizes.name, canvas.focus
        )
        self.half = canvas.width / 2 - MARGIN if canvas.sides == 2 else canvas.width - 2 * MARGIN - self.focus_radius
        self.headings = len(content) > 1 or any(sector.verb for sector in content)
        self.columns = [self._rows(column) for column in arranged]
        free = min((self.half - self._extent(rows) for rows in self.columns if rows), default=self.half)
        least, most = (self.focus_radius + reach for reach in canvas.reach)
        self.across = min(max(free, least), most)
        self.fits = min(self._stack(rows) for rows in self.columns) and free >= least - 0.5
        reached = max((abs(row.y) for rows in self.columns for row in rows if row.partner), default=0.0)
        self.down = max(reached * 1.05 + 14, 0.36 * canvas.height)

    @property
    def sides(self) -> dict[str, tuple[int, int]]:
        """The side (0: right, 1: left) and the height of each partner that is drawn by itself."""
        rows = [(side, row) for side, column in enumerate(self.columns) for row in column]
        return {row.partner.key: (side, int(row.y)) for side, row in rows if row.partner and not row.partner.counted}

    def with_largest_type(self) -> _Plan | None:
        """The same in the largest type for which there is room; None where there is none."""
        for font in FONTS:
            plan = _Plan(self.neighbourhood, self.canvas, self.sectors, self.arranged, TypeSizes(font))
            if plan.fits:
                plan.least = self.least
                return plan
        return None

    def _rows(self, column: Column) -> list[RadialRow]:
        sizes, canvas = self.sizes, self.canvas
        room = self.half - self.focus_radius - canvas.reach[0] - sizes.radius(99) - LABEL_GAP
        side = 2 * sizes.radius(99) + LABEL_GAP
        partners = [partner for _, own in column for partner in own]
        width, child = min(22 * sizes.name, room), room - INDENT - side
        if canvas.outward and any(partner.satellites for partner in partners):
            # What stands behind takes what it needs of the room, up to almost half of it.
            behind = satellite_width(partners, sizes, 0.42 * (room - COLUMN_GAP - side))
            width = min(22 * sizes.name, room - COLUMN_GAP - side - behind)
            trial = [partner_row(partner, sizes, width, 1000, True) for partner in partners if partner.satellites]
            child = room - max(row.label.width for row in trial) - COLUMN_GAP - side
        rows = []
        for sector, own in column:
            if self.headings:
                text = row_label([(sector.heading, False, 2)], sizes, sizes.heading, room, True)
                rows.append(RadialRow(text, above=text.height / 2, below=text.height / 2))
            for partner in own:
                wide = min(22 * sizes.name, room) if canvas.outward and not partner.satellites else width
                rows.append(partner_row(partner, sizes, wide, child, canvas.outward))
        return rows

    def _column_start(self, rows: list[RadialRow]) -> float:
        """From a partner's symbol outward to the column of satellites, or to the indented ones."""
        if not self.canvas.outward:
            return INDENT * self.sizes.name / 14
        labels = [row.size + LABEL_GAP + row.label.width for row in rows if row.satellites]
        return max(labels, default=0.0) + COLUMN_GAP

    def _extent(self, rows: list[RadialRow]) -> float:
        """How far the column reaches outward from the symbols of its partners."""
        start = self._column_start(rows)
        sizes = [row.size or self.sizes.radius(99) for row in rows]  # a heading stands over any label
        reaches = [size + LABEL_GAP + row.label.width for size, row in zip(sizes, rows, strict=True)]
        reaches += [start + size + LABEL_GAP + label.width for row in rows for _, label, size in row.satellites]
        return max(reaches, default=0.0)

    def _stack(self, rows: list[RadialRow]) -> bool:
        """Set the heights of the rows of a column, spread over the canvas; whether they fit."""
        gap = max(5.0, 0.36 * self.sizes.name)
        gaps = []
        for before, row in zip([None, *rows], rows, strict=False):
            after_heading = before is not None and before.partner is None
            gaps.append(0.0 if before is None else 1.0 if after_heading else gap * (1 if row.partner else 1.7))
        needed = sum(row.above + row.below for row in rows) + sum(gaps)
        spare = self.canvas.height - 2 * MARGIN - 2 - needed  # heights are rounded
        shares = [0.0 if gap <= 1.0 else 1.0 if row.partner else 1.7 for row, gap in zip(rows, gaps, strict=True)]
        extra = max(0.0, min(MAX_GAP * self.sizes.name / 16 - gap, spare / max(1.0, sum(shares))))
        y = -(needed + extra * sum(shares)) / 2
        for row, own, share in zip(rows, gaps, shares, strict=True):
            y += own + extra * share
            row.y = round(y + row.above)
            y += row.above + row.below
        return spare >= 0

    def _x(self, y: float) -> float:
        """The ellipse at a height."""
        return self.across * sqrt(max(0.0, 1 - (y / self.down) ** 2))

    def drawing(self, shape: Callable[[int], str]) -> Plain:
        """The drawing as plain values: extent, nodes, edges and regions. `shape`: the symbol of a family."""
        focus: Plain = {
            "id": self.neighbourhood.focus,
            "at": [0, 0],
            "size": self.focus_radius,
            "font": self.focus_font,
        }
        focus |= {"hub": 1, "family": self.neighbourhood.focus_family, "shape": "dot", "dashed": 0, "side": "inside"}
        focus |= {"rows": [{"text": line, "quiet": 0} for line in self.focus_label], "ring": 0}
        drawing: Plain = {"extent": self._extent_of_canvas(), "nodes": [focus], "edges": [], "regions": []}
        identities = _Identities(self.neighbourhood)
        for way, rows in zip((1, -1), self.columns, strict=False):
            for row, following in zip(rows, [*rows[1:], None], strict=False):
                if row.partner is None and following is not None:
                    drawing["regions"] += self._region(row, following, way)
                elif row.partner is not None:
                    own = identities.partner(row.partner)
                    drawing["nodes"].append(self._partner_node(row, row.partner, own, way, shape))
                    drawing["edges"] += tie_edges(self.neighbourhood.focus, own, row.partner.ties, SPREAD)
                    self._add_satellites(drawing, row, rows, own, way, shape, identities)
        clear_symbols(drawing)
        drawing["edges"] += cross_edges(drawing, self.neighbourhood.cross_links(self.sectors) if self.fits else [])
        return drawing

    def _partner_node(self, row: RadialRow, partner: Partner, own: int, way: int, shape: Callable[[int], str]) -> Plain:
        at = (way * round(self._x(row.y)), int(row.y))
        node = self._node(own, at, row.label, row.size, self.sizes.name, way, 1)
        node |= {"hub": int(partner.hub), "family": partner.family, "dashed": int(partner.dashed)}
        node |= {"shape": shape(partner.family), "verb": round(self.sizes.verb, 1)}
        if row.lift:
            node["lift"] = round(row.lift, 1)
        if partner.counted:
            node |= {"members": list(partner.members), "name": partner.label}
        return node

    def _add_satellites(
        self,
        drawing: Plain,
        row: RadialRow,
        rows: list[RadialRow],
        own: int,
        way: int,
        shape: Callable[[int], str],
        identities: _Identities,
    ) -> None:
        """Add what stands behind a partner to a drawing (in place)."""
        start = self._column_start(rows)
        x = self._x(row.y) + start
        if self.canvas.outward:  # a column of its own
            x = max((self._x(other.y) + start for other in rows if other.satellites), default=0.0)
        for satellite, label, size, y in self._satellites(row):
            child = identities.satellite(satellite)
            node = self._node(child, (way * round(x), round(y)), label, size, self.sizes.satellite, way, 2)
            node |= {"hub": 0, "family": satellite.family, "dashed": int(satellite.dashed), "parent": own}
            node["shape"] = shape(satellite.family)
            if child < 0:
                node |= {"members": list(satellite.members), "name": satellite.label}
            drawing["nodes"].append(node)
            # Below a label the lines leave downwards, clear of the symbols before them.
            turn = 0.0 if self.canvas.outward else -way * atan2(start, round(y) - row.y) / (pi / 2)
            drawing["edges"] += tie_edges(own, child, satellite.ties, SPREAD, turn)

    def _extent_of_canvas(self) -> list[int]:
        """Left, top, width and height: the whole canvas, and more where the rows need more."""
        heights = [max(row.above - row.y, row.y + row.below) + MARGIN for rows in self.columns for row in rows]
        high = max(self.canvas.height / 2, *heights) if heights else self.canvas.height / 2
        if self.canvas.sides == 2:
            outward = max(
                [self.canvas.width / 2, *(self.across + self._extent(rows) + MARGIN for rows in self.columns)]
            )
            left, width = -outward, 2 * outward
        else:
            left = -self.focus_radius - MARGIN
            reached = max((self.across + self._extent(rows) + MARGIN for rows in self.columns), default=0.0)
            width = max(self.canvas.width, reached - left)
        return [round(left), -ceil(high), round(width), 2 * ceil(high)]

    def _region(self, row: RadialRow, below: RadialRow, way: int) -> list[Plain]:
        """The heading of a sector, a region for each of its lines: over the first label."""
        x = self._x(below.y) + below.size + LABEL_GAP
        font, lines = self.sizes.heading, row.label.rows
        top = row.y - row.label.height / 2
        return [
            {
                "label": text,
                "at": [way * round(x), round(top + font * LINE_HEIGHT * (number + 0.5))],
                "align": "left" if way > 0 else "right",
                "font": font,
            }
            for number, (text, _) in enumerate(lines)
        ]

    def _satellites(self, row: RadialRow) -> list[tuple[Satellite, RowLabel, float, float]]:
        """The satellites of a row with the heights at which they stand."""
        if not row.satellites:
            return []
        y = row.y - row.satellites[0][1].height / 2 if self.canvas.outward else row.y + row.above + 2
        placed = []
        for satellite, label, size in row.satellites:
            placed.append((satellite, label, size, y + label.height / 2))
            y += label.height
        return placed

    def _node(
        self, identity: int, at: tuple[int, int], label: RowLabel, size: float, font: float, way: int, ring: int
    ) -> Plain:
        rows = [{"text": text, "quiet": int(quiet)} for text, quiet in label.rows]
        side = "right" if way > 0 else "left"
        return {"id": identity, "at": list(at), "size": size, "font": font, "side": side, "rows": rows, "ring": ring}


class _Identities:
    """Ids of symbols: the number of a body, or a negative number for several, and for one that is drawn already."""

    def __init__(self, neighbourhood: OpeningNeighbourhood) -> None:
        self.used = {neighbourhood.focus, *neighbourhood.direct}
        self.count = 0

    def partner(self, partner: Partner) -> int:
        """The id of the symbol of a partner."""
        return self._next() if partner.counted else partner.members[0]

    def satellite(self, satellite: Satellite) -> int:
        """The id of the symbol of what stands behind a partner; a body may stand behind several."""
        if satellite.counted or satellite.members[0] in self.used:
            return self._next()
        self.used.add(satellite.members[0])
        return satellite.members[0]

    def _next(self) -> int:
        self.count += 1
        return -self.count
