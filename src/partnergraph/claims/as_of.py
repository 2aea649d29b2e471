"""The graph as it was on a date: what surely did not hold is left out, and the rules are applied to the rest."""

from __future__ import annotations

from collections.abc import Iterable

from partnergraph.claims.date_window import date_window, holds_in_window
from partnergraph.claims.relationships import read_validities
from partnergraph.claims.validity import Validity
from partnergraph.store import Reader
from partnergraph.vocabulary import PG, PREFIXES, XSD, rules

GRAPH = PREFIXES["g"] + "as-of"
EVENTS = (PG.ChangeEvent, PG.LifecycleEvent)


def as_of(reader: Reader, date: str) -> Reader:
    """A reader in memory of the graph on a date (2014, 2014-06 or 2014-06-30).

    Relationships that surely did not hold then, and events that surely lay ahead, are not in it, nor what the rules
    derived from them. Every relationship left says in `pg:inForce` (graph ``g:as-of``) whether it surely held
    (``"yes"``) or whether what is known of its time and its parties leaves it open (``"unknown"``); its bounds are
    those of the whole graph. Raises `UsageError` for another form of date.
    """
    window = date_window(date)
    reader = reader.snapshot()
    # The graph of a rule is recognised by the end of its IRI, whatever the base of the graph is.
    rule_graphs = {
        rule: graph for graph in reader.named_graphs() for rule in rules() if graph.endswith(f"/graph/{rule.graph}")
    }
    # Where its rules are known, derived relationships are derived anew; a succession goes with its event.
    validities = read_validities(reader, derived=not rule_graphs)
    removed = {iri for iri, validity in validities.items() if validity.holds(window) == "no"}
    for class_iri in EVENTS:
        for iri, values in reader.described(class_iri).items():
            earliest = values.get(PG.dateEarliest, values.get(PG.dateLatest, [""]))[0]
            if earliest and holds_in_window((earliest, earliest), None, window) == "no":
                removed.add(iri)
    view = reader.without(removed, set(rule_graphs.values()))
    left = {iri: validity for iri, validity in validities.items() if iri not in removed}
    # A view knows no event that lies ahead, so a party's life cannot be read from it.
    bounds_graph = next((graph for rule, graph in rule_graphs.items() if rule.name == "00-validity"), GRAPH)
    view.add(
        _merged((triple for iri, validity in left.items() for triple in _bounds(iri, validity, removed)), bounds_graph)
    )
    for rule in rules():
        if rule in rule_graphs and rule.name != "00-validity":
            view.construct(rule.sparql, rule_graphs[rule])
    if rule_graphs:
        left = read_validities(view.reader(), derived=True)
    view.add(_merged((f'<{iri}> <{PG.inForce}> "{validity.holds(window)}"' for iri, validity in left.items()), GRAPH))
    return view.reader()


def _merged(triples: Iterable[str], graph: str) -> Iterable[str]:
    """Triples as lines of N-Quads, each for a named graph and for the merge in the default graph."""
    return (line for triple in triples for line in (f"{triple} <{graph}> .\n", f"{triple} .\n"))


def _bounds(iri: str, validity: Validity, removed: set[str]) -> Iterable[str]:
    """The bounds of a relationship as triples, as the rule `00-validity` writes them."""
    predicates = (PG.validFromEarliest, PG.validFromLatest, PG.validUntilEarliest, PG.validUntilLatest)
    for predicate, day in zip(predicates, (*validity.start, *validity.end), strict=True):
        if day is not None:
            yield f'<{iri}> <{predicate}> "{day}"^^<{XSD.date}>'
    for event in validity.bounded_by:
        if event not in removed:
            yield f"<{iri}> <{PG.boundedBy}> <{event}>"
