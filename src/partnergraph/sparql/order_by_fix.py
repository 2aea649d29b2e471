"""A rewrite of ORDER BY that keeps the engine from crashing: numbers are ordered after everything else.

The engine compares numbers by value, and a number with another literal by their text. That is no order
(9 < 10 < "1x" < 9), and its sort takes the whole process down when it notices. SPARQL 1.1 section 15.1 leaves open how
numbers stand to other literals; so each key of ORDER BY gets a key before it that separates them, unless it is a
variable that can only be bound to nodes.
"""

from __future__ import annotations

from collections.abc import Sequence

from partnergraph.sparql.tokenizer import Token

Edit = tuple[int, int, str]  # start and end offsets, and the replacement
_PATHS = frozenset("/|^*+?!(")
_AFTER_KEYS = frozenset({"LIMIT", "OFFSET", "VALUES", "GROUP", "HAVING", "ORDER"})


def order_numbers_last(sparql: str, tokens: Sequence[Token]) -> list[Edit]:
    """The edits that order numbers last.

    >>> from partnergraph.sparql.tokenizer import tokenize
    >>> query = "SELECT * { ?s ?p ?o, ?q } ORDER BY ?s ?o DESC(?q)"
    >>> apply_edits(query, order_numbers_last(query, list(tokenize(query))))
    'SELECT * { ?s ?p ?o, ?q } ORDER BY ?s ASC(isNumeric(?o)) ?o DESC(isNumeric((?q))) DESC(?q)'
    """
    edits = []
    nodes = _node_variables(tokens) if any(token.word in ("ORDER", "ORDERBY") for token in tokens) else frozenset()
    for number, token in enumerate(tokens):
        if token.word == "ORDERBY" or (token.word == "BY" and number and tokens[number - 1].word == "ORDER"):
            edits += _order_keys(sparql, tokens, number + 1, nodes)
    return edits


def apply_edits(sparql: str, edits: Sequence[Edit]) -> str:
    """The text after the edits, whose offsets are those of the text before."""
    for start, end, text in sorted(edits, reverse=True):
        sparql = sparql[:start] + text + sparql[end:]
    return sparql


def _order_keys(sparql: str, tokens: Sequence[Token], at: int, nodes: frozenset[str]) -> list[Edit]:
    edits = []
    while at < len(tokens):
        first = tokens[at]
        if first.kind == "variable":
            key, direction, after = first.text, "ASC", at + 1
        else:
            opening = at if first.operator == "(" else at + 1
            is_key = first.operator == "(" or (
                first.kind in ("word", "iri", "prefixed") and first.word not in _AFTER_KEYS
            )
            after = _closing_parenthesis(tokens, opening) + 1
            if not is_key or after == 0:
                break
            ordered = first.word in ("ASC", "DESC")
            direction = first.word if ordered else "ASC"
            begin = tokens[opening].at if ordered else first.at
            key = sparql[begin : tokens[after - 1].at + 1]
        if key.strip("()?$ ") not in nodes:
            edits.append((first.at, first.at, f"{direction}(isNumeric({key})) "))
        at = after
    return edits


def _node_variables(tokens: Sequence[Token]) -> frozenset[str]:
    """The names of variables that occur only as subject, predicate or graph, and so are never bound to a literal.

    A variable next to a path, which may be inverse, does not count as one.
    """
    nodes, others = set[str](), set[str]()
    end = Token("operator", "", 0)
    around = [end, end, *tokens, end, end]
    for before, last, token, after, then in zip(around, around[1:], tokens, around[3:], around[4:], strict=False):
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
    """Whether a term of a group that follows this token is the subject of a triple pattern."""
    closes = token.operator == "}" or (token.operator == ")" and token.inside == "expression")
    return token.opens == "group" or token.operator == "." or closes


def _closing_parenthesis(tokens: Sequence[Token], opening: int) -> int:
    """The number of the token that closes the parenthesis; -1 when there is none."""
    depth = 0
    for number in range(opening, len(tokens)):
        if not depth and tokens[number].operator != "(":
            return -1
        depth += bool(tokens[number].opens) - (tokens[number].operator in (")", "]", "}"))
        if not depth:
            return number
    return -1
