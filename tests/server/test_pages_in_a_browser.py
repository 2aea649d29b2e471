"""The pages of things and of search in a real browser: on a desktop and a phone, light and dark, without scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.server.conftest import Bench, until

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab

pytestmark = pytest.mark.browser

PAGES = (
    "id/org/west-midlands-social-work-teaching-partnership",
    "id/org/public-health-england",
    "id/rel/funding--department-for-education--west-midlands-social-work-teaching-partnership",
    "id/source/keele-spcsc-partnerships",
    "code/membership",
    "ns",
    "search?q=health",
    "search",
    "id/org/nobody",
    "nowhere/nhs-england",
    "endpoint",
    "sparql",
)
# Lists whose entries are all alike are looked at by their first entries.
SHORTEN = """for (const list of document.querySelectorAll('ol, ul, dl.terms, tbody'))
  [...list.children].slice(4).forEach((one) => one.remove())"""


def wrong(tab: Tab) -> list[Any]:
    """What axe finds."""
    from axe_playwright_python.sync_playwright import Axe

    tab.evaluate(SHORTEN)
    run = Axe().run(tab)
    assert run.response["passes"]
    return [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in run.response["violations"]]


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(
    fresh: Callable[..., Bench], width: int, scheme: str
) -> None:
    """A page that is missing is an error to the browser too; its console says so."""
    opened = fresh(viewport={"width": width, "height": 844}, color_scheme=scheme)
    for path in PAGES:
        opened.tab.goto(opened.address + path)
        widest = opened.tab.evaluate("document.documentElement.scrollWidth")
        assert widest <= width, path
        assert wrong(opened.tab) == [], (path, width, scheme)
    opened.refusals = 2


def test_an_organisation_is_found_and_read_by_the_keyboard_without_scripts(fresh: Callable[..., Bench]) -> None:
    opened = fresh(java_script_enabled=False)
    tab = opened.tab
    tab.goto(opened.address + "search")
    tab.keyboard.press("Tab")
    assert tab.locator(":focus").inner_text() == "Skip to the content"
    for _ in range(2):
        tab.keyboard.press("Tab")
    assert tab.locator(":focus").get_attribute("name") == "q"
    tab.keyboard.type("phe")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/search?q=phe")
    tab.get_by_role("link", name="Public Health England").click()
    assert tab.title().startswith("Public Health England: ")
    assert tab.locator("h1").inner_text() == "Public Health England"
    assert tab.locator("mark").first.inner_text() == "Public Health England"
    assert tab.locator(".map-svg").bounding_box() is not None
    tab.get_by_role("link", name="Department of Health and Social Care", exact=True).first.click()
    assert tab.locator("h1").inner_text() == "Department of Health and Social Care"
    tab.locator(".group").get_by_role("link", name="This claim").first.click()
    assert "Department of Health and Social Care" in tab.locator("h1").inner_text()


def test_the_map_has_the_colours_of_the_scheme_and_leads_to_the_large_one(fresh: Callable[..., Bench]) -> None:
    opened = fresh(color_scheme="dark")
    tab = opened.tab
    tab.goto(opened.address + "id/org/keele-university")
    drawn = "(one) => getComputedStyle(document.querySelector(one))"
    assert tab.evaluate(f"({drawn})('.map-svg .name').fill") == tab.evaluate(f"({drawn})('body').color")
    dark = tab.evaluate(f"({drawn})('.map-svg .dots circle').fill")
    tab.emulate_media(color_scheme="light")
    until(lambda: tab.evaluate(f"({drawn})('.map-svg .dots circle').fill") != dark)
    tab.get_by_role("link", name="Explore it as a map").click()
    tab.wait_for_selector("#map-heading, #network")
    assert "Keele University" in tab.content()


def test_asking_about_an_organisation_gives_its_claims(fresh: Callable[..., Bench]) -> None:
    opened = fresh()
    opened.tab.goto(opened.address + "id/org/public-health-england")
    stated = opened.tab.locator(".group .claim").count()
    opened.tab.get_by_role("link", name="Ask about it").click()
    opened.tab.wait_for_selector("html[data-ready]")
    assert "# Every claim about Public Health England" in opened.text
    assert "rows in" in opened.run()
    assert stated > 3
