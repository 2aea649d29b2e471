"""Routes between two organisations: the shortest simple paths, by steps and then by IRI (Yen 1971, Manag. Sci. 17,
712), and how many paths have no pair in common (Menger 1927).
"""

from __future__ import annotations

import heapq
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from partnergraph.analysis.answer import AnalysisAnswer, Cell, Highlight, Sentence
from partnergraph.analysis.context import AnalysisContext
from partnergraph.analysis.pair_graph import PairGraph, Rows, segments
from partnergraph.analysis.words import counted, number_in_words
from partnergraph.claims.claim_lookup import lookup_claims
from partnergraph.claims.date_window import bounds_in_words
from partnergraph.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from partnergraph.analysis.projection import Projection
    from partnergraph.claims.relationships import Claim

LONGEST = 6  # steps
MOST_SENTENCES = 3  # claims of a hop that are written out
COLUMNS = ("route", "step", "from", "from iri", "to", "to iri", "claim", "dates", "evidence", "claim iri")


def routes(context: AnalysisContext, a: str, b: str, most: int = 5) -> AnalysisAnswer:
    """Up to `most` routes of at most six steps from A to B, each step with its claims; along the arcs of a directed
    projection. Raises `QueryError` for unknown names, `UsageError` where both are one body or `most` is below 1.
    """
    start, goal = context.organisation(a), context.organisation(b)
    if start == goal:
        raise UsageError(f"'{a}' and '{b}' are one body, {context.label(start)}. Name two.")
    if most < 1:
        raise UsageError(f"{most} routes: ask for one or more.")
    projection = context.projection()
    ends = context.position(projection, start), context.position(projection, goal)
    title = f"Routes from {context.label(start)} to {context.label(goal)}"
    if ends[0] is None or ends[1] is None:
        missing = [context.absence(iri) for iri, end in zip((start, goal), ends, strict=True) if end is None]
        return context.answer("routes", title, [*missing, _none(context, start, goal)], COLUMNS)
    if ends[0] == ends[1]:
        merged = context.labels(projection, [ends[0]])[0]
        text = f"Rolled up, {context.label(start)} and {context.label(goal)} are both counted as {merged}."
        return context.answer("routes", title, [Sentence(text)], COLUMNS)
    graph = PairGraph.of(projection)
    paths = shortest_paths(graph, ends[0], ends[1], most)
    if not paths:
        return context.answer("routes", title, [_none(context, start, goal)], COLUMNS)
    steps = {hop for path in paths for hop in pairwise(path)}
    behind = {hop: _hop_claims(projection, *hop) for hop in steps}
    shown = lookup_claims(context.reader, {projection.columns.claims[c] for claims in behind.values() for c in claims})
    sentences, rows = [], list[tuple[Cell, ...]]()
    for number, path in enumerate(paths, 1):
        hops = list(pairwise(path))
        chain = " – ".join(context.labels(projection, path))
        claims = [claim for hop in hops for claim in behind[hop]]
        sentences.append(context.sentence(f"Route {number}, {counted(len(hops), 'step')}: {chain}", claims))
        for step, hop in enumerate(hops, 1):
            rows += [(number, step, *_ends(projection, hop), *_claim_cells(context, c, shown)) for c in behind[hop]]
    sentences += [
        context.sentence(_hop_in_words(context, behind[hop], shown), behind[hop])
        for hop in dict.fromkeys(hop for path in paths for hop in pairwise(path))
    ]
    notes = [_disjoint(context, graph, ends[0], ends[1], start, goal)]
    if len(paths) < most:
        verb = "is" if len(paths) == 1 else "are"
        notes.insert(0, f"Of routes of up to {LONGEST} steps, {number_in_words(len(paths))} {verb} recorded.")
    marked = dict.fromkeys(iri for sentence in sentences for iri in sentence.claims)
    return context.answer(
        "routes", title, sentences, COLUMNS, rows, notes=notes, highlight=Highlight(claims=tuple(marked))
    )


def _none(context: AnalysisContext, start: str, goal: str) -> Sentence:
    return Sentence(
        f"No route of up to {LONGEST} steps is recorded between {context.label(start)} and {context.label(goal)}."
    )


def _hop_claims(projection: Projection, start: int, end: int) -> list[int]:
    """The claims behind a pair, ascending."""
    import numpy as np

    wanted = (start, end) if projection.directed or start < end else (end, start)
    low, high = (np.searchsorted(projection.pairs[:, 0], wanted[0], side) for side in ("left", "right"))
    pair = int(low + np.searchsorted(projection.pairs[low:high, 1], wanted[1]))
    claims: list[int] = projection.pair_claims[projection.offsets[pair] : projection.offsets[pair + 1]].tolist()
    return claims


def _hop_in_words(context: AnalysisContext, claims: list[int], shown: dict[str, Claim]) -> str:
    """What the claims of a step say, up to three of them."""
    iris = [context.columns.claims[claim] for claim in claims]
    numbers = Counter(dated_in_words(shown[iri]) for iri in iris if iri in shown)
    sentences = [
        text if number == 1 else f"{text} ({number:,} claims)" for text, number in [*numbers.items()][:MOST_SENTENCES]
    ]
    rest = numbers.total() - sum([*numbers.values()][:MOST_SENTENCES])
    more = [f"{number_in_words(rest)} more {'claim' if rest == 1 else 'claims'}"] if rest > 0 else []
    return "; ".join([*sentences, *more])


