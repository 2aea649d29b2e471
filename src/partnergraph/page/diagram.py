"""A node-link diagram: nodes for bodies, edges for claims, and the position of each node in each view."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from partnergraph.page.layout import text_metrics

if TYPE_CHECKING:
    from partnergraph.page.highlights import Highlights
    from partnergraph.page.layout.map_regions import MapRegion

# What each view has on the screen, in CSS pixels: in a window of 1440x900 beside a scroll bar, and in one of 390x844.
SCREEN = {"wide": (1372, 736), "unfolded": (1372, 736), "tall": (364, 600)}
# The canvases that the layout fills, without the margin around all and the strip of bodies without a relationship, in
# pixels. Fitted to that screen, every label keeps 12 pixels or more; a canvas of which labels would cover more than the
# share FULL grows.
WIDE = (1468.0, 735.0)
UNFOLDED = (1468.0, 735.0)
TALL = (347.0, 583.0)
FULL = 0.806
GROWTH = 1.02  # and by this factor for new nodes on a map with pinned positions
VIEWS = ("wide", "unfolded", "tall")
CROWDED = 12  # groups: with more, one edge stands for all relationships between two groups
HUB = 5  # neighbours of a node whose label is bold
FONT, HUB_FONT, TALL_FONT = 13.0, 15.0, 12.5  # pixels
LABEL_GAP = 5.0  # pixels between a symbol and its label
MAX_TALL = 15  # nodes of the view for phones
# A map with pinned positions may grow by a quarter, up to this many nodes, before its nodes are grouped anew.
MAX_PINNED = 100
MAX_UNFOLDED = 150


def ring_radius(size: float) -> float:
    """The radius of a ring around a symbol: the corners of a square stand inside."""
    return round(1.25 * size + 3, 1)


@dataclass
class DiagramNode:
    """A body, or a group of several (`members`), of one family or of several (-1).

    Positions are whole pixels; None in a view that does not show it.
    """

    number: int
    key: str
    label: str
    family: int
    size: float
    hub: bool
    group: bool
    members: tuple[int, ...] = ()
    gap: float = LABEL_GAP  # pixels between the symbol and its label
    wide: tuple[int, int] | None = None
    unfolded: tuple[int, int] | None = None
    tall: tuple[int, int] | None = None
    # Where the label stands in each view, if not below the symbol: "above", "right" or "left".
    place: dict[str, str] = field(default_factory=dict)
    characters: int = 19  # of a line of the label, about

    @property
    def font(self) -> float:
        """Size of the label in pixels."""
        return HUB_FONT if self.hub else FONT

    def label_lines(self, tall: bool = False) -> list[str]:
        """The label, wrapped."""
        return text_metrics.wrap_whole(self.label, 15 if tall else self.characters)


@dataclass(frozen=True)
class DiagramEdge:
    """The claims of one kind between two nodes, drawn once; `weight` (0 to 1) makes it wider."""

    a: int
    b: int
    kind: str
    inferred: bool
    disputed: bool
    claims: tuple[int, ...]
    weight: float = 0.0
    change: str = ""  # of its claims, where two networks are compared: what all have in common, else "changed"

    @property
    def width(self) -> float:
        """Width in pixels."""
        if self.change in ("new", "gone", "ended", "changed"):
            return 3.0
        return 2.4 if self.disputed else round(1.3 + 5 * self.weight, 1)


@dataclass
class Diagram:
    """Bodies and claims by number, and the nodes and edges that stand for them; `bends` are per view."""

    bodies: list[str]
    claims: list[tuple[str, str, str]]
    families: list[str]
    nodes: list[DiagramNode] = field(default_factory=list)
    edges: list[DiagramEdge] = field(default_factory=list)
    unfolded_edges: list[DiagramEdge] = field(default_factory=list)
    focus: int | None = None
    bends: dict[str, dict[DiagramEdge, float]] = field(default_factory=dict)
    regions: dict[str, list[MapRegion]] = field(default_factory=dict)  # the named parts of each view
    highlights: Highlights | None = None  # where the network is the answer to a question about it

    def bodies_of(self, node: DiagramNode) -> tuple[int, ...]:
        """The bodies that a node stands for."""
        return node.members or (node.number,)

    @property
    def undrawn(self) -> list[int]:
        """The bodies that no view shows, neither by themselves nor in a group."""
        drawn: set[int] = set()
        for node in self.nodes:
            if node.wide is not None or node.unfolded is not None or node.tall is not None:
                drawn |= {node.number, *node.members}
        return [number for number in range(len(self.bodies)) if number not in drawn]
