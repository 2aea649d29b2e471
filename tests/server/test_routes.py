"""The reconciliation service (Reconciliation API 0.2), asked as OpenRefine asks.

The requests are those of OpenRefine's own source: `StandardReconConfig.batchRecon` (a form with `queries`, keys q0, q1,
...; `type_strict` is always "should"), `ReconciledDataExtensionJob.performQuery` (a form with `extend`),
`GuessTypesOfColumnCommand` (`limit` 3), `recon-manager.js` (the manifest by CORS, then JSONP) and `custom-suggest.js`
(`prefix`), releases 2.8 to 3.8. The shapes are checked by hand after https://reconciliation-api.github.io/specs/0.2/.
"""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus, urlencode

import pytest

from partnergraph.reconcile.api import MAX_BATCH, render
from partnergraph.reconcile.properties import entity_properties, entity_types
from partnergraph.store import Reader
from partnergraph.vocabulary.identifiers import identifier_spellings
from tests.server.conftest import Said, Server, serving
from tests.server.reading import Read

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SPACE = "https://w3id.org/partnergraph/id/"
REFINE = "http://127.0.0.1:3333"  # where OpenRefine's own pages are
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
NEWER = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8", "User-Agent": "OpenRefine/3.8.7"}
A, LABEL = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>", "<http://www.w3.org/2004/02/skos/core#prefLabel>"
ALT = "<http://www.w3.org/2004/02/skos/core#altLabel>"
ORG = "<http://www.w3.org/ns/org#Organization>"


def posted(server: Server, field: str, value: object, headers: dict[str, str] | None = None) -> Said:
    """A form with one field, encoded as Java's URLEncoder does."""
    text = value if isinstance(value, str) else json.dumps(value)
    return server.send("POST", "/reconcile", f"{field}={quote_plus(text)}".encode(), headers or FORM)


def shaped(batch: dict[str, Any]) -> dict[str, Any]:
    """A batch of results has the shape that section 4.2 describes, the best first."""
    for entry in batch.values():
        assert isinstance(entry["result"], list)
        scores = [one["score"] for one in entry["result"]]
        assert scores == sorted(scores, reverse=True)
        for one in entry["result"]:
            assert one.keys() == {"id", "name", "description", "type", "score", "match", "features"}
            assert all(isinstance(one[name], str) and one[name] for name in ("id", "name", "description"))
            assert 0 <= one["score"] <= 100
            assert isinstance(one["match"], bool)
            assert one["type"]
            assert all(each.keys() == {"id", "name"} for each in one["type"])
            assert all(isinstance(each["value"], (bool, int, float)) for each in one["features"])
            assert len({each["id"] for each in one["features"]}) == len(one["features"])
        assert sum(one["match"] for one in entry["result"]) <= 1
    return batch


def asked(server: Server, **query: Any) -> list[dict[str, Any]]:
    said = posted(server, "queries", {"q0": query})
    assert (said.status, said.headers["content-type"]) == (200, "application/json"), said.body
    return list(shaped(said.json)["q0"]["result"])


def of(reader: Reader, **query: Any) -> list[dict[str, Any]]:
    said = render(reader, {"answer": "queries", "queries": json.dumps({"q0": query})})
    return list(shaped(json.loads(said.body))["q0"]["result"])


def small(*bodies: tuple[str, str, tuple[str, ...]]) -> Reader:
    lines = []
    for name, label, others in bodies:
        iri = f"<{SPACE}org/{name}>"
        lines.append(f"{iri} {A} {ORG} .\n")
        lines += [f"{iri} {LABEL} {json.dumps(label)} .\n"]
        lines += [f"{iri} {ALT} {json.dumps(other)} .\n" for other in others]
    return Reader.nquads_lines(lines)


