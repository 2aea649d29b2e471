"""Where sources or records disagree: both sides with their evidence and standing. Nothing is decided, both are kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from partnergraph.match.duplicates import claim_pairs
from partnergraph.match.graph_snapshot import (
    SHARED,
    EvidenceLine,
    GraphSnapshot,
    Period,
    StatedRelationship,
    Values,
    are_disjoint,
    code_of,
    date_bounds,
    first_value,
    normalise_identifier,
)
from partnergraph.match.normalise import normalise_name
from partnergraph.store import Reader
from partnergraph.store.name_index import fold_name
from partnergraph.vocabulary import ADMS, DCTERMS, ORG, PG, SKOS, SKOSXL

__all__ = ["Conflict", "ConflictSide", "conflicts"]

# Degrees by which two points may differ and be one.
NEAR = 0.02


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
    told = GraphSnapshot(reader)
    found = list(_marked(told))
    known = {frozenset(record for side in one.sides for record in side.records) for one in found}
    for finder in (_leaders, _counts, _graph_dates, _event_dates, _claim_dates, _name_dates, _bodies, _values, _places):
        for one in finder(told):
            records = frozenset(record for side in one.sides for record in side.records)
            if one.sort not in ("leader", "count") or records not in known:
                found.append(one)
    unique = {(one.sort, one.about, one.question, one.sides): one for one in found}
    return sorted(unique.values(), key=lambda one: (not one.marked, one.sort, one.about, one.question, str(one.sides)))


def _side(told: GraphSnapshot, says: str, iri: str, values: Values, evidence: list[str] | None = None) -> ConflictSide:
    proofs = values.get(PG.evidence, []) if evidence is None else evidence
    return ConflictSide(says, (iri,), code_of(first_value(values, PG.standing)) or "accepted", told.proofs(proofs))


def _claim(told: GraphSnapshot, claim: StatedRelationship) -> ConflictSide:
    return ConflictSide(claim.sentence, (claim.iri,), claim.standing, told.proofs(claim.evidence))


def _by_source(told: GraphSnapshot, values: Values) -> dict[str, list[str]]:
    """The evidence of a record by its source."""
    found: dict[str, list[str]] = {}
    for proof in values.get(PG.evidence, ()):
        found.setdefault(told.source_of(proof), []).append(proof)
    return found


def _sources(told: GraphSnapshot, values: Values) -> set[str]:
    return set(_by_source(told, values))


def _marked(told: GraphSnapshot) -> Iterator[Conflict]:
    """What an editor marked as contradicting, or as disputed with evidence against it."""
    rows = told.reader.rows(f"SELECT DISTINCT ?a ?b {{ ?a <{PG.contradicts}> ?b }}")
    pairs = sorted({(min(a, b), max(a, b)) for a, b in ((str(row["a"]), str(row["b"])) for row in rows)})
    contradicted = {iri for pair in pairs for iri in pair}
    for pair in pairs:
        claims = [told.claims.get(iri) for iri in pair]
        sides = tuple(_any(told, iri) for iri in pair)
        notes = dict.fromkeys(note for iri in pair for note in _notes(told, iri))
        sort, about = "statement", pair[0]
        if claims[0] and claims[1]:
            ends = {claims[0].from_, claims[0].to} & {claims[1].from_, claims[1].to}
            about = min(ends, default=claims[0].to)
            kinds = {claim.kind for claim in claims if claim}
            counted = all(told.groups.get(claim.from_, {}).get(PG.statedCount) for claim in claims if claim)
            sort = "leader" if kinds == {"leadership"} else "count" if counted else "statement"
        question = {"leader": "who leads it", "count": "how many"}.get(sort, "what is the case")
        yield Conflict(sort, about, told.label(about), question, True, sides, " ".join(notes) or None)
    rows = told.reader.rows(f"SELECT DISTINCT ?a ?e {{ ?a <{PG.counterEvidence}> ?e }}")
    against: dict[str, list[str]] = {}
    for row in rows:
        against.setdefault(str(row["a"]), []).append(str(row["e"]))
    for iri, proofs in against.items():
        if iri not in contradicted:
            sides = (_any(told, iri), ConflictSide("evidence against it", (iri,), "", told.proofs(proofs)))
            note = " ".join(_notes(told, iri)) or None
            yield Conflict("statement", iri, told.label(iri), "whether it is so", True, sides, note)


def _any(told: GraphSnapshot, iri: str) -> ConflictSide:
    if iri in told.claims:
        return _claim(told, told.claims[iri])
    rows = told.reader.rows(f"SELECT DISTINCT ?p ?o {{ <{iri}> ?p ?o }}")
    values: Values = {}
    for row in rows:
        values.setdefault(str(row["p"]), []).append(str(row["o"]))
    said = first_value(values, SKOSXL.literalForm) or first_value(values, PG.value) or told.label(iri)
    return _side(told, said, iri, values)


def _notes(told: GraphSnapshot, iri: str) -> list[str]:
    rows = told.reader.rows(f"SELECT DISTINCT ?n {{ <{iri}> <{PG.standingNote}> ?n }} ORDER BY ?n")
    return [str(row["n"]) for row in rows]


def _leaders(told: GraphSnapshot) -> Iterator[Conflict]:
    """Different sources that each name another leader for one time."""
    led: dict[str, list[StatedRelationship]] = {}
    for claim in told.claims.values():
        if claim.kind == "leadership" and claim.counts:
            led.setdefault(claim.to, []).append(claim)
    for to, claims in led.items():
        for a, b in combinations(claims, 2):
            if a.from_ != b.from_ and a.overlaps(b) and _disjoint(told, a, b):
                yield Conflict("leader", to, told.label(to), "who leads it", False, (_claim(told, a), _claim(told, b)))


def _disjoint(told: GraphSnapshot, a: StatedRelationship, b: StatedRelationship) -> bool:
    """Whether no source says both."""
    one, other = (_sources(told, told.relationships[claim.iri]) for claim in (a, b))
    return not one & other


def _counts(told: GraphSnapshot) -> Iterator[Conflict]:
    """Groups of one sort of members of one body, counted differently."""
    belongs: dict[tuple[str, str, str], list[StatedRelationship]] = {}
    for claim in told.claims.values():
        group = told.groups.get(claim.from_, {})
        if group.get(PG.statedCount) and claim.counts:
            belongs.setdefault((claim.kind, claim.to, code_of(first_value(group, PG.memberType))), []).append(claim)
    for (_, to, sort), claims in belongs.items():
        for a, b in combinations(claims, 2):
            counts = [told.groups[claim.from_][PG.statedCount] for claim in (a, b)]
            if counts[0] != counts[1] and a.overlaps(b) and _disjoint(told, a, b):
                question = f"how many ({told.term(sort).lower()})"
                yield Conflict("count", to, told.label(to), question, False, (_claim(told, a), _claim(told, b)))
    for iri, values in told.undertakings.items():
        if len(values.get(PG.countAsStated, ())) > 1:
            yield from _in_graphs(told, "count", iri, PG.countAsStated, "count_as_stated", "how many", values)


def _in_graphs(
    told: GraphSnapshot, sort: str, iri: str, predicate: str, column: str, question: str, values: Values
) -> Iterator[Conflict]:
    """One record of which two sources state different values."""
    rows = told.reader.rows(f"SELECT DISTINCT ?g ?v {{ GRAPH ?g {{ <{iri}> <{predicate}> ?v }} }} ORDER BY ?v ?g")
    sides: dict[str, list[str]] = {}
    for row in rows:
        sides.setdefault(str(row["v"]), []).extend(_proofs_in(told, iri, str(row["g"]), column))
    shown = tuple(_side(told, value, iri, values, proofs) for value, proofs in sides.items())
    if len(shown) > 1:
        yield Conflict(sort, iri, _title(told, iri, values), question, False, shown)


def _proofs_in(told: GraphSnapshot, iri: str, graph: str, column: str) -> list[str]:
    """The evidence in one graph that supports a column of a record."""
    rows = told.reader.rows(f"SELECT ?e {{ GRAPH <{graph}> {{ <{iri}> <{PG.evidence}> ?e }} }}")
    limits = [str(row["l"]) for row in told.reader.rows(f"SELECT DISTINCT ?l {{ <{iri}> <{PG.supportLimit}> ?l }}")]
    limited: dict[str, set[str]] = {}
    for limit in limits:
        if match := re.match(r"(\S+) \[([^]]*)\]", limit):
            limited.setdefault(match[1], set()).update(re.split(r", *", match[2]))
    proofs = [str(row["e"]) for row in rows]
    return [proof for proof in proofs if column in limited.get(told.proof(proof).id, {column})]


def _title(told: GraphSnapshot, iri: str, values: Values) -> str:
    if iri in told.claims:
        return told.claims[iri].sentence
    about = first_value(values, PG.about) or first_value(values, PG.nameOf) or first_value(values, PG.attributeOf)
    return told.label(about) if about else told.label(iri)


def _graph_dates(told: GraphSnapshot) -> Iterator[Conflict]:
    """One record to which two sources give dates that cannot be the same."""
    for records in (told.relationships, told.names, told.lifecycles, told.change_events, told.attributes):
        for iri, values in records.items():
            for name in ("start", "end", "date"):
                days = values.get(PG[f"{name}Earliest"], ())
                if len(days) < 2:
                    continue
                rows = told.reader.rows(
                    f"SELECT ?g ?x ?y {{ GRAPH ?g {{ <{iri}> <{PG[f'{name}Earliest']}> ?x ; "
                    f"<{PG[f'{name}Latest']}> ?y }} }}"
                )
                periods = {str(row["g"]): (str(row["x"]), str(row["y"])) for row in rows}
                if any(are_disjoint(one, other) for one, other in combinations(periods.values(), 2)):
                    yield from _in_graphs(told, "date", iri, PG[name], name, _WHEN[name], values)


_WHEN = {"start": "when it began", "end": "when it ended", "date": "when it happened"}


def _event_dates(told: GraphSnapshot) -> Iterator[Conflict]:
    """Two records of one event of one body, with other dates."""
    same: dict[tuple[str, ...], list[tuple[str, Values]]] = {}
    for iri, values in told.lifecycles.items():
        kind = code_of(first_value(values, PG.kind))
        if kind in ("start", "end") and values.get(PG.about):
            same.setdefault((kind, values[PG.about][0]), []).append((iri, values))
    for iri, values in told.change_events.items():
        before, after = (values.get(p, []) for p in (ORG.originalOrganization, ORG.resultingOrganization))
        same.setdefault(
            (code_of(first_value(values, PG.kind)), (after or before or [iri])[0], *before, *after), []
        ).append((iri, values))
    for (kind, about, *_), records in sorted(same.items()):
        for (one, a), (other, b) in combinations(records, 2):
            if are_disjoint(date_bounds(a, "date"), date_bounds(b, "date")):
                sides = (_side(told, _date(a, "date"), one, a), _side(told, _date(b, "date"), other, b))
                yield Conflict("date", about, told.label(about), f"{told.term(kind).lower()}: when", False, sides)


def _date(values: Values, name: str) -> str:
    days: Period = date_bounds(values, name)
    return first_value(values, PG[name]) or f"between {days[0]} and {days[1]}"


def _claim_dates(told: GraphSnapshot) -> Iterator[Conflict]:
    """Two claims of one kind between the same parties that overlap, with other dates."""
    for a, b in claim_pairs(told):
        for name, one, other in (("start", a.start, b.start), ("end", a.end, b.end)):
            if are_disjoint(one, other):
                sides = (_claim(told, a), _claim(told, b))
                label = f"{told.label(a.from_)} and {told.label(a.to)}"
                yield Conflict("date", a.iri, label, f"{told.term(a.kind).lower()}: {_WHEN[name]}", False, sides)


def _name_dates(told: GraphSnapshot) -> Iterator[Conflict]:
    """Two records of one name of one body, with other dates."""
    same: dict[tuple[str, str], list[tuple[str, Values]]] = {}
    for iri, values in told.names.items():
        same.setdefault(
            (first_value(values, PG.nameOf) or "", fold_name(first_value(values, SKOSXL.literalForm) or "")), []
        ).append((iri, values))
    for (body, _), records in sorted(same.items()):
        for (one, a), (other, b) in combinations(records, 2):
            for name in ("start", "end"):
                if are_disjoint(date_bounds(a, name), date_bounds(b, name)):
                    sides = (_side(told, _date(a, name), one, a), _side(told, _date(b, name), other, b))
                    question = f"the name “{first_value(a, SKOSXL.literalForm)}”: {_WHEN[name]}"
                    yield Conflict("date", body, told.label(body), question, False, sides)


def _bodies(told: GraphSnapshot) -> Iterator[Conflict]:
    """Names of today, types, and identifiers of one body that do not agree."""
    identifiers = told.reader.described(ADMS.Identifier)
    for iri, values in told.organisations.items():
        yield from _types(told, iri, values)
        current: list[tuple[str, ConflictSide]] = [
            (label, ConflictSide(label, (iri,), "accepted", told.proofs(values.get(PG.evidence, []))))
            for label in values.get(SKOS.prefLabel, ())
        ]
        for name in values.get(SKOSXL.altLabel, ()):
            said = told.names.get(name, {})
            text = first_value(said, SKOSXL.literalForm)
            if text and code_of(first_value(said, PG.nameKind)) == "current" and not date_bounds(said, "end")[0]:
                current.append((text, _side(told, text, name, said)))
        by_form = {normalise_name(text): side for text, side in reversed(current)}
        if len(by_form) > 1:
            sides = tuple(by_form[key] for key in dict.fromkeys(normalise_name(text) for text, _ in current))
            yield Conflict("name", iri, told.label(iri), "what it is called today", False, sides)
        schemes: dict[str, dict[str, tuple[str, str]]] = {}
        for one in values.get(ADMS.identifier, ()):
            said = identifiers.get(one, {})
            scheme, value = code_of(first_value(said, PG.scheme)), first_value(said, SKOS.notation) or ""
            if scheme not in SHARED:
                schemes.setdefault(scheme, {}).setdefault(normalise_identifier(scheme, value), (one, value))
        for scheme, found in sorted(schemes.items()):
            for (a, one), (b, other) in combinations(found.values(), 2):
                if not _sources(told, identifiers[a]) & _sources(told, identifiers[b]):
                    sides = (_side(told, one, a, identifiers[a]), _side(told, other, b, identifiers[b]))
                    question = f"which {told.term(scheme)} is its own"
                    yield Conflict("identifier", iri, told.label(iri), question, False, sides)


def _types(told: GraphSnapshot, iri: str, values: Values) -> Iterator[Conflict]:
    if len(values.get(ORG.classification, ())) < 2:
        return
    rows = told.reader.rows(
        f"SELECT DISTINCT ?g ?v {{ GRAPH ?g {{ <{iri}> <{ORG.classification}> ?v }} }} ORDER BY ?g ?v"
    )
    graphs: dict[str, set[str]] = {}
    for row in rows:
        graphs.setdefault(str(row["g"]), set()).add(code_of(str(row["v"])))
    for one, other in combinations(sorted(graphs), 2):
        families = [{_family(told, name) for name in graphs[graph]} for graph in (one, other)]
        if not graphs[one] & graphs[other] and not families[0] & families[1]:
            sides = tuple(
                _side(told, ", ".join(sorted(graphs[graph])), iri, values, _proofs_in(told, iri, graph, "type"))
                for graph in (one, other)
            )
            yield Conflict("type", iri, told.label(iri), "what sort of body it is", False, sides)


def _family(told: GraphSnapshot, name: str) -> str:
    found = told.concepts.get(name)
    return (found.broader if found else None) or name


def _values(told: GraphSnapshot) -> Iterator[Conflict]:
    """Attributes of one body to which different sources give different values for one time."""
    same: dict[tuple[str, str], list[tuple[str, Values]]] = {}
    for iri, values in told.attributes.items():
        same.setdefault(
            (first_value(values, PG.attributeOf) or "", code_of(first_value(values, PG.property))), []
        ).append((iri, values))
    for (body, kind), records in sorted(same.items()):
        for (one, a), (other, b) in combinations(records, 2):
            said, theirs = first_value(a, PG.value) or "", first_value(b, PG.value) or ""
            later = any(
                date_bounds(x, "end")[0]
                and date_bounds(y, "start")[1]
                and date_bounds(x, "end")[0] <= date_bounds(y, "start")[1]
                for x, y in ((a, b), (b, a))
            )
            if not _agree(said, theirs) and not later and not _sources(told, a) & _sources(told, b):
                sides = (_side(told, said, one, a), _side(told, theirs, other, b))
                yield Conflict("value", body, told.label(body), told.term(kind).lower(), False, sides)


def _agree(one: str, other: str) -> bool:
    """Whether two values say the same, one perhaps at greater length, or are nearly the same point."""
    numbers = [re.fullmatch(r"(-?\d+\.?\d*), *(-?\d+\.?\d*)", value) for value in (one, other)]
    if numbers[0] and numbers[1]:
        degrees = zip(numbers[0].groups(), numbers[1].groups(), strict=True)
        return all(abs(float(a) - float(b)) <= NEAR for a, b in degrees)
    words, theirs = ({*fold_name(value.replace(",", " ")).split()} for value in (one, other))
    return words <= theirs or theirs <= words


def _places(told: GraphSnapshot) -> Iterator[Conflict]:
    """Two towns of one body by different sources, or a headquarters in another town than it is placed in."""
    towns = {
        iri for iri, values in told.places.items() if code_of(first_value(values, DCTERMS.type)) in ("city", "town")
    }
    located: dict[str, list[StatedRelationship]] = {}
    for claim in told.claims.values():
        if claim.kind == "location" and claim.to in towns and claim.counts:
            located.setdefault(claim.from_, []).append(claim)
    for body, claims in sorted(located.items()):
        for a, b in combinations(claims, 2):
            if a.to != b.to and a.overlaps(b) and _disjoint(told, a, b):
                yield Conflict(
                    "place", body, told.label(body), "where it is", False, (_claim(told, a), _claim(told, b))
                )
    for iri, values in told.attributes.items():
        body = first_value(values, PG.attributeOf) or ""
        if code_of(first_value(values, PG.property)) == "headquarters" and body in located:
            said = first_value(values, PG.value) or ""
            if not any(fold_name(told.label(claim.to)) in fold_name(said) for claim in located[body]):
                sides = (_side(told, said, iri, values), *(_claim(told, claim) for claim in located[body]))
                yield Conflict("place", body, told.label(body), "where it is", False, sides)
