"""Grants in the 360Giving standard."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from partnergraph.errors import Finding
from partnergraph.model.register_records import Grant, RecordCounts
from partnergraph.registers import grants360
from partnergraph.registers.safe_streams import open_stream


def _read(path: Path, reader: str = "read") -> tuple[list[Grant], list[Finding], RecordCounts]:
    tally, grants, findings = RecordCounts(), list[Grant](), list[Finding]()
    with open_stream(path) as source:
        for found in getattr(grants360, reader)(source, tally):
            if isinstance(found, Grant):
                grants.append(found)
            else:
                assert isinstance(found, Finding)
                findings.append(found)
    assert tally.read == tally.kept + tally.filtered + tally.rejected
    assert tally.kept == len(grants)
    assert tally.rejected == sum(finding.rule == "rejected-record" for finding in findings)
    return grants, findings, tally


def _grant(number: int, *recipients: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": f"360G-test-{number}",
        "title": f"Grant {number}",
        "currency": "GBP",
        "amountAwarded": 1000,
        "awardDate": "2020-03-17",
        "fundingOrganization": [{"id": "GB-CHC-999991", "name": "Funder"}],
        "recipientOrganization": list(recipients) or [{"id": "GB-CHC-1999991", "name": "Recipient"}],
        **more,
    }


def _json(tmp_path: Path, *grants: Any, package: bool = True) -> tuple[list[Grant], list[Finding], RecordCounts]:
    (tmp_path / "a.json").write_text(json.dumps({"grants": grants, "x": "y"} if package else grants))
    return _read(tmp_path / "a.json")


@pytest.mark.parametrize("package", [True, False], ids=["package", "array"])
def test_a_grant_is_read_with_dates_programme_and_place(package: bool, tmp_path: Path) -> None:
    grant = _grant(
        1,
        plannedDates=[
            {"startDate": "2020-04-01T00:00:00+00:00", "endDate": "2021-03-31T00:00:00.000Z", "duration": 12}
        ],
        grantProgramme=[{"code": "x"}, {"title": "Programme  A "}],
        beneficiaryLocation=[{"name": "Camden", "countryCode": "GB"}, {"geoCode": "E09000007"}],
        url="https://example.org/grant",
        description="One\ntwo",
    )
    grants, findings, _ = _json(tmp_path, grant, package=package)
    assert findings == []
    (found,) = grants
    assert (found.record, found.funder, found.recipient) == ("360G-test-1", "Funder", "Recipient")
    assert (found.funder_id, found.recipient_id) == (("charity-ew", "999991"), ("charity-ew", "1999991"))
    assert (found.amount, found.currency, found.programme) == ("1000", "GBP", "Programme A")
    dates = [day and day.text for day in (found.awarded, found.start, found.end)]
    assert dates == ["2020-03-17", "2020-04-01", "2021-03-31"]
    assert [(place.name, place.country) for place in found.places] == [("Camden", "GB")]
    assert found.url == "https://example.org/grant"


def test_persons_and_addresses_of_e_mail_are_dropped_and_counted(tmp_path: Path) -> None:
    person = {"id": "360G-test-ind-1", "name": "Somebody Named"}
    only = _grant(1, recipientIndividual=[person])
    del only["recipientOrganization"]
    both = _grant(2, recipientIndividual=person)
    mail = _grant(3, {"id": "GB-COH-01234567", "name": "Body", "url": "mailto:somebody@example.org"},
                  url="http://somebody.else@example.org")  # fmt: skip
    told = _grant(4, title="Write to somebody@example.org now")
    grants, findings, tally = _json(tmp_path, only, both, mail, told)
    assert [grant.record for grant in grants] == ["360G-test-2", "360G-test-3", "360G-test-4"]
    assert grants[2].title == "Write to (e-mail) now"
    assert tally.personal == {"recipient individuals": 2, "e-mail": 3}
    assert (tally.read, tally.rejected, tally.repaired) == (4, 1, 2)
    assert "went to a person" in findings[0].message
    assert "omebody" not in repr((grants, findings))


@pytest.mark.parametrize(
    ("body", "identifiers", "repaired"),
    [
        ({"id": "360G-other-9"}, (), 0),
        ({"id": "GB-CHC-1999991", "charityNumber": "1999991"}, (("charity-ew", "1999991"),), 0),
        ({"id": "360G-other-9", "charityNumber": "1999991.0"}, (("charity-ew", "1999991"),), 1),
        ({"id": "360G-other-9", "charityNumber": "1999991 "}, (("charity-ew", "1999991"),), 1),
        ({"id": "360G-other-9", "charityNumber": "GB-CHC-1999991"}, (("charity-ew", "1999991"),), 1),
        ({"id": "360G-other-9", "charityNumber": 1999991}, (("charity-ew", "1999991"),), 0),
        ({"id": "360G-other-9", "charityNumber": 1999991.0}, (("charity-ew", "1999991"),), 1),
        ({"id": "GB-CHC-1999991", "charityNumber": "1999992"},
         (("charity-ew", "1999991"), ("charity-ew", "1999992")), 0),
        ({"id": "GB-SC-SC099999"}, (("charity-sc", "SC099999"),), 0),
        ({"id": "360G-other-9", "charityNumber": "SCO99999"}, (("charity-sc", "SC099999"),), 1),
        ({"id": "GB-NIC-109999"}, (("org-id", "GB-NIC-109999"),), 0),
        ({"id": "360G-other-9", "charityNumber": "Excepted"}, (), 1),
        ({"id": "GB-COH-99999"}, (("companies-house", "00099999"),), 1),
        ({"id": "GB-COH-7999999"}, (("companies-house", "07999999"),), 1),
        ({"id": "GB-COH-SC099999"}, (("companies-house", "SC099999"),), 0),
        ({"id": "GB-COH-07999999", "companyNumber": "7999999.0"}, (("companies-house", "07999999"),), 1),
        ({"id": "360G-other-9", "companyNumber": "n/a"}, (), 1),
        ({"id": "GB-NHS-XA1"}, (("ods", "XA1"),), 0),
        ({"id": "US-EIN-99-9999999"}, (("org-id", "US-EIN-99-9999999"),), 0),
        ({}, (), 0),
    ],
    ids=lambda value: json.dumps(value) if isinstance(value, dict) else "",
)  # fmt: skip
def test_identifiers_are_mended_and_that_is_listed(
    body: dict[str, Any], identifiers: tuple[tuple[str, str], ...], repaired: int, tmp_path: Path
) -> None:
    (found,), findings, tally = _json(tmp_path, _grant(1, {"name": "Recipient", **body}))
    assert tuple(one for one in (found.recipient_id, *found.recipient_identifiers) if one) == identifiers
    assert tally.repaired == repaired == len(findings)


@pytest.mark.parametrize(
    ("raw", "amount"),
    [("0", "0"), ("0.0", "0"), ("5000.50", "5000.50"), ('"£12,500.00"', "12500.00"), ("-5", None), ('"lots"', None),
     ("null", None), ("1e6", "1000000")],
)  # fmt: skip
def test_amounts_are_kept_as_written_and_zero_is_one(raw: str, amount: str | None, tmp_path: Path) -> None:
    text = json.dumps([_grant(1)]).replace('"amountAwarded": 1000', f'"amountAwarded": {raw}')
    (tmp_path / "a.json").write_text(text)
    ((found,), _, _) = _read(tmp_path / "a.json")
    assert (found.amount, found.currency) == (amount, "GBP" if amount else None)


def test_several_recipients_of_one_grant_are_told_so(tmp_path: Path) -> None:
    grants, _, tally = _json(tmp_path, _grant(1, {"name": "One"}, {"name": "Two"}))
    assert [(grant.record, grant.recipient, grant.count) for grant in grants] == [
        ("360G-test-1", "One", 2),
        ("360G-test-1", "Two", 2),
    ]
    assert tally.read == 2


def test_what_is_no_grant_is_rejected_with_its_number(tmp_path: Path) -> None:
    nameless = _grant(2, {"id": "GB-CHC-1999991"})
    wrong_dates = _grant(5, awardDate="31/02/2020", plannedDates=[{"startDate": "2020-02-01", "endDate": "2019-01-01"}])
    grants, findings, tally = _json(
        tmp_path, "rubbish", nameless, _grant(3, title=" "), _grant(4, fundingOrganization=[]), wrong_dates, {}
    )
    assert [grant.record for grant in grants] == ["360G-test-5"]
    assert (grants[0].awarded, grants[0].end) == (None, None)
    rejected = [finding.place and finding.place.row for finding in findings if finding.rule == "rejected-record"]
    assert rejected == [1, 2, 3, 4, 6]
    assert (tally.read, tally.kept, tally.repaired) == (6, 1, 1)


def test_the_same_as_a_table_gives_the_same_grants(tmp_path: Path) -> None:
    heads = [
        "Identifier", "Title", "Description", "Currency", "Amount Awarded", "Award Date", "Planned Dates:Start Date",
        "Recipient Org:Identifier", "Recipient Org:Name", "Recipient Org:Charity Number", "Recipient Org:1:Identifier",
        "Recipient Org:1:Name", "Recipient Ind:Name", "Funding Org:Identifier", "Funding Org:Name",
        "Grant Programme:Title", "Beneficiary Location:0:Name", "Beneficiary Location:1:Name",
    ]  # fmt: skip
    full = ["1", "One", "a\nb", "GBP", "0", "05/06/2014", "2014-07-01", "GB-COH-7999999", "Body", "1999991.0",
            "360G-x", "Second", "", "GB-CHC-999991", "Funder", "P", "Camden", "Leeds"]  # fmt: skip
    person = ["2", "Two", "", "GBP", "5", "2014-06-05", "", "", "", "", "", "", "Somebody", "", "Funder", "", "", ""]
    out = io.StringIO()
    csv.writer(out).writerows([heads, full, person, [*full, "too much"]])
    (tmp_path / "a.csv").write_bytes(b"\xef\xbb\xbf" + out.getvalue().encode())
    grants, findings, tally = _read(tmp_path / "a.csv", "read_table")
    assert [(grant.recipient, grant.recipient_id, grant.recipient_identifiers, grant.count) for grant in grants] == [
        ("Body", ("companies-house", "07999999"), (("charity-ew", "1999991"),), 2),
        ("Second", None, (), 2),
    ]
    first = grants[0]
    assert first.awarded is not None
    assert (first.amount, first.awarded.text, first.programme) == ("0", "2014-06-05", "P")
    assert [place.name for place in first.places] == ["Camden", "Leeds"]
    assert (tally.read, tally.rejected, tally.repaired) == (4, 2, 1)
    assert tally.personal == {"recipient individuals": 1}
    rejected = [finding.place and finding.place.row for finding in findings if finding.rule == "rejected-record"]
    assert rejected == [3, 4]
    assert "Somebody" not in repr((grants, findings))


def test_the_real_grants_are_read_whole(shared: Path) -> None:
    grants, findings, tally = _read(shared / "registers/360giving/covid19_grants_2020-05-07.json.gz")
    assert (tally.read, tally.kept, tally.rejected) == (1_978, 1_978, 0)
    assert tally.personal == {"e-mail": 2}
    assert tally.repaired == len({finding.place.row for finding in findings if finding.place}) == 317
    assert all(finding.rule == "repaired-record" and finding.fix is None for finding in findings)
    assert len({grant.funder_id for grant in grants}) == 35
    assert sum(grant.currency == "USD" for grant in grants) == 1
    assert all(grant.awarded and len(grant.awarded.text) == 10 for grant in grants)
    companies = {ident for grant in grants for ident in (grant.recipient_id, *grant.recipient_identifiers) if ident}
    assert ("companies-house", "07597525") in companies
    assert not any("360G" in value for _, value in companies)
    assert not re.search(r"[\w.]+@[\w]+\.[\w]+", repr(grants))
