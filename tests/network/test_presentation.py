"""The network carries the editors' story and the kept positions, and shrugs at what is not one."""

from __future__ import annotations

from collections.abc import Callable

from partnergraph import PartnerGraph
from tests.network.conftest import O

Turtle = Callable[[str], PartnerGraph]
BODIES = 'o:a a org:Organization ; skos:prefLabel "Alpha" . o:b a org:Organization ; skos:prefLabel "Beta" . '


def test_a_graph_without_either_has_an_empty_story_and_no_positions(turtle: Turtle) -> None:
    network = turtle(BODIES).network()
    assert network.graph["story"] == []
    assert [network.nodes[node]["at"] for node in network] == [{}, {}]


def test_the_steps_come_in_the_order_of_their_numbers(turtle: Turtle) -> None:
    steps = "".join(
        f'<https://example.org/{number}> a pg:StoryStep ; pg:stepNumber {number} ; dcterms:title "Step {number}"@en ; '
        f'pg:narration "Told." . '
        for number in (10, 2, 1)
    )
    told = turtle(BODIES + steps).network().graph["story"]
    assert [step["title"] for step in told] == ["Step 1", "Step 2", "Step 10"]
    assert told[0] == {"title": "Step 1", "text": "Told.", "bodies": [], "date": None}


def test_a_step_has_its_focus_first_and_then_the_other_end(turtle: Turtle) -> None:
    step = 'o:s a pg:StoryStep ; pg:stepNumber 1 ; pg:routeTo o:a ; pg:focus o:b ; pg:asOf "2014-06"^^xsd:gYearMonth .'
    [told] = turtle(BODIES + step).network().graph["story"]
    assert (told["bodies"], told["date"]) == ([f"{O}b", f"{O}a"], "2014-06")


def test_positions_stand_with_their_body_by_view(turtle: Turtle) -> None:
    text = (
        "o:p1 a pg:Position ; pg:positionOf o:a ; pg:view code:wide ; pg:x 7 ; pg:y 8 . "
        "o:p2 a pg:Position ; pg:positionOf o:a ; pg:view code:folded-tall ; pg:x 1 ; pg:y 0 . "
    )
    network = turtle(BODIES + text).network()
    assert network.nodes[f"{O}a"]["at"] == {"folded-tall": [1, 0], "wide": [7, 8]}
    assert network.nodes[f"{O}b"]["at"] == {}


def test_what_is_no_position_is_left_out(turtle: Turtle) -> None:
    wrong = (
        "o:p1 a pg:Position ; pg:positionOf o:a ; pg:view code:membership ; pg:x 1 ; pg:y 1 . "
        "o:p2 a pg:Position ; pg:positionOf o:a ; pg:view code:wide ; pg:x 1.5 ; pg:y 1 . "
        "o:p3 a pg:Position ; pg:positionOf o:a ; pg:view code:tall ; pg:x 1 . "
        'o:p4 a pg:Position ; pg:positionOf o:a ; pg:view code:unfolded ; pg:x "١" ; pg:y 2 . '
        "o:p5 a pg:Position ; pg:view code:wide ; pg:x 1 ; pg:y 1 . "
        "o:p6 a pg:Position ; pg:positionOf o:nobody ; pg:view code:wide ; pg:x 1 ; pg:y 1 . "
    )
    network = turtle(BODIES + wrong).network()
    assert [network.nodes[node]["at"] for node in network] == [{}, {}]


def test_the_keele_story_names_bodies_of_the_network_and_is_there_as_of_any_date(graph: PartnerGraph) -> None:
    network = graph.network()
    assert 6 <= len(network.graph["story"]) <= 8
    assert {body for step in network.graph["story"] for body in step["bodies"]} <= set(network)
    assert graph.network(as_of="2014").graph["story"] == network.graph["story"]
