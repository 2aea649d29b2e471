"""A map keeps its shape: what has a place stays there, what is new is seated beside what it is joined to."""

from __future__ import annotations

import copy
import math

import networkx as nx
import pytest

from partnergraph.page import Page, draw
from partnergraph.page.build_diagram import build_diagram
from partnergraph.page.diagram import MAX_PINNED, TALL, UNFOLDED, VIEWS, WIDE, Diagram
from partnergraph.page.layout.arrangement import pinned_positions, positions_of
from partnergraph.page.layout.radial_layout import SAVED_VIEWS
from tests.page.test_arrangement import _faults, _plain, without_positions

CANVAS = {"wide": WIDE, "unfolded": UNFOLDED, "tall": TALL}
NEW = "https://example.org/new"
O = "https://w3id.org/partnergraph/id/org/"  # noqa: E741
Positions = dict[str, dict[str, tuple[int, int]]]


def pin(network: nx.MultiDiGraph, positions: Positions) -> nx.MultiDiGraph:
    """The network as it comes back once the positions of a page have been kept."""
    again = without_positions(network)
    for view, found in positions.items():
        for key, (x, y) in found.items():
            body, folded = key.removeprefix("fold:"), "folded-" if key.startswith("fold:") else ""
            again.nodes[body]["at"][folded + view] = [x, y]
    return again


@pytest.fixture(scope="module")
def fresh(keele_network: nx.MultiDiGraph) -> nx.MultiDiGraph:
    return without_positions(keele_network)


@pytest.fixture(scope="module")
def page(fresh: nx.MultiDiGraph) -> Page:
    return draw(fresh)


@pytest.fixture(scope="module")
def afresh(fresh: nx.MultiDiGraph) -> Diagram:
    return build_diagram(fresh)


@pytest.fixture(scope="module")
def network(keele_network: nx.MultiDiGraph) -> nx.MultiDiGraph:
    """The Keele graph with the positions that its folder keeps."""
    return keele_network


@pytest.fixture(scope="module")
def before(network: nx.MultiDiGraph) -> Diagram:
    return build_diagram(network)


def named(network: nx.MultiDiGraph, name: str) -> str:
    """The body that is called so."""
    [found] = [iri for iri, label in network.nodes(data="label") if label == name]
    return str(found)


def joined(network: nx.MultiDiGraph, *others: str, kind: str = "partnership", **attributes: object) -> nx.MultiDiGraph:
    """The network with one more body and a claim from it to each of the others."""
    grown = network.copy()
    grown.add_node(NEW, **{"label": "A Body Nobody Knew", "sort": "organisation", "type": "charity", **attributes})
    for number, name in enumerate(others):
        grown.add_edge(NEW, named(network, name), key=f"{NEW}/{number}", kind=kind, standing="accepted")
    return grown


def moved(old: Diagram, new: Diagram) -> float:
    """The greatest move of anything that stood there before, as a share of the canvas, across or down."""
    shares = [0.0]
    for view in VIEWS:
        was, now = positions_of(old)[view], positions_of(new)[view]
        for key in was.keys() & now.keys():
            shares += [abs(was[key][axis] - now[key][axis]) / CANVAS[view][axis] for axis in (0, 1)]
    return max(shares)


def test_the_keele_folder_keeps_its_map(network: nx.MultiDiGraph, before: Diagram) -> None:
    """The table is there, and every symbol that it names stands where it says. What is new since has no row yet."""
    stands = {view: {dot.key: getattr(dot, view) for dot in before.nodes if getattr(dot, view)} for view in VIEWS}
    for view, found in pinned_positions(network, before).items():
        assert len(found) >= 0.9 * len(stands[view]), view
        off = {key: (at, stands[view][key]) for key, at in found.items() if key in stands[view]}
        assert [key for key, (at, now) in off.items() if at != now] == []


def test_a_page_says_where_every_symbol_stands(page: Page, afresh: Diagram) -> None:
    assert list(page.positions) == [*VIEWS, *SAVED_VIEWS.values()]
    for view in VIEWS:
        shown = {dot.key: getattr(dot, view) for dot in afresh.nodes if getattr(dot, view) is not None}
        assert len(shown) >= 10
        assert shown.items() <= page.positions[view].items()
    assert {key for key in page.positions["wide"] if key.startswith("fold:")}


