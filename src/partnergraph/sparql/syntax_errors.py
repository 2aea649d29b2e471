"""What is wrong with a query that does not parse: which token, where, and what may have been meant.

The engine's parser tells the furthest place it looked at and lists what it tried there, which is seldom the mistake.
But it also tells whether it came to the end of a text: so the longest beginning of the query that could still become
one is searched for, and the mistake is the token after it.
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
_PAD = " " * 40
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
    """A graph with nothing in it: asking it shows how a query is read, and costs nothing."""
    return Reader.nquads_lines([])


def expand_names(prologue: str, names: Sequence[Token]) -> list[str]:
    """The IRIs that names in a query stand for: the engine knows best what BASE, prefixes and escapes make of them.

    Raises `QueryError` where they, or what stands before the form of the query, do not parse.
    """
    values = " ".join(name.text for name in names)
    return [iri[1:-1] for (iri,) in empty_reader().terms(f"{prologue} SELECT ?iri {{ VALUES ?iri {{ {values} }} }}")]


def explain_syntax_error(error: QueryError, sparql: str, found: Sequence[Token]) -> QueryError:
    """The error of the engine's parser, with the place of the mistake and in words that help."""
    if error.line is None:
        return error
    for token in found:
        if token.kind == "other" and token.text in "\"'":
            return _at(sparql, token.at, "a string begins here and does not end")
    if (undeclared := _undeclared(found)) is not None:
        if undeclared.at and sparql[undeclared.at - 1] == "<":
            return _at(
                sparql, undeclared.at - 1, "this IRI is not whole: it needs a '>' and may hold no space or quote"
            )
        return _at(sparql, undeclared.at, _prefix(undeclared))
    good, bad = 0, len(found) + 1
    while bad - good > 1:
        middle = (good + bad) // 2
        if _may_go_on(sparql[: found[middle - 1].at + len(found[middle - 1].text)]):
            good = middle
        else:
            bad = middle
    if bad > len(found):
        return _whole(sparql, found, str(error).removeprefix("The query does not parse: "))
    wrong = found[bad - 1]
    near = get_close_matches(wrong.word, _KEYWORDS, n=1, cutoff=0.75) if len(wrong.word) > 2 else []
    hint = f" Did you mean {near[0]}?" if near and near[0] != wrong.word else ""
    if wrong.operator in ("}", ")"):
        hint = " What stands before it is unfinished, or gives a value to a variable that already has one."
    return _at(sparql, wrong.at, f"'{wrong.text}' is not expected here.{hint}")


def _may_go_on(text: str) -> bool:
    """Whether a text is a query, or could become one: then the parser comes to its very end."""
    try:
        empty_reader().query(text + _PAD)
    except QueryError as error:
        return (error.line, error.column) == line_and_column(text + _PAD, len(text + _PAD))
    return True


def _at(sparql: str, at: int, what: str) -> QueryError:
    return QueryError(f"The query does not parse: {what}", *line_and_column(sparql, at))


def _undeclared(found: Sequence[Token]) -> Token | None:
    known = set(PREFIXES)
    for before, token in zip([None, *found], found, strict=False):
        if token.kind == "prefixed":
            if before is not None and before.word == "PREFIX":
                known.add(token.text[:-1])
            elif token.text.partition(":")[0] not in known:
                return token
    return None


def _prefix(token: Token) -> str:
    name = token.text.partition(":")[0]
    near = get_close_matches(name, PREFIXES, n=1)
    hint = f" Did you mean '{near[0]}:'?" if near else ""
    return (
        f"the prefix '{name}:' is not declared.{hint} Write PREFIX {name}: <...>, or use one of: {', '.join(PREFIXES)}"
    )


def _whole(sparql: str, found: Sequence[Token], message: str) -> QueryError:
    """The text is read to its end: it is unfinished, or a rule about the whole of it is broken."""
    opened: list[Token] = []
    for token in found:
        if token.opens:
            opened.append(token)
        elif token.operator in ("}", ")", "]") and opened:
            opened.pop()
    if opened:
        return _at(sparql, opened[-1].at, f"this '{opened[-1].text}' is not closed")
    if rule := re.search(r"(?:The|SELECT|Duplicated) [\w*]+ [^,]+", message):
        what = rule[0]
        if "unbound" in what:
            what += ": name it in GROUP BY, or put it into an aggregate such as COUNT or SAMPLE"
        return _at(sparql, next((token.at for token in found if token.word == "SELECT"), 0), what)
    return _at(sparql, found[-1].at + len(found[-1].text), "it ends too early")
