"""What can be taken away: files and the printed report."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import networkx as nx
import pytest

from partnergraph.page import Page
from partnergraph.page.view_model import web_link
from tests.page.conftest import Opener, Tabs
from tests.page.paper import Sheet, read

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


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


def _squeezed(text: object) -> str:
    return "".join(str(text).split())


def test_the_printed_page_is_black_on_white_and_shows_the_still_map(
    keele_page: Page, keele_network: nx.MultiDiGraph, show: Opener
) -> None:
    page = show(keele_page.html, scheme="dark")
    page.tab.emulate_media(media="print")
    assert page.tab.locator(".still-wide svg").is_visible()
    assert not page.tab.locator("#map").is_visible()
    assert page.tab.locator("#claims tbody tr:visible").count() == keele_network.number_of_edges()
    assert page.tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.clean, page


@pytest.fixture(scope="module", params=[(True, True), (False, False)], ids=["landscape", "upright without scripts"])
def sheets(
    request: pytest.FixtureRequest, keele_page: Page, tabs: Tabs, tmp_path_factory: pytest.TempPathFactory
) -> list[Sheet]:
    """The printed report."""
    scripts, landscape = request.param
    opener = Opener(tabs, tmp_path_factory.mktemp("print"))
    page = opener(keele_page.html, scripts=scripts, width=1440 if landscape else 390)
    found = read(page.tab.pdf(format="A4", landscape=landscape))
    opener.close(failed=False)
    return found


def test_the_printed_map_is_lines_and_letters_and_no_picture(
    sheets: list[Sheet], keele_network: nx.MultiDiGraph
) -> None:
    assert sum(sheet.pictures for sheet in sheets) == 0
    assert sheets[0].strokes > 100
    hub = next(
        node["label"] for _, node in keele_network.nodes(data=True) if node["label"].startswith("West Midlands S")
    )
    assert all(word in sheets[0].text for word in hub.split())


def test_every_body_and_every_claim_with_its_evidence_is_printed(
    sheets: list[Sheet], keele_network: nx.MultiDiGraph
) -> None:
    text = "".join(sheet.text for sheet in sheets)
    assert not [node["label"] for _, node in keele_network.nodes(data=True) if _squeezed(node["label"]) not in text]
    told = [
        _squeezed(piece["words"] or piece["says"])
        for _, _, data in keele_network.edges(data=True)
        for piece in data["evidence"]
    ]
    # What is broken over two pages has the heading of the table in between.
    head = _squeezed("From Relationship To When Evidence")
    missing = [one for one in told if one not in text.replace(head, "")]
    assert len(told) > 200
    assert not missing


def test_the_tables_are_readable_on_paper(sheets: list[Sheet]) -> None:
    table = next(number for number, sheet in enumerate(sheets) if "Alsocalled,identifiers" in sheet.text)
    small = {size: letters for sheet in sheets[table:] for size, letters in sheet.sizes.items() if size < 8}
    assert not small
    assert all(sheet.text for sheet in sheets)


def test_the_story_is_printed_before_the_tables_each_step_whole(
    sheets: list[Sheet], keele_network: nx.MultiDiGraph
) -> None:
    table = next(number for number, sheet in enumerate(sheets) if "Alsocalled,identifiers" in sheet.text)
    titles = [step["title"] for step in keele_network.graph["story"]]
    for step in keele_network.graph["story"]:
        on = [n for n, sheet in enumerate(sheets) if _squeezed(step["title"] + step["text"]) in sheet.text]
        assert len(on) == 1, step["title"]
        assert 0 < on[0] < table
        assert sheets[on[0]].strokes > 100, "the map around it"
    assert len(
        {n for n, sheet in enumerate(sheets) for s in titles if _squeezed(s) in sheet.text and n < table}
    ) == len(titles)


def test_no_heading_is_left_alone_at_the_foot_of_a_page(sheets: list[Sheet], keele_network: nx.MultiDiGraph) -> None:
    headings = ["Organisations, groups and programmes", "Relationships and their evidence", "Sources"]
    headings += ["The sentences that are quoted", "The story of this map", "Who says so"]
    headings += ["Every body on the map, and those without a relationship"]
    headings += [step["title"] for step in keele_network.graph["story"]]
    for heading in headings:
        assert [sheet for sheet in sheets if _squeezed(heading) in sheet.text], heading
        assert not [sheet for sheet in sheets if sheet.text.endswith(_squeezed(heading))], heading


def test_the_address_of_every_source_is_printed(sheets: list[Sheet], keele_network: nx.MultiDiGraph) -> None:
    text = "".join(sheet.text for sheet in sheets)
    addresses = [source["url"] for source in keele_network.graph["sources"].values() if web_link(source["url"])]
    assert len(addresses) > 50
    assert not [address for address in addresses if _squeezed(address) not in text]


def test_a_reader_of_paper_sees_a_picture_where_there_is_one(browser: Browser) -> None:
    """The reader itself: it counts a picture, a line and the size of a letter."""
    context = browser.new_context()
    dot = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB"
    dot += "CAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    tab = context.new_page()
    tab.set_content(f"<p style='font-size:12px'>seen</p><img width=50 height=50 src='{dot}'>")
    [sheet] = read(tab.pdf())
    context.close()
    assert sheet.pictures == 1
    assert sheet.text == "seen"
    assert sheet.sizes == {9.0: "seen"}
