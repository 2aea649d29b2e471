"""Messages for queries that do not parse: the wrong token, its line and column, and a suggestion.

The engine's parser reports the furthest position it looked at and what it tried there, which is seldom the mistake.
But it also reports whether it reached the end of the text: so a binary search finds the longest prefix of the query
that could still become a query, and the mistake is the token after it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from functools import cache

from partnergraph.errors import QueryError
from partnergraph.sparql.tokenizer import Token, line_and_column
from partnergraph.store import Reader
from partnergraph.vocabulary import PREFIXES

# Longer than every keyword, so that the parser's look ahead for one never reaches the end of the text.
_PADDING = " " * 40
_KEYWORDS = (
    *("SELECT", "ASK", "CONSTRUCT", "DESCRIBE", "PREFIX", "BASE", "FROM", "NAMED", "WHERE", "DISTINCT", "REDUCED"),
    *("AS", "GROUP", "BY", "HAVING", "ORDER", "ASC", "DESC", "LIMIT", "OFFSET", "VALUES", "OPTIONAL", "UNION"),
    *("MINUS", "GRAPH", "FILTER", "BIND", "EXISTS", "NOT", "IN", "UNDEF", "COUNT", "SUM", "MIN", "MAX", "AVG"),
    *("SAMPLE", "GROUP_CONCAT", "SEPARATOR", "STR", "LANG", "LANGMATCHES", "DATATYPE", "BOUND", "IRI", "URI"),
    *("BNODE", "RAND", "ABS", "CEIL", "FLOOR", "ROUND", "CONCAT", "STRLEN", "SUBSTR", "UCASE", "LCASE"),
    *("ENCODE_FOR_URI", "CONTAINS", "STRSTARTS", "STRENDS", "STRBEFORE", "STRAFTER", "YEAR", "MONTH", "DAY", "HOURS"),
    *("MINUTES", "SECONDS", "TIMEZONE", "TZ", "NOW", "UUID", "STRUUID", "MD5", "SHA1", "SHA256", "SHA384", "SHA512"),
    *("COALESCE", "IF", "STRLANG", "STRDT", "SAMETERM", "ISIRI", "ISURI", "ISBLANK", "ISLITERAL", "ISNUMERIC"),
    *("REGEX", "REPLACE", "TRUE", "FALSE", "A"),
)


@cache
def empty_reader() -> Reader:
    """An empty graph, on which a query is parsed without being evaluated on data."""
    return Reader.nquads_lines([])


def expand_names(prologue: str, names: Sequence[Token]) -> list[str]:
    """The IRIs of names in a query, resolved by the engine (BASE, prefixes, escapes).

    Raises `QueryError` where they, or the prologue, do not parse.
    """
    values = " ".join(name.text for name in names)
    return [iri[1:-1] for (iri,) in empty_reader().terms(f"{prologue} SELECT ?iri {{ VALUES ?iri {{ {values} }} }}")]


def explain_syntax_error(error: QueryError, sparql: str, tokens: Sequence[Token]) -> QueryError:
    """The error of the engine's parser with the position of the mistake and a message that helps."""
    if error.line is None:
        return error
    for token in tokens:
        if token.kind == "other" and token.text in "\"'":
            return _error_at(sparql, token.at, "a string begins here and does not end")
    if (undeclared := _first_undeclared(tokens)) is not None:
        if undeclared.at and sparql[undeclared.at - 1] == "<":
            return _error_at(
                sparql, undeclared.at - 1, "this IRI is not whole: it needs a '>' and may hold no space or quote"
            )
        return _error_at(sparql, undeclared.at, _undeclared_prefix(undeclared))
    good, bad = 0, len(tokens) + 1
    while bad - good > 1:
        middle = (good + bad) // 2
        if _is_prefix_of_query(sparql[: tokens[middle - 1].at + len(tokens[middle - 1].text)]):
            good = middle
        else:
            bad = middle
    if bad > len(tokens):
        return _error_of_whole(sparql, tokens, str(error).removeprefix("The query does not parse: "))
    wrong = tokens[bad - 1]
    near = get_close_matches(wrong.word, _KEYWORDS, n=1, cutoff=0.75) if len(wrong.word) > 2 else []
    hint = f" Did you mean {near[0]}?" if near and near[0] != wrong.word else ""
    if wrong.operator in ("}", ")"):
        hint = " What stands before it is unfinished, or gives a value to a variable that already has one."
    return _error_at(sparql, wrong.at, f"'{wrong.text}' is not expected here.{hint}")


def _is_prefix_of_query(text: str) -> bool:
    """Whether a text is a query, or the beginning of one: then the parser reaches its end."""
    try:
        empty_reader().query(text + _PADDING)
    except QueryError as error:
        return (error.line, error.column) == line_and_column(text + _PADDING, len(text + _PADDING))
    return True


def _error_at(sparql: str, at: int, what: str) -> QueryError:
    return QueryError(f"The query does not parse: {what}", *line_and_column(sparql, at))


def _first_undeclared(tokens: Sequence[Token]) -> Token | None:
    known = set(PREFIXES)
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.kind == "prefixed":
            if before is not None and before.word == "PREFIX":
                known.add(token.text[:-1])
            elif token.text.partition(":")[0] not in known:
                return token
    return None


def _undeclared_prefix(token: Token) -> str:
    name = token.text.partition(":")[0]
    near = get_close_matches(name, PREFIXES, n=1)
    hint = f" Did you mean '{near[0]}:'?" if near else ""
    return (
        f"the prefix '{name}:' is not declared.{hint} Write PREFIX {name}: <...>, or use one of: {', '.join(PREFIXES)}"
    )


def _error_of_whole(sparql: str, tokens: Sequence[Token], message: str) -> QueryError:
    """The error when the parser reached the end: the query is unfinished, or breaks a rule about all of it."""
    open_brackets: list[Token] = []
    for token in tokens:
        if token.opens:
            open_brackets.append(token)
        elif token.operator in ("}", ")", "]") and open_brackets:
            open_brackets.pop()
    if open_brackets:
        return _error_at(sparql, open_brackets[-1].at, f"this '{open_brackets[-1].text}' is not closed")
    if rule := re.search(r"(?:The|SELECT|Duplicated) [\w*]+ [^,]+", message):
        what = rule[0]
        if "unbound" in what:
            what += ": name it in GROUP BY, or put it into an aggregate such as COUNT or SAMPLE"
        return _error_at(sparql, next((token.at for token in tokens if token.word == "SELECT"), 0), what)
    return _error_at(sparql, tokens[-1].at + len(tokens[-1].text), "it ends too early")
