"""What a test of a SPARQL suite asks, and whether an answer is the expected one."""

from __future__ import annotations

from collections.abc import Callable

import pyoxigraph as ox

from tests.w3c.answers import result_set, same_graph, same_rows, solutions
from tests.w3c.suites import Case, published


def asked(case: Case) -> str:
    """The query as if it were read from where it is published."""
    assert case.action is not None
    return f"BASE <{published(case.action)}> {case.text}"


def differs(case: Case, form: str, ask: Callable[[str], bytes]) -> str | None:
    """What differs from the expected answer, in every format in which it is asked for; None when nothing does."""
    assert case.result is not None
    expected, suffix = case.result.read_bytes(), case.result.suffix
    graph = list(ox.parse(expected, ox.RdfFormat.TURTLE, base_iri=published(case.result))) if suffix == ".ttl" else []
    if form in ("CONSTRUCT", "DESCRIBE"):
        for format_, syntax in (("ntriples", ox.RdfFormat.N_TRIPLES), ("rdfxml", ox.RdfFormat.RDF_XML)):
            triples = list(ox.parse(ask(format_), syntax))
            if not same_graph(triples, graph):
                return f"{format_}: {triples}"
        return None
    table = result_set([quad.triple for quad in graph]) if suffix == ".ttl" else solutions(expected, suffix)
    exact, ordered = suffix in (".csv", ".tsv"), "order by" in case.text.lower()
    for format_, read_as in {suffix[1:]: suffix}.items() if exact else {"xml": ".srx", "json": ".srj"}.items():
        found = solutions(ask(format_), read_as)
        if isinstance(found, bool) or isinstance(table, bool) or table is None:
            if found is not table:
                return f"{format_}: {found}"
        elif found[0] != table[0] if exact else set(found[0]) != set(table[0]):
            return f"{format_}: the columns are {found[0]}, not {table[0]}"
        elif not same_rows(found[1], table[1], ordered=ordered and not exact, exact=exact):
            return f"{format_}: {found[1]}"
    return None
