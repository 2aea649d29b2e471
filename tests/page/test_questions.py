"""The questions that the page answers, held to the rows of the named questions, for every choice that there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import networkx as nx
import pytest

from partnergraph.build.assemble import assemble
from partnergraph.graph_folder.folder import read_folder
from partnergraph.network import build_network
from partnergraph.page import draw
from partnergraph.page.build_diagram import build_diagram, prepare_network
from partnergraph.page.page_questions import QUESTION_NAMES
from partnergraph.questions.named_questions import get_question
from partnergraph.store import Reader
from partnergraph.vocabulary import PREFIXES
from partnergraph.workbook.template import create_folder
from tests.page.conftest import Opener, Tabs, opener

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab

pytestmark = pytest.mark.browser

# The answers to some questions: title, sentences, claims, and what stands beside each of them. None: no such choice.
ANSWERS_OF = """(codes) => codes.map((code) => {
  const answer = answerTo(code);
  return answer && { title: answer.title, text: answer.sentences.filter(Boolean).join(" "),
    rows: answer.rows.map(({ claim, mark }) => [claim, (mark ?? "").split(" ")[0]]) };
})"""
STATUSES = "CLAIMS.from.map((_, claim) => statusCode(claim))"
Row = tuple[Any, ...]


@dataclass
class Asked:
    """A page in a browser, the graph that it was drawn from, and the day of which both speak."""

    tab: Tab
    reader: Reader
    graph: nx.MultiDiGraph[str]
    day: str

    def __post_init__(self) -> None:
        diagram = build_diagram(prepare_network(self.graph))
        self.bodies, self.claims = diagram.bodies, diagram.claims
        self.statuses: list[str] = self.tab.evaluate(STATUSES)
        self.keys: list[str] = self.tab.evaluate("BODIES.key")
        self.focus = str(self.graph.graph["focus"])
        self.offered: list[str] = self.tab.evaluate("ASKING.offered.map(([name]) => name)")

    def answers(self, codes: list[str]) -> list[Any]:
        found: list[Any] = self.tab.evaluate(ANSWERS_OF, codes)
        return found

    def named(self, name: str, **values: str) -> list[dict[str, Any]]:
        """The rows of the named question about the focus on the day; values are terms."""
        question = get_question(name)
        terms = {"organisation": f"<{self.focus}>", "date": f'"{self.day}"^^xsd:date'} | values
        known = {parameter.name for parameter in question.parameters}
        return self.reader.rows(question.bound({key: value for key, value in terms.items() if key in known}))

    def label(self, iri: str) -> str:
        return str(self.graph.nodes[iri]["label"])

    def way(self, number: int | None) -> str | None:
        return None if number is None else self.label(self.bodies[number])

    def claim(self, number: int) -> Row:
        """Of a claim what the rows of a question say: from, kind, to, since, status, last confirmed."""
        a, b, key = self.claims[number]
        data = self.graph.edges[a, b, key]
        status = self.statuses[number]
        return self.label(a), data["label"], self.label(b), data["start"], status, data["last_confirmed"]

    def as_partner(self, number: int, own: set[str]) -> Row:
        """The same of a claim seen from us: who is at the other end instead of both."""
        a, _, _ = self.claims[number]
        from_, kind, to, *rest = self.claim(number)
        return (to if a in own else from_, kind, *rest)


@pytest.fixture(scope="module")
def module_show(
    request: pytest.FixtureRequest, tabs: Tabs, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Opener]:
    yield from opener(request, tabs, tmp_path_factory.mktemp("questions"))


def _page_of(reader: Reader, graph: nx.MultiDiGraph[str], day: str | None, show: Opener) -> Asked:
    """`day`: the page speaks of it as if it were of a graph as of that day; None: of today."""
    graph = graph.copy()
    graph.graph["as_of"] = day
    return Asked(show(draw(graph).html, fresh=True).tab, reader, graph, day or date.today().isoformat())


@pytest.fixture(scope="module", params=["keele today", "keele 2018-08-28", "keele 2012-06-30", "example today"])
def asked(
    request: pytest.FixtureRequest,
    whole: Reader,
    keele_network: nx.MultiDiGraph[str],
    module_show: Opener,
    tmp_path_factory: pytest.TempPathFactory,
) -> Asked:
    """The Keele graph on three days, and the example that `partnergraph init` makes."""
    which, day = request.param.split(" ")
    reader, graph = whole, keele_network
    if which == "example":
        folder = tmp_path_factory.mktemp("example") / "own"
        create_folder(folder, "Example Trust", None, csv_tables=True, full=True)
        reader = assemble(read_folder(folder).model).reader()
        graph = build_network(reader)
    return _page_of(reader, graph, None if day == "today" else day, module_show)


def _own(asked: Asked) -> set[str]:
    rows = asked.reader.rows(f"SELECT ?own {{ ?own pg:partOf* <{asked.focus}> }}")
    return {str(row["own"]) for row in rows}


def _partner_row(row: dict[str, Any]) -> Row:
    return row["partner"], row["kind"], row["since"], row["status"], row["last_confirmed"]


@pytest.mark.parametrize("name", ["partners", "since-when"])
def test_our_partners_are_those_of_the_named_question(asked: Asked, name: str) -> None:
    [answer] = asked.answers([name])
    rows, own = asked.named(name), _own(asked)
    numbers = [claim for claim, _ in answer["rows"]]
    assert len(numbers) == len(set(numbers)) > 0
    assert {asked.as_partner(number, own) for number in numbers} == {_partner_row(row) for row in rows}
    if name == "since-when":  # what has a beginning comes first, the earliest before the others
        sinces = [asked.claim(number)[3] for number in numbers]
        stated = [since for since in sinces if since]
        assert sinces[: len(stated)] == stated == sorted(stated)
    raw = asked.tab.evaluate("ASKING.partners")
    through = {(asked.label(asked.bodies[body]), asked.way(way)) for _, body, way in raw}
    assert through == {(row["partner"], row["through"]) for row in rows}


def test_the_partners_of_each_family_are_those_of_the_named_question(asked: Asked) -> None:
    codes: list[str] = asked.tab.evaluate("DATA.families.map((family) => family.code)")
    answers = asked.answers([f"partners-of-family.{code}" for code in codes])
    own, seen = _own(asked), 0
    for code, answer in zip(codes, answers, strict=True):
        rows = asked.named("partners-of-family", family=f"<{PREFIXES['code']}{code}>")
        found = answer["rows"] if answer else []
        assert {asked.as_partner(number, own) for number, _ in found} == {_partner_row(row) for row in rows}, code
        seen += len(rows)
    assert seen > 3
    raw = asked.tab.evaluate("[...ASKING.partners, ...ASKING.wider]")
    through = {(asked.label(asked.bodies[body]), asked.way(way)) for _, body, way in raw}
    assert through == {(row["partner"], row["through"]) for row in asked.named("partners-of-family")}


@pytest.mark.parametrize(("name", "parameter"), [("who-pays", "recipient"), ("who-leads", "partnership")])
def test_who_pays_for_and_who_leads_every_body(asked: Asked, name: str, parameter: str) -> None:
    party = {"who-pays": "funder", "who-leads": "leader"}[name]
    by_body: dict[str, list[dict[str, Any]]] = {}
    for row in asked.named(name):
        by_body.setdefault(row[parameter], []).append(row)
    answers = asked.answers([f"{name}.{key}" for key in asked.keys])
    assert (name in asked.offered) == bool(by_body)
    for iri, answer in zip(asked.bodies, answers, strict=True):
        if name not in asked.offered:
            assert answer is None
            continue
        rows = by_body.get(asked.label(iri), [])
        found = {(claim[0], *claim[3:]) for claim in (asked.claim(number) for number, _ in answer["rows"])}
        assert found == {(row[party], row["since"], row["status"], row["last_confirmed"]) for row in rows}, iri
        assert answer["text"].startswith("Nobody is named") == (not rows)
        if name == "who-leads" and rows:
            disputed = any(row["dispute"] == "disputed" or row["contradicted_by"] for row in rows)
            assert ("That is disputed: the table shows both sides." in answer["text"]) == disputed
            assert ("Nobody is on record as disputing it." in answer["text"]) != disputed


def test_how_every_body_is_connected_to_us(asked: Asked) -> None:
    answers = asked.answers([f"way-to-us.{key}" for key in asked.keys])
    ours, near = asked.label(asked.focus), 0
    for iri, answer in zip(asked.bodies, answers, strict=True):
        if iri == asked.focus:
            assert answer is None
            continue
        rows = asked.named("way-to-us", other=f"<{iri}>")
        expected, body = set(), asked.label(iri)
        for row in rows:
            middle = row["through"] or body
            expected.add((frozenset((ours, middle)), row["first_kind"], row["first_status"]))
            if row["through"]:
                expected.add((frozenset((middle, body)), row["second_kind"], row["second_status"]))
        claims = [asked.claim(number) for number, _ in answer["rows"]]
        found = {(frozenset((claim[0], claim[2])), claim[1], claim[4]) for claim in claims}
        if rows:
            near += 1
            assert found == expected, body
            assert ("Directly:" in answer["text"]) == any(row["through"] is None for row in rows)
        else:
            assert "steps away" in answer["text"] or "leads from" in answer["text"]
    assert near > 3


def test_what_changed_since_every_year(asked: Asked) -> None:
    first, last = asked.tab.evaluate("DATA.span")
    years, changes = [str(year) for year in range(first, last + 1)], 0
    for year, answer in zip(years, asked.answers([f"changed-since.{year}" for year in years]), strict=True):
        values = {"after": f'"{year}-01-01"^^xsd:date', "date": f'"{asked.day}"^^xsd:date'}
        rows = asked.named("changed-since", **values | {"organisation": "UNDEF"})
        found = {(mark, *asked.claim(number)[:3]) for number, mark in answer["rows"]}
        assert found == {(row["change"], row["from"], row["kind"], row["to"]) for row in rows}, year
        changes += len(found)
    assert changes > 5


@pytest.mark.parametrize("name", ["ended", "single-source", "inferred-only"])
def test_what_has_ended_and_what_rests_on_little(asked: Asked, name: str) -> None:
    rows = [row for row in asked.named(name, organisation="UNDEF", kind="UNDEF") if row["kind"] != "location"]
    [answer] = asked.answers([name])
    assert (name in asked.offered) == (answer is not None)
    found = [asked.claim(number) for number, _ in answer["rows"]] if answer else []
    assert {claim[:3] for claim in found} == {(row["from"], row["kind"], row["to"]) for row in rows}
    if name == "ended":
        assert {claim[4] for claim in found} <= {"ended"}
        sinces = {(row["from"], row["to"], row["since"]) for row in rows}
        assert {(claim[0], claim[2], claim[3]) for claim in found} == sinces


def test_every_answer_can_be_drawn_and_has_a_sentence(asked: Asked) -> None:
    codes: list[str] = asked.tab.evaluate(
        """ASKING.offered.flatMap(([name]) =>
          (name in CHOICES ? CHOICES[name]().map(([choice]) => name + '.' + choice) : [name]))"""
    )
    assert set(QUESTION_NAMES) >= set(asked.offered)
    for code, answer in zip(codes, asked.answers(codes), strict=True):
        assert answer is not None, code
        assert answer["title"].endswith("?"), code
        assert answer["text"].endswith((".", ")")), code
        assert "  " not in answer["text"]
        assert "undefined" not in answer["text"]
        asked.tab.evaluate("(question) => change({ question })", code)
        assert asked.tab.evaluate("questionClaims()") == [claim for claim, _ in answer["rows"]]
    asked.tab.evaluate("change({ question: null })")
    assert asked.tab.evaluate("questionClaims()") is None
