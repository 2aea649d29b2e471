"""The filled rows of to-do lists: each becomes evidence of the claim that it names, and an end where it says so.

The claims themselves stay in their own tables; a row that is empty changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import cast

from partnergraph.errors import Finding
from partnergraph.graph_folder.cell_parser import CellParser
from partnergraph.model.dates import PartialDate
from partnergraph.model.records import GraphConfig, Record, Relationship, Source, Support
from partnergraph.tables.table import Table, TableRow
from partnergraph.tables.table_schemas import TABLE_COLUMNS
from partnergraph.tables.todo_schema import ANSWERS, ENDED, FILLED, HOLDS, UNKNOWN, kind_and_parties

__all__ = ["apply_todo_lists"]

_DAY = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}")
_EDITORIAL = "editorial"  # the id, if it is free, of the source of what editors say, where a folder has none
_OTHER_LIST = "Make a new list (partnergraph stale -o todo.xlsx), or empty this row."


@dataclass(frozen=True)
class _Answer:
    """A filled row that can be read: what was found out about a claim."""

    row: TableRow
    claim: str
    holds: str
    ended: PartialDate | None
    source: str


def apply_todo_lists(
    todo: Table,
    rows: dict[str, list[TableRow]],
    records: dict[str, list[Record]],
    cells: CellParser,
    config: GraphConfig,
) -> None:
    """Add to the rows of evidence, and to the records of sources and relationships, what the filled rows say. What is
    wrong with a row, or no longer fits its claim, goes to the findings of `cells`, and changes nothing.
    """
    answers = list(_answers(todo, rows, records, cells, config))
    places = {record.id: place for place, record in enumerate(records["relationships"])}
    first: dict[str, TableRow] = {}
    # Ends first: whether a claim is confirmed after its end is seen when all ends are known.
    for answer in sorted(answers, key=lambda answer: answer.holds != ENDED):
        place = places[answer.claim]
        claim = cast(Relationship, records["relationships"][place])
        evidence = _evidence_row(answer, records["sources"])
        slug = evidence.cells["id"]
        if (other := first.setdefault(slug, answer.row)) is not answer.row:
            _check_repeated(answer.row, other, cells)
        elif any(support.evidence == slug for support in claim.evidence):
            continue  # the tables hold it already: they were exported from a graph that was made with this list
        elif (changed := _changed(claim, answer, slug, records["sources"], cells)) is not None:
            rows["evidence"].append(evidence)
            records["relationships"][place] = changed


def _answers(
    todo: Table,
    rows: dict[str, list[TableRow]],
    records: dict[str, list[Record]],
    cells: CellParser,
    config: GraphConfig,
) -> Iterator[_Answer]:
    claims = {record.id: cast(Relationship, record) for record in records["relationships"]}
    for row in todo.rows:
        if row.whole and row.get("claim") and any(row.get(column) for column in FILLED):
            count = len(cells.findings)
            claim = _claim(row, claims, cells)
            holds = _holds(row, cells)
            ended = cells.date(row, "when_ended")
            _check_filled(row, holds, cells)
            source = cells.slug(row, "source", "sources")
            if source is None and holds == UNKNOWN and not row.get("source"):
                source = _editorial_source(row, rows, records, cells, config)
            if len(cells.findings) == count and claim and source:
                yield _Answer(row, claim.id, holds, ended, source)


def _claim(row: TableRow, claims: dict[str, Relationship], cells: CellParser) -> Relationship | None:
    """The claim of a row; None with a finding where it is gone, or another one than when the list was made."""
    slug = row.get("claim") or ""
    claim = claims.get(slug)
    if claim is None:
        if "relationships" not in cells.incomplete:
            message = f"'{slug}' is no longer the id of a relationship of the tables."
            cells.error(row, "claim", "todo-claim", message, slug, _OTHER_LIST)
        return None
    then, now = row.get("kind_and_parties"), kind_and_parties(claim.kind, claim.from_, claim.to)
    if then and then != now:
        message = f"The claim is another one than when the list was made: it was '{then}', and is '{now}'."
        cells.error(row, "claim", "todo-changed", message, slug, _OTHER_LIST)
        return None
    return claim


def _holds(row: TableRow, cells: CellParser) -> str:
    """What the row says, one of `ANSWERS`; "" with a finding."""
    text = row.get("still_holds") or ""
    answer = re.sub(r"\s+", " ", text).casefold()
    if answer in ANSWERS:
        return answer
    message = f"'{text}' is none of the answers." if text else "The row does not say whether the claim still holds."
    fix = f"Write {HOLDS}, {ENDED} (with when_ended) or {UNKNOWN}; or empty the row."
    cells.error(row, "still_holds", "todo-answer", message, text or None, fix)
    return ""


def _check_filled(row: TableRow, holds: str, cells: CellParser) -> None:
    """The cells that an answer needs, and the one that only an end has."""
    needed = {
        "when_ended": (holds == ENDED, "Write when; 2025/2027 is somewhere between the two."),
        "source": (holds in (HOLDS, ENDED), "Write the title, the id or the address of a row of the sheet Sources."),
        "what_it_says": (holds in (HOLDS, ENDED), "Write in one line of your own what the source says."),
    }
    for column, (is_needed, fix) in needed.items():
        if is_needed and not row.get(column):
            cells.error(row, column, "missing-value", f"The cell '{column}' is empty.", None, fix)
    if holds in (HOLDS, UNKNOWN) and row.get("when_ended"):
        message, fix = f"The row says '{holds}', and when it ended.", f"Write {ENDED}, or empty when_ended."
        cells.error(row, "when_ended", "todo-answer", message, row.get("when_ended"), fix)


def _editorial_source(
    row: TableRow,
    rows: dict[str, list[TableRow]],
    records: dict[str, list[Record]],
    cells: CellParser,
    config: GraphConfig,
) -> str:
    """The source of what editors say; it is added where the folder has none."""
    sources = cast(list[Source], records["sources"])
    if existing := next((source.id for source in sources if source.kind == "editorial"), None):
        return existing
    slug = next(slug for slug in (_EDITORIAL, f"{_EDITORIAL}-todo") if slug not in cells.known["sources"])
    publisher = config.publisher or config.title
    source = Source(slug, (), title="Decisions of the editors", publisher=publisher, kind="editorial")
    rows["sources"].append(replace(row, cells={"id": slug}))
    records["sources"].append(source)
    return slug


def _evidence_row(answer: _Answer, sources: list[Record]) -> TableRow:
    """The row of evidence that a row of the list is; its cells stand where those of the list stand."""
    row, source = answer.row, next(cast(Source, record) for record in sources if record.id == answer.source)
    day = row.get("list_date") or ""
    basis = {"editorial": "editor", "register": "registry"}.get(source.kind, "stated")
    says = row.get("what_it_says")
    if answer.holds == UNKNOWN:
        basis = "editor"
        when = f" on {day}" if _DAY.fullmatch(day) else ""
        says = says or f"It was not known{when} whether this still holds."
    values = {
        "id": f"{answer.claim}--{day if _DAY.fullmatch(day) else answer.source}",
        "source": answer.source,
        "basis": basis,
        "confidence": "high",
        "says": says,
        "locator": row.get("where"),
        "note": row.get("note"),
    }
    places = {"id": "claim", "source": "source", "says": "what_it_says", "locator": "where", "note": "note"}
    columns = {name: row.columns[own] for name, own in places.items() if own in row.columns}
    return replace(row, cells={name: value for name, value in values.items() if value}, columns=columns)


def _check_repeated(row: TableRow, other: TableRow, cells: CellParser) -> None:
    """A row that stands in two copies of one list is read once, when both say the same."""
    if any(row.get(column) != other.get(column) for column in FILLED):
        message = f"The same row of the list says something else in {other.place()}."
        cells.error(row, "claim", "todo-twice", message, row.get("claim"), "Empty one of the two rows.")


def _changed(
    claim: Relationship, answer: _Answer, evidence: str, sources: list[Record], cells: CellParser
) -> Relationship | None:
    """The claim with the evidence, and with its end; None with a finding where that does not fit."""
    row, ended = answer.row, answer.ended
    if ended is None:
        if answer.holds == HOLDS:
            _check_confirmation(claim, answer, sources, cells)
        return replace(claim, evidence=(*claim.evidence, Support(evidence, frozenset())))
    if claim.end is not None and claim.end.text != ended.text:
        message = f"The claim has another end by now: {claim.end.text}."
        fix = "Mend the one that is wrong, or empty this row."
        cells.error(row, "when_ended", "todo-changed", message, ended.text, fix)
        return None
    if claim.start is not None and ended.latest < claim.start.earliest:
        message = f"The end ({ended.text}) is before the start ({claim.start.text})."
        cells.error(row, "when_ended", "end-before-start", message, ended.text, "Mend one of the two dates.")
        return None
    # What has no limit yet supports what the row said before, and not the end.
    columns = frozenset(
        column.name
        for column in TABLE_COLUMNS["relationships"]
        if not column.required and column.type != "evidence" and getattr(claim, column.field)
    )
    limited = tuple(
        replace(support, columns=columns) if support.columns is None and claim.end is None else support
        for support in claim.evidence
    )
    return replace(claim, end=ended, evidence=(*limited, Support(evidence, frozenset({"end"}))))


def _check_confirmation(claim: Relationship, answer: _Answer, sources: list[Record], cells: CellParser) -> None:
    source = next(cast(Source, record) for record in sources if record.id == answer.source)
    day = source.date or source.as_of_latest or source.accessed
    if claim.end is not None and day is not None and claim.end.latest < day.earliest:
        message = f"The claim ended {claim.end.text}, and a source of {day.text} says that it holds."
        fix = "Mend the end, or empty this row."
        cells.findings.append(Finding("todo-after-end", "warning", message, answer.row.place("still_holds"), None, fix))
