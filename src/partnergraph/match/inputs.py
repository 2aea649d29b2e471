"""What is matched with what: bodies of a graph folder or any list of names with a register or a graph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from partnergraph.errors import DataError, Finding, Place, UsageError, error_count, letters
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
from partnergraph.tables.sheet import ErrorCell, Sheet
from partnergraph.tables.table_files import OTHER, WORKBOOK, sheets_of
from partnergraph.vocabulary.wordings import type_of_wording

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
    were not understood and about what was not read (`unknown`).
    """

    headings: list[str]
    rows: list[tuple[list[str], MatchQuery | None]]
    unknown: list[str]


def read_list(path: Path, column: str | None = None) -> NameList:
    """Read a list of names: CSV, TSV, or the first sheet of a workbook (.xlsx, .ods) that has a column of names. A
    column called affiliation or address holds addresses of authors, which may name several.

    A row is matched without a country or a type that is not known, and a message says so, as it does of a row without
    a name.

    Raises `DataError` for a file that is no table, for a heading that stands there twice and for rows with more cells
    than headings, and `UsageError` where no column holds names.
    """
    file = printable(path.name)
    sheet, messages = _sheet_of_names(path, file, column)
    headings = [cell.strip() for cell in sheet.rows[0][1]]
    columns = _columns(headings, column, file)
    if errors := [*_form_errors(sheet, headings)]:
        many = f"{error_count(errors)} in {file}; nothing was matched."
        raise DataError(many if len(errors) > 1 else str(errors[0]), errors)
    addresses = _folded(headings[columns["name"]]) in _ADDRESSES
    names, reported = NameList(headings, [], messages), set[tuple[str, str]]()
    numbers = {heading: index for index, heading in reversed([*enumerate(headings, 1)])}
    for number, cells in sheet.rows[1:]:
        padded = [*cells, *[""] * (len(headings) - len(cells))][: len(headings)]
        place = Place(file, number, sheet=sheet.name, columns=numbers)
        values = {meaning: padded[at].strip() for meaning, at in columns.items() if padded[at].strip()}
        names.rows.append((padded, _query(number, values, addresses) if "name" in values else None))
        if "name" not in values:
            names.unknown.append(
                f"{place.at(headings[columns['name']])}: The name is missing; the row was not matched."
            )
        for meaning, code_of in (("country", country_code), ("type", type_of_wording)):
            text = values.get(meaning, "")
            if text and not code_of(text) and (meaning, text) not in reported:
                reported.add((meaning, text))
                excerpt = "".join(sign if sign.isprintable() else " " for sign in text[:60])
                at = place.at(headings[columns[meaning]])
                names.unknown.append(f"{at}: '{excerpt}' is no {meaning} that is known. {_FIX[meaning]}")
    return names


def _sheet_of_names(path: Path, file: str, column: str | None) -> tuple[Sheet, list[str]]:
    """The sheet that holds the names, and messages about the others and about the form of this one."""
    if path.suffix.lower() in (*WORKBOOK, *OTHER):
        sheets = sheets_of(path, file, pipe=True)
    else:
        data = read_file(path, MAX_TEXT_SIZE, file, pipe=True)
        if form := file_type(data):
            raise DataError(
                f"{file} is {form}; a list of names is read from CSV, .xlsx or .ods. Save it as one of them first."
            )
        sheets = [read_delimited(file, data)]
    wrong = [finding for sheet in sheets for finding in sheet.findings if finding.severity == "error"]
    filled = [sheet for sheet in sheets if sheet.rows]
    if wrong or not filled:
        empty = Finding("empty-table", "error", "The list is empty.", Place(file), fix="Write names into it.")
        raise DataError(str((wrong or [empty])[0]), wrong or [empty])
    wanted = {_folded(column)} if column is not None else {*_HEADINGS["name"]}
    chosen = next((sheet for sheet in filled if wanted & {_folded(cell) for cell in sheet.rows[0][1]}), filled[0])
    messages = [str(finding) for finding in chosen.findings]
    for sheet in filled:
        if sheet is not chosen:
            where = Place(file, sheet=sheet.name)
            messages.append(f'{where}: The sheet was not read; the names of "{chosen.name}" were matched.')
    return chosen, messages


def _form_errors(sheet: Sheet, headings: Sequence[str]) -> Iterator[Finding]:
    """What is wrong with the form of a list, as it is with that of a table."""
    top = sheet.rows[0][0]
    folded = [_folded(heading) for heading in headings]
    for name, times in Counter(name for name in folded if name).items():
        if times > 1:
            at = folded.index(name)
            place = Place(sheet.file, top, headings[at], sheet.name, f"{letters(at + 1)}{top}")
            message = f"The column '{headings[at]}' stands there twice."
            yield Finding("duplicate-column", "error", message, place, headings[at], "Keep one of them.")
    for number, cells in sheet.rows[1:]:
        beyond = [index for index, cell in enumerate(cells, 1) if index > len(headings) and cell.strip()]
        if beyond:
            place = Place(sheet.file, number, None, sheet.name, f"{letters(beyond[0])}{number}")
            message = (
                f"The row has {beyond[-1]} cells, but the list has {len(headings)} column{'s' * (len(headings) != 1)}."
            )
            fix = "Put a cell that holds a comma between quotation marks."
            if sheet.name is not None:
                fix = "Give the column a heading, or empty the cell."
            yield Finding("ragged-row", "error", message, place, None, fix)
        for index, cell in enumerate(cells, 1):
            if isinstance(cell, ErrorCell):
                heading = headings[index - 1] if index <= len(headings) else None
                place = Place(sheet.file, number, heading, sheet.name, f"{letters(index)}{number}")
                yield Finding(cell.rule, "error", cell.message, place, str(cell), cell.fix)


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


def _query(number: int, values: Mapping[str, str], addresses: bool) -> MatchQuery:
    country, type_ = country_code(values.get("country", "")), type_of_wording(values.get("type", ""))
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
