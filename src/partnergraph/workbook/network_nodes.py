"""Nodes of an imported network -> organisations, places, and the groups and undertakings of our own exports."""

from __future__ import annotations

from partnergraph.model.ids import identifier_slug
from partnergraph.vocabulary import concepts
from partnergraph.vocabulary.identifiers import identifier_problem
from partnergraph.vocabulary.slug import ascii_slug
from partnergraph.vocabulary.wordings import normalise_wording, type_of_wording
from partnergraph.workbook.imported_network import ImportedNetwork, fold, join_notes
from partnergraph.workbook.network_columns import NO_NAME, NetworkRow
from partnergraph.workbook.network_evidence import EvidenceImport, pieces_of
from partnergraph.workbook.network_people import PEOPLE

__all__ = ["NodeImport"]

# The tables of our own records, by the part of their IRIs.
_OWN_TABLES = {"org": "organisations", "group": "groups", "undertaking": "undertakings", "place": "places"}


class NodeImport:
    """Makes rows of bodies out of rows of nodes."""

    def __init__(self, network: ImportedNetwork, evidence: EvidenceImport) -> None:
        self.network, self.evidence = network, evidence
        self.place_kinds = {concept.code for concept in concepts("place-kind")}
        self.undertaking_types = {concept.code for concept in concepts("undertaking-type")}
        self.spellings: dict[tuple[str, str], str] = {}  # scheme and slug of an identifier -> its value
        self.schemes = {concept.label: concept.code for concept in concepts("identifier-scheme")}

    def add(self, row: NetworkRow) -> None:
        """Take over a node, or say why not."""
        network = self.network
        label, key = row.get("label") or row.get("id"), row.get("id") or row.get("label")
        if not key:
            message, fix = "The node has neither Id nor Label.", "Write its name, or delete the row."
            network.note("error", "missing-value", message, row.place("label"), None, fix)
            return
        if key in network.ids or fold(key) in network.people:
            message, fix = f"'{key}' is listed twice; the first row was taken.", "Give one of them another name or Id."
            network.note("warning", "node-twice", message, row.place("id" if row.get("id") else "label"), key, fix)
            return
        if not row.get("id") and (other := network.same_but_case(key)) is not None:
            message = f"'{key}' and '{other}' differ only in case or blanks; the first row was taken."
            fix = "Write it in one way, or give each an Id."
            network.note("warning", "label-case", message, row.place("label"), key, fix)
            return
        kind, own = network.own_parts(key)
        if not own and self._is_person(row, key, label):
            network.people |= {fold(key), fold(label)}
            return
        table = _OWN_TABLES.get(kind, "") or self._table(row)
        self._add_to(table, row, key, label, own)

    def _is_person(self, row: NetworkRow, key: str, label: str) -> bool:
        fix = "partnergraph keeps organisations; name the body that the person acts for."
        if normalise_wording(row.get("type")) in PEOPLE:
            message = f"'{label}' is a person, and was left out with every edge to it."
            self.network.note("warning", "person", message, row.place("type"), label, fix)
            return True
        if {key, label} & {*NO_NAME}:
            message = "A node is called by an address or a number of a person, and was left out with every edge to it."
            self.network.note("warning", "person", message, row.place("label"), None, fix)
            return True
        return self.network.is_person(label, row.get("type"), row.place("label"))

    def _table(self, row: NetworkRow) -> str:
        sort, type_ = row.get("sort"), normalise_wording(row.get("type"))
        if sort == "place" or type_ == "place" or type_ in self.place_kinds:
            return "places"
        return "organisations"

    def _type(self, row: NetworkRow) -> str:
        """The code of the type of an organisation, "stakeholder" for none; one that is not known is a finding."""
        text = row.get("type")
        codes = [type_of_wording(piece) for piece in pieces_of(text)]
        if text and not all(codes):
            message = (
                f"'{text}' is no type of organisation of ours; 'stakeholder' was written, and the type in its line."
            )
            fix = "partnergraph kinds --list org-type"
            self.network.note("warning", "unknown-type", message, row.place("type"), text, fix)
        return "; ".join(dict.fromkeys(code for code in codes if code)) or "stakeholder"

    def _add_to(self, table: str, row: NetworkRow, key: str, label: str, own: str) -> str:
        network = self.network
        evidence = self.evidence_of(row, label)
        note = join_notes([*row.texts("note"), _tags(row)])
        type_ = normalise_wording(row.get("type"))
        if table == "organisations":
            code = self._type(row)
            text = row.get("type")
            if text and code == "stakeholder" and not type_of_wording(text):
                note = join_notes([note, f"Type in the imported file: {text}."])
            cells = {"form": "organisation", "type": code, "description": note, "evidence": evidence}
            slug = network.add_node(table, key, label, cells, own)
            self._add_names(row, slug, label, evidence)
            self._add_identifiers(row, slug, evidence)
            return slug
        if table == "places":
            kind = type_ if type_ in self.place_kinds else ""
            return network.add_node(table, key, label, {"kind": kind, "note": note, "evidence": evidence}, own)
        if table == "undertakings":
            code = row.get("type") if row.get("type") in self.undertaking_types else "portfolio"
            return network.add_node(table, key, label, {"type": code, "evidence": evidence}, own)
        source, _, slug = own.partition("/")
        member_type = type_of_wording(row.get("type")) or "stakeholder"
        cells = {"source": self.evidence.source(source, wanted=source), "member_type": member_type, "open": "yes"}
        count = row.get("count")
        cells |= {"count": count if count.isascii() and count.isdigit() else "", "evidence": evidence}
        return network.add_node(table, key, label, cells, slug)

    def evidence_of(self, row: NetworkRow, label: str) -> str:
        """The cell `evidence` of a node: the row that lists it."""
        return self.network.add_row_evidence(row, f"{row.place_in_words} lists {label}.")

    def _add_names(self, row: NetworkRow, slug: str, label: str, evidence: str) -> None:
        for name in pieces_of(row.get("also_called")):
            if name != label:
                cells = {
                    "id": self.network.new_id("", f"{slug}--{ascii_slug(name)[:80] or 'name'}"),
                    "organisation": slug,
                }
                cells |= {"name": name, "kind": "alternative", "evidence": evidence}
                self.network.add_row("names", cells)

    def _add_identifiers(self, row: NetworkRow, slug: str, evidence: str) -> None:
        wanted: list[tuple[str, str]] = []
        for piece in pieces_of(row.get("identifiers"), (";",)):
            label, _, value = piece.partition(": ")
            wanted.append((self.schemes.get(label, ""), value) if label in self.schemes else ("", piece))
        wanted += [("website", address) for address in pieces_of(row.get("url"), ("|", " "))]
        left_out = [value for scheme, value in wanted if not scheme or identifier_problem(scheme, value)]
        if left_out:
            message = f"Not taken over, for it is no identifier that is known: {', '.join(left_out)[:200]}."
            fix = "partnergraph kinds --list identifier-scheme"
            meaning = "identifiers" if row.get("identifiers") else "url"
            self.network.note("warning", "identifier", message, row.place(meaning), ", ".join(left_out), fix)
        # (two values that give one identifier are one)
        pairs = {(scheme, identifier_slug(value)): (scheme, value) for scheme, value in reversed(wanted)}
        for scheme, value in reversed(pairs.values()):
            if not scheme or value in left_out:
                continue
            spelling = self.spellings.setdefault((scheme, identifier_slug(value)), value)
            if spelling != value:
                message = f"'{value}' is the same identifier as '{spelling}' of another row; it was not taken over."
                fix = "Write it in one way, and once."
                self.network.note("warning", "identifier", message, row.place("url"), value, fix)
                continue
            cells = {"organisation": slug, "scheme": scheme, "value": value, "evidence": evidence}
            self.network.add_row("identifiers", cells)


def _tags(row: NetworkRow) -> str:
    """Tags as a sentence of a note."""
    tags = [tag for text in row.texts("tags") for tag in pieces_of(text)]
    return f"Tags: {', '.join(tags)}." if tags else ""
