"""An answer in the forms in which it leaves: text, an aligned table, CSV, JSON, Markdown, HTML, a data frame."""

from __future__ import annotations

import html
import json
import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from partnergraph.analysis.answer_content import AnswerContent, Cell
from partnergraph.errors import MissingExtra
from partnergraph.spreadsheet_safety import csv_text

if TYPE_CHECKING:
    import pandas as pd

    from partnergraph.claims.relationships import Claim

WIDTH = 100  # characters of a line of text
MAX_ROWS = 200  # of a table for people
MAX_CELL = 60  # characters of a cell of the aligned table
FORMATS = ("text", "table", "csv", "json", "markdown")


def render(answer: AnswerContent, format_: str, claims: Mapping[str, Claim] | None = None) -> str:
    """The answer in one of `FORMATS`; `claims`: to be shown beneath the text, see `to_text`."""
    if format_ == "text":
        return to_text(answer, claims)
    return {"table": to_table, "csv": to_csv, "json": to_json, "markdown": to_markdown}[format_](answer)


def to_text(answer: AnswerContent, claims: Mapping[str, Claim] | None = None) -> str:
    """Title, sentences, notes and scope, one paragraph each.

    With `claims` (by IRI) they follow, numbered in the order in which the sentences rest on them; each sentence ends
    with the numbers of its claims.
    """
    numbers: dict[str, int] = {}
    paragraphs = []
    for sentence in answer.sentences:
        text = _without_breaks(sentence.text)
        if claims is not None and sentence.claims:
            places = [numbers.setdefault(iri, len(numbers) + 1) for iri in sentence.claims if iri in claims]
            text += f" [{_ranges(places)}]" if places else ""
        paragraphs.append(text)
    paragraphs += [_without_breaks(text) for text in (*answer.notes, answer.scope) if text]
    lines = [_without_breaks(answer.title), ""]
    for paragraph in paragraphs:
        lines += [*textwrap.wrap(paragraph, WIDTH, break_long_words=False, break_on_hyphens=False), ""]
    if claims is not None and numbers:
        lines += ["Claims", ""]
        for iri, number in numbers.items():
            mark = f"[{number}] "
            lines += [mark + str(claims[iri]).replace("\n", "\n" + " " * len(mark)), ""]
    return "\n".join(lines).rstrip() + "\n"


def _ranges(numbers: Sequence[int]) -> str:
    """Numbers with runs drawn together.

    >>> _ranges([4, 1, 2, 3, 7])
    '1–4, 7'
    """
    parts: list[list[int]] = []
    for number in sorted(numbers):
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ", ".join(f"{low}–{high}" if low < high else f"{low}" for low, high in parts)


def to_table(answer: AnswerContent) -> str:
    """The rows as an aligned table without the columns of IRIs, at most `MAX_ROWS` of them; then the scope."""
    from partnergraph.results.text_table import display_width

    columns = visible_columns(answer)
    rows = [[_clipped(cell_text(row[place])) for place in columns] for row in answer.rows[:MAX_ROWS]]
    heads = [answer.columns[place] for place in columns]
    widths = [max(map(display_width, column)) for column in zip(heads, *rows, strict=True)]
    lines = [
        "  ".join(
            text + " " * (width - display_width(text)) for text, width in zip(cells, widths, strict=True)
        ).rstrip()
        for cells in (heads, ["-" * width for width in widths], *rows)
    ]
    return "\n".join([*lines, _row_count(answer), "", answer.scope]).rstrip() + "\n"


def _row_count(answer: AnswerContent) -> str:
    total = len(answer.rows)
    if total > MAX_ROWS:
        return f"({MAX_ROWS} of {total:,} rows; all of them: --format csv)"
    return f"({total} row{'' if total == 1 else 's'})"


def visible_columns(answer: AnswerContent) -> list[int]:
    """The places of the columns that people read: all but those of IRIs."""
    return [place for place, name in enumerate(answer.columns) if name != "iri" and not name.endswith(" iri")]


