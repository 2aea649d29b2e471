"""The workbench in a real browser: every request goes to the server itself, and nothing is said on the console."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from urllib.parse import quote, unquote, urlencode, urlsplit

import pytest

from tests.server.conftest import Bench, until

pytestmark = pytest.mark.browser

KINDS = "SELECT ?kind (COUNT(?r) AS ?number) { ?r pg:kind/skos:prefLabel ?kind } GROUP BY ?kind ORDER BY DESC(?number)"


def test_a_query_is_written_and_run_by_the_keyboard_and_shows_names(bench: Bench) -> None:
    said = bench.run("SELECT ?member ?of {\n  ?member pg:memberOf ?of\n} ORDER BY ?member ?of")
    labelled = "SELECT ?m ?name ?of { ?m pg:memberOf ?o ; skos:prefLabel ?name . ?o skos:prefLabel ?of } ORDER BY ?m ?o"
    expected = bench.server.ask(labelled).values
    assert said.startswith(f"{len(expected)} rows in ")
    shown = bench.rows()
    assert shown == [[row["name"], row["of"]] for row in expected]
    bench.tab.check("#iris")
    until(lambda: bench.rows()[0][0] != expected[0]["name"])
    assert ["o:university-of-birmingham", "o:nihr-school-for-primary-care-research"] in bench.rows()
    assert bench.tab.locator("#view tbody a").first.get_attribute("title") == expected[0]["m"]


def test_a_text_that_is_typed_over_another_is_written_once(bench: Bench) -> None:
    bench.tab.click("#editor .cm-content")
    bench.tab.keyboard.press("Control+A")
    bench.tab.keyboard.type("ASK {} # now")
    assert bench.text == "ASK {} # now"


def test_after_a_subject_the_properties_of_its_class_come_first(bench: Bench) -> None:
    found = bench.complete("SELECT * { ?o a org:Organization ; ")
    texts = until(lambda: (t := found.all_inner_texts()) and any("org:classification" in one for one in t) and t)
    assert texts[0].split() == ["a", "is", "a"]
    first = " ".join(texts[:15])
    assert "skos:prefLabel" in first
    assert "pg:derivedBy" not in first  # common in the graph, but never of an organisation
    assert "rdfs:comment" not in first


def test_a_property_is_found_by_its_label_and_written_with_its_prefix(bench: Bench) -> None:
    found = bench.complete("SELECT * { ?a is in the same part")
    assert found.first.inner_text().split("\n")[0].startswith("pg:coMemberWith")
    bench.tab.keyboard.press("Enter")
    assert bench.text == "SELECT * { ?a pg:coMemberWith"


def test_after_a_come_classes_and_after_a_property_what_the_graph_has(bench: Bench) -> None:
    classes = bench.complete("SELECT * { ?a a ").all_inner_texts()
    assert classes[0].startswith("pg:Relationship")
    assert not any(one.startswith("pg:memberOf") for one in classes)
    values = bench.complete("SELECT * { ?r pg:kind ")
    texts = until(lambda: (t := values.all_inner_texts()) and any("code:membership" in one for one in t) and t)
    assert any(one.startswith("code:membership") and one.endswith("membership") for one in texts)
    assert any(one == "?r" for one in texts)


def test_an_organisation_is_found_by_any_name_and_written_as_its_iri(bench: Bench) -> None:
    found = bench.complete("SELECT ?by {\n  ?by pg:funds west mid")
    assert found.first.inner_text().startswith("West Midlands")
    bench.tab.keyboard.press("Enter")
    assert bench.text.endswith("?by pg:funds o:west-midlands-social-work-teaching-partnership")
    found = bench.complete("SELECT ?of { PHE")
    assert found.first.inner_text() == "Public Health England PHE"
    bench.tab.keyboard.press("Enter")
    assert bench.text == "SELECT ?of { o:public-health-england"
    bench.complete("SELECT ?of { ?of ^pg:memberOf NIHR SPCR")
    bench.tab.keyboard.press("Enter")
    assert bench.text == "SELECT ?of { ?of ^pg:memberOf o:nihr-school-for-primary-care-research"
    bench.complete("DESCRIBE o:keele-univ")
    bench.tab.keyboard.press("Enter")
    assert bench.text == "DESCRIBE o:keele-university"


def test_the_page_of_an_organisation_is_opened_from_a_result(bench: Bench) -> None:
    bench.run("SELECT ?o ?page { ?o skos:prefLabel 'Keele University'@en OPTIONAL { ?o foaf:homepage ?page } }")
    link = bench.tab.locator("#view td a", has_text="Keele University")
    assert link.get_attribute("href") == "/id/org/keele-university"
    link.click()
    bench.tab.wait_for_url("**/id/org/keele-university")
    assert bench.tab.inner_text("h1") == "Keele University"
    bench.tab.go_back()
    bench.tab.wait_for_selector("html[data-ready]")
    assert "foaf:homepage" in bench.text


def test_an_organisation_is_found_in_the_box_at_the_top(bench: Bench) -> None:
    bench.tab.fill("#search", "PHE")
    bench.tab.keyboard.press("Enter")
    bench.tab.wait_for_url("**/search?q=PHE")
    assert "Public Health England" in bench.tab.inner_text("main")


def test_what_may_stand_at_a_place_is_read_from_unfinished_text(bench: Bench) -> None:
    places = {
        "SEL": "head",
        "SELECT * { ": "subject",
        "SELECT * { ?a pg:from/": "predicate",
        "SELECT * { ?a (pg:from|^": "predicate",
        "SELECT * { ?a pg:kind* ": "object",
        "SELECT * { ?a pg:x ?b, ": "object",
        "SELECT * { ?a ?b 'x}{'@en ; ": "predicate",
        "SELECT * { ?a pg:x [ a ": "class",
        "SELECT * { ?a ?b ?c ; # } . \n pg:x ": "object",
        "SELECT * { FILTER NOT EXISTS { ?a ": "predicate",
        "SELECT * { ?a ?b ?c FILTER(": "expression",
        "SELECT * { VALUES (?a ?b) { (": "data",
        "SELECT * { GRAPH ": "graph",
        "SELECT * { GRAPH ?g { ?a ": "predicate",
        "SELECT * { ?a ?b 'x": "string",
        "SELECT * { ?a ?b ?c . # x": "comment",
        "SELECT * { ?a ?b ?c } ORDER ": "head",
    }
    read = bench.tab.evaluate(
        "async (texts) => { const context = await import('/static/cursor_context.js');"
        " return texts.map((text) => context.contextAfter(text).where); }",
        list(places),
    )
    assert dict(zip(places, read, strict=True)) == places


def test_a_question_is_found_in_words_filled_in_and_shows_its_sparql(bench: Bench) -> None:
    bench.tab.fill("#words", "who leads the social work partnership?")
    bench.tab.locator("#offers a", has_text="Who leads").click()
    form = bench.tab.locator("#question")
    assert form.locator("#p-partnership").input_value() == "West Midlands Social Work Teaching Partnership"
    form.get_by_role("button", name="Ask", exact=True).click()
    assert "rows in" in bench.outcome()
    assert any("Coventry University" in row for row in bench.rows())
    assert bench.text.startswith("# Who leads, according to whom\n# partnership: West Midlands Social Work")
    assert bench.link == {"question": "who-leads", "partnership": "West Midlands Social Work Teaching Partnership"}
    # Opened in the editor, it is a query like any other.
    bench.tab.click("#editor .cm-content")
    bench.tab.keyboard.press("Control+End")
    bench.tab.keyboard.type("LIMIT 1")
    assert bench.run().startswith("1 row in")
    assert bench.link.keys() == {"query"}


def test_the_form_of_a_question_has_a_field_for_each_type(bench: Bench) -> None:
    bench.tab.click("#catalogue a[href='#question=members-at-date']")
    assert bench.tab.get_attribute("#p-date", "type") == "date"
    assert bench.tab.get_attribute("#p-consortium", "required") == ""
    bench.tab.fill("#p-consortium", "PHE")
    offered = bench.tab.locator("#p-consortium-names option")
    until(lambda: "Public Health England" in [one.get_attribute("value") for one in offered.all()])
    bench.tab.fill("#p-consortium", "NIHR SPCR")
    bench.tab.fill("#p-date", "2012-06-30")
    bench.tab.keyboard.press("Enter")
    bench.outcome()
    shown = {row[0] for row in bench.rows()}
    query = bench.server.send("GET", "/questions/members-at-date?consortium=NIHR+SPCR&date=2012-06-30").json["sparql"]
    assert shown == {row["member"] for row in bench.server.ask(query).values}
    bench.tab.click("text=All questions")
    with_kind = [
        q
        for q in bench.server.send("GET", "/questions").json["questions"]
        if any(p["type"] == "kind" for p in q["parameters"])
    ]
    bench.tab.click(f"#catalogue a[href='#question={with_kind[0]['name']}']")
    # Kinds of relationships are asked from the server once the form stands.
    bench.tab.locator("#question select option", has_text="membership").first.wait_for(state="attached")


def test_an_error_is_shown_with_its_caret_and_underlined_until_the_text_changes(bench: Bench) -> None:
    bench.refusals = 1
    assert bench.run("SELECT ?é {\n  ?é skso:prefLabel 'x' .\n}") == "There is no answer."
    trouble = bench.tab.inner_text("#trouble")
    assert "the prefix 'skso:' is not declared. Did you mean 'skos:'?" in trouble
    assert "(line 2, column 6)" in trouble
    lines = bench.tab.inner_text("#trouble pre").split("\n")
    assert lines[-1].index("^") == lines[-2].index("skso:")
    marked = bench.tab.locator("#editor .cm-lintRange-error")
    assert marked.inner_text() == "skso:prefLabel"
    assert bench.tab.get_attribute("#trouble", "role") == "alert"
    bench.tab.keyboard.type(" ")
    until(lambda: marked.count() == 0)
    assert bench.run("ASK {}").startswith("Yes in")
    assert not bench.tab.is_visible("#trouble")


def test_an_empty_answer_says_why_and_a_slow_shape_and_a_cut_are_announced(bench: Bench) -> None:
    assert bench.run("SELECT ?o { ?o pg:membrOf ?x }").startswith("0 rows in")
    assert (
        "pg:membrOf (line 1, column 16) occurs nowhere in this graph. Did you mean pg:memberOf?"
        in bench.tab.inner_text("#notes")
    )
    assert not bench.tab.is_visible("#shown")
    bench.run("SELECT * { ?a a pg:Relationship OPTIONAL { ?a pg:role ?r } ?a pg:to ?b } LIMIT 3")
    assert "stands after an OPTIONAL, which is slow" in bench.tab.inner_text("#notes")
    assert bench.run("SELECT ?s ?p ?o { ?s ?p ?o }").startswith("10000 rows in")
    assert "Only the first 10000 rows are shown" in bench.tab.inner_text("#notes")
    assert bench.tab.inner_text(".pages").endswith("Rows 1 to 100 of 10000")


def test_the_graph_is_asked_as_it_was(bench: Bench) -> None:
    query = "SELECT ?r { ?r a pg:Relationship MINUS { ?r a pg:DerivedRelationship } }"
    now = bench.run(query)
    bench.tab.fill("#as-of", "2012-06")
    bench.tab.keyboard.press("Enter")
    then = until(lambda: (said := bench.outcome()) != now and said)
    expected = bench.server.ask(query, **{"as-of": "2012-06"}).values
    assert then.startswith(f"{len(expected)} rows in ")
    assert then.endswith("as of 2012-06.")
    assert bench.link["as-of"] == "2012-06"


def test_a_table_is_sorted_by_numbers_and_names_and_turns_its_pages(bench: Bench) -> None:
    bench.run(f"SELECT ?kind ?number {{ {{ {KINDS} }} }} ORDER BY ?kind")
    bench.tab.click("#view thead button:text-is('number')")
    numbers = [int(row[1]) for row in bench.rows()]
    assert numbers == sorted(numbers)
    bench.tab.click("#view thead button:text-is('number')")
    assert [int(row[1]) for row in bench.rows()] == sorted(numbers, reverse=True)
    assert bench.tab.get_attribute("#view th:nth-child(2)", "aria-sort") == "descending"
    bench.run("SELECT ?r ?from { ?r pg:from ?from OPTIONAL { ?r pg:start ?start } }")
    first = bench.rows()
    assert len(first) == 100
    bench.tab.click(".pages button:text-is('Next')")
    assert "Rows 101 to 200 of" in bench.tab.inner_text(".pages")
    assert bench.rows() != first
    bench.tab.click("#view thead button:text-is('from')")
    names = [row[1] for row in bench.rows()]
    assert names[0].casefold() <= names[-1].casefold()
    assert "Rows 1 to 100 of" in bench.tab.inner_text(".pages")


def test_numbers_are_bars_and_dates_are_a_line_with_the_numbers_beside_them(bench: Bench) -> None:
    bench.run(KINDS)
    bench.tab.click("#tab-chart")
    bars = bench.tab.locator("svg.chart rect.bar-of")
    bars.first.wait_for()
    expected = bench.server.ask(KINDS).values
    assert bars.count() == len(expected)
    told = bench.tab.get_attribute("svg.chart", "aria-label") or ""
    assert told.startswith("Bar chart of number by kind")
    assert f"the highest is {expected[0]['kind']} with {expected[0]['number']}" in told
    bench.tab.click(".numbers summary")
    assert bench.rows() == [[row["kind"], row["number"]] for row in expected]
    widths = [float(bar.get_attribute("width") or 0) for bar in bars.all()]
    assert widths[0] / widths[1] == pytest.approx(int(expected[0]["number"]) / int(expected[1]["number"]), rel=0.01)
    assert bench.link["view"] == "chart"
    years = "SELECT ?year (COUNT(?r) AS ?begun) { ?r pg:start ?d BIND(SUBSTR(STR(?d), 1, 4) AS ?year) } GROUP BY ?year"
    bench.run(years)
    bench.tab.locator("svg.chart polyline").wait_for()
    assert bench.tab.locator("svg.chart circle").count() == len(bench.server.ask(years).values)
    bench.tab.select_option("#chart-values", "number of rows")
    until(lambda: "number of rows by year" in (bench.tab.get_attribute("svg.chart", "aria-label") or ""))


def test_an_answer_is_drawn_as_a_map_and_one_without_links_says_what_it_needs(bench: Bench) -> None:
    bench.run("SELECT ?from ?to { ?from pg:memberOf ?to }")
    bench.tab.click("#tab-map")
    frame = bench.tab.frame_locator("iframe.map")
    frame.locator("h1", has_text="An answer from: Keele").wait_for()
    assert frame.locator("#claims tbody tr").count() > 40
    frame.locator("#map canvas").first.wait_for()
    bench.run("CONSTRUCT { ?a pg:funds ?b } WHERE { ?a pg:funds ?b }")
    until(lambda: "funds" in (frame.locator(".query pre").text_content() or ""))
    bench.refusals = 1
    bench.run("SELECT ?o { ?o a org:Organization }")
    until(lambda: "from" in bench.tab.inner_text("#view") and "to" in bench.tab.inner_text("#view"))
    assert bench.tab.locator("iframe").count() == 0


@pytest.mark.parametrize(("title", "media"), [("CSV", "text/csv"), ("JSON", "application/sparql-results+json")])
def test_a_download_is_the_bytes_that_the_endpoint_sends(bench: Bench, title: str, media: str) -> None:
    query = "SELECT ?o ?name { ?o a org:Organization ; skos:prefLabel ?name } ORDER BY ?name"
    bench.run(query)
    with bench.tab.expect_download() as waiting:
        bench.tab.locator("#downloads").get_by_role("button", name=title, exact=True).click()
    content = waiting.value.path().read_bytes()
    assert content == bench.server.ask(query, media).body
    assert waiting.value.suggested_filename == f"answer.{title.lower()}"
    if title == "CSV":
        rows = list(csv.reader(io.StringIO(content.decode())))
        assert rows[0] == ["o", "name"]
        assert len(rows) > 70


def test_a_workbook_is_downloaded_under_the_name_of_its_question(bench: Bench) -> None:
    from openpyxl import load_workbook

    bench.open("#question=who-leads")
    bench.tab.locator("#question").get_by_role("button", name="Ask", exact=True).click()
    bench.outcome()
    with bench.tab.expect_download() as waiting:
        bench.tab.locator("#downloads").get_by_role("button", name="Excel", exact=True).click()
    assert waiting.value.suggested_filename == "who-leads.xlsx"
    sheet = list(load_workbook(io.BytesIO(waiting.value.path().read_bytes())).active.values)
    assert sheet[0] == (
        *("leader", "role", "dispute", "partnership", "according_to", "contradicted_by"),
        *("since", "until", "status", "last_confirmed"),
    )


def test_what_was_asked_is_kept_in_this_browser_up_to_a_number_and_can_be_cleared(bench: Bench) -> None:
    entries = bench.tab.locator("#past-list a")
    # An answer is told before it is shown, and kept when it is.
    for number, query in enumerate(("ASK { ?first a ?x }", "SELECT ?second { ?second a ?x } LIMIT 2"), 1):
        bench.run(query)
        until(lambda wanted=number: entries.count() == wanted)
    bench.open()
    bench.tab.click("#past summary")
    assert "?second" in entries.first.inner_text()
    entries.last.click()
    until(lambda: "?first" in bench.text)
    assert "has not run" in bench.tab.inner_text("#came")
    fill = "[...Array(80)].map((_, at) => ({ hash: `#query=${at}`, title: `${at}` }))"
    bench.tab.evaluate(f"localStorage.setItem('partnergraph.history', JSON.stringify({fill}))")
    bench.run("ASK {}")
    until(lambda: entries.count() == 50)
    bench.tab.click("#past-clear")
    assert entries.count() == 0
    assert bench.tab.evaluate("localStorage.getItem('partnergraph.history')") is None


def test_a_link_fills_the_page_in_and_runs_nothing(fresh: Callable[..., Bench]) -> None:
    query = "SELECT ?kind {\n  ?r pg:kind ?kind # +& %é\n} LIMIT 2"
    link = "#" + urlencode({"query": query, "as-of": "2014", "view": "table"}, quote_via=quote)
    bench = fresh().open(link)
    assert bench.text == query
    assert bench.tab.input_value("#as-of") == "2014"
    assert "has not run" in bench.tab.inner_text("#came")
    assert "POST /sparql" not in bench.asked
    bench.tab.click("#run")
    assert bench.outcome().startswith("2 rows in")
    bench.open("#question=members-at-date&consortium=NIHR+SPCR&date=2012-06-30")
    assert bench.tab.input_value("#p-consortium") == "NIHR SPCR"
    assert bench.tab.input_value("#p-date") == "2012-06-30"
    assert bench.asked.count("POST /sparql") == 1


def test_the_link_that_is_copied_opens_the_same(fresh: Callable[..., Bench]) -> None:
    bench = fresh(permissions=["clipboard-read", "clipboard-write"]).open()
    query = "SELECT ?b (2 AS ?n) { ?b a pg:UnnamedGroup }"
    bench.run(query)
    bench.tab.click("#tab-chart")
    bench.tab.locator("svg.chart").wait_for()
    bench.tab.click("#link")
    until(lambda: "copied" in bench.tab.inner_text("#done"))
    link = bench.tab.evaluate("navigator.clipboard.readText()")
    other = fresh().open("#" + urlsplit(link).fragment)
    assert other.text == query
    other.run()
    other.tab.locator("svg.chart").wait_for()
    bench.tab.click("#copy")
    until(lambda: "prefixes" in bench.tab.inner_text("#done"))
    whole = bench.tab.evaluate("navigator.clipboard.readText()")
    assert whole == f"PREFIX pg: <https://w3id.org/partnergraph/ns#>\n{query}"
    assert unquote(link).startswith(f"http://127.0.0.1:{bench.server.port}/ask#query=")


def test_a_query_that_runs_is_stopped(bench: Bench) -> None:
    bench.write("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
    bench.tab.keyboard.press("Control+Enter")
    bench.tab.click("#stop")
    assert bench.outcome() == "Stopped."
    assert bench.run("ASK {}").startswith("Yes in")


def test_truths_and_graphs_are_shown_as_such(bench: Bench) -> None:
    assert bench.run("ASK { ?o a org:Organization }").startswith("Yes in")
    assert bench.tab.inner_text("#view") == "Yes"
    bench.run("ASK { o:keele-university a pg:Evidence }")
    assert bench.tab.inner_text("#view") == "No"
    assert bench.run("CONSTRUCT { ?a pg:funds ?b } WHERE { ?a pg:funds ?b }").startswith("A graph in")
    turtle = bench.tab.inner_text("#view pre")
    assert "funds" in turtle
    assert bench.tab.locator("#downloads button").all_inner_texts() == ["Turtle", "N-Triples", "JSON-LD", "RDF/XML"]


def test_hostile_text_is_only_text(fresh: Callable[..., Bench]) -> None:
    image = "<img src=x onerror=alert(1)><svg onload=alert(2)>"
    query = (
        f'SELECT ("{image}" AS ?x) (IRI("javascript:alert(3)") AS ?y) (STRLANG("{image}", "en") AS ?z) (5 AS ?n) {{}}'
    )
    bench = fresh().open()
    assert bench.run(query).startswith("1 row in")
    assert bench.rows() == [[image, "javascript:alert(3)", image, "5"]]
    assert bench.tab.locator("#view td a").count() == 0
    bench.tab.click("#tab-chart")
    bench.tab.locator("svg.chart rect").wait_for()
    assert image[:20] in bench.tab.locator("svg.chart").inner_html().replace("&lt;", "<").replace("&gt;", ">")
    bench.tab.click("#past summary")
    assert image[:20] in bench.tab.inner_text("#past-list")
    bench.refusals = 1
    bench.run(f"SELECT '{image}")
    bench.open("#" + urlencode({"query": image, "as-of": image, "view": image}))
    bench.open("#" + urlencode({"question": image, image: image}))
    assert image in bench.tab.inner_text("#trouble")
    bench.tab.evaluate(
        'localStorage.setItem(\'partnergraph.history\', \'[{"hash":"javascript:alert(4)","title":"x"}, 7, null]\')'
    )
    bench.open()
    bench.tab.click("#past summary")
    bench.tab.locator("#past-list a").click()
    assert bench.tab.locator("main img, main svg[onload], script:not([src])").count() == 0
    assert json.loads(bench.tab.evaluate("localStorage.getItem('partnergraph.history')"))[0]["title"] == "x"
