"""Addresses of e-mail and telephone numbers in cells are left out, and `check` says where; quoted words stay."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from partnergraph.build import build, collect_findings
from partnergraph.tables.table_schemas import TABLE_SCHEMAS
from partnergraph.workbook.folder_writer import table_csv
from partnergraph.workbook.template import create_folder
from tests.conftest import ROOT


def _change(folder: Path, table: str, **cells: str) -> None:
    file = folder / "tables" / f"{table}.csv"
    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8"), newline="")))
    rows[0] |= cells
    file.write_bytes(table_csv(rows, TABLE_SCHEMAS[table].columns))


def test_contacts_in_tables_are_warned_of_with_their_place_and_not_repeated(tmp_path: Path) -> None:
    create_folder(tmp_path / "data", "Riverside Trust", csv_tables=True, full=True)
    before = collect_findings(tmp_path / "data")
    _change(tmp_path / "data", "organisations", description="Ask jane.doe@example.org, 01632 960 001. Charity 1168129.")
    _change(tmp_path / "data", "relationships", note="Tel: 960001")
    words = "The Example Trust has been a member of the Example Alliance since 2019 (jane.doe@example.org)"
    text = tmp_path / "data" / "documents" / "example-newsletter.txt"
    text.write_text(text.read_text("utf-8").replace("since 2019.", "since 2019 (jane.doe@example.org)."), "utf-8")
    _change(tmp_path / "data", "evidence", words=words)
    found = [finding for finding in collect_findings(tmp_path / "data") if finding not in before]
    assert [(f.rule, f.severity, f.place.file, f.place.row, f.place.column) for f in found if f.place] == [
        ("personal-data", "warning", "tables/evidence.csv", 2, "words"),
        ("personal-data", "warning", "tables/organisations.csv", 2, "description"),
        ("personal-data", "warning", "tables/organisations.csv", 2, "description"),
        ("personal-data", "warning", "tables/relationships.csv", 2, "note"),
    ]
    assert not [finding for finding in found if "doe" in repr(finding) or "960" in repr(finding)]
    build(tmp_path / "data", tmp_path / "build")
    graph = (tmp_path / "build" / "graph.trig").read_text("utf-8")
    assert "Ask (e-mail), (telephone). Charity 1168129." in graph
    assert "960001" not in graph
    assert f'"{words}"' in graph, "quoted words stay as they are"


def test_the_keele_tables_hold_none() -> None:
    assert [finding for finding in collect_findings(ROOT / "data") if finding.rule == "personal-data"] == []
