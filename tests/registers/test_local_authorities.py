"""Local authorities: mySociety's list and the hierarchy of ONS."""

from __future__ import annotations

from pathlib import Path

import pytest

from partnergraph.errors import Finding
from partnergraph.model.register_records import Entry, EntryName, RecordCounts
from partnergraph.registers import local_authorities
from partnergraph.registers.safe_streams import open_stream


def _read(path: Path, reader: str = "read") -> tuple[dict[str, Entry], list[Finding], RecordCounts]:
    tally, entries, findings = RecordCounts(), dict[str, Entry](), list[Finding]()
    with open_stream(path) as source:
        for found in getattr(local_authorities, reader)(source, tally):
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


HEAD = (
    "local-authority-code,official-name,nice-name,gss-code,start-date,end-date,replaced-by,nation,region,"
    "local-authority-type,local-authority-type-name,county-la,combined-authority,alt-names,former-gss-codes,"
    "current-authority,old-register-and-code,open-council-data-id,lat,long\n"
)
ROWS = [
    "NOR,North District Council,North,E07999991,,2023-04-01,\"NEW,OTH\",England,North West,NMD,"
    "Non-metropolitan district,CUN,,\"North,north,nroth\",,False,local-authority-eng:NOR,28.0,54.5,-2.5\n",
    "ABX,\"Hill, Dale and Fell Council\",\"Hill, Dale and Fell\",E06999991,2023-04-01,,,England,North West,UA,"
    "Unitary authority,,NCA,\"Hill, Dale and Fell,hill, dale and fell,hill dale,HDF Council\",\"E06999981,E06999982\","
    "True,,28.0,154.5,-2.5\n",
    "LON,London Borough of Somewhere,Somewhere,E09999991,,,,England,London,LBO,London borough,,GLA,,,True,,,,\n",
    "NCA,North Combined Authority,North,28.0,01/04/2016,,,England,North West,COMB,Combined authority,,NCA,,,True,,,,\n",
    "OLD,Old Council,Old,,,soon,,Northern Ireland,Northern Ireland,NID,NI district,,,,,False,"
    "local-authority-nir:OLD,,,\n",
    ",No Code Council,,,,,,England,,,,,,,,True,,,,\n",
    "RAG,Ragged Council,,,,,,England,,,,,,,,True,,,,,,extra\n",
]  # fmt: skip


def test_successors_former_codes_and_places_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(HEAD + "".join(ROWS))
    entries, findings, tally = _read(tmp_path / "a.csv")
    old = entries["NOR"]
    assert [(link.kind, link.record, link.start and link.start.text) for link in old.links] == [
        ("succession", "NEW", "2023-04-01"),
        ("succession", "OTH", "2023-04-01"),
        ("location", "CUN", None),
    ]
    assert (old.live, old.status) == (False, "ended")
    assert old.names == (EntryName("North"), EntryName("nroth", "as-written"))
    assert old.identifiers == (("local-authority-code", "NOR"), ("gss", "E07999991"), ("org-id", "GB-LAE-NOR"))
    assert ("area-centroid", "54.5, -2.5") in old.attributes
    new = entries["ABX"]
    assert new.name == "Hill, Dale and Fell Council"
    assert new.names == (
        EntryName("Hill, Dale and Fell"),
        EntryName("hill dale", "as-written"),
        EntryName("HDF Council"),
    )
    assert [value for scheme, value in new.identifiers if scheme == "gss"] == ["E06999991", "E06999981", "E06999982"]
    assert [(link.kind, link.record) for link in new.links] == [("membership", "NCA")]
    assert [(link.kind, link.record) for link in entries["LON"].links] == [("location", "GLA")]
    combined = entries["NCA"]
    assert (combined.types, combined.links) == ((), ())
    assert combined.start is not None
    assert combined.start.text == "2016-04-01"
    assert entries["OLD"].identifiers == (("local-authority-code", "OLD"), ("org-id", "GB-LANI-OLD"))
    assert entries["OLD"].end is None
    assert (tally.read, tally.kept, tally.rejected, tally.repaired) == (7, 5, 2, 3)
    assert [(finding.place and (finding.place.row, finding.place.column)) for finding in findings] == [
        (3, "lat"), (5, "gss-code"), (6, "end-date"), (7, None), (8, None),
    ]  # fmt: skip


ONS_HEAD = "LADCD,LADNM,LADCD_ACTIVE,LADNM_ACTIVE,UTLACD,UTLANM,CAUTHCD,CAUTHNM,RGNCD,RGNNM,CTRYCD,CTRYNM,Current\n"
COUNTRY = "E12000009,South,E92000001,England"


def test_the_hierarchy_gives_each_area_once_inside_the_next(tmp_path: Path) -> None:
    rows = [
        f"E06999991,Unitary,E06999991,Unitary,E06999991,Unitary,E47999991,Joint,{COUNTRY},TRUE\n",
        f"E07999991,District,E07999991,District,E10999991,County,,,{COUNTRY},TRUE\n",
        f"E07999992,Gone,E06999991,Unitary,E06999991,Unitary,E47999991,Joint,{COUNTRY},FALSE\n",
        f"28.0,Float,28.0,Float,,,,,{COUNTRY},TRUE\n",
    ]
    (tmp_path / "a.csv").write_text("\ufeff" + ONS_HEAD + "".join(rows), "utf-8")
    entries, findings, tally = _read(tmp_path / "a.csv", "read_hierarchy")
    up = {code: [(link.kind, link.record) for link in entry.links] for code, entry in entries.items()}
    assert up == {
        "E06999991": [("location", "E47999991")],
        "E47999991": [("location", "E12000009")],
        "E12000009": [("location", "E92000001")],
        "E92000001": [],
        "E07999991": [("location", "E10999991")],
        "E10999991": [("location", "E12000009")],
        "E07999992": [("succession", "E06999991")],
    }
    assert [code for code, entry in entries.items() if not entry.live] == ["E07999992"]
    assert entries["E12000009"].types == ()
    assert entries["E10999991"].types == ("local-authority",)
    assert (tally.read, tally.kept, tally.rejected) == (8, 7, 1)
    assert findings[0].place is not None
    assert findings[0].place.row == 5


@pytest.mark.parametrize("name", ["current", "future"])
def test_the_real_lists_are_read_whole(shared: Path, name: str) -> None:
    folder = shared / "registers/local-authorities"
    entries, findings, tally = _read(folder / f"mysociety_uk_local_authorities_{name}.csv")
    assert (tally.read, tally.kept, tally.rejected, tally.repaired, findings) == (470, 470, 0, 0, [])
    assert sum(not entry.live for entry in entries.values()) == 73
    links = [link for entry in entries.values() for link in entry.links]
    assert sum(link.kind == "succession" for link in links) == 50
    assert all(link.record in entries for link in links)
    assert sum(not any(scheme == "gss" for scheme, _ in entry.identifiers) for entry in entries.values()) >= 25
    assert entries["ABC"].name == "Armagh City, Banbridge and Craigavon Borough Council"
    gss = {value for entry in entries.values() for scheme, value in entry.identifiers if scheme == "gss"}
    hierarchy, problems, counts = _read(folder / "ons_la_all_codes.csv", "read_hierarchy")
    districts = {
        code for code, entry in hierarchy.items() if ("legal-type", "Local authority district") in entry.attributes
    }
    assert (counts.rejected, problems, len(districts)) == (0, [], 415)
    assert sum(not entry.live for entry in hierarchy.values()) == 54
    assert districts - gss == {"E08000038", "E08000039"}
    assert all(link.record in hierarchy for entry in hierarchy.values() for link in entry.links)
