"""What was read of a text, as rows of the tables of a graph folder, each a proposal that a person accepts or not."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from partnergraph.extraction.dated_events import ProposedEvent
from partnergraph.extraction.entity_mentions import (
    MAX_SENTENCE_LENGTH,
    DocumentMentions,
    EntityMention,
    MentionedParty,
    find_mentions,
    slug_of,
)
from partnergraph.extraction.gazetteer import Gazetteer
from partnergraph.extraction.name_detection import head_word, word_lists
from partnergraph.extraction.proposed_relation import ProposedRelation, TextSpan
from partnergraph.extraction.relations import find_relations
from partnergraph.extraction.text_sources import TextSource
from partnergraph.grammar import numbered
from partnergraph.model.records import Document
from partnergraph.tables.table_schemas import TABLE_SCHEMAS
from partnergraph.vocabulary import Concept, concepts

PROPOSALS = "proposals"
KNOWN = "known"
COLUMNS = (
    *("accept", "table", "id", "what", "sentence", "locator", "first_character", "last_character", "reason"),
    *("confidence", "already_known_as", "conflicts", "status"),
)
KNOWN_COLUMNS = ("id", "name", "as_written", "locator", "first_character", "last_character", "reason")
UNSTATED = "stands only in what the text denies or plans, and is not proposed"
TABLES = ("sources", "evidence", "organisations", "names", "groups", "relationships", "events")
MAX_QUOTE_LENGTH = 5_000  # characters of a piece of evidence
_CONTEXT = 500  # characters before and after a place in a sentence too long to be quoted
Cells = dict[str, str]


@dataclass
class Proposals:
    """The proposed rows by table, the proposals in the order of the text, and the mentions of known bodies.

    `left_out`: the number of rows without evidence that can be quoted, which are not proposed. `unstated`: the names of
    organisations that stand only in what the text denies or plans; they are listed beside the known ones.
    """

    document: Document
    mentions: DocumentMentions
    tables: dict[str, list[Cells]] = field(default_factory=lambda: {table: [] for table in TABLES})
    proposals: list[Cells] = field(default_factory=list)
    known: list[Cells] = field(default_factory=list)
    left_out: int = 0
    unstated: list[str] = field(default_factory=list)

    def summary(self) -> str:
        """One line for people."""
        new, rows = len(self.tables["organisations"]), len(self.proposals)
        known = len({row["id"] for row in self.known if row["id"]})
        parts = (
            f"{numbered(new + known, 'organisation')} ({known} known already)",
            numbered(len(self.tables["groups"]), "unnamed group"),
            numbered(len(self.tables["relationships"]), "relationship"),
            numbered(len(self.tables["events"]), "event"),
        )
        summary = f"{', '.join(parts)}: {numbered(rows, 'proposal')}."
        mentions = self.mentions
        if self.unstated:
            count = numbered(len(self.unstated), "organisation")
            summary += f" Not proposed, as only denied or planned: {count}, in the list of known ones."
        if mentions.writer_sentences and mentions.writer is None:
            count = numbered(mentions.writer_sentences, "sentence")
            say = "says" if mentions.writer_sentences == 1 else "say"
            summary += f" {count} {say} we or our: name who speaks with --speaker."
        elif mentions.writer_mention is not None and mentions.has_focus_writer:
            summary += (
                f" We is read as {mentions.writer_mention.party.name}, whose graph it is; --speaker names another."
            )
        if long := self.mentions.too_long:
            which = ", ".join(f"s{number}" for number in long[:5]) + (" and more" if len(long) > 5 else "")
            summary += f" Not read, as longer than {MAX_SENTENCE_LENGTH:,} characters without an end: sentence {which}."
        return summary


def propose_rows(
    document: Document, known: Gazetteer, speaker: str | None = None, source: TextSource | None = None
) -> Proposals:
    """Read a document. Same document and same knowledge give the same rows. `source`: what the document is called."""
    mentions = find_mentions(document, known, speaker)
    relations, events, unstated = find_relations(document, mentions)
    proposals = Proposals(document, mentions)
    builder = _ProposalBuilder(proposals, known, source or TextSource(document.source, document.source))
    related = {
        party.slug for relation in relations for party in (relation.giver, relation.taker, relation.via) if party
    }
    dated = {subject.slug for event in events for subject in event.subjects if isinstance(subject, MentionedParty)}
    dated |= {event.result.slug for event in events if event.result is not None}
    builder.add_parties(related, unstated - related - dated)
    builder.add_events(events, builder.add_relationships(relations))
    proposals.proposals.sort(key=lambda row: (int(row["first_character"]), TABLES.index(row["table"]), row["id"]))
    return proposals


class _ProposalBuilder:
    def __init__(self, proposals: Proposals, known: Gazetteer, source: TextSource) -> None:
        self.proposals, self.known = proposals, known
        self.document = proposals.document
        self.source = proposals.document.source
        self.ids = {table: set(known.ids.get(table, ())) for table in TABLE_SCHEMAS}
        self.evidence: dict[tuple[int, int], str] = {}  # ids of rows of evidence by the stretch of text they quote
        self.last_evidence = 0  # the number of the last row of evidence
        self.sentences = {passage.number: passage for passage in self.document.passages}
        row = {"id": self.source, "title": source.title, "publisher": source.host or "unknown", "kind": "document"}
        row |= {"url": source.url, "note": "Proposed by partnergraph read: fill in title, publisher and date."}
        proposals.tables["sources"].append(row)

    def _new_id(self, table: str, stem: str) -> str:
        slug, number = stem, 1
        while slug in self.ids[table]:
            number += 1
            slug = f"{stem}--{self.source.lower().replace('_', '-')}" if number == 2 else f"{stem}-{number}"
        self.ids[table].add(slug)
        return slug

    def _new_evidence_id(self) -> str:
        self.last_evidence += 1
        while (slug := f"{self.source}-{self.last_evidence}") in self.ids["evidence"]:
            self.last_evidence += 1
        self.ids["evidence"].add(slug)
        return slug

    def _quote(self, place: TextSpan, confidence: str, *, implied: bool) -> str | None:
        """The id of the evidence for a stretch of text: the whole sentence where the words alone stand there twice.

        None where that is too long to be quoted.
        """
        start, end, sentence = place
        passage = self.sentences[sentence]
        words = self.document.text[start:end]
        is_unique = bool(words) and passage.text.count(words) == 1 and not _overlaps_itself(passage.text, words)
        if not is_unique or words != words.strip():
            start, end, words = passage.start, passage.end, passage.text
        if len(words) > MAX_QUOTE_LENGTH:
            return None
        if (start, end) not in self.evidence:
            self.evidence[start, end] = self._new_evidence_id()
            row = {"id": self.evidence[start, end], "source": self.source, "words": words, "locator": f"s{sentence}"}
            row |= {"basis": "implied" if implied else "stated", "confidence": confidence}
            self.proposals.tables["evidence"].append(row)
        return self.evidence[start, end]

    def _propose(self, table: str, row: Cells, what: str, place: TextSpan, grounds: Cells) -> None:
        start, end, sentence = place
        self.proposals.tables[table].append(row)
        self.proposals.proposals.append(
            {"accept": "", "table": table, "id": row["id"], "what": what, "sentence": self._sentence_text(place)}
            | {"locator": f"s{sentence}", "first_character": str(start + 1), "last_character": str(end)}
            | {"status": "proposed"}
            | {"already_known_as": "", "conflicts": ""}
            | grounds
        )

    def _sentence_text(self, place: TextSpan) -> str:
        """The sentence of a proposal; of a very long one what stands around the place."""
        start, end, sentence = place
        passage = self.sentences[sentence]
        if len(passage.text) <= MAX_QUOTE_LENGTH:
            return passage.text
        first, last = max(passage.start, start - _CONTEXT), min(passage.end, end + _CONTEXT)
        before, after = "…" * (first > passage.start), "…" * (last < passage.end)
        return f"{before}{self.document.text[first:last]}{after}"

    def add_parties(self, related: set[str], unstated: set[str]) -> None:
        """Organisations, groups and abbreviations; mentions of known bodies, and new ones that are `unstated`, are
        listed.

        A bare 'members' or 'partners' is proposed only where it has a relationship (`related`: the ids of parties).
        """
        mentions = self.proposals.mentions
        first_mentions: dict[str, EntityMention] = {}
        for number in sorted(mentions.sentences):
            for mention in mentions.sentences[number]:
                party = mention.party
                if _is_in_graph(party):
                    self._add_known_mention(mention)
                elif party.slug in unstated:
                    self._list(mention, "", UNSTATED)
                    self.proposals.unstated += [party.name] * (party.name not in self.proposals.unstated)
                elif not mention.bare or party.slug in related:
                    first_mentions.setdefault(party.slug, mention)
        writer = mentions.writer_mention
        if writer is not None and writer.party.slug in related and not _is_in_graph(writer.party):
            first_mentions.setdefault(writer.party.slug, writer)
        for mention in first_mentions.values():
            self._add_party(mention)
        for short, (party, *place) in sorted(mentions.abbreviations.items()):
            if party.slug not in unstated or _is_in_graph(party):
                self._add_abbreviation(short, party, (place[0], place[1], place[2]))

    def _add_abbreviation(self, short: str, party: MentionedParty, place: TextSpan) -> None:
        if (evidence := self._quote(place, "medium", implied=False)) is not None:
            slug = self._new_id("names", f"{party.slug}--{short.lower().replace('&', '-')}")
            row = {"id": slug, "organisation": party.slug, "name": short, "kind": "acronym", "evidence": evidence}
            grounds = {"reason": "stands in brackets after the name", "confidence": "medium"}
            self._propose("names", row, f"{short} is short for {party.name}", place, grounds)

    def _add_known_mention(self, mention: EntityMention) -> None:
        party, place = mention.party, (mention.start, mention.end, mention.sentence)
        written = self.document.text[mention.start : mention.end]
        reason = mention.reading or party.reason
        self._list(mention, party.slug, reason)
        slug = f"{party.slug}--{slug_of(written)}"
        if "small words" not in reason or slug in self.ids["names"]:
            return
        if (evidence := self._quote(place, "medium", implied=True)) is not None:
            slug = self._new_id("names", slug)
            row = {"id": slug, "organisation": party.slug, "name": written, "kind": "as-written", "evidence": evidence}
            grounds = {"reason": reason, "confidence": "medium", "already_known_as": str(party.known)}
            self._propose("names", row, f"{party.name} is written so", place, grounds)

    def _list(self, mention: EntityMention, slug: str, reason: str) -> None:
        """Add a mention to the list of those that are not proposed."""
        written = self.document.text[mention.start : mention.end]
        row = {"id": slug, "name": mention.party.name, "as_written": written, "locator": f"s{mention.sentence}"}
        row |= {"first_character": str(mention.start + 1), "last_character": str(mention.end), "reason": reason}
        self.proposals.known.append(row)

    def _add_party(self, mention: EntityMention) -> None:
        party, place = mention.party, (mention.start, mention.end, mention.sentence)
        evidence = self._quote(place, party.confidence, implied=bool(mention.reading))
        if evidence is None:
            self.proposals.left_out += 1
            return
        reason = "; ".join(filter(None, (party.reason, mention.reading if mention.reading != party.reason else "")))
        bodies = [body for body in (party.known, *party.others, *party.similar) if body is not None]
        known_as = "; ".join(map(str, bodies))
        grounds = {"reason": reason, "confidence": party.confidence, "already_known_as": known_as}
        if party.type == "group":
            row = {"id": party.slug, "source": self.source, "name": party.name, "member_type": party.member_type}
            row |= {"count": party.count, "count_as_stated": party.count, "open": "no" if party.count else "yes"}
            self._propose("groups", row | {"evidence": evidence}, party.name, place, grounds)
            return
        word = head_word(party.name) or ""
        type_ = word_lists()["organisation"].get(word) or "stakeholder"
        if " nhs " in f" {party.name.lower()} ":
            type_ = "nhs-body"
        form = "collaboration" if type_ in ("consortium", "network") else "organisation"
        row = {"id": party.slug, "name": party.name, "form": form, "type": type_, "evidence": evidence}
        grounds["reason"] += f" (form and type are guessed{f' from {word!r}' if word else ''})"
        self._propose("organisations", row, party.name, place, grounds)

    def add_relationships(self, relations: list[ProposedRelation]) -> dict[int, str]:
        """A row for each relation that has evidence; returns the ids of these rows by the `id()` of the relation."""
        rows: dict[int, str] = {}
        for relation in relations:
            implied = "read as" in relation.reason
            pieces = [self._quote(place, relation.confidence, implied=implied) for place in relation.places]
            evidence = "; ".join(dict.fromkeys(piece for piece in pieces if piece))
            if not evidence:
                self.proposals.left_out += 1
                continue
            kind, giver, taker = relation.kind, relation.giver, relation.taker
            slug = self._new_id("relationships", f"{kind}--{giver.slug}--{taker.slug}")
            rows[id(relation)] = slug
            row = {"id": slug, "kind": kind, "from": _cell(giver), "to": _cell(taker), "evidence": evidence}
            row |= {"start": relation.start, "end": relation.end, "date_note": relation.date_note}
            if relation.via is not None:
                row["via"] = _cell(relation.via)
            grounds = {"reason": relation.reason, "confidence": relation.confidence, **self._known_relation(relation)}
            concept = _relationship_kinds()[kind]
            what = f"{giver.name} {concept.forward or concept.label} {taker.name}"
            self._propose("relationships", row, what, relation.places[0], grounds)
        return rows

    def _known_relation(self, relation: ProposedRelation) -> Cells:
        """The relationship of the graph that says the same, and those that contradict it."""
        kind, giver, taker = relation.kind, relation.giver.slug, relation.taker.slug
        known = self.known.relationships
        same, inverse = known.get((kind, giver, taker), ""), known.get((kind, taker, giver), "")
        conflicts = []
        if _relationship_kinds()[kind].symmetric:
            same = same or inverse
        elif inverse:
            conflicts.append(f"the graph says the other way round: {inverse}")
        if kind == "leadership":
            conflicts += [
                f"the graph names another lead: {slug}"
                for (other_kind, lead, led), slug in sorted(known.items())
                if other_kind == kind and led == taker and lead != giver
            ]
        return {"already_known_as": same, "conflicts": "; ".join(conflicts)}

    def add_events(self, events: list[ProposedEvent], relationships: dict[int, str]) -> None:
        """A row for each dated event. `relationships`: what `add_relationships` returns."""
        for event in events:
            about = event.about
            if isinstance(about, ProposedRelation):
                slug, prefix = relationships.get(id(about)), "rel"
                known_slug = self.known.relationships.get((about.kind, about.giver.slug, about.taker.slug), slug)
            else:
                slug, prefix, known_slug = about.slug, "org", about.slug
            evidence = self._quote(event.place, "medium", implied=False)
            if slug is None or evidence is None:
                self.proposals.left_out += 1
                continue
            row = {"id": self._new_id("events", f"{slug}--{event.kind}--{event.date}"), "kind": event.kind}
            row |= {"date": event.date, "manner": event.manner, "evidence": evidence}
            if event.result is None:
                row["about"] = f"{prefix}:{slug}"
            else:
                before = [party.slug for party in (about, *event.others) if isinstance(party, MentionedParty)]
                row |= {"from": "; ".join(before), "to": event.result.slug}
            known_dates = self.known.dates.get((event.kind, known_slug or slug), [])
            same = [id_ for id_, date in known_dates if date.startswith(event.date)]
            other = [
                f"the graph says {date}: {id_}" for id_, date in known_dates if not date.startswith(event.date[:4])
            ]
            grounds = {"reason": event.reason, "confidence": event.confidence}
            grounds |= {"already_known_as": "; ".join(same), "conflicts": "; ".join(other)}
            self._propose("events", row, f"{event.kind} {event.date}", event.place, grounds)


@cache
def _relationship_kinds() -> dict[str, Concept]:
    return {concept.code: concept for concept in concepts("relationship-kind")}


def _is_in_graph(party: MentionedParty) -> bool:
    return party.known is not None and party.known.slug == party.slug


def _cell(party: MentionedParty) -> str:
    return f"{'group' if party.type == 'group' else 'org'}:{party.slug}"


def _overlaps_itself(text: str, part: str) -> bool:
    """Whether a text has a part a second time, overlapping the first."""
    first = text.find(part)
    return first >= 0 and text.find(part, first + 1) >= 0
