"""How the editors present the graph: the steps of their story, and the saved positions of bodies in the drawing."""

from __future__ import annotations

from typing import Any

from partnergraph.claims.property_values import Values, first_value
from partnergraph.store import Reader
from partnergraph.vocabulary import CODE, DCTERMS, PG

# The views of the map. In the folded ones it is the symbol of several bodies that stands there; the first names it.
VIEWS = {
    CODE["wide"]: "wide",
    CODE["unfolded"]: "unfolded",
    CODE["tall"]: "tall",
    CODE["folded-wide"]: "folded-wide",
    CODE["folded-tall"]: "folded-tall",
    CODE["radial-wide"]: "radial-wide",
    CODE["radial-tall"]: "radial-tall",
}


def story(reader: Reader) -> list[dict[str, Any]]:
    """The steps in their order: `title`, `text`, `bodies` (none, one to select, or two with the route between them) and
    `date` (as of when, or None)."""
    steps = reader.described(PG.StoryStep)
    ordered = sorted(steps, key=lambda iri: (_whole_number(steps[iri], PG.stepNumber) or 0, iri))
    return [
        {
            "title": first_value(values, DCTERMS.title) or "",
            "text": first_value(values, PG.narration) or "",
            "bodies": [body for end in (PG.focus, PG.routeTo) if (body := first_value(values, end)) is not None],
            "date": first_value(values, PG.asOf),
        }
        for values in (steps[iri] for iri in ordered)
    ]


def positions(reader: Reader) -> dict[str, dict[str, list[int]]]:
    """The saved positions: body to view to [x, y]. What is no position in one of `VIEWS` is left out."""
    by_body: dict[str, dict[str, list[int]]] = {}
    for values in reader.described(PG.Position).values():
        body, view = first_value(values, PG.positionOf), VIEWS.get(first_value(values, PG.view) or "")
        x, y = _whole_number(values, PG.x), _whole_number(values, PG.y)
        if body is not None and view is not None and x is not None and y is not None:
            by_body.setdefault(body, {})[view] = [x, y]
    return {body: dict(sorted(views.items())) for body, views in by_body.items()}


def _whole_number(values: Values, predicate: str) -> int | None:
    text = first_value(values, predicate) or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
