"""Every name of every body in an index of its own (SQLite with FTS5): found in milliseconds, however many there are.

A build writes it beside its store. It only repeats what the graph says, so a store that has none, or one of another
version or that is damaged, gets its own in memory, and it is no part of what a build promises byte by byte.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from copy import copy
from dataclasses import dataclass
from difflib import SequenceMatcher
from errno import EIO, ENOSPC
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from partnergraph.vocabulary import ORG, PG, RDF, SKOS
from partnergraph.vocabulary.iri import last_segment
from partnergraph.vocabulary.name_folding import lookup_key

if TYPE_CHECKING:
    from partnergraph.store import Reader

FILE = "names.sqlite"
# Raise it when the tables or the folding change; an index of another version is not used.
FORMAT = 3
SMALL = frozenset(["of", "for", "and", "the", "in", "on", "at", "to", "a"])

_CLASSES = (ORG.Organization, PG.UnnamedGroup, PG.Undertaking)
# Names are numbered from the shortest to the longest: of names that a text fits equally well the one comes first
# of which it is the most; last come the ids of the bodies (slugs), which are only found as a whole.
# Keys are folded already, so that tokens are told apart by ASCII alone: everything beyond it belongs to a word. (The
# Unicode tables of FTS5 are older than those of Python, and would split words at letters that they do not know.)
# `detail=none`: no positions, which nothing here asks for.
_TABLES = """
CREATE TABLE body (id INTEGER PRIMARY KEY, iri TEXT, label TEXT);
CREATE TABLE name (id INTEGER PRIMARY KEY, key TEXT, name TEXT, body INTEGER, slug INTEGER);
CREATE TABLE initials (initials TEXT, id INTEGER, PRIMARY KEY (initials, id)) WITHOUT ROWID;
CREATE TABLE last_initials (initials TEXT, id INTEGER, PRIMARY KEY (initials, id)) WITHOUT ROWID;
CREATE TABLE spelling (id INTEGER PRIMARY KEY, key TEXT UNIQUE);
CREATE VIRTUAL TABLE word USING fts5
  (key, content='', columnsize=0, detail=none, tokenize="ascii tokenchars '_'", prefix='2 3');
