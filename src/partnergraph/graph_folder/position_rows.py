"""Rows of positions.csv: where bodies stand in the drawing. `partnergraph draw --keep` writes the table."""

from __future__ import annotations

import re
from dataclasses import replace

from partnergraph.graph_folder.cell_parser import CellParser
from partnergraph.model.records import Position
from partnergraph.tables.table import TableRow
from partnergraph.tables.table_schemas import BODIES

_PIXELS = re.compile(r"[0-9]{1,5}")
ANEW = "or write the table anew: partnergraph draw --keep."


def parse_position(row: TableRow, cells: CellParser) -> Position:
    """A row of positions.csv. One that names no body of the folder is not used, but stops nothing: a body may go."""
    first_new = len(cells.findings)
    named = cells.named(row, "body", BODIES)
    body = cells.known[named.table].get(named.id, "") if named else ""
    for number in range(first_new, len(cells.findings)):
        finding = cells.findings[number]
        if finding.rule.startswith("unknown-"):
            fix = f"{(finding.fix or '').partition('Add it')[0]}Delete the row, {ANEW}"
            message = f"{finding.message} Its position is not used."
            cells.findings[number] = replace(finding, severity="warning", message=message, fix=fix)
    view = cells.code(row, "view", "view")
    x, y = _pixels(row, "x", cells), _pixels(row, "y", cells)
    return Position(body, body=body, view=view, x=x, y=y)


def _pixels(row: TableRow, column: str, cells: CellParser) -> int:
    text = row.get(column)
    if text is None or _PIXELS.fullmatch(text):
        return int(text or 0)
    fix = f"Write one from 0 to 99999, {ANEW}"
    cells.error(row, column, "whole-pixels", f"'{text}' is not a whole number of pixels.", text, fix)
    return 0


def find_duplicates(rows: list[TableRow], positions: list[Position], cells: CellParser) -> None:
    """Each position of a body in a view that has one already is a finding."""
    first: dict[tuple[str, str], int] = {}
    for row, position in zip(rows, positions, strict=True):
        key = (position.body, position.view)
        if all(key) and key in first:
            message = f"The body has a position in this view already, in row {first[key]}."
            cells.error(row, "body", "duplicate-position", message, row.get("body"), f"Delete one of the two, {ANEW}")
        first.setdefault(key, row.number)
