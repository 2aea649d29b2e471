"""Lists of parties under a heading ("Our funders") or after a colon ("We are funded by:"): an item, a relation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from partnergraph.extraction.cues import Cue, cue_of
from partnergraph.extraction.entity_mentions import EntityMention
from partnergraph.extraction.factuality import STATED, factuality_before
from partnergraph.extraction.name_detection import word_lists
from partnergraph.extraction.proposed_relation import ProposedRelation, TextSpan
from partnergraph.extraction.subjects import LeftParty
from partnergraph.extraction.time_expressions import time_expressions
from partnergraph.model.records import Passage

_COLON = re.compile(r"(?:\s+(?:with |of )?(?:the|our) following(?: [a-z]+){0,2}| the)?\s*:")
_BULLET = re.compile(r"(?:[-–—•*▪●○·◦‣\uf0b7]|\(?(?:\d{1,3}|[a-zA-Z])[.)])\s+")
_NUMBER = re.compile(r"\(?\d{1,3}[.)]")
_LINE_BEGINNING = re.compile(r"[\r\n]\s*(?:\(?\d{1,3}[.)]\s+)?$|^\(?\d{1,3}[.)]\s+$")
_ARTICLE = re.compile(r"\s*(?:the\s+|our\s+)?", re.IGNORECASE)
_AND = re.compile(r"(?:,|,? and)\s+(?:the\s+)?")
_MAX_ITEM_WORDS = 14  # of an item without a bullet


@dataclass(frozen=True)
class ListIntroduction:
    """What stands before a list: how its items are related, to whom, and where that is said."""

    cue: Cue
    lefts: tuple[LeftParty, ...]
    place: TextSpan
    words: str


@cache
def _heading_pattern() -> re.Pattern[str]:
    words = "|".join(word_lists()["list_headings"])
    return re.compile(rf"(?:our\s+|the\s+)?(?:[a-z]+\s+){{0,2}}(?P<head>{words})\s*:?", re.IGNORECASE)


def heading_introduction(passage: Passage, writer: LeftParty | None) -> ListIntroduction | None:
    """The introduction that a heading is: 'Our funders', not 'Former partners'."""
    match = _heading_pattern().fullmatch(passage.text) if len(passage.text) < 60 else None
    if match is None or writer is None or factuality_before(passage.text.lower()) != STATED:
        return None
    kind, direction = word_lists()["list_headings"][match["head"].lower()]
    place = (passage.start, passage.end, passage.number)
    return ListIntroduction(Cue(kind, match["head"], direction, "writer"), (writer,), place, passage.text)


def colon_introduction(
    text: str, passage: Passage, match: re.Match[str], lefts: list[LeftParty]
) -> ListIntroduction | None:
    """The introduction that a sentence is whose last cue stands before its colon: 'We are funded by:'."""
    if not lefts or not _COLON.fullmatch(text, match.end(), passage.end):
        return None
    place = (passage.start, passage.end, passage.number)
    return ListIntroduction(cue_of(match), tuple(lefts), place, match[0])


def begins_line(text: str, passage: Passage) -> bool:
    """Whether a sentence stands at the beginning of a line, but for a number ("1. Elm Trust" is two sentences)."""
    before = text[max(0, passage.start - 8) : passage.start]
    return passage.start == 0 or _LINE_BEGINNING.search(before) is not None


def is_number(passage: Passage) -> bool:
    """Whether a sentence is the number of an item, which stands before it."""
    return _NUMBER.fullmatch(passage.text) is not None


def is_item(text: str, passage: Passage, mentions: list[EntityMention]) -> bool:
    """Whether a sentence is an item of a list: it begins with a party, after a bullet or on a short line."""
    return _first_party(text, passage, mentions) is not None


def _first_party(text: str, passage: Passage, mentions: list[EntityMention]) -> EntityMention | None:
    bullet = _BULLET.match(text, passage.start, passage.end)
    if bullet is None and (len(passage.text.split()) > _MAX_ITEM_WORDS or passage.text.endswith((".", "!", "?"))):
        return None
    start = bullet.end() if bullet is not None else passage.start
    first = next((mention for mention in mentions if mention.party.type == "organisation"), None)
    return first if first is not None and _ARTICLE.fullmatch(text, start, first.start) else None


def item_relations(
    text: str, passage: Passage, mentions: list[EntityMention], introduction: ListIntroduction
) -> Iterator[ProposedRelation]:
    """The relations of an item of a list, with the dates that it gives."""
    first = _first_party(text, passage, mentions)
    parties = [first] if first is not None else []
    for mention in mentions:
        if parties and mention.start >= parties[-1].end and _AND.fullmatch(text, parties[-1].end, mention.start):
            parties.append(mention)
    expressions = time_expressions(text, parties[-1].end, passage.end) if parties else []
    since = next((expression.since for expression in expressions if expression.since), "")
    until = next((expression.until for expression in expressions if expression.until), "")
    for mention in parties:
        for left in introduction.lefts:
            if mention.party is left.party:
                continue
            pair = (left.party, mention.party)
            giver, taker = reversed(pair) if introduction.cue.direction == "inverse" else pair
            reason = f"stands in the list after '{introduction.words}'"
            reason += f"; {left.reading}" if left.reading else ""
            dated = expressions[-1].end if since or until else mention.end
            places = [introduction.place, (mention.start, dated, passage.number)]
            kind = introduction.cue.kind
            yield ProposedRelation(kind, giver, taker, reason, "low", places, start=since, end=until)
