"""A measure year by year, in the graph of what surely held and in that of what can have held.

What only grows with more pairs lies between the two, as far as it is recorded: two bounds. Other measures have two
values and no bounds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from partnergraph.analysis.answer import AnalysisAnswer, Highlight
from partnergraph.analysis.communities import SEEDS, best_modularity
from partnergraph.analysis.context import AnalysisContext, pairs_of
from partnergraph.analysis.projections import project
from partnergraph.analysis.timeline import (
    BOUNDS_NOTE,
    band_in_words,
    dated_years,
    held_within,
    require_all_dates,
    year_spans,
    years_in_words,
)
from partnergraph.analysis.words import counted, rounded, value_in_words
from partnergraph.claims.claim_columns import can_have_held, surely_held
from partnergraph.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from partnergraph.analysis.measures import NetworkMeasures
    from partnergraph.analysis.projection import Projection

Number = int | float | None
BOUNDED_COLUMNS = ("year", "surely", "at most")
TWO_GRAPHS = ("year", "of what surely held", "of what can have held")
SHOWN = 20  # spans in sentences
YEARS = 100  # the last ones, which are computed
# Betweenness: bodies x pairs of all years up to which all paths are followed; beyond, paths from so many bodies of each
# year, and the last years with so many pivots x pairs, but 10 years at least.
EXACT, PIVOTS, WORK, FEWEST_YEARS = 600_000_000, 100, 75_000_000, 10
# Modularity: seeds x pairs of all years up to which there are all seeds; beyond, so many seeds, and the last years with
# so many seeds x pairs.
ALL_SEEDS, FEW_SEEDS, SEED_WORK = 6_000_000, 3, 3_500_000


@dataclass(frozen=True)
class YearlyMeasure:
    """A measure of a body, or of the whole network. `bounded`: more pairs never make it smaller. `noun` and `plural`:
    what it counts; without them it is a value. `own_pairs`: it is of the pairs of the body alone.
    """

    label: str
    value: Callable[[NetworkMeasures, int], Number]
    absent: Number = 0  # of a body without a pair, or of a network without any
    bounded: bool = True
    noun: str = ""
    plural: str = ""
    own_pairs: bool = False


def _largest_component(measures: NetworkMeasures) -> int:
    return int((measures.component == 1).sum())


def _best_modularity(measures: NetworkMeasures, _: int) -> float:
    return best_modularity(measures.projection)


BODY_MEASURES = {
    "degree": YearlyMeasure(
        "number of neighbours",
        lambda measures, node: int(measures.degree[node]),
        noun="neighbour",
        plural="neighbours",
        own_pairs=True,
    ),
    "reach": YearlyMeasure(
        "number of others in its piece",
        lambda measures, node: int((measures.component == measures.component[node]).sum()) - 1,
        noun="other organisation in its piece",
        plural="other organisations in its piece",
    ),
    "core": YearlyMeasure("core number", lambda measures, node: int(measures.core[node])),
    "betweenness": YearlyMeasure(
        "betweenness", lambda measures, node: float(measures.betweenness[node]), bounded=False
    ),
    "pagerank": YearlyMeasure("PageRank", lambda measures, node: float(measures.pagerank[node]), None, bounded=False),
    "constraint": YearlyMeasure(
        "constraint", lambda measures, node: float(measures.constraint[node]), None, bounded=False
    ),
    "effective-size": YearlyMeasure(
        "effective size", lambda measures, node: float(measures.effective_size[node]), None, bounded=False
    ),
}
NETWORK_MEASURES = {
    "organisations": YearlyMeasure(
        "number of organisations with a pair",
        lambda measures, _: len(measures.projection.nodes),
        noun="organisation with a pair",
        plural="organisations with a pair",
    ),
    "pairs": YearlyMeasure(
        "number of pairs", lambda measures, _: len(measures.projection.pairs), noun="pair", plural="pairs"
    ),
    "largest-component": YearlyMeasure(
        "size of the largest piece",
        lambda measures, _: _largest_component(measures),
        noun="organisation in the largest piece",
        plural="organisations in the largest piece",
    ),
    "largest-core": YearlyMeasure("largest core number", lambda measures, _: int(measures.core.max())),
    "components": YearlyMeasure("number of pieces", lambda measures, _: int(measures.component.max()), bounded=False),
    "modularity": YearlyMeasure("modularity", _best_modularity, None, bounded=False),
}
MEASURES = BODY_MEASURES | NETWORK_MEASURES


def measure_timeline(context: AnalysisContext, measure: str, organisation: str | None = None) -> AnalysisAnswer:
    """A measure (`MEASURES`) of an organisation (by default the focus) or of the whole network, from the first to the
    last year that a date names (the last 100 years): of claims behind pairs of the organisation, or behind all.

    Raises `UsageError` for another measure, for an organisation with a measure of the whole network, and for the
    options of one date; `QueryError` for an unknown name; `MissingExtra` above 2,000 pairs without the extra `network`.
    """
    require_all_dates(context)
    if measure not in MEASURES:
        raise UsageError(f"There is no measure '{measure}' by year. There are: {', '.join(MEASURES)}.")
    if measure in NETWORK_MEASURES and organisation is not None:
        raise UsageError(
            f"'{measure}' is a measure of the whole network: leave the organisation out, or ask for one of "
            f"{', '.join(BODY_MEASURES)}."
        )
    chosen, projection = MEASURES[measure], context.projection()
    label, columns = chosen.label[:1].upper() + chosen.label[1:], BOUNDED_COLUMNS if chosen.bounded else TWO_GRAPHS
    own = context.organisation(organisation) if measure in BODY_MEASURES else None
    of = context.label(own) if own is not None else f"the {context.options.projection} projection"
    title = f"{label} by year: {of}"
    every = dated = basis = _all_claims(projection)
    if own is not None:
        focus = context.position(projection, own)
        if focus is None:
            return context.answer("timeline", title, [context.absence(own)], columns)
        dated = _all_claims(projection, focus)
        basis = dated if chosen.own_pairs else every
    years = dated_years(context, dated)
    if years is None:
        text = f"No date is recorded of {counted(len(dated), 'counted claim')}" if len(dated) else "No claim is counted"
        return context.answer("timeline", title, [context.sentence(text, dated)], columns)
    start, pivot_number = max(years[0], years[1] - YEARS + 1), None
    if measure == "betweenness":
        start, pivot_number = _sampling(context, projection, start, years[1])
    seeds = None
    if measure == "modularity":
        start, seeds = _few_seeds(context, projection, start, years[1])
        if seeds:
            chosen = replace(chosen, value=lambda measures, _: best_modularity(measures.projection, seeds))
    by_year = _YearlyGraphs(context, chosen, own, pivot_number)
    values = [
        (year, by_year.value(year, sure=True), by_year.value(year, sure=False)) for year in range(start, years[1] + 1)
    ]
    spans = list(year_spans(values))
    sentences = [
        context.sentence(
            f"{years_in_words(first, last)}: {_in_words(chosen, least, most)}", held_within(context, basis, first, last)
        )
        for first, last, least, most in spans[-SHOWN:]
    ]
    if len(spans) > SHOWN:
        first = spans[-SHOWN][0]
        behind = held_within(context, basis, start, first - 1)
        sentences.append(context.sentence(f"The years before {first} stand in the table", behind))
    notes = [BOUNDS_NOTE] if chosen.bounded else [_two_graphs_note(label)]
    if start > years[0]:
        notes.append(f"The years before {start} are left out: the last {years[1] - start + 1} are computed.")
    if by_year.estimated:
        number = f"{pivot_number}" if pivot_number else "some"
        notes.append(f"Where pairs are many, betweenness is estimated from {number} bodies, drawn with a fixed seed.")
    if seeds:
        notes.append(f"Modularity is here the best of {seeds} seeds.")
    claims = tuple(sorted({iri for sentence in sentences for iri in sentence.claims}))
    highlight = Highlight(claims=claims, chart_label=chosen.plural or chosen.label)
    return context.answer("timeline", title, sentences, columns, values, notes=notes, highlight=highlight)


class _YearlyGraphs:
    """The values of one measure in the two graphs of each year; computed once for graphs that are the same."""

    def __init__(
        self, context: AnalysisContext, measure: YearlyMeasure, own: str | None, pivot_number: int | None = None
    ) -> None:
        self._context, self._measure, self._own, self._pivot_number = context, measure, own, pivot_number
        self._known: dict[tuple[bytes, ...], Number] = {}
        self._before: dict[bool, tuple[bytes, Number]] = {}
        self.estimated = False

    def value(self, year: int, *, sure: bool) -> Number:
        """The value in a year."""
        if self._context.options.projection == "co-membership":  # its pairs depend on days within the year
            return self._computed(year, sure=sure)
        window = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
        held = (surely_held if sure else can_have_held)(self._context.columns, window).tobytes()
        known, value = self._before.get(sure, (b"", None))
        if held != known:
            value = self._computed(year, sure=sure)
            self._before[sure] = held, value
        return value

    def _computed(self, year: int, *, sure: bool) -> Number:
        from partnergraph.analysis.measures import NetworkMeasures

        options = self._context.options
        projection = project(
            self._context.columns,
            options.projection,
            with_inferred=options.with_inferred,
            as_of=f"{year:04}",
            sure=sure,
        )
        node = 0 if self._own is None else self._context.position(projection, self._own)
        if node is None or not len(projection.nodes):
            return self._measure.absent
        key = (projection.nodes.tobytes(), projection.pairs.tobytes(), projection.weights.tobytes())
        if key not in self._known:
            measures = NetworkMeasures(projection, pivot_number=self._pivot_number)
            value = self._measure.value(measures, node)
            self._known[key] = rounded(value) if isinstance(value, float) else value
            self.estimated |= self._measure.label == "betweenness" and measures.pivots is not None
        return self._known[key]


def _sampling(context: AnalysisContext, projection: Projection, first: int, last: int) -> tuple[int, int | None]:
    """The first year whose betweenness is computed, and from how many bodies paths are followed (None: as `pivots` of
    `partnergraph.analysis.measures` has it).
    """
    exact, work, start = 0, 0, last + 1
    for year, pairs in _pairs_by_year(context, projection, first, last):
        exact += sum(number * min(2 * number, len(projection.nodes)) for number in pairs)
        work += sum(pairs) * PIVOTS
        if work <= WORK or last - year < FEWEST_YEARS:
            start = year
    return (first, None) if exact <= EXACT else (start, PIVOTS)


def _few_seeds(context: AnalysisContext, projection: Projection, first: int, last: int) -> tuple[int, int | None]:
    """The first year whose modularity is computed, and of how many seeds it is the best (None: of all)."""
    work, start = 0, last + 1
    for year, pairs in _pairs_by_year(context, projection, first, last):
        work += sum(pairs)
        if work * FEW_SEEDS <= SEED_WORK or last - year < FEWEST_YEARS:
            start = year
    return (first, None) if work * SEEDS <= ALL_SEEDS else (start, FEW_SEEDS)


def _pairs_by_year(
    context: AnalysisContext, projection: Projection, first: int, last: int
) -> Iterator[tuple[int, list[int]]]:
    """The years, the last one first, each with about how many pairs its graphs have that are not those of the year
    after.
    """
    claims, columns, known = _all_claims(projection), context.columns, [-1, -1]
    for year in range(last, first - 1, -1):
        window = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
        held = [int(graph(columns, window)[claims].sum()) for graph in (surely_held, can_have_held)]
        yield year, [min(own, len(projection.pairs)) for own, after in zip(held, known, strict=True) if own != after]
        known = held


def _all_claims(projection: Projection, position: int | None = None) -> NDArray[np.int32]:
    """The claims (indices) behind all pairs, or behind those of one node."""
    import numpy as np

    if position is None:
        return np.unique(projection.pair_claims)
    return np.unique(np.concatenate([claims for _, claims in pairs_of(projection, position)]))


def _in_words(measure: YearlyMeasure, least: Number, most: Number) -> str:
    if measure.noun and isinstance(least, int) and isinstance(most, int):
        return band_in_words(least, most, measure.noun, measure.plural)
    one, other = ("none" if value is None else value_in_words(float(f"{value:.4g}")) for value in (least, most))
    if not measure.bounded:
        return f"{measure.label} of what surely held {one}, of what can have held {other}"
    return f"{measure.label} {one}, surely so" if one == other else f"{measure.label} surely {one}, at most {other}"


def _two_graphs_note(label: str) -> str:
    return (
        f"{label} can grow or shrink with one more pair: the two values are those of two graphs, what surely held and "
        "what can have held, and no bounds of what is true."
    )
