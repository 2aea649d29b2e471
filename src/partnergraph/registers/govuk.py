"""Organisations of GOV.UK: the records of its API, and the closed register of government organisations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from partnergraph.errors import Finding
from partnergraph.model.register_records import Entry, EntryLink, EntryName, Grant, RecordCounts
from partnergraph.registers.record_reader import RecordReader, json_objects, single_line
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


def read(opened: DataStream, tally: RecordCounts) -> Iterator[Entry | Grant | Finding]:
    """The records of the API, as pages one after another or as one object by id.

    A register of some thousand bodies is held whole: whether the other end states a link too is known only then.
    """
    found: dict[str, tuple[RecordReader, Mapping[str, Any]]] = {}
    for number, value in json_values(opened, ("results",), keyed=True):
        reading = RecordReader(tally, opened.place(number))
        record, name = (single_line(value.get(key)) for key in ("id", "title")) if isinstance(value, dict) else ("", "")
        if not record or not name or not isinstance(value.get("details"), dict):
            yield from reading.rejected("The record has no id, title or details.", record or None)
        elif record in found:
            yield from reading.rejected(f"'{record}' stands there twice; the first was read.", record)
        else:
            found[record] = reading, value
    children, successors = _links_of_one_end(found)
    for record, (reading, value) in found.items():
        yield from _body(reading, value, record, children.get(record, []), successors.get(record, []), found)
    yield from opened.findings


_RecordsById = Mapping[str, tuple[RecordReader, Mapping[str, Any]]]


def _links_of_one_end(found: _RecordsById) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Parents and successors that only the other end states, by the child or the one that ended."""
    parents, successors = dict[str, list[str]](), dict[str, list[str]]()
    for record, (_, value) in found.items():
        for key, back, to in (
            ("child_organisations", "parent_organisations", parents),
            ("superseded_organisations", "superseding_organisations", successors),
        ):
            for other in _ids(value, key):
                if other in found and record not in _ids(found[other][1], back):
                    to.setdefault(other, []).append(record)
    return parents, successors


def _ids(value: Mapping[str, Any], key: str) -> list[str]:
    return list(
        dict.fromkeys(record for other in json_objects(value.get(key)) if (record := single_line(other.get("id"))))
    )


def _body(
    reading: RecordReader,
    value: Mapping[str, Any],
    record: str,
    parents: list[str],
    successors: list[str],
    found: _RecordsById,
) -> Iterator[Entry | Grant | Finding]:
    details = value["details"]
    name, word = single_line(value["title"]), single_line(value.get("format"))
    if value["title"] != name:
        reading.mended("Spaces too many were taken out of the name.", value["title"], "title")
    kind = _TYPES.get(word.lower().replace("sub-", "sub "), "")
    status, why = single_line(details.get("govuk_status")) or None, single_line(details.get("govuk_closed_status"))
    end = reading.date(single_line(details.get("closed_at")), "closed_at")
    closed = status == "closed"
    links = [_parent(parent, kind, word) for parent in [*_ids(value, "parent_organisations"), *parents]]
    links += [EntryLink("association", child, inverse=True, note="parent organisation")
              for child in _ids(value, "child_organisations") if child not in found]  # fmt: skip
    for other in [*_ids(value, "superseding_organisations"), *successors]:
        # (a body that lives on under a devolved government was not succeeded by it)
        if closed:
            links.append(EntryLink("succession", other, start=end, note=why or None))
        else:
            links.append(EntryLink("association", other, note=f"superseding organisation ({why or status})"))
    links += [EntryLink("succession", other, inverse=True)
              for other in _ids(value, "superseded_organisations") if other not in found]  # fmt: skip
    analytics, short = single_line(value.get("analytics_identifier")), single_line(details.get("abbreviation"))
    yield from reading.kept(
        Entry(
            record,
            name,
            reading.place,
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


def read_register(opened: DataStream, tally: RecordCounts) -> Iterator[Entry | Grant | Finding]:
    """The register of government organisations (closed in 2021)."""
    for row in table_rows(opened, ("government-organisation", "name", "start-date", "end-date")):
        reading = RecordReader(tally, row.place())
        code, name = single_line(row.get("government-organisation")), single_line(row.get("name"))
        if not row.whole or not code or not name:
            yield from reading.rejected("The row has no code and name, or too many cells.", code or None)
            continue
        start, end = reading.date(row.get("start-date"), "start-date"), reading.date(row.get("end-date"), "end-date")
        status = "closed" if end else "active"
        ids = (("org-id", f"GB-GOV-{code}"),) if _ANALYTICS.fullmatch(code) else ()
        yield from reading.kept(
            Entry(code, name, reading.place, identifiers=ids, status=status, live=end is None, start=start, end=end)
        )
    yield from opened.findings
