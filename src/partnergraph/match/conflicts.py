"""Where sources or records disagree: both sides with their evidence and standing. Nothing is decided, both are kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from partnergraph.claims.property_values import Described, Values, date_bounds, first_code, first_value
from partnergraph.claims.relationships import Claim
from partnergraph.claims.terms import concept_of
from partnergraph.match.duplicates import claim_pairs
from partnergraph.match.graph_snapshot import (
    EvidenceLine,
    GraphSnapshot,
    are_disjoint,
    is_followed,
    is_in_effect,
    may_overlap,
)
from partnergraph.match.normalise import normalise_name
from partnergraph.store import Reader
from partnergraph.vocabulary import ADMS, DCTERMS, ORG, PG, SKOS, SKOSXL
from partnergraph.vocabulary.identifiers import SHARED_SCHEMES, normalise_identifier
from partnergraph.vocabulary.iri import last_segment
from partnergraph.vocabulary.name_folding import fold_name

__all__ = ["Conflict", "ConflictSide", "conflicts"]

MAX_POINT_DIFFERENCE = 0.02  # degrees by which two points may differ and be one


@dataclass(frozen=True, slots=True)
class ConflictSide:
    """What one side says, by which records, and what stands behind it."""

    says: str
    records: tuple[str, ...]
    standing: str
    evidence: tuple[EvidenceLine, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """`sort`: count, date, identifier, leader, name, place, statement, type or value. `marked`: an editor says so."""

    sort: str
    about: str
    label: str
    question: str
    marked: bool
    sides: tuple[ConflictSide, ...]
    note: str | None = None


def conflicts(reader: Reader) -> list[Conflict]:
    """Everything in a graph on which two sources or two records disagree; what an editor marked comes first."""
    snapshot = GraphSnapshot(reader)
    results = list(_marked(snapshot))
    marked = {_records(conflict) for conflict in results}
    for finder in _FINDERS:
        results += [
            conflict
            for conflict in finder(snapshot)
            if conflict.sort not in ("leader", "count") or _records(conflict) not in marked
        ]
    unique = {(conflict.sort, conflict.about, conflict.question, conflict.sides): conflict for conflict in results}
    return sorted(
        unique.values(),
        key=lambda conflict: (
            not conflict.marked,
            conflict.sort,
            conflict.about,
            conflict.question,
            str(conflict.sides),
        ),
    )


def _records(conflict: Conflict) -> frozenset[str]:
    return frozenset(record for side in conflict.sides for record in side.records)


def _side(
    snapshot: GraphSnapshot, says: str, iri: str, values: Values, evidence: list[str] | None = None
) -> ConflictSide:
    iris = values.get(PG.evidence, []) if evidence is None else evidence
    return ConflictSide(says, (iri,), first_code(values, PG.standing) or "accepted", snapshot.evidence_lines(iris))


def _claim_side(snapshot: GraphSnapshot, claim: Claim) -> ConflictSide:
    lines = snapshot.evidence_lines(snapshot.evidence_of(claim))
    return ConflictSide(claim.dated_sentence, (claim.iri,), claim.standing, lines)


def _marked(snapshot: GraphSnapshot) -> Iterator[Conflict]:
    """What an editor marked as contradicting, or as disputed with evidence against it."""
    rows = snapshot.reader.rows(f"SELECT DISTINCT ?a ?b {{ ?a <{PG.contradicts}> ?b }}")
    pairs = sorted({(min(a, b), max(a, b)) for a, b in ((str(row["a"]), str(row["b"])) for row in rows)})
    for pair in pairs:
        yield _contradiction(snapshot, pair)
    contradicting = {iri for pair in pairs for iri in pair}
    rows = snapshot.reader.rows(f"SELECT DISTINCT ?a ?e {{ ?a <{PG.counterEvidence}> ?e }}")
    counter_evidence: dict[str, list[str]] = {}
    for row in rows:
        counter_evidence.setdefault(str(row["a"]), []).append(str(row["e"]))
    for iri, evidence in counter_evidence.items():
        if iri not in contradicting:
            against = ConflictSide("evidence against it", (iri,), "", snapshot.evidence_lines(evidence))
            note = " ".join(_standing_notes(snapshot, iri)) or None
            sides = (_record_side(snapshot, iri), against)
            yield Conflict("statement", iri, snapshot.label(iri), "whether it is so", True, sides, note)


def _contradiction(snapshot: GraphSnapshot, pair: tuple[str, str]) -> Conflict:
    """Two records that an editor marked as contradicting each other."""
    a, b = (snapshot.stated_claims.get(iri) for iri in pair)
    sides = tuple(_record_side(snapshot, iri) for iri in pair)
    notes = dict.fromkeys(note for iri in pair for note in _standing_notes(snapshot, iri))
    sort, about = "statement", pair[0]
    if a is not None and b is not None:
        about = min({a.from_.iri, a.to.iri} & {b.from_.iri, b.to.iri}, default=a.to.iri)
        groups = snapshot.reader.described(PG.UnnamedGroup)
        counted = all(groups.get(claim.from_.iri, {}).get(PG.statedCount) for claim in (a, b))
        sort = "leader" if a.kind == b.kind == "leadership" else "count" if counted else "statement"
    question = {"leader": "who leads it", "count": "how many"}.get(sort, "what is the case")
    return Conflict(sort, about, snapshot.label(about), question, True, sides, " ".join(notes) or None)


def _record_side(snapshot: GraphSnapshot, iri: str) -> ConflictSide:
    """A record of any type as a side."""
    if iri in snapshot.stated_claims:
        return _claim_side(snapshot, snapshot.stated_claims[iri])
    values: Values = {}
    for row in snapshot.reader.rows(f"SELECT DISTINCT ?p ?o {{ <{iri}> ?p ?o }}"):
        values.setdefault(str(row["p"]), []).append(str(row["o"]))
    says = first_value(values, SKOSXL.literalForm) or first_value(values, PG.value) or snapshot.label(iri)
    return _side(snapshot, says, iri, values)


def _standing_notes(snapshot: GraphSnapshot, iri: str) -> list[str]:
    rows = snapshot.reader.rows(f"SELECT DISTINCT ?n {{ <{iri}> <{PG.standingNote}> ?n }} ORDER BY ?n")
    return [str(row["n"]) for row in rows]


def _leaders(snapshot: GraphSnapshot) -> Iterator[Conflict]:
    """Different sources that each name another leader for one time."""
    leaderships: dict[str, list[Claim]] = {}
    for claim in snapshot.stated_claims.values():
        if claim.kind == "leadership" and is_in_effect(claim):
            leaderships.setdefault(claim.to.iri, []).append(claim)
    for to, claims in leaderships.items():
        for a, b in combinations(claims, 2):
            if a.from_ != b.from_ and may_overlap(a, b) and _rest_on_different_sources(snapshot, a, b):
                yield _claim_conflict(snapshot, "leader", to, "who leads it", a, b)


def _claim_conflict(snapshot: GraphSnapshot, kind: str, about: str, question: str, a: Claim, b: Claim) -> Conflict:
    sides = (_claim_side(snapshot, a), _claim_side(snapshot, b))
    return Conflict(kind, about, snapshot.label(about), question, False, sides)


def _rest_on_different_sources(snapshot: GraphSnapshot, a: Claim, b: Claim) -> bool:
    """Whether no source says both."""
    own, theirs = (snapshot.sources_of(snapshot.relationships[claim.iri]) for claim in (a, b))
    return own.isdisjoint(theirs)


def _counts(snapshot: GraphSnapshot) -> Iterator[Conflict]:
    """Groups of one type of members of one body, counted differently."""
    groups = snapshot.reader.described(PG.UnnamedGroup)
    counted: dict[tuple[str, str, str], list[Claim]] = {}
    for claim in snapshot.stated_claims.values():
        group = groups.get(claim.from_.iri, {})
        if group.get(PG.statedCount) and is_in_effect(claim):
            member_type = first_code(group, PG.memberType) or ""
            counted.setdefault((claim.kind, claim.to.iri, member_type), []).append(claim)
    for (_, to, member_type), claims in counted.items():
        for a, b in combinations(claims, 2):
            different = groups[a.from_.iri][PG.statedCount] != groups[b.from_.iri][PG.statedCount]
            if different and may_overlap(a, b) and _rest_on_different_sources(snapshot, a, b):
                question = f"how many ({concept_of(member_type).label.lower()})"
                yield _claim_conflict(snapshot, "count", to, question, a, b)
    for iri, values in snapshot.reader.described(PG.Undertaking).items():
        if len(values.get(PG.countAsStated, ())) > 1:
            yield from _by_graph(snapshot, "count", iri, PG.countAsStated, "count_as_stated", "how many", values)


def _by_graph(
    snapshot: GraphSnapshot, kind: str, iri: str, predicate: str, column: str, question: str, values: Values
) -> Iterator[Conflict]:
    """One record of which two sources state different values, each in its named graph."""
    # Of a date that is known within bounds alone, the bounds.
    rows = snapshot.reader.rows(
        f"SELECT DISTINCT ?g ?v {{ GRAPH ?g {{ {{ <{iri}> <{predicate}> ?v }} UNION {{ "
        f"<{iri}> <{predicate}Earliest> ?first ; <{predicate}Latest> ?last "
        f"FILTER NOT EXISTS {{ <{iri}> <{predicate}> ?stated }} "
        "BIND(CONCAT(STR(?first), '/', STR(?last)) AS ?v) } } } ORDER BY ?v ?g"
    )
    evidence: dict[str, list[str]] = {}
    for row in rows:
        evidence.setdefault(str(row["v"]), []).extend(_evidence_in_graph(snapshot, iri, str(row["g"]), column))
    sides = tuple(_side(snapshot, value, iri, values, iris) for value, iris in evidence.items())
    if len(sides) > 1:
        yield Conflict(kind, iri, _title(snapshot, iri, values), question, False, sides)


def _evidence_in_graph(snapshot: GraphSnapshot, iri: str, graph: str, column: str) -> list[str]:
    """The evidence in one graph that supports a column of a record."""
    rows = snapshot.reader.rows(f"SELECT ?e {{ GRAPH <{graph}> {{ <{iri}> <{PG.evidence}> ?e }} }}")
    limits = snapshot.reader.rows(f"SELECT DISTINCT ?l {{ <{iri}> <{PG.supportLimit}> ?l }}")
    supported: dict[str, set[str]] = {}  # id of evidence -> the only columns that it supports
    for row in limits:
        if match := re.match(r"(\S+) \[([^]]*)\]", str(row["l"])):
            supported.setdefault(match[1], set()).update(re.split(r", *", match[2]))
    evidence = [str(row["e"]) for row in rows]
    return [item for item in evidence if column in supported.get(snapshot.evidence_line(item).id, {column})]


def _title(snapshot: GraphSnapshot, iri: str, values: Values) -> str:
    if iri in snapshot.stated_claims:
        return snapshot.stated_claims[iri].dated_sentence
    about = first_value(values, PG.about) or first_value(values, PG.nameOf) or first_value(values, PG.attributeOf)
    return snapshot.label(about or iri)


def _graph_dates(snapshot: GraphSnapshot) -> Iterator[Conflict]:
    """One record to which two sources give dates that cannot be the same."""
    classes = (PG.Name, PG.LifecycleEvent, PG.ChangeEvent, PG.Attribute)
    for records in (snapshot.relationships, *map(snapshot.reader.described, classes)):
        for iri, values in records.items():
            for name in ("start", "end", "date"):
                if len(values.get(PG[f"{name}Earliest"], ())) > 1 and _is_dated_differently(snapshot, iri, name):
                    yield from _by_graph(snapshot, "date", iri, PG[name], name, _DATE_QUESTIONS[name], values)


def _is_dated_differently(snapshot: GraphSnapshot, iri: str, name: str) -> bool:
    """Whether two graphs state dates of a record that cannot be the same."""
    rows = snapshot.reader.rows(
        f"SELECT ?g ?x ?y {{ GRAPH ?g {{ <{iri}> <{PG[f'{name}Earliest']}> ?x ; <{PG[f'{name}Latest']}> ?y }} }}"
    )
    bounds = {str(row["g"]): (str(row["x"]), str(row["y"])) for row in rows}
    return any(are_disjoint(a, b) for a, b in combinations(bounds.values(), 2))


_DATE_QUESTIONS = {"start": "when it began", "end": "when it ended", "date": "when it happened"}


def _event_dates(snapshot: GraphSnapshot) -> Iterator[Conflict]:
    """Two records of one event of one body, with other dates."""
    events: dict[tuple[str, ...], list[tuple[str, Values]]] = {}
    for iri, values in snapshot.reader.described(PG.LifecycleEvent).items():
        kind = first_code(values, PG.kind) or ""
        if kind in ("start", "end") and values.get(PG.about):
            events.setdefault((kind, values[PG.about][0]), []).append((iri, values))
    for iri, values in snapshot.reader.described(PG.ChangeEvent).items():
        before, after = (values.get(p, []) for p in (ORG.originalOrganization, ORG.resultingOrganization))
        key = (first_code(values, PG.kind) or "", (after or before or [iri])[0], *before, *after)
        events.setdefault(key, []).append((iri, values))
    for (kind, about, *_), records in sorted(events.items()):
        for _, sides in _disjoint_dates(snapshot, "date", records):
            question = f"{concept_of(kind).label.lower()}: when"
            yield Conflict("date", about, snapshot.label(about), question, False, sides)


def _disjoint_dates(
    snapshot: GraphSnapshot, name: str, records: list[tuple[str, Values]]
) -> Iterator[tuple[Values, tuple[ConflictSide, ConflictSide]]]:
    """Pairs of records whose dates of this name cannot be the same: the values of the first, and both as sides."""
    for (iri, values), (other, other_values) in combinations(records, 2):
        if are_disjoint(date_bounds(values, name), date_bounds(other_values, name)):
            yield (
                values,
                (
                    _side(snapshot, _stated_date(values, name), iri, values),
                    _side(snapshot, _stated_date(other_values, name), other, other_values),
                ),
            )


def _stated_date(values: Values, name: str) -> str:
    first, last = date_bounds(values, name) or ("", "")
    return first_value(values, PG[name]) or f"between {first} and {last}"


def _claim_dates(snapshot: GraphSnapshot) -> Iterator[Conflict]:
    """Two claims of one kind between the same parties that overlap, with other dates."""
    for a, b in claim_pairs(snapshot):
        dates = (("start", a.start_bounds, b.start_bounds), ("end", a.end_bounds, b.end_bounds))
        for name, own, theirs in dates:
            if are_disjoint(own, theirs):
                sides = (_claim_side(snapshot, a), _claim_side(snapshot, b))
                label, question = f"{a.from_.label} and {a.to.label}", f"{a.label.lower()}: {_DATE_QUESTIONS[name]}"
                yield Conflict("date", a.iri, label, question, False, sides)


def _name_dates(snapshot: GraphSnapshot) -> Iterator[Conflict]:
    """Two records of one name of one body, with other dates."""
    names: dict[tuple[str, str], list[tuple[str, Values]]] = {}
    for iri, values in snapshot.reader.described(PG.Name).items():
        key = (first_value(values, PG.nameOf) or "", fold_name(first_value(values, SKOSXL.literalForm) or ""))
        names.setdefault(key, []).append((iri, values))
    for (organisation, _), records in sorted(names.items()):
        for name in ("start", "end"):
            for values, sides in _disjoint_dates(snapshot, name, records):
                question = f"the name “{first_value(values, SKOSXL.literalForm)}”: {_DATE_QUESTIONS[name]}"
                yield Conflict("date", organisation, snapshot.label(organisation), question, False, sides)


def _organisations(snapshot: GraphSnapshot) -> Iterator[Conflict]:
    """Names of today, types, and identifiers of one organisation that do not agree."""
    identifiers, names = snapshot.reader.described(ADMS.Identifier), snapshot.reader.described(PG.Name)
    for iri, values in snapshot.reader.described(ORG.Organization).items():
        yield from _types(snapshot, iri, values)
        yield from _current_names(snapshot, iri, values, names)
        yield from _identifiers(snapshot, iri, values, identifiers)


def _current_names(snapshot: GraphSnapshot, iri: str, values: Values, names: Described) -> Iterator[Conflict]:
    current: list[tuple[str, ConflictSide]] = [
        (label, ConflictSide(label, (iri,), "accepted", snapshot.evidence_lines(values.get(PG.evidence, []))))
        for label in values.get(SKOS.prefLabel, ())
    ]
    for record in values.get(SKOSXL.altLabel, ()):
        name = names.get(record, {})
        text = first_value(name, SKOSXL.literalForm)
        if text and first_code(name, PG.nameKind) == "current" and date_bounds(name, "end") is None:
            current.append((text, _side(snapshot, text, record, name)))
    sides = {normalise_name(text): side for text, side in reversed(current)}
    if len(sides) > 1:
        ordered = tuple(sides[key] for key in dict.fromkeys(normalise_name(text) for text, _ in current))
        yield Conflict("name", iri, snapshot.label(iri), "what it is called today", False, ordered)


def _identifiers(snapshot: GraphSnapshot, iri: str, values: Values, identifiers: Described) -> Iterator[Conflict]:
    schemes: dict[str, dict[str, tuple[str, str]]] = {}  # scheme -> normal form -> record and value as stated
    for record in values.get(ADMS.identifier, ()):
        identifier = identifiers.get(record, {})
        scheme, value = first_code(identifier, PG.scheme) or "", first_value(identifier, SKOS.notation) or ""
        if scheme not in SHARED_SCHEMES:
            schemes.setdefault(scheme, {}).setdefault(normalise_identifier(scheme, value), (record, value))
    for scheme, different in sorted(schemes.items()):
        for (a, value), (b, other) in combinations(different.values(), 2):
            if snapshot.sources_of(identifiers[a]).isdisjoint(snapshot.sources_of(identifiers[b])):
                sides = (_side(snapshot, value, a, identifiers[a]), _side(snapshot, other, b, identifiers[b]))
                question = f"which {concept_of(scheme).label} is its own"
                yield Conflict("identifier", iri, snapshot.label(iri), question, False, sides)


def _types(snapshot: GraphSnapshot, iri: str, values: Values) -> Iterator[Conflict]:
    """Types by two sources that have neither a type nor a family in common."""
    if len(values.get(ORG.classification, ())) < 2:
        return
    rows = snapshot.reader.rows(
        f"SELECT DISTINCT ?g ?v {{ GRAPH ?g {{ <{iri}> <{ORG.classification}> ?v }} }} ORDER BY ?g ?v"
    )
    types: dict[str, set[str]] = {}
    for row in rows:
        types.setdefault(str(row["g"]), set()).add(last_segment(str(row["v"])))
    families = {graph: {concept_of(code).broader or code for code in codes} for graph, codes in types.items()}
    for graph, other in combinations(sorted(types), 2):
        if types[graph].isdisjoint(types[other]) and families[graph].isdisjoint(families[other]):
            sides = tuple(
                _side(snapshot, ", ".join(sorted(types[g])), iri, values, _evidence_in_graph(snapshot, iri, g, "type"))
                for g in (graph, other)
            )
            yield Conflict("type", iri, snapshot.label(iri), "what sort of body it is", False, sides)


def _attribute_values(snapshot: GraphSnapshot) -> Iterator[Conflict]:
    """Attributes of one body to which different sources give different values for one time."""
    attributes: dict[tuple[str, str], list[tuple[str, Values]]] = {}
    for iri, values in snapshot.reader.described(PG.Attribute).items():
        key = (first_value(values, PG.attributeOf) or "", first_code(values, PG.property) or "")
        attributes.setdefault(key, []).append((iri, values))
    for (body, kind), records in sorted(attributes.items()):
        for (iri, a), (other, b) in combinations(records, 2):
            value, other_value = first_value(a, PG.value) or "", first_value(b, PG.value) or ""
            successive = any(is_followed(date_bounds(x, "end"), date_bounds(y, "start")) for x, y in ((a, b), (b, a)))
            if _agree(value, other_value) or successive:
                continue
            if snapshot.sources_of(a).isdisjoint(snapshot.sources_of(b)):
                sides = (_side(snapshot, value, iri, a), _side(snapshot, other_value, other, b))
                question = concept_of(kind).label.lower()
                yield Conflict("value", body, snapshot.label(body), question, False, sides)


def _agree(value: str, other: str) -> bool:
    """Whether two values say the same, one perhaps at greater length, or are nearly the same point."""
    points = [re.fullmatch(r"(-?\d+\.?\d*), *(-?\d+\.?\d*)", text) for text in (value, other)]
    if points[0] and points[1]:
        degrees = zip(points[0].groups(), points[1].groups(), strict=True)
        return all(abs(float(a) - float(b)) <= MAX_POINT_DIFFERENCE for a, b in degrees)
    words, others = ({*fold_name(text.replace(",", " ")).split()} for text in (value, other))
    return words <= others or others <= words


def _places(snapshot: GraphSnapshot) -> Iterator[Conflict]:
    """Two towns of one body by different sources, or a headquarters in another town than it is placed in."""
    places = snapshot.reader.described(DCTERMS.Location)
    towns = {iri for iri, values in places.items() if first_code(values, DCTERMS.type) in ("city", "town")}
    located: dict[str, list[Claim]] = {}
    for claim in snapshot.stated_claims.values():
        if claim.kind == "location" and claim.to.iri in towns and is_in_effect(claim):
            located.setdefault(claim.from_.iri, []).append(claim)
    for body, claims in sorted(located.items()):
        for a, b in combinations(claims, 2):
            if a.to != b.to and may_overlap(a, b) and _rest_on_different_sources(snapshot, a, b):
                yield _claim_conflict(snapshot, "place", body, "where it is", a, b)
    for iri, values in snapshot.reader.described(PG.Attribute).items():
        body = first_value(values, PG.attributeOf) or ""
        if first_code(values, PG.property) == "headquarters" and body in located:
            address = first_value(values, PG.value) or ""
            if not any(fold_name(claim.to.label) in fold_name(address) for claim in located[body]):
                claim_sides = (_claim_side(snapshot, claim) for claim in located[body])
                sides = (_side(snapshot, address, iri, values), *claim_sides)
                yield Conflict("place", body, snapshot.label(body), "where it is", False, sides)


_FINDERS = (
    *(_leaders, _counts, _graph_dates, _event_dates, _claim_dates, _name_dates),
    *(_organisations, _attribute_values, _places),
)
