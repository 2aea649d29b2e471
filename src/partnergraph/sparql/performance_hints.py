"""Hints for queries that would be fast in another order: patterns that the engine joins badly."""

from __future__ import annotations

from collections.abc import Sequence

from partnergraph.sparql.graph_patterns import graph_patterns
from partnergraph.sparql.tokenizer import Token, line_and_column

_JOINED = ("triple", "{", "GRAPH", "VALUES")


def performance_hint(sparql: str, tokens: Sequence[Token]) -> str | None:
    """A hint for a query with a pattern after an OPTIONAL, which the engine joins some hundred times more slowly.

    >>> from partnergraph.sparql.tokenizer import tokenize
    >>> text = "SELECT * { ?a a ?b OPTIONAL { ?a ?c ?d } ?a pg:to ?e }"
    >>> performance_hint(text, list(tokenize(text)))
    '?a pg:to ?e (line 1, column 42) stands after an OPTIONAL, which is slow: write OPTIONAL { ... } last.'
    """
    if not any(token.word == "OPTIONAL" for token in tokens):
        return None
    after_optional = False
    for pattern in graph_patterns(sparql, tokens)[1]:
        if after_optional and pattern.kind in _JOINED:
            line, column = line_and_column(sparql, pattern.at)
            return (
                f"{pattern.excerpt(60)} (line {line}, column {column}) stands after an OPTIONAL, which is slow: "
                "write OPTIONAL { ... } last."
            )
        after_optional = after_optional or pattern.kind == "OPTIONAL"
    return None
