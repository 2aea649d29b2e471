"""Notebooks run as their readers run them, and what their cells then show."""

from __future__ import annotations

import re
import subprocess
import sys
from html import unescape
from pathlib import Path

import nbformat
import pandas as pd
from nbformat import NotebookNode

from tests.conftest import ROOT


def execute(notebook: Path, folder: Path, home: Path) -> dict[str, NotebookNode]:
    """Run a notebook in a folder; its cells by id."""
    command = [sys.executable, "-m", "tests.notebooks.run", str(notebook), str(folder), str(home)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return {cell.id: cell for cell in nbformat.read(home / "done.ipynb", as_version=4).cells}


def shown(cell: NotebookNode, form: str = "text/plain") -> str:
    """What a cell shows: its value in a form, or what it printed."""
    values = [out.data[form] for out in cell.outputs if out.output_type in ("execute_result", "display_data")]
    printed = [out.text for out in cell.outputs if out.output_type == "stream" and out.name == "stdout"]
    return "".join(values or printed)


def frame(cell: NotebookNode) -> pd.DataFrame:
    """The data frame that a cell shows as HTML, every value as text, without its index."""
    html = shown(cell, "text/html")
    heads = _texts("th", html.partition("</thead>")[0])
    rows = [_texts("td", row) for row in re.findall(r"<tr.*?</tr>", html.partition("<tbody>")[2], flags=re.DOTALL)]
    return pd.DataFrame(rows, columns=heads[1 : len(rows[0]) + 1])


def _texts(tag: str, html: str) -> list[str]:
    cells = re.findall(rf"<{tag}\b[^>]*>(.*?)</{tag}>", html, flags=re.DOTALL)
    return [unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in cells]
