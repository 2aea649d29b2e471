"""Every command that writes loses nothing, killed at any point or on a full disk; running it again completes it.

The long runs (`pytest -m faults -n 0 tests/files`) try 100 kills and 50 full disks for each command, and ten people who
accept into one folder at once.
"""

from __future__ import annotations

import csv
import json
import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from partnergraph.build import build
from partnergraph.extraction.accept import accept
from partnergraph.graph_folder.folder import read_folder
from partnergraph.workbook.template import create_folder
from tests.cli.test_match import RECORDS, TABLES
from tests.files.test_atomic import everything

OLD = b"what stood here before\n" * 100
LINKS = "SELECT ?from ?to { ?from pg:memberOf ?to }"
TEMPORARY = re.compile(r"(^|/)\.partnergraph(\.lock$|-[0-9a-f]{16}\.tmp)")
TEXT = "Corve University funds the Example Trust since 2011. Corve University is a member of the Elm Network.\n"


@dataclass(frozen=True)
class Command:
    """A command, and the files that stand in its way."""

    name: str
    arguments: tuple[str, ...]
    old: tuple[str, ...] = ()


COMMANDS = [
    Command("query", ("query", "SELECT * { ?s ?p ?o } LIMIT 900", "-g", "../build", "-o", "out.csv"), ("out.csv",)),
    Command("query --draw", ("query", LINKS, "-g", "../build", "--draw", "out.html"), ("out.html",)),
    Command("draw", ("draw", "-g", "../build", "-o", "out.html", "--svg", "out.svg"), ("out.html", "out.svg")),
    Command("draw --keep", ("draw", "-g", "../build", "-o", "/dev/null", "--keep", "mine")),
    Command("diff --draw", ("diff", "mine", "../build", "-o", "out.md", "--draw", "out.html"), ("out.md", "out.html")),
    Command("export trig", ("export", "-g", "../build", "-o", "out.trig"), ("out.trig",)),
    Command("export gexf", ("export", "-g", "../build", "-o", "out.gexf"), ("out.gexf",)),
    Command(
        "export csv, in a folder that is there",
        ("export", "-g", "../build", "-f", "csv", "-o", "net"),
        ("net/nodes.csv", "net/edges.csv", "net/notes.txt"),
    ),
    Command("export csv, in a new folder", ("export", "-g", "../build", "-f", "csv", "-o", "net")),
    Command("export --tables, workbook", ("export", "-g", "../build", "--tables", "out.xlsx"), ("out.xlsx",)),
    Command("export --tables, folder", ("export", "-g", "../build", "--tables", "copy")),
    Command(
        "read, workbook", ("read", "text.txt", "--source", "page", "-g", "../build", "-o", "out.xlsx"), ("out.xlsx",)
    ),
    Command("read, folder", ("read", "text.txt", "--source", "page", "-g", "../build", "-o", "out")),
    Command("read --accept", ("read", "text.txt", "--accept", "proposed", "--into", "mine")),
    Command("match --accept", ("match", "graph", *"--accept certain --who K -r ror --file ror.json --as ror".split())),
    Command("check --marked", ("check", "wrong", "--marked", "out.xlsx", "-o", "out.txt"), ("out.xlsx", "out.txt")),
    Command("gaps", ("gaps", "-g", "../build", "-o", "out.json"), ("out.json",)),
    Command("survival", ("survival", "-g", "../build", "-o", "out.csv"), ("out.csv",)),
    Command(
        "report", ("report", "Example University", "-g", "../build", "--as-of", "2026", "-o", "out.html"), ("out.html",)
    ),
    Command("report --all", ("report", "-g", "../build", "--as-of", "2026", "--all", "all")),
    Command("init", ("init", "new/folder", "--name", "Riverside Trust")),
    Command("import", ("import", "edges.csv", "-o", "new")),
]
SHORT = (
    "draw --keep",
    "export csv, in a folder that is there",
    "read, folder",
    "read --accept",
    "match --accept",
    "init",
)


