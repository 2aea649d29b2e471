"""An address is a link to exactly what is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from partnergraph.page import Page

if TYPE_CHECKING:
    from tests.page.conftest import Opener

pytestmark = pytest.mark.browser


def test_an_address_selects_and_what_is_selected_is_in_the_address(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html, address="#org-coventry-university")
    assert page.tab.inner_text("#panel-heading") == "Coventry University"
    page.tab.locator("#panel .links summary").first.click()
    page.tab.locator("#panel .links a").first.click()
    heading = page.tab.inner_text("#panel-heading")
    assert heading != "Coventry University"
    assert page.tab.url.endswith(page.tab.evaluate("'#' + BODIES.key[state.body]"))
    page.tab.go_back()
    assert page.tab.inner_text("#panel-heading") == "Coventry University"
    page.tab.keyboard.press("Escape")
    page.tab.locator("#panel .close").click()
    assert not page.tab.locator("#panel").is_visible()
    assert page.clean, page


def test_an_address_holds_the_whole_view(keele_page: Page, show: Opener) -> None:
    first = show(keele_page.html).tab
    first.evaluate("select({ body: BODIES.label.indexOf('Coventry University') })")
    first.evaluate("change({ date: '2018-06', since: '2012-01', inferred: false, unfolded: true, steps: 2 })")
    first.evaluate("change({ ended: false, status: 'not known', mode: 'hide', everything: true, question: 'ended' })")
    for label in ("local government", "university or college"):
        first.locator("label", has_text=label).locator("input").check()
    first.select_option("#kind", label="membership")
    first.click("#closer")
    keep = "JSON.stringify([{ ...state, camera: null }, state.camera.map(Math.round)])"
    second = show(keele_page.html, address=first.url[first.url.index("#") :]).tab
    assert second.evaluate(keep) == first.evaluate(keep)
    assert second.locator("label", has_text="local government").locator("input").is_checked()
    for part in ("status=not-known", "mode=hide", "ended=no", "map=everything", "question=ended", "&types="):
        assert part in second.url


def test_a_broken_address_is_an_ordinary_view(keele_page: Page, show: Opener) -> None:
    page = show(
        keele_page.html,
        address="#%E0%A4%A&date=2018-99&steps=x&at=1,a,0&types=,&status=over&mode=x&ended=&map=all&to=nobody&kind=%&step=-1",
    )
    assert page.tab.evaluate("JSON.stringify(addressOf())") == '""'
    assert page.clean, page


def test_the_map_of_everything_and_a_question_are_steps_that_back_undoes(keele_page: Page, show: Opener) -> None:
    tab = show(keele_page.html, address="#&kind=funding", fresh=True).tab
    tab.evaluate("change({ everything: true })")
    assert tab.url.endswith("#&kind=funding&map=everything")
    tab.select_option("#kind", label="membership")
    tab.go_back()
    assert tab.url.endswith("#&kind=funding")
    assert tab.evaluate("state.everything") is False
