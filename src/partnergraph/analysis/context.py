"""What every command works with: the columns of a graph, the options, the projections and measures made so far, and how
a sentence refers to its claims.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from partnergraph.analysis.answer import AnalysisAnswer, Cell, Highlight, Sentence
from partnergraph.analysis.hierarchies import distinct, top_parents
from partnergraph.analysis.projection import PROJECTIONS, Projection, scope_sentence
from partnergraph.analysis.projections import project
from partnergraph.analysis.words import basis_in_words, counted, group_in_words
from partnergraph.claims.claim_columns import (
    END_STATED,
    ENTITY_KINDS,
    START_STATED,
    ClaimColumns,
    claim_columns,
)
from partnergraph.claims.date_window import date_window
from partnergraph.claims.name_search import resolve_name
from partnergraph.claims.sentences import relationship_sentence
from partnergraph.claims.terms import concept_of
from partnergraph.errors import UsageError
from partnergraph.grammar import plural_wording
from partnergraph.vocabulary import PG

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from partnergraph.analysis.block_tree import BlockTree
    from partnergraph.analysis.measures import NetworkMeasures
    from partnergraph.store import Reader

_GROUP = ENTITY_KINDS.index("group")
_KINDS = {"group": "an unnamed group", "undertaking": "an undertaking", "place": "a place", "other": "no organisation"}


@dataclass(frozen=True)
class AnalysisOptions:
    """What a command counts: see `partnergraph.analysis.projections.project`. Raises `UsageError` for what is none."""

    projection: str = "claims"
    with_inferred: bool = False
    as_of: str | None = None
    largest: int | None = None
    roll_up: bool = False

    def __post_init__(self) -> None:
        if self.projection not in PROJECTIONS:
            raise UsageError(f"There is no projection '{self.projection}'. There are: {', '.join(PROJECTIONS)}.")
        if self.as_of is not None:
            date_window(self.as_of)


class AnalysisContext:
    """A graph and the options of a command; projections and measures are computed when they are first used."""

    def __init__(
        self, reader: Reader, options: AnalysisOptions | None = None, columns: ClaimColumns | None = None
    ) -> None:
        """`columns`: those of `reader`, if they are read already."""
        self.reader, self.options = reader, options or AnalysisOptions()
        if columns is not None:
            self.columns = columns
        self._projections: dict[AnalysisOptions, Projection] = {}
        self._measures: dict[int, NetworkMeasures] = {}
        self._trees: dict[tuple[int, int | None], BlockTree] = {}
        self._named: dict[str, None] = {}  # the bodies that were resolved, in that order

    @cached_property
    def columns(self) -> ClaimColumns:
        """The claims of the graph, of all dates."""
        return claim_columns(self.reader)

    # Bodies

    @cached_property
    def entity_index(self) -> dict[str, int]:
        """The place of each entity in the columns, by IRI."""
        return {iri: place for place, iri in enumerate(self.columns.entities)}

    @cached_property
    def focus(self) -> str | None:
        """The IRI of the organisation that the graph is about; None where it does not say."""
        rows = self.reader.rows("SELECT ?f { ?c a dcat:Catalog ; pg:about ?f } ORDER BY ?f LIMIT 1")
        return str(rows[0]["f"]) if rows else None

    def organisation(self, name: str | None) -> str:
        """The IRI of the body with this name, of the focus for None. Raises `QueryError` for a name that none or
        several have, `UsageError` where the graph has no focus.
        """
        if name is None and self.focus is None:
            raise UsageError("This graph does not say whose it is (focus in its partnergraph.toml): name a body.")
        if name is None:
            iri = str(self.focus)
        else:
            iri = name if ":" in name and name in self.entity_index else resolve_name(self.reader, name).iri
        self._named.setdefault(iri)
        return iri

    @property
    def resolved(self) -> tuple[str, ...]:
        """The bodies that were resolved by `organisation`, in that order."""
        return tuple(self._named)

    def own_organisation(self, name: str | None) -> str | None:
        """The same, but None where neither a name is given nor the graph has a focus."""
        return None if name is None and self.focus is None else self.organisation(name)

    def label(self, iri: str) -> str:
        """The name of a body."""
        if iri in self.entity_index:
            return self.columns.labels[self.entity_index[iri]]
        match = next(iter(self.reader.names.of(iri)), None)
        return match.label if match else iri

    def labels(self, projection: Projection, positions: Iterable[int]) -> list[str]:
        """The names of some nodes."""
        return [self.columns.labels[projection.nodes[position]] for position in positions]

    @cached_property
    def merged(self) -> NDArray[np.int32]:
        """The organisation that each entity is merged into: itself without `roll_up`."""
        import numpy as np

        columns = self.columns
        if not self.options.roll_up:
            return np.arange(len(columns.entities), dtype=np.int32)
        base = self.projection(replace(self.options, projection="claims", roll_up=False, largest=None))
        parts = distinct(base.pair_claims[self.is_part(base.pair_claims)])
        return top_parents(columns.from_[parts], columns.to[parts], len(columns.entities))

    @cached_property
    def places(self) -> dict[int, list[str]]:
        """The names of the places where each entity is, or what is merged into it."""
        places: dict[int, set[str]] = {}
        for iri, place in self.reader.pairs(PG.locatedIn):
            if iri in self.entity_index:
                places.setdefault(int(self.merged[self.entity_index[iri]]), set()).add(self.label(place))
        return {entity: sorted(names) for entity, names in places.items()}

    def is_part(self, claims: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Whether claims say that one body is a part of another."""
        import numpy as np

        parts = np.array([kind == "part-of" for kind in self.columns.kinds], bool)
        return parts[self.columns.kind[claims]] if len(parts) else np.zeros(len(claims), bool)

    def node_entity(self, iri: str) -> int | None:
        """The entity that a body is counted as; None where no claim names it."""
        return int(self.merged[self.entity_index[iri]]) if iri in self.entity_index else None

    def position(self, projection: Projection, iri: str | None) -> int | None:
        """The node of a body, or of what it is merged into; None where it is none."""
        import numpy as np

        entity = self.node_entity(iri) if iri is not None else None
        if entity is None:
            return None
        place = int(np.searchsorted(projection.nodes, entity))
        return place if place < len(projection.nodes) and projection.nodes[place] == entity else None

    # Projections and measures

    def projection(self, options: AnalysisOptions | None = None) -> Projection:
        """The projection of the options, or of others."""
        options = options or self.options
        if options not in self._projections:
            self._projections[options] = project(
                self.columns,
                options.projection,
                with_inferred=options.with_inferred,
                as_of=options.as_of,
                roll_up=options.roll_up,
                largest=options.largest,
            )
        return self._projections[options]

    @property
    def both(self) -> tuple[Projection, Projection]:
        """The projection of stated claims, and with inferred ones."""
        stated, inferred = (self.projection(replace(self.options, with_inferred=value)) for value in (False, True))
        return stated, inferred

    def measures(self, projection: Projection) -> NetworkMeasures:
        """The measures of a projection of this context; those of another one where both have the same pairs, as stated
        and with inferred claims where nothing is inferred.
        """
        from partnergraph.analysis.measures import NetworkMeasures

        if id(projection) not in self._measures:
            alike = (known for known in self._measures.values() if same_pairs(known.projection, projection))
            self._measures[id(projection)] = next(alike, None) or NetworkMeasures(projection)
        return self._measures[id(projection)]

    def block_tree(self, projection: Projection, own: str | None) -> BlockTree:
        """What each node of a projection alone joins to a body, or to the largest rest where that is no node."""
        focus = self.position(projection, own)
        key = id(projection), focus
        if key not in self._trees:
            self._trees[key] = self.measures(projection).block_tree(focus)
        return self._trees[key]

    # Sentences

    def sentence(self, text: str, claims: Iterable[int] | NDArray[np.int32] = ()) -> Sentence:
        """A sentence that rests on claims (indices), with how many they are and how many of them are undated."""
        import numpy as np

        indices = distinct(np.asarray(claims if isinstance(claims, np.ndarray) else [*claims], np.int64))
        undated = int(np.count_nonzero(self.columns.flags[indices] & (START_STATED | END_STATED) == 0))
        basis = basis_in_words(len(indices), undated)
        # Identifiers are decoded as they are read, many at once in a third of the time.
        iris = [*self.columns.claims] if len(indices) * 2 > len(self.columns.claims) else self.columns.claims
        return Sentence(
            f"{text} ({basis})." if basis else f"{text}.",
            tuple(iris[index] for index in indices.tolist()),
            undated,
        )

    def absence(self, iri: str) -> Sentence:
        """Why a body is no node of the projection."""
        import numpy as np

        name, entity = self.label(iri), self.entity_index.get(iri)
        kind = ENTITY_KINDS[self.columns.entity_kind[entity]] if entity is not None else "organisation"
        if kind != "organisation":
            return Sentence(f"{name} is {_KINDS[kind]}, which no projection has as a node.")
        named = np.zeros(0, np.int64)
        if entity is not None:
            named = np.flatnonzero((self.columns.from_ == entity) | (self.columns.to == entity))
        joins = {
            "claims": f"No counted claim joins {name} to another organisation",
            "co-membership": f"No counted co-membership joins {name} to another organisation",
            "two-mode": f"No counted membership joins {name} to another organisation",
            "funding": f"No counted funding joins {name} to another organisation",
        }[self.options.projection]
        if not len(named):
            return Sentence(f"{joins}.")
        verb = "names" if len(named) == 1 else "name"
        return self.sentence(f"{joins}; {counted(len(named), 'other claim')} {verb} it", named)

    def _merged_notes(self) -> list[str]:
        """Which of the bodies that were resolved are counted as another one."""
        known = {iri: self.entity_index[iri] for iri in self._named if iri in self.entity_index}
        return [
            f"Rolled up, {self.label(iri)} is counted as {self.columns.labels[self.merged[entity]]}."
            for iri, entity in known.items()
            if self.merged[entity] != entity
        ]

    def answer(
        self,
        command: str,
        title: str,
        sentences: Iterable[Sentence],
        columns: tuple[str, ...] = (),
        rows: Iterable[tuple[Cell, ...]] = (),
        *,
        notes: Iterable[str] = (),
        highlight: Highlight | None = None,
        scope: str | None = None,
    ) -> AnalysisAnswer:
        """An answer with the scope of the projection of the options."""
        if scope is None:
            own = self.projection().scope
            scope = scope_sentence(own, {iri: self.label(iri) for iri in own.large})
            notes = list(dict.fromkeys([*notes, *self._merged_notes()]))
        return AnalysisAnswer(
            *(command, title, tuple(sentences), columns, tuple(rows), scope, tuple(notes), highlight or Highlight()),
            context=self,
        )


