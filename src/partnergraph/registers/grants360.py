"""Grants in the 360Giving standard, as JSON or as CSV with the standard's titles.

Grants to persons are dropped and counted. An id that begins with `360G-` is a publisher's own and identifies nobody
elsewhere. A charity's number is one of the whole legal body, also where a branch of it received the grant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from partnergraph.errors import Finding
from partnergraph.model.dates import PartialDate
from partnergraph.model.register_records import Entry, EntryPlace, Grant, RecordCounts
from partnergraph.registers.record_reader import RecordContext, excerpt, json_objects, single_line
from partnergraph.registers.safe_streams import DataStream, json_values, table_rows

__all__ = ["read", "read_table"]

# (begins at the sign itself: a search that takes the words before it along is slow on long text)
_EMAIL = re.compile(r"(?<=[^\s@/?=&:])@[^\s@/]+\.[^\s@/]")
_COUNTRY = re.compile("[A-Z]{2}")


def read(stream: DataStream, counts: RecordCounts) -> Iterator[Entry | Grant | Finding]:
    """A package of grants, or an array of them. Each recipient of a grant is a record."""
    for number, value in json_values(stream, ("grants",), exact=True):
        reader = RecordContext(counts, stream.place(number))
        if isinstance(value, dict):
            yield from _grant(reader, value)
        else:
            yield from reader.reject("The record is not an object.")
    yield from stream.findings


# The standard's fields that name persons, besides the individuals who receive a grant.
_CONTACTS = ("contactName", "contactname", "contactPerson")


def _persons(value: Mapping[str, Any], individuals: list[Mapping[str, Any]]) -> list[str]:
    """The names of the persons whom a grant names as such."""
    names = [single_line(person.get("name")) for person in individuals]
    for part in ("recipientOrganization", "fundingOrganization"):
        names += [single_line(body.get(key)) for body in json_objects(value.get(part)) for key in _CONTACTS]
    return [name for name in names if name]


_TITLES = {
    "Identifier": "id", "Title": "title", "Currency": "currency", "Amount Awarded": "amountAwarded",
    "Award Date": "awardDate", "URL": "url",
    "Planned Dates:Start Date": "plannedDates/startDate", "Planned Dates:End Date": "plannedDates/endDate",
    "Funding Org:Identifier": "fundingOrganization/id", "Funding Org:Name": "fundingOrganization/name",
    "Recipient Org:Identifier": "recipientOrganization/id", "Recipient Org:Name": "recipientOrganization/name",
    "Recipient Org:Charity Number": "recipientOrganization/charityNumber",
    "Recipient Org:Company Number": "recipientOrganization/companyNumber",
    "Recipient Org:Contact Name": "recipientOrganization/contactName",
    "Funding Org:Contact Name": "fundingOrganization/contactName",
    "Recipient Ind:Identifier": "recipientIndividual/id", "Recipient Ind:Name": "recipientIndividual/name",
    "Grant Programme:Title": "grantProgramme/title",
    "Beneficiary Location:Name": "beneficiaryLocation/name",
    "Beneficiary Location:Country Code": "beneficiaryLocation/countryCode",
}  # fmt: skip
_WANTED = ("Identifier", "Title", "Currency", "Amount Awarded", "Award Date", "Funding Org:Name")


def read_table(stream: DataStream, counts: RecordCounts) -> Iterator[Entry | Grant | Finding]:
    """The same as a table. Further recipients stand in columns that are numbered (`Recipient Org:1:Name`)."""
    for row in table_rows(stream, _WANTED):
        reader = RecordContext(counts, row.place())
        if row.whole:
            yield from _grant(reader, _nested(row.cells))
        else:
            yield from reader.reject("The row has more cells than the table has columns.", row.get("Identifier"))
    yield from stream.findings


def _nested(cells: Mapping[str, str]) -> dict[str, Any]:
    """The cells of a row as the standard's JSON nests them: numbered columns are the members of a list."""
    grant: dict[str, Any] = {}
    members: dict[tuple[str, str], dict[str, Any]] = {}
    for heading, cell in cells.items():
        title = re.sub(r":(\d+):", ":", heading)
        number = match[1] if (match := re.search(r":(\d+):", heading)) else "0"
        if title not in _TITLES:
            if title.startswith("Recipient Ind"):
                grant.setdefault("recipientIndividual", [{}])
            continue
        name, _, part = _TITLES[title].partition("/")
        if not part:
            grant[name] = cell
            continue
        if (name, number) not in members:
            members[name, number] = {}
            grant.setdefault(name, []).append(members[name, number])
        members[name, number][part] = cell
    return grant


