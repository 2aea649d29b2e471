"""What is chosen is brought forward with its paths to the focus, or all else is hidden; tables and counts follow."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import networkx as nx
import pytest

from partnergraph.page import Page, draw, view_model
from partnergraph.page.filters import FILTERS, ChoiceFilter

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab

    from tests.page.conftest import Opener

pytestmark = pytest.mark.browser

# What is brought forward, by keys.
BROUGHT = """() => {
  const found = brought(), keys = (name, column) => [name, [...found[name]].map((number) => column.key[number]).sort()];
  return Object.fromEntries([keys("claims", CLAIMS), keys("paths", CLAIMS),
    keys("own", BODIES), keys("bodies", BODIES)]);
}"""
NHS = "NHS body or provider of care"


def _rows(tab: Tab, table: str) -> list[str]:
    return tab.locator(f"#{table} tbody tr:visible").all_inner_texts()


def _drawn(tab: Tab) -> set[int]:
    """The bodies of all symbols that are drawn; a counted symbol says how many of its members are shown."""
    return set(tab.evaluate("dots.getIds().flatMap((id) => nodeOf(id).members?.filter(bodyShown) ?? [id])"))


def _key(iri: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", iri.rpartition("/id/")[2]).strip("-").lower()[:120]


@pytest.fixture(scope="module")
def partners() -> nx.MultiDiGraph:
    """We, two hubs, councils behind them, one joined to nobody, and a charity that left."""
    graph: nx.MultiDiGraph = nx.MultiDiGraph(title="Partners", focus="us")
    graph.graph["types"] = {"council": {"label": "council"}, "hub": {"label": "partnership"}}
    for name, kind in {
        **{"us": "university", "Hub A": "hub", "Hub B": "hub", "Charity": "charity", "Fund": "funder"},
        **dict.fromkeys(("North", "East", "South", "West", "Far"), "council"),
    }.items():
        graph.add_node(name, label=name, family=kind, type=kind)

    def add(a: str, b: str, kind: str, **more: Any) -> None:
        words = {"membership": "is a member of", "funding": "funds"}
        graph.add_edge(a, b, key=f"{a} {b} {kind}", kind=kind, label=kind, forward=words[kind], **more)

    add("us", "Hub A", "membership", start_bounds=("2010-01-01", "2010-12-31"))
    add("us", "Hub B", "membership")
    add("us", "West", "membership")
    add("Fund", "Hub A", "funding", last_confirmed="2019")
    add("North", "Hub A", "membership")
    add("East", "Hub A", "membership")
    add("East", "Hub B", "membership", standing="disputed")
    add("South", "North", "membership", inferred=True)
    add("Charity", "us", "funding", start_bounds=("2001-01-01", "2001-12-31"), end_bounds=("2012-03-01", "2012-03-31"))
    return graph


@pytest.fixture(scope="module")
def page(partners: nx.MultiDiGraph) -> Page:
    """The page of that graph."""
    return draw(partners)


def test_a_sort_comes_forward_with_its_shortest_paths_and_the_rest_stays(
    keele_page: Page, keele_network: nx.MultiDiGraph, show: Opener
) -> None:
    """Against networkx: every claim on any shortest path from a chosen body to the focus, and no other."""
    shown = show(keele_page.html)
    tab, focus = shown.tab, keele_network.graph["focus"]
    before = tab.evaluate("[dots.length, lines.length]")
    tab.locator("label", has_text=NHS).locator("input").check()
    assert tab.evaluate("[dots.length, lines.length]") == before, "nothing is hidden"
    chosen = {iri for iri, data in keele_network.nodes(data=True) if data["family"] == "health-service"}
    assert len(chosen) > 15
    plain = nx.Graph(keele_network)
    away = nx.single_source_shortest_path_length(plain, focus)
    steps = {
        frozenset(pair)
        for body in chosen & {*away}
        for path in nx.all_shortest_paths(plain, body, focus)
        for pair in nx.utils.pairwise(path)
    }
    between = {end for pair in steps for end in pair} - chosen
    listed = {key for a, b, key in keele_network.edges(keys=True) if {a, b} & chosen}
    claims = {key for a, b, key in keele_network.edges(keys=True) if key in listed and {a, b} <= chosen | between}
    assert claims < listed
    paths = {key for a, b, key in keele_network.edges(keys=True) if frozenset((a, b)) in steps} - listed
    ends = {end for a, b, key in keele_network.edges(keys=True) if key in claims | paths for end in (a, b)}
    found = tab.evaluate(BROUGHT)
    assert found["claims"] == sorted(map(_key, claims))
    assert found["paths"] == sorted(map(_key, paths))
    assert found["own"] == sorted(map(_key, chosen))
    assert found["bodies"] == sorted(map(_key, ends | chosen | {focus}))
    # The tables list what is chosen, and the counts say so.
    assert len(_rows(tab, "bodies")) == len(chosen)
    assert len(_rows(tab, "claims")) == len(listed)
    assert tab.inner_text('[data-of="claims"]').endswith(" shown")
    numbers = [int(n) for n in re.findall(r"\d+", tab.inner_text('[data-of="claims"]'))]
    events = {key for *_, key, kind in keele_network.edges(keys=True, data="kind") if kind == "succession"}
    expected = [len(listed - events), len(keele_network.edges) - len(events)]
    assert numbers == expected + ([len(listed & events), len(events)] if listed & events else [])
    direct = sum(away.get(body) == 1 for body in chosen)
    farther = sum(away.get(body, 0) > 1 for body in chosen)
    text = tab.inner_text("#active-text")
    assert text.startswith(f"{numbers[0]} of {numbers[1]} relationships, ")
    assert f", {len(chosen)} of {len(keele_network)} bodies." in text
    assert f"{direct} is joined to the School of Primary, Community and Social Care directly" in text
    assert f"{farther} through {len(between - {focus})} others" in text
    assert tab.inner_text("#status") == text, "said to a screen reader"
    # The second choice: all else is hidden, and nothing stands there without a line to us.
    tab.check("#mode-hide")
    drawn = _drawn(tab)
    assert drawn <= set(tab.evaluate("[...brought().bodies]"))
    joined = tab.evaluate("lines.get().flatMap((line) => [line.from, line.to])")
    alone = set(tab.evaluate("dots.getIds()")) - set(joined)
    assert len(alone) <= len(chosen - {*away})
    assert tab.evaluate("[dots.length, lines.length]") < before
    assert len(_rows(tab, "claims")) == len(listed)
    tab.locator("label", has_text=NHS).locator("input").uncheck()
    assert tab.evaluate("[dots.length, lines.length]") == before
    assert shown.clean, shown


def test_a_kind_comes_forward_and_only_hiding_takes_lines_away(
    keele_page: Page, keele_network: nx.MultiDiGraph, show: Opener
) -> None:
    shown = show(keele_page.html)
    tab, before = shown.tab, shown.tab.evaluate("lines.length")
    tab.select_option("#kind", label="funding")
    assert {row.split("\t")[1] for row in _rows(tab, "claims")} == {"funds", "funded"}
    assert tab.evaluate("lines.length") == before
    funding = tab.evaluate("[...emphasis().claims].map((claim) => DATA.kinds[CLAIMS.kind[claim]].code)")
    assert set(funding) == {"funding"}
    tab.check("#mode-hide")
    assert 0 < tab.evaluate("lines.length") < before / 2
    assert tab.evaluate("emphasis()") is None, "nothing fades where all else is hidden"
    tab.select_option("#kind", label="all kinds")
    assert tab.evaluate("lines.length") == before
    tab.uncheck("#inferred")
    stated = [key for *_, key, data in keele_network.edges(keys=True, data=True) if not data["inferred"]]
    assert tab.locator("#claims tbody tr:visible").evaluate_all("(rows) => rows.map((row) => row.id).sort()") == sorted(
        map(_key, stated)
    )
    assert tab.inner_text("#chips") == "without: inferred ×"
    assert shown.clean, shown


def test_the_tables_are_sorted_and_filtered(keele_page: Page, show: Opener) -> None:
    shown = show(keele_page.html)
    tab = shown.tab
    tab.locator("#bodies th button", has_text="Relationships").click()
    tab.locator("#bodies th button", has_text="Relationships").click()
    numbers = [int(text) for text in tab.locator("#bodies td:last-child").all_inner_texts()]
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[0] > numbers[-1]
    assert tab.locator('#bodies th[aria-sort="descending"]').count() == 1
    tab.fill("#filter-claims", "lead authority")
    rows = _rows(tab, "claims")
    assert rows
    assert all("lead" in row.lower() and "authority" in row.lower() for row in rows)
    assert shown.clean, shown


def test_source_and_standing_filter_the_tables_and_come_forward(keele_page: Page, show: Opener) -> None:
    shown = show(keele_page.html)
    tab = shown.tab
    tab.select_option("#standing", "disputed")
    rows = _rows(tab, "claims")
    [renamed] = [row for row in rows if "Coventry University" not in row]
    assert len(rows) == 4, "who leads, two departments that pay through it, and a trust that was renamed or formed anew"
    assert "University Hospital of North Staffordshire" in renamed
    assert tab.evaluate("emphasis().claims.size") == 4
    tab.select_option("#standing", "")
    tab.select_option(
        "#source",
        label="Our partners (School of Primary, Community and Social Care, Keele University), Keele University",
    )
    rows = _rows(tab, "claims")
    assert len(rows) > 20
    assert all("Our partners" in row for row in rows)
    # In the panel what the source says comes first; the rest waits.
    tab.evaluate("select({ body: BODIES.label.indexOf('West Midlands Social Work Teaching Partnership') })")
    tab.locator("#panel details.others > summary").click()
    first, more = (tab.locator(f"#panel {part} > li").count() for part in ("> .links", ".others > .links"))
    assert 0 < first < more
    around = tab.evaluate("AROUND[state.body].length")
    assert first + more == around
    assert shown.clean, shown


def test_a_filter_is_one_entry(keele_network: nx.MultiDiGraph, show: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its control, what it brings forward, its part of the address and the way back all come from the entry."""
    forms = {"quoted": "in quotation marks", "cited": "in our words"}

    def form(claim: dict[str, Any]) -> list[str]:
        return [piece["form"] for piece in claim["evidence"] if piece["form"] in forms]

    entry = ChoiceFilter("evidence-form", "Evidence", "any", form, lambda _: forms)
    monkeypatch.setattr(view_model, "FILTERS", (*FILTERS, entry))
    shown = show(draw(keele_network).html)
    quoted = {
        key
        for *_, key, data in keele_network.edges(keys=True, data=True)
        if any(e["form"] == "quoted" for e in data["evidence"])
    }
    assert 0 < len(quoted) < keele_network.number_of_edges()
    shown.tab.get_by_label("Evidence", exact=True).select_option("in quotation marks")
    assert len(_rows(shown.tab, "claims")) == len(quoted)
    assert shown.tab.url.endswith("#&evidence-form=quoted")
    assert shown.tab.inner_text("#chips") == "in quotation marks ×"
    shown.tab.reload()
    assert len(_rows(shown.tab, "claims")) == len(quoted)
    shown.tab.click("#everything")
    assert len(_rows(shown.tab, "claims")) == keele_network.number_of_edges()
    assert shown.clean, shown


