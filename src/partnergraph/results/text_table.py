"""A SELECT answer as an aligned table for the terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from partnergraph.results.tsv import labelled_text, parse_tsv

MAX_CELL_WIDTH = 72  # columns of the terminal


def text_table(data: bytes, labels: Mapping[str, str], width: int = MAX_CELL_WIDTH) -> str:
    """Aligned text from a TSV result: labels instead of IRIs where there are any, long cells cut with an ellipsis."""
    names, rows = parse_tsv(data)
    texts = [[_display_text(cell, labels, width) for cell in row] for row in rows]
    count = f"({len(rows)} row{'' if len(rows) == 1 else 's'})"
    if not names:
        return f"{count}\n"
    widths = [
        max(display_width(name), *(display_width(row[i]) for row in texts)) if texts else display_width(name)
        for i, name in enumerate(names)
    ]
    lines = ["  ".join(_pad(name, w) for name, w in zip(names, widths, strict=True)).rstrip()]
    lines.append("  ".join("-" * w for w in widths))
    lines += ["  ".join(_pad(cell, w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in texts]
    return "\n".join([*lines, count, ""])


def _display_text(cell: str, labels: Mapping[str, str], width: int) -> str:
    text = labelled_text(cell, labels)
    if not text.isprintable():
        text = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text)
    return text if len(text) <= width or cell.startswith("<") else text[: width - 1] + "…"


def display_width(text: str) -> int:
    """Columns of a terminal with a fixed-width font: East Asian wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text if not unicodedata.combining(c))


def _pad(text: str, width: int) -> str:
    return text + " " * (width - display_width(text))
