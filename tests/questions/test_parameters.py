"""Parameters of named questions are bound as terms: whatever they hold, the query keeps its shape."""

from __future__ import annotations

import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from partnergraph.errors import PartnerGraphError, UsageError
from partnergraph.execution.execute import execute
from partnergraph.questions.named_questions import (
    Parameter,
    Question,
    all_questions,
    bind_parameters,
    get_question,
    is_question_name,
)
from partnergraph.results.tsv import parse_tsv, term_text
from partnergraph.sparql.syntax_errors import empty_reader
from partnergraph.sparql.tokenizer import tokenize
from partnergraph.store import Reader
from tests.questions.needed import NEEDED

SCHOOL = "School of Primary, Community and Social Care"
QUESTION = Question(
    name="echo",
    title="Echo",
    audience="analyst",
    question="What was said?",
    columns=("said",),
    parameters=(Parameter("text", "text", None, "what to say"), Parameter("other", "text", "fixed", "more")),
    text="# title: Echo\nSELECT ?said { BIND(?_text AS ?said) FILTER(?_other = 'fixed') }",
)
HOSTILE = [
    '" } DROP ALL #',
    "\\",
    '\\"',
    "\n",
    '"""',
    "'''",
    "} UNION { ?s ?p ?o",
    "\\u0022 SERVICE <x> {}",
    "?s",
    "UNDEF",
    "\x7f",
]


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")))
@example('" } DROP ALL #')
@example('\\" SERVICE <http://127.0.0.1/> { ?s ?p ?o } #')
@example("line\r\nfeed\ttab\x08\x0c")
@example("\\u0041\\n")
def test_any_text_is_bound_as_that_text_and_never_changes_the_query(text: str) -> None:
    bound = bind_parameters(QUESTION, {"text": text}, empty_reader())
    plain = bind_parameters(QUESTION, {"text": "x"}, empty_reader())
    assert [(t.kind, t.text) for t in tokenize(bound) if t.kind != "string"] == [
        (t.kind, t.text) for t in tokenize(plain) if t.kind != "string"
    ]
    output = io.BytesIO()
    execute(empty_reader(), bound, "tsv", output)
    [[cell]] = parse_tsv(output.getvalue())[1]
    assert term_text(cell) == text


# A value goes the same way for every parameter of its type, so one question stands for all that take the same.
TAKES = {tuple((p.type, p.default) for p in question.parameters): question for question in all_questions()}


def test_every_type_of_parameter_stands_for_others() -> None:
    types = {type_ for takes in TAKES for type_, _ in takes}
    assert types == {"organisation", "date", "kind", "type", "family", "text", "number", "graph"}


@pytest.mark.parametrize("question", [q for takes, q in TAKES.items() if takes], ids=lambda q: q.name)
@pytest.mark.parametrize("value", HOSTILE)
def test_no_parameter_of_a_real_question_lets_text_through(whole: Reader, question: Question, value: str) -> None:
    for parameter in question.parameters:
        values = NEEDED.get(question.name, {}) | {parameter.name: value}
        if parameter.type == "graph":
            continue  # its value is a path; it never reaches the query
        if parameter.type == "text":
            bound, plain = (
                bind_parameters(question, values, whole),
                bind_parameters(question, values | {parameter.name: "x"}, whole),
            )
            told = [(token.kind, token.text) for token in tokenize(bound) if token.kind != "string"]
            assert told == [(token.kind, token.text) for token in tokenize(plain) if token.kind != "string"]
            assert whole.rows(bound) == []  # nothing is called so
            continue
        with pytest.raises(UsageError):
            bind_parameters(question, values, whole)


@pytest.mark.parametrize(
    "name", ['Keele "The" University', "O'Neill & Söhne", "a\\b", "x } y", "tab\tname", "?q", "<b>"]
)
def test_a_body_with_an_awkward_name_can_be_asked_for(name: str) -> None:
    pg, a = "https://w3id.org/partnergraph/", "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    escaped = name.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    about = f"<{pg}id/org/awkward>"
    reader = Reader.nquads_lines(
        [
            f"{about} {a} <http://www.w3.org/ns/org#Organization> .\n",
            f'{about} <http://www.w3.org/2004/02/skos/core#prefLabel> "{escaped}"@en .\n',
            f"<{pg}id/rel/x> <{pg}ns#kind> <{pg}code/membership> .\n",
            f"<{pg}id/rel/x> <{pg}ns#from> {about} .\n",
            f"<{pg}id/rel/x> <{pg}ns#to> {about} .\n",
        ]
    )
    bound = bind_parameters(get_question("memberships"), {"organisation": name}, reader)
    assert f"<{pg}id/org/awkward>" in bound
    execute(reader, bound, "csv", io.BytesIO())