def test_a_status_comes_forward_in_map_tables_and_counts(page: Page, show: Opener) -> None:
    shown = show(page.html)
    tab = shown.tab
    options = [text for text in tab.locator("#status-of option").all_inner_texts() if text != "any"]
    assert options == ["current – none known", "ended (1)", "ahead – none known", "not known (8)"]
    assert tab.locator("#status-of option:disabled").all_inner_texts() == [options[0], options[2]]
    tab.select_option("#status-of", "ended")
    [row] = _rows(tab, "claims")
    assert row.startswith("Charity")
    assert "ended 2012-03" in row
    assert tab.evaluate(BROUGHT)["bodies"] == ["charity", "us"]
    assert tab.inner_text("#active-text") == (
        "1 of 9 relationships, 2 of 10 bodies. Of these bodies 1 is joined to us directly."
    )
    tab.select_option("#status-of", "not known")
    assert len(_rows(tab, "claims")) == 8
    assert tab.url.endswith("#&status=not-known")
    assert len([row for row in _rows(tab, "claims") if "last confirmed 2019 (status not known)" in row]) == 1
    # At another date the same relationship is another thing.
    tab.evaluate("change({ status: 'current', date: '2005-06' })")
    [row] = _rows(tab, "claims")
    assert row.startswith("Charity")
    tab.evaluate("change({ status: 'ahead' })")
    [row] = _rows(tab, "claims")
    assert "Hub A" in row, "it began in 2010"
    assert shown.clean, shown


