"""What can be taken away: files and the printed report."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import networkx as nx
import pytest

from partnergraph.page import Page

if TYPE_CHECKING:
    from tests.page.conftest import Opener

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
