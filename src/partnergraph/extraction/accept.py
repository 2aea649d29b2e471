"""Accepted proposals -> rows of a graph folder: all of them or none, and only those that a person accepted."""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from partnergraph.errors import DataError, Finding, Place
from partnergraph.extraction.input import open_document
from partnergraph.extraction.proposals import COLUMNS, PROPOSALS, TABLES
from partnergraph.files import fill_folder, lock_folder
from partnergraph.graph_folder.change_check import stop_if_changed
from partnergraph.graph_folder.documents import MAX_SIZE
from partnergraph.graph_folder.folder import CONFIG, GraphFolder, input_hashes, read_folder
from partnergraph.reading import read_file
from partnergraph.tables.column_types import TableSchema
from partnergraph.tables.table import Table, TableRow, read_sheet, read_table, split_values
from partnergraph.tables.table_files import ACCEPTED, read_tables, sheets_of, table_files, table_named
from partnergraph.tables.table_schemas import TABLE_SCHEMAS
from partnergraph.tables.todo_schema import TODO

_SCHEMAS = {table: TABLE_SCHEMAS[table] for table in TABLES} | {PROPOSALS: TableSchema(COLUMNS, ("table", "id"))}
_REFERENCES = ("from", "to", "via", "about", "organisation")
_TABLE_OF_PREFIX = {"org": "organisations", "group": "groups", "rel": "relationships"}
RowsById = dict[str, TableRow]


@dataclass
class AcceptReport:
    """What was accepted: rows by table, rows that the folder had already, and the path of the document if copied."""

    rows: dict[str, int] = field(default_factory=dict)
    already: int = 0
    document: str | None = None


def accept(proposed: Path, into: Path, document: Path | None = None) -> AcceptReport:
    """Append the rows whose `accept` cell says yes, with their evidence and source, to the tables of a folder.

    `document` is what was read; its text as it was read (that of a .docx or PDF, and hard-wrapped text as its
    paragraphs) is put into the folder when the folder has none for the source.
    Raises `DataError` when a row cannot be taken or the folder is changed by others meanwhile, `StoreError` when the
    disk refuses or another command holds the folder; then nothing is written. A process that is killed leaves a folder
    without errors, and accepting again completes it.
    """
    tables = _read_proposals(proposed)
    accepted = _accepted(tables[PROPOSALS])
    if not accepted:
        return AcceptReport()
    with lock_folder(into) as locked:
        before = read_folder(into)
        if before.errors:
            raise DataError(f"{into} has errors; mend them first: partnergraph check {into}", before.errors)
        report = AcceptReport()
        target = _TargetFolder.of(before)
        rows = _rows(tables, accepted, target)
        files = _extended_tables(rows, target, report)
        files |= _document_files(rows, into, document, report)
        if files:
            files |= before.new_ids
            _check(files, into)
            locked.write({name: files[name] for name in sorted(files, key=_rank)}, lambda: stop_if_changed(before))
    return report


@dataclass
class _TargetFolder:
    """The folder that takes rows. `has_workbook`: tables stand in a workbook, which only a person writes into, so that
    their new rows go to CSV files beside it. `tables`: the rows as they stand in the files; `records`: the ids of all
    records by table, also of those that rows of Partnerships became, each with its name or title.
    """

    path: Path
    has_workbook: bool
    tables: Mapping[str, Table]
    records: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, folder: GraphFolder) -> _TargetFolder:
        """The folder as it was read."""
        has_workbook = any(
            path.suffix.lower() != ".csv" and not _is_todo_list(path) for path in table_files(folder.path)
        )
        records = {
            table: {record.id: str(getattr(record, "name", "")) for record in getattr(folder.model, table)}
            for table in TABLES
        }
        return cls(folder.path, has_workbook, read_tables(folder.path, []), records)

    def file(self, table: str) -> str:
        """Where the new rows of a table go, relative to the folder."""
        name = f"tables/{table}.csv"
        return f"tables/{ACCEPTED}{table}.csv" if self.has_workbook and not (self.path / name).exists() else name


