"""The columns of a sheet of nodes or edges: what each means, its cells without personal data, and what is left out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from partnergraph.errors import Finding, Place, letters
from partnergraph.tables.personal_data import EMAIL, TELEPHONE, redact_contacts
from partnergraph.tables.sheet import ErrorCell, Sheet
from partnergraph.tables.table import normalise_heading

__all__ = [
    "EDGE_HEADINGS",
    "EVIDENCE_HEADINGS",
    "MAX_LENGTH",
    "NODE_HEADINGS",
    "NO_NAME",
    "NetworkRow",
    "is_edges",
    "is_evidence",
    "is_nodes",
    "network_rows",
]

MAX_LENGTH = 10_000  # characters of a cell that are taken over
# Meaning -> the headings under which programs and people keep it, the surest first. Of a meaning in `_SEVERAL` all
# columns are read, of any other the first.
_FROM, _TO = ("from", "source", "source_id", "from_id"), ("to", "target", "target_id", "to_id")
_NOTES = ("description", "note", "notes", "comment", "comments")
_TAGS = ("tags", "tag", "keywords")
_WEB = ("url", "link", "web", "website", "web_address", "source_url", "homepage")
_OWN_EDGE = ("standing", "derived", "inferred", "said_by", "evidence")
EDGE_HEADINGS: Mapping[str, Sequence[str]] = {
    "from": _FROM,
    "to": _TO,
    "kind": (
        *("kind", "how", "relationship", "relation", "relationship_type", "connection_type", "edge_type", "type"),
        *("label", "wording"),
    ),
    "citation": ("citation", "source", "sources", "reference", "references", "source_title", "evidence"),
    "url": _WEB,
    "locator": ("locator", "page", "pages", "where"),
    "start": ("start_stated", "start", "start_date", "since", "begin", "start_year", "from_date", "valid_from"),
    "end": ("end_stated", "end", "end_date", "until", "end_year", "to_date", "valid_until"),
    "date_note": ("date_note",),
    "note": _NOTES,
    "tags": _TAGS,
    "direction": ("direction",),
    "role": ("role",),
    "via": ("via",),
    **{name: (name,) for name in ("id", "from_label", "to_label", *_OWN_EDGE)},
}
NODE_HEADINGS: Mapping[str, Sequence[str]] = {
    "id": ("id", "key"),
    "label": ("label", "name"),
    "type": ("type", "element_type", "organisation_type", "organization_type", "node_type"),
    "note": _NOTES,
    "tags": _TAGS,
    "url": _WEB,
    "also_called": ("also_called", "aliases", "alias", "other_names"),
    **{name: (name,) for name in ("sort", "count", "identifiers")},
}
EVIDENCE_HEADINGS: Mapping[str, Sequence[str]] = {
    name: (name,)
    for name in (
        *("claim", "id", "form", "words", "says", "locator", "basis", "confidence", "strength"),
        *("source", "title", "publisher", "date", "url"),
    )
}
# Meanings that only the columns of our own exports have; in other files these headings mean something else.
_OWN_MEANINGS = frozenset((*_OWN_EDGE, "from_label", "to_label", "count", "identifiers"))
_SEVERAL = ("kind", "citation", "note", "tags")
# Columns of our own exports that follow from the others; a build computes them anew.
_COMPUTED = frozenset(
    (
        *("wording", "bounded_by", "first_seen", "last_confirmed", "networkx_key"),
        *("valid_from_earliest", "valid_from_latest", "valid_until_earliest", "valid_until_latest"),
    )
)
NO_NAME = (f"({EMAIL})", f"({TELEPHONE})")  # what is left of a cell that was nothing else
_NAMES = ("id", "label", "from", "to")  # meanings whose cells say by it that they were a person's
_REPORTED_COLUMNS = 50
AddFinding = Callable[[Finding], None]


@dataclass(frozen=True)
class NetworkRow:
    """A row of nodes or edges: by meaning, the headings and texts of its filled cells."""

    sheet: Sheet
    number: int
    cells: Mapping[str, Sequence[tuple[str, str]]]
    headings: Mapping[str, str]  # meaning -> the heading of its first column
    columns: Mapping[str, int]  # heading -> number
    prefix: str = "row"  # of the ids of evidence that its rows become

    def get(self, meaning: str) -> str:
        """The first text of a meaning, "" for none."""
        return next((text for _, text in self.cells.get(meaning, ())), "")

    def texts(self, meaning: str) -> list[str]:
        """All texts of a meaning, each once."""
        return list(dict.fromkeys(text for _, text in self.cells.get(meaning, ())))

    def place(self, meaning: str | None = None) -> Place:
        """Where the row, or its cell of a meaning, stands."""
        heading = next((heading for heading, _ in self.cells.get(meaning or "", ())), self.headings.get(meaning or ""))
        return Place(self.sheet.file, self.number, sheet=self.sheet.name, columns=self.columns).at(heading)

    @property
    def place_in_words(self) -> str:
        """The row in a sentence."""
        sheet = f', sheet "{self.sheet.name}"' if self.sheet.name is not None else ""
        return f"Row {self.number} of {self.sheet.file}{sheet}"


def _names(sheet: Sheet) -> list[str]:
    return [normalise_heading(cell) for cell in sheet.rows[0][1]] if sheet.rows else []


def is_edges(sheet: Sheet) -> bool:
    """Whether the headings are those of edges."""
    names = {*_names(sheet)}
    return bool(names & {*_FROM} and names & {*_TO})


def is_nodes(sheet: Sheet) -> bool:
    """Whether the headings are those of nodes, where they are not those of edges or evidence."""
    return bool({*_names(sheet)} & {*NODE_HEADINGS["id"], *NODE_HEADINGS["label"]})


def is_evidence(sheet: Sheet) -> bool:
    """Whether the sheet is evidence.csv of our own export."""
    return {*_names(sheet)} >= {"claim", "form", "basis", "source"}


def network_rows(
    sheet: Sheet, known: Mapping[str, Sequence[str]], add: AddFinding, prefix: str = "row"
) -> Iterator[NetworkRow]:
    """The rows below the headings. Whatever is wrong with them, and whatever is not taken over, goes to `add`."""
    reader = _SheetRows(sheet, known, add)
    yield from reader.rows(prefix)
    reader.report()


class _SheetRows:
    """Reads the rows of a sheet, and counts what it leaves out."""

    def __init__(self, sheet: Sheet, known: Mapping[str, Sequence[str]], add: AddFinding) -> None:
        self.sheet, self.add = sheet, add
        self.top, headings = sheet.rows[0]
        self.names = [normalise_heading(cell) for cell in headings]
        self.titles = [" ".join(cell.split())[:60] for cell in headings]
        self.columns = {title: index for index, title in reversed([*enumerate(self.titles, 1)]) if title}
        # Of our own exports: the label and the type of an edge say less than its kind.
        own = {"said_by", "derived", "standing", "kind"} <= {*self.names}
        self.own = own or {"id", "sort", "type"} <= {*self.names}
        self.computed = {*_COMPUTED, "label", "type", "direction"} if own else set[str]()
        self.meanings = self._meanings(known)
        self.left_out: Counter[int] = Counter()
        self.redacted: Counter[tuple[int, str]] = Counter()
        self.headings: dict[str, str] = {}
        for index, meaning in sorted(self.meanings.items()):
            self.headings.setdefault(meaning, self.titles[index - 1])
        self._check_headings()

    def _meanings(self, known: Mapping[str, Sequence[str]]) -> dict[int, str]:
        """The meaning of each column by its number. A column has one meaning."""
        numbers = {name: index for index, name in reversed([*enumerate(self.names, 1)]) if name not in self.computed}
        numbers.pop("", None)
        meanings: dict[int, str] = {}
        for meaning, headings in known.items():
            of_edges = "from" in known
            if not self.own and (meaning in _OWN_MEANINGS or (meaning == "id" and of_edges)):
                continue
            if self.own and of_edges and meaning == "citation":
                continue
            present = [numbers[name] for name in headings if name in numbers and numbers[name] not in meanings]
            for index in present if meaning in _SEVERAL else present[:1]:
                meanings[index] = meaning
        return meanings

    def _finding(
        self, severity: str, rule: str, message: str, fix: str, row: int, column: int = 0, value: str | None = None
    ) -> None:
        title = self.titles[column - 1] if 0 < column <= len(self.titles) else ""
        cell = f"{letters(column)}{row}" if column and row else None
        place = Place(self.sheet.file, row or None, title or None, self.sheet.name, cell)
        self.add(Finding(rule, severity, message, place, value, fix))

    def _check_headings(self) -> None:
        for name, times in Counter(name for name in self.names if name).items():
            column = self.names.index(name) + 1
            if times > 1:
                message = f"The column '{self.titles[column - 1]}' stands there {'twice' if times == 2 else 'often'}."
                self._finding("error", "duplicate-column", message, "Keep one of them.", self.top, column)

    def rows(self, prefix: str) -> Iterator[NetworkRow]:
        for number, cells in self.sheet.rows[1:]:
            beyond = [index for index, cell in enumerate(cells, 1) if index > len(self.names) and cell.strip()]
            if beyond:
                message = f"The row has {beyond[-1]} cells, but the headings are {len(self.names)}."
                fix = "Put a cell that holds a comma between quotation marks, or give the column a heading."
                self._finding("error", "ragged-row", message, fix, number, beyond[0])
                continue
            texts: dict[str, list[tuple[str, str]]] = {}
            for index, cell in enumerate(cells, 1):
                meaning = self.meanings.get(index)
                if meaning is None:
                    self.left_out[index] += bool(cell.strip())
                elif isinstance(cell, ErrorCell):
                    self._finding("error", cell.rule, cell.message, cell.fix, number, index, str(cell))
                elif text := self._text(number, index, cell):
                    texts.setdefault(meaning, []).append((self.titles[index - 1], text))
            if texts:
                yield NetworkRow(self.sheet, number, texts, self.headings, self.columns, prefix)

    def _text(self, number: int, index: int, cell: str) -> str:
        """A cell without control characters, addresses of e-mail and numbers of telephones, and not too long."""
        text = re.sub(r"[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff\s]+", " ", cell).strip()
        if "@" in text or not text.startswith(("http://", "https://")):
            text, kinds = redact_contacts(text)
            self.redacted.update((index, kind) for kind in kinds)
        if len(text) > MAX_LENGTH:
            message = f"The cell has {len(text):,} characters; the first {MAX_LENGTH:,} were taken over."
            self._finding("warning", "cut-text", message, "Shorten it, or keep the text in documents.", number, index)
        return "" if text in NO_NAME and self.meanings[index] not in _NAMES else text[:MAX_LENGTH]

    def report(self) -> None:
        """Say what was not taken over, by column."""
        left_out = [index for index, number in sorted(self.left_out.items()) if number]
        computed = [self.titles[index - 1] for index in left_out if self.names[index - 1] in self.computed]
        left_out = [index for index in left_out if self.names[index - 1] not in self.computed]
        fix = "Add what matters to the tables by hand, with its evidence."
        for index in left_out[:_REPORTED_COLUMNS]:
            number = self.left_out[index]
            message = f"{number:,} value{'s' * (number != 1)} not taken over."
            if not self.names[index - 1]:
                message = f"The column {letters(index)} has no heading: {message}"
            self._finding("info", "columns-left-out", message, fix, self.top, index)
        if len(left_out) > _REPORTED_COLUMNS:
            message = f"{len(left_out) - _REPORTED_COLUMNS} more columns not taken over."
            self._finding("info", "columns-left-out", message, fix, self.top)
        if computed:
            message = f"Computed anew by each build: {', '.join(computed)}."
            self._finding("info", "computed-columns", message, "Nothing needs to be done.", self.top)
        for (index, kind), number in sorted(self.redacted.items()):
            what = "an address of e-mail" if kind == EMAIL else "the number of a telephone"
            message = f"In {number:,} place{'s' * (number != 1)} {what} was left out."
            self._finding("warning", "personal-data", message, "Nothing needs to be done.", self.top, index)
