"""Node grouping: bodies of one type with the same neighbours are drawn as one node with their number."""

from __future__ import annotations

from dataclasses import dataclass

MAX_COUNT = 80  # nodes of a map
MAX_UNLINKED = 12  # bodies without a relationship that are drawn by themselves
MIN_COUNTS = (5, 4, 3, 2)  # members of a group; smaller groups only where the map would have too many nodes


@dataclass(frozen=True)
class NodeGroup:
    """Several bodies drawn as one node. `members`: their numbers, sorted; `family`: the one they share, or -1."""

    members: tuple[int, ...]
    family: int
    label: str


def plural(noun: str) -> str:
    """The English plural of a type's label.

    >>> plural("university"), plural("local authority"), plural("NHS trust"), plural("school"), plural("research body")
    ('universities', 'local authorities', 'NHS trusts', 'schools', 'research bodies')
    >>> plural("provider of health care"), plural("body that teaches"), plural("research consortium")
    ('providers of health care', 'bodies that teach', 'research consortia')
    """
    if " that " in noun:
        head, _, clause = noun.partition(" that ")
        return f"{plural(head)} that {clause[:-2] if clause.endswith('ches') else clause.removesuffix('s')}"
    if " of " in noun:
        head, of, rest = noun.partition(" of ")
        return plural(head) + of + rest
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    if noun.endswith("consortium"):
        return noun[:-2] + "a"
    return noun + ("es" if noun.endswith(("s", "x", "ch", "sh")) else "s")


def group_nodes(
    neighbours: list[set[int]],
    ties: list[set[tuple[int, str]]],
    families: list[int],
    types: list[str],
    sorts: list[str],
    never_grouped: set[int],
    names: dict[str, str],
    most: int = MAX_COUNT,
) -> list[NodeGroup]:
    """Which bodies to draw as one group: those of one type with the very same ties (neighbour and kind), five or more
    of them, or fewer where that brings the map to `MAX_COUNT` nodes. When more than `most` nodes would be drawn,
    everything but the best connected, by the nearest of those and by family.

    A body in `never_grouped` stays by itself. `names` has the label of each type. Ordered by the first member.
    """
    equivalent: dict[tuple[str, str, frozenset[tuple[int, str]]], list[int]] = {}
    for number, own_ties in enumerate(ties):
        if own_ties and number not in never_grouped and sorts[number] == "organisation":
            equivalent.setdefault((sorts[number], types[number], frozenset(own_ties)), []).append(number)
    alike = [
        NodeGroup(
            tuple(members),
            families[members[0]],
            f"{len(members)} named {plural(names.get(kind, kind.replace('-', ' ')))}",
        )
        for (_, kind, _), members in equivalent.items()
    ]
    connected = sum(1 for own in neighbours if own)
    by_count = {least: [group for group in alike if len(group.members) >= least] for least in MIN_COUNTS}
    drawn = {least: connected - sum(len(group.members) - 1 for group in by_count[least]) for least in MIN_COUNTS}
    least = next((least for least in MIN_COUNTS if drawn[least] <= MAX_COUNT), MIN_COUNTS[0])
    groups = by_count[least] if drawn[least] <= most else _overview(neighbours, families, never_grouped, most)
    groups = groups + _unlinked_groups(neighbours, families, never_grouped)
    return sorted(groups, key=lambda group: group.members)


def _unlinked_groups(neighbours: list[set[int]], families: list[int], never_grouped: set[int]) -> list[NodeGroup]:
    """The bodies without a neighbour, by family, where they are too many to stand for themselves."""
    unlinked = [number for number, own in enumerate(neighbours) if not own and number not in never_grouped]
    if len(unlinked) <= MAX_UNLINKED or len(unlinked) == len(neighbours):
        return []
    by_family: dict[int, list[int]] = {}
    for number in unlinked:
        by_family.setdefault(families[number], []).append(number)
    return [
        NodeGroup(tuple(members), family, f"{len(members)} bodies")
        for family, members in by_family.items()
        if len(members) > 1
    ]


def _overview(neighbours: list[set[int]], families: list[int], never_grouped: set[int], most: int) -> list[NodeGroup]:
    """The best connected bodies stay; each of the others is grouped with the nearest of them, by family."""
    by_degree = sorted(range(len(neighbours)), key=lambda i: (i not in never_grouped, -len(neighbours[i]), i))
    for anchor_count in (most // 2, most // 3, most // 4, most // 6):
        groups: dict[tuple[int, int], list[int]] = {}
        for number, anchor in sorted(_nearest_anchors(neighbours, by_degree[:anchor_count]).items()):
            if number != anchor:
                groups.setdefault((anchor, families[number]), []).append(number)
        if anchor_count + len(groups) <= most:
            break
    else:  # even the fewest anchors have too many groups: one group an anchor, of all families
        merged: dict[tuple[int, int], list[int]] = {}
        for (anchor, _), members in groups.items():
            merged.setdefault((anchor, -1), []).extend(members)
        groups = merged
    return [
        NodeGroup(tuple(sorted(members)), family, f"{len(members)} bodies")
        for (_, family), members in groups.items()
        if len(members) > 1
    ]


def _nearest_anchors(neighbours: list[set[int]], anchors: list[int]) -> dict[int, int]:
    """For each body that can be reached its nearest anchor, by breadth-first search from all anchors at once."""
    nearest = {anchor: anchor for anchor in anchors}
    frontier = list(anchors)
    while frontier:
        following = []
        for body in frontier:
            for neighbour in sorted(neighbours[body]):
                if neighbour not in nearest:
                    nearest[neighbour] = nearest[body]
                    following.append(neighbour)
        frontier = following
    return nearest
