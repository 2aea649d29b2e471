"""The library asks in a process of its own, which can be stopped."""

from __future__ import annotations

import gc
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from partnergraph import PartnerGraph
from partnergraph.errors import QueryError, QueryLimit, QueryRefused, StoreError, UsageError
from partnergraph.execution.client import InProcessClient, SubprocessClient

RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
GREEDY = (
    "SELECT ?x30 { BIND('aaaaaaaaaaaaaaaa' AS ?x0) "
    + "".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1}) " for n in range(30))
    + "}"
)
COUNT = "SELECT (COUNT(*) AS ?n) { ?o a org:Organization }"


def _process(graph: PartnerGraph) -> int | None:
    """The query process that a graph has now."""
    assert isinstance(graph._asker, SubprocessClient)
    process = graph._asker._process
    return process.pid if process is not None and process.poll() is None else None


@pytest.fixture(scope="module")
def graph(keele: Path) -> Iterator[PartnerGraph]:
    """The Keele graph, with a process of its own."""
    yield PartnerGraph.open(keele)
    gc.collect()


def test_a_query_without_end_is_stopped_and_the_next_is_answered(keele: Path) -> None:
    graph = PartnerGraph.open(keele, timeout=2.0)
    count = graph.query(COUNT).rows
    before = _process(graph)
    runaway = graph.query(RUNAWAY)
    start = time.monotonic()
    with pytest.raises(QueryLimit, match=r"Stopped after 2 seconds.*PartnerGraph.open\(..., timeout=12\)") as stopped:
        runaway.to_pandas()
    assert time.monotonic() - start < 12
    assert stopped.value.limit == "time"
    assert graph.query(COUNT).rows == count
    assert len(count) == 1
    assert before is not None
    assert _process(graph) not in (None, before)


def test_a_query_that_needs_too_much_memory_is_stopped_and_the_next_is_answered(keele: Path) -> None:
    graph = PartnerGraph.open(keele, timeout=60, memory=300_000_000)
    with pytest.raises(QueryLimit, match=r"more than 300 MB.*memory=600000000") as stopped:
        graph.query(GREEDY).text()
    assert stopped.value.limit == "memory"
    assert graph.ask("ASK { o:keele-university a org:Organization }")


def test_a_process_that_is_killed_by_others_is_started_again(graph: PartnerGraph) -> None:
    assert graph.query(COUNT).rows
    before = _process(graph)
    assert before is not None
    os.kill(before, signal.SIGKILL)
    while _process(graph) is not None:
        time.sleep(0.01)
    assert graph.query(COUNT).rows
    assert _process(graph) not in (None, before)


def test_errors_come_as_they_do_from_the_command_line(graph: PartnerGraph) -> None:
    with pytest.raises(QueryError) as wrong:
        graph.query("SELECT ?x {\n  ?x pg:from o:keele-university ,, }")
    assert (wrong.value.line, wrong.value.column) == (2, 34)
    assert "^" in str(wrong.value)
    with pytest.raises(QueryRefused, match="SERVICE is not allowed"):
        graph.query("SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }")
    with pytest.raises(UsageError, match="nobody"):
        graph.query("partners", nobody="x")
    with pytest.raises(UsageError, match="belong to named questions"):
        graph.query(COUNT, organisation="x")
    with pytest.raises(QueryError, match="This query gives a table"):
        graph.query(COUNT).bytes("turtle")
    # Nothing of that brought the process down.
    before = _process(graph)
    with pytest.raises(QueryError):
        graph.query("SELECT ?x {")
    assert _process(graph) == before is not None


@pytest.mark.parametrize(
    "question", ["partners", "SELECT ?o ?n { ?o a org:Organization ; skos:prefLabel ?n } ORDER BY ?o"]
)
@pytest.mark.parametrize("date", [None, "2014"])
def test_a_process_of_its_own_answers_what_this_one_would(graph: PartnerGraph, question: str, date: str | None) -> None:
    asked = {"organisation": "Keele University"} if question == "partners" else {}
    dated = graph.as_of(date) if date else graph
    apart, here = dated.query(question, **asked), PartnerGraph(dated.reader, date).query(question, **asked)
    assert (apart.form, apart.sparql) == (here.form, here.sparql)
    for form in ("tsv", "json", "csv", "xml", "parquet"):
        assert apart.bytes(form) == here.bytes(form)
    assert len(apart) > 3


@pytest.mark.parametrize("form", ["turtle", "ntriples", "jsonld", "rdfxml", "trig", "nquads"])
def test_a_graph_comes_in_every_syntax(graph: PartnerGraph, form: str) -> None:
    query = "CONSTRUCT { ?s skos:prefLabel ?n } WHERE { ?s a org:Organization ; skos:prefLabel ?n }"
    data = graph.query(query).bytes(form)
    assert data == PartnerGraph(graph.reader).query(query).bytes(form)
    assert b"Keele University" in data


def test_an_empty_answer_says_why(graph: PartnerGraph) -> None:
    result = graph.query("SELECT ?r { ?r pg:kind code:fundng }")
    assert result.why_empty() == PartnerGraph(graph.reader).query(result.sparql).why_empty()
    assert "code:fundng" in result.why_empty()[0]


def test_threads_take_turns(graph: PartnerGraph) -> None:
    found: list[int] = []

    def ask() -> None:
        found.extend(len(graph.query("SELECT ?o { ?o a org:Organization }")) for _ in range(5))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 20
    assert len(set(found)) == 1


def test_the_process_ends_with_the_graph(keele: Path) -> None:
    graph = PartnerGraph.open(keele)
    assert _process(graph) is None  # nothing is started before the first query
    assert graph.query(COUNT).rows
    mine = _process(graph)
    assert mine is not None
    assert Path(f"/proc/{mine}").exists()
    del graph
    gc.collect()
    assert not Path(f"/proc/{mine}").exists()


def test_several_files_are_asked_as_one_graph(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text("<urn:a> <urn:p> <urn:b> .")
    (tmp_path / "b.ttl").write_text("<urn:b> <urn:p> <urn:c> .")
    graph = PartnerGraph.load([tmp_path / "a.ttl", tmp_path / "b.ttl"])
    assert graph.ask("ASK { <urn:a> <urn:p>/<urn:p> <urn:c> }")


def test_a_graph_that_is_gone_when_it_is_first_asked_is_an_error_that_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    path.write_text("<urn:a> <urn:p> <urn:b> .")
    graph = PartnerGraph.open(path)
    path.unlink()
    with pytest.raises(StoreError, match=r"a\.ttl"):
        graph.ask("ASK {}")


def test_a_graph_made_by_a_program_is_asked_in_that_program(graph: PartnerGraph) -> None:
    before = _process(graph)
    assert InProcessClient(graph.reader).ask({"sparql": "ASK {}", "formats": {"ask": "json"}}).head.query_form == "ASK"
    assert bool(PartnerGraph(graph.reader).query("ASK {}"))
    assert _process(graph) == before


@pytest.mark.parametrize(
    "limits",
    [{"timeout": float("nan")}, {"timeout": float("inf")}, {"timeout": -1}, {"memory": -1}, {"memory": 10**30}],
)
def test_a_limit_that_is_none_is_refused_when_the_graph_is_opened(keele: Path, limits: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="this is not a number of"):
        PartnerGraph.open(keele, **limits)
