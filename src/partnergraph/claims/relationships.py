"""Relationships as claims: each with its parties, its dates and standing, and the evidence behind it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from partnergraph.claims.date_window import bounds_in_words, date_window, holds_in_window
from partnergraph.claims.evidence import EvidenceItem, ordered_evidence, read_evidence
from partnergraph.claims.property_values import (
    Days,
    Described,
    OpenDays,
    Values,
    date_bounds,
    first_code,
    first_value,
)
from partnergraph.claims.sentences import period_in_words, relationship_sentence
from partnergraph.claims.terms import concept_label, concept_of
from partnergraph.claims.validity import (
    OPEN,
    Validity,
    effective_validity,
    joint_validity,
    parties_of,
    read_lives,
    stored_validity,
)
from partnergraph.grammar import numbered, past_wording, plural_wording
from partnergraph.store import Reader
from partnergraph.vocabulary import DCTERMS, ORG, PG, SKOS
from partnergraph.vocabulary.iri import label_from_iri, last_segment

RULE = "https://w3id.org/partnergraph/rule/"
STATUSES = ("current", "ended", "not known", "ahead")  # see `Claim.status`


@dataclass(frozen=True)
class Party:
    """A body at one end of a claim."""

    iri: str
    label: str


@dataclass(frozen=True)
class BoundingEvent:
    """An event that bounds a claim beyond what it states: a party began or ended. `date` is as precise as stated."""

    iri: str
    kind: str
    party: Party
    begins: bool
    date: str
    evidence: tuple[EvidenceItem, ...] = ()

    def __str__(self) -> str:
        if self.kind in ("start", "end"):
            return f"{self.party.label} {'began' if self.begins else 'ended'} {self.date}"
        return (
            f"{self.party.label} {'began' if self.begins else 'ended'} with a {concept_of(self.kind).label} {self.date}"
        )


@dataclass(frozen=True)
class Premise:
    """A record that a derived claim rests on: a claim, or a change of bodies. `period` says in words when it held."""

    iri: str
    sentence: str
    period: str
    standing: str
    inferred: bool

    def __str__(self) -> str:
        marks = [*([self.standing] if self.standing != "accepted" else []), *(["inferred"] if self.inferred else [])]
        return "; ".join([self.sentence, self.period, *marks])


@dataclass(frozen=True, slots=True)
class Claim:
    """A relationship somebody states, or a rule derives. `start` and `end` are as stated, `start_bounds` and
    `end_bounds` the days that they can mean; `valid_from` and `valid_until` are also bounded by the lives of the
    parties, or by the premises.
    """

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
    validity: Validity | None = None
    bounded_by: tuple[BoundingEvent, ...] = ()
    premises: tuple[Premise, ...] = ()
    overlap: str | None = None
    rests_on_inference: bool = False

    @property
    def id(self) -> str:
        """The last part of its IRI."""
        return last_segment(self.iri)

    @property
    def inferred(self) -> bool:
        """Nobody states it: all its evidence is inference, or a premise is only inferred."""
        return self.rests_on_inference or (
            bool(self.evidence) and all(item.form == "inferred" for item in self.evidence)
        )

    @property
    def valid_from(self) -> OpenDays:
        """The first day on which it can have held, and the day from which it surely had begun; None where open."""
        return self.validity.start if self.validity else self.start_bounds or OPEN

    @property
    def valid_until(self) -> OpenDays:
        """The day until which it surely had not ended, and the last day on which it can have held; None where open."""
        return self.validity.end if self.validity else self.end_bounds or OPEN

    @property
    def first_seen(self) -> str | None:
        """The earliest date for which a source vouches for it: a year, a month or a day."""
        return min(self._vouched(), default=None)

    @property
    def last_confirmed(self) -> str | None:
        """The latest date for which a source vouches for it: a year, a month or a day."""
        return max(self._vouched(), default=None)

    def _vouched(self) -> list[str]:
        """The dates of its sources; neither inference nor an editor confirms anything."""
        items = [item for item in self.evidence if item.form not in ("inferred", "editor")]
        return [item.source.speaks_for for item in items if item.source.speaks_for]

    @property
    def sentence(self) -> str:
        """The claim as a sentence, without its dates and evidence."""
        return self._sentence(self.forward)

    def _sentence(self, wording: str) -> str:
        via = [party.label for party in self.via]
        return relationship_sentence(self.from_.label, wording, self.to.label, role=self.role, via=via)

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
        return holds_in_window(self.valid_from, self.valid_until, (first, last))

    def status(self, date: str) -> str:
        """On a day (or in a month or a year): ``"current"`` when it surely held, ``"ended"`` when it surely was over,
        ``"ahead"`` when it surely had not begun, else ``"not known"``. Raises `UsageError` for another form of date.
        """
        first, last = date_window(date)
        held = self.holds(first, last)
        if held == "no":
            (begins, _), (_, over) = self.valid_from, self.valid_until
            return "ahead" if begins and begins > last and not (over and over < first) else "ended"
        return "current" if held == "yes" else "not known"

    def status_in_words(self, date: str) -> str:
        """The status, with when it ended or was last confirmed or will begin.

        >>> Claim("urn:r", "funding", "funds", "", "", False, Party("", "A"), Party("", "B"),
        ...       end_bounds=("2019-01-01", "2019-12-31")).status_in_words("2024")
        'ended 2019'
        """
        status = self.status(date)
        if self.kind == "succession" and status != "ahead":  # an event, which has a date and no status
            return f"happened {bounds_in_words(self.valid_from)}" if self.valid_from != OPEN else "date not stated"
        if status == "ended":
            return f"ended {bounds_in_words(self.valid_until)}"
        if status == "ahead":
            return f"ahead, from {bounds_in_words(self.valid_from)}"
        if status == "not known" and self.last_confirmed:
            return f"last confirmed {self.last_confirmed} (status not known)"
        return status

    def text_on(self, date: str) -> str:
        """All that is recorded of it, its sentence in the past when it has ended by the date, and its status then."""
        sentence = self._sentence(past_wording(self.forward)) if self.status(date) == "ended" else self.sentence
        return "\n".join([sentence, *self._details(), f"  on {date}: {self.status_in_words(date)}"])

    def __str__(self) -> str:
        return "\n".join([self.sentence, *self._details()])

    def _details(self) -> list[str]:
        lines = [f"  {'; '.join(part for part in (self.label, self.grant, self.period) if part)}"]
        if self.standing != "accepted" or self.standing_note:
            lines.append(f"  {self.standing}: {self.standing_note or ''}".rstrip(": "))
        for event in self.bounded_by:
            lines.append(f"  cannot have held {'before' if event.begins else 'after'} that: {event}")
            lines += [f"    - {item}" for item in event.evidence]
        if self.derived_by:
            lines.append(f"  derived by the rule {self.derived_by} from {numbered(len(self.derived_from), 'claim')}")
            if bounds := [
                *([f"from {bounds_in_words(self.valid_from)}"] if self.valid_from != OPEN else []),
                *([f"until {bounds_in_words(self.valid_until)}"] if self.valid_until != OPEN else []),
            ]:
                lines.append(f"  can have held {' '.join(bounds)}")
            if self.overlap == "unknown":
                lines.append("  whether its premises held at one time is not known")
            if self.rests_on_inference:
                lines.append("  rests on inference")
            lines += [f"  - premise: {premise}" for premise in self.premises]
        lines += [f"  - {item}" for item in self.evidence]
        lines += [f"  - against it: {item}" for item in self.counter_evidence]
        return lines


def read_labels(reader: Reader) -> dict[str, str]:
    """The name of today of every body, place and undertaking."""
    return {iri: min(labels) for iri, labels in sorted(reader.values(SKOS.prefLabel).items())}


def read_claims(
    reader: Reader,
    *,
    derived: bool | tuple[str, ...] = False,
    evidence: Mapping[str, EvidenceItem] | None = None,
    labels: Mapping[str, str] | None = None,
    parties: Collection[str] = (),
) -> list[Claim]:
    """Every relationship, sorted by IRI, with its evidence. `derived`: also those of all rules, or of the rules named.
    `parties`: only those that have all of these (IRIs) among their parties.

    `evidence` and `labels`: if they are read already; with other evidence, claims have only what is in it.
    """
    reader = reader.snapshot()
    evidence = read_evidence(reader) if evidence is None else evidence
    labels = read_labels(reader) if labels is None else labels
    return list(iterate_claims(reader, evidence, labels, derived=derived, parties=parties))


def iterate_claims(
    reader: Reader,
    evidence: Mapping[str, EvidenceItem],
    labels: Mapping[str, str],
    *,
    derived: bool | tuple[str, ...] = False,
    parties: Collection[str] = (),
    omitted: Collection[str] = frozenset(),
) -> Iterator[Claim]:
    """The claims of `read_claims`, one at a time: without all of them in memory. `omitted`: none of those from or to
    one of these (IRIs).
    """
    return _ClaimReader(reader, evidence, labels).claims(derived, parties, omitted)


def read_validities(reader: Reader, *, derived: bool = False) -> dict[str, Validity]:
    """When every relationship can have held, by IRI, sorted; see `read_claims`, which takes longer."""
    claims = _ClaimReader(reader.snapshot(), {}, {})
    return {
        iri: claims.validity(iri, values) for iri, values in claims.relationships.items() if _is_wanted(values, derived)
    }


def described_relationships(reader: Reader, *, derived: bool | tuple[str, ...] = False) -> Described:
    """The values of every relationship that has two parties; see `read_claims`."""
    return {
        iri: values
        for iri, values in reader.described(PG.Relationship).items()
        if PG.to in values and PG["from"] in values and _is_wanted(values, derived)
    }


class _ClaimReader:
    """Makes claims of the relationships of a graph."""

    def __init__(self, reader: Reader, evidence: Mapping[str, EvidenceItem], labels: Mapping[str, str]) -> None:
        self.evidence, self.labels = evidence, labels
        self.relationships = described_relationships(reader, derived=True)
        self.changes = reader.described(PG.ChangeEvent)
        self.events = reader.described(PG.LifecycleEvent) | self.changes
        self.lives = read_lives(reader, self.relationships)
        # Groups of one take the singular, as do organisations.
        self.groups = {
            iri
            for iri, values in reader.described(PG.UnnamedGroup).items()
            if first_value(values, PG.statedCount) != "1"
        }
        self._party = cache(self._read_party)
        self._premise = cache(self._read_premise)

    def claims(
        self, derived: bool | tuple[str, ...], parties: Collection[str], omitted: Collection[str]
    ) -> Iterator[Claim]:
        """Every relationship that is wanted, sorted by IRI; see `iterate_claims`."""
        for iri, values in self.relationships.items():
            if not _is_wanted(values, derived) or (parties and not set(parties).issubset(parties_of(values))):
                continue
            if values[PG["from"]][0] not in omitted and values[PG.to][0] not in omitted:
                yield self._claim(iri, values)

    def validity(self, iri: str, values: Values) -> Validity:
        """What the build wrote of a relationship, else what its dates, its parties' lives or its premises say."""
        if (stored := stored_validity(values)) is not None:
            return stored
        if PG.derivedBy in values:
            return joint_validity(self._premise_validity(premise) for premise in values.get(PG.derivedFrom, ()))[0]
        lives = [self.lives[party] for party in (iri, *parties_of(values)) if party in self.lives]
        return effective_validity(date_bounds(values, "start"), date_bounds(values, "end"), lives)

    def _premise_validity(self, iri: str) -> Validity:
        if iri in self.changes:
            return Validity(date_bounds(self.changes[iri], "date") or OPEN)
        return self.validity(iri, self.relationships.get(iri, {}))

    def _claim(self, iri: str, values: Values) -> Claim:
        values = _with_event(values, self.changes)
        kind = concept_of(first_code(values, PG.kind) or "association")
        validity = self.validity(iri, values)
        return Claim(
            iri=iri,
            kind=kind.code,
            forward=self._wording(kind.forward or kind.label, values[PG["from"]][0]),
            inverse=self._wording(kind.inverse or kind.forward or kind.label, values[PG.to][0]),
            label=kind.label,
            symmetric=kind.symmetric,
            from_=self._party(values[PG["from"]][0]),
            to=self._party(values[PG.to][0]),
            via=tuple(map(self._party, values.get(PG.via, ()))),
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
            evidence=ordered_evidence(values.get(PG.evidence, ()), self.evidence),
            counter_evidence=ordered_evidence(values.get(PG.counterEvidence, ()), self.evidence),
            role_code=first_code(values, PG.role),
            validity=validity,
            bounded_by=tuple(self._bounding_events(iri, values, validity)),
            premises=tuple(map(self._premise, values.get(PG.derivedFrom, ()))),
            overlap=first_value(values, PG.overlap),
            rests_on_inference=first_value(values, PG.restsOnInference) == "true",
        )

    def _wording(self, wording: str, subject: str) -> str:
        """The words of a kind of relationship, agreeing with their subject (IRI)."""
        return plural_wording(wording) if subject in self.groups else wording

    def _read_party(self, iri: str) -> Party:
        return Party(iri, self.labels.get(iri) or label_from_iri(iri))

    def _bounding_events(self, iri: str, values: Values, validity: Validity) -> Iterator[BoundingEvent]:
        for event_iri in validity.bounded_by:
            event = self.events.get(event_iri, {})
            about, after = event.get(PG.about, []), event.get(ORG.resultingOrganization, [])
            subjects = {*about, *event.get(ORG.originalOrganization, ()), *after}
            party = next((party for party in (*parties_of(values), iri) if party in subjects), None)
            if party is not None and (days := date_bounds(event, "date")) is not None:
                kind = first_code(event, PG.kind) or "change"
                yield BoundingEvent(
                    iri=event_iri,
                    kind=kind,
                    party=Party(iri, "it") if party == iri else self._party(party),
                    begins=kind == "start" or (party in after and kind != "end"),
                    date=bounds_in_words(days) or "",
                    evidence=ordered_evidence(event.get(PG.evidence, ()), self.evidence),
                )

    def _read_premise(self, iri: str) -> Premise:
        values = self.relationships.get(iri) or self.changes.get(iri, {})
        items = ordered_evidence(values.get(PG.evidence, ()), self.evidence)
        if iri in self.relationships:
            kind = concept_of(first_code(values, PG.kind) or "association")
            from_, to = self._party(values[PG["from"]][0]), self._party(values[PG.to][0])
            via = [self._party(party).label for party in values.get(PG.via, ())]
            wording = self._wording(kind.forward or kind.label, from_.iri)
            sentence = relationship_sentence(from_.label, wording, to.label, via=via)
            period = period_in_words(first_value(values, PG.start), first_value(values, PG.end))
        else:
            before, after = (
                " and ".join(self._party(body).label for body in values.get(predicate, ()))
                for predicate in (ORG.originalOrganization, ORG.resultingOrganization)
            )
            sentence = f"{concept_of(first_code(values, PG.kind) or 'change').label} of {before} to {after}"
            period = first_value(values, PG.date) or ""
        return Premise(
            iri=iri,
            sentence=sentence,
            period=period or "dates not stated",
            standing=first_code(values, PG.standing) or "accepted",
            inferred=bool(items) and all(item.form == "inferred" for item in items),
        )