def dated_in_words(claim: Claim) -> str:
    """The claim with its dates, and with the bounds of those that no source states exactly.

    >>> from partnergraph.claims.relationships import Claim, Party
    >>> dated_in_words(Claim("urn:r", "funding", "funds", "", "", False, Party("", "A"), Party("", "B"), start="2016",
    ...                      end_bounds=("2021-01-01", "2025-12-31")))
    'A funds B, from 2016, ended between 2021-01-01 and 2025-12-31'
    """
    begun = bounds_in_words(claim.start_bounds) if claim.start_bounds and not claim.start else None
    over = bounds_in_words(claim.end_bounds) if claim.end_bounds and not claim.end else None
    start = f"begun {begun}" if begun else f"from {claim.start}" if claim.start else ""
    end = f"ended {over}" if over else f"until {claim.end}" if claim.end else ""
    return ", ".join(filter(None, [claim.sentence, start, end]))


def _ends(projection: Projection, hop: tuple[int, int]) -> tuple[str, str, str, str]:
    start, end = (projection.nodes[node] for node in hop)
    columns = projection.columns
    return columns.labels[start], columns.entities[start], columns.labels[end], columns.entities[end]


def _claim_cells(context: AnalysisContext, claim: int, shown: dict[str, Claim]) -> tuple[Cell, ...]:
    iri = context.columns.claims[claim]
    known = shown.get(iri)
    if known is None:
        return (None, None, None, iri)
    return (known.sentence, known.period, "; ".join(str(item) for item in known.evidence) or None, iri)


def _disjoint(context: AnalysisContext, graph: PairGraph, one: int, other: int, start: str, goal: str) -> str:
    number = edge_disjoint(graph, one, other)
    names = f"{context.label(start)} and {context.label(goal)}"
    if number == 1:
        return f"Any two routes of any length between {names} have a pair in common."
    return f"Of the routes of any length between {names}, at most {number:,} have no pair in common."


def edge_disjoint(graph: PairGraph, start: int, goal: int) -> int:
    """How many paths from one node to another have no pair in common: by networkx up to 2,000 pairs, above by scipy."""
    from partnergraph.analysis.measures import SMALL

    if len(graph.pairs) <= SMALL:
        import networkx as nx

        return int(nx.edge_connectivity(graph.to_networkx(), start, goal))
    import numpy as np

    matrix = graph.matrix()
    from scipy.sparse.csgraph import maximum_flow

    return int(maximum_flow(matrix.astype(np.int32), start, goal).flow_value)


def shortest_paths(graph: PairGraph, start: int, goal: int, most: int) -> list[list[int]]:
    """The first `most` simple paths of at most `LONGEST` steps, by length and then by their nodes."""
    back = _reversed(graph)
    chosen: list[list[int]] = []
    candidates: list[tuple[int, list[int]]] = []
    queued: set[tuple[int, ...]] = set()

    def queue(prefix: list[int], excluded: set[int]) -> None:
        """The first path that goes on from a prefix other than to the nodes excluded."""
        rest = _first_path(graph.rows, back, graph.size, prefix, goal, excluded)
        if rest is not None and (path := tuple(prefix + rest)) not in queued:
            queued.add(path)
            heapq.heappush(candidates, (len(path), list(path)))

    queue([start], set())
    while candidates and len(chosen) < most:
        path = heapq.heappop(candidates)[1]
        chosen.append(path)
        for place in range(len(path) - 1):
            prefix = path[: place + 1]
            queue(prefix, {other[place + 1] for other in chosen if other[: place + 1] == prefix})
    return chosen


def _reversed(graph: PairGraph) -> Rows:
    """From which nodes pairs lead to each."""
    import numpy as np

    if not graph.directed:
        return graph.rows
    order = np.lexsort((graph.pairs[:, 0], graph.pairs[:, 1]))
    return PairGraph(graph.size, graph.pairs[order][:, ::-1], graph.weights[order], directed=True).rows


def _first_path(
    rows: Rows, back: Rows, size: int, prefix: list[int], goal: int, excluded: set[int]
) -> list[int] | None:
    """What comes after a prefix on the first path to the goal: the fewest steps, then the first nodes."""
    import numpy as np

    spur = prefix[-1]
    level = np.full(size, -1, np.int32)
    level[prefix] = -2  # never entered
    level[goal] = 0
    following = rows.neighbours[rows.starts[spur] : rows.starts[spur + 1]]
    following = following[~np.isin(following, list(excluded))]
    frontier, distance = np.array([goal]), 0
    while len(frontier):
        arrived = following[level[following] == distance]
        if len(arrived):
            return _descend(rows, level, int(arrived.min()), distance)
        distance += 1
        if len(prefix) + distance > LONGEST:
            return None
        before = back.neighbours[segments(back.starts[frontier], np.diff(back.starts)[frontier])]
        frontier = np.unique(before[level[before] == -1])
        level[frontier] = distance
    return None


def _descend(rows: Rows, level: NDArray[np.int32], node: int, distance: int) -> list[int]:
    """From a node down to the goal, each time by the first node that is nearer."""
    path = [node]
    while distance:
        distance -= 1
        neighbours = rows.neighbours[rows.starts[path[-1]] : rows.starts[path[-1] + 1]]
        path.append(int(neighbours[level[neighbours] == distance].min()))
    return path
