"""What is disputed about a body: claims that stand against each other, each with what speaks for and against it."""

from __future__ import annotations

from dataclasses import dataclass

from partnergraph.claims.evidence import EvidenceItem
from partnergraph.claims.relationships import Claim
from partnergraph.report.body_records import BodyRecords
from partnergraph.report.text_fit import clipped, lines

MOST = 3
MAX_NOTES = 2  # for a claim, and as many against it


@dataclass(frozen=True)
class Dispute:
    """A claim as a sentence with its dates, why it is disputed, and what speaks for and against it."""

    sentence: str
    standing: str
    note: str
    evidence: tuple[EvidenceItem, ...]
    against: tuple[EvidenceItem, ...]
    contradicts: tuple[str, ...]


@dataclass(frozen=True)
class Disputes:
    """The first of all disputes; `more` are left out."""

    shown: tuple[Dispute, ...]
    more: int

    @property
    def items(self) -> tuple[EvidenceItem, ...]:
        """The evidence that is noted."""
        return tuple(item for dispute in self.shown for item in (*dispute.evidence, *dispute.against))

    @property
    def height(self) -> float:
        """In print, in millimetres."""
        texts = [f"{one.sentence} {one.note} {' '.join(one.contradicts)}" for one in self.shown]
        return (10 if texts else 0) + sum(4.0 * (lines(text, 105) + 1) + 2 for text in texts)


def disputes(records: BodyRecords) -> Disputes:
    """The claims that name a body and are disputed, then those that contradict another one; none twice."""
    contested = [
        claim for claim in records.claims if claim.standing == "disputed" or claim.contradicts or claim.counter_evidence
    ]
    contested = [claim for claim in contested if claim.standing not in ("superseded", "retracted")]
    contested.sort(key=lambda claim: (claim.standing != "disputed", claim.iri))
    return Disputes(tuple(_dispute(records, claim) for claim in contested[:MOST]), max(0, len(contested) - MOST))


def _dispute(records: BodyRecords, claim: Claim) -> Dispute:
    others = [records.sentences[iri].dated_sentence for iri in claim.contradicts if iri in records.sentences]
    return Dispute(
        sentence=clipped(claim.dated_sentence, 260),
        standing=claim.standing,
        note=clipped(claim.standing_note or "", 320),
        evidence=claim.evidence[:MAX_NOTES],
        against=claim.counter_evidence[:MAX_NOTES],
        contradicts=tuple(clipped(text, 200) for text in others[:2]),
    )
