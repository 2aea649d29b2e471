"""The opening map, measured from positions: no label crossed by a line, nothing on anything else, type of 12 pixels."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterator
from itertools import combinations
from math import hypot
from pathlib import Path
from typing import TYPE_CHECKING, Any

import networkx as nx
import pytest

from partnergraph.build.assemble import assemble
from partnergraph.graph_folder.folder import read_folder
from partnergraph.network import build_network
from partnergraph.page import Page, draw
from partnergraph.page.build_diagram import build_diagram, prepare_network
from partnergraph.page.diagram import SCREEN, Diagram
from partnergraph.page.layout.edge_routing import control_point
from partnergraph.page.layout.radial_layout import SAVED_VIEWS, opening_drawings, radial_positions
from partnergraph.page.layout.text_metrics import LINE_HEIGHT, text_width
from partnergraph.page.layout.text_wrapping import wrap_to_width
from partnergraph.page.opening_map import HEADINGS
from partnergraph.palette import DARK, LIGHT, contrast
from tests.page.measuring import DRAWN, crossed_texts, overlapping_texts

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.page.conftest import Opener

Drawing = dict[str, Any]
Box = tuple[float, float, float, float]
FAMILIES = ("health-service", "education", "local-government", "central-government", "civil-society", "undertaking")
VERBS = ("works with", "is funded by", "is a member of", "supports")
# The screens on which each drawing is shown, in CSS pixels: what a window leaves of its width, and the map's height.
SCREENS = {
    "wide": [SCREEN["wide"], (1852, 640)],
    "medium": [(700, 640), (956, 640)],
    "tall": [SCREEN["tall"]],
}


def drawn(network: nx.Graph) -> tuple[Diagram, dict[str, Drawing]]:
    """The diagram of a network and its opening map."""
    graph = prepare_network(network)
    diagram = build_diagram(graph)
    drawings = opening_drawings(graph, diagram, lambda family: "dot")
    assert drawings is not None
    return diagram, drawings


def neighbourhood(count: int, seed: int = 1) -> nx.MultiDiGraph:
    """A made-up focus with so many partners of six sorts; some are hubs, some are joined to one another."""
    dice, network = random.Random(seed), nx.MultiDiGraph(focus="focus")
    network.add_node("focus", label="Centre for Regional Health Studies", family="academic-unit")
    words = "North South Upper Lower Great Little Saint Royal Northern Western Eastern Valley County City".split()
    for number in range(count):
        family = dice.choice(FAMILIES)
        name = " ".join(dice.sample(words, dice.randint(1, 5)))
        network.add_node(f"p{number}", label=f"{name} Partnership {number}", family=family)
        verb = dice.choice(VERBS)
        network.add_edge("focus", f"p{number}", key=f"e{number}", kind=verb, forward=verb, inverse=f"{verb} (inverse)")
        for other in range(dice.choice((0, 0, 3, 12))):
            network.add_node(f"q{number}-{other}", label=f"Body {number} {other}", family=dice.choice(FAMILIES))
            network.add_edge(f"q{number}-{other}", f"p{number}", key=f"m{number}-{other}", kind="membership")
    for number in range(count // 3):
        a, b = dice.sample(range(count), 2)
        network.add_edge(f"p{a}", f"p{b}", key=f"c{number}", kind="collaboration")
    return network


ROR_KINDS = {"child": "part-of", "parent": "part-of", "related": "association"}
ROR_FOCUS = {  # a funder with more than a thousand parts and relations, and a university
    "Centre National de la Recherche Scientifique": "https://ror.org/02feahw73",
    "Imperial College London": "https://ror.org/041kmwe10",
}


@pytest.fixture(scope="session")
def ror_records(shared: Path) -> dict[str, dict[str, Any]]:
    """The ROR records by id."""
    with gzip.open(shared / "registers" / "ror" / "ror_v2_latest.jsonl.gz", "rt", encoding="utf-8") as lines:
        return {record["id"]: record for record in map(json.loads, lines)}


def ror_neighbourhood(records: dict[str, dict[str, Any]], focus: str, count: int) -> nx.MultiDiGraph:
    """So many records around one, the nearest first, with the relationships among them."""
    near, waiting = {focus: None}, [focus]
    while waiting and len(near) < count:
        for relation in records[waiting.pop(0)]["relationships"]:
            if relation["id"] in records and relation["id"] not in near and len(near) < count:
                near[relation["id"]] = None
                waiting.append(relation["id"])
    network = nx.MultiDiGraph(focus=focus)
    for identity in near:
        record = records[identity]
        [name] = [entry["value"] for entry in record["names"] if "ror_display" in entry["types"]]
        network.add_node(identity, label=name, type=record["types"][0], types=record["types"])
    for identity in near:
        for relation in records[identity]["relationships"]:
            kind, other = ROR_KINDS.get(relation["type"]), relation["id"]
            if kind and other in near:
                a, b = (other, identity) if relation["type"] == "child" else (identity, other)
                if not network.has_edge(a, b):
                    network.add_edge(a, b, key=f"{a} {b}", kind=kind, forward="is part of", inverse="includes")
    return network


def hostile() -> nx.MultiDiGraph:
    """Names that no one should have."""
    network = neighbourhood(10)
    names = [
        "x" * 300,
        "",
        "<b>&\"'</b>",
        "漢字" * 60,
        "A very long name " * 40,
        "\n\t ",
        "W" * 44,
        "\x00bad",
        "0",
        "é" * 99,
    ]
    for number, name in enumerate(names):
        network.nodes[f"p{number}"]["label"] = name
    network.nodes["focus"]["label"] = "y" * 200
    return network


def plain(graph: nx.Graph) -> nx.Graph:
    """A graph without any attribute but its focus, the first node."""
    network = nx.relabel_nodes(nx.Graph(graph.edges()), {node: f"Member {node}" for node in graph})
    network.graph["focus"] = f"Member {min(graph)}"
    return network


MADE_UP = {
    "1 partner": lambda: neighbourhood(1),
    "3 partners": lambda: neighbourhood(3),
    "11 partners": lambda: neighbourhood(11),
    "30 partners": lambda: neighbourhood(30),
    "60 partners": lambda: neighbourhood(60),
    "200 partners": lambda: neighbourhood(200),
    "a star of 29": lambda: plain(nx.star_graph(29)),
    "a club": lambda: plain(nx.karate_club_graph()),
    "a clique of 41": lambda: plain(nx.complete_graph(41)),
    "hostile names": hostile,
}


def label_box(node: Drawing) -> Box:
    """Left, top, right and bottom of a label beside its symbol, as the contract of the page's data has it."""
    (x, y), rows = node["at"], node["rows"]
    sizes = [(row["text"], node["verb"] if row["quiet"] else node["font"], not row["quiet"]) for row in rows]
    wide = max(text_width(text, size, bold and bool(node["hub"])) for text, size, bold in sizes)
    high, middle = len(rows) * node["font"] * LINE_HEIGHT, y - node.get("lift", 0)
    start = x + node["size"] + 7 if node["side"] == "right" else x - node["size"] - 7 - wide
    return start, middle - high / 2, start + wide, middle + high / 2


