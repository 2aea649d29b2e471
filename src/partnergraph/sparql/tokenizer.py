"""A query cut into tokens, as SPARQL 1.1 section 19.8 defines them; each knows in what kind of bracket it stands.

Strings, IRIs and comments are one token each, so that a SERVICE inside a literal is text and a SERVICE between two
comments is not. A reader who wants to hide something makes this cut differ from the engine's; so what can be cut in
two ways is an error here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from partnergraph.errors import QueryError

_FIRST = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_MORE = "\u00b7\u0300-\u036f\u203f\u2040"  # what a name may hold, but not begin with
_ESCAPE = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%]"
_ABSOLUTE = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*://")
_OPERANDS = frozenset({"variable", "number", "string", "iri", "prefixed", "blank"})


@cache
def _pattern(ascii_: bool) -> re.Pattern[str]:
    """What a token is, in any text or in one of ASCII; the letters of all scripts take 30 ms to make a pattern of."""
    first = "A-Za-z" if ascii_ else _FIRST
    inner = f"{first}_0-9{'' if ascii_ else _MORE}"
    return re.compile(
        rf"""(?P<space>[ \t\r\n]+)
          | (?P<comment>\#[^\n\r]*)
          | (?P<string>\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\" | '''(?:[^'\\]|\\.|'(?!''))*'''
              | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*')
          | (?P<iri><(?:[^<>"{{}}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{{4}}|\\U[0-9A-Fa-f]{{8}})*>)
          | (?P<variable>[?$][{first}_0-9][{inner}]*)
          | (?P<blank>_:[{first}_0-9](?:[{inner}.-]*[{inner}-])?)
          | (?P<prefixed>(?:[{first}](?:[{inner}.-]{{0,62}}[{inner}-])?)?:
              (?:(?:[{first}_0-9:]|{_ESCAPE})(?:(?:[{inner}.:-]|{_ESCAPE})*(?:[{inner}:-]|{_ESCAPE}))?)?)
          | (?P<word>@?[A-Za-z_][A-Za-z_0-9-]*)
          | (?P<number>[0-9]+\.[0-9]*[eE][+-]?[0-9]+ | (?:[0-9]*\.)?[0-9]+(?:[eE][+-]?[0-9]+)?)
          | (?P<operator>\|\||&&|\^\^|!=|<=|>=|[{{}}()\[\].;,*+/|^!=<>?&-])
          | (?P<other>.)""",
        re.VERBOSE | re.DOTALL,
    )


class Token(NamedTuple):
    """One token: its kind, its text, where it starts, in what it stands, and what it opens if it is a bracket.

    A bracket opens a ``group`` of patterns, the ``query`` inside a group, an ``expression``, the ``data`` of a VALUES,
    a ``list`` (a collection, or a part of a path) or a ``blank`` node. A closing bracket stands in what it closes.
    """

    kind: str
    text: str
    at: int
    inside: str = "query"
    opens: str = ""

    @property
    def word(self) -> str:
        """The keyword that the token is, in capitals; empty for anything else."""
        return self.text.upper() if self.kind == "word" else ""

    @property
    def operator(self) -> str:
        """The symbol that the token is; empty for anything else."""
        return self.text if self.kind == "operator" else ""

    @property
    def operand(self) -> bool:
        """Whether a value, a node or a bracketed thing ends here."""
        return (
            self.kind in _OPERANDS
            or self.operator in (")", "]", "}")
            or (self.kind == "word" and (self.text[0] == "@" or self.word.endswith(("TRUE", "FALSE"))))
        )


def tokenize(sparql: str) -> Iterator[Token]:
    """The tokens of a query without spaces and comments, one by one.

    Raises `QueryError` at a ``<`` that begins an IRI in one reading and means 'less than' in another.

    >>> [t.text for t in tokenize('ASK { ?s ?p "SERVICE <x>" } # LOAD')]
    ['ASK', '{', '?s', '?p', '"SERVICE <x>"', '}']
    >>> [t.opens for t in tokenize("SELECT (1 AS ?x) { ?s ?p [] FILTER(?s) }") if t.opens]
    ['expression', 'group', 'blank', 'expression']
    """
    stack = ["query"]
    last = second = Token("operator", "", 0)
    values = False
    at = 0
    pattern = _pattern(sparql.isascii())
    while match := pattern.match(sparql, at):
        at = match.end()
        kind = match.lastgroup or "other"
        if kind in ("space", "comment"):
            continue
        text = match[0]
        if text[0] == "<":
            _one_reading(sparql, match, stack[-1], last)
        if last.opens == "group" and kind == "word" and text.upper().startswith("SELECT"):
            stack[-1] = "query"
        opens = _opens(text, stack[-1], last, second, values) if text in ("{", "(", "[") else ""
        token = Token(kind, text, match.start(), stack[-1], opens)
        if opens:
            stack.append(opens)
        elif text in ("}", ")", "]") and len(stack) > 1:
            stack.pop()
        values = token.word == "VALUES" or (values and (kind == "variable" or text in ("(", ")")))
        yield token
        last, second = token, last


def _opens(bracket: str, here: str, last: Token, second: Token, values: bool) -> str:
    if bracket == "[":
        return "blank"
    if values:
        return "data"
    if bracket == "{":
        return "group"
    if here in ("expression", "data", "list"):
        return here
    called = last.kind in ("iri", "prefixed") and second.word == "FILTER"
    keyword = last.word not in ("", "A", "TRUE", "FALSE")
    return "expression" if here == "query" or called or keyword else "list"


def _one_reading(sparql: str, match: re.Match[str], here: str, last: Token) -> None:
    """The engine reads a `<` by where it stands, the specification by what follows; both must come to the same.

    The engine takes it as 'less than' only inside parentheses and after a value; and what stands up to the `>` must
    then close the comparison somehow, or be a string or a comment.
    """
    at, body = match.start(), match[0]
    twice = sparql.startswith("<<", at)
    either = (
        body.endswith(">")
        and here in ("expression", "list")
        and last.operand
        and not _ABSOLUTE.match(body)
        and any(c in body for c in "&,()#'")
    )
    if twice or either:
        what = "'<<' can be read in two ways" if twice else f"{body} can be read as an IRI and as 'less than'"
        raise QueryError(f"{what}: put a space after the '<' that means 'less than'.", *line_and_column(sparql, at))


def decode_escapes(sparql: str) -> str:
    r"""The text with its code point escapes replaced, which some engines do before they cut it (section 19.2).

    >>> decode_escapes(r"\u0053ELECT")
    'SELECT'
    """
    found = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
    return found.sub(lambda m: chr(n) if (n := int(m[1] or m[2], 16)) < 0x110000 else m[0], sparql)


def line_and_column(sparql: str, at: int) -> tuple[int, int]:
    """Line and column, from 1, of a position in the text."""
    line = sparql.count("\n", 0, at) + 1
    return line, at - (sparql.rfind("\n", 0, at) + 1) + 1
