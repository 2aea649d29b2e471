"""What a sentence may state: a relation between two parties."""

from __future__ import annotations

from dataclasses import dataclass, field

from partnergraph.extraction.entity_mentions import MentionedParty

TextSpan = tuple[int, int, int]  # first character, character after the last, number of the sentence
RelationKey = tuple[str, str, str]  # kind, ids of giver and taker


@dataclass
class ProposedRelation:
    """A relationship that a sentence may state. `places` are the stretches of text that state it; `start` and `end`
    are dates as the text gives them (2014, 2014-06 or 2014-06-28), or empty. `date_note`: the words of a date that says
    when it was seen and bounds nothing ("in 2024").
    """

    kind: str
    giver: MentionedParty
    taker: MentionedParty
    reason: str
    confidence: str
    places: list[TextSpan] = field(default_factory=list)
    via: MentionedParty | None = None
    start: str = ""
    end: str = ""
    date_note: str = ""

    @property
    def key(self) -> RelationKey:
        """Kind and ids of both parties: one relation of a document."""
        return self.kind, self.giver.slug, self.taker.slug
