"""ORDER BY that the engine survives: numbers after everything else.

The engine compares numbers by value, and a number with another literal by their text. That is no order
(9 < 10 < "1x" < 9), and its sort takes the whole process down when it notices. SPARQL 1.1 section 15.1 leaves open how
numbers stand to other literals; so each key of ORDER BY gets a key before it that keeps them apart, unless it is a
variable that can only stand for nodes.
"""

from __future__ import annotations

from collections.abc import Sequence

from partnergraph.sparql.tokenizer import Token

Change = tuple[int, int, str]  # from where to where, and the text that takes its place
_PATHS = frozenset("/|^*+?!(")
_ENDS = frozenset({"LIMIT", "OFFSET", "VALUES", "GROUP", "HAVING", "ORDER"})


def order_numbers_last(sparql: str, found: Sequence[Token]) -> list[Change]:
    """What to write into a query, and where.

    >>> from partnergraph.sparql.tokenizer import tokenize
    >>> query = "SELECT * { ?s ?p ?o, ?q } ORDER BY ?s ?o DESC(?q)"
    >>> apply_edits(query, order_numbers_last(query, list(tokenize(query))))
    'SELECT * { ?s ?p ?o, ?q } ORDER BY ?s ASC(isNumeric(?o)) ?o DESC(isNumeric((?q))) DESC(?q)'
    """
    changes = []
    nodes = _only_nodes(found) if any(token.word in ("ORDER", "ORDERBY") for token in found) else frozenset()
    for number, token in enumerate(found):
        if token.word == "ORDERBY" or (token.word == "BY" and number and found[number - 1].word == "ORDER"):
            changes += _keys(sparql, found, number + 1, nodes)
    return changes


def apply_edits(sparql: str, changes: Sequence[Change]) -> str:
    """The text with the changes made."""
    for start, end, text in sorted(changes, reverse=True):
        sparql = sparql[:start] + text + sparql[end:]
    return sparql


def _keys(sparql: str, found: Sequence[Token], at: int, nodes: frozenset[str]) -> list[Change]:
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
        if key.strip("()?$ ") not in nodes:
            changes.append((first.at, first.at, f"{direction}(isNumeric({key})) "))
        at = after
    return changes


def _only_nodes(found: Sequence[Token]) -> frozenset[str]:
    """The names of variables that stand nowhere but as subject, predicate or graph: they are never a literal.

    Where that is not plain (at a path, which can be followed backwards), a variable counts as one that may be.
    """
    nodes, others = set[str](), set[str]()
    end = Token("operator", "", 0)
    around = [end, end, *found, end, end]
    for before, last, token, after, then in zip(around, around[1:], found, around[3:], around[4:], strict=False):
        name = token.text[1:]
        if token.kind != "variable":
            continue
        if token.inside in ("query", "expression"):
            if last.word in ("AS", "VALUES"):
                others.add(name)
            continue
        path = after.operator in _PATHS or (after.kind in ("iri", "prefixed") and then.operator in _PATHS)
        subject = _ends_pattern(last) and not path
        predicate = last.operator == ";" or (_ends_pattern(before) and last.kind in ("variable", "iri", "prefixed"))
        known = token.inside == "group" and (subject or predicate or last.word == "GRAPH")
        (nodes if known else others).add(name)
    return frozenset(nodes - others)


def _ends_pattern(token: Token) -> bool:
    """Whether what follows is the subject of a triple pattern, if it is a term in a group."""
    closes = token.operator == "}" or (token.operator == ")" and token.inside == "expression")
    return token.opens == "group" or token.operator == "." or closes


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
