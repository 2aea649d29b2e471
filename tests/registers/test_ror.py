"""ROR: both schemas in one file, and what is odd in real records."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from partnergraph.errors import Finding
from partnergraph.model.register_records import Entry, EntryLink, EntryName, RecordCounts
from partnergraph.registers.register_config import RegisterConfig, read_register

NEW: dict[str, Any] = {
    "id": "https://ror.org/00340yn33",
    "names": [
        {"lang": None, "types": ["acronym"], "value": "KU "},
        {"lang": "en", "types": ["ror_display", "label"], "value": "Keele University"},
    ],
    "types": ["education", "funder"],
    "status": "withdrawn",
    "established": 1949,
    "external_ids": [{"type": "fundref", "preferred": None, "all": ["501100005044", "100012345"]}],
    "links": [{"type": "website", "value": "https://www.keele.ac.uk"}],
    "locations": [],
    "relationships": [{"label": "Other body", "type": "successor", "id": "https://ror.org/029chgv08"}],
}
OLD: dict[str, Any] = {
    "id": "https://ror.org/029chgv08",
    "name": "Wellcome Trust",
    "aliases": [],
    "acronyms": ["WT"],
    "labels": [{"label": "Ymddiriedolaeth", "iso639": "cy"}],
    "types": ["Nonprofit"],
    "status": "active",
    "country": {"country_code": "GB"},
    "addresses": [{"lat": 51.5, "lng": -0.1, "geonames_city": {"id": 2643743, "city": "London"}}],
    "links": ["https://wellcome.org"],
    "external_ids": {"GRID": {"preferred": "grid.52788.30", "all": "grid.52788.30"}},
    "relationships": [],
}


def _read(path: Path, name: str, format_: str) -> tuple[list[Entry], list[Finding], RecordCounts]:
    tally = RecordCounts()
    found = list(read_register(RegisterConfig("ror", path, name, format_), tally))
    entries = [one for one in found if isinstance(one, Entry)]
    return entries, [one for one in found if isinstance(one, Finding)], tally


@pytest.mark.parametrize("form", ["array", "lines"])
def test_records_of_both_schemas_are_read_from_one_file(form: str, tmp_path: Path) -> None:
    path = tmp_path / "ror.json"
    rows = [json.dumps(row) for row in (NEW, OLD, {"id": "https://ror.org/00340yn34"}, {"name": "No identifier"})]
    path.write_text("[" + ",".join(rows) + "]" if form == "array" else "\n".join(rows), "utf-8")
    [new, old], findings, tally = _read(path, "ror.json", "ror")
    assert (new.name, new.language, new.live, new.status) == ("Keele University", "en", False, "withdrawn")
    assert new.names == (EntryName("KU", "acronym"),)
    assert new.identifiers[1:3] == (("crossref-funder", "501100005044"), ("crossref-funder", "100012345"))
    assert new.links == (EntryLink("succession", "https://ror.org/029chgv08", "Other body"),)
    assert new.types == ("education-body",)
    assert ("legal-type", "education, funder") in new.attributes
    assert new.start is not None
    assert new.start.text == "1949"
    assert ("grid", "grid.52788.30") in old.identifiers
    assert old.places[0].country == "GB"
    assert EntryName("Ymddiriedolaeth", "alternative", "cy") in old.names
    assert [(one.rule, one.place and one.place.row) for one in findings] == [
        ("repaired-record", 1),
        ("rejected-record", 3),
        ("rejected-record", 4),
    ]
    assert (tally.read, tally.kept, tally.rejected, tally.repaired) == (4, 2, 2, 1)


@pytest.mark.parametrize(
    ("file", "format_", "number", "rejected"),
    [
        ("ror/ror_v2_latest.jsonl.gz", "ror", 35_990, 0),
        ("ror/ror_v1_only.jsonl.gz", "ror", 15_380, 0),
        ("ror/gb_v2.jsonl.gz", "ror", 1_281, 0),
        ("ror/gb_v1_only.jsonl.gz", "ror", 918, 0),
        ("ror/example_record_v2_1.json", "ror", 1, 0),
        ("funder-registry-ror/funder_to_ror.csv", "crossref-funder", 20_473, 0),
        ("funder-registry-ror/ror_funder_registry_mapping.json", "crossref-funder", 21_751, 1),
    ],
)
def test_a_real_file_is_read_whole(file: str, format_: str, number: int, rejected: int, shared: Path) -> None:
    entries, findings, tally = _read(shared / "registers" / file, file, format_)
    assert tally.read == number == len(entries) + rejected
    assert [one.rule for one in findings].count("rejected-record") == tally.rejected == rejected
    assert len({one.place.row for one in findings if one.place and one.rule == "repaired-record"}) == tally.repaired


def test_a_pair_of_funder_and_ror_adds_identifiers_and_no_name(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text("Funder ID,ROR ID\nhttp://dx.doi.org/10.13039/501100005044,https://ror.org/00340yn33\nx,y\n")
    [entry], [finding], tally = _read(path, "pairs.csv", "crossref-funder")
    assert entry.name == ""
    assert entry.identifiers == (("ror", "https://ror.org/00340yn33"), ("crossref-funder", "501100005044"))
    assert str(finding.place) == 'pairs.csv, row 3, column "Funder ID"'
    assert (tally.read, tally.rejected) == (2, 1)
