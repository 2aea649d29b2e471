"""The command `communities`: sets of bodies are joined more among themselves than outwards, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnergraph.analysis.answer import AnalysisAnswer, Cell, Highlight, Sentence
from partnergraph.analysis.communities import Communities, communities
from partnergraph.analysis.context import AnalysisContext, claims_among, claims_behind, iris_of
from partnergraph.analysis.words import counted, names_in_words, number_in_words

if TYPE_CHECKING:
    from partnergraph.analysis.projection import Projection

FEWEST = 10  # organisations; fewer have no sets that mean anything
SHOWN = 20  # sets in sentences, the largest
HULL = 3  # bodies that a hull is drawn around
FIRST_OF_A_SET = "Of each set, the body with the most neighbours is named first."
COLUMNS = ("set", "body", "iri", "type", "neighbours inside", "neighbours outside", "together with every seed")


def community_answer(context: AnalysisContext) -> AnalysisAnswer:
    """The sets of a projection, beside graphs of the same degrees. Raises `MissingExtra` above 2,000 pairs without the
    extra `network`.
    """
    import numpy as np

    projection = context.projection()
    title = f"Sets of bodies in the {context.options.projection} projection"
    size = len(projection.nodes)
    if size < FEWEST:
        text = f"The projection has {counted(size, 'organisation')}: too few for sets that mean anything"
        return context.answer(
            "communities", title, [context.sentence(text, claims_among(projection, range(size)))], COLUMNS
        )
    result = communities(projection)
    sets, stable = _members(result.labels.tolist()), _members(result.together.tolist())
    degree = context.measures(projection).degree
    centres = [min(nodes, key=lambda node: (-int(degree[node]), node)) for nodes in sets]
    sentences = [first_sentence(context, projection, result)]
    for number, (nodes, centre) in enumerate(zip(sets[:SHOWN], centres, strict=False), 1):
        sentences.append(_set_sentence(context, projection, result, number, nodes, centre))
    if len(sets) > SHOWN:
        more = f"{counted(len(sets) - SHOWN, 'more set', first=True)} of {len(sets[SHOWN]):,} bodies or fewer"
        ends = result.labels[projection.pairs]
        inside = (ends[:, 0] == ends[:, 1]) & (ends[:, 0] >= SHOWN)
        behind = claims_behind(projection, np.flatnonzero(inside))
        sentences.append(context.sentence(f"{more}: see the table", behind))
    rows = _rows(projection, result, sets)
    hulls = tuple(
        (
            f"set {int(result.labels[nodes[0]]) + 1}",
            tuple(iris_of(projection, nodes)),
        )
        for nodes in stable
        if len(nodes) >= HULL
    )
    return context.answer(
        "communities",
        title,
        sentences,
        COLUMNS,
        rows,
        notes=[result.note, FIRST_OF_A_SET],
        highlight=Highlight(sets=hulls),
    )


def first_sentence(context: AnalysisContext, projection: Projection, result: Communities) -> Sentence:
    """How many sets there are, with the modularity beside that of graphs of the same degrees."""
    number = int(result.labels.max()) + 1
    least = result.random_modularities[-1] if result.random_modularities else 0.0
    values = f"modularity {result.modularity:.2f}; same degrees at random: {result.random_modularity:.2f}"
    every = claims_among(projection, range(len(projection.nodes)))
    if number == 1:
        return context.sentence(f"One set holds all bodies ({values})", every)
    text = f"{counted(number, 'set', first=True)} of bodies are joined more among themselves than outwards ({values})"
    if result.modularity <= least:
        text += f"; graphs rewired at random reach {least:.2f}, so that the sets do not stand out"
    return context.sentence(text, every)


def _members(labels: list[int]) -> list[list[int]]:
    """The nodes of each set, by its number."""
    sets: dict[int, list[int]] = {}
    for node, label in enumerate(labels):
        sets.setdefault(label, []).append(node)
    return [sets[label] for label in sorted(sets)]


def _set_sentence(
    context: AnalysisContext, projection: Projection, result: Communities, number: int, nodes: list[int], centre: int
) -> Sentence:
    steady = max((part for part in _parts(result, nodes)), key=lambda part: (len(part), -part[0]))
    others = [node for node in nodes if node != centre]
    names = names_in_words(context.labels(projection, others))
    text = f"Set {number}: {context.labels(projection, [centre])[0]}"
    text += f", with {names}" if others else ""
    if 1 < len(steady) < len(nodes):
        text += f"; {number_in_words(len(steady))} of the {len(nodes):,} are together with every seed"
    elif len(steady) == len(nodes) > 1:
        text += "; all together with every seed"
    elif len(nodes) > 1:
        text += "; no two of them together with every seed"
    return context.sentence(text, claims_among(projection, nodes))


def _parts(result: Communities, nodes: list[int]) -> list[list[int]]:
    """The nodes of a set, those together that are so with every seed."""
    parts: dict[int, list[int]] = {}
    for node in nodes:
        parts.setdefault(int(result.together[node]), []).append(node)
    return list(parts.values())


def _rows(projection: Projection, result: Communities, sets: list[list[int]]) -> list[tuple[Cell, ...]]:
    """A row for each body, by set and then by IRI; the last column counts the others that it is with each time."""
    import numpy as np

    size, labels = len(projection.nodes), result.labels
    inside = labels[projection.pairs[:, 0]] == labels[projection.pairs[:, 1]]
    within = np.bincount(projection.pairs[inside].ravel(), minlength=size)
    outside = np.bincount(projection.pairs[~inside].ravel(), minlength=size)
    together = np.bincount(result.together)[result.together] - 1
    names, iris, columns = projection.labels, projection.iris, projection.columns
    return [
        (
            *(number, names[node], iris[node], columns.types[projection.nodes[node]] or None),
            *(int(within[node]), int(outside[node]), int(together[node])),
        )
        for number, nodes in enumerate(sets, 1)
        for node in nodes
    ]
