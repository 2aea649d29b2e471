"""Dated events of bodies: founding, closing, renaming, awards, mergers. Each needs the body as its subject."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from partnergraph.extraction.entity_mentions import EntityMention, MentionedParty
from partnergraph.extraction.proposed_relation import ProposedRelation, RelationKey, TextSpan
from partnergraph.extraction.subjects import LeftParty
from partnergraph.extraction.time_expressions import DATE, date_of, time_expressions
from partnergraph.model.records import Passage

_EVENT = re.compile(
    r"\b(?P<kind>(?:competitively )?awarded|renewed|[Ff]ounded|[Ee]stablished|[Ll]aunched|[Ff]ormed|[Cc]reated|"
    r"[Oo]pened|[Ss]et up|began|closed|closed down|ended|renamed|dissolved|wound up)\b(?: (?:in|on|from|again in))? "
    + DATE.format("")
)
_EVENT_KINDS = {
    **{"awarded": "award", "renewed": "renewal", "founded": "start", "established": "start", "launched": "start"},
    **{
        "began": "start",
        "formed": "start",
        "created": "start",
        "opened": "start",
        "set up": "start",
        "closed": "end",
        "ended": "end",
    },
    **{"closed down": "end", "dissolved": "end", "wound up": "end", "renamed": "rename"},
}
_ATTACHED = re.compile(
    r"[’'\"]*\s*(?:[(,]|,? (?:which|that) )\s*(?:(?:which|that|was|were|is|has been|had been|first|originally|formally|"
    r"and|also|itself) ?)*+"
)
_PREDICATE = re.compile(r"[)’'\"]*\s+(?:(?:was|were|is|has been|first|originally|formally|officially|itself|also) ?)*+")
_INSERTION = re.compile(r",\s+(?:\w+ ){1,3}by\s[^,;]*$")
_MAX_INSERTION = 160  # characters
_LEADING = re.compile(r", (?:the |our )?")
_FURTHER = re.compile(r",? (?:and )?")
_IT = re.compile(r"It (?:was|has been|had been) (?:(?:first|originally|formally) )?")
# What stands before a name that is no subject: "the partnership with Elm Trust was founded in 2015".
_GOVERNED = re.compile(r"\b(?:of|with|by|from|to|for|at|in|on|between|alongside|and|or|as|than)\s+(?:the\s+|our\s+)?$")
_MERGED = re.compile(r"\s+(?:has |have |had |was |were )?merged (?P<into>with|into)\s+(?:the\s+)?")
_AND = re.compile(r"\s+and\s+(?:the\s+)?")
_BOTH_MERGED = re.compile(r"\s+(?:have |has |had )?merged\b(?! (?:with|into))")
_RESULT = re.compile(
    r"(?:\s+(?:have |has |had )?merged)?(?:\s+(?:in|on) [\w ]{4,20})?,?\s+"
    r"(?:to form|to create|to become|forming|creating|becoming)\s+(?:the\s+)?"
)


@dataclass
class ProposedEvent:
    """An event that a sentence may state, about a party or a relation. `others` and `result`: of a merger, the further
    bodies before it, and the one after.
    """

    kind: str
    about: MentionedParty | ProposedRelation
    date: str
    place: TextSpan
    manner: str
    reason: str
    others: tuple[MentionedParty, ...] = ()
    result: MentionedParty | None = None
    confidence: str = "medium"

    @property
    def subjects(self) -> tuple[MentionedParty | ProposedRelation, ...]:
        """What it is about, and the other bodies before a merger."""
        return (self.about, *self.others)


def sentence_events(
    text: str,
    passage: Passage,
    mentions: list[EntityMention],
    objects: dict[int, RelationKey],
    relations: dict[RelationKey, ProposedRelation],
    topic: LeftParty | None,
) -> Iterator[ProposedEvent]:
    """The dated events of a sentence. `objects`: the relations of mentions that are the object of a cue, by their
    start; `relations`: those of the document so far; `topic`: what 'it' is.
    """
    organisations = [mention for mention in mentions if mention.party.type == "organisation"]
    last_end, last_mention = -1, None
    for match in _EVENT.finditer(text, passage.start, passage.end):
        date = date_of(match)
        before = [mention for mention in organisations if mention.end <= match.start()]
        mention = before[-1] if before else None
        if last_mention is not None and _FURTHER.fullmatch(text, last_end, match.start()):
            mention = last_mention  # "(awarded in 2008, renewed in 2014)"
        elif mention is not None and not _is_about(text, passage, mention, match.start(), objects):
            mention = None
        if mention is None and match.start() == passage.start and not before:
            mention = next((m for m in organisations if _LEADING.fullmatch(text, match.end(), m.start)), None)
        party = mention.party if mention is not None else _it(text, passage, match, topic)
        if party is None or date is None:
            last_mention = None
            continue
        last_end, last_mention = match.end(), mention
        manner, verb = ("competitive", "awarded") if match["kind"].startswith("comp") else ("", match["kind"].lower())
        about: MentionedParty | ProposedRelation = party
        key = objects.get(mention.start) if mention is not None else None
        # The date of a membership in 'a member of A (awarded in 2014)', not of A; a founding is always of A.
        if key is not None and key[0] == "membership" and key[2] == party.slug and key in relations:
            about = relations[key] if verb in ("awarded", "renewed") else party
        place = (match.start(), match.end(), passage.number)
        yield ProposedEvent(_EVENT_KINDS[verb], about, date, place, manner, f"'{match[0]}' after {party.name}")
    yield from _mergers(text, passage, organisations)


def _it(text: str, passage: Passage, match: re.Match[str], topic: LeftParty | None) -> MentionedParty | None:
    """The topic, in 'It was founded in 1998'."""
    return topic.party if topic is not None and _IT.fullmatch(text, passage.start, match.start()) else None


def _is_about(
    text: str, passage: Passage, mention: EntityMention, position: int, objects: dict[int, RelationKey]
) -> bool:
    """Whether what is said at a position is said of a mention: attached to it, or with it as the subject."""
    if _ATTACHED.fullmatch(text, mention.end, position):
        if text[mention.end] != "," or re.match(r",\s+(?:which|that)\b", text[mention.end : mention.end + 10]):
            return True
        # In "the project, funded by Elm Trust, began in 2019" the comma ends what is put in.
        before = text[max(passage.start, mention.start - _MAX_INSERTION) : mention.start]
        return not text.startswith("began", position) and _INSERTION.search(before) is None
    governed = _GOVERNED.search(text, max(passage.start, mention.start - 20), mention.start) is not None
    return not governed and mention.start not in objects and bool(_PREDICATE.fullmatch(text, mention.end, position))


def _mergers(text: str, passage: Passage, organisations: list[EntityMention]) -> Iterator[ProposedEvent]:
    """'A merged with B to form C in 2019', 'A merged into B in 2019'."""
    for index, left in enumerate(organisations[:-1]):
        right = organisations[index + 1]
        match = _MERGED.fullmatch(text, left.end, right.start)
        if match is None and _AND.fullmatch(text, left.end, right.start):
            match = _BOTH_MERGED.match(text, right.end, passage.end)
        dates = [e for e in time_expressions(text, passage.start, passage.end) if e.point] if match else []
        if match is None or len(dates) != 1 or left.party is right.party:
            continue
        third = organisations[index + 2] if index + 2 < len(organisations) else None
        result, confidence = left.party, "low"
        others: tuple[MentionedParty, ...] = (right.party,)
        reason = f"'{match[0].strip()}'; the text does not say which body came of it: {left.party.name} is assumed"
        last = max(right.end, dates[0].end)
        if match.groupdict().get("into") == "into":
            result, others, confidence, reason = right.party, (), "medium", f"'{match[0].strip()}'"
        elif third is not None and _RESULT.fullmatch(text, right.end, third.start):
            result, confidence, reason = third.party, "medium", f"'{match[0].strip()}' and what it formed"
            last = max(third.end, last)
        place = (min(left.start, dates[0].start), last, passage.number)
        yield ProposedEvent("merger", left.party, dates[0].point, place, "", reason, others, result, confidence)