def _is_todo_list(path: Path) -> bool:
    """Whether a file holds a to-do list and no other table."""
    tables = {table_named(sheet.name or "") for sheet in sheets_of(path, path.name)}
    return tables - {None} == {TODO}


def _read_proposals(path: Path) -> dict[str, Table]:
    """The tables of proposals. Raises `DataError` with all that is wrong in them."""
    if not path.exists():
        raise DataError(f"There is no {path}.")
    tables = _read_folder_of_proposals(path) if path.is_dir() else _read_workbook_of_proposals(path)
    if PROPOSALS not in tables:
        raise DataError(f"{path} has no sheet or table 'proposals'. Give what 'partnergraph read' wrote.")
    # A table without rows is none: only headings were written.
    errors = [finding for table in tables.values() for finding in table.findings if finding.severity == "error"]
    if errors:
        raise DataError(f"{path} has cells that cannot be read; nothing was written.", errors)
    return {name: tables.get(name, Table(name)) for name in _SCHEMAS}


def _read_folder_of_proposals(path: Path) -> dict[str, Table]:
    tables = {}
    for name, schema in _SCHEMAS.items():
        file = path / f"{name}.csv"
        if file.exists():
            [sheet] = sheets_of(file, f"{path.name}/{file.name}", path)
            tables[name] = read_sheet(sheet, schema)
    return tables


def _read_workbook_of_proposals(path: Path) -> dict[str, Table]:
    tables = {}
    for sheet in sheets_of(path, path.name, pipe=True):
        name = (sheet.name or "").strip().lower()
        if name in _SCHEMAS:
            tables[name] = read_sheet(sheet, _SCHEMAS[name])
        elif sheet.name is None and sheet.findings and not sheet.complete:
            raise DataError(f"{path} cannot be read; nothing was written.", sheet.findings)
        elif sheet.name is None:
            raise DataError(f"{path} is one table. Give the workbook or the folder that 'partnergraph read' wrote.")
    return tables


def _accepted(proposals: Table) -> list[TableRow]:
    errors, accepted = [], []
    for row in proposals.rows:
        answer = (row.get("accept") or "").lower()
        if answer in ("yes", "y"):
            accepted.append(row)
        elif answer not in ("", "no", "n"):
            message = f"'{answer[:100]}' is neither yes nor no."
            errors.append(Finding("accept", "error", message, row.place("accept"), answer[:100], "Write yes or no."))
    if errors:
        raise DataError("The proposals are not decided clearly; nothing was written.", errors)
    return accepted


def _rows(tables: Mapping[str, Table], accepted: list[TableRow], into: _TargetFolder) -> dict[str, RowsById]:
    """The accepted rows by table and id, then their evidence and source."""
    proposed = {name: {row.get("id") or "": row for row in table.rows} for name, table in tables.items()}
    rows: dict[str, RowsById] = {table: {} for table in TABLES}
    errors: list[Finding] = []
    for proposal in accepted:
        table, slug = proposal.get("table") or "", proposal.get("id") or ""
        is_acceptable = table in TABLES and table not in ("sources", "evidence")
        row = proposed.get(table, {}).get(slug) if is_acceptable else None
        if row is None:
            message = f"There is no row '{slug}' in '{table}'."
            fix = "Ids of rows and proposals must agree; change both or neither."
            errors.append(Finding("unknown-proposal", "error", message, proposal.place("id"), slug, fix))
        else:
            rows[table][slug] = row
    errors += _missing_references(tables[PROPOSALS], rows, into)
    for row in [row for table_rows in rows.values() for row in table_rows.values()]:
        errors += _add_evidence(row, proposed, rows)
    if errors:
        raise DataError("Not everything that was accepted can be taken; nothing was written.", errors)
    return rows


