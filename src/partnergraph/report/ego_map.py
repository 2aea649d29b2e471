"""The small map of a brief: a body, its partners and what joins them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from partnergraph.analysis.context import AnalysisContext
from partnergraph.claims.claim_columns import DISPUTED, ENTITY_KINDS, INFERRED, RETRACTED, SUPERSEDED
from partnergraph.claims.terms import concept_of
from partnergraph.report.partner_rows import NO_PARTNERSHIP

if TYPE_CHECKING:
    from partnergraph.palette import Look

CANVAS = (980.0, 400.0)  # pixels that the layout fills
MOST = 32  # partners; more cannot be read in print


@dataclass(frozen=True)
class EgoMap:
    """The map as SVG, how many partners it shows, and its symbols by family: SVG of a sign for each."""

    svg: str
    partners: int
    signs: dict[str, str]
    looks: dict[str, Look]


def ego_map(context: AnalysisContext, own: str, partners: Sequence[str], title: str) -> EgoMap | None:
    """The map of a body and its partners (IRIs, the first ones are drawn); None where there is none of them."""
    import numpy as np

    from partnergraph.page.diagram import Diagram, DiagramEdge, DiagramNode
    from partnergraph.page.layout.arrangement import route_view, settle_positions
    from partnergraph.page.svg import render_svg, symbol_svg
    from partnergraph.palette import looks

    columns, index = context.columns, context.entity_index
    shown = [iri for iri in dict.fromkeys(partners) if iri in index and iri != own][:MOST]
    if own not in index or not shown:
        return None
    bodies = [own, *shown]
    number_of = {index[iri]: number for number, iri in enumerate(bodies)}
    inside = np.zeros(len(columns.entities), bool)
    inside[[*number_of]] = True
    drawn_kinds = np.array([kind not in NO_PARTNERSHIP for kind in columns.kinds], bool)
    usable = inside[columns.from_] & inside[columns.to] & (columns.from_ != columns.to)
    usable &= drawn_kinds[columns.kind] & (columns.flags & (SUPERSEDED | RETRACTED) == 0)
    claims = np.flatnonzero(usable).tolist()
    families = list(dict.fromkeys(sorted(_family(context, index[iri]) for iri in bodies)))
    neighbours: list[set[int]] = [set() for _ in bodies]
    pairs: dict[tuple[int, int], list[int]] = {}
    for claim in claims:
        ends = number_of[int(columns.from_[claim])], number_of[int(columns.to[claim])]
        pairs.setdefault(ends, []).append(claim)
        for end, other in (ends, ends[::-1]):
            neighbours[end].add(other)
    edges = [
        DiagramEdge(
            *ends,
            kind="",
            inferred=all(columns.flags[claim] & INFERRED for claim in behind),
            disputed=all(columns.flags[claim] & DISPUTED for claim in behind),
            claims=tuple(behind),
        )
        for ends, behind in sorted(pairs.items())
    ]
    nodes = [
        DiagramNode(
            number,
            iri,
            columns.labels[index[iri]],
            families.index(_family(context, index[iri])),
            round(min(16.0, 7.0 + 1.6 * len(neighbours[number]) ** 0.5), 1),
            hub=iri == own,
            group=ENTITY_KINDS[columns.entity_kind[index[iri]]] == "group",
        )
        for number, iri in enumerate(bodies)
    ]
    positions = settle_positions(nodes, edges, CANVAS)
    for node in nodes:
        node.wide = positions[node.number]
    diagram = Diagram(bodies, [], families, nodes, edges, focus=0)
    route_view(diagram, "wide", edges)
    chosen = looks(families)
    signs = {
        family: symbol_svg(look.shape, 11, 11, 7.5, f'class="f{number}"')
        for number, (family, look) in enumerate(chosen.items())
    }
    return EgoMap(render_svg(diagram, chosen, title), len(shown), signs, chosen)


def _family(context: AnalysisContext, entity: int) -> str:
    """See `partnergraph.claims.entities.Entity.family`, of the first type only."""
    columns = context.columns
    kind = ENTITY_KINDS[columns.entity_kind[entity]]
    return concept_of(columns.types[entity]).broader or kind if columns.types[entity] else kind
