"""Accepted proposals -> rows of a graph folder: all of them or none, and nothing that nobody said yes to."""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from partnergraph.errors import DataError, Finding
from partnergraph.extraction.proposals import COLUMNS, PROPOSALS, TABLES
from partnergraph.files import fill_folder, lock_folder
from partnergraph.graph_folder.change_check import stop_if_changed
from partnergraph.graph_folder.documents import MAX_SIZE
from partnergraph.graph_folder.folder import CONFIG, input_hashes, read_folder
from partnergraph.reading import read_file
from partnergraph.tables.columns import TableSchema
from partnergraph.tables.table import Table, TableRow, read_sheet, read_table, split_values
from partnergraph.tables.table_files import sheets_of, table_files
from partnergraph.tables.table_schemas import TABLE_SCHEMAS

_LAYOUTS = {table: TABLE_SCHEMAS[table] for table in TABLES} | {PROPOSALS: TableSchema(COLUMNS, ("table", "id"))}
_REFERENCES = ("from", "to", "via", "about", "organisation")


@dataclass
class AcceptReport:
    """What was taken: rows by table, rows that stood there already, and whether the document was copied."""

    rows: dict[str, int] = field(default_factory=dict)
    already: int = 0
    document: str | None = None


def accept(proposed: Path, into: Path, document: Path | None = None) -> AcceptReport:
    """Append the rows whose `accept` cell says yes, with their evidence and source, to the tables of a folder.

    `document` is the text that was read; it is copied into the folder when the folder has none for the source.
    Raises `DataError` when a row cannot be taken or the folder is changed by others meanwhile, `StoreError` when the
    disk refuses or another command holds the folder; then nothing is written. A process that is killed leaves a folder
    without errors, and accepting again completes it.
    """
    tables = _tables(proposed)
    chosen = _chosen(tables[PROPOSALS])
    if not chosen:
        return AcceptReport()
    with lock_folder(into) as locked:
        before = read_folder(into)
        if before.errors:
            raise DataError(f"{into} has errors; mend them first: partnergraph check {into}", before.errors)
        if any(path.suffix.lower() != ".csv" for path in table_files(into)):
            message = f"{into} keeps its tables in another form than CSV."
            raise DataError(f"{message} Copy the rows by hand, or save its tables as CSV.")
        made = AcceptReport()
        rows = _rows(tables, chosen, into)
        files = _appended(rows, into, made)
        files |= _document(rows, into, document, made)
        if files:
            _check(files, into)
            locked.write({name: files[name] for name in sorted(files, key=_rank)}, lambda: stop_if_changed(before))
    return made


def _tables(path: Path) -> dict[str, Table]:
    """The tables of proposals. Raises `DataError` with all that is wrong in them."""
    if not path.exists():
        raise DataError(f"There is no {path}.")
    found = {}
    if path.is_dir():
        for name, layout in _LAYOUTS.items():
            file = path / f"{name}.csv"
            if file.exists():
                [sheet] = sheets_of(file, f"{path.name}/{file.name}", path)
                found[name] = read_sheet(sheet, layout)
    else:
        for sheet in sheets_of(path, path.name, pipe=True):
            name = (sheet.name or "").strip().lower()
            if name in _LAYOUTS:
                found[name] = read_sheet(sheet, _LAYOUTS[name])
            elif sheet.name is None and sheet.findings and not sheet.complete:
                raise DataError(f"{path} cannot be read; nothing was written.", sheet.findings)
            elif sheet.name is None:
                raise DataError(f"{path} is one table. Give the workbook or the folder that 'partnergraph read' wrote.")
    if PROPOSALS not in found:
        raise DataError(f"{path} has no sheet or table 'proposals'. Give what 'partnergraph read' wrote.")
    # A table without rows is none: only headings were written.
    wrong = [f for table in found.values() for f in table.findings if f.severity == "error"]
    if wrong:
        raise DataError(f"{path} has cells that cannot be read; nothing was written.", wrong)
    return {name: found.get(name, Table(name)) for name in _LAYOUTS}


def _chosen(table: Table) -> list[TableRow]:
    wrong, chosen = [], []
    for row in table.rows:
        answer = (row.get("accept") or "").lower()
        if answer in ("yes", "y"):
            chosen.append(row)
        elif answer not in ("", "no", "n"):
            message = f"'{answer[:100]}' is neither yes nor no."
            wrong.append(Finding("accept", "error", message, row.place("accept"), answer[:100], "Write yes or no."))
    if wrong:
        raise DataError("The proposals are not decided clearly; nothing was written.", wrong)
    return chosen


def _rows(tables: Mapping[str, Table], chosen: list[TableRow], into: Path) -> dict[str, dict[str, TableRow]]:
    """The accepted rows by table and id, then their evidence and source."""
    known = {name: {row.get("id"): row for row in table.rows} for name, table in tables.items()}
    taken: dict[str, dict[str, TableRow]] = {table: {} for table in TABLES}
    wrong: list[Finding] = []
    for proposal in chosen:
        table, name = proposal.get("table") or "", proposal.get("id") or ""
        row = known.get(table, {}).get(name) if table in TABLES and table not in ("sources", "evidence") else None
        if row is None:
            message = f"There is no row '{name}' in '{table}'."
            fix = "Ids of rows and proposals must agree; change both or neither."
            wrong.append(Finding("unknown-proposal", "error", message, proposal.place("id"), name, fix))
        else:
            taken[table][name] = row
    wrong += _needed(tables[PROPOSALS], taken, into)
    for found in list(taken.values()):
        for row in found.values():
            for cited in split_values(row.get("evidence")):
                proof = known["evidence"].get(cited.partition(" ")[0])
                if proof is None:
                    fix = "Put the row of evidence back, or do not accept the proposal."
                    message = f"The evidence '{cited}' is not there."
                    wrong.append(Finding("unknown-evidence", "error", message, row.place("evidence"), cited, fix))
                    continue
                taken["evidence"][proof.get("id") or ""] = proof
                source = known["sources"].get(proof.get("source"))
                if source is not None:
                    taken["sources"][source.get("id") or ""] = source
    if wrong:
        raise DataError("Not everything that was accepted can be taken; nothing was written.", wrong)
    return taken


