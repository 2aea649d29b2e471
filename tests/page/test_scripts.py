"""The scripts of the page are joined to one program: a name stands for one thing in all of them."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest

from partnergraph.page import SCRIPTS, STYLES

TEMPLATES = Path(__file__).parents[2] / "src/partnergraph/page/templates"
DECLARED = re.compile(r"^(?:async )?(?:function|const|let|class) (?:\{([^}]*)\}|\[([^\]]*)\]|(\w+))(?:.*?;)?", re.M)


def _declared(text: str) -> list[str]:
    """The names that a script declares at its top level, where a line begins."""
    return [name for groups in DECLARED.findall(text) for part in groups for name in re.findall(r"\w+", part)]


def test_no_two_scripts_declare_the_same_name() -> None:
    files = defaultdict(list)
    for script in SCRIPTS:
        for name in _declared((TEMPLATES / script).read_text("utf-8")):
            files[name].append(script)
    assert len(files) > 200
    assert {name: scripts for name, scripts in files.items() if len(scripts) > 1} == {}


@pytest.mark.parametrize(("text", "names"), [("function a() {}\nconst b = 1;\n  let c = 2;", ["a", "b"])])
def test_only_names_of_the_top_level_count(text: str, names: list[str]) -> None:
    assert _declared(text) == names


def test_every_script_and_style_is_part_of_the_page() -> None:
    """But for those that begin it and load the rest, and the styles of answers."""
    assert {path.name for path in TEMPLATES.glob("*.js")} == {*SCRIPTS, "start.js", "load.js"}
    assert {path.name for path in TEMPLATES.glob("*.css")} == {*STYLES, "answer.css"}
