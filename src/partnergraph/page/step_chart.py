"""A step chart of two numbers by year as SVG: what surely held, dark, and what can have held, light, both from zero."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from partnergraph.palette import HULLS, LIGHT
from partnergraph.xml_text import replace_forbidden

WIDTH, NARROW, HEIGHT = 640, 340, 250  # pixels; narrow: for a phone
LEFT, RIGHT, BOTTOM = 44, 14, 30  # margins; beneath are the years
LINE = 20  # height of a line of the key, which is above
YEAR_ROOM = 70  # pixels for the label of a year
INTERVALS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000)


def step_chart(
    years: Sequence[int],
    surely: Sequence[int],
    at_most: Sequence[int],
    noun: str,
    *,
    width: int = WIDTH,
    inline: bool = True,
) -> str:
    """The chart of consecutive years, at least one; each holds its numbers from its begin to its end. `noun`: what is
    counted, in the plural. Coloured by classes when inline, else by attributes.
    """
    # The key is in one line where there is room for it.
    second = (LEFT + 170, 8) if width >= WIDTH else (LEFT, 8 + LINE)
    top_margin = second[1] + LINE + 6
    first, last = years[0], years[-1] + 1
    highest = max(1, *at_most)
    step = next((step for step in INTERVALS if highest <= 5 * step), -(-highest // 5))
    ceiling = -(-highest // step) * step

    def x(year: float) -> float:
        return LEFT + (year - first) / (last - first) * (width - LEFT - RIGHT)

    def y(number: float) -> float:
        return HEIGHT - BOTTOM - number / ceiling * (HEIGHT - top_margin - BOTTOM)

    def outline(numbers: Sequence[int]) -> str:
        corners = [
            (at, y(number)) for year, number in zip(years, numbers, strict=True) for at in (x(year), x(year + 1))
        ]
        return "L".join(f"{a:.1f} {b:.1f}" for a, b in corners)

    def area(numbers: Sequence[int]) -> str:
        return f"M{x(first):.1f} {y(0):.1f}L{outline(numbers)}L{x(last):.1f} {y(0):.1f}Z"

    title = (
        f"{noun.capitalize()} by year, {years[0]} to {years[-1]}: surely from {min(surely)} to {max(surely)}, at most "
        f"from {min(at_most)} to {max(at_most)}. The numbers of each year stand in the table."
    )
    fill = HULLS[0].fill
    levels = range(0, ceiling + 1, step)
    grid = "".join(f"M{LEFT} {y(level):.1f}H{width - RIGHT}" for level in levels)
    numbers = "".join(_text(LEFT - 8, y(level) + 4.5, f"{level:,}", "end") for level in levels)
    every = next(step for step in INTERVALS if len(years) / step <= (width - LEFT) / YEAR_ROOM or step == INTERVALS[-1])
    labelled = [year for year in years if year % every == 0] or [years[0]]
    ticks = "".join(_text(x(year), HEIGHT - 9, str(year), "middle") for year in labelled)
    marks = "".join(f"M{x(year):.1f} {y(0):.1f}v5" for year in labelled)
    possible = f'x="{second[0]}" y="{second[1]}" width="16" height="12"'
    key = [
        f'<rect class="surely" x="{LEFT}" y="8" width="16" height="12" fill="{LIGHT.link}"/>',
        _text(LEFT + 22, 18.5, f"surely {noun}", "start"),
        f'<rect class="possibly" {possible} fill="{fill}"/>',
        f'<rect class="edge" {possible} fill="none" stroke="{LIGHT.link}"/>',
        _text(second[0] + 22, second[1] + 10.5, f"possibly {noun}: no date rules them out", "start"),
    ]
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
        f'<path class="possibly" d="{area(at_most)}" fill="{fill}"/>'
        f'<path class="edge" d="M{outline(at_most)}" fill="none" stroke="{LIGHT.link}" stroke-width="1.8"/>'
        f'<path class="surely" d="{area(surely)}" fill="{LIGHT.link}"/>'
        f'<path class="axis" d="M{LEFT} {y(0):.1f}H{width - RIGHT}{marks}" fill="none" stroke="{LIGHT.edge}"/>'
        f"{numbers}{ticks}{''.join(key)}</svg>"
    )


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{LIGHT.text}">{escape(text)}</text>'
