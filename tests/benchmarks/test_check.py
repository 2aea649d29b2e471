"""Our check beside pySHACL on the same graph and shapes, in the same run: printed ratios, never a timed assertion.

Run: ``python -m pytest -m benchmark -s tests/benchmarks/test_check.py`` (a minute or two, nearly all of it pySHACL's)
"""

from __future__ import annotations

from functools import partial

import pytest

from partnergraph.build.assemble import assemble
from partnergraph.check import check
from partnergraph.check.compile import Shapes
from partnergraph.sources.folder import read
from partnergraph.store import Reader
from tests.benchmarks.processor import taken
from tests.check.oracle import REFERENCE, SHAPES, VOCABULARY, Prepared
from tests.conftest import ROOT

pytestmark = pytest.mark.benchmark


def _say(name: str, ours: float, theirs: float, peer: str) -> None:
    print(f"{name:44} {ours:9.1f} ms   {peer:38} {theirs:9.1f} ms   ratio {ours / theirs:8.5f}")
    assert ours > 0
    assert theirs > 0


def test_our_check_beside_pyshacl_on_the_keele_graph_and_on_the_reference() -> None:
    import pyshacl
    import rdflib

    folder = read(ROOT / "data")
    keele = assemble(folder.model).reader()
    for name, reader in (("the reference", Reader.files([REFERENCE, *VOCABULARY])), ("the Keele graph", keele)):
        assert check(reader, folder.places) == []
        ours = taken(partial(check, reader, folder.places), rounds=9)
        text, rules = reader.dump("ntriples"), rdflib.Graph().parse(SHAPES)
        for peer, kind in (("pySHACL", rdflib.Graph), ("pySHACL, each query parsed once", Prepared)):
            data = kind().parse(data=text, format="nt")
            theirs = taken(partial(pyshacl.validate, data, shacl_graph=rules, inference="none"), rounds=1)
            _say(f"check of {name} (goal: under 300 ms)", ours, theirs, peer)


def test_where_the_time_of_a_check_goes() -> None:
    """The parts of `partnergraph check data`, each beside the whole."""
    folder = read(ROOT / "data")
    reader = assemble(folder.model).reader()
    parts = {
        "reading the tables and documents": taken(lambda: read(ROOT / "data"), rounds=5),
        "making the graphs, rules and all": taken(lambda: assemble(folder.model), rounds=5),
        "checking": taken(lambda: check(reader, folder.places), rounds=5),
    }
    whole = sum(parts.values())
    for name, part in parts.items():
        _say(name, part, whole, "the three together")
    compiled = taken(lambda: list(Shapes(Reader.files([SHAPES])).constraints({})), rounds=5)
    _say("reading and compiling the shapes, once", compiled, parts["checking"], "checking")


def test_a_graph_with_errors_everywhere_beside_the_sound_one() -> None:
    """A person with a thousand errors must not wait longer."""
    reader = assemble(read(ROOT / "data").model).reader()
    gone = ("/ns#evidence>", "/ns#kind>", "/ns#basis>", "/core#prefLabel>")
    broken = Reader.nquads_lines(line for line in reader.nquads() if not any(part in line for part in gone))
    assert len(check(broken)) > 1000
    ours, sound = (taken(partial(check, graph), rounds=5) for graph in (broken, reader))
    _say(f"check of a graph with {len(check(broken))} errors", ours, sound, "check of the sound one")
