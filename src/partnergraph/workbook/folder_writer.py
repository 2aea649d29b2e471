"""Tables -> files: a graph folder of CSV tables, or a workbook. All or nothing, the same bytes each time."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from partnergraph.errors import StoreError, UsageError
from partnergraph.files import fill_folder, new_folder, portable_names, write_file
from partnergraph.graph_folder.folder import CONFIG, read_folder
from partnergraph.graph_folder.partnership_ids import IDS
from partnergraph.graph_folder.story import STORY
from partnergraph.model.ids import Ids
from partnergraph.model.record_quads import quads_of
from partnergraph.store import Reader, Writer
from partnergraph.tables.table_schemas import TABLE_SCHEMAS
from partnergraph.tables.todo_schema import TODO, TODO_SCHEMA
from partnergraph.workbook.graph_to_tables import FolderContent, read_tables_back
from partnergraph.workbook.writer import ORDER, SHORT_SHEETS, build_workbook

__all__ = ["export_folder", "table_csv", "toml_string", "write_folder"]

_OTHER_FILES = (".csv", ".tsv", ".ods", ".xls", ".xlsm", ".xlsb", ".zip", ".json", ".toml", ".ttl", ".trig", ".nq")


def export_folder(reader: Reader, path: Path, *, full: bool = False) -> tuple[list[Path], list[str]]:
    """Give the tables of a built graph back, as a workbook (`path` ends in .xlsx) or as a whole graph folder. `full`:
    the workbook has a sheet for every table, also for those without rows.

    Returns the files, and a line for everything that the graph says and that what was written does not. Raises
    `UsageError` for a folder that is not empty and for another kind of file.
    """
    if path.suffix.lower() in _OTHER_FILES and not path.is_dir():
        raise UsageError(f"Tables are written to a folder or to a workbook (.xlsx), not to {path.name}.")
    content = read_tables_back(reader)
    if path.suffix.lower() == ".xlsx":
        with tempfile.TemporaryDirectory() as temporary:
            write_folder(Path(temporary), content)
            missing = _missing_triples(reader, Path(temporary))
        write_file(path, build_workbook(content.rows, sheets=None if full else _filled_sheets(content.rows)))
        notes = [*_missing_notes(missing, "the workbook"), *_ids_notes(content)]
        return [path], [*notes, *_register_notes(reader, content)]
    with new_folder(path) as folder:
        write_folder(folder, content)
        missing = _write_rdf_files(folder, content, _missing_triples(reader, folder))
        files = sorted(file.relative_to(folder) for file in folder.rglob("*") if file.is_file())
    return [path / file for file in files], [*_missing_notes(missing, "the folder"), *_register_notes(reader, content)]


def _filled_sheets(rows: Mapping[str, Sequence[Mapping[str, str]]]) -> dict[str, Sequence[str]] | None:
    """The tables that have rows, with their columns; a keeper's own sheets first, where they are used. None without any
    rows.
    """
    own = SHORT_SHEETS if rows.get(SHORT_SHEETS[0]) else ()
    order = [*own, *(table for table in ORDER if table not in own and rows.get(table))]
    return {table: TABLE_SCHEMAS[table].columns for table in order} or None


def table_csv(rows: Sequence[Mapping[str, str]], columns: Sequence[str]) -> bytes:
    """A table in CSV (RFC 4180, but with line feeds), so that one change is one line."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return out.getvalue().encode()


def toml_string(value: str) -> str:
    r"""A string as TOML writes it.

    >>> print(toml_string('a "b"'))
    "a \"b\""
    """
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def write_folder(folder: Path, content: FolderContent) -> None:
    """Settings, texts, tables and story. A table without rows is left out."""
    lines = [f"{key} = {toml_string(value)}\n" for key, value in content.config.items()]
    files: dict[str, bytes] = {}
    names = portable_names(content.documents)
    for source, text in sorted(content.documents.items()):
        path = f"documents/{names[source]}.txt"
        files[path] = text.encode()
        lines.append(f"\n[[document]]\nsource = {toml_string(source)}\npath = {toml_string(path)}\n")
    files[CONFIG] = "".join(lines).encode()
    schemas = {**TABLE_SCHEMAS, TODO: TODO_SCHEMA}
    for name, rows in content.rows.items():
        if rows:
            files[f"tables/{name}.csv"] = table_csv(rows, schemas[name].columns)
    if content.ids_file is not None:
        files[IDS] = content.ids_file
    if content.story:
        steps = []
        for step in content.story:
            pairs = (
                (key, toml_string(value) if isinstance(value, str) else f"[{', '.join(map(toml_string, value))}]")
                for key, value in step.items()
            )
            steps.append("[[step]]\n" + "".join(f"{key} = {value}\n" for key, value in pairs))
        files[STORY] = "\n".join(steps).encode()
    fill_folder(folder, files)


