"""Keyboard, screen reader and every other way to the same things."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx
import pytest

from partnergraph.page import Page
from tests.page.driving import TEACHING

if TYPE_CHECKING:
    from tests.page.conftest import Opener

pytestmark = pytest.mark.browser


def test_the_keyboard_alone_finds_opens_follows_and_closes(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html)
    press = page.tab.keyboard.press
    press("Tab")
    assert page.tab.evaluate("document.activeElement.className") == "skip"
    page.tab.focus("#find")
    page.tab.keyboard.type("teaching part")
    press("ArrowDown")
    assert page.tab.get_attribute("#find", "aria-activedescendant") == "found-0"
    press("Enter")
    assert page.tab.inner_text("#panel-heading") == TEACHING
    assert page.tab.evaluate("document.activeElement.id") == "panel"
    for focused in ("close", "steps", "to"):
        press("Tab")
        assert focused in page.tab.evaluate("document.activeElement.id + document.activeElement.className")
    press("Tab")
    press("Enter")
    assert page.tab.evaluate("document.activeElement.parentNode.open") is True
    press("Tab")
    press("Enter")
    assert page.tab.inner_text("#panel-heading") != TEACHING
    press("Escape")
    assert not page.tab.locator("#panel").is_visible()
    assert page.tab.evaluate("document.activeElement.id") == "find"
    assert page.clean, page


@pytest.mark.parametrize(
    ("width", "scheme", "address"),
    [
        (1440, "light", ""),
        (1440, "dark", "#org-coventry-university"),
        (390, "light", "#org-coventry-university"),
        (320, "dark", ""),
    ],
)
def test_axe_finds_nothing(keele_page: Page, show: Opener, width: int, scheme: str, address: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    tab = show(keele_page.html, width=width, scheme=scheme, address=address).tab
    # Two rules are slow on thousands of cells that all look the same: they are asked of the first rows only.
    slow = ["color-contrast", "target-size"]
    everything = Axe().run(tab, options={"rules": {rule: {"enabled": False} for rule in slow}})
    first = ["header", ".explorer", "#bodies tr:nth-child(-n+3)", "#claims tr:nth-child(-n+9)", "#sentences", "footer"]
    colours = Axe().run(tab, context=first, options={"runOnly": slow})
    for found in (everything, colours):
        assert len(found.response["passes"]) > 0
        assert not found.response["violations"], found.generate_report()


def test_every_body_and_claim_is_in_the_accessibility_tree(
    keele_page: Page, keele_network: nx.MultiDiGraph, show: Opener
) -> None:
    tab = show(keele_page.html).tab
    tree = tab.locator("body").aria_snapshot()
    headers = tab.get_by_role("rowheader")
    assert headers.count() == len(keele_network) + keele_network.number_of_edges() + len(keele_network.graph["sources"])
    for _, node in keele_network.nodes(data=True):
        assert node["label"].split(" (")[0] in tree
