"""Graph folders whose workbook has a sheet Partnerships, as a keeper fills it in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from partnergraph.graph_folder.folder import GraphFolder, read_folder

HEADINGS = ("Partner", "How", "With whom", "Since", "Until", "Source", "Where", "What it says", "Type", "Note")
SETTINGS = 'id = "riverside"\ntitle = "Riverside"\nbase = "https://example.org/r/"\nfocus = "Riverside Trust"\n'
REPORT = "Annual report 2024"
# A row of each sort: a funder, a member, one that ended, a merger, and two parties that are not us.
ROWS: tuple[tuple[Any, ...], ...] = (
    ("The Beacon Fund", "funds us", None, 2021, None, REPORT, "p. 4", "The fund has paid for the school since 2021."),
    ("Northfield College", "is a member of", "Learning Network", "2019-09", None, "https://example.org/members"),
    ("City Council", "was a partner of", None, 2012, 2016, REPORT, "p. 9"),
    ("Old Health Board", "merged into", "County Health Trust", "2020-04-01", None, REPORT, "p. 12"),
    ("Learning Network", "we are a member of", None, 2018, None, "https://example.org/members"),
)


def write_workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[Any]]]) -> None:
    """A workbook of these sheets by name, each a list of rows with the headings first."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)


def write_partnerships(
    folder: Path,
    rows: Sequence[Sequence[Any]] = ROWS,
    settings: str = SETTINGS,
    headings: Sequence[str] = HEADINGS,
    sheets: Mapping[str, Sequence[Sequence[Any]]] | None = None,
) -> Path:
    """A graph folder with one workbook: the sheet Partnerships, and others by their names."""
    (folder / "documents").mkdir(parents=True, exist_ok=True)
    if not (folder / "partnergraph.toml").exists():
        (folder / "partnergraph.toml").write_text(settings, "utf-8")
    write_workbook(folder / "tables" / "partners.xlsx", {"Partnerships": [headings, *rows], **(sheets or {})})
    return folder


def keep_ids(folder: Path) -> GraphFolder:
    """Read a folder without errors, and write the file of ids as a build does."""
    contents = read_folder(folder)
    assert contents.errors == []
    for name, data in contents.new_ids.items():
        (folder / name).write_bytes(data)
    return contents


def quads_of_folder(contents: GraphFolder) -> set[str]:
    """All that a folder says, as lines of N-Quads."""
    from partnergraph.model.record_quads import quads_of

    return {quad.nquads for quad in quads_of(contents.model)}


def problems(contents: GraphFolder) -> list[tuple[str, str, str | None]]:
    """The findings: severity, rule and cell (of a CSV table: the column)."""
    return [
        (finding.severity, finding.rule, (place.cell or place.column) if (place := finding.place) else None)
        for finding in contents.findings
    ]
