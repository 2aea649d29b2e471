"""Sentences and quotations are counted in Unicode code points, whatever the text holds."""

from __future__ import annotations

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnergraph.graph_folder.documents import Location, LocationError, locate, passages, read_document
from tests.conftest import ROOT

DOCUMENT = ROOT / "data" / "documents" / "school-partnerships.txt"
REFERENCE = ROOT / "tests" / "reference" / "school-partnerships.trig"


def test_the_archived_document_has_three_spaces_that_do_not_break_so_bytes_are_no_offsets() -> None:
    data = DOCUMENT.read_bytes()
    text = read_document("page", data).text
    assert (len(text), len(data), text.count("\u00a0")) == (2457, 2460, 3)
    assert text.encode() == data


def test_the_sentences_of_the_archived_document_stand_where_the_reference_says() -> None:
    """The hand-made reference graph has their offsets in code points."""
    said = re.findall(r"/s(\d+)-position> .*oa:start (\d+) ; oa:end (\d+)", REFERENCE.read_text("utf-8"))
    document = read_document("page", DOCUMENT.read_bytes())
    assert [(p.number, p.start, p.end) for p in document.passages] == [tuple(map(int, row)) for row in said]
    assert len(said) == 10
    assert document.sha256 == hashlib.sha256(DOCUMENT.read_bytes()).hexdigest()


def test_the_quotations_of_the_reference_are_located_where_it_says() -> None:
    pattern = r'ev:(S\d+) .* pg:passage psg:s(\d+) ; pg:words "((?:[^"\\]|\\.)*)" ; oa:start (\d+) ; oa:end (\d+)'
    document = read_document("page", DOCUMENT.read_bytes())
    quoted = re.findall(pattern, REFERENCE.read_text("utf-8"))
    assert len(quoted) == 56
    for name, sentence, words, start, end in quoted:
        assert locate(document, words) == Location(int(start), int(end), int(sentence)), name


def test_a_sentence_ends_at_its_mark_before_a_capital_and_at_every_line_break() -> None:
    text = (
        "It cost 3.5 million. “Why?” they asked. See www.example.org for more! (It is open.)\r\nNo mark\n\n\n  Last  "
    )
    assert [p.text for p in passages(text)] == [
        "It cost 3.5 million.",
        "“Why?” they asked.",
        "See www.example.org for more!",
        "(It is open.)",
        "No mark",
        "Last",
    ]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\u00a0\n\u00a0"])
def test_a_text_without_words_has_no_sentences(text: str) -> None:
    assert passages(text) == ()


@given(st.text(alphabet=st.sampled_from("Ab. !?\n\r\u00a0\u2028é😀“(1"), max_size=60))
def test_sentences_are_pieces_of_the_text_in_order_with_only_white_space_between(text: str) -> None:
    found = passages(text)
    assert [p.number for p in found] == list(range(1, len(found) + 1))
    assert all(text[p.start : p.end] == p.text == p.text.strip() != "" for p in found)
    gaps = [0, *(offset for p in found for offset in (p.start, p.end)), len(text)]
    assert gaps == sorted(gaps)
    assert "".join(text[a:b] for a, b in zip(gaps[::2], gaps[1::2], strict=True)).strip() == ""


@given(st.data())
def test_words_taken_from_a_text_are_located_there_or_told_to_stand_twice(data: st.DataObject) -> None:
    text = data.draw(st.text(alphabet="aé😀 ", min_size=1, max_size=30).filter(str.strip))
    document = read_document("page", text.encode())
    [sentence] = document.passages
    start = data.draw(st.integers(sentence.start, sentence.end - 1))
    end = data.draw(st.integers(start + 1, sentence.end))
    words = text[start:end]
    times = sum(text.startswith(words, at) for at in range(len(text)))
    if times == 1:
        assert locate(document, words) == Location(start, end, 1)
    else:
        with pytest.raises(LocationError) as told:
            locate(document, words)
        assert told.value.rule == "words-twice"
        assert told.value.message.startswith(f"The words stand {times} times in the text")


def test_offsets_behind_characters_of_several_bytes_count_characters() -> None:
    document = read_document("page", "Zoë 😀 pays. Ærø pays too.".encode())
    assert locate(document, "pays too") == Location(16, 24, 2)
    assert document.text[16:24] == "pays too"


def test_the_sentence_tells_words_apart_that_stand_twice() -> None:
    document = read_document("page", b"They pay. They pay too. Others pay.")
    assert locate(document, "They pay", 1) == Location(0, 8, 1)
    assert locate(document, "They pay", 2) == Location(10, 18, 2)
    with pytest.raises(LocationError) as twice:
        locate(document, "They pay")
    assert twice.value.fix == "Quote more of the sentence, or write the sentence as locator, for example s1."
    with pytest.raises(LocationError) as elsewhere:
        locate(document, "They pay", 3)
    assert elsewhere.value.message == "The words do not stand in the text in sentence 3."


def test_words_that_overlap_themselves_stand_twice() -> None:
    with pytest.raises(LocationError, match="2 times"):
        locate(read_document("page", b"aXaXa"), "aXa")


def test_words_are_text_and_no_pattern() -> None:
    document = read_document("page", b"Who (and why) pays 100%? A.B pays.")
    assert locate(document, "(and why) pays 100%?").start == 4
    with pytest.raises(LocationError) as missing:
        locate(document, "A?B")
    assert missing.value.rule == "words-not-found"


def test_words_over_the_end_of_a_sentence_are_refused() -> None:
    with pytest.raises(LocationError) as over:
        locate(read_document("page", b"They pay. We work."), "pay. We")
    assert (over.value.rule, over.value.fix) == ("words-across-sentences", "Quote within one sentence.")


def test_words_that_stand_twice_over_sentence_ends_name_no_sentence() -> None:
    with pytest.raises(LocationError) as twice:
        locate(read_document("page", b"Pay. We pay. We pay"), "ay. We")
    assert twice.value.message == "The words stand 2 times in the text."
    assert twice.value.fix == "Quote more of the sentence."


def test_the_nearest_wording_is_shown_even_if_it_speaks_of_times() -> None:
    document = read_document("page", b"The board meets three times a year.")
    with pytest.raises(LocationError) as missing:
        locate(document, "meets three times the year")
    assert missing.value.rule == "words-not-found"
    assert missing.value.fix == "The nearest wording is 'meets three times a year.'. Copy the words exactly."


def test_nothing_is_called_near_that_is_not() -> None:
    with pytest.raises(LocationError) as missing:
        locate(read_document("page", b"The board meets three times a year."), "Quantum physics")
    assert missing.value.fix == "Copy the words exactly."


@pytest.mark.parametrize("words", ["We  pay", "We\npay", "We pay"])
def test_a_difference_in_white_space_alone_is_named(words: str) -> None:
    with pytest.raises(LocationError, match="Only white space differs: a space that does not break"):
        locate(read_document("page", "We\u00a0pay them".encode()), words)


def test_a_text_that_is_not_utf8_is_not_guessed() -> None:
    with pytest.raises(UnicodeDecodeError):
        read_document("page", "Zoë".encode("latin-1"))
