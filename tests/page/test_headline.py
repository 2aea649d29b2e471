"""The headline: sentences written from the graph, right in grammar and number, each leading to its claims."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import networkx as nx
import pytest

from partnergraph.grammar import counted
from partnergraph.page import Page, draw
from partnergraph.page.build_diagram import prepare_network
from partnergraph.page.headline import MAX_VERSIONS, date_in_words, headline, headline_versions
from tests.page.driving import SCHOOL, TEACHING, find, panel_of, until

if TYPE_CHECKING:
    from tests.page.conftest import Opener

ORG = "https://w3id.org/partnergraph/id/org/"


def text_of(sentences: list[dict[str, Any]]) -> str:
    """The sentences in a row."""
    return " ".join(sentence["text"] for sentence in sentences)


def graph_of(*edges: tuple[str, str, str, dict[str, Any]], **groups: int) -> nx.MultiDiGraph:
    """A network with kinds: edges as (from, kind, to, attributes); `groups`: which bodies are groups, and how many."""
    graph = nx.MultiDiGraph(
        focus="Hub",
        kinds={
            "membership": {"forward": "is a member of", "partners": True},
            "funding": {"forward": "funds", "partners": True},
            "part-of": {"forward": "is part of", "partners": False},
        },
    )
    for number, (a, kind, b, values) in enumerate(edges):
        for body in (a, b):
            graph.add_node(
                body, label=body, sort="group" if body in groups else "organisation", family="partnership-body"
            )
        graph.add_edge(a, b, key=f"r{number}", kind=kind, forward=graph.graph["kinds"][kind]["forward"], **values)
    return graph


def test_the_headline_of_the_keele_graph_names_the_focus_what_became_of_it_and_its_partners(
    keele_network: nx.MultiDiGraph,
) -> None:
    sentences = headline(keele_network)
    assert text_of(sentences) == (
        f"The {SCHOOL} became part of the Keele University School of Medicine in August 2020. It worked with four "
        "groups of partners directly and through four partnerships with 13 organisations and eight groups; 22 "
        "more are only inferred. "
        f"Four claims are disputed, among them who leads the {TEACHING}."
    )
    edges = {key: data for *_, key, data in keele_network.edges(keys=True, data=True)}
    assert all(sentence["claims"] and set(sentence["claims"]) <= edges.keys() for sentence in sentences)
    assert {edges[key]["standing"] for key in sentences[-1]["claims"]} == {"disputed"}
    counted = [part for part in sentences[1]["parts"] if "13 organisations" in part["text"]]
    assert counted
    assert not any(edges[key]["inferred"] for key in counted[0]["claims"])


def test_every_number_of_the_main_sentence_is_that_of_the_claims_it_leads_to(keele_network: nx.MultiDiGraph) -> None:
    focus = f"{ORG}keele-university"
    ends = {key: (a, b) for a, b, key in keele_network.edges(keys=True)}
    main = headline(keele_network, focus=focus)[0]
    partners, through, *rest = (part for part in main["parts"] if part["claims"])
    assert {end for key in partners["claims"] for end in ends[key]} - {focus} == {
        body for body in {end for key in partners["claims"] for end in ends[key]} if body != focus
    }
    direct = {end for key in partners["claims"] for end in ends[key]} - {focus}
    assert f"{len(direct)} partners directly" == partners["text"]
    hubs = {b for a, b in (ends[key] for key in through["claims"]) if a == focus}
    more = {a for a, b in (ends[key] for key in through["claims"]) if b in hubs and a != focus}
    named = {body for body in more if keele_network.nodes[body]["sort"] == "organisation"}
    groups = [part for part in rest if part["text"].endswith(("group", "groups"))]
    unnamed = {end for part in groups for key in part["claims"] for end in ends[key]} - hubs - {focus}
    assert all(keele_network.nodes[body]["sort"] == "group" for body in unnamed)
    assert through["text"] == f"three partnerships with {len(named)} more"
    assert len(hubs) == 3
    assert [part["text"] for part in groups] == ([f" and {counted(len(unnamed), 'group', spelt=9)}"] if unnamed else [])
    assert not named & direct


@pytest.mark.parametrize(
    ("edges", "groups", "text"),
    [
        (
            [("A", "funding", "Hub", {})],
            {},
            "Hub has worked with one partner. No source says whether that work still goes on.",
        ),
        (
            [("A", "funding", "Hub", {}), ("B", "funding", "Hub", {"inferred": True})],
            {},
            "Hub has worked with one partner; one more is only inferred. "
            "No source says whether that work still goes on.",
        ),
        ([("B", "funding", "Hub", {"inferred": True})], {}, "Hub has one partner, only by inference."),
        ([("Hub", "part-of", "A", {})], {}, "Hub has no partner on record, but one relationship of another kind."),
        ([("Hub", "membership", "Club", {})], {}, "Hub has been a member of one partnership."),
        (
            [("Hub", "membership", "Club", {}), ("A", "membership", "Club", {})],
            {},
            "Hub has worked through one partnership with one organisation.",
        ),
        (
            [("people", "funding", "Hub", {}), ("A", "membership", "Hub", {}), ("B", "membership", "Hub", {})],
            {"people": 2},
            "Hub has had two members and worked with one group of partners. "
            "No source says whether that work still goes on.",
        ),
    ],
)
def test_number_and_article_agree(edges: list[Any], groups: dict[str, int], text: str) -> None:
    assert text_of(headline(graph_of(*edges, **groups), "2026-01-01")) == text


def test_disputed_and_derived_claims_make_nobody_a_partner() -> None:
    graph = graph_of(
        ("A", "funding", "Hub", {}),
        ("B", "funding", "Hub", {"standing": "disputed", "contradicts": ["r0"]}),
        ("C", "funding", "Hub", {"derived": True}),
    )
    assert text_of(headline(graph)) == "Hub has worked with one partner. One claim is disputed: who funds Hub."


def test_members_of_a_partnership_at_another_time_are_none_that_the_focus_worked_with() -> None:
    early, late = (
        {"valid_from": (day, day), "valid_until": (end, end)}
        for day, end in (("2001-01-01", "2002-01-01"), ("2010-01-01", "2011-01-01"))
    )
    graph = graph_of(
        ("Hub", "membership", "Club", early), ("A", "membership", "Club", late), ("B", "membership", "Club", {})
    )
    assert "through one partnership with one organisation" in text_of(headline(graph))


def test_what_holds_on_a_day_is_said_as_of_that_day_and_the_versions_follow_one_another() -> None:
    def years(first: int, last: int) -> dict[str, Any]:
        return {
            "valid_from": (f"{first}-01-01", f"{first}-12-31"),
            "valid_until": (f"{last}-01-01", f"{last}-12-31"),
            "last_confirmed": "2020",
        }

    graph = graph_of(("A", "funding", "Hub", years(2010, 2021)), ("B", "funding", "Hub", years(2010, 2030)))
    assert "All of that work goes on today" in text_of(headline(graph, "2020-06-01"))
    assert "Work with one of them goes on today and with one has ended" in text_of(headline(graph, "2022-06-01"))
    assert text_of(headline(graph)) == "Hub has worked with two partners.", "without a clock nothing of today"
    found = headline_versions(prepare_network(graph))
    days = [day for day, _ in found.versions]
    assert days == sorted(days)
    assert days[0] == "2020-01-01", "nobody reads it before the last day that it knows of"
    for day, sentences in found.versions:
        assert sentences == headline(graph, day)
    assert "All of that work has ended" in text_of(found.versions[-1][1])
    assert "No source confirms anything after 2020." in text_of(found.versions[-1][1])
    many = graph_of(*[(f"B{n}", "funding", "Hub", years(2010, 2021 + n)) for n in range(60)])
    found = headline_versions(prepare_network(many))
    assert 0 < len(found.versions) <= MAX_VERSIONS, "so many say nothing about who goes on"
    assert text_of(found.versions[0][1]) == "Hub has worked with 60 partners."


def test_an_end_that_is_still_to_come_is_none_yet() -> None:
    graph = graph_of(("A", "funding", "Hub", {"last_confirmed": "2025"}))
    graph.nodes["Hub"]["events"] = [
        {"code": "end", "days": ["2027-03-31", "2027-03-31"], "about": [{"id": "Hub"}], "evidence": [{"form": "cited"}]}
    ]
    assert text_of(headline(graph, "2026-01-01")).startswith("Hub is to end on 31 March 2027. It has worked with")
    assert text_of(headline(graph, "2027-04-01")) == "Hub ended on 31 March 2027. It worked with one partner."
    assert [day for day, _ in headline_versions(prepare_network(graph)).versions] == [
        "2025-01-01",
        "2027-03-31",
        "2027-04-01",
    ]


@pytest.mark.parametrize(
    ("graph", "text"),
    [
        (nx.Graph(), "There is nothing here yet."),
        (nx.path_graph(1), "This network holds one body and no relationship."),
        (nx.path_graph(2), "This network holds two bodies and one relationship between them."),
        (
            nx.star_graph(3),
            "This network holds four bodies and three relationships between them. 0 has the most relationships, three.",
        ),
        (
            nx.disjoint_union(nx.star_graph(4), nx.path_graph(3)),
            "This network holds eight bodies and six relationships between them. 0 has the most relationships, four. "
            "The largest of two parts that nothing connects holds five.",
        ),
        (
            nx.karate_club_graph(),
            "This network holds 34 bodies and 78 relationships between them. 33 has the most relationships, 17.",
        ),
    ],
)
def test_any_graph_without_a_focus_says_how_large_it_is_and_who_is_best_connected(graph: nx.Graph, text: str) -> None:
    assert text_of(headline(graph)) == text


def test_a_plain_graph_with_a_focus_says_how_many_are_around_it() -> None:
    assert text_of(headline(nx.star_graph(3), focus="1")) == (
        "1 is connected with one other directly, and through it with two more."
    )


def test_a_graph_of_fifty_thousand_bodies_has_a_headline_as_short_as_any() -> None:
    graph = nx.MultiDiGraph()
    graph.add_nodes_from((f"b{n}", {"label": f"Institute number {n}", "sort": "organisation"}) for n in range(50_000))
    graph.add_edges_from((f"b{n}", f"b{n // 12}", {"kind": "part-of"}) for n in range(1, 49_000))
    text = text_of(headline(graph))
    assert text.startswith("This network holds 50,000 organisations and 48,999 relationships between them.")
    assert "1,000 stand alone." in text
    assert len(text) < 300


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (("2020-02-01", "2020-02-29"), "in February 2020"),
        (("2020-02-01", "2020-04-30"), "between February 2020 and April 2020"),
        ((None, None), ""),
    ],
)
def test_dates_are_read_as_people_write_them(days: Any, text: str) -> None:
    assert date_in_words(days) == text


def test_the_same_graph_has_the_same_headline_and_the_graph_is_left_as_it_is(keele_network: nx.MultiDiGraph) -> None:
    before = repr(sorted(keele_network.edges(keys=True)))
    assert headline(keele_network) == headline(keele_network.copy())
    assert repr(sorted(keele_network.edges(keys=True))) == before


@pytest.mark.browser
@pytest.mark.parametrize(("width", "most"), [(1440, 3), (390, 6)])
def test_the_headline_takes_few_lines_and_stands_before_the_map(
    keele_page: Page, show: Opener, width: int, most: int
) -> None:
    tab = show(keele_page.html, width=width, height=844).tab
    box = tab.evaluate(
        "() => { const e = document.getElementById('headline'), s = getComputedStyle(e), r = e.getBoundingClientRect();"
        " return [r.height / parseFloat(s.lineHeight), parseFloat(s.fontSize), r.bottom]; }"
    )
    assert box[0] < most + 0.2
    assert box[1] > 16
    assert box[2] < tab.evaluate("document.querySelector('.explorer').getBoundingClientRect().top")


@pytest.mark.browser
def test_a_part_of_the_headline_brings_up_its_claims(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html)
    page.tab.click("#headline a:has-text('Four claims are disputed')")
    until(page.tab, "!document.getElementById('panel').hidden")
    assert panel_of(page.tab).count("Disputed.") == 4
    page.tab.click("#headline a:has-text('four groups')")
    for partner in ("patients", "stakeholders", "NHS partners of the School"):
        assert partner in panel_of(page.tab)
    assert page.clean, page


@pytest.mark.browser
def test_the_headline_is_as_of_the_day_on_which_the_page_is_read(show: Opener) -> None:
    ended = {"valid_until": ("2099-12-31", "2099-12-31"), "last_confirmed": "2020"}
    html = draw(graph_of(("A", "funding", "Hub", ended), ("<b>B</b>", "funding", "Hub", {}))).html
    assert "no source says whether" not in re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL), "needs the clock"
    page = show(html)
    assert "No source says whether that work still goes on." in page.tab.inner_text("#headline")
    assert page.clean, page


@pytest.mark.browser
def test_the_verb_agrees_with_a_group_in_table_and_panel_in_both_directions(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html)
    find(page.tab, "fifteen local authorities")
    assert f"are members of {TEACHING}" in panel_of(page.tab)
    find(page.tab, TEACHING)
    assert "has as a member fifteen local authorities" in panel_of(page.tab)
    find(page.tab, "NHS partners of the School")
    assert f"had a close relationship with {SCHOOL}" in panel_of(page.tab)
    wordings = page.tab.locator("#claims tbody tr", has_text="the four UK higher education funding bodies")
    assert "run" in wordings.first.locator("td").first.inner_text().split()
    assert page.clean, page
