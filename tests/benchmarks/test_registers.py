"""A register to a published generation: ROR beside a bare load of the same quads, and up to a million organisations.

Run: ``python -m pytest -m benchmark -n 0 -s tests/benchmarks/test_registers.py`` (half an hour, and 40 GB of disk;
without the million, ``-k "not 1000000"``: five minutes)
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks.registered import folder
from tests.conftest import ROOT

pytestmark = pytest.mark.benchmark


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A folder whose gigabytes do not stay."""
    yield tmp_path
    shutil.rmtree(tmp_path)


def _measured(what: str, source: Path, target: Path) -> dict[str, float]:
    command = [sys.executable, "tests/benchmarks/registered.py", what, str(source), str(target)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _say(name: str, found: dict[str, float]) -> None:
    print(
        f"{name:32} {found['quads']:12,.0f} quads  {found['seconds']:8.1f} s (processor {found['processor']:7.1f} s)  "
        f"peak {found['megabytes']:6.0f} MB"
    )


def test_ror_beside_a_bare_load_of_the_same_quads(shared: Path, place: Path) -> None:
    files = [shared / "registers" / "ror" / f"ror_{name}.jsonl.gz" for name in ("v2_latest", "v1_only")]
    made = folder(place / "ror", files)
    built = _measured("build", made, place / "output")
    written = _measured("lines", made, place / "lines.nq")
    loaded = _measured("bare", place / "lines.nq", place / "store")
    _say("\nROR, published", built)
    _say("its quads, by the engine alone", loaded)
    whole, load = loaded["seconds"] / built["seconds"], (loaded["seconds"] - loaded["optimize"]) / built["seconds"]
    print(f"{built['records'] / built['seconds']:.0f} records a second")
    print(f"ratio {load:.2f} to the load alone (goal: 0.5 or more), {whole:.2f} to the load and its tidying up")
    assert built["records"] == written["records"] > 50_000
    assert built["quads"] >= loaded["quads"] > 5_000_000
    assert load >= 0.5
    assert built["megabytes"] < 2000


@pytest.mark.parametrize("number", [10_000, 100_000, 1_000_000])
def test_so_many_made_up_organisations(number: int, place: Path) -> None:
    found = _measured("build", folder(place / "made", number), place / "output")
    _say(f"\n{number:,} organisations", found)
    print(f"{found['records'] / found['seconds']:.0f} records a second")
    assert found["records"] == number
    assert found["megabytes"] < 2000
