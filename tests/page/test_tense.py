"""What has ended stands in the past: by the day of the reader, and without scripts where that needs no clock."""

from __future__ import annotations

import re
from typing import Any

import networkx as nx
import pytest

from partnergraph.grammar import past_wording, plural_wording, timeless_wording
from partnergraph.page import Page, draw
from partnergraph.page.build_diagram import build_diagram, prepare_network
from partnergraph.page.layout.radial_layout import opening_drawings
from partnergraph.page.page_questions import PageQuestions
from partnergraph.page.view_model import ViewModel
from partnergraph.vocabulary import concepts
from tests.page.conftest import Opener

NUMBERS = "no one two three four five six seven eight nine".split()
WORDS = {"forward": "is a member of", "inverse": "has as a member", "label": "membership"}
# Of each membership its end; the latest source speaks for 2018.
ENDS = {"Long over": "2001-12-31", "Over since": "2021-12-31", "Open": None}


def members(ends: dict[str, str | None], confirmed: str = "2018-05-01") -> nx.MultiDiGraph[str]:
    """A body and what it is or was a member of, and another that took over its work."""
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(title="T", focus="Us", kinds={"membership": {"partners": True}})
    graph.add_node("Us", family="school", label="Us")
    for name, end in ends.items():
        dates: dict[str, Any] = {"end": end, "end_bounds": (end, end)} if end else {}
        graph.add_edge("Us", name, key=name, kind="membership", last_confirmed=confirmed, **WORDS, **dates)
    graph.add_nodes_from(ends, family="partnership")
    graph.add_edge(
        "Us",
        "Heir",
        key="change",
        kind="succession",
        label="became",
        forward="passed its work to",
        inverse="took over work from",
        start="2019-05",
        start_bounds=("2019-05-01", "2019-05-31"),
        derived=True,
        standing="accepted",
    )
    return graph


def test_every_wording_of_a_kind_of_relationship_has_a_past() -> None:
    wordings = {text for kind in concepts("relationship-kind") for text in (kind.forward, kind.inverse) if text}
    assert len(wordings) > 30
    for wording in wordings | {plural_wording(text) for text in wordings}:
        past = past_wording(wording)
        assert past_wording(past) == past, wording
        assert not re.match(r"(?!was )(is|are|has|have|\w+(?<!s)s) ", past), wording
        assert timeless_wording(wording) in (past, f"{wording.split()[0]} or {past}")
    assert past_wording("business contact of") == "business contact of", "no verb that is known"


@pytest.mark.browser
def test_what_has_ended_stands_in_the_past_everywhere(show: Opener) -> None:
    page = draw(members(ENDS))
    still = show(page.html, scripts=False).tab
    # Without a clock only what was over before the latest source spoke.
    assert [row.split("\t")[1:5] for row in still.locator("#claims tbody tr").all_inner_texts()] == [
        ["passed its work to", "Heir", "2019-05", "happened 2019-05"],
        ["was a member of", "Long over", "until 2001-12-31", "ended 2001-12-31"],
        ["is a member of", "Open", "not stated", "last confirmed 2018-05-01"],
        ["is a member of", "Over since", "until 2021-12-31", "last confirmed 2018-05-01"],
    ]
    assert "3 relationships and once one body became another" in still.inner_text(".counts")
    svg = page.svg
    assert (svg.count("was a member of"), svg.count("is a member of")) == (1, 2)
    shown = show(page.html)
    tab = shown.tab
    status = {"Heir": "happened 2019-05", "Long over": "ended 2001-12-31", "Over since": "ended 2021-12-31"}
    rows = [row.split("\t") for row in tab.locator("#claims tbody tr").all_inner_texts()]
    assert {row[2]: (row[1], row[4]) for row in rows} == {
        "Heir": ("passed its work to", status["Heir"]),
        "Long over": ("was a member of", status["Long over"]),
        "Open": ("is a member of", "last confirmed 2018-05-01 (status not known)"),
        "Over since": ("was a member of", status["Over since"]),
    }
    # An event has no status: neither the filter nor a count has it.
    options = tab.locator("#status-of option").evaluate_all(
        "(all) => all.map(({ text, disabled }) => [text, disabled])"
    )
    assert [text for text, disabled in options if not disabled] == ["any", "ended (2)", "not known (1)"]
    assert len(options) == 5
    assert tab.inner_text('[data-of="claims"]') == "all shown: 3 relationships and once one body became another"
    tab.evaluate("select({ body: BODIES.label.indexOf('Over since') })")
    panel = " ".join(tab.inner_text("#panel").split())
    assert "had as a member Us (until 2021-12-31)" in panel
    tab.evaluate("change({ focus: DATA.focus, body: DATA.focus })")
    drawn = tab.evaluate("[...focused.nodes.values()].map(({ rows }) => rows.map(({ text }) => text).join(' '))")
    assert "was a member of, ended 2021 Over since" in drawn
    assert "is a member of Open" in drawn
    # At a date before its end it had not ended.
    tab.evaluate("change({ ...START, date: '2000-06' })")
    assert (
        tab.locator("#claims tbody tr:visible", has_text="Over since").inner_text().split("\t")[1] == "is a member of"
    )
    tab.evaluate("change({ ...START, question: 'partners' })")
    answer = [" ".join(row.split()) for row in tab.locator(".answer-rows tbody tr").all_inner_texts()]
    assert sorted(row.partition(" of ")[0] for row in answer) == ["is a member", "was a member", "was a member"]
    # "now" leaves nothing of partners that have all ended, says so, and leads back.
    tab.evaluate("change({ ...START }); dateReport()")
    report = tab.locator("#report tbody tr[data-row] th").all_text_contents()
    assert [text for text in report if "member" in text] == [
        "was a member of Long over", "is a member of Open", "was a member of Over since"]  # fmt: skip
    assert shown.clean, shown