def test_what_is_kept_stands_exactly_where_it_stood_and_the_page_has_the_same_bytes(
    fresh: nx.MultiDiGraph, page: Page, afresh: Diagram
) -> None:
    network = pin(fresh, page.positions)
    again = build_diagram(network)
    assert again.nodes == afresh.nodes
    assert again.bends == afresh.bends
    kept_page = draw(network)
    assert (kept_page.html, kept_page.svg) == (page.html, page.svg)
    assert kept_page.positions == page.positions


# Beside hubs, beside leaves at the edge of the map, beside bodies that become hubs, beside members of folded symbols.
ENDS = [
    ("Keele University",),
    ("Arthritis Care",),
    ("nine universities",),
    ("National Institute for Health and Care Research",),
    ("Birmingham City Council",),
    ("Sandwell Children's Trust", "Arthritis UK", "NHS England"),
    ("Keele University", "Primary Care Research Consortium", "Coventry University"),
    ("Staffordshire County Council", "University of Bristol", "patients"),
]


@pytest.mark.parametrize("ends", ENDS, ids=" and ".join)
def test_one_more_body_moves_no_other_by_more_than_a_twentieth_and_collides_with_none(
    network: nx.MultiDiGraph, before: Diagram, ends: tuple[str, ...]
) -> None:
    grown = build_diagram(joined(network, *ends))
    assert moved(before, grown) <= 0.05
    for view in VIEWS:
        assert _faults(grown, view) == (0, 0), view
    assert NEW in positions_of(grown)["wide"]


def test_without_kept_positions_one_more_body_does_move_others(fresh: nx.MultiDiGraph, afresh: Diagram) -> None:
    """What the kept positions are for; and the measure itself."""
    assert moved(afresh, build_diagram(joined(fresh, "Keele University"))) > 0.05


def test_where_there_is_room_nothing_moves_at_all(network: nx.MultiDiGraph, before: Diagram) -> None:
    body = "Age UK"
    grown = build_diagram(joined(network, body))
    assert moved(before, grown) == 0
    at = positions_of(grown)["wide"]
    near = at[named(network, body)]
    assert math.dist(at[NEW], near) < 150


def test_a_folded_symbol_grows_where_it_stands(network: nx.MultiDiGraph, before: Diagram) -> None:
    folded = next(dot for dot in before.nodes if dot.label == "11 named local authorities")
    first = before.bodies[folded.members[0]]
    grown = network.copy()
    # It comes first of them all, so that the symbol has another first body than the one it was kept with.
    grown.add_node(NEW, **{**grown.nodes[first], "label": "Aaa Council", "at": {}})
    ties = [(a, b, data) for a, b, data in network.edges(data=True) if first in (a, b)]
    for number, (a, b, data) in enumerate(ties):
        one, other = (NEW if end == first else end for end in (a, b))
        grown.add_edge(one, other, key=f"{NEW}/{number}", **data)
    after = build_diagram(grown)
    dot = next(dot for dot in after.nodes if dot.label == "12 named local authorities")
    assert after.bodies[dot.members[0]] == NEW
    assert dot.wide == folded.wide
    assert moved(before, after) <= 0.05
    assert [_faults(after, view) for view in VIEWS] == [(0, 0)] * 3


def test_a_folded_symbol_stays_where_it_is_when_the_body_it_is_named_by_leaves_it(
    network: nx.MultiDiGraph, before: Diagram
) -> None:
    folded = next(dot for dot in before.nodes if dot.label == "11 named local authorities")
    first = before.bodies[folded.members[0]]
    after = build_diagram(joined(network, str(network.nodes[first]["label"])))
    dot = next(dot for dot in after.nodes if dot.label == "10 named local authorities")
    assert math.dist(dot.wide or (0, 0), folded.wide or (0, 0)) <= 0.05 * WIDE[1]
    assert positions_of(after)["wide"][first] != dot.wide


