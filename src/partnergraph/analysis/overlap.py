"""The partners that two organisations have in common: neighbours except by `part-of`, and their Jaccard index."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from partnergraph.analysis.answer import AnalysisAnswer, Cell, Highlight, Sentence
from partnergraph.analysis.context import AnalysisContext, partners_of
from partnergraph.analysis.words import counted, names_in_words, share_in_words
from partnergraph.claims.claim_columns import START_STATED, open_days
from partnergraph.claims.date_window import bounds_in_words
from partnergraph.claims.terms import concept_of
from partnergraph.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from partnergraph.analysis.projection import Projection

    Partners = dict[int, NDArray[np.int32]]  # by entity, with the claims

COLUMNS = ("partner", "iri", "type", "partner of", "kinds with A", "since, A", "kinds with B", "since, B")


def overlap(context: AnalysisContext, a: str, b: str) -> AnalysisAnswer:
    """Whom A and B have in common, and who is a partner of one alone. Raises `QueryError` for unknown names,
    `UsageError` where both are one body.
    """
    first, second = context.organisation(a), context.organisation(b)
    if first == second:
        raise UsageError(f"'{a}' and '{b}' are one body, {context.label(first)}. Name two.")
    projection = context.projection()
    names = context.label(first), context.label(second)
    title = f"Partners of {names[0]} and {names[1]}"
    ends = [context.position(projection, iri) for iri in (first, second)]
    if ends[0] is not None and ends[0] == ends[1]:
        merged = context.labels(projection, [ends[0]])[0]
        text = f"Rolled up, {names[0]} and {names[1]} are both counted as {merged}."
        return context.answer("overlap", title, [Sentence(text)], COLUMNS)
    missing = [context.absence(iri) for iri in (first, second) if context.position(projection, iri) is None]
    one, other = _partners(context, projection, first, second)
    shared = sorted({*one} & {*other})
    alone = [len(side.keys() - set(shared)) for side in (one, other)]
    # The number of partners of one alone rests on all claims of both.
    every = [claim for side in (one, other) for behind in side.values() for claim in behind.tolist()]
    in_common = _shared_sentence(context, one, other, names)
    sentences = [*missing, in_common]
    counts = f"{names[0]} alone has {share_in_words(alone[0])}, {names[1]} alone {share_in_words(alone[1])}"
    sentences.append(context.sentence(counts, every))
    sentences.append(_beside(context, first, second))
    total = len(shared) + sum(alone)
    notes = []
    if total:
        notes.append(f"The Jaccard index of their partners is {len(shared) / total:.3g}.")
    highlight = Highlight(
        sets=((f"partner of both {names[0]} and {names[1]}", _iris(context, shared)),) if shared else (),
        claims=in_common.claims,
    )
    rows = _rows(context, one, other, names)
    return context.answer("overlap", title, sentences, COLUMNS, rows, notes=notes, highlight=highlight)


def most_in_common(context: AnalysisContext, own: str, most: int) -> list[Sentence]:
    """The partners of an organisation (IRI) that have the most partners in common with it: of each the first sentence
    of `overlap`, most partners first, then by IRI.
    """
    import numpy as np

    projection = context.projection()
    focus = context.position(projection, own)
    if focus is None:
        return []
    pair = np.repeat(np.arange(len(projection.pairs)), np.diff(projection.offsets))
    partnered = np.bincount(pair[~context.is_part(projection.pair_claims)], minlength=len(projection.pairs)) > 0
    pairs = projection.pairs[partnered]
    partner = np.zeros(len(projection.nodes), bool)
    partner[pairs[(pairs == focus).any(axis=1)]] = True
    partner[focus] = False
    first, second = pairs.T
    shared = np.bincount(first[partner[second]], minlength=len(partner))
    shared += np.bincount(second[partner[first]], minlength=len(partner))
    shared[~partner] = 0
    sentences = []
    for node in np.lexsort((np.arange(len(shared)), -shared))[:most].tolist():
        if shared[node]:
            other = context.columns.entities[int(projection.nodes[node])]
            sides = _partners(context, projection, own, other)
            sentences.append(_shared_sentence(context, *sides, (context.label(own), context.label(other))))
    return sentences


def _shared_sentence(context: AnalysisContext, one: Partners, other: Partners, names: tuple[str, str]) -> Sentence:
    shared = sorted({*one} & {*other})
    claims = [claim for side in (one, other) for partner in shared for claim in side[partner].tolist()]
    labels = [context.columns.labels[partner] for partner in shared]
    noun = counted(len(shared), "partner")
    text = f"{names[0]} and {names[1]} have {noun} in common{f': {names_in_words(labels)}' if labels else ''}"
    return context.sentence(text, claims)


def _iris(context: AnalysisContext, entities: list[int]) -> tuple[str, ...]:
    return tuple(context.columns.entities[entity] for entity in entities)


def _partners(context: AnalysisContext, projection: Projection, first: str, second: str) -> tuple[Partners, Partners]:
    """The partners of each other than the two themselves."""
    ends = [context.position(projection, iri) for iri in (first, second)]
    sides = []
    for end in ends:
        partners = partners_of(context, projection, end) if end is not None else {}
        sides.append({int(projection.nodes[node]): claims for node, claims in partners.items() if node not in ends})
    return sides[0], sides[1]


def _beside(context: AnalysisContext, first: str, second: str) -> Sentence:
    other = replace(context.options, with_inferred=not context.options.with_inferred)
    one, two = _partners(context, context.projection(other), first, second)
    shared = {*one} & {*two}
    words = "With inferred claims" if other.with_inferred else "Without inferred claims"
    counts = [share_in_words(len(side) - len(shared)) for side in (one, two)]
    alone = f"{context.label(first)} alone {counts[0]}, {context.label(second)} alone {counts[1]}"
    claims = [claim for side in (one, two) for behind in side.values() for claim in behind.tolist()]
    return context.sentence(f"{words}: {share_in_words(len(shared))} in common, {alone}", claims)


def _rows(context: AnalysisContext, one: Partners, other: Partners, names: tuple[str, str]) -> list[tuple[Cell, ...]]:
    """Those of both first, then those of A, then those of B, each by name."""
    columns = context.columns

    def order(partner: int) -> tuple[int, str, int]:
        return (
            0 if partner in one and partner in other else 1 if partner in one else 2,
            columns.labels[partner],
            partner,
        )

    rows: list[tuple[Cell, ...]] = []
    for partner in sorted({*one, *other}, key=order):
        of = "both" if partner in one and partner in other else names[0] if partner in one else names[1]
        head = (columns.labels[partner], columns.entities[partner], columns.types[partner] or None, of)
        rows.append(
            (*head, *_kinds_and_since(context, one.get(partner)), *_kinds_and_since(context, other.get(partner)))
        )
    return rows


def _kinds_and_since(context: AnalysisContext, claims: NDArray[np.int32] | None) -> tuple[Cell, Cell]:
    """The kinds of claims in words, and the earliest start that one of them states."""
    if claims is None:
        return None, None
    columns = context.columns
    kinds = sorted({concept_of(columns.kinds[kind]).label for kind in columns.kind[claims].tolist()})
    dated = claims[columns.flags[claims] & START_STATED != 0]
    starts = sorted(columns.bounds[dated, :2].tolist())
    return "; ".join(kinds), bounds_in_words(open_days(*starts[0])) if starts else None
