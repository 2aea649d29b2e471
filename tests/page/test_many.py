"""Many nodes: what an overview folds away is drawn with its neighbours when it is asked for."""

from __future__ import annotations

import math
import random
import re
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import networkx as nx
import numpy as np
import pytest

from partnergraph.page import Page, draw
from tests.page.driving import PAINTED, filled, find, panel_of, until

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab

    from tests.page.conftest import Opener, Watched

pytestmark = pytest.mark.browser

BODIES, STAR = 5000, 103
LEAF, PROGRAMME, CROWD = "NHS Trust of Place 3000", "Programme 47", "Programme 200"
KINDS = {
    "membership": ("is a member of", "has member"),
    "funding": ("funds", "is funded by"),
    "support": ("supports", "is supported by"),
}
LONG = "Royal and Ancient Joint Committee for Nursing, Midwifery and Community Practice of Place {}"
# Every label, symbol and line of the drawing, in pixels of the map's box; a line as points along it.
DRAWN = """() => {
  const dom = (x, y) => { const at = network.canvasToDOM({ x, y }); return [at.x, at.y]; }, scale = network.getScale();
  return {
    labels: labels.map((one) => [one.id, ...dom(one.left, one.top), ...dom(one.right, one.bottom), one.size * scale]),
    symbols: [...focused.nodes.values()].map((one) => [one.id, ...dom(...one.focus), one.size * scale]),
    lines: focused.edges.map((edge) => {
      const [a, b] = [edge.from, edge.to].map((id) => focused.nodes.get(id).focus), bend = edge.bend.focus;
      const c = [(a[0] + b[0]) / 2 + (b[1] - a[1]) * bend, (a[1] + b[1]) / 2 - (b[0] - a[0]) * bend];
      const along = (t) => dom(...[0, 1].map((i) => (1 - t) ** 2 * a[i] + 2 * t * (1 - t) * c[i] + t * t * b[i]));
      return [edge.from, edge.to, Array.from({ length: 101 }, (_, i) => along(i / 100))];
    }),
    room: roomFor(),
  };
}"""
AT = """(name) => {
  const box = document.getElementById('map').getBoundingClientRect();
  const node = focused.nodes.get(BODIES.label.indexOf(name));
  const at = network.canvasToDOM({ x: node.focus[0], y: node.focus[1] });
  return [box.left + at.x, box.top + at.y];
}"""
NAMES = "[...focused.nodes.keys()].map((body) => BODIES.label[body])"


@pytest.fixture(scope="module")
def large() -> nx.MultiDiGraph:
    """Programmes of about fifteen members, every fifth in a second one; one with a hundred, some of them tied twice."""
    dice = random.Random(7)
    number = count()
    graph: nx.MultiDiGraph = nx.MultiDiGraph(title="A large network", sources={"s": {"title": "Annual report"}})
    programmes = BODIES // 15
    for body in range(BODIES):
        kind = dice.choice(["NHS Trust", "Local Authority", "Charity"])
        label = f"Programme {body}" if body < programmes else f"{kind} of Place {body}"
        if body == 3000:
            label = LEAF
        elif body >= BODIES - 40:
            label = LONG.format(body)
        graph.add_node(
            f"/id/org/o{body}",
            label=label,
            type="programme" if body < programmes else kind,
            names=[{"name": f"P{body}"}],
        )

    def claim(one: int, other: int, kind: str | None = None, **more: object) -> None:
        kind = kind or dice.choice(sorted(KINDS))
        key = next(number)
        forward, inverse = KINDS[kind]
        proof = {"id": f"e{key}", "form": "cited", "says": f"Report {key} names it.", "source": "s"}
        graph.add_edge(
            f"/id/org/o{one}",
            f"/id/org/o{other}",
            key=f"/id/rel/r{key}",
            **{"kind": kind, "label": kind, "forward": forward, "inverse": inverse, "evidence": [proof]},
            **more,
        )

    for body in range(programmes, BODIES):
        home = dice.randrange(programmes - 1)
        claim(body, home + (home >= 200))
        if dice.random() < 0.2:
            home = dice.randrange(programmes - 1)
            claim(body, home + (home >= 200))
    for body in range(1, programmes):
        if body != 200:
            claim(body, dice.randrange(min(body, 200)))
    for place, body in enumerate(range(BODIES - STAR, BODIES)):
        ends = (body, 200) if place % 3 else (200, body)
        claim(*ends, "membership", inferred=place % 7 == 0)
        if place % 5 == 0:
            claim(*ends, "funding", start_bounds=["2010-01-01", "2010-12-31"], end_bounds=["2012-01-01", "2012-12-31"])
    return graph


