"""What a headline says about a network: partners of its focus and their status, disputes, endings, size, parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import networkx as nx

    Network: TypeAlias = nx.MultiDiGraph[str]

Plain = Mapping[str, Any]
Bounds: TypeAlias = tuple[str | None, str | None]
# Codes of kinds that a headline names.
MEMBERSHIP, SUCCESSION = "membership", "succession"
UNCOUNTED = ("disputed", "superseded", "retracted")  # standings
SORT_NOUNS = {"organisation": "organisation", "group": "group", "undertaking": "programme", "place": "place"}
QUIET_YEARS = 2  # so many years after the last confirmation of anything, a headline says so
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_LAST_DAY = "9999-12-31"


def bounds(value: object) -> Bounds:
    """The earliest and the latest day of a date; None where it is open or no day."""
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        return None, None
    earliest, latest = (day if isinstance(day, str) and _DAY.fullmatch(day) else None for day in value)
    return earliest, latest


def next_day(day: str) -> str:
    """The day after a day.

    >>> next_day("2020-08-31"), next_day("9999-12-31")
    ('2020-09-01', '9999-12-31')
    """
    try:
        return (date.fromisoformat(day) + timedelta(days=1)).isoformat() if day < _LAST_DAY else _LAST_DAY
    except ValueError:
        return day


def status(start: Bounds, end: Bounds, first: str, last: str) -> str:
    """What a claim is in the time from the day `first` to the day `last`: ``current``, ``ended``, ``ahead`` or ``not
    known``; the rule of `statusOf` in `templates/status.js`.

    >>> status((None, None), ("2019-01-01", "2019-12-31"), "2020-05-01", "2020-05-01")
    'ended'
    """
    (begins, begun), (lasts, over) = start, end
    if over and over < first:
        return "ended"
    if begins and begins > last:
        return "ahead"
    if begins and over and begins > over:
        return "ended"
    return "current" if begun and lasts and begun <= last and lasts >= first else "not known"


@dataclass(frozen=True)
class Tie:
    """A counted claim between the focus and another body, or between two bodies, with its effective dates."""

    key: str
    start: Bounds
    end: Bounds
    confirmed: str | None

    def can_overlap(self, other: Tie) -> bool:
        """Whether both can have held at one time."""
        return all(
            not (one.end[1] and two.start[0] and one.end[1] < two.start[0])
            for one, two in ((self, other), (other, self))
        )


@dataclass
class Neighbourhood:
    """The bodies around a focus, each with the claims that join it: its members, its partners, the partnerships that it
    is a member of (`hubs`), and their other members (`fellows`). What is only inferred or disputed is not among them;
    `inferred` are the bodies that only inference joins to the focus or to its partnerships.
    """

    members: dict[str, list[Tie]] = field(default_factory=dict)
    partners: dict[str, list[Tie]] = field(default_factory=dict)
    hubs: dict[str, list[Tie]] = field(default_factory=dict)
    fellows: dict[str, list[Tie]] = field(default_factory=dict)
    inferred: dict[str, list[Tie]] = field(default_factory=dict)

    def direct(self) -> dict[str, list[Tie]]:
        """Members, partners and hubs."""
        return {**self.members, **self.partners, **self.hubs}


def sort_of(network: Network, node: str) -> str:
    """The sort of a body: organisation, group, undertaking or place."""
    return str(network.nodes[node].get("sort") or "organisation")


def is_counted(network: Network, data: Plain) -> bool:
    """Whether a claim makes partners of its parties: of such a kind, stated and accepted, not derived."""
    kind = network.graph.get("kinds", {}).get(str(data.get("kind", "")), {})
    return kind.get("partners", True) and data.get("standing") not in UNCOUNTED and not data.get("derived")


def tie(key: str, data: Plain) -> Tie:
    """A claim's key and dates."""
    start, end = data.get("valid_from", data.get("start_bounds")), data.get("valid_until", data.get("end_bounds"))
    return Tie(
        str(key), bounds(start), bounds(end), str(data["last_confirmed"]) if data.get("last_confirmed") else None
    )


def is_over(data: Plain, days: tuple[str, str]) -> bool:
    """Whether a claim has ended by some days, its first and last."""
    dates = tie("", data)
    return status(dates.start, dates.end, *days) == "ended"


