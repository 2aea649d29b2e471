"""Relationships as claims: each with its parties, its dates and standing, and the evidence behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from partnergraph.claims.date_window import holds_in_window
from partnergraph.claims.evidence import EvidenceItem, ordered_evidence, read_evidence
from partnergraph.claims.property_values import Days, Described, Values, date_bounds, first_code, first_value
from partnergraph.claims.sentences import period_in_words, relationship_sentence
from partnergraph.claims.terms import concept_label, concept_of
from partnergraph.store import Reader
from partnergraph.vocabulary import DCTERMS, PG, SKOS
from partnergraph.vocabulary.iri import label_from_iri, last_segment

RULE = "https://w3id.org/partnergraph/rule/"


@dataclass(frozen=True)
class Party:
    """A body at one end of a claim."""

    iri: str
    label: str


@dataclass(frozen=True)
class Claim:
    """A relationship somebody states, or a rule derives. `start` and `end` are as stated, the bounds are days."""

    iri: str
    kind: str
    forward: str
    inverse: str
    label: str
    symmetric: bool
    from_: Party
    to: Party
    via: tuple[Party, ...] = ()
    role: str | None = None
    start: str | None = None
    end: str | None = None
    start_bounds: Days | None = None
    end_bounds: Days | None = None
    date_note: str | None = None
    grant: str | None = None
    note: str | None = None
    standing: str = "accepted"
    standing_note: str | None = None
    contradicts: tuple[str, ...] = ()
    derived_by: str | None = None
    derived_from: tuple[str, ...] = ()
    evidence: tuple[EvidenceItem, ...] = ()
    counter_evidence: tuple[EvidenceItem, ...] = ()
    role_code: str | None = None

    @property
    def id(self) -> str:
        """The last part of its IRI."""
        return last_segment(self.iri)

    @property
    def inferred(self) -> bool:
        """Nobody states it: all its evidence is inference."""
        return bool(self.evidence) and all(item.form == "inferred" for item in self.evidence)

    @property
    def sentence(self) -> str:
        """The claim as a sentence, without its dates and evidence."""
        via = [party.label for party in self.via]
        return relationship_sentence(self.from_.label, self.forward, self.to.label, role=self.role, via=via)

    @property
    def dated_sentence(self) -> str:
        """The claim as a sentence with its dates, without its evidence."""
        dates = [f"from {self.start}" if self.start else "", f"until {self.end}" if self.end else ""]
        return ", ".join([self.sentence, *filter(None, dates)])

    @property
    def period(self) -> str:
        """When it held, as far as it is known."""
        dates = period_in_words(self.start, self.end)
        return "; ".join(part for part in (dates, self.date_note) if part) or "dates not stated"

    def holds(self, first: str, last: str) -> str:
        """Whether it held at some time from the day `first` to the day `last`: yes, no or unknown; see
        `partnergraph.claims.date_window.holds_in_window`.
        """
        return holds_in_window(self.start_bounds, self.end_bounds, (first, last))

    def __str__(self) -> str:
        lines = [self.sentence, f"  {'; '.join(part for part in (self.label, self.grant, self.period) if part)}"]
        if self.standing != "accepted" or self.standing_note:
            lines.append(f"  {self.standing}: {self.standing_note or ''}".rstrip(": "))
        if self.derived_by:
            lines.append(f"  derived by the rule {self.derived_by} from {len(self.derived_from)} claims")
        lines += [f"  - {item}" for item in self.evidence]
        lines += [f"  - against it: {item}" for item in self.counter_evidence]
        return "\n".join(lines)


def read_labels(reader: Reader) -> dict[str, str]:
    """The name of today of every body, place and undertaking."""
    return {iri: min(labels) for iri, labels in sorted(reader.values(SKOS.prefLabel).items())}


def read_claims(
    reader: Reader,
    *,
    derived: bool | tuple[str, ...] = False,
    evidence: Mapping[str, EvidenceItem] | None = None,
    labels: Mapping[str, str] | None = None,
) -> list[Claim]:
    """Every relationship, sorted by IRI, with its evidence. `derived`: also those of all rules, or of the rules named.

    `evidence` and `labels`: if they are read already; with other evidence, claims have only what is in it.
    """
    reader = reader.snapshot()
    evidence = read_evidence(reader) if evidence is None else evidence
    labels = read_labels(reader) if labels is None else labels
    events = reader.described(PG.ChangeEvent)
    return [
        _claim(iri, _with_event(values, events), evidence, labels)
        for iri, values in described_relationships(reader, derived=derived).items()
    ]


def described_relationships(reader: Reader, *, derived: bool | tuple[str, ...] = False) -> Described:
    """The values of every relationship that has two parties; see `read_claims`."""
    rules = {RULE + rule for rule in derived} if isinstance(derived, tuple) else None
    return {
        iri: values
        for iri, values in reader.described(PG.Relationship).items()
        if PG.to in values
        and PG["from"] in values
        and (
            PG.derivedBy not in values
            or (bool(rules.intersection(values[PG.derivedBy])) if rules is not None else bool(derived))
        )
    }


def _with_event(values: Values, events: Described) -> Values:
    """A succession has the evidence and the date of the change event that it is derived from."""
    for event in values.get(PG.derivedFrom, []):
        if event in events:
            inherited = {PG.evidence: events[event].get(PG.evidence, [])}
            for bound in ("", "Earliest", "Latest"):
                inherited[PG[f"start{bound}"]] = events[event].get(PG[f"date{bound}"], [])
            return values | {predicate: stated for predicate, stated in inherited.items() if stated}
    return values


def _claim(iri: str, values: Values, evidence: Mapping[str, EvidenceItem], labels: Mapping[str, str]) -> Claim:
    def party(party_iri: str) -> Party:
        return Party(party_iri, labels.get(party_iri) or label_from_iri(party_iri))

    kind = concept_of(first_code(values, PG.kind) or "association")
    return Claim(
        iri=iri,
        kind=kind.code,
        forward=kind.forward or kind.label,
        inverse=kind.inverse or kind.forward or kind.label,
        label=kind.label,
        symmetric=kind.symmetric,
        from_=party(values[PG["from"]][0]),
        to=party(values[PG.to][0]),
        via=tuple(party(through) for through in values.get(PG.via, ())),
        role=concept_label(first_value(values, PG.role)),
        start=first_value(values, PG.start),
        end=first_value(values, PG.end),
        start_bounds=date_bounds(values, "start"),
        end_bounds=date_bounds(values, "end"),
        date_note="; ".join(values.get(PG.dateNote, ())) or None,
        grant=_grant(values),
        note=first_value(values, SKOS.note),
        standing=first_code(values, PG.standing) or "accepted",
        standing_note=first_value(values, PG.standingNote),
        contradicts=tuple(values.get(PG.contradicts, ())),
        derived_by=first_code(values, PG.derivedBy),
        derived_from=tuple(values.get(PG.derivedFrom, ())),
        evidence=ordered_evidence(values.get(PG.evidence, ()), evidence),
        counter_evidence=ordered_evidence(values.get(PG.counterEvidence, ()), evidence),
        role_code=first_code(values, PG.role),
    )


def _grant(values: Values) -> str | None:
    """What was granted, as a register says it: title, money, programme."""
    title, amount = first_value(values, DCTERMS.title), first_value(values, PG.amount)
    money = " ".join(part for part in (amount, first_value(values, PG.currency)) if part) if amount else None
    quoted = f"“{title}”" if title else None
    return ", ".join(part for part in (quoted, money, first_value(values, PG.programme)) if part) or None
