"""An address is a link to exactly what is shown."""

from __future__ import annotations

from collections.abc import Callable
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
    first.evaluate("change({ date: '2018-06-15', since: '2012-01', inferred: false, unfolded: true, steps: 2 })")
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
        address="#%E0%A4%A&date=2018-02-30&steps=x&at=1,a,0&types=,&status=over&mode=x&ended=&map=all&to=nobody&kind=%&step=-1",
    )
    assert page.tab.evaluate("JSON.stringify(addressOf())") == '""'
    assert page.clean, page


def test_every_choice_is_a_step_that_back_undoes_and_forward_repeats(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html, address="#&kind=funding", fresh=True)
    tab = page.tab
    # A counted symbol of the opening map, claims of several pairs of bodies, and filters by their controls.
    counted = "[...opening.nodes.values()].find(({ members }) => members?.length > 2).id"
    choices: list[Callable[[], object]] = [
        lambda: tab.evaluate("change({ everything: true })"),
        lambda: tab.select_option("#kind", label="membership"),
        lambda: tab.locator("label", has_text="local government").locator("input").check(),
        lambda: tab.check("#moment-now"),
        lambda: tab.check("#mode-hide"),
        lambda: tab.select_option("#since", "2018-01"),
        lambda: tab.click("#chips button >> nth=0"),
        lambda: tab.click("#everything"),
        lambda: tab.click("#map-of"),
        lambda: tab.evaluate(f"select({{ fold: {counted} }})"),
        lambda: tab.evaluate("select({ claims: [3, 9, 40] })"),
    ]
    shown = "[addressOf(), JSON.stringify({ ...state, camera: null })]"
    states, length = [tab.evaluate(shown)], tab.evaluate("history.length")
    for choose in choices:
        choose()
        states.append(tab.evaluate(shown))
        assert tab.evaluate("decodeURIComponent(location.hash.slice(1)) === decodeURIComponent(addressOf())")
        # Moving the map is no step.
        tab.evaluate("zoom(1.3); change({ camera: null })")
    assert len({address for address, _ in states}) == len(states) - 1, "only the whole map is shown twice"
    assert tab.evaluate("history.length") == length + len(choices)
    for state in states[-2::-1]:
        tab.go_back()
        assert tab.evaluate(shown) == state
    assert tab.input_value("#kind") == str(tab.evaluate("state.kind"))
    for state in states[1:]:
        tab.go_forward()
        assert tab.evaluate(shown) == state
    assert page.clean, page


def test_a_slider_that_is_dragged_and_a_day_that_is_typed_are_one_step_each(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html, fresh=True)
    tab = page.tab
    length = tab.evaluate("history.length")
    tab.locator("#date").scroll_into_view_if_needed()
    box = tab.locator("#date").bounding_box()
    assert box
    y = box["y"] + box["height"] / 2

    def drag(start: float, end: float) -> None:
        tab.mouse.move(box["x"] + start * box["width"], y)
        tab.mouse.down()
        tab.mouse.move(box["x"] + end * box["width"], y, steps=6)
        tab.mouse.up()

    drag(0.1, 0.4)
    first = tab.evaluate("state.date")
    assert first
    assert tab.evaluate("history.length") == length + 1
    drag(0.4, 0.6)
    second = tab.evaluate("state.date")
    assert tab.evaluate("history.length") == length + 2
    # By keyboard: all that is changed while the control has the focus.
    tab.focus("#day")
    tab.keyboard.type("12122014")
    assert tab.evaluate("state.date") == "2014-12-12"
    assert tab.evaluate("history.length") == length + 3
    tab.focus("#date")
    for _ in range(4):
        tab.keyboard.press("ArrowRight")
    assert tab.evaluate("state.date") == "2015-04"
    assert tab.evaluate("history.length") == length + 4
    for date in ("2014-12-12", second, first, None):
        tab.go_back()
        assert tab.evaluate("state.date") == date
        assert tab.input_value("#day") == (date if date == "2014-12-12" else "")
    assert page.clean, page


def test_back_to_a_part_of_the_page_shows_what_was_shown_there(keele_page: Page, show: Opener) -> None:
    tab = show(keele_page.html, address="#&kind=funding", fresh=True).tab
    tab.click(".jumps a[href='#sources']")
    assert tab.url.endswith("#sources")
    tab.select_option("#kind", label="membership")
    tab.select_option("#standing", "disputed")
    for end, kind in (("#&kind=membership", "membership"), ("#sources", "funding"), ("#&kind=funding", "funding")):
        tab.go_back()
        assert tab.url.endswith(end)
        assert tab.evaluate("DATA.kinds[state.kind].code") == kind
