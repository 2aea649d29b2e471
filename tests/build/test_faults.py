"""Kills, full disks and damage: the published generation is always whole, and is the old one or the new one."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from partnergraph.build import build
from partnergraph.errors import StoreError
from partnergraph.store import Reader
from tests.build.conftest import small_folder

HERE = Path(__file__).parent


class Builder:
    """The process of `builder.py`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin
        assert process.stdout
        self.orders, self.answers = process.stdin, process.stdout

    def start(self, folder: Path, output: Path, step: int | None = None) -> int:
        """Start a build; returns the id of its process."""
        self.orders.write(json.dumps({"folder": str(folder), "output": str(output), "step": step}) + "\n")
        self.orders.flush()
        return int(self.answers.readline())

    def ended(self) -> int:
        """Wait for the build; returns its exit code. Until it is asked for, the process id stays taken."""
        self.orders.write("\n")
        self.orders.flush()
        return int(self.answers.readline())


@pytest.fixture
def builder() -> Iterator[Builder]:
    with subprocess.Popen(
        [sys.executable, str(HERE / "builder.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Builder(process)
        assert process.stdin
        process.stdin.close()
        assert process.wait(30) == 0


@dataclass(frozen=True)
class Pair:
    """Two graph folders that differ in one row, and what a build of each publishes when nothing goes wrong."""

    folders: tuple[Path, Path]
    graphs: tuple[bytes, bytes]
    quads: tuple[list[str], list[str]]

    @classmethod
    def of(cls, one: Path, two: Path, room: Path) -> Pair:
        built = []
        for number, folder in enumerate((one, two)):
            output = room / f"clean-{number}"
            build(folder, output)
            built.append(((output / "graph.trig").read_bytes(), list(Reader.at(output).nquads())))
        (graph_one, quads_one), (graph_two, quads_two) = built
        assert graph_one != graph_two
        return cls((one, two), (graph_one, graph_two), (quads_one, quads_two))

    def published(self, output: Path) -> int:
        """Which of the two is published, after checking that all of it is. Fails when anything is not whole."""
        report = json.loads((output / "report.json").read_text("utf-8"))
        graph = (output / "graph.trig").read_bytes()
        assert hashlib.sha256(graph).hexdigest() == report["graph_trig_sha256"]
        which = self.graphs.index(graph)
        reader = Reader.at(output)
        assert list(reader.nquads()) == self.quads[which]
        assert report["counts"]["quads"] == len(self.quads[which])
        assert not (output / "index.html").is_symlink()
        return which


@pytest.fixture
def small(tmp_path: Path) -> Pair:
    return Pair.of(small_folder(tmp_path / "one", "Alpha"), small_folder(tmp_path / "two", "Aleph"), tmp_path)


@pytest.fixture
def keele_pair(keele_copy: Callable[[str], Path], tmp_path: Path) -> Pair:
    one, two = keele_copy("one"), keele_copy("two")
    table = two / "tables" / "organisations.csv"
    text = table.read_text("utf-8")
    assert text.count(",Keele University,") == 1
    table.write_text(text.replace(",Keele University,", ",The University of Keele,"), "utf-8")
    return Pair.of(one, two, tmp_path)


def kill_at_random(pair: Pair, builder: Builder, output: Path, kills: int, seed: int) -> dict[str, int]:
    """Kill builds at moments spread over their whole duration and a little beyond; what came of it."""
    build(pair.folders[0], output)
    took = []
    for number in (1, 0):  # warm, and back at the first
        began = time.monotonic()
        builder.start(pair.folders[number], output)
        assert builder.ended() == 0
        took.append(time.monotonic() - began)
    moments = random.Random(seed)
    spread = [(number + moments.random()) / kills * 1.2 * max(took) for number in range(kills)]
    moments.shuffle(spread)
    outcome = {"killed, the old one stays": 0, "killed, the new one is there": 0, "done before the kill": 0}
    now = pair.published(output)
    for delay in spread:
        child = builder.start(pair.folders[1 - now], output)
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)
        code = builder.ended()
        assert code in (0, -signal.SIGKILL), "the build failed by itself"
        which = pair.published(output)
        if code == 0:
            assert which == 1 - now
            outcome["done before the kill"] += 1
        else:
            outcome["killed, the old one stays" if which == now else "killed, the new one is there"] += 1
        now = which
    assert sum(outcome.values()) == kills
    build(pair.folders[1 - now], output)  # and all goes on as if nothing had been
    assert pair.published(output) == 1 - now
    assert len(list((output / "generations").iterdir())) <= 2
    return outcome


def test_eight_kills_leave_the_old_or_the_new_generation(small: Pair, builder: Builder, tmp_path: Path) -> None:
    outcome = kill_at_random(small, builder, tmp_path / "build", kills=8, seed=8)
    assert outcome["killed, the old one stays"] > 0, outcome


@pytest.mark.faults
def test_a_hundred_kills_leave_the_old_or_the_new_generation(
    keele_pair: Pair, builder: Builder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()
    outcome = kill_at_random(keele_pair, builder, tmp_path / "build", kills=100, seed=100)
    with capsys.disabled():
        print(f"\n100 kills of Keele builds in {time.monotonic() - began:.0f} s: {outcome}")
    assert outcome["killed, the old one stays"] > 40, outcome


def test_a_kill_before_each_single_step_leaves_the_old_or_the_new_generation(
    small: Pair, builder: Builder, tmp_path: Path
) -> None:
    """Not at random but everywhere: before each change to a name in a folder, until a build gets through."""
    output = tmp_path / "build"
    build(small.folders[0], output)
    build(small.folders[1], output)  # so that there is a previous one to sweep
    build(small.folders[0], output)
    kept = tmp_path / "kept"
    shutil.copytree(output, kept, symlinks=True)
    outcomes = []
    for step in range(1, 200):
        shutil.rmtree(output)
        shutil.copytree(kept, output, symlinks=True)
        builder.start(small.folders[1], output, step)
        code = builder.ended()
        which = small.published(output)
        if code == 0:
            assert which == 1
            break
        assert code == -signal.SIGKILL
        outcomes.append(which)
        if step % 3 and which == 0:
            continue  # the next build is slow to try, and the state is much like the one before
        builder.start(small.folders[1 - which], output)  # the next one gets through and sweeps up after the killed one
        assert builder.ended() == 0
        assert small.published(output) == 1 - which
        assert not list(output.glob(".link-*"))
        assert len(list((output / "generations").iterdir())) == 2
    else:
        pytest.fail("a build has no end of steps")
    assert outcomes == sorted(outcomes), "once the new one is there, it stays"
    assert outcomes.count(0) >= 5
    assert outcomes.count(1) >= 2


def test_a_kill_during_the_first_build_leaves_nothing_or_all(small: Pair, builder: Builder, tmp_path: Path) -> None:
    outcomes = []
    for step in range(1, 200):
        output = tmp_path / f"build-{step}"
        builder.start(small.folders[0], output, step)
        if builder.ended() == 0:
            assert small.published(output) == 0
            break
        if (output / "current").exists():
            assert small.published(output) == 0
            outcomes.append("all")
        else:
            with pytest.raises(StoreError, match=r"partnergraph build|nothing at"):
                Reader.at(output)
            outcomes.append("nothing")
    builder.start(small.folders[0], tmp_path / f"build-{len(outcomes) // 2}")
    assert builder.ended() == 0
    assert small.published(tmp_path / f"build-{len(outcomes) // 2}") == 0
    assert outcomes == sorted(outcomes, reverse=True)
    assert set(outcomes) <= {"nothing", "all"}
    assert outcomes.count("nothing") >= 5