@pytest.mark.browser
def test_now_says_why_nothing_is_left_and_leads_back(show: Opener) -> None:
    graph = members({"A": "2001-12-31", "B": "2002-12-31"})
    graph.nodes["Us"]["end_bounds"] = ("2019-05-01", "2019-05-31")
    shown = show(draw(graph).html)
    tab = shown.tab
    assert not tab.is_visible("#now-note")
    tab.check("#moment-now")
    assert tab.inner_text("#now-note span") == (
        "Us ended in May 2019; what became of its own partnerships since is not recorded."
    )
    tab.click("#now-all")
    assert not tab.is_visible("#now-note")
    assert tab.is_checked("#moment-all")
    assert tab.evaluate("document.activeElement.id") == "moment-all"
    assert shown.clean, shown


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        (dict.fromkeys("ABC", "2001-12-31"), "was a member of"),
        (dict.fromkeys("ABC"), "is a member of"),
        ({"A": "2001-12-31", "B": None, "C": None}, "is or was a member of"),
        ({"A": "2030-12-31", "B": None, "C": None}, "is or was a member of"),
    ],
)
def test_a_heading_that_several_names_share_is_right_on_any_day(ends: dict[str, str | None], words: str) -> None:
    graph = members(ends)
    for number in range(30):  # so many that the phone has no room for a verb beside each name
        name = f"Partner number {number} of a long name that takes its room"
        end = {"end": ends["C"], "end_bounds": (ends["C"], ends["C"])} if ends["C"] else {}
        graph.add_edge("Us", name, key=name, kind="membership", last_confirmed="2018-05-01", **WORDS, **end)
        graph.add_node(name, family="partnership")
    prepared = prepare_network(graph)
    drawings = opening_drawings(prepared, build_diagram(prepared), lambda _: "dot")
    assert drawings is not None
    headings = " ".join(region["label"] for region in drawings["tall"]["regions"])
    assert f": {words}" in headings


def test_the_partners_add_up(keele_network: nx.MultiDiGraph[str], keele_page: Page) -> None:
    """The sums are those of their parts, the same in the question, in print, and, for those it has, in the headline."""
    network = prepare_network(keele_network)
    model = ViewModel(network, build_diagram(network))
    families = [{"code": code, "label": code} for code in model.diagram.families]
    counts = PageQuestions(model, families).counts

    def numbers(text: str) -> tuple[int, int]:
        """All bodies and all groups in a text."""
        own = re.findall(rf"(\d+|{'|'.join(NUMBERS)}) (partnership|partner|group)s?\b", text)
        value = [(NUMBERS.index(n) if n in NUMBERS else int(n), noun) for n, noun in own]
        return sum(n for n, noun in value if noun != "group"), sum(n for n, noun in value if noun == "group")

    assert numbers(counts.near) == numbers(counts.near_parts)
    assert numbers(counts.far) == numbers(counts.far_parts)
    assert numbers(counts.total) == tuple(map(sum, zip(numbers(counts.near), numbers(counts.far), strict=True)))
    assert min(numbers(counts.total)) > 5
    assert f"On record: {counts.total}: {counts.parts}." in keele_page.html
    head = re.sub(r"<[^>]+>", "", keele_page.html.partition('<p id="headline"')[2].partition("</p>")[0])
    inferred = re.search(r"(\d+) more are only inferred", head)
    assert inferred
    assert f"{inferred[1]} partners only by inference" in counts.far_parts
    through = re.search(r"with (\d+) organisations and (\w+) groups", head)
    assert through
    assert f"{through[1]} partners and {through[2]} groups as members of the same partnerships" in counts.far_parts
