"""A step chart of two numbers by year as SVG: what surely held, dark, and what can have held, light, both from zero."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from partnergraph.palette import HULLS, LIGHT
from partnergraph.xml_text import replace_forbidden

WIDTH, HEIGHT = 640, 250  # pixels
LEFT, RIGHT, TOP, BOTTOM = 44, 14, 34, 30  # margins, with the key above and the years beneath
MOST_YEAR_LABELS = 8
INTERVALS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000)


def step_chart(
    years: Sequence[int], surely: Sequence[int], at_most: Sequence[int], noun: str, inline: bool = True
) -> str:
    """The chart of consecutive years, at least one; each holds its numbers from its begin to its end. `noun`: what is
    counted, in the plural. Coloured by classes when inline, else by attributes.
    """
    first, last = years[0], years[-1] + 1
    highest = max(1, *at_most)
    step = next((step for step in INTERVALS if highest <= 5 * step), -(-highest // 5))
    ceiling = -(-highest // step) * step

    def x(year: float) -> float:
        return LEFT + (year - first) / (last - first) * (WIDTH - LEFT - RIGHT)

    def y(number: float) -> float:
        return HEIGHT - BOTTOM - number / ceiling * (HEIGHT - TOP - BOTTOM)

    def outline(numbers: Sequence[int]) -> str:
        corners = [(at, y(number)) for year, number in zip(years, numbers, strict=True) for at in (x(year), x(year + 1))]
        return "L".join(f"{a:.1f} {b:.1f}" for a, b in corners)

    def area(numbers: Sequence[int]) -> str:
        return f"M{x(first):.1f} {y(0):.1f}L{outline(numbers)}L{x(last):.1f} {y(0):.1f}Z"

    title = (
        f"{noun.capitalize()} by year, {years[0]} to {years[-1]}: surely from {min(surely)} to {max(surely)}, at most "
        f"from {min(at_most)} to {max(at_most)}. The numbers of each year stand in the table."
    )
    fill = HULLS[0].fill
    levels = range(0, ceiling + 1, step)
    grid = "".join(f"M{LEFT} {y(level):.1f}H{WIDTH - RIGHT}" for level in levels)
    numbers = "".join(_text(LEFT - 8, y(level) + 4.5, f"{level:,}", "end") for level in levels)
    every = next(step for step in INTERVALS if len(years) / step <= MOST_YEAR_LABELS or step == INTERVALS[-1])
    labelled = [year for year in years if year % every == 0] or [years[0]]
    ticks = "".join(_text(x(year), HEIGHT - 9, str(year), "middle") for year in labelled)
    marks = "".join(f"M{x(year):.1f} {y(0):.1f}v5" for year in labelled)
    possible = f'x="{LEFT + 170}" y="8" width="16" height="12"'
    key = [
        f'<rect class="surely" x="{LEFT}" y="8" width="16" height="12" fill="{LIGHT.link}"/>',
        _text(LEFT + 22, 18.5, f"surely {noun}", "start"),
        f'<rect class="possibly" {possible} fill="{fill}"/>',
        f'<rect class="edge" {possible} fill="none" stroke="{LIGHT.link}"/>',
        _text(LEFT + 192, 18.5, f"possibly {noun}: no date rules them out", "start"),
    ]
    size, paper = "", ""
    if not inline:
        size = f' width="{WIDTH}" height="{HEIGHT}"'
        paper = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{LIGHT.page}"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label={quoteattr(replace_forbidden(title))} class="chart" '
        "font-family=\"Arial, Helvetica, 'Liberation Sans', sans-serif\" font-size=\"13\""
        f"{size}><title>{escape(replace_forbidden(title))}</title>{paper}"
        f'<path class="grid" d="{grid}" fill="none" stroke="{LIGHT.rule}"/>'
        f'<path class="possibly" d="{area(at_most)}" fill="{fill}"/>'
        f'<path class="edge" d="M{outline(at_most)}" fill="none" stroke="{LIGHT.link}" stroke-width="1.8"/>'
        f'<path class="surely" d="{area(surely)}" fill="{LIGHT.link}"/>'
        f'<path class="axis" d="M{LEFT} {y(0):.1f}H{WIDTH - RIGHT}{marks}" fill="none" stroke="{LIGHT.edge}"/>'
        f"{numbers}{ticks}{''.join(key)}</svg>"
    )


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{LIGHT.text}">{escape(text)}</text>'
