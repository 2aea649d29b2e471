"""Edges of an imported network -> relationships, changes of bodies, and decisions about claims."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from partnergraph.vocabulary import concepts
from partnergraph.vocabulary.wordings import KindWording, kind_of_wording, normalise_wording
from partnergraph.workbook.imported_network import ImportedNetwork, fold, join_notes
from partnergraph.workbook.network_columns import NO_NAME, NetworkRow
from partnergraph.workbook.network_evidence import EvidenceImport, date_cells, pieces_of
from partnergraph.workbook.network_nodes import NodeImport

__all__ = ["EdgeImport"]

# What the type of an edge says of its direction, which is no kind of relationship.
_DIRECTIONS = ("directed", "undirected", "mutual", "")
# Kinds that rules write alone; from a map they are no claims.
_DERIVED = ("co-membership", "member-through-unit", "funding-through", "funding-channel")
_DATES = ("start", "end", "date_note")


class EdgeImport:
    """Makes rows of relationships and events out of rows of edges."""

    def __init__(self, network: ImportedNetwork, evidence: EvidenceImport, nodes: NodeImport) -> None:
        self.network, self.evidence, self.nodes = network, evidence, nodes
        self.roles = {text: concept.code for concept in concepts("role") for text in (concept.code, concept.label)}
        self.symmetric = {concept.code for concept in concepts("relationship-kind") if concept.symmetric}
        self.changes: dict[tuple[str, ...], dict[str, str]] = {}  # events by one side, date, evidence and note
        self.standings = {concept.code for concept in concepts("standing")} - {"accepted"}

    def add(self, row: NetworkRow) -> None:
        """Take over an edge, or say why not."""
        ends = row.get("from"), row.get("to")
        if not self._has_ends(row, ends):
            return
        kind, labels = self._kind(row)
        if row.get("derived").lower() == "true" and kind.code != "succession":
            message = "A link that rules derive was not taken over; each build derives it anew."
            self.network.note("info", "derived", message, row.place("derived"), None, "Nothing needs to be done.")
            return
        slugs = [
            self.network.node_id(end, row.place(meaning)) for end, meaning in zip(ends, ("from", "to"), strict=True)
        ]
        if all(slugs) and slugs[0] == slugs[1]:
            self._joined_to_itself(row, ends[1])
            return
        evidence = self._evidence(row, ends, slugs)
        for index in range(2):
            slugs[index] = slugs[index] or self._add_end(row, kind, index, evidence)
        if kind.inverse:
            slugs.reverse()
        self._direction(row, kind)
        code, labels = self._usable(row, kind, labels, slugs)
        if code == "succession":
            self._add_change(row, slugs, labels, evidence)
        else:
            self._add_relationship(row, code, slugs, labels, evidence)

    def _has_ends(self, row: NetworkRow, ends: tuple[str, str]) -> bool:
        """Whether a row joins two bodies; what is wrong with it, is added to the findings."""
        network = self.network
        for meaning, end in zip(("from", "to"), ends, strict=True):
            if not end:
                message, fix = "The edge has only one end.", "Write the other one, or delete the row."
                network.note("error", "missing-value", message, row.place(meaning), None, fix)
        if not all(ends):
            return False
        for meaning, end in zip(("from", "to"), ends, strict=True):
            is_known = end in network.ids or fold(end) in network.folded or fold(end) in network.people
            if not is_known and network.is_person(end, "", row.place(meaning)):
                return False
        if {*map(fold, ends)} & network.people:
            message, fix = "An edge to a person was left out.", "Name the body that the person acts for."
            network.note("info", "person-edge", message, row.place("to"), None, fix)
            return False
        if {*ends} & {*NO_NAME}:
            message = "An end of the edge is an address or a number of a person; the row was left out."
            network.note("warning", "person", message, row.place("from"), None, "Name the body instead.")
            return False
        if ends[0] == ends[1]:
            self._joined_to_itself(row, ends[1])
        return ends[0] != ends[1]

    def _joined_to_itself(self, row: NetworkRow, end: str) -> None:
        message, fix = f"'{end}' is joined to itself; the row was left out.", "Mend one end if another was meant."
        self.network.note("warning", "to-itself", message, row.place("to"), end, fix)

    def _kind(self, row: NetworkRow) -> tuple[KindWording, list[str]]:
        """The kind of a relationship, and what the file says of it besides. Without a known one: an association."""
        texts = [text for text in row.texts("kind") if normalise_wording(text) not in _DIRECTIONS]
        kinds = [(text, kind) for text in texts if (kind := kind_of_wording(text))]
        if not kinds:
            if texts:
                message = f"'{texts[0]}' is no kind of relationship of ours; 'association' was written, "
                message += "with the label in its note."
                fix = "partnergraph kinds lists the kinds; write one of their words."
                self.network.note("warning", "unknown-kind", message, row.place("kind"), texts[0], fix)
            return KindWording("association", False), texts
        first = kinds[0][1]
        others = [text for text, kind in kinds[1:] if kind != first and "association" not in (kind.code, first.code)]
        if first.code == "association" and (closer := [kind for _, kind in kinds if kind.code != "association"]):
            first = closer[0]
        if others:
            message = f"'{kinds[0][0]}' was taken for the kind; '{others[0]}' stands in the note."
            fix = "Write a second row, if both are meant."
            self.network.note("warning", "two-kinds", message, row.place("kind"), others[0], fix)
        return first, [text for text in texts if kind_of_wording(text) != first]

    def _evidence(self, row: NetworkRow, ends: tuple[str, str], slugs: Sequence[str]) -> str:
        own = self.evidence.of_own_row(row, row.get("id"))
        if own:
            return own
        names = [self.network.names.get(slug, end) for slug, end in zip(slugs, ends, strict=True)]
        texts = [text for text in row.texts("kind") if normalise_wording(text) not in _DIRECTIONS]
        says = f"links {names[0]} to {names[1]}" + (f": '{'; '.join(texts)}'." if texts else ".")
        return self.evidence.of_row(row, says)

    def _add_end(self, row: NetworkRow, kind: KindWording, index: int, evidence: str) -> str:
        """The row of an end that is among no nodes: an organisation, or the place where a body is."""
        meaning = ("from", "to")[index]
        end = row.get(meaning)
        if self.network.own_parts(end)[0]:  # the edges of our own export, without its nodes
            cells = {"id": [("", end)], "label": [("", row.get(f"{meaning}_label") or end)]}
            self.nodes.add(replace(row, cells=cells))
            return self.network.ids[end]
        if kind.code == "location" and index == 1:
            return self.network.add_node("places", end, end, {"evidence": evidence})
        cells_of_body = {"form": "organisation", "type": "stakeholder", "description": "", "evidence": evidence}
        return self.network.add_node("organisations", end, end, cells_of_body)

    def _direction(self, row: NetworkRow, kind: KindWording) -> None:
        text = row.get("direction")
        if normalise_wording(text) not in _DIRECTIONS:
            message, fix = (
                f"'{text}' is no direction that is known; the edge was read from From to To.",
                "Write directed.",
            )
            self.network.note("warning", "direction", message, row.place("direction"), text, fix)
        words = [text, *row.texts("kind")]
        direction = next((text for text in map(normalise_wording, words) if text in ("undirected", "mutual")), "")
        if direction and kind.code not in self.symmetric:
            message = (
                f"The edge is {direction}, but its kind, {kind.code}, has a direction; it was read from From to To."
            )
            fix = "Turn the row round, or write a second one, if the other direction is meant."
            self.network.note("warning", "direction", message, row.place("direction"), direction, fix)

    def _usable(
        self, row: NetworkRow, kind: KindWording, labels: list[str], slugs: Sequence[str]
    ) -> tuple[str, list[str]]:
        """The kind as a table may hold it; of another one, its words go to the note of an association."""
        tables = [self.network.tables[slug] for slug in slugs]
        reason = ""
        if kind.code in _DERIVED:
            reason = "rules write it alone"
        elif kind.code == "location" and tables[1] != "places":
            reason = "it goes to a place"
        elif kind.code == "succession" and {*tables} != {"organisations"}:
            reason = "it is between organisations"
        elif kind.code != "location" and tables[1] == "places":
            reason = "what goes to a place is a location"
        if not reason:
            return kind.code, labels
        text = row.get("kind")
        message = f"'{text}' cannot be taken over as {kind.code}, for {reason}; 'association' was written."
        self.network.note("warning", "kind", message, row.place("kind"), text, "partnergraph kinds")
        return "association", [*row.texts("kind")]

    def _note(self, row: NetworkRow, labels: Sequence[str]) -> str:
        called = " ".join(f"Called '{label}' in the imported file." for label in dict.fromkeys(labels))
        tags = [tag for text in row.texts("tags") for tag in pieces_of(text)]
        return join_notes([called, *row.texts("note"), f"Tags: {', '.join(tags)}." if tags else ""])

    def _add_change(self, row: NetworkRow, slugs: Sequence[str], labels: Sequence[str], evidence: str) -> None:
        dates = date_cells(self.network, row)
        before, after = slugs
        date = dates.get("start", dates.get("end", ""))
        note = join_notes([self._note(row, labels), dates.get("date_note", "")])
        more = date, evidence, note, row.get("standing")
        merger, split = ("to", after, *more), ("from", before, *more)
        for key, column, other, kind in ((merger, "from", before, "merger"), (split, "to", after, "split")):
            # One event with several bodies on one side, which our own export writes as a link for each of them.
            if (event := self.changes.get(key)) is not None and ";" not in event[key[0]]:
                event[column] += f"; {other}"
                event["kind"] = kind
                return
        cells = {"id": self.network.new_id("", f"change--{before}--{after}"), "kind": "change", "from": before}
        cells |= {"to": after, "date": date, "evidence": evidence, "note": note}
        self.changes[merger] = self.changes[split] = cells
        self.network.add_row("events", cells)
        self._add_standing(row, cells["id"])

    def _add_relationship(
        self, row: NetworkRow, code: str, slugs: Sequence[str], labels: Sequence[str], evidence: str
    ) -> None:
        network, note = self.network, self._note(row, labels)
        more = date_cells(network, row) | {"role": self._role(row), "via": self._via(row, slugs), "note": note}
        path, own = network.own_parts(row.get("id"))
        key = (code, *slugs, *(more.get(name, "") for name in (*_DATES, "role", "via", "note")), own)
        if key in network.relationships:
            network.relationships[key]["evidence"] += f"; {evidence}"
            return
        slug = network.own_id("relationships", own) if path == "rel" else ""
        slug = slug or network.new_id("", f"{code}--{slugs[0]}--{slugs[1]}")
        cells = {"id": slug, "kind": code, "from": slugs[0], "to": slugs[1], "evidence": evidence} | more
        network.relationships[key] = cells
        network.add_row("relationships", cells)
        self._add_standing(row, slug)

    def _add_standing(self, row: NetworkRow, slug: str) -> None:
        if (standing := row.get("standing")) in self.standings:
            cells = {"record": slug, "standing": standing, "note": "So it stood in the imported file."}
            self.network.add_row("standing", cells)

    def _role(self, row: NetworkRow) -> str:
        text = row.get("role")
        if text and text not in self.roles:
            message = f"'{text}' is no role of ours; it was not taken over."
            self.network.note("warning", "role", message, row.place("role"), text, "partnergraph kinds --list role")
        return self.roles.get(text, "")

    def _via(self, row: NetworkRow, ends: Sequence[str]) -> str:
        slugs = []
        for name in pieces_of(row.get("via"), (";",)):
            keys = [name] if name in self.network.ids else self.network.labels.get(name, [])
            slug = self.network.ids[keys[0]] if len(keys) == 1 else ""
            if slug in ends:
                message = f"'{name}' is an end of the edge; via was not taken over."
                self.network.note("warning", "via", message, row.place("via"), name, "Name the party in between.")
            elif slug:
                slugs.append(slug)
            else:
                message = f"'{name}' is not the name of one node; via was not taken over."
                self.network.note("warning", "via", message, row.place("via"), name, "Add it to the nodes.")
        return "; ".join(dict.fromkeys(slugs))
