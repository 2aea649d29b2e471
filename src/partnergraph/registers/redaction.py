"""Records of registers without personal data: addresses of e-mail, telephone numbers, and persons that they name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from partnergraph.model.register_records import Entry, EntryPlace, Grant
from partnergraph.tables.personal_data import (
    EMAIL,
    PERSON,
    TELEPHONE,
    find_contacts,
    may_hold_contacts,
    redact_contacts,
    redact_persons,
)

__all__ = ["COUNT_NAMES", "PHRASES", "redact_record"]

# Each kind of personal data in the words of a finding, and as the counts of a build name it.
PHRASES = {EMAIL: "An address of e-mail", TELEPHONE: "The number of a telephone", PERSON: "The name of a person"}
COUNT_NAMES = {EMAIL: "e-mail", TELEPHONE: "telephone", PERSON: "names of persons"}


def redact_record(
    record: Entry | Grant, persons: Sequence[str] = ()
) -> tuple[Entry | Grant | None, Counter[tuple[str, str]]]:
    """The record without personal data, and how often each kind was taken out of each field; None for a record whose
    id, name or recipient is nothing else. `persons` are the names of persons that the record itself gives.
    """
    redactor = _Redactor(persons)
    if not persons and not may_hold_contacts("\n".join(_texts(record))):
        return record, redactor.counts
    if _holds_address(record.record) or redact_persons(record.record.replace("-", " ").replace("_", " "), persons)[1]:
        return None, redactor.counts
    redacted: Entry | Grant
    if isinstance(record, Entry):
        redacted = redactor.entry(record)
        names = [redacted.name]
    else:
        redacted = redactor.grant(record)
        names = [redacted.funder, redacted.recipient]
    if any(name in (f"({kind})" for kind in PHRASES) for name in names):
        return None, redactor.counts
    return redacted, redactor.counts


class _Redactor:
    """Takes personal data out of the fields of a record, and counts them by kind and field."""

    def __init__(self, persons: Sequence[str]) -> None:
        self.persons = persons
        self.counts: Counter[tuple[str, str]] = Counter()

    def entry(self, entry: Entry) -> Entry:
        return replace(
            entry,
            name=self._name(entry.name, "name"),
            names=tuple(replace(name, name=self._name(name.name, "names")) for name in entry.names),
            identifiers=self._identifiers(entry.identifiers),
            places=self._places(entry.places),
            links=tuple(
                replace(
                    link,
                    label=self._name(link.label, "links") if link.label else link.label,
                    note=self._optional(link.note, "links"),
                )
                for link in entry.links
            ),
            attributes=tuple((kind, self._text(value, "attributes")) for kind, value in entry.attributes),
        )

    def grant(self, grant: Grant) -> Grant:
        if grant.url and _holds_address(grant.url):
            self.counts[EMAIL, "url"] += 1
            grant = replace(grant, url=None)
        return replace(
            grant,
            title=self._text(grant.title, "title"),
            funder=self._name(grant.funder, "funder"),
            recipient=self._name(grant.recipient, "recipient"),
            recipient_identifiers=self._identifiers(grant.recipient_identifiers),
            programme=self._optional(grant.programme, "programme"),
            places=self._places(grant.places),
        )

    def _text(self, value: str, column: str) -> str:
        value, kinds = redact_contacts(value)
        self.counts.update((kind, column) for kind in kinds)
        value, number = redact_persons(value, self.persons)
        if number:
            self.counts[PERSON, column] += number
        return value

    def _name(self, value: str, column: str) -> str:
        """The name of a body: it may be called after a person, and is one only when it is called nothing else."""
        is_person = redact_persons(value, self.persons)[0] == f"({PERSON})"
        return self._text(value, column) if is_person or may_hold_contacts(value) else value

    def _optional(self, value: str | None, column: str) -> str | None:
        return self._text(value, column) if value else value

    def _identifiers(self, pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        clean = tuple(pair for pair in pairs if not _holds_address(pair[1]))
        if len(clean) < len(pairs):
            self.counts[EMAIL, "identifiers"] += len(pairs) - len(clean)
        return clean

    def _places(self, places: tuple[EntryPlace, ...]) -> tuple[EntryPlace, ...]:
        return tuple(
            replace(place, name=self._text(place.name, "places"), region=self._optional(place.region, "places"))
            for place in places
        )


def _holds_address(value: str) -> bool:
    """Whether an identifier or a link holds an address of e-mail (its digits are those of no telephone)."""
    return "@" in value and any(kind == EMAIL for kind, *_ in find_contacts(re.sub("[/=?&:]", " ", value)))


def _texts(record: Entry | Grant) -> list[str]:
    texts = [record.record]
    if isinstance(record, Entry):
        texts += [record.name, *(name.name for name in record.names), *(value for _, value in record.identifiers)]
        texts += [value for _, value in record.attributes]
        for link in record.links:
            texts += [link.label or "", link.note or ""]
    else:
        texts += [record.title, record.funder, record.recipient, record.programme or "", record.url or ""]
        texts += [value for _, value in record.recipient_identifiers]
    for place in record.places:
        texts += [place.name, place.region or ""]
    return texts
