"""axe finds nothing wrong: in light and dark, in every state of the page, on a desktop, a phone and at 320 pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from partnergraph.page import Page

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab

    from tests.page.conftest import Opener

pytestmark = pytest.mark.browser

COVENTRY = "#org-coventry-university"
# Two rules are slow on thousands of cells that all look the same: they are asked of the first rows only.
SLOW = ["color-contrast", "target-size"]
FIRST = [
    "header",
    ".explorer",
    "thead",
    "#bodies tr:nth-child(-n+3)",
    "#claims tr:nth-child(-n+9)",
    "#sentences",
    "footer",
]
DISPUTED = "select({ claims: CLAIMS.key.map((_, claim) => claim).filter((claim) => standingOf(claim) === 'disputed') })"
OPEN = "for (const one of [...document.querySelectorAll('#panel details')].slice(0, 4)) one.open = true"
SHORTEN = """for (const body of document.querySelectorAll(".rows tbody"))
  [...body.rows].slice(9).forEach((row) => row.remove())"""
HIDDEN = "document.querySelector('[data-family=\"1\"]').click()"


def _wrong(tab: Tab, everything: bool, context: list[str] | None = None) -> list[Any]:
    """What axe finds by every rule: everywhere (by the slow ones in the first rows), or in a part of the page."""
    from axe_playwright_python.sync_playwright import Axe

    if everything:
        others = {"rules": {rule: {"enabled": False} for rule in SLOW}}
        runs = [Axe().run(tab, context=FIRST, options={"runOnly": SLOW}), Axe().run(tab, options=others)]
    else:
        # axe walks through everything that is there, whatever it is asked about; so rows like those that stay go.
        tab.evaluate(SHORTEN)
        runs = [Axe().run(tab, context=context or FIRST)]
    assert all(run.response["passes"] for run in runs)
    return [(one["id"], [n["html"][:200] for n in one["nodes"]]) for run in runs for one in run.response["violations"]]


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1440, "dark"), (390, "light"), (320, "dark")])
def test_the_whole_page_as_it_is_first_seen(keele_page: Page, show: Opener, width: int, scheme: str) -> None:
    page = show(keele_page.html, width=width, scheme=scheme)
    # All rows have the same elements: once every row is looked at, else the first ones.
    assert not _wrong(page.tab, everything=(width, scheme) == (1440, "light"))
    assert page.clean, page


def test_the_tables_sorted_and_filtered(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html)
    page.tab.fill("#filter-claims", "lead authority")
    page.tab.fill("#filter-bodies", "university")
    page.tab.locator("#claims th button").first.click()
    assert not _wrong(page.tab, everything=False)


STATES = {
    "a selected body": (COVENTRY, OPEN),
    "a selected line": ("", DISPUTED),
    "one kind": ("#&kind=funding", ""),
    "one source": ("#&source=source-covcab", ""),
    "one standing": ("#&standing=disputed", ""),
    "one type hidden, nothing inferred": ("#&inferred=no", HIDDEN),
    "a date": ("#&date=2014-06", ""),
    "what changed": (COVENTRY + "&date=2018-06&since=2012-01", OPEN),
    "groups unfolded": ("#&groups=unfolded", ""),
    "a step of the story": ("", "document.getElementById('story-start').click()"),
    "a route": (COVENTRY + "&to=org-wellcome-trust", OPEN),
    "two steps from a body": (COVENTRY + "&steps=2", ""),
    "names found": (
        "",
        "const f = document.getElementById('find'); f.value = 'a'; f.dispatchEvent(new Event('input'))",
    ),
    "nothing found": (
        "",
        "const f = document.getElementById('find'); f.value = 'zz'; f.dispatchEvent(new Event('input'))",
    ),
    "the menu open": ("", "document.querySelector('.menu').open = true"),
}


TWICE = ("a selected body", "a selected line", "one kind", "what changed")


@pytest.mark.parametrize("state", STATES)
def test_every_state_in_light_or_in_dark(keele_page: Page, show: Opener, state: str) -> None:
    address, act = STATES[state]
    page = show(keele_page.html, address=address)
    # The states that change most in light and in dark, the others in one of them; the widths take turns.
    turns = [((1440, "light"), (390, "dark")), ((320, "dark"), (1440, "light")), ((390, "light"), (1440, "dark"))]
    looks = turns[list(STATES).index(state) % len(turns)]
    for number, (width, scheme) in enumerate(looks if state in TWICE else looks[:1]):
        page.tab.set_viewport_size({"width": width, "height": 900 if width > 400 else 844})
        page.tab.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        if act and number == 0:
            page.tab.evaluate(act)
        # The tables are the same in every state; what differs is the header and the map with all that belongs to it.
        found = _wrong(page.tab, everything=False, context=["header", ".explorer"])
        assert not found, (state, width, scheme)
    assert page.clean, page
