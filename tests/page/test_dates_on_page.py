"""The date: what was valid, what is not known, and what changed since."""

from __future__ import annotations

import re
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING

import networkx as nx
import pytest

from partnergraph.claims.date_window import date_window
from partnergraph.claims.relationships import read_claims
from partnergraph.network import build_network
from partnergraph.page import Page, draw
from partnergraph.store import Reader
from tests.page.driving import until

if TYPE_CHECKING:
    from tests.page.conftest import Opener

pytestmark = pytest.mark.browser


def test_the_date_shows_what_was_valid_and_says_what_is_not_known(keele_page: Page, show: Opener) -> None:
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
    assert all("not known" in row for row in open_ended)
    assert page.tab.locator("#dated").is_visible()
    assert page.tab.locator("#chips").inner_text() == "valid in June 2012 ×"
    statuses = page.tab.locator("#claims tbody tr:visible td.now").all_inner_texts()
    unknown = len([status for status in statuses if "not known" in status])
    words = f"Whether {unknown} of these relationships held in June 2012 is not known."
    assert page.tab.inner_text("#active-text").endswith(words)
    page.tab.focus("#date")
    page.tab.keyboard.press("ArrowRight")
    assert page.tab.inner_text("#date-shown") == "July 2012"
    page.tab.keyboard.press("Home")
    assert page.tab.inner_text("#date-shown") == "any time"
    assert page.tab.locator("#claims tbody tr:visible").count() == every
    assert page.clean, page


def test_a_day_is_typed_within_the_span_and_what_is_not_known_then_is_hollow_and_says_so(
    keele_page: Page, show: Opener
) -> None:
    page = show(keele_page.html)
    tab = page.tab
    tab.focus("#day")
    tab.keyboard.type("10102009")
    assert tab.evaluate("state.date") == "2009-10-10"
    assert tab.inner_text("#date-shown") == tab.get_attribute("#date", "aria-valuetext") == "10 October 2009"
    assert tab.inner_text("#chips") == "valid on 10 October 2009 ×"
    assert " held on 10 October 2009 is not known." in tab.inner_text("#active-text")
    # A day that lies without the span is refused in words, and leaves what was.
    first, last = tab.get_attribute("#day", "min"), tab.get_attribute("#day", "max")
    assert (first, last) == tuple(tab.evaluate("[DATA.span[0] + '-01-01', DATA.span[1] + '-12-31']"))
    tab.fill("#day", "1900-05-05")
    assert tab.inner_text("#date-shown").startswith("choose a day from 1 January ")
    assert tab.evaluate("state.date") == "2009-10-10"
    tab.focus("#play")
    assert tab.input_value("#day") == "2009-10-10"
    # No word in the plain present, and no symbol in colour, of which nothing surely held then.
    tab.fill("#day", f"{tab.evaluate('DATA.span[0]')}-01-01")
    seen = tab.evaluate(
        """[...opening.nodes.values()].filter(({ id }) => id !== DATA.focus && dots.get(id)).map((node) => {
          const drawn = edgesNow().filter(({ claims }) => claims.some(claimShown));
          const own = drawn.filter(({ from, to }) => [from, to].includes(node.id));
          const words = rowsOf(node).filter(({ quiet }) => quiet).map(({ text }) => text);
          return [own.every((edge) => lineStatus(edge) === "unknown"),
            dots.get(node.id).color.background === inks().page, words.at(-1) ?? "not known then"];
        })"""
    )
    unknown = [rest for is_unknown, *rest in seen if is_unknown]
    assert len(unknown) > 5
    assert all(hollow and words.endswith("not known then") for hollow, words in unknown)
    tab.fill("#day", "2014-06-15")
    assert tab.evaluate("dots.get().filter(({ color }) => color.background !== inks().page).length") > 3
    tab.fill("#day", "")
    assert tab.evaluate("state.date") is None
    assert page.clean, page


