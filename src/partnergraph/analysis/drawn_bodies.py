"""Which bodies of a large graph the map of an answer shows, chosen before their network is built."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from partnergraph.claims.claim_columns import ENTITY_KINDS, INFERRED, NO_EVIDENCE, ClaimColumns
from partnergraph.claims.claim_lookup import lookup_claims
from partnergraph.claims.entities import ENTITY_CLASSES
from partnergraph.claims.relationships import RULE
from partnergraph.vocabulary import PG, RDF

if TYPE_CHECKING:
    import networkx as nx

    from partnergraph.store import Reader

_PLACE = ENTITY_KINDS.index("place")


class DrawableBodies:
    """The bodies of a graph by IRI, each with the number of claims that end at it, and the parties of claims: all that
    `partnergraph.network.build_network` makes of the graph without places and without rules but `succession`.
    """

    def __init__(self, degrees: dict[str, int], parties: Mapping[str, tuple[str, str]]) -> None:
        self.degrees, self._parties = degrees, parties

    @classmethod
    def of_network(cls, network: nx.MultiDiGraph[str]) -> DrawableBodies:
        """Those of a network."""
        parties = {key: (start, end) for start, end, key in network.edges(keys=True)}
        return cls(dict(network.degree), parties)

    @classmethod
    def of_graph(
        cls, reader: Reader, columns: ClaimColumns, *, inferred: bool, claims: Collection[str]
    ) -> DrawableBodies:
        """Those of a graph with these columns, without building its network. `inferred`: with claims that rest on
        inference alone; `claims`: the IRIs of those whose parties are asked for.
        """
        import numpy as np

        described = {
            iri
            for kind, class_iri in ENTITY_CLASSES.items()
            if kind != "place"
            for iri in reader.pointing(RDF.type, class_iri)
        }
        places = {*reader.pointing(RDF.type, ENTITY_CLASSES["place"])} - described
        drawn = (columns.entity_kind[columns.from_] != _PLACE) & (columns.entity_kind[columns.to] != _PLACE)
        if not inferred:
            drawn &= columns.flags & (INFERRED | NO_EVIDENCE) != INFERRED
        size = len(columns.entities)
        counts: Any = np.bincount(columns.from_[drawn], minlength=size) + np.bincount(columns.to[drawn], minlength=size)
        degrees = dict.fromkeys(described, 0)
        degrees |= {columns.entities[index]: int(counts[index]) for index in np.flatnonzero(counts).tolist()}
        parties = {}
        for iri in claims:
            place = bisect_left(columns.claims, iri)
            if place < len(columns.claims) and columns.claims[place] == iri and drawn[place]:
                parties[iri] = (columns.entities[columns.from_[place]], columns.entities[columns.to[place]])
        for claim in lookup_claims(reader, reader.pointing(PG.derivedBy, f"{RULE}succession")).values():
            ends = claim.from_.iri, claim.to.iri
            if (inferred or not claim.inferred) and places.isdisjoint(ends):
                parties[claim.iri] = ends
                for end in ends:
                    degrees[end] = degrees.get(end, 0) + 1
        return cls(degrees, parties)

    def choose(
        self, marked: Collection[str], claims: Collection[str], first: Collection[str], most: int
    ) -> tuple[set[str], str]:
        """The bodies to show, `most` at most, and a sentence that says how they were chosen: those that are marked or
        are parties of these claims (all, if there are none), of too many the `first` ones, then the best connected.
        """
        total = len(self.degrees)
        wanted = {*marked, *(iri for claim in claims for iri in self._parties.get(claim, ()))}
        own = [iri for iri in self.degrees if iri in wanted] or list(self.degrees)
        ranked = sorted(own, key=lambda iri: (iri not in first, -self.degrees[iri], iri))
        shown = {*ranked[:most]}
        what = "that this answer marks or names" if len(own) < total else "that it has"
        best = "best connected of those " if len(own) > most else ""
        return shown, f"Of {total:,} bodies the map and the tables show the {len(shown):,} {best}{what}."
