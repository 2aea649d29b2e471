"""The date: what was in force, what is not known, and what changed since."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import networkx as nx
import pytest

from partnergraph.page import Page
from tests.page.driving import until

if TYPE_CHECKING:
    from tests.page.conftest import Opener

pytestmark = pytest.mark.browser


def test_the_date_shows_what_was_in_force_and_says_what_is_not_known(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html)
    every = page.tab.locator("#claims tbody tr:visible").count()
    page.tab.evaluate("change({ date: '2012-06' })")
    assert page.tab.inner_text("#date-shown") == "June 2012"
    assert page.tab.get_attribute("#date", "aria-valuetext") == "June 2012"
    rows = page.tab.locator("#claims tbody tr:visible").all_inner_texts()
    assert 0 < len(rows) < every
    assert not [row for row in rows if "2018-04 to" in row]
    open_ended = [row for row in rows if "not stated" in row]
    assert open_ended
    assert all("not known whether in force" in row for row in open_ended)
    assert page.tab.locator("#dated").is_visible()
    page.tab.focus("#date")
    page.tab.keyboard.press("ArrowRight")
    assert page.tab.inner_text("#date-shown") == "July 2012"
    page.tab.keyboard.press("Home")
    assert page.tab.inner_text("#date-shown") == "any time"
    assert page.tab.locator("#claims tbody tr:visible").count() == every
    assert page.clean, page


def test_the_same_rule_of_dates_holds_in_the_page_and_in_python(
    keele_page: Page, keele_network: nx.MultiDiGraph, show: Opener
) -> None:
    tab = show(keele_page.html).tab
    for month in ("2009-08", "2014-12", "2021-10"):
        told = dict(tab.evaluate(f"CLAIMS.key.map((key, claim) => [key, holds(claim, '{month}')])"))
        first, last = f"{month}-01", f"{month}-31"
        for key, data in ((k, d) for *_, k, d in keele_network.edges(keys=True, data=True)):
            (begins, begun), (lasts, over) = data["valid_from"], data["valid_until"]
            no = (begins and begins > last) or (over and over < first) or (begins and over and begins > over)
            surely = begun and lasts and begun <= last and lasts >= first
            short = re.sub(r"[^a-z0-9]+", "-", key.rpartition("/id/")[2].lower())
            assert told[short] == ("no" if no else "yes" if surely else "unknown"), (month, key)


def test_what_changed_since_is_marked_in_words_on_the_map_and_in_the_table(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html, address="#&date=2018-06&since=2012-01")
    assert page.tab.locator("#compared").is_visible()
    marks = page.tab.locator("#claims tbody tr:visible .at-date").all_inner_texts()
    assert {"new", "ended"} <= set(marks)
    labels = page.tab.evaluate("lines.get().map((line) => line.label).filter(Boolean)")
    assert {"new", "ended"} == set(labels)
    assert page.clean, page


def test_play_steps_through_the_years_and_stops_when_asked(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html)
    page.tab.click("#play")
    until(page.tab, "state.date !== null")
    assert page.tab.inner_text("#play") == "Stop"
    page.tab.click("#play")
    assert page.tab.inner_text("#play") == "Play"
    assert page.clean, page
