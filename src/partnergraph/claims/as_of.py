"""The graph as it was on a date: what surely did not hold is left out, and the rules are applied to the rest."""

from __future__ import annotations

from collections.abc import Iterable

from partnergraph.claims.date_window import date_window, holds_in_window
from partnergraph.claims.relationships import Claim, read_claims
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
    claims = read_claims(reader, derived=not rule_graphs, evidence={}, labels={})
    removed = {claim.iri for claim in claims if claim.holds(*window) == "no"}
    for class_iri in EVENTS:
        for iri, values in reader.described(class_iri).items():
            earliest = values.get(PG.dateEarliest, values.get(PG.dateLatest, [""]))[0]
            if earliest and holds_in_window((earliest, earliest), None, window) == "no":
                removed.add(iri)
    view = reader.without(removed, set(rule_graphs.values()))
    left = [claim for claim in claims if claim.iri not in removed]
    # A view knows no event that lies ahead, so a party's life cannot be read from it.
    bounds_graph = next((graph for rule, graph in rule_graphs.items() if rule.name == "00-validity"), GRAPH)
    view.add_merged((line for claim in left for line in _bounds(claim, removed)), bounds_graph)
    for rule in rules():
        if rule in rule_graphs and rule.name != "00-validity":
            view.construct(rule.sparql, rule_graphs[rule])
    if rule_graphs:
        left = read_claims(view.reader(), derived=True, evidence={}, labels={})
    view.add_merged((f'<{claim.iri}> <{PG.inForce}> "{claim.holds(*window)}"' for claim in left), GRAPH)
    return view.reader()


def _bounds(claim: Claim, removed: set[str]) -> Iterable[str]:
    """The bounds of a claim as triples, as the rule `00-validity` writes them."""
    predicates = (PG.validFromEarliest, PG.validFromLatest, PG.validUntilEarliest, PG.validUntilLatest)
    for predicate, day in zip(predicates, (*claim.valid_from, *claim.valid_until), strict=True):
        if day is not None:
            yield f'<{claim.iri}> <{predicate}> "{day}"^^<{XSD.date}>'
    for event in claim.validity.bounded_by if claim.validity else ():
        if event not in removed:
            yield f"<{claim.iri}> <{PG.boundedBy}> <{event}>"
