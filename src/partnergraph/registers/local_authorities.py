"""Local authorities of the United Kingdom: mySociety's list of names and codes, and the hierarchy of ONS codes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from partnergraph.errors import Finding
from partnergraph.model.register_records import Entry, EntryLink, EntryName, EntryPlace, Grant, RecordCounts
from partnergraph.registers.record_reader import RecordContext, single_line
from partnergraph.registers.safe_streams import DataStream, table_rows
from partnergraph.tables.table import TableRow

__all__ = ["read", "read_hierarchy"]

_HEADINGS = ("local-authority-code", "official-name", "gss-code", "replaced-by", "nation", "current-authority")
_REGISTERS = {
    "local-authority-eng": "GB-LAE",
    "local-authority-sct": "GB-LAS",
    "local-authority-nir": "GB-LANI",
    "principal-local-authority": "GB-PLA",
}
_GSS = re.compile(r"[EWSNKJLM]\d{8}", re.ASCII)


def read(stream: DataStream, counts: RecordCounts) -> Iterator[Entry | Grant | Finding]:
    """The list of mySociety (current or future). Codes of other lists, areas and populations are not read."""
    for row in table_rows(stream, _HEADINGS):
        reader = RecordContext(counts, row.place())
        code, name = single_line(row.get("local-authority-code")), single_line(row.get("official-name"))
        if not row.whole or not code or not name:
            yield from reader.reject("The row has no code and name, or more cells than the table has columns.", code)
        else:
            yield from _authority(reader, row, code, name)
    yield from stream.findings


def _authority(reader: RecordContext, row: TableRow, code: str, name: str) -> Iterator[Entry | Grant | Finding]:
    start, end = reader.date(row.get("start-date"), "start-date"), reader.date(row.get("end-date"), "end-date")
    current = (row.get("current-authority") or "").lower() in ("true", "1", "yes")
    combined, kind = row.get("local-authority-type") == "COMB", single_line(row.get("local-authority-type-name"))
    links = [EntryLink("succession", record=other, start=end) for other in _codes(row.get("replaced-by"))]
    if county := single_line(row.get("county-la")):
        links.append(EntryLink("location", record=county, note="county"))
    for other in _codes(row.get("combined-authority")):
        if other != code:  # (the boroughs of London are in the area of the Greater London Authority, not its members)
            belongs = "location" if other == "GLA" else "membership"
            links.append(EntryLink(belongs, record=other, note="combined authority"))
    nice = single_line(row.get("nice-name"))
    attributes = [("legal-type", kind)] if kind else []
    if centre := _centre(reader, row):
        attributes.append(("area-centroid", centre))
    region = single_line(row.get("region")) or None
    yield from reader.accept(
        Entry(
            code,
            name,
            reader.place,
            names=tuple(_names(name, nice, row.get("alt-names"))),
            types=() if combined else ("local-authority",),
            identifiers=tuple(_identifiers(reader, row, code)),
            status="current" if current else "ended",
            live=current,
            start=start,
            end=end,
            places=(EntryPlace(nice or name, "GB", region),),
            links=tuple(links),
            attributes=tuple(attributes),
        )
    )


def _codes(cell: str | None) -> list[str]:
    return [part.strip() for part in (cell or "").split(",") if part.strip()]


def _names(name: str, nice: str, others: str | None) -> Iterator[EntryName]:
    """The other names. A comma with a space after it belongs to a name; those in small letters are misspellings too."""
    seen = {name.lower()}
    for other in [nice, *re.split(r",(?! )", others or "")]:
        text = single_line(other)
        if text and text.lower() not in seen:
            seen.add(text.lower())
            yield EntryName(text, "as-written" if text == text.lower() else "alternative")


def _identifiers(reader: RecordContext, row: TableRow, code: str) -> Iterator[tuple[str, str]]:
    if re.fullmatch("[A-Z]{3}", code):
        yield "local-authority-code", code
    for column in ("gss-code", "former-gss-codes"):
        for gss in _codes(row.get(column)):
            if _GSS.fullmatch(gss):
                yield "gss", gss
            else:
                reader.note_repair(f"'{gss}' is not a GSS code; it was left out.", gss, column)
    register, _, key = (row.get("old-register-and-code") or "").partition(":")
    if key and register in _REGISTERS:
        yield "org-id", f"{_REGISTERS[register]}-{key}"


def _centre(reader: RecordContext, row: TableRow) -> str | None:
    latitude, longitude = row.get("lat"), row.get("long")
    if not latitude or not longitude:
        return None
    try:
        if -90 <= float(latitude) <= 90 and -180 <= float(longitude) <= 180:
            return f"{latitude}, {longitude}"
    except ValueError:
        pass
    reader.note_repair("These are not degrees; they were left out.", f"{latitude}, {longitude}", "lat")
    return None


_CHAIN = (
    ("UTLA", "Upper tier or unitary authority"),
    ("CAUTH", "Combined authority"),
    ("RGN", "Region"),
    ("CTRY", "Country"),
)


def read_hierarchy(stream: DataStream, counts: RecordCounts) -> Iterator[Entry | Grant | Finding]:
    """The codes of ONS, each in the next larger area; the larger ones are records where first named.

    A code that is no longer active points to the one that took its place.
    """
    seen = set[str]()
    headings = ("LADCD", "LADNM", "LADCD_ACTIVE", "Current", *(f"{level}CD" for level, _ in _CHAIN))
    for row in table_rows(stream, headings):
        reader = RecordContext(counts, row.place())
        code, name = single_line(row.get("LADCD")), single_line(row.get("LADNM"))
        if not row.whole or not _GSS.fullmatch(code) or not name:
            yield from reader.reject("The row has no code and name of an area, or too many cells.", code)
            continue
        active = single_line(row.get("LADCD_ACTIVE")) or code
        gone = active != code or (row.get("Current") or "TRUE").upper() != "TRUE"
        chain = [
            (single_line(row.get(f"{level}CD")), single_line(row.get(f"{level}NM")), word) for level, word in _CHAIN
        ]
        chain = [link for link in chain if _GSS.fullmatch(link[0]) and link[0] not in (code, active)]
        above = [_area(reader, *area, _upwards(chain[number + 1 :])) for number, area in enumerate(chain)]
        links = (EntryLink("succession", record=active),) if active != code else _upwards(chain)
        entry = _area(reader, code, name, "Local authority district", links, gone)
        new = [area for area in above if area.record not in seen]
        seen |= {area.record for area in new}
        yield from reader.accept(entry, *new)
    yield from stream.findings


def _upwards(chain: list[tuple[str, str, str]]) -> tuple[EntryLink, ...]:
    return (EntryLink("location", record=chain[0][0], label=chain[0][1] or None),) if chain else ()


def _area(
    reader: RecordContext, code: str, name: str, word: str, links: tuple[EntryLink, ...], gone: bool = False
) -> Entry:
    council = word in ("Local authority district", "Upper tier or unitary authority")
    return Entry(
        code,
        name or code,
        reader.place,
        types=("local-authority",) if council else (),
        identifiers=(("gss", code),),
        status="not current" if gone else "current",
        live=not gone,
        places=(EntryPlace(name or code, "GB"),),
        links=links,
        attributes=(("legal-type", word),),
    )
