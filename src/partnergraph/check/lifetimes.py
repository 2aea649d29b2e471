"""Dates of claims that do not fit: left open although a party ended, outside the life of a party, taken from the
founding of a party, or from the end of what pays for it. All are warnings, for what was recorded may be right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from partnergraph.check.graph_values import GraphValues
from partnergraph.errors import Finding
from partnergraph.vocabulary import PG

Located = tuple[Finding, str | None]

# Kinds that tell of an occasion, or of a place: nothing that could be ended or moved to a successor.
_NOT_CONTINUING = {"location", "establishment", "engagement", "evaluation"}
_FUNDING = {"funding", "funding-channel", "funding-through"}
_FUNDING_WORDS = re.compile(r"\b(?:grants?|fund(?:s|ed|ing)?|award(?:s|ed)?|contracts?|ring-fenced)\b", re.I)
# A clause that tells of a founding, and one that tells who took part in it.
_FOUNDING = re.compile(
    r"\bfounding (?:date|year)|\b(?:founded|established|created|formed|set up|launched)\b|\bsince (?:it|its) ", re.I
)
_TAKING_PART = re.compile(
    r"\bfounding (?:member|partner|department|bod)|\bfounders?\b|\b(?:by|with|from) (?:the )?[A-Z]"
    r"|\b(?:join|member|partner|fund(?!ation)|le[ad]|host|team|part of)",
)


# A party, and the claims that can concern it: the engine looks at all, Python at these few.
_PARTY = "pg:from|pg:to|pg:via ?party"
_RECORDED = "FILTER NOT EXISTS { ?claim pg:derivedBy ?rule }"
_DATED_AND_BOUNDED = f"""SELECT DISTINCT ?claim {{
  {{ ?claim pg:startEarliest ?day }} UNION {{ ?claim pg:endEarliest ?day }}
  ?claim pg:boundedBy ?event . {_RECORDED} }} ORDER BY ?claim"""
_OPEN_AND_ENDED = f"""SELECT DISTINCT ?claim ?party {{
  ?party pg:endedWith ?event . ?claim {_PARTY} . {_RECORDED}
  FILTER NOT EXISTS {{ ?claim pg:endEarliest ?day }} }} ORDER BY ?claim ?party"""
_STARTED_LIKE_PARTY = f"""SELECT DISTINCT ?claim ?party {{
  ?claim {_PARTY} ; pg:start ?start . ?party pg:beganWith/pg:date ?began . {_RECORDED}
  FILTER(STR(?start) IN (STR(?began), SUBSTR(STR(?began), 1, 4))) }} ORDER BY ?claim ?party"""
_FUNDING_ENDS = f"""SELECT DISTINCT ?funding ?end {{
  VALUES ?kind {{ {" ".join(f"code:{kind}" for kind in sorted(_FUNDING))} }}
  {{ ?funding pg:end ?end }} UNION {{ ?event pg:about ?funding ; pg:kind code:end ; pg:date ?end }}
  ?funding pg:kind ?kind . FILTER NOT EXISTS {{ ?funding pg:derivedBy ?rule }} }} ORDER BY ?funding ?end"""


def validate(values: GraphValues) -> Iterator[Located]:
    """Each such claim, and the column of the tables where its date stands."""
    for (claim,) in _unsettled(values, _DATED_AND_BOUNDED):
        yield from _outside_life(values, claim)
    for claim, party in _unsettled(values, _OPEN_AND_ENDED):
        yield from _left_open(values, claim, party)
    for claim, party in _unsettled(values, _STARTED_LIKE_PARTY):
        yield from _founding_year(values, claim, party)
    ends = values.all(PG.end)
    for funding, end in values.rows(_FUNDING_ENDS):
        for claim in values.claims_of(values.parties(funding)):
            if claim != funding and end in ends.get(claim, ()) and values.is_claim(claim):
                yield from _end_of_funding(values, claim, funding)


def _unsettled(values: GraphValues, query: str) -> Iterator[tuple[str, ...]]:
    """The rows of a query whose first column, a claim, no editor decided about."""
    return (row for row in values.rows(query) if row[0] not in values.settled)


@dataclass(frozen=True)
class _Bound:
    """When a body began or ended: the first and the last possible day, over all events that say so, and in words."""

    earliest: str
    latest: str
    text: str


def _bound(values: GraphValues, body: str, predicate: str) -> _Bound | None:
    events = values.of(body, predicate)
    first = [day for event in events for day in values.of(event, PG.dateEarliest)]
    last = [day for event in events for day in values.of(event, PG.dateLatest)]
    if not first or not last:
        return None
    return _Bound(min(first), max(last), " or ".join(sorted({values.date(event) for event in events})))


def _outside_life(values: GraphValues, claim: str) -> Iterator[Located]:
    for party in values.parties(claim):
        name = values.label(party)
        bounds = (
            (_bound(values, party, PG.beganWith), "began", "before"),
            (_bound(values, party, PG.endedWith), "ended", "after"),
        )
        for bound, verb, side in bounds:
            for column, begins in (("start", "begins"), ("end", "ends")):
                days = values.of(claim, PG[f"{column}Earliest"]) + values.of(claim, PG[f"{column}Latest"])
                if bound is None or not days:
                    continue
                if max(days) < bound.earliest if side == "before" else min(days) > bound.latest:
                    stated = values.date(claim, column)
                    message = f"This {begins} {stated}, {side} {name} {verb} ({bound.text})."
                    fix = f"Mend one of the two dates, or name the body that was there {side} {name}."
                    yield Finding("outside-life", "warning", message, None, stated, fix, claim), column


def _left_open(values: GraphValues, claim: str, party: str) -> Iterator[Located]:
    ended = _bound(values, party, PG.endedWith)
    if ended is not None and _may_go_on(values, claim, party, ended):
        successors = values.successors(party)
        names = " or ".join(map(values.label, successors))
        move = f", or move it to {'its successor ' if len(successors) == 1 else ''}{names}" if names else ""
        message = f"{values.label(party)} ended {ended.text}; this relationship is still open."
        yield Finding("open-after-end", "warning", message, None, None, f"End it{move}.", claim), "end"


def _may_go_on(values: GraphValues, claim: str, party: str, ended: _Bound) -> bool:
    """Whether a claim reads as if it held after one of its parties had ended."""
    if values.kind(claim) in _NOT_CONTINUING:
        return False
    starts = values.of(claim, PG.startEarliest)
    if starts:
        return starts[0] <= ended.latest
    # Without any date it tells what was seen. Nothing is left open where the time of a source shows that this was
    # before the end, or where the same is recorded of a successor.
    if values.of(claim, PG.dateNote) or values.is_only_inferred(claim):
        return False
    times = [time for source in values.sources(claim) if (time := values.first(source, PG.asOfEarliest))]
    times += [time for source in values.sources(claim) if (time := values.first(source, PG.asOfLatest)) and not times]
    if times and max(times) <= ended.latest:
        return False
    return not _is_moved(values, claim, party)


def _is_moved(values: GraphValues, claim: str, party: str) -> bool:
    """Whether the other party has a relationship of the same kind with a successor of this one."""
    kind = values.first(claim, PG.kind)
    for own, other in ((PG["from"], PG.to), (PG.to, PG["from"])):
        if party in values.of(claim, own):
            for successor in values.successors(party):
                for second in values.pointing(own, successor):
                    same = values.first(second, PG.kind) == kind and values.of(second, other) == values.of(claim, other)
                    if same and values.is_claim(second):
                        return True
    return False


def _founding_year(values: GraphValues, claim: str, party: str) -> Iterator[Located]:
    start = values.date(claim, "start")
    if values.kind(claim) not in _NOT_CONTINUING and not _supports_start(values, claim, start[:4]):
        name = values.label(party)
        message = f"The start {start} is when {name} began, and nothing that the evidence says of this claim."
        fix = f"Take the start from a source, or leave it empty: the beginning of {name} bounds it anyway."
        yield Finding("founding-year", "warning", message, None, start, fix, claim), "start"


def _supports_start(values: GraphValues, claim: str, year: str) -> bool:
    """Whether what the evidence says names this year for more than the founding of a body."""
    names_year = re.compile(rf"(?<!\d){year}(?!\d)")
    for text in values.texts(claim):
        if re.search(r"\bfounding (?:member|partner|department|bod)|\bfounders?\b", text, re.I):
            return True
        for clause in re.split(r"[.;]\s", text):
            if names_year.search(clause) and (not _FOUNDING.search(clause) or _TAKING_PART.search(clause)):
                return True
    return False


def _end_of_funding(values: GraphValues, claim: str, funding: str) -> Iterator[Located]:
    """A claim that ends with a funding of a party, from the same source, though no evidence says that it ended."""
    end = values.date(claim, "end")
    if (
        values.kind(claim) not in _FUNDING | _NOT_CONTINUING
        and values.sources(claim) & _end_sources(values, funding)
        and not _says_end(values, claim, end[:4])
    ):
        message = f"The end {end} is that of another claim from this source: {values.sentence(funding)}."
        fix = "Leave the end empty, or cite what says that this relationship itself ended."
        yield Finding("end-of-funding", "warning", message, None, end, fix, claim), "end"


def _end_sources(values: GraphValues, funding: str) -> set[str]:
    """The sources of a funding and of its events."""
    return values.sources(funding).union(*(values.sources(event) for event in values.pointing(PG.about, funding)))


def _says_end(values: GraphValues, claim: str, year: str) -> bool:
    """Whether a statement of the evidence names this year for something else than money."""
    names_year = re.compile(rf"(?<!\d){year}(?!\d)")
    return any(names_year.search(text) and not _FUNDING_WORDS.search(text) for text in values.statements(claim))