def test_the_manifest_says_what_the_service_can(server: Server) -> None:
    said = server.send("GET", "/reconcile", headers={"Accept": "application/json, text/javascript, */*; q=0.01"})
    at = f"http://127.0.0.1:{server.port}"
    manifest = said.json
    assert (said.status, manifest["versions"], manifest["identifierSpace"]) == (200, ["0.2"], SPACE)
    assert manifest["name"]
    assert manifest["schemaSpace"].startswith("http")
    assert manifest["defaultTypes"] == [{"id": "organisation", "name": "organisation"}]
    assert manifest["view"] == {"url": at + "/id/{{id}}"}
    assert manifest["preview"].keys() == {"url", "width", "height"}
    assert manifest["batchSize"] == MAX_BATCH
    for service in (*manifest["suggest"].values(), manifest["extend"]["propose_properties"]):
        path = service["service_path"] + ("?prefix=a" if "suggest" in service["service_path"] else "")
        assert service["service_url"] == at
        assert server.send("GET", path).status == 200
    [setting] = manifest["extend"]["property_settings"]
    assert (setting["type"], setting["name"], setting["default"]) == ("number", "limit", 0)


@pytest.mark.parametrize("headers", [FORM, NEWER], ids=["2.8", "3.8"])
def test_a_column_of_names_is_matched_as_openrefine_sends_it(server: Server, headers: dict[str, str]) -> None:
    cells = ["Keele University", "PHE", "Versus Arthritis", "Kéele  university", "Keele Univresity", "zzzzqq"]
    batch = {
        f"q{number}": {"query": cell, "type": "organisation", "type_strict": "should", "properties": []}
        for number, cell in enumerate(cells)
    }
    found = shaped(posted(server, "queries", batch, headers).json)
    assert found.keys() == batch.keys()
    best = [entry["result"][0]["id"] if entry["result"] else None for entry in found.values()]
    keele = "org/keele-university"
    assert best == [keele, "org/public-health-england", "org/arthritis-uk", keele, keele, None]
    matched = [bool(entry["result"]) and entry["result"][0]["match"] for entry in found.values()]
    assert matched == [True, True, True, True, False, False]


def test_guessing_the_type_of_a_column_gets_types(server: Server) -> None:
    batch = {
        f"q{n}": {"query": name, "limit": 3} for n, name in enumerate(["Keele University", "University of Exeter"])
    }
    found = shaped(posted(server, "queries", batch, NEWER).json)
    assert [entry["result"][0]["type"][0]["id"] for entry in found.values()] == ["university"] * 2
    assert all(len(entry["result"]) <= 3 for entry in found.values())


def test_queries_come_by_get_too_and_alike(server: Server) -> None:
    batch = json.dumps({"a": {"query": "NICE"}})
    by_get = server.send("GET", f"/reconcile?queries={quote(batch)}")
    assert by_get.json == posted(server, "queries", batch).json
    assert by_get.json["a"]["result"][0]["id"] == "org/nice"


@pytest.mark.parametrize(
    ("text", "id_"),
    [
        ("Department of Health", "org/department-of-health"),
        ("University College of North Staffordshire", "org/keele-university"),
        ("MPFT", "org/midlands-partnership-university-nhs-foundation-trust"),
        ("the wellcome trust", "org/wellcome-trust"),
        ("org/nice", "org/nice"),
        (SPACE + "org/nice", "org/nice"),
    ],
)
def test_any_exact_name_or_the_id_itself_is_a_match(server: Server, text: str, id_: str) -> None:
    best = asked(server, query=text)[0]
    assert (best["id"], best["match"], best["score"]) == (id_, True, 100)


@pytest.mark.parametrize(
    "text", ["Keele", "Keele Univ", "keele universities", "cov uni", "NHS", "university", "Health"]
)
def test_a_guess_is_never_a_match(server: Server, text: str) -> None:
    found = asked(server, query=text)
    assert found
    assert not any(one["match"] or one["score"] >= 100 for one in found)


def test_the_reason_of_a_candidate_is_told(server: Server) -> None:
    best = asked(server, query="phe")[0]
    assert best["description"].endswith("Found as PHE (acronym)")
    features = {one["id"]: one["value"] for one in best["features"]}
    assert features == {"name_similarity": 100.0, "name_exact": True, "name_of_today": False, "identifier": False}


