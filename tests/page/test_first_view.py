"""The map of everything, measured in a real browser: what the canvas was asked to write, where and how large."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import pytest

from partnergraph.page import Page
from partnergraph.page.diagram import SCREEN
from tests.page.conftest import Opener, Watched

EVERYTHING = "#&map=everything"
# Every text that the map draws, and every symbol, as boxes in CSS pixels from the corner of the map.
MEASURE = """() => {
  const ratio = devicePixelRatio, own = CanvasRenderingContext2D.prototype.fillText, texts = [];
  CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
    const at = this.getTransform(), size = parseFloat(/([0-9.]+)px/.exec(this.font)[1]), box = this.measureText(text);
    texts.push({ text, size: size * at.a / ratio, left: ((x - box.actualBoundingBoxLeft) * at.a + at.e) / ratio,
      right: ((x + box.actualBoundingBoxRight) * at.a + at.e) / ratio,
      top: ((y - box.actualBoundingBoxAscent) * at.d + at.f) / ratio,
      bottom: ((y + box.actualBoundingBoxDescent) * at.d + at.f) / ratio });
    return own.call(this, text, x, y);
  };
  network.redraw();
  CanvasRenderingContext2D.prototype.fillText = own;
  const scale = network.getScale(), map = document.getElementById("map");
  const nodes = dots.getIds().map(nodeOf);
  const symbols = nodes.map((node) => {
    const { x, y } = network.canvasToDOM({ x: node[drawnView][0], y: node[drawnView][1] }), r = node.size * scale;
    return { text: node.name ?? BODIES.label[node.id], size: 0, left: x - r, right: x + r, top: y - r, bottom: y + r };
  });
  return { view: drawnView, width: map.clientWidth, height: map.clientHeight, end: map.getBoundingClientRect().bottom,
    texts, symbols, wanted: [...nodes.flatMap(labelOf), ...(DATA.regions[drawnView] ?? []).map(({ label }) => label)],
    hubs: nodes.filter((node) => node.hub).map((node) => labelOf(node)[0]) };
}"""


# The labels through which a line runs on the canvas, at points of the curve that vis-network draws; a pixel is let go.
CROSSED = """() => {
  const met = new Map();
  for (const line of Object.values(network.body.edges)) {
    const points = Array.from({ length: 301 }, (_, share) => line.edgeType.getPoint(share / 300));
    for (const { id, left, right, top, bottom } of labels) {
      const isMet = points.some(({ x, y }) => x > left + 2 && x < right - 2 && y > top + 1 && y < bottom - 1);
      if (isMet) met.set(id, (met.get(id) ?? 0) + 1);
    }
  }
  return [...met];
}"""


@dataclass
class Box:
    """A line of a label, or a symbol."""

    text: str
    size: float
    left: float
    right: float
    top: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Whether they share a point."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


@dataclass
class Seen:
    """A map on the screen."""

    view: str
    width: int
    height: int
    end: float
    texts: list[Box]
    symbols: list[Box]
    wanted: list[str]
    hubs: list[str]

    def collisions(self) -> list[tuple[str, str]]:
        """Labels that lie on one another."""
        return [(one.text, other.text) for one, other in combinations(self.texts, 2) if one.meets(other)]


def seen(page: Watched) -> Seen:
    found = page.tab.evaluate(MEASURE)
    boxes = {key: [Box(**box) for box in found[key]] for key in ("texts", "symbols")}
    return Seen(**(found | boxes))


def unfold(page: Watched) -> None:
    """As its button does."""
    page.tab.evaluate("change({ unfolded: true, everything: true })")
    page.tab.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


@pytest.mark.browser
@pytest.mark.parametrize("unfolded", [False, True], ids=["folded", "unfolded"])
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)], ids=["desktop", "phone"])
def test_every_label_is_shown_12_pixels_or_larger_and_lies_on_no_other(
    keele_page: Page, show: Opener, width: int, height: int, unfolded: bool
) -> None:
    page = show(keele_page.html, width=width, height=height, address=EVERYTHING)
    if unfolded:
        unfold(page)
    found = seen(page)
    assert found.view == ("tall" if width == 390 else "unfolded" if unfolded else "wide")
    assert sorted(text.text for text in found.texts) == sorted(found.wanted)
    assert len(found.symbols) == {"wide": 83, "unfolded": 108, "tall": 15}[found.view]
    assert min(text.size for text in found.texts) >= 12
    assert found.collisions() == []
    assert [(text.text, s.text) for text in found.texts for s in found.symbols if text.meets(s)] == []
    inside = [text.left >= 0 and text.right <= found.width and text.bottom <= found.height for text in found.texts]
    assert all(inside)
    # The screen that the layout counts on is the one that there is.
    assert found.width >= SCREEN[found.view][0]
    assert found.height == SCREEN[found.view][1]
    assert found.height <= height
    assert page.clean


@pytest.mark.browser
@pytest.mark.parametrize("unfolded", [False, True], ids=["folded", "unfolded"])
def test_in_a_narrow_window_labels_stay_legible_and_what_finds_no_room_comes_by_zooming_in(
    keele_page: Page, show: Opener, unfolded: bool
) -> None:
    page = show(keele_page.html, width=1024, height=768, address=EVERYTHING)
    if unfolded:
        unfold(page)
    found = seen(page)
    texts = {text.text for text in found.texts}
    assert 20 < len(found.texts) < len(found.wanted)
    assert min(text.size for text in found.texts) >= 11.99
    assert found.collisions() == []
    assert len(texts.intersection(found.hubs)) >= len(found.hubs) * 0.8
    for _ in range(3):
        page.tab.click("#closer")
    assert sorted(text.text for text in seen(page).texts) == sorted(found.wanted)


@pytest.mark.browser
def test_at_most_ten_labels_are_crossed_by_a_line_on_the_canvas(keele_page: Page, show: Opener) -> None:
    """As the browser draws them: faint lines and a body's own lines count."""
    page = show(keele_page.html, address=EVERYTHING)
    assert seen(page).view == "wide"
    assert len(page.tab.evaluate(CROSSED)) <= 10
    unfold(page)
    assert len(page.tab.evaluate(CROSSED)) <= 38  # of 102
    # The measure itself: with every label below its symbol, many more are crossed.
    page.tab.evaluate(
        "for (const node of DOTS.values()) delete node.place; change({ unfolded: false }); network.redraw()"
    )
    assert len(page.tab.evaluate(CROSSED)) > 20


