"""What the network says, over HTTP: each question has a form, an answer with its claims, and a drawing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from partnergraph.site.view_response import DRAWING_POLICY, PAGE_POLICY
from partnergraph.site.views.analysis import QUESTIONS
from tests.server.conftest import Said, Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PARTNERSHIP = "West Midlands Social Work Teaching Partnership"
VALUES = {
    "routes": {"a": "School of Primary, Community and Social Care", "b": "Department for Education"},
    "overlap": {"a": "Keele University", "b": "University of Birmingham"},
    "what-if": {"without": PARTNERSHIP},
    "ending": {"funder": "National Institute for Health and Care Research", "at": "2023"},
    "timeline": {"organisation": "Keele University"},
    "changes": {"first": "2018", "last": "2020-06"},
}


def _answer(server: Server, command: str, **values: str) -> Said:
    return server.send("GET", f"/network/{command}?{urlencode(values)}")


def test_the_first_page_leads_to_a_form_for_each_question(server: Server) -> None:
    assert 'href="/network"' in server.send("GET", "/ask").body.decode()
    page = server.send("GET", "/network")
    text = page.body.decode()
    assert page.headers["content-security-policy"] == PAGE_POLICY
    assert set(re.findall(r'action="/network/([a-z-]+)"', text)) == {question.command for question in QUESTIONS}
    fields = {name for question in QUESTIONS for name in (field.name for field in question.fields)}
    assert fields <= set(re.findall(r'<input [^>]*name="([^"]+)"', text))
    assert not re.search(r"<style|\sstyle=|\son\w+=", text)


@pytest.mark.parametrize("command", [question.command for question in QUESTIONS])
def test_an_answer_has_sentences_that_lead_to_their_claims(server: Server, command: str) -> None:
    page = _answer(server, command, **VALUES.get(command, {}))
    text = page.body.decode()
    assert page.status == 200, text
    links = re.findall(r'<a href="(/id/rel/[^"]+)">\d+</a>', text)
    assert links
    assert server.send("GET", links[0]).status == 200
    assert "projection, " in text or "Claims of all kinds" in text


@pytest.mark.parametrize("command", ["brokers", "what-if"])
def test_an_answer_can_be_drawn(server: Server, command: str) -> None:
    page = _answer(server, command, draw="yes", **VALUES.get(command, {}))
    assert page.status == 200
    assert page.headers["content-security-policy"] == DRAWING_POLICY
    assert 'class="keys marks"' in page.body.decode()


@pytest.mark.parametrize(
    ("command", "values", "words"),
    [
        ("routes", {"a": "Keele University"}, "needs: Another organisation"),
        ("brokers", {"organisation": "<b>nobody</b>"}, "&lt;b&gt;nobody&lt;/b&gt;"),
        ("brokers", {"projection": "friends"}, "There is no projection"),
        ("summary", {"as_of": "yesterday"}, "yesterday"),
        ("stale", {"months": "0"}, "not a number of months"),
    ],
)
def test_what_is_wrong_stands_on_the_page_of_the_question(
    server: Server, command: str, values: dict[str, str], words: str
) -> None:
    page = _answer(server, command, **values)
    text = page.body.decode()
    assert (page.status, page.headers["content-type"]) == (400, "text/html; charset=utf-8")
    assert words in re.findall(r'role="alert"><b>(.*?)</b>', text, re.DOTALL)[0]
    assert f'action="/network/{command}"' in text


def test_a_question_that_there_is_not_is_refused(server: Server) -> None:
    page = _answer(server, "guess")
    assert page.status == 400
    assert page.json["detail"].startswith("There is no question 'guess'.")


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_axe_finds_nothing(server: Server, browser: Browser, width: int, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    with browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme) as context:  # type: ignore[arg-type]
        tab = context.new_page()
        for path in ("/network", f"/network/what-if?{urlencode(VALUES['what-if'])}", "/network/routes?a=nobody"):
            tab.goto(f"http://127.0.0.1:{server.port}{path}")
            tab.evaluate(Axe().axe_script)
            found = tab.evaluate("axe.run(document, { resultTypes: ['violations'] })")
            assert found["passes"]
            assert not [(one["id"], one["nodes"][0]["html"][:200]) for one in found["violations"]]
            assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_timeline_is_of_a_measure_if_one_is_named(server: Server) -> None:
    page = _answer(server, "timeline", organisation="Keele University", measure="core")
    assert page.status == 200
    assert "Core number by year: Keele University" in page.body.decode()
    wrong = _answer(server, "timeline", measure="fame")
    assert wrong.status == 400
    assert "There is no measure" in wrong.body.decode()
