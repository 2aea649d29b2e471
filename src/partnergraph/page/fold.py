"""Fewer dots at first view: bodies of one type that stand in the same place are one counted dot, which unfolds."""

from __future__ import annotations

from dataclasses import dataclass

MOST = 80
LEAST = 5


@dataclass(frozen=True)
class Fold:
    """Several bodies drawn as one. `members` are their numbers, sorted; `family` is the family they share, if any."""

    members: tuple[int, ...]
    family: int
    label: str


def fold(
    neighbours: list[set[int]],
    families: list[int],
    types: list[str],
    sorts: list[str],
    keep: set[int],
    names: dict[str, str],
    most: int = MOST,
) -> list[Fold]:
    """Which bodies to draw as one: those of one type with the very same neighbours, or, when more than `most` would be
    drawn, everything but the best connected, by the nearest of those and by family.

    A body in `keep` is never folded. `names` says a type in words. Deterministic; ordered by the first member.
    """
    places: dict[tuple[str, str, frozenset[int]], list[int]] = {}
    for number, beside in enumerate(neighbours):
        if beside and number not in keep:
            places.setdefault((sorts[number], types[number], frozenset(beside)), []).append(number)
    folds = [
        Fold(tuple(members), families[members[0]], f"{len(members)} × {names.get(kind, kind.replace('-', ' '))}")
        for (_, kind, _), members in places.items()
        if len(members) >= LEAST
    ]
    inside = {number for one in folds for number in one.members}
    drawn = sum(1 for number, beside in enumerate(neighbours) if beside and number not in inside) + len(folds)
    if drawn > most:
        folds = _overview(neighbours, families, keep, most)
    return sorted(folds, key=lambda one: one.members)


def _overview(neighbours: list[set[int]], families: list[int], keep: set[int], most: int) -> list[Fold]:
    """The best connected bodies stay; each of the others goes with the nearest of them, by family."""
    by_degree = sorted(range(len(neighbours)), key=lambda i: (i not in keep, -len(neighbours[i]), i))
    for kept in (most // 2, most // 3, most // 4, most // 6):
        anchors = by_degree[:kept]
        nearest = {anchor: anchor for anchor in anchors}
        edge = list(anchors)
        while edge:
            following = []
            for here in edge:
                for there in sorted(neighbours[here]):
                    if there not in nearest:
                        nearest[there] = nearest[here]
                        following.append(there)
            edge = following
        groups: dict[tuple[int, int], list[int]] = {}
        for number, anchor in sorted(nearest.items()):
            if number != anchor:
                groups.setdefault((anchor, families[number]), []).append(number)
        if kept + len(groups) <= most:
            break
    if kept + len(groups) > most:
        merged: dict[tuple[int, int], list[int]] = {}
        for (anchor, _), members in groups.items():
            merged.setdefault((anchor, -1), []).extend(members)
        groups = {key: sorted(members) for key, members in merged.items()}
    folds = []
    for (_, family), members in groups.items():
        if len(members) > 1:
            folds.append(Fold(tuple(sorted(members)), family, f"{len(members)} bodies"))
    return folds
