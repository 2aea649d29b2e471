"""Gaps: who is a partner of an organisation's partners and not joined to it (open triads), and what its peers have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from partnergraph.analysis.answer import AnalysisAnswer, Cell, Highlight, Sentence
from partnergraph.analysis.context import AnalysisContext, claims_behind, iris_of
from partnergraph.analysis.hierarchies import distinct
from partnergraph.analysis.words import counted, names_in_words, number_in_words
from partnergraph.claims.terms import concept_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from partnergraph.analysis.projection import Projection

SHOWN = 10  # gaps in sentences
NO_TYPES = ("", "body", "stakeholder")  # codes of the list of types that name none
PEER_SENTENCES = 3  # of types, and of places
COLUMNS = ("body", "iri", "type", "place", "shared partners", "through", "other claims with it")


def gaps(context: AnalysisContext, organisation: str | None = None) -> AnalysisAnswer:
    """Who is a partner of partners of an organisation (by default the focus) without being joined to it, most shared
    partners first; and the types and places that partners of its peers, bodies of its own type, have and its own have
    not. Partners are neighbours except by `part-of`. Raises `QueryError` for an unknown name, `UsageError` for none.
    """
    own = context.organisation(organisation)
    projection = context.projection()
    title = f"Gaps around {context.label(own)}"
    focus = context.position(projection, own)
    if focus is None:
        return context.answer("gaps", title, [context.absence(own)], COLUMNS)
    words = _Words.of(context, own)
    triads = _Triads.of(context, projection, focus)
    others = _other_claims(context, projection, focus)
    sentences = _triad_sentences(context, triads, words, others, SHOWN)
    if len(triads.order) > SHOWN:
        rest = triads.order[SHOWN:]
        number = len(rest)
        verb = "is a partner" if number == 1 else "are partners"
        text = f"{number_in_words(number, first=True)} more {verb} of {words.partners}: see the table"
        claims = [*triads.claims_with(rest).tolist(), *(claim for node in rest for claim in others.get(node, ()))]
        sentences.append(context.sentence(text, claims))
    places = context.places
    sentences += _peer_sentences(context, projection, focus, triads, words, places)
    rows = [_row(context, triads, others, places, node) for node in triads.order]
    marked = tuple(iris_of(projection, triads.order[:SHOWN]))
    highlight = Highlight(sets=(("partner of partners", marked),) if marked else ())
    return context.answer("gaps", title, sentences, COLUMNS, rows, highlight=highlight)


def first_gaps(context: AnalysisContext, own: str, most: int) -> list[Sentence]:
    """The first sentences of `gaps` on an organisation (IRI), without its peers; empty for what is no node."""
    projection = context.projection()
    focus = context.position(projection, own)
    if focus is None:
        return []
    triads = _Triads.of(context, projection, focus)
    others = _other_claims(context, projection, focus)
    return _triad_sentences(context, triads, _Words.of(context, own), others, most)


def _triad_sentences(
    context: AnalysisContext, triads: _Triads, words: _Words, others: Mapping[int, list[int]], most: int
) -> list[Sentence]:
    """A sentence for each of the first open triads, or that there is none."""
    if not triads.order:
        text = f"No organisation is a partner of {words.partners} without being joined to {words.object}"
        return [context.sentence(text, triads.claims_of(triads.partners))]
    return [_triad_sentence(context, triads, words, others, node) for node in triads.order[:most]]


@dataclass(frozen=True)
class _Words:
    """How an organisation is spoken of: the one that the graph is about as "we"."""

    object: str
    partners: str
    none: str
    recorded: str

    @classmethod
    def of(cls, context: AnalysisContext, own: str) -> _Words:
        name = context.label(own)
        us = own == context.focus
        joins = {
            "claims": "no counted claim joins it to {}",
            "co-membership": "no counted co-membership joins it to {}",
            "two-mode": "no counted membership joins it to {}",
            "funding": "no counted funding joins it to {}",
        }[context.options.projection]
        return cls(
            object="us" if us else name,
            partners="our partners" if us else f"the partners of {name}",
            none=f"none is recorded for {'us' if us else name}",
            recorded=joins.format("us" if us else name),
        )


@dataclass(frozen=True, eq=False)
class _Triads:
    """Open triads of a node. `partners`: its own, ascending; `shared`: of each node how many of them are its partners
    (0 where it is joined itself); `order`: the nodes with some, most first, then by name and IRI. `pairs` are those of
    partners.
    """

    projection: Projection
    focus: int
    partners: list[int]
    shared: NDArray[np.int64]
    order: list[int]
    pairs: NDArray[np.int64]
    pair_numbers: NDArray[np.int64]

    @classmethod
    def of(cls, context: AnalysisContext, projection: Projection, focus: int) -> _Triads:
        import numpy as np

        size, count = len(projection.nodes), len(projection.pairs)
        pair = np.repeat(np.arange(count), np.diff(projection.offsets))
        proper = ~context.is_part(projection.pair_claims)
        partnered = np.bincount(pair[proper], minlength=count) > 0
        ends = projection.pairs.astype(np.int64)
        at_focus = (ends == focus).any(axis=1)
        joined = np.zeros(size, bool)
        joined[ends[at_focus].ravel()] = True
        joined[focus] = True
        partner = np.zeros(size, bool)
        partner[ends[at_focus & partnered].ravel()] = True
        partner[focus] = False
        numbers = np.flatnonzero(partnered)
        pairs = np.sort(ends[numbers], axis=1)
        keys = distinct(pairs[:, 0] * max(size, 1) + pairs[:, 1])  # two arcs between the same two are one pair
        first, second = np.divmod(keys, max(size, 1))
        shared = np.bincount(first[partner[second]], minlength=size) + np.bincount(
            second[partner[first]], minlength=size
        )
        shared[joined] = 0
        labels, entities = context.columns.labels, projection.nodes.tolist()
        counts = shared.tolist()
        open_nodes = np.flatnonzero(shared > 0).tolist()
        order = sorted(open_nodes, key=lambda node: (-counts[node], labels[entities[node]].casefold(), node))
        return cls(projection, focus, np.flatnonzero(partner).tolist(), shared, order, ends[numbers], numbers)

    @cached_property
    def _adjacency(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The partners of all nodes, one after the other, and where those of each begin."""
        import numpy as np

        ends = np.concatenate([self.pairs, self.pairs[:, ::-1]])
        ends = ends[np.lexsort((ends[:, 1], ends[:, 0]))]
        return ends[:, 1], np.searchsorted(ends[:, 0], np.arange(len(self.projection.nodes) + 1))

    @cached_property
    def _own(self) -> frozenset[int]:
        return frozenset(self.partners)

    def through(self, node: int) -> list[int]:
        """The partners that a node shares with the organisation, ascending."""
        partners, begin = self._adjacency
        return sorted({*partners[begin[node] : begin[node + 1]].tolist()} & self._own)

    def claims_of(self, nodes: list[int], *more: int) -> NDArray[np.int32]:
        """The claims behind the pairs of some nodes with the organisation, and with further nodes."""
        import numpy as np

        inside = np.isin(self.pairs, nodes).any(axis=1) & np.isin(self.pairs, [self.focus, *more]).any(axis=1)
        offsets = self.projection.offsets
        chosen = [self.projection.pair_claims[offsets[n] : offsets[n + 1]] for n in self.pair_numbers[inside].tolist()]
        return distinct(np.concatenate(chosen)) if chosen else np.zeros(0, np.int32)

    def claims_with(self, nodes: list[int]) -> NDArray[np.int32]:
        """The claims behind the pairs of some nodes with partners, and of these partners with the organisation."""
        import numpy as np

        wanted, partner, shared = np.zeros((3, len(self.projection.nodes)), bool)
        wanted[nodes], partner[self.partners] = True, True
        first, second = self.pairs.T
        joined = (partner[first] & wanted[second]) | (wanted[first] & partner[second])
        shared[self.pairs[joined].ravel()] = True
        shared &= partner
        joined |= ((first == self.focus) & shared[second]) | ((second == self.focus) & shared[first])
        return claims_behind(self.projection, self.pair_numbers[joined])


