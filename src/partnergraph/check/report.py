"""Findings as a table or a page for people, as CSV or JSON for programs. The columns are those of ROBOT's reports."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from html import escape

from partnergraph.errors import Finding
from partnergraph.palette import REPORT_HEADING, REPORT_PAGE, REPORT_RULE, REPORT_TEXT, SEVERITY_FILLS
from partnergraph.spreadsheet_safety import csv_text

FORMATS = ("table", "csv", "json", "html")
HTML_COLUMNS = ("table", "cell", "level", "rule", "message", "value", "fix", "about")
_ONE_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
COLUMNS = ("rule", "severity", "file", "row", "column", "value", "message", "fix", "focus", "sheet", "cell")


def render(findings: Sequence[Finding], format_: str) -> str:
    """All findings in one of `FORMATS`."""
    rows = [finding.as_row() for finding in findings]
    if format_ == "json":
        return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
    if format_ == "csv":
        return csv_text([COLUMNS, *([row[name] for name in COLUMNS] for row in rows)])
    if format_ == "html":
        return _html(findings)
    return "".join(_lines(finding) for finding in findings)


_STYLE = f"""\
body {{ font: 1rem/1.4 system-ui, sans-serif; margin: 1.5rem; \
color: {REPORT_TEXT}; background: {REPORT_PAGE} }}
table {{ border-collapse: collapse }} th, td {{ border: 1px solid {REPORT_RULE}; padding: .3rem .5rem; text-align: left;
vertical-align: top; overflow-wrap: anywhere }} th {{ background: {REPORT_HEADING} }}
{" ".join(f".{level} {{ background: {fill} }}" for level, fill in SEVERITY_FILLS.items())}
"""
_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>What is wrong in the tables</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
{style}</style></head><body><h1>What is wrong in the tables</h1>
<table><thead><tr>{heading}</tr></thead><tbody>
{rows}</tbody></table></body></html>
"""


def _html(findings: Sequence[Finding]) -> str:
    """A page with one row for each finding, readable anywhere, without a script."""
    heading = "".join(f'<th scope="col">{name}</th>' for name in ("problem", *HTML_COLUMNS))
    rows = []
    for number, finding in enumerate(findings, 1):
        place = finding.place
        table = ", ".join(part for part in (place.file, place.sheet) if part) if place else ""
        cell = (place.cell or (f"row {place.row}" if place.row else place.column)) if place else None
        texts = (
            table,
            cell,
            finding.severity,
            finding.rule,
            finding.message,
            finding.value,
            finding.fix,
            finding.focus,
        )
        cells = "".join(f"<td>{escape(_ONE_LINE.sub(' ', text or ''))}</td>" for text in texts)
        rows.append(f'<tr class="{escape(finding.severity)}"><td>{number}</td>{cells}</tr>\n')
    return _PAGE.format(style=_STYLE, heading=heading, rows="".join(rows))


def _lines(finding: Finding) -> str:
    """One line that says where, what and what to do, whole, so that it can be searched; below it, which rule."""
    about = f", about {finding.focus}" if finding.place and finding.focus else ""
    return f"{_ONE_LINE.sub(' ', str(finding))}\n    {finding.severity}: {finding.rule}{about}\n"