@pytest.mark.parametrize("name", ["Arthritis Care", "NHS England", "Coventry City Council", "Public Health England"])
def test_one_body_less_moves_none(network: nx.MultiDiGraph, before: Diagram, name: str) -> None:
    smaller = network.copy()
    smaller.remove_node(named(network, name))
    after = build_diagram(smaller)
    assert moved(before, after) == 0
    assert [_faults(after, view)[0] for view in VIEWS] == [0] * 3


def test_a_new_claim_between_old_bodies_moves_none_by_much(network: nx.MultiDiGraph, before: Diagram) -> None:
    grown = network.copy()
    ends = [named(network, name) for name in ("Arthritis Care", "Coventry City Council")]
    grown.add_edge(*ends, key="new", kind="partnership", standing="accepted")
    after = build_diagram(grown)
    assert moved(before, after) <= 0.05
    assert [_faults(after, view)[0] for view in VIEWS] == [0] * 3


def test_bodies_that_nothing_joins_to_the_rest_find_a_place_too(network: nx.MultiDiGraph, before: Diagram) -> None:
    grown = joined(network)
    grown.add_node(f"{NEW}er", label="Its Only Partner", type="charity")
    grown.add_edge(NEW, f"{NEW}er", key="new", kind="partnership")
    after = build_diagram(grown)
    assert moved(before, after) <= 0.05
    assert _faults(after, "wide") == (0, 0)
    assert {NEW, f"{NEW}er"} <= positions_of(after)["wide"].keys()


def test_a_kept_map_may_grow_by_a_quarter_before_it_is_folded_anew() -> None:
    ring = _plain(nx.cycle_graph(78))
    first = build_diagram(ring)
    again = pin(ring, positions_of(first))
    for number in range(10):
        again.add_edge(f"n{number}", f"m{number}", key=f"m{number}", kind="membership")
    again.add_edges_from((f"m{number}", f"m{number + 1}", f"x{number}", {"kind": "funding"}) for number in range(9))
    grown = build_diagram(again)
    assert 80 < len(positions_of(grown)["wide"]) <= MAX_PINNED
    assert moved(first, grown) <= 0.05
    assert len(positions_of(build_diagram(without_positions(again)))["wide"]) <= 80


@pytest.mark.parametrize("size", [40, 160, 400])
def test_every_network_comes_back_as_it_was(size: int) -> None:
    plain = _plain(nx.barabasi_albert_graph(size, 2, seed=3))
    first = build_diagram(plain)
    again = build_diagram(pin(plain, positions_of(first)))
    assert again.nodes == first.nodes
    assert again.bends == first.bends


def test_positions_that_cannot_be_drawn_are_left_aside(fresh: nx.MultiDiGraph, afresh: Diagram) -> None:
    wrong = fresh.copy()
    bad = [None, "here", 7, [1], [1, 2, 3], ["1", "2"], [-1, 5], [math.nan, 5], [math.inf, 5], [10**9, 5], {"x": 1}]
    for body, value in zip(wrong, bad * 20, strict=False):
        wrong.nodes[body]["at"] = {"wide": value, "folded-wide": value, "nowhere": [1, 1]}
    wrong.nodes[f"{O}nice"]["at"] = "not a dict"
    assert build_diagram(wrong).nodes == afresh.nodes


def test_two_symbols_that_were_one_do_not_claim_one_place(before: Diagram, network: nx.MultiDiGraph) -> None:
    folded = next(dot for dot in before.nodes if dot.members and dot.wide)
    twice = copy.deepcopy(network)  # not one dict of it is shared with the tests that come after
    for member in folded.members[:3]:
        assert twice.nodes[before.bodies[member]]["at"]["folded-wide"] == list(folded.wide or ())
        twice.nodes[before.bodies[member]]["at"]["wide"] = list(folded.wide or ())
    found = pinned_positions(twice, before)["wide"]
    assert len(set(found.values())) == len(found)


def test_positions_given_by_hand_come_before_those_of_the_nodes(
    fresh: nx.MultiDiGraph, page: Page, afresh: Diagram
) -> None:
    moved_aside = {**page.positions, "wide": {key: (x, y // 2) for key, (x, y) in page.positions["wide"].items()}}
    elsewhere = pin(fresh, moved_aside)
    assert build_diagram(elsewhere).nodes != afresh.nodes
    assert build_diagram(elsewhere, page.positions).nodes == afresh.nodes
