"""A copy of the Keele folder to break, cell by cell, with the csv module alone."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from partnergraph.build import collect_findings
from partnergraph.errors import Finding
from tests.conftest import ROOT


@dataclass(frozen=True)
class Copy:
    """A graph folder that a test may change."""

    path: Path

    def rows(self, table: str) -> list[dict[str, str]]:
        with (self.path / "tables" / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))

    def write(self, table: str, rows: list[dict[str, str]]) -> None:
        with (self.path / "tables" / f"{table}.csv").open("w", encoding="utf-8", newline="") as lines:
            writer = csv.DictWriter(lines, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)

    def edit(self, table: str, where: Mapping[str, str], changes: Mapping[str, str]) -> int:
        """Change cells of the first row that has all these cells; its number in a spreadsheet program."""
        rows = self.rows(table)
        index = next(i for i, row in enumerate(rows) if all(row[name] == value for name, value in where.items()))
        rows[index] |= changes
        self.write(table, rows)
        return index + 2

    def add(self, table: str, row: Mapping[str, str]) -> int:
        """Append a row; its number."""
        rows = self.rows(table)
        rows.append(dict.fromkeys(rows[0], "") | dict(row))
        self.write(table, rows)
        return len(rows) + 1

    def replace(self, file: str, old: bytes, new: bytes) -> None:
        """Change the bytes of a file at one place."""
        path = self.path / file
        data = path.read_bytes()
        assert data.count(old) == 1, f"{file} holds {old!r} {data.count(old)} times"
        path.write_bytes(data.replace(old, new))

    def findings(self) -> list[Finding]:
        return collect_findings(self.path)


@pytest.fixture
def folder(tmp_path: Path) -> Copy:
    """A copy of the Keele folder."""
    shutil.copytree(ROOT / "data", tmp_path / "data")
    return Copy(tmp_path / "data")