def claims_around(network: Network, node: str) -> Iterator[tuple[str, bool, str, Plain]]:
    """Each claim of a body: the other body, whether it goes out from this one, its key and its attributes."""
    for _, other, key, data in network.out_edges(node, keys=True, data=True):
        if other != node:
            yield other, True, key, data
    for other, _, key, data in network.in_edges(node, keys=True, data=True):
        if other != node:
            yield other, False, key, data


def neighbourhood(network: Network, focus: str) -> Neighbourhood:
    """The bodies around a focus; see `Neighbourhood`."""
    around = Neighbourhood()
    own = {focus}  # and what it is part of, its parts, its predecessors and successors: no partners
    for other, outward, key, data in claims_around(network, focus):
        if not is_counted(network, data):
            if data.get("standing") not in UNCOUNTED:
                own.add(other)
        elif sort_of(network, other) in ("organisation", "group"):
            is_membership = data.get("kind") == MEMBERSHIP
            if data.get("inferred"):
                part = around.inferred
            elif is_membership and outward and sort_of(network, other) == "organisation":
                part = around.hubs
            else:
                part = around.members if is_membership and not outward else around.partners
            part.setdefault(other, []).append(tie(key, data))
    for joined in around.members, around.hubs:
        around.partners = {body: ties for body, ties in around.partners.items() if body not in joined}
    around.inferred = {body: ties for body, ties in around.inferred.items() if body not in around.direct()}
    _add_fellows(network, around, {*own, *around.direct(), *around.inferred})
    return around


def _add_fellows(network: Network, around: Neighbourhood, known: set[str]) -> None:
    """Add the other members of the hubs whose membership can have overlapped with that of the focus (in place)."""
    inferred: dict[str, list[Tie]] = {}
    for hub, hub_ties in around.hubs.items():
        for other, outward, key, data in claims_around(network, hub):
            if outward or other in known or data.get("kind") != MEMBERSHIP or not is_counted(network, data):
                continue
            fellow = tie(key, data)
            if sort_of(network, other) in ("organisation", "group") and any(map(fellow.can_overlap, hub_ties)):
                (inferred if data.get("inferred") else around.fellows).setdefault(other, []).append(fellow)
    around.inferred |= {body: ties for body, ties in inferred.items() if body not in around.fellows}


def beyond(network: Network, around: Neighbourhood, focus: str) -> set[str]:
    """The bodies that the partners of a focus are joined to by counted claims, without it and them."""
    known = {focus, *around.direct()}
    return {
        other
        for body in around.direct()
        for other, _, _, data in claims_around(network, body)
        if other not in known and is_counted(network, data) and not data.get("inferred")
    }


@dataclass(frozen=True)
class Ending:
    """How the focus ended: the code of the event, its days (open where not stated), and what it became."""

    code: str
    days: Bounds
    successors: tuple[str, ...] = ()  # labels
    claims: tuple[str, ...] = ()


def ending(network: Network, focus: str) -> Ending | None:
    """How the focus ended, or is to end, by events that are not disputed; None where none says so."""
    events = [
        event
        for event in network.nodes[focus].get("events") or []
        if event.get("standing", "accepted") not in UNCOUNTED
        and any(piece.get("form") != "inferred" for piece in event.get("evidence") or [{}])
    ]
    ends = [event for event in events if event.get("code") == "end" and _names(event.get("about"), focus)]
    changes = [
        event
        for event in events
        if _names(event.get("before"), focus) and event.get("after") and focus not in (event.get("continuing") or [])
    ]
    days = [bounds(event.get("days")) for event in ends or changes]
    first = min((day for day, _ in days if day), default=None)
    last = max((day for _, day in days if day), default=None)
    if ends:  # the change belongs to the end when both can be of one day
        changes = [event for event in changes if _can_meet(bounds(event.get("days")), (first, last))]
    if changes:
        change = min(changes, key=lambda event: (bounds(event.get("days"))[0] or _LAST_DAY, str(event.get("id"))))
        successors = [party for party in change["after"] if party.get("id") != focus]
        ids = {party.get("id") for party in successors}
        claims = tuple(
            str(key)
            for other, outward, key, data in claims_around(network, focus)
            if outward and other in ids and data.get("kind") == SUCCESSION
        )
        labels = tuple(str(party.get("label")) for party in successors)
        return Ending(str(change.get("code") or "change"), (first, last), labels, claims)
    return Ending("end", (first, last)) if ends else None


