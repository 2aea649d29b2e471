"""Lists of nodes and edges, as Kumu and Gephi keep them -> the tables of a new graph folder.

What cannot be mapped is not guessed: a label that is no kind of ours becomes an association with the label in its note.
"""

from __future__ import annotations

import re
import unicodedata
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

__all__ = ["ImportedNetwork", "import_network"]

FROM, TO = ("from", "source"), ("to", "target")
LABEL = ("label", "name")
NODE = ("id", *LABEL, "type", "description")
EDGE = (*FROM, *TO, "type", "label", "description", "id")
PEOPLE = ("person", "people", "individual", "contact", "human")
_DIRECTIONS = ("directed", "undirected", "mutual", "")
_MAX_LENGTH = 2_000


@dataclass
class ImportedNetwork:
    """The rows of the new tables, and everything that was noticed on the way."""

    source: str
    rows: dict[str, list[dict[str, str]]] = field(
        default_factory=lambda: {name: [] for name in ("sources", "evidence", "organisations", "relationships")}
    )
    findings: list[Finding] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)  # what the file calls a node -> the id of its organisation
    names: dict[str, str] = field(default_factory=dict)
    people: set[str] = field(default_factory=set)
    claims: dict[tuple[str, str, str, str], dict[str, str]] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    last: dict[str, int] = field(default_factory=dict)  # of ids with a number, the last number

    def say(self, severity: str, rule: str, message: str, place: Place, value: str | None, fix: str) -> None:
        """Note something."""
        short = value[:200] if value else value
        self.findings.append(Finding(rule, severity, message, place, short, fix))

    def mint(self, text: str, otherwise: str) -> str:
        """An id made of a text, that nothing else has."""
        bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
        slug = re.sub(r"[^a-z0-9]+", "-", bare).strip("-")[:80].strip("-") or otherwise
        number = self.last.get(slug, 0) + 1
        fresh = slug if number == 1 else f"{slug}-{number}"
        while fresh in self.taken:
            number += 1
            fresh = f"{slug}-{number}"
        self.last[slug] = number
        self.taken.add(fresh)
        return fresh

    @cached_property
    def kinds(self) -> dict[str, tuple[str, bool]]:
        """Every code, label and wording of a kind of relationship -> its code, and whether the ends change places."""
        found: dict[str, tuple[str, bool]] = {}
        for concept in concepts("relationship-kind"):
            for text in (concept.code, concept.label, concept.forward):
                found.setdefault(_plain(text or ""), (concept.code, False))
            found.setdefault(_plain(concept.inverse or ""), (concept.code, True))
        return found

    @cached_property
    def types(self) -> dict[str, str]:
        """Every code and label of a type of organisation -> its code."""
        return {
            _plain(text): concept.code for concept in concepts("org-type") for text in (concept.code, concept.label)
        }


def import_network(paths: Sequence[Path], source: str) -> ImportedNetwork:
    """What files of nodes and edges say. Errors are among the findings; nothing is raised for them."""
    made = ImportedNetwork(source)
    nodes: list[tuple[Sheet, str]] = []
    edges: list[tuple[Sheet, str]] = []
    number = 0
    for path in paths:
        for sheet in sheets_of(path, path.name, pipe=True):
            made.findings += sheet.findings
            number += 1
            names = [normalise_heading(cell) for cell in sheet.rows[0][1]] if sheet.rows else []
            prefix = "row" if number == 1 else f"s{number}-row"
            if {*FROM} & {*names} and {*TO} & {*names}:
                edges.append((sheet, prefix))
            elif {*LABEL, "id"} & {*names}:
                nodes.append((sheet, prefix))
            elif sheet.complete and sheet.rows:
                fix = "Headings of edges: From and To, or Source and Target. Headings of nodes: Label, or Id."
                message = "The headings are those of neither nodes nor edges."
                made.say("error", "headings", message, Place(sheet.file, sheet.rows[0][0], sheet=sheet.name), None, fix)
    if not edges and not any(finding.severity == "error" for finding in made.findings):
        fix = "Give a sheet or a file with the headings From and To, or Source and Target."
        made.say("error", "no-edges", "There is no list of edges.", Place(paths[0].name), None, fix)
    title = ", ".join(printable(path.name) for path in paths)
    made.rows["sources"].append({"id": source, "title": title, "publisher": "not stated", "kind": "report"})
    for sheet, prefix in nodes:
        for line in _lines(made, sheet, NODE):
            _node(made, line, prefix)
    for sheet, prefix in edges:
        for line in _lines(made, sheet, EDGE):
            _edge(made, line, prefix)
    _guard(made, paths[0].name)
    return made


def _guard(made: ImportedNetwork, file: str) -> None:
    """Nothing that came from a file of others runs when a keeper opens the new tables in a spreadsheet program."""
    number = 0
    for rows in made.rows.values():
        for row in rows:
            guarded = {column: escape_formula(cell) for column, cell in row.items()}
            number += guarded != row
            row.update(guarded)
    if number:
        message = f"In {number} row{'s' * (number != 1)} text looked like a formula; an apostrophe was put before it."
        fix = "Look at these rows, and take the apostrophe off where the text is harmless."
        made.say("warning", "formula", message, Place(file), None, fix)


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


