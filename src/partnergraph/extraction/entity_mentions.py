"""Who is mentioned in a text: known bodies, what looks like a body, unnamed groups, what 'the School' means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from partnergraph.extraction.gazetteer import Gazetteer, KnownOrganisation, name_key
from partnergraph.extraction.name_detection import (
    WordToken,
    detect_names,
    head_word,
    is_party_heading,
    item_name,
    word_lists,
    word_tokens,
)
from partnergraph.model.records import Document, Passage

# A generic word that may mean a body: 'the School', 'this partnership'.
_GENERIC = re.compile(r"\b(?:[Tt]he|[Tt]his|[Oo]ur) ([A-Za-z]+?)s?\b(?=[\s,;:)'’]|\.(?:\s|$))")
MAX_SENTENCE_LENGTH = 20_000  # characters of one that is read at all
MAX_PIECE_LENGTH = 4_000  # characters that are read at once
_WRITER = re.compile(r"\b([Ww]e|[Oo]ur|[Uu]s)\b")


@dataclass
class MentionedParty:
    """An organisation or an unnamed group that a text mentions.

    `known`: the body that a graph or a register knows by this name, if any; `others`: further bodies that it may be;
    `similar`: bodies whose names differ in small words only. `count` and `member_type` are those of a group.
    """

    slug: str
    name: str
    type: str  # organisation or group
    known: KnownOrganisation | None = None
    others: tuple[KnownOrganisation, ...] = ()
    reason: str = ""
    confidence: str = "high"
    count: str = ""
    member_type: str = ""
    similar: tuple[KnownOrganisation, ...] = ()


@dataclass(frozen=True)
class EntityMention:
    """A place in the text that means a party. `reading` says why, when the words alone do not.

    `bare`: a group word alone, as in "our partners".
    """

    start: int
    end: int
    sentence: int
    party: MentionedParty
    reading: str = ""
    bare: bool = False

    def overlaps(self, start: int, end: int) -> bool:
        """Whether it shares a character with a stretch of the text."""
        return self.start < end and start < self.end


@dataclass
class DocumentMentions:
    """All mentions by the number of their piece (see `sentence_pieces`), all parties by slug in the order of the text,
    the abbreviations that the text explains (the party, first and last character, sentence), the sentences that are too
    long to be read, and who "we" is, why, and where the text says it first. `writer_sentences`: how many say "we";
    `has_focus_writer`: "we" is the organisation whose graph is known, as the text does not say who it is.
    """

    sentences: dict[int, list[EntityMention]] = field(default_factory=dict)
    too_long: list[int] = field(default_factory=list)
    parties: dict[str, MentionedParty] = field(default_factory=dict)
    abbreviations: dict[str, tuple[MentionedParty, int, int, int]] = field(default_factory=dict)
    writer: MentionedParty | None = None
    writer_reason: str = ""
    writer_mention: EntityMention | None = None
    writer_sentences: int = 0
    has_focus_writer: bool = False


def sentence_pieces(passages: Iterable[Passage]) -> Iterator[Passage]:
    """The sentences, a very long one (a list, a table) in several pieces that keep its number: what is found in a piece
    is compared with all else that is found in it.
    """
    for passage in passages:
        start, text = passage.start, passage.text
        while passage.end - start > MAX_PIECE_LENGTH:
            part = text[start - passage.start : start - passage.start + MAX_PIECE_LENGTH]
            cut = next((at for mark in (", ", "; ", " ") if (at := part.rfind(mark)) > MAX_PIECE_LENGTH // 2), -1)
            length = cut + 1 if cut >= 0 else MAX_PIECE_LENGTH
            yield Passage(passage.number, part[:length], start, start + length)
            start += length
        yield Passage(passage.number, text[start - passage.start :], start, passage.end)


def slug_of(text: str) -> str:
    """An id from a name: small letters, digits and hyphens.

    >>> slug_of("Ysgol Tŷ’r Felin & Co")
    'ysgol-tyr-felin-and-co'
    """
    from partnergraph.vocabulary.name_folding import fold_name

    slug = re.sub(r"[^a-z0-9]+", "-", fold_name(text.replace("&", " and ").replace("/", " "))).strip("-")
    return slug[:80].strip("-") or "unnamed"


def find_mentions(document: Document, known: Gazetteer, speaker: str | None = None) -> DocumentMentions:
    """Everyone a document mentions. `speaker` is who 'we' is: an id that is known, or a name; without one it is who the
    text says, or else the organisation whose graph is known.
    """
    mentions = DocumentMentions()
    finder = _MentionFinder(document, known, mentions)
    if speaker is not None:
        finder.set_speaker(speaker)
    mentions.too_long = [passage.number for passage in document.passages if len(passage.text) > MAX_SENTENCE_LENGTH]
    skipped = {*_headings(document), *mentions.too_long}
    under_heading = False
    for number, piece in enumerate(finder.pieces, 1):
        if piece.number not in skipped:
            mentions.sentences[number] = finder.mentions_in(piece, is_item=under_heading)
        under_heading = is_party_heading(piece.text) or (under_heading and bool(mentions.sentences.get(number)))
    finder.resolve_references()
    return mentions


def _headings(document: Document) -> set[int]:
    """The sentences that are headings: short lines without punctuation at the end that stand before prose, and lines in
    capitals. They name topics, not parties.
    """
    headings: set[int] = set()
    after_item = False  # whether the line before was one of a list
    passages = document.passages
    for index, passage in enumerate(passages):
        following = passages[index + 1] if index + 1 < len(passages) else None
        is_short = _is_line(document, index) and _is_title_like(passage.text)
        before_prose = following is not None and len(following.text) > 60
        in_capitals = passage.text.isupper() and len(passage.text.split()) > 1
        if is_short and ((before_prose and not after_item) or in_capitals):
            headings.add(passage.number)
        after_item = is_short and passage.number not in headings
    return headings


def _is_line(document: Document, index: int) -> bool:
    """Whether a sentence stands on a line of its own."""
    passages, text = document.passages, document.text
    passage = passages[index]
    begins = passage.start == 0 or "\n" in text[passages[index - 1].end if index else 0 : passage.start]
    return begins and (index + 1 == len(passages) or "\n" in text[passage.end : passages[index + 1].start])


def _is_title_like(text: str) -> bool:
    return len(text.split()) <= 8 and text[-1] not in ".!?,;" and text[0].isalnum()


class _MentionFinder:
    def __init__(self, document: Document, known: Gazetteer, mentions: DocumentMentions) -> None:
        self.text, self.known, self.mentions = document.text, known, mentions
        self.parties: dict[tuple[str, ...], MentionedParty] = {}  # by the key of their name
        self.pieces = tuple(sentence_pieces(document.passages))
        self.last_numbers: dict[str, int] = {}  # of ids with a number, the last number
        self.speaker: MentionedParty | None = None
        self.speaker_name: re.Pattern[str] | None = None
        self.ids = {name for table in ("organisations", "groups", "undertakings") for name in known.ids.get(table, ())}

    def mentions_in(self, passage: Passage, *, is_item: bool = False) -> list[EntityMention]:
        """The mentions in a piece of a sentence, in order. `is_item`: of a list of organisations."""
        tokens = word_tokens(self.text, passage.start, passage.end)
        candidates = [
            *self._known_names(tokens, passage),
            *self._detected_names(passage),
            *self._speaker_names(passage),
        ]
        for token in tokens:
            if (abbreviation := self.mentions.abbreviations.get(token.text)) is not None:
                reading = "an abbreviation that the text explains"
                mention = EntityMention(token.start, token.end, passage.number, abbreviation[0], reading)
                candidates.append(mention)
        if is_item and not candidates and (name := item_name(self.text, passage.start, passage.end)) is not None:
            party = self._party(name.name, name.reason, name.confidence)
            candidates.append(EntityMention(name.start, name.end, passage.number, party))
        separate = _without_overlaps(candidates)
        separate += [
            group
            for group in self._groups(tokens, passage)
            if not any(group.overlaps(mention.start, mention.end) for mention in separate)
        ]
        separate.sort(key=lambda mention: mention.start)
        for mention in separate:
            if not mention.bare:
                self.mentions.parties.setdefault(mention.party.slug, mention.party)
        return separate

    def _known_names(self, tokens: list[WordToken], passage: Passage) -> Iterator[EntityMention]:
        index = 0
        while index < len(tokens):
            match = self.known.longest_match(self.text, tokens, index)
            if match is None:
                index += 1
                continue
            last, bodies = match
            start, end = tokens[index].start, tokens[last - 1].end
            end -= 2 if re.search(r"['’]s$", self.text[start:end]) and not bodies[0].label.endswith("s") else 0
            yield EntityMention(start, end, passage.number, self._known_party(self.text[start:end], bodies))
            index = last

    def _detected_names(self, passage: Passage) -> Iterator[EntityMention]:
        abbreviations = self.mentions.abbreviations
        for name in detect_names(self.text, passage.start, passage.end):
            party = self._party(name.name, name.reason, name.confidence)
            reading = name.reason if name.name != self.text[name.start : name.end] else ""
            if party.known is not None and name_key(name.name) not in self.known.names:
                reading = f"differs from a known name of {party.known.label} only in small words"
            if name.short and name.short not in abbreviations:
                start = self.text.index(name.short, name.end)
                abbreviations[name.short] = (party, start, start + len(name.short), passage.number)
            yield EntityMention(name.start, name.end, passage.number, party, reading)

    def _known_party(self, name: str, bodies: list[KnownOrganisation]) -> MentionedParty:
        """The party of known bodies: one that a graph knows goes before registers; several are left to a person."""
        in_graph = [body for body in bodies if body.slug is not None]
        body = in_graph[0] if in_graph else bodies[0]
        others = tuple(b for b in (in_graph or bodies) if (b.slug, b.record) != (body.slug, body.record))
        if body.slug is not None and not others:
            key: tuple[str, ...] = ("known:", body.slug)
            if key not in self.parties:
                reason = "a name that is known"
                self.parties[key] = MentionedParty(body.slug, body.label, "organisation", body, (), reason)
            return self.parties[key]
        key = name_key(name)
        if key not in self.parties:
            reason = "a name of several bodies; say which" if others else f"a name that {body.where} knows"
            confidence = "low" if others else "high"
            self.parties[key] = MentionedParty(
                self._new_id(name), name, "organisation", body, others[:5], reason, confidence
            )
        return self.parties[key]

    def _party(self, name: str, reason: str, confidence: str) -> MentionedParty:
        """The party of a name that looks like an organisation's, known or not."""
        key = name_key(name)
        if bodies := self.known.bodies_with_name(key):
            return self._known_party(name, bodies)
        if key not in self.parties:
            similar = self.known.bodies_with_similar_name(name)
            if len(similar) == 1 and similar[0].slug is not None:
                self.parties[key] = self._known_party(name, similar)
            else:
                self.parties[key] = MentionedParty(
                    *(self._new_id(name), name, "organisation"),
                    reason=reason,
                    confidence=confidence,
                    similar=tuple(similar[:5]),
                )
        return self.parties[key]

    def _new_id(self, name: str) -> str:
        stem = slug_of(name)
        number = self.last_numbers.get(stem, 0) + 1
        slug = stem if number == 1 else f"{stem}-{number}"
        while slug in self.ids:
            number += 1
            slug = f"{stem}-{number}"
        self.last_numbers[stem] = number
        self.ids.add(slug)
        return slug

    def _groups(self, tokens: list[WordToken], passage: Passage) -> Iterator[EntityMention]:
        """Unnamed groups: 'fourteen local authorities', 'NHS partners'."""
        for index, token in enumerate(tokens):
            following = tokens[index + 1].text if index + 1 < len(tokens) else ""
            if token.text in word_lists()["groups"] and following not in word_lists()["activities"]:
                first = self._first_qualifier(tokens, index)
                party = self._group(tokens[first:index], token, self.text[tokens[first].start : token.end])
                yield EntityMention(tokens[first].start, token.end, passage.number, party, bare=first == index)

    def _first_qualifier(self, tokens: list[WordToken], index: int) -> int:
        """The first of the words before a group word that say which group it is; at most six."""
        first = index
        while first and index - first < 6:
            gap = self.text[tokens[first - 1].end : tokens[first].start]
            if gap not in (" ", "/") or not _qualifies(tokens[first - 1]):
                break
            first -= 1
        return first

    def _group(self, qualifiers: list[WordToken], head: WordToken, name: str) -> MentionedParty:
        key = ("group:", *name.lower().split())
        if key not in self.parties:
            words = [token.text for token in qualifiers]
            number_words = word_lists()["numbers"]
            number = next((word for word in words if word.isdigit() or word.lower() in number_words), "")
            count = _in_digits(number)
            is_count = count.isascii() and count.isdigit() and int(count) > 0
            member_type = word_lists()["groups"][head.text]
            if "NHS" in words and member_type == "stakeholder":
                member_type = "nhs-body"
            self.parties[key] = MentionedParty(
                *(self._new_id(name), name, "group"),
                reason="parties without names",
                confidence="medium" if number or "NHS" in words else "low",
                count=count if is_count else "",
                member_type=member_type,
            )
        return self.parties[key]

    def resolve_references(self) -> None:
        """What 'the School', 'this partnership' mean, where only one body can be meant (coreference)."""
        resolver = _ReferenceResolver(self.text, self.mentions)
        for number, passage in enumerate(self.pieces, 1):
            if number in self.mentions.sentences:
                resolver.resolve(number, passage)
        if self.speaker is not None:
            self.mentions.writer, self.mentions.writer_reason = self.speaker, "'we' is the speaker that was given"
        elif not self.mentions.writer_reason:
            self.mentions.writer = None
        if self.mentions.writer is None and (focus := self.known.focus) is not None:
            self.mentions.has_focus_writer = True
            self.mentions.writer = self._known_party(focus.label, [focus])
            self.mentions.writer_reason = f"'we' is read as {focus.label}, whose graph {focus.where} is"
        self._mention_writer()

    def _mention_writer(self) -> None:
        """Note the first 'we' or 'our' of what is read."""
        mentions, numbers = self.mentions, set[int]()
        for number, passage in enumerate(self.pieces, 1):
            pronoun = _WRITER.search(self.text, passage.start, passage.end) if number in mentions.sentences else None
            if pronoun is None:
                continue
            numbers.add(passage.number)
            if mentions.writer is not None and mentions.writer_mention is None:
                span = (pronoun.start(), pronoun.end(), passage.number)
                mentions.writer_mention = EntityMention(*span, mentions.writer, mentions.writer_reason)
        mentions.writer_sentences = len(numbers)

    def set_speaker(self, speaker: str) -> None:
        """Who "we" is: an id that is known, or a name, which is then looked for in the text as well."""
        bodies = [
            body for _, entries in sorted(self.known.names.items()) for _, body in entries if body.slug == speaker
        ]
        if bodies:
            self.speaker = self._known_party(bodies[0].label, bodies[:1])
            return
        self.speaker = self._party(speaker, "the speaker that was given", "high")
        words = [re.escape(word) for word in speaker.split()]
        self.speaker_name = re.compile(rf"(?<!\w){' '.join(words)}(?!\w)") if words else None

    def _speaker_names(self, passage: Passage) -> Iterator[EntityMention]:
        if self.speaker is not None and self.speaker_name is not None:
            for match in self.speaker_name.finditer(self.text, passage.start, passage.end):
                yield EntityMention(match.start(), match.end(), passage.number, self.speaker)