def test_relationships_are_sorted_by_status_also_after_the_date_has_changed(page: Page, show: Opener) -> None:
    tab = show(page.html).tab
    tab.locator("#claims th button", has_text="Status").click()
    for date in ("null", "'2005-06'", "'2011-06'"):
        tab.evaluate(f"change({{ date: {date}, status: null }})")
        texts = tab.locator("#claims tbody tr:visible td.now").all_inner_texts()
        assert len(texts) >= 8
        assert texts == sorted(texts), date
    assert len(set(texts)) > 1


def test_now_hides_what_has_ended_and_says_how_much(page: Page, show: Opener) -> None:
    shown = show(page.html)
    tab, before = shown.tab, shown.tab.evaluate("[dots.length, lines.length]")
    assert tab.locator("#bodies tr.over > th").all_inner_texts() == ["Charity"]
    assert tab.inner_text("#moment-note") == "“now” hides 1 relationship and 1 body"
    tab.check("#moment-now")
    assert tab.inner_text("#moment-note") == "1 relationship and 1 body hidden; none of the rest known to be current"
    assert tab.evaluate("[dots.length, lines.length]") == [before[0] - 1, before[1] - 1]
    assert len(_rows(tab, "claims")) == 8
    assert not [row for row in _rows(tab, "bodies") if row.startswith("Charity")]
    assert tab.url.endswith("#&ended=no")
    # What has ended can be asked for all the same.
    tab.select_option("#status-of", "ended")
    assert len(_rows(tab, "claims")) == 1
    assert tab.is_disabled("#moment-now")
    tab.select_option("#status-of", "not known")
    assert len(_rows(tab, "claims")) == 8
    tab.click("#everything")
    assert tab.evaluate("[dots.length, lines.length]") == before
    assert tab.is_checked("#moment-all")
    assert shown.clean, shown