def region_box(region: Drawing) -> Box:
    """The same of the heading of a sector."""
    (x, y), wide = region["at"], text_width(region["label"], region["font"], True)
    start = x if region["align"] == "left" else x - wide
    return start, y - region["font"] * 0.55, start + wide, y + region["font"] * 0.55


def symbol_box(node: Drawing) -> Box:
    """The same of a symbol."""
    (x, y), size = node["at"], node["size"]
    return x - size, y - size, x + size, y + size


def boxes(drawing: Drawing) -> dict[str, Box]:
    """Everything that takes room, by what it is. The label of the focus stands in its symbol."""
    nodes = drawing["nodes"]
    labels = {f"label {node['id']}": label_box(node) for node in nodes if node["ring"]}
    regions = {f"region {number}": region_box(region) for number, region in enumerate(drawing["regions"])}
    return labels | regions | {f"symbol {node['id']}": symbol_box(node) for node in nodes}


def meet(one: Box, other: Box) -> bool:
    """Whether two boxes share more than a line."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def curve(a: tuple[float, float], b: tuple[float, float], bend: float) -> Iterator[tuple[float, float]]:
    """200 points along a line, without its ends."""
    control = control_point(a, b, bend)
    for step in range(1, 200):
        t = step / 200
        x, y = ((1 - t) ** 2 * a[i] + 2 * t * (1 - t) * control[i] + t**2 * b[i] for i in (0, 1))
        yield x, y


def crossed(drawing: Drawing) -> list[tuple[int, int, str]]:
    """Every label, heading and foreign symbol that a line meets, with the ends of the line."""
    at = {node["id"]: tuple(node["at"]) for node in drawing["nodes"]}
    texts = {name: box for name, box in boxes(drawing).items() if not name.startswith("symbol")}
    found = []
    for edge in drawing["edges"]:
        ends = edge["from"], edge["to"]
        points = list(curve(at[ends[0]], at[ends[1]], edge["bend"]))
        for name, box in texts.items():
            if any(box[0] < x < box[2] and box[1] < y < box[3] for x, y in points):
                found.append((*ends, name))
        for node in drawing["nodes"]:
            x, y = node["at"]
            if node["id"] not in ends and any(hypot(px - x, py - y) < node["size"] for px, py in points):
                found.append((*ends, f"symbol {node['id']}"))
    return found


def overlaps(drawing: Drawing) -> list[tuple[str, str]]:
    """Every two of labels, headings and symbols that lie on one another."""
    return [(one, other) for (one, a), (other, b) in combinations(boxes(drawing).items(), 2) if meet(a, b)]


def outside(drawing: Drawing) -> list[str]:
    """What reaches out of the drawing's extent."""
    left, top, width, height = drawing["extent"]
    return [
        name
        for name, box in boxes(drawing).items()
        if box[0] < left or box[1] < top or box[2] > left + width or box[3] > top + height
    ]


