"""The graph as a network: bodies, claims, evidence on every edge, and dates applied."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import networkx as nx
import pytest

from partnergraph import PartnerGraph, UsageError
from partnergraph.claims.relationships import read_claims
from partnergraph.vocabulary import DCTERMS, ORG, PG
from tests.network.conftest import REL, O

Made = Callable[[str], PartnerGraph]
OVERSEEN = REL + "oversight--department-of-health--public-health-england"
HOSTED = REL + "hosting--keele-university--primary-care-versus-arthritis"
LED = REL + "leadership--keele-university--nihr-school-for-primary-care-research"


@pytest.fixture(scope="module")
def full(graph: PartnerGraph) -> nx.MultiDiGraph[str]:
    """Everything, derived links and places too."""
    return graph.network(derived=True, places=True)


def edges(network: nx.MultiDiGraph[str]) -> dict[str, dict[str, Any]]:
    """Every edge by its key."""
    return {key: data for _, _, key, data in network.edges(keys=True, data=True)}


def test_every_body_is_a_node_and_every_claim_an_edge_with_its_iri_as_key(
    graph: PartnerGraph, full: nx.MultiDiGraph[str]
) -> None:
    assert isinstance(full, nx.MultiDiGraph)
    rows = graph.reader.rows(
        "SELECT DISTINCT ?b { ?b a ?class . "
        "FILTER(?class IN (org:Organization, pg:UnnamedGroup, pg:Undertaking, dcterms:Location)) }"
    )
    assert set(full) == {row["b"] for row in rows}
    told = graph.reader.rows("SELECT ?r ?a ?b { ?r a pg:Relationship ; pg:from ?a ; pg:to ?b }")
    assert {(a, b, key) for a, b, key in full.edges(keys=True)} == {(row["a"], row["b"], row["r"]) for row in told}
    assert len(edges(full)) == full.number_of_edges() > 400


def test_no_edge_is_without_evidence_and_a_derived_one_names_its_rule_and_records(full: nx.MultiDiGraph[str]) -> None:
    known = set(edges(full))
    events = {event["id"] for _, data in full.nodes(data=True) for event in data["events"]}
    derived = 0
    for key, data in edges(full).items():
        assert data["derived"] == (data["rule"] is not None)
        if data["derived"] and data["rule"] != "succession":
            derived += 1
            assert data["rule"] in ("co-membership", "funding-via", "member-through-unit"), key
            assert data["evidence"] == []
            assert data["derived_from"]
            assert set(data["derived_from"]) <= known
            continue
        assert data["evidence"], f"{key} has no evidence"
        if data["derived"]:
            assert set(data["derived_from"]) <= events
        for piece in data["evidence"]:
            assert piece["source"] in full.graph["sources"]
            assert bool(piece["words"]) == (piece["form"] == "quoted")
            assert piece["words"] or piece["says"]
            if piece["words"]:
                assert piece["passage"][piece["at"] :].startswith(piece["words"])
    assert derived > 200


def test_an_edge_carries_its_wording_dates_role_and_intermediary(full: nx.MultiDiGraph[str]) -> None:
    overseen = edges(full)[OVERSEEN]
    assert (overseen["forward"], overseen["inverse"]) == ("oversees", "is an agency of")
    assert (overseen["start"], overseen["end"]) == ("2013-04-01", "2021-10-01")
    assert overseen["start_bounds"] == ("2013-04-01", "2013-04-01")
    assert overseen["holds"] is None, "no day was asked for"
    paid = edges(full)[REL + "funding--department-for-education--west-midlands-social-work-teaching-partnership"]
    assert paid["via"] == [{"id": O + "coventry-university", "label": "Coventry University"}]
    led = edges(full)[REL + "leadership--coventry-university--west-midlands-social-work-teaching-partnership"]
    assert (led["role"], led["standing"], led["inferred"]) == ("lead authority", "disputed", False)
    assert led["contradicts"] == [
        REL + "leadership--coventry-city-council--west-midlands-social-work-teaching-partnership"
    ]
    assert {piece["source"] for piece in led["counter_evidence"]} == {"covcab", "covnews"}


@pytest.mark.parametrize("as_of", ["2014", "2014-06", "2014-06-30"])
def test_a_year_a_month_or_a_day_leaves_out_what_surely_did_not_hold(graph: PartnerGraph, as_of: str) -> None:
    then, all_of_them = edges(graph.network(as_of=as_of)), edges(graph.network())
    bounds = {"2014": ("2014-01-01", "2014-12-31"), "2014-06": ("2014-06-01", "2014-06-30")}
    first, last = bounds.get(as_of, ("2014-06-30", "2014-06-30"))
    assert set(then) <= set(all_of_them)
    assert {data["holds"] for data in then.values()} == {"yes", "unknown"}
    for key, data in all_of_them.items():
        (begins, begun), (lasts, over) = data["valid_from"], data["valid_until"]
        surely_not = bool(begins and begins > last) or bool(over and over < first)
        assert (key not in then) == surely_not, key
        if key in then:
            surely = bool(begun and lasts and begun <= last and lasts >= first)
            assert then[key]["holds"] == ("yes" if surely else "unknown"), key
    assert then[OVERSEEN]["holds"] == "yes"
    assert LED not in then, "it began on 1 April 2021"


def test_the_last_day_counts_and_an_end_nobody_states_is_unknown(graph: PartnerGraph) -> None:
    assert edges(graph.network(as_of="2021-10-01"))[OVERSEEN]["holds"] == "yes"
    assert OVERSEEN not in edges(graph.network(as_of="2021-10-02"))
    assert OVERSEEN not in edges(graph.network(as_of="2013-03-31"))
    assert OVERSEEN in edges(graph.network(as_of="2013"))
    assert edges(graph.network(as_of="2022"))[LED]["holds"] == "yes"
    assert LED not in edges(graph.network(as_of="2026-04-01"))
    assert edges(graph.network(as_of="2022"))[HOSTED]["holds"] == "unknown"


def test_a_date_that_is_known_to_the_year_may_fall_on_any_of_its_days(turtle: Made) -> None:
    small = turtle("""o:a a org:Organization . o:b a org:Organization .
        rel:r a pg:Relationship ; pg:kind code:funding ; pg:from o:a ; pg:to o:b ; pg:evidence ev:e ;
          pg:start "2010"^^xsd:gYear ; pg:startEarliest "2010-01-01"^^xsd:date ; pg:startLatest "2010-12-31"^^xsd:date ;
          pg:end "2012"^^xsd:gYear ; pg:endEarliest "2012-01-01"^^xsd:date ; pg:endLatest "2012-12-31"^^xsd:date .""")
    held = {day: edges(small.network(as_of=day)).get(REL + "r", {}).get("holds") for day in ("2009", "2010-06", "2011")}
    assert held == {"2009": None, "2010-06": "unknown", "2011": "yes"}
    assert edges(small.network(as_of="2012-01-01"))[REL + "r"]["holds"] == "yes"
    assert edges(small.network(as_of="2012-01-02"))[REL + "r"]["holds"] == "unknown"
    assert edges(small.network(as_of="2013")) == {}


def test_a_derived_link_did_not_hold_when_one_of_its_records_did_not(graph: PartnerGraph) -> None:
    then = edges(graph.network(as_of="2012-06-30", derived=True))
    derived = {key: data for key, data in then.items() if data["rule"] == "co-membership"}
    assert 0 < len(derived) < len([1 for data in edges(graph.network(derived=True)).values() if data["derived"]])
    for key, data in derived.items():
        assert set(data["derived_from"]) <= set(then), key
        premises = {then[premise]["holds"] for premise in data["derived_from"]}
        assert data["holds"] == ("yes" if premises == {"yes"} else "unknown")


@pytest.mark.parametrize("wrong", ["", "14", "2014-13", "2014-02-30", "June 2014", "2014/06", "0000", "２０１４"])
def test_a_date_in_another_form_is_refused_with_the_form_to_write(graph: PartnerGraph, wrong: str) -> None:
    with pytest.raises(UsageError, match=r"is not a date\. Write it as 2014, 2014-06 or 2014-06-30"):
        graph.network(as_of=wrong)


def test_derived_links_come_only_when_asked_for_but_successions_have_evidence_of_their_own(graph: PartnerGraph) -> None:
    plain, derived = edges(graph.network()), edges(graph.network(derived=True))
    assert set(plain) < set(derived)
    assert {data["rule"] for data in plain.values()} == {None, "succession"}
    assert {data["rule"] for key, data in derived.items() if key not in plain} == {
        "co-membership",
        "funding-via",
        "member-through-unit",
    }
    passed = [data for data in plain.values() if data["kind"] == "succession"]
    assert len(passed) == 14
    assert all(data["evidence"] and data["start"] for data in passed)


def test_what_is_only_inferred_can_be_left_out(graph: PartnerGraph) -> None:
    everything, stated = edges(graph.network()), edges(graph.network(inferred=False))
    left_out = {key: data for key, data in everything.items() if key not in stated}
    assert left_out
    for data in left_out.values():
        assert data["inferred"]
        assert {piece["form"] for piece in data["evidence"]} == {"inferred"}
        assert all(piece["strength"] in ("strong", "moderate", "weak") for piece in data["evidence"])
    assert not any(data["inferred"] for data in stated.values())


def test_places_come_only_when_asked_for_and_have_coordinates(graph: PartnerGraph, full: nx.MultiDiGraph[str]) -> None:
    plain = graph.network()
    places = {iri for iri, data in full.nodes(data=True) if data["sort"] == "place"}
    assert set(full) - set(plain) == places
    assert "location" not in {data["kind"] for data in edges(plain).values()}
    assert Counter(data["kind"] for data in edges(full).values())["location"] == 48
    birmingham = full.nodes["https://w3id.org/partnergraph/id/place/birmingham"]
    assert (birmingham["latitude"], birmingham["longitude"]) == (52.48142, -1.89983)


def test_a_body_carries_what_is_said_about_it(full: nx.MultiDiGraph[str]) -> None:
    department = full.nodes[O + "department-of-health"]
    names = {(name["name"], name["kind"], name["start"], name["end"]) for name in department["names"]}
    assert ("Department of Health", "former", None, "2018-01") in names
    assert ("Department of Health and Social Care", "current", "2018-01", None) in names
    assert (department["label"], department["family"]) == (
        "Department of Health and Social Care",
        "central-government",
    )
    assert [event["kind"] for event in department["events"] if event["date"] == "2018-01"] == ["renaming"]
    keele = full.nodes[O + "keele-university"]
    [ror] = [entry for entry in keele["identifiers"] if entry["scheme"] == "ror"]
    assert (ror["value"], ror["url"]) == ("https://ror.org/00340yn33", "https://ror.org/00340yn33")
    assert [piece["source"] for piece in ror["evidence"]]
    [isni] = [entry for entry in keele["identifiers"] if entry["scheme"] == "isni"]
    assert isni["url"] == "https://isni.org/isni/" + isni["value"].replace(" ", "")
    assert all(entry["evidence"] for _, data in full.nodes(data=True) for entry in data["identifiers"])
    group = full.nodes["https://w3id.org/partnergraph/id/group/keele-spcsc-partnerships/wmswtp-local-authorities"]
    assert (group["sort"], group["count"], group["family"]) == ("group", 14, "local-government")
    school = full.nodes[O + "school-of-primary-community-and-social-care"]
    [award] = [event for event in school["events"] if event["kind"] == "award"]
    assert award["about"][0]["label"] == "membership: NIHR School for Primary Care Research"
    assert award["manner"] == "competitive"
    [ref] = [said for said in school["statements"] if said["value"] == "90"]
    assert ref["evidence"][0]["id"] == "S13"
    assert school["end_bounds"] == ("2020-08-01", "2020-08-31")
    assert full.nodes[O + "public-health-england"]["end_bounds"] == ("2021-10-01", "2021-10-01")
    assert keele["end_bounds"] is None
    assert full.nodes[O + "uk-health-security-agency"]["start_bounds"][0] > "2020"
    headquarters = full.nodes[O + "arthritis-uk"]["attributes"]
    assert "By the editor: conflicts with ROR city London" in [entry["note"] for entry in headquarters]


def test_events_stand_in_the_order_of_their_dates(full: nx.MultiDiGraph[str]) -> None:
    several = 0
    for _, data in full.nodes(data=True):
        dates = [event["earliest"] for event in data["events"] if event["earliest"]]
        assert dates == sorted(dates)
        several += len(dates) > 1
    assert several > 3


def test_every_node_has_the_same_attributes_also_one_of_which_nothing_is_known(
    turtle: Made, graph: PartnerGraph
) -> None:
    small = turtle("""o:a a org:Organization ; skos:prefLabel "A" .
        rel:r a pg:Relationship ; pg:kind code:funding ; pg:from o:a ; pg:to o:nobody-told ; pg:evidence ev:e .""")
    unknown = small.network().nodes[O + "nobody-told"]
    assert unknown["label"] == "nobody told"
    attributes = {frozenset(data) for _, data in graph.network(places=True).nodes(data=True)}
    assert attributes == {frozenset(unknown)}


def test_odd_values_of_somebody_elses_file_do_not_break_it(turtle: Made) -> None:
    small = turtle("""@prefix geo: <http://www.w3.org/2003/01/geo/wgs84_pos#> .
        o:a a org:Organization ; skos:prefLabel "A"@en , "B"@de ; org:classification code:no-such-type .
        o:g a pg:UnnamedGroup ; pg:statedCount "many" , "²" ; pg:listIsOpen "perhaps" .
        o:p a dcterms:Location ; geo:lat "north" ; geo:long "1e999" .
        rel:r a pg:Relationship ; pg:kind code:no-such-kind ; pg:from o:a ; pg:to o:g ; pg:evidence ev:e .
        rel:x a pg:Relationship ; pg:kind code:funding ; pg:from o:a .""")
    network = small.network(places=True)
    assert (network.nodes[O + "a"]["label"], network.nodes[O + "a"]["family"]) == ("A", "organisation")
    assert (network.nodes[O + "g"]["count"], network.nodes[O + "g"]["open"]) == (None, None)
    assert (network.nodes[O + "p"]["latitude"], network.nodes[O + "p"]["longitude"]) == (None, None)
    assert edges(network)[REL + "r"]["forward"] == "no such kind"
    assert list(edges(network)) == [REL + "r"], "a relationship without a to-party is no edge"


def test_all_values_are_plain_so_that_a_page_or_json_can_hold_them(full: nx.MultiDiGraph[str]) -> None:
    plain = json.loads(json.dumps({"graph": full.graph, "nodes": dict(full.nodes(data=True)), "edges": edges(full)}))
    assert plain["graph"]["sources"].keys() == full.graph["sources"].keys()

    def types(value: Any) -> set[type]:
        if isinstance(value, dict):
            return set().union(*(types(entry) for entry in value.values()), {type(key) for key in value})
        if isinstance(value, list | tuple):
            return set().union(*(types(entry) for entry in value))
        return {type(value)}

    everything = [full.graph, *(data for _, data in full.nodes(data=True)), *edges(full).values()]
    assert set().union(*(types(value) for value in everything)) <= {str, int, float, bool, type(None)}


def test_the_network_says_what_it_is_and_how_to_read_it(graph: PartnerGraph, full: nx.MultiDiGraph[str]) -> None:
    about = full.graph
    assert about["title"] == "Keele School of Primary, Community and Social Care: partnerships"
    assert about["focus"] == O + "school-of-primary-community-and-social-care"
    assert about["licence"] == "https://creativecommons.org/licenses/by/4.0/"
    assert graph.network(as_of="2014").graph["as_of"] == "2014"
    families = {data["family"] for _, data in full.nodes(data=True)}
    assert families - set(about["families"]) == {"place"}
    assert all(about["types"][code]["label"] for _, data in full.nodes(data=True) for code in data["types"])
    kinds = {data["kind"] for data in edges(full).values()}
    assert kinds <= set(about["kinds"])
    assert about["kinds"]["funding"] == {
        "label": "funding",
        "forward": "funds",
        "inverse": "is funded by",
        "symmetric": False,
        "partners": True,
    }


def test_nothing_is_read_twice_and_the_snapshot_says_what_the_store_says(graph: PartnerGraph) -> None:
    snapshot = graph.reader.snapshot()
    assert snapshot.snapshot() is snapshot
    for class_iri in (PG.Relationship, PG.Evidence, PG.Source, ORG.Organization, DCTERMS.Location, PG.Passage):
        assert snapshot.described(class_iri) == graph.reader.described(class_iri) != {}
    assert snapshot.described(PG.Record) == {}
    assert read_claims(snapshot, derived=True) == read_claims(graph.reader, derived=True)


def test_claims_come_without_derived_ones_with_all_or_with_those_of_the_rules_named(graph: PartnerGraph) -> None:
    rules = {claim.derived_by for claim in read_claims(graph.reader, derived=True)}
    assert rules == {None, "co-membership", "funding-via", "member-through-unit", "succession"}
    assert {claim.derived_by for claim in read_claims(graph.reader)} == {None}
    named = read_claims(graph.reader, derived=("succession",))
    assert {claim.derived_by for claim in named} == {None, "succession"}
    assert [claim.iri for claim in named] == sorted(claim.iri for claim in named)


def test_a_changed_network_does_not_change_the_next_one(graph: PartnerGraph) -> None:
    network = graph.network()
    before = json.dumps([sorted(edges(network)), network.nodes[O + "keele-university"]])
    edges(network)[OVERSEEN]["evidence"][0]["says"] = "something else"
    network.nodes[O + "keele-university"]["names"].clear()
    network.graph["sources"].clear()
    again = graph.network()
    assert json.dumps([sorted(edges(again)), again.nodes[O + "keele-university"]]) == before
    assert again.graph["sources"]
    assert "something else" not in json.dumps(edges(again)[OVERSEEN])
