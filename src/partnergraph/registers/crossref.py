"""Crossref's funders and their records of ROR: further identifiers for bodies that another register names.

The files hold no names, so that an entry of them has none: it adds identifiers to a body, and makes none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from partnergraph.errors import Finding
from partnergraph.model.register_records import Entry, Grant, RecordCounts
from partnergraph.registers.record_reader import RecordContext, single_line
from partnergraph.registers.safe_streams import DataStream, json_values, table_rows
from partnergraph.vocabulary.identifiers import identifier_problem, is_ror

__all__ = ["read"]

_FUNDER = re.compile(r"(?:https?://(?:dx\.)?doi\.org/)?(?:10\.13039/)?([0-9]+)")


def read(stream: DataStream, counts: RecordCounts) -> Iterator[Entry | Grant | Finding]:
    """The pairs of a table (Funder ID, ROR ID), or of one JSON object from funder to ROR."""
    for number, funder, record in _json(stream) if ".json" in stream.file else _table(stream):
        reader = RecordContext(counts, stream.place(number))
        match = _FUNDER.fullmatch(funder)
        if match is None or identifier_problem("crossref-funder", match[1]):
            yield from reader.reject("This is not an identifier of a funder.", funder, "Funder ID")
        elif not record.startswith("https://ror.org/") or not is_ror(record):
            yield from reader.reject("This is not an identifier of ROR.", record, "ROR ID")
        else:
            identifiers = (("ror", record), ("crossref-funder", match[1]))
            yield from reader.accept(Entry(record, "", reader.place, identifiers=identifiers))
    yield from stream.findings


def _table(stream: DataStream) -> Iterator[tuple[int, str, str]]:
    for row in table_rows(stream, ("Funder ID", "ROR ID")):
        yield row.number, row.get("Funder ID") or "", row.get("ROR ID") or ""


def _json(stream: DataStream) -> Iterator[tuple[int, str, str]]:
    number = 0
    for _, whole in json_values(stream):
        if not isinstance(whole, dict):
            raise stream.error("json", "This is not a map from funders to ROR.", "Is this the right format?")
        for funder, record in whole.items():
            number += 1
            yield number, single_line(funder), single_line(record)
