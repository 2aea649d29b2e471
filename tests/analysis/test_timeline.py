"""The command `timeline`: bands against claims counted by hand, and spans of years."""

from __future__ import annotations

from typing import Any

import pytest

from partnergraph.analysis.context import AnalysisContext, AnalysisOptions
from partnergraph.analysis.timeline import timeline
from partnergraph.claims.claim_columns import ClaimColumns
from partnergraph.claims.claim_lookup import lookup_claims
from partnergraph.errors import UsageError
from partnergraph.network.connections import explain_connection
from partnergraph.store import Reader
from partnergraph.vocabulary import CODE, PG, RDF
from tests.analysis.network_graphs import context_of, iri_of, small_reader

NIHR_SCHOOL = "https://w3id.org/partnergraph/id/org/nihr-school-for-primary-care-research"


def test_the_acceptance_values(
    reference_reader: Reader, reference_stated_columns: ClaimColumns, accept: dict[str, Any]
) -> None:
    """They rest on the dates that claims state themselves."""
    answer = timeline(AnalysisContext(reference_reader, AnalysisOptions(), reference_stated_columns), NIHR_SCHOOL)
    expected = accept["more/stated/partners_by_year_nihr-school-for-primary-care-research"]
    years = {str(row[0]): [row[1], row[2]] for row in answer.rows if row[1] is not None}
    assert years == {year: band for year, band in expected.items() if year in years}
    assert {"2009", "2015", "2021", "2026"} <= years.keys()
    texts = [sentence.text for sentence in answer.sentences]
    assert "2009–2014: surely 8 partners, at most 10 (11 claims, 2 undated)." in texts


def test_spans_starts_and_ends() -> None:
    dates = {0: ("2009-01-01", "2010-12-31"), 1: ("2010-01-01", "2010-06-30")}
    reader = small_reader([("A", "B"), ("A", "C"), ("D", "A")], dates=dates, focus="A")
    answer = timeline(context_of(reader))
    assert [sentence.text for sentence in answer.sentences] == [
        "2009: surely one partner, at most 2 (2 claims, one undated).",
        "2010: surely 2 partners, at most 3 (3 claims, one undated).",
        "Stated to begin in 2009: what is recorded with B (one claim, dated).",
        "Stated to begin in 2010: what is recorded with C (one claim, dated).",
        "Stated to end in 2010: what is recorded with B and C (2 claims, all dated).",
    ]
    assert answer.rows == ((2009, 1, 2, "B", None, None), (2010, 2, 3, "C", "B; C", None))


def test_equal_bounds_are_said_as_one_number() -> None:
    reader = small_reader([("A", "B")], dates={0: ("2009-01-01", "2011-12-31")}, focus="A")
    assert timeline(context_of(reader)).sentences[0].text == "2009–2011: one partner, surely so (one claim, dated)."


def test_without_dates() -> None:
    text = timeline(context_of(small_reader([("A", "B")], focus="A"))).sentences[0].text
    assert text == "No date is recorded of what joins A to one partner (one claim, date not stated)."


def test_events_stand_in_their_year(reference_reader: Reader) -> None:
    answer = timeline(context_of(reference_reader))
    assert answer.sentences[-1].text == (
        "2020-08: merger of School of Primary, Community and Social Care into Keele University School of Medicine "
        "(one claim, dated)."
    )
    [succession] = answer.sentences[-1].claims
    claim = lookup_claims(reference_reader, [succession])[succession]
    assert succession in {c.iri for c in explain_connection(reference_reader, claim.from_.iri, claim.to.iri)}
    assert succession not in answer.highlight.claims, "no partner"
    assert any(row[0] == 2020 and "merger" in str(row[5]) for row in answer.rows)


@pytest.mark.parametrize("options", [{"as_of": "2014"}, {"roll_up": True}, {"largest": 30}])
def test_options_of_one_date_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="A timeline is of all dates"):
        timeline(context_of(small_reader([("A", "B")]), **options), "A")


def test_an_event_that_bounds_claims_carries_them() -> None:
    """`why` shows it beneath them, with its evidence."""
    iri, claim = "https://e.org/event/1", "https://e.org/r/0000"
    graph = "<https://e.org/g>"
    lines = [
        f"<{iri}> <{RDF.type}> <{PG.LifecycleEvent}> {graph} .\n",
        f"<{iri}> <{PG.kind}> <{CODE.start}> {graph} .\n",
        f"<{iri}> <{PG.about}> <{iri_of('A')}> {graph} .\n",
        *(f'<{iri}> <{PG[name]}> "2009-05-01" {graph} .\n' for name in ("date", "dateEarliest", "dateLatest")),
        f'<{claim}> <{PG.validFromEarliest}> "2009-05-01" {graph} .\n',
        f"<{claim}> <{PG.boundedBy}> <{iri}> {graph} .\n",
    ]
    reader = small_reader([("A", "B"), ("A", "C")], focus="A")
    answer = timeline(context_of(Reader.nquads_lines([*reader.nquads(), *lines])))
    assert answer.sentences[-1].text == "2009-05-01: start of A (one claim, date not stated)."
    assert (answer.sentences[-1].claims, answer.sentences[-1].undated) == ((claim,), 1)
    [shown] = explain_connection(Reader.nquads_lines([*reader.nquads(), *lines]), "A", "B")
    assert "cannot have held before that: A began 2009-05-01" in str(shown)
