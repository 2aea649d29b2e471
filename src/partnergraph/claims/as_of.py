"""The graph as it was on a date: what surely did not hold is left out, and the rules are applied to the rest."""

from __future__ import annotations

from partnergraph.claims.date_window import date_window, holds_in_window
from partnergraph.claims.relationships import read_claims
from partnergraph.store import Reader
from partnergraph.vocabulary import PG, PREFIXES, rules

GRAPH = PREFIXES["g"] + "as-of"
EVENTS = (PG.ChangeEvent, PG.LifecycleEvent)


def as_of(reader: Reader, date: str) -> Reader:
    """A reader in memory of the graph on a date (2014, 2014-06 or 2014-06-30).

    Relationships that surely did not hold then, and events that surely lay ahead, are not in it, nor what the rules
    derived from them. Every relationship left says in `pg:inForce` (graph ``g:as-of``) whether it surely held
    (``"yes"``) or whether the dates stated leave it open (``"unknown"``). Raises `UsageError` for another form of date.
    """
    window = date_window(date)
    reader = reader.snapshot()
    # Derived relationships are derived anew; a succession is derived from an event, and goes with it.
    holds = {claim.iri: claim.holds(*window) for claim in read_claims(reader, evidence={})}
    removed = {iri for iri, held in holds.items() if held == "no"}
    for class_iri in EVENTS:
        for iri, values in reader.described(class_iri).items():
            earliest = values.get(PG.dateEarliest, values.get(PG.dateLatest, [""]))[0]
            if earliest and holds_in_window((earliest, earliest), None, window) == "no":
                removed.add(iri)
    # The graph of a rule is recognised by the end of its IRI, whatever the base of the graph is.
    rule_graphs = {
        rule: graph for graph in reader.named_graphs() for rule in rules() if graph.endswith(f"/graph/{rule.graph}")
    }
    view = reader.without(removed, set(rule_graphs.values()))
    for rule in rules():
        if rule in rule_graphs:
            view.construct(rule.sparql, rule_graphs[rule])
    for claim in read_claims(view.reader(), derived=True, evidence={}):
        holds.setdefault(claim.iri, claim.holds(*window))
    view.add(f'<{iri}> <{PG.inForce}> "{held}" <{GRAPH}> .\n' for iri, held in sorted(holds.items()) if held != "no")
    view.merge()
    return view.reader()
