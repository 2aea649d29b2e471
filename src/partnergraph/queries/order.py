"""ORDER BY that the engine survives: numbers after everything else.

The engine compares numbers by value, and a number with another literal by their text. That is no order
(9 < 10 < "1x" < 9), and its sort takes the whole process down when it notices. SPARQL 1.1 section 15.1 leaves open how
numbers stand to other literals; so each key of ORDER BY gets a key before it that keeps them apart.
"""

from __future__ import annotations

from collections.abc import Sequence

from partnergraph.queries.tokens import Token

Change = tuple[int, int, str]  # from where to where, and the text that takes its place
_ENDS = frozenset({"LIMIT", "OFFSET", "VALUES", "GROUP", "HAVING", "ORDER"})


def numbers_apart(sparql: str, found: Sequence[Token]) -> list[Change]:
    """What to write into a query, and where.

    >>> from partnergraph.queries.tokens import tokens
    >>> query = "SELECT * { ?s ?p ?o } ORDER BY ?o DESC(?p)"
    >>> changed(query, numbers_apart(query, list(tokens(query))))
    'SELECT * { ?s ?p ?o } ORDER BY ASC(isNumeric(?o)) ?o DESC(isNumeric((?p))) DESC(?p)'
    """
    changes = []
    for number, token in enumerate(found):
        if token.word == "ORDERBY" or (token.word == "BY" and number and found[number - 1].word == "ORDER"):
            changes += _keys(sparql, found, number + 1)
    return changes


def changed(sparql: str, changes: Sequence[Change]) -> str:
    """The text with the changes made."""
    for start, end, text in sorted(changes, reverse=True):
        sparql = sparql[:start] + text + sparql[end:]
    return sparql


def _keys(sparql: str, found: Sequence[Token], at: int) -> list[Change]:
    changes = []
    while at < len(found):
        first = found[at]
        if first.kind == "variable":
            key, direction, after = first.text, "ASC", at + 1
        else:
            opening = at if first.operator == "(" else at + 1
            called = first.operator == "(" or (first.kind in ("word", "iri", "prefixed") and first.word not in _ENDS)
            after = _closing(found, opening) + 1
            if not called or after == 0:
                break
            ordered = first.word in ("ASC", "DESC")
            direction = first.word if ordered else "ASC"
            begin = found[opening].at if ordered else first.at
            key = sparql[begin : found[after - 1].at + 1]
        changes.append((first.at, first.at, f"{direction}(isNumeric({key})) "))
        at = after
    return changes


def _closing(found: Sequence[Token], opening: int) -> int:
    """Where the parenthesis closes; -1 when there is none."""
    depth = 0
    for number in range(opening, len(found)):
        if not depth and found[number].operator != "(":
            return -1
        depth += bool(found[number].opens) - (found[number].operator in (")", "]", "}"))
        if not depth:
            return number
    return -1
