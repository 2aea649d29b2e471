"""A new name of Partnerships that is nearly that of another body is a warning, until a build has taken it for two."""

from __future__ import annotations

from pathlib import Path
from time import process_time
from typing import Any

import pytest

from partnergraph.build import build, collect_findings
from partnergraph.graph_folder.folder import read_folder
from partnergraph.match.partner_names import near_partner_names
from tests.graph_folder.partnership_sheets import REPORT, keep_ids, write_partnerships


def partners(*names: str) -> list[tuple[Any, ...]]:
    """A row for each name."""
    return [(name, "is a partner of", None, None, None, REPORT) for name in names]


@pytest.mark.parametrize(
    ("known", "new", "is_near"),
    [
        ("Trentford City Council", "Trentford City Counci", True),
        ("Trentford City Council", "Trentford council", True),
        ("University of Trentford", "Univ. of Trentford", True),
        ("University of Trentford", "Trentford University", True),
        ("North Field Trust", "Northfield Trust", True),
        ("National Rivers Network", "NRN", True),
        ("Severn Youth Alliance", "Sevren Youth Alliance", True),
        ("Healthwatch", "Healthwach", True),
        ("Trentford City Council", "Trentford County Council", False),
        ("East London Trust", "North London Trust", False),
        ("Partner 10001", "Partner 10002", False),
        ("University of Trentford", "University of Trentford Students Union", False),
        ("Alder", "Alder Trust", False),
        ("Northfield College", "Southfield College", False),
        ("National Rivers Network", "NHS", False),
        ("Kent Music", "Gent Music", False),
    ],
)
def test_which_names_are_near(tmp_path: Path, known: str, new: str, is_near: bool) -> None:
    keep_ids(write_partnerships(tmp_path, partners(known)))
    findings = near_partner_names(read_folder(write_partnerships(tmp_path, partners(known, new))))
    assert [(f.rule, f.severity, f.place and f.place.cell) for f in findings] == [
        ("near-name", "warning", "A3")
    ] * is_near
    assert all(f.message == f"'{new}' is nearly '{known}' (A2)." for f in findings)


def test_check_and_build_name_both_cells_and_say_it_once(tmp_path: Path) -> None:
    bodies = [("id", "name", "form", "type"), ("beacon", "The Beacon Trust Fund", "formal", "charity")]
    rows = [
        *partners("Trentford council", "Trentford City Council", "Beacon Fund Trust"),
        ("Riverside School", "is part of", "Riverside Schools", None, None, REPORT),
    ]
    folder = write_partnerships(tmp_path / "in", rows, sheets={"Organisations": bodies})
    findings = [f for f in collect_findings(folder) if f.rule == "near-name"]
    assert [f.message for f in findings] == [
        "'Trentford City Council' is nearly 'Trentford council' (A2).",
        "'Beacon Fund Trust' is nearly 'The Beacon Trust Fund' "
        '(tables/partners.xlsx, sheet "Organisations", row 2, column "name" (cell B2)).',
    ]
    assert all(f.fix and "write both the same way" in f.fix and "keep both" in f.fix for f in findings)
    built = build(folder, tmp_path / "out")
    assert [f.rule for f in built.warnings if f.severity == "warning"] == ["near-name", "near-name"]
    assert [f for f in collect_findings(folder) if f.rule == "near-name"] == []
    # A name in some rows only is said once, by what it was.
    write_partnerships(
        folder, [*rows[:2], *partners("Trentford Town Council"), *rows[2:]], sheets={"Organisations": bodies}
    )
    assert [f.rule for f in collect_findings(folder)] == ["near-name"]


def test_thousands_of_names_are_compared_in_blocks(tmp_path: Path) -> None:
    def seconds(number: int) -> float:
        names = [
            f"Partner {chr(97 + n % 26)}{chr(97 + n // 26 % 26)}{chr(97 + n // 676)}xy Trust" for n in range(number)
        ]
        contents = read_folder(write_partnerships(tmp_path, partners(*names)))
        start = process_time()
        near_partner_names(contents)
        return process_time() - start

    seconds(10)
    assert seconds(2000) < 8 * seconds(500) + 0.5
