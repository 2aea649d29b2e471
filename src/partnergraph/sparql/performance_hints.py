"""What makes a query slow that could be fast: shapes that the engine is known to join badly."""

from __future__ import annotations

from collections.abc import Sequence

from partnergraph.sparql.graph_patterns import graph_patterns
from partnergraph.sparql.tokenizer import Token, line_and_column

_JOINED = ("triple", "{", "GRAPH", "VALUES")


def performance_hint(sparql: str, found: Sequence[Token]) -> str | None:
    """A hint for a query with a pattern after an OPTIONAL, which the engine joins some hundred times more slowly.

    >>> from partnergraph.sparql.tokenizer import tokenize
    >>> text = "SELECT * { ?a a ?b OPTIONAL { ?a ?c ?d } ?a pg:to ?e }"
    >>> performance_hint(text, list(tokenize(text)))
    '?a pg:to ?e (line 1, column 42) stands after an OPTIONAL, which is slow: write OPTIONAL { ... } last.'
    """
    if not any(token.word == "OPTIONAL" for token in found):
        return None
    optional = False
    for one in graph_patterns(sparql, found)[1]:
        if optional and one.kind in _JOINED:
            line, column = line_and_column(sparql, one.at)
            text = " ".join(one.text.split())
            shown = text if len(text) <= 60 else text[:59] + "…"
            return (
                f"{shown} (line {line}, column {column}) stands after an OPTIONAL, which is slow: "
                "write OPTIONAL { ... } last."
            )
        optional = optional or one.kind == "OPTIONAL"
    return None
