"""Matches as text, CSV and JSON: the same input gives the same bytes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from partnergraph.match.record_index import RecordIndex
from partnergraph.match.scoring import NONE, Candidate, MatchQuery, score_candidates
from partnergraph.model.records import MatchDecision
from partnergraph.spreadsheet_safety import csv_text

__all__ = ["COLUMNS", "MatchResult", "format_list", "format_results", "match_results"]

COLUMNS = ("organisation", "name", "verdict", "record", "label", "score", "reasons", "decision")


@dataclass(frozen=True)
class MatchResult:
    """A body, its candidates, and what was decided about them (by record)."""

    sought: MatchQuery
    found: tuple[Candidate, ...]
    decided: Mapping[str, MatchDecision]

    @property
    def open(self) -> list[Candidate]:
        """The candidates about which nobody has decided, unless one was decided to be the same."""
        if any(match.decision == "same" for match in self.decided.values()):
            return []
        return [one for one in self.found if one.record not in self.decided]


def match_results(
    wanted: Iterable[MatchQuery], register: RecordIndex, decisions: Iterable[MatchDecision], source: str
) -> list[MatchResult]:
    """Every body with its candidates of one register and the decisions about its records."""
    decided: dict[str, dict[str, MatchDecision]] = {}
    for match in decisions:
        if match.source == source:
            decided.setdefault(match.organisation, {})[match.record] = match
    return [MatchResult(one, tuple(score_candidates(one, register)), decided.get(one.id, {})) for one in wanted]


def _rows(found: Iterable[MatchResult], register: RecordIndex) -> Iterable[dict[str, str]]:
    for answer in found:
        head = {"organisation": answer.sought.id, "name": answer.sought.name}
        shown = list(answer.found)
        for record in answer.decided:
            if record not in {one.record for one in shown}:
                entry = register.records.get(record)
                label = entry.name if entry else ""
                reasons = () if entry else ("the register does not hold this record",)
                shown.insert(0, Candidate(record, label, "none", 0.0, reasons))
        for one in shown or [NONE]:
            match = answer.decided.get(one.record)
            said = f"{match.decision}{f' ({match.who})' if match.who else ''}" if match else ""
            yield head | {
                "verdict": "decided" if match else one.verdict,
                "record": one.record,
                "label": one.label,
                "score": f"{one.score:.2f}" if one.record else "",
                "reasons": "; ".join(one.reasons),
                "decision": said,
            }


def format_results(found: Sequence[MatchResult], register: RecordIndex, format_: str) -> str:
    """Bodies with their candidates in one of the forms table, csv and json."""
    rows = list(_rows(found, register))
    if format_ == "json":
        return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
    if format_ == "csv":
        return csv_text([COLUMNS, *([row[name] for name in COLUMNS] for row in rows)])
    lines: list[str] = []
    last = None
    for row in rows:
        if row["organisation"] != last:
            lines += (
                ["", f"{row['name']} ({row['organisation']})"] if lines else [f"{row['name']} ({row['organisation']})"]
            )
            last = row["organisation"]
        if not row["record"]:
            lines.append("  none")
            continue
        lines.append(f"  {row['decision'] or row['verdict']} {row['score']}  {row['label']}  {row['record']}")
        if row["reasons"]:
            lines.append(f"      {row['reasons']}")
    return "\n".join(lines) + "\n"


def format_list(headings: Sequence[str], rows: Iterable[tuple[list[str], Sequence[Candidate]]], format_: str) -> str:
    """A list of names with what was found beside each row; all its own columns are kept.

    In CSV an apostrophe stands before a cell that a spreadsheet program would take for a formula.
    """
    added = ["match_id", "match_label", "match_verdict", "match_score", "match_reasons"]
    table = []
    for cells, found in rows:
        shown = found or [NONE]
        texts = [
            "; ".join(one.record for one in shown),
            "; ".join(one.label for one in shown),
            "; ".join(one.verdict for one in shown),
            "; ".join(f"{one.score:.2f}" for one in shown if one.record),
            " | ".join("; ".join(one.reasons) for one in shown),
        ]
        table.append([*cells, *texts])
    if format_ == "json":
        names = [*headings, *added]
        return json.dumps([dict(zip(names, row, strict=False)) for row in table], ensure_ascii=False, indent=1) + "\n"
    return csv_text([[*headings, *added], *table])
