"""Colours and shapes, for light and dark, with their contrast (WCAG 2.2, 1.4.3 and 1.4.11)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Look:
    """How a family of bodies is drawn: a shape, and a fill for each scheme. The outline carries the contrast."""

    shape: str
    light: str
    dark: str


@dataclass(frozen=True)
class Ink:
    """The colours of a scheme that are not a family's."""

    page: str
    text: str
    muted: str
    outline: str
    line: str
    accent: str
    faded: str


LIGHT = Ink("#ffffff", "#16202c", "#4a5565", "#1d2733", "#67748a", "#b3261e", "#c3cad4")
DARK = Ink("#12161a", "#eef2f6", "#aeb8c4", "#e8edf3", "#8c99ab", "#ff8a80", "#3a444f")

# Fills after Okabe and Ito, "Color Universal Design" (2008), lightened for dark text beside them.
LOOKS = {
    "education": Look("dot", "#56b4e9", "#3f93c4"),
    "academic-unit": Look("hexagon", "#0072b2", "#5aa9e6"),
    "partnership-body": Look("diamond", "#e69f00", "#f0b53c"),
    "health-service": Look("square", "#009e73", "#3fc79c"),
    "local-government": Look("triangle", "#cc79a7", "#dd9cc0"),
    "central-government": Look("triangleDown", "#d55e00", "#f08a45"),
    "civil-society": Look("star", "#f0e442", "#f0e442"),
    "people-and-others": Look("dot", "#ffffff", "#1c2329"),
    "undertaking": Look("square", "#ffffff", "#1c2329"),
}
SPARE = (
    *(Look("dot", "#56b4e9", "#3f93c4"), Look("square", "#009e73", "#3fc79c"), Look("diamond", "#e69f00", "#f0b53c")),
    *(Look("triangle", "#cc79a7", "#dd9cc0"), Look("hexagon", "#0072b2", "#5aa9e6")),
    *(Look("triangleDown", "#d55e00", "#f08a45"), Look("star", "#f0e442", "#f0e442")),
)
OTHER = Look("dot", "#ffffff", "#1c2329")


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2.2, definition)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2, definition).

    >>> round(contrast("#000000", "#ffffff"), 1)
    21.0
    """
    lighter, darker = sorted((luminance(a), luminance(b)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def looks(families: list[str]) -> dict[str, Look]:
    """A look for each family, in the order given: its own if it has one, else a spare one, else that of all others."""
    free = [look for look in SPARE if look not in {LOOKS[name] for name in families if name in LOOKS}]
    chosen = {}
    for name in families:
        if name in LOOKS:
            chosen[name] = LOOKS[name]
        else:
            chosen[name] = free.pop(0) if free and name != "other" else OTHER
    return chosen
