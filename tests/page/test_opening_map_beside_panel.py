"""The opening map beside an open panel: whole, no label cut, the selected body in full colour."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from partnergraph.page import Page, draw
from tests.page.measuring import DRAWN, crossed_texts, overlapping_texts
from tests.page.test_axe import _run
from tests.page.test_opening_map_in_browser import MIDDLE, made_up_network

if TYPE_CHECKING:
    from tests.page.conftest import Opener

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page_of_50() -> Page:
    """The page of a made-up network of 50 bodies."""
    return draw(made_up_network(50))


# Bodies that the map shows well beside a panel: the ones nearest to its corners, and the focus.
CORNERS = """() => {
  const { nodes } = openingBeside();
  const both = [...opening.nodes.values()].filter(({ id }) => id >= 0 && nodes.has(id) && id !== DATA.focus);
  const alone = both.filter(({ id }) => isInOpening(id));
  const farthest = (reach) => alone.reduce((a, b) => (reach(a.radial) > reach(b.radial) ? a : b)).id;
  const corners = [1, -1].flatMap((x) => [1, -1].map((y) => farthest((at) => x * at[0] + 3 * y * at[1])));
  return [...new Set([...corners, DATA.focus])];
}"""


@pytest.mark.parametrize(
    ("width", "height", "scheme"),
    [(1440, 900, "light"), (1024, 768, "light"), (1920, 1080, "dark"), (768, 1024, "light"), (390, 844, "light")],
)
def test_the_map_stays_whole_beside_the_panel_and_the_selected_body_in_full_colour(
    keele_page: Page, page_of_50: Page, show: Opener, width: int, height: int, scheme: str
) -> None:
    made = keele_page if width in (1440, 390) else page_of_50
    page = show(made.html, width=width, height=height, scheme=scheme)
    tab = page.tab
    sides = (
        "Object.fromEntries([...opening.nodes.values()].filter(({ ring }) => ring === 1).map((n) => [n.id, n.side]))"
    )
    before, size_before = tab.evaluate(sides), tab.evaluate("byId('map').clientHeight")
    corners = tab.evaluate(CORNERS)
    assert len(corners) >= 3
    for body in corners:
        tab.evaluate("(body) => select({ body })", body)
        drawn = tab.evaluate(DRAWN)
        room, chosen = tab.evaluate("[roomFor(), dots.get(state.body).color]")
        assert drawn["view"] == "radial"
        assert tab.locator("#panel").is_visible()
        assert room["x"] + tab.evaluate("byId('panel').offsetWidth") == drawn["width"] or width == 390
        assert crossed_texts(drawn) == []
        assert overlapping_texts(drawn) == []
        assert min(text["size"] for text in drawn["texts"]) >= 11.99
        assert [
            text["text"]
            for text in drawn["texts"]
            if text["left"] < 0 or text["right"] > room["x"] or text["top"] < 0 or text["bottom"] > room["y"]
        ] == []
        [own] = [symbol for symbol in drawn["symbols"] if symbol["id"] == body]
        assert own["size"] <= own["x"] <= room["x"] - own["size"]
        assert own["size"] <= own["y"] <= room["y"] - own["size"]
        assert chosen["border"] == tab.evaluate("inks().accent")
        rows = tab.evaluate("(body) => rowsOf(opening.nodes.get(body)).map(({ text }) => text)", body)
        own_texts = {text["text"]: text["colour"] for text in drawn["texts"]}
        loud = rows[-1]
        assert own_texts[loud] == tab.evaluate("(body) => (body === DATA.focus ? inks().page : inks().text)", body)
        if width != 390:  # the whole drawing; each partner on its side, and the page below does not move up
            shown = (
                "[...opening.nodes.values()].filter(({ id }) => dots.get(id)).flatMap(rowsOf).map(({ text }) => text)"
            )
            assert Counter(tab.evaluate(shown)) - Counter(text["text"] for text in drawn["texts"]) == Counter()
            assert tab.evaluate("byId('map').clientHeight") >= size_before
        if width >= 1024:
            now = tab.evaluate(sides)
            both = before.keys() & now.keys()
            assert len(both) >= 10
            assert {one: before[one] for one in both} == {one: now[one] for one in both}
    if width == 1024:  # the narrowest panel
        assert not _run(tab, ["header", ".explorer"])
        tab.evaluate("ask('partners')")
        assert tab.locator(".answer-rows tr").count() > 3
        assert tab.evaluate("byId('panel').scrollWidth <= byId('panel').clientWidth")
        assert not _run(tab, ["header", ".explorer"])
    tab.evaluate("select({})")
    assert tab.evaluate(sides) == before
    assert page.clean, page


def test_what_is_selected_is_never_faded_or_left_out_and_is_named_where_it_is_counted(
    keele_page: Page, show: Opener
) -> None:
    page = show(keele_page.html)
    tab = page.tab
    lit = "ownSymbols().length && ownSymbols().every((id) => dots.get(id) && (!litUp() || litUp().has(id)))"
    border = "ownSymbols().every((id) => dots.get(id)?.color.border === inks().accent)"
    bodies = tab.evaluate("BODIES.key.map((_, body) => body).filter((body) => AROUND[body].length)")
    leads = "DATA.kinds.findIndex(({ code }) => code === 'leadership')"
    for mode in ("highlight", "hide"):
        for everything in ("false", "true"):
            tab.evaluate(f"change({{ kind: {leads}, mode: '{mode}', everything: {everything} }})")
            for body in bodies[::12]:
                tab.evaluate("(body) => select({ body })", body)
                assert tab.evaluate(lit), (mode, everything, body)
                assert tab.evaluate(border) or tab.evaluate("view()") == "focus"
                tab.evaluate("select({})")
    # What the wide map shows alone and the map beside the panel does not: there its counted symbol has its name.
    tab.evaluate("change({ ...START })")
    tab.evaluate("select({ body: BODIES.label.indexOf('Coventry University') })")
    assert tab.evaluate("[view(), opening.nodes.has(state.body)]") == ["radial", False]
    assert tab.evaluate(lit)
    assert "Coventry University and 2 others" in [text["text"] for text in tab.evaluate(DRAWN)["texts"]]
    # In a counted symbol of the opening map, after the way back from the drawing of its neighbours.
    tab.evaluate("change({ ...START })")
    body, fold = tab.evaluate(
        """() => {
          const { nodes } = openingBeside(), counted = [...nodes.values()].filter(({ members }) => members?.length > 1);
          for (const { id, members } of counted) for (const body of members) if (!nodes.has(body)) return [body, id];
        }"""
    )
    tab.evaluate("(body) => select({ body })", body)
    assert tab.evaluate("view()") == "focus"
    tab.click("#focus-back")
    assert tab.evaluate("[view(), state.body]") == ["radial", body]
    assert fold in tab.evaluate("ownSymbols()")
    assert tab.evaluate(lit)
    assert tab.evaluate(border)
    drawn = tab.evaluate(DRAWN)
    name = tab.evaluate("BODIES.label[state.body]")
    rows = tab.evaluate("(fold) => rowsOf(opening.nodes.get(fold)).map(({ text }) => text)", fold)
    assert " ".join(rows).startswith(name[:12])
    assert re.search(r"and \d+ others?$|…$", " ".join(rows))
    assert {*rows} <= {text["text"] for text in drawn["texts"]}
    assert crossed_texts(drawn) == []
    assert overlapping_texts(drawn) == []
    assert page.clean, page


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_a_name_that_is_cut_ends_in_an_ellipsis_and_stands_whole_in_the_panel(
    show: Opener, width: int, height: int
) -> None:
    network = made_up_network(12)
    network.nodes["b3"]["label"] = long = "Council of the " + "very long Place and " * 12 + "its end"
    page = show(draw(network).html, width=width, height=height)
    tab = page.tab
    cut, whole = tab.evaluate(
        """() => {
          const nameOf = ({ rows }) => rows.filter(({ quiet }) => !quiet).map(({ text }) => text).join(" ");
          const alone = [...opening.nodes.values()].filter(({ members }) => !members);
          const names = alone.map((node) => [BODIES.label[node.id], nameOf(node)]);
          return [names.filter(([, text]) => text.endsWith("…")), names.filter(([, text]) => !text.endsWith("…"))];
        }"""
    )
    assert [(name, long.startswith(text[:-1])) for name, text in cut] == [(long, True)]
    assert len(whole) >= 8
    assert all(name == text for name, text in whole)
    assert [text for text in tab.evaluate(DRAWN)["texts"] if text["right"] > width or text["left"] < 0] == []
    for name in (long, whole[1][0]):
        tab.evaluate("byId('map').scrollIntoView()")
        box = tab.evaluate(MIDDLE, tab.evaluate("(name) => BODIES.label.indexOf(name)", name))
        tab.mouse.move(*box)
        assert tab.get_attribute("#map", "title") == (long if name == long else "")
    tab.evaluate("(name) => select({ body: BODIES.label.indexOf(name) })", long)
    assert tab.inner_text("#panel-heading") == long
    assert page.clean, page


# Of the labels of the map of everything: those that stand beyond what the panel leaves free.
CUT = """() => {
  const { x, y } = roomFor(), at = (left, top) => network.canvasToDOM({ x: left, y: top });
  const boxes = labels.map(({ left, top, right, bottom }) => [at(left, top), at(right, bottom)]);
  return boxes.filter(([start, end]) => start.x < 0 || start.y < 0 || end.x > x || end.y > y).length;
}"""


def test_the_map_of_everything_brings_an_opened_symbol_forward_and_cuts_no_label(
    keele_page: Page, show: Opener
) -> None:
    page = show(keele_page.html)
    tab = page.tab
    fold = "NETWORK.nodes.filter(({ members }) => members).sort((a, b) => b.members.length - a.members.length)[0]"
    tab.evaluate(f"() => {{ change({{ everything: true }}); select({{ fold: {fold}.id }}); }}")
    names = tab.locator("#panel .links a").all_inner_texts()
    assert len(names) > 5
    assert names == sorted(names, key=str.casefold)
    lit, every, own = tab.evaluate("[[...litUp()], dots.getIds().length, state.fold]")
    assert own in lit
    assert 2 < len(lit) < every
    for choice in [
        "{ fold: state.fold }",
        "{ body: DATA.focus }",
        "{ body: BODIES.label.indexOf('Keele University') }",
    ]:
        tab.evaluate(f"() => select({choice})")
        tab.wait_for_timeout(100)
        assert tab.evaluate("[view(), labels.length > 1]") == ["wide", True]
        assert tab.evaluate(CUT) == 0, choice
    assert page.clean, page


def test_with_now_the_words_above_say_how_much_the_map_draws_and_a_heading_stands_by_its_partner(
    keele_page: Page, show: Opener
) -> None:
    for width in (1440, 390):
        tab = show(keele_page.html, width=width).tab
        tab.evaluate("change({ ended: false })")
        assert "The map of our partners draws 2 of these bodies, the tables list all." in tab.inner_text("#active-text")
        assert "what became of its own partnerships since is not recorded" in tab.inner_text("#now-note")
        away = tab.evaluate("""opening.regions
          .map((region) => [region, partnersOf(region).find(({ id }) => dots.get(id))])
          .filter(([, node]) => node).map(([region, node]) => node.radial[1] - placeOfHeading(region)[1])""")
        assert away
        assert all(0 < each < 60 for each in away)


def test_an_opened_symbol_has_its_whole_title_and_on_a_phone_what_ended_is_not_cut(
    keele_page: Page, show: Opener
) -> None:
    tab = show(keele_page.html).tab
    titles = tab.evaluate("""[...opening.nodes.values()].filter(({ members }) => members?.length > 1).map((node) => {
      select({ fold: node.id });
      return placeCard()?.title.join(" ") ?? node.name;
    })""")
    assert any(" and " in title for title in titles)
    assert not [title for title in titles if title.endswith("…")]
    tab = show(keele_page.html, width=390, height=844).tab
    tab.evaluate("select({ body: BODIES.label.indexOf('Impact Accelerator Unit') })")
    rows = tab.evaluate("[...focused.nodes.values()].map(({ rows }) => rows.map(({ text }) => text))")
    ended = [row for row in rows if any(text.startswith("ended by") for text in row)]
    assert len(ended) >= 2
    assert not [text for row in ended for text in row if text.endswith("…")]
