"""The filled rows of the to-do lists of the published graph, beside a workbook that does not hold them.

To-do lists are files of their own, which nobody sends with the workbook. A build reads them, so the desk does as well.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from partnergraph.errors import Finding
from partnergraph.files import fill_folder
from partnergraph.grammar import counted
from partnergraph.tables.table_files import read_tables
from partnergraph.tables.todo_schema import TODO, TODO_SCHEMA
from partnergraph.workbook.folder_writer import table_csv

__all__ = ["PublishedAnswers"]

MAX_CLAIMS = 3  # that a note names
_FIRST_ROW = 2  # of a file, after its headings


@dataclass
class PublishedAnswers:
    """The rows of published lists in a graph folder, in a file of its tables."""

    folder: Path
    rows: list[dict[str, str]]
    file: str

    @classmethod
    def add(cls, folder: Path, rows: Sequence[dict[str, str]]) -> PublishedAnswers:
        """Write the rows into the folder: those of the lists (by their day) of which its tables hold nothing."""
        own = {row.get("list_date") or "" for row in read_tables(folder, [])[TODO].rows} if rows else set[str]()
        names = (f"tables/to{'-' * number}do.csv" for number in range(1, 1 + len([*folder.glob("tables/*")]) + 1))
        file = next(name for name in names if not (folder / name).exists())
        answers = cls(folder, [row for row in rows if row.get("list_date", "") not in own], file)
        answers._write()
        return answers

    def holds(self, finding: Finding) -> bool:
        """Whether a finding is about these rows."""
        return finding.place is not None and finding.place.file == self.file

    def leave_out(self, findings: Collection[Finding]) -> list[str]:
        """Take out the rows that these findings are about, with a note: they no longer fit the workbook."""
        numbers = {finding.place.row for finding in findings if finding.place is not None and self.holds(finding)}
        unfit = [row for number, row in enumerate(self.rows, _FIRST_ROW) if number in numbers] or self.rows
        self.rows = [row for row in self.rows if row not in unfit]
        self._write()
        claims = ", ".join(row["claim"] for row in unfit[:MAX_CLAIMS]) + ", …" * (len(unfit) > MAX_CLAIMS)
        verb, rows = ("no longer fits", "its row") if len(unfit) == 1 else ("no longer fit", "their rows")
        answers = counted(len(unfit), "answer", first=True)
        return [
            f"{answers} of the to-do lists {verb} this workbook: {claims}. Empty {rows} in the list before you build."
        ]

    def remove(self) -> None:
        """Remove the file again."""
        (self.folder / self.file).unlink(missing_ok=True)

    def _write(self) -> None:
        self.remove()
        if self.rows:
            fill_folder(self.folder, {self.file: table_csv(self.rows, TODO_SCHEMA.columns)})
