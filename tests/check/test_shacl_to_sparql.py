"""The compiler of shapes refuses what it does not know, and says what a violation is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from partnergraph.check.shacl_to_sparql import Shapes
from partnergraph.check.shapes import validate
from partnergraph.errors import Finding, StoreError
from partnergraph.store import Reader

PREFIXES = """
    @prefix ex: <https://example.org/> . @prefix sh: <http://www.w3.org/ns/shacl#> .
    @prefix shp: <https://w3id.org/partnergraph/shapes#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
    @prefix pg: <https://w3id.org/partnergraph/ns#> . @prefix code: <https://w3id.org/partnergraph/code/> .
"""
TARGET = "ex:S a sh:NodeShape ; sh:targetClass ex:K ;"
REFUSED = {
    "sh:closed": f"{TARGET} sh:closed true",
    "sh:xone": f"{TARGET} sh:xone ( ex:A ex:B )",
    "sh:languageIn": f'{TARGET} sh:property [ sh:path ex:p ; sh:languageIn ( "en" ) ]',
    "sh:qualifiedValueShape": f"{TARGET} sh:property [ sh:path ex:p ; sh:qualifiedValueShape ex:A ]",
    "sh:rule": f"{TARGET} sh:rule ex:R",
    "sh:expression": f"{TARGET} sh:expression [ sh:path ex:p ]",
    "sh:target": "ex:S a sh:NodeShape ; sh:target [ a sh:SPARQLTarget ] ; sh:nodeKind sh:IRI",
    "sh:ask": f"{TARGET} sh:sparql [ sh:ask 'ASK {{ $this ex:p 1 }}' ]",
    "sh:minCuont": f"{TARGET} sh:property [ sh:path ex:p ; sh:minCuont 1 ]",
    "sh:entailment": "ex:file sh:entailment ex:RDFS . ex:S a sh:NodeShape ; sh:targetClass ex:K",
    "sh:inversePath": f"{TARGET} sh:property [ sh:path [ sh:inversePath ex:p ] ; sh:minCount 1 ]",
    "A path other than one property": f"{TARGET} sh:property [ sh:path ( ex:p ex:q ) ; sh:minCount 1 ]",
    "sh:property or sh:sparql in a property shape": (
        f"{TARGET} sh:property [ sh:path ex:p ; sh:property [ sh:path ex:q ; sh:minCount 1 ] ]"
    ),
    "sh:sparql in a property shape": (
        f"{TARGET} sh:property [ sh:path ex:p ; sh:sparql [ sh:select 'SELECT $this {{}}' ] ]"
    ),
    "sh:sparql inside another constraint": f"{TARGET} sh:not [ sh:sparql [ sh:select 'SELECT $this {{}}' ] ]",
    "sh:lessThan": f"{TARGET} sh:not [ sh:path ex:p ; sh:lessThan ex:q ]",
    "sh:maxCount": f"{TARGET} sh:not [ sh:path ex:p ; sh:maxCount 2 ]",
    "sh:uniqueLang": f"{TARGET} sh:or ( [ sh:path ex:p ; sh:uniqueLang true ] )",
    "sh:minCount here": f"{TARGET} sh:minCount 1",
    "$PATH": f"{TARGET} sh:sparql [ sh:select 'SELECT $this WHERE {{ $this $PATH ?value }}' ]",
    "$shapesGraph": f"{TARGET} sh:sparql [ sh:select 'SELECT $this WHERE {{ GRAPH $shapesGraph {{}} }}' ]",
    "?path": f"{TARGET} sh:sparql [ sh:select 'SELECT $this ?path WHERE {{ $this ?path 1 }}' ]",
    "The prefix pg": "ex:d sh:declare [ sh:prefix 'pg' ; sh:namespace 'https://example.org/'^^xsd:anyURI ]",
    "The prefix ours": "ex:d sh:declare [ sh:prefix 'ours' ; sh:namespace 'https://example.org/'^^xsd:anyURI ]",
    "The severity": f"{TARGET} sh:severity ex:Grave ; sh:nodeKind sh:IRI",
    "The datatype": f"{TARGET} sh:property [ sh:path ex:p ; sh:datatype xsd:byte ]",
    "of which this file says nothing": f"{TARGET} sh:node ex:Missing",
    "<https://example.org/Missing>": f"{TARGET} sh:property ex:Missing",
}


def shapes(path: Path, body: str) -> Path:
    path.write_text(f"{PREFIXES} {body} .", "utf-8")
    return path


@pytest.mark.parametrize("construct", REFUSED)
def test_a_construct_that_the_compiler_does_not_know_is_refused(construct: str, tmp_path: Path) -> None:
    path = shapes(tmp_path / "shapes.ttl", REFUSED[construct])
    with pytest.raises(StoreError) as refused:
        list(Shapes(Reader.files([path])).constraints({}))
    assert construct in str(refused.value)
    assert "is not supported by the fast check" in str(refused.value)


def test_a_refused_shape_stops_the_whole_check(tmp_path: Path) -> None:
    path = shapes(tmp_path / "shapes.ttl", f"{TARGET} sh:closed true . ex:T a sh:NodeShape ; sh:targetClass ex:L")
    with pytest.raises(StoreError, match="sh:closed"):
        validate(Reader.nquads_lines([]), path)


def test_annotations_of_others_and_groups_of_forms_are_no_constraints(tmp_path: Path) -> None:
    body = f"{TARGET} sh:name 'x' ; sh:description 'y' ; sh:order 1 ; ex:anything 2 ; sh:nodeKind sh:IRI"
    found = list(Shapes(Reader.files([shapes(tmp_path / "shapes.ttl", body)])).constraints({}))
    assert [(c.rule, c.component) for c in found] == [("S", "nodeKind")]


def findings(tmp_path: Path, body: str, data: str) -> list[tuple[Finding, str | None]]:
    graph = tmp_path / "data.ttl"
    graph.write_text(f"{PREFIXES} {data} .", "utf-8")
    return validate(Reader.files([graph]), shapes(tmp_path / "shapes.ttl", body))


def test_a_finding_carries_the_words_the_fix_and_the_column_of_its_shape(tmp_path: Path) -> None:
    body = (
        f"{TARGET} sh:property [ sh:path ex:p ; sh:maxCount 0 ; sh:severity sh:Warning ; sh:message 'No {{?value}}.' ; "
        "shp:fix 'Delete it.' ; shp:column 'p' ]"
    )
    [(finding, column)] = findings(tmp_path, body, "ex:a a ex:K ; ex:p 1")
    assert finding == Finding("S", "warning", "No .", value=None, fix="Delete it.", focus="https://example.org/a")
    assert column == "p"


def test_a_constraint_in_sparql_without_words_of_its_own_takes_those_of_its_shape(tmp_path: Path) -> None:
    select = "SELECT $this ?value WHERE { $this pg:value ?value }"
    body = (
        f"{TARGET} sh:severity sh:Info ; sh:message 'It is {{?value}} of {{$this}}.' ; shp:fix 'Mend it.' ; "
        f"sh:sparql [ sh:select '{select}' ]"
    )
    [(finding, _)] = findings(tmp_path, body, "ex:a a ex:K ; pg:value 7 . ex:b a ex:L ; pg:value 1")
    assert finding.message == "It is 7 of https://example.org/a."
    assert (finding.severity, finding.value, finding.fix) == ("info", "7", "Mend it.")


def test_a_shape_without_a_message_still_says_which_rule_is_broken(tmp_path: Path) -> None:
    [(finding, column)] = findings(tmp_path, f"{TARGET} sh:nodeKind sh:Literal", "ex:a a ex:K")
    assert (finding.message, finding.fix, column) == ("This breaks the rule S.", None, None)


def test_a_message_with_quotation_marks_and_line_breaks_is_shown_as_it_is(tmp_path: Path) -> None:
    body = f'{TARGET} sh:nodeKind sh:Literal ; sh:message """Say "x"\\nor \\\\ nothing."""'
    [(finding, _)] = findings(tmp_path, body, "ex:a a ex:K")
    assert finding.message == 'Say "x"\nor \\ nothing.'


def test_values_that_cannot_be_compared_break_an_order_and_a_range(tmp_path: Path) -> None:
    """SHACL sections 4.3.1 and 4.5.3; pySHACL ends in an error on some of these."""
    body = (
        f"{TARGET} sh:property [ sh:path ex:p ; sh:lessThanOrEquals ex:q ] ; "
        "sh:property [ sh:path ex:r ; sh:minInclusive 1 ]"
    )
    data = (
        "ex:a a ex:K ; ex:p '2020'^^xsd:gYear ; ex:q '2021-01-01'^^xsd:date ; ex:r 'one' . "
        "ex:b a ex:K ; ex:p ex:x ; ex:q '2021-01-01'^^xsd:date ; ex:r ex:x . "
        "ex:c a ex:K ; ex:p '31/03/2021'^^xsd:date ; ex:q '2021-01-01'^^xsd:date ; ex:r 2"
    )
    found = {(f.focus, f.value) for f, _ in findings(tmp_path, body, data)}
    base = "https://example.org/"
    assert found == {
        (f"{base}a", "2020"),
        (f"{base}a", "one"),
        (f"{base}b", f"{base}x"),
        (f"{base}c", "31/03/2021"),
    }


def test_a_date_that_is_not_in_the_calendar_or_has_a_time_zone_is_no_date() -> None:
    line = "<https://example.org/{0}> <https://w3id.org/partnergraph/ns#start> {1} <https://example.org/g> .\n"
    xsd = "http://www.w3.org/2001/XMLSchema#"
    values = {
        "good-day": f'"2021-03-31"^^<{xsd}date>',
        "good-month": f'"2021-03"^^<{xsd}gYearMonth>',
        "good-year": f'"2021"^^<{xsd}gYear>',
        "zone": f'"2021-03-31Z"^^<{xsd}date>',
        "no-day": f'"2021-02-30"^^<{xsd}date>',
        "slashes": f'"31/03/2021"^^<{xsd}date>',
        "no-month": f'"2021-13"^^<{xsd}gYearMonth>',
        "short-year": f'"21"^^<{xsd}gYear>',
        "text": '"2021"',
        "number": f'"2021"^^<{xsd}integer>',
    }
    reader = Reader.nquads_lines(line.format(name, value) for name, value in values.items())
    wrong = {str(finding.focus).rpartition("/")[2] for finding, _ in validate(reader) if finding.rule == "Dated"}
    assert wrong == {name for name in values if not name.startswith("good")}


@pytest.mark.parametrize(
    ("start", "end", "wrong"),
    [
        (("2014-01-01", "2014-12-31"), ("2014-05-01", "2014-05-31"), False),  # some day of 2014 until May 2014
        (("2014-06-01", "2014-06-30"), ("2014-01-01", "2014-12-31"), False),
        (("2014-01-01", "2014-12-31"), ("2013-01-01", "2013-12-31"), True),
        (("2014-06-02", "2014-06-02"), ("2014-06-01", "2014-06-01"), True),
    ],
)
def test_an_end_is_before_a_start_only_when_no_reading_of_both_dates_allows_it(
    start: tuple[str, str], end: tuple[str, str], wrong: bool
) -> None:
    pg, day = "https://w3id.org/partnergraph/ns#", "http://www.w3.org/2001/XMLSchema#date"
    said = {"start": f'"{start[0][:4]}"^^<http://www.w3.org/2001/XMLSchema#gYear>'}
    for name, (earliest, latest) in (("start", start), ("end", end)):
        said |= {f"{name}Earliest": f'"{earliest}"^^<{day}>', f"{name}Latest": f'"{latest}"^^<{day}>'}
    lines = [
        f"<https://example.org/r> <{pg}{name}> {value} <https://example.org/g> .\n" for name, value in said.items()
    ]
    messages = {finding.message for finding, _ in validate(Reader.nquads_lines(lines))}
    assert ("The end is before the start." in messages) == wrong


def test_every_constraint_of_the_project_has_a_message_and_a_fix() -> None:
    from tests.check.oracle import SHAPES

    found = list(Shapes(Reader.files([SHAPES])).constraints({}))
    assert len(found) > 80
    assert [c for c in found if c.message.startswith("This breaks the rule") or not c.fix] == []
