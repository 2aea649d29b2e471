"""The page as it is first seen: the map, what a click shows, and what is left without scripts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import networkx as nx
import pytest

from partnergraph.page import Page
from tests.page.driving import PAINTED, PLACE, SCHOOL, TEACHING, panel_of, until

if TYPE_CHECKING:
    from tests.page.conftest import Opener

pytestmark = pytest.mark.browser

SIZES = [(1440, 900, "light"), (1440, 900, "dark"), (390, 844, "light"), (390, 844, "dark")]


@pytest.mark.parametrize(("width", "height", "scheme"), SIZES)
def test_the_map_is_drawn_and_nothing_is_asked_for(
    keele_page: Page, show: Opener, width: int, height: int, scheme: str
) -> None:
    page = show(keele_page.html, width=width, height=height, scheme=scheme)
    assert page.tab.evaluate(PAINTED) > 0.01
    box = page.tab.locator("#map").bounding_box()
    assert box is not None
    assert box["width"] <= width
    assert box["height"] <= height
    assert page.tab.evaluate("document.documentElement.scrollWidth") <= width
    assert page.clean, page


def test_at_320_pixels_nothing_runs_out_at_the_side(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html, width=320, height=640)
    assert page.tab.evaluate("document.documentElement.scrollWidth") <= 320
    page.tab.click("#views > summary")
    page.tab.click("#share-menu > summary")
    for menu in ("#views", "#share-menu"):
        box = page.tab.locator(f"{menu} > div").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 320
    assert page.clean, page


def test_without_scripts_everything_can_be_read(keele_page: Page, keele_network: nx.MultiDiGraph, show: Opener) -> None:
    tab = show(keele_page.html, scripts=False).tab
    assert tab.locator(".still-wide svg").is_visible()
    assert not tab.locator("#map").is_visible()
    assert not tab.locator("#find").is_visible()
    text = tab.inner_text("body")
    for _, node in keele_network.nodes(data=True):
        assert node["label"] in text
    assert tab.locator("#claims tbody tr:visible").count() == keele_network.number_of_edges()


def test_a_click_on_a_symbol_shows_who_says_what_with_the_words_in_their_sentence(
    keele_page: Page, show: Opener
) -> None:
    page = show(keele_page.html)
    x, y = page.tab.evaluate(PLACE, SCHOOL)
    page.tab.mouse.click(x, y)
    assert page.tab.inner_text("#panel-heading") == SCHOOL
    member = page.tab.locator("#panel .links > li", has_text=f"was a member of {TEACHING}").first
    member.locator("summary").click()
    sentence = member.locator(".sentence").first
    assert sentence.locator("mark").inner_text() == (
        "We are also a member of the West Midlands Social Work Teaching Partnership"
    )
    assert "which is comprised of 14 local authorities" in sentence.inner_text()
    assert "Our partners" in member.inner_text()
    assert page.clean, page


def test_every_quotation_is_marked_where_it_stands_in_its_sentence(keele_page: Page, show: Opener) -> None:
    tab = show(keele_page.html).tab
    pairs = tab.evaluate(
        """() => [...document.querySelectorAll('q[data-sentence]')].map((quote) => {
          const whole = inSentences(Object.assign(document.createElement('div'), { innerHTML: quote.outerHTML }));
          return [quote.textContent, whole.querySelector('mark').textContent];
        })"""
    )
    assert len(pairs) > 50
    assert all(words == marked for words, marked in pairs)


def test_a_click_on_a_line_shows_the_claims_it_stands_for(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html, address="#&map=everything")
    point = page.tab.evaluate(
        """() => {
          const edge = NETWORK.edges.find((one) => one.disputed && 'wide' in one.bend);
          document.getElementById('explorer').scrollIntoView();
          const [a, b] = [edge.from, edge.to].map((id) => network.canvasToDOM(placeOf(id)));
          const box = document.getElementById('map').getBoundingClientRect();
          for (let share = 0.05; share < 0.95; share += 0.005)
            for (let off = -60; off <= 60; off += 2) {
              const at = { x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share + off };
              if (hit(at)?.line === edge.id) return [box.left + at.x, box.top + at.y];
            }
          return null;
        }"""
    )
    page.tab.mouse.click(*point)
    said = panel_of(page.tab)
    assert said.startswith("× Leadership Coventry University leads West Midlands Social Work Teaching Partnership")
    assert "Disputed." in said
    assert "Contradicted by: Coventry City Council leads" in said
    assert "who acts as the lead authority" in said
    assert "Against it:" in said
    assert page.clean, page


def test_folded_bodies_are_listed_and_unfold(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html, address="#&map=everything")
    before = page.tab.evaluate("dots.length")
    x, y = page.tab.evaluate(
        """() => {
          const node = NETWORK.nodes.find((one) => one.members?.length >= 5);
          const box = document.getElementById('map').getBoundingClientRect();
          const at = network.canvasToDOM({ x: node.wide[0], y: node.wide[1] });
          return [box.left + at.x, box.top + at.y];
        }"""
    )
    page.tab.mouse.click(x, y)
    assert re.match(r"\d+ named ", page.tab.inner_text("#panel-heading"))
    members = page.tab.locator("#panel .links li").count()
    assert members >= 5
    page.tab.click("#panel button:has-text('Unfold')")
    assert page.tab.evaluate("dots.length") > before
    assert page.tab.evaluate("dots.length") == page.tab.evaluate("NETWORK.nodes.filter((one) => one.unfolded).length")
    assert page.tab.evaluate(PAINTED) > 0.01
    assert page.clean, page


def test_the_wheel_scrolls_the_page_and_buttons_zoom_the_map(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html)
    scale = page.tab.evaluate("network.getScale()")
    page.tab.mouse.move(700, 450)
    page.tab.mouse.wheel(0, 300)
    until(page.tab, "scrollY > 0")
    assert page.tab.evaluate("network.getScale()") == scale
    page.tab.click("#closer")
    assert page.tab.evaluate("network.getScale()") > scale
    page.tab.click("#fit")
    assert page.tab.evaluate("network.getScale()") == pytest.approx(scale)


def test_a_notebook_frame_runs_the_page(keele_page: Page, show: Opener) -> None:
    page = show(f"<!doctype html><title>x</title>{keele_page._repr_html_()}")
    frame = page.tab.frames[1]
    frame.wait_for_selector("#map canvas")
    frame.fill("#find", "PHE")
    frame.press("#find", "Enter")
    assert frame.inner_text("#panel-heading") == "Public Health England"
    assert page.clean, page
