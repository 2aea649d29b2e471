"""Terms as N-Quads: whatever a table may hold comes back from the store character for character."""

from __future__ import annotations

import re
import sys
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from partnergraph.errors import DataError
from partnergraph.model.rdf_terms import IRI, XSD, Literal, Quad
from partnergraph.store import Reader, Writer
from partnergraph.vocabulary.iri import is_iri, is_web_address

S, P, G = IRI("https://example.org/s"), IRI("https://example.org/p"), IRI("https://example.org/g")
# All of Unicode but the surrogates, which are no characters, and U+0000, which no text may hold.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


def through_the_store(*quads: Quad) -> Reader:
    return Reader.nquads_lines(quad.nquads for quad in quads)


@given(TEXT)
@example("")
@example('"\\\n\r\t\b\f\x01\x7f\x85\u2028\ufeff\ufffd\ufffe\U0010ffff')
@example('" <https://example.org/injected> .\n<a:b> <a:c> "')
@example("\\u0000")
@example("\\")
@settings(deadline=None)
def test_a_text_comes_back_as_it_was(text: str) -> None:
    reader = through_the_store(Quad(S, P, Literal(text), G))
    assert len(reader) == 2
    assert reader.rows("SELECT ?o { GRAPH ?g { ?s ?p ?o } }") == [{"o": text}]


@given(TEXT, st.sampled_from(["en", "cy", "en-GB", "zh-Hant"]))
@settings(deadline=None)
def test_a_text_keeps_its_language(text: str, language: str) -> None:
    """Tags are compared without regard to case (BCP 47, section 2.1.1); the engine writes them small."""
    [row] = through_the_store(Quad(S, P, Literal(text, lang=language), G)).rows(
        "SELECT ?o (LANG(?o) AS ?l) { ?s ?p ?o }"
    )
    assert (row["o"], str(row["l"]).lower()) == (text, language.lower())


@given(TEXT)
@settings(deadline=None)
def test_written_and_read_again_the_line_is_the_same(text: str) -> None:
    """Our own N-Quads are in the canonical form that the engine writes: sorting one is sorting the other."""
    quad = Quad(S, P, Literal(text), G)
    [line] = through_the_store(quad).nquads()
    assert list(Reader.nquads_lines([line]).nquads()) == [line]
    again = through_the_store(quad).rows("SELECT ?o { ?s ?p ?o }")
    assert again == Reader.nquads_lines([line]).rows("SELECT ?o { ?s ?p ?o }")


@given(TEXT)
@settings(deadline=None)
def test_a_line_of_nquads_is_one_line(text: str) -> None:
    assert re.fullmatch(r"[^\n\r]*\n", Quad(S, P, Literal(text), G).nquads)


def test_a_nul_is_refused_and_never_stored() -> None:
    writer = Writer.memory()
    with pytest.raises(DataError, match=r"U\+0000"):
        writer.add([Quad(S, P, Literal("a\0b"), G).nquads])
    assert len(writer.reader()) == 0


@pytest.mark.parametrize(
    ("text", "datatype"),
    [
        *(("90", "integer"), ("0", "integer"), ("-3", "integer"), ("true", "boolean"), ("false", "boolean")),
        *(("2009", "gYear"), ("2009-08", "gYearMonth"), ("2009-08-01", "date")),
    ],
)
def test_the_datatypes_that_are_used_keep_their_form(text: str, datatype: str) -> None:
    literal = Literal(text, XSD + datatype)
    [line] = through_the_store(Quad(S, P, literal, G)).nquads()
    assert line == Quad(S, P, literal, G).nquads


def test_identifiers_are_strings_because_numbers_would_lose_their_zeros() -> None:
    [line] = through_the_store(Quad(S, P, Literal("00490500"), G)).nquads()
    assert '"00490500"' in line
    [line] = through_the_store(Quad(S, P, Literal("00490500", XSD + "integer"), G)).nquads()
    assert '"490500"' in line


