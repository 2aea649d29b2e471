"""What the rows of a graph folder are called, so that a cell may name one by its name instead of its id.

Names: the preferred, former, short and other names of bodies, the names of groups, undertakings, places and statements,
the title and the web address of sources. First a name is looked up as it is written (spaces and Unicode normalisation
aside), then in its folded form (`reference_key`). Ids are not looked up here: they always win.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from partnergraph.tables.table import Table, TableRow, split_values
from partnergraph.tables.table_schemas import PARTIES
from partnergraph.vocabulary import concepts
from partnergraph.vocabulary.iri import is_web_address
from partnergraph.vocabulary.name_folding import reference_key

__all__ = ["NameReferences", "NamedRow", "exact_key"]

# The column that holds the name of a row.
NAME_COLUMN = {
    "organisations": "name",
    "groups": "name",
    "undertakings": "name",
    "places": "name",
    "statements": "name",
    "sources": "title",
}
_TYPES = {"organisations": ("type", "org-type"), "undertakings": ("type", "undertaking-type")} | {
    table: ("kind", f"{table[:-1]}-kind") for table in ("places", "sources", "statements")
}
_YEAR = re.compile(r"\b[12]\d{3}\b")
_MAX_DESCRIPTION = 60  # characters of a description beside a candidate
_MAX_ROUNDS = 10  # of names whose body is named by another of these names
# What the keys of folded names and of addresses begin with: no name holds these characters.
_FOLDED, _ADDRESS = "\x00", "\x01"


class NamedRow(NamedTuple):
    """A row that has a name; `id` is empty where its cell is."""

    table: str
    id: str


def exact_key(text: str) -> str:
    """A name as it is written, in one Unicode normalisation and with single spaces."""
    return " ".join((text if text.isascii() else unicodedata.normalize("NFC", text)).split())


def _address_key(text: str) -> str:
    """A web address without scheme, www., case and a slash at its end."""
    return _ADDRESS + re.sub(r"\Ahttps?://(www\.)?", "", text, flags=re.I).rstrip("/").casefold()


class NameReferences:
    """The names in the tables of a folder. Indexes are made when the first name is looked up."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        self._rows = {name: [*table.rows] for name, table in tables.items()}
        self._indexes: dict[str, dict[str, dict[str, None]]] = {}
        self._matches: dict[tuple[str, tuple[str, ...]], list[NamedRow]] = {}  # thousands of rows may have one name
        self._by_id: dict[str, dict[str, TableRow]] = {}
        self._traits: dict[NamedRow, tuple[set[str], set[str]]] | None = None

    def find(self, text: str, tables: Iterable[str]) -> list[NamedRow]:
        """The rows of these tables that are called so, each once, in the order of tables and rows."""
        tables = tuple(tables)
        if (matches := self._matches.get((text, tables))) is None:
            matches = self._matches[text, tables] = self._find(text, tables)
        return matches

    def _find(self, text: str, tables: tuple[str, ...]) -> list[NamedRow]:
        keys = (_address_key(text),) if is_web_address(text) else (exact_key(text), _FOLDED + reference_key(text))
        for key in keys:
            matches = [NamedRow(table, row_id) for table in tables for row_id in self._index(table).get(key, ())]
            if matches:
                return matches
        return []

    def names(self, tables: Iterable[str]) -> Iterator[tuple[str, NamedRow]]:
        """Every name in these tables as it is written."""
        for table in tables:
            for key, ids in self._index(table).items():
                if not key.startswith((_FOLDED, _ADDRESS)):
                    yield from ((key, NamedRow(table, row_id)) for row_id in ids)

    def _index(self, table: str) -> dict[str, dict[str, None]]:
        """Keys of the names in a table -> ids; an ordered set for each."""
        if table not in self._indexes:
            index: dict[str, dict[str, None]] = defaultdict(dict)
            self._indexes[table] = index
            if column := NAME_COLUMN.get(table):
                for row in self._rows.get(table, ()):
                    _add(index, row.get(column), row.get("id") or "")
                    if table == "sources" and (address := row.get("url")):
                        index[_address_key(address)][row.get("id") or ""] = None
            if table == "organisations":
                self._add_other_names(index)
        return self._indexes[table]

    def _add_other_names(self, index: dict[str, dict[str, None]]) -> None:
        """Add the names of the table names, whose cells may name their bodies by other rows of it, in any order."""
        ids = self._ids("organisations")
        pending = list(self._rows.get("names", ()))
        for _ in range(_MAX_ROUNDS):
            resolved, left = list[tuple[TableRow, str]](), list[TableRow]()
            for row in pending:
                text = row.get("organisation") or ""
                text = text.removeprefix("org:").strip() if text not in ids else text
                matches = [NamedRow("organisations", text)] if text in ids else self._find(text, ("organisations",))
                resolved += [(row, matches[0].id)] if len(matches) == 1 else []
                left += [row] if not matches else []
            for row, row_id in resolved:  # after the round: the order of rows changes nothing
                _add(index, row.get("name"), row_id)
            if not resolved or not left:
                return
            pending = left

    def describe(self, named: NamedRow) -> str:
        """What tells a row from others of its name: type, place, years, publisher, description."""
        row = self._ids(named.table).get(named.id)
        if row is None:
            return ""
        column, scheme = _TYPES.get(named.table, ("", ""))
        labels = {concept.code: concept.label for concept in concepts(scheme)} if scheme else {}
        parts = [labels.get(code, code) for code in split_values(row.get(column))]
        parts += [text for name in ("publisher", "source", "date", "url") if (text := row.get(name))]
        places, years = self._places_and_years().get(named, (set(), set()))
        parts += sorted(places)
        if years:
            parts.append("–".join(sorted({min(years), max(years)})))
        if description := row.get("description"):
            is_long = len(description) > _MAX_DESCRIPTION
            parts.append(description[:_MAX_DESCRIPTION] + "…" if is_long else description)
        return "; ".join(parts)

    def _places_and_years(self) -> dict[NamedRow, tuple[set[str], set[str]]]:
        """Where each party is, and the years that stand in the rows about it."""
        if self._traits is None:
            traits: dict[NamedRow, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
            self._traits = traits
            for table, columns in (
                ("relationships", ("from", "to")),
                ("events", ("about", "from", "to")),
                ("names", ("organisation",)),
                ("attributes", ("organisation",)),
            ):
                for row in self._rows.get(table, ()):
                    dates = " ".join(row.get(column) or "" for column in ("start", "end", "date"))
                    parties = [
                        party for name in columns for text in split_values(row.get(name)) for party in self._party(text)
                    ]
                    for party in parties:
                        traits[party][1].update(_YEAR.findall(dates))
                    if row.get("kind") == "location" and len(parties) == 2:
                        traits[parties[0]][0].add(self._title(parties[1]))
                    if row.get("property") in ("address", "headquarters") and parties:
                        traits[parties[0]][0].add(row.get("value") or "")
        return self._traits

    def _party(self, text: str) -> list[NamedRow]:
        """The party that a cell names by its id or name, if it names one."""
        text = text.rpartition(":")[2]
        ids = [NamedRow(table, text) for table in PARTIES if text in self._ids(table)]
        matches = ids or self.find(text, PARTIES)
        return matches if len(matches) == 1 else []

    def _title(self, named: NamedRow) -> str:
        row = self._ids(named.table).get(named.id)
        return (row.get(NAME_COLUMN[named.table]) if row else None) or named.id

    def _ids(self, table: str) -> dict[str, TableRow]:
        """The rows of a table by their ids; of several with one id, the first."""
        if table not in self._by_id:
            self._by_id[table] = {}
            for row in self._rows.get(table, ()):
                self._by_id[table].setdefault(row.get("id") or "", row)
        return self._by_id[table]


def _add(index: dict[str, dict[str, None]], name: str | None, row_id: str) -> None:
    if name:
        index[exact_key(name)][row_id] = None
        if folded := reference_key(name):
            index[_FOLDED + folded][row_id] = None
