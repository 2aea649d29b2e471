"""Graphs in other vocabularies than this ontology: what they hold, and which query draws their links."""

from __future__ import annotations

from collections.abc import Sized

from partnergraph.claims.terms import prefixed
from partnergraph.errors import DataError, shell_quote
from partnergraph.store import Reader
from partnergraph.vocabulary import ORG, PG

__all__ = ["other_vocabulary", "require_bodies"]

_MAX_CLASSES = 5


def other_vocabulary(reader: Reader, name: str) -> tuple[str, str] | None:
    """What a graph holds when nothing in it is described with this ontology, and how to draw it; else None.

    `name` is how the graph is called on the command line.
    """
    if reader.ask(f'ASK {{ ?x a ?type FILTER(STRSTARTS(STR(?type), "{PG.base}")) }}') or not len(reader):
        return None
    rows = reader.rows(
        "SELECT ?type (COUNT(DISTINCT ?x) AS ?n) { ?x a ?type } "
        f"GROUP BY ?type ORDER BY DESC(?n) ?type LIMIT {_MAX_CLASSES + 1}"
    )
    types = [f"{row['n']} {prefixed(row['type'] or '')}" for row in rows[:_MAX_CLASSES]]
    listed = f"{', '.join(types)}{' and more' if len(rows) > _MAX_CLASSES else ''}" if types else "nothing with a type"
    reason = f"{name} holds no claim of this ontology (pg:Relationship), but {listed}."
    properties = reader.rows(
        "SELECT ?p (COUNT(*) AS ?n) { ?a ?p ?b . FILTER(isIRI(?b) && ?a != ?b && ?p != rdf:type) "
        "FILTER EXISTS { ?b ?q ?c } } GROUP BY ?p ORDER BY DESC(?n) ?p LIMIT 1"
    )
    link = (properties[0]["p"] if properties else None) or ORG.linkedTo
    link = prefixed(link) if prefixed(link) != link else f"<{link}>"
    query = f"'SELECT ?from ?to {{ ?from {link} ?to }}'"
    command = f"partnergraph query -g {shell_quote(name)} {query} --draw links.html"
    fix = f"A query draws links of other vocabularies: {command}"
    return reason, fix


def require_bodies(network: Sized, reader: Reader, name: str = "GRAPH") -> None:
    """Raise `DataError`, with the reason, for a network without a single body: nothing can be drawn or exported."""
    if len(network):
        return
    reasons = other_vocabulary(reader, name) or (f"{name} holds no organisation, group or programme.",)
    raise DataError(f"There is nothing to draw, and nothing was written. {' '.join(reasons)}")
