"""The partners of a focus by how they are joined to it, in words that add up: questions and print count the same as the
headline.

A direct partner is joined to the focus itself. A partnership is a body that it is a member of; the other members are
partners through a partnership. A partner of a unit is joined to a part of the focus alone. Groups that are not named
one by one are counted apart, since the same bodies may be among the named.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from partnergraph.grammar import counted, joined, plural_noun
from partnergraph.page.headline_facts import Neighbourhood, neighbourhood

if TYPE_CHECKING:
    from partnergraph.page.view_model import ViewModel

SPELT = 9  # numbers to nine are written as words
_OTHERWISE = "in another way (disputed or out of date)"
_OTHERWISE_FAR = "in another way (at another time, through a unit, or disputed)"


@dataclass(frozen=True)
class PartnerCounts:
    """The partners in words: `near` are joined to the focus or to a unit of it, `far` only through a partnership. Each
    has the sum, and the parts of it: one for each way of being joined.
    """

    total: str
    near: str
    near_parts: str
    far: str
    far_parts: str

    @property
    def is_simple(self) -> bool:
        """Whether all are joined in one way: then the sum says it all."""
        return self.near_parts == f"{self.near} directly"

    @property
    def parts(self) -> str:
        """All ways of being joined."""
        return "; ".join(filter(None, (self.near_parts, self.far_parts)))


def partner_counts(
    model: ViewModel, direct: Collection[int], of_units: Collection[int], far: Collection[int]
) -> PartnerCounts:
    """Count the partners of the focus. `direct`, `of_units`, `far`: bodies by number, each in one of them."""
    focus = model.diagram.focus
    around = neighbourhood(model.graph, model.diagram.bodies[focus]) if focus is not None else Neighbourhood()
    groups = {number for number in (*direct, *of_units, *far) if model.is_group(number)}

    def chosen(numbers: Collection[int], *parts: Collection[str]) -> set[int]:
        return {number for number in numbers if any(model.diagram.bodies[number] in part for part in parts)}

    def words(numbers: Collection[int], noun: str = "partner") -> str:
        return bodies_in_words(len({*numbers} - groups), len(groups.intersection(numbers)), noun)

    hubs, partners = chosen(direct, around.hubs), chosen(direct, around.members, around.partners)
    inferred, through = chosen({*direct, *far}, around.inferred), chosen(far, around.fellows)
    near = [
        (joined([*filter(None, [words(hubs, "partnership"), words(partners)])]), "directly"),
        (words(inferred.intersection(direct)), "only by inference"),
        (words({*direct} - hubs - partners - inferred), _OTHERWISE),
        (words(of_units), "only through its units"),
    ]
    beyond = [
        (words(through), f"as {'a member' if len(through) == 1 else 'members'} of the same partnerships"),
        (words(inferred.intersection(far)), "only by inference"),
        (words({*far} - through - inferred), _OTHERWISE_FAR),
    ]
    return PartnerCounts(
        words({*direct, *of_units, *far}),
        words({*direct, *of_units}),
        _parts_in_words(near),
        words(far),
        _parts_in_words(beyond),
    )


def bodies_in_words(named: int, groups: int, noun: str) -> str:
    """Bodies and groups, counted apart; empty where there are none.

    >>> bodies_in_words(13, 8, "partner"), bodies_in_words(0, 1, "partner"), bodies_in_words(1, 0, "partner")
    ('13 partners and eight groups', 'one group of partners', 'one partner')
    """
    words = [counted(named, noun, spelt=SPELT)] if named else []
    if groups:
        words.append(counted(groups, "group", spelt=SPELT) + ("" if named else f" of {plural_noun(noun)}"))
    return joined(words)


def _parts_in_words(parts: list[tuple[str, str]]) -> str:
    return "; ".join(f"{words} {how}" for words, how in parts if words)
