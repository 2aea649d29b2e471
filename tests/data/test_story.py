"""The story of the Keele map says only what claims of the graph say."""

from __future__ import annotations

import re

import networkx as nx
import pytest

from partnergraph.build.assemble import assemble
from partnergraph.graph_folder.folder import read_folder
from partnergraph.network import build_network
from partnergraph.store import Reader
from tests.conftest import ROOT

O = "https://w3id.org/partnergraph/id/org/"  # noqa: E741
SCHOOL, SPCR = f"{O}school-of-primary-community-and-social-care", f"{O}nihr-school-for-primary-care-research"
CLAHRC, ARC, KEELE = f"{O}nihr-clahrc-west-midlands", f"{O}nihr-arc-west-midlands", f"{O}keele-university"
TEACHING, CONSORTIUM = f"{O}west-midlands-social-work-teaching-partnership", f"{O}primary-care-research-consortium"
TRUST, PHE = f"{O}university-hospitals-birmingham-nhs-foundation-trust", f"{O}public-health-england"
WORDS = (
    *("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen"),
)
NUMBER = re.compile(rf"\d[\d,]*|\b(?:{'|'.join(WORDS)})\b", re.IGNORECASE)
PAGE, MINUTES = "keele-spcsc-partnerships", "covcab"


@pytest.fixture(scope="module")
def reader() -> Reader:
    return assemble(read_folder(ROOT / "data").model).reader()


@pytest.fixture(scope="module")
def graph(reader: Reader) -> nx.MultiDiGraph:
    return build_network(reader)


@pytest.fixture(scope="module")
def story(graph: nx.MultiDiGraph) -> list[dict[str, object]]:
    found: list[dict[str, object]] = graph.graph["story"]
    return found


@pytest.fixture(scope="module")
def told(reader: Reader) -> str:
    """Everything that the graph says in words, numbers and dates, the story itself left out."""
    rows = reader.rows(
        "SELECT DISTINCT ?o { GRAPH ?g { ?s ?p ?o } FILTER(isLiteral(?o) && "
        "(CONTAINS(STR(?g), '/source/') || STRENDS(STR(?g), '/editorial') || STRENDS(STR(?g), '/entities'))) }"
    )
    return "\n".join(str(row["o"]) for row in rows)


def text(story: list[dict[str, object]], title: str) -> str:
    [found] = [str(step["text"]) for step in story if title in str(step["title"])]
    return found


def claims(graph: nx.MultiDiGraph, a: str, b: str, kind: str) -> list[dict[str, object]]:
    return [data for data in (graph.get_edge_data(a, b) or {}).values() if data["kind"] == kind]


def test_there_are_six_to_eight_steps_of_a_few_sentences(story: list[dict[str, object]]) -> None:
    assert 6 <= len(story) <= 8
    for step in story:
        assert 3 <= len(re.findall(r"[.:?](?= |$)", str(step["text"]))) <= 8, step["title"]
        assert len(str(step["text"])) < 600, step["title"]
        assert not re.search('["“”‘<>]', str(step["text"])), "plain text, nothing quoted"


def test_every_body_of_the_story_is_on_the_map(graph: nx.MultiDiGraph, story: list[dict[str, object]]) -> None:
    for step in story:
        assert 1 <= len(step["bodies"]) <= 2  # type: ignore[arg-type]
        for body in step["bodies"]:  # type: ignore[attr-defined]
            assert graph.degree(body) > 0, f"{step['title']}: {body}"


def test_two_bodies_of_a_step_are_joined_by_a_short_route(
    graph: nx.MultiDiGraph, story: list[dict[str, object]]
) -> None:
    routes = [step["bodies"] for step in story if len(step["bodies"]) == 2]  # type: ignore[arg-type]
    assert len(routes) >= 3
    plain = nx.Graph(graph)
    assert [ends for ends in routes if nx.shortest_path_length(plain, *ends) > 2] == []  # type: ignore[misc]


def test_every_date_of_the_story_is_inside_the_span_of_the_graph(
    graph: nx.MultiDiGraph, story: list[dict[str, object]]
) -> None:
    bounds = [
        day for *_, data in graph.edges(data=True) for end in ("start", "end") for day in data[f"{end}_bounds"] or ()
    ]
    dates = [str(step["date"]) for step in story if step["date"]]
    assert dates
    for day in dates:
        assert min(bounds)[: len(day)] <= day <= max(bounds)[: len(day)]


def test_every_number_and_year_of_the_story_stands_in_the_graph(story: list[dict[str, object]], told: str) -> None:
    found = [(match[0], step["title"]) for step in story for match in NUMBER.finditer(str(step["text"]))]
    assert len(found) > 25
    missing = [
        (number, title) for number, title in found if not re.search(rf"(?<![\d,]){number}(?!\d)", told, re.IGNORECASE)
    ]
    assert missing == []


