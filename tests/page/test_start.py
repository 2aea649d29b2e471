"""How a page starts: its library is unpacked, the map is drawn, then the tables are laid out."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import networkx as nx
import pytest

from partnergraph.page import Page, draw
from tests.conftest import ROOT
from tests.page.driving import until

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from playwright.sync_api import Page as Tab

    from tests.page.conftest import Opener

pytestmark = pytest.mark.browser

VENDOR = ROOT / "src" / "partnergraph" / "page" / "vendor"


def test_the_program_travels_packed_and_the_policy_names_its_hash(keele_page: Page) -> None:
    packed = re.search(r'id="program">([A-Za-z0-9+/=]+)</script>', keele_page.html)
    assert packed is not None
    program = zlib.decompress(base64.b64decode(packed[1]))
    assert len(packed[1]) < len(program) / 2
    assert b"function startMap()" in program
    digest = base64.b64encode(hashlib.sha256(program).digest()).decode()
    assert f"sha256-{digest}" in keele_page.html.split("style-src")[0]
    # Besides the packed scripts only what must run before they are unpacked stands in the page.
    scripts = re.findall(r"<script>(.*?)</script>", keele_page.html, re.DOTALL)
    assert sum(map(len, scripts)) < 4000


def test_the_packed_library_is_the_vendored_file_and_the_policy_names_its_hash(keele_page: Page) -> None:
    packed = re.search(r'id="library">([^<]+)</script>', keele_page.html)
    assert packed is not None
    assert zlib.decompress(base64.b64decode(packed[1])) == (VENDOR / "vis-network.min.js").read_bytes()
    digest = bytes.fromhex(json.loads((VENDOR / "manifest.json").read_text("utf-8"))["vis-network.min.js"]["sha256"])
    assert f"sha256-{base64.b64encode(digest).decode()}" in keele_page.html.split("style-src")[0]


@pytest.fixture
def old_tab(browser: Browser) -> Iterator[Tab]:
    """A tab of a browser that knows no DecompressionStream."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, offline=True)
    context.add_init_script("delete globalThis.DecompressionStream;")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("rows", [3, 1001], ids=["small", "large"])
def test_a_browser_that_cannot_unpack_shows_the_still_page_and_says_why(
    old_tab: Tab, tmp_path: Path, rows: int
) -> None:
    said: list[str] = []
    old_tab.on("console", lambda message: said.append(message.text))
    old_tab.on("pageerror", lambda error: said.append(str(error)))
    file = tmp_path / "page.html"
    draw(nx.MultiDiGraph([("hub", f"leaf {number}") for number in range(rows)])).save(file)
    old_tab.goto(file.as_uri())
    assert "too old to unpack the program of this page" in old_tab.inner_text("header")
    assert old_tab.locator(".still-wide svg").is_visible()
    assert not old_tab.locator("#find").is_visible()
    assert not old_tab.locator("#map").is_visible()
    assert old_tab.locator("#bodies tbody tr").first.is_visible()
    until(old_tab, "!document.documentElement.classList.contains('starting')")
    assert said == []


def test_the_tables_wait_for_the_map_and_are_laid_out_soon_after_it(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    draw(nx.MultiDiGraph([("hub", f"leaf {number}") for number in range(300)])).save(file)
    context = browser.new_context(viewport={"width": 1440, "height": 900}, offline=True)
    # Whether the tables waited when the map was first drawn; a drawing of the map begins with an empty canvas.
    # A browser without the newest way to read base64 unpacks the page as well.
    context.add_init_script("""delete Uint8Array.fromBase64;
      const own = CanvasRenderingContext2D.prototype.clearRect;
      CanvasRenderingContext2D.prototype.clearRect = function (...box) {
        globalThis.waited ??= document.documentElement.classList.contains("starting");
        return own.apply(this, box);
      };""")
    tab = context.new_page()
    tab.goto(file.as_uri())
    until(tab, "globalThis.waited !== undefined && !document.documentElement.classList.contains('starting')")
    assert tab.evaluate("waited") is True
    assert (
        tab.evaluate("getComputedStyle(document.querySelector('#relationships .scroll')).contentVisibility")
        == "visible"
    )
    context.close()


def test_an_address_leads_to_its_place_and_a_page_loaded_again_stays_there(keele_page: Page, show: Opener) -> None:
    tab = show(keele_page.html, address="#sources").tab
    top = "Math.abs(document.getElementById('sources').getBoundingClientRect().top - 16)"
    until(tab, f"{top} < 4")
    tab.reload()
    until(tab, f"document.documentElement.classList.contains('js') && {top} < 4")


def test_a_choice_is_drawn_once_and_not_once_for_every_step(keele_page: Page, show: Opener) -> None:
    tab = show(keele_page.html).tab
    tab.evaluate("() => { globalThis.drawings = 0; network.on('afterDrawing', () => (drawings += 1)); }")
    tab.evaluate("change({ kind: 0 })")
    tab.wait_for_timeout(300)
    assert 1 <= tab.evaluate("drawings") <= 2
