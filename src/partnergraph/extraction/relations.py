"""What a text may claim between those it mentions: cue words between two mentions, and years with what they hang on."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from partnergraph.extraction.entity_mentions import DocumentMentions, EntityMention, MentionedParty, sentence_pieces
from partnergraph.model.records import Document, Passage

# Words between two members of a list.
_FILL = (
    r"(?:and|or|along with|as well as|together with|including|such as|"
    r"the|our|its|their|a|an|both|also|local|with|of|regional|other)"
)
_GAP = r"[\s,‘’'\"]*+"  # taken once (a pattern that gives some of it back takes quadratic time)
_LIST = re.compile(rf"{_GAP}(?:\([^()]{{0,80}}\)){{0,1}}+{_GAP}(?:{_FILL}\b{_GAP})*", re.IGNORECASE)
_ALONG = re.compile(r"[^.;:]{0,90}\b(?:along with|as well as|together with)\s+(?:the\s+)?")
_VIA = re.compile(r",?\s+(?:through|via)\s+(?:the\s+)?")
_BEFORE = re.compile(
    r"[\s‘’'\"]*(?:(?:the|our|its|a|an|both|their|local|primary|care|health)\s+)*[‘’'\"]?", re.IGNORECASE
)
_WRITER = re.compile(r"\b(?:we|our|us)\b", re.IGNORECASE)
_MONTHS = [
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
]
_DATE = r"(?:(?P<day>\d{1,2}) )?(?:(?P<month>[A-Z][a-z]+) )?(?P<year>(?:19|20)\d\d)\b"
_EVENT = re.compile(
    r"\b(?P<kind>(?:competitively )?awarded|renewed|founded|established|launched|formed|created|opened|since|until|"
    rf"closed|ended|renamed|dissolved)\b(?: (?:in|on|from|until|again in))? {_DATE}"
)
_CLAUSE = re.compile(
    r"[\s,)'’\"]*(?:(?:which|who|that|and) )?(?:(?:is|are|was|were|has been|be|being|also|now|jointly|if|a|an|the|"
    r"fully|partly|currently|works?|has|have) ?)*"
)
_EVENT_KINDS = {
    **{
        "awarded": "award",
        "renewed": "renewal",
        "since": "start",
        "founded": "start",
        "established": "start",
        "launched": "start",
        "formed": "start",
        "created": "start",
    },
    **{"opened": "start", "until": "end", "closed": "end", "ended": "end", "dissolved": "end", "renamed": "rename"},
}
_MAX_SUBJECT_DISTANCE = 120  # characters between a subject and its cue
_MAX_EVENT_DISTANCE = 80  # characters between a body and an event
TextSpan = tuple[int, int, int]  # first character, character after the last, number of the sentence
RelationKey = tuple[str, str, str]  # kind, ids of giver and taker


@dataclass(frozen=True)
class Cue:
    """A phrase that may mean a kind of relationship, and how its parties stand.

    `direction`: forward, inverse or implicit (between the subject of the cue before it and who stands on the left);
    `subject`: who is on the left: the writer, the subject of the sentence, or the body before the cue.
    """

    kind: str
    phrase: str
    direction: str
    subject: str


@dataclass
class ProposedRelation:
    """A relationship that a sentence may state. `places` are the stretches of text that state it."""

    kind: str
    giver: MentionedParty
    taker: MentionedParty
    reason: str
    confidence: str
    places: list[TextSpan] = field(default_factory=list)
    via: MentionedParty | None = None

    @property
    def key(self) -> RelationKey:
        """Kind and ids of both parties: one relation of a document."""
        return self.kind, self.giver.slug, self.taker.slug


@dataclass
class ProposedEvent:
    """An event that a sentence may state, about a party or a relation."""

    kind: str
    about: MentionedParty | ProposedRelation
    date: str
    place: TextSpan
    manner: str
    reason: str


@cache
def load_cues() -> dict[str, Cue]:
    """The cue words, by phrase."""
    with (Path(__file__).parent / "cues.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["cue"]: Cue(row["kind"], row["cue"], row["direction"], row["subject"]) for row in csv.DictReader(file)
        }


@cache
def _cue_pattern() -> re.Pattern[str]:
    phrases = sorted(load_cues(), key=lambda phrase: (-len(phrase), phrase))
    return re.compile(rf"\b(?:{'|'.join(re.escape(phrase) for phrase in phrases)})\b", re.IGNORECASE)


def find_relations(
    document: Document, mentions: DocumentMentions
) -> tuple[list[ProposedRelation], list[ProposedEvent]]:
    """All relations and dated events, each once, in the order of the text."""
    relations: dict[RelationKey, ProposedRelation] = {}
    events: dict[tuple[str, int, str], ProposedEvent] = {}
    places: dict[RelationKey, dict[TextSpan, None]] = {}
    for number, piece in enumerate(sentence_pieces(document.passages), 1):
        if sentence_mentions := mentions.sentences.get(number):
            sentence = _Sentence(document.text, piece, sentence_mentions, mentions)
            for relation in sentence.relations():
                relations.setdefault(relation.key, relation)
                places.setdefault(relation.key, {}).update(dict.fromkeys(relation.places))
            for event in sentence.events(relations):
                events.setdefault((event.kind, id(event.about), event.date), event)
    for key, relation in relations.items():
        relation.places = list(places[key])
    return list(relations.values()), list(events.values())


@dataclass(frozen=True)
class _LeftParty:
    """Who stands on the left of a cue: where they are mentioned (None for the writer), and why they are meant."""

    party: MentionedParty
    mention: EntityMention | None = None
    reading: str = ""

    @classmethod
    def of(cls, mention: EntityMention) -> _LeftParty:
        return cls(mention.party, mention, mention.reading)


class _Sentence:
    def __init__(self, text: str, passage: Passage, mentions: list[EntityMention], document: DocumentMentions) -> None:
        self.text, self.passage, self.mentions = text, passage, mentions
        self.writer = _LeftParty(document.writer, None, document.writer_reason) if document.writer else None
        self.cues = [
            cue for cue in _cue_pattern().finditer(text, passage.start, passage.end) if not self._is_in_name(cue)
        ]
        self.objects: dict[int, RelationKey] = {}  # the relations of mentions on the right of a cue, by their start
        self.subject: _LeftParty | None = None  # of the last cue that has one

    def _is_in_name(self, cue: re.Match[str]) -> bool:
        """Whether a cue overlaps the name of an organisation, or begins within that of a group."""
        return any(
            mention.overlaps(cue.start(), cue.end())
            if mention.party.type == "organisation"
            else mention.start <= cue.start() < mention.end
            for mention in self.mentions
            if not mention.bare
        )

    def relations(self) -> list[ProposedRelation]:
        ends = [*(cue.start() for cue in self.cues[1:]), self.passage.end]
        return [
            relation
            for match, end in zip(self.cues, ends, strict=False)
            for relation in self._cue_relations(match, end)
        ]

    def _cue_relations(self, match: re.Match[str], end: int) -> list[ProposedRelation]:
        """The relations of one cue, whose parties stand before `end`."""
        cue = load_cues()[match[0].lower()]
        left = self._left_party(match, cue)
        if left is None:
            return []
        if cue.direction == "implicit":
            if self.subject is None or self.subject.party is left.party or left.mention is None:
                return []
            place = (left.mention.start, match.end(), self.passage.number)
            return [self._relation(cue, left.party, self.subject.party, match, place, left.reading)]
        objects, via = self._right_mentions(match.end(), end)
        if objects and cue.subject == "before":
            self.subject = left
        start = match.start()
        if left.mention is not None and left.mention.end <= start:
            start = min(start, left.mention.start)
        relations = []
        for mention in objects:
            if mention.party is left.party:
                continue
            parties = (mention.party, left.party) if cue.direction == "inverse" else (left.party, mention.party)
            reading = " ".join(filter(None, (left.reading, mention.reading)))
            relation = self._relation(cue, *parties, match, (start, mention.end, self.passage.number), reading)
            if via is not None and via.party not in parties:
                relation.via, relation.places = via.party, [(start, via.end, self.passage.number)]
            relations.append(relation)
            self.objects[mention.start] = relation.key
        return relations

    @staticmethod
    def _relation(
        cue: Cue, giver: MentionedParty, taker: MentionedParty, match: re.Match[str], place: TextSpan, reading: str
    ) -> ProposedRelation:
        reason = f"'{match[0]}' stands between them" + (f"; {reading}" if reading else "")
        is_weak = reading or "low" in (giver.confidence, taker.confidence)
        return ProposedRelation(cue.kind, giver, taker, reason, "low" if is_weak else "medium", [place])

    def _right_mentions(self, position: int, end: int) -> tuple[list[EntityMention], EntityMention | None]:
        """Whom a list after a cue mentions, and through whom."""
        objects: list[EntityMention] = []
        for mention in self.mentions:
            if mention.start < position:
                continue
            gap = self.text[position : mention.start]
            if objects and _VIA.fullmatch(gap):
                return objects, mention
            fits = _LIST.fullmatch(gap) or (_ALONG.fullmatch(gap) if objects else _BEFORE.fullmatch(gap))
            if objects and not fits and mention.party.type == "group":
                continue  # "14 councils in the area and their services, along with 8 universities"
            if mention.start >= end or not fits:
                break
            objects.append(mention)
            position = mention.end
        return objects, None

    def _left_party(self, match: re.Match[str], cue: Cue) -> _LeftParty | None:
        """Who stands on the left of a cue; None where nobody can be meant, or "we" is nobody known."""
        if cue.subject == "writer":
            return self.writer
        before = [mention for mention in self.mentions if mention.end <= match.start() and not mention.bare]
        nearest = before[-1] if before else None
        pronouns = list(_WRITER.finditer(self.text, self.passage.start, match.end()))
        pronoun = pronouns[-1].start() if pronouns else None
        if cue.subject == "subject":
            return self._sentence_subject(match, before, nearest, pronoun)
        return self._clause_subject(match, before, nearest, pronoun)

    def _sentence_subject(
        self, match: re.Match[str], before: list[EntityMention], nearest: EntityMention | None, pronoun: int | None
    ) -> _LeftParty | None:
        """The owner in 'Elm Trust's partners', else 'we', else the first body that is no object yet."""
        if nearest is not None and re.fullmatch(r"['’]s? |['’]s \w+ ", self.text[nearest.end : match.start()]):
            return _LeftParty.of(nearest)
        if pronoun is not None:
            return self.writer
        return next((_LeftParty.of(mention) for mention in before if mention.start not in self.objects), None)

    def _clause_subject(
        self, match: re.Match[str], before: list[EntityMention], nearest: EntityMention | None, pronoun: int | None
    ) -> _LeftParty | None:
        """The body directly before the cue, else 'we', else the last body that is no object yet, if it is near."""
        pronoun_is_last = pronoun is not None and (nearest is None or pronoun >= nearest.end)
        if nearest is not None and not pronoun_is_last and _CLAUSE.fullmatch(self.text, nearest.end, match.start()):
            return _LeftParty.of(nearest)
        if pronoun_is_last or (pronoun is not None and nearest is not None and nearest.start in self.objects):
            return self.writer
        for mention in reversed(before):
            if mention.start not in self.objects and mention.party.type == "organisation":
                return _LeftParty.of(mention) if match.start() - mention.end <= _MAX_SUBJECT_DISTANCE else None
        return None

    def events(self, relations: dict[RelationKey, ProposedRelation]) -> list[ProposedEvent]:
        """The dated events of the sentence. `relations`: those of the document so far."""
        events = []
        for match in _EVENT.finditer(self.text, self.passage.start, self.passage.end):
            before = [m for m in self.mentions if m.end <= match.start() and m.party.type == "organisation"]
            date = _date(match)
            if not before or match.start() - before[-1].end > _MAX_EVENT_DISTANCE or date is None:
                continue
            manner, _, verb = match["kind"].rpartition(" ")
            party = before[-1].party
            about: MentionedParty | ProposedRelation = party
            key = self.objects.get(before[-1].start)
            # The date of a membership in 'members: A, joined 2014', not of the member.
            if key is not None and key[0] == "membership" and key[2] == party.slug and key in relations:
                about = relations[key]
            place = (match.start(), match.end(), self.passage.number)
            reason = f"'{match[0]}' after {party.name}"
            kind = _EVENT_KINDS[verb]
            events.append(ProposedEvent(kind, about, date, place, "competitive" if manner else "", reason))
        return events


def _date(match: re.Match[str]) -> str | None:
    """The date of an event as 2014, 2014-06 or 2014-06-28; None where the word before the year is no month."""
    month = (match["month"] or "").lower()
    if not month:
        return match["year"]
    if month not in _MONTHS:
        return None
    date = f"{match['year']}-{_MONTHS.index(month) + 1:02}"
    return f"{date}-{int(match['day']):02}" if match["day"] and 1 <= int(match["day"]) <= 28 else date
