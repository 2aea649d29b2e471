"""The network of a large graph: nodes and edges from the columns of its claims, all else read when it is used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

from partnergraph.claims.claim_columns import (
    DISPUTED,
    ENTITY_KINDS,
    INFERRED,
    NO_EVIDENCE,
    RETRACTED,
    SUPERSEDED,
    ClaimColumns,
    can_have_held,
    first_types,
    first_values,
    open_days,
    surely_held,
)
from partnergraph.claims.claim_lookup import lookup_claims
from partnergraph.claims.date_window import date_window, holds_in_window
from partnergraph.claims.entities import ENTITY_CLASSES
from partnergraph.claims.read_model import ReadModel
from partnergraph.claims.relationships import RULE, Claim, Party
from partnergraph.claims.sources import read_sources
from partnergraph.claims.terms import concept_of
from partnergraph.grammar import plural_wording
from partnergraph.network import build_network, edge_attributes, graph_metadata, paused_collection
from partnergraph.network.lazy_attributes import UNREAD, LazyAttributes
from partnergraph.network.nodes import node_attributes, unknown_node
from partnergraph.network.part import part_reader
from partnergraph.network.presentation import positions, story
from partnergraph.vocabulary import PG, RDF, SKOS
from partnergraph.vocabulary.iri import is_iri, label_from_iri

_GROUP = ENTITY_KINDS.index("group")

if TYPE_CHECKING:
    import networkx as nx
    import numpy as np
    from numpy.typing import NDArray

    from partnergraph.claims.property_values import Days
    from partnergraph.store import Reader

    Network: TypeAlias = nx.MultiDiGraph[str]

_PLACE, _OTHER = ENTITY_KINDS.index("place"), ENTITY_KINDS.index("other")
# A look-up costs what some twenty records cost that are read with all: after so many look-ups, all are read, so that
# both together cost twice the better one at most.
_LOOKUPS_PER_RECORD, _FEWEST_LOOKUPS = 20, 100
_STANDINGS = ((DISPUTED, "disputed"), (RETRACTED, "retracted"), (SUPERSEDED, "superseded"))


@paused_collection()
def column_network(
    reader: Reader,
    columns: ClaimColumns,
    view: Callable[[], Reader],
    *,
    as_of: str | None = None,
    inferred: bool = True,
    places: bool = False,
) -> Network:
    """The network that `partnergraph.network.build_network` makes of a graph without links that rules derive, with the
    same nodes and edges in the same order, and `LazyAttributes`.

    In memory are the names, sorts and types of bodies, and of claims the kind, the bounds, the standing, whether they
    are inferred, and whether they held `as_of` a date. The first access to anything else of a node or an edge looks it
    up; after many of them, everything is read at once. `columns`: those of `reader`; `view`: makes the reader of the
    graph as of the date, or gives `reader`. Raises `UsageError` for a date in another form.
    """
    import networkx as nx

    window = date_window(as_of) if as_of is not None else None
    graph: Network = nx.MultiDiGraph()
    graph.graph.update(graph_metadata(reader, as_of, read_sources(reader)))
    graph.graph["story"] = story(reader)
    records = _Records(view, window, positions(reader), len(columns.claims))
    nodes = _Nodes(reader, columns, records)
    for place, (iri, sort) in enumerate(zip(nodes.iris, nodes.sorts, strict=True)):
        if places or sort != "place":
            graph.add_node(iri)
            graph._node[iri] = LazyAttributes(nodes, place, "label")
    edges = _Edges(columns, window, records)
    claims, entities, labels = columns.claims, columns.entities, columns.labels
    starts, ends = columns.from_.tolist(), columns.to.tolist()
    successions = _successions(reader, graph, window, inferred=inferred)
    for place in _drawn(columns, window, inferred=inferred, places=places).tolist():
        iri, start, end = claims[place], entities[starts[place]], entities[ends[place]]
        while successions and successions[-1].iri < iri:
            _add_claim(graph, successions.pop(), window)
        for party, index in ((start, starts[place]), (end, ends[place])):
            if party not in graph:
                graph.add_node(party, **unknown_node(labels[index]))
        graph.add_edge(start, end, key=iri)
        graph.get_edge_data(start, end)[iri] = LazyAttributes(edges, place, "kind")
    for claim in reversed(successions):
        _add_claim(graph, claim, window)
    return graph


def _drawn(columns: ClaimColumns, window: Days | None, *, inferred: bool, places: bool) -> NDArray[np.intp]:
    """The claims (indices) that the network shows."""
    import numpy as np

    drawn = np.ones(len(columns.claims), bool)
    if not places:
        drawn &= (columns.entity_kind[columns.from_] != _PLACE) & (columns.entity_kind[columns.to] != _PLACE)
    if not inferred:
        drawn &= columns.flags & (INFERRED | NO_EVIDENCE) != INFERRED
    if window is not None:
        drawn &= can_have_held(columns, _ordinals(window))
    return np.flatnonzero(drawn)


def _ordinals(window: Days) -> tuple[int, int]:
    first, last = (date.fromisoformat(day).toordinal() for day in window)
    return first, last


def _successions(reader: Reader, graph: Network, window: Days | None, *, inferred: bool) -> list[Claim]:
    """The successions to show, which have an event's evidence, the last one first."""
    found = lookup_claims(reader, reader.pointing(PG.derivedBy, f"{RULE}succession")).values()
    shown = [
        claim
        for claim in found
        if (inferred or not claim.inferred) and (window is None or claim.holds(*window) != "no")
    ]
    places = {*reader.pointing(RDF.type, ENTITY_CLASSES["place"])}
    shown = [c for c in shown if all(p.iri in graph or p.iri not in places for p in (c.from_, c.to))]
    return sorted(shown, key=lambda claim: claim.iri, reverse=True)