def same_pairs(one: Projection, other: Projection) -> bool:
    """Whether two projections of the same columns are the same graph, whatever claims are behind it."""
    import numpy as np

    arrays = ((one.nodes, other.nodes), (one.pairs, other.pairs), (one.weights, other.weights))
    return one.directed == other.directed and all(np.array_equal(left, right) for left, right in arrays)


def iris_of(projection: Projection, nodes: Iterable[int]) -> list[str]:
    """The IRIs of some nodes."""
    return [projection.columns.entities[projection.nodes[node]] for node in nodes]


def pairs_of(projection: Projection, position: int) -> list[tuple[int, NDArray[np.int32]]]:
    """The neighbours of a node, ascending, each with the claims (indices) behind the pair; directions left out."""
    import numpy as np

    neighbours: dict[int, list[NDArray[np.int32]]] = {}
    for pair in np.flatnonzero((projection.pairs == position).any(axis=1)).tolist():
        start, end = projection.pairs[pair].tolist()
        behind = projection.pair_claims[projection.offsets[pair] : projection.offsets[pair + 1]]
        neighbours.setdefault(end if start == position else start, []).append(behind)
    return [(other, distinct(np.concatenate(claims))) for other, claims in sorted(neighbours.items())]


def partners_of(context: AnalysisContext, projection: Projection, position: int) -> dict[int, NDArray[np.int32]]:
    """The neighbours of a node except by `part-of` alone, each with the claims that are not `part-of`."""
    partners = {other: claims[~context.is_part(claims)] for other, claims in pairs_of(projection, position)}
    return {other: claims for other, claims in partners.items() if len(claims)}


