"""The gazetteer: names of bodies from graph folders, graphs and registers, and the longest match of them in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from partnergraph.errors import DataError, UsageError
from partnergraph.extraction.name_detection import WordToken, head_word, plain_word, word_lists
from partnergraph.model.register_records import Entry
from partnergraph.vocabulary.iri import last_segment

_WORD = re.compile(r"\w+(?:['’]\w+)*|&")
MAX_LENGTH = 60  # words of a name that is looked for in a text
_SMALL = frozenset(["of", "for", "and", "the", "in", "on"])


@dataclass(frozen=True)
class KnownOrganisation:
    """An organisation that a graph or a register knows. `slug` is its id in a graph; one of a register has none."""

    label: str
    where: str
    slug: str | None = None
    record: str | None = None

    def __str__(self) -> str:
        return f"{self.slug or self.record} ({self.label}, {self.where})"


Key = tuple[str, ...]  # the plain words of a name


@dataclass
class Gazetteer:
    """All that is known before a text is read.

    `names`: bodies by name, each with the name as written. `loose`: the same by the name without small words. `weak`:
    names of register entries that do not show that they are an organisation's; they alone identify nobody. `longest`:
    by the first word of names, the words of the longest. `ids`: the ids in use by table. `relationships`: ids by kind
    and the ids of both parties. `dates`: ids and dates of events by kind and the id of what they are about.
    `focus`: the organisation whose graph the first one with a focus is; `sources`: ids of sources by title and address
    (`source_key`); `titles`: their titles by id.
    """

    names: dict[Key, list[tuple[str, KnownOrganisation]]] = field(default_factory=dict)
    loose: dict[Key, list[KnownOrganisation]] = field(default_factory=dict)
    weak: dict[Key, list[tuple[str, KnownOrganisation]]] = field(default_factory=dict)
    longest: dict[str, int] = field(default_factory=dict)
    ids: dict[str, set[str]] = field(default_factory=dict)
    relationships: dict[tuple[str, str, str], str] = field(default_factory=dict)
    dates: dict[tuple[str, str], list[tuple[str, str]]] = field(default_factory=dict)
    focus: KnownOrganisation | None = None
    sources: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, body: KnownOrganisation) -> None:
        """Add a name of a body."""
        key = name_key(name)
        if not key or len(key) > MAX_LENGTH or (len(key) == 1 and len(key[0]) < 3):
            return
        # A register calls councils by their places and bodies by any three letters.
        if body.slug is None and not _is_organisation_name(name, key):
            _append(self.weak, key, name, body)
            return
        _append(self.names, key, name, body)
        self.longest[key[0]] = max(self.longest.get(key[0], 0), len(key))
        if len(loose_key := _without_small_words(key)) > 2:
            bodies = self.loose.setdefault(loose_key, [])
            if body not in bodies:
                bodies.append(body)

    def longest_match(
        self, text: str, tokens: list[WordToken], index: int
    ) -> tuple[int, list[KnownOrganisation]] | None:
        """The longest known name that begins at a token: the index after it, and the bodies that have it."""
        first = tokens[index]
        if not (first.text[0].isupper() or first.text[0].isdigit()):
            return None
        for width in range(min(self.longest.get(first.low, 0), len(tokens) - index), 0, -1):
            matched = tokens[index : index + width]
            entries = self.names.get(tuple(token.low for token in matched))
            if entries is None or not _is_contiguous(text, matched):
                continue
            written = text[first.start : matched[-1].end]
            # One word, or an abbreviation, must be written as it is; an ordinary word in capitals is no name.
            spellings = (written, re.sub(r"['’]s$", "", written))
            bodies = [body for name, body in entries if width > 1 or name in spellings]
            if bodies:
                return index + width, list(dict.fromkeys(bodies))
        return None

    def bodies_with_name(self, key: Key) -> list[KnownOrganisation]:
        """The bodies that have a name, also one that does not show that it is an organisation's."""
        return [body for _, body in self.names.get(key) or self.weak.get(key, [])]

    def bodies_with_similar_name(self, name: str) -> list[KnownOrganisation]:
        """Bodies whose name differs only in small words (School of, School for)."""
        return self.loose.get(_without_small_words(_words(name)), [])

    def from_path(self, path: Path) -> None:
        """Add a graph folder, a build, a store or an RDF file. Raises `DataError` for a folder with errors."""
        from partnergraph.graph_folder.folder import CONFIG

        if (path / CONFIG).is_file():
            self._add_folder(path)
        else:
            self._add_graph(path)

    def _add_folder(self, path: Path) -> None:
        from partnergraph.graph_folder.folder import read_folder
        from partnergraph.tables.table_schemas import TABLE_SCHEMAS

        folder = read_folder(path)
        if folder.errors:
            message = f"{path} has errors; mend them first: partnergraph check {path}"
            raise DataError(message, folder.errors)
        model = folder.model
        bodies = {
            organisation.id: KnownOrganisation(organisation.name, path.name or str(path), organisation.id)
            for organisation in model.organisations
        }
        for body in bodies.values():
            self.add(body.label, body)
        self.focus = self.focus or bodies.get(model.config.focus or "")
        for source in model.sources:
            self._add_source(source.id, source.title, source.url)
        for name in model.names:
            if name.organisation in bodies:
                self.add(name.name, bodies[name.organisation])
        for table in TABLE_SCHEMAS:
            rows = getattr(model, table, ())
            self.ids.setdefault(table, set()).update(row.id for row in rows)
        for relationship in model.relationships:
            parties = (_last_part(relationship.from_), _last_part(relationship.to))
            self.relationships.setdefault((relationship.kind, *parties), relationship.id)
        for event in model.events:
            if event.about and event.date:
                dates = self.dates.setdefault((event.kind, _last_part(event.about)), [])
                dates.append((event.id, event.date.text))

    def _add_graph(self, path: Path) -> None:
        from partnergraph.store import Reader
        from partnergraph.vocabulary import ORG, PG, RDF

        reader = Reader.at(path)
        organisations = set(reader.pointing(RDF.type, ORG.Organization))
        bodies: dict[str, KnownOrganisation] = {}
        for _, match in reader.names:
            if match.iri in organisations:
                body = KnownOrganisation(match.label, path.name or str(path), _last_part(match.iri))
                self.add(match.name, bodies.setdefault(match.iri, body))
        self.ids.setdefault("organisations", set()).update(_last_part(iri) for iri in bodies)
        for row in reader.rows("SELECT ?focus { ?c a dcat:Catalog ; pg:about ?focus } ORDER BY ?focus"):
            self.focus = self.focus or bodies.get(row["focus"] or "")
        query = "SELECT * { ?s a pg:Source ; dcterms:title ?title OPTIONAL { ?s foaf:page ?url } } ORDER BY ?s"
        for row in reader.rows(query):
            self.ids.setdefault("sources", set()).add(slug := _last_part(row["s"] or ""))
            self._add_source(slug, row["title"] or "", row["url"])
        query = "SELECT ?r ?kind ?from ?to { ?r a <%s>; <%s> ?kind; <%s> ?from; <%s> ?to }"
        for row in reader.rows(query % (PG.Relationship, PG.kind, PG["from"], PG.to)):
            codes = {name: _last_part(iri or "") for name, iri in row.items()}
            self.relationships.setdefault((codes["kind"], codes["from"], codes["to"]), codes["r"])
            self.ids.setdefault("relationships", set()).add(codes["r"])

    def _add_source(self, slug: str, title: str, url: str | None) -> None:
        from partnergraph.graph_folder.partnership_rows import source_key

        self.titles.setdefault(slug, title)
        for text in filter(None, (title, url)):
            self.sources.setdefault(source_key(text), slug)

    def from_register(self, path: Path, format_: str) -> int:
        """Add the bodies of a file of a register. Raises `UsageError` for a format that is not read."""
        from partnergraph.model.register_records import RecordCounts
        from partnergraph.registers.register_config import REGISTER_FORMATS, RegisterConfig, read_register

        if format_ not in REGISTER_FORMATS:
            raise UsageError(f"'{format_}' is not a form of register. Known: {', '.join(REGISTER_FORMATS)}.")
        return self.from_entries(
            read_register(RegisterConfig("register", path, path.name, format_), RecordCounts()), path.name
        )

    def from_entries(self, entries: Iterable[object], where: str) -> int:
        """Add the bodies of a register, as its reader yields them; gives their number."""
        number = 0
        for entry in entries:
            if isinstance(entry, Entry):
                body = KnownOrganisation(entry.name, where, None, entry.record)
                for name in (entry.name, *(other.name for other in entry.names)):
                    self.add(name, body)
                number += 1
        return number