def test_a_focus_that_has_ended_stays_and_a_body_that_ended_says_when(show: Opener) -> None:
    graph: nx.MultiDiGraph = nx.MultiDiGraph(focus="us")
    graph.add_node("us", label="us", end_bounds=("2020-08-01", "2020-08-31"))
    graph.add_node("Closed", label="Closed", end_bounds=("2015-01-01", "2015-12-31"))
    graph.add_edge("us", "Later", kind="succession", forward="became")
    graph.add_edge("Closed", "Later", kind="succession", forward="became")
    tab = show(draw(graph).html).tab
    assert sorted(tab.locator("#bodies tr.over > th").all_inner_texts()) == ["Closed", "us"]
    tab.check("#moment-now")
    assert [row.split("\t")[0] for row in _rows(tab, "bodies")] == ["Later", "us"]
    assert len(_rows(tab, "claims")) == 1
    tab.check("#moment-all")
    tab.evaluate("select({ body: BODIES.label.indexOf('Closed') })")
    assert "; ended 2015" in tab.inner_text("#panel")


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_what_filters_is_seen_in_the_first_screen_and_taken_away_with_a_click(
    page: Page, show: Opener, width: int, height: int
) -> None:
    shown = show(page.html, width=width, height=height)
    tab = shown.tab
    tab.locator("label", has_text="council").locator("input").check()
    if width < 760:
        tab.click("#views > summary")
    tab.select_option("#kind", label="membership")
    if width < 760:
        tab.keyboard.press("Escape")
    tab.evaluate("scrollTo(0, 0)")
    chips = tab.locator("#chips button")
    assert chips.all_inner_texts() == ["membership ×", "council ×"]
    for control in (*chips.all(), tab.locator("#everything"), tab.locator("#active-text")):
        button = control.evaluate("(control) => control.tagName === 'BUTTON'")
        box = control.bounding_box()
        assert box
        assert box["y"] + box["height"] < height - 200, "above the map, and some of the map below it"
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["height"] >= (24 if button else 12)
    # By keyboard: the next chip has the focus, then what stands beside the last one.
    chips.first.focus()
    tab.keyboard.press("Enter")
    assert chips.all_inner_texts() == ["council ×"]
    assert tab.evaluate("document.activeElement.textContent") == "council ×"
    assert tab.input_value("#kind") == ""
    tab.keyboard.press("Enter")
    after = "document.querySelector('#views > summary')" if width < 760 else "document.querySelector('#moment-all')"
    assert tab.evaluate(f"document.activeElement === {after}")
    assert not tab.locator("[data-family]:checked").count()
    assert tab.is_hidden("#everything")
    assert tab.inner_text("#status") == "Everything is shown."
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert shown.clean, shown


