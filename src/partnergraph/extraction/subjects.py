"""Who is meant on the left of a cue: a body, a list of bodies, 'we', 'it'."""

from __future__ import annotations

import re
from dataclasses import dataclass

from partnergraph.extraction.cues import Cue
from partnergraph.extraction.entity_mentions import DocumentMentions, EntityMention, MentionedParty
from partnergraph.extraction.proposed_relation import RelationKey
from partnergraph.model.records import Passage

_WRITER = re.compile(r"\b(?:we|our|us)\b", re.IGNORECASE)
_CLAUSE = re.compile(
    r"[\s,)'’\"]*(?:(?:which|who|that|and|both|all) )?(?:(?:is|are|was|were|has been|have been|had been|be|being|also|"
    r"now|jointly|if|a|an|the|fully|partly|currently|works?|has|have|had|then|later|since|recently|generously|kindly|"
    r"not|never|no longer|still|formerly|previously|once|both|all|first|founding|active|full|proud|long-standing|"
    r"accredited|associate|key|main|principal|major) ?)*+"
)
_COORDINATE = re.compile(r"[\s)'’\"]*,?\s*and (?:(?!which|who|that)\w+ ){0,3}")
_AFTER_COMMA = re.compile(r"\)?,\s+(?:(?:also|then|now|has|have|had|which also) ?)*+")
_BETWEEN = re.compile(r"(?:,? and|,)\s+(?:the |our )?")
_LAST_BETWEEN = re.compile(r",? and\s+(?:the |our )?")
_NOUN = re.compile(r"(?P<copula>\b(?:is|are|was|were|as) )?\b(?:a|an|the|two|several) (?:[a-z-]+ ){1,2}$")
_IT = re.compile(r"(?:Its?|They|Their|The (?:new |merged )?(?:charity|organisation|organization|body|company))\b")
_OWNER = re.compile(r"\b(?:(?P<writer>our)|its|their|the)\s+(?:[\w-]+\s+){0,2}$", re.IGNORECASE)
_RESULT = re.compile(r"\b(?:to form|to create|to become|forming|creating|becoming)\s+(?:the\s+)?$")
_MAX_SUBJECT_DISTANCE = 120  # characters between a subject and its cue
_MAX_TOPIC_POSITION = 40  # characters before the body that a sentence is about


@dataclass(frozen=True)
class LeftParty:
    """Who stands on the left of a cue: where they are mentioned (None for the writer), and why they are meant."""

    party: MentionedParty
    mention: EntityMention | None = None
    reading: str = ""

    @classmethod
    def of(cls, mention: EntityMention) -> LeftParty:
        """The party of a mention."""
        return cls(mention.party, mention, mention.reading)


