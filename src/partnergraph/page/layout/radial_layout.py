"""Radial layout of the opening map: the focus in the middle, its partners in rows on an ellipse around it.

Symbols stand on the ellipse, labels outside it in one column a side, and every row has a height of its own. So a line
from the middle, which stays inside the ellipse, meets no label. Positions are whole pixels around the focus at 0, 0, and
the same for the same input.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import atan2, ceil, hypot, pi, sqrt
from typing import TYPE_CHECKING, Any, TypeAlias

from partnergraph.page.diagram import Diagram
from partnergraph.page.layout.arrangement import position
from partnergraph.page.layout.text_metrics import LINE_HEIGHT
from partnergraph.page.layout.text_wrapping import lines_width, wrap_to_width
from partnergraph.page.opening_map import CrossLink, Detail, Neighbourhood, Partner, Satellite, Sector, fewer_satellites

if TYPE_CHECKING:
    import networkx as nx

    Network: TypeAlias = nx.MultiDiGraph[str]

Plain = dict[str, Any]
Saved = Mapping[str, tuple[int, int]]
# Sizes of type that are tried, in pixels; the verbs are smaller.
FONTS = (18.0, 17.0, 16.0, 15.0, 14.0, 13.0, 12.5)
MIN_FONT = 12.0
MARGIN = 10.0  # pixels around the drawing
LABEL_GAP = 7.0  # between a symbol and its label beside it
LIFT = 4.0  # between a label and the line below it that leads to the satellites
COLUMN_GAP = 28.0  # between the longest label and the satellites outward of it
INDENT = 20.0  # of the satellites below their partner's label
MAX_GAP = 46.0  # between two rows
SPREAD = 0.09  # between the bends of several lines to one partner
FOCUS_PADDING = 12.0  # between the label of the focus and the rim of its symbol


@dataclass(frozen=True)
class RadialCanvas:
    """A canvas in pixels: its `sides` (two columns, or one at the right), whether satellites stand `outward` of the
    labels or below them, most symbols, the largest radius of the focus, the room between the focus and its partners
    (least, most), and levels of detail, each with the least size of type for which it is taken."""

    width: float
    height: float
    sides: int
    outward: bool
    symbols: int
    focus: float
    reach: tuple[float, float]
    levels: tuple[tuple[Detail, float], ...]


def _levels(behind: Sequence[tuple[int, float]], partners: Sequence[int]) -> tuple[tuple[Detail, float], ...]:
    """First all partners with less and less behind each of them (with the least size of type), then fewer partners."""
    least, font = behind[-1]
    levels = [(Detail(MAX_PARTNERS, count), font) for count, font in behind]
    levels += [(Detail(count, least), font) for count in partners]
    return (*levels, *((Detail(count, 0, verbs=False), font) for count in (12, 8, 4, 0)))


MAX_PARTNERS = 60
# For the screens of `diagram.SCREEN`, and one between them for windows of 761 to about 1300 pixels.
CANVASES = {
    "wide": RadialCanvas(
        *(1372, 640, 2, True, 60, 92, (105, 260)),
        _levels(((9, 14.0), (6, 13.0), (4, 13.0), (3, 13.0), (2, 13.0), (1, 12.5)), (44, 38, 34, 30, 26, 22, 18, 14)),
    ),
    "medium": RadialCanvas(
        *(692, 640, 2, False, 46, 70, (44, 110)),
        _levels(((5, 14.0), (4, 13.0), (3, 13.0), (2, 13.0), (1, 12.5), (0, 12.5)), (38, 34, 30, 26, 22, 18, 14)),
    ),
    "tall": RadialCanvas(
        *(364, 600, 1, False, 22, 58, (30, 64)),
        _levels(((2, 13.0), (1, 13.0), (0, 12.5)), (17, 16, 15, 14, 13, 12, 11, 10, 9, 8)),
    ),
}


# The views under which positions are saved, by canvas.
SAVED_VIEWS = {"wide": "radial-wide", "tall": "radial-tall"}


@dataclass(frozen=True)
class _Sizes:
    """The sizes of type of an attempt, in pixels."""

    name: float

    @property
    def verb(self) -> float:
        return max(MIN_FONT, self.name - 2)

    @property
    def satellite(self) -> float:
        return max(MIN_FONT, self.name - 1)

    @property
    def heading(self) -> float:
        return max(MIN_FONT, self.name - 2)

    def radius(self, count: int) -> float:
        """The radius of a symbol that is joined to, or stands for, so many bodies."""
        return round(min(12.0, 6.0 + 1.1 * sqrt(count)) * self.name / 14, 1)


@dataclass
class _Label:
    """A text in rows with its measures in pixels; `quiet` rows are verbs."""

    rows: list[tuple[str, bool]]
    width: float
    height: float


@dataclass
class _Row:
    """A partner with what stands behind it, or (without one) the heading of a sector; how far it reaches above and
    below its symbol, and its label's middle over its symbol, in pixels."""

    label: _Label
    partner: Partner | None = None
    size: float = 0.0
    above: float = 0.0
    below: float = 0.0
    lift: float = 0.0
    satellites: list[tuple[Satellite, _Label, float]] = field(default_factory=list)  # with the radius of the symbol
    y: float = 0.0

    @property
    def child_height(self) -> float:
        """Of all that stands behind it."""
        return sum(label.height for _, label, _ in self.satellites)


