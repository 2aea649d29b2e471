"""The rows of the opening map: what a partner's label takes, with what stands behind it, and the columns of a side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import ceil, hypot, sqrt
from typing import TypeVar

from partnergraph.page.layout.text_metrics import LINE_HEIGHT
from partnergraph.page.layout.text_wrapping import lines_width, word_width, wrap_to_width
from partnergraph.page.opening_map import Detail, Partner, Satellite, Sector

MIN_FONT = 12.0
LIFT = 4.0  # between a label and the line below it that leads to the satellites
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


def _levels(behind: Sequence[tuple[int, int, float]], partners: Sequence[int]) -> tuple[tuple[Detail, float], ...]:
    """First all partners with less and less behind them (symbols behind each, partners that have some, least size of
    type), then fewer partners."""
    least, hubs, font = behind[-1]
    levels = [(Detail(MAX_PARTNERS, count, having), size) for count, having, size in behind]
    levels += [(Detail(count, least, hubs, "shared"), font) for count in (MAX_PARTNERS, *partners)]
    return (*levels, *((Detail(count, 0, 0, "none"), font) for count in (12, 8, 4, 0)))


MAX_PARTNERS = 60
_FEW = ((2, 99, 13.0), (1, 99, 13.0), (1, 10, 12.5), (1, 6, 12.5), (1, 3, 12.5))
# For the screens of `diagram.SCREEN`, and one between them for windows of 761 to about 1300 pixels.
CANVASES = {
    "wide": RadialCanvas(
        *(1372, 640, 2, True, 60, 92, (105, 260)),
        _levels(((9, 99, 14.0), (6, 99, 13.0), (4, 99, 13.0), (3, 99, 13.0), *_FEW), (44, 38, 34, 30, 26, 22, 18, 14)),
    ),
    "medium": RadialCanvas(
        *(692, 640, 2, False, 46, 70, (44, 110)),
        _levels(((5, 99, 14.0), (4, 99, 13.0), (3, 99, 13.0), *_FEW), (38, 34, 30, 26, 22, 18, 14)),
    ),
    "tall": RadialCanvas(
        *(364, 600, 1, False, 22, 58, (30, 64)),
        _levels(((2, 99, 13.0), (1, 99, 13.0), (1, 2, 12.5), (0, 0, 12.5)), (17, 16, 15, 14, 13, 12, 11, 10, 9, 8)),
    ),
}


@dataclass(frozen=True)
class TypeSizes:
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
class RowLabel:
    """A text in rows with its measures in pixels; `quiet` rows are verbs."""

    rows: list[tuple[str, bool]]
    width: float
    height: float


@dataclass
class RadialRow:
    """A partner with what stands behind it, or (without one) the heading of a sector; how far it reaches above and
    below its symbol, and its label's middle over its symbol, in pixels."""

    label: RowLabel
    partner: Partner | None = None
    size: float = 0.0
    above: float = 0.0
    below: float = 0.0
    lift: float = 0.0
    satellites: list[tuple[Satellite, RowLabel, float]] = field(default_factory=list)  # with the radius of the symbol
    y: float = 0.0

    @property
    def child_height(self) -> float:
        """Of all that stands behind it."""
        return sum(label.height for _, label, _ in self.satellites)


_Item = TypeVar("_Item")
Column = list[tuple[Sector, list[Partner]]]  # of a column: sectors, each with those of its partners that stand there


def arrange_columns(
    sectors: Sequence[Sector], canvas: RadialCanvas, sizes: TypeSizes, sides: Mapping[str, tuple[int, int]]
) -> list[Column]:
    """The sectors of each side, from top to bottom, so that both are about equally high. Saved partners stay."""
    if canvas.sides == 1:
        return [_sectors_in_order([(sector, _partners_in_order(sector, sides)) for sector in sectors], sides)]

    def height(partners: Sequence[Partner]) -> float:
        rows = [partner_row(partner, sizes, 16 * sizes.name, 12 * sizes.name, canvas.outward) for partner in partners]
        return sum(row.above + row.below + 6 for row in rows) + 2 * sizes.heading

    total = sum(height(sector.partners) for sector in sectors)
    pieces: list[tuple[Sector, list[Partner], int | None]] = []
    for sector in sectors:
        partners = _partners_in_order(sector, sides)
        own = [sides[partner.key][0] for partner in partners if partner.key in sides]
        if own:
            majority = int(sum(own) * 2 > len(own))
            # What is counted stays with the last of those that are drawn.
            last = next(sides[p.key][0] for p in reversed(sector.partners) if p.key in sides)
            placed = [(p, sides.get(p.key, (last if p.counted else majority, 0))[0]) for p in partners]
            parts = [[p for p, where in placed if where == side] for side in (0, 1)]
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
    columns: list[Column] = [[], []]
    for (sector, partners, _), side in zip(pieces, best, strict=True):
        columns[side].append((sector, partners))
    return [_sectors_in_order(column, sides) for column in columns]