def test_the_page_says_of_any_day_what_the_library_says(keele_page: Page, whole: Reader, show: Opener) -> None:
    """A thousand days, months and years: of every claim its status, and in words; and whether it held."""
    tab = show(keele_page.html).tab
    claims = {
        re.sub(r"[^a-z0-9]+", "-", claim.iri.rpartition("/id/")[2].lower()): claim
        for claim in read_claims(whole, derived=("succession",))
    }
    shown = tab.evaluate("CLAIMS.key")
    assert len(shown) > 150
    random = Random(16)
    days = [(date(2005, 1, 1) + timedelta(random.randrange(8000))).isoformat() for _ in range(980)]
    times = [*days, *(f"{year}-{month:02}" for year, month in ((2009, 8), (2014, 12), (2021, 10))), "2014", "2020"]
    found = tab.evaluate(
        """(times) => times.map((time) => CLAIMS.key.map((key, claim) => [
          wordsOn(claim, daysOf(time)),
          holds(claim, time)]))""",
        times,
    )
    for time, page in zip(times, found, strict=True):
        for key, (words, held) in zip(shown, page, strict=True):
            assert words == claims[key].status_in_words(time), (time, key)
            assert held == claims[key].holds(*date_window(time)), (time, key)


def test_what_is_over_on_the_day_of_reading_is_said_and_grey(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html, address="#&map=everything")
    tab = page.tab
    rows = dict(zip(tab.evaluate("CLAIMS.key"), tab.locator("#claims tbody tr td.now").all_inner_texts(), strict=True))
    health = rows["rel-working-alongside-impact-accelerator-unit-public-health-england"]
    assert health == "ended 2021-10-01 at the latest"
    statuses = ("current", "ended", "not known", "last confirmed", "ahead", "happened")
    assert all(text.startswith(statuses) for text in rows.values())
    grey = tab.locator("#bodies tbody tr.over > th").all_inner_texts()
    assert [name for name in grey if name.startswith("Public Health England")]
    body = tab.evaluate("BODIES.label.indexOf('Public Health England')")
    assert tab.evaluate(f"dots.get({body}).color.background === inks().rule")
    assert tab.locator("#over").is_visible()
    tab.evaluate(f"select({{ body: {body} }})")
    assert "executive agency; ended 2021-10-01" in tab.inner_text("#panel")
    assert "ended 2021-10-01" in tab.locator("#panel li.over").first.inner_text()
    # At a date of one's own nothing is grey: what was over is left out.
    tab.evaluate("change({ date: '2014-06' })")
    assert tab.locator(".over:visible").count() == 0
    assert tab.locator("#panel .then").first.inner_text() == "current"
    assert page.clean, page


def test_without_scripts_stands_when_it_was_last_confirmed(keele_page: Page, show: Opener) -> None:
    tab = show(keele_page.html, scripts=False).tab
    texts = tab.locator("#claims tbody tr td.now").all_inner_texts()
    assert {re.sub(r"( between)? \S*\d.*", "", text) for text in texts} == {"", "last confirmed", "happened", "ended"}
    assert "Public Health England ended 2021-10-01" in tab.locator("#claims .bounded").all_inner_texts()
    assert tab.locator("#over").is_visible()  # the picture shows what has ended by the latest source


def test_a_page_as_of_a_date_says_what_was_so_then(whole: Reader, show: Opener) -> None:
    tab = show(draw(build_network(whole, as_of="2014")).html).tab
    texts = set(tab.locator("#claims tbody tr td.now").all_inner_texts())
    assert "current" in texts
    assert not [text for text in texts if text.startswith(("ended", "ahead"))]
    assert "Status: as of 2014." in tab.inner_text("#claims caption")


def test_what_changed_since_is_marked_in_words_on_the_map_and_in_the_table(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html, address="#&date=2018-06&since=2012-01&map=everything")
    assert page.tab.locator("#compared").is_visible()
    rows = page.tab.locator("#claims tbody tr:visible").count()
    marks = page.tab.locator("#claims tbody tr:visible .at-date").all_inner_texts()
    assert set(marks) == {"new", "ended"}
    assert len(marks) == rows, "the table lists what changed"
    labels = page.tab.evaluate("lines.get().map((line) => line.label ?? line.word).filter(Boolean)")
    assert {"new", "ended"} <= set(labels) <= {"new", "ended", "changed"}
    assert page.clean, page


