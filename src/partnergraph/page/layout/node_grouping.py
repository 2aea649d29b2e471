"""Fewer dots at first view: bodies of one type that stand in the same place are one counted dot, which unfolds."""

from __future__ import annotations

from dataclasses import dataclass

MAX_COUNT = 80
MIN_COUNT = 5


@dataclass(frozen=True)
class NodeGroup:
    """Several bodies drawn as one. `members` are their numbers, sorted; `family` is the family they share, if any."""

    members: tuple[int, ...]
    family: int
    label: str


def plural(noun: str) -> str:
    """The English plural of a type's label.

    >>> plural("university"), plural("local authority"), plural("NHS trust"), plural("school"), plural("research body")
    ('universities', 'local authorities', 'NHS trusts', 'schools', 'research bodies')
    """
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("s", "x", "ch", "sh")) else "s")


def group_nodes(
    neighbours: list[set[int]],
    ties: list[set[tuple[int, str]]],
    families: list[int],
    types: list[str],
    sorts: list[str],
    keep: set[int],
    names: dict[str, str],
    most: int = MAX_COUNT,
) -> list[NodeGroup]:
    """Which bodies to draw as one: those of one type with the very same ties (neighbour and kind), or, when more than
    `most` would be drawn, everything but the best connected, by the nearest of those and by family.

    A body in `keep` is never folded. `names` says a type in words. Deterministic; ordered by the first member.
    """
    places: dict[tuple[str, str, frozenset[tuple[int, str]]], list[int]] = {}
    for number, tied in enumerate(ties):
        if tied and number not in keep and sorts[number] == "organisation":
            places.setdefault((sorts[number], types[number], frozenset(tied)), []).append(number)
    folds = [
        NodeGroup(
            tuple(members),
            families[members[0]],
            f"{len(members)} named {plural(names.get(kind, kind.replace('-', ' ')))}",
        )
        for (_, kind, _), members in places.items()
        if len(members) >= MIN_COUNT
    ]
    inside = {number for one in folds for number in one.members}
    drawn = sum(1 for number, beside in enumerate(neighbours) if beside and number not in inside) + len(folds)
    if drawn > most:
        folds = _overview(neighbours, families, keep, most)
    return sorted(folds, key=lambda one: one.members)


def _overview(neighbours: list[set[int]], families: list[int], keep: set[int], most: int) -> list[NodeGroup]:
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
            folds.append(NodeGroup(tuple(sorted(members)), family, f"{len(members)} bodies"))
    return folds