def _grant(reader: RecordContext, value: Mapping[str, Any]) -> Iterator[Entry | Grant | Finding]:
    record, title = single_line(value.get("id")), single_line(value.get("title"))
    individuals = json_objects(value["recipientIndividual"]) if value.get("recipientIndividual") else []
    recipients = [body for body in json_objects(value.get("recipientOrganization")) if body]
    funders = [body for body in json_objects(value.get("fundingOrganization")) if single_line(body.get("name"))]
    reader.persons += _persons(value, individuals)
    if individuals:
        reader.counts.drop_personal("recipient individuals", len(individuals))
        if not recipients:
            # (its id and title may say who it was, so the finding names neither)
            yield from reader.reject("The grant went to a person; it was left out.")
            return
    if missing := _missing(record, title, funders, recipients):
        yield from reader.reject(f"The grant has no {missing}.", record or None)
        return
    if len(funders) > 1:
        reader.note_repair(f"Of {len(funders)} funders only the first was read.", record, "fundingOrganization")
    amount, currency = _amount(reader, value.get("amountAwarded")), single_line(value.get("currency")).upper()
    start, end = _period(reader, value)
    awarded = reader.date(single_line(value.get("awardDate")), "awardDate")
    for body in recipients:
        if _EMAIL.search(single_line(body.get("url"))):
            reader.counts.drop_personal("e-mail")
    shared = Grant(
        record,
        title,
        reader.place,
        single_line(funders[0]["name"]),
        "",
        funder_id=_identifier(reader, single_line(funders[0].get("id")), "fundingOrganization"),
        amount=amount,
        currency=currency or None if amount is not None else None,
        awarded=awarded,
        start=start,
        end=end,
        programme=_programme(value),
        url=single_line(value.get("url")) or None,
        places=_places(value),
        count=len(recipients),
    )
    grants = []
    for body in recipients:
        ids = _identifiers(reader, body)
        name, first = single_line(body["name"]), ids[0] if ids else None
        grants.append(replace(shared, recipient=name, recipient_id=first, recipient_identifiers=ids[1:]))
    yield from reader.accept(*grants)


def _missing(
    record: str, title: str, funders: list[Mapping[str, Any]], recipients: list[Mapping[str, Any]]
) -> str | None:
    """What a grant lacks that it cannot be used without."""
    if not record:
        return "id"
    if not title:
        return "title"
    if not funders:
        return "funder with a name"
    has_names = recipients and all(single_line(body.get("name")) for body in recipients)
    return None if has_names else "recipient with a name"


def _period(reader: RecordContext, value: Mapping[str, Any]) -> tuple[PartialDate | None, PartialDate | None]:
    """The planned start and end; an end before the start is left out."""
    planned = next(iter(json_objects(value.get("plannedDates"))), {})
    start = reader.date(single_line(planned.get("startDate")), "plannedDates")
    end = reader.date(single_line(planned.get("endDate")), "plannedDates")
    if start and end and end.latest < start.earliest:
        reader.note_repair("It ends before it begins; the end was left out.", end.text, "plannedDates")
        end = None
    return start, end


def _programme(value: Mapping[str, Any]) -> str | None:
    titles = (single_line(programme.get("title")) for programme in json_objects(value.get("grantProgramme")))
    return next((title for title in titles if title), None)


