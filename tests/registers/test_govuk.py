"""Organisations of GOV.UK: pages one after another, an object by id, and the closed register."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from partnergraph.errors import Finding
from partnergraph.model.register_records import Entry, EntryLink, EntryName, RecordCounts
from partnergraph.registers import govuk
from partnergraph.registers.safe_streams import open_stream

API = "https://www.gov.uk/api/organisations/"


def _read(path: Path, reader: str = "read") -> tuple[dict[str, Entry], list[Finding], RecordCounts]:
    tally, entries, findings = RecordCounts(), dict[str, Entry](), list[Finding]()
    with open_stream(path) as source:
        for found in getattr(govuk, reader)(source, tally):
            if isinstance(found, Entry):
                assert found.record not in entries
                entries[found.record] = found
            else:
                assert isinstance(found, Finding)
                findings.append(found)
    assert tally.read == tally.kept + tally.filtered + tally.rejected
    assert tally.kept == len(entries)
    assert tally.rejected == sum(finding.rule == "rejected-record" for finding in findings)
    return entries, findings, tally


def _body(slug: str, kind: str, status: str = "live", **more: Any) -> dict[str, Any]:
    links = {
        f"{key}_organisations": [{"id": API + other} for other in more.pop(key, [])]
        for key in ("parent", "child", "superseded", "superseding")
    }
    details = {"slug": slug, "govuk_status": status, "abbreviation": None, "closed_at": None, **more.pop("details", {})}
    return {"id": API + slug, "title": slug.title(), "format": kind, "details": details, **links, **more}


BODIES = [
    _body("ministry", "Ministerial department", child=["agency", "quango", "elsewhere"], analytics_identifier="D99",
          details={"abbreviation": "MIN"}),
    _body("agency", "Executive agency", parent=["ministry"], title="Agency  of Things "),
    _body("quango", "Advisory non-departmental public body"),
    _body("unit", "Sub-organisation", parent=["ministry", "agency"]),
    _body("tribunal", "Tribunal", parent=["ministry"], analytics_identifier="not one"),
    _body("old", "Other", "closed", superseding=["new"],
          details={"closed_at": "2016-07-15T00:00:00.000+01:00", "govuk_closed_status": "replaced"}),
    _body("older", "Other", "closed", details={"closed_at": "long ago"}),
    _body("new", "Other", superseded=["old", "older", "vanished"]),
    _body("northern", "Other", "exempt", superseding=["ministry"], details={"govuk_closed_status": "devolved"}),
    _body("new", "Other"),
    {"id": API + "nothing"},
    "rubbish",
]  # fmt: skip


@pytest.mark.parametrize("shape", ["pages", "object"])
def test_parents_and_successions_are_read_in_one_direction(shape: str, tmp_path: Path) -> None:
    if shape == "pages":
        text = "\n".join(json.dumps({"results": BODIES[at : at + 4], "total": 12}) for at in (0, 4, 8))
    else:
        text = json.dumps({str(number): body for number, body in enumerate(BODIES[:-1])})
    (tmp_path / "a.json").write_text(text)
    entries, findings, tally = _read(tmp_path / "a.json")
    links = {code.removeprefix(API): entry.links for code, entry in entries.items()}
    told = {
        slug: [(link.kind, (link.record or "").removeprefix(API), link.inverse) for link in found]
        for slug, found in links.items()
    }
    assert told == {
        "ministry": [("association", "elsewhere", True)],
        "agency": [("oversight", "ministry", True)],
        "quango": [("sponsorship", "ministry", True)],
        "unit": [("part-of", "ministry", False), ("part-of", "agency", False)],
        "tribunal": [("association", "ministry", False)],
        "old": [("succession", "new", False)],
        "older": [("succession", "new", False)],
        "new": [("succession", "vanished", True)],
        "northern": [("association", "ministry", False)],
    }
    assert links["tribunal"] == (EntryLink("association", API + "ministry", note="parent organisation"),)
    old, older, ministry = (entries[API + slug] for slug in ("old", "older", "ministry"))
    assert old.end is not None
    assert (old.end.text, old.status, old.live) == ("2016-07-15", "closed: replaced", False)
    assert links["old"][0].start == old.end
    assert (older.end, older.live) == (None, False)
    assert ministry.names == (EntryName("MIN", "acronym"),)
    assert ministry.identifiers == (("org-id", "GB-GOV-D99"),)
    assert ministry.types == ("government-department",)
    assert entries[API + "tribunal"].identifiers == ()
    assert entries[API + "agency"].name == "Agency of Things"
    rejected = 3 if shape == "pages" else 2
    assert (tally.kept, tally.rejected, tally.repaired) == (9, rejected, 2)
    rows = [finding.place and finding.place.row for finding in findings if finding.rule == "rejected-record"]
    assert rows == [10, 11, 12][:rejected]


def test_the_closed_register_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "key,government-organisation,name,website,start-date,end-date\n"
        "D99,D99,Ministry,https://example.org,,\nEA9,EA9,Old Agency,,2001-04,2017-03-15\nX,,No Code,,,\n"
    )
    entries, findings, tally = _read(tmp_path / "a.csv", "read_register")
    assert {code: (entry.live, entry.identifiers) for code, entry in entries.items()} == {
        "D99": (True, (("org-id", "GB-GOV-D99"),)),
        "EA9": (False, (("org-id", "GB-GOV-EA9"),)),
    }
    assert (tally.read, tally.rejected, len(findings)) == (3, 1, 1)


@pytest.mark.parametrize(
    ("year", "read", "closed", "repaired", "parents"),
    [("2017-01", 1_009, 457, 18, 574), ("2026-04", 1_242, 519, 23, 847)],
)
def test_the_real_files_are_read_whole(
    shared: Path, year: str, read: int, closed: int, repaired: int, parents: int
) -> None:
    entries, findings, tally = _read(shared / f"registers/gov-organisations/govuk_organisations_api_{year}.json.gz")
    assert (tally.read, tally.kept, tally.rejected, tally.repaired) == (read, read, 0, repaired)
    assert len(findings) == repaired
    assert sum(not entry.live for entry in entries.values()) == closed
    above = ("part-of", "oversight", "sponsorship")
    links = [link for entry in entries.values() for link in entry.links]
    assert sum(link.kind in above or link.note == "parent organisation" for link in links) == parents
    house = entries[API + "companies-house"]
    assert house.name == "Companies House"
    assert house.types == ("executive-agency",)


def test_facts_of_the_real_files(shared: Path) -> None:
    folder = shared / "registers/gov-organisations"
    old, new = (_read(folder / f"govuk_organisations_api_{year}.json.gz")[0] for year in ("2017-01", "2026-04"))
    assert (len(old.keys() & new.keys()), len(new.keys() - old.keys()), len(old.keys() - new.keys())) == (986, 256, 23)
    assert sum(not entry.live and entry.end is None for entry in new.values()) == 365
    register, findings, tally = _read(folder / "register_government-organisation_2021-02.csv", "read_register")
    assert (tally.read, len(register), findings) == (989, 989, [])
    assert sum(not entry.live for entry in register.values()) == 290
    keys = {value for entry in new.values() for _, value in entry.identifiers}
    assert len(keys & {value for entry in register.values() for _, value in entry.identifiers}) > 900
