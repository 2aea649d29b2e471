"""A step chart of two numbers by year as SVG. Bounds are areas from zero: what surely held, dark, and what can have
held, light. Numbers that are no bounds, of two graphs or of two curves, are two lines, with nothing between them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from partnergraph.palette import HULLS, LIGHT
from partnergraph.xml_text import replace_forbidden

WIDTH, NARROW, HEIGHT = 640, 340, 250  # pixels; narrow: for a phone
LEFT, RIGHT, BOTTOM = 44, 14, 30  # margins; beneath are the years
LINE = 20  # height of a line of the key, which is above
DASHES = "5 3"
YEAR_ROOM = 70  # pixels for the label of a year
INTERVALS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000)
FRACTIONS = tuple(step / 10**power for power in range(6, 0, -1) for step in (1, 2, 5))
_KEY = (", surely", "at most: what no date rules out")
_LINES_KEY = (" of what surely held", "of what can have held; no bounds")

Number = int | float | None


def step_chart(
    years: Sequence[float],
    surely: Sequence[Number],
    at_most: Sequence[Number],
    noun: str,
    *,
    bounded: bool = True,
    until: float | None = None,
    lines: tuple[str, str] | None = None,
    width: int = WIDTH,
    inline: bool = True,
) -> str:
    """The chart of consecutive years, at least one; each holds its numbers from its begin to its end. `noun`: what is
    counted, in the plural, or measured. Not `bounded`: two lines, with gaps where a number is None. No number is below
    zero, where the axis is. Coloured by classes when inline, else by attributes.

    With `until`, `years` are ascending times in years, and each number holds until the next time, the last one until
    this one; `lines`: what the two lines are, with the noun before them.
    """
    # The key is in one line where there is room for it; its second part is as wide as any.
    names = _KEY if bounded else (lines[0], f"{lines[1]}; no bounds") if lines else _LINES_KEY
    own = f"{noun}{names[0]}"
    second = (max(LEFT + 170, LEFT + 46 + int(6.8 * len(own))), 8)
    if second[0] + 22 + 6.8 * len(names[1]) > width:
        second = (LEFT, 8 + LINE)
    top_margin = second[1] + LINE + 6
    first, last = years[0], years[-1] + 1 if until is None else until
    ends = [*years[1:], last]
    known = {"surely": _known(surely), "at most": _known(at_most)}
    levels = _levels([number for numbers in known.values() for number in numbers])
    ceiling = levels[-1]

    def x(year: float) -> float:
        return LEFT + (year - first) / (last - first) * (width - LEFT - RIGHT)

    def y(number: float) -> float:
        return HEIGHT - BOTTOM - number / ceiling * (HEIGHT - top_margin - BOTTOM)

    def outline(numbers: Sequence[Number]) -> str:
        """The steps, each run of years with a number by itself."""
        path, open_run = "", False
        for year, end, number in zip(years, ends, numbers, strict=True):
            if number is not None:
                path += f"{'L' if open_run else 'M'}{x(year):.1f} {y(number):.1f}L{x(end):.1f} {y(number):.1f}"
            open_run = number is not None
        return path

    def area(numbers: Sequence[Number]) -> str:
        return f"M{x(first):.1f} {y(0):.1f}L{outline(numbers)[1:]}L{x(last):.1f} {y(0):.1f}Z"

    ranges = {
        name: f"from {_level(min(numbers))} to {_level(max(numbers))}" if numbers else "none"
        for name, numbers in known.items()
    }
    said = f"surely {ranges['surely']}, at most {ranges['at most']}"
    if lines:
        said = f"{lines[0].strip()} {ranges['surely']}, {lines[1]} {ranges['at most']}; no bounds"
    elif not bounded:
        said = f"of what surely held {ranges['surely']}, of what can have held {ranges['at most']}; no bounds"
    when, of_each = f"by year, {years[0]} to {years[-1]}", "each year"
    if until is not None:
        when, of_each = f"by years since the start, up to {until:.3g}", "each time"
    title = f"{noun[:1].upper()}{noun[1:]} {when}: {said}. The numbers of {of_each} stand in the table."
    fill = HULLS[0].fill
    grid = "".join(f"M{LEFT} {y(level):.1f}H{width - RIGHT}" for level in levels)
    numbers = "".join(_text(LEFT - 8, y(level) + 4.5, _level(level), "end") for level in levels)
    whole = years if until is None else range(math.ceil(first), math.ceil(last))
    every = next(step for step in INTERVALS if len(whole) / step <= (width - LEFT) / YEAR_ROOM or step == INTERVALS[-1])
    labelled = [year for year in whole if year % every == 0] or [years[0]]
    words = {labelled[-1]: f"{labelled[-1]} years"} if until is not None else {}
    ticks = "".join(_text(x(year), HEIGHT - 9, words.get(year, str(year)), "middle") for year in labelled)
    marks = "".join(f"M{x(year):.1f} {y(0):.1f}v5" for year in labelled)
    key = _bounds_key(own, second) if bounded else _lines_key(own, names[1], second)
    if bounded:
        paths = (
            f'<path class="possibly" d="{area(at_most)}" fill="{fill}"/>'
            f'<path class="edge" d="{outline(at_most)}" fill="none" stroke="{LIGHT.link}" stroke-width="1.8"/>'
            f'<path class="surely" d="{area(surely)}" fill="{LIGHT.link}"/>'
        )
    else:
        paths = _line(outline(at_most), DASHES) + _line(outline(surely))
    size, paper = "", ""
    if not inline:
        size = f' width="{width}" height="{HEIGHT}"'
        paper = f'<rect width="{width}" height="{HEIGHT}" fill="{LIGHT.page}"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" role="img" '
        f'aria-label={quoteattr(replace_forbidden(title))} class="chart" '
        'font-family="Arial, Helvetica, \'Liberation Sans\', sans-serif" font-size="13"'
        f"{size}><title>{escape(replace_forbidden(title))}</title>{paper}"
        f'<path class="grid" d="{grid}" fill="none" stroke="{LIGHT.rule}"/>'
        f"{paths}"
        f'<path class="axis" d="M{LEFT} {y(0):.1f}H{width - RIGHT}{marks}" fill="none" stroke="{LIGHT.edge}"/>'
        f"{numbers}{ticks}{key}</svg>"
    )


def _known(numbers: Sequence[Number]) -> list[int | float]:
    return [number for number in numbers if number is not None]


def _levels(numbers: Sequence[int | float]) -> list[int | float]:
    """Up to six even levels from zero to at least the highest of the numbers; whole where all are."""
    whole = all(isinstance(number, int) for number in numbers)
    highest = max(numbers) or 1
    steps = INTERVALS if whole else (*FRACTIONS, *INTERVALS)
    step = next((step for step in steps if highest <= 5 * step), math.ceil(highest / 5))
    return [number * step for number in range(max(1, math.ceil(round(highest / step, 9))) + 1)]


def _level(number: float) -> str:
    return f"{number:,}" if isinstance(number, int) else f"{number:.6g}"


def _line(path: str, dashes: str = "") -> str:
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<path class="edge" d="{path}" fill="none" stroke="{LIGHT.link}" stroke-width="1.8"{dashed}/>'


def _bounds_key(own: str, second: tuple[int, int]) -> str:
    possible = f'x="{second[0]}" y="{second[1]}" width="16" height="12"'
    return (
        f'<rect class="surely" x="{LEFT}" y="8" width="16" height="12" fill="{LIGHT.link}"/>'
        f"{_text(LEFT + 22, 18.5, own, 'start')}"
        f'<rect class="possibly" {possible} fill="{HULLS[0].fill}"/>'
        f'<rect class="edge" {possible} fill="none" stroke="{LIGHT.link}"/>'
        f"{_text(second[0] + 22, second[1] + 10.5, _KEY[1], 'start')}"
    )


def _lines_key(own: str, other: str, second: tuple[int, int]) -> str:
    return (
        f"{_line(f'M{LEFT} 14h16')}{_text(LEFT + 22, 18.5, own, 'start')}"
        f"{_line(f'M{second[0]} {second[1] + 6}h16', DASHES)}"
        f"{_text(second[0] + 22, second[1] + 10.5, other, 'start')}"
    )


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{LIGHT.text}">{escape(text)}</text>'
