"""Checks of a query before any parser sees it: what it may not ask for, and its size, because deep or wide queries
crash the engine. Each limit is at most a third of the size at which a failure was measured.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches

from partnergraph.errors import QueryError, QueryRefused
from partnergraph.sparql.tokenizer import Token, decode_escapes, line_and_column, tokenize

MAX_LENGTH = 65_536  # bytes
MAX_DEPTH = 50  # brackets inside one another
MAX_PATTERNS = 64  # triple patterns and steps of paths
MAX_OPERATORS = 100
MAX_GROUPS = 100
MAX_EXPRESSIONS = 100

UPDATES = {"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "COPY", "MOVE", "ADD", "WITH"}
FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
PROLOGUE = {"PREFIX", "BASE", "VERSION"}
# The engine needs no space after a keyword, and lets a literal, or the dot of a name, be followed by one.
_SERVICE_KEYWORD = {
    "word": re.compile(r"(?!@).*service", re.IGNORECASE),
    "variable": re.compile(r"[?$](?:true|false|[0-9]).*service", re.IGNORECASE),
    "prefixed": re.compile(r"(?:.*\.)?(?:true|false)?service", re.IGNORECASE),
    "blank": re.compile(r".*\.(?:true|false)?service", re.IGNORECASE),
}
_BEFORE_STAR = {"SELECT", "DISTINCT", "REDUCED"}


@dataclass(frozen=True)
class ExaminedQuery:
    """A query that passed the guard: its form, the graphs of its FROM and FROM NAMED clauses, its tokens, and the
    offset of the `*` of a SELECT *.
    """

    form: str
    from_graphs: tuple[Token, ...] = ()
    from_named: tuple[Token, ...] = ()
    tokens: tuple[Token, ...] = ()
    star: int | None = None


def examine_query(sparql: str) -> ExaminedQuery:
    """Check a query. Raises `QueryRefused` for what is not allowed and `QueryError` for one that is too large.

    >>> examine_query("SELECT * { ?s ?p ?o }").form
    'SELECT'
    >>> examine_query("SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }")
    Traceback (most recent call last):
    partnergraph.errors.QueryRefused: SERVICE is not allowed: a query asks only this graph, never the network.
    """
    try:
        size = len(sparql.encode())
    except UnicodeEncodeError as error:
        raise QueryError(f"The query is not text in UTF-8: see character {error.start + 1}.") from None
    if size > MAX_LENGTH:
        raise QueryError(f"The query is longer than {MAX_LENGTH // 1024} KB. Ask in smaller steps.")
    examined = _examine(sparql)
    if (other := decode_escapes(sparql)) != sparql:
        _examine(other)
    return examined


def _examine(sparql: str) -> ExaminedQuery:
    limits = _SizeLimits(sparql)
    tokens: list[Token] = []
    star = None
    for token in tokenize(sparql):
        last = tokens[-1] if tokens else Token("operator", "", 0)
        if token.operator == "*" and limits.depth == 0 and last.word in _BEFORE_STAR:
            star = token.at
        limits.count(token, last)
        _check_allowed(sparql, token, at_top=limits.depth == 0)
        if limits.depth == 0 and token.kind == "prefixed":
            _check_keyword_boundary(sparql, token, last)
        tokens.append(token)
    return ExaminedQuery(_query_form(sparql, tokens), *_from_clauses(tokens), tuple(tokens), star)


def caret_line(sparql: str, line: int, column: int) -> str:
    """The line of the query with a caret under the column."""
    lines = sparql.split("\n")
    text = lines[min(line, len(lines)) - 1].replace("\t", " ").rstrip("\r")
    start = max(0, column - 60)
    return f"\n    {text[start : start + 110]}\n    {' ' * (column - 1 - start)}^"


def _check_allowed(sparql: str, token: Token, *, at_top: bool) -> None:
    if (hidden := _SERVICE_KEYWORD.get(token.kind)) and hidden.match(token.text):
        message = "SERVICE is not allowed: a query asks only this graph, never the network."
        if token.word != "SERVICE":
            message += f" '{token.text}' can be read as that keyword: use another name, or write the IRI in full."
        raise QueryRefused(message, *line_and_column(sparql, token.at))
    if token.word in UPDATES and at_top:
        message = f"{token.word} is not allowed: queries only read. Change the tables and build."
        raise QueryRefused(message, *line_and_column(sparql, token.at))


def _check_keyword_boundary(sparql: str, token: Token, last: Token) -> None:
    """Raises `QueryError` for a name that begins with FROM or NAMED, which the engine may read as that keyword."""
    name = token.text.upper()
    after = last.word in ("PREFIX", "FROM", "NAMED", "FROMNAMED")
    if (name.startswith("FROM") and not after) or (name.startswith("NAMED") and last.word == "FROM"):
        what = f"'{token.text}' can be read as one name, or as a keyword and a name"
        raise QueryError(
            f"{what}: put a space between them, or write the IRI in full.", *line_and_column(sparql, token.at)
        )


def _query_form(sparql: str, tokens: list[Token]) -> str:
    first = next((token for token in tokens if token.word and token.word not in PROLOGUE), None)
    if first is not None and first.word in FORMS:
        return first.word
    if not tokens:
        raise QueryError("There is no query: the text is empty.")
    name = first or tokens[0]
    near = get_close_matches(name.word, FORMS, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    message = f"This is not a query: it begins with neither SELECT, ASK, CONSTRUCT nor DESCRIBE.{hint}"
    raise QueryError(message, *line_and_column(sparql, name.at))


def _from_clauses(tokens: list[Token]) -> tuple[tuple[Token, ...], tuple[Token, ...]]:
    """The graphs of the FROM clauses, and those of the FROM NAMED clauses."""
    merged, named = list[Token](), list[Token]()
    for before, last, token in zip([None, *tokens], tokens, tokens[1:], strict=False):
        if last.word == "FROMNAMED" or (last.word == "NAMED" and before is not None and before.word == "FROM"):
            named.append(token)
        elif last.word == "FROM" and token.word != "NAMED":
            merged.append(token)
    return tuple(merged), tuple(named)


class _SizeLimits:
    """Counts the parts of a query, by symbols, because keywords can be written without spaces between them."""

    def __init__(self, sparql: str) -> None:
        self.sparql = sparql
        self.in_pattern = [False]  # for each open bracket: whether a triple pattern has begun in it
        self.patterns = self.operators = self.groups = self.expressions = 0
        self.describes = False

    @property
    def depth(self) -> int:
        """How many brackets are open."""
        return len(self.in_pattern) - 1

    def count(self, token: Token, last: Token) -> None:
        """Count one token. Raises `QueryError` as soon as there is too much of something."""
        self._add(token, last)
        if token.opens:
            self.in_pattern.append(False)
        elif token.operator in ("}", ")", "]") and self.depth:
            self.in_pattern.pop()
            if token.inside not in ("blank", "list"):
                self.in_pattern[-1] = False
        if self.depth > MAX_DEPTH:
            self._raise_too_large(token, f"more than {MAX_DEPTH} brackets stand inside one another")
        if self.patterns > MAX_PATTERNS:
            self._raise_too_large(token, f"more than {MAX_PATTERNS} triple patterns and steps of paths")
        if self.operators > MAX_OPERATORS:
            self._raise_too_large(token, f"more than {MAX_OPERATORS} operators")
        if self.groups > MAX_GROUPS:
            self._raise_too_large(token, f"more than {MAX_GROUPS} groups (UNION, OPTIONAL, VALUES and others)")
        if self.expressions > MAX_EXPRESSIONS:
            self._raise_too_large(token, f"more than {MAX_EXPRESSIONS} expressions (FILTER, BIND, AS and others)")

    def _add(self, token: Token, last: Token) -> None:
        inside, text = token.inside, token.operator
        self.describes = self.describes or token.word == "DESCRIBE"
        self.groups += text == "{" or (self.describes and inside == "query" and token.kind in ("iri", "prefixed"))
        self.expressions += token.opens == "expression" and inside not in ("expression", "list")
        self.operators += _is_operator(text, inside, last)
        self.patterns += 2 * (token.opens == "list")
        if inside in ("group", "blank"):
            if text == ".":
                self.in_pattern[-1] = False
            self.patterns += text in (";", ",", "/")
            if _is_term(token) and not self.in_pattern[-1] and last.word not in ("GRAPH", "FILTER", "VALUES"):
                self.in_pattern[-1] = True
                self.patterns += 1
        elif inside == "list":  # each element of a collection is two patterns
            self.patterns += 2 * (_is_term(token) and last.operand) + (text == "/")

    def _raise_too_large(self, token: Token, what: str) -> None:
        raise QueryError(
            f"The query is too large: {what}. Ask in smaller steps.", *line_and_column(self.sparql, token.at)
        )


def _is_term(token: Token) -> bool:
    """Whether a node of a pattern begins with this token."""
    return token.opens in ("blank", "list") or (token.operand and token.operator == "") or token.word == "A"


def _is_operator(text: str, inside: str, last: Token) -> bool:
    if text in ("+", "-"):  # not the sign of a number in a list
        return inside != "data" and last.operator not in ("(", ",")
    if text == "*":  # not COUNT(*) or SELECT *
        return inside != "query" and last.operator != "(" and last.word != "DISTINCT"
    return text in ("||", "&&", "/", "|", "^", "!", "?")
