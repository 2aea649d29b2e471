"""The short report that the page prints: two or three sheets for any graph, with scripts and without."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

import networkx as nx
import pytest

from partnergraph.claims.date_window import bounds_in_words
from partnergraph.grammar import past_wording
from partnergraph.page import Page, draw
from partnergraph.page.print_report import MAX_DISPUTES, days_in_words
from tests.page.conftest import Opener
from tests.page.paper import Sheet, read
from tests.page.probes import PROBES, hostile

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab

browser = pytest.mark.browser
SOURCES = {"a": {"title": "The annual report", "publisher": "The Trust", "date": "2021", "url": None}}
QUOTED = {"id": "e1", "form": "quoted", "words": "works with", "source": "a", "passage": "It works with many.", "at": 3}


def _squeezed(text: object) -> str:
    return "".join(str(text).split())


def _printed(tab: Tab) -> list[Sheet]:
    """The sheets that come of Ctrl and P."""
    return read(tab.pdf(prefer_css_page_size=True))


def _text(sheets: list[Sheet]) -> str:
    return "".join(sheet.text for sheet in sheets)


def star(partners: int, label: str = "Partner {} of the place", families: int = 6) -> nx.MultiDiGraph:
    """A focus with so many partners, each with three of its own, and disputes; long lists of everything."""
    graph = nx.MultiDiGraph(title="A star", focus="us", sources=SOURCES)
    graph.add_node("us", label="Our School", type="school")
    for number in range(partners):
        graph.add_node(f"p{number}", label=label.replace("{}", str(number)), type=f"type-{number % families}")
        start = (f"{1990 + number % 30}-01-01", f"{1990 + number % 30}-12-31")
        more: dict[str, Any] = {"start_bounds": start, "last_confirmed": "2018", "evidence": [QUOTED]}
        if number % 3 == 0:
            more |= {
                "standing": "disputed",
                "standing_note": "The other source says that it ended.",
                "counter_evidence": [QUOTED],
            }
        graph.add_edge(
            "us", f"p{number}", key=f"c{number}", kind="funding", forward="funds", inverse="is funded by", **more
        )
        for other in range(3):
            graph.add_node(f"q{number}-{other}", label=f"Member {other} of {number}", type="member")
            graph.add_edge(f"p{number}", f"q{number}-{other}", kind="has-member", forward="has member")
    return graph


def plain(bodies: int) -> nx.Graph:
    """A graph without a word about anything."""
    return nx.path_graph(bodies)


def without_focus(claims: int) -> nx.MultiDiGraph:
    """So many claims among bodies of three types, no focus."""
    graph = nx.MultiDiGraph(title="No focus")
    for number in range(claims):
        graph.add_edge(f"Body {number}", f"Body {number * 7 % 50}", kind="k", forward="works with")
    for number, node in enumerate(graph):
        graph.nodes[node]["type"] = f"type-{number % 3}"
    return graph


GRAPHS = {
    "three bodies": plain(3),
    "nothing": nx.DiGraph(),
    "bodies without a relationship": nx.empty_graph(4),
    "one partner": star(1),
    "twelve partners": star(12),
    "300 partners": star(300),
    "300 partners of long names": star(
        300, "Royal and Ancient Joint Committee for Nursing, Midwifery and Practice {}" * 3
    ),
    "300 partners of 300 types": star(300, families=300),
    "no focus": without_focus(40),
    "no focus, many": without_focus(1200),
    "hostile": hostile(PROBES["end of script"]),
    "hostile and without end": hostile("W" * 3000),
}


@browser
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("name", GRAPHS)
def test_the_report_is_two_or_three_sheets_for_any_graph(show: Opener, name: str, scripts: bool) -> None:
    graph = GRAPHS[name]
    page = show(_drawn(name), scripts=scripts, fresh=True)
    sheets = _printed(page.tab)
    assert 1 <= len(sheets) <= 3
    if graph.number_of_edges():
        assert len(sheets) >= 2
        assert sheets[0].strokes
        assert re.search("Relationships(of|bytype)", sheets[1].text)
    small = {size: letters for sheet in sheets[1:] for size, letters in sheet.sizes.items() if size < 8}
    assert not small
    assert not sum(sheet.pictures for sheet in sheets)
    assert page.clean, page


@cache
def _drawn(name: str) -> str:
    """The page of a graph, drawn once for both ways of reading it."""
    return draw(GRAPHS[name]).html


@browser
def test_long_lists_are_cut_openly_and_counted(show: Opener) -> None:
    text = _text(_printed(show(draw(star(300)).html, fresh=True).tab))
    rows = len(re.findall(r"fundsPartner\d+oftheplace", text))
    assert rows > 60
    shown = [int(number) for number in re.findall(r"\((\d+)of50relationships\)", text)]
    assert len(shown) == 6
    assert max(shown) - min(shown) <= 1
    assert f"{100 - MAX_DISPUTES}moredisputedclaimsareinthetablesofthepage" in text
    left = int(re.findall(r"(\d+)morerelationshipsareinthetables", text)[0])
    assert left >= 300 - sum(shown)


@browser
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_the_report_of_the_keele_graph(
    keele_page: Page, keele_network: nx.MultiDiGraph, show: Opener, scripts: bool
) -> None:
    page = show(keele_page.html, scripts=scripts, fresh=True)
    sheets = _printed(page.tab)
    text = _text(sheets)
    assert len(sheets) in (2, 3)
    focus = keele_network.graph["focus"]
    assert _squeezed(f"Relationships of {keele_network.nodes[focus]['label']}") in sheets[1].text
    assert sheets[0].strokes > 100, "the map"
    for a, b, data in keele_network.edges(data=True):
        if focus not in (a, b):
            continue
        subject, partner = (data["forward"], b) if a == focus else (data["inverse"], a)
        # The School ended before the latest source: only what it passed on is no relationship of the past.
        assert _squeezed(f"{past_wording(subject)} {keele_network.nodes[partner]['label']}") in text
    for _, _, data in keele_network.edges(data=True):
        if data["standing"] == "disputed":
            assert _squeezed(data["forward"]) in text
            assert _squeezed("Against it:") in text
    cited = len(keele_network.graph["sources"])
    assert f"{cited}sourcesarecited" in text
    assert "Alsocalled,identifiers" not in text
    assert ("Status:on" in text) == scripts
    assert page.clean, page


@browser
def test_the_status_is_that_of_the_day_on_which_it_is_printed(show: Opener) -> None:
    graph = nx.MultiDiGraph(title="T", focus="a")
    dates: dict[str, dict[str, Any]] = {
        "over": {"start_bounds": ("2001-01-01", "2001-12-31"), "end_bounds": ("2009-01-01", "2009-12-31")},
        "open": {"start_bounds": ("2001-01-01", "2001-12-31"), "last_confirmed": "2018"},
        "now": {"start_bounds": ("2001-01-01", "2001-12-31"), "end_bounds": ("2900-01-01", "2900-12-31")},
        "ahead": {"start_bounds": ("2899-01-01", "2899-12-31")},
    }
    for name, bounds in dates.items():
        graph.add_edge("a", name, key=name, forward="works with", kind="k", **bounds)
    page = show(draw(graph).html, fresh=True)
    _printed(page.tab)
    cells = page.tab.evaluate(
        "Object.fromEntries([...document.querySelectorAll('#report [data-row]')].map((row) => "
        "[row.querySelector('th b').textContent, [...row.cells].slice(1).map((cell) => cell.textContent.trim())]))"
    )
    assert cells == {
        "over": ["2001", "2009", "ended"],
        "open": ["2001", "", "last confirmed 2018"],
        "now": ["2001", "2900", "current"],
        "ahead": ["2899", "", "ahead"],
    }
    assert page.tab.evaluate("document.querySelectorAll('#report tr.over').length") == 1
    assert page.tab.text_content("#report-day") == (
        f" Status: on {page.tab.evaluate('today()')}; “current” and “ended” only where the dates say so."
    )
    page.tab.evaluate("change({ date: '2005-06' })")
    assert "Status:inJune2005" in _text(_printed(page.tab))
    still = show(draw(graph).html, scripts=False, fresh=True).tab
    text = _text(_printed(still))
    assert "workswithopen2001lastconfirmed2018" in text
    assert "workedwithover20012009ended" in text, "what was over before the latest confirmation needs no clock"
    assert not re.search("current|ahead2899.*ahead|Status:", text)


@browser
def test_everything_is_the_second_choice_and_the_first_comes_back(keele_page: Page, show: Opener) -> None:
    tab = show(keele_page.html, fresh=True).tab
    # Without a screen there is no dialog: what is printed next is what it would show, and its end is told alike.
    tab.evaluate("globalThis.print = () => {}")
    tab.click(".menu summary")
    tab.click("#print-all")
    assert len(_printed(tab)) > 20
    assert len(_printed(tab)) <= 3
    tab.click("#print")
    assert len(_printed(tab)) <= 3
    tab.check("#print-everything")
    tab.click(".menu summary")
    tab.click("#print")
    assert len(_printed(tab)) <= 3
    assert len(_printed(tab)) > 20, "the choice in the footer stays"


@pytest.mark.parametrize(
    "bounds",
    [
        *(("2014-01-01", "2014-12-31"), ("2016-02-01", "2016-02-29"), ("2014-06-30", "2014-06-30"), (None, None)),
        *((None, "2014-06-30"), ("2014-06-30", None), ("2014-06-30", "2015-01-01"), ("2014-02-01", "2014-02-27")),
    ],
)
def test_dates_are_worded_as_everywhere_else(bounds: tuple[str | None, str | None]) -> None:
    assert days_in_words(bounds) == (bounds_in_words(bounds) or "")