def test_changed_since_compares_with_today_at_once_and_nothing_is_dotted(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html)
    tab, lines = page.tab, page.tab.evaluate("lines.length")
    tab.select_option("#since", "2018-01")
    expected = tab.evaluate(
        """CLAIMS.key.map((_, claim) => {
          const over = CLAIMS.end[claim]?.[1], begins = CLAIMS.start[claim]?.[0], today = READ[0];
          if (over && over < today && over >= '2018-01-01') return 'ended';
          return begins && begins >= '2018-01-01' && begins <= today ? 'new' : '';
        })"""
    )
    assert tab.evaluate("CLAIMS.key.map((_, claim) => CHANGES[status(claim)] ?? '')") == expected
    counts = {what: expected.count(what) for what in ("new", "ended")}
    assert min(counts.values()) > 5
    text = tab.inner_text("#active-text")
    assert tab.inner_text("#status") == text
    # The same that surely changed as in the answer to the question; what may have is said apart.
    question = tab.evaluate("answerTo('changed-since.2018').sentences[0]")
    assert question.partition(", ")[2].partition(". Only")[0] in text
    words = "no one two three four five six seven eight nine".split()
    [may_begin, may_end] = (
        words.index(n) if n in words else int(n) for n in re.findall(r"(\w+)(?: more)? may have", text)
    )
    sure = tab.evaluate("new Set(sureChanges('2018-01').map(({ claim }) => claim)).size")
    assert sure + may_begin + may_end == sum(counts.values())
    assert tab.inner_text("#compared").startswith("From January 2018 to ")
    assert tab.locator("#claims tbody tr:visible").count() == sum(counts.values())
    assert tab.evaluate("lines.length") == lines, "nothing is hidden"
    assert tab.evaluate("lines.get().filter(({ dashes }) => dashes && dashes[0] === 1.5).length") == 0
    # The slider changes the later date.
    tab.focus("#date")
    tab.keyboard.press("End")
    assert tab.input_value("#since") == "2018-01"
    tab.evaluate("change({ date: '2014-06', since: null })")
    disabled = tab.locator("#since option:disabled").all_inner_texts()
    assert {"2015", "2024"} <= set(disabled)
    assert "2014" not in disabled
    assert page.clean, page


def _several(*spans: tuple[str | None, str | None]) -> nx.MultiDiGraph:
    """Claims of one kind between the same two bodies, each from the first to the last day of years."""
    graph: nx.MultiDiGraph = nx.MultiDiGraph()
    for start, end in spans:
        graph.add_edge(
            *("a", "b"),
            kind="membership",
            start_bounds=start and (f"{start}-01-01", f"{start}-12-31"),
            end_bounds=end and (f"{end}-01-01", f"{end}-12-31"),
        )
    return graph


@pytest.mark.parametrize(
    ("spans", "at_once", "by_2016"),
    [
        ([("2001", "2005"), ("2002", "2012")], "changed", "ended"),
        ([("2001", "2012"), ("2002", "2014")], "ended", "ended"),
        ([("2015", None), ("2013", None)], "new", "new"),
        ([("2001", "2012"), ("2015", None)], "changed", "changed"),
        ([("2001", "2012"), (None, None)], "changed", "changed"),
        ([("2001", None), (None, None)], "", ""),
        ([("2013", "2014")], "ended", "ended"),
        ([("2020", None)], "new", ""),
    ],
)
def test_a_line_is_new_or_ended_only_if_all_its_claims_are(
    show: Opener, spans: list[tuple[str | None, str | None]], at_once: str, by_2016: str
) -> None:
    """Since 2010: until today, and until June 2016; what was over before is not on the map of a date."""
    tab = show(draw(_several(*spans)).html).tab
    label = "lines.get().map((line) => line.label ?? line.word ?? '')"
    tab.evaluate("change({ since: '2010-01' })")
    assert tab.evaluate(label) == [at_once]
    tab.evaluate("change({ date: '2016-06' })")
    assert tab.evaluate(label) == ([] if spans == [("2020", None)] else [by_2016])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_changes_and_disputes_never_look_alike(show: Opener, scheme: str) -> None:
    """Neither on a page that compares two dates nor on one that compares two graphs."""
    graph = _several(("2001", "2012"))
    graph.add_edge("b", "c", kind="membership", standing="disputed")
    tab = show(draw(graph).html, scheme=scheme).tab
    tab.evaluate("change({ since: '2010-01', mode: 'highlight' }); select({ claims: [0, 1] })")
    looks = tab.evaluate("lines.get().map(({ color, dashes, width, label }) => [color.color, dashes, width, label])")
    ink = tab.evaluate("inks()")
    by_colour = {colour: rest for colour, *rest in looks}
    assert ink["past"] != ink["accent"]
    assert by_colour[ink["past"]] == [[8, 3, 2, 3], 3, "ended"]
    dashes, width, *_ = by_colour[ink["accent"]]
    assert (dashes, width >= 2.2) == (False, True)
    compared = _several((None, None))
    compared.graph["compared"] = True
    compared.edges["a", "b", 0]["change"] = "gone"
    compared.add_edge("b", "c", kind="membership", standing="disputed", change="unchanged")
    second = show(draw(compared).html, scheme=scheme).tab
    colours = set(second.evaluate("lines.get().map(({ color }) => color.color)"))
    assert colours == {ink["past"], ink["accent"]}
    strokes = "[...document.querySelectorAll('.keys .line')].map((line) => getComputedStyle(line).stroke)"
    legend = second.evaluate(strokes)
    of = {name: "rgb({}, {}, {})".format(*(int(ink[name][at : at + 2], 16) for at in (1, 3, 5))) for name in ink}
    assert of["past"] in legend
    assert of["accent"] in legend
    assert legend.count(of["accent"]) == 1, "of what is disputed, and of nothing else"


