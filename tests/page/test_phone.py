"""On a phone two rows of controls stand before the map; all the others are in one menu, for touch and keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx
import pytest

from partnergraph.page import Page, draw

if TYPE_CHECKING:
    from tests.page.conftest import Opener

pytestmark = pytest.mark.browser

# The vertical middles of the controls above the map, and where the map begins.
ROWS = """() => {
  const seen = (one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest(".visually-hidden");
  const controls = [...document.querySelectorAll(".toolbar :is(input, button, summary, select)")].filter(seen);
  const middles = controls.map((one) => one.getBoundingClientRect()).map(({ top, bottom }) => (top + bottom) / 2);
  const rows = new Set(middles.map((y) => Math.round(y / 12))), map = document.getElementById("map");
  return [rows.size, map.getBoundingClientRect().top];
}"""
FOCUSED = "document.activeElement.id || document.activeElement.textContent"


@pytest.mark.parametrize(("width", "height", "scheme"), [(390, 844, "light"), (360, 740, "dark")])
def test_two_rows_of_controls_and_a_menu_with_all_the_others(
    keele_page: Page, show: Opener, width: int, height: int, scheme: str
) -> None:
    from tests.page.test_axe import _run

    page = show(keele_page.html, width=width, height=height, scheme=scheme)
    tab = page.tab
    rows, top = tab.evaluate(ROWS)
    assert rows == 2
    assert top < height * 0.55, "the map begins well within the first screen"
    assert (
        tab.get_by_role("combobox", name="Find an organisation").get_attribute("placeholder") == "Find an organisation"
    )
    # By keyboard: the menu, in it the map of everything; the menu is gone and the keyboard where it was.
    tab.focus("#views > summary")
    tab.keyboard.press("Enter")
    if scheme == "dark":
        assert not _run(tab, [".explorer"])
    for control in ("moment-now", "map-of", "fit", "story-start", "kind", "date", "day", "since", "mode-hide"):
        assert tab.locator(f"#views #{control}").is_visible(), control
    while tab.evaluate(FOCUSED) != "map-of":
        tab.keyboard.press("Tab")
        assert tab.evaluate("views.open")
    tab.keyboard.press("Enter")
    assert tab.evaluate("[state.everything, views.open, view()]") == [True, False, "tall"]
    assert tab.evaluate(FOCUSED) == "Filters and views"
    # A filter leaves it open, as do the menu within and its end.
    tab.click("#views > summary")
    assert tab.inner_text("#map-of") == "Our partners"
    tab.select_option("#kind", label="funding")
    tab.click("#share-menu > summary")
    tab.keyboard.press("Escape")
    assert tab.evaluate("[views.open, document.getElementById('share-menu').open]") == [True, False]
    tab.keyboard.press("Escape")
    assert tab.evaluate("views.open") is False
    assert tab.evaluate(FOCUSED) == "Filters and views"
    assert tab.locator("#chips").inner_text() == "funding ×", "what filters stands above the map"
    tab.click("#views > summary")
    tab.click("#story-start")
    assert tab.evaluate("views.open") is False
    assert tab.evaluate(FOCUSED) == "story-next"
    # A wider window has them in their places again.
    tab.set_viewport_size({"width": 1440, "height": 900})
    tab.wait_for_selector(".toolbar > .buttons #fit")
    assert tab.is_hidden("#views")
    for place in (".active #moment", ".toolbar > .buttons .zoom + #fit", ".legend + .filters"):
        assert tab.locator(place).count() == 1, place
    assert page.clean, page


def test_a_graph_without_focus_dates_and_story_has_the_menu_as_well(show: Opener) -> None:
    page = show(draw(nx.path_graph(["a", "b", "c"])).html, width=390, height=844)
    rows, top = page.tab.evaluate(ROWS)
    assert rows == 2
    assert top < 422
    page.tab.click("#views > summary")
    page.tab.select_option("#kind", index=1)
    page.tab.click("#fit")
    assert page.tab.evaluate("[views.open, state.kind]") == [False, 0]
    assert page.clean, page
