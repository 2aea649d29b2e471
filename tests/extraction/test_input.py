"""Files that are no text to be read: each refusal says why and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from partnergraph.errors import DataError
from partnergraph.extraction.entity_mentions import MAX_SENTENCE_LENGTH
from partnergraph.extraction.gazetteer import Gazetteer
from partnergraph.extraction.input import document_from_bytes, open_document
from partnergraph.extraction.proposals import propose_rows as propose
from partnergraph.graph_folder.documents import MAX_SIZE


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.txt", b"", "is empty"),
        ("a.txt", b" \n\t ", "is empty"),
        ("a.txt", b"one\ntwo \x00 three", "line 2: a control character"),
        ("a.txt", bytes(range(256)), "not UTF-8"),
        ("a.txt", "one\nCaf\xe9 Trust".encode("cp1252"), "line 2: not UTF-8; it looks like Windows-1252 ('é')"),
        ("a.txt", "Elm Trust".encode("utf-16"), "UTF-16"),
        ("a.docx", b"PK\x03\x04rest", "Save it as plain text"),
        ("a.txt", b"PK\x03\x04rest", "Save it as plain text"),
        ("a.pdf", b"%PDF-1.7 rest", "a PDF"),
        ("a.odt", b"plain", "not a plain text by its name"),
        ("a.txt", b"\xd0\xcf\x11\xe0rest", "an old Office file"),
        ("a.txt", b"Elm Trust \xed\xa0\x80", "not UTF-8"),
    ],
)
def test_what_is_no_plain_text_is_refused_in_words(name: str, data: bytes, said: str) -> None:
    with pytest.raises(DataError) as caught:
        document_from_bytes(name, data, "text")
    assert said in str(caught.value)
    assert name in str(caught.value)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    with pytest.raises(DataError, match="larger than 20,000,000 bytes"):
        open_document(path, "text")
    assert path.stat().st_size > MAX_SIZE


def test_marks_of_direction_and_signs_beyond_the_first_plane_keep_their_place() -> None:
    text = "\u200fElm Trust 𝒳 grew."
    found = document_from_bytes("a.txt", text.encode(), "text")
    assert found.text == text
    assert [(p.start, p.end) for p in found.passages] == [(0, len(text))]


def test_a_sentence_that_never_ends_is_not_read_and_that_is_said() -> None:
    text = "The Elm Trust funds Oak University. We work with " + "Alpha University, " * 2_000 + "and others."
    reading = propose(document_from_bytes("a.txt", text.encode(), "text"), Gazetteer())
    assert reading.mentions.too_long == [2]
    assert "Not read, as longer than 20,000 characters without an end: sentence s2." in reading.summary()
    assert {row["name"] for row in reading.tables["organisations"]} == {"Elm Trust", "Oak University"}


def test_all_of_a_long_list_is_read_and_no_proposal_repeats_all_of_it() -> None:
    words = ("Ash Elm Oak Fir Yew Bay Box Fig Ivy Alder Aspen Beech Birch Briar Cedar Hazel Holly Larch Maple Pine "
             "Rowan Thorn Willow Plane Lime Ebony").split()  # fmt: skip
    names = [f"{one} {other} University" for one in words for other in words][:600]
    text = f"Partners: {', '.join(names)}."
    assert 10_000 < len(text) < MAX_SENTENCE_LENGTH
    reading = propose(document_from_bytes("a.txt", text.encode(), "text"), Gazetteer())
    assert {row["name"] for row in reading.tables["organisations"]} == set(names)
    assert max(len(row["sentence"]) for row in reading.proposals) < 1_200
    assert all(row["sentence"].count("…") >= 1 for row in reading.proposals)