def _other_claims(context: AnalysisContext, projection: Projection, focus: int) -> dict[int, list[int]]:
    """Claims of any sort that name the organisation and another body, by node: also those that are not counted."""
    import numpy as np

    columns, merged = context.columns, context.merged
    own = int(projection.nodes[focus])
    from_, to = merged[columns.from_], merged[columns.to]
    via_claims, via_parties = columns.via[:, 0], merged[columns.via[:, 1]]
    named = (from_ == own) | (to == own)
    named[via_claims[via_parties == own]] = True
    parties: dict[int, set[int]] = {}
    for claim in np.flatnonzero(named).tolist():
        parties.setdefault(int(from_[claim]), set()).add(claim)
        parties.setdefault(int(to[claim]), set()).add(claim)
    for claim, party in zip(via_claims.tolist(), via_parties.tolist(), strict=True):
        if named[claim]:
            parties.setdefault(party, set()).add(claim)
    place = {entity: node for node, entity in enumerate(projection.nodes.tolist())}
    return {place[party]: sorted(claims) for party, claims in parties.items() if party in place and party != own}


def _triad_sentence(
    context: AnalysisContext, triads: _Triads, words: _Words, others: Mapping[int, list[int]], node: int
) -> Sentence:
    through = triads.through(node)
    names = context.labels(triads.projection, through)
    name = context.labels(triads.projection, [node])[0]
    claims = [*triads.claims_of(through, node).tolist(), *others.get(node, ())]
    beside = ""
    if node in others:
        number = len(others[node])
        beside = f" ({counted(number, 'other claim')} {'names' if number == 1 else 'name'} both)"
    what = f"{number_in_words(len(names))} of {words.partners} ({names_in_words(names)})"
    return context.sentence(f"{name} is a partner of {what}; {words.recorded}{beside}", claims)


