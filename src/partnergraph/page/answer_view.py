"""An answer about the network as its page shows it: sentences above the map, a table, a legend of marks, a chart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from partnergraph.page.highlights import Highlights, legend
from partnergraph.page.mark_symbols import mark_icon
from partnergraph.page.step_chart import NARROW, WIDTH, step_chart

if TYPE_CHECKING:
    from markupsafe import Markup

    from partnergraph.page.view_model import ViewModel

# What stands above the map; the rest follows beneath it.
MAX_SENTENCES, MAX_CHARACTERS = 4, 700
MAX_LINKS = 60  # claims of a sentence that it leads to


@dataclass(frozen=True)
class AnswerView:
    """What the template shows. `lead` and `rest`: the sentences, each with the numbers of its claims; `charts`: for
    a desktop and for a phone; `picture`: an SVG file in place of the map, where the answer is a chart.
    """

    lead: list[dict[str, Any]]
    rest: list[dict[str, Any]]
    notes: list[str]
    columns: list[str]
    rows: list[list[dict[str, Any]]]
    caption: str
    legend: list[dict[str, Any]]
    before: str
    after: str
    charts: list[Markup]
    picture: str | None = field(default=None, repr=False)


def answer_view(answer: Mapping[str, Any], marks: Highlights, model: ViewModel) -> AnswerView:
    """The view of an answer: a mapping with `sentences` (`text` and the keys of its `claims`), `notes`, `columns`,
    `rows` of cells (`text`, and `node` or `claim` to lead to, `number`), `caption`, and, where there are any, the
    figures `before` and `after`, and `chart` (what `partnergraph.page.step_chart` takes).
    """
    from markupsafe import Markup

    number_of = {edge[2]: number for number, edge in enumerate(model.diagram.claims)}
    sentences = []
    for sentence in answer["sentences"]:
        claims = sorted(number_of[key] for key in sentence["claims"] if key in number_of)
        first = model.claims[claims[0]]["key"] if claims else ""
        sentences.append({"text": sentence["text"], "claims": claims[:MAX_LINKS], "all": len(claims), "first": first})
    lead_count, length = 0, 0
    for sentence in sentences[:MAX_SENTENCES]:
        length += len(sentence["text"])
        if lead_count and length > MAX_CHARACTERS:
            break
        lead_count += 1
    rows = [
        [
            {
                "text": cell["text"],
                "number": bool(cell.get("number")),
                "key": model.key.get(cell.get("node") or cell.get("claim") or ""),
            }
            for cell in row
        ]
        for row in answer["rows"]
    ]
    drawn = answer.get("chart")
    return AnswerView(
        sentences[:lead_count],
        sentences[lead_count:],
        [*answer["notes"]],
        [*answer["columns"]],
        rows,
        answer["caption"],
        [{"icon": Markup(mark_icon(mark)), "text": text} for mark, text in legend(marks)],
        answer.get("before") or "",
        answer.get("after") or "",
        [Markup(step_chart(**drawn, width=width)) for width in (WIDTH, NARROW)] if drawn else [],
        step_chart(**drawn, inline=False) if drawn else None,
    )
