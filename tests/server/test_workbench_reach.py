"""Everybody reaches the workbench: by the keyboard alone, in light and dark, on a phone, without scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.server.conftest import Bench, until

pytestmark = pytest.mark.browser

KINDS = "SELECT ?kind (COUNT(?r) AS ?number) { ?r pg:kind/skos:prefLabel ?kind } GROUP BY ?kind"
LINKS = (
    "SELECT ?from ?to ?since { ?r pg:kind code:membership ; pg:from ?from ; pg:to ?to OPTIONAL { ?r pg:start ?since } }"
)


def _wrong(bench: Bench) -> list[Any]:
    """What axe finds, by every rule, everywhere but inside the map, which has tests of its own."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(bench.tab, context={"exclude": [["iframe"]]})
    assert len(found.response["passes"]) > 20
    return [(one["id"], [n["html"][:200] for n in one["nodes"]]) for one in found.response["violations"]]


def _focused(bench: Bench) -> str:
    """What has the focus: its id, else what it says."""
    return bench.tab.evaluate(
        "(() => { let at = document.activeElement; if (at.shadowRoot) return 'editor';"
        " return at.id || at.getAttribute('aria-label') || at.textContent.trim(); })()"
    )


# axe walks through everything that is there, and all entries and rows are alike: some of them are enough.
SHORTEN = """for (const list of document.querySelectorAll('#catalogue ul, #view tbody'))
  [...list.children].slice(4).forEach((one) => one.remove())"""


def _state(bench: Bench, state: str) -> None:
    if state == "an error":
        bench.refusals += 1
        bench.run("SELECT ?o { ?o skso:prefLabel ?x }")
    elif state == "nothing found":
        bench.run("SELECT ?o { ?o pg:membrOf ?x }")
    elif state == "a table":
        bench.run(LINKS)
        bench.rows()
    elif state == "a chart":
        bench.run(KINDS)
        bench.tab.click("#tab-chart")
        bench.tab.click(".numbers summary")
    elif state == "a question":
        bench.open("#question=members-at-date&date=2012-06-30")
        bench.tab.wait_for_selector("#p-date")
    elif state == "words and history":
        bench.tab.fill("#words", "who pays for the social work partnership?")
        bench.tab.click("#past summary")
        bench.tab.wait_for_selector("#offers a")
    elif state == "a list of completions":
        bench.complete("SELECT * { ?a pg:mem")


STATES = (
    "as it opens",
    "a table",
    "a chart",
    "an error",
    "nothing found",
    "a question",
    "words and history",
    "a list of completions",
)


@pytest.mark.parametrize("look", [(1440, 900, "light"), (1440, 900, "dark"), (390, 844, "light"), (390, 844, "dark")])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(
    fresh: Callable[..., Bench], look: tuple[int, int, str]
) -> None:
    width, height, scheme = look
    bench = fresh(viewport={"width": width, "height": height}, color_scheme=scheme).open()
    for number, state in enumerate(STATES):
        # Every state in light and in dark, the widths take turns; how it opens and the table are seen in all four.
        if number > 1 and (number + (width == 390) + (scheme == "dark")) % 2:
            continue
        _state(bench, state)
        if number:
            bench.tab.evaluate(SHORTEN)
        assert _wrong(bench) == [], (state, look)
        assert bench.tab.evaluate("document.documentElement.scrollWidth") <= width, (state, look)


def test_the_keyboard_goes_through_everything_and_out_of_the_editor(bench: Bench) -> None:
    way = []
    for _ in range(90):
        bench.tab.keyboard.press("Tab")
        way.append(_focused(bench))
        if way[-1] == "run":
            break
    assert way[0] == "Skip to the content"
    places = [way.index(one) for one in ("search", "scheme", "words", "catalogue", "as-of", "editor", "run")]
    assert places == sorted(places)
    bench.tab.keyboard.press("Shift+Tab")
    assert _focused(bench) == "editor"
    # With a list open, Esc closes it and Tab goes on.
    bench.tab.keyboard.press("Control+End")
    bench.tab.keyboard.press("Control+Space")
    listed = bench.tab.locator("#editor .cm-tooltip-autocomplete li")
    listed.first.wait_for()
    bench.tab.keyboard.press("Escape")
    until(lambda: listed.count() == 0)
    bench.tab.keyboard.press("Tab")
    assert _focused(bench) == "run"
    assert "Esc closes the list; then Tab leaves the editor." in bench.tab.inner_text("#keys")
    bench.tab.keyboard.press("Enter")
    bench.outcome()
    bench.rows()
    for _ in range(3):
        bench.tab.keyboard.press("Tab")
    assert _focused(bench) == "tab-table"
    bench.tab.keyboard.press("ArrowRight")
    assert _focused(bench) == "tab-chart"
    bench.tab.locator("svg.chart").wait_for()
    bench.tab.keyboard.press("Tab")
    assert _focused(bench) == "CSV"


def test_a_question_is_asked_by_the_keyboard_alone(bench: Bench) -> None:
    bench.tab.focus("#words")
    bench.tab.keyboard.type("who leads a partnership")
    # What is offered changes while the words are typed; the link and the heading of its form say the same.
    bench.tab.locator("#offers li:first-child a", has_text="Who leads, according to whom").wait_for()
    bench.tab.keyboard.press("Tab")
    bench.tab.keyboard.press("Enter")
    bench.tab.locator("#question h3:focus", has_text="Who leads, according to whom").wait_for()
    bench.tab.keyboard.press("Tab")
    assert _focused(bench) == "p-partnership"
    bench.tab.keyboard.press("Enter")
    assert "rows in" in bench.outcome()


def test_the_reader_chooses_light_or_dark_and_it_is_kept(fresh: Callable[..., Bench]) -> None:
    bench = fresh(color_scheme="light").open()
    paper = "getComputedStyle(document.body).backgroundColor"
    light = bench.tab.evaluate(paper)
    bench.tab.get_by_role("button", name="Dark colours").click()
    dark = bench.tab.evaluate(paper)
    assert dark != light
    bench.open()
    assert bench.tab.evaluate(paper) == dark
    bench.tab.get_by_role("button", name="Light colours").click()
    assert bench.tab.evaluate(paper) == light
    system = fresh(color_scheme="dark").open()
    assert system.tab.evaluate(paper) == dark


def test_without_scripts_the_page_says_what_it_is_and_lists_the_questions(fresh: Callable[..., Bench]) -> None:
    bench = fresh(java_script_enabled=False)
    bench.tab.goto(bench.address + "ask")
    text = bench.tab.inner_text("main")
    assert "/sparql" in text
    assert "Who leads, according to whom" in text
    assert "who-leads" in text
    assert not bench.tab.is_visible("#run")
    assert not bench.tab.is_visible("#words")
    assert _visible_empty(bench) == []


def _visible_empty(bench: Bench) -> list[str]:
    """Headings that nothing stands under: the parts that only scripts fill are not shown."""
    return [one for one in bench.tab.locator("h2:visible").all_inner_texts() if one in ("Query", "Answer")]