Pieces = list[tuple[str, list[Partner]]]  # of a column: heading and partners


def radial_drawing(
    neighbourhood: Neighbourhood, canvas: RadialCanvas, shape: Callable[[int], str], saved: Saved
) -> Plain:
    """The drawing on a canvas, with the most detail for which the type is large enough.

    `shape`: the symbol of a family. `saved`: positions of partners by key; each stays on its side and in its order.
    """
    plan = None
    for detail, least in canvas.levels:
        sectors = fewer_satellites(neighbourhood.sectors(detail), canvas.symbols - 1)
        if sum(len(sector.partners) for sector in sectors) >= canvas.symbols:
            continue
        columns = _columns(sectors, canvas, _Sizes(least), _sides(saved, neighbourhood))
        plan = _Plan(neighbourhood, canvas, columns, _Sizes(least))
        if plan.fits:
            attempts = (_Plan(neighbourhood, canvas, columns, _Sizes(font)) for font in FONTS if font > least)
            plan = next((attempt for attempt in attempts if attempt.fits), plan)
            return plan.drawing(shape, neighbourhood.cross_links(sectors))
    assert plan is not None
    return plan.drawing(shape, [])


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
    drawings = {}
    for name, canvas in CANVASES.items():
        own = saved[name if name in saved else "wide"]
        drawings[name] = radial_drawing(Neighbourhood(graph, diagram, own), canvas, shape, own)
    return drawings


def radial_positions(drawings: Mapping[str, Plain], diagram: Diagram) -> dict[str, dict[str, tuple[int, int]]]:
    """Where the focus and its partners stand, in pixels from the left and the top: view to body to point."""
    positions: dict[str, dict[str, tuple[int, int]]] = {}
    for name, view in SAVED_VIEWS.items():
        left, top, _, _ = drawings[name]["extent"]
        positions[view] = {
            diagram.bodies[node["id"]]: (node["at"][0] - left, node["at"][1] - top)
            for node in drawings[name]["nodes"]
            if node["ring"] < 2 and node["id"] >= 0
        }
    return positions


def _sides(saved: Saved, neighbourhood: Neighbourhood) -> dict[str, tuple[int, int]]:
    """The saved side (0: right, 1: left) and height of each partner; empty without a position of the focus."""
    middle = saved.get(neighbourhood.focus_key)
    return {key: (int(x < middle[0]), y) for key, (x, y) in saved.items()} if middle else {}