class _ReferenceResolver:
    """Adds mentions for generic words ('the School', 'our partnership') to those by name."""

    def __init__(self, text: str, mentions: DocumentMentions) -> None:
        self.text, self.mentions = text, mentions
        self.has_writer = _WRITER.search(text) is not None
        # Organisations by the organisation word of their name, and those of them whose name begins with it.
        self.by_head: dict[str, list[MentionedParty]] = {}
        self.by_first_word: dict[str, list[MentionedParty]] = {}
        for party in mentions.parties.values():
            if party.type == "organisation":
                word = head_word(party.name) or ""
                self.by_head.setdefault(word, []).append(party)
                if party.name.lower().startswith(word):
                    self.by_first_word.setdefault(word, []).append(party)

        self.earliest = self._earliest_by_head()

    def _earliest_by_head(self) -> dict[str, list[tuple[int, MentionedParty]]]:
        """The first two organisations of the text by the organisation word of their name, with their first places."""
        earliest: dict[str, list[tuple[int, MentionedParty]]] = {}
        for sentence in self.mentions.sentences.values():
            for mention in sentence:
                parties = earliest.setdefault(head_word(mention.party.name) or "", [])
                is_new = all(mention.party is not party for _, party in parties)
                if mention.party.type == "organisation" and is_new and len(parties) < 2:
                    parties.append((mention.start, mention.party))
        return earliest

    def resolve(self, number: int, passage: Passage) -> None:
        """Add the references in a piece of a sentence to its mentions."""
        mentions = self.mentions.sentences[number]
        for match in _GENERIC.finditer(self.text, passage.start, passage.end):
            start, end = match.start(1), match.end()
            is_organisation_word = match[1].lower() in word_lists()["organisation"]
            if not is_organisation_word or any(mention.overlaps(start, end) for mention in mentions):
                continue
            is_name = match[1][0].isupper()
            parties, reason = self._by_word(match[1].lower()) if is_name else self._nearby(match, number)
            if len(parties) == 1:
                [party] = parties
                words = self.text[match.start() : end]
                reading = f"'{words}' is read as {party.name}: {reason}"
                mentions.append(EntityMention(start, end, passage.number, party, reading))
                if is_name:
                    self._note_writer(party, words)
        mentions.sort(key=lambda mention: mention.start)

    def _by_word(self, word: str) -> tuple[list[MentionedParty], str]:
        parties = self.by_head.get(word, [])
        if len(parties) > 1:
            parties = self.by_first_word.get(word, [])
        return parties, "the only body of the text that is called so"

    def _nearby(self, match: re.Match[str], number: int) -> tuple[list[MentionedParty], str]:
        word, together = match[1].lower(), word_lists()["together"]
        words = together if word in together else [word]
        parties = {
            mention.party.slug: mention.party
            for piece in (number - 1, number)
            for mention in self.mentions.sentences.get(piece, [])
            if mention.start < match.start(1)
            and mention.party.type == "organisation"
            and head_word(mention.party.name) in words
        }
        if parties:
            return list(parties.values()), "the only one in this sentence and the one before"
        earliest = [item for head in words for item in self.earliest.get(head, ())]
        return [party for place, party in earliest if place < match.start()], "the only one of the text so far"

    def _note_writer(self, party: MentionedParty, words: str) -> None:
        """'We' is the body that the text calls 'the School'; nobody where it calls several bodies so."""
        mentions = self.mentions
        if mentions.writer is None and self.has_writer:
            mentions.writer = party
            mentions.writer_reason = f"'we' is read as {party.name}, which the text calls '{words}'"
        elif mentions.writer not in (None, party):
            mentions.writer_reason = ""


def _in_digits(word: str) -> str:
    """A number in digits.

    >>> _in_digits("three"), _in_digits("14")
    ('3', '14')
    """
    number_words = word_lists()["numbers"]
    return str(number_words.index(word.lower()) + 2) if word.lower() in number_words else word


def _qualifies(token: WordToken) -> bool:
    qualifiers = word_lists()["qualifiers"]
    return token.text in qualifiers or token.low in qualifiers or _in_digits(token.text).isdigit()


def _without_overlaps(mentions: list[EntityMention]) -> list[EntityMention]:
    """The longest of mentions that overlap; of two alike the one that is known."""
    separate: list[EntityMention] = []
    for mention in sorted(mentions, key=lambda m: (m.start - m.end, m.start, m.party.known is None)):
        if all(mention.end <= other.start or other.end <= mention.start for other in separate):
            separate.append(mention)
    return separate
