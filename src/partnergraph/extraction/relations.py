"""What a text may claim between those it mentions: cue words between two mentions, and years with what they hang on."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from partnergraph.extraction.entity_mentions import DocumentMentions, EntityMention, MentionedParty, sentence_pieces
from partnergraph.model.records import Document, Passage

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
_KIND = {
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


@dataclass(frozen=True)
class Cue:
    """A phrase that may mean a kind of relationship, and how its parties stand."""

    kind: str
    phrase: str
    direction: str
    subject: str


@dataclass
class ProposedRelation:
    """A relationship that a sentence may state. `places` are the stretches of text that say so."""

    kind: str
    giver: MentionedParty
    taker: MentionedParty
    reason: str
    confidence: str
    places: list[tuple[int, int, int]] = field(default_factory=list)
    via: MentionedParty | None = None


@dataclass
class ProposedEvent:
    """An event that a sentence may state, about a party or a claim."""

    kind: str
    about: MentionedParty | ProposedRelation
    date: str
    place: tuple[int, int, int]
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
def _pattern() -> re.Pattern[str]:
    phrases = sorted(load_cues(), key=lambda phrase: (-len(phrase), phrase))
    return re.compile(rf"\b(?:{'|'.join(re.escape(phrase) for phrase in phrases)})\b", re.IGNORECASE)


def find_relations(document: Document, found: DocumentMentions) -> tuple[list[ProposedRelation], list[ProposedEvent]]:
    """All claims and dated events, each once, in the order of the text."""
    made: dict[tuple[str, str, str], ProposedRelation] = {}
    events: dict[tuple[str, int, str], ProposedEvent] = {}
    places: dict[tuple[str, str, str], dict[tuple[int, int, int], None]] = {}
    for number, passage in enumerate(sentence_pieces(document.passages), 1):
        here = found.sentences.get(number)
        if here:
            sentence = _Sentence(document.text, passage, here, found)
            for claim in sentence.claims():
                key = (claim.kind, claim.giver.slug, claim.taker.slug)
                made.setdefault(key, claim)
                places.setdefault(key, {}).update(dict.fromkeys(claim.places))
            for event in sentence.events(made):
                about = event.about
                events.setdefault((event.kind, id(about), event.date), event)
    for key, claim in made.items():
        claim.places = list(places[key])
    return list(made.values()), list(events.values())


class _Sentence:
    def __init__(self, text: str, passage: Passage, here: list[EntityMention], found: DocumentMentions) -> None:
        self.text, self.passage, self.here, self.found = text, passage, here, found
        inside = [m for m in here if not m.bare]
        self.cues = [
            m
            for m in _pattern().finditer(text, passage.start, passage.end)
            if not any(o.start < m.end() and m.start() < o.end and o.party.sort == "organisation" for o in inside)
            and not any(o.start <= m.start() < o.end for o in here if o.party.sort == "group" and not o.bare)
        ]
        self.used: set[int] = set()
        self.targets: dict[int, tuple[str, str, str]] = {}
        self.subject: MentionedParty | None = None
        self.subject_place: EntityMention | None = None

    def claims(self) -> list[ProposedRelation]:
        made = []
        for number, match in enumerate(self.cues):
            cue = load_cues()[match[0].lower()]
            stop = self.cues[number + 1].start() if number + 1 < len(self.cues) else self.passage.end
            made += self._cue(match, cue, stop)
        return made

    def _cue(self, match: re.Match[str], cue: Cue, stop: int) -> list[ProposedRelation]:
        left, place, reading = self._left(match, cue)
        if left is None:
            return []
        if cue.direction == "implicit":
            if self.subject is None or self.subject is left or place is None:
                return []
            return [self._claim(cue, left, self.subject, match, place.start, match.end(), reading)]
        rights, via = self._right(match.end(), stop)
        if rights and cue.subject == "before":
            self.subject, self.subject_place = left, place
        made = []
        for right in rights:
            if right.party is left:
                continue
            start = (
                min(match.start(), place.start) if place is not None and place.end <= match.start() else match.start()
            )
            giver, taker = (right.party, left) if cue.direction == "inverse" else (left, right.party)
            claim = self._claim(
                cue, giver, taker, match, start, right.end, " ".join(filter(None, (reading, right.reading)))
            )
            claim.via = via.party if via is not None and via.party not in (left, right.party) else None
            if claim.via is not None and via is not None:
                claim.places = [(start, via.end, self.passage.number)]
            made.append(claim)
            self.used.add(right.start)
            self.targets[right.start] = (claim.kind, giver.slug, taker.slug)
        return made

    def _claim(
        self,
        cue: Cue,
        giver: MentionedParty,
        taker: MentionedParty,
        match: re.Match[str],
        start: int,
        end: int,
        reading: str,
    ) -> ProposedRelation:
        reason = f"'{match[0]}' stands between them" + (f"; {reading}" if reading else "")
        weak = reading or "low" in (giver.confidence, taker.confidence)
        return ProposedRelation(
            cue.kind, giver, taker, reason, "low" if weak else "medium", [(start, end, self.passage.number)]
        )

    def _right(self, at: int, stop: int) -> tuple[list[EntityMention], EntityMention | None]:
        found: list[EntityMention] = []
        via = None
        for mention in self.here:
            if mention.start < at:
                continue
            gap = self.text[at : mention.start]
            if found and _VIA.fullmatch(gap):
                via = mention
                break
            fits = _LIST.fullmatch(gap) or (_ALONG.fullmatch(gap) if found else _BEFORE.fullmatch(gap))
            if found and not fits and mention.party.sort == "group":
                continue  # "14 councils in the area and their services, along with 8 universities"
            if mention.start >= stop or not fits:
                break
            found.append(mention)
            at = mention.end
        return found, via

    def _left(self, match: re.Match[str], cue: Cue) -> tuple[MentionedParty | None, EntityMention | None, str]:
        writer, reason = self.found.writer, self.found.writer_reason
        before = [m for m in self.here if m.end <= match.start() and not m.bare]
        pronouns = list(_WRITER.finditer(self.text, self.passage.start, match.end()))
        pronoun = pronouns[-1] if pronouns else None
        nearest = before[-1] if before else None
        gap = self.text[nearest.end : match.start()] if nearest else ""
        if cue.subject == "writer":
            return writer, None, reason
        if cue.subject == "subject":
            if nearest is not None and re.fullmatch(r"['’]s? |['’]s \w+ ", gap):
                return nearest.party, nearest, nearest.reading
            if pronoun is not None:
                return writer, None, reason
            free = [m for m in before if m.start not in self.used]
            return (free[0].party, free[0], free[0].reading) if free else (None, None, "")
        clause = _CLAUSE.fullmatch(gap)
        if nearest is not None and clause and not (pronoun and pronoun.start() >= nearest.end):
            return nearest.party, nearest, nearest.reading
        if pronoun is not None and (nearest is None or pronoun.start() >= nearest.end or nearest.start in self.used):
            return writer, None, reason
        free = [m for m in before if m.start not in self.used and m.party.sort == "organisation"]
        if free and match.start() - free[-1].end <= 120:
            return free[-1].party, free[-1], free[-1].reading
        return None, None, ""

    def events(self, made: dict[tuple[str, str, str], ProposedRelation]) -> list[ProposedEvent]:
        found = []
        for match in _EVENT.finditer(self.text, self.passage.start, self.passage.end):
            before = [m for m in self.here if m.end <= match.start() and m.party.sort == "organisation"]
            if not before or match.start() - before[-1].end > 80:
                continue
            manner, _, word = match["kind"].rpartition(" ")
            about: MentionedParty | ProposedRelation = before[-1].party
            target = self.targets.get(before[-1].start)
            if (
                target is not None
                and target[0] == "membership"
                and target in made
                and target[2] == before[-1].party.slug
            ):
                about = made[target]
            month = match["month"]
            if month and month.lower() not in _MONTHS:
                continue
            date = match["year"]
            if month:
                date += f"-{_MONTHS.index(month.lower()) + 1:02}"
                if match["day"] and 1 <= int(match["day"]) <= 28:
                    date += f"-{int(match['day']):02}"
            reason = f"'{match[0]}' after {before[-1].party.name}"
            place = (match.start(), match.end(), self.passage.number)
            found.append(ProposedEvent(_KIND[word], about, date, place, "competitive" if manner else "", reason))
        return found
