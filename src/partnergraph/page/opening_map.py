"""The content of the opening map: the focus, its direct partners in sectors, and what stands behind each partner.

A pure selection by numbers of bodies and claims: `layout.radial_layout` gives it positions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from partnergraph.grammar import past_wording, timeless_wording
from partnergraph.page.diagram import HUB, Diagram, DiagramNode
from partnergraph.page.headline_facts import is_over, known_days, tie
from partnergraph.page.layout.node_grouping import plural

if TYPE_CHECKING:
    import networkx as nx

    Network: TypeAlias = nx.MultiDiGraph[str]

# Kinds of relationship between a body and its own parts and wholes, or what was before and after it: no partners.
PART, SUCCESSION = "part-of", "succession"
OWN = "own"  # the sector of those
# Headings and plural nouns of the families that have names of two nouns; any other family is called by its label.
HEADINGS = {
    OWN: "Own organisation",
    "education": "Universities and colleges",
    "academic-unit": "Schools, institutes and units",
    "partnership-body": "Partnerships and networks",
    "health-service": "NHS and providers of care",
    "local-government": "Local government",
    "central-government": "Government and public bodies",
    "civil-society": "Charities and professional bodies",
    "people-and-others": "People and others",
    "undertaking": "Programmes and strategies",
}
NOUNS = {
    "education": "universities and colleges",
    "academic-unit": "schools and units",
    "partnership-body": "partnerships",
    "health-service": "NHS bodies and providers",
    "local-government": "local government bodies",
    "central-government": "public bodies",
    "civil-society": "charities and professional bodies",
    "people-and-others": "others",
    "undertaking": "programmes",
}
MAX_LABEL = 160  # characters of a name on the map; nothing that is longer is a name


@dataclass(frozen=True)
class Detail:
    """How much is drawn: partners by themselves, symbols behind each of them, and how many partners have such.

    `verbs` stand beside each name, in the heading of a sector that has one verb alone (else beside names), or nowhere.
    """

    partners: int
    satellites: int
    hubs: int = 99
    verbs: str = "each"  # or "shared" or "none"


@dataclass(frozen=True)
class PartnerTie:
    """A line: the claims of one direction between two symbols; `outward`: away from the focus."""

    claims: tuple[int, ...]
    kind: str
    outward: bool
    inferred: bool
    disputed: bool


@dataclass(frozen=True)
class Satellite:
    """What stands behind a partner: one body, or several as a counted symbol. `family` is -1 for several families."""

    members: tuple[int, ...]
    label: str
    family: int
    counted: bool
    dashed: bool
    ties: tuple[PartnerTie, ...]


@dataclass(frozen=True)
class Partner:
    """What is joined to the focus itself: one body, or several of a sector as a counted symbol. `verb`: from the focus
    outwards; `degree`: how many bodies it is joined to."""

    members: tuple[int, ...]
    key: str
    label: str
    verb: str
    family: int
    counted: bool
    dashed: bool
    degree: int
    ties: tuple[PartnerTie, ...]
    satellites: tuple[Satellite, ...] = ()

    @property
    def hub(self) -> bool:
        """Whether its name is bold."""
        return self.degree >= HUB and not self.counted


@dataclass(frozen=True)
class Sector:
    """Partners of one sort with their heading; `verb`: the one of all of them, where the heading has it."""

    code: str
    heading: str
    verb: str
    partners: tuple[Partner, ...]


@dataclass(frozen=True)
class CrossLink:
    """Claims between two partners that are both drawn, by the numbers of their bodies."""

    a: int
    b: int
    tie: PartnerTie


@dataclass
class _Link:
    """The claims between two bodies, by number, with their attributes; `outward`: from the first of the two."""

    claims: list[tuple[int, bool, Mapping[str, Any]]] = field(default_factory=list)


class OpeningNeighbourhood:
    """The focus of a diagram, the bodies that a claim joins to it, and those behind them."""

    def __init__(self, graph: Network, diagram: Diagram) -> None:
        self.graph, self.diagram = graph, diagram
        if diagram.focus is None:
            raise ValueError("the diagram has no focus")
        self.focus = diagram.focus
        node = diagram.nodes[self.focus]
        self.focus_key, self.focus_label, self.focus_family = node.key, _name(node), node.family
        number = {iri: place for place, iri in enumerate(diagram.bodies)}
        ends = [(number[a], number[b]) for a, b, _ in diagram.claims]
        self.direct: dict[int, _Link] = {}
        self.behind: dict[int, dict[int, _Link]] = {}
        for claim, (a, b) in enumerate(ends):
            if self.focus in (a, b) and a != b:
                partner = b if a == self.focus else a
                self._add(self.direct.setdefault(partner, _Link()), claim, a == self.focus)
        for claim, (a, b) in enumerate(ends):
            if self.focus in (a, b) or a == b:
                continue
            for partner, other, outward in ((a, b, True), (b, a, False)):
                if partner in self.direct:
                    links = self.behind.setdefault(partner, {})
                    self._add(links.setdefault(other, _Link()), claim, outward)

        self._known_days = known_days(graph)[1]
        self.verbs = {partner: _verb(link) for partner, link in self.direct.items()}
        self.ties = {partner: _ties(link) for partner, link in self.direct.items()}
        self.sorts: dict[tuple[int, str], list[int]] = {}  # partners by the number and the code of their sector
        for partner in self.direct:
            own = self._own(partner)
            family = -1 if own else diagram.nodes[partner].family
            self.sorts.setdefault((family, OWN if own else diagram.families[family]), []).append(partner)

    def _add(self, link: _Link, claim: int, outward: bool) -> None:
        a, b, key = self.diagram.claims[claim]
        link.claims.append((claim, outward, self.graph.edges[a, b, key]))

    def attributes(self, number: int) -> Mapping[str, Any]:
        """The attributes of a body."""
        attributes: Mapping[str, Any] = self.graph.nodes[self.diagram.bodies[number]]
        return attributes

    def sectors(self, detail: Detail) -> list[Sector]:
        """The partners by sort: first the parts and wholes of the focus, then one sector a family, in its order."""

        def rank(number: int) -> tuple[bool, int, int]:
            disputed = any(tie.disputed for tie in self.ties[number])
            return not disputed, -len(self.behind.get(number, ())), number

        drawn = self._choose([sorted(self.sorts[code], key=rank) for code in sorted(self.sorts)], detail.partners)
        sectors = []
        for code in sorted(self.sorts):
            single = sorted(
                (n for n in self.sorts[code] if n in drawn), key=lambda number: (self.verbs[number], number)
            )
            rest = sorted(n for n in self.sorts[code] if n not in drawn)
            partners = [self._partner(n, detail, drawn) for n in single]
            if rest:
                partners.append(self._rest(rest, bool(single), detail))
            verbs = {partner.verb for partner in partners}
            verb = verbs.pop() if detail.verbs == "shared" and len(verbs) == 1 and len(partners) > 2 else ""
            if verb:
                verb = self._shared_verb(verb, self.sorts[code])
                partners = [replace(partner, verb="") for partner in partners]
            else:
                partners = [self._in_tense(partner) for partner in partners]
            heading = self._heading(code[1])
            sectors.append(Sector(code[1], f"{heading}: {verb}" if verb else heading, verb, tuple(partners)))
        return sectors

    def _in_tense(self, partner: Partner) -> Partner:
        """A partner with its verb in the past where that needs no clock; the scripts see to the day of reading."""
        if not partner.verb:
            return partner
        claims = [data for number in partner.members for _, _, data in self.direct[number].claims]
        return replace(partner, verb=_past(partner.verb)) if self._are_over(claims) else partner

    def _shared_verb(self, verb: str, numbers: list[int]) -> str:
        """The verb of several partners, right on whatever day the map is read."""
        claims = [data for number in numbers for _, _, data in self.direct[number].claims]
        if self._are_over(claims):
            return _past(verb)
        ends = any(tie("", data).end[1] for data in claims)
        return ", ".join(map(timeless_wording, verb.split(", "))) if ends else verb

    def _are_over(self, claims: list[Mapping[str, Any]]) -> bool:
        return all(is_over(data, self._known_days) for data in claims)

    def cross_links(self, sectors: list[Sector]) -> list[CrossLink]:
        """The claims among the partners that are drawn by themselves."""
        drawn = {p.members[0] for sector in sectors for p in sector.partners if not p.counted}
        return [
            CrossLink(a, b, tie)
            for a in sorted(drawn)
            for b in sorted(drawn & self.behind.get(a, {}).keys())
            if a < b
            for tie in _ties(self.behind[a][b])
        ]

    def _own(self, number: int) -> bool:
        kinds = {str(data.get("kind")) for _, _, data in self.direct[number].claims}
        return bool(kinds & {PART, SUCCESSION})

    def _choose(self, ranked: list[list[int]], most: int) -> set[int]:
        """At most so many partners to draw by themselves, taken from each sector in turn; one that would be left over
        alone in its sector counts as drawn."""
        drawn: set[int] = set()
        total = sum(map(len, ranked))
        for turn in range(max(map(len, ranked), default=0)):
            for numbers in ranked:
                if turn < len(numbers) and (len(drawn) < most or total <= most):
                    drawn.add(numbers[turn])
        for numbers in ranked:
            rest = [number for number in numbers if number not in drawn]
            if len(rest) == 1:
                drawn.add(rest[0])
        return drawn

    def _partner(self, number: int, detail: Detail, drawn: set[int]) -> Partner:
        node = self.diagram.nodes[number]
        return Partner(
            (number,),
            node.key,
            _name(node),
            self.verbs[number] if detail.verbs != "none" else "",
            node.family,
            False,
            node.group,
            len(self.behind.get(number, ())) + 1,
            self.ties[number],
            self._satellites(number, detail.satellites, drawn),
        )

    def _rest(self, numbers: list[int], more: bool, detail: Detail) -> Partner:
        """The partners of a sector that are not drawn by themselves."""
        links = _Link([claim for number in numbers for claim in self.direct[number].claims])
        verbs = {self.verbs[number] for number in numbers}
        families = {self.diagram.nodes[number].family for number in numbers}
        return Partner(
            tuple(numbers),
            f"fold:{self.diagram.bodies[numbers[0]]}",
            self._count_label(numbers, "more" if more else ""),
            verbs.pop() if detail.verbs != "none" and len(verbs) == 1 else "",
            families.pop() if len(families) == 1 else -1,
            True,
            True,
            len(numbers),
            _merged(links),
        )

    def _satellites(self, partner: int, most: int, drawn: set[int]) -> tuple[Satellite, ...]:
        """What stands behind a partner: a symbol for each family, at most so many; the smallest families in one."""
        links = {n: link for n, link in self.behind.get(partner, {}).items() if n not in drawn}
        if not links or not most:
            return ()
        # Those with a disputed claim stand by themselves: the mark of a counted symbol would be that of all.
        disputed = sorted(n for n, link in links.items() if any(tie.disputed for tie in _ties(link)))
        if len(disputed) > 1 and len(disputed) >= most:
            satellites = [
                replace(self._satellite(disputed, links, -1, False), label=f"{len(disputed)} bodies, disputed")
            ]
        else:
            satellites = [self._satellite([n], links, -1, False) for n in disputed]
        shown = {self.diagram.nodes[n].family for n in self.behind[partner] if n in drawn or n in disputed}
        by_family: dict[int, list[int]] = {}
        for number in sorted(links.keys() - {*disputed}):
            by_family.setdefault(self.diagram.nodes[number].family, []).append(number)
        families = sorted(by_family, key=lambda family: (-len(by_family[family]), family))
        rest: list[int] = []
        if len(families) + len(satellites) > most:
            fewer = max(0, most - 1 - len(satellites))
            families, rest = families[:fewer], sorted(n for f in families[fewer:] for n in by_family[f])
        satellites += [self._satellite(by_family[f], links, f, f in shown) for f in families]
        if rest:
            satellites.append(self._satellite(rest, links, -1, bool(satellites)))
        return tuple(satellites)

    def _satellite(self, numbers: list[int], links: Mapping[int, _Link], family: int, other: bool) -> Satellite:
        merged = _Link([claim for number in numbers for claim in links[number].claims])
        if len(numbers) == 1:
            node = self.diagram.nodes[numbers[0]]
            return Satellite(tuple(numbers), _name(node), node.family, False, node.group, _merged(merged))
        if family < 0 and other:
            label = f"{len(numbers)} others"
        else:
            label = self._count_label(numbers, "other" if other else "")
        return Satellite(tuple(numbers), label, family, True, True, _merged(merged))

    def _count_label(self, numbers: list[int], adjective: str) -> str:
        """How many bodies a symbol stands for, and apart from them how many groups: their members may be the very same
        bodies. `adjective`: "more", "other" or nothing."""
        bodies = [n for n in numbers if not self.diagram.nodes[n].group]
        number, noun = len(bodies), self._noun(bodies or numbers)
        adjective = f" {adjective}" if adjective and noun != "others" else ""
        groups = len(numbers) - number
        if not groups:
            return f"{number}{adjective} {noun}"
        if not number:
            return f"{groups}{adjective} groups" + ("" if noun == "others" else f" of {noun}")
        rest = "1 group" if groups == 1 else f"{groups} groups"
        if number == 1:
            return f"{_name(self.diagram.nodes[bodies[0]])} and {rest}"
        return f"{number}{adjective} {noun}{',' if ' and ' in noun else ' and'} {rest}"

    def _noun(self, numbers: list[int]) -> str:
        """The plural that fits all of several bodies: of a type that they share, of their family, or "bodies"."""
        types = self.graph.graph.get("types", {})
        shared: list[str] | None = None
        for number in numbers:
            attributes = self.attributes(number)
            own = [str(code) for code in attributes.get("types") or [attributes.get("type") or ""]]
            shared = own if shared is None else [code for code in shared if code in own]
        for code in shared or []:
            if code in NOUNS:  # a network without types of its own
                break
            label = str(types.get(code, {}).get("label") or code.replace("-", " "))
            if label and not any(mark in label for mark in (",", "(", "/", " or ")) and code not in ("body", "other"):
                return plural(label)
        families = {self.diagram.nodes[number].family for number in numbers}
        if len(families) > 1:
            return "bodies"
        name = self.diagram.families[families.pop()]
        if name in NOUNS:
            return NOUNS[name]
        return "bodies" if name in ("other", "organisation") else plural(self._family_label(name))

    def _family_label(self, name: str) -> str:
        labels = self.graph.graph.get("families", {}) | self.graph.graph.get("types", {})
        return str(labels.get(name, {}).get("label") or name.replace("-", " "))

    def _heading(self, name: str) -> str:
        if name in HEADINGS:
            return HEADINGS[name]
        label = self._family_label(name)
        if not any(mark in label for mark in (",", "(", "/", " or ", " and ")):
            label = plural(label)
        return "Other bodies" if name == "other" else label[:1].upper() + label[1:]


def _name(node: DiagramNode) -> str:
    """The name of a body, as much of it as the map may take."""
    if len(node.label) <= MAX_LABEL:
        return node.label
    return node.label[: MAX_LABEL - 2].rsplit(" ", 1)[0].rstrip(" ,;:") + " …"


def _past(verb: str) -> str:
    return ", ".join(map(past_wording, verb.split(", ")))


def _verb(link: _Link) -> str:
    """What joins the focus to a partner, read from the focus outwards; empty where the network has no words."""
    verbs = []
    for _, outward, data in link.claims:
        forward = data.get("forward") or data.get("kind") or ""
        verb = str(forward if outward else data.get("inverse") or forward)
        if verb and verb not in verbs:
            verbs.append(verb)
    return ", ".join(verbs)


def fewer_satellites(sectors: list[Sector], most: int, hubs: int) -> list[Sector]:
    """The sectors with at most so many symbols, and something behind at most so many partners: what stands behind the
    least connected ones is left out first."""
    room = most - sum(len(sector.partners) for sector in sectors)
    partners = [partner for sector in sectors for partner in sector.partners if partner.satellites]
    having: set[str] = set()
    for partner in sorted(partners, key=lambda partner: (-partner.degree, partner.members)):
        if len(partner.satellites) <= room and len(having) < hubs:
            room -= len(partner.satellites)
            having.add(partner.key)
    return [
        replace(
            sector,
            partners=tuple(p if p.key in having else replace(p, satellites=()) for p in sector.partners),
        )
        for sector in sectors
    ]


def _ties(link: _Link) -> tuple[PartnerTie, ...]:
    """The lines of a link: one for each direction, and one of its own for what is disputed."""
    by_way: dict[tuple[bool, bool], list[tuple[int, Mapping[str, Any]]]] = {}
    ways = {outward for _, outward, data in link.claims if not data.get("symmetric")}
    for claim, outward, data in link.claims:
        way = (min(ways) if ways else True) if data.get("symmetric") else outward
        by_way.setdefault((way, data.get("standing") == "disputed"), []).append((claim, data))
    return tuple(_tie(claims, way, disputed) for (way, disputed), claims in sorted(by_way.items(), reverse=True))


def _merged(link: _Link) -> tuple[PartnerTie, ...]:
    """One line for the claims of a counted symbol, in the direction of most."""
    outward = sum(way for _, way, _ in link.claims) * 2 >= len(link.claims)
    claims = sorted(((claim, data) for claim, _, data in link.claims), key=lambda pair: pair[0])
    return (_tie(claims, outward, any(data.get("standing") == "disputed" for _, data in claims)),)


def _tie(claims: list[tuple[int, Mapping[str, Any]]], outward: bool, disputed: bool) -> PartnerTie:
    kinds = {str(data.get("kind") or "") for _, data in claims}
    return PartnerTie(
        tuple(claim for claim, _ in claims),
        kinds.pop() if len(kinds) == 1 else "",
        outward,
        all(bool(data.get("inferred")) for _, data in claims),
        disputed,
    )