class SubjectFinder:
    """Finds who is on the left of the cues of one sentence.

    `objects`: the relations of the mentions on the right of a cue, by their start; `last`: the subject of the last cue
    that has one.
    """

    def __init__(
        self,
        text: str,
        passage: Passage,
        mentions: list[EntityMention],
        document: DocumentMentions,
        topic: LeftParty | None,
    ) -> None:
        self.text, self.passage, self.mentions, self._topic = text, passage, mentions, topic
        self.writer = LeftParty(document.writer, None, document.writer_reason) if document.writer else None
        self.objects: dict[int, RelationKey] = {}
        self.last: LeftParty | None = None

    def topic_after(self) -> LeftParty | None:
        """The body that a sentence is about: the first that it names near its beginning, or 'we'."""
        start = self.passage.start
        if (result := self._merger_result()) is not None:
            return result
        beginning = self.text[start : start + _MAX_TOPIC_POSITION]
        first = next((m for m in self.mentions if m.party.type == "organisation"), None)
        if first is not None and first.start - start <= _MAX_TOPIC_POSITION and first.start not in self.objects:
            return LeftParty.of(first)
        if re.match(r"(?:We|Our)\b", beginning):
            return self.writer
        return self._topic if re.match(r"(?:It|Its|They|Their)\b", beginning) else None

    def _merger_result(self) -> LeftParty | None:
        """What a merger formed: 'A merged with B to form C'."""
        results = (
            m for m in self.mentions if _RESULT.search(self.text, max(self.passage.start, m.start - 30), m.start)
        )
        return next((LeftParty.of(mention) for mention in results), None)

    def parties(self, match: re.Match[str], cue: Cue) -> list[LeftParty]:
        """Who stands on the left of a cue; nobody where it is not clear, or "we" is nobody known."""
        if cue.subject == "writer":
            return [self.writer] if self.writer else []
        start = match.start()
        before = [m for m in self.mentions if m.end <= start and not m.bare and not self._is_in_brackets(m, start)]
        nearest = before[-1] if before else None
        pronouns = list(_WRITER.finditer(self.text, self.passage.start, start))
        pronoun = pronouns[-1].start() if pronouns else None
        if cue.subject == "topic":
            left = self._owner(start, before)
        elif cue.subject == "subject":
            left = self._sentence_subject(match, before, nearest, pronoun)
        else:
            return self._clause_subjects(start, cue, before, nearest, pronoun)
        return [left] if left else []

    def _is_in_brackets(self, mention: EntityMention, position: int) -> bool:
        """Whether a mention stands in brackets that are closed before a position."""
        closing = self.text.find(")", mention.end, min(position, mention.end + _MAX_SUBJECT_DISTANCE))
        return closing >= 0 and "(" not in self.text[mention.end : closing]

    def _owner(self, start: int, before: list[EntityMention]) -> LeftParty | None:
        """Whose members they are: 'its members are', 'Elm Trust's members are'."""
        if before and re.fullmatch(r"['’]s? (?:[\w-]+ ){0,2}", self.text[before[-1].end : start]):
            return LeftParty.of(before[-1])
        owner = _OWNER.search(self.text, max(self.passage.start, start - 60), start)
        if owner is not None and owner["writer"]:
            return self.writer
        subject = next((LeftParty.of(mention) for mention in before if mention.start not in self.objects), None)
        return subject or self._as_it(self._topic)

    def _sentence_subject(
        self, match: re.Match[str], before: list[EntityMention], nearest: EntityMention | None, pronoun: int | None
    ) -> LeftParty | None:
        """The owner in 'Elm Trust's partners', else 'we', else the first body that is no object yet."""
        if nearest is not None and re.fullmatch(r"['’]s? |['’]s \w+ ", self.text[nearest.end : match.start()]):
            return LeftParty.of(nearest)
        if pronoun is not None:
            return self.writer
        subject = next((LeftParty.of(mention) for mention in before if mention.start not in self.objects), None)
        return subject or (self._as_it(self._topic) if self._begins_with_it() else None)

    def _clause_subjects(
        self,
        start: int,
        cue: Cue,
        before: list[EntityMention],
        nearest: EntityMention | None,
        pronoun: int | None,
    ) -> list[LeftParty]:
        """The bodies directly before the cue, else 'we', else the last body that is no object yet, if it is near."""
        pronoun_is_last = pronoun is not None and (nearest is None or pronoun >= nearest.end)
        if nearest is not None and not pronoun_is_last:
            gap_is_short = start - nearest.end <= _MAX_SUBJECT_DISTANCE
            is_object = nearest.start in self.objects
            is_further = _COORDINATE.fullmatch(self.text, nearest.end, start) or (
                cue.direction == "forward" and _AFTER_COMMA.fullmatch(self.text, nearest.end, start)
            )
            if is_object and gap_is_short and self.last and is_further:
                return [self.last]
            if cue.kind == "leadership" and cue.direction == "forward" and self._is_of(nearest):
                return []  # "Jane Smith of Elm University chairs the network"
            if gap_is_short and _CLAUSE.fullmatch(self.text, nearest.end, start):
                return [LeftParty.of(mention) for mention in self._coordinated(nearest, before)]
        if pronoun_is_last or (pronoun is not None and nearest is not None and nearest.start in self.objects):
            return [self.writer] if self.writer else []
        if cue.direction == "inverse" and self._modifies_noun(start):
            return []  # "Elm Trust and Oak School wrote a report paid for by"
        for mention in reversed(before):
            if mention.start not in self.objects and mention.party.type == "organisation":
                return [LeftParty.of(mention)] if start - mention.end <= _MAX_SUBJECT_DISTANCE else []
        topic = self._as_it(self._topic) if self._begins_with_it() else None
        return [topic] if topic else []

    def _modifies_noun(self, start: int) -> bool:
        """Whether a participle at a place says something of a noun alone, not of what the sentence is about."""
        noun = _NOUN.search(self.text, max(self.passage.start, start - 60), start)
        return noun is not None and noun["copula"] is None

    def _is_of(self, mention: EntityMention) -> bool:
        """Whether a mention only says of what body somebody is: 'of', 'from' or 'at' stands before it."""
        begin = max(self.passage.start, mention.start - 10)
        return re.search(r"\b(?:of|from|at)\s+(?:the\s+)?$", self.text[begin : mention.start]) is not None

    def _begins_with_it(self) -> bool:
        return _IT.match(self.text, self.passage.start, self.passage.end) is not None

    def _as_it(self, topic: LeftParty | None) -> LeftParty | None:
        """The topic of the sentence before, read as what 'it' is; its own mention stands in that sentence."""
        if topic is None:
            return None
        reading = topic.reading or f"'it' is read as {topic.party.name}, which the sentence before is about"
        return LeftParty(topic.party, None, reading)

    def _coordinated(self, last: EntityMention, before: list[EntityMention]) -> list[EntityMention]:
        """The list of subjects that ends with a mention: 'A and B are members of C'."""
        parties = [last]
        for mention in reversed(before[: before.index(last)]):
            pattern = _BETWEEN if len(parties) > 1 else _LAST_BETWEEN
            if mention.start in self.objects or not pattern.fullmatch(self.text, mention.end, parties[0].start):
                break
            if _WRITER.search(self.text, mention.end, parties[0].start):
                break
            parties.insert(0, mention)
        return parties

    def list_before(self, position: int) -> list[EntityMention]:
        """The list of mentions that ends directly before a position."""
        before = [m for m in self.mentions if m.end <= position and not m.bare]
        if not before or self.text[before[-1].end : position].strip():
            return []
        return self._coordinated(before[-1], before)

    def thanking(self, position: int, thanked: list[EntityMention]) -> LeftParty | None:
        """Who thanks those in a list before a position: 'we', or the body that the sentence is about."""
        first = thanked[0].start if thanked else position
        if _WRITER.search(self.text, self.passage.start, first) or _WRITER.match(self.text, position):
            return self.writer
        return next((LeftParty.of(m) for m in self.mentions if m.end <= first and m.party.type == "organisation"), None)

    def after_list(self, start: int, end: int) -> list[LeftParty]:
        """The subject after a list with which the sentence begins: 'in partnership with A, we run ...'."""
        if start - self.passage.start > _MAX_TOPIC_POSITION:
            return []
        if re.compile(r",?\s+(?:we|our)\b").match(self.text, end):
            return [self.writer] if self.writer else []
        following = next((m for m in self.mentions if m.start >= end and m.party.type == "organisation"), None)
        if following and re.fullmatch(r",?\s+(?:the\s+)?", self.text[end : following.start]):
            return [LeftParty.of(following)]
        return []

    def clause_of_subject(self, position: int) -> int | None:
        """Where the clause of a cue begins, if its subject stands after a comma: '..., Elm Trust has funded'."""
        before = [m for m in self.mentions if m.end <= position and m.start not in self.objects]
        if not before or not _CLAUSE.fullmatch(self.text, before[-1].end, position):
            return None
        begin = self.text[self.passage.start : before[-1].start].rstrip()
        begin = begin[:-3].rstrip() if begin.lower().endswith("the") else begin
        return before[-1].end if begin.endswith((",", ";")) else None
