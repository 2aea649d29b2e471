"""How the editors show the graph: the steps of their story, and where bodies stand in the drawing."""

from __future__ import annotations

from typing import Any

from partnergraph.store import Reader
from partnergraph.vocabulary import CODE, DCTERMS, PG

Values = dict[str, list[str]]
# The views of the map. In the last two it is the symbol of several bodies that stands there; the first names it.
VIEWS = {
    CODE["wide"]: "wide",
    CODE["unfolded"]: "unfolded",
    CODE["tall"]: "tall",
    CODE["folded-wide"]: "folded-wide",
    CODE["folded-tall"]: "folded-tall",
}


def story(reader: Reader) -> list[dict[str, Any]]:
    """The steps in their order: `title`, `text`, `bodies` (none, one to select, or two with the route between them) and
    `date` (as of when, or None)."""
    steps = reader.described(PG.StoryStep)
    ordered = sorted(steps, key=lambda iri: (_whole(steps[iri], PG.stepNumber) or 0, iri))
    return [
        {
            "title": _first(values, DCTERMS.title) or "",
            "text": _first(values, PG.narration) or "",
            "bodies": [body for end in (PG.focus, PG.routeTo) if (body := _first(values, end)) is not None],
            "date": _first(values, PG.asOf),
        }
        for values in (steps[iri] for iri in ordered)
    ]


def positions(reader: Reader) -> dict[str, dict[str, list[int]]]:
    """The kept positions: body to view to [x, y]. What is no position in one of `VIEWS` is left out."""
    found: dict[str, dict[str, list[int]]] = {}
    for values in reader.described(PG.Position).values():
        body, view = _first(values, PG.positionOf), VIEWS.get(_first(values, PG.view) or "")
        x, y = _whole(values, PG.x), _whole(values, PG.y)
        if body is not None and view is not None and x is not None and y is not None:
            found.setdefault(body, {})[view] = [x, y]
    return {body: dict(sorted(views.items())) for body, views in found.items()}


def _first(values: Values, predicate: str) -> str | None:
    return values.get(predicate, [None])[0]


def _whole(values: Values, predicate: str) -> int | None:
    text = _first(values, predicate) or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
