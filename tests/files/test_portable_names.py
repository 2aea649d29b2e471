"""Names of files that every system can hold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from partnergraph.errors import StoreError
from partnergraph.files import DEVICE_NAMES, portable_names
from partnergraph.files.folders import fill_folder
from partnergraph.graph_folder.settings import path_problem
from tests.conftest import ROOT

HOSTILE = [
    *("con", "CON", "con.txt", "nul", "LPT9", "aux.tar.gz", "a:b", "a/b", "a\\b", "../up", "trailing.", "trailing "),
    *("", ".", "..", "*", "a?b", "Ünïcode", "ünïcode", "x" * 300, "Report", "report", "REPORT", "a\0b", "-", "né"),
]


def test_every_name_gets_one_of_its_own_that_windows_can_hold() -> None:
    names = portable_names(HOSTILE)
    assert names.keys() == set(HOSTILE)
    assert len({name.lower() for name in names.values()}) == len(names)
    for name in names.values():
        assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]*", name)
        assert not name.endswith(".")
        assert name.split(".")[0].lower() not in DEVICE_NAMES
        assert len(name) < 110


def test_names_that_all_systems_hold_stay_and_the_order_of_the_names_does_not_matter() -> None:
    usual = ["annual-report-2024", "page", "S1.v2", "under_score"]
    assert portable_names(usual) == {name: name for name in usual}
    assert portable_names(HOSTILE) == portable_names(reversed(HOSTILE))


def test_a_path_with_backslashes_is_told_how_to_be_written() -> None:
    assert path_problem(ROOT / "data", "documents/school-partnerships.txt") is None
    message, fix = path_problem(ROOT / "data", "documents\\school-partnerships.txt") or ("", "")
    assert "There is no file" in message
    assert fix == "Write it with / between the names, as every system reads it."


@pytest.mark.parametrize("name", ["/etc/x", "../x", "a/../../x"])
def test_no_name_leads_out_of_a_folder(name: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="leads out of the folder"):
        fill_folder(tmp_path, {name: b"x"})
