"""From cells to values: references, codes, dates, evidence. Each problem becomes a finding with place and fix."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from partnergraph.errors import Finding
from partnergraph.graph_folder.name_references import NAME_COLUMN, NamedRow, NameReferences
from partnergraph.model.dates import PartialDate
from partnergraph.model.ids import TABLES_OF_SOURCES, Ids
from partnergraph.model.records import Support
from partnergraph.tables.column_types import CHOICES, CellType, Column
from partnergraph.tables.suggestions import SuggestionIndex, nearest
from partnergraph.tables.table import Table, TableRow, split_values
from partnergraph.tables.table_schemas import BODIES, PARTIES, TABLE_COLUMNS, TABLE_SCHEMAS
from partnergraph.vocabulary import concepts
from partnergraph.vocabulary.iri import is_web_address
from partnergraph.vocabulary.wordings import kind_of_wording, suggested_codes, type_of_wording

_SLUG = re.compile(r"[a-z0-9]+(?:-+[a-z0-9]+)*")
_LOOSE = re.compile(r"[A-Za-z0-9]+(?:[-_]+[A-Za-z0-9]+)*")
_PREFIXED = re.compile(r"[a-z]+:\S+")
_SLASHED = re.compile(r"([0-9]{1,2})[/.]([0-9]{1,2})[/.]([0-9]{4})")
# How a folder may say that dates with slashes are meant.
DATE_RULES = ("dd/mm/yyyy", "mm/dd/yyyy")
_HINT = re.compile(r" (For \d{1,2} [A-Z][a-z]+ \d{4} write [\d-]{10}\.)$")
_CITED = re.compile(r"([^\s\[\]]+)\s*(?:\[([^\]]*)\])?")
# Tables whose rows can be named in another table's cell, with the prefix that tells them apart.
PREFIX = {
    "organisations": "org",
    "groups": "group",
    "undertakings": "undertaking",
    "places": "place",
    "relationships": "rel",
    "events": "event",
    "statements": "statement",
    "names": "name",
    "attributes": "attribute",
}
# A table's rows in the singular, and the rule that a reference to none of them breaks.
NOUN = {
    "organisations": ("organisation", "unknown-organisation"),
    "evidence": ("piece of evidence", "unknown-evidence"),
    "sources": ("source", "unknown-source"),
    "places": ("place", "unknown-place"),
    "groups": ("group", "unknown-group"),
    "undertakings": ("undertaking", "unknown-undertaking"),
    "relationships": ("relationship", "unknown-relationship"),
    "events": ("event", "unknown-event"),
    "statements": ("statement", "unknown-statement"),
}
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_MAX_DEGREES = {"latitude": 90, "longitude": 180}
# Rule, noun and fix of a word that is none of `CHOICES`.
_CHOICE_PROBLEMS = {
    "form": (
        "unknown-form",
        "a form of organisation",
        "Write formal, unit, collaboration, or organisation when the legal form is not known.",
    ),
    "decision": ("decision", "a decision", "Write same, different or unsure."),
}
MAX_VALUE_LENGTH = 200
MAX_LOOKUPS = 2_000
MAX_CANDIDATES = 10  # rows of one name that a finding lists
MAX_UNLOCATED = 200
LIST_NOUN = {
    "relationship-kind": "a relationship kind",
    "org-type": "a type of organisation",
    "basis": "a basis of evidence",
    "view": "a view of the map",
}


class CellParser:
    """Knows every id of the folder and turns cells into values, collecting findings.

    Of a table that could not be read as a whole, any id may exist: what names one is not blamed for it.
    """

    def __init__(self, tables: Mapping[str, Table], ids: Ids, dates: str = "") -> None:
        self.ids = ids
        self.dates = dates
        self.titles = {name: table.title for name, table in tables.items()}
        self.findings: list[Finding] = []
        self.known: dict[str, dict[str, str]] = {}
        self.names = NameReferences(tables)
        self.incomplete = {name for name, table in tables.items() if not table.complete}
        for name, table in tables.items():
            if "id" in TABLE_SCHEMAS[name].columns:
                self.known[name] = self._index(name, table.rows)
        self._lists: dict[str, dict[str, str]] = {}
        self._suggestions: dict[
            tuple[str, ...], tuple[SuggestionIndex, SuggestionIndex, dict[str, tuple[str, str]]]
        ] = {}
        self._lookups = self.unlocated = 0

    def error(
        self,
        row: TableRow,
        column: str | None,
        rule: str,
        message: str,
        value: str | None = None,
        fix: str | None = None,
    ) -> None:
        """Note a problem with a cell. Of a whole page pasted into a cell, only the beginning is repeated."""
        if value is not None and len(value) > MAX_VALUE_LENGTH:
            short = value[:MAX_VALUE_LENGTH] + "…"
            message, value = message.replace(value, short), short
        self.findings.append(Finding(rule, "error", message, row.place(column), value, fix))

    def _index(self, table: str, rows: list[TableRow]) -> dict[str, str]:
        index: dict[str, str] = {}
        first: dict[str, TableRow] = {}
        form = _LOOSE if table in ("evidence", "sources") else _SLUG
        for row in rows:
            slug = row.get("id")
            if slug is None:
                continue
            if slug in index:
                fix = "Give one of them another id, or delete it."
                other = first[slug]
                where = f"row {other.number}" if other.file == row.file else str(other.place())
                message = f"The id '{slug}' stands there twice; it is also in {where}."
                self.error(row, "id", "duplicate-id", message, slug, fix)
                continue
            if not form.fullmatch(slug):
                fix = "Use small letters, digits and hyphens, for example keele-university."
                self.error(row, "id", "id-form", f"'{slug}' is not a valid id.", slug, fix)
            # Whoever names a bad id is not to blame as well, and no graph is made from it.
            index[slug] = self._iri(table, slug, row) if form.fullmatch(slug) else slug
            first[slug] = row
        return index

    def _iri(self, table: str, slug: str, row: TableRow) -> str:
        """The IRI of a row; of evidence, which no cell names by its IRI, the id."""
        if table == "evidence":
            return slug
        source = row.get("source") or "unknown"
        if table in TABLES_OF_SOURCES and source not in self.known.get("sources", {}):
            matches = self.names.find(source, ("sources",))
            source = matches[0].id if len(matches) == 1 else source
        return self.ids.row(table, slug, source)

    def fields(self, table: str, row: TableRow) -> dict[str, Any]:
        """The values of a row by the fields of its record, each read as the type of its column says. Without those of
        empty cells, and of cells that are wrong: each of these is a finding.
        """
        values: dict[str, Any] = {}
        cells = row.cells
        for column in TABLE_COLUMNS[table]:
            if (text := cells.get(column.name)) is None:
                continue
            value = text if column.type in _AS_WRITTEN else self._value(table, row, column)
            if value is not None and value != "":
                values[column.field] = value
        self._check_period(row, values.get("start"), values.get("end"))
        return values

    def _value(self, table: str, row: TableRow, column: Column) -> Any:
        name = column.name
        match column.type:
            case "evidence":
                return self.support(row, table)
            case "code":
                return (self.codes if column.several else self.code)(row, name, column.scheme)
            case "row":
                return (self.slugs if column.several else self.slug)(row, name, column.tables[0])
            case "reference":
                return (self.references if column.several else self.reference)(row, name, column.tables)
            case "choice":
                return self.choice(row, name, column.scheme)
            case _:
                return _PARSERS[column.type](self, row, name)

    def reference(self, row: TableRow, column: str, tables: Iterable[str], text: str | None = None) -> str | None:
        """The IRI of what one cell names, or None (with a finding) when nothing is called so."""
        named = self.named(row, column, tables, text)
        return self.known[named.table].get(named.id) if named is not None else None

    def named(self, row: TableRow, column: str, tables: Iterable[str], text: str | None = None) -> NamedRow | None:
        """The row that a cell names by its id, else by a name of it; None with a finding when none or several are
        called so.
        """
        text = row.get(column) if text is None else text
        if text is None:
            return None
        tables = tuple(tables)
        prefix, colon, rest = text.partition(":")
        prefixed = tuple(t for t in tables if colon and PREFIX.get(t) == prefix)
        key = rest.strip() if prefixed else text
        matches = self.find(key, prefixed or tables)
        if len(matches) == 1:
            return matches[0]
        if matches:
            self.error(row, column, "ambiguous", *self.ambiguity(text, key, matches))
        elif not prefixed and _PREFIXED.fullmatch(text) and not ("sources" in tables and is_web_address(text)):
            prefixes = ", ".join(f"{PREFIX[t]}:" for t in tables if t in PREFIX)
            fix = "Write the id of the row alone" + (f", or with one of {prefixes} before it." if prefixes else ".")
            self.error(row, column, "reference-form", f"'{text}' is not an id.", text, fix)
        elif not self._may_exist(key, prefixed or tables):
            self.error(row, column, *self._unknown(text, key, prefixed or tables))
        return None

    def find(self, text: str, tables: Iterable[str]) -> list[NamedRow]:
        """The rows that a text may mean: those with this id; only where there are none, those with this name."""
        tables = tuple(tables)
        ids = [NamedRow(t, text) for t in tables if text in self.known.get(t, {})]
        return ids or self.names.find(text, tables)

    def ambiguity(self, text: str, key: str, matches: list[NamedRow]) -> tuple[str, str, str]:
        """Message, value and fix for a text that means several rows; what tells each of them apart is listed."""
        listing, written = [], []
        for named in matches[:MAX_CANDIDATES]:
            is_unique = sum(1 for table in PREFIX if named.id in self.known.get(table, {})) == 1
            form = named.id if is_unique or named.table not in PREFIX else f"{PREFIX[named.table]}:{named.id}"
            traits = self.names.describe(named)
            written.append(form)
            listing.append(f"{form} ({traits})" if traits else form)
        more = f"; and {len(matches) - MAX_CANDIDATES} more" if len(matches) > MAX_CANDIDATES else ""
        role = "id" if key in self.known.get(matches[0].table, {}) else "name"
        message = f"'{text}' is the {role} of {len(matches)} rows: {'; '.join(listing)}{more}."
        return message, text, f"Write {', '.join(written[:-1])} or {written[-1]}."

    def _may_exist(self, key: str, tables: tuple[str, ...]) -> bool:
        """Whether a table could not be read as a whole in which the row, or its name, may stand."""
        if self.incomplete & {*tables}:
            return True
        return "names" in self.incomplete and "organisations" in tables and not _SLUG.fullmatch(key)

    def _unknown(self, text: str, key: str, tables: tuple[str, ...]) -> tuple[str, str, str, str]:
        """Rule, message, value and fix for a text that means no row."""
        hint = self.suggest(key, tables)
        noun, rule = NOUN.get(tables[0], ("row", "unknown-row"))
        if len(tables) > 1:
            noun = {PARTIES: "party", BODIES: "body"}.get(tables, "record")
            rule = f"unknown-{noun}"
        is_name = not _SLUG.fullmatch(key) and any(table in NAME_COLUMN for table in tables)
        titles = " or ".join(self.titles.get(t, f"{t}.csv") for t in tables)
        fix = f"{hint}Add it to {titles}, or mend the {'name' if is_name else 'id'}."
        return rule, f"'{text}' is not the id{' or name' if is_name else ''} of any {noun}.", text, fix

    def suggest(self, text: str, tables: tuple[str, ...]) -> str:
        """The question whether the most similar id or name in these tables was meant; empty where none is similar.

        Of thousands of wrong texts only the first are looked up.
        """
        self._lookups += 1
        if self._lookups > MAX_LOOKUPS:
            return ""
        if tables not in self._suggestions:
            names = {name.casefold(): (name, row.id) for name, row in self.names.names(tables)}
            ids = SuggestionIndex({row_id for t in tables for row_id in self.known.get(t, {})})
            self._suggestions[tables] = (ids, SuggestionIndex(names), names)
        ids, names_index, names = self._suggestions[tables]
        near_id = ids.nearest(text)
        near_name = names_index.nearest(text.casefold()) if near_id is None or not _SLUG.fullmatch(text) else None
        if near_name:
            name, row_id = names[near_name]
            return f"Did you mean '{name}' ({row_id})? "
        return f"Did you mean '{near_id}'? " if near_id else ""

    def may_search(self) -> bool:
        """Whether the nearest wording is still looked for: where thousands of quotations are wrong, not for each."""
        return self.unlocated < MAX_UNLOCATED

    def references(self, row: TableRow, column: str, tables: Iterable[str]) -> tuple[str, ...]:
        """All IRIs that a cell names."""
        tables = tuple(tables)
        iris = (self.reference(row, column, tables, text) for text in self._split(row, column, tables))
        return tuple(iri for iri in iris if iri is not None)

    def _split(self, row: TableRow, column: str, tables: tuple[str, ...]) -> Iterable[str]:
        """The values of a cell; one name that holds a semicolon is one."""
        text = row.get(column)
        return [text] if text and ";" in text and self.names.find(text, tables) else split_values(text)

    def slug(self, row: TableRow, column: str, table: str, text: str | None = None) -> str | None:
        """The id of the row that a cell names by its id or name, checked to exist."""
        named = self.named(row, column, (table,), text)
        return named.id if named is not None else None

    def slugs(self, row: TableRow, column: str, table: str) -> tuple[str, ...]:
        """The ids of all rows that a cell names, checked to exist."""
        slugs = (self.slug(row, column, table, text) for text in self._split(row, column, (table,)))
        return tuple(slug for slug in slugs if slug is not None)

    def code(self, row: TableRow, column: str, scheme: str, text: str | None = None) -> str:
        """The code of an entry of a concept list that a cell names by its code, label or a wording of it; what names
        none is a finding with the nearest.
        """
        text = row.get(column) if text is None else text
        if text is None:
            return ""
        if scheme not in self._lists:
            entries = concepts(scheme)
            codes = {concept.code: concept.code for concept in entries}
            self._lists[scheme] = {_fold_code(concept.label): concept.code for concept in entries} | codes
        known = self._lists[scheme]
        if code := known.get(text) or known.get(_fold_code(text)) or _code_of_wording(scheme, text):
            return code
        near = nearest(_fold_code(text), {*known.values()})
        hint = f"Did you mean '{near}'? " if near else ""
        if scheme in ("org-type", "source-kind"):
            hint = f"{suggested_codes(scheme, text)} "
        listing = "All of them: partnergraph kinds --list " + scheme
        if scheme == "relationship-kind":
            listing = "All kinds: partnergraph kinds"
        noun = LIST_NOUN.get(scheme, f"in the list {scheme}")
        self.error(row, column, f"unknown-{column}", f"'{text}' is not {noun}.", text, f"{hint}{listing}")
        return ""

    def codes(self, row: TableRow, column: str, scheme: str) -> tuple[str, ...]:
        """All codes of a cell."""
        return tuple(code for text in split_values(row.get(column)) if (code := self.code(row, column, scheme, text)))

    def date(self, row: TableRow, column: str) -> PartialDate | None:
        """A date, or None with a finding that says the right form."""
        text = row.get(column)
        if text is None:
            return None
        try:
            return PartialDate.parse(plain_date(text, self.dates))
        except ValueError as error:
            if both := _both(text):
                message = f"'{text}' can be read in two ways: {_day(both[0])} or {_day(both[1])}."
                fix = f"Write {both[0].isoformat()} or {both[1].isoformat()}; or for all, in partnergraph.toml:"
                self.error(row, column, "date-form", message, text, f'{fix} dates = "dd/mm/yyyy" or "mm/dd/yyyy".')
                return None
            message, fix = str(error), "Write 2009, 2009-08 or 2009-08-01, as precisely as the source says it."
            if hint := _HINT.search(message):
                message, fix = message[: hint.start()], hint[1]
            self.error(row, column, "date-form", message, text, fix)
            return None

    def _check_period(self, row: TableRow, start: PartialDate | None, end: PartialDate | None) -> None:
        if start and end and end.latest < start.earliest:
            message = f"The end ({end.text}) is before the start ({start.text})."
            self.error(row, "end", "end-before-start", message, end.text, "Mend one of the two dates.")

    def flag(self, row: TableRow, column: str) -> bool | None:
        """yes or no."""
        text = row.get(column)
        if text is None:
            return None
        answer = {"yes": True, "true": True, "no": False, "false": False}.get(text.lower())
        if answer is None:
            self.error(row, column, "yes-or-no", f"'{text}' is neither yes nor no.", text, "Write yes or no.")
        return answer

    def count(self, row: TableRow, column: str) -> int | None:
        """A whole number of at least 1."""
        text = row.get(column)
        if text is None:
            return None
        if re.fullmatch(r"0*[1-9][0-9]{0,8}", text):
            return int(text)
        fix = "Leave it empty when the source gives no number ('many'), and put its word into count_as_stated."
        self.error(row, column, "count", f"'{text}' is not a whole number of at least 1.", text, fix)
        return None

    def choice(self, row: TableRow, column: str, scheme: str) -> str | None:
        """One of the words of `CHOICES`, whatever its case; another one is a finding."""
        text, words = row.get(column), CHOICES[scheme]
        if text and text.lower() in words:
            return text.lower()
        if text and text not in words:
            default = (f"unknown-{column}", f"one of the words for {column}", f"Write one of: {', '.join(words)}.")
            rule, noun, fix = _CHOICE_PROBLEMS.get(scheme, default)
            self.error(row, column, rule, f"'{text}' is not {noun}.", text, fix)
        return text

    def coordinate(self, row: TableRow, column: str) -> str | None:
        """Degrees of latitude or longitude, as they are written; a finding when they are none."""
        text, limit = row.get(column), _MAX_DEGREES[column]
        if text and not (re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) and abs(float(text)) <= limit):
            fix = f"Write degrees between -{limit} and {limit}, for example 53.0042."
            self.error(row, column, "coordinate", f"'{text}' is not a {column}.", text, fix)
        return text

    def language(self, row: TableRow, column: str) -> str | None:
        """The code of a language (BCP 47), as it is written; a finding when it is none."""
        text = row.get(column)
        if text and not _LANGUAGE.fullmatch(text):
            fix = "Write a code such as en, cy or en-GB."
            self.error(row, column, "language", f"'{text}' is not the code of a language.", text, fix)
        return text

    def web_address(self, row: TableRow, column: str) -> str | None:
        """A web address, or None with a finding."""
        text = row.get(column)
        if text and not is_web_address(text):
            fix = "Write it with https://, without spaces."
            self.error(row, column, "url", f"'{text}' is not a web address.", text, fix)
            return None
        return text

    def support(self, row: TableRow, table: str) -> tuple[Support, ...]:
        """The evidence of a row, with the columns each piece is limited to."""
        supports: list[Support] = []
        for text in split_values(row.get("evidence")):
            match = _CITED.fullmatch(text)
            if match is None:
                fix = "Write evidence ids separated by '; ', with columns in brackets: covcab-2 [start, end]."
                self.error(row, "evidence", "evidence-form", f"'{text}' is not an evidence id.", text, fix)
                continue
            if self.reference(row, "evidence", ("evidence",), match[1]) is None:
                continue
            columns = None
            if match[2] is not None:
                columns = frozenset(part.strip() for part in match[2].split(",") if part.strip())
                for column in sorted(columns - set(TABLE_SCHEMAS[table].columns)):
                    near = nearest(column, TABLE_SCHEMAS[table].columns)
                    hint = f"Did you mean '{near}'?" if near else f"Columns: {', '.join(TABLE_SCHEMAS[table].columns)}."
                    message = f"'{column}' in brackets is not a column of this table."
                    self.error(row, "evidence", "evidence-column", message, text, hint)
            supports.append(Support(match[1], columns))
        return tuple(supports)


def _fold_code(text: str) -> str:
    """A code or label as codes are written."""
    return re.sub(r"[\s_-]+", "-", text.strip().lower())


def _code_of_wording(scheme: str, text: str) -> str | None:
    """The kind of relationship or type of organisation that a wording means, whatever its direction."""
    if scheme == "org-type":
        return type_of_wording(text)
    kind = kind_of_wording(text) if scheme == "relationship-kind" else None
    return kind.code if kind is not None else None


def plain_date(text: str, rule: str) -> str:
    """A date with slashes as the folder's rule reads it; 2009.0 is what a program makes of a year."""
    match = _SLASHED.fullmatch(text)
    if match is None or not rule:
        return text.removesuffix(".0") if re.fullmatch(r"[0-9]{4}\.0", text) else text
    day, month, year = match.groups() if rule == DATE_RULES[0] else (match[2], match[1], match[3])
    return f"{year}-{month:0>2}-{day:0>2}"


def _both(text: str) -> tuple[date, date] | None:
    """The two days that a date with slashes can mean, when it can mean two."""
    match = _SLASHED.fullmatch(text)
    if match is None or match[1] == match[2]:
        return None
    first, second, year = (int(part) for part in match.groups())
    try:
        return date(year, second, first), date(year, first, second)
    except ValueError:
        return None


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


# Types of columns whose cells are taken as they are written.
_AS_WRITTEN = frozenset({"slug", "text", "string", "token", "figure"})
# How the cell of a column of another type is read.
_PARSERS: dict[CellType, Callable[[CellParser, TableRow, str], Any]] = {
    "date": CellParser.date,
    "flag": CellParser.flag,
    "count": CellParser.count,
    "coordinate": CellParser.coordinate,
    "language": CellParser.language,
    "web-address": CellParser.web_address,
}
