"""Every body at once, with WebGL: drawn, found, selected, filtered and addressed; without WebGL the ordinary map."""

from __future__ import annotations

import math
from collections.abc import Iterator
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import networkx as nx
import pytest

from partnergraph.errors import UsageError
from partnergraph.page import RENDERERS, Page, draw
from partnergraph.page.build_diagram import build_diagram, prepare_network
from partnergraph.page.layout.webgl_layout import webgl_positions
from tests.conftest import FLAGS
from tests.page.conftest import Opener, Tabs, opener
from tests.page.driving import PAINTED, find, panel_of, until

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from playwright.sync_api import Page as Tab

    from tests.page.conftest import Watched

pytestmark = pytest.mark.browser

SOFTWARE_GL = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader")
NO_GL = ("--disable-gpu", "--disable-software-rasterizer")
HUB, LEAF, ALONE = "Programme 7", "Trust of Place 400", "Nobody's Neighbour"
# The colours of the picture that a person would save, each with its share of the pixels.
COLOURS = """() => {
  const made = whole.picture(), found = {};
  const pixels = made.getContext('2d').getImageData(0, 0, made.width, made.height).data;
  for (let at = 0; at < pixels.length; at += 4) {
    const key = pixels[at + 3] < 250 ? 'none' : [...pixels.slice(at, at + 3)].join();
    found[key] = (found[key] ?? 0) + 4 / pixels.length;
  }
  return found;
}"""
CAMERA = "(() => { const { x, y, ratio } = whole.renderer.getCamera(); return [x, y, ratio]; })()"
PLACE = """(name) => {
  const node = whole.renderer.getGraph().getNodeAttributes(String(BODIES.label.indexOf(name)));
  const at = whole.renderer.graphToViewport(node), box = document.getElementById('whole').getBoundingClientRect();
  return [box.left + at.x, box.top + at.y];
}"""
HIDDEN = "whole.renderer.getGraph().filterNodes((_, node) => node.hidden).length"
FADED = "whole.renderer.getGraph().filterNodes((_, node) => node.label === null).length"


@pytest.fixture(scope="module")
def crowd() -> nx.MultiDiGraph:
    """Thirty programmes with about forty members each, two types of them, and one body that nothing is joined to."""
    graph: nx.MultiDiGraph = nx.MultiDiGraph(title="A crowd", sources={"s": {"title": "Annual report"}})
    for body in range(1200):
        kind = "programme" if body < 30 else ("trust", "council")[body % 2]
        label = f"Programme {body}" if body < 30 else f"{kind.capitalize()} of Place {body}"
        graph.add_node(f"/id/org/o{body}", label=label, type=kind)
    graph.add_node("/id/org/alone", label=ALONE, type="trust")
    for body in range(1, 1200):
        home = body * 7 % 30 if body >= 30 else body - 1
        year = 2000 + body % 20
        graph.add_edge(
            f"/id/org/o{body}",
            f"/id/org/o{home}",
            key=f"/id/rel/r{body}",
            **{"kind": "membership", "label": "membership", "forward": "is a member of", "inverse": "has as a member"},
            start_bounds=[f"{year}-01-01", f"{year}-12-31"],
            evidence=[{"id": f"e{body}", "form": "cited", "says": f"Report {body} names it.", "source": "s"}],
        )
    return graph


@pytest.fixture(scope="module")
def page(crowd: nx.MultiDiGraph) -> Page:
    """Its page, drawn with WebGL."""
    return draw(crowd, renderer="webgl")


def _started(browser: Browser, chromium: Path, flags: tuple[str, ...]) -> Iterator[Tabs]:
    wanted = [flag for flag in FLAGS if flag != "--disable-gpu"]
    started = browser.browser_type.launch(executable_path=str(chromium), args=[*wanted, *flags])
    yield Tabs(started)
    started.close()


@pytest.fixture(scope="module")
def with_webgl(browser: Browser, chromium: Path) -> Iterator[Tabs]:
    """Chromium that draws WebGL in software."""
    yield from _started(browser, chromium, SOFTWARE_GL)


@pytest.fixture(scope="module")
def without_webgl(browser: Browser, chromium: Path) -> Iterator[Tabs]:
    """Chromium without any WebGL."""
    yield from _started(browser, chromium, NO_GL)


def _opener(request: pytest.FixtureRequest, tabs: Tabs, folder: Path) -> Iterator[Opener]:
    for made in opener(request, tabs, folder):
        made.patience = 30_000  # software is slow
        yield made


@pytest.fixture
def show(request: pytest.FixtureRequest, with_webgl: Tabs, tmp_path: Path) -> Iterator[Opener]:
    """Opens a page where there is WebGL."""
    yield from _opener(request, with_webgl, tmp_path)


