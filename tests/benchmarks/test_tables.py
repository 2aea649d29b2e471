"""A workbook of 10,000 rows with about 1,000 errors: read, all errors reported, the marked copy written."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import pytest
import xlsxwriter
from openpyxl import load_workbook

from partnergraph.build import collect_findings
from partnergraph.tables.table_schemas import TABLE_SCHEMAS
from partnergraph.workbook.annotated_copy import write_annotated_copy

ROWS = 10_000


@pytest.mark.benchmark
def test_a_workbook_with_a_thousand_errors_is_checked_and_marked_in_twenty_seconds(tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    (tmp_path / "partnergraph.toml").write_text('id = "many"\ntitle = "Many"\n', "utf-8")
    with xlsxwriter.Workbook(tmp_path / "tables" / "many.xlsx") as book:

        def sheet(name: str, rows: list[list[str]]) -> None:
            page = book.add_worksheet(name.capitalize())
            for number, row in enumerate([list(TABLE_SCHEMAS[name].columns), *rows]):
                page.write_row(number, 0, row)

        sheet("sources", [["list", "A list", "Us", "editorial"]])
        sheet("evidence", [["e1", "list", "editor", "high", "", "We say so."]])
        sheet("organisations", [[f"body-{n}", f"Body {n}", "formal", "charity"] for n in range(ROWS // 2)])
        lines = []
        for n in range(ROWS // 2):
            kind = "fundin" if n % 10 == 0 else "funding"
            to = f"body-{n}x" if n % 10 == 5 else f"body-{(n * 7 + 1) % (ROWS // 2)}"
            lines.append([f"r-{n}", kind, f"body-{n}", to, "e1"])
        sheet("relationships", lines)
    start = time.perf_counter()
    findings = collect_findings(tmp_path)
    read = time.perf_counter() - start
    write_annotated_copy(tmp_path, findings, tmp_path / "marked.xlsx")
    whole = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    errors = sum(finding.severity == "error" for finding in findings)
    print(f"\n{ROWS} rows, {errors} errors: checked in {read:.1f} s, marked copy after {whole:.1f} s, peak {memory} MB")
    assert errors >= 1000
    marked = load_workbook(tmp_path / "marked.xlsx", read_only=True)
    assert sum(1 for _ in marked["Problems"].iter_rows(min_row=2)) == len(findings)
    assert whole < 20
    assert memory < 2000