class Runner:
    """The process of `runner.py`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin
        assert process.stdout
        self.orders, self.answers = process.stdin, process.stdout

    def __call__(self, folder: Path, command: Command, **more: float) -> dict[str, Any]:
        order = {"folder": str(folder), "arguments": command.arguments, **more}
        self.orders.write(json.dumps(order) + "\n")
        self.orders.flush()
        answer: dict[str, Any] = json.loads(self.answers.readline())
        assert "Traceback" not in answer["error"], answer["error"]
        return answer


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    command = [sys.executable, str(Path(__file__).with_name("runner.py"))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Runner(process)
        assert process.stdin
        process.stdin.close()
        assert process.wait(30) == 0


def say_yes(proposed: Path) -> None:
    with (proposed / "proposals.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    with (proposed / "proposals.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(row | {"accept": "yes"} for row in rows)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, runner: Runner) -> Path:
    """A folder with everything that the commands need."""
    place = tmp_path_factory.mktemp("place") / "place"
    place.mkdir()
    create_folder(place / "mine", "Example Trust", csv_tables=True, full=True)
    build(place / "mine", place.parent / "build")
    shutil.copytree(place / "mine", place / "wrong")
    table = place / "wrong" / "tables" / "organisations.csv"
    table.write_text(table.read_text("utf-8").replace(",charity,", ",charty,", 1), "utf-8")
    (place / "graph" / "tables").mkdir(parents=True)
    for name, text in TABLES.items():
        (place / "graph" / "tables" / f"{name}.csv").write_text(text, "utf-8")
    (place / "graph" / "partnergraph.toml").write_text('id = "x"\ntitle = "X"\n', "utf-8")
    (place / "text.txt").write_text(TEXT, "utf-8")
    (place / "edges.csv").write_text("From,To,Type\nAlpha,Beta,funds\nBeta,Gamma,knows\n", "utf-8")
    (place / "ror.json").write_text(json.dumps(RECORDS), "utf-8")
    reading = Command("", ("read", "text.txt", "--source", "page", "-g", "mine", "-o", "proposed"))
    assert runner(place, reading)["code"] == 0
    say_yes(place / "proposed")
    return place


class Trial:
    """One command in copies of a folder: as it was before, and as it is after an undisturbed run."""

    def __init__(self, command: Command, place: Path, runner: Runner, room: Path) -> None:
        self.command, self.runner, self.room, self.place = command, runner, room, place
        (room.parent / "build").symlink_to(place.parent / "build")
        self.fresh()
        self.before = everything(room)
        answer = runner(room, command)
        assert answer["code"] == (1 if command.name.startswith("check") else 0), answer["error"]
        self.after, self.steps, self.code = everything(room), answer["steps"], answer["code"]
        assert self.after != self.before
        assert self.steps > 2

    def fresh(self) -> None:
        """Put everything back to the beginning."""
        shutil.rmtree(self.room, ignore_errors=True)
        shutil.copytree(self.place, self.room, symlinks=True)
        for name in self.command.old:
            (self.room / name).parent.mkdir(exist_ok=True)
            (self.room / name).write_bytes(OLD)

    def kill(self, step: int, delay: float = 0.0, complete: bool = True) -> bool:
        """Kill it once, look, run it again to `complete` it, and look again. Returns whether it was killed in time."""
        self.fresh()
        killed = self.runner(self.room, self.command, step=step, delay=delay)
        assert killed["code"] in (-9, self.code), killed
        found = everything(self.room)
        seen = {name: what for name, what in found.items() if not TEMPORARY.search(name)}
        for name, what in seen.items():
            states = [state[name] for state in (self.before, self.after) if name in state]
            assert what in states, f"{name} is neither old nor new"
        assert self.before.keys() & self.after.keys() <= seen.keys(), "something is gone"
        for folder in ("mine", "graph", "new", "new/folder", "copy"):
            if (self.room / folder / "partnergraph.toml").exists():
                assert read_folder(self.room / folder).errors == []
        if not complete:
            return killed["code"] == -9
        if seen == self.after and self.command.name in ("init", "import", "export --tables, folder"):
            return killed["code"] == -9  # made already: it would be refused now
        again = self.runner(self.room, self.command)
        assert again["code"] == self.code, again["error"]
        assert everything(self.room) == self.after
        return killed["code"] == -9

    def fill(self, limit: int) -> bool:
        """Run it with a limit on the length of files. Returns whether it was stopped."""
        self.fresh()
        answer = self.runner(self.room, self.command, limit=limit)
        if answer["code"] == self.code and everything(self.room) == self.after:
            return False
        assert answer["code"] == 1, answer
        assert answer["error"].startswith("Error: ") or "\nError: " in answer["error"], answer["error"]
        assert "File too large" in answer["error"]
        written = {name for name, what in everything(self.room).items() if what != self.before.get(name, b"")}
        # A command with two outputs may have written the first; each is whole.
        assert all(everything(self.room)[name] == self.after[name] for name in written), written
        assert len(written) < 2, written
        assert self.before.keys() <= everything(self.room).keys()
        return True

    def largest(self) -> int:
        """The length of the longest file that the command makes or changes."""
        changed = (what for name, what in self.after.items() if what != self.before.get(name))
        return max(len(what) for what in changed if isinstance(what, bytes))


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.name in SHORT], ids=lambda command: command.name)
def test_killed_at_each_step_nothing_is_lost_and_running_it_again_completes_it(
    command: Command, place: Path, runner: Runner, tmp_path: Path
) -> None:
    trial = Trial(command, place, runner, tmp_path / "room")
    # Who accepts first tries all of it in a folder of its own: only the beginning and the end are of interest.
    steps = [step for step in range(1, trial.steps + 1) if step < 4 or step > trial.steps - 48]
    assert [step for step in steps if not trial.kill(step)] == []


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_a_full_disk_destroys_nothing(command: Command, place: Path, runner: Runner, tmp_path: Path) -> None:
    trial = Trial(command, place, runner, tmp_path / "room")
    assert trial.fill(10)
    assert trial.fill(trial.largest() - 1)
    assert not trial.fill(2**40)


@pytest.mark.faults
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_a_hundred_kills_and_fifty_full_disks(
    command: Command, place: Path, runner: Runner, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    began, chance = time.monotonic(), random.Random(command.name)
    trial = Trial(command, place, runner, tmp_path / "room")
    killed = stopped = 0
    for number in range(100):  # at each step in turn, the last first, where the renames are; then a little after it
        delay = 0.0 if number < trial.steps else chance.uniform(0, 0.004)
        killed += trial.kill(
            trial.steps - number % trial.steps, delay, complete=number < trial.steps or number % 5 == 0
        )
    for number in range(50):
        stopped += trial.fill(int(trial.largest() * (number + chance.random()) / 50))
    with capsys.disabled():
        seconds = time.monotonic() - began
        print(f"\n{command.name}: {killed} of 100 killed in time, {stopped} of 50 stopped, {seconds:.0f} s")
    assert killed > 50
    assert stopped > 45


def people(place: Path, room: Path, number: int) -> None:
    """So many people accept a text each, at once: whoever is told that it was taken finds it there."""
    shutil.copytree(place / "mine", room / "mine")
    running = []
    for person in range(number):
        name = "abcdefghij"[person]
        text = room / f"text-{name}.txt"
        text.write_text(f"Alpha{name} University funds the Example Trust since {2001 + person}.\n", "utf-8")
        proposed, command = room / f"proposed-{name}", [sys.executable, "-m", "partnergraph", "read", str(text)]
        subprocess.run(
            [*command, "--source", f"page-{name}", "-g", str(place.parent / "build"), "-o", str(proposed)],
            check=True,
            capture_output=True,
        )
        say_yes(proposed)
        running.append([*command, "--accept", str(proposed), "--into", str(room / "mine")])
    others = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for command in running]
    said = [other.communicate()[1] for other in others]
    taken = {"abcdefghij"[person] for person in range(number) if others[person].returncode == 0}
    folder = read_folder(room / "mine")
    assert folder.errors == []
    there = {org.id[5] for org in folder.model.organisations if org.id.startswith("alpha")}
    assert there == taken, said
    assert {rel.id for rel in folder.model.relationships} >= {
        f"funding--alpha{name}-university--example-trust" for name in taken
    }
    assert len(taken) > number // 2, said
    for person, other in enumerate(others):
        assert other.returncode == 0 or "Another command has been changing" in said[person]
        assert "Traceback" not in said[person]
    assert not list((room / "mine").rglob(".*"))


def test_three_people_accept_at_once(place: Path, tmp_path: Path) -> None:
    people(place, tmp_path, 3)


@pytest.mark.faults
def test_ten_people_accept_at_once(place: Path, tmp_path: Path) -> None:
    for again in range(3):
        (tmp_path / str(again)).mkdir()
        people(place, tmp_path / str(again), 10)


def test_a_table_that_is_saved_meanwhile_stops_accepting(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A spreadsheet program holds no lock. Its rows are there afterwards, and nothing else is."""
    from partnergraph.errors import DataError
    from partnergraph.extraction import accept as room

    shutil.copytree(place / "mine", tmp_path / "mine")
    table = tmp_path / "mine" / "tables" / "organisations.csv"
    real = room._check

    def saved(files: Any, into: Path) -> None:
        real(files, into)
        table.write_bytes(table.read_bytes().replace(b"Example Trust,", b"Example Trust Ltd,"))

    monkeypatch.setattr(room, "_check", saved)
    before = everything(tmp_path / "mine")
    with pytest.raises(
        DataError, match=r"tables/organisations\.csv of .* changed while .* nothing was written\. Run it"
    ):
        accept(place / "proposed", tmp_path / "mine", place / "text.txt")
    after = everything(tmp_path / "mine")
    assert b"Example Trust Ltd," in table.read_bytes()
    assert {name for name in after if after[name] != before.get(name)} == {"tables/organisations.csv"}
    monkeypatch.undo()
    assert accept(place / "proposed", tmp_path / "mine", place / "text.txt").rows
