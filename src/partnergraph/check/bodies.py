"""Bodies that were recorded in another way than their sources mean: a renamed one as two, a group counted too small."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product

from partnergraph.check.graph_values import GraphValues
from partnergraph.errors import Finding
from partnergraph.vocabulary import ADMS, CODE, ORG, PG, SKOS, SKOSXL

Located = tuple[Finding, str | None]

_RENAMED = re.compile(
    r"\b(?:re-?nam(?:e|es|ed|ing)|re-?brand(?:s|ed|ing)?|chang(?:e|es|ed|ing) (?:of|its|the) name|new name|"
    r"now (?:called|known as)|formerly (?:called|known as)|previously known as)\b",
    re.I,
)


def validate(values: GraphValues) -> Iterator[Located]:
    """Each such event or group, and the column of the tables where its cause stands."""
    yield from _renamings(values)
    yield from _small_counts(values)


def _renamings(values: GraphValues) -> Iterator[Located]:
    for events, before, after in [*_changes(values), *_ends_and_starts(values)]:
        if values.settled.isdisjoint(events) and _same_body(values, events, before, after):
            names = f"{values.label(before)} and {values.label(after)}"
            message = f"{names} look like one body that changed its name, recorded as the end of one and the start "
            message += "of another."
            fix = "Keep one body, write the old name into names as former and an event of the kind rename; "
            fix += "or accept the change in standing, with a note why they are two."
            yield Finding("renaming-as-two", "warning", message, None, None, fix, events[0]), "kind"


def _changes(values: GraphValues) -> Iterator[tuple[list[str], str, str]]:
    """Changes from one body to one other: the event and the two bodies."""
    for event, before in sorted(values.all(ORG.originalOrganization).items()):
        after = values.of(event, ORG.resultingOrganization)
        if len(before) == len(after) == 1 and before != after and values.kind(event) not in ("merger", "split"):
            yield [event], before[0], after[0]


def _ends_and_starts(values: GraphValues) -> Iterator[tuple[list[str], str, str]]:
    """The end of a body of which no change tells, and each start of another one on that date or the day after."""
    starts: dict[str, list[str]] = {}
    for event in values.pointing(PG.kind, CODE.start):
        starts.setdefault(values.date(event), []).append(event)
    for event in values.pointing(PG.kind, CODE.end):
        for start in (*starts.get(values.date(event), ()), *starts.get(_day_after(values, event), ())):
            for body, other in product(values.of(event, PG.about), values.of(start, PG.about)):
                if values.of(body, ORG.classification) and not values.pointing(ORG.originalOrganization, body):
                    yield [event, start], body, other


def _day_after(values: GraphValues, event: str) -> str:
    try:
        return (date.fromisoformat(values.date(event)) + timedelta(1)).isoformat()
    except (ValueError, OverflowError):
        return ""  # a year or a month, or no date at all


def _same_body(values: GraphValues, events: list[str], before: str, after: str) -> bool:
    """Whether names, identifiers or evidence tell that two bodies are one; no where a register keeps the two apart."""
    old, new = _identifiers(values, before), _identifiers(values, after)
    shared = old.keys() & new.keys()
    if any(old[scheme].isdisjoint(new[scheme]) for scheme in shared):
        return False
    return (
        bool(shared)
        or values.label(before).casefold() in _names(values, after)
        or values.label(after).casefold() in _names(values, before)
        or any(_RENAMED.search(text) for event in events for text in values.statements(event))
    )


def _identifiers(values: GraphValues, body: str) -> dict[str, set[str]]:
    """The identifiers of a body by scheme; websites and articles, which change freely, aside."""
    by_scheme: dict[str, set[str]] = {}
    for identifier in values.of(body, ADMS.identifier):
        scheme = values.first(identifier, PG.scheme) or ""
        if scheme and not scheme.endswith(("/website", "/wikipedia")):
            by_scheme.setdefault(scheme, set()).update(values.of(identifier, SKOS.notation))
    return by_scheme


def _names(values: GraphValues, body: str) -> set[str]:
    literals = [text for name in values.of(body, SKOSXL.altLabel) for text in values.of(name, SKOSXL.literalForm)]
    return {text.casefold() for text in literals}


def _small_counts(values: GraphValues) -> Iterator[Located]:
    """Groups of which one source names more members, as parties of the same kind of relationship, than it counts."""
    for group, counts in sorted(values.all(PG.statedCount).items()):
        is_open = "true" in values.of(group, PG.listIsOpen)
        if group in values.settled or is_open or not counts[0].isdecimal():
            continue
        for claim in filter(values.is_claim, values.pointing(PG["from"], group)):
            members = _named_members(values, group, claim)
            if members and len(members) > int(counts[0]):
                names = ", ".join(sorted(map(values.label, members)))
                message = f"The source counts {counts[0]}, and names {len(members)}: {names}."
                fix = "Mend the count, or the types or the dates of what is named."
                yield Finding("count-below-members", "warning", message, None, counts[0], fix, group), "count"
                break


def _named_members(values: GraphValues, group: str, claim: str) -> set[str]:
    """The bodies of the type that a group counts, with a claim like this one from the same source and time."""
    kind, sources = values.first(claim, PG.kind), values.sources(claim)
    types, members = set(values.of(group, PG.memberType)), set[str]()
    for whole in values.of(claim, PG.to):
        for other in filter(values.is_claim, values.pointing(PG.to, whole)):
            comparable = values.first(other, PG.kind) == kind and values.sources(other) & sources
            if comparable and not _disjoint_times(values, claim, other):
                bodies = values.of(other, PG["from"])
                members |= {body for body in bodies if types.intersection(values.of(body, ORG.classification))}
    return members


def _disjoint_times(values: GraphValues, claim: str, other: str) -> bool:
    """Whether two claims surely did not hold at one time."""
    for first, second in ((claim, other), (other, claim)):
        until, since = values.first(first, PG.validUntilLatest), values.first(second, PG.validFromEarliest)
        if until is not None and since is not None and until < since:
            return True
    return False
