"""What is known while a network is imported: the rows of the new tables, the nodes by name and id, the findings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from partnergraph.errors import Finding, Place
from partnergraph.tables.suggestions import nearest
from partnergraph.vocabulary.slug import ascii_slug
from partnergraph.vocabulary.wordings import type_of_wording
from partnergraph.workbook.network_columns import NetworkRow
from partnergraph.workbook.network_people import role_beside

__all__ = ["TABLES", "ImportedNetwork"]

TABLES = (
    *("sources", "evidence", "organisations", "places", "undertakings", "groups", "names", "identifiers"),
    *("relationships", "events", "standing"),
)
_OWN_IRI = re.compile(r"(https?://.{1,300}/)id/(org|group|undertaking|place|rel)/([^/?#]+(?:/[^/?#]+)?)")
_MAX_HINTS = 50  # ends that are compared with up to 100 times as many nodes, each
# The forms of ids, as `graph_folder.cell_parser` reads them.
_ID = re.compile(r"[a-z0-9]+(?:-+[a-z0-9]+)*")
_LOOSE_ID = re.compile(r"[A-Za-z0-9]+(?:[-_]+[A-Za-z0-9]+)*")


@dataclass
class ImportedNetwork:
    """The rows of the new tables, and everything that was noticed while reading."""

    source: str
    rows: dict[str, list[dict[str, str]]] = field(default_factory=lambda: {name: [] for name in TABLES})
    ids: dict[str, str] = field(default_factory=dict)  # Id of a node in the file (label, without one) -> id of its row
    labels: dict[str, list[str]] = field(default_factory=dict)  # label -> the nodes that have it, by Id in the file
    folded: dict[str, str] = field(default_factory=dict)  # Id or label without case and blanks -> Id in the file
    names: dict[str, str] = field(default_factory=dict)  # of nodes, by the id of their rows
    tables: dict[str, str] = field(default_factory=dict)  # the table of each node, by the id of its row
    people: set[str] = field(default_factory=set)  # folded Ids and labels of persons, who are left out
    roles: dict[str, str] = field(default_factory=dict)  # personal names whose every edge is a role, with the role
    base: str = ""  # of the IRIs of our own export
    has_nodes: bool = False
    place: Place | None = None  # the row that is being read
    origins: dict[tuple[str, int], Place] = field(default_factory=dict)  # table and number of a new row -> where from
    # Rows of relationships by kind, both ends, dates and note.
    relationships: dict[tuple[str, ...], dict[str, str]] = field(default_factory=dict)
    # Of our own export: the evidence of each claim, by its IRI.
    evidence_of_claims: dict[str, list[str]] = field(default_factory=dict)
    used_ids: set[str] = field(default_factory=set)
    own_ids: set[tuple[str, str]] = field(default_factory=set)  # as they were in the graph that was exported, by table
    own_words: set[str] = field(default_factory=set)
    hints: int = 0  # ends that were compared with all nodes
    last_numbers: dict[str, int] = field(default_factory=dict)  # of ids with a number, the last number
    _noticed: dict[tuple[object, ...], tuple[Finding, int]] = field(default_factory=dict)

    @property
    def findings(self) -> list[Finding]:
        """Everything that was noticed; what is the same in many rows once, with their number."""
        findings = []
        for finding, number in self._noticed.values():
            more = f" The same in {number - 1:,} more row{'s' * (number > 2)}." if number > 1 else ""
            findings.append(replace(finding, message=finding.message + more))
        return findings

    @property
    def has_errors(self) -> bool:
        """Whether something that was noticed keeps the network from being imported."""
        return any(finding.severity == "error" for finding, _ in self._noticed.values())

    def add(self, finding: Finding) -> None:
        """Add something that was noticed."""
        place = finding.place
        where = (place.file, place.sheet, place.column) if place else ()
        key: tuple[object, ...] = (finding.rule, finding.message, where)
        if finding.severity == "error":
            key = (*key, place)
        first, number = self._noticed.get(key, (finding, 0))
        self._noticed[key] = first, number + 1

    def note(self, severity: str, rule: str, message: str, place: Place, value: str | None, fix: str) -> None:
        """Add something that was noticed at a place."""
        self.add(Finding(rule, severity, message, place, value[:200] if value else value, fix))

    def add_row(self, table: str, cells: dict[str, str]) -> None:
        """Add a row to a new table, made from the row that is being read."""
        self.rows[table].append(cells)
        if self.place is not None:
            self.origins[f"tables/{table}.csv", len(self.rows[table]) + 1] = self.place

    def original(self, finding: Finding) -> Finding:
        """What is wrong with a row of the new tables, at the row of the imported file that it was made from."""
        place = finding.place
        origin = self.origins.get((place.file, place.row or 0)) if place else None
        if place is None or origin is None:
            return finding
        column = f", {place.column}" if place.column else ""
        return replace(finding, place=origin, message=f"{finding.message} (As a row of {place.file}{column}.)")

    def is_person(self, label: str, type_: str, place: Place) -> bool:
        """Whether a role stands beside a personal name; that it was left out is then a finding."""
        if type_of_wording(type_):
            return False
        role = role_beside(label, type_) or ("" if type_ else self.roles.get(label, ""))
        if not role:
            return False
        message = f"'{label}' was taken for a person, as '{role}' stands beside the name, and was left out."
        fix = "Name the body that the person acts for. Is it an organisation? List it among the nodes, with its type."
        self.note("warning", "person", message, place, label, fix)
        self.people.add(fold(label))
        return True

    def busiest(self) -> str:
        """The name of the organisation with the most relationships, the first of several; "" for none."""
        ends = Counter(row[end] for row in self.rows["relationships"] for end in ("from", "to"))
        names = {row["id"]: row["name"] for row in self.rows["organisations"]}
        return names[max(names, key=lambda slug: ends[slug])] if names else ""

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

    def own_id(self, table: str, wanted: str) -> str:
        """An id as it was in a table, where it has the form of one and is free; otherwise an empty text."""
        form = _LOOSE_ID if table in ("evidence", "sources") else _ID
        is_taken = (table, wanted) in self.own_ids or (wanted in self.used_ids and wanted not in self.own_words)
        if is_taken or not form.fullmatch(wanted):
            return ""
        self.own_ids.add((table, wanted))
        self.own_words.add(wanted)
        self.used_ids.add(wanted)
        return wanted

    def own_parts(self, iri: str) -> tuple[str, str]:
        """The kind of record and the id of an IRI of our own export; two empty texts for any other."""
        match = _OWN_IRI.fullmatch(iri)
        if match is None or (self.base and match[1] != self.base):
            return "", ""
        self.base = match[1]
        return match[2], match[3]

    def add_row_evidence(self, row: NetworkRow, says: str, **more: str) -> str:
        """Evidence that a row of the imported file says something; returns its id."""
        slug = self.new_id(f"{row.prefix}-{row.number}", "row")
        cells = {"id": slug, "source": self.source, "basis": "stated", "confidence": "medium", "says": says}
        self.add_row("evidence", cells | more)
        return slug

    def add_node(self, table: str, key: str, label: str, cells: Mapping[str, str], wanted: str = "") -> str:
        """Add the row of a node to its table; returns its id."""
        slug = self.own_id(table, wanted) or self.new_id(label, f"body-{len(self.ids) + 1}")
        self.ids[key], self.names[slug], self.tables[slug] = slug, label, table
        self.labels.setdefault(label, []).append(key)
        self.folded.setdefault(fold(key), key)
        self.folded.setdefault(fold(label), key)
        self.add_row(table, {"id": slug, "name": label, **cells})
        return slug

    def same_but_case(self, label: str) -> str | None:
        """What the file calls a node whose label is the same but for case and blanks, None where there is none."""
        other = self.folded.get(fold(label))
        return other if other != label else None

    def node_id(self, end: str, place: Place) -> str:
        """The id of the row of a node by its id or label, "" for one that is not known. Says what is in doubt."""
        if end in self.ids:
            return self.ids[end]
        keys = self.labels.get(end, [])
        if len(keys) > 1:
            message, fix = (
                f"'{end}' is the label of {len(keys)} nodes.",
                f"Write the Id of one of them: {', '.join(keys[:5])}.",
            )
            self.note("error", "ambiguous-end", message, place, end, fix)
        elif not keys and (other := self.folded.get(fold(end))) is not None:
            name = self.names[self.ids[other]] if fold(other) != fold(end) else other
            message = f"'{end}' and '{name}' differ only in case or blanks; they were read as one node."
            self.note("warning", "label-case", message, place, end, "Write it in one way, if they are one.")
            keys = [other]
        if keys:
            return self.ids[keys[0]]
        if self.has_nodes:
            self.hints += 1
            near = (
                nearest(end[:100], [*self.ids, *self.labels])
                if self.hints <= _MAX_HINTS >= len(self.ids) / 100
                else None
            )
            hint = f"Did you mean '{near}'? " if near else ""
            message = f"'{end}' is not among the nodes; an organisation was made of it."
            self.note(
                "warning", "unknown-end", message, place, end, f"{hint}Add it to the nodes, or mend its spelling."
            )
        return ""


def fold(text: str) -> str:
    """A label without case and with single blanks."""
    return " ".join(text.split()).casefold()


def join_notes(parts: Sequence[str]) -> str:
    """Notes as one text, each once, without those that are empty."""
    return " ".join(dict.fromkeys(part for part in parts if part))