def _names(parties: object, focus: str) -> bool:
    return any(party.get("id") == focus for party in parties or [])  # type: ignore[attr-defined]


def _can_meet(one: Bounds, two: Bounds) -> bool:
    return not ((one[1] and two[0] and one[1] < two[0]) or (two[1] and one[0] and two[1] < one[0]))


def degrees(network: Network) -> dict[str, int]:
    """How many relationships each body has; one between a body and itself counts once, a succession is none."""
    numbers = dict.fromkeys(network, 0)
    for a, b, kind in network.edges(data="kind"):
        if kind == SUCCESSION:
            continue
        numbers[a] += 1
        if a != b:
            numbers[b] += 1
    return numbers


def part_sizes(network: Network) -> list[int]:
    """The numbers of bodies of the parts that no claim joins, the largest first."""
    parent = {node: node for node in network}

    def root(node: str) -> str:
        while parent[node] != node:
            parent[node] = node = parent[parent[node]]
        return node

    for a, b in network.edges():
        parent[root(a)] = root(b)
    sizes: dict[str, int] = {}
    for node in network:
        sizes[root(node)] = sizes.get(root(node), 0) + 1
    return sorted(sizes.values(), reverse=True)


def last_confirmed(network: Network) -> str | None:
    """The latest date for which a source vouches for any claim: a year, a month or a day."""
    return max((str(date) for *_, date in network.edges(data="last_confirmed") if date), default=None)


def known_days(network: Network) -> tuple[bool, tuple[str, str]]:
    """Whether the network is of a day of its own; and its first and its last day, else the last one, twice, of which it
    knows something. Nobody reads it before that, so what is over by then needs no clock.
    """
    as_of = str(network.graph.get("as_of") or "")
    if re.fullmatch(r"\d{4}(-\d\d){0,2}", as_of):
        return True, (as_of + "-01-01"[len(as_of) - 4 :], as_of + "-12-31"[len(as_of) - 4 :])
    known = last_confirmed(network) or ""
    first = known + "-01-01"[len(known) - 4 :] if re.match(r"\d{4}", known) else "0001-01-01"
    return False, (first, first)


def quiet_from(confirmed: str) -> str:
    """The day from which nothing was confirmed for years; see `QUIET_YEARS`.

    >>> quiet_from("2019"), quiet_from("2019-06")
    ('2022-01-01', '2022-01-01')
    """
    return f"{int(confirmed[:4]) + QUIET_YEARS + 1:04d}-01-01" if confirmed[:4].isdecimal() else _LAST_DAY


def disputes(network: Network, focus: str | None) -> tuple[list[str], list[str]]:
    """What disputed claims leave open, in words: of the focus first, then the shortest; and the keys of the claims."""
    edges = {str(key): (a, b, data) for a, b, key, data in network.edges(keys=True, data=True)}
    keys = sorted(key for key, (_, _, data) in edges.items() if data.get("standing") == "disputed")
    questions = {_question(network, edges, key): focus not in edges[key][:2] for key in reversed(keys)}
    return sorted(questions, key=lambda question: (questions[question], len(question), question)), keys


def _question(network: Network, edges: Mapping[str, tuple[str, str, Plain]], key: str) -> str:
    """What a disputed claim leaves open, from what it contradicts."""
    from partnergraph.grammar import with_article

    a, b, data = edges[key]
    words = str(data.get("forward") or data.get("kind") or "is connected with")
    subject, other = (with_article(str(network.nodes[node].get("label", node))) for node in (a, b))
    against = [edges[str(rival)] for rival in data.get("contradicts") or [] if str(rival) in edges]
    rivals = [(c, rival) for c, d, rival in against if rival.get("kind") == data.get("kind") and d == b]
    if data.get("via") and any(rival.get("via") not in (None, [], data["via"]) for _, rival in rivals):
        return f"through whom {subject} {words} {other}"
    if any(c != a for c, _ in rivals):
        singular = network.graph.get("kinds", {}).get(data.get("kind"), {}).get("forward")
        return f"who {singular or words} {other}"
    return f"whether {subject} {words} {other}"
