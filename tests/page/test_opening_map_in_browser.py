"""The opening map in a real browser: the focus in the middle, its partners around it, measured where they are drawn."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import networkx as nx
import pytest

from partnergraph.build.assemble import assemble
from partnergraph.graph_folder.folder import read_folder
from partnergraph.network import build_network
from partnergraph.page import Page, draw
from partnergraph.workbook.template import create_folder
from tests.page.driving import PAINTED, find, panel_of, until
from tests.page.measuring import DRAWN, crossed_texts, overlapping_texts
from tests.page.test_access import Keyboard
from tests.page.test_axe import _run

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab

    from tests.page.conftest import Opener

pytestmark = pytest.mark.browser

UNIVERSITY, SUCCESSOR = "Keele University", "Keele University School of Medicine"
MIDDLE = """(id) => {
  const box = byId('map').getBoundingClientRect(), [x, y] = opening.nodes.get(id).radial;
  const at = network.canvasToDOM({ x, y });
  return [box.left + at.x, box.top + at.y];
}"""
COUNTED = "[...opening.nodes.values()].filter(({ members }) => members?.length > 1)"


def made_up_network(count: int) -> nx.MultiDiGraph:
    """Partners of a council in four kinds and types, some with partners of their own."""
    dice = random.Random(count)
    types = {"trust": "NHS trust", "university": "university", "charity": "charity", "council": "council"}
    graph: nx.MultiDiGraph = nx.MultiDiGraph(
        focus="b0", title="Made up", types={code: {"label": label} for code, label in types.items()}
    )
    kinds = {"funding": ("funds", "is funded by"), "membership": ("is a member of", "has member")}
    for number in range(count):
        code = dice.choice(sorted(types))
        graph.add_node(
            f"b{number}", label=f"{types[code].capitalize()} of the Place numbered {number}", type=code, types=[code]
        )
    for number in range(1, count):
        kind = dice.choice(sorted(kinds))
        inner = 0 if number < 25 else dice.randrange(1, 25)
        ends = (
            {"start_bounds": ["2001-01-01", "2001-12-31"], "end_bounds": ["2004-01-01", "2004-12-31"]}
            if number % 9 == 0
            else {}
        )
        graph.add_edge(
            f"b{number}",
            f"b{inner}",
            key=f"r{number}",
            kind=kind,
            label=kind,
            forward=kinds[kind][0],
            inverse=kinds[kind][1],
            **ends,
        )
    return graph


@pytest.fixture(scope="module")
def pages(keele_page: Page, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Page]:
    """Pages of networks of several sizes, by name."""
    folder = tmp_path_factory.mktemp("example") / "own"
    create_folder(folder, "Example Trust", full=True)
    example = build_network(assemble(read_folder(folder).model).reader())
    return {
        "Keele": keele_page,
        "example": draw(example),
        **{f"{count} bodies": draw(made_up_network(count)) for count in (3, 12, 30, 200)},
    }


def _sizes(name: str) -> list[tuple[int, int]]:
    every = [(390, 844), (768, 1024), (1024, 768), (1440, 900), (1920, 1080)]
    return every if name in ("Keele", "200 bodies") else [(390, 844), (1440, 900)]


NAMES = ("Keele", "example", "3 bodies", "12 bodies", "30 bodies", "200 bodies")


@pytest.mark.parametrize(("name", "width", "height"), [(name, *size) for name in NAMES for size in _sizes(name)])
def test_no_line_crosses_a_label_and_every_text_is_legible_whole_and_free(
    pages: dict[str, Page], show: Opener, name: str, width: int, height: int
) -> None:
    page = show(pages[name].html, width=width, height=height)
    drawn = page.tab.evaluate(DRAWN)
    assert drawn["view"] == "radial"
    assert len(drawn["symbols"]) >= min(3, page.tab.evaluate("BODIES.key.length"))
    assert crossed_texts(drawn) == []
    assert overlapping_texts(drawn) == []
    assert min(text["size"] for text in drawn["texts"]) >= 11.99
    outside = [
        text["text"]
        for text in drawn["texts"]
        if text["left"] < 0 or text["right"] > drawn["width"] or text["top"] < 0 or text["bottom"] > drawn["height"]
    ]
    assert outside == []
    rows = page.tab.evaluate(
        "[...opening.nodes.values()].filter(({ id }) => dots.get(id)).flatMap(rowsOf).map(({ text }) => text)"
    )
    assert Counter(rows) - Counter(text["text"] for text in drawn["texts"]) == Counter()
    assert page.tab.evaluate(PAINTED) > 0.01
    assert page.tab.evaluate("document.documentElement.scrollWidth") <= width
    assert page.clean, page


def test_the_measure_sees_a_line_through_a_label_and_a_label_upon_another(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html, fresh=True)
    page.tab.evaluate("opening.nodes.get(DATA.focus).side = null; network.redraw()")
    assert crossed_texts(page.tab.evaluate(DRAWN))
    page.tab.evaluate(f"const [a, b] = {COUNTED}; a.radial = [...b.radial]; network.redraw()")
    assert overlapping_texts(page.tab.evaluate(DRAWN))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_focus_is_marked_and_what_ended_is_pale_with_its_year(keele_page: Page, show: Opener, scheme: str) -> None:
    page = show(keele_page.html, scheme=scheme)
    tab = page.tab
    focus, fill, text = tab.evaluate("[dots.get(DATA.focus).color.background, inks().outline, inks().page]")
    assert focus == fill
    drawn = tab.evaluate(DRAWN)
    [own] = [one for one in drawn["texts"] if one["text"].startswith("School of")][:1]
    assert own["colour"] == text
    ended = [one["text"] for one in drawn["texts"] if "ended" in one["text"]]
    assert [one for one in ended if one.startswith("was a member of, ended by 20")]
    lines = tab.evaluate(
        """lines.get().map(({ id, color, dashes }) => {
          const { claims, cross, disputed } = edgesNow()[id];
          return [claims.every(claimOver), cross, disputed, color.color === inks().faded, dashes];
        })"""
    )
    assert {pale for over, cross, disputed, pale, _ in lines if over and not cross and not disputed} == {True}
    assert {pale for over, cross, _, pale, _ in lines if not over and not cross} == {False}
    # What is not known of today is a line like any other: only what is inferred is dashed.
    assert {tuple(dashes) for *_, dashes in lines if dashes} <= {(6, 4)}
    assert page.clean, page


def test_without_what_has_ended_the_map_shows_what_is_left_and_no_empty_heading(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html, address="#&ended=no")
    tab = page.tab
    names = tab.evaluate("dots.getIds().map((id) => BODIES.label[id])")
    assert SUCCESSOR in names
    assert UNIVERSITY not in names
    texts = [one["text"] for one in tab.evaluate(DRAWN)["texts"]]
    assert not [text for text in texts if "ended" in text]
    assert "Partnerships and networks" not in texts
    assert not _run(tab, ["header", ".explorer"])
    tab.evaluate("change({ ended: true })")
    assert "Partnerships and networks" in [one["text"] for one in tab.evaluate(DRAWN)["texts"]]
    # At a date what was over or lay ahead is left out, here too.
    tab.evaluate("change({ date: '2010-01' })")
    before = set(tab.evaluate("dots.getIds()"))
    tab.evaluate("change({ date: '2019-01' })")
    assert before != set(tab.evaluate("dots.getIds()"))
    assert tab.evaluate("dots.getIds().includes(DATA.focus)")
    assert page.clean, page


def test_a_partner_is_highlighted_with_its_cross_links_or_drawn_with_its_neighbours(
    pages: dict[str, Page], show: Opener
) -> None:
    page = show(pages["200 bodies"].html)
    tab = page.tab
    alone = tab.evaluate(
        "BODIES.label[[...opening.nodes.keys()].find((id) => id >= 0 && id !== DATA.focus && isInOpening(id))]"
    )
    find(tab, alone)
    assert tab.evaluate("[view(), BODIES.label[state.body]]") == ["radial", alone]
    assert tab.inner_text("#panel-heading") == alone
    drawn = tab.evaluate(DRAWN)
    room = tab.evaluate("roomFor()")
    lit = tab.evaluate("[...litUp()].filter((id) => typeof id === 'number')")
    at = {symbol["id"]: symbol for symbol in drawn["symbols"]}
    chosen = at[tab.evaluate("state.body")]
    assert 0 < chosen["x"] < room["x"]
    assert tab.evaluate("DATA.focus") in lit
    hidden = tab.evaluate("BODIES.label[BODIES.key.findIndex((_, body) => AROUND[body].length && !isInOpening(body))]")
    find(tab, hidden)
    assert tab.evaluate("[view(), BODIES.label[focused.body]]") == ["focus", hidden]
    tab.click("#focus-back")
    assert tab.evaluate("view()") == "radial"
    tab.go_back()
    until(tab, "view() === 'focus'")
    assert page.clean, page


def test_a_click_on_a_line_shows_its_claims_and_the_wide_window_keeps_the_opening_map(
    keele_page: Page, show: Opener
) -> None:
    page = show(keele_page.html)
    tab = page.tab
    edge, x, y = tab.evaluate(
        """() => {
          const box = byId('map').getBoundingClientRect();
          for (const { id } of lines.get()) {
            const edge = edgesNow()[id];
            if (!edge.disputed) continue;
            const at = network.canvasToDOM(network.body.edges[id].edgeType.getPoint(0.5));
            if (hit(at)?.line === id) return [id, box.left + at.x, box.top + at.y];
          }
        }"""
    )
    claims = tab.evaluate(f"edgesNow()[{edge}].claims")
    tab.mouse.click(x, y)
    assert tab.evaluate("state.claims") == claims
    assert "Disputed." in panel_of(tab)
    assert page.clean, page


@pytest.mark.parametrize(("width", "height", "scheme"), [(1440, 900, "light"), (390, 844, "dark")])
def test_a_counted_symbol_opens_in_place_and_closes_again(
    pages: dict[str, Page], show: Opener, width: int, height: int, scheme: str
) -> None:
    page = show(pages["200 bodies"].html, width=width, height=height, scheme=scheme)
    tab = page.tab
    fold = tab.evaluate(f"{COUNTED}.sort((a, b) => a.members.length - b.members.length)[0].id")
    tab.evaluate(
        """(fold) => {
          const y = network.canvasToDOM({ x: 0, y: opening.nodes.get(fold).radial[1] }).y;
          scrollTo(0, byId('map').getBoundingClientRect().top + scrollY - 200 + y);
        }""",
        fold,
    )
    tab.mouse.click(*tab.evaluate(MIDDLE, fold))
    assert tab.evaluate("state.fold") == fold
    assert not tab.locator("#panel").is_visible()
    members = tab.evaluate("openedNode().members.map((body) => BODIES.label[body])")
    written = " ".join(one["text"] for one in tab.evaluate(DRAWN)["texts"])
    assert all(member in written for member in members)
    assert set(members) <= set(tab.inner_text("#status").split(": ", 1)[1].split(", "))
    box = tab.evaluate("[card.left, card.top, card.left + card.width, card.top + card.height]")
    assert box[0] >= 0
    assert box[1] >= 0
    assert box[2] <= tab.evaluate("byId('map').clientWidth")
    assert box[3] <= tab.evaluate("byId('map').clientHeight")
    assert tab.evaluate("card.rows.every(({ height, width }) => height >= 24 && width >= 24)")
    until(tab, "byId('map').getBoundingClientRect().top + card.top + card.height <= innerHeight")
    assert not _run(tab, ["header", ".explorer"])
    # A member is drawn with its neighbours; the way back leads to the map.
    at = tab.evaluate(
        """() => {
          const { left, top } = byId('map').getBoundingClientRect(), [row] = card.rows;
          return [left + row.left + 30, top + row.top + 12];
        }"""
    )
    tab.mouse.click(*at)
    assert tab.inner_text("#panel-heading") == members[0]
    assert tab.evaluate("[state.fold, view()]") == [None, "focus"]
    tab.click("#focus-back")
    tab.evaluate("(fold) => select({ fold })", fold)
    assert tab.evaluate("opensInPlace()")
    tab.keyboard.press("Escape")
    assert tab.evaluate("[state.fold, card]") == [None, None]
    assert page.clean, page


def test_a_counted_symbol_with_more_members_than_find_room_is_listed_in_the_panel(
    pages: dict[str, Page], show: Opener
) -> None:
    page = show(pages["200 bodies"].html)
    tab = page.tab
    fold = tab.evaluate(f"{COUNTED}[0].id")
    tab.evaluate(
        """(fold) => {
          const members = BODIES.key.map((_, body) => body).slice(0, 190);
          for (const { nodes } of Object.values(OPENINGS)) if (nodes.has(fold)) nodes.get(fold).members = members;
          select({ fold });
        }""",
        fold,
    )
    assert tab.locator("#panel").is_visible()
    assert tab.locator("#panel .links a").count() == 60
    assert tab.evaluate("card") is None
    tab.context.close()


def test_a_walk_with_the_keyboard_opens_a_symbol_and_leads_to_everything_and_back(
    pages: dict[str, Page], show: Opener
) -> None:
    page = show(pages["200 bodies"].html)
    tab = page.tab
    keys = Keyboard(tab)
    hub = tab.evaluate(f"BODIES.label[{COUNTED}.find(({{ parent }}) => parent >= 0 && isInOpening(parent)).parent]")
    keys.to("#find", most=12)
    tab.keyboard.type(hub)
    assert keys.press("Enter")["name"].startswith("aside#panel")
    keys.to("button#counted", most=12)
    assert keys.press("Enter")["name"].startswith("button#counted")
    assert tab.evaluate("document.activeElement.getAttribute('aria-expanded')") == "true"
    assert tab.evaluate("card.rows.length === openedNode().members.length")
    assert tab.inner_text("#panel-heading") == hub
    assert not _run(tab, ["header", ".explorer"])
    keys.press("Enter")
    assert tab.evaluate("state.fold") is None
    keys.press("Escape")
    keys.to("#map-of", most=6)
    assert tab.inner_text("#map-of") == "Everything"
    assert "#map-of" in keys.press("Enter")["name"]
    assert tab.evaluate("[view(), location.hash]") == ["wide", "#&map=everything"]
    assert tab.inner_text("#map-of") == "Our partners"
    assert not _run(tab, ["header", ".explorer"])
    keys.press("Enter")
    assert tab.evaluate("[view(), location.hash]") == ["radial", ""]
    assert page.clean, page


def test_old_addresses_show_what_they_showed(keele_page: Page, show: Opener) -> None:
    views = {
        "#&groups=unfolded": "unfolded",
        "#&map=everything": "wide",
        "#&at=10,20,1.2": "wide",
        "#&zoom=10,20,1.2": "radial",
    }
    for address, view in views.items():
        tab = show(keele_page.html, address=address).tab
        assert tab.evaluate("view()") == view, address
        if "1.2" in address:
            assert [round(number, 2) for number in tab.evaluate("state.camera")] == [10, 20, 1.2]
            assert tab.evaluate("network.getScale()") == pytest.approx(1.2)
    tab = show(keele_page.html).tab
    tab.click("#closer")
    assert "zoom=" in tab.url
    tab.click("#fit")
    assert "zoom=" not in tab.url
    tab.click("#map-of")
    tab.click("#closer")
    assert "map=everything" in tab.url
    assert "at=" in tab.url


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_what_is_chosen_comes_forward_and_the_rest_fades_but_stays(
    keele_page: Page, show: Opener, width: int, height: int
) -> None:
    page = show(keele_page.html, width=width, height=height)
    tab = page.tab
    before = tab.evaluate("dots.getIds()")
    tab.evaluate("change({ types: [DATA.families.findIndex(({ code }) => code === 'local-government')] })")
    assert tab.evaluate("dots.getIds()") == before
    drawn = tab.evaluate(DRAWN)
    faded, text = tab.evaluate("[inks().line, inks().text]")
    colours = {one["text"]: one["colour"] for one in drawn["texts"]}
    hub = next(name for name in colours if name.startswith("West Midlands Social"))
    assert colours[hub] == text
    assert [name for name, colour in colours.items() if colour == faded]
    # A phone shows the paths, the wide map also what they lead to.
    widths = set(tab.evaluate("lines.get().map((line) => line.width)"))
    assert 1.6 in widths
    assert (2.4 in widths) == (width == 1440)
    assert page.clean, page


def test_a_counted_symbol_says_how_many_of_its_members_are_left_where_the_rest_is_hidden(
    keele_page: Page, show: Opener
) -> None:
    page = show(keele_page.html, address="#&types=health-service&mode=hide")
    tab = page.tab
    partly = tab.evaluate(
        f"""{COUNTED}.filter(({{ id }}) => dots.get(id))
          .map((node) => [rowsOf(node), membersShown(node), node.members.length])
          .filter(([, shown, all]) => 0 < shown.length && shown.length < all)
          .map(([rows, shown]) => [rows.at(-1).text, shown.map((body) => BODIES.label[body])])"""
    )
    assert partly
    # The only one has its name, as much of it as there is room for.
    assert all(text.endswith(f": {len(shown)} shown") for text, shown in partly if len(shown) > 1)
    assert all(text.rstrip("…") in shown[0] for text, shown in partly if len(shown) == 1)
    drawn = tab.evaluate(DRAWN)
    assert {text for text, _ in partly} <= {one["text"] for one in drawn["texts"]}
    assert overlapping_texts(drawn) == []
    assert crossed_texts(drawn) == []
    assert page.clean, page


def test_a_route_and_its_map_are_seen_together_on_a_phone(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html, width=390, height=844, address="#org-coventry-university&to=org-wellcome-trust")
    tab = page.tab
    until(tab, "Math.abs(document.querySelector('#focus').getBoundingClientRect().top) < 20")
    drawn = tab.evaluate(DRAWN)
    names = " ".join(one["text"] for one in drawn["texts"])
    assert "Coventry University" in names
    assert "Wellcome Trust" in names
    assert min(text["size"] for text in drawn["texts"]) >= 11.5
    assert overlapping_texts(drawn) == []
    map_box, panel_box = tab.locator("#map").bounding_box(), tab.locator("#panel").bounding_box()
    assert map_box
    assert panel_box
    assert all(text["top"] >= 0 and text["bottom"] <= map_box["height"] for text in drawn["texts"])
    assert map_box["y"] >= 0
    assert map_box["y"] + map_box["height"] <= panel_box["y"] + 1
    assert panel_box["height"] <= 0.4 * 844 + 1
    assert panel_box["y"] < 844 - 120
    assert "Routes to Wellcome Trust" in panel_of(tab)
    assert not _run(tab, ["header", ".explorer"])
    assert page.clean, page


def test_the_panel_of_a_phone_is_pulled_up_by_a_button(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html, width=390, height=844)
    tab = page.tab
    tab.evaluate("(name) => select({ body: BODIES.label.indexOf(name) })", SUCCESSOR)
    until(tab, "(byId('focus').hidden ? byId('map') : byId('focus')).getBoundingClientRect().top < 100")
    low = tab.locator("#panel").bounding_box()
    assert low
    assert low["height"] <= 0.4 * 844 + 1
    button = tab.locator("#panel-raise")
    assert button.get_attribute("aria-expanded") == "false"
    assert not _run(tab, ["header", ".explorer"])
    button.click()
    assert button.get_attribute("aria-expanded") == "true"
    high = tab.locator("#panel").bounding_box()
    assert high
    assert high["height"] > 1.5 * low["height"]
    assert high["y"] >= 0
    assert high["y"] + high["height"] <= 845
    assert not _run(tab, ["header", ".explorer"])
    button.click()
    assert button.get_attribute("aria-expanded") == "false"
    assert page.clean, page
    desk = show(keele_page.html)
    desk.tab.evaluate("(name) => select({ body: BODIES.label.indexOf(name) })", SUCCESSOR)
    assert not desk.tab.locator("#panel-raise").is_visible()


def test_the_saved_picture_is_the_opening_map_as_it_stands(keele_page: Page, show: Opener, tmp_path: Path) -> None:
    page = show(keele_page.html, scheme="dark")
    tab = page.tab
    picture = tab.evaluate("pictureOf()")
    texts = tab.evaluate(
        """(text) => {
          const texts = new DOMParser().parseFromString(text, 'image/svg+xml').querySelectorAll('text');
          return [...texts].map((each) => each.textContent);
        }""",
        picture,
    )
    assert len(texts) == tab.evaluate("dots.length + opening.regions.length")
    assert [text for text in texts if text.endswith("Teaching Partnership") and "ended by" in text]
    assert tab.evaluate("inks().page") in picture
    assert page.clean, page


def test_a_network_without_a_focus_or_without_neighbours_of_it_opens_as_before(show: Opener) -> None:
    plain: nx.MultiDiGraph = nx.MultiDiGraph([("a", "b"), ("b", "c")])
    alone: nx.MultiDiGraph = nx.MultiDiGraph([("a", "b"), ("b", "c")], focus="d")
    alone.add_node("d")
    for graph in (plain, alone):
        tab: Tab = show(draw(graph).html).tab
        assert tab.evaluate("[view(), NETWORK.radial]") == ["wide", None]
        assert tab.locator("#map-of").count() == 0


def test_a_page_made_to_show_every_body_opens_with_all_and_leads_to_the_partners(show: Opener) -> None:
    page = show(draw(made_up_network(30), renderer="webgl").html)
    tab = page.tab
    assert tab.evaluate("[view(), location.hash]") == ["wide", ""]
    tab.click("#map-of")
    assert tab.evaluate("[view(), location.hash]") == ["radial", "#&map=partners"]
    assert not tab.locator("#whole-note").is_visible()
    tab.click("#map-of")
    assert tab.evaluate("[view(), location.hash]") == ["wide", ""]


def test_a_route_is_drawn_step_by_step_and_the_map_of_everything_shows_it_too(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html, address="#org-coventry-university&to=org-wellcome-trust")
    tab = page.tab
    assert tab.evaluate("[view(), BODIES.label[focused.body]]") == ["focus", "Coventry University"]
    assert tab.inner_text("#focus-note") == "Coventry University to Wellcome Trust: 5 routes."
    drawn = tab.evaluate(DRAWN)
    assert overlapping_texts(drawn) == []
    assert min(text["size"] for text in drawn["texts"]) >= 11.99
    # Every step stands between the one before it and the next, and what joins them over its name.
    steps = tab.evaluate("routes(state.body, state.to)[0].map(({ from, to }) => [from, to])")
    at = {symbol["id"]: symbol["x"] for symbol in drawn["symbols"]}
    assert all(at[start] < at[end] for start, end in steps)
    assert "is funded by" in [text["text"] for text in drawn["texts"]]
    tab.click("#map-of")
    assert tab.evaluate("view()") == "wide"
    assert tab.evaluate("(steps) => steps.flat().every((body) => litUp().has(dotOf(body)))", steps)
    tab.click("#map-of")
    tab.click("#focus-back")
    assert tab.evaluate("state.to") is None
    assert page.clean, page
