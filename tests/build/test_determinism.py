"""The same input gives the same bytes, whatever the hash seed, place, time zone and locale; RDF out and in is equal."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

import pytest

from partnergraph.build import build
from partnergraph.store import Reader
from tests.conftest import ROOT

FILES = ("graph.trig", "report.json", "index.html", "network.npz")
EVERYTHING = "SELECT ?s ?p ?o { ?s ?p ?o }"
SEEDS = ("0", "1", "42", "4294967295", "random")
Syntax = Literal["trig", "nquads", "turtle", "ntriples", "jsonld", "rdfxml"]


def run(arguments: list[str], where: Path, **environment: str) -> None:
    """The command line in a process of its own, started in a folder, with nothing of this process's settings."""
    done = subprocess.run(
        [sys.executable, "-m", "partnergraph", *arguments],
        cwd=where,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def sums(output: Path) -> dict[str, str]:
    return {name: hashlib.sha256((output / "current" / name).read_bytes()).hexdigest() for name in FILES}


def test_five_hash_seeds_and_two_places_give_the_same_bytes(keele_copy: Callable[[str], Path], tmp_path: Path) -> None:
    """All that is published, store aside. The two copies differ in path, locale and zone."""
    here, there = keele_copy("here"), keele_copy("über there/and/deeper")
    for path in there.rglob("*"):
        os.utime(path, (0, 0))

    def one(seed: str) -> dict[str, str]:
        output = tmp_path / f"build-{seed}"
        if SEEDS.index(seed) % 2:
            run(["build", ".", "-o", str(output)], there, PYTHONHASHSEED=seed, LC_ALL="C", TZ="Asia/Tokyo")
        else:
            run(["build", str(here), "-o", str(output)], tmp_path, PYTHONHASHSEED=seed, LC_ALL="C.UTF-8", TZ="UTC")
        return sums(output)

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(one, SEEDS))
    assert len(results) == 5
    assert [result for result in results if result != results[0]] == []


def test_nothing_published_names_this_machine_or_the_moment(keele: Path) -> None:
    for name in FILES:
        text = (keele / "current" / name).read_text("utf-8", "replace")
        assert str(keele.resolve()) not in text, name
        assert str(ROOT) not in text, name
        assert str(Path.home()) + "/" not in text, name


def test_the_order_of_rows_in_a_table_changes_no_statement(folder: Path, tmp_path: Path) -> None:
    build(folder, tmp_path / "one")
    for table in (folder / "tables").glob("*.csv"):
        heading, *rows = table.read_text("utf-8").splitlines()
        table.write_text("\n".join([heading, *reversed(rows)]) + "\n", "utf-8")
    build(folder, tmp_path / "two")
    assert (tmp_path / "one" / "graph.trig").read_bytes() == (tmp_path / "two" / "graph.trig").read_bytes()


def test_the_report_says_nothing_about_time(built: Path) -> None:
    report = (built / "report.json").read_text("utf-8")
    assert "seconds" not in report
    assert "built_at" not in report


@pytest.fixture(scope="module")
def stated(graph: Reader) -> list[str]:
    """The quads of the published store, as they are stated."""
    return list(graph.nquads())


@pytest.fixture(scope="module")
def merged(graph: Reader) -> list[tuple[str, ...]]:
    """The triples of its merge."""
    return sorted(graph.terms(EVERYTHING))


@pytest.mark.parametrize(("syntax", "suffix"), [("trig", "trig"), ("nquads", "nq"), ("jsonld", "jsonld")])
def test_exported_and_imported_again_the_quads_are_the_same(
    syntax: Syntax, suffix: str, graph: Reader, stated: list[str], tmp_path: Path
) -> None:
    file = tmp_path / f"graph.{suffix}"
    file.write_bytes(graph.dump(syntax))
    again = Reader.files([file])
    assert list(again.nquads()) == stated
    assert len(again) == len(graph)
    assert again.named_graphs() == graph.named_graphs()
    assert again.dump(syntax) == file.read_bytes()


@pytest.mark.parametrize(("syntax", "suffix"), [("turtle", "ttl"), ("ntriples", "nt"), ("rdfxml", "rdf")])
def test_a_syntax_without_graphs_keeps_the_merge(
    syntax: Syntax, suffix: str, graph: Reader, merged: list[tuple[str, ...]], tmp_path: Path
) -> None:
    file = tmp_path / f"graph.{suffix}"
    file.write_bytes(graph.dump(syntax))
    again = Reader.files([file])
    assert sorted(again.terms(EVERYTHING)) == merged
    assert again.dump(syntax) == file.read_bytes()


def test_the_command_line_exports_what_the_reader_dumps(built: Path, graph: Reader, tmp_path: Path) -> None:
    run(["export", "--graph", str(built), "--format", "trig", "--output", "out.trig"], tmp_path)
    assert (tmp_path / "out.trig").read_bytes() == graph.dump("trig") == (built / "graph.trig").read_bytes()
