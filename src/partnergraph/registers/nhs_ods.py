"""NHS Organisation Data Service: the files of 27 columns without headings, and the map from practices to regions.

A code of ODS names a place in the service's lists, and can outlive the body that it was given to (ten trusts of 2022
stand in the list of 2025 under the same code and another name): the same code is no proof of the same body at a date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from partnergraph.errors import Finding, Place
from partnergraph.model.dates import PartialDate
from partnergraph.model.register_records import Entry, EntryLink, EntryPlace, Grant, RecordCounts
from partnergraph.registers.record_reader import RecordContext, single_line
from partnergraph.registers.safe_streams import DataStream, csv_rows, table_rows
from partnergraph.tables.table import TableRow

__all__ = ["read", "read_practice_map"]

_COLUMNS = 27
_STATUS = {"A": "active", "C": "closed", "D": "dormant", "P": "proposed"}
_REGIONS = {
    "A": "North East", "B": "North West", "D": "Yorkshire and the Humber", "E": "East Midlands", "F": "West Midlands",
    "G": "East of England", "H": "London", "J": "South East", "K": "South West", "W": "Wales",
}  # fmt: skip
_SETTINGS = {
    "0": "other", "1": "walk-in centre", "2": "out of hours", "3": "walk-in centre and out of hours",
    "4": "GP practice", "8": "public health service", "9": "community health service", "10": "hospital service",
    "11": "optometry service", "12": "urgent and emergency care", "13": "hospice", "14": "care home",
    "15": "border force", "16": "young offender institution", "17": "secure training centre",
    "18": "secure children's home", "19": "immigration removal centre", "20": "court", "21": "police custody",
    "22": "sexual assault referral centre", "24": "other justice setting", "25": "prison",
}  # fmt: skip
_SUBTYPES = {"B": "allocated", "Z": "not allocated"}
_CARE = {"1", "2", "3", "4", "9", "10", "12", "13", "14", "22"}
_ISLANDS = {"IM": "IM", "JE": "JE", "GY": "GG"}
_CODE = re.compile(r"[A-Z0-9]{3,10}")


def read(stream: DataStream, counts: RecordCounts) -> Iterator[Entry | Grant | Finding]:
    """Trusts (etr) and practices (epraccur). Telephone numbers are dropped and counted."""
    for number, raw in csv_rows(stream):
        reader = RecordContext(counts, stream.place(number))
        cells = [single_line(cell) for cell in raw] + [""] * (_COLUMNS - len(raw))
        if not _CODE.fullmatch(cells[0]):
            yield from reader.reject("The row does not begin with a code of ODS.", cells[0])
        elif not cells[1]:
            yield from reader.reject(f"'{cells[0]}' has no name.", cells[0])
        elif any(cells[_COLUMNS:]):
            message = f"The row has {len(raw)} cells, more than the {_COLUMNS} of this format."
            yield from reader.reject(message, cells[0])
        else:
            yield from _row(reader, cells, len(raw))
    yield from stream.findings


def _row(reader: RecordContext, cells: list[str], width: int) -> Iterator[Entry | Grant | Finding]:
    if not cells[10] and not any(cells[2:9]):
        reader.note_repair("The row holds only a code, a name and a postcode, as if written by hand.", cells[0])
    elif width < 24:
        reader.note_repair(f"The row has only {width} cells; the others were taken as empty.", cells[0])
    if cells[17]:
        reader.counts.drop_personal("telephone")
    start, end = reader.date(cells[10], "Open Date"), reader.date(cells[11], "Close Date")
    joined, left = reader.date(cells[15], "Join Date"), reader.date(cells[16], "Left Date")
    status = _STATUS.get(cells[12], cells[12].lower()) or ("closed" if end else "active")
    if start and end and end.latest < start.earliest:
        reader.note_repair("It closes before it opens; the close date was left out.", cells[11], "Close Date")
        end = None
    if joined and left and left.latest < joined.earliest:
        reader.note_repair(
            "It leaves its commissioner before it joins; the left date was left out.", cells[16], "Left Date"
        )
        left = None
    yield from reader.accept(
        Entry(
            cells[0],
            cells[1],
            reader.place,
            types=("health-care-provider",) if _is_care_provider(cells) else (),
            identifiers=(("ods", cells[0]),),
            status=status,
            live=status == "active" and end is None,
            start=start,
            end=end,
            places=_places(cells),
            links=_links(cells, joined, left),
            attributes=_attributes(cells),
        )
    )


def _is_care_provider(cells: list[str]) -> bool:
    """By the prescribing setting of a practice; a trust has neither status nor setting, only its name."""
    if cells[12] or cells[25]:
        return cells[25] in _CARE
    return re.search(r"\bTRUST\b", cells[1].upper()) is not None


def _links(cells: list[str], joined: PartialDate | None, left: PartialDate | None) -> tuple[EntryLink, ...]:
    """To its region and geography, to its commissioner, and to its provider or purchaser."""
    links = []
    if cells[2]:
        links.append(EntryLink("location", record=cells[2], note="National Grouping"))
    if cells[3] and cells[3] != "Q99":  # (Q99 stands for Wales)
        links.append(EntryLink("location", record=cells[3], note="High Level Health Geography"))
    if cells[14]:
        links.append(EntryLink("association", record=cells[14], start=joined, end=left, note="Commissioner"))
    other = cells[23] if len(cells[23]) > 1 else ""
    if other and other != cells[14]:
        links.append(EntryLink("association", record=other, note="Provider or Purchaser"))
    return tuple(links)


def _attributes(cells: list[str]) -> tuple[tuple[str, str], ...]:
    """The address, the prescribing setting and the sub-type."""
    attributes = []
    if address := ", ".join(cell for cell in cells[4:10] if cell):
        attributes.append(("address", address))
    if setting := cells[25]:
        attributes.append(("legal-type", f"prescribing setting: {_SETTINGS.get(setting, setting)}"))
    if subtype := cells[13]:
        attributes.append(("legal-type", f"sub-type: {_SUBTYPES.get(subtype, subtype)}"))
    return tuple(attributes)


def _places(cells: list[str]) -> tuple[EntryPlace, ...]:
    """The region of a trust; of others only the postcode says where they are, and in which country."""
    if region := _REGIONS.get(cells[23]):
        return (EntryPlace(region, "GB", region),)
    return (EntryPlace(cells[9], _ISLANDS.get(cells[9][:2], "GB")),) if cells[9] else ()


_PRACTICES = (
    *("EXTRACT_DATE", "PRACTICE_CODE", "PRACTICE_NAME", "PRACTICE_POSTCODE", "PCN_CODE", "PCN_NAME"),
    *("ONS_CCG_CODE", "CCG_CODE", "CCG_NAME", "ONS_STP_CODE", "STP_CODE", "STP_NAME"),
    *("ONS_COMM_REGION_CODE", "COMM_REGION_CODE", "COMM_REGION_NAME"),
)
# From the smallest to the largest: prefix of the columns, the register's word, type, column of the code of the area.
_LEVELS = (
    ("PCN", "Primary care network", "network", ""),
    ("CCG", "Clinical commissioning group", "nhs-commissioner", "ONS_CCG_CODE"),
    ("STP", "Sustainability and transformation partnership", "", "ONS_STP_CODE"),
    ("COMM_REGION", "Commissioning region", "", "ONS_COMM_REGION_CODE"),
)


class _Area(NamedTuple):
    """What a practice lies in: a network, group, partnership or region; `gss` is the code of its area."""

    code: str
    name: str
    word: str
    kind: str
    gss: str

    def entry(self, place: Place, larger: str | None, as_of: str | None) -> Entry:
        """Its record, as part of the next larger area."""
        return Entry(
            self.code,
            self.name or self.code,
            place,
            types=(self.kind,) if self.kind else (),
            identifiers=(("ods", self.code), *((("gss", self.gss),) if self.gss else ())),
            places=(EntryPlace("England", "GB"),),
            links=(EntryLink("part-of", record=larger, note=as_of),) if larger else (),
            attributes=(("legal-type", self.word),),
        )


def _areas_above(row: TableRow) -> Iterator[_Area]:
    """The areas of a practice, the smallest first. (The network 'U' means: unallocated.)"""
    for prefix, word, kind, gss in _LEVELS:
        code = single_line(row.get(f"{prefix}_CODE"))
        if _CODE.fullmatch(code):
            yield _Area(code, single_line(row.get(f"{prefix}_NAME")), word, kind, single_line(row.get(gss)))


def read_practice_map(stream: DataStream, counts: RecordCounts) -> Iterator[Entry | Grant | Finding]:
    """Practices with their network, group, partnership and region; each of these is a record where first named."""
    seen: dict[str, str | None] = {}
    for row in table_rows(stream, _PRACTICES):
        reader = RecordContext(counts, row.place())
        code, name = single_line(row.get("PRACTICE_CODE")), single_line(row.get("PRACTICE_NAME"))
        if not row.whole or not _CODE.fullmatch(code) or not name:
            yield from reader.reject("The row has no code and name of a practice, or too many cells.", code or None)
            continue
        areas = list(_areas_above(row))
        as_of = _extracted(reader, row.get("EXTRACT_DATE"))
        new_areas = []
        for number, area in enumerate(areas):
            larger = areas[number + 1].code if number + 1 < len(areas) else None
            if area.code not in seen:
                seen[area.code] = larger
                new_areas.append(area.entry(reader.place, larger, as_of))
            elif seen[area.code] != larger:
                message = f"{area.name} is under {larger or 'nothing'} here and under {seen[area.code]} before; "
                reader.note_repair(f"{message}that was kept.", area.code)
        up = (EntryLink("membership", record=areas[0].code, label=areas[0].name, note=as_of),) if areas else ()
        postcode = single_line(row.get("PRACTICE_POSTCODE"))
        practice = Entry(
            code,
            name,
            reader.place,
            types=("health-care-provider",),
            identifiers=(("ods", code),),
            status="active",
            places=(EntryPlace(postcode, _ISLANDS.get(postcode[:2], "GB")),) if postcode else (),
            links=up,
            attributes=(("address", postcode),) if postcode else (),
        )
        yield from reader.accept(practice, *new_areas)
    yield from stream.findings


_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


def _extracted(reader: RecordContext, text: str | None) -> str | None:
    """The day of the extract, as a note on every link: `01Jan2022` says when this was so, not since when."""
    match = re.fullmatch(r"(\d{2})([A-Za-z]{3})(\d{4})", text or "")
    if match and match[2].lower() in _MONTHS:
        text = f"{match[3]}-{_MONTHS.index(match[2].lower()) + 1:02}-{match[1]}"
    day = reader.date(text, "EXTRACT_DATE")
    return f"as of {day.text}" if day else None