def _in_order(items: Sequence[_Item], saved: Callable[[_Item], int | None]) -> list[_Item]:
    """Items with a saved height in the order of those; each of the others after the one before it."""
    heights = {number: y for number, item in enumerate(items) if (y := saved(item)) is not None}
    ordered = sorted(heights, key=lambda number: (heights[number], number))
    for number in range(len(items)):
        if number not in heights:
            ordered.insert(ordered.index(number - 1) + 1 if number else 0, number)
    return [items[number] for number in ordered]


def _partners_in_order(sector: Sector, sides: Mapping[str, tuple[int, int]]) -> list[Partner]:
    """The partners of a sector from top to bottom, those that are counted last."""

    def saved(partner: Partner) -> int | None:
        return sides[partner.key][1] if partner.key in sides else None

    ordered = _in_order([partner for partner in sector.partners if not partner.counted], saved)
    return [*ordered, *(partner for partner in sector.partners if partner.counted)]


def _sectors_in_order(column: Column, sides: Mapping[str, tuple[int, int]]) -> Column:
    """The sectors of a column from top to bottom."""

    def saved(piece: tuple[Sector, list[Partner]]) -> int | None:
        return min((sides[partner.key][1] for partner in piece[1] if partner.key in sides), default=None)

    return _in_order(column, saved)


def row_label(
    texts: Sequence[tuple[str, bool, int]], sizes: TypeSizes, font: float, width: float, bold: bool
) -> RowLabel:
    """Texts in rows: each with whether it is a verb and how many lines it may take."""
    rows, widest = [], 0.0
    for text, quiet, most in texts:
        size, strong = (sizes.verb, False) if quiet else (font, bold)
        lines = wrap_to_width(text, size, width, most, strong)
        widest = max(widest, lines_width(lines, size, strong))
        rows += [(line, quiet) for line in lines]
    return RowLabel(rows, widest, len(rows) * font * LINE_HEIGHT)


def partner_row(partner: Partner, sizes: TypeSizes, width: float, child_width: float, outward: bool) -> RadialRow:
    """A partner's row, its label and those of its satellites no wider than so many pixels."""
    texts = [(partner.verb, True, 2)] if partner.verb else []
    label = row_label([*texts, (partner.label, False, 4)], sizes, sizes.name, width, partner.hub)
    size = sizes.radius(len(partner.members) if partner.counted else partner.degree)
    row = RadialRow(label, partner, size)
    for satellite in partner.satellites:
        own = row_label([(satellite.label, False, 4)], sizes, sizes.satellite, child_width, False)
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


def satellite_width(partners: Sequence[Partner], sizes: TypeSizes, width: float) -> float:
    """The width that the labels of all that stands behind some partners take, of a width at most, in pixels."""
    labels = [wrap_to_width(s.label, sizes.satellite, width, 3) for partner in partners for s in partner.satellites]
    return max(lines_width(lines, sizes.satellite) for lines in labels)


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
            # The middle lines may be wider than the first and the last.
            for share in (1.0, 1.2, 1.45, 1.8):
                if word_width(label, size, True) <= chord * share:
                    lines = wrap_to_width(label, size, chord * share, count, True)
                    cut = lines[-1].endswith("…")
                    best = min(best, (_circle_around(lines, size) + (1000 if cut else 0), lines))
        if best[0] <= most or size <= MIN_FONT:
            lines = best[1] or wrap_to_width(label, size, 1.6 * (most - FOCUS_PADDING), 3, True)
            radius = min(_circle_around(lines, size), most) if best[1] else most
            return lines, round(max(radius, 26.0), 1), size
        size = max(MIN_FONT, size - 0.5)


def _circle_around(lines: tuple[str, ...], size: float) -> float:
    """The radius of a circle around lines, in pixels."""
    corners = []
    for number, line in enumerate(lines):
        top = (number - len(lines) / 2) * size * LINE_HEIGHT
        high = max(abs(top), abs(top + size * LINE_HEIGHT)) - 0.12 * size
        corners.append(hypot(lines_width((line,), size, True) / 2, high))
    return max(corners, default=0.0) + FOCUS_PADDING
