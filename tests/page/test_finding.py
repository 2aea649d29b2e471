"""Bodies are found by any of their names, and the ways between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx
import pytest

from partnergraph.claims.name_search import find_by_name
from partnergraph.page import Page
from partnergraph.store import Reader
from tests.page.driving import filled, find

if TYPE_CHECKING:
    from tests.page.conftest import Opener

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("PHE", "Public Health England"),
        ("nihr spcr", "NIHR School for Primary Care Research"),
        ("coventry univ", "Coventry University"),
        ("publc helth england", "Public Health England"),
        ("Arthritis Research U.K.", "Arthritis Research UK"),
        ("NICE", "National Institute for Health and Care Excellence"),
        ("AHSN", "West Midlands Academic Health Science Network"),
        ("Telford and Wrekin", "Telford & Wrekin Council"),
    ],
)
def test_a_body_is_found_by_any_of_its_names(keele_page: Page, show: Opener, typed: str, found: str) -> None:
    page = show(keele_page.html)
    find(page.tab, typed)
    assert page.tab.inner_text("#panel-heading") == found
    assert page.clean, page


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("keele", "Keele University"),
        ("the Keele University", "Keele University"),
        ("wellcome", "Wellcome Trust"),
        ("department for", "Department for Education"),
        ("nihr", "National Institute for Health and Care Research"),
        ("Versus Arthritis", "Arthritis UK"),
    ],
)
def test_the_body_with_most_of_its_name_in_what_is_typed_comes_first(
    keele_page: Page, show: Opener, typed: str, first: str
) -> None:
    tab = show(keele_page.html).tab
    tab.fill("#find", typed)
    assert tab.inner_text("#found li >> nth=0").startswith(first)


def test_the_page_ranks_names_as_the_commands_and_the_server_do(
    keele_page: Page, keele_reader: Reader, show: Opener
) -> None:
    labels = {match.label for _, match in keele_reader.names}
    texts = {word for label in labels for word in label.split()} | {label[:6] for label in labels}
    texts |= {"nhs trust", "univ of b", "school primary care", "sch of med", "NICE", "PHE", "nihr spcr", "w", "zzyzx"}
    texts |= {"ahsn", "icb", "ccg", "sath", "telford and wrekin", "telford & wrekin", "cb"}
    tab = show(keele_page.html).tab
    for text in sorted(texts):
        found = tab.evaluate("(text) => find(text, 8).map(({ body, name }) => [BODIES.label[body], name])", text)
        expected = [[match.label, match.name] for match in find_by_name(keele_reader, text, 8)]
        assert found == expected, text


def test_a_name_that_nothing_has_is_said_to_be_unknown(keele_page: Page, show: Opener) -> None:
    tab = show(keele_page.html).tab
    tab.fill("#find", "Zzyzx")
    assert "No organisation found with this name" in tab.inner_text("#found")
    tab.keyboard.press("Enter")
    assert not tab.locator("#panel").is_visible()


def test_routes_between_two_bodies_come_with_the_evidence_of_every_hop(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html, address="#org-coventry-city-council")
    page.tab.fill("#to", "wellcome")
    page.tab.keyboard.press("Enter")
    routes = page.tab.locator(".routes > li")
    assert 1 < routes.count() <= 5
    first = routes.first.inner_text()
    assert first.startswith("4 steps: Coventry City Council – ")
    assert "– Wellcome Trust" in first
    routes.first.locator("summary").first.click()
    filled(page.tab)
    assert routes.first.locator(".proofs li").first.is_visible()
    lengths = [int(text.split()[0]) for text in routes.all_inner_texts()]
    assert lengths == sorted(lengths)
    assert "to=org-wellcome-trust" in page.tab.url
    page.tab.click("text=Clear the routes")
    assert routes.count() == 0
    assert page.clean, page


def test_routes_are_the_shortest_that_networkx_finds(
    keele_page: Page, keele_network: nx.MultiDiGraph, show: Opener
) -> None:
    tab = show(keele_page.html).tab
    plain = nx.Graph(keele_network)
    label = nx.get_node_attributes(keele_network, "label")
    by_label = {name: iri for iri, name in label.items()}
    for goal in ("Wellcome Trust", "Herefordshire Council", "Public Health England"):
        found = tab.evaluate(
            "(goal) => routes(BODIES.label.indexOf('Coventry City Council'), BODIES.label.indexOf(goal))"
            ".map((hops) => hops.map((hop) => [BODIES.label[hop.from], BODIES.label[hop.to]]))",
            goal,
        )
        shortest = nx.shortest_path_length(plain, by_label["Coventry City Council"], by_label[goal])
        assert len(found[0]) == shortest
        for hops in found:
            steps = [hops[0][0], *(hop[1] for hop in hops)]
            assert len(set(steps)) == len(steps)
            assert nx.is_path(plain, [by_label[step] for step in steps])


def test_focus_shows_one_body_and_what_is_within_some_steps(
    keele_page: Page, keele_network: nx.MultiDiGraph, show: Opener
) -> None:
    page = show(keele_page.html, address="#org-primary-care-research-consortium")
    centre = next(iri for iri in keele_network if iri.endswith("/org/primary-care-research-consortium"))
    for steps in (1, 2):
        page.tab.select_option("#steps", str(steps))
        within = nx.ego_graph(nx.Graph(keele_network), centre, radius=steps)
        assert page.tab.locator("#bodies tbody tr:visible").count() == len(within)
    page.tab.click("#everything")
    assert page.tab.locator("#bodies tbody tr:visible").count() == len(keele_network)
    assert page.clean, page
