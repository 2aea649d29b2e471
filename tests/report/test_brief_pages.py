"""The brief in a browser: at most three pages of A4, nothing wrong for axe, readable on a phone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from partnergraph.report import Brief, BriefMaker
from partnergraph.store import Reader
from tests.page.paper import read
from tests.report.conftest import DAY, crowded_reader, pdf_pages

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
Print = Callable[[str], bytes]


@pytest.fixture
def printed(browser: Browser, tmp_path: Path) -> Print:
    """Print an HTML file."""
    context = browser.new_context()
    tab = context.new_page()

    def to_pdf(html: str) -> bytes:
        file = tmp_path / "brief.html"
        file.write_text(html, "utf-8")
        tab.goto(file.as_uri())
        return tab.pdf(prefer_css_page_size=True)

    return to_pdf


def test_keele_university_fills_at_most_three_numbered_pages(keele_brief: Brief, printed: Print) -> None:
    sheets = read(printed(keele_brief.html))
    assert len(sheets) == 3
    for number, sheet in enumerate(sheets, 1):
        assert f"Page{number}of3" in sheet.text
        assert f"KeeleUniversity;asaskedon{DAY}" in sheet.text
        assert sheet.pictures == 0
    text = "".join(sheet.text for sheet in sheets)
    for heading in ("Partners", "Whatthenetworksays", "Onlythroughonebody", "Gaps", "Sources"):
        assert heading in text
        assert not [sheet for sheet in sheets if sheet.text.endswith(heading)]
    assert min(size for sheet in sheets for size in sheet.sizes) >= 6, "points; smaller cannot be read"


def test_no_brief_of_the_keele_graph_is_longer(keele_reader: Reader, printed: Print) -> None:
    whole = BriefMaker(keele_reader, DAY)
    pages = {label: pdf_pages(printed(whole.brief(iri).html)) for iri, label in whole.read_all()}
    assert len(pages) > 75
    assert not {label: number for label, number in pages.items() if number > 3}
    assert {1, 2, 3} == {*pages.values()}


@pytest.mark.parametrize(
    ("partners", "words", "sources"),
    [
        (60, "Partner", 60),
        (400, "Partner", 3),
        (400, "Institute for the Study of Very Long Names of Organisations in Several Counties", 40),
        (80, "Unbreakable" * 12, 80),
    ],
    ids=["a source each", "few sources", "long names", "long words"],
)
def test_a_crowded_body_stays_within_three_pages(partners: int, words: str, sources: int, printed: Print) -> None:
    maker = BriefMaker(crowded_reader(partners, words=words, sources=sources), "2026")
    brief = maker.brief(maker.resolve("Hub"))
    assert pdf_pages(printed(brief.html)) == 3


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1440, "dark"), (390, "light"), (320, "dark")])
@pytest.mark.parametrize("name", ["Keele University", "West Midlands Social Work Teaching Partnership"])
def test_axe_finds_nothing_and_nothing_sticks_out(
    maker: BriefMaker, browser: Browser, tmp_path: Path, name: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    file = tmp_path / "brief.html"
    file.write_text(maker.brief(maker.resolve(name)).html, "utf-8")
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme, bypass_csp=True)
    tab = context.new_page()
    tab.goto(file.as_uri())
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    tab.evaluate(Axe().axe_script)
    found = tab.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    assert len(found["passes"]) > 15
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found["violations"]] == []
    context.close()


def test_the_browser_blocks_nothing_that_the_file_needs(keele_brief: Brief, browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "brief.html"
    file.write_text(keele_brief.html, "utf-8")
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    tab = context.new_page()
    messages: list[str] = []
    requests: list[str] = []
    tab.on("console", lambda message: messages.append(message.text))
    tab.on("request", lambda request: requests.append(request.url))
    tab.goto(file.as_uri())
    assert messages == []
    assert requests == [file.as_uri()]
    assert tab.evaluate("getComputedStyle(document.querySelector('table')).tableLayout") == "fixed"
    context.close()