def _needed(proposals: Table, taken: Mapping[str, Mapping[str, TableRow]], into: Path) -> list[Finding]:
    """An accepted row that names a proposed one which nobody accepted."""
    offered = {(row.get("table"), row.get("id")): row for row in proposals.rows}
    prefixes = {"org": "organisations", "group": "groups", "rel": "relationships"}
    present = {table: _ids(into, table) for table in prefixes.values()}
    wrong = []
    for row in [row for found in taken.values() for row in found.values()]:
        for column in _REFERENCES:
            for cell in split_values(row.get(column)):
                prefix, colon, name = cell.partition(":")
                table = prefixes.get(prefix, "") if colon else "organisations"
                name = name if colon else cell
                if (table, name) in offered and name not in taken[table] and name not in present[table]:
                    other = offered[table, name]
                    message = f"'{row.get('id')}' needs '{name}', which is not accepted."
                    fix = "Accept that too (this row), or say no to what needs it."
                    wrong.append(Finding("not-accepted", "error", message, other.place("accept"), name, fix))
    return wrong


def _existing(into: Path, table: str) -> tuple[bytes, Table]:
    path = into / "tables" / f"{table}.csv"
    data = path.read_bytes() if path.is_file() else b""
    if not data.strip():
        data = (",".join(TABLE_SCHEMAS[table].columns) + "\n").encode()
    return data, read_table(f"tables/{table}.csv", data, TABLE_SCHEMAS[table])


def _ids(into: Path, table: str) -> set[str]:
    return {row.get("id") or "" for row in _existing(into, table)[1].rows}


def _appended(rows: Mapping[str, Mapping[str, TableRow]], into: Path, made: AcceptReport) -> dict[str, bytes]:
    """The files with the new rows at their end. Rows that stand there already are left as they are."""
    files, wrong = {}, []
    for name, found in rows.items():
        if not found:
            continue
        data, table = _existing(into, name)
        if any(finding.rule in ("encoding", "separator") for finding in table.findings):
            message = f"tables/{name}.csv is not UTF-8 with commas. Save it as 'CSV UTF-8' first; nothing was written."
            raise DataError(message)
        there = {row.get("id"): row for row in table.rows}
        columns = sorted(table.columns, key=lambda column: table.columns[column])
        output = io.StringIO(newline="")
        end = "\r\n" if b"\r\n" in data else "\n"
        writer = csv.writer(output, lineterminator=end)
        count = 0
        for slug, row in found.items():
            old = there.get(slug)
            if old is not None:
                if name == "sources" or dict(old.cells) == dict(row.cells):
                    made.already += 1
                    continue
                message = f"The id '{slug}' stands in tables/{name}.csv already, with other cells."
                fix = "Give the new row another id, in its table and in the proposals."
                wrong.append(Finding("duplicate-id", "error", message, row.place("id"), slug, fix))
                continue
            for column in row.cells.keys() - set(columns):
                message = f"tables/{name}.csv has no column '{column}'."
                wrong.append(Finding("missing-column", "error", message, row.place(column), column, "Add the column."))
            writer.writerow([row.cells.get(column, "") for column in columns])
            count += 1
        if count:
            made.rows[name] = count
            gap = b"" if data.endswith(b"\n") else end.encode()
            files[f"tables/{name}.csv"] = data + gap + output.getvalue().encode()
    if wrong:
        raise DataError("Ids or columns do not fit; nothing was written.", wrong)
    return files


def _document(
    rows: Mapping[str, Mapping[str, TableRow]], into: Path, document: Path | None, made: AcceptReport
) -> dict[str, bytes]:
    """The copy of the document and its entry in the folder's settings, when the folder has none for the source."""
    sources = sorted({row.get("source") or "" for row in rows["evidence"].values()})
    held = {document_.source for document_ in read_folder(into).model.documents}
    missing = [source for source in sources if source not in held]
    if not missing:
        return {}
    if document is None:
        message = f"The folder has no text of '{missing[0]}', whose words the evidence quotes."
        raise DataError(f"{message} Give it: partnergraph read DOCUMENT.txt --accept ... --into {into}")
    if len(missing) > 1:
        raise DataError(f"The evidence quotes several texts ({', '.join(missing)}). Accept them one by one.")
    path, data = f"documents/{document.name}", read_file(document, MAX_SIZE, document.name, pipe=True)
    there = into / path
    if os.path.lexists(there) and read_file(there, MAX_SIZE, path, into) != data:
        raise DataError(f"{path} is another text already. Rename {document.name}; nothing was written.")
    settings = (into / CONFIG).read_bytes()
    quoted = (json.dumps(part, ensure_ascii=False).replace("\x7f", "\\u007f") for part in (missing[0], path))
    entry = "\n[[document]]\nsource = {}\npath = {}\n".format(*quoted)
    made.document = path
    return {path: data, CONFIG: settings + (b"" if settings.endswith(b"\n") else b"\n") + entry.encode()}


def _check(files: Mapping[str, bytes], into: Path) -> None:
    """Read the folder as it would be. Raises `DataError` when it would have errors."""
    with tempfile.TemporaryDirectory() as made:
        trial = Path(made)
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
    return order.index(name) if name in order else -1
