"""Decisions about matches that cannot stand beside one another."""

from __future__ import annotations

from partnergraph.graph_folder.cell_parser import CellParser
from partnergraph.model.records import MatchDecision
from partnergraph.tables.table import TableRow

__all__ = ["find_contradictions"]


def find_contradictions(rows: list[TableRow], decisions: list[MatchDecision], cells: CellParser) -> None:
    """Two decisions about one pair, and one record that is said to be two bodies, are findings."""
    pairs: dict[tuple[str | None, ...], int] = {}
    same: dict[tuple[str | None, ...], tuple[str | None, int]] = {}
    for row, match in zip(rows, decisions, strict=True):
        body, record = match.organisation, (match.source, match.record)
        if not (body and all(record)):
            continue
        if (body, *record) in pairs:
            message = f"Row {pairs[(body, *record)]} decides about this record and organisation already."
            cells.error(row, "decision", "decided-twice", message, row.get("decision"), "Keep the row that holds.")
        pairs.setdefault((body, *record), row.number)
        if match.decision != "same":
            continue
        other, number = same.setdefault(record, (body, row.number))
        if other != body:
            message = f"Row {number} says that this record is '{other}'; it cannot be '{body}' too."
            fix = "Decide for one: write different or unsure in the other row, or delete it."
            cells.error(row, "record", "one-record-two-bodies", message, row.get("record"), fix)
