"""Every named question, with its expected rows: of the document alone, and of the whole graph."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from partnergraph.errors import UsageError
from partnergraph.execution.execute import execute
from partnergraph.questions.named_questions import (
    Question,
    all_questions,
    bind_parameters,
    get_question,
    with_second_graphs,
)
from partnergraph.sparql.guard import examine_query
from partnergraph.sparql.syntax_errors import empty_reader
from partnergraph.sparql.tokenizer import tokenize
from partnergraph.store import Reader
from tests.questions.needed import NEEDED

TEACHING = "West Midlands Social Work Teaching Partnership"
CLAHRC = "NIHR Collaboration for Leadership in Applied Health Research and Care West Midlands"
SPCR = "NIHR School for Primary Care Research"
CONSORTIUM = "Primary Care Research Consortium"
PCVA = "Primary Care Versus Arthritis"
SCHOOL = "School of Primary, Community and Social Care"
CARES = "creation of a consistent approach to professional education in social work, "
CARES += "grounded in a commitment to inter-agency training and collaboration"
Rows = list[tuple[str | None, ...]]


def ask(reader: Reader, name: str, columns: int | None = None, **values: str) -> Rows:
    """The rows of a named question, only its first columns where a test needs no more; each once, in order."""
    question = get_question(name)
    rows = with_second_graphs(question, values, reader).rows(bind_parameters(question, values, reader))
    return list(dict.fromkeys(tuple(row.values())[:columns] for row in rows))


FROM_THE_DOCUMENT: list[tuple[str, dict[str, str], set[tuple[str | None, ...]]]] = [
    (
        "partners",
        {},
        {
            ("NHS partners of the School", "close relationship"),
            ("patients", "close relationship"),
            ("other members of the NIHR School for Primary Care Research", "collaboration"),
            (CLAHRC, "membership"),
            (SPCR, "membership"),
            (CONSORTIUM, "membership"),
            (TEACHING, "membership"),
            ("stakeholders", "support"),
            ("Chartered Society of Physiotherapy", "working alongside"),
            ("National Institute for Health and Care Excellence", "working alongside"),
            ("Public Health England", "working alongside"),
            ("Royal College of General Practitioners", "working alongside"),
            ("Wellcome Trust", "working alongside"),
            ("West Midlands Academic Health Science Network", "working alongside"),
            ("our NHS consortium partners", "working alongside"),
        },
    ),
    ("memberships", {}, {(CLAHRC,), (SPCR,), (CONSORTIUM,), (TEACHING,)}),
    ("won-competitively", {}, {(PCVA, "2008"), (f"membership: {SPCR}", "2009")}),
    (
        "who-pays",
        {"recipient": TEACHING},
        {
            ("Department for Education", "Coventry University"),
            ("Department of Health and Social Care", "Coventry University"),
        },
    ),
    ("who-leads", {"partnership": TEACHING}, {("Coventry University", "lead authority", "not disputed")}),
    ("member-counts", {"partnership": TEACHING}, {("local authority", "14", "0"), ("university", "8", "0")}),
    (
        "where-stated",
        {"consortium": "NIHR CLAHRC West Midlands"},
        {
            (
                "S28",
                "membership of the Collaboration for Applied Health Research and Care (CLAHRC) West Midlands",
                "1282",
                "1373",
            )
        },
    ),
    (
        "research-impact",
        {},
        {
            (
                "REF rated 90% of “our” research impact as world-leading",
                "90",
                "REF (Research Excellence Framework), exercise not identified",
            )
        },
    ),
    (
        "relationships-by-kind",
        {},
        {
            ("membership", "10"),
            ("working alongside", "7"),
            ("part of", "3"),
            ("close relationship", "2"),
            ("funding", "2"),
            ("leadership", "2"),
            ("support", "2"),
            ("collaboration", "1"),
            ("delivery", "1"),
        },
    ),
    ("without-evidence", {}, set()),
    (
        "readings",
        {},
        {
            ("leadership", PCVA, "extensive programme of primary care research", "S22"),
            ("delivery", SCHOOL, "extensive programme of primary care research", "S23"),
            ("part of", "Impact Accelerator Unit", SCHOOL, "S31"),
            ("membership", "children’s and adults services", TEACHING, "S44"),
            (
                "support",
                "innovative joint clinical academic posts",
                "programme training clinicians in research methods and evidence-based practice",
                "S17",
            ),
        },
    ),
    ("renewals", {}, {("2008", "2013", "5"), ("2009", "2014", "5")}),
    (
        "derived-links",
        {},
        {("co-membership", "6", "12"), ("funding-via", "4", "4"), ("member-through-unit", "4", "8")},
    ),
    (
        "coverage",
        {},
        {
            ("1", "4", "1"),
            ("2", "4", "0"),
            ("3", "4", "0"),
            ("4", "6", "0"),
            ("5", "5", "0"),
            ("6", "6", "0"),
            ("7", "11", "0"),
            ("8", "6", "0"),
            ("9", "5", "0"),
            ("10", "5", "0"),
        },
    ),
]


@pytest.mark.parametrize(("name", "values", "expected"), FROM_THE_DOCUMENT, ids=[case[0] for case in FROM_THE_DOCUMENT])
def test_the_document_alone_answers(
    seed: Reader, name: str, values: dict[str, str], expected: set[tuple[str | None, ...]]
) -> None:
    width = len(next(iter(expected), ()))
    rows = ask(seed, name, width or None, **values)
    assert set(rows) == expected
    assert len(rows) == len(expected)


def test_the_purposes_of_the_teaching_partnership(seed: Reader) -> None:
    found = {row[0] for row in ask(seed, "purposes", partnership=TEACHING)}
    assert found >= {CARES, "shared strategic planning", "a commitment to improvement with university platforms"}
    # The document also says that there are further objectives, without naming them: the list is open, and says so.
    assert found - {CARES, "shared strategic planning", "a commitment to improvement with university platforms"} == {
        "strategic objectives (open list)"
    }


def test_both_sides_say_who_leads_the_teaching_partnership(whole: Reader) -> None:
    rows = ask(whole, "who-leads", partnership=TEACHING)
    sides = {(row[0], row[2], row[5]) for row in rows}
    assert sides == {
        ("Coventry University", "disputed", "Coventry City Council"),
        ("Coventry City Council", "not disputed", "Coventry University"),
    }
    publishers = {row[0]: row[4] or "" for row in rows}
    assert publishers["Coventry University"].startswith("Our partners")
    assert any(
        (row[4] or "").startswith("Cabinet, 28 August 2018") for row in rows if row[0] == "Coventry City Council"
    )


def test_each_source_counts_its_own_members(whole: Reader) -> None:
    rows = ask(whole, "member-counts", partnership=TEACHING)
    counts = {((row[4] or "")[:7], row[0]): row[1] for row in rows}
    assert counts == {
        ("Our par", "local authority"): "14",
        ("Our par", "university"): "8",
        ("Cabinet", "local authority"): "15",
        ("Cabinet", "university"): "9",
        ("Cabinet", "provider of health care"): "2",
    }


def test_what_became_of_the_bodies(whole: Reader) -> None:
    rows = {row[:4] for row in ask(whole, "successions")}
    assert {
        ("Public Health England", "change", "UK Health Security Agency", "2021-10-01"),
        ("Public Health England", "change", "Office for Health Improvement and Disparities", "2021-10-01"),
        ("Arthritis Research UK", "change", "Arthritis UK", "2018-09-19"),
        ("Department of Health", "renamed", "Department of Health and Social Care", "2018-01"),
    } <= rows
    [phe] = {row[0] for row in ask(whole, "successions", organisation="PHE")}
    assert phe == "Public Health England"


def test_a_body_that_goes_on_after_a_change_is_no_successor_of_itself(whole: Reader) -> None:
    trust, successor = "Mid Staffordshire NHS Foundation Trust", "University Hospitals of North Midlands NHS Trust"
    assert {row[2] for row in ask(whole, "successions", organisation=trust)} == {successor, None}
    assert (trust, successor) in {row[2:4] for row in ask(whole, "events-of-year", year="2014")}
    for name, columns, parameters in (
        ("successions", (0, 2), {}),
        ("changed-partners", (0, 2), {"organisation": "Keele University"}),
        ("events-of-year", (2, 3), {"year": "2014"}),
        ("history", (2, 3), {"organisation": trust}),
    ):
        rows = ask(whole, name, **parameters)
        assert rows
        assert not [row for row in rows if row[columns[0]] == row[columns[1]] is not None], name


def test_a_body_with_one_name_has_that_name(whole: Reader) -> None:
    assert {row[:2] for row in ask(whole, "names", organisation="Age UK")} == {("Age UK", "preferred name")}
    keele = {row[:2] for row in ask(whole, "names", organisation="Keele University")}
    assert {
        ("Keele University", "preferred name"),
        ("University College of North Staffordshire", "former name"),
    } <= keele


@pytest.mark.parametrize(
    ("day", "stated", "inferred", "not_members"),
    [
        (
            "2012-06-30",
            {"University of Oxford", "Keele University", "University of Birmingham"},
            set(),
            {"University of Exeter"},
        ),
        ("2016-06-30", {"Newcastle University", "University of Cambridge"}, set(), {"University of Birmingham"}),
        ("2022-06-30", {"University of Exeter", "Queen Mary University of London"}, set(), {"University of Cambridge"}),
        ("2008-01-01", set(), {"University of Oxford"}, {"Keele University"}),
    ],
)
def test_members_of_the_school_on_a_day(
    whole: Reader, day: str, stated: set[str], inferred: set[str], not_members: set[str]
) -> None:
    rows = ask(whole, "members-at-date", consortium="NIHR SPCR", date=day)
    told = {(row[0], row[2]): row[1] for row in rows}
    assert all(told[name, "stated"] == "yes" for name in stated)
    assert all(told[name, "inferred"] == "yes" for name in inferred)
    assert not {name for name, _ in told} & not_members
    assert told["other members of the NIHR School for Primary Care Research", "stated"] == "unknown"


def test_what_rests_on_one_source_only_and_what_on_inference(whole: Reader) -> None:
    ours = ask(whole, "thin-evidence")
    assert ("one source only", "membership", SCHOOL, CONSORTIUM) in {row[:4] for row in ours}
    theirs = {row[:4] for row in ask(whole, "thin-evidence", organisation=PCVA)}
    assert not any(row[0] == "inference only" for row in theirs), "who pays for it is said by a source"
    keele = {row[:4] for row in ask(whole, "thin-evidence", organisation="University of Staffordshire")}
    assert ("inference only", "membership", "University of Staffordshire", TEACHING) in keele


def test_who_funds_whom_with_evidence(whole: Reader) -> None:
    rows = ask(whole, "funding", recipient=TEACHING)
    assert {(row[0], row[2], row[4]) for row in rows} == {
        ("Department for Education", "Coventry University", None),
        ("Department for Education", "Coventry City Council", "2024-03-31"),
        ("Department of Health and Social Care", "Coventry University", None),
        ("Department of Health and Social Care", None, None),  # the partnership's website names no third party
    }
    assert all(row[8] and row[9] for row in rows)


@pytest.mark.parametrize("name", ["brokers", "only-through"])
def test_a_question_that_has_become_a_command_says_which(name: str) -> None:
    with pytest.raises(UsageError, match=rf"'{name}' is no longer a question, but a command: partnergraph brokers"):
        get_question(name)


def test_what_changed_between_two_releases(seed: Reader, whole: Reader, tmp_path: Path) -> None:
    before = tmp_path / "before.trig"
    before.write_bytes(seed.dump("trig"))
    rows = ask(whole, "changes", before=str(before))
    new = "https://w3id.org/partnergraph/id/rel/leadership--coventry-city-council--west-midlands-social-work-teaching-partnership"
    disputed = "https://w3id.org/partnergraph/id/rel/leadership--coventry-university--west-midlands-social-work-teaching-partnership"
    assert {row[0] for row in rows if row[1] == new} == {"new"}
    assert ("added", "standing", "https://w3id.org/partnergraph/code/disputed") in {
        (row[0], row[2], row[3]) for row in rows if row[1] == disputed
    }
    back = tmp_path / "whole.trig"
    back.write_bytes(whole.dump("trig"))
    assert {row[0] for row in ask(seed, "changes", before=str(back)) if row[1] == new} == {"gone"}
    assert ask(whole, "changes", before=str(back)) == []


@pytest.mark.parametrize("question", all_questions(), ids=lambda question: question.name)
def test_every_question_has_its_columns_and_passes_the_guard(whole: Reader, question: Question) -> None:
    assert question.audience in ("manager", "analyst")
    assert question.question.endswith("?")
    assert question.title
    assert question.also
    needed = {parameter.name for parameter in question.parameters if parameter.default is None}
    body = [line for line in question.text.splitlines() if not line.startswith("#")]
    assert len(body) <= 16
    if question.name == "changes":
        return  # its answer is tested above, with a second graph
    values = NEEDED.get(question.name, {})
    assert needed <= set(values)
    text = bind_parameters(question, values, whole)
    assert examine_query(text).form == "SELECT"
    rows = whole.rows(text)
    assert tuple(head_of(text)) == question.columns
    assert all(tuple(row) == question.columns for row in rows)
    assert len({tuple(row.values()) for row in rows}) == len(rows)


def head_of(sparql: str) -> list[str]:
    """The columns of a SELECT, also of one without rows."""
    output = io.BytesIO()
    execute(empty_reader(), sparql, "csv", output)
    return output.getvalue().decode().splitlines()[0].split(",")


@pytest.mark.parametrize("question", all_questions(), ids=lambda question: question.name)
def test_no_pattern_stands_behind_an_optional_one(question: Question) -> None:
    """The engine's planner goes wrong there, by factors of hundreds."""
    assert behind_optional(question.text) == []


