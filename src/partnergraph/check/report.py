"""Findings as a table for people, or as CSV or JSON for programs. The columns are those of ROBOT's reports."""

from __future__ import annotations

import csv
import io
import json
import shutil
import textwrap
from collections.abc import Sequence

from partnergraph.errors import Finding

FORMATS = ("table", "csv", "json")
COLUMNS = ("rule", "severity", "file", "row", "column", "value", "message", "fix", "focus")


def render(findings: Sequence[Finding], format_: str) -> str:
    """All findings in one of `FORMATS`."""
    rows = [finding.as_row() for finding in findings]
    if format_ == "json":
        return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
    if format_ == "csv":
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue()
    width = max(60, min(160, shutil.get_terminal_size((100, 24)).columns))
    return "".join(_block(finding, width) for finding in findings)


def _block(finding: Finding, width: int) -> str:
    place = str(finding.place) if finding.place else (finding.focus or "")
    lines = [f"{finding.severity}: {finding.rule}  {place}"]
    for text in (finding.message, f"Fix: {finding.fix}" if finding.fix else ""):
        lines += textwrap.wrap(text, width - 4, initial_indent="    ", subsequent_indent="    ", break_long_words=False)
    return "\n".join(lines) + "\n"
