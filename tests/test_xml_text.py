"""What `xml_text` lets through, an XML parser reads."""

from __future__ import annotations

import sys
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import pytest

from partnergraph.xml_text import FORBIDDEN, replace_forbidden

EVERY_CHARACTER = "".join(map(chr, range(sys.maxunicode + 1)))


def test_every_character_that_is_let_through_is_read_back() -> None:
    text = replace_forbidden(EVERY_CHARACTER).replace("\r", "")  # (a parser reads an end of line as \n)
    assert ET.fromstring(f"<a>{escape(text)}</a>".encode()).text == text


@pytest.mark.parametrize("character", FORBIDDEN.findall(EVERY_CHARACTER)[:29])
def test_a_character_that_is_replaced_is_refused_by_a_parser(character: str) -> None:
    with pytest.raises(ET.ParseError):
        ET.fromstring(f"<a>{character}</a>".encode())


def test_29_control_characters_the_surrogates_and_two_more_are_forbidden() -> None:
    assert len(FORBIDDEN.findall(EVERY_CHARACTER)) == 29 + 2048 + 2
