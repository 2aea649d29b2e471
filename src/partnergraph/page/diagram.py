"""What a drawing is: dots for bodies, lines for claims, and where each dot stands in each view."""

from __future__ import annotations

from dataclasses import dataclass, field

from partnergraph.page.layout import text_metrics

# What each view has on the screen, in CSS pixels: in a window of 1440x900 beside a scroll bar, and in one of 390x844.
SCREEN = {"wide": (1372, 640), "unfolded": (1372, 736), "tall": (364, 600)}
# The canvases that the layout fills, without the margin around all. Shown whole on that screen, every label keeps 12
# pixels or more; a canvas that labels would cover for more than FULL of it grows.
WIDE = (1440.0, 664.0)
UNFOLDED = (1468.0, 778.0)
TALL = (347.0, 583.0)
FULL = 0.78
GROWTH = 1.02  # and by so much for what is new on a map that is kept
VIEWS = ("wide", "unfolded", "tall")
CROWDED = 12
HUB = 5
FONT, HUB_FONT, TALL_FONT = 13.0, 15.0, 12.5
ON_A_PHONE = 15
# A map that is kept may grow by a quarter, up to this many symbols, before it is folded anew and looks different.
MAX_KEPT = 100
MAX_UNFOLDED = 150


@dataclass
class DiagramNode:
    """A body, or several folded into one (`members`), of one family or of several (-1).

    Positions are whole pixels; None where it is not drawn.
    """

    number: int
    key: str
    label: str
    family: int
    size: float
    hub: bool
    group: bool
    members: tuple[int, ...] = ()
    wide: tuple[int, int] | None = None
    unfolded: tuple[int, int] | None = None
    tall: tuple[int, int] | None = None

    @property
    def font(self) -> float:
        """Size of the label in pixels."""
        return HUB_FONT if self.hub else FONT

    def lines(self, tall: bool = False) -> list[str]:
        """The label, wrapped."""
        return text_metrics.wrap_whole(self.label, 15 if tall else 19)


@dataclass(frozen=True)
class DiagramEdge:
    """Claims of one kind between two dots, drawn once; the more `weight` (0 to 1), the thicker."""

    a: int
    b: int
    kind: str
    inferred: bool
    disputed: bool
    claims: tuple[int, ...]
    weight: float = 0.0
    change: str = ""  # what became of its claims, where two networks are compared: all alike, or "changed"

    @property
    def thick(self) -> float:
        """Width in pixels."""
        if self.change in ("new", "gone", "ended", "changed"):
            return 3.0
        return 2.4 if self.disputed else round(1.3 + 5 * self.weight, 1)


@dataclass
class Diagram:
    """Bodies and claims by number, and the dots and lines that stand for them."""

    bodies: list[str]
    claims: list[tuple[str, str, str]]
    families: list[str]
    dots: list[DiagramNode] = field(default_factory=list)
    lines: list[DiagramEdge] = field(default_factory=list)
    unfolded_lines: list[DiagramEdge] = field(default_factory=list)
    focus: int | None = None
    bends: dict[str, dict[DiagramEdge, float]] = field(default_factory=dict)

    @property
    def undrawn(self) -> list[int]:
        """The bodies that no view shows, neither by themselves nor in a symbol for several."""
        drawn: set[int] = set()
        for dot in self.dots:
            if dot.wide is not None or dot.unfolded is not None or dot.tall is not None:
                drawn |= {dot.number, *dot.members}
        return [number for number in range(len(self.bodies)) if number not in drawn]