def test_a_string_with_and_without_its_datatype_is_the_same_term() -> None:
    assert Literal("x", XSD + "string").n3 == Literal("x").n3 == '"x"'


def test_a_quad_without_graph_is_a_triple_of_the_default_graph() -> None:
    assert Quad(S, P, Literal("x")).nquads == '<https://example.org/s> <https://example.org/p> "x" .\n'
    reader = Reader.nquads_lines([Quad(S, P, Literal("x")).nquads])
    assert (len(reader), reader.named_graphs()) == (1, [])


NOT_IRIS = [
    *(
        "",
        " ",
        "x",
        "/x",
        "//example.org",
        ":x",
        "1a:b",
        "é:x",
        "a b:c",
        "https://exa mple.org",
        "https://example.org/ ",
    ),
    *("https://example.org/<", "https://example.org/>", 'https://example.org/"', "https://example.org/{x}"),
    *("https://example.org/a|b", "https://example.org/a\\b", "https://example.org/a^b", "https://example.org/`"),
    *("https://example.org/\n", "https://example.org/\t", "https://example.org/\0", "https://example.org/\x7f"),
    *("https://example.org/100%", "https://example.org/%zz", "https://example.org/%1", "https://example.org/a[1]"),
    *("https://example.org/#a#b", "https://[bad", "https://example.org:port/", "https://example.org/\x85"),
    *(
        "https://example.org/\ue000",
        "https://example.org/\ufffe",
        "https://example.org/\ud800",
        "<https://example.org>",
    ),
]
IRIS = [
    *(
        "https://example.org",
        "https://example.org/",
        "https://example.org:8080/a?b#c",
        "https://example.org/?a=b&c=%20",
    ),
    *("https://example.org/ü/日本/😀", "https://user@example.org/", "https://[::1]:80/", "urn:isbn:0451450523", "a:"),
    *("mailto:someone@example.org", "javascript:alert(1)", "https://example.org/a'b(c);d,e", "https://ex%20ample.org"),
    *("https://example.org/?\ue000", "file:///x", "https://example.org#", "https://example.org?"),
]


@pytest.mark.parametrize("text", NOT_IRIS, ids=ascii)
def test_what_is_no_iri_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an IRI"):
        IRI(text)
    assert not is_web_address(text)


@pytest.mark.parametrize("text", IRIS)
def test_what_is_an_iri_is_taken_by_us_and_the_engine(text: str) -> None:
    [row] = through_the_store(Quad(IRI(text), P, Literal("x"), G)).rows("SELECT ?s { ?s ?p ?o }")
    assert row["s"] == text


PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            [*":/?#[]@!$&'()*+,;=%-._~ ", "//", "http:", "https://", "%20", "%", "[::1]", "a", "Z", "0", "|"]
        ),
        st.characters(max_codepoint=sys.maxunicode, exclude_categories=["Cs"]),
    ),
    max_size=12,
).map("".join)


@given(st.one_of(PIECES, PIECES.map("https://example.org/".__add__), PIECES.map("a:".__add__)))
@settings(deadline=None, max_examples=500)
def test_what_we_take_for_an_iri_the_engine_takes_too(text: str) -> None:
    """So that a wrong address is a finding in its cell and never an error about generated lines."""
    if is_iri(text):
        assert through_the_store(Quad(IRI(text), P, IRI(text), IRI(text))).named_graphs() == [text]
    else:
        with pytest.raises(ValueError, match="not an IRI"):
            IRI(text)


@given(TEXT)
@settings(deadline=None)
def test_any_text_can_stand_in_an_iri_when_it_is_coded(text: str) -> None:
    assert is_web_address(f"https://example.org/{quote(text)}?q={quote(text)}#{quote(text)}")


@pytest.mark.parametrize("size", [1_000, 100_000])
def test_a_long_wrong_address_is_refused_at_once(size: int) -> None:
    for text in ("https://" + "a" * size + " ", "https://" + "a@" * size + "<", "a:" + "%20" * size + "%", "[" * size):
        assert not is_iri(text)
