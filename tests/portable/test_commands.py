"""Every command but `serve`, and the library, without what only Unix has: to the end, and with the same results.

`without_unix` says what is taken away; no Windows is at hand. Two processes run the same commands in copies of the same
folders, one as the system is and one without, and what they print and write is compared.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
TEXT = "Corve University funds the Example Trust since 2011. Corve University is a member of the Elm Network.\n"
# A record as the file of ROR has it.
RECORDS = [
    {
        "id": "https://ror.org/00340yn33",
        "names": [{"lang": "en", "types": ["ror_display"], "value": "University of Keele"}],
        "types": ["education"],
        "status": "active",
        "relationships": [],
        "external_ids": [{"type": "wikidata", "all": ["Q1138374"], "preferred": None}],
        "locations": [{"geonames_id": 1, "geonames_details": {"name": "Newcastle", "country_code": "GB"}}],
    }
]
KEELE, OTHER = "Keele University", "Newcastle University"
INIT = "ours/graph"
COMMANDS = [
    ["build", "data"],
    ["build", "data"],
    ["check", "data"],
    ["kinds"],
    ["queries"],
    ["queries", "ask", "who", "funds", "us"],
    ["query", "SELECT ?a ?b { ?a pg:memberOf ?b } ORDER BY ?a ?b", "--format", "csv"],
    ["query", "SELECT ?a ?b { ?a pg:memberOf ?b } ORDER BY ?a ?b", "-o", "out/members.json"],
    ["query", "SELECT ?from ?to { ?from pg:fundsDirectly|pg:memberOf ?to } ORDER BY ?from ?to", "--draw", "out/q.html"],
    ["query", "CONSTRUCT { ?a pg:memberOf ?b } WHERE { ?a pg:memberOf ?b }", "-o", "out/members.nt"],
    ["query", "SELECT nothing"],
    ["why", KEELE, OTHER],
    ["draw", "-o", "out/page.html", "--svg", "out/map.svg"],
    ["draw", "-o", "out/kept.html", "--keep", "data"],
    ["summary", "--as-of", "2026"],
    ["brokers"],
    ["routes", KEELE, OTHER],
    ["overlap", KEELE, OTHER],
    ["gaps", "-o", "out/gaps.json"],
    ["what-if", "--without", OTHER],
    ["timeline"],
    ["survival", "-o", "out/survival.csv"],
    ["communities"],
    ["stale", "-o", "out/stale.json"],
    ["report", KEELE, "--as-of", "2026", "-o", "out/report.html"],
    ["duplicates"],
    ["conflicts"],
    ["match", "data", "--file", "ror.json", "--as", "ror", "-o", "out/matches.csv"],
    ["export", "-o", "out/graph.trig"],
    ["export", "-o", "out/graph.gexf"],
    ["export", "-f", "csv", "-o", "out/net"],
    ["export", "--tables", "out/tables"],
    ["export", "--tables", "out/tables.xlsx"],
    ["init", INIT, "--name", "Example Trust"],
    ["check", INIT],
    ["build", INIT, "--output", "ours/build"],
    ["report", "-g", "ours/build", "--as-of", "2026", "--all", "out/reports"],
    ["read", "text.txt", "--source", "page", "-g", "ours/build", "-o", "out/proposed"],
    ["import", "edges.csv", "-o", "imported"],
    ["build", "imported", "--output", "imported-build", "--no-page"],
    ["diff", "ours/build", "build", "-o", "out/diff.md", "--draw", "out/diff.html"],
    ["build", "data", "--force", "--no-page"],
    ["diff", "build", "--previous"],
]
LIBRARY = """
import sys
from partnergraph import PartnerGraph
with_limits = PartnerGraph.open("build", timeout=20, memory=1_000_000_000)
print(with_limits.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").rows)
try:
    PartnerGraph.open("build", timeout=1).query("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }").rows
except Exception as error:
    print(type(error).__name__)
print(len(with_limits.query("SELECT ?s { ?s ?p ?o } LIMIT 1").rows))
"""


@dataclass(frozen=True)
class Side:
    """What the commands printed, and the folder that they wrote into."""

    folder: Path
    outcomes: list[dict[str, object]]
    environment: dict[str, str]

    def files(self) -> dict[str, bytes]:
        """The files that were written: those of a build by their published names."""
        return {
            name: path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file()
            and not {"generations", "current", ".previous"} & set(path.relative_to(self.folder).parts)
            and (name := path.relative_to(self.folder).as_posix()).rpartition("/")[2]
            not in ("current.txt", ".previous.txt")
        }


def environment(blocked: bool) -> dict[str, str]:
    without = {"PYTHONPATH": str(HERE / "without_unix")} if blocked else {}
    return {**os.environ, **without}


def run_commands(folder: Path, blocked: bool) -> Side:
    shutil.copytree(ROOT / "data", folder / "data")
    (folder / "out").mkdir()
    (folder / "text.txt").write_text(TEXT, "utf-8")
    (folder / "edges.csv").write_text("From,To,Type\nAlpha,Beta,funds\nBeta,Gamma,knows\n", "utf-8")
    (folder / "ror.json").write_text(json.dumps(RECORDS), "utf-8")
    orders, results = folder.parent / f"{folder.name}.json", folder.parent / f"{folder.name}-results.json"
    orders.write_text(json.dumps(COMMANDS), "utf-8")
    command = [sys.executable, str(HERE / "runner.py"), str(orders), str(results)]
    done = subprocess.run(
        command, cwd=folder, env=environment(blocked), capture_output=True, text=True, check=False, timeout=500
    )
    assert done.returncode == 0, done.stderr
    return Side(folder, json.loads(results.read_text("utf-8")), environment(blocked))


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Side:
    return run_commands(tmp_path_factory.mktemp("usual") / "here", blocked=False)


@pytest.fixture(scope="module")
def blocked(tmp_path_factory: pytest.TempPathFactory) -> Side:
    if sys.platform != "linux":
        pytest.skip("Linux alone is made to lack what Unix has; here the system is tested as it is")
    return run_commands(tmp_path_factory.mktemp("blocked") / "here", blocked=True)


def python(side: Side, program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=side.folder, env=side.environment, capture_output=True, text=True, check=False, timeout=200,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_is_taken_away_also_from_processes_of_processes(blocked: Side) -> None:
    program = """
import os, signal, subprocess, sys
assert not any(hasattr(os, name) for name in ("fork", "symlink", "link", "O_NOFOLLOW", "getuid"))
assert not hasattr(signal, "SIGKILL")
for name in ("fcntl", "resource", "pwd", "uvloop"):
    try:
        __import__(name)
    except ModuleNotFoundError:
        continue
    raise SystemExit(name)
try:
    os.open(".", os.O_RDONLY)
except PermissionError:
    pass
else:
    raise SystemExit("a folder was opened")
with open("open.txt", "w"):
    try:
        os.replace("open.txt", "other.txt")
    except PermissionError:
        pass
    else:
        raise SystemExit("an open file was renamed")
os.remove("open.txt")
if len(sys.argv) == 1:
    sys.exit(subprocess.call([sys.executable, "-P", "-c", PROGRAM, "again"]))
"""
    assert python(blocked, f"PROGRAM = {program!r}\nexec(PROGRAM)") == ""


@pytest.mark.parametrize("number", range(len(COMMANDS)), ids=[" ".join(command)[:60] for command in COMMANDS])
def test_a_command_gets_to_its_end(number: int, usual: Side) -> None:
    outcome = usual.outcomes[number]
    assert outcome["code"] == (1 if "nothing" in COMMANDS[number][-1] else 0), outcome["err"]
    assert outcome["out"] or outcome["err"] or "-o" in COMMANDS[number]


def notes(outcome: dict[str, object]) -> list[str]:
    """What went to standard error, but for progress, which only a slow machine shows, and the note on locks."""
    lines = str(outcome["err"]).splitlines()
    return [line for line in lines if not line.endswith(" ...") and " has no locks: " not in line]


@pytest.mark.parametrize("number", range(len(COMMANDS)), ids=[" ".join(command)[:60] for command in COMMANDS])
def test_a_command_says_the_same(number: int, usual: Side, blocked: Side) -> None:
    expected, outcome = usual.outcomes[number], blocked.outcomes[number]
    assert outcome["code"] == expected["code"], outcome["err"]
    assert outcome["out"] == expected["out"]
    assert notes(outcome) == notes(expected)


def test_every_command_but_serve_is_run() -> None:
    from partnergraph.cli import COMMANDS as ALL

    assert {command[0] for command in COMMANDS} == ALL.keys() - {"serve"}


def test_all_files_are_the_same_and_no_link_is_there(usual: Side, blocked: Side) -> None:
    expected, files = usual.files(), blocked.files()
    assert len(expected) > 60
    assert files.keys() == expected.keys()
    assert [name for name in files if files[name] != expected[name] and not name.endswith(".xlsx")] == []
    assert [path for path in blocked.folder.rglob("*") if path.is_symlink()] == []
    assert (blocked.folder / "build" / "current.txt").read_bytes().startswith(b"generations/")
    assert not [name for name in files if ".partnergraph-" in name or ".link-" in name]


def test_the_library_answers_and_stops_what_takes_too_long(usual: Side, blocked: Side) -> None:
    said = python(blocked, LIBRARY)
    assert said == python(usual, LIBRARY)
    assert said.splitlines()[1:] == ["QueryLimit", "1"]


def test_serve_says_in_a_line_that_it_cannot_run(request: pytest.FixtureRequest) -> None:
    blocked: Side = request.getfixturevalue("usual" if sys.platform == "win32" else "blocked")
    done = subprocess.run(
        [sys.executable, "-m", "partnergraph", "serve", "--port", "0"],
        cwd=blocked.folder, env=blocked.environment, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stdout == ""
    assert (
        done.stderr
        == "Error: serve cannot run on this system: its query processes need fork(2), which Windows lacks.\n"
    )