def _add_evidence(row: TableRow, proposed: Mapping[str, RowsById], rows: dict[str, RowsById]) -> list[Finding]:
    """Add the evidence of a row, and its source, to the accepted rows; returns what is missing."""
    errors = []
    for cited in split_values(row.get("evidence")):
        evidence = proposed["evidence"].get(cited.partition(" ")[0])
        if evidence is None:
            fix = "Put the row of evidence back, or do not accept the proposal."
            message = f"The evidence '{cited}' is not there."
            errors.append(Finding("unknown-evidence", "error", message, row.place("evidence"), cited, fix))
            continue
        rows["evidence"][evidence.get("id") or ""] = evidence
        source = proposed["sources"].get(evidence.get("source") or "")
        if source is not None:
            rows["sources"][source.get("id") or ""] = source
    return errors


def _missing_references(proposals: Table, rows: Mapping[str, RowsById], into: _TargetFolder) -> list[Finding]:
    """Accepted rows that name a proposed one which nobody accepted."""
    proposed = {(row.get("table"), row.get("id")): row for row in proposals.rows}
    present = {table: into.records[table].keys() for table in _TABLE_OF_PREFIX.values()}
    errors = []
    for row in [row for table_rows in rows.values() for row in table_rows.values()]:
        for column in _REFERENCES:
            for cell in split_values(row.get(column)):
                prefix, colon, rest = cell.partition(":")
                table = _TABLE_OF_PREFIX.get(prefix, "") if colon else "organisations"
                slug = rest if colon else cell
                if (table, slug) in proposed and slug not in rows[table] and slug not in present[table]:
                    place = proposed[table, slug].place("accept")
                    message = f"'{row.get('id')}' needs '{slug}', which is not accepted."
                    fix = "Accept that too (this row), or say no to what needs it."
                    errors.append(Finding("not-accepted", "error", message, place, slug, fix))
    return errors


def _existing(into: _TargetFolder, table: str) -> tuple[bytes, Table]:
    """The bytes of the file that takes new rows of a table (its headings, where there is none), and its rows."""
    path = into.path / into.file(table)
    data = path.read_bytes() if path.is_file() else b""
    if not data.strip():
        data = (",".join(TABLE_SCHEMAS[table].columns) + "\n").encode()
    return data, read_table(into.file(table), data, TABLE_SCHEMAS[table])


def _extended_tables(rows: Mapping[str, RowsById], into: _TargetFolder, report: AcceptReport) -> dict[str, bytes]:
    """The files with the new rows at their end. Rows that the folder has already are left as they are."""
    files: dict[str, bytes] = {}
    errors: list[Finding] = []
    for name, table_rows in rows.items():
        if not table_rows:
            continue
        data, table = _existing(into, name)
        if any(finding.rule in ("encoding", "separator") for finding in table.findings):
            message = f"{table.file} is not UTF-8 with commas. Save it as 'CSV UTF-8' first; nothing was written."
            raise DataError(message)
        new, clashes = _new_rows(name, table_rows, into)
        report.already += len(table_rows) - len(new) - len(clashes)
        columns = sorted(table.columns, key=lambda column: table.columns[column])
        errors += clashes
        errors += [
            Finding("missing-column", "error", message, row.place(column), column, "Add the column.")
            for row in new
            for column in sorted(row.cells.keys() - set(columns))
            if (message := f"{table.file} has no column '{column}'.")
        ]
        if new:
            report.rows[table.file.removeprefix("tables/").removesuffix(".csv")] = len(new)
            files[table.file] = _with_rows(data, columns, new)
    if errors:
        raise DataError("Ids or columns do not fit; nothing was written.", errors)
    return files


