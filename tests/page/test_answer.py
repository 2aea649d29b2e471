"""An answer drawn as a page, in a real browser: its claims with their words, what the query made as such, the query."""

from __future__ import annotations

from pathlib import Path

import pytest

from partnergraph import PartnerGraph
from partnergraph.build.assemble import assemble
from partnergraph.graph_folder.folder import read_folder
from tests.conftest import ROOT
from tests.page.conftest import Opener

pytestmark = pytest.mark.browser

QUERY = """SELECT ?from ?to ?kind ?weight {
  { ?r pg:kind ?kind ; pg:from ?from ; pg:to ?to FILTER(?kind = code:leadership) BIND(2 AS ?weight) }
  UNION { VALUES (?from ?to ?kind ?weight) { ("A <b>bold</b> idea" o:keele-university "comes to" 7) } }
}"""


@pytest.fixture(scope="module")
def graph() -> PartnerGraph:
    return PartnerGraph(assemble(read_folder(ROOT / "data").model).reader())


def test_an_answer_is_a_page_with_the_evidence_of_its_claims_and_the_query_itself(
    graph: PartnerGraph, show: Opener
) -> None:
    page = graph.draw(query=QUERY)
    watched = show(page.html)
    tab = watched.tab
    assert tab.locator("details.query pre").inner_text() == ""
    tab.locator("details.query summary").click()
    assert tab.locator("details.query pre").inner_text() == QUERY
    assert tab.locator("#organisations tbody tr").count() == len(graph.picture(QUERY))
    computed = tab.locator("#relationships tbody tr", has_text="comes to")
    assert "A <b>bold</b> idea" in (computed.text_content() or "")
    assert "Computed by the query; not a claim of this graph." in (computed.text_content() or "")
    led = tab.locator("#relationships tbody tr", has_text="West Midlands Social Work Teaching Partnership")
    assert led.count() >= 2, "both sides of the dispute"
    assert led.locator("q, .proofs li").count() >= 2
    assert "computed by the query" in tab.locator(".keys").inner_text()
    widths = tab.evaluate("NETWORK.edges.map((edge) => edge.width || 0)")
    assert max(widths) == 6.3
    assert watched.clean


def test_in_a_notebook_an_answer_is_drawn_in_a_frame_and_no_file_is_written(
    graph: PartnerGraph, show: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here := tmp_path / "here").mkdir()
    monkeypatch.chdir(here)
    page = graph.draw(query="CONSTRUCT { ?a pg:funds ?b } WHERE { ?a pg:funds ?b }")
    watched = show(f"<!doctype html><html lang=en><title>n</title>{page._repr_html_()}")
    frame = watched.tab.frame_locator("iframe")
    frame.locator("#map canvas").wait_for()
    assert frame.locator("h1").inner_text().startswith("An answer from: ")
    assert list(here.glob("*")) == []
    assert watched.clean
