"""The documentation is tested: its commands run, and what the program has is in it."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from partnergraph.cli import COMMANDS, main
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text("utf-8")
ANALYSIS_DOCS = ROOT / "src" / "partnergraph" / "analysis" / "README.md"
DOCS = {
    path: path.read_text("utf-8")
    for path in [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("*/README.md")), ANALYSIS_DOCS]
}
QUERY_DOCS = ROOT / "src" / "partnergraph" / "questions" / "README.md"


def _blocks(language: str) -> list[str]:
    return re.findall(rf"<!-- run -->\n```{language}\n(.*?)```", README, flags=re.DOTALL)


def _environment() -> dict[str, str]:
    return os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def _work(keele: Path, tmp_path: Path) -> Path:
    (tmp_path / "build").symlink_to(keele)
    (tmp_path / "data").symlink_to(ROOT / "data")
    return tmp_path


@pytest.mark.parametrize("line", [line for block in _blocks("bash") for line in block.splitlines() if line.strip()])
def test_every_command_of_the_readme_runs(
    line: str, keele: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In this process; by a shell where the line is more than one command, or is not ours."""
    words = shlex.split(line, comments=True)
    if words[0] == "partnergraph" and not {"|", "&&", ";", ">", "<"}.intersection(words):
        monkeypatch.chdir(_work(keele, tmp_path))
        monkeypatch.setattr(sys, "argv", words)
        with pytest.raises(SystemExit) as ended:
            main()
        assert not ended.value.code, "".join(capsys.readouterr())
        return
    done = subprocess.run(
        ["bash", "-c", line],
        cwd=_work(keele, tmp_path),
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_python_of_the_readme_runs(keele: Path, tmp_path: Path) -> None:
    blocks = _blocks("python")
    assert len(blocks) == 2
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(blocks)],
        cwd=_work(keele, tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "lead authority" in done.stdout


def test_the_readme_names_every_command() -> None:
    missing = [name for name in COMMANDS if not re.search(rf"partnergraph {name}\b", README)]
    assert not missing


def test_the_readme_names_every_extra() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    missing = [name for name in extras if f"[{name}]" not in README]
    assert not missing


def test_every_named_question_is_in_the_docs() -> None:
    text = QUERY_DOCS.read_text("utf-8")
    names = [path.stem for path in sorted((ROOT / "ontology" / "questions").glob("*.rq"))]
    assert len(names) > 40
    assert not [name for name in names if f"`{name}`" not in text]


def test_every_class_of_the_ontology_is_in_the_docs() -> None:
    vocabulary = (ROOT / "ontology" / "partnergraph.ttl").read_text("utf-8")
    classes = re.findall(r"^pg:(\w+)\s+a\s+owl:Class", vocabulary, flags=re.MULTILINE)
    text = DOCS[ROOT / "ontology" / "README.md"]
    assert len(classes) > 10
    assert not [name for name in classes if f"`pg:{name}`" not in text]


def test_every_table_and_column_is_in_the_docs() -> None:
    text = DOCS[ROOT / "data" / "README.md"]
    for table in sorted((ROOT / "data" / "tables").glob("*.csv")):
        assert f"`{table.name}`" in text
        columns = table.read_text("utf-8").splitlines()[0].split(",")
        assert not [column for column in columns if f"`{column}`" not in text], table.name


def test_links_between_the_docs_lead_somewhere() -> None:
    for path, text in DOCS.items():
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
            assert (path.parent / target).exists(), f"{path.name} links to {target}"