def behind_optional(sparql: str) -> list[str]:
    """The terms of a group that stand behind an OPTIONAL of the same group, FILTER and BIND aside."""
    found, depth = [], 0
    optional: list[bool] = [False]
    inside: list[str] = []
    last = ""
    for token in tokenize(sparql):
        if token.opens:
            inside.append(last if token.opens == "group" else token.opens)
            optional.append(False)
            depth += 1
        elif token.operator in ("}", ")", "]"):
            if inside.pop() == "OPTIONAL":
                optional[-2] = True
            optional.pop()
        elif optional[-1] and token.inside == "group" and (token.operand or token.word == "A"):
            found.append(token.text)
        last = token.word or token.text
    assert depth > 0
    return found


def test_a_pattern_behind_an_optional_one_is_seen() -> None:
    bad = "SELECT ?a { ?a pg:to ?b OPTIONAL { ?a pg:start ?c } ?b skos:prefLabel ?d }"
    assert behind_optional(bad) == ["?b", "skos:prefLabel", "?d"]
    assert behind_optional("SELECT ?a { ?a pg:to ?b OPTIONAL { ?a pg:start ?c } FILTER(?c = 1) BIND(?b AS ?d) }") == []


def test_a_wrong_parameter_is_named_with_the_nearest_one(whole: Reader) -> None:
    with pytest.raises(UsageError, match="Did you mean 'consortium'"):
        bind_parameters(get_question("members-at-date"), {"consorcium": SPCR}, whole)
    with pytest.raises(UsageError, match="not a day"):
        bind_parameters(get_question("members-at-date"), {"consortium": SPCR, "date": "yesterday"}, whole)
    with pytest.raises(UsageError, match="needs --param"):
        bind_parameters(get_question("members-at-date"), {"consortium": SPCR}, whole)
    with pytest.raises(UsageError, match="Did you mean 'partners'"):
        get_question("partnrs")


def test_a_value_is_bound_as_a_term_and_cannot_break_out(whole: Reader) -> None:
    hostile = '") } DROP ALL #'
    with pytest.raises(UsageError, match="Nothing here is called"):
        bind_parameters(get_question("partners"), {"organisation": hostile}, whole)