def sizes(drawing: Drawing) -> list[float]:
    """The sizes of type in a drawing, in pixels."""
    verbs = [node["verb"] for node in drawing["nodes"] if any(row["quiet"] for row in node["rows"])]
    return [*verbs, *(entry["font"] for part in ("nodes", "regions") for entry in drawing[part])]


def assert_legible(drawings: dict[str, Drawing]) -> None:
    """What the issue asks of every drawing."""
    assert list(drawings) == ["wide", "medium", "tall"]
    for name, drawing in drawings.items():
        assert crossed(drawing) == [], name
        assert overlaps(drawing) == [], name
        assert outside(drawing) == [], name
        _, _, width, height = drawing["extent"]
        for across, down in SCREENS[name]:
            scale = min(across / width, down / height)
            assert min(sizes(drawing)) * scale >= 11.99, name
        assert max(sizes(drawing)) <= 18, name
        assert len(drawing["nodes"]) <= 60, name


@pytest.mark.parametrize("name", MADE_UP)
def test_a_made_up_neighbourhood_is_legible(name: str) -> None:
    assert_legible(drawn(MADE_UP[name]())[1])


def test_the_keele_graph_is_legible(keele_network: nx.MultiDiGraph) -> None:
    diagram, drawings = drawn(keele_network)
    assert_legible(drawings)
    wide = drawings["wide"]["nodes"]
    assert wide[0]["id"] == diagram.focus
    assert wide[0]["at"] == [0, 0]
    assert len(wide) >= 30
    assert not any(node["rows"][-1]["text"].endswith("…") for drawing in drawings.values() for node in drawing["nodes"])


