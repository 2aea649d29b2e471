"""The page in a real browser, offline: what a stakeholder sees, finds, clicks and reads."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import networkx as nx
import pytest

from partnergraph.page import Page, draw

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab

    from tests.page.conftest import Opener

pytestmark = pytest.mark.browser

SCHOOL = "School of Primary, Community and Social Care"
TEACHING = "West Midlands Social Work Teaching Partnership"
SIZES = [(1440, 900, "light"), (1440, 900, "dark"), (390, 844, "light"), (390, 844, "dark")]
# The share of the map's canvas that is not of the page's colour.
PAINTED = """() => {
  const canvas = document.querySelector('#map canvas'), context = canvas.getContext('2d');
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
  let painted = 0;
  for (let at = 3; at < pixels.length; at += 4) painted += pixels[at] > 0;
  return painted / (pixels.length / 4);
}"""
PLACE = """(name) => {
  const body = BODIES.label.indexOf(name), box = document.getElementById('map').getBoundingClientRect();
  const at = network.canvasToDOM(placeOf(body));
  return [box.left + at.x, box.top + at.y];
}"""


def _panel(tab: Tab) -> str:
    return " ".join(tab.inner_text("#panel").split())


def _until(tab: Tab, condition: str) -> None:
    """Wait until a condition holds; the page's policy forbids the browser's own way of asking again and again."""
    for _ in range(100):
        if tab.evaluate(condition):
            return
        tab.wait_for_timeout(100)
    pytest.fail(f"never came true: {condition}")


def _find(tab: Tab, text: str) -> None:
    tab.fill("#find", text)
    tab.keyboard.press("Enter")


@pytest.mark.parametrize(("width", "height", "scheme"), SIZES)
def test_the_map_is_drawn_and_nothing_is_asked_for(
    keele_page: Page, show: Opener, width: int, height: int, scheme: str
) -> None:
    page = show(keele_page.html, width=width, height=height, scheme=scheme)
    assert page.tab.evaluate(PAINTED) > 0.01
    box = page.tab.locator("#map").bounding_box()
    assert box is not None
    assert box["width"] <= width
    assert box["height"] <= height
    assert page.tab.evaluate("document.documentElement.scrollWidth") <= width
    assert page.clean, page


def test_at_320_pixels_nothing_runs_out_at_the_side(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html, width=320, height=640)
    assert page.tab.evaluate("document.documentElement.scrollWidth") <= 320
    page.tab.click(".menu summary")
    box = page.tab.locator(".menu > div").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 320
    assert page.clean, page


def test_without_scripts_everything_can_be_read(keele_page: Page, keele_network: nx.MultiDiGraph, show: Opener) -> None:
    tab = show(keele_page.html, scripts=False).tab
    assert tab.locator(".still-wide svg").is_visible()
    assert not tab.locator("#map").is_visible()
    assert not tab.locator("#find").is_visible()
    text = tab.inner_text("body")
    for _, node in keele_network.nodes(data=True):
        assert node["label"] in text
    assert tab.locator("#claims tbody tr:visible").count() == keele_network.number_of_edges()


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("PHE", "Public Health England"),
        ("nihr spcr", "NIHR School for Primary Care Research"),
        ("coventry univ", "Coventry University"),
        ("publc helth england", "Public Health England"),
        ("Arthritis Research U.K.", "Arthritis Research UK"),
        ("NICE", "National Institute for Health and Care Excellence"),
    ],
)
def test_a_body_is_found_by_any_of_its_names(keele_page: Page, show: Opener, typed: str, found: str) -> None:
    page = show(keele_page.html)
    _find(page.tab, typed)
    assert page.tab.inner_text("#panel-heading") == found
    assert page.clean, page


def test_a_name_that_nothing_has_is_said_to_be_unknown(keele_page: Page, show: Opener) -> None:
    tab = show(keele_page.html).tab
    tab.fill("#find", "Zzyzx")
    assert "Nothing here is called so" in tab.inner_text("#found")
    tab.keyboard.press("Enter")
    assert not tab.locator("#panel").is_visible()


def test_a_click_on_a_symbol_shows_who_says_what_with_the_words_in_their_sentence(
    keele_page: Page, show: Opener
) -> None:
    page = show(keele_page.html)
    x, y = page.tab.evaluate(PLACE, SCHOOL)
    page.tab.mouse.click(x, y)
    assert page.tab.inner_text("#panel-heading") == SCHOOL
    member = page.tab.locator("#panel .links > li", has_text=f"is a member of {TEACHING}").first
    member.locator("summary").click()
    sentence = member.locator(".sentence").first
    assert sentence.locator("mark").inner_text() == (
        "We are also a member of the West Midlands Social Work Teaching Partnership"
    )
    assert "which is comprised of 14 local authorities" in sentence.inner_text()
    assert "Our partners" in member.inner_text()
    assert page.clean, page


def test_every_quotation_is_marked_where_it_stands_in_its_sentence(keele_page: Page, show: Opener) -> None:
    tab = show(keele_page.html).tab
    pairs = tab.evaluate(
        """() => [...document.querySelectorAll('q[data-sentence]')].map((quote) => {
          const whole = inSentences(Object.assign(document.createElement('div'), { innerHTML: quote.outerHTML }));
          return [quote.textContent, whole.querySelector('mark').textContent];
        })"""
    )
    assert len(pairs) > 50
    assert all(words == marked for words, marked in pairs)


def test_a_click_on_a_line_shows_the_claims_it_stands_for(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html)
    point = page.tab.evaluate(
        """() => {
          const edge = NETWORK.edges.find((one) => one.disputed && 'wide' in one.bend);
          const [a, b] = [edge.from, edge.to].map((id) => network.canvasToDOM(placeOf(id)));
          const box = document.getElementById('map').getBoundingClientRect();
          for (let share = 0.35; share < 0.7; share += 0.02)
            for (let off = -40; off <= 40; off += 2) {
              const at = { x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share + off };
              if (hit(at)?.line === edge.id) return [box.left + at.x, box.top + at.y];
            }
          return null;
        }"""
    )
    page.tab.mouse.click(*point)
    said = _panel(page.tab)
    assert said.startswith("× Leadership Coventry University leads West Midlands Social Work Teaching Partnership")
    assert "Disputed." in said
    assert "Contradicted by: Coventry City Council leads" in said
    assert "who acts as the lead authority" in said
    assert "Against it:" in said
    assert page.clean, page


def test_an_address_selects_and_what_is_selected_is_in_the_address(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html, address="#org-coventry-university")
    assert page.tab.inner_text("#panel-heading") == "Coventry University"
    page.tab.locator("#panel .links summary").first.click()
    page.tab.locator("#panel .links a").first.click()
    heading = page.tab.inner_text("#panel-heading")
    assert heading != "Coventry University"
    assert page.tab.url.endswith(page.tab.evaluate("'#' + BODIES.key[state.body]"))
    page.tab.go_back()
    assert page.tab.inner_text("#panel-heading") == "Coventry University"
    page.tab.keyboard.press("Escape")
    page.tab.locator("#panel .close").click()
    assert not page.tab.locator("#panel").is_visible()
    assert page.clean, page


def test_the_legend_hides_bodies_in_the_map_and_in_both_tables(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html)
    before = page.tab.evaluate("dots.length")
    assert page.tab.locator("#bodies tbody tr:visible", has_text="Coventry University").count() > 0
    page.tab.locator("label", has_text="university or college").locator("input").uncheck()
    assert page.tab.evaluate("dots.length") < before
    shown = page.tab.locator("#bodies tbody tr:visible").all_inner_texts()
    assert not [row for row in shown if row.startswith("Coventry University")]
    rows = page.tab.locator("#claims tbody tr:visible").count()
    assert page.tab.inner_text('[data-of="claims"]').startswith(f"{rows} of ")
    page.tab.locator("label", has_text="university or college").locator("input").check()
    assert page.tab.evaluate("dots.length") == before
    assert page.clean, page


def test_one_kind_of_relationship_alone_is_shown_on_the_map_and_in_the_table(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html)
    page.tab.select_option("#kind", label="funding")
    kinds = set(page.tab.locator("#claims tbody tr:visible td:nth-child(2)").all_inner_texts())
    assert kinds == {"funds"}
    assert page.tab.evaluate("lines.length") < 12
    page.tab.select_option("#kind", label="all kinds")
    page.tab.uncheck("#inferred")
    assert "Inferred" not in page.tab.inner_text("#claims")
    assert page.clean, page


def test_the_tables_are_sorted_and_filtered(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html)
    page.tab.locator("#bodies th button", has_text="Relationships").click()
    page.tab.locator("#bodies th button", has_text="Relationships").click()
    numbers = [int(text) for text in page.tab.locator("#bodies td:last-child").all_inner_texts()]
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[0] > numbers[-1]
    assert page.tab.locator('#bodies th[aria-sort="descending"]').count() == 1
    page.tab.fill("#filter-claims", "lead authority")
    rows = page.tab.locator("#claims tbody tr:visible").all_inner_texts()
    assert rows
    assert all("lead" in row.lower() and "authority" in row.lower() for row in rows)
    assert page.clean, page


def test_folded_bodies_are_listed_and_unfold(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html)
    before = page.tab.evaluate("dots.length")
    x, y = page.tab.evaluate(
        """() => {
          const node = NETWORK.nodes.find((one) => one.members);
          const box = document.getElementById('map').getBoundingClientRect();
          const at = network.canvasToDOM({ x: node.wide[0], y: node.wide[1] });
          return [box.left + at.x, box.top + at.y];
        }"""
    )
    page.tab.mouse.click(x, y)
    assert re.match(r"\d+ named ", page.tab.inner_text("#panel-heading"))
    members = page.tab.locator("#panel .links li").count()
    assert members >= 5
    page.tab.click("#panel button:has-text('Unfold')")
    assert page.tab.evaluate("dots.length") > before
    assert page.tab.evaluate("dots.length") == page.tab.evaluate("NETWORK.nodes.filter((one) => one.unfolded).length")
    assert page.tab.evaluate(PAINTED) > 0.01
    assert page.clean, page


def test_the_keyboard_alone_finds_opens_follows_and_closes(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html)
    press = page.tab.keyboard.press
    press("Tab")
    assert page.tab.evaluate("document.activeElement.className") == "skip"
    page.tab.focus("#find")
    page.tab.keyboard.type("teaching part")
    press("ArrowDown")
    assert page.tab.get_attribute("#find", "aria-activedescendant") == "found-0"
    press("Enter")
    assert page.tab.inner_text("#panel-heading") == TEACHING
    assert page.tab.evaluate("document.activeElement.id") == "panel"
    for focused in ("close", "steps", "to"):
        press("Tab")
        assert focused in page.tab.evaluate("document.activeElement.id + document.activeElement.className")
    press("Tab")
    press("Enter")
    assert page.tab.evaluate("document.activeElement.parentNode.open") is True
    press("Tab")
    press("Enter")
    assert page.tab.inner_text("#panel-heading") != TEACHING
    press("Escape")
    assert not page.tab.locator("#panel").is_visible()
    assert page.tab.evaluate("document.activeElement.id") == "find"
    assert page.clean, page


def test_the_wheel_scrolls_the_page_and_buttons_zoom_the_map(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html)
    scale = page.tab.evaluate("network.getScale()")
    page.tab.mouse.move(700, 450)
    page.tab.mouse.wheel(0, 300)
    _until(page.tab, "scrollY > 0")
    assert page.tab.evaluate("network.getScale()") == scale
    page.tab.click("#closer")
    assert page.tab.evaluate("network.getScale()") > scale
    page.tab.click("#fit")
    assert page.tab.evaluate("network.getScale()") == pytest.approx(scale)


def test_the_date_shows_what_was_in_force_and_says_what_is_not_known(keele_page: Page, show: Opener) -> None:
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
    assert all("not known whether in force" in row for row in open_ended)
    assert page.tab.locator("#dated").is_visible()
    page.tab.focus("#date")
    page.tab.keyboard.press("ArrowRight")
    assert page.tab.inner_text("#date-shown") == "July 2012"
    page.tab.keyboard.press("Home")
    assert page.tab.inner_text("#date-shown") == "any time"
    assert page.tab.locator("#claims tbody tr:visible").count() == every
    assert page.clean, page


def test_the_same_rule_of_dates_holds_in_the_page_and_in_python(
    keele_page: Page, keele_network: nx.MultiDiGraph, show: Opener
) -> None:
    tab = show(keele_page.html).tab
    for month in ("2009-08", "2014-12", "2021-10"):
        told = dict(tab.evaluate(f"CLAIMS.key.map((key, claim) => [key, holds(claim, '{month}')])"))
        first, last = f"{month}-01", f"{month}-31"
        for key, data in ((k, d) for *_, k, d in keele_network.edges(keys=True, data=True)):
            start, end = data["start_bounds"], data["end_bounds"]
            no = (start and start[0] > last) or (end and end[1] < first)
            surely = start and end and start[1] <= last and end[0] >= first
            short = re.sub(r"[^a-z0-9]+", "-", key.rpartition("/id/")[2].lower())
            assert told[short] == ("no" if no else "yes" if surely else "unknown"), (month, key)


def test_what_changed_since_is_marked_in_words_on_the_map_and_in_the_table(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html, address="#&date=2018-06&since=2012-01")
    assert page.tab.locator("#compared").is_visible()
    marks = page.tab.locator("#claims tbody tr:visible .at-date").all_inner_texts()
    assert {"new", "ended"} <= set(marks)
    labels = page.tab.evaluate("lines.get().map((line) => line.label).filter(Boolean)")
    assert {"new", "ended"} == set(labels)
    assert page.clean, page


def test_play_steps_through_the_years_and_stops_when_asked(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html)
    page.tab.click("#play")
    _until(page.tab, "state.date !== null")
    assert page.tab.inner_text("#play") == "Stop"
    page.tab.click("#play")
    assert page.tab.inner_text("#play") == "Play"
    assert page.clean, page


def test_routes_between_two_bodies_come_with_the_evidence_of_every_hop(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html, address="#org-coventry-city-council")
    page.tab.fill("#to", "wellcome")
    page.tab.keyboard.press("Enter")
    routes = page.tab.locator(".routes > li")
    assert 1 < routes.count() <= 5
    first = routes.first.inner_text()
    assert first.startswith("4 steps: Coventry City Council – ")
    assert "– Wellcome Trust" in first
    routes.first.locator("summary").first.click()
    assert routes.first.locator(".proofs li").first.is_visible()
    lengths = [int(text.split()[0]) for text in routes.all_inner_texts()]
    assert lengths == sorted(lengths)
    assert "to=org-wellcome-trust" in page.tab.url
    page.tab.click("text=Clear the routes")
    assert routes.count() == 0
    assert page.clean, page


def test_routes_are_the_shortest_that_networkx_finds(
    keele_page: Page, keele_network: nx.MultiDiGraph, show: Opener
) -> None:
    tab = show(keele_page.html).tab
    plain = nx.Graph(keele_network)
    label = nx.get_node_attributes(keele_network, "label")
    by_label = {name: iri for iri, name in label.items()}
    for goal in ("Wellcome Trust", "Herefordshire Council", "Public Health England"):
        found = tab.evaluate(
            "(goal) => routes(BODIES.label.indexOf('Coventry City Council'), BODIES.label.indexOf(goal))"
            ".map((hops) => hops.map((hop) => [BODIES.label[hop.from], BODIES.label[hop.to]]))",
            goal,
        )
        shortest = nx.shortest_path_length(plain, by_label["Coventry City Council"], by_label[goal])
        assert len(found[0]) == shortest
        for hops in found:
            steps = [hops[0][0], *(hop[1] for hop in hops)]
            assert len(set(steps)) == len(steps)
            assert nx.is_path(plain, [by_label[step] for step in steps])


def test_focus_shows_one_body_and_what_is_within_some_steps(
    keele_page: Page, keele_network: nx.MultiDiGraph, show: Opener
) -> None:
    page = show(keele_page.html, address="#org-primary-care-research-consortium")
    centre = next(iri for iri in keele_network if iri.endswith("/org/primary-care-research-consortium"))
    for steps in (1, 2):
        page.tab.select_option("#steps", str(steps))
        within = nx.ego_graph(nx.Graph(keele_network), centre, radius=steps)
        assert page.tab.locator("#bodies tbody tr:visible").count() == len(within)
    page.tab.click("#everything")
    assert page.tab.locator("#bodies tbody tr:visible").count() == len(keele_network)
    assert page.clean, page


def test_source_and_standing_filter_map_and_tables(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html)
    page.tab.select_option("#standing", "disputed")
    [row] = page.tab.locator("#claims tbody tr:visible").all_inner_texts()
    assert "Coventry University" in row
    assert page.tab.evaluate("lines.length") == 1
    page.tab.select_option("#standing", "")
    page.tab.select_option(
        "#source", label="Our partners (School of Primary, Community and Social Care, Keele University)"
    )
    rows = page.tab.locator("#claims tbody tr:visible").all_inner_texts()
    assert len(rows) > 20
    assert all("Our partners" in row for row in rows)
    assert page.clean, page


def test_an_address_holds_the_whole_view(keele_page: Page, show: Opener) -> None:
    first = show(keele_page.html).tab
    first.evaluate("select({ body: BODIES.label.indexOf('Coventry University') })")
    first.evaluate("change({ date: '2018-06', since: '2012-01', inferred: false, unfolded: true, steps: 2 })")
    first.locator("label", has_text="local government").locator("input").uncheck()
    first.select_option("#kind", label="membership")
    first.click("#closer")
    keep = "JSON.stringify([{ ...state, camera: null }, [...state.hidden], state.camera.map(Math.round)])"
    second = show(keele_page.html, address=first.url[first.url.index("#") :]).tab
    assert second.evaluate(keep) == first.evaluate(keep)
    assert second.locator("label", has_text="local government").locator("input").is_checked() is False


def test_a_broken_address_is_an_ordinary_view(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html, address="#%E0%A4%A&date=2018-99&steps=x&at=1,a,0&hide=,&to=nobody&kind=%&step=-1")
    assert page.tab.evaluate("JSON.stringify(addressOf())") == '""'
    assert page.clean, page


def test_what_is_shown_can_be_saved_as_csv_svg_and_png(
    keele_page: Page, keele_network: nx.MultiDiGraph, show: Opener, tmp_path: Path
) -> None:
    page = show(keele_page.html)
    page.tab.click(".menu summary")
    saved = {}
    for kind in ("csv", "svg", "png"):
        with page.tab.expect_download() as waiting:
            page.tab.click(f"#save-{kind}")
        saved[kind] = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(saved[kind])
    with saved["csv"].open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == keele_network.number_of_edges()
    assert {row["from"] for row in rows} == {keele_network.nodes[a]["label"] for a, _ in keele_network.edges()}
    assert ElementTree.parse(saved["svg"]).getroot().tag.endswith("svg")
    assert saved["png"].read_bytes().startswith(b"\x89PNG")
    assert page.clean, page


def test_a_cell_that_begins_like_a_formula_is_disarmed_in_the_csv(show: Opener) -> None:
    graph: nx.MultiDiGraph = nx.MultiDiGraph([("=HYPERLINK(1)", "@x")])
    text = show(draw(graph).html).tab.evaluate("claimsAsCsv()")
    assert '"\'=HYPERLINK(1)"' in text
    assert '"\'@x"' in text


def test_it_prints_as_a_report_with_the_map_as_vectors_and_every_table(
    keele_page: Page, keele_network: nx.MultiDiGraph, show: Opener, tmp_path: Path
) -> None:
    page = show(keele_page.html, scheme="dark")
    page.tab.emulate_media(media="print")
    assert page.tab.locator(".still-wide svg").is_visible()
    assert not page.tab.locator("#map").is_visible()
    assert page.tab.locator("#claims tbody tr:visible").count() == keele_network.number_of_edges()
    assert page.tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    paper = page.tab.pdf(path=tmp_path / "report.pdf", format="A4", landscape=True)
    assert paper.startswith(b"%PDF")
    assert b"/Subtype /Image" not in paper
    assert page.clean, page


@pytest.mark.parametrize(
    ("width", "scheme", "address"),
    [
        (1440, "light", ""),
        (1440, "dark", "#org-coventry-university"),
        (390, "light", "#org-coventry-university"),
        (320, "dark", ""),
    ],
)
def test_axe_finds_nothing(keele_page: Page, show: Opener, width: int, scheme: str, address: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    tab = show(keele_page.html, width=width, scheme=scheme, address=address).tab
    # Two rules are slow on thousands of cells that all look the same: they are asked of the first rows only.
    slow = ["color-contrast", "target-size"]
    everything = Axe().run(tab, options={"rules": {rule: {"enabled": False} for rule in slow}})
    first = ["header", ".explorer", "#bodies tr:nth-child(-n+3)", "#claims tr:nth-child(-n+9)", "#sentences", "footer"]
    colours = Axe().run(tab, context=first, options={"runOnly": slow})
    for found in (everything, colours):
        assert len(found.response["passes"]) > 0
        assert not found.response["violations"], found.generate_report()


def test_every_body_and_claim_is_in_the_accessibility_tree(
    keele_page: Page, keele_network: nx.MultiDiGraph, show: Opener
) -> None:
    tab = show(keele_page.html).tab
    tree = tab.locator("body").aria_snapshot()
    headers = tab.get_by_role("rowheader")
    assert headers.count() == len(keele_network) + keele_network.number_of_edges() + len(keele_network.graph["sources"])
    for _, node in keele_network.nodes(data=True):
        assert node["label"].split(" (")[0] in tree


HOSTILE = [
    *("<img src=x onerror=alert(1)>", "</script><script>alert(2)</script>", "<svg onload=alert(3)>", '"><b>x</b>'),
    *("javascript:alert(4)", "{{ 7*7 }}", "${alert(5)}", "</title><script>alert(6)</script>", "' onfocus=alert(7) '"),
    *("</textarea></style><script>alert(8)</script>", "<iframe src=javascript:alert(9)>", "&lt;script&gt;", "a\u2028b"),
    *("<a href='javascript:alert(10)'>x</a>", "]]><script>alert(11)</script>", "<!--", "\\u003cscript\\u003e", "href"),
]


def _hostile(text: str) -> nx.MultiDiGraph:
    """A network in which every field is the text."""
    source = {"title": text, "publisher": text, "date": text, "url": text}
    proof = {
        **dict.fromkeys(("id", "words", "says", "locator", "basis", "strength", "confidence", "note"), text),
        **{"source": text, "passage": f"before {text} after", "at": 7},
    }
    proofs = [proof | {"form": form} for form in ("quoted", "cited", "inferred", "editor")]
    named: dict[str, Any] = {"name": text, "start": text, "end": text, "date_note": text, "evidence": proofs}
    graph: nx.MultiDiGraph = nx.MultiDiGraph(
        title=text, description=text, licence=text, publisher=text, generator=text, as_of=text, sources={text: source}
    )
    event = {"kind": text, "manner": text, "date": text, "before": [{"label": text}], "after": [{"label": text}]}
    for node in (text, text + "2"):
        graph.add_node(
            node,
            **{"label": text, "family": text, "type": text, "types": [text], "description": text, "website": text},
            names=[named],
            identifiers=[{"scheme": text, "label": text, "value": text, "url": text}],
            attributes=[{"property": text, "value": text, "start": text, "end": None, "evidence": proofs}],
            events=[event | {"about": [{"label": text}], "evidence": proofs}],
            statements=[{"kind": text, "label": text, "evidence": proofs}],
        )
    for key in ("a", "b"):
        graph.add_edge(
            text,
            text + "2",
            key=key,
            **dict.fromkeys(("kind", "label", "forward", "inverse", "role", "start", "end", "note", "rule"), text),
            **{"standing": "disputed", "standing_note": text, "derived": True, "contradicts": ["b"]},
            via=[{"id": text, "label": text}],
            evidence=proofs,
            counter_evidence=proofs,
        )
    return graph


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_every_field_stays_text(show: Opener, text: str) -> None:
    page = show(draw(_hostile(text)).html)
    tab = page.tab
    _find(tab, text)
    tab.evaluate("select({ body: 0 })")
    for summary in tab.locator("#panel summary").all():
        summary.click()
    tab.evaluate("select({ claims: [0] })")
    assert " ".join(text.split()) in " ".join(tab.inner_text("#panel").split())
    assert tab.title().split() == text.split()
    assert tab.locator("a[href^='javascript']").count() == 0
    assert tab.locator("iframe, img, object, embed, textarea, a[href^='data']").count() == 0
    assert tab.locator("script").count() == 4
    assert not [one for one in tab.locator("b").all_text_contents() if not re.search("[.:]", one)]
    assert page.clean, page


def test_hostile_text_in_a_picture_stays_text(show: Opener) -> None:
    text = '<img src=x onerror=alert(1)>"&'
    page = show(f"<!doctype html><title>x</title>{draw(_hostile(text)).svg}")
    assert page.tab.locator("img").count() == 0
    shown = page.tab.locator("svg text").first.text_content() or ""
    assert shown == '<img src=xonerror=alert(1)>"&'  # its two lines, one after the other
    assert page.clean, page


def test_a_notebook_frame_runs_the_page(keele_page: Page, show: Opener) -> None:
    page = show(f"<!doctype html><title>x</title>{keele_page._repr_html_()}")
    frame = page.tab.frames[1]
    frame.wait_for_selector("#map canvas")
    frame.fill("#find", "PHE")
    frame.press("#find", "Enter")
    assert frame.inner_text("#panel-heading") == "Public Health England"
    assert page.clean, page
