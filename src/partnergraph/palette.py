"""Every colour that partnergraph writes, and the shapes of the map's symbols.

Tests compute the contrast (WCAG 2.2, 1.4.3 and 1.4.11) and find colours that are written elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass


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
    fresh: str
    past: str
    link: str
    focus: str
    edge: str
    rule: str
    soft: str
    mark: str


LIGHT = Ink(
    page="#ffffff", text="#16202c", muted="#4a5565", outline="#1d2733", line="#67748a", accent="#b3261e",
    faded="#c3cad4", fresh="#0b6b3a", past="#6d2f8a", link="#0b4f94", focus="#c2410c", edge="#6b7786", rule="#d5dae1",
    soft="#f3f5f8", mark="#ffe38a",
)  # fmt: skip
DARK = Ink(
    page="#12161a", text="#eef2f6", muted="#aeb8c4", outline="#e8edf3", line="#8c99ab", accent="#ff8a80",
    faded="#3a444f", fresh="#63d396", past="#cba6f0", link="#8ec5ff", focus="#ffb454", edge="#8c99ab", rule="#39434e",
    soft="#1a2026", mark="#5f4b00",
)  # fmt: skip

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
# Fills by the severity of a finding, with dark text on them: in the report of `check` and in an annotated workbook.
SEVERITY_FILLS = {"error": "#ffc7ce", "warning": "#ffeb9c", "info": "#ddebf7"}
# The rest of the report of `check`: text, page, rules and the ground of headings.
REPORT_TEXT, REPORT_PAGE, REPORT_RULE, REPORT_HEADING = "#1c1c1c", "#fff", "#999", "#eee"
SPREADSHEET_LINK = "#0563C1"


@dataclass(frozen=True)
class HullLook:
    """The outline and the fill of a hull around a set, for each scheme."""

    outline: str
    fill: str
    dark_outline: str
    dark_fill: str


HULLS = (
    HullLook("#0b4f94", "#e6eff9", "#8ec5ff", "#172a40"),
    HullLook("#8a4b00", "#faeedd", "#ffb454", "#33260f"),
    HullLook("#0b6b3a", "#e4f3ea", "#63d396", "#142c1f"),
    HullLook("#7a2f6e", "#f6e9f3", "#e3a6d8", "#321f2f"),
    HullLook("#0f5f66", "#e1f2f3", "#6fd3dc", "#12302f"),
    HullLook("#8f1d3f", "#fae7ec", "#ff9db5", "#3a1c25"),
)


def hull_tones() -> dict[str, list[tuple[str, str]]]:
    """Outline and fill of each hull, for both schemes."""
    return {
        "light": [(look.outline, look.fill) for look in HULLS],
        "dark": [(look.dark_outline, look.dark_fill) for look in HULLS],
    }


def hull_rules() -> str:
    """The colours of hulls as custom properties of CSS, for both schemes."""
    light, dark = (
        ":root{"
        + "".join(
            f"--hull-{number}:{look.outline if scheme is LIGHT else look.dark_outline};"
            f"--hull-fill-{number}:{look.fill if scheme is LIGHT else look.dark_fill};"
            for number, look in enumerate(HULLS)
        )
        + "}"
        for scheme in (LIGHT, DARK)
    )
    classes = "".join(
        f".hull-{number}{{stroke:var(--hull-{number})}}"
        f".hull-tube-{number}{{stroke:var(--hull-fill-{number})}}.hull-fill-{number}{{fill:var(--hull-fill-{number})}}"
        f".hull-name-{number}{{fill:var(--hull-{number})}}"
        for number in range(len(HULLS))
    )
    return f"{light}\n@media screen and (prefers-color-scheme: dark){{{dark}}}\n{classes}\n"


def css_variables(chosen: dict[str, Look]) -> str:
    """The colours as custom properties, and the fill of each family, for both schemes."""
    light, dark = (
        ":root{" + "".join(f"--{name}:{colour};" for name, colour in asdict(ink).items()) + "}"
        + "".join(
            f".f{number}{{fill:{look.dark if ink is DARK else look.light}}}"
            for number, look in enumerate(chosen.values())
        )
        for ink in (LIGHT, DARK)
    )  # fmt: skip
    return f"{light}\n@media screen and (prefers-color-scheme: dark){{{dark}}}\n"


def ink_rules(names: Sequence[str]) -> str:
    """The colours of `Ink` with these names as custom properties of CSS, for both schemes."""
    light, dark = (
        ":root { " + "".join(f"--{name}: {getattr(ink, name)}; " for name in names) + "}" for ink in (LIGHT, DARK)
    )
    return f"{light}\n@media screen and (prefers-color-scheme: dark) {{ {dark} }}\n"


def look_of(chosen: dict[str, Look], family: int) -> Look:
    """The look of a family by its number; a symbol that stands for several families (-1) looks like none of them."""
    return list(chosen.values())[family] if family >= 0 else OTHER


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