@pytest.mark.parametrize(
    ("scheme", "value"),
    [
        ("ror", "https://ror.org/00340yn33"),
        ("ror", "00340yn33"),
        ("isni", "0000000404156205"),
        ("isni", "0000 0004 0415 6205"),
        ("wikidata", "https://www.wikidata.org/wiki/Q1737734"),
        ("grid", "GRID.9757.c".lower()),
        ("ukprn", 10007767),
        ("ukprn", 10007767.0),
        ("website", "http://www.keele.ac.uk/"),
        ("gtr", "fc59975e-26e8-4a62-abd8-a570dc6abf06"),
        ("iri", SPACE + "org/keele-university"),
    ],
)
def test_an_exact_identifier_is_a_match_whatever_the_name(server: Server, scheme: str, value: object) -> None:
    for query in ({}, {"query": "something else"}, {"query": "Public Health England"}):
        found = asked(server, **query, properties=[{"pid": scheme, "v": value}])
        assert (found[0]["id"], found[0]["match"]) == ("org/keele-university", True)
        assert sum(one["match"] for one in found) == 1


def test_an_identifier_of_another_body_forbids_the_match_by_name(server: Server) -> None:
    [named, *_] = asked(server, query="Keele University", properties=[{"pid": "hesa", "v": "9999"}])
    assert (named["id"], named["match"]) == ("org/keele-university", False)
    assert {"id": "property_hesa", "value": False} in named["features"]
    assert asked(server, query="Keele University", properties=[{"pid": "ods", "v": "XXX"}])[0]["match"]


def test_identifiers_of_two_bodies_match_neither(server: Server) -> None:
    both = [{"pid": "ror", "v": ["00340yn33", "015ah0c92"]}]
    found = asked(server, properties=both)
    assert {one["id"] for one in found} == {"org/keele-university", "org/nice"}
    assert not any(one["match"] for one in found)


@pytest.mark.parametrize(
    ("pid", "right", "wrong"),
    [
        ("place", "Newcastle-under-Lyme", "London"),
        ("type", "university", "charity"),
        ("kind", "organisation", "undertaking"),
        ("register-status", "active", "closed"),
        ("started", "1949", "1850"),
        ("partners", {"id": "org/nice", "name": "NICE"}, {"id": "org/wellcome", "name": "?"}),
    ],
)
def test_a_property_confirms_a_name_or_speaks_against_it(
    server: Server, pid: str, right: object, wrong: object
) -> None:
    def best(value: object) -> dict[str, Any]:
        return next(
            one
            for one in asked(server, query="keele university", properties=[{"pid": pid, "v": value}])
            if one["id"] == "org/keele-university"
        )

    assert (best(right)["score"], best(right)["match"]) == (100, True)
    assert (best(wrong)["score"], best(wrong)["match"]) == (80, False)


def test_types_limit_or_only_weigh_as_the_query_wants(server: Server) -> None:
    assert asked(server, query="NICE", type="university") == []
    assert asked(server, query="NICE", type=["university", "organisation"])[0]["match"]
    assert asked(server, query="NICE", type=["university", "organisation"], type_strict="all") == []
    [soft, *_] = asked(server, query="NICE", type="university", type_strict="should")
    assert (soft["id"], soft["match"], soft["score"]) == ("org/nice", False, 60)
    assert asked(server, query="Keele University", type="education", type_strict="all")[0]["match"]


def test_a_name_of_two_bodies_matches_neither_until_something_tells_them_apart() -> None:
    reader = small(("one", "School of Medicine", ("SoM",)), ("two", "School of Medicine", ("Two",)))
    found = of(reader, query="school of medicine")
    assert [(one["id"], one["score"], one["match"]) for one in found] == [
        ("org/one", 100, False),
        ("org/two", 100, False),
    ]
    assert of(reader, query="school of medicine", limit=1)[0]["match"] is False
    assert of(reader, query="SoM")[0]["match"] is True
    told = of(reader, query="school of medicine", properties=[{"pid": "other-names", "v": "Two"}])
    assert [(one["id"], one["match"]) for one in told] == [("org/two", True), ("org/one", False)]


