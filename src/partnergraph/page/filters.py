"""The filters of the page by what relationships say: one entry each.

From an entry come the control in the page, the column in the page's data, the field of the scripts' state, the part of
the address (``kind=funding``) and what passes. Filters with a special control (types in the legend, the date, the steps
around a body) are entries of the list in `templates/filters.js`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from partnergraph.page.view_model import ViewModel

    Claim = dict[str, Any]


@dataclass(frozen=True)
class ChoiceFilter:
    """Shows only the relationships that have the value chosen from a list.

    `name` is the control's id and the name in the address, `unfiltered` the text of the choice that hides nothing.
    `value` gives the codes of a relationship: one, or several of which any may be chosen. `options` are all codes with
    their labels, in the order of the list; the codes stand in addresses, so they stay the same from build to build.
    """

    name: str
    label: str
    unfiltered: str
    value: Callable[[Claim], str | list[str]]
    options: Callable[[ViewModel], dict[str, str]]

    def column(self, model: ViewModel) -> list[Any]:
        """For each relationship the number of its code in the list, or the sorted numbers of its codes."""
        number = {code: position for position, code in enumerate(self.options(model))}
        values = [self.value(claim) for claim in model.claims]
        return [
            number[value] if isinstance(value, str) else sorted({number[code] for code in value}) for value in values
        ]


@dataclass(frozen=True)
class SwitchFilter:
    """Hides some relationships when it is switched off; `value` says which."""

    name: str
    label: str
    value: Callable[[Claim], bool]

    def column(self, model: ViewModel) -> list[int]:
        """For each relationship 1 where it is hidden when the filter is off, else 0."""
        return [int(self.value(claim)) for claim in model.claims]


def _kinds(model: ViewModel) -> dict[str, str]:
    return dict(sorted({claim["kind"]: claim["kind_label"] for claim in model.claims}.items()))


def _standings(model: ViewModel) -> dict[str, str]:
    return {standing: standing for standing in sorted({claim["standing"] for claim in model.claims})}


FILTERS: tuple[ChoiceFilter | SwitchFilter, ...] = (
    ChoiceFilter("kind", "Kind", "all kinds", lambda claim: str(claim["kind"]), _kinds),
    ChoiceFilter(
        "source",
        "Source",
        "all sources",
        lambda claim: [piece["source_key"] for piece in claim["evidence"]],
        lambda model: {source["key"]: source["label"] for source in model.cited_sources},
    ),
    ChoiceFilter("standing", "Standing", "any", lambda claim: str(claim["standing"]), _standings),
    SwitchFilter("inferred", "also inferred", lambda claim: bool(claim["inferred"])),
)
