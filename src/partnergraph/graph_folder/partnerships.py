"""The table partnerships -> rows of the other tables: organisations, sources, evidence, relationships and events.

Each new row stands where its row of Partnerships stands, so that whatever is wrong with it is a finding there.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

from partnergraph.errors import DataError, Finding
from partnergraph.graph_folder.documents import MAX_SIZE, LocationError, locate, match_typography, read_document
from partnergraph.graph_folder.partnership_evidence import limited_evidence, written_cells
from partnergraph.graph_folder.partnership_ids import (
    IDS,
    MAX_STEM,
    UNKNOWN,
    Assignment,
    IdentifiedRow,
    PartnershipIds,
    assign_ids,
    fold_name,
    ids_csv,
    read_ids,
)
from partnergraph.graph_folder.partnership_intervals import merged_intervals
from partnergraph.graph_folder.partnership_rows import PartnershipReader, PartnershipRow, document_names, source_key
from partnergraph.model.records import Document, Evidence, GraphConfig, Record, Source
from partnergraph.reading import read_file
from partnergraph.tables.suggestions import nearest
from partnergraph.tables.table import Table, TableRow
from partnergraph.vocabulary import concepts
from partnergraph.vocabulary.slug import ascii_slug

__all__ = ["PARTNERSHIPS", "TEXTS", "ExpandedPartnerships", "expand_partnerships", "implied_statement"]

PARTNERSHIPS = "partnerships"
TEXTS = "documents/*.txt"  # the texts that a cell may name without an entry of the settings
NO_PUBLISHER, NO_TYPE, FORM, CONFIDENCE = "not stated", "body", "organisation", "high"
PAST = "over; until when is not known"  # the date note of what a row says in the past tense, without an end
MAX_OLD_NAMES = 3  # in a message
_BASES = {"editorial": "editor", "register": "registry"}
# Which heading of Partnerships stands for each column of another table.
_HEADINGS = {
    "organisations": {"type": "type"},
    "sources": {"title": "source", "url": "source", "kind": "source", "id": "source", "publisher": "source"},
    "evidence": {
        "source": "source",
        "words": "what_it_says",
        "says": "what_it_says",
        "locator": "where",
        "note": "note",
    },
    "relationships": {"kind": "how", "start": "since", "end": "until", "date_note": "how", "evidence": "source"},
    "events": {"kind": "how", "date": "since", "evidence": "source"},
}
Cells = dict[str, str]


@dataclass
class ExpandedPartnerships:
    """What the rows became: the settings with the id of the focus, the entries of documents that only rows name, the
    written cells that the graph does not say otherwise (by evidence), the ids of organisations that no build has seen
    yet, and what the file of ids is to hold: None where it is as it is.
    """

    config: GraphConfig
    documents: list[dict[str, str]] = field(default_factory=list)
    written: dict[str, tuple[str, ...]] = field(default_factory=dict)
    new_partners: frozenset[str] = frozenset()
    ids_file: bytes | None = None

    def marked(self, record: Record) -> Record:
        """A record with where it came from, so that it can be exported as it was."""
        if isinstance(record, Evidence):
            return replace(record, from_table=PARTNERSHIPS, row_cells=self.written[record.id])
        if isinstance(record, Source) and record.kind == "document":  # which is exported with its text
            return record
        return replace(record, from_table=PARTNERSHIPS)


def expand_partnerships(
    folder: Path,
    tables: dict[str, Table],
    raw: Mapping[str, Any],
    config: GraphConfig,
    date_rule: str,
    findings: list[Finding],
) -> ExpandedPartnerships:
    """Take the table partnerships out of `tables`, and add its rows to the others."""
    table = tables.pop(PARTNERSHIPS)
    ids = read_ids(folder, findings)
    if not table.complete:
        for name in _HEADINGS:
            tables[name].complete = False
    result = ExpandedPartnerships(config)
    if table.rows or ids != PartnershipIds():
        result = _Expansion(folder, table, tables, raw, ids, date_rule, findings).run(config)
    _number_sources(tables["sources"])
    return result


def _number_sources(table: Table) -> None:
    """Give each source that has none, and that no row of Partnerships names, an id made of its title."""
    used = {row.get("id") for row in table.rows}
    for index, row in enumerate(table.rows):
        if row.get("id") is None and (title := row.get("title")):
            stem = ascii_slug(title)[:MAX_STEM].strip("-") or "source"
            slug = next(slug for n in count(1) if (slug := stem if n == 1 else f"{stem}-{n}") not in used)
            used.add(slug)
            table.rows[index] = replace(row, cells={**row.cells, "id": slug})


def implied_statement(kind: str, start: str, end: str) -> str:
    """What a source says by a row that gives no words of it. It names no party, so that a new name changes nothing.

    >>> implied_statement("funding", "2021", ""), implied_statement("membership", "", "2020-06")
    ('Funding, since 2021.', 'Membership, until 2020-06.')
    >>> implied_statement("succession", "2020", "")
    'Change of organisations, 2020.'
    """
    if kind == "succession":
        return ", ".join(filter(None, ("Change of organisations", start or end))) + "."
    label = next((c.label for c in concepts("relationship-kind") if c.code == kind), kind).partition(" (")[0]
    dates = [f"{word} {date}" for word, date in (("since", start), ("until", end)) if date]
    return f"{label[:1].upper()}{label[1:]}{', ' * bool(dates)}{' '.join(dates)}."


class _Expansion:
    """One run over the rows of a folder."""

    def __init__(
        self,
        folder: Path,
        table: Table,
        tables: dict[str, Table],
        raw: Mapping[str, Any],
        ids: PartnershipIds,
        date_rule: str,
        findings: list[Finding],
    ) -> None:
        self.folder, self.table, self.tables, self.raw = folder, table, tables, raw
        self.ids, self.findings = ids, findings
        self.full = {name: {row.get("id") or "" for row in tables[name].rows} for name in tables}
        self.reader = PartnershipReader(tables, ids, date_rule, findings=findings)
        self._texts: dict[str, Document | None] = {}
        self.paths: dict[str, str] = {}  # of texts, by source
        self.settings_sources = self.text_paths = frozenset[str]()
        self.result = ExpandedPartnerships(GraphConfig("", ""))

    def run(self, config: GraphConfig) -> ExpandedPartnerships:
        before = ids_csv(self.ids)
        self._find_documents()
        own = self._own(config)
        self.reader.own = own
        rows = self._without_repeats(self.reader.read(self.table.rows))
        names = self._names(rows, own, config)
        titles = self._titles(rows)
        self._prefer_full_tables()
        used = set[str]().union(*(self.full[name] for name in self.full if name != "evidence"))
        keys = [row.key for row in rows]
        merged = merged_intervals(row.interval for row in rows)
        intervals = [merged[row.interval] for row in rows]
        for row, (_, until) in zip(rows, intervals, strict=True):
            if not until:
                self.reader.check_end(row)
        assigned = assign_ids(self.ids, keys, intervals, names, titles, used, self.full["evidence"])
        self._note_new_names(rows, assigned)
        self._add_organisations(rows, assigned, names, own)
        self._add_sources(rows, assigned)
        self._add_claims(rows, assigned, intervals, names, own)
        self.result.new_partners = frozenset(
            reference.removeprefix("org:")
            for token, reference in assigned.ids.items()
            if token in names and reference.partition(":")[2] not in self.ids.names
        )
        slug = assigned.ids.get(own, own).partition(":")[2]
        self.result.config = replace(config, focus=slug) if slug else config
        data = ids_csv(assigned.file)
        self.result.ids_file = data if data != before or not (self.folder / IDS).exists() else None
        return self.result

    # What the cells name

    def _find_documents(self) -> None:
        """The texts that cells may name: those of the settings, and those in the folder documents."""
        entries = self.raw.get("document", [])
        named = {str(e.get("path", "")): str(e.get("source", "")) for e in entries if isinstance(e, dict)}
        self.paths = {source: path for path, source in named.items()}
        self.settings_sources = frozenset(self.paths)
        self.text_paths = frozenset(path.relative_to(self.folder).as_posix() for path in self.folder.glob(TEXTS))
        for name, path in document_names([*self.text_paths, *named]).items():
            token = named.get(path) or self.reader.sources.get(source_key(path), f"{UNKNOWN}source:{path}")
            self.reader.sources.setdefault(name, token)

    def _own(self, config: GraphConfig) -> str:
        """The reference of the focus of the settings: the id or the name of an organisation; or its `UNKNOWN` name."""
        if not config.focus or config.focus in self.full["organisations"]:
            return f"org:{config.focus}" if config.focus else ""
        references = self.reader.references(config.focus)
        if len(references) == 1:
            return references[0]
        is_misspelt = ascii_slug(config.focus) == config.focus and nearest(config.focus, self.full["organisations"])
        return "" if references or is_misspelt else f"{UNKNOWN}org:{fold_name(config.focus)}"

    def _names(self, rows: Sequence[PartnershipRow], own: str, config: GraphConfig) -> dict[str, str]:
        """What each party is called now: as it is mostly written. Several spellings are a finding."""
        spellings: dict[str, Counter[str]] = defaultdict(Counter)
        cells: dict[tuple[str, str], tuple[TableRow, str]] = {}
        for row in rows:
            for token, column in ((row.partner, "partner"), (row.other, "with_whom")):
                name = " ".join((row.row.get(column) or "").split())
                if name and not (token == own and self.reader.is_own(name)):
                    spellings[token][name] += 1
                    cells.setdefault((token, name), (row.row, column))
        names: dict[str, str] = {}
        for token, counts in spellings.items():
            slug = token.partition(":")[2]
            if token.startswith(UNKNOWN) or (slug in self.ids.names and slug not in self.full["organisations"]):
                names[token] = self._preferred_spelling(token, counts, cells)
            else:
                names[token] = self.reader.labels.get(token, "")
        if own and own not in names:
            slug = own.partition(":")[2]
            is_publisher = config.publisher and ascii_slug(config.publisher) == config.focus
            name = (config.publisher if is_publisher else config.focus) or slug
            if not own.startswith(UNKNOWN):
                is_id = config.focus == slug
                name = self.reader.labels.get(own) or (self.ids.names.get(slug, name) if is_id else name)
            names[own] = name
        return names

    def _preferred_spelling(
        self, token: str, counts: Counter[str], cells: Mapping[tuple[str, str], tuple[TableRow, str]]
    ) -> str:
        slug = token.partition(":")[2]
        old = self.ids.names.get(slug, "")
        others = [name for name in counts if name != slug or fold_name(name) == fold_name(old)] or [*counts]
        same = [name for name in others if fold_name(name) == fold_name(old)] or others
        name = old if old in same else min(same, key=lambda name: (-counts[name], name))
        for other in sorted(set(others) - {name}):
            row, column = cells[token, other]
            message = f"'{other}' is taken for '{name}'."
            fix = "Write it in one way; or with another name, if it is another organisation."
            self.reader.error(row, column, "spelling", message, fix, "info")
        return name

    def _titles(self, rows: Sequence[PartnershipRow]) -> dict[str, list[str]]:
        """What each source is called in its cells, the title first."""
        titles: dict[str, list[str]] = {}
        for row in sorted(rows, key=lambda row: row.source_cell.rank):
            cell = row.source_cell
            texts = titles.setdefault(row.source, [])
            path = row.source.removeprefix(f"{UNKNOWN}source:")
            own = [title_of_path(path), path] if path in self.text_paths else []
            if (index := self.reader.without_id.get(row.source)) is not None:
                own = [self.tables["sources"].rows[index].get("title") or ""]
            texts += [text for text in (*own, cell.title, cell.url) if text and text not in texts]
        return {
            token: texts
            for token, texts in titles.items()
            if token.startswith(UNKNOWN) or token not in self.full["sources"]
        }

    def _prefer_full_tables(self) -> None:
        """Rows of the last build name what has a row of its own by now."""
        replaced = {}
        for slug, name in self.ids.names.items():
            references = self.reader.full_references(name)
            if len(references) == 1 and slug not in self.full["organisations"]:
                replaced[f"org:{slug}"] = references[0]
        sources = {
            slug: self.reader.sources.get(source_key(text), slug)
            for slug, text in self.ids.sources
            if slug not in self.full["sources"]
        }
        for rows in (self.ids.rows, self.ids.former_rows):
            for number, row in enumerate(rows):
                key = row.key
                key = key._replace(
                    from_=replaced.get(key.from_, key.from_),
                    to=replaced.get(key.to, key.to),
                    source=sources.get(key.source, key.source),
                )
                rows[number] = row._replace(key=key)

    def _without_repeats(self, rows: Sequence[PartnershipRow]) -> list[PartnershipRow]:
        """The rows, each once. Those that say what another one says are a finding."""
        first: dict[Any, PartnershipRow] = {}
        for row in rows:
            if (same := first.setdefault(row.key, row)) is not row:
                message = f"The row says what row {same.row.number} says."
                self.reader.error(row.row, "partner", "row-twice", message, "Delete one of the two.", "warning")
        return list(first.values())

    def _note_new_names(self, rows: Sequence[PartnershipRow], assigned: Assignment) -> None:
        """What has a new name, and what may have one; each where it stands first."""
        cells: dict[str, tuple[PartnershipRow, str]] = {}
        for row in rows:
            for token, column in ((row.partner, "partner"), (row.other, "with_whom"), (row.source, "source")):
                cells.setdefault(token, (row, column))
        for token, reference in sorted(assigned.renamed_in_part.items()):
            if reference == self.reader.own or reference not in cells:
                continue
            (row, column), (other, other_column) = cells[token], cells[reference]
            name, old, place = row.row.get(column), other.row.get(other_column), other.row.place(other_column)
            message = f"'{name}' is a new name, in a row that named '{old}'. '{old}' is still in {place.short}."
            fix = f"Is it the new name of '{old}', write it there too. Are they two, leave it."
            self.reader.error(row.row, column, "renamed-in-part", message, fix, "warning")
        new_names = assigned.old_names.keys() | (assigned.doubtful.keys() - assigned.renamed_in_part.keys())
        for token in sorted(cells.keys() & new_names):
            row, column = cells[token]
            name, what = row.row.get(column), "source" if column == "source" else "organisation"
            if old := assigned.old_names.get(token):
                slug = assigned.ids.get(token, token).removeprefix("org:")
                message = f"What was called '{old}' is called '{name}' now; it stays '{slug}'."
                fix = f"Nothing needs to be done. Is it another {what}, put the row of '{old}' back before you build."
                self.reader.error(row.row, column, "renamed", message, fix, "info")
            else:
                olds = " or ".join(f"'{old}'" for old in assigned.doubtful[token][:MAX_OLD_NAMES])
                message = f"'{name}' is taken for another {what} than {olds}, whose row is gone and said the same."
                fix = "Is it a new name, build with that change alone first, and with the others then."
                self.reader.error(row.row, column, "renamed-or-new", message, fix, "info")

    # Rows of the full tables

    def _add(self, table: str, row: TableRow, cells: Cells, headings: Mapping[str, str], default: str) -> None:
        columns = dict.fromkeys(("id", *cells), default)
        own = {**columns, **_HEADINGS[table], **headings}
        cells = {column: value for column, value in cells.items() if value}
        new = TableRow(row.file, row.number, cells, True, row.sheet, row.columns, own)
        self.tables[table].rows.append(new)

    def _add_organisations(
        self, rows: Sequence[PartnershipRow], assigned: Assignment, names: Mapping[str, str], own: str
    ) -> None:
        types: dict[str, dict[str, None]] = defaultdict(dict)
        places: dict[str, tuple[TableRow, str]] = {}
        for row in rows:
            types[row.partner] |= dict.fromkeys(row.types)
            for token, column in ((row.partner, "partner"), (row.other, "with_whom")):
                places.setdefault(token, (row.row, column))
        if own and own not in places:
            places[own] = (TableRow(self.table.file, 1, {}, True, self.table.sheet, self.table.columns), "with_whom")
        for token, (table_row, column) in places.items():
            reference = assigned.ids.get(token, token)
            prefix, _, slug = reference.partition(":")
            if prefix != "org" or slug in self.full["organisations"]:
                continue
            cells = {"id": slug, "name": names[token], "form": FORM, "type": "; ".join(sorted(types[token])) or NO_TYPE}
            self._add("organisations", table_row, cells, {"name": column}, column)

    def _add_sources(self, rows: Sequence[PartnershipRow], assigned: Assignment) -> None:
        titles: dict[str, PartnershipRow] = {}
        for row in sorted(rows, key=lambda row: (row.source_cell.rank, row.row.number)):
            titles.setdefault(assigned.ids.get(row.source, row.source), row)
        for slug, row in sorted(titles.items()):
            if slug in self.full["sources"]:
                continue
            if (index := self.reader.without_id.get(row.source)) is not None:
                own = self.tables["sources"].rows[index]
                self.tables["sources"].rows[index] = replace(own, cells={**own.cells, "id": slug})
                continue
            cell = row.source_cell
            path = self.paths.get(slug) or self._path_of(slug, row.source, assigned)
            if path and slug not in self.settings_sources:
                self.result.documents.append({"source": slug, "path": path})
                self.paths[slug] = path
            kind = "document" if path else "page" if cell.url else "report"
            title = title_of_path(path) if path else cell.title
            cells = {"id": slug, "title": title, "publisher": cell.host or NO_PUBLISHER, "kind": kind, "url": cell.url}
            self._add("sources", row.row, cells, {}, "source")

    def _path_of(self, slug: str, token: str, assigned: Assignment) -> str:
        """The path of a text in the folder documents that only rows name."""
        texts = [token.removeprefix(f"{UNKNOWN}source:"), *(t for s, t in assigned.file.sources if s == slug)]
        return next((t for t in texts if t in self.text_paths), "")

    def _add_claims(
        self,
        rows: Sequence[PartnershipRow],
        assigned: Assignment,
        intervals: Sequence[tuple[str, str]],
        names: Mapping[str, str],
        own: str,
    ) -> None:
        by_claim: dict[str, list[tuple[PartnershipRow, IdentifiedRow]]] = defaultdict(list)
        sources = {row.get("id"): row for row in self.tables["sources"].rows}
        interval_of: dict[str, tuple[str, str]] = {}
        for row, identified, interval in zip(rows, assigned.rows, intervals, strict=True):
            by_claim[identified.claim].append((row, identified))
            interval_of[identified.claim] = interval
            source = sources[identified.key.source]
            self._add_evidence(row, identified, source.get("kind") or "")
            title = source.get("title") or ""
            self.result.written[identified.evidence] = written_cells(row, names, own, title, interval)
        for slug, members in by_claim.items():
            since, until = interval_of[slug]
            # The row with the dates of the claim, so that these stand where they are written.
            row, identified = min(
                members, key=lambda member: (member[0].interval[3:5] != (since, until), member[0].row.number)
            )
            key = identified.key
            is_event = key.kind == "succession"
            is_past = not until and any(member.wording.is_past for member, _ in members)
            cells: Cells = {"id": slug, "from": key.from_, "to": key.to}
            cells["evidence"] = limited_evidence(members, since, until, is_past and not is_event)
            parties = {"from": "with_whom", "to": "partner"} if row.wording.inverse else {"to": "with_whom"}
            table = "events" if is_event else "relationships"
            if self._has_duplicate_id(slug, row):
                continue
            if is_event:
                kind = "merger" if any(member.wording.is_merger for member, _ in members) else "change"
                cells |= {"kind": kind, "date": since}
                parties["date"] = "since" if row.since else "until"
            else:
                cells |= {"kind": key.kind, "start": since, "end": until, "date_note": PAST * is_past}
            self._add(table, row.row, cells, parties, "partner")

    def _has_duplicate_id(self, slug: str, row: PartnershipRow) -> bool:
        """Whether a row of a full table has the id of what a row of Partnerships became, which is a finding."""
        table = next((name for name in ("relationships", "events") if slug in self.full[name]), None)
        if table is None:
            return False
        title = self.tables[table].title
        message = f"What this row says has the id '{slug}', and so has a row of {title}."
        fix = "Delete one of the two rows, or give that row another id."
        self.reader.error(row.row, "partner", "duplicate-id", message, fix)
        return True

    def _add_evidence(self, row: PartnershipRow, identified: IdentifiedRow, source_kind: str) -> None:
        text, key = row.row.get("what_it_says"), identified.key
        cells = {"id": identified.evidence, "source": key.source, "basis": _BASES.get(source_kind, "stated")}
        cells |= {"confidence": CONFIDENCE, "locator": row.row.get("where") or "", "note": row.row.get("note") or ""}
        if text and self._is_quotation(row.row, key.source, text):
            cells["words"] = text
        else:
            cells["says"] = text or implied_statement(key.kind, key.since, key.until)
        self._add("evidence", row.row, cells, {}, "source")

    def _is_quotation(self, row: TableRow, source: str, text: str) -> bool:
        """Whether a text stands in the document of a source. One that nearly does is a finding."""
        document = self._document(source)
        if document is None:
            return False
        try:
            locate(document, text, near=True)
        except LocationError as error:
            if match_typography(document, text) or error.rule != "words-not-found":
                return True  # and whatever is wrong with the place is said where quotations are located
            message = "The text of the source does not say this in these words; it is taken as your own statement."
            self.reader.error(row, "what_it_says", "words-not-found", message, error.fix, "warning")
            return False
        return True

    def _document(self, source: str) -> Document | None:
        path = self.paths.get(source)
        if path is None:
            return None
        if source not in self._texts:
            try:
                self._texts[source] = read_document(source, read_file(self.folder / path, MAX_SIZE, path, self.folder))
            except (DataError, OSError, ValueError):  # which is a finding where documents are read
                self._texts[source] = None
        return self._texts[source]


def title_of_path(path: str) -> str:
    """What a text in the folder documents is called.

    >>> title_of_path("documents/annual-report_2024.txt")
    'Annual report 2024'
    """
    title = " ".join(Path(path).stem.replace("-", " ").replace("_", " ").split())
    return title[:1].upper() + title[1:]