def _columns(
    sectors: Sequence[Sector], canvas: RadialCanvas, sizes: _Sizes, sides: Mapping[str, tuple[int, int]]
) -> list[Pieces]:
    """The sectors of each side, from top to bottom, so that both are about equally high. Saved partners stay."""
    if canvas.sides == 1:
        return [[(sector.heading, _ordered(sector.partners, sides)) for sector in sectors]]

    def height(partners: Sequence[Partner]) -> float:
        rows = [_row(partner, sizes, 16 * sizes.name, 12 * sizes.name, canvas.outward) for partner in partners]
        return sum(row.above + row.below + 6 for row in rows) + 2 * sizes.heading

    total = sum(height(sector.partners) for sector in sectors)
    pieces: list[tuple[Sector, list[Partner], int | None]] = []
    for sector in sectors:
        partners = _ordered(sector.partners, sides)
        own = [sides[partner.key][0] for partner in partners if partner.key in sides]
        if own:
            majority = int(sum(own) * 2 > len(own))
            parts = [[p for p in partners if sides.get(p.key, (majority, 0))[0] == side] for side in (0, 1)]
            pieces += [(sector, part, side) for side, part in enumerate(parts) if part]
        elif len(partners) > 3 and height(partners) > 0.56 * total:
            half = ceil(len(partners) / 2)
            pieces += [(sector, partners[:half], None), (sector, partners[half:], None)]
        else:
            pieces.append((sector, partners, None))
    heights = [height(partners) for _, partners, _ in pieces]
    choices = [(0, 1) if side is None else (side,) for _, _, side in pieces]

    def imbalance(assignment: tuple[int, ...]) -> float:
        left = sum(own for own, side in zip(heights, assignment, strict=True) if side)
        return round(abs(sum(heights) - 2 * left), 3)

    best = min(product(*choices), key=imbalance)
    columns: list[Pieces] = [[], []]
    for (sector, partners, _), side in zip(pieces, best, strict=True):
        columns[side].append((sector.heading, partners))
    return columns


def _ordered(partners: Sequence[Partner], sides: Mapping[str, tuple[int, int]]) -> list[Partner]:
    """Partners with a saved position in the order of those; each of the others after the one before it."""
    ordered = sorted((p for p in partners if p.key in sides), key=lambda partner: sides[partner.key][1])
    before: Partner | None = None
    for partner in partners:
        if partner.key not in sides:
            ordered.insert(ordered.index(before) + 1 if before else 0, partner)
        before = partner
    return ordered


def _label(texts: Sequence[tuple[str, bool, int]], sizes: _Sizes, font: float, width: float, bold: bool) -> _Label:
    """Texts in rows: each with whether it is a verb and how many lines it may take."""
    rows, widest = [], 0.0
    for text, quiet, most in texts:
        size, strong = (sizes.verb, False) if quiet else (font, bold)
        lines = wrap_to_width(text, size, width, most, strong)
        widest = max(widest, lines_width(lines, size, strong))
        rows += [(line, quiet) for line in lines]
    return _Label(rows, widest, len(rows) * font * LINE_HEIGHT)


def _row(partner: Partner, sizes: _Sizes, width: float, child_width: float, outward: bool) -> _Row:
    """A partner's row, its label and those of its satellites no wider than so many pixels."""
    texts = [(partner.verb, True, 2)] if partner.verb else []
    label = _label([*texts, (partner.label, False, 4)], sizes, sizes.name, width, partner.hub)
    size = sizes.radius(len(partner.members) if partner.counted else partner.degree)
    row = _Row(label, partner, size)
    for satellite in partner.satellites:
        own = _label([(satellite.label, False, 3)], sizes, sizes.satellite, child_width, False)
        own.height += 3
        radius = round(sizes.radius(len(satellite.members)) * 0.82, 1)
        row.satellites.append((satellite, own, radius))
    half = max(label.height / 2, size + 2)
    row.above = row.below = half
    if row.satellites and outward:
        row.lift = LIFT + label.height / 2
        row.above = max(label.height + LIFT, size + 2, row.satellites[0][1].height / 2)
        row.below = max(size + 2, row.child_height - row.satellites[0][1].height / 2)
    elif row.satellites:
        row.below = half + 2 + row.child_height
    return row


def _satellite_width(partners: Sequence[Partner], sizes: _Sizes, width: float) -> float:
    """The width that the labels of all that stands behind some partners take, of a width at most, in pixels."""
    labels = [wrap_to_width(s.label, sizes.satellite, width, 3) for partner in partners for s in partner.satellites]
    return max(lines_width(lines, sizes.satellite) for lines in labels)