@pytest.fixture(scope="module")
def page(large: nx.MultiDiGraph) -> Page:
    """Its page."""
    return draw(large)


def _open(show: Opener, page: Page, **more: Any) -> Watched:
    """Open a large page, and wait until it is unpacked."""
    shown = show(page.html, **more)
    until(shown.tab, "document.documentElement.classList.contains('js')")
    return shown


def _beside(graph: nx.MultiDiGraph, name: str) -> set[str]:
    label = nx.get_node_attributes(graph, "label")
    own = next(iri for iri, text in label.items() if text == name)
    return {label[iri] for iri in nx.all_neighbors(graph, own)}


def _faults(tab: Tab) -> list[str]:
    """What stands on something else, runs through a symbol, is too small or leaves the room, in the drawing."""
    tab.evaluate("network.redraw()")
    seen: dict[str, Any] = tab.evaluate(DRAWN)
    found = []
    labels, symbols, room = seen["labels"], seen["symbols"], seen["room"]
    assert len(labels) == len(symbols) > 1
    for place, (one, left, top, right, bottom, size) in enumerate(labels):
        if size < 12:
            found.append(f"label {one} has {size} pixels")
        if left < 0 or top < 0 or right > room["x"] or bottom > room["y"]:
            found.append(f"label {one} is cut off")
        for other, west, north, east, south, _ in labels[:place]:
            if left < east and west < right and top < south and north < bottom:
                found.append(f"labels {one} and {other}")
        for other, x, y, reach in symbols:
            near = math.hypot(x - min(max(x, left), right), y - min(max(y, top), bottom))
            if other != one and near < reach:
                found.append(f"label {one} and symbol {other}")
    lines = [(a, b) for a, b, _ in seen["lines"]]
    courses = np.array([points for *_, points in seen["lines"]]).reshape(len(lines), 101, 2)
    for place, (one, x, y, reach) in enumerate(symbols):
        for other, west, north, far in symbols[:place]:
            if math.hypot(x - west, y - north) < reach + far:
                found.append(f"symbols {one} and {other}")
        near = (np.hypot(courses[..., 0] - x, courses[..., 1] - y) < reach).any(axis=1)
        found += [
            f"line {a}-{b} through {one}"
            for (a, b), runs in zip(lines, near, strict=True)
            if runs and one not in (a, b)
        ]
    return found


def test_a_body_that_the_overview_folds_away_is_found_and_drawn_with_its_neighbours(
    page: Page, large: nx.MultiDiGraph, show: Opener
) -> None:
    shown = _open(show, page)
    tab = shown.tab
    overview = tab.evaluate("dots.length")
    assert 1 < overview <= 100
    assert not tab.locator("#focus").is_visible()
    find(tab, LEAF)
    beside = _beside(large, LEAF)
    assert set(tab.evaluate(NAMES)) == {LEAF} | beside
    assert tab.evaluate("dots.length") == len(beside) + 1
    assert tab.evaluate(PAINTED) > 0.005
    assert tab.inner_text("#focus-note").startswith(f"{LEAF} with its ")
    assert tab.inner_text("#status").startswith(f"Drawn: {LEAF} with its ")
    assert tab.url.endswith("#org-o3000")
    tab.click("#focus-back")
    assert tab.evaluate("dots.length") == overview
    assert tab.url.endswith("#org-o3000&focus=no")
    assert not tab.locator("#focus").is_visible()
    assert tab.evaluate("document.activeElement.id") == "panel"
    tab.click("text=Draw it with its neighbours")
    assert tab.evaluate("dots.length") == len(beside) + 1
    assert shown.clean, shown


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844), (320, 640), (2560, 1300)])
def test_nothing_stands_on_anything_else_around_a_body(
    page: Page, large: nx.MultiDiGraph, show: Opener, width: int, height: int
) -> None:
    shown = _open(show, page, width=width, height=height)
    for name in (LEAF, PROGRAMME, CROWD):
        find(shown.tab, name)
        assert shown.tab.evaluate("dots.length") >= min(12, len(_beside(large, name)) + 1)
        assert not _faults(shown.tab), name
    assert shown.tab.evaluate("document.documentElement.scrollWidth") <= width
    assert shown.clean, shown


