"""ROR, the Research Organization Registry: records of schema 2 and 1, mixed in one file if need be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from partnergraph.errors import Finding
from partnergraph.model.dates import PartialDate
from partnergraph.model.register_records import Entry, EntryLink, EntryName, EntryPlace, Grant, RecordCounts
from partnergraph.registers.record_reader import RecordContext, json_objects, single_line
from partnergraph.registers.safe_streams import DataStream, json_values
from partnergraph.vocabulary.identifiers import is_ror
from partnergraph.vocabulary.iri import is_web_address

__all__ = ["read"]

_SCHEMES = {
    "grid": "grid", "isni": "isni", "wikidata": "wikidata", "fundref": "crossref-funder", "hesa": "hesa",
    "ukprn": "ukprn",
}  # fmt: skip
_NOT_KEPT = {"orgref", "cnrs", "ucas"}  # closed or foreign lists, without a scheme in the vocabulary
# The types code:education-body, code:research-facility, code:archive, code:nonprofit-body and code:company were made
# for these words. (A funder is no type: whoever funds shows in what it funds. The word stands in the attribute
# legal-type.)
_TYPES = {
    "education": "education-body", "company": "company", "facility": "research-facility", "archive": "archive",
    "government": "public-body", "healthcare": "health-care-provider", "nonprofit": "nonprofit-body",
}  # fmt: skip
# The relationship, and whether the other body is the one that it goes from.
_LINKS = {
    "parent": ("part-of", False), "child": ("part-of", True), "related": ("association", False),
    "successor": ("succession", False), "predecessor": ("succession", True),
}  # fmt: skip
_STATUS = ("active", "inactive", "withdrawn")


def read(stream: DataStream, counts: RecordCounts) -> Iterator[Entry | Grant | Finding]:
    """The records; what has no identifier of ROR or no name is rejected."""
    for number, record in json_values(stream):
        reader = RecordContext(counts, stream.place(number))
        if not isinstance(record, dict):
            yield from reader.reject("This is not a record of ROR.", record)
            continue
        identifier = single_line(record.get("id"))
        if not identifier.startswith("https://ror.org/") or not is_ror(identifier):
            yield from reader.reject("'id' is not an identifier of ROR.", identifier or None, "id")
            continue
        names = _names(record, reader) if isinstance(record.get("names"), list) else _old_names(record, reader)
        if not names:
            yield from reader.reject(f"{identifier} has no name.", identifier, "names")
            continue
        yield from reader.accept(_entry(identifier, names, record, reader))
    yield from stream.findings


def _entry(identifier: str, names: list[EntryName], record: Mapping[str, Any], reader: RecordContext) -> Entry:
    words = [word for value in _list(record.get("types")) if (word := single_line(value).lower())]
    types = list(dict.fromkeys(_TYPES[word] for word in words if word in _TYPES))
    status = single_line(record.get("status")).lower() or "active"
    if status not in _STATUS:
        reader.note_repair(f"'{status}' is not a status of ROR; it was kept as written.", status, "status")
    links = [
        link
        for relationship in json_objects(record.get("relationships") or [])
        if (link := _link(relationship, identifier, reader))
    ]
    attributes = [("legal-type", ", ".join(sorted(set(words))))] if words else []
    return Entry(
        identifier,
        names[0].name,
        reader.place,
        names[0].language,
        tuple(names[1:]),
        tuple(types),
        "organisation",
        (("ror", identifier), *_identifiers(record, reader)),
        status,
        status == "active",
        _year(record.get("established"), reader),
        None,
        tuple(_places(record)),
        tuple(dict.fromkeys(links)),
        tuple(attributes),
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _name_text(value: Any, reader: RecordContext, column: str) -> str:
    text = single_line(value)
    if isinstance(value, str) and text and text != value:
        reader.note_repair("Spaces or ends of lines too many were taken out.", value, column)
    return text


def _names(record: Mapping[str, Any], reader: RecordContext) -> list[EntryName]:
    """The name that is displayed first, then the others, each once."""
    first: list[EntryName] = []
    others: list[EntryName] = []
    for name_object in json_objects(record["names"]):
        name, kinds = _name_text(name_object.get("value"), reader, "names"), _list(name_object.get("types"))
        if not name:
            continue
        entry_name = EntryName(
            name, "acronym" if kinds == ["acronym"] else "alternative", single_line(name_object.get("lang")) or None
        )
        (first if "ror_display" in kinds else others).append(entry_name)
    if len(first) > 1:
        reader.note_repair("Two names are the one to display; the first was taken.", first[1].name, "names")
    elif not first and others:
        reader.note_repair("No name is the one to display; the first was taken.", others[0].name, "names")
    return list(dict.fromkeys([*first, *others]))


def _old_names(record: Mapping[str, Any], reader: RecordContext) -> list[EntryName]:
    """Names of schema 1."""
    name = _name_text(record.get("name"), reader, "name")
    if not name:
        return []
    names = [EntryName(name)]
    for column, kind in (("aliases", "alternative"), ("acronyms", "acronym")):
        names += [
            EntryName(text, kind) for item in _list(record.get(column)) if (text := _name_text(item, reader, column))
        ]
    for item in json_objects(record.get("labels") or []):
        if text := _name_text(item.get("label"), reader, "labels"):
            names.append(EntryName(text, "alternative", single_line(item.get("iso639")) or None))
    return list(dict.fromkeys(names))


def _identifiers(record: Mapping[str, Any], reader: RecordContext) -> Iterator[tuple[str, str]]:
    """All identifiers, the preferred of each kind first; GRID is one text in schema 1."""
    external = record.get("external_ids") or []
    groups = (
        [(group.get("type"), group) for group in json_objects(external)]
        if isinstance(external, list)
        else external.items()
    )
    identifiers: dict[tuple[str, str], None] = {}
    for name, group in groups:
        word = single_line(name).lower()
        scheme = _SCHEMES.get(word)
        if scheme is None or not isinstance(group, dict):
            if word not in _NOT_KEPT:
                reader.note_repair("An identifier of a kind that is not known was left out.", name, "external_ids")
            continue
        others = group.get("all")
        for value in (group.get("preferred"), *(others if isinstance(others, list) else [others])):
            if text := single_line(value):
                identifiers[scheme, text] = None
    for link in _list(record.get("links")):
        kind, value = (link.get("type"), link.get("value")) if isinstance(link, dict) else ("website", link)
        _address(single_line(kind).lower(), single_line(value), identifiers, reader)
    _address("wikipedia", single_line(record.get("wikipedia_url")), identifiers, reader)
    yield from identifiers


def _address(kind: str, value: str, identifiers: dict[tuple[str, str], None], reader: RecordContext) -> None:
    if not value or kind not in ("website", "wikipedia"):
        return
    if is_web_address(value):
        identifiers[kind, value] = None
    else:
        reader.note_repair("A link that is no web address was left out.", value, "links")


def _year(value: Any, reader: RecordContext) -> PartialDate | None:
    text = single_line(value)
    if not text:
        return None
    return reader.date(f"{text:0>4}" if text.isdecimal() else text, "established")


def _places(record: Mapping[str, Any]) -> Iterator[EntryPlace]:
    for location in json_objects(record.get("locations") or []):
        detail = location.get("geonames_details")
        detail = detail if isinstance(detail, dict) else {}
        if name := single_line(detail.get("name")):
            country, region = (
                single_line(detail.get("country_code")),
                single_line(detail.get("country_subdivision_name")),
            )
            yield EntryPlace(
                name,
                country or None,
                region or None,
                _degrees(detail.get("lat")),
                _degrees(detail.get("lng")),
                single_line(location.get("geonames_id")) or None,
            )
    country_object = record.get("country")
    country = single_line(country_object.get("country_code")) if isinstance(country_object, dict) else ""
    for location in json_objects(record.get("addresses") or []):
        city = location.get("geonames_city")
        city = city if isinstance(city, dict) else {}
        if name := single_line(city.get("city")) or single_line(location.get("city")):
            admin = city.get("geonames_admin1")
            yield EntryPlace(
                name,
                country or None,
                (single_line(admin.get("name")) if isinstance(admin, dict) else "")
                or single_line(location.get("state"))
                or None,
                _degrees(location.get("lat")),
                _degrees(location.get("lng")),
                single_line(city.get("id")) or None,
            )


def _degrees(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _link(relationship: Mapping[str, Any], own: str, reader: RecordContext) -> EntryLink | None:
    """A relationship; its label names a body that the file may lack."""
    kind, target = single_line(relationship.get("type")).lower(), single_line(relationship.get("id"))
    if kind not in _LINKS or not is_ror(target) or not target.startswith("https://ror.org/"):
        reader.note_repair(
            "A relationship of an unknown kind, or without an identifier of ROR, was left out.",
            f"{kind} {target}",
            "relationships",
        )
        return None
    if target == own:
        reader.note_repair("A relationship of a record with itself was left out.", kind, "relationships")
        return None
    code, inverse = _LINKS[kind]
    return EntryLink(code, target, single_line(relationship.get("label")) or None, inverse)
