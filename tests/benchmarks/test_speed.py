"""Measured ratios, printed: each against the bare engine or a peer in the same run. Never a timed assertion.

Run: ``python -m pytest -m benchmark -n 0 -s tests/benchmarks``
"""

from __future__ import annotations

import io
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from partnergraph import PartnerGraph
from partnergraph.vocabulary import PREFIXES
from tests.conftest import ROOT

pytestmark = pytest.mark.benchmark

# On the Keele graph each of these takes the engine 10 ms or more, except the last two.
QUERIES = {
    "aggregate": "SELECT ?k (COUNT(*) AS ?n) { ?a pg:kind ?k . ?b pg:kind ?k } GROUP BY ?k",
    "scan": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o . ?o ?q ?r }",
    "every statement": "SELECT ?s ?p ?o { ?s ?p ?o }",
    "names, sorted": "SELECT ?s ?n { ?s skos:prefLabel ?n ; ?p ?o } ORDER BY ?n ?s",
    "claims with their evidence": "SELECT ?from ?to ?kind ?says ?title { ?r pg:from/skos:prefLabel ?from ; "
    "pg:to/skos:prefLabel ?to ; pg:kind/skos:prefLabel ?kind ; pg:evidence ?e . ?e dcterms:source/dcterms:title ?title "
    "OPTIONAL { ?e pg:says|pg:words ?says } } ORDER BY ?from ?to",
    "who says what": "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
    "one body": "SELECT ?p ?o { o:keele-university ?p ?o }",
    "yes or no": "ASK { o:keele-university a org:Organization }",
}


def _paired(ours: Callable[[], object], theirs: Callable[[], object], rounds: int = 7) -> tuple[float, float]:
    """Medians in milliseconds of two things done in turn."""
    a, b = [], []
    for _ in range(rounds):
        for call, times in ((ours, a), (theirs, b)):
            start = time.perf_counter()
            call()
            times.append((time.perf_counter() - start) * 1000)
    return statistics.median(a), statistics.median(b)


def _say(name: str, ours: float, theirs: float, peer: str, unit: str = "ms") -> None:
    print(f"{name:44} {ours:9.1f} {unit}   {peer:28} {theirs:9.1f} {unit}   ratio {ours / theirs:6.2f}")
    assert ours > 0
    assert theirs > 0


def _run(*command: str | Path, cwd: Path) -> tuple[float, float]:
    """Wall and CPU seconds of a whole process, with byte code kept from one run to the next as in an installation."""
    environment = os.environ | {"PYTHONPYCACHEPREFIX": str(cwd / "bytecode")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([str(c) for c in command], cwd=cwd, env=environment, capture_output=True, check=True)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


# rdflib's own Dataset uses what rdflib has deprecated.
@pytest.mark.filterwarnings("ignore:Dataset.(default_context|identifier|contexts):DeprecationWarning")
def test_a_query_through_partnergraph_beside_the_bare_engine_and_rdflib(keele: Path) -> None:
    """Goal: at most 1.1 times the bare engine on queries of 10 ms and more."""
    import pyoxigraph as ox

    graph = PartnerGraph.open(keele)
    bare = ox.Store.read_only(str((keele / "current" / "store").resolve()))
    peer = graph.to_rdflib()
    for name, query in QUERIES.items():
        form = "json" if query.startswith("ASK") else "tsv"
        ours, theirs = _paired(
            lambda query=query, form=form: graph.query(query).bytes(form),  # type: ignore[misc]
            lambda query=query, form=form: bare.query(query, prefixes=dict(PREFIXES)).serialize(  # type: ignore[misc]
                format=ox.QueryResultsFormat.JSON if form == "json" else ox.QueryResultsFormat.TSV
            ),
            rounds=15,
        )
        _say(f"query: {name}", ours, theirs, "bare pyoxigraph")
        if name in ("aggregate", "claims with their evidence", "one body"):
            start = time.perf_counter()
            list(peer.query(query, initNs=dict(PREFIXES)))
            _say(f"query: {name}", ours, (time.perf_counter() - start) * 1000, "rdflib's own engine")


def test_a_data_frame_beside_csv_read_by_the_same_library(keele: Path) -> None:
    """Goal: at most 1.3 times the bare engine's CSV, read without types."""
    import pandas as pd
    import polars as pl
    import pyoxigraph as ox

    graph = PartnerGraph.open(keele)
    bare = ox.Store.read_only(str((keele / "current" / "store").resolve()))
    query = "SELECT ?s ?p ?l ?x { ?s ?p ?o . ?o skos:prefLabel ?l . ?x a pg:ChangeEvent }"

    def table() -> io.BytesIO:
        return io.BytesIO(bare.query(query, prefixes=dict(PREFIXES)).serialize(format=ox.QueryResultsFormat.CSV))

    rows = len(graph.query(query))
    ours, theirs = _paired(lambda: graph.query(query).to_pandas(), lambda: pd.read_csv(table(), dtype=str))
    _say(f"{rows} rows to a pandas frame", ours, theirs, "CSV and pandas")
    ours, theirs = _paired(lambda: graph.query(query).to_polars(), lambda: pl.read_csv(table(), infer_schema=False))
    _say(f"{rows} rows to a polars frame", ours, theirs, "CSV and polars")


def test_the_keele_build_beside_a_bare_load_of_its_trig(keele: Path, tmp_path: Path) -> None:
    import pyoxigraph as ox

    from partnergraph.build import build

    trig = (keele / "graph.trig").read_bytes()
    n = iter(range(100))

    def bare() -> None:
        ox.Store(str(tmp_path / f"bare{next(n)}")).bulk_load(trig, format=ox.RdfFormat.TRIG)

    ours, theirs = _paired(lambda: build(ROOT / "data", tmp_path / f"ours{next(n)}"), bare, rounds=3)
    _say("build of the Keele folder, without page", ours, theirs, "bare pyoxigraph load, on disk")
    tool = Path(sys.executable).parent / "partnergraph"
    walls = [_run(tool, "build", ROOT / "data", "-o", tmp_path / f"cli{i}", cwd=tmp_path) for i in range(3)]
    print(f"whole build with page, as a command: {statistics.median(w for w, _ in walls):.2f} s wall (goal: under 3 s)")


def test_command_line_start_and_a_query(keele: Path, tmp_path: Path) -> None:
    tool = Path(sys.executable).parent / "partnergraph"
    version = [_run(tool, "--version", cwd=tmp_path) for _ in range(9)]
    bare = [_run(sys.executable, "-c", "pass", cwd=tmp_path) for _ in range(9)]
    ours, theirs = (statistics.median(cpu for _, cpu in runs) * 1000 for runs in (version, bare))
    _say("partnergraph --version, CPU (goal 120 ms)", ours, theirs, "bare Python start")
    query = "SELECT ?k (COUNT(?r) AS ?n) { ?r a pg:Relationship ; pg:kind ?k } GROUP BY ?k"
    runs = [_run(tool, "query", query, "-g", keele, cwd=tmp_path) for _ in range(9)]
    starts = [_run(sys.executable, "-c", "pass", cwd=tmp_path)[0] * 1000 for _ in range(9)]
    ours, theirs = statistics.median(wall for wall, _ in runs) * 1000, statistics.median(starts)
    _say("partnergraph query, wall (goal 500 ms)", ours, theirs, "bare Python start, wall")
