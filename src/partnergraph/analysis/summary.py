"""The summary: what the other commands say of a graph, in a fixed order and shortened."""

from __future__ import annotations

from dataclasses import replace

from partnergraph.analysis.answer import AnalysisAnswer, Cell, Sentence
from partnergraph.analysis.brokers import brokers
from partnergraph.analysis.communities import communities
from partnergraph.analysis.community_answer import FEWEST, first_sentence
from partnergraph.analysis.context import AnalysisContext, claims_among, pairs_of
from partnergraph.analysis.gaps import gaps
from partnergraph.analysis.measures import in_order, rank_in_words, ranks
from partnergraph.analysis.projection import Projection
from partnergraph.analysis.stale import stale
from partnergraph.analysis.words import counted, names_in_words, number_in_words

FEW = 3  # sentences of a command
COLUMNS = ("figure", "stated", "with inferred")


def summary(context: AnalysisContext, organisation: str | None = None) -> AnalysisAnswer:
    """Size, neighbours, brokers, gaps, sets and stale claims, around an organisation (by default the focus; without
    one, of the whole graph). Raises `QueryError` for an unknown name.
    """
    own = context.own_organisation(organisation)
    projection = context.projection()
    title = f"Summary{f' around {context.label(own)}' if own else ''}"
    sentences = [_size(context, projection)]
    if own is not None:
        sentences.append(_own_sentence(context, projection, own))
    broker_answer = brokers(context, organisation)
    if len(projection.nodes):
        sentences.append(_most_neighbours(context, projection))
        sentences += broker_answer.sentences[:FEW]
        if len(broker_answer.sentences) > FEW:
            sentences.append(broker_answer.sentences[-1])
    if own is not None and context.position(projection, own) is not None:
        sentences += [sentence for sentence in gaps(context, organisation).sentences[:FEW] if sentence.claims]
    if len(projection.nodes) >= FEWEST:
        sentences.append(first_sentence(context, projection, communities(projection)))
    sentences += stale(context).sentences[:1]
    return context.answer(
        "summary",
        title,
        list(dict.fromkeys(sentences)),
        COLUMNS,
        _figures(context),
        notes=broker_answer.notes,
        highlight=broker_answer.highlight,
    )


def _size(context: AnalysisContext, projection: Projection) -> Sentence:
    name = context.options.projection
    text = f"The {name} projection has {_counts(context, projection)}"
    other = context.projection(replace(context.options, with_inferred=not context.options.with_inferred))
    words = "with inferred claims" if other.scope.with_inferred else "without inferred claims"
    text += f"; {words}, {_counts(context, other)}"
    return context.sentence(text, claims_among(projection, range(len(projection.nodes))))


def _counts(context: AnalysisContext, projection: Projection) -> str:
    pairs = counted(len(projection.pairs), "pair")
    if not len(projection.nodes):
        return pairs
    pieces = counted(int(context.measures(projection).component.max()), "piece")
    return f"{pairs} of {counted(len(projection.nodes), 'organisation')}, in {pieces}"


def _own_sentence(context: AnalysisContext, projection: Projection, own: str) -> Sentence:
    focus = context.position(projection, own)
    if focus is None:
        return context.absence(own)
    neighbours = pairs_of(projection, focus)
    names = names_in_words(context.labels(projection, [other for other, _ in neighbours]))
    claims = [claim for _, behind in neighbours for claim in behind.tolist()]
    number = counted(len(neighbours), "organisation")
    return context.sentence(f"{context.label(own)} is joined to {number}: {names}", claims)


def _most_neighbours(context: AnalysisContext, projection: Projection) -> Sentence:
    degree = context.measures(projection).degree.astype(float)
    rank = ranks(degree)
    parts, claims = [], list[int]()
    for node in in_order(degree)[:FEW].tolist():
        place = rank_in_words(int(rank[node]), joint=int((rank == rank[node]).sum()) > 1)
        parts.append(f"{context.labels(projection, [node])[0]} {place}, {number_in_words(int(degree[node]))}")
        claims += [claim for _, behind in pairs_of(projection, node) for claim in behind.tolist()]
    text = f"By number of neighbours in the {context.options.projection} projection: {'; '.join(parts)}"
    return context.sentence(text, claims)


def _figures(context: AnalysisContext) -> list[tuple[Cell, ...]]:
    """The figures of both sorts of claims, side by side."""
    sides = [_figures_of(context, projection) for projection in context.both]
    return [(figure, sides[0][figure], sides[1][figure]) for figure in sides[0]]


def _figures_of(context: AnalysisContext, projection: Projection) -> dict[str, Cell]:
    import numpy as np

    scope, measures = projection.scope, context.measures(projection)
    some = len(projection.nodes) > 0
    return {
        "claims counted": scope.counted,
        "of them undated": scope.undated,
        "of them with an end": scope.with_end,
        "inferred claims left out": scope.inferred,
        "disputed claims left out": scope.disputed,
        "organisations": len(projection.nodes),
        "pairs": len(projection.pairs),
        "pieces": int(measures.component.max()) if some else 0,
        "organisations in the largest piece": int(np.bincount(measures.component).max()) if some else 0,
        "cut points": len(measures.cut_points) if some else 0,
        "bridges": len(measures.bridges) if some else 0,
        "largest core number": int(measures.core.max()) if some else 0,
        "unnamed groups": scope.groups,
        "undertakings": scope.undertakings,
    }
