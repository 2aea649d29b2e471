"""The claims of a graph as columns of numbers: what projections and measures of the network read.

A build writes them into each generation as `FILE`, beside the index of names; any other source gives the same columns
by scans of its predicates. Evidence, words and identifiers stay in the store and are read for what is shown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from partnergraph.claims.entities import ENTITY_CLASSES
from partnergraph.claims.property_values import Described, OpenDays, date_bounds
from partnergraph.claims.validity import effective_validity, parties_of, read_lives
from partnergraph.errors import DataError
from partnergraph.vocabulary import CODE, DCTERMS, FOAF, ORG, PG, RDF, SKOS
from partnergraph.vocabulary.iri import label_from_iri, last_segment

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from partnergraph.store import Reader

    Flags = NDArray[np.bool_]

FILE = "network.npz"
# Raise it when the columns change; columns of another version are not used.
FORMAT = 1
ENTITY_KINDS = ("organisation", "group", "undertaking", "place", "other")

# Flags of a claim. One with none of the first four is counted by the rule `01-direct`. That rule wants evidence that is
# not inferred, so a claim without any evidence is INFERRED as well; NO_EVIDENCE tells it from inference.
INFERRED, DISPUTED, SUPERSEDED, RETRACTED = 1, 2, 4, 8
START_STATED, END_STATED = 16, 32  # the claim itself gives a start, an end; neither: it is undated
NO_EVIDENCE = 64

# Days are proleptic Gregorian ordinals (`datetime.date.toordinal`); what is open is before or after all of them.
OPEN_START, OPEN_END = 0, 4_000_000

_STANDINGS = {CODE.disputed: DISPUTED, CODE.superseded: SUPERSEDED, CODE.retracted: RETRACTED}
_STORED = (PG.validFromEarliest, PG.validFromLatest, PG.validUntilEarliest, PG.validUntilLatest)
_STARTS, _ENDS = (PG.start, PG.startEarliest, PG.startLatest), (PG.end, PG.endEarliest, PG.endLatest)
_DATES = (*_STARTS, *_ENDS)
_OPEN = (OPEN_START, OPEN_END, OPEN_START, OPEN_END)
_MAX_COUNT = 2**31 - 1  # a larger number of members is no number of members
_MAX_KINDS = 256


Window = tuple[int, int]  # first and last day of a date, as ordinals
Dates = Mapping[str, Mapping[str, str]]  # predicate -> what has such a date -> its first


@dataclass(frozen=True, eq=False)
class ClaimColumns:
    """All relationships that no rule derived, sorted by IRI, and what the arrays name, sorted by IRI.

    Of n claims and m entities: `from_`, `to` (int32, n) are indices of entities, `kind` (uint8, n) of `kinds` (codes),
    `flags` (uint8, n) see above. `bounds` (int32, n x 4) are the effective bounds in days: start earliest and latest,
    end earliest and latest (`Claim.valid_from`, `Claim.valid_until`); an open bound is `OPEN_START` for the first and
    third, `OPEN_END` for the second and fourth, so that comparisons need no special case. `entity_kind` (uint8, m) is
    an index of `ENTITY_KINDS`; `types` the code of the first type of each, or ``""``; `stated_count` (int32, m) what a
    source states as the number of members, 0 where none does. The remaining arrays are pairs (int32, k x 2): `via`
    (claim, entity), `members` (group, member), `may_overlap` (entity, entity), `successions` (body before, body after);
    each sorted, none twice.
    """

    entities: list[str]
    labels: list[str]
    entity_kind: NDArray[np.uint8]
    types: list[str]
    stated_count: NDArray[np.int32]
    claims: Sequence[str]
    kinds: tuple[str, ...]
    from_: NDArray[np.int32]
    to: NDArray[np.int32]
    kind: NDArray[np.uint8]
    flags: NDArray[np.uint8]
    bounds: NDArray[np.int32]
    via: NDArray[np.int32]
    members: NDArray[np.int32]
    may_overlap: NDArray[np.int32]
    successions: NDArray[np.int32]


def can_have_held(columns: ClaimColumns, window: Window) -> Flags:
    """Of each claim, whether it is not sure that it did not hold at some time in the window; see
    `partnergraph.claims.date_window.holds_in_window`.
    """
    begins, _, _, over = columns.bounds.T
    held: Flags = (begins <= window[1]) & (over >= window[0]) & (begins <= over)
    return held


def surely_held(columns: ClaimColumns, window: Window) -> Flags:
    """Of each claim, whether it surely held at some time in the window; see
    `partnergraph.claims.date_window.holds_in_window`.
    """
    _, begun, lasts, _ = columns.bounds.T
    held: Flags = can_have_held(columns, window) & (begun <= window[1]) & (lasts >= window[0])
    return held


def open_days(first: int, last: int) -> OpenDays:
    """Two bounds of a date as days, None where open."""
    return (
        date.fromordinal(first).isoformat() if first != OPEN_START else None,
        date.fromordinal(last).isoformat() if last != OPEN_END else None,
    )


def claim_columns(reader: Reader) -> ClaimColumns:
    """The columns of a graph: as its build wrote them, else (a file, a view of a date, a build of an older version or
    one whose columns are damaged) by scans.

    Raises `DataError` for more than 256 kinds of relationship.
    """
    from partnergraph.claims.columns_file import read_columns

    columns = read_columns(reader.folder.parent / FILE) if reader.folder is not None else None
    return columns if columns is not None else scan_columns(reader)


def scan_columns(reader: Reader) -> ClaimColumns:
    """The columns of a graph, by scans of the predicates that they need. Raises `DataError`; see `claim_columns`."""
    import numpy as np

    parties = {predicate: reader.values(predicate) for predicate in (PG["from"], PG.to, PG.via)}
    from_, to = ({iri: min(bodies) for iri, bodies in parties[end].items()} for end in (PG["from"], PG.to))
    relationships = {iri for iri in reader.pointing(RDF.type, PG.Relationship) if iri in from_ and iri in to}
    claims = sorted(relationships.difference(iri for iri, _ in reader.pairs(PG.derivedBy)))
    number = {iri: index for index, iri in enumerate(claims)}
    via = [(iri, body) for iri, bodies in parties[PG.via].items() if iri in number for body in bodies]
    members, may_overlap = list(reader.pairs(FOAF.member)), list(reader.pairs(PG.mayOverlap))
    successions = _successions(reader)
    ends = {from_[iri] for iri in claims} | {to[iri] for iri in claims} | {body for _, body in via}
    entities = sorted(ends.union(*members, *may_overlap, *successions))
    index = {iri: place for place, iri in enumerate(entities)}
    kind_of = first_values(reader, PG.kind)
    codes = [last_segment(kind_of[iri]) if iri in kind_of else "association" for iri in claims]
    kinds = tuple(sorted(set(codes)))
    if len(kinds) > _MAX_KINDS:
        raise DataError(
            f"The graph has {len(kinds)} kinds of relationship; its network can be analysed with up to {_MAX_KINDS}. "
            "Use fewer kinds (pg:kind)."
        )
    kind_index = {code: place for place, code in enumerate(kinds)}
    labels, types = first_values(reader, SKOS.prefLabel), first_types(reader, index)
    dates = {predicate: first_values(reader, predicate) for predicate in _DATES}
    return ClaimColumns(
        entities=entities,
        labels=[labels.get(iri) or label_from_iri(iri) for iri in entities],
        entity_kind=np.array(_entity_kinds(reader, index), np.uint8),
        types=[types.get(iri, "") for iri in entities],
        stated_count=np.array(_stated_counts(reader, index), np.int32),
        claims=claims,
        kinds=kinds,
        from_=np.fromiter((index[from_[iri]] for iri in claims), np.int32, len(claims)),
        to=np.fromiter((index[to[iri]] for iri in claims), np.int32, len(claims)),
        kind=np.fromiter((kind_index[code] for code in codes), np.uint8, len(claims)),
        flags=np.array(_flags(reader, number, dates), np.uint8),
        bounds=np.array(_bounds(reader, number, dates, parties, relationships), np.int32).reshape(-1, 4),
        via=_pairs(via, number, index),
        members=_pairs(members, index, index),
        may_overlap=_pairs(may_overlap, index, index),
        successions=_pairs(successions, index, index),
    )


def first_values(reader: Reader, predicate: str) -> dict[str, str]:
    """The first value of a predicate, as texts are sorted, for each subject."""
    pairs = list(reader.pairs(predicate))
    first = dict(pairs)
    if len(first) < len(pairs):  # some have several
        for subject, value in pairs:
            first[subject] = min(first[subject], value)
    return first


def _pairs(pairs: Iterable[tuple[str, str]], left: Mapping[str, int], right: Mapping[str, int]) -> NDArray[np.int32]:
    import numpy as np

    return np.array(sorted({(left[one], right[other]) for one, other in pairs}), np.int32).reshape(-1, 2)


def _successions(reader: Reader) -> list[tuple[str, str]]:
    """Every body that an event changed, with every one that it became."""
    after = reader.values(ORG.resultingOrganization)
    return [(body, new) for event, body in reader.pairs(ORG.originalOrganization) for new in after.get(event, ())]


def _entity_kinds(reader: Reader, index: Mapping[str, int]) -> list[int]:
    """One of several kinds is of the first; see `partnergraph.claims.entities.read_entities`."""
    kinds = [ENTITY_KINDS.index("other")] * len(index)
    for place, name in reversed([*enumerate(ENTITY_KINDS[:-1])]):
        for iri in reader.pointing(RDF.type, ENTITY_CLASSES[name]):
            if iri in index:
                kinds[index[iri]] = place
    return kinds


def first_types(reader: Reader, entities: Collection[str]) -> dict[str, str]:
    """The code of the first type of each of these entities that has one; see `partnergraph.claims.entities.Entity`."""
    types: dict[str, str] = {}
    for predicate in (PG.memberType, DCTERMS.type, ORG.classification):
        types |= {iri: last_segment(type_) for iri, type_ in first_values(reader, predicate).items() if iri in entities}
    return types


def _stated_counts(reader: Reader, index: Mapping[str, int]) -> list[int]:
    """The largest number of members that is stated of each."""
    counts = [0] * len(index)
    for iri, text in reader.pairs(PG.statedCount):
        if iri in index and text.isdecimal() and len(text) < 20 and (count := int(text)) <= _MAX_COUNT:
            counts[index[iri]] = max(counts[index[iri]], count)
    return counts


def _flags(reader: Reader, number: Mapping[str, int], dates: Dates) -> list[int]:
    flags = [INFERRED | NO_EVIDENCE] * len(number)
    inferred = set(reader.pointing(PG.basis, CODE.inferred))
    for iri, item in reader.pairs(PG.evidence, PG.Relationship):
        if (claim := number.get(iri)) is not None:
            flags[claim] &= ~NO_EVIDENCE if item in inferred else ~(NO_EVIDENCE | INFERRED)
    for iri, standing in reader.pairs(PG.standing):
        if iri in number:
            flags[number[iri]] |= _STANDINGS.get(standing, 0)
    for predicate, stated in dates.items():
        flag = START_STATED if predicate in _STARTS else END_STATED
        for iri in stated:
            if iri in number:
                flags[number[iri]] |= flag
    return flags


def _bounds(
    reader: Reader,
    number: Mapping[str, int],
    dates: Dates,
    parties: Mapping[str, Mapping[str, list[str]]],
    relationships: Collection[str],
) -> list[int]:
    """Four bounds for each claim, one after the other: those that the build stored, else as
    `partnergraph.claims.validity` computes them.
    """
    bounds = [*_OPEN] * len(number)
    ordinals: dict[str, int | None] = {}
    stored: set[str] = set()
    for place, predicate in enumerate(_STORED):
        for iri, day in first_values(reader, predicate).items():
            if iri in number and day:
                stored.add(iri)
                _set_bound(bounds, 4 * number[iri] + place, day, ordinals)
    events = any(reader.pointing(RDF.type, class_iri) for class_iri in (PG.LifecycleEvent, PG.ChangeEvent))
    # Where nothing began or ended, a claim without dates is open.
    values = _described(dates, parties, relationships) if events else _described(dates, {}, number.keys() - stored)
    lives = read_lives(reader, values) if events else {}
    for iri, own in values.items():
        if iri in number and iri not in stored:
            known = [lives[party] for party in (iri, *parties_of(own)) if party in lives]
            validity = effective_validity(date_bounds(own, "start"), date_bounds(own, "end"), known)
            for place, bound in enumerate((*validity.start, *validity.end)):
                if bound:
                    _set_bound(bounds, 4 * number[iri] + place, bound, ordinals)
    return bounds


def _described(
    dates: Dates, parties: Mapping[str, Mapping[str, list[str]]], relationships: Collection[str]
) -> Described:
    """The days and the parties of some relationships that have any."""
    values: Described = {}
    for predicate, days in dates.items():
        if predicate not in (PG.start, PG.end):
            for iri, day in days.items():
                if iri in relationships:
                    values.setdefault(iri, {})[predicate] = [day]
    for predicate, bodies in parties.items():
        for iri, own in bodies.items():
            if iri in relationships:
                values.setdefault(iri, {})[predicate] = own
    return values


def _set_bound(bounds: list[int], place: int, day: str, ordinals: dict[str, int | None]) -> None:
    """A text that is no day leaves the bound open."""
    if day not in ordinals:
        try:
            ordinals[day] = date.fromisoformat(day[:10]).toordinal()
        except ValueError:
            ordinals[day] = None
    if (ordinal := ordinals[day]) is not None:
        bounds[place] = ordinal
