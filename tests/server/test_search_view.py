"""Search over HTTP: any name, as JSON for programs and as a page for people."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from tests.server.conftest import Server
from tests.server.reading import Read

PHE = "https://w3id.org/partnergraph/id/org/public-health-england"


def found(server: Server, words: str) -> list[dict[str, str]]:
    said = server.send("GET", f"/search?q={quote(words)}", headers={"Accept": "application/json"})
    assert (said.status, said.headers["content-type"], said.headers["vary"]) == (200, "application/json", "Accept")
    assert said.json.keys() == {"found"}
    return list(said.json["found"])


def test_a_program_gets_iris_names_and_sorts(server: Server) -> None:
    [one] = found(server, "PHE")
    assert one == {
        "iri": PHE,
        "label": "Public Health England",
        "name": "PHE",
        "name_kind": "acronym",
        "kind": "executive agency",
        "family": "central-government",
        "link": "/id/org/public-health-england",
    }


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("phe", "Public Health England"),
        ("Public Health Englnd", "Public Health England"),
        ("department of HEALTH", "Department of Health and Social Care"),
        ("Versus Arthritis", "Arthritis UK"),
        ("Kéele", "Keele University"),
        ("cov uni", "Coventry University"),
        (PHE, "Public Health England"),
        ("o:keele-university", "Keele University"),
        ("  Keele\tUniversity ", "Keele University"),
    ],
)
def test_any_name_leads_there(server: Server, words: str, label: str) -> None:
    assert found(server, words)[0]["label"] == label


@pytest.mark.parametrize(
    "words", ["", "zzzzqq", '"', "a' OR 1=1", "<script>", "%00", "\ufffd", "x" * 3000, "NEAR(", "*"]
)
def test_what_is_no_name_finds_nothing(server: Server, words: str) -> None:
    assert found(server, words) == []


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html; charset=utf-8"),
        ("application/json", "application/json"),
        ("application/json;q=0.2, text/html", "text/html; charset=utf-8"),
        ("*/*", "text/html; charset=utf-8"),
        ("application/*", "application/json"),
    ],
)
def test_the_form_is_chosen_by_the_header(server: Server, accept: str, media: str) -> None:
    assert server.send("GET", "/search?q=nice", headers={"Accept": accept}).headers["content-type"] == media


def test_other_forms_and_methods_are_refused(server: Server) -> None:
    said = server.send("GET", "/search?q=nice", headers={"Accept": "image/png"})
    assert said.status == 406
    assert "application/json" in said.json["detail"]
    assert server.send("POST", "/search", b"q=nice").status == 405
    assert server.send("GET", "/search?q=%FF", headers={"Accept": "application/json"}).status in (200, 400)


def test_people_get_a_list_with_the_name_that_was_matched(server: Server) -> None:
    read = Read(server.send("GET", "/search?q=Department+of+Health", headers={"Accept": "text/html"}).body.decode())
    assert "Organisations called “Department of Health”" in read.text
    department = "/id/org/department-of-health"
    assert (department, "Department of Health and Social Care") in read.links
    assert "also called Department of Health" in read.text
    assert 'value="Department of Health"' in read.html
    nothing = Read(server.send("GET", "/search?q=zzzzqq", headers={"Accept": "text/html"}).body.decode())
    assert "No organisation found with this name." in nothing.text


def test_without_words_every_body_is_listed_by_its_family(server: Server) -> None:
    read = Read(server.send("GET", "/search", headers={"Accept": "text/html"}).body.decode())
    rows = server.ask("SELECT ?o ?l { ?o a org:Organization ; skos:prefLabel ?l }").values
    assert {row["l"] for row in rows} <= {text for _, text in read.links}
    assert "University or college (" in read.text


def test_the_same_search_gives_the_same_bytes(server: Server) -> None:
    one, other = (json.dumps(found(server, "university")) for _ in range(2))
    assert one == other
    assert len(found(server, "university")) == 20
