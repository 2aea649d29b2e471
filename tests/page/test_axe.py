"""axe finds nothing wrong: in light and dark, in every state of the page, on a desktop, a phone and at 320 pixels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from partnergraph.page import Page
from tests.page.conftest import Opener, Tabs, Watched, opener

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab

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
CHOSEN = "document.querySelector('[data-family=\"1\"]').click()"


def _run(tab: Tab, context: list[str] | None = None, **options: Any) -> list[Any]:
    """What axe finds: everywhere, or in a part of the page. Its program is read once in each page."""
    from axe_playwright_python.sync_playwright import Axe

    if tab.evaluate("typeof axe") == "undefined":
        tab.evaluate(Axe().axe_script)
    options = {"resultTypes": ["violations"]} | options
    found = tab.evaluate("([where, how]) => axe.run(where ?? document, how)", [context, options])
    assert found["passes"]
    return [(one["id"], [n["html"][:200] for n in one["nodes"]]) for one in found["violations"]]


def _wrong(tab: Tab, everything: bool, context: list[str] | None = None) -> list[Any]:
    """What axe finds by every rule: everywhere (by the slow ones in the first rows), or in a part of the page."""
    if everything:
        others = {rule: {"enabled": False} for rule in SLOW}
        return [*_run(tab, FIRST, runOnly=SLOW), *_run(tab, rules=others)]
    # axe walks through everything that is there, whatever it is asked about; so rows like those that stay go.
    tab.evaluate(SHORTEN)
    return _run(tab, context or FIRST)


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


# Back to how the page is first seen, then to an address, as somebody would type it; and what is seen of that.
FRESH = """() => {
  if (state.step !== null) document.getElementById('story-end').click();
  const field = document.getElementById('find');
  field.value = '';
  field.dispatchEvent(new Event('input'));
  document.querySelector('.menu').open = false;
}"""
GO = """(to) => new Promise((done) => {
  if (location.hash === to) return done();
  addEventListener('popstate', () => setTimeout(done), { once: true });
  location.hash = to;
})"""
SHOWN = """() => [location.hash, document.getElementById('panel').hidden, document.getElementById('found').hidden,
  document.getElementById('caption').hidden, document.querySelector('.menu').open]"""
FIRST_SEEN = ["", True, True, True, False]


STATES = {
    "a selected body": (COVENTRY, OPEN),
    "a selected line": ("", DISPUTED),
    "one kind": ("#&kind=funding", ""),
    "one source": ("#&source=source-covcab", ""),
    "one standing": ("#&standing=disputed", ""),
    "one type brought forward, nothing inferred": ("#&inferred=no", CHOSEN),
    "one type, the rest hidden": ("#&mode=hide", CHOSEN),
    "what has ended": ("#&status=ended", ""),
    "now": ("#&ended=no", ""),
    "changed since": ("#&since=2018-01", ""),
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
    "a day": ("#&date=2012-10-10", ""),
}


TWICE = ("a selected body", "a selected line", "one kind", "what changed")


@pytest.fixture(scope="module")
def walked(
    request: pytest.FixtureRequest, keele_page: Page, tabs: Tabs, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Watched]:
    """One page that is led from state to state."""
    for made in opener(request, tabs, tmp_path_factory.mktemp("axe")):
        yield made(keele_page.html)


@pytest.mark.parametrize("state", STATES)
def test_every_state_in_light_or_in_dark(walked: Watched, state: str) -> None:
    address, act = STATES[state]
    tab = walked.tab
    tab.evaluate(FRESH)
    tab.evaluate(GO, "")
    assert tab.evaluate(SHOWN) == FIRST_SEEN
    tab.evaluate(GO, address)
    # The states that change most in light and in dark, the others in one of them; the widths take turns.
    turns = [((1440, "light"), (390, "dark")), ((320, "dark"), (1440, "light")), ((390, "light"), (1440, "dark"))]
    looks = turns[list(STATES).index(state) % len(turns)]
    for number, (width, scheme) in enumerate(looks if state in TWICE else looks[:1]):
        tab.set_viewport_size({"width": width, "height": 900 if width > 400 else 844})
        tab.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        if number == 0:
            tab.evaluate(act or "1")
            assert tab.evaluate(SHOWN) != FIRST_SEEN
        # The tables are the same in every state; what differs is the header and the map with all that belongs to it.
        found = _wrong(tab, everything=False, context=["header", ".explorer"])
        assert not found, (state, width, scheme)
    assert walked.clean, walked
