"""Two networks -> the later one, in which every body and claim has the change since the earlier one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import networkx as nx

    Network: TypeAlias = nx.MultiDiGraph[str]


def diff_network(before: Network, after: Network, changes: Mapping[str, str], renamed: Mapping[str, str]) -> Network:
    """A copy of `after` with what is only in `before`, each node and edge with a `change`: new, gone, ended, changed or
    "" for none. `changes`: that of each IRI which is in both; `renamed`: ids that changed, old to new.
    """
    diff = after.copy()
    diff.graph["compared"] = True
    diff.graph["sources"] = before.graph.get("sources", {}) | after.graph.get("sources", {})
    old_nodes = {renamed.get(node, node) for node in before}
    old_keys = {renamed.get(key, key) for _, _, key in before.edges(keys=True)}
    for node, attributes in diff.nodes(data=True):
        attributes["change"] = changes.get(node, "") if node in old_nodes else "new"
    keys = set()
    for _, _, key, attributes in diff.edges(keys=True, data=True):
        attributes["change"] = changes.get(key, "") if key in old_keys else "new"
        keys.add(key)
    for node, attributes in before.nodes(data=True):
        if renamed.get(node, node) not in diff:
            diff.add_node(node, **attributes | {"change": "gone"})
    for a, b, key, attributes in before.edges(keys=True, data=True):
        if renamed.get(key, key) not in keys:
            diff.add_edge(renamed.get(a, a), renamed.get(b, b), key=key, **attributes | {"change": "gone"})
    return diff