@pytest.mark.browser
def test_a_label_that_finds_no_room_is_read_by_pointing_at_its_symbol_and_by_selecting_it(
    keele_page: Page, show: Opener
) -> None:
    page = show(keele_page.html, width=1024, height=1200, address=EVERYTHING)
    found = seen(page)
    # A name of one line.
    missing = {symbol.text for symbol in found.symbols}.intersection(found.wanted) - {text.text for text in found.texts}
    label = min(missing)
    [symbol] = [symbol for symbol in found.symbols if symbol.text == label]
    corner = page.tab.locator("#map").bounding_box()
    assert corner
    x, y = corner["x"] + (symbol.left + symbol.right) / 2, corner["y"] + (symbol.top + symbol.bottom) / 2
    page.tab.mouse.move(x, y)
    assert page.tab.get_attribute("#map", "title") == label
    page.tab.mouse.move(corner["x"] + 2, corner["y"] + 2)
    assert page.tab.get_attribute("#map", "title") == ""
    page.tab.mouse.click(x, y)
    assert page.tab.inner_text("#panel-heading") == label
    assert label in {text.text for text in seen(page).texts}


@pytest.mark.browser
def test_the_measure_sees_a_label_upon_another_and_counts_pixels_of_the_screen(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html, address=EVERYTHING)
    before = min(text.size for text in seen(page).texts)
    page.tab.evaluate(
        "{ const [one, other] = dots.getIds().map(nodeOf); one.wide = [...other.wide]; one.place = other.place; }"
    )
    page.tab.evaluate("network.moveTo({ scale: network.getScale() * 1.5, animation: false })")
    assert seen(page).collisions()
    assert min(text.size for text in seen(page).texts) == pytest.approx(before * 1.5)


@pytest.mark.browser
def test_the_opening_map_ends_inside_a_window_of_1440_by_900(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html, width=1440, height=900, fresh=True)
    box = page.tab.locator("#map").bounding_box()
    assert box
    assert page.tab.evaluate("view()") == "radial"
    assert box["y"] + box["height"] <= 900
