"""A graph folder -> the model, with every problem in it at once and the place of every record."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from partnergraph.errors import DataError, Finding, Place
from partnergraph.graph_folder.cell_parser import CellParser
from partnergraph.graph_folder.contact_redaction import redact_partnerships, redact_tables
from partnergraph.graph_folder.documents import MAX_SIZE, read_document
from partnergraph.graph_folder.filter_sources import filter_sources
from partnergraph.graph_folder.match_validation import find_contradictions
from partnergraph.graph_folder.partnership_ids import IDS
from partnergraph.graph_folder.partnerships import PARTNERSHIPS, TEXTS, expand_partnerships
from partnergraph.graph_folder.position_rows import find_duplicates
from partnergraph.graph_folder.row_parser import parse_evidence, parse_row
from partnergraph.graph_folder.settings import (
    CONFIG,
    date_rule,
    file_entries,
    list_entries,
    parse_settings,
    path_problem,
    read_settings,
    resolve_names,
)
from partnergraph.graph_folder.story import STORY, read_story
from partnergraph.graph_folder.todo_rows import apply_todo_lists
from partnergraph.model.ids import Ids
from partnergraph.model.record_quads import iri_of
from partnergraph.model.records import (
    Document,
    Evidence,
    GraphConfig,
    MatchDecision,
    Model,
    Position,
    Record,
    Source,
    Standing,
)
from partnergraph.reading import printable, read_file
from partnergraph.registers.register_config import RegisterConfig, configured_registers, sha256
from partnergraph.tables.table import TableRow
from partnergraph.tables.table_files import WORKBOOK, read_tables, table_files, table_named
from partnergraph.tables.todo_schema import TODO

__all__ = ["CONFIG", "GraphFolder", "input_hashes", "read_folder"]

_MAX_HASHED_SIZE = 2_000_000_000  # bytes; whatever is larger is refused when it is read, registers aside
# Fields of the model that are not called like their table.
_MODEL_FIELDS = {"standing": "standings"}


@dataclass(frozen=True)
class GraphFolder:
    """What was read: the model, what is wrong, where each record stands, the SHA-256 of every input file, the
    registers, which nobody has read yet, what `partnership-ids.csv` is to hold (None: it is as it is), and the ids of
    organisations of Partnerships that no build has seen yet.
    """

    path: Path
    model: Model
    findings: list[Finding]
    places: Mapping[str, Place]
    inputs: Mapping[str, str]
    registers: tuple[RegisterConfig, ...] = ()
    ids_file: bytes | None = None
    new_partners: frozenset[str] = frozenset()

    @property
    def errors(self) -> list[Finding]:
        """The findings that stop a build."""
        return [finding for finding in self.findings if finding.severity == "error"]

    @property
    def new_ids(self) -> dict[str, bytes]:
        """The file of ids, where it is to be written: with whatever names them, so that they stay."""
        return {} if self.ids_file is None else {IDS: self.ids_file}


def input_hashes(folder: Path) -> dict[str, str]:
    """The files that a build reads, relative to the folder, with the SHA-256 of each; sorted.

    One that is refused has no hash; reading the folder says why.
    """
    config = folder / CONFIG
    if not config.exists():
        where = printable(folder)
        raise DataError(f"{where} is not a graph folder: it holds no {CONFIG}. To make one: partnergraph init FOLDER")
    tables = table_files(folder)
    names = [config, *tables, *folder.glob(STORY), *folder.glob(IDS)]
    if any(path.suffix.lower() in WORKBOOK or table_named(path.stem) == PARTNERSHIPS for path in tables):
        names += folder.glob(TEXTS)  # which their rows may name
    raw = read_settings(folder)
    registers = set[Path]()  # they may be of any size
    for kind in ("document", "rdf", "register"):
        for entry in list_entries(raw, kind):
            path = folder / str(entry.get("path", ""))
            if path_problem(folder, str(entry.get("path", ""))) is None:
                names.append(path)
                registers |= {path} if kind == "register" else set()
    return {
        printable(path.relative_to(folder).as_posix()): _hash(path, folder, path not in registers)
        for path in sorted(set(names))
    }


def _hash(path: Path, folder: Path, bounded: bool) -> str:
    try:
        if bounded and path.stat().st_size > _MAX_HASHED_SIZE:
            return ""
        return sha256(path, folder)
    except (DataError, OSError, ValueError):
        return ""


def read_folder(folder: Path, only: Collection[str] | None = None) -> GraphFolder:
    """Read a graph folder. Bad cells become findings, all at once; nothing is raised for them.

    `only` limits the graph to what these sources (and the editor, as far as it rests on them) say.
    Raises `DataError` when the folder itself cannot be read.
    """
    hashes = input_hashes(folder)
    findings: list[Finding] = []
    raw = read_settings(folder)
    config = parse_settings(raw, findings)
    ids = Ids(config.base)
    tables = read_tables(folder, findings)
    todo = tables.pop(TODO)
    rule = date_rule(raw, findings)
    findings += redact_partnerships(tables[PARTNERSHIPS])
    partnerships = expand_partnerships(folder, tables, raw, config, rule, findings)
    config = partnerships.config
    if partnerships.documents:
        raw = raw | {"document": [*list_entries(raw, "document"), *partnerships.documents]}
    findings += redact_tables({**tables, TODO: todo})
    cells = CellParser(tables, ids, rule)
    raw = resolve_names(raw | ({"focus": config.focus} if config.focus else {}), cells, findings)
    config = replace(config, focus=raw.get("focus", ""))
    documents = _documents(folder, raw, cells, findings)
    rdf = [(source, str(path)) for source, path in file_entries(folder, raw, "rdf", cells, findings)]
    rows = {name: [row for row in table.rows if row.whole] for name, table in tables.items()}
    records = {
        table: [parse_row(table, row, cells) for row in table_rows]
        for table, table_rows in rows.items()
        if table != "evidence"
    }
    written = apply_todo_lists(todo, rows, records, cells, config, documents)
    records["evidence"] = [parse_evidence(row, cells, documents) for row in rows["evidence"]]
    for table, table_rows in rows.items():
        records[table] = [
            partnerships.marked(record) if row.headings else record
            for row, record in zip(table_rows, records[table], strict=True)
        ]
    records["evidence"] = [
        replace(cast(Evidence, record), from_table=TODO, row_cells=written[record.id])
        if record.id in written
        else record
        for record in records["evidence"]
    ]
    find_duplicates(rows["positions"], cast(list[Position], records["positions"]), cells)
    find_contradictions(rows["matches"], cast(list[MatchDecision], records["matches"]), cells)
    story = read_story(folder, cells)
    _check_focus(config, cells, findings)
    registers = tuple(_registers(folder, raw, rows["sources"], records["sources"], cells, findings))
    findings += cells.findings
    places: dict[str, Place] = {}
    if not any(finding.severity == "error" for finding in findings):
        places = _places(rows, records, ids)
        findings += _unused_evidence(rows["evidence"], records)
    # A position of a body that is gone is only a warning, and no record.
    records["positions"] = [record for record in records["positions"] if cast(Position, record).body]
    model = Model(
        config=config,
        documents=tuple(document for document in documents.values() if document is not None),
        story=story,
        rdf=tuple(rdf),
        **cast(Any, {_MODEL_FIELDS.get(table, table): tuple(rows) for table, rows in records.items()}),
    )
    if only is not None:
        only = _sources_by_name(only, cells)
        model = filter_sources(model, only, ids)
        registers = tuple(register for register in registers if register.source in only)
    findings.sort(key=_order)
    ids_file, new_partners = partnerships.ids_file, partnerships.new_partners
    return GraphFolder(folder, model, findings, places, hashes, registers, ids_file, new_partners)


def _order(finding: Finding) -> tuple[str, str, int, str, str]:
    place = finding.place or Place("")
    return place.file, place.sheet or "", place.row or 0, place.column or "", finding.rule


def _documents(
    folder: Path, raw: Mapping[str, Any], cells: CellParser, findings: list[Finding]
) -> dict[str, Document | None]:
    """The archived text of each source that has one; None for one that cannot be read, which is a finding."""
    entries = list_entries(raw, "document")
    documents: dict[str, Document | None] = {str(entry.get("source", "")): None for entry in entries}
    if raw.get("document", []) != entries or not documents.keys() <= cells.known["sources"].keys():
        documents |= dict.fromkeys(cells.known["sources"])  # which source has a text is in doubt: blame no quotation
    for source, path in file_entries(folder, raw, "document", cells, findings):
        name = path.relative_to(folder.resolve()).as_posix()
        try:
            documents[source] = read_document(source, read_file(path, MAX_SIZE, name, folder))
        except DataError as error:
            findings += error.findings
        except UnicodeDecodeError as error:
            place = Place(name)
            fix = "Save the text as UTF-8; then every quotation is found again."
            message = f"The text is not UTF-8 (byte {error.start})."
            findings.append(Finding("encoding", "error", message, place, fix=fix))
    return documents


def _check_focus(config: GraphConfig, cells: CellParser, findings: list[Finding]) -> None:
    organisations = cells.known["organisations"]
    if config.focus and config.focus not in organisations and "organisations" not in cells.incomplete:
        fix = f"Write the id or the name of a row of {cells.titles['organisations']}."
        hint = cells.suggest(config.focus, ("organisations",)).strip() or fix
        message = f"focus: '{config.focus}' is not the id of any organisation."
        findings.append(Finding("config", "error", message, Place(CONFIG), config.focus, hint))


def _registers(
    folder: Path,
    raw: Mapping[str, Any],
    rows: list[TableRow],
    sources: list[Record],
    cells: CellParser,
    findings: list[Finding],
) -> Iterator[RegisterConfig]:
    """The registers of the settings; none where sources.csv could not be read as a whole."""
    if "sources" not in cells.incomplete:
        by_id = {row.get("id") or "": cast(Source, source) for row, source in zip(rows, sources, strict=True)}
        yield from configured_registers(folder, list_entries(raw, "register"), by_id, findings, cells.titles["sources"])


def _places(rows: Mapping[str, list[TableRow]], records: Mapping[str, list[Record]], ids: Ids) -> dict[str, Place]:
    """Where each record stands, by its IRI."""
    places: dict[str, Place] = {}
    for table, table_records in records.items():
        for row, record in zip(rows[table], table_records, strict=True):
            if isinstance(record, Evidence):
                places[ids.evidence(record.source, record.id)] = row.place()
            elif isinstance(record, Source):
                places.setdefault(ids.source(record.id), row.place())
            elif not isinstance(record, Standing | Position | MatchDecision):
                places.setdefault(iri_of(record, ids), row.place())
    return places


def _unused_evidence(rows: list[TableRow], records: Mapping[str, list[Record]]) -> list[Finding]:
    """Evidence that supports nothing, without a word why: a warning."""
    used = {support.evidence for table in records.values() for record in table for support in record.evidence}
    used |= {slug for record in records["standing"] for slug in cast(Standing, record).counter_evidence}
    fix = "Name it in the evidence cell of a claim, or say in not_modelled why there is none."
    return [
        Finding("unused-evidence", "warning", "This evidence supports nothing.", row.place("id"), record.id, fix)
        for row, record in zip(rows, records["evidence"], strict=True)
        if record.id not in used and not cast(Evidence, record).not_modelled
    ]


def _sources_by_name(only: Collection[str], cells: CellParser) -> frozenset[str]:
    """The ids of the sources that are named by id, title or address. Raises `DataError` for one that is none."""
    ids = set[str]()
    for source in sorted(only):
        matches = cells.find(source, ("sources",))
        if len(matches) > 1:
            message, _, fix = cells.ambiguity(source, source, matches)
            raise DataError(f"{message} {fix}")
        if not matches:
            hint = cells.suggest(source, ("sources",)).strip()
            raise DataError(f"'{source}' is not a source of this folder. {hint}".strip())
        ids.add(matches[0].id)
    return frozenset(ids)
