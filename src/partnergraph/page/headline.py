"""The headline of a network: two or three sentences, written from its claims, each traceable to them.

A sentence is a dict: `text`; `claims`, the keys of the edges that it rests on; and `parts`, of which the text is made:
each with its `text`, the `claims` or the `body` (a node) that it leads to, and whether it is a `detail` that a narrow
screen leaves out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from partnergraph.grammar import counted, joined, number_in_words, plural_noun, with_article
from partnergraph.page.headline_facts import (
    SORT_NOUNS,
    SUCCESSION,
    Bounds,
    Ending,
    Neighbourhood,
    Tie,
    beyond,
    claims_around,
    degrees,
    disputes,
    ending,
    known_days,
    last_confirmed,
    neighbourhood,
    next_day,
    part_sizes,
    quiet_from,
    sort_of,
    status,
)

if TYPE_CHECKING:
    import networkx as nx

    Network: TypeAlias = nx.MultiDiGraph[str]
    Graph: TypeAlias = nx.Graph[Any]

Sentence: TypeAlias = dict[str, Any]
MAX_CHARACTERS = 250  # of what a narrow screen shows: about six lines of 42
SPELT = 9  # numbers to nine are written as words
MAX_NAMED = 3  # bodies of one rank that are named
MAX_VERSIONS = 40
PARTNERSHIPS = "partnership-body"  # the family of bodies that are joined for a purpose
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@dataclass(frozen=True)
class HeadlineVersions:
    """The sentences that need no clock, and those of each time, from a day on; only those that differ from the ones
    before. No versions: what needs no clock is all there is to say.
    """

    timeless: list[Sentence]
    versions: list[tuple[str, list[Sentence]]] = field(default_factory=list)


def headline(network: Graph, day: str | None = None, focus: str | None = None) -> list[Sentence]:
    """The sentences of the headline of any `networkx` graph; see `partnergraph.network.build_network` for what its
    attributes mean.

    `focus`: the node that it is about, by default the one that the graph names. `day` (2026-04-01): as of when; without
    one, as of the day of the network, else what holds whenever it is read. Raises `UsageError` when two nodes have the
    same name as text.
    """
    from partnergraph.page.build_diagram import prepare_network

    writer = _Writer(prepare_network(network), focus)
    if day is not None:
        return writer.sentences((day, day), clock=True)
    return writer.sentences(writer.window, clock=writer.is_dated)


def headline_versions(network: Network) -> HeadlineVersions:
    """The headline of a network that is prepared for the page (see `prepare_network`), for every day on which it can
    be read: no day is before the last one of which the network itself knows. Where there would be more than
    `MAX_VERSIONS`, the headline does not say which partners go on.
    """
    writer = _Writer(network, None)
    return writer.versions() or writer.versions(statuses=False) or HeadlineVersions(writer.sentences(writer.window))


def date_in_words(days: Bounds) -> str:
    """A date between two days with its preposition, "" where neither is known.

    >>> date_in_words(("2020-08-01", "2020-08-31")), date_in_words(("2021-10-01", "2021-10-01"))
    ('in August 2020', 'on 1 October 2021')
    >>> date_in_words(("2020-01-01", "2022-12-31")), date_in_words((None, "2021-10-01"))
    ('between 2020 and 2022', 'by 1 October 2021')
    """
    earliest, latest = days
    if not (earliest and latest):
        return f"by {_day_in_words(latest)}" if latest else f"after {_day_in_words(earliest)}" if earliest else ""
    if earliest == latest:
        return f"on {_day_in_words(latest)}"
    if earliest[:7] == latest[:7] and earliest.endswith("-01") and latest[8:] >= "28":
        return f"in {_month_in_words(latest)}"
    if earliest[:4] == latest[:4]:
        whole = earliest.endswith("-01-01") and latest.endswith("-12-31")
        return f"in {latest[:4]}" if whole else f"between {_month_in_words(earliest)} and {_month_in_words(latest)}"
    return f"between {earliest[:4]} and {latest[:4]}"


def _month_in_words(day: str) -> str:
    return f"{MONTHS[(int(day[5:7]) - 1) % 12]} {day[:4]}"


def _day_in_words(day: str) -> str:
    return f"{int(day[8:])} {_month_in_words(day)}"


def _part(text: str, claims: Iterable[str] = (), body: str | None = None, *, detail: bool = False) -> Sentence:
    return {"text": text, "claims": sorted(set(claims)), "body": body, "detail": detail}


def _sentence(*parts: Sentence | str) -> Sentence:
    own = [part if isinstance(part, dict) else _part(part) for part in parts if part]
    text = "".join(part["text"] for part in own)
    own[0]["text"] = own[0]["text"][:1].upper() + own[0]["text"][1:]
    return {
        "text": text[:1].upper() + text[1:],
        "claims": sorted({key for part in own for key in part["claims"]}),
        "parts": own,
    }


def _keys(ties: Mapping[str, Sequence[Tie]]) -> list[str]:
    return [tie.key for own in ties.values() for tie in own]


class _Writer:
    """Writes the sentences of one network."""

    def __init__(self, network: Network, focus: str | None) -> None:
        self.network = network
        focus = focus or network.graph.get("focus")
        self.focus = str(focus) if focus and str(focus) in network else None
        self.around = neighbourhood(network, self.focus) if self.focus else Neighbourhood()
        self.ending = ending(network, self.focus) if self.focus else None
        self.has_kinds = bool(network.graph.get("kinds"))
        self.confirmed = last_confirmed(network)
        self.is_dated, self.window = known_days(network)
        self._disputes = disputes(network, self.focus)

    def turning_days(self) -> list[str]:
        """The days on which what the sentences say can change."""
        days = set()
        for ties in self.around.direct().values():
            for tie in ties:
                days |= {tie.start[0], tie.start[1]} | {next_day(day) for day in tie.end if day}
        if self.ending:
            days |= {next_day(day) for day in self.ending.days if day} | {self.ending.days[0]}
        days |= {quiet_from(confirmed) for confirmed in (self.confirmed, self._confirmed_around()) if confirmed}
        return sorted(day for day in days if day)

    def versions(self, *, statuses: bool = True) -> HeadlineVersions | None:
        """The sentences of all days from the last one that the network knows of; None where there are too many."""
        timeless = self.sentences(self.window, clock=self.is_dated, statuses=statuses)
        if self.is_dated:
            return HeadlineVersions(timeless)
        first = self.window[0]
        versions: list[tuple[str, list[Sentence]]] = []
        for day in [first, *(day for day in self.turning_days() if day > first)]:
            sentences = self.sentences((day, day), clock=True, statuses=statuses)
            if not versions or sentences != versions[-1][1]:
                versions.append((day, sentences))
            if len(versions) > MAX_VERSIONS:
                return None
        return HeadlineVersions(timeless, versions if versions != [(first, timeless)] else [])

    def sentences(self, window: tuple[str, str], *, clock: bool = False, statuses: bool = True) -> list[Sentence]:
        """The sentences as of a time (its first and its last day). `clock`: also what may differ after it; `statuses`:
        also which partners go on or ended.
        """
        name = self._name(self.focus, first=True) if self.focus else ""
        ended = self._ended(window, name)
        has_ended = ended is not None and self._is_over(window)
        subject = "it" if ended else name
        candidates = [  # in their order, each with its rank: the last goes first when there is no room
            (1, self._comparison()),
            (1, ended),
            (0, self._relations(subject, has_ended=has_ended) if self.focus else self._size()),
            (3, self._quiet(window)),
            (4, self._statuses(window, clock=clock) if statuses and not has_ended else None),
            (4, None if self.focus else self._best_connected()),
            (5, None if self.focus else self._parts()),
            (2, self._disputed()),
        ]
        ranked = [(rank, place, sentence) for place, (rank, sentence) in enumerate(candidates) if sentence]
        while len(ranked) > 1 and sum(_narrow_length(sentence) for *_, sentence in ranked) > MAX_CHARACTERS:
            ranked.remove(max(ranked, key=lambda entry: entry[:2]))
        return [sentence for *_, sentence in ranked]

    def _name(self, node: str, *, first: bool = False) -> str:
        return with_article(str(self.network.nodes[node].get("label", node)), first=first)

    # With a focus

    def _is_over(self, window: tuple[str, str]) -> bool:
        return self.ending is not None and (self.ending.days[1] or self.ending.days[0] or "") < window[0]

    def _ended(self, window: tuple[str, str], name: str) -> Sentence | None:
        if self.ending is None:
            return None
        when = date_in_words(self.ending.days)
        if not self._is_over(window):
            is_ahead = (self.ending.days[0] or "") > window[1]
            return _sentence(f"{name} is to end {when}." if is_ahead else f"{name} ends {when}.")
        if self.ending.successors:
            what = _part(_became(self.ending), self.ending.claims)
            return _sentence(f"{name} ", what, f" {when}." if when else ".")
        return _sentence(f"{name} ended {when}." if when else f"{name} has ended.")

    def _relations(self, subject: str, *, has_ended: bool) -> Sentence:
        """Whom the focus worked with: its members, its partners, and who else is in its partnerships."""
        around = self.around
        if not self.has_kinds and not around.hubs:
            return self._neighbours(subject)
        auxiliary = "" if has_ended else "has "
        phrases: list[list[Sentence | str]] = []
        if around.members:
            words = self._bodies_in_words(around.members, "member")
            phrases.append(["had ", _part(words, _keys(around.members))])
        if around.partners:
            words = self._bodies_in_words(around.partners, "more partner" if around.members else "partner")
            directly = " directly" if around.fellows else ""
            phrases.append(["worked with ", _part(words + directly, _keys(around.partners))])
        if around.hubs:
            phrases.append(self._through(worked=bool(around.partners), has_ended=has_ended))
        if not phrases:
            return self._no_partner(subject)
        parts: list[Sentence | str] = [f"{subject} {auxiliary}"]
        for place, phrase in enumerate(phrases):
            has_several = place and " and " in str(phrases[place - 1][1])
            separator = ", " if place < len(phrases) - 1 else ", and " if has_several else " and "
            parts += ([separator] if place else []) + phrase
        if around.inferred:
            lead = f"{_number(len(around.inferred))} more {'is' if len(around.inferred) == 1 else 'are'} only inferred"
            parts += [_part("; ", detail=True), _part(lead, _keys(around.inferred), detail=True)]
        return _sentence(*parts, ".")

    def _through(self, *, worked: bool, has_ended: bool) -> list[Sentence | str]:
        """The partnerships that the focus is a member of, and who else is."""
        around = self.around
        families = {str(self.network.nodes[hub].get("family")) for hub in around.hubs}
        hubs = _counted(len(around.hubs), "partnership" if families == {PARTNERSHIPS} else "body")
        keys = _keys(around.hubs) + _keys(around.fellows)
        if not around.fellows:
            return [f"{'was' if has_ended else 'been'} a member of ", _part(hubs, keys)]
        sorts = {sort_of(self.network, body) for body in (*around.members, *around.partners)}
        # Most members of unnamed groups are among the named bodies: such groups are counted apart.
        named = [body for body in around.fellows if sort_of(self.network, body) == "organisation"]
        if named and "organisation" in sorts:
            fellows = f"{_number(len(named))} more"
        else:
            fellows = self._bodies_in_words(named or list(around.fellows), "organisation")
        through: list[Sentence | str] = [
            f"{'' if worked else 'worked '}through ",
            _part(f"{hubs} with {fellows}", keys),
        ]
        if named and (groups := [body for body in around.fellows if body not in named]):
            ties = {body: around.fellows[body] for body in groups}
            through.append(_part(f" and {_counted(len(groups), 'group')}", _keys(ties), detail=True))
        return through

    def _no_partner(self, subject: str) -> Sentence:
        around, number = self.around, self.network.degree(self.focus)
        if around.inferred:
            claims = _keys(around.inferred)
            partners = _part(_counted(len(around.inferred), "partner"), claims)
            return _sentence(f"{subject} has ", partners, ", only by inference.")
        if number:
            keys = [str(key) for _, _, key, _ in claims_around(self.network, str(self.focus))]
            other = _part(_counted(number, "relationship of another kind", "relationships of other kinds"), keys)
            return _sentence(f"{subject} has no partner on record, but ", other, ".")
        return _sentence(f"{subject} has no relationship on record.")

    def _neighbours(self, subject: str) -> Sentence:
        """Of a network without kinds of relationship: only that they are connected."""
        around, number = self.around, len(self.around.partners)
        if not number:
            return _sentence(f"{subject} is connected with nobody here.")
        direct = _part(f"{_number(number)} {'other' if number == 1 else 'others'}", _keys(around.partners))
        more = len(beyond(self.network, around, str(self.focus)))
        through = f" directly, and through {'it' if number == 1 else 'them'} with {_number(more)} more" if more else ""
        return _sentence(f"{subject} is connected with ", direct, f"{through}.")

    def _bodies_in_words(self, bodies: Iterable[str], noun: str) -> str:
        """Organisations, and groups that are not named one by one, counted apart."""
        groups = sum(sort_of(self.network, body) == "group" for body in bodies)
        named = sum(1 for _ in bodies) - groups
        if not groups:
            return _counted(named, noun)
        noun_of_groups = plural_noun(noun.removeprefix("more "))
        words = f"{_counted(groups, 'group')} of {noun_of_groups}"
        return f"{_counted(named, noun)} and {_counted(groups, 'group')}" if named else words

    def _statuses(self, window: tuple[str, str], *, clock: bool) -> Sentence | None:
        """What the direct partners are as of a time; without a clock only what can never change."""
        bodies = {**self.around.members, **self.around.partners}
        if not bodies or not self.has_kinds:
            return None
        by_status: dict[str, dict[str, list[Tie]]] = {}
        for body, ties in bodies.items():
            own = {status(tie.start, tie.end, *window) for tie in ties}
            first = next(state for state in ("current", "not known", "ahead", "ended") if state in own)
            by_status.setdefault(first, {})[body] = ties
        return _statuses_in_words(by_status, len(bodies), clock=clock)

    # About the whole

    def _comparison(self) -> Sentence | None:
        if not self.network.graph.get("compared"):
            return None
        by_change: dict[str, list[str]] = {}
        for *_, key, data in self.network.edges(keys=True, data=True):
            by_change.setdefault(str(data.get("change") or ""), []).append(str(key))
        parts: list[Sentence | str] = []
        changes = [change for change in _CHANGES if by_change.get(change)]
        for place, change in enumerate(changes):
            number = len(by_change[change])
            noun = "" if parts else f" relationship{'' if number == 1 else 's'}"
            parts.append((" and " if place == len(changes) - 1 else ", ") if place else "since the earlier state, ")
            parts.append(_part(f"{_number(number)}{noun} {_CHANGES[change][number > 1]}", by_change[change]))
        if not parts:
            return _sentence("no relationship differs from the earlier state.")
        return _sentence(*parts, ".")

    def _confirmed_around(self) -> str | None:
        ties = [tie for own in self.around.direct().values() for tie in own]
        return max((tie.confirmed for tie in ties if tie.confirmed), default=None)

    def _quiet(self, window: tuple[str, str]) -> Sentence | None:
        """That nothing was confirmed for years: of all, or of what joins the focus to others."""
        for confirmed, what in ((self.confirmed, "anything"), (self._confirmed_around(), "any of this")):
            if confirmed and window[0] >= quiet_from(confirmed) and not self._is_over(window):
                return _sentence(f"no source confirms {what} after {confirmed[:4]}.")
        return None

    def _disputed(self) -> Sentence | None:
        questions, keys = self._disputes
        if not keys:
            return None
        start = f"{number_in_words(len(keys), first=True)} claim{'s are' if len(keys) > 1 else ' is'} disputed"
        lead = ": " if len(questions) == 1 else ", among them "
        return _sentence(_part(start, keys), _part(f"{lead}{questions[0]}", detail=True), ".")

    # Without a focus

    def _size(self) -> Sentence:
        network = self.network
        sorts = [str(data.get("sort") or "") for _, data in network.nodes(data=True)]
        if not sorts:
            return _sentence("there is nothing here yet.")
        numbers = [(sorts.count(sort), noun) for sort, noun in SORT_NOUNS.items() if sort in sorts]
        if len(sorts) != sum(number for number, _ in numbers):
            numbers = [(len(sorts), "body")]
        bodies = joined([_counted(number, noun) for number, noun in numbers])
        count = sum(kind != SUCCESSION for *_, kind in network.edges(data="kind"))
        between = " between them" if count and len(sorts) > 1 else ""
        comma = "," if len(numbers) > 1 else ""
        return _sentence(f"this network holds {bodies}{comma} and {_counted(count, 'relationship')}{between}.")

    def _best_connected(self) -> Sentence | None:
        network = self.network
        numbers = degrees(network)
        most = max(numbers.values(), default=0)
        best = sorted(
            (node for node in network if numbers[node] == most),
            key=lambda node: (str(network.nodes[node].get("label", node)).casefold(), node),
        )
        if most < 2 or len(best) == len(network):
            return None
        if len(best) > MAX_NAMED:
            number = number_in_words(len(best), first=True)
            return _sentence(f"{number} of them have the most relationships, {_number(most)} each.")
        parts: list[Sentence | str] = []
        for place, node in enumerate(best):
            if place:
                parts.append(" and " if place == len(best) - 1 else ", ")
            parts.append(_part(self._name(node, first=not place), body=node))
        has, each = ("has", "") if len(best) == 1 else ("have", " each")
        return _sentence(*parts, f" {has} the most relationships, {_number(most)}{each}.")

    def _parts(self) -> Sentence | None:
        sizes = part_sizes(self.network)
        if len(sizes) < 2 or sizes[0] < 2:
            return None
        several = sum(size > 1 for size in sizes)
        alone = len(sizes) - several
        if several == 1:
            return _sentence(f"{number_in_words(alone, first=True)} {'stands' if alone == 1 else 'stand'} alone.")
        largest = [size for size in sizes if size == sizes[0]]
        if len(largest) > 1:
            return _sentence(
                f"they fall into {_number(several)} parts that nothing connects, of at most {_number(sizes[0])}."
            )
        return _sentence(f"the largest of {_number(several)} parts that nothing connects holds {_number(sizes[0])}.")


def _number(number: int) -> str:
    return number_in_words(number, spelt=SPELT)


def _counted(number: int, noun: str, plural: str | None = None) -> str:
    return counted(number, noun, plural, spelt=SPELT)


def _narrow_length(sentence: Sentence) -> int:
    return 1 + sum(len(part["text"]) for part in sentence["parts"] if not part["detail"])


def _became(end: Ending) -> str:
    names = [with_article(name) for name in end.successors]
    verb, preposition = {"split": ("was split", "into"), "merger": ("became part", "of")}.get(end.code, ("became", ""))
    if not preposition and len(names) > 1:
        verb, preposition = "passed its work", "to"
    return f"{verb} {' and '.join(f'{preposition} {name}'.strip() for name in names)}"


_CHANGES = {
    "new": ("is new", "are new"),
    "changed": ("has changed", "have changed"),
    "ended": ("has ended", "have ended"),
    "gone": ("is gone", "are gone"),
}
_VERBS = {"current": "goes on today", "ended": "has ended", "ahead": "is yet to begin"}


def _statuses_in_words(by_status: Mapping[str, Mapping[str, list[Tie]]], total: int, *, clock: bool) -> Sentence | None:
    """How many partners go on, ended or are ahead, and of how many no source says."""
    states = [state for state in _VERBS if by_status.get(state) and (clock or state == "ended")]
    unknown = by_status.get("not known", {}) if clock else {}
    if not states:
        if not unknown:
            return None
        return _sentence(_part("no source says whether that work still goes on", _keys(unknown)), ".")
    if len(states) == 1 and len(by_status[states[0]]) == total:
        return _sentence(
            _part(f"{'all of ' if total > 1 else ''}that work {_VERBS[states[0]]}", _keys(by_status[states[0]])), "."
        )
    parts: list[Sentence | str] = ["work "]
    for place, state in enumerate(states):
        own = by_status[state]
        parts += [" and " if place == len(states) - 1 else ", "] if place else []
        parts.append(_part(f"with {_number(len(own))}{'' if place else ' of them'} {_VERBS[state]}", _keys(own)))
    if unknown:
        parts += ["; whether it goes on with ", _part(f"the other {_number(len(unknown))}", _keys(unknown))]
        parts.append(", no source says")
    return _sentence(*parts, ".")