def _new_rows(name: str, rows: RowsById, into: _TargetFolder) -> tuple[list[TableRow], list[Finding]]:
    """The rows that a table does not have, and those of whose ids it has a row with other cells."""
    table = into.tables[name]
    existing = {row.get("id"): row for row in table.rows}
    new, clashes = [], []
    for slug, row in rows.items():
        old = existing.get(slug)
        if old is None and slug not in into.records[name]:
            new.append(row)
            continue
        # Of what a row of Partnerships became, the name alone is compared.
        is_same = dict(old.cells) == dict(row.cells) if old else into.records[name][slug] == row.get("name")
        if name != "sources" and not is_same:
            where = f"in {Place(old.file, old.number, sheet=old.sheet)}" if old else "among what Partnerships became"
            message = f"The id '{slug}' stands {where} already, with other cells."
            fix = "Give the new row another id, in its table and in the proposals."
            clashes.append(Finding("duplicate-id", "error", message, row.place("id"), slug, fix))
    return new, clashes


def _with_rows(data: bytes, columns: list[str], rows: list[TableRow]) -> bytes:
    """A CSV file with rows at its end, with its own line ends."""
    line_end = "\r\n" if b"\r\n" in data else "\n"
    output = io.StringIO(newline="")
    csv.writer(output, lineterminator=line_end).writerows(
        [row.cells.get(column, "") for column in columns] for row in rows
    )
    return data + (b"" if data.endswith(b"\n") else line_end.encode()) + output.getvalue().encode()


def _document_files(
    rows: Mapping[str, RowsById], into: Path, document: Path | None, report: AcceptReport
) -> dict[str, bytes]:
    """The copy of the document and its entry in the folder's settings, when the folder has none for the source."""
    sources = sorted({row.get("source") or "" for row in rows["evidence"].values()})
    present = {existing.source for existing in read_folder(into).model.documents}
    missing = [source for source in sources if source not in present]
    if not missing:
        return {}
    if document is None:
        message = f"The folder has no text of '{missing[0]}', whose words the evidence quotes."
        raise DataError(f"{message} Give it: partnergraph read DOCUMENT.txt --accept ... --into {into}")
    if len(missing) > 1:
        raise DataError(f"The evidence quotes several texts ({', '.join(missing)}). Accept them one by one.")
    data = open_document(document, missing[0]).text.encode()
    path = f"documents/{document.stem if document.suffix.lower() in ('.docx', '.pdf') else document.name}"
    path += ".txt" * (document.suffix.lower() in (".docx", ".pdf"))
    target = into / path
    if os.path.lexists(target) and read_file(target, MAX_SIZE, path, into) != data:
        raise DataError(f"{path} is another text already. Rename {document.name}; nothing was written.")
    settings = (into / CONFIG).read_bytes()
    quoted = (json.dumps(part, ensure_ascii=False).replace("\x7f", "\\u007f") for part in (missing[0], path))
    entry = "\n[[document]]\nsource = {}\npath = {}\n".format(*quoted)
    report.document = path
    return {path: data, CONFIG: settings + (b"" if settings.endswith(b"\n") else b"\n") + entry.encode()}


def _check(files: Mapping[str, bytes], into: Path) -> None:
    """Read the folder as it would be. Raises `DataError` when it would have errors."""
    with tempfile.TemporaryDirectory() as temporary:
        trial = Path(temporary)
        for name in input_hashes(into):
            fill_folder(trial, {name: files.get(name) or (into / name).read_bytes()})
        fill_folder(trial, files)
        errors = read_folder(trial).errors
    if errors:
        raise DataError("The folder would have errors; nothing was written.", errors)


def _rank(name: str) -> int:
    """The order of renames. What stands when only the first are done has no errors: a text before its entry in the
    settings, both before evidence that quotes it, and every row after those that it names.
    """
    order = ["tables/sources.csv", CONFIG, *(f"tables/{table}.csv" for table in TABLES if table != "sources")]
    name = name.replace(f"/{ACCEPTED}", "/")
    return order.index(name) if name in order else -1