def _peer_sentences(
    context: AnalysisContext,
    projection: Projection,
    focus: int,
    triads: _Triads,
    words: _Words,
    places: Mapping[int, list[str]],
) -> list[Sentence]:
    """Types and places of partners that most peers have and the organisation has not."""
    columns, nodes = context.columns, projection.nodes.tolist()
    own_type = columns.types[nodes[focus]]
    peers = [node for node, entity in enumerate(nodes) if columns.types[entity] == own_type and node != focus]
    if own_type in NO_TYPES or not peers:
        return []
    partners = _partners_by_node(triads, peers)

    def types(node: int) -> list[str]:
        return [concept_of(columns.types[nodes[node]]).label] if columns.types[nodes[node]] not in NO_TYPES else []

    def located(node: int) -> list[str]:
        return places.get(nodes[node], [])

    sentences = []
    for values, text in ((types, "of the type {}"), (located, "in {}")):
        own = {value for partner in triads.partners for value in values(partner)}
        having: dict[str, dict[int, list[int]]] = {}
        for peer in peers:
            for partner in partners[peer]:
                for value in values(partner):
                    if value not in own and partner != focus:
                        having.setdefault(value, {}).setdefault(peer, []).append(partner)
        ranked = sorted(having, key=lambda value: (-len(having[value]), value))
        sentences += [
            _peer_sentence(context, triads, words, peers, having[value], own_type, text.format(value))
            for value in ranked[:PEER_SENTENCES]
        ]
    return sentences


def _partners_by_node(triads: _Triads, nodes: list[int]) -> dict[int, list[int]]:
    """The partners of some nodes, ascending."""
    wanted = {node: set[int]() for node in nodes}
    for first, second in triads.pairs.tolist():
        if first in wanted:
            wanted[first].add(second)
        if second in wanted:
            wanted[second].add(first)
    return {node: sorted(partners) for node, partners in wanted.items()}


def _peer_sentence(
    context: AnalysisContext,
    triads: _Triads,
    words: _Words,
    peers: list[int],
    having: Mapping[int, list[int]],
    own_type: str,
    what: str,
) -> Sentence:
    import numpy as np

    names = context.labels(triads.projection, sorted(having))
    number, total = len(having), len(peers)
    # The peers stand after a colon, so that their number rules no verb.
    label = concept_of(own_type).label
    which = f"the one other body of the type {label}"
    if total > 1:
        which = f"{number_in_words(number)} of {total:,} other bodies of the type {label}"
    text = f"Partners {what}: recorded for {which} ({names_in_words(names)}); {words.none}"
    wanted = {(peer, partner) for peer, partners in having.items() for partner in partners}
    offsets, claims = triads.projection.offsets, []
    for pair, (first, second) in zip(triads.pair_numbers.tolist(), triads.pairs.tolist(), strict=True):
        if (first, second) in wanted or (second, first) in wanted:
            claims.append(triads.projection.pair_claims[offsets[pair] : offsets[pair + 1]])
    return context.sentence(text, np.concatenate(claims))


def _row(
    context: AnalysisContext,
    triads: _Triads,
    others: Mapping[int, list[int]],
    places: Mapping[int, list[str]],
    node: int,
) -> tuple[Cell, ...]:
    columns, entity = context.columns, int(triads.projection.nodes[node])
    through = "; ".join(context.labels(triads.projection, triads.through(node)))
    place = "; ".join(places.get(entity, [])) or None
    head = (columns.labels[entity], columns.entities[entity], columns.types[entity] or None, place)
    return (*head, int(triads.shared[node]), through, len(others.get(node, ())))
