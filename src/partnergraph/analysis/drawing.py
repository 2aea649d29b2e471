"""An answer as a page: the network with what the answer brings forward, its sentences and its table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from partnergraph.analysis.answer_content import AnswerContent, Highlight
from partnergraph.analysis.rendering import MAX_ROWS, cell_text, visible_columns
from partnergraph.analysis.words import counted

if TYPE_CHECKING:
    import networkx as nx

    from partnergraph.analysis.projection import Projection
    from partnergraph.claims.claim_columns import ClaimColumns
    from partnergraph.page import Page
    from partnergraph.store import Reader

    Network: TypeAlias = nx.MultiDiGraph[str]

FEWEST_DRAWN = 5  # organisations; fewer have no marks that mean anything
MOST_DRAWN = 1000  # bodies; of more, the map shows those that the answer marks or names
# What the marks of a command mean; `partnergraph.page.highlights.WORDS` has the rest.
MARK_WORDS = {
    "brokers": {
        "solid": "cut point: without it, others are no longer joined",
        "dashed": "cut point with inferred claims only",
    },
    "what-if": {
        "removed": "taken out, with its claims",
        "separated": "no longer joined",
        "claims": "funding that would end",
    },
    "communities": {"set": "named outline: three bodies or more that are together with every seed"},
    "routes": {"claims": "step of a route"},
    "overlap": {"claims": "joins a partner in common"},
    "stale": {"claims": "not confirmed for long"},
    "timeline": {"claims": "counted in the timeline"},
    "survival": {"claims": "has a duration that is known"},
}
ENDING_WORDS = {"separated": "without another recorded funder"}


class CountedClaims(Protocol):
    """What an answer counts."""

    @property
    def as_of(self) -> str | None:
        """A date, or None for all of them."""

    @property
    def with_inferred(self) -> bool:
        """Whether inferred claims count."""


class DrawnGraph(Protocol):
    """The graph of an answer: see `partnergraph.analysis.context.AnalysisContext`."""

    reader: Reader

    @property
    def options(self) -> CountedClaims:
        """What the answer counts."""

    @property
    def columns(self) -> ClaimColumns:
        """The claims of the graph."""

    @property
    def resolved(self) -> tuple[str, ...]:
        """The bodies that the answer is about, by IRI."""

    def projection(self) -> Projection:
        """What the answer was computed of."""


def draw_answer(answer: AnswerContent, context: DrawnGraph) -> Page:
    """The page of an answer. Raises `DataError` without a body."""
    from partnergraph.network.other_vocabulary import require_bodies
    from partnergraph.page import draw

    network = answer_network(answer, context)
    require_bodies(network, context.reader)
    return draw(network)


def answer_network(answer: AnswerContent, context: DrawnGraph) -> Network:
    """The network of the graph with the marks of the answer in its attributes: see `partnergraph.page.highlights`.

    Inferred claims are in it where the answer counts them, or marks what only they make.
    """
    highlight = answer.highlight
    notes = [*answer.notes, answer.scope]
    size = len(context.projection().nodes)
    if size < FEWEST_DRAWN:
        highlight = Highlight()
        text = f"The projection has {counted(size, 'organisation')}: too few for marks on the map to mean anything."
        notes.insert(0, text)
    rings, sets = _rings(answer.command, highlight)
    network, omitted = _network(answer, context, highlight, rings)
    notes.insert(0, omitted)
    _mark_nodes(network, highlight, rings)
    highlighted = {*highlight.claims}
    for _, _, key, data in network.edges(keys=True, data=True):
        if key in highlighted:
            data["highlighted"] = True
    title = str(network.graph.get("title") or "Network")
    words = MARK_WORDS.get(answer.command, {}) | ({} if highlight.removed else ENDING_WORDS)
    if answer.command == "summary":
        words = MARK_WORDS["brokers"]
    if answer.command in ("gaps", "overlap") and highlight.sets:
        words = words | {"solid": highlight.sets[0][0]}
    network.graph |= {
        "title": answer.title,
        "description": title,
        "story": [],
        "answer": {
            "sentences": [{"text": sentence.text, "claims": sentence.claims} for sentence in answer.sentences],
            "notes": [note for note in notes if note],
            **answer_table(answer, network.graph.get("types", {})),
            "labels": words | {"size": highlight.size_label},
            "step_labels": highlight.step_labels,
            "sets": [(name[:1].upper() + name[1:], members) for name, members in sets],
            "before": highlight.before,
            "after": highlight.after,
            "chart": _chart(answer) if size >= FEWEST_DRAWN else None,
        },
    }
    return network


def _rings(command: str, highlight: Highlight) -> tuple[dict[str, str], tuple[tuple[str, tuple[str, ...]], ...]]:
    """The rings of bodies, and the sets that are drawn as hulls: those of gaps and overlaps are no communities, so that
    their bodies have rings.
    """
    rings = dict.fromkeys(highlight.dashed_rings, "dashed") | dict.fromkeys(highlight.rings, "solid")
    if command in ("gaps", "overlap"):
        return rings | {iri: "solid" for _, members in highlight.sets for iri in members}, ()
    return rings, highlight.sets


def _mark_nodes(network: Network, highlight: Highlight, rings: dict[str, str]) -> None:
    """Set the attributes of the nodes (in place)."""
    for iri, step in (highlight.sizes or {}).items():
        if iri in network:
            network.nodes[iri]["emphasis"] = step
    for iri, ring in rings.items():
        if iri in network:
            network.nodes[iri]["ring"] = ring
    for state, bodies in (("removed", highlight.removed), ("separated", highlight.separated)):
        for iri in bodies:
            if iri in network:
                network.nodes[iri]["state"] = state


def _network(
    answer: AnswerContent, context: DrawnGraph, highlight: Highlight, ringed: Iterable[str]
) -> tuple[Network, str]:
    """The network that the map shows, and a sentence on what of a large graph is left out (else "")."""
    from partnergraph.analysis.drawn_bodies import DrawableBodies
    from partnergraph.network import build_network

    as_of, inferred = context.options.as_of, context.options.with_inferred or bool(answer.highlight.dashed_rings)
    claims = {*highlight.claims, *(iri for sentence in answer.sentences for iri in sentence.claims)}
    network = None
    if as_of is None:
        bodies = DrawableBodies.of_graph(context.reader, context.columns, inferred=inferred, claims=claims)
    else:
        network = build_network(context.reader, as_of=as_of, inferred=inferred)
        bodies = DrawableBodies.of_network(network)
    if len(bodies.degrees) <= MOST_DRAWN:
        return network if network is not None else build_network(context.reader, inferred=inferred), ""
    marked = {iri for iri, step in (highlight.sizes or {}).items() if step > 1} | {*ringed, *context.resolved}
    marked |= {*highlight.removed, *highlight.separated} | {iri for _, members in highlight.sets for iri in members}
    shown, note = bodies.choose(marked, claims, {*context.resolved, *highlight.removed}, MOST_DRAWN)
    if network is None:
        return build_network(context.reader, inferred=inferred, bodies=shown), note
    network.remove_nodes_from([iri for iri in network if iri not in shown])
    return network, note


def answer_table(answer: AnswerContent, types: Mapping[str, Any]) -> dict[str, Any]:
    """Columns, rows of cells and caption; a column of IRIs gives the column before it its links. `types`: the words for
    the codes of types.
    """
    # The evidence of a claim stands in the table of relationships, to which its cell leads.
    places = [place for place in visible_columns(answer) if answer.columns[place] != "evidence"]
    rows = []
    for row in answer.rows[:MAX_ROWS]:
        cells = []
        for place in places:
            text = cell_text(row[place])
            if answer.columns[place] == "type":
                text = types.get(text, {}).get("label") or text
            cell: dict[str, Any] = {"text": text, "number": isinstance(row[place], int | float)}
            link = _link_column(answer.columns, place)
            if link is not None:
                cell["claim" if answer.columns[link].startswith("claim") else "node"] = row[link]
            cells.append(cell)
        rows.append(cells)
    total = len(answer.rows)
    caption = f"{counted(total, 'row', first=True)}"
    if total > MAX_ROWS:
        caption = f"The first {MAX_ROWS} of {total:,} rows; all of them: --format csv"
    return {"columns": [answer.columns[place] for place in places], "rows": rows, "caption": caption}


def _link_column(columns: tuple[str, ...], place: int) -> int | None:
    """The column with the IRIs of what a column names."""
    name = f"{columns[place]} iri"
    if name in columns:
        return columns.index(name)
    return place + 1 if columns[place + 1 : place + 2] == ("iri",) else None


def _chart(answer: AnswerContent) -> dict[str, Any] | None:
    """The numbers of a timeline or of survival, for `partnergraph.page.step_chart`."""
    if answer.command == "survival" and answer.rows:
        return _survival_chart(answer)
    if answer.command != "timeline" or not answer.highlight.chart_label:
        return None
    bounded = answer.columns[2] == "at most"
    by_year = {
        row[0]: (row[1], row[2])
        for row in answer.rows
        # A year of an event alone has no numbers; a year without a value of one graph is a gap in its line.
        if not bounded or (row[1] is not None and row[2] is not None)
    }
    if not any(number is not None for numbers in by_year.values() for number in numbers):
        return None
    surely, at_most = zip(*by_year.values(), strict=True)
    return {
        "years": [*by_year],
        "surely": surely,
        "at_most": at_most,
        "noun": answer.highlight.chart_label,
        "bounded": bounded,
    }


def _survival_chart(answer: AnswerContent) -> dict[str, Any]:
    """The two curves of survival in percent, each up to its last duration; times are in years."""
    curves: dict[str, list[tuple[float, float]]] = {}
    for name, _, years, _, _, _, share in answer.rows:
        curves.setdefault(str(name), [(0.0, 1.0)]).append((float(years or 0), float(share or 0)))
    times = sorted({time for curve in curves.values() for time, _ in curve})
    shares = []
    for curve in curves.values():
        steps, percent = dict(curve), 0.0
        numbers: list[float | None] = []
        for time in times[:-1]:
            percent = 100 * steps.get(time, percent / 100)
            numbers.append(percent if time < curve[-1][0] or not percent else None)
        shares.append(numbers)
    return {
        "years": times[:-1],
        "until": times[-1],
        "surely": shares[0],
        "at_most": shares[1],
        "noun": "% still holding",
        "bounded": False,
        "lines": (" by the shortest durations", "by the longest"),
    }
