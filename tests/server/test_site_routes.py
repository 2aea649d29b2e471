"""What the workbench asks the server for: questions, terms, names, its files, and a page that needs no scripts."""

from __future__ import annotations

import hashlib
import io
import json
import re
from urllib.parse import quote, urlencode

import pytest

from partnergraph.questions.named_questions import all_questions
from partnergraph.site.view_response import PAGE_POLICY
from partnergraph.vocabulary import PREFIXES
from tests.conftest import ROOT
from tests.server.conftest import Said, Server

SERVE = ROOT / "src" / "partnergraph" / "site"
VENDOR = SERVE / "vendor"
SPCR = "https://w3id.org/partnergraph/id/org/nihr-school-for-primary-care-research"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def _get(server: Server, path: str) -> Said:
    return server.send("GET", path)


def _question(server: Server, name: str, **values: str) -> Said:
    return _get(server, f"/questions/{name}?{urlencode(values, quote_via=quote)}")


def test_the_first_page_says_what_this_is_before_any_script_runs(server: Server) -> None:
    page = _get(server, "/ask")
    text = page.body.decode()
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "Keele School of Primary, Community and Social Care: partnerships" in text
    assert 'href="/sparql"' in text
    asked = set(re.findall(r"#question=([a-z-]+)", text))
    assert asked == {question.name for question in all_questions()} - {"changes"}
    organisations = server.ask("SELECT (COUNT(DISTINCT ?o) AS ?n) { ?o a org:Organization }").values[0]["n"]
    assert f"{organisations} organisations" in text


def test_the_page_holds_nothing_that_its_policy_would_refuse(server: Server) -> None:
    page = _get(server, "/ask")
    assert page.headers["content-security-policy"] == PAGE_POLICY
    assert not {"unsafe-inline", "unsafe-eval", "http:", "https:"} & set(re.findall(r"[\w:-]+", PAGE_POLICY))
    text = page.body.decode()
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=\"/static/)", text)
    assert not re.search(r"(?:src|rel=\"stylesheet\" href)=\"(?!/static/)", text)


def test_every_file_that_the_page_and_its_scripts_ask_for_is_there(server: Server) -> None:
    wanted = set(re.findall(r"/static/[\w.]+", _get(server, "/ask").body.decode()))
    for path in (SERVE / "static").glob("*.js"):
        wanted |= set(re.findall(r"/static/[\w.]+", path.read_text("utf-8")))
    assert {"/static/codemirror.min.js", "/static/workbench.css"} <= wanted
    for address in wanted:
        found = _get(server, address)
        assert (found.status, found.headers["x-content-type-options"]) == (200, "nosniff"), address
    assert _get(server, "/static/..%2Fsite.py").status == 404


def test_a_file_that_the_browser_has_is_not_sent_again(server: Server) -> None:
    first = _get(server, "/static/codemirror.min.js")
    again = server.send("GET", "/static/codemirror.min.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status, again.body) == (304, b"")


def test_the_scripts_know_no_other_address_and_no_markup() -> None:
    for path in (SERVE / "static").glob("*.js"):
        text = path.read_text("utf-8").replace('"http://www.w3.org/2000/svg"', "")
        assert not re.search(r"[\"'`]https?://", text), path.name
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text), (
            path
        )
        assert len(text.splitlines()) < 500


def test_a_question_becomes_the_sparql_it_stands_for_which_runs(server: Server) -> None:
    made = _question(server, "members-at-date", consortium="NIHR SPCR", date="2012-06-30").json
    assert made["title"] == "Members on a day"
    assert f"(<{SPCR}> " in made["sparql"]
    assert made["sparql"].startswith("# Members on a day\n# consortium: NIHR SPCR\n# date: 2012-06-30\nSELECT ")
    members = {row["member"] for row in server.ask(made["sparql"]).values}
    assert "Keele University" in members


@pytest.mark.parametrize("name", [question.name for question in all_questions() if question.name != "changes"])
def test_every_question_that_needs_nothing_can_be_run_as_it_is_shown(server: Server, name: str) -> None:
    question = next(one for one in all_questions() if one.name == name)
    values = {"organisation": "Keele University", "date": "2014-06-30", "number": "2018", "graph": "", "text": "a"}
    needed = {one.name: values[one.type] for one in question.parameters if one.default is None}
    made = _question(server, name, **needed)
    assert made.status == 200, made.body
    answer = server.ask(made.json["sparql"])
    assert answer.status == 200, answer.body
    assert answer.json["head"]["vars"] == list(question.columns)


def test_a_value_stays_in_its_comment_whatever_it_holds(server: Server) -> None:
    hostile = 'x"} #\r\nSELECT * { ?s ?p ?o }'
    made = _question(server, "bodies-in-place", place=hostile).json["sparql"]
    head = [line for line in made.splitlines() if line.startswith("# place")]
    assert head == ['# place: x"} # SELECT * { ?s ?p ?o }']
    assert server.ask(made).values == []


def test_a_wrong_value_and_an_unknown_question_say_what_to_do(server: Server) -> None:
    wrong = _question(server, "members-at-date", consortium="NIHR SPCR", date="30.6.2012")
    assert (wrong.status, wrong.json["detail"]) == (400, "date: '30.6.2012' is not a day. Write it as 2018-08-28.")
    missing = _question(server, "members-at-date", consortium="NIHR SPCR")
    assert missing.status == 400
    assert "the day, as" in missing.json["detail"]
    unknown = _question(server, "who-lead")
    assert unknown.status == 400
    assert "Did you mean 'who-leads'?" in unknown.json["detail"]


