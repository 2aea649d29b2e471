"""The first page for a stakeholder, the page about the endpoint, and wrong addresses, over HTTP and in a browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import networkx as nx
import pytest

from partnergraph.page import draw
from partnergraph.site.views import front_page
from partnergraph.store import Reader
from tests.server.conftest import Bench, Server

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def test_the_first_page_is_the_published_one_with_links_to_the_site(server: Server, keele: Path) -> None:
    got = server.send("GET", "/")
    published = (keele / "index.html").read_bytes()
    before, marker, after = published.partition(front_page.MARKER)
    assert marker
    assert got.body.startswith(before)
    assert got.body.endswith(after)
    links = got.body[len(before) : len(got.body) - len(after)].decode()
    for path in ("/search", "/network", "/ask", "/sparql"):
        assert f'href="{path}"' in links
    assert got.headers["content-security-policy"] == "frame-ancestors 'self'"


def test_a_graph_without_a_published_page_is_drawn(keele: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Reader.at(keele / "graph.trig")
    assert reader.folder is None
    page = front_page.render(reader, {}).body.decode()
    assert 'id="explorer"' in page
    assert 'href="/ask"' in page
    monkeypatch.setattr(front_page, "MAX_DRAWN", 5)
    short = front_page.render(reader, {}).body.decode()
    assert 'id="explorer"' not in short
    assert 'href="/search"' in short
    assert "Keele School of Primary, Community and Social Care" in short


def test_no_name_in_a_graph_can_stand_where_the_links_go() -> None:
    page = draw(nx.Graph([(front_page.MARKER.decode(), "b")])).html
    assert page.count(front_page.MARKER.decode()) == 1
    assert page.index(front_page.MARKER.decode()) < page.index("<h1")


def test_a_browser_at_the_endpoint_sees_how_to_use_it_and_a_program_its_description(server: Server) -> None:
    guide = server.send("GET", "/sparql", headers=BROWSER)
    assert guide.headers["content-type"] == "text/html; charset=utf-8"
    assert f"http://127.0.0.1:{server.port}/sparql" in guide.body.decode()
    assert guide.headers["vary"] == "Accept"
    assert server.send("GET", "/endpoint").body == guide.body
    assert server.send("HEAD", "/sparql", headers=BROWSER).headers["content-type"] == "text/html; charset=utf-8"
    for accept in ("*/*", "text/turtle", "text/turtle,text/html;q=0.5", "application/n-triples,*/*;q=0.1"):
        described = server.send("GET", "/sparql", headers={"Accept": accept})
        assert described.status == 200
        assert "html" not in described.headers["content-type"], accept
    asked = server.send("GET", "/sparql?query=ASK%7B%7D", headers=BROWSER)
    assert "html" not in asked.headers["content-type"]


def test_the_example_of_the_guide_is_answered(server: Server) -> None:
    from partnergraph.site.views.endpoint_guide import EXAMPLE

    assert len(server.ask(EXAMPLE, accept="text/csv").body.decode().splitlines()) == 11


@pytest.mark.parametrize(
    "path", ["/nowhere/nhs-england", "/static/nothing", "/draw", "/questions/none", "/search?format=x"]
)
def test_a_wrong_address_is_a_page_for_people_and_json_for_programs(server: Server, path: str) -> None:
    page, problem = server.send("GET", path, headers=BROWSER), server.send("GET", path)
    assert page.status == problem.status >= 400
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert 'href="/search"' in page.body.decode()
    assert page.headers["vary"] == "Accept"
    assert problem.headers["content-type"] == "application/problem+json"


def test_a_wrong_address_suggests_the_bodies_that_its_words_resemble(server: Server) -> None:
    page = server.send("GET", "/who/nhs-england", headers=BROWSER).body.decode()
    assert "Did you mean" in page
    assert 'href="/id/org/nhs-england"' in page
    hostile = server.send("GET", "/%3Cscript%3Ealert(1)%3C/script%3E", headers=BROWSER)
    assert hostile.status == 404
    assert "<script>alert" not in hostile.body.decode()


@pytest.mark.browser
def test_the_first_page_shows_the_map_and_leads_to_the_workbench(fresh: Callable[..., Bench]) -> None:
    opened = fresh()
    tab: Tab = opened.tab
    tab.goto(opened.address)
    tab.wait_for_selector("#map canvas")
    tab.get_by_role("navigation", name="The site").get_by_role("link", name="Ask").click()
    tab.wait_for_selector("html[data-ready]")
    assert tab.get_by_role("heading", level=1).inner_text() == "Ask the graph"
