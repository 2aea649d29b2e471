"""Hard-wrapped text proposes the same as the text with one paragraph a line."""

from __future__ import annotations

import re
import textwrap
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partnergraph.extraction.text_reflow import reflow
from tests.extraction.scoring import load_texts, proposed_dates, proposed_names, proposed_relationships, read_text
from tests.growth import assert_linear

TEXTS = [*load_texts("development"), *load_texts("held_out")]


def _proposals(text: str, speaker: str | None) -> tuple[object, ...]:
    reading = read_text(text, speaker)
    links = {link[:3] for link in proposed_relationships(reading).values()}
    return set(proposed_names(reading).values()), links, proposed_dates(reading)


def _wrapped(text: str, width: int) -> str:
    return "\n".join(textwrap.fill(line, width) if line else "" for line in text.split("\n"))


def _hyphenated(text: str, width: int) -> str:
    """Wrapped, with the long small words at the beginning of lines divided."""
    return re.sub(r"\n([a-z]{3})([a-z]{4,})", r" \1-\n\2", _wrapped(text, width))


def _paged(text: str, width: int) -> str:
    """Wrapped, five lines a page, with running heads and page numbers."""
    lines = _wrapped(text, width).split("\n")
    if len(lines) <= 5:
        return "\n".join(lines)
    pages = [lines[start : start + 5] for start in range(0, len(lines), 5)]
    return "\f".join(
        "\n".join((f"Annual Review of the Elm Trust {number}", "", *page, "", str(number)))
        for number, page in enumerate(pages, 1)
    )


@pytest.mark.parametrize("text", TEXTS, ids=[text["name"] for text in TEXTS])
def test_wrapped_hyphenated_and_paged_texts_propose_the_same(text: dict[str, Any]) -> None:
    plain, speaker = text["text"].strip(), text.get("speaker")
    expected = _proposals(plain, speaker)
    for width in (60, 72, 80, 90):
        assert _proposals(_wrapped(plain, width), speaker) == expected, width
        assert _proposals(_hyphenated(plain, width), speaker) == expected, width
        assert _proposals(_paged(plain, width), speaker) == expected, width


def test_a_text_with_one_paragraph_a_line_stays_as_it_is() -> None:
    text = "Our partners\n\nWe work with Elm Trust. It is large.\nWe like it.\r\n\r\n- Oak School\n- Ash School\n"
    assert reflow(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "We thank:\nElm Trust\nOak University of the North\nAsh Council\n",
        "* Elm Trust, which paid for our van\n* Ash Council\n",
        "Partner       Since    Role\nElm Trust     2014     funder of our\nAsh Council   2015     host of the\n",
        "1. Elm Trust\n2. Ash Council\n",
    ],
)
def test_lists_and_tables_keep_their_lines(text: str) -> None:
    assert reflow(text) == text


def test_a_heading_and_an_item_of_several_lines() -> None:
    text = (
        "Our partners in the north\n"
        "In the year our youth work was paid for by the Elm Trust and by the\n"
        "Ash Council, with which we have\n"
        "worked since 2012.\n"
        "- the Oak University, which is\n"
        "  our host\n"
        "- Fir School\n"
    )
    assert reflow(text) == (
        "Our partners in the north\n"
        "In the year our youth work was paid for by the Elm Trust and by the Ash Council, with which we have worked "
        "since 2012.\n"
        "- the Oak University, which is our host\n"
        "- Fir School\n"
    )


def test_a_hyphen_that_the_text_writes_elsewhere_stays() -> None:
    text = "We like co-production as much as\nanyone, and co-\nproduction with the Elm Trust is sup-\nported by all.\n"
    assert reflow(text) == (
        "We like co-production as much as anyone, and co-production with the Elm Trust is supported by all.\n"
    )


def test_page_numbers_and_running_heads_between_blank_lines_are_left_out() -> None:
    text = (
        "The Elm Trust has been a member of the\n\nAnnual review 2023    4\n\nAsh Network since 2012.\n\n"
        "It is funded by the\n\nAnnual review 2023    5\n\nOak Council.\n"
    )
    assert reflow(text).split("\n") == [
        "The Elm Trust has been a member of the Ash Network since 2012.",
        "",
        "It is funded by the Oak Council.",
        "",
    ]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(["Elm Trust", "we", "co-", "\n", "\f", "\r\n", "- ", ". ", " ", "12", "x" * 50, "\t"])))
def test_no_word_is_lost_but_those_of_running_heads(pieces: list[str]) -> None:
    text = "".join(pieces)
    once = reflow(text)
    assert "\f" not in once
    if "\f" not in text and not re.search(r"\n\s*\n", text):
        assert re.sub(r"[\s-]", "", once) == re.sub(r"[\s-]", "", text)


def test_the_time_grows_with_the_text_alone() -> None:
    lines = _paged(" ".join(text["text"] for text in TEXTS).replace("\n", " "), 72)
    assert_linear(lambda size: reflow(lines * size), 40)
