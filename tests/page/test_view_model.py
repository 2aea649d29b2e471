"""The page as text: everything is in it, hostile text stays text, nothing is loaded."""

from __future__ import annotations

import json
import re
from html import unescape
from html.parser import HTMLParser

import networkx as nx
import pytest

from partnergraph.errors import UsageError
from partnergraph.page import Page, draw
from partnergraph.page.view_model import anchor_keys, web_link


class Parsed(HTMLParser):
    """What a browser would see: the tags with their attributes, and the text of each table row."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: dict[str, str] = {}
        self.tables: dict[str, list[str]] = {}
        self.row: str | None = None
        self.table = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "table":
            self.table = dict(attrs).get("id") or ""
        if tag == "tr":
            self.row = dict(attrs).get("id")
            if self.row:
                self.rows[self.row] = ""
                self.tables.setdefault(self.table, []).append(self.row)

    def handle_data(self, data: str) -> None:
        if self.row:
            self.rows[self.row] += data


@pytest.fixture(scope="module")
def parsed(keele_page: Page) -> Parsed:
    return Parsed(keele_page.html)


def test_every_body_and_every_claim_with_its_evidence_is_a_row(keele_network: nx.MultiDiGraph, parsed: Parsed) -> None:
    text = {key: " ".join(row.split()) for key, row in parsed.rows.items()}
    everything = "\n".join(text.values())
    for _, node in keele_network.nodes(data=True):
        assert " ".join(str(node["label"]).split()) in everything
    assert len(parsed.tables["claims"]) == keele_network.number_of_edges()
    assert len(parsed.tables["bodies"]) == len(keele_network)
    for a, b, data in keele_network.edges(data=True):
        for piece in data["evidence"]:
            told = " ".join(str(piece["words"] or piece["says"]).split())
            assert any(told in row for row in text.values()), (a, b, told)


def test_only_quotations_stand_in_quotation_marks(keele_network: nx.MultiDiGraph, keele_page: Page) -> None:
    quoted = {unescape(words) for words in re.findall(r"<q[^>]*>([^<]*)</q>", keele_page.html)}
    known = set()
    for _, _, data in keele_network.edges(data=True):
        known |= {piece["words"] for piece in data["evidence"] if piece["form"] == "quoted"}
    assert known
    assert known <= quoted
    cited = {
        piece["says"]
        for _, _, data in keele_network.edges(data=True)
        for piece in data["evidence"]
        if piece["form"] != "quoted"
    }
    assert not cited & quoted


def test_an_inferred_claim_says_so_with_its_reason(keele_network: nx.MultiDiGraph, parsed: Parsed) -> None:
    inferred = [data for _, _, data in keele_network.edges(data=True) if data["inferred"]]
    assert inferred
    rows = [" ".join(row.split()) for row in parsed.rows.values()]
    for data in inferred:
        piece = data["evidence"][0]
        assert any(f"Inferred, {piece['strength']}:" in row and piece["says"] in row for row in rows)


def test_members_of_a_group_that_are_only_inferred_say_so(keele_network: nx.MultiDiGraph, parsed: Parsed) -> None:
    by_group = {
        data["label"]: data["members_inferred"] for _, data in keele_network.nodes(data=True) if data["members"]
    }
    assert by_group["professional groups"] is False
    assert by_group["nine universities"] is True
    rows = [" ".join(row.split()) for row in parsed.rows.values() if "Known members" in row]
    assert len(rows) == len(by_group)
    for label, inferred in by_group.items():
        [row] = [row for row in rows if row.startswith(label)]
        assert ("(inferred)" in row.partition("Known members")[2].partition("(the list is open)")[0]) is inferred


def test_a_body_that_goes_on_after_a_change_is_not_what_became_of_it(parsed: Parsed) -> None:
    trust, successor = "Mid Staffordshire NHS Foundation Trust", "University Hospitals of North Midlands NHS Trust"
    rows = [" ".join(row.split()) for row in parsed.rows.values()]
    assert [row for row in rows if f"change: {trust} → {successor}" in row]
    assert not [row for row in rows if f"→ {trust}" in row]


def test_the_numbers_at_the_top_are_the_rows_of_the_tables(keele_page: Page, parsed: Parsed) -> None:
    head = re.sub(r"<[^>]+>", "", keele_page.html.split('<p class="counts">')[1].split("</p>")[0])
    numbers = {noun: int(number) for number, noun in re.findall(r"(\d+) (\w+)", head)}
    bodies = sum(numbers[noun] for noun in ("organisations", "groups", "programmes"))
    assert bodies == len(parsed.tables["bodies"])
    assert numbers["relationships"] + numbers["times"] == len(parsed.tables["claims"])
    assert f"from {len(parsed.tables[''])} sources" in head


def test_every_anchor_leads_to_one_element(parsed: Parsed) -> None:
    ids = [str(attributes["id"]) for _, attributes in parsed.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    anchors = {str(a["href"])[1:] for tag, a in parsed.tags if tag == "a" and str(a.get("href")).startswith("#")}
    assert anchors
    assert anchors <= set(ids)


def test_nothing_is_loaded_from_anywhere(parsed: Parsed) -> None:
    loading = [
        (tag, name)
        for tag, attributes in parsed.tags
        for name in attributes
        if name in ("src", "srcset", "data", "poster", "background") or (tag == "link" and name == "href")
    ]
    assert not loading
    assert not [tag for tag, _ in parsed.tags if tag in ("link", "img", "iframe", "object", "embed", "base", "form")]


def test_the_policy_allows_only_these_scripts_and_styles_by_their_hashes(parsed: Parsed) -> None:
    [policy] = [str(a["content"]) for tag, a in parsed.tags if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert policy.count("'sha256-") >= 3
    assert not [a for _, a in parsed.tags if "style" in a or any(name.startswith("on") for name in a)]


def test_the_same_network_gives_the_same_bytes(keele_network: nx.MultiDiGraph, keele_page: Page) -> None:
    again = draw(keele_network)
    assert again.html == keele_page.html
    assert again.svg == keele_page.svg


def test_any_networkx_graph_is_drawn() -> None:
    page = draw(nx.MultiDiGraph([("a", "b"), ("b", "c"), ("a", "b")]))
    parsed = Parsed(page.html)
    assert len(parsed.tables["claims"]) == 3
    assert page.title == "Network"


@pytest.mark.parametrize("kind", [nx.Graph, nx.DiGraph, nx.MultiGraph, nx.MultiDiGraph])
def test_numbers_as_nodes_and_graphs_without_keys_are_taken_as_they_come(kind: type[nx.Graph]) -> None:
    page = draw(kind([(1, 2), (2, 3)]))
    assert len(Parsed(page.html).tables["claims"]) == 2


def test_two_nodes_of_one_name_are_refused() -> None:
    with pytest.raises(UsageError, match="Two nodes are called 1"):
        draw(nx.Graph([(1, "1")]))


def test_an_empty_network_is_a_page_that_says_so() -> None:
    assert "<strong>0</strong> relationships" in draw(nx.MultiDiGraph()).html


def test_drawing_leaves_the_network_as_it_was() -> None:
    graph: nx.MultiDiGraph = nx.MultiDiGraph()
    graph.add_node("a", label="A")
    graph.add_edge("a", "b", weight=3)
    before = json.dumps(nx.node_link_data(graph, edges="edges"))
    draw(graph)
    assert json.dumps(nx.node_link_data(graph, edges="edges")) == before


def test_parallel_and_opposite_claims_are_all_kept() -> None:
    graph: nx.MultiDiGraph = nx.MultiDiGraph()
    for number in range(3):
        graph.add_edge("a", "b", key=f"k{number}", kind="funding")
    graph.add_edge("b", "a", key="back", kind="membership")
    data = json.loads(re.search(r'id="network">(.*?)</script>', draw(graph).html, re.DOTALL)[1])  # type: ignore[index]
    assert sorted(claim for edge in data["edges"] for claim in edge["claims"]) == [0, 1, 2, 3]
    bends = [edge["bend"]["wide"] for edge in data["edges"]]
    assert len({abs(bend) for bend in bends}) == len(bends)


@pytest.mark.parametrize(
    "url",
    [
        *("javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "//example.org", "http://["),
        *('https://example.org/"onclick=', "java\nscript:alert(1)", "file:///etc/passwd", "https://", " ", None),
    ],
)
def test_only_web_addresses_become_links(url: str | None) -> None:
    assert web_link(url) is None


def test_keys_are_unique_and_never_one_of_the_page_s_own_anchors() -> None:
    found = anchor_keys(["x/id/org/a", "x/id/org/A", "map", "panel", "", "x/id/rel/é--ü", "x/id/org/" + "long-" * 60])
    assert len(set(found.values())) == 7
    assert not {"map", "panel"} & set(found.values())
    assert all(re.fullmatch(r"[a-z0-9-]{1,123}", key) for key in found.values())


def test_a_notebook_shows_the_page_in_a_frame_that_reaches_nothing(keele_page: Page) -> None:
    frame = keele_page._repr_html_()
    [(tag, attributes)] = Parsed(frame).tags
    assert tag == "iframe"
    assert attributes["sandbox"] == "allow-scripts allow-downloads"
    assert attributes["srcdoc"] == keele_page.html
