"""The partners of a body as rows of a table, by family and within it by name; long lists are cut to what fits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from partnergraph.claims.date_window import bounds_in_words
from partnergraph.claims.entities import Entity
from partnergraph.claims.evidence import EvidenceItem
from partnergraph.claims.relationships import STATUSES, Claim, Party
from partnergraph.claims.terms import concept_of
from partnergraph.grammar import past_wording
from partnergraph.report.body_records import BodyRecords
from partnergraph.report.source_notes import SourceNotes, passage_in_words
from partnergraph.report.text_fit import clipped, lines
from partnergraph.vocabulary import concepts

NO_PARTNERSHIP = ("location", "succession")  # kinds that make nobody a partner
MAX_NOTES = 2  # of a row; how many more there are stands beside them
MAX_LABEL = 110  # characters
GROUP_HEIGHT = 7.5  # of a heading in the table in print, in millimetres
_SHOWN_FIRST = {status: place for place, status in enumerate(("current", "not known", "ahead", "ended"))}
GROUPS = "Groups without names of their own"
_KIND_HEADINGS = {"group": GROUPS, "undertaking": "Programmes and other undertakings"}
_OTHER = "Other bodies"


@dataclass(frozen=True)
class PartnerRow:
    """A claim from the side of the body. `relation` begins a sentence that ends with the partner; `since`, `until` are
    "" where nothing is stated; `keys` are those of the notes, `more_notes` how many passages are not referred to.
    """

    claim: Claim
    relation: str
    partner: Party
    kind: str
    type: str
    family: str
    heading: str
    details: tuple[str, ...]
    since: str
    until: str
    status: str
    confirmed: str
    marks: tuple[str, ...]
    items: tuple[EvidenceItem, ...]

    @property
    def more_notes(self) -> int:
        """How many passages beside the noted ones support the claim."""
        return len(self.claim.evidence) - len(self.items)

    @property
    def height(self) -> float:
        """Of the row in print, in millimetres."""
        partner = f"{self.partner.label} {self.type}"
        relation = f"{self.relation} {' '.join(self.details)}"
        longest = max(
            *(lines(relation, 22), lines(partner, 40), lines(self.since, 11), lines(self.until, 13)),
            lines(f"{self.status} {' '.join(self.marks)}", 11),
        )
        return 3.35 * longest + 1.5


@dataclass(frozen=True)
class PartnerGroup:
    """The rows under one heading. `family`: of all of them, "" where they have several; `total`: rows of it before long
    lists were cut.
    """

    heading: str
    family: str
    rows: tuple[PartnerRow, ...]
    total: int


def partner_rows(records: BodyRecords, day: str) -> list[PartnerRow]:
    """A row for each claim between the body and another one, those first that surely hold on the day (a year, month or
    day), then those that may; inferred ones last. What is superseded or retracted is left out.
    """
    rows = [_row(records, claim, day) for claim in records.claims if _joins(records.iri, claim)]
    return sorted(
        rows,
        key=lambda row: (
            row.claim.inferred,
            _SHOWN_FIRST[row.status],
            *(row.heading, row.partner.label, row.claim.iri),
        ),
    )


def _joins(iri: str, claim: Claim) -> bool:
    is_end = iri in (claim.from_.iri, claim.to.iri) and claim.from_.iri != claim.to.iri
    return is_end and claim.kind not in NO_PARTNERSHIP and claim.standing not in ("superseded", "retracted")


def _row(records: BodyRecords, claim: Claim, day: str) -> PartnerRow:
    forward = claim.from_.iri == records.iri
    partner = claim.to if forward else claim.from_
    entity = records.model.entities.get(partner.iri)
    kind = entity.kind if entity else "organisation"
    via = " and ".join(clipped(party.label, MAX_LABEL) for party in claim.via)
    details = (
        *([f"role: {claim.role}"] if claim.role else []),
        *([f"through {via}"] if via else []),
        *([clipped(claim.grant, 90)] if claim.grant else []),
    )
    marks = (*(["disputed"] if claim.standing == "disputed" else []), *(["inferred"] if claim.inferred else []))
    status = claim.status(day)
    assert status in STATUSES
    wording = claim.forward if forward else claim.inverse
    return PartnerRow(
        claim=claim,
        relation=past_wording(wording) if status == "ended" else wording,
        partner=Party(partner.iri, clipped(partner.label, MAX_LABEL)),
        kind=kind,
        type=concept_of(entity.types[0]).label if entity and entity.types and kind != "group" else "",
        family=entity.family if entity else "other",
        heading=_heading(entity),
        details=details,
        since=(bounds_in_words(claim.start_bounds) or "") if claim.start_bounds else "",
        until=bounds_in_words(claim.valid_until) or "",
        status=status,
        confirmed=claim.last_confirmed or "",
        marks=marks,
        items=claim.evidence[:MAX_NOTES],
    )


def _heading(entity: Entity | None) -> str:
    if entity is None:
        return _OTHER
    if entity.kind in _KIND_HEADINGS:
        return _KIND_HEADINGS[entity.kind]
    label = next((entry.label for entry in concepts("org-family") if entry.code == entity.family), _OTHER)
    return label[0].upper() + label[1:]


def fitting_rows(rows: Iterable[PartnerRow], notes: SourceNotes, room: float) -> list[PartnerRow]:
    """The first rows that fit, with their notes, into so many millimetres of print; their notes are referred to."""
    chosen: list[PartnerRow] = []
    headings: set[str] = set()
    for row in rows:
        room -= row.height + notes_height(notes, row.items) + (0 if row.heading in headings else GROUP_HEIGHT)
        if room < 0:
            break
        headings.add(row.heading)
        notes.refer(row.items)
        chosen.append(row)
    return chosen


def notes_height(notes: SourceNotes, items: Iterable[EvidenceItem]) -> float:
    """What notes would add to a page in print, in millimetres: they stand in two columns."""
    sources, passages = notes.new_items(items)
    texts = [f"{source.publisher} {source.title} {source.date} {source.url or ''}" for source in sources]
    height = sum(3.1 * (lines(text, 60) + 0.6) for text in texts)
    height += sum(3.1 * lines(passage_in_words(item), 60) + 0.2 for item in passages)
    return height / 2 * 1.04


def grouped_rows(shown: Iterable[PartnerRow], rows: Iterable[PartnerRow]) -> Iterator[PartnerGroup]:
    """The rows that are shown, of all rows, by family in the order of the vocabulary, within it by name and date."""
    totals: dict[str, int] = {}
    for row in rows:
        totals[row.heading] = totals.get(row.heading, 0) + 1
    by_heading: dict[str, list[PartnerRow]] = {}
    for row in shown:
        by_heading.setdefault(row.heading, []).append(row)
    labels = [entry.label[0].upper() + entry.label[1:] for entry in concepts("org-family")]
    order = [*labels, _OTHER, *_KIND_HEADINGS.values()]
    for heading in order:
        if own := by_heading.get(heading):
            own.sort(key=lambda row: (row.partner.label.casefold(), row.partner.iri, row.since or "9", row.claim.iri))
            families = {row.family for row in own}
            family = families.pop() if len(families) == 1 else ""
            yield PartnerGroup(heading, family, tuple(own), totals[heading])
