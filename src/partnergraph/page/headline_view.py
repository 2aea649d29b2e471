"""The headline as the page shows it: its links by the numbers of claims and bodies, and its versions by day."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from partnergraph.page.headline import HeadlineVersions, Sentence

if TYPE_CHECKING:
    from partnergraph.page.view_model import ViewModel

MAX_LINKS = 400  # claims that a part of a sentence leads to
Plain = dict[str, Any]


@dataclass(frozen=True)
class HeadlineView:
    """What the template and the scripts show. `sentences`: lists of parts, each with its `text`, the `href` and the
    numbers of `claims` that it leads to. `data`, for the scripts: the lists of claims, each once, and for each version
    the day from which it holds and its sentences, a part as text, anchor, number of its list and whether it is a
    detail; None where no sentence depends on the day.
    """

    sentences: list[list[Plain]]
    data: Plain | None = field(repr=False)


def headline_view(headline: HeadlineVersions, model: ViewModel) -> HeadlineView:
    """The view of a headline whose claims and bodies are in the model."""
    number_of = {edge[2]: number for number, edge in enumerate(model.diagram.claims)}

    def part(values: Sentence) -> Plain:
        claims = sorted(number_of[key] for key in values["claims"] if key in number_of)[:MAX_LINKS]
        key = model.claims[claims[0]]["key"] if claims else model.key.get(values["body"] or "", "")
        return {"text": values["text"], "href": key, "claims": claims, "detail": values["detail"]}

    def parts(sentences: list[Sentence]) -> list[list[Plain]]:
        return [[part(values) for values in sentence["parts"]] for sentence in sentences]

    lists: dict[tuple[int, ...], int] = {}
    versions = [
        [
            day,
            [
                [
                    [
                        entry["text"],
                        entry["href"],
                        lists.setdefault(tuple(entry["claims"]), len(lists)),
                        +entry["detail"],
                    ]
                    for entry in sentence
                ]
                for sentence in parts(sentences)
            ],
        ]
        for day, sentences in headline.versions
    ]
    data = {"claims": [list(numbers) for numbers in lists], "versions": versions} if versions else None
    return HeadlineView(parts(headline.timeless), data)