@pytest.mark.parametrize("name", ["North", "East", "Fund"])
def test_a_body_that_is_found_or_selected_never_fades(page: Page, show: Opener, name: str) -> None:
    """Whatever is brought forward, or hidden, on each map: its symbol has its colour and its label is drawn."""
    shown = show(page.html)
    tab = shown.tab
    faded = """(name) => {
      const body = BODIES.label.indexOf(name), look = dots.get(dotOf(body));
      return look === null || look.color.background === inks().page || !labels.some(({ id }) => id === dotOf(body));
    }"""
    for kind in ("funding", "membership"):
        for mode in ("highlight", "hide"):
            for everything in (True, False):
                tab.evaluate("(to) => change({ ...START, ...to })", {"everything": everything, "mode": mode})
                tab.select_option("#kind", label=kind)
                tab.evaluate("(name) => select({ body: BODIES.label.indexOf(name) })", name)
                for change in ("{}", "{ focus: state.body }", "{ focus: null, steps: 2 }"):
                    tab.evaluate(f"change({change}); network.redraw()")
                    assert not tab.evaluate(faded, name), (kind, mode, everything, change)
    assert shown.clean, shown


def test_counts_say_how_the_chosen_are_joined_to_the_focus(page: Page, show: Opener) -> None:
    tab = show(page.html).tab
    tab.evaluate("change({ types: [DATA.families.findIndex((family) => family.code === 'council')] })")
    assert tab.inner_text("#active-text") == (
        "5 of 9 relationships, 5 of 10 bodies. "
        "Of these bodies 1 is joined to us directly, 3 through 2 others and 1 is not joined to it."
    )
    # A claim that is inferred is no way where inferred ones are left out.
    tab.uncheck("#inferred")
    assert "2 through 2 others and 2 are not joined to it" in tab.inner_text("#active-text")
    assert tab.evaluate(BROUGHT)["paths"] == ["us-hub-a-membership", "us-hub-b-membership"]


def test_a_graph_without_focus_kinds_and_dates_is_filtered_as_well(show: Opener) -> None:
    graph = nx.karate_club_graph()
    nx.set_node_attributes(graph, {node: data["club"].lower() for node, data in graph.nodes(data=True)}, "family")
    shown = show(draw(graph).html)
    tab = shown.tab
    assert not tab.locator(".active").is_visible(), "nothing filters, nothing has ended"
    assert tab.locator("#date").count() == 0
    officer = [node for node, data in graph.nodes(data=True) if data["family"] == "officer"]
    touching = [edge for edge in graph.edges if {*edge} & {*officer}]
    tab.locator("label", has_text="officer").locator("input").check()
    found = tab.evaluate(BROUGHT)
    assert found["paths"] == []
    assert len(found["own"]) == len(officer)
    assert len(found["claims"]) == len([edge for edge in graph.edges if {*edge} <= {*officer}])
    assert tab.inner_text("#active-text") == (
        f"{len(touching)} of {graph.number_of_edges()} relationships, {len(officer)} of {len(graph)} bodies."
    )
    tab.check("#mode-hide")
    assert len(_drawn(tab)) == len(officer)
    assert len(_rows(tab, "claims")) == len(touching), "the table lists all that they have to do with"
    assert tab.locator("#status-of option").evaluate_all(
        "(options) => options.filter(({ disabled }) => !disabled).map(({ value }) => value)"
    ) == ["", "not known"], "what nothing is is not offered"
    tab.evaluate("change({ status: 'current' })")
    assert _rows(tab, "claims") == []
    assert tab.locator("#status-of option:disabled").count() == 2, "what is chosen is not disabled"
    tab.click("#everything")
    assert len(_rows(tab, "claims")) == graph.number_of_edges()
    assert shown.clean, shown


@pytest.mark.parametrize("names", [[], ["alone"], ["a", "b"]])
def test_a_graph_of_next_to_nothing_is_filtered_without_an_error(show: Opener, names: list[str]) -> None:
    graph: nx.Graph = nx.path_graph(names) if len(names) > 1 else nx.Graph()
    graph.add_nodes_from(names)
    shown = show(draw(graph).html)
    shown.tab.evaluate("change({ types: DATA.families.map((_, family) => family), status: 'ended', mode: 'hide' })")
    assert shown.tab.inner_text("#active-text") == (
        f"0 of {max(0, len(names) - 1)} relationship{'' if len(names) == 2 else 's'}, 0 of {len(names)} bodies."
    )
    shown.tab.click("#everything")
    assert shown.tab.locator("#bodies tbody tr:visible").count() == len(names)
    assert shown.clean, shown


def test_the_csv_holds_the_rows_listed_with_their_status(page: Page, show: Opener) -> None:
    tab = show(page.html).tab
    tab.select_option("#status-of", "ended")
    head, *rows = tab.evaluate("claimsAsCsv()").strip().splitlines()
    assert '"status"' in head
    [row] = rows
    assert row.startswith('"Charity","funds","us"')
    assert '"ended 2012-03"' in row
