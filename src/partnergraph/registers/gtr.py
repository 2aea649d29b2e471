"""UKRI Gateway to Research: the CSV of projects. Who led a project as a person is dropped and counted, also in titles.

Days and months of these files are not read: in the ones that are passed around they are swapped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from partnergraph.errors import Finding
from partnergraph.model.dates import PartialDate
from partnergraph.model.register_records import Entry, EntryPlace, Grant, RecordCounts
from partnergraph.registers.record_reader import RecordContext, single_line
from partnergraph.registers.safe_streams import DataStream, table_rows
from partnergraph.tables.table import TableRow

__all__ = ["read"]

_HEADINGS = ("FundingOrgName", "ProjectReference", "LeadROName", "Title", "FundingOrgId", "LeadROId")
_PERSONS = re.compile(
    r"^(PI|CoI|Student|Fellow|Supervisor|Person)(Id\b|[A-Z_ ]|$)|(?i:orcid|surname|first_?name|other_?names|fullname)"
)
_GTR = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_ELSEWHERE = ("unknown", "outside uk", "")


def read(stream: DataStream, counts: RecordCounts) -> Iterator[Entry | Grant | Finding]:
    """Each project as a grant from its funder to the organisation that leads it."""
    dated, persons = False, dict[str, bool]()
    for row in table_rows(stream, _HEADINGS):
        for column in row.cells:
            if column not in persons:
                persons[column] = _PERSONS.search(column) is not None
            if persons[column]:
                counts.drop_personal("persons of projects")
        if row.get("StartDate") and not dated:
            dated = True
            message = "Only the years of the dates are read: in this format day and month can stand swapped."
            yield Finding("partial-dates", "info", message, stream.place(column="StartDate"))
        reader = RecordContext(counts, row.place())
        reader.persons += _names([(column, cell) for column, cell in row.cells.items() if persons[column]])
        yield from _project(reader, row)
    yield from stream.findings


_PART = re.compile(r"(?i)(?P<role>.*?)[ _]?(?P<part>first_?names?|other_?names?|surname|last_?name)(?P<number>\d*)$")


def _names(cells: list[tuple[str, str]]) -> list[str]:
    """The persons of a project: whole names, and those whose parts stand in columns of their own."""
    whole, parts = list[str](), dict[str, dict[str, str]]()
    for column, cell in cells:
        if match := _PART.fullmatch(column):
            part = match["part"].lower().replace("_", "")[:5]
            parts.setdefault(f"{match['role']}{match['number']}", {})[part] = single_line(cell)
        elif re.search("[^\\W\\d_]", cell) and not re.search(r"\d", cell):
            whole += [single_line(name) for name in re.split(r"[;|\n]", cell)]
    for name in parts.values():
        first = " ".join(name[part] for part in ("first", "other") if name.get(part))
        last = name.get("surna") or name.get("lastn") or ""
        # A surname alone is found behind a title, not by itself.
        whole.append(f"{last}, {first or 'X'}" if last else "")
    return [name for name in whole if name]


def _project(reader: RecordContext, row: TableRow) -> Iterator[Entry | Grant | Finding]:
    reference, title, funder, lead = (
        single_line(row.get(c)) for c in ("ProjectReference", "Title", "FundingOrgName", "LeadROName")
    )
    for column, cell in (
        ("ProjectReference", reference),
        ("Title", title),
        ("FundingOrgName", funder),
        ("LeadROName", lead),
    ):
        if not cell or not row.whole:
            message = f"The row has no {column}." if row.whole else "The row has more cells than the table has columns."
            yield from reader.reject(message, reference or None, column if row.whole else None)
            return
    region = single_line(row.get("Region"))
    start, end = _year(reader, row, "StartDate"), _year(reader, row, "EndDate")
    if row.get("EndDate") == row.get("StartDate"):
        end = None  # an end that is a copy of the start
    amount = _amount(reader, row.get("AwardPounds"))
    yield from reader.accept(
        Grant(
            reference,
            title,
            reader.place,
            funder,
            lead,
            funder_id=_gtr(reader, row, "FundingOrgId"),
            recipient_id=_gtr(reader, row, "LeadROId"),
            amount=amount,
            currency="GBP" if amount is not None else None,
            start=start,
            end=end,
            programme=single_line(row.get("ProjectCategory")) or None,
            url=single_line(row.get("GTRProjectUrl")) or None,
            places=(EntryPlace(region, "GB", region),) if region.lower() not in _ELSEWHERE else (),
        )
    )


def _year(reader: RecordContext, row: TableRow, column: str) -> PartialDate | None:
    text = row.get(column)
    if text is None:
        return None
    if match := re.match(r"(\d{4})-\d{2}-\d{2}|\d{1,2}/\d{1,2}/(\d{4})", text, re.ASCII):
        return reader.date(match[1] or match[2], column)
    reader.note_repair("This is not a date; it was left out.", text, column)
    return None


def _gtr(reader: RecordContext, row: TableRow, column: str) -> tuple[str, str] | None:
    text = single_line(row.get(column))
    if text and not _GTR.fullmatch(text):
        reader.note_repair("This is not an id of the Gateway to Research; it was left out.", text, column)
        return None
    return ("gtr", text) if text else None


def _amount(reader: RecordContext, text: str | None) -> str | None:
    if text is None:
        return None
    try:
        number = Decimal(text.replace(",", ""))
        if not number.is_finite() or number < 0 or abs(number.adjusted()) > 15:
            raise InvalidOperation
    except InvalidOperation:
        reader.note_repair("This is not an amount; it was left out.", text, "AwardPounds")
        return None
    return f"{number:f}".removesuffix(".0")
