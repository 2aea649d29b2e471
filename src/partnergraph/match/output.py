"""Duplicates and conflicts as text, CSV and JSON: the same graph gives the same bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict

from partnergraph.match.conflicts import Conflict
from partnergraph.match.duplicates import Duplicate
from partnergraph.spreadsheet_safety import csv_text
from partnergraph.vocabulary.iri import last_segment

__all__ = ["CONFLICT_COLUMNS", "DUPLICATE_COLUMNS", "format_conflicts", "format_duplicates"]

DUPLICATE_COLUMNS = (
    "sort",
    "likely",
    "a",
    "a_label",
    "b",
    "b_label",
    "reasons",
    "keep",
    "merged",
    "changed",
    "conflicts",
)
# One row for each side, so that no conflict needs more columns than another.
CONFLICT_COLUMNS = (
    *("number", "sort", "marked", "about", "label", "question"),
    *("says", "records", "standing", "evidence", "note"),
)


def format_duplicates(found: list[Duplicate], format_: str) -> str:
    """A list of duplicates in one of the forms text, csv and json."""
    if format_ == "json":
        return (
            json.dumps(
                [asdict(one) | {"merge": asdict(one.merge) | {"row": dict(one.merge.row)}} for one in found],
                ensure_ascii=False,
                indent=1,
            )
            + "\n"
        )
    if format_ == "csv":
        return csv_text([DUPLICATE_COLUMNS, *map(_duplicate_row, found)])
    return "\n\n".join("\n".join(_duplicate(one)) for one in found) + "\n" if found else "No likely duplicates.\n"


def format_conflicts(found: list[Conflict], format_: str) -> str:
    """A list of conflicts in one of the forms text, csv and json."""
    if format_ == "json":
        return json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=1) + "\n"
    if format_ == "csv":
        rows = (row for number, one in enumerate(found, 1) for row in _conflict_rows(number, one))
        return csv_text([CONFLICT_COLUMNS, *rows])
    return "\n\n".join("\n".join(_conflict(one)) for one in found) + "\n" if found else "No conflicts.\n"


def _duplicate(one: Duplicate) -> Iterator[str]:
    yield f"{one.a_label} | {one.b_label}"
    yield f"  {one.likely}; {one.sort} {last_segment(one.a)} | {last_segment(one.b)}"
    yield from (f"  - {reason}" for reason in one.reasons)
    yield f"  If merged, {last_segment(one.merge.keep)} would be kept and {last_segment(one.merge.drop)} would go:"
    yield from (f"    {name}: {'; '.join(values)}" for name, values in one.merge.row if values)
    if one.merge.changed:
        yield "    would be changed: " + "; ".join(f"{sort} {record}" for sort, record in one.merge.changed)
    yield from (f"    to be decided: {conflict}" for conflict in one.merge.conflicts)


def _duplicate_row(one: Duplicate) -> tuple[str, ...]:
    merged = " | ".join(f"{name}: {'; '.join(values)}" for name, values in one.merge.row if values)
    changed = "; ".join(f"{sort} {record}" for sort, record in one.merge.changed)
    return (
        *(one.sort, one.likely, one.a, one.a_label, one.b, one.b_label, "; ".join(one.reasons)),
        *(one.merge.keep, merged, changed, "; ".join(one.merge.conflicts)),
    )


def _conflict(one: Conflict) -> Iterator[str]:
    yield f"{one.label}: {one.question} ({one.sort}{', marked by an editor' if one.marked else ''})"
    for side in one.sides:
        yield f"  - {side.says}{f' [{side.standing}]' if side.standing else ''}"
        yield from (f"      {proof}" for proof in side.evidence)
    if one.note:
        yield f"  Editor: {one.note}"


def _conflict_rows(number: int, one: Conflict) -> Iterator[tuple[str, ...]]:
    head = (str(number), one.sort, "yes" if one.marked else "no", one.about, one.label, one.question)
    for side in one.sides:
        proofs = "; ".join(str(proof) for proof in side.evidence)
        yield (*head, side.says, "; ".join(side.records), side.standing, proofs, one.note or "")
