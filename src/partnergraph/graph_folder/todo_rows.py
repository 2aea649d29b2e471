"""The filled rows of to-do lists: each becomes evidence of the claim that it names, and an end where it says so.

The claims themselves stay in their own tables; a row that is empty changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import cast

from partnergraph.errors import Finding
from partnergraph.graph_folder.cell_parser import CellParser
from partnergraph.graph_folder.documents import LocationError, locate
from partnergraph.graph_folder.partnership_rows import read_source_cell
from partnergraph.graph_folder.partnerships import NO_PUBLISHER
from partnergraph.model.dates import PartialDate
from partnergraph.model.records import Document, GraphConfig, Record, Relationship, Source, Support
from partnergraph.tables.table import Table, TableRow
from partnergraph.tables.table_schemas import TABLE_COLUMNS
from partnergraph.tables.todo_schema import (
    ANSWERS,
    ENDED,
    FILLED,
    HOLDS,
    TODO,
    UNKNOWN,
    kind_and_parties,
    statement_title,
)
from partnergraph.vocabulary.name_folding import reference_key
from partnergraph.vocabulary.slug import ascii_slug

__all__ = ["apply_todo_lists"]

_DAY = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}")
_BASES = {"editorial": "editor", "register": "registry"}
_EDITORIAL = "editorial"  # the id of the source of what editors say, where a folder has none
_OTHER_LIST = "Make a new list (partnergraph stale -o todo.xlsx), or empty this row."
# The columns of a row of evidence, each with that of the list in which it stands.
_PLACES = {"id": "claim", "source": "source", "words": "what_it_says", "says": "what_it_says", "locator": "where",
           "note": "note"}  # fmt: skip


def apply_todo_lists(
    todo: Table,
    rows: dict[str, list[TableRow]],
    records: dict[str, list[Record]],
    cells: CellParser,
    config: GraphConfig,
    documents: Mapping[str, Document | None],
) -> dict[str, tuple[str, ...]]:
    """Add to the rows of evidence, and to the records of sources and relationships, what the filled rows say. What is
    wrong with a row, or no longer fits its claim, goes to the findings of `cells`, and changes nothing.

    Returns the cells that the evidence itself does not say (`pg:rowCell`), by the id of the evidence.
    """
    if not any(row.get(column) for row in todo.rows for column in FILLED):
        return {}
    lists = _TodoLists(rows, records, cells, config, documents)
    lists.apply(todo.rows)
    return lists.written


@dataclass(frozen=True)
class _Answer:
    """A filled row that can be read: what was found out about a claim, and the id of the source that says so."""

    row: TableRow
    claim: str
    holds: str
    ended: PartialDate | None
    source: str


class _TodoLists:
    """One run over the rows of all lists of a folder."""

    def __init__(
        self,
        rows: dict[str, list[TableRow]],
        records: dict[str, list[Record]],
        cells: CellParser,
        config: GraphConfig,
        documents: Mapping[str, Document | None],
    ) -> None:
        self.rows, self.records, self.cells, self.config, self.documents = rows, records, cells, config, documents
        self.claims = {record.id: cast(Relationship, record) for record in records["relationships"]}
        self.sources = {record.id: cast(Source, record) for record in records["sources"]}
        self.written: dict[str, tuple[str, ...]] = {}
        self._new_sources: dict[str, str] = {}  # ids by folded title and address

    def apply(self, rows: Iterable[TableRow]) -> None:
        answers = [answer for row in rows if (answer := self._answer(row)) is not None]
        first: dict[str, TableRow] = {}
        # Ends first: whether a claim is confirmed after its end is seen when all ends are known.
        for answer in sorted(answers, key=lambda answer: answer.holds != ENDED):
            evidence = self._evidence_row(answer)
            slug, claim = evidence.cells["id"], self.claims[answer.claim]
            if (other := first.setdefault(slug, answer.row)) is not answer.row:
                self._check_repeated(answer.row, other)
            elif any(support.evidence == slug for support in claim.evidence):
                continue  # the tables hold it already: they were exported from a graph that was made with this list
            elif (changed := self._changed(claim, answer, slug)) is not None:
                self.rows["evidence"].append(evidence)
                self.written[slug] = _written_cells(answer)
                self.claims[answer.claim] = changed
        self.records["relationships"] = [self.claims[record.id] for record in self.records["relationships"]]

    def _answer(self, row: TableRow) -> _Answer | None:
        if not row.whole or row.get("claim") is None or not any(row.get(column) for column in FILLED):
            return None
        count = len(self.cells.findings)
        claim, holds = self._claim(row), self._holds(row)
        ended = self.cells.date(row, "when_ended")
        self._check_filled(row, holds)
        source = self._source(row) if row.get("source") else self._editorial_source(row, holds)
        if claim is None or source is None or any(f.severity == "error" for f in self.cells.findings[count:]):
            return None
        if self.sources[source].kind == "editorial" and (holds == HOLDS or (holds == ENDED and row.get("source_date"))):
            source = self._own_statement(row, self.sources[source])
        return _Answer(row, claim.id, holds, ended, source)

    def _claim(self, row: TableRow) -> Relationship | None:
        """The claim of a row; None with a finding where it is gone, or another one than when the list was made."""
        slug = row.get("claim") or ""
        claim = self.claims.get(slug)
        if claim is None:
            if "relationships" not in self.cells.incomplete:
                message = f"'{slug}' is no longer the id of a relationship of the tables."
                fix = f"{_OTHER_LIST} What an RDF file says is mended there."
                self.cells.error(row, "claim", "todo-claim", message, slug, fix)
            return None
        then, now = row.get("kind_and_parties"), kind_and_parties(claim.kind, claim.from_, claim.to)
        if then and then != now:
            message = f"The claim is another one than when the list was made: it was '{then}', and is '{now}'."
            self.cells.error(row, "claim", "todo-changed", message, slug, _OTHER_LIST)
            return None
        return claim

    def _holds(self, row: TableRow) -> str:
        """What the row says, one of `ANSWERS`; "" with a finding."""
        text = row.get("still_holds") or ""
        answer = re.sub(r"\s+", " ", text).casefold()
        if answer in ANSWERS:
            return answer
        message = f"'{text}' is none of the answers." if text else "The row does not say whether the claim still holds."
        fix = f"Write {HOLDS}, {ENDED} (with when_ended) or {UNKNOWN}; or empty the row."
        self.cells.error(row, "still_holds", "todo-answer", message, text or None, fix)
        return ""

    def _check_filled(self, row: TableRow, holds: str) -> None:
        """The cells that an answer needs, and the one that only an end has."""
        needed = {
            "when_ended": (holds == ENDED, "Write when; 2025/2027 is somewhere between the two."),
            "source": (holds in (HOLDS, ENDED), "Write what says so: the title or the address of a source."),
            "what_it_says": (holds in (HOLDS, ENDED), "Write in one line of your own what the source says."),
        }
        for column, (is_needed, fix) in needed.items():
            if is_needed and not row.get(column):
                self.cells.error(row, column, "missing-value", f"The cell '{column}' is empty.", None, fix)
        if holds in (HOLDS, UNKNOWN) and row.get("when_ended"):
            message, fix = f"The row says '{holds}', and when it ended.", f"Write {ENDED}, or empty when_ended."
            self.cells.error(row, "when_ended", "todo-answer", message, row.get("when_ended"), fix)

    # Sources

    def _source(self, row: TableRow) -> str | None:
        """The id of the source that a row names: one of the tables, else a new one, which has its date beside it."""
        text, day = row.get("source") or "", self.cells.date(row, "source_date")
        cell = read_source_cell(text)
        keys = [reference_key(part) for part in (cell.title, cell.url) if part]
        slug = next((self._new_sources[key] for key in keys if key in self._new_sources), None)
        for part in (text, cell.url, cell.title):
            if slug is None and part and (matches := self.cells.find(part, ("sources",))):
                slug = matches[0].id if len(matches) == 1 else self.cells.slug(row, "source", "sources", part)
                break
        if slug is None and (day is None or "sources" in self.cells.incomplete):
            self._blame_unknown(row, text)
            return None
        if slug is None:
            slug = self._new_id(ascii_slug(cell.title)[:60].strip("-") or "source")
            kind = "page" if cell.url else "report"
            source = Source(
                slug, (), cell.title, cell.host or NO_PUBLISHER, kind, day, cell.url or None, from_table=TODO
            )
            self._add_source(source, row)
        self._new_sources |= dict.fromkeys(keys, slug)
        self._check_source_date(row, slug, day)
        return slug

    def _new_id(self, stem: str) -> str:
        numbers = (f"{stem}-{number}" if number > 1 else stem for number in range(1, len(self.sources) + 2))
        return next(slug for slug in numbers if slug not in self.sources)

    def _add_source(self, source: Source, row: TableRow) -> None:
        columns = {name: row.columns[own] for name, own in _PLACES.items() if own in row.columns and name == "source"}
        self.rows["sources"].append(replace(row, cells={"id": source.id, "title": source.title}, columns=columns))
        self.records["sources"].append(source)
        self.sources[source.id] = source
        self.cells.known["sources"][source.id] = self.cells.ids.source(source.id)

    def _blame_unknown(self, row: TableRow, text: str) -> None:
        if "sources" in self.cells.incomplete or (row.get("source_date") and self.cells.findings):
            return  # it may be a source of a table that could not be read, or its date is blamed
        hint = self.cells.suggest(text, ("sources",))
        fix = f"{hint}If it is a new one, write its date into source_date: 2027, 2027-06 or 2027-06-30."
        self.cells.error(row, "source", "unknown-source", f"'{text}' is not a source of the tables.", text, fix)

    def _check_source_date(self, row: TableRow, slug: str, day: PartialDate | None) -> None:
        source = self.sources[slug]
        if source.kind == "editorial":
            return  # it has no date of its own: each answer has one
        known = source.date or source.as_of_latest or source.accessed
        if day is not None and known is None:
            self.sources[slug] = dated = replace(source, date=day)
            self.records["sources"][self.records["sources"].index(source)] = dated
        elif day is not None and source.date is not None and source.date.text != day.text:
            message, fix = f"The source has another date: {source.date.text}.", "Mend the one that is wrong."
            self.cells.error(row, "source_date", "todo-source-date", message, day.text, fix)
        elif known is None:
            message = "The source has no date, so it is not seen when it confirms the claim."
            self._warn_undated(
                row, message, "Write its date into source_date, or into the column date of the sheet Sources."
            )

    def _warn_undated(self, row: TableRow, message: str, fix: str) -> None:
        place = row.place("source")
        self.cells.findings.append(Finding("todo-undated", "warning", message, place, row.get("source"), fix))

    def _own_statement(self, row: TableRow, editors: Source) -> str:
        """The id of the source of what the editors know on a day, that of `source_date`, else that of the list: they
        are a source of that day. Without a day they confirm nothing, which is a finding.
        """
        day = self.cells.date(row, "source_date") if row.get("source_date") else _day_of_list(row)
        if day is None:
            message = "What you know yourself confirms the claim only on a day; the row gives none."
            self._warn_undated(row, message, "Write into source_date when you knew it.")
            return editors.id
        title = statement_title(editors.title, day.text)
        slug = self._new_sources.get(reference_key(title))
        if slug is None:
            slug = self._new_id(ascii_slug(title)[:60].strip("-") or "source")
            self._add_source(Source(slug, (), title, editors.publisher, "report", day, from_table=TODO), row)
            self._new_sources[reference_key(title)] = slug
        return slug

    def _editorial_source(self, row: TableRow, holds: str) -> str | None:
        """The source of what editors say; it is added where the folder has none."""
        if holds != UNKNOWN:
            return None
        if (existing := next((s.id for s in self.sources.values() if s.kind == "editorial"), None)) is not None:
            return existing
        publisher = self.config.publisher or self.config.title
        source = Source(
            self._new_id(_EDITORIAL), (), "Decisions of the editors", publisher, "editorial", from_table=TODO
        )
        self._add_source(source, row)
        return source.id

    # Evidence

    def _evidence_row(self, answer: _Answer) -> TableRow:
        """The row of evidence that a row of the list is; its cells stand where those of the list stand."""
        row, day = answer.row, answer.row.get("list_date") or ""
        is_dated = _DAY.fullmatch(day) is not None
        says = row.get("what_it_says")
        values = {
            "id": f"{answer.claim}--{day if is_dated else answer.source}",
            "source": answer.source,
            "basis": _BASES.get(self.sources[answer.source].kind, "stated"),
            "confidence": "high",
            "locator": row.get("where"),
            "note": row.get("note"),
        }
        if answer.holds == UNKNOWN:
            values["basis"] = "editor"
            values["says"] = says or f"It was not known{f' on {day}' * is_dated} whether this still holds."
        else:
            values["words" if self._is_quotation(answer.source, says or "") else "says"] = says
        columns = {name: row.columns[own] for name, own in _PLACES.items() if own in row.columns}
        return replace(row, cells={name: value for name, value in values.items() if value}, columns=columns)

    def _is_quotation(self, source: str, text: str) -> bool:
        """Whether a text stands, once, in the archived document of a source."""
        document = self.documents.get(source)
        try:
            return document is not None and locate(document, text, near=False) is not None
        except LocationError:
            return False

    def _check_repeated(self, row: TableRow, other: TableRow) -> None:
        """A row that stands in two copies of one list is read once, when both say the same."""
        if any((row.get(column) or "").casefold() != (other.get(column) or "").casefold() for column in FILLED):
            message = f"The same row of the list says something else in {other.place()}."
            self.cells.error(row, "claim", "todo-twice", message, row.get("claim"), "Empty one of the two rows.")

    # Claims

    def _changed(self, claim: Relationship, answer: _Answer, evidence: str) -> Relationship | None:
        """The claim with the evidence, and with its end; None with a finding where that does not fit."""
        row, ended = answer.row, answer.ended
        if ended is None:
            if answer.holds == HOLDS:
                self._check_confirmation(claim, answer)
            return replace(claim, evidence=(*claim.evidence, Support(evidence, frozenset())))
        if claim.end is not None and claim.end.text != ended.text:
            message, fix = (
                f"The claim has another end by now: {claim.end.text}.",
                "Mend the one that is wrong, or empty this row.",
            )
            self.cells.error(row, "when_ended", "todo-changed", message, ended.text, fix)
            return None
        if claim.start is not None and ended.latest < claim.start.earliest:
            message = f"The end ({ended.text}) is before the start ({claim.start.text})."
            self.cells.error(row, "when_ended", "end-before-start", message, ended.text, "Mend one of the two dates.")
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

    def _check_confirmation(self, claim: Relationship, answer: _Answer) -> None:
        source = self.sources[answer.source]
        day = source.date or source.as_of_latest or source.accessed
        if claim.end is not None and day is not None and claim.end.latest < day.earliest:
            message = f"The claim ended {claim.end.text}, and a source of {day.text} says that it holds."
            place, fix = answer.row.place("still_holds"), "Mend the end, or empty this row."
            self.cells.findings.append(Finding("todo-after-end", "warning", message, place, None, fix))


def _day_of_list(row: TableRow) -> PartialDate | None:
    text = row.get("list_date") or ""
    try:
        return PartialDate.parse(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def _written_cells(answer: _Answer) -> tuple[str, ...]:
    """The cells of a row that its evidence does not say otherwise, each as its column, a colon and its text."""
    row = answer.row
    cells = {name: row.get(name) for name in ("when_ended", "source", "source_date", "list_date")}
    if answer.holds == UNKNOWN:
        cells["what_it_says"] = row.get("what_it_says") or ""
    cells["still_holds"] = answer.holds
    return tuple(f"{name}: {text}" for name, text in cells.items() if text is not None)
