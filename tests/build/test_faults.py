"""Kills, full disks and damage: the published generation is always whole, and is the old one or the new one."""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import resource
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
from tests.conftest import need

HERE = Path(__file__).parent


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class Builder:
    """The process of `builder.py`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin
        assert process.stdout
        self.orders, self.answers = process.stdin, process.stdout

    def start(self, folder: Path, output: Path, step: int | None = None, links: bool = True) -> int:
        """Start a build; returns the id of its process."""
        order = {"folder": str(folder), "output": str(output), "step": step, "links": links}
        self.orders.write(json.dumps(order) + "\n")
        self.orders.flush()
        return int(self.answers.readline())

    def ended(self) -> int:
        """Wait for the build; returns its exit code. Until it is asked for, the process id stays taken."""
        self.orders.write("\n")
        self.orders.flush()
        return int(self.answers.readline())


@pytest.fixture(scope="module")
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


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    room = tmp_path_factory.mktemp("small")
    return Pair.of(small_folder(room / "one", "Alpha"), small_folder(room / "two", "Aleph"), room)


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
    whole = max(took)
    moments = random.Random(seed)
    spread = [(number + moments.random()) / kills * 1.2 for number in range(kills)]
    moments.shuffle(spread)
    outcome = {"killed, the old one stays": 0, "killed, the new one is there": 0, "done before the kill": 0}
    now = pair.published(output)
    for share in spread:
        child = builder.start(pair.folders[1 - now], output)
        time.sleep(share * whole)
        os.kill(child, signal.SIGKILL)
        code = builder.ended()
        assert code in (0, -signal.SIGKILL), "the build failed by itself"
        which = pair.published(output)
        if code == 0:
            assert which == 1 - now
            outcome["done before the kill"] += 1
            whole *= 0.95 if share < 0.9 else 1  # the machine is faster, or slower, than it was
        else:
            whole *= 1.1 if share > 1 else 1
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
    assert outcome["done before the kill"] > 3, outcome


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


def copies(pair: Pair, output: Path) -> set[int]:
    """Of which of the two the published copies are. Fails when one is neither."""
    reports = [json.loads((output / "report.json").read_text("utf-8"))["graph_trig_sha256"]]
    graphs = [hashlib.sha256(graph).hexdigest() for graph in pair.graphs]
    return {pair.graphs.index((output / "graph.trig").read_bytes()), *(graphs.index(report) for report in reports)}


@pytest.mark.parametrize("linked_before", [False, True])
def test_a_kill_before_each_single_step_without_links_leaves_the_old_or_the_new_generation(
    linked_before: bool, small: Pair, builder: Builder, tmp_path: Path
) -> None:
    """The copies beside it are whole, too; the next build makes all of them those of its own generation."""
    output, kept = tmp_path / "build", tmp_path / "kept"
    for number in (0, 1, 0):  # so that there is a previous one to sweep
        build(small.folders[number], output, links=linked_before)
    shutil.copytree(output, kept, symlinks=True)
    outcomes, mixed = [], 0
    for step in range(1, 200):
        shutil.rmtree(output)
        shutil.copytree(kept, output, symlinks=True)
        builder.start(small.folders[1], output, step, links=False)
        code = builder.ended()
        quads = list(Reader.at(output).nquads())
        which = small.quads.index(quads)
        outcomes.append(which)
        seen = copies(small, output)
        assert which in seen or (which == 1 and seen == {0})
        mixed += seen != {which}
        if code == 0:
            assert which == 1
            assert small.published(output) == 1
            break
        assert code == -signal.SIGKILL
        if which == 1:  # the same build again: nothing is "unchanged" before the copies are there
            builder.start(small.folders[1], output, links=False)
            assert builder.ended() == 0
            assert small.published(output) == 1
            assert not list(output.glob(".link-*"))
    else:
        pytest.fail("a build has no end of steps")
    assert outcomes == sorted(outcomes), "once the new one is there, it stays"
    assert outcomes.count(0) >= 5
    assert outcomes.count(1) >= 4
    builder.start(small.folders[0], output)  # no links are asked for anew where files lead to the generations
    assert builder.ended() == 0
    assert small.published(output) == 0
    assert sorted(path.name for path in output.iterdir()) == sorted(
        [".partnergraph", ".previous.txt", "current.txt", "generations", "graph.trig", "report.json"]
    )
    assert len(list((output / "generations").iterdir())) == 2
    assert mixed > 0, "the test itself: there is a moment between the commit and the copies"


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


def test_a_full_disk_and_a_read_only_one_leave_the_old_generation(small: Pair, tmp_path: Path) -> None:
    """On a real small disk, full from the first byte on or a little later, up to enough room."""
    disk = tmp_path / "disk"
    disk.mkdir()
    alone = ["unshare", "--mount", "--map-root-user"]
    try:
        able = subprocess.run([*alone, "mount", "-t", "tmpfs", "tmpfs", str(disk)], capture_output=True, check=False)
        need(able.returncode == 0, "the right to mount a disk (unshare --mount)")
    except FileNotFoundError:
        need(False, "the program unshare")
    command = [sys.executable, str(HERE / "full_disk.py"), str(disk), *map(str, small.folders)]
    done = subprocess.run([*alone, *command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    old, new = ({"quads": sha256("".join(quads)), "whole": True} for quads in small.quads)
    assert said["first"] == "built"
    assert said["before"] == {**old, "generations": 1}

    full = re.compile(
        r"StoreError: The disk is full: nothing was published in \S+/build, .* is intact\. Free some space"
    )
    *failed, through = said["tries"]
    assert len(failed) > 3
    for attempt in failed:
        assert full.match(attempt["outcome"]), attempt
        assert attempt["after"] == said["before"], attempt
    assert through["outcome"] == "built"
    assert through["after"] == {**new, "generations": 2}

    assert said["command"]["code"] == 1
    assert said["command"]["err"].startswith("Error: The disk is full: nothing was published")
    assert "Traceback" not in said["command"]["err"]
    assert said["command"]["out"] == ""

    assert full.match(said["back, full"])
    assert said["back"] == "built"
    assert said["after"] == {**old, "generations": 2}
    assert re.match(r"StoreError: \S+/build cannot be written: Read-only file system\. Choose", said["read-only"])
    assert said["at last"] == said["after"]


@pytest.mark.parametrize("tenths", [0, 1, 4, 9])
def test_a_limit_on_file_size_leaves_the_old_generation(tenths: int, small: Pair, tmp_path: Path) -> None:
    """The same where no disk may be mounted: each file may have only so many tenths of the graph's length."""
    output = tmp_path / "build"
    build(small.folders[0], output)
    limit = tenths * (output / "graph.trig").stat().st_size // 10
    done = subprocess.run(
        [sys.executable, "-m", "partnergraph", "build", str(small.folders[1]), "-o", str(output), "--no-page", "-q"],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout
    assert done.stderr.startswith("Error: A file may not grow so large here (ulimit -f): nothing was published")
    assert "Traceback" not in done.stderr
    assert small.published(output) == 0
    assert len(list((output / "generations").iterdir())) == 1
    build(small.folders[1], output)
    assert small.published(output) == 1


def test_an_output_folder_that_cannot_be_made_is_told(small: Pair, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", "utf-8")
    with pytest.raises(StoreError, match="file/build cannot be written"):
        build(small.folders[0], tmp_path / "file" / "build")
    assert (tmp_path / "file").read_text("utf-8") == "no folder"


def largest(store: Path) -> Path:
    return max(store.glob("*.sst"), key=lambda path: path.stat().st_size)


def halve(store: Path) -> None:
    os.truncate(largest(store), largest(store).stat().st_size // 2)


def remove(store: Path) -> None:
    largest(store).unlink()


def scribble(store: Path) -> None:
    (store / "CURRENT").write_text("MANIFEST-999999\n", "utf-8")


@pytest.mark.parametrize("damage", [halve, remove, scribble])
def test_a_damaged_store_says_what_to_do_and_a_forced_build_mends_it(
    damage: Callable[[Path], None], small: Pair, tmp_path: Path
) -> None:
    output = tmp_path / "build"
    build(small.folders[0], output)
    damage(output / "current" / "store")
    with pytest.raises(StoreError, match=r"cannot be opened .*Build it again: partnergraph build FOLDER --force"):
        Reader.at(output)
    build(small.folders[0], output, force=True)
    assert small.published(output) == 0


def test_a_store_that_is_gone_is_built_again_without_being_asked(small: Pair, tmp_path: Path) -> None:
    output = tmp_path / "build"
    build(small.folders[0], output)
    shutil.rmtree(output / "current" / "store")
    assert not build(small.folders[0], output).unchanged
    assert small.published(output) == 0


def test_one_wrong_byte_never_gives_a_wrong_answer(small: Pair, tmp_path: Path) -> None:
    """Every block has a checksum: what is read is right, or it is told that the store is damaged and what to do."""
    output = tmp_path / "build"
    build(small.folders[0], output)
    store = (output / "current" / "store").resolve()
    told = 0
    for number, path in enumerate(sorted(store.glob("*.sst"))):
        right = path.read_bytes()
        wrong = bytearray(right)
        wrong[len(right) * (number % 5 + 1) // 7] ^= 1
        path.write_bytes(wrong)
        try:
            reader = Reader.open(store)
            assert list(reader.nquads()) == small.quads[0]
            assert reader.named_graphs()
        except StoreError as error:
            assert "Build it again: partnergraph build FOLDER --force" in str(error)  # noqa: PT017
            told += 1
        path.write_bytes(right)
    assert told >= 2
    assert small.published(output) == 0