def _missing_triples(reader: Reader, folder: Path) -> dict[str, list[str]]:
    """What the graph states and the folder does not: lines of N-Triples by named graph. So an export proves itself."""
    written = read_folder(folder)
    if written.errors:
        raise StoreError(f"The tables of this graph would not build: {written.errors[0]}")
    ids = Ids(written.model.config.base)
    start = ids.graph("source", "")
    own_graphs = {ids.graph(name) for name in ("entities", "editorial", "drawing", "catalogue")}

    def graphs_by_line(lines: Iterable[str]) -> dict[str, str]:
        graphs = {line: line.removesuffix("> .\n").rpartition(" <")[2] for line in lines}
        return {line: graph for line, graph in graphs.items() if graph.startswith(start) or graph in own_graphs}

    rebuilt = Writer.memory()
    rebuilt.add({quad.nquads for quad in quads_of(written.model)})
    in_folder, stated = graphs_by_line(rebuilt.reader().nquads()), graphs_by_line(reader.nquads())
    # What the catalogue says about rules is the version's that builds, not the folder's.
    extra = sorted(line for line in in_folder.keys() - stated.keys() if in_folder[line] != ids.graph("catalogue"))
    if extra:
        raise StoreError(f"The tables of this graph would say {len(extra)} things that it does not: {extra[0].strip()}")
    missing: dict[str, list[str]] = {}
    for line in sorted(stated.keys() - in_folder.keys()):
        triple = line.removesuffix(f" <{stated[line]}> .\n")
        missing.setdefault(stated[line], []).append(f"{triple} .\n")
    return missing


def _write_rdf_files(folder: Path, content: FolderContent, missing: dict[str, list[str]]) -> dict[str, list[str]]:
    """What the graphs of sources state beyond the tables came from RDF files, and becomes one for each source.

    Returns what is missing of other graphs.
    """
    start = Ids(content.config["base"]).graph("source", "")
    sources = portable_names(row["id"] for row in content.rows["sources"])
    for graph in sorted(missing):
        source = graph.removeprefix(start)
        if graph.startswith(start) and source in sources:
            file = f"rdf/{sources[source]}.nt"
            entry = f"\n[[rdf]]\nsource = {toml_string(source)}\npath = {toml_string(file)}\n".encode()
            settings = (folder / CONFIG).read_bytes() + entry
            fill_folder(folder, {file: "".join(missing.pop(graph)).encode(), CONFIG: settings})
    return missing


def _ids_notes(content: FolderContent) -> list[str]:
    """What a workbook does not hold: ids that are not those which its rows would get anew."""
    if content.ids_file is None:
        return []
    with tempfile.TemporaryDirectory() as temporary:
        write_folder(Path(temporary), replace(content, ids_file=None))
        new = read_folder(Path(temporary)).ids_file or b""
    if _without_titles(new) == _without_titles(content.ids_file):
        return []
    return [f"Ids of rows of Partnerships are not in the workbook. Keep the {IDS} of your graph folder with it."]


def _without_titles(ids_file: bytes) -> list[bytes]:
    """The lines of a file of ids but those that only say what a source is called."""
    return [line for line in ids_file.split(b"\n") if not line.startswith(b"source,")]


def _register_notes(reader: Reader, content: FolderContent) -> list[str]:
    """What came from files of registers goes back into no table: the file has it, and is to be named again."""
    start = Ids(content.config["base"]).graph("register", "")
    sources = sorted(graph.removeprefix(start) for graph in reader.named_graphs() if graph.startswith(start))
    notes = [
        f"The records of '{source}' are not in the tables: name the register's file again ([[register]] in {CONFIG})."
        for source in sources
    ]
    if content.rows.get("matches"):
        notes.append("Who decided about matches is not in a graph: the column 'who' of matches is empty.")
    return notes


def _missing_notes(missing: Mapping[str, Sequence[str]], target: str) -> list[str]:
    return [
        f"{len(lines)} statement{'s' * (len(lines) > 1)} of <{graph}> are not in {target}: no table holds them."
        for graph, lines in sorted(missing.items())
    ]
