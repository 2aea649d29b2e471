"""No persons: what a record gives as a person survives in none of its fields; contacts are told from other numbers."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from partnergraph.errors import Finding, Place
from partnergraph.model.register_records import Entry, EntryLink, EntryName, EntryPlace, Grant, RecordCounts
from partnergraph.registers import grants360, gtr
from partnergraph.registers.redaction import redact_record
from partnergraph.registers.safe_streams import open_stream
from partnergraph.tables.personal_data import find_contacts, redact_contacts, redact_persons
from tests.growth import assert_linear

CONTACTS = {
    "e-mail": [
        "jane@example.org", "Jane.Doe+x@mail.example.ac.uk", "mailto:jane@example.org", "jane (at) example.org",
        "jane[at]example.org", "jane＠example.org", "o'neil@example.org", "jane @ example.org",
    ],
    "telephone": [
        "01632 960 001", "01632960001", "(01632) 960001", "020 7946 0958", "+44 1632 960001", "+44 (0)1632 960001",
        "+1 202-555-0143", "0044 1632 960001", "0800 111 222", "01632-960-001", "Tel: 960001", "Fax no. 960 001",
        "Phone: 960001",
    ],
}  # fmt: skip
NUMBERS = [
    "1168129", "01234567", "SC012345", "10007767", "0000 0001 2299 3507", "0198526636", "0-19-852663-6", "2014-06-30",
    "978-0-19-852663-6", "01/02/2014 - 03/04/2015", "2014-2015", "0.12345678901", "10,000,000,000", "084289/Z/07/Z",
    "NIHR200448", "07/08/2009 10:11:12", "Phase 01 2010 2011", "ST5 5BG", "£1,234,567.00", "Mobile 2020-2025",
    "Telephone exchange 12", "https://medium.com/@org/post", "@KeeleUni", "a @ b", "360G-012-345678", "GB-CHC-1168129",
    "https://ror.org/00340yn33", "51.0123456789", "-2.0123456789", "00123456789012", "A+B 2012", "MR/K01234567/1",
    "Covid+ 2020", "0345",
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in CONTACTS.items() for text in texts])
def test_a_contact_is_found_alone_and_in_a_sentence(kind: str, text: str) -> None:
    assert redact_contacts(text) == (f"({kind})", (kind,))
    assert redact_contacts(f"Ask us ({text}), today.")[0] in (
        f"Ask us (({kind})), today.",
        f"Ask us ({kind}), today.",
        f"Ask us ({kind})), today.",
    )
    assert redact_contacts(f"A grant; {text}. More") == (f"A grant; ({kind}). More", (kind,))


@pytest.mark.parametrize("text", NUMBERS)
def test_other_numbers_are_no_contacts(text: str) -> None:
    assert list(find_contacts(text)) == []
    assert list(find_contacts(f"It is {text}, of 2014.")) == []


@pytest.mark.parametrize("piece", [" ", "a", "0", "+", "@", "a@", "a.", "0 ", "-", "(", "tel:", "tel: 1", "(at)", "０"])
def test_the_search_takes_time_in_proportion_to_the_text(piece: str) -> None:
    assert_linear(lambda size: redact_contacts((piece * size)[:size]), 400_000)


@pytest.mark.parametrize(
    "title",
    [
        "Award to Jane Doe", "Jane Doe: a study", "DOE, JANE", "Award to J. Doe", "Dr Doe's study", "Prof. J Doe",
        "Doe J", "Jané K. Doe’s study", "Professor Jane Kim Doe FRS", "(Jane Doe)", "Jane-Doe", "Mr. Doe", "J.K. Doe",
    ],
)  # fmt: skip
def test_a_person_is_found_in_every_order(title: str) -> None:
    for name in ("Jane Kim Doe", "Doe, Jane Kim", "Dr Jane Kim Doe", "Jane Kim Doe PhD"):
        found = redact_persons(title.replace("Jane-Doe", "Jane Doe"), [name])[0]
        assert "doe" not in found.casefold().replace("é", "e")
        assert "(person)" in found


@pytest.mark.parametrize(
    "title", ["The Doe Field Centre", "Field studies", "Jane's World", "A doe and a deer", "Green"]
)
def test_a_surname_alone_is_a_word(title: str) -> None:
    assert redact_persons(title, ["Jane Doe", "Sam Field", "Ann Green"]) == (title, 0)


def _read(read: Any, path: Path) -> tuple[list[Grant], list[Finding], RecordCounts]:
    tally = RecordCounts()
    with open_stream(path) as source:
        found = list(read(source, tally))
    grants = [one for one in found if isinstance(one, Grant)]
    return grants, [one for one in found if isinstance(one, Finding)], tally


def _everything(*found: object) -> str:
    return repr(found)


PROJECT = {
    "FundingOrgName": "MRC", "ProjectReference": "MR/1", "LeadROName": "Keele University", "FundingOrgId": "",
    "LeadROId": "", "ProjectCategory": "Fellowship", "Title": "Dr Doe's study of knees (Jane Doe)",
    "PIFirstName": "Jane", "PIOtherNames": "Kim", "PISurname": "Doe",
}  # fmt: skip


def _gtr(path: Path, *rows: dict[str, str]) -> Path:
    output = io.StringIO(newline="")
    writer = csv.DictWriter(output, list(dict.fromkeys(name for row in rows for name in row)), restval="")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(output.getvalue(), "utf-8")
    return path


def test_principal_investigators_do_not_stand_in_titles(tmp_path: Path) -> None:
    more = {
        "ProjectReference": "MR/2", "Title": "Roe Fellowship: Richard Roe and J Doe", "Fellow_Name": "Roe, Richard",
    }  # fmt: skip
    grants, findings, tally = _read(gtr.read, _gtr(tmp_path / "gtr.csv", PROJECT, PROJECT | more))
    assert [grant.title for grant in grants] == [
        "(person) study of knees ((person))", "Roe Fellowship: (person) and (person)"
    ]  # fmt: skip
    assert tally.personal["names of persons"] == 4
    assert not [word for word in ("Jane", "Doe", "Richard") if word in _everything(grants, findings)]


def test_individuals_who_receive_a_grant_do_not_stand_in_it(tmp_path: Path) -> None:
    body = {"id": "GB-CHC-1168129", "name": "The Jane Doe Trust", "contactName": "Max Musterfrau"}
    grant = {
        "id": "360G-x-1", "title": "Award to Jane Doe (jane@example.org, 01632 960001) by M. Musterfrau",
        "currency": "GBP", "amountAwarded": 1, "awardDate": "2020-01-01",
        "fundingOrganization": [{"id": "GB-CHC-210183", "name": "Wellcome"}], "recipientOrganization": [body],
        "recipientIndividual": [{"id": "360G-x-ind", "name": "Jane Doe"}],
        "grantProgramme": [{"title": "Doe, Jane"}], "beneficiaryLocation": [{"name": "Home of Jane Doe"}],
    }  # fmt: skip
    by_id = grant | {"id": "360G-x-jane-doe"}
    as_body = grant | {"id": "360G-x-3", "recipientOrganization": [body | {"name": "Jane Doe"}]}
    (tmp_path / "g.json").write_text(json.dumps({"grants": [grant, by_id, as_body]}), "utf-8")
    grants, findings, tally = _read(grants360.read, tmp_path / "g.json")
    [kept] = grants
    assert kept.title == "Award to (person) ((e-mail), (telephone)) by (person)"
    assert (kept.programme, kept.places[0].name) == ("(person)", "Home of (person)")
    assert kept.recipient == "The Jane Doe Trust", "a body that is called after a person"
    assert (tally.read, tally.kept, tally.rejected) == (3, 1, 2)
    assert tally.personal["names of persons"] >= 4
    assert (tally.personal["e-mail"], tally.personal["telephone"]) == (2, 2)
    hidden = _everything(findings, [kept.title, kept.programme, kept.places])
    assert not [word for word in ("Jane", "jane", "Musterfrau", "960001") if word in hidden]


def _records() -> Iterable[Entry | Grant]:
    place = Place("x.csv", 2)
    text = "See a@example.org or 01632 960 001"
    yield Entry(
        "R1", f"Body {text}", place, names=(EntryName(text),), identifiers=(("website", "mailto:a@example.org"),),
        places=(EntryPlace(text, region=text),), links=(EntryLink("part-of", "R2", text, note=text),),
        attributes=(("note", text),),
    )  # fmt: skip
    yield Grant(
        "G1", text, place, f"Funder {text}", f"Body {text}", recipient_identifiers=(("org-id", "XX-Y-a@example.org"),),
        programme=text, url="https://example.org/?mail=a@example.org", places=(EntryPlace(text),),
    )  # fmt: skip


@pytest.mark.parametrize("record", [*_records()], ids=["entry", "grant"])
def test_no_field_of_a_record_keeps_a_contact(record: Entry | Grant) -> None:
    redacted, found = redact_record(record)
    assert redacted is not None
    assert "example.org" not in repr(redacted)
    assert "960 001" not in repr(redacted)
    assert sum(found.values()) > 8


def test_a_record_that_is_a_contact_is_no_record() -> None:
    for record in (
        Entry("R1", "jane@example.org", Place("x", 1)),
        Entry("jane@example.org", "Body", Place("x", 1)),
        Grant("G", "Title", Place("x", 1), "Wellcome", "01632 960 001"),
    ):
        assert redact_record(record)[0] is None
    assert redact_record(Entry("01632960001", "Body", Place("x", 1)))[0] is not None, "a number that is an identifier"
