"""What is matched with what: bodies of a graph folder or any list of names with a register or a graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from partnergraph.errors import DataError, Finding, Place, UsageError
from partnergraph.graph_folder.folder import GraphFolder
from partnergraph.match.countries import country_code
from partnergraph.match.record_index import RecordIndex
from partnergraph.match.scoring import MatchQuery
from partnergraph.model.ids import Ids
from partnergraph.model.records import Model, NamedPlace, Organisation
from partnergraph.model.register_records import Entry, EntryName, EntryPlace, RecordCounts
from partnergraph.reading import printable, read_file
from partnergraph.registers.register_config import REGISTER_FORMATS, RegisterConfig, read_register
from partnergraph.store import Reader
from partnergraph.tables.csv_reader import MAX_TEXT_SIZE, read_delimited
from partnergraph.tables.file_signatures import file_type
from partnergraph.vocabulary import concepts

__all__ = ["NameList", "folder_queries", "index_of_file", "index_of_folder", "index_of_graph", "read_list"]

# Under these a list keeps addresses of authors: "Dept. of X, University of Y, Town, Country". One may name several.
_ADDRESSES = ("affiliation", "affiliations", "address", "addresses", "raw_affiliation")
# Headings under which lists keep a name, a country, a place, a type and an id.
_HEADINGS = {
    "name": ("name", "organisation", "organization", "institution", "title", "label", *_ADDRESSES),
    "country": ("country", "country_code", "countrycode"),
    "place": ("place", "city", "town", "location"),
    "type": ("type", "types", "kind"),
    "ror": ("ror", "ror_id"),
    "website": ("website", "homepage", "url"),
}
_FIX = {
    "country": "Write its English name or its code of two letters.",
    "type": "The known ones: partnergraph kinds --list org-type.",
}


def folder_queries(model: Model) -> list[MatchQuery]:
    """Every organisation of a folder as a query to a register."""
    ids = Ids(model.config.base)
    organisations: dict[str, Organisation] = {ids.org(body.id): body for body in model.organisations}
    spots: dict[str, NamedPlace] = {ids.place(spot.id): spot for spot in model.places}
    queries = []
    for iri, body in organisations.items():
        claims = [claim for claim in model.relationships if claim.from_ == iri]
        places = [spots[claim.to].name for claim in claims if claim.kind == "location" and claim.to in spots]
        parents = [claim.to for claim in claims if claim.kind == "part-of" and claim.to in organisations]
        further = [(name.name, name.kind) for name in model.names if name.organisation == body.id]
        queries.append(
            MatchQuery(
                id=body.id,
                names=((body.name, "current"), *further),
                identifiers=tuple((row.scheme, row.value) for row in model.identifiers if row.organisation == body.id),
                types=body.type,
                places=tuple(places),
                part_of=tuple(organisations[parent].name for parent in parents),
                form=body.form,
            )
        )
    return queries


@dataclass(frozen=True)
class NameList:
    """A list of names: its headings, each row with its query (None: it has no name), and messages about the cells that
    were not understood (`unknown`).
    """

    headings: list[str]
    rows: list[tuple[list[str], MatchQuery | None]]
    unknown: list[str]


def read_list(path: Path, column: str | None = None) -> NameList:
    """Read a list of names. A column called affiliation or address holds addresses of authors, which may name several.

    A row is matched without a country or a type that is not known, and a message says so.

    Raises `DataError` for a file that is no table, and `UsageError` where no column holds names.
    """
    file = printable(path.name)
    data = read_file(path, MAX_TEXT_SIZE, file, pipe=True)
    if form := file_type(data):
        raise DataError(f"{file} is {form}; a list of names is read from CSV. Save it as CSV (UTF-8) first.")
    sheet = read_delimited(file, data)
    wrong = [finding for finding in sheet.findings if finding.severity == "error"]
    if wrong or not sheet.rows:
        empty = Finding("empty-table", "error", "The list is empty.", Place(file), fix="Write names into it.")
        raise DataError(str((wrong or [empty])[0]), wrong or [empty])
    headings = [cell.strip() for cell in sheet.rows[0][1]]
    columns = _columns(headings, column, file)
    addresses = _folded(headings[columns["name"]]) in _ADDRESSES
    names, reported = NameList(headings, [], []), set[tuple[str, str]]()
    for number, cells in sheet.rows[1:]:
        padded = [*cells, *[""] * (len(headings) - len(cells))]
        values = {meaning: padded[at].strip() for meaning, at in columns.items() if padded[at].strip()}
        names.rows.append((padded, _query(number, values, addresses) if "name" in values else None))
        for meaning, code_of in (("country", country_code), ("type", _type_code)):
            text = values.get(meaning, "")
            if text and not code_of(text) and (meaning, text) not in reported:
                reported.add((meaning, text))
                place = f"{file} row {number}, column {headings[columns[meaning]]}"
                excerpt = "".join(sign if sign.isprintable() else " " for sign in text[:60])
                names.unknown.append(f"{place}: '{excerpt}' is no {meaning} that is known. {_FIX[meaning]}")
    return names


def _columns(headings: Sequence[str], name_column: str | None, file: str) -> dict[str, int]:
    """The number of the column for each meaning of `_HEADINGS`."""
    folded = [_folded(heading) for heading in headings]
    columns: dict[str, int] = {}
    for meaning, known in _HEADINGS.items():
        columns |= next(({meaning: folded.index(name)} for name in known if name in folded), {})
    if name_column is not None:
        if _folded(name_column) not in folded:
            raise UsageError(f"{file} has no column '{name_column}'. Its columns: {', '.join(headings)}.")
        columns["name"] = folded.index(_folded(name_column))
    if "name" not in columns:
        raise UsageError(f"{file} has no column 'name'. Say which it is: --column {headings[0] or 'NAME'}.")
    return columns


def _folded(heading: str) -> str:
    return heading.strip().lower().replace(" ", "_").replace("-", "_")


def _type_code(text: str) -> str | None:
    """The code of a type that is written as its code or its label."""
    key = _folded(text)
    types = concepts("org-type")
    return next((type_.code for type_ in types if key in (_folded(type_.code), _folded(type_.label))), None)


def _query(number: int, values: Mapping[str, str], addresses: bool) -> MatchQuery:
    country, type_ = country_code(values.get("country", "")), _type_code(values.get("type", ""))
    return MatchQuery(
        id=str(number),
        names=((values["name"], "current"),),
        identifiers=tuple((scheme, values[scheme]) for scheme in ("ror", "website") if scheme in values),
        types=(type_,) if type_ else (),
        places=(values["place"],) if "place" in values else (),
        countries=frozenset([country] if country else []),
        form="address" if addresses else "organisation",
    )


def index_of_file(path: Path, format_: str) -> RecordIndex:
    """A file of a register that no folder names. Raises `DataError` when it is of another form."""
    if format_ not in REGISTER_FORMATS:
        raise UsageError(f"--as {format_}: this form is not known. Known: {', '.join(REGISTER_FORMATS)}.")
    return _read([RegisterConfig(path.stem, path, path.name, format_, keep="all")])


def index_of_folder(folder: GraphFolder, source: str | None) -> tuple[str, RecordIndex]:
    """The register of a folder's configuration: the one of this source, or the only one."""
    sources = list(dict.fromkeys(register.source for register in folder.registers))
    if source is None and len(sources) != 1:
        has = f"It names {', '.join(sources)}: choose one with --register." if sources else "It names no register."
        raise UsageError(
            f"{folder.path} has no single register. {has} A file of another place: --file PATH --as FORMAT."
        )
    chosen = source or sources[0]
    if chosen not in sources:
        raise UsageError(f"'{chosen}' is not a register of {folder.path}. Registers: {', '.join(sources) or 'none'}.")
    return chosen, _read([register for register in folder.registers if register.source == chosen])


def _read(files: Sequence[RegisterConfig]) -> RecordIndex:
    records = (record for file in files for record in read_register(file, RecordCounts()))
    return RecordIndex(record for record in records if isinstance(record, Entry) and record.name)


def index_of_graph(reader: Reader) -> RecordIndex:
    """The bodies of a graph, as if it were a register."""
    from partnergraph.match.graph_snapshot import GraphSnapshot

    snapshot = GraphSnapshot(reader)
    place = Place("the graph")
    return RecordIndex(
        Entry(
            record=organisation.iri,
            name=organisation.label,
            place=place,
            names=tuple(EntryName(name, kind) for name, kind in organisation.names[1:]),
            types=organisation.types,
            identifiers=organisation.identifiers,
            places=tuple(EntryPlace(snapshot.label(iri)) for iri in sorted(organisation.places)),
        )
        for organisation in snapshot.organisations.values()
    )
