"""The menu of questions and their answers as a person meets them: clicks, keyboard, addresses, phone, no scripts."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING

import networkx as nx
import pytest

from partnergraph.page import Page, draw
from tests.page.driving import SCHOOL, TEACHING, until

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab

    from tests.page.conftest import Opener

pytestmark = pytest.mark.browser

LEADS = "who-leads.org-west-midlands-social-work-teaching-partnership"
MENU = "#questions-menu summary"
HEADING = "#panel-heading"


def _open(tab: Tab) -> None:
    tab.click(MENU)
    until(tab, "byId('questions-menu').lastElementChild.childElementCount > 0")


def _text(tab: Tab) -> str:
    return " ".join(" ".join(tab.locator("#panel .answer-text").all_inner_texts()).split())


def test_an_answer_has_a_sentence_a_short_table_and_the_claims_for_the_map(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html)
    _open(page.tab)
    page.tab.click("#questions-menu button:text('Who were our main partners?')")
    assert page.tab.inner_text(HEADING) == "Who were our main partners?"
    assert _text(page.tab).startswith(
        f"The {SCHOOL} had 13 partners and five groups on record: four partnerships and four "
    )
    rows = page.tab.locator(".answer-rows tbody tr")
    assert rows.count() == 12
    page.tab.click("#panel button:text('Show more (7)')")
    assert rows.count() == 19
    claims = page.tab.evaluate("questionClaims()")
    assert len(claims) == 19
    # Each row has its evidence, a link to its claim, and links to the bodies.
    first = rows.first
    first.locator(".evidence-button").click()
    assert "Our partners" in page.tab.locator(".evidence-row").inner_text()
    assert page.tab.locator(".evidence-row mark, .evidence-row q, .evidence-row cite").count() > 0
    first.locator(".evidence-button").click()
    assert page.tab.locator(".evidence-row").count() == 0
    assert page.clean, page


def test_closing_returns_to_the_map_and_back_to_what_was_before(keele_page: Page, show: Opener) -> None:
    tab = show(keele_page.html, fresh=True).tab
    _open(tab)
    tab.click("#questions-menu button:text('What has ended?')")
    assert tab.evaluate("location.hash").split("&")[0] == "#question=ended"
    tab.click("#panel .close")
    assert tab.locator("#panel").is_hidden()
    assert tab.evaluate("location.hash") == ""
    tab.go_back()
    until(tab, "state.question === 'ended' && byId('panel-heading')?.textContent === 'What has ended?'")
    tab.go_back()
    until(tab, "state.question === null && byId('panel').hidden")


def test_a_body_that_is_looked_at_leads_back_to_the_answer(keele_page: Page, show: Opener) -> None:
    tab = show(keele_page.html, address="#question=" + LEADS).tab
    tab.locator(".answer-rows a", has_text="Coventry University").click()
    assert tab.inner_text(HEADING) == "Coventry University"
    assert "question=" + LEADS in tab.evaluate("location.hash")
    tab.click("#answer-back")
    assert tab.inner_text(HEADING).startswith("Who leads")
    tab.keyboard.press("Escape")
    until(tab, "state.question === null")


@pytest.mark.parametrize("address", ["#question=" + LEADS, "#&question=" + LEADS])
def test_an_address_opens_the_answer_beside_the_map(keele_page: Page, show: Opener, address: str) -> None:
    tab = show(keele_page.html, address=address).tab
    assert tab.inner_text(HEADING) == f"Who leads the {TEACHING}, and is it disputed?"
    text = _text(tab)
    assert text.startswith(f"Two bodies are named as leading the {TEACHING}: Coventry City Council as lead authority")
    assert "Coventry University as lead authority (disputed; according to “Our partners" in text
    assert "That is disputed: the table shows both sides." in text
    assert re.search(r"Whether these two relationships hold .+ is not known\.$", text)


NOTHING_ASKED = (
    *(
        "who-leads.nobody",
        "who-leads",
        "changed-since.20",
        "way-to-us.",
        "nothing",
        "__proto__",
        "partners-of-family.x",
    ),
    "%E0%A4%A",
)


@pytest.mark.parametrize("code", NOTHING_ASKED)
def test_an_address_that_asks_nothing_shows_the_map(keele_page: Page, show: Opener, code: str) -> None:
    page = show(keele_page.html, address="#question=" + code)
    assert page.tab.locator("#panel").is_hidden()
    assert page.tab.evaluate("state.question") is None
    assert page.clean, page


def test_with_the_keyboard_alone(keele_page: Page, show: Opener) -> None:
    tab = show(keele_page.html).tab
    tab.focus(MENU)
    tab.keyboard.press("Enter")
    until(tab, "byId('questions-menu').lastElementChild.childElementCount > 0")
    tab.keyboard.press("Escape")
    assert not tab.evaluate("byId('questions-menu').open")
    assert tab.evaluate("document.activeElement.textContent") == "Questions"
    tab.keyboard.press("Enter")
    until(tab, "byId('questions-menu').lastElementChild.childElementCount > 0")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Who were our main partners?"
    tab.keyboard.press("Enter")
    # The heading of the answer has the keyboard, and the live region says the answer.
    assert tab.evaluate("document.activeElement.id") == "panel-heading"
    assert "Who were our main partners? The School of Primary" in tab.inner_text("#status")
    assert "on record" in tab.inner_text("#status")
    for _ in range(12):
        tab.keyboard.press("Tab")
        if tab.evaluate("document.activeElement.className") == "evidence-button":
            break
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.getAttribute('aria-expanded')") == "true"
    assert tab.locator(".evidence-row").count() == 1
    tab.keyboard.press("Escape")
    assert tab.locator("#panel").is_hidden()
    assert tab.evaluate("document.activeElement.id") == "find"


def test_any_other_body_can_be_asked_about(keele_page: Page, show: Opener) -> None:
    tab = show(keele_page.html).tab
    _open(tab)
    tab.fill("#about", "Primary Care Versus Arthritis")
    tab.keyboard.press("Enter")
    offered = tab.locator("#questions-menu button", has_text="Primary Care Versus Arthritis").all_inner_texts()
    assert "Who funds Primary Care Versus Arthritis or part of its work?" in offered
    tab.click("#questions-menu button:text('How is Primary Care Versus Arthritis connected to us?')")
    assert _text(tab).startswith("Directly: ")
    _open(tab)
    tab.fill("#about", "University of Exeter")
    tab.keyboard.press("Enter")
    assert tab.locator("#questions-menu button", has_text="Exeter").all_inner_texts() == [
        "How is the University of Exeter connected to us?"
    ]


def test_asking_lets_filters_go_but_not_the_date(keele_page: Page, show: Opener) -> None:
    tab = show(keele_page.html, address="#&date=2014-06&kind=funding").tab
    tab.evaluate("ask('partners')")
    assert tab.evaluate("[state.kind, state.date]") == [None, "2014-06"]
    assert "in June 2014" in _text(tab)
    assert tab.evaluate("location.hash").startswith("#question=partners&date=2014-06")


def test_on_a_phone_the_sentence_stands_first_and_the_map_above_it(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html, width=390, height=844)
    _open(page.tab)
    menu = page.tab.locator("#questions-menu > div").bounding_box()
    assert menu is not None
    assert menu["x"] >= 0
    assert menu["x"] + menu["width"] <= 390
    page.tab.click("#questions-menu button:text('Who were our main partners?')")
    until(page.tab, "scrollY >= 0")
    page.tab.evaluate("document.querySelector('.explorer').scrollIntoView()")
    sentence, table, canvas = (
        page.tab.locator(part).first.bounding_box() for part in ("#panel .answer-text", ".answer-rows", "#map canvas")
    )
    panel = page.tab.locator("#panel").bounding_box()
    assert sentence
    assert table
    assert canvas
    assert panel
    assert sentence["y"] < table["y"]
    assert sentence["y"] < 844
    assert min(panel["y"], 844) - canvas["y"] > 150  # pixels of the map that can be seen with it
    assert page.tab.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.clean, page


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1440, "dark"), (390, "light")])
def test_axe_finds_nothing_in_the_menu_nor_in_an_answer(
    keele_page: Page, show: Opener, width: int, scheme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    tab = show(keele_page.html, width=width, scheme=scheme, fresh=True).tab
    tab.evaluate(Axe().axe_script)
    run = """(where) => axe.run(where, { resultTypes: ['violations'] })
      .then((found) => found.violations.map((one) => [one.id, one.nodes.map((node) => node.html)]))"""
    _open(tab)
    assert tab.evaluate(run, [".explorer"]) == []
    tab.fill("#about", "Coventry")
    assert tab.evaluate(run, [".explorer"]) == []
    for code in (LEADS, "ended", "way-to-us.org-keele-university"):
        tab.evaluate("(code) => ask(code)", code)
        tab.locator(".evidence-button").first.click()
        assert tab.evaluate(run, [".explorer"]) == []
    assert tab.evaluate(run, ["#questions"]) == []


def test_without_scripts_the_answers_that_need_no_choice_can_be_read(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html, scripts=False)
    assert not page.tab.locator(MENU).is_visible()
    headings = page.tab.locator("#questions h3").all_inner_texts()
    assert headings == [
        "Who were our main partners?",
        "What sorts of partners did we have?",
        "Since when were we partners?",
        "What has ended?",
        "What do we know only from one source?",
        "What do we know only by inference?",
    ]
    section = page.tab.inner_text("#question-partners")
    assert "had 13 partners and five groups on record" in section
    assert "7 more stand in the table of relationships." in section
    assert "NHS body or provider of care" in page.tab.inner_text("#question-partners-of-family")
    row = page.tab.locator("#question-since-when tbody tr").first
    assert "Arthritis Research UK funded Primary Care Versus Arthritis" in " ".join(row.inner_text().split())
    assert "2008" in row.inner_text()
    key = row.locator("a.what").get_attribute("href") or ""
    assert page.tab.locator(f"#claims tr{key}").count() == 1
    assert page.tab.locator("#questions [data-question]:visible").count() == 0
    page.tab.emulate_media(media="print")
    assert not page.tab.locator("#questions").is_visible()


def test_the_section_leads_to_the_map_and_says_what_holds_today(keele_page: Page, show: Opener) -> None:
    tab = show(keele_page.html).tab
    statuses = tab.locator("#question-ended td.now").all_inner_texts()
    assert statuses
    assert all(status.startswith(("ended", "not known", "last confirmed", "current", "ahead")) for status in statuses)
    tab.click("#question-ended button")
    assert tab.inner_text(HEADING) == "What has ended?"
    assert abs(tab.evaluate("document.querySelector('.explorer').getBoundingClientRect().top")) < 500


_KINDS = {"funding": ("funds", "is funded by"), "membership": ("is a member of", "has member")}


def _small(edges: list[tuple[str, str, str]], focus: str | None = None, **attributes: object) -> nx.MultiDiGraph[str]:
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(focus=focus, **attributes)
    for number, (a, b, kind) in zip(count(), edges, strict=False):
        forward, inverse = _KINDS[kind]
        graph.add_edge(a, b, key=f"claim {number}", kind=kind, forward=forward, inverse=inverse)
    return graph


@pytest.mark.parametrize(
    ("graph", "offered"),
    [
        (nx.MultiDiGraph([("a", "b"), ("b", "c")]), []),
        (_small([("a", "b", "funding")]), ["who-pays"]),
        (
            _small([("a", "b", "funding"), ("c", "d", "membership")], "a"),
            ["partners", "since-when", "who-pays", "way-to-us"],
        ),
        (_small([("a", "b", "membership")], "z"), []),
        (_small([("a", "b", "funding")], "a", compared=True), []),
        (nx.MultiDiGraph(), []),
    ],
    ids=["without kinds", "without a focus", "undated", "focus elsewhere", "compared", "nothing"],
)
def test_a_question_that_makes_no_sense_is_not_offered(
    graph: nx.MultiDiGraph[str], offered: list[str], show: Opener
) -> None:
    page = show(draw(graph).html)
    assert page.tab.evaluate("ASKING ? ASKING.offered.map(([name]) => name) : []") == offered
    assert page.tab.locator(MENU).count() == (1 if offered else 0)
    assert page.tab.locator("#questions").count() == (1 if {"partners"} & set(offered) else 0)
    if "partners" in offered:
        page.tab.evaluate("ask('partners')")
        assert (
            _text(page.tab)
            == "a has one partner on record: b. On "
            + page.tab.evaluate("longDay(READ[0])")
            + " it is not known whether it holds."
        )
        page.tab.evaluate("ask('way-to-us.d')")
        assert _text(page.tab) == "No relationship on record leads from a to d, nor do several in a row."
    assert page.clean, page


def test_hostile_names_stay_text(show: Opener) -> None:
    evil = "<img src=x onerror=alert(1)>"
    graph = _small(
        [(evil, "us", "funding"), ("us", "question-partners", "membership"), ("questions", "us", "funding")], "us"
    )
    page = show(draw(graph).html)
    for code in ("partners", "who-pays.us", "way-to-us.question-partners-2", "partners"):
        page.tab.evaluate("(code) => ask(code)", code)
    _open(page.tab)
    page.tab.evaluate("ask('who-pays.us')")
    assert evil in _text(page.tab)
    assert page.tab.locator("img").count() == 0
    ids: list[str] = page.tab.evaluate("[...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(ids) == len(set(ids))
    assert page.clean, page


@pytest.fixture(scope="module")
def large() -> nx.MultiDiGraph[str]:
    """A focus in a hundred partnerships of fifty members each: 5,000 bodies."""
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(focus="us")
    number = count()

    def add(a: str, b: str, kind: str) -> None:
        words = dict(zip(("forward", "inverse"), _KINDS[kind], strict=True))
        graph.add_edge(a, b, key=f"claim {next(number)}", kind=kind, last_confirmed="2020", **words)

    for partnership in range(100):
        add("us", f"Partnership {partnership}", "membership")
        for member in range(50):
            add(f"Member {partnership}-{member}", f"Partnership {partnership}", "membership")
            if member % 5 == 0:
                add(f"Member {partnership}-{member}", f"Partnership {(partnership + 1) % 100}", "funding")
    return graph


def test_thousands_of_bodies_are_asked_about_without_freezing(large: nx.MultiDiGraph[str], show: Opener) -> None:
    page = show(draw(large).html)
    spent = {}
    for code in ("partners", "who-pays.partnership-7", "way-to-us.member-3-4", "inferred-only"):
        begun = page.tab.evaluate(
            """(code) => {
              const at = performance.now(), found = answerTo(code);
              return [performance.now() - at, found?.rows.length ?? null];
            }""",
            code,
        )
        spent[code] = begun
    assert [rows for _, rows in spent.values()] == [100, 10, 2, None]
    assert all(milliseconds < 500 for milliseconds, _ in spent.values()), spent
    _open(page.tab)
    page.tab.click("#questions-menu button:text('Who are our main partners?')")
    assert page.tab.locator(".answer-rows tbody tr").count() == 12
    page.tab.locator(".evidence-button").first.click()
    assert "last confirmed 2020" in page.tab.inner_text(".evidence-row")
    assert page.clean, page