def test_many_namesakes_are_all_counted() -> None:
    reader = small(*((f"n{number}", "Friends of the Library", ()) for number in range(150)))
    found = of(reader, query="Friends of the Library", limit=1000)
    assert len(found) == 100
    assert not any(one["match"] for one in found)


def test_a_name_that_too_many_have_is_no_match_though_a_property_tells_one_apart() -> None:
    bodies = [(f"n{number:03}", "Friends of the Library", ()) for number in range(300)]
    reader = small(*bodies, ("one", "Friends of the Library", ("Cedar",)))
    given = [{"pid": "other-names", "v": "Cedar"}]
    assert not any(one["match"] for one in of(reader, query="Friends of the Library", properties=given))


def test_accents_and_scripts_are_folded() -> None:
    reader = small(("a", "Université de Genève", ()), ("b", "東京大学", ()), ("c", "Straße für Größe", ()))
    for text, id_ in (("universite DE geneve", "org/a"), ("東京大学", "org/b"), ("strasse fur grosse", "org/c")):
        assert next((one["id"], one["match"]) for one in of(reader, query=text)) == (id_, True)


def test_every_body_is_matched_by_its_own_name_and_its_page_opens(server: Server) -> None:
    rows = server.ask(
        "SELECT ?o (MIN(?n) AS ?l) (SAMPLE(?c) AS ?t) { VALUES ?c { org:Organization pg:UnnamedGroup pg:Undertaking } "
        "?o a ?c ; skos:prefLabel ?n } GROUP BY ?o ORDER BY ?o"
    ).values
    assert len(rows) > 80
    for at in range(0, len(rows), MAX_BATCH):
        some = rows[at : at + MAX_BATCH]
        said = posted(server, "queries", {row["o"]: {"query": row["l"]} for row in some})
        for row in some:
            best = shaped(said.json)[row["o"]]["result"][0]
            assert SPACE + best["id"] == row["o"]
            assert best["match"]
    for row in rows[::12]:
        encoded = quote(row["o"].removeprefix(SPACE), safe="")
        page = server.send("GET", f"/id/{encoded}", headers={"Accept": "text/html"})
        assert page.status == 200
        assert row["l"] in Read(page.body.decode()).text


def test_suggestions_begin_as_what_is_typed(server: Server) -> None:
    def suggested(what: str, **values: str) -> list[dict[str, Any]]:
        said = server.send("GET", f"/reconcile/suggest/{what}?{urlencode(values)}")
        assert said.status == 200, said.body
        found = list(said.json["result"])
        assert all(isinstance(one["id"], str) and one["id"] and one["name"] for one in found)
        return found

    assert suggested("entity", prefix="Keele Univ")[0]["id"] == "org/keele-university"
    assert suggested("entity", prefix="org/nice")[0]["notable"][-1] == {"id": "organisation", "name": "organisation"}
    assert suggested("entity", prefix="") == []
    everything = suggested("entity", prefix="university")
    assert suggested("entity", prefix="university", cursor="3", limit="2") == everything[3:5]
    assert {one["id"] for one in suggested("type", prefix="univ")} == {"university", "education"}
    assert suggested("type", prefix="university")[0]["broader"] == [
        {"id": "education", "name": entity_types()["education"].name}
    ]
    assert suggested("property", prefix="ror")[0]["id"] == "ror"
    assert len(suggested("property", prefix="")) == 20
    assert suggested("property", prefix="status", type="organisation", lang="en")[0]["id"] == "register-status"


