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

__all__ = ["COUNTED", "SAID", "redact_record"]

SAID = {EMAIL: "An address of e-mail", TELEPHONE: "The number of a telephone", PERSON: "The name of a person"}
COUNTED = {EMAIL: "e-mail", TELEPHONE: "telephone", PERSON: "names of persons"}


def redact_record(
    record: Entry | Grant, persons: Sequence[str] = ()
) -> tuple[Entry | Grant | None, Counter[tuple[str, str]]]:
    """The record without personal data, and how often each kind was taken out of each field; None for a record whose
    id, name or recipient is nothing else. `persons` are the names of persons that the record itself gives.
    """
    found: Counter[tuple[str, str]] = Counter()
    if not persons and not may_hold_contacts("\n".join(_texts(record))):
        return record, found

    def text(value: str, column: str) -> str:
        value, kinds = redact_contacts(value)
        found.update((kind, column) for kind in kinds)
        value, number = redact_persons(value, persons)
        if number:
            found[PERSON, column] += number
        return value

    def name(value: str, column: str) -> str:
        # A body may be called after a person; it is one only when it is called nothing else.
        alone = redact_persons(value, persons)[0] == f"({PERSON})"
        return text(value, column) if alone or may_hold_contacts(value) else value

    def maybe(value: str | None, column: str) -> str | None:
        return text(value, column) if value else value

    def identifiers(values: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        kept = tuple(pair for pair in values if not _address(pair[1]))
        if len(kept) < len(values):
            found[EMAIL, "identifiers"] += len(values) - len(kept)
        return kept

    def places(values: tuple[EntryPlace, ...]) -> tuple[EntryPlace, ...]:
        return tuple(replace(one, name=text(one.name, "places"), region=maybe(one.region, "places")) for one in values)

    if _address(record.record) or redact_persons(record.record.replace("-", " ").replace("_", " "), persons)[1]:
        return None, found
    redacted: Entry | Grant
    if isinstance(record, Entry):
        redacted = replace(
            record,
            name=name(record.name, "name"),
            names=tuple(replace(one, name=name(one.name, "names")) for one in record.names),
            identifiers=identifiers(record.identifiers),
            places=places(record.places),
            links=tuple(
                replace(one, label=name(one.label, "links") if one.label else one.label, note=maybe(one.note, "links"))
                for one in record.links
            ),
            attributes=tuple((kind, text(value, "attributes")) for kind, value in record.attributes),
        )
        main = [redacted.name]
    else:
        if record.url and _address(record.url):
            found[EMAIL, "url"] += 1
            record = replace(record, url=None)
        redacted = replace(
            record,
            title=text(record.title, "title"),
            funder=name(record.funder, "funder"),
            recipient=name(record.recipient, "recipient"),
            recipient_identifiers=identifiers(record.recipient_identifiers),
            programme=maybe(record.programme, "programme"),
            places=places(record.places),
        )
        main = [redacted.funder, redacted.recipient]
    if any(part in (f"({kind})" for kind in SAID) for part in main):
        return None, found
    return redacted, found


def _address(value: str) -> bool:
    """Whether an identifier or a link holds an address of e-mail (its digits are those of no telephone)."""
    return "@" in value and any(kind == EMAIL for kind, *_ in find_contacts(re.sub("[/=?&:]", " ", value)))


def _texts(record: Entry | Grant) -> list[str]:
    texts = [record.record]
    if isinstance(record, Entry):
        texts += [record.name, *(one.name for one in record.names), *(value for _, value in record.identifiers)]
        texts += [value for _, value in record.attributes]
        for link in record.links:
            texts += [link.label or "", link.note or ""]
    else:
        texts += [record.title, record.funder, record.recipient, record.programme or "", record.url or ""]
        texts += [value for _, value in record.recipient_identifiers]
    for place in record.places:
        texts += [place.name, place.region or ""]
    return texts