def test_the_same_body_is_drawn_the_same_in_every_opening(page: Page, show: Opener) -> None:
    drawn = []
    for _ in range(2):
        tab = _open(show, page, address="#org-o47").tab
        drawn.append(tab.evaluate(DRAWN))
    assert drawn[0] == drawn[1]
    assert len(drawn[0]["symbols"]) > 8


def test_when_there_are_too_many_neighbours_the_best_connected_are_drawn_and_the_table_has_them_all(
    page: Page, large: nx.MultiDiGraph, show: Opener
) -> None:
    shown = _open(show, page)
    tab = shown.tab
    find(tab, CROWD)
    drawn = set(tab.evaluate(NAMES)) - {CROWD}
    every = _beside(large, CROWD)
    assert 24 <= len(drawn) <= 48
    assert drawn < every
    degree = {large.nodes[iri]["label"]: large.degree(iri) for iri in large}
    assert min(degree[name] for name in drawn) >= max(degree[name] for name in every - drawn)
    assert tab.inner_text("#focus-note") == f"{CROWD} with the {len(drawn)} best connected of its {STAR} neighbours."
    assert tab.inner_text("#focus-more") == f"+ {STAR - len(drawn)} more in the table"
    tab.click("#focus-more")
    assert tab.inner_text('[data-of="bodies"]') == f"{STAR + 1} of {BODIES} shown"
    assert tab.evaluate("document.activeElement.id") == "organisations"
    assert shown.clean, shown


def test_a_click_on_a_neighbour_draws_that_one_and_back_leads_back(
    page: Page, large: nx.MultiDiGraph, show: Opener
) -> None:
    shown = _open(show, page)
    tab = shown.tab
    find(tab, LEAF)
    beside = sorted(_beside(large, LEAF))[0]
    tab.mouse.click(*tab.evaluate(AT, beside))
    assert tab.inner_text("#panel-heading") == beside
    assert set(tab.evaluate(NAMES)) <= {beside} | _beside(large, beside)
    assert LEAF in tab.evaluate(NAMES)
    tab.go_back()
    until(tab, f"state.body === BODIES.label.indexOf('{LEAF}')")
    assert set(tab.evaluate(NAMES)) == {LEAF} | _beside(large, LEAF)
    tab.go_back()
    until(tab, "state.body === null")
    assert not tab.locator("#focus").is_visible()
    assert shown.clean, shown


def test_a_click_on_a_line_shows_its_evidence_and_the_drawing_stays(page: Page, show: Opener) -> None:
    shown = _open(show, page)
    tab = shown.tab
    find(tab, LEAF)
    box = tab.locator("#map").bounding_box()
    assert box is not None
    x, y = tab.evaluate(DRAWN)["lines"][0][2][50]
    tab.mouse.click(box["x"] + x, box["y"] + y)
    assert re.search(r"Report \d+ names it", panel_of(tab))
    assert tab.evaluate("view()") == "focus"
    assert tab.evaluate("BODIES.label[state.focus]") == LEAF
    again = _open(show, page, address=tab.url[tab.url.index("#") :]).tab
    assert again.evaluate("[view(), BODIES.label[state.focus]]") == ["focus", LEAF]
    assert panel_of(again) == panel_of(tab)
    tab.click("#panel .close")
    assert not tab.locator("#focus").is_visible()
    assert shown.clean, shown


def test_the_keyboard_alone_draws_a_body_reads_its_evidence_follows_it_and_goes_back(
    page: Page, large: nx.MultiDiGraph, show: Opener
) -> None:
    shown = _open(show, page)
    tab, press = shown.tab, shown.tab.keyboard.press
    tab.focus("#find")
    tab.keyboard.type(LEAF.lower())
    press("Enter")
    assert tab.evaluate("document.activeElement.id") == "panel"
    for _ in range(12):
        press("Tab")
        if tab.evaluate("document.activeElement.tagName") == "SUMMARY":
            break
    press("Enter")
    filled(tab)
    assert re.search(r"Report \d+ names it", panel_of(tab))
    press("Tab")
    press("Enter")
    follows = tab.inner_text("#panel-heading")
    assert follows in _beside(large, LEAF)
    assert tab.evaluate("BODIES.label[state.focus]") == follows
    for _ in range(12):
        press("Shift+Tab")
        if tab.evaluate("document.activeElement.id") == "focus-back":
            break
    outline = tab.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    press("Enter")
    assert not tab.locator("#focus").is_visible()
    assert tab.evaluate("document.activeElement.id") == "panel"
    assert tab.inner_text("#panel-heading") == follows
    assert shown.clean, shown