def test_the_right_kinds_of_value_are_bound(whole: Reader) -> None:
    bound = bind_parameters(get_question("members-at-date"), {"consortium": "SPCR", "date": "2012-06-30"}, whole)
    assert "VALUES (?_consortium ?_date) { (<https://w3id.org/partnergraph/id/org/" in bound
    assert '"2012-06-30"^^xsd:date' in bound
    assert "UNDEF" in bind_parameters(get_question("who-leads"), {}, whole)
    assert "UNDEF" in bind_parameters(get_question("who-leads"), {"partnership": "any"}, whole)
    focus = bind_parameters(get_question("partners"), {}, whole)
    assert focus == bind_parameters(get_question("partners"), {"organisation": SCHOOL}, whole)


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("who-leads", {"partner": "x"}, "has no parameter 'partner'. Did you mean 'partnership'"),
        ("graphs", {"x": "y"}, "'graphs' has no parameter 'x'. It takes: none."),
        ("members-at-date", {"date": "2012-01-01"}, "needs --param consortium=...: the partnership"),
        (
            "members-at-date",
            {"consortium": "SPCR", "date": "2012"},
            "date: '2012' is not a day. Write it as 2018-08-28.",
        ),
        ("members-at-date", {"consortium": "SPCR", "date": "2012-02-30"}, "is not a day"),
        ("who-leads", {"partnership": "Coventry"}, "Did you mean: Coventry University; Coventry City Council"),
    ],
)
def test_a_wrong_parameter_is_an_error_that_says_what_is_right(
    whole: Reader, name: str, values: dict[str, str], message: str
) -> None:
    with pytest.raises(UsageError) as raised:
        bind_parameters(get_question(name), values, whole)
    assert message in str(raised.value)
    assert raised.value.exit_code == 2
    assert isinstance(raised.value, PartnerGraphError)


def test_a_kind_is_one_of_the_list(whole: Reader) -> None:
    question = Question("k", "K", "analyst", "?", ("x",), (Parameter("kind", "kind", None, "a kind"),), "SELECT ?x { }")
    assert "<https://w3id.org/partnergraph/code/funding>" in bind_parameters(question, {"kind": "funding"}, whole)
    with pytest.raises(UsageError, match=r"'fundin' is not a kind of relationship\. Did you mean 'funding'"):
        bind_parameters(question, {"kind": "fundin"}, whole)


def test_a_type_is_one_of_the_list(whole: Reader) -> None:
    question = get_question("bodies-of-type")
    assert "<https://w3id.org/partnergraph/code/charity>" in bind_parameters(question, {"type": "charity"}, whole)
    with pytest.raises(
        UsageError, match=r"'charty' is not a type of organisation\. Did you mean 'charity'.*--list org-type"
    ):
        bind_parameters(question, {"type": "charty"}, whole)


@pytest.mark.parametrize("value", ["2018", "-3", "0.5"])
def test_a_number_is_bound_as_a_number(whole: Reader, value: str) -> None:
    assert f"VALUES (?_year) {{ ({value}) }}" in bind_parameters(get_question("events-of-year"), {"year": value}, whole)


@pytest.mark.parametrize("value", ["", "two", "1e3", "٢٠١٨", "2018 )", "1.", "+1", "NaN", "2018\n"])
def test_what_is_no_number_is_refused(whole: Reader, value: str) -> None:
    with pytest.raises(UsageError, match=r"(?s)year: .* is not a number\. Write it as 2014 or 0\.5\."):
        bind_parameters(get_question("events-of-year"), {"year": value}, whole)


def test_a_graph_that_does_not_say_whose_it_is_asks_for_the_body() -> None:
    with pytest.raises(UsageError, match=r"does not say whose it is .* --param organisation=\.\.\."):
        bind_parameters(get_question("partners"), {}, empty_reader())


def test_the_focus_is_found_whatever_the_base_of_the_graph() -> None:
    a, about = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>", "<https://w3id.org/partnergraph/ns#about>"
    reader = Reader.nquads_lines(
        [
            f"<urn:x/graph/> {a} <http://www.w3.org/ns/dcat#Catalog> <urn:x/graph/catalogue> .\n",
            f"<urn:x/graph/> {about} <urn:x/id/org/alpha> <urn:x/graph/catalogue> .\n",
        ]
    )
    bound = bind_parameters(get_question("partners"), {}, reader, today="2026-11-30")
    assert 'VALUES (?_organisation ?_date) { (<urn:x/id/org/alpha> "2026-11-30"^^xsd:date) }' in bound


def test_a_subquery_that_stands_first_gets_the_values() -> None:
    question = Question(
        "q",
        "Q",
        "analyst",
        "?",
        ("x",),
        (Parameter("p", "text", None, "p"),),
        "# {\nSELECT ?x { { SELECT ?x {?x ?y ?_p} } }",
    )
    assert question.bound({"p": '"v"'}).endswith('{ { SELECT ?x { VALUES (?_p) { ("v") }?x ?y ?_p} } }')
    with pytest.raises(ValueError, match="q has no pattern"):
        Question("q", "Q", "analyst", "?", (), (Parameter("p", "text", None, "p"),), "SELECT").bound({})


@pytest.mark.parametrize("text", ["who-leads", "x", "nope.rq", "PHE"])
def test_a_word_is_a_name(text: str) -> None:
    assert is_question_name(text)


@pytest.mark.parametrize("text", ["ASK {}", "ASK{}", "DESCRIBE<urn:a>", "DESCRIBE o:a", "SELECT *\nWHERE {}", "", " "])
def test_everything_else_is_sparql(text: str) -> None:
    assert not is_question_name(text)