class _Plan:
    """An attempt: columns of rows at one size of type."""

    def __init__(
        self, neighbourhood: Neighbourhood, canvas: RadialCanvas, columns: list[Pieces], sizes: _Sizes
    ) -> None:
        self.neighbourhood, self.canvas, self.sizes = neighbourhood, canvas, sizes
        self.focus_label, self.focus_radius, self.focus_font = focus_circle(
            neighbourhood.focus_label, sizes.name, canvas.focus
        )
        self.half = canvas.width / 2 - MARGIN if canvas.sides == 2 else canvas.width - 2 * MARGIN - self.focus_radius
        self.headings = len({heading for column in columns for heading, _ in column}) > 1
        self.columns = [self._rows(column) for column in columns]
        free = min((self.half - self._extent(rows) for rows in self.columns if rows), default=self.half)
        least, most = (self.focus_radius + reach for reach in canvas.reach)
        self.across = min(max(free, least), most)
        self.fits = all([self._stack(rows) for rows in self.columns]) and free >= least - 0.5
        reached = max((abs(row.y) for rows in self.columns for row in rows if row.partner), default=0.0)
        self.down = max(reached * 1.05 + 14, 0.36 * canvas.height)

    def _rows(self, column: Pieces) -> list[_Row]:
        sizes, canvas = self.sizes, self.canvas
        room = self.half - self.focus_radius - canvas.reach[0] - sizes.radius(99) - LABEL_GAP
        side = 2 * sizes.radius(99) + LABEL_GAP
        partners = [partner for _, own in column for partner in own]
        width, child = min(22 * sizes.name, room), room - INDENT - side
        if canvas.outward and any(partner.satellites for partner in partners):
            # What stands behind takes what it needs of the room, up to almost half of it.
            behind = _satellite_width(partners, sizes, 0.42 * (room - COLUMN_GAP - side))
            width = min(22 * sizes.name, room - COLUMN_GAP - side - behind)
            trial = [_row(partner, sizes, width, 1000, True) for partner in partners if partner.satellites]
            child = room - max(row.label.width for row in trial) - COLUMN_GAP - side
        rows = []
        for heading, own in column:
            # One column has no room for a heading over a single name.
            if self.headings and (canvas.sides == 2 or len(own) > 1):
                text = _label([(heading, False, 2)], sizes, sizes.heading, room, True)
                rows.append(_Row(text, above=text.height / 2, below=text.height / 2))
            for partner in own:
                wide = min(22 * sizes.name, room) if canvas.outward and not partner.satellites else width
                rows.append(_row(partner, sizes, wide, child, canvas.outward))
        return rows

    def _column_start(self, rows: list[_Row]) -> float:
        """From a partner's symbol outward to the column of satellites, or to the indented ones."""
        if not self.canvas.outward:
            return INDENT * self.sizes.name / 14
        labels = [row.size + LABEL_GAP + row.label.width for row in rows if row.satellites]
        return max(labels, default=0.0) + COLUMN_GAP

    def _extent(self, rows: list[_Row]) -> float:
        """How far the column reaches outward from the symbols of its partners."""
        start = self._column_start(rows)
        reaches = [row.size + LABEL_GAP + row.label.width for row in rows]
        reaches += [start + size + LABEL_GAP + label.width for row in rows for _, label, size in row.satellites]
        return max(reaches, default=0.0)

    def _stack(self, rows: list[_Row]) -> bool:
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

    def drawing(self, shape: Callable[[int], str], cross: Sequence[CrossLink]) -> Plain:
        """The drawing as plain values: extent, nodes, edges and regions."""
        from partnergraph.page.layout.radial_edges import clear_symbols, cross_edges, tie_edges

        sizes = self.sizes
        focus: Plain = {
            "id": self.neighbourhood.focus,
            "at": [0, 0],
            "size": self.focus_radius,
            "font": self.focus_font,
        }
        focus |= {"hub": 1, "family": self.neighbourhood.focus_family, "shape": "dot", "dashed": 0, "side": "inside"}
        focus |= {"rows": [{"text": line, "quiet": 0} for line in self.focus_label], "ring": 0}
        nodes, edges, regions = [focus], [], []
        identities = _Identities(self.neighbourhood)
        for side, rows in zip(("right", "left"), self.columns, strict=False):
            way = -1 if side == "left" else 1
            start = self._column_start(rows)
            column = max((self._x(row.y) + start for row in rows if row.satellites), default=0.0)
            for number, row in enumerate(rows):
                if row.partner is None:
                    regions += self._region(row, rows[number + 1], way)
                    continue
                x = round(self._x(row.y))
                partner, own = row.partner, identities.partner(row.partner)
                node = self._node(own, (way * x, int(row.y)), row.label, row.size, sizes.name, side, 1)
                node |= {"hub": int(partner.hub), "family": partner.family, "dashed": int(partner.dashed)}
                node |= {"shape": shape(partner.family), "verb": round(sizes.verb, 1)}
                if row.lift:
                    node["lift"] = round(row.lift, 1)
                if partner.counted:
                    node |= {"members": list(partner.members), "name": partner.label}
                nodes.append(node)
                edges += tie_edges(self.neighbourhood.focus, own, partner.ties, SPREAD)
                child_x = round(column) if self.canvas.outward else round(x + start)
                for satellite, label, size, child_y in self._satellites(row):
                    child = identities.satellite(satellite)
                    point = (way * child_x, round(child_y))
                    below = self._node(child, point, label, size, sizes.satellite, side, 2)
                    below |= {"hub": 0, "family": satellite.family, "dashed": int(satellite.dashed), "parent": own}
                    below["shape"] = shape(satellite.family)
                    if satellite.counted or child < 0:
                        below |= {"members": list(satellite.members), "name": satellite.label}
                    nodes.append(below)
                    # Below a label the lines leave downwards, clear of the symbols before them.
                    turn = 0.0 if self.canvas.outward else -way * atan2(start, point[1] - row.y) / (pi / 2)
                    edges += tie_edges(own, child, satellite.ties, SPREAD, turn)
        extent = self._extent_of_canvas()
        drawing: Plain = {"extent": extent, "nodes": nodes, "edges": edges, "regions": regions}
        clear_symbols(drawing)
        edges += cross_edges(drawing, cross)
        return drawing

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

    def _region(self, row: _Row, below: _Row, way: int) -> list[Plain]:
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

    def _satellites(self, row: _Row) -> list[tuple[Satellite, _Label, float, float]]:
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
        self, identity: int, at: tuple[int, int], label: _Label, size: float, font: float, side: str, ring: int
    ) -> Plain:
        rows = [{"text": text, "quiet": int(quiet)} for text, quiet in label.rows]
        return {"id": identity, "at": list(at), "size": size, "font": font, "side": side, "rows": rows, "ring": ring}


