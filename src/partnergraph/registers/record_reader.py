"""What readers of registers share: reject a record, repair a cell, parse a date; each counted, with a finding.

Every entry or grant that a reader gives is one record read and one kept: a row that names several bodies is several
records. A filter that comes after moves a record from `kept` to `filtered`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from partnergraph.errors import Finding, Place
from partnergraph.model.dates import PartialDate
from partnergraph.model.register_records import Entry, Grant, RecordCounts
from partnergraph.registers.redaction import COUNT_NAMES, PHRASES, redact_record
from partnergraph.tables.personal_data import redact_contacts

MAX_DATE_LENGTH = 60  # characters; longer texts are not parsed, so that the cache of dates stays small
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass
class RecordContext:
    """One record while it is read: its place, and the repairs made to it."""

    counts: RecordCounts
    place: Place
    repairs: list[Finding] = field(default_factory=list)
    persons: list[str] = field(default_factory=list)  # the names of persons that the record gives

    def note_repair(self, message: str, value: Any, column: str | None = None, fix: str | None = None) -> None:
        """Note that a cell was changed, or left out."""
        place = Place(self.place.file, self.place.row, column)
        self.repairs.append(Finding("repaired-record", "info", message, place, excerpt(value), fix))

    def reject(self, message: str, value: Any = None, column: str | None = None) -> Iterator[Finding]:
        """Count the record as rejected; yields the finding that says why."""
        self.counts.read += 1
        self.counts.rejected += 1
        place = Place(self.place.file, self.place.row, column)
        fix = "Look the record up in the register; the others were read."
        yield Finding("rejected-record", "warning", message, place, excerpt(value), fix)

    def accept(self, *records: Entry | Grant) -> Iterator[Entry | Grant | Finding]:
        """Count the record, or the several that it holds, as kept; yields the repairs, then the records."""
        redacted = [self._without_personal_data(record) for record in records]
        if None in redacted:
            self.counts.drop_personal("records called after a person", redacted.count(None))
            for _ in range(redacted.count(None)):
                yield from self.reject("What identifies the record is data about a person; it was left out.")
        accepted = [record for record in redacted if record is not None]
        self.counts.read += len(accepted)
        self.counts.kept += len(accepted)
        self.counts.repaired += bool(self.repairs and accepted)
        yield from self.repairs
        yield from accepted

    def _without_personal_data(self, record: Entry | Grant) -> Entry | Grant | None:
        redacted, removed = redact_record(record, self.persons)
        for (kind, column), number in removed.items():
            self.counts.drop_personal(COUNT_NAMES[kind], number)
            self.note_repair(f"{PHRASES[kind]} was taken out of the {column}.", None, column)
        return redacted

    def date(self, text: str | None, column: str) -> PartialDate | None:
        """A date in one of the forms that registers use; what is no date is left out, with a finding."""
        if not text:
            return None
        try:
            if len(text) > MAX_DATE_LENGTH:
                raise ValueError(text)
            return register_date(text)
        except ValueError:
            self.note_repair(f"'{excerpt(text)}' is not a date; it was left out.", text, column)
            return None


@lru_cache(maxsize=20_000)  # the same days stand in many rows
def register_date(text: str) -> PartialDate:
    """A date as 2009-08-01, with or without a time; 20090801; 01/08/2009 (the day first); 2009-08; 2009.

    >>> register_date("2020-03-17T00:00:00.000Z").text, register_date("20131001").text, register_date("05/06/2014").text
    ('2020-03-17', '2013-10-01', '2014-06-05')
    """
    text = text.strip()
    if match := re.fullmatch(r"([0-9]{4})([0-9]{2})([0-9]{2})", text):
        return PartialDate.parse("-".join(match.groups()))
    if match := re.fullmatch(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})(?: .*)?", text):
        day, month, year = match.groups()
        return PartialDate.parse(f"{year}-{month:0>2}-{day:0>2}")
    return PartialDate.parse(re.sub(r"^([0-9]{4}-[0-9]{2}-[0-9]{2})[T ][0-9:.,+Z-]+$", r"\1", text))


def excerpt(value: Any) -> str | None:
    """A value as a finding shows it: short, on one line, without addresses of e-mail and numbers of telephones."""
    if value is None:
        return None
    return redact_contacts(_CONTROL.sub(" ", str(value)[:400]))[0][:120]


def single_line(value: Any) -> str:
    """Text on one line, without spaces around it or doubled in it; nothing for what is not text or a number.

    >>> single_line("Companies  House\\r\\n "), single_line(None), single_line(12)
    ('Companies House', '', '12')
    """
    if isinstance(value, str):
        if value.isprintable() and "  " not in value:
            return value.strip()
        return " ".join(_CONTROL.sub(" ", value).split())
    return str(value) if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else ""


def json_objects(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a JSON list, or the one that stands there without a list."""
    members = value if isinstance(value, list) else [value]
    return [item for item in members if isinstance(item, dict)]