def test_filters_and_dates_hold_in_the_drawing_of_one_body(page: Page, large: nx.MultiDiGraph, show: Opener) -> None:
    shown = _open(show, page, address="#org-o200")
    tab = shown.tab
    tab.select_option("#kind", label="funding")
    funding = sum(1 for *_, kind in large.edges("/id/org/o200", data="kind") if kind == "funding")
    funding += sum(1 for *_, kind in large.in_edges("/id/org/o200", data="kind") if kind == "funding")
    # What is chosen is drawn first, with others beside it; or alone.
    ends = "lines.get().filter(({ id }) => edgesNow()[id].claims.some((claim) => emphasis().claims.has(claim))).length"
    assert tab.evaluate(ends) == funding
    assert tab.evaluate("lines.length") > funding
    tab.check("#mode-hide")
    assert tab.evaluate("[dots.length, lines.length]") == [funding + 1, funding]
    assert not _faults(tab)
    tab.evaluate("change({ date: '2014-06' })")
    assert tab.evaluate("dots.length") == 1
    assert tab.inner_text("#focus-note") == f"{CROWD}: it has no relationship that passes the filters."
    tab.evaluate("change({ date: '2011-06' })")
    assert tab.evaluate("dots.length") == funding + 1
    tab.select_option("#kind", label="all kinds")
    tab.evaluate("change({ date: null })")
    dashed = tab.evaluate("lines.get().filter((line) => line.dashes).length")
    tab.uncheck("#inferred")
    assert dashed > 0
    assert tab.evaluate("lines.get().filter((line) => line.dashes).length") == 0
    assert shown.clean, shown


def test_the_drawing_of_one_body_is_saved_as_it_is_shown(page: Page, show: Opener, tmp_path: Path) -> None:
    shown = _open(show, page, address="#org-o47")
    tab = shown.tab
    tab.click(".menu summary")
    saved = {}
    for kind in ("svg", "png"):
        with tab.expect_download() as waiting:
            tab.click(f"#save-{kind}")
        saved[kind] = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(saved[kind])
    space = "{http://www.w3.org/2000/svg}"
    root = ElementTree.parse(saved["svg"]).getroot()
    texts = {" ".join("".join(part.itertext()).split()) for part in root.iter(f"{space}text")}
    assert len(texts) == tab.evaluate("dots.length")
    assert PROGRAMME in texts
    assert len(list(root.iter(f"{space}path"))) == 2 * tab.evaluate("lines.length")
    assert root.get("aria-label") == tab.inner_text("#focus-note")
    assert saved["png"].read_bytes().startswith(b"\x89PNG")
    assert shown.clean, shown


def test_a_counted_symbol_says_who_is_in_it_and_each_of_them_can_be_drawn(page: Page, show: Opener) -> None:
    shown = _open(show, page)
    tab = shown.tab
    x, y, members = tab.evaluate(
        """() => {
          const counted = NETWORK.nodes.filter((one) => one.members);
          const node = counted.sort((a, b) => b.members.length - a.members.length)[0];
          const box = document.getElementById('map').getBoundingClientRect();
          const at = network.canvasToDOM({ x: node.wide[0], y: node.wide[1] });
          return [box.left + at.x, box.top + at.y, node.members.map((member) => BODIES.label[member])];
        }"""
    )
    tab.mouse.click(x, y)
    assert tab.inner_text("#panel-heading").startswith(f"{len(members)} ")
    links = tab.locator("#panel .links a")
    assert links.count() == 60
    marked = tab.evaluate("dots.get().filter((dot) => dot.color.border === inks().accent).map((dot) => dot.id)")
    assert marked == [tab.evaluate("state.fold")]
    more = tab.locator("#panel button", has_text="Show more")
    assert more.inner_text() == f"Show more ({len(members) - 60})"
    more.click()
    assert links.count() == min(120, len(members))
    assert set(links.all_inner_texts()) <= set(members)
    tab.fill("#inside", members[-1])
    assert members[-1] in links.all_inner_texts()
    tab.locator("#panel .links a", has_text=re.compile(f"^{re.escape(members[-1])}$")).click()
    assert tab.inner_text("#panel-heading") == members[-1]
    assert members[-1] in tab.evaluate(NAMES)
    assert tab.evaluate("view()") == "focus"
    assert shown.clean, shown


