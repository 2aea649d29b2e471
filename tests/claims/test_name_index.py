"""The index of names: it finds what looking at every name finds, wherever it comes from, and survives any text."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from partnergraph.claims.as_of import as_of
from partnergraph.claims.name_search import bodies_by_name, find_by_name, is_short_form, resolve_name
from partnergraph.store import Reader
from partnergraph.store.name_index import FILE, FORMAT, last_segment, write_index
from partnergraph.vocabulary.name_folding import lookup_key

Row = tuple[str, str, str]
NAMED = """SELECT DISTINCT ?iri ?label ?name {
  VALUES ?class { org:Organization pg:UnnamedGroup pg:Undertaking } ?iri a ?class ; skos:prefLabel ?label .
  { ?iri skos:prefLabel ?name } UNION { ?iri skos:altLabel ?name } } ORDER BY ?iri ?name"""


def rows_of(reader: Reader) -> list[Row]:
    """Every body with each of its names."""
    return [(str(row["iri"]), str(row["label"]), str(row["name"])) for row in reader.rows(NAMED)]


@pytest.fixture(scope="module")
def rows(whole: Reader) -> list[Row]:
    return rows_of(whole)


def keys_of(rows: list[Row]) -> list[tuple[str, str]]:
    """Every body with what each of its names is compared by."""
    return [(iri, lookup_key(name)) for iri, _, name in rows]


def ways(keys: list[tuple[str, str]], text: str) -> list[set[str]]:
    """The bodies called so, by looking at every name: exactly, in short, by the beginning, by words."""
    wanted = lookup_key(text)
    return [
        {iri for iri, name in keys if wanted in (name, lookup_key(last_segment(iri)))},
        {iri for iri, name in keys if is_short_form(wanted, name)},
        {iri for iri, name in keys if name.startswith(wanted)},
        {iri for iri, name in keys if set(wanted.split()) <= set(name.split())},
    ]


def test_every_name_is_found_first_and_told(whole: Reader, rows: list[Row]) -> None:
    assert len(rows) > 100
    for iri, _, name in rows:
        found = find_by_name(whole, name.upper())
        same = {
            body
            for body, _, other in rows
            if lookup_key(other) == lookup_key(name) or lookup_key(last_segment(body)) == lookup_key(name)
        }
        assert iri in {body.iri for body in found[: len(same)]}, name
        assert all(
            lookup_key(body.name) == lookup_key(name) or lookup_key(last_segment(body.iri)) == lookup_key(name)
            for body in found[: len(same)]
        )


def test_it_finds_what_looking_at_every_name_finds_in_that_order(whole: Reader, rows: list[Row]) -> None:
    """Whole names, beginnings, single words, words in another order, initials: the better way always comes first."""
    choose = random.Random(3)
    texts = {name for _, _, name in rows} | {label[: choose.randint(1, len(label))] for _, label, _ in rows}
    for _, label, _ in rows:
        words = lookup_key(label).split()
        texts |= {choose.choice(words), " ".join(reversed(words)), "".join(word[0] for word in words)}
        texts.add(" ".join([words[0][0] + words[1][0], *words[2:]]) if len(words) > 1 else words[0])
    some, keys = 0, keys_of(rows)
    for text in sorted(text for text in texts if lookup_key(text)):
        seen: set[str] = set()
        found = [body.iri for body in find_by_name(whole, text, most=1000)]
        for way in ways(keys, text):
            fresh = way - seen
            assert set(found[len(seen) : len(seen) + len(fresh)]) == fresh, text
            seen |= fresh
        some += bool(seen)
    assert some > 400


def test_a_name_with_one_letter_wrong_is_still_found(whole: Reader, rows: list[Row]) -> None:
    """Dropped, doubled, swapped, replaced: by the whole name, or where that is short, not among better matches."""
    choose = random.Random(5)
    missed = []
    for iri, _, name in rows:
        text = lookup_key(name)
        if len(text) < 8:
            continue
        at = choose.randrange(1, len(text) - 1)
        wrongs = (
            text[:at] + text[at + 1 :],
            text[:at] + text[at] + text[at:],
            text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :],
            text[:at] + "x" + text[at + 1 :],
        )
        missed += [(name, wrong) for wrong in wrongs if iri not in {body.iri for body in find_by_name(whole, wrong)}]
    assert len(missed) <= 2, missed  # unnamed groups whose names differ by one letter only push each other out


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Universiti Hospitals of Nroth Midlands", "University Hospitals of North Midlands NHS Trust"),
        ("engl pub heal", "Public Health England"),
        ("Arthr", "Arthritis UK"),
        ("Arthritus", "Arthritis UK"),
        ("coventri counsil", "Coventry City Council"),
        ("prim care rese", "NIHR School for Primary Care Research"),
    ],
)
def test_beginnings_of_words_and_misspelt_words_are_found(whole: Reader, text: str, label: str) -> None:
    assert label in {body.label for body in find_by_name(whole, text)}


@pytest.mark.parametrize(
    "text",
    [
        *('"', '""', '" OR "', "NEAR(a b)", "a* AND b*", "key : x", "-a", "^a", "a\x00b", "\ud800", "%", "_", "'; --"),
        *(
            "é" * 400,
            "a " * 3000,
            "the",
            "of",
            "and of the",
            "½",
            "ß",
            "\u0130",
            "\U0001e900\U0001e901",
            "नमस्ते",
            "北京",
        ),
    ],
)
def test_no_text_is_anything_but_a_text(whole: Reader, text: str) -> None:
    assert isinstance(find_by_name(whole, text), list)
    assert find_by_name(whole, "Keele University")[0].label == "Keele University"


def test_letters_that_the_index_is_too_old_to_know_are_letters() -> None:
    """The Unicode of SQLite is that of 2012; Adlam and Osage letters came later."""
    org, label = "<http://www.w3.org/ns/org#Organization>", "<http://www.w3.org/2004/02/skos/core#prefLabel>"
    a, iri = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>", "<https://example.org/id/x>"
    name = "\U0001e900\U0001e901\U0001e902\U0001e903 a_b \U000104b0\U000104b1\U000104b2 ÉCOLE"
    reader = Reader.nquads_lines([f"{iri} {a} {org} .\n", f'{iri} {label} "{name}" .\n'])
    for text in (
        "\U0001e900\U0001e901\U0001e902\U0001e903",
        "ecole \U000104b0\U000104b1\U000104b2",
        "a_b",
        name.upper(),
    ):
        assert [body.name for body in find_by_name(reader, text)] == [name], text
    assert not find_by_name(reader, "\U0001e902\U0001e903")
    assert not find_by_name(reader, "a") or find_by_name(reader, "a")[0].name == name


def test_a_build_writes_the_index_and_a_reader_uses_it(keele: Path, whole: Reader, rows: list[Row]) -> None:
    file = (keele / "current").resolve() / FILE
    assert file.is_file()
    reader = Reader.at(keele)
    assert reader.folder == file.parent / "store"
    changed = sqlite3.connect(":memory:")
    with sqlite3.connect(f"file:{file}?immutable=1", uri=True) as kept:
        kept.backup(changed)
    kept.close()
    assert rows_of(reader) == rows
    for text in ("PHE", "coventry", "Kele University", "NIHR SPCR", "primary"):
        assert find_by_name(reader, text) == find_by_name(whole, text), text
    assert bodies_by_name(reader) == bodies_by_name(whole)
    # What the file says is what is told: it was not made anew.
    changed.execute("UPDATE body SET label = 'told by the file' WHERE label = 'Keele University'")
    changed.commit()
    copy = shutil.copytree(file.parent, file.parent.parent / "copied")
    try:
        (copy / FILE).write_bytes(changed.serialize())
        assert find_by_name(Reader.at(copy), "Keele University")[0].label == "told by the file"
    finally:
        shutil.rmtree(copy)
        changed.close()


def _gone(file: Path) -> None:
    file.unlink()


def _empty(file: Path) -> None:
    file.write_bytes(b"")


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:20_000])


def _scribbled(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[4096:] = bytes(len(content) - 4096)
    file.write_bytes(bytes(content))


def _older(file: Path) -> None:
    with sqlite3.connect(file) as found:
        found.execute("DROP TABLE word")
        found.execute(f"PRAGMA user_version = {FORMAT - 1}")
    found.close()


def _folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize("spoil", [_gone, _empty, _cut, _scribbled, _older, _folder], ids=lambda one: one.__name__[1:])
def test_without_a_whole_index_the_store_answers_the_same(
    spoil: Callable[[Path], None], keele: Path, whole: Reader, tmp_path: Path
) -> None:
    """A generation of an older version has none; a copy may lack it; a disk may spoil it."""
    generation = shutil.copytree((keele / "current").resolve(), tmp_path / "generation")
    spoil(generation / FILE)
    reader = Reader.at(generation)
    for text in ("PHE", "coventry", "Kele University", "NIHR SPCR", "primary", "zzz"):
        assert find_by_name(reader, text) == find_by_name(whole, text), text


def test_the_same_graph_gives_the_same_index(seed: Reader, tmp_path: Path) -> None:
    other = Reader.nquads_lines(reversed(list(seed.nquads())))
    write_index(seed, tmp_path / "one")
    write_index(other, tmp_path / "two")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_readers_of_every_sort_find_names(keele: Path, whole: Reader) -> None:
    stored = Reader.at(keele)
    graph = next(name for name in whole.named_graphs() if name.endswith("/graph/source/keele-spcsc-partnerships"))
    others = next(name for name in whole.named_graphs() if name.endswith("/graph/entities"))
    then = as_of(stored, "2014")
    readers = [
        *(stored.resident(), stored.snapshot(), then, as_of(whole, "2014")),
        *(
            Reader.files([keele / "graph.trig"]),
            stored.with_second_graph(whole, "urn:x"),
            stored.dataset([graph, others], []),
        ),
    ]
    for reader in readers:
        assert resolve_name(reader, "KEELE university").label == "Keele University"
        assert find_by_name(reader, "Kele Universty")[0].label == "Keele University"
    assert not find_by_name(stored.dataset([], [graph]), "Keele University")  # nothing is in its default graph
    assert stored.snapshot().folder == stored.resident().folder == stored.folder
    assert then.folder is None


def test_an_index_does_not_hold_its_reader() -> None:
    import weakref

    reader = Reader.nquads_lines([])
    assert not find_by_name(reader, "x")
    seen = weakref.ref(reader)
    del reader
    assert seen() is None
