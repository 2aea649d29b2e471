"""The graph as of a date, and the rules of a build, each beside the bare engine on the same quads in the same run.

Run: ``python -m pytest -m benchmark -n 0 -s tests/benchmarks/test_as_of.py`` (half a minute). Processor time, printed.
"""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from partnergraph.build.assemble import assemble
from partnergraph.claims.as_of import as_of
from partnergraph.graph_folder.folder import read_folder
from partnergraph.store import Reader
from tests.benchmarks.processor import taken
from tests.conftest import ROOT

pytestmark = pytest.mark.benchmark


def _say(name: str, ours: float, theirs: float, peer: str) -> None:
    print(f"{name:44} {ours:9.1f} ms   {peer:38} {theirs:9.1f} ms   ratio {ours / theirs:6.2f}")
    assert ours > 0
    assert theirs > 0


def test_as_of_beside_a_copy_of_the_graph_by_the_engine(keele: Path) -> None:
    reader = Reader.at(keele)

    def copy() -> None:
        store = ox.Store()
        store.bulk_extend(iter(reader.engine))

    for date in ("1990", "2014-06", "2022"):
        ours, theirs = (taken(call, rounds=7) for call in (lambda date=date: as_of(reader, date), copy))
        _say(f"the graph as of {date}", ours, theirs, "bare pyoxigraph, a copy in memory")


def test_the_graphs_of_a_build_beside_a_load_of_the_same_quads() -> None:
    model = read_folder(ROOT / "data").model
    quads = assemble(model).reader().dump("nquads")
    ours = taken(lambda: assemble(model), rounds=7)
    theirs = taken(lambda: ox.Store().bulk_load(quads, format=ox.RdfFormat.N_QUADS), rounds=7)
    _say("making the graphs, rules and all", ours, theirs, "bare pyoxigraph, load of its N-Quads")