def test_the_example_of_a_new_folder_is_legible_and_large(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from partnergraph.cli import cli

    folder = tmp_path / "northton"
    done = CliRunner().invoke(cli, ["init", str(folder), "--name", "Northton Health Partnership"])
    assert done.exit_code == 0, done.output
    network = build_network(assemble(read_folder(folder).model).reader())
    _, drawings = drawn(network)
    assert_legible(drawings)
    assert max(sizes(drawings["wide"])) == 18
    assert max(sizes(drawings["tall"])) == 18


@pytest.mark.parametrize("count", [30, 200])
@pytest.mark.parametrize("focus", ROR_FOCUS)
def test_a_neighbourhood_of_ror_is_legible(ror_records: dict[str, dict[str, Any]], focus: str, count: int) -> None:
    network = ror_neighbourhood(ror_records, ROR_FOCUS[focus], count)
    assert len(network) == count
    assert network.nodes[ROR_FOCUS[focus]]["label"] == focus
    assert_legible(drawn(network)[1])


@pytest.mark.browser
@pytest.mark.parametrize(
    ("focus", "count"), [("Imperial College London", 30), ("Centre National de la Recherche Scientifique", 200)]
)
def test_a_neighbourhood_of_ror_is_legible_on_the_canvas(
    ror_records: dict[str, dict[str, Any]], show: Opener, focus: str, count: int
) -> None:
    page = show(draw(ror_neighbourhood(ror_records, ROR_FOCUS[focus], count)).html)
    tab = page.tab
    for width, height, chosen in ((1440, 900, False), (1440, 900, True), (390, 844, False)):
        tab.set_viewport_size({"width": width, "height": height})
        # The map follows the size of the window a moment later.
        settled = (
            "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))))"
        )
        tab.evaluate(settled)
        shown = "[...opening.nodes.keys()].find((id) => id >= 0 && id !== DATA.focus && isInOpening(id))"
        tab.evaluate(f"select({{ body: {shown if chosen else 'null'} }})")
        on_canvas = tab.evaluate(DRAWN)
        assert on_canvas["view"] == "radial"
        assert len(on_canvas["symbols"]) >= 10
        assert crossed_texts(on_canvas) == []
        assert overlapping_texts(on_canvas) == []
        assert min(text["size"] for text in on_canvas["texts"]) >= 11.99
        right = tab.evaluate("roomFor().x")
        assert [text["text"] for text in on_canvas["texts"] if text["left"] < 0 or text["right"] > right] == []
    assert page.clean, page


def test_the_measure_sees_what_is_wrong(keele_network: nx.MultiDiGraph) -> None:
    drawing = drawn(keele_network)[1]["wide"]
    [region] = [region for region in drawing["regions"] if region["label"] == "Own organisation"]
    region["at"] = [120, 10]
    assert crossed(drawing)
    first, second = drawing["nodes"][1:3]
    first["at"] = second["at"]
    assert (f"label {first['id']}", f"symbol {second['id']}") not in overlaps(drawing)
    assert (f"symbol {first['id']}", f"symbol {second['id']}") in overlaps(drawing)
    first["at"] = [600, 0]
    assert f"label {first['id']}" in outside(drawing)


@pytest.mark.parametrize("name", ["30 partners", "200 partners"])
def test_every_partner_and_every_claim_of_the_focus_is_drawn_once(name: str) -> None:
    diagram, drawings = drawn(MADE_UP[name]())
    partners = {end for a, b, _ in diagram.claims for end in (a, b) if diagram.bodies[diagram.focus or 0] in (a, b)}
    for drawing in drawings.values():
        ring = [node for node in drawing["nodes"] if node["ring"] == 1]
        bodies = [body for node in ring for body in node.get("members", [node["id"]])]
        assert len(bodies) == len({*bodies})
        assert {diagram.bodies[body] for body in bodies} | {"focus"} == partners
        for node in ring:
            if "members" in node:
                assert node["name"].startswith(f"{len(node['members'])} ")
        claims = [
            claim
            for edge in drawing["edges"]
            if diagram.focus in (edge["from"], edge["to"])
            for claim in edge["claims"]
        ]
        assert sorted(claims) == [i for i, (a, b, _) in enumerate(diagram.claims) if "focus" in (a, b)]


def texts(node: Drawing) -> tuple[str, str]:
    """What stands beside a symbol: its verbs and its name."""
    quiet, loud = (" ".join(row["text"] for row in node["rows"] if row["quiet"] == on) for on in (1, 0))
    return quiet, loud


def test_each_partner_has_its_verbs_read_from_the_focus_outwards(keele_network: nx.MultiDiGraph) -> None:
    nodes = drawn(keele_network)[1]["wide"]["nodes"]
    by_name = {name: verbs for verbs, name in map(texts, nodes)}
    assert by_name["Keele University"] == "was part of"
    assert by_name["Impact Accelerator Unit"] == "included"
    assert by_name["West Midlands Social Work Teaching Partnership"] == "was a member of"
    assert by_name["14 local authorities and 3 groups"] == ""


def test_several_kinds_between_two_are_joined_and_what_is_disputed_has_a_line_of_its_own() -> None:
    network = nx.MultiDiGraph(focus="us")
    network.add_edge("us", "them", key="1", kind="funding", forward="funds", inverse="is funded by")
    network.add_edge("them", "us", key="2", kind="hosting", forward="hosts", inverse="is hosted by")
    network.add_edge("us", "them", key="3", kind="lead", forward="leads", inverse="is led by", standing="disputed")
    diagram, drawings = drawn(network)
    [partner] = [node for node in drawings["wide"]["nodes"] if node["ring"] == 1]
    keys = [edge[2] for edge in diagram.claims]
    assert sorted(texts(partner)[0].split(", ")) == ["funds", "is hosted by", "leads"]
    lines = {tuple(keys[claim] for claim in edge["claims"]): edge for edge in drawings["wide"]["edges"]}
    assert sorted(lines) == [("1",), ("2",), ("3",)]
    assert [lines[key]["disputed"] for key in (("1",), ("2",), ("3",))] == [0, 0, 1]
    assert lines[("2",)]["to"] == diagram.focus
    assert len({edge["bend"] * (1 if edge["from"] == diagram.focus else -1) for edge in lines.values()}) == 3


def test_parts_and_wholes_stand_by_themselves_and_sorts_have_their_headings(keele_network: nx.MultiDiGraph) -> None:
    drawing = drawn(keele_network)[1]["wide"]
    headings = {region["label"] for region in drawing["regions"]}
    assert {"Own organisation", "Partnerships and networks", "NHS and providers of care"} <= headings


@pytest.mark.parametrize("count", [1, 2, 9])
def test_only_what_is_disputed_is_marked_as_such(count: int) -> None:
    """However little room there is: a counted symbol holds disputed claims alone or none."""
    network = nx.MultiDiGraph(focus="us")
    network.add_edge("us", "hub", key="us", kind="membership")
    for number in range(40):
        standing = "disputed" if number < count else "accepted"
        network.add_edge(f"member {number}", "hub", key=f"m{number}", kind="membership", standing=standing)
    for number in range(12):
        network.add_edge("us", f"partner {number}", key=f"p{number}", kind="collaboration", forward="works with")
    diagram, drawings = drawn(network)
    for drawing in drawings.values():
        behind = [edge for edge in drawing["edges"] if diagram.focus not in (edge["from"], edge["to"])]
        for edge in behind:
            standings = {network.edges[diagram.claims[claim]]["standing"] for claim in edge["claims"]}
            assert standings == {"disputed" if edge["disputed"] else "accepted"}
    assert sum(len(edge["claims"]) for edge in drawings["wide"]["edges"] if edge["disputed"]) == count


@pytest.mark.parametrize("view", ["wide", "medium", "tall"])
def test_every_partner_stands_under_the_heading_of_its_sort(view: str) -> None:
    diagram, drawings = drawn(neighbourhood(30))
    drawing = drawings[view]
    under: dict[str, set[str]] = {}
    for node in [node for node in drawing["nodes"] if node["ring"] == 1]:
        own = [region for region in drawing["regions"] if (region["align"] == "left") == (node["side"] == "right")]
        lines = [region for region in own if region["at"][1] < node["at"][1]]
        last = max(lines, key=lambda region: region["at"][1])
        # A heading of two lines is two regions, less than two lines of type from one another.
        near = [region for region in lines if 0 <= last["at"][1] - region["at"][1] < 2 * last["font"]]
        heading = " ".join(region["label"] for region in sorted(near, key=lambda region: region["at"][1]))
        under.setdefault(heading.partition(":")[0], set()).add(diagram.families[node["family"]])
    assert under == {HEADINGS[family]: {family} for family in FAMILIES}


def test_members_of_a_hub_are_counted_by_sort_and_one_alone_has_its_name(keele_network: nx.MultiDiGraph) -> None:
    diagram, drawings = drawn(keele_network)
    nodes = drawings["wide"]["nodes"]
    [hub] = [node for node in nodes if texts(node)[1] == "West Midlands Social Work Teaching Partnership"]
    behind = {texts(node)[1]: node for node in nodes if node.get("parent") == hub["id"]}
    councils = behind["14 local authorities and 3 groups"]
    sorts = [keele_network.nodes[diagram.bodies[member]]["sort"] for member in councils["members"]]
    assert sorts.count("organisation") == 14
    assert len(sorts) == 17
    assert councils["dashed"] == 1
    assert behind["Coventry University"]["id"] == diagram.bodies.index(
        next(iri for iri, label in keele_network.nodes(data="label") if label == "Coventry University")
    )
    red = [edge for edge in drawings["wide"]["edges"] if edge["disputed"]]
    assert {behind["Coventry University"]["id"]} <= {end for edge in red for end in (edge["from"], edge["to"])}
    assert not {councils["id"]} & {end for edge in red for end in (edge["from"], edge["to"])}


def test_the_same_network_in_another_order_gives_the_same_drawing(keele_network: nx.MultiDiGraph) -> None:
    shuffled: nx.MultiDiGraph = nx.MultiDiGraph(**keele_network.graph)
    shuffled.add_nodes_from(reversed(list(keele_network.nodes(data=True))))
    shuffled.add_edges_from(reversed(list(keele_network.edges(keys=True, data=True))))
    assert drawn(shuffled)[1] == drawn(keele_network)[1]


def places(drawings: dict[str, Drawing], diagram: Diagram, view: str) -> dict[str, tuple[str, int]]:
    """The side and the height of each partner."""
    return {
        diagram.bodies[node["id"]]: (node["side"], node["at"][1])
        for node in drawings[view]["nodes"]
        if node["ring"] == 1 and node["id"] >= 0
    }


def saved(network: nx.MultiDiGraph) -> nx.MultiDiGraph:
    """The network with the positions of its opening map, as `draw --keep` saves them."""
    diagram, drawings = drawn(network)
    with_positions = network.copy()
    for view, points in radial_positions(drawings, diagram).items():
        assert all(0 <= x < 100_000 and 0 <= y < 100_000 for x, y in points.values())
        for body, point in points.items():
            at = with_positions.nodes[body].get("at") or {}
            with_positions.nodes[body]["at"] = at | {view: list(point)}
    return with_positions


@pytest.mark.parametrize(
    ("bodies", "groups", "label"),
    [
        (0, 2, "2 groups of local authorities"),
        (1, 1, "Council 0 and 1 group"),
        (1, 3, "Council 0 and 3 groups"),
        (2, 0, "2 local authorities"),
        (2, 1, "2 local authorities and 1 group"),
        (14, 3, "14 local authorities and 3 groups"),
    ],
)
def test_a_counted_symbol_says_how_many_bodies_and_how_many_groups_it_opens_to(
    bodies: int, groups: int, label: str
) -> None:
    types = {"council": {"label": "local authority"}}
    network = nx.MultiDiGraph(focus="us", types=types)
    network.add_edge("us", "hub", key="us", kind="membership")
    sorts = ["organisation"] * bodies + ["group"] * groups
    for number, sort in enumerate(sorts):
        network.add_node(f"m{number}", label=f"Council {number}", type="council", types=["council"], sort=sort)
        network.add_edge(f"m{number}", "hub", key=f"m{number}", kind="membership")
    for drawing in drawn(network)[1].values():
        [counted] = [node for node in drawing["nodes"] if "members" in node]
        assert (counted["name"], len(counted["members"])) == (label, bodies + groups)
        assert " ".join(row["text"] for row in counted["rows"]) == label


def test_saved_positions_change_nothing_of_the_detail(
    keele_network: nx.MultiDiGraph, ror_records: dict[str, dict[str, Any]]
) -> None:
    """What is counted and what is named depends on the network alone; saved positions of a drawing give it again."""
    networks = [neighbourhood(30), neighbourhood(200)]
    networks.append(ror_neighbourhood(ror_records, ROR_FOCUS["Imperial College London"], 200))
    bare = keele_network.copy()
    for _, attributes in bare.nodes(data=True):
        attributes.pop("at", None)
    for network in [bare, *networks]:
        fresh = drawn(network)[1]
        kept = saved(network)
        assert drawn(kept)[1] == fresh
        # The same when everything stands at the other side, in another order.
        for _, attributes in kept.nodes(data=True):
            for view, (x, y) in (attributes.get("at") or {}).items():
                attributes["at"] = attributes["at"] | {view: [2000 - x, 2000 - y]}
        turned = drawn(kept)[1]
        assert [content(drawing) for drawing in turned.values()] == [content(drawing) for drawing in fresh.values()]
        assert turned != fresh
        assert_legible(turned)
    _, drawings = drawn(bare)
    assert content(drawn(keele_network)[1]["wide"]) == content(drawings["wide"])


def content(drawing: Drawing) -> list[tuple[Any, ...]]:
    """What a drawing has, wherever it stands: each symbol with its verbs, its name and its members."""
    return sorted((node["ring"], *texts(node), tuple(node.get("members", ()))) for node in drawing["nodes"])


@pytest.mark.parametrize("family", FAMILIES)
def test_a_new_partner_moves_no_other_to_another_side_or_place(family: str) -> None:
    old = saved(neighbourhood(12))
    before_diagram, before = drawn(old)
    assert before == drawn(neighbourhood(12))[1]
    new = old.copy()
    new.add_node("new", label="A Body Nobody Knew", family=family)
    new.add_edge("new", "focus", key="new", kind="collaboration", forward="works with", inverse="works with")
    diagram, drawings = drawn(new)
    assert_legible(drawings)
    for view in SAVED_VIEWS:
        was, now = places(before, before_diagram, view), places(drawings, diagram, view)
        assert was.keys() <= now.keys(), view
        assert {body: side for body, (side, _) in was.items()} == {body: now[body][0] for body in was}
        for side in {side for side, _ in was.values()}:
            on_side = [body for body in was if was[body][0] == side]
            assert sorted(on_side, key=lambda body: was[body][1]) == sorted(on_side, key=lambda body: now[body][1])
    assert "new" in places(drawings, diagram, "wide")


def test_without_saved_positions_the_same_body_would_move() -> None:
    """So that the test before would fail if positions were not used."""
    with_new = neighbourhood(12)
    with_new.add_node("new", label="A Body Nobody Knew", family="health-service")
    with_new.add_edge("new", "focus", key="new", kind="collaboration", forward="a", inverse="a")
    plain_drawing, old = drawn(with_new), drawn(neighbourhood(12))
    sides = [
        {body: side for body, (side, _) in places(d, diagram, "wide").items()} for diagram, d in (plain_drawing, old)
    ]
    assert any(sides[0][body] != side for body, side in sides[1].items())


@pytest.mark.parametrize(
    "network",
    [
        nx.MultiDiGraph(),
        nx.MultiDiGraph([("a", "b")]),
        nx.MultiDiGraph([("a", "b")], focus="c"),
        nx.MultiDiGraph([("a", "a")], focus="a"),
    ],
    ids=["nothing", "no focus", "a focus that is not there", "a focus without a neighbour"],
)
def test_there_is_no_opening_map_without_a_focus_that_has_a_partner(network: nx.MultiDiGraph) -> None:
    graph = prepare_network(network)
    assert opening_drawings(graph, build_diagram(graph), lambda family: "dot") is None
    assert '"radial":null' in draw(network).html


def test_an_answer_and_a_comparison_have_none() -> None:
    network = prepare_network(neighbourhood(3))
    diagram = build_diagram(network)
    assert opening_drawings(network, diagram, lambda family: "dot")
    for attribute in ("answer", "compared"):
        changed = network.copy()
        changed.graph[attribute] = {"text": "x"}
        assert opening_drawings(changed, diagram, lambda family: "dot") is None


def test_the_page_holds_the_drawings_and_shows_them_before_any_script(keele_page: Page) -> None:
    [data] = [
        part for part in keele_page.html.split("<script") if part.startswith(' type="application/json" id="network"')
    ]
    radial = json.loads(data.partition(">")[2].partition("</script>")[0])["radial"]
    assert set(radial) == {"wide", "medium", "tall"}
    for view in ("wide", "tall"):
        still = keele_page.html.partition(f'<div class="still still-{view}">')[2].partition("</div>")[0]
        left, top, width, height = radial[view]["extent"]
        assert f'viewBox="{left} {top} {width} {height}"' in still
        assert still.count("<text") == len(radial[view]["nodes"]) + len(radial[view]["regions"])
    assert keele_page.svg.startswith("<svg")
    assert "was a member of" in keele_page.svg
    assert list(keele_page.positions)[-2:] == list(SAVED_VIEWS.values())


def test_lines_of_a_label_are_balanced_and_a_word_that_is_too_long_is_broken() -> None:
    assert wrap_to_width("University Hospitals of North Midlands NHS Trust", 13, 230, 3) == (
        "University Hospitals of",
        "North Midlands NHS Trust",
    )
    broken = wrap_to_width("x" * 50, 10, 100, 9)
    assert "".join(broken) == "x" * 50
    assert all(text_width(line, 10) <= 100 for line in broken)
    assert wrap_to_width("one two three", 10, 20, 2)[-1].endswith("…")
    assert wrap_to_width(" \n", 10, 20, 2) == ("",)


MEASURED = """() => [...document.querySelectorAll('text')].map((text) => {
  const { x, y, width, height } = text.getBBox();
  return [text.textContent, x, y, x + width, y + height];
})"""


@pytest.mark.browser
def test_in_a_browser_no_text_of_the_picture_lies_on_another_or_reaches_out(keele_page: Page, browser: Browser) -> None:
    tab = browser.new_page(viewport={"width": 1440, "height": 900})
    tab.set_content(keele_page.svg)
    texts = tab.evaluate(MEASURED)
    left, top, width, height = map(int, str(tab.get_attribute("svg", "viewBox")).split())
    tab.close()
    assert len(texts) > 40
    boxes_of_texts = [(text, (x, y + 1, right, bottom - 1)) for text, x, y, right, bottom in texts]
    assert [(a, b) for (a, one), (b, other) in combinations(boxes_of_texts, 2) if meet(one, other)] == []
    assert [text for text, box in boxes_of_texts if box[0] < left or box[2] > left + width] == []
    assert [text for text, box in boxes_of_texts if box[1] < top or box[3] > top + height] == []


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_focus_stands_out_in_both_schemes(keele_page: Page, show: Opener, scheme: str) -> None:
    page = show(keele_page.html, scheme=scheme, scripts=False)
    colours = [
        page.tab.locator(f".still-wide {selector}").first.evaluate("(node) => getComputedStyle(node).fill")
        for selector in ("circle.us", "text.us", "text.region")
    ]
    ground, name, heading = (
        "#{:02x}{:02x}{:02x}".format(*map(int, re.findall(r"\d+", colour)[:3])) for colour in colours
    )
    assert contrast(ground, name) >= 7
    assert contrast(heading, (LIGHT if scheme == "light" else DARK).page) >= 4.5