@pytest.fixture
def show_without(request: pytest.FixtureRequest, without_webgl: Tabs, tmp_path: Path) -> Iterator[Opener]:
    """Opens a page where there is none."""
    yield from _opener(request, without_webgl, tmp_path)


def _open(show: Opener, page: Page, **more: Any) -> Watched:
    shown = show(page.html, **{"width": 860, "height": 560} | more)  # software paints pixel by pixel
    until(shown.tab, "document.documentElement.classList.contains('js')")
    assert shown.tab.evaluate("whole?.on") is True
    return shown


def _still(tab: Tab) -> None:
    """Wait until the map has come to rest: in software that takes as long as it takes."""
    last = None
    while (now := tab.evaluate(CAMERA)) != last:
        last = now
        tab.wait_for_timeout(400)


def _share(tab: Tab, colour: str) -> float:
    rgb = ",".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    share: float = tab.evaluate(COLOURS).get(rgb, 0.0)
    return share


def test_every_body_is_painted_in_the_colours_of_the_page(show: Opener, page: Page) -> None:
    for scheme in ("light", "dark"):
        shown = _open(show, page, scheme=scheme)
        colours = shown.tab.evaluate(COLOURS)
        assert 0.02 < 1 - colours["none"] < 0.8
        for family in shown.tab.evaluate(f"DATA.families.map((family) => family.{scheme})"):
            assert _share(shown.tab, family) > 0.0005, (scheme, family)
        labels = shown.tab.evaluate("whole.labels()")
        assert len(labels) > 10
        for nth, one in enumerate(labels):
            assert one["left"] >= 0
            for other in labels[:nth]:
                beside = one["right"] <= other["left"] or other["right"] <= one["left"]
                assert beside or one["bottom"] <= other["top"] or other["bottom"] <= one["top"], (one, other)
        assert shown.clean, (shown.said, shown.asked)


def test_a_body_that_is_found_lights_its_neighbours_and_is_read_in_the_panel(show: Opener, page: Page) -> None:
    shown = _open(show, page)
    find(shown.tab, LEAF)
    assert LEAF in panel_of(shown.tab)
    assert "1 relationship" in panel_of(shown.tab)
    assert shown.tab.evaluate(FADED) == 1201 - 2
    x, y = shown.tab.evaluate(PLACE, LEAF)
    panel = shown.tab.locator("#panel").bounding_box()
    stage = shown.tab.locator("#whole").bounding_box()
    assert panel
    assert stage
    assert stage["x"] < x < panel["x"]
    assert stage["y"] < y < stage["y"] + stage["height"]
    assert shown.tab.evaluate(f"whole.labels().some(({{ body }}) => BODIES.label[body] === {LEAF!r})")
    assert shown.clean


def test_a_click_selects_and_a_click_beside_everything_clears(show: Opener, page: Page) -> None:
    shown = _open(show, page)
    find(shown.tab, HUB)
    shown.tab.keyboard.press("Escape")
    shown.tab.click("#closer")
    _still(shown.tab)
    shown.tab.mouse.click(*shown.tab.evaluate(PLACE, HUB))
    until(shown.tab, "state.body !== null")
    assert HUB in panel_of(shown.tab)
    # In the upper left corner nothing stands.
    shown.tab.click("#fit")
    _still(shown.tab)
    shown.tab.click("#whole", position={"x": 6, "y": 6})
    until(shown.tab, "state.body === null")
    assert shown.tab.is_hidden("#panel")
    assert shown.tab.evaluate(FADED) == 0


def test_a_body_without_a_relationship_stands_on_this_map_too(show: Opener, page: Page) -> None:
    shown = _open(show, page)
    find(shown.tab, ALONE)
    assert shown.tab.evaluate("state.focus") is None
    assert shown.tab.evaluate(f"whole.labels().some(({{ body }}) => BODIES.label[body] === {ALONE!r})")


def test_a_filter_brings_forward_or_hides_bodies_and_lines(show: Opener, page: Page) -> None:
    shown = _open(show, page)
    councils = shown.tab.evaluate("DATA.families.findIndex((family) => family.code === 'council')")
    colour = shown.tab.evaluate(f"DATA.families[{councils}].light")
    assert _share(shown.tab, colour) > 0.0005
    others = [number for number in range(shown.tab.evaluate("DATA.families.length")) if number != councils]
    for family in others:
        shown.tab.check(f"[data-family='{family}']")
    pale = "whole.renderer.getGraph().filterNodes((_, node) => node.border === inks().faded).map(Number)"
    faded = shown.tab.evaluate(pale)
    assert shown.tab.evaluate(HIDDEN) == 0
    apart = shown.tab.evaluate("BODIES.family.map((_, body) => body).filter((body) => !brought().bodies.has(body))")
    assert sorted(faded) == apart
    assert {*shown.tab.evaluate(f"{faded}.map((body) => BODIES.family[body])")} == {councils}
    shown.tab.check("#mode-hide")
    assert shown.tab.evaluate(HIDDEN) == len(faded)
    lines = "whole.renderer.getGraph().filterEdges((_, edge) => !edge.hidden).length"
    before = shown.tab.evaluate(lines)
    shown.tab.evaluate("change({ date: '2005-06' })")
    assert 0 < shown.tab.evaluate(lines) < before