def name_key(name: str) -> Key:
    """The plain words of a name, without a leading article: two names with the same key are the same name.

    >>> name_key("The Council’s Trust")
    ('council', 'trust')
    """
    words = _words(name)
    return words[1:] if words[:1] == ("the",) else words


def _words(name: str) -> Key:
    return tuple(plain_word(word) for word in _WORD.findall(name))


def _without_small_words(words: Key) -> Key:
    return tuple(word for word in words if word not in _SMALL)


def _last_part(iri: str) -> str:
    return last_segment(iri)


def _append(
    names: dict[Key, list[tuple[str, KnownOrganisation]]],
    key: Key,
    name: str,
    body: KnownOrganisation,
) -> None:
    entries = names.setdefault(key, [])
    if (name, body) not in entries:
        entries.append((name, body))


def _is_organisation_name(name: str, key: Key) -> bool:
    """Whether a name shows by itself that it is an organisation's.

    >>> _is_organisation_name("Elm Council", ("elm", "council"))
    True
    >>> _is_organisation_name("West Elmshire", ("west", "elmshire"))
    False
    """
    nations, directions = word_lists()["nations"], word_lists()["directions"]
    return len(key) > 1 and (head_word(name) is not None or (key[-1] in nations and key[0] not in directions))


def _is_contiguous(text: str, tokens: list[WordToken]) -> bool:
    """Whether only short gaps without a full stop lie between words."""
    gaps = (text[left.end : right.start] for left, right in pairwise(tokens))
    return all(len(gap) <= 3 and "." not in gap for gap in gaps)