def _places(value: Mapping[str, Any]) -> tuple[EntryPlace, ...]:
    return tuple(
        EntryPlace(name, code if _COUNTRY.fullmatch(code := single_line(place.get("countryCode"))) else None)
        for place in json_objects(value.get("beneficiaryLocation"))
        if (name := single_line(place.get("name")))
    )


def _amount(reader: RecordContext, value: Any) -> str | None:
    """The amount as it is written, without signs and separators; zero is an amount."""
    text = (
        f"{value:f}"
        if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) < 18
        else single_line(value)
    )
    plain = re.sub(r"[\s,£$€]", "", text)
    if re.fullmatch(r"\d{1,18}(\.\d{1,18})?", plain, re.ASCII):
        if plain != text:
            reader.note_repair("Separators and signs were taken out of the amount.", text, "amountAwarded")
        return plain.removesuffix(".0")
    if text or value is not None:
        reader.note_repair("This is not an amount; it was left out.", value, "amountAwarded")
    return None


def _identifiers(reader: RecordContext, body: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The identifiers of a recipient, the best first."""
    column = "recipientOrganization"
    identifiers = [
        _identifier(reader, single_line(body.get("id")), column),
        _charity(reader, single_line(body.get("charityNumber")), str(body.get("charityNumber") or "")),
        _company(
            reader,
            _whole(single_line(body.get("companyNumber"))),
            single_line(body.get("companyNumber")),
            "companyNumber",
        ),
    ]
    return tuple(dict.fromkeys(identifier for identifier in identifiers if identifier))


def _whole(number: str) -> str:
    """A number that a spreadsheet program wrote as a fraction.

    >>> _whole("1168129.0")
    '1168129'
    """
    return re.sub(r"\.0+$", "", number).replace(" ", "")


def _identifier(reader: RecordContext, text: str, column: str) -> tuple[str, str] | None:
    """An id as org-id.guide prefixes it."""
    prefix, _, number = text.partition("-")[2].partition("-")
    if not text or text.upper().startswith("360G-"):
        return None
    if text.startswith("GB-COH-"):
        return _company(reader, _whole(number), number, column) or _other(text)
    if text.startswith("GB-CHC-") or text.startswith("GB-SC-"):
        return _charity(reader, number, number, column) or _other(text)
    if prefix == "NHS" and re.fullmatch("[A-Z0-9]{3,10}", number):
        return "ods", number
    return _other(text)


def _other(text: str) -> tuple[str, str] | None:
    return ("org-id", text) if re.fullmatch(r"[A-Z]{2}-[A-Z0-9]+-\S+", text) else None


def _charity(reader: RecordContext, text: str, raw: str, column: str = "charityNumber") -> tuple[str, str] | None:
    number = re.sub(r"^(GB-)?(CHC|SC|NIC)-", "", _whole(text), flags=re.I).upper()
    if match := re.fullmatch(r"SC[O0]?(\d{5,6})", number):
        number = f"SC{match[1]:0>6}"
    identifier = (
        ("charity-ew", number) if re.fullmatch(r"\d{6,7}(-\d{1,3})?", number)
        else ("charity-sc", number) if re.fullmatch(r"SC\d{6}", number)
        else ("org-id", f"GB-NIC-{number[3:]}") if re.fullmatch(r"NIC\d{6}", number) else None
    )  # fmt: skip
    if text and identifier is None:
        reader.note_repair(f"'{excerpt(text)}' is not the number of a charity; it was left out.", raw, column)
    elif text and number != raw:
        reader.note_repair(f"The number of the charity was read as {number}.", raw, column)
    return identifier


def _company(reader: RecordContext, number: str, raw: str, column: str) -> tuple[str, str] | None:
    number = number.upper()
    if re.fullmatch(r"\d{5,7}", number):
        number = f"{number:0>8}"
    if not re.fullmatch(r"\d{8}|([A-Z]{2}|R0)\d{6}", number):
        if raw:
            reader.note_repair(f"'{excerpt(raw)}' is not the number of a company; it was left out.", raw, column)
        return None
    if number != raw:
        reader.note_repair(f"The number of the company was read as {number}.", raw, column)
    return "companies-house", number
