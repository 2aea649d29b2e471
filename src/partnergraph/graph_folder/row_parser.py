"""Rows -> records: the cells as the specification of the table says, then what holds between the cells of a row."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from partnergraph.errors import Finding
from partnergraph.graph_folder.cell_parser import MAX_VALUE_LENGTH, CellParser
from partnergraph.graph_folder.documents import LocationError, locate, match_typography
from partnergraph.graph_folder.position_rows import parse_position
from partnergraph.model.records import RECORD_TYPES, Document, Evidence, Record
from partnergraph.tables.table import TableRow
from partnergraph.vocabulary.identifiers import identifier_problem
from partnergraph.vocabulary.wordings import kind_of_wording

_SENTENCE = re.compile(r"s(\d{1,6})")
Fields = dict[str, Any]


def parse_row(table: str, row: TableRow, cells: CellParser) -> Record:
    """The record of a row of any table but evidence.csv. What is wrong with it goes to the findings of `cells`."""
    if table == "positions":
        return parse_position(row, cells)
    fields = cells.fields(table, row)
    if check := _CHECKS.get(table):
        check(row, fields, cells)
    if "id" not in fields:
        fields["id"] = _record_id(table, row, fields)
    return RECORD_TYPES[table](**fields)


def _record_id(table: str, row: TableRow, fields: Fields) -> str:
    """The id of a record whose table has no column for it."""
    if table == "identifiers":
        return f"{row.get('scheme')}-{row.get('value')}"
    if table == "matches":
        return f"{fields.get('organisation')} {fields.get('source')} {row.get('record')}"
    if table == "standing":
        return str(fields.get("record", ""))
    return row.get("id") or ""


def _check_identifier(row: TableRow, fields: Fields, cells: CellParser) -> None:
    scheme, value = fields.get("scheme", ""), row.get("value") or ""
    if value and (problem := identifier_problem(scheme, value)) is not None:
        cells.error(row, "value", "identifier-form", problem[0], value, problem[1])


def _check_place(row: TableRow, _: Fields, cells: CellParser) -> None:
    located = next((column for column in ("latitude", "longitude", "geonames") if row.get(column)), None)
    if located and not row.get("evidence"):
        fix = f"Name a row of {cells.titles['evidence']} in the evidence cell."
        cells.error(row, located, "no-evidence", "Where a place lies needs evidence.", row.get(located), fix)


def _check_group(row: TableRow, fields: Fields, cells: CellParser) -> None:
    members, count = len(fields.get("members", ())), fields.get("count")
    if count is not None and members > count:
        message = f"More members are named ({members}) than the source counts ({count})."
        cells.error(row, "members", "more-named-than-counted", message, str(members), "Mend the count or the members.")


def _check_relationship(row: TableRow, fields: Fields, cells: CellParser) -> None:
    if "kind" in fields and is_inverse_wording(row.get("kind") or ""):
        # "A is funded by B" is the relationship from B to A
        parties = {"from_": fields.pop("to", None), "to": fields.pop("from_", None)}
        fields |= {name: party for name, party in parties.items() if party is not None}
    if "from_" in fields and fields["from_"] == fields.get("to"):
        message, fix = "A relationship cannot go from a party to itself.", "Mend one of the two parties."
        cells.error(row, "to", "to-itself", message, row.get("to"), fix)


def is_inverse_wording(text: str) -> bool:
    """Whether a cell names a kind of relationship by a wording that goes from the second party to the first."""
    kind = kind_of_wording(text)
    return kind is not None and kind.inverse and kind.code != text


def _check_event(row: TableRow, _: Fields, cells: CellParser) -> None:
    if row.get("about") is None and row.get("to") is None:
        fix = "Write the body or relationship into 'about', or the bodies before and after into 'from' and 'to'."
        cells.error(row, "about", "event-about", "The event does not say what it is about.", None, fix)
    if (row.get("from") is None) != (row.get("to") is None):
        fix = "A change needs both; a renaming of one body needs 'about' instead."
        cells.error(row, "from", "event-from-to", "A change names the bodies before or after, but not both.", None, fix)


# What holds between the cells of a row; what does not becomes a finding.
_CHECKS: dict[str, Callable[[TableRow, Fields, CellParser], None]] = {
    "identifiers": _check_identifier,
    "places": _check_place,
    "groups": _check_group,
    "relationships": _check_relationship,
    "events": _check_event,
}


def parse_evidence(row: TableRow, cells: CellParser, documents: Mapping[str, Document | None]) -> Evidence:
    """A row of evidence.csv; quoted words are located in their document (None: one that could not be read)."""
    fields = cells.fields("evidence", row)
    words, source, inferred = row.get("words"), fields.get("source"), fields.get("basis") == "inferred"
    if words is None and row.get("says") is None and not inferred:
        fix = "Quote the words of an archived text, or say in one line of your own what the source says."
        cells.error(row, "says", "empty-evidence", "The evidence has neither words nor a statement.", None, fix)
    if words is not None and source is not None:
        document = documents.get(source)
        if source not in documents:
            fix = "Only archived texts may be quoted. Say in one line of your own what the source says (column says)."
            cells.error(row, "words", "words-without-document", f"'{source}' has no archived text.", words, fix)
        elif document is not None:
            fields |= _locate_words(row, words, document, cells)
    _check_inference(row, inferred, cells)
    return Evidence(**{"id": "", **fields})


def _locate_words(row: TableRow, words: str, document: Document, cells: CellParser) -> Fields:
    """Start, end and sentence of quoted words, and the words in the typography of the text; none with a finding."""
    sentence = _SENTENCE.fullmatch(row.get("locator") or "")
    number = int(sentence[1]) if sentence else None
    try:
        try:
            location = locate(document, words, number, near=cells.may_search())
        except LocationError:
            own = match_typography(document, words) if cells.may_search() else None
            if own is None or own == words:
                raise
            location = locate(document, own, number)
            message = "The words differ from the text in quotation marks, dashes or spaces; the text's are kept."
            fix = f"Nothing needs to be done, or copy them exactly: '{own}'."
            cells.findings.append(
                Finding("words-alike", "warning", message, row.place("words"), words[:MAX_VALUE_LENGTH], fix)
            )
            words = own
    except LocationError as error:
        cells.unlocated += 1
        cells.error(row, "words", error.rule, error.message, words, error.fix)
        return {}
    return {"words": words, "start": location.start, "end": location.end, "passage": location.passage}


def _check_inference(row: TableRow, inferred: bool, cells: CellParser) -> None:
    """An inference has a strength and a reason; nothing else has a strength."""
    strength = row.get("strength")
    if not inferred:
        if strength is not None:
            fix = "Leave it empty, or write basis inferred."
            cells.error(row, "strength", "strength", "Only an inference has a strength.", strength, fix)
        return
    if strength is None:
        fix = "Write strong, moderate or weak."
        cells.error(row, "strength", "inferred-strength", "An inference needs its strength.", None, fix)
    if row.get("says") is None:
        cells.error(row, "says", "inferred-reason", "An inference needs its reason.", None, "Write it into 'says'.")
