"""Any answer as a network: links that are claims keep their evidence, the others say that the query made them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import networkx as nx
import pytest

from partnergraph import PartnerGraph, UsageError
from tests.network.conftest import REL, O

Made = Callable[[str], PartnerGraph]
LED = REL + "leadership--keele-university--nihr-school-for-primary-care-research"


def edges(network: nx.MultiDiGraph[str]) -> dict[str, dict[str, Any]]:
    return {key: data for _, _, key, data in network.edges(keys=True, data=True)}


def test_every_row_that_is_a_claim_keeps_everything_the_network_says_of_it(graph: PartnerGraph) -> None:
    drawn = graph.picture("SELECT ?from ?to ?kind { ?r a pg:Relationship ; pg:from ?from ; pg:to ?to ; pg:kind ?kind }")
    whole = edges(graph.network(derived=True, places=True))
    found = edges(drawn)
    # Where the same is also stated, what a rule derives is not needed.
    assert {key for key, data in whole.items() if not data["derived"]} <= set(found) <= set(whole)
    for key, data in found.items():
        expected = {name: value for name, value in whole[key].items() if name not in ("holds", "note")}
        assert {name: data[name] for name in expected} == expected
    assert drawn.nodes[O + "keele-university"]["names"] == graph.network().nodes[O + "keele-university"]["names"]


def test_a_kind_chooses_among_the_claims_of_a_pair_however_it_is_written(graph: PartnerGraph) -> None:
    pair = "VALUES (?from ?to) { (o:keele-university o:nihr-school-for-primary-care-research) }"
    every = edges(graph.picture(f"SELECT ?from ?to {{ {pair} }}"))
    assert len(every) > 1
    assert LED in every
    for kind in ("code:leadership", '"leadership"', '"leads"', "pg:leads"):
        assert list(edges(graph.picture(f"SELECT ?from ?to ({kind} AS ?kind) {{ {pair} }}"))) == [LED]
    assert list(edges(graph.picture(f"SELECT ?from ?to ('leads' AS ?label) {{ {pair} }}"))) == [LED]
    back = "VALUES (?to ?from) { (o:keele-university o:nihr-school-for-primary-care-research) }"
    [(key, computed)] = edges(graph.picture(f"SELECT ?from ?to ('leadership' AS ?kind) {{ {back} }}")).items()
    assert key == "computed-0", "it does not lead the other way round"
    assert computed["kind"] == "leadership"


def test_what_the_query_computes_is_marked_and_has_no_evidence(graph: PartnerGraph) -> None:
    drawn = graph.picture(
        "SELECT ?from ?to (COUNT(DISTINCT ?c) AS ?weight) ('shares memberships with' AS ?label) "
        "{ ?from pg:memberOf ?c . ?to pg:memberOf ?c FILTER(STR(?from) < STR(?to)) } GROUP BY ?from ?to"
    )
    computed = [data for data in edges(drawn).values() if data.get("computed")]
    stated = [data for data in edges(drawn).values() if not data.get("computed")]
    assert computed
    assert stated
    assert all(data["evidence"] == [] and data["forward"] == "shares memberships with" for data in computed)
    assert all(data["inferred"] and data["note"].startswith("Computed by the query") for data in computed)
    assert all(data["evidence"] or data["derived_from"] for data in stated)
    assert all("the query says: shares memberships with" in data["note"] for data in stated)
    assert {data["weight"] for data in edges(drawn).values()} > {1.0}


def test_a_construct_of_properties_and_one_of_relationships_give_the_claims_they_stand_for(graph: PartnerGraph) -> None:
    funding = {key: data for key, data in edges(graph.network()).items() if data["kind"] == "funding"}
    # A property is a short form of what is not disputed, and cannot say that it is.
    stated = {key for key, data in funding.items() if not data["inferred"] and data["standing"] == "accepted"}
    assert len(stated) > 5
    short = edges(graph.picture("CONSTRUCT { ?a pg:funds ?b } WHERE { ?a pg:funds ?b }"))
    assert stated <= set(short)
    assert {data["kind"] for data in short.values()} == {"funding"}
    whole = "CONSTRUCT { ?r ?p ?o } WHERE { ?r a pg:Relationship ; pg:kind code:funding ; ?p ?o }"
    described = edges(graph.picture(whole))
    assert stated <= set(described)
    assert all(data["kind"] == "funding" and data["evidence"] for data in described.values())


def test_a_construct_of_another_vocabulary_names_its_own_bodies(graph: PartnerGraph) -> None:
    drawn = graph.picture(
        "CONSTRUCT { ?a <https://example.org/onto#sharesTownWith> <https://example.org/x> . "
        "<https://example.org/x> rdfs:label 'Town hall' ; <https://example.org/onto#built> 1899 ; a org:Organization . "
        "<https://example.org/alone> a org:Organization } WHERE { VALUES ?a { o:keele-university } }"
    )
    assert {data["label"] for _, data in drawn.nodes(data=True)} == {"Keele University", "Town hall", "alone"}
    assert drawn.nodes["https://example.org/x"]["attributes"] == [{"property": "built", "value": "1899"}]
    [data] = edges(drawn).values()
    assert (data["kind"], data["computed"], data["evidence"]) == ("sharesTownWith", True, [])


def test_a_body_may_stand_in_a_row_by_its_name_and_a_row_without_an_end_is_no_link(graph: PartnerGraph) -> None:
    drawn = graph.picture(
        "SELECT ?from ?to ?kind { VALUES (?from ?to ?kind) { ('Keele University' "
        "'NIHR School for Primary Care Research' code:leadership) ('Keele University' UNDEF UNDEF) } }"
    )
    assert list(edges(drawn)) == [LED]
    drawn = graph.picture("SELECT ?from ?to { VALUES (?from ?to) { ('Nobody we know' 'Nor this one') } }")
    assert list(drawn) == ["Nobody we know", "Nor this one"]
    assert all(data["computed"] for data in edges(drawn).values())


def test_only_the_sources_that_are_cited_come_along(graph: PartnerGraph) -> None:
    drawn = graph.picture("SELECT ?from ?to { VALUES (?from ?to) { ('a' 'b') } }")
    assert drawn.graph["sources"] == {}
    drawn = graph.picture("CONSTRUCT { ?a pg:leads ?b } WHERE { ?a pg:leads ?b }")
    cited = {piece["source"] for data in edges(drawn).values() for piece in data["evidence"]}
    assert cited <= set(drawn.graph["sources"]) < set(graph.network().graph["sources"])


def test_a_named_question_with_the_columns_is_drawn_and_one_without_says_what_to_do(graph: PartnerGraph) -> None:
    with pytest.raises(UsageError, match=r"needs the columns \?from and \?to .* this one has \?leader"):
        graph.picture("who-leads")
    with pytest.raises(UsageError, match="ASK gives no links to draw"):
        graph.picture("ASK {}")


def test_the_same_answer_in_another_order_gives_the_same_page(graph: PartnerGraph) -> None:
    text = "SELECT ?from ?to (1 AS ?weight) { ?from pg:memberOf ?to } ORDER BY "
    assert graph.draw(query=text + "?from ?to").svg == graph.draw(query=text + "DESC(?to) ?from").svg


def test_a_graph_in_which_a_claim_goes_from_a_body_to_itself_is_drawn(turtle: Made) -> None:
    made = turtle(
        "o:a a org:Organization ; skos:prefLabel 'A' . rel:x a pg:Relationship ; pg:kind code:oversight ; "
        "pg:from o:a ; pg:to o:a ; pg:evidence ev:e ."
    )
    drawn = made.picture("SELECT ?from ?to { ?r pg:from ?from ; pg:to ?to }")
    assert list(edges(drawn)) == [REL + "x"]
