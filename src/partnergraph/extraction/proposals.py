"""What was read of a text, as rows of the tables of a graph folder, each a proposal that a person accepts or not."""

from __future__ import annotations

from dataclasses import dataclass, field

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
from partnergraph.extraction.relations import ProposedEvent, ProposedRelation, find_relations
from partnergraph.model.records import Document
from partnergraph.tables.table_schemas import TABLE_SCHEMAS
from partnergraph.vocabulary import concepts

PROPOSALS = "proposals"
KNOWN = "known"
COLUMNS = (
    *("accept", "table", "id", "what", "sentence", "locator", "start", "end", "reason", "confidence"),
    *("already_known_as", "conflicts", "status"),
)
KNOWN_COLUMNS = ("id", "name", "as_written", "locator", "start", "end", "reason")
TABLES = ("sources", "evidence", "organisations", "names", "groups", "relationships", "events")
MAX_QUOTE_LENGTH = 5_000
_AROUND = 500
Cells = dict[str, str]


@dataclass
class Proposals:
    """The proposed rows by table, the proposals in the order of the text, and the mentions of known bodies."""

    document: Document
    mentions: DocumentMentions
    tables: dict[str, list[Cells]] = field(default_factory=lambda: {table: [] for table in TABLES})
    proposals: list[Cells] = field(default_factory=list)
    known: list[Cells] = field(default_factory=list)
    left_out: int = 0

    def summary(self) -> str:
        """One line for people."""
        new, rows = len(self.tables["organisations"]), len(self.proposals)
        known = len({row["id"] for row in self.known})
        parts = (
            f"{new + known} organisations ({known} known already)",
            f"{len(self.tables['groups'])} unnamed groups",
            f"{len(self.tables['relationships'])} relationships",
            f"{len(self.tables['events'])} events",
        )
        said = f"{', '.join(parts)}: {rows} proposals."
        if long := self.mentions.too_long:
            which = ", ".join(f"s{number}" for number in long[:5]) + (" and more" if len(long) > 5 else "")
            said += f" Not read, as longer than {MAX_SENTENCE_LENGTH:,} characters without an end: sentence {which}."
        return said


def propose_rows(document: Document, known: Gazetteer, speaker: str | None = None) -> Proposals:
    """Read a document. Same document and same knowledge give the same rows."""
    found = find_mentions(document, known, speaker)
    maker = _ProposalBuilder(Proposals(document, found), known)
    stated, dated = find_relations(document, found)
    claimed = {party.slug for claim in stated for party in (claim.giver, claim.taker, claim.via) if party}
    maker.parties(claimed)
    maker.events(maker.relationships(stated, dated))
    maker.reading.proposals.sort(key=lambda row: (int(row["start"]), TABLES.index(row["table"]), row["id"]))
    return maker.reading


