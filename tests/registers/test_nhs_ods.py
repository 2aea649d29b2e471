"""Files of the NHS Organisation Data Service."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from partnergraph.errors import Finding
from partnergraph.model.register_records import Entry, EntryLink, RecordCounts
from partnergraph.registers import nhs_ods
from partnergraph.registers.safe_streams import open_stream


def _read(path: Path, reader: str = "read") -> tuple[dict[str, Entry], list[Finding], RecordCounts]:
    tally, entries, findings = RecordCounts(), dict[str, Entry](), list[Finding]()
    with open_stream(path) as source:
        for found in getattr(nhs_ods, reader)(source, tally):
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


def _wide(*cells: str, width: int = 27, **others: str) -> str:
    row = [*cells, *[""] * (width - len(cells))]
    for column, value in others.items():
        row[int(column[1:]) - 1] = value
    return ",".join(row)


TRUSTS = "\r\n".join(
    [
        _wide("XA1", "NORTHMOOR NHS TRUST", "Y99", "Q01", "THE HOUSE", "HIGH STREET", "", "NORTHMOOR", "", "ZZ1 1AA",
              "20110701", c21="0", c24="F"),
        _wide("G9X9S", "EASTMOOR NHS FOUNDATION TRUST", "W00", "Q99", "X", "", "", "", "", "ZZ2 2BB", "20241101",
              "20250331", c24="W"),
        _wide("XA2", "HANDMADE NHS TRUST", c10="ZZ3 3CC", width=24),
        _wide("", "NO CODE"),
        _wide("xa3", "SMALL LETTERS"),
        _wide("XA4", ""),
        _wide("XA5", "TOO WIDE", width=29, c29="x"),
        _wide("XA6", "BAD DATES NHS TRUST", c5="X", c11="20119999", c12="20100101"),
        _wide("XA7", "BACKWARDS TRUST", c5="X", c11="20200101", c12="20100101"),
        "XA8,NARROW SITE,,,X",
    ]
)  # fmt: skip


def test_trusts_are_read_with_region_period_and_place(tmp_path: Path) -> None:
    (tmp_path / "etr.csv").write_text(TRUSTS)
    entries, findings, tally = _read(tmp_path / "etr.csv")
    first = entries["XA1"]
    assert (first.name, first.types, first.identifiers) == (
        "NORTHMOOR NHS TRUST",
        ("health-care-provider",),
        (("ods", "XA1"),),
    )
    assert first.start is not None
    assert (first.start.text, first.end, first.status, first.live) == ("2011-07-01", None, "active", True)
    assert [(link.kind, link.record) for link in first.links] == [("location", "Y99"), ("location", "Q01")]
    assert [(place.name, place.country) for place in first.places] == [("West Midlands", "GB")]
    assert ("address", "THE HOUSE, HIGH STREET, NORTHMOOR, ZZ1 1AA") in first.attributes
    closed = entries["G9X9S"]
    assert closed.end is not None
    assert (closed.end.text, closed.status, closed.live) == ("2025-03-31", "closed", False)
    assert [link.record for link in closed.links] == ["W00"]
    assert entries["XA8"].types == ()
    assert (tally.read, tally.kept, tally.rejected, tally.repaired) == (10, 6, 4, 4)
    assert [(finding.rule, finding.place and finding.place.row) for finding in findings] == [
        ("repaired-record", 3),
        *(("rejected-record", row) for row in (4, 5, 6, 7)),
        ("repaired-record", 8),
        ("repaired-record", 9),
        ("repaired-record", 10),
    ]


PRACTICES = "\n".join(
    ",".join(f'"{cell}"' for cell in row.split(","))
    for row in [
        _wide("A99001", "THE SURGERY", "Y63", "Q74", "X", c10="IM1 1AA", c11="19740401", c13="A", c14="B", c15="00X",
              c16="20130401", c17="20171031", c18="01234 567890", c24="7X1", c26="4"),
        _wide("A99002", "THE GAOL", "Y63", "Q74", "X", c10="ZZ1 1AA", c11="19740401", c13="D", c14="Z", c15="00X",
              c16="20130401", c24="00X", c26="25"),
        _wide("A99003", "THE PLAN", c5="X", c13="P", c11="20300101", c16="20200101", c17="20100101", c15="00X",
              c26="99"),
        _wide("A99004", "THE PAST", c5="X", c13="C", c11="19740401", c26="4"),
    ]
)  # fmt: skip


def test_practices_are_read_with_status_setting_and_dated_commissioner(tmp_path: Path) -> None:
    (tmp_path / "epraccur.csv").write_text(PRACTICES)
    entries, _, tally = _read(tmp_path / "epraccur.csv")
    surgery, gaol = entries["A99001"], entries["A99002"]
    commissioner = next(link for link in surgery.links if link.note == "Commissioner")
    assert commissioner.record == "00X"
    assert commissioner.start is not None
    assert commissioner.end is not None
    assert (commissioner.start.text, commissioner.end.text) == ("2013-04-01", "2017-10-31")
    assert ("association", "7X1") in [(link.kind, link.record) for link in surgery.links]
    assert [link.record for link in gaol.links].count("00X") == 1
    assert [place.country for place in surgery.places] == ["IM"]
    assert surgery.types == ("health-care-provider",)
    assert gaol.types == ()
    assert ("legal-type", "prescribing setting: prison") in gaol.attributes
    assert ("legal-type", "sub-type: not allocated") in gaol.attributes
    assert {code: (entry.status, entry.live) for code, entry in entries.items()} == {
        "A99001": ("active", True),
        "A99002": ("dormant", False),
        "A99003": ("proposed", False),
        "A99004": ("closed", False),
    }
    assert tally.personal == {"telephone": 1}
    assert tally.repaired == 1
    assert "01234" not in repr(entries)


HEAD = (
    "PUBLICATION,EXTRACT_DATE,PRACTICE_CODE,PRACTICE_NAME,PRACTICE_POSTCODE,PCN_CODE,PCN_NAME,ONS_CCG_CODE,CCG_CODE,"
    "CCG_NAME,ONS_STP_CODE,STP_CODE,STP_NAME,ONS_COMM_REGION_CODE,COMM_REGION_CODE,COMM_REGION_NAME\n"
)
ABOVE = "E38000001,99C,Group,E54000001,QXX,Plan,E40000001,Y99,Region\n"


def test_the_map_of_practices_gives_each_level_once_with_links_upwards(tmp_path: Path) -> None:
    rows = [
        f"M,01Jan2022,A99001,ONE,ZZ1 1AA,U99001,FIRST PCN,{ABOVE}",
        f"M,01Jan2022,A99002,TWO,ZZ1 1AB,U99001,FIRST PCN,{ABOVE}",
        f"M,01Jan2022,A99003,THREE,ZZ1 1AC,U,Unallocated,{ABOVE}",
        f"M,01Jan2022,A99004,FOUR,ZZ1 1AD,U99001,FIRST PCN,{ABOVE}".replace("99C,Group", "98C,Other"),
        f"M,32Jan2022,A99005,FIVE,ZZ1 1AF,U99001,FIRST PCN,{ABOVE}",
        f"M,01Jan2022,,NONE,ZZ1 1AE,U99001,FIRST PCN,{ABOVE}",
    ]
    (tmp_path / "map.csv").write_text(HEAD + "".join(rows))
    entries, findings, tally = _read(tmp_path / "map.csv", "read_practice_map")
    assert list(entries) == ["A99001", "U99001", "99C", "QXX", "Y99", "A99002", "A99003", "A99004", "98C", "A99005"]
    assert entries["A99001"].links == (EntryLink("membership", "U99001", "FIRST PCN", note="as of 2022-01-01"),)
    assert entries["A99003"].links[0].record == "99C"
    up = {code: [link.record for link in entries[code].links] for code in ("U99001", "99C", "QXX", "Y99")}
    assert up == {"U99001": ["99C"], "99C": ["QXX"], "QXX": ["Y99"], "Y99": []}
    assert entries["99C"].identifiers == (("ods", "99C"), ("gss", "E38000001"))
    assert entries["99C"].types == ("nhs-commissioner",)
    assert (tally.read, tally.rejected, tally.repaired) == (11, 1, 2)
    assert entries["A99005"].links[0].note is None
    assert [finding.rule for finding in findings] == ["repaired-record", "repaired-record", "rejected-record"]
    assert "under 98C here and under 99C before" in findings[0].message


@pytest.mark.parametrize(
    ("file", "read", "live", "repaired"),
    [
        ("etr_2021-01.csv", 241, 239, 2),
        ("etr_2022-03.csv", 218, 212, 0),
        ("etr_2025-07.csv", 210, 205, 0),
        ("etr_epiforecasts.csv", 239, 237, 0),
        ("epraccur_2015-11-27.csv.gz", 12_922, 11_598, 0),
        ("epraccur_2020-01.csv.gz", 14_357, 11_474, 0),
    ],
)
def test_every_real_file_is_read_whole(shared: Path, file: str, read: int, live: int, repaired: int) -> None:
    entries, findings, tally = _read(shared / "registers/nhs-ods" / file)
    assert (tally.read, tally.kept, tally.rejected, tally.repaired) == (read, read, 0, repaired)
    assert sum(entry.live for entry in entries.values()) == live
    assert len(findings) == repaired
    assert not re.search(r"\b0\d{4} \d{6}\b", repr(entries))


def test_facts_of_the_real_files(shared: Path) -> None:
    folder = shared / "registers/nhs-ods"
    practices, _, tally = _read(folder / "epraccur_2020-01.csv.gz")
    assert tally.personal == {"telephone": 14_089}
    status = [entry.status for entry in practices.values()]
    assert [status.count(word) for word in ("closed", "dormant", "proposed")] == [2_427, 451, 5]
    setting = ("legal-type", "prescribing setting: GP practice")
    assert sum(setting in entry.attributes for entry in practices.values()) == 8_204
    old, new = (_read(folder / name)[0] for name in ("etr_2022-03.csv", "etr_2025-07.csv"))
    assert len(old.keys() - new.keys()) == 9
    assert sum(old[code].name != new[code].name for code in old.keys() & new.keys()) == 10
    assert "G6V2S" in new
    levels, findings, tally = _read(folder / "gp-reg-pat-prac-map_2022.csv", "read_practice_map")
    words = [dict(entry.attributes).get("legal-type") for entry in levels.values()]
    assert words.count(None) == 6_527
    assert words.count("Primary care network") == 1_254
    assert words.count("Clinical commissioning group") == 106
    assert words.count("Sustainability and transformation partnership") == 42
    assert words.count("Commissioning region") == 7
    assert len(findings) == tally.repaired == 15