def _is_wanted(values: Values, derived: bool | tuple[str, ...]) -> bool:
    """Whether a relationship is stated, or derived by a rule that is wanted; see `read_claims`."""
    if PG.derivedBy not in values or isinstance(derived, bool):
        return PG.derivedBy not in values or bool(derived)
    return bool({RULE + rule for rule in derived}.intersection(values[PG.derivedBy]))


def _with_event(values: Values, events: Described) -> Values:
    """A succession has the evidence and the date of the change event that it is derived from."""
    for event in values.get(PG.derivedFrom, []):
        if event in events:
            inherited = {PG.evidence: events[event].get(PG.evidence, [])}
            for bound in ("", "Earliest", "Latest"):
                inherited[PG[f"start{bound}"]] = events[event].get(PG[f"date{bound}"], [])
            return values | {predicate: stated for predicate, stated in inherited.items() if stated}
    return values


def _grant(values: Values) -> str | None:
    """What was granted, as a register says it: title, money, programme."""
    title, amount = first_value(values, DCTERMS.title), first_value(values, PG.amount)
    money = " ".join(part for part in (amount, first_value(values, PG.currency)) if part) if amount else None
    quoted = f"“{title}”" if title else None
    return ", ".join(part for part in (quoted, money, first_value(values, PG.programme)) if part) or None
