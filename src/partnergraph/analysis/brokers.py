"""Brokers: bodies that alone join others (Tarjan 1972), and that lie between others (Freeman 1977)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from partnergraph.analysis.answer import AnalysisAnswer, Cell, Highlight, Sentence
from partnergraph.analysis.block_tree import BlockTree
from partnergraph.analysis.context import AnalysisContext, claims_among, claims_behind, iris_of, pairs_of
from partnergraph.analysis.hierarchies import distinct
from partnergraph.analysis.measures import NetworkMeasures, in_order, rank_in_words, ranks
from partnergraph.analysis.stability import RankBands, rank_bands
from partnergraph.analysis.triangles import ROLES
from partnergraph.analysis.words import (
    counted,
    names_in_words,
    number_in_words,
    rounded,
    share_in_words,
    value_in_words,
)
from partnergraph.claims.claim_columns import END_STATED, START_STATED

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from partnergraph.analysis.projection import Projection

SHOWN = 10  # brokers in sentences; and rows of the table by betweenness, beside all cut points
TOP = 5  # ranks in words
BANDED = 500  # pairs; the bands of more take longer than an answer may, and are computed where they are asked for
SIZES = "betweenness"
NO_BANDS = "Ranks have no bands here; up to 500 pairs they always have, above where they are asked for (--bands)."
COLUMNS = (
    *("broker", "iri", "type", "only through it, stated", "only through it, with inferred", "betweenness", "rank"),
    *("rank, lowest", "rank, highest", "rounds in the top five", "constraint", "effective size", *ROLES),
    *("claims", "undated"),
)


def brokers(context: AnalysisContext, organisation: str | None = None, *, banded: bool | None = None) -> AnalysisAnswer:
    """Who alone joins others to an organisation (by default the focus; without one, to the largest rest), and who lies
    between others. `banded`: with bands of ranks, whatever the size; by default up to 500 pairs. Raises `QueryError`
    for an unknown name, `MissingExtra` above 2,000 pairs without the extra.
    """
    own = context.own_organisation(organisation)
    projection = context.projection()
    title = f"Brokers{f' between {context.label(own)} and others' if own else ''}"
    focus = context.position(projection, own)
    sentences: list[Sentence] = []
    if own is not None and focus is None:
        sentences.append(context.absence(own))
    if not len(projection.nodes):
        return context.answer(
            "brokers", title, sentences or [Sentence("No pair of organisations is recorded.")], COLUMNS
        )
    measures = context.measures(projection)
    tree = context.block_tree(projection, own)
    wanted = len(projection.pairs) <= BANDED if banded is None else banded
    bands = rank_bands(projection, measures) if wanted else None
    beside = _beside(context, own)
    sentences += _cut_sentences(context, projection, tree, focus, beside)
    sentences += _without_itself(context, projection, tree, focus)
    sentences.append(_between_sentence(context, projection, measures, bands))
    rows = _rows(context, projection, measures, bands, own)
    notes = [bands.note if bands else NO_BANDS, *_method(measures)]
    return context.answer(
        "brokers", title, sentences, COLUMNS, rows, notes=notes, highlight=_highlight(context, measures, own)
    )


def only_through(context: AnalysisContext, own: str, most: int) -> list[Sentence]:
    """Who would no longer be joined without an organisation (IRI), then who alone joins others to it: sentences of
    `brokers`, up to so many. Empty for what is no node of the projection.
    """
    projection = context.projection()
    focus = context.position(projection, own)
    if focus is None:
        return []
    other = context.projection(replace(context.options, with_inferred=not context.options.with_inferred))
    # Trees of their own: those of the context stay in memory, and this is called for every organisation.
    trees = [context.measures(side).block_tree(context.position(side, own)) for side in (projection, other)]
    beside = dict(zip(other.nodes.tolist(), trees[1].counts.tolist(), strict=True))
    itself = _without_itself(context, projection, trees[0], focus)
    return [*itself, *_cut_sentences(context, projection, trees[0], focus, beside, most)][:most]


def separated_counts(context: AnalysisContext, projection: Projection, own: str | None) -> dict[int, int]:
    """How many others each entity alone joins to an organisation, or to the largest rest; 0 left out."""
    if not len(projection.nodes):
        return {}
    counts = context.block_tree(projection, own).counts.tolist()
    return {entity: count for entity, count in zip(projection.nodes.tolist(), counts, strict=True) if count}


def _beside(context: AnalysisContext, own: str | None) -> dict[int, int]:
    """The same for the projection of the other sort: with inferred claims where the options are without, and back."""
    other = replace(context.options, with_inferred=not context.options.with_inferred)
    return separated_counts(context, context.projection(other), own)


def _cut_sentences(
    context: AnalysisContext,
    projection: Projection,
    tree: BlockTree,
    focus: int | None,
    beside: dict[int, int],
    most: int = SHOWN,
) -> list[Sentence]:
    import numpy as np

    counts = tree.counts
    order = np.lexsort((np.arange(len(counts)), -counts))
    cut = [node for node in order[: int((counts > 0).sum())].tolist() if node != focus]
    if focus is not None:  # those of its own piece first
        component = context.measures(projection).component.tolist()
        cut.sort(key=lambda node: component[node] != component[focus])
    goal = context.labels(projection, [focus])[0] if focus is not None else "the rest"
    if not cut:
        text = f"No organisation alone joins another one to {goal}"
        sentences = [context.sentence(text, [] if focus is None else _claims_of(projection, focus))]
    else:
        sentences = [_only_through(context, projection, tree, node, goal, beside) for node in cut[:most]]
    if len(cut) > most:
        rest = cut[most:]
        are = "organisation joins" if len(rest) == 1 else "organisations join"
        text = f"{number_in_words(len(rest), first=True)} more {are} others alone: see the table"
        pairs = np.flatnonzero(np.isin(projection.pairs, rest).any(axis=1))
        sentences.append(context.sentence(text, claims_behind(projection, pairs)))
    return sentences


def _without_itself(
    context: AnalysisContext, projection: Projection, tree: BlockTree, focus: int | None
) -> list[Sentence]:
    """Who would no longer be joined to the rest without the body that is asked about."""
    if focus is None or not tree.counts[focus]:
        return []
    separation = tree.separation(focus)
    goal = context.labels(projection, [focus])[0]
    names = context.labels(projection, separation.separated)
    others = counted(len(names), "other")
    text = f"Without {goal} itself, {others} would no longer be joined to the rest: {names_in_words(names)}"
    return [context.sentence(text, claims_among(projection, [focus, *separation.separated]))]


def _only_through(
    context: AnalysisContext, projection: Projection, tree: BlockTree, node: int, goal: str, beside: dict[int, int]
) -> Sentence:
    separation = tree.separation(node)
    separated = separation.separated
    if not separation.has_focus:
        goal = "the rest"
    names, broker = context.labels(projection, separated), context.labels(projection, [node])[0]
    if len(names) == 1:
        text = f"Only through {broker} is one other organisation, {names[0]}, joined to {goal}"
    else:
        text = f"Only through {broker} are {len(names):,} others joined to {goal}: {names_in_words(names)}"
    entity = int(projection.nodes[node])
    if (number := beside.get(entity, 0)) != len(names):
        words = "without inferred claims" if context.options.with_inferred else "with inferred claims"
        text += f"; {words}, {share_in_words(number)}"
    return context.sentence(text, claims_among(projection, [node, *separated]))


def _claims_of(projection: Projection, node: int) -> NDArray[np.int32]:
    """The claims behind all pairs of a node."""
    import numpy as np

    claims = [behind for _, behind in pairs_of(projection, node)]
    return distinct(np.concatenate(claims)) if claims else np.zeros(0, np.int32)


def _between_sentence(
    context: AnalysisContext, projection: Projection, measures: NetworkMeasures, bands: RankBands | None
) -> Sentence:
    """The first ranks by betweenness, each with its band."""
    rank = ranks(measures.betweenness)
    order = [node for node in in_order(measures.betweenness)[:TOP].tolist() if measures.betweenness[node] > 0]
    name = context.options.projection
    if not order:
        return Sentence(f"By betweenness in the {name} projection, no organisation lies between two others.")
    parts = []
    for node in order:
        place = rank_in_words(int(rank[node]), joint=int((rank == rank[node]).sum()) > 1)
        value = value_in_words(float(measures.betweenness[node]))
        band = f", band {bands.low[node]}–{bands.high[node]}" if bands else ""
        parts.append(f"{context.labels(projection, [node])[0]} {place}, {value}{band}")
    size = counted(len(projection.nodes), "organisation")
    return context.sentence(f"By betweenness in the {name} projection, of {size}: {'; '.join(parts)}", _all(projection))


def _all(projection: Projection) -> NDArray[np.int32]:
    return distinct(projection.pair_claims)


def _method(measures: NetworkMeasures) -> list[str]:
    betweenness = (
        "Betweenness counts the pairs of others that a body lies between on a shortest route; a pair with several such "
        "routes counts by the share of them (Freeman 1977)."
    )
    sampled = measures.pivots
    if sampled is None:
        return [betweenness]
    of = f"{len(sampled):,} of {measures.graph.size:,} bodies"
    return [betweenness, f"It is estimated from the shortest routes of {of}, drawn with a fixed seed."]


def _rows(
    context: AnalysisContext,
    projection: Projection,
    measures: NetworkMeasures,
    bands: RankBands | None,
    own: str | None,
) -> list[tuple[Cell, ...]]:
    """All cut points of either sort, then the first by betweenness; by what is separated, then by rank."""
    import numpy as np

    sides = [separated_counts(context, side, own) for side in context.both]
    place = {entity: node for node, entity in enumerate(projection.nodes.tolist())}
    rank = ranks(measures.betweenness)
    first = projection.nodes[in_order(measures.betweenness)[:SHOWN]].tolist()
    cut = {int(projection.nodes[node]) for node in context.block_tree(projection, own).cut_points}
    main = sides[1] if context.options.with_inferred else sides[0]
    entities = sorted({*cut, *sides[0], *sides[1], *first})
    entities.sort(key=lambda entity: (-main.get(entity, 0), int(rank[place[entity]]) if entity in place else 10**9))
    claims, undated = _claim_counts(projection)
    columns, rows = context.columns, []
    for entity in entities:
        head = (columns.labels[entity], columns.entities[entity], columns.types[entity] or None)
        counts = (sides[0].get(entity, 0), sides[1].get(entity, 0))
        if entity not in place:
            rows.append((*head, *counts, *[None] * (len(COLUMNS) - 5)))
            continue
        node = place[entity]
        band: tuple[Cell, ...] = (None, None, None)
        if bands is not None and measures.betweenness[node] > 0:
            band = (int(bands.low[node]), int(bands.high[node]), int(bands.in_top[node]))
        holes = rounded(float(measures.constraint[node])), rounded(float(measures.effective_size[node]))
        values = (rounded(float(np.round(measures.betweenness[node], 9))), int(rank[node]), *band, *holes)
        rows.append((*head, *counts, *values, *measures.roles[node].tolist(), claims[node], undated[node]))
    return rows


def _claim_counts(projection: Projection) -> tuple[list[int], list[int]]:
    """How many claims are behind the pairs of each node, and how many of them are undated."""
    import numpy as np

    columns, count = projection.columns, max(len(projection.columns.claims), 1)
    pairs = np.repeat(np.arange(len(projection.pairs)), np.diff(projection.offsets))
    keys = [projection.pairs[pairs, end].astype(np.int64) * count + projection.pair_claims for end in (0, 1)]
    node, claim = np.divmod(distinct(np.concatenate(keys)), count)
    dated = columns.flags[claim] & (START_STATED | END_STATED) != 0
    size = len(projection.nodes)
    return np.bincount(node, minlength=size).tolist(), np.bincount(node[~dated], minlength=size).tolist()


def _highlight(context: AnalysisContext, measures: NetworkMeasures, own: str | None) -> Highlight:
    stated, inferred = (
        set(iris_of(side, context.block_tree(side, own).cut_points.tolist())) if len(side.nodes) else set[str]()
        for side in context.both
    )
    return Highlight(
        sizes=size_steps(measures),
        size_label=SIZES,
        step_labels=step_labels(measures),
        rings=tuple(sorted(stated)),
        dashed_rings=tuple(sorted(inferred - stated)),
    )


def size_steps(measures: NetworkMeasures) -> dict[str, int]:
    """A step from 1 to 3 of each body by betweenness: at least a third, at least two thirds of the largest value."""
    import numpy as np

    values = measures.betweenness
    largest = float(values.max(initial=0))
    shares = np.round(values / largest, 9) if largest > 0 else values * 0
    steps = 1 + (shares >= 1 / 3) + (shares >= 2 / 3)
    return dict(zip(measures.projection.iris, steps.tolist(), strict=True))


def step_labels(measures: NetworkMeasures) -> tuple[str, ...]:
    """The lowest and the highest betweenness of the bodies of each step, at most six digits; empty for no body."""
    steps = size_steps(measures)
    values: list[list[float]] = [[], [], []]
    for iri, value in zip(measures.projection.iris, measures.betweenness.tolist(), strict=True):
        values[steps[iri] - 1].append(value)
    return tuple(
        "" if not own else f"{max(own):.6g}" if min(own) == max(own) else f"{min(own):.6g} to {max(own):.6g}"
        for own in values
    )
