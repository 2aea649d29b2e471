"""The page on the analysis: its examples run and say what stands there, and it knows every measure and command."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from partnergraph import PartnerGraph
from partnergraph.analysis.projection import PROJECTIONS
from partnergraph.cli import main
from tests.conftest import ROOT

PAGE = (ROOT / "src" / "partnergraph" / "analysis" / "README.md").read_text("utf-8")
COMMANDS = "brokers routes overlap gaps what-if timeline survival communities stale summary".split()


def _blocks(language: str) -> list[str]:
    return re.findall(rf"<!-- run -->\n```{language}\n(.*?)```", PAGE, flags=re.DOTALL)


def _examples() -> list[tuple[str, list[str]]]:
    """Each command with the lines that follow it."""
    examples: list[tuple[str, list[str]]] = []
    for line in "".join(_blocks("console")).splitlines():
        if line.startswith("$ "):
            examples.append((line.removeprefix("$ "), []))
        elif line.strip():
            examples[-1][1].append(line)
    return examples


@pytest.mark.parametrize(
    ("command", "sentences"), _examples(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_each_example_says_what_stands_there(
    command: str,
    sentences: list[str],
    keele: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "build").symlink_to(keele)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", shlex.split(command))
    with pytest.raises(SystemExit) as ended:
        main()
    said, errors = capsys.readouterr()
    assert not ended.value.code, errors
    assert sentences
    paragraphs = [" ".join(paragraph.split()) for paragraph in said.split("\n\n")]
    assert [sentence for sentence in sentences if sentence not in paragraphs] == []


def test_the_python_of_the_page_runs(keele: Path, tmp_path: Path) -> None:
    (tmp_path / "build").symlink_to(keele)
    [code] = _blocks("python")
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(re.findall(r"\. \d+$", done.stdout, re.MULTILINE)) == 3


def test_it_explains_every_projection_command_and_measure(keele: Path) -> None:
    examples = {shlex.split(command)[1] for command, _ in _examples()}
    assert examples <= set(COMMANDS)
    rows = re.findall(r"^\| (.*?) \|", PAGE, flags=re.MULTILINE)
    words = set(re.findall(r"`([^`]+)`", "\n".join(rows)))
    assert set(PROJECTIONS) <= words
    assert set(COMMANDS) <= {word.split()[0] for word in words}
    columns = [name for name in PartnerGraph.open(keele).measures().columns if not name.endswith("_rank")]
    assert len(columns) > 15
    assert set(columns) - {"iri", "name", "type"} <= words
