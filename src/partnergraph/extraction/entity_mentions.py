"""Who is mentioned in a text: known bodies, what looks like a body, unnamed groups, what 'the School' means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from partnergraph.extraction.gazetteer import Gazetteer, KnownOrganisation
from partnergraph.extraction.name_detection import (
    WordToken,
    detect_names,
    head_word,
    plain_word,
    word_lists,
    word_tokens,
)
from partnergraph.model.records import Document, Passage

_GENERIC = re.compile(r"\b(?:[Tt]he|[Tt]his|[Oo]ur) ([A-Za-z]+?)s?\b(?=[\s,;:)'’]|\.(?:\s|$))")
MAX_SENTENCE_LENGTH = 20_000  # characters of one that is read at all
MAX_PIECE_LENGTH = 4_000
_WRITER = re.compile(r"\b([Ww]e|[Oo]ur|[Uu]s)\b")


@dataclass
class MentionedParty:
    """A body or an unnamed group, as proposed or as known."""

    slug: str
    name: str
    sort: str
    known: KnownOrganisation | None = None
    others: tuple[KnownOrganisation, ...] = ()
    reason: str = ""
    confidence: str = "high"
    count: str = ""
    type: str = ""
    near: tuple[KnownOrganisation, ...] = ()


@dataclass(frozen=True)
class EntityMention:
    """A place in the text that means a party. `reading` says why, when the words alone do not."""

    start: int
    end: int
    sentence: int
    party: MentionedParty
    reading: str = ""
    bare: bool = False


@dataclass
class DocumentMentions:
    """All mentions by the number of their piece (see `sentence_pieces`), all parties in the order of the text, the
    abbreviations that the text teaches, and the sentences that are too long to be read.
    """

    sentences: dict[int, list[EntityMention]] = field(default_factory=dict)
    too_long: list[int] = field(default_factory=list)
    parties: dict[str, MentionedParty] = field(default_factory=dict)
    short: dict[str, tuple[MentionedParty, int, int, int]] = field(default_factory=dict)
    writer: MentionedParty | None = None
    writer_reason: str = ""


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
    from partnergraph.store.name_index import fold_name

    made = re.sub(r"[^a-z0-9]+", "-", fold_name(text.replace("&", " and ").replace("/", " "))).strip("-")
    return made[:80].strip("-") or "unnamed"


def find_mentions(document: Document, known: Gazetteer, speaker: str | None = None) -> DocumentMentions:
    """Everyone a document mentions. `speaker` is who 'we' is: an id that is known, or a name."""
    found = DocumentMentions()
    finder = _MentionFinder(document, known, found)
    headings = _headings(document)
    found.too_long = [passage.number for passage in document.passages if len(passage.text) > MAX_SENTENCE_LENGTH]
    skipped = {*headings, *found.too_long}
    for number, piece in enumerate(finder.pieces, 1):
        if piece.number not in skipped:
            found.sentences[number] = finder.sentence(piece)
    finder.refer()
    if speaker is not None:
        found.writer, found.writer_reason = finder.named(speaker), "'we' is the speaker that was given"
    return found


def _headings(document: Document) -> set[int]:
    """Short lines without an end that stand before prose, and lines in capitals: they name topics, not parties."""
    found, after = set(), ""
    texts = document.passages
    for index, passage in enumerate(texts):
        line_begins = passage.start == 0 or "\n" in document.text[texts[index - 1].end if index else 0 : passage.start]
        following = texts[index + 1] if index + 1 < len(texts) else None
        line_ends = following is None or "\n" in document.text[passage.end : following.start]
        many = len(passage.text.split())
        short = (
            line_begins and line_ends and many <= 8 and passage.text[-1] not in ".!?,;" and passage.text[0].isalnum()
        )
        prose = following is not None and len(following.text) > 60
        if short and ((prose and after != "item") or (passage.text.isupper() and many > 1)):
            found.add(passage.number)
        after = "item" if short and passage.number not in found else ""
    return found


class _MentionFinder:
    def __init__(self, document: Document, known: Gazetteer, found: DocumentMentions) -> None:
        self.text, self.known, self.found = document.text, known, found
        self.by_name: dict[tuple[str, ...], MentionedParty] = {}
        self.pieces = tuple(sentence_pieces(document.passages))
        self.last: dict[str, int] = {}  # of ids with a number, the last number
        self.taken = {
            name for table in ("organisations", "groups", "undertakings") for name in known.ids.get(table, ())
        }

    def sentence(self, passage: Passage) -> list[EntityMention]:
        here = word_tokens(self.text, passage.start, passage.end)
        found: list[EntityMention] = []
        found += self._known(here, passage)
        guessed = []
        for one in detect_names(self.text, passage.start, passage.end):
            party = self._guess(one.name, one.reason, one.confidence)
            reading = one.reason if one.name != self.text[one.start : one.end] else ""
            if party.known is not None and _key(one.name) not in self.known.names:
                reading = f"differs from a known name of {party.known.label} only in small words"
            guessed.append(EntityMention(one.start, one.end, passage.number, party, reading))
            if one.short and one.short not in self.found.short:
                at = self.text.index(one.short, one.end)
                self.found.short[one.short] = (party, at, at + len(one.short), passage.number)
        found += guessed
        for token in here:
            if (taught := self.found.short.get(token.text)) is not None:
                found.append(
                    EntityMention(
                        token.start, token.end, passage.number, taught[0], "an abbreviation that the text explains"
                    )
                )
        kept = _apart(found)
        kept += [m for m in self._groups(here, passage) if not any(m.start < o.end and o.start < m.end for o in kept)]
        for mention in sorted(kept, key=lambda m: m.start):
            if not mention.bare:
                self.found.parties.setdefault(mention.party.slug, mention.party)
        return sorted(kept, key=lambda m: m.start)

    def _known(self, here: list[WordToken], passage: Passage) -> list[EntityMention]:
        found, at = [], 0
        while at < len(here):
            hit = self.known.at(self.text, here, at)
            if hit is None:
                at += 1
                continue
            last, bodies = hit
            start, end = here[at].start, here[last - 1].end
            end -= 2 if re.search(r"['’]s$", self.text[start:end]) and not bodies[0].label.endswith("s") else 0
            found.append(EntityMention(start, end, passage.number, self._party(self.text[start:end], bodies)))
            at = last
        return found

    def _party(self, name: str, bodies: list[KnownOrganisation]) -> MentionedParty:
        """The party of known bodies: one that a graph knows goes before registers; several are left to a person."""
        ours = [body for body in bodies if body.slug is not None]
        body = ours[0] if ours else bodies[0]
        others = tuple(b for b in (ours or bodies) if (b.slug, b.record) != (body.slug, body.record))
        if body.slug is not None and not others:
            known = self.by_name.get(("known:", body.slug))
            if known is None:
                known = MentionedParty(body.slug, body.label, "organisation", body, (), "a name that is known")
                self.by_name["known:", body.slug] = known
            return known
        key = _key(name)
        if key not in self.by_name:
            reason = "a name of several bodies; say which" if others else f"a name that {body.where} knows"
            level = "low" if others else "high"
            self.by_name[key] = MentionedParty(self._mint(name), name, "organisation", body, others[:5], reason, level)
        return self.by_name[key]

    def _guess(self, name: str, reason: str, confidence: str) -> MentionedParty:
        key = _key(name)
        bodies = self.known.called(key)
        if bodies:
            return self._party(name, bodies)
        if key not in self.by_name:
            near = tuple(self.known.nearly(name))
            if len(near) == 1 and near[0].slug is not None:
                party = self._party(name, list(near))
                self.by_name[key] = party
                return party
            self.by_name[key] = MentionedParty(
                self._mint(name), name, "organisation", None, (), reason, confidence, near=near[:5]
            )
        return self.by_name[key]

    def _mint(self, name: str) -> str:
        stem = slug_of(name)
        number = self.last.get(stem, 0) + 1
        made = stem if number == 1 else f"{stem}-{number}"
        while made in self.taken:
            number += 1
            made = f"{stem}-{number}"
        self.last[stem] = number
        self.taken.add(made)
        return made

    def _groups(self, here: list[WordToken], passage: Passage) -> list[EntityMention]:
        found, listed = [], word_lists()["groups"]
        for at, token in enumerate(here):
            if token.text not in listed:
                continue
            first = at
            while (
                first
                and at - first < 6
                and self.text[here[first - 1].end : here[first].start] in (" ", "/")
                and _qualifies(here[first - 1])
            ):
                first -= 1
            before = [t.text for t in here[first:at]]
            number = next((w for w in before if w.isdigit() or w.lower() in word_lists()["numbers"]), "")
            start, bare = here[first].start, not before
            name = self.text[start : token.end]
            sort = listed[token.text]
            if "NHS" in before and sort == "stakeholder":
                sort = "nhs-body"
            key = ("group:", *(name.lower().split()))
            if key not in self.by_name:
                count = _number(number)
                count = count if count.isascii() and count.isdigit() and int(count) > 0 else ""
                level = "medium" if number or "NHS" in before else "low"
                self.by_name[key] = MentionedParty(
                    self._mint(name), name, "group", None, (), "parties without names", level, count, sort
                )
            found.append(EntityMention(start, token.end, passage.number, self.by_name[key], bare=bare))
        return found

    def refer(self) -> None:
        """What 'the School', 'this partnership' mean, where only one body can be meant."""
        alike, first = word_lists()["together"], word_lists()["organisation"]
        bodies = [p for p in self.found.parties.values() if p.sort == "organisation"]
        heads: dict[str, list[MentionedParty]] = {}
        begins: dict[str, list[MentionedParty]] = {}
        for party in bodies:
            word = head_word(party.name) or ""
            heads.setdefault(word, []).append(party)
            if party.name.lower().startswith(word):
                begins.setdefault(word, []).append(party)
        writes = _WRITER.search(self.text) is not None
        for number, passage in enumerate(self.pieces, 1):
            here = self.found.sentences.get(number)
            if here is None:
                continue
            for match in _GENERIC.finditer(self.text, passage.start, passage.end):
                word = match[1].lower()
                start, end = match.start(1), match.end()
                if word not in first or any(m.start < end and start < m.end for m in here):
                    continue
                if match[1][0].isupper():
                    meant = heads.get(word, [])
                    meant, why = (
                        (begins.get(word, []) if len(meant) > 1 else meant),
                        "the only body of the text that is called so",
                    )
                else:
                    near = [
                        m.party
                        for n in (number - 1, number)
                        for m in self.found.sentences.get(n, [])
                        if m.start < start
                    ]
                    same = alike if word in alike else [word]
                    meant = list(
                        {p.slug: p for p in near if p.sort == "organisation" and head_word(p.name) in same}.values()
                    )
                    why = "the only one in this sentence and the one before"
                if len(meant) == 1:
                    said = self.text[match.start() : end]
                    here.append(
                        EntityMention(
                            start, end, passage.number, meant[0], f"'{said}' is read as {meant[0].name}: {why}"
                        )
                    )
                    if match[1][0].isupper() and self.found.writer is None and writes:
                        self.found.writer = meant[0]
                        self.found.writer_reason = f"'we' is read as {meant[0].name}, which the text calls '{said}'"
                    elif match[1][0].isupper() and self.found.writer not in (None, meant[0]):
                        self.found.writer_reason = ""
            here.sort(key=lambda m: m.start)
        if not self.found.writer_reason:
            self.found.writer = None

    def named(self, speaker: str) -> MentionedParty:
        """The party of an id or a name."""
        for _, found in sorted(self.known.names.items()):
            for _, body in found:
                if body.slug == speaker:
                    return self._party(body.label, [body])
        party = self.found.parties.get(speaker) or self._guess(speaker, "the speaker that was given", "high")
        self.found.parties.setdefault(party.slug, party)
        return party


def _number(word: str) -> str:
    """A number in digits.

    >>> _number("three"), _number("14")
    ('3', '14')
    """
    listed = word_lists()["numbers"]
    return str(listed.index(word.lower()) + 2) if word.lower() in listed else word


def _key(name: str) -> tuple[str, ...]:
    parts = tuple(plain_word(w) for w in re.findall(r"\w+(?:['’]\w+)*|&", name))
    return parts[1:] if parts[:1] == ("the",) else parts


def _qualifies(token: WordToken) -> bool:
    listed = word_lists()["qualifiers"]
    return token.text in listed or token.low in listed or _number(token.text).isdigit()


def _apart(found: list[EntityMention]) -> list[EntityMention]:
    """The longest of mentions that overlap; of two alike the one that is known."""
    kept: list[EntityMention] = []
    for one in sorted(found, key=lambda m: (m.start - m.end, m.start, m.party.known is None)):
        if all(one.end <= other.start or other.end <= one.start for other in kept):
            kept.append(one)
    return kept
