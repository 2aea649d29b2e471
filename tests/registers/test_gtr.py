"""Projects of UKRI's Gateway to Research."""

from __future__ import annotations

from pathlib import Path

from partnergraph.errors import Finding
from partnergraph.model.register_records import Grant, RecordCounts
from partnergraph.registers import gtr
from partnergraph.registers.safe_streams import open_stream

FUNDER, LEAD = "1291772D-DFCE-493A-AEE7-24F7EEAFE0E9", "ec177b1f-35ee-4b74-981d-e8382ee3d18c"
HEAD = (
    "FundingOrgName,ProjectReference,LeadROName,ProjectCategory,Title,StartDate,EndDate,AwardPounds,Region,Status,"
    "GTRProjectUrl,FundingOrgId,LeadROId,PIId,PI Surname,StudentOrcidId\n"
)
ROWS = [
    f"AHRC,AH/1,Lead,Research Grant,\"One, two\",2018-01-09,2018-01-09,15000.0,London,Active,u,{FUNDER},{LEAD},,,\n",
    f"AHRC,AH/2,Lead,Studentship,Two,01/10/2015,30/09/2018,0.0,Unknown,Closed,u,{FUNDER},{LEAD},P1,Somebody,O1\n",
    "AHRC,AH/3,Lead,Fellowship,Three,soon,,much,Outside UK,Closed,u,not-an-id,,,,\n",
    f"AHRC,,Lead,Fellowship,Four,2015-01-01,,1,London,Closed,u,{FUNDER},{LEAD},,,\n",
    f"AHRC,AH/5,,Fellowship,Five,2015-01-01,,1,London,Closed,u,{FUNDER},{LEAD},,,\n",
    f"AHRC,AH/6,Lead,Fellowship,Six,2015-01-01,,1,London,Closed,u,{FUNDER},{LEAD},,,,x\n",
]  # fmt: skip


def _read(path: Path) -> tuple[list[Grant], list[Finding], RecordCounts]:
    tally, grants, findings = RecordCounts(), list[Grant](), list[Finding]()
    with open_stream(path) as source:
        for found in gtr.read(source, tally):
            if isinstance(found, Grant):
                grants.append(found)
            else:
                assert isinstance(found, Finding)
                findings.append(found)
    assert tally.read == tally.kept + tally.filtered + tally.rejected
    assert tally.kept == len(grants)
    assert tally.rejected == sum(finding.rule == "rejected-record" for finding in findings)
    return grants, findings, tally


def test_projects_are_grants_with_years_only_and_without_persons(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(HEAD + "".join(ROWS))
    grants, findings, tally = _read(tmp_path / "a.csv")
    first, second, third = grants
    assert (first.record, first.title, first.programme) == ("AH/1", "One, two", "Research Grant")
    assert (first.funder_id, first.recipient_id) == (("gtr", FUNDER), ("gtr", LEAD))
    assert (first.amount, first.currency) == ("15000", "GBP")
    assert [place.region for place in first.places] == ["London"]
    years = [(grant.start and grant.start.text, grant.end and grant.end.text) for grant in grants]
    assert years == [("2018", None), ("2015", "2018"), (None, None)]
    assert (second.amount, second.places) == ("0", ())
    assert (third.amount, third.currency, third.funder_id, third.recipient_id, third.places) == (None,) * 4 + ((),)
    assert tally.personal == {"persons of projects": 3}
    assert "Somebody" not in repr((grants, findings))
    assert (tally.read, tally.rejected, tally.repaired) == (6, 3, 1)
    told = [(finding.rule, finding.place and finding.place.row) for finding in findings]
    assert told == [
        ("partial-dates", None),
        *(("repaired-record", 4),) * 3,
        ("rejected-record", 5),
        ("rejected-record", 6),
        ("rejected-record", 7),
    ]


def test_the_real_projects_are_read_whole(shared: Path) -> None:
    grants, findings, tally = _read(shared / "registers/ukri-gtr/gtr_projects_2021-01_subset.csv.gz")
    assert (tally.read, tally.kept, tally.rejected, tally.repaired) == (8_297, 8_297, 0, 0)
    assert [finding.rule for finding in findings] == ["partial-dates"]
    assert len({grant.record for grant in grants}) == 8_297
    assert len({grant.recipient_id for grant in grants}) == 178
    assert {grant.funder_id for grant in grants} == {("gtr", FUNDER)}
    assert sum(grant.amount == "0" for grant in grants) == 1_514
    assert sum(not grant.places for grant in grants) >= 1_326
    assert all(grant.start and len(grant.start.text) == 4 and grant.end is None for grant in grants)
    living = next(grant for grant in grants if grant.record == "AH/S01179X/1")
    assert (living.title, living.recipient, living.amount) == (
        "Living with Machines",
        "The Alan Turing Institute",
        "8994959",
    )