class _Identities:
    """Ids of symbols: the number of a body, or a negative number for several, and for one that is drawn already."""

    def __init__(self, neighbourhood: Neighbourhood) -> None:
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


def focus_circle(label: str, font: float, most: float) -> tuple[tuple[str, ...], float, float]:
    """The label of the focus in lines, the radius of the circle that holds them, and the size of type, in pixels.

    The size is as near to `font` as a radius of at most `most` allows; a name that is too long ends with an ellipsis.
    """
    size = min(font + 1, 17.0)
    while True:
        best: tuple[float, tuple[str, ...]] = (float("inf"), ())
        for count in range(1, 8):
            half = count * size * LINE_HEIGHT / 2
            if half >= most - FOCUS_PADDING:
                break
            chord = 2 * sqrt((most - FOCUS_PADDING) ** 2 - half**2)
            # The middle lines may be wider than the first and the last: a little more room than the chord.
            lines = wrap_to_width(label, size, chord * 1.12, count, True)
            radius = _circle_around(lines, size)
            cut = lines[-1].endswith("…")
            best = min(best, (radius + (1000 if cut else 0), lines))
        if best[0] <= most or size <= MIN_FONT:
            radius = _circle_around(best[1], size) if best[1] else most
            return best[1], round(max(radius, 26.0), 1), size
        size = max(MIN_FONT, size - 0.5)


def _circle_around(lines: tuple[str, ...], size: float) -> float:
    """The radius of a circle around lines, in pixels."""
    corners = []
    for number, line in enumerate(lines):
        top = (number - len(lines) / 2) * size * LINE_HEIGHT
        high = max(abs(top), abs(top + size * LINE_HEIGHT)) - 0.12 * size
        corners.append(hypot(lines_width((line,), size, True) / 2, high))
    return max(corners, default=0.0) + FOCUS_PADDING
