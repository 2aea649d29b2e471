"""Keyboard, screen reader and every other way to the same things."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx
import pytest

from partnergraph.page import Page, draw
from tests.page.driving import SCHOOL, TEACHING, filled

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab

    from tests.page.conftest import Opener

pytestmark = pytest.mark.browser

# What is focused, whether its focus is seen, and whether something stands over it (WCAG 2.4.7, 2.4.11).
FOCUS = """() => {
  const one = document.activeElement, look = getComputedStyle(one), box = one.getBoundingClientRect();
  const points = [[0.5, 0.5], [0.1, 0.5], [0.9, 0.5], [0.5, 0.1], [0.5, 0.9]];
  const seen = points.some(([x, y]) => {
    const at = document.elementFromPoint(box.left + box.width * x, Math.min(innerHeight - 1, box.top + box.height * y));
    return at && (one.contains(at) || at === one.parentElement);
  });
  return {
    name: one.tagName.toLowerCase() + (one.id ? "#" + one.id : "") + (one.className ? "." + one.className : ""),
    text: (one.getAttribute("aria-label") ?? one.textContent).trim().slice(0, 90),
    lost: one === document.body || one === document.documentElement,
    visible: look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2,
    seen,
  };
}"""


class Keyboard:
    """Someone who has only a keyboard. After every key the focus must be somewhere, visible and not covered."""

    def __init__(self, tab: Tab) -> None:
        self.tab, self.walked = tab, 0

    def press(self, key: str) -> dict[str, str]:
        """Press a key; what is focused then."""
        self.tab.keyboard.press(key)
        self.walked += 1
        focus: dict[str, str] = self.tab.evaluate(FOCUS)
        assert not focus["lost"], f"after {key} nothing has the focus"
        assert focus["visible"], f"after {key} the focus cannot be seen: {focus}"
        assert focus["seen"], f"after {key} something stands over the focus: {focus}"
        return focus

    def to(self, name: str, text: str = "", key: str = "Tab", most: int = 60) -> None:
        """Press Tab until an element is reached."""
        for _ in range(most):
            focus = self.press(key)
            if name in focus["name"] and text in focus["text"]:
                return
        pytest.fail(f"{most} times {key} do not lead to {name} {text}")


def test_a_walk_with_the_keyboard_alone(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html)
    tab, keys = page.tab, Keyboard(page.tab)
    # The skip link leads past the map, and a link leads back to it.
    assert keys.press("Tab")["name"] == "a.skip"
    assert keys.press("Enter")["name"].startswith("section#organisations")
    keys.to("a.back", most=5)
    assert keys.press("Enter")["name"].startswith("section#explorer")
    # Find a body by its acronym and select it.
    keys.to("#find", most=3)
    tab.keyboard.type("SPCR")
    keys.press("ArrowDown")
    assert "NIHR School for Primary Care Research" in tab.locator("#found [aria-selected=true]").inner_text()
    assert keys.press("Enter")["name"] == "aside#panel.scripted"
    assert tab.inner_text("#panel-heading") == "NIHR School for Primary Care Research"
    # Follow a neighbour: the School.
    keys.to("summary", SCHOOL)
    keys.press("Enter")
    filled(tab)
    keys.to("a", SCHOOL, most=2)
    assert keys.press("Enter")["name"] == "aside#panel.scripted"
    assert tab.inner_text("#panel-heading") == SCHOOL
    # Read what supports a relationship: the words in their sentence, and the source.
    keys.to("summary", f"was a member of {TEACHING}")
    keys.press("Enter")
    filled(tab)
    evidence = tab.locator("#panel details[open] .evidence")
    assert evidence.locator("mark").first.inner_text().startswith("We are also a member of the West Midlands")
    assert "Our partners" in evidence.locator("cite").first.inner_text()
    # How far to look; the way to another body; neither takes the keyboard away.
    keys.to("#steps", key="Shift+Tab")
    assert keys.press("ArrowDown")["name"].startswith("select#steps")
    keys.to("#to", most=2)
    tab.keyboard.type("wellcome")
    assert "#to" in keys.press("Enter")["name"]
    keys.to("button", "Clear the routes")
    assert keys.press("Enter")["name"] == "aside#panel.scripted"
    # Change the date.
    keys.to("#date")
    before = tab.inner_text("#date-shown")
    keys.press("ArrowRight")
    keys.press("ArrowRight")
    assert tab.inner_text("#date-shown") != before
    # What filters stands above the map, and is taken away there.
    keys.to("#everything", key="Shift+Tab", most=70)
    assert keys.press("Enter")["name"].startswith("input#moment-all")
    # Go to the table of relationships, sort it, read that it is sorted, and go back to the map.
    keys.to("a", "relationships", key="Shift+Tab", most=70)
    assert keys.press("Enter")["name"].startswith("section#relationships")
    keys.to("button", "To", most=8)
    assert keys.press("Enter")["name"] == "button"
    assert tab.locator('#claims th[aria-sort="ascending"]').inner_text().startswith("To")
    names = tab.locator("#claims tbody tr:visible td:nth-child(3) > a:first-of-type").all_inner_texts()
    assert names[0].casefold() <= names[len(names) // 2].casefold() <= names[-1].casefold()
    keys.to("a.back", key="Shift+Tab", most=8)
    assert keys.press("Enter")["name"].startswith("section#explorer")
    assert keys.walked > 60
    assert page.clean, page


def test_escape_closes_the_panel_and_the_keyboard_is_back_at_the_field(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html, address="#org-coventry-university")
    keys = Keyboard(page.tab)
    page.tab.focus("#panel .close")
    assert "#find" in keys.press("Escape")["name"]
    assert not page.tab.locator("#panel").is_visible()


def test_the_story_is_told_by_keyboard_and_the_focus_stays(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html)
    tab, keys = page.tab, Keyboard(page.tab)
    tab.focus("#fit")
    keys.to("#story-start", most=2)
    assert "#story-next" in keys.press("Enter")["name"]
    look = "(button) => [getComputedStyle(button).borderStyle, getComputedStyle(button).color]"
    looks = tab.locator("#story-next").evaluate(look), tab.locator("#story-back:disabled").evaluate(look)
    assert all(one != other for one, other in zip(*looks, strict=True)), "what is disabled looks disabled"
    steps = tab.evaluate("DATA.story.length")
    for number in range(2, steps + 1):
        focus = keys.press("Enter")
        assert tab.inner_text("#caption-title").startswith(f"{number} of {steps}")
    assert "#story-back" in focus["name"]
    keys.to("#story-end", most=2)
    assert "#story-start" in keys.press("Enter")["name"]
    assert page.clean, page


def test_a_long_list_and_the_pages_of_a_table_keep_the_focus(show: Opener) -> None:
    graph: nx.MultiDiGraph = nx.MultiDiGraph([("hub", f"leaf {number:04}") for number in range(1100)])
    page = show(draw(graph).html)
    tab, keys = page.tab, Keyboard(page.tab)
    tab.wait_for_selector("#map canvas")
    tab.fill("#find", "hub")
    tab.keyboard.press("Enter")
    tab.locator("#panel button", has_text="Show more").focus()
    assert keys.press("Enter")["name"] == "summary"
    assert tab.locator("#panel .links > li").count() == 120
    tab.locator("#organisations button", has_text="Next").focus()
    for number in range(2, 13):
        assert keys.press("Enter")["name"] == "button"
        if f"page {number} of 12" not in tab.inner_text('[data-pages="bodies"]'):
            break
    assert "page 12 of 12" in tab.inner_text('[data-pages="bodies"]')
    assert tab.evaluate("document.activeElement.textContent") == "Previous"
    assert page.clean, page


def _tree(tab: Tab) -> list[tuple[str, str]]:
    """Role and name of everything in the accessibility tree, as Chromium hands it to a screen reader."""
    session = tab.context.new_cdp_session(tab)
    session.send("Accessibility.enable")
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.send("Accessibility.disable")  # else the browser would go on keeping the tree of every later page
    session.detach()
    return [
        (str(node.get("role", {}).get("value")), str(node.get("name", {}).get("value", "")))
        for node in nodes
        if not node.get("ignored")
    ]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_every_body_and_every_claim_is_in_the_accessibility_tree(
    keele_page: Page, keele_network: nx.MultiDiGraph, show: Opener, scripts: bool
) -> None:
    tree = _tree(show(keele_page.html, scripts=scripts).tab)
    headers = [name for role, name in tree if role == "rowheader"]
    assert len(headers) == len(keele_network) + keele_network.number_of_edges() + len(keele_network.graph["sources"])
    for _, node in keele_network.nodes(data=True):
        assert [name for name in headers if node["label"].split(" (")[0] in name], node["label"]
    text = "\n".join(name for role, name in tree if role == "StaticText")
    for _, _, data in keele_network.edges(data=True):
        for piece in data["evidence"]:
            assert (piece["words"] or piece["says"]) in text, piece["id"]


def test_the_tables_of_a_large_page_bring_everything_into_the_tree_page_by_page(show: Opener) -> None:
    graph: nx.MultiDiGraph = nx.MultiDiGraph([(f"leaf {number:04}", "hub") for number in range(1010)])
    tab = show(draw(graph).html).tab
    tab.wait_for_selector("#map canvas")
    found: list[str] = []
    for _ in range(11):
        found += [name for role, name in _tree(tab) if role == "rowheader"]
        # Both tables turn their page, where they have another one.
        tab.evaluate(
            "for (const one of document.querySelectorAll('.pages button:last-child')) if (!one.disabled) one.click()"
        )
    # A leaf stands once among the bodies and once as the beginning of its claim.
    assert {name for name in found if found.count(name) >= 2} >= set(graph) - {"hub"}
    assert "hub" in found