@pytest.mark.parametrize("families", [1, 9])
def test_a_counted_symbol_looks_like_a_family_only_if_all_in_it_are_of_that_family(show: Opener, families: int) -> None:
    graph: nx.MultiDiGraph = nx.MultiDiGraph(nx.random_labeled_tree(400, seed=3))
    for node in graph:
        graph.nodes[node].update(label=f"Body {node}", type=f"type {node % families}")
    shown = show(draw(graph).html)
    looks = shown.tab.evaluate(
        """() => NETWORK.nodes.filter((node) => node.members).map((node) => [
          new Set(node.members.map((member) => BODIES.family[member])).size, node.family, node.shape,
          dots.get(node.id).color.background === inks().page,
        ])"""
    )
    assert len(looks) > 5
    for different, family, shape, plain in looks:
        assert (family == -1) == (different > 1) == plain
        assert plain is False or shape == "dot"
    assert {plain for *_, plain in looks} == {families > 1}
    assert shown.clean, shown


@pytest.mark.parametrize("address", ["#org-o3000", "#org-o200", "#rel-r5"])
def test_a_large_page_opened_with_an_address_shows_what_it_names(page: Page, show: Opener, address: str) -> None:
    shown = _open(show, page, address=address)
    until(shown.tab, "Math.abs(document.querySelector('.explorer').getBoundingClientRect().top) < 120")
    assert shown.tab.evaluate("view()") == "focus"
    assert shown.clean, shown


def test_a_jump_to_the_tables_keeps_what_is_selected(page: Page, show: Opener) -> None:
    tab = _open(show, page, address="#org-o3000").tab
    tab.click(".jumps a >> nth=0")
    until(tab, "scrollY > 300")
    assert tab.inner_text("#panel-heading") == LEAF
    assert tab.evaluate("view()") == "focus"


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_axe_finds_nothing_where_one_body_is_drawn(page: Page, show: Opener, width: int, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    tab = _open(show, page, width=width, scheme=scheme, address="#org-o200").tab
    found = Axe().run(tab, context=["header", ".explorer", "#organisations tr:nth-child(-n+3)", "footer"])
    assert len(found.response["passes"]) > 10
    assert not found.response["violations"], found.generate_report()


def test_in_a_small_map_a_body_of_a_folded_group_is_drawn_and_unfolding_leads_back(
    keele_page: Page, keele_network: nx.MultiDiGraph, show: Opener
) -> None:
    shown = show(keele_page.html, address="#&map=everything")
    tab = shown.tab
    name = tab.evaluate("BODIES.label[NETWORK.nodes.find((one) => one.members).members[0]]")
    find(tab, name)
    assert set(tab.evaluate(NAMES)) == {name} | _beside(keele_network, name)
    assert not _faults(tab)
    tab.click("#unfold")
    assert tab.evaluate("view()") == "unfolded"
    assert tab.inner_text("#panel-heading") == name
    find(tab, "Keele University")
    assert tab.evaluate("view()") == "unfolded"
    assert shown.clean, shown


def test_on_a_phone_every_body_of_a_small_map_can_be_drawn(
    keele_page: Page, keele_network: nx.MultiDiGraph, show: Opener
) -> None:
    shown = show(keele_page.html, width=390, height=844)
    tab = shown.tab
    hidden = tab.evaluate("BODIES.label.filter((_, body) => !DOTS.get(body)?.tall && AROUND[body].length > 0)")
    assert hidden
    for name in hidden:
        tab.evaluate("(name) => select({ body: BODIES.label.indexOf(name) })", name)
        assert name in tab.evaluate(NAMES)
        assert not _faults(tab), name
    assert shown.clean, shown