def cell_text(cell: Cell) -> str:
    """A cell for people: numbers with at most six significant digits."""
    if cell is None:
        return ""
    return f"{cell:.6g}" if isinstance(cell, float) else _without_breaks(str(cell))


def _without_breaks(text: str) -> str:
    """The text without line breaks and characters that move the cursor."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _clipped(text: str) -> str:
    return text if len(text) <= MAX_CELL else text[: MAX_CELL - 1] + "…"


def to_csv(answer: AnswerContent) -> str:
    """All rows as CSV, safe to open in a spreadsheet program."""
    return csv_text([answer.columns, *answer.rows])


def to_json(answer: AnswerContent) -> str:
    """Everything as JSON: sentences with their claims, rows as objects, the highlight without its empty parts."""
    highlight = {name: value for name, value in asdict(answer.highlight).items() if value}
    document = {
        "command": answer.command,
        "title": answer.title,
        "sentences": [asdict(sentence) for sentence in answer.sentences],
        "notes": answer.notes,
        "scope": answer.scope,
        "columns": answer.columns,
        "rows": [dict(zip(answer.columns, row, strict=True)) for row in answer.rows],
        "highlight": highlight,
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~])")


def to_markdown(answer: AnswerContent) -> str:
    """Heading, sentences as a list, the table, notes and scope."""

    def plain(text: str) -> str:
        return _SPECIAL.sub(r"\\\1", _without_breaks(text))

    lines = [f"## {plain(answer.title)}", "", *(f"- {plain(sentence.text)}" for sentence in answer.sentences), ""]
    if answer.rows:
        columns = visible_columns(answer)
        rows = [[plain(cell_text(row[place])) for place in columns] for row in answer.rows[:MAX_ROWS]]
        heads = [plain(answer.columns[place]) for place in columns]
        lines += [f"| {' | '.join(cells)} |" for cells in (heads, ["---"] * len(heads), *rows)]
        lines += ["", *([_row_count(answer), ""] if len(answer.rows) > MAX_ROWS else [])]
    for text in (*answer.notes, answer.scope):
        lines += [plain(text), ""]
    return "\n".join(lines).rstrip() + "\n"


def to_html(answer: AnswerContent) -> str:
    """A section of HTML for a notebook: sentences, the first rows, notes and scope."""
    columns = visible_columns(answer)
    head = "".join(f'<th scope="col">{html.escape(answer.columns[place])}</th>' for place in columns)
    body = "".join(
        f"<tr>{''.join(f'<td>{html.escape(cell_text(row[place]))}</td>' for place in columns)}</tr>"
        for row in answer.rows[:MAX_ROWS]
    )
    count = f"<caption>{html.escape(_row_count(answer))}</caption>" if len(answer.rows) > MAX_ROWS else ""
    table = f"<table>{count}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if answer.rows else ""
    items = "".join(f"<li>{html.escape(sentence.text)}</li>" for sentence in answer.sentences)
    ends = "".join(f"<p><small>{html.escape(text)}</small></p>" for text in (*answer.notes, answer.scope) if text)
    return f"<section><h3>{html.escape(answer.title)}</h3><ul>{items}</ul>{table}{ends}</section>"


def to_pandas(answer: AnswerContent) -> pd.DataFrame:
    """The rows as a data frame. Raises `MissingExtra` without pandas."""
    return data_frame({name: [row[place] for row in answer.rows] for place, name in enumerate(answer.columns)})


def data_frame(columns: Mapping[str, Sequence[Cell]]) -> pd.DataFrame:
    """Columns of cells as a data frame with nullable dtypes. Raises `MissingExtra` without pandas."""
    try:
        import pandas as pd
    except ImportError:
        raise MissingExtra("pandas", "pandas") from None
    return pd.DataFrame(dict(columns)).convert_dtypes()
