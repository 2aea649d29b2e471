"""What the network says of registers kept whole: every command cold, through the command line, in a process of its own.

Run: ``python -m pytest -m benchmark -n 0 -s tests/benchmarks/test_network_commands.py`` (a quarter of an hour)

Goals, in processor time, the start of Python included: brokers, gaps, routes and overlap of 100,000 made-up
organisations with 225,000 pairs within 5 s, every command of ROR and of six smaller registers within 10 s.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks.registered import folder, identifier
from tests.conftest import ROOT

pytestmark = pytest.mark.benchmark

MEASURED = """
import resource, sys
from partnergraph.cli import main
sys.argv[0] = "partnergraph"
try:
    code = main()
except SystemExit as stop:
    code = stop.code
used = resource.getrusage(resource.RUSAGE_SELF)
print(code or 0, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, file=sys.stderr)
"""
SIX = {
    "govuk": "gov-organisations/govuk_organisations_api_2026-04.json.gz",
    "local-authorities": "local-authorities/mysociety_uk_local_authorities_current.csv",
    "ods-trusts": "nhs-ods/etr_2025-07.csv",
    "360giving": "360giving/covid19_grants_2020-05-07.json.gz",
    "gtr": "ukri-gtr/gtr_projects_2021-01_subset.csv.gz",
    "ror": "ror/gb_v2.jsonl.gz",
}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A folder whose gigabytes do not stay."""
    yield tmp_path
    shutil.rmtree(tmp_path)


def _measured(*arguments: str) -> tuple[str, float, float]:
    """What a command prints, its processor time in seconds and its peak memory in MB."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    code, seconds, megabytes = done.stderr.splitlines()[-1].split()
    assert code == "0", done.stderr
    return done.stdout, float(seconds), float(megabytes)


def _all_commands(graph: Path, a: str, b: str, funder: str) -> dict[str, float]:
    """Runs every command on a build; gives the processor time of each."""
    commands = {
        "summary": [],
        "brokers": [],
        "routes": [a, b],
        "overlap": [a, b],
        "gaps": ["--organisation", a],
        "what-if --without": ["--without", a],
        "what-if --ending": ["--ending", funder, "--at", "2020-06"],
        "timeline": [a],
        "communities": [],
        "stale": [],
        "report": [a],
    }
    times = {}
    for name, arguments in commands.items():
        text, times[name], megabytes = _measured(name.split()[0], *arguments, "--graph", str(graph))
        print(f"{name:20} {times[name]:6.2f} s  {megabytes:5.0f} MB  {len(text):9,} characters")
        assert megabytes < 1000
        assert text
    return times


def test_a_hundred_thousand_organisations(place: Path) -> None:
    _measured("build", str(folder(place / "made", 100_000, related=2)), "--output", str(place / "build"))
    print("\n100,000 organisations")
    a, b = (f"ror-{identifier(number)[-9:]}" for number in (0, 5000))
    times = _all_commands(place / "build", a, b, a)
    assert max(times[name] for name in ("brokers", "gaps", "routes", "overlap")) < 5


def test_ror(shared: Path, place: Path) -> None:
    files = [shared / "registers" / "ror" / f"ror_{name}.jsonl.gz" for name in ("v2_latest", "v1_only")]
    _measured("build", str(folder(place / "made", files)), "--output", str(place / "build"))
    print("\nROR")
    times = _all_commands(place / "build", "ror-013meh722", "ror-052gg0110", "ror-013meh722")
    assert max(times.values()) < 10


def test_six_registers(shared: Path, place: Path) -> None:
    made = folder(place / "made", [])
    config, rows = (made / "partnergraph.toml").read_text("utf-8"), ""
    for number, (form, path) in enumerate(SIX.items()):
        copied = Path(shutil.copy(shared / "registers" / path, made / "sources"))
        entry = f'[[register]]\nsource = "r{number}"\npath = "sources/{copied.name}"\nformat = "{form}"\nkeep = "all"\n'
        config, rows = config + entry, f"{rows}r{number},{form},X,register\n"
    (made / "partnergraph.toml").write_text(config, "utf-8")
    with (made / "tables" / "sources.csv").open("a", encoding="utf-8") as sources:
        sources.write(rows)
    _measured("build", str(made), "--output", str(place / "build"))
    print("\nSix registers")
    times = _all_commands(
        place / "build", "Esmée Fairbairn Foundation", "The Clothworkers Foundation", "Esmée Fairbairn Foundation"
    )
    assert max(times.values()) < 10
