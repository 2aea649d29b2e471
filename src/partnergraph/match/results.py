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
    """A body that was looked for, its candidates, and the decisions about them (by record)."""

    query: MatchQuery
    candidates: tuple[Candidate, ...]
    decisions: Mapping[str, MatchDecision]

    @property
    def open(self) -> list[Candidate]:
        """The candidates about which nobody has decided, unless one was decided to be the same."""
        if any(match.decision == "same" for match in self.decisions.values()):
            return []
        return [candidate for candidate in self.candidates if candidate.record not in self.decisions]


def match_results(
    queries: Iterable[MatchQuery], register: RecordIndex, decisions: Iterable[MatchDecision], source: str
) -> list[MatchResult]:
    """Every body with its candidates of one register and the decisions about its records."""
    by_body: dict[str, dict[str, MatchDecision]] = {}
    for match in decisions:
        if match.source == source:
            by_body.setdefault(match.organisation, {})[match.record] = match
    return [
        MatchResult(query, tuple(score_candidates(query, register)), by_body.get(query.id, {})) for query in queries
    ]


def _rows(results: Iterable[MatchResult], register: RecordIndex) -> Iterable[dict[str, str]]:
    for result in results:
        candidates = list(result.candidates)
        for record in result.decisions:
            if record not in {candidate.record for candidate in candidates}:
                entry = register.records.get(record)
                reasons = () if entry else ("the register does not hold this record",)
                candidates.insert(0, Candidate(record, entry.name if entry else "", "none", 0.0, reasons))
        for candidate in candidates or [NONE]:
            match = result.decisions.get(candidate.record)
            decision = f"{match.decision}{f' ({match.who})' if match.who else ''}" if match else ""
            yield {
                "organisation": result.query.id,
                "name": result.query.name,
                "verdict": "decided" if match else candidate.verdict,
                "record": candidate.record,
                "label": candidate.label,
                "score": f"{candidate.score:.2f}" if candidate.record else "",
                "reasons": "; ".join(candidate.reasons),
                "decision": decision,
            }


def format_results(results: Sequence[MatchResult], register: RecordIndex, format_: str) -> str:
    """Bodies with their candidates in one of the formats table, csv and json."""
    rows = list(_rows(results, register))
    if format_ == "json":
        return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
    if format_ == "csv":
        return csv_text([COLUMNS, *([row[name] for name in COLUMNS] for row in rows)])
    lines: list[str] = []
    organisation = None
    for row in rows:
        if row["organisation"] != organisation:
            organisation = row["organisation"]
            lines += [*([""] if lines else []), f"{row['name']} ({organisation})"]
        if not row["record"]:
            lines.append("  none")
            continue
        lines.append(f"  {row['decision'] or row['verdict']} {row['score']}  {row['label']}  {row['record']}")
        if row["reasons"]:
            lines.append(f"      {row['reasons']}")
    return "\n".join(lines) + "\n"


def format_list(headings: Sequence[str], rows: Iterable[tuple[list[str], Sequence[Candidate]]], format_: str) -> str:
    """A list of names, each row with all its own columns and its candidates, in one of the formats csv and json.

    In CSV an apostrophe stands before a cell that a spreadsheet program would take for a formula.
    """
    columns = [*headings, "match_id", "match_label", "match_verdict", "match_score", "match_reasons"]
    table = []
    for cells, row_candidates in rows:
        candidates = row_candidates or [NONE]
        texts = [
            "; ".join(candidate.record for candidate in candidates),
            "; ".join(candidate.label for candidate in candidates),
            "; ".join(candidate.verdict for candidate in candidates),
            "; ".join(f"{candidate.score:.2f}" for candidate in candidates if candidate.record),
            " | ".join("; ".join(candidate.reasons) for candidate in candidates),
        ]
        table.append([*cells, *texts])
    if format_ == "json":
        return json.dumps([dict(zip(columns, row, strict=False)) for row in table], ensure_ascii=False, indent=1) + "\n"
    return csv_text([columns, *table])