def test_a_column_is_extended_by_what_the_graph_says(server: Server) -> None:
    proposed = server.send("GET", "/reconcile/properties?type=organisation&limit=8").json
    assert (proposed["type"], proposed["limit"], len(proposed["properties"])) == ("organisation", 8, 8)
    everything = [one["id"] for one in server.send("GET", "/reconcile/properties").json["properties"]]
    assert set(everything) == entity_properties().keys() - {"name"}
    wanted = [{"id": id_} for id_ in everything]
    keele, nobody = "org/keele-university", "org/nobody"
    found = posted(server, "extend", {"ids": [keele, "org/nice", nobody], "properties": wanted}, NEWER).json
    assert [one["id"] for one in found["meta"]] == everything
    row = found["rows"][keele]
    assert row["ror"] == [{"str": "https://ror.org/00340yn33"}]
    assert row["place"] == [{"str": "Newcastle-under-Lyme"}]
    assert (row["register-status"], row["started"]) == ([{"str": "active"}], [{"str": "1949"}])
    assert {"str": "University of Keele"} in row["other-names"]
    assert row["funding"] == [{"id": "org/wellcome-trust", "name": "Wellcome Trust"}]
    assert {"id": "org/nice", "name": "National Institute for Health and Care Excellence"} in row["partners"]
    assert keele in [one["id"] for one in found["rows"]["org/nice"]["partners"]]
    assert all(values == [] for values in found["rows"][nobody].values())
    for cells in found["rows"].values():
        for values in cells.values():
            assert all(one.keys() in ({"str"}, {"id", "name"}) for one in values)
    typed = [one["id"] for one in found["meta"] if "type" in one]
    assert {"partners", "funding"} <= set(typed)


@pytest.mark.parametrize(("limit", "number"), [(2, 2), ("2", 2), (1, 1)])
def test_a_setting_limits_the_values(server: Server, limit: object, number: int) -> None:
    query = {"ids": ["org/keele-university"], "properties": [{"id": "partners", "settings": {"limit": limit}}]}
    [values] = posted(server, "extend", query).json["rows"]["org/keele-university"].values()
    assert len(values) == number


def test_what_is_extended_is_matched_again(server: Server) -> None:
    ids = [one["id"] for one in asked(server, query="university", limit=20)]
    rows = posted(server, "extend", {"ids": ids, "properties": [{"id": "name"}, {"id": "ror"}]}).json["rows"]
    for id_, row in rows.items():
        given = [{"pid": "ror", "v": one["str"]} for one in row["ror"]]
        best = asked(server, query=row["name"][0]["str"], properties=given)[0]
        assert (best["id"], best["match"]) == (id_, True)


def test_a_preview_is_a_small_page_that_runs_nothing(server: Server) -> None:
    said = server.send("GET", "/reconcile/preview?id=org%2Fkeele-university")
    read = Read(said.body.decode())
    assert "Keele University" in read.text
    assert "Newcastle-under-Lyme" in read.text
    assert [address for address, _ in read.links] == ["/id/org/keele-university"]
    assert "script" not in read.tags
    assert read.loaded == ["/static/preview.css"]
    assert server.send("GET", "/static/preview.css").status == 200
    assert "script-src" not in said.headers["content-security-policy"]
    assert "default-src 'none'" in said.headers["content-security-policy"]


def test_hostile_names_are_text_everywhere() -> None:
    evil = ['<script>alert(1)</script>"', "</style><img src=x onerror=alert(2)>", "{{ 7 * 7 }}", "\u202e\x07 x & y"]
    reader = small(*((f"n{number}", text, (text + " too",)) for number, text in enumerate(evil)))
    for number, text in enumerate(evil):
        page = Read(render(reader, {"answer": "preview", "id": f"org/n{number}"}).body.decode())
        assert " ".join(text.split()) in page.text
        assert not {"script", "img", "style"} & set(page.tags)
        assert not [name for name in page.attributes if name.startswith("on")]
        assert of(reader, query=text)[0]["name"] == text
        assert of(reader, query=text)[0]["match"]
        extended = render(
            reader, {"answer": "extend", "extend": json.dumps({"ids": [text], "properties": [{"id": "ror"}]})}
        )
        assert json.loads(extended.body)["rows"] == {text: {"ror": []}}


