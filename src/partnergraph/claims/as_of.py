"""The graph as it was on a date: what surely did not hold is left out, and the rules are applied to the rest."""

from __future__ import annotations

from partnergraph.claims.claims import claims
from partnergraph.claims.date_window import date_window, holds_in_window
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
    # Derived ones are made anew; a succession is derived from an event, and goes with it.
    held = {claim.iri: claim.holds(*window) for claim in claims(reader)}
    gone = {iri for iri, then in held.items() if then == "no"}
    for kind in EVENTS:
        for iri, values in reader.described(kind).items():
            ahead = values.get(PG.dateEarliest, values.get(PG.dateLatest, [""]))[0]
            if ahead and holds_in_window((ahead, ahead), None, window) == "no":
                gone.add(iri)
    # A rule's graph is named by its own part, whatever the base of the graph is.
    graphs = {rule: name for name in reader.named_graphs() for rule in rules() if name.endswith(f"/graph/{rule.graph}")}
    view = reader.without(gone, set(graphs.values()))
    for rule in rules():
        if rule in graphs:
            view.construct(rule.sparql, graphs[rule])
    for claim in claims(view.reader(), derived=True):
        held.setdefault(claim.iri, claim.holds(*window))
    view.add(f'<{iri}> <{PG.inForce}> "{then}" <{GRAPH}> .\n' for iri, then in sorted(held.items()) if then != "no")
    view.merge()
    return view.reader()