def test_play_steps_through_the_years_and_stops_when_asked(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html)
    page.tab.click("#play")
    until(page.tab, "state.date !== null")
    assert page.tab.inner_text("#play") == "Stop"
    page.tab.click("#play")
    assert page.tab.inner_text("#play") == "Play"
    assert page.clean, page


def test_under_a_heading_with_a_verb_what_has_ended_says_so(keele_page: Page, show: Opener) -> None:
    network: nx.MultiDiGraph = nx.MultiDiGraph(focus="us", families={"council": {"label": "council"}})
    ended = {"start_bounds": ["2001-01-01", "2001-12-31"], "end_bounds": ["2004-01-01", "2004-12-31"]}
    for number in range(30):
        network.add_node(f"c{number:02}", label=f"Town {number:02}", family="council")
        own = ended if number == 4 else {}
        network.add_edge("us", f"c{number:02}", key=f"e{number}", kind="x", forward="works with", inverse="x", **own)
    rows = "(name) => rowsOf(opening.nodes.get(BODIES.label.indexOf(name))).map(({ text }) => text).join(' ')"
    tab = show(draw(network).html, width=390, height=844).tab
    assert tab.evaluate("opening.regions.map(headingOf)") == ["Councils: works or worked with"]
    assert tab.evaluate(rows, "Town 04") == "Town 04, ended 2004"
    assert tab.evaluate(rows, "Town 05") == "Town 05"
    headings = show(keele_page.html, width=390, height=844).tab.evaluate("opening.regions.map(headingOf)")
    assert "networks: was a member of" in " ".join(headings)  # all of that has ended


def test_a_body_that_surely_did_not_exist_at_a_date_is_neither_drawn_nor_counted(show: Opener) -> None:
    graph = nx.MultiDiGraph(focus="us")
    lives = {
        "Young": {"start_bounds": ("2018-01-01", "2018-12-31")},
        "Gone": {"end_bounds": ("2010-01-01", "2010-12-31")},
    }
    for name in ["us", "Young", "Gone", "Old"]:
        graph.add_node(name, label=name, family="charity", **lives.get(name, {}))
        if name != "us":
            graph.add_edge("us", name, key=name, kind="membership", forward="is part of")
    tab = show(draw(graph).html).tab
    shown = "BODIES.label.filter((_, body) => bodyShown(body)).sort()"
    for day, expected in [
        ("2012-06", ["Old", "us"]),
        ("2018-06", ["Old", "Young", "us"]),
        ("2010", ["Gone", "Old", "us"]),
    ]:
        tab.evaluate("(date) => change({ date })", day)
        assert tab.evaluate(shown) == expected
        assert f"{len(expected)} of 4 bodies" in tab.inner_text("#active-text")
    assert tab.inner_text("#moment-note") == "with a date, the map is of that time"
    tab.evaluate("change({ since: '2011-01' })")
    assert tab.evaluate(shown) == ["Gone", "Old", "Young", "us"]
    tab.evaluate("change({ ...START, date: '2012-06' })")
    rows = tab.evaluate("[...drawing().nodes.values()].flatMap((node) => rowsOf(node).map(({ text }) => text))")
    assert "part of, not known then" in rows
    assert not [row for row in rows if "is part of, not" in row]