@pytest.mark.parametrize("address", ["/questions/changes?before={}", "/draw?question=changes&before={}"])
def test_no_question_reads_a_file_of_the_server(server: Server, address: str) -> None:
    said = _get(server, address.format(quote(str(ROOT / "ontology" / "kinds.ttl"))))
    assert said.status == 403
    assert "reads a second graph from a file" in said.json["detail"]
    assert "changes" not in {one["name"] for one in _get(server, "/questions").json["questions"]}


def test_words_find_the_nearest_questions_with_the_values_in_them(server: Server) -> None:
    offers = _get(server, f"/questions?{urlencode({'words': 'who pays for the social work partnership?'})}").json[
        "offers"
    ]
    assert 1 < len(offers) <= 6
    assert offers[0]["name"] == "who-pays"
    assert offers[0]["values"] == {"recipient": "West Midlands Social Work Teaching Partnership"}
    assert _get(server, "/questions?words=zzzz").json["offers"] == []


def test_every_parameter_has_a_name_that_a_link_can_hold(server: Server) -> None:
    told = _get(server, "/questions").json
    names = {parameter["name"] for question in told["questions"] for parameter in question["parameters"]}
    assert len(names) > 5
    assert not names & {"query", "question", "as-of", "view"}
    assert {one["code"] for one in told["lists"]["kind"]} > {"membership", "funding"}


def test_the_terms_are_those_of_this_graph_with_labels_and_counts(server: Server) -> None:
    told = _get(server, "/terms").json
    assert told["prefixes"] == dict(PREFIXES)
    properties = {one["iri"]: one for one in told["properties"]}
    used = server.ask("SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p").values
    assert len(used) > 100
    assert {row["p"]: int(row["n"]) for row in used} == {
        iri: one["count"] for iri, one in properties.items() if one["count"]
    }
    member = properties[PREFIXES["pg"] + "memberOf"]
    assert member["label"] == "member of"
    assert member["about"].startswith("Shortcut")
    assert PREFIXES["pg"] + "Relationship" in {one["iri"] for one in told["classes"]}
    assert {one["iri"] for one in told["codes"]} > {PREFIXES["code"] + "funding"}
    assert len(told["graphs"]) > 50


def test_names_are_told_for_the_iris_that_have_one(server: Server) -> None:
    keele = PREFIXES["o"] + "keele-university"
    iris = [keele, PREFIXES["pg"] + "memberOf", "https://example.org/nothing", "no iri", "x:<>", 'y:"} DROP']
    said = server.send("POST", "/labels", urlencode({"iris": "\n".join(iris)}).encode(), FORM)
    assert said.json == {keele: "Keele University", PREFIXES["pg"] + "memberOf": "member of"}
    assert server.send("POST", "/labels", b"", FORM).json == {}


@pytest.mark.parametrize(
    ("media", "start"),
    [
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK"),
        ("application/vnd.apache.parquet", b"PAR1"),
        ("application/vnd.apache.arrow.file", b"ARROW1"),
    ],
)
def test_the_endpoint_answers_in_the_forms_for_spreadsheets_and_data_frames(
    server: Server, media: str, start: bytes
) -> None:
    said = server.ask("SELECT ?o ?n { ?o a org:Organization ; skos:prefLabel ?n } ORDER BY ?n", media)
    assert (said.status, said.headers["content-type"]) == (200, media)
    assert said.body.startswith(start)


def test_a_workbook_has_names_instead_of_iris(server: Server) -> None:
    from openpyxl import load_workbook

    media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    said = server.ask("SELECT ?o (2 AS ?n) { ?o skos:prefLabel 'Keele University'@en }", media)
    rows = list(load_workbook(io.BytesIO(said.body)).active.values)
    assert rows == [("o", "n"), ("Keele University", 2)]


def test_what_is_vendored_is_what_the_manifest_says_with_its_licences() -> None:
    manifest = json.loads((VENDOR / "manifest.json").read_text("utf-8"))
    assert {path.name for path in VENDOR.iterdir()} - {"manifest.json"} == set(manifest)
    for name, entry in manifest.items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == entry["sha256"], name
    [(name, entry)] = [(name, entry) for name, entry in manifest.items() if name.endswith(".js")]
    text, licences = ((VENDOR / file).read_text("utf-8") for file in (name, entry["licence_file"]))
    assert len(text.encode()) < 600_000
    assert licences.count("Permission is hereby granted") == len(entry["packages"]) > 5
    for package, of in entry["packages"].items():
        assert f"{package} {of['version']}" in text[:600]
        assert f"==== {package} {of['version']} ====" in licences
        assert of["integrity"].startswith("sha512-")
    assert entry["how"]["tool"].startswith("esbuild ")
    exported = re.findall(r"\w+", next(line for line in entry["how"]["entry"] if line.startswith("export")))[1:]
    assert {"EditorView", "sparql"} <= set(exported)
    editor = (SERVE / "static" / "editor.js").read_text("utf-8")
    imported = re.search(r"import \{(.*?)\} from \"/static/codemirror", editor, re.DOTALL)
    assert imported
    assert set(re.findall(r"\w+", imported[1])) == set(exported)