def test_an_address_brings_back_what_was_selected_and_where_the_map_was(show: Opener, page: Page) -> None:
    shown = _open(show, page)
    find(shown.tab, LEAF)
    shown.tab.click("#closer")
    shown.tab.click("#closer")
    camera, address = shown.tab.evaluate(CAMERA), shown.tab.evaluate("location.hash")
    assert "&all=" in address
    again = _open(show, page, address=address)
    assert LEAF in panel_of(again.tab)
    assert again.tab.evaluate(CAMERA) == pytest.approx(camera, rel=0.001)


def test_a_drag_moves_the_map_and_is_kept_in_the_address(show: Opener, page: Page) -> None:
    shown = _open(show, page)
    box = shown.tab.locator("#whole").bounding_box()
    assert box
    before = shown.tab.evaluate(CAMERA)
    shown.tab.mouse.move(box["x"] + 20, box["y"] + 20)
    shown.tab.mouse.down()
    shown.tab.mouse.move(box["x"] + 220, box["y"] + 90, steps=5)
    shown.tab.wait_for_timeout(200)
    shown.tab.mouse.up()
    until(shown.tab, "location.hash.includes('all=')")
    assert shown.tab.evaluate(CAMERA)[0] < before[0]
    shown.tab.click("#fit")
    assert shown.tab.evaluate(CAMERA) == pytest.approx(before, rel=0.01)


def test_the_wheel_scrolls_the_page_and_zooms_only_with_a_key(show: Opener, page: Page) -> None:
    shown = _open(show, page)
    box = shown.tab.locator("#whole").bounding_box()
    assert box
    before = shown.tab.evaluate(CAMERA)
    shown.tab.mouse.move(box["x"] + 300, box["y"] + 200)
    shown.tab.mouse.wheel(0, 200)
    until(shown.tab, "scrollY > 0")
    assert shown.tab.evaluate(CAMERA) == before
    shown.tab.keyboard.down("Control")
    shown.tab.mouse.wheel(0, -200)
    shown.tab.keyboard.up("Control")
    until(shown.tab, f"whole.renderer.getCamera().ratio < {before[2]} * 0.95")


def test_a_body_is_drawn_with_its_neighbours_when_asked_for_and_back(show: Opener, page: Page) -> None:
    shown = _open(show, page)
    find(shown.tab, LEAF)
    shown.tab.click("text=Draw it with its neighbours")
    assert shown.tab.is_visible("#map canvas")
    assert shown.tab.is_hidden("#whole")
    assert LEAF in shown.tab.inner_text("#focus-note")
    shown.tab.click("#focus-back")
    assert shown.tab.is_visible("#whole")
    assert shown.tab.is_hidden("#map")