def _lines(made: ImportedNetwork, sheet: Sheet, known: Sequence[str]) -> Iterator[_ImportedRow]:
    top, first = sheet.rows[0]
    names = [normalise_heading(cell) for cell in first]
    columns = {name: index for index, name in reversed([*enumerate(names, 1)]) if name}
    left = [cell.strip()[:60] for cell, name in zip(first, names, strict=True) if name and name not in known]
    if left:
        message = f"Not taken over: {', '.join(left[:20])}{' and more' if len(left) > 20 else ''}."
        fix = "Add what matters to the tables by hand, with its evidence."
        made.say("info", "columns-left-out", message, Place(sheet.file, top, sheet=sheet.name), None, fix)
    for number, cells in sheet.rows[1:]:
        kept: dict[str, str] = {}
        for index, (name, cell) in enumerate(zip(names, cells, strict=False), 1):
            if name not in known or columns[name] != index:
                continue
            if isinstance(cell, ErrorCell):
                place = Place(sheet.file, number, name, sheet.name, f"{letters(index)}{number}")
                made.say("error", cell.rule, cell.message, place, str(cell), cell.fix)
            else:
                kept[name] = re.sub(r"[\x00-\x1f\x7f\ud800-\udfff\s]+", " ", cell).strip()[:_MAX_LENGTH]
        if any(kept.values()):
            yield _ImportedRow(sheet, number, kept, columns)


def _plain(text: str) -> str:
    return re.sub(r"[\s_-]+", " ", text).strip().lower()


def _where(line: _ImportedRow) -> str:
    sheet = f', sheet "{line.sheet.name}"' if line.sheet.name is not None else ""
    return f"Row {line.number} of {line.sheet.file}{sheet}"


def _evidence(made: ImportedNetwork, line: _ImportedRow, prefix: str, says: str) -> str:
    slug = f"{prefix}-{line.number}"
    made.rows["evidence"].append(
        {"id": slug, "source": made.source, "basis": "stated", "confidence": "medium", "says": says}
    )
    return slug


def _node(made: ImportedNetwork, line: _ImportedRow, prefix: str) -> None:
    label, key = line.get(*LABEL) or line.get("id"), line.get("id") or line.get(*LABEL)
    if key in made.ids or key in made.people:
        message, fix = f"'{key}' is listed twice; the first row was taken.", "Give one of them another name or Id."
        made.say("warning", "node-twice", message, line.place("id", *LABEL), key, fix)
        return
    kind = line.get("type")
    if _plain(kind) in PEOPLE:
        message = f"'{label}' is a person, and was left out with every edge to it."
        fix = "partnergraph keeps organisations; name the body that the person acts for."
        made.say("warning", "person", message, line.place("type"), label, fix)
        made.people |= {key, label}
        return
    evidence = _evidence(made, line, prefix, f"{_where(line)} lists {label}.")
    code = made.types.get(_plain(kind), "")
    if kind and not code:
        message = f"'{kind}' is no type of organisation of ours; 'stakeholder' was written."
        made.say("warning", "unknown-type", message, line.place("type"), kind, "partnergraph kinds --list org-type")
    slug = _organisation(made, key, label, code, line.get("description"), evidence)
    made.ids.setdefault(label, slug)


def _organisation(made: ImportedNetwork, key: str, label: str, code: str, description: str, evidence: str) -> str:
    slug = made.mint(label, f"body-{len(made.ids) + 1}")
    made.ids[key], made.names[slug] = slug, label
    row = {"id": slug, "name": label, "form": "organisation", "type": code or "stakeholder"}
    made.rows["organisations"].append(row | {"description": description, "evidence": evidence})
    return slug


def _edge(made: ImportedNetwork, line: _ImportedRow, prefix: str) -> None:
    ends = line.get(*FROM), line.get(*TO)
    for names, end in zip((FROM, TO), ends, strict=True):
        if not end:
            message, fix = "The edge has only one end.", "Write the other one, or delete the row."
            made.say("error", "missing-value", message, line.place(*names), None, fix)
    if not all(ends) or {*ends} & made.people:
        return
    if ends[0] == ends[1]:
        message = f"'{ends[0]}' is joined to itself; the row was left out."
        made.say("warning", "to-itself", message, line.place(*TO), ends[1], "Mend one end if another was meant.")
        return
    kind = line.get("type")
    label = line.get("label") if _plain(kind) in _DIRECTIONS else kind
    code, swap = made.kinds.get(_plain(label), ("", False)) if label else ("", False)
    if label and not code:
        message = (
            f"'{label}' is no kind of relationship of ours; 'association' was written, with the label in its note."
        )
        made.say("warning", "unknown-kind", message, line.place("type", "label"), label, "partnergraph kinds")
    shown = [made.names.get(made.ids.get(end, ""), end) for end in ends]
    said = f"{_where(line)} links {shown[0]} to {shown[1]}" + (f": '{label}'." if label else ".")
    evidence = _evidence(made, line, prefix, said)
    slugs = [made.ids.get(end) or _organisation(made, end, end, "", "", evidence) for end in ends]
    if swap:
        slugs.reverse()
    notes = [f"Called '{label}' in the imported file."] if label and not code else []
    notes += [line.get("description")] if line.get("description") else []
    note = " ".join(notes)
    claim = (code or "association", slugs[0], slugs[1], note)
    if claim in made.claims:
        made.claims[claim]["evidence"] += f"; {evidence}"
        return
    row = {"id": made.mint("", f"{claim[0]}--{slugs[0]}--{slugs[1]}"), "kind": claim[0], "from": slugs[0]}
    made.claims[claim] = row | {"to": slugs[1], "evidence": evidence, "note": note}
    made.rows["relationships"].append(made.claims[claim])