def test_pages_of_a_named_origin_may_ask_and_show_previews_and_no_others(
    keele: Path, server: Server, tmp_path: Path
) -> None:
    log = tmp_path / "audit.jsonl"
    body = f"queries={quote_plus(json.dumps({'q0': {'query': 'NICE'}}))}".encode()
    with serving(keele, "--workers", "1", "--cors", REFINE, "--audit", str(log)) as shared:
        for method, target, sent in (
            ("GET", "/reconcile", None),
            ("POST", "/reconcile", body),
            ("GET", "/reconcile/suggest/entity?prefix=a", None),
            ("GET", "/reconcile/suggest/entity", None),
            ("OPTIONS", "/reconcile", None),
        ):
            said = shared.send(method, target, sent, FORM | {"Origin": REFINE})
            assert said.headers["access-control-allow-origin"] == REFINE
            other = shared.send(method, target, sent, FORM | {"Origin": "http://evil.example"})
            assert "access-control-allow-origin" not in other.headers
            closed = server.send(method, target, sent, FORM | {"Origin": REFINE})
            assert "access-control-allow-origin" not in closed.headers
        framed = shared.send("GET", "/reconcile/preview?id=org%2Fnice").headers["content-security-policy"]
        assert framed.endswith(f"frame-ancestors 'self' {REFINE}")
        own = server.send("GET", "/reconcile/preview?id=org%2Fnice").headers["content-security-policy"]
        assert own.endswith("frame-ancestors 'self'")
    entries = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    told = [(one["path"], one["outcome"]) for one in entries if one.get("path", "").startswith("/reconcile")]
    assert ("/reconcile", "answered") in told
    assert ("/reconcile/suggest/entity", "400") in told
    assert "NICE" not in log.read_text("utf-8")


class _Page(BaseHTTPRequestHandler):
    """A page of another program on this machine."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Another page</title><iframe name=preview></iframe>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.mark.browser
def test_a_page_of_that_origin_reads_and_frames_in_a_real_browser(keele: Path, browser: Browser) -> None:
    other = HTTPServer(("127.0.0.1", 0), _Page)
    Thread(target=other.serve_forever, daemon=True).start()
    origin = f"http://127.0.0.1:{other.server_address[1]}"
    script = """async (at) => {
        const manifest = await (await fetch(at + "/reconcile")).json();
        const body = new URLSearchParams({ queries: JSON.stringify({ q0: { query: "NICE" } }) });
        const found = await (await fetch(at + "/reconcile", { method: "POST", body })).json();
        const [best] = found.q0.result;
        document.querySelector("iframe").src = manifest.preview.url.replace("{{id}}", encodeURIComponent(best.id));
        return [manifest.versions, best.id];
    }"""
    tab = browser.new_page()
    try:
        with serving(keele, "--workers", "1", "--cors", origin) as shared:
            tab.goto(origin)
            assert tab.evaluate(script, f"http://127.0.0.1:{shared.port}") == [["0.2"], "org/nice"]
            heading = tab.frame_locator("iframe").locator("h1")
            assert heading.inner_text() == "National Institute for Health and Care Excellence"
    finally:
        tab.close()
        other.shutdown()
        other.server_close()


def test_the_same_batch_gives_the_same_bytes(server: Server, keele: Path) -> None:
    batch = json.dumps({"q0": {"query": "university", "limit": 50}, "q1": {"query": "Keele"}})
    fresh = render(Reader.at(keele), {"answer": "queries", "queries": batch}).body
    assert posted(server, "queries", batch).body == fresh == posted(server, "queries", batch).body


@pytest.mark.parametrize("scheme", [one.id for one in entity_properties().values() if one.identifies])
def test_each_form_of_an_identifier_leads_back_to_it(scheme: str) -> None:
    for value in ("00340yn33", "https://ror.org/00340yn33", "Q1", " 0000 0004 0415 6205 ", "a://b/c/"):
        assert identifier_spellings(scheme, value)[0] == value.strip()
        assert len(identifier_spellings(scheme, value)) <= 20