def _add_claim(graph: Network, claim: Claim, window: Days | None) -> None:
    for party in (claim.from_, claim.to):
        if party.iri not in graph:
            graph.add_node(party.iri, **unknown_node(party.label))
    graph.add_edge(claim.from_.iri, claim.to.iri, key=claim.iri, **_edge(claim, window))


def _edge(claim: Claim, window: Days | None) -> dict[str, Any]:
    return {"holds": claim.holds(*window) if window else None, **edge_attributes(claim)}


class _Records:
    """Reads all that is recorded of bodies and claims: one by one, after many of them all at once."""

    def __init__(
        self, view: Callable[[], Reader], window: Days | None, saved: dict[str, dict[str, list[int]]], claims: int
    ) -> None:
        self._view, self._window, self._saved = view, window, saved
        self._lookups = max(_FEWEST_LOOKUPS, claims // _LOOKUPS_PER_RECORD)
        self._nodes: Mapping[str, dict[str, Any]] | None = None
        self._edges: dict[str, dict[str, Any]] = {}

    def node(self, iri: str) -> dict[str, Any]:
        """The attributes of a body."""
        if self._may_look_up(iri) and (part := part_reader(self._view(), {iri})) is not None:
            return self._with_position(iri, node_attributes(ReadModel(part))[iri])
        return self._with_position(iri, self._all_nodes()[iri])

    def edge(self, iri: str) -> dict[str, Any]:
        """The attributes of a claim."""
        if self._may_look_up(iri):
            return _edge(lookup_claims(self._view(), [iri])[iri], self._window)
        self._all_nodes()
        return self._edges[iri]

    def _may_look_up(self, iri: str) -> bool:
        self._lookups -= 1
        return self._nodes is None and self._lookups >= 0 and is_iri(iri)

    def _with_position(self, iri: str, attributes: dict[str, Any]) -> dict[str, Any]:
        return attributes | {"at": self._saved.get(iri, {})}

    def _all_nodes(self) -> Mapping[str, dict[str, Any]]:
        """The attributes of all bodies; those of the claims are read with them."""
        if self._nodes is None:
            whole = build_network(self._view(), places=True)
            for _, _, key, data in whole.edges(keys=True, data=True):
                if self._window is not None:
                    data["holds"] = self._holds(data)
                self._edges[key] = data
            self._nodes = {iri: dict(data) for iri, data in whole.nodes(data=True)}
        return self._nodes

    def _holds(self, data: Mapping[str, Any]) -> str:
        assert self._window is not None
        return holds_in_window(data["valid_from"], data["valid_until"], self._window)


class _Nodes:
    """The bodies that the graph describes, sorted by IRI, by their place."""

    names = frozenset(unknown_node(""))

    def __init__(self, reader: Reader, columns: ClaimColumns, records: _Records) -> None:
        self._records = records
        described: dict[str, str] = {}
        for kind, class_iri in ENTITY_CLASSES.items():
            for iri in reader.pointing(RDF.type, class_iri):
                described.setdefault(iri, kind)
        self.iris = sorted(described)
        self.sorts = [described[iri] for iri in self.iris]
        labels = dict(zip(columns.entities, columns.labels, strict=True))
        types = dict(zip(columns.entities, columns.types, strict=True))
        if others := described.keys() - labels.keys():  # that no claim names
            stated = first_values(reader, SKOS.prefLabel)
            labels |= {iri: stated.get(iri) or label_from_iri(iri) for iri in others}
            types |= first_types(reader, others)
        self._labels = [labels[iri] for iri in self.iris]
        self._types = [types.get(iri, "") for iri in self.iris]
        self.known: Mapping[str, Callable[[int], Any]] = {
            "label": self._labels.__getitem__,
            "sort": self.sorts.__getitem__,
            "type": lambda place: self._types[place] or self.sorts[place],
            "family": self._family,
        }

    def _family(self, place: int) -> Any:
        """That of the first type; where it has none, that of a further one, which is not known here."""
        code = self._types[place]
        return (concept_of(code).broader or UNREAD) if code else self.sorts[place]

    def read(self, place: int) -> dict[str, Any]:
        """All attributes of a body."""
        return self._records.node(self.iris[place])


class _Edges:
    """The claims of the columns, by their place."""

    names = frozenset(_edge(Claim("", "", "", "", "", False, Party("", ""), Party("", "")), None))

    def __init__(self, columns: ClaimColumns, window: Days | None, records: _Records) -> None:
        self._columns, self._records = columns, records
        kinds = [concept_of(code) for code in columns.kinds]
        sure = surely_held(columns, _ordinals(window)) if window is not None else None

        def of_kind(values: list[Any]) -> Callable[[int], Any]:
            return lambda place: values[columns.kind[place]]

        def wording(phrases: list[str], subject: NDArray[np.int32]) -> Callable[[int], str]:
            """The words of a kind, agreeing with their subject: a group is plural."""
            plurals = [plural_wording(phrase) for phrase in phrases]
            is_group = columns.entity_kind == _GROUP
            return lambda place: (plurals if is_group[subject[place]] else phrases)[columns.kind[place]]

        def holds(place: int) -> str | None:
            return None if sure is None else "yes" if sure[place] else "unknown"

        self.known: Mapping[str, Callable[[int], Any]] = {
            "holds": holds,
            "kind": of_kind([kind.code for kind in kinds]),
            "label": of_kind([kind.label for kind in kinds]),
            "forward": wording([kind.forward or kind.label for kind in kinds], columns.from_),
            "inverse": wording([kind.inverse or kind.forward or kind.label for kind in kinds], columns.to),
            "symmetric": of_kind([kind.symmetric for kind in kinds]),
            "valid_from": lambda place: open_days(*columns.bounds[place, :2].tolist()),
            "valid_until": lambda place: open_days(*columns.bounds[place, 2:].tolist()),
            "standing": self._acceptance_status,
            "inferred": lambda place: int(columns.flags[place]) & (INFERRED | NO_EVIDENCE) == INFERRED,
            "derived": lambda _: False,
            "rule": lambda _: None,
        }

    def _acceptance_status(self, place: int) -> str:
        flags = int(self._columns.flags[place])
        return next((name for flag, name in _STANDINGS if flags & flag), "accepted")

    def read(self, place: int) -> dict[str, Any]:
        """All attributes of a claim."""
        return self._records.edge(self._columns.claims[place])
