"""Findings as a table for people, or as CSV or JSON for programs. The columns are those of ROBOT's reports."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence

from partnergraph.errors import Finding

FORMATS = ("table", "csv", "json")
_ONE_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
COLUMNS = ("rule", "severity", "file", "row", "column", "value", "message", "fix", "focus", "sheet", "cell")


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
    return "".join(_lines(finding) for finding in findings)


def _lines(finding: Finding) -> str:
    """One line that says where, what and what to do, whole, so that it can be searched; below it, which rule."""
    about = f", about {finding.focus}" if finding.place and finding.focus else ""
    return f"{_ONE_LINE.sub(' ', str(finding))}\n    {finding.severity}: {finding.rule}{about}\n"
