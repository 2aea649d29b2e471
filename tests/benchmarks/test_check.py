"""Our check beside pySHACL on the same graph and shapes, in the same run: printed ratios, never a timed assertion.

Run: ``python -m pytest -m benchmark -s tests/benchmarks/test_check.py`` (some minutes, nearly all of it pySHACL's)
"""

from __future__ import annotations

import json
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from partnergraph.build.assemble import assemble
from partnergraph.check import check
from partnergraph.check.shacl_to_sparql import Shapes
from partnergraph.graph_folder.folder import read_folder
from partnergraph.store import Reader
from tests.benchmarks.processor import taken
from tests.check.oracle import REFERENCE, SHAPES, VOCABULARY, Prepared
from tests.conftest import ROOT

pytestmark = pytest.mark.benchmark
COPIES = 52  # of the Keele graph, which make about a million quads


def _say(name: str, ours: float, theirs: float, peer: str) -> None:
    print(f"{name:44} {ours:9.1f} ms   {peer:38} {theirs:9.1f} ms   ratio {ours / theirs:8.5f}")
    assert ours > 0
    assert theirs > 0


def test_our_check_beside_pyshacl_on_the_keele_graph_and_on_the_reference() -> None:
    import pyshacl
    import rdflib

    folder = read_folder(ROOT / "data")
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
    folder = read_folder(ROOT / "data")
    reader = assemble(folder.model).reader()
    parts = {
        "reading the tables and documents": taken(lambda: read_folder(ROOT / "data"), rounds=5),
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
    reader = assemble(read_folder(ROOT / "data").model).reader()
    gone = ("/ns#evidence>", "/ns#kind>", "/ns#basis>", "/core#prefLabel>")
    broken = Reader.nquads_lines(line for line in reader.nquads() if not any(part in line for part in gone))
    assert len(check(broken)) > 1000
    ours, sound = (taken(partial(check, graph), rounds=5) for graph in (broken, reader))
    _say(f"check of a graph with {len(check(broken))} errors", ours, sound, "check of the sound one")


def test_a_million_triples(keele: Path, tmp_path: Path) -> None:
    """Goals: at least 7 times as fast as pySHACL on the same shapes, below 2 GB. pySHACL is stopped when it has taken
    more than 20 times as long as ours; that it is slower than so much is then all that is known.
    """
    reader = Reader.at(keele)
    lines, file = reader.dump("ntriples").decode().splitlines(), tmp_path / "million.nt"
    with file.open("w", encoding="utf-8") as out:
        for copy in range(COPIES):
            out.writelines(line.replace("/partnergraph/id/", f"/partnergraph/id/c{copy}/") + "\n" for line in lines)
    ours = _checked("ours", file, 600)
    assert ours is not None
    took = ours["check"]
    print(f"\n{COPIES} copies, {COPIES * len(lines):,} triples: ours {took:.1f} s of CPU, {ours['peak']:.0f} MB")
    assert ours["found"] == 0
    assert ours["peak"] < 2000
    for who in ("prepared", "pyshacl"):
        theirs = _checked(who, file, 60 + 20 * took)
        if theirs is None:
            print(
                f"{who:10} stopped after {60 + 20 * took:.0f} s (a minute of them for loading): more than 20 times ours"
            )
            continue
        print(
            f"{who:10} {theirs['check']:.1f} s of CPU, {theirs['peak']:.0f} MB: {theirs['check'] / took:.1f} times ours"
        )
        assert theirs["found"] == 0
        assert theirs["check"] > 7 * took


def _checked(who: str, file: Path, seconds: float) -> dict[str, float] | None:
    """What a check in a process of its own took; None when it was stopped."""
    command = [sys.executable, "-m", "tests.benchmarks.checked", who, str(file)]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=seconds, check=True)
    except subprocess.TimeoutExpired:
        return None
    found: dict[str, float] = json.loads(done.stdout)
    return found
