"""What of a network has surely ended, with no clock: by the last day of which the network itself knows something.

The pictures that need no script show it as the map of the page does: `bodyEnded` in `templates/state.js`, `endOf`
in `templates/radial.js`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from partnergraph.page.headline_facts import status

if TYPE_CHECKING:
    from partnergraph.page.view_model import ViewModel


@dataclass(frozen=True)
class Endings:
    """The claims that are over, each with the earliest and the latest day of its end, and the bodies that are: those
    that ended themselves, and those of which all relationships are over. Both by number.
    """

    claims: Mapping[int, tuple[str | None, str]] = field(default_factory=dict)
    bodies: Collection[int] = frozenset()

    def are_over(self, claims: Iterable[int]) -> bool:
        """Whether all of some claims are over; no claim is not."""
        numbers = [*claims]
        return bool(numbers) and all(number in self.claims for number in numbers)

    def year_in_words(self, claims: Iterable[int]) -> str:
        """When the last of some claims ended, empty where one of them is not over: "ended 2020", "ended by 2020"."""
        numbers = [*claims]
        if not self.are_over(numbers):
            return ""
        earliest, latest = max((self.claims[number] for number in numbers), key=lambda days: days[1])
        year = latest[:4]
        return f"ended {year}" if earliest and earliest[:4] == year else f"ended by {year}"


def endings_of(model: ViewModel) -> Endings:
    """What has ended in a network, by its view model."""
    first, last = model.known_days
    over: dict[int, tuple[str | None, str]] = {}
    for number, claim in enumerate(model.claims):
        if claim["over"] and (days := claim["valid_until"]) and days[1]:
            over[number] = days[0], days[1]

    def has_ended(body: dict[str, Any]) -> bool:
        end = body["end"] or (None, None)
        own = [number for number in body["claims"] if model.claims[number]["event"] is None]
        return status((None, None), (end[0], end[1]), first, last) == "ended" or (
            bool(own) and all(number in over for number in own)
        )

    return Endings(over, frozenset(number for number, body in enumerate(model.bodies) if has_ended(body)))
