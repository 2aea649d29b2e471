"""The SPARQL suites of the W3C, asked in the way that every query of ours is asked: prepared, answered, written."""

from __future__ import annotations

import io
import re
from pathlib import Path
from urllib.parse import urljoin

import pyoxigraph as ox
import pytest

from partnergraph.errors import PartnerGraphError, QueryError, QueryRefused
from partnergraph.execution.execute import execute_prepared
from partnergraph.sparql.guard import examine_query
from partnergraph.sparql.prepare import PreparedQuery, prepare_query
from partnergraph.sparql.syntax_errors import empty_reader
from partnergraph.store import Reader
from partnergraph.store.oxigraph.loading import load_file
from tests.conftest import ROOT
from tests.w3c.expected import asked, differs
from tests.w3c.suites import (
    ELSEWHERE,
    FEDERATION,
    NOT_OFFERED,
    QUERY,
    RESULTS,
    SYNTAXES,
    UPDATE,
    Case,
    cases,
    misses,
    published,
    told,
)


def reader(case: Case, query: str) -> Reader:
    """The data of a test; what its query is asked of, if it does not say so in FROM clauses."""
    store = ox.Store()
    for name, path in {*((published(path), path) for path in case.data), *case.graphs}:
        load_file(store, path, base=published(path), graph=name)
    if examine_query(query).from_graphs:
        return Reader(store)
    return Reader(store).dataset([published(path) for path in case.data], [name for name, _ in case.graphs])


def written(data: Reader, prepared: PreparedQuery, format_: str) -> bytes:
    """The answer."""
    output = io.BytesIO()
    execute_prepared(data, prepared, format_, output, explain=False)
    return output.getvalue()


def wrong_answer(case: Case) -> str | None:
    """What differs between the answer and the expected one; None when nothing does."""
    query = asked(case)
    data = reader(case, query)
    prepared = prepare_query(data, query)
    return differs(case, prepared.form, lambda format_: written(data, prepared, format_))


def wrong_syntax(case: Case) -> str | None:
    """Why a query that must parse does not, or that one is taken which must not; None when all is well."""
    query, positive = asked(case), case.kind.startswith("Positive")
    names = [urljoin(published(case.action or Path()), token.text[1:-1]) for token in examine_query(query).from_graphs]
    data = Reader.nquads_lines(f"<urn:s> <urn:p> <urn:o> <{name}> .\n" for name in names)
    try:
        prepare_query(data, query).ask(data)
    except QueryRefused as error:
        return str(error)
    except QueryError as error:
        # A function that the engine does not have is found only in a query that parses.
        parses = "custom function" in str(error)
        return None if parses == positive else str(error)
    return None if positive else "It is taken for a query."


def wrong(case: Case) -> str | None:
    """What is wrong with a test, if anything."""
    try:
        if case.kind in ("QueryEvaluationTest", "CSVResultFormatTest"):
            return wrong_answer(case)
        assert case.kind in ("PositiveSyntaxTest11", "NegativeSyntaxTest11"), case.kind
        return wrong_syntax(case)
    except PartnerGraphError as error:
        return str(error)


@pytest.mark.parametrize("folder", [*QUERY, *RESULTS])
def test_queries_are_answered_as_the_w3c_says_but_for_the_known_misses(w3c: Path, folder: str) -> None:
    found = {case.iri: why for case in cases(folder) if (why := wrong(case)) is not None}
    assert not (new := told(folder, found)), new


@pytest.mark.parametrize("folder", UPDATE)
def test_every_update_is_refused_and_told_why(w3c: Path, folder: str) -> None:
    said = "[A-Z]+ is not allowed: queries only read|There is no query: the text is empty|This is not a query"
    for case in cases(folder):
        with pytest.raises(QueryError) as raised:
            prepare_query(empty_reader(), case.text)
        assert re.match(said, str(raised.value)) or "Negative" in case.kind, f"{case.iri}: {raised.value}"


@pytest.mark.parametrize("folder", FEDERATION)
def test_every_query_that_asks_elsewhere_is_refused(w3c: Path, folder: str) -> None:
    for case in cases(folder):
        with pytest.raises(QueryRefused, match="SERVICE is not allowed"):
            prepare_query(empty_reader(), case.text)


def test_no_manifest_is_left_out(w3c: Path) -> None:
    found = {path.parent.relative_to(w3c).as_posix() for path in w3c.glob("*/*/*/**/manifest.ttl")}
    named = {*QUERY, *RESULTS, *UPDATE, *FEDERATION, *SYNTAXES, *ELSEWHERE, *NOT_OFFERED}
    shapes = {folder for folder in found if folder.startswith("data-shapes-test-suite/")}
    assert found - shapes == named
    assert set(misses()) <= {*QUERY, *RESULTS, *SYNTAXES}


def test_the_figures_are_at_least_those_of_the_engine_alone_and_stand_in_the_guide(w3c: Path) -> None:
    guide = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    for name, folders, least, number in (
        ("SPARQL 1.1 queries", QUERY, 318, 328),
        ("results in CSV, TSV and JSON", RESULTS, 6, 10),
        ("Turtle, TriG, N-Quads and N-Triples", SYNTAXES[:-1], 812, 826),
        ("RDF/XML", SYNTAXES[-1:], 164, 166),
    ):
        listed = sum(len(cases(folder)) for folder in folders)
        passed = listed - sum(len(misses().get(folder, {})) for folder in folders)
        assert listed == number
        assert passed >= least
        assert f"| {name} | {passed} of {listed} |" in guide
    updates, elsewhere = (sum(len(cases(folder)) for folder in folders) for folders in (UPDATE, FEDERATION))
    assert f"| SPARQL 1.1 updates | {updates} of {updates} refused |" in guide
    assert f"| queries with SERVICE | {elsewhere} of {elsewhere} refused |" in guide


def test_each_miss_has_a_reason_and_says_whose_it_is() -> None:
    reasons = [reason for folder in misses().values() for reason in folder.values()]
    assert len(reasons) > 10
    assert all(reason.startswith(("engine: ", "by design: ")) and len(reason) > 40 for reason in reasons)


def test_a_new_miss_and_a_new_pass_are_both_told(w3c: Path) -> None:
    folder = "rdf/rdf11/rdf-xml"
    known = dict.fromkeys(misses()[folder], "it differs")
    assert told(folder, known) == ""
    assert "fails, and is no known miss: urn:new" in told(folder, known | {"urn:new": "it differs"})
    first = known.popitem()[0]
    assert f"passes now: take it out of misses.toml: {first}" in told(folder, known)


@pytest.mark.parametrize(
    ("query", "yes"),
    [("ASK { FILTER(TRUE) }", True), ("ASK { FILTER(False || fAlSe) }", False), ("ask { values ?x { TRUE } }", True)],
)
def test_true_and_false_are_keywords_and_may_be_written_in_any_case(query: str, yes: bool) -> None:
    """SPARQL 1.1, 19.8, note 1; the suites do not ask it."""
    assert bool(prepare_query(empty_reader(), query).ask(empty_reader())) is yes
