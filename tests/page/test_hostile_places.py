"""Hostile text in a large page, in a file of the map, and in an address; and that the watchers would see it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import networkx as nx
import pytest

from partnergraph.page import draw
from tests.page.driving import filled, until
from tests.page.probes import PROBES

if TYPE_CHECKING:
    from tests.page.conftest import Opener

pytestmark = pytest.mark.browser

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
ADDRESSES = [
    *("#<script>alert(1)</script>", "#javascript:alert(1)", "#&to=<img src=x onerror=alert(1)>", "#&kind=__proto__"),
    *("#constructor", "#&source=%3Csvg%20onload=alert(1)%3E", "#&standing='\"><b>", "#&hide=__proto__,constructor"),
    *("#&at=1e999,NaN,-1", "#&date=2014-06-01<script>", "#%00%ff", "#&step=99999999999999999999"),
]


def _clean(text: str) -> str:
    return " ".join(FORBIDDEN.sub("\ufffd", text).split())


def test_hostile_texts_in_a_large_page_stay_text(show: Opener) -> None:
    graph: nx.MultiDiGraph = nx.MultiDiGraph(title="Large")
    for number, (name, text) in enumerate(PROBES.items()):
        source = {"title": text, "publisher": text, "date": text, "url": text}
        graph.graph.setdefault("sources", {})[str(number)] = source
        says = {"form": "cited", "says": text, "source": str(number), "locator": text, "id": text}
        graph.add_node(name, label=text, description=text, website=text, names=[{"name": text}])
        graph.add_edge(name, "hub", key=name, forward=text, label=text, kind=text, inverse=text, evidence=[says])
    for number in range(1000):
        graph.add_edge("hub", f"leaf {number}", key=f"e{number}")
    page = show(draw(graph).html)
    tab = page.tab
    tab.wait_for_selector("#map canvas")
    texts = tab.evaluate(
        """() => BODIES.key.map((_, body) => [BODIES.label[body], bodyRow(body).cells[0].textContent,
          bodyRow(body).cells[2].textContent, bodyRow(body).querySelectorAll("script, img, svg, iframe, b").length])"""
    )
    claims = tab.evaluate("() => CLAIMS.key.map((_, claim) => claimRow(claim).textContent)")
    for name, text in PROBES.items():
        assert [row for row in texts if _clean(row[0]) == _clean(text) and _clean(text) in _clean(row[1])], name
        assert [row for row in claims if _clean(row).count(_clean(text)) >= 3], name
    assert not [row for row in texts if row[3]]
    tab.evaluate("select({ body: BODIES.label.indexOf('hub') })")
    for summary in tab.locator("#panel summary").all()[:20]:
        summary.click()
    filled(tab)
    links = set(tab.evaluate("[...document.querySelectorAll('[href]')].map((one) => one.getAttribute('href'))"))
    assert not [link for link in links if not re.match(r"#[a-z0-9-]+$|https?://", link)]
    assert page.clean, page


def test_hostile_texts_in_the_file_of_the_map_stay_text(show: Opener, tmp_path: Path) -> None:
    graph: nx.MultiDiGraph = nx.MultiDiGraph(title=" ".join(PROBES.values()))
    for name, text in PROBES.items():
        graph.add_node(name, label=text)
    nx.add_path(graph, list(PROBES)[:60])
    file = tmp_path / "map.svg"
    draw(graph).save(file)
    root = ElementTree.parse(file).getroot()
    kinds = {one.tag.rpartition("}")[2] for one in root.iter()}
    assert kinds <= {"svg", "title", "rect", "g", "path", "text", "tspan", "circle", "polygon"}
    attributes = {name.rpartition("}")[2] for one in root.iter() for name in one.attrib}
    assert not [name for name in attributes if re.search("^on|href|^style", name)]
    shown = ["".join(one.itertext()) for one in root.iter() if one.tag.endswith("}text")]
    assert len(shown) >= 40
    page = show("<!doctype html><title>x</title>")
    asked: list[str] = []
    page.tab.on("request", lambda request: asked.append(request.url))
    page.tab.goto(file.as_uri())
    assert page.tab.locator("text").count() == len(shown)
    assert asked == [file.as_uri()]
    assert not page.said
    assert not page.dialogs


def test_hostile_addresses_are_an_ordinary_view(show: Opener) -> None:
    graph: nx.MultiDiGraph = nx.MultiDiGraph([("a", "b")])
    page = show(draw(graph).html)
    for address in ADDRESSES:
        page.tab.evaluate("(to) => { location.hash = to; }", address)
        until(page.tab, "document.readyState === 'complete'")
        assert page.tab.evaluate(
            "JSON.stringify([state.body, state.claims, state.kind, state.source, state.date])"
        ) == ("[null,null,null,null,null]"), address
        assert page.tab.evaluate("state.standing === null && state.types.length === 0"), address
        assert page.tab.locator("#panel").is_hidden()
        assert page.tab.locator("body > script").count() == 5
    assert page.clean, page


def test_whoever_watches_a_page_would_see_it(show: Opener) -> None:
    """The watchers themselves: a text that is not escaped is seen, in a page and in a frame of a notebook."""
    bare = show("<!doctype html><title>x</title><img src=x onerror=alert(1)>")
    until(bare.tab, "document.images[0].complete")
    assert bare.dialogs == ["1"]
    assert bare.asked
    inside = "<script>alert(1)</script><img src='data:,x' onerror=alert(2)>"
    framed = show(f'<!doctype html><title>x</title><iframe sandbox="allow-scripts" srcdoc="{inside}"></iframe>')
    for _ in range(50):
        if len(framed.said) >= 2:
            break
        framed.tab.wait_for_timeout(100)
    assert len([text for text in framed.said if "alert" in text]) == 2