CREATE VIRTUAL TABLE name_grams USING fts5 (key, content='', columnsize=0, detail=none, tokenize='trigram');
CREATE VIRTUAL TABLE spelling_grams USING fts5 (key, content='', columnsize=0, detail=none, tokenize='trigram');
CREATE TABLE name_grams_count (gram TEXT PRIMARY KEY, number INTEGER) WITHOUT ROWID;
CREATE TABLE spelling_grams_count (gram TEXT PRIMARY KEY, number INTEGER) WITHOUT ROWID;
"""
_INDEXES = "CREATE INDEX name_key ON name (key, id); CREATE INDEX body_iri ON body (iri);"
# What the graph says, while an index is made of it: the things that are bodies, their names of today, all their names.
_STATED = """
CREATE TEMP TABLE sort (iri TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TEMP TABLE label (iri TEXT, text TEXT, PRIMARY KEY (iri, text)) WITHOUT ROWID;
CREATE TEMP TABLE called (iri TEXT, text TEXT, PRIMARY KEY (iri, text)) WITHOUT ROWID;
"""
_BODIES = """
INSERT INTO body (iri, label) SELECT iri, text FROM sort JOIN label USING (iri) ORDER BY iri, text;
INSERT INTO name (key, name, body, slug) SELECT folded(text) AS key, text, id, 0
  FROM body JOIN called ON called.iri = body.iri ORDER BY length(key), key, casefolded(label), body.iri, text;
INSERT INTO name (key, name, body, slug) SELECT folded(last_part(iri)), label, id, 1 FROM body ORDER BY id;
DROP TABLE sort; DROP TABLE label; DROP TABLE called;
"""
_ROWS = "SELECT iri, label, name, key FROM name JOIN body ON body.id = body"
MAX_LENGTH = 300  # characters of a text that is looked for
GRAMS = 4000  # how many names that share three letters with a text are looked at, the rarest letters first
MAX_NEAREST = 40  # how many of them are compared letter by letter
MAX_COUNT = 5  # and how many are then near enough
LEAST_ACRONYM = 3  # letters of an acronym that is made from a part of a name
ALIKE = 0.75
ALIKE_WORD = 0.8


@dataclass(frozen=True)
class NameMatch:
    """A body: its IRI, its name of today, and the name that was matched."""

    iri: str
    label: str
    name: str


def is_short_form(short: str, name: str) -> bool:
    """Whether a folded text is a short form of a folded name: each word as it is, or initials of words in a row.

    >>> is_short_form("nihr spcr", "nihr school for primary care research"), is_short_form("wm swtp", "west midlands")
    (True, False)
    """
    everything = name.split()
    return _shortens(short, everything) or _shortens(short, [word for word in everything if word not in SMALL])


def _shortens(short: str, words: list[str]) -> bool:
    at = 0
    for piece in short.split():
        if piece in SMALL and piece not in words:
            continue
        if words[at : at + 1] == [piece]:
            at += 1
        elif len(piece) > 1 and [word[0] for word in words[at : at + len(piece)]] == list(piece):
            at += len(piece)
        else:
            return False
    return at == len(words) > 0


class CommonSubsequence:
    """How many letters a text has in common with others, in order (the longest common subsequence).

    >>> CommonSubsequence("keele university")("kele univresity")
    14
    """

    def __init__(self, text: str) -> None:
        self.all = (1 << len(text)) - 1
        self.where: dict[str, int] = {}
        for at, letter in enumerate(text):
            self.where[letter] = self.where.get(letter, 0) | 1 << at

    def __call__(self, other: str) -> int:
        """Hyyrö, "Bit-parallel LCS-length computation revisited" (2004): a bit for each letter of the text."""
        row = self.all
        for letter in other:
            if (both := row & self.where.get(letter, 0)) != 0:
                row = (row + both | row - both) & self.all
        return (self.all ^ row).bit_count()


class NameIndex:
    """The names of one graph. Each method gives bodies, those with the shortest name first, some more than once."""

    _open: sqlite3.Connection | None = None

    def __init__(self, reader: Reader) -> None:
        self._reader = copy(reader)  # not itself: it holds this, and would never go
        if reader.folder is not None:
            self._open = _open_index(reader.folder.parent / FILE)

    def __del__(self) -> None:
        """Let go of the file."""
        if self._open is not None:
            self._open.close()

    def __iter__(self) -> Iterator[tuple[str, NameMatch]]:
        """Every name as it is looked up, with the body that is or was called so."""
        return ((row[3], NameMatch(*row[:3])) for row in self._rows(f"{_ROWS} WHERE NOT slug ORDER BY name.id"))

    def of(self, iri: str) -> Iterator[NameMatch]:
        """The body of this IRI, by its name of today."""
        return self._matches("SELECT iri, label, label FROM body WHERE iri = ? ORDER BY id LIMIT 1", iri)

    def with_name(self, text: str) -> Iterator[NameMatch]:
        """The bodies of which this is a name, or the last part of the IRI."""
        return self._matches(f"{_ROWS} WHERE key = ? ORDER BY name.id", text)

    def shortened(self, text: str) -> Iterator[NameMatch]:
        """The bodies of which this is a short form of a name."""
        sql = (
            f"SELECT name.id, {_ROWS.removeprefix('SELECT ')} JOIN initials ON initials.id = name.id WHERE initials = ?"
        )
        rows = {row for initials in self._initials(text.split()) for row in self._rows(sql, initials)}
        return (NameMatch(*row[1:4]) for row in sorted(rows) if is_short_form(text, row[4]))

    def _initials(self, pieces: list[str]) -> set[str]:
        """What the initials of a name may be that these words shorten, of beginnings that some name has."""
        prefixes = {""}
        for piece in pieces:
            further = {begin + more for begin in prefixes for more in ((piece[0], piece) if len(piece) > 1 else piece)}
            # A name that lacks a small word of the text is shortened by it all the same.
            further |= prefixes if piece in SMALL else set()
            prefixes = {begin for begin in further if not begin or self._begins(begin)}
        return prefixes - {""}

    def _begins(self, initials: str) -> bool:
        sql = "SELECT 1 FROM initials WHERE initials >= ? AND initials < ? LIMIT 1"
        return any(self._rows(sql, initials, _after(initials)))

    def beginning(self, text: str) -> Iterator[NameMatch]:
        """The bodies with a name that begins so."""
        return self._matches(f"{_ROWS} WHERE key >= ? AND key < ? AND NOT slug ORDER BY name.id", text, _after(text))

    def with_words(self, text: str) -> Iterator[NameMatch]:
        """The bodies with a name in which all these words stand."""
        return self._matching(" AND ".join(_quoted(word) for word in sorted(set(text.split()))))

    def with_beginnings(self, text: str) -> Iterator[NameMatch]:
        """The bodies with a name in which words stand that begin with these; only the last of them, if it is a word
        of some name, may be meant as one that goes on.
        """
        words = text.split()
        parts = {_quoted(word) + ("" if self._is_word(word) else "*") for word in words[:-1]}
        return self._matching(" AND ".join(sorted(parts | {_quoted(word) + "*" for word in words[-1:]})))

    def _is_word(self, word: str) -> bool:
        return any(self._rows("SELECT 1 FROM spelling WHERE key = ?", word))

    def with_acronym(self, text: str) -> Iterator[NameMatch]:
        """The bodies with a name of which the first or the last words have these initials, three or more."""
        if len(text) < LEAST_ACRONYM or " " in text:
            return iter(())
        runs = "SELECT id FROM initials WHERE initials >= ? AND initials < ?"
        either = f"{runs} UNION {runs.replace('FROM initials', 'FROM last_initials')}"
        last = _reversed(text)
        sql = f"{_ROWS} WHERE name.id IN ({either}) ORDER BY name.id"
        return self._matches(sql, text, _after(text), last, _after(last))

    def _matching(self, match: str) -> Iterator[NameMatch]:
        if not match:
            return iter(())
        # CROSS: from the words to the names, never the other way round.
        tables = "word CROSS JOIN name ON name.id = word.rowid CROSS JOIN body ON body.id = body"
        return self._matches(f"SELECT iri, label, name FROM {tables} WHERE word MATCH ? ORDER BY word.rowid", match)  # noqa: S608

    def alike(self, text: str) -> Iterator[NameMatch]:
        """The bodies with a name that is written nearly so, the nearest first."""
        for near in self._near("name", text, ALIKE):
            yield from self.with_name(near)

    def misspelt(self, text: str) -> Iterator[NameMatch]:
        """The bodies with a name in which words stand that are written nearly so."""
        choices, mended = [], False
        for word in sorted(set(text.split())):
            near = [word] if self._is_word(word) else []
            if not near and len(word) > 3:
                near, mended = self._near("spelling", word, ALIKE_WORD), True
            if not near:
                return iter(())
            choices.append(" OR ".join(_quoted(spelling) for spelling in near))
        return self._matching(" AND ".join(f"({choice})" for choice in choices) if mended else "")

    def _near(self, table: str, text: str, alike: float) -> list[str]:
        """The keys of a table that are most like a text (the ratio of `difflib`), of those that share three letters."""
        if not 0 < len(text) <= MAX_LENGTH:
            return []
        grams = sorted({gram for at in range(len(text)) if len(gram := f" {text} "[at : at + 3]) == 3})
        places = ",".join("?" * len(grams))
        sql = f"SELECT * FROM {table}_grams_count WHERE gram IN ({places}) ORDER BY number, gram"  # noqa: S608
        shared: Counter[int] = Counter()
        left = GRAMS
        for gram, number in self._rows(sql, *grams):
            left -= number
            if left < 0 and shared:
                break
            rows = self._rows(f"SELECT rowid FROM {table}_grams WHERE {table}_grams MATCH ? LIMIT ?",  # noqa: S608
                               _quoted(gram), GRAMS)  # fmt: skip
            shared.update(row[0] for row in rows)
        likeliest = sorted(shared, key=lambda number: (-shared[number], number))[:MAX_NEAREST]
        places = ",".join("?" * len(likeliest))
        common, matcher, rated = CommonSubsequence(text), SequenceMatcher(), []
        matcher.set_seq2(text)
        for (other,) in self._rows(f"SELECT key FROM {table} WHERE id IN ({places})", *likeliest):  # noqa: S608
            # What two texts have in common in any order of looking is never less than what `difflib` finds, and quick.
            if 2 * common(other) >= alike * (len(text) + len(other)):
                matcher.set_seq1(other)
                if (ratio := matcher.ratio()) >= alike:
                    rated.append((-ratio, other))
        return [other for _, other in sorted(rated)[:MAX_COUNT]]

    def _matches(self, sql: str, *values: str) -> Iterator[NameMatch]:
        return (NameMatch(*row[:3]) for row in self._rows(sql, *values))

    def _rows(self, sql: str, *values: object) -> Iterator[Any]:
        """The rows of a question; when the file is damaged, those of an index made anew."""
        if self._open is not None:
            try:
                yield from self._open.execute(sql, values)
                return
            except sqlite3.DatabaseError:
                self._open.close()
        self._open = _build_index(self._reader)
        yield from self._open.execute(sql, values)


def write_index(reader: Reader, file: Path) -> None:
    """Write the index of a graph, with flat memory. Raises `OSError`."""
    file.unlink(missing_ok=True)
    try:
        # Nobody reads the file before it is whole and published, and publishing brings it to the disk.
        with closing(_build_index(reader, str(file), "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")):
            pass
    except sqlite3.OperationalError as error:
        number = ENOSPC if error.sqlite_errorname == "SQLITE_FULL" else _refusal(file)
        raise OSError(number, str(error), str(file)) from None


def _refusal(file: Path) -> int:
    """Why the system refuses to write a file, which SQLite does not tell: its error number, EIO where it accepts."""
    try:
        with file.open("ab") as end:
            end.write(bytes(65_536))
    except OSError as error:
        return error.errno or EIO
    return EIO


def _open_index(file: Path) -> sqlite3.Connection | None:
    """The index in a file, or None when there is none that can be used. Nobody writes it again, so it is not locked."""
    if not file.is_file():
        return None
    with suppress(sqlite3.Error):
        connection = sqlite3.connect(
            f"file:{quote(str(file.resolve()))}?immutable=1", uri=True, check_same_thread=False
        )
        [version] = connection.execute("PRAGMA user_version").fetchone()
        return connection if version == FORMAT else None
    return None


def _build_index(reader: Reader, file: str = ":memory:", pragmas: str = "") -> sqlite3.Connection:
    """The index of a graph, in memory or in a new file. Sorting is left to SQLite, which needs no memory for it."""
    index = sqlite3.connect(file, check_same_thread=False)
    functions = (
        ("folded", 1, lookup_key),
        ("last_part", 1, last_segment),
        ("short", 2, _short),
        ("reversed", 1, _reversed),
    )
    for name, number, function in (*functions, ("casefolded", 1, str.casefold)):
        index.create_function(name, number, function, deterministic=True)
    index.executescript(pragmas + _TABLES + _STATED)
    for class_iri in _CLASSES:
        index.executemany(
            "INSERT OR IGNORE INTO sort VALUES (?)", ((iri,) for iri in reader.pointing(RDF.type, class_iri))
        )
    index.executemany("INSERT OR IGNORE INTO label VALUES (?, ?)", reader.pairs(SKOS.prefLabel))
    index.execute("INSERT INTO called SELECT * FROM label")
    index.executemany("INSERT OR IGNORE INTO called VALUES (?, ?)", reader.pairs(SKOS.altLabel))
    index.executescript(_BODIES + _INDEXES)
    index.execute("INSERT INTO word (rowid, key) SELECT id, key FROM name WHERE NOT slug ORDER BY id")
    index.execute(
        "INSERT INTO initials SELECT short(key, 0), id FROM name WHERE NOT slug "
        "UNION SELECT short(key, 1), id FROM name WHERE NOT slug"
    )
    index.execute("INSERT INTO last_initials SELECT reversed(initials), id FROM initials")
    index.execute(f"INSERT INTO spelling (key) {_counting(index, 'word', 'term')}")
    # Names that are written alike are compared once.
    index.execute("INSERT INTO name_grams (rowid, key) SELECT min(id), ' '||key||' ' FROM name GROUP BY key ORDER BY 1")
    index.execute(
        "INSERT INTO spelling_grams (rowid, key) "
        "SELECT id, ' '||key||' ' FROM spelling WHERE length(key) > 3 ORDER BY id"
    )
    for table in ("name_grams", "spelling_grams"):
        index.execute(f"INSERT INTO {table}_count {_counting(index, table, 'term, doc')}")
    for table in ("word", "name_grams", "spelling_grams"):
        index.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")  # noqa: S608
    index.execute(f"PRAGMA user_version = {FORMAT}")
    index.commit()
    return index


def _counting(index: sqlite3.Connection, table: str, columns: str) -> str:
    """What asks for the tokens of a table, each with how many rows it occurs in. FTS5 counts them when it is asked."""
    index.execute(f"CREATE VIRTUAL TABLE temp.{table}_tokens USING fts5vocab (main, {table}, row)")
    return f"SELECT {columns} FROM temp.{table}_tokens ORDER BY term"  # noqa: S608


def _short(name: str, without: int) -> str:
    """The initials of a name, with its small words or without."""
    return "".join(word[0] for word in name.split() if not without or word not in SMALL)


def _reversed(text: str) -> str:
    return text[::-1]


def _after(text: str) -> str:
    """What stands behind everything that begins with a text."""
    return text + chr(0x10FFFF)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
