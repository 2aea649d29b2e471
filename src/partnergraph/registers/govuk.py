"""Organisations of GOV.UK: the records of its API, and the closed register of government organisations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from partnergraph.errors import Finding
from partnergraph.model.register_records import Entry, EntryLink, EntryName, Grant, RecordCounts
from partnergraph.registers.record_reader import RecordContext, json_objects, single_line
from partnergraph.registers.safe_streams import DataStream, json_values, table_rows

__all__ = ["read", "read_register"]

_TYPES = {
    "ministerial department": "government-department",
    "executive agency": "executive-agency",
    "executive non-departmental public body": "public-body",
    "advisory non-departmental public body": "public-body",
    "tribunal non-departmental public body": "public-body",
    "public corporation": "public-body",
    "special health authority": "nhs-body",
}
# What 'parent' means depends on what the child is; of others the register says only that there is a parent.
_PARENT = {"executive-agency": "oversight", "public-body": "sponsorship"}
_ANALYTICS = re.compile(r"[A-Z]{1,3}\d+")


def read(stream: DataStream, counts: RecordCounts) -> Iterator[Entry | Grant | Finding]:
    """The records of the API, as pages one after another or as one object by id.

    A register of some thousand bodies is held whole: whether the other end states a link too is known only then.
    """
    records: dict[str, tuple[RecordContext, Mapping[str, Any]]] = {}
    for number, value in json_values(stream, ("results",), keyed=True):
        reader = RecordContext(counts, stream.place(number))
        record, name = (single_line(value.get(key)) for key in ("id", "title")) if isinstance(value, dict) else ("", "")
        if not record or not name or not isinstance(value.get("details"), dict):
            yield from reader.reject("The record has no id, title or details.", record or None)
        elif record in records:
            yield from reader.reject(f"'{record}' stands there twice; the first was read.", record)
        else:
            records[record] = reader, value
    children, successors = _unreciprocated_links(records)
    for record, (reader, value) in records.items():
        yield from _body(reader, value, record, children.get(record, []), successors.get(record, []), records)
    yield from stream.findings


_RecordsById = Mapping[str, tuple[RecordContext, Mapping[str, Any]]]


def _unreciprocated_links(records: _RecordsById) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Parents and successors that only the other end states, by the child or the one that ended."""
    parents, successors = dict[str, list[str]](), dict[str, list[str]]()
    for record, (_, value) in records.items():
        for key, back, to in (
            ("child_organisations", "parent_organisations", parents),
            ("superseded_organisations", "superseding_organisations", successors),
        ):
            for other in _ids(value, key):
                if other in records and record not in _ids(records[other][1], back):
                    to.setdefault(other, []).append(record)
    return parents, successors


def _ids(value: Mapping[str, Any], key: str) -> list[str]:
    return list(
        dict.fromkeys(record for other in json_objects(value.get(key)) if (record := single_line(other.get("id"))))
    )


def _body(
    reader: RecordContext,
    value: Mapping[str, Any],
    record: str,
    parents: list[str],
    successors: list[str],
    records: _RecordsById,
) -> Iterator[Entry | Grant | Finding]:
    details = value["details"]
    name, word = single_line(value["title"]), single_line(value.get("format"))
    if value["title"] != name:
        reader.note_repair("Spaces too many were taken out of the name.", value["title"], "title")
    kind = _TYPES.get(word.lower().replace("sub-", "sub "), "")
    status, why = single_line(details.get("govuk_status")) or None, single_line(details.get("govuk_closed_status"))
    end = reader.date(single_line(details.get("closed_at")), "closed_at")
    closed = status == "closed"
    links = [_parent(parent, kind, word) for parent in [*_ids(value, "parent_organisations"), *parents]]
    links += [EntryLink("association", child, inverse=True, note="parent organisation")
              for child in _ids(value, "child_organisations") if child not in records]  # fmt: skip
    for other in [*_ids(value, "superseding_organisations"), *successors]:
        # (a body that lives on under a devolved government was not succeeded by it)
        if closed:
            links.append(EntryLink("succession", other, start=end, note=why or None))
        else:
            links.append(EntryLink("association", other, note=f"superseding organisation ({why or status})"))
    links += [EntryLink("succession", other, inverse=True)
              for other in _ids(value, "superseded_organisations") if other not in records]  # fmt: skip
    analytics, short = single_line(value.get("analytics_identifier")), single_line(details.get("abbreviation"))
    yield from reader.accept(
        Entry(
            record,
            name,
            reader.place,
            names=(EntryName(short, "acronym"),) if short and short != name else (),
            types=(kind,) if kind else (),
            identifiers=(("org-id", f"GB-GOV-{analytics}"),) if _ANALYTICS.fullmatch(analytics) else (),
            status=f"{status}: {why}" if status and why else status,
            live=not closed,
            end=end,
            links=tuple(links),
            attributes=(("legal-type", word),) if word else (),
        )
    )


def _parent(parent: str, kind: str, word: str) -> EntryLink:
    if word.lower().replace("-", " ") == "sub organisation":
        return EntryLink("part-of", parent)
    if above := _PARENT.get(kind):
        return EntryLink(above, parent, inverse=True, note="parent organisation")
    return EntryLink("association", parent, note="parent organisation")


def read_register(stream: DataStream, counts: RecordCounts) -> Iterator[Entry | Grant | Finding]:
    """The register of government organisations (closed in 2021)."""
    for row in table_rows(stream, ("government-organisation", "name", "start-date", "end-date")):
        reader = RecordContext(counts, row.place())
        code, name = single_line(row.get("government-organisation")), single_line(row.get("name"))
        if not row.whole or not code or not name:
            yield from reader.reject("The row has no code and name, or too many cells.", code or None)
            continue
        start, end = reader.date(row.get("start-date"), "start-date"), reader.date(row.get("end-date"), "end-date")
        status = "closed" if end else "active"
        ids = (("org-id", f"GB-GOV-{code}"),) if _ANALYTICS.fullmatch(code) else ()
        yield from reader.accept(
            Entry(code, name, reader.place, identifiers=ids, status=status, live=end is None, start=start, end=end)
        )
    yield from stream.findings
