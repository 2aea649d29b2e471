"""Lists of nodes and edges, as Kumu and Gephi keep them -> the tables of a new graph folder.

What cannot be mapped is not guessed: a label that is no kind of ours becomes an association with the label in its note.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from partnergraph.errors import Finding, Place, letters
from partnergraph.reading import printable
from partnergraph.spreadsheet_safety import escape_formula
from partnergraph.tables.sheet import ErrorCell, Sheet
from partnergraph.tables.table import normalise_heading
from partnergraph.tables.table_files import sheets_of
from partnergraph.vocabulary import concepts
from partnergraph.workbook.slug import ascii_slug

__all__ = ["ImportedNetwork", "import_network"]

FROM, TO = ("from", "source"), ("to", "target")
LABEL = ("label", "name")
NODE = ("id", *LABEL, "type", "description")
EDGE = (*FROM, *TO, "type", "label", "description", "id")
PEOPLE = ("person", "people", "individual", "contact", "human")
# What the type of an edge says of its direction, which is no kind of relationship.
_NOT_KINDS = ("directed", "undirected", "mutual", "")
_MAX_LENGTH = 2_000  # characters of a cell
SheetPrefix = tuple[Sheet, str]


@dataclass
class ImportedNetwork:
    """The rows of the new tables, and everything that was noticed while reading."""

    source: str
    rows: dict[str, list[dict[str, str]]] = field(
        default_factory=lambda: {name: [] for name in ("sources", "evidence", "organisations", "relationships")}
    )
    findings: list[Finding] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)  # what the file calls a node -> the id of its organisation
    names: dict[str, str] = field(default_factory=dict)  # of organisations by id
    people: set[str] = field(default_factory=set)
    # Rows of relationships by kind, both ends and note.
    relationships: dict[tuple[str, str, str, str], dict[str, str]] = field(default_factory=dict)
    used_ids: set[str] = field(default_factory=set)
    last_numbers: dict[str, int] = field(default_factory=dict)  # of ids with a number, the last number

    def add_finding(self, severity: str, rule: str, message: str, place: Place, value: str | None, fix: str) -> None:
        """Add something that was noticed."""
        short = value[:200] if value else value
        self.findings.append(Finding(rule, severity, message, place, short, fix))

    def new_id(self, text: str, default: str) -> str:
        """An id made of a text (of `default`, where the text gives none), that nothing else has."""
        stem = ascii_slug(text)[:80].strip("-") or default
        number = self.last_numbers.get(stem, 0) + 1
        slug = stem if number == 1 else f"{stem}-{number}"
        while slug in self.used_ids:
            number += 1
            slug = f"{stem}-{number}"
        self.last_numbers[stem] = number
        self.used_ids.add(slug)
        return slug

    @cached_property
    def kinds(self) -> dict[str, tuple[str, bool]]:
        """Every code, label and wording of a kind of relationship -> its code, and whether the ends change places."""
        kinds: dict[str, tuple[str, bool]] = {}
        for concept in concepts("relationship-kind"):
            for text in (concept.code, concept.label, concept.forward):
                kinds.setdefault(_fold(text or ""), (concept.code, False))
            kinds.setdefault(_fold(concept.inverse or ""), (concept.code, True))
        return kinds

    @cached_property
    def types(self) -> dict[str, str]:
        """Every code and label of a type of organisation -> its code."""
        return {_fold(text): concept.code for concept in concepts("org-type") for text in (concept.code, concept.label)}


def import_network(paths: Sequence[Path], source: str) -> ImportedNetwork:
    """What files of nodes and edges say. Errors are among the findings; nothing is raised for them."""
    network = ImportedNetwork(source)
    nodes, edges = _sheets_by_content(network, paths)
    if not edges and not any(finding.severity == "error" for finding in network.findings):
        fix = "Give a sheet or a file with the headings From and To, or Source and Target."
        network.add_finding("error", "no-edges", "There is no list of edges.", Place(paths[0].name), None, fix)
    title = ", ".join(printable(path.name) for path in paths)
    network.rows["sources"].append({"id": source, "title": title, "publisher": "not stated", "kind": "report"})
    for sheet, prefix in nodes:
        for row in _rows(network, sheet, NODE):
            _add_node(network, row, prefix)
    for sheet, prefix in edges:
        for row in _rows(network, sheet, EDGE):
            _add_edge(network, row, prefix)
    _escape_formulas(network, paths[0].name)
    return network


def _sheets_by_content(network: ImportedNetwork, paths: Sequence[Path]) -> tuple[list[SheetPrefix], list[SheetPrefix]]:
    """The sheets of nodes and those of edges, by their headings, each with the prefix of the ids of its evidence."""
    nodes: list[SheetPrefix] = []
    edges: list[SheetPrefix] = []
    sheets = (sheet for path in paths for sheet in sheets_of(path, path.name, pipe=True))
    for number, sheet in enumerate(sheets, 1):
        network.findings += sheet.findings
        names = {normalise_heading(cell) for cell in sheet.rows[0][1]} if sheet.rows else set()
        prefix = "row" if number == 1 else f"s{number}-row"
        if {*FROM} & names and {*TO} & names:
            edges.append((sheet, prefix))
        elif {*LABEL, "id"} & names:
            nodes.append((sheet, prefix))
        elif sheet.complete and sheet.rows:
            fix = "Headings of edges: From and To, or Source and Target. Headings of nodes: Label, or Id."
            message = "The headings are those of neither nodes nor edges."
            place = Place(sheet.file, sheet.rows[0][0], sheet=sheet.name)
            network.add_finding("error", "headings", message, place, None, fix)
    return nodes, edges


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
        network.add_finding("warning", "formula", message, Place(file), None, fix)


@dataclass(frozen=True)
class _ImportedRow:
    sheet: Sheet
    number: int
    cells: dict[str, str]
    columns: dict[str, int]

    def get(self, *names: str) -> str:
        return next((self.cells[name] for name in names if self.cells.get(name)), "")

    def place(self, *names: str) -> Place:
        column = next((name for name in names if name in self.columns), None)
        return Place(self.sheet.file, self.number, sheet=self.sheet.name, columns=self.columns).at(column)


def _rows(network: ImportedNetwork, sheet: Sheet, known: Sequence[str]) -> Iterator[_ImportedRow]:
    """The rows below the headings, with the cells of the known columns; the first of two columns of one name."""
    top, headings = sheet.rows[0]
    names = [normalise_heading(cell) for cell in headings]
    columns = {name: index for index, name in reversed([*enumerate(names, 1)]) if name}
    unknown = [cell.strip()[:60] for cell, name in zip(headings, names, strict=True) if name and name not in known]
    if unknown:
        message = f"Not taken over: {', '.join(unknown[:20])}{' and more' if len(unknown) > 20 else ''}."
        fix = "Add what matters to the tables by hand, with its evidence."
        network.add_finding("info", "columns-left-out", message, Place(sheet.file, top, sheet=sheet.name), None, fix)
    for number, cells in sheet.rows[1:]:
        texts: dict[str, str] = {}
        for index, (name, cell) in enumerate(zip(names, cells, strict=False), 1):
            if name not in known or columns[name] != index:
                continue
            if isinstance(cell, ErrorCell):
                place = Place(sheet.file, number, name, sheet.name, f"{letters(index)}{number}")
                network.add_finding("error", cell.rule, cell.message, place, str(cell), cell.fix)
            else:
                texts[name] = re.sub(r"[\x00-\x1f\x7f\ud800-\udfff\s]+", " ", cell).strip()[:_MAX_LENGTH]
        if any(texts.values()):
            yield _ImportedRow(sheet, number, texts, columns)


def _fold(text: str) -> str:
    return re.sub(r"[\s_-]+", " ", text).strip().lower()


def _place_in_words(row: _ImportedRow) -> str:
    sheet = f', sheet "{row.sheet.name}"' if row.sheet.name is not None else ""
    return f"Row {row.number} of {row.sheet.file}{sheet}"


def _add_evidence(network: ImportedNetwork, row: _ImportedRow, prefix: str, says: str) -> str:
    slug = f"{prefix}-{row.number}"
    network.rows["evidence"].append(
        {"id": slug, "source": network.source, "basis": "stated", "confidence": "medium", "says": says}
    )
    return slug


def _add_node(network: ImportedNetwork, row: _ImportedRow, prefix: str) -> None:
    label, key = row.get(*LABEL) or row.get("id"), row.get("id") or row.get(*LABEL)
    if key in network.ids or key in network.people:
        message, fix = f"'{key}' is listed twice; the first row was taken.", "Give one of them another name or Id."
        network.add_finding("warning", "node-twice", message, row.place("id", *LABEL), key, fix)
        return
    kind = row.get("type")
    if _fold(kind) in PEOPLE:
        message = f"'{label}' is a person, and was left out with every edge to it."
        fix = "partnergraph keeps organisations; name the body that the person acts for."
        network.add_finding("warning", "person", message, row.place("type"), label, fix)
        network.people |= {key, label}
        return
    evidence = _add_evidence(network, row, prefix, f"{_place_in_words(row)} lists {label}.")
    code = network.types.get(_fold(kind), "")
    if kind and not code:
        message = f"'{kind}' is no type of organisation of ours; 'stakeholder' was written."
        fix = "partnergraph kinds --list org-type"
        network.add_finding("warning", "unknown-type", message, row.place("type"), kind, fix)
    slug = _add_organisation(network, key, label, code, row.get("description"), evidence)
    network.ids.setdefault(label, slug)


def _add_organisation(
    network: ImportedNetwork, key: str, label: str, code: str, description: str, evidence: str
) -> str:
    slug = network.new_id(label, f"body-{len(network.ids) + 1}")
    network.ids[key], network.names[slug] = slug, label
    row = {"id": slug, "name": label, "form": "organisation", "type": code or "stakeholder"}
    network.rows["organisations"].append(row | {"description": description, "evidence": evidence})
    return slug


def _add_edge(network: ImportedNetwork, row: _ImportedRow, prefix: str) -> None:
    ends = row.get(*FROM), row.get(*TO)
    if not _is_edge(network, row, ends):
        return
    code, is_inverse, label = _kind(network, row)
    names = [network.names.get(network.ids.get(end, ""), end) for end in ends]
    says = f"{_place_in_words(row)} links {names[0]} to {names[1]}" + (f": '{label}'." if label else ".")
    evidence = _add_evidence(network, row, prefix, says)
    slugs = [network.ids.get(end) or _add_organisation(network, end, end, "", "", evidence) for end in ends]
    if is_inverse:
        slugs.reverse()
    notes = [f"Called '{label}' in the imported file." if label and not code else "", row.get("description")]
    note = " ".join(filter(None, notes))
    key = (code or "association", slugs[0], slugs[1], note)
    if key in network.relationships:
        network.relationships[key]["evidence"] += f"; {evidence}"
        return
    slug = network.new_id("", f"{key[0]}--{slugs[0]}--{slugs[1]}")
    cells = {"id": slug, "kind": key[0], "from": slugs[0], "to": slugs[1], "evidence": evidence, "note": note}
    network.relationships[key] = cells
    network.rows["relationships"].append(cells)


def _is_edge(network: ImportedNetwork, row: _ImportedRow, ends: tuple[str, str]) -> bool:
    """Whether a row joins two bodies; what is wrong with it, is added to the findings."""
    for names, end in zip((FROM, TO), ends, strict=True):
        if not end:
            message, fix = "The edge has only one end.", "Write the other one, or delete the row."
            network.add_finding("error", "missing-value", message, row.place(*names), None, fix)
    if not all(ends) or {*ends} & network.people:
        return False
    if ends[0] == ends[1]:
        message, fix = f"'{ends[0]}' is joined to itself; the row was left out.", "Mend one end if another was meant."
        network.add_finding("warning", "to-itself", message, row.place(*TO), ends[1], fix)
    return ends[0] != ends[1]


def _kind(network: ImportedNetwork, row: _ImportedRow) -> tuple[str, bool, str]:
    """The code of the kind of a relationship ("" if unknown), whether its ends change places, and the file's label."""
    type_ = row.get("type")
    label = row.get("label") if _fold(type_) in _NOT_KINDS else type_
    code, is_inverse = network.kinds.get(_fold(label), ("", False)) if label else ("", False)
    if label and not code:
        message = (
            f"'{label}' is no kind of relationship of ours; 'association' was written, with the label in its note."
        )
        place = row.place("type", "label")
        network.add_finding("warning", "unknown-kind", message, place, label, "partnergraph kinds")
    return code, is_inverse, label
