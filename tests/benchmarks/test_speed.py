"""Measured ratios, printed: each against the bare engine or a peer in the same run. Never a timed assertion.

Run: ``python -m pytest -m benchmark -s tests/benchmarks``
"""

from __future__ import annotations

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
from tests.conftest import ROOT

pytestmark = pytest.mark.benchmark

HEAVY = {
    "aggregate": "SELECT ?k (COUNT(*) AS ?n) { ?a pg:kind ?k . ?b pg:kind ?k . ?c pg:basis ?s } GROUP BY ?k",
    "scan": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o . ?o ?q ?r }",
    "join": "SELECT ?a ?b { ?r pg:from ?a . ?q pg:from ?a ; pg:to ?b . ?s pg:to ?b }",
}
LIGHT = {"lookup": "SELECT ?p ?o { <https://w3id.org/partnergraph/id/org/keele-university> ?p ?o }"}


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
    """Wall and CPU seconds of a whole process."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([str(c) for c in command], cwd=cwd, capture_output=True, check=True)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def test_a_query_through_partnergraph_beside_the_bare_engine_and_rdflib(keele: Path) -> None:
    import pyoxigraph as ox

    graph = PartnerGraph.open(keele)
    bare = ox.Store.read_only(str(keele / "current" / "store"))
    prefixes = dict(__import__("partnergraph.vocabulary", fromlist=["PREFIXES"]).PREFIXES)
    peer = graph.to_rdflib()
    for name, query in (HEAVY | LIGHT).items():

        def direct(query: str = query) -> object:
            return bare.query(query, prefixes=prefixes).serialize(format=ox.QueryResultsFormat.TSV)

        ours, theirs = _paired(lambda query=query: graph.query(query).bytes("tsv"), direct)
        _say(f"query {name}", ours, theirs, "bare pyoxigraph")
        if name != "scan":
            start = time.perf_counter()
            list(peer.default_graph.query(query, initNs=prefixes))
            _say(f"query {name}", ours, (time.perf_counter() - start) * 1000, "rdflib's own engine")


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
    asked = [_run(tool, "query", query, "-g", keele, cwd=tmp_path)[0] for _ in range(5)]
    _say("partnergraph query, wall (goal 500 ms)", statistics.median(asked) * 1000, theirs, "bare Python start, CPU")
    print(f"byte code precompiled: {os.environ.get('PYTHONDONTWRITEBYTECODE') != '1'}")
