"""The command line run in this process, as `partnergraph` would be in a shell."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from partnergraph.cli import main


class Said(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


Run = Callable[..., Said]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Run a command; errors are turned into messages and exit codes as the entry point does."""

    def call(*arguments: str | Path) -> Said:
        monkeypatch.setattr(sys, "argv", ["partnergraph", *map(str, arguments)])
        capsysbinary.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsysbinary.readouterr()
        return Said(int(ended.value.code or 0), out.decode(), err.decode())

    return call


@pytest.fixture
def here(keele: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder in which the Keele graph has just been built."""
    (tmp_path / "build").symlink_to(keele)
    monkeypatch.chdir(tmp_path)
    return tmp_path
