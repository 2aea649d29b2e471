"""The rows of the table partnerships, each cell read: who, how, with whom, from when to when, and where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from partnergraph.errors import Finding
from partnergraph.graph_folder.cell_parser import PREFIX, plain_date
from partnergraph.graph_folder.name_references import NamedRow, NameReferences
from partnergraph.graph_folder.partnership_ids import (
    UNKNOWN,
    PartnershipIds,
    PartnershipKey,
    digest,
    fold_name,
    fold_text,
)
from partnergraph.graph_folder.partnership_intervals import StatedInterval
from partnergraph.model.dates import PartialDate
from partnergraph.tables.table import Table, TableRow, split_values
from partnergraph.tables.table_schemas import PARTIES
from partnergraph.vocabulary.iri import is_web_address
from partnergraph.vocabulary.wordings import (
    PartnershipWording,
    money_phrases,
    nearest_wording,
    partnership_of_wording,
    suggested_codes,
    type_of_wording,
)

__all__ = ["PartnershipReader", "PartnershipRow", "SourceCell", "read_source_cell"]

# What people write for the organisation whose graph it is.
_OWN = ("us", "we", "our organisation", "our organization", "ourselves")
# Kinds that no row holds: rules write them, or they go to a place.
_NO_PARTNERSHIP = ("co-membership", "member-through-unit", "funding-through", "funding-channel", "location")
_ADDRESS = re.compile(r"(?:https?://(?=[^\s/]+\.)|www\.)[^\s<>\"|]+")
_BARE_ADDRESS = re.compile(r"\Ahttps?://(?:www\.)?")
_RENAMED = re.compile(r"\b(?:renamed|now called|new name|changed its name|formerly called|formerly known)\b", re.I)
NO_KIND_FIX = "If no kind says it, write 'is associated with', and your own words into note."
MAX_SHOWN_LENGTH = 200  # characters of a cell in a message


@dataclass(frozen=True)
class SourceCell:
    """What a cell says of a source: a title, an address, or both."""

    title: str
    url: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """What the source is known by."""
        return tuple(dict.fromkeys(source_key(text) for text in (self.title, self.url) if text))

    @property
    def rank(self) -> tuple[bool, bool, str]:
        """Orders cells of one source: those that give it a title first, and of these those with its address."""
        return self.url.endswith(self.title), not self.url, self.title

    @property
    def host(self) -> str:
        """Where a page is, which is all that its address says of its publisher."""
        return _BARE_ADDRESS.sub("", self.url).partition("/")[0]


def source_key(text: str) -> str:
    """A title or address as sources are known by it."""
    return fold_text(text).rstrip("/")


def read_source_cell(text: str) -> SourceCell:
    """A title, an address, or a title with its address.

    >>> read_source_cell("Annual report, https://example.org/r.pdf")
    SourceCell(title='Annual report', url='https://example.org/r.pdf')
    >>> read_source_cell("www.example.org/members")
    SourceCell(title='example.org/members', url='https://www.example.org/members')
    """
    text = " ".join(text.split())
    match = _ADDRESS.search(text)
    url = match[0].rstrip(".,;)") if match else ""
    address = f"https://{url}" if url.startswith("www.") else url
    if not is_web_address(address):
        return SourceCell(text)
    title = text.replace(url, "").strip(" ,;:()<>-\u2013")
    return SourceCell(title or _BARE_ADDRESS.sub("", address).rstrip("/"), address)


@dataclass
class PartnershipRow:
    """A row. Parties are references or `UNKNOWN` names, as is the source; dates are texts in one form."""

    row: TableRow
    partner: str
    other: str
    wording: PartnershipWording
    since: str
    until: str
    source: str
    source_cell: SourceCell
    types: tuple[str, ...] = ()

    @property
    def key(self) -> PartnershipKey:
        """What the row says, to know it again by."""
        from_, to = (self.other, self.partner) if self.wording.inverse else (self.partner, self.other)
        words = digest(self.row.get("where") or "", self.row.get("what_it_says") or "")
        return PartnershipKey(self.wording.code, from_, to, self.since, self.until, self.source, words)

    @property
    def interval(self) -> StatedInterval:
        """What the row says of when; of a change of bodies, its one date."""
        key, is_over = self.key, self.wording.is_past and not self.until
        dates = (self.since or self.until, "") if key.kind == "succession" else (self.since, self.until)
        return StatedInterval(*key[:3], *dates, is_over)


@dataclass
class PartnershipReader:
    """Reads rows. `own`: the reference of the organisation that an empty cell means, if there is one; `names`:
    the full tables by name, `ids_of` their ids; `labels`: their names by reference; `former`: ids of those that
    rows named before; `sources`: ids by what sources are known by; `without_id`: which rows of Sources have none,
    by what stands for it.
    """

    tables: Mapping[str, Table]
    ids: PartnershipIds
    date_rule: str = ""
    own: str = ""
    findings: list[Finding] = field(default_factory=list)
    names: NameReferences = field(init=False)
    ids_of: dict[str, set[str | None]] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    former: dict[str, str] = field(default_factory=dict)
    without_id: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.names, self.former = NameReferences(self.tables), self.ids.organisations()
        self.ids_of = {table: {row.get("id") for row in self.tables[table].rows} for table in PARTIES[:3]}
        self.labels = {
            f"{PREFIX[table]}:{row.get('id')}": row.get("name") or ""
            for table in PARTIES[:3]
            for row in self.tables[table].rows
        }
        for slug, text in self.ids.sources:
            self.sources.setdefault(source_key(text), slug)
        for index, row in enumerate(self.tables["sources"].rows):
            keys = [source_key(cell) for name in ("url", "title", "id") if (cell := row.get(name))]
            known = (self.sources[key] for key in keys if key in self.sources)
            default = f"{UNKNOWN}source:{keys[0]}" if keys else ""
            source = row.get("id") or next(known, default)
            self.sources |= dict.fromkeys(keys, source)
            if not row.get("id"):
                self.without_id.setdefault(source, index)

    def read(self, rows: Iterable[TableRow]) -> list[PartnershipRow]:
        """The rows that say enough; what is wrong with others is a finding."""
        rows = list(rows)
        # A title with its address first: then either alone is the same source, whatever row comes first.
        texts = {text for row in rows if (text := row.get("source"))}
        for text in sorted(texts, key=lambda text: (-len(read_source_cell(text).keys), text)):
            self._source(text, read_source_cell(text))
        return [partnership for row in rows if row.whole and (partnership := self._read(row)) is not None]

    def error(self, row: TableRow, column: str, rule: str, message: str, fix: str, severity: str = "error") -> None:
        """Note a problem with a cell."""
        value = row.get(column)
        if value is not None and len(value) > MAX_SHOWN_LENGTH:
            message = message.replace(value, value[:MAX_SHOWN_LENGTH] + "…")
        value = value[:MAX_SHOWN_LENGTH] if value else None
        self.findings.append(Finding(rule, severity, message, row.place(column), value, fix))

    def _read(self, row: TableRow) -> PartnershipRow | None:
        before = len(self.findings)
        wording = self._wording(row)
        partner, other = self._party(row, "partner"), self._party(row, "with_whom")
        source = row.get("source")
        since, until = self._date(row, "since"), self._date(row, "until")
        types = tuple(self._types(row))
        if wording is None or not (partner and other and source) or len(self.findings) > before:
            return None
        if partner == other:
            self._blame_itself(row)
            return None
        cell = read_source_cell(source)
        partnership = PartnershipRow(
            row, partner, other, wording, since, until, self._source(source, cell), cell, types
        )  # fmt: skip
        return partnership if self._check_dates(partnership) else None

    def _wording(self, row: TableRow) -> PartnershipWording | None:
        text = row.get("how")
        if text is None:
            return None
        wording = partnership_of_wording(text)
        if wording is None and _RENAMED.search(text):
            fix = "Write the new name into 'partner' in all rows of it; it stays the same organisation."
            self.error(row, "how", "unknown-kind", "A new name is no partnership.", fix)
        elif wording is None:
            hint = ""
            if near := nearest_wording(text):
                hint = f"Did you mean '{near}'? "
            elif phrases := money_phrases(text):
                hint = f"Where one pays the other, write '{phrases[0]}' or '{phrases[1]}'. "
            message = f"'{text}' is not known as a way to be connected."
            fix = f"{hint}{NO_KIND_FIX} All kinds: partnergraph kinds"
            self.error(row, "how", "unknown-kind", message, fix)
        elif wording.code in _NO_PARTNERSHIP:
            message = f"'{text}' ({wording.code}) is no partnership of two organisations."
            fix = "Where a body is belongs to the sheet Relationships."
            if wording.code != "location":
                fix = "Write the rows that it follows from, such as both memberships; the build derives it."
            self.error(row, "how", "unknown-kind", message, fix)
            return None
        return wording

    def _party(self, row: TableRow, column: str) -> str:
        """The reference of an organisation, or its `UNKNOWN` name; "" with a finding, or for an empty needed cell."""
        name = row.get(column)
        if name is None or self.is_own(name):
            if name is None and column == "partner":
                return ""
            if not self.own:
                message = "Nobody is named here, and the settings name no organisation of your own."
                fix = 'Fill it in, or write focus = "The name of your organisation" into partnergraph.toml.'
                self.error(row, column, "no-focus", message, fix)
            return self.own
        references = self.references(name)
        if len(references) > 1:
            traits = {r: self.names.describe(_named_row(r)) for r in references}
            listing = "; ".join(f"{_bare(r)} ({traits[r]})" if traits[r] else _bare(r) for r in references)
            message = f"'{name}' is the name of several: {listing}."
            self.error(row, column, "ambiguous", message, "Write the id of the one that is meant.")
            return ""
        if not fold_name(name):
            self.error(row, column, "missing-value", f"'{name}' is no name.", "Write the name of the organisation.")
        return references[0] if references else f"{UNKNOWN}org:{fold_name(name)}"

    @staticmethod
    def is_own(name: str) -> bool:
        """Whether a cell says "us"."""
        return fold_name(name) in _OWN

    def references(self, name: str) -> list[str]:
        """All that a name may mean: in the full tables, else what rows named so before."""
        if references := self.full_references(name):
            return references
        slug = name if name in self.ids.names else self.former.get(fold_name(name), "")
        return [f"org:{slug}"] if slug else []

    def full_references(self, name: str) -> list[str]:
        """All parties of the full tables that an id or name means."""
        prefix, colon, rest = name.partition(":")
        tables = tuple(table for table in PARTIES[:3] if not colon or PREFIX[table] == prefix)
        key = rest if colon and tables else name
        tables = tables or PARTIES[:3]
        ids = [NamedRow(table, key) for table in tables if key in self.ids_of[table]]
        matches = ids or [named for named in self.names.find(key, tables) if named.id]
        return [f"{PREFIX[table]}:{row_id}" for table, row_id in matches]

    def _source(self, text: str, cell: SourceCell) -> str:
        for key in (source_key(text), *cell.keys):
            if key in self.sources:
                return self.sources[key]
        token = f"{UNKNOWN}source:{cell.keys[-1]}"
        for key in cell.keys:
            self.sources[key] = token
        return token

    def _date(self, row: TableRow, column: str) -> str:
        """A date in one form; one that cannot be read stays as it is, and is blamed where all dates are."""
        text = plain_date(row.get(column) or "", self.date_rule)
        try:
            return PartialDate.parse(text).text if text else ""
        except ValueError:
            return text

    def _types(self, row: TableRow) -> Iterator[str]:
        for text in split_values(row.get("type")):
            code = type_of_wording(text)
            if code is not None:
                yield code
                continue
            message = f"'{text}' is not known as a type of organisation."
            fix = f"{suggested_codes('org-type', text)} Leave it empty, or: partnergraph kinds --list org-type"
            self.error(row, "type", "unknown-type", message, fix)

    def _blame_itself(self, row: TableRow) -> None:
        message, column = "The partner and 'with whom' are the same organisation.", "with_whom"
        fix = "Write the other organisation into one of the two."
        if row.get("with_whom") is None:
            message = "The partner is your own organisation, which the empty cell 'with whom' means too."
            fix = "Write the other organisation into 'with whom'."
        self.error(row, column, "to-itself", message, fix)

    def _check_dates(self, partnership: PartnershipRow) -> bool:
        row, wording = partnership.row, partnership.wording
        if wording.code == "succession" and partnership.since and partnership.until:
            message = "What became of an organisation has one date."
            self.error(row, "until", "event-date", message, "Write it into 'since', and leave 'until' empty.")
            return False
        return True

    def check_end(self, partnership: PartnershipRow) -> None:
        """Note that a row speaks of the past, of whose claim no row says the end."""
        if partnership.wording.is_past:
            row = partnership.row
            message = f"'{row.get('how')}' speaks of the past, but 'until' is empty."
            fix = "Write until when. Else it is shown as over, without a date."
            self.error(row, "until", "no-end", message, fix, "warning")


def _named_row(reference: str) -> NamedRow:
    prefix, _, row_id = reference.partition(":")
    return NamedRow(next(table for table, own in PREFIX.items() if own == prefix), row_id)


def _bare(reference: str) -> str:
    return reference.removeprefix("org:")


def document_names(paths: Sequence[str]) -> dict[str, str]:
    """Paths of texts by what a cell may call them: the path, the name of the file, with and without its ending.

    >>> sorted(document_names(["documents/Report 2024.txt"]))
    ['documents/report 2024.txt', 'report 2024', 'report 2024.txt']
    """
    names: dict[str, str] = {}
    for path in sorted(paths, reverse=True):
        for name in (path, PurePosixPath(path).name, PurePosixPath(path).stem):
            names[fold_text(name)] = path
    return names
