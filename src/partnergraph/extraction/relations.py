"""What a text may claim between those it mentions: cues between two mentions, what denies them, and what dates them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations

from partnergraph.extraction.cues import Cue, cue_of, cue_pattern
from partnergraph.extraction.dated_events import ProposedEvent, sentence_events
from partnergraph.extraction.entity_mentions import DocumentMentions, EntityMention, MentionedParty, sentence_pieces
from partnergraph.extraction.factuality import (
    DENIED,
    ENDED,
    PAST,
    PLANNED,
    STATED,
    clause_start,
    factuality_after,
    factuality_before,
    is_same_clause,
    without_exempt_words,
)
from partnergraph.extraction.list_items import (
    ListIntroduction,
    begins_line,
    colon_introduction,
    heading_introduction,
    is_item,
    is_number,
    item_relations,
)
from partnergraph.extraction.name_detection import word_lists
from partnergraph.extraction.proposed_relation import ProposedRelation, RelationKey, TextSpan
from partnergraph.extraction.subjects import LeftParty, SubjectFinder
from partnergraph.extraction.time_expressions import TimeExpression, time_expressions
from partnergraph.model.records import Document, Passage
from partnergraph.vocabulary import concepts

# Words between two members of a list.
_FILL = (
    r"(?:and with|and of|and|or|along with|as well as|together with|including|such as|by|from|to|"
    r"the|our|its|their|a|an|both|also|local|regional|other|(?:since|from) (?:[a-z]+ )?(?:19|20)\d\d(?:, with)?)"
)
_GAP = r"[\s,‘’'\"]*+"  # taken once (a pattern that gives some of it back takes quadratic time)
_LIST = re.compile(rf"{_GAP}(?:\([^()]{{0,80}}\)){{0,1}}+{_GAP}(?:{_FILL}\b{_GAP})*", re.IGNORECASE)
_ALONG = re.compile(r"[^.;:]{0,90}\b(?:along with|as well as|together with)\s+(?:the\s+)?")
_VIA = re.compile(r",?\s+(?:through|via)\s+(?:the\s+)?")
_BEFORE = re.compile(
    r"[\s‘’'\"]*(?:(?:the|our|its|a|an|both|their|local|primary|care|health|charity|national|regional|nearby|like|"
    r"neighbouring|partners|organisations|bodies|charities|such as|including|colleagues at|staff at)\s+)*[‘’'\"]?",
    re.IGNORECASE,
)
_FINITE = re.compile(
    r",?\s+(?:also |now |then )?(?:is|are|was|were|has|have|had|will|may|can|does|did|do|joined|left)\b"
)
_OUR = re.compile(r"\s+(?:us|our)\b")
_THING = re.compile(r"\s+(?:a|an|the|new|two|three|four|five|more)\s+[a-z]")
_EXISTENCE = re.compile(
    r"\b(?:founded|established|formed|existed|open|registered|operat\w+|running|active|known|\(est\.?)\s*$"
)
_MAX_MUTUAL = 6  # parties that work together, each with each
_SEEN_BEFORE = re.compile(r",?\s+(?:(?:we|the)\s+)?(?:also\s+)?")  # between "in 2024" and who worked with whom
_SEEN_AFTER = re.compile(r",?\s*")
_NEXT = re.compile(r"(?:\band|;|\bbut),?\s*$")
_AS = re.compile(r"\b[Aa]s $")
_CONTRACT_GAP = re.compile(r"\s+(?:with|from|of|by)\s+(?:the\s+)?")
_BEGAN = re.compile(
    r"\s+(?:was |has been )?(?:established|formed|launched|set up|begun|began|started|created|signed)\s*"
)


@dataclass
class _Statement:
    """What one cue says: its relations with the ends of the names on its right, and whether the text states it.

    `end`: of its last party; `point`: what a date without "since" or "until" beside it is (start, end or nothing).
    """

    cue: Cue
    match: re.Match[str]
    relations: list[tuple[int, ProposedRelation]] = field(default_factory=list)
    end: int = 0
    status: str = ""
    point: str = ""

    @property
    def is_fact(self) -> bool:
        """Whether it is neither denied nor planned nor over without a date."""
        is_over = self.status in (PAST, ENDED) or self.cue.period == "end"
        return self.status not in (DENIED, PLANNED) and not (is_over and not any(r.end for _, r in self.relations))


@cache
def _is_symmetric(kind: str) -> bool:
    return any(concept.code == kind and concept.symmetric for concept in concepts("relationship-kind"))


def find_relations(
    document: Document, mentions: DocumentMentions
) -> tuple[list[ProposedRelation], list[ProposedEvent], set[str]]:
    """All relations and dated events, each once, in the order of the text; and the ids of the organisations that stand
    only in clauses that deny or plan something.
    """
    stated, unstated = set[str](), set[str]()
    events: dict[tuple[str, tuple[int, ...], str], ProposedEvent] = {}
    index = _RelationIndex()
    topic: LeftParty | None = None
    introduction: ListIntroduction | None = None
    for number, piece in enumerate(sentence_pieces(document.passages), 1):
        sentence = _Sentence(document.text, piece, mentions.sentences.get(number, []), mentions, topic)
        for relation in sentence.relations():
            index.add(relation)
        introduction = sentence.list_relations(introduction, index)
        sentence.end_contracts(index)
        for event in sentence_events(sentence.text, piece, sentence.mentions, sentence.objects, index.relations, topic):
            events.setdefault((event.kind, tuple(id(about) for about in event.subjects), event.date), event)
        topic = sentence.topic()
        for mention in sentence.mentions:
            (unstated if sentence.is_unstated(mention) else stated).add(mention.party.slug)
    return index.relations_with_places(), list(events.values()), unstated - stated


class _RelationIndex:
    """The relations of a document, each once: by key, and the first two of each party."""

    def __init__(self) -> None:
        self.relations: dict[RelationKey, ProposedRelation] = {}
        self.of_party: dict[str, list[ProposedRelation]] = {}
        self.last: ProposedRelation | None = None
        self._places: dict[RelationKey, dict[TextSpan, None]] = {}

    def add(self, relation: ProposedRelation) -> None:
        """Add a relation; one that is there gets the further places and the missing dates."""
        kind, giver, taker = relation.key
        is_turned = _is_symmetric(kind) and (kind, taker, giver) in self.relations
        key = (kind, taker, giver) if is_turned else relation.key
        if key not in self.relations:
            self.relations[key] = relation
            for slug in (giver, taker):
                of_party = self.of_party.setdefault(slug, [])
                of_party += [relation] * (len(of_party) < 2)
        self.last = self.relations[key]
        self.last.start, self.last.end = self.last.start or relation.start, self.last.end or relation.end
        self.last.date_note = self.last.date_note or relation.date_note
        self.add_places(self.last, relation.places)

    def add_places(self, relation: ProposedRelation, places: list[TextSpan]) -> None:
        """Add stretches of text that state a relation."""
        self._places.setdefault(relation.key, {}).update(dict.fromkeys(places))

    def relations_with_places(self) -> list[ProposedRelation]:
        """The relations in the order of the text, each with all its places."""
        for key, relation in self.relations.items():
            relation.places = list(self._places[key])
        return list(self.relations.values())


class _Sentence:
    def __init__(
        self,
        text: str,
        passage: Passage,
        mentions: list[EntityMention],
        document: DocumentMentions,
        topic: LeftParty | None,
    ) -> None:
        self.text, self.passage, self.mentions = text, passage, mentions
        self.subjects = SubjectFinder(text, passage, mentions, document, topic)
        self.objects = self.subjects.objects
        self.cues = [
            cue for cue in cue_pattern().finditer(text, passage.start, passage.end) if not self._is_in_name(cue)
        ]
        self.masked = without_exempt_words(self._masked())

    def _masked(self) -> str:
        """The sentence with letters for the names, which deny and plan nothing."""
        pieces, position = [], self.passage.start
        for mention in self.mentions:
            if mention.start >= position and mention.party.type == "organisation":
                pieces += [self.text[position : mention.start], "X" * (mention.end - mention.start)]
                position = mention.end
        return "".join((*pieces, self.text[position : self.passage.end]))

    def _is_in_name(self, cue: re.Match[str]) -> bool:
        """Whether a cue overlaps the name of an organisation, or begins within that of a group."""
        return any(
            mention.overlaps(cue.start(), cue.end())
            if mention.party.type == "organisation"
            else mention.start <= cue.start() < mention.end and not self._says_whose(cue, mention)
            for mention in self.mentions
            if not mention.bare
        )

    @staticmethod
    def _says_whose(cue: re.Match[str], group: EntityMention) -> bool:
        """Whether a cue that begins within a group says who it is: 'its members are', 'our partners include'."""
        is_owned = cue_of(cue).subject == "topic" or cue.start() == group.start
        return is_owned and cue.end() > group.end

    def topic(self) -> LeftParty | None:
        """What 'it' means in the sentence that follows."""
        return self.subjects.topic_after()

    def relations(self) -> list[ProposedRelation]:
        """The relations that the sentence states, with their dates."""
        ends = [*(cue.start() for cue in self.cues[1:]), self.passage.end]
        statements = [self._statement(match, end) for match, end in zip(self.cues, ends, strict=False)]
        statements = [statement for statement in statements if statement.relations]
        for expression in time_expressions(self.text, self.passage.start, self.passage.end):
            self._date(expression, statements)
        return [relation for statement in statements if statement.is_fact for _, relation in statement.relations]

    def list_relations(self, introduction: ListIntroduction | None, index: _RelationIndex) -> ListIntroduction | None:
        """Add the relations of an item of the list that stands open; returns the list that stands open after it."""
        at_line = begins_line(self.text, self.passage)
        if is_number(self.passage):
            return introduction
        if introduction is not None and at_line:
            if is_item(self.text, self.passage, self.mentions):
                for relation in item_relations(self.text, self.passage, self.mentions, introduction):
                    index.add(relation)
                return introduction
            introduction = None
        heading = heading_introduction(self.passage, self.subjects.writer) if at_line else None
        if heading is not None or not self.cues or self.text[self.passage.end - 1] != ":":
            return heading or introduction
        match = self.cues[-1]
        offset = self.passage.start
        first = clause_start(self.masked, 0, match.start() - offset)
        if factuality_before(self.masked[first : match.start() - offset]) != STATED:
            return introduction
        lefts = self.subjects.parties(match, cue_of(match))
        return colon_introduction(self.text, self.passage, match, lefts) or introduction

    def is_unstated(self, mention: EntityMention) -> bool:
        """Whether an organisation stands in a clause that denies or plans something."""
        if mention.party.type != "organisation":
            return False
        begin, end = mention.start - self.passage.start, mention.end - self.passage.start
        before = factuality_before(self.masked[clause_start(self.masked, 0, begin) : begin])
        return before in (DENIED, PLANNED) or factuality_after(self.masked, end, len(self.masked))[0] == DENIED

    def _statement(self, match: re.Match[str], end: int) -> _Statement:
        """What one cue says, whose parties stand before `end`."""
        cue = cue_of(match)
        statement = _Statement(cue, match, end=match.end(), point=cue.period)
        if cue.kind == "part-of" and _AS.search(self.text, max(0, match.start() - 4), match.start()):
            return statement
        if cue.direction == "thanks":
            self._add_thanks(statement)
        elif cue.direction == "implicit":
            self._add_implicit(statement)
        elif cue.direction == "mutual":
            self._add_mutual(statement)
        else:
            self._add_objects(statement, end)
        self._judge(statement)
        return statement

    def _add_thanks(self, statement: _Statement) -> None:
        """'We thank A and B for funding ...'."""
        match = statement.match
        givers = self.subjects.list_before(match.start())
        taker = self.subjects.thanking(match.start(), givers)
        for giver in givers if taker is not None else ():
            if taker is not None and giver.party is not taker.party:
                place = (giver.start, match.end(), self.passage.number)
                relation = self._relation(statement, giver.party, taker.party, place, giver.reading or taker.reading)
                statement.relations.append((giver.end, relation))

    def _add_implicit(self, statement: _Statement) -> None:
        match, subject = statement.match, self.subjects.last
        for left in self.subjects.parties(match, statement.cue):
            if subject is not None and subject.party is not left.party and left.mention is not None:
                place = (left.mention.start, match.end(), self.passage.number)
                relation = self._relation(statement, left.party, subject.party, place, left.reading)
                statement.relations.append((left.mention.end, relation))

    def _add_mutual(self, statement: _Statement) -> None:
        """'A and B work together'."""
        lefts = [left for left in self.subjects.parties(statement.match, statement.cue) if left.mention is not None]
        for first, second in combinations(lefts[:_MAX_MUTUAL], 2):
            if first.mention is not None and second.mention is not None and first.party is not second.party:
                place = (first.mention.start, statement.match.end(), self.passage.number)
                reading = first.reading or second.reading
                relation = self._relation(statement, first.party, second.party, place, reading)
                statement.relations.append((second.mention.end, relation))

    def _add_objects(self, statement: _Statement, end: int) -> None:
        match, cue = statement.match, statement.cue
        objects, via = self._right_mentions(match, cue, end)
        lefts = self.subjects.parties(match, cue)
        if not lefts and objects:
            lefts = self.subjects.after_list(match.start(), objects[-1].end)
        if objects and lefts and cue.subject == "before":
            self.subjects.last = lefts[-1]
        for mention in objects:
            if mention.start >= match.end():
                statement.end = max(statement.end, mention.end)
            for left in lefts:
                if mention.party is left.party:
                    continue
                parties = (mention.party, left.party) if cue.direction == "inverse" else (left.party, mention.party)
                start = match.start()
                if left.mention is not None:
                    start = min(start, left.mention.start)
                last = max(mention.end, match.end(), left.mention.end if left.mention is not None else 0)
                reading = " ".join(filter(None, (left.reading, mention.reading)))
                relation = self._relation(statement, *parties, (start, last, self.passage.number), reading)
                if via is not None and via.party not in parties:
                    relation.via, relation.places = via.party, [(start, via.end, self.passage.number)]
                statement.relations.append((mention.end, relation))
                self.objects[mention.start] = relation.key
            self.objects.setdefault(mention.start, (cue.kind, "", ""))

    def _relation(
        self, statement: _Statement, giver: MentionedParty, taker: MentionedParty, place: TextSpan, reading: str
    ) -> ProposedRelation:
        reason = f"'{statement.match[0]}' stands between them" + (f"; {reading}" if reading else "")
        is_weak = reading or "low" in (giver.confidence, taker.confidence)
        return ProposedRelation(statement.cue.kind, giver, taker, reason, "low" if is_weak else "medium", [place])

    def _judge(self, statement: _Statement) -> None:
        """Whether the sentence states what a cue says, or denies it, plans it or has it behind it."""
        offset, begin = self.passage.start, statement.match.start()
        first = clause_start(self.masked, 0, begin - offset)
        left = self.subjects.clause_of_subject(begin)
        if left is not None:
            first = max(first, left - offset)
        statement.status = factuality_before(self.masked[first : begin - offset])
        if statement.status == ENDED:
            statement.point = "end"
        elif statement.relations and statement.status in (STATED, PAST) and statement.end > statement.match.end():
            after, _ = factuality_after(self.masked, statement.end - offset, len(self.masked))
            if after in (DENIED, PAST):
                statement.status = after
            if after == PAST:
                statement.point = "end"
            elif _BEGAN.match(self.text, statement.end, self.passage.end):
                statement.point = "start"

    def _right_mentions(
        self, match: re.Match[str], cue: Cue, end: int
    ) -> tuple[list[EntityMention], EntityMention | None]:
        """Whom a list after a cue mentions, and through whom; else the writer ('funds our work', 'gave us')."""
        objects: list[EntityMention] = []
        position = match.end()
        for mention in () if cue.names_writer else self.mentions:
            if mention.start < position:
                continue
            gap = self.text[position : mention.start]
            if objects and _VIA.fullmatch(gap):
                return objects, mention
            fits = _LIST.fullmatch(gap) or (_ALONG.fullmatch(gap) if objects else _BEFORE.fullmatch(gap))
            if objects and not fits and mention.party.type == "group":
                continue  # "14 councils in the area and their services, along with 8 universities"
            if mention.start >= end or not fits or (objects and self._begins_clause(gap, mention)):
                break
            objects.append(mention)
            position = mention.end
        if not objects and (writer := self._writer_after(match, cue)) is not None:
            objects.append(writer)
        return objects, None

    def _begins_clause(self, gap: str, mention: EntityMention) -> bool:
        """Whether a member of a list is the subject of a new clause: 'funded by A, and B has joined'."""
        if not re.search(r"\band\b|,", gap):
            return False
        following = next((cue for cue in self.cues if cue.start() >= mention.end), None)
        is_active = following is not None and cue_of(following).direction == "forward"
        return bool(_FINITE.match(self.text, mention.end)) or (
            is_active and following is not None and not self.text[mention.end : following.start()].strip()
            and cue_of(following).phrase.split()[0] not in ("in", "jointly", "part", "partner", "member", "members")
        )  # fmt: skip

    def _writer_after(self, match: re.Match[str], cue: Cue) -> EntityMention | None:
        """The writer as the other party: 'gave us', 'funds our work', 'paid for a van' in a text of 'we'."""
        writer = self.subjects.writer
        if writer is None or cue.direction not in ("forward", "inverse"):
            return None
        start, end, reading = match.start(), match.end(), writer.reading
        pronoun = _OUR.match(self.text, match.end())
        if not cue.names_writer:
            if pronoun is not None and (pronoun[0].strip() == "us" or cue.kind in word_lists()["pronoun_kinds"]):
                start, end = pronoun.end() - len(pronoun[0].strip()), pronoun.end()
            elif cue.phrase in ("paid for", "pays for") and _THING.match(self.text, match.end()):
                reading = f"{reading}; whom it was for is not said"
            else:
                return None
        return EntityMention(start, end, self.passage.number, writer.party, reading)

    # Dates

    def _date(self, expression: TimeExpression, statements: list[_Statement]) -> None:
        """Give a date to the relations of the cue that it belongs to."""
        if any(mention.overlaps(expression.start, expression.end) for mention in self.mentions):
            return
        before = [statement for statement in statements if statement.match.start() < expression.start]
        after = [statement for statement in statements if statement.match.start() >= expression.end]
        if before and self._trails(before[-1], expression):
            self._apply(expression, before[-1])
        elif after and self._leads(after[0], expression):
            self._apply(expression, after[0])

    def _trails(self, statement: _Statement, expression: TimeExpression) -> bool:
        """Whether an expression after a cue belongs to it."""
        first = min(statement.end, expression.start)
        gap = self.text[first : expression.start]
        if expression.start < statement.end:
            return True  # within the list of its parties
        if _NEXT.search(gap) or (statement.point != "start" and _EXISTENCE.search(gap)):
            return False
        others = any(
            first <= mention.start < expression.start and mention.party.type == "organisation"
            for mention in self.mentions
        )
        return not others and is_same_clause(self.text, first, expression.start)

    def _leads(self, statement: _Statement, expression: TimeExpression) -> bool:
        """Whether an expression before a cue belongs to it: 'since 2012 the Fund has paid for our wardens'."""
        first = expression.end + (self.text[expression.end : expression.end + 1] == ",")
        return is_same_clause(self.text, first, statement.match.start())

    def _apply(self, expression: TimeExpression, statement: _Statement) -> None:
        start = expression.since or (expression.point if statement.point == "start" else "")
        end = expression.until or (expression.point if statement.point == "end" else "")
        nearest = max((at for at, _ in statement.relations if at <= expression.start), default=None)
        in_list = expression.start < statement.end or self.text[expression.start - 1] == "("
        if in_list and _NEXT.search(self.text, max(0, expression.start - 8), expression.start):
            nearest = min((at for at, _ in statement.relations if at > expression.start), default=None)
            if nearest is None:
                return
        note = "" if start or end or not self._is_beside(expression, statement) else expression.point
        if note:
            words = self.text[expression.start : expression.end]
            note = f"{words[0].lower()}{words[1:]}"
        for at, relation in statement.relations:
            if (start or end or note) and (nearest is None or at == nearest or not in_list):
                relation.start, relation.end = relation.start or start, relation.end or end
                relation.date_note = relation.date_note or note
                first, last, sentence = relation.places[0]
                place = (min(first, expression.start), max(last, expression.end), sentence)
                relation.places[0] = place

    def _is_beside(self, expression: TimeExpression, statement: _Statement) -> bool:
        """Whether an expression stands directly before or after what a cue says, so that it says when that was seen."""
        if statement.status != STATED or not expression.point:
            return False
        first = min(relation.places[0][0] for _, relation in statement.relations)
        if expression.end <= first:
            return _SEEN_BEFORE.fullmatch(self.text, expression.end, first) is not None
        return statement.end <= expression.start and bool(
            _SEEN_AFTER.fullmatch(self.text, statement.end, expression.start)
        )

    def end_contracts(self, index: _RelationIndex) -> None:
        """'That contract ended in 2024', 'the contract with A ended': the end of a relation of the document."""
        for match in _contract_pattern().finditer(self.text, self.passage.start, self.passage.end):
            party = next((m for m in self.mentions if _CONTRACT_GAP.fullmatch(self.text, match.end(), m.start)), None)
            position = party.end if party is not None else match.end()
            status, verb_end = factuality_after(self.text, position, self.passage.end)
            dates = time_expressions(self.text, verb_end, self.passage.end) if status == PAST else []
            if not dates or not dates[0].point or self.text[verb_end : dates[0].start].strip():
                continue
            of_party = index.of_party.get(party.party.slug, []) if party is not None else [index.last]
            relation = of_party[0] if len(of_party) == 1 else None
            if relation is not None:
                relation.end = relation.end or dates[0].point
                index.add_places(relation, [(match.start(), dates[0].end, self.passage.number)])


@cache
def _contract_pattern() -> re.Pattern[str]:
    words = "|".join(word_lists()["contract_words"])
    return re.compile(rf"\b(?:[Tt]he|[Oo]ur|[Tt]hat|[Tt]his|[Ii]ts|[Tt]heir) (?:[a-z]+ ){{0,2}}(?:{words})\b")
