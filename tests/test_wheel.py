"""The built wheel, installed in a fresh environment, does the main job outside the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT, need


def _run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"}}
    return subprocess.run([str(c) for c in command], cwd=cwd, env=clean, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    done = _run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    [path] = folder.glob("*.whl")
    return path


def test_the_wheel_carries_the_ontology_the_example_and_the_page_parts(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for path in [*(ROOT / "ontology").rglob("*"), *(ROOT / "data").rglob("*")]:
        if path.is_file():
            room = "ontology" if path.is_relative_to(ROOT / "ontology") else "example"
            inside = path.relative_to(ROOT / ("ontology" if room == "ontology" else "data"))
            assert f"partnergraph/{room}/{inside.as_posix()}" in names
    assert any(name.startswith("partnergraph/page/vendor/") for name in names)
    for room in ("static", "templates", "vendor"):
        files = {f"partnergraph/site/{room}/{p.name}" for p in (ROOT / "src/partnergraph/site" / room).iterdir()}
        assert files
        assert files <= names
    workbook = ROOT / "src" / "partnergraph" / "workbook"
    for path in [workbook / "readme.toml", *(workbook / "starter").rglob("*")]:
        assert path.is_dir() or f"partnergraph/{path.relative_to(workbook.parent).as_posix()}" in names
    assert any(name.endswith(".rq") and name.startswith("partnergraph/ontology/questions/") for name in names)
    assert not [name for name in names if "tests/" in name or "__pycache__" in name]


def test_a_fresh_environment_builds_asks_and_draws_from_the_wheel(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    # Our own pip installs into it, and nothing is compiled but what runs: that is most of the time it takes.
    pip = [sys.executable, "-m", "pip", "--python", environment / "bin" / "python"]
    installed = _run(*pip, "install", "--quiet", "--no-compile", wheel, cwd=tmp_path)
    if installed.returncode != 0 and "No matching distribution" in installed.stderr:
        need(False, "a package index to install the wheel's dependencies from")
    assert installed.returncode == 0, installed.stderr
    tool = environment / "bin" / "partnergraph"
    work = tmp_path / "elsewhere"
    work.mkdir()
    asked = "from partnergraph.vocabulary import example_dir; print(example_dir())"
    example = _run(environment / "bin" / "python", "-c", asked, cwd=work).stdout.strip()
    assert Path(example).is_relative_to(environment)
    built = _run(tool, "build", example, cwd=work)
    assert built.returncode == 0, built.stdout + built.stderr
    report = json.loads((work / "build" / "report.json").read_text("utf-8"))
    assert report["counts"]["organisations"] >= 77
    assert "<!doctype html>" in (work / "build" / "index.html").read_text("utf-8")[:200].lower()
    answer = _run(tool, "query", "SELECT (COUNT(?r) AS ?n) { ?r a pg:Relationship }", "--format", "csv", cwd=work)
    assert answer.returncode == 0, answer.stderr
    assert int(answer.stdout.split()[1]) > 150
    drawn = _run(tool, "draw", "--output", "map.html", cwd=work)
    assert drawn.returncode == 0, drawn.stderr
    assert (work / "map.html").stat().st_size > 100_000
