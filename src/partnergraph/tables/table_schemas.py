"""The tables of a graph folder and their columns (described for people in data/README.md)."""

from __future__ import annotations

from partnergraph.tables.table import TableSchema


def _layout(required: str, optional: str = "") -> TableSchema:
    return TableSchema((*required.split(), *optional.split()), tuple(required.split()))


TABLE_SCHEMAS = {
    "sources": _layout(
        "id title publisher kind", "date url origin accessed as_of_earliest as_of_latest licence note"
    ),
    "evidence": _layout(
        "id source basis confidence", "words says locator strength premises note not_modelled"
    ),
    "organisations": _layout("id name form type", "description evidence"),
    "places": _layout("id name", "kind latitude longitude geonames note evidence"),
    "undertakings": _layout("id name type evidence", "count_as_stated"),
    "groups": _layout("id source name member_type open evidence", "count count_as_stated places members may_overlap"),
    "names": _layout("id organisation name kind evidence", "start end language"),
    "identifiers": _layout("organisation scheme value evidence", "note"),
    "statements": _layout(
        "id source kind name evidence", "about value unit exercise part_of relates_to count_as_stated open"
    ),
    "relationships": _layout(
        "id kind from to evidence", "via role start end date_note arrangement formalised_through note"
    ),
    "events": _layout("id kind evidence", "about from to date manner renews note"),
    "attributes": _layout("id organisation property value evidence", "start end note"),
    "standing": _layout("record standing note", "contradicts counter_evidence"),
    "positions": _layout("body view x y"),
    "matches": _layout("organisation source record decision", "who date note"),
}  # fmt: skip
