"""Two networks -> the later one, in which every body and claim says what became of it since the earlier one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import networkx as nx

    Network: TypeAlias = nx.MultiDiGraph[str]


def diff_network(before: Network, after: Network, became: Mapping[str, str], renamed: Mapping[str, str]) -> Network:
    """A copy of `after` with what is only in `before`, each node and edge with a `change`: new, gone, ended, changed or
    "" for none. `became` says so by IRI for what is in both; `renamed` are ids that changed, old to new.
    """
    made = after.copy()
    made.graph["compared"] = True
    made.graph["sources"] = before.graph.get("sources", {}) | after.graph.get("sources", {})
    old_nodes = {renamed.get(node, node) for node in before}
    old_keys = {renamed.get(key, key) for _, _, key in before.edges(keys=True)}
    for node, attributes in made.nodes(data=True):
        attributes["change"] = became.get(node, "") if node in old_nodes else "new"
    here = set()
    for _, _, key, attributes in made.edges(keys=True, data=True):
        attributes["change"] = became.get(key, "") if key in old_keys else "new"
        here.add(key)
    for node, attributes in before.nodes(data=True):
        if renamed.get(node, node) not in made:
            made.add_node(node, **attributes | {"change": "gone"})
    for a, b, key, attributes in before.edges(keys=True, data=True):
        if renamed.get(key, key) not in here:
            made.add_edge(renamed.get(a, a), renamed.get(b, b), key=key, **attributes | {"change": "gone"})
    return made
