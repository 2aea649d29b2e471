"""What is looked at before any parser sees a query: its shape (engines die of some), and what it may not ask for.

The text is cut into tokens (strings, IRIs and comments are one token each), so that a SERVICE inside a literal is text
and a SERVICE between two comments is not. The limits stay at least three times under every measured failure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from partnergraph.errors import QueryError, QueryRefused

LONGEST = 65_536
DEEPEST = 50
MOST_PATTERNS = 64
MOST_OPERATORS = 100
MOST_IN_A_ROW = 50

_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n\r]*)
      | (?P<string>\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\" | '''(?:[^'\\]|\\.|'(?!''))*'''
          | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*')
      | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
      | (?P<variable>[?$]\w+)
      | (?P<prefixed>(?:[^\W\d_][\w.-]*)?:(?:[\w:%.\\~!$&'*+;=/?\#@-]*[\w:%\\])?)
      | (?P<blank>_:\w[\w.-]*)
      | (?P<word>@?[A-Za-z_][\w-]*)
      | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
      | (?P<operator>\|\||&&|\^\^|!=|<=|>=|[{}()\[\].;,*+/|^!=<>?&-])
      | (?P<space>\s+)
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
UPDATES = {"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "COPY", "MOVE", "ADD", "WITH"}
FORMS = {"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"}
PROLOGUE = {"PREFIX", "BASE", "VERSION"}


@dataclass(frozen=True)
class Token:
    """One token: its kind, its text, and where it starts."""

    kind: str
    text: str
    at: int

    @property
    def word(self) -> str:
        """The keyword that the token is, in capitals; empty for anything else."""
        return self.text.upper() if self.kind == "word" else ""


@dataclass(frozen=True)
class Examined:
    """What is known of a query before it runs: its form, and the graphs its FROM clauses name."""

    form: str
    from_graphs: tuple[str, ...] = ()


def tokens(sparql: str) -> list[Token]:
    """The tokens of a query without spaces and comments.

    >>> [t.text for t in tokens('ASK { ?s ?p "SERVICE <x>" } # LOAD')]
    ['ASK', '{', '?s', '?p', '"SERVICE <x>"', '}']
    """
    found = []
    for match in _TOKEN.finditer(sparql):
        kind = match.lastgroup or "other"
        if kind not in ("space", "comment"):
            found.append(Token(kind, match[0], match.start()))
    return found


def examine(sparql: str) -> Examined:
    """Look at a query. Raises `QueryRefused` for what is not allowed and `QueryError` for a shape that kills engines.

    >>> examine("SELECT * { ?s ?p ?o }").form
    'SELECT'
    >>> examine("SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }")
    Traceback (most recent call last):
    partnergraph.errors.QueryRefused: SERVICE is not allowed: a query asks only this graph, never the network.
    """
    if len(sparql.encode()) > LONGEST:
        raise QueryError(f"The query is longer than {LONGEST // 1024} KB. Put long lists into VALUES, or ask in parts.")
    found = tokens(sparql)
    form = _form(sparql, found)
    graphs = _refuse(sparql, found)
    _measure(sparql, found)
    return Examined(form, graphs)


def place(sparql: str, at: int) -> tuple[int, int]:
    """Line and column, from 1, of a position in the text."""
    line = sparql.count("\n", 0, at) + 1
    return line, at - (sparql.rfind("\n", 0, at) + 1) + 1


def pointer(sparql: str, line: int, column: int) -> str:
    """The line of the query with a caret under the column."""
    lines = sparql.splitlines() or [""]
    text = lines[min(line, len(lines)) - 1].replace("\t", " ")
    start = max(0, column - 60)
    return f"\n    {text[start : start + 110]}\n    {' ' * (column - 1 - start)}^"


def _refusal(sparql: str, token: Token, message: str) -> QueryRefused:
    line, column = place(sparql, token.at)
    return QueryRefused(message, line, column)


def _form(sparql: str, found: list[Token]) -> str:
    words = [token for token in found if token.word]
    for token in words:
        if token.word in FORMS:
            return token.word
        if token.word in UPDATES:
            raise _refusal(
                sparql, token, f"{token.word} is not allowed: queries only read. Change the tables and build."
            )
        if token.word not in PROLOGUE:
            break
    raise QueryError("This is not a query: it begins with neither SELECT, ASK, CONSTRUCT nor DESCRIBE.", 1, 1)


def _refuse(sparql: str, found: list[Token]) -> tuple[str, ...]:
    graphs: list[tuple[bool, str]] = []
    depth = 0
    for number, token in enumerate(found):
        depth += (token.text == "{") - (token.text == "}") if token.kind == "operator" else 0
        if token.word == "SERVICE":
            message = "SERVICE is not allowed: a query asks only this graph, never the network."
            raise _refusal(sparql, token, message)
        if token.word in UPDATES and depth == 0:
            raise _refusal(
                sparql, token, f"{token.word} is not allowed: queries only read. Change the tables and build."
            )
        if token.word == "FROM":
            named = number + 1 < len(found) and found[number + 1].word == "NAMED"
            following = found[number + 1 + named : number + 2 + named]
            if not named and any(not was_named for was_named, _ in graphs):
                message = "Several FROM clauses would repeat what two graphs state, so they are refused. Use GRAPH."
                raise _refusal(sparql, token, message)
            graphs.append((named, following[0].text if following else ""))
    return tuple(text for _, text in graphs)


def _measure(sparql: str, found: list[Token]) -> None:
    depth = patterns = operators = run = 0
    deepest: Token | None = None
    for token in found:
        text = token.text if token.kind == "operator" else ""
        if text in ("{", "(", "["):
            depth += 1
            deepest = token
        elif text in ("}", ")", "]"):
            depth -= 1
        if depth > DEEPEST and deepest is not None:
            raise _too(sparql, deepest, f"more than {DEEPEST} brackets stand inside one another")
        run = run + 1 if text in ("!", "/", "^") else (0 if token.kind not in {"iri", "prefixed"} else run)
        if run > MOST_IN_A_ROW:
            raise _too(sparql, token, f"more than {MOST_IN_A_ROW} steps stand in one path or negation")
        operators += text in ("||", "&&", "+", "-", "*") or token.word in (
            "UNION",
            "OPTIONAL",
            "BIND",
            "MINUS",
            "EXISTS",
        )
        if operators > MOST_OPERATORS:
            raise _too(sparql, token, f"more than {MOST_OPERATORS} operators, UNION, OPTIONAL or BIND")
        patterns += text in (".", ";", ",")
    if patterns > MOST_PATTERNS and not _is_list(found):
        raise _too(sparql, found[-1], f"more than about {MOST_PATTERNS} triple patterns")


def _is_list(found: list[Token]) -> bool:
    """Commas inside IN (...) are no patterns."""
    inside = patterns = 0
    for number, token in enumerate(found):
        if token.text == "(" and number and found[number - 1].word == "IN":
            inside += 1
        elif token.text == ")" and inside:
            inside -= 1
        elif not inside and token.kind == "operator" and token.text in (".", ";", ","):
            patterns += 1
    return patterns <= MOST_PATTERNS


def _too(sparql: str, token: Token, what: str) -> QueryError:
    line, column = place(sparql, token.at)
    return QueryError(f"The query is too large: {what}. Ask in smaller steps.", line, column)
