"""Two partners of a folder of one's own merge: what its keeper writes into the workbook, and what is seen after it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.page.conftest import Opener

OLD = {"northton-council": "Northton Council", "southton-council": "Southton Council"}
NEW = "Northton and Southton Council"
PARTNERS = {
    "Sources": [{"id": "council-notice", "title": "Notice of the councils", "publisher": "Northton Council",
                 "kind": "page", "date": "2024-11-05"}],
    "Evidence": [{"id": "c1", "source": "council-notice", "basis": "stated", "confidence": "high",
                  "says": "Both councils have supported the Trust since May 2020"}],
    "Organisations": [{"id": id_, "name": name, "form": "formal", "type": "local-authority", "evidence": "c1"}
                      for id_, name in OLD.items()],
    "Relationships": [{"id": f"support-{id_}", "kind": "support", "from": id_, "to": "example-trust",
                       "evidence": "c1", "start": "2020-05"} for id_ in OLD],
}  # fmt: skip
MERGER = {
    "Evidence": [{"id": "c2", "source": "council-notice", "basis": "stated", "confidence": "high",
                  "says": "The two councils merge into Northton and Southton Council on 1 April 2025"}],
    "Organisations": [{"id": "northton-and-southton-council", "name": NEW, "form": "formal",
                       "type": "local-authority", "evidence": "c2"}],
    "Events": [{"id": "councils-merge", "kind": "merger", "from": "; ".join(OLD),
                "to": "northton-and-southton-council", "date": "2025-04-01", "evidence": "c2"}],
}  # fmt: skip


def write(workbook: Path, rows: dict[str, list[dict[str, str]]]) -> None:
    """Add rows below those that each sheet has, by the names of the columns."""
    import openpyxl

    book = openpyxl.load_workbook(workbook)
    for sheet, added in rows.items():
        table = book[sheet]
        columns = {cell.value: cell.column for cell in table[1]}
        first = 1 + max(cell.row for line in table.iter_rows() for cell in line if cell.value not in (None, ""))
        for number, row in enumerate(added, first):
            for column, value in row.items():
                table.cell(number, columns[column], value)
    book.save(workbook)


@pytest.mark.browser
def test_two_partners_that_merge_are_warned_of_ended_and_grey_and_their_successor_is_there(
    tmp_path: Path, show: Opener
) -> None:
    folder = tmp_path / "own"

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "partnergraph", *arguments]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)

    def query(*arguments: str) -> list[dict[str, str]]:
        asked = run("query", *arguments, "-g", "built", "--format", "json")
        assert asked.returncode == 0, asked.stderr
        rows = json.loads(asked.stdout)["results"]["bindings"]
        return [{name: cell["value"] for name, cell in row.items()} for row in rows]

    def build() -> str:
        built = run("build", "own", "-o", "built")
        assert built.returncode == 0, built.stderr
        return (tmp_path / "built" / "index.html").read_text("utf-8")

    assert run("init", "own", "--name", "Example Trust", "--full").returncode == 0
    workbook = folder / "tables" / "partners.xlsx"
    write(workbook, PARTNERS)
    build()
    assert "open-after-end" not in run("check", "own").stdout
    before = {row["partner"]: row["status"] for row in query("partners", "-p", "date=2026-11-30")}
    assert {before[name] for name in OLD.values()} == {"not known"}

    write(workbook, MERGER)
    page = show(build())
    checked = run("check", "own", "--format", "json")
    assert checked.returncode == 0, checked.stdout
    warnings = [one for one in json.loads(checked.stdout) if one["rule"] == "open-after-end"]
    assert sorted(one["message"] for one in warnings) == [
        f"{name} ended 2025-04-01; this relationship is still open." for name in OLD.values()
    ]
    assert {one["fix"] for one in warnings} == {f"End it, or move it to its successor {NEW}."}

    after = {row["partner"]: row for row in query("partners", "-p", "date=2026-11-30")}
    assert {(after[name]["status"], after[name]["until"]) for name in OLD.values()} == {("ended", "2025-04-01")}
    assert {(row["partner"], row["change"], row["into"]) for row in query("changed-partners")} == {
        (name, "merger", NEW) for name in OLD.values()
    }

    tab = page.tab
    grey = tab.locator("#bodies tbody tr.over > th").all_inner_texts()
    bodies = {name: tab.evaluate("(name) => BODIES.label.indexOf(name)", name) for name in (*OLD.values(), NEW)}
    for name, body in bodies.items():
        assert bool([text for text in grey if text.startswith(name)]) == (name != NEW)
        assert tab.evaluate(f"dots.get(dotOf({body})).color.background === inks().rule") == (name != NEW)
    for name in OLD.values():
        tab.evaluate(f"select({{ body: {bodies[name]} }})")
        assert "; ended 2025-04-01" in tab.inner_text("#panel")
        assert "ended 2025-04-01" in tab.locator("#panel li.over").first.inner_text()
        assert NEW in tab.inner_text("#panel")
    assert page.clean, page
