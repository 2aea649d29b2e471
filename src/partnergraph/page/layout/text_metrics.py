"""Text metrics: how wide a text is and how it wraps, so that the layout can keep labels from overlapping."""

from __future__ import annotations

# Advance widths of Helvetica in thousandths of the size (Adobe Font Metrics); Arial and Liberation Sans share them.
_WIDTHS = {
    **dict.fromkeys("ijl'‘’", 222),
    **dict.fromkeys(" !,./:;I[]ft\\|", 278),
    **dict.fromkeys("()r-“”", 333),
    **dict.fromkeys("ckJsvxyz", 500),
    **dict.fromkeys("FTZ", 611),
    **dict.fromkeys("ABEKPSVXY&", 667),
    **dict.fromkeys("CDHNRUw", 722),
    **dict.fromkeys("GOQ", 778),
    **dict.fromkeys("mM", 833),
    "W": 944,
    "…": 1000,
}
FULL_WIDTH = "\u2e80"  # Chinese, Japanese and Korean characters, and what follows them, are as wide as they are high
LINE_HEIGHT = 1.22


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Width in pixels at a font size; a little generous for bold."""
    return (
        sum(_WIDTHS.get(char, 556 if char < FULL_WIDTH else 1000) for char in text)
        / 1000
        * size
        * (1.07 if bold else 1.0)
    )


def wrap_text(text: str, characters: int = 20, lines: int = 3) -> list[str]:
    """At most so many lines of about so many characters; what does not fit ends with an ellipsis.

    >>> wrap_text("NIHR School for Primary Care Research", 18)
    ['NIHR School for', 'Primary Care', 'Research']
    """
    wrapped: list[str] = []
    for word in text.split():
        if wrapped and len(wrapped[-1]) + 1 + len(word) <= characters:
            wrapped[-1] += " " + word
        else:
            wrapped.append(word)
    wrapped = [line if len(line) <= characters + 6 else line[: characters + 5] + "…" for line in wrapped]
    if len(wrapped) > lines:
        wrapped = wrapped[:lines]
        wrapped[-1] = wrapped[-1].rstrip(" ,") + "…"
    return wrapped or [""]


def wrap_whole(text: str, characters: int) -> list[str]:
    """Three lines; slightly longer ones or a fourth where the text is whole with them; else an ellipsis.

    >>> wrap_whole("West Midlands Social Work Teaching Partnership", 19)
    ['West Midlands Social', 'Work Teaching', 'Partnership']
    """
    for most, lines in ((characters, 3), (characters + 2, 3), (characters, 4)):
        wrapped = wrap_text(text, most, lines)
        if not wrapped[-1].endswith("…"):
            return wrapped
    return wrap_text(text, characters, 3)
