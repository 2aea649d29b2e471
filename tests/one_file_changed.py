"""A copy of the package in which one file is changed, to show what one entry in a registry brings about."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT


def changed_package(folder: Path, file: str, old: str, new: str) -> dict[str, str]:
    """Copy the package into a folder and replace a text of one of its files. Returns the environment that uses it."""
    copy = folder / "partnergraph"
    shutil.copytree(ROOT / "src" / "partnergraph", copy, ignore=shutil.ignore_patterns("__pycache__"))
    text = (copy / file).read_text("utf-8")
    assert text.count(old) == 1
    (copy / file).write_text(text.replace(old, new), "utf-8")
    return os.environ | {"PYTHONPATH": str(folder), "COLUMNS": "1000"}


def run(environment: dict[str, str], *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run Python."""
    command = [sys.executable, "-P", *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
