"""Wrapping of texts to a width in pixels: whole words, lines of about the same width."""

from __future__ import annotations

from functools import lru_cache

from partnergraph.page.layout.text_metrics import text_width

BOLD = 1.07  # as in `text_width`
STEPS = 6  # of the search for the least width


@lru_cache(maxsize=8192)
def _width_of_word(word: str) -> float:
    """Width at a size of one pixel."""
    return text_width(word, 1.0)


@lru_cache(maxsize=8192)
def wrap_to_width(text: str, size: float, width: float, lines: int, bold: bool = False) -> tuple[str, ...]:
    """At most so many lines, none wider than `width` pixels; what does not fit ends with an ellipsis. A word that is
    wider than a line is broken. The lines are about equally long.

    >>> wrap_to_width("University Hospitals of North Midlands NHS Trust", 13, 230, 3)
    ('University Hospitals of', 'North Midlands NHS Trust')
    """
    scale = size * (BOLD if bold else 1.0)
    words = [part for word in text.split() for part in _broken(word, width / scale)]
    wrapped = _greedy(words, width / scale)
    if len(wrapped) > lines:
        last = " ".join(wrapped[lines - 1 :])
        while last and _width_of_word(last + "…") > width / scale:
            last = last[:-1]
        return (*wrapped[: lines - 1], last.rstrip(" ,") + "…")
    low, high = max((_width_of_word(word) for word in words), default=0.0), width / scale
    for _ in range(STEPS if len(wrapped) > 1 else 0):
        middle = (low + high) / 2
        narrower = _greedy(words, middle)
        if len(narrower) > len(wrapped):
            low = middle
        else:
            wrapped, high = narrower, middle
    return tuple(wrapped) or ("",)


def _greedy(words: list[str], width: float) -> list[str]:
    lines: list[str] = []
    used = 0.0
    for word in words:
        own = _width_of_word(word)
        if lines and used + own + _width_of_word(" ") <= width:
            lines[-1] += " " + word
            used += own + _width_of_word(" ")
        else:
            lines.append(word)
            used = own
    return lines


def _broken(word: str, width: float) -> list[str]:
    if _width_of_word(word) <= width:
        return [word]
    parts = [""]
    for char in word:
        if parts[-1] and _width_of_word(parts[-1] + char) > width:
            parts.append("")
        parts[-1] += char
    return parts


def lines_width(lines: tuple[str, ...], size: float, bold: bool = False) -> float:
    """Width of the widest line, in pixels."""
    return max((_width_of_word(line) for line in lines), default=0.0) * size * (BOLD if bold else 1.0)


def word_width(text: str, size: float, bold: bool = False) -> float:
    """Width of the longest word, in pixels."""
    return lines_width(tuple(text.split()), size, bold)