class _ProposalBuilder:
    def __init__(self, reading: Proposals, known: Gazetteer) -> None:
        self.reading, self.known = reading, known
        self.document = reading.document
        self.source = reading.document.source
        self.taken = {table: set(known.ids.get(table, ())) for table in TABLE_SCHEMAS}
        self.quoted: dict[tuple[int, int], str] = {}
        self.proofs = 0  # the last number of a row of evidence
        self.sentences = {p.number: p for p in self.document.passages}
        self.dated: list[ProposedEvent] = []
        row = {"id": self.source, "title": self.source, "publisher": "unknown", "kind": "document"}
        reading.tables["sources"].append(
            row | {"note": "Proposed by partnergraph read: fill in title, publisher and date."}
        )

    def _id(self, table: str, stem: str) -> str:
        made, number = stem, 1
        while made in self.taken[table]:
            number += 1
            made = f"{stem}--{self.source.lower().replace('_', '-')}" if number == 2 else f"{stem}-{number}"
        self.taken[table].add(made)
        return made

    def _quote(self, start: int, end: int, sentence: int, confidence: str, reading: bool) -> str | None:
        """The row of evidence for a stretch of text; the whole sentence where the words alone stand there twice."""
        passage = self.sentences[sentence]
        words_, again = self.document.text[start:end], 0
        again = passage.text.count(words_) if len(words_) else 2
        if again != 1 or words_ != words_.strip() or _overlaps(passage.text, words_):
            start, end = passage.start, passage.end
            words_ = passage.text
        if len(words_) > MAX_QUOTE_LENGTH:
            return None
        if (start, end) not in self.quoted:
            number = self.proofs + 1
            while f"{self.source}-{number}" in self.taken["evidence"]:
                number += 1
            self.proofs = number
            made = f"{self.source}-{number}"
            self.taken["evidence"].add(made)
            self.quoted[start, end] = made
            row = {"id": made, "source": self.source, "words": words_, "locator": f"s{sentence}"}
            self.reading.tables["evidence"].append(
                row | {"basis": "implied" if reading else "stated", "confidence": confidence}
            )
        return self.quoted[start, end]

    def _propose(self, table: str, row: Cells, what: str, place: tuple[int, int, int], why: Cells) -> None:
        start, end, sentence = place
        self.reading.tables[table].append(row)
        self.reading.proposals.append(
            {"accept": "", "table": table, "id": row["id"], "what": what, "sentence": self._shown(place)}
            | {"locator": f"s{sentence}", "start": str(start), "end": str(end), "status": "proposed"}
            | {"already_known_as": "", "conflicts": ""}
            | why
        )

    def _shown(self, place: tuple[int, int, int]) -> str:
        """The sentence of a proposal; of a very long one what stands around the place."""
        start, end, sentence = place
        passage = self.sentences[sentence]
        if len(passage.text) <= MAX_QUOTE_LENGTH:
            return passage.text
        first, last = max(passage.start, start - _AROUND), min(passage.end, end + _AROUND)
        before, after = "…" * (first > passage.start), "…" * (last < passage.end)
        return f"{before}{self.document.text[first:last]}{after}"

    def parties(self, claimed: set[str]) -> None:
        """Organisations, groups and abbreviations; mentions of known bodies are listed.

        A bare 'members' or 'partners' is proposed only where something is claimed of it.
        """
        seen: dict[str, EntityMention] = {}
        for number in sorted(self.reading.mentions.sentences):
            for mention in self.reading.mentions.sentences[number]:
                party = mention.party
                if _in_graph(party):
                    self._known(mention)
                elif party.slug not in seen and (not mention.bare or party.slug in claimed):
                    seen[party.slug] = mention
        for mention in seen.values():
            self._party(mention)
        for short, (party, start, end, sentence) in sorted(self.reading.mentions.short.items()):
            proof = self._quote(start, end, sentence, "medium", False)
            if proof is not None:
                row = {
                    "id": self._id("names", f"{party.slug}--{short.lower().replace('&', '-')}"),
                    "organisation": party.slug,
                }
                row |= {"name": short, "kind": "acronym", "evidence": proof}
                why = {"reason": "stands in brackets after the name", "confidence": "medium"}
                self._propose("names", row, f"{short} is short for {party.name}", (start, end, sentence), why)

    def _known(self, mention: EntityMention) -> None:
        party = mention.party
        written = self.document.text[mention.start : mention.end]
        row = {"id": party.slug, "name": party.name, "as_written": written, "locator": f"s{mention.sentence}"}
        reason = mention.reading or party.reason
        self.reading.known.append(row | {"start": str(mention.start), "end": str(mention.end), "reason": reason})
        name = f"{party.slug}--{slug_of(written)}"
        if "small words" not in reason or name in self.taken["names"]:
            return
        place = (mention.start, mention.end, mention.sentence)
        if (proof := self._quote(*place, "medium", True)) is not None:
            cells = {"id": self._id("names", name), "organisation": party.slug, "name": written, "kind": "as-written"}
            why = {"reason": reason, "confidence": "medium", "already_known_as": str(party.known)}
            self._propose("names", cells | {"evidence": proof}, f"{party.name} is written so", place, why)

    def _party(self, mention: EntityMention) -> None:
        party = mention.party
        place = (mention.start, mention.end, mention.sentence)
        proof = self._quote(*place, party.confidence, bool(mention.reading))
        if proof is None:
            self.reading.left_out += 1
            return
        also = [body for body in (party.known, *party.others, *party.near) if body is not None]
        reason = "; ".join(filter(None, (party.reason, mention.reading if mention.reading != party.reason else "")))
        why = {"reason": reason, "confidence": party.confidence, "already_known_as": "; ".join(map(str, also))}
        if party.sort == "group":
            row = {"id": party.slug, "source": self.source, "name": party.name, "member_type": party.type}
            row |= {"count": party.count, "count_as_stated": party.count, "open": "no" if party.count else "yes"}
            self._propose("groups", row | {"evidence": proof}, party.name, place, why)
        else:
            word = head_word(party.name) or ""
            sort = word_lists()["organisation"].get(word) or "stakeholder"
            if " nhs " in f" {party.name.lower()} ":
                sort = "nhs-body"
            form = "collaboration" if sort in ("consortium", "network") else "organisation"
            row = {"id": party.slug, "name": party.name, "form": form, "type": sort, "evidence": proof}
            why["reason"] += f" (form and type are guessed{f' from {word!r}' if word else ''})"
            self._propose("organisations", row, party.name, place, why)

    def relationships(self, found: list[ProposedRelation], dated: list[ProposedEvent]) -> dict[int, str]:
        """A row for each claim; gives the id of each."""
        self.dated, made = dated, {}
        labels = {c.code: (c.forward or c.label) for c in concepts("relationship-kind")}
        symmetric = {c.code for c in concepts("relationship-kind") if c.symmetric}
        for claim in found:
            proofs = [self._quote(*place, claim.confidence, "read as" in claim.reason) for place in claim.places]
            cited = "; ".join(dict.fromkeys(proof for proof in proofs if proof))
            if not cited:
                self.reading.left_out += 1
                continue
            giver, taker = claim.giver, claim.taker
            named = self._id("relationships", f"{claim.kind}--{giver.slug}--{taker.slug}")
            made[id(claim)] = named
            row = {"id": named, "kind": claim.kind, "from": _cell(giver), "to": _cell(taker), "evidence": cited}
            if claim.via is not None:
                row["via"] = _cell(claim.via)
            old = self.known.relationships
            known = old.get((claim.kind, giver.slug, taker.slug), "")
            back = old.get((claim.kind, taker.slug, giver.slug), "")
            known = known or (back if claim.kind in symmetric else "")
            conflicts = [f"the graph says the other way round: {back}"] if back and claim.kind not in symmetric else []
            if claim.kind == "leadership":
                others = (
                    i
                    for (k, a, b), i in sorted(old.items())
                    if k == "leadership" and b == taker.slug and a != giver.slug
                )
                conflicts += [f"the graph names another lead: {other}" for other in others]
            why = {"reason": claim.reason, "confidence": claim.confidence}
            why |= {"already_known_as": known, "conflicts": "; ".join(conflicts)}
            what = f"{giver.name} {labels[claim.kind]} {taker.name}"
            self._propose("relationships", row, what, claim.places[0], why)
        return made

    def events(self, relationships: dict[int, str]) -> None:
        """A row for each dated event."""
        for event in self.dated:
            about = event.about
            named = relationships.get(id(about)) if isinstance(about, ProposedRelation) else about.slug
            proof = self._quote(*event.place, "medium", False)
            if named is None or proof is None:
                self.reading.left_out += 1
                continue
            row = {"id": self._id("events", f"{named}--{event.kind}--{event.date}"), "kind": event.kind}
            row |= {"about": f"rel:{named}" if isinstance(about, ProposedRelation) else f"org:{named}"}
            row |= {"date": event.date, "manner": event.manner, "evidence": proof}
            if isinstance(about, ProposedRelation):
                named = self.known.relationships.get((about.kind, about.giver.slug, about.taker.slug), named)
            said = self.known.dates.get((event.kind, named), [])
            why = {"reason": event.reason, "confidence": "medium"}
            why["already_known_as"] = "; ".join(i for i, date in said if date.startswith(event.date))
            other = [f"the graph says {date}: {i}" for i, date in said if not date.startswith(event.date[:4])]
            why["conflicts"] = "; ".join(other)
            self._propose("events", row, f"{event.kind} {event.date}", event.place, why)


def _in_graph(party: MentionedParty) -> bool:
    return party.known is not None and party.known.slug == party.slug


def _cell(party: MentionedParty) -> str:
    return f"{'group' if party.sort == 'group' else 'org'}:{party.slug}"


def _overlaps(text: str, part: str) -> bool:
    """Whether a text holds a part twice, overlapping itself."""
    first = text.find(part)
    return first >= 0 and text.find(part, first + 1) >= 0