def claims_among(projection: Projection, positions: Iterable[int]) -> NDArray[np.int32]:
    """The claims (indices) behind all pairs between some nodes."""
    import numpy as np

    inside = np.zeros(len(projection.nodes), bool)
    inside[list(positions)] = True
    return claims_behind(projection, np.flatnonzero(inside[projection.pairs].all(axis=1)))


def claims_behind(projection: Projection, pairs: NDArray[np.int64]) -> NDArray[np.int32]:
    """The claims (indices) behind some pairs (indices)."""
    import numpy as np

    chosen = np.zeros(len(projection.pairs), bool)
    chosen[pairs] = True
    return distinct(projection.pair_claims[np.repeat(chosen, np.diff(projection.offsets))])


def claim_in_words(context: AnalysisContext, claim: int) -> str:
    """What a claim (index) says, without dates."""
    columns = context.columns
    kind = concept_of(columns.kinds[columns.kind[claim]])
    start, end = int(columns.from_[claim]), int(columns.to[claim])
    names = [
        group_in_words(columns.labels[body]) if columns.entity_kind[body] == _GROUP else columns.labels[body]
        for body in (start, end)
    ]
    wording = kind.forward or kind.label
    is_group = columns.entity_kind[start] == _GROUP
    return relationship_sentence(names[0], plural_wording(wording) if is_group else wording, names[1])
