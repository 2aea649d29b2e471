"""The page of an answer: every mark on the map is there, and stands in words, too; the same bytes each time; no axe."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from partnergraph.analysis.answer import AnalysisAnswer, Highlight, Sentence
from partnergraph.analysis.brokers import brokers
from partnergraph.analysis.community_answer import community_answer
from partnergraph.analysis.context import AnalysisContext, AnalysisOptions
from partnergraph.analysis.drawing import answer_network
from partnergraph.analysis.gaps import gaps
from partnergraph.analysis.routes import routes
from partnergraph.analysis.timeline import timeline
from partnergraph.analysis.what_if import what_if_ending, what_if_without
from partnergraph.build.assemble import assemble
from partnergraph.errors import UsageError
from partnergraph.graph_folder.folder import read_folder
from partnergraph.page import Page, draw
from partnergraph.page.highlights import RADII
from partnergraph.page.layout.set_hulls import set_hull
from partnergraph.page.step_chart import step_chart
from partnergraph.palette import DARK, HULLS, LIGHT, contrast
from tests.analysis.network_graphs import small_reader
from tests.conftest import ROOT
from tests.page.conftest import Opener
from tests.page.driving import SCHOOL, TEACHING, panel_of
from tests.page.paper import read

browser = pytest.mark.browser
NIHR = "National Institute for Health and Care Research"
ASK: dict[str, Callable[[AnalysisContext], AnalysisAnswer]] = {
    "brokers": brokers,
    "what-if": lambda context: what_if_without(context, [TEACHING]),
    "ending": lambda context: what_if_ending(context, NIHR, "2023"),
    "routes": lambda context: routes(context, SCHOOL, "Department for Education"),
    "communities": community_answer,
    "gaps": gaps,
    "timeline": lambda context: timeline(context, "Keele University"),
}


@pytest.fixture(scope="module")
def keele_context() -> AnalysisContext:
    """The Keele graph with the options by default."""
    return AnalysisContext(assemble(read_folder(ROOT / "data").model).reader())


@pytest.fixture(scope="module")
def drawn(keele_context: AnalysisContext) -> Callable[[str], tuple[AnalysisAnswer, Page]]:
    """The answer to one of the questions, and its page; each made once."""
    made: dict[str, tuple[AnalysisAnswer, Page]] = {}

    def answer_and_page(name: str) -> tuple[AnalysisAnswer, Page]:
        if name not in made:
            answer = ASK[name](keele_context)
            made[name] = answer, answer.draw()
        return made[name]

    return answer_and_page


Drawn = Callable[[str], tuple[AnalysisAnswer, Page]]


def _row(html: str, label: str) -> str:
    """The row of a body in the table of organisations."""
    found = re.search(rf'<tr id="[^"]+"><th scope="row">{re.escape(escape(label))}<.*?(?=<tr id=)', html, re.DOTALL)
    assert found, label
    return found[0]


# What stands in the page as text


@pytest.mark.parametrize("name", ASK)
def test_sentences_notes_and_scope_stand_on_the_page_without_scripts(drawn: Drawn, show: Opener, name: str) -> None:
    answer, page = drawn(name)
    tab = show(page.html, scripts=False).tab
    text = " ".join(tab.inner_text("body").split())
    for part in (answer.title, *(sentence.text for sentence in answer.sentences), *answer.notes, answer.scope):
        assert part in text
    assert tab.locator(".answer-lead li").first.bounding_box()["y"] < 200  # type: ignore[index]
    assert tab.locator("#answer-table tbody tr").count() == len(answer.rows)
    assert answer.highlight != Highlight()


test_sentences_notes_and_scope_stand_on_the_page_without_scripts = browser(
    test_sentences_notes_and_scope_stand_on_the_page_without_scripts
)


def test_sizes_and_rings_are_marks_with_words(drawn: Drawn, keele_context: AnalysisContext) -> None:
    answer, page = drawn("brokers")
    marks = answer.highlight
    assert marks.sizes
    for ring, bodies, words in (
        ("", marks.rings, "cut point: without it, others are no longer joined"),
        ("dasharray", marks.dashed_rings, "cut point with inferred claims only"),
    ):
        assert f"{words} ({len(bodies)})" in page.html
        rings = [
            mark for mark in re.findall(r'<circle class="mark"[^>]*>', page.svg) if ("dasharray" in mark) == bool(ring)
        ]
        assert len(rings) == len(bodies) > 0
        for iri in bodies:
            assert f"</span> {words};" in _row(page.html, keele_context.label(iri))
    for step, label in enumerate(marks.step_labels, 1):
        assert f"betweenness {label}" in page.html
        body = next(iri for iri, own in marks.sizes.items() if own == step)
        assert f"betweenness: {label}" in _row(page.html, keele_context.label(body))
    assert [round((radius / RADII[1]) ** 2, 1) for radius in RADII[1:]] == [1.0, 2.5, 5.0]


def test_what_is_taken_out_is_hollow_and_crossed_and_what_falls_away_hatched(
    drawn: Drawn, keele_context: AnalysisContext
) -> None:
    answer, page = drawn("what-if")
    assert f"taken out, with its claims ({len(answer.highlight.removed)})" in page.html
    assert f"no longer joined ({len(answer.highlight.separated)})" in page.html
    assert "no longer joined" in _row(page.html, "Department for Education")
    assert "taken out, with its claims" in _row(page.html, TEACHING)
    strokes = [path.count("M") for path in re.findall(r'<path class="mark" d="([^"]+)"', page.svg)]
    assert sorted(strokes) == [2] * len(answer.highlight.removed) + [3] * len(answer.highlight.separated)
    lost = re.findall(r'class="line (?:disputed )?lost"[^>]*', page.svg)
    assert lost
    assert sum('stroke-dasharray="1.5 4"' in line for line in lost) == len(lost) / 2  # the others are arrowheads


def test_the_end_of_a_funder_takes_nobody_out(drawn: Drawn) -> None:
    answer, page = drawn("ending")
    assert not answer.highlight.removed
    assert "without another recorded funder (2)" in page.html
    assert "funding that would end (2)" in page.html
    assert 'id="after"' not in page.html


def test_the_steps_of_routes_are_marked_lines(drawn: Drawn, keele_context: AnalysisContext) -> None:
    answer, page = drawn("routes")
    network = answer_network(answer, keele_context)
    claims = {key for _, _, key, marked in network.edges(keys=True, data="highlighted") if marked}
    assert claims == {*answer.highlight.claims}
    assert f"step of a route ({len(claims)})" in page.html
    assert page.html.count("</span> step of a route") == len(claims)
    assert page.svg.count(f'stroke="{LIGHT.link}" stroke-width="3.4"') >= 2


def test_hulls_are_drawn_around_named_sets_behind_the_symbols(drawn: Drawn, keele_context: AnalysisContext) -> None:
    answer, page = drawn("communities")
    assert all(len(members) >= 3 for _, members in answer.highlight.sets)
    names = {name.capitalize() for name, _ in answer.highlight.sets}
    labels = re.findall(r'class="hull-name[^>]*><tspan[^>]*>([^<]+)', page.svg)
    assert {*labels} == names
    assert page.svg.index('class="hulls"') < page.svg.index('class="lines"') < page.svg.index('class="hull-name')
    for name, members in answer.highlight.sets:
        for iri in members:
            assert f"{name.capitalize()}" in _row(page.html, keele_context.label(iri))


def test_two_bodies_have_no_hull() -> None:
    network: nx.MultiDiGraph[Any] = nx.MultiDiGraph([("a", "b"), ("b", "c"), ("c", "d"), ("d", "e"), ("e", "a")])
    answer = {"sentences": [], "notes": [], "columns": [], "rows": [], "caption": "", "labels": {}, "step_labels": ()}
    network.graph["answer"] = answer | {"sets": [("two", ("a", "b")), ("three", ("c", "d", "e"))]}
    svg = draw(network).svg
    assert re.findall(r'class="hull-name[^>]*><tspan[^>]*>([^<]+)', svg) == ["three"]


def test_too_few_organisations_are_marked_by_words_alone() -> None:
    context = AnalysisContext(small_reader([("A", "B"), ("B", "C"), ("C", "D")], focus="A"))
    page = brokers(context).draw()
    assert "The projection has 4 organisations: too few for marks on the map to mean anything." in page.html
    assert 'class="mark"' not in page.svg
    assert 'aria-label="What the answer marks"' not in page.html
    more = AnalysisContext(small_reader([("A", "B"), ("B", "C"), ("C", "D"), ("D", "E")], focus="A"))
    assert 'class="mark"' in brokers(more).draw().svg


def test_of_a_large_graph_the_page_shows_what_the_answer_names(monkeypatch: pytest.MonkeyPatch) -> None:
    links = [("Hub", f"Leaf {number:04}") for number in range(1100)] + [("Hub", "Far"), ("Far", "End")]
    context = AnalysisContext(small_reader(links, focus="Hub"))
    answer = routes(context, "Leaf 0000", "End")
    page = answer.draw()
    assert "Of 1,103 bodies the map and the tables show the 4 that this answer marks or names." in page.html
    assert "step of a route (3)" in page.html
    # Without a route there are the two that the question names.
    alone = AnalysisContext(small_reader([*links, ("Other", "Another")], focus="Hub"))
    page = routes(alone, "Hub", "Other").draw()
    assert "Of 1,105 bodies the map and the tables show the 2 that this answer marks or names." in page.html
    monkeypatch.setattr("partnergraph.analysis.drawing.MOST_DRAWN", 3)
    page = routes(context, "Leaf 0000", "End").draw()
    assert "Of 1,103 bodies the map and the tables show the 3 best connected of those that this answer" in page.html
    assert {"Leaf 0000", "End", "Hub"} <= {*re.findall(r'<th scope="row">([^<]+)<', page.html)}


def test_of_a_large_graph_on_a_date_the_page_shows_the_same_bodies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("partnergraph.analysis.drawing.MOST_DRAWN", 3)
    reader = small_reader([("A", "B"), ("B", "C"), ("C", "D"), ("D", "E"), ("E", "F")], focus="A", inferred=[4])
    networks = []
    for options in (AnalysisOptions(), AnalysisOptions(as_of="2020")):
        context = AnalysisContext(reader, options)
        networks.append(answer_network(routes(context, "A", "C"), context))
        assert networks[-1].graph["answer"]["notes"][0].startswith("Of 6 bodies the map and the tables show the 3 ")
    assert [*networks[0]] == [*networks[1]]
    assert {*networks[0].edges(keys=True)} == {*networks[1].edges(keys=True)}
    assert networks[0].number_of_edges() == 2


def test_an_answer_without_its_graph_cannot_be_drawn() -> None:
    answer = AnalysisAnswer("brokers", "Brokers", (Sentence("None."),), (), (), "")
    with pytest.raises(UsageError, match="ask again"):
        answer.draw()


def test_the_same_answer_gives_the_same_bytes(drawn: Drawn, keele_context: AnalysisContext, tmp_path: Path) -> None:
    for name in ("brokers", "communities", "timeline"):
        answer, page = drawn(name)
        assert draw(answer_network(answer, keele_context)).html == page.html
    file = tmp_path / "answer.html"
    drawn("brokers")[0].draw(file)
    assert file.read_text("utf-8") == drawn("brokers")[1].html


def test_names_that_are_code_stay_text() -> None:
    evil = "<img src=x onerror=alert(1)>"
    network: nx.MultiDiGraph[Any] = nx.MultiDiGraph([("a", "b"), ("b", "c"), ("c", "a")])
    network.graph["answer"] = {
        "sentences": [{"text": evil, "claims": []}],
        "notes": [evil],
        "columns": [evil],
        "rows": [[{"text": evil}]],
        "caption": evil,
        "labels": {"solid": evil},
        "step_labels": (),
        "sets": [(evil, ("a", "b", "c"))],
        "before": evil,
        "after": evil,
        "chart": {"years": [2000], "surely": [0], "at_most": [1], "noun": evil},
    }
    network.nodes["a"]["ring"] = "solid"
    page = draw(network)
    assert "<img" not in page.html + page.svg


def test_colours_of_hulls_have_contrast() -> None:
    for look in HULLS:
        assert min(contrast(look.outline, LIGHT.page), contrast(look.outline, look.fill)) >= 4.5
        assert min(contrast(look.dark_outline, DARK.page), contrast(look.dark_outline, look.dark_fill)) >= 4.5
        # What stands on a hull: the outline of symbols, lines, and the names of what is over.
        assert contrast(LIGHT.outline, look.fill) >= 4.5
        assert min(contrast(LIGHT.line, look.fill), contrast(DARK.line, look.dark_fill)) >= 3
        assert min(contrast(LIGHT.muted, look.fill), contrast(DARK.muted, look.dark_fill)) >= 4.5


# Hulls and the chart


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 40)), min_size=4, max_size=14, unique=True),
    st.integers(3, 12),
)
def test_a_hull_holds_its_members_in_one_piece(places: list[tuple[int, int]], count: int) -> None:
    at = np.array(places, dtype=float) * 25
    members = [*range(min(count, len(at)))]
    hull, _ = set_hull("A set", 0, members, at, np.full(len(at), 8.0), [])
    graph: nx.Graph[Any] = nx.Graph()
    for piece in hull.path.split("M")[1:]:
        # A tube is straight or has a control point; of a triangle all corners are members.
        numbers = [*map(float, re.findall(r"-?[\d.]+", piece))]
        corners = [*zip(numbers[::2], numbers[1::2], strict=True)]
        nx.add_path(graph, [corners[0], corners[-1]] if "Q" in piece else corners)
    assert {*graph} == {*map(tuple, at[members].tolist())}
    assert nx.is_connected(graph)
    left, top, right, bottom = hull.box
    assert all(left < x < right and top < y < bottom for x, y in graph)


def test_a_hull_leaves_out_what_is_no_member() -> None:
    at = np.array([(0, 0), (100, 0), (50, 80), (50, 30)], dtype=float)
    radius = np.full(4, 8.0)
    assert not set_hull("A set", 0, [0, 1, 2], at, radius, [])[0].triangles
    at[3] = 400, 400
    assert set_hull("A set", 0, [0, 1, 2], at, radius, [])[0].triangles.endswith("Z")
    # A tube goes around a node that stands in its way.
    at = np.array([(0, 0), (100, 0), (400, 0), (250, 0)], dtype=float)
    assert re.fullmatch(r"M0 0L100 0M100 0Q\S+ \S+ 400 0", set_hull("A set", 0, [0, 1, 2], at, radius, [])[0].path)


def test_the_chart_has_steps_from_zero(drawn: Drawn) -> None:
    answer, page = drawn("timeline")
    root = ElementTree.fromstring(page.svg)
    assert root.get("class") == "chart"
    surely = [row[1] for row in answer.rows if row[1] is not None]
    at_most = [row[2] for row in answer.rows if row[2] is not None]
    assert f"surely from {min(surely)} to {max(surely)}, at most from {min(at_most)} to {max(at_most)}" in page.svg
    svg = step_chart([2000, 2001, 2002], [0, 2, 1], [1, 4, 4], "partners")
    areas = dict(re.findall(r'<path class="(surely|possibly)" d="([^"]+)"', svg))
    corners = [tuple(map(float, point)) for point in re.findall(r"([\d.]+) ([\d.]+)", areas["surely"])]
    zero, heights = corners[0][1], [corners[1][1], corners[3][1], corners[5][1]]
    assert corners[-1][1] == heights[0] == zero
    assert zero - heights[1] == pytest.approx(2 * (zero - heights[2]), abs=0.2)
    assert corners[1][1] == corners[2][1]  # a number holds from the begin of its year to the end
    assert corners[2][0] == corners[3][0]


# In a browser

AREA = "document.querySelector('#map canvas').getBoundingClientRect().width"
LOOKS = [(1440, 900, "light"), (1440, 900, "dark"), (390, 844, "light"), (390, 844, "dark")]


@browser
@pytest.mark.parametrize(("width", "height", "scheme"), LOOKS)
@pytest.mark.parametrize("name", ["brokers", "what-if", "communities", "timeline"])
def test_axe_finds_nothing(drawn: Drawn, show: Opener, name: str, width: int, height: int, scheme: str) -> None:
    from tests.page.test_axe import FIRST, SHORTEN, _run

    page = show(drawn(name)[1].html, width=width, height=height, scheme=scheme, fresh=True)
    page.tab.evaluate(SHORTEN)
    page.tab.evaluate(
        "[...document.querySelectorAll('#answer-table tbody tr')].slice(9).forEach((row) => row.remove())"
    )
    assert not _run(page.tab, [*FIRST, "#answer"])
    assert page.tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.clean, page


@browser
def test_the_switch_shows_before_and_after_in_the_same_places(drawn: Drawn, show: Opener) -> None:
    answer, page = drawn("what-if")
    tab = show(page.html, fresh=True).tab
    assert tab.locator("label[for=before]").inner_text().strip() == answer.highlight.before
    assert tab.locator("label[for=after]").inner_text().strip() == answer.highlight.after
    places = "JSON.stringify(dots.get().map(({ id, x, y }) => [id, x, y]))"
    hollow = f"dots.get(BODIES.label.indexOf('{TEACHING}')).color.background === inks().page"
    dotted = "lines.get().filter(({ dashes }) => JSON.stringify(dashes) === '[1.5,4]').length"
    after = tab.evaluate(places)
    assert tab.evaluate(hollow)
    assert tab.evaluate(dotted) > 5
    tab.focus("#after")
    tab.keyboard.press("ArrowLeft")
    assert tab.evaluate("state.before")
    assert tab.inner_text("#status").strip() == answer.highlight.before
    assert not tab.evaluate(hollow)
    assert tab.evaluate(dotted) == 0
    assert tab.evaluate(places) == after
    tab.click("label[for=after]")
    assert tab.evaluate(hollow)


@browser
def test_the_panel_says_what_the_marks_of_a_body_mean(drawn: Drawn, show: Opener) -> None:
    tab = show(drawn("brokers")[1].html, fresh=True).tab
    tab.evaluate(f"select({{ body: BODIES.label.indexOf('{TEACHING}') }})")
    assert "In this answer cut point: without it, others are no longer joined; betweenness: " in panel_of(tab)


@browser
def test_a_sentence_leads_to_its_claims(drawn: Drawn, show: Opener, keele_context: AnalysisContext) -> None:
    answer, page = drawn("routes")
    tab = show(page.html, fresh=True).tab
    tab.locator(".answer-lead a[data-claims]").first.click()
    keys = tab.evaluate("state.claims.length")
    assert keys == len(answer.sentences[0].claims) == 2
    assert TEACHING in panel_of(tab)
    assert "In this answer step of a route" in panel_of(tab)


# The colour of the map beside the middle of each tube of each hull, where no line of a claim runs.
BESIDE = """() => {
  const canvas = document.querySelector('#map canvas');
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
  const share = canvas.width / canvas.clientWidth, tube = /M([\\d.]+) ([\\d.]+)L([\\d.]+) ([\\d.]+)(?=M|$)/g;
  copy.drawImage(canvas, 0, 0);
  const colour = (x, y) => {
    const at = network.canvasToDOM({ x, y });
    const parts = copy.getImageData(Math.round(at.x * share), Math.round(at.y * share), 1, 1).data;
    return '#' + [...parts].slice(0, 3).map((part) => part.toString(16).padStart(2, '0')).join('');
  };
  return MARKS.hulls.wide.map(({ path, width }) => [...path.matchAll(tube)].flatMap(([, ...ends]) => {
    const [a, b, c, d] = ends.map(Number), away = width / 4 / Math.hypot(c - a, d - b);
    const beside = (at) => colour(a + (c - a) * at + away * (d - b), b + (d - b) * at - away * (c - a));
    return [0.3, 0.5, 0.7].map(beside);
  }));
}"""


@browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_hulls_are_painted_in_the_colours_of_the_scheme(drawn: Drawn, show: Opener, scheme: str) -> None:
    colours = show(drawn("communities")[1].html, scheme=scheme, fresh=True).tab.evaluate(BESIDE)
    fills = {look.fill if scheme == "light" else look.dark_fill for look in HULLS}
    tubes = [beside for beside in colours if beside]  # a hull may be a single area, without a tube of its own
    assert len(tubes) >= 5
    assert all({*beside} & fills for beside in tubes)


@browser
def test_the_print_has_the_sentences_the_map_and_the_table_first(drawn: Drawn, show: Opener) -> None:
    answer, page = drawn("what-if")
    tab = show(page.html, fresh=True).tab
    first, second = read(tab.pdf(format="A4"))[:2]
    squeezed = ["".join(sentence.text.split()) for sentence in answer.sentences]
    assert squeezed[0] in first.text
    assert all(sentence in first.text + second.text for sentence in squeezed)
    assert "takenout,withitsclaims(1)" in first.text
    assert "Showthem" not in first.text + second.text
    assert first.strokes > 100


@browser
def test_no_label_is_below_twelve_pixels_and_the_chart_is_readable_on_a_phone(drawn: Drawn, show: Opener) -> None:
    tab = show(drawn("timeline")[1].html, width=390, height=844, fresh=True).tab
    heights = tab.evaluate("""[...document.querySelectorAll('.chart-narrow text')].map((text) =>
      parseFloat(getComputedStyle(text).fontSize) * text.ownerSVGElement.getScreenCTM().a)""")
    assert heights
    assert min(heights) >= 12
    assert tab.locator(".chart-wide").is_hidden()
    assert tab.evaluate(AREA) <= 390


@browser
def test_an_ordinary_page_has_nothing_of_it(keele_page: Page, keele_network: nx.MultiDiGraph) -> None:
    for part in ("highlights.js", "--hull-", "answer-lead", 'id="answer"', "drawHulls", 'class="mark"'):
        assert part not in keele_page.html
