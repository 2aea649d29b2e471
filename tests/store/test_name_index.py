"""The index of names as a build writes it: the same whether in a file or in memory, and nothing else is left of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from partnergraph.store import Reader
from partnergraph.store.name_index import _build_index, write_index

ORG, A = "<http://www.w3.org/ns/org#Organization>", "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
LABEL, ALSO = (f"<http://www.w3.org/2004/02/skos/core#{name}Label>" for name in ("pref", "alt"))
LINES = [
    f'<urn:x:b> {A} {ORG} .\n<urn:x:b> {LABEL} "The Health Trust"@en .\n<urn:x:b> {ALSO} "Trust of Health"@en .\n',
    f'<urn:x:a> {A} {ORG} .\n<urn:x:a> {LABEL} "Größe \U0001f642"@de .\n<urn:x:a> {LABEL} "Grosse"@en .\n',
    f'<urn:x:a> {ALSO} "Grosse" .\n<urn:x:no> {LABEL} "No body"@en .\n<urn:x:c> {A} {ORG} .\n<urn:x:c> {ALSO} "C" .\n',
]
TABLES = (
    "body",
    "name",
    "initials",
    "last_initials",
    "spelling",
    "name_grams_count",
    "spelling_grams_count",
    "word_data",
)


@pytest.fixture
def reader() -> Reader:
    return Reader.nquads_lines(LINES)


def test_every_name_is_numbered_by_iri_and_name_and_then_each_last_part(reader: Reader) -> None:
    with closing(_build_index(reader)) as made:
        assert made.execute("SELECT * FROM body ORDER BY id").fetchall() == [
            (1, "urn:x:a", "Grosse"),
            (2, "urn:x:a", "Größe \U0001f642"),
            (3, "urn:x:b", "The Health Trust"),
        ]
        assert made.execute("SELECT key, body, slug FROM name ORDER BY id").fetchall() == [
            ("grosse", 1, 0),
            ("grosse", 1, 0),
            ("grosse", 2, 0),
            ("grosse", 2, 0),
            ("health trust", 3, 0),
            ("trust of health", 3, 0),
            ("urnxa", 1, 1),
            ("urnxa", 2, 1),
            ("urnxb", 3, 1),
        ]
        found = made.execute("SELECT initials, id FROM initials WHERE id IN (5, 6) ORDER BY 1, 2").fetchall()
        assert found == [("ht", 5), ("th", 6), ("toh", 6)]


def test_a_file_has_what_the_index_in_memory_has_and_takes_the_place_of_what_stood_there(
    reader: Reader, tmp_path: Path
) -> None:
    file = tmp_path / "names.sqlite"
    file.write_bytes(b"something else")
    write_index(reader, file)
    assert [path.name for path in tmp_path.iterdir()] == ["names.sqlite"]
    with closing(sqlite3.connect(file)) as written, closing(_build_index(reader)) as made:
        for table in TABLES:
            [one, other] = (sorted(index.execute(f"SELECT * FROM {table}")) for index in (written, made))
            assert one == other != []
        listed = written.execute("SELECT name FROM sqlite_schema WHERE name IN ('sort', 'label', 'called')").fetchall()
        assert listed == []


def test_an_index_that_cannot_be_written_is_an_error_of_the_disk(reader: Reader, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="unable to open") as told:
        write_index(reader, tmp_path / "nowhere" / "names.sqlite")
    assert told.value.filename == str(tmp_path / "nowhere" / "names.sqlite")


def test_the_initials_of_the_first_or_last_words_find_a_name_and_an_ampersand_is_the_word_and() -> None:
    names = ["North Academic Health Science Network", "Hope & Care Trust Ltd", "Academic Health"]
    lines = [f'<urn:x:{n}> {A} {ORG} .\n<urn:x:{n}> {LABEL} "{name}" .\n' for n, name in enumerate(names)]
    index = Reader.nquads_lines(lines).names
    found = {text: [match.name for match in index.with_acronym(text)] for text in ("ahsn", "nah", "hact", "hct", "hs")}
    assert found == {"ahsn": names[:1], "nah": names[:1], "hact": names[1:2], "hct": names[1:2], "hs": []}
    assert [*index.with_acronym("ah sn"), *index.with_acronym("hsc")] == []
    assert [match.name for match in index.with_words("hope and")] == names[1:2]
