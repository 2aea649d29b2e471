"""Names that are known already, from graph folders, built graphs and registers: the longest match in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from partnergraph.errors import DataError, UsageError
from partnergraph.extraction.name_detection import WordToken, head_word, plain_word, word_lists
from partnergraph.model.register_records import Entry

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


@dataclass
class Gazetteer:
    """All that is known before a text is read: names, the ids that are taken, relationships by kind and parties."""

    names: dict[tuple[str, ...], list[tuple[str, KnownOrganisation]]] = field(default_factory=dict)
    loose: dict[tuple[str, ...], list[KnownOrganisation]] = field(default_factory=dict)
    weak: dict[tuple[str, ...], list[tuple[str, KnownOrganisation]]] = field(default_factory=dict)
    longest: dict[str, int] = field(default_factory=dict)
    ids: dict[str, set[str]] = field(default_factory=dict)
    relationships: dict[tuple[str, str, str], str] = field(default_factory=dict)
    dates: dict[tuple[str, str], list[tuple[str, str]]] = field(default_factory=dict)

    def add(self, name: str, body: KnownOrganisation) -> None:
        """Remember a name of a body."""
        key = tuple(plain_word(w) for w in _WORD.findall(name))
        key = key[1:] if key[:1] == ("the",) else key
        if not key or len(key) > MAX_LENGTH or (len(key) == 1 and len(key[0]) < 3):
            return
        # A register calls councils by their places and bodies by any three letters: such a name alone finds nobody.
        if body.slug is None and not _tells(name, key):
            _append(self.weak, key, name, body)
            return
        _append(self.names, key, name, body)
        self.longest[key[0]] = max(self.longest.get(key[0], 0), len(key))
        if len(bare := tuple(w for w in key if w not in _SMALL)) > 2:
            others = self.loose.setdefault(bare, [])
            if body not in others:
                others.append(body)

    def at(self, text: str, here: list[WordToken], index: int) -> tuple[int, list[KnownOrganisation]] | None:
        """The longest known name that begins at a token: the index after it, and whose it is."""
        first = here[index]
        if not (first.text[0].isupper() or first.text[0].isdigit()):
            return None
        for width in range(min(self.longest.get(first.low, 0), len(here) - index), 0, -1):
            piece = here[index : index + width]
            found = self.names.get(tuple(t.low for t in piece))
            if found is None or any(
                len(text[a.end : b.start]) > 3 or "." in text[a.end : b.start] for a, b in _pairs(piece)
            ):
                continue
            written = text[first.start : piece[-1].end]
            # One word, or an abbreviation, must be written as it is; an ordinary word in capitals is no name.
            bodies = [body for name, body in found if width > 1 or name in (written, re.sub(r"['’]s$", "", written))]
            if bodies:
                return index + width, list(dict.fromkeys(bodies))
        return None

    def called(self, key: tuple[str, ...]) -> list[KnownOrganisation]:
        """Who has a name that a text was found to hold, by its folded words."""
        return [body for _, body in self.names.get(key) or self.weak.get(key, [])]

    def nearly(self, name: str) -> list[KnownOrganisation]:
        """Bodies whose name differs only in small words (School of, School for)."""
        return self.loose.get(tuple(w for w in map(plain_word, _WORD.findall(name)) if w not in _SMALL), [])

    def from_path(self, path: Path) -> None:
        """Add a graph folder, a build, a store or an RDF file. Raises `DataError` for a folder with errors."""
        from partnergraph.graph_folder.folder import CONFIG

        if (path / CONFIG).is_file():
            self._folder(path)
        else:
            self._graph(path)

    def _folder(self, path: Path) -> None:
        from partnergraph.graph_folder.folder import read_folder
        from partnergraph.tables.table_schemas import TABLE_SCHEMAS

        folder = read_folder(path)
        if folder.errors:
            message = f"{path} has errors; mend them first: partnergraph check {path}"
            raise DataError(message, folder.errors)
        model = folder.model
        bodies = {o.id: KnownOrganisation(o.name, path.name or str(path), o.id) for o in model.organisations}
        for organisation in model.organisations:
            self.add(organisation.name, bodies[organisation.id])
        for name in model.names:
            if name.organisation in bodies:
                self.add(name.name, bodies[name.organisation])
        for table in TABLE_SCHEMAS:
            rows = getattr(model, table, ())
            self.ids.setdefault(table, set()).update(row.id for row in rows)
        for link in model.relationships:
            parties = (link.kind, link.from_.rpartition("/")[2], link.to.rpartition("/")[2])
            self.relationships.setdefault(parties, link.id)
        for event in model.events:
            if event.about and event.date:
                self.dates.setdefault((event.kind, event.about.rpartition("/")[2]), []).append(
                    (event.id, event.date.text)
                )

    def _graph(self, path: Path) -> None:
        from partnergraph.store import Reader
        from partnergraph.vocabulary import ORG, PG, RDF, SKOS

        reader = Reader.at(path)
        named = set(reader.pointing(RDF.type, ORG.Organization))
        labels, others = reader.values(SKOS.prefLabel), reader.values(SKOS.altLabel)
        for iri in sorted(named & labels.keys()):
            slug = iri.rpartition("/")[2]
            body = KnownOrganisation(sorted(labels[iri])[0], path.name or str(path), slug)
            self.ids.setdefault("organisations", set()).add(slug)
            for name in sorted({*labels[iri], *others.get(iri, ())}):
                self.add(name, body)
        asked = "SELECT ?r ?kind ?from ?to { ?r a <%s>; <%s> ?kind; <%s> ?from; <%s> ?to }"
        for row in reader.rows(asked % (PG.Relationship, PG.kind, PG["from"], PG.to)):
            last = {name: (value or "").rpartition("/")[2] for name, value in row.items()}
            self.relationships.setdefault((last["kind"], last["from"], last["to"]), last["r"])
            self.ids.setdefault("relationships", set()).add(last["r"])

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


def _append(
    names: dict[tuple[str, ...], list[tuple[str, KnownOrganisation]]],
    key: tuple[str, ...],
    name: str,
    body: KnownOrganisation,
) -> None:
    bodies = names.setdefault(key, [])
    if (name, body) not in bodies:
        bodies.append((name, body))


def _tells(name: str, key: tuple[str, ...]) -> bool:
    """Whether a name tells by itself that it is an organisation's.

    >>> _tells("Elm Council", ("elm", "council")), _tells("West Elmshire", ("west", "elmshire"))
    (True, False)
    """
    nations, directions = word_lists()["nations"], word_lists()["directions"]
    return len(key) > 1 and (head_word(name) is not None or (key[-1] in nations and key[0] not in directions))


def _pairs(piece: list[WordToken]) -> Iterator[tuple[WordToken, WordToken]]:
    return pairwise(piece)
