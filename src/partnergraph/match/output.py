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


def format_duplicates(pairs: list[Duplicate], format_: str) -> str:
    """A list of duplicates in one of the formats text, csv and json."""
    if format_ == "json":
        return (
            json.dumps(
                [asdict(pair) | {"merge": asdict(pair.merge) | {"row": dict(pair.merge.row)}} for pair in pairs],
                ensure_ascii=False,
                indent=1,
            )
            + "\n"
        )
    if format_ == "csv":
        return csv_text([DUPLICATE_COLUMNS, *map(_duplicate_row, pairs)])
    return (
        "\n\n".join("\n".join(_duplicate_lines(pair)) for pair in pairs) + "\n" if pairs else "No likely duplicates.\n"
    )


def format_conflicts(conflicts: list[Conflict], format_: str) -> str:
    """A list of conflicts in one of the formats text, csv and json."""
    if format_ == "json":
        return json.dumps([asdict(conflict) for conflict in conflicts], ensure_ascii=False, indent=1) + "\n"
    if format_ == "csv":
        rows = (row for number, conflict in enumerate(conflicts, 1) for row in _conflict_rows(number, conflict))
        return csv_text([CONFLICT_COLUMNS, *rows])
    return (
        "\n\n".join("\n".join(_conflict_lines(conflict)) for conflict in conflicts) + "\n"
        if conflicts
        else "No conflicts.\n"
    )


def _duplicate_lines(pair: Duplicate) -> Iterator[str]:
    yield f"{pair.a_label} | {pair.b_label}"
    yield f"  {pair.likely}; {pair.sort} {last_segment(pair.a)} | {last_segment(pair.b)}"
    yield from (f"  - {reason}" for reason in pair.reasons)
    yield f"  If merged, {last_segment(pair.merge.keep)} would be kept and {last_segment(pair.merge.drop)} would go:"
    yield from (f"    {name}: {'; '.join(values)}" for name, values in pair.merge.row if values)
    if pair.merge.changed:
        yield "    would be changed: " + "; ".join(f"{sort} {record}" for sort, record in pair.merge.changed)
    yield from (f"    to be decided: {conflict}" for conflict in pair.merge.conflicts)


def _duplicate_row(pair: Duplicate) -> tuple[str, ...]:
    merged = " | ".join(f"{name}: {'; '.join(values)}" for name, values in pair.merge.row if values)
    changed = "; ".join(f"{sort} {record}" for sort, record in pair.merge.changed)
    return (
        *(pair.sort, pair.likely, pair.a, pair.a_label, pair.b, pair.b_label, "; ".join(pair.reasons)),
        *(pair.merge.keep, merged, changed, "; ".join(pair.merge.conflicts)),
    )


def _conflict_lines(conflict: Conflict) -> Iterator[str]:
    yield f"{conflict.label}: {conflict.question} ({conflict.sort}{', marked by an editor' if conflict.marked else ''})"
    for side in conflict.sides:
        yield f"  - {side.says}{f' [{side.standing}]' if side.standing else ''}"
        yield from (f"      {line}" for line in side.evidence)
    if conflict.note:
        yield f"  Editor: {conflict.note}"


def _conflict_rows(number: int, conflict: Conflict) -> Iterator[tuple[str, ...]]:
    head = (
        str(number),
        conflict.sort,
        "yes" if conflict.marked else "no",
        conflict.about,
        conflict.label,
        conflict.question,
    )
    for side in conflict.sides:
        evidence = "; ".join(str(line) for line in side.evidence)
        yield (*head, side.says, "; ".join(side.records), side.standing, evidence, conflict.note or "")
