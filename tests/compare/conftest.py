"""The Keele graph, and graphs that differ from it by an edit of the tables; nothing is built."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from partnergraph.compare import Change, Report, compare
from partnergraph.graph_folder.folder import read_folder
from partnergraph.model.record_quads import quads_of
from partnergraph.model.records import Model
from partnergraph.store import Reader
from tests.conftest import ROOT

Rows = list[dict[str, str]]
Edit = Callable[[Rows], object]


def stated(model: Model) -> Reader:
    """What the tables state, without what rules derive: made in a moment."""
    return Reader.nquads_lines(sorted({quad.nquads for quad in quads_of(model)}))


@pytest.fixture(scope="session")
def base() -> Reader:
    """What the Keele tables state, as they are."""
    return stated(read_folder(ROOT / "data").model)


def rewrite(folder: Path, table: str, edit: Edit) -> None:
    """Edit the rows of a table."""
    path = folder / "tables" / f"{table}.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = list(rows[0])
    edit(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)


class Edited:
    """Makes graphs that differ from the Keele graph by edits."""

    def __init__(self, base: Reader, folder: Path) -> None:
        self.base, self.folder, self.number = base, folder, 0

    def copy(self, **edits: Edit) -> Path:
        """A copy of the folder, tables edited by name."""
        self.number += 1
        folder = self.folder / f"data{self.number}"
        shutil.copytree(ROOT / "data", folder)
        for table, edit in edits.items():
            rewrite(folder, table, edit)
        return folder

    def reader(self, **edits: Edit) -> Reader:
        """The graph of such a copy."""
        found = read_folder(self.copy(**edits))
        assert not found.errors, found.errors
        return stated(found.model)

    def report(self, **edits: Edit) -> Report:
        """What changed from the Keele graph to such a copy."""
        return compare(self.base, self.reader(**edits))


@pytest.fixture
def edited(base: Reader, tmp_path: Path) -> Edited:
    """See `Edited`."""
    return Edited(base, tmp_path)


def row(rows: Rows, **wanted: str) -> dict[str, str]:
    """The first row that has these values."""
    return next(one for one in rows if all(one[column] == value for column, value in wanted.items()))


def changes(report: Report) -> list[Change]:
    """All changes of a report."""
    return [change for section in report.sections for change in section.changes]


def only(report: Report) -> Change:
    """The one change of a report."""
    [change] = changes(report)
    return change