def test_axe_finds_nothing_wrong_with_this_map_nor_with_its_stand_in(
    show: Opener, show_without: Opener, page: Page
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    for shown in (_open(show, page, scheme="dark"), show_without(page.html)):
        until(shown.tab, "document.documentElement.classList.contains('js')")
        find(shown.tab, LEAF)
        run = Axe().run(shown.tab, context=["header", ".explorer"])
        assert run.response["passes"]
        assert not run.response["violations"], run.response["violations"]


def test_the_page_allows_no_more_than_the_ordinary_one(show: Opener, page: Page, crowd: nx.MultiDiGraph) -> None:
    plain = draw(crowd)
    shown, other = _open(show, page), show(plain.html)
    find(shown.tab, HUB)
    until(other.tab, "document.documentElement.classList.contains('js')")
    sheets = "document.styleSheets.length"
    assert shown.tab.evaluate(sheets) == other.tab.evaluate(sheets)  # sigma has injected none
    policies = [
        unescape(html.split('http-equiv="Content-Security-Policy" content="')[1].split('"')[0])
        for html in (page.html, plain.html)
    ]
    assert "unsafe" not in policies[0]
    ours, ordinary = ({part.split()[0]: part.split()[1:] for part in policy.split("; ")} for policy in policies)
    assert ours.keys() == ordinary.keys()
    assert len(ours["script-src"]) == len(ordinary["script-src"])
    assert ours["style-src"] == ordinary["style-src"]
    assert shown.clean


def test_without_webgl_the_ordinary_map_stands_there_and_a_sentence_says_so(show_without: Opener, page: Page) -> None:
    shown = show_without(page.html)
    until(shown.tab, "document.documentElement.classList.contains('js')")
    assert shown.tab.evaluate("document.createElement('canvas').getContext('webgl2')") is None
    assert "needs WebGL" in shown.tab.inner_text("#whole-note")
    assert shown.tab.locator("#whole").count() == 0
    assert shown.tab.is_visible("#map canvas")
    assert shown.tab.evaluate(PAINTED) > 0.01
    find(shown.tab, LEAF)
    assert LEAF in panel_of(shown.tab)
    assert LEAF in shown.tab.inner_text("#focus-note")
    assert "ordinary map" in shown.tab.inner_text("#whole-note")
    assert shown.clean, (shown.said, shown.asked)


def test_when_webgl_is_lost_the_ordinary_map_takes_its_place_with_what_is_selected(show: Opener, page: Page) -> None:
    shown = _open(show, page)
    find(shown.tab, LEAF)
    shown.tab.evaluate("whole.renderer.webGLContexts.nodes.getExtension('WEBGL_lose_context').loseContext()")
    until(shown.tab, "whole === null")
    assert shown.tab.locator("#whole").count() == 0
    assert shown.tab.is_visible("#map canvas")
    assert shown.tab.evaluate(PAINTED) > 0.01
    assert LEAF in shown.tab.inner_text("#focus-note")
    assert "stopped drawing" in shown.tab.inner_text("#whole-note")
    assert not shown.dialogs
    assert not shown.asked
    assert not [text for text in shown.said if "rror" in text]


def test_the_same_network_gives_the_same_bytes_and_the_default_page_knows_nothing_of_it(
    crowd: nx.MultiDiGraph, page: Page
) -> None:
    assert draw(crowd, renderer="webgl").html == page.html
    plain = draw(crowd)
    assert plain.html == draw(crowd, renderer="canvas").html
    assert "sigma" not in plain.html
    assert "startWhole()" not in plain.html.replace("globalThis.startWhole?.()", "")
    assert "sigma and graphology (MIT)" in page.html
    assert plain.positions == page.positions


def test_a_renderer_that_does_not_exist_is_refused(crowd: nx.MultiDiGraph) -> None:
    with pytest.raises(UsageError, match="canvas, webgl"):
        draw(crowd, renderer="svg")
    assert RENDERERS == ("canvas", "webgl")


def test_bodies_stand_in_whole_pixels_and_no_symbol_covers_another(crowd: nx.MultiDiGraph) -> None:
    made = build_diagram(prepare_network(crowd))
    places = webgl_positions(made)
    assert places == webgl_positions(made)
    points = list(zip(places["x"], places["y"], strict=True))
    assert len(points) == 1201
    assert all(type(value) is int and value >= 0 for point in points for value in point)
    size = [dot.size for dot in made.nodes]
    rows = sorted(range(1201), key=lambda number: points[number])
    for nth, one in enumerate(rows):
        for other in rows[nth + 1 :]:
            if points[other][0] - points[one][0] > 48:
                break
            assert math.dist(points[one], points[other]) > size[one] + size[other]


def test_the_members_of_a_symbol_stand_together_and_the_best_connected_in_the_middle(crowd: nx.MultiDiGraph) -> None:
    made = build_diagram(prepare_network(crowd))
    places = webgl_positions(made)
    folds = [dot for dot in made.nodes if dot.members and dot.wide]
    assert len(folds) > 5
    for dot in folds:
        ranked = sorted(dot.members, key=lambda number: (-made.nodes[number].size, number))
        middle = (places["x"][ranked[0]], places["y"][ranked[0]])
        far = [math.dist(middle, (places["x"][number], places["y"][number])) for number in ranked]
        assert all(one <= other + 2 for one, other in pairwise(far))
        strangers = [number for number in range(1201) if number not in dot.members]
        assert all(math.dist(middle, (places["x"][n], places["y"][n])) > far[-1] for n in strangers)


def test_a_small_network_is_drawn_as_it_is_unfolded(keele_network: nx.MultiDiGraph) -> None:
    made = build_diagram(prepare_network(keele_network))
    places = webgl_positions(made)
    shown = [dot for dot in made.nodes[: len(made.bodies)] if dot.unfolded]
    assert len(shown) > 80
    shifts = {
        (dot.unfolded[0] - places["x"][dot.number], dot.unfolded[1] - places["y"][dot.number])
        for dot in shown
        if dot.unfolded
    }
    assert len(shifts) == 1


def test_a_network_without_a_body_or_without_a_relationship_has_places_too() -> None:
    assert webgl_positions(build_diagram(nx.MultiDiGraph())) == {"x": [], "y": []}
    loose: nx.MultiDiGraph = nx.MultiDiGraph()
    loose.add_nodes_from(["a", "b", "c"])
    places = webgl_positions(build_diagram(loose))
    assert len(set(zip(places["x"], places["y"], strict=True))) == 3