def test_a_number_that_nobody_says_is_seen(told: str) -> None:
    assert not re.search(r"(?<![\d,])1,790,611(?!\d)", told)
    assert not re.search(r"(?<![\d,])1977(?!\d)", told)


def test_the_dates_of_the_story_are_those_of_the_claims(graph: nx.MultiDiGraph, story: list[dict[str, object]]) -> None:
    """Years are told where the graph has them: award and renewal, phases of membership, succession, what ended."""
    spcr = text(story, "national school")
    about = {(event["kind"], event["date"]) for event in graph.nodes[SCHOOL]["events"]}
    assert {("award", "2009"), ("renewal", "2014")} <= about
    assert "competitively awarded in 2009 and renewed in 2014" in spcr
    phases = {data["valid_from"] for data in claims(graph, KEELE, SPCR, "membership")}
    assert {("2009-08-01", "2009-10-31"), ("2015-10-01", "2015-10-01")} <= phases
    assert "August 2009" in spcr
    assert "1 October 2015" in spcr
    assert [data["start"] for data in claims(graph, KEELE, SPCR, "leadership")] == ["2021-04-01"]
    assert "From 1 April 2021 Keele led it, in a phase announced for five years" in spcr
    [change] = [event for event in graph.nodes[CLAHRC]["events"] if event["after"] and event["after"][0]["id"] == ARC]
    assert change["date"] == "2019-10"
    assert "In October 2019" in text(story, "CLAHRC")
    assert {event["date"] for event in graph.nodes[PHE]["events"] if event["after"]} == {"2021-10-01"}
    assert "1 October 2021" in text(story, "Public Health England")
    assert {event["date"] for event in graph.nodes[SCHOOL]["events"] if event["after"]} >= {"2020-08"}
    assert "in August 2020" in text(story, "Public Health England")


def test_what_the_page_says_and_what_the_minutes_say_is_told_of_the_right_one(
    graph: nx.MultiDiGraph, story: list[dict[str, object]]
) -> None:
    leads = {
        a: {piece["source"] for piece in data["evidence"]}
        for a, _, data in graph.in_edges(TEACHING, data=True)
        if data["kind"] == "leadership"
    }
    assert leads[f"{O}coventry-university"] == {PAGE}
    assert MINUTES in leads[f"{O}coventry-city-council"]
    assert claims(graph, f"{O}coventry-university", TEACHING, "leadership")[0]["standing"] == "disputed"
    counts = {
        (graph.nodes[a]["count"], graph.nodes[a]["type"]): {piece["source"] for piece in data["evidence"]}
        for a, _, data in graph.in_edges(TEACHING, data=True)
        if graph.nodes[a]["sort"] == "group" and graph.nodes[a]["count"]
    }
    assert counts == {
        (14, "local-authority"): {PAGE},
        (8, "university"): {PAGE},
        (15, "local-authority"): {MINUTES},
        (9, "university"): {MINUTES},
        (2, "health-care-provider"): {MINUTES},
    }
    step = text(story, "An open question")
    assert "The page counts 14 local authorities and 8 universities, the minutes count fifteen" in step
    assert "fifteen local authorities, nine universities and two NHS trusts" in step
    funders = {a for a, _, data in graph.in_edges(TEACHING, data=True) if data["kind"] == "funding" and data["via"]}
    assert funders == {f"{O}department-for-education", f"{O}department-of-health"}


def test_what_is_told_as_inference_is_inferred_and_the_rest_is_not(
    graph: nx.MultiDiGraph, story: list[dict[str, object]]
) -> None:
    members = [
        (graph.nodes[a]["sort"], data["inferred"], {piece["strength"] for piece in data["evidence"]})
        for a, _, data in graph.in_edges(CONSORTIUM, data=True)
        if data["kind"] == "membership"
    ]
    bodies = [strength for sort, inferred, strength in members if inferred and sort == "organisation"]
    assert (len(bodies), bodies.count({"weak"})) == (4, 1)
    assert "The four NHS bodies that the map shows as members are inferences, and one of the four is a weak one." in (
        text(story, "consortium")
    )
    weak = [
        a
        for a, _, data in graph.in_edges(TEACHING, data=True)
        if data["inferred"] and {piece["strength"] for piece in data["evidence"]} == {"weak"}
    ]
    assert len(weak) == 5
    assert {graph.nodes[a]["type"] for a in weak} == {"university"}
    authorities = [
        data["inferred"]
        for a, _, data in graph.in_edges(TEACHING, data=True)
        if data["kind"] == "membership"
        and graph.nodes[a]["type"] == "local-authority"
        and graph.nodes[a]["sort"] == "organisation"
    ]
    assert (len(authorities), sum(authorities) > 7) == (14, True)
    assert [data["inferred"] for data in claims(graph, TRUST, CLAHRC, "hosting")] == [True]
    assert [data["inferred"] for data in claims(graph, TRUST, ARC, "hosting")] == [False]
    assert [data["inferred"] for data in claims(graph, KEELE, ARC, "membership")] == [False]
