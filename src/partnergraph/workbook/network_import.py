"""Lists of nodes and edges, as Kumu, Gephi and our own exports keep them -> the tables of a new graph folder.

What cannot be mapped is not guessed: a label that is no kind of ours becomes an association with the label in its note.
What is not taken over is a finding.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from partnergraph.errors import DataError, Place
from partnergraph.reading import printable, read_file
from partnergraph.spreadsheet_safety import escape_formula
from partnergraph.tables.file_signatures import file_type
from partnergraph.tables.network_reader import MAX_NETWORK_SIZE, NETWORK_SUFFIXES, read_network
from partnergraph.tables.sheet import Sheet
from partnergraph.tables.table import normalise_heading
from partnergraph.tables.table_files import IGNORED_SHEETS, sheets_of, table_named
from partnergraph.tables.table_schemas import TABLE_SCHEMAS
from partnergraph.workbook.imported_network import TABLES, ImportedNetwork
from partnergraph.workbook.network_columns import (
    EDGE_HEADINGS,
    EVIDENCE_HEADINGS,
    NODE_HEADINGS,
    is_edges,
    is_evidence,
    is_nodes,
    network_rows,
)
from partnergraph.workbook.network_edges import EdgeImport
from partnergraph.workbook.network_evidence import EvidenceImport
from partnergraph.workbook.network_nodes import NodeImport
from partnergraph.workbook.network_people import people_by_edges

__all__ = ["TABLES", "ImportedNetwork", "import_network"]

SheetPrefix = tuple[Sheet, str]
_XML_TYPES = {"a network in GEXF": ".gexf", "a network in GraphML": ".graphml"}
_HEADINGS = "Headings of edges: From and To, or Source and Target. Headings of nodes: Label, or Id."
_NOT_READ = " Put # before the name of a sheet that is not to be read."


def import_network(paths: Sequence[Path], source: str) -> ImportedNetwork:
    """What files of nodes and edges say. Errors are among the findings; nothing is raised for them."""
    network = ImportedNetwork(source)
    network.used_ids.add(source)
    nodes, edges, evidence = _sheets_by_content(network, paths)
    if not edges and not network.has_errors:
        fix = "Give a sheet or a file with the headings From and To, or Source and Target."
        network.note("error", "no-edges", "There is no list of edges.", Place(printable(paths[0].name)), None, fix)
    title = ", ".join(printable(path.name) for path in paths)
    network.add_row("sources", {"id": source, "title": title, "publisher": "not stated", "kind": "report"})
    network.has_nodes = bool(nodes)
    pieces = EvidenceImport(network)
    for sheet, prefix in evidence:
        for row in network_rows(sheet, EVIDENCE_HEADINGS, network.add, prefix):
            network.place = row.place()
            pieces.add_own(row)
    network.roles = people_by_edges(
        row for sheet, prefix in edges for row in network_rows(sheet, EDGE_HEADINGS, lambda _: None, prefix)
    )
    node_import = NodeImport(network, pieces)
    for sheet, prefix in nodes:
        for row in network_rows(sheet, NODE_HEADINGS, network.add, prefix):
            network.place = row.place()
            node_import.add(row)
    edge_import = EdgeImport(network, pieces, node_import)
    for sheet, prefix in edges:
        for row in network_rows(sheet, EDGE_HEADINGS, network.add, prefix):
            network.place = row.place()
            edge_import.add(row)
    _escape_formulas(network, printable(paths[0].name))
    return network


def _sheets(path: Path) -> list[Sheet]:
    """The sheets of a file: of tables, or of a network in JSON, GEXF or GraphML."""
    file, suffix = printable(path.name), path.suffix.lower()
    if suffix not in (*NETWORK_SUFFIXES, ".xml"):
        return sheets_of(path, path.name, pipe=True)
    try:
        data = read_file(path, MAX_NETWORK_SIZE, file, pipe=True)
    except DataError as refused:
        return [Sheet(file, findings=list(refused.findings), complete=False)]
    if suffix != ".json":
        suffix = _XML_TYPES.get(file_type(data) or "", suffix)
    if suffix == ".xml":
        form = file_type(data) or "of a form that is not known"
        fix = "A network is read from GEXF, GraphML, Kumu's JSON, CSV, TSV, .xlsx and .ods."
        return [Sheet(file).unreadable("network-form", f"The file is {form}.", fix)]
    return read_network(file, suffix, data)


def _sheets_by_content(
    network: ImportedNetwork, paths: Sequence[Path]
) -> tuple[list[SheetPrefix], list[SheetPrefix], list[SheetPrefix]]:
    """The sheets of nodes, of edges and of evidence, by their headings, each with the prefix of its evidence's ids."""
    nodes: list[SheetPrefix] = []
    edges: list[SheetPrefix] = []
    evidence: list[SheetPrefix] = []
    for number, sheet in enumerate((sheet for path in paths for sheet in _sheets(path)), 1):
        for finding in sheet.findings:
            network.add(finding)
        entry = sheet, "row" if number == 1 else f"s{number}-row"
        place = Place(sheet.file, sheet.rows[0][0] or None if sheet.rows else None, sheet=sheet.name)
        if sheet.rows and _is_for_people(sheet):
            message, fix = "The sheet was not read: its name says that it is for people.", "Nothing needs to be done."
            network.note("info", "sheet", message, place, None, fix)
        elif not is_evidence(sheet) and (table := _own_table(sheet)):
            message = f"This is the table {table} of a graph folder, not a list of nodes or edges."
            fix = "Put the file into the folder tables of a graph folder, and build that."
            network.note("error", "own-tables", message, place, None, fix)
        elif is_evidence(sheet):
            evidence.append(entry)
        elif is_edges(sheet):
            edges.append(entry)
        elif is_nodes(sheet):
            nodes.append(entry)
        elif sheet.complete and sheet.rows:
            message = "The headings are those of neither nodes nor edges."
            fix = _HEADINGS + (_NOT_READ if sheet.name is not None else "")
            network.note("error", "headings", message, place, None, fix)
    return nodes, edges, evidence


def _is_for_people(sheet: Sheet) -> bool:
    title = sheet.name or ""
    return title.startswith("#") or re.sub(r"[\W_]+", "", title).lower() in IGNORED_SHEETS


def _own_table(sheet: Sheet) -> str:
    """The table of a graph folder that a sheet is, by its name and its headings; "" for none."""
    name = table_named(sheet.name or Path(sheet.file).stem)
    headings = {normalise_heading(cell) for cell in sheet.rows[0][1]} if sheet.rows else set()
    return name if name in TABLE_SCHEMAS and headings.issuperset(TABLE_SCHEMAS[name].required) else ""


def _escape_formulas(network: ImportedNetwork, file: str) -> None:
    """Escape cells that a spreadsheet program would run as formulas: they come from a file of others."""
    number = 0
    for rows in network.rows.values():
        for row in rows:
            escaped = {column: escape_formula(cell) for column, cell in row.items()}
            number += escaped != row
            row.update(escaped)
    if number:
        message = f"In {number} row{'s' * (number != 1)} text looked like a formula; an apostrophe was put before it."
        fix = "Look at these rows, and take the apostrophe off where the text is harmless."
        network.note("warning", "formula", message, Place(file), None, fix)
